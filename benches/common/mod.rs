//! What the benchmarks share.

#![allow(dead_code, reason = "no benchmark uses all of it")]

pub(crate) mod large_tenants;

use entra_conformance::cases::Case;
use entra_conformance::cases::sequence::{Preset, Sequences, case_of};
use entra_conformance::checks::Observer;
use entra_conformance::directory::{Capabilities, DeclaredChoices, Snapshot, Tenant};
use entra_conformance::implementation::{CaseInput, CaseObservation, Implementation as _, run_one};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::runner::{DEFAULT_SEED, shows_the_same};
use std::hint::black_box;

/// So many generated cases, the same ones every time.
pub(crate) fn cases(count: u64) -> Vec<Case> {
    let settings = Sequences::new(Preset::ALL, 20, &Capabilities::all_of_2023());
    (0..count).map(|number| case_of(DEFAULT_SEED, number, &settings)).collect()
}

/// What the model shows of every case.
pub(crate) fn observed(model: &mut ReferenceModel, cases: &[Case]) -> Vec<CaseObservation> {
    cases.iter().map(|case| run_one(model, input(case))).collect()
}

/// Runs every case in the model and compares what it shows with what was `judged` in full already.
pub(crate) fn run_compared(model: &mut ReferenceModel, cases: &[Case], judged: &[CaseObservation]) {
    for (case, judged) in cases.iter().zip(judged) {
        let seen = run_one(model, input(case));
        assert!(shows_the_same(&seen, judged), "the model does otherwise a second time");
    }
}

fn input(case: &Case) -> CaseInput<'_> {
    CaseInput { tenant: &case.tenant, commands: &case.commands }
}

/// How many commands there are in these cases.
pub(crate) fn commands_in(cases: &[Case]) -> u64 {
    cases.iter().map(|case| case.commands.len() as u64).sum()
}

/// Runs every case in the model alone.
pub(crate) fn run_alone(model: &mut ReferenceModel, cases: &[Case]) {
    for Case { tenant, commands } in cases {
        black_box(model.reset(tenant).expect("the model starts"));
        for command in commands {
            black_box(model.apply(command).expect("the model can do it"));
        }
    }
}

/// Runs every case in the model and lets every check judge every step. Returns how often a rule
/// was found to hold: no check is left out unnoticed.
pub(crate) fn run_judged(model: &mut ReferenceModel, cases: &[Case]) -> u64 {
    let capabilities = Capabilities::all_of_2023();
    let choices = DeclaredChoices::default();
    let nothing = Tenant::default();
    let (mut observer, _) =
        Observer::start(&nothing, &Snapshot::default(), &capabilities, &choices);
    let (mut steps, mut found) = (Vec::new(), Vec::new());
    let mut held = 0;
    for Case { tenant, commands } in cases {
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
