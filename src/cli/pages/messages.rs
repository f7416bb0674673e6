//! The protocol's messages field by field, from their JSON Schemas.

use super::page::{Page, prose};
use crate::implementation::protocol::{Method, schema};
use serde_json::{Map, Value};
use std::fmt::Write as _;

pub(super) fn page() -> Page {
    let mut text = "# Messages of the protocol\n\n\
        Field by field, made from the [JSON Schemas](../spec/schema/protocol-requests.json) that messages are checked by. What \
        they mean together is in [the adapter protocol](../spec/protocol.md). A field that need not be there may also be \
        `null`.\n\n## Methods\n"
        .to_owned();
    let requests = schema::requests();
    let mut types = Map::new();
    let mut keep = |schema: &Value| {
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            types.entry(name).or_insert_with(|| definition.clone());
        }
    };
    keep(&requests);
    for &method in Method::ALL {
        let reply = schema::reply(method);
        keep(&reply);
        let request = requests["oneOf"].as_array().into_iter().flatten();
        let mut request = request.map(|one| &one["properties"]);
        let request = request.find(|one| one["method"]["const"] == method.word());
        let _ = writeln!(text, "\n### `{method}`\n\nRequest, `params`:\n");
        fields(&mut text, request.map_or(&Value::Null, |one| &one["params"]));
        text.push_str("\nReply, `result`:\n\n");
        fields(&mut text, &reply["oneOf"][0]["properties"]["result"]);
    }
    text.push_str("\n## Types\n");
    for (name, definition) in &types {
        let _ = writeln!(text, "\n### {name}\n\n{}\n", description(definition));
        definition_of(&mut text, definition);
    }
    Page::new("messages.md", text)
}

fn definition_of(text: &mut String, definition: &Value) {
    let Some(variants) = definition["oneOf"].as_array() else {
        if definition["type"] == "object" {
            fields(text, definition);
        } else {
            let _ = writeln!(text, "It is {}.", words_of(definition));
        }
        return;
    };
    if variants.iter().all(|variant| variant["const"].is_string()) {
        text.push_str("| word | meaning |\n| --- | --- |\n");
        for variant in variants {
            let _ = writeln!(text, "| {} | {} |", literal(&variant["const"]), description(variant));
        }
        return;
    }
    for variant in variants {
        match variant["properties"]["do"]["const"].as_str() {
            Some(command) => {
                let _ = writeln!(text, "\n#### `{command}`\n\n{}\n", description(variant));
            }
            None => {
                let _ = writeln!(text, "\n{}\n", description(variant));
            }
        }
        fields(text, variant);
    }
}

/// An object's fields, those that are required first.
fn fields(text: &mut String, object: &Value) {
    let Some(properties) = object["properties"].as_object() else {
        text.push_str("nothing (`{}`)\n");
        return;
    };
    let required = object["required"].as_array();
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
    for asked in [true, false] {
        for (name, field) in properties.iter().filter(|(name, _)| is_required(name) == asked) {
            let (kind, meaning) = (words_of(field), description(field));
            let asked = if asked { ", required" } else { "" };
            let _ = writeln!(text, "- **`{name}`** ({kind}{asked}): {meaning}");
        }
    }
}

fn description(schema: &Value) -> String {
    schema["description"].as_str().map(prose).unwrap_or_default()
}

fn literal(value: &Value) -> String {
    format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// What a value may be, in words.
fn words_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if !schema["const"].is_null() {
        return literal(&schema["const"]);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let any: Vec<String> =
            any.iter().filter(|one| one["type"] != "null").map(words_of).collect();
        return any.join(" or ");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => "text".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("array") => format!("list of {}", words_of(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map from text to {}", words_of(&schema["additionalProperties"]))
        }
        _ => "anything".to_owned(),
    }
}
