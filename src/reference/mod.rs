//! The reference model: a correct implementation of edition 2023-01, written from the same facts
//! as the checks and apart from them.
//!
//! ```text
//! administrator   commands on single cloud objects
//! connect         on-premises objects, Connect's memory
//!   cycle         the sync cycle
//!   decide        what becomes of a new object        (pure)
//!     holders     who holds its identifiers, and who of them is eligible
//!   joined        what becomes of a joined object     (pure)
//!   export        what a cloud object looks like afterwards (pure)
//!   story         … and how that is told
//! tenant          the cloud objects, and who holds which identifier
//!   index         names without regard to letter case
//! deviation       where an implementation could part from the model
//! policy          what the edition says and what it leaves open, as data
//! reason, trace   words
//! ```
//!
//! What holds everywhere: an object that a command does not change keeps its allocation from
//! snapshot to snapshot; what a cycle does with one object costs in proportion to the identifiers
//! of that object, however large the tenant is; among active objects nobody shares an identifier.

mod administrator;
mod connect;
mod decide;
mod deviation;
mod export;
mod holders;
mod index;
mod joined;
mod policy;
mod reason;
mod story;
mod tenant;
#[cfg(test)]
mod tests;
mod trace;

pub use decide::{Decision, TakeOver, Withheld, decide};
pub(crate) use deviation::{Circumstances, Deviation, Export, Meeting, Occasion, Turn};
pub(crate) use holders::{Holder, Routes, Shared};
pub use joined::{JoinedDecision, decide_joined, rejoin};
pub use policy::{EditionRules, Policy};
pub use reason::Reason;
pub(crate) use tenant::Comparison;
pub use tenant::{CloudHandle, CloudTenant};
pub use trace::{CITED_RULES, Trace, TraceStep};

use crate::directory::{
    Capabilities, Capability, CloudRef, Command, CreateCloudObject, DeleteCloudObject, Features,
    Outcome, Portrait, Snapshot, Status, StepObservation, Tenant, Text,
};
use crate::implementation::{Description, Failure, Implementation, ImplementationName};
use administrator::Carried;
use connect::{Connect, Cycle, Traces};
use index::{QuickState, clear_map};
use reason::{Phrasebook, Refusal};
use std::collections::{BTreeMap, HashMap};

/// The reference model.
///
/// ```
/// use entra_conformance::directory::{Command, Tenant};
/// use entra_conformance::implementation::Implementation;
/// use entra_conformance::reference::ReferenceModel;
/// let tenant: Tenant = serde_json::from_str(r#"{
///     "cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}],
///     "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]
/// }"#).unwrap();
/// let mut model = ReferenceModel::default().with_trace(true);
/// model.reset(&tenant)?;
/// let step = model.apply(&Command::sync())?;
/// assert_eq!(step.outcome.result_of("ann-ad").unwrap().result.word(), "softMatched");
/// for step in &model.last_traces()["ann-ad"] {
///     println!("{}: {}", step.rule, step.text);
/// }
/// # Ok::<(), entra_conformance::implementation::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReferenceModel {
    policy: Policy,
    features: Features,
    tenant: CloudTenant,
    labels: HashMap<Text, CloudHandle, QuickState>,
    connect: Connect,
    phrases: Phrasebook,
    traces: Option<Traces>,
    deviation: Option<Box<dyn Deviation>>,
}

impl ReferenceModel {
    /// A model that decides by this policy.
    pub fn new(policy: Policy) -> ReferenceModel {
        ReferenceModel { policy, ..ReferenceModel::default() }
    }

    /// Whether sync cycles take down why they decide as they do. Off unless asked for.
    #[must_use]
    pub fn with_trace(mut self, on: bool) -> ReferenceModel {
        self.traces = on.then(Traces::new);
        self
    }

    /// The policy that it decides by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The story of the last sync cycle, by on-premises key. Empty unless
    /// [`with_trace`](ReferenceModel::with_trace) was asked for.
    pub fn last_traces(&self) -> &BTreeMap<Text, Vec<TraceStep>> {
        static NOTHING: Traces = Traces::new();
        self.traces.as_ref().unwrap_or(&NOTHING)
    }

    fn snapshot(&self) -> Snapshot {
        let mut cloud = Vec::with_capacity(self.tenant.len());
        cloud.extend(self.tenant.objects().cloned());
        Snapshot { cloud, on_premises: self.connect.objects().cloned().collect() }
    }

    /// Draws all that what it does later rests on. A deviation is told by its words; it may depend
    /// on what things are called, and so it is to be drawn literally.
    pub(crate) fn portray(&self, portrait: &mut Portrait) {
        let Features { soft_match, password_hash_sync } = self.features;
        portrait.flags([soft_match, password_hash_sync]);
        portrait.number(self.tenant.len());
        for handle in self.tenant.handles() {
            if let Some(object) = self.tenant.get(handle) {
                portrait.cloud_object(object);
                portrait.optional(self.connect.owner(handle), |portrait, owner| {
                    portrait.number(owner as usize);
                });
            }
        }
        let mut labels: Vec<_> = self.labels.iter().collect();
        labels.sort_unstable();
        portrait.list(labels.into_iter(), |portrait, (label, handle)| {
            portrait.text(label);
            portrait.id(self.tenant.id_given_to(*handle));
        });
        self.connect.portray(&self.tenant, portrait);
        portrait.optional(self.deviation.as_ref(), |portrait, deviation| {
            portrait.text(&format!("{deviation:?}"));
        });
    }

    /// The cloud object that a command names, deleted or not.
    pub(crate) fn resolve(&self, reference: &CloudRef) -> Option<CloudHandle> {
        let handle = match reference {
            CloudRef::Label(label) => self.labels.get(label).copied(),
            CloudRef::JoinedTo(key) => self.connect.joined_to(key),
            CloudRef::QuarantinedFor(key) => self.connect.copy_for(key),
        }?;
        self.tenant.get(handle).map(|_| handle)
    }

    /// Carries out what `command` does to the cloud object that it names.
    fn on_cloud_object(
        &mut self,
        reference: &CloudRef,
        command: impl FnOnce(&mut CloudTenant, CloudHandle) -> Carried,
    ) -> Outcome {
        match self.resolve(reference) {
            Some(handle) => {
                let carried = command(&mut self.tenant, handle);
                self.outcome(carried)
            }
            None => Outcome::plain(Status::NotFound),
        }
    }

    fn outcome(&self, carried: Carried) -> Outcome {
        match carried {
            Ok(()) => Outcome::ok(),
            Err(refusal) => Outcome {
                message: Some(self.phrases.refusal(refusal)),
                ..Outcome::plain(Status::Refused)
            },
        }
    }

    fn create_cloud_object(&mut self, command: &CreateCloudObject) -> Carried {
        let setup = &command.object;
        if self.labels.contains_key(&setup.label) {
            return Err(Refusal::LabelInUse);
        }
        let handle = administrator::create(&mut self.tenant, |id| setup.to_object(id))?;
        self.labels.insert(setup.label.clone(), handle);
        Ok(())
    }

    fn delete_cloud_object(&mut self, command: &DeleteCloudObject) -> Outcome {
        let Some(handle) = self.resolve(&command.object) else {
            return Outcome::plain(Status::NotFound);
        };
        administrator::delete(&mut self.tenant, handle, command.permanently);
        self.connect.cloud_object_was_deleted(handle);
        Outcome::ok()
    }

    fn synchronise(&mut self) -> Outcome {
        if let Some(traces) = &mut self.traces {
            traces.clear();
        }
        let mut cycle = Cycle {
            policy: &self.policy,
            features: self.features,
            tenant: &mut self.tenant,
            phrases: &self.phrases,
            deviation: self.deviation.as_deref_mut(),
        };
        Outcome {
            objects: self.connect.synchronise(&mut cycle, self.traces.as_mut()),
            ..Outcome::ok()
        }
    }

    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Failure> {
        Ok(match command {
            Command::CreateOnPremisesObject(command) => {
                let created = self.connect.create(&command.object);
                self.outcome(if created { Ok(()) } else { Err(Refusal::KeyInUse) })
            }
            Command::UpdateOnPremisesObject(command) => {
                if self.connect.update(&command.key, &command.set) {
                    Outcome::ok()
                } else {
                    Outcome::plain(Status::NotFound)
                }
            }
            Command::RemoveOnPremisesObject(_) => {
                return Err(Failure::unsupported(Capability::Scope));
            }
            Command::CreateCloudObject(command) => {
                let carried = self.create_cloud_object(command);
                self.outcome(carried)
            }
            Command::UpdateCloudObject(command) => self
                .on_cloud_object(&command.object, |tenant, handle| {
                    administrator::update(tenant, handle, &command.set)
                }),
            Command::SetImmutableId(command) => {
                self.on_cloud_object(&command.object, |tenant, handle| {
                    administrator::set_immutable_id(tenant, handle, command.value.as_ref())
                })
            }
            Command::AssignRole(command) => self
                .on_cloud_object(&command.object, |tenant, handle| {
                    administrator::assign_role(tenant, handle, &command.role)
                }),
            Command::RemoveRole(command) => self
                .on_cloud_object(&command.object, |tenant, handle| {
                    administrator::remove_role(tenant, handle, &command.role)
                }),
            Command::DeleteCloudObject(command) => self.delete_cloud_object(command),
            Command::RestoreCloudObject(command) => {
                self.on_cloud_object(&command.object, administrator::restore)
            }
            Command::SetFeature(command) => {
                self.features.set(command.feature, command.value);
                Outcome::ok()
            }
            Command::ReinstallConnect(_) => {
                self.connect.reinstall();
                Outcome::ok()
            }
            Command::Sync(_) => self.synchronise(),
        })
    }
}

impl Implementation for ReferenceModel {
    fn describe(&self) -> Description {
        Description {
            implementation: ImplementationName {
                name: self.deviation.as_ref().map_or("reference model", |it| it.name()).to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                language: Some("Rust".to_owned()),
                url: None,
            },
            editions: vec![self.policy.edition.name.to_owned()],
            capabilities: Capabilities::all_of_2023(),
            choices: self.policy.declared(),
        }
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.features = tenant.features;
        self.tenant.clear();
        self.connect.clear();
        clear_map(&mut self.labels);
        if let Some(traces) = &mut self.traces {
            traces.clear();
        }
        if let Some(deviation) = &mut self.deviation {
            deviation.reset();
        }
        // Most on-premises objects will have a cloud object of their own sooner or later.
        self.tenant.reserve(tenant.cloud.len() + tenant.on_premises.len());
        self.connect.reserve(tenant.on_premises.len());
        self.labels.reserve(tenant.cloud.len());
        for setup in &tenant.cloud {
            let handle = self.tenant.insert(|id| setup.to_object(id));
            self.labels.insert(setup.label.clone(), handle);
        }
        for object in &tenant.on_premises {
            self.connect.create(object);
        }
        Ok(self.snapshot())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let outcome = match self.deviation {
            None => self.carry_out(command)?,
            Some(_) => self.carry_out_deviating(command)?,
        };
        Ok(StepObservation { outcome, snapshot: self.snapshot() })
    }
}
