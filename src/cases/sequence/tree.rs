//! A generated case that proptest can shrink.

use crate::cases::Case;
use crate::cases::shrink::Shrinker;
use proptest::strategy::ValueTree;

/// A generated case and the way to simpler ones, as proptest walks it: one candidate of
/// [`Shrinker`] after the other.
pub struct SequenceTree {
    shrinker: Shrinker,
    /// The candidate that is being tried: its position in the round, if it is not the smallest
    /// case so far.
    trying: Option<usize>,
}

impl SequenceTree {
    pub(super) fn new(case: Case) -> SequenceTree {
        SequenceTree { shrinker: Shrinker::new(case), trying: None }
    }

    /// Goes on to the candidate in this place, or to the next round; `false` where there is none.
    fn go_to(&mut self, mut place: usize) -> bool {
        loop {
            let count = self.shrinker.candidates().len();
            if place < count {
                self.trying = Some(place);
                return true;
            }
            self.trying = None;
            if count == 0 {
                return false;
            }
            self.shrinker.take(None);
            place = 0;
        }
    }
}

impl ValueTree for SequenceTree {
    type Value = Case;

    fn current(&self) -> Case {
        match self.trying {
            Some(place) => self.shrinker.candidate(place).clone(),
            None => self.shrinker.case().clone(),
        }
    }

    /// The current case fails: it is the smallest so far.
    fn simplify(&mut self) -> bool {
        if let Some(place) = self.trying.take() {
            self.shrinker.take(Some(place));
        }
        self.go_to(0)
    }

    /// The current case passes: back to the smallest so far, and on to the next candidate.
    fn complicate(&mut self) -> bool {
        match self.trying {
            Some(place) => self.go_to(place + 1),
            None => false,
        }
    }
}
