//! Reading requests: the adapter's side.

use super::envelope::{Id, JsonRpc, locate, read_id, read_strictly};
use super::messages::{
    ApplyParams, Empty, ErrorObject, InitializeParams, Method, ResetParams, RunBatchParams,
    RunCaseParams, codes,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One request, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What its reply has to carry.
    pub id: u64,
    /// What is asked.
    pub call: Call,
}

/// A method with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// See [`Method::Initialize`].
    Initialize(InitializeParams<'static>),
    /// See [`Method::Reset`].
    Reset(ResetParams<'static>),
    /// See [`Method::Apply`].
    Apply(ApplyParams<'static>),
    /// See [`Method::RunCase`].
    RunCase(RunCaseParams<'static>),
    /// See [`Method::RunCaseChanges`].
    RunCaseChanges(RunCaseParams<'static>),
    /// See [`Method::RunBatch`].
    RunBatch(RunBatchParams<'static>),
    /// See [`Method::Shutdown`].
    Shutdown,
}

impl Call {
    /// The method.
    pub fn method(&self) -> Method {
        match self {
            Call::Initialize(_) => Method::Initialize,
            Call::Reset(_) => Method::Reset,
            Call::Apply(_) => Method::Apply,
            Call::RunCase(_) => Method::RunCase,
            Call::RunCaseChanges(_) => Method::RunCaseChanges,
            Call::RunBatch(_) => Method::RunBatch,
            Call::Shutdown => Method::Shutdown,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "jsonrpc")]
    _jsonrpc: JsonRpc,
    id: Id,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

/// Reads one line as a request.
///
/// # Errors
/// The identifier, where it could be read, and the error object to answer with.
pub fn read_request(line: &[u8]) -> Result<Request, (Option<u64>, ErrorObject)> {
    let text = std::str::from_utf8(line)
        .map_err(|error| (None, ErrorObject::new(codes::PARSE_ERROR, error.to_string())))?;
    let envelope: Envelope<'_> =
        read_strictly(text).map_err(|error| not_a_request(text, &error))?;
    let id = envelope.id.0;
    let bad = |error| (Some(id), error);
    let method = Method::from_word(&envelope.method).ok_or_else(|| {
        bad(ErrorObject::new(
            codes::METHOD_NOT_FOUND,
            format!("there is no method {:?}", envelope.method),
        ))
    })?;
    let params = envelope.params.map_or("{}", RawValue::get);
    let call = match method {
        Method::Initialize => read_params(params).map(Call::Initialize),
        Method::Reset => read_params(params).map(Call::Reset),
        Method::Apply => read_params(params).map(Call::Apply),
        Method::RunCase => read_params(params).map(Call::RunCase),
        Method::RunCaseChanges => read_params(params).map(Call::RunCaseChanges),
        Method::RunBatch => read_params(params).map(Call::RunBatch),
        Method::Shutdown => read_params(params).map(|Empty {}| Call::Shutdown),
    };
    call.map(|call| Request { id, call }).map_err(|message| {
        bad(ErrorObject::new(codes::INVALID_PARAMS, format!("params of {method}: {message}")))
    })
}

fn read_params<'de, T: Deserialize<'de>>(params: &'de str) -> Result<T, String> {
    serde_json::from_str(params)
        .map_err(|error| locate::<T>(params, false).unwrap_or_else(|| error.to_string()))
}

fn not_a_request(text: &str, error: &serde_json::Error) -> (Option<u64>, ErrorObject) {
    match serde_json::from_str::<Value>(text) {
        Err(error) => (None, ErrorObject::new(codes::PARSE_ERROR, error.to_string())),
        Ok(value) => (read_id(&value), ErrorObject::new(codes::INVALID_REQUEST, error.to_string())),
    }
}
