//! The command line program as a person meets it: what it prints, and how it ends.

use entra_conformance::rulebook::Rulebook;
use rstest::{Context, rstest};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-conformance"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null()).env_remove("NO_COLOR");
    // What the program does in a job of GitHub Actions is tested by name.
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command
}

fn output(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// Compares with a snapshot in `snapshots/`, without what differs from run to run.
fn assert_snapshot(name: &str, text: &str) {
    let mut settings = crate::snapshots::settings();
    settings.add_filter(r"[\d,]+\.\d+ s\b", "[time]");
    settings.add_filter(r"began: .* UTC", "began: [day and time]");
    settings.add_filter(r"/\S*/target/(\S*/)?entra-conformance(\.exe)?", "[program]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn run_judges_every_rule_of_the_reference_model() {
    let output = output(&["run", "--only", "scenarios"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = stdout(&output);
    for rule in Rulebook::embedded().rules_in("2023-01") {
        assert!(report.contains(&format!("✓ {} ", rule.id)), "{}: {report}", rule.id);
    }
    assert!(
        report.ends_with("\nthe built-in reference model is conformant with edition 2023-01\n"),
        "{report}"
    );
}

#[test]
fn the_lists_show_what_there_is() {
    for what in ["rules", "choices", "editions", "grid"] {
        let output = output(&["list", what]);
        assert_eq!(output.status.code(), Some(0));
        assert_snapshot(&format!("list-{what}"), &stdout(&output));
    }
    let scenarios = stdout(&output(&["list", "scenarios"]));
    assert!(scenarios.starts_with("admin/"), "{scenarios}");
}

#[rstest]
#[case::scenario("explain-scenario", &["explain", "admin/workaround"])]
#[case::copies("explain-scenario-with-copies", &["explain", "admin/workaround-with-a-copy", "--choice", "collisionHandling=quarantined"])]
fn explain_tells_scenarios(#[case] name: &str, #[case] arguments: &[&str]) {
    let output = output(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_snapshot(name, &stdout(&output));
}

#[rstest]
#[case::rule("explain-rule", "match.primary-smtp-only", "match/secondary-hits-a-secondary")]
#[case::derived_rule(
    "explain-derived-rule",
    "sync.failed-is-retried",
    "admin/workaround-without-a-copy"
)]
fn explain_tells_rules(#[case] name: &str, #[case] rule: &str, #[case] scenario: &str) {
    let output = output(&["explain", rule]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    // The scenarios grow in number.
    let text = stdout(&output);
    let (text, scenarios) = text.split_once("holds in  ").expect("scenarios");
    assert!(scenarios.starts_with(|first: char| first.is_alphabetic()), "{scenarios}");
    assert!(scenarios.contains(scenario) && scenarios.contains("\nnear miss "), "{scenarios}");
    assert_snapshot(name, text);
}

#[test]
fn help_shows_the_exit_codes() {
    let output = output(&["run", "--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert_snapshot("help-run", &stdout(&output));
}

#[rstest]
#[case::no_command(&[], 2, "Usage")]
#[case::wrong_flag(&["run", "--rules", "x"], 2, "--rule")]
#[case::rule_pattern_without_match(&["run", "--rule", "takover.*"], 2, "matches none of the")]
#[case::scenario_pattern_without_match(&["run", "--scenario", "nothing/*"], 2, "matches none of the")]
#[case::broken_pattern(&["run", "--rule", "[x"], 2, "--rule [x: ")]
#[case::unknown_edition(&["run", "--edition", "1999-12"], 2, "there is no edition 1999-12; there are 2023-01")]
#[case::unknown_choice(&["run", "--choice", "colour=red"], 2, "there is no choice colour")]
#[case::unknown_value(&["run", "--choice", "collisionHandling=maybe"], 2, "it can be rejected or quarantined")]
#[case::choice_without_value(&["run", "--choice", "collisionHandling"], 2, "NAME=VALUE")]
#[case::no_such_source(&["run", "--only", "grids"], 2, "there are scenarios, grid, sequences, relations")]
#[case::only_and_scenario(&["run", "--only", "grid", "--scenario", "match/*"], 2, "cannot be used with")]
#[case::bad_seed(&["run", "--seed", "lucky"], 2, "or `random`")]
#[case::no_commands(&["run", "--max-commands", "0"], 2, "a number from 1 to 1000")]
#[case::too_many_commands(&["run", "--max-commands", "1001"], 2, "a number from 1 to 1000")]
#[case::too_many_cases(&["run", "--cases", "99999999999"], 2, "a number from 0 to 10000000")]
#[case::too_many_jobs(&["run", "--jobs", "18446744073709551615"], 2, "a number from 1 to 256")]
#[case::adapter_before_the_dashes(&["run", "python3", "a.py"], 2, "stands after `--`")]
#[case::misspelt_command(&["runn"], 2, "a similar subcommand exists: 'run'")]
#[case::area_for_rules(&["run", "--rule", "takeover"], 2, "did you mean 'takeover.*'?")]
#[case::misspelt_rule(&["run", "--rule", "takeover.adresses-replaced"], 2, "did you mean takeover.addresses-replaced?")]
#[case::trace_of_nobody(&["run", "--trace", "t.txt"], 2, "name one after `--`")]
#[case::editions_the_other_way_round(&["editions", "diff", "2025-04", "2023-01"], 2, "`editions diff 2023-01 2025-04`")]
#[case::one_edition_twice(&["editions", "diff", "2025-04", "2025-04"], 2, "2025-04 twice")]
#[case::no_such_edition(&["editions", "diff", "2023-01", "1999-12"], 2, "there is no edition 1999-12; there are 2023-01")]
#[case::one_report_of_several_runs(&["run", "--editions", "all", "--junit", "j.xml"], 2, "`--to FOLDER` keeps the report")]
#[case::all_or_a_name(&["run", "--editions", "2023-01,some"], 2, "there is no edition some; there are 2023-01")]
#[case::a_folder_for_one_run(&["run", "--to", "site"], 2, "--editions")]
#[case::no_such_case(&["run", "--show-case", "grid/none"], 2, "this run has no case grid/none")]
#[case::nothing_to_replay(&["replay"], 2, "FILE")]
#[case::no_such_file_to_replay(&["replay", "no-such-file.yaml"], 2, "cannot be read")]
#[case::two_reports_in_one_place(&["run", "--junit", "-", "--json", "-"], 2, "--junit and --json cannot both go to standard output")]
#[case::events_and_report_in_one_place(&["run", "--events", "x.json", "--json", "x.json"], 2, "--json and --events cannot both go to x.json")]
#[case::report_that_cannot_be_written(&["run", "--badge", "no-such-folder/badge.json"], 2, "no-such-folder/badge.json cannot be written: ")]
#[case::events_that_cannot_be_written(&["run", "--events", "no-such-folder/events.jsonl"], 2, "no-such-folder/events.jsonl cannot be written: ")]
#[case::no_events(&["report"], 2, "--from")]
#[case::two_runs_from_one_place(&["compare", "-", "-"], 2, "two runs cannot both come from standard input")]
#[case::missing_events(&["report", "--from", "no-such-file.jsonl"], 2, "no-such-file.jsonl cannot be read: ")]
#[case::something_else_than_events(&["report", "--from", "Cargo.toml"], 2, "Cargo.toml:1: the first line must be `streamStarted`")]
#[case::bad_time(&["run", "--reply-timeout", "soon"], 2, "a number of seconds")]
#[case::unknown_to_explain(&["explain", "nonsense"], 2, "no rule, no scenario and no file")]
#[case::missing_file(&["validate", "no-such-file.yaml"], 2, "cannot be read")]
#[case::adapter_that_is_not_there(&["run", "--", "no-such-program-anywhere"], 4, "no-such-program-anywhere")]
#[case::check_of_an_adapter_that_is_not_there(&["check-adapter", "--", "no-such-program-anywhere"], 4, "no-such-program-anywhere")]
#[case::check_without_adapter(&["check-adapter"], 2, "COMMAND")]
fn mistakes_are_told_with_their_exit_code(
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] expected: &str,
) {
    let output = output(arguments);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(told.contains(expected), "{told}");
    assert_eq!(stdout(&output), "", "nothing on standard output");
}

/// What has no end, or no room, is told and nothing else happens.
#[rstest]
#[case::scenario(&["validate", "/dev/zero"], "larger than 1048576 bytes")]
#[case::saved(&["replay", "/dev/zero"], "larger than 1048576 bytes")]
#[case::baseline(&["baseline", "check", "/dev/zero"], "larger than 1048576 bytes")]
#[case::baseline_of_a_run(&["run", "--baseline", "/dev/zero"], "larger than 1048576 bytes")]
#[case::events(&["report", "--from", "/dev/zero"], "longer than 67108864 bytes")]
#[case::no_room_for_events(&["run", "--scenario", "switch/*", "--events", "/dev/full"], "/dev/full cannot be written")]
#[case::no_room_for_a_page(&["run", "--scenario", "switch/*", "--html", "/dev/full"], "/dev/full cannot be written")]
#[cfg(target_os = "linux")]
fn files_without_end_or_room_are_told(#[case] arguments: &[&str], #[case] expected: &str) {
    let output = output(arguments);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains(expected) && told.len() < 1000, "{told}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_nobody_can_read_is_an_error() {
    let full = std::fs::File::create("/dev/full").expect("a device");
    let status = program().args(["list", "rules"]).stdout(full).stderr(Stdio::null()).status();
    assert_eq!(status.expect("the program runs").code(), Some(2));
}

#[test]
fn a_baseline_with_a_tag_is_refused_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("b.yaml"), "format: 2\nedition: !x 2023-01\n")
        .expect("a file");
    let told = elsewhere(folder.path(), &["baseline", "check", "b.yaml"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(stderr(&told).contains("b.yaml:2:10: no value here has a tag"), "{}", stderr(&told));
}

#[test]
fn every_case_can_be_shown_and_is_a_scenario_then() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["match/name-matches-although-addresses-differ", "sequences/17", "relations/3"] {
        let shown = stdout(&elsewhere(folder.path(), &["run", "--show-case", name]));
        std::fs::write(folder.path().join("case.yaml"), shown).expect("a file");
        let told = elsewhere(folder.path(), &["validate", "case.yaml"]);
        assert_eq!(told.status.code(), Some(0), "{name}: {}", stderr(&told));
    }
}

#[test]
fn what_failed_last_is_run_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let failures = folder.path().join("conformance-failures");
    std::fs::create_dir(&failures).expect("a folder");
    let last = "takeover/lost-address-is-free-again";
    std::fs::write(failures.join(".failed-last"), format!("{last}\nno/such-scenario\n"))
        .expect("a file");
    let run = ["run", "--only", "scenarios", "--failed-first", "--events", "e.jsonl"];
    assert_eq!(elsewhere(folder.path(), &run).status.code(), Some(0));
    let events = std::fs::read_to_string(folder.path().join("e.jsonl")).expect("events");
    let first = events.lines().find(|line| line.contains("caseFinished")).expect("a case");
    assert!(first.contains(last), "{first}");
    assert!(!failures.join(".failed-last").exists(), "nothing failed this time");
}

#[test]
fn a_selection_judges_only_what_it_names() {
    let rule = "takeover.addresses-replaced";
    let output = output(&["run", "--only", "scenarios", "--rule", rule]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(report.contains("1 rule: 1 held"), "{report}");
    let area = "admin/*";
    let report = stdout(&self::output(&["run", "--scenario", area]));
    assert!(report.contains("admin.never-soft-matched"), "{report}");
}

#[test]
fn a_selection_that_does_not_apply_is_incomplete() {
    let output = output(&["run", "--scenario", "admin/workaround-with-a-copy"]);
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{report}");
    assert!(report.contains("incomplete: nothing was judged"), "{report}");
}

#[test]
fn colour_is_for_terminals() {
    let run = ["run", "--only", "scenarios"];
    let plain = stdout(&output(&run));
    assert!(!plain.contains('\u{1b}'));
    let forced = program().args(run).env("CLICOLOR_FORCE", "1").output().expect("runs");
    assert!(stdout(&forced).contains('\u{1b}'));
    let refused =
        program().args(run).env("CLICOLOR_FORCE", "0").env("NO_COLOR", "1").output().expect("runs");
    assert!(!stdout(&refused).contains('\u{1b}'));
}

#[test]
fn the_report_fits_eighty_columns() {
    let generated = ["run", "--only", "scenarios,sequences,relations", "--cases", "300"];
    for arguments in [&["run", "--only", "scenarios"][..], &generated] {
        for line in stdout(&output(arguments)).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn each_rule_has_a_small_example() {
    let scenario = "match/upn-match-takes-the-user-over";
    let arguments = ["run", "--scenario", scenario, "--coverage", "--rule", "match.soft-on-upn"];
    let output = output(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_snapshot("run-coverage", &stdout(&output));
}

/// The program where it may write.
fn elsewhere(folder: &Path, arguments: &[&str]) -> Output {
    program().current_dir(folder).args(arguments).output().expect("the program runs")
}

#[test]
fn a_saved_failure_is_replayed() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("conformance-failures")).expect("a folder");
    std::fs::write(folder.path().join("conformance-failures/ann.yaml"), GOOD).expect("written");
    let saved = "conformance-failures/ann.yaml";
    let output = elsewhere(folder.path(), &["replay", saved]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("1 saved case: 1 judged"), "{}", stdout(&output));
    let output = elsewhere(folder.path(), &["run", "--only", "sequences", "--cases", "2000"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("1 saved case: 1 judged"), "{}", stdout(&output));

    // A broken one is told with its place and never passed over.
    let broken = GOOD.replace("steps:", "stepps:");
    std::fs::write(folder.path().join(saved), broken).expect("written");
    for arguments in [&["replay", saved][..], &["run", "--only", "scenarios"]] {
        let output = elsewhere(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        let told = stderr(&output);
        assert!(told.contains("ann.yaml:8:1: unknown field `stepps`"), "{told}");
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
  - do: sync
    expect:
      - objects: {ann-ad: {result: softMatched}}
";

#[test]
fn a_scenario_in_order_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("good.yaml");
    std::fs::write(&file, GOOD).expect("written");
    let output = output(&["validate", file.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "1 file is in order\n");
    let explained = self::output(&["explain", file.to_str().expect("UTF-8")]);
    assert!(stdout(&explained).contains("ann-ad: softMatched"), "{}", stdout(&explained));
}

#[rstest]
#[case::misspelt_field("rules: [", "ruels: [")]
#[case::misspelt_field_of_an_object("sourceAnchor", "sourceAnker")]
#[case::misspelt_field_of_a_step("    expect:", "    expects:")]
#[case::wrong_type("userPrincipalName: ann@contoso.com}\n  on", "userPrincipalName: [ann]}\n  on")]
#[case::unknown_rule("match.soft-on-upn", "match.soft-on-ump")]
#[case::unknown_kind("kind: user, sourceAnchor", "kind: usr, sourceAnchor")]
#[case::unknown_command("do: sync", "do: sinc")]
#[case::unknown_result("softMatched", "softmatched")]
#[case::command_not_first("do: sync\n    expect:\n", "expect:\n")]
#[case::duplicate_label("  onPremises:", "    - {label: ann, kind: contact}\n  onPremises:")]
#[case::unknown_key("objects: {ann-ad", "objects: {bob-ad")]
#[case::duplicate_field("steps:", "title: Again\nsteps:")]
#[case::no_anchor("sourceAnchor: QUFB, ", "")]
#[case::broken_yaml("steps:\n  - do", "steps:\n - - do: [")]
#[case::tempting_without_near_miss("given:", "tempting: Nothing.\ngiven:")]
fn a_broken_scenario_is_told_with_its_place(
    #[context] context: Context,
    #[case] good: &str,
    #[case] bad: &str,
) {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(GOOD.contains(good), "the case changes nothing");
    std::fs::write(folder.path().join("ann.yaml"), GOOD.replacen(good, bad, 1)).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_entra-conformance"))
        .args(["validate", "ann.yaml"])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let case = context.description.unwrap_or("case").replace('_', "-");
    assert_snapshot(&format!("validate-{case}"), &stderr(&output));
}

#[test]
fn the_committed_scenarios_are_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/scenarios/takeover");
    let files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path().display().to_string())
        .collect();
    let mut arguments = vec!["validate"];
    arguments.extend(files.iter().map(String::as_str));
    assert_eq!(output(&arguments).status.code(), Some(0));
}

/// The reports of a run, and the same made from its events.
#[rstest]
#[case::conformant(&["--only", "scenarios", "--rule", "takeover.*"], 0)]
#[case::incomplete(&["--scenario", "admin/workaround-with-a-copy"], 3)]
fn reports_are_made_at_once_and_later(#[case] selection: &[&str], #[case] code: i32) {
    const AT_ONCE: [&str; 5] = ["a.junit", "a.json", "a.markdown", "a.html", "a.badge"];
    const LATER: [&str; 5] = ["b.junit", "b.json", "b.markdown", "b.html", "b.badge"];
    const FLAGS: [&str; 5] = ["--junit", "--json", "--markdown", "--html", "--badge"];
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = [&["run", "--events", "events.jsonl"][..], selection].concat();
    let mut report = vec!["report", "--from", "events.jsonl"];
    for at in 0..FLAGS.len() {
        run.extend([FLAGS[at], AT_ONCE[at]]);
        report.extend([FLAGS[at], LATER[at]]);
    }
    let run = elsewhere(folder.path(), &run);
    assert_eq!(run.status.code(), Some(code), "{}", stderr(&run));
    let report = elsewhere(folder.path(), &report);
    assert_eq!(report.status.code(), Some(code), "{}", stderr(&report));
    assert!(stdout(&run).starts_with("entra-conformance "), "{}", stdout(&run));
    assert_eq!(stdout(&report), stdout(&run));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a report");
    for at in 0..FLAGS.len() {
        assert!(!read(AT_ONCE[at]).is_empty());
        assert_eq!(read(LATER[at]), read(AT_ONCE[at]));
        // On standard output it takes the place of the report for people.
        let alone = ["report", "--from", "events.jsonl", FLAGS[at], "-"];
        let alone = elsewhere(folder.path(), &alone);
        assert_eq!(alone.status.code(), Some(code));
        assert_eq!(stdout(&alone), read(AT_ONCE[at]));
    }
}

#[test]
fn no_report_destroys_the_events_that_it_is_made_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", "--only", "scenarios", "--rule", "switch.*", "--events", "e.jsonl"];
    assert_eq!(elsewhere(folder.path(), &run).status.code(), Some(0));
    let told = elsewhere(folder.path(), &["report", "--from", "e.jsonl", "--json", "e.jsonl"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(
        stderr(&told).contains("--json cannot go to e.jsonl: that is the file of --from"),
        "{}",
        stderr(&told)
    );
    let told = elsewhere(folder.path(), &["report", "--from", "e.jsonl"]);
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
}

#[test]
fn two_runs_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, rule: &str| {
        let run = ["run", "--only", "scenarios", "--rule", rule, "--events", file];
        assert_eq!(elsewhere(folder.path(), &run).status.code(), Some(0));
    };
    write("switch.jsonl", "switch.*");
    write("fewer.jsonl", "switch.takes-effect-on-retry");
    let compare =
        |arguments: &[&str]| elsewhere(folder.path(), &[&["compare"][..], arguments].concat());
    let told = compare(&["switch.jsonl", "switch.jsonl", "--markdown", "page.md"]);
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    assert!(stdout(&told).ends_with("5 still held\nnot worse than before\n"), "{}", stdout(&told));
    let page = std::fs::read_to_string(folder.path().join("page.md")).expect("a page");
    assert!(page.starts_with("### ✅ not worse than before\n"), "{page}");
    let told = compare(&["switch.jsonl", "fewer.jsonl"]);
    assert_eq!(told.status.code(), Some(1), "{}", stderr(&told));
    let told = compare(&["fewer.jsonl", "switch.jsonl", "--markdown", "-"]);
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    assert!(stdout(&told).starts_with("### ✅"), "{}", stdout(&told));
    let told = compare(&["switch.jsonl", "none.jsonl"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(stderr(&told).contains("none.jsonl cannot be read"), "{}", stderr(&told));
}

#[test]
fn any_number_of_runs_stand_side_by_side_in_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", "--only", "scenarios", "--rule", "switch.*", "--events", "one.jsonl"];
    assert_eq!(elsewhere(folder.path(), &run).status.code(), Some(0));
    std::fs::copy(folder.path().join("one.jsonl"), folder.path().join("index.jsonl"))
        .expect("a copy");
    let told = elsewhere(folder.path(), &["matrix", "--to", "site", "one.jsonl", "index.jsonl"]);
    assert_eq!(told.status.code(), Some(0), "{}", stderr(&told));
    let files = std::fs::read_dir(folder.path().join("site")).expect("a folder");
    let mut files: Vec<String> = files
        .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, ["index-2.html", "index.html", "matrix.json", "matrix.md", "one.html"]);
    let told = elsewhere(folder.path(), &["matrix", "--to", "other", "none.jsonl"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(!folder.path().join("other").exists(), "nothing is written of what cannot be read");
}

#[test]
fn events_come_on_standard_output_as_well() {
    let told = output(&["run", "--only", "scenarios", "--rule", "switch.*", "--events", "-"]);
    let text = stdout(&told);
    assert!(text.starts_with("{\"event\":\"streamStarted\",\"format\":1}\n"), "{text}");
    assert!(text.lines().all(|line| line.starts_with("{\"event\":")), "{text}");
    assert!(text.lines().last().expect("a line").contains("streamEnded"), "{text}");
}

#[test]
fn a_job_of_github_actions_is_told_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("summary.md");
    std::fs::write(&page, "An earlier step.\n").expect("written");
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &page);
        command.args(arguments).output().expect("the program runs")
    };
    let scenario = ["run", "--scenario", "admin/workaround-with-a-copy"];
    let told = run(&scenario);
    assert_eq!(told.status.code(), Some(3));
    // The annotation is a command, and nothing of the report is one.
    let text = stdout(&told);
    let first = "::error title=the run is incomplete::nothing was judged\n::stop-commands::";
    let rest = text.strip_prefix(first).unwrap_or_else(|| panic!("{text}"));
    let (token, rest) = rest.split_once('\n').expect("a token");
    assert!(token.len() > 32 && rest.starts_with("entra-conformance "), "{text}");
    assert!(rest.ends_with(&format!("\n::{token}::\n")), "{text}");
    assert!(!stdout(&run(&scenario)).contains(token), "another one each time");
    let text = std::fs::read_to_string(&page).expect("the page");
    let expected = "An earlier step.\n### ⚠️ incomplete: nothing was judged";
    assert!(text.starts_with(expected), "{text}");
    // Where standard output is taken, the other one serves.
    let told = run(&[&scenario[..], &["--badge", "-"]].concat());
    assert!(stdout(&told).starts_with("{\"schemaVersion\":1"), "{}", stdout(&told));
    assert!(stderr(&told).starts_with("::error title="), "{}", stderr(&told));
    // Elsewhere nothing of it.
    assert!(!stdout(&output(&scenario)).contains("::error"));
}

/// Scenarios alone miss one mutant, and a mutant that is missed is a defect of the suite. What people
/// read of it: `self_test`.
#[test]
fn the_self_test_tells_programs() {
    // So few that most mutants survive.
    let json = output(&["self-test", "--only", "relations", "--json", "--cases", "10"]);
    assert_eq!(json.status.code(), Some(5));
    let json: serde_json::Value = serde_json::from_str(&stdout(&json)).expect("JSON");
    assert_eq!(json["sources"], serde_json::json!(["relations"]));
    let mutants = json["mutants"].as_array().expect("mutants");
    assert!(mutants.len() >= 100);
    assert!(mutants.iter().all(|line| line["attempts"][0]["source"] == "relations"));
    let variants = json["variants"].as_array().expect("variants");
    assert!(variants.iter().all(|line| line["blamed"] == serde_json::json!([])));
}
