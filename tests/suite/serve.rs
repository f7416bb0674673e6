//! Any Rust implementation as an adapter.

#[path = "../child_process/mirror.rs"]
mod mirror;

use entra_conformance::implementation::serve::serve;
use mirror::Mirror;
use rstest::rstest;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

/// What comes back for these lines.
fn replies(input: &str) -> Vec<Value> {
    let mut output = Vec::new();
    serve(&mut Mirror::default(), input.as_bytes(), &mut output).expect("memory can be written");
    let text = String::from_utf8(output).expect("UTF-8");
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

const TENANT: &str = r#"{"features": {"softMatch": true, "passwordHashSync": true},
    "cloud": [{"label": "u", "kind": "user", "userPrincipalName": "ann@contoso.com"}], "onPremises": []}"#;

fn request(id: u64, method: &str, params: &str) -> String {
    let line =
        format!(r#"{{"jsonrpc": "2.0", "id": {id}, "method": "{method}", "params": {params}}}"#);
    format!("{}\n", line.replace('\n', " "))
}

fn reset(id: u64) -> String {
    request(id, "reset", &format!(r#"{{"tenant": {TENANT}}}"#))
}

#[test]
fn every_method_is_answered_and_batch_is_declared() {
    let initialize =
        r#"{"protocol": 1, "edition": "2023-01", "suite": {"name": "s", "version": "1"}}"#;
    let run_case =
        format!(r#"{{"tenant": {TENANT}, "commands": [{{"do": "sync"}}, {{"do": "sync"}}]}}"#);
    let input = [
        request(1, "initialize", initialize),
        reset(2),
        request(
            3,
            "apply",
            r#"{"command": {"do": "assignRole", "object": {"label": "u"}, "role": "Reader"}}"#,
        ),
        request(4, "runCase", &run_case),
        request(5, "shutdown", "{}"),
        reset(6),
    ];
    let replies = replies(&input.concat());
    assert_eq!(replies.len(), 5, "nothing is answered after the shutdown");
    for (index, reply) in replies.iter().enumerate() {
        assert_eq!(reply["jsonrpc"], "2.0");
        assert_eq!(reply["id"], index + 1);
        assert!(reply.get("error").is_none(), "{reply}");
    }
    assert_eq!(replies[0]["result"]["protocol"], 1);
    let capabilities = replies[0]["result"]["capabilities"].as_array().expect("a list");
    assert!(capabilities.contains(&json!("batch")));
    assert_eq!(replies[1]["result"]["snapshot"]["cloud"][0]["kind"], "user");
    assert_eq!(replies[2]["result"]["outcome"]["status"], "ok");
    assert_eq!(replies[2]["result"]["snapshot"]["cloud"][0]["roles"], json!(["Reader"]));
    assert_eq!(replies[3]["result"]["steps"].as_array().map(Vec::len), Some(2));
    assert_eq!(replies[4]["result"], json!({}));
}

#[rstest]
#[case::no_json("oh\n", json!(null), -32700, "expected value")]
#[case::cut("{\"jsonrpc\": \"2.0\", \"id\": 5\n", json!(null), -32700, "EOF")]
#[case::no_request("{\"jsonrpc\": \"2.0\", \"id\": 5}\n", json!(5), -32600, "missing field `method`")]
#[case::other_version("{\"jsonrpc\": \"1.0\", \"id\": 5, \"method\": \"reset\"}\n", json!(5), -32600, "expected `2.0`")]
#[case::list("[]\n", json!(null), -32600, "")]
#[case::no_method(&request(5, "remove", "{}"), json!(5), -32601, "there is no method \"remove\"")]
#[case::no_params(&request(5, "reset", "{}"), json!(5), -32602, "params of reset: missing field `tenant`")]
#[case::null_params("{\"jsonrpc\": \"2.0\", \"id\": 5, \"method\": \"apply\", \"params\": null}\n", json!(5), -32602, "params of apply: missing field `command`")]
#[case::no_such_command(&request(5, "apply", r#"{"command": {"do": "dance"}}"#), json!(5), -32602, "unknown variant `dance`")]
#[case::unsupported(&request(5, "apply", r#"{"command": {"do": "setImmutableId", "object": {"label": "u"}, "value": "Q"}}"#), json!(5), -32001, "unsupported: immutableIdWrite")]
#[case::panic(&request(5, "apply", r#"{"command": {"do": "restoreCloudObject", "object": {"label": "u"}}}"#), json!(5), -32603, "panicked: cannot restore")]
fn what_cannot_be_done_is_said_and_the_rest_goes_on(
    #[case] line: &str,
    #[case] id: Value,
    #[case] code: i64,
    #[case] told: &str,
) {
    let replies = replies(&[line, "\r\n", &reset(9)].concat());
    assert_eq!(replies.len(), 2);
    assert_eq!(replies[0]["id"], id);
    assert_eq!(replies[0]["error"]["code"], code, "{}", replies[0]);
    let message = replies[0]["error"]["message"].as_str().expect("a message");
    assert!(message.contains(told), "{message}");
    assert_eq!(replies[1]["id"], 9);
    assert!(replies[1].get("error").is_none());
}

#[test]
fn unsupported_names_the_capability_in_a_case_too() {
    let command = r#"{"do": "setImmutableId", "object": {"label": "u"}, "value": null}"#;
    let params = format!(r#"{{"tenant": {TENANT}, "commands": [{{"do": "sync"}}, {command}]}}"#);
    let replies = replies(&request(5, "runCase", &params));
    assert_eq!(replies[0]["error"]["code"], -32001);
    assert_eq!(replies[0]["error"]["data"]["capability"], "immutableIdWrite");
    let message = replies[0]["error"]["message"].as_str().expect("a message");
    assert!(message.ends_with("(at command 2, setImmutableId)"), "{message}");
}

#[test]
fn a_last_line_without_its_end_is_answered() {
    let replies = replies(reset(5).trim_end());
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0]["id"], 5);
}

/// Shared between both ends: what has been written, and how much of it was flushed.
#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    flushed: usize,
    flushes: usize,
}

struct Output(Rc<RefCell<Written>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        let mut written = self.0.borrow_mut();
        written.flushed = written.bytes.len();
        written.flushes += 1;
        Ok(())
    }
}

/// Whoever waits for more has to have flushed an answer to every line before.
struct Input {
    pieces: VecDeque<Vec<u8>>,
    lines: usize,
    written: Rc<RefCell<Written>>,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let written = self.written.borrow();
        let answered = written.bytes[..written.flushed].lines().count();
        assert_eq!(answered, self.lines);
        let piece = self.pieces.pop_front().unwrap_or_default();
        buffer[..piece.len()].copy_from_slice(&piece);
        self.lines += piece.iter().filter(|&&byte| byte == b'\n').count();
        Ok(piece.len())
    }
}

#[test]
fn nobody_waits_for_a_reply_and_many_are_written_at_once() {
    let crowd: String = (1..20).map(reset).collect();
    let lonely = reset(20);
    let (half, rest) = lonely.as_bytes().split_at(30);
    let written = Rc::new(RefCell::new(Written::default()));
    let input = Input {
        pieces: [crowd.as_bytes(), half, rest].map(<[u8]>::to_vec).into(),
        lines: 0,
        written: Rc::clone(&written),
    };
    let input = BufReader::with_capacity(64 * 1024, input);
    serve(&mut Mirror::default(), input, Output(Rc::clone(&written))).expect("served");
    let written = written.borrow();
    assert_eq!(written.bytes.lines().count(), 20);
    assert_eq!(written.flushes, 2);
}
