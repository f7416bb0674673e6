//! Runs side by side, as a page that leads to the page of each.

use super::failures::in_code;
use super::newer_edition::newer_edition;
use super::text::{Shown, link};
use super::{head, state_class};
use crate::report::matrix::{Cell, Matrix, Run};
use crate::report::{RuleState, Status, legible};
use crate::rulebook::Rulebook;
use maud::{DOCTYPE, Markup, html};

/// The matrix as a page for a browser. Its links lead to the reports beside it, where there are any.
pub fn matrix(matrix: &Matrix) -> String {
    let runs = matrix.runs.len();
    let heading = "Entra Connect conformance, run by run";
    let broken = matrix.rules.iter().filter(|row| row.cells.iter().flatten().any(is_broken));
    let broken = broken.count();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(heading))
            body.wide-page {
                a.skip href="#results" { "Skip to the matrix" }
                header.verdict {
                    h1 { (heading) }
                    p.who {
                        (matrix.rules.len()) " rules, " (runs) @if runs == 1 { " run" } @else { " runs" }
                        "; " (broken) @if broken == 1 { " rule is" } @else { " rules are" }
                        " violated in one of them at least."
                    }
                }
                nav aria-label="Areas" {
                    ul role="list" {
                        @for (at, newer) in matrix.newer_editions.iter().enumerate() {
                            li { a href={ "#newer-" (at) } { "What " (newer.to.id) " changes" } }
                        }
                        @for (area, _) in matrix.areas() { li { a href={ "#area-" (area) } { (area) } } }
                    }
                }
                main id="results" tabindex="-1" {
                    @for (at, newer) in matrix.newer_editions.iter().enumerate() {
                        (newer_edition(newer, &format!("newer-{at}")))
                    }
                    @if !matrix.newer_editions.is_empty() { h2 { "Every rule" } }
                    p.legend {
                        @for state in RuleState::ALL { (super::state_chip(state)) " " }
                        @if matrix.runs.iter().any(|run| run.page.is_some()) {
                            "Each cell leads to what the run's own report says."
                        }
                    }
                    div.scroll tabindex="0" role="group" aria-label="Rules by run" {
                        table.runs {
                            thead {
                                tr {
                                    th scope="col" { "Rule" }
                                    @for run in &matrix.runs { th scope="col" { (column(run)) } }
                                }
                            }
                            @for (area, rows) in matrix.areas() {
                                tbody {
                                    tr { th.area scope="rowgroup" colspan=(runs + 1) id={ "area-" (area) } { (area) } }
                                    @for row in rows {
                                        tr {
                                            th scope="row" {
                                                @if let Some(rule) = Rulebook::embedded().rule(&row.rule) {
                                                    code { (link(&row.rule, &rule.url())) }
                                                    span.sum { (in_code(&rule.title)) }
                                                } @else {
                                                    code { (Shown(&row.rule)) }
                                                }
                                            }
                                            @for (cell, run) in row.cells.iter().zip(&matrix.runs) {
                                                (shown(cell.as_ref(), Matrix::absent(row, run)))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                footer { p { "Made by entra-conformance from the events of these runs. It needs no network." } }
            }
        }
    };
    page.into_string()
}

fn is_broken(cell: &Cell) -> bool {
    cell.state == RuleState::Violated
}

fn column(run: &Run) -> Markup {
    let (mark, class) = match run.verdict {
        Status::Conformant | Status::AsListed => ("✓", "held"),
        Status::Nonconformant | Status::SuiteDefect => ("✗", "violated"),
        Status::Incomplete | Status::PartHeld => ("!", "not-exercised"),
    };
    html! {
        @if let Some(page) = &run.page {
            a href=(page) { (Shown(&run.name())) }
        } @else {
            (Shown(&run.name()))
        }
        span.sum { (Shown(&run.about())) }
        span class={ "state " (class) } { span.mark aria-hidden="true" { (mark) } " " (Shown(&run.words)) }
    }
}

fn shown(cell: Option<&Cell>, absent: &str) -> Markup {
    html! {
        td {
            @if let Some(cell) = cell {
                a class={ "cell " (state_class(cell.state)) } href=[&cell.link] title=(legible(&cell.words)) {
                    (cell.state_in_words())
                }
            } @else {
                span.cell { (absent) }
            }
        }
    }
}
