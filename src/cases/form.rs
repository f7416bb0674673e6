//! A case as the fields and values that a scenario file shows, for whoever treats all of them alike:
//! what the types of objects and commands say needs no second list here.

use super::Case;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The case as `given` and `steps`.
pub(super) fn form_of(case: &Case) -> Value {
    json!({ "given": case.tenant, "steps": case.commands })
}

/// The case of this form, if it is one.
pub(super) fn case_of_form(form: &Value) -> Option<Case> {
    Some(Case {
        tenant: Deserialize::deserialize(form.get("given")?).ok()?,
        commands: Deserialize::deserialize(form.get("steps")?).ok()?,
    })
}

/// What a text of a case is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A user principal name or mail address, wherever it stands.
    Name,
    /// A source anchor.
    Anchor,
    /// An `objectIdentifier`, on either side.
    ObjectIdentifier,
    /// A directory role.
    Role,
    /// A password.
    Password,
    /// A value of the attribute of this name.
    AttributeValue(String),
    /// An address that is no mail address and holds none.
    OtherAddress,
    /// A cloud object's label.
    Label,
    /// An on-premises object's key.
    Key,
}

/// Is told the place of a text, `given.cloud.0.userPrincipalName`, what it is, and the text. Of an
/// address that holds a mail address the text is that mail address.
pub(super) type Visit<'v> = dyn FnMut(&str, Sort, &mut String) + 'v;

/// Visits every text that is a value of the case, always in the same order.
pub(super) fn each_text(form: &mut Value, visit: &mut Visit<'_>) {
    walk(form, "", "", visit);
}

/// `field` is the name of the field that the value stands in, and `attributes.` in front of the name
/// of an attribute.
fn walk(value: &mut Value, place: &str, field: &str, visit: &mut Visit<'_>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in in_order(fields) {
                let inside = match field {
                    "attributes" => format!("attributes.{name}"),
                    _ => name.clone(),
                };
                walk(value, &place_in(place, name), &inside, visit);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter_mut().enumerate() {
                walk(value, &place_in(place, &at.to_string()), field, visit);
            }
        }
        Value::String(text) => visit_text(text, place, field, visit),
        _ => {}
    }
}

/// The fields by name: in which order a map keeps them depends on how the library was built.
fn in_order(fields: &mut Map<String, Value>) -> Vec<(&String, &mut Value)> {
    let mut all: Vec<_> = fields.iter_mut().collect();
    all.sort_by_key(|(name, _)| *name);
    all
}

fn place_in(place: &str, inside: &str) -> String {
    if place.is_empty() { inside.to_owned() } else { format!("{place}.{inside}") }
}

fn visit_text(text: &mut String, place: &str, field: &str, visit: &mut Visit<'_>) {
    let holds_mail = text.contains('@');
    let sort = match field {
        "userPrincipalName" => Sort::Name,
        "sourceAnchor" | "onPremisesImmutableId" | "value" => Sort::Anchor,
        "objectIdentifier" | "onPremisesObjectIdentifier" => Sort::ObjectIdentifier,
        "roles" | "eligibleRoles" | "role" => Sort::Role,
        "password" => Sort::Password,
        "label" => Sort::Label,
        "key" | "joinedTo" | "quarantinedFor" => Sort::Key,
        "proxyAddresses" => match text.split_once(':') {
            Some((prefix, mail)) if holds_mail => {
                let mut mail = mail.to_owned();
                visit(place, Sort::Name, &mut mail);
                *text = format!("{prefix}:{mail}");
                return;
            }
            _ => Sort::OtherAddress,
        },
        _ => match field.strip_prefix("attributes.") {
            Some(_) if holds_mail => Sort::Name,
            Some(name) => Sort::AttributeValue(name.to_owned()),
            None => return,
        },
    };
    visit(place, sort, text);
}

/// Every form that lacks one field, or one element of a list, of this one; larger parts first.
pub(super) fn without_one_part(form: &Value) -> Vec<Value> {
    let mut paths = Vec::new();
    collect_paths(form, &mut Vec::new(), &mut paths);
    paths.sort_by_key(Vec::len);
    paths.iter().map(|path| without(form, path)).collect()
}

/// The form without any field of this name.
pub(super) fn without_every(form: &Value, name: &str) -> Value {
    let mut form = form.clone();
    remove_every(&mut form, name);
    form
}

fn remove_every(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            fields.remove(name);
            fields.values_mut().for_each(|value| remove_every(value, name));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| remove_every(value, name)),
        _ => {}
    }
}

/// The way to a part: names of fields, and positions in lists.
type Path = Vec<String>;

fn collect_paths(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            let mut parts: Vec<_> =
                fields.iter().map(|(name, part)| (name.clone(), part)).collect();
            parts.sort_by(|one, other| one.0.cmp(&other.0));
            parts
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, part)| (at.to_string(), part)).collect()
        }
        _ => return,
    };
    for (name, part) in parts {
        path.push(name);
        found.push(path.clone());
        collect_paths(part, path, found);
        path.pop();
    }
}

fn without(form: &Value, path: &[String]) -> Value {
    let mut form = form.clone();
    let Some((last, way)) = path.split_last() else { return form };
    let pointer: String = way.iter().map(|name| format!("/{}", escaped(name))).collect();
    match form.pointer_mut(&pointer) {
        Some(Value::Object(fields)) => drop(fields.remove(last)),
        Some(Value::Array(list)) => drop(list.remove(last.parse().unwrap_or(0))),
        _ => {}
    }
    form
}

/// A name as it stands in a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
