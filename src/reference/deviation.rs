//! The points at which an implementation could part from the model.
//!
//! Faults are made on purpose to show that the suite finds them, and some can be made only in the
//! middle of a cycle. So a cycle asks a [`Deviation`] at a few points; the model's own does nothing
//! there. What the deviations are is no business of the model.

use super::candidates::{Circumstances, Eligibility};
use super::decide::Decision;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{CloudObject, Features, OnPremisesObject, SyncResult};
use std::sync::Arc;

/// What an implementation does otherwise than the model in a sync cycle. Whatever is left out it
/// does as the model.
pub(crate) trait Deviation {
    /// Before the turn of an on-premises object: the result, if nothing else is to be done for it.
    /// It is tried again in the next cycle if that is an error.
    fn before_turn(&mut self, _turn: &mut Turn<'_>) -> Option<SyncResult> {
        None
    }

    /// After the turn: what else happens, and what is reported. Whether the object is tried again
    /// is settled already.
    fn after_turn(&mut self, _turn: &mut Turn<'_>, _result: &mut SyncResult) {}

    /// Which object an on-premises object belongs to that Connect does not remember. `is_joined`
    /// says which objects have their on-premises object already.
    fn rejoin(
        &mut self,
        _circumstances: &Circumstances<'_>,
        _is_joined: &dyn Fn(CloudHandle) -> bool,
        found: Result<Option<CloudHandle>, Reason>,
    ) -> Result<Option<CloudHandle>, Reason> {
        found
    }

    /// What it rests on whether a new object may take a holder of its identifiers over.
    fn eligibility(&mut self, _eligibility: &mut Eligibility<'_>) {}

    /// What becomes of a new object.
    fn decision(&mut self, _circumstances: &Circumstances<'_>, decision: Decision) -> Decision {
        decision
    }

    /// Which user in the recycle bin an on-premises object belongs to that has come back.
    fn deleted_before(
        &mut self,
        _circumstances: &Circumstances<'_>,
        found: Option<CloudHandle>,
    ) -> Option<CloudHandle> {
        found
    }

    /// What becomes of an object whose source of authority was moved to the cloud, when it is the turn of
    /// the on-premises object with its anchor.
    fn converted(
        &mut self,
        _circumstances: &Circumstances<'_>,
        _handle: CloudHandle,
        decision: Return,
    ) -> Return {
        decision
    }

    /// What becomes of a cloud object whose on-premises object has left scope.
    fn left(&mut self, _leaving: &mut Leaving<'_>) {}

    /// What a cloud object looks like after an export.
    fn exported(&mut self, _export: &Export<'_>, _object: &mut CloudObject) {}
}

/// The model itself: no deviation.
pub(super) struct Faithful;

impl Deviation for Faithful {}

/// The turn of one on-premises object in a cycle.
pub(crate) struct Turn<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a Arc<OnPremisesObject>,
    /// The active object that it is joined to. What is put here Connect goes on with.
    pub(crate) joined: Option<CloudHandle>,
    /// What was exported to that last; `None` after a reinstallation.
    pub(crate) exported: Option<&'a OnPremisesObject>,
    /// The cloud objects.
    pub(crate) tenant: &'a mut CloudTenant,
    /// The switches.
    pub(crate) features: Features,
}

/// What becomes of an object whose source of authority was moved to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Return {
    /// It is managed in the cloud, and gets nothing from on-premises.
    Managed,
    /// It was given back, and hard match is blocked.
    Blocked,
    /// It was given back, and is taken over.
    TakenBack,
    /// It is no more than any other object that has the anchor: only an implementation that is wrong says so.
    #[cfg(feature = "self-test")]
    New,
}

/// A cloud object whose on-premises object has left scope.
pub(crate) struct Leaving<'a> {
    /// Which object.
    pub(crate) handle: CloudHandle,
    /// The object before the cycle.
    pub(crate) before: &'a CloudObject,
    /// The cloud objects.
    pub(crate) tenant: &'a mut CloudTenant,
}

/// An export that is about to reach the cloud.
#[derive(Clone, Copy)]
pub(crate) struct Export<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// What brings it about.
    pub(crate) occasion: Occasion,
    /// The object before it; of what is created, as the model creates it.
    pub(crate) before: &'a CloudObject,
    /// The switches.
    pub(crate) features: Features,
}

/// What brings an export about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A new cloud object.
    Provisioning,
    /// A quarantined object.
    Quarantine,
    /// A takeover by the anchor.
    HardMatch,
    /// A takeover by another attribute.
    SoftMatch,
    /// A takeover of what was given back to on-premises.
    Return,
    /// An update of a joined object.
    Update,
    /// The first update after a reinstallation.
    Rejoin,
}

impl Occasion {
    /// Every one.
    pub(crate) const ALL: &'static [Occasion] = &[
        Occasion::Provisioning,
        Occasion::Quarantine,
        Occasion::HardMatch,
        Occasion::SoftMatch,
        Occasion::Return,
        Occasion::Update,
        Occasion::Rejoin,
    ];
}
