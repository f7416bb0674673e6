//! Every text of a case, by what it is, and how plain it is.

use crate::cases::Case;
use crate::cases::sequence::{ANCHORS, ATTRIBUTES, PASSWORDS, PEOPLE, ROLES};
use crate::directory::{
    Attributes, Change, CloudObjectChange, CloudRef, CloudSetup, Command, OnPremisesChange,
    OnPremisesObject, ProxyAddress, Text,
};
use std::collections::BTreeMap;

/// What a text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sort {
    /// A user principal name or mail address, wherever it stands.
    Name,
    /// A source anchor.
    Anchor,
    /// A directory role.
    DirectoryRole,
    /// A password.
    Password,
    /// The name of an attribute.
    AttributeName,
    /// A value of that attribute.
    AttributeValue(Text),
    /// An address that is no mail address and holds none.
    OtherAddress,
    /// A cloud object's label.
    Label,
    /// An on-premises object's key.
    Key,
}

/// Gives a text its new form.
pub(super) type Rename<'a> = dyn FnMut(Sort, &Text) -> Text + 'a;

/// The case with every text renamed, in the order in which they stand in it.
pub(super) fn renamed(case: &Case, rename: &mut Rename<'_>) -> Case {
    let mut case = case.clone();
    case.tenant.cloud.iter_mut().for_each(|object| rename_cloud(object, rename));
    case.tenant.on_premises.iter_mut().for_each(|object| rename_on_premises(object, rename));
    case.commands.iter_mut().for_each(|command| rename_command(command, rename));
    case
}

fn apply(rename: &mut Rename<'_>, sort: Sort, text: &mut Text) {
    *text = rename(sort, text);
}

fn apply_to_change(rename: &mut Rename<'_>, sort: Sort, change: &mut Change<Text>) {
    if let Change::Set(text) = change {
        apply(rename, sort, text);
    }
}

fn sort_of_value(name: &Text, value: &str) -> Sort {
    if value.contains('@') { Sort::Name } else { Sort::AttributeValue(name.clone()) }
}

fn rename_attributes(attributes: &mut Attributes, rename: &mut Rename<'_>) {
    *attributes = std::mem::take(attributes)
        .into_iter()
        .map(|(name, value)| {
            let value = rename(sort_of_value(&name, &value), &value);
            (rename(Sort::AttributeName, &name), value)
        })
        .collect();
}

fn rename_attribute_changes(
    attributes: &mut BTreeMap<Text, Option<Text>>,
    rename: &mut Rename<'_>,
) {
    *attributes = std::mem::take(attributes)
        .into_iter()
        .map(|(name, value)| {
            let value = value.map(|value| rename(sort_of_value(&name, &value), &value));
            (rename(Sort::AttributeName, &name), value)
        })
        .collect();
}

fn rename_addresses(addresses: &mut [ProxyAddress], rename: &mut Rename<'_>) {
    for address in addresses {
        let whole = address.as_str();
        match whole.split_once(':').filter(|(_, rest)| rest.contains('@')) {
            Some((prefix, name)) => {
                let name = Text::from(name);
                let new = rename(Sort::Name, &name);
                if new != name {
                    *address = ProxyAddress(format!("{prefix}:{new}").into());
                }
            }
            None => address.0 = rename(Sort::OtherAddress, &address.0),
        }
    }
}

fn rename_address_change(change: &mut Change<Vec<ProxyAddress>>, rename: &mut Rename<'_>) {
    if let Change::Set(addresses) = change {
        rename_addresses(addresses, rename);
    }
}

fn rename_cloud(object: &mut CloudSetup, rename: &mut Rename<'_>) {
    apply(rename, Sort::Label, &mut object.label);
    if let Some(name) = &mut object.user_principal_name {
        apply(rename, Sort::Name, name);
    }
    rename_addresses(&mut object.proxy_addresses, rename);
    if let Some(anchor) = &mut object.on_premises_immutable_id {
        apply(rename, Sort::Anchor, anchor);
    }
    rename_attributes(&mut object.attributes, rename);
    if let Some(password) = &mut object.password {
        apply(rename, Sort::Password, password);
    }
    object.roles = object.roles.iter().map(|role| rename(Sort::DirectoryRole, role)).collect();
}

fn rename_on_premises(object: &mut OnPremisesObject, rename: &mut Rename<'_>) {
    apply(rename, Sort::Key, &mut object.key);
    if let Some(anchor) = &mut object.source_anchor {
        apply(rename, Sort::Anchor, anchor);
    }
    if let Some(name) = &mut object.user_principal_name {
        apply(rename, Sort::Name, name);
    }
    rename_addresses(&mut object.proxy_addresses, rename);
    rename_attributes(&mut object.attributes, rename);
    if let Some(password) = &mut object.password {
        apply(rename, Sort::Password, password);
    }
}

fn rename_on_premises_change(set: &mut OnPremisesChange, rename: &mut Rename<'_>) {
    apply_to_change(rename, Sort::Anchor, &mut set.source_anchor);
    apply_to_change(rename, Sort::Name, &mut set.user_principal_name);
    rename_address_change(&mut set.proxy_addresses, rename);
    rename_attribute_changes(&mut set.attributes, rename);
    apply_to_change(rename, Sort::Password, &mut set.password);
}

fn rename_cloud_change(set: &mut CloudObjectChange, rename: &mut Rename<'_>) {
    apply_to_change(rename, Sort::Name, &mut set.user_principal_name);
    rename_address_change(&mut set.proxy_addresses, rename);
    rename_attribute_changes(&mut set.attributes, rename);
    apply_to_change(rename, Sort::Password, &mut set.password);
}

fn rename_reference(reference: &mut CloudRef, rename: &mut Rename<'_>) {
    match reference {
        CloudRef::Label(label) => apply(rename, Sort::Label, label),
        CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => apply(rename, Sort::Key, key),
    }
}

fn rename_command(command: &mut Command, rename: &mut Rename<'_>) {
    match command {
        Command::CreateOnPremisesObject(create) => rename_on_premises(&mut create.object, rename),
        Command::UpdateOnPremisesObject(update) => {
            apply(rename, Sort::Key, &mut update.key);
            rename_on_premises_change(&mut update.set, rename);
        }
        Command::RemoveOnPremisesObject(remove) => apply(rename, Sort::Key, &mut remove.key),
        Command::CreateCloudObject(create) => rename_cloud(&mut create.object, rename),
        Command::UpdateCloudObject(update) => {
            rename_reference(&mut update.object, rename);
            rename_cloud_change(&mut update.set, rename);
        }
        Command::SetImmutableId(set) => {
            rename_reference(&mut set.object, rename);
            if let Some(anchor) = &mut set.value {
                apply(rename, Sort::Anchor, anchor);
            }
        }
        Command::AssignRole(assign) => {
            rename_reference(&mut assign.object, rename);
            apply(rename, Sort::DirectoryRole, &mut assign.role);
        }
        Command::RemoveRole(remove) => {
            rename_reference(&mut remove.object, rename);
            apply(rename, Sort::DirectoryRole, &mut remove.role);
        }
        Command::DeleteCloudObject(delete) => rename_reference(&mut delete.object, rename),
        Command::RestoreCloudObject(restore) => rename_reference(&mut restore.object, rename),
        Command::SetFeature(_) | Command::ReinstallConnect(_) | Command::Sync(_) => {}
    }
}

/// Every text of the case, in the order in which they stand in it.
pub(super) fn texts(case: &Case) -> Vec<(Sort, Text)> {
    let mut all = Vec::new();
    renamed(case, &mut |sort, text| {
        all.push((sort, text.clone()));
        text.clone()
    });
    all
}

/// The parts of a name: what stands before the `@`, and what stands after it.
pub(super) fn parts(name: &str) -> (&str, &str) {
    name.rsplit_once('@').unwrap_or((name, ""))
}

/// What does not stand in the canonical lists costs more than all that does.
const UNKNOWN: u16 = 1_000;

/// What another writing than the usual one costs.
const OTHER_CASE: u16 = 100;

fn position(list: &[&str], text: &str) -> u16 {
    list.iter()
        .position(|known| *known == text)
        .and_then(|position| u16::try_from(position).ok())
        .unwrap_or(UNKNOWN)
}

/// How plain a text is: the less the plainer.
pub(super) fn cost(sort: &Sort, text: &str) -> u16 {
    match sort {
        Sort::Name => {
            let (local, domain) = parts(text);
            let lower = local.to_ascii_lowercase();
            position(&PEOPLE, &lower)
                + if lower == local { 0 } else { OTHER_CASE }
                + if domain == "contoso.com" { 0 } else { 2 * OTHER_CASE }
        }
        Sort::Anchor => ANCHORS
            .iter()
            .enumerate()
            .find_map(|(at, both)| {
                let other_case = if text == both[0] { 0 } else { OTHER_CASE };
                let is_known = both.contains(&text);
                is_known.then(|| u16::try_from(at).unwrap_or(UNKNOWN) + other_case)
            })
            .unwrap_or(UNKNOWN),
        Sort::DirectoryRole => position(&ROLES, text),
        // Whose password it is stands in its name; one is as plain as another.
        Sort::Password => position(&PASSWORDS, text).min(UNKNOWN) / UNKNOWN,
        Sort::AttributeName => position(&ATTRIBUTES.map(|(name, _)| name), text),
        Sort::AttributeValue(name) => ATTRIBUTES
            .iter()
            .find(|(known, _)| **known == **name)
            .map_or(UNKNOWN, |(_, values)| position(values, text)),
        Sort::OtherAddress => position(&PEOPLE.map(|person| person), person_of(text)),
        Sort::Label | Sort::Key => 0,
    }
}

/// Who stands in `X500:/o=Contoso/cn=ann`.
fn person_of(address: &str) -> &str {
    address.strip_prefix("X500:/o=Contoso/cn=").unwrap_or(address)
}

/// How plain each text is.
pub(super) fn costs(case: &Case) -> Vec<u16> {
    texts(case).iter().map(|(sort, text)| cost(sort, text)).collect()
}

/// How many labels and keys are not what [`canonical_names`] has for them.
pub(super) fn cost_of_names(case: &Case) -> usize {
    canonical_names(case).iter().filter(|(_, from, to)| from != to).count()
}

/// The label of every cloud object and the key of every on-premises object with the one that it
/// should have: the person's whose name it has or, where that is taken, of the next person who is
/// free.
pub(super) fn canonical_names(case: &Case) -> Vec<(Sort, Text, Text)> {
    let mut all = Vec::new();
    let mut taken: Vec<&str> = Vec::new();
    for object in super::objects::cloud_objects(case) {
        let own = object.user_principal_name.as_deref();
        let person = person(own.or(object.mail_addresses().next()), &taken);
        taken.extend(person);
        if let Some(person) = person {
            all.push((Sort::Label, object.label.clone(), Text::from(person)));
        }
    }
    taken.clear();
    for object in super::objects::on_premises_objects(case) {
        let own = object.user_principal_name.as_deref();
        let person = person(own.or(object.mail_addresses().next()), &taken);
        taken.extend(person);
        if let Some(person) = person {
            all.push((Sort::Key, object.key.clone(), format!("{person}-ad").into()));
        }
    }
    all
}

fn person(name: Option<&str>, taken: &[&str]) -> Option<&'static str> {
    let free = |person: &&&'static str| !taken.contains(*person);
    let own = name.map(|name| parts(name).0.to_ascii_lowercase());
    let mut people = PEOPLE.iter();
    let own = PEOPLE.iter().find(|person| own.as_deref() == Some(**person)).filter(free);
    own.or_else(|| people.find(free)).copied()
}
