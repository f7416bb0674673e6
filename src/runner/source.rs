//! Where cases come from.

use crate::rulebook::area_of;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Rules about what the grid leaves alone: what administrators do in the cloud, and several objects
/// in one cycle.
const BEYOND_THE_GRID: &[&str] = &[
    "kind.immutable-id-users-only",
    "match.same-target-same-result",
    "soa.cloud-edits-work",
    "soa.no-split",
    "sync.errors-stay-local",
];

/// Rules whose situation comes about by chance in one of some thousand sequences: two takeovers in
/// one case, reached in different ways.
const RARE_IN_SEQUENCES: &[&str] = &["match.same-target-same-result"];

/// Where a case comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Minimal failing cases that an earlier run has found and saved, or files named by a person.
    Saved,
    /// Scenarios written by hand.
    Scenarios,
    /// Every combination of what a matching decision can depend on.
    Grid,
    /// Generated sequences of commands.
    Sequences,
    /// Generated pairs of cases that must come to the same.
    Relations,
}

impl Source {
    /// The sources that a run can be limited to, in the order in which they are run.
    pub const SELECTABLE: &'static [Source] =
        &[Source::Scenarios, Source::Grid, Source::Sequences, Source::Relations];

    /// The word that stands for it.
    pub fn word(self) -> &'static str {
        match self {
            Source::Saved => "saved",
            Source::Scenarios => "scenarios",
            Source::Grid => "grid",
            Source::Sequences => "sequences",
            Source::Relations => "relations",
        }
    }

    /// Whether its cases exercise this rule, given capabilities that allow it. A run that is
    /// limited to some sources owes what they exercise.
    pub fn exercises(self, rule: &str) -> bool {
        match self {
            Source::Saved => false,
            Source::Scenarios => true,
            Source::Grid => !BEYOND_THE_GRID.contains(&rule) && area_of(rule) != "relation",
            Source::Sequences => !RARE_IN_SEQUENCES.contains(&rule) && area_of(rule) != "relation",
            Source::Relations => area_of(rule) == "relation",
        }
    }

    /// The selectable source with this word.
    pub fn from_word(word: &str) -> Option<Source> {
        Source::SELECTABLE.iter().copied().find(|source| source.word() == word)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
