//! What came of a case.

use super::answers::Answer;
use super::bounds::{bounded, told};
use super::event::{BrokenTogether, CaseVerdict, FailureReport};
use super::not_applicable::NotApplicable;
use super::reason::{Origin, Reason};
use crate::cases::Case;
use crate::cases::relations::UnmetPrecondition;
use crate::checks::Violation;
use crate::directory::{Capability, CommandKind};
use crate::implementation::{Failure, FailureKind, Inconclusive};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// What came of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judgement {
    /// How often rules were exercised.
    pub(crate) tallies: Tallies,
    /// How rules were violated, in the order of the steps.
    pub(crate) breaches: Vec<Breach>,
    /// Of a case that violates rules: what was answered at each step of it, or of the varied case where
    /// only that violates any.
    pub(crate) answers: Vec<Answer>,
    /// What kept it from being judged to its end.
    pub(crate) stopped: Option<Stopped>,
}

/// One way in which a case violates a rule.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    pub(crate) rule: &'static str,
    pub(crate) origin: Origin,
    /// The step after which it was noticed, counted from 1; 0 is the start.
    pub(crate) step: usize,
    pub(crate) command: CommandKind,
    pub(crate) violations: Vec<Violation>,
    /// The varied case, where a check found fault with that and not with the case itself.
    pub(crate) varied: Option<Box<Case>>,
}

/// What kept a case from being judged to its end.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    /// The implementation aborted.
    Aborted {
        failure: Failure,
        /// In this step, counted from 1; 0 is the start.
        step: usize,
        command: CommandKind,
        /// The varied case, where it aborted in that and not in the case itself.
        varied: Option<Box<Case>>,
    },
    /// The implementation declined it, for want of a capability that it does not declare.
    Declined(Capability),
    /// Nobody can tell what the implementation would have done, for this reason, and in its words.
    Inconclusive(Inconclusive, String),
    /// The suite itself failed to judge it.
    Defect(String),
}

/// What is alike in failures: a shrink that holds on to it cannot slide onto another fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signature {
    /// The rule is violated.
    Rule(String),
    /// The rule is violated in a field with this code.
    Field(String, &'static str),
    /// The rule is violated for this reason, among others: finer than its field.
    Reason(String, Reason),
    /// The implementation aborted in this way, in a step of this kind.
    Aborted(FailureKind, CommandKind),
}

/// How often rules held, and how often a relation's precondition did not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tallies {
    /// Of each rule that held, how often.
    pub(crate) held: FxHashMap<&'static str, u64>,
    /// By a relation's rule, and the part of its precondition that failed first.
    pub(super) unmet: BTreeMap<(&'static str, UnmetPrecondition), u64>,
}

impl Judgement {
    /// The first breach with this signature.
    pub(super) fn breach(&self, signature: &Signature) -> Option<&Breach> {
        self.breaches.iter().find(|breach| breach.shows(signature))
    }

    /// The rules that it violates together: those of the first step that violates any, and those of later
    /// steps. What shows only in a varied case comes after what the case itself shows.
    pub(super) fn broken(&self) -> Option<BrokenTogether> {
        let place = |breach: &Breach| (breach.varied.is_some(), breach.step);
        let first = self.breaches.iter().map(place).min()?;
        let violated = self.breaches.iter().map(|breach| (place(breach), breach.rule));
        Some(BrokenTogether::of(&first, violated))
    }

    /// Whether it went wrong in this way.
    pub(super) fn shows(&self, signature: &Signature) -> bool {
        match (signature, &self.stopped) {
            (Signature::Aborted(kind, at), Some(Stopped::Aborted { failure, command, .. })) => {
                failure.kind == *kind && command == at
            }
            _ => self.breach(signature).is_some(),
        }
    }
}

impl Breach {
    pub(crate) fn signature(&self) -> Signature {
        let field = self.violations.first().map_or("", |violation| violation.field.code());
        Signature::Field(self.rule.to_owned(), field)
    }

    /// The reasons for which the rule counts as violated.
    pub(super) fn reasons(&self) -> BTreeSet<Reason> {
        let reason = |violation| Reason::of(self.origin, self.command, violation);
        self.violations.iter().map(reason).collect()
    }

    fn shows(&self, signature: &Signature) -> bool {
        match signature {
            Signature::Rule(rule) => self.rule == rule,
            Signature::Reason(rule, reason) => self.rule == rule && self.reasons().contains(reason),
            signature => self.signature() == *signature,
        }
    }

    /// What events carry of it, with the case as far as it matters.
    pub(super) fn report(self, excerpt: String, answers: &[Answer]) -> FailureReport {
        let answers = bounded(answers.get(..self.step).unwrap_or(answers).to_vec());
        FailureReport {
            rule: self.rule.to_owned(),
            origin: self.origin,
            step: self.step,
            command: self.command,
            violations: told(self.violations),
            excerpt,
            answers,
        }
    }
}

impl Stopped {
    /// What events carry of it, with the case as far as it went.
    pub(super) fn verdict(
        self,
        excerpt: impl FnOnce(Option<&Case>, usize) -> String,
    ) -> CaseVerdict {
        match self {
            Stopped::Aborted { failure, step, command, varied } => {
                let excerpt = excerpt(varied.as_deref(), step);
                CaseVerdict::Aborted { failure, step, command, excerpt }
            }
            Stopped::Declined(capability) => {
                CaseVerdict::NotApplicable { reason: NotApplicable::Declined { capability } }
            }
            Stopped::Inconclusive(why, message) => CaseVerdict::Inconclusive { why, message },
            Stopped::Defect(message) => CaseVerdict::Defect { message },
        }
    }
}

impl Signature {
    /// What an example is made of: of each rule, whatever the field, one is enough.
    pub(super) fn of_example(self) -> Signature {
        match self {
            Signature::Field(rule, _) => Signature::Rule(rule),
            signature => signature,
        }
    }
}

impl Tallies {
    /// A rule held so often.
    pub(super) fn held(&mut self, rule: &'static str, held: u64) {
        if held > 0 {
            *self.held.entry(rule).or_default() += held;
        }
    }

    /// This part of a relation's precondition did not hold.
    pub(super) fn unmet(&mut self, rule: &'static str, part: UnmetPrecondition) {
        *self.unmet.entry((rule, part)).or_default() += 1;
    }
}
