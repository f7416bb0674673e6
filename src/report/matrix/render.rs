//! A matrix as JSON and as Markdown; the page for a browser is among the other pages.

use super::super::markdown::escaped;
use super::super::newer_edition;
use super::{Cell, Matrix};
use std::fmt::{Display, Write as _};

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

/// The matrix as Markdown. Links lead to the reports beside it, where there are any.
pub fn markdown(matrix: &Matrix) -> String {
    let mut text = "| rule |".to_owned();
    for run in &matrix.runs {
        let _ = write!(
            text,
            " {}<br>{} |",
            linked(escaped(&run.name()), run.page.as_deref()),
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
            let told = |cell: &Cell| linked(cell.state_in_words(), cell.link.as_deref());
            let words = cell.as_ref().map_or_else(absent, told);
            let _ = write!(text, " {words} |");
        }
        text.push('\n');
    }
    text.extend(matrix.newer_editions.iter().map(newer_edition::markdown));
    text
}

fn linked(words: impl Display, to: Option<&str>) -> String {
    to.map_or_else(|| words.to_string(), |to| format!("[{words}]({to})"))
}
