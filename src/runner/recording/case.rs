//! A case that is recorded, and why it is not.

use crate::cases::scenario::FileError;
use crate::directory::{Command, Problem, Tenant};
use crate::implementation::CaseObservation;

/// What was asked and seen of a case so far.
#[derive(Default)]
pub(super) struct Recorded {
    /// The so-many-th of the session.
    pub(super) number: usize,
    pub(super) tenant: Tenant,
    pub(super) commands: Vec<Command>,
    pub(super) observed: CaseObservation,
    /// Why nothing more is taken in.
    pub(super) ended: Option<Ended>,
    /// So many commands were asked for after that.
    pub(super) left_out: usize,
}

/// Why nothing more of a case is recorded.
#[derive(Debug)]
pub(super) enum Ended {
    /// The command after those that are recorded was answered so.
    Declined(String),
    /// The last command that is recorded was answered so.
    Answered(String),
    /// Nothing was seen of any command: the case was asked for in one message and answered so.
    AnsweredAtOnce(String),
    /// No reply came to the last command that is recorded.
    Unanswered,
    /// A request could not be read.
    Unreadable(String),
}

/// Why there is no file.
pub(super) enum Unwritten {
    NotRecorded(NotRecorded),
    NotWritten { file: String, message: String },
}

/// Why there is no file of a case.
#[derive(Debug)]
pub(crate) enum NotRecorded {
    /// The adapter had not said who it is.
    NoDescription,
    /// The adapter did not begin it, but answered so.
    NotBegun(String),
    /// The start is not well-formed.
    IllFormed(Problem),
    /// No scenario file can hold it.
    NotReadBack(Vec<FileError>),
}
