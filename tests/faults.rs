//! Every check can fail. A check that never fails looks exactly like an implementation that is
//! always right, so each rule is broken on purpose, by mistakes that a real implementation could
//! make, and its check has to notice each of them in the scenarios.

use entra_conformance::cases::scenario::embedded;
use entra_conformance::implementation::Implementation;
use entra_conformance::mutants::{Mutant, catalogue, find};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::runner::{CaseVerdict, Event, Host, Origin, Selection, plan, run};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Mutants that no scenario finds on the rule that they break, each with the reason. Generated
/// cases have to find them.
const ONLY_GENERATED_CASES_FIND: &[(&str, &str)] = &[
    (
        "new-cloud-objects-are-mastered-on-premises",
        "no scenario creates an object that carries an onPremisesImmutableId",
    ),
    (
        "matched-again-if-the-first-attempt-failed",
        "it takes a failure, its cure, a takeover and then a change into another match",
    ),
    (
        "hard-match-keeps-secondary-addresses",
        "no scenario hard-matches a user with other secondary addresses",
    ),
    ("retried-once-only", "it takes three cycles, and the cure before the third"),
];

/// The rules whose checks notice something in any embedded scenario.
fn noticed(name: &str, implementation: &mut dyn Implementation) -> BTreeSet<String> {
    let description = implementation.describe();
    let (cases, header) =
        plan(embedded(), "2023-01", &description, Host::InProcess, Selection::default());
    let mut rules = BTreeSet::new();
    run(&cases, &header, implementation, &AtomicBool::new(false), &mut |event| {
        if let Event::CaseFinished { case, verdict, failures, .. } = event {
            // A fault is a wrong answer; breaking off would be another story.
            assert!(
                matches!(verdict, CaseVerdict::Judged | CaseVerdict::NotApplicable { .. }),
                "{name}: {case}: {verdict:?}"
            );
            // What a scenario expects is no evidence that the check works.
            let by_check = failures.into_iter().filter(|failure| failure.origin == Origin::Check);
            rules.extend(by_check.map(|failure| failure.rule));
        }
    });
    rules
}

/// Every mutant, and the rules on which it is noticed.
fn noticed_of_all() -> Vec<(&'static Mutant, BTreeSet<String>)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = catalogue().len().div_ceil(threads);
    std::thread::scope(|scope| {
        let shares = catalogue().chunks(share).map(|mutants| {
            scope.spawn(|| {
                let judge = |mutant: &'static Mutant| (mutant, noticed_of(mutant));
                mutants.iter().map(judge).collect::<Vec<_>>()
            })
        });
        let running: Vec<_> = shares.collect();
        running.into_iter().flat_map(|share| share.join().expect("a verdict")).collect()
    })
}

fn noticed_of(mutant: &Mutant) -> BTreeSet<String> {
    noticed(mutant.name, mutant.implementation().as_mut())
}

#[test]
fn the_scenarios_find_every_mutant_on_its_rule() {
    let mut overlooked = Vec::new();
    for (mutant, rules) in noticed_of_all() {
        let is_excused = ONLY_GENERATED_CASES_FIND.iter().any(|(name, _)| *name == mutant.name);
        if rules.contains(mutant.rule) == is_excused {
            overlooked.push(format!(
                "{} on {}: {} (noticed: {rules:?})",
                mutant.name, mutant.rule, mutant.what
            ));
        }
    }
    assert!(overlooked.is_empty(), "{}", overlooked.join("\n"));
}

#[test]
fn the_scenarios_find_nearly_all() {
    for (name, reason) in ONLY_GENERATED_CASES_FIND {
        assert!(find(name).is_some(), "{name} is no mutant");
        assert!(!reason.is_empty(), "{name}");
    }
    assert!(ONLY_GENERATED_CASES_FIND.len() * 20 <= catalogue().len());
}

/// The model that the mutants are made of is right: what is noticed is noticed of the mistake.
#[test]
fn without_a_mistake_nothing_is_noticed() {
    assert_eq!(noticed("none", &mut ReferenceModel::default()), BTreeSet::new());
}
