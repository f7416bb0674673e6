//! What a run shows, as far as a baseline speaks of it.

use super::entry::Outcome;
use crate::report::Summary;
use crate::runner::{CaseVerdict, Event, FailureReport, Source, broke_off_in, reason};
use std::collections::BTreeSet;

/// Something that went wrong in a case, or that kept it from being judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observed {
    /// What came of it.
    pub outcome: Outcome,
    /// The rule that is broken, or that is not judged.
    pub rule: Option<String>,
    /// Why.
    pub reason: String,
}

/// A case that was written down, and what was seen of it.
#[derive(Clone, Debug)]
pub(super) struct SeenCase {
    pub(super) name: String,
    /// Whether it is a scenario of the suite's own, and not a file.
    pub(super) is_scenario: bool,
    pub(super) observed: BTreeSet<Observed>,
}

/// A generated case that went wrong.
#[derive(Clone, Debug)]
pub(super) struct SeenExample {
    pub(super) name: String,
    /// Where it was kept.
    pub(super) file: Option<String>,
    pub(super) observed: BTreeSet<Observed>,
}

/// What a run shows, from its events.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    summary: Summary,
    /// The events that tell of something wrong.
    wrong: Vec<Event>,
    pub(super) cases: Vec<SeenCase>,
    pub(super) generated: Vec<SeenExample>,
}

impl Seen {
    /// Takes in one event.
    pub fn take(&mut self, event: &Event) {
        self.summary.take(event);
        let is_wrong = match event {
            Event::CaseFinished { verdict, failures, .. } => {
                !failures.is_empty() || matches!(verdict, CaseVerdict::Failed { .. })
            }
            Event::FailureFound { .. } => true,
            _ => false,
        };
        if is_wrong {
            self.wrong.push(event.clone());
        }
        self.take_replay(event);
        if let Event::FailureFound { case, verdict, failure, file, .. } = event {
            self.generated.push(SeenExample {
                name: case.clone(),
                file: file.clone(),
                observed: observed(verdict, failure.as_deref()),
            });
        }
    }

    /// Takes in an event of a further run, in which nothing but files was run to see what they
    /// show.
    pub fn take_replay(&mut self, event: &Event) {
        if let Event::CaseFinished { source, case, verdict, failures, .. } = event {
            self.cases.push(SeenCase {
                name: case.clone(),
                is_scenario: *source == Source::Scenarios,
                observed: observed(verdict, failures),
            });
        }
    }

    /// What the run came to.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The files in which the run kept examples.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        self.generated.iter().filter_map(|example| example.file.as_deref())
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
        for violation in &failure.violations {
            found.insert(Observed {
                outcome: Outcome::Violated,
                rule: Some(failure.rule.clone()),
                reason: reason(failure.origin, &failure.command, violation),
            });
        }
    }
    found.extend(match verdict {
        CaseVerdict::Judged | CaseVerdict::Defect { .. } => None,
        CaseVerdict::NotApplicable { reason } => Some(Observed {
            outcome: Outcome::NotApplicable,
            rule: None,
            reason: why_not_applicable(reason),
        }),
        CaseVerdict::Failed { failure, step, excerpt } => Some(Observed {
            outcome: Outcome::BrokenOff(failure.kind),
            rule: None,
            reason: broke_off_in(*step, excerpt),
        }),
    });
    found
}

/// Why a case is not applicable: in the suite's words, or else the implementation says so itself, in
/// words of its own.
fn why_not_applicable(reason: &str) -> String {
    let is_ours = reason.starts_with("needs ") || reason.starts_with("only where declared: ");
    if is_ours { reason.to_owned() } else { "the implementation says so".to_owned() }
}
