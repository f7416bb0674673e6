//! Links between pages, and files that pages name.

use super::{PAGES, code_words, page, root, written};
use std::collections::BTreeSet;

/// Where the links of a text lead, each with its line.
fn links(prose: &str) -> Vec<(usize, &str)> {
    let lines = (1..).zip(prose.lines());
    lines
        .flat_map(|(line, text)| {
            let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            targets.map(move |target| (line, target))
        })
        .collect()
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (_, prose) = page::parts(text);
    let mut anchors = BTreeSet::new();
    for heading in prose.lines().filter(|line| line.starts_with('#')) {
        let heading = heading.trim_start_matches('#').trim();
        let given =
            heading.split_once(" {#").map(|(_, anchor)| anchor.trim_end_matches('}').to_owned());
        let anchor = given.unwrap_or_else(|| {
            let letters = heading.to_lowercase();
            let letters = letters.chars().map(|letter| if letter == ' ' { '-' } else { letter });
            letters.filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
        });
        let again =
            (1..).map(|number| format!("{anchor}-{number}")).find(|one| !anchors.contains(one));
        if !anchors.insert(anchor) {
            anchors.extend(again);
        }
    }
    anchors
}

/// A path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for (name, text) in PAGES.iter() {
        let (_, prose) = page::parts(text);
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, target) in links(&prose) {
            // All pages of a folder, in the contents; each generated one is a page here.
            let is_all = name == "docs/SUMMARY.md" && target.ends_with('/');
            if is_all || target.contains("://") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path =
                if path.is_empty() { name.clone() } else { normal(&format!("{folder}/{path}")) };
            let is_there = match PAGES.get(&path) {
                Some(text) => anchor.is_empty() || anchors(text).contains(anchor),
                None => root().join(&path).exists(),
            };
            if !is_there {
                broken.push(format!("{name}:{line}: {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

/// A path in backticks that begins with a folder of the repository is the path of something.
#[test]
fn every_file_that_is_named_is_there() {
    let folders = ["spec/", "src/", "docs/", "examples/", "tests/", "kits/", "bridges/", "action/"];
    let mut missing = Vec::new();
    for (name, text) in written() {
        let (_, prose) = page::parts(text);
        for (line, word) in code_words(&prose) {
            let is_path = folders.iter().any(|folder| word.starts_with(folder));
            // Words in capitals stand for any name, and so do stars.
            let is_pattern =
                word.contains(['*', ' ', '…']) || word.split(['/', '.']).any(is_placeholder);
            let beside = root().join(name).with_file_name("").join(word);
            let is_there =
                beside.exists() || root().join(word).exists() || PAGES.contains_key(word);
            if is_path && !is_pattern && !is_there {
                missing.push(format!("{name}:{line}: {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "files that are not there:\n{}", missing.join("\n"));
}

fn is_placeholder(word: &str) -> bool {
    word.len() > 1 && word.chars().all(|letter| letter.is_ascii_uppercase()) && word != "README"
}

/// What is not settled stands in one place.
#[test]
fn pages_name_the_repository_as_the_package_does() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    for (name, text) in written() {
        for rest in text.split("--git ").skip(1) {
            let address = rest.split_whitespace().next().unwrap_or_default();
            assert_eq!(address, repository, "{name}");
        }
    }
}
