//! Which objects of a case could ever touch one another.
//!
//! Two objects belong to one *neighbourhood* if they share any identifier at any time in the case,
//! directly or through others. What happens in one neighbourhood does not depend on another, so
//! that whatever is left open in one leaves the others comparable.

use crate::directory::{
    CloudObject, CloudRef, Command, OnPremisesObject, ProxyAddress, Tenant, Text,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An identifier in its name space, without regard to letter case: anchors that differ in case
/// only touch as well.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Identifier {
    /// A user principal name, a mail address, or a `mail` attribute: these can touch each other.
    Name(String),
    Anchor(String),
    /// An address that is no mail address.
    Other(String),
}

/// Addresses in the tenant's initial domain are the service's own to give out.
const INITIAL_DOMAIN: &str = ".onmicrosoft.com";

/// The neighbourhoods of a case.
pub(super) struct Footprints {
    /// Each object's neighbourhood.
    neighbourhoods: BTreeMap<CloudRef, usize>,
    /// Who ever has an identifier.
    owners: HashMap<Identifier, BTreeSet<CloudRef>>,
    /// Neighbourhoods in which a service may give out identifiers by itself.
    reached_by_the_service: BTreeSet<usize>,
}

/// Objects and identifiers as they are gathered: cloud objects go by their labels, on-premises
/// objects, with what belongs to them in the cloud, by `joinedTo` their keys.
#[derive(Default)]
struct Gathered {
    owners: HashMap<Identifier, BTreeSet<CloudRef>>,
    objects: BTreeSet<CloudRef>,
}

impl Gathered {
    fn own(&mut self, object: &CloudRef, identifier: Identifier) {
        self.owners.entry(identifier).or_default().insert(object.clone());
    }

    fn name(&mut self, object: &CloudRef, name: Option<&Text>) {
        if let Some(name) = name {
            self.own(object, Identifier::Name(name.to_ascii_lowercase()));
        }
    }

    fn anchor(&mut self, object: &CloudRef, anchor: Option<&Text>) {
        if let Some(anchor) = anchor {
            self.own(object, Identifier::Anchor(anchor.to_ascii_lowercase()));
        }
    }

    fn addresses<'a>(
        &mut self,
        object: &CloudRef,
        addresses: impl IntoIterator<Item = &'a ProxyAddress>,
    ) {
        for address in addresses {
            self.own(object, identifier_of(address));
        }
    }

    fn on_premises(&mut self, object: &OnPremisesObject) {
        let own = CloudRef::JoinedTo(object.key.clone());
        self.name(&own, object.user_principal_name.as_ref());
        self.name(&own, object.attributes.get("mail"));
        self.anchor(&own, object.source_anchor.as_ref());
        self.addresses(&own, &object.proxy_addresses);
        self.objects.insert(own);
    }

    fn cloud(&mut self, object: &crate::directory::CloudSetup) {
        let own = CloudRef::Label(object.label.clone());
        self.name(&own, object.user_principal_name.as_ref());
        self.name(&own, object.attributes.get("mail"));
        self.anchor(&own, object.on_premises_immutable_id.as_ref());
        self.addresses(&own, &object.proxy_addresses);
        self.objects.insert(own);
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises(&create.object),
            Command::UpdateOnPremisesObject(update) => {
                let own = CloudRef::JoinedTo(update.key.clone());
                let set = &update.set;
                self.name(&own, set.user_principal_name.value());
                self.name(&own, set.attributes.get("mail").and_then(Option::as_ref));
                self.anchor(&own, set.source_anchor.value());
                self.addresses(&own, set.proxy_addresses.value().into_iter().flatten());
            }
            Command::CreateCloudObject(create) => self.cloud(&create.object),
            Command::UpdateCloudObject(update) => {
                let own = by_label_or_key(&update.object);
                let set = &update.set;
                self.name(&own, set.user_principal_name.value());
                self.name(&own, set.attributes.get("mail").and_then(Option::as_ref));
                self.addresses(&own, set.proxy_addresses.value().into_iter().flatten());
            }
            Command::SetImmutableId(set) => {
                self.anchor(&by_label_or_key(&set.object), set.value.as_ref());
            }
            _ => {}
        }
    }
}

fn by_label_or_key(reference: &CloudRef) -> CloudRef {
    match reference {
        CloudRef::QuarantinedFor(key) => CloudRef::JoinedTo(key.clone()),
        other => other.clone(),
    }
}

fn identifier_of(address: &ProxyAddress) -> Identifier {
    match address.mail() {
        Some(mail) => Identifier::Name(mail.to_ascii_lowercase()),
        None => Identifier::Other(address.as_str().to_owned()),
    }
}

impl Footprints {
    /// Gathers every identifier that the case ever mentions.
    pub(super) fn of(tenant: &Tenant, commands: &[Command]) -> Footprints {
        let mut gathered = Gathered::default();
        tenant.cloud.iter().for_each(|object| gathered.cloud(object));
        tenant.on_premises.iter().for_each(|object| gathered.on_premises(object));
        commands.iter().for_each(|command| gathered.command(command));
        let objects: Vec<CloudRef> = gathered.objects.into_iter().collect();
        let position: BTreeMap<&CloudRef, usize> =
            objects.iter().enumerate().map(|(at, object)| (object, at)).collect();
        let mut roots: Vec<usize> = (0..objects.len()).collect();
        for owners in gathered.owners.values() {
            let mut members = owners.iter().filter_map(|owner| position.get(owner).copied());
            let Some(first) = members.next() else { continue };
            for member in members {
                let (one, other) = (root(&roots, first), root(&roots, member));
                roots[one.max(other)] = one.min(other);
            }
        }
        let neighbourhoods: BTreeMap<CloudRef, usize> = objects
            .iter()
            .enumerate()
            .map(|(at, object)| (object.clone(), root(&roots, at)))
            .collect();
        let is_the_services = |identifier: &Identifier| matches!(identifier, Identifier::Name(name) if name.ends_with(INITIAL_DOMAIN));
        let reached_by_the_service = gathered
            .owners
            .iter()
            .filter(|(identifier, _)| is_the_services(identifier))
            .flat_map(|(_, owners)| owners.iter().filter_map(|owner| neighbourhoods.get(owner)))
            .copied()
            .collect();
        Footprints { neighbourhoods, owners: gathered.owners, reached_by_the_service }
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
    pub(super) fn reached_by_the_service(&self) -> impl Iterator<Item = usize> {
        self.reached_by_the_service.iter().copied()
    }

    /// Whether anybody but these objects ever has one of these names or addresses.
    pub(super) fn is_shared(&self, names: &[Text], among: &[CloudRef]) -> bool {
        names.iter().any(|name| {
            let spaces =
                [Identifier::Name(name.to_ascii_lowercase()), Identifier::Other(name.to_string())];
            spaces
                .iter()
                .filter_map(|identifier| self.owners.get(identifier))
                .flatten()
                .any(|owner| !among.contains(owner))
        })
    }

    /// The neighbourhood of a cloud object that goes by no name, told from what it carries.
    pub(super) fn neighbourhood_of_stranger(&self, object: &CloudObject) -> Option<usize> {
        let name = object.user_principal_name.iter();
        let anchor = object.on_premises_immutable_id.iter();
        name.map(|name| Identifier::Name(name.to_ascii_lowercase()))
            .chain(object.proxy_addresses.iter().map(identifier_of))
            .chain(anchor.map(|anchor| Identifier::Anchor(anchor.to_ascii_lowercase())))
            .filter_map(|identifier| self.owners.get(&identifier)?.first())
            .find_map(|owner| self.neighbourhood(owner))
    }

    /// Whether the case never mentions this name, address or anchor.
    pub(super) fn is_fresh(&self, text: &str) -> bool {
        let folded = text.to_ascii_lowercase();
        !self.owners.contains_key(&Identifier::Name(folded.clone()))
            && !self.owners.contains_key(&Identifier::Anchor(folded))
    }
}

fn root(roots: &[usize], mut member: usize) -> usize {
    while roots[member] != member {
        member = roots[member];
    }
    member
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
