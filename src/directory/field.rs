//! Fields of objects, outcomes and cycles, and their values, as data.

use super::{
    Attributes, CloudObject, Evaluator, Kind, MatchingAttribute, ObjectName, OnPremisesObject,
    ProxyAddress, ResultWord, Status, Text, same_name,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What of an object, an outcome or a cycle something is said about.
///
/// In text and JSON a field is its code, and an attribute its name behind `attributes.`, so that an
/// attribute that happens to be called `kind` is never taken for the kind:
///
/// ```
/// use entra_conformance::directory::Field;
/// assert_eq!(Field::Kind.to_string(), "kind");
/// assert_eq!(Field::Attribute("kind".into()).to_string(), "attributes.kind");
/// assert_eq!("attributes.kind".parse(), Ok(Field::Attribute("kind".into())));
/// assert!("colour".parse::<Field>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The object itself: whether it exists.
    Existence,
    /// `id`, the implementation's own.
    Id,
    /// `kind`.
    Kind,
    /// `mailEnabled`.
    MailEnabled,
    /// `onPremisesSyncEnabled`.
    OnPremisesSyncEnabled,
    /// `isCloudManaged`.
    IsCloudManaged,
    /// `onPremisesImmutableId`.
    OnPremisesImmutableId,
    /// `onPremisesObjectIdentifier`.
    OnPremisesObjectIdentifier,
    /// `sourceAnchor`.
    SourceAnchor,
    /// `objectIdentifier`.
    ObjectIdentifier,
    /// `userPrincipalName`.
    UserPrincipalName,
    /// `proxyAddresses`.
    ProxyAddresses,
    /// An entry of `attributes`.
    Attribute(Text),
    /// `password`.
    Password,
    /// `roles`.
    Roles,
    /// `eligibleRoles`.
    EligibleRoles,
    /// `deleted`.
    Deleted,
    /// `quarantined`.
    Quarantined,
    /// The outcome of a command: `ok`, `refused` or `notFound`.
    Outcome,
    /// What a cycle reports of an on-premises object.
    Result,
    /// What a cycle reports that an object was matched on.
    MatchedOn,
    /// Who a cycle reports to have evaluated a match.
    EvaluatedBy,
    /// The code of an error that a cycle reports.
    Code,
    /// How many cloud objects there are.
    CloudObjects,
    /// How many cloud objects were created.
    CreatedObjects,
    /// Which cloud objects an on-premises object took over.
    TakenOver,
    /// How many active cloud objects carry one anchor.
    AnchorCarriers,
    /// The cloud object that an on-premises object is joined to.
    JoinedTo,
    /// Whether a cloud object is linked to an on-premises object, where no flag shows its authority.
    Linked,
    /// Whether an on-premises object was synchronised.
    Synchronisation,
}

const PLAIN: &[(Field, &str)] = &[
    (Field::Existence, "existence"),
    (Field::Id, "id"),
    (Field::Kind, "kind"),
    (Field::MailEnabled, "mailEnabled"),
    (Field::OnPremisesSyncEnabled, "onPremisesSyncEnabled"),
    (Field::IsCloudManaged, "isCloudManaged"),
    (Field::OnPremisesImmutableId, "onPremisesImmutableId"),
    (Field::OnPremisesObjectIdentifier, "onPremisesObjectIdentifier"),
    (Field::SourceAnchor, "sourceAnchor"),
    (Field::ObjectIdentifier, "objectIdentifier"),
    (Field::UserPrincipalName, "userPrincipalName"),
    (Field::ProxyAddresses, "proxyAddresses"),
    (Field::Password, "password"),
    (Field::Roles, "roles"),
    (Field::EligibleRoles, "eligibleRoles"),
    (Field::Deleted, "deleted"),
    (Field::Quarantined, "quarantined"),
    (Field::Outcome, "outcome"),
    (Field::Result, "result"),
    (Field::MatchedOn, "matchedOn"),
    (Field::EvaluatedBy, "evaluatedBy"),
    (Field::Code, "code"),
    (Field::CloudObjects, "cloudObjects"),
    (Field::CreatedObjects, "createdObjects"),
    (Field::TakenOver, "takenOver"),
    (Field::AnchorCarriers, "anchorCarriers"),
    (Field::JoinedTo, "joinedTo"),
    (Field::Linked, "linked"),
    (Field::Synchronisation, "synchronisation"),
];

const ATTRIBUTES: &str = "attributes";

impl Field {
    /// The field's stable code; all attributes have one in common, `attributes`.
    pub fn code(&self) -> &'static str {
        let plain = PLAIN.iter().find(|(field, _)| field == self);
        plain.map_or(ATTRIBUTES, |(_, code)| code)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Field::Attribute(name) => write!(f, "{ATTRIBUTES}.{name}"),
            plain => f.write_str(plain.code()),
        }
    }
}

impl FromStr for Field {
    type Err = String;

    fn from_str(text: &str) -> Result<Field, String> {
        if let Some(name) = text.strip_prefix(ATTRIBUTES).and_then(|rest| rest.strip_prefix('.')) {
            return Ok(Field::Attribute(name.into()));
        }
        let plain = PLAIN.iter().find(|(_, code)| *code == text);
        plain.map(|(field, _)| field.clone()).ok_or_else(|| format!("unknown field `{text}`"))
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Field {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<&str> = PLAIN.iter().map(|(_, code)| *code).collect();
        schemars::json_schema!({
            "description": "A field; an attribute is its name behind `attributes.`.",
            "type": "string",
            "pattern": format!("^({}|{ATTRIBUTES}\\..*)$", codes.join("|")),
        })
    }
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Value {
    /// No value, no such object, no entry.
    Nothing,
    /// Whatever is there.
    Present,
    /// True or false.
    Flag(bool),
    /// How many.
    Count(usize),
    /// So many, or fewer.
    AtMost(usize),
    /// A text.
    Text(Text),
    /// Texts whose order does not count.
    Texts(BTreeSet<Text>),
    /// Any one of these texts.
    OneOf(BTreeSet<Text>),
    /// A kind of object.
    Kind(Kind),
    /// The outcome of a command.
    Status(Status),
    /// What a cycle reports of an object: any of these.
    Results(Vec<ResultWord>),
    /// What an object was matched on.
    MatchedOn(MatchingAttribute),
    /// Who evaluated a match.
    EvaluatedBy(Evaluator),
    /// Objects: of those that are expected, any.
    Objects(Vec<ObjectName>),
    /// What a takeover makes of a cloud value, whatever that is.
    Treatment(Treatment),
    /// Any other value than the one that is there.
    Other,
}

/// What a takeover makes of a cloud value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Treatment {
    /// It is as it was.
    Kept,
    /// It has the on-premises value.
    Overwritten,
    /// It is neither.
    Lost,
}

macro_rules! value_from {
    ($($from:ty => $variant:ident,)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                Value::$variant(value)
            }
        }
    )*};
}
value_from! {
    bool => Flag,
    usize => Count,
    Text => Text,
    BTreeSet<Text> => Texts,
    Kind => Kind,
    Status => Status,
    Vec<ResultWord> => Results,
    MatchingAttribute => MatchedOn,
    Evaluator => EvaluatedBy,
    Treatment => Treatment,
}

impl From<ResultWord> for Value {
    fn from(result: ResultWord) -> Value {
        Value::Results(vec![result])
    }
}

impl From<ObjectName> for Value {
    fn from(object: ObjectName) -> Value {
        Value::Objects(vec![object])
    }
}

impl From<Vec<ObjectName>> for Value {
    fn from(objects: Vec<ObjectName>) -> Value {
        if objects.is_empty() { Value::Nothing } else { Value::Objects(objects) }
    }
}

impl From<&Text> for Value {
    fn from(text: &Text) -> Value {
        Value::Text(text.clone())
    }
}

impl From<&BTreeSet<Text>> for Value {
    fn from(texts: &BTreeSet<Text>) -> Value {
        Value::Texts(texts.clone())
    }
}

impl From<&[ProxyAddress]> for Value {
    fn from(addresses: &[ProxyAddress]) -> Value {
        Value::Texts(addresses.iter().map(|address| address.0.clone()).collect())
    }
}

impl From<&Option<Text>> for Value {
    fn from(text: &Option<Text>) -> Value {
        text.as_ref().into()
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Nothing, Into::into)
    }
}

impl Field {
    /// Whether two values of this field say the same: names and mail addresses without regard to
    /// letter case.
    pub fn is_same(&self, one: &Value, other: &Value) -> bool {
        match (self, one, other) {
            (Field::UserPrincipalName, Value::Text(one), Value::Text(other)) => {
                same_name(one, other)
            }
            (Field::ProxyAddresses, Value::Texts(one), Value::Texts(other)) => {
                let addresses = |texts: &BTreeSet<Text>| -> Vec<ProxyAddress> {
                    texts.iter().cloned().map(ProxyAddress).collect()
                };
                same_addresses(&addresses(one), &addresses(other))
            }
            (_, one, other) => one == other,
        }
    }
}

/// Whether two lists hold the same addresses, in whatever order and however often.
pub fn same_addresses(one: &[ProxyAddress], other: &[ProxyAddress]) -> bool {
    let within = |one: &[ProxyAddress], other: &[ProxyAddress]| {
        one.iter().all(|address| other.iter().any(|held| held.same(address)))
    };
    one == other || (within(one, other) && within(other, one))
}

/// A field in which one object is not like another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// Its value in the one.
    pub one: Value,
    /// Its value in the other.
    pub other: Value,
}

/// An object whose values can be asked for by their fields: all but its identifier.
pub trait Fields {
    /// The fields that are no attributes.
    const PLAIN: &'static [Field];

    /// The attributes.
    fn attributes(&self) -> &Attributes;

    /// The value of a field; none of a field that it does not have.
    fn value_of(&self, field: &Field) -> Value;

    /// Every field with its value.
    fn fields(&self) -> impl Iterator<Item = (Field, Value)> {
        let attributes = self.attributes().iter();
        let plain = Self::PLAIN.iter().map(|field| (field.clone(), self.value_of(field)));
        plain.chain(attributes.map(|(name, value)| (Field::Attribute(name.clone()), value.into())))
    }

    /// Every field in which `other` does not say the same as this object.
    fn differences<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = Difference> {
        self.differences_by(other, Field::is_same)
    }

    /// Every field whose two values are not the same by this measure.
    fn differences_by<'s>(
        &'s self,
        other: &'s Self,
        is_same: fn(&Field, &Value, &Value) -> bool,
    ) -> impl Iterator<Item = Difference> {
        let own = self.attributes().keys();
        let added = other.attributes().keys().filter(|name| !self.attributes().contains_key(*name));
        let attributes = own.chain(added).map(|name| Field::Attribute(name.clone()));
        Self::PLAIN.iter().cloned().chain(attributes).filter_map(move |field| {
            let (one, other) = (self.value_of(&field), other.value_of(&field));
            (!is_same(&field, &one, &other)).then_some(Difference { field, one, other })
        })
    }
}

impl Fields for CloudObject {
    const PLAIN: &'static [Field] = &[
        Field::Kind,
        Field::MailEnabled,
        Field::OnPremisesSyncEnabled,
        Field::IsCloudManaged,
        Field::OnPremisesImmutableId,
        Field::OnPremisesObjectIdentifier,
        Field::UserPrincipalName,
        Field::ProxyAddresses,
        Field::Password,
        Field::Roles,
        Field::EligibleRoles,
        Field::Deleted,
        Field::Quarantined,
    ];

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn value_of(&self, field: &Field) -> Value {
        match field {
            Field::Kind => self.kind.into(),
            Field::MailEnabled => self.mail_enabled.into(),
            Field::OnPremisesSyncEnabled => self.on_premises_sync_enabled.into(),
            Field::IsCloudManaged => self.is_cloud_managed.into(),
            Field::OnPremisesImmutableId => (&self.on_premises_immutable_id).into(),
            Field::OnPremisesObjectIdentifier => (&self.on_premises_object_identifier).into(),
            Field::UserPrincipalName => (&self.user_principal_name).into(),
            Field::ProxyAddresses => self.proxy_addresses.as_slice().into(),
            Field::Attribute(name) => self.attributes.get(name).into(),
            Field::Password => (&self.password).into(),
            Field::Roles => (&self.roles).into(),
            Field::EligibleRoles => (&self.eligible_roles).into(),
            Field::Deleted => self.deleted.into(),
            Field::Quarantined => self.quarantined.into(),
            _ => Value::Nothing,
        }
    }
}

impl Fields for OnPremisesObject {
    const PLAIN: &'static [Field] = &[
        Field::Kind,
        Field::MailEnabled,
        Field::SourceAnchor,
        Field::ObjectIdentifier,
        Field::UserPrincipalName,
        Field::ProxyAddresses,
        Field::Password,
    ];

    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn value_of(&self, field: &Field) -> Value {
        match field {
            Field::Kind => self.kind.into(),
            Field::MailEnabled => self.mail_enabled.into(),
            Field::SourceAnchor => (&self.source_anchor).into(),
            Field::ObjectIdentifier => (&self.object_identifier).into(),
            Field::UserPrincipalName => (&self.user_principal_name).into(),
            Field::ProxyAddresses => self.proxy_addresses.as_slice().into(),
            Field::Attribute(name) => self.attributes.get(name).into(),
            Field::Password => (&self.password).into(),
            _ => Value::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const CLOUD: &str = r#"{"id": "1", "kind": "user", "mailEnabled": true, "onPremisesSyncEnabled": true,
        "onPremisesImmutableId": "QUFB", "onPremisesObjectIdentifier": "1-2", "userPrincipalName": "ann@x", "proxyAddresses": ["SMTP:ann@x"],
        "isCloudManaged": true, "eligibleRoles": ["Reader"], "attributes": {"kind": "A"}, "password": "pw", "roles": ["Reader"],
        "deleted": true, "quarantined": true}"#;
    const ON_PREMISES: &str = r#"{"key": "ann-ad", "kind": "user", "mailEnabled": true, "sourceAnchor": "QUFB",
        "objectIdentifier": "1-2", "userPrincipalName": "ann@x", "proxyAddresses": ["SMTP:ann@x"], "attributes": {"kind": "A"}, "password": "pw"}"#;

    /// The fields that are told apart, by their codes, and those that JSON shows.
    fn fields<T: Fields + for<'de> Deserialize<'de>>(text: &str) -> [BTreeSet<String>; 2] {
        let object: T = serde_json::from_str(text).expect("an object");
        let shown: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).expect("a map");
        let told = object.fields().map(|(field, value)| {
            assert_ne!(value, Value::Nothing, "{field}");
            field.code().to_owned()
        });
        [told.collect(), shown.into_iter().map(|(name, _)| name).collect()]
    }

    #[test]
    fn no_field_of_an_object_is_forgotten() {
        let [told, mut shown] = fields::<CloudObject>(CLOUD);
        shown.remove("id");
        assert_eq!(told, shown);
        let [told, mut shown] = fields::<OnPremisesObject>(ON_PREMISES);
        shown.remove("key");
        assert_eq!(told, shown);
    }

    #[rstest]
    #[case::the_same("{}", &[])]
    #[case::letter_case(r#"{"userPrincipalName": "Ann@X", "proxyAddresses": ["SMTP:ANN@x"]}"#, &[])]
    #[case::value_of_an_attribute(r#"{"attributes": {"kind": "B"}}"#, &["attributes.kind"])]
    #[case::another_attribute(r#"{"attributes": {"office": "1"}}"#, &["attributes.kind", "attributes.office"])]
    #[case::several(
        r#"{"kind": "group", "proxyAddresses": ["smtp:ann@x"], "roles": []}"#,
        &["kind", "proxyAddresses", "roles"]
    )]
    fn objects_differ_in_fields(#[case] change: &str, #[case] expected: &[&str]) {
        let mut text: serde_json::Value = serde_json::from_str(CLOUD).expect("an object");
        let change: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(change).expect("a map");
        let one: CloudObject = serde_json::from_value(text.clone()).expect("an object");
        text.as_object_mut().expect("a map").extend(change);
        let other: CloudObject = serde_json::from_value(text).expect("an object");
        let differences = one.differences(&other).map(|difference| difference.field.to_string());
        assert_eq!(differences.collect::<Vec<_>>(), expected);
    }
}
