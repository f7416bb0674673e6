//! What a newer edition changes for an implementation, on the page of runs side by side.

use super::failures::{in_code, timeline};
use super::state_class;
use super::text::{Shown, as_sentence};
use crate::report::RuleState;
use crate::report::newer_edition::{Flip, NewerEdition, change, sources};
use crate::rulebook::EditionName;
use maud::{Markup, html};

/// The section, which has this identifier.
pub(super) fn newer_edition(newer: &NewerEdition, id: &str) -> Markup {
    html! {
        section.newer aria-labelledby=(id) {
            h2 id=(id) tabindex="-1" { (Shown(&as_sentence(&newer.heading()))) }
            @for edition in [&newer.from, &newer.to] {
                @if let Some(missing) = &edition.draft {
                    p.note.caution { (edition.id) " is a draft, still without " (in_code(missing)) "." }
                }
            }
            (flips("Newly violated", &newer.newly_violated, newer))
            (flips("No longer violated", &newer.no_longer_violated, newer))
            @if newer.newly_violated.is_empty() && newer.no_longer_violated.is_empty() {
                p { "No rule is newly violated, and none that was violated is not any more." }
            }
            @for rest in newer.rest() { p.others { (Shown(&as_sentence(&rest))) "." } }
        }
    }
}

fn flips(heading: &str, flips: &[Flip], newer: &NewerEdition) -> Markup {
    html! {
        @if !flips.is_empty() {
            h3 { (heading) " " span.count { (flips.len()) } }
            @for flip in flips { (one(flip, newer)) }
        }
    }
}

fn one(flip: &Flip, newer: &NewerEdition) -> Markup {
    let is_worse = flip.after == Some(RuleState::Violated);
    html! {
        article.failure.mended[!is_worse] {
            h4 { code { (Shown(&flip.rule)) } }
            p.title { (in_code(&flip.title)) }
            p {
                (chip(flip.before, &newer.from)) " → " (chip(flip.after, &newer.to))
                " " (Shown(&change(flip, newer)))
            }
            @if let Some(changed) = &flip.change {
                ul.sources {
                    @for (source, quote) in sources(changed) {
                        li { (as_sentence(&source)) @if let Some(quote) = quote { ": " q { (in_code(quote)) } } }
                    }
                }
            }
            @if let Some(rule) = &flip.explained_by {
                p { "Violated as a consequence of " code { (Shown(rule)) } "." }
            }
            @if let Some(example) = &flip.example {
                p.where { (Shown(&as_sentence(&example.words))) }
                @if is_worse {
                    (timeline(&example.excerpt, example.step, "Not as expected after this"))
                } @else {
                    details {
                        summary { "How it was violated" }
                        (timeline(&example.excerpt, example.step, "Not as expected after this"))
                    }
                }
                pre.command tabindex="0" role="group" aria-label="Command" { code { (Shown(&example.replay)) } }
            }
        }
    }
}

/// What an edition's run came to.
fn chip(of: Option<RuleState>, edition: &EditionName) -> Markup {
    let class = of.map_or_else(|| "not-applicable".to_owned(), state_class);
    html! {
        span class={ "state " (class) } {
            (edition.id) ": "
            @if let Some(state) = of { span.mark aria-hidden="true" { (state.mark()) } " " (state.words()) }
            @else { "not in it" }
        }
    }
}
