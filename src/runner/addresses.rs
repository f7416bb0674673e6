//! Cases without addresses, for an implementation that has none.

use crate::cases::Case;
use crate::cases::scenario::Scenario;
use crate::directory::{
    Change, CloudObjectChange, CloudRef, Command, MatchingAttribute, OnPremisesChange,
    ProxyAddress, Text,
};
use std::collections::BTreeSet;

/// Whether any object of a case has an address, or is given one.
pub(super) fn has_addresses(case: &Case) -> bool {
    let mut without = case.clone();
    remove_addresses(&mut without);
    without != *case
}

/// Takes all addresses out of a case, and the commands that change nothing else.
pub(super) fn remove_addresses(case: &mut Case) {
    case.tenant.cloud.iter_mut().for_each(|object| object.proxy_addresses.clear());
    case.tenant.on_premises.iter_mut().for_each(|object| object.proxy_addresses.clear());
    case.commands.retain_mut(|command| match command {
        Command::CreateOnPremisesObject(create) => {
            create.object.proxy_addresses.clear();
            true
        }
        Command::CreateCloudObject(create) => {
            create.object.proxy_addresses.clear();
            true
        }
        Command::UpdateOnPremisesObject(update) if !update.set.proxy_addresses.is_keep() => {
            update.set.proxy_addresses = Change::Keep;
            update.set != OnPremisesChange::default()
        }
        Command::UpdateCloudObject(update) if !update.set.proxy_addresses.is_keep() => {
            update.set.proxy_addresses = Change::Keep;
            update.set != CloudObjectChange::default()
        }
        _ => true,
    });
}

/// A scenario without its addresses, where none of them plays a part in it.
pub(super) fn without_addresses(scenario: &Scenario) -> Option<Scenario> {
    let mut case = Case { tenant: scenario.given.clone(), commands: scenario.commands() };
    if !has_addresses(&case) || is_about_addresses(scenario) || do_addresses_meet(&case) {
        return None;
    }
    remove_addresses(&mut case);
    let mut without = scenario.clone();
    without.given = case.tenant;
    for (step, command) in without.steps.iter_mut().zip(case.commands) {
        step.command = command;
    }
    Some(without)
}

/// Whether addresses are changed in it, or expected.
fn is_about_addresses(scenario: &Scenario) -> bool {
    scenario.steps.iter().any(|step| {
        let is_changed = match &step.command {
            Command::UpdateOnPremisesObject(update) => !update.set.proxy_addresses.is_keep(),
            Command::UpdateCloudObject(update) => !update.set.proxy_addresses.is_keep(),
            _ => false,
        };
        let by_address = Some(MatchingAttribute::ProxyAddresses);
        is_changed
            || step.expect.iter().any(|expected| {
                expected.cloud.iter().any(|object| !object.proxy_addresses.is_keep())
                    || expected.objects.values().any(|result| result.matched_on == by_address)
            })
    })
}

/// What can meet in a case: whose it is, and the value in small letters.
#[derive(Default)]
struct Values {
    addresses: BTreeSet<(CloudRef, String)>,
    names: BTreeSet<(CloudRef, String)>,
}

impl Values {
    fn take<'v>(
        &mut self,
        owner: &CloudRef,
        addresses: &[ProxyAddress],
        names: impl IntoIterator<Item = Option<&'v Text>>,
    ) {
        let own = |value: &str| (owner.clone(), value.to_ascii_lowercase());
        self.addresses.extend(addresses.iter().map(|one| own(one.mail().unwrap_or(one.as_str()))));
        self.names.extend(names.into_iter().flatten().map(|name| own(name)));
    }
}

/// Whether any address of an object is another one's too, but for that of two who have the same name.
fn do_addresses_meet(case: &Case) -> bool {
    const MAIL: &str = "mail";
    let mut values = Values::default();
    let created_in_the_cloud = case.commands.iter().filter_map(|command| match command {
        Command::CreateCloudObject(create) => Some(&create.object),
        _ => None,
    });
    for object in case.tenant.cloud.iter().chain(created_in_the_cloud) {
        let names = [object.user_principal_name.as_ref(), object.attributes.get(MAIL)];
        values.take(&CloudRef::Label(object.label.clone()), &object.proxy_addresses, names);
    }
    let created_on_premises = case.commands.iter().filter_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object),
        _ => None,
    });
    for object in case.tenant.on_premises.iter().chain(created_on_premises) {
        let names = [object.user_principal_name.as_ref(), object.attributes.get(MAIL)];
        values.take(&CloudRef::JoinedTo(object.key.clone()), &object.proxy_addresses, names);
    }
    for command in &case.commands {
        let (owner, name, attributes) = match command {
            Command::UpdateOnPremisesObject(update) => (
                CloudRef::JoinedTo(update.key.clone()),
                update.set.user_principal_name.value(),
                &update.set.attributes,
            ),
            Command::UpdateCloudObject(update) => (
                update.object.clone(),
                update.set.user_principal_name.value(),
                &update.set.attributes,
            ),
            _ => continue,
        };
        let mail = attributes.get(MAIL).and_then(Option::as_ref);
        values.take(&owner, &[], [name, mail]);
    }
    let Values { addresses, names } = &values;
    let is_named =
        |owner: &CloudRef, value: &String| names.contains(&(owner.clone(), value.clone()));
    addresses.iter().any(|(owner, value)| {
        let mut others = addresses.iter().chain(names);
        others.any(|(other, theirs)| {
            let have_one_name = is_named(owner, value) && is_named(other, value);
            other != owner && theirs == value && !have_one_name
        })
    })
}
