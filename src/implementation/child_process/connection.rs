//! The conversation with one living process, from `initialize` to its end.

use super::inbox::{Delivery, End, Inbox};
use super::options::{ChildProcessOptions, StartError};
use super::outbox::{self, Outbox};
use super::process::Process;
use super::stderr::StderrTail;
use super::trace::{Trace, Way};
use crate::directory::SwitchNames;
use crate::implementation::protocol::{
    self, Answer, BadReply, Empty, InitializeParams, InitializeResult, Method, Named, ReplyResult,
    SuiteName, read_reply, write_request,
};
use crate::implementation::{Description, Failure, FailureKind};
use serde::Serialize;
use serde::de::IgnoredAny;
use std::collections::VecDeque;
use std::io::Write as _;
use std::ops::Range;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a process may take to exit after its `shutdown`, or after it closed its output.
const GRACE: Duration = Duration::from_secs(2);

/// How often a process that does not answer is looked after. Its output alone does not always
/// tell that it is gone: a descendant may hold the pipe open.
const LOOK_AFTER: Duration = Duration::from_millis(100);

/// How long the rest of the output of a process that has ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// So much of its standard output is shown where a process does not get through the handshake.
const OUTPUT_SHOWN: usize = 4096;
const LINES_SHOWN: usize = 10;

/// Why the conversation is over. The process has been killed.
#[derive(Debug)]
pub(super) struct Broken {
    /// What happened.
    pub(super) failure: Failure,
    /// Whether it is surely the awaited request's fault, and no earlier or later one's.
    pub(super) exact: bool,
    /// The request that was answered a second time, where that is what went wrong.
    pub(super) doubled: Option<u64>,
}

/// A living process that has said who it is.
pub(super) struct Connection {
    process: Process,
    /// Gone when the process is to end.
    outbox: Option<Outbox>,
    inbox: Inbox,
    stderr: StderrTail,
    /// Lines that have been delivered, and where the next one begins.
    lines: Vec<u8>,
    position: usize,
    maximum_line_bytes: usize,
    switch_names: SwitchNames,
    /// The identifier of the next request.
    next_id: u64,
    /// The identifier of the next reply.
    awaited_id: u64,
    trace: Option<Tracing>,
    over: bool,
}

/// A conversation that is written down.
struct Tracing {
    trace: Trace,
    /// The case that requests are made for.
    case: Arc<str>,
    /// The cases of the requests without a reply.
    awaited: VecDeque<Arc<str>>,
}

impl Tracing {
    /// Writes down a line of the adapter, whole or not, as the answer to the oldest request without one.
    fn reply(&mut self, line: &[u8]) {
        let case = self.awaited.pop_front().unwrap_or_default();
        self.trace.write(Way::FromAdapter, &case, line);
    }
}

impl Connection {
    /// Starts a process and asks who it is.
    pub(super) fn start(
        options: &ChildProcessOptions,
    ) -> Result<(Connection, Description), StartError> {
        let could_not_spawn = |error| StartError::Spawn { program: options.program.clone(), error };
        let (process, (stdin, stdout, stderr)) = Process::spawn(
            &options.program,
            &options.arguments,
            options.working_directory.as_deref(),
        )?;
        let mut connection = Connection {
            process,
            outbox: Some(outbox::start(stdin).map_err(could_not_spawn)?),
            inbox: Inbox::start(stdout, options.maximum_line_bytes).map_err(could_not_spawn)?,
            stderr: StderrTail::start(stderr).map_err(could_not_spawn)?,
            lines: Vec::new(),
            position: 0,
            maximum_line_bytes: options.maximum_line_bytes,
            switch_names: options.switch_names,
            next_id: 1,
            awaited_id: 1,
            trace: options.trace.as_ref().map(|trace| Tracing {
                trace: trace.of_next_process(),
                case: "".into(),
                awaited: VecDeque::new(),
            }),
            over: false,
        };
        let description = connection.initialize(options)?;
        Ok((connection, description))
    }

    fn initialize(&mut self, options: &ChildProcessOptions) -> Result<Description, StartError> {
        let asked = Method::Initialize.word();
        let id = self.next_id;
        self.request(
            Method::Initialize,
            &InitializeParams {
                protocol: protocol::VERSION,
                edition: options.edition.as_str().into(),
                suite: SuiteName {
                    name: env!("CARGO_PKG_NAME").into(),
                    version: env!("CARGO_PKG_VERSION").into(),
                },
                switch_names: options.switch_names,
            },
        );
        let line = match self.next_line(options.handshake_timeout, asked) {
            Ok(line) => line,
            Err(broken) => return Err(self.not_shaken(broken.failure)),
        };
        let reply = read_reply::<InitializeResult>(&self.lines[line.clone()], id);
        let result = match reply {
            Ok(Answer::Result(result)) => result,
            Ok(Answer::Unsupported(capability)) => {
                let message = format!("answered initialize with unsupported: {capability}");
                let failure = self.over(FailureKind::ErrorAnswer, message);
                return Err(self.not_shaken(failure));
            }
            Ok(Answer::Inconclusive(why, message)) => {
                let message = format!("answered initialize with inconclusive ({why}): {message}");
                let failure = self.over(FailureKind::ErrorAnswer, message);
                return Err(self.not_shaken(failure));
            }
            Ok(Answer::Error(error)) => {
                let message = format!("answered initialize with {error}");
                let failure = self.over(FailureKind::ErrorAnswer, message);
                return Err(self.not_shaken(failure));
            }
            Err(bad) => {
                // Another version may well have another form: its number says more.
                return Err(match protocol_of(&self.lines[line]) {
                    Some(theirs) if theirs != u64::from(protocol::VERSION) => {
                        StartError::Protocol { theirs }
                    }
                    _ => {
                        let broken = self.bad_reply(bad, asked);
                        self.not_shaken(broken.failure)
                    }
                });
            }
        };
        self.awaited_id += 1;
        if result.protocol != protocol::VERSION {
            return Err(StartError::Protocol { theirs: result.protocol.into() });
        }
        if !result.editions.contains(&options.edition) {
            return Err(StartError::Edition {
                wanted: options.edition.clone(),
                offered: result.editions,
            });
        }
        Ok(result.into())
    }

    /// The handshake failed: what else the process wrote, now that it has been killed.
    fn not_shaken(&mut self, failure: Failure) -> StartError {
        let mut written = std::mem::take(&mut self.lines);
        let deadline = Instant::now() + LAST_WORDS;
        while written.len() < OUTPUT_SHOWN {
            match self.inbox.next(deadline) {
                Delivery::Lines(lines) => written.extend(lines),
                Delivery::Ended(End::Closed { begun } | End::TooLong { begun }) => {
                    written.extend(begun);
                    break;
                }
                Delivery::Ended(_) | Delivery::Nothing { .. } => break,
            }
        }
        written.truncate(OUTPUT_SHOWN);
        let lines = written.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        let lines = lines.filter(|line| !line.is_empty()).take(LINES_SHOWN);
        StartError::Handshake { failure, output: lines.map(protocol::excerpt).collect() }
    }

    /// Whether replies are still to come.
    pub(super) fn is_awaiting(&self) -> bool {
        self.awaited_id < self.next_id
    }

    /// The identifier of the next reply.
    pub(super) fn awaited_id(&self) -> u64 {
        self.awaited_id
    }

    /// What is wrong with a line that has come although no reply is awaited, if one has.
    pub(super) fn more_than_asked_for(&mut self) -> Option<Broken> {
        if self.position == self.lines.len()
            && let Delivery::Lines(lines) = self.inbox.next(Instant::now())
        {
            self.lines = lines;
            self.position = 0;
        }
        let line = self.lines.get(self.position..).filter(|lines| !lines.is_empty())?;
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let bad = read_reply::<IgnoredAny>(line, self.awaited_id).err().unwrap_or(BadReply {
            kind: FailureKind::SchemaViolation,
            message: format!("id: {}, which no request has", self.awaited_id),
            id: None,
        });
        Some(self.bad_reply(bad, "a request that was not made"))
    }

    /// Says which case the next requests are made for.
    pub(super) fn begin(&mut self, case: &str) {
        if let Some(tracing) = &mut self.trace
            && *tracing.case != *case
        {
            tracing.case = case.into();
        }
    }

    /// Puts a request on its way. It is surely sent when a reply is waited for.
    pub(super) fn request<P: Serialize>(&mut self, method: Method, params: &P) {
        let params = &Named { params, names: self.switch_names };
        if let Some(outbox) = &mut self.outbox {
            // The protocol's own types cannot fail, and neither can what they are written to.
            let _ = write_request(outbox, self.next_id, method, params);
        }
        if let Some(tracing) = &mut self.trace {
            let mut message = Vec::new();
            let _ = write_request(&mut message, self.next_id, method, params);
            tracing.trace.write(Way::ToAdapter, &tracing.case, &message);
            tracing.awaited.push_back(Arc::clone(&tracing.case));
        }
        self.next_id += 1;
    }

    /// Waits for the next reply. `asked` tells a person what it should answer.
    pub(super) fn receive<R: ReplyResult>(
        &mut self,
        timeout: Duration,
        asked: &str,
    ) -> Result<Answer<R>, Broken> {
        let line = self.next_line(timeout, asked)?;
        match read_reply(&self.lines[line], self.awaited_id) {
            Ok(answer) => {
                self.awaited_id += 1;
                Ok(answer)
            }
            Err(bad) => Err(self.bad_reply(bad, asked)),
        }
    }

    /// Waits for the next reply, whatever it says.
    pub(super) fn skip(&mut self, timeout: Duration, asked: &str) -> Result<(), Broken> {
        self.receive::<IgnoredAny>(timeout, asked).map(|_| ())
    }

    /// The answer that was just received has a fault that only the asker sees.
    pub(super) fn violated(&mut self, asked: &str, fault: &str) -> Broken {
        let bad = BadReply {
            kind: FailureKind::SchemaViolation,
            message: fault.to_owned(),
            id: Some(self.awaited_id - 1),
        };
        // The answer counts as not come yet.
        self.awaited_id -= 1;
        self.bad_reply(bad, asked)
    }

    /// The last lines of the process's standard error so far.
    pub(super) fn stderr_tail(&self) -> Vec<String> {
        self.stderr.lines(None)
    }

    /// The place of the next line in `self.lines`, without its end.
    fn next_line(&mut self, timeout: Duration, asked: &str) -> Result<Range<usize>, Broken> {
        if self.position == self.lines.len() {
            if let Some(outbox) = &mut self.outbox {
                let _ = outbox.flush();
            }
            self.lines = self.next_lines(timeout, asked)?;
            self.position = 0;
        }
        let start = self.position;
        // Deliveries end with a line's end.
        let end = memchr::memchr(b'\n', &self.lines[start..])
            .map_or(self.lines.len(), |length| start + length);
        self.position = (end + 1).min(self.lines.len());
        if let Some(tracing) = &mut self.trace {
            tracing.reply(&self.lines[start..end]);
        }
        if end - start > self.maximum_line_bytes {
            let begun = self.lines[start..end].to_vec();
            return Err(self.ended(End::TooLong { begun }, asked));
        }
        Ok(start..end)
    }

    fn next_lines(&mut self, timeout: Duration, asked: &str) -> Result<Vec<u8>, Broken> {
        let mut deadline = Instant::now() + timeout;
        let mut gone = false;
        loop {
            let look_after = deadline.min(Instant::now() + LOOK_AFTER);
            let begun = match self.inbox.next(look_after) {
                Delivery::Lines(lines) => return Ok(lines),
                Delivery::Ended(end) => return Err(self.ended(end, asked)),
                Delivery::Nothing { begun } => begun,
            };
            if !gone && self.process.status().is_some() {
                // Who holds its output open is killed too, and then the end is seen.
                self.process.kill();
                gone = true;
                deadline = Instant::now() + LAST_WORDS;
            } else if Instant::now() >= deadline {
                return Err(if gone {
                    self.ended(End::Closed { begun: Vec::new() }, asked)
                } else {
                    self.timed_out(timeout, begun, asked)
                });
            }
        }
    }

    fn timed_out(&mut self, timeout: Duration, begun: usize, asked: &str) -> Broken {
        let mut message = format!("did not answer {asked} within {timeout:?}");
        if begun > 0 {
            message += &format!("; {begun} bytes of a line without an end had come");
        } else if self.awaited_id == 1 {
            message += "; it may have to flush its standard output after every reply";
        }
        self.broken(FailureKind::TimedOut, message)
    }

    fn ended(&mut self, end: End, asked: &str) -> Broken {
        if let (End::Closed { begun }, Some(tracing)) = (&end, &mut self.trace)
            && !begun.is_empty()
        {
            tracing.reply(begun);
        }
        let begun = match end {
            End::Closed { begun } => begun,
            End::TooLong { begun } => {
                let message = format!(
                    "wrote a line of more than {} bytes instead of the answer to {asked}: {}",
                    self.maximum_line_bytes,
                    protocol::excerpt(&begun)
                );
                return self.broken(FailureKind::LineTooLong, message);
            }
            End::Unreadable(error) => {
                let message = format!(
                    "its standard output cannot be read any more ({error}) before it answered {asked}"
                );
                return self.broken(FailureKind::ExitedEarly, message);
            }
        };
        let status = self.process.status_by(Instant::now() + GRACE);
        let kind = match status {
            Some(status) if !status.success() => FailureKind::Crashed,
            _ if !begun.is_empty() => FailureKind::IncompleteLine,
            _ => FailureKind::ExitedEarly,
        };
        let mut message = match status {
            Some(status) => format!("ended ({}) before it answered {asked}", told_status(status)),
            None => format!("closed its standard output before it answered {asked}, and went on"),
        };
        if !begun.is_empty() {
            message += &format!(", in the middle of a line: {}", protocol::excerpt(&begun));
        }
        self.broken(kind, message)
    }

    fn bad_reply(&mut self, bad: BadReply, asked: &str) -> Broken {
        let message = match bad.kind {
            FailureKind::SchemaViolation => {
                format!("in the answer to {asked}: {}", bad.message)
            }
            _ => format!("instead of the answer to {asked}: {}", bad.message),
        };
        let exact = bad.id == Some(self.awaited_id);
        let doubled = bad.id.filter(|id| *id < self.awaited_id);
        Broken { exact, doubled, ..self.broken(bad.kind, message) }
    }

    fn broken(&mut self, kind: FailureKind, message: String) -> Broken {
        Broken { failure: self.over(kind, message), exact: false, doubled: None }
    }

    /// Kills the process; nothing is right any more.
    fn over(&mut self, kind: FailureKind, message: String) -> Failure {
        self.over = true;
        self.process.kill();
        Failure {
            stderr_tail: self.stderr.lines(Some(Instant::now() + LAST_WORDS)),
            ..Failure::new(kind, message)
        }
    }
}

impl Drop for Connection {
    /// Asks the process to exit, and sees to it that it does.
    fn drop(&mut self) {
        if !self.over {
            self.inbox.discard();
            self.request(Method::Shutdown, &Empty {});
            self.outbox = None;
            self.process.status_by(Instant::now() + GRACE);
        }
        self.process.kill();
    }
}

/// `exit status: 3`, `signal: 11 (SIGSEGV)`.
pub(super) fn told_status(status: ExitStatus) -> String {
    if status.success() { "without an error".to_owned() } else { status.to_string() }
}

/// The version number in a reply to `initialize` whose form is not ours.
fn protocol_of(line: &[u8]) -> Option<u64> {
    let reply: serde_json::Value = serde_json::from_slice(line).ok()?;
    reply.get("result")?.get("protocol")?.as_u64()
}
