//! The verdict, and what it is about.

use super::failures::{aborted_ids, in_code};
use super::text::{Shown, as_sentence, identifier, link};
use super::{Page, state_class};
use crate::report::{RuleState, Status, words};
use maud::{Markup, html};

/// At most so many cases that aborted are named at the top.
const LISTED: usize = 8;

/// The width of the bar of states, in units of its own.
const BAR: usize = 1_000;

impl Page<'_> {
    pub(super) fn head(&self, verdict: &str) -> Markup {
        let status = self.summary.status();
        let (class, mark, word) = match status {
            Status::Conformant => ("good", "✓", "Conformant"),
            Status::AsListed => ("good", "✓", "As the baseline lists it"),
            Status::PartHeld => ("caution", "◐", "A part of a run"),
            Status::Incomplete => ("caution", "!", "Incomplete"),
            Status::Nonconformant => ("bad", "✗", "Not conformant"),
            Status::SuiteDefect => ("bad", "!", "Not judged"),
        };
        html! {
            header class={ "verdict " (class) } {
                p.about { "Entra Connect conformance" }
                div.outcome {
                    span.sign aria-hidden="true" { (mark) }
                    div {
                        h1 { (in_code(verdict)) }
                        p.who {
                            span.aloud { (word) ": " }
                            (Shown(&words::implementation(self.header)))
                            @if let Some(url) = &self.header.description.implementation.url {
                                ", " (link(url, url))
                            }
                        }
                    }
                }
                (self.denominators())
                (self.why_not_whole(status, verdict))
                (self.wrong())
                (self.facts())
            }
        }
    }

    /// The denominators: how many rules, and what became of them.
    fn denominators(&self) -> Markup {
        let counts = self.counts;
        let states = RuleState::ALL.map(|state| (state, counts.in_state(state)));
        let all = counts.all();
        let of_edition = self.summary.rules_of_edition();
        let mut begun = 0;
        let mut bars = Vec::new();
        for (state, count) in states.into_iter().filter(|(_, count)| *count > 0) {
            bars.push((state, begun * BAR / all, (begun + count) * BAR / all));
            begun += count;
        }
        html! {
            div.counts {
                svg.bar viewBox={ "0 0 " (BAR) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                    @for (state, from, to) in bars {
                        rect class=(state_class(state)) x=(from) y="0" width=(to - from) height="10" {}
                    }
                }
                ul role="list" {
                    @for (state, count) in states {
                        li class=(state_class(state)) {
                            span.number { (count) } " "
                            span.mark aria-hidden="true" { (state.mark()) } " "
                            (state.words())
                        }
                    }
                    li.all {
                        span.number { (all) } " "
                        @if all == 1 { "rule" } @else { "rules" } " in all"
                    }
                }
                @if counts.judged() < all || all < of_edition {
                    p {
                        (counts.judged()) " of " (all) " judged."
                        @if all < of_edition {
                            " The edition has " (of_edition) " rules; the others were not selected."
                        }
                    }
                }
            }
        }
    }

    /// Why the verdict is none on the whole.
    fn why_not_whole(&self, status: Status, verdict: &str) -> Markup {
        let why = self.summary.why_incomplete().map(|why| self.summary.incomplete(why));
        let aborts = self.summary.aborts();
        html! {
            @if let Some(why) = why.filter(|why| !verdict.contains(&**why)) {
                p.note.caution { strong { "Incomplete. " } (in_code(&as_sentence(&why))) "." }
            }
            @if status == Status::PartHeld {
                p.note.caution {
                    strong { "A part of a run. " }
                    "The verdict is that of all parts together; " code { "merge" } " gives it."
                }
            }
            @if aborts > 0 {
                p.note.bad {
                    strong { "Aborted. " }
                    "The implementation came to no end in "
                    (words::counted(aborts as u64, "case")) "."
                }
            }
        }
    }

    /// What went wrong, in a line each.
    fn wrong(&self) -> Markup {
        let findings: Vec<_> = self.findings.iter().filter(|(finding, _)| !finding.known).collect();
        let aborted = &self.summary.aborted;
        html! {
            @if !findings.is_empty() || !aborted.is_empty() {
                ul.wrong role="list" aria-label="What went wrong" {
                    @for (finding, _) in findings {
                        li {
                            span.mark aria-hidden="true" { "✗" }
                            a href={ "#" (identifier("failure", &finding.rule)) } {
                                code { (Shown(&finding.rule)) }
                            }
                            @if let Some(rule) = self.book.rule(&finding.rule) { " " (in_code(&rule.title)) }
                        }
                    }
                    @for (aborted, id) in aborted.iter().zip(aborted_ids(aborted)).take(LISTED) {
                        li {
                            span.mark aria-hidden="true" { "✗" }
                            a href={ "#" (id) } { (Shown(&words::aborted(aborted))) }
                        }
                    }
                    @if aborted.len() > LISTED {
                        li { "and " (aborted.len() - LISTED) " more that " a href="#aborted" { "aborted" } }
                    }
                }
            }
        }
    }

    /// What every report says of a run.
    fn facts(&self) -> Markup {
        let header = self.header;
        let time = self.summary.milliseconds.map(words::duration);
        html! {
            dl.facts {
                div { dt { "Judged by" } dd { (Shown(&words::suite(header))) } }
                div { dt { "Selection" } dd { (Shown(&words::selection(header))) } }
                div { dt { "Seed" } dd { (header.selection.generation.seed) } }
                @if let Some(started) = words::started(header) { div { dt { "Began" } dd { (started) } } }
                div { dt { "Took" } dd {
                    (time.unwrap_or_else(|| "not known: it came to no end".to_owned()))
                } }
                @if let Some(classes) = words::classes(self.summary) {
                    div.wide { dt { "Classes met" } dd { (Shown(&classes)) } }
                }
                div.wide { dt { "Choices" } dd { (Shown(&words::choices(&header.description.choices))) } }
            }
        }
    }
}
