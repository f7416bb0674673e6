//! Metamorphic laws: what two runs of one implementation must have in common.
//!
//! A law varies a case in a way that must not matter and compares the states of the two runs, up to
//! identifiers and never by what was reported. It needs no model of what is right. A law is a rule
//! of the rulebook, of basis `derived`.
//!
//! ```text
//! values, strangers, order, cycles   how each law varies a case
//! footprints    which objects could ever touch one another
//! openness      where a run is settled, so that both must agree
//! compare       the two states of an object, as far as they are settled
//! verdict       one law over two runs
//! ```
//!
//! The preconditions are what keeps a law from blaming a correct implementation: it speaks only
//! where the documents settle what happens. Whatever they leave open may come out differently in
//! the two runs, and then nothing is compared that it could have touched: nothing more of the
//! *neighbourhood* in which it happened, from that step on.

mod compare;
mod cycles;
mod footprints;
mod openness;
mod order;
mod strangers;
mod values;
mod verdict;

use super::Case;
use crate::checks::Violation;
use crate::directory::{
    Capabilities, CloudSetup, DeclaredChoices, Snapshot, StepObservation, Text,
};
use std::collections::BTreeSet;

/// A metamorphic law: a variation of cases that must not matter.
#[derive(Debug)]
pub struct Law {
    /// The rule that it is, by its ID.
    pub rule: &'static str,
    precondition: &'static str,
    variation: &'static str,
    vary: fn(&Case) -> Option<Variation>,
}

/// A run of a case that went to its end.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// What was run.
    pub case: &'a Case,
    /// The state that it started from.
    pub start: &'a Snapshot,
    /// What was observed, one observation for each command.
    pub steps: &'a [StepObservation],
}

/// What a law says of two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LawVerdict {
    /// The precondition does not hold; with the part of it that failed first.
    NotApplicable(&'static str),
    /// The variation made no difference.
    Held,
    /// It made one. What is expected is what the base run came to.
    Violated(Vec<Violation>),
}

/// A varied case, and how its steps correspond to those of the base case.
struct Variation {
    case: Case,
    /// For each command of the base case the command of the varied case after which the states
    /// must agree; none where there is nothing to compare.
    corresponding: Vec<Option<usize>>,
    speaks_of: SpeaksOf,
    /// What was added to the tenant and has to stay as it was.
    bystander: Option<CloudSetup>,
}

/// Of which objects a law has something to say, so that a comparison of anything else is no
/// occasion on which it held.
enum SpeaksOf {
    /// Those with work in a cycle.
    Work,
    /// Those with work in a cycle that are not the same in the two runs.
    VariedWork,
    /// Any, after a cycle that was followed by another one.
    Anything,
    /// Joined ones, in these cycles.
    Joined(BTreeSet<usize>),
    /// Those that were changed before a cycle and synchronised in cycles of their own.
    Blocks(Vec<Block>),
}

/// Consecutive on-premises changes, and the cycle that synchronises them.
struct Block {
    /// The first of the changes, by the index of its command.
    start: usize,
    /// The cycle, by the index of its command.
    cycle: usize,
    /// The objects that are changed, by their keys.
    keys: BTreeSet<Text>,
}

/// The part of a precondition that does not hold where a case has nothing to vary.
pub(crate) const NOTHING_TO_VARY: &str = "the case has something to vary";

/// Every law, in the rulebook's order.
pub fn all() -> &'static [Law] {
    &[
        values::OTHER_VALUES,
        values::LETTER_CASE,
        strangers::LAW,
        order::LAW,
        cycles::IDLE_CYCLES,
        cycles::ONE_OR_SEVERAL,
        cycles::REINSTALLATION,
    ]
}

/// The law that a rule is, if it is one.
///
/// ```
/// use entra_conformance::cases::laws::law;
/// assert!(law("law.idle-syncs").is_some());
/// assert!(law("match.soft-on-upn").is_none());
/// ```
pub fn law(rule: &str) -> Option<&'static Law> {
    all().iter().find(|law| law.rule == rule)
}

impl Law {
    /// Where the law applies, in words.
    pub fn precondition(&self) -> &'static str {
        self.precondition
    }

    /// What the varied case has that the base case has not, in words: "with one more idle sync
    /// after each cycle".
    pub fn variation(&self) -> &'static str {
        self.variation
    }

    /// The varied case, which is well-formed if the base case is. `None` where the base case alone
    /// tells that the law does not apply.
    ///
    /// The varied case may take capabilities that the base case does not; see
    /// [`required_capabilities`](super::required_capabilities) and the rule's own.
    pub fn varied(&self, base: &Case) -> Option<Case> {
        (self.vary)(base).map(|variation| variation.case)
    }

    /// Compares a run of a case with a run of the case that [`varied`](Law::varied) made of it, by
    /// one implementation, which declares these capabilities and choices.
    pub fn judge(
        &self,
        base: Run<'_>,
        varied: Run<'_>,
        capabilities: &Capabilities,
        choices: &DeclaredChoices,
    ) -> LawVerdict {
        match (self.vary)(base.case) {
            Some(variation) => verdict::of(&variation, base, varied, capabilities, choices),
            None => LawVerdict::NotApplicable(NOTHING_TO_VARY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Command, problems_of_case};
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

    fn verdict(rule: &str, base: &Case) -> LawVerdict {
        let law = law(rule).expect("a law");
        let varied = law.varied(base).expect("something to vary");
        let mut model = ReferenceModel::new(Policy::default());
        let mut run = |case: &Case| {
            run_one(&mut model, CaseInput { tenant: &case.tenant, commands: &case.commands })
        };
        let seen = [run(base), run(&varied)];
        let [one, other] = [(base, &seen[0]), (&varied, &seen[1])].map(|(case, seen)| Run {
            case,
            start: seen.start.as_ref().expect("a start"),
            steps: &seen.steps,
        });
        law.judge(one, other, &Capabilities::all_of_2023(), &DeclaredChoices::default())
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
    fn every_law_says_what_it_is_about() {
        for law in all() {
            assert!(law.rule.starts_with("law."), "{}", law.rule);
            assert!(law.variation().starts_with("with "), "{}", law.rule);
            assert!(!law.precondition().is_empty(), "{}", law.rule);
        }
    }

    #[rstest]
    #[case::idle("law.idle-syncs", &[], &["S", "+a", "S"], Some("sync sync +ann-ad sync sync"))]
    #[case::no_cycle("law.idle-syncs", &[], &["+a"], None)]
    #[case::reinstalled("law.reinstallation", &[], &["S", "+a", "S"], Some("sync +ann-ad reinstallConnect sync"))]
    #[case::reinstalled_already("law.reinstallation", &[], &["S", "R", "S"], None)]
    #[case::once("law.reinstallation", &[], &["+a", "S"], None)]
    #[case::several("law.one-cycle-or-several", &[], &["+a", "+b", "S"], Some("+ann-ad sync +bob-ad sync"))]
    #[case::from_the_start("law.one-cycle-or-several", &[ANN_AD], &["+b", "S", "S"], Some("+ann-ad sync +bob-ad sync sync"))]
    #[case::changed_twice("law.one-cycle-or-several", &[ANN_AD], &["S", "~a", "+b", "~a", "S"], None)]
    #[case::only_one("law.one-cycle-or-several", &[], &["+a", "S", "+b", "S"], None)]
    #[case::edit_in_between("law.one-cycle-or-several", &[], &["+a", "R", "+b", "S"], None)]
    #[case::opposite("law.order-of-creation", &[], &["+a", "+b", "S"], Some("+bob-ad +ann-ad sync"))]
    #[case::apart("law.order-of-creation", &[], &["+a", "S", "+b"], None)]
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
        let varied = law(rule).expect("a law").varied(&base);
        assert_eq!(varied.as_ref().map(words).as_deref(), expected);
        if let Some(varied) = varied {
            assert_eq!(problems_of_case(&varied.tenant, &varied.commands), vec![]);
        }
    }

    #[test]
    fn letters_change_their_case_on_premises_only() {
        let base = case(&[ANN], &[ANN_AD], &[SYNC]);
        let varied = law("law.letter-case-of-names").and_then(|law| law.varied(&base));
        let tenant = varied.expect("a varied case").tenant;
        assert_eq!(tenant.cloud, base.tenant.cloud);
        let object = &tenant.on_premises[0];
        assert_eq!(object.user_principal_name.as_deref(), Some("ANN@X"));
        assert_eq!(object.proxy_addresses[0].as_str(), "SMTP:A.B@X");
    }

    #[test]
    fn further_values_are_nobody_else_s_and_no_first_address() {
        let base = case(&[ANN], &[ANN_AD, BOB_AD], &[SYNC]);
        let varied = law("law.values-that-do-not-match").and_then(|law| law.varied(&base));
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
    #[case::contended(&[ANN], &[ANN_AD], "ann@x", Some("no object is contended"))]
    #[case::doubtful(
        &[ANN],
        &[],
        "a.b@x",
        Some("no new object touches another in a way of which the documents say nothing")
    )]
    #[case::collision(
        &[BOB],
        &[],
        "bob@x",
        Some("no collision leaves open whether there is a copy, or what it looks like")
    )]
    #[case::collision_beside_a_match(&[ANN, BOB], &[ANN_AD], "bob@x", None)]
    #[case::initial_domain(
        &[ANN],
        &[],
        "bob@x.onmicrosoft.com",
        Some("no identifier is in the tenant's initial domain")
    )]
    fn where_a_law_applies(
        #[case] cloud: &[&str],
        #[case] others: &[&str],
        #[case] name_of_bob: &str,
        #[case] fails: Option<&'static str>,
    ) {
        let bob = BOB_AD.replace("bob@x", name_of_bob);
        let mut on_premises = others.to_vec();
        on_premises.push(&bob);
        let base = case(cloud, &on_premises, &[SYNC]);
        let expected = fails.map_or(LawVerdict::Held, LawVerdict::NotApplicable);
        for rule in ["law.unrelated-objects", "law.letter-case-of-names", "law.idle-syncs"] {
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
        let verdict = verdict("law.one-cycle-or-several", &base);
        assert!(matches!(verdict, LawVerdict::NotApplicable(_)), "{verdict:?}");
    }
}
