//! What a run shows, as far as a baseline speaks of it.

use crate::runner::{CaseVerdict, Event, Observed, Source, Summary, Unlisted};
use std::collections::BTreeSet;

/// What something was observed in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A scenario of the suite's own.
    Scenario(String),
    /// A file with a case, or a generated case that could not be saved.
    Example {
        /// The case.
        name: String,
        /// Its file.
        file: Option<String>,
    },
    /// A rule, of which nothing was judged.
    Rule,
}

impl Subject {
    /// The case; `None` for a rule.
    pub fn case(&self) -> Option<&str> {
        match self {
            Subject::Scenario(name) | Subject::Example { name, .. } => Some(name),
            Subject::Rule => None,
        }
    }
}

/// Something that was observed and is not listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nonconformity {
    /// What it was observed in.
    pub subject: Subject,
    /// What was observed.
    pub observed: Observed,
}

impl Nonconformity {
    /// The same as a report of the run has it.
    pub(super) fn unlisted(&self) -> Unlisted {
        let file = match &self.subject {
            Subject::Example { file, .. } => file.clone(),
            Subject::Scenario(_) | Subject::Rule => None,
        };
        let case = self.subject.case().map(str::to_owned);
        Unlisted { case, file, observed: self.observed.clone() }
    }
}

/// A case, and what was observed in it.
#[derive(Clone, Debug)]
pub(super) struct CaseResult {
    pub(super) subject: Subject,
    pub(super) observed: BTreeSet<Observed>,
}

/// What a run shows, from its events.
#[derive(Clone, Debug, Default)]
pub struct RunResults {
    summary: Summary,
    /// Cases that were written down.
    pub(super) written: Vec<CaseResult>,
    /// Generated cases that went wrong.
    pub(super) generated: Vec<CaseResult>,
}

impl RunResults {
    /// Takes in one event.
    pub fn take(&mut self, event: &Event) {
        self.summary.take(event);
        self.take_replay(event);
        if let Event::FailureFound { case, verdict, failure, file, .. } = event {
            self.generated.push(CaseResult {
                subject: Subject::Example { name: case.clone(), file: file.clone() },
                observed: verdict.observed(failure.as_deref()),
            });
        }
    }

    /// Takes in an event of a further run, in which nothing but files was run to see what they
    /// show.
    pub fn take_replay(&mut self, event: &Event) {
        let Event::CaseFinished { source, case, verdict, failures, .. } = event else { return };
        if matches!(verdict, CaseVerdict::Inconclusive { .. }) && failures.is_empty() {
            // As if it had not been run: nobody knows whether it is as listed.
            return;
        }
        let name = case.clone();
        let subject = match source {
            Source::Scenarios => Subject::Scenario(name),
            _ => Subject::Example { file: Some(name.clone()), name },
        };
        self.written.push(CaseResult { subject, observed: verdict.observed(failures) });
    }

    /// What the run came to.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The files in which the run saved examples.
    pub fn saved(&self) -> impl Iterator<Item = &str> {
        self.generated.iter().filter_map(|example| match &example.subject {
            Subject::Example { file, .. } => file.as_deref(),
            _ => None,
        })
    }
}
