//! Implementations in any language: one child process each, JSON-RPC 2.0, one message a line.
//!
//! ```no_run
//! use entra_conformance::implementation::Implementation;
//! use entra_conformance::implementation::child_process::{ChildProcess, ChildProcessOptions};
//!
//! let options = ChildProcessOptions::new("python3", ["adapter.py"]);
//! let adapter = ChildProcess::start(options)?;
//! println!("{}", adapter.describe().implementation.name);
//! # Ok::<(), entra_conformance::implementation::child_process::StartError>(())
//! ```
//!
//! Nothing that the process does can hang or crash the suite: all that goes wrong becomes a
//! [`Failure`] with its own name, is charged to the case that it belongs to, and the other cases
//! go on in a fresh process. The process runs in a group of its own (a job object on Windows), so
//! that its descendants end with it; only one that leaves the group on purpose escapes.
//!
//! | module | what it does |
//! | --- | --- |
//! | `process` | starts the process, ends it with its descendants, knows all that live |
//! | `inbox`, `outbox`, `stderr` | its three pipes, a thread each |
//! | `connection` | the conversation with one process, from `initialize` to its end |
//! | `run` | cases: pipelining, blame, starting again |

mod connection;
mod inbox;
mod outbox;
mod process;
mod run;
mod stderr;

pub use process::kill_all;

use super::protocol::{
    Answer, ApplyParams, ErrorObject, Method, ReplyResult, ResetParams, ResetResult,
};
use super::{CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation};
use crate::directory::{Command, Snapshot, StepObservation, Tenant};
use connection::{Broken, Connection};
use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::time::{Duration, Instant};

/// What to start, and how long to wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildProcessOptions {
    /// The program: a path, or a name to look for in `PATH`.
    pub program: OsString,
    /// Its arguments, as they are: no shell reads them.
    pub arguments: Vec<OsString>,
    /// The edition that it is told, and that it has to offer. Default: `2023-01`.
    pub edition: String,
    /// How long it may take from its start to its answer to `initialize`. Default: 10 s.
    pub handshake_timeout: Duration,
    /// How long it may take for one answer, counted from the request or from the answer before,
    /// whichever is later. Default: 5 s.
    pub reply_timeout: Duration,
    /// How long a line of its standard output may be, in bytes. Default: 64 MiB.
    pub maximum_line_bytes: usize,
    /// How many cases are sent before the first of them is answered; at least 1. Default: 50.
    pub in_flight: usize,
}

impl ChildProcessOptions {
    /// A program with its arguments, and the defaults for everything else.
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        arguments: impl IntoIterator<Item = A>,
    ) -> ChildProcessOptions {
        ChildProcessOptions {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            edition: "2023-01".to_owned(),
            handshake_timeout: Duration::from_secs(10),
            reply_timeout: Duration::from_secs(5),
            maximum_line_bytes: 64 * 1024 * 1024,
            in_flight: 50,
        }
    }
}

/// Why there is no child process to judge.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The program could not be started at all.
    #[error("cannot start {}: {error}", program.display())]
    Spawn {
        /// The program.
        program: OsString,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// The program was started, and failed before it had answered `initialize`.
    #[error("the adapter does not get through its first request: {0}")]
    Handshake(#[source] Failure),
    /// The adapter speaks another version of the protocol.
    #[error("the adapter speaks version {theirs} of the protocol, the suite version {version}", version = super::protocol::VERSION)]
    Protocol {
        /// Its version.
        theirs: u64,
    },
    /// The implementation does not claim the edition.
    #[error("the implementation does not offer edition {wanted} (it offers: {})", listed(offered))]
    Edition {
        /// The edition that was asked for.
        wanted: String,
        /// What it offers.
        offered: Vec<String>,
    },
    /// [`kill_all`] was called: the program is ending.
    #[error("no process is started any more")]
    Stopped,
}

fn listed(editions: &[String]) -> String {
    if editions.is_empty() { "none".to_owned() } else { editions.join(", ") }
}

/// An implementation that runs as a child process.
///
/// Dropping it says `shutdown`, waits for two seconds at most, and kills what is left.
pub struct ChildProcess {
    options: ChildProcessOptions,
    description: Description,
    connection: Option<Connection>,
    /// Why there is no process and will be none.
    given_up: Option<Failure>,
    /// What ended the process that had the case under way.
    last_failure: Option<Failure>,
}

impl ChildProcess {
    /// Starts a process and asks who it is.
    ///
    /// # Errors
    /// When it cannot be started, does not answer as it should, speaks another version of the
    /// protocol, or does not offer the edition.
    pub fn start(options: ChildProcessOptions) -> Result<ChildProcess, StartError> {
        let (connection, description) = Connection::start(&options)?;
        Ok(ChildProcess {
            options,
            description,
            connection: Some(connection),
            given_up: None,
            last_failure: None,
        })
    }

    /// What it was started with.
    pub fn options(&self) -> &ChildProcessOptions {
        &self.options
    }

    /// The process, ready for a request: started again when the last one ended. One attempt is
    /// made; if that fails there will be none. Put it back when it is still good.
    fn take_connection(&mut self) -> Result<Connection, Failure> {
        if let Some(failure) = &self.given_up {
            return Err(failure.clone());
        }
        if let Some(connection) = self.connection.take()
            && let Some(settled) = self.settled(connection)
        {
            return Ok(settled);
        }
        self.start_again().inspect_err(|failure| self.given_up = Some(failure.clone()))
    }

    /// Waits for replies to cases that nobody wants any more. A process that does not get through
    /// with them in time is given up: none of them was asked for.
    fn settled(&self, mut connection: Connection) -> Option<Connection> {
        let deadline = Instant::now() + self.options.reply_timeout;
        while connection.is_awaiting() {
            let left = deadline.saturating_duration_since(Instant::now());
            connection.skip(left, &|| "an earlier case".to_owned()).ok()?;
        }
        Some(connection)
    }

    fn start_again(&self) -> Result<Connection, Failure> {
        let not_restarted = |message: String| Failure::new(FailureKind::NotRestarted, message);
        match Connection::start(&self.options) {
            Ok((_, description)) if description != self.description => Err(not_restarted(
                "it describes itself otherwise than when it was first started".to_owned(),
            )),
            Ok((connection, _)) => Ok(connection),
            Err(StartError::Handshake(failure)) => Err(Failure {
                stderr_tail: failure.stderr_tail.clone(),
                ..not_restarted(format!("in its first request: {failure}"))
            }),
            Err(error) => Err(not_restarted(error.to_string())),
        }
    }

    /// Asks and waits for the answer, with nothing else under way.
    fn ask<P: serde::Serialize, R: ReplyResult>(
        &mut self,
        method: Method,
        params: &P,
        asked: &dyn Fn() -> String,
    ) -> Result<R, Failure> {
        let mut connection = self.take_connection()?;
        connection.request(method, params);
        match connection.receive(self.options.reply_timeout, asked) {
            Ok(answer) => {
                let result = accepted(answer, &self.description, &connection);
                self.connection = Some(connection);
                result
            }
            Err(Broken { failure, .. }) => {
                self.last_failure = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

/// The result, or the failure that an error object stands for.
fn accepted<R>(
    answer: Answer<R>,
    description: &Description,
    connection: &Connection,
) -> Result<R, Failure> {
    let message = match answer {
        Answer::Result(result) => return Ok(result),
        Answer::Unsupported(capability) if !description.capabilities.has(capability) => {
            return Err(Failure::unsupported(capability));
        }
        Answer::Unsupported(capability) => {
            format!("answered that it lacks {capability}, which it declares to have")
        }
        Answer::Error(error) => format!("answered with {}", told(&error)),
    };
    Err(Failure {
        stderr_tail: connection.stderr_tail(),
        ..Failure::new(FailureKind::ErrorAnswer, message)
    })
}

/// An error object for a person.
fn told(error: &ErrorObject) -> String {
    const SHOWN: usize = 400;
    let mut told = format!("error {}: {}", error.code, error.message);
    if let Some(data) = &error.data {
        let data = data.to_string();
        told += " (";
        told.extend(data.chars().take(SHOWN));
        told += if data.chars().nth(SHOWN).is_some() { "…)" } else { ")" };
    }
    told
}

impl Implementation for ChildProcess {
    fn describe(&self) -> Description {
        self.description.clone()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.last_failure = None;
        let params = ResetParams { tenant: Cow::Borrowed(tenant) };
        let asked = || Method::Reset.to_string();
        let result: ResetResult = self.ask(Method::Reset, &params, &asked)?;
        Ok(result.snapshot)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        if self.connection.is_none() {
            // A fresh process knows nothing of this case.
            let ended = self.given_up.as_ref().or(self.last_failure.as_ref());
            return Err(ended.cloned().unwrap_or_else(|| {
                Failure::new(FailureKind::NotRestarted, "no process has this case under way")
            }));
        }
        let params = ApplyParams { command: Cow::Borrowed(command) };
        let asked = || format!("{} ({})", Method::Apply, command.word());
        self.ask(Method::Apply, &params, &asked)
    }

    fn run_cases(
        &mut self,
        cases: &[CaseInput<'_>],
        observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
    ) {
        run::run(self, cases, observed);
    }
}
