//! The published JSON Schemas of the files that people write are those of the types, and editors
//! that use them agree with the reader.

use crate::published::{assert_current, faults, validator};
use entra_conformance::baseline::{self, Baseline};
use entra_conformance::cases::scenario::{Scenario, embedded, from_yaml};
use entra_conformance::rulebook::{Choices, Classes, Coverage, Editions, Rules};
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
        ("classes.json", schema_for!(Classes).to_value(), read("classes.yaml")),
        ("seed-coverage.json", schema_for!(Coverage).to_value(), read("seed-coverage.yaml")),
    ]
}

#[test]
fn the_published_schemas_are_current() {
    for (name, schema, _) in schemas() {
        assert_current(name, &schema);
    }
}

#[test]
fn every_file_agrees_with_its_schema() {
    for (name, schema, files) in schemas() {
        let validator = validator(&schema);
        assert!(!files.is_empty());
        for file in files {
            let value: Value = serde_yaml::from_str(&file).expect("YAML");
            assert_eq!(faults(&validator, &value), Vec::<String>::new(), "{name}\n{file}");
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
    let validator = validator(&schema_for!(Scenario).to_value());
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
  - scenario: match/name-matches-although-addresses-differ
    rule: match.soft-on-upn
    outcome: violated
    reason: onPremisesSyncEnabled/false-instead-of-true/sync
    issue: SYNC-17
    expires: 2027-03-31
    note: After the release.
  - scenario: match/name-matches-and-a-secondary-is-shared-too
    outcome: timed-out
    reason: sync
  - rule: admin.never-soft-matched
    outcome: not-applicable
    reason: missing/roles
";

#[rstest]
#[case::misspelt_field("entries:", "entrys:")]
#[case::misspelt_field_of_an_entry("issue:", "isue:")]
#[case::misspelt_field_of_what_is_declared("choices:", "choises:")]
#[case::unknown_outcome("timed-out", "timeout")]
#[case::unknown_capability("[users, groups]", "[users, teleport]")]
#[case::no_reason("    reason: missing/roles\n", "")]
#[case::no_day("2027-03-31", "next year")]
#[case::no_format("format: 1\n", "")]
fn what_the_reader_of_baselines_refuses_the_schema_refuses(#[case] good: &str, #[case] bad: &str) {
    let validator = validator(&schema_for!(Baseline).to_value());
    let read = |text: &str| baseline::from_yaml("baseline.yaml", text);
    let value: Value = serde_yaml::from_str(GOOD_BASELINE).expect("YAML");
    assert!(validator.is_valid(&value) && read(GOOD_BASELINE).is_ok());
    let broken = GOOD_BASELINE.replacen(good, bad, 1);
    assert_ne!(broken, GOOD_BASELINE, "the case changes nothing");
    assert!(read(&broken).is_err());
    let value: Value = serde_yaml::from_str(&broken).expect("YAML");
    assert!(!validator.is_valid(&value));
}
