//! One mistake is one finding, under a rule that explains it.

use entra_conformance::implementation::Implementation;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::Summary;
use entra_conformance::runner::{
    Extras, Finding, Generation, Host, Profile, Selection, Source, plan, run,
};
use entra_conformance::self_test::{likeness, mutants};
use rstest::rstest;
use std::sync::atomic::AtomicBool;

/// What is found of an implementation.
fn findings(implementation: &mut dyn Implementation, selection: Selection) -> Vec<Finding> {
    let description = implementation.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    let extras = Extras { likeness: Some(likeness), ..Extras::default() };
    run(&plan, implementation, extras, &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    summary.findings()
}

/// Over a part of the catalogue: other tests run all of it.
#[test]
fn most_mistakes_are_one_finding_that_leads_with_a_rule_they_break() {
    let (mut found, mut led, mut mistakes) = (0, 0, 0);
    let mut astray = Vec::new();
    for mutant in mutants::of_edition("2023-01").step_by(5) {
        let mut implementation = mutant.implementation();
        let findings = findings(&mut *implementation, Selection::scenarios_only());
        let Some(first) = findings.first() else { continue };
        mistakes += 1;
        found += findings.len();
        if mutant.breaks(&first.rule) {
            led += 1;
        } else {
            astray.push((mutant.name, first.rule.clone()));
        }
    }
    assert!(led * 20 >= mistakes * 19, "{led} of {mistakes}: {astray:?}");
    assert!(found * 2 <= mistakes * 3, "{found} findings of {mistakes} mistakes");
}

#[rstest]
#[case("takeover-merges-addresses", "takeover.addresses-replaced")]
#[case("admin-check-skipped-on-hard-match", "admin.never-hard-matched")]
#[case("reinstall-rejoins-by-upn", "recovery.rejoins-by-anchor")]
fn what_a_mistake_breaks_besides_is_folded_beneath(#[case] mutant: &str, #[case] rule: &str) {
    let selection = Selection {
        sources: [Source::Scenarios, Source::Sequences].into(),
        generation: Generation::of(Profile::Quick),
        ..Selection::default()
    };
    let mutant = mutants::find(mutant).expect("a mutant");
    let findings = findings(&mut *mutant.implementation(), selection);
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert!(rules[0] == rule && rules.len() < 3, "{rules:?}");
    let likeness = findings[0].likeness.as_ref().expect("the mistake itself");
    assert_eq!(likeness.what, mutant.what);
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    let mut model = ReferenceModel::default();
    assert_eq!(findings(&mut model, Selection::scenarios_only()), []);
}
