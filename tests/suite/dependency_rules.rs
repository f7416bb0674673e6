//! The dependency rules of ARCHITECTURE.md: which part may know which, and that no files of a part
//! import each other in a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

/// What each part may import of the others.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("directory", &[]),
    ("rulebook", &["directory"]),
    ("implementation", &["directory"]),
    ("checks", &["directory"]),
    ("reference", &["directory", "implementation"]),
    ("cases", &["directory", "rulebook", "checks"]),
    ("runner", &["directory", "rulebook", "implementation", "checks", "cases"]),
    ("baseline", &["directory", "rulebook", "checks", "implementation", "cases", "runner"]),
    // Reports are made from events, the findings in them, and what a baseline's gate finds. They name
    // how an implementation described itself and how it was aborted, and never call one.
    (
        "report",
        &[
            "directory",
            "rulebook",
            "checks",
            "cases",
            "runner",
            "baseline",
            "implementation::Description",
            "implementation::Failure",
        ],
    ),
    // Of cases it knows how mistakes in files are told, of the report how names are made legible.
    ("forecast", &["directory", "implementation", "checks", "reference", "cases", "report"]),
    (
        "self_test",
        &[
            "directory",
            "rulebook",
            "implementation",
            "checks",
            "reference",
            "cases",
            "runner",
            "report",
        ],
    ),
    ("harness", &["rulebook", "implementation", "cases", "runner", "report", "suite"]),
    // The front door puts the parts together, with the model for what is expected of a saved case.
    (
        "suite",
        &[
            "directory",
            "rulebook",
            "implementation",
            "checks",
            "reference",
            "cases",
            "runner",
            "report",
            "baseline",
        ],
    ),
];

/// Where everything is put together, every part may be imported.
const MAY_KNOW_ALL: &[&str] = &["cli", "lib", "main"];

/// The path of a module or an item, from the crate's root on.
type ItemPath = Vec<String>;

/// A file of the crate, without its unit tests.
struct SourceFile {
    path: PathBuf,
    module: ItemPath,
    /// Everything of the crate that the file names.
    names: BTreeSet<ItemPath>,
    /// What its `use` lines call an item, and where that item comes from.
    imported: BTreeMap<String, ItemPath>,
}

impl SourceFile {
    fn read(path: PathBuf) -> SourceFile {
        let text = code(&fs::read_to_string(&path).expect("a file"));
        let module = module_of(&path);
        let children = child_modules(&text);
        let mut file =
            SourceFile { path, module, names: BTreeSet::new(), imported: BTreeMap::new() };
        let mut rest = text.as_str();
        let mut elsewhere = String::new();
        while let Some((before, is_public, tree, after)) = next_use(rest) {
            elsewhere.push_str(before);
            for (path, alias) in expand(tree) {
                let Some(path) = file.absolute(&path, &children) else { continue };
                // What a module hands on of its children it does not use itself.
                let is_handed_on = is_public && path.starts_with(&file.module);
                if !is_handed_on {
                    file.names.insert(path.clone());
                }
                file.imported.insert(alias, path);
            }
            rest = after;
        }
        elsewhere.push_str(rest);
        for path in inline_paths(&elsewhere) {
            file.names.extend(file.absolute(&path, &children));
        }
        file
    }

    /// The path from the crate's root on, where it leads into the crate.
    fn absolute(&self, path: &[String], children: &BTreeSet<String>) -> Option<ItemPath> {
        let first = path.first()?;
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let (base, rest) = match first.as_str() {
            "crate" => (&[][..], &path[1..]),
            "self" => (&self.module[..], &path[1..]),
            "super" => (&self.module[..self.module.len().checked_sub(supers)?], &path[supers..]),
            child if children.contains(child) => (&self.module[..], path),
            _ => return None,
        };
        Some([base, rest].concat())
    }

    fn is_in(&self, part: &str) -> bool {
        self.module.first().is_some_and(|first| first == part)
    }

    fn name(&self) -> String {
        let path = self.path.strip_prefix(source()).expect("below src");
        path.to_string_lossy().replace('\\', "/")
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
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

/// Every file of the crate but those of unit tests, which may know what they like.
fn source_files() -> Vec<SourceFile> {
    let is_test = |path: &Path| {
        let mut parts = path.strip_prefix(source()).expect("below src").components();
        parts.any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs")
    };
    let files = files_below(&source()).into_iter().filter(|path| !is_test(path));
    let files: Vec<SourceFile> = files.map(SourceFile::read).collect();
    assert!(files.len() > 100, "the sources were not found");
    files
}

/// The first part of a file's module path: the folder or file directly below `src`.
fn part_of(path: &Path) -> String {
    let inside = path.strip_prefix(source()).expect("below src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn module_of(path: &Path) -> ItemPath {
    let inside = path.strip_prefix(source()).expect("below src").with_extension("");
    let mut module: ItemPath =
        inside.iter().map(|segment| segment.to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// The code without comments, unit tests and raw identifiers' marks.
fn code(text: &str) -> String {
    // How far something can be seen is no import.
    let text = text.replace("(in crate::", "(in ").replace("(in super::", "(in ");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let text = text.replace("#[cfg(test)]\nuse ", "#[cfg(test)]\n//");
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n").replace("r#", "")
}

/// The modules that the code declares, each of which is a file.
fn child_modules(code: &str) -> BTreeSet<String> {
    let declared = code.lines().filter_map(|line| {
        let declared = line.trim().strip_suffix(';')?;
        let (before, name) = declared.rsplit_once("mod ")?;
        (before.is_empty() || before.ends_with(' ')).then(|| name.trim().to_owned())
    });
    declared.collect()
}

/// The next `use` of a text: what stands before it, whether it makes public what it names, what
/// it names, and what follows.
fn next_use(code: &str) -> Option<(&str, bool, &str, &str)> {
    let starts = code.match_indices("use ").map(|(at, _)| at);
    for at in starts {
        let line_start = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let visibility = code[line_start..at].trim();
        let is_scoped = visibility.starts_with("pub(") && visibility.ends_with(')');
        if !(visibility.is_empty() || visibility == "pub" || is_scoped) {
            continue;
        }
        let end = at + code[at..].find(';')?;
        let tree = &code[at + "use ".len()..end];
        return Some((&code[..line_start], !visibility.is_empty(), tree, &code[end + 1..]));
    }
    None
}

/// The paths of a tree as `a::{b, c as d, e::{self, f}}`, each with the name it is given.
fn expand(tree: &str) -> Vec<(ItemPath, String)> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else {
        let (path, alias) = match tree.split_once(" as ") {
            Some((path, alias)) => (path, Some(alias.trim().to_owned())),
            None => (tree, None),
        };
        let mut path: ItemPath = path.split("::").map(|part| part.trim().to_owned()).collect();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let alias = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        return vec![(path, alias)];
    };
    let group = group.rsplit_once('}').expect("a group ends").0;
    let mut depth = 0;
    let is_between = |letter: char| {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    };
    let branches = group.split(is_between).filter(|branch| !branch.trim().is_empty());
    branches.flat_map(|branch| expand(&format!("{prefix}{}", branch.trim()))).collect()
}

/// The paths that code names outside of `use` lines.
fn inline_paths(code: &str) -> Vec<ItemPath> {
    let is_of_a_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let words = code.split(|letter| !is_of_a_path(letter)).filter(|word| word.contains("::"));
    let paths = words.map(|word| word.split("::").map(str::to_owned).collect());
    paths.filter(|path: &ItemPath| !path[0].is_empty()).collect()
}

/// Finds the files that define what other files name.
struct Modules<'f>(BTreeMap<&'f [String], &'f SourceFile>);

impl<'f> Modules<'f> {
    fn new(files: &'f [SourceFile]) -> Modules<'f> {
        Modules(files.iter().map(|file| (&file.module[..], file)).collect())
    }

    /// The file that defines an item: a module that only hands it on is passed through.
    fn defining(&self, path: &[String]) -> Option<&'f SourceFile> {
        let mut path = path.to_vec();
        // Nothing is handed on more often than this.
        for _ in 0..8 {
            let length =
                (0..=path.len()).rev().find(|&length| self.0.contains_key(&path[..length]))?;
            let file = self.0[&path[..length]];
            match path.get(length).and_then(|item| file.imported.get(item)) {
                Some(origin) => path = [&origin[..], &path[length + 1..]].concat(),
                None => return Some(file),
            }
        }
        None
    }
}

/// Whoever leaves out files `tests` has to be sure that they are nothing else.
#[test]
fn what_is_called_tests_is_compiled_for_tests_alone() {
    for file in files_below(&source()) {
        let text = fs::read_to_string(&file).expect("a file");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for at in (0..lines.len()).filter(|&at| lines[at] == "mod tests;") {
            assert_eq!(lines[at - 1], "#[cfg(test)]", "{}:{}", file.display(), at + 1);
        }
    }
}

#[test]
fn no_part_imports_what_it_may_not_know() {
    let may_know: BTreeMap<&str, &[&str]> = MAY_KNOW.iter().copied().collect();
    let mut breaches = Vec::new();
    let files = source_files();
    let root = files.iter().find(|file| file.module.is_empty()).expect("lib.rs");
    for file in &files {
        let part = part_of(&file.path);
        let Some(may_know) = may_know.get(&*part) else { continue };
        for path in &file.names {
            // What the crate hands on at its root is known by where it comes from.
            let origin = path.first().and_then(|first| root.imported.get(first));
            let path = origin.unwrap_or(path).join("::");
            let is_allowed = [&*part].iter().chain(may_know.iter()).any(|known| {
                path.strip_prefix(known)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            });
            if !is_allowed {
                breaches.push(format!("{}: {path}", file.name()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_files_of_a_part_import_each_other_in_a_circle() {
    let files = source_files();
    let modules = Modules::new(&files);
    let mut circles = BTreeSet::new();
    for file in &files {
        circles.extend(circle_through(file, &modules));
    }
    let circles: Vec<String> = circles.into_iter().collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

/// What a file imports of the files of its own part, with the name by which it does.
fn imports<'f>(
    file: &'f SourceFile,
    modules: &Modules<'f>,
) -> BTreeMap<&'f Path, (&'f SourceFile, String)> {
    let mut imports = BTreeMap::new();
    for name in file.names.iter().filter(|name| name.first() == file.module.first()) {
        if let Some(other) = modules.defining(name)
            && other.path != file.path
            && file.is_in(&part_of(&other.path))
        {
            imports.entry(&*other.path).or_insert_with(|| (other, name.join("::")));
        }
    }
    imports
}

/// The shortest circle of imports that leads back to this file.
fn circle_through(file: &SourceFile, modules: &Modules<'_>) -> Option<String> {
    let mut reached_from: BTreeMap<PathBuf, (PathBuf, String)> = BTreeMap::new();
    let mut waiting = VecDeque::from([file]);
    while let Some(at) = waiting.pop_front() {
        for (path, (other, name)) in imports(at, modules) {
            if reached_from.contains_key(path) {
                continue;
            }
            reached_from.insert(path.to_owned(), (at.path.clone(), name));
            waiting.push_back(other);
        }
    }
    let mut steps = Vec::new();
    let mut to = file.path.clone();
    loop {
        let (from, name) = reached_from.get(&to)?;
        let short = |path: &Path| {
            path.strip_prefix(source()).expect("below src").to_string_lossy().replace('\\', "/")
        };
        steps.push(format!("{} uses {name} of {}", short(from), short(&to)));
        to.clone_from(from);
        if to == file.path {
            break;
        }
    }
    // The same circle looks the same from wherever it is entered.
    steps.reverse();
    let first = (0..steps.len()).min_by_key(|&at| &steps[at]).unwrap_or(0);
    steps.rotate_left(first);
    Some(steps.join(", "))
}

#[test]
fn nothing_below_the_command_line_prints() {
    let mut prints = Vec::new();
    for file in files_below(&source()).into_iter().filter(|file| part_of(file) != "cli") {
        let text = code(&fs::read_to_string(&file).expect("a file"));
        let is_print = |line: &&str| {
            let words = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"];
            words.iter().any(|word| line.contains(word))
        };
        let found = text.lines().filter(is_print);
        prints.extend(found.map(|line| format!("{}: {}", file.display(), line.trim())));
    }
    assert_eq!(prints, Vec::<String>::new());
}

#[test]
fn every_part_has_its_dependency_rule() {
    for file in files_below(&source()) {
        let part = part_of(&file);
        let is_known = MAY_KNOW.iter().any(|(known, _)| *known == part);
        assert!(
            is_known || MAY_KNOW_ALL.contains(&&*part),
            "{part} is a new part: say here what it may know"
        );
    }
}
