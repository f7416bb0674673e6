//! The search is sound: what it takes for the same has the same future.

use super::actions::Actions;
use super::place::Place;
use super::search::canonical_for;
use super::{Scope, Settings, Starts, Values, plan};
use crate::directory::{Capabilities, Capability, Command, problems_of_case};
use crate::implementation::Implementation as _;
use crate::reference::{Policy, ReferenceModel};
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
fn places_that_look_the_same_have_the_same_future(
    #[case] starts: Starts,
    #[case] depth: usize,
    #[case] one_of: usize,
    #[values(Values::Apart, Values::Alike)] values: Values,
) {
    let mut settings = Settings::new(Scope { starts, values }, depth);
    // Objects are quarantined, too.
    settings.policy.collision_handling = crate::directory::CollisionHandling::Quarantined;
    let capabilities = Capabilities::all_of_2023();
    let choices = settings.policy.declared();
    let (actions, tenants) = (Actions::of(settings.scope), settings.scope.tenants());
    let model = Faulty::without_fault(settings.policy);
    let mut canonical = canonical_for(&settings);
    let mut earlier: HashMap<Vec<u8>, Place<'_>> = HashMap::new();
    let (mut met, mut compared) = (0_usize, 0_usize);
    let mut layer: Vec<Place<'_>> = Vec::new();
    for tenant in &tenants {
        let (place, found) = Place::start(&model, tenant, &capabilities, &choices);
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
    #[values(Starts::Nothing, Starts::Pairs, Starts::Whole)] starts: Starts,
    #[values(Values::Apart, Values::Alike)] values: Values,
) {
    let scope = Scope { starts, values };
    let capabilities = Capabilities::all_of_2023();
    let choices = Policy::default().declared();
    let (actions, tenants) = (Actions::of(scope), scope.tenants());
    let model = Faulty::without_fault(Policy::default());
    let mut looked_at = 0;
    for (number, tenant) in tenants.iter().enumerate().step_by(499) {
        let (mut place, _) = Place::start(&model, tenant, &capabilities, &choices);
        let mut commands = Vec::new();
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
    let searches = plan("2023-01", 4);
    for policy in Policy::default().every_choice() {
        for declares in [true, false] {
            let is_meant =
                |search: &&Settings| search.policy == policy && search.declares == declares;
            assert!(searches.iter().filter(is_meant).count() >= 2);
        }
    }
    let deepest = searches.iter().filter(|search| search.depth == 4);
    assert!(deepest.clone().all(|search| search.policy == Policy::default()));
    assert_eq!(deepest.count(), 4);
    assert!(plan("2023-01", 1).iter().all(|search| search.depth == 1));
}

#[test]
fn every_command_of_the_edition_is_there() {
    let words = |starts| -> BTreeSet<&str> {
        let actions = Actions::of(Scope { starts, values: Values::Apart });
        actions.commands().iter().map(Command::word).collect()
    };
    let removal = "removeOnPremisesObject";
    let all: BTreeSet<&str> =
        Command::WORDS.iter().copied().filter(|word| *word != removal).collect();
    assert_eq!(words(Starts::Nothing), all);
    assert_eq!(words(Starts::Whole), all);
    // It is no command of the edition.
    assert!(!Capabilities::all_of_2023().has(Capability::Scope));
    let remove = format!(r#"{{"do": "{removal}", "key": "ann-ad"}}"#);
    let remove: Command = serde_json::from_str(&remove).expect("a command");
    assert!(ReferenceModel::default().apply(&remove).is_err());
}
