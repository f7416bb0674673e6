//! What `docs/tutorial.md` builds step by step comes to what it shows.

use super::page::{follow, parts};
use libtest_mimic::Failed;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("../../docs/tutorial.md");

/// Follows the page in a folder that is not there yet.
pub(crate) fn holds(mut folder: PathBuf) -> Result<(), Failed> {
    fs::create_dir(&folder)?;
    let program = Path::new(env!("CARGO_BIN_EXE_entra-conformance"));
    for block in parts(PAGE).0 {
        match block.info.split_once(' ') {
            Some(("python", file)) => write(&folder.join(file), &block.text)?,
            _ if block.language() == "console" => follow(program, &mut folder, &block.text)
                .map_err(|missing| format!("docs/tutorial.md:{}: {missing}", block.line))?,
            _ => {
                return Err(
                    format!("docs/tutorial.md:{}: what is {:?}?", block.line, block.info).into()
                );
            }
        }
    }
    Ok(())
}

/// Writes a file, or puts a method into the place of the one that has its name.
fn write(file: &Path, text: &str) -> Result<(), Failed> {
    let Some(name) = text.strip_prefix("    def ").and_then(|rest| rest.split('(').next()) else {
        return Ok(fs::write(file, text)?);
    };
    let before = fs::read_to_string(file)?;
    let head = format!("    def {name}(");
    let at = before.find(&head).ok_or_else(|| format!("no {name} in {}", file.display()))?;
    // A method ends where the next one begins, or the class.
    let ends = ["\n\n    def ", "\n\n\n"].map(|end| before[at..].find(end));
    let end = ends.into_iter().flatten().min().map_or(before.len(), |length| at + length);
    Ok(fs::write(file, format!("{}{}{}", &before[..at], text.trim_end(), &before[end..]))?)
}
