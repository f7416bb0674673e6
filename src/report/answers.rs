//! What an implementation answered and showed at each step of a case, in words.

use super::violation::{field_in_words, value_of};
use super::words;
use crate::directory::{Outcome, Status, SyncResult};
use crate::runner::{Answer, FieldChange, ObjectChange};

/// So long is what an implementation says of itself.
const LONGEST: usize = 120;

/// What was reported of a step.
pub(super) fn reported(answer: &Answer) -> String {
    let Outcome { status, code, message, objects, .. } = &answer.outcome;
    let mut parts = Vec::new();
    if *status != Status::Ok || objects.is_empty() {
        parts.push(with_reason(status.to_string(), code.as_deref(), message.as_deref()));
    }
    parts.extend(objects.iter().map(|(key, result)| format!("{key} {}", result_in_words(result))));
    parts.join(", ")
}

fn result_in_words(result: &SyncResult) -> String {
    let mut words = result.result.to_string();
    if let Some(attribute) = result.matched_on {
        words += &format!(" on {attribute}");
    }
    if let Some(evaluator) = result.evaluated_by {
        words += &format!(" by the {evaluator}");
    }
    with_reason(words, result.code.as_deref(), result.message.as_deref())
}

fn with_reason(words: String, code: Option<&str>, message: Option<&str>) -> String {
    let reasons: Vec<String> = code.into_iter().chain(message).map(shortened).collect();
    if reasons.is_empty() { words } else { format!("{words} ({})", reasons.join(": ")) }
}

fn shortened(text: &str) -> String {
    let text = words::on_one_line(text);
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What changed in the cloud by a step, an object each.
pub(super) fn changed(answer: &Answer) -> Vec<String> {
    let mut lines: Vec<String> = answer.changes.iter().map(change_in_words).collect();
    if answer.more > 0 {
        lines.push(format!("and {} more changed", words::counted(answer.more as u64, "object")));
    }
    if lines.is_empty() {
        lines.push("nothing changed in the cloud".to_owned());
    }
    lines
}

fn change_in_words(change: &ObjectChange) -> String {
    let ObjectChange { object, fields, was_there, is_there } = change;
    if !is_there {
        return format!("{object} is gone");
    }
    let fields: Vec<String> = fields
        .iter()
        .map(|FieldChange { field, before, after }| {
            let (name, after) = (field_in_words(field), value_of(field, after, false));
            if *was_there {
                format!("{name} {} → {after}", value_of(field, before, false))
            } else {
                format!("{name} {after}")
            }
        })
        .collect();
    let appeared = if *was_there { "" } else { " appeared" };
    format!("{object}{appeared}: {}", fields.join(", "))
}
