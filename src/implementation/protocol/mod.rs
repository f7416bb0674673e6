//! The messages of the adapter protocol, version 1: JSON-RPC 2.0, one message a line.
//!
//! `spec/protocol.md` is the contract in words. Both sides use these types: the suite writes
//! requests and reads replies (feature `child-process`), [`serve`](super::serve::serve) reads
//! requests and writes replies.

mod envelope;
mod reply;
mod request;
#[cfg(feature = "schema")]
pub mod schema;
mod strict;

#[cfg(feature = "child-process")]
pub(crate) use reply::excerpt;
pub use reply::{Answer, BadReply, ReplyResult, read_reply};
pub use request::{Call, Request, read_request};

use super::{Description, ImplementationName};
use crate::directory::{
    Capabilities, Capability, Command, DeclaredChoices, Outcome, Snapshot, SnapshotChanges,
    StepObservation, Tenant,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The version of the protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// Codes of error objects. All but [`UNSUPPORTED`](codes::UNSUPPORTED) are JSON-RPC's own.
pub mod codes {
    /// The implementation lacks a capability; `data.capability` names it.
    pub const UNSUPPORTED: i64 = -32001;
    /// The line is no valid JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// The line is JSON and no request.
    pub const INVALID_REQUEST: i64 = -32600;
    /// The method does not exist.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// The parameters are not the method's.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The implementation failed inside.
    pub const INTERNAL_ERROR: i64 = -32603;
}

/// What can be asked of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Who are you and what can you do? The first request, once.
    Initialize,
    /// Forget everything and start with this tenant.
    Reset,
    /// Carry out one command.
    Apply,
    /// Reset and carry out all these commands; only with [`Capability::Batch`].
    RunCase,
    /// The same, with each state told as what changed since the one before; only with
    /// [`Capability::Changes`].
    RunCaseChanges,
    /// Answer, and then exit.
    Shutdown,
}

impl Method {
    /// Every method, in the protocol's order.
    pub const ALL: &'static [Method] = &[
        Method::Initialize,
        Method::Reset,
        Method::Apply,
        Method::RunCase,
        Method::RunCaseChanges,
        Method::Shutdown,
    ];

    /// The word that stands for it in `method`.
    pub fn word(self) -> &'static str {
        match self {
            Method::Initialize => "initialize",
            Method::Reset => "reset",
            Method::Apply => "apply",
            Method::RunCase => "runCase",
            Method::RunCaseChanges => "runCaseChanges",
            Method::Shutdown => "shutdown",
        }
    }

    /// The method with this word.
    pub fn from_word(word: &str) -> Option<Method> {
        Method::ALL.iter().copied().find(|method| method.word() == word)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// `null` where a list or an object with defaults is expected means the same as leaving it out.
fn null_is_absent<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Parameters of [`Method::Initialize`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InitializeParams<'a> {
    /// The version of the protocol: 1.
    pub protocol: u32,
    /// The edition of Microsoft's documents that the implementation will be held to.
    pub edition: Cow<'a, str>,
    /// Who asks.
    pub suite: SuiteName<'a>,
}

/// The suite's name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SuiteName<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its version.
    pub version: Cow<'a, str>,
}

/// Parameters of [`Method::Reset`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResetParams<'a> {
    /// What to start with.
    pub tenant: Cow<'a, Tenant>,
}

/// Parameters of [`Method::Apply`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApplyParams<'a> {
    /// What to carry out.
    pub command: Cow<'a, Command>,
}

/// Parameters of [`Method::RunCase`] and [`Method::RunCaseChanges`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunCaseParams<'a> {
    /// What to start with.
    pub tenant: Cow<'a, Tenant>,
    /// What to carry out, in order.
    pub commands: Cow<'a, [Command]>,
}

/// Parameters of [`Method::Shutdown`], and its result: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Empty {}

/// Result of [`Method::Initialize`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InitializeResult {
    /// The version of the protocol that the adapter speaks: 1.
    pub protocol: u32,
    /// Who it is.
    pub implementation: ImplementationName,
    /// The editions that it can be held to.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub editions: Vec<String>,
    /// What it can be asked to do. A word that the protocol does not know is an error.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub capabilities: Capabilities,
    /// What it decides where the documents leave a choice. A choice or value that the rulebook
    /// does not know is an error.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub choices: DeclaredChoices,
}

impl From<Description> for InitializeResult {
    fn from(description: Description) -> Self {
        InitializeResult {
            protocol: VERSION,
            implementation: description.implementation,
            editions: description.editions,
            capabilities: description.capabilities,
            choices: description.choices,
        }
    }
}

impl From<InitializeResult> for Description {
    fn from(result: InitializeResult) -> Self {
        Description {
            implementation: result.implementation,
            editions: result.editions,
            capabilities: result.capabilities,
            choices: result.choices,
        }
    }
}

/// Result of [`Method::Reset`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ResetResult {
    /// The whole observable state after the reset.
    pub snapshot: Snapshot,
}

/// Result of [`Method::RunCase`]. That of [`Method::Apply`] is a [`StepObservation`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunCaseResult {
    /// The whole observable state after the reset.
    pub snapshot: Snapshot,
    /// What came of each command: exactly as many as there were commands, in their order.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub steps: Vec<StepObservation>,
}

/// Result of [`Method::RunCaseChanges`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunCaseChangesResult {
    /// The whole observable state after the reset.
    pub snapshot: Snapshot,
    /// What came of each command: exactly as many as there were commands, in their order.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub steps: Vec<ChangesStep>,
    /// The whole observable state after the last command. It has to be what the changes come to.
    pub end: Snapshot,
}

/// What came of one command, with the state told as what changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangesStep {
    /// What the implementation says came of the command.
    pub outcome: Outcome,
    /// What is different from the state before.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "SnapshotChanges::is_empty"
    )]
    pub changes: SnapshotChanges,
}

impl From<RunCaseResult> for RunCaseChangesResult {
    fn from(RunCaseResult { snapshot, steps }: RunCaseResult) -> Self {
        let mut end = snapshot.clone();
        let steps = steps
            .into_iter()
            .map(|StepObservation { outcome, snapshot }| {
                let changes = end.changes_to(&snapshot);
                end = snapshot;
                ChangesStep { outcome, changes }
            })
            .collect();
        RunCaseChangesResult { snapshot, steps, end }
    }
}

impl RunCaseChangesResult {
    /// The same with every state whole.
    ///
    /// # Errors
    /// The changes do not fit the states; told with the place, from `result` on.
    pub fn whole(self) -> Result<RunCaseResult, String> {
        let RunCaseChangesResult { snapshot, steps, end } = self;
        let mut latest = snapshot.clone();
        let mut whole = Vec::with_capacity(steps.len());
        for (index, ChangesStep { outcome, changes }) in steps.into_iter().enumerate() {
            latest = latest
                .with_changes(&changes)
                .map_err(|error| format!("result.steps[{index}].changes.{error}"))?;
            whole.push(StepObservation { outcome, snapshot: latest.clone() });
        }
        let rest = latest.changes_to(&end);
        let differing = rest.cloud.iter().map(|object| &object.id).chain(&rest.cloud_gone);
        let on_premises = rest.on_premises.iter().map(|object| &object.key);
        let differing: Vec<&str> = differing
            .chain(on_premises)
            .chain(&rest.on_premises_gone)
            .map(|name| &**name)
            .collect();
        if !differing.is_empty() {
            return Err(format!(
                "result.end: not what the changes come to; it differs in {}",
                differing.join(", ")
            ));
        }
        Ok(RunCaseResult { snapshot, steps: whole })
    }
}

/// Why a request was not carried out: JSON-RPC's error object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorObject {
    /// What kind of error: see [`codes`].
    pub code: i64,
    /// What happened, for a person.
    pub message: String,
    /// Anything more. With [`codes::UNSUPPORTED`] an object whose `capability` names what is
    /// lacking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

impl ErrorObject {
    /// An error with a code and a message.
    pub fn new(code: i64, message: impl Into<String>) -> ErrorObject {
        ErrorObject { code, message: message.into(), data: None }
    }

    /// The implementation lacks this capability.
    pub fn unsupported(capability: Capability) -> ErrorObject {
        ErrorObject {
            data: Some(serde_json::json!({ "capability": capability })),
            ..ErrorObject::new(codes::UNSUPPORTED, format!("unsupported: {capability}"))
        }
    }
}

/// Appends one request, with its line end.
///
/// # Errors
/// Those of the parameters' own serialization; the protocol's types have none.
pub fn write_request<P: Serialize>(
    line: &mut Vec<u8>,
    id: u64,
    method: Method,
    params: &P,
) -> serde_json::Result<()> {
    line.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    serde_json::to_writer(&mut *line, &id)?;
    line.extend_from_slice(b",\"method\":\"");
    line.extend_from_slice(method.word().as_bytes());
    line.extend_from_slice(b"\",\"params\":");
    serde_json::to_writer(&mut *line, params)?;
    line.extend_from_slice(b"}\n");
    Ok(())
}

/// Appends one reply with a result, with its line end.
///
/// # Errors
/// Those of the result's own serialization; the protocol's types have none.
pub fn write_result<R: Serialize>(
    line: &mut Vec<u8>,
    id: u64,
    result: &R,
) -> serde_json::Result<()> {
    line.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    serde_json::to_writer(&mut *line, &id)?;
    line.extend_from_slice(b",\"result\":");
    serde_json::to_writer(&mut *line, result)?;
    line.extend_from_slice(b"}\n");
    Ok(())
}

/// Appends one reply with an error, with its line end. Without an identifier it says `null`: the
/// request's could not be read.
///
/// # Errors
/// Those of the error's own serialization; there are none.
pub fn write_error(
    line: &mut Vec<u8>,
    id: Option<u64>,
    error: &ErrorObject,
) -> serde_json::Result<()> {
    line.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    serde_json::to_writer(&mut *line, &id)?;
    line.extend_from_slice(b",\"error\":");
    serde_json::to_writer(&mut *line, error)?;
    line.extend_from_slice(b"}\n");
    Ok(())
}
