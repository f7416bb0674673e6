//! Where cases came from, and which could not be judged.

use super::Page;
use super::failures::in_code;
use super::text::Shown;
use crate::report::words;
use maud::{Markup, html};

impl Page<'_> {
    pub(super) fn cases(&self) -> Markup {
        html! {
            section aria-labelledby="cases" {
                h2 id="cases" tabindex="-1" { "Cases" }
                div.scroll tabindex="0" role="group" aria-label="Cases by source" {
                    table.figures {
                        caption { "Where cases came from, and what became of them" }
                        thead {
                            tr {
                                @for head in
                                    ["Source", "planned", "judged", "not applicable", "declined", "inconclusive", "aborted", "not run", "took"] {
                                    th scope="col" { (head) }
                                }
                            }
                        }
                        tbody {
                            @for line in &self.summary.sources {
                                tr {
                                    th scope="row" { (line.planned.source.word()) }
                                    td { (words::number(line.planned.cases as u64)) }
                                    td { (words::number(line.result.judged as u64)) }
                                    td { (words::number(line.result.not_applicable as u64)) }
                                    td { (words::number(line.result.declined.values().sum::<usize>() as u64)) }
                                    td { (words::number(line.result.inconclusive.values().sum::<usize>() as u64)) }
                                    td { (words::number(line.result.aborted as u64)) }
                                    td {
                                        (words::number(line.planned.cases.saturating_sub(line.result.ended()) as u64))
                                    }
                                    td { (line.result.milliseconds.map(words::duration).unwrap_or_else(|| "–".to_owned())) }
                                }
                            }
                        }
                    }
                }
                ul {
                    @for line in &self.summary.sources {
                        @if let Some(stopped) = line.result.stopped {
                            li { (line.planned.source.word()) ": " (words::stopped(stopped)) }
                        }
                        @for detail in words::source_details(line) { li { (in_code(&detail)) } }
                    }
                }
                (self.not_applicable())
            }
        }
    }

    /// The cases that the implementation cannot be judged by, by the reason.
    fn not_applicable(&self) -> Markup {
        let reasons = words::cases_by_reason(self.summary);
        html! {
            @if !reasons.is_empty() {
                h3 { "Cases that do not apply" }
                @for (reason, cases) in reasons {
                    details {
                        summary {
                            (words::counted(cases.len() as u64, "case")) ": " (Shown(&words::not_applicable(reason)))
                        }
                        ul { @for case in cases { li { code { (Shown(case)) } } } }
                    }
                }
            }
        }
    }
}
