//! What went wrong in a case, or kept it from being judged, as far as one run's can be told from
//! another's.

use super::cause::Cause;
use crate::implementation::FailureKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Something that went wrong in a case, or that kept it from being judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Observed {
    /// What came of it.
    pub outcome: Outcome,
    /// The rule that is violated, or that is not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why, as a stable code.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub reason: Cause,
}

/// What comes of a case or a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A rule is violated.
    Violated,
    /// The implementation lacks what it takes.
    NotApplicable,
    /// Of a rule: nothing brought its situation about.
    NotExercised,
    /// The implementation aborted, in this way.
    Aborted(FailureKind),
}

impl Outcome {
    /// Every outcome.
    pub fn all() -> impl Iterator<Item = Outcome> {
        // What is inconclusive is nothing that a baseline could list.
        let aborts = FailureKind::ALL.iter().filter(|kind| **kind != FailureKind::Inconclusive);
        let ways = aborts.map(|kind| Outcome::Aborted(*kind));
        [Outcome::Violated, Outcome::NotApplicable, Outcome::NotExercised].into_iter().chain(ways)
    }

    /// The word that stands for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Violated => "violated",
            Outcome::NotApplicable => "not-applicable",
            Outcome::NotExercised => "not-exercised",
            Outcome::Aborted(kind) => kind.word(),
        }
    }

    /// Whether it is something that went wrong, and not something that was not judged.
    pub fn is_nonconformity(self) -> bool {
        matches!(self, Outcome::Violated | Outcome::Aborted(_))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Outcome::all().find(|outcome| outcome.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Outcome::all().map(Outcome::word).collect();
            let expected = words.join(", ");
            serde::de::Error::custom(format!(
                "unknown outcome `{text}`, expected one of {expected}"
            ))
        })
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Outcome {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<&str> = Outcome::all().map(Outcome::word).collect();
        schemars::json_schema!({
            "description": "What comes of a case or a rule; the words for how an implementation aborted are those of the protocol's page.",
            "type": "string",
            "enum": words,
        })
    }
}
