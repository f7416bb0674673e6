//! `list --json`: what there is, for programs. Schema: `spec/schema/list.json`.

use super::arguments::Listing;
use crate::cases::grid::Grid;
use crate::cases::scenario::embedded;
use crate::directory::{Capabilities, Capability};
use crate::rulebook::{Choice, Editions, Rule, Rulebook};
use serde::Serialize;

/// What there is of one sort, as `list … --json` prints it.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "What `list --json` prints")]
#[serde(untagged)]
pub(super) enum Catalogue {
    /// Of `list rules`.
    #[serde(rename_all = "camelCase")]
    Rules {
        /// The edition that they are of.
        edition: &'static str,
        /// The rules, in the rulebook's order.
        rules: Vec<Rule>,
    },
    /// Of `list scenarios`.
    Scenarios {
        /// The scenarios, by area and name.
        scenarios: Vec<ScenarioLine>,
    },
    /// Of `list choices`.
    Choices {
        /// The edition that they are of.
        edition: &'static str,
        /// The choices, in the rulebook's order.
        choices: Vec<&'static Choice>,
    },
    /// Of `list editions`.
    Editions(&'static Editions),
    /// Of `list grid`.
    #[serde(rename_all = "camelCase")]
    Grid {
        /// How many combinations there would be.
        combinations: usize,
        /// How many of them have a case.
        cases: usize,
        /// The others, by the rule that leaves them out.
        left_out: Vec<LeftOutLine>,
    },
}

/// A scenario.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScenarioLine {
    /// Area and name.
    id: &'static str,
    /// What it shows, in a line.
    title: &'static str,
    /// The rules that it shows holding.
    rules: &'static [String],
    /// Rules for which it is a near miss.
    near_misses: &'static [String],
}

/// Combinations that have no case.
#[derive(Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftOutLine {
    /// The name of the rule that leaves them out.
    by: &'static str,
    /// What is left out, and why.
    because: &'static str,
    /// How many there are.
    combinations: usize,
}

/// Everything that an edition can ask of an implementation.
pub(super) fn capabilities_of(edition: &str) -> Capabilities {
    let book = Rulebook::embedded();
    let edition = book.edition(edition).expect("an edition of the rulebook");
    Capability::ALL.iter().copied().filter(|one| book.knows(edition, *one)).collect()
}

impl Catalogue {
    pub(super) fn of(what: Listing, edition: &'static str) -> Catalogue {
        let book = Rulebook::embedded();
        match what {
            Listing::Rules => {
                let rules = book.rules_in(edition).map(|rule| rule.in_edition(edition)).collect();
                Catalogue::Rules { edition, rules }
            }
            Listing::Scenarios => Catalogue::Scenarios {
                scenarios: embedded()
                    .iter()
                    .filter(|known| known.scenario.is_in(edition))
                    .map(|known| ScenarioLine {
                        id: known.id,
                        title: &known.scenario.title,
                        rules: &known.scenario.rules,
                        near_misses: &known.scenario.near_misses,
                    })
                    .collect(),
            },
            Listing::Choices => {
                Catalogue::Choices { edition, choices: book.choices_in(edition).collect() }
            }
            Listing::Editions => Catalogue::Editions(&book.editions),
            Listing::Grid => {
                let grid = Grid::within(&capabilities_of(edition));
                let left_out = grid.left_out().iter().map(|(rule, combinations)| LeftOutLine {
                    by: rule.slug,
                    because: rule.words,
                    combinations: *combinations,
                });
                Catalogue::Grid {
                    combinations: grid.combinations(),
                    cases: grid.points().len(),
                    left_out: left_out.collect(),
                }
            }
        }
    }
}
