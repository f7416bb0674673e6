//! An implementation that shows no more than it declares.

use crate::directory::{
    Capabilities, Capability, Command, Outcome, Snapshot, StepObservation, Tenant, Text,
};
use crate::implementation::{Description, Failure, Implementation};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An implementation behind an adapter that declares these capabilities, and shows nothing of the
/// authority flag, of anchors, and of results for each object where they are not among them.
pub struct Showing {
    implementation: Box<dyn Implementation + Send>,
    capabilities: Capabilities,
    /// By on-premises key the identifier of the cloud object that it is linked to, or that was
    /// quarantined for it.
    links: BTreeMap<Text, Text>,
}

impl Showing {
    /// This implementation, showing no more than these capabilities.
    pub fn new(
        implementation: Box<dyn Implementation + Send>,
        capabilities: Capabilities,
    ) -> Showing {
        Showing { implementation, capabilities, links: BTreeMap::new() }
    }

    fn has(&self, capability: Capability) -> bool {
        self.capabilities.has(capability)
    }

    /// Takes note of who is linked, as whoever writes an adapter does: by flag and anchor.
    fn find_links(&mut self, state: &Snapshot) {
        for object in &state.on_premises {
            let mut owned = state.active().filter(|cloud| {
                cloud.is_on_premises_mastered()
                    && cloud.kind == object.kind
                    && cloud.on_premises_immutable_id == object.source_anchor
            });
            if let Some(cloud) = owned.next() {
                // Nobody else is linked to it any more.
                self.links.retain(|_, id| *id != cloud.id);
                self.links.insert(object.key.clone(), cloud.id.clone());
            }
        }
        let is_owned =
            |id: &Text| state.cloud_object(id).is_some_and(|cloud| cloud.is_on_premises_mastered());
        self.links.retain(|_, id| is_owned(id));
    }

    fn shown_outcome(&self, mut outcome: Outcome) -> Outcome {
        if self.has(Capability::CloudId) {
            for (key, result) in &mut outcome.objects {
                result.cloud_id = self.links.get(key).cloned();
            }
        } else if !self.has(Capability::ObjectResults) {
            outcome.objects.clear();
        }
        outcome
    }

    fn shown_state(&self, mut state: Snapshot) -> Snapshot {
        if !self.has(Capability::AuthorityFlag) {
            let shows_anchors = self.has(Capability::MatchSourceAnchor);
            for object in &mut state.cloud {
                let object = Arc::make_mut(object);
                object.on_premises_sync_enabled = None;
                object.on_premises_immutable_id.take_if(|_| !shows_anchors);
            }
        }
        state
    }
}

impl Implementation for Showing {
    fn describe(&self) -> Description {
        Description { capabilities: self.capabilities.clone(), ..self.implementation.describe() }
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.links.clear();
        let state = self.implementation.reset(tenant)?;
        Ok(self.shown_state(state))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let StepObservation { outcome, snapshot } = self.implementation.apply(command)?;
        if matches!(command, Command::Sync(_)) {
            self.find_links(&snapshot);
        }
        let outcome = self.shown_outcome(outcome);
        Ok(StepObservation { outcome, snapshot: self.shown_state(snapshot) })
    }
}
