//! The relations blame no correct implementation, apply often enough to be of use, and each notices the
//! mistakes that it is there for.
//!
//! `RELATIONS_CASES=20000 cargo test --release --test suite relations:: -- --nocapture` looks longer and tells how
//! often each relation had something to say.

mod mistaken;
mod people;
pub(crate) mod two_runs;

use entra_conformance::cases::Case;
use entra_conformance::cases::relations::{RelationVerdict, UnmetPrecondition, all, relation};
use entra_conformance::directory::{
    Attributes, Command, DeclaredChoices, Snapshot, StepObservation, Tenant, Text, problems_of_case,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::Rulebook;
use mistaken::{Mistake, Mistaken};
use people::{CROWDED, ORDERLY, case};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rstest::rstest;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use two_runs::apply;

/// How often a relation had something to say.
#[derive(Default)]
struct Tally {
    varied: usize,
    held: usize,
    /// Why it had nothing to say.
    reasons: BTreeMap<UnmetPrecondition, usize>,
}

/// Applies every relation to random cases and fails where one is violated. Every relation must have had
/// something to say of at least one in `one_in` cases in which there is something to vary.
fn assert_no_relation_is_violated<I: Implementation>(
    what: &str,
    one_in: usize,
    implementation: impl Fn(Policy, u64) -> I,
) {
    let cases = std::env::var("RELATIONS_CASES")
        .map_or(400, |cases| cases.parse().expect("a number of cases"));
    let policies = Policy::default().every_choice();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // The same cases every time: whoever wants others asks for more of them.
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tallies = RefCell::new(BTreeMap::<&str, Tally>::new());
    let case = prop_oneof![3 => case(ORDERLY), 1 => case(CROWDED)];
    let input = (case, any::<Index>(), any::<u64>());
    let result = runner.run(&input, |(base, policy, seed)| {
        for relation in all() {
            let mut implementation = implementation(*policy.get(&policies), seed);
            let Some(verdict) =
                apply(relation, Rulebook::embedded().default_edition(), &mut implementation, &base)
            else {
                continue;
            };
            let mut tallies = tallies.borrow_mut();
            let tally = tallies.entry(relation.rule).or_default();
            tally.varied += 1;
            match verdict {
                RelationVerdict::Held => tally.held += 1,
                RelationVerdict::NotApplicable(why) => *tally.reasons.entry(why).or_default() += 1,
                RelationVerdict::Violated { violations, .. } => {
                    prop_assert!(
                        false,
                        "{}: {:?}\n{}\n{}",
                        relation.rule,
                        violations,
                        serde_yaml::to_string(&base.tenant).unwrap_or_default(),
                        serde_json::to_string(&base.commands)
                            .unwrap_or_default()
                            .replace("},{\"do\"", "},\n{\"do\"")
                    );
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{what}: {error}");
    }
    let tallies = tallies.into_inner();
    assert_eq!(tallies.len(), all().len(), "a relation never had anything to vary");
    for (rule, Tally { varied, held, reasons }) in tallies {
        println!("{what}: {rule}: held in {held} of {varied} of {cases} cases; else {reasons:?}");
        assert!(held * one_in >= varied && held > 0, "{rule}: {held} of {varied}");
    }
}

#[test]
fn no_relation_is_violated_by_the_reference_model() {
    assert_no_relation_is_violated("as declared", 4, |policy, _| ReferenceModel::new(policy));
}

/// A correct implementation that keeps its choices to itself and makes them anew for every case,
/// with identifiers, an order and values of its own besides.
struct Moody {
    model: ReferenceModel,
    policies: Vec<Policy>,
    /// What its moods are drawn from.
    seed: u64,
    /// The attributes that on-premises-mastered objects were shown with last, by identifier.
    earlier: BTreeMap<Text, Attributes>,
}

impl Moody {
    fn new(seed: u64) -> Moody {
        let policies = Policy::default().every_choice();
        Moody { model: ReferenceModel::default(), policies, seed, earlier: BTreeMap::new() }
    }

    fn shown(&mut self, mut snapshot: Snapshot) -> Snapshot {
        let mood = self.seed;
        if mood & 16 == 16 {
            // What is done with the recycle bin's contents is left open.
            snapshot.cloud.retain(|object| !object.deleted);
        }
        for object in &mut snapshot.cloud {
            let object = Arc::make_mut(object);
            if mood & 1 == 1 && object.is_on_premises_mastered() {
                let address = format!("smtp:{}@contoso.onmicrosoft.com", object.id);
                object.proxy_addresses.push((&*address).into());
            }
            if mood & 2 == 2 {
                object.attributes.insert("createdDateTime".into(), "2023-01-26".into());
                object.attributes.entry("usageLocation".into()).or_insert_with(|| "NO".into());
            }
            if mood & 4 == 4 && object.is_on_premises_mastered() && object.password.is_none() {
                object.password = Some("generated".into());
            }
            object.id = format!("{mood:x}-{}", object.id).into();
            if mood & 32 == 32 && object.is_on_premises_mastered() {
                // What was emptied on-premises stays.
                let earlier = self.earlier.entry(object.id.clone()).or_default();
                for (name, value) in &object.attributes {
                    earlier.insert(name.clone(), value.clone());
                }
                object.attributes.clone_from(earlier);
            }
        }
        if mood & 8 == 8 {
            snapshot.cloud.reverse();
            snapshot.on_premises.reverse();
        }
        snapshot
    }
}

impl Implementation for Moody {
    fn describe(&self) -> Description {
        self.model.describe().with_choices(DeclaredChoices::default())
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        // A step of a linear congruential generator; its high bits are good enough for moods.
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mood = (self.seed >> 33) as usize;
        self.model = ReferenceModel::new(self.policies[mood % self.policies.len()]);
        self.earlier.clear();
        self.seed ^= self.seed >> 29;
        let mut tenant = tenant.clone();
        if mood & 64 == 64 {
            // The order in which a cycle treats its objects is left open.
            tenant.on_premises.reverse();
        }
        let snapshot = self.model.reset(&tenant)?;
        Ok(self.shown(snapshot))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut step = self.model.apply(command)?;
        step.snapshot = self.shown(step.snapshot);
        Ok(step)
    }
}

#[test]
fn no_relation_is_violated_by_what_is_left_open() {
    assert_no_relation_is_violated("moody", 6, |_, seed| Moody::new(seed));
}

/// A case from JSON: cloud objects, on-premises objects, commands.
fn small_case(cloud: &str, on_premises: &str, commands: &str) -> Case {
    let tenant = format!(r#"{{"cloud": [{cloud}], "onPremises": [{on_premises}]}}"#);
    let case = Case {
        tenant: serde_json::from_str(&tenant).expect("a tenant"),
        commands: serde_json::from_str(commands).expect("commands"),
    };
    assert_eq!(problems_of_case(&case.tenant, &case.commands), vec![]);
    case
}

const ANN: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com",
    "proxyAddresses": ["SMTP:ann.berg@contoso.com"], "attributes": {"office": "1", "department": "Old"}}"#;
const BOB: &str = r#"{"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com",
    "proxyAddresses": ["SMTP:bob.dahl@contoso.com"], "attributes": {"office": "2"}}"#;
const ANN_AD: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com",
    "proxyAddresses": ["SMTP:ann.berg@contoso.com"], "attributes": {"department": "Sales"}}"#;
const BOB_AD: &str = r#"{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com",
    "proxyAddresses": ["SMTP:bob.dahl@contoso.com"], "attributes": {"department": "Audit"}}"#;

const SYNC: &str = r#"[{"do": "sync"}]"#;
const WITH_ROLE: &str = r#"[{"do": "sync"}, {"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}, {"do": "sync"}]"#;
const RENAMED_TO_BOB: &str = r#"[{"do": "sync"},
    {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "bob@contoso.com"}}, {"do": "sync"}]"#;
const MOVED: &str = r#"[{"do": "sync"},
    {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"department": "Audit"}}}, {"do": "sync"}]"#;
const BOTH_CREATED: &str = "created";

#[rstest]
#[case("relation.values-that-do-not-match", Mistake::SecondaryBlocks, ANN, ANN_AD, SYNC)]
#[case("relation.values-that-do-not-match", Mistake::DisplayNameBlocks, &[ANN, BOB].join(","), ANN_AD, SYNC)]
#[case("relation.letter-case-of-names", Mistake::ComparesNamesWithCase, ANN, ANN_AD, SYNC)]
#[case("relation.letter-case-of-names", Mistake::ComparesAddressesWithCase, ANN, ANN_AD, SYNC)]
#[case("relation.unrelated-objects", Mistake::TouchesTheFirst, ANN, ANN_AD, SYNC)]
#[case("relation.unrelated-objects", Mistake::FirstLends, ANN, ANN_AD, SYNC)]
#[case("relation.order-of-creation", Mistake::MatchesTheLastOnly, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("relation.order-of-creation", Mistake::FirstLends, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("relation.order-of-creation", Mistake::FirstLends, &[ANN, BOB].join(","), "", BOTH_CREATED)]
#[case("relation.idle-syncs", Mistake::MatchesAgainWhenIdle, &[ANN, BOB].join(","), ANN_AD, RENAMED_TO_BOB)]
#[case("relation.idle-syncs", Mistake::ThirdCycleTakesRoles, ANN, ANN_AD, WITH_ROLE)]
#[case("relation.one-cycle-or-several", Mistake::MatchesInTheFirstCycleOnly, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("relation.one-cycle-or-several", Mistake::MatchesInTheFirstCycleOnly, &[ANN, BOB].join(","), "", BOTH_CREATED)]
#[case("relation.reinstallation", Mistake::ReinstallationTakesRoles, ANN, ANN_AD, WITH_ROLE)]
#[case("relation.reinstallation", Mistake::ReinstallationResets, ANN, ANN_AD, MOVED)]
#[case("relation.reinstallation", Mistake::ReinstallationLosesChanges, ANN, ANN_AD, MOVED)]
fn a_relation_notices_what_it_is_there_for(
    #[case] rule: &str,
    #[case] mistake: Mistake,
    #[case] cloud: &str,
    #[case] on_premises: &str,
    #[case] commands: &str,
) {
    let created = || {
        let [ann, bob] = [ANN_AD, BOB_AD]
            .map(|object| format!(r#"{{"do": "createOnPremisesObject", "object": {object}}}"#));
        format!(r#"[{ann}, {bob}, {{"do": "sync"}}]"#)
    };
    let commands = if commands == BOTH_CREATED { created() } else { commands.to_owned() };
    let case = small_case(cloud, on_premises, &commands);
    let relation = relation(rule).expect("a relation");
    let right = apply(
        relation,
        Rulebook::embedded().default_edition(),
        &mut ReferenceModel::default(),
        &case,
    );
    assert_eq!(right, Some(RelationVerdict::Held));
    let wrong =
        apply(relation, Rulebook::embedded().default_edition(), &mut Mistaken::new(mistake), &case);
    assert!(matches!(wrong, Some(RelationVerdict::Violated { .. })), "{mistake:?}: {wrong:?}");
}
