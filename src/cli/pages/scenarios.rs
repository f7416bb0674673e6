//! The scenarios: a page for each area.

use super::page::{Page, contents, prose};
use crate::cases::scenario::{EmbeddedScenario, embedded};
use crate::rulebook::AREAS;
use std::fmt::Write as _;

pub(super) fn pages() -> Vec<Page> {
    let areas = || AREAS.iter().filter(|area| of(area).next().is_some());
    let lines = areas().map(|area| format!("- [{area}](scenarios/{area}.md)"));
    let mut pages = vec![contents("scenarios", lines)];
    pages.extend(areas().map(|area| Page::new(format!("scenarios/{area}.md"), page(area))));
    pages
}

fn of(area: &str) -> impl Iterator<Item = &'static EmbeddedScenario> {
    embedded().iter().filter(move |known| area_and_name(known.id).0 == area)
}

fn area_and_name(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or(("other", id))
}

/// A link to a scenario, from a page in another folder.
pub(super) fn link(id: &str) -> String {
    let (area, name) = area_and_name(id);
    format!("[`{id}`](../scenarios/{area}.md#{name})")
}

fn page(area: &str) -> String {
    let mut text = format!(
        "# Scenarios: {area}\n\nFor each a tenant, an on-premises directory, steps, and what is expected after them. \
         `entra-conformance explain {area}/…` tells one step by step, with the decisions that the rules lead to.\n"
    );
    for known in of(area) {
        let scenario = &known.scenario;
        let (_, name) = area_and_name(known.id);
        let rules = |ids: &[String]| {
            let links: Vec<String> =
                ids.iter().map(|id| format!("[`{id}`](../rules/{id}.md)")).collect();
            links.join(", ")
        };
        let _ = writeln!(text, "\n## {name} {{#{name}}}\n\n{}.", prose(&scenario.title));
        if let Some(description) = &scenario.description {
            let _ = writeln!(text, "\n{}", prose(description));
        }
        let _ = writeln!(text, "\n- It shows {}", rules(&scenario.rules));
        if !scenario.near_misses.is_empty() {
            let _ = writeln!(text, "- These nearly apply: {}", rules(&scenario.near_misses));
        }
        if let Some(tempting) = &scenario.tempting {
            let _ = writeln!(text, "- The tempting mistake: {}", prose(tempting));
        }
        let since = scenario.since.as_ref().map(|since| format!("from edition {since} on"));
        let until = scenario.until.as_ref().map(|until| format!("until edition {until}"));
        let editions: Vec<String> = since.into_iter().chain(until).collect();
        if !editions.is_empty() {
            let _ = writeln!(text, "- It is run {}", editions.join(", "));
        }
        // The line for editors names a schema by a path that is none here.
        let file = known.text.lines().filter(|line| !line.starts_with("# yaml-language-server"));
        let file = file.collect::<Vec<_>>().join("\n");
        let _ = writeln!(
            text,
            "\n<details><summary>The file</summary>\n\n```yaml\n{file}\n```\n\n</details>"
        );
    }
    text
}
