//! Finds a small case that exercises each rule, for whoever wants to see what a rule is about.

use super::event::{Event, Example};
use super::judge::Judge;
use super::plan::Plan;
use super::shard::Shard;
use super::source::Source;
use super::trial::Trial;
use super::trials::Trials;
use crate::cases::shrink::{measure, shrink};
use crate::implementation::Implementation;
use std::collections::BTreeMap;

/// So many cases of a generated source are looked through for rules that nothing else exercised.
const LOOKED_THROUGH: usize = 5_000;

/// Reports a small example of each rule that the selected sources exercise, in the rulebook's order.
pub(super) fn report_each(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
    report: &mut dyn FnMut(Event),
) {
    let header = &plan.header;
    let judge = Judge::new(header.rulebook_edition(), &header.description, &header.selection);
    let mut found: BTreeMap<&str, (Source, String, Trial)> = BTreeMap::new();
    for planned in &header.sources {
        let pool = candidates(plan, planned.source);
        let trials = pool.iter().map(|(_, trial)| trial);
        let mut is_over = false;
        judge.run(trials, implementation, &mut |at, judgement| {
            for rule in header.rules.iter().map(|rule| &*rule.rule) {
                if judgement.tallies.held.contains_key(rule) {
                    found.entry(rule).or_insert_with(|| {
                        let (name, trial) = pool[at].clone();
                        (planned.source, name, trial)
                    });
                }
            }
            is_over = found.len() == header.rules.len() || is_stopped();
            !is_over
        });
        if is_over {
            break;
        }
    }
    for rule in &header.rules {
        let Some((source, case, trial)) = found.remove(&*rule.rule) else { continue };
        let smallest = smallest(&rule.rule, trial, &judge, implementation, is_stopped);
        let excerpt = smallest.excerpt(None, usize::MAX, judge.settings().switch_names);
        report(Event::Example(Example { rule: rule.rule.clone(), source, case, excerpt }));
    }
}

/// The cases of a source that an implementation can be judged by, by their names, small ones first.
fn candidates(plan: &Plan, source: Source) -> Vec<(String, Trial)> {
    let header = &plan.header;
    let description = &header.description;
    let mut pool: Vec<(String, Trial)> = match source {
        Source::Saved | Source::Scenarios => plan
            .cases
            .iter()
            .filter(|case| case.source == source)
            .filter(|case| case.why_not_applicable(description).is_none())
            .map(|case| (case.id.clone(), case.trial.clone().without_expectations()))
            .collect(),
        _ => {
            let generation = &header.selection.generation;
            Trials::new(source, generation, description, Shard::WHOLE)
                .all()
                .filter(|(_, trial)| trial.applies(description))
                .take(LOOKED_THROUGH)
                .map(|(name, trial)| (name.to_string(), trial))
                .collect()
        }
    };
    pool.sort_by_cached_key(|(_, trial)| measure(&trial.case));
    pool
}

/// The smallest case found in which the rule is still exercised.
fn smallest(
    rule: &str,
    trial: Trial,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
) -> Trial {
    let case = shrink(trial.case.clone(), &mut |cases| {
        let trials: Vec<Trial> = cases.iter().map(|case| trial.with_case(case.clone())).collect();
        let mut found = None;
        judge.run(&trials, implementation, &mut |at, judgement| {
            if judgement.tallies.held.contains_key(rule) {
                found = Some(at);
            }
            found.is_none() && !is_stopped()
        });
        found
    });
    trial.with_case(case)
}
