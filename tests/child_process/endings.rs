//! No process outlives the suite, whatever it does against that.

use crate::{
    Tests, assert_ends, assert_failed, case, cases, lives, no_start, note, options, process_of,
    run, start, tests,
};
use entra_conformance::implementation::child_process::{StartError, kill_all};
use entra_conformance::implementation::{FailureKind, Implementation};
use std::time::Duration;

pub(crate) fn tests() -> Tests {
    tests![
        a_polite_process_ends_when_dropped,
        a_process_that_will_not_end_is_killed_when_dropped,
        a_descendant_ends_with_its_parent,
        a_descendant_that_holds_the_pipes_does_not_hide_a_crash,
        everything_can_be_killed_at_once,
    ]
}

fn a_polite_process_ends_when_dropped() {
    let mut child = start(options(&[]));
    let seen = run(&mut child, &cases(1, &[]));
    let process = process_of(&seen[0]).to_owned();
    assert!(lives(&process) || !cfg!(target_os = "linux"));
    drop(child);
    assert!(!lives(&process));
}

fn a_process_that_will_not_end_is_killed_when_dropped() {
    let mut child = start(options(&["immortal"]));
    let seen = run(&mut child, &cases(1, &[]));
    let process = process_of(&seen[0]).to_owned();
    drop(child);
    assert!(!lives(&process));
}

fn a_descendant_ends_with_its_parent() {
    for arguments in [&[][..], &["immortal"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("descendant");
        let descendant = format!("descendant={}", path.display());
        let arguments = [&[descendant.as_str()], arguments].concat();
        let child = start(options(&arguments));
        let process = note(&path);
        assert!(lives(&process) || !cfg!(target_os = "linux"));
        drop(child);
        assert_ends(&process);
    }
}

fn a_descendant_that_holds_the_pipes_does_not_hide_a_crash() {
    for arguments in [&[][..], &["no-batch"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("descendant");
        let crash = format!("crash-with-descendant={}", path.display());
        let mut child = start(options(arguments));
        let seen = run(&mut child, &cases(3, &[(1, &crash)]));
        assert_failed(&seen[1], FailureKind::Crashed, "3) before it answered");
        assert_ends(&note(&path));
    }
}

/// `kill_all` is for good, so it has a suite of its own.
fn everything_can_be_killed_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("descendant");
    let program = std::env::current_exe().expect("this program");
    let output =
        std::process::Command::new(program).arg("kill-all").arg(&path).output().expect("a suite");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(told.lines().count(), 3, "{told}");
    for process in told.lines() {
        assert!(!lives(process));
    }
    assert_ends(&note(&path));
}

/// Three children, one of them with a descendant, one that hangs in the middle of a case.
pub(crate) fn suite_that_kills_all(arguments: &[String]) {
    let descendant = format!("descendant={}", arguments[0]);
    let mut children = [
        start(options(&[&descendant])),
        start(options(&["immortal"])),
        start(options(&["no-batch"])),
    ];
    for child in &mut children {
        let seen = run(child, &cases(1, &[]));
        println!("{}", process_of(&seen[0]));
    }
    note(arguments[0].as_ref());
    let [_one, _other, mut hanging] = children;
    let (reached, has_reached) = std::sync::mpsc::channel();
    let case_under_way = std::thread::spawn(move || {
        let bad = case(0, Some("hang"));
        hanging.reset(&bad.tenant).expect("a snapshot");
        reached.send(()).expect("somebody waits");
        let failure = hanging.apply(&bad.commands[1]).expect_err("it is killed");
        assert_eq!(failure.kind, FailureKind::Crashed);
        let seen = run(&mut hanging, &cases(2, &[]));
        assert_failed(&seen[0], FailureKind::NotRestarted, "no process is started any more");
        assert_failed(&seen[1], FailureKind::NotRestarted, "no process is started any more");
    });
    has_reached.recv().expect("it gets there");
    std::thread::sleep(Duration::from_millis(50));
    kill_all();
    case_under_way.join().expect("it ends as it should");
    assert!(matches!(no_start(options(&[])), StartError::Stopped));
}
