//! Changes single values of a good message, so that most of what comes of it can still be read.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) enum ValueChange {
    /// Another value of the message, of the same type, takes the place of one.
    Replace(Index, Index),
    Remove(Index, Index),
    Repeat(Index, Index),
    Empty(Index),
}

pub(crate) fn value_changes() -> impl Strategy<Value = Vec<ValueChange>> {
    let at = any::<Index>;
    let change = prop_oneof![
        4 => (at(), at()).prop_map(|(at, other)| ValueChange::Replace(at, other)),
        2 => (at(), at()).prop_map(|(list, at)| ValueChange::Remove(list, at)),
        1 => (at(), at()).prop_map(|(list, at)| ValueChange::Repeat(list, at)),
        1 => at().prop_map(ValueChange::Empty),
    ];
    proptest::collection::vec(change, 1..5)
}

/// The ways to all values of a message that are of this sort.
fn ways(value: &Value, is_meant: &dyn Fn(&Value) -> bool) -> Vec<String> {
    fn walk(value: &Value, way: &str, is_meant: &dyn Fn(&Value) -> bool, found: &mut Vec<String>) {
        if is_meant(value) {
            found.push(way.to_owned());
        }
        match value {
            Value::Array(list) => {
                for (at, value) in list.iter().enumerate() {
                    walk(value, &format!("{way}/{at}"), is_meant, found);
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    walk(value, &format!("{way}/{name}"), is_meant, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", is_meant, &mut found);
    found
}

/// One of the values of this sort; `None` where there is none.
fn pick<'v>(
    message: &'v mut Value,
    index: &Index,
    is_meant: impl Fn(&Value) -> bool,
) -> Option<&'v mut Value> {
    let ways = ways(message, &is_meant);
    (!ways.is_empty()).then(|| message.pointer_mut(&ways[index.index(ways.len())]))?
}

impl ValueChange {
    pub(crate) fn apply(&self, message: &mut Value) {
        let is_list = |value: &Value| value.as_array().is_some_and(|list| !list.is_empty());
        match self {
            ValueChange::Replace(at, other) => {
                let Some(value) = pick(message, at, |_| true).cloned() else { return };
                let alike =
                    |other: &Value| std::mem::discriminant(other) == std::mem::discriminant(&value);
                let Some(other) = pick(message, other, alike).cloned() else { return };
                if let Some(value) = pick(message, at, |_| true) {
                    *value = other;
                }
            }
            ValueChange::Remove(list, at) => {
                if let Some(Value::Array(list)) = pick(message, list, is_list) {
                    list.remove(at.index(list.len()));
                }
            }
            ValueChange::Repeat(list, at) => {
                if let Some(Value::Array(list)) = pick(message, list, is_list) {
                    let again = at.get(list).clone();
                    list.push(again);
                }
            }
            ValueChange::Empty(at) => match pick(message, at, |_| true) {
                Some(Value::String(text)) => text.clear(),
                Some(Value::Array(list)) => list.clear(),
                Some(Value::Object(fields)) => {
                    if let Some(first) = fields.keys().next().cloned() {
                        fields.remove(&first);
                    }
                }
                Some(Value::Bool(flag)) => *flag = !*flag,
                _ => {}
            },
        }
    }
}
