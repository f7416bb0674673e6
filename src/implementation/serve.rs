//! The other side of the protocol: any Rust implementation as an adapter.
//!
//! ```no_run
//! use entra_conformance::implementation::{Implementation, serve};
//! # fn my_implementation() -> Box<dyn Implementation> { unimplemented!() }
//!
//! fn main() -> std::io::Result<()> {
//!     serve::serve_stdio(my_implementation().as_mut())
//! }
//! ```

use super::protocol::{
    AnswerOfBatch, Call, Empty, ErrorObject, InitializeResult, Request, ResetResult,
    RunBatchParams, RunBatchResult, RunCaseChangesResult, RunCaseResult, codes, read_request,
    write_error, write_result,
};
use super::{CaseInput, CaseObservation, Failure, FailureKind, Implementation, run_one};
use crate::directory::{Capability, Command};
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Answers the suite's requests on standard input and output until it says `shutdown` or closes
/// the input. Standard error stays free for a log.
///
/// # Errors
/// As [`serve`].
pub fn serve_stdio(implementation: &mut dyn Implementation) -> io::Result<()> {
    serve(implementation, io::stdin().lock(), io::stdout().lock())
}

/// Answers requests until one says `shutdown` or the input ends.
///
/// `runCase` and `runCaseChanges` are answered for every implementation, and `batch` and `changes`
/// declared: here they mean no more than `reset` and `apply` one after the other. A panic in the
/// implementation becomes an error object, and the next request is answered as usual. Replies are
/// written and flushed whenever no further request is at hand, so that neither a lonely request
/// waits nor a crowd is slowed down.
///
/// # Errors
/// When the input cannot be read or the output cannot be written.
pub fn serve(
    implementation: &mut dyn Implementation,
    input: impl Read,
    output: impl Write,
) -> io::Result<()> {
    /// As large as a pipe is on Linux: many small requests are read at once.
    const BUFFER_BYTES: usize = 64 * 1024;
    let mut input = BufReader::with_capacity(BUFFER_BYTES, input);
    let mut output = BufWriter::with_capacity(BUFFER_BYTES, output);
    let mut line = Vec::new();
    // The last line may lack its end.
    while input.read_until(b'\n', &mut line)? > 0 {
        let flow = answer(implementation, &line, &mut output)?;
        line.clear();
        if flow.is_break() {
            break;
        }
        if !input.buffer().contains(&b'\n') {
            // The next look at the input may have to wait, and somebody else may wait for these.
            output.flush()?;
        }
    }
    if !output.buffer().is_empty() {
        output.flush()?;
    }
    Ok(())
}

/// Writes the reply to one line; the last one after a `shutdown`.
fn answer(
    implementation: &mut dyn Implementation,
    line: &[u8],
    replies: &mut impl Write,
) -> io::Result<ControlFlow<()>> {
    if line.trim_ascii().is_empty() {
        return Ok(ControlFlow::Continue(()));
    }
    let Request { id, call } = match read_request(line) {
        Ok(request) => request,
        Err((id, error)) => {
            write_error(replies, id, &error)?;
            return Ok(ControlFlow::Continue(()));
        }
    };
    match carry_out(implementation, call, id, replies) {
        Ok(flow) => flow,
        Err(error) => {
            write_error(replies, Some(id), &error)?;
            Ok(ControlFlow::Continue(()))
        }
    }
}

/// Carries a request out and writes its reply. The outer error is for the suite.
fn carry_out(
    implementation: &mut dyn Implementation,
    call: Call,
    id: u64,
    replies: &mut impl Write,
) -> Result<io::Result<ControlFlow<()>>, ErrorObject> {
    let written = match call {
        Call::Initialize(_) => {
            let description = guarded(|| Ok(implementation.describe()))?;
            let mut result = InitializeResult::from(description);
            result.capabilities.0.extend([Capability::Batch, Capability::Changes]);
            write_result(replies, id, &result)
        }
        Call::Reset(params) => {
            let snapshot = guarded(|| implementation.reset(&params.tenant))?;
            write_result(replies, id, &ResetResult { snapshot })
        }
        Call::Apply(params) => {
            let step = guarded(|| implementation.apply(&params.command))?;
            write_result(replies, id, &step)
        }
        Call::RunCase(params) => {
            let case = CaseInput::new(&params.tenant, &params.commands);
            let result = run_case(implementation, case)?;
            write_result(replies, id, &result)
        }
        Call::RunCaseChanges(params) => {
            let case = CaseInput::new(&params.tenant, &params.commands);
            let result = run_case(implementation, case)?;
            write_result(replies, id, &RunCaseChangesResult::from(result))
        }
        Call::RunBatch(params) => {
            let cases = run_batch(implementation, &params)?;
            write_result(replies, id, &RunBatchResult { cases })
        }
        Call::Shutdown => {
            let written = write_result(replies, id, &Empty {});
            return Ok(written.map(|()| ControlFlow::Break(())));
        }
    };
    Ok(written.map(|()| ControlFlow::Continue(())))
}

fn run_case(
    implementation: &mut dyn Implementation,
    case: CaseInput<'_>,
) -> Result<RunCaseResult, ErrorObject> {
    result_of(run_one(implementation, case), case)
}

fn run_batch(
    implementation: &mut dyn Implementation,
    params: &RunBatchParams<'_>,
) -> Result<Vec<AnswerOfBatch>, ErrorObject> {
    let cases: Vec<CaseInput<'_>> = params
        .cases
        .iter()
        .map(|case| CaseInput::new(&case.tenant, &case.commands).under_prefix(&case.prefix))
        .collect();
    let seen = guarded(|| implementation.run_batch(&cases))?;
    let answers = seen.into_iter().zip(cases).map(|(seen, case)| match result_of(seen, case) {
        Ok(RunCaseResult { snapshot, steps }) => {
            AnswerOfBatch { snapshot: Some(snapshot), steps, error: None }
        }
        Err(error) => AnswerOfBatch { snapshot: None, steps: Vec::new(), error: Some(error) },
    });
    Ok(answers.collect())
}

/// A case's result, or why there is none.
fn result_of(seen: CaseObservation, case: CaseInput<'_>) -> Result<RunCaseResult, ErrorObject> {
    match (seen.failure, seen.start) {
        (None, Some(snapshot)) => Ok(RunCaseResult { snapshot, steps: seen.steps }),
        (Some(mut failure), start) => {
            let place = match (&start, case.commands.get(seen.steps.len())) {
                (Some(_), Some(command)) => place_of(seen.steps.len(), command),
                _ => "at the reset".to_owned(),
            };
            failure.message = format!("{} ({place})", failure.message);
            Err(error_object(&failure))
        }
        (None, None) => Err(ErrorObject::new(
            codes::INTERNAL_ERROR,
            "the case ended without a state and without a failure",
        )),
    }
}

/// Where in a case something happened, counted from 1 as people do.
pub(super) fn place_of(index: usize, command: &Command) -> String {
    format!("at command {}, {}", index + 1, command.word())
}

fn guarded<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, ErrorObject> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(failure)) => Err(error_object(&failure)),
        Err(panic) => Err(error_object(&Failure::panicked(panic.as_ref()))),
    }
}

fn error_object(failure: &Failure) -> ErrorObject {
    let message = || failure.message.clone();
    match (failure.kind, failure.capability, failure.inconclusive) {
        (FailureKind::Unsupported, Some(capability), _) => {
            ErrorObject { message: message(), ..ErrorObject::unsupported(capability) }
        }
        (FailureKind::Inconclusive, _, Some(why)) => ErrorObject::inconclusive(why, message()),
        _ => ErrorObject::new(codes::INTERNAL_ERROR, failure.to_string()),
    }
}
