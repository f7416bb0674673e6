//! Commands a second through a pipe, every step judged: the suite's own `serve`, with states whole
//! and told as changes, and the Python example where `python3` is there.
//!
//! `cargo bench --bench pipe`

mod common;

use entra_conformance::cases::Case;
use entra_conformance::checks::Observer;
use entra_conformance::implementation::child_process::{ChildProcess, ChildProcessOptions};
use entra_conformance::implementation::{CaseInput, Implementation};
use std::time::Instant;

fn main() {
    // `cargo test` runs it as well, to see that it works.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let cases = common::cases(if is_measured { 20_000 } else { 20 });
    let program = env!("CARGO_BIN_EXE_entra-conformance");
    println!("{:<36} | commands/s", "implementation");
    tell("serve, states as changes", ChildProcessOptions::new(program, ["serve"]), &cases);
    let python = ChildProcessOptions::new("python3", ["examples/python/adapter.py"]);
    tell("Python example, states whole", python, &cases[..cases.len() / 4]);
}

fn tell(name: &str, options: ChildProcessOptions, cases: &[Case]) {
    match ChildProcess::start(options) {
        Ok(mut child) => println!("{name:<36} | {:>10.0}", commands_a_second(&mut child, cases)),
        Err(error) => println!("{name:<36} | not measured: {error}"),
    }
}

/// How many commands a second are carried out and judged by every check.
fn commands_a_second(child: &mut ChildProcess, cases: &[Case]) -> f64 {
    let description = child.describe();
    let inputs: Vec<CaseInput<'_>> = cases
        .iter()
        .map(|case| CaseInput { tenant: &case.tenant, commands: &case.commands })
        .collect();
    let began = Instant::now();
    let mut commands = 0;
    let mut observer: Option<Observer<'_>> = None;
    let mut found = Vec::new();
    child.run_cases(&inputs, &mut |at, seen| {
        assert!(seen.failure.is_none(), "{:?}", seen.failure);
        let start = seen.start.as_ref().expect("a start");
        match &mut observer {
            Some(observer) => found.push(observer.restart(&cases[at].tenant, start)),
            None => {
                let tenant = &cases[at].tenant;
                let (capabilities, choices) = (&description.capabilities, &description.choices);
                observer = Some(Observer::start(tenant, start, capabilities, choices).0);
            }
        }
        let observer = observer.as_mut().expect("begun");
        for (command, step) in cases[at].commands.iter().zip(&seen.steps) {
            observer.judge(command, step, &mut found);
        }
        assert!(found.drain(..).all(|finding| finding.violations().is_empty()));
        commands += cases[at].commands.len();
        true
    });
    commands as f64 / began.elapsed().as_secs_f64()
}
