//! How much of what an implementation writes is kept for reports: enough to see what it is.

use crate::checks::Violation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// So many characters of a text are kept. No value that the suite itself gives to an object is as long.
const LONGEST: usize = 4_000;

/// So many characters are kept of what an implementation says of itself.
pub(super) const LONGEST_NAME: usize = 200;

/// So many ways are told in which one step violates one rule.
const MOST_VIOLATIONS: usize = 200;

/// The same with every long text cut. What is left says how long it was, and texts that were different
/// are so still.
pub(super) fn bounded<T: Serialize + DeserializeOwned>(data: T) -> T {
    bounded_by(LONGEST, data)
}

pub(super) fn bounded_by<T: Serialize + DeserializeOwned>(longest: usize, data: T) -> T {
    let Ok(mut value) = serde_json::to_value(&data) else { return data };
    if !cut(&mut value, longest) {
        return data;
    }
    serde_json::from_value(value).unwrap_or(data)
}

/// The violations of a rule that are told.
pub(super) fn told(mut violations: Vec<Violation>) -> Vec<Violation> {
    violations.truncate(MOST_VIOLATIONS);
    bounded(violations)
}

/// Cuts every long text; whether there was any.
fn cut(value: &mut Value, longest: usize) -> bool {
    match value {
        Value::String(text) => match shortened(text, longest) {
            Some(shortened) => {
                *text = shortened;
                true
            }
            None => false,
        },
        Value::Array(list) => list.iter_mut().fold(false, |is_cut, one| cut(one, longest) | is_cut),
        Value::Object(fields) => {
            let mut is_cut = false;
            let names: Vec<String> =
                fields.keys().filter(|name| name.len() > longest).cloned().collect();
            for name in names {
                if let Some(shortened) = shortened(&name, longest)
                    && let Some(value) = fields.remove(&name)
                {
                    fields.insert(shortened, value);
                    is_cut = true;
                }
            }
            fields.values_mut().fold(is_cut, |is_cut, one| cut(one, longest) | is_cut)
        }
        _ => false,
    }
}

fn shortened(text: &str, longest: usize) -> Option<String> {
    // As many bytes as characters at least: most texts need no more than this look.
    if text.len() <= longest {
        return None;
    }
    let (end, _) = text.char_indices().nth(longest)?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let (characters, hash) = (text.chars().count(), hasher.finish() as u32);
    Some(format!("{}… ({characters} characters, {hash:08x})", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn long_texts_are_cut_and_stay_different() {
        let long = |end: &str| format!("{}{end}", "ä".repeat(LONGEST + 5));
        let [one, other] = [long("a"), long("b")].map(|text| bounded(json!({"a": [text]})));
        assert_ne!(one, other);
        let told = one["a"][0].as_str().expect("a text");
        assert!(told.contains("ä… (4006 characters, "), "{told}");
        assert_eq!(told.chars().filter(|letter| *letter == 'ä').count(), LONGEST);
        let name = bounded_by(3, json!({"abcd": 1}));
        assert!(name.as_object().expect("fields").keys().all(|name| name.starts_with("abc… (4 ")));
    }

    #[test]
    fn what_is_short_stays() {
        let value = json!({"a": ["ä".repeat(LONGEST), 7, null]});
        assert_eq!(bounded(value.clone()), value);
    }
}
