//! What of a case does not matter: each value is replaced by one that occurs nowhere else, and
//! whoever asks sees whether anything changes.

use super::Case;
use crate::directory::{
    Attributes, Change, CloudSetup, Command, OnPremisesObject, ProxyAddress, Text,
};
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "somebody.else@fabrikam.com";
const ANCHOR: &str = "U09NRUJPRFk=";
const WORD: &str = "something else";

const SOURCE_ANCHOR: &str = "sourceAnchor";
const USER_PRINCIPAL_NAME: &str = "userPrincipalName";
const PASSWORD: &str = "password";

/// Every case that differs from this one in a single value, with the place of that value in a
/// scenario file: `given.cloud.0.userPrincipalName`, `steps.2.set.proxyAddresses.0`.
pub fn variations(case: &Case) -> Vec<(String, Case)> {
    let mut found = Vec::new();
    // Places are numbered as they are come by; the walk is the same in every copy.
    let mut places = Vec::new();
    walk(&mut case.clone(), &mut |place, _| {
        places.push(place.to_owned());
    });
    for (wanted, place) in places.into_iter().enumerate() {
        let mut varied = case.clone();
        let mut at = 0;
        walk(&mut varied, &mut |_, value| {
            if at == wanted {
                value.replace();
            }
            at += 1;
        });
        if varied != *case {
            found.push((place, varied));
        }
    }
    found
}

/// One value of a case.
enum Value<'v> {
    Name(&'v mut Text),
    Anchor(&'v mut Text),
    Address(&'v mut ProxyAddress),
    Word(&'v mut Text),
    Role(&'v mut BTreeSet<Text>, Text),
}

impl Value<'_> {
    fn replace(self) {
        match self {
            Value::Name(name) => *name = NAME.into(),
            Value::Anchor(anchor) => *anchor = ANCHOR.into(),
            Value::Word(word) => *word = WORD.into(),
            Value::Role(roles, role) => {
                roles.remove(&role);
                roles.insert("Another Role".into());
            }
            Value::Address(address) => {
                let text = address.as_str();
                let other = match text.split_once(':') {
                    Some((prefix, _)) if address.mail().is_some() => format!("{prefix}:{NAME}"),
                    Some((prefix, _)) => format!("{prefix}:{WORD}"),
                    None => WORD.to_owned(),
                };
                *address = ProxyAddress(other.into());
            }
        }
    }
}

type Visit<'f> = dyn FnMut(&str, Value<'_>) + 'f;

fn walk(case: &mut Case, visit: &mut Visit<'_>) {
    for (at, object) in case.tenant.cloud.iter_mut().enumerate() {
        cloud_setup(&format!("given.cloud.{at}"), object, visit);
    }
    for (at, object) in case.tenant.on_premises.iter_mut().enumerate() {
        on_premises_object(&format!("given.onPremises.{at}"), object, visit);
    }
    for (at, step) in case.commands.iter_mut().enumerate() {
        command(&format!("steps.{at}"), step, visit);
    }
}

fn cloud_setup(place: &str, object: &mut CloudSetup, visit: &mut Visit<'_>) {
    let anchor = &mut object.on_premises_immutable_id;
    value(place, "onPremisesImmutableId", anchor.as_mut(), Value::Anchor, visit);
    value(place, USER_PRINCIPAL_NAME, object.user_principal_name.as_mut(), Value::Name, visit);
    addresses(place, &mut object.proxy_addresses, visit);
    attributes(place, &mut object.attributes, visit);
    value(place, PASSWORD, object.password.as_mut(), Value::Word, visit);
    for (at, role) in object.roles.clone().into_iter().enumerate() {
        visit(&format!("{place}.roles.{at}"), Value::Role(&mut object.roles, role));
    }
}

fn on_premises_object(place: &str, object: &mut OnPremisesObject, visit: &mut Visit<'_>) {
    value(place, SOURCE_ANCHOR, object.source_anchor.as_mut(), Value::Anchor, visit);
    value(place, USER_PRINCIPAL_NAME, object.user_principal_name.as_mut(), Value::Name, visit);
    addresses(place, &mut object.proxy_addresses, visit);
    attributes(place, &mut object.attributes, visit);
    value(place, PASSWORD, object.password.as_mut(), Value::Word, visit);
}

fn command(place: &str, command: &mut Command, visit: &mut Visit<'_>) {
    let object = format!("{place}.object");
    let set = format!("{place}.set");
    match command {
        Command::CreateOnPremisesObject(create) => {
            on_premises_object(&object, &mut create.object, visit);
        }
        Command::CreateCloudObject(create) => cloud_setup(&object, &mut create.object, visit),
        Command::UpdateOnPremisesObject(update) => {
            let change = &mut update.set;
            value(&set, SOURCE_ANCHOR, wanted(&mut change.source_anchor), Value::Anchor, visit);
            let name = wanted(&mut change.user_principal_name);
            value(&set, USER_PRINCIPAL_NAME, name, Value::Name, visit);
            changed_addresses(&set, &mut change.proxy_addresses, visit);
            changed_attributes(&set, &mut change.attributes, visit);
            value(&set, PASSWORD, wanted(&mut change.password), Value::Word, visit);
        }
        Command::UpdateCloudObject(update) => {
            let change = &mut update.set;
            let name = wanted(&mut change.user_principal_name);
            value(&set, USER_PRINCIPAL_NAME, name, Value::Name, visit);
            changed_addresses(&set, &mut change.proxy_addresses, visit);
            changed_attributes(&set, &mut change.attributes, visit);
            value(&set, PASSWORD, wanted(&mut change.password), Value::Word, visit);
        }
        Command::SetImmutableId(command) => {
            value(place, "value", command.value.as_mut(), Value::Anchor, visit);
        }
        Command::AssignRole(command) => {
            visit(&format!("{place}.role"), Value::Word(&mut command.role));
        }
        Command::RemoveRole(command) => {
            visit(&format!("{place}.role"), Value::Word(&mut command.role));
        }
        Command::RemoveOnPremisesObject(_)
        | Command::DeleteCloudObject(_)
        | Command::RestoreCloudObject(_)
        | Command::SetFeature(_)
        | Command::ReinstallConnect(_)
        | Command::Sync(_) => {}
    }
}

fn value<'v>(
    place: &str,
    field: &str,
    value: Option<&'v mut Text>,
    kind: fn(&'v mut Text) -> Value<'v>,
    visit: &mut Visit<'_>,
) {
    if let Some(value) = value {
        visit(&format!("{place}.{field}"), kind(value));
    }
}

/// The value that a change sets.
fn wanted(change: &mut Change<Text>) -> Option<&mut Text> {
    match change {
        Change::Set(value) => Some(value),
        _ => None,
    }
}

fn addresses(place: &str, addresses: &mut [ProxyAddress], visit: &mut Visit<'_>) {
    for (at, address) in addresses.iter_mut().enumerate() {
        visit(&format!("{place}.proxyAddresses.{at}"), Value::Address(address));
    }
}

fn changed_addresses(place: &str, change: &mut Change<Vec<ProxyAddress>>, visit: &mut Visit<'_>) {
    if let Change::Set(values) = change {
        addresses(place, values, visit);
    }
}

fn attributes(place: &str, attributes: &mut Attributes, visit: &mut Visit<'_>) {
    for (name, value) in attributes {
        visit(&format!("{place}.attributes.{name}"), Value::Word(value));
    }
}

fn changed_attributes(
    place: &str,
    attributes: &mut BTreeMap<Text, Option<Text>>,
    visit: &mut Visit<'_>,
) {
    for (name, value) in attributes {
        if let Some(value) = value {
            visit(&format!("{place}.attributes.{name}"), Value::Word(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Tenant, problems_of_case};

    #[test]
    fn each_value_is_varied_alone_and_the_case_stays_well_formed() {
        let tenant: Tenant = serde_json::from_str(
            r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "roles": ["Reader"],
                 "onPremisesImmutableId": "QUFB", "proxyAddresses": ["SMTP:ann@contoso.com", "X500:/o=x"], "attributes": {"department": "Sales"}, "password": "p"}],
               "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
        )
        .expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(
            r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": ["SMTP:a@contoso.com"], "attributes": {"department": null, "city": "Oslo"}}},
                {"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}, {"do": "sync"}]"#,
        )
        .expect("commands");
        let case = Case { tenant, commands };
        let found = variations(&case);
        let places: Vec<&str> = found.iter().map(|(place, _)| &**place).collect();
        assert_eq!(
            places,
            [
                "given.cloud.0.onPremisesImmutableId",
                "given.cloud.0.userPrincipalName",
                "given.cloud.0.proxyAddresses.0",
                "given.cloud.0.proxyAddresses.1",
                "given.cloud.0.attributes.department",
                "given.cloud.0.password",
                "given.cloud.0.roles.0",
                "given.onPremises.0.sourceAnchor",
                "given.onPremises.0.userPrincipalName",
                "steps.0.set.proxyAddresses.0",
                "steps.0.set.attributes.city",
                "steps.1.role",
            ]
        );
        for (place, varied) in &found {
            assert_eq!(problems_of_case(&varied.tenant, &varied.commands), [], "{place}");
        }
    }
}
