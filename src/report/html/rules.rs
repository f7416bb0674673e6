//! Every rule with what the run came to for it.

use super::failures::{in_code, timeline};
use super::text::{Shown, as_sentence, identifier};
use super::{Page, state_chip, state_class};
use crate::report::{RuleLine, RuleState, words};
use crate::rulebook::area_of;
use maud::{Markup, html};

impl Page<'_> {
    pub(super) fn rules(&self) -> Markup {
        html! {
            section.all-rules aria-labelledby="rules" {
                h2 id="rules" tabindex="-1" { "All rules" }
                @for (area, lines) in &self.areas {
                    section data-group="" aria-labelledby={ "area-" (area) } {
                        h3 id={ "area-" (area) } tabindex="-1" { (area) }
                        @for line in lines { (self.rule(line, area)) }
                    }
                }
            }
        }
    }

    fn rule(&self, line: &RuleLine, area: &str) -> Markup {
        let known = self.book.rule(&line.rule);
        html! {
            details.rule id=(identifier("rule", &line.rule)) tabindex="-1" data-item=(identifier("rule", &line.rule))
                data-state=(state_class(line.state)) data-area=(area) {
                summary {
                    h4 {
                        (state_chip(line.state)) " " code { (Shown(&line.rule)) }
                        @if let Some(rule) = known { " " span.title { (in_code(&rule.title)) } }
                    }
                }
                div.entry {
                    p { strong { (in_code(&as_sentence(&words::why(line)))) "." } }
                    @for (finding, _) in self.findings.iter().filter(|(finding, _)| finding.breaks(&line.rule)) {
                        p {
                            a href={ "#" (identifier("failure", &finding.rule)) } {
                                @if finding.rule == line.rule {
                                    "What was expected and what was there"
                                } @else {
                                    "A consequence of " code { (Shown(&finding.rule)) }
                                }
                            }
                        }
                    }
                    (self.grounds(&line.rule))
                    @if let Some(rule) = known {
                        @if let Some(because) = &rule.because { p { "Because: " (in_code(because)) } }
                        @for note in &rule.notes { p { "Note: " (in_code(note)) } }
                        p { "Binds " (rule.scope.to_string()) "." }
                    }
                    (self.by_source(line))
                    @if let Some(time) = self.summary.duration_of(&line.rule) {
                        p {
                            "Its cases took "
                            (words::duration(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
                            ", shared with the other rules that they exercise."
                        }
                    }
                    @for example in self.summary.examples.iter().filter(|known| known.rule == line.rule) {
                        h5 { "A small case, from " code { (Shown(&example.case)) } }
                        (timeline(&example.excerpt, usize::MAX, ""))
                    }
                }
            }
        }
    }

    /// How often each source exercised a rule.
    fn by_source(&self, line: &RuleLine) -> Markup {
        html! {
            table.figures {
                caption { "How often it was exercised, by source" }
                thead {
                    tr {
                        th scope="col" { "Source" }
                        th scope="col" { "held" }
                        th scope="col" { "violated, in cases" }
                    }
                }
                tbody {
                    @for source in self.summary.sources.iter().map(|line| line.planned.source) {
                        @let exercise = line.by_source.get(&source).copied().unwrap_or_default();
                        tr {
                            th scope="row" { (source.word()) }
                            td { (words::number(exercise.held)) }
                            td { (words::number(exercise.violated_cases)) }
                        }
                    }
                }
            }
        }
    }

    /// The rules on which the run has no verdict, with the reason.
    pub(super) fn not_judged(&self) -> Markup {
        let rules = self.summary.rules();
        let is_open = |line: &&RuleLine| {
            matches!(line.state, RuleState::NotApplicable | RuleState::NotExercised)
        };
        let lines: Vec<&RuleLine> = rules.iter().filter(is_open).collect();
        html! {
            @if !lines.is_empty() {
                section data-group="" aria-labelledby="not-judged" {
                    h2 id="not-judged" tabindex="-1" { "Not judged" }
                    ul.open-rules role="list" {
                        @for line in lines {
                            li data-item=(identifier("rule", &line.rule)) data-state=(state_class(line.state))
                                data-area=(area_of(&line.rule)) {
                                a href={ "#" (identifier("rule", &line.rule)) } {
                                    code { (Shown(&line.rule)) }
                                }
                                " " span.why { (in_code(&as_sentence(&words::why(line)))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
