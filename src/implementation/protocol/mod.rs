//! The messages of the adapter protocol, version 1: JSON-RPC 2.0, one message a line.
//!
//! `spec/protocol.md` is the contract in words. Both sides use these types: the suite writes
//! requests and reads replies (feature `child-process`), [`serve`](super::serve::serve) reads
//! requests and writes replies.

mod envelope;
mod messages;
mod reply;
mod request;
#[cfg(feature = "schema")]
pub mod schema;
mod strict;
mod switches;

pub use messages::{
    AnswerOfBatch, ApplyParams, CaseOfBatch, ChangesStep, Empty, ErrorObject, InitializeParams,
    InitializeResult, MOST_SIDE_BY_SIDE, Method, ResetParams, ResetResult, RunBatchParams,
    RunBatchResult, RunCaseChangesResult, RunCaseParams, RunCaseResult, SuiteName, VERSION, codes,
    write_error, write_request, write_result,
};
#[cfg(feature = "child-process")]
pub(crate) use reply::excerpt;
pub use reply::{Answer, BadReply, ReplyResult, read_reply};
pub use request::{Call, Request, read_request};
pub use switches::Named;
