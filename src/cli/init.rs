//! `init`: write the skeleton of an adapter.

use super::exit::{Exit, Mistake};
use super::kits::{Kit, Language};
use super::print;
use crate::report::quoted;
use std::io;
use std::path::Path;

/// In a kit's file: where Cargo finds the suite's crate.
const SUITE: &str = "@SUITE@";

pub(super) fn init(language: Language, folder: &Path) -> Result<Exit, Mistake> {
    if let Some(obstacle) = obstacle(folder).map_err(|error| unwritten(folder, &error))? {
        return Err(Mistake::bad_input(format!("{} {obstacle}", folder.display())));
    }
    let kit = language.kit();
    for (name, text) in kit.files {
        let path = folder.join(name);
        let written = std::fs::create_dir_all(path.parent().expect("it is in the folder"))
            .and_then(|()| std::fs::write(&path, text.replace(SUITE, &suite())));
        written.map_err(|error| unwritten(&path, &error))?;
    }
    print::text(&next_steps(&kit, folder));
    Ok(Exit::Conformant)
}

/// Why nothing may be written to this folder. One that is not there is made.
fn obstacle(folder: &Path) -> io::Result<Option<&'static str>> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries
            .next()
            .is_some()
            .then_some("is not empty, and nothing in it is overwritten: name a new folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Ok(Some("is a file: name a new folder"))
        }
        Err(error) => Err(error),
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Mistake {
    Mistake::bad_input(format!("{} cannot be written: {error}", path.display()))
}

/// The suite's crate as a dependency: the clone that this program was built from, while it is there.
fn suite() -> String {
    let clone = env!("CARGO_MANIFEST_DIR");
    if Path::new(clone).join("Cargo.toml").is_file() {
        return format!("path = '{clone}'");
    }
    format!("version = \"{}\"", env!("CARGO_PKG_VERSION"))
}

fn next_steps(kit: &Kit, folder: &Path) -> String {
    let names: Vec<&str> = kit.files.iter().map(|(name, _)| *name).collect();
    let folder = quoted(&folder.display().to_string());
    let build = kit.build.map(|build| format!(" && {build}")).unwrap_or_default();
    format!(
        "wrote {} to {folder}\n\n\
         1. cd {folder}{build}\n\
         2. entra-conformance run --profile quick -- {}\n\
         3. fill in {}; README.md says in which order\n",
        names.join(", "),
        kit.adapter,
        kit.fill_in
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;
    use rstest::rstest;

    #[rstest]
    #[case::not_there("new", None)]
    #[case::below_what_is_not_there("new/adapter", None)]
    #[case::empty("empty", None)]
    #[case::in_use("used", Some("is not empty"))]
    #[case::a_file("used/file", Some("is a file"))]
    fn nothing_is_overwritten(#[case] name: &str, #[case] refused: Option<&str>) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("empty")).expect("a folder");
        std::fs::create_dir(folder.path().join("used")).expect("a folder");
        std::fs::write(folder.path().join("used/file"), "mine").expect("a file");
        let told =
            init(Language::Python, &folder.path().join(name)).map_err(|mistake| mistake.message);
        match refused {
            Some(why) => assert!(told.expect_err("refused").contains(why)),
            None => {
                told.expect("written");
                assert!(folder.path().join(name).join("adapter.py").is_file());
            }
        }
        assert_eq!(std::fs::read(folder.path().join("used/file")).expect("a file"), b"mine");
    }

    #[test]
    fn what_to_do_next_is_said() {
        let all: Vec<String> = Language::value_variants()
            .iter()
            .map(|language| next_steps(&language.kit(), Path::new("my adapter")))
            .collect();
        insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("init", all.join("\n"));
        });
    }

    #[test]
    fn the_rust_kit_knows_where_the_suite_is() {
        let folder = tempfile::tempdir().expect("a folder");
        init(Language::Rust, folder.path()).expect("written");
        let manifest = std::fs::read_to_string(folder.path().join("Cargo.toml")).expect("a file");
        assert!(manifest.contains("entra-conformance = { path = "), "{manifest}");
    }
}
