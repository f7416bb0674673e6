//! What can be asked of an implementation in a case, one step after the other.

use super::{
    Attributes, Change, CloudSetup, Feature, OnPremisesObject, ProxyAddress, SwitchName, Text,
};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How a command names a cloud object, independent of the implementation's own identifiers.
///
/// Written as a mapping with one field, `{label: ann}`, in YAML and in JSON.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CloudRef {
    /// The object that started, or was created, under this label.
    Label(Text),
    /// The object that was last joined to, or provisioned for, the on-premises object with this key.
    JoinedTo(Text),
    /// The quarantined object that a collision of the on-premises object with this key left behind.
    QuarantinedFor(Text),
}

impl CloudRef {
    /// The label or the key.
    pub(crate) fn name_mut(&mut self) -> &mut Text {
        match self {
            CloudRef::Label(name) | CloudRef::JoinedTo(name) | CloudRef::QuarantinedFor(name) => {
                name
            }
        }
    }
}

// By hand, since YAML readers take a derived enum for a tag (`!label ann`) and not for a mapping.
impl<'de> Deserialize<'de> for CloudRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneField;
        const FIELDS: &[&str] = &["label", "joinedTo", "quarantinedFor"];
        impl<'de> Visitor<'de> for OneField {
            type Value = CloudRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a reference such as {label: ann}, {joinedTo: ann-ad} or {quarantinedFor: ann-ad}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CloudRef, A::Error> {
                let Some(field) = map.next_key::<CloudRefField>()? else {
                    return Err(A::Error::invalid_length(0, &self));
                };
                let name: Text = map.next_value()?;
                if map.next_key::<CloudRefField>()?.is_some() {
                    return Err(A::Error::custom(
                        "a reference has one field only: label, joinedTo or quarantinedFor",
                    ));
                }
                Ok(match field {
                    CloudRefField::Label => CloudRef::Label(name),
                    CloudRefField::JoinedTo => CloudRef::JoinedTo(name),
                    CloudRefField::QuarantinedFor => CloudRef::QuarantinedFor(name),
                })
            }
        }
        deserializer.deserialize_struct("CloudRef", FIELDS, OneField)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum CloudRefField {
    Label,
    JoinedTo,
    QuarantinedFor,
}

impl fmt::Display for CloudRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloudRef::Label(label) => write!(f, "{label}"),
            CloudRef::JoinedTo(key) => write!(f, "the object joined to {key}"),
            CloudRef::QuarantinedFor(key) => write!(f, "the copy for {key}"),
        }
    }
}

/// What an on-premises administrator changes about an object. Attributes merge name by name,
/// everything else replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OnPremisesChange {
    /// The new source anchor.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub source_anchor: Change<Text>,
    /// The new sign-in name; users only.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub user_principal_name: Change<Text>,
    /// The new addresses, all of them.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub proxy_addresses: Change<Vec<ProxyAddress>>,
    /// The attributes that change; `null` empties one.
    #[serde(
        deserialize_with = "super::object::each_name_once",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub attributes: BTreeMap<Text, Option<Text>>,
    /// The new password.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub password: Change<Text>,
}

/// What a cloud administrator changes about an object. Attributes merge name by name, everything
/// else replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CloudObjectChange {
    /// The new sign-in name; users only.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub user_principal_name: Change<Text>,
    /// The new addresses, all of them.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub proxy_addresses: Change<Vec<ProxyAddress>>,
    /// The attributes that change; `null` empties one.
    #[serde(
        deserialize_with = "super::object::each_name_once",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub attributes: BTreeMap<Text, Option<Text>>,
    /// The new password.
    #[serde(skip_serializing_if = "Change::is_keep")]
    pub password: Change<Text>,
}

/// Merges changed attributes into present ones.
fn merge_attributes(present: &mut Attributes, changed: &BTreeMap<Text, Option<Text>>) {
    for (name, value) in changed {
        match value {
            Some(value) => present.insert(name.clone(), value.clone()),
            None => present.remove(name),
        };
    }
}

fn replace_addresses(present: &mut Vec<ProxyAddress>, changed: &Change<Vec<ProxyAddress>>) {
    match changed {
        Change::Keep => {}
        Change::Clear => present.clear(),
        Change::Set(addresses) => present.clone_from(addresses),
    }
}

impl OnPremisesChange {
    /// Carries the change out.
    pub fn apply_to(&self, object: &mut OnPremisesObject) {
        self.source_anchor.apply_to(&mut object.source_anchor);
        self.user_principal_name.apply_to(&mut object.user_principal_name);
        replace_addresses(&mut object.proxy_addresses, &self.proxy_addresses);
        merge_attributes(&mut object.attributes, &self.attributes);
        self.password.apply_to(&mut object.password);
    }
}

impl CloudObjectChange {
    /// Carries the change out.
    pub fn apply_to(&self, object: &mut super::CloudObject) {
        self.user_principal_name.apply_to(&mut object.user_principal_name);
        replace_addresses(&mut object.proxy_addresses, &self.proxy_addresses);
        merge_attributes(&mut object.attributes, &self.attributes);
        self.password.apply_to(&mut object.password);
    }

    /// Whether it names anything that Connect masters for a synchronised object: all but the
    /// password, which has its own ways back.
    pub fn names_synchronised_values(&self) -> bool {
        !self.user_principal_name.is_keep()
            || !self.proxy_addresses.is_keep()
            || !self.attributes.is_empty()
    }
}

/// Declares the commands: a struct each, the enum of all of them, and their words.
macro_rules! commands {
    ($(
        $(#[$doc:meta])*
        $word:literal: $name:ident {
            $($(#[$field_attribute:meta])* $field:ident: $type:ty,)*
        }
    )*) => {
        $(
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            $(#[$doc])*
            #[serde(rename_all = "camelCase", deny_unknown_fields)]
            #[non_exhaustive]
            pub struct $name {
                $($(#[$field_attribute])* pub $field: $type,)*
            }

            impl $name {
                /// The command with these fields.
                #[allow(clippy::new_without_default, reason = "some commands have no fields")]
                pub fn new($($field: $type),*) -> $name {
                    $name { $($field),* }
                }
            }

            impl From<$name> for Command {
                fn from(command: $name) -> Command {
                    Command::$name(command)
                }
            }
        )*

        /// One step of a case.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "do")]
        #[non_exhaustive]
        pub enum Command {
            $(
                #[doc = concat!("See [`", stringify!($name), "`].")]
                #[serde(rename = $word)]
                $name($name),
            )*
        }

        impl Command {
            /// Every word that `do` can have, in the protocol's order.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The word that stands for it in YAML and JSON.
            pub fn word(&self) -> &'static str {
                match self {
                    $(Command::$name(_) => $word,)*
                }
            }
        }

        /// The form of every command: its own fields, with `do`.
        #[cfg(feature = "schema")]
        pub(crate) fn command_forms(generator: &mut schemars::SchemaGenerator) -> Vec<schemars::Schema> {
            use schemars::JsonSchema as _;
            vec![$(with_do($word, $name::json_schema(generator)),)*]
        }
    };
}

commands! {
    /// An on-premises administrator creates an object.
    "createOnPremisesObject": CreateOnPremisesObject {
        /// The object.
        object: OnPremisesObject,
    }
    /// An on-premises administrator changes an object.
    "updateOnPremisesObject": UpdateOnPremisesObject {
        /// Which object.
        key: Text,
        /// What changes.
        set: OnPremisesChange,
    }
    /// An on-premises object leaves the scope of synchronisation; later editions only.
    "removeOnPremisesObject": RemoveOnPremisesObject {
        /// Which object.
        key: Text,
    }
    /// A cloud administrator creates an object.
    "createCloudObject": CreateCloudObject {
        /// The object.
        object: CloudSetup,
    }
    /// A cloud administrator changes an object.
    "updateCloudObject": UpdateCloudObject {
        /// Which object.
        object: CloudRef,
        /// What changes.
        set: CloudObjectChange,
    }
    /// A cloud administrator writes the source anchor onto an object.
    "setImmutableId": SetImmutableId {
        /// Which object.
        object: CloudRef,
        /// The anchor; no value empties it.
        #[serde(default)]
        value: Option<Text>,
    }
    /// A cloud administrator gives a user a directory role.
    "assignRole": AssignRole {
        /// Which user.
        object: CloudRef,
        /// The role's name.
        role: Text,
    }
    /// A cloud administrator takes a directory role from a user.
    "removeRole": RemoveRole {
        /// Which user.
        object: CloudRef,
        /// The role's name.
        role: Text,
    }
    /// A cloud administrator makes a user eligible for a directory role, which it does not hold by that.
    "makeEligible": MakeEligible {
        /// Which user.
        object: CloudRef,
        /// The role's name.
        role: Text,
    }
    /// A cloud administrator takes the eligibility for a directory role from a user.
    "removeEligibility": RemoveEligibility {
        /// Which user.
        object: CloudRef,
        /// The role's name.
        role: Text,
    }
    /// A cloud administrator writes `onPremisesObjectIdentifier`, which can be cleared and nothing else.
    "setOnPremisesObjectIdentifier": SetOnPremisesObjectIdentifier {
        /// Which user.
        object: CloudRef,
        /// The identifier; no value clears it.
        #[serde(default)]
        value: Option<Text>,
    }
    /// A cloud administrator deletes an object.
    "deleteCloudObject": DeleteCloudObject {
        /// Which object.
        object: CloudRef,
        /// `true` is a hard delete, `false` moves the object to the recycle bin.
        #[serde(default, deserialize_with = "super::object::null_is_absent")]
        permanently: bool,
    }
    /// A cloud administrator moves the source of authority of an object to the cloud, or gives it back;
    /// later editions only.
    "setCloudManaged": SetCloudManaged {
        /// Which object.
        object: CloudRef,
        /// Whether it is managed in the cloud.
        value: bool,
    }
    /// A cloud administrator takes an object out of the recycle bin.
    "restoreCloudObject": RestoreCloudObject {
        /// Which object.
        object: CloudRef,
    }
    /// A cloud administrator turns a switch.
    #[serde(from = "NamedSwitch")]
    "setFeature": SetFeature {
        /// Which switch.
        #[cfg_attr(feature = "schema", schemars(with = "super::SwitchName"))]
        feature: Feature,
        /// On or off.
        value: bool,
    }
    /// Connect is installed anew: it forgets what it had joined, and nothing else changes.
    "reinstallConnect": ReinstallConnect {}
    /// Connect runs one full cycle over all on-premises objects.
    "sync": Sync {}
}

/// A switch that is turned, by either of its names.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct NamedSwitch {
    /// Which switch.
    feature: SwitchName,
    /// On or off.
    value: bool,
}

impl From<NamedSwitch> for SetFeature {
    fn from(NamedSwitch { feature, value }: NamedSwitch) -> SetFeature {
        SetFeature { feature: feature.feature(), value: value != feature.is_negation() }
    }
}

impl Command {
    /// One full synchronisation cycle.
    pub fn sync() -> Command {
        Command::Sync(Sync {})
    }

    /// A reinstallation of Connect.
    pub fn reinstall() -> Command {
        Command::ReinstallConnect(ReinstallConnect {})
    }

    /// Whether it concerns the whole tenant, and not one object.
    pub fn is_tenant_wide(&self) -> bool {
        matches!(self, Command::Sync(_) | Command::SetFeature(_) | Command::ReinstallConnect(_))
    }

    /// The cloud object that the command is about, if it names one that exists already.
    pub fn cloud_object(&self) -> Option<&CloudRef> {
        match self {
            Command::UpdateCloudObject(command) => Some(&command.object),
            Command::SetImmutableId(command) => Some(&command.object),
            Command::AssignRole(command) => Some(&command.object),
            Command::RemoveRole(command) => Some(&command.object),
            Command::MakeEligible(command) => Some(&command.object),
            Command::RemoveEligibility(command) => Some(&command.object),
            Command::SetOnPremisesObjectIdentifier(command) => Some(&command.object),
            Command::DeleteCloudObject(command) => Some(&command.object),
            Command::SetCloudManaged(command) => Some(&command.object),
            Command::RestoreCloudObject(command) => Some(&command.object),
            _ => None,
        }
    }

    /// The same, to change it.
    pub(crate) fn cloud_object_mut(&mut self) -> Option<&mut CloudRef> {
        match self {
            Command::UpdateCloudObject(command) => Some(&mut command.object),
            Command::SetImmutableId(command) => Some(&mut command.object),
            Command::AssignRole(command) => Some(&mut command.object),
            Command::RemoveRole(command) => Some(&mut command.object),
            Command::MakeEligible(command) => Some(&mut command.object),
            Command::RemoveEligibility(command) => Some(&mut command.object),
            Command::SetOnPremisesObjectIdentifier(command) => Some(&mut command.object),
            Command::DeleteCloudObject(command) => Some(&mut command.object),
            Command::SetCloudManaged(command) => Some(&mut command.object),
            Command::RestoreCloudObject(command) => Some(&mut command.object),
            _ => None,
        }
    }
}

/// The form of a command with `do` among its fields. Composed by hand, since a schema derived for a
/// tagged enum would refuse `do`.
#[cfg(feature = "schema")]
fn with_do(word: &str, mut schema: schemars::Schema) -> schemars::Schema {
    let object = schema.ensure_object();
    let mut required = vec![serde_json::Value::from("do")];
    if let Some(serde_json::Value::Array(others)) = object.remove("required") {
        required.extend(others);
    }
    object.insert("required".to_owned(), required.into());
    let properties = object.entry("properties").or_insert_with(|| serde_json::json!({}));
    properties["do"] = serde_json::json!({ "const": word });
    schema
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Command {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let forms = command_forms(generator);
        schemars::json_schema!({ "description": "One step of a case.", "oneOf": forms })
    }
}
