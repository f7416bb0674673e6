//! A change to one field: leave it, empty it, or set it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a `set` says of one field: nothing, `null` (no value), or a new value.
///
/// ```
/// use entra_conformance::directory::Change;
/// #[derive(serde::Deserialize)]
/// struct Set { #[serde(default)] name: Change<String> }
/// let of = |json| serde_json::from_str::<Set>(json).unwrap().name;
/// assert_eq!(of("{}"), Change::Keep);
/// assert_eq!(of(r#"{"name": null}"#), Change::Clear);
/// assert_eq!(of(r#"{"name": "Ann"}"#), Change::Set("Ann".to_owned()));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Change<T> {
    /// The field is not named: it stays as it is.
    #[default]
    Keep,
    /// The field has no value afterwards.
    Clear,
    /// The field has this value afterwards.
    Set(T),
}

impl<T> Change<T> {
    /// Whether the field is not named at all.
    pub fn is_keep(&self) -> bool {
        matches!(self, Change::Keep)
    }

    /// The value that is set, if one is.
    pub fn value(&self) -> Option<&T> {
        match self {
            Change::Set(value) => Some(value),
            Change::Keep | Change::Clear => None,
        }
    }

    /// Carries the change out on an optional field.
    pub fn apply_to(&self, field: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Change::Keep => {}
            Change::Clear => *field = None,
            Change::Set(value) => *field = Some(value.clone()),
        }
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<T>::deserialize(deserializer)? {
            None => Change::Clear,
            Some(value) => Change::Set(value),
        })
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Change_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}
