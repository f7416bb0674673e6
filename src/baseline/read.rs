//! Reads a baseline file, and says what is wrong with it: where, what was expected, what to do.

use super::entry::{Baseline, Entry, FORMAT};
use crate::cases::scenario::{FileError, check_yaml, embedded, error_at, locate, reading_error};
use crate::directory::Segment;
use crate::rulebook::Rulebook;
use crate::runner::{Cause, EntryFault, ListedEntry, Observed, Outcome, Signature};
use jiff::civil::Date;
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

    /// The folder beside the file, with its name, in which its examples are saved.
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

    /// What excuses generated cases on this day, whatever was selected.
    pub fn known(&self, today: Date) -> BTreeSet<Signature> {
        let faulty: BTreeSet<usize> = self.faults().into_iter().map(|(at, _)| at).collect();
        let entries = self.baseline.entries.iter().enumerate();
        entries
            .filter(|(at, entry)| {
                !faulty.contains(at) && entry.expires.is_none_or(|expires| expires >= today)
            })
            .filter_map(|(_, entry)| match (&entry.rule, entry.outcome, &entry.reason) {
                (Some(rule), Outcome::Violated, Cause::Violation(reason)) => {
                    Some(Signature::Reason(present_name(rule).to_owned(), reason.clone()))
                }
                (None, Outcome::Aborted(kind), Cause::Step(command)) => {
                    Some(Signature::Aborted(kind, *command))
                }
                _ => None,
            })
            .collect()
    }

    /// Whether cases are listed in which the implementation aborts.
    pub(crate) fn lists_aborts(&self) -> bool {
        let mut entries = self.baseline.entries.iter();
        entries.any(|entry| matches!(entry.outcome, Outcome::Aborted(_)))
    }

    /// What is wrong at an entry.
    pub fn error(&self, entry: usize, field: &'static str, message: String) -> FileError {
        located(&self.file, &self.text, &place(entry, field), message)
    }

    fn line(&self, entry: usize) -> usize {
        self.lines.get(entry).copied().unwrap_or_default()
    }

    /// The entry that stands at this place, counted from 0, as reports tell it.
    pub fn listed(&self, at: usize) -> ListedEntry {
        let entry = &self.baseline.entries[at];
        ListedEntry {
            line: self.line(at),
            case: entry.scenario.as_ref().or(entry.example.as_ref()).cloned(),
            rule: entry.rule.clone(),
            outcome: entry.outcome,
            reason: entry.reason.clone(),
            issue: entry.issue.clone(),
            expires: entry.expires,
        }
    }

    /// What is wrong with the entries themselves, whatever a run shows, by where they stand: what they
    /// name does not exist, or two say the same.
    pub fn faults(&self) -> Vec<(usize, EntryFault)> {
        let entries = &self.baseline.entries;
        let fault = |(at, entry): (usize, &Entry)| {
            let fault = matches_nothing(entry, &self.baseline.edition).or_else(|| {
                let first = entries[..at].iter().position(|other| same(other, entry))?;
                Some(EntryFault::Ambiguous { line: self.line(first) })
            });
            fault.map(|fault| (at, fault))
        };
        entries.iter().enumerate().filter_map(fault).collect()
    }
}

/// Reads a baseline from the text of a file. `file` is its path: examples are looked for from its
/// folder.
///
/// # Errors
/// Everything that is wrong with the file's form, in the file's order; only the first where it
/// cannot be read to its end. What an entry names need not exist: see [`BaselineFile::faults`].
pub fn from_yaml(file: &str, text: &str) -> Result<BaselineFile, Vec<FileError>> {
    check_yaml(file, text)?;
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
    let is_of_one_case = scenario.is_some() != example.is_some();
    let is_of_no_case = scenario.is_none() && example.is_none();
    let (is_right, needed) = match outcome {
        Outcome::Violated => {
            (is_of_one_case && rule.is_some(), "`rule`, and either `scenario` or `example`")
        }
        Outcome::NotApplicable => (
            example.is_none() && scenario.is_some() != rule.is_some(),
            "either `scenario` or `rule`",
        ),
        Outcome::NotExercised => {
            (is_of_no_case && rule.is_some(), "`rule` alone: a rule is not exercised by any case")
        }
        Outcome::Aborted(_) => {
            (is_of_one_case && rule.is_none(), "either `scenario` or `example`, and no `rule`")
        }
    };
    if !is_right {
        return Some(("outcome", format!("an entry with the outcome {outcome} names {needed}")));
    }
    let is_its_reason = match reason {
        Cause::Violation(_) => *outcome == Outcome::Violated,
        Cause::NotApplicable(_) => *outcome == Outcome::NotApplicable,
        Cause::NotTriggered => *outcome == Outcome::NotExercised,
        Cause::Step(_) => matches!(outcome, Outcome::Aborted(_)),
    };
    if !is_its_reason {
        let message = format!("`{reason}` is no reason for the outcome {outcome}");
        return Some(("reason", message));
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

/// What an entry names that does not exist.
fn matches_nothing(entry: &Entry, edition: &str) -> Option<EntryFault> {
    if let Some(rule) = &entry.rule {
        let book = Rulebook::embedded();
        let Some(known) = book.rule(rule) else {
            return Some(EntryFault::UnknownRule);
        };
        if !book.rules_in(edition).any(|other| other.id == known.id) {
            return Some(EntryFault::RuleOfAnotherEdition);
        }
    }
    let scenario = entry.scenario.as_ref()?;
    let is_known = embedded().iter().any(|known| known.id == *scenario);
    (!is_known).then_some(EntryFault::UnknownScenario)
}

/// A rule's present name.
pub(super) fn present_name(rule: &str) -> &str {
    Rulebook::embedded().rule(rule).map_or(rule, |known| &known.id)
}

/// Whether an entry is about what was observed, wherever it was observed.
pub(super) fn lists(entry: &Entry, observed: &Observed) -> bool {
    let rule = entry.rule.as_deref().map(present_name);
    entry.outcome == observed.outcome
        && entry.reason == observed.reason
        && (entry.is_of_expectation() || rule == observed.rule.as_deref())
}

/// Whether two entries are about the same: a case ends in one way only, and violates a rule for one
/// reason only once.
fn same(one: &Entry, other: &Entry) -> bool {
    if (&one.scenario, &one.example) != (&other.scenario, &other.example) {
        return false;
    }
    let same_rule =
        one.rule.as_deref().map(present_name) == other.rule.as_deref().map(present_name);
    match (one.outcome, other.outcome) {
        (Outcome::Violated, Outcome::Violated) => {
            one.reason == other.reason && (one.is_of_expectation() || same_rule)
        }
        (Outcome::Violated, _) | (_, Outcome::Violated) => false,
        _ => same_rule,
    }
}
