//! Any number of runs side by side, rule by rule: several implementations, versions of one over time,
//! or editions.

mod render;

#[cfg(feature = "schema")]
pub use render::schema;
pub use render::{json, markdown};

use super::html::identifier;
use super::newer_edition::NewerEdition;
use super::{Counts, RuleLine, RuleState, Status, Summary, words};
use crate::rulebook::{Rulebook, area_of};
use crate::runner::Finding;
use serde::Serialize;
use std::collections::BTreeSet;

/// The version of the document's form. It grows when a reader of the earlier one would go wrong;
/// fields that such a reader can pass over are added without.
pub const MATRIX_FORMAT: u32 = 1;

/// Runs side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A matrix of entra-conformance"))]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// The version of this document's form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = MATRIX_FORMAT)))]
    pub format: u32,
    /// The runs, in the order in which they were given.
    pub runs: Vec<Run>,
    /// Every rule that one of them selected, in the rulebook's order.
    pub rules: Vec<Row>,
    /// What newer editions change, where an implementation was judged by several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newer_editions: Vec<NewerEdition>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The file with the run's own report, beside the matrix, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Who was judged.
    pub implementation: String,
    /// Its version.
    pub version: String,
    /// The edition that was judged by.
    pub edition: String,
    /// When the run began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// How it ended.
    pub verdict: Status,
    /// The verdict in words.
    pub words: String,
    /// How many rules there are, by what the run came to for them.
    pub counts: Counts,
}

/// A rule, and what each run came to for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Row {
    /// The rule's ID.
    pub rule: String,
    /// What it says, in a line; absent where this rulebook does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'static str>,
    /// What each run came to, in the order of the runs; null where the run did not select it, or its edition
    /// does not have it.
    pub cells: Vec<Option<Cell>>,
}

/// What a run came to for a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cell {
    /// The state.
    pub state: RuleState,
    /// Whether a baseline lists what is wrong.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
    /// The same in words, with how often.
    pub words: String,
    /// Where it is told in the run's own report, if that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Matrix {
    /// These runs side by side, each with the name of the file that its own report is in.
    pub fn of(runs: &[(String, Summary)]) -> Matrix {
        let lines: Vec<Vec<RuleLine>> = runs.iter().map(|(_, summary)| summary.rules()).collect();
        let names: BTreeSet<&str> = lines.iter().flatten().map(|line| &*line.rule).collect();
        let book = Rulebook::embedded();
        let place = |rule: &str| {
            let known = book.rules.iter().position(|known| known.id == rule);
            known.unwrap_or(book.rules.len())
        };
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by_key(|rule| place(rule));
        let findings = runs.iter().map(|(_, summary)| summary.findings());
        let columns: Vec<_> = runs.iter().zip(&lines).zip(findings).collect();
        let row = |rule: &str| Row {
            rule: rule.to_owned(),
            title: book.rule(rule).map(|rule| &*rule.title),
            cells: columns
                .iter()
                .map(|(((page, _), lines), findings)| {
                    let line = lines.iter().find(|line| line.rule == rule)?;
                    Some(cell(line, page, findings))
                })
                .collect(),
        };
        Matrix {
            format: MATRIX_FORMAT,
            runs: runs.iter().map(|(page, summary)| run(page, summary)).collect(),
            rules: names.into_iter().map(row).collect(),
            newer_editions: newer_editions(runs),
        }
    }

    /// The same where the runs' own reports are not beside it.
    pub fn without_reports(mut self) -> Matrix {
        self.runs.iter_mut().for_each(|run| run.page = None);
        let cells = self.rules.iter_mut().flat_map(|row| &mut row.cells);
        cells.flatten().for_each(|cell| cell.link = None);
        self
    }

    /// What stands where a run did not select a rule.
    pub(super) fn absent(row: &Row, run: &Run) -> &'static str {
        let book = Rulebook::embedded();
        match (book.rule(&row.rule), book.edition(&run.edition)) {
            (Some(rule), Some(edition)) if !rule.is_in(&edition.id) => "not in this edition",
            _ => "not selected",
        }
    }

    /// The rules by area, in the rulebook's order.
    pub(super) fn areas(&self) -> Vec<(&'static str, Vec<&Row>)> {
        let mut areas: Vec<(&'static str, Vec<&Row>)> = Vec::new();
        for row in &self.rules {
            let area = area_of(&row.rule);
            match areas.last_mut() {
                Some((last, rows)) if *last == area => rows.push(row),
                _ => areas.push((area, vec![row])),
            }
        }
        areas
    }
}

/// What each run changes against that of the same implementation by the next earlier edition.
fn newer_editions(runs: &[(String, Summary)]) -> Vec<NewerEdition> {
    let edition = |summary: &Summary| summary.header().map(|header| header.edition.clone());
    let mut sorted: Vec<&Summary> = runs.iter().map(|(_, summary)| summary).collect();
    sorted.sort_by_key(|summary| edition(summary));
    let changes = sorted.iter().enumerate().filter_map(|(at, after)| {
        let mut earlier = sorted[..at].iter().rev();
        earlier.find_map(|before| NewerEdition::of(before, after))
    });
    changes.filter(|newer| !newer.is_empty()).collect()
}

impl Run {
    /// What tells it from the others: who was judged by what, and when.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.implementation, self.version)
    }

    /// By what, and when.
    pub(super) fn about(&self) -> String {
        let started = self.started.as_ref().map(|started| format!(", {started}"));
        format!("edition {}{}", self.edition, started.unwrap_or_default())
    }
}

impl Cell {
    /// The state in words, with its mark.
    pub(super) fn state_in_words(&self) -> String {
        let known = if self.known { "known: " } else { "" };
        format!("{} {known}{}", self.state.mark(), self.state.words())
    }
}

fn run(page: &str, summary: &Summary) -> Run {
    let header = summary.header();
    let name = header.map(|header| &header.description.implementation);
    Run {
        page: Some(page.to_owned()),
        implementation: name.map(|name| name.name.clone()).unwrap_or_default(),
        version: name.map(|name| name.version.clone()).unwrap_or_default(),
        edition: header.map(|header| header.edition.clone()).unwrap_or_default(),
        started: header.and_then(words::started),
        verdict: summary.status(),
        words: summary.verdict(),
        counts: summary.counts(),
    }
}

fn cell(line: &RuleLine, page: &str, findings: &[Finding]) -> Cell {
    let finding = findings.iter().find(|finding| finding.breaks(&line.rule));
    let place = match finding {
        Some(finding) if line.state == RuleState::Violated => identifier("failure", &finding.rule),
        _ => identifier("rule", &line.rule),
    };
    Cell {
        state: line.state,
        known: line.known,
        words: words::state(line),
        link: Some(format!("{page}#{place}")),
    }
}
