//! What the program tells other programs: lists and explanations as JSON, completions, manual pages,
//! and schemas that have names.

use crate::published::{assert_current, faults, id, validator};
use rstest::rstest;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn stdout(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_entra-conformance");
    let output = Command::new(program).args(arguments).output().expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn schema(name: &str) -> Value {
    let mut schemas = entra_conformance::cli::schemas().into_iter();
    schemas.find(|(known, _)| *known == name).expect("a schema").1
}

#[test]
fn the_published_schemas_are_current() {
    for (name, schema) in entra_conformance::cli::schemas() {
        assert_current(name, &schema);
    }
}

#[rstest]
#[case::rules("list.json", &["list", "rules"], "/rules/0/id", "soa.one-authority")]
#[case::scenarios("list.json", &["list", "scenarios"], "/scenarios/0/rules/0", "match.")]
#[case::choices("list.json", &["list", "choices"], "/choices/1/id", "collisionHandling")]
#[case::editions("list.json", &["list", "editions"], "/editions/0/id", "2023-01")]
#[case::grid("list.json", &["list", "grid"], "/leftOut/0/by", "only-users-have-names")]
#[case::edition_diff("edition-diff.json", &["editions", "diff", "2023-01", "2025-04"], "/to/id", "2025-04")]
#[case::rule("explain.json", &["explain", "match.primary-smtp-only"], "/rule/sources/0/page", "ET")]
#[case::scenario("explain.json", &["explain", "admin/workaround"], "/story/0/command/do", "sync")]
#[case::file("explain.json", &["explain", "spec/scenarios/match/name-matches-although-addresses-differ.yaml"], "/name", "spec/scenarios/match/")]
#[case::user("explain.json", &["explain", "examples/export/ann.yaml", "--edition", "2023-01,2025-04"], "/objects/0/byEdition/2023-01/outcome", "blocked")]
fn json_agrees_with_its_published_schema(
    #[case] name: &str,
    #[case] arguments: &[&str],
    #[case] place: &str,
    #[case] beginning: &str,
) {
    let value: Value =
        serde_json::from_str(&stdout(&[arguments, &["--json"]].concat())).expect("JSON");
    assert_eq!(faults(&validator(&schema(name)), &value), Vec::<String>::new());
    let found = value.pointer(place).and_then(Value::as_str).unwrap_or_default();
    assert!(found.starts_with(beginning), "{found}");
}

#[test]
fn every_schema_is_called_as_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/schema");
    for file in fs::read_dir(folder).expect("the schemas") {
        let path = file.expect("a file").path();
        let schema: Value =
            serde_json::from_slice(&fs::read(&path).expect("a schema")).expect("JSON");
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(schema["$id"], id(name), "UPDATE_SCHEMAS=1 cargo test --test suite schema");
        validator(&schema);
    }
}

#[rstest]
#[case("bash")]
#[case("elvish")]
#[case("fish")]
#[case("powershell")]
#[case("zsh")]
fn shells_complete_commands_and_flags(#[case] shell: &str) {
    let script = stdout(&["completions", shell]);
    for word in ["check-adapter", "working-directory"] {
        assert!(script.contains(word), "{shell}: {word}\n{script}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    assert_eq!(stdout(&["man", pages.to_str().expect("UTF-8")]), "");
    let page = |name: &str| fs::read_to_string(pages.join(name)).expect(name);
    let page_of_all = page("entra-conformance.1");
    assert_eq!(page_of_all, stdout(&["man"]));
    let help = stdout(&["--help"]);
    let (_, commands) = help.split_once("Commands:\n").expect("commands");
    let (commands, _) = commands.split_once("\n\n").expect("their end");
    let indented = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let named = commands.lines().filter(indented).filter_map(|line| line.split_whitespace().next());
    for command in named.filter(|command| *command != "help") {
        let page = page(&format!("entra-conformance-{command}.1"));
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(page("entra-conformance-baseline-update.1").contains("working\\-directory"));
}
