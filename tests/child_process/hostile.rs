//! An adapter that means harm, by what it writes or by how it does not start: every report stays
//! readable, small and without any effect but to be read.

use crate::{Tests, tests};
use entra_conformance::directory::{Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

pub(crate) fn tests() -> Tests {
    if cfg!(feature = "cli") {
        tests![
            no_text_does_harm_in_any_report,
            no_report_in_a_log_of_github_has_commands,
            a_name_of_ten_mebibytes_costs_nothing,
            what_is_said_on_standard_error_does_no_harm,
            every_failing_start_says_what_to_do,
            the_wire_is_written_down_up_to_the_crash,
            a_run_that_only_hangs_is_given_up,
        ]
    } else {
        Vec::new()
    }
}

/// What would do harm if it were taken for anything but text.
const HOSTILE: &str = "</pre><img src=x onerror=alert(1)>]]>`````|*[a](javascript:b)\n::error::c\n ##[error]d \
    @everybody \u{1b}[2J\u{1b}]0;e\u{7}\u{202e}f\u{2066}\u{200b}\u{0}\u{85}\u{fffe}\u{ffff}\u{feff}";

/// So many cases a run begins with to try the adapter.
const TRIALS: usize = 2;

/// The reference model with a text of its own wherever it may say something.
pub(crate) struct Hostile {
    model: ReferenceModel,
    text: String,
    cases: usize,
    how: String,
}

impl Hostile {
    pub(crate) fn new(how: &str) -> Hostile {
        let text = match how {
            "large" => "x".repeat(10 * 1024 * 1024),
            _ => HOSTILE.to_owned(),
        };
        Hostile { model: ReferenceModel::default(), text, cases: 0, how: how.to_owned() }
    }
}

impl Implementation for Hostile {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        let name = &mut description.implementation;
        name.name.clone_from(&self.text);
        name.version.clone_from(&self.text);
        name.language = Some(self.text.clone());
        name.url = Some(self.text.clone());
        description.editions.push(self.text.clone());
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.cases += 1;
        self.model.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut told = self.model.apply(command)?;
        if self.cases > TRIALS {
            match &*self.how {
                "crash" => {
                    eprintln!("{}", self.text);
                    std::process::exit(3);
                }
                "hang" => crate::adapter::sleep_forever(),
                _ => {}
            }
            told.outcome.message = Some(self.text.as_str().into());
            for object in &mut told.snapshot.cloud {
                Arc::make_mut(object).user_principal_name = Some(self.text.as_str().into());
            }
        }
        Ok(told)
    }
}

#[cfg(feature = "cli")]
fn program(folder: &Path, arguments: &[&str], adapter: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_entra-conformance"));
    command.current_dir(folder).env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.args(arguments).arg("--").args(adapter);
    command
}

#[cfg(not(feature = "cli"))]
fn program(_: &Path, _: &[&str], _: &[&str]) -> std::process::Command {
    unreachable!("there is no such program")
}

const SCENARIO: &str = "match/name-matches-although-addresses-differ";

const REPORTS: [&str; 5] = ["a.xml", "a.json", "a.md", "a.html", "a.jsonl"];

/// One scenario, with every report, against this program as an adapter.
fn run(folder: &Path, how: &[&str]) -> Output {
    let own = std::env::current_exe().expect("this program").display().to_string();
    let adapter = [&[&*own, "adapter"], how].concat();
    let arguments = [
        "run",
        "--quiet",
        "--scenario",
        SCENARIO,
        "--junit",
        "a.xml",
        "--json",
        "a.json",
        "--markdown",
        "a.md",
        "--html",
        "a.html",
        "--events",
        "a.jsonl",
    ];
    program(folder, &arguments, &adapter).output().expect("the program runs")
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a report")
}

fn is_harmful(letter: char) -> bool {
    (letter.is_control() && letter != '\n' && letter != '\t')
        || "\u{202e}\u{2066}\u{200b}\u{fffe}\u{ffff}\u{feff}".contains(letter)
}

fn no_text_does_harm_in_any_report() {
    for how in ["text", "crash"] {
        let folder = tempfile::tempdir().expect("a folder");
        let output = run(folder.path(), &[&format!("hostile={how}")]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let terminal = String::from_utf8(output.stdout).expect("UTF-8");
        let errors = String::from_utf8(output.stderr).expect("UTF-8");
        let mut all = vec![("terminal".to_owned(), terminal), ("errors".to_owned(), errors)];
        all.extend(REPORTS[..4].iter().map(|name| ((*name).to_owned(), read(folder.path(), name))));
        for (name, text) in &all {
            // JSON is read by programs, which take it as the text that it is.
            let is_data = name.ends_with(".json");
            let harmful = text.chars().find(|letter| is_harmful(*letter));
            assert!(is_data || harmful.is_none(), "{how} {name}: {harmful:?}");
            if name != "errors" {
                assert!(text.contains("onerror"), "{how} {name} tells of it");
            }
        }
        let page = read(folder.path(), "a.html");
        assert!(!page.contains("<img"), "{how}");
        let markdown = read(folder.path(), "a.md");
        let outside = outside_of_blocks(&markdown).replace(r"\<", "").replace(r"\]", "");
        assert!(!outside.contains("<img") && !outside.contains("](javascript"), "{how}: {outside}");
        // A value with line breaks cannot write lines of its own.
        let terminal = &all[0].1;
        assert!(
            !terminal.lines().any(|line| line.trim_start().starts_with("::error")),
            "{terminal}"
        );
        let junit = read(folder.path(), "a.xml");
        assert!(!junit.contains("<img"), "{how}");
    }
}

/// What of a page in Markdown stands in no block of code.
fn outside_of_blocks(markdown: &str) -> String {
    let mut fence: Option<&str> = None;
    let mut outside = String::new();
    for line in markdown.lines() {
        match fence {
            Some(end) if line == end => fence = None,
            Some(_) => {}
            None if line.starts_with("```") => fence = Some(line.trim_end_matches("text")),
            None => outside += line,
        }
    }
    assert!(fence.is_none(), "the last block ends");
    outside
}

fn no_report_in_a_log_of_github_has_commands() {
    let own = std::env::current_exe().expect("this program").display().to_string();
    for report in ["--markdown", "--junit", "--html", "--json", "--events"] {
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = ["run", "--quiet", "--scenario", SCENARIO, report, "-"];
        let output = program(folder.path(), &arguments, &[&own, "adapter", "hostile=text"])
            .env("GITHUB_ACTIONS", "true")
            .output()
            .expect("the program runs");
        let told = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(told.contains("onerror"), "{report}");
        let commands: Vec<&str> = told
            .lines()
            .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .collect();
        assert!(commands.is_empty(), "{report}: {commands:?}");
        // Only this program's own annotations are commands, and each is one line.
        let errors = String::from_utf8(output.stderr).expect("UTF-8");
        for line in errors.lines().filter(|line| line.trim_start().starts_with("::")) {
            assert!(line.starts_with("::error title="), "{report}: {line}");
        }
        assert!(!errors.contains("##[error]d \n"), "{report}: {errors}");
    }
}

fn a_name_of_ten_mebibytes_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["hostile=large"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.len() < 200_000, "{} bytes", output.stdout.len());
    for name in REPORTS {
        let length = read(folder.path(), name).len();
        assert!(length < 500_000, "{name}: {length} bytes");
    }
}

fn what_is_said_on_standard_error_does_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program").display().to_string();
    for adapter in ["handshake=hostile-noise", "handshake=hostile-crash"] {
        let output = program(folder.path(), &["check-adapter"], &[&own, "adapter", adapter])
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(4));
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(told.contains("onerror") && !told.chars().any(is_harmful), "{told}");
    }
}

/// Text that a handshake begins with.
pub(crate) fn noise() -> &'static str {
    HOSTILE
}

fn every_failing_start_says_what_to_do() {
    let own = std::env::current_exe().expect("this program").display().to_string();
    let starts: [(&[&str], &str); 9] = [
        (&["no-such-program"], "no such program in any folder of PATH"),
        (&["node a.mjs"], "words of their own"),
        (&["./not-executable"], "chmod +x"),
        (&["./no-interpreter"], "interpreter"),
        (&[&own, "adapter", "handshake=crash"], "  ! no database"),
        (&[&own, "adapter", "handshake=noise"], "  > Starting adapter on port 80..."),
        (&[&own, "adapter", "handshake=exit"], "it wrote nothing on its standard output"),
        (&[&own, "adapter", "handshake=hang"], "it may have to flush its standard output"),
        (&[&own, "adapter", "handshake=version-2"], "speaks version 2 of the protocol"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("not-executable"), "#!/bin/sh\n").expect("a file");
    let script = folder.path().join("no-interpreter");
    std::fs::write(&script, "#!/no/such/interpreter\n").expect("a file");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("set");
    }
    for (adapter, told) in starts {
        if cfg!(not(unix)) && adapter[0].starts_with("./") {
            continue;
        }
        let arguments = ["run", "--quiet", "--handshake-timeout", "2"];
        let output =
            program(folder.path(), &arguments, adapter).output().expect("the program runs");
        let errors = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(4), "{adapter:?}: {errors}");
        assert!(errors.contains(told), "{adapter:?}: {errors}");
        assert!(output.stdout.is_empty(), "{adapter:?}");
    }
}

fn the_wire_is_written_down_up_to_the_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program").display().to_string();
    let arguments = ["run", "--quiet", "--scenario", SCENARIO, "--trace", "wire.txt"];
    program(folder.path(), &arguments, &[&own, "adapter", "hostile=crash"])
        .output()
        .expect("the program runs");
    let wire = read(folder.path(), "wire.txt");
    let lines: Vec<Vec<&str>> = wire.lines().map(|line| line.split('\t').collect()).collect();
    assert!(lines.iter().all(|columns| columns.len() == 5), "{wire}");
    let is = |columns: &Vec<&str>, way: &str, case: &str, method: &str| {
        columns[2] == way && columns[3] == case && columns[4].contains(method)
    };
    assert!(is(&lines[0], ">", "-", "\"method\":\"initialize\""), "{wire}");
    assert!(is(&lines[1], "<", "-", "\"result\""), "{wire}");
    assert!(lines.iter().any(|line| is(line, ">", SCENARIO, "\"method\":\"runCase\"")), "{wire}");
    assert!(!lines.iter().any(|line| is(line, "<", SCENARIO, "")), "it never answers that");
}

fn a_run_that_only_hangs_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = std::env::current_exe().expect("this program").display().to_string();
    let arguments = ["run", "--quiet", "--only", "scenarios", "--reply-timeout", "0.05"];
    let output = program(folder.path(), &arguments, &[&own, "adapter", "hostile=hang"])
        .output()
        .expect("the program runs");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{told}");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let why = "incomplete: the rest was left out, as 10 cases had aborted or timed out";
    assert!(told.contains(why), "{told}");
}
