//! Rules and scenarios by pattern. A pattern that matches nothing is a mistake.

use super::exit::Mistake;
use crate::cases::scenario::{embedded, nearest};
use crate::rulebook::Rulebook;
use crate::runner::Selection;
use globset::GlobBuilder;
use std::collections::BTreeSet;

/// What the patterns select.
pub(super) fn selection(
    rules: &[String],
    scenarios: &[String],
    edition: &str,
) -> Result<Selection, Mistake> {
    let book = Rulebook::embedded();
    let known_rules: Vec<&str> = book.rules_in(edition).map(|rule| &*rule.id).collect();
    let known_scenarios: Vec<&str> = embedded().iter().map(|scenario| scenario.id).collect();
    // A rule's earlier name selects it under its present one.
    let rules: Vec<String> = rules
        .iter()
        .map(|pattern| book.rule(pattern).map_or_else(|| pattern.clone(), |rule| rule.id.clone()))
        .collect();
    Ok(Selection {
        rules: matching(&rules, &known_rules, "rule", "rules")?,
        rule_patterns: rules,
        scenarios: matching(scenarios, &known_scenarios, "scenario", "scenarios")?,
        scenario_patterns: scenarios.to_vec(),
        ..Selection::default()
    })
}

/// A pattern of `--rule`, if it matches a rule of any edition.
pub(super) fn rule_pattern(text: &str) -> Result<String, String> {
    let book = Rulebook::embedded();
    let known: Vec<&str> = book.rules.iter().map(|rule| &*rule.id).collect();
    if book.rule(text).is_some() { Ok(text.to_owned()) } else { pattern(text, &known, "rule") }
}

/// A pattern of `--scenario`, if it matches a scenario.
pub(super) fn scenario_pattern(text: &str) -> Result<String, String> {
    let known: Vec<&str> = embedded().iter().map(|scenario| scenario.id).collect();
    pattern(text, &known, "scenario")
}

fn pattern(text: &str, known: &[&str], noun: &str) -> Result<String, String> {
    let pattern = text.to_owned();
    match matching(std::slice::from_ref(&pattern), known, noun, &format!("{noun}s")) {
        Ok(_) => Ok(pattern),
        Err(mistake) => Err(mistake.message),
    }
}

fn matching(
    patterns: &[String],
    known: &[&str],
    noun: &str,
    listing: &str,
) -> Result<BTreeSet<String>, Mistake> {
    let mut selected = BTreeSet::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern)
            .build()
            .map_err(|error| Mistake::bad_input(format!("--{noun} {pattern}: {}", error.kind())))?
            .compile_matcher();
        let mut found = false;
        for name in known.iter().filter(|name| glob.is_match(name)) {
            found = true;
            selected.insert((*name).to_owned());
        }
        if !found {
            let separator = if noun == "rule" { '.' } else { '/' };
            let is_area = known.iter().any(|name| name.split(separator).next() == Some(pattern));
            let hint = if is_area {
                format!("; did you mean '{pattern}{separator}*'?")
            } else {
                nearest(pattern, known.iter().copied())
            };
            return Err(Mistake::bad_input(format!(
                "--{noun} {pattern} matches none of the {} {listing}{hint} (`entra-conformance list {listing}` shows them)",
                known.len()
            )));
        }
    }
    Ok(selected)
}
