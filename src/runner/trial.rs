//! Cases to be run, with what judges each of them besides the checks.

use super::not_applicable::NotApplicable;
use super::source::Source;
use crate::cases::relations::{self, Relation};
use crate::cases::scenario::{EmbeddedScenario, Remarks, Scenario, Step, case_to_yaml};
use crate::cases::{Case, required_capabilities};
use crate::directory::{Capability, Tenant};
use crate::implementation::{CaseInput, Description};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A case, and what judges it besides the checks.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// What it starts from, and what is done.
    pub case: Case,
    /// The metamorphic relations that are applied to it.
    pub relations: Vec<&'static Relation>,
    /// Of a case that was written down: the scenario with what it expects.
    pub scenario: Option<Arc<Scenario>>,
}

impl Trial {
    /// The trial of a scenario.
    pub fn of_scenario(scenario: &Scenario) -> Trial {
        Trial {
            case: Case { tenant: scenario.given.clone(), commands: scenario.commands() },
            relations: relations::named(&scenario.relations),
            scenario: Some(Arc::new(scenario.clone())),
        }
    }

    /// The same case, judged by the checks and these relations alone.
    pub(crate) fn without_expectations(self) -> Trial {
        Trial { scenario: None, ..self }
    }

    /// Another case to which the same relations are applied.
    pub(crate) fn with_case(&self, case: Case) -> Trial {
        Trial { case, relations: self.relations.clone(), scenario: None }
    }

    /// The case up to this step in the format of scenario files; or the `varied` case that one of
    /// its relations compares it with.
    pub(crate) fn excerpt(&self, varied: Option<&Case>, step: usize) -> String {
        let mut scenario = match (varied, &self.scenario) {
            (None, Some(scenario)) => Scenario::clone(scenario),
            (varied, _) => scenario_of(varied.unwrap_or(&self.case)),
        };
        scenario.steps.truncate(step);
        case_to_yaml(&scenario, &Remarks::new())
    }

    /// Capabilities that it takes and that an implementation does not declare.
    pub(crate) fn missing(&self, description: &Description) -> Vec<Capability> {
        let needed = required_capabilities(&self.case.tenant, &self.case.commands);
        description.capabilities.missing(&needed)
    }
}

/// What an implementation is told of a case.
pub(crate) fn input(case: &Case) -> CaseInput<'_> {
    CaseInput { tenant: &case.tenant, commands: &case.commands }
}

/// A case as a scenario that says and expects nothing.
pub(super) fn scenario_of(case: &Case) -> Scenario {
    let step = |command: &_| Step { command: Clone::clone(command), expect: Vec::new() };
    Scenario {
        given: Tenant::clone(&case.tenant),
        steps: case.commands.iter().map(step).collect(),
        ..Scenario::default()
    }
}

/// A case that was written down, ready to be run.
#[derive(Clone, Debug)]
pub struct PlannedCase {
    /// Whether it is a scenario of the suite's own or one from a file.
    pub source: Source,
    /// Its ID, `match/name-matches`; of a file its path.
    pub id: String,
    /// What is run and judged.
    pub trial: Trial,
}

impl PlannedCase {
    /// A case of the suite's own.
    pub fn of_embedded(embedded: &EmbeddedScenario) -> PlannedCase {
        PlannedCase {
            source: Source::Scenarios,
            id: embedded.id.to_owned(),
            trial: Trial::of_scenario(&embedded.scenario),
        }
    }

    /// A case from a scenario file, which is also its name.
    pub fn of_file(path: &str, scenario: &Scenario) -> PlannedCase {
        PlannedCase {
            source: Source::Saved,
            id: path.to_owned(),
            trial: Trial::of_scenario(scenario),
        }
    }

    /// Why an implementation cannot be judged by it; `None` where it can.
    pub fn why_not_applicable(&self, description: &Description) -> Option<NotApplicable> {
        let missing = self.trial.missing(description);
        if !missing.is_empty() {
            let capabilities = missing.into_iter().map(|capability| vec![capability]).collect();
            return Some(NotApplicable::MissingCapabilities { capabilities });
        }
        let when_choice = self.trial.scenario.as_ref()?.when_choice;
        if description.choices.agrees_with(&when_choice) {
            return None;
        }
        let choices: BTreeMap<String, String> = when_choice
            .words()
            .into_iter()
            .map(|(choice, value)| (choice.to_owned(), value.to_owned()))
            .collect();
        Some(NotApplicable::UndeclaredChoice { choices })
    }

    /// The rules that it shows first, and then those that it comes close to.
    pub(super) fn rules(&self) -> impl Iterator<Item = &String> {
        let scenario = self.trial.scenario.iter();
        scenario.flat_map(|scenario| scenario.rules.iter().chain(&scenario.near_misses))
    }
}
