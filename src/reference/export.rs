//! What a cloud object looks like after its on-premises object was exported to it. Pure.

use super::decide::Withheld;
use super::policy::Policy;
use super::tenant::CloudTenant;
use crate::directory::{CloudObject, Features, OnPremisesObject, Text, ValuesAbsentOnPremises};

/// The object that is created for an on-premises object.
pub(super) fn provisioned(
    id: Text,
    incoming: &OnPremisesObject,
    features: Features,
) -> CloudObject {
    CloudObject {
        id,
        kind: incoming.kind,
        mail_enabled: incoming.mail_enabled,
        on_premises_sync_enabled: Some(true),
        is_cloud_managed: false,
        on_premises_immutable_id: incoming.source_anchor.clone(),
        on_premises_object_identifier: incoming.object_identifier.clone(),
        user_principal_name: incoming.user_principal_name.clone(),
        proxy_addresses: incoming.proxy_addresses.clone(),
        attributes: incoming.attributes.clone(),
        password: incoming.password.clone().filter(|_| features.password_hash_sync),
        roles: Default::default(),
        eligible_roles: Default::default(),
        deleted: false,
        quarantined: false,
    }
}

/// The quarantined object that a collision leaves behind: without what others hold, and under a
/// name that nobody has where its own is taken.
pub(super) fn quarantined(
    id: Text,
    incoming: &OnPremisesObject,
    withheld: &Withheld,
    features: Features,
    tenant: &CloudTenant,
) -> CloudObject {
    let mut object = provisioned(id, incoming, features);
    object.quarantined = true;
    object.proxy_addresses.retain(|address| !withheld.addresses.contains(address));
    if withheld.user_principal_name {
        object.user_principal_name =
            object.user_principal_name.map(|name| placeholder(&name, tenant));
    }
    object
}

/// A user principal name that nobody has. The domain is reserved, so that no name on-premises ever
/// runs into it.
fn placeholder(name: &str, tenant: &CloudTenant) -> Text {
    let user = name.split_once('@').map_or(name, |(user, _)| user);
    (tenant.next_handle().0 + 1..)
        .map(|number| format!("{user}+{number:04}@quarantine.invalid"))
        .find(|name| tenant.holder_of_name(name).is_none())
        .map_or_else(|| name.into(), Text::from)
}

/// A cloud-mastered object after its takeover.
pub(super) fn taken_over(
    target: &CloudObject,
    incoming: &OnPremisesObject,
    withheld: &Withheld,
    features: Features,
    policy: Policy,
) -> CloudObject {
    let mut object = target.clone();
    object.on_premises_sync_enabled = Some(true);
    object.on_premises_immutable_id = incoming.source_anchor.clone();
    if incoming.object_identifier.is_some() {
        object.on_premises_object_identifier = incoming.object_identifier.clone();
    }
    if policy.values_absent_on_premises == ValuesAbsentOnPremises::Cleared {
        object.attributes.clear();
    }
    overwrite(&mut object, incoming, withheld, features);
    object
}

/// A joined object after an update. What had a value when it was last exported and has none now
/// is emptied; what Connect never exported stays. An identifier that was cleared is stamped again.
pub(crate) fn updated(
    object: &CloudObject,
    incoming: &OnPremisesObject,
    exported: Option<&OnPremisesObject>,
    withheld: &Withheld,
    features: Features,
) -> CloudObject {
    let mut object = object.clone();
    if let Some(exported) = exported {
        for name in exported.attributes.keys() {
            if !incoming.attributes.contains_key(name) {
                object.attributes.remove(name);
            }
        }
        if incoming.proxy_addresses.is_empty() && !exported.proxy_addresses.is_empty() {
            object.proxy_addresses.clear();
        }
    }
    if object.on_premises_object_identifier.is_none() {
        object.on_premises_object_identifier = incoming.object_identifier.clone();
    }
    overwrite(&mut object, incoming, withheld, features);
    object
}

/// Every value that there is on-premises replaces the one in the cloud; addresses count as one
/// value.
fn overwrite(
    object: &mut CloudObject,
    incoming: &OnPremisesObject,
    withheld: &Withheld,
    features: Features,
) {
    if let Some(name) = &incoming.user_principal_name
        && !withheld.user_principal_name
    {
        object.user_principal_name = Some(name.clone());
    }
    if !incoming.proxy_addresses.is_empty() {
        object.proxy_addresses.clone_from(&incoming.proxy_addresses);
        object.proxy_addresses.retain(|address| !withheld.addresses.contains(address));
    }
    for (name, value) in &incoming.attributes {
        object.attributes.insert(name.clone(), value.clone());
    }
    if features.password_hash_sync && incoming.password.is_some() {
        object.password.clone_from(&incoming.password);
    }
}
