//! Reads a scenario file, and says what is wrong with it: where, what was expected, what to do.

use super::locate::locate;
use super::{ExpectedObject, Scenario};
use crate::cases::laws::law;
use crate::directory::{CloudRef, Command, Segment, problems_of_case};
use crate::rulebook::Rulebook;
use std::collections::BTreeSet;
use std::fmt;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file.
    pub file: String,
    /// Line, counted from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
    /// What is wrong, what was expected, what to do.
    pub message: String,
    /// The line's text.
    pub text: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return write!(f, "{}: {}", self.file, self.message);
        }
        let margin = self.line.to_string().len();
        writeln!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{} | {}", self.line, self.text)?;
        write!(f, "{:margin$} | {:>column$}", "", "^", column = self.column)
    }
}

impl std::error::Error for FileError {}

/// Reads a scenario from the text of a file. `file` is its name for error messages.
///
/// # Errors
/// Everything that is wrong with the file, in the file's order; only the first where it cannot be
/// read to its end.
///
/// ```
/// use entra_conformance::cases::scenario::from_yaml;
/// let errors = from_yaml("ann.yaml", "titel: A typing error\n").unwrap_err();
/// assert_eq!((errors[0].line, errors[0].column), (1, 1));
/// assert!(errors[0].message.starts_with("unknown field `titel`, expected one of `title`"));
/// ```
pub fn from_yaml(file: &str, text: &str) -> Result<Scenario, Vec<FileError>> {
    let scenario: Scenario =
        serde_yaml::from_str(text).map_err(|error| vec![reading_error(file, text, &error)])?;
    let mut errors: Vec<FileError> = problems(&scenario)
        .into_iter()
        .map(|(path, message)| {
            let (line, column) = locate(text, &path).unwrap_or((0, 0));
            error_at(file, text, line, column, message)
        })
        .collect();
    errors.sort_by_key(|error| (error.line, error.column));
    if errors.is_empty() { Ok(scenario) } else { Err(errors) }
}

fn error_at(file: &str, text: &str, line: usize, column: usize, message: String) -> FileError {
    let line_text = text.lines().nth(line.wrapping_sub(1)).unwrap_or_default();
    FileError { file: file.to_owned(), line, column, message, text: line_text.to_owned() }
}

fn reading_error(file: &str, text: &str, error: &serde_yaml::Error) -> FileError {
    let (line, column) =
        error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let mut message = error.to_string();
    // The position stands in front already.
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    // A step takes `expect` besides the fields of its command.
    let message = message.replace("there are no fields", "expected `expect`");
    error_at(file, text, line, column, message)
}

type Located = (Vec<Segment>, String);

/// What is wrong with a scenario beyond its form.
fn problems(scenario: &Scenario) -> Vec<Located> {
    let mut found = Vec::new();
    let book = Rulebook::embedded();
    let lists = [
        ("rules", &scenario.rules),
        ("nearMisses", &scenario.near_misses),
        ("laws", &scenario.laws),
    ];
    for (field, rules) in lists {
        for (index, rule) in rules.iter().enumerate() {
            let place = vec![Segment::Field(field), Segment::Index(index)];
            if book.rule(rule).is_none() {
                found.push((place, unknown_rule(rule)));
            } else if rules[..index].contains(rule) {
                found.push((place, format!("the rule {rule} stands here twice")));
            } else if field == "laws" && law(rule).is_none() {
                found.push((
                    place,
                    format!("the rule {rule} is no law; `laws` lists rules of the area `law`"),
                ));
            }
        }
    }
    // A law is judged over two runs, so that naming it is not enough to have it judged.
    for (field, rules) in [("rules", &scenario.rules), ("nearMisses", &scenario.near_misses)] {
        for (index, rule) in rules.iter().enumerate() {
            if law(rule).is_some() && !scenario.laws.contains(rule) {
                found.push((
                    vec![Segment::Field(field), Segment::Index(index)],
                    format!("{rule} is a law and is not applied to this case; list it under `laws` as well"),
                ));
            }
        }
    }
    if scenario.rules.is_empty() {
        found.push((
            vec![Segment::Field("rules")],
            "a scenario names at least one rule that it shows holding".to_owned(),
        ));
    }
    if scenario.near_misses.is_empty() != scenario.tempting.is_none() {
        found.push((
            vec![Segment::Field(if scenario.tempting.is_none() {
                "nearMisses"
            } else {
                "tempting"
            })],
            "`nearMisses` and `tempting` go together: which rule would be broken, and how"
                .to_owned(),
        ));
    }
    if scenario.steps.is_empty() {
        found.push((vec![Segment::Field("steps")], "a scenario has at least one step".to_owned()));
    }
    let commands = scenario.commands();
    for problem in problems_of_case(&scenario.given, &commands) {
        let mut path = problem.path;
        match path.first_mut() {
            Some(first @ Segment::Field("tenant")) => *first = Segment::Field("given"),
            Some(first @ Segment::Field("commands")) => *first = Segment::Field("steps"),
            _ => {}
        }
        found.push((path, problem.message));
    }
    expectations(scenario, &mut found);
    found
}

fn unknown_rule(rule: &str) -> String {
    let suggestion = Rulebook::embedded()
        .rules
        .iter()
        .map(|known| (distance(&known.id, rule), &known.id))
        .min()
        .map(|(_, id)| format!("; did you mean {id}?"))
        .unwrap_or_default();
    format!("there is no rule {rule}{suggestion} (`entra-conformance list rules` shows them all)")
}

/// How many letters have to change to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to, right) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[to + 1];
            row[to + 1] = replaced.min(row[to] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Expectations name what exists by then, and say something that can be compared.
fn expectations(scenario: &Scenario, found: &mut Vec<Located>) {
    let mut labels: BTreeSet<&str> =
        scenario.given.cloud.iter().map(|object| &*object.label).collect();
    let mut keys: BTreeSet<&str> =
        scenario.given.on_premises.iter().map(|object| &*object.key).collect();
    for (step_at, step) in scenario.steps.iter().enumerate() {
        match &step.command {
            Command::CreateCloudObject(create) => {
                labels.insert(&create.object.label);
            }
            Command::CreateOnPremisesObject(create) => {
                keys.insert(&create.object.key);
            }
            _ => {}
        }
        for (at, expectation) in step.expect.iter().enumerate() {
            let place = |way: &[Segment]| -> Vec<Segment> {
                [
                    Segment::Field("steps"),
                    Segment::Index(step_at),
                    Segment::Field("expect"),
                    Segment::Index(at),
                ]
                .iter()
                .chain(way)
                .cloned()
                .collect()
            };
            let is_sync = matches!(step.command, Command::Sync(_));
            if !expectation.objects.is_empty() && !is_sync {
                found.push((
                    place(&[Segment::Field("objects")]),
                    format!(
                        "`objects` is what a sync reports; this step is {}",
                        step.command.word()
                    ),
                ));
            }
            for key in expectation.objects.keys().filter(|key| !keys.contains(&***key)) {
                found.push((
                    place(&[Segment::Field("objects")]),
                    format!("no on-premises object has the key {key} by then"),
                ));
            }
            let says_nothing = expectation.status.is_none()
                && expectation.objects.is_empty()
                && expectation.cloud.is_empty()
                && expectation.active_cloud_objects.is_none();
            if says_nothing {
                found.push((
                    place(&[]),
                    "this expectation says nothing that could be compared".to_owned(),
                ));
            }
            for (object_at, object) in expectation.cloud.iter().enumerate() {
                let way = [Segment::Field("cloud"), Segment::Index(object_at)];
                expected_object(object, &labels, &keys, &place(&way), found);
            }
        }
    }
}

fn expected_object(
    expected: &ExpectedObject,
    labels: &BTreeSet<&str>,
    keys: &BTreeSet<&str>,
    place: &[Segment],
    found: &mut Vec<Located>,
) {
    for (field, reference) in [("object", Some(&expected.object)), ("is", expected.is.as_ref())] {
        let (kind, name, known) = match reference {
            Some(CloudRef::Label(label)) => ("cloud object has the label", label, labels),
            Some(CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key)) => {
                ("on-premises object has the key", key, keys)
            }
            None => continue,
        };
        if !known.contains(&**name) {
            let mut path = place.to_vec();
            path.push(Segment::Field(field));
            found.push((path, format!("no {kind} {name} by then")));
        }
    }
    if *expected == ExpectedObject::of(expected.object.clone()) {
        found.push((
            place.to_vec(),
            "nothing is expected of this object; name a field, or `exists`".to_owned(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::unknown("match.soft-on-upn", "law.idle-sinks", (4, 8), "there is no rule law.idle-sinks; did you mean law.idle-syncs?")]
    #[case::no_law("match.soft-on-upn", "match.soft-on-upn", (4, 8), "the rule match.soft-on-upn is no law")]
    #[case::not_applied("law.reinstallation", "law.idle-syncs", (3, 9), "law.reinstallation is a law and is not applied")]
    fn only_laws_are_applied_and_all_that_are_shown(
        #[case] rule: &str,
        #[case] law: &str,
        #[case] place: (usize, usize),
        #[case] message: &str,
    ) {
        let text = format!(
            "# a comment\ntitle: Ann\nrules: [{rule}]\nlaws: [{law}]\ngiven: {{}}\nsteps:\n  - do: sync\n"
        );
        let errors = from_yaml("ann.yaml", &text).expect_err("a mistake");
        assert_eq!((errors[0].line, errors[0].column), place, "{}", errors[0]);
        assert!(errors[0].message.starts_with(message), "{}", errors[0]);
    }
}
