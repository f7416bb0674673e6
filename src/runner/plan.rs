//! Which cases are run, and which rules are judged.

use super::bounds::{LONGEST_NAME, bounded_by};
use super::event::{Host, LeftOutCombinations, PlannedSource, RunHeader, SelectedRule};
use super::selection::Selection;
use super::shard::Shard;
use super::source::Source;
use super::trial::PlannedCase;
use crate::cases::grid::Grid;
use crate::cases::scenario::embedded;
use crate::implementation::Description;
use crate::rulebook::{Rulebook, area_of};
use std::collections::{BTreeMap, BTreeSet};

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
    let description = &known_to(edition, description);
    let grid = || Grid::within(&description.capabilities);
    let written = embedded()
        .iter()
        .filter(|_| selection.has_source(Source::Scenarios))
        .filter(|scenario| scenario.scenario.is_in(edition))
        .filter(|scenario| selection.has_scenario(scenario.id))
        .map(|embedded| PlannedCase::of_embedded(embedded).within(description))
        .filter(|case| {
            selection.rule_patterns.is_empty()
                || !selection.scenario_patterns.is_empty()
                || case.rules().any(|rule| selection.has_rule(rule))
        });
    let mut cases = saved;
    let of_files = cases.len();
    cases.extend(written);
    let of_suite = cases.len() - of_files;
    let sources = Source::ALL
        .iter()
        .copied()
        .filter(|source| match source {
            Source::Saved => of_files > 0,
            source => {
                let rules = &selection.rules;
                selection.has_source(*source)
                    && (selection.rule_patterns.is_empty()
                        || rules.iter().any(|rule| source.exercises(rule)))
            }
        })
        .map(|source| {
            let cases = match source {
                Source::Saved => of_files,
                Source::Scenarios => of_suite,
                Source::Grid => grid().count(selection.generation.grid),
                Source::Sequences => selection.generation.cases,
                Source::Relations => selection.generation.relation_cases(),
            };
            PlannedSource {
                source,
                cases,
                in_full: (source == Source::Grid).then(|| grid().points().len()),
                left_out: if source == Source::Grid { left_out(grid()) } else { Vec::new() },
            }
        })
        .collect();
    let scenarios = cases.iter().filter_map(|case| case.trial.scenario.as_ref());
    let shown: BTreeSet<&String> = scenarios.flat_map(|scenario| &scenario.rules).collect();
    // What an implementation has no place for may take every case of a rule away, and of a relation every
    // case that it is compared with.
    let is_shown = |rule: &String| {
        let of_embedded = PlannedCase::of_embedded;
        let in_edition = embedded().iter().filter(|one| one.scenario.is_in(edition));
        let mut scenarios = in_edition.map(|one| of_embedded(one).within(description));
        !description.is_limited()
            || area_of(rule) != "relation"
                && scenarios.any(|case| {
                    case.trial.scenario.as_ref().is_some_and(|one| one.rules.contains(rule))
                        && case.why_not_applicable(description).is_none()
                })
    };
    let is_owed = |rule: &String| {
        let by_scenarios = if selection.scenario_patterns.is_empty() {
            selection.has_source(Source::Scenarios)
        } else {
            shown.contains(rule)
        };
        let generated = [Source::Grid, Source::Sequences, Source::Relations];
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
            owed: is_owed(&rule.id) && is_shown(&rule.id),
        })
        .collect();
    let header = RunHeader {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        edition: edition.to_owned(),
        description: Description {
            implementation: bounded_by(LONGEST_NAME, description.implementation.clone()),
            editions: bounded_by(LONGEST_NAME, description.editions.clone()),
            ..description.clone()
        },
        started: None,
        host,
        selection,
        shard: None,
        rules,
        sources,
    };
    Plan { header, cases }
}

/// A description without what the edition does not know: capabilities of later ones, and choices that it
/// settles.
fn known_to(edition: &str, description: &Description) -> Description {
    let book = Rulebook::embedded();
    let mut known = description.clone();
    if let Some(edition) = book.edition(edition) {
        known.capabilities.0.retain(|capability| book.knows(edition, *capability));
    }
    known.choices.retain(|name| book.choices_in(edition).any(|choice| choice.id == name));
    known
}

/// The combinations of a source that have no case.
fn left_out(grid: &Grid) -> Vec<LeftOutCombinations> {
    let rules = grid.left_out().iter();
    rules
        .map(|&(rule, combinations)| LeftOutCombinations { by: rule.slug.to_owned(), combinations })
        .collect()
}
