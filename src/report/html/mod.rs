//! The report as a page for a browser: one file that needs nothing else, and that is complete without
//! its script.

mod case;
mod difference;
mod failures;
mod head;
mod matrix;
mod newer_edition;
mod rules;
mod runs;
mod sources;
mod text;

use super::{Counts, RuleFailure, RuleLine, RuleState, Summary, words};
use crate::report::legible;
use crate::rulebook::Rulebook;
use crate::runner::{Finding, RunHeader};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
pub use runs::matrix;
pub(super) use text::identifier;
use text::{Shown, as_sentence};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the browser may take from anywhere: nothing but the style and the script of this page, known by
/// their digests.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(hmac_sha256::Hash::hash(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

/// The head of every page.
fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (legible(title)) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

/// The report of a run as a page for a browser.
pub fn render(summary: &Summary) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let page = Page {
        summary,
        header,
        book: Rulebook::embedded(),
        counts: summary.counts(),
        areas: summary.areas(),
        findings: words::findings(summary),
    };
    page.render().into_string()
}

/// What the parts of the page are made of.
struct Page<'s> {
    summary: &'s Summary,
    header: &'s RunHeader,
    book: &'static Rulebook,
    counts: Counts,
    areas: Vec<(&'static str, Vec<RuleLine>)>,
    findings: Vec<(Finding, RuleFailure)>,
}

impl Page<'_> {
    fn render(&self) -> Markup {
        let name = &self.header.description.implementation;
        let verdict = as_sentence(&self.summary.verdict());
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(&format!("{verdict} · {} {}", name.name, name.version)))
                body {
                    a.skip href="#results" { "Skip to the results" }
                    (self.head(&verdict))
                    (self.contents())
                    main id="results" tabindex="-1" {
                        (self.filter())
                        (self.went_wrong())
                        (self.matrix())
                        (self.not_judged())
                        (self.rules())
                        (self.cases())
                    }
                    footer {
                        p {
                            "Made by entra-conformance " (Shown(&self.header.suite_version))
                            " from the events of a run. This file needs no network and asks for nothing."
                        }
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    /// The way to each part of the page.
    fn contents(&self) -> Markup {
        let aborts = self.summary.aborted.len();
        let counts = self.counts;
        let known = self.findings.iter().filter(|(finding, _)| finding.known).count();
        let has_baseline = self.summary.baseline.is_some();
        let parts = [
            ("defects", "Defects of the suite", Some(self.summary.defects.len())),
            ("failures", "Findings", Some(self.findings.len() - known)),
            ("aborted", "Aborted", Some(aborts)),
            ("baseline", "Baseline", (!has_baseline).then_some(0)),
            ("known", "Known findings", Some(known)),
            ("overview", "Overview", None),
            ("not-judged", "Not judged", Some(counts.not_applicable + counts.not_exercised)),
            ("rules", "All rules", Some(counts.all())),
            ("cases", "Cases", None),
        ];
        html! {
            nav aria-label="Contents" {
                ul role="list" {
                    @for (id, words, count) in parts {
                        @if count != Some(0) {
                            li {
                                a href={ "#" (id) } {
                                    (words)
                                    @if let Some(count) = count { " " span.count { (count) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What chooses among the rules. It takes the script, which shows it.
    fn filter(&self) -> Markup {
        html! {
            form.filter role="search" aria-label="Filter" id="filter" hidden {
                div.field.text {
                    label for="filter-text" { "Filter by text" }
                    input id="filter-text" name="q" type="search" autocomplete="off" spellcheck="false";
                }
                div.field {
                    label for="filter-state" { "State" }
                    select id="filter-state" name="state" {
                        option value="" { "any" }
                        @for state in RuleState::ALL {
                            option value=(state_class(state)) { (state.words()) }
                        }
                        @if !self.summary.aborted.is_empty() {
                            option value="aborted" { "aborted" }
                        }
                    }
                }
                div.field {
                    label for="filter-area" { "Area" }
                    select id="filter-area" name="area" {
                        option value="" { "any" }
                        @for (area, _) in &self.areas { option value=(area) { (area) } }
                    }
                }
                div.buttons {
                    button type="reset" { "Show all" }
                    button type="button" data-open="" { "Unfold all" }
                    button type="button" data-close="" { "Fold all" }
                }
                p.hits role="status" { }
            }
        }
    }
}

/// What a state is called in the style sheet and in addresses.
fn state_class(state: RuleState) -> String {
    state.words().replace(' ', "-")
}

/// A state with its mark.
fn state_chip(state: RuleState) -> Markup {
    html! {
        span class={ "state " (state_class(state)) } {
            span.mark aria-hidden="true" { (state.mark()) } " " (state.words())
        }
    }
}
