//! What `docs/kits.md` writes into the TypeScript kit comes to what it says.

use super::{program, told};
use libtest_mimic::Failed;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/kits.md");

/// Follows the page in a folder with the kit, which is built by `build`.
pub(crate) fn holds(
    folder: &Path,
    build: impl Fn(&Path) -> Result<(), Failed>,
) -> Result<(), Failed> {
    let blocks: Vec<&str> =
        PAGE.split("```ts\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [first, body, refusal] = blocks[..] else { return Err("three blocks of code".into()) };
    let file = folder.join("adapter.ts");
    let skeleton = fs::read_to_string(&file)?;

    // The first version: lines of the skeleton give way to those of the page.
    let begins = ["import type {", "      capabilities:", "  sync("];
    let mut text = String::new();
    for line in skeleton.lines() {
        let place = begins.iter().position(|begin| line.starts_with(begin));
        text +=
            place.map_or(line, |place| first.split("…\n").nth(place).unwrap_or(line).trim_end());
        text.push('\n');
    }
    verdict(folder, &text, &build, 1)?;

    // The second: what a function does is another thing.
    let head = "private syncOne(object: OnPremisesObject): ResultWord {\n";
    let (before, rest) = text.split_once(head).ok_or("no syncOne")?;
    let (_, after) = rest.split_once("\n  }\n").ok_or("no end of syncOne")?;
    let text = format!("{before}{head}{body}  }}\n{after}");
    verdict(folder, &text, &build, 0)?;

    // The third: what also holds in generated cases.
    let place = "    const id = String(";
    verdict(folder, &text.replacen(place, &format!("{refusal}{place}"), 1), &build, 0)?;
    let run = program(folder)
        .args(["run", "--profile", "quick", "--quiet", "--", "node", "dist/adapter.js"])
        .output()?;
    if run.status.success() { Ok(()) } else { Err(told("the tutorial's end", &run)) }
}

/// Builds a version and runs the scenarios.
fn verdict(
    folder: &Path,
    adapter: &str,
    build: &impl Fn(&Path) -> Result<(), Failed>,
    code: i32,
) -> Result<(), Failed> {
    fs::write(folder.join("adapter.ts"), adapter)?;
    build(folder)?;
    let run = program(folder)
        .args(["run", "--only", "scenarios", "--quiet", "--", "node", "dist/adapter.js"])
        .output()?;
    if run.status.code() == Some(code) { Ok(()) } else { Err(told("the tutorial", &run)) }
}
