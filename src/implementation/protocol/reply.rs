//! Reading replies: the suite's side. A bad one is told with what is wrong with it and where.

use super::envelope::{Id, JsonRpc, locate, read_id, read_strictly};
use super::messages::{
    AnswerOfBatch, ChangesStep, Empty, ErrorObject, InitializeResult, MOST_SIDE_BY_SIDE,
    ResetResult, RunBatchResult, RunCaseChangesResult, RunCaseResult, codes,
};
use crate::directory::{Capability, Snapshot, StepObservation};
use crate::implementation::{FailureKind, Inconclusive};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::collections::HashSet;

/// What came back for a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<R> {
    /// It was carried out.
    Result(R),
    /// The implementation says that it lacks a capability.
    Unsupported(Capability),
    /// Nobody can tell what it would have done, for this reason, and in its own words.
    Inconclusive(Inconclusive, String),
    /// Any other error.
    Error(ErrorObject),
}

/// Why a line is no reply to the request that it should answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadReply {
    /// [`Noise`](FailureKind::Noise), [`InvalidJson`](FailureKind::InvalidJson) or
    /// [`SchemaViolation`](FailureKind::SchemaViolation).
    pub kind: FailureKind,
    /// What is wrong, and where in the message.
    pub message: String,
    /// The identifier that the line carries. Where it is the one that was awaited, the fault is surely
    /// that request's; where it is an earlier one, that request has been answered twice.
    pub id: Option<u64>,
}

/// A result that can be read from a reply.
pub trait ReplyResult: DeserializeOwned {
    /// What no schema can say.
    ///
    /// # Errors
    /// What is wrong, and where, from `result` on.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// For replies that only have to be there.
impl ReplyResult for IgnoredAny {}

impl ReplyResult for InitializeResult {
    fn check(&self) -> Result<(), String> {
        match self.side_by_side {
            None | Some(1..=MOST_SIDE_BY_SIDE) => Ok(()),
            Some(other) => Err(format!(
                "result.sideBySide: {other}, expected a number from 1 to {MOST_SIDE_BY_SIDE}"
            )),
        }
    }
}

impl ReplyResult for Empty {}

impl ReplyResult for ResetResult {
    fn check(&self) -> Result<(), String> {
        check_snapshot(&self.snapshot, || "result.snapshot".to_owned())
    }
}

impl ReplyResult for StepObservation {
    fn check(&self) -> Result<(), String> {
        check_snapshot(&self.snapshot, || "result.snapshot".to_owned())
    }
}

impl ReplyResult for RunCaseResult {
    fn check(&self) -> Result<(), String> {
        check_case(&self.snapshot, &self.steps, "result")
    }
}

impl ReplyResult for RunBatchResult {
    fn check(&self) -> Result<(), String> {
        for (index, case) in self.cases.iter().enumerate() {
            let place = format!("result.cases[{index}]");
            match (&case.snapshot, &case.error) {
                (Some(snapshot), None) => check_case(snapshot, &case.steps, &place)?,
                (None, Some(error)) => {
                    answer_of::<IgnoredAny>(error.clone())
                        .map_err(|message| format!("{place}.{message}"))?;
                }
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "{place}: snapshot and error: a case has one of them, not both"
                    ));
                }
                (None, None) => {
                    return Err(format!(
                        "{place}: snapshot: missing; a case has either a snapshot or an error"
                    ));
                }
            }
        }
        Ok(())
    }
}

impl AnswerOfBatch {
    /// The same as the answer to that case alone.
    ///
    /// # Errors
    /// The error object lacks what its code has to say.
    pub fn answer(self) -> Result<Answer<RunCaseResult>, String> {
        match (self.snapshot, self.error) {
            (_, Some(error)) => answer_of(error),
            (snapshot, None) => {
                let snapshot = snapshot.unwrap_or_default();
                Ok(Answer::Result(RunCaseResult { snapshot, steps: self.steps }))
            }
        }
    }
}

fn check_case(start: &Snapshot, steps: &[StepObservation], place: &str) -> Result<(), String> {
    check_snapshot(start, || format!("{place}.snapshot"))?;
    for (index, step) in steps.iter().enumerate() {
        check_snapshot(&step.snapshot, || format!("{place}.steps[{index}].snapshot"))?;
    }
    Ok(())
}

impl ReplyResult for RunCaseChangesResult {
    fn check(&self) -> Result<(), String> {
        check_snapshot(&self.snapshot, || "result.snapshot".to_owned())?;
        check_snapshot(&self.end, || "result.end".to_owned())?;
        for (index, ChangesStep { changes, .. }) in self.steps.iter().enumerate() {
            let place =
                |field: &str, at: usize| format!("result.steps[{index}].changes.{field}[{at}]");
            if let Some((at, id)) = duplicate(&changes.cloud, |object| &object.id) {
                return Err(format!("{}.id: {id:?} stands twice", place("cloud", at)));
            }
            if let Some((at, key)) = duplicate(&changes.on_premises, |object| &object.key) {
                return Err(format!("{}.key: {key:?} stands twice", place("onPremises", at)));
            }
        }
        Ok(())
    }
}

/// No identifier and no key twice.
fn check_snapshot(snapshot: &Snapshot, place: impl Fn() -> String) -> Result<(), String> {
    if let Some((index, id)) = duplicate(&snapshot.cloud, |object| &object.id) {
        return Err(format!("{}.cloud[{index}].id: {id:?} stands twice in one snapshot", place()));
    }
    if let Some((index, key)) = duplicate(&snapshot.on_premises, |object| &object.key) {
        return Err(format!(
            "{}.onPremises[{index}].key: {key:?} stands twice in one snapshot",
            place()
        ));
    }
    Ok(())
}

/// The first element whose name an earlier one has.
fn duplicate<T>(list: &[T], name: impl Fn(&T) -> &str) -> Option<(usize, &str)> {
    let mut seen = HashSet::with_capacity(list.len());
    list.iter().enumerate().find_map(|(index, element)| {
        let name = name(element);
        (!seen.insert(name)).then_some((index, name))
    })
}

/// A reply whose envelope has been read and not yet judged.
#[derive(Deserialize)]
struct Reply<R> {
    #[serde(rename = "jsonrpc")]
    _jsonrpc: JsonRpc,
    id: Option<Id>,
    result: Option<R>,
    error: Option<ErrorObject>,
}

/// Reads one line as the reply to the request with this identifier. Unknown fields are ignored.
///
/// ```
/// use entra_conformance::implementation::protocol::{Answer, ResetResult, read_reply};
///
/// let line = br#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {"cloud": []}}}"#;
/// let reply = read_reply::<ResetResult>(line, 7).unwrap();
/// assert!(matches!(reply, Answer::Result(_)));
///
/// let line = br#"{"jsonrpc": "2.0", "id": 7, "result": {"snapshot": {"cloud": [{"id": "1"}]}}}"#;
/// let bad = read_reply::<ResetResult>(line, 7).unwrap_err();
/// # if cfg!(feature = "child-process") {
/// assert_eq!(bad.message, "result.snapshot.cloud[0]: missing field `kind`");
/// # }
/// ```
///
/// # Errors
/// A [`BadReply`] when the line is no message, no valid JSON or no reply of this form. In that
/// case the line is looked at a second time to say where the fault is; a good one is read once.
pub fn read_reply<R: ReplyResult>(line: &[u8], id: u64) -> Result<Answer<R>, BadReply> {
    let line = line.trim_ascii();
    let bad = |kind, message, id| BadReply { kind, message, id };
    if line.first() != Some(&b'{') {
        return Err(bad(FailureKind::Noise, noise(line), None));
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let message = format!(
                "not UTF-8 from byte {} of the line on: {}",
                error.valid_up_to(),
                excerpt(line)
            );
            return Err(bad(FailureKind::InvalidJson, message, None));
        }
    };
    match read_strictly::<Reply<R>>(text) {
        Ok(reply) => {
            judge(reply, id).map_err(|(message, id)| bad(FailureKind::SchemaViolation, message, id))
        }
        Err(error) => {
            // The reader stops at the first thing that it does not like: the rest of the line
            // may be worse.
            let value = match serde_json::from_str::<Value>(text) {
                Ok(value) if error.is_data() => value,
                Ok(_) => return Err(invalid_json(&error, line)),
                Err(error) => return Err(invalid_json(&error, line)),
            };
            let carried = read_id(&value);
            let message = match disagreement(&value, id) {
                Some(message) if carried != Some(id) => message,
                _ => locate::<Reply<R>>(text, true).unwrap_or_else(|| error.to_string()),
            };
            Err(bad(FailureKind::SchemaViolation, message, carried))
        }
    }
}

/// What a reply says; or what is wrong with it, and the identifier that it carries.
fn judge<R: ReplyResult>(
    reply: Reply<R>,
    awaited: u64,
) -> Result<Answer<R>, (String, Option<u64>)> {
    let id = reply.id.map(|Id(id)| id);
    match id {
        // A request that could not be read is answered without its identifier.
        None if reply.error.is_some() && reply.result.is_none() => {}
        None => return Err((format!("id: missing, expected {awaited}"), None)),
        Some(earlier) if earlier < awaited => {
            let message =
                format!("id: {earlier}, expected {awaited}; {earlier} has its answer already");
            return Err((message, id));
        }
        Some(later) if later > awaited => {
            return Err((format!("id: {later}, expected {awaited}"), id));
        }
        Some(_) => {}
    }
    match (reply.result, reply.error) {
        (Some(result), None) => match result.check() {
            Ok(()) => Ok(Answer::Result(result)),
            Err(message) => Err((message, id)),
        },
        (None, Some(error)) => answer_of(error).map_err(|message| (message, id)),
        (Some(_), Some(_)) => {
            Err(("result and error: a reply has one of them, not both".to_owned(), id))
        }
        (None, None) => {
            Err(("result: missing; a reply has either a result or an error".to_owned(), id))
        }
    }
}

/// What an error object says; or what is wrong with it.
fn answer_of<R>(error: ErrorObject) -> Result<Answer<R>, String> {
    match error.code {
        codes::UNSUPPORTED => {
            let word = word(&error, "capability", "which capability is lacking")?;
            let capability = Capability::from_word(word);
            let unknown = || format!("error.data.capability: unknown capability {word:?}");
            capability.map(Answer::Unsupported).ok_or_else(unknown)
        }
        codes::INCONCLUSIVE => {
            let word = word(&error, "reason", "why")?;
            let why = Inconclusive::from_word(word);
            let unknown = || format!("error.data.reason: unknown reason {word:?}");
            let why = why.ok_or_else(unknown)?;
            Ok(Answer::Inconclusive(why, error.message))
        }
        _ => Ok(Answer::Error(error)),
    }
}

/// The word that an error object has to carry under this name.
fn word<'e>(error: &'e ErrorObject, name: &str, what: &str) -> Result<&'e str, String> {
    let data = error.data.as_ref();
    let value = data.and_then(|data| data.get(name)).filter(|value| !value.is_null());
    let value = value.ok_or_else(|| {
        format!("error.data.{name}: missing; code {} has to say {what}", error.code)
    })?;
    value.as_str().ok_or_else(|| format!("error.data.{name}: {value} is no word"))
}

/// What is wrong with the identifier, where one is there at all.
fn disagreement(value: &Value, awaited: u64) -> Option<String> {
    match value.get("id") {
        None | Some(Value::Null) => None,
        Some(id) => Some(format!("id: {id}, expected {awaited}")),
    }
}

fn invalid_json(error: &serde_json::Error, line: &[u8]) -> BadReply {
    BadReply {
        kind: FailureKind::InvalidJson,
        message: format!("{error} of: {}", excerpt(line)),
        id: None,
    }
}

fn noise(line: &[u8]) -> String {
    if line.is_empty() {
        return "an empty line".to_owned();
    }
    if let Some(rest) = line.strip_prefix(b"\xEF\xBB\xBF") {
        return format!(
            "a byte order mark stands before the line; write UTF-8 without one: {}",
            excerpt(rest)
        );
    }
    format!("not a message: {}", excerpt(line))
}

/// The beginning of a line as a person can read it: at most 160 characters, control characters
/// escaped.
pub(crate) fn excerpt(line: &[u8]) -> String {
    const CHARACTERS: usize = 160;
    // One character has at most four bytes; the rest need not even be looked at.
    let head = &line[..line.len().min(4 * CHARACTERS)];
    let text = String::from_utf8_lossy(head);
    let mut shown: String = text
        .chars()
        .take(CHARACTERS)
        .flat_map(|character| {
            let escape = character.is_control();
            character
                .escape_default()
                .take(if escape { usize::MAX } else { 0 })
                .chain((!escape).then_some(character))
        })
        .collect();
    if head.len() < line.len() || text.chars().nth(CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}
