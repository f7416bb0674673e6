//! Tests of the shrinker.

use super::*;
use crate::cases::sequence::{Sequences, case_of};
use crate::cases::values::Spelling;
use crate::directory::{Command, Kind, Tenant, is_well_formed, problems_of_case, same_name};
use proptest::prelude::*;
use rstest::rstest;

fn case(tenant: &str, commands: &str) -> Case {
    Case {
        tenant: serde_json::from_str::<Tenant>(tenant).expect("a tenant"),
        commands: serde_json::from_str(commands).expect("commands"),
    }
}

/// Shrinks every failing one of many generated cases and returns what is left, each once.
fn all_that_is_left(fails: impl Fn(&Case) -> bool, cases: u64) -> Vec<Case> {
    let settings = Sequences::default();
    let mut left = Vec::new();
    for index in 0..cases {
        let case = case_of(1, index, &settings);
        if fails(&case) {
            let smallest = shrink(case, &mut |round| round.iter().position(&fails));
            if !left.contains(&smallest) {
                left.push(smallest);
            }
        }
    }
    assert!(!left.is_empty(), "no case fails");
    left
}

#[test]
fn a_change_that_is_synchronised() {
    let fails = |case: &Case| {
        case.commands.iter().enumerate().any(|(at, command)| match command {
            Command::UpdateOnPremisesObject(update) => {
                !update.set.user_principal_name.is_keep()
                    && case.commands[at..].contains(&Command::sync())
            }
            _ => false,
        })
    };
    let to = |name: &str| {
        let update = r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "NAME@contoso.com"}}, {"do": "sync"}]"#;
        case(
            r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
            &update.replace("NAME", name),
        )
    };
    // Another name stays another name, and the same one in capitals does not matter.
    let expected = [to("ann"), to("bob")];
    let left = all_that_is_left(fails, 60);
    assert!(left.iter().all(|left| expected.contains(left)), "{left:#?}");
}

#[test]
fn two_objects_that_share_an_address_with_a_cycle_between() {
    let fails = |case: &Case| {
        let first = case.commands.iter().position(|command| *command == Command::sync());
        let Some(first) = first else { return false };
        case.commands[first..].iter().any(|command| match command {
            Command::CreateOnPremisesObject(create) => case.tenant.cloud.iter().any(|cloud| {
                let mut mails = create.object.mail_addresses();
                mails.any(|mail| cloud.mail_addresses().any(|held| same_name(held, mail)))
            }),
            _ => false,
        })
    };
    // What is not equal is not made equal, and what is stays so.
    for left in all_that_is_left(fails, 300) {
        let [Command::Sync(_), Command::CreateOnPremisesObject(create)] = &left.commands[..] else {
            panic!("not minimal: {left:#?}");
        };
        let [cloud] = &left.tenant.cloud[..] else { panic!("not minimal: {left:#?}") };
        assert!(left.tenant.on_premises.is_empty());
        assert_eq!((cloud.kind, create.object.kind), (Kind::User, Kind::User));
        assert_eq!((cloud.proxy_addresses.len(), create.object.proxy_addresses.len()), (1, 1));
        assert!(cloud.primary_address().is_some() && create.object.primary_address().is_some());
        let person = |name: &str| ["ann@", "bob@", "cat@"].iter().any(|one| name.starts_with(one));
        assert!(cloud.user_principal_name.as_deref().is_some_and(person), "{left:#?}");
    }
}

#[test]
fn what_differs_in_letter_case_only_goes_on_doing_so() {
    let fails = |case: &Case| {
        case.tenant.on_premises.iter().any(|source| {
            case.tenant.cloud.iter().any(|cloud| {
                let anchors = (&source.source_anchor, &cloud.on_premises_immutable_id);
                matches!(anchors, (Some(one), Some(other)) if one != other && same_name(one, other))
            })
        })
    };
    for left in all_that_is_left(fails, 300) {
        assert_eq!(left.commands, []);
        let ([cloud], [source]) = (&left.tenant.cloud[..], &left.tenant.on_premises[..]) else {
            panic!("not minimal: {left:#?}");
        };
        assert_eq!(cloud.on_premises_immutable_id.as_deref(), Some("QUFB"));
        assert_eq!(source.source_anchor.as_deref(), Some("qufb"));
    }
}

/// What is in the way of the smallest case is not always superfluous by itself: it has to be
/// folded into the start, or another object has to take its place.
#[rstest]
#[case::another_object_in_the_command(
    r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "createCloudObject", "object": {"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com"}},
        {"do": "assignRole", "object": {"label": "bob"}, "role": "Global Administrator"}]"#
)]
#[case::folded_into_the_start(
    r#"{"features": {"softMatch": false}}"#,
    r#"[{"do": "sync"}, {"do": "createCloudObject", "object": {"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}},
        {"do": "setFeature", "feature": "softMatch", "value": true}, {"do": "assignRole", "object": {"label": "ann"}, "role": "Global Administrator"}]"#
)]
fn one_assignment_is_enough(#[case] tenant: &str, #[case] commands: &str) {
    let fails = |case: &Case| {
        let is_assignment = |command: &Command| matches!(command, Command::AssignRole(_));
        case.commands.iter().any(is_assignment) && !case.tenant.cloud.is_empty()
    };
    let smallest = shrink(case(tenant, commands), &mut |round| round.iter().position(fails));
    assert_eq!(smallest.commands.len(), 1, "{smallest:#?}");
    assert_eq!(smallest.tenant.cloud.len(), 1);
    assert!(smallest.tenant.features.soft_match);
}

/// Not even where everything is called a failure.
#[test]
fn no_candidate_has_an_update_that_sets_nothing() {
    let user = r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#;
    let commands = r#"[{"do": "updateOnPremisesObject", "key": "ann-ad", "set": {}},
        {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"department": "IT"}}}, {"do": "sync"}]"#;
    let sets_nothing = |command: &Command| match command {
        Command::UpdateOnPremisesObject(update) => update.set == OnPremisesChange::default(),
        _ => false,
    };
    shrink(case(user, commands), &mut |round| {
        assert!(!round.iter().flat_map(|case| &case.commands).any(sets_nothing));
        round.iter().position(|case| case.commands.len() > 1)
    });
}

/// Whatever is called a failure, here by chance, every candidate keeps its promises and there is an
/// end.
#[test]
fn candidates_are_well_formed_and_simpler_and_rounds_end() {
    let settings = Sequences::default();
    for index in 0..40 {
        let mut shrinker = Shrinker::new(case_of(2, index, &settings));
        let mut rounds = 0;
        loop {
            let present = measure(shrinker.case());
            let candidates = shrinker.candidates();
            if candidates.is_empty() {
                break;
            }
            assert!(candidates.len() <= ROUND);
            for candidate in candidates {
                assert!(is_well_formed(&candidate.tenant, &candidate.commands), "{candidate:#?}");
                assert!(measure(candidate) < present);
            }
            let found = candidates
                .iter()
                .position(|case| !case.commands.is_empty() && fingerprint(case) % 5 == index % 5);
            shrinker.take(found);
            rounds += 1;
            assert!(rounds < 2_000, "case {index} does not come to an end");
        }
        assert!(rounds > 0);
        assert!(shrinker.candidates().is_empty(), "the end is the end");
    }
}

#[test]
fn shrinking_ends_the_same_every_time() {
    let settings = Sequences::default();
    for index in 0..10 {
        let fails = |case: &Case| !fingerprint(case).is_multiple_of(3);
        let run =
            || shrink(case_of(4, index, &settings), &mut |round| round.iter().position(fails));
        assert_eq!(run(), run());
    }
}

#[test]
fn a_long_case_does_not_take_long() {
    let settings = Sequences::new(
        crate::cases::sequence::Preset::ALL,
        300,
        &crate::directory::Capabilities::all_of_2023(),
    );
    let long = (0..50)
        .map(|index| case_of(6, index, &settings))
        .find(|case| case.commands.len() > 200)
        .expect("a long one");
    let mut tried = 0;
    let smallest = shrink(long, &mut |round| {
        let found = round.iter().position(|case| {
            case.commands.iter().filter(|command| **command == Command::reinstall()).count() >= 3
        });
        tried += found.map_or(round.len(), |found| found + 1);
        found
    });
    assert_eq!(smallest, Case { commands: vec![Command::reinstall(); 3], ..Case::default() });
    assert!(tried < 3_000, "{tried}");
}

#[test]
fn fewer_commands_count_more_than_anything() {
    let one = case("{}", r#"[{"do": "reinstallConnect"}]"#);
    let two = case("{}", r#"[{"do": "sync"}, {"do": "sync"}]"#);
    let user = r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "roles": ["r"]}]}"#;
    assert!(measure(&one) < measure(&two));
    assert!(measure(&case(user, "[]")) < measure(&one));
    assert!(measure(&case("{}", "[]")) < measure(&case(user, "[]")));
    let bob = user.replace("ann@", "bob@");
    assert!(measure(&case(user, "[]")) < measure(&case(&bob, "[]")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_subsequence_can_run(seed: u64, kept: u64, kept_at_the_start: u8) {
        let Case { mut tenant, commands } = case_of(seed, 0, &Sequences::default());
        let is_kept = |index: usize| kept & (1 << index) != 0;
        let commands: Vec<Command> = commands
            .into_iter()
            .enumerate()
            .filter(|(index, _)| is_kept(*index))
            .map(|(_, command)| command)
            .collect();
        let mut index = 0;
        tenant.cloud.retain(|_| {
            index += 1;
            kept_at_the_start & (1 << index) != 0
        });
        let before = Case { tenant, commands };
        let after = repaired(before.clone());
        prop_assert_eq!(problems_of_case(&after.tenant, &after.commands), vec![]);
        // Repairing leaves out and changes nothing else, and a sync never needs it.
        let syncs = |case: &Case| {
            case.commands.iter().filter(|command| **command == Command::sync()).count()
        };
        prop_assert_eq!(syncs(&after), syncs(&before));
        let mut rest = before.commands.iter();
        prop_assert!(after.commands.iter().all(|command| rest.any(|other| other == command)));
        prop_assert_eq!(repaired(after.clone()), after);
    }

    /// The quick form and the messages are two descriptions of the same thing.
    #[test]
    fn the_quick_form_says_what_the_messages_say(seed: u64, damage in prop::collection::vec(0..16_u8, 0..3), at: usize) {
        let mut case = case_of(seed, 0, &Sequences::default());
        for damage in damage {
            break_something(&mut case, damage, at);
        }
        prop_assert_eq!(
            is_well_formed(&case.tenant, &case.commands),
            problems_of_case(&case.tenant, &case.commands).is_empty(),
            "{:?}", problems_of_case(&case.tenant, &case.commands)
        );
    }
}

/// Does something to a case that mostly keeps it from being well-formed.
fn break_something(case: &mut Case, damage: u8, at: usize) {
    let commands = case.commands.len();
    let tenant = &mut case.tenant;
    let cloud = tenant.cloud.len();
    let on_premises = tenant.on_premises.len();
    match damage {
        0 if commands > 0 => drop(case.commands.remove(at % commands)),
        1 if commands > 0 => {
            let again = case.commands[at % commands].clone();
            case.commands.push(again);
        }
        2 if commands > 0 => case.commands.reverse(),
        3 if cloud > 0 => {
            let mut again = tenant.cloud[at % cloud].clone();
            again.label = "again".into();
            tenant.cloud.push(again);
        }
        4 if cloud > 0 => drop(tenant.cloud.remove(at % cloud)),
        5 if cloud > 0 => tenant.cloud[at % cloud].kind = Kind::Contact,
        6 if cloud > 0 => tenant.cloud[at % cloud].kind = Kind::User,
        7 if cloud > 0 => tenant.cloud[at % cloud].mail_enabled = true,
        8 if cloud > 0 => tenant.cloud[at % cloud].proxy_addresses.push("Smtp:a@x".into()),
        9 if cloud > 0 => tenant.cloud[at % cloud].label = "ann".into(),
        10 if on_premises > 0 => tenant.on_premises[at % on_premises].source_anchor = None,
        11 if on_premises > 0 => {
            tenant.on_premises[at % on_premises].source_anchor = Some("QUFB".into());
        }
        12 if on_premises > 0 => tenant.on_premises[at % on_premises].kind = Kind::Group,
        13 if on_premises > 0 => {
            let address = format!("smtp:{}", ["ann@contoso.com", "BOB@contoso.com"][at % 2]);
            tenant.on_premises[at % on_premises].proxy_addresses.push((*address).into());
        }
        14 if on_premises > 0 => drop(tenant.on_premises.remove(at % on_premises)),
        15 => {
            for command in &mut case.commands {
                if let Command::UpdateOnPremisesObject(update) = command {
                    update.set.source_anchor = crate::directory::Change::Clear;
                }
            }
        }
        _ => {}
    }
}

/// What is odd about values goes where it does not matter, and what is left of it is what matters.
#[rstest]
#[case::long("displayName", |value: &str| value.chars().count() > 200, 201)]
#[case::spaces("displayName", |value: &str| value.starts_with(' '), 1)]
#[case::face("displayName", |value: &str| value.contains('😀'), 1)]
fn of_odd_values_only_what_matters_is_left(
    #[case] attribute: &str,
    #[case] is_odd: fn(&str) -> bool,
    #[case] characters: usize,
) {
    let fails = |case: &Case| {
        case.tenant
            .on_premises
            .iter()
            .any(|object| object.attributes.get(attribute).is_some_and(|value| is_odd(value)))
    };
    let settings = Sequences::default();
    let odd = (0..).map(|index| Spelling::EVERYTHING.of(&case_of(1, index, &settings)));
    let case = odd.into_iter().find(|case| fails(case)).expect("there is always one more");
    let left = shrink(case, &mut |round| round.iter().position(fails));
    assert_eq!(left.commands, []);
    let [object] = &left.tenant.on_premises[..] else { panic!("not minimal: {left:#?}") };
    assert_eq!(object.attributes.get(attribute).map(|it| it.chars().count()), Some(characters));
    assert_eq!(object.source_anchor.as_deref(), Some("QUFB"));
    let name = object.user_principal_name.as_deref();
    assert!(name.is_none_or(|name| name == "ann@contoso.com"), "{name:?}");
}

#[test]
fn names_that_are_alike_at_first_stay_so_and_get_shorter() {
    let start = |name: &str| name.chars().take(20).collect::<String>();
    let fails = |case: &Case| {
        case.tenant.cloud.iter().any(|cloud| {
            case.tenant.on_premises.iter().any(|object| {
                let names = (&cloud.user_principal_name, &object.user_principal_name);
                matches!(names, (Some(one), Some(other)) if one != other && start(one) == start(other))
            })
        })
    };
    let settings = Sequences::default();
    let odd = (0..).map(|index| Spelling::EVERYTHING.of(&case_of(1, index, &settings)));
    let case = odd.into_iter().find(|case| fails(case)).expect("there is always one more");
    let left = shrink(case, &mut |round| round.iter().position(fails));
    let name = left.tenant.cloud[0].user_principal_name.as_deref().unwrap_or_default();
    assert!(name.split('@').next().is_some_and(|local| local.len() <= 33), "{name}");
    assert!(name.ends_with("@contoso.com"), "{name}");
}
