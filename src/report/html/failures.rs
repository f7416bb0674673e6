//! What went wrong: violated rules, cases in which the implementation aborted, and what the suite
//! itself failed to judge.

use super::case::{Card, Lane, read};
use super::difference::side_by_side;
use super::text::{Shown, as_sentence, identifier, link, value};
use super::{Page, state_chip};
use crate::report::violation::{actual_in_words, expected_in_words, field_in_words, value_of};
use crate::report::{Aborted, Place, RuleFailure, RuleState, answers, gate, legible, words};
use crate::rulebook::area_of;
use crate::runner::{Answer, FieldChange, Finding, Origin};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// At most so many cases that aborted are shown in full.
const FULL: usize = 25;

/// At most so many violations of one case are shown.
const VIOLATIONS: usize = 20;

impl Page<'_> {
    pub(super) fn went_wrong(&self) -> Markup {
        let (known, beyond): (Vec<_>, Vec<_>) =
            self.findings.iter().partition(|(finding, _)| finding.known);
        html! {
            (self.defects())
            @if !beyond.is_empty() {
                section data-group="" aria-labelledby="failures" {
                    h2 id="failures" tabindex="-1" { "Findings" }
                    @for (finding, failure) in beyond { (self.failure(finding, failure)) }
                }
            }
            (self.aborted())
            (self.by_baseline())
            @if !known.is_empty() {
                section data-group="" aria-labelledby="known" {
                    h2 id="known" tabindex="-1" { "Known findings" }
                    @for (finding, failure) in known { (self.failure(finding, failure)) }
                }
            }
        }
    }

    /// What is not as the baseline lists it, and what it lists.
    fn by_baseline(&self) -> Markup {
        let differences = gate::differences(self.summary);
        let known = gate::known(self.summary);
        html! {
            @if let Some(baseline) = &self.summary.baseline {
                section aria-labelledby="baseline" {
                    h2 id="baseline" tabindex="-1" { "Baseline" }
                    p { code { (Shown(&baseline.file)) } }
                    @if !differences.is_empty() {
                        h3 { "Not as listed" }
                        ul.plain {
                            @for difference in differences { li { (Shown(&difference)) } }
                            @if let Some(removal) = gate::removal(self.summary) { li { (Shown(&removal)) } }
                        }
                    }
                    @if known.is_empty() {
                        p { "Nothing that it lists has gone wrong in this run." }
                    } @else {
                        h3 { "Known" }
                        ul.plain { @for line in known { li { (Shown(&line)) } } }
                    }
                }
            }
        }
    }

    fn defects(&self) -> Markup {
        html! {
            @if !self.summary.defects.is_empty() {
                section aria-labelledby="defects" {
                    h2 id="defects" tabindex="-1" { "Defects of the suite" }
                    @for (case, message) in &self.summary.defects {
                        article.failure {
                            h3 { "The suite itself failed to judge " code { (Shown(case)) } }
                            p.message { (value(message)) }
                        }
                    }
                }
            }
        }
    }

    fn failure(&self, finding: &Finding, failure: &RuleFailure) -> Markup {
        let id = identifier("failure", &finding.rule);
        let rule = self.book.rule(&finding.rule);
        let report = &failure.report;
        html! {
            article.failure id=(id) tabindex="-1" data-item=(identifier("rule", &finding.rule)) data-state="violated"
                data-area=(area_of(&finding.rule)) aria-labelledby={ (id) "-name" } {
                h3 id={ (id) "-name" } {
                    (state_chip(RuleState::Violated)) " "
                    @if finding.known { span.state.not-applicable { "known" } " " }
                    code { (Shown(&finding.rule)) }
                }
                @if let Some(rule) = rule { p.title { (in_code(&rule.title)) } }
                @if let Some(words) = words::likeness(finding) { p.likeness { (in_code(&as_sentence(&words))) } }
                (self.grounds(&finding.rule))
                h4 { "Expected and actual" }
                @if let Some(about) = words::about(&failure.case, &failure.place) {
                    p.shows { (in_code(about.title)) }
                    @if let Some(tempting) = about.tempting { p { "The tempting mistake: " (in_code(tempting)) } }
                }
                p {
                    "In " code { (Shown(&failure.case)) } " " (Shown(&words::when(report)))
                    @if let Some(seed) = words::seed(&failure.case, self.header) { ", seed " (seed) }
                    @if report.origin == Origin::Expectation {
                        ", by what the scenario expects; no check stands behind it"
                    }
                    @if let Some(variation) = words::variation(report) {
                        ", compared with the same case " (Shown(variation))
                    }
                    ":"
                }
                @for violation in report.violations.iter().take(VIOLATIONS) {
                    p.where {
                        (Shown(&violation.object.to_string())) ", " code { (Shown(&field_in_words(&violation.field))) }
                    }
                    (side_by_side(&expected_in_words(violation), &actual_in_words(violation)))
                }
                @if report.violations.len() > VIOLATIONS {
                    p { "And " (report.violations.len() - VIOLATIONS) " more; the JSON report has them." }
                }
                h4 { "How it came about" }
                (timeline(&report.excerpt, report.step, "Not as expected after this"))
                @if !report.answers.is_empty() {
                    h4 { "What it answered, and what it changed in the cloud" }
                    ol.answers { @for answer in &report.answers { li { (shown_answer(answer)) } } }
                }
                (self.replay(&failure.rule, &failure.case, &failure.place, Some(&failure.rule)))
                p.others {
                    "Explained by "
                    @for (at, command) in words::explain(failure, self.header).iter().enumerate() {
                        @if at > 0 { " and " }
                        code { (Shown(command)) }
                    }
                }
                @if !finding.consequences.is_empty() {
                    p.consequences {
                        "The same mistake also breaks "
                        @for (at, rule) in finding.consequences.iter().enumerate() {
                            @if at > 0 { ", " }
                            a href={ "#" (identifier("rule", rule)) } { code { (Shown(rule)) } }
                        }
                        "."
                    }
                }
                @if let Some(others) = words::other_cases(failure) {
                    p.others { "Also in " (Shown(&others)) "." }
                }
                p.back { a href={ "#" (identifier("rule", &finding.rule)) } { "The rule, and how often it held" } }
            }
        }
    }

    /// What a rule says, and where that is from.
    pub(super) fn grounds(&self, rule: &str) -> Markup {
        html! {
            @if let Some(known) = self.book.rule(rule) {
                p.statement { (in_code(&known.statement)) }
                ul.sources {
                    @for (citation, source) in
                        words::citations(rule, &self.header.edition).into_iter().zip(&known.in_edition(&self.header.edition).sources) {
                        li {
                            (as_sentence(citation.label))
                            @if let Some(page) = self.book.page(&source.page) {
                                (link(&citation.page, &page.url))
                            } @else {
                                (citation.page)
                            }
                            @if let Some(quote) = &citation.quote { ": " q { (in_code(quote)) } }
                        }
                    }
                    li { (link("The rule's page, with its scenarios", &known.url())) }
                }
            }
        }
    }

    fn aborted(&self) -> Markup {
        let cases = &self.summary.aborted;
        html! {
            @if !cases.is_empty() {
                section data-group="" aria-labelledby="aborted" {
                    h2 id="aborted" tabindex="-1" { "Aborted" }
                    @for (at, (aborted, id)) in cases.iter().zip(aborted_ids(cases)).enumerate() {
                        @if at < FULL {
                            (self.one_aborted(aborted, &id))
                        } @else {
                            p.more id=(id) data-item=(id) data-state="aborted" data-area="" {
                                (as_sentence(&words::aborted(aborted)))
                            }
                        }
                    }
                }
            }
        }
    }

    fn one_aborted(&self, aborted: &Aborted, id: &str) -> Markup {
        let failure = &aborted.failure;
        html! {
            article.failure id=(id) tabindex="-1" data-item=(id) data-state="aborted" data-area=""
                aria-labelledby={ (id) "-name" } {
                h3 id={ (id) "-name" } {
                    span.state.violated {
                        span.mark aria-hidden="true" { "✗" } " " (failure.kind.word())
                    }
                    " "
                    @if self.summary.is_known_abort(aborted) { span.state.not-applicable { "known" } " " }
                    code { (Shown(&aborted.case)) }
                }
                p.title { (Shown(&as_sentence(&words::aborted(aborted)))) }
                p.message { (value(&failure.message)) }
                @if !failure.stderr_tail.is_empty() {
                    h4 { "The end of its standard error" }
                    pre.scroll tabindex="0" role="group" aria-label="The end of its standard error" {
                        @for line in &failure.stderr_tail { (value(line)) "\n" }
                    }
                }
                @if !aborted.excerpt.is_empty() {
                    h4 { "How it came about" }
                    (timeline(&aborted.excerpt, aborted.step, "Aborted here"))
                }
                (self.replay(id, &aborted.case, &aborted.place, None))
            }
        }
    }

    /// How the same comes about again.
    fn replay(&self, name: &str, case: &str, place: &Place, rule: Option<&str>) -> Markup {
        let id = identifier("replay", name);
        html! {
            h4 { "See it again" }
            @if let Place::Generated(_, Some(why)) = place {
                p { "In no file: " (Shown(&words::not_saved(why))) "." }
            }
            div.copy {
                pre.command tabindex="0" role="group" aria-label="Command" {
                    code id=(id) { (Shown(&words::replay(case, place, rule, self.header))) }
                }
                button type="button" data-copy=(id) hidden { "Copy the command" }
                span.copied role="status" { }
            }
        }
    }
}

/// Where each case that aborted stands on the page.
pub(super) fn aborted_ids(cases: &[Aborted]) -> Vec<String> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let ids = cases.iter().map(|aborted| {
        let id = identifier("aborted", &aborted.case);
        // A case may come twice, when it is saved as well.
        let times = known.entry(&aborted.case).or_default();
        *times += 1;
        if *times == 1 { id } else { format!("{id}_{times}") }
    });
    ids.collect()
}

/// Text in which the words between backticks are code.
pub(super) fn in_code(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (Shown(part)) } } @else { (Shown(part)) }
        }
    }
}

/// A case step by step in three lanes, and as the file it can be made of.
pub(super) fn timeline(excerpt: &str, step: usize, here: &str) -> Markup {
    let case = read(excerpt);
    html! {
        @if let Some(case) = &case {
            div.case {
                p.lanes aria-hidden="true" {
                    @for lane in [Lane::OnPremises, Lane::Connect, Lane::Cloud] { span { (lane.words()) } }
                }
                ol.timeline role="list" {
                    li.given {
                        p.number { "Given" }
                        @for card in &case.given { (shown_card(card, None, None)) }
                        @if case.given.is_empty() { p.nothing { "Nothing on either side." } }
                        @if step == 0 { p.here { span.mark aria-hidden="true" { "✗" } " " (here) } }
                    }
                    @for (at, shown) in case.steps.iter().enumerate() {
                        @let is_here = at + 1 == step;
                        li.step.broken[is_here].cycle[shown.command == "sync"] {
                            p.number { (at + 1) }
                            (shown_card(&shown.card, Some(shown.command), is_here.then_some(here)))
                        }
                    }
                }
            }
        }
        details.yaml.again[case.is_some()] open[case.is_none()] {
            summary { "The case as a scenario file (YAML)" }
            pre.scroll tabindex="0" role="group" aria-label="The case in YAML" { (value(excerpt)) }
        }
    }
}

/// What an implementation reported of a step, and each object that it changed, before and after.
fn shown_answer(answer: &Answer) -> Markup {
    html! {
        code { (answer.command.to_string()) } " " (Shown(&answers::reported(answer)))
        @for change in &answer.changes {
            @if !change.is_there {
                p { (Shown(&change.object.to_string())) " is gone" }
            } @else {
                div.scroll tabindex="0" role="group" aria-label={ "What changed of " (legible(&change.object.to_string())) } {
                    table.change {
                        caption {
                            (Shown(&change.object.to_string()))
                            @if !change.was_there { " appeared" }
                        }
                        thead {
                            tr { th scope="col" { "Field" } th scope="col" { "Before" } th scope="col" { "After" } }
                        }
                        tbody {
                            @for FieldChange { field, before, after } in &change.fields {
                                tr {
                                    th scope="row" { (Shown(&field_in_words(field))) }
                                    td {
                                        @if change.was_there { (value(&value_of(field, before, false))) } @else { "–" }
                                    }
                                    td { (value(&value_of(field, after, false))) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if answer.more > 0 {
            p { "And " (words::counted(answer.more as u64, "object")) " more changed." }
        } @else if answer.changes.is_empty() {
            p { "Nothing changed in the cloud." }
        }
    }
}

fn shown_card(card: &Card, command: Option<&str>, here: Option<&str>) -> Markup {
    html! {
        div class={ "card " (card.lane.class()) } {
            p.lane { (card.lane.words()) }
            p.what { (Shown(&card.title)) }
            @if let Some(command) = command { p.do { code { (Shown(command)) } } }
            @if !card.fields.is_empty() {
                dl {
                    @for (name, text) in &card.fields {
                        div { dt { (Shown(name)) } dd { (value(text)) } }
                    }
                }
            }
            @if let Some(here) = here {
                p.here { span.mark aria-hidden="true" { "✗" } " " (here) }
            }
        }
    }
}
