//! Values of records as texts and flags, and what is wrong with them.

use super::record::{Field, Record, Value};
use super::source::{Place, Source};
use crate::cases::scenario::FileError;

/// A mistake, and its place in the file.
pub(super) type Mistake = (Place, String);

/// The texts of a list, or of a text with `;` between them.
pub(super) fn texts(field: &Field) -> Result<Vec<String>, Mistake> {
    texts_of(&field.value).map_err(|wrong| match type_name(&wrong) {
        Some(type_name) => (field.place, how_to_export(&field.name, type_name)),
        None => {
            let message = format!("{} is {}; expected texts", field.name, shown(&wrong));
            (field.place, message)
        }
    })
}

fn texts_of(value: &Value) -> Result<Vec<String>, Value> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if type_name(value).is_none() => Ok(split(text)),
        Value::List(list) => {
            let one = |value: &Value| match value {
                Value::Text(text) if type_name(value).is_none() => Ok(text.trim().to_owned()),
                other => Err(other.clone()),
            };
            list.iter().map(one).collect()
        }
        // A collection as some versions of the cmdlets wrap it.
        Value::Map(entries) => {
            let inner = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case("value"));
            inner.map_or_else(|| Err(value.clone()), |(_, value)| texts_of(value))
        }
        other => Err(other.clone()),
    }
}

/// Parts between `;`, `|` or line ends. Some addresses (X.400) have a `;` themselves: what has no prefix
/// belongs to the address before it.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let is_address_list = text.contains(':');
    for part in text.split([';', '|', '\n']) {
        let trimmed = part.trim();
        match parts.last_mut() {
            Some(last) if is_address_list && !trimmed.contains(':') && is_x400(last) => {
                last.push(';');
                last.push_str(part.trim_end_matches('\r'));
            }
            _ if trimmed.is_empty() => {}
            _ => parts.push(trimmed.to_owned()),
        }
    }
    parts
}

fn is_x400(address: &str) -> bool {
    address.get(..5).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x400:"))
}

/// A text, or nothing; a number counts as one.
pub(super) fn text(record: &Record, names: &[&str]) -> Result<Option<String>, Mistake> {
    let Some(field) = record.get(names) else { return Ok(None) };
    match text_of(&field.value) {
        Some(text) if text.contains(['\n', '\r']) => {
            let message = format!(
                "{} has a line break in it ({}); is a quotation mark missing?",
                field.name,
                cut(&text)
            );
            Err((field.place, message))
        }
        Some(text) => Ok(Some(text)),
        None if type_name(&field.value).is_some() => {
            let type_name = type_name(&field.value).unwrap_or_default();
            Err((field.place, how_to_export(&field.name, type_name)))
        }
        None => {
            let message = format!("{} is {}; expected a text", field.name, shown(&field.value));
            Err((field.place, message))
        }
    }
}

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if type_name(value).is_none() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}

pub(super) fn flag(record: &Record, names: &[&str]) -> Result<Option<bool>, Mistake> {
    let Some(field) = record.get(names) else { return Ok(None) };
    flag_of(field).map(Some)
}

pub(super) fn flag_of(field: &Field) -> Result<bool, Mistake> {
    match &field.value {
        Value::Flag(flag) => Ok(*flag),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        other => {
            let message =
                format!("{} is {}; expected true, false or no value", field.name, shown(other));
            Err((field.place, message))
        }
    }
}

/// The name of a type that PowerShell wrote in the place of the values.
pub(super) fn type_name(value: &Value) -> Option<&str> {
    const BEGINNINGS: &[&str] =
        &["System.", "Microsoft.ActiveDirectory.", "Microsoft.Graph.", "@{"];
    match value {
        Value::Text(text) => {
            let text = text.trim();
            BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)).then_some(text)
        }
        _ => None,
    }
}

/// What to do where PowerShell wrote a type's name instead of values.
pub(super) fn how_to_export(name: &str, type_name: &str) -> String {
    let type_name = cut(type_name);
    if type_name.starts_with("System.Byte") {
        return format!(
            "{name} is the name of a type ({type_name}) and not its value; export it as base64: `Select-Object *, @{{n='{name}'; e={{[Convert]::ToBase64String($_.'{name}')}}}} -ExcludeProperty '{name}'`"
        );
    }
    format!(
        "{name} is the name of a type ({type_name}) and not its values; use ConvertTo-Json (with `-Depth 4`), or for CSV join them: `Select-Object *, @{{n='{name}'; e={{$_.'{name}' -join ';'}}}} -ExcludeProperty '{name}'`"
    )
}

/// A value in a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("“{}”", cut(text)),
        Value::Number(number) => cut(number),
        Value::Flag(flag) => flag.to_string(),
        other => other.sort().to_owned(),
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str) -> String {
    const SHOWN: usize = 60;
    let on_one_line = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let mut cut: String = text.chars().take(SHOWN).map(on_one_line).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    crate::report::legible(&cut)
}

/// A mistake as an error of a file.
pub(super) fn at(source: &Source, (place, message): Mistake) -> FileError {
    source.error(place, message)
}
