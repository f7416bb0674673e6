//! Reading messages, and saying of a bad one what is wrong with it and where.

use super::strict::Strict;
use super::{
    ApplyParams, Empty, ErrorObject, InitializeParams, InitializeResult, Method, ResetParams,
    ResetResult, RunCaseParams, RunCaseResult, codes,
};
use crate::directory::{Capability, Snapshot, StepObservation};
use crate::implementation::FailureKind;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// What came back for a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<R> {
    /// It was carried out.
    Result(R),
    /// The implementation says that it lacks a capability.
    Unsupported(Capability),
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
    /// Whether the line carries the identifier that was awaited, so that the fault is surely that
    /// request's.
    pub id_agrees: bool,
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

impl ReplyResult for InitializeResult {}

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
        check_snapshot(&self.snapshot, || "result.snapshot".to_owned())?;
        for (index, step) in self.steps.iter().enumerate() {
            check_snapshot(&step.snapshot, || format!("result.steps[{index}].snapshot"))?;
        }
        Ok(())
    }
}

/// No identifier and no key twice.
fn check_snapshot(snapshot: &Snapshot, place: impl Fn() -> String) -> Result<(), String> {
    if let Some((index, id)) = duplicate(&snapshot.cloud, |object| &object.id) {
        return Err(format!(
            "{}.cloud[{index}].id: {id:?} stands twice in one snapshot",
            place()
        ));
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
    // Snapshots are small as a rule, and then looking is cheaper than hashing.
    const FEW: usize = 16;
    if list.len() <= FEW {
        return list.iter().enumerate().find_map(|(index, element)| {
            let name_of_element = name(element);
            list[..index]
                .iter()
                .any(|earlier| name(earlier) == name_of_element)
                .then_some((index, name_of_element))
        });
    }
    let mut seen = HashSet::with_capacity(list.len());
    list.iter().enumerate().find_map(|(index, element)| {
        let name = name(element);
        (!seen.insert(name)).then_some((index, name))
    })
}

/// The fixed field `jsonrpc`.
struct JsonRpc;

impl<'de> Deserialize<'de> for JsonRpc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Version;
        impl Visitor<'_> for Version {
            type Value = JsonRpc;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"2.0\"")
            }
            fn visit_str<E: Error>(self, version: &str) -> Result<JsonRpc, E> {
                match version {
                    "2.0" => Ok(JsonRpc),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(version), &self)),
                }
            }
        }
        deserializer.deserialize_str(Version)
    }
}

/// The identifier of a reply. Languages without integers may write `7.0`.
struct Id(u64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the request's id, a whole number")
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<Id, E> {
                Ok(Id(id))
            }
            fn visit_f64<E: Error>(self, id: f64) -> Result<Id, E> {
                whole(id)
                    .map(Id)
                    .ok_or_else(|| E::invalid_type(serde::de::Unexpected::Float(id), &self))
            }
        }
        deserializer.deserialize_u64(Number)
    }
}

/// A floating-point number that is a natural number exactly.
fn whole(number: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    // In this range the cast loses nothing.
    ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

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
    let bad = |kind, message, id_agrees| BadReply {
        kind,
        message,
        id_agrees,
    };
    if line.first() != Some(&b'{') {
        return Err(bad(FailureKind::Noise, noise(line), false));
    }
    let text = match std::str::from_utf8(line) {
        Ok(text) => text,
        Err(error) => {
            let message = format!(
                "not UTF-8 from byte {} of the line on: {}",
                error.valid_up_to(),
                excerpt(line)
            );
            return Err(bad(FailureKind::InvalidJson, message, false));
        }
    };
    match read_strictly::<Reply<R>>(text) {
        Ok(reply) => judge(reply, id)
            .map_err(|(message, id_agrees)| bad(FailureKind::SchemaViolation, message, id_agrees)),
        Err(error) => {
            // The reader stops at the first thing that it does not like: the rest of the line
            // may be worse.
            let value = match serde_json::from_str::<Value>(text) {
                Ok(value) if error.is_data() => value,
                Ok(_) => return Err(invalid_json(&error, line)),
                Err(error) => return Err(invalid_json(&error, line)),
            };
            let id_agrees = read_id(&value) == Some(id);
            let message = match disagreement(&value, id) {
                Some(message) if !id_agrees => message,
                _ => locate::<Reply<R>>(text, true).unwrap_or_else(|| error.to_string()),
            };
            Err(bad(FailureKind::SchemaViolation, message, id_agrees))
        }
    }
}

fn judge<R: ReplyResult>(reply: Reply<R>, awaited: u64) -> Result<Answer<R>, (String, bool)> {
    let id = reply.id.map(|Id(id)| id);
    let agrees = id == Some(awaited);
    match id {
        // A request that could not be read is answered without its identifier.
        None if reply.error.is_some() && reply.result.is_none() => {}
        None => return Err((format!("id: missing, expected {awaited}"), false)),
        Some(id) if id != awaited => {
            return Err((format!("id: {id}, expected {awaited}"), false));
        }
        Some(_) => {}
    }
    match (reply.result, reply.error) {
        (Some(result), None) => match result.check() {
            Ok(()) => Ok(Answer::Result(result)),
            Err(message) => Err((message, agrees)),
        },
        (None, Some(error)) if error.code == codes::UNSUPPORTED => lacking(&error)
            .map(Answer::Unsupported)
            .map_err(|message| (message, agrees)),
        (None, Some(error)) => Ok(Answer::Error(error)),
        (Some(_), Some(_)) => Err((
            "result and error: a reply has one of them, not both".to_owned(),
            agrees,
        )),
        (None, None) => Err((
            "result: missing; a reply has either a result or an error".to_owned(),
            agrees,
        )),
    }
}

/// The capability that an "unsupported" names.
fn lacking(error: &ErrorObject) -> Result<Capability, String> {
    let capability = error
        .data
        .as_ref()
        .and_then(|data| data.get("capability"))
        .filter(|capability| !capability.is_null())
        .ok_or_else(|| {
            format!(
                "error.data.capability: missing; code {} has to say which capability is lacking",
                codes::UNSUPPORTED
            )
        })?;
    let word = capability
        .as_str()
        .ok_or_else(|| format!("error.data.capability: {capability} is no word"))?;
    Capability::ALL
        .iter()
        .copied()
        .find(|capability| capability.word() == word)
        .ok_or_else(|| format!("error.data.capability: unknown capability {word:?}"))
}

fn read_id(value: &Value) -> Option<u64> {
    let id = value.get("id")?;
    id.as_u64().or_else(|| whole(id.as_f64()?))
}

/// What is wrong with the identifier, where one is there at all.
fn disagreement(value: &Value, awaited: u64) -> Option<String> {
    match value.get("id") {
        None | Some(Value::Null) => None,
        Some(id) => Some(format!("id: {id}, expected {awaited}")),
    }
}

fn read_strictly<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let message = T::deserialize(Strict(&mut reader))?;
    reader.end()?;
    Ok(message)
}

/// Where the fault is, and what it is: `result.steps[2].outcome.status: unknown variant …`.
#[cfg(feature = "child-process")]
fn locate<'de, T: Deserialize<'de>>(text: &'de str, strictly: bool) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let read = if strictly {
        T::deserialize(Strict(tracked))
    } else {
        T::deserialize(tracked)
    };
    let error = read.err()?;
    let path = track.path().to_string();
    let message = error.to_string();
    // The path says it better than the column of a line that nobody sees.
    let message = match message.rfind(" at line ") {
        Some(end) => &message[..end],
        None => &message,
    };
    Some(if path == "." {
        message.to_owned()
    } else {
        format!("{path}: {message}")
    })
}

/// Without the dependency that tracks the path, the reader's own message has to do.
#[cfg(not(feature = "child-process"))]
fn locate<'de, T: Deserialize<'de>>(_: &'de str, _: bool) -> Option<String> {
    None
}

fn invalid_json(error: &serde_json::Error, line: &[u8]) -> BadReply {
    BadReply {
        kind: FailureKind::InvalidJson,
        message: format!("{error} of: {}", excerpt(line)),
        id_agrees: false,
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
    let text = std::str::from_utf8(line).map_err(|error| {
        (
            None,
            ErrorObject::new(codes::PARSE_ERROR, error.to_string()),
        )
    })?;
    let envelope: Envelope<'_> =
        serde_json::from_str(text).map_err(|error| not_a_request(text, &error))?;
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
        Method::Shutdown => read_params(params).map(|Empty {}| Call::Shutdown),
    };
    call.map(|call| Request { id, call }).map_err(|message| {
        bad(ErrorObject::new(
            codes::INVALID_PARAMS,
            format!("params of {method}: {message}"),
        ))
    })
}

fn read_params<'de, T: Deserialize<'de>>(params: &'de str) -> Result<T, String> {
    serde_json::from_str(params)
        .map_err(|error| locate::<T>(params, false).unwrap_or_else(|| error.to_string()))
}

fn not_a_request(text: &str, error: &serde_json::Error) -> (Option<u64>, ErrorObject) {
    match serde_json::from_str::<Value>(text) {
        Err(error) => (
            None,
            ErrorObject::new(codes::PARSE_ERROR, error.to_string()),
        ),
        Ok(value) => (
            read_id(&value),
            ErrorObject::new(codes::INVALID_REQUEST, error.to_string()),
        ),
    }
}
