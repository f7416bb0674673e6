//! Two runs, and what a relation says of them.

use super::unmet::UnmetPrecondition;
use crate::cases::Case;
use crate::checks::Violation;
use crate::directory::{Snapshot, StepObservation};

/// A run of a case that went to its end.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was run.
    pub case: &'a Case,
    /// The state that it started from.
    pub start: &'a Snapshot,
    /// What was observed, one observation for each command.
    pub steps: &'a [StepObservation],
}

/// What a relation says of two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RelationVerdict {
    /// The precondition does not hold; with the part of it that failed first.
    NotApplicable(UnmetPrecondition),
    /// The variation made no difference.
    Held,
    /// It made one. What is expected is what the base run came to.
    Violated {
        /// The step of the base run after which it shows, counted from 1.
        step: usize,
        /// How the two runs differ after it.
        violations: Vec<Violation>,
    },
}
