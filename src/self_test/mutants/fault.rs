//! A fault, and an implementation that has it: the reference model behind a wrapper that sees every
//! command on its way in and every outcome on its way out, and deviates in a sync cycle.

use crate::directory::{
    CloudObject, Command, OnPremisesObject, Outcome, ResultWord, Snapshot, Status, StepObservation,
    SyncResult, Tenant, Text,
};
use crate::implementation::{Description, Failure, Implementation};
use crate::reference::{
    Circumstances, CloudHandle, Decision, Deviation, Eligibility, Export, Leaving, Occasion,
    Policy, Reason, ReferenceModel, Return, Turn, Withheld,
};
use crate::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The reference model with one deliberate fault.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Its name, which says what is wrong: `takeover-merges-addresses`.
    pub name: &'static str,
    /// The slug of the rule that it breaks above all.
    pub rule: &'static str,
    /// Other rules that it may break too, in order: where the same mistake shows, or what follows
    /// from it.
    pub also: Vec<&'static str>,
    /// What goes wrong, in a sentence.
    pub what: &'static str,
    fault: Fault,
}

impl Mutant {
    /// It as an implementation that decides by the default policy wherever its fault does not
    /// demand another.
    pub fn implementation(&self) -> Box<dyn Implementation + Send> {
        self.with_policy(Policy::default())
    }

    /// It as an implementation that decides by this policy, except where its fault demands
    /// another: a fault that lies in how objects are quarantined needs such objects.
    pub fn with_policy(&self, policy: Policy) -> Box<dyn Implementation + Send> {
        Box::new(Faulty::new(self, policy))
    }

    /// Whether the rule that it breaks above all, or one that takes its place, is one of this edition.
    pub(super) fn is_in(&self, edition: &str) -> bool {
        let mut rules = Rulebook::embedded().rules.iter();
        rules.any(|rule| rule.is_in(edition) && self.breaks_above_all(&rule.id))
    }

    /// Whether this is the rule that it breaks above all, or one that takes the place of that.
    pub fn breaks_above_all(&self, rule: &str) -> bool {
        let known = Rulebook::embedded().rule(rule);
        let superseded = known.and_then(|known| known.supersedes.as_deref());
        self.rule == rule || superseded == Some(self.rule)
    }

    /// Whether it breaks this rule, above all or too. Who breaks a rule breaks the one that takes its place.
    pub fn breaks(&self, rule: &str) -> bool {
        let is_named = |rule: &str| self.also.contains(&rule);
        let known = Rulebook::embedded().rule(rule);
        let superseded = known.and_then(|known| known.supersedes.as_deref());
        self.breaks_above_all(rule) || is_named(rule) || superseded.is_some_and(is_named)
    }
}

/// The object that an on-premises object belongs to, after a reinstallation; if there is one that
/// it cannot be joined to, why not.
type Found = Result<Option<CloudHandle>, Reason>;

type Refuses = fn(&Memory, &Command, &CloudObject) -> bool;
type Instead = fn(&mut Memory, &Command, &mut ReferenceModel) -> Option<Outcome>;
type Afterwards = fn(&mut Memory, &Command, &mut ReferenceModel, &mut Outcome);
type BeforeTurn = fn(&mut Memory, &mut Turn<'_>) -> Option<SyncResult>;
type AfterTurn = fn(&mut Memory, &mut Turn<'_>, &mut SyncResult);
type Rejoin = fn(&Circumstances<'_>, &dyn Fn(CloudHandle) -> bool, Found) -> Found;
type Adjust = fn(&mut Memory, &mut Eligibility<'_>);
type Decide = fn(&mut Memory, &Circumstances<'_>, Decision) -> Decision;
type Left = fn(&mut Memory, &mut Leaving<'_>);
type DeletedBefore =
    fn(&mut Memory, &Circumstances<'_>, Option<CloudHandle>) -> Option<CloudHandle>;
type Converted = fn(&mut Memory, &Circumstances<'_>, CloudHandle, Return) -> Return;
type Exported = fn(&mut Memory, &Export<'_>, &mut CloudObject);

/// What is done otherwise, and where. From `before_turn` on it is done in a sync cycle, see
/// [`Deviation`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// By which policy it decides.
    policy: fn(&mut Policy),
    /// Whether a command is refused that names this active object.
    refuses: Refuses,
    /// What is done instead of a command.
    instead: Instead,
    /// What is done after a command, and reported of it.
    afterwards: Afterwards,
    before_turn: BeforeTurn,
    after_turn: AfterTurn,
    rejoin: Rejoin,
    eligibility: Adjust,
    decision: Decide,
    left: Left,
    deleted_before: DeletedBefore,
    converted: Converted,
    /// After which exports, and what.
    exported: (&'static [Occasion], Exported),
}

/// No fault at all.
const RIGHT: Fault = Fault {
    policy: |_| {},
    refuses: |_, _, _| false,
    instead: |_, _, _| None,
    afterwards: |_, _, _, _| {},
    before_turn: |_, _| None,
    after_turn: |_, _, _| {},
    rejoin: |_, _, found| found,
    eligibility: |_, _| {},
    decision: |_, _, decision| decision,
    left: |_, _| {},
    deleted_before: |_, _, found| found,
    converted: |_, _, _, decision| decision,
    exported: (&[], |_, _, _| {}),
};

/// A mutant whose fault is still to be told.
pub(super) fn mutant(name: &'static str, rule: &'static str) -> Mutant {
    Mutant { name, rule, also: Vec::new(), what: "", fault: RIGHT }
}

/// How a mutant is told. Each of the later methods is a place at which its fault lies.
impl Mutant {
    /// Other rules that it breaks, by their slugs, with blanks between them.
    pub(super) fn also(mut self, rules: &[&'static str]) -> Mutant {
        self.also = rules.iter().flat_map(|rules| rules.split_whitespace()).collect();
        self.also.retain(|rule| *rule != self.rule);
        self.also.sort_unstable();
        self.also.dedup();
        self
    }

    pub(super) fn what(self, what: &'static str) -> Mutant {
        Mutant { what, ..self }
    }

    pub(super) fn policy(self, policy: fn(&mut Policy)) -> Mutant {
        Mutant { fault: Fault { policy, ..self.fault }, ..self }
    }

    pub(super) fn refuses(self, refuses: Refuses) -> Mutant {
        Mutant { fault: Fault { refuses, ..self.fault }, ..self }
    }

    pub(super) fn instead(self, instead: Instead) -> Mutant {
        Mutant { fault: Fault { instead, ..self.fault }, ..self }
    }

    pub(super) fn afterwards(self, afterwards: Afterwards) -> Mutant {
        Mutant { fault: Fault { afterwards, ..self.fault }, ..self }
    }

    pub(super) fn before_turn(self, before_turn: BeforeTurn) -> Mutant {
        Mutant { fault: Fault { before_turn, ..self.fault }, ..self }
    }

    pub(super) fn after_turn(self, after_turn: AfterTurn) -> Mutant {
        Mutant { fault: Fault { after_turn, ..self.fault }, ..self }
    }

    pub(super) fn rejoin(self, rejoin: Rejoin) -> Mutant {
        Mutant { fault: Fault { rejoin, ..self.fault }, ..self }
    }

    pub(super) fn eligibility(self, eligibility: Adjust) -> Mutant {
        Mutant { fault: Fault { eligibility, ..self.fault }, ..self }
    }

    pub(super) fn decision(self, decision: Decide) -> Mutant {
        Mutant { fault: Fault { decision, ..self.fault }, ..self }
    }

    pub(super) fn left(self, left: Left) -> Mutant {
        Mutant { fault: Fault { left, ..self.fault }, ..self }
    }

    pub(super) fn deleted_before(self, deleted_before: DeletedBefore) -> Mutant {
        Mutant { fault: Fault { deleted_before, ..self.fault }, ..self }
    }

    pub(super) fn converted(self, converted: Converted) -> Mutant {
        Mutant { fault: Fault { converted, ..self.fault }, ..self }
    }

    pub(super) fn exported(self, after: &'static [Occasion], change: Exported) -> Mutant {
        Mutant { fault: Fault { exported: (after, change), ..self.fault }, ..self }
    }
}

/// What a fault remembers of a case: cycles for all, the rest where it is needed.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// How many cycles there have been.
    pub(super) cycles: u32,
    /// Whether something has gone wrong in this cycle. Forgotten when the next one begins.
    pub(super) stopped: bool,
    /// How many objects have had their turn in this cycle, and how many of them failed.
    pub(super) turns: u32,
    pub(super) errors: u32,
    /// On-premises keys or cloud identifiers.
    pub(super) marked: BTreeSet<Text>,
    /// By on-premises key: the object as it failed, how, and how often.
    pub(super) failures: BTreeMap<Text, (Arc<OnPremisesObject>, SyncResult, u32)>,
    /// By cloud identifier: whether the object was an administrator when that was asked.
    pub(super) administrators: BTreeMap<Text, bool>,
    /// By cloud identifier: the user principal name that was seen first.
    pub(super) first_names: BTreeMap<Text, Text>,
    /// By anchor: the cloud identifier of the user that an administrator took it from.
    pub(super) former_anchors: BTreeMap<Text, Text>,
    /// How the soft-match switch stood when Connect last looked.
    pub(super) switch: Option<bool>,
    /// What the object that is about to be provisioned does not get.
    pub(super) withheld: Withheld,
    /// The cloud object that was written last.
    pub(super) written: Option<CloudObject>,
    /// The object that was taken over last, as it was before.
    pub(super) taken_over: Option<CloudObject>,
}

impl Memory {
    /// How an object failed that has not been changed since, and how often.
    pub(super) fn failure(&self, turn: &Turn<'_>) -> Option<(SyncResult, u32)> {
        let (object, result, count) = self.failures.get(&turn.incoming.key)?;
        Arc::ptr_eq(object, turn.incoming).then(|| (result.clone(), *count))
    }

    pub(super) fn note_failure(&mut self, turn: &Turn<'_>, result: &SyncResult) {
        let count = self.failure(turn).map_or(1, |(_, count)| count + 1);
        let failure = (Arc::clone(turn.incoming), result.clone(), count);
        self.failures.insert(turn.incoming.key.clone(), failure);
    }
}

/// The reference model with a fault.
#[derive(Clone, Debug)]
pub(in crate::self_test) struct Faulty {
    name: &'static str,
    model: ReferenceModel,
    work: Work,
}

/// A fault at work.
#[derive(Clone, Debug)]
struct Work {
    fault: Fault,
    memory: Memory,
}

impl Faulty {
    pub(in crate::self_test) fn new(mutant: &Mutant, mut policy: Policy) -> Faulty {
        let fault = mutant.fault;
        (fault.policy)(&mut policy);
        let work = Work { fault, memory: Memory::default() };
        Faulty { name: mutant.name, model: ReferenceModel::new(policy), work }
    }

    /// The reference model itself, without any fault.
    pub(in crate::self_test) fn without_fault(policy: Policy) -> Faulty {
        Faulty::new(&mutant("reference model", ""), policy)
    }

    pub(in crate::self_test) fn model(&self) -> &ReferenceModel {
        &self.model
    }

    /// What it remembers beside the model, in words of its own.
    pub(in crate::self_test) fn memory(&self) -> String {
        format!("{:?}", self.work.memory)
    }
}

impl Implementation for Faulty {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        description.implementation.name = self.name.to_owned();
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.work.memory = Memory::default();
        self.model.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let Faulty { model, work, .. } = self;
        let fault = work.fault;
        let is_sync = matches!(command, Command::Sync(_));
        if is_sync {
            work.memory.stopped = false;
            work.memory.turns = 0;
            work.memory.errors = 0;
        }
        let target = model.named_by(command);
        let is_refused =
            target.is_some_and(|(_, target)| (fault.refuses)(&work.memory, command, target));
        let mut outcome = if is_refused {
            Outcome::plain(Status::Refused)
        } else if let Some(outcome) = (fault.instead)(&mut work.memory, command, model) {
            outcome
        } else {
            model.carry_out(command, work)?
        };
        (fault.afterwards)(&mut work.memory, command, model, &mut outcome);
        if is_sync {
            work.memory.cycles += 1;
        }
        Ok(StepObservation { outcome, snapshot: model.snapshot() })
    }
}

impl Deviation for Work {
    fn before_turn(&mut self, turn: &mut Turn<'_>) -> Option<SyncResult> {
        self.memory.turns += 1;
        (self.fault.before_turn)(&mut self.memory, turn)
    }

    fn after_turn(&mut self, turn: &mut Turn<'_>, result: &mut SyncResult) {
        self.memory.errors += u32::from(result.result == ResultWord::Error);
        (self.fault.after_turn)(&mut self.memory, turn, result);
    }

    fn rejoin(
        &mut self,
        circumstances: &Circumstances<'_>,
        is_joined: &dyn Fn(CloudHandle) -> bool,
        found: Found,
    ) -> Found {
        (self.fault.rejoin)(circumstances, is_joined, found)
    }

    fn eligibility(&mut self, eligibility: &mut Eligibility<'_>) {
        (self.fault.eligibility)(&mut self.memory, eligibility);
    }

    fn decision(&mut self, circumstances: &Circumstances<'_>, decision: Decision) -> Decision {
        (self.fault.decision)(&mut self.memory, circumstances, decision)
    }

    fn left(&mut self, leaving: &mut Leaving<'_>) {
        (self.fault.left)(&mut self.memory, leaving);
    }

    fn deleted_before(
        &mut self,
        circumstances: &Circumstances<'_>,
        found: Option<CloudHandle>,
    ) -> Option<CloudHandle> {
        (self.fault.deleted_before)(&mut self.memory, circumstances, found)
    }

    fn converted(
        &mut self,
        circumstances: &Circumstances<'_>,
        handle: CloudHandle,
        decision: Return,
    ) -> Return {
        (self.fault.converted)(&mut self.memory, circumstances, handle, decision)
    }

    fn exported(&mut self, export: &Export<'_>, object: &mut CloudObject) {
        let (occasions, change) = self.fault.exported;
        if occasions.contains(&export.occasion) {
            change(&mut self.memory, export, object);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The wrapper itself is no fault: without one it does as the bare model.
    #[test]
    fn without_a_fault_nothing_deviates() {
        let mut wrapped = Faulty::without_fault(Policy::default());
        let mut model = ReferenceModel::default();
        let embedded = crate::cases::scenario::embedded().iter();
        for case in embedded.filter(|case| case.scenario.is_in("2023-01")) {
            assert_eq!(wrapped.reset(&case.scenario.given), model.reset(&case.scenario.given));
            for command in case.scenario.commands() {
                assert_eq!(wrapped.apply(&command), model.apply(&command), "{}", case.id);
            }
        }
        assert_eq!(wrapped.reset(&Tenant::default()), model.reset(&Tenant::default()));
    }
}
