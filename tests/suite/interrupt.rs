//! Ctrl-C: what was judged so far is reported, the run counts as incomplete, and no process is
//! left behind.

use entra_conformance::report::{Status, from_events};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Answers `initialize`, says on standard error who it is, starts a process of its own, and then
/// answers nothing any more.
const HANGING_ADAPTER: &str = r#"
read -r request
id=${request#*\"id\":}; id=${id%%[,\}]*}
printf '{"jsonrpc":"2.0","id":%s,"result":{"protocol":1,"implementation":{"name":"hanging","version":"1"},"editions":["2023-01"],"capabilities":["users","match:userPrincipalName","batch"]}}\n' "$id"
sleep 1000 &
echo "$$ $!" >"$1"
wait
"#;

fn is_running(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    // A zombie has ended and waits to be collected.
    state.is_ok_and(|state| !state.contains(") Z "))
}

/// The suite on an adapter that hangs, and the processes that it has started.
struct Hanging {
    suite: Child,
    processes: Vec<String>,
    give_up: Instant,
}

impl Hanging {
    fn start(folder: &Path) -> Hanging {
        let told = folder.join("processes");
        let suite = Command::new(env!("CARGO_BIN_EXE_entra-conformance"))
            .args(["run", "--reply-timeout", "600", "--events"])
            .arg(folder.join("events.jsonl"))
            .args(["--", "sh", "-c", HANGING_ADAPTER, "sh"])
            .arg(&told)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the suite starts");
        let give_up = Instant::now() + Duration::from_secs(60);
        let processes = loop {
            let text = std::fs::read_to_string(&told).unwrap_or_default();
            if text.ends_with('\n') {
                break text;
            }
            assert!(Instant::now() < give_up, "the adapter did not start");
            std::thread::sleep(Duration::from_millis(10));
        };
        let processes: Vec<String> = processes.split_whitespace().map(str::to_owned).collect();
        assert!(processes.iter().all(|process| is_running(process)));
        Hanging { suite, processes, give_up }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.suite.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    fn assert_all_end(&self) {
        while self.processes.iter().any(|process| is_running(process)) {
            assert!(Instant::now() < self.give_up, "a process was left behind");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut hanging = Hanging::start(folder.path());
    hanging.signal("-INT");
    let status = hanging.suite.wait().expect("the suite ends");
    assert_eq!(status.code(), Some(3));
    let mut report = String::new();
    let mut output = hanging.suite.stdout.take().expect("its output");
    output.read_to_string(&mut report).expect("UTF-8");
    assert!(report.contains("incomplete: the run was stopped before its end"), "{report}");
    hanging.assert_all_end();
    // What was told is there, and nothing takes it for a whole run.
    let events = std::fs::read(folder.path().join("events.jsonl")).expect("events");
    let summary = from_events(&events[..], "events.jsonl").expect("they are in order");
    assert_eq!(summary.status(), Status::Incomplete);
    assert_eq!((summary.milliseconds, summary.cut_off), (None, None));
}

/// A suite that is killed can do nothing more itself.
#[test]
#[cfg(target_os = "linux")]
fn nothing_is_left_behind_by_a_suite_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut hanging = Hanging::start(folder.path());
    hanging.signal("-KILL");
    hanging.suite.wait().expect("the suite ends");
    hanging.assert_all_end();
}
