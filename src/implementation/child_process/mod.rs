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
//! that its descendants end with it; only one that leaves the group on purpose escapes. Where this
//! program is killed itself (`SIGKILL`), a shell that was started beside the first process ends the
//! groups in its place; who kills that shell too, has no `/bin/sh`, or uses Windows, leaves behind what
//! does not end when its standard input is closed.
//!
//! | module | what it does |
//! | --- | --- |
//! | `trace` | writes the conversation down |
//! | `guard` | ends processes when this program is killed |
//! | `process` | starts the process, ends it with its descendants, knows all that live |
//! | `inbox`, `outbox`, `stderr` | its three pipes, a thread each |
//! | `connection` | the conversation with one process, from `initialize` to its end |
//! | `child` | one process after the other: starting again |
//! | `run` | cases: pipelining and blame |
//! | `relay` | an adapter that somebody else talks to |
//! | `batch` | many cases in one message |

mod batch;
mod child;
mod connection;
mod guard;
mod inbox;
mod options;
mod outbox;
mod process;
#[cfg(feature = "cli")]
pub(crate) mod relay;
mod run;
mod stderr;
mod trace;

pub use child::ChildProcess;
pub use options::{ChildProcessOptions, StartError};
pub use process::kill_all;
pub use trace::Trace;

use super::protocol::{ApplyParams, Method, ResetParams, ResetResult};
use super::{CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation};
use crate::directory::{Command, Snapshot, StepObservation, Tenant};
use std::borrow::Cow;

impl Implementation for ChildProcess {
    fn describe(&self) -> Description {
        self.description.clone()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.last_failure = None;
        let params = ResetParams { tenant: Cow::Borrowed(tenant) };
        let asked = Method::Reset.word();
        let result: ResetResult = self.ask(Method::Reset, &params, asked)?;
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
        let asked = format!("{} ({})", Method::Apply, command.word());
        self.ask(Method::Apply, &params, &asked)
    }

    fn run_cases(
        &mut self,
        cases: &[CaseInput<'_>],
        observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
    ) {
        run::run(self, cases, observed);
    }

    fn run_batch(&mut self, cases: &[CaseInput<'_>]) -> Result<Vec<CaseObservation>, Failure> {
        batch::run(self, cases)
    }
}
