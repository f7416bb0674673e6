//! Editions, with what each changes, and choices.

use super::page::{Page, contents, in_editions, prose};
use crate::report::edition_diff;
use crate::rulebook::{Edition, Rulebook};
use std::fmt::Write as _;

pub(super) fn pages() -> Vec<Page> {
    let book = Rulebook::embedded();
    let editions = &book.editions.editions;
    let line = |edition: &Edition| format!("- [{}](editions/{}.md)", edition.id, edition.id);
    let mut pages = vec![contents("editions", editions.iter().map(line)), choices()];
    let mut before = None;
    for edition in editions {
        pages.push(Page::new(format!("editions/{}.md", edition.id), page(edition, before)));
        before = Some(edition);
    }
    pages
}

fn page(edition: &Edition, before: Option<&Edition>) -> String {
    let book = Rulebook::embedded();
    let mut text = format!("# Edition {}\n\n{}.\n", edition.id, prose(&edition.title));
    if edition.default {
        text.push_str("\nIt is used where none is asked for.\n");
    }
    if let Some(missing) = &edition.draft {
        let _ = writeln!(text, "\nIt is a draft, still without {}.", prose(missing));
    }
    text.push_str("\n## The pages that it stands on\n\n");
    for dated in &edition.pages {
        if let Some(page) = book.page(&dated.page) {
            let link = format!("[{}]({})", prose(&page.title), page.url);
            let (id, date, version) = (&page.id, &dated.dated, &dated.text);
            let _ = writeln!(text, "- {link} (`{id}`), dated {date}, text `{version}`");
        }
    }
    if let Some(diff) = before.and_then(|before| book.diff(&before.id, &edition.id)) {
        let _ = write!(text, "\n## What it changes\n\n{}", edition_diff::markdown(&diff));
    }
    text
}

fn choices() -> Page {
    let mut text = "# Choices\n\nWhat Microsoft's pages leave open, where a few answers are plausible. An implementation \
        may declare its answer when it introduces itself, and is then held to it; what is not declared is not judged. ET, TS \
        and the like are pages of Microsoft's, which stand with each edition.\n"
        .to_owned();
    for choice in &Rulebook::embedded().choices {
        let _ = writeln!(
            text,
            "\n## {}\n\n{}. {}\n",
            choice.id,
            prose(&choice.title),
            prose(&choice.settles)
        );
        let editions = in_editions(&choice.since, choice.until.as_deref());
        let _ = writeln!(text, "- Editions: {editions}");
        if let Some(rule) = &choice.settled_by {
            let _ = writeln!(text, "- Settled later by [`{rule}`](rules/{rule}.md)");
        }
        for (name, value) in &choice.needs {
            let _ = writeln!(text, "- Only with `{name}` declared as `{value}`");
        }
        text.push_str("\n| value | whoever declares it is held to this |\n| --- | --- |\n");
        for value in &choice.values {
            let _ = writeln!(text, "| `{}` | {} |", value.value, prose(&value.meaning));
        }
    }
    Page::new("choices.md", text)
}
