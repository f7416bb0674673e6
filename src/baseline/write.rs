//! Writes a new baseline file.

use super::entry::{Baseline, Declared, Entry};
use super::gate::Gate;
use super::read::BaselineFile;
use super::results::{Nonconformity, Subject};
use crate::cases::scenario::scalar_text;
use crate::implementation::Description;
use std::fmt::Write as _;

/// The text of a new file.
pub fn write(baseline: &Baseline, description: &Description) -> String {
    let name = &description.implementation;
    let mut text = format!(
        "# What {} {} is known not to pass, and what it is not judged by.\n\
         # `entra-conformance run --baseline` fails on everything else, and on what is listed here\n\
         # and is not so any more. `entra-conformance baseline update` puts this file right and keeps\n\
         # comments, order, and what stands under `issue`, `expires` and `note`.\n",
        one_line(&name.name),
        one_line(&name.version)
    );
    let _ = writeln!(text, "format: {}", baseline.format);
    let _ = writeln!(text, "edition: {}", scalar_text(&baseline.edition));
    text.push_str(&declares_text(&baseline.declares));
    if baseline.entries.is_empty() {
        text.push_str("entries: []\n");
        return text;
    }
    text.push_str("entries:\n");
    for entry in &baseline.entries {
        text.push_str(&entry_text(entry, 2));
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is declared, as it stands in a file.
pub(super) fn declares_text(declares: &Declared) -> String {
    let words: Vec<String> =
        declares.capabilities.iter().map(|capability| scalar_text(capability.word())).collect();
    let mut text = format!("declares:\n  capabilities: [{}]\n", words.join(", "));
    let choices = declares.choices.words();
    if !choices.is_empty() {
        text.push_str("  choices:\n");
        for (choice, value) in choices {
            let _ = writeln!(text, "    {choice}: {}", scalar_text(value));
        }
    }
    text
}

/// An entry as it stands in a file, with its dash in the column after this indentation.
pub(super) fn entry_text(entry: &Entry, indent: usize) -> String {
    let fields = serde_json::to_value(entry).expect("text and no other names than its own");
    let mut text = String::new();
    // In the order of the form.
    for field in ["scenario", "example", "rule", "outcome", "reason", "issue", "expires", "note"] {
        let Some(value) = fields[field].as_str().map(scalar_text) else { continue };
        let dash = if text.is_empty() { "- " } else { "  " };
        let _ = writeln!(text, "{:indent$}{dash}{field}: {value}", "");
    }
    text
}

impl Gate {
    /// Entries for everything that is not listed, and what cannot be listed, since no file shows
    /// it.
    pub fn new_entries(&self, file: &BaselineFile) -> (Vec<Entry>, Vec<&Nonconformity>) {
        let (mut entries, mut unlistable) = (Vec::new(), Vec::new());
        for found in &self.unlisted {
            let (scenario, example) = match &found.subject {
                Subject::Scenario(name) => (Some(name.clone()), None),
                Subject::Example { file: Some(place), .. } => (None, Some(file.name_of(place))),
                Subject::Example { file: None, .. } => {
                    unlistable.push(found);
                    continue;
                }
                Subject::Rule => (None, None),
            };
            let observed = &found.observed;
            entries.push(Entry {
                scenario,
                example,
                rule: observed.rule.clone(),
                outcome: observed.outcome,
                reason: observed.reason.clone(),
                issue: None,
                expires: None,
                note: None,
            });
        }
        (entries, unlistable)
    }
}
