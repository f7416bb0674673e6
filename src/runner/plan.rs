//! Which cases are run, and which rules are judged.

use super::event::{Host, LeftOutCombinations, PlannedSource, RunHeader, SelectedRule};
use super::shard::Shard;
use super::source::Source;
use crate::cases::laws::{self, Law};
use crate::cases::scenario::{EmbeddedScenario, Scenario, embedded};
use crate::cases::{Case, grid, required_capabilities};
use crate::directory::{Capabilities, DeclaredChoices};
use crate::implementation::{CaseInput, Description};
use crate::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The seed of a run that names none: the date of the page that the first edition is named after.
pub const DEFAULT_SEED: u64 = 20_230_126;

/// What cases are generated. The same settings give the same cases on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// What the random choices begin from.
    pub seed: u64,
    /// How many sequences are generated. Laws are applied to a tenth as many cases of their own.
    pub cases: usize,
    /// How many commands a generated case has at most.
    pub max_commands: usize,
}

impl Default for Generation {
    fn default() -> Self {
        Generation { seed: DEFAULT_SEED, cases: 20_000, max_commands: 20 }
    }
}

impl Generation {
    /// How many cases the laws are applied to.
    pub(super) fn law_cases(&self) -> usize {
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

    fn has_scenario(&self, id: &str) -> bool {
        self.scenario_patterns.is_empty() || self.scenarios.contains(id)
    }
}

/// A scenario, ready to be run.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    /// Whether it is a scenario of the suite's own or one from a file.
    pub source: Source,
    /// Its ID: `matching/name-matches`.
    pub id: String,
    /// The file that it comes from.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// What it starts from, and what is done.
    pub case: Case,
    /// The laws that are applied to it, each with the case that it is compared with.
    pub(super) varied: Vec<(&'static Law, Case)>,
    /// The scenario with its expectations.
    pub scenario: Scenario,
    /// The capabilities that it takes.
    pub required: Capabilities,
    /// The choices that it is about.
    pub when_choice: DeclaredChoices,
}

impl PlannedCase {
    /// A case of the suite's own.
    pub fn of_embedded(embedded: &EmbeddedScenario) -> PlannedCase {
        PlannedCase {
            source: Source::Scenarios,
            id: embedded.id.to_owned(),
            ..PlannedCase::of_file(embedded.path, embedded.text, &embedded.scenario)
        }
    }

    /// A case from a scenario file, which is also its name.
    pub fn of_file(path: &str, text: &str, scenario: &Scenario) -> PlannedCase {
        let commands = scenario.commands();
        let case = Case { tenant: scenario.given.clone(), commands };
        let varied = laws::all()
            .iter()
            .filter(|law| scenario.laws.iter().any(|named| named == law.rule))
            .filter_map(|law| law.varied(&case).map(|varied| (law, varied)))
            .collect();
        PlannedCase {
            source: Source::Saved,
            id: path.to_owned(),
            path: path.to_owned(),
            text: text.to_owned(),
            required: required_capabilities(&case.tenant, &case.commands),
            case,
            varied,
            when_choice: scenario.when_choice,
            scenario: scenario.clone(),
        }
    }

    /// What an implementation is asked to run: the case itself, and then those that laws compare
    /// it with.
    pub fn inputs(&self) -> impl Iterator<Item = CaseInput<'_>> {
        let varied = self.varied.iter().map(|(_, case)| case);
        std::iter::once(&self.case)
            .chain(varied)
            .map(|case| CaseInput { tenant: &case.tenant, commands: &case.commands })
    }

    /// The laws that are applied to it.
    pub(super) fn laws(&self) -> impl Iterator<Item = &'static Law> {
        self.varied.iter().map(|(law, _)| *law)
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.scenario.rules.iter().chain(&self.scenario.near_misses)
    }
}

/// The cases of a run, and what is known of it before the first.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is known before the first case.
    pub header: RunHeader,
    /// Saved cases and scenarios, in the order in which they are run.
    pub cases: Vec<PlannedCase>,
}

impl Plan {
    /// A part of it, for one of several machines.
    #[must_use]
    pub fn part(mut self, shard: Shard) -> Plan {
        let mut places: BTreeMap<Source, usize> = BTreeMap::new();
        self.cases.retain(|case| {
            let place = places.entry(case.source).or_default();
            *place += 1;
            shard.has(*place - 1)
        });
        for planned in &mut self.header.sources {
            planned.cases = shard.share_of(planned.cases);
        }
        self.header.shard = Some(shard);
        self
    }
}

/// What is to be run: the saved cases first, then the scenarios that are selected, then what is
/// generated.
///
/// Where rules are selected and scenarios are not, scenarios that name none of those rules are
/// left out.
pub fn plan(
    edition: &str,
    description: &Description,
    host: Host,
    selection: Selection,
    saved: Vec<PlannedCase>,
) -> Plan {
    let written = embedded()
        .iter()
        .filter(|_| selection.has_source(Source::Scenarios))
        .filter(|scenario| selection.has_scenario(scenario.id))
        .map(PlannedCase::of_embedded)
        .filter(|case| {
            selection.rule_patterns.is_empty()
                || !selection.scenario_patterns.is_empty()
                || case.names().any(|rule| selection.has_rule(rule))
        });
    let mut cases = saved;
    let of_files = cases.len();
    cases.extend(written);
    let of_suite = cases.len() - of_files;
    let sources = [Source::Saved, Source::Scenarios, Source::Grid, Source::Sequences, Source::Laws]
        .into_iter()
        .filter(|source| match source {
            Source::Saved => of_files > 0,
            source => selection.has_source(*source),
        })
        .map(|source| {
            let cases = match source {
                Source::Saved => of_files,
                Source::Scenarios => of_suite,
                Source::Grid => grid::Grid::get().points().len(),
                Source::Sequences => selection.generation.cases,
                Source::Laws => selection.generation.law_cases(),
            };
            PlannedSource { source, cases, left_out: left_out(source) }
        })
        .collect();
    let shown: BTreeSet<&String> = cases.iter().flat_map(|case| &case.scenario.rules).collect();
    let is_owed = |rule: &String| {
        let by_scenarios = if selection.scenario_patterns.is_empty() {
            selection.has_source(Source::Scenarios)
        } else {
            shown.contains(rule)
        };
        let generated = [Source::Grid, Source::Sequences, Source::Laws];
        by_scenarios
            || (of_files > 0 && shown.contains(rule))
            || generated
                .into_iter()
                .any(|source| selection.has_source(source) && source.exercises(rule))
    };
    let rules = Rulebook::embedded()
        .rules_in(edition)
        .filter(|rule| selection.has_rule(&rule.id))
        .map(|rule| SelectedRule {
            rule: rule.id.clone(),
            missing: rule.lacking(&description.capabilities),
            owed: is_owed(&rule.id),
        })
        .collect();
    let header = RunHeader {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        edition: edition.to_owned(),
        description: description.clone(),
        host,
        selection,
        shard: None,
        rules,
        sources,
    };
    Plan { header, cases }
}

/// The combinations of a source that have no case.
fn left_out(source: Source) -> Vec<LeftOutCombinations> {
    if source != Source::Grid {
        return Vec::new();
    }
    let rules = grid::Grid::get().left_out().iter();
    rules
        .map(|&(rule, combinations)| LeftOutCombinations {
            by: rule.slug().to_owned(),
            why: rule.words().to_owned(),
            combinations,
        })
        .collect()
}
