//! A comparison as text for a terminal and as Markdown for a pull request.

use super::super::markdown::escaped;
use super::super::{Summary, newer_edition, words};
use super::{Change, Comparison};
use anstyle::{AnsiColor, Style};
use std::fmt::Write as _;

const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const PLAIN: Style = Style::new();

/// At most so many rows of a table in Markdown, so that a comment takes it.
const ROWS: usize = 50;

/// How wide the lines are that tell of an edition.
const WIDTH: usize = 100;

impl Comparison {
    /// What there is to say, the worst first.
    fn groups(&self) -> [(&'static str, &[Change], Style); 6] {
        [
            ("worse", &self.worse, BAD),
            ("no longer judged", &self.no_longer_judged, BAD),
            ("better", &self.better, GOOD),
            ("newly judged", &self.newly_judged, GOOD),
            ("still failing", &self.still_failing, PLAIN),
            ("retired", &self.retired, PLAIN),
        ]
    }

    /// All of it in one line.
    fn in_a_line(&self) -> String {
        let parts: Vec<String> = self
            .groups()
            .iter()
            .filter(|(_, changes, _)| !changes.is_empty())
            .map(|(words, changes, _)| format!("{} {words}", changes.len()))
            .chain([format!("{} still held", self.still_held)])
            .chain(
                (self.still_not_judged > 0)
                    .then(|| format!("{} still not judged", self.still_not_judged)),
            )
            .collect();
        parts.join(", ")
    }

    fn verdict(&self) -> &'static str {
        if self.is_worse() { "worse than before" } else { "not worse than before" }
    }
}

/// One run in a line.
fn run(summary: &Summary) -> String {
    summary.header().map_or_else(String::new, |header| {
        format!(
            "{}, edition {}: {}",
            words::implementation(header),
            header.edition,
            words::denominator(summary.counts())
        )
    })
}

/// The comparison for a terminal. With `styled`, colours stand in the text as escape sequences.
pub fn terminal(
    comparison: &Comparison,
    before: &Summary,
    after: &Summary,
    styled: bool,
) -> String {
    let painted = |style: Style, text: &str| {
        if styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let one_line = words::on_one_line;
    let (runs_before, runs_after) = (one_line(&run(before)), one_line(&run(after)));
    let mut text = format!("before: {runs_before}\nafter:  {runs_after}\n");
    for Change { what, before, after } in &comparison.conditions {
        let (before, after) = (one_line(before), one_line(after));
        let _ = writeln!(text, "different {what}: {before} → {after}");
    }
    for (words, changes, style) in comparison.groups() {
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", painted(style, words));
        for Change { what, before, after } in changes {
            let (what, before, after) = (one_line(what), one_line(before), one_line(after));
            let _ = writeln!(text, "  {what}\n      {before} → {after}");
        }
    }
    if let Some(newer) = comparison.newer_edition.as_ref().filter(|newer| !newer.is_empty()) {
        let _ = write!(text, "\n{}", newer_edition::terminal(newer, WIDTH));
    }
    let style = if comparison.is_worse() { BAD } else { GOOD };
    let verdict = painted(style, comparison.verdict());
    let _ = writeln!(text, "\n{}\n{verdict}", comparison.in_a_line());
    text
}

/// The comparison as Markdown.
pub fn markdown(comparison: &Comparison, before: &Summary, after: &Summary) -> String {
    let mark = if comparison.is_worse() { "❌" } else { "✅" };
    let mut text = format!("### {mark} {}\n\n", comparison.verdict());
    let _ = writeln!(text, "- before: {}", escaped(&run(before)));
    let _ = writeln!(text, "- after: {}", escaped(&run(after)));
    for Change { what, before, after } in &comparison.conditions {
        let _ = writeln!(text, "- different {what}: {} → {}", escaped(before), escaped(after));
    }
    let _ = writeln!(text, "- {}", comparison.in_a_line());
    for (words, changes, _) in comparison.groups() {
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n| {words} | before | after |\n| :-- | :-- | :-- |");
        for Change { what, before, after } in changes.iter().take(ROWS) {
            let _ =
                writeln!(text, "| {} | {} | {} |", escaped(what), escaped(before), escaped(after));
        }
        if changes.len() > ROWS {
            let _ = writeln!(text, "| and {} more | | |", changes.len() - ROWS);
        }
    }
    if let Some(newer) = comparison.newer_edition.as_ref().filter(|newer| !newer.is_empty()) {
        text += &newer_edition::markdown(newer);
    }
    text
}
