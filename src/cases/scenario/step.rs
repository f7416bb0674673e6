//! A step in YAML: the command's fields, with `do` first and `expect` among them.
//!
//! By hand, because what serde derives for such a shape reads the whole mapping into a buffer
//! first, and an error in it would have lost its line and column. With `do` first, the rest is
//! read straight into the command's own type.

use super::format::{Expectation, Step};
use crate::directory::Command;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(StepVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step, which begins with `do`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Step, A::Error> {
        match map.next_key::<String>()?.as_deref() {
            Some("do") => {}
            Some(other) => {
                return Err(A::Error::custom(format_args!(
                    "a step begins with `do`, and this one with `{other}`"
                )));
            }
            None => return Err(A::Error::custom("a step begins with `do`")),
        }
        let DoWord(word) = map.next_value()?;
        let mut expect = None;
        let fields = WithoutExpect { map, expect: &mut expect };
        macro_rules! command {
            ($($word:literal => $variant:ident,)*) => {
                match word {
                    $($word => {
                        Command::$variant(Deserialize::deserialize(MapAccessDeserializer::new(fields))?)
                    })*
                    other => unreachable!("{other} is a word of a command"),
                }
            };
        }
        let command = command! {
            "createOnPremisesObject" => CreateOnPremisesObject,
            "updateOnPremisesObject" => UpdateOnPremisesObject,
            "removeOnPremisesObject" => RemoveOnPremisesObject,
            "createCloudObject" => CreateCloudObject,
            "updateCloudObject" => UpdateCloudObject,
            "setImmutableId" => SetImmutableId,
            "assignRole" => AssignRole,
            "removeRole" => RemoveRole,
            "makeEligible" => MakeEligible,
            "removeEligibility" => RemoveEligibility,
            "setOnPremisesObjectIdentifier" => SetOnPremisesObjectIdentifier,
            "deleteCloudObject" => DeleteCloudObject,
            "setCloudManaged" => SetCloudManaged,
            "restoreCloudObject" => RestoreCloudObject,
            "setFeature" => SetFeature,
            "reinstallConnect" => ReinstallConnect,
            "sync" => Sync,
        };
        Ok(Step { command, expect: expect.unwrap_or_default() })
    }
}

/// One of the words that `do` can have.
struct DoWord(&'static str);

impl<'de> Deserialize<'de> for DoWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor;
        impl Visitor<'_> for WordVisitor {
            type Value = DoWord;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a command's name")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<DoWord, E> {
                Command::WORDS
                    .iter()
                    .copied()
                    .find(|known| *known == word)
                    .map(DoWord)
                    .ok_or_else(|| E::unknown_variant(word, Command::WORDS))
            }
        }
        deserializer.deserialize_str(WordVisitor)
    }
}

/// The fields of a step but `expect`, which is put aside when it comes by.
struct WithoutExpect<'e, A> {
    map: A,
    expect: &'e mut Option<Vec<Expectation>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithoutExpect<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Self::Error> {
        let mut seed = Some(seed);
        loop {
            match self.map.next_key_seed(FieldName(&mut seed))? {
                None => return Ok(None),
                Some(Some(field)) => return Ok(Some(field)),
                Some(None) if self.expect.is_some() => {
                    return Err(A::Error::duplicate_field("expect"));
                }
                Some(None) => *self.expect = Some(self.map.next_value()?),
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Self::Error> {
        self.map.next_value_seed(seed)
    }
}

/// Reads a field's name: nothing for `expect`, and what the inner seed makes of any other. The
/// inner seed runs inside the reader's own call, so that its error gets the name's position.
struct FieldName<'s, K>(&'s mut Option<K>);

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for FieldName<'_, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for FieldName<'_, K> {
    type Value = Option<K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match name {
            "expect" => Ok(None),
            _ => {
                let seed = self.0.take().expect("a seed is used for one name");
                seed.deserialize(IntoDeserializer::<E>::into_deserializer(name)).map(Some)
            }
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The command's own form has `do` first; `expect` goes behind its fields.
        let mut form = serde_json::to_value(&self.command).map_err(S::Error::custom)?;
        if !self.expect.is_empty()
            && let Some(fields) = form.as_object_mut()
        {
            let expect = serde_json::to_value(&self.expect).map_err(S::Error::custom)?;
            fields.insert("expect".to_owned(), expect);
        }
        form.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Step {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let expect = generator.subschema_for::<Vec<Expectation>>();
        let mut steps = crate::directory::command_forms(generator);
        for step in &mut steps {
            if let Some(properties) =
                step.get_mut("properties").and_then(serde_json::Value::as_object_mut)
            {
                properties.insert("expect".to_owned(), expect.clone().to_value());
            }
        }
        schemars::json_schema!({
            "description": "A command, and what is expected after it.",
            "oneOf": steps,
        })
    }
}
