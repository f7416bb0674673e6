//! Text for people that several commands print.

use super::print;
use crate::report::terminal;
use crate::rulebook::Rulebook;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Text wrapped at the terminal's width, every line but the first indented.
pub(super) fn wrap(text: &mut String, first: &str, indent: usize, words: &str) {
    for line in terminal::wrap(words, print::width(), first, &" ".repeat(indent)) {
        let _ = writeln!(text, "{line}");
    }
}

/// Rules with their sources in an edition.
pub(super) fn cite(text: &mut String, cited: &BTreeSet<&str>, edition: &str) {
    text.push_str("\nrules and their sources\n");
    let book = Rulebook::embedded();
    for rule in book.rules.iter().filter(|rule| cited.contains(&*rule.id)) {
        let rule = rule.in_edition(edition);
        let source = rule
            .sources
            .first()
            .map(|source| book.source_words(source, edition))
            .unwrap_or_default();
        wrap(
            text,
            &format!("  {}: ", rule.id),
            6,
            &format!("{}. {} ({source})", rule.title, rule.basis),
        );
    }
}
