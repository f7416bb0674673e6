//! Cases that somebody else drives, written down as scenario files while they are driven.
//!
//! Requests and replies are heard as they go by. A reply belongs to the request that has its `id`; what the two
//! say together is taken in reply by reply, so that it does not matter how many requests are under way. A case's
//! file is written as soon as nothing more can come of the case.

mod case;
mod expect;
mod file;

pub(crate) use case::NotRecorded;

use crate::directory::{Command, Snapshot, StepObservation, Tenant};
use crate::implementation::child_process::relay::Listener;
use crate::implementation::protocol::{
    Answer, AnswerOfBatch, BadReply, Call, InitializeResult, ReplyResult, ResetResult,
    RunBatchParams, RunBatchResult, RunCaseChangesResult, RunCaseParams, RunCaseResult, excerpt,
    read_reply, read_request,
};
use crate::implementation::{Description, FailureKind};
use crate::rulebook::{Edition, Rulebook};
use case::{Ended, Recorded, Unwritten};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

/// What was answered where the adapter ended first.
const NOTHING: &str = "nothing: the adapter ended";

/// Writes the cases of a session down.
pub(crate) struct Recorder {
    folder: PathBuf,
    has_expectations: bool,
    edition: &'static Edition,
    /// Who answers, once it has said so.
    description: Option<Description>,
    /// The requests without a reply.
    pending: VecDeque<Pending>,
    /// How many lines the client has written.
    lines: usize,
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

/// Something that went wrong while a session was recorded.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The client wrote a line that is no request.
    NoRequest {
        /// The so-many-th line.
        line: usize,
        /// What is wrong.
        message: String,
        /// Its beginning.
        excerpt: String,
    },
    /// The client asked for a command before any case had begun.
    BeforeReset,
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
            lines: 0,
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
        match owed.filter(|_| broke) {
            Some(Call::Apply(params)) => {
                if let Some(case) = self.case.as_mut().filter(|case| case.ended.is_none()) {
                    case.commands.push(params.command.into_owned());
                    case.ended = Some(Ended::Unanswered);
                }
            }
            Some(Call::RunCase(params) | Call::RunCaseChanges(params)) => {
                let (tenant, commands) = (params.tenant.into_owned(), params.commands.into_owned());
                self.begin(tenant, commands, Said::Other(NOTHING.to_owned()));
            }
            Some(Call::RunBatch(params)) => self.batch(params, Said::Other(NOTHING.to_owned())),
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
    fn take(&mut self, id: u64, call: Call, line: &[u8]) {
        match call {
            Call::Initialize(params) => {
                if let Some(edition) = Rulebook::embedded().edition(&params.edition) {
                    self.edition = edition;
                }
                if let Said::Result(result) = self.said::<InitializeResult>(line, id) {
                    self.description = Some(result.into());
                }
            }
            Call::Reset(params) => {
                let said =
                    self.said::<ResetResult>(line, id).map(|result| (result.snapshot, Vec::new()));
                self.begin(params.tenant.into_owned(), Vec::new(), said);
            }
            Call::Apply(params) => {
                let said = self.said::<StepObservation>(line, id);
                self.apply(params.command.into_owned(), said);
            }
            Call::RunCase(params) => {
                let said = self.said::<RunCaseResult>(line, id);
                self.whole_case(params, said);
            }
            Call::RunCaseChanges(params) => {
                let said = match self.said::<RunCaseChangesResult>(line, id) {
                    Said::Result(result) => match result.whole() {
                        Ok(result) => Said::Result(result),
                        Err(message) => self.wrong(violation(message)),
                    },
                    Said::Declined(told) => Said::Declined(told),
                    Said::Other(told) => Said::Other(told),
                };
                self.whole_case(params, said);
            }
            Call::RunBatch(params) => {
                let said = self.said::<RunBatchResult>(line, id);
                self.batch(params, said);
            }
            Call::Shutdown => {
                self.is_over = true;
                self.finish();
            }
        }
    }

    /// What a reply says; what is no right reply is told at once.
    fn said<R: ReplyResult>(&mut self, line: &[u8], id: u64) -> Said<R> {
        match read_reply::<R>(line, id) {
            Ok(answer) => Said::of(answer),
            Err(bad) => self.wrong(bad),
        }
    }

    /// Cases that were asked for side by side, each with names and values under its own prefix.
    fn batch(&mut self, params: RunBatchParams<'static>, said: Said<RunBatchResult>) {
        let asked = params.cases.len();
        let mut said = match said {
            Said::Result(result) if result.cases.len() != asked => {
                let shown = result.cases.len();
                self.wrong(violation(format!("result.cases: {shown} cases, expected {asked}")))
            }
            said => said.map(|result| result.cases.into_iter()),
        };
        for case in params.cases {
            let said = match &mut said {
                Said::Result(answers) => match answers.next().map(AnswerOfBatch::answer) {
                    Some(Ok(answer)) => Said::of(answer),
                    Some(Err(message)) => self.wrong(violation(message)),
                    None => continue,
                },
                Said::Declined(told) => Said::Declined(told.clone()),
                Said::Other(told) => Said::Other(told.clone()),
            };
            self.whole_case(RunCaseParams { tenant: case.tenant, commands: case.commands }, said);
        }
    }

    fn wrong<R>(&mut self, bad: BadReply) -> Said<R> {
        let message = bad.message.clone();
        self.no_reply(bad);
        Said::Other(message)
    }

    /// A case that was asked for in one message.
    fn whole_case(&mut self, params: RunCaseParams<'static>, said: Said<RunCaseResult>) {
        let commands = params.commands.into_owned();
        let said = match said {
            Said::Result(result) if result.steps.len() != commands.len() => {
                let (shown, expected) = (result.steps.len(), commands.len());
                self.wrong(violation(format!("result.steps: {shown} steps, expected {expected}")))
            }
            said => said.map(|result| (result.snapshot, result.steps)),
        };
        self.begin(params.tenant.into_owned(), commands, said);
    }

    fn begin(
        &mut self,
        tenant: Tenant,
        commands: Vec<Command>,
        said: Said<(Snapshot, Vec<StepObservation>)>,
    ) {
        self.finish();
        self.cases += 1;
        let mut case = Recorded { number: self.cases, tenant, commands, ..Recorded::default() };
        match said {
            Said::Result((start, steps)) => {
                case.observed.start = Some(start);
                case.observed.steps = steps;
            }
            Said::Other(told) if !case.commands.is_empty() => {
                case.ended = Some(Ended::AnsweredAtOnce(told));
            }
            Said::Declined(told) | Said::Other(told) => {
                return self.not_recorded(case.number, NotRecorded::NotBegun(told));
            }
        }
        self.case = Some(case);
    }

    fn apply(&mut self, command: Command, said: Said<StepObservation>) {
        let Some(case) = &mut self.case else {
            // Of one that was not begun it is told already.
            if self.cases == 0 {
                (self.trouble)(Trouble::BeforeReset);
            }
            return;
        };
        if case.ended.is_some() {
            case.left_out += 1;
            return;
        }
        match said {
            Said::Result(step) => case.observed.steps.push(step),
            Said::Declined(told) => return self.end_case(Ended::Declined(told)),
            Said::Other(told) => case.ended = Some(Ended::Answered(told)),
        }
        case.commands.push(command);
    }

    fn end_case(&mut self, ended: Ended) {
        if let Some(case) = &mut self.case {
            case.ended.get_or_insert(ended);
        }
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
            return self.not_recorded(number, NotRecorded::NoDescription);
        };
        let written =
            file::write(&self.folder, case, self.edition, description, self.has_expectations);
        match written {
            Ok(path) => _ = self.files.insert(path),
            Err(Unwritten::NotRecorded(why)) => self.not_recorded(number, why),
            Err(Unwritten::NotWritten { file, message }) => {
                (self.trouble)(Trouble::NotWritten { file, message });
            }
        }
    }

    fn not_recorded(&mut self, case: usize, why: NotRecorded) {
        (self.trouble)(Trouble::NotRecorded { case, why });
    }

    fn no_reply(&mut self, BadReply { kind, message, .. }: BadReply) {
        (self.trouble)(Trouble::NoReply(kind, message));
    }
}

impl Listener for Recorder {
    fn request(&mut self, line: &[u8]) {
        self.lines += 1;
        if line.trim_ascii().is_empty() {
            return;
        }
        let pending = match read_request(line) {
            Ok(request) => Pending { id: Some(request.id), call: Ok(request.call) },
            Err((id, error)) => {
                (self.trouble)(Trouble::NoRequest {
                    line: self.lines,
                    message: error.message.clone(),
                    excerpt: excerpt(line.trim_ascii()),
                });
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
            Ok(call) => self.take(id.unwrap_or_default(), call, line),
            // What it did to the case nobody knows.
            Err(message) => self.end_case(Ended::Unreadable(message)),
        }
    }

    fn is_awaiting(&self) -> bool {
        !self.pending.is_empty()
    }
}

/// What a reply says.
enum Said<R> {
    Result(R),
    /// A capability is lacking.
    Declined(String),
    /// An error, or what is no right reply.
    Other(String),
}

impl<R> Said<R> {
    fn of(answer: Answer<R>) -> Said<R> {
        match answer {
            Answer::Result(result) => Said::Result(result),
            Answer::Unsupported(capability) => Said::Declined(format!("unsupported: {capability}")),
            Answer::Inconclusive(why, message) => Said::Other(format!("{}: {message}", why.word())),
            Answer::Error(error) => Said::Other(error.to_string()),
        }
    }

    fn map<S>(self, change: impl FnOnce(R) -> S) -> Said<S> {
        match self {
            Said::Result(result) => Said::Result(change(result)),
            Said::Declined(told) => Said::Declined(told),
            Said::Other(told) => Said::Other(told),
        }
    }
}

fn violation(message: impl Into<String>) -> BadReply {
    BadReply { kind: FailureKind::SchemaViolation, message: message.into(), id: None }
}
