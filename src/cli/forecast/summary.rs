//! Many on-premises objects: how many of each sort, and those that somebody has to look at.

use super::super::prose::wrap;
use super::told::{Told, ToldObject};
use super::words;
use crate::forecast::{Assumption, Outcome, Prediction};
use crate::report::legible;
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn text(told: &Told<'_>) -> String {
    let mut text = String::new();
    let situation = &told.given.situation;
    let _ = writeln!(
        text,
        "{} on-premises objects in a tenant of {}: what a sync does\n",
        situation.on_premises.len(),
        situation.cloud.len()
    );
    let ids: Vec<&str> = told.editions.iter().map(|edition| &*edition.id).collect();
    row(&mut text, ids.iter().map(ToString::to_string), "");
    for outcome in Outcome::ALL {
        let counts = counts(told, |prediction| prediction.outcome == outcome);
        if counts.iter().all(|count| *count == 0) {
            continue;
        }
        row(&mut text, counts.iter().map(ToString::to_string), words::outcome(outcome));
        if outcome == Outcome::Blocked {
            for why in reasons(told) {
                let counts = counts_blocked(told, &why);
                row(&mut text, counts.iter().map(ToString::to_string), &format!("  {why}"));
            }
        }
    }
    let hangs_on_roles = counts(told, |prediction| {
        prediction
            .alternatives
            .iter()
            .any(|other| matches!(other.assumption, Assumption::HasRole(_)))
    });
    if hangs_on_roles.iter().any(|count| *count > 0) {
        row(
            &mut text,
            hangs_on_roles.iter().map(ToString::to_string),
            "otherwise, if a directory role is held that was not given",
        );
    }
    text.push('\n');
    for edition in told.editions.iter().filter(|edition| edition.draft.is_some()) {
        wrap(&mut text, "note: ", 6, &words::edition(edition));
    }
    for note in words::notes(told.given) {
        wrap(&mut text, "note: ", 6, &note);
    }
    let looked_at: Vec<&ToldObject<'_>> =
        told.objects.iter().filter(|object| is_to_be_looked_at(object)).collect();
    if looked_at.is_empty() {
        text.push_str("\nNothing is blocked or open, and no edition differs.\n");
        return text;
    }
    let _ = writeln!(text, "\nblocked, open or different: {}\n", looked_at.len());
    for object in looked_at {
        details(&mut text, told, object);
    }
    text.push_str(
        "\n`--only NAME` tells one of them step by step, `--csv` and `--json` all of them.\n",
    );
    text
}

/// A line of the table: a number for each edition, and what it counts.
fn row(text: &mut String, cells: impl Iterator<Item = String>, name: &str) {
    let cells: String = cells.map(|cell| format!("{cell:>9}")).collect();
    let _ = writeln!(text, "{}", format!("{cells}  {name}").trim_end());
}

/// How many objects are so, edition by edition.
fn counts(told: &Told<'_>, is_so: impl Fn(&Prediction) -> bool) -> Vec<usize> {
    let of_edition =
        |at: usize| told.objects.iter().filter(|object| is_so(&object.predictions[at])).count();
    (0..told.editions.len()).map(of_edition).collect()
}

fn counts_blocked(told: &Told<'_>, why: &str) -> Vec<usize> {
    counts(told, |one| one.outcome == Outcome::Blocked && words::why(&one.model) == why)
}

/// Why objects are blocked, the most frequent first.
fn reasons(told: &Told<'_>) -> Vec<String> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for object in &told.objects {
        let blocked = object.predictions.iter().filter(|one| one.outcome == Outcome::Blocked);
        for prediction in blocked {
            *counted.entry(words::why(&prediction.model)).or_default() += 1;
        }
    }
    let mut reasons: Vec<(&str, usize)> = counted.into_iter().collect();
    reasons.sort_by_key(|(why, count)| (std::cmp::Reverse(*count), *why));
    reasons.into_iter().map(|(why, _)| why.to_owned()).collect()
}

fn is_to_be_looked_at(object: &ToldObject<'_>) -> bool {
    let is_in_need =
        |one: &Prediction| matches!(one.outcome, Outcome::Blocked | Outcome::Unspecified);
    object.differs() || object.predictions.iter().any(is_in_need)
}

fn details(text: &mut String, told: &Told<'_>, object: &ToldObject<'_>) {
    let incoming = &object.given.object;
    let _ = writeln!(text, "{}", legible(&incoming.key));
    let all: Vec<_> = told.editions.iter().zip(&object.predictions).collect();
    let shown = if object.differs() { &all[..] } else { &all[all.len() - 1..] };
    for (edition, prediction) in shown {
        let line = words::headline(prediction, incoming.kind);
        let first = if shown.len() > 1 { format!("  {}: ", edition.id) } else { "  ".to_owned() };
        wrap(text, &first, 4, &line);
        for open in &prediction.open {
            wrap(text, "    open: ", 6, &words::open(open));
        }
        if let Some(found) = prediction.remedies.first() {
            wrap(text, "    to do: ", 6, &words::remedy(found, incoming.kind));
        }
    }
}

/// A line for each object, for a spreadsheet.
pub(super) fn csv(told: &Told<'_>) -> String {
    let mut names = vec!["name".to_owned(), "kind".to_owned(), "sourceAnchor".to_owned()];
    if told.editions.len() > 1 {
        names.push("differs".to_owned());
    }
    for edition in &told.editions {
        for column in ["outcome", "cloud object", "in words", "open", "what to do"] {
            names.push(format!("{} {column}", edition.id));
        }
    }
    let mut lines = vec![names];
    for object in &told.objects {
        let incoming = &object.given.object;
        let anchor = incoming.source_anchor.as_deref().unwrap_or_default();
        let mut line = vec![incoming.key.to_string(), incoming.kind.to_string(), anchor.to_owned()];
        if told.editions.len() > 1 {
            line.push(object.differs().to_string());
        }
        for one in &object.predictions {
            let open = one.open.iter().map(words::open);
            let otherwise = one.alternatives.iter();
            let otherwise = otherwise.map(|it| words::alternative(it, &one.model, incoming.kind));
            let remedies = one.remedies.iter().map(|found| words::remedy(found, incoming.kind));
            line.extend([
                words::outcome(one.outcome).to_owned(),
                one.model.cloud_object.as_deref().unwrap_or_default().to_owned(),
                words::headline(one, incoming.kind),
                open.chain(otherwise).collect::<Vec<_>>().join("\n"),
                remedies.collect::<Vec<_>>().join("\n"),
            ]);
        }
        lines.push(line);
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    for line in lines {
        // Into memory, and as many cells in every line: nothing can go wrong.
        let _ = writer.write_record(line.iter().map(|cell| harmless(cell)));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
