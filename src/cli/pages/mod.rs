//! `pages`: the pages of the project's site that are made from what the program holds, as Markdown: the
//! rulebook, the scenarios, editions, choices, the protocol's messages and the commands.

mod commands;
mod editions;
mod messages;
mod page;
mod rules;
mod scenarios;

use super::exit::{Exit, Mistake};
use super::print;
use page::Page;
use std::fs;
use std::path::Path;

fn all() -> Vec<Page> {
    let mut pages = rules::pages();
    pages.extend(scenarios::pages());
    pages.extend(editions::pages());
    pages.push(messages::page());
    pages.push(commands::page());
    pages
}

pub(super) fn pages(folder: &Path) -> Result<Exit, Mistake> {
    let pages = all();
    for page in &pages {
        let path = folder.join(&page.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).and_then(|()| fs::write(&path, &page.text)).map_err(
            |error| {
                Mistake::bad_input(format!(
                    "the pages cannot be written to {}: {error}",
                    folder.display()
                ))
            },
        )?;
    }
    print::text(&format!("{} pages are in {}\n", pages.len(), folder.display()));
    Ok(Exit::Conformant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_page_is_written_over_another() {
        let pages = all();
        let paths: BTreeSet<&str> = pages.iter().map(|page| &*page.path).collect();
        assert_eq!(paths.len(), pages.len());
    }

    /// The text of a page up to a heading: which scenarios there are changes often.
    fn shown(path: &str, end: &str) -> String {
        let page = all().into_iter().find(|page| page.path == path).expect("the page");
        page.text.split(end).next().unwrap_or_default().to_owned()
    }

    fn assert_snapshot(name: &str, text: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/pages"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }

    #[test]
    fn a_rule_has_a_page() {
        let page = |rule: &str| shown(&format!("rules/{rule}.md"), "## Scenarios");
        assert_snapshot("rule", &page("takeover.addresses-replaced"));
        assert_snapshot("rule-that-ended", &page("soa.one-authority"));
    }

    #[test]
    fn a_message_has_its_tables() {
        assert_snapshot("messages", &shown("messages.md", "### `apply`"));
    }
}
