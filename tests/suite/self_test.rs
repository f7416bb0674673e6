//! The suite proves its own strength: every mutant is caught on a rule that it breaks, and no
//! correct variant is blamed.
//!
//! `entra-conformance self-test` does the same with all cases; here they are fewer, so that it can
//! be run at every save.

use crate::editions;
use entra_conformance::runner::{Generation, Source};
use entra_conformance::self_test::{
    Progress, Proof, Settings, mutants, render, self_test, variants,
};
use rstest::rstest;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

fn test(settings: &Settings) -> Proof {
    self_test(settings, &|| false, &|_| {})
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// No catalogue has this in it.
fn none() -> Vec<String> {
    names(&["none of them"])
}

/// A share of the mutants, with a part of the generated cases.
static MATRIX: LazyLock<Proof> = LazyLock::new(|| {
    let every = Settings::default();
    let some = mutants::of_edition(&every.edition).step_by(6);
    test(&Settings {
        generation: Generation { cases: 1_000, ..Generation::default() },
        mutants: some.map(|mutant| mutant.name.to_owned()).collect(),
        variants: none(),
        ..every
    })
});

/// What the project promises of it. Which rules notice a mutant: `verdicts` and `faults`.
#[test]
fn every_mutant_is_caught_by_nearly_every_source_and_every_example_is_small() {
    assert_eq!(MATRIX.defects(), Vec::<String>::new());
    let all = MATRIX.mutants.len();
    assert!(all >= 40, "{all}");
    let least = [
        (Source::Scenarios, 85),
        (Source::Grid, 55),
        (Source::Sequences, 70),
        (Source::Relations, 40),
    ];
    for (source, percent) in least {
        let caught = MATRIX.score(source);
        assert!(caught * 100 >= all * percent, "{source:?} catch {caught} of {all}");
    }
    let long: BTreeSet<&str> = MATRIX
        .mutants
        .iter()
        .filter(|line| {
            let kills = line.attempts.iter().filter_map(|attempt| attempt.kill.as_ref());
            kills.into_iter().any(|kill| kill.commands > 4)
        })
        .map(|line| line.mutant)
        .collect();
    // Few need more: what is wrong with them shows only later.
    assert!(long.len() * 8 <= all, "{long:?}");
}

#[test]
fn no_correct_variant_is_blamed() {
    let proof = test(&Settings {
        generation: Generation { cases: 2_000, ..Generation::default() },
        mutants: none(),
        one_in: 400,
        ..Settings::default()
    });
    assert_eq!(proof.defects(), Vec::<String>::new());
    assert!(proof.variants.len() >= 12);
    assert!(proof.variants.iter().all(|line| line.cases > 0 && line.held > 0));
}

/// Of later editions some mutants of what is new or changed in them, and some variants with few cases.
#[test]
fn later_editions_are_proved_as_well() {
    for edition in editions::later() {
        let is_new = |mutant: &&mutants::Mutant| editions::has_new_rule(edition, mutant.rule);
        let new = mutants::of_edition(&edition.id).filter(is_new).step_by(8);
        let mut of_new_rules: Vec<String> = new.map(|mutant| mutant.name.to_owned()).collect();
        if of_new_rules.is_empty() {
            // No name would stand for all.
            of_new_rules = none();
        }
        let variants = variants::catalogue_of(editions::default_policy(edition));
        let proof = test(&Settings {
            edition: edition.id.clone(),
            generation: Generation { cases: 400, ..Generation::default() },
            mutants: of_new_rules,
            variants: variants.into_iter().step_by(4).map(|variant| variant.name).collect(),
            one_in: 800,
            ..Settings::default()
        });
        assert_eq!(proof.defects(), Vec::<String>::new(), "{}", edition.id);
        assert!(proof.variants.iter().all(|line| line.cases > 0 && line.held > 0));
    }
}

/// A source that cannot catch a mutant says so, and the verdict with it.
#[test]
fn a_survivor_is_told() {
    let proof = test(&Settings {
        sources: vec![Source::Relations],
        generation: Generation { cases: 100, ..Generation::default() },
        mutants: names(&["plain-group-matched-on-display-name", "never-matches"]),
        variants: none(),
        ..Settings::default()
    });
    let told = render(&proof, false);
    assert_eq!(proof.defects().len(), 1, "{told}");
    assert!(told.contains("DEFECTS OF THE SUITE: 1"), "{told}");
    assert!(told.contains("the mutant plain-group-matched-on-display-name survives"), "{told}");
}

#[test]
fn nothing_tested_is_no_success() {
    let proof = test(&Settings { mutants: none(), variants: none(), ..Settings::default() });
    assert!(render(&proof, false).contains("INCOMPLETE: nothing was tested"));
    let few =
        Settings { mutants: names(&["never-matches"]), variants: none(), ..Settings::default() };
    let stopped = self_test(&few, &|| true, &|_| {});
    assert!(stopped.is_interrupted);
}

/// Whatever the number of threads, and every piece of work is told.
#[rstest]
fn the_number_of_threads_changes_nothing(#[values(1, 2, 5)] threads: usize) {
    let (planned, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let settings = Settings {
        sources: vec![Source::Scenarios, Source::Sequences],
        generation: Generation { cases: 200, ..Generation::default() },
        mutants: names(&[
            "never-matches",
            "admin-check-cached",
            "retried-once-only",
            "does-nothing",
        ]),
        variants: names(&["lists-in-any-order", "without-roles", "contacts-only"]),
        threads,
        ..Settings::default()
    };
    let proof = self_test(&settings, &|| false, &|progress| match progress {
        Progress::Planned(pieces) => planned.store(pieces, Ordering::Relaxed),
        Progress::Done => {
            done.fetch_add(1, Ordering::Relaxed);
        }
    });
    assert_eq!(done.into_inner(), planned.into_inner());
    let one = test(&Settings { threads: 1, ..settings });
    assert_eq!(render(&proof, false), render(&one, false));
    assert_eq!(proof.mutants.len(), 4);
    assert_eq!(proof.variants.len(), 3);
}
