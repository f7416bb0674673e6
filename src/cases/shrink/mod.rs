//! Makes failing cases small: the fewest commands that still fail, then the fewest objects and
//! fields, then the plainest values.
//!
//! A case is shrunk in rounds. A round is a list of candidates, each well-formed and strictly
//! simpler than the smallest case so far by `measure`; whoever asked says which of them is the
//! first that still fails in the same way, and the next round starts from there. An adapter behind
//! a pipe gets a round as one batch.
//!
//! # What is tried, in this order
//!
//! 1. **Plain spelling**: all values at once become plain ones, unless their form matters.
//! 2. **Structure**: fewer commands, in chunks, then one by one; folding what happens before it
//!    matters into the start; fewer objects at the start. What a removal leaves without its creator
//!    goes with it ([`repaired`]), and so does an update that sets nothing any more.
//! 3. **Fields**: without values, roles, passwords; users for groups and contacts.
//! 4. **Values**: equal values are lowered together, so that what is equal, equal but for letter
//!    case, or has a local part in common, stays so. Labels and keys get canonical names.
//! 5. **Forms**: what is left that is odd gets shorter and loses one oddity after the other, so that what
//!    stays odd is what matters.
//!
//! Whenever something succeeds the same is tried again, and once a step has nothing left the next
//! one begins; after the last one it goes on with the first, until nothing is left that helps. No
//! case is tried twice, and since every step is strictly simpler, there is an end.
//!
//! proptest's own shrinking is of no use here: it asks about one candidate at a time, and to an
//! adapter behind a pipe each question costs as much as a whole round.

mod fields;
mod forms;
mod measure;
mod objects;
mod plain;
mod repair;
mod structure;
mod values;

use measure::is_simpler;
pub use measure::{Measure, measure};
use objects::MANY_OBJECTS;
pub use repair::repaired;

use super::Case;
use crate::directory::{CloudObjectChange, Command, OnPremisesChange};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

/// The most candidates in one round.
const ROUND: usize = 200;

/// The step that makes fewer of what is many.
const STRUCTURE: usize = 1;

/// What is tried, in order.
const STEPS: [fn(&Case, &mut Vec<Case>); 5] = [
    forms::plain_spelling,
    structure::candidates,
    fields::candidates,
    values::candidates,
    forms::simpler_forms,
];

/// A case on its way to the smallest one that fails in the same way.
///
/// ```
/// use entra_conformance::cases::sequence::{Sequences, case_of};
/// use entra_conformance::cases::shrink::Shrinker;
/// let mut shrinker = Shrinker::new(case_of(1, 0, &Sequences::default()));
/// // What "fails" here is every case with two cycles.
/// while !shrinker.candidates().is_empty() {
///     let found = shrinker.candidates().iter().position(|case| case.commands.len() >= 2);
///     shrinker.take(found);
/// }
/// assert_eq!(shrinker.case().commands.len(), 2);
/// ```
pub struct Shrinker {
    case: Case,
    measure: Measure,
    /// Which of the steps is being tried.
    step: usize,
    /// Whether anything has succeeded since the first step.
    has_succeeded: bool,
    /// What is left of the step's candidates, the next ones last.
    waiting: Vec<Case>,
    round: Vec<Case>,
    /// Fingerprints of all cases that have been tried.
    tried: HashSet<u64>,
}

impl Shrinker {
    /// Begins with a case that fails. What is not well-formed about it is left out.
    pub fn new(case: Case) -> Shrinker {
        let case = repaired(case);
        Shrinker {
            measure: measure(&case),
            tried: HashSet::from([fingerprint(&case)]),
            case,
            step: 0,
            has_succeeded: false,
            waiting: Vec::new(),
            round: Vec::new(),
        }
    }

    /// The smallest case so far.
    pub fn case(&self) -> &Case {
        &self.case
    }

    /// The candidates of this round, to be tried in this order: all well-formed and strictly
    /// simpler than [`case`](Shrinker::case). Empty when there is nothing left to try.
    pub fn candidates(&mut self) -> &[Case] {
        while self.round.is_empty() && self.step < STEPS.len() {
            if self.waiting.is_empty() {
                self.fill();
            }
            if self.waiting.is_empty() {
                self.go_on();
            }
            let rest = self.waiting.len().saturating_sub(ROUND);
            self.round.extend(self.waiting.drain(rest..).rev());
        }
        &self.round
    }

    /// A candidate of this round.
    ///
    /// # Panics
    /// Where there is none in this place.
    pub fn candidate(&self, place: usize) -> &Case {
        &self.round[place]
    }

    /// Ends the round: the candidate in this place still fails in the same way, or none does.
    ///
    /// # Panics
    /// Where there is none in this place.
    pub fn take(&mut self, found: Option<usize>) {
        // What stands behind the one that was found may not have been tried at all.
        let tried = found.map_or(self.round.len(), |place| place + 1);
        self.tried.extend(self.round[..tried].iter().map(fingerprint));
        if let Some(place) = found {
            self.case = self.round.swap_remove(place);
            self.measure = measure(&self.case);
            self.has_succeeded = true;
            self.waiting.clear();
        }
        self.round.clear();
    }

    /// All that this step can do with the case, but for what was tried before or is no simpler.
    fn fill(&mut self) {
        let mut all = Vec::new();
        if self.step == STRUCTURE || self.measure.objects <= MANY_OBJECTS {
            STEPS[self.step](&self.case, &mut all);
        }
        let mut seen = HashSet::new();
        for candidate in all {
            let candidate = repaired(without_empty_updates(candidate));
            let fingerprint = fingerprint(&candidate);
            let is_new = !self.tried.contains(&fingerprint) && seen.insert(fingerprint);
            if is_new && is_simpler(&candidate, &self.measure) {
                self.waiting.push(candidate);
            }
        }
        self.waiting.reverse();
    }

    /// On to the next step, or to the first one again if anything has come of the last time.
    fn go_on(&mut self) {
        self.step += 1;
        if self.step == STEPS.len() && self.has_succeeded {
            self.step = 0;
            self.has_succeeded = false;
        }
    }
}

/// Shrinks a case. `still_fails` is given the candidates of a round and says which is the first
/// that fails in the same way.
pub fn shrink(case: Case, still_fails: &mut dyn FnMut(&[Case]) -> Option<usize>) -> Case {
    let mut shrinker = Shrinker::new(case);
    loop {
        let candidates = shrinker.candidates();
        if candidates.is_empty() {
            return shrinker.case;
        }
        let found = still_fails(candidates);
        shrinker.take(found);
    }
}

/// An update that sets nothing shows nothing to a person.
fn without_empty_updates(mut case: Case) -> Case {
    case.commands.retain(|command| match command {
        Command::UpdateOnPremisesObject(update) => update.set != OnPremisesChange::default(),
        Command::UpdateCloudObject(update) => update.set != CloudObjectChange::default(),
        _ => true,
    });
    case
}

/// A number that tells cases apart, the same in every run.
fn fingerprint(case: &Case) -> u64 {
    let mut hasher = DefaultHasher::new();
    // A case always has a JSON form; should it ever have none, nothing but time is lost.
    let form = serde_json::to_vec(&(&case.tenant, &case.commands)).unwrap_or_default();
    hasher.write(&form);
    hasher.finish()
}

#[cfg(test)]
mod tests;
