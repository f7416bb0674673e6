//! What a fault remembers of a case.

use crate::directory::{OnPremisesObject, SyncResult, Text};
use crate::reference::Withheld;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a fault remembers of a case. The first two are kept for all faults, the rest is for those
/// that need it.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// How many cycles there have been.
    pub(super) cycles: u32,
    /// Whether Connect was installed anew and has not synchronised since.
    pub(super) reinstalled: bool,
    /// Whether something has gone wrong in this cycle. Forgotten when the next one begins.
    pub(super) broken_off: bool,
    /// On-premises keys or cloud identifiers.
    pub(super) marked: BTreeSet<Text>,
    /// By on-premises key: the object as it failed, how, and how often.
    pub(super) failures: BTreeMap<Text, (Arc<OnPremisesObject>, SyncResult, u32)>,
    /// By cloud identifier: what was once found out about an object.
    pub(super) findings: BTreeMap<Text, bool>,
    /// How the soft-match switch stood when Connect last looked.
    pub(super) switch: Option<bool>,
    /// What the object that is about to be provisioned does not get.
    pub(super) withheld: Withheld,
}
