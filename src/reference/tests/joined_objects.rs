//! What becomes of joined objects: updates, late matches, drifted anchors, deleted cloud objects.

use super::super::Reason;
use super::super::joined::rejoin;
use super::*;
use crate::directory::CollisionHandling;
use rstest::rstest;

/// `ann-ad` joined to `ann`, and a cloud user `bob` beside it.
fn joined_ann() -> Case {
    let bob = json!({"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com",
        "proxyAddresses": ["SMTP:bob@contoso.com", "smtp:b@contoso.com"], "onPremisesImmutableId": "Qk9C"});
    let mut case = Case::new(json!([cloud_ann(), bob]), json!([ann_ad()]));
    assert_eq!(case.sync_word("ann-ad"), "softMatched on userPrincipalName");
    case
}

/// `sync.updates-flow`
#[test]
fn updates_flow() {
    let mut case = joined_ann();
    case.update(
        "ann-ad",
        json!({"userPrincipalName": "new@contoso.com", "proxyAddresses": ["SMTP:new@contoso.com"], "attributes": {"department": "HR", "title": "Boss"}, "password": "ad-pw-2"}),
    );
    assert_eq!(case.sync_word("ann-ad"), "updated");
    let after = case.cloud("ann");
    assert_eq!(after.user_principal_name.as_deref(), Some("new@contoso.com"));
    assert_eq!(after.proxy_addresses, ["SMTP:new@contoso.com".into()]);
    assert_eq!(&*after.attributes[&"department".into()], "HR");
    assert_eq!(after.password.as_deref(), Some("ad-pw-2"));
    // What had a value and has none now is emptied; what never came from on-premises stays.
    case.update("ann-ad", json!({"proxyAddresses": [], "attributes": {"title": null}}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
    let after = case.cloud("ann");
    assert!(after.proxy_addresses.is_empty() && !after.attributes.contains_key("title"));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
}

#[test]
fn setting_what_is_set_already_is_no_change() {
    let mut case = joined_ann();
    case.update("ann-ad", json!({"attributes": {"displayName": "Ann from AD"}}));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
}

/// `sync.password-needs-hash-sync`
#[test]
fn no_password_flows_without_hash_sync() {
    let mut case = joined_ann();
    case.feature("passwordHashSync", false);
    case.update("ann-ad", json!({"password": "ad-pw-2"}));
    case.sync("ann-ad");
    assert_eq!(case.cloud("ann").password.as_deref(), Some("ad-pw"));
}

/// `match.late-match-is-an-error`, `match.new-objects-only`
#[rstest]
#[case::name(json!({"userPrincipalName": "BOB@contoso.com"}))]
#[case::primary(json!({"proxyAddresses": ["SMTP:bob@contoso.com"]}))]
#[case::primary_that_is_secondary_there(json!({"proxyAddresses": ["SMTP:b@contoso.com"]}))]
#[case::secondary(json!({"proxyAddresses": ["SMTP:ann@contoso.com", "smtp:b@contoso.com"]}))]
#[case::anchor(json!({"sourceAnchor": "Qk9C"}))]
fn a_change_into_a_collision_is_an_error_until_it_is_taken_back(#[case] set: Value) {
    let mut case = joined_ann();
    case.update("ann-ad", set);
    case.update("ann-ad", json!({"attributes": {"department": "HR"}}));
    case.sync_fails("ann-ad");
    case.sync_fails("ann-ad");
    case.reinstall();
    case.sync_fails("ann-ad");
    case.update(
        "ann-ad",
        json!({"sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}),
    );
    let result = case.sync("ann-ad").result;
    assert!(matches!(result, ResultWord::Updated | ResultWord::HardMatched));
    assert_eq!(&*case.cloud("ann").attributes[&"department".into()], "HR");
}

#[test]
fn a_late_match_ends_when_the_other_object_gives_way() {
    let mut case = joined_ann();
    case.update("ann-ad", json!({"userPrincipalName": "bob@contoso.com"}));
    case.sync_fails("ann-ad");
    case.ok(json!({"do": "updateCloudObject", "object": {"label": "bob"}, "set": {"userPrincipalName": "robert@contoso.com"}}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
}

#[test]
fn an_anchor_that_drifted_to_a_free_value_stops_the_export_until_it_returns() {
    let mut case = joined_ann();
    case.update("ann-ad", json!({"sourceAnchor": "RlJF", "attributes": {"department": "HR"}}));
    case.sync_fails("ann-ad");
    case.update("ann-ad", json!({"sourceAnchor": "QUFB"}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
    assert_eq!(&*case.cloud("ann").attributes[&"department".into()], "HR");
}

/// `match.one-to-one`
#[test]
fn nobody_else_can_join_an_object_whose_owner_drifted() {
    let mut case = joined_ann();
    case.update("ann-ad", json!({"sourceAnchor": "RlJF"}));
    let other = with(
        bob_ad(),
        json!({"key": "other-ad", "sourceAnchor": "QUFB", "userPrincipalName": "other@contoso.com"}),
    );
    case.ok(json!({"do": "createOnPremisesObject", "object": other}));
    case.sync_fails("other-ad");
}

#[test]
fn an_object_of_another_kind_cannot_join_by_anchor() {
    let mut case = joined_ann();
    case.update("ann-ad", json!({"sourceAnchor": "RlJF"}));
    case.ok(json!({"do": "createOnPremisesObject", "object": {"key": "c-ad", "kind": "contact", "sourceAnchor": "QUFB"}}));
    case.reinstall();
    case.sync_fails("c-ad");
}

/// `match.one-to-one`
#[test]
fn what_a_joined_or_quarantined_object_holds_is_not_taken_over() {
    let policy = Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() };
    let twin = with(
        ann_ad(),
        json!({"key": "twin-ad", "sourceAnchor": "VFRU", "proxyAddresses": ["SMTP:twin@contoso.com"]}),
    );
    let third =
        with(bob_ad(), json!({"key": "third-ad", "proxyAddresses": ["SMTP:twin@contoso.com"]}));
    let mut case = Case::with_policy(policy, json!([]), json!([ann_ad(), twin, third]));
    let outcome = case.run(json!({"do": "sync"}));
    let results: Vec<&str> =
        ["ann-ad", "twin-ad", "third-ad"].map(|key| outcome.objects[key].result.word()).into();
    assert_eq!(results, ["provisioned", "quarantined", "quarantined"]);

    let why_not = |key: &str| {
        let object = case.now.on_premises_object(key).expect("on-premises");
        let stranger = with(json!(&**object), json!({"sourceAnchor": "RlJFRQ"}));
        let stranger = serde_json::from_value(stranger).expect("an object");
        case.decision(&stranger, Policy::default())
    };
    let rejected = |reason| Decision::Reject(reason);
    assert_eq!(why_not("ann-ad"), rejected(Reason::MasteredOnPremises));
    assert_eq!(why_not("third-ad"), rejected(Reason::HeldByQuarantined));

    // Its anchor does not make a quarantined object anybody's own, whatever Connect remembers.
    let twin = case.now.on_premises_object("twin-ad").expect("on-premises");
    let rejoined = rejoin(twin, &case.model.tenant, &|_| false);
    assert_eq!(rejoined, Err(Reason::AnchorInUse));
}

/// `admin.roles-may-return`
#[test]
fn roles_of_a_joined_object_stay_and_it_goes_on_syncing() {
    let mut case = joined_ann();
    case.ok(json!({"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Reader"}));
    case.update("ann-ad", json!({"attributes": {"department": "HR"}}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
    assert!(case.cloud("ann").roles.contains("Reader"));
}

/// `switch.joined-objects-still-sync`
#[test]
fn joined_objects_sync_with_soft_match_disabled() {
    let mut case = joined_ann();
    case.feature("softMatch", false);
    case.update("ann-ad", json!({"attributes": {"department": "HR"}}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
}

#[rstest]
#[case::for_good(true)]
#[case::to_the_recycle_bin(false)]
fn an_object_whose_cloud_object_was_deleted_is_new(#[case] permanently: bool) {
    let mut case = joined_ann();
    let before = case.cloud("ann");
    case.ok(json!({"do": "deleteCloudObject", "object": {"joinedTo": "ann-ad"}, "permanently": permanently}));
    assert_eq!(case.sync_word("ann-ad"), "provisioned");
    assert_ne!(case.joined("ann-ad").id, before.id);
    if !permanently {
        case.refused(json!({"do": "restoreCloudObject", "object": {"label": "ann"}}));
    }
}

#[test]
fn an_object_that_was_restored_before_the_next_cycle_is_still_joined() {
    let mut case = joined_ann();
    let before = case.cloud("ann");
    case.ok(json!({"do": "deleteCloudObject", "object": {"joinedTo": "ann-ad"}}));
    case.ok(json!({"do": "restoreCloudObject", "object": {"joinedTo": "ann-ad"}}));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
    assert_eq!(case.cloud("ann"), before);
}
