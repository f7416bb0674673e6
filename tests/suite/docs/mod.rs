//! The documents can be followed: links lead somewhere, commands are ones that the program takes, and what
//! is shown is what comes.

mod blocks;
mod commands;
mod links;
#[path = "../../shared/page.rs"]
mod page;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-conformance");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page by its path: those of the repository, and beside those of `docs` what `pages` writes.
static PAGES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut pages = BTreeMap::new();
    for part in ["docs", "spec", "examples", "kits", "bridges", "packaging", "action"] {
        for file in markdown_below(&root().join(part)) {
            let name = file.strip_prefix(root()).expect("below the root").to_owned();
            pages.insert(name, file);
        }
    }
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        pages.insert(PathBuf::from(name), root().join(name));
    }
    let generated = tempfile::tempdir().expect("a folder");
    let run = Command::new(PROGRAM).arg("pages").arg(generated.path()).output();
    assert!(run.is_ok_and(|run| run.status.success()), "pages are written");
    for file in markdown_below(generated.path()) {
        let name = file.strip_prefix(generated.path()).expect("below it").to_owned();
        // Its lines are about the site's root.
        if !name.ends_with("SUMMARY.md") {
            pages.insert(Path::new("docs").join(name), file);
        }
    }
    let read = |(name, file): (PathBuf, PathBuf)| {
        (name.to_string_lossy().replace('\\', "/"), fs::read_to_string(file).expect("a page"))
    };
    pages.into_iter().map(read).collect()
});

/// The Markdown files of a folder; what is installed or built in it is none of ours.
fn markdown_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && name != "node_modules" && name != "target" {
            found.extend(markdown_below(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// Pages that people wrote.
fn written() -> impl Iterator<Item = (&'static String, &'static String)> {
    PAGES.iter().filter(|(name, _)| root().join(name).is_file())
}

/// The words of a page in backticks, each with its line.
fn code_words(prose: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(prose.lines());
    lines.flat_map(|(line, text)| text.split('`').skip(1).step_by(2).map(move |word| (line, word)))
}

#[test]
fn every_page_of_docs_has_its_place_in_the_contents() {
    let contents = &PAGES["docs/SUMMARY.md"];
    for (name, _) in written().filter(|(name, _)| name.starts_with("docs/")) {
        let name = name.trim_start_matches("docs/");
        assert!(
            name == "SUMMARY.md" || contents.contains(&format!("]({name})")),
            "docs/SUMMARY.md does not name {name}"
        );
    }
}
