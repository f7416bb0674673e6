//! What is started, and why it may not be.

use super::trace::Trace;
use crate::directory::SwitchNames;
use crate::implementation::{Failure, FailureKind, protocol};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What to start, and how long to wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChildProcessOptions {
    /// The program: a path, or a name to look for in `PATH`.
    pub program: OsString,
    /// Its arguments, as they are: no shell reads them.
    pub arguments: Vec<OsString>,
    /// The folder in which it runs, and from which a relative path of the program begins. Default: this
    /// process's own.
    pub working_directory: Option<PathBuf>,
    /// The edition that it is told, and that it has to offer. Default: `2023-01`.
    pub edition: String,
    /// The names by which it is sent the tenant's switches: those of the edition. Default:
    /// [`SwitchNames::Plain`].
    pub switch_names: SwitchNames,
    /// How long it may take from its start to its answer to `initialize`. Default: 60 s.
    pub handshake_timeout: Duration,
    /// How long it may take for one answer, counted from the request or from the answer before,
    /// whichever is later; for a case with hundreds of objects as many times longer. Default: 5 s.
    pub reply_timeout: Duration,
    /// How long to wait before each further attempt to start it again, once it has failed to start
    /// after an earlier failure: a port may be taken for a moment, a file be written anew. Default:
    /// 0.25 s, 1 s, 2 s.
    pub pauses: Vec<Duration>,
    /// How long a line of its standard output may be, in bytes. Default: 64 MiB.
    pub maximum_line_bytes: usize,
    /// How many cases are sent before the first of them is answered; at least 1. Default: 50.
    pub in_flight: usize,
    /// Where all messages are written down. Default: nowhere.
    pub trace: Option<Trace>,
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
            working_directory: None,
            edition: "2023-01".to_owned(),
            switch_names: SwitchNames::Plain,
            handshake_timeout: Duration::from_secs(60),
            reply_timeout: Duration::from_secs(5),
            pauses: [250, 1000, 2000].map(Duration::from_millis).into(),
            maximum_line_bytes: 64 * 1024 * 1024,
            in_flight: 50,
            trace: None,
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
    #[error("the adapter does not get through its first request: {failure}")]
    Handshake {
        /// What went wrong.
        #[source]
        failure: Failure,
        /// The beginning of what it wrote on its standard output, line by line.
        output: Vec<String>,
    },
    /// The adapter speaks another version of the protocol.
    #[error("the adapter speaks version {theirs} of the protocol, the suite version {version}", version = protocol::VERSION)]
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
    /// [`kill_all`](super::kill_all) was called: the program is ending.
    #[error("no process is started any more")]
    Stopped,
}

impl StartError {
    /// Whether the next attempt may go better. Who hangs has had all the time that there is.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            StartError::Spawn { .. } => true,
            StartError::Handshake { failure, .. } => failure.kind != FailureKind::TimedOut,
            _ => false,
        }
    }
}

fn listed(editions: &[String]) -> String {
    if editions.is_empty() { "none".to_owned() } else { editions.join(", ") }
}
