//! The adapters that the tests start: the mirror, or the reference model, behind the protocol,
//! spoiled in one way each.
//!
//! Arguments say how the whole adapter misbehaves. A word `do:…` inside a request says what
//! happens at that request, so that the fault belongs to a case and not to a moment.

use crate::hostile::{self, Hostile};
use crate::liar::{Liar, LiesIn};
use crate::mirror::Mirror;
use entra_conformance::implementation::Implementation;
use entra_conformance::implementation::serve::serve;
use entra_conformance::reference::ReferenceModel;
use serde_json::{Value, json};
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::{Command, exit};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Sleeps until somebody ends it.
pub(crate) fn sleep_forever() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

/// Starts a descendant that holds all pipes open, and notes its number.
#[expect(clippy::zombie_processes, reason = "an orphan is what is wanted")]
fn leave_descendant(note: &str) {
    let program = std::env::current_exe().expect("this program");
    let child = Command::new(program).arg("sleeper").spawn().expect("a descendant");
    std::fs::write(note, child.id().to_string()).expect("a note");
}

/// Whether this file was not there before.
fn first_time(note: &str) -> bool {
    let first = !Path::new(note).exists();
    std::fs::write(note, "").expect("a note");
    first
}

pub(crate) struct Adapter {
    batch: bool,
    /// States are told as what changed.
    changes: bool,
    /// Replies gather until nothing more comes for a while.
    lazy: bool,
    held: Vec<u8>,
    /// Replies that were overtaken by a later one.
    overtaken: Vec<u8>,
    /// What is done with every reply for which nothing else is said.
    always: Option<String>,
    implementation: Box<dyn Implementation>,
    out: io::Stdout,
}

/// Runs as an adapter.
pub(crate) fn main(arguments: &[String]) {
    let mut adapter = Adapter {
        batch: true,
        changes: false,
        lazy: false,
        held: Vec::new(),
        overtaken: Vec::new(),
        always: None,
        implementation: Box::new(Mirror::default()),
        out: io::stdout(),
    };
    let mut handshake = "";
    let mut immortal = false;
    let mut lies_in = LiesIn::Every(1);
    for argument in arguments {
        match argument.split_once('=').unwrap_or((argument, "")) {
            ("no-batch", _) => adapter.batch = false,
            ("changes", _) => adapter.changes = true,
            ("lazy", _) => adapter.lazy = true,
            ("immortal", _) => immortal = true,
            ("always", how) => adapter.always = Some(how.to_owned()),
            ("honest", _) => adapter.implementation = Box::new(ReferenceModel::default()),
            ("in-case", number) => lies_in = LiesIn::Case(number.parse().expect("a number")),
            ("in-every", number) => lies_in = LiesIn::Every(number.parse().expect("a number")),
            ("hostile", how) => adapter.implementation = Box::new(Hostile::new(how)),
            ("lie", what) => adapter.implementation = Box::new(Liar::new(what, lies_in)),
            ("descendant", note) => leave_descendant(note),
            ("fails-to-start-again", note) if !first_time(note) => {
                eprintln!("the port is taken");
                exit(4);
            }
            ("other-when-started-again", note) if !first_time(note) => handshake = "other-name",
            // All is well the first time, and not the next two.
            ("fails-to-start-again-twice", note) => {
                let before = std::fs::read_to_string(note).unwrap_or_default();
                std::fs::write(note, format!("{before}started\n")).expect("a note");
                if (1..=2).contains(&before.lines().count()) {
                    exit(4);
                }
            }
            ("fails-to-start-again" | "other-when-started-again", _) => {}
            ("handshake", how) => handshake = how,
            other => panic!("unknown argument {other:?}"),
        }
    }
    // Without room: a deaf adapter reads one line more and no further.
    let (lines, requests) = sync_channel(0);
    std::thread::spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            if lines.send(line.expect("a line")).is_err() {
                return;
            }
        }
    });
    let initialize = requests.recv().expect("a first request");
    adapter.initialize(&initialize, handshake);
    if handshake == "then-deaf" {
        sleep_forever();
    }
    adapter.converse(&requests);
    adapter.release();
    if immortal {
        sleep_forever();
    }
}

impl Adapter {
    fn initialize(&mut self, request: &[u8], how: &str) {
        let mut reply: Value = serde_json::from_slice(&self.answer(request)).expect("a reply");
        let result = &mut reply["result"];
        let capabilities = result["capabilities"].as_array_mut().expect("capabilities");
        capabilities.retain(|capability| match capability.as_str() {
            Some("batch") => self.batch,
            Some("changes") => self.changes,
            _ => true,
        });
        match how {
            "crash" => {
                eprintln!("no database");
                exit(3)
            }
            "exit" => exit(0),
            "hostile-noise" => self.write(hostile::noise().as_bytes()),
            "hostile-crash" => {
                eprintln!("{}", hostile::noise());
                exit(3)
            }
            "hang" => sleep_forever(),
            "noise" => self.write(b"Starting adapter on port 80...\n"),
            "half" => {
                self.write(b"{\"jsonrpc\": ");
                exit(0)
            }
            "banner-and-hang" => {
                // Reading stops at the first line; what comes with it is shown all the same.
                self.write(b"Starting\nlistening on po");
                sleep_forever()
            }
            "invalid-json" => return self.write(b"{jsonrpc: \"2.0\"}\n"),
            "byte-order-mark" => self.write(b"\xEF\xBB\xBF"),
            "version-2" => {
                reply = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocol": 2, "who": "me"}});
            }
            "version-2-same-form" => result["protocol"] = json!(2),
            "edition" => result["editions"] = json!(["2025-04", "2026-07"]),
            "no-edition" => result["editions"] = Value::Null,
            "capability" => result["capabilities"] = json!(["users", "teleport"]),
            "choice" => result["choices"] = json!({"collisionHandling": "ignored"}),
            "error" => {
                reply = json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "no licence", "data": {"days": 0}}});
            }
            "unsupported" => {
                reply = json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32001, "message": "", "data": {"capability": "users"}}});
            }
            "wrong-id" => reply["id"] = json!(0),
            "floating-id" => reply["id"] = json!(1.0),
            "nulls" => {
                result["implementation"]["url"] = Value::Null;
                result["capabilities"] = Value::Null;
                result["choices"] = Value::Null;
                result["unknown"] = json!([1]);
            }
            "other-name" => result["implementation"]["version"] = json!("2"),
            "" | "then-deaf" => {}
            other => panic!("unknown handshake {other:?}"),
        }
        self.write_line(&reply);
    }

    fn converse(&mut self, requests: &Receiver<Vec<u8>>) {
        loop {
            let request = if self.held.is_empty() {
                requests.recv().ok()
            } else {
                match requests.recv_timeout(Duration::from_millis(30)) {
                    Ok(request) => Some(request),
                    Err(RecvTimeoutError::Disconnected) => None,
                    Err(RecvTimeoutError::Timeout) => {
                        self.release();
                        continue;
                    }
                }
            };
            let Some(request) = request else { return };
            let reply = self.answer(&request);
            let text = String::from_utf8_lossy(&request);
            let here = text.split("do:").nth(1).map(|rest| {
                let what = rest.split('"').next().unwrap_or_default();
                what.replace("\\\\", "\\")
            });
            match here.or_else(|| self.always.clone()) {
                None => self.hold(&reply),
                Some(what) => self.misbehave(&what, &reply),
            }
            if text.contains(r#""method":"shutdown""#) {
                return;
            }
        }
    }

    fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let mut reply = Vec::new();
        serve(self.implementation.as_mut(), request, &mut reply).expect("memory can be written");
        reply
    }

    fn write(&mut self, bytes: &[u8]) {
        self.out.write_all(bytes).expect("written");
        self.out.flush().expect("flushed");
    }

    fn write_line(&mut self, message: &Value) {
        self.write(format!("{message}\n").as_bytes());
    }

    fn hold(&mut self, reply: &[u8]) {
        self.held.extend_from_slice(reply);
        self.held.append(&mut self.overtaken);
        if !self.lazy {
            self.release();
        }
    }

    fn release(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.write(&held);
    }

    /// A changed reply.
    fn changed(&mut self, reply: &[u8], change: impl FnOnce(&mut Value)) {
        let mut message = serde_json::from_slice(reply).expect("a reply");
        change(&mut message);
        self.write_line(&message);
    }

    fn misbehave(&mut self, what: &str, reply: &[u8]) {
        match what.split_once('=').unwrap_or((what, "")) {
            ("crash", _) => {
                eprintln!("first line\nthe last words");
                exit(3)
            }
            ("abort", _) => std::process::abort(),
            ("crash-in-line", _) => {
                self.write(&reply[..reply.len() / 2]);
                exit(3)
            }
            ("crash-once", note) if first_time(note) => exit(3),
            ("crash-with-descendant", note) => {
                leave_descendant(note);
                exit(3)
            }
            ("exit", _) => exit(0),
            ("half", _) => {
                self.write(&reply[..reply.len() / 2]);
                exit(0)
            }
            ("hang", _) => sleep_forever(),
            ("hang-in-line", _) => {
                self.write(&reply[..10]);
                sleep_forever()
            }
            ("noise", _) => {
                self.write(b"DEBUG: matching\n");
                self.write(reply);
            }
            ("changes-that-do-not-fit", _) => {
                self.changed(reply, |message| {
                    message["result"]["steps"][0]["changes"] = json!({"cloudGone": ["nobody"]});
                });
            }
            ("steps-without-number", _) => {
                self.changed(reply, |message| {
                    let steps = message["result"]["steps"].as_array_mut().expect("steps");
                    let step = json!({"outcome": {"status": "ok"}, "changes": {"cloudGone": ["u"]}});
                    steps.extend(std::iter::repeat_n(step, 500));
                });
            }
            ("end-that-does-not-fit", _) => {
                self.changed(reply, |message| {
                    message["result"]["end"]["cloud"][0]["roles"] = json!(["Lying"]);
                });
            }
            ("list", _) => {
                let list = [b"[", reply.trim_ascii_end(), b"]\n"].concat();
                self.write(&list);
            }
            ("invalid-json", _) => {
                let cut = reply.len() - 4;
                self.write(&[&reply[..cut], b"\n"].concat());
            }
            ("invalid-utf8", _) => {
                let text = String::from_utf8_lossy(reply).replacen("Ann", "\u{FFFD}", 1);
                let at = text.find('\u{FFFD}').expect("a name");
                let line = [&text.as_bytes()[..at], b"\xFF", &text.as_bytes()[at + 3..]].concat();
                self.write(&line);
            }
            ("no-result", _) => self.changed(reply, |message| {
                message.as_object_mut().expect("a reply").remove("result");
            }),
            ("wrong-type", _) => {
                self.changed(reply, |message| message["result"]["snapshot"] = json!(5));
            }
            ("unknown-word", _) => self.changed(reply, |message| {
                let result = &mut message["result"];
                match result.get_mut("steps") {
                    Some(steps) => steps[1]["outcome"]["status"] = json!("okay"),
                    None => result["outcome"]["status"] = json!("okay"),
                }
            }),
            ("wrong-id", _) => self.changed(reply, |message| message["id"] = json!(100_000)),
            // Once: the next reply goes before this one.
            ("overtaken", note) if first_time(note) => self.overtaken.extend_from_slice(reply),
            ("answered-twice", _) => {
                self.write(reply);
                self.write(reply);
            }
            ("id-twice", _) => self.changed(reply, |message| {
                let cloud = message["result"]["snapshot"]["cloud"].as_array_mut().expect("cloud");
                cloud.push(cloud[0].clone());
            }),
            ("step-missing", _) => self.changed(reply, |message| {
                message["result"]["steps"].as_array_mut().expect("steps").pop();
            }),
            ("error", _) => self.changed(reply, |message| {
                message.as_object_mut().expect("a reply").remove("result");
                message["error"] = json!({"code": -32050, "message": "no disk", "data": {"free": 0}});
            }),
            ("error-without-id", _) => self.changed(reply, |message| {
                *message = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32700, "message": "what?"}});
            }),
            ("bad-unsupported", _) => self.changed(reply, |message| {
                message.as_object_mut().expect("a reply").remove("result");
                message["error"] = json!({"code": -32001, "message": "", "data": {"capability": "tea"}});
            }),
            ("long-line", length) => {
                let length = length.parse().expect("a length");
                self.write(&vec![b'x'; length]);
                self.write(b"\n");
                self.write(reply);
            }
            ("endless-line", _) => loop {
                self.write(&[b'{'; 10_000]);
            },
            // From here on all is well.
            ("crash-once" | "overtaken", _) => self.write(reply),
            ("slow", milliseconds) => {
                let milliseconds = milliseconds.parse().expect("a time");
                std::thread::sleep(Duration::from_millis(milliseconds));
                self.write(reply);
            }
            ("in-pieces", _) => {
                for piece in reply.chunks(reply.len() / 5 + 1) {
                    self.write(piece);
                    std::thread::sleep(Duration::from_millis(3));
                }
            }
            // Goes out together with the next reply.
            ("together", _) => self.held.extend_from_slice(reply),
            ("windows-line-end", _) => {
                self.write(&[reply.trim_ascii_end(), b"\r\n"].concat());
            }
            ("much-stderr", _) => {
                let line = [b'e'; 1000];
                let mut errors = io::stderr().lock();
                for _ in 0..20_000 {
                    errors.write_all(&line).expect("written");
                    errors.write_all(b"\n").expect("written");
                }
                self.write(reply);
            }
            other => panic!("unknown misbehaviour {other:?}"),
        }
    }
}
