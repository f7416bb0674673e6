//! Tests of respelled cases.

use super::*;
use crate::cases::identifiers::{Identifier, mentions};
use crate::cases::required_capabilities;
use crate::cases::sequence::{Sequences, case_of};
use crate::directory::problems_of_case;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The relations between two identifiers that rules ask for.
fn relations(one: Identifier<'_>, other: Identifier<'_>) -> (bool, bool, bool) {
    let text = |identifier: Identifier<'_>| match identifier {
        Identifier::Name(text) | Identifier::MailAttribute(text) | Identifier::Anchor(text) => {
            text.to_owned()
        }
        Identifier::Address(address) => address.mail().unwrap_or(address.as_str()).to_owned(),
    };
    let primary = |identifier: Identifier<'_>| match identifier {
        Identifier::Address(address) => address.is_primary(),
        _ => false,
    };
    let (left, right) = (text(one), text(other));
    (left == right, left.eq_ignore_ascii_case(&right), primary(one) == primary(other))
}

fn number_of_addresses(case: &Case) -> usize {
    let cloud = case.tenant.cloud.iter().map(|object| object.proxy_addresses.len());
    cloud.chain(case.tenant.on_premises.iter().map(|object| object.proxy_addresses.len())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Nothing comes to be equal, or equal but for letter case, that was not, and nothing ceases to be:
    /// so nothing is decided otherwise, and nothing is left open that was not.
    #[test]
    fn a_respelling_keeps_every_relation_between_identifiers(seed: u64, number: u64) {
        let case = case_of(seed, number, &Sequences::default());
        let spelling = Spelling::drawn(seed, number, 1).expect("always one");
        let spelling = Spelling { further_addresses: 0, ..spelling };
        for spelling in [spelling, Spelling::PLAIN, Spelling::EVERYTHING] {
            let respelled = spelling.of(&case);
            prop_assert_eq!(problems_of_case(&respelled.tenant, &respelled.commands), vec![]);
            let [before, after] = [&case, &respelled]
                .map(|case| mentions(&case.tenant, &case.commands));
            prop_assert_eq!(before.len(), after.len());
            for (one, new_one) in before.iter().zip(&after) {
                prop_assert_eq!(&one.owner, &new_one.owner);
                for (other, new_other) in before.iter().zip(&after) {
                    prop_assert_eq!(
                        relations(one.identifier, other.identifier),
                        relations(new_one.identifier, new_other.identifier)
                    );
                }
            }
            prop_assert_eq!(
                required_capabilities(&case.tenant, &case.commands),
                required_capabilities(&respelled.tenant, &respelled.commands)
            );
        }
    }

    /// As a person sees it, too: whatever a value looks like, a scenario file holds it.
    #[test]
    fn a_respelled_case_is_well_formed_and_can_be_written_down(seed: u64, number: u64) {
        let case = case_of(seed, number, &Sequences::default());
        let spelling = Spelling::drawn(seed, number, 1).expect("always one");
        let respelled = spelling.of(&case);
        prop_assert_eq!(problems_of_case(&respelled.tenant, &respelled.commands), vec![]);
        prop_assert!(number_of_addresses(&respelled) >= number_of_addresses(&case));
        let text = serde_json::to_string(&(&respelled.tenant, &respelled.commands));
        prop_assert_eq!(serde_json::from_str(&text.expect("JSON")).ok(), Some((respelled.tenant, respelled.commands)));
    }

    #[test]
    fn what_is_respelled_can_be_told_in_the_old_spelling(seed: u64, number: u64) {
        let case = case_of(seed, number, &Sequences::default());
        let respelling = Respelling::of(&case, Spelling::EVERYTHING);
        let respelled = respelling.case(&case);
        for (setup, new) in case.tenant.cloud.iter().zip(&respelled.tenant.cloud) {
            let back = respelling.back(&new.to_object("1"));
            prop_assert_eq!(back, setup.to_object("1"));
        }
    }
}

/// Each form occurs, and a case has the same one whenever it is asked for.
#[test]
fn one_in_so_many_cases_is_respelled_in_every_form() {
    let drawn: Vec<Spelling> =
        (0..6_000).filter_map(|number| Spelling::drawn(1, number, 3)).collect();
    assert!((1_900..2_100).contains(&drawn.len()), "{}", drawn.len());
    assert_eq!(Spelling::drawn(1, 7, 3), Spelling::drawn(1, 7, 3));
    let forms = |form: &dyn Fn(&Spelling) -> String| {
        drawn.iter().map(form).collect::<BTreeSet<String>>().len()
    };
    assert_eq!(forms(&|it| format!("{:?}", it.names)), names::NameForm::ALL.len());
    assert_eq!(forms(&|it| format!("{:?}", it.anchors)), anchors::AnchorForm::ALL.len());
    assert_eq!(forms(&|it| format!("{:?}", it.attributes)), texts::TextForm::ALL.len());
    assert_eq!(forms(&|it| format!("{:?}", it.passwords)), texts::TextForm::ALL.len());
}
