//! Every check can fail. A check that never fails looks exactly like an implementation that is
//! always right, so each rule is broken on purpose, by mistakes that a real implementation could
//! make, and its check has to notice each of them in the scenarios.

mod two_runs;

use entra_conformance::cases::Case;
use entra_conformance::cases::laws::{LawVerdict, law};
use entra_conformance::cases::scenario::{Scenario, embedded, from_yaml};
use entra_conformance::checks::{Finding, Observer};
use entra_conformance::implementation::{Description, Implementation};
use entra_conformance::mutants::{Mutant, catalogue, find};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::rulebook::area_of;
use std::collections::BTreeSet;
use two_runs::apply;

/// Mutants that no scenario finds on the rule that they break, each with the reason. Generated
/// cases have to find them.
/// Beside the reason stands a case that does.
const ONLY_GENERATED_CASES_FIND: &[(&str, &str, &str)] = &[
    (
        "new-cloud-objects-are-mastered-on-premises",
        "no scenario creates an object that carries an onPremisesImmutableId",
        "
title: An administrator creates a user with an anchor
rules: [soa.one-authority]
given: {}
steps:
  - do: createCloudObject
    object: {label: ann, kind: user, userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB}
",
    ),
    (
        "matched-again-if-the-first-attempt-failed",
        "it takes a failure, its cure, a takeover and then a change into another match",
        "
title: A user that failed once is joined and then renamed to another
rules: [match.new-objects-only]
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reader]}
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
steps:
  - do: sync
  - {do: removeRole, object: {label: ann}, role: Reader}
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
",
    ),
    (
        "hard-match-keeps-secondary-addresses",
        "no scenario hard-matches a user with other secondary addresses",
        "
title: A user with a secondary address is matched by its anchor
rules: [takeover.addresses-replaced]
given:
  cloud:
    - {label: bob, kind: user, userPrincipalName: robert@contoso.com, onPremisesImmutableId: QkJC, proxyAddresses: ['smtp:b@contoso.com']}
  onPremises:
    - {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: bob@contoso.com, proxyAddresses: ['SMTP:bob@contoso.com']}
steps:
  - do: sync
",
    ),
    (
        "hard-match-empties-addresses-without-on-premises-value",
        "no scenario matches two users without on-premises addresses in two ways",
        "
title: Two users keep their addresses, one matched by anchor and one by name
rules: [match.same-target-same-result]
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, proxyAddresses: ['smtp:a@contoso.com']}
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, onPremisesImmutableId: QkJC, proxyAddresses: ['smtp:b@contoso.com']}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
    - {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: robert@contoso.com}
steps:
  - do: sync
",
    ),
    (
        "retried-once-only",
        "it takes three cycles, and the cure before the third",
        "
title: A user that has failed twice is matched when its obstacle is gone
rules: [sync.failed-is-retried]
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reader]}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
steps:
  - do: sync
  - do: sync
  - {do: removeRole, object: {label: ann}, role: Reader}
  - do: sync
",
    ),
];

/// The rules whose checks notice something in any of these scenarios. What a scenario expects is
/// no evidence that a check works, so expectations are left out.
fn noticed<'a>(
    name: &str,
    implementation: &mut dyn Implementation,
    scenarios: impl IntoIterator<Item = &'a Scenario>,
) -> BTreeSet<&'static str> {
    let Description { capabilities, choices, .. } = implementation.describe();
    let mut rules = BTreeSet::new();
    let mut note = |findings: Vec<Finding>| {
        let violated = findings.into_iter().filter(|found| !found.verdict.violations.is_empty());
        rules.extend(violated.map(|found| found.rule));
    };
    let mut applied = Vec::new();
    for scenario in scenarios {
        if !scenario.laws.is_empty() {
            applied.push(scenario);
        }
        // A fault is a wrong answer; breaking off would be another story.
        let start = implementation.reset(&scenario.given).expect(name);
        let (mut observer, findings) =
            Observer::start(&scenario.given, &start, &capabilities, &choices);
        note(findings);
        for step in &scenario.steps {
            let seen = implementation.apply(&step.command).expect(name);
            note(observer.step(&step.command, &seen));
        }
    }
    rules.extend(laws_broken(implementation, &applied));
    rules
}

/// The laws that are broken in scenarios to which they are applied.
fn laws_broken(
    implementation: &mut dyn Implementation,
    scenarios: &[&Scenario],
) -> BTreeSet<&'static str> {
    let mut broken = BTreeSet::new();
    for scenario in scenarios {
        let case = Case { tenant: scenario.given.clone(), commands: scenario.commands() };
        for law in scenario.laws.iter().filter_map(|rule| law(rule)) {
            if let Some(LawVerdict::Violated(_)) = apply(law, implementation, &case) {
                broken.insert(law.rule);
            }
        }
    }
    broken
}

/// The scenarios of the suite.
fn scenarios() -> impl Iterator<Item = &'static Scenario> {
    embedded().iter().map(|embedded| &embedded.scenario)
}

/// Every mutant, and the rules on which it is noticed.
fn noticed_of_all() -> Vec<(&'static Mutant, BTreeSet<&'static str>)> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = catalogue().len().div_ceil(threads);
    std::thread::scope(|scope| {
        let shares = catalogue().chunks(share).map(|mutants| {
            scope.spawn(|| {
                let judge = |mutant: &'static Mutant| {
                    (mutant, noticed(mutant.name, mutant.implementation().as_mut(), scenarios()))
                };
                mutants.iter().map(judge).collect::<Vec<_>>()
            })
        });
        let running: Vec<_> = shares.collect();
        running.into_iter().flat_map(|share| share.join().expect("a verdict")).collect()
    })
}

#[test]
fn the_scenarios_find_every_mutant_on_its_rule() {
    let (mut overlooked, mut unexpected) = (Vec::new(), Vec::new());
    for (mutant, rules) in noticed_of_all() {
        let is_excused = ONLY_GENERATED_CASES_FIND.iter().any(|(name, ..)| *name == mutant.name);
        if rules.contains(mutant.rule) == is_excused {
            overlooked.push(format!(
                "{} on {}: {} (noticed: {rules:?})",
                mutant.name, mutant.rule, mutant.what
            ));
        }
        // A law notices whatever differs between two runs, and that is no mistake of its own.
        let others = rules.iter().filter(|rule| !mutant.breaks(rule) && area_of(rule) != "law");
        unexpected.extend(others.map(|rule| format!("{} does not break {rule}", mutant.name)));
    }
    assert!(overlooked.is_empty(), "{}", overlooked.join("\n"));
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

#[test]
fn the_scenarios_find_nearly_all() {
    for (name, reason, text) in ONLY_GENERATED_CASES_FIND {
        let mutant = find(name).unwrap_or_else(|| panic!("{name} is no mutant"));
        assert!(!reason.is_empty(), "{name}");
        let scenario = from_yaml(name, text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let rules = noticed(name, mutant.implementation().as_mut(), [&scenario]);
        assert!(rules.contains(mutant.rule), "{name}: {rules:?}");
        let right = noticed(name, &mut ReferenceModel::default(), [&scenario]);
        assert_eq!(right, BTreeSet::new(), "{name}");
    }
    assert!(ONLY_GENERATED_CASES_FIND.len() * 20 <= catalogue().len());
}

/// The model that the mutants are made of is right: what is noticed is noticed of the mistake.
#[test]
fn without_a_mistake_nothing_is_noticed() {
    assert_eq!(noticed("none", &mut ReferenceModel::default(), scenarios()), BTreeSet::new());
}
