//! A small sync engine that knows users, their names and their anchors, and nothing else. It shows
//! how an implementation in Rust is put behind the suite's trait, and that one which can do little
//! is judged by what it can do.

use entra_conformance::directory::{
    Capability, CloudObject, Command, OnPremisesObject, Outcome, ResultWord, Snapshot, Status,
    StepObservation, SyncResult, Tenant, Text, same_name,
};
use entra_conformance::implementation::{Description, Failure, FailureKind, Implementation};
use std::collections::HashMap;
use std::sync::Arc;

/// The cloud directory, the on-premises directory, and what lies between them.
#[derive(Default)]
pub struct SmallSync {
    cloud: Vec<CloudObject>,
    on_premises: Vec<OnPremisesObject>,
    /// What Connect knows: on-premises key → cloud identifier. Lost when it is installed anew.
    joined: HashMap<Text, Text>,
    /// What the service last accepted for a cloud object.
    accepted: HashMap<Text, OnPremisesObject>,
    next_id: u32,
}

impl SmallSync {
    fn new_id(&mut self) -> Text {
        self.next_id += 1;
        self.next_id.to_string().into()
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot::new(
            self.cloud.iter().cloned().map(Arc::new).collect(),
            self.on_premises.iter().cloned().map(Arc::new).collect(),
        )
    }

    /// Cloud objects that carry the object's name, one of its addresses or its anchor.
    fn holders(&self, object: &OnPremisesObject) -> Vec<usize> {
        let shares = |cloud: &CloudObject| {
            same(&cloud.user_principal_name, &object.user_principal_name)
                || cloud
                    .mail_addresses()
                    .any(|held| object.mail_addresses().any(|mail| same_name(held, mail)))
                || cloud.on_premises_immutable_id == object.source_anchor
        };
        (0..self.cloud.len()).filter(|&at| shares(&self.cloud[at])).collect()
    }

    fn sync_object(&mut self, object: &OnPremisesObject) -> ResultWord {
        let rejoined = self.cloud.iter().find(|cloud| {
            cloud.is_on_premises_mastered()
                && cloud.on_premises_immutable_id == object.source_anchor
        });
        let known =
            self.joined.get(&object.key).cloned().or(rejoined.map(|cloud| cloud.id.clone()));
        let holders = self.holders(object);
        let Some(id) = known else {
            return self.match_new(object, &holders);
        };
        self.joined.insert(object.key.clone(), id.clone());
        if self.accepted.get(&id) == Some(object) {
            return ResultWord::Unchanged;
        }
        // A joined object is never matched again: what it now has in common with others is an error.
        let Some(at) = self.cloud.iter().position(|cloud| cloud.id == id) else {
            return ResultWord::Error;
        };
        let has_moved = self.cloud[at].on_premises_immutable_id != object.source_anchor;
        if has_moved || holders.iter().any(|&holder| holder != at) {
            return ResultWord::Error;
        }
        self.write(at, object);
        ResultWord::Updated
    }

    fn match_new(&mut self, object: &OnPremisesObject, holders: &[usize]) -> ResultWord {
        match *holders {
            [] => {
                let id = self.new_id();
                self.cloud.push(CloudObject::new(id.clone(), object.kind));
                self.joined.insert(object.key.clone(), id);
                self.write(self.cloud.len() - 1, object);
                ResultWord::Provisioned
            }
            [at] => {
                let cloud = &self.cloud[at];
                let anchor = &cloud.on_premises_immutable_id;
                let is_hard = *anchor == object.source_anchor;
                let is_soft = anchor.is_none()
                    && same(&cloud.user_principal_name, &object.user_principal_name);
                if cloud.is_on_premises_mastered() || !(is_hard || is_soft) {
                    return ResultWord::Error;
                }
                self.joined.insert(object.key.clone(), cloud.id.clone());
                self.write(at, object);
                if is_hard { ResultWord::HardMatched } else { ResultWord::SoftMatched }
            }
            _ => ResultWord::Error,
        }
    }

    /// What is on-premises overwrites what is in the cloud.
    fn write(&mut self, at: usize, object: &OnPremisesObject) {
        let cloud = &mut self.cloud[at];
        cloud.on_premises_sync_enabled = Some(true);
        cloud.on_premises_immutable_id.clone_from(&object.source_anchor);
        cloud.user_principal_name.clone_from(&object.user_principal_name);
        if !object.proxy_addresses.is_empty() {
            cloud.proxy_addresses.clone_from(&object.proxy_addresses);
        }
        cloud.attributes.extend(object.attributes.clone());
        self.accepted.insert(cloud.id.clone(), object.clone());
    }
}

fn same(left: &Option<Text>, right: &Option<Text>) -> bool {
    matches!((left, right), (Some(left), Some(right)) if same_name(left, right))
}

impl Implementation for SmallSync {
    fn describe(&self) -> Description {
        let version = env!("CARGO_PKG_VERSION");
        Description::new("small-sync", version, ["2023-01"]).with_capabilities([
            Capability::Users,
            Capability::MatchUserPrincipalName,
            Capability::MatchSourceAnchor,
            Capability::Reinstall,
            Capability::AuthorityFlag,
            Capability::CloudAnchors,
            Capability::SecondaryAddresses,
            Capability::ObjectResults,
        ])
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        *self = SmallSync::default();
        for setup in &tenant.cloud {
            let id = self.new_id();
            self.cloud.push(setup.to_object(id));
        }
        self.on_premises.clone_from(&tenant.on_premises);
        Ok(self.snapshot())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut outcome = Outcome::ok();
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises.push(create.object.clone()),
            Command::UpdateOnPremisesObject(update) => {
                let found = self.on_premises.iter_mut().find(|object| object.key == update.key);
                match found {
                    Some(object) => update.set.apply_to(object),
                    None => outcome = Outcome::plain(Status::NotFound),
                }
            }
            Command::CreateCloudObject(create) => {
                let created = create.object.to_object(self.new_id());
                let taken = self.cloud.iter().any(|held| {
                    let anchor = &held.on_premises_immutable_id;
                    same(&held.user_principal_name, &created.user_principal_name)
                        || (anchor.is_some() && *anchor == created.on_premises_immutable_id)
                        || held
                            .mail_addresses()
                            .any(|held| created.mail_addresses().any(|mail| same_name(held, mail)))
                });
                if taken {
                    outcome = Outcome::plain(Status::Refused);
                } else {
                    self.cloud.push(created);
                }
            }
            Command::ReinstallConnect(_) => self.joined.clear(),
            Command::Sync(_) => {
                for object in self.on_premises.clone() {
                    let result = SyncResult::plain(self.sync_object(&object));
                    outcome.objects.insert(object.key, result);
                }
            }
            Command::RemoveOnPremisesObject(_) => {
                return Err(Failure::unsupported(Capability::Scope));
            }
            Command::UpdateCloudObject(_) => {
                return Err(Failure::unsupported(Capability::CloudEdits));
            }
            Command::SetImmutableId(_) => {
                return Err(Failure::unsupported(Capability::ImmutableIdWrite));
            }
            Command::AssignRole(_) | Command::RemoveRole(_) => {
                return Err(Failure::unsupported(Capability::Roles));
            }
            Command::DeleteCloudObject(_) | Command::RestoreCloudObject(_) => {
                return Err(Failure::unsupported(Capability::RecycleBin));
            }
            Command::SetFeature(_) => {
                return Err(Failure::unsupported(Capability::SoftMatchSwitch));
            }
            Command::MakeEligible(_) | Command::RemoveEligibility(_) => {
                return Err(Failure::unsupported(Capability::RoleEligibility));
            }
            Command::SetOnPremisesObjectIdentifier(_) => {
                return Err(Failure::unsupported(Capability::ObjectIdentifier));
            }
            // Nobody sends what takes a capability that is not declared.
            other => return Err(Failure::new(FailureKind::Unsupported, other.word())),
        }
        Ok(StepObservation { outcome, snapshot: self.snapshot() })
    }
}
