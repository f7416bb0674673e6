//! Judges one case: every step by every check, and what the scenario expects besides.

use super::event::{CaseVerdict, Event, FailureReport, Origin, RuleTally};
use super::excerpt::excerpt;
use super::expectations::Context;
use super::plan::{PlannedCase, Selection};
use super::trial::{compare, is_not_applicable};
use crate::cases::Case;
use crate::cases::laws::{Law, LawVerdict};
use crate::checks::{Finding, Observer, Violation};
use crate::directory::Command;
use crate::implementation::{CaseObservation, Description, Failure};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges what was seen of one scenario: of the case itself, and of those that laws compare it
/// with, in the order of [`PlannedCase::inputs`]. A panic in the suite's own checks is a defect of
/// the suite, told as such, and never a verdict on the implementation.
pub fn judge_case(
    case: &PlannedCase,
    description: &Description,
    seen: &[CaseObservation],
    selection: &Selection,
) -> Event {
    catch_unwind(AssertUnwindSafe(|| judge(case, description, seen, selection))).unwrap_or_else(
        |panic| Event::CaseFinished {
            source: case.source,
            case: case.id.clone(),
            verdict: CaseVerdict::Defect { message: Failure::panicked(panic.as_ref()).message },
            rules: Vec::new(),
            failures: Vec::new(),
        },
    )
}

fn judge(
    case: &PlannedCase,
    description: &Description,
    seen: &[CaseObservation],
    selection: &Selection,
) -> Event {
    let mut judgement = Judgement {
        case,
        selection,
        tallies: BTreeMap::new(),
        failures: Vec::new(),
        is_broken: false,
    };
    let Some((own, varied)) = seen.split_first() else {
        return Event::CaseFinished {
            source: case.source,
            case: case.id.clone(),
            verdict: CaseVerdict::Defect { message: "nothing was seen of it".to_owned() },
            rules: Vec::new(),
            failures: Vec::new(),
        };
    };
    if let Some(start) = &own.start {
        judgement.steps(start, description, own);
    }
    let mut verdict = verdict(case, own, description);
    for ((law, varied), seen) in case.varied.iter().zip(varied) {
        if verdict != CaseVerdict::Judged {
            break;
        }
        verdict = self::verdict(case, seen, description);
        judgement.law(law, (&case.case, own), (varied, seen), description);
    }
    let Judgement { tallies, failures, .. } = judgement;
    Event::CaseFinished {
        source: case.source,
        case: case.id.clone(),
        verdict,
        rules: tallies.into_values().collect(),
        failures,
    }
}

/// How a run of the case ended.
fn verdict(case: &PlannedCase, seen: &CaseObservation, description: &Description) -> CaseVerdict {
    let Some(failure) = &seen.failure else {
        return CaseVerdict::Judged;
    };
    if is_not_applicable(failure, description) {
        return CaseVerdict::NotApplicable { reason: failure.message.clone() };
    }
    let step = if seen.start.is_some() { seen.steps.len() + 1 } else { 0 };
    CaseVerdict::Failed { failure: failure.clone(), step, excerpt: excerpt(&case.text, step) }
}

struct Judgement<'a> {
    case: &'a PlannedCase,
    selection: &'a Selection,
    tallies: BTreeMap<&'static str, RuleTally>,
    failures: Vec<FailureReport>,
    /// A check has found a violation, selected or not, or an expectation was not met. What is not as
    /// expected from there on is a consequence, and would be told under the wrong rule.
    is_broken: bool,
}

impl Judgement<'_> {
    fn steps(
        &mut self,
        start: &crate::directory::Snapshot,
        description: &Description,
        seen: &CaseObservation,
    ) {
        let case = self.case;
        let PlannedCase { case: Case { tenant, commands }, .. } = case;
        let (mut observer, findings) =
            Observer::start(tenant, start, &description.capabilities, &description.choices);
        self.take(findings, 0, "reset");
        let context = Context::new(description, tenant, commands);
        for (at, (step, observed)) in case.scenario.steps.iter().zip(&seen.steps).enumerate() {
            let number = at + 1;
            let word = step.command.word();
            let findings = observer.step(&step.command, observed);
            self.take(findings, number, word);
            let unmet: Vec<Violation> = step
                .expect
                .iter()
                .flat_map(|expectation| context.compare(expectation, &observed.outcome, &observer))
                .collect();
            if !unmet.is_empty() && !self.is_broken {
                self.blame_expectation(unmet, number, word);
            }
        }
    }

    /// Takes in what the checks found.
    fn take(&mut self, findings: Vec<Finding>, step: usize, command: &str) {
        for Finding { rule, verdict } in findings {
            self.is_broken |= !verdict.violations.is_empty();
            if !self.selection.has_rule(rule) {
                continue;
            }
            let tally = self.tally(rule);
            tally.held += verdict.held;
            tally.violated += verdict.violations.len() as u64;
            if !verdict.violations.is_empty() {
                self.failures.push(FailureReport {
                    rule: rule.to_owned(),
                    origin: Origin::Check,
                    step,
                    command: command.to_owned(),
                    violations: verdict.violations,
                    variation: None,
                    excerpt: excerpt(&self.case.text, step),
                });
            }
        }
    }

    fn tally(&mut self, rule: &'static str) -> &mut RuleTally {
        self.tallies.entry(rule).or_insert_with(|| RuleTally {
            rule: rule.to_owned(),
            held: 0,
            violated: 0,
        })
    }

    /// Compares the case with the one that a law varies it to.
    fn law(
        &mut self,
        law: &'static Law,
        base: (&Case, &CaseObservation),
        varied: (&Case, &CaseObservation),
        description: &Description,
    ) {
        if !self.selection.has_rule(law.rule) {
            return;
        }
        match compare(law, base, varied, description) {
            LawVerdict::NotApplicable(_) => {}
            LawVerdict::Held => self.tally(law.rule).held += 1,
            LawVerdict::Violated(violations) => {
                self.tally(law.rule).violated += violations.len() as u64;
                let step = base.0.commands.len();
                self.failures.push(FailureReport {
                    rule: law.rule.to_owned(),
                    origin: Origin::Law,
                    step,
                    command: base.0.commands.last().map_or("reset", Command::word).to_owned(),
                    violations,
                    variation: Some(law.variation().to_owned()),
                    excerpt: excerpt(&self.case.text, step),
                });
            }
        }
    }

    /// An expectation that no check stands behind breaks the first rule that the scenario shows.
    fn blame_expectation(&mut self, violations: Vec<Violation>, step: usize, command: &str) {
        self.is_broken = true;
        let scenario = &self.case.scenario;
        let rule = scenario
            .rules
            .iter()
            .chain(&scenario.near_misses)
            .find(|rule| self.selection.has_rule(rule));
        let Some(rule) = rule else { return };
        self.failures.push(FailureReport {
            rule: rule.clone(),
            origin: Origin::Expectation,
            step,
            command: command.to_owned(),
            violations,
            variation: None,
            excerpt: excerpt(&self.case.text, step),
        });
    }
}
