//! Whatever comes in, from an adapter, from a suite or from a file, ends in an answer or in a clear
//! error: nothing panics, and nothing grows out of proportion to what came in.
//!
//! The same entry points stand behind the targets of `fuzz/`, which look for longer.

mod spoil;
mod values;

use entra_conformance::cases::scenario::{FileError, embedded, from_yaml, read_file};
use entra_conformance::directory::{Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::protocol::{
    Answer, BadReply, Empty, InitializeResult, ReplyResult, ResetResult, RunCaseChangesResult,
    RunCaseResult, read_reply, read_request,
};
use entra_conformance::implementation::serve::serve;
use entra_conformance::implementation::{
    CaseInput, CaseObservation, Description, Failure, Implementation,
};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::rulebook::Rulebook;
use entra_conformance::runner::{
    CaseVerdict, Event, PlannedCase, Selection, judge_case, read_cases,
};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use rstest::rstest;
use serde_json::{Value, json};
use spoil::{Spoiled, spoiled};
use values::value_changes;

/// The same cases in every run.
fn for_each<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(strategy, |value| {
        test(value);
        Ok::<(), TestCaseError>(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// What the suite sends for some scenarios, each line with `id` 1.
fn requests() -> Vec<Vec<u8>> {
    let line = |method: &str, params: Value| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        format!("{message}\n").into_bytes()
    };
    let suite = json!({"name": "entra-conformance", "version": "0"});
    let initialize = json!({"protocol": 1, "edition": "2023-01", "suite": suite});
    let mut requests = vec![line("initialize", initialize), line("shutdown", json!({}))];
    for scenario in embedded().iter().step_by(9) {
        let tenant = json!(scenario.scenario.given);
        let commands = json!(scenario.scenario.commands());
        requests.push(line("reset", json!({"tenant": tenant})));
        requests.push(line("apply", json!({"command": commands[0]})));
        requests.push(line("runCase", json!({"tenant": tenant, "commands": commands})));
        requests.push(line("runCaseChanges", json!({"tenant": tenant, "commands": commands})));
    }
    requests
}

/// What comes back for these lines.
fn replies(requests: &[u8]) -> Vec<u8> {
    let mut replies = Vec::new();
    serve(&mut ReferenceModel::default(), requests, &mut replies).expect("memory can be written");
    replies
}

fn texts() -> Vec<Vec<u8>> {
    embedded().iter().step_by(9).map(|scenario| scenario.text.as_bytes().to_vec()).collect()
}

/// A reply is read or refused with a reason.
fn read<R: ReplyResult>(line: &[u8]) -> Option<R> {
    match read_reply::<R>(line, 1) {
        Ok(Answer::Result(result)) => Some(result),
        Ok(_) => None,
        Err(BadReply { message, .. }) => {
            assert!(!message.is_empty(), "{}", line.escape_ascii());
            None
        }
    }
}

#[test]
fn replies_are_read_or_refused_with_a_reason() {
    let replies = requests().iter().map(|request| replies(request)).collect();
    for_each(4000, &spoiled(replies), |Spoiled(line)| {
        read::<InitializeResult>(&line);
        read::<ResetResult>(&line);
        read::<StepObservation>(&line);
        read::<RunCaseResult>(&line);
        read::<Empty>(&line);
        if let Some(changes) = read::<RunCaseChangesResult>(&line) {
            let told = changes.whole().err();
            assert!(told.is_none_or(|told| told.starts_with("result.")));
        }
    });
}

#[test]
fn requests_are_answered_one_by_one() {
    for_each(4000, &spoiled(requests()), |Spoiled(input)| {
        let replies = replies(&input);
        let mut lines = 0;
        for line in replies.split_inclusive(|&byte| byte == b'\n') {
            let reply: Value = serde_json::from_slice(line).expect("a message");
            assert!(reply["result"].is_object() != reply["error"].is_object(), "{reply}");
            let message = reply["error"]["message"].as_str().unwrap_or("told");
            assert!(!message.is_empty() && !message.contains("panicked"), "{reply}");
            lines += 1;
        }
        let asked = input.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        let is_end = |line: &&[u8]| {
            read_request(line).is_ok_and(|request| request.call.method().word() == "shutdown")
        };
        let asked: Vec<&[u8]> = asked.collect();
        let end = asked.iter().position(is_end).map_or(asked.len(), |end| end + 1);
        assert_eq!(lines, end, "{}", input.escape_ascii());
    });
}

/// Every mistake has its place in the text, or is the file's as a whole.
fn assert_told(text: &str, errors: &[FileError]) {
    assert!(!errors.is_empty());
    // As YAML counts lines.
    let breaks = text.matches(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    for error in errors {
        assert!(!error.message.is_empty());
        assert!(error.line <= breaks + 2, "{error}");
        assert_eq!(error.line == 0, error.column == 0, "{error}");
        assert!(error.to_string().starts_with("case.yaml:"), "{error}");
    }
}

#[test]
fn scenarios_are_read_or_refused_with_a_place() {
    for_each(4000, &spoiled(texts()), |Spoiled(bytes)| {
        let text = String::from_utf8_lossy(&bytes);
        if let Err(errors) = from_yaml("case.yaml", &text) {
            assert_told(&text, &errors);
        }
    });
}

#[test]
fn saved_cases_are_read_or_refused_with_a_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.yaml");
    for_each(500, &spoiled(texts()), |Spoiled(bytes)| {
        std::fs::write(&file, &bytes).expect("written");
        let read = read_cases(std::slice::from_ref(&file));
        match (read, std::str::from_utf8(&bytes)) {
            (Ok(cases), Ok(_)) => assert_eq!(cases.len(), 1),
            (Err(errors), _) => {
                assert!(errors.iter().all(|error| error.file == file.to_string_lossy()));
            }
            (Ok(_), Err(_)) => panic!("read although it is no text"),
        }
    });
}

/// An implementation that shows the same in every case.
struct Showing(CaseObservation);

impl Implementation for Showing {
    fn describe(&self) -> Description {
        ReferenceModel::default().describe()
    }

    fn reset(&mut self, _: &Tenant) -> Result<Snapshot, Failure> {
        unreachable!("it is asked for whole cases")
    }

    fn apply(&mut self, _: &Command) -> Result<StepObservation, Failure> {
        unreachable!("it is asked for whole cases")
    }

    fn run_cases(
        &mut self,
        cases: &[CaseInput<'_>],
        observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
    ) {
        for at in 0..cases.len() {
            observed(at, self.0.clone());
        }
    }
}

/// What is shown may be any nonsense that the schema allows: the checks judge it, and none of them
/// panics.
#[test]
fn checks_judge_whatever_is_shown() {
    let (edition, selection) = (Rulebook::embedded().default_edition(), Selection::default());
    let cases: Vec<PlannedCase> =
        embedded().iter().step_by(3).map(PlannedCase::of_embedded).collect();
    let shown: Vec<Value> = cases
        .iter()
        .map(|case| {
            let params =
                json!({"tenant": case.trial.case.tenant, "commands": case.trial.case.commands});
            let request = json!({"jsonrpc": "2.0", "id": 1, "method": "runCase", "params": params});
            serde_json::from_slice(&replies(request.to_string().as_bytes())).expect("a reply")
        })
        .collect();
    let (judged, violated) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    for_each(3000, &(0..cases.len(), value_changes()), |(at, changes)| {
        let mut message = shown[at].clone();
        for change in changes {
            change.apply(&mut message["result"]);
        }
        let Some(result) = read::<RunCaseResult>(message.to_string().as_bytes()) else { return };
        let seen = CaseObservation {
            start: Some(result.snapshot),
            steps: result.steps,
            ..CaseObservation::default()
        };
        let event = judge_case(&cases[at], &mut Showing(seen), edition, &selection);
        let Event::CaseFinished { verdict, failures, .. } = event else { panic!("{event:?}") };
        assert_eq!(verdict, CaseVerdict::Judged, "{message}");
        judged.set(judged.get() + 1);
        violated.set(violated.get() + usize::from(!failures.is_empty()));
    });
    let (judged, violated) = (judged.get(), violated.get());
    assert!(judged > 1000 && violated > 500, "{judged} judged, {violated} violated");
}

/// A value that stands for nine of another, which stands for nine of another, and so on.
fn laughs() -> String {
    let mut text = "l0: &l0 [x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*l{}", level - 1);
        text += &format!("l{level}: &l{level} [{}]\n", [alias.as_str(); 9].join(","));
    }
    text
}

/// One list of roles, and a thousand users that share it.
fn shared_roles() -> String {
    let roles: Vec<String> = (0..1000).map(|number| format!("r{number}")).collect();
    let mut text = format!(
        "title: a\nrules: [match.soft-on-upn]\nsteps: [{{do: sync}}]\ngiven:\n  cloud:\n    - {{label: u, kind: user, userPrincipalName: u@c.d, roles: &r [{}]}}\n",
        roles.join(",")
    );
    for number in 0..1000 {
        text += &format!(
            "    - {{label: u{number}, kind: user, userPrincipalName: u{number}@c.d, roles: *r}}\n"
        );
    }
    text
}

#[rstest]
#[case::nothing("", "missing field `title`")]
#[case::a_nul("title: a\0b\n", "found unprintable character")]
#[case::a_line_of_a_megabyte(&format!("title: {}", "x".repeat(1_000_000)), "missing field `rules`")]
#[case::brackets_without_end(&"[".repeat(1_000_000), "recursion limit exceeded")]
#[case::braces_without_end(&"{a: ".repeat(200_000), "recursion limit exceeded")]
#[case::lists_in_lists(&"- ".repeat(1000), "more than 200 lists and mappings are open here")]
#[case::laughs(&laughs(), "aliases stand for too much here")]
#[case::shared_roles(&shared_roles(), "aliases stand for too much here")]
#[case::an_alias_of_itself("title: &a [*a]\n", "aliases stand for too much here")]
#[case::an_unknown_alias("title: *a\n", "unknown anchor")]
#[case::two_documents(&format!("{0}---\n{0}", embedded()[0].text), "more than one document")]
#[case::a_tag("!tag {title: a}\n", "no value here has a tag, and this one has !tag")]
#[case::a_tag_of_yaml("title: !!str a\n", "no value here has a tag")]
#[case::a_huge_number("rules: 99999999999999999999999999999999999999999\n", "invalid type")]
fn what_no_scenario_is_is_refused(#[case] text: &str, #[case] told: &str) {
    let errors = from_yaml("case.yaml", text).expect_err("no scenario");
    assert_told(text, &errors);
    assert!(errors[0].message.contains(told), "{}", errors[0]);
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let text = format!("\u{FEFF}{}", embedded()[0].text);
    assert_eq!(from_yaml("case.yaml", &text), Ok(embedded()[0].scenario.clone()));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.yaml");
    std::fs::write(&file, &text).expect("written");
    assert_eq!(read_file(&file), Ok(text));
}

#[rstest]
#[case::nesting(&format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"x":{}"#, "[".repeat(500_000)), "recursion limit exceeded")]
#[case::a_line_of_a_megabyte(&format!(r#"{{"jsonrpc":"2.0","id":1,"result":"{}"}}"#, "x".repeat(1_000_000)), "expected")]
#[case::a_huge_id(r#"{"jsonrpc":"2.0","id":99999999999999999999999,"result":{}}"#, "id: ")]
#[case::a_floating_id(r#"{"jsonrpc":"2.0","id":1.0,"result":{}}"#, "id: 1.0, expected")]
#[case::a_number_beyond_all(r#"{"jsonrpc":"2.0","id":1e999,"result":{}}"#, "number out of range")]
#[case::half_a_surrogate(r#"{"jsonrpc":"2.0","id":1,"result":{"\ud800":1}}"#, "escape")]
fn what_no_reply_is_is_refused(#[case] line: &str, #[case] told: &str) {
    let bad = read_reply::<ResetResult>(line.as_bytes(), 1).expect_err("no reply");
    assert!(bad.message.contains(told), "{}", bad.message);
    let told = entra_conformance::implementation::Failure::new(bad.kind, bad.message);
    assert!(told.message.chars().count() <= 2001);
}
