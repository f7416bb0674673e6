//! The search is sound: what it takes for the same has the same future.

use super::actions::Actions;
use super::place::Place;
use super::search::canonical_for;
use super::{Scope, Settings, Starts, Values, plan};
use crate::cases::required_capabilities;
use crate::directory::{Command, Tenant, problems_of_case};
use crate::implementation::Implementation as _;
use crate::reference::{EditionRules, Policy, ReferenceModel};
use crate::self_test::mutants::Faulty;
use rstest::rstest;
use std::collections::{BTreeSet, HashMap};

/// What can follow upon a place: for each command what is reported of it, what the checks say, and
/// what the place looks like to which it leads.
type Future = Vec<(&'static str, &'static str, Vec<(&'static str, u64, usize)>, Vec<u8>)>;

fn future(actions: &Actions, settings: &Settings, place: &Place<'_>) -> Future {
    let mut canonical = canonical_for(settings);
    let next = actions.next(place).into_iter();
    let mut future: Future = next
        .map(|at| {
            let (mut next, mut found) = (place.clone(), Vec::new());
            let seen = next.step((at, &actions.commands()[at]), &mut found);
            let said = found.iter().map(|finding| {
                (finding.rule, finding.verdict.held, finding.verdict.violations.len())
            });
            next.canonicalise(&mut canonical);
            let looks = canonical.bytes().to_vec();
            let word = actions.commands()[at].word();
            (word, seen.outcome.status.word(), said.collect(), looks)
        })
        .collect();
    // Renaming values changes the order of commands.
    future.sort();
    future
}

/// Goes every way of so many commands (of some pairs of one command), and compares the future of
/// some of the places that look as another one did.
#[rstest]
#[case::nothing(Starts::Nothing, 2, 97)]
#[case::whole(Starts::Whole, 2, 499)]
#[case::pairs(Starts::Pairs, 1, 97)]
#[case::departed(Starts::Departed, 2, 499)]
fn places_that_look_the_same_have_the_same_future(
    #[case] starts: Starts,
    #[case] depth: usize,
    #[case] one_of: usize,
    #[values(Values::Apart, Values::Alike)] values: Values,
) {
    let mut settings = Settings::new(Scope { starts, values }, depth);
    // Objects are quarantined, too.
    settings.policy.collision_handling = crate::directory::CollisionHandling::Quarantined;
    settings.policy.edition = edition_of(starts).edition;
    let choices = settings.policy.declared();
    let model = Faulty::without_fault(settings.policy);
    let capabilities = model.describe().capabilities;
    let actions = Actions::of(settings.scope, &capabilities);
    let tenants = settings.scope.tenants(&capabilities);
    let mut canonical = canonical_for(&settings);
    let mut earlier: HashMap<Vec<u8>, Place<'_>> = HashMap::new();
    let (mut met, mut compared) = (0_usize, 0_usize);
    let mut layer: Vec<Place<'_>> = Vec::new();
    for tenant in &tenants {
        let (mut place, mut found) = Place::start(&model, tenant, &capabilities, &choices);
        for command in settings.scope.lead() {
            place.step((actions.place_of(&command), &command), &mut found);
        }
        assert!(found.iter().all(|finding| finding.violations().is_empty()));
        layer.push(place);
    }
    for commands in 0..=depth {
        for place in &layer {
            place.canonicalise(&mut canonical);
            let looks = canonical.bytes().to_vec();
            let Some(alike) = earlier.get(&looks) else {
                earlier.insert(looks, place.clone());
                continue;
            };
            met += 1;
            if met.is_multiple_of(one_of) {
                compared += 1;
                let of = |place| future(&actions, &settings, place);
                let (one, other) = (of(place), of(alike));
                assert_eq!(one.len(), other.len());
                let differ = one.iter().zip(&other).find(|(one, other)| one != other);
                assert_eq!(
                    differ,
                    None,
                    "{:?}\n{:?}",
                    place.observer.state(),
                    alike.observer.state()
                );
            }
        }
        if commands == depth {
            break;
        }
        // There are many pairs; some of them go on.
        let step = if starts == Starts::Pairs { 97 } else { 1 };
        let mut reached = Vec::new();
        for place in layer.iter().step_by(step) {
            for at in actions.next(place) {
                let mut next = place.clone();
                next.step((at, &actions.commands()[at]), &mut Vec::new());
                reached.push(next);
            }
        }
        layer = reached;
    }
    assert!(compared > 10, "{compared} of {met}");
}

/// What the search makes is a case, also where it is read by somebody else.
#[rstest]
fn every_way_is_a_well_formed_case(
    #[values(Starts::Nothing, Starts::Pairs, Starts::Whole, Starts::Departed)] starts: Starts,
    #[values(Values::Apart, Values::Alike)] values: Values,
) {
    let scope = Scope { starts, values };
    let policy = edition_of(starts);
    let choices = policy.declared();
    let model = Faulty::without_fault(policy);
    let capabilities = model.describe().capabilities;
    let (actions, tenants) = (Actions::of(scope, &capabilities), scope.tenants(&capabilities));
    let mut looked_at = 0;
    for (number, tenant) in tenants.iter().enumerate().step_by(499) {
        let (mut place, _) = Place::start(&model, tenant, &capabilities, &choices);
        let mut commands = scope.lead();
        for command in &commands {
            place.step((actions.place_of(command), command), &mut Vec::new());
        }
        for step in 0..6 {
            let next = actions.next(&place);
            for at in &next {
                commands.push(actions.commands()[*at].clone());
                assert_eq!(problems_of_case(tenant, &commands), Vec::new());
                commands.pop();
                looked_at += 1;
            }
            // Any way will do, as long as there are several.
            let at = next[(number * 7 + step * 31 + 5) % next.len()];
            place.step((at, &actions.commands()[at]), &mut Vec::new());
            commands.push(actions.commands()[at].clone());
        }
    }
    assert!(looked_at > 500);
}

#[test]
fn every_policy_is_searched() {
    for edition in EditionRules::ALL {
        let searches = plan(edition.name, 4);
        let default = Policy { edition: *edition, ..Policy::default() };
        for policy in default.every_choice() {
            for declares in [true, false] {
                let is_meant =
                    |search: &&Settings| search.policy == policy && search.declares == declares;
                assert!(searches.iter().filter(is_meant).count() >= 2);
            }
        }
        let deepest = searches.iter().filter(|search| search.depth == 4);
        assert!(deepest.clone().all(|search| search.policy == default));
        assert_eq!(deepest.count(), 4);
        assert!(plan(edition.name, 1).iter().all(|search| search.depth == 1));
    }
}

/// Every edition searches what its cases can ask for, and no command is searched by none.
#[test]
fn every_command_of_an_edition_is_there() {
    let actions_of = |edition: &EditionRules, starts| {
        let model = ReferenceModel::new(Policy { edition: *edition, ..Policy::default() });
        let capabilities = model.describe().capabilities;
        (Actions::of(Scope { starts, values: Values::Apart }, &capabilities), capabilities)
    };
    let words =
        |commands: &[Command]| -> BTreeSet<&str> { commands.iter().map(Command::word).collect() };
    let newest = EditionRules::ALL.last().expect("an edition");
    let (all, _) = actions_of(newest, Starts::Whole);
    assert_eq!(words(all.commands()), Command::WORDS.iter().copied().collect());
    for edition in EditionRules::ALL {
        for starts in [Starts::Nothing, Starts::Whole] {
            let (actions, capabilities) = actions_of(edition, starts);
            let is_known = |command: &&Command| {
                let needed =
                    required_capabilities(&Tenant::default(), std::slice::from_ref(*command));
                capabilities.missing(&needed).is_empty()
            };
            let known: Vec<Command> = all.commands().iter().filter(is_known).cloned().collect();
            assert_eq!(words(actions.commands()), words(&known), "{}", edition.name);
            assert!(actions.commands().iter().all(|command| is_known(&command)));
        }
    }
}

/// The default policy of the first edition that has such a start.
fn edition_of(starts: Starts) -> Policy {
    let is_known = |edition: &&EditionRules| {
        plan(edition.name, 4).iter().any(|search| search.scope.starts == starts)
    };
    let edition = EditionRules::ALL.iter().find(is_known).expect("an edition that has it");
    Policy { edition: *edition, ..Policy::default() }
}
