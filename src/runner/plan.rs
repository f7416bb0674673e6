//! Which cases are run, and which rules are judged.

use super::event::{Host, RunHeader, SelectedRule};
use crate::cases::required_capabilities;
use crate::cases::scenario::{EmbeddedScenario, Scenario};
use crate::directory::{Capabilities, Command, DeclaredChoices, Tenant};
use crate::implementation::Description;
use crate::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a run is about. Empty lists select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
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
    /// Whether this rule is judged.
    pub fn has_rule(&self, rule: &str) -> bool {
        self.rule_patterns.is_empty() || self.rules.contains(rule)
    }

    fn has_scenario(&self, id: &str) -> bool {
        self.scenario_patterns.is_empty() || self.scenarios.contains(id)
    }
}

/// A case, wherever it comes from, ready to be run.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    /// Its ID: `matching/name-matches`.
    pub id: String,
    /// The file that it comes from.
    pub path: String,
    /// The file's text.
    pub text: String,
    /// What it starts from.
    pub tenant: Tenant,
    /// What is done.
    pub commands: Vec<Command>,
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
        PlannedCase::of_scenario(embedded.id, embedded.path, embedded.text, &embedded.scenario)
    }

    /// A case from a scenario file.
    pub fn of_scenario(id: &str, path: &str, text: &str, scenario: &Scenario) -> PlannedCase {
        let commands = scenario.commands();
        PlannedCase {
            id: id.to_owned(),
            path: path.to_owned(),
            text: text.to_owned(),
            required: required_capabilities(&scenario.given, &commands),
            tenant: scenario.given.clone(),
            commands,
            when_choice: scenario.when_choice,
            scenario: scenario.clone(),
        }
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        self.scenario.rules.iter().chain(&self.scenario.near_misses)
    }
}

/// The cases of a run, in order, and what is known of it before the first.
///
/// Where rules are selected and scenarios are not, cases that name none of those rules are left
/// out.
pub fn plan(
    scenarios: &[EmbeddedScenario],
    edition: &str,
    description: &Description,
    host: Host,
    selection: Selection,
) -> (Vec<PlannedCase>, RunHeader) {
    let cases: Vec<PlannedCase> = scenarios
        .iter()
        .filter(|scenario| selection.has_scenario(scenario.id))
        .map(PlannedCase::of_embedded)
        .filter(|case| {
            selection.rule_patterns.is_empty()
                || !selection.scenario_patterns.is_empty()
                || case.names().any(|rule| selection.has_rule(rule))
        })
        .collect();
    let shown: BTreeSet<&String> = cases.iter().flat_map(|case| &case.scenario.rules).collect();
    let rules = Rulebook::embedded()
        .rules_in(edition)
        .filter(|rule| selection.has_rule(&rule.id))
        .map(|rule| SelectedRule {
            rule: rule.id.clone(),
            missing: rule.lacking(&description.capabilities),
            owed: selection.scenario_patterns.is_empty() || shown.contains(&rule.id),
        })
        .collect();
    let header = RunHeader {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        edition: edition.to_owned(),
        description: description.clone(),
        host,
        selection,
        rules,
        cases: cases.len(),
    };
    (cases, header)
}
