//! The search is sound: what it takes for the same has the same future.

use super::alphabet::Alphabet;
use super::search::{Ground, Place, portrait_for};
use super::{Scope, Settings, Starts, Values};
use crate::directory::{Capabilities, Capability, Command, problems_of_case};
use crate::implementation::Implementation as _;
use crate::reference::{Policy, ReferenceModel};
use rstest::rstest;
use std::collections::{BTreeSet, HashMap};

/// What can follow upon a place: for each command what is reported of it, what the checks say, and
/// what the place looks like to which it leads.
type Future = Vec<(&'static str, &'static str, Vec<(&'static str, u64, usize)>, Vec<u8>)>;

fn future(ground: &Ground<'_>, settings: &Settings, place: &Place<'_>) -> Future {
    let mut portrait = portrait_for(settings);
    let letters = ground.alphabet.next(&place.model, &place.observer, place.labels);
    let mut future: Future = letters
        .into_iter()
        .map(|letter| {
            let (mut next, mut found) = (place.clone(), Vec::new());
            let command = ground.alphabet.command(letter);
            let seen = ground.step(&mut next, command, &mut found);
            let said = found.iter().map(|finding| {
                (finding.rule, finding.verdict.held, finding.verdict.violations.len())
            });
            next.portray(&mut portrait);
            let looks = portrait.bytes().to_vec();
            (command.word(), seen.outcome.status.word(), said.collect(), looks)
        })
        .collect();
    // Renaming values changes the order of commands.
    future.sort();
    future
}

/// Goes every way of so many commands (of some pairs of one command), and compares the future of some of the
/// places that look as another one did.
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
    // Copies are made, too.
    settings.policy.collision_handling = crate::directory::CollisionHandling::Quarantined;
    let capabilities = Capabilities::all_of_2023();
    let choices = settings.policy.declared();
    let model = ReferenceModel::new(settings.policy);
    let ground = Ground::new(settings.scope, model, &capabilities, &choices);
    let mut portrait = portrait_for(&settings);
    let mut earlier: HashMap<Vec<u8>, Place<'_>> = HashMap::new();
    let (mut met, mut compared) = (0_usize, 0_usize);
    let mut layer: Vec<Place<'_>> = Vec::new();
    for at in (0_u32..).take(ground.tenants.len()) {
        let (place, found) = ground.start(at);
        assert!(found.iter().all(|finding| finding.violations().is_empty()));
        layer.push(place);
    }
    for commands in 0..=depth {
        for place in &layer {
            place.portray(&mut portrait);
            let looks = portrait.bytes().to_vec();
            let Some(alike) = earlier.get(&looks) else {
                earlier.insert(looks, place.clone());
                continue;
            };
            met += 1;
            if met.is_multiple_of(one_of) {
                compared += 1;
                let of = |place| future(&ground, &settings, place);
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
            for letter in ground.alphabet.next(&place.model, &place.observer, place.labels) {
                let (mut next, mut found) = (place.clone(), Vec::new());
                ground.step(&mut next, ground.alphabet.command(letter), &mut found);
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
    let ground = Ground::new(scope, ReferenceModel::default(), &capabilities, &choices);
    let mut looked_at = 0;
    for at in (0..ground.tenants.len()).step_by(499) {
        let tenant = &ground.tenants[at];
        let (mut place, _) = ground.start(at as u32);
        let mut commands = Vec::new();
        for step in 0..6 {
            let next = ground.alphabet.next(&place.model, &place.observer, place.labels);
            for letter in &next {
                commands.push(ground.alphabet.command(*letter).clone());
                assert_eq!(problems_of_case(tenant, &commands), Vec::new());
                commands.pop();
                looked_at += 1;
            }
            // Any way will do, as long as there are several.
            let letter = next[(at * 7 + step * 31 + 5) % next.len()];
            let command = ground.alphabet.command(letter);
            ground.step(&mut place, command, &mut Vec::new());
            commands.push(command.clone());
        }
    }
    assert!(looked_at > 500);
}

#[test]
fn every_command_of_the_edition_is_there() {
    let words = |starts| -> BTreeSet<&str> {
        let alphabet = Alphabet::of(Scope { starts, values: Values::Apart });
        alphabet.commands().iter().map(Command::word).collect()
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
