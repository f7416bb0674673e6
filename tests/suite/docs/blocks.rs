//! Blocks of code are what they are called, and what a page shows of a run is what comes.

use super::page::{Block, follow, parts};
use super::{PAGES, PROGRAM, written};
use entra_conformance::cases::scenario::from_yaml;
use rstest::rstest;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The blocks in a language, each with its place.
fn blocks(language: &str) -> Vec<(String, Block<'static>)> {
    let of_page = |(name, text): (&'static String, &'static String)| {
        let blocks = parts(text).0.into_iter();
        blocks.map(move |block| (format!("{name}:{}", block.line), block))
    };
    written().flat_map(of_page).filter(|(_, block)| block.language() == language).collect()
}

fn has(block: &Block<'_>, key: &str) -> bool {
    block
        .text
        .lines()
        .any(|line| line.trim_start_matches([' ', '-']).starts_with(&format!("{key}:")))
}

#[test]
fn a_block_is_in_its_language() {
    for (place, block) in blocks("yaml") {
        let read = serde_yaml::from_str::<serde_yaml::Value>(&block.text);
        assert!(read.is_ok(), "{place}: {read:?}");
    }
    for (place, block) in blocks("toml") {
        let read = toml::de::DeTable::parse(&block.text);
        assert!(read.is_ok(), "{place}: {read:?}");
    }
    for (place, block) in blocks("json") {
        let read = serde_json::from_str::<serde_json::Value>(&block.text);
        assert!(read.is_ok(), "{place}: {read:?}");
    }
    for (place, block) in blocks("jsonl") {
        for line in block.text.lines() {
            let line = line.trim_start_matches(['>', '<', ' ']);
            let read = serde_json::from_str::<serde_json::Value>(line);
            assert!(read.is_ok(), "{place}: {line}: {read:?}");
        }
    }
}

/// A case is a scenario, or the part of one that matters.
#[test]
fn a_case_is_a_scenario() {
    for (place, block) in
        blocks("yaml").iter().filter(|(_, block)| has(block, "given") && has(block, "steps"))
    {
        let head =
            if has(block, "title") { "" } else { "title: A case\nrules: [match.soft-on-upn]\n" };
        if let Err(errors) = from_yaml(place, &format!("{head}{}", block.text)) {
            panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
    }
}

fn succeeds(folder: &Path, arguments: &[&str]) {
    let run = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs");
    assert!(run.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&run.stderr));
}

/// How a baseline begins.
const HEAD: &str =
    "format: 1\nedition: \"2023-01\"\ndeclares: {capabilities: [users], choices: {}}\n";

#[test]
fn an_entry_of_a_baseline_is_in_order() {
    let is_entry = |block: &Block<'_>| has(block, "outcome") && has(block, "reason");
    for (_, block) in blocks("yaml").iter().filter(|(_, block)| is_entry(block)) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!("{HEAD}entries:\n{}", block.text);
        fs::write(folder.path().join("baseline.yaml"), file).expect("written");
        succeeds(folder.path(), &["baseline", "check", "baseline.yaml"]);
    }
}

/// A block that begins with a file's name is what `explain` is given.
#[test]
fn a_user_by_hand_is_explained() {
    for (_, block) in blocks("yaml") {
        let Some(name) = block.text.lines().next().and_then(|line| line.strip_prefix("# ")) else {
            continue;
        };
        if name.ends_with(".yaml") {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(folder.path().join(name), &block.text).expect("written");
            succeeds(folder.path(), &["explain", name]);
        }
    }
}

#[rstest]
#[case::first_verdict("docs/first-verdict.md")]
#[case::reading_a_failure("docs/reading-a-failure.md")]
fn what_is_shown_is_what_comes(#[case] page: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for block in parts(&PAGES[page]).0.iter().filter(|block| block.language() == "console") {
        let shown = follow(Path::new(PROGRAM), &mut folder.path().to_owned(), &block.text);
        if let Err(missing) = shown {
            panic!("{page}:{}: {missing}", block.line);
        }
    }
}
