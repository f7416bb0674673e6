//! The page `spec/protocol.md` says what the code does.

use entra_conformance::directory::StepObservation;
use entra_conformance::directory::{Capability, Command, ResultWord};
use entra_conformance::implementation::FailureKind;
use entra_conformance::implementation::protocol::{
    Empty, InitializeResult, Method, ReplyResult, ResetResult, RunBatchResult,
    RunCaseChangesResult, RunCaseResult, read_reply, read_request,
};

const PAGE: &str = include_str!("../../spec/protocol.md");

/// The words in the first column of the page's tables.
fn named_in_tables() -> Vec<&'static str> {
    PAGE.lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|row| row.split(" |").next())
        .flat_map(|cell| cell.split(", "))
        .map(|word| word.trim_matches('`'))
        .collect()
}

#[test]
fn every_word_has_its_row() {
    let named = named_in_tables();
    let capabilities = Capability::ALL.iter().map(|capability| capability.word());
    let failures = FailureKind::ALL.iter().map(|kind| kind.word());
    let results = ResultWord::ALL.iter().map(|result| result.word());
    let commands = Command::WORDS.iter().copied();
    for word in capabilities.chain(failures).chain(results).chain(commands) {
        assert!(named.contains(&word), "{word} has no row");
    }
    for method in Method::ALL {
        assert!(PAGE.contains(&format!("### `{method}`")), "{method}");
    }
}

/// The lines of the example with this mark.
fn example(mark: &str) -> Vec<&'static str> {
    PAGE.lines()
        .filter_map(|line| line.strip_prefix(mark)?.strip_prefix(' '))
        .filter(|line| line.starts_with('{'))
        .collect()
}

#[test]
fn the_example_can_be_read_on_both_sides() {
    fn check<R: ReplyResult>(reply: &str, id: u64) {
        if let Err(bad) = read_reply::<R>(reply.as_bytes(), id) {
            panic!("{}: {reply}", bad.message);
        }
    }
    let (requests, replies) = (example(">"), example("<"));
    assert_eq!(requests.len(), 9);
    assert_eq!(replies.len(), requests.len());
    for (request, reply) in requests.into_iter().zip(replies) {
        let request = read_request(request.as_bytes()).expect("a request");
        match request.call.method() {
            Method::Initialize => check::<InitializeResult>(reply, request.id),
            Method::Reset => check::<ResetResult>(reply, request.id),
            Method::Apply => check::<StepObservation>(reply, request.id),
            Method::RunCase => check::<RunCaseResult>(reply, request.id),
            Method::RunCaseChanges => check::<RunCaseChangesResult>(reply, request.id),
            Method::RunBatch => check::<RunBatchResult>(reply, request.id),
            Method::Shutdown => check::<Empty>(reply, request.id),
        }
    }
}

#[cfg(feature = "schema")]
#[test]
fn the_example_is_valid() {
    use crate::published::validator;
    use entra_conformance::implementation::protocol::schema;
    let json = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("JSON") };
    let requests = validator(&schema::requests());
    for (request, reply) in example(">").into_iter().zip(example("<")) {
        let request = json(request);
        assert!(requests.is_valid(&request), "{request}");
        let method = request["method"].as_str().and_then(Method::from_word);
        let replies = validator(&schema::reply(method.expect("a method")));
        assert!(replies.is_valid(&json(reply)), "{reply}");
    }
}

/// The defaults in the page's last table.
#[cfg(feature = "child-process")]
#[test]
fn the_limits_are_the_defaults() {
    use entra_conformance::implementation::child_process::ChildProcessOptions;
    let options = ChildProcessOptions::new("x", [""; 0]);
    let limits = PAGE.split("\n## Limits and time-outs").nth(1).expect("a section");
    for (what, value) in [
        ("`initialize`", format!("{} seconds", options.handshake_timeout.as_secs())),
        ("further reply", format!("{} seconds", options.reply_timeout.as_secs())),
        ("length of a line", format!("{} MiB", options.maximum_line_bytes >> 20)),
        ("cases under way", options.in_flight.to_string()),
    ] {
        let row = limits.lines().find(|line| line.contains(what)).expect("a row");
        assert!(row.ends_with(&format!("| {value} |")), "{row}");
    }
}
