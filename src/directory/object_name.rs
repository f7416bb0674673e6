//! What objects are called.

use super::{CloudRef, Feature, Kind, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an object, or whatever else something is said about, is called.
///
/// ```
/// use entra_conformance::directory::{CloudRef, Kind, ObjectName};
/// let name = ObjectName::Labelled { kind: Kind::User, label: "ann".into() };
/// assert_eq!(name.to_string(), "cloud user ann");
/// assert_eq!(name.cloud_ref(), Some(CloudRef::Label("ann".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ObjectName {
    /// A cloud object that started, or was created, under a label.
    Labelled {
        /// What it is.
        kind: Kind,
        /// Its label.
        label: Text,
    },
    /// A cloud object that was made for an on-premises object.
    JoinedTo {
        /// What it is.
        kind: Kind,
        /// The on-premises object's key.
        key: Text,
    },
    /// The cloud object that a cycle created for the on-premises object with this key.
    CreatedFor(Text),
    /// The quarantined object that a collision of the on-premises object with this key left behind.
    QuarantinedFor(Text),
    /// A cloud object of which nothing but the implementation's own identifier is known.
    Unnamed {
        /// What it is.
        kind: Kind,
        /// Its identifier.
        id: Text,
    },
    /// A cloud object as a command names it.
    Named(CloudRef),
    /// The on-premises object with this key.
    OnPremises(Text),
    /// The tenant as a whole.
    Tenant,
    /// One of the tenant's switches.
    Feature(Feature),
    /// Connect, as it is installed.
    Connect,
    /// The sync cycle as a whole.
    Cycle,
    /// The command as a whole, whatever it is.
    Command,
}

impl ObjectName {
    /// How a case names this cloud object; `None` for whatever is no cloud object, or one that no
    /// case can name.
    pub fn cloud_ref(&self) -> Option<CloudRef> {
        match self {
            ObjectName::Labelled { label, .. } => Some(CloudRef::Label(label.clone())),
            ObjectName::JoinedTo { key, .. } | ObjectName::CreatedFor(key) => {
                Some(CloudRef::JoinedTo(key.clone()))
            }
            ObjectName::QuarantinedFor(key) => Some(CloudRef::QuarantinedFor(key.clone())),
            ObjectName::Named(reference) => Some(reference.clone()),
            _ => None,
        }
    }

    /// The key of the on-premises object that this names; `None` for whatever is none.
    pub fn key(&self) -> Option<&Text> {
        match self {
            ObjectName::OnPremises(key) => Some(key),
            _ => None,
        }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectName::Labelled { kind, label } => write!(f, "cloud {kind} {label}"),
            ObjectName::JoinedTo { kind, key } => write!(f, "the cloud {kind} joined to {key}"),
            ObjectName::CreatedFor(key) => write!(f, "the cloud object created for {key}"),
            ObjectName::QuarantinedFor(key) => write!(f, "the quarantined object for {key}"),
            ObjectName::Unnamed { kind, id } => write!(f, "cloud {kind} with id {id}"),
            ObjectName::Named(CloudRef::Label(label)) => write!(f, "cloud object {label}"),
            ObjectName::Named(reference) => write!(f, "{reference}"),
            ObjectName::OnPremises(key) => write!(f, "on-premises object {key}"),
            ObjectName::Tenant => f.write_str("the tenant"),
            ObjectName::Feature(feature) => write!(f, "{feature}"),
            ObjectName::Connect => f.write_str("Connect"),
            ObjectName::Cycle => f.write_str("the sync cycle"),
            ObjectName::Command => f.write_str("the command"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(ObjectName::Labelled { kind: Kind::Group, label: "all".into() }, "cloud group all", Some(CloudRef::Label("all".into())), None)]
    #[case(ObjectName::JoinedTo { kind: Kind::User, key: "ann-ad".into() }, "the cloud user joined to ann-ad", Some(CloudRef::JoinedTo("ann-ad".into())), None)]
    #[case(ObjectName::CreatedFor("ann-ad".into()), "the cloud object created for ann-ad", Some(CloudRef::JoinedTo("ann-ad".into())), None)]
    #[case(ObjectName::QuarantinedFor("ann-ad".into()), "the quarantined object for ann-ad", Some(CloudRef::QuarantinedFor("ann-ad".into())), None)]
    #[case(ObjectName::Unnamed { kind: Kind::User, id: "7".into() }, "cloud user with id 7", None, None)]
    #[case(ObjectName::Named(CloudRef::JoinedTo("ann-ad".into())), "the object joined to ann-ad", Some(CloudRef::JoinedTo("ann-ad".into())), None)]
    #[case(ObjectName::Named(CloudRef::Label("ann".into())), "cloud object ann", Some(CloudRef::Label("ann".into())), None)]
    #[case(ObjectName::OnPremises("ann-ad".into()), "on-premises object ann-ad", None, Some("ann-ad"))]
    #[case(ObjectName::Tenant, "the tenant", None, None)]
    fn a_name_has_its_words_and_its_reference(
        #[case] name: ObjectName,
        #[case] words: &str,
        #[case] reference: Option<CloudRef>,
        #[case] key: Option<&str>,
    ) {
        assert_eq!(name.to_string(), words);
        assert_eq!(name.cloud_ref(), reference);
        assert_eq!(name.key().map(|key| &**key), key);
        let json = serde_json::to_string(&name).expect("it can be written");
        assert_eq!(serde_json::from_str::<ObjectName>(&json).expect("and read"), name);
    }
}
