//! A varied case.

use crate::cases::Case;
use crate::cases::values::Respelling;
use crate::directory::{CloudSetup, Text};
use std::collections::BTreeSet;

/// A varied case, and how its steps correspond to those of the base case.
pub(super) struct Variation {
    pub(super) case: Case,
    /// For each command of the base case the command of the varied case after which the states
    /// must agree; none where there is nothing to compare.
    pub(super) corresponding: Vec<Option<usize>>,
    pub(super) speaks_of: SpeaksOf,
    /// What was added to the tenant and has to stay as it was.
    pub(super) bystander: Option<CloudSetup>,
    /// What became of every value, where all are others.
    pub(super) respelling: Option<Respelling>,
}

/// Of which objects a relation has something to say, so that a comparison of anything else is no
/// occasion on which it held.
pub(super) enum SpeaksOf {
    /// Those with work in a cycle.
    Work,
    /// Those with work in a cycle that are not the same in the two runs.
    VariedWork,
    /// Any, after a cycle that was followed by another one.
    Anything,
    /// Joined ones, in these cycles.
    Joined(BTreeSet<usize>),
    /// Those that were changed before a cycle and synchronised in cycles of their own.
    Blocks(Vec<Block>),
}

/// Consecutive on-premises changes, and the cycle that synchronises them.
pub(super) struct Block {
    /// The first of the changes, by the index of its command.
    pub(super) start: usize,
    /// The cycle, by the index of its command.
    pub(super) cycle: usize,
    /// The objects that are changed, by their keys.
    pub(super) keys: BTreeSet<Text>,
}

impl Variation {
    /// A case with the same commands in the same places, or with others in the places of those.
    pub(super) fn step_by_step(case: Case, speaks_of: SpeaksOf) -> Variation {
        let corresponding = (0..case.commands.len()).map(Some).collect();
        Variation { case, corresponding, speaks_of, bystander: None, respelling: None }
    }
}
