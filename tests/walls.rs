//! Keeps the walls of ARCHITECTURE.md: which part of the house may know which.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each part may import of the house.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("directory", &[][..]),
        ("rulebook", &["directory"][..]),
        ("implementation", &["directory"][..]),
        ("checks", &["directory"][..]),
        ("reference", &["directory", "implementation"][..]),
        ("mutants", &["directory", "implementation", "reference"][..]),
        ("variants", &["directory", "implementation", "reference"][..]),
        ("cases", &["directory", "rulebook", "checks"][..]),
        ("runner", &["directory", "rulebook", "implementation", "checks", "cases"][..]),
        // A report is made from events. It names how an implementation described itself and how it
        // broke off, as the events carry it, and never an implementation.
        ("report", &["rulebook", "runner", "implementation::Failure"][..]),
        ("baseline", &["cases", "directory", "implementation", "report", "rulebook", "runner"][..]),
        (
            "self_test",
            &[
                "cases",
                "checks",
                "directory",
                "implementation",
                "mutants",
                "reference",
                "rulebook",
                "report",
                "runner",
                "variants",
            ][..],
        ),
        ("harness", &["cases", "rulebook", "runner", "implementation", "report"][..]),
    ])
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The part of the house that a file belongs to.
fn part_of(file: &Path) -> String {
    let inside = file.strip_prefix(source()).expect("below src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Code lines, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// The code of a file but for unit tests, which may look over the walls: up to those in the file
/// itself, and none of a file or folder `tests`.
fn without_tests(file: &Path) -> String {
    let is_test = |part: std::path::Component<'_>| {
        part.as_os_str() == "tests" || part.as_os_str() == "tests.rs"
    };
    let text = fs::read_to_string(file).expect("a file");
    match file.strip_prefix(source()).expect("below src").components().any(is_test) {
        true => String::new(),
        false => text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned(),
    }
}

/// Whoever leaves out files `tests` has to be sure that they are nothing else.
#[test]
fn what_is_called_tests_is_compiled_for_tests_alone() {
    for file in files_below(&source()) {
        let text = fs::read_to_string(&file).expect("a file");
        for (number, line) in code_lines(&text).filter(|(_, line)| line.trim() == "mod tests;") {
            let before = text.lines().nth(number - 2);
            assert_eq!(before, Some("#[cfg(test)]"), "{}:{number}: {line}", file.display());
        }
    }
}

#[test]
fn no_part_reaches_over_a_wall() {
    let allowed = allowed();
    let mut breaches = Vec::new();
    let mut seen = 0;
    for file in files_below(&source()) {
        let part = part_of(&file);
        let Some(may_know) = allowed.get(&*part) else {
            continue;
        };
        seen += 1;
        for (number, line) in code_lines(&without_tests(&file)) {
            if line.contains("use crate::{") {
                breaches.push(format!(
                    "{}:{number}: import from one part at a time, so that the walls can be seen",
                    file.display()
                ));
            }
            for (at, _) in line.match_indices("crate::") {
                let path = &line[at + "crate::".len()..];
                let is_allowed = [&*part].iter().chain(may_know.iter()).any(|known| {
                    path.strip_prefix(known).is_some_and(|rest| {
                        !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
                    })
                });
                if !is_allowed {
                    breaches.push(format!("{}:{number}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 20, "the sources were not found");
    assert_eq!(breaches, Vec::<String>::new());
}

#[test]
fn nothing_below_the_command_line_prints() {
    let mut prints = Vec::new();
    for file in files_below(&source()) {
        if part_of(&file) == "cli" {
            continue;
        }
        for (number, line) in code_lines(&without_tests(&file)) {
            let is_print = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"]
                .iter()
                .any(|word| line.contains(word));
            if is_print {
                prints.push(format!("{}:{number}: {}", file.display(), line.trim()));
            }
        }
    }
    assert_eq!(prints, Vec::<String>::new());
}

#[test]
fn every_folder_of_the_house_has_its_walls() {
    let allowed = allowed();
    for file in files_below(&source()) {
        let part = part_of(&file);
        assert!(
            allowed.contains_key(&*part) || ["cli", "main", "lib"].contains(&&*part),
            "{part} is a new part of the house: say here what it may know"
        );
    }
}
