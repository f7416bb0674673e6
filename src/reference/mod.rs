//! The reference model: a correct implementation of edition 2023-01, written from the same facts
//! as the checks and apart from them.
//!
//! ```text
//! administrator   commands on single cloud objects
//! cycle           the sync cycle
//!   candidates    who holds identifiers of a new object, and who of them is eligible (pure)
//!   decide        what becomes of a new object                                       (pure)
//!   joined        what becomes of a joined object                                    (pure)
//!   export        what a cloud object looks like afterwards                          (pure)
//!   story         why, in sentences
//! connect         on-premises objects, Connect's memory
//! tenant          the cloud objects, and who holds which identifier
//! policy          what the edition says and what it leaves open, as data
//! reason          why not
//! deviation       where an implementation could part from the model
//! ```
//!
//! What holds everywhere: an object that a command does not change keeps its allocation from
//! snapshot to snapshot; what a cycle does with one object costs in proportion to the identifiers
//! of that object, however large the tenant is; among active objects nobody shares an identifier.

mod administrator;
mod candidates;
mod connect;
mod cycle;
mod decide;
mod deviation;
mod export;
mod joined;
mod policy;
mod reason;
mod story;
mod tenant;
#[cfg(test)]
mod tests;

#[cfg(feature = "self-test")]
pub(crate) use candidates::{Circumstances, Eligibility, MatchAttributes, holders};
#[cfg(feature = "self-test")]
pub(crate) use decide::{Decision, TakeOver, Withheld};
#[cfg(feature = "self-test")]
pub(crate) use deviation::{Export, Leaving, Occasion, Return, Turn};
#[cfg(feature = "self-test")]
pub(crate) use export::updated;
#[cfg(feature = "self-test")]
pub(crate) use joined::{JoinedDecision, decide_joined};
pub use policy::{EditionRules, LetterCase, Policy, Protections};
#[cfg(feature = "self-test")]
pub(crate) use reason::Reason;
pub use story::TraceStep;
pub(crate) use tenant::CloudTenant;

use crate::directory::{
    CanonicalState, Capabilities, Capability, CloudObject, CloudRef, CloudSetup, Command,
    CreateCloudObject, DeleteCloudObject, Feature, Features, OnPremisesObject, Outcome,
    SetCloudManaged, Snapshot, Status, StepObservation, Tenant, Text,
};
use crate::implementation::{Description, Failure, Implementation};
use administrator::Carried;
use connect::Connect;
use cycle::Cycle;
pub(crate) use deviation::Deviation;
use deviation::Faithful;
use reason::Refusal;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use story::Traces;
pub(crate) use tenant::CloudHandle;

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
#[derive(Clone, Debug)]
pub struct ReferenceModel {
    policy: Policy,
    features: Features,
    tenant: CloudTenant,
    labels: HashMap<Text, CloudHandle>,
    connect: Connect,
    traces: Option<Traces>,
}

impl Default for ReferenceModel {
    fn default() -> Self {
        ReferenceModel::new(Policy::default())
    }
}

impl ReferenceModel {
    /// A model that decides by this policy.
    pub fn new(policy: Policy) -> ReferenceModel {
        ReferenceModel {
            policy,
            features: Features::default(),
            tenant: CloudTenant::new(policy.edition.letter_case),
            labels: HashMap::new(),
            connect: Connect::default(),
            traces: None,
        }
    }

    /// A model of a tenant as it stands, under the identifiers that its objects have. Connect remembers
    /// nothing, as after a reinstallation: it finds what is synchronised already by its anchor. A user in
    /// the recycle bin that carries an anchor counts as one whose on-premises object had left scope, in
    /// an edition that knows scope.
    pub(crate) fn of_state<'a>(
        policy: Policy,
        features: Features,
        cloud: impl IntoIterator<Item = CloudObject>,
        on_premises: impl IntoIterator<Item = &'a OnPremisesObject>,
    ) -> ReferenceModel {
        let mut model = ReferenceModel { features, ..ReferenceModel::new(policy) };
        let knows_scope = policy.edition.adds.contains(&Capability::Scope);
        for mut object in cloud {
            policy.edition.forget_what_it_does_not_know(&mut object);
            let is_left = object.deleted && object.on_premises_immutable_id.is_some();
            let handle = model.tenant.insert_as_it_is(object);
            if is_left && knows_scope {
                model.connect.was_left_behind(handle);
            }
        }
        for object in on_premises {
            let mut object = object.clone();
            if !policy.edition.adds.contains(&Capability::ObjectIdentifier) {
                object.object_identifier = None;
            }
            model.connect.create(&object);
        }
        model
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

    /// The whole state, as it is shown.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let members = self.connect.members().iter().filter(|member| !member.has_left);
        Snapshot {
            cloud: self.tenant.objects().map(|(_, object)| Arc::clone(object)).collect(),
            on_premises: members.map(|member| Arc::clone(&member.object)).collect(),
        }
    }

    /// Draws all that what it does later rests on.
    pub(crate) fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.features(&self.features);
        let objects: Vec<_> = self.tenant.objects().collect();
        canonical.list(objects.into_iter(), |canonical, (handle, object)| {
            canonical.cloud_object(object);
            canonical.optional(self.connect.owner(handle), CanonicalState::number);
            let connect = &self.connect;
            canonical.flags([
                connect.is_left_behind(handle),
                connect.was_cleared(handle),
                connect.is_converted(handle),
            ]);
        });
        let mut labels: Vec<_> = self.labels.iter().collect();
        labels.sort_unstable();
        canonical.list(labels.into_iter(), |canonical, (label, handle)| {
            canonical.text(label);
            let object = self.tenant.get(*handle);
            canonical.optional(object.map(|object| &object.id), CanonicalState::id);
        });
        self.connect.canonicalise(&self.tenant, canonical);
    }

    /// The cloud object that a command names, deleted or not.
    pub(crate) fn resolve(&self, reference: &CloudRef) -> Option<CloudHandle> {
        let handle = match reference {
            CloudRef::Label(label) => self.labels.get(label).copied(),
            CloudRef::JoinedTo(key) => self.connect.joined_to(key),
            CloudRef::QuarantinedFor(key) => self.connect.quarantined_for(key),
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
            Some(handle) => outcome(command(&mut self.tenant, handle)),
            None => Outcome::plain(Status::NotFound),
        }
    }

    fn create_cloud_object(&mut self, command: &CreateCloudObject) -> Carried {
        let setup = &command.object;
        if self.labels.contains_key(&setup.label) {
            return Err(Refusal::LabelInUse);
        }
        let object = self.as_set_up(setup);
        let handle = administrator::create(&mut self.tenant, object)?;
        self.labels.insert(setup.label.clone(), handle);
        Ok(())
    }

    /// A cloud object that was never synchronised.
    fn as_set_up(&self, setup: &CloudSetup) -> CloudObject {
        CloudObject {
            on_premises_sync_enabled: self.policy.edition.flag_of_the_cloud(),
            ..setup.to_object(Text::default())
        }
    }

    /// Moves the source of authority of an object to the cloud, or gives it back.
    fn set_cloud_managed(&mut self, command: &SetCloudManaged) -> Outcome {
        let Some(handle) = self.resolve(&command.object) else {
            return Outcome::plain(Status::NotFound);
        };
        let Some(object) = self.tenant.active(handle).cloned() else {
            return Refusal::InRecycleBin.outcome();
        };
        if object.is_cloud_managed == command.value {
            return Outcome::ok();
        }
        let is_converted = self.connect.is_converted(handle);
        let is_synchronised = object.is_on_premises_mastered() && !object.quarantined;
        if command.value && !is_synchronised && !is_converted {
            return Refusal::NotSynchronised.outcome();
        }
        self.tenant.change(handle, |object| {
            object.is_cloud_managed = command.value;
            object.on_premises_sync_enabled = None;
        });
        self.connect.turn_authority(handle, &object);
        Outcome::ok()
    }

    fn delete_cloud_object(&mut self, command: &DeleteCloudObject) -> Outcome {
        let Some(handle) = self.resolve(&command.object) else {
            return Outcome::plain(Status::NotFound);
        };
        administrator::delete(&mut self.tenant, handle, command.permanently);
        self.connect.cloud_object_was_deleted(handle);
        Outcome::ok()
    }

    /// An identifier that was cleared is stamped again by the next cycle.
    fn set_object_identifier(&mut self, object: &CloudRef, value: Option<&Text>) -> Outcome {
        let handle = self.resolve(object);
        let was_mapped = handle
            .and_then(|handle| self.tenant.get(handle))
            .is_some_and(|named| named.on_premises_object_identifier.is_some());
        let outcome = self.on_cloud_object(object, |tenant, handle| {
            administrator::set_object_identifier(tenant, handle, value)
        });
        if let Some(handle) = handle.filter(|_| was_mapped && outcome.status == Status::Ok) {
            self.connect.identifier_was_cleared(handle);
        }
        outcome
    }

    fn synchronise(&mut self, deviation: &mut dyn Deviation) -> Outcome {
        if let Some(traces) = &mut self.traces {
            traces.clear();
        }
        let mut cycle = Cycle {
            connect: &mut self.connect,
            tenant: &mut self.tenant,
            features: self.features,
            policy: self.policy,
            deviation,
            traces: self.traces.as_mut(),
        };
        Outcome { objects: cycle.run(), ..Outcome::ok() }
    }

    /// What a command takes that the first edition does not know, and this one does not know either.
    fn unknown_to_the_edition(&self, command: &Command) -> Option<Capability> {
        let capability = match command {
            Command::RemoveOnPremisesObject(_) => Capability::Scope,
            Command::MakeEligible(_) | Command::RemoveEligibility(_) => Capability::RoleEligibility,
            Command::SetOnPremisesObjectIdentifier(_) => Capability::ObjectIdentifier,
            Command::SetFeature(set) => match set.feature {
                Feature::SoftMatchOnUpn => Capability::SoftMatchOnUpnSwitch,
                Feature::IdentifierUpdate => Capability::IdentifierUpdateSwitch,
                _ => return None,
            },
            _ => return None,
        };
        (!self.policy.edition.adds.contains(&capability)).then_some(capability)
    }

    /// Carries out a command, with a deviation where that is a sync cycle.
    pub(crate) fn carry_out(
        &mut self,
        command: &Command,
        deviation: &mut dyn Deviation,
    ) -> Result<Outcome, Failure> {
        if let Some(capability) = self.unknown_to_the_edition(command) {
            return Err(Failure::unsupported(capability));
        }
        Ok(match command {
            Command::CreateOnPremisesObject(command) => {
                let created = self.connect.create(&command.object);
                outcome(if created { Ok(()) } else { Err(Refusal::KeyInUse) })
            }
            Command::UpdateOnPremisesObject(command) => {
                if self.connect.update(&command.key, &command.set) {
                    Outcome::ok()
                } else {
                    Outcome::plain(Status::NotFound)
                }
            }
            Command::RemoveOnPremisesObject(command) => {
                if self.connect.remove(&command.key) {
                    Outcome::ok()
                } else {
                    Outcome::plain(Status::NotFound)
                }
            }
            Command::CreateCloudObject(command) => outcome(self.create_cloud_object(command)),
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
            Command::MakeEligible(command) => self
                .on_cloud_object(&command.object, |tenant, handle| {
                    administrator::make_eligible(tenant, handle, &command.role)
                }),
            Command::RemoveEligibility(command) => self
                .on_cloud_object(&command.object, |tenant, handle| {
                    administrator::remove_eligibility(tenant, handle, &command.role)
                }),
            Command::SetOnPremisesObjectIdentifier(command) => {
                self.set_object_identifier(&command.object, command.value.as_ref())
            }
            Command::SetCloudManaged(_)
                if !self.policy.edition.adds.contains(&Capability::SourceOfAuthority) =>
            {
                return Err(Failure::unsupported(Capability::SourceOfAuthority));
            }
            Command::SetCloudManaged(command) => self.set_cloud_managed(command),
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
            Command::Sync(_) => self.synchronise(deviation),
        })
    }
}

impl Implementation for ReferenceModel {
    fn describe(&self) -> Description {
        let version = env!("CARGO_PKG_VERSION");
        let mut description =
            Description::new("reference model", version, [self.policy.edition.name]);
        description.implementation.language = Some("Rust".to_owned());
        let mut capabilities = Capabilities::all_of_2023();
        capabilities.0.extend(self.policy.edition.adds);
        description.with_capabilities(capabilities.0).with_choices(self.policy.declared())
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        let traces = self.traces.as_ref().map(|_| Traces::new());
        *self = ReferenceModel { features: tenant.features, traces, ..Self::new(self.policy) };
        for setup in &tenant.cloud {
            let handle = self.tenant.insert(self.as_set_up(setup));
            self.labels.insert(setup.label.clone(), handle);
        }
        for object in &tenant.on_premises {
            self.connect.create(object);
        }
        Ok(self.snapshot())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let outcome = self.carry_out(command, &mut Faithful)?;
        Ok(StepObservation { outcome, snapshot: self.snapshot() })
    }
}

fn outcome(carried: Carried) -> Outcome {
    carried.map_or_else(Refusal::outcome, |()| Outcome::ok())
}

/// What an implementation that deviates may do beside: see and change everything.
#[cfg(feature = "self-test")]
impl ReferenceModel {
    /// The cloud objects.
    pub(crate) fn tenant(&self) -> &CloudTenant {
        &self.tenant
    }

    /// Whether a user was deleted because its on-premises object had left scope.
    pub(crate) fn is_left_behind(&self, handle: CloudHandle) -> bool {
        self.connect.is_left_behind(handle)
    }

    /// The cloud objects, to be changed.
    pub(crate) fn tenant_mut(&mut self) -> &mut CloudTenant {
        &mut self.tenant
    }

    /// The cloud object that a command names, if it is active.
    pub(crate) fn named_by(&self, command: &Command) -> Option<(CloudHandle, &CloudObject)> {
        let handle = self.resolve(command.cloud_object()?)?;
        Some((handle, self.tenant.active(handle)?))
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
                Ok(())
            })
        })
    }

    /// The on-premises objects, each with the active object that it is joined to.
    pub(crate) fn on_premises(
        &self,
    ) -> impl Iterator<Item = (&Arc<OnPremisesObject>, Option<CloudHandle>)> {
        self.connect.members().iter().filter(|member| !member.has_left).map(|member| {
            let joined = member.joined.as_ref().map(|joined| joined.handle);
            let is_active = |handle: &CloudHandle| self.tenant.active(*handle).is_some();
            (&member.object, joined.filter(is_active))
        })
    }

    /// Writes to an on-premises object, which no synchronisation may.
    pub(crate) fn write_on_premises(&mut self, object: OnPremisesObject) {
        let key = object.key.clone();
        self.connect.write(&key, object);
    }
}
