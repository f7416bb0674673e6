//! Areas and their rules at a glance.

use super::text::{Shown, identifier};
use super::{Page, state_chip, state_class};
use crate::report::{Counts, RuleState, words};
use maud::{Markup, html};

impl Page<'_> {
    pub(super) fn matrix(&self) -> Markup {
        html! {
            section aria-labelledby="overview" {
                h2 id="overview" tabindex="-1" { "Overview" }
                p.legend {
                    @for state in RuleState::ALL { (state_chip(state)) " " }
                }
                table.matrix {
                    caption { "Every selected rule by area. Each leads to its entry." }
                    thead {
                        tr { th scope="col" { "Area" } th scope="col" { "Rules" } }
                    }
                    tbody {
                        @for (area, lines) in &self.areas {
                            tr data-group="" {
                                th scope="row" {
                                    (area)
                                    span.sum { (words::denominator(Counts::of(lines))) }
                                }
                                td {
                                    ul role="list" {
                                        @for line in lines {
                                            li data-item=(identifier("rule", &line.rule)) data-state=(state_class(line.state)) data-area=(area) {
                                                a class={ "cell " (state_class(line.state)) }
                                                    href={ "#" (identifier("rule", &line.rule)) } {
                                                    span.mark aria-hidden="true" { (line.state.mark()) }
                                                    " " (Shown(&line.rule))
                                                    span.aloud { ", " (line.state.words()) }
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
