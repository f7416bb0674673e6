//! Which objects of a case could ever touch one another.
//!
//! Two objects belong to one *neighbourhood* if they share any identifier at any time in the case,
//! directly or through others. What happens in one neighbourhood does not depend on another, so
//! that whatever is left open in one leaves the others comparable.

use crate::cases::identifiers::{self, mentions};
use crate::directory::{CloudObject, CloudRef, Command, ProxyAddress, Tenant, Text};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An identifier in its name space, without regard to letter case: anchors that differ in case
/// only touch as well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Identifier {
    /// A user principal name, a mail address, or a `mail` attribute: these can touch each other.
    Name(String),
    Anchor(String),
    /// An address that is no mail address.
    Other(String),
}

impl Identifier {
    fn name(name: &str) -> Identifier {
        Identifier::Name(name.to_ascii_lowercase())
    }

    fn anchor(anchor: &str) -> Identifier {
        Identifier::Anchor(anchor.to_ascii_lowercase())
    }

    fn address(address: &ProxyAddress) -> Identifier {
        match address.mail() {
            Some(mail) => Identifier::name(mail),
            None => Identifier::Other(address.as_str().to_owned()),
        }
    }
}

/// Addresses in the tenant's initial domain are the service's own to give out.
const INITIAL_DOMAIN: &str = ".onmicrosoft.com";

/// The neighbourhoods of a case. Cloud objects go by their labels, on-premises objects, with what
/// belongs to them in the cloud, by `joinedTo` their keys.
pub(super) struct Footprints {
    /// Each object's neighbourhood.
    neighbourhoods: BTreeMap<CloudRef, usize>,
    /// Who ever has an identifier.
    owners: HashMap<Identifier, BTreeSet<CloudRef>>,
}

fn by_label_or_key(reference: &CloudRef) -> CloudRef {
    match reference {
        CloudRef::QuarantinedFor(key) => CloudRef::JoinedTo(key.clone()),
        other => other.clone(),
    }
}

/// Every object that there ever is in a case.
fn objects<'a>(tenant: &'a Tenant, commands: &'a [Command]) -> impl Iterator<Item = CloudRef> + 'a {
    let label = |label: &Text| CloudRef::Label(label.clone());
    let key = |key: &Text| CloudRef::JoinedTo(key.clone());
    let created = commands.iter().filter_map(move |command| match command {
        Command::CreateCloudObject(create) => Some(label(&create.object.label)),
        Command::CreateOnPremisesObject(create) => Some(key(&create.object.key)),
        _ => None,
    });
    let cloud = tenant.cloud.iter().map(move |object| label(&object.label));
    let on_premises = tenant.on_premises.iter().map(move |object| key(&object.key));
    cloud.chain(on_premises).chain(created)
}

impl Footprints {
    /// Gathers every identifier that the case ever mentions.
    pub(super) fn of(tenant: &Tenant, commands: &[Command]) -> Footprints {
        let mut owners: HashMap<Identifier, BTreeSet<CloudRef>> = HashMap::new();
        for mention in mentions(tenant, commands) {
            let identifier = match mention.identifier {
                identifiers::Identifier::Name(name)
                | identifiers::Identifier::MailAttribute(name) => Identifier::name(name),
                identifiers::Identifier::Address(address) => Identifier::address(address),
                identifiers::Identifier::Anchor(anchor) => Identifier::anchor(anchor),
            };
            owners.entry(identifier).or_default().insert(by_label_or_key(&mention.owner));
        }
        // Everybody alone at first; whoever shares an identifier has the least number of all.
        let objects: BTreeSet<CloudRef> = objects(tenant, commands).collect();
        let mut neighbourhoods: BTreeMap<CloudRef, usize> =
            objects.into_iter().enumerate().map(|(number, object)| (object, number)).collect();
        for sharing in owners.values() {
            let together: BTreeSet<usize> =
                sharing.iter().filter_map(|owner| neighbourhoods.get(owner)).copied().collect();
            let Some(least) = together.first() else { continue };
            for number in neighbourhoods.values_mut().filter(|number| together.contains(number)) {
                *number = *least;
            }
        }
        Footprints { neighbourhoods, owners }
    }

    /// The neighbourhood of an object, by its label or by `joinedTo` its key.
    pub(super) fn neighbourhood(&self, object: &CloudRef) -> Option<usize> {
        self.neighbourhoods.get(&by_label_or_key(object)).copied()
    }

    /// Every object with its neighbourhood.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&CloudRef, usize)> {
        self.neighbourhoods.iter().map(|(object, neighbourhood)| (object, *neighbourhood))
    }

    /// Neighbourhoods in which a service may give out identifiers by itself.
    pub(super) fn reached_by_the_service(&self) -> BTreeSet<usize> {
        let is_the_services = |identifier: &Identifier| match identifier {
            Identifier::Name(name) => name.ends_with(INITIAL_DOMAIN),
            _ => false,
        };
        let reached = self.owners.iter().filter(|(identifier, _)| is_the_services(identifier));
        reached
            .flat_map(|(_, owners)| owners)
            .filter_map(|owner| self.neighbourhood(owner))
            .collect()
    }

    /// Whether anybody but these objects ever has one of these names or addresses.
    pub(super) fn is_shared(&self, names: &[Text], among: &[CloudRef]) -> bool {
        names.iter().any(|name| {
            let spaces = [Identifier::name(name), Identifier::Other(name.to_string())];
            let mut owners = spaces.iter().filter_map(|space| self.owners.get(space)).flatten();
            owners.any(|owner| !among.contains(owner))
        })
    }

    /// The neighbourhood of a cloud object that goes by no name, told from what it carries.
    pub(super) fn neighbourhood_of_stranger(&self, object: &CloudObject) -> Option<usize> {
        let name = object.user_principal_name.iter().map(|name| Identifier::name(name));
        let anchor =
            object.on_premises_immutable_id.iter().map(|anchor| Identifier::anchor(anchor));
        name.chain(object.proxy_addresses.iter().map(Identifier::address))
            .chain(anchor)
            .filter_map(|identifier| self.owners.get(&identifier)?.first())
            .find_map(|owner| self.neighbourhood(owner))
    }

    /// Whether the case never mentions this name, address or anchor.
    pub(super) fn is_fresh(&self, text: &str) -> bool {
        !self.owners.contains_key(&Identifier::name(text))
            && !self.owners.contains_key(&Identifier::anchor(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn footprints(cloud: &str, on_premises: &str, commands: &str) -> Footprints {
        let tenant = format!(r#"{{"cloud": [{cloud}], "onPremises": [{on_premises}]}}"#);
        let tenant: Tenant = serde_json::from_str(&tenant).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        Footprints::of(&tenant, &commands)
    }

    const ANN: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["smtp:a@contoso.com"]}"#;

    #[rstest]
    #[case::name_in_another_case(r#""userPrincipalName": "ANN@contoso.com""#, "[]", true)]
    #[case::address_as_name(r#""userPrincipalName": "a@contoso.com""#, "[]", true)]
    #[case::mail_attribute(
        r#""userPrincipalName": "x@contoso.com", "attributes": {"mail": "A@contoso.com"}"#,
        "[]",
        true
    )]
    #[case::nothing(r#""userPrincipalName": "x@contoso.com""#, "[]", false)]
    #[case::later_on_premises(
        r#""userPrincipalName": "x@contoso.com""#,
        r#"[{"do": "updateOnPremisesObject", "key": "one", "set": {"proxyAddresses": ["SMTP:a@contoso.com"]}}]"#,
        true
    )]
    #[case::later_in_the_cloud(
        r#""userPrincipalName": "x@contoso.com""#,
        r#"[{"do": "setImmutableId", "object": {"label": "ann"}, "value": "q"}]"#,
        true
    )]
    #[case::through_a_third(
        r#""userPrincipalName": "x@contoso.com""#,
        r#"[{"do": "createCloudObject", "object": {"label": "bob", "kind": "user", "userPrincipalName": "X@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}}]"#,
        true
    )]
    fn who_could_touch_whom(#[case] values: &str, #[case] commands: &str, #[case] together: bool) {
        let one = format!(r#"{{"key": "one", "kind": "user", "sourceAnchor": "Q", {values}}}"#);
        let footprints = footprints(ANN, &one, commands);
        let ann = footprints.neighbourhood(&CloudRef::Label("ann".into()));
        let one = footprints.neighbourhood(&CloudRef::JoinedTo("one".into()));
        assert!(ann.is_some() && one.is_some());
        assert_eq!(ann == one, together);
    }

    #[test]
    fn a_value_is_shared_if_somebody_else_ever_has_it() {
        let footprints = footprints(ANN, "", "[]");
        let ann = CloudRef::Label("ann".into());
        assert!(!footprints.is_shared(&["A@contoso.com".into()], std::slice::from_ref(&ann)));
        assert!(footprints.is_shared(&["A@contoso.com".into()], &[]));
        assert!(!footprints.is_fresh("a@CONTOSO.com"));
        assert!(footprints.is_fresh("b@contoso.com"));
    }
}
