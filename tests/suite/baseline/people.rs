//! What people read.

use entra_conformance::baseline::from_yaml;
use rstest::{Context, rstest};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Compares with a snapshot in `snapshots/`.
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let mut settings = crate::snapshots::settings();
    settings.add_filter(r"[\d,]+\.\d+ s\b", "[time]");
    settings.add_filter(r"began: .* UTC", "began: [day and time]");
    // However many scenarios there are.
    settings.add_filter(r"(\+ \S+: not-applicable .*\n)+", "+ [scenarios]: not-applicable\n");
    settings.add_filter(
        r"(  - scenario: .*\n    outcome: not-applicable\n    reason: .*\n)+",
        "  [entries]\n",
    );
    settings.add_filter(r"\d+ (added|kept)", "[number] $1");
    settings.add_filter(r"\d+ (rules|scenarios): .*", "[$1]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const GOOD: &str = "\
format: 1
edition: \"2023-01\"
declares:
  capabilities: [users, groups]
entries:
  # Waits for the new exporter.
  - scenario: match/name-matches-although-addresses-differ
    rule: match.soft-on-upn
    outcome: violated
    reason: onPremisesSyncEnabled/false-instead-of-true/sync
    issue: SYNC-17
    expires: 2999-03-31
  - rule: admin.never-soft-matched
    outcome: not-applicable
    reason: missing/roles
";

#[rstest]
#[case::misspelt_field("issue:", "isue:")]
#[case::unknown_outcome("outcome: violated", "outcome: broken")]
#[case::no_day("2999-03-31", "2999-02-31")]
#[case::other_format("format: 1", "format: 2")]
#[case::unknown_edition("2023-01", "1999-12")]
#[case::violated_without_a_rule("    rule: match.soft-on-upn\n", "")]
#[case::crash_of_a_rule("outcome: not-applicable", "outcome: crashed")]
#[case::scenario_and_example("    rule: match", "    example: a.yaml\n    rule: match")]
#[case::example_elsewhere(
    "scenario: match/name-matches-although-addresses-differ",
    "example: ../a.yaml"
)]
#[case::field_twice("    issue:", "    outcome: violated\n    issue:")]
fn a_broken_baseline_is_told_with_its_place(
    #[context] context: Context,
    #[case] good: &str,
    #[case] bad: &str,
) {
    assert!(from_yaml("baseline.yaml", GOOD).is_ok());
    assert!(GOOD.contains(good), "the case changes nothing");
    let errors = from_yaml("baseline.yaml", &GOOD.replacen(good, bad, 1)).expect_err("refused");
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let case = context.description.unwrap_or("case").replace('_', "-");
    assert_snapshot(&format!("baseline-{case}"), &told.join("\n"));
}

fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entra-conformance"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_baseline_is_written_checked_held_against_a_run_and_put_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("baseline.yaml");
    let only = ["--only", "scenarios"];
    let adapter = ["--", env!("CARGO_BIN_EXE_entra-conformance"), "serve"];
    let with = |first: &[&str]| {
        let arguments = [first, &only, &adapter].concat();
        program(folder.path(), &arguments)
    };

    let output = with(&["baseline", "write", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_snapshot("baseline-write", text(&output.stdout));
    let written = std::fs::read_to_string(&path).expect("it is there");
    assert_snapshot("baseline-file", &written);
    let output = with(&["baseline", "write", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is there already"), "{}", text(&output.stderr));

    let output = program(folder.path(), &["baseline", "check", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let entries = written.matches("\n  - scenario: ").count();
    let told = format!("baseline.yaml is in order: {entries} entries\n");
    assert_eq!(text(&output.stdout), told);

    let output = with(&["run", "--baseline", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let last = text(&output.stdout).lines().last().unwrap_or_default().to_owned();
    assert_eq!(
        last,
        "conformant with edition 2023-01; the baseline baseline.yaml lists no nonconformity"
    );

    // Something that passes is listed, under a comment, and what is not judged is not.
    let (head, entries) = written.split_once("entries:\n").expect("entries");
    let first_entry_ends = entries.match_indices("\n  - ").next().expect("a second entry").0;
    let (gone, rest) = entries.split_at(first_entry_ends + 1);
    let stale = GOOD.split_once("entries:\n").expect("entries").1.split("  - rule").next();
    let worse = format!("{head}entries:\n{}{rest}", stale.expect("an entry"));
    std::fs::write(&path, &worse).expect("written");
    let output = with(&["run", "--baseline", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    let report = text(&output.stdout);
    let end = report.find("not as in the baseline").expect("what is not as in the baseline");
    let differs =
        report[end..].replace(env!("CARGO_BIN_EXE_entra-conformance"), "entra-conformance");
    assert_snapshot("baseline-run-differs", &differs);

    let output = with(&["baseline", "update", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_snapshot("baseline-update", text(&output.stdout));
    let updated = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(updated, format!("{head}entries:\n{rest}{gone}"));
    let output = with(&["baseline", "update", "baseline.yaml"]);
    assert_eq!(text(&output.stdout), "baseline.yaml is as it should be\n");
}

#[test]
fn check_tells_what_no_run_is_needed_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let doubled = GOOD.split_once("  - rule").map(|(_, last)| format!("  - rule{last}"));
    let bad = GOOD
        .replace("although-addresses-differ", "although-adresses-differ")
        .replace("2999-03-31", "2001-03-31")
        + &doubled.expect("an entry")
        + "  - example: baseline.examples/gone.yaml\n    outcome: crashed\n    reason: sync\n";
    std::fs::write(folder.path().join("baseline.yaml"), &bad).expect("written");
    std::fs::create_dir(folder.path().join("baseline.examples")).expect("a folder");
    std::fs::write(folder.path().join("baseline.examples/left.yaml"), "").expect("written");
    let output = program(folder.path(), &["baseline", "check", "baseline.yaml"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert_snapshot("baseline-check", text(&output.stderr));
}
