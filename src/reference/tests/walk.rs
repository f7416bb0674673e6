//! Long random walks over a few colliding values, under every policy. Whatever happens, the safety
//! rules hold, the indexes tell the truth, and a trace changes nothing.

use super::super::{CloudTenant, Reason};
use super::*;
use crate::directory::{MatchingAttribute, StepObservation};
use crate::rulebook::Rulebook;
use std::collections::BTreeSet;

/// A small generator of reproducible numbers (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

const NAMES: &[&str] = &["a@contoso.com", "b@contoso.com", "B@contoso.com", "c@contoso.com"];
const ANCHORS: &[&str] = &["QUFB", "qufb", "QkJC", "Q0ND"];
const KINDS: &[&str] = &["user", "user", "user", "group", "contact"];
const KEYS: &[&str] = &["k1", "k2", "k3", "k4"];
const LABELS: &[&str] = &["l1", "l2", "l3", "l4"];

fn addresses(dice: &mut Dice) -> Value {
    let mut addresses = Vec::new();
    if !dice.chance(3) {
        addresses.push(format!("SMTP:{}", dice.pick(NAMES)));
    }
    if dice.chance(3) {
        addresses.push(format!("smtp:{}", dice.pick(NAMES)));
    }
    json!(addresses)
}

fn object(dice: &mut Dice) -> Value {
    let kind = dice.pick(KINDS);
    let mut object = json!({"kind": kind, "proxyAddresses": addresses(dice),
        "attributes": {"displayName": dice.pick(NAMES)}});
    if kind == "user" {
        object["userPrincipalName"] = json!(dice.pick(NAMES));
        object["password"] = json!(dice.pick(ANCHORS));
    }
    if kind == "group" {
        object["mailEnabled"] = json!(!dice.chance(3));
    }
    object
}

fn cloud_object(dice: &mut Dice, label: &str) -> Value {
    let mut object = with(object(dice), json!({"label": label}));
    if dice.chance(3) {
        object["onPremisesImmutableId"] = json!(dice.pick(ANCHORS));
    }
    if object["kind"] == "user" && dice.chance(4) {
        object["roles"] = json!(["Reader"]);
    }
    object
}

fn reference(dice: &mut Dice) -> Value {
    match dice.below(3) {
        0 => json!({"label": dice.pick(LABELS)}),
        1 => json!({"joinedTo": dice.pick(KEYS)}),
        _ => json!({"quarantinedFor": dice.pick(KEYS)}),
    }
}

fn command(dice: &mut Dice) -> Value {
    let object_named = reference(dice);
    match dice.below(20) {
        0..=5 => json!({"do": "sync"}),
        6 => json!({"do": "reinstallConnect"}),
        7 => {
            // Anchors of on-premises objects are unique in well-formed input only; the safety
            // rules hold beyond it.
            let fields = json!({"key": dice.pick(KEYS), "sourceAnchor": dice.pick(ANCHORS)});
            json!({"do": "createOnPremisesObject", "object": with(object(dice), fields)})
        }
        8 => {
            json!({"do": "updateOnPremisesObject", "key": dice.pick(KEYS), "set": {"userPrincipalName": dice.pick(NAMES)}})
        }
        9 => {
            json!({"do": "updateOnPremisesObject", "key": dice.pick(KEYS), "set": {"proxyAddresses": addresses(dice)}})
        }
        10 => {
            json!({"do": "updateOnPremisesObject", "key": dice.pick(KEYS), "set": {"attributes": {"department": dice.pick(NAMES)}, "password": "new"}})
        }
        11 => {
            json!({"do": "updateOnPremisesObject", "key": dice.pick(KEYS), "set": {"sourceAnchor": dice.pick(ANCHORS)}})
        }
        12 => {
            let label = dice.pick(LABELS);
            json!({"do": "createCloudObject", "object": cloud_object(dice, label)})
        }
        13 => {
            json!({"do": "updateCloudObject", "object": object_named, "set": {"userPrincipalName": dice.pick(NAMES)}})
        }
        14 => {
            json!({"do": "updateCloudObject", "object": object_named, "set": {"proxyAddresses": addresses(dice)}})
        }
        15 => json!({"do": "setImmutableId", "object": object_named, "value": dice.pick(ANCHORS)}),
        16 => {
            let word = ["assignRole", "removeRole"][dice.below(2)];
            json!({"do": word, "object": object_named, "role": "Reader"})
        }
        17 => {
            json!({"do": "deleteCloudObject", "object": object_named, "permanently": dice.chance(2)})
        }
        18 => json!({"do": "restoreCloudObject", "object": object_named}),
        _ => {
            let feature = ["softMatch", "passwordHashSync"][dice.below(2)];
            json!({"do": "setFeature", "feature": feature, "value": !dice.chance(3)})
        }
    }
}

/// `safe.unique-identifiers`, and every index agrees with a look at every object.
fn identifiers_have_one_holder(tenant: &CloudTenant) {
    for (handle, object) in tenant.objects() {
        let held = |holder| match object.deleted {
            true => assert_ne!(holder, Some(handle), "{object:?}"),
            false => assert_eq!(holder, Some(handle), "{object:?}"),
        };
        if let Some(name) = &object.user_principal_name {
            held(tenant.holder_of_name(&name.to_uppercase()));
        }
        for mail in object.mail_addresses() {
            held(tenant.holder_of_mail(&mail.to_uppercase()));
        }
        if let Some(anchor) = &object.on_premises_immutable_id {
            held(tenant.holder_of_anchor(anchor));
        }
    }
}

fn a_sync_keeps_the_safety_rules(before: &Snapshot, step: &StepObservation) {
    let after = &step.snapshot;
    assert_eq!(before.on_premises, after.on_premises, "sync.on-premises-never-written");
    assert_eq!(step.outcome.objects.len(), after.on_premises.len());
    for old in &before.cloud {
        let new = after.cloud_object(&old.id).expect("a sync deletes nothing");
        if old == new {
            continue;
        }
        assert!(new.is_on_premises_mastered(), "{old:?} {new:?}");
        assert!(!old.deleted && !old.quarantined, "{old:?} {new:?}");
        assert_eq!((old.kind, &old.roles), (new.kind, &new.roles));
        if old.is_cloud_mastered() {
            assert!(old.roles.is_empty(), "admin.untouched {old:?}");
        } else {
            assert_eq!(old.on_premises_immutable_id, new.on_premises_immutable_id);
        }
    }
    let count = |word: ResultWord| {
        let entries = step.outcome.objects.values();
        entries.filter(|entry| entry.result == word).count()
    };
    let created = count(ResultWord::Provisioned) + count(ResultWord::Quarantined);
    assert_eq!(after.cloud.len(), before.cloud.len() + created);
}

fn a_rejected_command_changes_nothing(before: &Snapshot, step: &StepObservation) {
    let after = &step.snapshot;
    assert_eq!(before.cloud.len(), after.cloud.len());
    assert!(before.cloud.iter().zip(&after.cloud).all(|(old, new)| Arc::ptr_eq(old, new)));
    assert_eq!(before.on_premises, after.on_premises);
}

/// A case that starts from what can be created without a conflict, and goes on with `length`
/// commands.
fn walk(policy: Policy, seed: u64, length: usize, seen: &mut Seen) {
    let mut dice = Dice(seed);
    let mut case = Case::with_policy(policy, json!([]), json!([]));
    let mut traced = ReferenceModel::new(policy).with_trace(true);
    traced.reset(&Tenant::default()).expect("a start");
    let mut commands = Vec::new();
    for label in LABELS {
        let object = cloud_object(&mut dice, label);
        commands.push(json!({"do": "createCloudObject", "object": object}));
    }
    commands.extend((0..length).map(|_| command(&mut dice)));
    for command in commands {
        let command: Command = serde_json::from_value(command).expect("a command");
        let before = case.now.clone();
        let step = case.model.apply(&command).expect("a step");
        assert_eq!(traced.apply(&command).expect("a step"), step, "a trace changes nothing");
        identifiers_have_one_holder(&case.model.tenant);
        assert!(case.model.connect.is_consistent());
        if step.outcome.status != Status::Ok {
            a_rejected_command_changes_nothing(&before, &step);
        }
        if matches!(command, Command::Sync(_)) {
            a_sync_keeps_the_safety_rules(&before, &step);
            seen.note(&step.outcome);
            every_step_is_told(&traced, &step.snapshot);
            case.now = step.snapshot.clone();
            nothing_pending_means_nothing_to_do(&mut case, &step.outcome);
            traced.apply(&command).expect("a step");
        } else {
            case.now = step.snapshot;
        }
    }
}

fn every_step_is_told(traced: &ReferenceModel, now: &Snapshot) {
    assert_eq!(traced.last_traces().len(), now.on_premises.len());
    for step in traced.last_traces().values().flatten() {
        assert!(Rulebook::embedded().rule(step.rule).is_some(), "{}", step.rule);
    }
}

fn nothing_pending_means_nothing_to_do(case: &mut Case, outcome: &Outcome) {
    let before = case.now.clone();
    let again = case.model.apply(&Command::sync()).expect("a step");
    for (key, entry) in &outcome.objects {
        if entry.result != ResultWord::Error {
            assert_eq!(again.outcome.objects[key], SyncResult::plain(ResultWord::Unchanged));
        }
    }
    if outcome.objects.values().all(|entry| entry.result != ResultWord::Error) {
        a_rejected_command_changes_nothing(&before, &again);
    }
    case.now = again.snapshot;
}

/// What the walks met with. One that never meets with something proves nothing about it.
#[derive(Default)]
struct Seen {
    results: BTreeSet<(ResultWord, Option<MatchingAttribute>)>,
    messages: BTreeSet<String>,
}

impl Seen {
    fn note(&mut self, outcome: &Outcome) {
        for entry in outcome.objects.values() {
            self.results.insert((entry.result, entry.matched_on));
            self.messages.extend(entry.message.as_deref().map(str::to_owned));
        }
    }

    fn everything(&self) {
        use MatchingAttribute::{ProxyAddresses, SourceAnchor, UserPrincipalName};
        for result in [
            (ResultWord::Provisioned, None),
            (ResultWord::Updated, None),
            (ResultWord::Unchanged, None),
            (ResultWord::Quarantined, None),
            (ResultWord::HardMatched, Some(SourceAnchor)),
            (ResultWord::SoftMatched, Some(UserPrincipalName)),
            (ResultWord::SoftMatched, Some(ProxyAddresses)),
        ] {
            assert!(self.results.contains(&result), "never met with: {result:?}");
        }
        // The walks give every object an anchor. And where objects are quarantined, what shares an
        // identifier with one is quarantined itself.
        for reason in [
            Reason::AnchorInUse,
            Reason::Ambiguous,
            Reason::MasteredOnPremises,
            Reason::OtherKind,
            Reason::HasRole,
            Reason::SecondaryAddress,
            Reason::AnchorOfNonUser,
            Reason::PlainGroup,
            Reason::SoftMatchDisabled,
            Reason::OtherAnchor,
            Reason::LateMatch,
            Reason::SourceAnchorChanged,
            Reason::StillWithheld,
        ] {
            assert!(self.messages.contains(reason.message()), "never met with: {reason:?}");
        }
    }
}

#[test]
fn the_safety_rules_hold_under_every_policy() {
    let mut seen = Seen::default();
    for (number, policy) in Policy::default().every_choice().into_iter().enumerate() {
        for round in 0..40 {
            let seed = 0x9e37_79b9_7f4a_7c15 ^ ((number as u64) << 32) ^ round;
            walk(policy, seed, 40, &mut seen);
        }
    }
    seen.everything();
}
