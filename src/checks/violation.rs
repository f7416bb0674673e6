//! One way in which a rule was broken, as data; sentences are made of it where a person reads them.

use crate::directory::{
    Capability, DeclaredChoices, Difference, Field, Kind, MatchingAttribute, ObjectName,
    ResultWord, Status, SyncResult, Text, Treatment, Value,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// One way in which a rule was broken: which object, which field, what was expected and what was
/// there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Violation {
    /// The object.
    pub object: ObjectName,
    /// The field or aspect of it.
    pub field: Field,
    /// What the rule asks for.
    pub expected: Value,
    /// What was observed.
    pub actual: Value,
    /// Why that was expected, where it is more than the value itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// What the cycle reported of the on-premises object that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<ResultWord>,
}

/// Why a value was expected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Because {
    /// It is what was there before, and nothing may change it.
    Unchanged,
    /// Nothing stands in the command's way.
    NothingInTheWay,
    /// Whether there is such an object.
    Exists(bool),
    /// The object is mastered on-premises.
    MasteredOnPremises,
    /// Its source of authority was moved to the cloud.
    ManagedInTheCloud,
    /// Only a sync turns the flag to true.
    OnlyBySync,
    /// It is the anchor of exactly one on-premises object of this kind.
    AnchorOfOne(Kind),
    /// Only users have an `onPremisesImmutableId` that an administrator can set.
    UsersOnly,
    /// It has a directory role.
    Administrator,
    /// It has a privileged role, or is eligible for one.
    Privileged,
    /// It is mapped to another on-premises object.
    Mapped,
    /// It can be cleared and nothing else.
    ClearedOnly,
    /// The on-premises object is joined, and has another anchor now.
    AnchorChanged,
    /// An on-premises object takes the cloud object over.
    TakenOver {
        /// Its key.
        by: Text,
        /// In which identifiers the two are equal.
        on: Vec<MatchingAttribute>,
    },
    /// An on-premises object and a cloud object belong together.
    Joined {
        /// The on-premises object's key.
        key: Text,
        /// The cloud object.
        object: ObjectName,
        /// How they came together.
        how: Joining,
    },
    /// The on-premises object is joined to nothing.
    JoinedToNothing,
    /// An on-premises object belongs to this cloud object, and gets no second one.
    NoSecond {
        /// The on-premises object's key.
        key: Text,
        /// The cloud object.
        object: ObjectName,
    },
    /// The on-premises object with this key matches several cloud objects.
    Ambiguous(Text),
    /// Other objects hold the on-premises object's identifiers.
    Collision,
    /// This other object has the value, or, of an object as a whole, its anchor.
    HeldBy(ObjectName),
    /// The on-premises object is not new and was changed to equal this cloud object.
    LateMatch(ObjectName),
    /// The on-premises object was synchronised in full.
    Succeeded,
    /// There is no quarantined object for the on-premises object.
    NotQuarantined,
    /// No on-premises object with pending work asks for it.
    NoPendingWork,
    /// This cloud object changed in the cycle.
    Changed(ObjectName),
    /// Password hash sync is on, or off.
    PasswordHashSync(bool),
    /// So it is declared: choices with their values.
    #[cfg_attr(feature = "schema", schemars(with = "DeclaredChoices"))]
    Declared(DeclaredChoices),
    /// The capability is declared.
    Capability(Capability),
    /// Another object failed, which keeps nothing else from being synchronised.
    AnotherFailed,
    /// The on-premises object failed before and is tried again.
    TriedAgain,
    /// That is what another takeover made of the same value.
    AsAnother {
        /// The object that was taken over then.
        object: ObjectName,
        /// What it was matched on.
        on: Vec<MatchingAttribute>,
        /// What this one was matched on.
        here: Vec<MatchingAttribute>,
    },
    /// The value that is there is this other object's.
    ValueOf(ObjectName),
    /// Nothing in the case is about the object.
    Bystander,
}

/// How an on-premises object and a cloud object came together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Joining {
    /// They were joined before the cycle.
    Before,
    /// The cloud object was taken over in the cycle.
    TakenOver,
    /// The cloud object was created in the cycle.
    Created,
}

impl Violation {
    /// A value that is not the expected one.
    pub fn new(
        object: ObjectName,
        field: Field,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) -> Violation {
        let (expected, actual) = (expected.into(), actual.into());
        Violation { object, field, expected, actual, because: None, reported: None }
    }

    /// An object that is not there.
    pub(crate) fn missing(object: ObjectName) -> Violation {
        Violation::new(object, Field::Existence, Value::Present, Value::Nothing)
    }

    /// An object that must not be there.
    pub(crate) fn unexpected(object: ObjectName) -> Violation {
        Violation::new(object, Field::Existence, Value::Nothing, Value::Present)
    }

    /// The values of a field in which an object differs from what was expected of it.
    pub(crate) fn of(difference: Difference, object: ObjectName) -> Violation {
        Violation::new(object, difference.field, difference.one, difference.other)
    }

    /// Says why the value was expected.
    pub(crate) fn because(&mut self, because: Because) -> &mut Violation {
        self.because = Some(because);
        self
    }

    /// Adds what the cycle reported of the on-premises object.
    pub(crate) fn reported(&mut self, result: Option<&SyncResult>) {
        self.reported = result.map(|result| result.result);
    }

    /// How what was there differs from what was expected.
    pub fn shape(&self) -> Shape {
        Shape::of(&self.expected, &self.actual)
    }
}

/// How what was there differs from what a rule asks for, apart from the values themselves: what is
/// alike in violations that come from one mistake.
///
/// In text and JSON it is a stable code.
///
/// ```
/// use entra_conformance::checks::Shape;
/// use entra_conformance::directory::Value;
/// let shape = Shape::of(&Value::Flag(true), &Value::Flag(false));
/// assert_eq!(shape.to_string(), "false-instead-of-true");
/// assert_eq!("false-instead-of-true".parse(), Ok(shape));
/// assert_eq!(Shape::of(&Value::Text("a".into()), &Value::Nothing).to_string(), "missing");
/// assert!("red-instead-of-blue".parse::<Shape>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// Nothing is there, and something is expected.
    Missing,
    /// Something is there, and nothing is expected.
    Unexpected,
    /// Of a list of values, some are missing.
    ValuesMissing,
    /// To a list of values, some were added.
    ValuesAdded,
    /// Of a list of values, some are missing and others were added.
    ValuesDiffer,
    /// There are more than expected.
    TooMany,
    /// There are fewer than expected.
    TooFew,
    /// One word of the protocol is there, and another one is expected.
    Instead {
        /// The word that is there.
        actual: Text,
        /// The expected word, or several with `|` between them; `other` for any but the one that
        /// is there.
        expected: Text,
    },
    /// Another value is there than the one that is expected.
    Different,
}

const SHAPES: &[(Shape, &str)] = &[
    (Shape::Missing, "missing"),
    (Shape::Unexpected, "unexpected"),
    (Shape::ValuesMissing, "valuesMissing"),
    (Shape::ValuesAdded, "valuesAdded"),
    (Shape::ValuesDiffer, "valuesDiffer"),
    (Shape::TooMany, "tooMany"),
    (Shape::TooFew, "tooFew"),
    (Shape::Different, "different"),
];

const INSTEAD: &str = "-instead-of-";

impl Shape {
    /// How these two values differ.
    pub fn of(expected: &Value, actual: &Value) -> Shape {
        match (expected, actual) {
            (Value::Nothing | Value::Count(0), _) => Shape::Unexpected,
            (_, Value::Nothing | Value::Count(0)) => Shape::Missing,
            (Value::AtMost(_), _) => Shape::TooMany,
            (Value::Count(expected), Value::Count(actual)) if actual > expected => Shape::TooMany,
            (Value::Count(_), Value::Count(_)) => Shape::TooFew,
            (Value::Texts(expected), Value::Texts(actual)) => {
                match (expected.is_subset(actual), actual.is_subset(expected)) {
                    (true, false) => Shape::ValuesAdded,
                    (false, true) => Shape::ValuesMissing,
                    _ => Shape::ValuesDiffer,
                }
            }
            _ => match (word_of(expected), word_of(actual)) {
                (Some(expected), Some(actual)) => Shape::Instead { actual, expected },
                _ => Shape::Different,
            },
        }
    }
}

/// The protocol's word for a value, where it has one.
fn word_of(value: &Value) -> Option<Text> {
    let word = match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Kind(kind) => kind.to_string(),
        Value::Status(status) => status.to_string(),
        Value::Results(results) => {
            results.iter().map(|result| result.word()).collect::<Vec<_>>().join("|")
        }
        Value::MatchedOn(attribute) => attribute.to_string(),
        Value::EvaluatedBy(evaluator) => evaluator.to_string(),
        Value::Treatment(Treatment::Kept) => "kept".to_owned(),
        Value::Treatment(Treatment::Overwritten) => "overwritten".to_owned(),
        Value::Treatment(Treatment::Lost) => "lost".to_owned(),
        Value::Other => OTHER.to_owned(),
        _ => return None,
    };
    Some(word.into())
}

const OTHER: &str = "other";

/// Whether [`word_of`] may give this.
fn is_word(text: &str) -> bool {
    let is_result = |word| ResultWord::ALL.iter().any(|result| result.word() == word);
    [OTHER, "true", "false", "userPrincipalName", "proxyAddresses", "sourceAnchor"].contains(&text)
        || ["client", "service"].contains(&text)
        || Kind::ALL.iter().any(|kind| kind.word() == text)
        || Status::ALL.iter().any(|status| status.word() == text)
        || text.split('|').all(is_result)
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Shape::Instead { actual, expected } = self {
            return write!(f, "{actual}{INSTEAD}{expected}");
        }
        let plain = SHAPES.iter().find(|(shape, _)| shape == self);
        f.write_str(plain.map_or("different", |(_, code)| code))
    }
}

impl FromStr for Shape {
    type Err = String;

    fn from_str(text: &str) -> Result<Shape, String> {
        if let Some((actual, expected)) = text.split_once(INSTEAD)
            && is_word(actual)
            && is_word(expected)
        {
            return Ok(Shape::Instead { actual: actual.into(), expected: expected.into() });
        }
        let plain = SHAPES.iter().find(|(_, code)| *code == text);
        plain.map(|(shape, _)| shape.clone()).ok_or_else(|| format!("unknown shape `{text}`"))
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Shape {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Shape".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = SHAPES.iter().map(|(_, code)| *code).collect();
        schemars::json_schema!({
            "description": "How what was there differs from what was expected.",
            "type": "string",
            "pattern": format!("^({}|[A-Za-z]+{INSTEAD}[A-Za-z|]+)$", codes.join("|")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn texts(texts: &[&str]) -> Value {
        Value::Texts(texts.iter().map(|&text| text.into()).collect())
    }

    #[rstest]
    #[case::gone(Value::Text("a".into()), Value::Nothing, "missing")]
    #[case::created(Value::Nothing, Value::Present, "unexpected")]
    #[case::none(Value::Count(1), Value::Count(0), "missing")]
    #[case::one_instead_of_none(Value::Count(0), Value::Count(1), "unexpected")]
    #[case::several(Value::Count(1), Value::Count(3), "tooMany")]
    #[case::few(Value::Count(3), Value::Count(2), "tooFew")]
    #[case::more(texts(&["a"]), texts(&["a", "b"]), "valuesAdded")]
    #[case::fewer(texts(&["a", "b"]), texts(&[]), "valuesMissing")]
    #[case::others(texts(&["a"]), texts(&["b"]), "valuesDiffer")]
    #[case::text(Value::Text("a".into()), Value::Text("b".into()), "different")]
    #[case::flag(Value::Flag(true), Value::Flag(false), "false-instead-of-true")]
    #[case::kind(Kind::User.into(), Kind::Group.into(), "group-instead-of-user")]
    #[case::status(Status::Refused.into(), Status::Ok.into(), "ok-instead-of-refused")]
    #[case::either(
        Value::Results(vec![ResultWord::Error, ResultWord::Quarantined]),
        ResultWord::Updated.into(),
        "updated-instead-of-error|quarantined"
    )]
    #[case::any_other(Value::Other, ResultWord::Error.into(), "error-instead-of-other")]
    fn a_shape_has_a_stable_code(
        #[case] expected: Value,
        #[case] actual: Value,
        #[case] code: &str,
    ) {
        let shape = Shape::of(&expected, &actual);
        assert_eq!(shape.to_string(), code);
        assert_eq!(code.parse(), Ok(shape.clone()));
        let json = serde_json::to_string(&shape).expect("it can be written");
        assert_eq!(serde_json::from_str::<Shape>(&json).expect("and read"), shape);
    }
}
