//! A case as it can be followed: what each side starts with, and which command acts where.
//!
//! It is read from the YAML text that events carry. A text that is none of a case, as an edited file
//! of events or another version of the suite may have it, is shown as text alone.

use super::text::as_sentence;
use crate::cases::scenario::Step as ScenarioStep;
use crate::directory::{Command, Tenant};
use crate::report::command::{in_words, turned};
use serde::{Deserialize, Serialize};
use serde_yaml::{Mapping, Value};

/// A text longer than this is shown as text alone.
const LONGEST: usize = 64 * 1024;

/// A case with more fields than this, by aliases for instance, is shown as text alone.
const MOST_FIELDS: usize = 3_000;

/// Where something is, or who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    OnPremises,
    Connect,
    Cloud,
}

impl Lane {
    pub(super) fn words(self) -> &'static str {
        match self {
            Lane::OnPremises => "On-premises",
            Lane::Connect => "Connect",
            Lane::Cloud => "Cloud",
        }
    }

    /// What it is called in the style sheet.
    pub(super) fn class(self) -> String {
        self.words().to_lowercase()
    }

    /// Where a command acts.
    fn of(command: &Command) -> Lane {
        match command {
            Command::CreateOnPremisesObject(_)
            | Command::UpdateOnPremisesObject(_)
            | Command::RemoveOnPremisesObject(_) => Lane::OnPremises,
            Command::Sync(_) | Command::ReinstallConnect(_) => Lane::Connect,
            _ => Lane::Cloud,
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

impl Card {
    fn of(lane: Lane, title: String, said: &impl Serialize) -> Card {
        let mut card = Card { lane, title, fields: Vec::new() };
        if let Ok(Value::Mapping(said)) = serde_yaml::to_value(said) {
            card.add(&said);
        }
        card
    }

    /// Adds what its title does not name. What is nested in groups stands for itself.
    fn add(&mut self, said: &Mapping) {
        for (name, value) in said {
            match (&*words(name), value) {
                (
                    "do" | "kind" | "key" | "label" | "role" | "value" | "feature" | "permanently"
                    | "joinedTo" | "quarantinedFor",
                    _,
                ) => {}
                ("object" | "set", Value::Mapping(inner)) => self.add(inner),
                // A reference.
                ("object", _) => {}
                ("attributes", Value::Mapping(attributes)) => self
                    .fields
                    .extend(attributes.iter().map(|(name, value)| (words(name), words(value)))),
                (name, value) => self.fields.push((name.to_owned(), words(value))),
            }
        }
    }
}

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The command's name.
    pub(super) command: &'static str,
    pub(super) card: Card,
}

/// A case.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) given: Vec<Card>,
    pub(super) steps: Vec<Step>,
}

/// Reads a case; `None` where the text is none.
pub(super) fn read(excerpt: &str) -> Option<Case> {
    #[derive(Deserialize)]
    struct Excerpt {
        given: Tenant,
        #[serde(default)]
        steps: Vec<ScenarioStep>,
    }
    if excerpt.len() > LONGEST {
        return None;
    }
    let Excerpt { given, steps } = serde_yaml::from_str(excerpt).ok()?;
    // Switches have the names that stand there: those of the edition.
    let written: Value = serde_yaml::from_str(excerpt).ok()?;
    let switches = written.get("given").and_then(|given| given.get("features"));
    let switches = switches.map(|features| Card::of(Lane::Cloud, "Switches".to_owned(), features));
    let on_premises = given.on_premises.iter().map(|object| {
        Card::of(Lane::OnPremises, format!("{} {}", object.kind, object.key), object)
    });
    let cloud = given
        .cloud
        .iter()
        .map(|object| Card::of(Lane::Cloud, format!("{} {}", object.kind, object.label), object));
    let given = switches.into_iter().chain(on_premises).chain(cloud).collect();
    let steps = steps.into_iter().enumerate().map(|(at, ScenarioStep { command, .. })| {
        let written = written.get("steps").and_then(|steps| steps.get(at));
        let sentence = written.and_then(switch_in_words).unwrap_or_else(|| in_words(&command));
        let card = Card::of(Lane::of(&command), as_sentence(&sentence), &command);
        Step { command: command.word(), card }
    });
    let case = Case { given, steps: steps.collect() };
    let cards = case.given.iter().chain(case.steps.iter().map(|step| &step.card));
    let fields: usize = cards.map(|card| card.fields.len() + 1).sum();
    (fields <= MOST_FIELDS).then_some(case)
}

/// A switch that is turned in this step, by the name that stands there.
fn switch_in_words(step: &Value) -> Option<String> {
    let (name, value) = (step.get("feature")?.as_str()?, step.get("value")?.as_bool()?);
    Some(turned(name, value))
}

/// A value in words.
fn words(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Sequence(values) if values.is_empty() => "none".to_owned(),
        Value::Sequence(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Mapping(_) | Value::Tagged(_) => "no value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::scenario::embedded;
    use rstest::rstest;

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
        "An administrator changes the object joined to a in the cloud",
        &[("userPrincipalName", "u@x"), ("city", "no value")]
    )]
    #[case::create(
        "{do: createOnPremisesObject, object: {key: k, kind: user, proxyAddresses: ['SMTP:a@b', 'smtp:c@d']}}",
        "The user k is created on-premises",
        &[("proxyAddresses", "SMTP:a@b, smtp:c@d")]
    )]
    #[case::unset("{do: setImmutableId, object: {label: ann}}", "An administrator sets onPremisesImmutableId of ann to no value", &[])]
    #[case::for_good("{do: deleteCloudObject, object: {quarantinedFor: k}, permanently: true}", "An administrator hard-deletes the copy for k", &[])]
    #[case::switch("{do: setFeature, feature: softMatch, value: false}", "SoftMatch is turned off", &[])]
    #[case::switch_of_graph("{do: setFeature, feature: blockSoftMatchEnabled, value: true}", "BlockSoftMatchEnabled is turned on", &[])]
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
    #[case::of_another_time("given: {}\nsteps: [{do: waitADay, hours: 24}]")]
    #[case::too_long(&"#".repeat(LONGEST + 1))]
    #[case::too_much(
        &format!("given: {{onPremises: [&a {{key: k, kind: user}}, {}]}}", "*a,".repeat(MOST_FIELDS))
    )]
    fn what_is_no_case_is_left_alone(#[case] text: &str) {
        assert_eq!(read(text), None);
    }
}
