//! The JSON Schemas in `spec/schema/`.
//!
//! `UPDATE_SCHEMAS=1 cargo test --test suite schema` writes them anew.

use jsonschema::Validator;
use serde_json::Value;
use std::path::Path;

/// What a schema is called wherever its file stands; `name` is the file's.
pub(crate) fn id(name: &str) -> String {
    format!("urn:entra-conformance:schema:{}", name.trim_end_matches(".json"))
}

/// The published schema is that of the types, with its name.
pub(crate) fn assert_current(name: &str, schema: &Value) {
    let mut schema = schema.clone();
    schema["$id"] = id(name).into();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/schema").join(name);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
        std::fs::write(&path, text).expect("the schema can be written");
    }
    let published = std::fs::read(&path).unwrap_or_default();
    let published = serde_json::from_slice::<Value>(&published).unwrap_or_default();
    assert!(
        published == schema,
        "spec/schema/{name} is not current: UPDATE_SCHEMAS=1 cargo test --test suite schema"
    );
}

pub(crate) fn validator(schema: &Value) -> Validator {
    jsonschema::validator_for(schema).expect("a schema")
}

/// What is wrong with a value by its schema, with the place.
pub(crate) fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}
