//! What can go wrong before the first case, and what must not.

use crate::{
    Tests, assert_failed, assert_good, cases, no_start, options, process_of, run, start, tests,
};
use entra_conformance::implementation::child_process::{ChildProcessOptions, StartError};
use entra_conformance::implementation::{Failure, FailureKind, Implementation};
use std::time::Duration;

pub(crate) fn tests() -> Tests {
    tests![
        no_such_program,
        every_broken_handshake_has_its_name,
        a_silent_adapter_is_told_to_flush,
        another_version_is_told,
        another_edition_is_told,
        nothing_may_be_null,
        what_was_written_before_it_failed_is_shown,
        an_adapter_that_starts_again_at_last_goes_on,
        an_adapter_that_does_not_start_again_fails_the_rest_once,
        an_adapter_that_comes_back_as_another_is_not_trusted,
    ]
}

fn broken(how: &str) -> Failure {
    match no_start(options(&[&format!("handshake={how}")])) {
        StartError::Handshake { failure, .. } => failure,
        other => panic!("{how}: {other}"),
    }
}

fn no_such_program() {
    let none: [&str; 0] = [];
    let error = no_start(ChildProcessOptions::new("no-such-program-anywhere", none));
    assert!(matches!(error, StartError::Spawn { .. }));
    let told = error.to_string();
    assert!(told.starts_with("cannot start no-such-program-anywhere: "), "{told}");
}

fn every_broken_handshake_has_its_name() {
    let expected = [
        ("crash", FailureKind::Crashed, "before it answered initialize"),
        (
            "exit",
            FailureKind::ExitedEarly,
            "ended (without an error) before it answered initialize",
        ),
        ("noise", FailureKind::Noise, "not a message: Starting adapter on port 80..."),
        ("half", FailureKind::IncompleteLine, "in the middle of a line: {\"jsonrpc\": "),
        ("invalid-json", FailureKind::InvalidJson, "key must be a string"),
        ("byte-order-mark", FailureKind::Noise, "a byte order mark stands before the line"),
        (
            "capability",
            FailureKind::SchemaViolation,
            "result.capabilities[1]: unknown variant `teleport`",
        ),
        (
            "choice",
            FailureKind::SchemaViolation,
            "result.choices.collisionHandling: unknown variant `ignored`",
        ),
        ("error", FailureKind::ErrorAnswer, "error -32000: no licence ({\"days\":0})"),
        ("unsupported", FailureKind::ErrorAnswer, "answered initialize with unsupported: users"),
        ("wrong-id", FailureKind::SchemaViolation, "id: 0, expected 1"),
        ("floating-id", FailureKind::SchemaViolation, "id: 1.0, expected 1"),
    ];
    for (how, kind, told) in expected {
        let failure = broken(how);
        assert_eq!(failure.kind, kind, "{how}: {failure}");
        assert!(failure.message.contains(told), "{how}: {failure}");
    }
    assert_eq!(broken("crash").stderr_tail, ["no database"]);
}

fn a_silent_adapter_is_told_to_flush() {
    let mut options = options(&["handshake=hang"]);
    options.handshake_timeout = Duration::from_millis(300);
    match no_start(options) {
        StartError::Handshake { failure, .. } => {
            assert_eq!(failure.kind, FailureKind::TimedOut);
            let told = "did not answer initialize within 300ms; it may have to flush";
            assert!(failure.message.starts_with(told), "{failure}");
        }
        other => panic!("{other}"),
    }
}

fn another_version_is_told() {
    for how in ["version-2", "version-2-same-form"] {
        let error = no_start(options(&[&format!("handshake={how}")]));
        assert!(matches!(error, StartError::Protocol { theirs: 2 }), "{error}");
    }
}

fn another_edition_is_told() {
    let error = no_start(options(&["handshake=edition"]));
    let told = "the implementation does not offer edition 2023-01 (it offers: 2025-04, 2026-07)";
    assert_eq!(error.to_string(), told);
    let error = no_start(options(&["handshake=no-edition"]));
    assert!(error.to_string().ends_with("(it offers: none)"), "{error}");
    let mut later = options(&["handshake=edition"]);
    later.edition = "2025-04".to_owned();
    start(later);
}

fn nothing_may_be_null() {
    let child = start(options(&["handshake=nulls"]));
    let description = child.describe();
    assert!(description.capabilities.0.is_empty());
    assert!(description.choices.words().is_empty());
    assert_eq!(description.implementation.url, None);
}

fn what_was_written_before_it_failed_is_shown() {
    for (how, told) in [
        ("noise", vec!["Starting adapter on port 80..."]),
        ("half", vec![]),
        ("crash", vec![]),
        ("banner-and-hang", vec!["Starting", "listening on po"]),
    ] {
        let mut options = options(&[&format!("handshake={how}")]);
        if how == "banner-and-hang" {
            options.handshake_timeout = Duration::from_millis(300);
        }
        let StartError::Handshake { output, .. } = no_start(options) else { panic!("{how}") };
        assert_eq!(output.is_empty(), told.is_empty(), "{how}: {output:?}");
        let mut lines = output.iter().zip(told);
        assert!(lines.all(|(line, told)| line.starts_with(told)), "{how}: {output:?}");
    }
}

fn an_adapter_that_starts_again_at_last_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let note = folder.path().join("attempts");
    let twice = format!("fails-to-start-again-twice={}", note.display());
    let mut options = options(&[&twice]);
    options.pauses = vec![Duration::from_millis(1); 3];
    let seen = run(&mut start(options), &cases(4, &[(1, "crash")]));
    assert_failed(&seen[1], FailureKind::Crashed, "");
    for number in [0, 2, 3] {
        assert_good(number, &seen[number]);
    }
}

fn an_adapter_that_does_not_start_again_fails_the_rest_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let note = folder.path().join("started");
    let once = format!("fails-to-start-again={}", note.display());
    let mut options = options(&[&once]);
    options.pauses = vec![Duration::from_millis(1); 2];
    let mut child = start(options);
    let seen = run(&mut child, &cases(6, &[(2, "crash")]));
    assert_good(0, &seen[0]);
    assert_good(1, &seen[1]);
    assert_failed(&seen[2], FailureKind::Crashed, "3) before it answered runCase");
    for seen in &seen[3..] {
        assert_failed(seen, FailureKind::NotRestarted, "in its first request: crashed");
        let failure = seen.failure.as_ref().expect("a failure");
        assert_eq!(failure.stderr_tail, ["the port is taken"]);
    }
    // It is not tried again.
    std::fs::remove_file(&note).expect("the note is there");
    let seen = run(&mut child, &cases(2, &[]));
    assert_failed(&seen[0], FailureKind::NotRestarted, "");
    assert!(!note.exists());
    let failure = child.reset(&cases(1, &[])[0].tenant).expect_err("no process");
    assert_eq!(failure.kind, FailureKind::NotRestarted);
}

fn an_adapter_that_comes_back_as_another_is_not_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let note = folder.path().join("started");
    let other = format!("other-when-started-again={}", note.display());
    let mut child = start(options(&[&other]));
    let seen = run(&mut child, &cases(4, &[(1, "exit")]));
    assert_good(0, &seen[0]);
    assert!(!process_of(&seen[0]).is_empty());
    assert_failed(&seen[1], FailureKind::ExitedEarly, "");
    assert_failed(&seen[2], FailureKind::NotRestarted, "describes itself otherwise");
}
