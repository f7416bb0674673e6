//! What a newer edition changes for an implementation: the verdicts that differ between a run by an
//! edition and one by a later.

mod render;

pub(super) use render::in_brief;
#[cfg(feature = "html")]
pub(super) use render::{change, sources};
pub use render::{markdown, terminal};

use super::{RuleFailure, RuleLine, RuleState, Summary, words};
use crate::rulebook::{Changed, EditionDiff, EditionName, RuleChange, Rulebook};
use crate::runner::{Finding, RunHeader};
use serde::Serialize;
use std::collections::BTreeMap;

/// What a newer edition changes for an implementation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewerEdition {
    /// Who was judged, and its version.
    pub implementation: String,
    /// The earlier edition.
    pub from: EditionName,
    /// The newer one.
    pub to: EditionName,
    /// Rules that are violated by the newer edition, and were not by the earlier.
    pub newly_violated: Vec<Flip>,
    /// Rules that were violated by the earlier edition, and are not by the newer.
    pub no_longer_violated: Vec<Flip>,
    /// Rules that the newer edition adds or changes, and that hold already.
    pub held: Vec<String>,
    /// Rules that the newer edition adds or changes, and that are not judged.
    pub not_judged: Vec<NotJudged>,
}

/// A rule of which the newer edition has another verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Flip {
    /// The rule's ID.
    pub rule: String,
    /// What it says, in a line.
    pub title: String,
    /// What the newer edition makes of the rule; absent where it leaves it as it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<RuleChange>,
    /// What the run by the earlier edition came to, for this rule or the one whose place it takes; null
    /// where that edition does not have it.
    pub before: Option<RuleState>,
    /// What the run by the newer edition came to; null where that does not have the rule.
    pub after: Option<RuleState>,
    /// The rule that explains the violation, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained_by: Option<String>,
    /// The smallest case that shows the violation; absent where another rule explains it and has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Shown>,
}

/// A case that shows a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shown {
    /// The case.
    pub case: String,
    /// The step after which it shows, counted from 1; 0 is the start.
    pub step: usize,
    /// The violation in a line.
    pub words: String,
    /// The case as far as it matters, in the format of scenario files.
    pub excerpt: String,
    /// The command that shows the same again.
    pub replay: String,
}

/// A rule that is not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotJudged {
    /// The rule's ID.
    pub rule: String,
    /// Why, in words.
    pub words: String,
}

impl NewerEdition {
    /// What the edition of the later run changes; `None` where it is not a later one, or the runs are of
    /// two implementations.
    pub fn of(before: &Summary, after: &Summary) -> Option<NewerEdition> {
        let (was, is) = (before.header()?, after.header()?);
        let name = |header: &RunHeader| header.description.implementation.name.clone();
        let diff = Rulebook::embedded().diff(&was.edition, &is.edition)?;
        (name(was) == name(is)).then(|| Runs::new(before, was, after, is, &diff).compare())
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        let Self { newly_violated, no_longer_violated, held, not_judged, .. } = self;
        newly_violated.is_empty()
            && no_longer_violated.is_empty()
            && held.is_empty()
            && not_judged.is_empty()
    }
}

/// One of the two runs.
struct Run<'s> {
    header: &'s RunHeader,
    rules: BTreeMap<String, RuleLine>,
    failures: Vec<RuleFailure>,
    findings: Vec<Finding>,
}

impl<'s> Run<'s> {
    fn new(summary: &Summary, header: &'s RunHeader) -> Run<'s> {
        let rules = summary.rules().into_iter();
        Run {
            header,
            rules: rules.map(|line| (words::present_name(&line.rule), line)).collect(),
            failures: summary.failures(),
            findings: summary.findings(),
        }
    }

    fn state(&self, rule: &str) -> Option<RuleState> {
        self.rules.get(rule).map(|line| line.state)
    }

    /// Whether the edition has a rule that this run was not about.
    fn leaves_out(&self, rule: &str) -> bool {
        let known = Rulebook::embedded().rule(rule);
        !self.rules.contains_key(rule) && known.is_some_and(|one| one.is_in(&self.header.edition))
    }

    fn explained_by(&self, rule: &str) -> Option<String> {
        let finding = self.findings.iter().find(|finding| finding.breaks(rule))?;
        (finding.rule != rule).then(|| finding.rule.clone())
    }

    fn example(&self, rule: &str) -> Option<Shown> {
        let failure =
            self.failures.iter().find(|failure| words::present_name(&failure.rule) == rule)?;
        let RuleFailure { case, report, place, .. } = failure;
        Some(Shown {
            case: case.clone(),
            step: report.step,
            words: words::in_a_line(failure),
            excerpt: report.excerpt.clone(),
            replay: words::replay(case, place, Some(&failure.rule), self.header),
        })
    }
}

/// Both runs, and what is different between their editions.
struct Runs<'s> {
    before: Run<'s>,
    after: Run<'s>,
    diff: &'s EditionDiff,
}

impl<'s> Runs<'s> {
    fn new(
        before: &Summary,
        was: &'s RunHeader,
        after: &Summary,
        is: &'s RunHeader,
        diff: &'s EditionDiff,
    ) -> Runs<'s> {
        Runs { before: Run::new(before, was), after: Run::new(after, is), diff }
    }

    fn compare(&self) -> NewerEdition {
        let mut newer = NewerEdition {
            implementation: {
                let name = &self.after.header.description.implementation;
                format!("{} {}", name.name, name.version)
            },
            from: self.diff.from.clone(),
            to: self.diff.to.clone(),
            newly_violated: Vec::new(),
            no_longer_violated: Vec::new(),
            held: Vec::new(),
            not_judged: Vec::new(),
        };
        for rule in &Rulebook::embedded().rules {
            self.take(&rule.id, &mut newer);
        }
        // What explains the rest comes first.
        newer.newly_violated.sort_by_key(|flip| flip.explained_by.is_some());
        newer.no_longer_violated.sort_by_key(|flip| flip.explained_by.is_some());
        newer
    }

    /// Takes in a rule of either edition.
    fn take(&self, rule: &str, newer: &mut NewerEdition) {
        let change = self.diff.rules.iter().find(|change| change.rule == rule);
        let earlier = match change.map(|change| &change.change) {
            Some(Changed::Replaces { rule: replaced, .. }) => replaced,
            _ => rule,
        };
        if self.before.leaves_out(earlier) || self.after.leaves_out(rule) {
            return;
        }
        let (before, after) = (self.before.state(earlier), self.after.state(rule));
        let is_replaced = change.is_none() && after.is_none();
        let violated = Some(RuleState::Violated);
        if after == violated && before != violated {
            newer.newly_violated.push(self.flip(rule, change, before, after, &self.after, rule));
        } else if before == violated && after != violated && !is_replaced {
            let flip = self.flip(rule, change, before, after, &self.before, earlier);
            newer.no_longer_violated.push(flip);
        } else if let Some(line) = self.after.rules.get(rule).filter(|_| change.is_some()) {
            match line.state {
                RuleState::Held => newer.held.push(rule.to_owned()),
                RuleState::Violated => {}
                RuleState::NotApplicable | RuleState::NotExercised => {
                    let words = words::state(line);
                    newer.not_judged.push(NotJudged { rule: rule.to_owned(), words });
                }
            }
        }
    }

    fn flip(
        &self,
        rule: &str,
        change: Option<&RuleChange>,
        before: Option<RuleState>,
        after: Option<RuleState>,
        run: &Run<'_>,
        violated: &str,
    ) -> Flip {
        let known = Rulebook::embedded().rule(rule);
        let explained_by = run.explained_by(violated);
        let is_shown_there = explained_by.as_ref().is_some_and(|rule| run.example(rule).is_some());
        Flip {
            rule: rule.to_owned(),
            title: known.map(|known| known.title.clone()).unwrap_or_default(),
            change: change.cloned(),
            before,
            after,
            example: run.example(violated).filter(|_| !is_shown_there),
            explained_by,
        }
    }
}
