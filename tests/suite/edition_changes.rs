//! What a later edition changes, and what it changes for an implementation.

use entra_conformance::reference::{EditionRules, Policy, ReferenceModel};
use entra_conformance::report::by_edition::{self, ByEdition, NotRun};
use entra_conformance::report::compare::{Comparison, markdown, terminal};
use entra_conformance::report::edition_diff;
use entra_conformance::report::matrix::Matrix;
use entra_conformance::report::newer_edition::NewerEdition;
use entra_conformance::report::{RuleState, Summary, html};
use entra_conformance::rulebook::{Changed, RuleChange, Rulebook};
use entra_conformance::runner::Source;
use entra_conformance::self_test::mutants;
use entra_conformance::{Report, Suite};
use rstest::rstest;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-conformance");

/// The model of an edition judged by another one, as if it declared all that this asks for.
fn report(own: &EditionRules, claimed: &EditionRules) -> Report {
    let edition = EditionRules { name: claimed.name, adds: claimed.adds, ..*own };
    let mut behind = ReferenceModel::new(Policy { edition, ..Policy::default() });
    let sources = [Source::Scenarios, Source::Sequences];
    let suite = Suite::builder().edition(claimed.name).sources(sources).cases(400);
    suite.run(&mut behind).expect("a suite")
}

/// So many commands tell a person what is wrong.
const COMMANDS: usize = 5;

/// But a user that is joined, is given a role, leaves and comes back takes some more.
const TAKES_LONGER: [&str; 1] = ["protect.soft-deleted-privileged"];

/// An implementation that stays behind is blamed for what is new, for nothing else, and with an example that
/// a person sees through.
#[rstest]
#[case(&EditionRules::E2023_01, &EditionRules::E2025_04)]
#[case(&EditionRules::E2023_01, &EditionRules::E2026_07)]
fn a_model_that_stays_behind_fails_what_is_new_and_nothing_else(
    #[case] own: &EditionRules,
    #[case] claimed: &EditionRules,
) {
    let diff = Rulebook::embedded().diff(own.name, claimed.name).expect("two editions");
    let report = report(own, claimed);
    let is_new = |rule: &str| {
        let change = diff.rules.iter().find(|change| change.rule == rule);
        change.is_some_and(|change| change.change != Changed::Retired)
    };
    let mut violated: Vec<String> = Vec::new();
    for line in report.rules().iter().filter(|line| line.state == RuleState::Violated) {
        assert!(is_new(&line.rule), "{} is violated, and is not new\n{report}", line.rule);
        violated.push(line.rule.clone());
    }
    let failures = report.findings();
    let mut too_long = Vec::new();
    for finding in report.summary().findings() {
        let failure = failures.iter().find(|failure| failure.rule == finding.rule);
        let failure = failure.unwrap_or_else(|| panic!("no example of {}", finding.rule));
        let commands = failure.report.excerpt.lines().filter(|line| line.starts_with("  - do:"));
        let commands = commands.count();
        if commands > COMMANDS && !TAKES_LONGER.contains(&&*finding.rule) {
            too_long.push((finding.rule, commands));
        }
    }
    assert_eq!(too_long, []);
    let name = format!("editions-{}-under-{}", own.name, claimed.name);
    let settings = crate::snapshots::settings();
    settings.bind(|| insta::assert_snapshot!(name, violated.join("\n")));
}

#[test]
fn a_difference_is_told_to_people() {
    let diff = Rulebook::embedded().diff("2023-01", "2025-04").expect("two editions");
    let text = edition_diff::terminal(&diff, 100);
    let page = edition_diff::markdown(&diff);
    for RuleChange { rule, title, .. } in &diff.rules {
        assert!(text.contains(rule) && page.contains(&format!("`{rule}`: ")), "{rule}: {title}");
    }
    crate::snapshots::settings().bind(|| insta::assert_snapshot!("editions-diff", text));
}

/// The scenarios of which reports are made: a new one changes no report.
const SCENARIOS: [&str; 2] =
    ["match/anchor-before-the-name", "admin/administrator-is-not-matched-by-address"];

/// A run of some scenarios by an edition, of which 2025-04 finds a mistake.
fn run(edition: &EditionRules) -> Summary {
    let mutant = mutants::find("name-before-the-anchor").expect("a mutant");
    let policy = Policy { edition: *edition, ..Policy::default() };
    let rules = ["match.h*", "admin.*"];
    let suite = Suite::builder().edition(edition.name).scenarios(SCENARIOS).rules(rules);
    suite.run(&mut *mutant.with_policy(policy)).expect("a suite").summary().clone()
}

#[test]
fn what_a_newer_edition_changes_is_told_with_the_case_that_shows_it() {
    let (before, after) = (run(&EditionRules::E2023_01), run(&EditionRules::E2025_04));
    let newer = NewerEdition::of(&before, &after).expect("a newer edition");
    let flip = &newer.newly_violated[0];
    assert_eq!((&*flip.rule, flip.before), ("match.hard-before-soft", None));
    assert_eq!(flip.change.as_ref().map(|change| &change.change), Some(&Changed::Added));
    let example = flip.example.as_ref().expect("a case");
    assert_eq!(example.case, "match/anchor-before-the-name");
    assert_eq!(NewerEdition::of(&after, &before), None, "the earlier is not the newer");
    assert_eq!(NewerEdition::of(&after, &after), None);
    let comparison = Comparison::of(&before, &after);
    assert!(comparison.is_worse());
    let text = terminal(&comparison, &before, &after, false);
    let page = markdown(&comparison, &before, &after);
    crate::snapshots::settings().bind(|| {
        insta::assert_snapshot!("compare-newer-edition", format!("{text}\n---\n\n{page}"));
    });
    // The page of both says the same.
    let runs = [("a.html".to_owned(), after), ("b.html".to_owned(), before)];
    let matrix = Matrix::of(&runs);
    assert_eq!(matrix.newer_editions, [newer], "whatever the order");
    let page = html::matrix(&matrix);
    for words in
        ["Newly violated", "match.hard-before-soft", "added in 2025-04", "not in this edition"]
    {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn every_edition_has_its_column_and_every_mistake_is_told_once() {
    let run = |edition: &EditionRules| ByEdition {
        edition: edition.name.to_owned(),
        came_of_it: Ok(run(edition)),
    };
    let offered = vec!["2023-01".to_owned(), "2025-04".to_owned()];
    let not_offered =
        ByEdition { edition: "2026-07".to_owned(), came_of_it: Err(NotRun::NotOffered(offered)) };
    let editions = [run(&EditionRules::E2023_01), run(&EditionRules::E2025_04), not_offered];
    let text = by_edition::terminal(&editions, 100, false);
    assert_eq!(text.matches("is violated in").count(), 1, "{text}");
    crate::snapshots::settings().bind(|| insta::assert_snapshot!("by-edition", text));
}

fn output(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.output().expect("the program runs")
}

const WRONG: [&str; 4] = ["--edition", "2025-04", "--mutant", "name-before-the-anchor"];

/// The model as an adapter that offers some editions.
#[rstest]
#[case::all_that_it_offers("all", "2023-01,2025-04", &[], 0, "2026-07")]
#[case::one_is_failed("all", "2023-01,2025-04", &WRONG, 1, " --rule match.hard-before-soft --edition 2025-04 -- ")]
#[case::asked_for_and_not_offered("2023-01,2026-07", "2023-01", &[], 3, "does not offer it (it offers 2023-01)")]
#[case::all_and_only_one("all", "2023-01", &[], 0, "does not offer it (it offers 2023-01)")]
fn the_exit_code_is_that_of_all_editions(
    #[case] asked: &str,
    #[case] offered: &str,
    #[case] served: &[&str],
    #[case] code: i32,
    #[case] told: &str,
) {
    let folder = tempfile::tempdir().expect("a folder");
    let run = ["run", "--editions", asked, "--scenario", "match/anchor-*", "--to", "site"];
    let adapter = ["--", PROGRAM, "serve", "--offers", offered];
    let output = output(folder.path(), &[&run, &adapter[..], served].concat());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(told), "{text}");
    for edition in ["2023-01", "2025-04", "2026-07"] {
        let is_run = asked.split(',').any(|asked| asked == "all" || asked == edition)
            && offered.split(',').any(|offered| offered == edition);
        for ending in ["html", "jsonl"] {
            let file = folder.path().join(format!("site/{edition}.{ending}"));
            assert_eq!(file.exists(), is_run, "{}", file.display());
        }
    }
    assert!(folder.path().join("site/index.html").exists());
}

#[rstest]
#[case::of_those_asked_for("2025-04,2026-07")]
#[case::of_all("all")]
fn an_adapter_that_offers_none_is_no_success(#[case] asked: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let adapter = ["--", "sh", "-c", OTHER_EDITION];
    let output = output(folder.path(), &[&["run", "--editions", asked], &adapter[..]].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("(it offers: 1999-12)"), "{told}");
    assert!(output.stdout.is_empty());
}

/// An adapter of an edition that nobody knows.
const OTHER_EDITION: &str = r#"read line; echo '{"jsonrpc":"2.0","id":1,"result":{"protocol":1,"implementation":{"name":"old","version":"1"},"editions":["1999-12"],"capabilities":["users"],"choices":{}}}'; read line"#;
