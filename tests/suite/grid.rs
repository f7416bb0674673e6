//! The whole grid, run through the reference model and judged by every check: two formalizations
//! of one text agree on every combination.
//!
//! Without optimisation one point in 37 is run, with optimisation all of them:
//! `cargo test --release --test suite grid::`.

use crate::editions;
use entra_conformance::cases::grid::{Grid, Point};
use entra_conformance::checks::checked_rules;
use entra_conformance::directory::{AmbiguousMatch, Capabilities, CollisionHandling};
use entra_conformance::implementation::{CaseInput, run_one};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::runner::Source;
use std::collections::BTreeMap;

/// A prime, so that every class of every dimension has its turn.
const STRIDE: usize = if cfg!(debug_assertions) { 37 } else { 1 };

/// How often each rule held, and everything that any check found fault with.
fn judge(policy: Policy, points: &[&Point]) -> (BTreeMap<&'static str, u64>, Vec<String>) {
    let (mut held, mut faults) = (BTreeMap::new(), Vec::new());
    let mut model = ReferenceModel::new(policy);
    for point in points {
        let case = point.case();
        let seen = run_one(&mut model, CaseInput::new(&case.tenant, &case.commands));
        assert!(seen.failure.is_none(), "{}: {:?}", point.id(), seen.failure);
        let case = (&case.tenant, &case.commands[..]);
        let judged = editions::judged(editions::of(&policy), case, &seen, &policy.declared());
        for (step, findings) in judged.iter().enumerate() {
            for finding in findings {
                let (id, rule) = (point.id(), finding.rule);
                *held.entry(rule).or_default() += finding.verdict.held;
                let violations = finding.violations().iter();
                faults.extend(violations.map(|one| format!("{id}, step {step}: {rule}: {one:?}")));
            }
        }
    }
    (held, faults)
}

/// The first two policies of an edition that differ wherever it shows most.
fn two_policies(cautious: Policy) -> [Policy; 2] {
    let bold = Policy {
        collision_handling: CollisionHandling::Quarantined,
        ambiguous_match: AmbiguousMatch::Withheld,
        ..cautious
    };
    [cautious, bold]
}

/// In later editions all that the first has not, and less of the rest.
#[test]
fn no_check_finds_fault_with_the_reference_model() {
    let first = Grid::within(&Capabilities::default());
    for edition in editions::every() {
        let grid = Grid::within(&editions::capabilities(edition));
        let stride = if edition.default { STRIDE } else { STRIDE * 5 };
        let of_first = first.points().iter().step_by(stride);
        let of_its_own = grid.points().iter().filter(|point| point.is_of_a_later_edition());
        let points: Vec<&Point> = of_first.chain(of_its_own.step_by(STRIDE.min(7))).collect();
        for policy in two_policies(editions::default_policy(edition)) {
            let (held, faults) = judge(policy, &points);
            assert!(faults.is_empty(), "{}", faults[..faults.len().min(20)].join("\n"));
            let is_idle = |rule: &&str| {
                editions::has_rule(edition, rule) && held.get(rule).is_none_or(|&held| held == 0)
            };
            let is_beyond =
                |rule: &&str| editions::has_rule(edition, rule) && !Source::Grid.exercises(rule);
            let unexercised: Vec<&str> = checked_rules().filter(is_idle).collect();
            let beyond_the_grid: Vec<&str> = checked_rules().filter(is_beyond).collect();
            assert_eq!(unexercised, beyond_the_grid, "{}", edition.id);
        }
    }
}
