//! The identifiers of objects, in the name spaces in which they can meet.

use crate::directory::{Attributes, CloudObject, NameKey, OnPremisesObject, ProxyAddress, Text};
use std::sync::Arc;

/// One identifier in the name space in which it can meet another. UPNs and mail addresses meet each
/// other, and so do anchors that differ only in case: what happens there is unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identifier<'a> {
    /// A UPN, a mail address or an attribute `mail`.
    Name(NameKey<'a>),
    Anchor(NameKey<'a>),
    /// An address that is no mail address.
    OtherAddress(&'a str),
}

pub(crate) fn on_premises_identifiers(
    object: &OnPremisesObject,
) -> impl Iterator<Item = Identifier<'_>> {
    let OnPremisesObject { user_principal_name, proxy_addresses, attributes, .. } = object;
    identifiers(user_principal_name, proxy_addresses, attributes, &object.source_anchor)
}

pub(crate) fn cloud_identifiers(cloud: &CloudObject) -> impl Iterator<Item = Identifier<'_>> {
    let CloudObject { user_principal_name, proxy_addresses, attributes, .. } = cloud;
    identifiers(user_principal_name, proxy_addresses, attributes, &cloud.on_premises_immutable_id)
}

fn identifiers<'a>(
    user_principal_name: &'a Option<Text>,
    addresses: &'a [ProxyAddress],
    attributes: &'a Attributes,
    anchor: &'a Option<Text>,
) -> impl Iterator<Item = Identifier<'a>> {
    let names = user_principal_name.iter().chain(attributes.get("mail"));
    let names = names.map(|name| Identifier::Name(NameKey(name)));
    let addresses = addresses.iter().map(|address| match address.mail() {
        Some(mail) => Identifier::Name(NameKey(mail)),
        None => Identifier::OtherAddress(address.as_str()),
    });
    let anchor = anchor.iter().map(|anchor| Identifier::Anchor(NameKey(anchor)));
    names.chain(addresses).chain(anchor)
}

/// Those of an object and of the cloud object that it is joined to.
pub(crate) fn own_identifiers<'a>(
    object: &'a OnPremisesObject,
    own_cloud_object: Option<&'a Arc<CloudObject>>,
) -> impl Iterator<Item = Identifier<'a>> {
    let of_cloud = own_cloud_object.into_iter().flat_map(|cloud| cloud_identifiers(cloud));
    on_premises_identifiers(object).chain(of_cloud)
}

/// Whether a cloud object has any of these identifiers.
pub(crate) fn has_any_of(cloud: &CloudObject, identifiers: &[Identifier<'_>]) -> bool {
    cloud_identifiers(cloud).any(|identifier| identifiers.contains(&identifier))
}
