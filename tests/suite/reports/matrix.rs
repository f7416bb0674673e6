//! Runs side by side.

use super::hostile::hostile;
use super::{RUNS, summary};
use crate::published::{assert_current, faults, validator};
use entra_conformance::report::matrix::{Matrix, json, markdown, schema};
use entra_conformance::report::{RuleState, Summary, html};
use serde_json::Value;

fn runs() -> Vec<(String, Summary)> {
    RUNS.iter().map(|(run, events)| (format!("{run}.html"), summary(&events()))).collect()
}

#[test]
fn every_run_has_a_column_and_every_rule_a_row() {
    let matrix = Matrix::of(&runs());
    crate::snapshots::settings()
        .bind(|| insta::assert_snapshot!("matrix-markdown", markdown(&matrix)));
    let schema = schema();
    assert_current("matrix.json", &schema);
    let document: Value = serde_json::from_str(&json(&matrix)).expect("JSON");
    assert_eq!(faults(&validator(&schema), &document), Vec::<String>::new());
}

/// A cell leads to a place that is there, and says in words what its colour says.
#[test]
fn every_cell_leads_to_what_the_run_says() {
    let runs = runs();
    let matrix = Matrix::of(&runs);
    let pages: Vec<String> = runs.iter().map(|(_, summary)| html::render(summary)).collect();
    let mut violated = 0;
    for row in &matrix.rules {
        for ((cell, (name, summary)), page) in row.cells.iter().zip(&runs).zip(&pages) {
            let line = summary.rules().into_iter().find(|line| line.rule == row.rule);
            assert_eq!(cell.as_ref().map(|cell| cell.state), line.map(|line| line.state));
            let Some(cell) = cell else { continue };
            let link = cell.link.as_deref().expect("a link");
            let (file, place) = link.split_once('#').expect("a place");
            assert_eq!(file, name);
            assert!(page.contains(&format!("id=\"{place}\"")), "{link}");
            assert_eq!(place.starts_with("failure-"), cell.state == RuleState::Violated);
            violated += usize::from(cell.state == RuleState::Violated);
        }
    }
    assert!(violated > 0);
    let page = html::matrix(&matrix);
    for words in ["✗ violated", "✓ held", "? not exercised", "– not applicable", "not selected"]
    {
        assert!(page.contains(words), "{words}");
    }
}

/// A table that is published alone leads to nothing that is not there.
#[test]
fn without_reports_no_cell_leads_anywhere() {
    let matrix = Matrix::of(&runs()).without_reports();
    let texts = [html::matrix(&matrix), markdown(&matrix), json(&matrix)];
    for (run, _) in RUNS {
        assert!(texts.iter().all(|text| !text.contains(&format!("{run}.html"))), "{run}");
    }
    let document: Value = serde_json::from_str(&texts[2]).expect("JSON");
    assert_eq!(faults(&validator(&schema()), &document), Vec::<String>::new());
}

/// Nothing that an implementation says is taken for anything but text.
#[test]
fn a_hostile_run_stays_in_its_column() {
    let matrix = Matrix::of(&[("hostile.html".to_owned(), hostile())]);
    let page = html::matrix(&matrix);
    assert!(!page.contains("<img") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(!markdown(&matrix).replace("\\<img", "").contains("<img"));
}
