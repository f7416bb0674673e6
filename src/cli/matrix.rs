//! `matrix`: any number of runs side by side, as a folder that can be published.

use super::exit::{Exit, Mistake};
use super::outputs::Target;
use super::{print, report};
use crate::report::matrix::{Matrix, json, markdown};
use crate::report::{Summary, html};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn matrix(
    folder: &Path,
    without_reports: bool,
    files: &[PathBuf],
) -> Result<Exit, Mistake> {
    let mut names = BTreeSet::from(["index".to_owned()]);
    let mut runs = Vec::new();
    for file in files {
        runs.push((page_of(file, &mut names), report::read(file)?));
    }
    if without_reports {
        write_table(folder, &Matrix::of(&runs).without_reports())?;
    } else {
        write_page(folder, &runs)?;
    }
    let place = folder.join("index.html");
    let runs = if runs.len() == 1 { "1 run" } else { &format!("{} runs", runs.len()) };
    print::report(&format!("{}: {runs} side by side\n", place.display()));
    Ok(Exit::Conformant)
}

/// Makes the folder.
pub(super) fn make(folder: &Path) -> Result<(), Mistake> {
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Mistake::bad_input(format!("{folder} cannot be made: {error}"))
    })
}

/// Writes the page of runs side by side into a folder, and the page of each, which has a name.
pub(super) fn write_page(folder: &Path, runs: &[(String, Summary)]) -> Result<(), Mistake> {
    write_table(folder, &Matrix::of(runs))?;
    runs.iter().try_for_each(|(page, summary)| write(folder, page, html::render(summary)))
}

fn write_table(folder: &Path, matrix: &Matrix) -> Result<(), Mistake> {
    make(folder)?;
    write(folder, "index.html", html::matrix(matrix))?;
    write(folder, "matrix.json", json(matrix))?;
    write(folder, "matrix.md", markdown(matrix))
}

fn write(folder: &Path, name: &str, text: String) -> Result<(), Mistake> {
    let target = Target::open(&folder.join(name))?;
    target.write(text.as_bytes()).map_err(Mistake::bad_input)
}

/// The file of a run's own report: named like that of its events, and like no other.
fn page_of(file: &Path, names: &mut BTreeSet<String>) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let plain: String =
        stem.chars().map(|letter| if is_plain(letter) { letter } else { '-' }).collect();
    let mut name = plain.clone();
    let mut number = 1;
    // Some file systems do not tell capitals from other letters.
    while !names.insert(name.to_lowercase()) {
        number += 1;
        name = format!("{plain}-{number}");
    }
    format!("{name}.html")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_has_a_page_of_its_own() {
        let mut names = BTreeSet::from(["index".to_owned()]);
        let pages = ["a/run.jsonl", "b/Run.jsonl", "index.jsonl", "ä b.jsonl", "-"]
            .map(|file| page_of(Path::new(file), &mut names));
        assert_eq!(pages, ["run.html", "Run-2.html", "index-2.html", "--b.html", "-.html"]);
    }
}
