//! What every message has around it, and the readers that all messages share.

use super::strict::Strict;
use serde::Deserialize;
use serde_json::{Number, Value};

/// The fixed field `jsonrpc`.
#[derive(Deserialize)]
pub(super) enum JsonRpc {
    #[serde(rename = "2.0")]
    Version2,
}

/// The identifier of a message: a whole number, written as one.
#[derive(Deserialize)]
#[serde(try_from = "Number")]
pub(super) struct Id(pub(super) u64);

impl TryFrom<Number> for Id {
    type Error = String;

    fn try_from(number: Number) -> Result<Id, String> {
        let id = number.as_u64().map(Id);
        id.ok_or_else(|| format!("the id {number} is not written as a whole number"))
    }
}

pub(super) fn read_id(message: &Value) -> Option<u64> {
    message.get("id")?.as_u64()
}

pub(super) fn read_strictly<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let message = T::deserialize(Strict(&mut reader))?;
    reader.end()?;
    Ok(message)
}

/// Where the fault is, and what it is: `result.steps[2].outcome.status: unknown variant …`.
#[cfg(feature = "child-process")]
pub(super) fn locate<'de, T: Deserialize<'de>>(text: &'de str, strictly: bool) -> Option<String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let read = if strictly { T::deserialize(Strict(tracked)) } else { T::deserialize(tracked) };
    let error = read.err()?;
    let path = track.path().to_string();
    let message = error.to_string();
    // The path says it better than the column of a line that nobody sees.
    let message = match message.rfind(" at line ") {
        Some(end) => &message[..end],
        None => &message,
    };
    Some(if path == "." { message.to_owned() } else { format!("{path}: {message}") })
}

/// Without the dependency that tracks the path, the reader's own message has to do.
#[cfg(not(feature = "child-process"))]
pub(super) fn locate<'de, T: Deserialize<'de>>(_: &'de str, _: bool) -> Option<String> {
    None
}
