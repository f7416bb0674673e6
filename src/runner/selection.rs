//! Which cases a run is about, and which rules.

use super::source::Source;
use crate::cases::grid::Extent;
use crate::directory::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The seed of a run that names none: the date of the page that the first edition is named after.
pub const DEFAULT_SEED: u64 = 20_230_126;

words! {
    /// How much a run takes on. Each begins with the same cases as the ones before.
    pub enum Profile {
        /// At every save: the scenarios, and the first cases of every other source.
        Quick = "quick",
        /// In between: in each source as many cases as show what there is to see.
        Default = "default",
        /// Over night, or before a release: all of the grid and many more generated cases.
        Thorough = "thorough",
    }
}

/// What cases are generated. The same settings give the same cases on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// What the random choices begin from.
    pub seed: u64,
    /// How much of the grid is run.
    pub grid: Extent,
    /// How many sequences are generated. Relations are applied to a tenth as many cases of their own.
    pub cases: usize,
    /// How many commands a generated case has at most; a long history has up to three times as many.
    pub max_commands: usize,
}

impl Default for Generation {
    fn default() -> Self {
        Generation::of(Profile::Default)
    }
}

impl Generation {
    /// What a profile generates, with the default seed.
    pub fn of(profile: Profile) -> Generation {
        let (grid, cases) = match profile {
            Profile::Quick => (Extent::Pairs, 300),
            Profile::Default => (Extent::Triples, 5_000),
            Profile::Thorough => (Extent::Whole, 20_000),
        };
        Generation { seed: DEFAULT_SEED, grid, cases, max_commands: 20 }
    }

    /// So many sequences can be asked for, and so many commands of each: more than anybody waits for.
    pub const MOST_CASES: usize = 10_000_000;
    /// See [`MOST_CASES`](Self::MOST_CASES).
    pub const MOST_COMMANDS: usize = 1_000;

    /// How many cases the relations are applied to.
    pub(super) fn relation_cases(&self) -> usize {
        self.cases.div_ceil(10)
    }
}

/// What a run is about. Empty lists select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    /// Where cases are taken from.
    pub sources: BTreeSet<Source>,
    /// What is generated.
    pub generation: Generation,
    /// The patterns by which rules were selected.
    pub rule_patterns: Vec<String>,
    /// The rules that they select.
    pub rules: BTreeSet<String>,
    /// The patterns by which scenarios were selected.
    pub scenario_patterns: Vec<String>,
    /// The scenarios that they select.
    pub scenarios: BTreeSet<String>,
}

impl Selection {
    /// Only the scenarios that were written by hand.
    pub fn scenarios_only() -> Selection {
        Selection { sources: [Source::Scenarios].into(), ..Selection::default() }
    }

    /// Whether cases are taken from this source. Where scenarios are named, from no other.
    pub fn has_source(&self, source: Source) -> bool {
        if self.sources.is_empty() {
            self.scenario_patterns.is_empty() || source == Source::Scenarios
        } else {
            self.sources.contains(&source)
        }
    }

    /// Whether this rule is judged.
    pub fn has_rule(&self, rule: &str) -> bool {
        self.rule_patterns.is_empty() || self.rules.contains(rule)
    }

    pub(crate) fn has_scenario(&self, id: &str) -> bool {
        self.scenario_patterns.is_empty() || self.scenarios.contains(id)
    }
}
