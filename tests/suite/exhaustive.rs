//! Model and checks agree on every transition of a small scope, and where an implementation is
//! wrong the same search says so.
//!
//! `EXHAUSTIVE_DEPTH=4 cargo test --release --test suite exhaustive:: -- --nocapture` searches in full and
//! prints the figures.

use crate::editions;
use entra_conformance::cases::scenario::{Scenario, from_yaml};
use entra_conformance::checks::{EditionSettings, Observer};
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::self_test::exhaustive::{
    Disagreement, Report, Scope, Settings, Starts, Subject, Values, explore, never_exercised, plan,
    render,
};
use entra_conformance::self_test::mutants;
use rstest::rstest;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The depth of a plain `cargo test`.
const SHORT: usize = 2;

/// At least so many transitions and at most so many states in each search of that depth: one that
/// has come to look away has fewer of the former, and one that takes for different what is the same
/// has more of the latter.
const BOUNDS: &[(u64, u64)] = &[
    (5_000, 1_800),
    (9_000, 2_200),
    (110_000, 24_000),
    (5_500, 2_300),
    (9_000, 2_200),
    (160_000, 35_000),
];

/// The depth from which on every rule is exercised.
const FULL: usize = 4;

/// Rules whose situation takes more commands than a short search has: two sync cycles with
/// something between them, or two things before one.
const TAKES_LONGER: &[&str] = &[
    "match.address-before-upn",
    "match.new-objects-only",
    "match.late-match-is-an-error",
    "match.same-target-same-result",
    "admin.recovery",
    "switch.joined-objects-still-sync",
    "switch.block-hard-match",
    "switch.takes-effect-on-retry",
    "recovery.nothing-lost",
    "recovery.rejoins-by-anchor",
    "sync.updates-flow",
    "sync.changed-anchor-stops-updates",
];

#[test]
fn model_and_checks_agree_on_every_transition() {
    let depth = std::env::var("EXHAUSTIVE_DEPTH")
        .map_or(SHORT, |depth| depth.parse().expect("a number of commands"));
    let reports = search("2023-01", &plan("2023-01", depth));
    // What no transition exercised was not agreed upon.
    match depth {
        SHORT => {
            assert_eq!(never_exercised("2023-01", &reports), TAKES_LONGER);
            assert_eq!(reports.len(), BOUNDS.len());
            for (report, &(transitions, states)) in reports.iter().zip(BOUNDS) {
                let found = (report.transitions, report.states);
                assert!(
                    found.0 >= transitions && found.1 <= states,
                    "{}",
                    render("2023-01", &reports)
                );
            }
        }
        FULL.. => assert_eq!(never_exercised("2023-01", &reports), Vec::<&str>::new()),
        _ => {}
    }
}

/// Of later editions a shorter search, from every pair and from where an object has left scope.
#[test]
fn model_and_checks_agree_in_later_editions() {
    for edition in editions::later() {
        let from = |starts, depth| {
            let scope = Scope { starts, values: Values::Apart };
            let policy = editions::default_policy(edition);
            Settings { policy, ..Settings::new(scope, depth) }
        };
        let searches = [from(Starts::Pairs, 1), from(Starts::Departed, 2)];
        let reports = search(&edition.id, &searches);
        // Where an edition knows of leaving scope, the second search begins with that.
        let held = |rule: &str| reports[1].held.get(rule).copied().unwrap_or(0);
        assert!(held("scope.removal-soft-deletes") > 0, "{}", edition.id);
    }
}

/// Searches, and asserts that nothing was found.
fn search(edition: &str, searches: &[Settings]) -> Vec<Report> {
    let reports: Vec<Report> =
        searches.iter().map(|search| explore(search, &mut |_| ControlFlow::Continue(()))).collect();
    println!("{}", render(edition, &reports));
    for report in &reports {
        assert!(report.is_agreed(), "{}", render(edition, std::slice::from_ref(report)));
        assert!(report.transitions > 100 && report.depth == report.settings.depth);
    }
    reports
}

/// What a search finds first in a mutant, one example for each rule.
fn found_in(mutant: &'static mutants::Mutant, depth: usize) -> Vec<Disagreement> {
    let scope = Scope { starts: Starts::Whole, values: Values::Apart };
    let settings = Settings { subject: Subject::Mutant(mutant), ..Settings::new(scope, depth) };
    let report = explore(&settings, &mut |progress| match progress.disagreements {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    });
    assert!(!report.is_agreed(), "{} is not found", mutant.name);
    let told = render("2023-01", std::slice::from_ref(&report));
    for example in &report.examples {
        let is_told = |line: &str| told.lines().any(|told| told.trim_end().ends_with(line));
        assert!(example.case.lines().all(is_told), "{told}");
    }
    report.examples
}

/// The rules that are violated where an implementation goes the way of a case.
fn violated(implementation: &mut dyn Implementation, case: &Scenario) -> BTreeSet<String> {
    let description = implementation.describe();
    let start = implementation.reset(&case.given).expect("a start");
    let (mut observer, mut findings) = Observer::start(
        &case.given,
        &start,
        EditionSettings::of_2023_01(),
        &description.capabilities,
        &description.choices,
    );
    for step in &case.steps {
        let seen = implementation.apply(&step.command).expect("a step");
        findings.extend(observer.step(&step.command, &seen));
    }
    let violated = findings.into_iter().filter(|finding| !finding.violations().is_empty());
    violated.map(|finding| finding.rule.to_owned()).collect()
}

/// The search can fail: it finds mutants of every sort, none before it can be found, and shows how
/// by a case that shows it again.
#[rstest]
#[case("does-nothing", 1)]
#[case("refuses-everything", 1)]
#[case("immutable-id-flips-authority", 1)]
#[case("takeover-leaves-authority", 1)]
#[case("cloud-values-win", 1)]
#[case("anchor-not-stamped-on-soft-match", 1)]
#[case("takeover-merges-addresses", 2)]
#[case("secondary-address-matches", 2)]
#[case("collision-provisions-anyway", 2)]
#[case("refused-edit-changes-the-addresses", 2)]
#[case("reinstall-hands-objects-to-the-cloud", 2)]
#[case("groups-are-not-rejoined", 3)]
fn the_search_finds_what_is_wrong(#[case] name: &str, #[case] commands: usize) {
    let mutant = mutants::find(name).expect("a mutant");
    let examples = found_in(mutant, commands);
    for example in examples {
        assert_eq!(example.commands, commands, "{example:?}");
        assert!(mutant.breaks(&example.rule) && !example.violations.is_empty(), "{example:?}");
        let text = format!("title: a way\nrules: [{}]\n{}\n", example.rule, example.case);
        let case = from_yaml(name, &text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
        assert!(violated(mutant.implementation().as_mut(), &case).contains(&example.rule));
        assert_eq!(violated(&mut ReferenceModel::default(), &case), BTreeSet::new());
    }
}

/// A disagreement is shown by the shortest way there.
#[test]
fn a_disagreement_is_shown_as_a_scenario() {
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    let examples = found_in(mutant, 2);
    let [example] = &examples[..] else { panic!("{examples:?}") };
    let text = format!("{}\n{}\n{}", example.rule, example.violations.join("\n"), example.case);
    crate::snapshots::settings().bind(|| insta::assert_snapshot!("exhaustive-disagreement", text));
}
