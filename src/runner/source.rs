//! Where cases come from.

use crate::directory::words;
use crate::rulebook::area_of;

/// Rules about what the grid leaves alone: what administrators do in the cloud, and several objects
/// in one cycle.
const BEYOND_THE_GRID: &[&str] = &[
    "kind.immutable-id-users-only",
    "match.same-target-same-result",
    "protect.soft-deleted-privileged",
    "scope.cloud-mastered-not-deleted",
    "scope.refused-deletion-code",
    "soa.cloud-edits-work",
    "soa.converted-is-editable",
    "soa.no-split",
    "soa.rollback-blocked",
    "sync.changed-anchor-stops-updates",
    "sync.errors-stay-local",
];

/// Rules whose situation comes about by chance in one of some thousand sequences: two takeovers in
/// one case, reached in different ways.
const RARE_IN_SEQUENCES: &[&str] = &["match.same-target-same-result"];

words! {
    /// Where a case comes from.
    pub enum Source {
        /// Minimal failing cases that an earlier run has found and saved, or files named by a person.
        Saved = "saved",
        /// Scenarios written by hand.
        Scenarios = "scenarios",
        /// Every combination of what a matching decision can depend on.
        Grid = "grid",
        /// Generated sequences of commands.
        Sequences = "sequences",
        /// Generated pairs of cases that must come to the same.
        Relations = "relations",
    }
}

impl Source {
    /// The sources that a run can be limited to, in the order in which they are run.
    pub const SELECTABLE: &'static [Source] =
        &[Source::Scenarios, Source::Grid, Source::Sequences, Source::Relations];

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
}
