//! A fault: one function for each seam of the reference model. Those that are not given do as the
//! model does.

use super::Mutant;
use super::memory::Memory;
use crate::directory::{CloudObject, Command, OnPremisesObject, Outcome, SyncResult};
use crate::reference::{
    Circumstances, CloudHandle, CloudTenant, Comparison, Decision, Deviation, Export, Holder,
    JoinedDecision, Meeting, Policy, Reason, ReferenceModel, Routes, Turn,
};

/// By which attributes an object can be taken over; if by none, why not.
pub(super) type Verdict = Result<Routes, Reason>;

/// The object that an on-premises object belongs to, after a reinstallation; if there is one that
/// it cannot be joined to, why not.
pub(super) type Rejoin = Result<Option<CloudHandle>, Reason>;

type Instead = fn(&mut Memory, &Command, &mut ReferenceModel) -> Option<Outcome>;
type Afterwards = fn(&mut Memory, &Command, &mut ReferenceModel, &mut Outcome);
type BeforeTurn = fn(&mut Memory, &mut Turn<'_>) -> Option<SyncResult>;
type AfterTurn = fn(&mut Memory, &mut Turn<'_>, &mut SyncResult);
type Rejoining =
    fn(&mut Memory, &Circumstances<'_>, &dyn Fn(CloudHandle) -> bool, Rejoin) -> Rejoin;
type MoreHolders = fn(&Circumstances<'_>) -> Vec<CloudHandle>;
type Judging = fn(&mut Memory, &Meeting<'_>, Verdict) -> Verdict;
type Deciding = fn(&mut Memory, &Circumstances<'_>, Decision) -> Decision;
type DecidingJoined = fn(
    &mut Memory,
    &Circumstances<'_>,
    CloudHandle,
    Option<&OnPremisesObject>,
    JoinedDecision,
) -> JoinedDecision;
type Target = fn(&mut Memory, &mut CloudTenant, CloudHandle) -> CloudHandle;
type Exported = fn(&Memory, &Export<'_>, &mut CloudObject);

/// A fault. See [`Deviation`] for when each of its functions is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) policy: fn(&mut Policy),
    comparison: Comparison,
    instead: Instead,
    afterwards: Afterwards,
    before_turn: BeforeTurn,
    after_turn: AfterTurn,
    rejoin: Rejoining,
    more_holders: MoreHolders,
    verdict: Option<Judging>,
    decision: Deciding,
    joined_decision: DecidingJoined,
    target: Target,
    exported: Exported,
}

/// No fault at all.
pub(super) const RIGHT: Fault = Fault {
    policy: |_| {},
    comparison: Comparison {
        case_of_names_counts: false,
        case_of_addresses_counts: false,
        case_of_anchors_is_ignored: false,
    },
    instead: |_, _, _| None,
    afterwards: |_, _, _, _| {},
    before_turn: |_, _| None,
    after_turn: |_, _, _| {},
    rejoin: |_, _, _, found| found,
    more_holders: |_| Vec::new(),
    verdict: None,
    decision: |_, _, decision| decision,
    joined_decision: |_, _, _, _, decision| decision,
    target: |_, _, target| target,
    exported: |_, _, _| {},
};

macro_rules! seams {
    ($($seam:ident: $function:ty = |$given:ident| $kept:expr;)*) => {
        /// One method a seam: the fault lies there.
        impl Mutant {
            $(
                pub(super) const fn $seam(self, $given: $function) -> Mutant {
                    Mutant { fault: Fault { $seam: $kept, ..self.fault }, ..self }
                }
            )*
        }
    };
}

seams! {
    policy: fn(&mut Policy) = |change| change;
    comparison: Comparison = |comparison| comparison;
    instead: Instead = |act| act;
    afterwards: Afterwards = |act| act;
    before_turn: BeforeTurn = |act| act;
    after_turn: AfterTurn = |act| act;
    rejoin: Rejoining = |find| find;
    more_holders: MoreHolders = |find| find;
    verdict: Judging = |judge| Some(judge);
    decision: Deciding = |decide| decide;
    joined_decision: DecidingJoined = |decide| decide;
    target: Target = |find| find;
    exported: Exported = |change| change;
}

/// An implementation's fault at work.
#[derive(Clone, Debug)]
pub(super) struct Faulty {
    name: &'static str,
    fault: Fault,
    memory: Memory,
}

impl Faulty {
    pub(super) fn new(name: &'static str, fault: Fault) -> Faulty {
        Faulty { name, fault, memory: Memory::default() }
    }
}

impl Deviation for Faulty {
    fn boxed_clone(&self) -> Box<dyn Deviation> {
        Box::new(self.clone())
    }

    fn name(&self) -> &str {
        self.name
    }

    fn comparison(&self) -> Comparison {
        self.fault.comparison
    }

    fn reset(&mut self) {
        self.memory = Memory::default();
    }

    fn instead(&mut self, command: &Command, model: &mut ReferenceModel) -> Option<Outcome> {
        match command {
            Command::Sync(_) => self.memory.broken_off = false,
            Command::ReinstallConnect(_) => self.memory.reinstalled = true,
            _ => {}
        }
        (self.fault.instead)(&mut self.memory, command, model)
    }

    fn afterwards(&mut self, command: &Command, model: &mut ReferenceModel, outcome: &mut Outcome) {
        (self.fault.afterwards)(&mut self.memory, command, model, outcome);
        if matches!(command, Command::Sync(_)) {
            self.memory.cycles += 1;
            self.memory.reinstalled = false;
        }
    }

    fn before_turn(&mut self, turn: &mut Turn<'_>) -> Option<SyncResult> {
        (self.fault.before_turn)(&mut self.memory, turn)
    }

    fn after_turn(&mut self, turn: &mut Turn<'_>, result: &mut SyncResult) {
        (self.fault.after_turn)(&mut self.memory, turn, result);
    }

    fn rejoin(
        &mut self,
        circumstances: &Circumstances<'_>,
        is_joined: &dyn Fn(CloudHandle) -> bool,
        found: Rejoin,
    ) -> Rejoin {
        (self.fault.rejoin)(&mut self.memory, circumstances, is_joined, found)
    }

    fn holders(&mut self, circumstances: &Circumstances<'_>, holders: &mut Vec<Holder>) {
        for handle in (self.fault.more_holders)(circumstances) {
            if holders.iter().all(|holder| holder.handle != handle)
                && let Some(object) = circumstances.tenant.get(handle)
            {
                let verdict = circumstances.meeting(object).verdict();
                holders.push(Holder { handle, verdict });
            }
        }
        if let Some(judge) = self.fault.verdict {
            for holder in holders {
                if let Some(object) = circumstances.tenant.get(holder.handle) {
                    let meeting = circumstances.meeting(object);
                    holder.verdict = judge(&mut self.memory, &meeting, holder.verdict);
                }
            }
        }
    }

    fn decision(&mut self, circumstances: &Circumstances<'_>, decision: Decision) -> Decision {
        (self.fault.decision)(&mut self.memory, circumstances, decision)
    }

    fn joined_decision(
        &mut self,
        circumstances: &Circumstances<'_>,
        own: CloudHandle,
        exported: Option<&OnPremisesObject>,
        decision: JoinedDecision,
    ) -> JoinedDecision {
        let memory = &mut self.memory;
        (self.fault.joined_decision)(memory, circumstances, own, exported, decision)
    }

    fn target(&mut self, tenant: &mut CloudTenant, target: CloudHandle) -> CloudHandle {
        (self.fault.target)(&mut self.memory, tenant, target)
    }

    fn exported(&self, export: &Export<'_>, object: &mut CloudObject) {
        (self.fault.exported)(&self.memory, export, object);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Tenant;
    use crate::implementation::Implementation;

    /// The seams themselves are no fault: without one, a deviating model does as the bare one.
    #[test]
    fn without_a_fault_nothing_deviates() {
        let faulty = Faulty::new("nothing", RIGHT);
        let mut deviating = ReferenceModel::default().with_deviation(Box::new(faulty));
        let mut model = ReferenceModel::default();
        for case in crate::cases::scenario::embedded() {
            assert_eq!(deviating.reset(&case.scenario.given), model.reset(&case.scenario.given));
            for command in case.scenario.commands() {
                assert_eq!(deviating.apply(&command), model.apply(&command), "{}", case.id);
            }
        }
        assert_eq!(deviating.reset(&Tenant::default()), model.reset(&Tenant::default()));
    }
}
