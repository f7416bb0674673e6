//! JSON Schemas of the protocol's messages, as they stand in `spec/schema/`.
//!
//! They are generated from the types that read and write the messages. What the types' own
//! schemas do not say is added here: the envelope, and that a field without a value may be absent,
//! `null` or, for lists and maps, empty.

use super::messages::{
    ApplyParams, Empty, InitializeParams, InitializeResult, Method, ResetParams, ResetResult,
    RunBatchParams, RunCaseChangesResult, RunCaseParams, RunCaseResult, VERSION, codes,
};
use crate::directory::{Capability, StepObservation};
use crate::implementation::Inconclusive;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Every schema of the protocol with the name of its file: one for all requests, and one for the
/// replies to each method.
pub fn files() -> Vec<(String, Value)> {
    let mut files = vec![("protocol-requests.json".to_owned(), requests())];
    for &method in Method::ALL {
        let name = match method {
            Method::RunCase => "run-case",
            Method::RunCaseChanges => "run-case-changes",
            Method::RunBatch => "run-batch",
            _ => method.word(),
        };
        files.push((format!("protocol-reply-{name}.json"), reply(method)));
    }
    files
}

/// What the suite sends.
pub fn requests() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let methods: Vec<Value> = Method::ALL
        .iter()
        .map(|&method| {
            let params = match method {
                Method::Initialize => inline::<InitializeParams<'_>>(&mut generator),
                Method::Reset => inline::<ResetParams<'_>>(&mut generator),
                Method::Apply => inline::<ApplyParams<'_>>(&mut generator),
                Method::RunCase | Method::RunCaseChanges => {
                    inline::<RunCaseParams<'_>>(&mut generator)
                }
                Method::RunBatch => inline::<RunBatchParams<'_>>(&mut generator),
                Method::Shutdown => inline::<Empty>(&mut generator),
            };
            json!({
                "type": "object",
                "properties": {
                    "jsonrpc": { "const": "2.0" },
                    "id": { "type": "integer", "minimum": 0 },
                    "method": { "const": method.word() },
                    "params": params,
                },
                "required": ["jsonrpc", "id", "method", "params"],
                "additionalProperties": false,
            })
        })
        .collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Adapter protocol, version 1: requests",
        "description": "One line that the suite writes to the adapter's standard input.",
        "oneOf": methods,
    });
    with_definitions(schema, generator)
}

/// What an adapter may answer to a method.
pub fn reply(method: Method) -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut result = match method {
        Method::Initialize => inline::<InitializeResult>(&mut generator),
        Method::Reset => inline::<ResetResult>(&mut generator),
        Method::Apply => inline::<StepObservation>(&mut generator),
        Method::RunCase => inline::<RunCaseResult>(&mut generator),
        Method::RunCaseChanges => inline::<RunCaseChangesResult>(&mut generator),
        Method::RunBatch => batch(&mut generator),
        Method::Shutdown => inline::<Empty>(&mut generator),
    };
    if method == Method::Initialize {
        result["properties"]["protocol"] = json!({
            "description": "The version of the protocol that the adapter speaks.",
            "const": VERSION,
        });
    }
    let error = error(&mut generator);
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Adapter protocol, version 1: the reply to {method}"),
        "description": "One line that the adapter writes to its standard output.",
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "jsonrpc": { "const": "2.0" },
                    "id": { "description": "That of the request.", "type": "integer", "minimum": 0 },
                    "result": result,
                    "error": { "type": "null" },
                },
                "required": ["jsonrpc", "id", "result"],
            },
            {
                "type": "object",
                "properties": {
                    "jsonrpc": { "const": "2.0" },
                    "id": {
                        "description": "That of the request; none if the request could not be read.",
                        "type": ["integer", "null"],
                        "minimum": 0,
                    },
                    "result": { "type": "null" },
                    "error": error,
                },
                "required": ["jsonrpc", "error"],
            },
        ],
    });
    with_definitions(schema, generator)
}

/// The result of a batch: of each case a result or an error.
fn batch(generator: &mut SchemaGenerator) -> Value {
    let mut result = inline::<RunCaseResult>(generator);
    result["properties"]["error"] = json!({ "type": "null" });
    let steps = &result["properties"]["steps"];
    let failed = json!({
        "type": "object",
        "properties": { "snapshot": { "type": "null" }, "steps": steps, "error": error(generator) },
        "required": ["error"],
    });
    json!({
        "type": "object",
        "properties": {
            "cases": {
                "description": "What came of each case: exactly as many as there were cases, in their order.",
                "type": "array",
                "items": { "oneOf": [result, failed] },
            },
        },
        "required": ["cases"],
    })
}

/// An error object. Those of the protocol's own codes carry what they are about.
fn error(generator: &mut SchemaGenerator) -> Value {
    let with_data = |code: i64, name: &str, word: schemars::Schema| {
        json!({
            "if": { "properties": { "code": { "const": code } } },
            "then": {
                "properties": {
                    "data": { "type": "object", "properties": { name: word }, "required": [name] },
                },
                "required": ["data"],
            },
        })
    };
    json!({
        "type": "object",
        "properties": {
            "code": { "type": "integer" },
            "message": { "type": "string" },
            "data": {},
        },
        "required": ["code", "message"],
        "allOf": [
            with_data(codes::UNSUPPORTED, "capability", generator.subschema_for::<Capability>()),
            with_data(codes::INCONCLUSIVE, "reason", generator.subschema_for::<Inconclusive>()),
        ],
    })
}

/// A type's own schema in its published form; what it refers to is left in the generator.
fn inline<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let mut schema: Value = T::json_schema(generator).to_value();
    publish(&mut schema, generator.contract().is_deserialize());
    if let Value::Object(schema) = &mut schema {
        schema.remove("description");
    }
    schema
}

/// Adds what is referred to.
fn with_definitions(mut schema: Value, mut generator: SchemaGenerator) -> Value {
    let is_reply = generator.contract().is_deserialize();
    let mut definitions = Value::Object(generator.take_definitions(true));
    if let Some(object) = definitions.get_mut("OnPremisesObject") {
        object["description"] = json!("An object in Active Directory that Connect synchronises.");
    }
    publish(&mut definitions, is_reply);
    schema["$defs"] = definitions;
    schema
}

/// Puts schemas into their published form, those inside them included.
fn publish(schema: &mut Value, is_reply: bool) {
    match schema {
        Value::Array(schemas) => {
            for schema in schemas {
                publish(schema, is_reply);
            }
        }
        Value::Object(schema) => {
            if let Some(Value::String(description)) = schema.get_mut("description") {
                match plain(description) {
                    Some(plain) => *description = plain,
                    None => {
                        schema.remove("description");
                    }
                }
            }
            if is_reply {
                // Sets are compared as sets, however often a value stands in them.
                schema.remove("uniqueItems");
                accept_no_value(schema);
            }
            for value in schema.values_mut() {
                publish(value, is_reply);
            }
        }
        _ => {}
    }
}

/// Every property that need not be there may also be there without a value.
fn accept_no_value(schema: &mut Map<String, Value>) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        required.as_array().is_some_and(|required| required.iter().any(|required| required == name))
    };
    let Some(Value::Object(properties)) = schema.get_mut("properties") else {
        return;
    };
    for (name, property) in properties {
        let Value::Object(property) = property else {
            continue;
        };
        if is_required(name) || accepts_null(property) {
            continue;
        }
        if name == "attributes" {
            property
                .insert("additionalProperties".to_owned(), json!({ "type": ["string", "null"] }));
        }
        if is_map(property) {
            // Some languages write an empty map as an empty list.
            property.insert("type".to_owned(), json!(["object", "null", "array"]));
            property.insert("maxItems".to_owned(), json!(0));
        } else if let Some(Value::String(kind)) = property.get("type") {
            let kinds = json!([kind, "null"]);
            property.insert("type".to_owned(), kinds);
        } else {
            let description = property.remove("description");
            let alternatives = json!([property.clone(), { "type": "null" }]);
            property.clear();
            property.extend(description.map(|text| ("description".to_owned(), text)));
            property.insert("anyOf".to_owned(), alternatives);
        }
    }
}

fn accepts_null(schema: &Map<String, Value>) -> bool {
    let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|t| t == "null");
    ["type", "anyOf"]
        .iter()
        .filter_map(|keyword| schema.get(*keyword)?.as_array())
        .any(|alternatives| alternatives.iter().any(is_null))
}

fn is_map(schema: &Map<String, Value>) -> bool {
    schema.get("type").is_some_and(|t| t == "object") && !schema.contains_key("properties")
}

/// A type's documentation as a schema's description: without examples, links and line breaks.
fn plain(documentation: &str) -> Option<String> {
    let text = documentation.split("\n\n```").next().unwrap_or_default();
    if text.starts_with("See [") {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").replace("[`", "`").replace("`]", "`"))
}
