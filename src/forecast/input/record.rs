//! A record of an export: names and values, and where each stands.

use super::source::Place;

/// A value, as the formats have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// What it is, for a message.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Flag(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
        }
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            _ => false,
        }
    }
}

/// A name with its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The name as it is written.
    pub(super) name: String,
    /// The name without what differs between the formats: see [`plain`].
    pub(super) plain: String,
    pub(super) value: Value,
    pub(super) place: Place,
}

/// One record: a user, a role assignment, switches.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) place: Place,
    /// The fields of which something is read.
    pub(super) fields: Vec<Field>,
}

impl Record {
    /// The first field of these names, as far as it has a value.
    pub(super) fn get(&self, names: &[&str]) -> Option<&Field> {
        names.iter().find_map(|name| {
            self.fields.iter().find(|field| field.plain == *name && !field.value.is_empty())
        })
    }

    /// Whether a field of this name stands there, with a value or without.
    pub(super) fn names(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.plain == name)
    }
}

/// A name as it is looked up: in small letters, without `-`, `_` and spaces.
pub(super) fn plain(name: &str) -> String {
    let is_kept = |letter: &char| !matches!(letter, '-' | '_' | ' ');
    name.chars().filter(is_kept).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Document {
    pub(super) sections: Vec<Section>,
    /// Names of fields of which nothing is read, each once.
    pub(super) unread: std::collections::BTreeSet<String>,
    /// The file says that there is more elsewhere: a page of an answer.
    pub(super) goes_on_elsewhere: bool,
}

impl Document {
    /// Adds a field to a record, or takes note that it is not read.
    pub(super) fn add(
        &mut self,
        record: &mut Record,
        name: &str,
        place: Place,
        value: impl FnOnce() -> Value,
    ) {
        let plain = plain(name);
        if super::names::is_read(&plain) {
            record.fields.push(Field { name: name.to_owned(), plain, value: value(), place });
        } else if !self.unread.contains(name) {
            self.unread.insert(name.to_owned());
        }
    }
}

/// Records of one sort.
pub(super) struct Section {
    /// What they are, where that is said and not to be seen from their fields.
    pub(super) what: Option<What>,
    pub(super) records: Vec<Record>,
}

/// What a record can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    OnPremises,
    Cloud,
    /// Who has a directory role.
    Role,
    /// Who is eligible for a directory role.
    EligibleRole,
    /// Whether the source of authority of an object is in the cloud.
    SyncBehavior,
    /// The switches of the tenant.
    Features,
}

/// What the sections of a file by hand are called.
pub(super) fn section(name: &str) -> Option<What> {
    match &*plain(name) {
        "onpremises" => Some(What::OnPremises),
        "cloud" => Some(What::Cloud),
        "features" => Some(What::Features),
        _ => None,
    }
}
