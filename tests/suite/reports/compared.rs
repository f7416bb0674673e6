//! What is different between two runs.

use super::{Fragile, conformant, events, selection, stopped, summary};
use entra_conformance::directory::Capability;
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::Summary;
use entra_conformance::report::compare::{Change, Comparison, markdown, terminal};
use entra_conformance::runner::{CaseVerdict, Event, Source};
use entra_conformance::self_test::mutants;
use rstest::rstest;

/// The scenarios of some rules.
fn run(implementation: &mut dyn Implementation, rules: &[&str]) -> Summary {
    summary(&events(implementation, selection(rules, Source::Scenarios), None))
}

fn right() -> Summary {
    run(&mut ReferenceModel::default(), &["takeover.", "recovery.", "soa."])
}

fn faulty() -> Summary {
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    run(&mut *mutant.implementation(), &["takeover.", "recovery.", "soa."])
}

/// Breaks off in one scenario, and can be judged by fewer rules.
fn fragile() -> Summary {
    run(&mut Fragile::default(), &["takeover.", "recovery.", "soa."])
}

/// Broken in one of the scenarios in which it is broken elsewhere.
fn faulty_in_one_scenario() -> Summary {
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    let selection = selection(&["takeover.", "recovery.", "soa."], Source::Scenarios);
    let mut events = events(&mut *mutant.implementation(), selection, None);
    let mut broken = 0;
    for event in &mut events {
        if let Event::CaseFinished { failures, held, .. } = event
            && !failures.is_empty()
        {
            broken += 1;
            if broken > 1 {
                failures.clear();
                held.clear();
            }
        }
    }
    assert!(broken > 2, "{broken}");
    summary(&events)
}

fn with_defect() -> Summary {
    let mut summary = right();
    summary.take(&Event::CaseFinished {
        source: Source::Scenarios,
        case: "takeover/anything".to_owned(),
        verdict: CaseVerdict::Defect { message: "a check panicked".to_owned() },
        held: Default::default(),
        failures: Vec::new(),
    });
    summary
}

fn cut_off() -> Summary {
    let mut summary = right();
    summary.cut_off = Some(9);
    summary
}

/// Two runs, and how many things are worse, no longer judged, better, newly judged and still broken.
#[rstest]
#[case::same("same", right, right, [0, 0, 0, 0, 0])]
#[case::broken("broken", right, faulty, [1, 0, 0, 0, 0])]
#[case::put_right("put-right", faulty, right, [0, 0, 1, 0, 0])]
#[case::still_broken("still-broken", faulty, faulty, [0, 0, 0, 0, 1])]
#[case::lost_and_breaking_off("lost-and-breaking-off", right, fragile, [1, 3, 0, 0, 0])]
#[case::gained_and_ending("gained-and-ending", fragile, right, [0, 0, 1, 3, 0])]
#[case::still_breaking_off("still-breaking-off", fragile, fragile, [0, 0, 0, 0, 1])]
#[case::cut_off("cut-off", right, cut_off, [0, 1, 0, 0, 0])]
#[case::cut_off_before("cut-off-before", cut_off, right, [0, 0, 0, 0, 0])]
#[case::defect("defect", right, with_defect, [1, 0, 0, 0, 0])]
fn what_is_different_is_told(
    #[case] name: &str,
    #[case] before: fn() -> Summary,
    #[case] after: fn() -> Summary,
    #[case] expected: [usize; 5],
) {
    let (before, after) = (before(), after());
    let comparison = Comparison::of(&before, &after);
    let counts = [
        comparison.worse.len(),
        comparison.no_longer_judged.len(),
        comparison.better.len(),
        comparison.newly_judged.len(),
        comparison.still_failing.len(),
    ];
    assert_eq!(counts, expected, "{comparison:#?}");
    assert_eq!(comparison.is_worse(), counts[0] + counts[1] > 0);
    let settings = crate::snapshots::settings();
    let text = terminal(&comparison, &before, &after, false);
    let page = markdown(&comparison, &before, &after);
    assert_eq!(page.contains('❌'), comparison.is_worse());
    settings.bind(|| {
        insta::assert_snapshot!(format!("compare-{name}"), format!("{text}\n---\n\n{page}"))
    });
}

/// A rule that was broken already can hide that it is broken in more places.
#[test]
fn a_broken_rule_hides_no_further_scenario() {
    let (few, many) = (faulty_in_one_scenario(), faulty());
    let comparison = Comparison::of(&few, &many);
    assert!(comparison.is_worse());
    assert_eq!(comparison.still_failing.len(), 1);
    let first = &comparison.worse[0];
    assert!(first.what.starts_with("takeover.addresses-replaced in "), "{first:?}");
    assert_eq!((&*first.before, &*first.after), ("not violated", "violated"));
    let back = Comparison::of(&many, &few);
    assert!(!back.is_worse());
    assert_eq!(back.better.len(), comparison.worse.len());
}

#[test]
fn what_was_judged_and_is_not_in_the_other_run_is_never_passed_over() {
    // Other rules, and a run that was stopped.
    let (takeover, switch) = (summary(&conformant()), summary(&stopped()));
    let comparison = Comparison::of(&takeover, &switch);
    let judged = takeover.counts().judged();
    let rules =
        comparison.no_longer_judged.iter().filter(|change| change.after == "not in this run");
    assert_eq!(rules.count(), judged);
    assert_eq!(comparison.newly_judged.len(), switch.counts().judged());
    assert!(comparison.conditions.iter().any(|change| change.what == "selection"));
    assert!(comparison.is_worse());
}

#[test]
fn what_broke_off_and_was_not_run_again_is_not_better() {
    let mut only_takeover = selection(&["takeover."], Source::Scenarios);
    only_takeover.rule_patterns = vec!["takeover.addresses-replaced".to_owned()];
    only_takeover.rules = ["takeover.addresses-replaced".to_owned()].into();
    let mut model = ReferenceModel::default();
    assert!(model.describe().capabilities.has(Capability::CloudEdits));
    let after = summary(&events(&mut model, only_takeover, None));
    let comparison = Comparison::of(&fragile(), &after);
    assert!(comparison.better.is_empty(), "{:?}", comparison.better);
    let lost = &comparison.no_longer_judged;
    assert!(
        lost.iter().any(|change| change.what == "recovery/two-reinstalls-in-a-row"),
        "{lost:?}"
    );
}

#[test]
fn markdown_names_no_more_than_a_comment_takes() {
    let change = |at: usize| Change {
        what: format!("takeover.addresses-replaced in takeover/scenario-with-a-long-name-{at}"),
        before: "not violated".to_owned(),
        after: "violated".to_owned(),
    };
    let worse = (0..1000).map(change).collect();
    let comparison = Comparison { worse, ..Comparison::default() };
    let page = markdown(&comparison, &right(), &right());
    assert!(page.chars().count() < 65_536 / 5, "there are five such tables");
    assert!(page.ends_with("| and 950 more | | |\n"), "{page}");
}
