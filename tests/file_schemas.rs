//! The published JSON Schemas of the files that people write are those of the types, and editors
//! that use them agree with the reader.
//!
//! `UPDATE_SCHEMAS=1 cargo test --test file_schemas` writes them anew.

#![cfg(feature = "schema")]

use entra_conformance::baseline::{self, Baseline};
use entra_conformance::cases::scenario::{Scenario, embedded, from_yaml};
use entra_conformance::rulebook::{Choices, Coverage, Editions, Rules};
use rstest::rstest;
use schemars::schema_for;
use serde_json::Value;
use std::path::Path;

/// File name, schema, and the files that it is for.
fn schemas() -> Vec<(&'static str, Value, Vec<String>)> {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec");
    let read = |name: &str| vec![std::fs::read_to_string(spec.join(name)).expect("a file")];
    let scenarios = embedded().iter().map(|scenario| scenario.text.to_owned()).collect();
    vec![
        ("scenario.json", schema_for!(Scenario).to_value(), scenarios),
        ("rules.json", schema_for!(Rules).to_value(), read("rules.yaml")),
        ("editions.json", schema_for!(Editions).to_value(), read("editions.yaml")),
        ("choices.json", schema_for!(Choices).to_value(), read("choices.yaml")),
        ("baseline.json", schema_for!(Baseline).to_value(), vec![GOOD_BASELINE.to_owned()]),
        ("seed-coverage.json", schema_for!(Coverage).to_value(), read("seed-coverage.yaml")),
    ]
}

#[test]
fn the_published_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/schema");
    let update = std::env::var_os("UPDATE_SCHEMAS").is_some();
    for (name, schema, _) in schemas() {
        let path = folder.join(name);
        if update {
            let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
            std::fs::write(&path, text).expect("the schema can be written");
        }
        let published = std::fs::read(&path).unwrap_or_default();
        let published = serde_json::from_slice::<Value>(&published).unwrap_or_default();
        assert!(
            published == schema,
            "spec/schema/{name} is not current: UPDATE_SCHEMAS=1 cargo test --test file_schemas"
        );
    }
}

#[test]
fn every_file_agrees_with_its_schema() {
    for (name, schema, files) in schemas() {
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        assert!(!files.is_empty());
        for file in files {
            let value: Value = serde_yaml::from_str(&file).expect("YAML");
            let faults: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(faults, Vec::<String>::new(), "{name}\n{file}");
        }
    }
}

const GOOD: &str = "\
title: Ann is matched
rules: [match.soft-on-upn]
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
steps:
  - do: assignRole
    object: {label: ann}
    role: Reader
    expect: [{status: ok}]
";

#[rstest]
#[case::misspelt_field("rules:", "ruels:")]
#[case::misspelt_field_of_a_cloud_object("label: ann,", "lable: ann,")]
#[case::misspelt_field_of_an_on_premises_object("sourceAnchor", "sourceAnker")]
#[case::misspelt_field_of_a_step("role: Reader", "roll: Reader")]
#[case::field_of_another_command("role: Reader", "role: Reader\n    permanently: true")]
#[case::unknown_command("do: assignRole", "do: giveRole")]
#[case::unknown_kind("kind: user, sourceAnchor", "kind: usr, sourceAnchor")]
#[case::unknown_status("status: ok", "status: okay")]
#[case::two_references("{label: ann}", "{label: ann, joinedTo: ann-ad}")]
#[case::missing_field("    role: Reader\n", "")]
fn what_the_reader_refuses_the_schema_refuses(#[case] good: &str, #[case] bad: &str) {
    let validator = jsonschema::validator_for(&schema_for!(Scenario).to_value()).expect("a schema");
    let value: Value = serde_yaml::from_str(GOOD).expect("YAML");
    assert!(validator.is_valid(&value) && from_yaml("good.yaml", GOOD).is_ok());
    let broken = GOOD.replacen(good, bad, 1);
    assert_ne!(broken, GOOD, "the case changes nothing");
    assert!(from_yaml("bad.yaml", &broken).is_err());
    let value: Value = serde_yaml::from_str(&broken).expect("YAML");
    assert!(!validator.is_valid(&value));
}

const GOOD_BASELINE: &str = "\
format: 1
edition: \"2023-01\"
declares:
  capabilities: [users, groups]
  choices:
    collisionHandling: rejected
entries:
  - scenario: matching/name-matches-although-addresses-differ
    rule: match.soft-on-upn
    outcome: violated
    reason: \"onPremisesSyncEnabled: false instead of true, after sync\"
    issue: SYNC-17
    expires: 2027-03-31
    note: After the release.
  - scenario: matching/name-matches-and-a-secondary-is-shared-too
    outcome: timed-out
    reason: in sync
  - rule: admin.never-matched
    outcome: not-applicable
    reason: needs roles
";

#[rstest]
#[case::misspelt_field("entries:", "entrys:")]
#[case::misspelt_field_of_an_entry("issue:", "isue:")]
#[case::misspelt_field_of_what_is_declared("choices:", "choises:")]
#[case::unknown_outcome("timed-out", "timeout")]
#[case::unknown_capability("[users, groups]", "[users, teleport]")]
#[case::no_reason("    reason: needs roles\n", "")]
#[case::no_day("2027-03-31", "next year")]
#[case::no_format("format: 1\n", "")]
fn what_the_reader_of_baselines_refuses_the_schema_refuses(#[case] good: &str, #[case] bad: &str) {
    let validator = jsonschema::validator_for(&schema_for!(Baseline).to_value()).expect("a schema");
    let read = |text: &str| baseline::from_yaml("baseline.yaml", text);
    let value: Value = serde_yaml::from_str(GOOD_BASELINE).expect("YAML");
    assert!(validator.is_valid(&value) && read(GOOD_BASELINE).is_ok());
    let broken = GOOD_BASELINE.replacen(good, bad, 1);
    assert_ne!(broken, GOOD_BASELINE, "the case changes nothing");
    assert!(read(&broken).is_err());
    let value: Value = serde_yaml::from_str(&broken).expect("YAML");
    assert!(!validator.is_valid(&value));
}
