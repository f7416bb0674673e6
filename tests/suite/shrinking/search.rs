//! Finds a fault in generated sequences, and has it shrunk and kept as a run does.

use crate::shrinking::faults::Fault;
use crate::shrinking::judged::{Judge, run};
use entra_conformance::cases::scenario::from_yaml;
use entra_conformance::cases::sequence::{Sequences, case_of};
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::runner::{
    self, Event, Extras, Generation, Host, PlannedCase, SavedFailures, Selection, Source, plan,
};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// How many sequences of this seed it takes until one breaks the fault's rule.
pub(crate) fn sequences_until_found(fault: &Fault, seed: u64, at_most: u64) -> Option<usize> {
    let mut mutant = fault.mutant().implementation();
    let description = mutant.describe();
    let mut judge = Judge::new(&description);
    let settings = Sequences::default();
    let found = (0..at_most).find(|&number| {
        let case = case_of(seed, number, &settings);
        let seen = run(&mut *mutant, &case.tenant, &case.commands);
        let rule = fault.mutant().rule;
        judge.is_broken(rule, &case.tenant, &case.commands, &seen)
    })?;
    usize::try_from(found + 1).ok()
}

/// What a run kept of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    /// How many commands the file has.
    pub(crate) commands: usize,
    /// The file's name and text.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Runs so many sequences of this seed and returns what was kept of the fault's own rule.
pub(crate) fn shrunk(fault: &Fault, seed: u64, sequences: usize) -> Kept {
    let rule = fault.mutant().rule;
    let selection = Selection {
        sources: [Source::Sequences].into(),
        generation: Generation { seed, cases: sequences, ..Generation::default() },
        rule_patterns: vec![rule.to_owned()],
        rules: [rule.to_owned()].into(),
        ..Selection::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut mutant = fault.mutant().implementation();
    let events = events(&mut *mutant, selection, Vec::new(), Some(folder.path()));
    let mut found = events.into_iter().filter_map(|event| match event {
        Event::FailureFound { failure, file, .. } => Some((failure, file)),
        _ => None,
    });
    let (Some((Some(_), Some(file))), None) = (found.next(), found.next()) else {
        panic!("{}, seed {seed}: not found and kept once", fault.name);
    };
    let text = std::fs::read_to_string(&file).expect("the file");
    let scenario = from_yaml(&file, &text).expect("a scenario");
    let name = Path::new(&file).file_name().expect("a name").to_string_lossy().into_owned();
    Kept { commands: scenario.steps.len(), name, text }
}

/// All that a run tells.
pub(crate) fn events(
    implementation: &mut dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
    folder: Option<&Path>,
) -> Vec<Event> {
    let description = implementation.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, saved);
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut saves = folder.map(|folder| SavedFailures::new(folder, &mut oracle));
    let extras = Extras { saved: saves.as_mut(), ..Extras::default() };
    let mut events = Vec::new();
    runner::run(&plan, implementation, extras, &AtomicBool::new(false), &mut |event| {
        events.push(event);
    });
    events
}
