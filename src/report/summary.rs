//! What a run came to, rule by rule.

use crate::implementation::Failure;
use crate::runner::{CaseVerdict, Event, FailureReport, RunHeader};
use std::collections::BTreeMap;

/// What a run came to for one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// Its situation occurred, and it held every time.
    Held,
    /// It was broken at least once.
    Violated,
    /// The implementation lacks a capability that it takes to exercise it.
    NotApplicable,
    /// Nothing exercised it.
    NotExercised,
}

/// One rule's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleLine {
    /// The rule's ID.
    pub rule: String,
    /// What the run came to for it.
    pub state: RuleState,
    /// How often it held.
    pub held: u64,
    /// In how many cases it was broken.
    pub violated_cases: usize,
    /// Capabilities that are missing.
    pub missing: Vec<String>,
    /// Whether the selection asks for it.
    pub owed: bool,
}

/// All that is known of one rule's violations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFailure {
    /// The rule's ID.
    pub rule: String,
    /// The case that shows it in the fewest lines.
    pub case: String,
    /// What was seen there.
    pub report: FailureReport,
    /// The other cases that show it, in order.
    pub other_cases: Vec<String>,
}

/// A case in which the implementation broke off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenOff {
    /// The case.
    pub case: String,
    /// How it broke off.
    pub failure: Failure,
    /// The step, counted from 1; 0 is the start.
    pub step: usize,
    /// The case as far as it went.
    pub excerpt: String,
}

/// How a run ended, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every rule that was asked for and applies was exercised, and none was broken.
    Conformant,
    /// No rule was broken, but something that was asked for and applies was not judged.
    Incomplete,
    /// A rule was broken, or the implementation broke off.
    Nonconformant,
    /// The suite itself failed.
    SuiteDefect,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    header: Option<RunHeader>,
    tallies: BTreeMap<String, (u64, usize)>,
    failures: BTreeMap<String, Vec<(String, FailureReport)>>,
    /// How many cases were judged to their end.
    pub judged: usize,
    /// Cases that the implementation cannot be judged by, with the reason.
    pub not_applicable: Vec<(String, String)>,
    /// Cases in which the implementation broke off.
    pub broken_off: Vec<BrokenOff>,
    /// Cases that the suite itself failed to judge.
    pub defects: Vec<(String, String)>,
    /// How long the run took; `None` where it was stopped before its end.
    pub milliseconds: Option<u64>,
}

impl Summary {
    /// Takes in one event.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted(header) => self.header = Some((**header).clone()),
            Event::RunFinished { milliseconds } => self.milliseconds = Some(*milliseconds),
            Event::CaseFinished { case, verdict, rules, failures } => {
                for tally in rules {
                    let (held, _) = self.tallies.entry(tally.rule.clone()).or_default();
                    *held += tally.held;
                }
                let mut broken: Vec<&str> = Vec::new();
                for failure in failures {
                    if !broken.contains(&&*failure.rule) {
                        broken.push(&failure.rule);
                        self.failures
                            .entry(failure.rule.clone())
                            .or_default()
                            .push((case.clone(), failure.clone()));
                    }
                }
                for rule in broken {
                    self.tallies.entry(rule.to_owned()).or_default().1 += 1;
                }
                match verdict {
                    CaseVerdict::Judged => self.judged += 1,
                    CaseVerdict::NotApplicable { reason } => {
                        self.not_applicable.push((case.clone(), reason.clone()));
                    }
                    CaseVerdict::Failed { failure, step, excerpt } => {
                        self.broken_off.push(BrokenOff {
                            case: case.clone(),
                            failure: failure.clone(),
                            step: *step,
                            excerpt: excerpt.clone(),
                        });
                    }
                    CaseVerdict::Defect { message } => {
                        self.defects.push((case.clone(), message.clone()));
                    }
                }
            }
        }
    }

    /// What was known before the first case; `None` before the run has started.
    pub fn header(&self) -> Option<&RunHeader> {
        self.header.as_ref()
    }

    /// Every selected rule, in the rulebook's order.
    pub fn rules(&self) -> Vec<RuleLine> {
        let Some(header) = &self.header else {
            return Vec::new();
        };
        header
            .rules
            .iter()
            .map(|selected| {
                let (held, violated_cases) =
                    self.tallies.get(&selected.rule).copied().unwrap_or_default();
                let state = match (violated_cases, held) {
                    (1.., _) => RuleState::Violated,
                    (0, 1..) => RuleState::Held,
                    (0, 0) if !selected.missing.is_empty() => RuleState::NotApplicable,
                    (0, 0) => RuleState::NotExercised,
                };
                RuleLine {
                    rule: selected.rule.clone(),
                    state,
                    held,
                    violated_cases,
                    missing: selected.missing.clone(),
                    owed: selected.owed,
                }
            })
            .collect()
    }

    /// Every broken rule with its smallest example, in the rulebook's order.
    pub fn failures(&self) -> Vec<RuleFailure> {
        self.rules()
            .into_iter()
            .filter_map(|line| {
                let cases = self.failures.get(&line.rule)?;
                let (smallest, (case, report)) = cases
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, (_, report))| (report.excerpt.lines().count(), report.step))?;
                let other_cases = cases
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != smallest)
                    .map(|(_, (case, _))| case.clone())
                    .collect();
                Some(RuleFailure {
                    rule: line.rule,
                    case: case.clone(),
                    report: report.clone(),
                    other_cases,
                })
            })
            .collect()
    }

    /// How many selected rules are in this state.
    pub fn count(&self, state: RuleState) -> usize {
        self.rules().iter().filter(|line| line.state == state).count()
    }

    /// How the run ended.
    pub fn status(&self) -> Status {
        let rules = self.rules();
        if !self.defects.is_empty() {
            return Status::SuiteDefect;
        }
        if rules.iter().any(|line| line.state == RuleState::Violated) || !self.broken_off.is_empty()
        {
            return Status::Nonconformant;
        }
        let is_left_out = |line: &RuleLine| line.state == RuleState::NotExercised && line.owed;
        let nothing_judged =
            self.judged == 0 || !rules.iter().any(|line| line.state == RuleState::Held);
        if nothing_judged || self.milliseconds.is_none() || rules.iter().any(is_left_out) {
            return Status::Incomplete;
        }
        Status::Conformant
    }
}
