//! JSON as `ConvertTo-Json` and Microsoft Graph write it.

use super::record::{Document, Record, Section, Value, section};
use super::source::{Place, Source};
use crate::cases::scenario::FileError;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Reads a list of records, a single one, Graph's `{"value": […]}`, or sections by name.
pub(super) fn read(source: &Source) -> Result<Document, FileError> {
    let whole: &RawValue =
        serde_json::from_str(&source.text).map_err(|error| mistake(source, 0, &error))?;
    let mut document = Document::default();
    if whole.get().starts_with('[') {
        let records = records(source, whole, &mut document)?;
        document.sections.push(Section { what: None, records });
        return Ok(document);
    }
    let entries = entries(source, whole)?;
    let is_list = |raw: &RawValue| raw.get().starts_with('[');
    let has_sections = entries.iter().any(|(name, raw)| {
        section(name).is_some_and(|what| what != super::record::What::Features) && !is_plain(raw)
    });
    if let Some((_, list)) = entries.iter().find(|(name, raw)| name == "value" && is_list(raw)) {
        document.goes_on_elsewhere =
            entries.iter().any(|(name, _)| name.eq_ignore_ascii_case("@odata.nextLink"));
        let records = records(source, list, &mut document)?;
        document.sections.push(Section { what: None, records });
    } else if has_sections {
        for (name, raw) in entries {
            let Some(what) = section(&name) else {
                let message = format!(
                    "unknown section `{name}`, expected `onPremises`, `cloud` or `features`"
                );
                return Err(source.error(place(source, raw), message));
            };
            let records = records(source, raw, &mut document)?;
            document.sections.push(Section { what: Some(what), records });
        }
    } else {
        let record = record(source, whole, &mut document)?;
        document.sections.push(Section { what: None, records: vec![record] });
    }
    Ok(document)
}

fn is_plain(raw: &RawValue) -> bool {
    !raw.get().starts_with(['[', '{'])
}

/// The records of a list; a single one may stand there without a list, as `ConvertTo-Json` writes it.
fn records(
    source: &Source,
    raw: &RawValue,
    document: &mut Document,
) -> Result<Vec<Record>, FileError> {
    if raw.get().starts_with('{') {
        return Ok(vec![record(source, raw, document)?]);
    }
    let all: Vec<&RawValue> = from_raw(source, raw)?;
    all.into_iter().map(|one| record(source, one, document)).collect()
}

fn record(source: &Source, raw: &RawValue, document: &mut Document) -> Result<Record, FileError> {
    let mut record = Record { place: place(source, raw), fields: Vec::new() };
    for (name, raw) in entries(source, raw)? {
        let value = serde_json::from_str::<serde_json::Value>(raw.get());
        let value = value.map_err(|error| mistake(source, offset(source, raw), &error))?;
        document.add(&mut record, &name, place(source, raw), || of_json(value));
    }
    Ok(record)
}

fn of_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(flag) => Value::Flag(flag),
        serde_json::Value::Number(number) => Value::Number(number.to_string()),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(list) => Value::List(list.into_iter().map(of_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.into_iter().map(|(name, value)| (name, of_json(value))).collect())
        }
    }
}

/// An object as a list of its entries, each with its text.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in braces: a record with the properties of a user")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Entries(all))
            }
        }

        deserializer.deserialize_map(All)
    }
}

fn entries<'t>(
    source: &'t Source,
    raw: &'t RawValue,
) -> Result<Vec<(Cow<'t, str>, &'t RawValue)>, FileError> {
    from_raw::<Entries<'t>>(source, raw).map(|entries| entries.0)
}

fn from_raw<'t, T: Deserialize<'t>>(source: &Source, raw: &'t RawValue) -> Result<T, FileError> {
    serde_json::from_str(raw.get()).map_err(|error| mistake(source, offset(source, raw), &error))
}

/// How many bytes of the file stand before a value: it is a part of the file's text.
fn offset(source: &Source, raw: &RawValue) -> usize {
    (raw.get().as_ptr() as usize).saturating_sub(source.text.as_ptr() as usize)
}

fn place(source: &Source, raw: &RawValue) -> Place {
    Place::Byte(offset(source, raw))
}

/// What serde_json says is wrong, at its place in the file.
fn mistake(source: &Source, begin: usize, error: &serde_json::Error) -> FileError {
    // Its line and column count from where the part begins; its column counts bytes.
    let part = &source.text[begin.min(source.text.len())..];
    let line_begin = part
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let at = begin + line_begin + error.column().saturating_sub(1);
    let words = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let words = words.strip_suffix(&position).unwrap_or(&words);
    let rest = source.text.get(at..).unwrap_or_default();
    let hint = if source.text.trim().is_empty() {
        "; the file is empty: did the cmdlet find anything?"
    } else if error.is_eof() {
        "; the file ends too early: was it cut off?"
    } else if rest.starts_with(['“', '”', '‘', '’', '\'']) {
        "; JSON has straight quotation marks: \""
    } else if words.starts_with("trailing characters") {
        "; one file is one value: put the records into a list, [ … , … ], as `… | ConvertTo-Json` does when it is given all of them at once"
    } else {
        ""
    };
    source.error(Place::Byte(at), format!("this is no JSON: {words}{hint}"))
}
