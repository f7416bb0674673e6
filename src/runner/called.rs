//! A case by the name that reports give it.

use super::plan::Plan;
use super::shard::Shard;
use super::source::Source;
use super::trial::{Trial, scenario_of};
use super::trials::Trials;
use crate::cases::scenario::{Remarks, Scenario, Step, to_yaml};
use crate::directory::Command;

/// The case with this name, as a scenario file that can be run by itself; `None` where the plan has none.
pub(crate) fn case_called(plan: &Plan, name: &str) -> Option<String> {
    let header = &plan.header;
    let generation = &header.selection.generation;
    if let Some(written) = plan.cases.iter().find(|case| case.id == name) {
        let scenario = written.trial.scenario.as_deref()?;
        return Some(to_yaml(scenario, &[name.to_owned()], &Remarks::new()));
    }
    let trial =
        [Source::Grid, Source::Sequences, Source::Relations].into_iter().find_map(|source| {
            Trials::new(source, generation, &header.description, Shard::default()).called(name)
        })?;
    let head = [format!("{name} (seed {})", generation.seed)];
    Some(to_yaml(&scenario_called(&trial, name), &head, &Remarks::new()))
}

/// A generated case as a scenario. One names a rule at least: here the one that is judged wherever
/// anything is done.
fn scenario_called(trial: &Trial, name: &str) -> Scenario {
    let relations: Vec<String> =
        trial.relations.iter().map(|relation| relation.rule.to_owned()).collect();
    let mut rules = relations.clone();
    if rules.is_empty() {
        rules.push("safe.command-takes-effect".to_owned());
    }
    let mut scenario =
        Scenario { title: name.to_owned(), rules, relations, ..scenario_of(&trial.case) };
    if scenario.steps.is_empty() {
        scenario.steps.push(Step { command: Command::sync(), expect: Vec::new() });
    }
    scenario
}
