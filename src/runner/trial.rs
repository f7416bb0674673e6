//! Cases to be run, with what judges each of them besides the checks.

use super::addresses::{has_addresses, without_addresses};
use super::not_applicable::NotApplicable;
use super::sent::Sent;
use super::source::Source;
use crate::cases::relations::{self, Relation};
use crate::cases::scenario::{EmbeddedScenario, Remarks, Scenario, Step, case_to_yaml};
use crate::cases::{Case, required_capabilities};
use crate::directory::{Command, Field, OnPremisesChange, SwitchNames, Tenant};
use crate::implementation::{CaseInput, Description};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What the case is called, or the one that it was made from.
    pub(crate) name: Arc<str>,
}

impl Trial {
    /// The trial of a scenario.
    pub fn of_scenario(scenario: &Scenario) -> Trial {
        Trial {
            case: Case { tenant: scenario.given.clone(), commands: scenario.commands() },
            relations: relations::named(&scenario.relations),
            scenario: Some(Arc::new(scenario.clone())),
            name: "".into(),
        }
    }

    /// The same under this name.
    pub(super) fn called(self, name: impl Into<Arc<str>>) -> Trial {
        Trial { name: name.into(), ..self }
    }

    /// The same case, judged by the checks and these relations alone.
    pub(crate) fn without_expectations(self) -> Trial {
        Trial { scenario: None, ..self }
    }

    /// Another case to which the same relations are applied.
    pub(crate) fn with_case(&self, case: Case) -> Trial {
        let (relations, name) = (self.relations.clone(), Arc::clone(&self.name));
        Trial { case, relations, scenario: None, name }
    }

    /// The case up to this step in the format of scenario files, with these names of switches; or the `varied` case that one of
    /// its relations compares it with.
    pub(crate) fn excerpt(&self, varied: Option<&Case>, step: usize, names: SwitchNames) -> String {
        let mut scenario = match (varied, &self.scenario) {
            (None, Some(scenario)) => Scenario::clone(scenario),
            (varied, _) => scenario_of(varied.unwrap_or(&self.case)),
        };
        scenario.steps.truncate(step);
        shortened(&case_to_yaml(&scenario, &Remarks::new(), names))
    }

    /// Whether an implementation has all that the case takes.
    pub(crate) fn applies(&self, description: &Description) -> bool {
        lacks(&self.case, description).is_none()
    }
}

/// What a case takes that an implementation does not declare.
pub(super) fn lacks(case: &Case, description: &Description) -> Option<NotApplicable> {
    let needed = required_capabilities(&case.tenant, &case.commands);
    let missing = description.capabilities.missing(&needed);
    if !missing.is_empty() {
        let capabilities = missing.into_iter().map(|capability| vec![capability]).collect();
        return Some(NotApplicable::MissingCapabilities { capabilities });
    }
    if !description.is_limited() {
        return None;
    }
    if !description.has_addresses() && has_addresses(case) {
        return Some(NotApplicable::Unrepresented { fields: vec![Field::ProxyAddresses] });
    }
    let fields: BTreeSet<Field> = match Sent::of([case], description) {
        Err(names) => names.into_iter().map(Field::Attribute).collect(),
        Ok(sent) => unchangeable(&sent.case(case), description),
    };
    let fields: Vec<Field> = fields.into_iter().collect();
    (!fields.is_empty()).then_some(NotApplicable::Unrepresented { fields })
}

/// The fields that a case, as it is sent, changes and an implementation does not.
fn unchangeable(case: &Case, description: &Description) -> BTreeSet<Field> {
    let mut fields = BTreeSet::new();
    for command in &case.commands {
        let (set, fixed) = match command {
            Command::UpdateCloudObject(update) => {
                let set = OnPremisesChange {
                    user_principal_name: update.set.user_principal_name.clone(),
                    proxy_addresses: update.set.proxy_addresses.clone(),
                    attributes: update.set.attributes.clone(),
                    password: update.set.password.clone(),
                    ..OnPremisesChange::default()
                };
                (set, &description.read_only)
            }
            Command::UpdateOnPremisesObject(update) => {
                (update.set.clone(), &description.never_updated)
            }
            _ => continue,
        };
        let plain = [
            (!set.user_principal_name.is_keep(), Field::UserPrincipalName),
            (!set.proxy_addresses.is_keep(), Field::ProxyAddresses),
            (!set.password.is_keep(), Field::Password),
            (!set.source_anchor.is_keep(), Field::SourceAnchor),
        ];
        let plain = plain.into_iter().filter(|(is_set, _)| *is_set).map(|(_, field)| field);
        let changed = plain.chain(set.attributes.keys().cloned().map(Field::Attribute));
        fields.extend(changed.filter(|field| fixed.contains(field)));
    }
    fields
}

/// What an implementation is told of a case.
pub(crate) fn input(case: &Case) -> CaseInput<'_> {
    CaseInput::new(&case.tenant, &case.commands)
}

/// So many lines of a case are shown from its beginning, and as many from its end.
const SHOWN_LINES: usize = 60;

/// A case among thousands of objects is more than anybody reads.
pub(super) fn shortened(excerpt: &str) -> String {
    let lines: Vec<&str> = excerpt.lines().collect();
    let Some(left_out) = lines.len().checked_sub(2 * SHOWN_LINES).filter(|count| *count > 1) else {
        return excerpt.to_owned();
    };
    let (first, last) = (&lines[..SHOWN_LINES], &lines[lines.len() - SHOWN_LINES..]);
    format!("{}\n… {left_out} more lines …\n{}", first.join("\n"), last.join("\n"))
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
            trial: Trial::of_scenario(&embedded.scenario).called(embedded.id),
        }
    }

    /// The same without addresses, where the implementation has none and they play no part.
    pub(super) fn within(self, description: &Description) -> PlannedCase {
        let scenario = self.trial.scenario.as_deref().filter(|_| !description.has_addresses());
        match scenario.and_then(without_addresses) {
            Some(scenario) => {
                let trial = Trial::of_scenario(&scenario).called(&*self.id);
                PlannedCase { trial, ..self }
            }
            None => self,
        }
    }

    /// A case from a scenario file, which is also its name.
    pub fn of_file(path: &str, scenario: &Scenario) -> PlannedCase {
        PlannedCase {
            source: Source::Saved,
            id: path.to_owned(),
            trial: Trial::of_scenario(scenario).called(path),
        }
    }

    /// Why an implementation cannot be judged by it; `None` where it can.
    pub fn why_not_applicable(&self, description: &Description) -> Option<NotApplicable> {
        if let Some(lacks) = lacks(&self.trial.case, description) {
            return Some(lacks);
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
