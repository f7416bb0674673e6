//! One on-premises object: what becomes of it, why, what changes, what is open, what to do.

use super::super::prose::{cite, wrap};
use super::told::{Told, ToldObject};
use super::words;
use crate::forecast::{Change, Prediction};
use crate::report::legible;
use crate::rulebook::Rulebook;
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub(super) fn text(told: &Told<'_>, object: &ToldObject<'_>) -> String {
    let mut text = String::new();
    let incoming = &object.given.object;
    let anchor = incoming.source_anchor.as_deref().unwrap_or_default();
    let _ = writeln!(
        text,
        "{} {} (source anchor {})\n",
        incoming.kind,
        legible(&incoming.key),
        legible(anchor)
    );
    let differs = object.differs();
    let all: Vec<_> = told.editions.iter().zip(&object.predictions).collect();
    if all.len() > 1 {
        text.push_str(if differs { "what differs\n" } else { "the same in these editions\n" });
        for (edition, prediction) in &all {
            let line = words::headline(prediction, incoming.kind);
            wrap(&mut text, &format!("  {}  ", edition.id), 4, &line);
        }
        text.push('\n');
    }
    // Where the editions come to the same, one of them is told, the latest.
    let shown = if differs { &all[..] } else { &all[all.len() - 1..] };
    for (edition, prediction) in shown {
        wrap(&mut text, "", 0, &words::edition(edition));
        let mut cited = BTreeSet::new();
        prediction_text(&mut text, prediction, (object, &edition.id), &mut cited);
        cite(&mut text, &cited, &edition.id);
        text.push('\n');
    }
    for note in words::notes(told.given) {
        wrap(&mut text, "note: ", 6, &note);
    }
    text
}

fn prediction_text<'p>(
    text: &mut String,
    prediction: &'p Prediction,
    (object, edition): (&ToldObject<'_>, &str),
    cited: &mut BTreeSet<&'p str>,
) {
    let kind = object.given.object.kind;
    wrap(text, "→ ", 2, &words::headline(prediction, kind));
    if !prediction.story.is_empty() {
        text.push_str("\nwhy\n");
    }
    for decided in &prediction.story {
        cited.insert(decided.rule);
        wrap(text, "  - ", 4, &format!("{} [{}]", legible(&decided.text), decided.rule));
    }
    changes(text, &prediction.changes);
    if !prediction.open.is_empty() || !prediction.alternatives.is_empty() {
        text.push_str("\nopen\n");
    }
    for open in &prediction.open {
        wrap(text, "  - ", 4, &words::open(open));
    }
    for alternative in &prediction.alternatives {
        wrap(text, "  - ", 4, &words::alternative(alternative, &prediction.model, kind));
    }
    if !prediction.remedies.is_empty() {
        text.push_str("\nwhat to do (one of these)\n");
    }
    for found in &prediction.remedies {
        let then = found.then.outcome;
        let rules = found.remedies.iter().filter_map(|remedy| {
            let book = Rulebook::embedded();
            let is_known = |id: &&&str| book.rule(id).is_some_and(|rule| rule.is_in(edition));
            remedy.rules(then).iter().find(is_known).copied()
        });
        let rules: Vec<&str> = rules.collect();
        cited.extend(rules.iter().copied());
        let line = format!("{} [{}]", words::remedy(found, kind), rules.join(", "));
        wrap(text, "  - ", 4, &line);
    }
}

/// A table of what changes, an object each.
fn changes(text: &mut String, changes: &[Change]) {
    let mut of_object: Option<Option<&str>> = None;
    let width = changes.iter().map(|change| change.field.to_string().len()).max().unwrap_or(0);
    for change in changes {
        let object = change.cloud_object.as_deref();
        if of_object != Some(object) {
            let name = object.map_or("the new object".to_owned(), legible);
            let _ = writeln!(text, "\nwhat changes in {name}");
            of_object = Some(object);
        }
        let first = format!("  {:width$}  ", change.field.to_string());
        let (before, after) = (words::value(&change.before), words::value(&change.after));
        let line = if object.is_some() { format!("{before} → {after}") } else { after };
        wrap(text, &first, width + 4, &line);
    }
}
