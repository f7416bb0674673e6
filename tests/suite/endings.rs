//! How a run ends, told alike everywhere: the exit code, the verdict, and what a job of GitHub Actions
//! is told, by the run itself and by the report that is made of its events later.

use entra_conformance::baseline::{Baseline, BaselineFile, Declared, RunResults, gate, write};
use entra_conformance::runner::{Extras, Host, Selection, plan, run};
use entra_conformance::self_test::mutants;
use rstest::{Context, rstest};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::AtomicBool;

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-conformance");

/// Hands every request on to the model, and ends where one of the scenarios begins.
const CRASHES: &str = r#"while IFS= read -r line; do
  case $line in *courier-ad*) exit;; esac
  printf '%s\n' "$line"
done | "$0" serve"#;

const RIGHT: &[&str] = &[PROGRAM, "serve"];
const WRONG: &[&str] = &[PROGRAM, "serve", "--mutant", "takeover-merges-addresses"];
const BROKEN: &[&str] = &["sh", "-c", CRASHES, PROGRAM];

/// The scenarios that are run.
const SCENARIOS: [&str; 2] =
    ["takeover/primary-and-secondary-change-places", "recovery/groups-and-contacts-rejoin"];
const SOME: &[&str] = &["--scenario", SCENARIOS[0], "--scenario", SCENARIOS[1]];

const BY_BASELINE: &[&str] = &["--baseline", "baseline.yaml"];

/// The scenarios, and then no time for anything else.
const OUT_OF_TIME: &[&str] =
    &["--only", "scenarios,sequences", "--rule", "takeover.*", "--time", "0.000001s"];

fn program(folder: &Path, arguments: &[&str], is_job: bool) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_ACTIONS");
    command.env("GITHUB_STEP_SUMMARY", folder.join("summary.md"));
    if is_job {
        command.env("GITHUB_ACTIONS", "true");
    }
    command.output().expect("the program runs")
}

/// What the wrong implementation is known to fail in these scenarios.
fn baseline() -> String {
    let mut wrong = mutants::find("takeover-merges-addresses").expect("a mutant").implementation();
    let selection = Selection {
        scenario_patterns: SCENARIOS.map(str::to_owned).into(),
        scenarios: SCENARIOS.map(str::to_owned).into(),
        ..Selection::default()
    };
    let description = wrong.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut results = RunResults::default();
    run(&plan, &mut *wrong, Extras::default(), &AtomicBool::new(false), &mut |event| {
        results.take(&event);
    });
    let empty = BaselineFile::empty("baseline.yaml", "2023-01");
    let today = "2026-06-30".parse().expect("a day");
    let (mut entries, _) = gate(&empty, &results, today).new_entries(&empty);
    entries[0].issue = Some("SYNC-17".to_owned());
    let declares = Declared::of(&description);
    write(&Baseline { declares, entries, ..empty.baseline }, &description)
}

/// The exit code, the verdict or the mistake, and what GitHub is told.
fn told(heading: &str, output: &Output, folder: &Path) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    let code = output.status.code().expect("an exit code");
    let mut told = format!("{heading}: exit code {code}\n");
    let words = out.lines().rfind(|line| !line.is_empty() && !line.starts_with("::"));
    let mistake = err.lines().find(|line| line.contains("error:"));
    for line in words.into_iter().chain(mistake) {
        let _ = writeln!(told, "  {line}");
    }
    for line in out.lines().filter(|line| line.starts_with("::error")) {
        let _ = writeln!(told, "  {line}");
    }
    let page = folder.join("summary.md");
    if let Ok(summary) = fs::read_to_string(&page) {
        let _ = writeln!(told, "  step summary: {}", summary.lines().next().unwrap_or_default());
        fs::remove_file(page).expect("removed");
    }
    told
}

#[rstest]
#[case::passes(RIGHT, SOME)]
#[case::fails(WRONG, SOME)]
#[case::listed(WRONG, &[SOME, BY_BASELINE].concat())]
#[case::stale(RIGHT, &[SOME, BY_BASELINE].concat())]
#[cfg_attr(unix, case::crashed(BROKEN, SOME))]
#[case::out_of_time(RIGHT, OUT_OF_TIME)]
#[case::cut(RIGHT, SOME)]
#[case::empty(&[], SOME)]
fn an_ending_is_told_alike_everywhere(
    #[context] context: Context,
    #[case] adapter: &[&str],
    #[case] arguments: &[&str],
) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("baseline.yaml"), baseline()).expect("written");
    let end = [arguments, &["--"], adapter].concat();
    let at_once = [&["run", "--quiet", "--events", "events.jsonl"], &end[..]].concat();
    let in_job = [&["run", "--quiet"], &end[..]].concat();
    let case = context.description.unwrap_or("case");
    let terminal = program(folder, &at_once, false);
    let mut page = told("run", &terminal, folder);
    page += &told("run, in a job of GitHub Actions", &program(folder, &in_job, true), folder);
    let events = folder.join("events.jsonl");
    match case {
        "empty" => fs::write(&events, "").expect("written"),
        "cut" => {
            let whole = fs::read_to_string(&events).expect("events");
            let (rest, _) = whole.trim_end().rsplit_once('\n').expect("lines");
            fs::write(&events, format!("{rest}\n")).expect("written");
        }
        _ => {}
    }
    let report = ["report", "--from", "events.jsonl"];
    let later = program(folder, &report, false);
    page += &told("report --from", &later, folder);
    page += &told("report --from, in a job", &program(folder, &report, true), folder);
    if !matches!(case, "cut" | "empty") {
        let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(text(&later), text(&terminal));
    }
    let mut settings = crate::snapshots::settings();
    settings.add_filter(r"/\S*/entra-conformance(\.exe)?", "[program]");
    let name = format!("ending-{}", case.replace('_', "-"));
    settings.bind(|| insta::assert_snapshot!(name, page));
}
