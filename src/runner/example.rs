//! Finds a small case that exercises each rule, for whoever wants to see what a rule is about.

use super::event::Event;
use super::plan::{Plan, PlannedCase};
use super::shard::Shard;
use super::source::Source;
use super::trial::{Judge, Tallies, Trial};
use super::trials::Trials;
use super::why_not_applicable;
use crate::cases::scenario::{Scenario, Step, case_to_yaml};
use crate::cases::shrink::{measure, shrink};
use crate::cases::{Case, required_capabilities};
use crate::implementation::Implementation;
use std::collections::BTreeSet;

/// So many cases of a generated source are looked through for rules that nothing else exercised.
const LOOKED_THROUGH: usize = 5_000;

/// Tells a small example of each rule that the selected sources exercise, in the rulebook's order.
pub(super) fn tell_each(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(Event),
) {
    let header = &plan.header;
    let judge = Judge::new(&header.description, &header.selection);
    let mut wanted: BTreeSet<&str> = header.rules.iter().map(|rule| &*rule.rule).collect();
    let mut found: Vec<(&str, Source, String, Trial)> = Vec::new();
    let mut look = |pool: Vec<(Source, String, Trial)>, implementation: &mut dyn Implementation| {
        let trials: Vec<Trial> = pool.iter().map(|(_, _, trial)| trial.clone()).collect();
        let mut before = Tallies::default();
        judge.run(&trials, implementation, &mut Tallies::default(), &mut |at, _, tallies| {
            wanted.retain(|rule| {
                let is_exercised = tallies.held(rule) > before.held(rule);
                if is_exercised {
                    let (source, name, trial) = &pool[at];
                    found.push((rule, *source, name.clone(), trial.clone()));
                }
                !is_exercised
            });
            before = tallies.clone();
            !wanted.is_empty() && !is_stopped()
        });
        wanted.is_empty() || is_stopped()
    };
    for planned in &header.sources {
        let source = planned.source;
        let generation = &header.selection.generation;
        let capabilities = &header.description.capabilities;
        let mut pool: Vec<(Source, String, Trial)> = match source {
            Source::Saved | Source::Scenarios => plan
                .cases
                .iter()
                .filter(|case| case.source == source)
                .filter(|case| why_not_applicable(case, &header.description).is_none())
                .map(|case| (source, case.id.clone(), trial_of(case)))
                .collect(),
            _ => Trials::new(source, generation, capabilities, Shard::WHOLE)
                .all()
                .filter(|(_, Trial { case, .. })| {
                    let needed = required_capabilities(&case.tenant, &case.commands);
                    capabilities.missing(&needed).is_empty()
                })
                .take(LOOKED_THROUGH)
                .map(|(name, trial)| (source, name.to_string(), trial))
                .collect(),
        };
        pool.sort_by_cached_key(|(_, _, trial)| measure(&trial.case));
        if look(pool, implementation) {
            break;
        }
    }
    for rule in &header.rules {
        let Some((name, source, case, trial)) =
            found.iter().find(|(found, ..)| *found == rule.rule)
        else {
            continue;
        };
        let smallest = smallest(name, trial, &judge, implementation, is_stopped);
        let excerpt = excerpt(name, &smallest);
        tell(Event::Example {
            rule: rule.rule.clone(),
            source: *source,
            case: case.clone(),
            excerpt,
        });
    }
}

fn trial_of(case: &PlannedCase) -> Trial {
    Trial { case: case.case.clone(), laws: case.laws().collect() }
}

/// The smallest case found in which the rule is still exercised.
fn smallest(
    rule: &str,
    trial: &Trial,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
) -> Case {
    shrink(trial.case.clone(), &mut |cases| {
        let trials: Vec<Trial> = cases
            .iter()
            .map(|case| Trial { case: case.clone(), laws: trial.laws.clone() })
            .collect();
        let mut before = 0;
        let mut found = None;
        judge.run(&trials, implementation, &mut Tallies::default(), &mut |at, _, tallies| {
            let held = tallies.held(rule);
            if held > before {
                found = Some(at);
            }
            before = held;
            found.is_none() && !is_stopped()
        });
        found
    })
}

fn excerpt(rule: &str, case: &Case) -> String {
    let scenario = Scenario {
        title: String::new(),
        rules: vec![rule.to_owned()],
        laws: Vec::new(),
        near_misses: Vec::new(),
        tempting: None,
        description: None,
        when_choice: Default::default(),
        given: case.tenant.clone(),
        steps: case
            .commands
            .iter()
            .map(|command| Step { command: command.clone(), expect: Vec::new() })
            .collect(),
    };
    case_to_yaml(&scenario, &BTreeSet::new())
}
