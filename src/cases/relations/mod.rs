//! Metamorphic relations: what two runs of one implementation must have in common.
//!
//! A relation varies a case in a way that must not matter and compares the states of the two runs, up to
//! identifiers and never by what was reported. It needs no model of what is right. A relation is a rule
//! of the rulebook, of basis `derived`.
//!
//! ```text
//! values, renaming, strangers, order, cycles   how each relation varies a case
//! variation     the varied case, and which steps correspond
//! footprints    which objects could ever touch one another
//! openness      where a run is settled, so that both must agree
//! compare       the two states of an object, as far as they are settled
//! verdict       one relation over two runs
//! ```
//!
//! The preconditions are what keeps a relation from blaming a correct implementation: it speaks only
//! where the documents settle what happens. Whatever they leave open may come out differently in
//! the two runs, and then nothing is compared that it could have touched: nothing more of the
//! *neighbourhood* in which it happened, from that step on.

mod compare;
mod cycles;
mod footprints;
mod openness;
mod order;
mod renaming;
mod run;
mod strangers;
mod unmet;
mod values;
mod variation;
mod verdict;

pub use run::{RelationVerdict, Run};
pub use unmet::UnmetPrecondition;

use super::Case;
use crate::directory::{Capabilities, DeclaredChoices, EditionSettings};
use variation::Variation;

/// A metamorphic relation: a variation of cases that must not matter.
#[derive(Debug)]
pub struct Relation {
    /// The rule that it is, by its ID.
    pub rule: &'static str,
    precondition: &'static str,
    variation: &'static str,
    vary: fn(&Case) -> Option<Variation>,
    /// Of generated cases it is applied to one in so many, beginning with this number: to all, but where
    /// it takes long.
    one_in: u64,
    from: u64,
}

/// The relation with few unrelated objects.
const MANY_UNRELATED: Relation = Relation {
    rule: "relation.many-unrelated-objects",
    precondition: "a cycle decides something that is settled",
    variation: "with many unrelated objects before and after all others: on either side alone, and to be matched, provisioned or refused",
    vary: strangers::with_thirty,
    one_in: 16,
    from: 1,
};

/// The same with more of them, which takes more time.
static LARGER_CROWDS: [Relation; 2] = [
    Relation { vary: strangers::with_a_hundred_and_twenty, one_in: 100, from: 3, ..MANY_UNRELATED },
    // The last of the 2,000 cases that a plain run has.
    Relation { vary: strangers::with_thousands, one_in: 2_000, from: 1_999, ..MANY_UNRELATED },
];

/// Every relation, in the rulebook's order.
static RELATIONS: [Relation; 9] = [
    Relation {
        rule: "relation.values-that-do-not-match",
        precondition: "a cycle decides something that is settled",
        variation: "with the same further attributes on every object, and a further secondary address of its own on each that has any",
        vary: values::with_other_values,
        one_in: 1,
        from: 0,
    },
    Relation {
        rule: "relation.letter-case-of-names",
        precondition: "a cycle decides something that is settled, about an object with a name or an address",
        variation: "with small letters for capitals, and capitals for small letters, in every UPN and mail address on-premises",
        vary: values::with_swapped_letters,
        one_in: 1,
        from: 0,
    },
    Relation {
        rule: "relation.renaming",
        precondition: "a cycle decides something that is settled",
        variation: "with another value in the place of every name, address, anchor, role, password and attribute, equal ones in the place of equal ones",
        vary: renaming::with_other_values,
        one_in: 2,
        from: 0,
    },
    Relation {
        rule: "relation.unrelated-objects",
        precondition: "a cycle decides something that is settled",
        variation: "with an unrelated object in the cloud and another one on-premises, before all others",
        vary: strangers::with_strangers,
        one_in: 1,
        from: 0,
    },
    MANY_UNRELATED,
    Relation {
        rule: "relation.order-of-creation",
        precondition: "several objects are created one after the other, and no object is contended",
        variation: "with objects created in the opposite order",
        vary: order::opposite_order,
        one_in: 1,
        from: 0,
    },
    Relation {
        rule: "relation.idle-syncs",
        precondition: "after a cycle nothing is left open",
        variation: "with one more idle sync after each sync",
        vary: cycles::idle_cycles,
        one_in: 1,
        from: 0,
    },
    Relation {
        rule: "relation.one-cycle-or-several",
        precondition: "several objects with disjoint footprints are synchronised in one cycle, nothing was pending before they were created or changed, and nothing else is edited in between",
        variation: "with a sync of its own for each object that is created or changed on-premises before a sync",
        vary: cycles::several_cycles,
        one_in: 1,
        from: 0,
    },
    Relation {
        rule: "relation.reinstallation",
        precondition: "the anchor of every joined object is what it was, and every joined object is active",
        variation: "with Connect installed anew before each sync but the first",
        vary: cycles::reinstallations,
        one_in: 1,
        from: 0,
    },
];

/// Every relation, in the rulebook's order.
pub fn all() -> &'static [Relation] {
    &RELATIONS
}

/// The relations that are applied to the generated case with this number.
pub(crate) fn applied_to(number: u64) -> Vec<&'static Relation> {
    let is_applied = |relation: &&Relation| number % relation.one_in == relation.from;
    all().iter().chain(&LARGER_CROWDS).filter(is_applied).collect()
}

/// The relations that a scenario names. One that stands alone may take its time: it has the most unrelated
/// objects.
pub(crate) fn named(rules: &[String]) -> Vec<&'static Relation> {
    let known = |rule: &String| all().iter().find(|relation| relation.rule == rule);
    match rules {
        [rule] => relation(rule).into_iter().collect(),
        rules => rules.iter().filter_map(known).collect(),
    }
}

/// The relation that a rule is, if it is one, with the most unrelated objects.
///
/// ```
/// use entra_conformance::cases::relations::relation;
/// assert!(relation("relation.idle-syncs").is_some());
/// assert!(relation("match.soft-on-upn").is_none());
/// ```
pub fn relation(rule: &str) -> Option<&'static Relation> {
    LARGER_CROWDS.iter().rev().chain(all()).find(|relation| relation.rule == rule)
}

impl Relation {
    /// Where the relation applies, in words.
    pub fn precondition(&self) -> &'static str {
        self.precondition
    }

    /// What the varied case has that the base case has not, in words: "with one more idle sync
    /// after each cycle".
    pub fn variation(&self) -> &'static str {
        self.variation
    }

    /// The varied case, which is well-formed if the base case is. `None` where the base case alone
    /// tells that the relation does not apply.
    ///
    /// The varied case may take capabilities that the base case does not; see
    /// [`required_capabilities`](super::required_capabilities) and the rule's own.
    pub fn varied(&self, base: &Case) -> Option<Case> {
        (self.vary)(base).map(|variation| variation.case)
    }

    /// Compares a run of a case with a run of the case that [`varied`](Relation::varied) made of it, by
    /// one implementation, which declares these capabilities and choices.
    pub fn judge(
        &self,
        base: Run<'_>,
        varied: Run<'_>,
        edition: EditionSettings,
        capabilities: &Capabilities,
        choices: &DeclaredChoices,
    ) -> RelationVerdict {
        match (self.vary)(base.case) {
            Some(variation) => {
                verdict::of(&variation, base, varied, edition, capabilities, choices)
            }
            None => RelationVerdict::NotApplicable(UnmetPrecondition::NothingToVary),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::WhyUnspecified;
    use crate::directory::{Command, EditionSettings, problems_of_case};
    use crate::implementation::{CaseInput, run_one};
    use crate::reference::{Policy, ReferenceModel};
    use rstest::rstest;

    const ANN: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@x", "proxyAddresses": ["SMTP:a.b@x"]}"#;
    const BOB: &str =
        r#"{"label": "bob", "kind": "user", "userPrincipalName": "bob@x", "roles": ["Reader"]}"#;
    const ANN_AD: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x", "proxyAddresses": ["SMTP:a.b@x"]}"#;
    const BOB_AD: &str = r#"{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@x"}"#;
    const SYNC: &str = r#"{"do": "sync"}"#;

    fn create(object: &str) -> String {
        format!(r#"{{"do": "createOnPremisesObject", "object": {object}}}"#)
    }

    fn update(key: &str, set: &str) -> String {
        format!(r#"{{"do": "updateOnPremisesObject", "key": "{key}", "set": {{{set}}}}}"#)
    }

    fn case(cloud: &[&str], on_premises: &[&str], commands: &[&str]) -> Case {
        let tenant = format!(
            r#"{{"cloud": [{}], "onPremises": [{}]}}"#,
            cloud.join(", "),
            on_premises.join(", ")
        );
        let commands = format!("[{}]", commands.join(", "));
        Case {
            tenant: serde_json::from_str(&tenant).expect("a tenant"),
            commands: serde_json::from_str(&commands).expect("commands"),
        }
    }

    fn verdict(rule: &str, base: &Case) -> RelationVerdict {
        let relation = relation(rule).expect("a relation");
        let varied = relation.varied(base).expect("something to vary");
        let mut model = ReferenceModel::new(Policy::default());
        let mut run =
            |case: &Case| run_one(&mut model, CaseInput::new(&case.tenant, &case.commands));
        let seen = [run(base), run(&varied)];
        let [one, other] = [(base, &seen[0]), (&varied, &seen[1])].map(|(case, seen)| Run {
            case,
            start: seen.start.as_ref().expect("a start"),
            steps: &seen.steps,
        });
        let edition = EditionSettings::of_2023_01();
        let (capabilities, choices) = (Capabilities::all_of_2023(), DeclaredChoices::default());
        relation.judge(one, other, edition, &capabilities, &choices)
    }

    /// The commands of a case by a word or two each.
    fn words(case: &Case) -> String {
        let words = case.commands.iter().map(|command| match command {
            Command::CreateOnPremisesObject(create) => format!("+{}", create.object.key),
            Command::UpdateOnPremisesObject(update) => format!("~{}", update.key),
            other => other.word().to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_relation_says_what_it_is_about() {
        for relation in all() {
            assert!(relation.rule.starts_with("relation."), "{}", relation.rule);
            assert!(relation.variation().starts_with("with "), "{}", relation.rule);
            assert!(!relation.precondition().is_empty(), "{}", relation.rule);
        }
    }

    #[rstest]
    #[case::idle("relation.idle-syncs", &[], &["S", "+a", "S"], Some("sync sync +ann-ad sync sync"))]
    #[case::no_cycle("relation.idle-syncs", &[], &["+a"], None)]
    #[case::reinstalled("relation.reinstallation", &[], &["S", "+a", "S"], Some("sync +ann-ad reinstallConnect sync"))]
    #[case::reinstalled_already("relation.reinstallation", &[], &["S", "R", "S"], None)]
    #[case::once("relation.reinstallation", &[], &["+a", "S"], None)]
    #[case::several("relation.one-cycle-or-several", &[], &["+a", "+b", "S"], Some("+ann-ad sync +bob-ad sync"))]
    #[case::from_the_start("relation.one-cycle-or-several", &[ANN_AD], &["+b", "S", "S"], Some("+ann-ad sync +bob-ad sync sync"))]
    #[case::changed_twice("relation.one-cycle-or-several", &[ANN_AD], &["S", "~a", "+b", "~a", "S"], None)]
    #[case::only_one("relation.one-cycle-or-several", &[], &["+a", "S", "+b", "S"], None)]
    #[case::edit_in_between("relation.one-cycle-or-several", &[], &["+a", "R", "+b", "S"], None)]
    #[case::opposite("relation.order-of-creation", &[], &["+a", "+b", "S"], Some("+bob-ad +ann-ad sync"))]
    #[case::apart("relation.order-of-creation", &[], &["+a", "S", "+b"], None)]
    fn how_commands_are_varied(
        #[case] rule: &str,
        #[case] on_premises: &[&str],
        #[case] commands: &[&str],
        #[case] expected: Option<&str>,
    ) {
        let commands: Vec<String> = commands
            .iter()
            .map(|word| match *word {
                "+a" => create(ANN_AD),
                "+b" => create(BOB_AD),
                "~a" => update("ann-ad", r#""attributes": {"office": "1"}"#),
                "R" => r#"{"do": "reinstallConnect"}"#.to_owned(),
                _ => SYNC.to_owned(),
            })
            .collect();
        let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
        let base = case(&[ANN], on_premises, &commands);
        let varied = relation(rule).expect("a relation").varied(&base);
        assert_eq!(varied.as_ref().map(words).as_deref(), expected);
        if let Some(varied) = varied {
            assert_eq!(problems_of_case(&varied.tenant, &varied.commands), vec![]);
        }
    }

    #[test]
    fn letters_change_their_case_on_premises_only() {
        let base = case(&[ANN], &[ANN_AD], &[SYNC]);
        let varied =
            relation("relation.letter-case-of-names").and_then(|relation| relation.varied(&base));
        let tenant = varied.expect("a varied case").tenant;
        assert_eq!(tenant.cloud, base.tenant.cloud);
        let object = &tenant.on_premises[0];
        assert_eq!(object.user_principal_name.as_deref(), Some("ANN@X"));
        assert_eq!(object.proxy_addresses[0].as_str(), "SMTP:A.B@X");
    }

    #[test]
    fn further_values_are_nobody_else_s_and_no_first_address() {
        let base = case(&[ANN], &[ANN_AD, BOB_AD], &[SYNC]);
        let varied = relation("relation.values-that-do-not-match")
            .and_then(|relation| relation.varied(&base));
        let tenant = varied.expect("a varied case").tenant;
        let addresses = |at: usize| &tenant.on_premises[at].proxy_addresses;
        assert_eq!(addresses(0).len(), 2);
        assert!(addresses(1).is_empty(), "a first address would replace those in the cloud");
        assert!(!tenant.cloud[0].proxy_addresses.contains(&addresses(0)[1]));
        let number =
            |attributes: &crate::directory::Attributes| attributes[&"employeeId".into()].clone();
        assert_eq!(number(&tenant.cloud[0].attributes), number(&tenant.on_premises[1].attributes));
    }

    #[rstest]
    #[case::settled(&[ANN], &[ANN_AD], "bob@x", None)]
    #[case::contended(&[ANN], &[ANN_AD], "ann@x", Some(WhyUnspecified::Contended.into()))]
    #[case::unspecified(
        &[ANN],
        &[],
        "a.b@x",
        Some(WhyUnspecified::UndocumentedTouch.into())
    )]
    #[case::collision(
        &[BOB],
        &[],
        "bob@x",
        Some(WhyUnspecified::Collision.into())
    )]
    #[case::collision_beside_a_match(&[ANN, BOB], &[ANN_AD], "bob@x", None)]
    #[case::initial_domain(
        &[ANN],
        &[],
        "bob@x.onmicrosoft.com",
        Some(UnmetPrecondition::InitialDomain)
    )]
    fn where_a_relation_applies(
        #[case] cloud: &[&str],
        #[case] others: &[&str],
        #[case] name_of_bob: &str,
        #[case] fails: Option<UnmetPrecondition>,
    ) {
        let bob = BOB_AD.replace("bob@x", name_of_bob);
        let mut on_premises = others.to_vec();
        on_premises.push(&bob);
        let base = case(cloud, &on_premises, &[SYNC]);
        let expected = fails.map_or(RelationVerdict::Held, RelationVerdict::NotApplicable);
        for rule in
            ["relation.unrelated-objects", "relation.letter-case-of-names", "relation.idle-syncs"]
        {
            assert_eq!(verdict(rule, &base), expected, "{rule}");
        }
    }

    /// What was pending before is synchronised with the first of the later changes, and not with
    /// all of them.
    #[test]
    fn nothing_may_be_pending_before_changes_are_synchronised_one_by_one() {
        let away = r#"{"do": "updateCloudObject", "object": {"label": "bob"}, "set": {"userPrincipalName": "robert@x"}}"#;
        let change = update("bob-ad", r#""userPrincipalName": "robert@x""#);
        let commands = [SYNC, away, &create(ANN_AD), &change, SYNC];
        let base = case(&[BOB], &[BOB_AD], &commands);
        let verdict = verdict("relation.one-cycle-or-several", &base);
        assert!(matches!(verdict, RelationVerdict::NotApplicable(_)), "{verdict:?}");
    }
}
