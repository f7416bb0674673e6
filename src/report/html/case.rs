//! A case as it can be followed: what each side starts with, and which command acts where.
//!
//! It is read from the YAML text that events carry. A text that is none of a case, as an edited file
//! of events or another version of the suite may have it, is shown as text alone.

use serde_yaml::{Mapping, Value};

/// A text longer than this is shown as text alone.
const LONGEST: usize = 64 * 1024;

/// A case with more in it than this, by aliases for instance, is shown as text alone.
const MOST_VALUES: usize = 3_000;

/// Where something is, or who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    OnPremises,
    Connect,
    Cloud,
    /// A command that this version of the suite does not know.
    Unknown,
}

impl Lane {
    pub(super) fn words(self) -> &'static str {
        match self {
            Lane::OnPremises => "On-premises",
            Lane::Connect => "Connect",
            Lane::Cloud => "Cloud",
            Lane::Unknown => "Elsewhere",
        }
    }

    /// What it is called in the style sheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Lane::OnPremises => "on-premises",
            Lane::Connect => "connect",
            Lane::Cloud => "cloud",
            Lane::Unknown => "unknown",
        }
    }

    /// Where a command acts.
    fn of(command: &str) -> Lane {
        match command {
            "createOnPremisesObject" | "updateOnPremisesObject" | "removeOnPremisesObject" => {
                Lane::OnPremises
            }
            "sync" | "reinstallConnect" => Lane::Connect,
            "createCloudObject" | "updateCloudObject" | "setImmutableId" | "assignRole"
            | "removeRole" | "deleteCloudObject" | "restoreCloudObject" | "setFeature" => {
                Lane::Cloud
            }
            _ => Lane::Unknown,
        }
    }
}

/// Something with values: an object, or what a command says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) lane: Lane,
    pub(super) title: String,
    pub(super) fields: Vec<(String, String)>,
}

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The command's name.
    pub(super) command: String,
    pub(super) card: Card,
}

/// A case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) given: Vec<Card>,
    pub(super) steps: Vec<Step>,
}

/// Reads a case; `None` where the text is none.
pub(super) fn read(excerpt: &str) -> Option<Case> {
    if excerpt.len() > LONGEST {
        return None;
    }
    let document: Value = serde_yaml::from_str(excerpt).ok()?;
    let mut left = MOST_VALUES;
    if !is_small(&document, &mut left) {
        return None;
    }
    let given = document.get("given")?.as_mapping()?;
    let mut case = Case::default();
    if let Some(features) = given.get("features").and_then(Value::as_mapping) {
        let fields = fields(features, &[]);
        case.given.push(Card { lane: Lane::Cloud, title: "Switches".to_owned(), fields });
    }
    for (side, lane, name) in
        [("onPremises", Lane::OnPremises, "key"), ("cloud", Lane::Cloud, "label")]
    {
        for object in given.get(side).and_then(Value::as_sequence).into_iter().flatten() {
            let object = object.as_mapping()?;
            let title = format!("{} {}", word(object, "kind"), word(object, name));
            case.given.push(Card { lane, title, fields: fields(object, &["kind", name]) });
        }
    }
    for step in document.get("steps").and_then(Value::as_sequence).into_iter().flatten() {
        case.steps.push(read_step(step.as_mapping()?)?);
    }
    Some(case)
}

fn is_small(value: &Value, left: &mut usize) -> bool {
    let Some(fewer) = left.checked_sub(1) else {
        return false;
    };
    *left = fewer;
    match value {
        Value::Sequence(values) => values.iter().all(|value| is_small(value, left)),
        Value::Mapping(fields) => {
            fields.iter().all(|(name, value)| is_small(name, left) && is_small(value, left))
        }
        _ => true,
    }
}

fn read_step(step: &Mapping) -> Option<Step> {
    let command = step.get("do")?.as_str()?.to_owned();
    let object = step.get("object").and_then(Value::as_mapping);
    let named = step.get("object").map(words).unwrap_or_default();
    let created = |name: &str| {
        object.map_or_else(String::new, |object| {
            format!("{} {}", word(object, "kind"), word(object, name))
        })
    };
    let (title, named_already): (String, &[&str]) = match &*command {
        "createOnPremisesObject" => (format!("Create {}", created("key")), &["kind", "key"]),
        "updateOnPremisesObject" => (format!("Change {}", word(step, "key")), &["key"]),
        "removeOnPremisesObject" => {
            (format!("Take {} out of what is synchronised", word(step, "key")), &["key"])
        }
        "createCloudObject" => (format!("Create {}", created("label")), &["kind", "label"]),
        "updateCloudObject" => (format!("Change {named}"), &["object"]),
        "setImmutableId" => {
            let value = step.get("value").map_or_else(|| "nothing".to_owned(), words);
            (format!("Set onPremisesImmutableId of {named} to {value}"), &["object", "value"])
        }
        "assignRole" => {
            (format!("Give {named} the role {}", word(step, "role")), &["object", "role"])
        }
        "removeRole" => {
            (format!("Take the role {} from {named}", word(step, "role")), &["object", "role"])
        }
        "deleteCloudObject" => {
            let is_final = step.get("permanently").and_then(Value::as_bool) == Some(true);
            let how = if is_final { "for good" } else { "into the recycle bin" };
            (format!("Delete {named} {how}"), &["object", "permanently"])
        }
        "restoreCloudObject" => (format!("Restore {named} from the recycle bin"), &["object"]),
        "setFeature" => {
            let is_on = step.get("value").and_then(Value::as_bool) == Some(true);
            let how = if is_on { "on" } else { "off" };
            (format!("Turn {} {how}", word(step, "feature")), &["feature", "value"])
        }
        "reinstallConnect" => ("Install Connect anew".to_owned(), &[]),
        "sync" => ("Run one cycle over all on-premises objects".to_owned(), &[]),
        other => (other.to_owned(), &[]),
    };
    let named_already: Vec<&str> = named_already.iter().copied().chain(["do", "expect"]).collect();
    let card = Card { lane: Lane::of(&command), title, fields: fields(step, &named_already) };
    Some(Step { command, card })
}

/// A field that is a word.
fn word(mapping: &Mapping, name: &str) -> String {
    mapping.get(name).map(words).unwrap_or_default()
}

/// The fields beside those that are named already. What is nested in groups (`set`, `object`,
/// `attributes`) stands for itself.
fn fields(mapping: &Mapping, named_already: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in mapping {
        let name = words(name);
        match value {
            _ if named_already.contains(&&*name) => {}
            Value::Mapping(inner) if ["set", "object", "attributes"].contains(&&*name) => {
                found.extend(fields(inner, named_already));
            }
            value => found.push((name, words(value))),
        }
    }
    found
}

/// A value in words.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "no value".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Sequence(values) if values.is_empty() => "none".to_owned(),
        Value::Sequence(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Mapping(mapping) => {
            let reference = |name: &str| (mapping.len() == 1).then(|| mapping.get(name)).flatten();
            if let Some(label) = reference("label") {
                words(label)
            } else if let Some(key) = reference("joinedTo") {
                format!("the object joined to {}", words(key))
            } else if let Some(key) = reference("quarantinedFor") {
                format!("the copy for {}", words(key))
            } else {
                let fields = mapping.iter();
                let fields =
                    fields.map(|(name, value)| format!("{}: {}", words(name), words(value)));
                fields.collect::<Vec<_>>().join(", ")
            }
        }
        Value::Tagged(tagged) => words(&tagged.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::scenario::embedded;
    use crate::directory::Command;
    use rstest::rstest;

    #[test]
    fn every_command_acts_somewhere() {
        for command in Command::WORDS {
            assert_ne!(Lane::of(command), Lane::Unknown, "{command}");
        }
    }

    #[test]
    fn every_scenario_can_be_followed() {
        let mut steps = 0;
        for scenario in embedded() {
            let case = read(scenario.text).unwrap_or_else(|| panic!("{}", scenario.id));
            assert!(!case.steps.is_empty(), "{}", scenario.id);
            for step in &case.steps {
                assert!(!step.card.title.ends_with(' '), "{}: {step:?}", scenario.id);
                assert!(!step.card.title.contains("  "), "{}: {step:?}", scenario.id);
            }
            steps += case.steps.len();
        }
        assert!(steps > 400, "{steps}");
    }

    #[rstest]
    #[case::update(
        "{do: updateCloudObject, object: {joinedTo: a}, set: {userPrincipalName: u@x, attributes: {city: null}}}",
        "Change the object joined to a",
        &[("userPrincipalName", "u@x"), ("city", "no value")]
    )]
    #[case::create(
        "{do: createOnPremisesObject, object: {key: k, kind: user, proxyAddresses: ['SMTP:a@b', 'smtp:c@d']}}",
        "Create user k",
        &[("proxyAddresses", "SMTP:a@b, smtp:c@d")]
    )]
    #[case::unset("{do: setImmutableId, object: {label: ann}}", "Set onPremisesImmutableId of ann to nothing", &[])]
    #[case::for_good("{do: deleteCloudObject, object: {quarantinedFor: k}, permanently: true}", "Delete the copy for k for good", &[])]
    #[case::switch("{do: setFeature, feature: softMatch, value: false}", "Turn softMatch off", &[])]
    #[case::of_another_time("{do: waitADay, hours: 24}", "waitADay", &[("hours", "24")])]
    fn steps_are_told_in_words(
        #[case] step: &str,
        #[case] title: &str,
        #[case] expected: &[(&str, &str)],
    ) {
        let case = read(&format!("given: {{}}\nsteps: [{step}]")).expect("a case");
        let card = &case.steps[0].card;
        let fields: Vec<_> = card.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!((&*card.title, &*fields), (title, expected));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_yaml("given: [")]
    #[case::no_case("a: b")]
    #[case::other_form("given: {}\nsteps: [sync]")]
    #[case::too_long(&"#".repeat(LONGEST + 1))]
    #[case::too_much(
        "given: {}\na: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]"
    )]
    fn what_is_no_case_is_left_alone(#[case] text: &str) {
        assert_eq!(read(text), None);
    }
}
