//! Makes failing cases small: the fewest commands that still fail, then the fewest objects and
//! fields, then the plainest values.
//!
//! A case is shrunk in rounds. A round is a list of candidates, each well-formed and strictly
//! simpler than the smallest case so far by [`measure`]; whoever asked says which of them is the
//! first that still fails in the same way, and the next round starts from there. An adapter behind
//! a pipe gets a round as one batch.
//!
//! # What is tried, in this order
//!
//! 1. **Structure**: fewer commands, in chunks, then one by one; folding what happens before it
//!    matters into the start; fewer objects at the start. What a removal leaves without its creator
//!    goes with it ([`repaired`]).
//! 2. **Combinations**: pairs of commands; every subset of a short case.
//! 3. **Detours**: one command fewer and something else instead: another value, another object that
//!    a command is about, another command, an object more or less. A case can be as small as
//!    removing alone makes it and still not be the smallest: there may be another way to the same
//!    failure, from another start even.
//! 4. **Fields**: without values, roles, passwords; users for groups and contacts.
//! 5. **Values**: equal values are lowered together, so that what is equal, equal but for letter
//!    case, or has a local part in common, stays so. Labels and keys get canonical names.
//!
//! Whenever something succeeds the same is tried again, and once a step has nothing left the next
//! one begins; after the last one it goes on with the first, until nothing is left that helps. No
//! case is tried twice, and since every step is strictly simpler, there is an end.

mod combinations;
mod detours;
mod fields;
mod measure;
mod objects;
mod repair;
mod starts;
mod structure;
mod texts;
mod values;

pub use measure::{Measure, measure};
pub use repair::repaired;

use super::Case;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

/// The most candidates in one round.
const ROUND: usize = 200;

/// What is tried, in order.
const STEPS: [fn(&Case, &mut Vec<Case>); 5] = [
    structure::candidates,
    combinations::candidates,
    detours::candidates,
    fields::candidates,
    values::candidates,
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
    /// What is left of the step's candidates, each with its fingerprint, the next ones last.
    queue: Vec<(u64, Case)>,
    /// Whether the queue has been filled for this step.
    is_filled: bool,
    round: Vec<Case>,
    /// The fingerprints of the round's candidates.
    fingerprints: Vec<u64>,
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
            queue: Vec::new(),
            is_filled: false,
            round: Vec::new(),
            fingerprints: Vec::new(),
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
            if !self.is_filled {
                self.fill();
            }
            let rest = self.queue.len().saturating_sub(ROUND);
            for (fingerprint, candidate) in self.queue.drain(rest..).rev() {
                self.round.push(candidate);
                self.fingerprints.push(fingerprint);
            }
            if self.round.is_empty() {
                self.go_on();
            }
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
        self.tried.extend(self.fingerprints.drain(..).take(tried));
        if let Some(place) = found {
            self.case = self.round.swap_remove(place);
            self.measure = measure(&self.case);
            self.has_succeeded = true;
            self.is_filled = false;
            self.queue.clear();
        }
        self.round.clear();
    }

    /// All that this step can do with the case, but for what was tried before or is no simpler.
    fn fill(&mut self) {
        let mut all = Vec::new();
        STEPS[self.step](&self.case, &mut all);
        let mut seen = HashSet::new();
        self.queue.clear();
        for candidate in all {
            let candidate = repaired(candidate);
            let fingerprint = fingerprint(&candidate);
            let is_new = !self.tried.contains(&fingerprint) && seen.insert(fingerprint);
            if is_new && measure(&candidate) < self.measure {
                self.queue.push((fingerprint, candidate));
            }
        }
        self.queue.reverse();
        self.is_filled = true;
    }

    /// On to the next step, or to the first one again if anything has come of the last time.
    fn go_on(&mut self) {
        self.step += 1;
        self.is_filled = false;
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
