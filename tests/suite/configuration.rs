//! The configuration file: where it is found, what comes first, and how a mistake in it is told.

use rstest::rstest;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-conformance");

fn output(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A folder with a configuration file. `SERVE` in it is the command of an adapter.
fn folder(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let text = text.replace("SERVE", &format!("[{PROGRAM:?}, \"serve\"]"));
    fs::write(folder.path().join("entra-conformance.toml"), text).expect("written");
    folder
}

/// One case, so that a run takes no time.
const ONE: &str = "--scenario=match/name-matches-although-addresses-differ";

const TWO_ADAPTERS: &str = "
seed = 1
[adapters.plain]
command = SERVE
[adapters.own]
command = SERVE
seed = 2
";

#[rstest]
#[case::no_toml(
    "profile = quick",
    "1:11: this is no TOML: string values must be quoted, expected literal string"
)]
#[case::twice("seed = 1\nseed = 2", "2:1: this is no TOML: duplicate key")]
#[case::unknown_key(
    "profil = \"quick\"",
    "1:1: there is no key `profil`; did you mean profile? (each flag of `entra-conformance run --help` is one)"
)]
#[case::unknown_key_of_an_adapter(
    "[adapters.a]\ncommand = [\"x\"]\nreply_timeout = 3",
    "3:1: there is no key `reply_timeout`; did you mean reply-timeout? (each flag of `entra-conformance run --help` is one)"
)]
#[case::about_the_file(
    "no-config = true",
    "1:1: there is no key `no-config` (each flag of `entra-conformance run --help` is one)"
)]
#[case::flag_with_a_value("fail-fast = \"yes\"", "1:13: `fail-fast` takes true or false")]
#[case::list_of_one(
    "\nseed = [1]",
    "2:8: `seed` takes one NUMBER|random, and this is of the type array"
)]
#[case::boolean(
    "edition = true",
    "1:11: `edition` takes one EDITION, and this is of the type boolean"
)]
#[case::table(
    "rule = { match = 1 }",
    "1:8: `rule` takes one GLOB or a list of such, and this is of the type table"
)]
#[case::wrong_in_a_list(
    "rule = [\"match.*\", 3.5, false]",
    "1:25: `rule` takes one GLOB or a list of such, and this is of the type boolean"
)]
#[case::out_of_bounds(
    "handshake-timeout = 0",
    "1:21: `handshake-timeout` cannot be \"0\": a number of seconds above 0 and up to 86400, such as 5 or 0.5"
)]
#[case::no_such_rule(
    "rule = [\"match.*\", \"takover.*\"]",
    "1:20: `rule` cannot be \"takover.*\": --rule takover.* matches none of the "
)]
#[case::negative(
    "reply-timeout = -1.5",
    "1:17: `reply-timeout` cannot be \"-1.5\": a number of seconds above 0 and up to 86400, such as 5 or 0.5"
)]
#[case::unknown_word(
    "only = [\"scenarios\", \"grids\"]",
    "1:22: `only` cannot be \"grids\": there are scenarios, grid, sequences, relations"
)]
#[case::unknown_edition(
    "edition = \"1999-12\"",
    "1:11: `edition` cannot be \"1999-12\": there is no edition 1999-12; there are 2023-01"
)]
#[case::unknown_choice(
    "choice.colour = \"red\"",
    "1:8: `choice` cannot be \"colour=red\": there is no choice colour; there are valuesAbsentOnPremises, collisionHandling, ambiguousMatch, hardVersusSoft"
)]
#[case::empty("junit = \"\"", "1:9: `junit` cannot be \"\": it is empty")]
#[case::contradiction(
    "fail-fast = true\nmax-failures = 3",
    "2:16: `fail-fast` and `max-failures` do not go together"
)]
#[case::adapters_are_tables(
    "adapters = [\"a\"]",
    "1:12: `adapters` has a table for each adapter: `[adapters.NAME]`, and beneath it `command = [\"PROGRAM\", \"ARGUMENT\"]`"
)]
#[case::command_alone(
    "adapters.a = [\"x\"]",
    "1:14: the adapter `a` is a table: `[adapters.a]`, and beneath it `command = [\"PROGRAM\", \"ARGUMENT\"]`"
)]
#[case::no_command(
    "[adapters.a]\njobs = 2",
    "1:11: the adapter `a` has no `command`, such as `command = [\"python3\", \"adapter.py\"]`"
)]
#[case::command_in_one(
    "[adapters.a]\ncommand = \"node a.mjs\"",
    "2:11: `command` is a list of the program and its arguments, each a text: `[\"python3\", \"adapter.py\"]`"
)]
#[case::no_program(
    "[adapters.a]\ncommand = [\"\", \"x\"]",
    "2:11: `command` is a list of the program and its arguments, each a text: `[\"python3\", \"adapter.py\"]`"
)]
#[case::command_at_the_top(
    "command = [\"x\"]",
    "1:1: a `command` belongs to an adapter: `[adapters.NAME]` stands above it"
)]
#[case::default_in_a_table(
    "[adapters.a]\ncommand = [\"x\"]\nadapter = \"a\"",
    "3:1: `adapter` belongs at the top of the file, above all tables"
)]
#[case::unknown_default(
    "adapter = \"our\"\n[adapters.ours]\ncommand = [\"x\"]",
    "1:11: there is no adapter `our`; did you mean ours?; there are ours"
)]
#[case::reserved(
    "[adapters.reference]\ncommand = [\"x\"]",
    "1:11: `reference` is the built-in reference model: call this adapter otherwise"
)]
fn a_mistake_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
    let folder = folder(text);
    let output = output(folder.path(), &["run"]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    let first = told.lines().next().unwrap_or_default();
    let expected = format!("error: entra-conformance.toml:{expected}");
    assert!(first.starts_with(&expected), "{told}");
    assert_eq!(stdout(&output), "", "nothing is run");
}

/// All mistakes are told at once, each with its line.
#[test]
fn mistakes_are_told_together() {
    let folder = folder("profil = \"quick\"\nseed = 3\nreply-timeout = 0\n");
    let output = output(folder.path(), &["run"]);
    crate::snapshots::settings()
        .bind(|| insta::assert_snapshot!("configuration-mistakes", stderr(&output)));
}

/// A date is no flag's value: of a key that there is, the type is told.
#[test]
fn every_flag_of_run_has_its_key() {
    let here = tempfile::tempdir().expect("a folder");
    let help = stdout(&output(here.path(), &["run", "--help"]));
    let flags: Vec<&str> = help
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--"))
        .map(|word| word.trim_end_matches(|letter: char| !letter.is_ascii_lowercase()))
        .filter(|flag| !["", "config", "no-config", "help", "version"].contains(flag))
        .collect();
    assert!(flags.contains(&"baseline") && flags.contains(&"quiet"), "{flags:?}");
    for flag in flags {
        let folder = folder(&format!("{flag} = 2026-11-28\n"));
        let told = stderr(&output(folder.path(), &["run"]));
        assert!(told.contains(&format!(": `{flag}` takes ")), "{told}");
    }
}

#[rstest]
#[case::top_of_the_file(&["plain"], 1)]
#[case::table_of_the_adapter(&["own"], 2)]
#[case::command_line(&["own", "--seed", "3"], 3)]
#[case::command_of_its_own(&["--", PROGRAM, "serve"], 1)]
#[case::default(&["--no-config", "--", PROGRAM, "serve"], 20_230_126)]
fn the_nearer_comes_first(#[case] arguments: &[&str], #[case] seed: u64) {
    let folder = folder(TWO_ADAPTERS);
    let output = output(folder.path(), &[&["run", ONE, "--json", "-"], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["selection"]["generation"]["seed"], seed, "{report}");
}

#[rstest]
#[case::the_only_one("[adapters.mine]\ncommand = SERVE", &[], "the adapter mine is ")]
#[case::chosen("adapter = \"own\"\n[adapters.mine]\ncommand = SERVE\n[adapters.own]\ncommand = SERVE", &[], "the adapter own is ")]
#[case::named(TWO_ADAPTERS, &["plain"], "the adapter plain is ")]
#[case::named_by_a_flag(TWO_ADAPTERS, &["--adapter", "plain"], "the adapter plain is ")]
#[case::command(TWO_ADAPTERS, &["--", PROGRAM, "serve"], "conformant")]
#[case::reference_model(TWO_ADAPTERS, &["reference"], "the built-in reference model is ")]
#[case::no_adapters("seed = 1", &[], "the built-in reference model is ")]
fn the_last_line_names_who_was_judged(
    #[case] text: &str,
    #[case] arguments: &[&str],
    #[case] beginning: &str,
) {
    let folder = folder(text);
    let rule = "--rule=match.soft-on-upn";
    let output = output(folder.path(), &[&["run", ONE, rule], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let report = stdout(&output);
    let last = report.lines().last().unwrap_or_default();
    assert!(last.starts_with(beginning), "{report}");
}

#[rstest]
#[case::none_chosen(TWO_ADAPTERS, &["run"], "entra-conformance.toml has the adapters own, plain: choose one with `--adapter NAME`")]
#[case::unknown(TWO_ADAPTERS, &["run", "plan"], "entra-conformance.toml has no adapter `plan`; did you mean plain?; it has own, plain")]
#[case::a_command_without_its_dashes(TWO_ADAPTERS, &["run", "./adapter"], "write it after `--`: `-- ./adapter`")]
#[case::no_file(TWO_ADAPTERS, &["run", "--no-config", "plain"], "no configuration file is read")]
#[case::two(TWO_ADAPTERS, &["run", "plain", "--", "x"], "only one adapter at a time")]
#[case::no_such_file(TWO_ADAPTERS, &["run", "--config", "x.toml"], "x.toml: cannot be read")]
#[case::endless_file(TWO_ADAPTERS, &["run", "--config", "/dev/zero"], "/dev/zero: larger than 1048576 bytes")]
#[case::no_such_folder(TWO_ADAPTERS, &["run", "own", "--working-directory", "x/y"], "the working directory x/y is no folder")]
#[case::nobody_to_check("seed = 1", &["check-adapter"], "its COMMAND after `--`, or the NAME")]
#[case::no_baseline(TWO_ADAPTERS, &["baseline", "write", "--adapter", "own"], "or set `baseline` in the configuration file")]
fn whoever_is_meant_is_never_guessed(
    #[case] text: &str,
    #[case] arguments: &[&str],
    #[case] expected: &str,
) {
    let folder = folder(text);
    let output = output(folder.path(), arguments);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
}

/// Also its paths, and the program, are looked for where the file is.
#[cfg(unix)]
#[test]
fn the_file_is_found_from_folders_beneath_it() {
    let folder =
        folder("junit = \"report.xml\"\n[adapters.mine]\ncommand = [\"./mine\", \"serve\"]\n");
    let beneath = folder.path().join("a/b");
    fs::create_dir_all(&beneath).expect("a folder");
    std::os::unix::fs::symlink(PROGRAM, folder.path().join("mine")).expect("a link");
    let run = output(&beneath, &["run", ONE, "--rule=match.soft-on-upn"]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    assert!(
        stderr(&run).contains("entra-conformance.toml: adapter mine; junit\n"),
        "{}",
        stderr(&run)
    );
    assert!(folder.path().join("report.xml").is_file());
    let file = folder.path().join("entra-conformance.toml");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let arguments = ["check-adapter", "--config", file.to_str().expect("UTF-8")];
    let check = output(elsewhere.path(), &arguments);
    assert_eq!(check.status.code(), Some(0), "{}", stderr(&check));
}

#[test]
fn a_key_gives_way_to_what_it_does_not_go_with() {
    let folder = folder("only = [\"grid\"]\nfail-fast = true\n[adapters.mine]\ncommand = SERVE\n");
    let run = output(folder.path(), &["run", ONE, "--rule=match.soft-on-upn", "--max-failures=3"]);
    assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    assert!(
        stderr(&run).contains(
            "without fail-fast because of max-failures; without only because of scenario"
        ),
        "{}",
        stderr(&run)
    );
}

/// What a run wrote stays when one of its failures is replayed.
#[test]
fn a_replay_writes_no_reports_by_the_file() {
    let folder =
        folder("junit = \"junit.xml\"\nevents = \"e.jsonl\"\n[adapters.mine]\ncommand = SERVE\n");
    let case = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/spec/scenarios/match/name-matches-although-addresses-differ.yaml"
    );
    let replay = output(folder.path(), &["replay", case]);
    assert!(stdout(&replay).contains("the adapter mine is "), "{}", stdout(&replay));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[rstest]
#[case::as_declared("rejected", 0)]
#[case::otherwise("quarantined", 4)]
fn choices_are_what_the_adapter_has_to_declare(#[case] expected: &str, #[case] code: i32) {
    let folder = folder(&format!(
        "choice.collisionHandling = \"{expected}\"\n[adapters.mine]\ncommand = SERVE\n"
    ));
    let run = output(folder.path(), &["run", ONE, "--rule=match.soft-on-upn"]);
    assert_eq!(run.status.code(), Some(code), "{}", stderr(&run));
    if code == 4 {
        let told = "--choice expects that the adapter declares collisionHandling=quarantined; it declares ";
        assert!(stderr(&run).contains(told), "{}", stderr(&run));
    }
}

/// The example of the page, with the program's own adapter in the place of those that it names.
#[test]
fn the_example_of_the_page_works() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let page = fs::read_to_string(page).expect("the page");
    let (_, example) = page.split_once("```toml\n").expect("an example");
    let (example, _) = example.split_once("```").expect("its end");
    let commands = ["[\"python3\", \"adapter.py\"]", "[\"./small-adapter\", \"--in-memory\"]"];
    let example = commands.iter().fold(example.to_owned(), |example, command| {
        assert!(example.contains(command), "{example}");
        example.replace(command, "SERVE")
    });
    let folder = folder(&example);
    let check = output(folder.path(), &["check-adapter", "small"]);
    assert_eq!(check.status.code(), Some(0), "{}", stderr(&check));
    let write = output(folder.path(), &["baseline", "write", "--only", "scenarios"]);
    assert_eq!(write.status.code(), Some(0), "{}", stderr(&write));
    assert!(folder.path().join("conformance-baseline.yaml").is_file());
    let run = output(folder.path(), &["run", "--only", "scenarios"]);
    assert_eq!(run.status.code(), Some(0), "{}", stdout(&run));
    assert!(
        stderr(&run).contains("adapter ours; choice, reply-timeout, baseline, profile"),
        "{}",
        stderr(&run)
    );
}
