//! What is unusual and not wrong.

use crate::{
    Tests, assert_failed, assert_good, case, cases, options, process_of, run, start, tests,
};
use entra_conformance::directory::{Capability, CloudRef, Command, RestoreCloudObject};
use entra_conformance::implementation::{CaseInput, FailureKind, Implementation};
use std::time::Duration;

pub(crate) fn tests() -> Tests {
    tests![
        cases_run_in_order_with_and_without_batch,
        odd_but_correct_ways_to_answer_are_taken,
        many_requests_at_once_do_not_block,
        reset_and_apply_work_one_by_one,
        stopping_early_leaves_the_process_usable,
        what_was_stopped_cannot_fail_any_more,
        unsupported_is_not_applicable_or_a_broken_promise,
        a_panic_in_the_implementation_is_an_error_answer,
        no_cases_are_no_work,
        changes_come_to_the_same_states,
        changes_that_do_not_fit_are_refused,
    ]
}

fn changes_come_to_the_same_states() {
    let cases = cases(20, &[]);
    let whole = run(&mut start(options(&[])), &cases);
    let by_changes = run(&mut start(options(&["changes"])), &cases);
    for (whole, by_changes) in whole.iter().zip(&by_changes) {
        assert_eq!(whole.steps.len(), by_changes.steps.len());
        for (whole, by_changes) in whole.steps.iter().zip(&by_changes.steps) {
            assert_eq!(whole.outcome, by_changes.outcome);
            // The process shows its own number as an attribute of its own.
            assert_eq!(whole.snapshot.cloud.len(), by_changes.snapshot.cloud.len());
            assert_eq!(whole.snapshot.cloud[0].roles, by_changes.snapshot.cloud[0].roles);
        }
    }
}

fn changes_that_do_not_fit_are_refused() {
    for (wrong, told) in [
        (
            "changes-that-do-not-fit",
            r#"result.steps[0].changes.cloudGone[0]: "nobody" was not there"#,
        ),
        ("end-that-does-not-fit", "result.end: not what the changes come to"),
        // They are counted before anything is made of them: each would become a whole state.
        ("steps-without-number", "result.steps: 503 steps for 3 commands"),
    ] {
        let mut child = start(options(&["changes"]));
        let seen = run(&mut child, &cases(6, &[(2, wrong)]));
        for (number, seen_of_case) in seen.iter().enumerate() {
            if number == 2 {
                assert_failed(seen_of_case, FailureKind::SchemaViolation, told);
            } else {
                assert_good(number, seen_of_case);
            }
        }
    }
}

fn cases_run_in_order_with_and_without_batch() {
    let ways = [&[][..], &["no-batch"], &["lazy"], &["no-batch", "lazy"], &["changes"]];
    for arguments in ways {
        for in_flight in [0, 1, 3, 50] {
            let mut options = options(arguments);
            options.in_flight = in_flight;
            let mut child = start(options);
            let has_batch = child.describe().capabilities.has(Capability::Batch);
            assert_eq!(has_batch, !arguments.contains(&"no-batch"));
            let seen = run(&mut child, &cases(20, &[]));
            for (number, seen_of_case) in seen.iter().enumerate() {
                assert_good(number, seen_of_case);
                assert_eq!(process_of(seen_of_case), process_of(&seen[0]));
            }
        }
    }
}

fn odd_but_correct_ways_to_answer_are_taken() {
    for odd in ["slow=400", "in-pieces", "together", "windows-line-end", "much-stderr"] {
        for arguments in [&[][..], &["no-batch"], &["changes"]] {
            let mut child = start(options(arguments));
            let seen = run(&mut child, &cases(6, &[(2, odd)]));
            for (number, seen_of_case) in seen.iter().enumerate() {
                assert_good(number, seen_of_case);
                assert_eq!(process_of(seen_of_case), process_of(&seen[0]), "{odd}");
            }
        }
    }
}

/// More than any pipe holds, both ways.
fn many_requests_at_once_do_not_block() {
    for arguments in [&[][..], &["no-batch"]] {
        let mut options = options(arguments);
        options.in_flight = 2000;
        let mut child = start(options);
        let seen = run(&mut child, &cases(2000, &[]));
        for (number, seen_of_case) in seen.iter().enumerate() {
            assert_good(number, seen_of_case);
        }
    }
}

fn reset_and_apply_work_one_by_one() {
    let mut child = start(options(&[]));
    let case = case(7, None);
    let begun = child.reset(&case.tenant).expect("a snapshot");
    assert_eq!(begun.cloud.len(), 1);
    let step = child.apply(&case.commands[0]).expect("a step");
    assert_eq!(step.snapshot.cloud[0].roles.len(), 1);
    assert_eq!(step.snapshot.cloud[0].id, begun.cloud[0].id);
}

fn stopping_early_leaves_the_process_usable() {
    for arguments in [&[][..], &["no-batch"]] {
        let mut child = start(options(arguments));
        let first = cases(30, &[]);
        let inputs: Vec<CaseInput<'_>> =
            first.iter().map(|case| CaseInput::new(&case.tenant, &case.commands)).collect();
        let mut seen = Vec::new();
        child.run_cases(&inputs, &mut |_, observation| {
            seen.push(observation);
            seen.len() < 3
        });
        assert_eq!(seen.len(), 3);
        let again = run(&mut child, &cases(5, &[]));
        for (number, seen_of_case) in again.iter().enumerate() {
            assert_good(number, seen_of_case);
            assert_eq!(process_of(seen_of_case), process_of(&seen[0]));
        }
    }
}

/// A case that nobody asked to the end hangs: the next ones get a fresh process.
fn what_was_stopped_cannot_fail_any_more() {
    for what in ["hang", "crash", "noise"] {
        let mut options = options(&[]);
        options.reply_timeout = Duration::from_millis(1500);
        let mut child = start(options);
        let first = cases(10, &[(5, what)]);
        let inputs: Vec<CaseInput<'_>> =
            first.iter().map(|case| CaseInput::new(&case.tenant, &case.commands)).collect();
        child.run_cases(&inputs, &mut |index, _| index < 2);
        for (number, seen) in run(&mut child, &cases(5, &[])).iter().enumerate() {
            assert_good(number, seen);
        }
    }
}

fn unsupported_is_not_applicable_or_a_broken_promise() {
    let set_immutable_id: Command = serde_json::from_value(serde_json::json!(
        {"do": "setImmutableId", "object": {"label": "u"}, "value": "Q"}
    ))
    .expect("a command");
    for arguments in [&[][..], &["no-batch"]] {
        let mut child = start(options(arguments));
        let mut cases = cases(6, &[]);
        cases[2].commands[1] = set_immutable_id.clone();
        cases[4].commands[1] = Command::reinstall();
        let seen = run(&mut child, &cases);
        assert_failed(&seen[2], FailureKind::Unsupported, "immutableIdWrite");
        let failure = seen[2].failure.as_ref().expect("a failure");
        assert_eq!(failure.capability, Some(Capability::ImmutableIdWrite));
        let told = "answered that it lacks reinstall, which it declares to have";
        assert_failed(&seen[4], FailureKind::ErrorAnswer, told);
        for number in [0, 1, 3, 5] {
            assert_good(number, &seen[number]);
            assert_eq!(process_of(&seen[number]), process_of(&seen[0]));
        }
        if !arguments.is_empty() {
            assert_eq!(seen[2].steps.len(), 1, "what was seen is kept");
        }
    }
}

fn a_panic_in_the_implementation_is_an_error_answer() {
    let restore = Command::from(RestoreCloudObject::new(CloudRef::Label("u".into())));
    for arguments in [&[][..], &["no-batch"]] {
        let mut child = start(options(arguments));
        let mut cases = cases(4, &[]);
        cases[1].commands[1] = restore.clone();
        let seen = run(&mut child, &cases);
        let told = "error -32603: panicked: cannot restore";
        assert_failed(&seen[1], FailureKind::ErrorAnswer, told);
        assert_failed(&seen[1], FailureKind::ErrorAnswer, "at command 2, restoreCloudObject");
        for number in [0, 2, 3] {
            assert_good(number, &seen[number]);
            assert_eq!(process_of(&seen[number]), process_of(&seen[0]));
        }
    }
}

fn no_cases_are_no_work() {
    let mut child = start(options(&[]));
    assert!(run(&mut child, &[]).is_empty());
}
