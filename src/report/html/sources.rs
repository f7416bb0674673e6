//! Where cases came from, and which could not be judged.

use super::Page;
use super::text::{Shown, duration};
use crate::report::words;
use crate::runner::NotApplicable;
use maud::{Markup, html};
use std::collections::BTreeMap;

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
                                    ["Source", "planned", "judged", "not applicable", "aborted", "duration"] {
                                    th scope="col" { (head) }
                                }
                            }
                        }
                        tbody {
                            @for line in &self.summary.sources {
                                tr {
                                    th scope="row" { (line.planned.source.word()) }
                                    td { (line.planned.cases) }
                                    td { (line.result.judged) }
                                    td { (line.result.not_applicable) }
                                    td { (line.result.aborted) }
                                    td { (line.result.milliseconds.map(duration).unwrap_or_else(|| "–".to_owned())) }
                                }
                            }
                        }
                    }
                }
                ul {
                    @for line in &self.summary.sources {
                        li { (Shown(&words::source(line, self.header))) }
                        @for detail in words::source_details(line) { li { (Shown(&detail)) } }
                    }
                }
                (self.not_applicable())
            }
        }
    }

    /// The cases that the implementation cannot be judged by, by the reason.
    fn not_applicable(&self) -> Markup {
        let mut reasons: BTreeMap<&NotApplicable, Vec<&str>> = BTreeMap::new();
        for (case, reason) in &self.summary.not_applicable {
            reasons.entry(reason).or_default().push(case);
        }
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
