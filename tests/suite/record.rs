//! `record`: what was driven through it is a scenario file for each case, which holds against what it was
//! recorded from and fails against what does otherwise.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const SUITE: &str = env!("CARGO_BIN_EXE_entra-conformance");

/// The suite in a folder, with these arguments and standard input.
fn suite(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = start(folder, arguments);
    let mut stdin = child.stdin.take().expect("a pipe");
    // Who ends early does not read all of it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(SUITE)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the suite starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn request(id: u64, method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string() + "\n"
}

fn initialize(edition: &str) -> String {
    let suite = json!({"name": "somebody", "version": "1"});
    request(1, "initialize", &json!({"protocol": 1, "edition": edition, "suite": suite}))
}

fn ann() -> Value {
    json!({
        "features": {"softMatch": true, "passwordHashSync": true},
        "cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com",
            "proxyAddresses": ["SMTP:ann@contoso.com", "smtp:invoices@contoso.com"]}],
        "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB",
            "userPrincipalName": "Ann@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"], "attributes": {"displayName": "Ann of AD"}}],
    })
}

fn apply(id: u64, command: Value) -> String {
    request(id, "apply", &json!({"command": command}))
}

/// Ann is taken over, cannot be edited then, and a newcomer is provisioned.
fn session() -> String {
    let ann_is_edited = json!({"do": "updateCloudObject", "object": {"label": "ann"},
        "set": {"attributes": {"department": "Legal"}}});
    let bob = json!({"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"});
    let nobody = json!({"do": "assignRole", "object": {"joinedTo": "bob-ad"}, "role": "Reader"});
    [
        initialize("2023-01"),
        request(2, "reset", &json!({"tenant": ann()})),
        apply(3, json!({"do": "sync"})),
        apply(4, ann_is_edited),
        apply(5, json!({"do": "createOnPremisesObject", "object": bob})),
        apply(6, nobody),
        apply(7, json!({"do": "sync"})),
        request(8, "shutdown", &json!({})),
    ]
    .concat()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("it").path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

/// The files of a folder as arguments.
fn named(folder: &Path) -> Vec<String> {
    files(folder).iter().map(|file| file.to_str().expect("UTF-8").to_owned()).collect()
}

/// Replays all files of `session` against what `serve` with these arguments serves. The exit code, and
/// what was said.
fn replay(folder: &Path, served: &[&str]) -> (Option<i32>, String) {
    let files = named(&folder.join("session"));
    let mut arguments = vec!["replay", "--quiet"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(["--", SUITE, "serve"]);
    arguments.extend(served);
    let output = suite(folder, &arguments, "");
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

const RECORD: [&str; 6] = ["record", "--to", "session", "--", SUITE, "serve"];

#[test]
fn a_session_becomes_a_file_that_is_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorded = suite(folder.path(), &RECORD, &session());
    let told = text(&recorded.stderr);
    assert_eq!(recorded.status.code(), Some(0), "{told}");
    let last = told.lines().last().expect("a line");
    assert!(
        last.starts_with("1 file of 1 case; run by: entra-conformance replay session/*.yaml -- "),
        "{last}"
    );

    // The client hears what it would have heard without.
    let direct = suite(folder.path(), &["serve"], &session());
    assert_eq!(text(&recorded.stdout), text(&direct.stdout));

    let file = files(&folder.path().join("session")).remove(0);
    let name = file.file_name().expect("a name").to_str().expect("UTF-8").to_owned();
    let yaml = std::fs::read_to_string(&file).expect("the file");
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("recorded-session", format!("# {name}\n{yaml}"));
    });

    let files = named(&folder.path().join("session"));
    let validated = suite(folder.path(), &["validate", &files[0]], "");
    assert_eq!(validated.status.code(), Some(0), "{}", text(&validated.stderr));
    let (code, told) = replay(folder.path(), &[]);
    assert_eq!(code, Some(0), "{told}");
    // Neither rule nor expectation is silent.
    let (code, told) = replay(folder.path(), &["--mutant", "anchor-not-stamped-on-soft-match"]);
    assert_eq!(code, Some(1), "{told}");

    // The same again is the same file.
    assert_eq!(suite(folder.path(), &RECORD, &session()).status.code(), Some(0));
    assert_eq!(named(&folder.path().join("session")), files);
}

/// What no rule speaks of is held to as well, unless it is not wanted.
#[test]
fn what_the_pages_leave_open_is_expected_as_it_was() {
    let tenant = json!({
        "features": {"softMatch": true, "passwordHashSync": true},
        "cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "attributes": {"department": "IT"}}],
        "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}],
    });
    let case = json!({"tenant": tenant, "commands": [{"do": "sync"}]});
    let session = [initialize("2023-01"), request(2, "runCase", &case)].concat();
    let cleared = ["--choice", "valuesAbsentOnPremises=cleared"];
    for (switch, expected) in [(None, Some(1)), (Some("--without-expectations"), Some(0))] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut arguments = vec!["record", "--to", "session"];
        arguments.extend(switch);
        arguments.extend(["--", SUITE, "serve"]);
        arguments.extend(cleared);
        let recorded = suite(folder.path(), &arguments, &session);
        assert_eq!(recorded.status.code(), Some(0), "{}", text(&recorded.stderr));
        assert_eq!(replay(folder.path(), &cleared).0, Some(0));
        let (code, told) = replay(folder.path(), &[]);
        assert_eq!(code, expected, "{told}");
    }
}

/// The suite itself is a client, which has many requests under way.
#[test]
fn every_scenario_is_recorded_and_replayed() {
    for edition in ["2023-01", "2026-07"] {
        let folder = tempfile::tempdir().expect("a folder");
        let served = [SUITE, "serve", "--edition", edition];
        let patient = ["--quiet", "--reply-timeout", "600", "--edition", edition];
        let run = [&["run", "--only", "scenarios"][..], &patient, &["--"]].concat();
        let record = [SUITE, "record", "--to", "session", "--"];
        let judged = suite(folder.path(), &[&run[..], &record, &served].concat(), "");
        assert_eq!(judged.status.code(), Some(0), "{}", text(&judged.stdout));
        let files = named(&folder.path().join("session"));
        assert!(files.len() > 250, "{}", files.len());
        let mut arguments = [&["replay"][..], &patient].concat();
        arguments.extend(files.iter().map(String::as_str));
        arguments.push("--");
        arguments.extend(served);
        let replayed = suite(folder.path(), &arguments, "");
        assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stdout));
    }
}

/// What is wrong with a session, what is told of it, and how many files there are all the same.
#[test]
fn whatever_goes_wrong_is_told_and_what_was_recorded_is_kept() {
    let good = || {
        [
            initialize("2023-01"),
            request(2, "reset", &json!({"tenant": ann()})),
            apply(3, json!({"do": "sync"})),
        ]
        .concat()
    };
    let twice = json!({"cloud": [
        {"label": "a", "kind": "user", "userPrincipalName": "a@x"}, {"label": "b", "kind": "user", "userPrincipalName": "A@x"}]});
    let cases: [(&str, String, i32, usize, &str); 8] = [
        ("the client closes", good(), 0, 1, "1 file of 1 case"),
        ("no request", good() + "hello\n", 2, 1, "line 4 of the client is no request"),
        (
            "no such command",
            good() + &apply(4, json!({"do": "dance"})),
            2,
            1,
            "unknown variant `dance`",
        ),
        ("no case", initialize("2023-01"), 3, 0, "nothing was recorded: 0 cases"),
        (
            "no command",
            good() + &request(4, "reset", &json!({"tenant": ann()})),
            0,
            1,
            "1 case without a command",
        ),
        (
            "no reset",
            initialize("2023-01") + &apply(2, json!({"do": "sync"})),
            2,
            0,
            "a command came before any `reset`",
        ),
        (
            "nobody is introduced",
            request(2, "runCase", &json!({"tenant": ann(), "commands": [{"do": "sync"}]})),
            3,
            0,
            "case 1 has no file: `initialize`",
        ),
        (
            "no start",
            [
                initialize("2023-01"),
                request(2, "runCase", &json!({"tenant": twice, "commands": [{"do": "sync"}]})),
            ]
            .concat(),
            3,
            0,
            "case 1 has no file: no scenario can say it: tenant.cloud[1].userPrincipalName",
        ),
    ];
    for (what, session, code, count, expected) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let recorded = suite(folder.path(), &RECORD, &session);
        let told = text(&recorded.stderr);
        assert_eq!(recorded.status.code(), Some(code), "{what}: {told}");
        assert!(told.contains(expected), "{what}: {told}");
        let files = files(&folder.path().join("session"));
        assert_eq!(files.len(), count, "{what}: {told}");
        if count > 0 {
            assert_eq!(replay(folder.path(), &[]).0, Some(0), "{what}");
        }
    }
}

/// An adapter in a few lines of shell: it says who it is, answers a reset with nothing, and then does `last`.
#[cfg(unix)]
fn shell(last: &str) -> String {
    format!(
        r#"read -r request
printf '{{"jsonrpc":"2.0","id":1,"result":{{"protocol":1,"implementation":{{"name":"shell","version":"1"}},"editions":["2023-01"],"capabilities":["users"]}}}}\n'
read -r request
printf '{{"jsonrpc":"2.0","id":2,"result":{{"snapshot":{{}}}}}}\n'
read -r request
{last}"#
    )
}

#[test]
#[cfg(unix)]
fn an_adapter_that_ends_or_writes_nonsense_is_told_by_name() {
    let session = [
        initialize("2023-01"),
        request(2, "reset", &json!({"tenant": {}})),
        apply(3, json!({"do": "sync"})),
    ]
    .concat();
    let lost = "the adapter ended (exit status: 3) without the replies that it owed";
    let error =
        r#"printf '{"jsonrpc":"2.0","id":3,"error":{"code":-32603,"message":"no disk"}}\n'; cat"#;
    let declined = r#"printf '{"jsonrpc":"2.0","id":3,"error":{"code":-32001,"message":"no","data":{"capability":"reinstall"}}}\n'; cat"#;
    let cases: [(&str, i32, &str, Option<&str>); 5] = [
        (
            "exit 3",
            1,
            lost,
            Some("Nothing is expected of step 1: the adapter ended without a reply to it."),
        ),
        ("echo oh; exit 3", 1, "(noise): not a message: oh", Some("the adapter ended")),
        (r#"printf '{"jsonrpc"'"#, 1, "(invalid-json)", Some("Nothing is expected of step 1")),
        (error, 0, "1 file of 1 case", Some("answered with error -32603: no disk")),
        (declined, 3, "nothing was recorded", None),
    ];
    for (last, code, expected, comment) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let adapter = shell(last);
        let arguments = ["record", "--to", "session", "--", "sh", "-c", &adapter];
        let recorded = suite(folder.path(), &arguments, &session);
        let told = text(&recorded.stderr);
        assert_eq!(recorded.status.code(), Some(code), "{last}: {told}");
        assert!(told.contains(expected), "{last}: {told}");
        let files = files(&folder.path().join("session"));
        let written: Vec<String> =
            files.iter().map(|file| std::fs::read_to_string(file).expect("the file")).collect();
        assert_eq!(written.len(), usize::from(comment.is_some()), "{last}: {told}");
        if let Some(comment) = comment {
            assert!(written[0].contains(comment), "{last}: {}", written[0]);
        }
    }
}

#[test]
fn what_cannot_be_started_or_written_is_told_before_anything_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("file"), "").expect("a file");
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["record", "--to", "session", "--", "no-such-program-anywhere"],
            4,
            "no-such-program-anywhere",
        ),
        (&["record", "--to", "session"], 2, "its COMMAND after `--`"),
        (&["record", "--", SUITE, "serve"], 2, "--to <FOLDER>"),
        (&["record", "--to", "file", "--", SUITE, "serve"], 2, "file cannot be made"),
        (
            &["record", "--to", "session", "--", SUITE, "serve", "--edition", "1999"],
            4,
            "before it had said who it is",
        ),
    ];
    for (arguments, code, expected) in cases {
        let output = suite(folder.path(), arguments, &initialize("2023-01"));
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

/// Ctrl-C in the middle of a case: its answered steps are kept.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_session_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = start(folder.path(), &RECORD);
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut replies = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let asked = [
        initialize("2023-01"),
        request(2, "reset", &json!({"tenant": ann()})),
        apply(3, json!({"do": "sync"})),
    ];
    for request in asked {
        stdin.write_all(request.as_bytes()).expect("it listens");
        // Each message goes through at once.
        replies.next().expect("a reply").expect("UTF-8");
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("stopped; what was recorded is kept\n1 file of 1 case"), "{told}");
    assert_eq!(replay(folder.path(), &[]).0, Some(0));
}

#[test]
#[cfg(unix)]
fn a_session_with_the_python_example_is_replayed_and_its_faults_are_found() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/python/adapter.py");
    let recorded =
        suite(folder.path(), &["record", "--to", "session", "--", "python3", adapter], &session());
    assert_eq!(recorded.status.code(), Some(0), "{}", text(&recorded.stderr));
    let file = named(&folder.path().join("session")).remove(0);
    let replayed = |fault: &[&str]| {
        let arguments =
            [&["replay", "--quiet", &file, "--", "python3", adapter][..], fault].concat();
        suite(folder.path(), &arguments, "").status.code()
    };
    assert_eq!(replayed(&[]), Some(0));
    assert_eq!(replayed(&["--fault", "takeover-merges-addresses"]), Some(1));
}
