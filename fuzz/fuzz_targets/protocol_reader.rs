//! What an adapter answers, and what a suite asks: read or refused, never more.
#![no_main]

use entra_conformance::directory::StepObservation;
use entra_conformance::implementation::protocol::{
    Answer, InitializeResult, ReplyResult, ResetResult, RunCaseChangesResult, RunCaseResult,
    read_reply,
};
use entra_conformance::implementation::serve::serve;
use entra_conformance::reference::ReferenceModel;
use libfuzzer_sys::fuzz_target;

fn read<R: ReplyResult>(line: &[u8]) -> Option<R> {
    match read_reply::<R>(line, 1) {
        Ok(Answer::Result(result)) => Some(result),
        Ok(_) => None,
        Err(bad) => {
            assert!(!bad.message.is_empty());
            None
        }
    }
}

fuzz_target!(|input: &[u8]| {
    read::<InitializeResult>(input);
    read::<ResetResult>(input);
    read::<StepObservation>(input);
    read::<RunCaseResult>(input);
    if let Some(changes) = read::<RunCaseChangesResult>(input) {
        let _ = changes.whole();
    }
    let mut replies = Vec::new();
    serve(&mut ReferenceModel::default(), input, &mut replies).expect("memory can be written");
    assert!(!String::from_utf8_lossy(&replies).contains("panicked"));
});
