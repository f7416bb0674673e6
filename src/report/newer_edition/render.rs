//! What a newer edition changes for an implementation, as text for a terminal and as Markdown.

use super::super::edition_diff::{edition, label, source};
use super::super::markdown::escaped;
use super::super::terminal::wrap;
use super::super::{RuleState, legible};
use super::{Flip, NewerEdition, NotJudged};
use crate::rulebook::{Changed, EditionName, RuleChange};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What the run by an edition came to for a rule.
fn state(state: Option<RuleState>, edition: &EditionName) -> String {
    state.map_or_else(|| format!("not in {}", edition.id), |state| state.words().to_owned())
}

/// What the newer edition makes of a rule.
pub(in crate::report) fn change(flip: &Flip, newer: &NewerEdition) -> String {
    let to = &newer.to.id;
    match flip.change.as_ref().map(|change| &change.change) {
        None => format!("said in the same words in {to}"),
        Some(Changed::Added) => format!("added in {to}"),
        Some(Changed::Replaces { rule, .. }) => format!("in {to} in the place of {rule}"),
        Some(Changed::RestsElsewhere { .. }) => format!("rests on something else in {to}"),
        Some(Changed::Retired) => format!("retired: {to} does not have it any more"),
    }
}

/// Where a changed rule is said, each with its quotation.
pub(in crate::report) fn sources(change: &RuleChange) -> Vec<(String, Option<&str>)> {
    let grounds = &change.grounds;
    let line = |one| format!("{}: {}", label(grounds.basis), source(one));
    grounds.sources.iter().map(|one| (line(one), one.quote.as_deref())).collect()
}

impl NewerEdition {
    /// What it is about, in a line.
    pub(in crate::report) fn heading(&self) -> String {
        let (from, to) = (edition(&self.from), edition(&self.to));
        format!("what edition {to} changes for {}, against {from}", self.implementation)
    }

    /// The added and changed rules that are not violated, in a line for each reason.
    pub(in crate::report) fn rest(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.held.is_empty() {
            lines.push(format!("added or changed, and held already: {}", self.held.join(", ")));
        }
        let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for NotJudged { rule, words } in &self.not_judged {
            by_reason.entry(words).or_default().push(rule);
        }
        lines.extend(
            by_reason
                .iter()
                .map(|(why, rules)| format!("added or changed, and {why}: {}", rules.join(", "))),
        );
        lines
    }

    fn flips(&self) -> [(&'static str, RuleState, &[Flip]); 2] {
        [
            ("newly violated", RuleState::Violated, &self.newly_violated),
            ("no longer violated", RuleState::Held, &self.no_longer_violated),
        ]
    }
}

/// The same in a line for each rule, with its indentation, where the run's own findings stand beside it.
pub(in crate::report) fn in_brief(newer: &NewerEdition) -> Vec<(&'static str, String)> {
    let mut lines = vec![("", newer.heading())];
    for (what, mark, flips) in newer.flips() {
        lines.extend(flips.iter().map(|flip| {
            let (before, after) = (state(flip.before, &newer.from), state(flip.after, &newer.to));
            let (mark, rule, change) = (mark.mark(), &flip.rule, change(flip, newer));
            ("  ", format!("{mark} {what}: {rule} ({before} → {after}; {change})"))
        }));
    }
    lines.extend(newer.rest().into_iter().map(|rest| ("  ", rest)));
    lines
}

/// The same for a terminal of this width in columns.
pub fn terminal(newer: &NewerEdition, width: usize) -> String {
    let mut lines = Lines { width, text: String::new() };
    lines.put("", &newer.heading());
    for (what, mark, flips) in newer.flips() {
        if !flips.is_empty() {
            lines.put("  ", what);
        }
        for flip in flips {
            lines.flip(flip, mark, newer);
        }
    }
    for rest in newer.rest() {
        lines.put("  ", &rest);
    }
    lines.text
}

/// Text in lines of a width.
struct Lines {
    width: usize,
    text: String,
}

impl Lines {
    fn put(&mut self, indent: &str, words: &str) {
        for line in wrap(words, self.width, indent, &format!("{indent}  ")) {
            let _ = writeln!(self.text, "{line}");
        }
    }

    fn flip(&mut self, flip: &Flip, mark: RuleState, newer: &NewerEdition) {
        let (before, after) = (state(flip.before, &newer.from), state(flip.after, &newer.to));
        self.put("  ", &format!("{} {}: {before} → {after}", mark.mark(), flip.rule));
        self.put("      ", &flip.title);
        self.put("      ", &change(flip, newer));
        for (source, quote) in flip.change.iter().flat_map(sources) {
            self.put("      ", &source);
            if let Some(quote) = quote {
                self.put("        ", &format!("“{quote}”"));
            }
        }
        if let Some(rule) = &flip.explained_by {
            self.put("      ", &format!("violated as a consequence of {rule}"));
        }
        let Some(example) = &flip.example else { return };
        self.put("      ", &example.words);
        for line in example.excerpt.lines() {
            let _ = writeln!(self.text, "      │ {}", legible(line));
        }
        let _ = writeln!(self.text, "      replay: {}", legible(&example.replay));
    }
}

/// The same as Markdown.
pub fn markdown(newer: &NewerEdition) -> String {
    let mut text = format!("\n#### {}\n\n", escaped(&newer.heading()));
    for (what, mark, flips) in newer.flips() {
        for flip in flips {
            let (before, after) = (state(flip.before, &newer.from), state(flip.after, &newer.to));
            let (mark, rule, change) = (mark.mark(), escaped(&flip.rule), change(flip, newer));
            let _ = writeln!(text, "- {mark} {what}: {rule} ({before} → {after}; {change})");
            if let Some(rule) = &flip.explained_by {
                let _ = writeln!(text, "  - a consequence of {}", escaped(rule));
            }
            if let Some(example) = &flip.example {
                let _ = writeln!(text, "  - {}", escaped(&example.words));
            }
        }
    }
    for rest in newer.rest() {
        let _ = writeln!(text, "- {}", escaped(&rest));
    }
    text
}
