//! What is said of the state that a case starts from.

use super::*;
use crate::directory::{
    Capability, Evaluator, MatchingAttribute, OnPremisesObject, Outcome, ResultWord, SyncResult,
};
use crate::implementation::Implementation as _;
use crate::reference::ReferenceModel;
use crate::report::violation::in_a_line;
use rstest::rstest;

const EDITION: EditionSettings = EditionSettings::of_2023_01();

const TENANT: &str = r#"{
    "cloud": [
        {"label": "ann", "kind": "user", "userPrincipalName": "ann@x", "proxyAddresses": ["SMTP:ann@x"], "attributes": {"department": "Sales"}},
        {"label": "bob", "kind": "user", "userPrincipalName": "bob@x"}
    ],
    "onPremises": [
        {"key": "cat-ad", "kind": "user", "sourceAnchor": "C", "userPrincipalName": "cat@x", "attributes": {"department": "Sales"}, "password": "pw"},
        {"key": "dan-ad", "kind": "user", "sourceAnchor": "D", "userPrincipalName": "dan@x"}
    ]
}"#;

/// The tenant, and the state that shows it as it was sent.
fn as_sent() -> (Tenant, Snapshot) {
    shown(TENANT)
}

/// A tenant, and the state that shows it as it was sent.
fn shown(tenant: &str) -> (Tenant, Snapshot) {
    let tenant: Tenant = serde_json::from_str(tenant).expect("a tenant");
    let cloud = (0..).zip(&tenant.cloud);
    let snapshot = Snapshot {
        cloud: cloud.map(|(at, setup)| Arc::new(setup.to_object(format!("id-{at}")))).collect(),
        on_premises: tenant.on_premises.iter().cloned().map(Arc::new).collect(),
    };
    (tenant, snapshot)
}

/// How the start is not what it should be: the object, its field, and the shape of the violation.
fn said(tenant: &Tenant, snapshot: &Snapshot, capabilities: &Capabilities) -> Vec<String> {
    let choices = DeclaredChoices::default();
    let (_, findings) = Observer::start(tenant, snapshot, EDITION, capabilities, &choices);
    let short = |found: &Violation| format!("{}, {}: {}", found.object, found.field, found.shape());
    findings.iter().flat_map(Finding::violations).map(short).collect()
}

#[rstest]
#[case::as_sent(|_: &mut Snapshot| {}, &[])]
#[case::in_another_order(|state: &mut Snapshot| { state.cloud.reverse(); state.on_premises.reverse(); }, &[])]
#[case::on_premises_object_missing(|state: &mut Snapshot| drop(state.on_premises.pop()), &["on-premises object dan-ad, existence: missing"])]
#[case::on_premises_object_added(|state: &mut Snapshot| {
    let mut other = OnPremisesObject::clone(&state.on_premises[1]);
    other.key = "eve-ad".into();
    state.on_premises.push(Arc::new(other));
}, &["on-premises object eve-ad, existence: unexpected"])]
#[case::on_premises_value(
    |state: &mut Snapshot| drop(Arc::make_mut(&mut state.on_premises[0]).attributes.remove("department")),
    &["on-premises object cat-ad, attributes.department: missing"]
)]
#[case::every_on_premises_value(
    |state: &mut Snapshot| for object in &mut state.on_premises {
        Arc::make_mut(object).attributes.insert("department".into(), "Other".into());
    },
    &[
        "on-premises object cat-ad, attributes.department: different",
        "on-premises object dan-ad, attributes.department: unexpected"
    ]
)]
#[case::on_premises_password(|state: &mut Snapshot| Arc::make_mut(&mut state.on_premises[0]).password = None, &["on-premises object cat-ad, password: missing"])]
#[case::cloud_object_missing(|state: &mut Snapshot| drop(state.cloud.pop()), &["cloud user bob, existence: missing", "the tenant, cloudObjects: tooFew"])]
#[case::cloud_object_added(|state: &mut Snapshot| {
    let mut other = CloudObject::clone(&state.cloud[1]);
    other.id = "id-2".into();
    state.cloud.push(Arc::new(other));
}, &["the tenant, cloudObjects: tooMany"])]
#[case::cloud_value(
    |state: &mut Snapshot| drop(Arc::make_mut(&mut state.cloud[0]).attributes.remove("department")),
    &["cloud user ann, attributes.department: missing"]
)]
#[case::one_identifier_for_two(
    |state: &mut Snapshot| Arc::make_mut(&mut state.cloud[1]).id = "id-0".into(),
    &["the tenant, id: different"]
)]
fn the_start_is_the_tenant_that_was_sent(
    #[case] change: fn(&mut Snapshot),
    #[case] expected: &[&str],
) {
    let (tenant, mut snapshot) = as_sent();
    change(&mut snapshot);
    assert_eq!(said(&tenant, &snapshot, &Capabilities::all_of_2023()), expected);
}

/// Whoever declares no passwords shows none.
#[rstest]
#[case::none_shown(|_: &mut Snapshot| {}, &[])]
#[case::and_a_value(
    |state: &mut Snapshot| drop(Arc::make_mut(&mut state.on_premises[0]).attributes.remove("department")),
    &["on-premises object cat-ad, attributes.department: missing"]
)]
fn passwords_are_left_out_where_they_are_not_declared(
    #[case] change: fn(&mut Snapshot),
    #[case] expected: &[&str],
) {
    let mut capabilities = Capabilities::all_of_2023();
    capabilities.0.remove(&Capability::Passwords);
    let (tenant, mut snapshot) = as_sent();
    Arc::make_mut(&mut snapshot.on_premises[0]).password = None;
    change(&mut snapshot);
    assert_eq!(said(&tenant, &snapshot, &capabilities), expected);
}

/// An object with few values is not taken for one that has these values and more.
#[rstest]
#[case::as_sent(|_: &mut Snapshot| {}, &[])]
#[case::with_a_mistake_each(
    |state: &mut Snapshot| {
        for object in &mut state.cloud {
            Arc::make_mut(object).mail_enabled = true;
        }
    },
    &[
        "cloud group few, mailEnabled: true-instead-of-false",
        "cloud group more, mailEnabled: true-instead-of-false",
        "cloud group anchored, mailEnabled: true-instead-of-false",
    ]
)]
fn those_with_the_most_values_are_recognised_first(
    #[case] change: fn(&mut Snapshot),
    #[case] expected: &[&str],
) {
    let tenant = r#"{"cloud": [
        {"label": "few", "kind": "group", "attributes": {"displayName": "Sales"}},
        {"label": "more", "kind": "group", "attributes": {"displayName": "Sales", "department": "Sales"}},
        {"label": "anchored", "kind": "group", "attributes": {"displayName": "Sales", "department": "Sales"}, "onPremisesImmutableId": "QUFB"}
    ]}"#;
    let (tenant, mut snapshot) = shown(tenant);
    snapshot.cloud.reverse();
    change(&mut snapshot);
    assert_eq!(said(&tenant, &snapshot, &Capabilities::all_of_2023()), expected);
}

/// The service gives an address to the joined object, and takes it away again.
#[test]
fn addresses_that_the_service_gives_out_are_not_judged() {
    let (tenant, mut state) = shown(
        r#"{"cloud": [{"label": "bob", "kind": "user", "userPrincipalName": "bob@x"}],
            "onPremises": [{"key": "bob-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "bob@x"}]}"#,
    );
    let (capabilities, choices) = (Capabilities::all_of_2023(), DeclaredChoices::default());
    let (mut observer, _) = Observer::start(&tenant, &state, EDITION, &capabilities, &choices);
    let mut violations = Vec::new();
    let matched = SyncResult {
        matched_on: Some(MatchingAttribute::UserPrincipalName),
        evaluated_by: Some(Evaluator::Service),
        ..SyncResult::plain(ResultWord::SoftMatched)
    };
    let updated = SyncResult::plain(ResultWord::Updated);
    for (result, addresses) in [(&matched, &[][..]), (&updated, &["smtp:given@x"]), (&updated, &[])]
    {
        let object = Arc::make_mut(&mut state.cloud[0]);
        object.on_premises_sync_enabled = Some(true);
        object.on_premises_immutable_id = Some("QUFB".into());
        object.proxy_addresses = addresses.iter().map(|&address| address.into()).collect();
        let mut outcome = Outcome::ok();
        outcome.objects.insert("bob-ad".into(), result.clone());
        let seen = StepObservation { outcome, snapshot: state.clone() };
        for finding in observer.step(&Command::sync(), &seen) {
            let of_rule =
                |violation: &Violation| format!("{}: {}", finding.rule, in_a_line(violation));
            violations.extend(finding.violations().iter().map(of_rule));
        }
    }
    assert_eq!(violations, Vec::<String>::new());
}

/// Runs that end in one and the same state, but of which something else is to be remembered.
#[rstest]
#[case::a_reinstallation(
    (NAMED, r#"[{"do": "sync"}]"#),
    (NAMED, r#"[{"do": "sync"}, {"do": "reinstallConnect"}]"#)
)]
#[case::a_change_there_and_back(
    (NAMED, r#"[{"do": "sync"}]"#),
    (
        NAMED,
        r#"[{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"office": "1"}}},
            {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"office": null}}}]"#
    )
)]
#[case::how_an_object_was_taken_over((NAMED, r#"[{"do": "sync"}]"#), (ANCHORED, r#"[{"do": "sync"}]"#))]
fn what_later_verdicts_rest_on_is_drawn(#[case] one: (&str, &str), #[case] other: (&str, &str)) {
    let (capabilities, choices) = (Capabilities::all_of_2023(), DeclaredChoices::default());
    let [one, other] = [one, other].map(|(cloud, commands)| {
        let tenant = format!(
            r#"{{"cloud": [{cloud}], "onPremises": [{{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB",
                "userPrincipalName": "ann@x", "attributes": {{"department": "New"}}}}]}}"#
        );
        let tenant: Tenant = serde_json::from_str(&tenant).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        let mut model = ReferenceModel::default();
        let start = model.reset(&tenant).expect("the model starts");
        let (mut observer, _) = Observer::start(&tenant, &start, EDITION, &capabilities, &choices);
        for command in &commands {
            observer.step(command, &model.apply(command).expect("the model can do it"));
        }
        let mut canonical = CanonicalState::literal();
        canonical.draw(|canonical| observer.canonicalise(canonical));
        (observer.state().clone(), canonical.bytes().to_vec())
    });
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

const NAMED: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@x", "attributes": {"department": "Old"}}"#;
const ANCHORED: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@x", "onPremisesImmutableId": "QUFB", "attributes": {"department": "Old"}}"#;

/// Attributes that happen to be called what fields are called are attributes all the same.
#[test]
fn an_attribute_with_a_field_s_name_may_change_before_a_reinstallation() {
    const NAMES: [&str; 6] = ["kind", "deleted", "roles", "password", "mailEnabled", "quarantined"];
    let (capabilities, choices) = (Capabilities::all_of_2023(), DeclaredChoices::default());
    let attributes = |value: &str| -> serde_json::Value {
        NAMES.iter().map(|&name| (name.to_owned(), serde_json::Value::from(value))).collect()
    };
    let ann = serde_json::json!({"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB",
        "userPrincipalName": "ann@x", "attributes": attributes("old")});
    let tenant = serde_json::from_value(serde_json::json!({"onPremises": [ann]}));
    let commands = serde_json::from_value(serde_json::json!([
        {"do": "sync"},
        {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": attributes("new")}},
        {"do": "reinstallConnect"},
        {"do": "sync"},
    ]));
    let (tenant, commands): (Tenant, Vec<Command>) =
        (tenant.expect("a tenant"), commands.expect("commands"));
    let mut model = ReferenceModel::default();
    let start = model.reset(&tenant).expect("the model starts");
    let (mut observer, _) = Observer::start(&tenant, &start, EDITION, &capabilities, &choices);
    for command in &commands {
        let seen = model.apply(command).expect("the model can do it");
        for finding in observer.step(command, &seen) {
            assert_eq!(finding.violations(), [], "{}", finding.rule);
        }
    }
    let cloud = &observer.state().cloud[0];
    assert!(
        NAMES.iter().all(|&name| cloud.attributes.get(name) == Some(&"new".into())),
        "{cloud:?}"
    );
}
