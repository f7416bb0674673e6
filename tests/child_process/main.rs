//! Adapters that misbehave in every way that has a name, and a few that do not misbehave at all.
//!
//! The program starts itself as the adapter. Time decides a test only where a time-out is what is
//! tested.

mod adapter;
mod blame;
mod endings;
mod handshake;
mod hostile;
mod liar;
mod lies;
mod mirror;
mod well_behaved;

use entra_conformance::directory::{Command, Tenant};
use entra_conformance::implementation::child_process::{
    ChildProcess, ChildProcessOptions, StartError,
};
use entra_conformance::implementation::{
    CaseInput, CaseObservation, Failure, FailureKind, Implementation,
};
use libtest_mimic::{Arguments, Trial};
use serde_json::json;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("adapter") => adapter::main(&arguments[1..]),
        Some("sleeper") => adapter::sleep_forever(),
        Some("kill-all") => endings::suite_that_kills_all(&arguments[1..]),
        _ => {
            let tests = [
                blame::tests(),
                endings::tests(),
                handshake::tests(),
                hostile::tests(),
                lies::tests(),
                well_behaved::tests(),
            ];
            let tests = tests.into_iter().flatten().collect();
            let mut arguments = Arguments::from_args();
            // Half of the time they wait for a process to answer, or not to.
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            arguments.test_threads.get_or_insert(2 * cores);
            return libtest_mimic::run(&arguments, tests).exit_code();
        }
    }
    ExitCode::SUCCESS
}

/// A test from a function of the same name.
macro_rules! tests {
    ($($name:ident,)*) => {
        vec![$(libtest_mimic::Trial::test(
            concat!(module_path!(), "::", stringify!($name)),
            || { $name(); Ok(()) },
        ),)*]
    };
}
pub(crate) use tests;

type Tests = Vec<Trial>;

/// This program as an adapter, with time for everything.
fn options(arguments: &[&str]) -> ChildProcessOptions {
    let program = std::env::current_exe().expect("this program");
    let arguments = std::iter::once("adapter").chain(arguments.iter().copied());
    let mut options = ChildProcessOptions::new(program, arguments);
    options.handshake_timeout = Duration::from_secs(60);
    options.reply_timeout = Duration::from_secs(60);
    options.maximum_line_bytes = 100_000;
    options
}

fn start(options: ChildProcessOptions) -> ChildProcess {
    match ChildProcess::start(options) {
        Ok(child) => child,
        Err(error) => panic!("{error}"),
    }
}

/// Why an adapter with these arguments does not start.
fn no_start(options: ChildProcessOptions) -> StartError {
    match ChildProcess::start(options) {
        Ok(_) => panic!("it started"),
        Err(error) => error,
    }
}

struct Case {
    tenant: Tenant,
    commands: Vec<Command>,
}

/// Three commands on a user whose name tells the cases apart; the second may say what to do.
fn case(number: usize, misbehaviour: Option<&str>) -> Case {
    let role = match misbehaviour {
        Some(misbehaviour) => format!("do:{misbehaviour}"),
        None => "Writer".to_owned(),
    };
    Case {
        tenant: serde_json::from_value(json!({"cloud": [{
            "label": "u", "kind": "user", "userPrincipalName": "ann@contoso.com",
            "attributes": {"displayName": format!("Ann {number}")},
        }]}))
        .expect("a tenant"),
        commands: serde_json::from_value(json!([
            {"do": "assignRole", "object": {"label": "u"}, "role": "Reader"},
            {"do": "assignRole", "object": {"label": "u"}, "role": role},
            {"do": "sync"},
        ]))
        .expect("commands"),
    }
}

/// So many cases, of which some misbehave.
fn cases(count: usize, misbehaviours: &[(usize, &str)]) -> Vec<Case> {
    (0..count)
        .map(|number| {
            let misbehaviour = misbehaviours.iter().find(|(at, _)| *at == number);
            case(number, misbehaviour.map(|(_, what)| *what))
        })
        .collect()
}

/// Runs all cases; what was seen comes in their order.
fn run(child: &mut ChildProcess, cases: &[Case]) -> Vec<CaseObservation> {
    let inputs: Vec<CaseInput<'_>> =
        cases.iter().map(|case| CaseInput::new(&case.tenant, &case.commands)).collect();
    let mut all = Vec::new();
    child.run_cases(&inputs, &mut |index, seen| {
        assert_eq!(index, all.len(), "in order, one by one");
        all.push(seen);
        true
    });
    assert_eq!(all.len(), cases.len());
    all
}

/// A case that was seen to its end, and is the right one.
fn assert_good(number: usize, seen: &CaseObservation) {
    assert_eq!(seen.failure, None, "case {number}");
    assert_begun_well(number, seen);
    assert_eq!(seen.steps.len(), 3, "case {number}");
    assert_eq!(seen.steps[2].snapshot.cloud[0].roles.len(), 2, "case {number}");
}

/// What was seen is of the right case.
fn assert_begun_well(number: usize, seen: &CaseObservation) {
    let snapshots = seen.start.iter().chain(seen.steps.iter().map(|step| &step.snapshot));
    for (place, snapshot) in snapshots.enumerate() {
        assert_eq!(snapshot.cloud.len(), 1);
        let user = &snapshot.cloud[0];
        assert_eq!(&*user.attributes[&"displayName".into()], format!("Ann {number}"));
        assert_eq!(user.roles.len(), place.min(2));
    }
}

fn failure(seen: &CaseObservation) -> &Failure {
    seen.failure.as_ref().expect("a failure")
}

#[track_caller]
fn assert_failed(seen: &CaseObservation, kind: FailureKind, told: &str) {
    let failure = failure(seen);
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.message.contains(told), "{failure}");
}

/// The number of the process that was seen.
fn process_of(seen: &CaseObservation) -> &str {
    let start = seen.start.as_ref().expect("a start");
    start.cloud[0].id.split('-').next().expect("a number")
}

/// Whether a process with this number runs; on other systems than Linux nobody looks.
fn lives(process: &str) -> bool {
    if !cfg!(target_os = "linux") {
        return false;
    }
    // Dead and only waiting to be noticed by its parent is gone for our purposes.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// Waits until a file has been written, and reads it.
fn note(path: &std::path::Path) -> String {
    for _ in 0..6000 {
        match std::fs::read_to_string(path) {
            Ok(text) if !text.is_empty() => return text,
            _ => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    panic!("{} was never written", path.display());
}

/// Waits until a process is gone.
fn assert_ends(process: &str) {
    for _ in 0..6000 {
        if !lives(process) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("process {process} is still there");
}
