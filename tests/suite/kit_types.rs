//! The types of the TypeScript kit are those of the protocol's schemas.
//!
//! `UPDATE_SCHEMAS=1 cargo test --test suite kit_types` writes them anew.

use entra_conformance::implementation::protocol::schema;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn the_types_of_the_typescript_kit_are_current() {
    let types = types(schema::files().into_iter().collect());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("kits/typescript/types.ts");
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &types).expect("the types can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == types,
        "kits/typescript/types.ts is not current: UPDATE_SCHEMAS=1 cargo test --test suite kit_types"
    );
}

/// Every type that messages are made of, as TypeScript. What is sent has its stricter form: an object
/// of the suite's own can be shown as it came.
fn types(schemas: BTreeMap<String, Value>) -> String {
    let mut types = BTreeMap::new();
    let requests = ["protocol-requests.json"].into_iter();
    let replies = schemas.keys().map(String::as_str).filter(|name| name.contains("reply"));
    for name in requests.chain(replies) {
        for (name, schema) in schemas[name]["$defs"].as_object().expect("definitions") {
            types.entry(name.clone()).or_insert_with(|| schema.clone());
        }
    }
    let initialize = &schemas["protocol-reply-initialize.json"];
    let result = initialize["oneOf"][0]["properties"]["result"].clone();
    types.insert("InitializeResult".to_owned(), result);
    let mut text = String::from(
        "// The protocol's types, made from its JSON Schemas. You need not touch this file.\n",
    );
    for (name, schema) in &types {
        text.push('\n');
        comment(&mut text, schema, "");
        let form = of(schema, "");
        // A list of words begins on a line of its own.
        let gap = if form.starts_with('\n') { "" } else { " " };
        let _ = match schema.get("properties") {
            Some(_) => writeln!(text, "export interface {name} {form}"),
            None => writeln!(text, "export type {name} ={gap}{form};"),
        };
    }
    text
}

fn comment(text: &mut String, schema: &Value, indent: &str) {
    if let Some(words) = schema["description"].as_str() {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "{indent}/** {words} */");
    }
}

/// The type that a schema describes.
fn of(schema: &Value, indent: &str) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().expect("a name").to_owned();
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    if let Some(forms) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        return union(forms, indent);
    }
    let words = match &schema["type"] {
        Value::String(word) => vec![&**word],
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        _ => return "unknown".to_owned(),
    };
    let mut forms: Vec<String> = Vec::new();
    // An empty list may stand for an empty map; nobody has to write it so.
    for word in words.iter().filter(|word| **word != "array" || !words.contains(&"object")) {
        forms.push(match *word {
            "object" => object(schema, indent),
            "array" => format!("{}[]", of(&schema["items"], indent)),
            "integer" => "number".to_owned(),
            other => other.to_owned(),
        });
    }
    forms.join(" | ")
}

fn union(forms: &[Value], indent: &str) -> String {
    let has_words = forms.iter().any(|form| form.get("description").is_some());
    if !has_words {
        return forms.iter().map(|form| of(form, indent)).collect::<Vec<_>>().join(" | ");
    }
    let mut text = String::new();
    let inner = format!("{indent}  ");
    for form in forms {
        text.push('\n');
        comment(&mut text, form, &inner);
        let _ = write!(text, "{inner}| {}", of(form, &inner));
    }
    text
}

fn object(schema: &Value, indent: &str) -> String {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    if let (true, Some(values @ Value::Object(_))) =
        (properties.is_empty(), schema.get("additionalProperties"))
    {
        return format!("Record<string, {}>", of(values, indent));
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let inner = format!("{indent}  ");
    let mut text = String::from("{\n");
    for (name, property) in properties {
        comment(&mut text, property, &inner);
        let mark = if required.contains(&name.as_str()) { "" } else { "?" };
        let _ = writeln!(text, "{inner}{name}{mark}: {};", of(property, &inner));
    }
    text + indent + "}"
}
