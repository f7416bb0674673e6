//! Which of two cases is simpler.

use super::objects::{cloud_objects, on_premises_objects};
use super::texts::{cost_of_names, costs};
use crate::cases::Case;
use crate::directory::{
    AddressKind, Change, CloudRef, CloudSetup, Command, Features, Kind, OnPremisesObject,
    ProxyAddress,
};

/// How simple a case is: the less the simpler. What counts most stands first; what comes later
/// counts only where everything before it is equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// How many commands it has.
    pub commands: usize,
    /// How many objects it has, at the start and later.
    pub objects: usize,
    /// How many fields have values, each by how much it takes to understand it.
    pub fields: usize,
    /// How plain each value is, in the order in which they stand in the case.
    pub values: Vec<u16>,
    /// How many labels and keys are others than the object's values suggest.
    pub names: usize,
}

impl Measure {
    /// It as numbers: of two cases that one is the simpler in whose list the first number that
    /// differs is less.
    pub fn as_numbers(&self) -> Vec<u64> {
        let first = [self.commands, self.objects, self.fields].map(|number| number as u64);
        // A list that ends sooner is less: its end is told by the least number of all.
        let values = self.values.iter().map(|value| u64::from(*value) + 1);
        first.into_iter().chain(values).chain([0, self.names as u64]).collect()
    }
}

/// How simple a case is.
pub fn measure(case: &Case) -> Measure {
    Measure {
        commands: case.commands.len(),
        objects: cloud_objects(case).count() + on_premises_objects(case).count(),
        fields: fields(case),
        values: costs(case),
        names: cost_of_names(case),
    }
}

fn fields(case: &Case) -> usize {
    let usual = Features::default();
    let Features { soft_match, password_hash_sync } = case.tenant.features;
    usize::from(soft_match != usual.soft_match)
        + usize::from(password_hash_sync != usual.password_hash_sync)
        + cloud_objects(case).map(fields_of_cloud).sum::<usize>()
        + on_premises_objects(case).map(fields_of_on_premises).sum::<usize>()
        + case.commands.iter().map(fields_of_command).sum::<usize>()
}

fn fields_of_kind(kind: Kind, mail_enabled: bool) -> usize {
    // A user owes a name, which is not counted: hence more than one for the others.
    2 * usize::from(kind != Kind::User) + usize::from(mail_enabled)
}

fn fields_of_cloud(object: &CloudSetup) -> usize {
    fields_of_kind(object.kind, object.mail_enabled)
        + fields_of_addresses(&object.proxy_addresses)
        + object.attributes.len()
        + object.roles.len()
        + usize::from(object.password.is_some())
        + usize::from(object.on_premises_immutable_id.is_some())
}

fn fields_of_on_premises(object: &OnPremisesObject) -> usize {
    fields_of_kind(object.kind, object.mail_enabled)
        + fields_of_addresses(&object.proxy_addresses)
        + object.attributes.len()
        + usize::from(object.password.is_some())
}

fn fields_of_addresses(addresses: &[ProxyAddress]) -> usize {
    addresses
        .iter()
        .map(|address| match address.kind() {
            AddressKind::Primary => 1,
            AddressKind::Secondary => 2,
            AddressKind::Other => 3,
        })
        .sum()
}

fn fields_of_change<T>(change: &Change<T>) -> usize {
    usize::from(!change.is_keep())
}

fn fields_of_address_change(change: &Change<Vec<ProxyAddress>>) -> usize {
    fields_of_change(change) + fields_of_addresses(change.value().map_or(&[], Vec::as_slice))
}

fn fields_of_reference(reference: &CloudRef) -> usize {
    match reference {
        CloudRef::Label(_) => 0,
        CloudRef::JoinedTo(_) => 1,
        CloudRef::QuarantinedFor(_) => 2,
    }
}

/// What a command adds: what it takes to understand it, the reference and the fields that it names.
fn fields_of_command(command: &Command) -> usize {
    let reference = command.cloud_object().map_or(0, fields_of_reference);
    let own = match command {
        Command::Sync(_) => 0,
        Command::ReinstallConnect(_) => 1,
        Command::SetFeature(_) => 2,
        Command::CreateOnPremisesObject(_) | Command::CreateCloudObject(_) => 2,
        Command::RemoveOnPremisesObject(_) => 2,
        Command::UpdateOnPremisesObject(update) => {
            let set = &update.set;
            2 + fields_of_change(&set.source_anchor)
                + fields_of_change(&set.user_principal_name)
                + fields_of_address_change(&set.proxy_addresses)
                + set.attributes.len()
                + fields_of_change(&set.password)
        }
        Command::UpdateCloudObject(update) => {
            let set = &update.set;
            2 + fields_of_change(&set.user_principal_name)
                + fields_of_address_change(&set.proxy_addresses)
                + set.attributes.len()
                + fields_of_change(&set.password)
        }
        Command::AssignRole(_) | Command::RemoveRole(_) | Command::RestoreCloudObject(_) => 3,
        Command::SetImmutableId(set) => 3 + usize::from(set.value.is_some()),
        Command::DeleteCloudObject(delete) => 3 + usize::from(delete.permanently),
    };
    own + reference
}
