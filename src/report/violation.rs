//! Violations in words: nowhere else are sentences made of them.

use crate::checks::{Because, Joining, Violation};
use crate::directory::{Field, MatchingAttribute, Treatment, Value};
use std::fmt::Display;

/// What a field is called.
pub fn field_in_words(field: &Field) -> String {
    let words = match field {
        // An attribute may be called what a field is called.
        Field::Attribute(name) if name.parse::<Field>().is_err() => name,
        Field::Attribute(_) => return field.to_string(),
        Field::Existence => "the object itself",
        Field::Result => "reported result",
        Field::Code => "reported code",
        Field::CloudObjects => "cloud objects",
        Field::CreatedObjects => "new cloud objects",
        Field::TakenOver => "cloud objects taken over",
        Field::AnchorCarriers => "active cloud objects with its anchor",
        Field::JoinedTo => "joined to",
        Field::Linked => "linked to an on-premises object",
        plain => plain.code(),
    };
    words.to_owned()
}

/// What a rule asked for, and why.
pub fn expected_in_words(violation: &Violation) -> String {
    let value = match (&violation.field, &violation.expected) {
        (Field::Existence, Value::Nothing) => "no object".to_owned(),
        (Field::Id, Value::Other) => "a different one for each object".to_owned(),
        (Field::Id, Value::Objects(_)) => format!("that of {}", value_in_words(violation, true)),
        _ => value_in_words(violation, true),
    };
    match &violation.because {
        None => value,
        Some(Because::Unchanged) => format!("{value} (unchanged)"),
        Some(because) => format!("{value}: {}", because_in_words(because, violation)),
    }
}

/// What was there, and what was reported.
pub fn actual_in_words(violation: &Violation) -> String {
    let value = match (&violation.field, &violation.actual, &violation.because) {
        (Field::Existence, Value::Nothing, Some(Because::Unchanged)) => "gone".to_owned(),
        (Field::Existence, Value::Nothing, _) => "not there".to_owned(),
        _ => value_in_words(violation, false),
    };
    match violation.reported {
        None => value,
        Some(result) => format!("{value} (reported: {result})"),
    }
}

/// The whole, in a line.
pub fn in_a_line(violation: &Violation) -> String {
    format!(
        "{}, {}: expected {}, actual {}",
        violation.object,
        field_in_words(&violation.field),
        expected_in_words(violation),
        actual_in_words(violation)
    )
}

fn value_in_words(violation: &Violation, is_expected: bool) -> String {
    let value = if is_expected { &violation.expected } else { &violation.actual };
    value_of(&violation.field, value, is_expected)
}

/// A value of a field.
pub(super) fn value_of(field: &Field, value: &Value, is_expected: bool) -> String {
    match value {
        Value::Nothing => match field {
            Field::Result => "no entry",
            Field::Code => "no code",
            Field::TakenOver => "none",
            Field::JoinedTo => "no cloud object",
            Field::Deleted => "the object is gone",
            _ => "no value",
        }
        .to_owned(),
        Value::Present => match field {
            Field::Existence => "there",
            Field::Result => "an entry",
            _ => "a value",
        }
        .to_owned(),
        Value::Flag(true) if *field == Field::Synchronisation => "done".to_owned(),
        Value::Flag(false) if *field == Field::Synchronisation => "not done".to_owned(),
        Value::Flag(flag) => flag.to_string(),
        Value::Count(0) => "none".to_owned(),
        Value::Count(count) => count.to_string(),
        Value::AtMost(1) => "one at most".to_owned(),
        Value::AtMost(count) => format!("{count} at most"),
        Value::Text(text) => text.to_string(),
        Value::Texts(texts) => format!("[{}]", joined(texts, ", ")),
        Value::OneOf(texts) => joined(texts, " or "),
        Value::Kind(kind) => kind.to_string(),
        Value::Status(status) => status.to_string(),
        Value::Results(results) => joined(results, " or "),
        Value::MatchedOn(attribute) => attribute.to_string(),
        Value::EvaluatedBy(evaluator) => evaluator.to_string(),
        Value::Objects(objects) => joined(objects, if is_expected { " or " } else { " and " }),
        Value::Treatment(Treatment::Kept) => "kept".to_owned(),
        Value::Treatment(Treatment::Overwritten) => "overwritten".to_owned(),
        Value::Treatment(Treatment::Lost) => "lost".to_owned(),
        Value::Other => match field {
            Field::Result => "another result",
            Field::Outcome => "another outcome",
            _ => "another value",
        }
        .to_owned(),
    }
}

fn because_in_words(because: &Because, violation: &Violation) -> String {
    match because {
        Because::Unchanged => "it is unchanged".to_owned(),
        Because::NothingInTheWay => "nothing stands in its way".to_owned(),
        Because::Exists(true) => "the object exists".to_owned(),
        Because::Exists(false) => "there is no such object".to_owned(),
        Because::MasteredOnPremises => "the object is mastered on-premises".to_owned(),
        Because::ManagedInTheCloud => "its source of authority was moved to the cloud".to_owned(),
        Because::OnlyBySync => "only a sync turns it to true".to_owned(),
        Because::AnchorOfOne(kind) => {
            format!("it is the anchor of exactly one on-premises {kind}")
        }
        Because::UsersOnly => "only users have one that an administrator can set".to_owned(),
        Because::TakenOver { by, on } => {
            format!("taken over by {by}, which it equals in {}", attributes(on))
        }
        Because::Joined { key, object, how: Joining::Before } => {
            format!("{key} is joined to {object} as before")
        }
        Because::Joined { key, object, how: Joining::TakenOver } => {
            format!("{key} took over {object}")
        }
        Because::Joined { key, object, how: Joining::Created } => {
            format!("{key} is joined to {object}, which is new")
        }
        Because::JoinedToNothing => "it is joined to nothing".to_owned(),
        Because::NoSecond { key, object } => format!("{object} is the one of {key}"),
        Because::Ambiguous(key) => format!("the match of {key} is ambiguous"),
        Because::Administrator => "it has a directory role".to_owned(),
        Because::Privileged => "it has a privileged role, or is eligible for one".to_owned(),
        Because::Mapped => "it is mapped to another on-premises object".to_owned(),
        Because::ClearedOnly => "it can be cleared and nothing else".to_owned(),
        Because::AnchorChanged => "it is joined, and its anchor was changed".to_owned(),
        Because::Collision => "others hold its identifiers".to_owned(),
        Because::HeldBy(holder) => match (&violation.field, &violation.expected) {
            (Field::Existence, _) => format!("{holder} holds the anchor"),
            (_, Value::Texts(_)) => format!("without the address that {holder} holds"),
            _ => format!("{holder} holds this one"),
        },
        Because::LateMatch(object) => format!("it was changed to equal {object} and is not new"),
        Because::Succeeded => "it was synchronised in full".to_owned(),
        Because::NotQuarantined => "there is no quarantined object for it".to_owned(),
        Because::NoPendingWork => "no on-premises object with pending work asks for it".to_owned(),
        Because::Changed(object) => format!("{object} changed"),
        Because::PasswordHashSync(true) => "password hash sync is on".to_owned(),
        Because::PasswordHashSync(false) => "password hash sync is off".to_owned(),
        Because::Declared(choices) => {
            let words = choices.words().into_iter();
            joined(words.map(|(choice, value)| format!("{choice} is declared as {value}")), " and ")
        }
        Because::Capability(capability) => format!("{capability} is declared"),
        Because::AnotherFailed => "the error of another object stays local".to_owned(),
        Because::TriedAgain => "it failed before and is tried again".to_owned(),
        Because::AsAnother { object, on, here } => format!(
            "as when {object} was matched on {}; this one was matched on {}",
            attributes(on),
            attributes(here)
        ),
        Because::ValueOf(other) => format!("the other value is that of {other}"),
        Because::Bystander => "nothing in the case is about the object".to_owned(),
    }
}

fn attributes(attributes: &[MatchingAttribute]) -> String {
    let words = attributes.iter().map(|attribute| match attribute {
        MatchingAttribute::UserPrincipalName => "userPrincipalName",
        MatchingAttribute::ProxyAddresses => "primary address",
        MatchingAttribute::SourceAnchor => "sourceAnchor",
    });
    let words = joined(words, " and ");
    if words.is_empty() { "nothing that matches".to_owned() } else { words }
}

fn joined<T: Display>(all: impl IntoIterator<Item = T>, between: &str) -> String {
    let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    all.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{
        Capability, CollisionHandling, DeclaredChoices, Evaluator, Kind, ObjectName, ResultWord,
        Status, Text,
    };
    use rstest::rstest;

    fn ann() -> ObjectName {
        ObjectName::Labelled { kind: Kind::User, label: "ann".into() }
    }

    fn texts(texts: &[&str]) -> Value {
        Value::Texts(texts.iter().map(|&text| text.into()).collect())
    }

    fn violation(
        field: Field,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
        because: Option<Because>,
    ) -> Violation {
        Violation { because, ..Violation::new(ann(), field, expected, actual) }
    }

    #[rstest]
    #[case(Field::Existence, "the object itself")]
    #[case(Field::Result, "reported result")]
    #[case(Field::OnPremisesSyncEnabled, "onPremisesSyncEnabled")]
    #[case(Field::Attribute("department".into()), "department")]
    #[case(Field::Attribute("kind".into()), "attributes.kind")]
    fn a_field_has_its_words(#[case] field: Field, #[case] words: &str) {
        assert_eq!(field_in_words(&field), words);
    }

    #[rstest]
    #[case::text(Field::Password, Value::Nothing, Text::from("pw"), "no value", "pw")]
    #[case::flag(Field::Deleted, true, Value::Nothing, "true", "the object is gone")]
    #[case::kind(Field::Kind, Kind::User, Kind::Group, "user", "group")]
    #[case::list(Field::Roles, texts(&["A", "B"]), texts(&[]), "[A, B]", "[]")]
    #[case::missing(Field::Existence, Value::Present, Value::Nothing, "there", "not there")]
    #[case::unexpected(Field::Existence, Value::Nothing, Value::Present, "no object", "there")]
    #[case::outcome(Field::Outcome, Value::Other, Status::NotFound, "another outcome", "notFound")]
    #[case::result(
        Field::Result,
        vec![ResultWord::Error, ResultWord::Quarantined],
        Value::Nothing,
        "error or quarantined",
        "no entry"
    )]
    #[case::evaluator(
        Field::EvaluatedBy,
        Evaluator::Service,
        Evaluator::Client,
        "service",
        "client"
    )]
    #[case::count(Field::CreatedObjects, 1, 0, "1", "none")]
    #[case::most(Field::AnchorCarriers, Value::AtMost(1), 2, "one at most", "2")]
    #[case::objects(Field::TakenOver, Value::Nothing, ann(), "none", "cloud user ann")]
    #[case::id(Field::Id, Value::Other, Text::from("7"), "a different one for each object", "7")]
    #[case::identity(Field::Id, ann(), Text::from("7"), "that of cloud user ann", "7")]
    #[case::synchronisation(Field::Synchronisation, true, false, "done", "not done")]
    #[case::treatment(Field::ProxyAddresses, Treatment::Kept, Treatment::Lost, "kept", "lost")]
    fn values_have_the_words_of_their_field(
        #[case] field: Field,
        #[case] expected: impl Into<Value>,
        #[case] actual: impl Into<Value>,
        #[case] expected_words: &str,
        #[case] actual_words: &str,
    ) {
        let violation = violation(field, expected, actual, None);
        assert_eq!(expected_in_words(&violation), expected_words);
        assert_eq!(actual_in_words(&violation), actual_words);
    }

    #[rstest]
    #[case::declared(
        violation(
            Field::Existence,
            Value::Nothing,
            Value::Present,
            Some(Because::Declared(DeclaredChoices {
                collision_handling: Some(CollisionHandling::Rejected),
                ..DeclaredChoices::default()
            }))
        ),
        "cloud user ann, the object itself: expected no object: collisionHandling is declared as rejected, actual there"
    )]
    #[case::taken_over(
        Violation {
            reported: Some(ResultWord::Error),
            ..violation(
                Field::OnPremisesSyncEnabled,
                true,
                false,
                Some(Because::TakenOver {
                    by: "ann-ad".into(),
                    on: vec![MatchingAttribute::UserPrincipalName, MatchingAttribute::ProxyAddresses],
                })
            )
        },
        "cloud user ann, onPremisesSyncEnabled: expected true: taken over by ann-ad, which it equals in userPrincipalName and primary address, actual false (reported: error)"
    )]
    #[case::unchanged(
        violation(
            Field::Attribute("department".into()),
            Text::from("Sales"),
            Value::Nothing,
            Some(Because::Unchanged)
        ),
        "cloud user ann, department: expected Sales (unchanged), actual no value"
    )]
    #[case::gone(
        violation(Field::Existence, Value::Present, Value::Nothing, Some(Because::Unchanged)),
        "cloud user ann, the object itself: expected there (unchanged), actual gone"
    )]
    #[case::held(
        violation(
            Field::ProxyAddresses,
            texts(&["SMTP:ann@x"]),
            texts(&["SMTP:ann@x", "smtp:a@x"]),
            Some(Because::HeldBy(ObjectName::Unnamed { kind: Kind::User, id: "7".into() }))
        ),
        "cloud user ann, proxyAddresses: expected [SMTP:ann@x]: without the address that cloud user with id 7 holds, actual [SMTP:ann@x, smtp:a@x]"
    )]
    #[case::capability(
        violation(
            Field::MatchedOn,
            Value::Present,
            Value::Nothing,
            Some(Because::Capability(Capability::MatchKind))
        ),
        "cloud user ann, matchedOn: expected a value: matchKind is declared, actual no value"
    )]
    fn a_violation_fits_in_a_line(#[case] violation: Violation, #[case] line: &str) {
        assert_eq!(in_a_line(&violation), line);
        let json = serde_json::to_string(&violation).expect("it can be written");
        assert_eq!(serde_json::from_str::<Violation>(&json).expect("and read"), violation);
    }
}
