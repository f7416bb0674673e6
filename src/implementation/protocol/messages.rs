//! The messages themselves.

use crate::directory::{
    AnchorForm, Capabilities, Capability, Command, DeclaredChoices, Field, Outcome, Snapshot,
    SnapshotChanges, StepObservation, SwitchNames, Tenant, Text, null_is_absent, words,
};
use crate::implementation::{Description, ImplementationName, Inconclusive};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};

/// The version of the protocol that this crate speaks.
pub const VERSION: u32 = 1;

/// Codes of error objects. All but the first two are JSON-RPC's own.
pub mod codes {
    /// The implementation lacks a capability; `data.capability` names it.
    pub const UNSUPPORTED: i64 = -32001;
    /// Nobody can tell what the implementation would have done; `data.reason` says why.
    pub const INCONCLUSIVE: i64 = -32002;
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

words! {
    /// What can be asked of an adapter.
    pub enum Method {
        /// Who are you and what can you do? The first request, once.
        Initialize = "initialize",
        /// Forget everything and start with this tenant.
        Reset = "reset",
        /// Carry out one command.
        Apply = "apply",
        /// Reset and carry out all these commands; only with [`Capability::Batch`].
        RunCase = "runCase",
        /// The same, with each state told as what changed since the one before; only with
        /// [`Capability::Changes`].
        RunCaseChanges = "runCaseChanges",
        /// Carry out many cases side by side in one tenant; only with `sideBySide`.
        RunBatch = "runBatch",
        /// Answer, and then exit.
        Shutdown = "shutdown",
    }
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
    /// By which names the switches will be sent; absent where that is `plain`.
    #[serde(default, skip_serializing_if = "SwitchNames::is_plain")]
    pub switch_names: SwitchNames,
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

/// Parameters of [`Method::RunBatch`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunBatchParams<'a> {
    /// The cases: all with the same switches at the start, and with the same tenant-wide commands (`sync`,
    /// `setFeature`, `reinstallConnect`) in the same order, of which a case may have the first ones only.
    pub cases: Vec<CaseOfBatch<'a>>,
}

/// One case of [`RunBatchParams`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CaseOfBatch<'a> {
    /// What all its keys and labels begin with, and what its names, addresses and values contain. Empty of
    /// a case that is alone in its batch and has values that take no prefix.
    pub prefix: Cow<'a, str>,
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
    /// The names of the attributes that it has; absent where it takes any. The attributes of every
    /// case are sent by these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attributes: Option<BTreeSet<Text>>,
    /// The fields that a cloud administrator cannot edit: `userPrincipalName`, `proxyAddresses`,
    /// `password`, or `attributes.` and a name.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub read_only: BTreeSet<Field>,
    /// The fields that a sync writes when it creates an object or takes one over, and never after.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub never_updated: BTreeSet<Field>,
    /// What its anchors look like. Those of every case are sent in this form.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "AnchorForm::is_text"
    )]
    pub anchor_form: AnchorForm,
    /// How many cases it carries out side by side in one tenant, 1 to 1000; absent where it does not.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_by_side: Option<u32>,
}

/// So many cases at most can be asked for side by side.
pub const MOST_SIDE_BY_SIDE: u32 = 1000;

impl From<Description> for InitializeResult {
    fn from(description: Description) -> Self {
        InitializeResult {
            protocol: VERSION,
            implementation: description.implementation,
            editions: description.editions,
            capabilities: description.capabilities,
            choices: description.choices,
            attributes: description.attributes,
            read_only: description.read_only,
            never_updated: description.never_updated,
            anchor_form: description.anchor_form,
            side_by_side: description.side_by_side,
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
            attributes: result.attributes,
            read_only: result.read_only,
            never_updated: result.never_updated,
            anchor_form: result.anchor_form,
            side_by_side: result.side_by_side,
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

/// Result of [`Method::RunBatch`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunBatchResult {
    /// What came of each case: exactly as many as there were cases, in their order.
    pub cases: Vec<AnswerOfBatch>,
}

/// What came of one case of a batch: what it is of [`RunCaseResult`], or an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerOfBatch {
    /// The case's own part of the state after the reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<Snapshot>,
    /// What came of each of its commands, each with the case's own part of the state.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepObservation>,
    /// Why it was not carried out to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorObject>,
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
    /// lacking, with [`codes::INCONCLUSIVE`] one whose `reason` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Value>,
}

impl fmt::Display for ErrorObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 400;
        write!(f, "error {}: {}", self.code, self.message)?;
        let Some(data) = &self.data else {
            return Ok(());
        };
        let data = data.to_string();
        let shown: String = data.chars().take(SHOWN).collect();
        let more = if shown.len() < data.len() { "…" } else { "" };
        write!(f, " ({shown}{more})")
    }
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

    /// Nobody can tell what the implementation would have done, for this reason.
    pub fn inconclusive(why: Inconclusive, message: impl Into<String>) -> ErrorObject {
        ErrorObject {
            data: Some(serde_json::json!({ "reason": why })),
            ..ErrorObject::new(codes::INCONCLUSIVE, message)
        }
    }
}

/// Writes one request, with its line end.
///
/// # Errors
/// When it cannot be written.
pub fn write_request<P: Serialize>(
    output: &mut impl Write,
    id: u64,
    method: Method,
    params: &P,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Message<'a, P> {
        jsonrpc: &'static str,
        id: u64,
        method: Method,
        params: &'a P,
    }
    write_line(output, &Message { jsonrpc: "2.0", id, method, params })
}

/// Writes one reply with a result, with its line end.
///
/// # Errors
/// When it cannot be written.
pub fn write_result<R: Serialize>(output: &mut impl Write, id: u64, result: &R) -> io::Result<()> {
    #[derive(Serialize)]
    struct Message<'a, R> {
        jsonrpc: &'static str,
        id: u64,
        result: &'a R,
    }
    write_line(output, &Message { jsonrpc: "2.0", id, result })
}

/// Writes one reply with an error, with its line end. Without an identifier it says `null`: the
/// request's could not be read.
///
/// # Errors
/// When it cannot be written.
pub fn write_error(
    output: &mut impl Write,
    id: Option<u64>,
    error: &ErrorObject,
) -> io::Result<()> {
    #[derive(Serialize)]
    struct Message<'a> {
        jsonrpc: &'static str,
        id: Option<u64>,
        error: &'a ErrorObject,
    }
    write_line(output, &Message { jsonrpc: "2.0", id, error })
}

fn write_line(output: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *output, message)?;
    output.write_all(b"\n")
}
