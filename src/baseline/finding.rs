//! What is not as a baseline lists it.

use super::results::{Observed, Subject};
use crate::directory::{Capability, DeclaredChoices};
use std::collections::BTreeSet;

/// Something that was observed and is not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonconformity {
    /// What it was observed in.
    pub subject: Subject,
    /// What was observed.
    pub observed: Observed,
}

/// Something that is not as the baseline lists it. Entries are named by where they stand in the file,
/// counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A failure is not listed, or that something is not judged is not.
    NotListed(Nonconformity),
    /// An entry is not as listed any more.
    Stale {
        /// The entry.
        entry: usize,
        /// What was observed instead; nothing where it passes, or is judged again.
        actual: Vec<Observed>,
    },
    /// The entry's last day is over.
    Expired {
        /// The entry.
        entry: usize,
    },
    /// The entry itself is not in order.
    Faulty {
        /// The entry.
        entry: usize,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Capabilities are no longer declared, so that less is judged than when the baseline was
    /// written.
    CapabilitiesLost(BTreeSet<Capability>),
    /// Capabilities are declared that the baseline does not list, and whose loss it would not notice.
    CapabilitiesGained(BTreeSet<Capability>),
    /// Other choices are declared than when the baseline was written.
    OtherChoices {
        /// Those that the baseline lists.
        listed: DeclaredChoices,
        /// Those that are declared.
        actual: DeclaredChoices,
    },
}

/// What is wrong with an entry, whatever a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such rule.
    UnknownRule,
    /// The edition does not have the rule.
    RuleOfAnotherEdition,
    /// There is no such scenario.
    UnknownScenario,
    /// An earlier entry is about the same.
    Ambiguous {
        /// The earlier one.
        first: usize,
    },
}

impl Fault {
    /// The field of the entry that it is about.
    pub fn field(self) -> &'static str {
        match self {
            Fault::UnknownRule | Fault::RuleOfAnotherEdition => "rule",
            Fault::UnknownScenario => "scenario",
            Fault::Ambiguous { .. } => "outcome",
        }
    }
}
