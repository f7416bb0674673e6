//! The points at which an implementation could part from the model.
//!
//! Faults are made on purpose to show that the suite finds them, and most can be made only in the
//! middle of a decision. So the model has seams: named points at which it asks what a
//! [`Deviation`] would have. The model itself has none, and then a seam is one comparison. What the
//! deviations are is no business of the model.

use super::connect::{Connect, Cycle, Position};
use super::decide::{Decision, Withheld};
use super::export;
use super::holders::{Holder, Routes, Shared, eligibility};
use super::joined::JoinedDecision;
use super::policy::Policy;
use super::reason::{Reason, Refusal};
use super::tenant::{CloudHandle, CloudTenant, Comparison};
use super::trace::Trace;
use super::{ReferenceModel, administrator};
use crate::directory::{
    CloudObject, CloudRef, Command, Features, MatchingAttribute, OnPremisesObject, Outcome, Status,
    SyncResult, Text,
};
use crate::implementation::Failure;
use std::fmt::Debug;
use std::sync::Arc;

/// What an implementation does otherwise than the model: one method for each seam.
pub(crate) trait Deviation: Debug + Send + Sync {
    /// The same deviation in the same state.
    fn boxed_clone(&self) -> Box<dyn Deviation>;

    /// What the implementation is called.
    fn name(&self) -> &str;

    /// How it compares identifiers.
    fn comparison(&self) -> Comparison;

    /// A case begins.
    fn reset(&mut self);

    /// Before a command: what is done instead of it. The model that is handed over follows no
    /// deviation meanwhile.
    fn instead(&mut self, command: &Command, model: &mut ReferenceModel) -> Option<Outcome>;

    /// After a command: what else happens, and what is told of it.
    fn afterwards(&mut self, command: &Command, model: &mut ReferenceModel, outcome: &mut Outcome);

    /// Before the turn of an on-premises object in a cycle: the result, if nothing else is to be
    /// done for it. It is tried again in the next cycle if that is an error.
    fn before_turn(&mut self, turn: &mut Turn<'_>) -> Option<SyncResult>;

    /// After the turn of an on-premises object: what else happens, and what is told of it. Whether
    /// the object is tried again is settled already.
    fn after_turn(&mut self, turn: &mut Turn<'_>, result: &mut SyncResult);

    /// Which object an on-premises object belongs to that Connect does not remember. `is_joined`
    /// says which objects have their on-premises object already.
    fn rejoin(
        &mut self,
        circumstances: &Circumstances<'_>,
        is_joined: &dyn Fn(CloudHandle) -> bool,
        found: Result<Option<CloudHandle>, Reason>,
    ) -> Result<Option<CloudHandle>, Reason>;

    /// Who holds an identifier of a new object, and which of them are eligible.
    fn holders(&mut self, circumstances: &Circumstances<'_>, holders: &mut Vec<Holder>);

    /// What becomes of a new object.
    fn decision(&mut self, circumstances: &Circumstances<'_>, decision: Decision) -> Decision;

    /// What becomes of a joined object.
    fn joined_decision(
        &mut self,
        circumstances: &Circumstances<'_>,
        own: CloudHandle,
        exported: Option<&OnPremisesObject>,
        decision: JoinedDecision,
    ) -> JoinedDecision;

    /// Which object a takeover goes on with, just before its values are written.
    fn target(&mut self, tenant: &mut CloudTenant, target: CloudHandle) -> CloudHandle;

    /// What a cloud object looks like after an export.
    fn exported(&self, export: &Export<'_>, object: &mut CloudObject);
}

impl Clone for Box<dyn Deviation> {
    fn clone(&self) -> Self {
        self.boxed_clone()
    }
}

/// What a decision about an on-premises object rests on.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// The cloud objects.
    pub(crate) tenant: &'a CloudTenant,
    /// The switches.
    pub(crate) features: Features,
    /// The policy.
    pub(crate) policy: &'a Policy,
}

impl Circumstances<'_> {
    /// What of the object's values other active objects hold.
    pub(crate) fn withheld(&self, own: Option<CloudHandle>) -> Withheld {
        Withheld::from_others(self.incoming, own, self.tenant)
    }

    /// What the object `own` would look like after an update.
    pub(crate) fn updated(
        &self,
        own: &CloudObject,
        exported: Option<&OnPremisesObject>,
    ) -> CloudObject {
        export::updated(own, self.incoming, exported, &Withheld::default(), self.features)
    }

    /// The on-premises object beside a cloud object that it might take over.
    pub(crate) fn meeting<'b>(&'b self, object: &'b CloudObject) -> Meeting<'b> {
        Meeting {
            incoming: self.incoming,
            object,
            shared: super::holders::shared(self.incoming, object, &mut Trace::off()),
            features: self.features,
            policy: self.policy,
        }
    }
}

/// A new on-premises object beside a cloud object that it might take over.
#[derive(Clone, Copy)]
pub(crate) struct Meeting<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// The cloud object.
    pub(crate) object: &'a CloudObject,
    /// What of the matching attributes they have in common.
    pub(crate) shared: Shared,
    /// The switches.
    pub(crate) features: Features,
    /// The policy.
    pub(crate) policy: &'a Policy,
}

impl Meeting<'_> {
    /// By which attributes the object can be taken over; if by none, why not.
    pub(crate) fn verdict(&self) -> Result<Routes, Reason> {
        eligibility(self.incoming, self.object, self.shared, self.features, self.policy)
    }
}

/// The turn of one on-premises object in a cycle.
pub(crate) struct Turn<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a Arc<OnPremisesObject>,
    /// The active object that it is joined to.
    pub(crate) joined: Option<CloudHandle>,
    /// What was exported to that last; `None` after a reinstallation.
    pub(crate) exported: Option<&'a OnPremisesObject>,
    /// The cloud objects.
    pub(crate) tenant: &'a mut CloudTenant,
    /// The switches, as they are to be for this turn.
    pub(crate) features: Features,
    /// The policy, as it is to be for this turn.
    pub(crate) policy: Policy,
    /// Whether Connect forgets what the object is joined to.
    pub(crate) lets_go: bool,
}

/// An export that is about to reach the cloud.
pub(crate) struct Export<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// What brought it about.
    pub(crate) occasion: Occasion<'a>,
    /// The switches.
    pub(crate) features: Features,
}

/// What brings an export about.
#[derive(Clone, Copy)]
pub(crate) enum Occasion<'a> {
    /// A new cloud object.
    Provisioning,
    /// A flagged copy.
    Copy,
    /// A takeover.
    Takeover {
        /// The object before it.
        before: &'a CloudObject,
        /// What it was reached by.
        matched_on: MatchingAttribute,
    },
    /// An update of a joined object.
    Update {
        /// The object before it.
        before: &'a CloudObject,
        /// What was exported last; `None` after a reinstallation.
        exported: Option<&'a OnPremisesObject>,
    },
}

impl ReferenceModel {
    /// The same model with a deviation.
    pub(crate) fn with_deviation(mut self, deviation: Box<dyn Deviation>) -> ReferenceModel {
        self.tenant.compare(deviation.comparison());
        self.deviation = Some(deviation);
        self
    }

    /// Carries out a command, and what a deviation has to add to it.
    pub(super) fn carry_out_deviating(&mut self, command: &Command) -> Result<Outcome, Failure> {
        let instead = self.without_deviation(|deviation, model| deviation.instead(command, model));
        let mut outcome = match instead.flatten() {
            Some(outcome) => outcome,
            None => self.carry_out(command)?,
        };
        self.without_deviation(|deviation, model| {
            deviation.afterwards(command, model, &mut outcome);
        });
        Ok(outcome)
    }

    fn without_deviation<T>(
        &mut self,
        act: impl FnOnce(&mut dyn Deviation, &mut ReferenceModel) -> T,
    ) -> Option<T> {
        let mut deviation = self.deviation.take()?;
        let result = act(deviation.as_mut(), self);
        self.deviation = Some(deviation);
        Some(result)
    }

    /// The cloud objects.
    pub(crate) fn tenant(&self) -> &CloudTenant {
        &self.tenant
    }

    /// The cloud objects, to be changed.
    pub(crate) fn tenant_mut(&mut self) -> &mut CloudTenant {
        &mut self.tenant
    }

    /// The handle of the cloud object that a command names.
    pub(crate) fn handle_of(&self, command: &Command) -> Option<CloudHandle> {
        self.resolve(command.cloud_object()?)
    }

    /// The cloud object that a command names, if it is active.
    pub(crate) fn named_by(&self, command: &Command) -> Option<Arc<CloudObject>> {
        let handle = self.handle_of(command)?;
        self.tenant.active(handle).cloned()
    }

    /// Makes an edit of an active object that no rule but uniqueness and form stands in the way
    /// of.
    pub(crate) fn edit(
        &mut self,
        object: &CloudRef,
        change: impl FnOnce(&mut CloudObject),
    ) -> Outcome {
        self.on_cloud_object(object, |tenant, handle| {
            administrator::edit(tenant, handle, |object| {
                change(object);
                Ok::<(), Refusal>(())
            })
        })
    }

    /// The on-premises objects, each with the active object that it is joined to.
    pub(crate) fn on_premises(
        &self,
    ) -> impl Iterator<Item = (&Arc<OnPremisesObject>, Option<CloudHandle>)> {
        self.connect.joins().map(|(object, joined, _)| {
            (object, joined.filter(|&handle| self.tenant.active(handle).is_some()))
        })
    }

    /// Writes to an on-premises object, which no synchronisation may.
    pub(crate) fn write_on_premises(&mut self, key: &Text, object: OnPremisesObject) {
        self.connect.write(key, object);
    }

    /// Carries out a command as the model does.
    pub(crate) fn run(&mut self, command: &Command) -> Outcome {
        self.carry_out(command).unwrap_or_else(|_| Outcome::plain(Status::NotFound))
    }
}

impl Connect {
    /// The turn of one object where there is a deviation: it may change the switches and the
    /// policy for this turn, and the tenant.
    pub(super) fn deviating_turn(
        &mut self,
        position: Position,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        let (mut features, mut policy) = (cycle.features, *cycle.policy);
        let mut settled = None;
        let lets_go = self.in_turn(position, cycle, |deviation, turn| {
            settled = deviation.before_turn(turn);
            (features, policy) = (turn.features, turn.policy);
        });
        if lets_go {
            self.let_go(position);
        }
        if let Some(result) = settled {
            return result;
        }
        let mut cycle = Cycle {
            policy: &policy,
            features,
            tenant: &mut *cycle.tenant,
            phrases: cycle.phrases,
            deviation: cycle.deviation.as_deref_mut(),
        };
        self.synchronise_one(position, &mut cycle, trace)
    }

    /// What a deviation has to add after the turn of one object.
    pub(super) fn after_turn(
        &mut self,
        position: Position,
        cycle: &mut Cycle<'_>,
        result: &mut SyncResult,
    ) {
        self.in_turn(position, cycle, |deviation, turn| deviation.after_turn(turn, result));
    }

    /// Hands a turn to the deviation, if there is one. Says whether Connect is to forget what the
    /// object is joined to.
    fn in_turn(
        &self,
        position: Position,
        cycle: &mut Cycle<'_>,
        act: impl FnOnce(&mut dyn Deviation, &mut Turn<'_>),
    ) -> bool {
        let Some(deviation) = cycle.deviation.as_deref_mut() else {
            return false;
        };
        let (incoming, joined, exported) = self.join_at(position);
        let mut turn = Turn {
            incoming,
            joined: joined.filter(|&handle| cycle.tenant.active(handle).is_some()),
            exported,
            tenant: &mut *cycle.tenant,
            features: cycle.features,
            policy: *cycle.policy,
            lets_go: false,
        };
        act(deviation, &mut turn);
        turn.lets_go
    }
}

/// What a deviation makes of an export; without one, what the model makes of it.
pub(super) fn exported(
    deviation: Option<&dyn Deviation>,
    export: &Export<'_>,
    mut object: CloudObject,
) -> CloudObject {
    if let Some(deviation) = deviation {
        deviation.exported(export, &mut object);
    }
    object
}
