//! What the benchmarks share.

#![allow(dead_code, reason = "no benchmark uses all of it")]

pub mod large_tenants;
pub mod random_cases;

use entra_conformance::checks::Observer;
use entra_conformance::directory::{Capabilities, Command, DeclaredChoices, Snapshot, Tenant};
use entra_conformance::implementation::Implementation as _;
use entra_conformance::reference::ReferenceModel;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::hint::black_box;

/// A tenant to start from and what is done then.
pub type Case = (Tenant, Vec<Command>);

/// So many cases, the same ones every time.
pub fn cases(count: usize) -> Vec<Case> {
    let mut runner = TestRunner::deterministic();
    let strategy = random_cases::case();
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).expect("nothing is rejected").current())
        .collect()
}

/// How many commands there are in these cases.
pub fn commands_in(cases: &[Case]) -> u64 {
    cases.iter().map(|(_, commands)| commands.len() as u64).sum()
}

/// Runs every case in the model alone.
pub fn run_alone(model: &mut ReferenceModel, cases: &[Case]) {
    for (tenant, commands) in cases {
        black_box(model.reset(tenant).expect("the model starts"));
        for command in commands {
            black_box(model.apply(command).expect("the model can do it"));
        }
    }
}

/// Runs every case in the model and lets every check judge every step. Returns how often a rule
/// was found to hold: no check is left out unnoticed.
pub fn run_judged(model: &mut ReferenceModel, cases: &[Case]) -> u64 {
    let capabilities = Capabilities::all_of_2023();
    let choices = DeclaredChoices::default();
    let nothing = Tenant::default();
    let (mut observer, _) =
        Observer::start(&nothing, &Snapshot::default(), &capabilities, &choices);
    let (mut steps, mut found) = (Vec::new(), Vec::new());
    let mut held = 0;
    for (tenant, commands) in cases {
        let start = model.reset(tenant).expect("the model starts");
        // As the runner does: a case is run as a whole and then judged.
        steps.extend(
            commands.iter().map(|command| model.apply(command).expect("the model can do it")),
        );
        found.push(observer.restart(tenant, &start));
        for (command, seen) in commands.iter().zip(steps.drain(..)) {
            observer.judge(command, &seen, &mut found);
        }
        for finding in found.drain(..) {
            assert!(finding.violations().is_empty(), "{finding:?}");
            held += finding.verdict.held;
        }
    }
    held
}
