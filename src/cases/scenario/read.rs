//! Reads a scenario file, and says what is wrong with it: where, what was expected, what to do.

use super::format::{ExpectedObject, Scenario};
use super::positions::{Positions, line_and_column, lines};
use crate::cases::relations::relation;
use crate::directory::{CloudRef, Command, Segment, problems_of_case};
use crate::rulebook::Rulebook;
use std::collections::BTreeSet;
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

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
    /// The line's text, or its beginning where it is long.
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
        write!(f, "{} | {}", self.line, self.text)?;
        // Beyond the beginning of a long line there is nothing to point at.
        if self.column > SHOWN_OF_A_LINE {
            return Ok(());
        }
        write!(f, "\n{:margin$} | {:>column$}", "", "^", column = self.column)
    }
}

impl std::error::Error for FileError {}

/// How large a file may be, in bytes. The suite's largest scenario has less than a hundredth.
pub const MAXIMUM_FILE_BYTES: usize = 1024 * 1024;

/// So many characters of a line are shown.
const SHOWN_OF_A_LINE: usize = 400;

/// So many mistakes are told of one file.
const MOST_TOLD: usize = 50;

/// What is said of a file that is too large.
fn too_large() -> String {
    format!("larger than {MAXIMUM_FILE_BYTES} bytes, which no case, baseline or configuration is")
}

/// Reads the text of a file, as far as it can be a scenario's.
///
/// # Errors
/// The file cannot be read, is larger than [`MAXIMUM_FILE_BYTES`], or is
/// not UTF-8.
pub fn read_file(path: &Path) -> Result<String, FileError> {
    let file = path.to_string_lossy();
    let of_file = |message| error_at(&file, "", 0, 0, message);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|opened| opened.take(MAXIMUM_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| of_file(format!("cannot be read: {error}")))?;
    if bytes.len() > MAXIMUM_FILE_BYTES {
        return Err(of_file(too_large()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let (line, column) = line_and_column(&text, at);
        error_at(&file, &text, line, column, "no UTF-8 text from here on".to_owned())
    })
}

/// Reads a scenario from the text of a file. `file` is its name for error messages.
///
/// # Errors
/// What is wrong with the file, in the file's order: fifty mistakes at most, and only the first
/// where it cannot be read to its end.
///
/// ```
/// use entra_conformance::cases::scenario::from_yaml;
/// let errors = from_yaml("ann.yaml", "titel: A typing error\n").unwrap_err();
/// assert_eq!((errors[0].line, errors[0].column), (1, 1));
/// assert!(errors[0].message.starts_with("unknown field `titel`, expected one of `title`"));
/// ```
pub fn from_yaml(file: &str, text: &str) -> Result<Scenario, Vec<FileError>> {
    if text.len() > MAXIMUM_FILE_BYTES {
        return Err(vec![error_at(file, text, 0, 0, too_large())]);
    }
    let positions = Positions::of(text)
        .map_err(|(line, column, message)| vec![error_at(file, text, line, column, message)])?;
    let scenario: Scenario =
        serde_yaml::from_str(text).map_err(|error| vec![reading_error(file, text, &error)])?;
    let found = problems(&scenario);
    let untold = found.len().saturating_sub(MOST_TOLD);
    let mut errors: Vec<FileError> = found
        .into_iter()
        .take(MOST_TOLD)
        .map(|(path, message)| {
            let (line, column) = positions.nearest(&path).unwrap_or((1, 1));
            error_at(file, text, line, column, message)
        })
        .collect();
    errors.sort_by_key(|error| (error.line, error.column));
    if untold > 0 {
        errors.push(error_at(file, text, 0, 0, format!("{untold} more mistakes are not shown")));
    }
    if errors.is_empty() { Ok(scenario) } else { Err(errors) }
}

/// Refuses a YAML text that is too deep, stands for too much, or has what no file of ours has.
pub(crate) fn check_yaml(file: &str, text: &str) -> Result<(), Vec<FileError>> {
    let checked = Positions::of(text).map(|_| ());
    checked.map_err(|(line, column, message)| vec![error_at(file, text, line, column, message)])
}

/// What is wrong at a place of a file; line 0 for the file as a whole.
pub(crate) fn error_at(
    file: &str,
    text: &str,
    line: usize,
    column: usize,
    message: String,
) -> FileError {
    let line_text = line.checked_sub(1).and_then(|line| lines(text).nth(line)).unwrap_or_default();
    let mut shown: String = line_text.chars().take(SHOWN_OF_A_LINE).collect();
    if shown.len() < line_text.len() {
        shown.push('…');
    }
    FileError { file: file.to_owned(), line, column, message, text: shown }
}

/// What a reader says is wrong, with its place apart from its words.
pub(crate) fn reading_error(file: &str, text: &str, error: &serde_yaml::Error) -> FileError {
    let (line, column) =
        error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let message = error.to_string();
    // The position stands in front already.
    let position = format!(" at line {line} column {column}");
    let message = message.strip_suffix(&position).unwrap_or(&message);
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
        ("relations", &scenario.relations),
    ];
    for (field, rules) in lists {
        for (index, rule) in rules.iter().enumerate() {
            let place = vec![Segment::Field(field), Segment::Index(index)];
            if book.rule(rule).is_none() {
                found.push((place, unknown_rule(rule)));
            } else if rules[..index].contains(rule) {
                found.push((place, format!("the rule {rule} stands here twice")));
            } else if field == "relations" && relation(rule).is_none() {
                found.push((
                    place,
                    format!("the rule {rule} is no relation; `relations` lists rules of the area `relation`"),
                ));
            }
        }
    }
    // A relation is judged over two runs, so that naming it is not enough to have it judged.
    for (field, rules) in [("rules", &scenario.rules), ("nearMisses", &scenario.near_misses)] {
        for (index, rule) in rules.iter().enumerate() {
            if relation(rule).is_some() && !scenario.relations.contains(rule) {
                found.push((
                    vec![Segment::Field(field), Segment::Index(index)],
                    format!("{rule} is a relation and is not applied to this case; list it under `relations` as well"),
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

/// Says of a rule that there is none of this name.
pub(crate) fn unknown_rule(rule: &str) -> String {
    let suggestion =
        nearest(rule, Rulebook::embedded().rules.iter().map(|known| known.id.as_str()));
    format!("there is no rule {rule}{suggestion} (`entra-conformance list rules` shows them all)")
}

/// Asks whether the most similar of the known names was meant, where one is similar at all.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    known
        .map(|known| (strsim::levenshtein(known, name), known))
        .min()
        .filter(|(distance, _)| distance * 2 < name.len())
        .map(|(_, known)| format!("; did you mean {known}?"))
        .unwrap_or_default()
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
    #[case::unknown("match.soft-on-upn", "relation.idle-sinks", (4, 13), "there is no rule relation.idle-sinks; did you mean relation.idle-syncs?")]
    #[case::no_relation("match.soft-on-upn", "match.soft-on-upn", (4, 13), "the rule match.soft-on-upn is no relation")]
    #[case::not_applied("relation.reinstallation", "relation.idle-syncs", (3, 9), "relation.reinstallation is a relation and is not applied")]
    fn only_relations_are_applied_and_all_that_are_shown(
        #[case] rule: &str,
        #[case] relation: &str,
        #[case] place: (usize, usize),
        #[case] message: &str,
    ) {
        let text = format!(
            "# a comment\ntitle: Ann\nrules: [{rule}]\nrelations: [{relation}]\ngiven: {{}}\nsteps:\n  - do: sync\n"
        );
        let errors = from_yaml("ann.yaml", &text).expect_err("a mistake");
        assert_eq!((errors[0].line, errors[0].column), place, "{}", errors[0]);
        assert!(errors[0].message.starts_with(message), "{}", errors[0]);
    }

    /// A mark under a column beyond any terminal has no sense, and no format string takes it.
    #[test]
    fn a_mistake_far_along_a_line_is_told_without_a_mark() {
        let blanks = " ".repeat(100_000);
        let text = format!(
            "title: Ann\nrules: [match.soft-on-upn, {blanks} match.soft]\ngiven: {{}}\nsteps: [{{do: sync}}]\n"
        );
        let errors = from_yaml("ann.yaml", &text).expect_err("a mistake");
        let told = errors[0].to_string();
        assert!(told.starts_with("ann.yaml:2:100029: there is no rule match.soft ("), "{told}");
        assert!(told.len() < 1000, "{told}");
    }

    #[test]
    fn very_many_mistakes_are_not_all_told() {
        let text = format!(
            "title: Ann\nrules: [{}]\ngiven: {{}}\nsteps: [{{do: sync}}]\n",
            vec!["x"; 1000].join(", ")
        );
        let errors = from_yaml("ann.yaml", &text).expect_err("mistakes");
        assert_eq!(errors.len(), 51);
        assert_eq!(errors[50].to_string(), "ann.yaml: 950 more mistakes are not shown");
        assert!(errors[..50].iter().all(|error| error.line == 2));
    }

    #[test]
    fn a_file_that_is_no_text_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ann.yaml");
        std::fs::write(&path, b"title: A\nrules: \xC3(\n").expect("written");
        let error = read_file(&path).expect_err("no text");
        assert_eq!((error.line, error.column), (2, 8));
        assert!(error.message.starts_with("no UTF-8 text"), "{error}");
        std::fs::write(&path, vec![b'#'; MAXIMUM_FILE_BYTES + 1]).expect("written");
        let error = read_file(&path).expect_err("too large");
        assert!(
            error.to_string().ends_with(
                "larger than 1048576 bytes, which no case, baseline or configuration is"
            ),
            "{error}"
        );
    }
}
