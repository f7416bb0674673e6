//! What builds, tests and releases the suite elsewhere can be read, and takes nothing that may change behind its back.

use serde_yaml::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The workflows of this repository, and the action that it is.
fn workflows() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join(".github/workflows")).expect("a folder of workflows");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("a workflow").path()).collect();
    files.push(root().join("action.yml"));
    files
}

/// Every value of a key, however deep.
fn values_of<'a>(key: &str, value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Mapping(mapping) => {
            for (name, value) in mapping {
                if name.as_str() == Some(key) {
                    found.extend(value.as_str());
                }
                values_of(key, value, found);
            }
        }
        Value::Sequence(values) => values.iter().for_each(|value| values_of(key, value, found)),
        _ => {}
    }
}

#[test]
fn every_action_of_others_is_pinned_by_its_commit_with_the_version_beside_it() {
    for path in workflows() {
        let text = read(&path);
        let workflow: Value = serde_yaml::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut used = Vec::new();
        values_of("uses", &workflow, &mut used);
        for action in used.into_iter().filter(|action| !action.starts_with("./")) {
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            let hexadecimal =
                commit.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            assert!(commit.len() == 40 && hexadecimal, "{}: {action}", path.display());
            assert!(
                text.contains(&format!("{action} # v")),
                "{}: {action} without its version in a comment",
                path.display()
            );
        }
    }
}

#[test]
fn one_compiler_tests_and_releases() {
    let ci: Value = serde_yaml::from_str(&read(".github/workflows/ci.yml")).expect("YAML");
    let release: Value =
        serde_yaml::from_str(&read(".github/workflows/release.yml")).expect("YAML");
    let toolchain = ci["env"]["RUSTUP_TOOLCHAIN"].as_str().expect("a toolchain");
    assert_eq!(release["env"]["RUSTUP_TOOLCHAIN"].as_str(), Some(toolchain));
    let (minor, _) = toolchain.rsplit_once('.').expect("a version of three numbers");
    assert!(read("packaging/Containerfile").contains(&format!("/rust:{minor}-slim")));
}

/// Names and addresses that are not settled stand in Cargo.toml alone.
#[test]
fn nothing_of_the_distribution_names_an_address_of_this_project() {
    for path in [
        "action.yml",
        "action/install",
        "packaging/crate.py",
        "packaging/pack.py",
        "packaging/README.md",
        "packaging/npm/launch.js",
        "packaging/python/pyproject.toml",
        ".github/workflows/release.yml",
    ] {
        let text = read(path);
        for address in [env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_HOMEPAGE")] {
            assert!(!text.contains(address), "{path} names {address}");
        }
        let version = format!("\"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(!text.contains(&version), "{path} says the version: it stands in Cargo.toml");
    }
}
