//! Every failure has its name and belongs to its case; all other cases are judged as if nothing
//! had been.

use crate::{
    Case, Tests, assert_begun_well, assert_failed, assert_good, case, cases, failure, options,
    process_of, run, start, tests,
};
use entra_conformance::implementation::{CaseObservation, FailureKind, Implementation};
use std::time::Duration;

pub(crate) fn tests() -> Tests {
    tests![
        every_failure_has_its_name_and_its_case,
        a_process_that_hangs_is_timed_out,
        a_process_that_does_not_read_is_timed_out,
        answers_lost_in_a_buffer_do_not_shift_the_blame,
        a_crash_that_does_not_show_again_is_still_a_failure,
        an_answer_too_many_is_charged_to_the_case_that_it_answers,
        answers_out_of_order_are_told,
        several_culprits_are_all_found,
        the_first_and_the_last_case_may_fail,
        errors_leave_the_process_alone,
        what_follows_an_error_in_its_case_does_not_count,
        a_reset_may_fail_too,
        a_failed_step_ends_the_case_and_not_the_adapter,
        the_end_of_stderr_is_shown,
    ]
}

/// The ways to run: with whole cases or step by step, many at once or one by one.
fn ways() -> Vec<(Vec<&'static str>, usize)> {
    vec![(vec![], 50), (vec![], 1), (vec!["no-batch"], 50), (vec!["no-batch"], 1)]
}

fn run_with(arguments: &[&str], in_flight: usize, cases: &[Case]) -> Vec<CaseObservation> {
    let mut options = options(arguments);
    options.in_flight = in_flight;
    run(&mut start(options), cases)
}

fn every_failure_has_its_name_and_its_case() {
    let expected = [
        ("crash", FailureKind::Crashed, "3) before it answered"),
        ("abort", FailureKind::Crashed, "before it answered"),
        ("crash-in-line", FailureKind::Crashed, "in the middle of a line: {\"jsonrpc\""),
        ("exit", FailureKind::ExitedEarly, "ended (without an error) before it answered"),
        ("half", FailureKind::IncompleteLine, "in the middle of a line: {\"jsonrpc\""),
        ("noise", FailureKind::Noise, "not a message: DEBUG: matching"),
        ("list", FailureKind::Noise, "not a message: [{\"jsonrpc\""),
        ("invalid-json", FailureKind::InvalidJson, "EOF while parsing"),
        ("invalid-utf8", FailureKind::InvalidJson, "not UTF-8 from byte"),
        ("no-result", FailureKind::SchemaViolation, "result: missing"),
        ("wrong-type", FailureKind::SchemaViolation, "result.snapshot: invalid type: integer `5`"),
        (
            "unknown-word",
            FailureKind::SchemaViolation,
            "outcome.status: unknown variant `okay`, expected one of `ok`, `refused`, `notFound`",
        ),
        ("wrong-id", FailureKind::SchemaViolation, "id: 100000, expected"),
        ("id-twice", FailureKind::SchemaViolation, "stands twice in one snapshot"),
        (
            "bad-unsupported",
            FailureKind::SchemaViolation,
            "error.data.capability: unknown capability \"tea\"",
        ),
        ("long-line=200000", FailureKind::LineTooLong, "a line of more than 100000 bytes"),
        ("endless-line", FailureKind::LineTooLong, "a line of more than 100000 bytes"),
    ];
    for (what, kind, told) in expected {
        for (arguments, in_flight) in ways() {
            let seen = run_with(&arguments, in_flight, &cases(8, &[(3, what)]));
            assert_failed(&seen[3], kind, told);
            assert_begun_well(3, &seen[3]);
            if arguments.is_empty() {
                assert_eq!(seen[3].steps.len(), 0);
                assert_failed(&seen[3], kind, "runCase (3 commands)");
            } else {
                assert_eq!(seen[3].steps.len(), 1, "{what}: what was seen is kept");
                assert_failed(&seen[3], kind, "apply (at command 2, assignRole)");
            }
            for number in [0, 1, 2, 4, 5, 6, 7] {
                assert_good(number, &seen[number]);
            }
            assert_ne!(process_of(&seen[2]), process_of(&seen[4]), "{what}: a fresh process");
            assert_eq!(process_of(&seen[4]), process_of(&seen[7]), "{what}: one is enough");
        }
    }
    let seen = run_with(&[], 50, &cases(3, &[(1, "step-missing")]));
    assert_failed(&seen[1], FailureKind::SchemaViolation, "result.steps: 2 steps for 3 commands");
    assert_good(2, &seen[2]);
}

fn a_process_that_hangs_is_timed_out() {
    for (what, told) in [
        ("hang", "within 1.5s"),
        ("hang-in-line", "within 1.5s; 10 bytes of a line without an end had come"),
    ] {
        for arguments in [&[][..], &["no-batch"]] {
            let mut options = options(arguments);
            options.reply_timeout = Duration::from_millis(1500);
            let seen = run(&mut start(options), &cases(5, &[(1, what)]));
            assert_failed(&seen[1], FailureKind::TimedOut, told);
            for number in [0, 2, 3, 4] {
                assert_good(number, &seen[number]);
            }
        }
    }
}

/// More is written to it than a pipe holds; whoever writes is not held up.
fn a_process_that_does_not_read_is_timed_out() {
    let mut large = case(0, None);
    let attributes = &mut large.tenant.cloud[0].attributes;
    attributes.insert("description".into(), "x".repeat(3_000_000).into());
    let mut options = options(&["handshake=then-deaf"]);
    options.reply_timeout = Duration::from_millis(300);
    let mut child = start(options);
    let seen = run(&mut child, &[large, case(1, None)]);
    assert_failed(&seen[0], FailureKind::TimedOut, "did not answer runCase");
    assert_failed(&seen[1], FailureKind::TimedOut, "did not answer runCase");
}

fn answers_lost_in_a_buffer_do_not_shift_the_blame() {
    for arguments in [&["lazy"][..], &["lazy", "no-batch"]] {
        let seen = run_with(arguments, 50, &cases(20, &[(9, "crash")]));
        assert_failed(&seen[9], FailureKind::Crashed, "3) before it answered");
        assert!(!failure(&seen[9]).message.contains("did not show again"));
        for number in (0..9).chain(10..20) {
            assert_good(number, &seen[number]);
        }
    }
}

fn a_crash_that_does_not_show_again_is_still_a_failure() {
    for arguments in [&[][..], &["no-batch"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let once = format!("crash-once={}", folder.path().join("crashed").display());
        let seen = run_with(arguments, 50, &cases(10, &[(4, &once)]));
        assert_failed(&seen[4], FailureKind::Crashed, "3) before it answered");
        let told = "did not show again when the 6 cases then under way were run one at a time";
        assert_failed(&seen[4], FailureKind::Crashed, told);
        for number in [0, 1, 2, 3, 5, 6, 7, 8, 9] {
            assert_good(number, &seen[number]);
        }
    }
}

fn an_answer_too_many_is_charged_to_the_case_that_it_answers() {
    for (arguments, in_flight) in ways() {
        for last_command in [false, true] {
            let mut cases = cases(8, &[(3, "answered-twice")]);
            if last_command {
                // Only the next case's first answer shows it then.
                cases[3].commands.swap(1, 2);
            }
            let told = run_with(&arguments, in_flight, &cases);
            assert_failed(&told[3], FailureKind::SchemaViolation, "has its answer already");
            for number in [0, 1, 2, 4, 5, 6, 7] {
                assert_good(number, &told[number]);
            }
        }
    }
}

fn answers_out_of_order_are_told() {
    for (arguments, in_flight) in [(&[][..], 50), (&["no-batch"], 50), (&["no-batch"], 1)] {
        let folder = tempfile::tempdir().expect("a folder");
        let overtaken = format!("overtaken={}", folder.path().join("overtaken").display());
        let seen = run_with(arguments, in_flight, &cases(8, &[(3, &overtaken)]));
        let told = if arguments.is_empty() { "id: 6, expected 5" } else { "id: 17, expected 16" };
        assert_failed(&seen[3], FailureKind::SchemaViolation, told);
        for number in [0, 1, 2, 4, 5, 6, 7] {
            assert_good(number, &seen[number]);
        }
    }
}

fn several_culprits_are_all_found() {
    let culprits = [
        (2, "crash", FailureKind::Crashed),
        (3, "noise", FailureKind::Noise),
        (4, "exit", FailureKind::ExitedEarly),
        (9, "wrong-type", FailureKind::SchemaViolation),
        (17, "half", FailureKind::IncompleteLine),
    ];
    let misbehaviours = culprits.map(|(number, what, _)| (number, what));
    for (arguments, in_flight) in ways() {
        let seen = run_with(&arguments, in_flight, &cases(20, &misbehaviours));
        for (number, seen_of_case) in seen.iter().enumerate() {
            match culprits.iter().find(|(culprit, ..)| *culprit == number) {
                Some((_, _, kind)) => assert_failed(seen_of_case, *kind, ""),
                None => assert_good(number, seen_of_case),
            }
        }
    }
}

fn the_first_and_the_last_case_may_fail() {
    for (arguments, in_flight) in ways() {
        let mut options = options(&arguments);
        options.in_flight = in_flight;
        let mut child = start(options);
        let seen = run(&mut child, &cases(4, &[(0, "exit"), (3, "crash")]));
        assert_failed(&seen[0], FailureKind::ExitedEarly, "");
        assert_good(1, &seen[1]);
        assert_good(2, &seen[2]);
        assert_failed(&seen[3], FailureKind::Crashed, "");
        let again = run(&mut child, &cases(2, &[]));
        assert_good(0, &again[0]);
        assert_good(1, &again[1]);
    }
}

fn errors_leave_the_process_alone() {
    for (what, told) in [
        ("error", "answered with error -32050: no disk ({\"free\":0})"),
        ("error-without-id", "answered with error -32700: what?"),
    ] {
        for (arguments, in_flight) in ways() {
            let seen = run_with(&arguments, in_flight, &cases(6, &[(2, what)]));
            assert_failed(&seen[2], FailureKind::ErrorAnswer, told);
            if !arguments.is_empty() {
                assert_eq!(seen[2].steps.len(), 1);
            }
            for number in [0, 1, 3, 4, 5] {
                assert_good(number, &seen[number]);
                assert_eq!(process_of(&seen[number]), process_of(&seen[0]));
            }
        }
    }
}

/// Requests that were under way when a command was answered with an error mean nothing any more.
fn what_follows_an_error_in_its_case_does_not_count() {
    for (arguments, in_flight) in ways() {
        let mut cases = cases(6, &[(2, "error")]);
        cases[2].commands[2] = case(2, Some("crash")).commands[1].clone();
        let seen = run_with(&arguments, in_flight, &cases);
        assert_failed(&seen[2], FailureKind::ErrorAnswer, "no disk");
        for number in [0, 1, 3, 4, 5] {
            assert_good(number, &seen[number]);
        }
    }
}

fn a_reset_may_fail_too() {
    for (what, kind) in [
        ("do:error", FailureKind::ErrorAnswer),
        ("do:exit", FailureKind::ExitedEarly),
        ("do:no-result", FailureKind::SchemaViolation),
    ] {
        for (arguments, in_flight) in ways() {
            let mut cases = cases(6, &[]);
            let user = &mut cases[2].tenant.cloud[0];
            user.attributes.insert("displayName".into(), what.into());
            let seen = run_with(&arguments, in_flight, &cases);
            assert_failed(&seen[2], kind, "");
            assert!(seen[2].start.is_none() && seen[2].steps.is_empty());
            for number in [0, 1, 3, 4, 5] {
                assert_good(number, &seen[number]);
            }
        }
    }
}

/// Step by step as the runner's shrinker may do it.
fn a_failed_step_ends_the_case_and_not_the_adapter() {
    let mut child = start(options(&[]));
    let bad = case(0, Some("crash"));
    child.reset(&bad.tenant).expect("a snapshot");
    child.apply(&bad.commands[0]).expect("a step");
    let crashed = child.apply(&bad.commands[1]).expect_err("a crash");
    assert_eq!(crashed.kind, FailureKind::Crashed);
    assert!(crashed.message.contains("apply (assignRole)"), "{crashed}");
    let still = child.apply(&bad.commands[2]).expect_err("no process has this case");
    assert_eq!(still, crashed);
    let good = case(1, None);
    child.reset(&good.tenant).expect("a fresh process");
    child.apply(&good.commands[0]).expect("a step");
}

fn the_end_of_stderr_is_shown() {
    for (arguments, in_flight) in ways() {
        let seen = run_with(&arguments, in_flight, &cases(4, &[(1, "crash")]));
        assert_eq!(failure(&seen[1]).stderr_tail, ["first line", "the last words"]);
    }
    let seen = run_with(&[], 50, &cases(4, &[(1, "much-stderr"), (2, "crash")]));
    let tail = &failure(&seen[2]).stderr_tail;
    assert!(tail.len() <= 40);
    assert!(tail.iter().all(|line| line.chars().count() <= 501));
    assert_eq!(tail.last().map(String::as_str), Some("the last words"));
}
