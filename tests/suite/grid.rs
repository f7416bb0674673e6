//! The whole grid, run through the reference model and judged by every check: two formalizations
//! of one text agree on every combination.
//!
//! Without optimisation one point in 37 is run, with optimisation all of them:
//! `cargo test --release --test suite grid::`.

use entra_conformance::cases::Case;
use entra_conformance::cases::grid::{Grid, Point};
use entra_conformance::checks::{EditionSettings, Finding, Observer, checked_rules};
use entra_conformance::directory::{AmbiguousMatch, Capabilities, CollisionHandling};
use entra_conformance::implementation::Implementation as _;
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::Rulebook;
use rstest::rstest;
use std::collections::BTreeMap;

/// A prime, so that every class of every dimension has its turn.
const STRIDE: usize = if cfg!(debug_assertions) { 37 } else { 1 };

/// Rules about commands that no case of the grid gives, or about more than one incoming object.
const OUT_OF_REACH: &[&str] = &[
    "kind.immutable-id-users-only",
    "match.same-target-same-result",
    "soa.cloud-edits-work",
    "soa.no-split",
    "sync.changed-anchor-stops-updates",
    "sync.errors-stay-local",
];

/// How often each rule held, and everything that any check found fault with.
#[derive(Default)]
struct Tally {
    held: BTreeMap<&'static str, u64>,
    faults: Vec<String>,
}

impl Tally {
    fn take(&mut self, point: &Point, step: usize, findings: Vec<Finding>) {
        for finding in findings {
            *self.held.entry(finding.rule).or_default() += finding.verdict.held;
            for violation in finding.violations() {
                self.faults.push(format!(
                    "{}, step {step}: {}: {violation:?}",
                    point.id(),
                    finding.rule
                ));
            }
        }
    }
}

fn judge(policy: Policy) -> Tally {
    let mut model = ReferenceModel::new(policy);
    let capabilities = Capabilities::all_of_2023();
    let choices = policy.declared();
    let mut tally = Tally::default();
    for point in Grid::get().points().iter().step_by(STRIDE) {
        let Case { tenant, commands } = point.case();
        let start = model.reset(&tenant).expect("the model starts");
        let (mut observer, findings) = Observer::start(
            &tenant,
            &start,
            EditionSettings::of_2023_01(),
            &capabilities,
            &choices,
        );
        tally.take(point, 0, findings);
        for (at, command) in commands.iter().enumerate() {
            let seen = model.apply(command).expect("the model can do it");
            tally.take(point, at + 1, observer.step(command, &seen));
        }
    }
    tally
}

#[rstest]
#[case::cautious(Policy::default())]
#[case::bold(Policy {
    collision_handling: CollisionHandling::Quarantined,
    ambiguous_match: AmbiguousMatch::Withheld,
    ..Policy::default()
})]
fn no_check_finds_fault_with_the_reference_model(#[case] policy: Policy) {
    let Tally { held, faults } = judge(policy);
    assert!(faults.is_empty(), "{}", faults[..faults.len().min(20)].join("\n"));
    let book = Rulebook::embedded();
    let is_in_edition =
        |rule: &str| book.rule(rule).is_some_and(|rule| rule.is_in(&book.default_edition().id));
    let mut unexercised: Vec<&str> = checked_rules()
        .filter(|rule| is_in_edition(rule) && held.get(rule).is_none_or(|&held| held == 0))
        .collect();
    unexercised.sort_unstable();
    assert_eq!(unexercised, OUT_OF_REACH);
}
