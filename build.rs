//! Embeds every scenario file, so that one binary carries the whole suite.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let scenarios = root.join("spec/scenarios");
    println!("cargo:rerun-if-changed={}", scenarios.display());
    let mut files = Vec::new();
    for area in sorted(&scenarios)? {
        if area.is_dir() {
            println!("cargo:rerun-if-changed={}", area.display());
            files.extend(
                sorted(&area)?
                    .into_iter()
                    .filter(|file| file.extension().is_some_and(|extension| extension == "yaml")),
            );
        }
    }
    let mut list = String::from("&[\n");
    for file in files {
        let path = file.strip_prefix(&root).expect("below the root");
        let path = path.to_string_lossy().replace('\\', "/");
        let absolute = file.to_string_lossy();
        writeln!(list, "    ({path:?}, include_str!({absolute:?})),").expect("writing to a string");
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("scenarios.rs"), list)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}
