//! What generated cases find is handed back small, kept, and found again first thing.

use entra_conformance::cases::grid::{Extent, Grid};
use entra_conformance::cases::relations;
use entra_conformance::implementation::Implementation;
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::report::{Place, Status, Summary, terminal};
use entra_conformance::runner::{
    Event, Extras, Generation, Host, PlannedCase, SavedFailures, Selection, Source, files_in, plan,
    read_cases, run,
};
use entra_conformance::self_test::mutants;
use rstest::rstest;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn selection(sources: &[Source], cases: usize) -> Selection {
    Selection {
        sources: sources.iter().copied().collect(),
        generation: Generation { cases, ..Generation::default() },
        ..Selection::default()
    }
}

fn judge(
    implementation: &mut dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
    folder: Option<&Path>,
) -> (Summary, Vec<Event>) {
    judge_by("2023-01", implementation, selection, saved, folder)
}

fn judge_by(
    edition: &str,
    implementation: &mut dyn Implementation,
    selection: Selection,
    saved: Vec<PlannedCase>,
    folder: Option<&Path>,
) -> (Summary, Vec<Event>) {
    let description = implementation.describe();
    let plan = plan(edition, &description, Host::InProcess, selection, saved);
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut saves = folder.map(|folder| SavedFailures::new(folder, &mut oracle));
    let extras = Extras { saved: saves.as_mut(), ..Extras::default() };
    let (mut summary, mut events) = (Summary::default(), Vec::new());
    run(&plan, implementation, extras, &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
        events.push(event);
    });
    (summary, events)
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let told = |seed: u64| {
        let mut model = ReferenceModel::default();
        let generation = Generation { seed, cases: 300, ..Generation::default() };
        let selection =
            Selection { generation, ..selection(&[Source::Sequences, Source::Relations], 0) };
        let (summary, _) = judge(&mut model, selection, Vec::new(), None);
        summary.rules().into_iter().map(|line| (line.rule, line.held)).collect::<Vec<_>>()
    };
    assert_eq!(told(1), told(1));
    assert_ne!(told(1), told(2));
}

#[test]
fn what_is_found_is_kept_and_found_again_without_a_search() {
    let folder = tempfile::tempdir().expect("a folder");
    let mutant = mutants::find("takeover-merges-addresses").expect("a mutant");
    let mut faulty = mutant.implementation();
    let sequences = || selection(&[Source::Sequences], 500);
    let (summary, _) = judge(&mut *faulty, sequences(), Vec::new(), Some(folder.path()));
    assert_eq!(summary.status(), Status::Nonconformant);
    let failures = summary.failures();
    let failure = failures.iter().find(|failure| failure.rule == mutant.rule).expect("it is found");
    let Place::File(file) = &failure.place else { panic!("kept: {:?}", failure.place) };
    assert!(file.contains(mutant.rule), "{file}");

    // The file is a scenario like any other, and fails first thing in the next run.
    let files = files_in(folder.path()).expect("the folder");
    assert_eq!(files.len(), failures.len(), "one file for each rule");
    let saved = read_cases(&files).expect("they are in order");
    let (again, events) = judge(&mut *faulty, selection(&[Source::Saved], 0), saved.clone(), None);
    assert_eq!(again.status(), Status::Nonconformant);
    let broken: BTreeSet<String> = again.failures().into_iter().map(|one| one.rule).collect();
    assert!(failures.iter().all(|failure| broken.contains(&failure.rule)));
    assert!(!events.iter().any(|event| matches!(event, Event::Progress { .. })), "no search");

    // A run with a search makes no second example of what is known already.
    let (_, events) = judge(&mut *faulty, sequences(), saved.clone(), Some(folder.path()));
    assert!(!events.iter().any(|event| matches!(event, Event::FailureFound { .. })));
    assert_eq!(files_in(folder.path()).expect("the folder"), files);

    // Put right, nothing fails.
    let (right, _) =
        judge(&mut ReferenceModel::default(), selection(&[Source::Saved], 0), saved, None);
    assert_eq!(right.failures(), []);
}

/// What the grid leaves out is known before its first case, and told with the rules that do so.
#[test]
fn a_run_of_the_grid_tells_how_many_combinations_are_left_out_and_why() {
    let description = ReferenceModel::default().describe();
    let mut selection = selection(&[Source::Grid], 0);
    selection.generation.grid = Extent::Whole;
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let [grid] = &plan.header.sources[..] else { panic!("{:?}", plan.header.sources) };
    let left_out: usize = grid.left_out.iter().map(|rule| rule.combinations).sum();
    let combinations = Grid::within(&description.capabilities).combinations();
    assert_eq!(grid.cases + left_out, combinations);
    assert!(grid.left_out.iter().all(|rule| rule.combinations > 0));
    let mut summary = Summary::default();
    summary.take(&Event::RunStarted(Box::new(plan.header.clone())));
    summary.take(&Event::SourceStarted(grid.clone()));
    // Without the separators between digits.
    let report = terminal::render(&summary, 100, false).replace(',', "");
    let told = format!(
        "the whole grid has {} cases; {left_out} further combinations",
        combinations - left_out
    );
    assert!(report.contains(&told), "{report}");
}

#[test]
fn every_case_for_a_relation_is_one_that_it_held_in_or_one_without_its_precondition() {
    let selection = selection(&[Source::Relations], 3000);
    let (summary, events) = judge(&mut ReferenceModel::default(), selection, Vec::new(), None);
    let reports = events.iter().filter_map(|event| match event {
        Event::SourceFinished { rules, result, .. } => Some((rules, result)),
        _ => None,
    });
    let [(rules, result)] = reports.collect::<Vec<_>>()[..] else { panic!("one source") };
    assert_eq!(result.judged, 300);
    for relation in relations::all() {
        let held = rules.get(relation.rule).map_or(0, |exercise| exercise.held);
        let unmet = result.relations.get(relation.rule);
        let unmet: u64 = unmet.map_or(0, |unmet| unmet.values().sum());
        // These two take long, and are applied now and then.
        let is_now_and_then =
            ["relation.many-unrelated-objects", "relation.renaming"].contains(&relation.rule);
        assert!(held + unmet == 300 || is_now_and_then, "{}", relation.rule);
        assert!(held > 0 && unmet > 0, "{}: {held} and {unmet}", relation.rule);
        let told = format!("{} {unmet}", relation.rule);
        let text = terminal::render(&summary, 1000, false);
        assert!(text.contains(&told), "{told}: {text}");
    }
}

/// An implementation that breaks off when something happens.
struct Fragile(ReferenceModel, fn(&entra_conformance::directory::Command) -> bool);

impl Implementation for Fragile {
    fn describe(&self) -> entra_conformance::implementation::Description {
        self.0.describe()
    }

    fn reset(
        &mut self,
        tenant: &entra_conformance::directory::Tenant,
    ) -> Result<entra_conformance::directory::Snapshot, entra_conformance::implementation::Failure>
    {
        self.0.reset(tenant)
    }

    fn apply(
        &mut self,
        command: &entra_conformance::directory::Command,
    ) -> Result<
        entra_conformance::directory::StepObservation,
        entra_conformance::implementation::Failure,
    > {
        assert!(!(self.1)(command), "not written yet");
        self.0.apply(command)
    }
}

#[test]
fn an_implementation_that_breaks_off_fails_by_name_and_the_rest_of_the_source_is_left_out() {
    use entra_conformance::directory::Command;
    let folder = tempfile::tempdir().expect("a folder");
    let mut fragile = Fragile(ReferenceModel::default(), |command| {
        matches!(command, Command::ReinstallConnect(_))
    });
    let selection = selection(&[Source::Sequences], 2000);
    let (summary, _) = judge(&mut fragile, selection, Vec::new(), Some(folder.path()));
    assert_eq!(summary.status(), Status::Nonconformant);
    let [broken] = &summary.aborted[..] else { panic!("{:?}", summary.aborted) };
    assert_eq!(broken.failure.message, "not written yet");
    assert_eq!(broken.excerpt, "given: {}\nsteps:\n  - do: reinstallConnect");
    assert!(matches!(&broken.place, Place::File(file) if file.contains("panicked-")));
    let line = &summary.sources[0];
    assert_eq!(line.result.aborted, 5);
    assert!(line.result.stopped.is_some() && line.result.judged < 2000, "{line:?}");
}

#[test]
fn an_interrupted_search_is_reported_and_incomplete() {
    let description = ReferenceModel::default().describe();
    let selection = selection(&[Source::Sequences], 100_000);
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let interrupted = AtomicBool::new(false);
    let mut summary = Summary::default();
    let mut model = ReferenceModel::default();
    run(&plan, &mut model, Extras::default(), &interrupted, &mut |event| {
        if let Event::Progress { .. } = event {
            interrupted.store(true, Ordering::Relaxed);
        }
        summary.take(&event);
    });
    assert_eq!(summary.status(), Status::Incomplete);
    let judged = summary.sources[0].result.judged;
    assert!(judged > 0 && judged < 100_000);
}

/// Of the grid in later editions: `grid::no_check_finds_fault_with_the_reference_model`.
#[rstest]
#[case::grid("2023-01", Source::Grid)]
#[case::sequences("2023-01", Source::Sequences)]
#[case::sequences_of_2025("2025-04", Source::Sequences)]
#[case::sequences_of_2026("2026-07", Source::Sequences)]
#[case::relations("2023-01", Source::Relations)]
fn each_source_alone_exercises_what_it_is_said_to(#[case] edition: &str, #[case] source: Source) {
    let mut model = ReferenceModel::new(Policy::of_edition(edition).expect("an edition"));
    let (summary, _) = judge_by(edition, &mut model, selection(&[source], 8000), Vec::new(), None);
    let idle: Vec<String> = summary
        .rules()
        .into_iter()
        .filter(|line| line.owed && line.held == 0)
        .map(|line| line.rule)
        .collect();
    assert_eq!(idle, Vec::<String>::new());
    let beyond: Vec<String> = summary
        .rules()
        .into_iter()
        .filter(|line| !line.owed && line.held > 0 && source == Source::Grid)
        .map(|line| line.rule)
        .collect();
    assert_eq!(beyond, Vec::<String>::new(), "the grid exercises more than it is said to");
    assert_eq!(summary.status(), Status::Conformant);
}
