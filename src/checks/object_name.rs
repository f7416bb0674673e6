//! What objects are called in reports.

use crate::directory::{CloudRef, Kind, Text};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// What an object, or whatever else a violation is about, is called.
///
/// Composed only when it is shown. In JSON and YAML it is the text that it shows, and read back it
/// is [`ObjectName::Other`].
///
/// ```
/// use entra_conformance::checks::ObjectName;
/// use entra_conformance::directory::{CloudRef, Kind};
/// let name = ObjectName::Labelled { kind: Kind::User, label: "ann".into() };
/// assert_eq!(name.to_string(), "cloud user ann");
/// assert_eq!(name.cloud_ref(), Some(CloudRef::Label("ann".into())));
/// assert_eq!(serde_json::to_string(&name).unwrap(), r#""cloud user ann""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// The copy that a collision of the on-premises object with this key left behind.
    CopyFor(Text),
    /// A cloud object of which nothing but the implementation's own identifier is known.
    Unnamed {
        /// What it is.
        kind: Kind,
        /// Its identifier.
        id: Text,
    },
    /// A cloud object as a command names it.
    Named(CloudRef),
    /// The on-premises object with this key, called by its key alone.
    Key(Text),
    /// The on-premises object with this key.
    OnPremises(Text),
    /// Something else, in words.
    Other(Cow<'static, str>),
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
            ObjectName::CopyFor(key) => Some(CloudRef::QuarantinedFor(key.clone())),
            ObjectName::Named(reference) => Some(reference.clone()),
            ObjectName::Unnamed { .. }
            | ObjectName::Key(_)
            | ObjectName::OnPremises(_)
            | ObjectName::Other(_) => None,
        }
    }

    /// The key of the on-premises object that this names; `None` for whatever is none.
    pub fn key(&self) -> Option<&Text> {
        match self {
            ObjectName::Key(key) | ObjectName::OnPremises(key) => Some(key),
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
            ObjectName::CopyFor(key) => write!(f, "the copy for {key}"),
            ObjectName::Unnamed { kind, id } => write!(f, "cloud {kind} with id {id}"),
            ObjectName::Named(reference) => write!(f, "{reference}"),
            ObjectName::Key(key) => f.write_str(key),
            ObjectName::OnPremises(key) => write!(f, "on-premises {key}"),
            ObjectName::Other(words) => f.write_str(words),
        }
    }
}

impl From<&'static str> for ObjectName {
    fn from(words: &'static str) -> Self {
        ObjectName::Other(Cow::Borrowed(words))
    }
}

impl From<String> for ObjectName {
    fn from(words: String) -> Self {
        ObjectName::Other(Cow::Owned(words))
    }
}

impl Serialize for ObjectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(ObjectName::from)
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
    #[case(ObjectName::CopyFor("ann-ad".into()), "the copy for ann-ad", Some(CloudRef::QuarantinedFor("ann-ad".into())), None)]
    #[case(ObjectName::Unnamed { kind: Kind::User, id: "7".into() }, "cloud user with id 7", None, None)]
    #[case(ObjectName::Named(CloudRef::JoinedTo("ann-ad".into())), "the object joined to ann-ad", Some(CloudRef::JoinedTo("ann-ad".into())), None)]
    #[case(ObjectName::Key("ann-ad".into()), "ann-ad", None, Some("ann-ad"))]
    #[case(ObjectName::OnPremises("ann-ad".into()), "on-premises ann-ad", None, Some("ann-ad"))]
    #[case(ObjectName::from("the tenant"), "the tenant", None, None)]
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
        let read: ObjectName = serde_json::from_str(&json).expect("and read");
        assert_eq!(read, ObjectName::from(words.to_owned()));
    }
}
