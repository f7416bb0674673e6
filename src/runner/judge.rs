//! Runs cases, whatever their source, and judges each by all checks, by what its scenario expects and
//! by the metamorphic relations that are applied to it.

use super::addresses::remove_addresses;
use super::answers::answers;
use super::expectations::Context;
use super::judgement::{Breach, Judgement, Stopped, Tallies};
use super::reason::Origin;
use super::selection::Selection;
use super::sent::{Sent, as_told};
use super::trial::{Trial, input, lacks};
use crate::cases::Case;
use crate::cases::relations::{Relation, RelationVerdict, Run, UnmetPrecondition};
use crate::cases::scenario::{Scenario, Step};
use crate::checks::{Finding, Observer, Violation, checked_rules};
use crate::directory::{
    Capability, Command, CommandKind, EditionSettings, Field, Status, StepObservation,
};
use crate::implementation::{
    CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation, run_alone,
};
use crate::rulebook::{Edition, Rule, Rulebook};
use rustc_hash::FxHashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges cases by everything that is selected.
pub(crate) struct Judge<'a> {
    description: &'a Description,
    selection: &'a Selection,
    /// What the edition settles that is judged by.
    settings: EditionSettings,
    /// The rules that the edition does not have, or that the implementation lacks a capability for:
    /// nothing is judged by them.
    lacking: FxHashSet<&'static str>,
}

/// A trial, and the cases that its relations compare its own with.
struct Prepared<'t> {
    trial: &'t Trial,
    varied: Vec<(&'static Relation, Case)>,
    /// The relations that have nothing to compare it with.
    tallies: Tallies,
    /// How the cases are sent, and the cases as they are, where that is not as they stand.
    sent: Option<(Sent, Vec<Case>)>,
}

impl Prepared<'_> {
    /// The trial's own case, and then the varied ones.
    fn cases(&self) -> impl Iterator<Item = &Case> {
        let varied = self.varied.iter().map(|(_, case)| case);
        std::iter::once(&self.trial.case).chain(varied)
    }

    /// What an implementation is asked to run.
    fn inputs(&self) -> Vec<CaseInput<'_>> {
        let named = |case| CaseInput { name: &self.trial.name, ..input(case) };
        match &self.sent {
            Some((_, cases)) => cases.iter().map(named).collect(),
            None => self.cases().map(named).collect(),
        }
    }

    fn read_back(&self, observation: CaseObservation) -> CaseObservation {
        match &self.sent {
            Some((sent, _)) => sent.read_back(observation),
            None => observation,
        }
    }
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        edition: &Edition,
        description: &'a Description,
        selection: &'a Selection,
    ) -> Judge<'a> {
        let rules = Rulebook::embedded().rules.iter();
        let lacks = |rule: &&Rule| {
            !rule.is_in(&edition.id) || !rule.lacking(&description.capabilities).is_empty()
        };
        let lacking = rules.filter(lacks).map(|rule| &*rule.id).collect();
        Judge { description, selection, settings: edition.settings, lacking }
    }

    /// What the edition settles that is judged by.
    pub(super) fn settings(&self) -> EditionSettings {
        self.settings
    }

    /// Whether a rule is selected and the implementation has what it takes.
    fn judges_by(&self, rule: &str) -> bool {
        self.selection.has_rule(rule) && !self.lacking.contains(rule)
    }

    /// Who is judged.
    pub(super) fn description(&self) -> &'a Description {
        self.description
    }

    /// Runs trials and hands over what came of each, in order. Return `false` from `take` to stop
    /// early.
    pub(crate) fn run<'t>(
        &self,
        trials: impl IntoIterator<Item = &'t Trial>,
        implementation: &mut dyn Implementation,
        take: &mut dyn FnMut(usize, Judgement) -> bool,
    ) {
        let prepared: Vec<Prepared<'_>> =
            trials.into_iter().map(|trial| self.prepare(trial)).collect();
        let inputs: Vec<CaseInput<'_>> = prepared.iter().flat_map(Prepared::inputs).collect();
        if inputs.is_empty() {
            return;
        }
        let mut at = 0;
        let mut seen: Vec<CaseObservation> = Vec::new();
        implementation.run_cases(&inputs, &mut |_, observation| {
            let prepared = &prepared[at];
            let observation = prepared.read_back(observation);
            seen.push(as_told(observation, &self.description.capabilities));
            if seen.len() <= prepared.varied.len() {
                return true;
            }
            // A panic in the suite's own checks is a defect of the suite, reported as such, and
            // never a verdict on the implementation.
            let judgement = catch_unwind(AssertUnwindSafe(|| self.judge(prepared, &seen)))
                .unwrap_or_else(|panic| Judgement {
                    stopped: Some(Stopped::Defect(Failure::panicked(panic.as_ref()).message)),
                    ..Judgement::default()
                });
            seen.clear();
            at += 1;
            take(at - 1, judgement)
        });
    }

    /// What is observed of a case.
    pub(super) fn observe(
        &self,
        case: &Case,
        implementation: &mut dyn Implementation,
    ) -> CaseObservation {
        let seen = match Sent::of([case], self.description) {
            Ok(sent) => sent.read_back(run_alone(implementation, input(&sent.case(case)))),
            Err(_) => run_alone(implementation, input(case)),
        };
        as_told(seen, &self.description.capabilities)
    }

    /// A trial with the cases that its relations compare its own with.
    fn prepare<'t>(&self, trial: &'t Trial) -> Prepared<'t> {
        let is_sent_as_it_is =
            self.description.attributes.is_none() && self.description.anchor_form.is_text();
        let mut prepared =
            Prepared { trial, varied: Vec::new(), tallies: Tallies::default(), sent: None };
        for relation in &trial.relations {
            if !self.judges_by(relation.rule) {
                continue;
            }
            let Some(mut case) = relation.varied(&trial.case) else {
                prepared.tallies.unmet(relation.rule, UnmetPrecondition::NothingToVary);
                continue;
            };
            if !self.description.has_addresses() {
                remove_addresses(&mut case);
            }
            let together = || prepared.cases().chain([&case]);
            let has_names = is_sent_as_it_is || Sent::of(together(), self.description).is_ok();
            if has_names && lacks(&case, self.description).is_none() {
                prepared.varied.push((*relation, case));
            } else {
                prepared.tallies.unmet(relation.rule, UnmetPrecondition::UndeclaredCapability);
            }
        }
        if !is_sent_as_it_is && let Ok(sent) = Sent::of(prepared.cases(), self.description) {
            let cases = prepared.cases().map(|case| sent.case(case)).collect();
            prepared.sent = Some((sent, cases));
        }
        prepared
    }

    /// Judges what was observed of a trial's own case and of the varied ones.
    fn judge(&self, prepared: &Prepared<'_>, observed: &[CaseObservation]) -> Judgement {
        let Prepared { trial, varied, tallies, .. } = prepared;
        let mut judgement = Judgement { tallies: tallies.clone(), ..Judgement::default() };
        let own = &observed[0];
        self.steps(&trial.case, trial.scenario.as_deref(), own, &mut judgement);
        judgement.stopped = self.stopped(&trial.case, own);
        if !judgement.breaches.is_empty() {
            judgement.answers = answers(&trial.case, own, self.settings, self.description);
        }
        for ((relation, case), observed) in varied.iter().zip(&observed[1..]) {
            if judgement.stopped.is_some() {
                break;
            }
            let own_breaches = judgement.breaches.len();
            self.steps(case, None, observed, &mut judgement);
            for breach in &mut judgement.breaches[own_breaches..] {
                breach.varied = Some(Box::new(case.clone()));
            }
            if own_breaches == 0 && !judgement.breaches.is_empty() {
                judgement.answers = answers(case, observed, self.settings, self.description);
            }
            judgement.stopped = self.stopped(case, observed);
            if let Some(Stopped::Aborted { varied, .. }) = &mut judgement.stopped {
                *varied = Some(Box::new(case.clone()));
            }
            self.compare(relation, (&trial.case, own), (case, observed), &mut judgement);
        }
        judgement
    }

    /// Lets every check judge every step that was observed, and compares it with what the scenario
    /// expects.
    fn steps(
        &self,
        case: &Case,
        scenario: Option<&Scenario>,
        observed: &CaseObservation,
        judgement: &mut Judgement,
    ) {
        let Some(start) = &observed.start else { return };
        let Description { capabilities, choices, .. } = self.description;
        let (mut observer, findings) =
            Observer::start(&case.tenant, start, self.settings, capabilities, choices);
        // What is not as expected after a violation, selected or not, is a consequence, and would
        // be reported under the wrong rule.
        let mut is_violated = self.take(findings, 0, CommandKind::Reset, judgement);
        let expectations = scenario.map(|scenario| {
            (scenario, Context::new(self.description, &case.tenant, &case.commands))
        });
        for (at, (command, step)) in case.commands.iter().zip(&observed.steps).enumerate() {
            let findings = observer.step(command, step);
            is_violated |= self.take(findings, at + 1, command.kind(), judgement);
            // What follows an edit that authority alone forbids is no more as expected.
            is_violated |= scenario.is_some_and(|scenario| {
                self.is_allowed_without_authority(&scenario.steps[at], step)
            });
            let Some((scenario, context)) =
                expectations.as_ref().filter(|_| !is_violated && !observer.is_lost())
            else {
                continue;
            };
            let violations: Vec<Violation> = scenario.steps[at]
                .expect
                .iter()
                .flat_map(|expectation| context.compare(expectation, &step.outcome, &observer))
                .collect();
            is_violated = !violations.is_empty();
            if is_violated && let Some(rule) = self.rule_of(scenario) {
                judgement.breaches.push(Breach {
                    rule,
                    origin: Origin::Expectation,
                    step: at + 1,
                    command: command.kind(),
                    violations: self.told(violations),
                    varied: None,
                });
            }
        }
    }

    /// Whether an edit was carried out that a scenario expects to be refused, and that splits no authority
    /// where there is none.
    fn is_allowed_without_authority(&self, expected: &Step, seen: &StepObservation) -> bool {
        matches!(expected.command, Command::UpdateCloudObject(_))
            && !self.description.capabilities.has(Capability::AuthorityFlag)
            && seen.outcome.status == Status::Ok
            && expected.expect.iter().any(|expected| expected.status == Some(Status::Refused))
    }

    /// The violations, with the link in the place of a flag that the implementation does not show.
    fn told(&self, mut violations: Vec<Violation>) -> Vec<Violation> {
        let has = |capability| self.description.capabilities.has(capability);
        if !has(Capability::AuthorityFlag) {
            let of_flag = violations
                .iter_mut()
                .filter(|violation| violation.field == Field::OnPremisesSyncEnabled);
            of_flag.for_each(|violation| violation.field = Field::Linked);
            if !has(Capability::MatchSourceAnchor) {
                tell_links_alone(&mut violations);
            }
        }
        violations
    }

    /// Takes in what the checks found; whether any found a violation.
    fn take(
        &self,
        findings: Vec<Finding>,
        step: usize,
        command: CommandKind,
        judgement: &mut Judgement,
    ) -> bool {
        let mut is_violated = false;
        for Finding { rule, verdict } in findings {
            if self.lacking.contains(rule) {
                continue;
            }
            let violations = verdict.violations;
            is_violated |= !violations.is_empty();
            if !self.selection.has_rule(rule) {
                continue;
            }
            judgement.tallies.held(rule, verdict.held);
            if !violations.is_empty() {
                let origin = Origin::Check;
                let violations = self.told(violations);
                let breach = Breach { rule, origin, step, command, violations, varied: None };
                judgement.breaches.push(breach);
            }
        }
        is_violated
    }

    /// The rule that an expectation is put down to which no check stands behind: the first one of the
    /// scenario that is selected.
    fn rule_of(&self, scenario: &Scenario) -> Option<&'static str> {
        let rules = scenario.rules.iter().chain(&scenario.near_misses);
        let rule = rules.into_iter().find(|rule| self.judges_by(rule))?;
        let relations = crate::cases::relations::all().iter().map(|relation| relation.rule);
        checked_rules().chain(relations).find(|known| known == rule)
    }

    /// What kept a case from its end.
    fn stopped(&self, case: &Case, observed: &CaseObservation) -> Option<Stopped> {
        let failure = observed.failure.as_ref()?;
        if failure.kind == FailureKind::Unsupported
            && let Some(capability) = failure.capability
            && !self.description.capabilities.has(capability)
        {
            return Some(Stopped::Declined(capability));
        }
        if let Some(why) = failure.inconclusive {
            return Some(Stopped::Inconclusive(why, failure.message.clone()));
        }
        let step = observed.step_of_failure();
        let command = case.kind_of_step(step);
        Some(Stopped::Aborted { failure: failure.clone(), step, command, varied: None })
    }

    /// Lets a relation compare two cases; it says nothing of those that did not come to their end.
    fn compare(
        &self,
        relation: &Relation,
        base: (&Case, &CaseObservation),
        varied: (&Case, &CaseObservation),
        judgement: &mut Judgement,
    ) {
        fn run<'r>((case, observed): (&'r Case, &'r CaseObservation)) -> Option<Run<'r>> {
            let start = observed.start.as_ref().filter(|_| observed.failure.is_none())?;
            Some(Run { case, start, steps: &observed.steps })
        }
        let Description { capabilities, choices, .. } = self.description;
        let verdict = match (run(base), run(varied)) {
            (Some(base), Some(varied)) => {
                relation.judge(base, varied, self.settings, capabilities, choices)
            }
            _ => RelationVerdict::NotApplicable(UnmetPrecondition::Aborted),
        };
        let rule = relation.rule;
        match verdict {
            RelationVerdict::NotApplicable(part) => judgement.tallies.unmet(rule, part),
            RelationVerdict::Held => judgement.tallies.held(rule, 1),
            RelationVerdict::Violated { step, violations } => {
                let origin = Origin::Relation;
                let command = base.0.kind_of_step(step);
                let breach = Breach { rule, origin, step, command, violations, varied: None };
                judgement.breaches.push(breach);
            }
        }
    }
}

/// An anchor that is not shown was filled in together with the link, which is told.
fn tell_links_alone(violations: &mut Vec<Violation>) {
    let is_of_anchor = |violation: &Violation| violation.field == Field::OnPremisesImmutableId;
    if violations.iter().all(is_of_anchor) {
        violations.iter_mut().for_each(|violation| violation.field = Field::Linked);
    } else {
        violations.retain(|violation| !is_of_anchor(violation));
    }
}
