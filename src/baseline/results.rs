//! What a run shows, as far as a baseline speaks of it.

use super::cause::Cause;
use super::entry::Outcome;
use crate::runner::{CaseVerdict, Event, FailureReport, Source, Summary};
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

/// Something that went wrong in a case, or that kept it from being judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// What came of it.
    pub outcome: Outcome,
    /// The rule that is violated, or that is not judged.
    pub rule: Option<String>,
    /// Why.
    pub reason: Cause,
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
    /// The events that report something wrong.
    wrong: Vec<Event>,
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
        match event {
            Event::CaseFinished { .. } if event.failed() > 0 => self.wrong.push(event.clone()),
            Event::FailureFound { case, verdict, failure, file, .. } => {
                self.wrong.push(event.clone());
                self.generated.push(CaseResult {
                    subject: Subject::Example { name: case.clone(), file: file.clone() },
                    observed: observed(verdict, failure.as_deref()),
                });
            }
            _ => {}
        }
    }

    /// Takes in an event of a further run, in which nothing but files was run to see what they
    /// show.
    pub fn take_replay(&mut self, event: &Event) {
        let Event::CaseFinished { source, case, verdict, failures, .. } = event else { return };
        let name = case.clone();
        let subject = match source {
            Source::Scenarios => Subject::Scenario(name),
            _ => Subject::Example { file: Some(name.clone()), name },
        };
        self.written.push(CaseResult { subject, observed: observed(verdict, failures) });
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

    /// What is wrong beyond what is listed, as a run that shows nothing else: `is_listed` is asked
    /// of every case and what was observed in it.
    pub(super) fn unlisted(&self, is_listed: &dyn Fn(&str, &Observed) -> bool) -> Summary {
        let mut summary = Summary::default();
        if let Some(header) = self.summary.header() {
            summary.take(&Event::RunStarted(Box::new(header.clone())));
        }
        let is_listed_failure = |case: &str, failure: &FailureReport| {
            observed(&CaseVerdict::Judged, [failure])
                .iter()
                .all(|observed| is_listed(case, observed))
        };
        let is_listed_verdict = |case: &str, verdict: &CaseVerdict| {
            observed(verdict, []).iter().all(|observed| is_listed(case, observed))
        };
        for event in &self.wrong {
            let mut event = event.clone();
            match &mut event {
                Event::CaseFinished { case, verdict, failures, .. } => {
                    failures.retain(|failure| !is_listed_failure(case, failure));
                    if is_listed_verdict(case, verdict) {
                        *verdict = CaseVerdict::Judged;
                    }
                }
                Event::FailureFound { case, verdict, failure, .. } => {
                    let listed = failure.as_deref().is_none_or(|one| is_listed_failure(case, one));
                    if listed && is_listed_verdict(case, verdict) {
                        continue;
                    }
                }
                _ => {}
            }
            summary.take(&event);
        }
        summary
    }
}

fn observed<'f>(
    verdict: &CaseVerdict,
    failures: impl IntoIterator<Item = &'f FailureReport>,
) -> BTreeSet<Observed> {
    let mut found = BTreeSet::new();
    for failure in failures {
        found.extend(failure.reasons().map(|reason| Observed {
            outcome: Outcome::Violated,
            rule: Some(failure.rule.clone()),
            reason: Cause::Violation(reason),
        }));
    }
    let ending = match verdict {
        CaseVerdict::NotApplicable { reason } => {
            Some((Outcome::NotApplicable, Cause::NotApplicable(reason.clone())))
        }
        CaseVerdict::Aborted { failure, command, .. } => {
            Some((Outcome::Aborted(failure.kind), Cause::Step(*command)))
        }
        _ => None,
    };
    found.extend(ending.map(|(outcome, reason)| Observed { outcome, rule: None, reason }));
    found
}
