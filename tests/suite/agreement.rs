//! Two formalizations of one text agree: on random cases no check finds fault with the reference
//! model, whatever its choices and whether it declares them.
//!
//! `AGREEMENT_CASES=1000000 cargo test --release --test suite agreement::` looks longer.

use crate::editions;
use entra_conformance::directory::{
    AssignRole, Capabilities, Capability, Change, CloudObjectChange, CloudRef, CloudSetup, Command,
    CreateCloudObject, CreateOnPremisesObject, DeclaredChoices, DeleteCloudObject, Feature,
    Features, Kind, OnPremisesChange, OnPremisesObject, ProxyAddress, RemoveOnPremisesObject,
    RemoveRole, RestoreCloudObject, SetFeature, SetImmutableId, Tenant, Text, UpdateCloudObject,
    UpdateOnPremisesObject, problems_of_case,
};
use entra_conformance::implementation::{CaseInput, run_one};
use entra_conformance::reference::{Policy, ReferenceModel};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The switches of the edition 2023-01.
const FEATURES: &[Feature] =
    &[Feature::SoftMatch, Feature::PasswordHashSync, Feature::BlockHardMatch];
const NAMES: &[&str] = &["a@contoso.com", "A@contoso.com", "b@contoso.com", "c@contoso.com"];
const ADDRESSES: &[&str] = &[
    "SMTP:a@contoso.com",
    "smtp:A@contoso.com",
    "SMTP:b@contoso.com",
    "smtp:b@contoso.com",
    "smtp:c@contoso.com",
    "SMTP:d@contoso.com",
    "X500:/o=Contoso",
];
const ANCHORS: &[&str] = &["QUFB", "qufb", "QkJC", "Q0ND", "RERE"];
const KEYS: &[&str] = &["one", "two", "three"];
const LABELS: &[&str] = &["ann", "bob", "cat", "dan"];

fn text(values: &'static [&'static str]) -> impl Strategy<Value = Text> {
    select(values).prop_map(Text::from)
}

fn addresses() -> impl Strategy<Value = Vec<ProxyAddress>> {
    prop::collection::vec(select(ADDRESSES).prop_map(ProxyAddress::from), 0..3)
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![6 => Just(Kind::User), 2 => Just(Kind::Group), 2 => Just(Kind::Contact)]
}

fn attribute() -> impl Strategy<Value = Option<(Text, Text)>> {
    let names = select(&["displayName", "department", "mail"][..]).prop_map(Text::from);
    let values = select(&["x", "y", "a@contoso.com"][..]).prop_map(Text::from);
    prop::option::of((names, values))
}

fn on_premises() -> impl Strategy<Value = OnPremisesObject> {
    (
        text(KEYS),
        kind(),
        any::<bool>(),
        text(ANCHORS),
        text(NAMES),
        addresses(),
        attribute(),
        any::<bool>(),
    )
        .prop_map(
            |(key, kind, mail_enabled, anchor, name, proxy_addresses, attribute, password)| {
                let is_user = kind == Kind::User;
                let mut object = OnPremisesObject::new(key.clone(), kind, anchor);
                object.mail_enabled = mail_enabled && kind == Kind::Group;
                object.user_principal_name = is_user.then_some(name);
                object.proxy_addresses = proxy_addresses;
                object.attributes = attribute.into_iter().collect();
                object.password = (is_user && password).then(|| format!("pw-{key}").into());
                object
            },
        )
}

fn cloud() -> impl Strategy<Value = CloudSetup> {
    let anchor = prop::option::weighted(0.3, text(ANCHORS));
    (text(LABELS), kind(), any::<bool>(), anchor, text(NAMES), addresses(), attribute(), 0..6_u8)
        .prop_map(|(label, kind, mail_enabled, anchor, name, proxy_addresses, attribute, extra)| {
            let is_user = kind == Kind::User;
            let mut object = CloudSetup::new(label.clone(), kind);
            object.mail_enabled = mail_enabled && kind == Kind::Group;
            object.on_premises_immutable_id = anchor;
            object.user_principal_name = is_user.then_some(name);
            object.proxy_addresses = proxy_addresses;
            object.attributes = attribute.into_iter().collect();
            object.attributes.entry("jobTitle".into()).or_insert(label);
            object.password = (is_user && extra < 3).then(|| "pw-cloud".into());
            object.roles = (is_user && extra == 0).then(|| "Reader".into()).into_iter().collect();
            object
        })
}

fn reference() -> impl Strategy<Value = CloudRef> {
    prop_oneof![
        4 => text(LABELS).prop_map(CloudRef::Label),
        3 => text(KEYS).prop_map(CloudRef::JoinedTo),
        2 => text(KEYS).prop_map(CloudRef::QuarantinedFor),
    ]
}

/// A change of one field: `(name, addresses, attribute, password)` by the first number.
type Fields = (u8, Text, Vec<ProxyAddress>, Option<(Text, Text)>, Text);

fn fields() -> impl Strategy<Value = Fields> {
    (0..8_u8, text(NAMES), addresses(), attribute(), text(ANCHORS))
}

fn on_premises_change((which, name, addresses, attribute, anchor): Fields) -> OnPremisesChange {
    let mut set = OnPremisesChange::default();
    match which {
        0 | 1 => set.user_principal_name = Change::Set(name),
        2 | 3 => set.proxy_addresses = Change::Set(addresses),
        4 => set.source_anchor = Change::Set(anchor),
        5 => set.password = Change::Set("pw-new".into()),
        6 => set.attributes = [("department".into(), None)].into(),
        _ => {
            set.attributes =
                attribute.into_iter().map(|(name, value)| (name, Some(value))).collect()
        }
    }
    set
}

fn cloud_change((which, name, addresses, attribute, _): Fields) -> CloudObjectChange {
    let mut set = CloudObjectChange::default();
    match which {
        0 | 1 => set.user_principal_name = Change::Set(name),
        2 | 3 => set.proxy_addresses = Change::Set(addresses),
        4 => set.password = Change::Set("pw-edited".into()),
        _ => {
            set.attributes =
                attribute.into_iter().map(|(name, value)| (name, Some(value))).collect()
        }
    }
    set
}

fn command() -> impl Strategy<Value = Command> {
    let role = || select(&["Reader", "Global Administrator"][..]).prop_map(Text::from);
    prop_oneof![
        8 => Just(Command::sync()),
        2 => Just(Command::reinstall()),
        3 => on_premises().prop_map(|object| {
            Command::CreateOnPremisesObject(CreateOnPremisesObject::new(object))
        }),
        6 => (text(KEYS), fields()).prop_map(|(key, fields)| {
            let set = on_premises_change(fields);
            Command::UpdateOnPremisesObject(UpdateOnPremisesObject::new(key, set))
        }),
        2 => cloud().prop_map(|object| Command::CreateCloudObject(CreateCloudObject::new(object))),
        3 => (reference(), fields()).prop_map(|(object, fields)| {
            let set = cloud_change(fields);
            Command::UpdateCloudObject(UpdateCloudObject::new(object, set))
        }),
        2 => (reference(), prop::option::of(text(ANCHORS))).prop_map(|(object, value)| {
            Command::SetImmutableId(SetImmutableId::new(object, value))
        }),
        2 => (reference(), role())
            .prop_map(|(object, role)| Command::AssignRole(AssignRole::new(object, role))),
        2 => (reference(), role())
            .prop_map(|(object, role)| Command::RemoveRole(RemoveRole::new(object, role))),
        2 => (reference(), any::<bool>()).prop_map(|(object, permanently)| {
            Command::DeleteCloudObject(DeleteCloudObject::new(object, permanently))
        }),
        1 => reference()
            .prop_map(|object| Command::RestoreCloudObject(RestoreCloudObject::new(object))),
        2 => (prop::sample::select(FEATURES), any::<bool>()).prop_map(|(feature, value)| {
            Command::SetFeature(SetFeature::new(feature, value))
        }),
    ]
}

/// Also the commands that later editions add, as far as an edition knows them.
fn command_within(known: &Capabilities) -> BoxedStrategy<Command> {
    let mut later = Vec::new();
    if known.has(Capability::Scope) {
        later.push(
            text(KEYS)
                .prop_map(|key| Command::RemoveOnPremisesObject(RemoveOnPremisesObject::new(key)))
                .boxed(),
        );
    }
    if known.has(Capability::SoftMatchOnUpnSwitch) {
        let on = Command::SetFeature(SetFeature::new(Feature::SoftMatchOnUpn, true));
        later.push(Just(on).boxed());
    }
    if later.is_empty() {
        return command().boxed();
    }
    prop_oneof![8 => command(), 1 => prop::strategy::Union::new(later)].boxed()
}

/// A well-formed case: what would make it ill-formed is left out, piece by piece.
fn case(known: &Capabilities) -> impl Strategy<Value = (Tenant, Vec<Command>)> + use<> {
    let has_switch = known.has(Capability::SoftMatchOnUpnSwitch);
    let features = any::<[bool; 3]>().prop_map(move |values| {
        let mut features = Features::default();
        for (feature, value) in FEATURES.iter().zip(values) {
            features.set(*feature, value);
        }
        // In one in eight.
        features.soft_match_on_upn = !has_switch || values != [true, false, false];
        features
    });
    (
        features,
        prop::collection::vec(cloud(), 0..4),
        prop::collection::vec(on_premises(), 0..3),
        prop::collection::vec(command_within(known), 1..14),
    )
        .prop_map(|(features, cloud, on_premises, commands)| {
            let mut tenant = Tenant::default();
            tenant.features = features;
            for object in cloud {
                tenant.cloud.push(object);
                if !problems_of_case(&tenant, []).is_empty() {
                    tenant.cloud.pop();
                }
            }
            for object in on_premises {
                tenant.on_premises.push(object);
                if !problems_of_case(&tenant, []).is_empty() {
                    tenant.on_premises.pop();
                }
            }
            let mut kept = Vec::new();
            for command in commands {
                kept.push(command);
                if !problems_of_case(&tenant, &kept).is_empty() {
                    kept.pop();
                }
            }
            (tenant, kept)
        })
}

/// Everything that any check finds fault with, and how often anything was found to hold.
fn judge(
    tenant: &Tenant,
    commands: &[Command],
    policy: Policy,
    declared: bool,
) -> (Vec<String>, u64) {
    let seen = run_one(&mut ReferenceModel::new(policy), CaseInput::new(tenant, commands));
    assert!(seen.failure.is_none(), "{:?}", seen.failure);
    let choices = if declared { policy.declared() } else { DeclaredChoices::default() };
    let (mut faults, mut held) = (Vec::new(), 0);
    let judged = editions::judged(editions::of(&policy), (tenant, commands), &seen, &choices);
    for (step, findings) in judged.iter().enumerate() {
        for finding in findings {
            held += finding.verdict.held;
            let violations = finding.violations().iter();
            faults.extend(violations.map(|one| format!("step {step}: {}: {one:?}", finding.rule)));
        }
    }
    (faults, held)
}

#[test]
fn no_check_finds_fault_with_the_reference_model() {
    find_fault(Policy::default(), 4_000);
}

#[test]
fn no_check_finds_fault_with_the_reference_model_in_a_later_edition() {
    for edition in editions::later() {
        find_fault(editions::default_policy(edition), 1_000);
    }
}

/// So many cases, unless somebody asks for another number.
fn find_fault(default: Policy, cases: u32) {
    let cases = std::env::var("AGREEMENT_CASES")
        .map_or(cases, |cases| cases.parse().expect("a number of cases"));
    let policies = default.every_choice();
    let known = editions::capabilities(editions::of(&default));
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // The same cases every time: whoever wants others asks for more of them.
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let exercised = std::cell::Cell::new(0_u64);
    let input = (case(&known), select(policies), any::<bool>());
    let result = runner.run(&input, |((tenant, commands), policy, declared)| {
        let (faults, held) = judge(&tenant, &commands, policy, declared);
        exercised.set(exercised.get() + held);
        prop_assert!(
            faults.is_empty(),
            "{}\n{}\n{}",
            faults.join("\n"),
            serde_yaml::to_string(&tenant).unwrap_or_default(),
            serde_json::to_string(&commands)
                .unwrap_or_default()
                .replace("},{\"do\"", "},\n{\"do\"")
        );
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    assert!(exercised.get() > u64::from(cases), "the cases exercise next to nothing");
}

/// Cases in which a check once found fault with the reference model where the documents are silent.
#[rstest::rstest]
#[case::anchor_changed_after_a_reinstallation(
    r#"{"cloud": [{"label": "ann", "kind": "user", "onPremisesImmutableId": "QUFB", "userPrincipalName": "ann@contoso.com"}],
        "onPremises": [{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "reinstallConnect"},
        {"do": "updateOnPremisesObject", "key": "bob-ad", "set": {"sourceAnchor": "QUFB"}}, {"do": "sync"},
        {"do": "updateOnPremisesObject", "key": "bob-ad", "set": {"userPrincipalName": "cat@contoso.com"}}, {"do": "sync"}]"#
)]
#[case::anchor_that_another_object_had_before(
    r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "QkJC"}},
        {"do": "createOnPremisesObject", "object": {"key": "bob-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}},
        {"do": "sync"}, {"do": "updateCloudObject", "object": {"joinedTo": "bob-ad"}, "set": {}}, {"do": "sync"}]"#
)]
#[case::anchor_that_another_object_had_before_and_a_further_cycle(
    r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "QkJC"}},
        {"do": "createOnPremisesObject", "object": {"key": "bob-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}},
        {"do": "sync"}, {"do": "assignRole", "object": {"joinedTo": "bob-ad"}, "role": "Reader"}, {"do": "sync"},
        {"do": "assignRole", "object": {"joinedTo": "bob-ad"}, "role": "Reader"},
        {"do": "updateCloudObject", "object": {"joinedTo": "bob-ad"}, "set": {"proxyAddresses": []}}, {"do": "sync"}]"#
)]
#[case::copy_for_an_anchor_changed_after_a_reinstallation(
    r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "reinstallConnect"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "QkJC"}},
        {"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {}}, {"do": "sync"}]"#
)]
#[case::object_that_nobody_is_joined_to_any_more_and_its_anchor_on_a_new_one(
    r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"},
        {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"}},
        {"do": "reinstallConnect"}, {"do": "sync"},
        {"do": "createOnPremisesObject", "object": {"key": "cat-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "cat@contoso.com"}},
        {"do": "sync"}]"#
)]
#[case::copy_for_an_anchor_that_another_object_has_now(
    r#"{"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "roles": ["Global Administrator"]}],
        "onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "QkJC"}},
        {"do": "createOnPremisesObject", "object": {"key": "bob-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}},
        {"do": "sync"}, {"do": "removeRole", "object": {"quarantinedFor": "bob-ad"}, "role": "Reports Reader"}]"#
)]
#[case::object_with_a_copy_that_is_given_a_joined_objects_anchor(
    r#"{"onPremises": [
        {"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"},
        {"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "ann@contoso.com"}]}"#,
    r#"[{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "Q0ND"}},
        {"do": "updateOnPremisesObject", "key": "bob-ad", "set": {"sourceAnchor": "QUFB"}}, {"do": "sync"},
        {"do": "updateCloudObject", "object": {"joinedTo": "bob-ad"}, "set": {"proxyAddresses": ["SMTP:bob@contoso.com"]}},
        {"do": "sync"}]"#
)]
fn nothing_is_said_where_the_documents_are_silent(#[case] tenant: &str, #[case] commands: &str) {
    let tenant: Tenant = serde_json::from_str(tenant).expect("a tenant");
    let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
    for policy in Policy::default().every_choice() {
        for declared in [true, false] {
            let (faults, held) = judge(&tenant, &commands, policy, declared);
            assert_eq!(faults, Vec::<String>::new());
            assert!(held > 0);
        }
    }
}
