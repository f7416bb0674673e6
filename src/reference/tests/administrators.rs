//! What administrators may do: `soa.*`, `kind.immutable-id-users-only`, references, deletion.

use super::*;
use crate::directory::Capability;
use rstest::rstest;

fn tenant() -> Case {
    let mut case = Case::new(
        json!([
            cloud_ann(),
            {"label": "eve", "kind": "user", "userPrincipalName": "eve@contoso.com", "onPremisesImmutableId": "RVZF"},
            {"label": "all", "kind": "group", "mailEnabled": true, "proxyAddresses": ["SMTP:all@contoso.com"]}
        ]),
        json!([bob_ad()]),
    );
    assert_eq!(case.sync_word("bob-ad"), "provisioned");
    case
}

fn update(object: Value, set: Value) -> Value {
    json!({"do": "updateCloudObject", "object": object, "set": set})
}

/// `soa.no-split`
#[rstest]
#[case(json!({"userPrincipalName": "new@contoso.com"}))]
#[case(json!({"proxyAddresses": ["SMTP:new@contoso.com"]}))]
#[case(json!({"attributes": {"department": "HR"}}))]
#[case(json!({"password": "new", "attributes": {"department": "HR"}}))]
fn values_from_on_premises_are_refused(#[case] set: Value) {
    tenant().refused(update(json!({"joinedTo": "bob-ad"}), set));
}

#[test]
fn the_password_of_a_joined_user_can_be_set() {
    let mut case = tenant();
    case.ok(update(json!({"joinedTo": "bob-ad"}), json!({"password": "new"})));
    assert_eq!(case.joined("bob-ad").password.as_deref(), Some("new"));
}

/// `soa.cloud-edits-work`
#[test]
fn edits_of_cloud_mastered_objects_take_effect() {
    let mut case = tenant();
    case.ok(update(
        json!({"label": "ann"}),
        json!({"userPrincipalName": "ANN@contoso.com", "proxyAddresses": ["SMTP:a@contoso.com"], "attributes": {"department": null, "title": "Boss"}, "password": null}),
    ));
    let ann = case.cloud("ann");
    assert_eq!(ann.user_principal_name.as_deref(), Some("ANN@contoso.com"));
    assert_eq!(ann.proxy_addresses, ["SMTP:a@contoso.com".into()]);
    assert!(!ann.attributes.contains_key("department") && ann.attributes.contains_key("title"));
    assert_eq!(ann.password, None);
}

/// `safe.unique-identifiers`
#[rstest]
#[case(json!({"userPrincipalName": "BOB@contoso.com"}))]
#[case(json!({"proxyAddresses": ["smtp:ALL@contoso.com"]}))]
#[case::no_name(json!({"userPrincipalName": null}))]
#[case::two_primaries(json!({"proxyAddresses": ["SMTP:x@contoso.com", "SMTP:y@contoso.com"]}))]
fn edits_that_must_not_be_are_refused(#[case] set: Value) {
    tenant().refused(update(json!({"label": "ann"}), set));
}

#[rstest]
#[case(json!({"userPrincipalName": "all@contoso.com"}))]
#[case(json!({"password": "x"}))]
fn a_group_has_neither_name_nor_password(#[case] set: Value) {
    tenant().refused(update(json!({"label": "all"}), set));
}

#[rstest]
#[case::label(json!({"label": "ann", "kind": "user", "userPrincipalName": "new@contoso.com"}))]
#[case::name(json!({"label": "new", "kind": "user", "userPrincipalName": "Ann@contoso.com"}))]
#[case::address(json!({"label": "new", "kind": "contact", "proxyAddresses": ["smtp:ann@contoso.com"]}))]
#[case::anchor(json!({"label": "new", "kind": "user", "userPrincipalName": "new@contoso.com", "onPremisesImmutableId": "RVZF"}))]
#[case::role_of_group(json!({"label": "new", "kind": "group", "roles": ["Reader"]}))]
fn objects_that_must_not_be_are_not_created(#[case] object: Value) {
    tenant().refused(json!({"do": "createCloudObject", "object": object}));
}

#[test]
fn a_created_object_is_mastered_in_the_cloud_and_found_by_its_label() {
    let mut case = tenant();
    let object = json!({"label": "new", "kind": "user", "userPrincipalName": "new@contoso.com"});
    case.ok(json!({"do": "createCloudObject", "object": object}));
    assert!(case.cloud("new").is_cloud_mastered());
}

/// `kind.immutable-id-users-only`
#[rstest]
#[case::user(json!({"label": "ann"}), json!("TkVX"), true)]
#[case::the_same_again(json!({"label": "eve"}), json!("RVZF"), true)]
#[case::emptied(json!({"label": "eve"}), json!(null), true)]
#[case::held_by_another(json!({"label": "ann"}), json!("RVZF"), false)]
#[case::held_by_a_joined_object(json!({"label": "ann"}), json!("QkJC"), false)]
#[case::group(json!({"label": "all"}), json!("TkVX"), false)]
#[case::joined(json!({"joinedTo": "bob-ad"}), json!("TkVX"), false)]
fn anchors_are_written(#[case] object: Value, #[case] value: Value, #[case] accepted: bool) {
    let mut case = tenant();
    let command = json!({"do": "setImmutableId", "object": object, "value": value});
    if accepted {
        case.ok(command);
    } else {
        case.refused(command);
    }
}

#[test]
fn roles_are_for_active_users() {
    let mut case = tenant();
    for word in ["assignRole", "removeRole"] {
        case.refused(json!({"do": word, "object": {"label": "all"}, "role": "Reader"}));
        case.ok(json!({"do": word, "object": {"joinedTo": "bob-ad"}, "role": "Reader"}));
        case.ok(json!({"do": word, "object": {"label": "ann"}, "role": "Reader"}));
    }
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "ann"}}));
    case.refused(json!({"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}));
}

#[test]
fn the_recycle_bin_frees_identifiers_and_gives_back_what_is_free() {
    let mut case = tenant();
    let before = case.cloud("ann");
    let twin = json!({"label": "twin", "kind": "user", "userPrincipalName": "ann@contoso.com"});
    case.refused(json!({"do": "createCloudObject", "object": twin}));
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "ann"}}));
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "ann"}}));
    case.refused(update(json!({"label": "ann"}), json!({"password": "x"})));
    case.ok(json!({"do": "createCloudObject", "object": twin}));
    case.refused(json!({"do": "restoreCloudObject", "object": {"label": "ann"}}));
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "twin"}, "permanently": true}));
    case.ok(json!({"do": "restoreCloudObject", "object": {"label": "ann"}}));
    case.ok(json!({"do": "restoreCloudObject", "object": {"label": "ann"}}));
    assert_eq!(case.cloud("ann"), before);
}

#[rstest]
#[case::label(json!({"do": "restoreCloudObject", "object": {"label": "nobody"}}))]
#[case::joined(json!({"do": "deleteCloudObject", "object": {"joinedTo": "nobody"}}))]
#[case::quarantined(json!({"do": "deleteCloudObject", "object": {"quarantinedFor": "bob-ad"}}))]
#[case::key(json!({"do": "updateOnPremisesObject", "key": "nobody", "set": {}}))]
fn references_to_nothing_change_nothing(#[case] command: Value) {
    let mut case = tenant();
    let before = case.now.clone();
    assert_eq!(case.run(command).status, Status::NotFound);
    assert_eq!(case.now, before);
}

#[test]
fn a_key_is_used_once() {
    tenant().refused(json!({"do": "createOnPremisesObject", "object": bob_ad()}));
}

#[test]
fn a_label_is_used_once_even_when_its_object_is_gone() {
    let mut case = tenant();
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "ann"}, "permanently": true}));
    case.refused(json!({"do": "createCloudObject", "object": cloud_ann()}));
}

#[test]
fn leaving_scope_is_for_later_editions() {
    let mut case = tenant();
    let command = serde_json::from_value(json!({"do": "removeOnPremisesObject", "key": "bob-ad"}));
    let failure = case.model.apply(&command.expect("a command")).expect_err("unsupported");
    assert_eq!(failure.capability, Some(Capability::Scope));
}
