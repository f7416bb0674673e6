//! Why a baseline lists something, as a stable code.

use super::not_applicable::NotApplicable;
use super::reason::Reason;
use crate::directory::CommandKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why a rule is violated, or why a case or rule is not judged; in a file a code that stays the same
/// whatever reports say.
///
/// ```
/// use entra_conformance::runner::Cause;
/// for code in ["proxyAddresses/valuesAdded/sync", "missing/roles", "sync", "notTriggered"] {
///     assert_eq!(code.parse::<Cause>().unwrap().to_string(), code);
/// }
/// assert!("in sync".parse::<Cause>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A rule is violated for this reason.
    Violation(Reason),
    /// Something is not judged for this reason.
    NotApplicable(NotApplicable),
    /// No case brings a rule's situation about.
    NotTriggered,
    /// The implementation aborts in a step of this kind.
    Step(CommandKind),
}

const NOT_TRIGGERED: &str = "notTriggered";

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Violation(reason) => reason.fmt(f),
            Cause::NotApplicable(reason) => reason.fmt(f),
            Cause::NotTriggered => f.write_str(NOT_TRIGGERED),
            Cause::Step(command) => command.fmt(f),
        }
    }
}

impl FromStr for Cause {
    type Err = String;

    fn from_str(text: &str) -> Result<Cause, String> {
        if text == NOT_TRIGGERED {
            return Ok(Cause::NotTriggered);
        }
        let cause = text.parse().map(Cause::Step);
        let cause = cause.or_else(|_| text.parse().map(Cause::NotApplicable));
        cause.or_else(|_: String| text.parse().map(Cause::Violation)).map_err(|_| {
            format!("unknown reason `{text}`; `baseline update` writes the one that is right")
        })
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
