//! Implementations that can do less are judged by less, completely, and never by what they cannot
//! do; the reference model is conformant under every choice. That nobody is blamed for what is left
//! open is shown by `self_test`.

use crate::editions;
use entra_conformance::directory::Capabilities;
use entra_conformance::implementation::{Description, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::{RuleState, Status, Summary, terminal};
use entra_conformance::runner::{Extras, Host, Selection, plan, run};
use entra_conformance::self_test::variants;
use std::sync::atomic::AtomicBool;

fn summary_of(implementation: &mut dyn Implementation) -> Summary {
    summary_with(&implementation.describe(), implementation)
}

fn summary_with(description: &Description, implementation: &mut dyn Implementation) -> Summary {
    let selection = Selection::scenarios_only();
    let edition = description.editions.first().expect("the edition that it is of");
    let plan = plan(edition, description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    summary
}

fn assert_breaks_nothing(implementation: &mut dyn Implementation) -> Summary {
    let summary = summary_of(implementation);
    assert!(
        summary.counts().violated == 0 && summary.aborted.is_empty(),
        "{}",
        terminal::render(&summary, 100, false)
    );
    assert!(summary.judged > 0);
    summary
}

#[test]
fn the_reference_model_is_conformant_under_every_choice() {
    let editions = editions::every();
    for policy in editions.flat_map(|edition| editions::default_policy(edition).every_choice()) {
        let summary = assert_breaks_nothing(&mut ReferenceModel::new(policy));
        assert_eq!(
            summary.status(),
            Status::Conformant,
            "{}",
            terminal::render(&summary, 100, false)
        );
    }
}

/// The variants whose names begin like this.
fn variants_of(prefix: &str) -> Vec<&'static variants::Variant> {
    let found: Vec<_> =
        variants::catalogue().iter().filter(|variant| variant.name.starts_with(prefix)).collect();
    assert!(!found.is_empty(), "{prefix}");
    found
}

#[test]
fn each_capability_can_be_missing() {
    let variants = variants_of("without-");
    for variant in variants {
        let summary = assert_breaks_nothing(&mut *variant.implementation());
        assert!(!summary.not_applicable.is_empty(), "{}: no scenario needs it", variant.name);
        assert_leaves_nothing_out(&variant.name, &summary);
    }
}

/// A few capabilities are enough to be judged by every rule that they allow.
#[test]
fn a_small_implementation_is_judged_completely() {
    let mut left_out = Vec::new();
    for prefix in ["users-", "contacts-", "groups-only", "links-by-"] {
        for variant in variants_of(prefix) {
            let summary = assert_breaks_nothing(&mut *variant.implementation());
            let rules = left_out_by(&summary).into_iter();
            left_out.extend(rules.map(|rule| (variant.name.clone(), rule)));
        }
    }
    // No scenario has an error beside another's work that takes nothing but anchors; generated cases have.
    // And where nothing is matched by address, it is open whether two contacts may have the same one.
    left_out.retain(|(variant, rule)| {
        variant != "contacts-without-any-match"
            && (variant.as_str(), rule.as_str())
                != ("users-by-anchor-only", "sync.errors-stay-local")
    });
    assert_eq!(left_out, []);
}

/// A rule that the implementation could exercise is exercised.
fn assert_leaves_nothing_out(name: &str, summary: &Summary) {
    assert_eq!(left_out_by(summary), Vec::<String>::new(), "{name}");
}

/// The rules that the implementation could exercise, and that nothing exercises.
fn left_out_by(summary: &Summary) -> Vec<String> {
    let lines = summary.rules().into_iter();
    let left_out = lines.filter(|line| line.state == RuleState::NotExercised);
    left_out.map(|line| line.rule).collect()
}

#[test]
fn an_implementation_that_can_do_nothing_is_not_conformant() {
    let mut model = ReferenceModel::default();
    let mut description = model.describe();
    description.capabilities = Capabilities::default();
    let summary = summary_with(&description, &mut model);
    assert_eq!(summary.judged, 0);
    assert_eq!(summary.status(), Status::Incomplete);
}
