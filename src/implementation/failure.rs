//! How a case can end before it could be judged.

use crate::directory::{Capability, words};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::fmt;

words! {
    /// What kept an implementation from showing what it does. Each is a verdict of its own name.
    #[non_exhaustive]
    pub enum FailureKind {
        /// It said that it cannot do this.
        Unsupported = "unsupported",
        /// It panicked, in process.
        Panicked = "panicked",
        /// Its process ended by a signal or with an error code.
        Crashed = "crashed",
        /// Its process ended without an error, or closed its standard output, before it had answered.
        ExitedEarly = "exited-early",
        /// It did not answer in time.
        TimedOut = "timed-out",
        /// Something stood on its standard output that is no message of the protocol.
        Noise = "noise",
        /// Its output ended in the middle of a line.
        IncompleteLine = "incomplete-line",
        /// A line was longer than any reply may be.
        LineTooLong = "line-too-long",
        /// A line began as a message and is no valid JSON, or not UTF-8.
        InvalidJson = "invalid-json",
        /// A reply does not have the protocol's form.
        SchemaViolation = "schema-violation",
        /// It answered with an error object: any but "unsupported" and "inconclusive", or "unsupported" for
        /// a capability that it declares.
        ErrorAnswer = "error-answer",
        /// It said that nobody can tell what it would have done, and why: see [`Inconclusive`].
        Inconclusive = "inconclusive",
        /// Its process could not be started again after an earlier failure.
        NotRestarted = "not-restarted",
    }
}

words! {
    /// Why nobody can tell what an implementation would have done: nothing is judged by that, and nothing passed.
    #[non_exhaustive]
    pub enum Inconclusive {
        /// A service between refused to work so fast, and waiting did not help.
        Throttled = "throttled",
        /// What was changed did not show in time, so that no state that was read can be relied on.
        NotSettled = "notSettled",
        /// The cycles, the time or the objects that there were for it are used up.
        Budget = "budget",
    }
}

/// Why a case ended before it could be judged to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its name.
    pub kind: FailureKind,
    /// What happened, for a person.
    pub message: String,
    /// Of `unsupported`: the capability that the implementation says it lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<Capability>,
    /// Of `inconclusive`: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inconclusive: Option<Inconclusive>,
    /// The last lines of a child process's standard error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr_tail: Vec<String>,
}

/// So much of a message is kept.
const MOST_CHARACTERS: usize = 2000;

impl Failure {
    /// A failure with a message and nothing else. Of a long message the beginning is kept: it may
    /// repeat what an implementation wrote, and that may be anything.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(MOST_CHARACTERS) {
            message.truncate(end);
            message.push('…');
        }
        Failure { kind, message, capability: None, inconclusive: None, stderr_tail: Vec::new() }
    }

    /// The implementation cannot do this, for want of a capability.
    pub fn unsupported(capability: Capability) -> Failure {
        Failure {
            capability: Some(capability),
            ..Failure::new(FailureKind::Unsupported, format!("unsupported: {capability}"))
        }
    }

    /// Nobody can tell what the implementation would have done, for this reason.
    pub fn inconclusive(why: Inconclusive, message: impl Into<String>) -> Failure {
        let inconclusive = Some(why);
        Failure { inconclusive, ..Failure::new(FailureKind::Inconclusive, message) }
    }

    /// The implementation panicked.
    pub fn panicked(payload: &(dyn Any + Send)) -> Failure {
        let message = payload
            .downcast_ref::<&str>()
            .map(|message| (*message).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "panicked without a message".to_owned());
        Failure::new(FailureKind::Panicked, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Failure {}
