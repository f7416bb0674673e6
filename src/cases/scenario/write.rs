//! Writes a scenario in the form of those written by hand.

use super::format::Scenario;
use crate::cases::values::FormTrait;
use crate::directory::{Command, Feature, Features, SwitchName, SwitchNames};
use serde::Serialize;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is known of a value in a minimal example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Any other value would do as well.
    AnyValue,
    /// It takes a value of this form.
    Form(Vec<FormTrait>),
}

/// What is known of values, by their places: `given.cloud.0.userPrincipalName`.
pub type Remarks = BTreeMap<String, Remark>;

/// The text of a scenario file: `head` in comment lines, and then the scenario. Beside the values
/// that `remarks` names stands what is known of them.
///
/// ```
/// use entra_conformance::cases::scenario::{from_yaml, to_yaml};
/// let text = "title: t\nrules: [soa.one-authority]\ngiven: {}\nsteps: [{do: sync}]\n";
/// let scenario = from_yaml("t.yaml", text).unwrap();
/// let written = to_yaml(&scenario, &["as an example".to_owned()], &Default::default());
/// assert_eq!(
///     written,
///     "# as an example\ntitle: t\nrules: [soa.one-authority]\ngiven: {}\nsteps:\n  - do: sync\n"
/// );
/// assert_eq!(from_yaml("t.yaml", &written).unwrap(), scenario);
/// ```
pub fn to_yaml(scenario: &Scenario, head: &[String], remarks: &Remarks) -> String {
    let mut page = Page { text: String::new(), remarks };
    for line in head {
        let _ = writeln!(page.text, "# {line}");
    }
    page.mapping(0, "", &form(scenario, SwitchNames::Plain));
    page.text
}

/// The part of a scenario that says what is done: `given` and `steps`, with these names of switches.
pub(crate) fn case_to_yaml(scenario: &Scenario, remarks: &Remarks, names: SwitchNames) -> String {
    let mut page = Page { text: String::new(), remarks };
    let mut whole = form(scenario, names);
    whole.retain(|name, _| matches!(name.as_str(), Some("given" | "steps")));
    page.mapping(0, "", &whole);
    page.text.truncate(page.text.trim_end().len());
    page.text
}

/// The scenario as fields in the order of the format's documentation, without what is left out by
/// hand as well: switches that are on, empty lists, a deletion that is not permanent.
fn form(scenario: &Scenario, names: SwitchNames) -> Mapping {
    let mut whole = mapping_of(scenario);
    let mut given = mapping_of(&scenario.given);
    given.insert("features".into(), features(&scenario.given.features, names).into());
    given.retain(|_, value| !is_empty(value));
    whole.insert("given".into(), given.into());
    let steps = scenario.steps.iter().map(|step| {
        // The command's own fields come in their own order.
        let mut fields = mapping_of(&step.command);
        if fields.get("permanently") == Some(&Value::Bool(false)) {
            fields.shift_remove("permanently");
        }
        if let Command::SetFeature(set) = &step.command {
            let name = SwitchName::of(set.feature, names);
            fields.insert("feature".into(), name.word().into());
            fields.insert("value".into(), (set.value != name.is_negation()).into());
        }
        if !step.expect.is_empty() {
            let expect = serde_yaml::to_value(&step.expect).unwrap_or_default();
            fields.insert("expect".into(), without_tags(expect));
        }
        Value::Mapping(fields)
    });
    whole.insert("steps".into(), Value::Sequence(steps.collect()));
    whole
}

fn mapping_of(value: &impl Serialize) -> Mapping {
    match serde_yaml::to_value(value).map(without_tags) {
        Ok(Value::Mapping(mapping)) => mapping,
        _ => Mapping::new(),
    }
}

/// What the library writes as a tagged value, `!label ann`, stands in files as a mapping with one
/// field, `{label: ann}`.
fn without_tags(value: Value) -> Value {
    match value {
        Value::Tagged(tagged) => {
            let name = tagged.tag.to_string();
            let name = name.trim_start_matches('!');
            Value::Mapping([(name.into(), without_tags(tagged.value))].into_iter().collect())
        }
        Value::Sequence(list) => list.into_iter().map(without_tags).collect(),
        Value::Mapping(mapping) => Value::Mapping(
            mapping.into_iter().map(|(name, value)| (name, without_tags(value))).collect(),
        ),
        plain => plain,
    }
}

fn features(features: &Features, names: SwitchNames) -> Mapping {
    Feature::ALL
        .iter()
        .map(|feature| (feature, features.get(*feature)))
        .filter(|(feature, value)| *value != Features::default().get(**feature))
        .map(|(feature, value)| {
            let name = SwitchName::of(*feature, names);
            (Value::from(name.word()), Value::Bool(value != name.is_negation()))
        })
        .collect()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Sequence(list) => list.is_empty(),
        Value::Mapping(mapping) => mapping.is_empty(),
        _ => false,
    }
}

struct Page<'r> {
    text: String,
    remarks: &'r Remarks,
}

impl Page<'_> {
    fn mapping(&mut self, indent: usize, place: &str, mapping: &Mapping) {
        for (at, (name, value)) in mapping.iter().enumerate() {
            let name = name.as_str().unwrap_or_default();
            // The first field of a list's element stands behind its dash.
            if at > 0 || !self.text.ends_with("- ") {
                self.text.extend(std::iter::repeat_n(' ', indent));
            }
            self.text.push_str(&scalar_text(name));
            self.text.push(':');
            let place = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
            self.value(indent, &place, value);
        }
    }

    fn value(&mut self, indent: usize, place: &str, value: &Value) {
        if let Some(text) = inline(value) {
            let _ = write!(self.text, " {text}");
            self.remark(place, value);
            self.text.push('\n');
            return;
        }
        self.text.push('\n');
        match value {
            Value::Mapping(mapping) => self.mapping(indent + 2, place, mapping),
            Value::Sequence(list) => {
                for (at, element) in list.iter().enumerate() {
                    self.text.extend(std::iter::repeat_n(' ', indent + 2));
                    self.text.push_str("- ");
                    let place = format!("{place}.{at}");
                    match element {
                        Value::Mapping(mapping) => self.mapping(indent + 4, &place, mapping),
                        other => {
                            self.text.push_str(&inline(other).unwrap_or_default());
                            self.text.push('\n');
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// Says beside a value what is known of it.
    fn remark(&mut self, place: &str, value: &Value) {
        let mut values = Vec::new();
        leaves(place, value, &mut values);
        let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (place, value) in &values {
            if let Some(remark) = self.remarks.get(place) {
                said.entry(words_of(remark)).or_default().push(value);
            }
        }
        let mut sign = "  #";
        for (words, about) in said {
            let _ = write!(self.text, "{sign} {words}");
            if about.len() < values.len() {
                let _ = write!(self.text, " for {}", about.join(", "));
            }
            sign = ";";
        }
    }
}

fn words_of(remark: &Remark) -> String {
    let Remark::Form(traits) = remark else {
        return "any value will do".to_owned();
    };
    let words = traits.iter().map(|one| match one {
        FormTrait::Characters(count) => format!("{count} characters"),
        FormTrait::SpacesAtTheEnds => "spaces at the ends".to_owned(),
        FormTrait::SeveralLines => "line breaks or tabs".to_owned(),
        FormTrait::LeadingZeros => "leading zeros".to_owned(),
        FormTrait::BeyondAscii => "characters beyond ASCII".to_owned(),
        FormTrait::BeyondBmp => "characters beyond U+FFFF".to_owned(),
    });
    format!("only like this: {}", words.collect::<Vec<_>>().join(", "))
}

/// Every plain value at or below a place.
fn leaves(place: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Mapping(mapping) => {
            for (name, value) in mapping {
                leaves(&format!("{place}.{}", name.as_str().unwrap_or_default()), value, found);
            }
        }
        Value::Sequence(list) => {
            for (at, value) in list.iter().enumerate() {
                leaves(&format!("{place}.{at}"), value, found);
            }
        }
        scalar => found.push((place.to_owned(), scalar_of(scalar))),
    }
}

/// A value that stands on its field's line: a plain one, or a list or mapping of plain ones.
fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Sequence(list) => {
            let is_plain = list.iter().all(|value| !is_nested(value));
            is_plain.then(|| {
                let words: Vec<String> = list.iter().map(scalar_of).collect();
                format!("[{}]", words.join(", "))
            })
        }
        Value::Mapping(mapping) => {
            let is_plain = mapping.values().all(|value| !is_nested(value));
            is_plain.then(|| {
                let fields: Vec<String> = mapping
                    .iter()
                    .map(|(name, value)| format!("{}: {}", scalar_of(name), scalar_of(value)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            })
        }
        scalar => Some(scalar_of(scalar)),
    }
}

fn is_nested(value: &Value) -> bool {
    matches!(value, Value::Sequence(_) | Value::Mapping(_))
}

fn scalar_of(value: &Value) -> String {
    match value {
        Value::String(text) => scalar_text(text),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => "null".to_owned(),
    }
}

/// Words that a YAML reader, of this version of the language or an earlier one, takes for
/// something else than text.
const OTHER_THAN_TEXT: &[&str] =
    &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"];

/// Text as it stands in a file: bare where every YAML reader takes it for text, also inside
/// brackets; quoted otherwise.
pub(crate) fn scalar_text(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.ends_with(|last: char| last.is_ascii_alphanumeric())
        && text.chars().all(|letter| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, ' ' | '-' | '_' | '.' | '@' | '+' | '/')
        })
        && !OTHER_THAN_TEXT.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_plain {
        return text.to_owned();
    }
    // A JSON string is a double-quoted YAML string.
    serde_json::to_string(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{embedded, from_yaml};
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("ann@contoso.com", "ann@contoso.com")]
    #[case("Global Administrator", "Global Administrator")]
    #[case("no", "\"no\"")]
    #[case("Off", "\"Off\"")]
    #[case("42", "\"42\"")]
    #[case("", "\"\"")]
    #[case("SMTP:ann@contoso.com", "\"SMTP:ann@contoso.com\"")]
    #[case("QUFB==", "\"QUFB==\"")]
    #[case("a # b", "\"a # b\"")]
    #[case("tab\there", "\"tab\\there\"")]
    #[case("ends with ", "\"ends with \"")]
    fn text_is_quoted_where_a_reader_might_misread_it(#[case] text: &str, #[case] written: &str) {
        assert_eq!(scalar_text(text), written);
        let read: Value = serde_yaml::from_str(&format!("[{written}]")).expect("YAML");
        assert_eq!(read, Value::Sequence(vec![Value::String(text.to_owned())]));
    }

    #[test]
    fn every_scenario_is_read_back_as_it_was_written() {
        for scenario in embedded() {
            let text = to_yaml(&scenario.scenario, &[], &Remarks::new());
            let read = from_yaml(scenario.path, &text).unwrap_or_else(|errors| {
                let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
                panic!("{}:\n{}\n{text}", scenario.id, told.join("\n"))
            });
            assert_eq!(read, scenario.scenario, "{}", scenario.id);
        }
    }

    #[test]
    fn what_does_not_matter_is_marked() {
        let text = "title: t\nrules: [soa.one-authority]\ngiven:\n  onPremises:\n    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, proxyAddresses: ['smtp:a@x', 'smtp:b@x']}\nsteps: [{do: sync}]\n";
        let scenario = from_yaml("t.yaml", text).expect("a scenario");
        let long = Remark::Form(vec![FormTrait::Characters(113), FormTrait::SpacesAtTheEnds]);
        let remarks = [
            ("given.onPremises.0.sourceAnchor", Remark::AnyValue),
            ("given.onPremises.0.userPrincipalName", long),
            ("given.onPremises.0.proxyAddresses.1", Remark::AnyValue),
        ];
        let remarks = remarks.map(|(place, remark)| (place.to_owned(), remark)).into();
        assert_eq!(
            case_to_yaml(&scenario, &remarks, SwitchNames::Plain),
            "given:\n  onPremises:\n    - key: ann-ad\n      kind: user\n      sourceAnchor: QUFB  # any value will do\n      userPrincipalName: ann@contoso.com  # only like this: 113 characters, spaces at the ends\n      proxyAddresses: [\"smtp:a@x\", \"smtp:b@x\"]  # any value will do for \"smtp:b@x\"\nsteps:\n  - do: sync"
        );
    }

    #[test]
    fn switches_have_the_names_of_an_edition_and_are_read_back() {
        let text = "title: t\nrules: [soa.one-authority]\ngiven:\n  features: {softMatch: false}\nsteps:\n  - {do: setFeature, feature: softMatch, value: true}\n";
        let scenario = from_yaml("t.yaml", text).expect("a scenario");
        let written = case_to_yaml(&scenario, &Remarks::new(), SwitchNames::Graph);
        assert_eq!(
            written,
            "given:\n  features: {blockSoftMatchEnabled: true}\nsteps:\n  - do: setFeature\n    feature: blockSoftMatchEnabled\n    value: false"
        );
        let whole = format!("title: t\nrules: [soa.one-authority]\n{written}\n");
        assert_eq!(from_yaml("t.yaml", &whole).expect("a scenario"), scenario);
    }
}
