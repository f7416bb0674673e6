//! What is said of the state that a case starts from.

use super::*;
use crate::directory::OnPremisesObject;
use rstest::rstest;

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
    let tenant: Tenant = serde_json::from_str(TENANT).expect("a tenant");
    let cloud = (0..).zip(&tenant.cloud);
    let snapshot = Snapshot {
        cloud: cloud.map(|(at, setup)| Arc::new(setup.to_object(format!("id-{at}")))).collect(),
        on_premises: tenant.on_premises.iter().cloned().map(Arc::new).collect(),
    };
    (tenant, snapshot)
}

fn said(tenant: &Tenant, snapshot: &Snapshot, capabilities: &Capabilities) -> Vec<String> {
    let choices = DeclaredChoices::default();
    let (_, findings) = Observer::start(tenant, snapshot, capabilities, &choices);
    findings.iter().flat_map(Finding::violations).map(ToString::to_string).collect()
}

#[rstest]
#[case::as_sent(|_: &mut Snapshot| {}, &[])]
#[case::in_another_order(|state: &mut Snapshot| { state.cloud.reverse(); state.on_premises.reverse(); }, &[])]
#[case::on_premises_object_missing(|state: &mut Snapshot| drop(state.on_premises.pop()), &["dan-ad, the object itself: expected still there, seen gone"])]
#[case::on_premises_object_added(|state: &mut Snapshot| {
    let mut other = OnPremisesObject::clone(&state.on_premises[1]);
    other.key = "eve-ad".into();
    state.on_premises.push(Arc::new(other));
}, &["eve-ad, the object itself: expected no such on-premises object, seen created"])]
#[case::on_premises_value(
    |state: &mut Snapshot| drop(Arc::make_mut(&mut state.on_premises[0]).attributes.remove("department")),
    &[r#"on-premises cat-ad, attributes: expected {"department": "Sales"}, seen {}"#]
)]
#[case::on_premises_password(|state: &mut Snapshot| Arc::make_mut(&mut state.on_premises[0]).password = None, &["on-premises cat-ad, password: expected pw, seen no value"])]
#[case::cloud_object_missing(|state: &mut Snapshot| drop(state.cloud.pop()), &["cloud user bob, the object itself: expected there after the reset, as it was sent, seen not there", "the tenant, cloud objects after the reset: expected 2, seen 1"])]
#[case::cloud_object_added(|state: &mut Snapshot| {
    let mut other = CloudObject::clone(&state.cloud[1]);
    other.id = "id-2".into();
    state.cloud.push(Arc::new(other));
}, &["the tenant, cloud objects after the reset: expected 2, seen 3"])]
#[case::cloud_value(
    |state: &mut Snapshot| drop(Arc::make_mut(&mut state.cloud[0]).attributes.remove("department")),
    &["cloud user ann, department: expected Sales, seen no value"]
)]
#[case::one_identifier_for_two(
    |state: &mut Snapshot| Arc::make_mut(&mut state.cloud[1]).id = "id-0".into(),
    &["cloud user ann, userPrincipalName: expected ann@x, seen bob@x", "cloud user ann, proxyAddresses: expected [SMTP:ann@x], seen []", "cloud user ann, department: expected Sales, seen no value", "cloud user bob, the object itself: expected there after the reset, as it was sent, seen not there", "the tenant, id: expected different identifiers, seen an identifier twice"]
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
    &[r#"on-premises cat-ad, attributes: expected {"department": "Sales"}, seen {}"#]
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
