//! Tests of the generator.

use super::*;
use crate::cases::required_capabilities;
use crate::directory::{Capabilities, Capability, Command, Kind, is_well_formed, problems_of_case};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rstest::rstest;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_case_is_well_formed(seed: u64, index: u64, max_commands in 1_usize..60) {
        let settings =
            Sequences::new(Preset::ALL, max_commands, &Capabilities::all_of_2023());
        let case = case_of(seed, index, &settings);
        prop_assert_eq!(problems_of_case(&case.tenant, &case.commands), vec![]);
        prop_assert!(case.commands.len() <= 3 * max_commands);
        prop_assert!(matches!(case.commands.last(), Some(Command::Sync(_))));
    }

    #[test]
    fn nothing_takes_a_capability_that_is_not_there(
        seed: u64,
        present in prop::collection::vec(any::<bool>(), Capability::ALL.len()),
    ) {
        let capabilities: Capabilities = Capability::ALL
            .iter()
            .zip(present)
            .filter(|(_, is_present)| *is_present)
            .map(|(capability, _)| *capability)
            .collect();
        let settings = Sequences::new(Preset::ALL, 20, &capabilities);
        for index in 0..20 {
            let case = case_of(seed, index, &settings);
            let needed = required_capabilities(&case.tenant, &case.commands);
            prop_assert_eq!(capabilities.missing(&needed), vec![]);
            prop_assert_eq!(problems_of_case(&case.tenant, &case.commands), vec![]);
        }
    }
}

#[test]
fn as_many_cases_as_a_plain_run_has_are_well_formed() {
    let settings = Sequences::default();
    for index in 0..20_000 {
        let case = case_of(20_230_126, index, &settings);
        assert!(is_well_formed(&case.tenant, &case.commands), "case {index}: {case:#?}");
    }
}

#[test]
fn a_case_depends_on_seed_number_and_settings_only() {
    let settings = Sequences::default();
    let forwards: Vec<Case> = (0..50).map(|index| case_of(3, index, &settings)).collect();
    let elsewhere = std::thread::spawn(move || {
        let mut cases: Vec<Case> =
            (0..50).rev().map(|index| case_of(3, index, &settings)).collect();
        cases.reverse();
        cases
    });
    assert_eq!(forwards, elsewhere.join().expect("no panic"));
    assert_ne!(forwards[0], case_of(4, 0, &Sequences::default()));
}

/// What a seed stands for, written down: a change of the generator that nobody meant to make does
/// not go unnoticed.
#[test]
fn a_seed_stands_for_its_case() {
    let case = case_of(1, 2, &Sequences::default());
    let text = serde_json::to_string(&(&case.tenant, &case.commands)).expect("JSON");
    insta::with_settings!({ snapshot_path => "../../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("sequence-of-seed-1", text.replace("},{", "},\n{"));
    });
}

#[rstest]
#[case::balanced(Preset::balanced())]
#[case::matching(Preset::matching())]
#[case::updates(Preset::updates())]
#[case::recovery(Preset::recovery())]
#[case::administrators(Preset::administrators())]
#[case::long(Preset::long())]
#[case::leavers(Preset::leavers())]
#[case::moved(Preset::moved())]
fn every_command_that_can_be_asked_for_occurs(#[case] preset: Preset) {
    let words_of = |capabilities: &Capabilities| {
        let settings = Sequences::new(std::slice::from_ref(&preset), 20, capabilities);
        let cases = (0..2_000).map(|index| case_of(0, index, &settings));
        cases.flat_map(|case| case.commands).map(|command| command.word()).collect()
    };
    let every: BTreeSet<&str> = words_of(&Capability::ALL.iter().copied().collect());
    assert_eq!(every, Command::WORDS.iter().copied().collect());
    let of_2023: BTreeSet<&str> = words_of(&Capabilities::all_of_2023());
    let later: Vec<&&str> = every.difference(&of_2023).collect();
    let known_later = [
        &"makeEligible",
        &"removeEligibility",
        &"removeOnPremisesObject",
        &"setCloudManaged",
        &"setOnPremisesObjectIdentifier",
    ];
    assert_eq!(later, known_later);
}

#[test]
fn long_histories_have_many_cycles_and_come_back_to_what_was() {
    let settings = Sequences::new(&[Preset::long()], 20, &Capabilities::all_of_2023());
    let cases: Vec<Case> = (0..500).map(|index| case_of(5, index, &settings)).collect();
    let count = |case: &Case, is_meant: &dyn Fn(&Command) -> bool| {
        case.commands.iter().filter(|command| is_meant(command)).count()
    };
    let many = |least: usize, is_meant: &dyn Fn(&Command) -> bool| {
        cases.iter().filter(|case| count(case, is_meant) >= least).count()
    };
    assert!(many(10, &|command| matches!(command, Command::Sync(_))) > 400);
    assert!(many(3, &|command| matches!(command, Command::SetFeature(_))) > 150);
    assert!(many(8, &|command| matches!(command, Command::UpdateOnPremisesObject(_))) > 200);
    assert!(many(1, &|command| matches!(command, Command::RestoreCloudObject(_))) > 100);
}

#[test]
fn lengths_and_kinds_are_as_documented() {
    let settings = Sequences::default();
    let cases: Vec<Case> = (0..4_000).map(|index| case_of(5, index, &settings)).collect();
    let count = |test: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| test(case)).count();
    let up_to_four = count(&|case| case.commands.len() <= 4);
    let up_to_ten = count(&|case| case.commands.len() <= 10);
    assert!((900..1_100).contains(&up_to_four), "{up_to_four}");
    assert!((2_900..3_100).contains(&up_to_ten), "{up_to_ten}");
    for &kind in Kind::ALL {
        let with = count(&|case| case.tenant.on_premises.iter().any(|object| object.kind == kind));
        assert!(with > 400, "{kind}: {with}");
    }
}

#[test]
fn proptest_walks_from_a_case_to_simpler_ones_and_back() {
    let mut runner = TestRunner::deterministic();
    let mut tree = (0..100)
        .filter_map(|_| Sequences::default().new_tree(&mut runner).ok())
        .find(|tree| tree.current().commands.len() > 5)
        .expect("a longer one");
    // Every case fails: it ends at the least there is.
    let first = tree.current();
    while tree.simplify() {}
    assert_ne!(tree.current(), first);
    assert_eq!(tree.current(), Case::default());
    assert!(!tree.complicate());
}
