//! What every message has around it, and the readers that all messages share.

use super::strict::Strict;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::Value;
use std::fmt;

/// The fixed field `jsonrpc`.
pub(super) struct JsonRpc;

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
pub(super) struct Id(pub(super) u64);

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
pub(super) fn whole(number: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    // In this range the cast loses nothing.
    ((0.0..=EXACT).contains(&number) && number.fract() == 0.0).then_some(number as u64)
}

pub(super) fn read_id(value: &Value) -> Option<u64> {
    let id = value.get("id")?;
    id.as_u64().or_else(|| whole(id.as_f64()?))
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
