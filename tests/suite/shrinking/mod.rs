//! What is found is found soon, every shrink ends with few commands, and what is kept shows the fault
//! again first thing: for each fault of the Python example, and for more of other areas.
//!
//! What all mutants' examples come to, and how many candidates are run for them, is measured by
//! `cargo bench --bench shrinking`.
//!
//! By default each fault is found and shrunk from two seeds. `SHRINK_SEEDS=100 cargo test --release
//! --test suite shrinking::` takes a hundred; with `FOUND_TIMES=1` and `-- --nocapture` the time that each
//! fault took to be found is printed as well.

mod faults;
mod judged;
mod search;

use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::runner::{
    CaseVerdict, DEFAULT_SEED, Event, Generation, Selection, Source, read_cases,
};
use faults::{FAULTS, Fault};
use search::{Kept, events, sequences_until_found, shrunk};
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A plain run has so many sequences. All of them are run and judged in less than two seconds in a
/// release build, so what is found by one of them is found in that time.
const WITHIN_TWO_SECONDS: usize = 20_000;

/// Where a seed is not the default one, a rare fault may take longer.
const AT_MOST: u64 = 1_000_000;

/// How a fault was found and kept, from the seeds in order.
struct Found {
    /// How many sequences it took.
    sequences: usize,
    /// How long they took, which decides nothing.
    time: Duration,
    kept: Kept,
}

/// From how many seeds each fault is found and shrunk.
fn seeds() -> u64 {
    let seeds = std::env::var("SHRINK_SEEDS");
    seeds.map_or(2, |seeds| seeds.parse().expect("SHRINK_SEEDS is a number"))
}

/// Every fault found and kept from every seed, the default one first.
static FOUND: LazyLock<Vec<Vec<Found>>> = LazyLock::new(|| {
    of_each_fault(|fault| (0..seeds()).map(|seed| find(fault, DEFAULT_SEED + seed)).collect())
});

/// Does something with every fault, several at a time, and returns what comes of it in the faults'
/// order.
fn of_each_fault<T: Send>(work: impl Fn(&'static Fault) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(fault) = FAULTS.get(at) else { return };
                    let result = work(fault);
                    done.lock().expect("no panic").push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no panic");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn find(fault: &Fault, seed: u64) -> Found {
    let started = Instant::now();
    let sequences = sequences_until_found(fault, seed, AT_MOST);
    let time = started.elapsed();
    let sequences = sequences.unwrap_or_else(|| panic!("{}, seed {seed}: not found", fault.name));
    Found { sequences, time, kept: shrunk(fault, seed, sequences) }
}

/// The table `FAULTS` of the Python example, those of edition 2023-01: each entry is `("name", "rule",` and a text.
fn python_faults() -> Vec<&'static str> {
    let faults = include_str!("../../../examples/python/faults.py");
    let (_, rest) = faults.split_once("\nFAULTS = [\n").expect("the table");
    let (table, _) = rest.split_once("\n]\n").expect("its end");
    let entries = table.lines().filter_map(|line| line.strip_prefix("    (\""));
    entries.map(|entry| entry.split_once('"').expect("a name").0).collect()
}

#[test]
fn the_faults_are_those_of_the_python_example_and_more() {
    let mut names: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    // Hardly a sequence has two objects with one employeeId; scenarios and the grid do.
    let python: Vec<_> =
        python_faults().into_iter().filter(|name| *name != "other-attribute-matches").collect();
    assert_eq!(names[..python.len()], python);
    assert!(names.len() >= python.len() + 10);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FAULTS.len(), "none is there twice");
}

#[test]
fn each_fault_is_found_within_two_seconds() {
    let is_printed = std::env::var_os("FOUND_TIMES").is_some();
    for (fault, found) in FAULTS.iter().zip(&*FOUND) {
        let first = &found[0];
        if is_printed {
            println!("{:<56} {:>6} sequences {:>9.1?}", fault.name, first.sequences, first.time);
        }
        assert!(
            first.sequences <= WITHIN_TWO_SECONDS,
            "{}: it took {} sequences",
            fault.name,
            first.sequences
        );
    }
}

#[test]
fn no_shrink_ends_with_more_commands_than_the_table_says() {
    let mut longer = Vec::new();
    for (fault, found) in FAULTS.iter().zip(&*FOUND) {
        for (seed, Found { kept, .. }) in (DEFAULT_SEED..).zip(found) {
            if kept.commands > fault.commands {
                longer.push(format!(
                    "{}, seed {seed}: {} commands and not {}\n{}",
                    fault.name, kept.commands, fault.commands, kept.text
                ));
            }
        }
    }
    assert!(longer.is_empty(), "{}", longer.join("\n"));
}

/// An update that sets nothing tells nobody anything.
#[test]
fn no_example_has_an_update_that_sets_nothing() {
    for (fault, found) in FAULTS.iter().zip(&*FOUND) {
        for Found { kept, .. } in found {
            assert!(!kept.text.contains("set: {}"), "{}\n{}", fault.name, kept.text);
        }
    }
}

#[test]
fn what_is_kept_is_written_out() {
    let mut settings = crate::snapshots::settings();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/minimal"));
    settings.add_filter(r"(Found by entra-conformance) \S+ in", "$1 [version] in");
    settings.add_filter(r"# Its form: .*\n", "");
    settings.bind(|| {
        for (fault, found) in FAULTS.iter().zip(&*FOUND) {
            insta::assert_snapshot!(fault.name, found[0].kept.text);
        }
    });
}

/// The file is run before anything is generated: the fault is found again without a search.
#[test]
fn what_is_kept_fails_first_thing() {
    for (fault, found) in FAULTS.iter().zip(&*FOUND) {
        let rule = fault.mutant().rule;
        let folder = tempfile::tempdir().expect("a folder");
        let kept = &found[0].kept;
        let file = folder.path().join(&kept.name);
        std::fs::write(&file, &kept.text).expect("the file");
        let saved = read_cases(&[file]).expect("a scenario");
        let selection = || Selection {
            sources: [Source::Sequences].into(),
            generation: Generation { cases: 1, ..Generation::default() },
            ..Selection::default()
        };
        let mut mutant = fault.mutant().implementation();
        let choices = mutant.describe().choices;
        let told = events(&mut *mutant, selection(), saved.clone(), None);
        let fails = |event: &Event| match event {
            Event::CaseFinished { failures, .. } => failures.iter().any(|one| one.rule == rule),
            _ => false,
        };
        let first = told.iter().position(fails);
        let search = told.iter().position(|event| matches!(event, Event::Progress { .. }));
        let (Some(first), Some(search)) = (first, search) else {
            panic!("{}: it is not found again", fault.name);
        };
        assert!(first < search, "{}: not before the search", fault.name);

        let mut right = ReferenceModel::new(Policy::agreeing_with(&choices));
        let told = events(&mut right, selection(), saved, None);
        let is_right = |event: &Event| match event {
            Event::CaseFinished { verdict, failures, .. } => {
                *verdict == CaseVerdict::Judged && failures.is_empty()
            }
            _ => false,
        };
        assert!(told.iter().any(is_right), "{}: the file fails what does right", fault.name);
    }
}
