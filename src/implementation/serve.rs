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
    Call, Empty, ErrorObject, InitializeResult, Request, ResetResult, RunCaseChangesResult,
    RunCaseResult, codes, read_request, write_error, write_result,
};
use super::{CaseInput, Failure, FailureKind, Implementation, run_one};
use crate::directory::{Capability, Command};
use std::io::{self, BufRead, BufReader, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Replies are written out at the latest when this many bytes have gathered.
const ENOUGH_TO_WRITE: usize = 64 * 1024;

/// Answers the suite's requests on standard input and output until it says `shutdown` or closes
/// the input. Standard error stays free for a log.
///
/// # Errors
/// As [`serve`].
pub fn serve_stdio(implementation: &mut dyn Implementation) -> io::Result<()> {
    // As large as a pipe is on Linux: many small requests are read at once.
    let input = BufReader::with_capacity(ENOUGH_TO_WRITE, io::stdin().lock());
    serve(implementation, input, io::stdout().lock())
}

/// Answers requests until one says `shutdown` or the input ends.
///
/// `runCase` and `runCaseChanges` are answered for every implementation, and `batch` and `changes`
/// declared: here they mean no more than `reset` and `apply` one after the other. A panic in the implementation becomes an error
/// object, and the next request is answered as usual. Replies are written and flushed whenever no
/// further request is at hand, so that neither a lonely request waits nor a crowd is slowed down.
///
/// # Errors
/// When the input cannot be read or the output cannot be written.
pub fn serve(
    implementation: &mut dyn Implementation,
    mut input: impl BufRead,
    mut output: impl Write,
) -> io::Result<()> {
    let mut begun = Vec::new();
    let mut replies = Vec::new();
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            // The last line may lack its end.
            let _ = answer(implementation, &begun, &mut replies)?;
            return write_out(&mut replies, &mut output);
        }
        let read = available.len();
        for piece in available.split_inclusive(|&byte| byte == b'\n') {
            let line = match piece.strip_suffix(b"\n") {
                None => {
                    begun.extend_from_slice(piece);
                    continue;
                }
                Some(line) if begun.is_empty() => line,
                Some(rest) => {
                    begun.extend_from_slice(rest);
                    &begun
                }
            };
            let flow = answer(implementation, line, &mut replies)?;
            begun.clear();
            if flow.is_break() {
                return write_out(&mut replies, &mut output);
            }
            if replies.len() >= ENOUGH_TO_WRITE {
                write_out(&mut replies, &mut output)?;
            }
        }
        input.consume(read);
        // The next look at the input may have to wait, and somebody else may wait for these.
        write_out(&mut replies, &mut output)?;
    }
}

fn write_out(replies: &mut Vec<u8>, output: &mut impl Write) -> io::Result<()> {
    if replies.is_empty() {
        return Ok(());
    }
    output.write_all(replies)?;
    replies.clear();
    output.flush()
}

/// Appends the reply to one line; breaks off after a `shutdown`.
fn answer(
    implementation: &mut dyn Implementation,
    line: &[u8],
    replies: &mut Vec<u8>,
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
        Ok(flow) => Ok(flow?),
        Err(error) => {
            write_error(replies, Some(id), &error)?;
            Ok(ControlFlow::Continue(()))
        }
    }
}

/// Carries a request out and appends its reply. The outer error is for the suite.
fn carry_out(
    implementation: &mut dyn Implementation,
    call: Call,
    id: u64,
    replies: &mut Vec<u8>,
) -> Result<serde_json::Result<ControlFlow<()>>, ErrorObject> {
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
            let case = CaseInput { tenant: &params.tenant, commands: &params.commands };
            let result = run_case(implementation, case)?;
            write_result(replies, id, &result)
        }
        Call::RunCaseChanges(params) => {
            let case = CaseInput { tenant: &params.tenant, commands: &params.commands };
            let result = run_case(implementation, case)?;
            write_result(replies, id, &RunCaseChangesResult::from(result))
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
    let seen = run_one(implementation, case);
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
    match (failure.kind, failure.capability) {
        (FailureKind::Unsupported, Some(capability)) => {
            ErrorObject { message: failure.message.clone(), ..ErrorObject::unsupported(capability) }
        }
        _ => ErrorObject::new(codes::INTERNAL_ERROR, failure.to_string()),
    }
}
