//! Every value of a case, to read or to replace it.

use crate::cases::Case;
use crate::directory::{
    Attributes, Change, CloudObjectChange, CloudSetup, Command, OnPremisesChange, OnPremisesObject,
    ProxyAddress, Text,
};
use std::collections::{BTreeMap, BTreeSet};

/// A value where it stands.
pub(crate) enum Value<'a> {
    SignInName(&'a mut Text),
    Address(&'a mut ProxyAddress),
    Anchor(&'a mut Text),
    Role(&'a mut Text),
    Password(&'a mut Text),
    Attribute {
        name: &'a mut Text,
        /// None where an update empties it.
        value: Option<&'a mut Text>,
    },
}

/// Is shown one value after the other.
pub(crate) type Visit<'v> = dyn FnMut(Value<'_>) + 'v;

/// Visits every value of a case, always in the same order.
pub(crate) fn each_value(case: &mut Case, visit: &mut Visit<'_>) {
    case.tenant.cloud.iter_mut().for_each(|object| cloud_object(object, visit));
    case.tenant.on_premises.iter_mut().for_each(|object| on_premises_object(object, visit));
    case.commands.iter_mut().for_each(|one| command(one, visit));
}

fn command(command: &mut Command, visit: &mut Visit<'_>) {
    match command {
        Command::CreateOnPremisesObject(create) => on_premises_object(&mut create.object, visit),
        Command::UpdateOnPremisesObject(update) => {
            let OnPremisesChange {
                source_anchor,
                user_principal_name,
                proxy_addresses,
                attributes,
                password,
            } = &mut update.set;
            changed(source_anchor, |anchor| visit(Value::Anchor(anchor)));
            changed(user_principal_name, |name| visit(Value::SignInName(name)));
            changed(proxy_addresses, |all| {
                all.iter_mut().for_each(|address| visit(Value::Address(address)));
            });
            changed_attributes(attributes, visit);
            changed(password, |password| visit(Value::Password(password)));
        }
        Command::CreateCloudObject(create) => cloud_object(&mut create.object, visit),
        Command::UpdateCloudObject(update) => {
            let CloudObjectChange { user_principal_name, proxy_addresses, attributes, password } =
                &mut update.set;
            changed(user_principal_name, |name| visit(Value::SignInName(name)));
            changed(proxy_addresses, |all| {
                all.iter_mut().for_each(|address| visit(Value::Address(address)));
            });
            changed_attributes(attributes, visit);
            changed(password, |password| visit(Value::Password(password)));
        }
        Command::SetImmutableId(set) => {
            set.value.iter_mut().for_each(|anchor| visit(Value::Anchor(anchor)));
        }
        Command::AssignRole(assign) => visit(Value::Role(&mut assign.role)),
        Command::RemoveRole(remove) => visit(Value::Role(&mut remove.role)),
        Command::MakeEligible(make) => visit(Value::Role(&mut make.role)),
        Command::RemoveEligibility(remove) => visit(Value::Role(&mut remove.role)),
        // Identifiers have one form, and stay as they are.
        Command::RemoveOnPremisesObject(_)
        | Command::SetOnPremisesObjectIdentifier(_)
        | Command::DeleteCloudObject(_)
        | Command::SetCloudManaged(_)
        | Command::RestoreCloudObject(_)
        | Command::SetFeature(_)
        | Command::ReinstallConnect(_)
        | Command::Sync(_) => {}
    }
}

fn changed<T>(change: &mut Change<T>, visit: impl FnOnce(&mut T)) {
    if let Change::Set(value) = change {
        visit(value);
    }
}

fn on_premises_object(object: &mut OnPremisesObject, visit: &mut Visit<'_>) {
    let OnPremisesObject {
        key: _,
        kind: _,
        mail_enabled: _,
        source_anchor,
        object_identifier: _,
        user_principal_name,
        proxy_addresses,
        attributes,
        password,
    } = object;
    source_anchor.iter_mut().for_each(|anchor| visit(Value::Anchor(anchor)));
    user_principal_name.iter_mut().for_each(|name| visit(Value::SignInName(name)));
    proxy_addresses.iter_mut().for_each(|address| visit(Value::Address(address)));
    all_attributes(attributes, visit);
    password.iter_mut().for_each(|password| visit(Value::Password(password)));
}

fn cloud_object(object: &mut CloudSetup, visit: &mut Visit<'_>) {
    let CloudSetup {
        label: _,
        kind: _,
        mail_enabled: _,
        on_premises_immutable_id,
        on_premises_object_identifier: _,
        user_principal_name,
        proxy_addresses,
        attributes,
        password,
        roles,
        eligible_roles,
    } = object;
    on_premises_immutable_id.iter_mut().for_each(|anchor| visit(Value::Anchor(anchor)));
    user_principal_name.iter_mut().for_each(|name| visit(Value::SignInName(name)));
    proxy_addresses.iter_mut().for_each(|address| visit(Value::Address(address)));
    all_attributes(attributes, visit);
    password.iter_mut().for_each(|password| visit(Value::Password(password)));
    all_roles(roles, visit);
    all_roles(eligible_roles, visit);
}

fn all_roles(roles: &mut BTreeSet<Text>, visit: &mut Visit<'_>) {
    let visited = std::mem::take(roles).into_iter().map(|mut role| {
        visit(Value::Role(&mut role));
        role
    });
    *roles = visited.collect();
}

fn all_attributes(attributes: &mut Attributes, visit: &mut Visit<'_>) {
    *attributes = std::mem::take(attributes)
        .into_iter()
        .map(|(mut name, mut value)| {
            visit(Value::Attribute { name: &mut name, value: Some(&mut value) });
            (name, value)
        })
        .collect();
}

fn changed_attributes(attributes: &mut BTreeMap<Text, Option<Text>>, visit: &mut Visit<'_>) {
    *attributes = std::mem::take(attributes)
        .into_iter()
        .map(|(mut name, mut value)| {
            visit(Value::Attribute { name: &mut name, value: value.as_mut() });
            (name, value)
        })
        .collect();
}
