//! Runs cases, whatever their source, and judges each by all checks and by the laws that are
//! applied to it.

use super::event::Origin;
use super::plan::Selection;
use super::reason::reason;
use super::same_run::shows_the_same;
use crate::cases::laws::{self, Law, LawVerdict};
use crate::cases::{Case, required_capabilities};
use crate::checks::{Finding, Observer, Violation, checked_rules};
use crate::directory::{Command, Snapshot, Tenant};
use crate::implementation::{
    CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation,
};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

/// A case, and the laws that are applied to it besides the checks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trial {
    pub(crate) case: Case,
    pub(crate) laws: Vec<&'static Law>,
}

impl Trial {
    /// A case that only the checks judge.
    pub(super) fn of(case: Case) -> Trial {
        Trial { case, laws: Vec::new() }
    }
}

/// A trial, and the cases that its laws compare its own with.
pub(crate) struct Prepared<'t> {
    trial: &'t Trial,
    varied: Vec<(&'static Law, Case)>,
}

impl Prepared<'_> {
    /// What an implementation is asked to run: the trial's own case, and then the varied ones.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = CaseInput<'_>> {
        let varied = self.varied.iter().map(|(_, case)| case);
        std::iter::once(&self.trial.case).chain(varied).map(input)
    }
}

/// Every rule that is judged: those with a check, and then the laws.
pub(super) fn judged_rules() -> &'static [&'static str] {
    static RULES: OnceLock<Vec<&'static str>> = OnceLock::new();
    RULES.get_or_init(|| checked_rules().chain(laws::all().iter().map(|law| law.rule)).collect())
}

/// How often rules were exercised.
#[derive(Clone, Debug)]
pub(crate) struct Tallies {
    /// How often each held and how often it was broken, by its position among the judged rules.
    exercised: Vec<(u64, u64)>,
    /// How often a law's precondition did not hold, by the law's rule and the part of it that
    /// failed first.
    unmet: BTreeMap<(&'static str, &'static str), u64>,
}

impl Default for Tallies {
    fn default() -> Self {
        Tallies { exercised: vec![(0, 0); judged_rules().len()], unmet: BTreeMap::new() }
    }
}

impl Tallies {
    /// Rules with the number of times that they held and the number of violations of them.
    pub(crate) fn exercised(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        judged_rules()
            .iter()
            .zip(&self.exercised)
            .filter(|(_, counts)| **counts != (0, 0))
            .map(|(rule, (held, violated))| (*rule, *held, *violated))
    }

    /// How often this rule held.
    pub(super) fn held(&self, rule: &str) -> u64 {
        self.exercised().find(|(known, ..)| *known == rule).map_or(0, |(_, held, _)| held)
    }

    /// Laws with what of their precondition did not hold, and how often.
    pub(super) fn unmet(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        self.unmet.iter().map(|((rule, part), count)| (*rule, *part, *count))
    }

    /// Counts what was counted elsewhere.
    pub(super) fn add(&mut self, other: Tallies) {
        for ((held, violated), (more_held, more_violated)) in
            self.exercised.iter_mut().zip(other.exercised)
        {
            *held += more_held;
            *violated += more_violated;
        }
        for (what, more) in other.unmet {
            *self.unmet.entry(what).or_default() += more;
        }
    }

    fn is_unmet(&mut self, law: &Law, part: &'static str) {
        *self.unmet.entry((law.rule, part)).or_default() += 1;
    }
}

/// One way in which a trial broke a rule.
#[derive(Clone, Debug)]
pub(crate) struct Breach {
    pub(crate) rule: &'static str,
    /// The step after which it was noticed, counted from 1; 0 is the start.
    pub(crate) step: usize,
    /// The step's command; `reset` for the start.
    pub(crate) command: &'static str,
    pub(crate) violations: Vec<Violation>,
    /// The law that is broken, where it is one.
    pub(crate) law: Option<&'static Law>,
    /// The varied case, where a check found fault with that and not with the trial's own.
    pub(crate) varied: Option<Box<Case>>,
}

/// What is alike in two failures of one kind: a shrink that holds on to it cannot slide onto
/// another fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Signature {
    /// The rule, and the field in which it is broken.
    Breach(&'static str, String),
    /// The rule, and one of the reasons for which it is broken: finer than its field.
    Reason(&'static str, String),
    /// The implementation broke off in this way, in a step with this command.
    BrokenOff(FailureKind, &'static str),
}

/// Fields that are told apart; any other is a plain attribute, and one is like the other.
const FIELDS: &[&str] = &[
    "kind",
    "mailEnabled",
    "onPremisesSyncEnabled",
    "onPremisesImmutableId",
    "sourceAnchor",
    "userPrincipalName",
    "proxyAddresses",
    "attributes",
    "password",
    "roles",
    "deleted",
    "quarantined",
    "id",
    "outcome",
    "reported result",
    "matchedOn",
    "evaluatedBy",
    "synchronisation",
];

/// The field's own name, but for plain attributes, which have one in common.
pub(super) fn kind_of_field(field: &str) -> &str {
    let is_told_apart = FIELDS.contains(&field) || field.contains(' ');
    if is_told_apart { field } else { "an attribute" }
}

impl Breach {
    pub(crate) fn signature(&self) -> Signature {
        let field = self.violations.first().map_or("", |violation| &*violation.field);
        Signature::Breach(self.rule, kind_of_field(field).to_owned())
    }

    /// The reasons for which the rule counts as broken.
    pub(super) fn reasons(&self) -> BTreeSet<String> {
        let origin = if self.law.is_some() { Origin::Law } else { Origin::Check };
        self.violations.iter().map(|found| reason(origin, self.command, found)).collect()
    }

    fn shows(&self, signature: &Signature) -> bool {
        match signature {
            Signature::Reason(rule, reason) => {
                self.rule == *rule && self.reasons().contains(reason)
            }
            signature => self.signature() == *signature,
        }
    }
}

/// What became of a trial, beyond the tallies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ended {
    /// How rules were broken, in the order of the steps.
    pub(crate) breaches: Vec<Breach>,
    /// What kept it from being judged to its end.
    pub(crate) stopped: Option<Stopped>,
}

/// What kept a trial from being judged to its end.
#[derive(Clone, Debug)]
pub(crate) enum Stopped {
    /// The implementation broke off.
    BrokenOff {
        failure: Failure,
        /// In this step, counted from 1; 0 is the start.
        step: usize,
        /// The step's command; `reset` for the start.
        command: &'static str,
        /// The varied case, where it broke off in that and not in the trial's own.
        varied: Option<Box<Case>>,
    },
    /// The implementation says that it cannot do this, for want of a capability that it does not
    /// declare.
    NotApplicable,
    /// The suite itself failed to judge it.
    Defect(String),
}

impl Ended {
    /// The first breach with this signature.
    pub(super) fn breach(&self, signature: &Signature) -> Option<&Breach> {
        self.breaches.iter().find(|breach| breach.shows(signature))
    }

    /// Whether it went wrong in this way.
    pub(super) fn shows(&self, signature: &Signature) -> bool {
        match (signature, &self.stopped) {
            (
                Signature::BrokenOff(kind, word),
                Some(Stopped::BrokenOff { failure, command, .. }),
            ) => failure.kind == *kind && command == word,
            _ => self.breach(signature).is_some(),
        }
    }
}

/// Follows one case after the other, with the memory of the one before.
struct Witness<'d> {
    observer: Observer<'d>,
    findings: Vec<Finding>,
}

impl<'d> Witness<'d> {
    fn new(description: &'d Description) -> Witness<'d> {
        let (observer, findings) = Observer::start(
            &Tenant::default(),
            &Snapshot::default(),
            &description.capabilities,
            &description.choices,
        );
        Witness { observer, findings }
    }
}

/// Judges trials by everything that is selected.
pub(crate) struct Judge<'a> {
    pub(crate) description: &'a Description,
    /// Whether a rule is judged, by its position.
    selected: Vec<bool>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(description: &'a Description, selection: &Selection) -> Judge<'a> {
        let selected = judged_rules().iter().map(|rule| selection.has_rule(rule)).collect();
        Judge { description, selected }
    }

    /// Runs trials and hands over what became of each, in order. Return `false` from `ended` to
    /// stop early.
    pub(crate) fn run(
        &self,
        trials: &[Trial],
        implementation: &mut dyn Implementation,
        tallies: &mut Tallies,
        ended: &mut dyn FnMut(usize, Ended, &Tallies) -> bool,
    ) {
        let prepared: Vec<Prepared<'_>> =
            trials.iter().map(|trial| self.prepare(trial, tallies)).collect();
        self.run_prepared(&prepared, None, implementation, tallies, ended);
    }

    /// A trial with the cases that its laws compare its own with. Where a law has nothing to vary
    /// that is counted.
    pub(crate) fn prepare<'t>(&self, trial: &'t Trial, tallies: &mut Tallies) -> Prepared<'t> {
        Prepared { trial, varied: self.varied(trial, tallies) }
    }

    /// Runs trials as [`Judge::run`] does. Where it is `known` what every check has judged and
    /// found right, of each trial's cases in order, an implementation that shows the same is
    /// right as well; that is not counted.
    pub(crate) fn run_prepared(
        &self,
        prepared: &[Prepared<'_>],
        known: Option<&[Vec<CaseObservation>]>,
        implementation: &mut dyn Implementation,
        tallies: &mut Tallies,
        ended: &mut dyn FnMut(usize, Ended, &Tallies) -> bool,
    ) {
        let inputs: Vec<CaseInput<'_>> = prepared.iter().flat_map(Prepared::inputs).collect();
        let mut at = 0;
        let mut seen: Vec<CaseObservation> = Vec::new();
        let mut witness = Witness::new(self.description);
        implementation.run_cases(&inputs, &mut |_, observation| {
            let Prepared { trial, varied } = &prepared[at];
            seen.push(observation);
            if seen.len() <= varied.len() {
                return true;
            }
            // A panic in the suite's own checks is a defect of the suite, told as such, and never
            // a verdict on the implementation.
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let is_known = known.is_some_and(|known| {
                    seen.iter().zip(&known[at]).all(|(seen, known)| shows_the_same(seen, known))
                });
                if is_known {
                    Ended::default()
                } else {
                    self.judge(&mut witness, trial, varied, &seen, tallies)
                }
            }))
            .unwrap_or_else(|panic| Ended {
                breaches: Vec::new(),
                stopped: Some(Stopped::Defect(Failure::panicked(panic.as_ref()).message)),
            });
            seen.clear();
            at += 1;
            ended(at - 1, outcome, tallies)
        });
    }

    /// The cases that the trial's laws compare its own with.
    fn varied(&self, trial: &Trial, tallies: &mut Tallies) -> Vec<(&'static Law, Case)> {
        let mut all = Vec::new();
        for law in &trial.laws {
            if !position_of(law.rule).is_some_and(|position| self.selected[position]) {
                continue;
            }
            let Some(case) = law.varied(&trial.case) else {
                tallies.is_unmet(law, laws::NOTHING_TO_VARY);
                continue;
            };
            let needed = required_capabilities(&case.tenant, &case.commands);
            if self.description.capabilities.missing(&needed).is_empty() {
                all.push((*law, case));
            } else {
                tallies.is_unmet(law, "what the varied case takes is declared");
            }
        }
        all
    }

    fn judge(
        &self,
        witness: &mut Witness<'_>,
        trial: &Trial,
        varied: &[(&'static Law, Case)],
        seen: &[CaseObservation],
        tallies: &mut Tallies,
    ) -> Ended {
        let base = &seen[0];
        let mut ended = Ended::default();
        self.judge_steps(witness, &trial.case, base, tallies, &mut ended.breaches);
        ended.stopped = self.stopped(&trial.case, base, || None);
        for ((law, case), seen) in varied.iter().zip(&seen[1..]) {
            if ended.stopped.is_some() {
                break;
            }
            let own = ended.breaches.len();
            self.judge_steps(witness, case, seen, tallies, &mut ended.breaches);
            for breach in &mut ended.breaches[own..] {
                breach.varied = Some(Box::new(case.clone()));
            }
            ended.stopped = self.stopped(case, seen, || Some(Box::new(case.clone())));
            self.judge_law(law, (&trial.case, base), (case, seen), tallies, &mut ended.breaches);
        }
        ended
    }

    fn stopped(
        &self,
        case: &Case,
        seen: &CaseObservation,
        varied: impl FnOnce() -> Option<Box<Case>>,
    ) -> Option<Stopped> {
        let failure = seen.failure.as_ref()?;
        if is_not_applicable(failure, self.description) {
            return Some(Stopped::NotApplicable);
        }
        let step = if seen.start.is_some() { seen.steps.len() + 1 } else { 0 };
        let command = command_of(case, step);
        Some(Stopped::BrokenOff { failure: failure.clone(), step, command, varied: varied() })
    }

    /// Lets every check judge every step that was seen.
    fn judge_steps(
        &self,
        witness: &mut Witness<'_>,
        case: &Case,
        seen: &CaseObservation,
        tallies: &mut Tallies,
        breaches: &mut Vec<Breach>,
    ) {
        let Some(start) = &seen.start else { return };
        let Witness { observer, findings } = witness;
        findings.clear();
        findings.push(observer.restart(&case.tenant, start));
        self.take(findings, 0, "reset", tallies, breaches);
        for (at, (command, observed)) in case.commands.iter().zip(&seen.steps).enumerate() {
            observer.judge(command, observed, findings);
            self.take(findings, at + 1, command.word(), tallies, breaches);
        }
    }

    fn take(
        &self,
        findings: &mut Vec<Finding>,
        step: usize,
        command: &'static str,
        tallies: &mut Tallies,
        breaches: &mut Vec<Breach>,
    ) {
        // Findings come in the order of the rules.
        let mut position = 0;
        let rules = judged_rules();
        for Finding { rule, verdict } in findings.drain(..) {
            // Both are the checks' own texts, and mostly one and the same.
            while !std::ptr::eq(rules[position], rule) && rules[position] != rule {
                position += 1;
            }
            if !self.selected[position] {
                continue;
            }
            let (held, violated) = &mut tallies.exercised[position];
            *held += verdict.held;
            *violated += verdict.violations.len() as u64;
            if !verdict.violations.is_empty() {
                let violations = verdict.violations;
                breaches.push(Breach { rule, step, command, violations, law: None, varied: None });
            }
        }
    }

    fn judge_law(
        &self,
        law: &'static Law,
        base: (&Case, &CaseObservation),
        varied: (&Case, &CaseObservation),
        tallies: &mut Tallies,
        breaches: &mut Vec<Breach>,
    ) {
        let Some(position) = position_of(law.rule) else { return };
        match compare(law, base, varied, self.description) {
            LawVerdict::NotApplicable(part) => tallies.is_unmet(law, part),
            LawVerdict::Held => tallies.exercised[position].0 += 1,
            LawVerdict::Violated(violations) => {
                tallies.exercised[position].1 += violations.len() as u64;
                let step = base.0.commands.len();
                let command = command_of(base.0, step);
                let (rule, law) = (law.rule, Some(law));
                breaches.push(Breach { rule, step, command, violations, law, varied: None });
            }
        }
    }
}

/// What a law says of two cases; nothing of those that did not come to their end.
pub(super) fn compare(
    law: &Law,
    base: (&Case, &CaseObservation),
    varied: (&Case, &CaseObservation),
    description: &Description,
) -> LawVerdict {
    fn run<'r>((case, seen): (&'r Case, &'r CaseObservation)) -> Option<laws::Run<'r>> {
        let is_whole = seen.failure.is_none();
        let start = seen.start.as_ref().filter(|_| is_whole)?;
        Some(laws::Run { case, start, steps: &seen.steps })
    }
    match (run(base), run(varied)) {
        (Some(base), Some(varied)) => {
            law.judge(base, varied, &description.capabilities, &description.choices)
        }
        _ => LawVerdict::NotApplicable("both cases come to their end"),
    }
}

/// The command of the step with this number, counted from 1; `reset` for the start.
fn command_of(case: &Case, step: usize) -> &'static str {
    step.checked_sub(1).and_then(|at| case.commands.get(at)).map_or("reset", Command::word)
}

fn position_of(rule: &str) -> Option<usize> {
    judged_rules().iter().position(|known| *known == rule)
}

fn input(case: &Case) -> CaseInput<'_> {
    CaseInput { tenant: &case.tenant, commands: &case.commands }
}

/// Whether a case ended because it takes a capability that is not declared.
pub(super) fn is_not_applicable(failure: &Failure, description: &Description) -> bool {
    failure.kind == FailureKind::Unsupported
        && failure.capability.is_some_and(|capability| !description.capabilities.has(capability))
}
