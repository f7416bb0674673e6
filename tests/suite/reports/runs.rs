//! The runs that reports are made of.

use entra_conformance::baseline::{BaselineFile, Declared, RunResults, gate};
use entra_conformance::directory::{Capability, Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::Summary;
use entra_conformance::rulebook::Rulebook;
use entra_conformance::runner::{Event, Extras, Generation, Host, Selection, Source, plan, run};
use entra_conformance::self_test::mutants;
use std::sync::atomic::{AtomicBool, Ordering};

/// A run with these rules, by the beginnings of their names.
pub(crate) fn selection(rules: &[&str], source: Source) -> Selection {
    let known = Rulebook::embedded().rules_in("2023-01").map(|rule| rule.id.clone());
    Selection {
        sources: [source].into(),
        generation: Generation { cases: 300, ..Generation::default() },
        rule_patterns: rules.iter().map(|rule| format!("{rule}*")).collect(),
        rules: known.filter(|id| rules.iter().any(|rule| id.starts_with(rule))).collect(),
        ..Selection::default()
    }
}

/// The scenarios of which reports are made: a new one changes no report.
const SCENARIOS: &[&str] = &[
    "recovery/groups-and-contacts-rejoin",
    "recovery/newcomer-after-a-reinstall-is-soft-matched",
    "recovery/nothing-is-reset",
    "recovery/pending-changes-flow-after-the-reinstall",
    "recovery/two-reinstalls-in-a-row",
    "soa/accounting-and-sales-side-by-side",
    "soa/cloud-contact-stays-editable",
    "soa/synced-user-refuses-cloud-edits",
    "switch/enabled-again-the-user-is-matched",
    "switch/hard-match-works-when-disabled",
    "switch/joined-user-goes-on-syncing",
    "switch/no-match-by-address-when-disabled",
    "switch/no-match-by-name-when-disabled",
    "takeover/cloud-only-addresses-are-lost",
    "takeover/contact-is-taken-over-whole",
    "takeover/every-attribute-is-overwritten",
    "takeover/lost-address-is-free-again",
    "takeover/password-is-kept-without-hash-sync",
    "takeover/password-is-overwritten-with-hash-sync",
    "takeover/primary-and-secondary-change-places",
];

/// What a run tells, with times that do not differ from run to run.
pub(crate) fn events(
    implementation: &mut dyn Implementation,
    selection: Selection,
    stop_at: Option<usize>,
) -> Vec<Event> {
    let command = vec!["./my adapter".to_owned(), "--fast".to_owned()];
    let host = Host::ChildProcess { command, name: None, config: None };
    let mut plan = plan("2023-01", &implementation.describe(), host, selection, Vec::new());
    plan.header.started = "2026-01-26T09:30:00Z".parse().ok();
    plan.cases.retain(|case| SCENARIOS.contains(&&*case.id));
    for planned in &mut plan.header.sources {
        if planned.source == Source::Scenarios {
            planned.cases = plan.cases.len();
        }
    }
    let interrupted = AtomicBool::new(false);
    let mut events = Vec::new();
    run(&plan, implementation, Extras::default(), &interrupted, &mut |mut event| {
        match &mut event {
            Event::RunFinished { milliseconds } => *milliseconds = 1234,
            Event::SourceFinished { result, .. } => result.milliseconds = Some(567),
            Event::Durations { microseconds, rules, .. } => {
                *microseconds = 567_000;
                rules.values_mut().for_each(|time| *time = 89_000);
            }
            _ => {}
        }
        events.push(event);
        if stop_at == Some(events.len()) {
            interrupted.store(true, Ordering::Relaxed);
        }
    });
    events
}

pub(crate) fn conformant() -> Vec<Event> {
    let selection = selection(&["takeover."], Source::Scenarios);
    events(&mut ReferenceModel::default(), selection, None)
}

pub(crate) fn faulty() -> Vec<Event> {
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    let selection = selection(&["takeover.", "match.same"], Source::Sequences);
    events(&mut *mutant.implementation(), selection, None)
}

/// Panics when Connect is reinstalled for the second time, and takes no changes made in the cloud.
#[derive(Default)]
pub(crate) struct Fragile {
    model: ReferenceModel,
    reinstalled: bool,
}

impl Implementation for Fragile {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        description.capabilities.0.remove(&Capability::CloudEdits);
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.reinstalled = false;
        self.model.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        if matches!(command, Command::ReinstallConnect(_)) {
            assert!(!self.reinstalled, "not written yet: 100 % | <later>");
            self.reinstalled = true;
        }
        self.model.apply(command)
    }
}

fn aborted() -> Vec<Event> {
    let mut fragile = Fragile::default();
    events(&mut fragile, selection(&["recovery.", "soa."], Source::Scenarios), None)
}

pub(crate) fn stopped() -> Vec<Event> {
    let selection = selection(&["switch."], Source::Scenarios);
    events(&mut ReferenceModel::default(), selection, Some(4))
}

/// A mistake in these scenarios, by a baseline that lists it; one that is `out_of_date` lists one
/// scenario too few, and one that passes.
fn by_baseline(out_of_date: bool) -> Vec<Event> {
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    let mut events =
        events(&mut *mutant.implementation(), selection(&["takeover."], Source::Scenarios), None);
    let mut results = RunResults::default();
    events.iter().for_each(|event| results.take(event));
    let mut file = BaselineFile::empty("baseline.yaml", "2023-01");
    let today = "2026-01-26".parse().expect("a day");
    let (mut entries, _) = gate(&file, &results, today).new_entries(&file);
    entries[0].issue = Some("SYNC-17".to_owned());
    if out_of_date {
        entries[1].scenario = Some("takeover/password-is-kept-without-hash-sync".to_owned());
    }
    file.lines = (0..entries.len()).map(|at| 10 + 5 * at).collect();
    file.baseline.declares = Declared::of(&mutant.implementation().describe());
    file.baseline.entries = entries;
    let compared = gate(&file, &results, today).comparison;
    events.insert(events.len() - 1, Event::BaselineCompared(Box::new(compared)));
    events
}

fn listed() -> Vec<Event> {
    by_baseline(false)
}

fn out_of_date() -> Vec<Event> {
    by_baseline(true)
}

pub(crate) type Run = fn() -> Vec<Event>;

/// The runs by name.
pub(crate) const RUNS: &[(&str, Run)] = &[
    ("conformant", conformant),
    ("faulty", faulty),
    ("aborted", aborted),
    ("stopped", stopped),
    ("listed", listed),
    ("out-of-date", out_of_date),
];

pub(crate) fn summary(events: &[Event]) -> Summary {
    let mut summary = Summary::default();
    events.iter().for_each(|event| summary.take(event));
    summary
}
