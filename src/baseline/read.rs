//! Reads a baseline file, and says what is wrong with it: where, what was expected, what to do.

use super::date::Date;
use super::entry::{Baseline, Entry, FORMAT, Outcome};
use crate::cases::scenario::{
    FileError, embedded, error_at, locate, nearest, reading_error, unknown_rule,
};
use crate::directory::Segment;
use crate::rulebook::Rulebook;
use crate::runner::is_of_expectation;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A baseline with the file that it stands in.
#[derive(Clone, Debug)]
pub struct BaselineFile {
    /// The file's name, as it was given.
    pub file: String,
    /// The file's text.
    pub text: String,
    /// What it says.
    pub baseline: Baseline,
    /// The line on which each entry begins, counted from 1.
    pub lines: Vec<usize>,
}

impl BaselineFile {
    /// A baseline that lists nothing, for a file that is not there yet.
    pub fn empty(file: &str, edition: &str) -> BaselineFile {
        let baseline = Baseline {
            format: FORMAT,
            edition: edition.to_owned(),
            declares: Default::default(),
            entries: Vec::new(),
        };
        BaselineFile { file: file.to_owned(), text: String::new(), baseline, lines: Vec::new() }
    }

    fn folder(&self) -> &Path {
        Path::new(&self.file).parent().unwrap_or(Path::new(""))
    }

    /// The folder beside the file, with its name, in which its examples are kept.
    pub fn examples_folder(&self) -> PathBuf {
        let path = Path::new(&self.file);
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        self.folder().join(Path::new(stem).with_extension("examples"))
    }

    /// Where an entry's example is, from here.
    pub fn place_of(&self, example: &str) -> String {
        self.folder().join(example).to_string_lossy().into_owned()
    }

    /// How an entry names an example that is here.
    pub fn name_of(&self, place: &str) -> String {
        let path = Path::new(place);
        let inside = path.strip_prefix(self.folder()).unwrap_or(path);
        inside.to_string_lossy().replace('\\', "/")
    }

    /// The files with examples, each once.
    pub fn examples(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for example in self.baseline.entries.iter().filter_map(|entry| entry.example.as_ref()) {
            let file = PathBuf::from(self.place_of(example));
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files
    }

    /// What excuses generated cases on this day, whatever was selected: pairs of a rule, or the
    /// word for a way of breaking off, and a reason.
    pub fn known(&self, today: Date) -> BTreeSet<(String, String)> {
        let faulty: BTreeSet<usize> = self.faults().into_iter().map(|(at, _)| at).collect();
        let entries = self.baseline.entries.iter().enumerate();
        entries
            .filter(|(at, entry)| {
                let is_over = entry.expires.is_some_and(|expires| expires < today);
                !faulty.contains(at) && !is_over && entry.outcome.is_nonconformity()
            })
            .map(|(_, entry)| {
                let rule = entry.rule.as_deref().map(present_name);
                (rule.unwrap_or(entry.outcome.word()).to_owned(), entry.reason.clone())
            })
            .collect()
    }

    /// What is wrong at an entry.
    pub fn error(&self, entry: usize, field: &'static str, message: String) -> FileError {
        located(&self.file, &self.text, &place(entry, field), message)
    }

    /// What is wrong with the entries themselves, whatever a run shows: what they name does not
    /// exist, or two say the same.
    pub fn faults(&self) -> Vec<(usize, FileError)> {
        let entries = &self.baseline.entries;
        let mut found = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            if let Some((field, message)) = matches_nothing(entry, &self.baseline.edition) {
                found.push((at, self.error(at, field, message)));
            } else if let Some(first) = entries[..at].iter().position(|other| same(other, entry)) {
                let message = format!(
                    "ambiguous: line {} has an entry for the same; delete one",
                    self.lines.get(first).copied().unwrap_or_default()
                );
                found.push((at, self.error(at, "outcome", message)));
            }
        }
        found
    }
}

/// Reads a baseline from the text of a file. `file` is its path: examples are looked for from its
/// folder.
///
/// # Errors
/// Everything that is wrong with the file's form, in the file's order; only the first where it
/// cannot be read to its end. What an entry names need not exist: see [`BaselineFile::faults`].
pub fn from_yaml(file: &str, text: &str) -> Result<BaselineFile, Vec<FileError>> {
    let baseline: Baseline =
        serde_yaml::from_str(text).map_err(|error| vec![reading_error(file, text, &error)])?;
    let mut errors = Vec::new();
    let mut report =
        |path: &[Segment], message: String| errors.push(located(file, text, path, message));
    if baseline.format != FORMAT {
        let message = format!(
            "this suite reads format {FORMAT} and not {}; use the version that wrote the file",
            baseline.format
        );
        report(&[Segment::Field("format")], message);
    }
    let book = Rulebook::embedded();
    if book.edition(&baseline.edition).is_none() {
        let known: Vec<&str> = book.editions.editions.iter().map(|edition| &*edition.id).collect();
        let message =
            format!("there is no edition {}; there are {}", baseline.edition, known.join(", "));
        report(&[Segment::Field("edition")], message);
    }
    for (at, entry) in baseline.entries.iter().enumerate() {
        if let Some((field, message)) = misfit(entry) {
            report(&place(at, field), message);
        }
    }
    if !errors.is_empty() {
        errors.sort_by_key(|error| (error.line, error.column));
        return Err(errors);
    }
    let line = |at| {
        let path = [Segment::Field("entries"), Segment::Index(at)];
        locate(text, &path).map_or(0, |(line, _)| line)
    };
    let lines = (0..baseline.entries.len()).map(line).collect();
    Ok(BaselineFile { file: file.to_owned(), text: text.to_owned(), baseline, lines })
}

fn place(entry: usize, field: &'static str) -> [Segment; 3] {
    [Segment::Field("entries"), Segment::Index(entry), Segment::Field(field)]
}

fn located(file: &str, text: &str, path: &[Segment], message: String) -> FileError {
    let (line, column) = locate(text, path).unwrap_or((0, 0));
    error_at(file, text, line, column, message)
}

/// In which field an entry does not have the form that its outcome asks for.
fn misfit(entry: &Entry) -> Option<(&'static str, String)> {
    let Entry { scenario, example, rule, outcome, reason, .. } = entry;
    let (case_is_right, rule_is_right, needed) = match outcome {
        Outcome::Violated => (
            scenario.is_some() != example.is_some(),
            rule.is_some(),
            "`rule`, and either `scenario` or `example`",
        ),
        Outcome::NotApplicable => {
            (example.is_none(), scenario.is_some() != rule.is_some(), "either `scenario` or `rule`")
        }
        Outcome::NotExercised => (
            scenario.is_none() && example.is_none(),
            rule.is_some(),
            "`rule` alone: a rule is not exercised by any case",
        ),
        Outcome::BrokenOff(_) => (
            scenario.is_some() != example.is_some(),
            rule.is_none(),
            "either `scenario` or `example`, and no `rule`",
        ),
    };
    if !(case_is_right && rule_is_right) {
        return Some(("outcome", format!("an entry with the outcome {outcome} names {needed}")));
    }
    if reason.trim().is_empty() {
        let message = "the reason is empty; `baseline update` writes what is seen";
        return Some(("reason", message.to_owned()));
    }
    let leads_out = |path: &str| {
        path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == "..")
    };
    if example.as_deref().is_some_and(leads_out) {
        let message =
            "an example is below the baseline's folder; write its path from there, with /";
        return Some(("example", message.to_owned()));
    }
    None
}

/// The field of an entry that names what does not exist.
fn matches_nothing(entry: &Entry, edition: &str) -> Option<(&'static str, String)> {
    if let Some(rule) = &entry.rule {
        let book = Rulebook::embedded();
        let Some(known) = book.rule(rule) else {
            return Some(("rule", unknown_rule(rule)));
        };
        if !book.rules_in(edition).any(|other| other.id == known.id) {
            return Some(("rule", format!("edition {edition} has no rule {rule}")));
        }
    }
    let scenario = entry.scenario.as_ref()?;
    if embedded().iter().any(|known| known.id == *scenario) {
        return None;
    }
    let hint = nearest(scenario, embedded().iter().map(|known| known.id));
    let message = format!(
        "there is no scenario {scenario}{hint} (`entra-conformance list scenarios` shows them all)"
    );
    Some(("scenario", message))
}

/// A rule's present name.
pub(super) fn present_name(rule: &str) -> &str {
    Rulebook::embedded().rule(rule).map_or(rule, |known| &known.id)
}

/// Whether two entries are about the same: a case ends in one way only, and breaks a rule for one
/// reason only once.
fn same(one: &Entry, other: &Entry) -> bool {
    if (&one.scenario, &one.example) != (&other.scenario, &other.example) {
        return false;
    }
    let rule = |entry: &Entry| entry.rule.as_deref().map(present_name).map(str::to_owned);
    match (one.outcome, other.outcome) {
        (Outcome::Violated, Outcome::Violated) => {
            one.reason == other.reason
                && (is_of_expectation(&one.reason) || rule(one) == rule(other))
        }
        (Outcome::Violated, _) | (_, Outcome::Violated) => false,
        _ => rule(one) == rule(other),
    }
}
