//! Baselines: what is known to fail is excused, and nothing else is.

mod cells;
mod people;
mod relations;

use entra_conformance::baseline::{BaselineFile, Gate, RunResults, from_yaml, observe};
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::report::{Status, gate as words};
use entra_conformance::runner::{
    Event, Extras, Generation, Host, Plan, PlannedCase, SavedFailures, Selection, Source, plan, run,
};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Some sources, with few generated cases.
fn selection(sources: &[Source], cases: usize) -> Selection {
    Selection {
        sources: sources.iter().copied().collect(),
        generation: Generation { cases, ..Generation::default() },
        ..Selection::default()
    }
}

fn planned(
    implementation: &dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
) -> Plan {
    plan("2023-01", &implementation.describe(), Host::InProcess, selection, saved)
}

/// What a run shows in which nothing is kept.
fn seen(
    implementation: &mut dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
    extras: Extras<'_, '_>,
) -> RunResults {
    let plan = planned(implementation, selection, saved);
    let mut results = RunResults::default();
    run(&plan, implementation, extras, &AtomicBool::new(false), &mut |event| results.take(&event));
    results
}

/// Everything that a baseline is to say of an implementation, with examples in this folder.
fn observed(
    implementation: &mut dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
    folder: &Path,
) -> RunResults {
    let plan = planned(implementation, selection, saved);
    let choices = implementation.describe().choices;
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&choices));
    let mut saved = SavedFailures::new(folder, &mut oracle);
    let interrupted = AtomicBool::new(false);
    observe(&plan, implementation, &mut [], &mut saved, &interrupted, &mut |_| {})
        .expect("files in order")
}

/// How a run ends by a baseline, with what the user reads.
fn told(seen: &RunResults, gate: Gate) -> (Status, String) {
    let mut summary = seen.summary().clone();
    let comparison = gate.comparison;
    let differences = comparison.differences.iter();
    let mut told: Vec<String> = differences
        .map(|difference| words::difference(difference, &comparison.file, "2023-01"))
        .collect();
    summary.take(&Event::BaselineCompared(Box::new(comparison)));
    told.push(summary.verdict());
    (summary.status(), told.join("\n"))
}

fn read(file: &str, text: &str) -> BaselineFile {
    from_yaml(file, text).unwrap_or_else(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}\n{text}", told.join("\n"))
    })
}
