//! `explain` for people who have users, a tenant, and a question: what it prints, and how it ends.

use rstest::rstest;
use std::fs;
use std::process::{Command, Output, Stdio};

#[path = "../../examples/export/made_up.rs"]
mod made_up;

fn output(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_entra-conformance"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .env_remove("GITHUB_ACTIONS")
        .arg("explain")
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn stdout(arguments: &[&str]) -> String {
    let output = output(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

const AD: &str = "examples/export/ad-users.json";
const MG: &str = "examples/export/mg-users.json";
const ROLES: &str = "examples/export/role-assignments.json";

#[rstest]
#[case::by_hand("explain-user", &["examples/export/ann.yaml", "--edition", "2023-01"])]
#[case::differing("explain-user-in-two-editions", &["--given", AD, MG, ROLES, "--only", "dan", "--edition", "2025-04,2026-07"])]
#[case::all("explain-users", &["--given", AD, MG, ROLES, "--edition", "2023-01,2025-04"])]
#[case::roles_not_given("explain-users-without-roles", &["--given", AD, MG, "--edition", "2023-01"])]
#[case::switches("explain-users-without-soft-match", &["--given", AD, MG, ROLES, "--feature", "BlockSoftMatchEnabled=true", "--edition", "2023-01"])]
#[case::spreadsheet("explain-users-csv", &["--given", AD, MG, ROLES, "--csv", "--edition", "2023-01"])]
fn users_are_explained(#[case] name: &str, #[case] arguments: &[&str]) {
    let text = stdout(arguments);
    crate::snapshots::settings().bind(|| insta::assert_snapshot!(name, text));
}

#[rstest]
#[case::nobody_called_so(&["--given", AD, MG, "--only", "anna@contoso.com"], "no on-premises object is called so; did you mean ann@contoso.com?")]
#[case::one_side_only(&["--given", MG], "has no on-premises object; give an export of Get-ADUser too")]
#[case::missing(&["--given", "no-such-file.json"], "no-such-file.json: cannot be read")]
#[case::rule_and_users(&["match.soft-on-upn", "--given", AD], "is no file of users")]
#[case::csv_of_a_rule(&["match.soft-on-upn", "--csv"], "are about users")]
#[case::two_editions_of_a_rule(&["match.soft-on-upn", "--edition", "2023-01,2025-04"], "by one edition at a time")]
#[case::switch_without_value(&["--given", AD, "--feature", "BlockSoftMatchEnabled"], "NAME=true or NAME=false")]
#[case::nothing(&[], "SCENARIO|RULE|USER")]
fn mistakes_are_told(#[case] arguments: &[&str], #[case] expected: &str) {
    let output = output(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(expected), "{told}");
}

/// Every sort that the made-up tenant has is told as what it is, from JSON with all its lines.
#[test]
fn a_large_export_comes_to_what_it_was_made_for() {
    let made = made_up::made_up(200);
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).expect("a file");
        file.to_string_lossy().into_owned()
    };
    let files = [
        write("ad.json", &made.ad_users),
        write("mg.json", &made.mg_users),
        write("roles.json", &made.roles),
    ];
    let files = files.each_ref().map(String::as_str);
    let arguments = [&["--given"], &files[..], &["--json", "--edition", "2023-01"]].concat();
    let told: serde_json::Value = serde_json::from_str(&stdout(&arguments)).expect("JSON");
    let summary = &told["summary"]["2023-01"];
    assert_eq!(summary["alreadySynced"], 80);
    assert_eq!(summary["softMatched"], 40);
    assert_eq!(summary["hardMatched"], 20);
    assert_eq!(summary["blocked"], 40);
    assert_eq!(summary["provisioned"], 20);
}
