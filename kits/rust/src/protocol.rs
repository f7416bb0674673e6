//! What an adapter needs besides the suite's own `serve`: it keeps the on-premises directory and the
//! suite's names for cloud objects, and passes every other command on. main.rs is yours to fill in; this
//! file you need not touch.

use entra_conformance::directory::{
    Capability, CloudObject, CloudRef, CloudSetup, Command, Feature, Features, OnPremisesObject,
    Outcome, Snapshot, Status, StepObservation, SyncResult, Tenant, Text,
};
use entra_conformance::implementation::serve::serve_stdio;
use entra_conformance::implementation::{Description, Failure, FailureKind, Implementation};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What an adapter fills in.
pub trait Adapter {
    fn describe(&self) -> Description;
    fn reset(&mut self, features: &Features);
    fn cloud_objects(&self) -> Vec<CloudObject>;
    fn create_cloud_object(&mut self, setup: &CloudSetup) -> Done<Text>;
    fn sync(&mut self, on_premises: &[OnPremisesObject]) -> Done<Results>;
    fn carry_out(&mut self, id: Option<&str>, command: &Command) -> Done;
}

/// What came of the on-premises objects in a cycle, by key.
pub type Results = BTreeMap<Text, SyncResult>;

/// A command that was carried out, or why not.
pub type Done<T = ()> = Result<T, NotDone>;

/// Why a command was not carried out. Nothing has changed then.
pub enum NotDone {
    Refused(String),
    NotFound,
    Failed(Failure),
}

/// Your implementation does not carry the command out.
#[allow(dead_code)]
pub fn refused<T>(why: impl Into<String>) -> Done<T> {
    Err(NotDone::Refused(why.into()))
}

/// The command takes a capability that is not declared.
pub fn unsupported<T>(capability: Capability) -> Done<T> {
    Err(NotDone::Failed(Failure::unsupported(capability)))
}

/// A command that this adapter has nothing for, with the capability that it takes where this file
/// knows it.
pub fn unknown<T>(command: &Command) -> Done<T> {
    let capability = match command {
        Command::UpdateCloudObject(_) => Capability::CloudEdits,
        Command::SetImmutableId(_) => Capability::ImmutableIdWrite,
        Command::AssignRole(_) | Command::RemoveRole(_) => Capability::Roles,
        Command::DeleteCloudObject(delete) if delete.permanently => Capability::HardDelete,
        Command::DeleteCloudObject(_) | Command::RestoreCloudObject(_) => Capability::RecycleBin,
        Command::SetFeature(turn) => match turn.feature {
            Feature::SoftMatch => Capability::SoftMatchSwitch,
            Feature::PasswordHashSync => Capability::Passwords,
            Feature::BlockHardMatch => Capability::HardMatchSwitch,
            Feature::SoftMatchOnUpn => Capability::SoftMatchOnUpnSwitch,
            _ => Capability::IdentifierUpdateSwitch,
        },
        Command::ReinstallConnect(_) => Capability::Reinstall,
        Command::MakeEligible(_) | Command::RemoveEligibility(_) => Capability::RoleEligibility,
        Command::SetOnPremisesObjectIdentifier(_) => Capability::ObjectIdentifier,
        Command::SetCloudManaged(_) => Capability::SourceOfAuthority,
        other => {
            let failure = Failure::new(FailureKind::Unsupported, other.word());
            return Err(NotDone::Failed(failure));
        }
    };
    unsupported(capability)
}

/// Answers requests until the suite says that it is over, or is gone. Nothing else may print to
/// standard output: `eprintln!` says it elsewhere.
pub fn serve(adapter: impl Adapter) -> std::io::Result<()> {
    serve_stdio(&mut Conversation::new(adapter))
}

pub struct Conversation<A> {
    adapter: A,
    on_premises: Vec<OnPremisesObject>,
    /// What commands call a cloud object, and its id.
    names: HashMap<CloudRef, Text>,
}

impl<A: Adapter> Conversation<A> {
    pub fn new(adapter: A) -> Self {
        Conversation { adapter, on_premises: Vec::new(), names: HashMap::new() }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::new(
            self.adapter.cloud_objects().into_iter().map(Arc::new).collect(),
            self.on_premises.iter().cloned().map(Arc::new).collect(),
        )
    }

    fn carry_out(&mut self, command: &Command) -> Done<Results> {
        match command {
            Command::Sync(_) => return self.sync(),
            Command::CreateCloudObject(create) => self.create_cloud_object(&create.object)?,
            Command::CreateOnPremisesObject(create) => {
                if self.place_of(&create.object.key).is_ok() {
                    return refused("the key is in use");
                }
                self.on_premises.push(create.object.clone());
            }
            Command::UpdateOnPremisesObject(update) => {
                let place = self.place_of(&update.key)?;
                update.set.apply_to(&mut self.on_premises[place]);
            }
            Command::RemoveOnPremisesObject(remove) => {
                if !self.adapter.describe().capabilities.has(Capability::Scope) {
                    return unsupported(Capability::Scope);
                }
                let place = self.place_of(&remove.key)?;
                self.on_premises.remove(place);
            }
            other => {
                let id = other.cloud_object().map(|reference| self.find(reference)).transpose()?;
                self.adapter.carry_out(id.as_deref(), other)?;
            }
        }
        Ok(Results::new())
    }

    fn create_cloud_object(&mut self, setup: &CloudSetup) -> Done {
        let label = CloudRef::Label(setup.label.clone());
        if self.names.contains_key(&label) {
            return refused("the label is in use");
        }
        let id = self.adapter.create_cloud_object(setup)?;
        self.names.insert(label, id);
        Ok(())
    }

    fn sync(&mut self) -> Done<Results> {
        let results = self.adapter.sync(&self.on_premises)?;
        let cloud = self.adapter.cloud_objects();
        for object in &self.on_premises {
            let link = results.get(&object.key).and_then(|result| result.cloud_id.as_ref());
            for other in &cloud {
                let carries_anchor = other.on_premises_sync_enabled == Some(true)
                    && other.is_active()
                    && other.kind == object.kind
                    && other.on_premises_immutable_id == object.source_anchor;
                if link.map_or(carries_anchor, |link| *link == other.id) {
                    let key = object.key.clone();
                    let way = if other.quarantined {
                        CloudRef::QuarantinedFor
                    } else {
                        CloudRef::JoinedTo
                    };
                    self.names.insert(way(key), other.id.clone());
                }
            }
        }
        Ok(results)
    }

    fn place_of(&self, key: &Text) -> Done<usize> {
        self.on_premises.iter().position(|object| object.key == *key).ok_or(NotDone::NotFound)
    }

    /// The id of the cloud object that a command names, deleted or not.
    fn find(&self, reference: &CloudRef) -> Done<Text> {
        let id = self.names.get(reference).ok_or(NotDone::NotFound)?;
        let is_there = self.adapter.cloud_objects().iter().any(|object| object.id == *id);
        if is_there { Ok(id.clone()) } else { Err(NotDone::NotFound) }
    }
}

impl<A: Adapter> Implementation for Conversation<A> {
    fn describe(&self) -> Description {
        self.adapter.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.names.clear();
        self.on_premises.clone_from(&tenant.on_premises);
        self.adapter.reset(&tenant.features);
        for setup in &tenant.cloud {
            self.create_cloud_object(setup).map_err(|why| match why {
                NotDone::Failed(failure) => failure,
                NotDone::Refused(why) => Failure::new(FailureKind::ErrorAnswer, why),
                NotDone::NotFound => Failure::new(FailureKind::ErrorAnswer, "not found"),
            })?;
        }
        Ok(self.snapshot())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut outcome = Outcome::ok();
        match self.carry_out(command) {
            Ok(results) => outcome.objects = results,
            Err(NotDone::Refused(why)) => {
                outcome.status = Status::Refused;
                outcome.message = Some(why.into());
            }
            Err(NotDone::NotFound) => outcome.status = Status::NotFound,
            Err(NotDone::Failed(failure)) => return Err(failure),
        }
        Ok(StepObservation { outcome, snapshot: self.snapshot() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entra_conformance::directory::{
        AssignRole, CreateOnPremisesObject, Kind, ResultWord, SetImmutableId,
    };

    #[derive(Default)]
    struct TestAdapter {
        cloud: Vec<CloudObject>,
    }

    impl Adapter for TestAdapter {
        fn describe(&self) -> Description {
            Description::new("test", "1", ["2023-01"])
        }

        fn reset(&mut self, _features: &Features) {
            self.cloud.clear();
        }

        fn cloud_objects(&self) -> Vec<CloudObject> {
            self.cloud.clone()
        }

        fn create_cloud_object(&mut self, setup: &CloudSetup) -> Done<Text> {
            self.cloud.push(setup.to_object("ann-id"));
            Ok("ann-id".into())
        }

        fn sync(&mut self, on_premises: &[OnPremisesObject]) -> Done<Results> {
            for object in &on_premises[..2] {
                let mut created = CloudObject::new(format!("{}-id", object.key), Kind::User);
                created.on_premises_sync_enabled = Some(true);
                created.on_premises_immutable_id.clone_from(&object.source_anchor);
                created.quarantined = &*object.key == "quin";
                self.cloud.push(created);
            }
            let mut linked = SyncResult::plain(ResultWord::Joined);
            linked.cloud_id = Some("ann-id".into());
            Ok([("linked".into(), linked)].into())
        }

        fn carry_out(&mut self, id: Option<&str>, command: &Command) -> Done {
            match command {
                Command::AssignRole(assign) => {
                    for object in self.cloud.iter_mut().filter(|object| Some(&*object.id) == id) {
                        object.roles.insert(assign.role.clone());
                    }
                    Ok(())
                }
                Command::SetImmutableId(_) => refused("no"),
                other => unknown(other),
            }
        }
    }

    /// A conversation after its first cycle.
    fn begun() -> Conversation<TestAdapter> {
        let mut conversation = Conversation::new(TestAdapter::default());
        let mut tenant = Tenant::default();
        tenant.cloud.push(CloudSetup::new("ann", Kind::User));
        for key in ["bob", "quin", "linked"] {
            tenant.on_premises.push(OnPremisesObject::new(key, Kind::User, key));
        }
        conversation.reset(&tenant).expect("a start");
        conversation.apply(&Command::sync()).expect("a cycle");
        conversation
    }

    #[test]
    fn references_name_what_a_cycle_joined_linked_or_quarantined() {
        for (reference, holder) in [
            (CloudRef::JoinedTo("bob".into()), "bob-id"),
            (CloudRef::QuarantinedFor("quin".into()), "quin-id"),
            (CloudRef::JoinedTo("linked".into()), "ann-id"),
            (CloudRef::Label("ann".into()), "ann-id"),
        ] {
            let seen = begun().apply(&AssignRole::new(reference, "Reader".into()).into());
            let cloud = seen.expect("a state").snapshot.cloud;
            let holders = cloud.iter().filter(|object| !object.roles.is_empty());
            assert!(holders.map(|object| &*object.id).eq([holder]));
        }
        let reference = CloudRef::JoinedTo("quin".into());
        let seen = begun().apply(&AssignRole::new(reference, "Reader".into()).into());
        assert_eq!(seen.expect("a state").outcome.status, Status::NotFound);
    }

    #[test]
    fn a_refusal_is_an_outcome_and_what_is_missing_an_error() {
        let ann = || CloudRef::Label("ann".into());
        let seen = begun().apply(&SetImmutableId::new(ann(), None).into()).expect("a state");
        assert_eq!(
            (seen.outcome.status, seen.outcome.message.as_deref()),
            (Status::Refused, Some("no"))
        );
        let seen = begun().apply(&Command::reinstall());
        assert_eq!(seen.expect_err("nothing").capability, Some(Capability::Reinstall));
        let bob = OnPremisesObject::new("bob", Kind::User, "other");
        let seen = begun().apply(&CreateOnPremisesObject::new(bob).into());
        assert_eq!(seen.expect("a state").outcome.status, Status::Refused);
    }
}
