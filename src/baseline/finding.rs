//! What is not as a baseline lists it, and the sentences that say so.

use super::seen::Observed;
use std::fmt;

/// What a nonconformity was seen in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A scenario of the suite's own.
    Scenario(String),
    /// A file with a case, or a generated case that could not be kept.
    Example {
        /// The case.
        name: String,
        /// Its file.
        file: Option<String>,
    },
    /// A rule, of which nothing was judged.
    Rule,
}

/// Something that was seen and is not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonconformity {
    /// What it was seen in.
    pub subject: Subject,
    /// What was seen.
    pub observed: Observed,
}

impl Nonconformity {
    /// What it is about, in a few words.
    pub(super) fn about(&self) -> String {
        let name = match &self.subject {
            Subject::Scenario(name) | Subject::Example { name, file: None } => Some(name),
            Subject::Example { file, .. } => file.as_ref(),
            Subject::Rule => None,
        };
        match (name, &self.observed.rule) {
            (Some(name), Some(rule)) => format!("{rule} in {name}"),
            (Some(name), None) | (None, Some(name)) => name.clone(),
            (None, None) => String::new(),
        }
    }
}

/// In what way something is not as the baseline lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// A failure is not listed.
    NotListed,
    /// What was listed passes, or is judged again.
    NowPasses,
    /// It fails for another reason than the listed one.
    AnotherReason,
    /// It is not judged, and not listed as such.
    NotJudged,
    /// The entry has expired.
    Expired,
    /// What the entry names does not exist.
    MatchesNothing,
    /// Two entries are about the same.
    Ambiguous,
    /// The implementation declares something else.
    Declares,
}

/// Something that is not as the baseline lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In what way.
    pub kind: FindingKind,
    /// The file and line of the entry that it is about.
    pub place: Option<String>,
    /// What it is about.
    pub about: String,
    /// What is listed.
    pub listed: Vec<String>,
    /// What was seen.
    pub seen: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { kind, place, about, listed, seen } = self;
        if let Some(place) = place {
            write!(f, "{place}: ")?;
        }
        let listed = listed.join("; ");
        let seen = seen.join("; ");
        match kind {
            FindingKind::NotListed => write!(f, "not listed: {about}: {seen}"),
            FindingKind::NowPasses => {
                let now = if listed.starts_with("not-") { "is judged now" } else { "passes now" };
                write!(f, "{now}: {about} (listed as {listed}); delete the entry")
            }
            FindingKind::AnotherReason => {
                write!(f, "fails for another reason: {about}: listed as {listed}, and now {seen}")
            }
            FindingKind::NotJudged if listed.is_empty() => {
                write!(f, "not judged, and not listed as such: {about}: {seen}")
            }
            FindingKind::NotJudged => {
                write!(f, "not judged: {about}: listed as {listed}, and now {seen}")
            }
            FindingKind::Expired => {
                write!(f, "expired on {listed}: {about}: {seen}")
            }
            FindingKind::MatchesNothing => write!(f, "matches nothing: {about}: {seen}"),
            FindingKind::Ambiguous => write!(f, "{seen} ({about})"),
            FindingKind::Declares => write!(f, "{about}: {seen}"),
        }
    }
}
