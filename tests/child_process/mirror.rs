//! The smallest implementation that can be told right from wrong: it shows what it was given.

use entra_conformance::directory::ResultWord;
use entra_conformance::directory::{
    Capability, CloudRef, Command, Outcome, Snapshot, Status, StepObservation, SyncResult, Tenant,
    Text,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Objects as they were created, with the process's number in their identifiers.
#[derive(Default)]
pub(crate) struct Mirror {
    snapshot: Snapshot,
    labels: BTreeMap<Text, usize>,
}

impl Mirror {
    fn create(&mut self, setup: &entra_conformance::directory::CloudSetup) {
        let place = self.snapshot.cloud.len();
        let id = format!("{}-{place}", std::process::id());
        self.labels.insert(setup.label.clone(), place);
        self.snapshot.cloud.push(Arc::new(setup.to_object(id)));
    }
}

impl Implementation for Mirror {
    fn describe(&self) -> Description {
        Description::new("mirror", "1", ["2023-01"]).with_capabilities([
            Capability::Users,
            Capability::Roles,
            Capability::Reinstall,
        ])
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        *self = Mirror::default();
        for setup in &tenant.cloud {
            self.create(setup);
        }
        self.snapshot.on_premises = tenant.on_premises.iter().cloned().map(Arc::new).collect();
        Ok(self.snapshot.clone())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut outcome = Outcome::ok();
        match command {
            Command::CreateCloudObject(create) => self.create(&create.object),
            Command::AssignRole(assign) => {
                let place = match &assign.object {
                    CloudRef::Label(label) => self.labels.get(label),
                    _ => None,
                };
                match place {
                    Some(&place) => {
                        let object = Arc::make_mut(&mut self.snapshot.cloud[place]);
                        object.roles.insert(assign.role.clone());
                    }
                    None => outcome = Outcome::plain(Status::NotFound),
                }
            }
            Command::Sync(_) => {
                for object in &self.snapshot.on_premises {
                    let unchanged = SyncResult::plain(ResultWord::Unchanged);
                    outcome.objects.insert(object.key.clone(), unchanged);
                }
            }
            // Not declared, and honestly so.
            Command::SetImmutableId(_) => {
                return Err(Failure::unsupported(Capability::ImmutableIdWrite));
            }
            // Declared, and yet.
            Command::ReinstallConnect(_) => {
                return Err(Failure::unsupported(Capability::Reinstall));
            }
            Command::RestoreCloudObject(_) => panic!("cannot restore"),
            _ => {}
        }
        Ok(StepObservation { outcome, snapshot: self.snapshot.clone() })
    }
}
