//! A matrix as JSON and as Markdown; the page for a browser is among the other pages.

use super::super::markdown::escaped;
use super::super::newer_edition;
use super::{Cell, Matrix};
use std::fmt::Write as _;

/// The matrix as JSON.
pub fn json(matrix: &Matrix) -> String {
    let text = serde_json::to_string_pretty(matrix).expect("text, numbers and lists of them");
    format!("{text}\n")
}

/// The JSON Schema of the matrix.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Matrix).to_value()
}

/// The matrix as Markdown. Links lead to the reports beside it.
pub fn markdown(matrix: &Matrix) -> String {
    let mut text = "| rule |".to_owned();
    for run in &matrix.runs {
        let _ = write!(
            text,
            " [{}]({})<br>{} |",
            escaped(&run.name()),
            run.page,
            escaped(&run.about())
        );
    }
    let _ = writeln!(text, "\n| :-- |{}", " :-- |".repeat(matrix.runs.len()));
    text.push_str("| **verdict** |");
    for run in &matrix.runs {
        let _ = write!(text, " {} |", escaped(&run.words));
    }
    text.push('\n');
    for row in &matrix.rules {
        let _ = write!(text, "| {} |", escaped(&row.rule));
        for (cell, run) in row.cells.iter().zip(&matrix.runs) {
            let absent = || Matrix::absent(row, run).to_owned();
            let words = cell.as_ref().map_or_else(absent, linked);
            let _ = write!(text, " {words} |");
        }
        text.push('\n');
    }
    text.extend(matrix.newer_editions.iter().map(newer_edition::markdown));
    text
}

fn linked(cell: &Cell) -> String {
    format!("[{}]({})", cell.state_in_words(), cell.link)
}
