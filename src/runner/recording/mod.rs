//! Cases that somebody else drives, written down as scenario files while they are driven.
//!
//! Requests and replies are heard as they go by. A reply belongs to the request that has its `id`; what the two
//! say together is taken in reply by reply, so that it does not matter how many requests are under way. A case's
//! file is written as soon as nothing more can come of the case.

mod expect;
mod file;

use crate::cases::scenario::FileError;
use crate::directory::{Command, Problem, StepObservation, Tenant};
use crate::implementation::child_process::relay::Listener;
use crate::implementation::protocol::{
    Answer, BadReply, Call, InitializeResult, ReplyResult, ResetResult, RunCaseChangesResult,
    RunCaseResult, read_reply, read_request,
};
use crate::implementation::{CaseObservation, Description, FailureKind};
use crate::rulebook::{Edition, Rulebook};
use file::Unwritten;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

/// Writes the cases of a session down.
pub(crate) struct Recorder {
    folder: PathBuf,
    has_expectations: bool,
    edition: &'static Edition,
    /// Who answers, once it has said so.
    description: Option<Description>,
    /// The requests without a reply.
    pending: VecDeque<Pending>,
    /// The case under way.
    case: Option<Recorded>,
    /// How many cases have begun.
    cases: usize,
    /// How many of them had no command.
    without_commands: usize,
    files: BTreeSet<PathBuf>,
    is_over: bool,
    trouble: Box<dyn FnMut(Trouble) + Send>,
}

/// A request without a reply.
struct Pending {
    id: Option<u64>,
    /// What is asked, or why it could not be read.
    call: Result<Call, String>,
}

/// What was asked and seen of a case so far.
#[derive(Default)]
struct Recorded {
    /// The so-many-th of the session.
    number: usize,
    tenant: Tenant,
    commands: Vec<Command>,
    observed: CaseObservation,
    /// Why nothing more is taken in.
    ended: Option<Ended>,
    /// So many commands were asked for after that.
    left_out: usize,
}

/// Why nothing more of a case is recorded.
#[derive(Debug)]
enum Ended {
    /// The command after those that are recorded was answered so.
    Declined(String),
    /// The last command that is recorded was answered so.
    Answered(String),
    /// Nothing was seen of any command: the case was asked for in one message and answered so.
    AnsweredAtOnce(String),
    /// No reply came to the last command that is recorded.
    Unanswered,
    /// No reply came to the case, which was asked for in one message.
    UnansweredAtOnce,
    /// A request could not be read.
    Unreadable(String),
}

/// Something that went wrong while a session was recorded.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The client wrote a line that is no request.
    NoRequest(String),
    /// The adapter wrote a line that is no reply to a request.
    NoReply(FailureKind, String),
    /// There is no file of a case.
    NotRecorded {
        /// The so-many-th of the session.
        case: usize,
        /// Why.
        why: NotRecorded,
    },
    /// A file could not be written.
    NotWritten {
        /// The file.
        file: String,
        /// Why.
        message: String,
    },
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

impl Recorder {
    /// Writes to this folder, and tells `trouble` of what goes wrong.
    pub(crate) fn new(
        folder: impl Into<PathBuf>,
        has_expectations: bool,
        trouble: impl FnMut(Trouble) + Send + 'static,
    ) -> Recorder {
        Recorder {
            folder: folder.into(),
            has_expectations,
            edition: Rulebook::embedded().default_edition(),
            description: None,
            pending: VecDeque::new(),
            case: None,
            cases: 0,
            without_commands: 0,
            files: BTreeSet::new(),
            is_over: false,
            trouble: Box::new(trouble),
        }
    }

    /// The session has ended. Where it `broke`, the adapter ended without the replies that it owed.
    pub(crate) fn end(&mut self, broke: bool) {
        let owed = self.pending.drain(..).find_map(|pending| pending.call.ok());
        let call = owed.filter(|_| broke);
        match (call, &mut self.case) {
            (Some(Call::Apply(params)), Some(case)) if case.ended.is_none() => {
                case.commands.push(params.command.into_owned());
                case.ended = Some(Ended::Unanswered);
            }
            (Some(Call::RunCase(params) | Call::RunCaseChanges(params)), _) => {
                self.finish();
                self.begin(params.tenant.into_owned(), params.commands.into_owned());
                self.end_case(Ended::UnansweredAtOnce);
            }
            _ => {}
        }
        self.finish();
    }

    /// How many cases have begun.
    pub(crate) fn cases(&self) -> usize {
        self.cases
    }

    /// How many cases had no command, so that there is nothing to replay.
    pub(crate) fn without_commands(&self) -> usize {
        self.without_commands
    }

    /// The files that were written.
    pub(crate) fn files(&self) -> &BTreeSet<PathBuf> {
        &self.files
    }

    /// The edition that the adapter is held to.
    pub(crate) fn edition(&self) -> &'static Edition {
        self.edition
    }

    /// Whether the adapter has said who it is.
    pub(crate) fn is_introduced(&self) -> bool {
        self.description.is_some()
    }

    /// Whether the client has said that the session is over, and the adapter has answered.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Takes in what was answered to a request.
    fn take(&mut self, id: u64, call: Call, line: &[u8]) -> Result<(), BadReply> {
        match call {
            Call::Initialize(params) => {
                if let Some(edition) = Rulebook::embedded().edition(&params.edition) {
                    self.edition = edition;
                }
                if let Ok(result) = result::<InitializeResult>(line, id)? {
                    self.description = Some(result.into());
                }
            }
            Call::Reset(params) => {
                self.finish();
                let answer = result::<ResetResult>(line, id)?;
                self.begin(params.tenant.into_owned(), Vec::new());
                match answer {
                    Ok(result) => self.observed(Some(result), Vec::new()),
                    Err(refusal) => self.not_begun(refusal),
                }
            }
            Call::Apply(params) => {
                let answer = result::<StepObservation>(line, id);
                let Some(case) = &mut self.case else { return answer.map(|_| ()) };
                if case.ended.is_some() {
                    case.left_out += 1;
                    return answer.map(|_| ());
                }
                let command = params.command.into_owned();
                match answer {
                    Ok(Ok(step)) => {
                        case.commands.push(command);
                        case.observed.steps.push(step);
                    }
                    Ok(Err(Refusal { is_declined: true, told })) => {
                        case.ended = Some(Ended::Declined(told));
                    }
                    Ok(Err(Refusal { told, .. })) => {
                        case.commands.push(command);
                        case.ended = Some(Ended::Answered(told));
                    }
                    Err(bad) => {
                        case.commands.push(command);
                        case.ended = Some(Ended::Answered(bad.message.clone()));
                        return Err(bad);
                    }
                }
            }
            Call::RunCase(params) => {
                let answer = result::<RunCaseResult>(line, id);
                self.take_whole(params.tenant.into_owned(), params.commands.into_owned(), answer)?;
            }
            Call::RunCaseChanges(params) => {
                let answer =
                    result::<RunCaseChangesResult>(line, id).and_then(|result| match result {
                        Ok(result) => result.whole().map(Ok).map_err(violation),
                        Err(refusal) => Ok(Err(refusal)),
                    });
                self.take_whole(params.tenant.into_owned(), params.commands.into_owned(), answer)?;
            }
            Call::Shutdown => {
                self.is_over = true;
                self.finish();
            }
        }
        Ok(())
    }

    /// Takes in a case that was asked for in one message.
    fn take_whole(
        &mut self,
        tenant: Tenant,
        commands: Vec<Command>,
        answer: Result<Result<RunCaseResult, Refusal>, BadReply>,
    ) -> Result<(), BadReply> {
        self.finish();
        let count = commands.len();
        self.begin(tenant, commands);
        let answer = answer.and_then(|answer| match answer {
            Ok(result) if result.steps.len() != count => Err(violation(format!(
                "result.steps: {} steps, expected {count}",
                result.steps.len()
            ))),
            answer => Ok(answer),
        });
        let ended = match answer {
            Ok(Ok(result)) => {
                self.observed(Some(ResetResult { snapshot: result.snapshot }), result.steps);
                Ok(())
            }
            Ok(Err(refusal)) if refusal.is_declined => {
                self.not_begun(refusal);
                Ok(())
            }
            Ok(Err(refusal)) => {
                self.end_case(Ended::AnsweredAtOnce(refusal.told));
                Ok(())
            }
            Err(bad) => {
                self.end_case(Ended::AnsweredAtOnce(bad.message.clone()));
                Err(bad)
            }
        };
        self.finish();
        ended
    }

    fn begin(&mut self, tenant: Tenant, commands: Vec<Command>) {
        self.cases += 1;
        self.case = Some(Recorded { number: self.cases, tenant, commands, ..Recorded::default() });
    }

    fn observed(&mut self, start: Option<ResetResult>, steps: Vec<StepObservation>) {
        if let Some(case) = &mut self.case {
            case.observed.start = start.map(|start| start.snapshot);
            case.observed.steps = steps;
        }
    }

    fn end_case(&mut self, ended: Ended) {
        if let Some(case) = &mut self.case {
            case.ended.get_or_insert(ended);
        }
    }

    fn not_begun(&mut self, refusal: Refusal) {
        if let Some(case) = self.case.take() {
            let why = NotRecorded::NotBegun(refusal.told);
            (self.trouble)(Trouble::NotRecorded { case: case.number, why });
        }
    }

    fn no_reply(&mut self, BadReply { kind, message, .. }: BadReply) {
        (self.trouble)(Trouble::NoReply(kind, message));
    }

    /// Nothing more can come of the case under way: its file is written.
    fn finish(&mut self) {
        let Some(case) = self.case.take() else { return };
        let number = case.number;
        if case.commands.is_empty() {
            self.without_commands += 1;
            return;
        }
        let Some(description) = &self.description else {
            let why = NotRecorded::NoDescription;
            (self.trouble)(Trouble::NotRecorded { case: number, why });
            return;
        };
        let written =
            file::write(&self.folder, case, self.edition, description, self.has_expectations);
        match written {
            Ok(path) => _ = self.files.insert(path),
            Err(Unwritten::NotRecorded(why)) => {
                (self.trouble)(Trouble::NotRecorded { case: number, why });
            }
            Err(Unwritten::NotWritten { file, message }) => {
                (self.trouble)(Trouble::NotWritten { file, message });
            }
        }
    }
}

impl Listener for Recorder {
    fn request(&mut self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let pending = match read_request(line) {
            Ok(request) => Pending { id: Some(request.id), call: Ok(request.call) },
            Err((id, error)) => {
                (self.trouble)(Trouble::NoRequest(error.message.clone()));
                Pending { id, call: Err(error.message) }
            }
        };
        self.pending.push_back(pending);
    }

    fn reply(&mut self, line: &[u8]) {
        /// All that it takes to know which request is answered.
        #[derive(Deserialize)]
        struct Answering {
            id: Option<u64>,
        }
        let id = serde_json::from_slice(line).ok().and_then(|Answering { id }| id);
        let at = match id {
            Some(id) => self.pending.iter().position(|pending| pending.id == Some(id)),
            // A request that could not be read is answered without an identifier.
            None => match read_reply::<IgnoredAny>(line, 0) {
                Err(bad) if bad.kind == FailureKind::Noise => return self.no_reply(bad),
                _ => (!self.pending.is_empty()).then_some(0),
            },
        };
        let Some(at) = at else {
            return self.no_reply(violation("it answers no request that waits for a reply"));
        };
        let skipped: Vec<Pending> = self.pending.drain(..at).collect();
        for id in skipped.iter().filter(|one| one.call.is_ok()).filter_map(|one| one.id) {
            self.no_reply(violation(format!("request {id} has no reply, and a later one has")));
        }
        let Some(Pending { id, call }) = self.pending.pop_front() else { return };
        match call {
            Ok(call) => {
                if let Err(bad) = self.take(id.unwrap_or_default(), call, line) {
                    self.no_reply(bad);
                }
            }
            // What it did to the case nobody knows.
            Err(message) => self.end_case(Ended::Unreadable(message)),
        }
    }

    fn is_awaiting(&self) -> bool {
        !self.pending.is_empty()
    }
}

/// A request that was not carried out.
struct Refusal {
    /// For want of a capability.
    is_declined: bool,
    /// What was said.
    told: String,
}

/// The result of a reply, or what it says instead.
fn result<R: ReplyResult>(line: &[u8], id: u64) -> Result<Result<R, Refusal>, BadReply> {
    Ok(match read_reply::<R>(line, id)? {
        Answer::Result(result) => Ok(result),
        Answer::Unsupported(capability) => {
            Err(Refusal { is_declined: true, told: format!("unsupported: {capability}") })
        }
        Answer::Error(error) => Err(Refusal { is_declined: false, told: error.to_string() }),
    })
}

fn violation(message: impl Into<String>) -> BadReply {
    BadReply { kind: FailureKind::SchemaViolation, message: message.into(), id: None }
}
