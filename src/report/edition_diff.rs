//! What a later edition changes, as text for a terminal and as Markdown.

use super::markdown::escaped;
use super::terminal::wrap;
use super::words::counted;
use crate::rulebook::{
    Basis, Changed, ChoiceChange, ClassChange, DatedPage, DatedSource, EditionDiff, EditionName,
    Grounds, NewCapability, PageChange, RuleChange, SettingChange,
};
use serde_json::Value;
use std::fmt::Write as _;

/// What becomes of rules, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Added,
    Changed,
    Retired,
}

impl Sort {
    const ALL: [(Sort, &'static str, char); 3] = [
        (Sort::Added, "added", '+'),
        (Sort::Changed, "changed", '~'),
        (Sort::Retired, "retired", '-'),
    ];

    fn of(change: &Changed) -> Sort {
        match change {
            Changed::Added => Sort::Added,
            Changed::Replaces { .. } | Changed::RestsElsewhere { .. } => Sort::Changed,
            Changed::Retired => Sort::Retired,
        }
    }
}

/// The edition, and whether it is a draft.
pub(super) fn edition(name: &EditionName) -> String {
    let draft = if name.draft.is_some() { " (a draft)" } else { "" };
    format!("{}{draft}", name.id)
}

/// How a rule rests on its sources.
pub(super) fn label(basis: Basis) -> &'static str {
    match basis {
        Basis::Documented => "documented in",
        Basis::Related => "related, in",
        Basis::Derived => "derived from",
    }
}

/// A page, its date and the section.
pub(super) fn source(source: &DatedSource) -> String {
    let dated = source.dated.as_ref().map(|dated| format!(" ({dated})")).unwrap_or_default();
    format!("{}{dated}, {}", source.title, source.section)
}

/// What is said beside a rule: whose place it takes, on what it rested, and what is noted now.
fn remarks(change: &RuleChange) -> Vec<String> {
    let before = match &change.change {
        Changed::Added | Changed::Retired => return Vec::new(),
        Changed::Replaces { rule, title } => {
            return vec![format!("in the place of {rule}: {title}")];
        }
        Changed::RestsElsewhere { before } => before,
    };
    let Grounds { basis, because, notes, .. } = &change.grounds;
    let places = |grounds: &Grounds| {
        let sources = grounds.sources.iter();
        sources.map(|one| (one.page.clone(), one.section.clone())).collect::<Vec<_>>()
    };
    let mut remarks = Vec::new();
    if (before.basis, places(before)) != (*basis, places(&change.grounds)) {
        remarks.push(format!("it was {}", grounds(before)));
    }
    let because = because.as_ref().filter(|_| *because != before.because);
    remarks.extend(because.map(|because| format!("because: {because}")));
    let new = notes.iter().filter(|note| !before.notes.contains(note));
    remarks.extend(new.map(|note| format!("noted: {note}")));
    remarks
}

/// On what a rule rests, in one sentence.
fn grounds(grounds: &Grounds) -> String {
    let sources: Vec<String> = grounds.sources.iter().map(source).collect();
    format!("{} {}", label(grounds.basis), sources.join("; "))
}

fn choice(change: &ChoiceChange) -> String {
    let what = match &change.settled_by {
        _ if change.begins => "new".to_owned(),
        Some(rule) => format!("settled by {rule}"),
        None => "no longer left open".to_owned(),
    };
    format!("{}, {what}: {}", change.choice, change.title)
}

fn setting(change: &SettingChange) -> String {
    let SettingChange { setting, meaning, before, after } = change;
    format!("{setting}: {} → {}; {meaning}", value(before), value(after))
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(self::value).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn capability(new: &NewCapability) -> String {
    let rules = match &new.needed_by[..] {
        [] => "no rule needs it alone".to_owned(),
        rules => format!("needed by {}", rules.join(", ")),
    };
    format!("{}: {rules}", new.capability)
}

fn class(change: &ClassChange) -> String {
    let words: Vec<&str> = change.requires.iter().map(|one| one.word()).collect();
    format!("{} requires {} besides", change.class, words.join(", "))
}

fn page(change: &PageChange) -> String {
    let PageChange { page, title, before, after } = change;
    let dates = match (before, after) {
        (Some(DatedPage { dated: before, .. }), Some(DatedPage { dated: after, .. })) => {
            let same = if before == after { ", another text" } else { "" };
            format!("{before} → {after}{same}")
        }
        (None, Some(after)) => format!("{}, not read before", after.dated),
        (Some(before), None) => format!("{}, no longer read", before.dated),
        (None, None) => String::new(),
    };
    format!("{title} ({page}): {dates}")
}

/// What is told after the rules: a heading, and its lines.
fn rest(diff: &EditionDiff) -> Vec<(&'static str, Vec<String>)> {
    let parts: [(&str, Vec<String>); 5] = [
        ("choices", diff.choices.iter().map(choice).collect()),
        ("settings", diff.settings.iter().map(setting).collect()),
        ("capabilities that are new", diff.capabilities.iter().map(capability).collect()),
        ("conformance classes", diff.classes.iter().map(class).collect()),
        ("pages", diff.pages.iter().map(page).collect()),
    ];
    parts.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
}

/// The rules of one sort.
fn rules(diff: &EditionDiff, sort: Sort) -> Vec<&RuleChange> {
    diff.rules.iter().filter(|rule| Sort::of(&rule.change) == sort).collect()
}

/// Which of the two is a draft, and what it is without.
fn drafts(diff: &EditionDiff) -> Vec<String> {
    let editions = [&diff.from, &diff.to].into_iter();
    let draft = |name: &EditionName| {
        let missing = name.draft.as_ref()?;
        Some(format!("{} is a draft, still without {missing}", name.id))
    };
    editions.filter_map(draft).collect()
}

/// Where a rule is told in full.
fn hint(diff: &EditionDiff) -> String {
    format!("entra-conformance explain RULE --edition {}", diff.to.id)
}

/// What a later edition changes, for a terminal of this width in columns.
pub fn terminal(diff: &EditionDiff, width: usize) -> String {
    let mut text = String::new();
    let mut lines = |words: &str, first: &str, later: &str| {
        for line in wrap(words, width, first, later) {
            let _ = writeln!(text, "{line}");
        }
    };
    lines(&format!("from {}: {}", edition(&diff.from), diff.from.title), "", "  ");
    lines(&format!("to   {}: {}", edition(&diff.to), diff.to.title), "", "  ");
    for draft in drafts(diff) {
        lines(&draft, "", "  ");
    }
    for (sort, word, mark) in Sort::ALL {
        let rules = rules(diff, sort);
        if rules.is_empty() {
            continue;
        }
        lines("", "", "");
        lines(&format!("{} {word}", counted(rules.len() as u64, "rule")), "", "");
        for rule in rules {
            lines(&rule.rule, &format!("  {mark} "), "    ");
            lines(&rule.title, "    ", "    ");
            for source in &rule.grounds.sources {
                let label = format!("    {}: ", label(rule.grounds.basis));
                lines(&self::source(source), &label, "      ");
                if let Some(quote) = &source.quote {
                    lines(&format!("“{quote}”"), "      ", "      ");
                }
            }
            for remark in remarks(rule) {
                lines(&remark, "    ", "      ");
            }
        }
    }
    for (heading, parts) in rest(diff) {
        lines("", "", "");
        lines(heading, "", "");
        for part in parts {
            lines(&part, "  ", "    ");
        }
    }
    lines("", "", "");
    lines(&format!("A rule in full: {}", hint(diff)), "", "");
    text
}

/// What a later edition changes, as Markdown.
pub fn markdown(diff: &EditionDiff) -> String {
    let mut text = format!("### From {} to {}\n\n", edition(&diff.from), edition(&diff.to));
    for name in [&diff.from, &diff.to] {
        let _ = writeln!(text, "- {}: {}", name.id, escaped(&name.title));
    }
    for draft in drafts(diff) {
        let _ = writeln!(text, "- {}", escaped(&draft));
    }
    for (sort, word, _) in Sort::ALL {
        let rules = rules(diff, sort);
        if rules.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n#### {} {word}\n", counted(rules.len() as u64, "rule"));
        for rule in rules {
            let _ = writeln!(text, "- `{}`: {}", rule.rule, escaped(&rule.title));
            for source in &rule.grounds.sources {
                let words = format!("{}: {}", label(rule.grounds.basis), self::source(source));
                let quote = source.quote.as_ref().map(|quote| format!(": “{quote}”"));
                let _ = writeln!(text, "  - {}", escaped(&(words + &quote.unwrap_or_default())));
            }
            for remark in remarks(rule) {
                let _ = writeln!(text, "  - {}", escaped(&remark));
            }
        }
    }
    for (heading, parts) in rest(diff) {
        let _ = writeln!(text, "\n#### {heading}\n");
        for part in parts {
            let _ = writeln!(text, "- {}", escaped(&part));
        }
    }
    let _ = writeln!(text, "\nA rule in full: `{}`", hint(diff));
    text
}
