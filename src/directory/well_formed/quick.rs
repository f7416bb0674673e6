//! The same demands as yes or no, piece by piece and without messages: for generators and
//! shrinkers, which ask often and want no explanation.

use super::{Looks, looks_of, same_value};
use crate::directory::{
    Change, CloudObjectChange, CloudRef, CloudSetup, Command, Kind, NameKey, OnPremisesChange,
    OnPremisesObject, ProxyAddress, Tenant,
};
use std::collections::{HashMap, HashSet};

/// Whether a case is well-formed: whether [`problems_of_case`](super::problems_of_case) would find
/// nothing.
///
/// ```
/// use entra_conformance::directory::{Command, Tenant, is_well_formed};
/// let tenant: Tenant = serde_json::from_str(r#"{"cloud": [{"label": "ann", "kind": "user"}]}"#).unwrap();
/// assert!(!is_well_formed(&tenant, &[Command::sync()]), "a user without a userPrincipalName");
/// ```
pub fn is_well_formed(tenant: &Tenant, commands: &[Command]) -> bool {
    let mut inspection = Inspection::default();
    tenant.cloud.iter().all(|object| inspection.admits_cloud_object(object))
        && tenant.on_premises.iter().all(|object| inspection.admits_on_premises_object(object))
        && commands.iter().all(|command| inspection.admits_command(command))
}

/// Follows a case piece by piece and says of each piece whether the case is still well-formed with
/// it. A piece that is not admitted leaves no trace, as if it were not in the case: who leaves it
/// out has a well-formed case.
///
/// First the starting tenant's cloud objects, then its on-premises objects, then the commands.
#[derive(Default)]
pub struct Inspection<'a> {
    labels: HashMap<&'a str, Kind>,
    names: HashSet<NameKey<'a>>,
    mails: HashSet<NameKey<'a>>,
    immutable_ids: HashSet<&'a str>,
    looks: HashSet<Looks<'a>>,
    on_premises: HashMap<&'a str, Source<'a>>,
    source_anchors: HashSet<&'a str>,
}

/// What has to be known of an on-premises object.
#[derive(Clone, Copy)]
struct Source<'a> {
    kind: Kind,
    anchor: &'a str,
}

impl<'a> Inspection<'a> {
    /// Whether the starting tenant may have this cloud object beside those that it has.
    pub fn admits_cloud_object(&mut self, object: &'a CloudSetup) -> bool {
        let name = object.user_principal_name.as_deref().map(NameKey);
        let anchor = object.on_premises_immutable_id.as_deref();
        let is_admitted = self.may_be_created(object)
            && name.is_none_or(|name| !self.names.contains(&name))
            && anchor.is_none_or(|anchor| !self.immutable_ids.contains(anchor))
            && object.mail_addresses().all(|mail| !self.mails.contains(&NameKey(mail)))
            && !self.looks.contains(&looks_of(object));
        if is_admitted {
            self.labels.insert(&object.label, object.kind);
            self.names.extend(name);
            self.immutable_ids.extend(anchor);
            self.mails.extend(object.mail_addresses().map(NameKey));
            self.looks.insert(looks_of(object));
        }
        is_admitted
    }

    /// Whether there may be this on-premises object beside those that there are.
    pub fn admits_on_premises_object(&mut self, object: &'a OnPremisesObject) -> bool {
        let Some(anchor) = object.source_anchor.as_deref() else {
            return false;
        };
        let is_admitted = fits_its_kind(
            object.kind,
            object.mail_enabled,
            object.user_principal_name.is_some(),
            object.password.is_some(),
        ) && are_addresses(&object.proxy_addresses)
            && !self.on_premises.contains_key(&*object.key)
            && !self.source_anchors.contains(anchor);
        if is_admitted {
            self.source_anchors.insert(anchor);
            self.on_premises.insert(&object.key, Source { kind: object.kind, anchor });
        }
        is_admitted
    }

    /// Whether this command may come next.
    pub fn admits_command(&mut self, command: &'a Command) -> bool {
        match command {
            Command::CreateOnPremisesObject(create) => {
                self.admits_on_premises_object(&create.object)
            }
            Command::UpdateOnPremisesObject(update) => {
                self.admits_on_premises_change(&update.key, &update.set)
            }
            Command::RemoveOnPremisesObject(remove) => {
                let removed = self.on_premises.remove(&*remove.key);
                if let Some(Source { anchor, .. }) = removed {
                    self.source_anchors.remove(anchor);
                }
                removed.is_some()
            }
            Command::CreateCloudObject(create) => {
                let is_admitted = self.may_be_created(&create.object);
                if is_admitted {
                    self.labels.insert(&create.object.label, create.object.kind);
                }
                is_admitted
            }
            Command::UpdateCloudObject(update) => {
                self.kind_of(&update.object).is_some_and(|kind| is_change_of(kind, &update.set))
            }
            Command::SetImmutableId(_)
            | Command::AssignRole(_)
            | Command::RemoveRole(_)
            | Command::DeleteCloudObject(_)
            | Command::RestoreCloudObject(_) => {
                command.cloud_object().is_some_and(|reference| self.kind_of(reference).is_some())
            }
            Command::SetFeature(_) | Command::ReinstallConnect(_) | Command::Sync(_) => true,
        }
    }

    /// What the object is that a reference names, if it names one that there is by now.
    pub fn kind_of(&self, reference: &CloudRef) -> Option<Kind> {
        match reference {
            CloudRef::Label(label) => self.labels.get(&**label).copied(),
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                self.on_premises.get(&**key).map(|source| source.kind)
            }
        }
    }

    fn may_be_created(&self, object: &CloudSetup) -> bool {
        let is_user = object.kind == Kind::User;
        fits_its_kind(
            object.kind,
            object.mail_enabled,
            object.user_principal_name.is_some(),
            object.password.is_some(),
        ) && (is_user || object.roles.is_empty())
            && are_addresses(&object.proxy_addresses)
            && !self.labels.contains_key(&*object.label)
    }

    fn admits_on_premises_change(&mut self, key: &'a str, set: &'a OnPremisesChange) -> bool {
        let Some(source) = self.on_premises.get(key).copied() else {
            return false;
        };
        let fits = match source.kind {
            Kind::User => !matches!(set.user_principal_name, Change::Clear),
            Kind::Group | Kind::Contact => {
                set.user_principal_name.value().is_none() && set.password.value().is_none()
            }
        };
        let addresses = set.proxy_addresses.value().map_or(&[][..], Vec::as_slice);
        let anchor = match &set.source_anchor {
            Change::Keep => source.anchor,
            Change::Clear => return false,
            Change::Set(anchor) => anchor,
        };
        let is_free = anchor == source.anchor || !self.source_anchors.contains(anchor);
        let is_admitted = fits && is_free && are_addresses(addresses);
        if is_admitted && anchor != source.anchor {
            self.source_anchors.remove(source.anchor);
            self.source_anchors.insert(anchor);
            self.on_premises.insert(key, Source { anchor, ..source });
        }
        is_admitted
    }
}

/// Users have a name; nothing but users has a name or password, nothing but groups is mail-enabled.
fn fits_its_kind(kind: Kind, mail_enabled: bool, has_name: bool, has_password: bool) -> bool {
    let is_user = kind == Kind::User;
    has_name == is_user && (is_user || !has_password) && (kind == Kind::Group || !mail_enabled)
}

/// A cloud edit names only what objects of that kind have.
fn is_change_of(kind: Kind, set: &CloudObjectChange) -> bool {
    let fits = kind == Kind::User || (set.user_principal_name.is_keep() && set.password.is_keep());
    fits && are_addresses(set.proxy_addresses.value().map_or(&[], Vec::as_slice))
}

/// Each has a prefix as it should be, none stands twice, and at most one is primary.
fn are_addresses(addresses: &[ProxyAddress]) -> bool {
    addresses.iter().enumerate().all(|(index, address)| {
        let earlier = &addresses[..index];
        let is_first_primary = || !earlier.iter().any(ProxyAddress::is_primary);
        let is_prefixed = match address.as_str().split_once(':').map(|(prefix, _)| prefix) {
            None | Some("") => false,
            Some("SMTP") => is_first_primary(),
            Some("smtp") => true,
            // Nothing in between.
            Some(prefix) => !prefix.eq_ignore_ascii_case("smtp"),
        };
        is_prefixed && !earlier.iter().any(|earlier| same_value(earlier, address))
    })
}
