//! What a run comes to by a baseline, a file that lists what an implementation is known to fail.
//!
//! The gate of `baseline` finds it out; from then on it is part of the run, and every report tells it.

use super::cause::Cause;
use super::observed::{Observed, Outcome};
use crate::directory::{Capability, DeclaredChoices};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run comes to by a baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BaselineComparison {
    /// The baseline's file.
    pub file: String,
    /// How many nonconformities it lists, whether this run came upon them or not.
    pub listed: usize,
    /// The nonconformities that it lists and that are as listed.
    pub known: Vec<ListedEntry>,
    /// What is not as listed. The run fails on any of these.
    pub differences: Vec<BaselineDifference>,
    /// What was observed and is not listed.
    pub unlisted: Vec<Unlisted>,
    /// Rules that were asked for, that nothing exercised, and that are not listed as such.
    pub not_exercised: Vec<String>,
}

/// An entry of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedEntry {
    /// The line on which it begins, counted from 1.
    pub line: usize,
    /// The scenario that it is about, or the file with the minimal scenario.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The rule that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What it says comes of it.
    pub outcome: Outcome,
    /// Why, as a stable code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub reason: Cause,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it excuses anything.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// Something that was observed and is not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unlisted {
    /// The case; absent for a rule of which nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The file in which the case is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// What was observed.
    #[serde(flatten)]
    pub observed: Observed,
}

/// Something that is not as a baseline lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum BaselineDifference {
    /// A failure is not listed, or that something is not judged is not.
    NotListed(Unlisted),
    /// An entry is not as listed any more.
    Stale {
        /// The entry.
        entry: ListedEntry,
        /// What was observed instead; nothing where it passes, or is judged again.
        actual: Vec<Observed>,
    },
    /// The entry's last day is over.
    Expired {
        /// The entry.
        entry: ListedEntry,
    },
    /// The entry itself is not in order.
    Faulty {
        /// The entry.
        entry: ListedEntry,
        /// What is wrong with it.
        fault: EntryFault,
    },
    /// Capabilities are no longer declared, so that less is judged than when the baseline was written.
    CapabilitiesLost {
        /// These.
        capabilities: BTreeSet<Capability>,
    },
    /// Capabilities are declared that the baseline does not list, and whose loss it would not notice.
    CapabilitiesGained {
        /// These.
        capabilities: BTreeSet<Capability>,
    },
    /// Other choices are declared than when the baseline was written.
    OtherChoices {
        /// Those that the baseline lists.
        listed: DeclaredChoices,
        /// Those that are declared.
        actual: DeclaredChoices,
    },
}

/// What is wrong with an entry, whatever a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum EntryFault {
    /// There is no such rule.
    UnknownRule,
    /// The edition does not have the rule.
    RuleOfAnotherEdition,
    /// There is no such scenario.
    UnknownScenario,
    /// An earlier entry is about the same.
    Ambiguous {
        /// The line on which that one begins.
        line: usize,
    },
}

impl EntryFault {
    /// The field of the entry that it is about.
    pub fn field(self) -> &'static str {
        match self {
            EntryFault::UnknownRule | EntryFault::RuleOfAnotherEdition => "rule",
            EntryFault::UnknownScenario => "scenario",
            EntryFault::Ambiguous { .. } => "outcome",
        }
    }
}
