//! Keeps rulebook, checks and scenarios closed over each other: nothing dangles, nothing is idle.

use crate::relations::two_runs::apply;
use entra_conformance::cases::Case;
use entra_conformance::cases::relations::{RelationVerdict, all, relation};
use entra_conformance::cases::scenario::{EmbeddedScenario, embedded};
use entra_conformance::checks::checked_rules;
use entra_conformance::directory::DeclaredChoices;
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::{AREAS, Edition, Rulebook, area_of};
use entra_conformance::runner::{CaseVerdict, Event, PlannedCase, Selection, judge_case};
use std::collections::{BTreeMap, BTreeSet};

/// The reference model of an edition with the choices that a scenario is about; `None` where the edition
/// settles one of them.
fn model_for(edition: &Edition, condition: &DeclaredChoices) -> Option<ReferenceModel> {
    let policies = Policy::of_edition(&edition.id).expect("the model knows it").every_choice();
    let mut policies = policies.into_iter();
    let policy = policies.find(|policy| policy.declared().agrees_with(condition))?;
    Some(ReferenceModel::new(policy))
}

/// Every edition, with each scenario that is about it.
fn scenarios_of_editions() -> impl Iterator<Item = (&'static Edition, &'static EmbeddedScenario)> {
    let editions = Rulebook::embedded().editions.editions.iter();
    editions.flat_map(|edition| {
        let scenarios = embedded().iter().filter(|one| one.scenario.is_in(&edition.id));
        scenarios.map(move |scenario| (edition, scenario))
    })
}

/// How often each rule was exercised by a scenario, and what was broken.
fn judge(
    edition: &Edition,
    scenario: &EmbeddedScenario,
    model: &mut ReferenceModel,
) -> (BTreeMap<String, u64>, Vec<String>) {
    let case = PlannedCase::of_embedded(scenario);
    let event = judge_case(&case, model, edition, &Selection::default());
    let Event::CaseFinished { verdict, held, failures, .. } = event else {
        panic!("a case ends with its verdict")
    };
    assert_eq!(verdict, CaseVerdict::Judged, "{}", scenario.id);
    let broken = failures
        .iter()
        .flat_map(|failure| {
            let rule = &failure.rule;
            failure.violations.iter().map(move |violation| format!("{rule}: {violation:?}"))
        })
        .collect();
    (held, broken)
}

/// What each relation says that a scenario is about: `None` where there is nothing to vary.
fn judge_relations<'s>(
    edition: &Edition,
    scenario: &'s EmbeddedScenario,
) -> Vec<(&'s String, Option<RelationVerdict>)> {
    let Some(mut model) = model_for(edition, &scenario.scenario.when_choice) else {
        return Vec::new();
    };
    let case =
        Case { tenant: scenario.scenario.given.clone(), commands: scenario.scenario.commands() };
    let rules = scenario.scenario.relations.iter();
    rules
        .map(|rule| (rule, apply(relation(rule).expect("a relation"), edition, &mut model, &case)))
        .collect()
}

#[test]
fn every_rule_has_exactly_one_check_or_is_a_relation() {
    let rules: Vec<&str> = Rulebook::embedded().rules.iter().map(|rule| &*rule.id).collect();
    let judged: Vec<&str> =
        checked_rules().chain(all().iter().map(|relation| relation.rule)).collect();
    assert_eq!(judged, rules);
}

#[test]
fn every_rule_is_shown_by_a_scenario_and_missed_nearly_by_another() {
    let mut shown = BTreeSet::new();
    let mut missed = BTreeSet::new();
    for scenario in embedded() {
        shown.extend(scenario.scenario.rules.iter().map(String::as_str));
        missed.extend(scenario.scenario.near_misses.iter().map(String::as_str));
    }
    for rule in &Rulebook::embedded().rules {
        assert!(shown.contains(&*rule.id), "{} is shown by no scenario", rule.id);
        assert!(missed.contains(&*rule.id), "{} has no near miss", rule.id);
    }
}

#[test]
fn every_scenario_exercises_the_rules_that_it_shows_and_breaks_none() {
    let mut complaints = Vec::new();
    for (edition, scenario) in scenarios_of_editions() {
        let Some(mut model) = model_for(edition, &scenario.scenario.when_choice) else { continue };
        let (held, broken) = judge(edition, scenario, &mut model);
        let name = format!("{} in {}", scenario.id, edition.id);
        complaints.extend(broken.into_iter().map(|what| format!("{name}: {what}")));
        let is_in_edition = |rule: &&String| {
            Rulebook::embedded().rule(rule).is_some_and(|known| known.is_in(&edition.id))
        };
        let rules: Vec<&String> = scenario.scenario.rules.iter().filter(is_in_edition).collect();
        if rules.is_empty() {
            complaints.push(format!("{name}: it shows no rule of this edition"));
        }
        for rule in rules.into_iter().filter(|rule| relation(rule).is_none()) {
            if held.get(rule).copied().unwrap_or(0) == 0 {
                complaints.push(format!("{name}: {rule} is not exercised"));
            }
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

/// A relation holds in the scenarios that show it, and its precondition fails in its near misses.
#[test]
fn every_relation_speaks_of_the_scenarios_that_show_it_and_of_no_near_miss() {
    let mut complaints = Vec::new();
    for (edition, scenario) in scenarios_of_editions() {
        for (rule, verdict) in judge_relations(edition, scenario) {
            let is_shown = scenario.scenario.rules.contains(rule);
            let is_missed = scenario.scenario.near_misses.contains(rule);
            let is_right = match &verdict {
                Some(RelationVerdict::Held) => !is_missed,
                Some(RelationVerdict::NotApplicable(_)) | None => !is_shown,
                Some(RelationVerdict::Violated { .. }) => false,
            };
            if !is_right {
                let (id, edition) = (scenario.id, &edition.id);
                complaints.push(format!("{id} in {edition}: {rule}: {verdict:?}"));
            }
        }
    }
    assert_eq!(complaints, Vec::<String>::new());
}

#[test]
fn a_near_miss_expects_something() {
    for scenario in embedded() {
        let expects = scenario.scenario.steps.iter().any(|step| !step.expect.is_empty());
        assert!(
            scenario.scenario.near_misses.is_empty() || expects,
            "{} is a near miss and expects nothing",
            scenario.id
        );
    }
}

#[test]
fn scenarios_stand_in_the_folders_of_known_areas_and_have_titles_of_their_own() {
    let mut titles = BTreeMap::new();
    for scenario in embedded() {
        let area = scenario.id.split('/').next().unwrap_or_default();
        assert!(AREAS.contains(&area), "{} is no area", area);
        assert!(scenario.scenario.title.chars().count() <= 80, "{}: a long title", scenario.id);
        assert!(
            scenario
                .scenario
                .rules
                .iter()
                .chain(&scenario.scenario.near_misses)
                .any(|rule| area_of(rule) == area),
            "{} is about no rule of its area",
            scenario.id
        );
        let earlier = titles.insert(&scenario.scenario.title, scenario.id);
        assert_eq!(earlier, None, "two scenarios with the title of {}", scenario.id);
        assert!(
            scenario.text.starts_with("# yaml-language-server: $schema=../../schema/scenario.json"),
            "{} names no schema for editors",
            scenario.id
        );
    }
}

#[test]
fn the_seed_document_has_at_least_eighty_scenarios() {
    assert!(embedded().len() >= 80, "{}", embedded().len());
}
