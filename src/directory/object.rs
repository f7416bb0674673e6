//! Objects on both sides.

use super::words::words;
use super::{ProxyAddress, Text};
use litemap::LiteMap;
use serde::de::{self, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// Plain attributes by name (`displayName`, `department`, `telephoneNumber`, …).
///
/// In the order of their names. An object has few of them, and a flat list takes a tenth of the
/// memory of a tree.
pub type Attributes = LiteMap<Text, Text>;

words! {
    /// What an object is.
    #[non_exhaustive]
    pub enum Kind {
        /// A user.
        User = "user",
        /// A group, mail-enabled or not.
        Group = "group",
        /// A mail contact.
        Contact = "contact",
    }
}

/// `null` where a list, map or flag is expected means the same as leaving the field out.
pub(crate) fn null_is_absent<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A map in which no name stands twice. `null` and an empty list mean an empty one: in some
/// languages an empty map is written as `[]`.
pub(crate) fn each_name_once<'de, D, T>(deserializer: D) -> Result<BTreeMap<Text, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Entries<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
        type Value = BTreeMap<Text, T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(BTreeMap::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            match list.next_element::<IgnoredAny>()? {
                None => Ok(BTreeMap::new()),
                Some(_) => Err(de::Error::invalid_type(Unexpected::Seq, &self)),
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut entries = BTreeMap::new();
            while let Some((name, value)) = map.next_entry::<Text, T>()? {
                match entries.entry(name) {
                    Entry::Vacant(entry) => entry.insert(value),
                    Entry::Occupied(entry) => {
                        let name = entry.key();
                        return Err(de::Error::custom(format_args!("duplicate entry `{name}`")));
                    }
                };
            }
            Ok(entries)
        }
    }

    deserializer.deserialize_any(Entries(PhantomData))
}

/// Attributes in which a `null` means the same as leaving the name out.
fn attributes_without_nulls<'de, D>(deserializer: D) -> Result<Attributes, D::Error>
where
    D: Deserializer<'de>,
{
    let named = each_name_once::<D, Option<Text>>(deserializer)?;
    Ok(named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

fn is_false(flag: &bool) -> bool {
    !flag
}

macro_rules! on_premises_object {
    ($(#[$attribute:meta])* $visibility:vis struct $name:ident) => {
        $(#[$attribute])*
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        $visibility struct $name {
            /// The suite's name for the object, as stable as Active Directory's `objectGUID`.
            pub key: Text,
            /// What it is.
            pub kind: Kind,
            /// For groups: whether the group has a mailbox address of its own.
            #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
            pub mail_enabled: bool,
            /// What ties it to its cloud object. Compared exactly, letter case included.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source_anchor: Option<Text>,
            /// Active Directory's `objectGUID`; users only, and from later editions on. It is not the
            /// anchor, and nothing is matched by it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub object_identifier: Option<Text>,
            /// The sign-in name; users only.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub user_principal_name: Option<Text>,
            /// Addresses with their prefixes; compared as a set.
            #[serde(
                default,
                deserialize_with = "null_is_absent",
                skip_serializing_if = "Vec::is_empty"
            )]
            pub proxy_addresses: Vec<ProxyAddress>,
            /// Everything else.
            #[serde(
                default,
                deserialize_with = "attributes_without_nulls",
                skip_serializing_if = "Attributes::is_empty"
            )]
            #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Text, Text>"))]
            pub attributes: Attributes,
            /// A stand-in for the password hash.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub password: Option<Text>,
        }
    };
}

on_premises_object! {
    /// An object in Active Directory that Connect synchronises.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(deny_unknown_fields)]
    pub struct OnPremisesObject
}

on_premises_object! {
    /// The same object in a reply, where unknown fields are ignored and not refused.
    #[derive(Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(remote = "OnPremisesObject")]
    pub(super) struct OnPremisesReply
}

impl OnPremisesObject {
    /// An object that has nothing but what every one needs. Fill in the fields that it has.
    pub fn new(key: impl Into<Text>, kind: Kind, source_anchor: impl Into<Text>) -> Self {
        OnPremisesObject {
            key: key.into(),
            kind,
            mail_enabled: false,
            source_anchor: Some(source_anchor.into()),
            object_identifier: None,
            user_principal_name: None,
            proxy_addresses: Vec::new(),
            attributes: Attributes::new(),
            password: None,
        }
    }
}

impl OnPremisesReply {
    /// Reads the objects of a reply.
    pub(super) fn read_all<'de, D>(deserializer: D) -> Result<Vec<Arc<OnPremisesObject>>, D::Error>
    where
        D: Deserializer<'de>,
    {
        #[derive(Deserialize)]
        struct One(#[serde(with = "OnPremisesReply")] OnPremisesObject);

        let objects: Vec<One> = null_is_absent(deserializer)?;
        Ok(objects.into_iter().map(|One(object)| Arc::new(object)).collect())
    }
}

/// An object in Microsoft Entra ID, as an implementation shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CloudObject {
    /// The implementation's own identifier. It never changes.
    pub id: Text,
    /// What it is.
    pub kind: Kind,
    /// For groups: whether the group has a mailbox address of its own.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
    pub mail_enabled: bool,
    /// The authority flag: `true` is mastered on-premises, anything else in the cloud. Who tells these
    /// apart shows `false` of what was synchronised and has left scope, and none (`null`) of what never
    /// was or is managed in the cloud now.
    #[serde(default)]
    pub on_premises_sync_enabled: Option<bool>,
    /// Whether the source of authority of this object was moved to the cloud.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
    pub is_cloud_managed: bool,
    /// The source anchor of the on-premises object that it belongs to, or that it is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_immutable_id: Option<Text>,
    /// The `objectIdentifier` of the on-premises object that it was mapped to; users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_object_identifier: Option<Text>,
    /// The sign-in name; users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<Text>,
    /// Addresses with their prefixes; compared as a set.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "Vec::is_empty")]
    pub proxy_addresses: Vec<ProxyAddress>,
    /// Everything else.
    #[serde(
        default,
        deserialize_with = "attributes_without_nulls",
        skip_serializing_if = "Attributes::is_empty"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Text, Text>"))]
    pub attributes: Attributes,
    /// A stand-in for the password hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Text>,
    /// Directory roles; users only.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub roles: BTreeSet<Text>,
    /// Directory roles that it may activate without holding them; users only.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub eligible_roles: BTreeSet<Text>,
    /// Whether it is in the recycle bin.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// Whether it is the quarantined object that a collision left behind.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
    pub quarantined: bool,
}

impl CloudObject {
    /// An object that has nothing but what every one needs: mastered in the cloud, and active. Fill
    /// in the fields that it has.
    pub fn new(id: impl Into<Text>, kind: Kind) -> Self {
        CloudObject {
            id: id.into(),
            kind,
            mail_enabled: false,
            on_premises_sync_enabled: None,
            is_cloud_managed: false,
            on_premises_immutable_id: None,
            on_premises_object_identifier: None,
            user_principal_name: None,
            proxy_addresses: Vec::new(),
            attributes: Attributes::new(),
            password: None,
            roles: BTreeSet::new(),
            eligible_roles: BTreeSet::new(),
            deleted: false,
            quarantined: false,
        }
    }

    /// Not in the recycle bin.
    pub fn is_active(&self) -> bool {
        !self.deleted
    }

    /// Mastered on-premises.
    pub fn is_on_premises_mastered(&self) -> bool {
        self.on_premises_sync_enabled == Some(true)
    }

    /// Mastered in the cloud.
    pub fn is_cloud_mastered(&self) -> bool {
        !self.is_on_premises_mastered()
    }
}

/// A cloud object to start with or to create: mastered in the cloud and active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct CloudSetup {
    /// The suite's name for the object.
    pub label: Text,
    /// What it is.
    pub kind: Kind,
    /// For groups: whether the group has a mailbox address of its own.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "is_false")]
    pub mail_enabled: bool,
    /// A source anchor that it already carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_immutable_id: Option<Text>,
    /// The `objectIdentifier` of an on-premises object that it was mapped to; users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_object_identifier: Option<Text>,
    /// The sign-in name; users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<Text>,
    /// Addresses with their prefixes.
    #[serde(default, deserialize_with = "null_is_absent", skip_serializing_if = "Vec::is_empty")]
    pub proxy_addresses: Vec<ProxyAddress>,
    /// Everything else.
    #[serde(
        default,
        deserialize_with = "attributes_without_nulls",
        skip_serializing_if = "Attributes::is_empty"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<Text, Text>"))]
    pub attributes: Attributes,
    /// A stand-in for the password hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Text>,
    /// Directory roles; users only.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub roles: BTreeSet<Text>,
    /// Directory roles that it may activate without holding them; users only.
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "BTreeSet::is_empty"
    )]
    pub eligible_roles: BTreeSet<Text>,
}

impl CloudSetup {
    /// An object that has nothing but what every one needs. Fill in the fields that it has.
    pub fn new(label: impl Into<Text>, kind: Kind) -> Self {
        CloudSetup {
            label: label.into(),
            kind,
            mail_enabled: false,
            on_premises_immutable_id: None,
            on_premises_object_identifier: None,
            user_principal_name: None,
            proxy_addresses: Vec::new(),
            attributes: Attributes::new(),
            password: None,
            roles: BTreeSet::new(),
            eligible_roles: BTreeSet::new(),
        }
    }

    /// The object as it looks in a snapshot, under this identifier.
    pub fn to_object(&self, id: impl Into<Text>) -> CloudObject {
        CloudObject {
            mail_enabled: self.mail_enabled,
            on_premises_immutable_id: self.on_premises_immutable_id.clone(),
            on_premises_object_identifier: self.on_premises_object_identifier.clone(),
            user_principal_name: self.user_principal_name.clone(),
            proxy_addresses: self.proxy_addresses.clone(),
            attributes: self.attributes.clone(),
            password: self.password.clone(),
            roles: self.roles.clone(),
            eligible_roles: self.eligible_roles.clone(),
            ..CloudObject::new(id, self.kind)
        }
    }
}

/// The primary mail address among these values.
fn primary_of(addresses: &[ProxyAddress]) -> Option<&str> {
    addresses.iter().find(|address| address.is_primary()).and_then(ProxyAddress::mail)
}

macro_rules! address_book {
    ($($object:ty),*) => {$(
        impl $object {
            /// The primary mail address, without its prefix.
            pub fn primary_address(&self) -> Option<&str> {
                primary_of(&self.proxy_addresses)
            }

            /// All mail addresses, primary and secondary, without their prefixes.
            pub fn mail_addresses(&self) -> impl Iterator<Item = &str> {
                self.proxy_addresses.iter().filter_map(ProxyAddress::mail)
            }
        }
    )*};
}
address_book!(OnPremisesObject, CloudObject, CloudSetup);
