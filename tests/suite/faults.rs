//! Every check can fail. A check that never fails looks exactly like an implementation that is
//! always right, so each rule is broken on purpose, by mistakes that a real implementation could
//! make, and its check has to notice each of them in the scenarios.

use entra_conformance::cases::scenario::from_yaml;
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::Summary;
use entra_conformance::rulebook::area_of;
use entra_conformance::runner::{Extras, Host, PlannedCase, Selection, Source, plan, run};
use entra_conformance::self_test::mutants::find;
use entra_conformance::self_test::{Settings, self_test};
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

/// Mutants that no scenario notices on the rule that they break above all, each with the reason
/// and with a case that does: generated cases have to find them.
const ONLY_GENERATED_CASES_FIND: &[(&str, &str, &str)] = &[
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
];

#[test]
fn the_scenarios_notice_every_mutant_on_its_rule_and_on_no_other() {
    let settings = Settings {
        sources: vec![Source::Scenarios],
        variants: vec!["none of them".to_owned()],
        ..Settings::default()
    };
    let proof = self_test(&settings, &|| false, &|_| {});
    let (mut overlooked, mut unexpected) = (Vec::new(), Vec::new());
    for line in &proof.mutants {
        let noticed = &line.attempts[0].noticed;
        let is_excused = ONLY_GENERATED_CASES_FIND.iter().any(|(name, ..)| *name == line.mutant);
        if noticed.contains(line.rule) == is_excused {
            overlooked.push(format!(
                "{} on {}: {} (noticed: {noticed:?})",
                line.mutant, line.rule, line.what
            ));
        }
        // A relation notices whatever differs between two runs, and that is no mistake of its own.
        let breaks = |rule: &str| line.rule == rule || line.also.contains(&rule);
        let others = noticed.iter().filter(|rule| !breaks(rule) && area_of(rule) != "relation");
        unexpected.extend(others.map(|rule| format!("{} does not break {rule}", line.mutant)));
    }
    assert!(overlooked.is_empty(), "{}", overlooked.join("\n"));
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

/// The rules that are found broken in a scenario.
fn broken(implementation: &mut dyn Implementation, case: &PlannedCase) -> BTreeSet<String> {
    let selection = Selection { sources: [Source::Saved].into(), ..Selection::default() };
    let description = implementation.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, vec![case.clone()]);
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    summary.failures().into_iter().map(|failure| failure.rule).collect()
}

#[test]
fn what_no_scenario_notices_a_case_can_show() {
    for (name, reason, text) in ONLY_GENERATED_CASES_FIND {
        let mutant = find(name).unwrap_or_else(|| panic!("{name} is no mutant"));
        assert!(!reason.is_empty(), "{name}");
        let scenario = from_yaml(name, text).unwrap_or_else(|errors| panic!("{errors:?}"));
        let case = PlannedCase::of_file(name, &scenario);
        let rules = broken(&mut *mutant.implementation(), &case);
        assert!(rules.contains(mutant.rule), "{name}: {rules:?}");
        assert_eq!(broken(&mut ReferenceModel::default(), &case), BTreeSet::new(), "{name}");
    }
}
