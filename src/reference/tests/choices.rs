//! Every value of every choice.

use super::*;
use crate::directory::{AmbiguousMatch, CollisionHandling, HardVersusSoft, ValuesAbsentOnPremises};
use rstest::rstest;

fn quarantining() -> Policy {
    Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() }
}

fn withholding() -> Policy {
    Policy { ambiguous_match: AmbiguousMatch::Withheld, ..Policy::default() }
}

#[rstest]
#[case(ValuesAbsentOnPremises::Kept, Some("Sales"))]
#[case(ValuesAbsentOnPremises::Cleared, None)]
fn values_without_a_counterpart(
    #[case] values_absent_on_premises: ValuesAbsentOnPremises,
    #[case] department: Option<&str>,
) {
    let policy = Policy { values_absent_on_premises, ..Policy::default() };
    let mut case = Case::with_policy(policy, json!([cloud_ann()]), json!([ann_ad()]));
    case.sync("ann-ad");
    let after = case.joined("ann-ad");
    assert_eq!(after.attributes.get("department").map(|value| &**value), department);
    assert_eq!(&*after.attributes[&"displayName".into()], "Ann from AD");
}

#[test]
fn a_quarantined_object_has_everything_but_what_collides() {
    let cloud = with(cloud_ann(), json!({"roles": ["Reader"]}));
    let addresses = json!(["SMTP:ANN@contoso.com", "smtp:free@contoso.com", "X500:/o=ann"]);
    let incoming = with(ann_ad(), json!({"proxyAddresses": addresses}));
    let mut case = Case::with_policy(quarantining(), json!([cloud]), json!([incoming]));
    let before = case.cloud("ann");
    assert_eq!(case.sync_word("ann-ad"), "quarantined");
    assert_eq!(case.cloud("ann"), before);
    let quarantined = case.quarantined("ann-ad");
    assert!(
        quarantined.quarantined && quarantined.is_on_premises_mastered() && quarantined.is_active()
    );
    assert_eq!(quarantined.on_premises_immutable_id.as_deref(), Some("QUFB"));
    let name = quarantined.user_principal_name.as_deref().expect("a placeholder");
    assert!(name.starts_with("ann+") && name.ends_with("@quarantine.invalid"), "{name}");
    let addresses: Vec<_> = quarantined.proxy_addresses.iter().map(|a| a.as_str()).collect();
    assert_eq!(addresses, ["smtp:free@contoso.com", "X500:/o=ann"]);
    assert!(quarantined.roles.is_empty());
}

#[test]
fn a_quarantined_object_keeps_a_name_that_does_not_collide() {
    let incoming = with(
        ann_ad(),
        json!({"userPrincipalName": "free@contoso.com", "proxyAddresses": ["smtp:ann@contoso.com"]}),
    );
    let mut case = Case::with_policy(quarantining(), json!([cloud_ann()]), json!([incoming]));
    assert_eq!(case.sync_word("ann-ad"), "quarantined");
    let quarantined = case.quarantined("ann-ad");
    assert_eq!(quarantined.user_principal_name.as_deref(), Some("free@contoso.com"));
    assert!(quarantined.proxy_addresses.is_empty());
}

#[test]
fn an_object_waits_as_long_as_its_quarantined_object_exists() {
    let cloud = with(cloud_ann(), json!({"roles": ["Reader"]}));
    let mut case = Case::with_policy(quarantining(), json!([cloud]), json!([ann_ad()]));
    case.sync("ann-ad");
    let first = case.quarantined("ann-ad");
    case.ok(json!({"do": "removeRole", "object": {"label": "ann"}, "role": "Reader"}));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
    case.update("ann-ad", json!({"attributes": {"department": "HR"}}));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
    case.reinstall();
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
    // In the recycle bin it still waits to be dealt with.
    let quarantined = json!({"quarantinedFor": "ann-ad"});
    case.ok(json!({"do": "deleteCloudObject", "object": quarantined}));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
    case.ok(json!({"do": "restoreCloudObject", "object": quarantined}));
    assert_eq!(case.quarantined("ann-ad"), first);
    // admin.recovery
    case.ok(json!({"do": "deleteCloudObject", "object": quarantined, "permanently": true}));
    assert_eq!(
        case.run(json!({"do": "restoreCloudObject", "object": quarantined})).status,
        Status::NotFound
    );
    assert_eq!(case.sync_word("ann-ad"), "softMatched on userPrincipalName");
    assert_eq!(case.joined("ann-ad").id, case.cloud("ann").id);
    assert_eq!(case.now.cloud.len(), 1);
}

#[test]
fn a_second_quarantined_object_is_the_one_that_is_meant() {
    let cloud = with(cloud_ann(), json!({"roles": ["Reader"]}));
    let mut case = Case::with_policy(quarantining(), json!([cloud]), json!([ann_ad()]));
    case.sync("ann-ad");
    let first = case.quarantined("ann-ad");
    let quarantined = json!({"quarantinedFor": "ann-ad"});
    case.ok(json!({"do": "deleteCloudObject", "object": quarantined, "permanently": true}));
    assert_eq!(case.sync_word("ann-ad"), "quarantined");
    assert_ne!(case.quarantined("ann-ad").id, first.id);
}

#[rstest]
#[case::administrator(json!({"roles": ["Reader"]}))]
#[case::other_kind(json!({"kind": "contact", "userPrincipalName": null, "password": null}))]
fn a_collision_on_the_anchor_leaves_no_quarantined_object(#[case] cloud: Value) {
    let cloud = with(with(cloud_ann(), json!({"onPremisesImmutableId": "QUFB"})), cloud);
    let mut case = Case::with_policy(quarantining(), json!([cloud]), json!([ann_ad()]));
    case.sync_fails("ann-ad");
}

/// Address → `ann`, name → `bob`, anchor → `cid`.
fn three_ways(anchor: &str) -> (Value, Value) {
    let bob = json!({"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com", "proxyAddresses": ["SMTP:bob@contoso.com"]});
    let cid = json!({"label": "cid", "kind": "user", "userPrincipalName": "cid@contoso.com", "onPremisesImmutableId": "QUFB"});
    let incoming = with(
        ann_ad(),
        json!({"sourceAnchor": anchor, "userPrincipalName": "bob@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com", "smtp:bob@contoso.com", "smtp:new@contoso.com"]}),
    );
    (json!([cloud_ann(), bob, cid]), json!([incoming]))
}

#[test]
fn an_ambiguous_match_is_refused() {
    for anchor in ["QUFB", "WFhY"] {
        let (cloud, on_premises) = three_ways(anchor);
        let mut case = Case::new(cloud, on_premises);
        case.sync_fails("ann-ad");
    }
}

#[test]
fn what_other_holders_have_is_withheld() {
    let (matched_on, target, name) = ("proxyAddresses", "ann", "ann@contoso.com");
    let addresses = ["SMTP:ann@contoso.com", "smtp:new@contoso.com"];
    let policy = withholding();
    let (cloud, on_premises) = three_ways("WFhY");
    let mut case = Case::with_policy(policy, cloud, on_premises);
    let before = case.now.clone();
    assert_eq!(case.sync_word("ann-ad"), format!("softMatched on {matched_on}"));
    let after = case.joined("ann-ad");
    assert_eq!(after.id, case.cloud(target).id);
    assert_eq!(after.user_principal_name.as_deref(), Some(name));
    let kept: Vec<_> = after.proxy_addresses.iter().map(|a| a.as_str()).collect();
    assert_eq!(kept, addresses);
    for object in before.cloud.iter().filter(|object| object.id != after.id) {
        assert_eq!(case.now.cloud_object(&object.id), Some(object), "other holders stay");
    }
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
}

#[test]
fn hard_match_comes_first_and_takes_nothing_from_the_others() {
    let (cloud, on_premises) = three_ways("QUFB");
    let mut case = Case::with_policy(withholding(), cloud, on_premises);
    assert_eq!(case.sync_word("ann-ad"), "hardMatched on sourceAnchor");
    let after = case.cloud("cid");
    assert_eq!(after, case.joined("ann-ad"));
    assert_eq!(after.user_principal_name.as_deref(), Some("cid@contoso.com"));
    assert_eq!(after.proxy_addresses, ["smtp:new@contoso.com".into()]);
}

#[test]
fn soft_match_first_cannot_stamp_an_anchor_that_another_holds() {
    let policy = Policy { hard_versus_soft: HardVersusSoft::SoftFirst, ..withholding() };
    let (cloud, on_premises) = three_ways("QUFB");
    let mut case = Case::with_policy(policy, cloud, on_premises);
    case.sync_fails("ann-ad");
}

#[test]
fn soft_match_first_needs_a_soft_match() {
    let policy = Policy { hard_versus_soft: HardVersusSoft::SoftFirst, ..withholding() };
    let (cloud, on_premises) = three_ways("QUFB");
    let mut case = Case::with_policy(policy, cloud, on_premises);
    case.feature("softMatch", false);
    assert_eq!(case.sync_word("ann-ad"), "hardMatched on sourceAnchor");
}

#[test]
fn an_ineligible_anchor_holder_stands_in_the_way_of_a_soft_match() {
    let admin = json!({"label": "admin", "kind": "user", "userPrincipalName": "admin@contoso.com", "roles": ["Reader"], "onPremisesImmutableId": "QUFB"});
    let mut case = Case::with_policy(withholding(), json!([cloud_ann(), admin]), json!([ann_ad()]));
    case.sync_fails("ann-ad");
}

/// What was withheld at the takeover is no change into a collision: everything else flows, and
/// the value itself as soon as its holder is gone.
#[test]
fn withheld_values_hold_nothing_else_up() {
    let (cloud, on_premises) = three_ways("WFhY");
    let mut case = Case::with_policy(withholding(), cloud, on_premises);
    case.sync("ann-ad");
    case.update("ann-ad", json!({"attributes": {"department": "HR"}}));
    assert_eq!(case.sync("ann-ad").result, ResultWord::Error, "the collision is told");
    let after = case.joined("ann-ad");
    assert_eq!(&*after.attributes[&"department".into()], "HR");
    assert_eq!(after.user_principal_name.as_deref(), Some("ann@contoso.com"));
    case.sync_fails("ann-ad");
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "bob"}}));
    assert_eq!(case.sync_word("ann-ad"), "updated");
    let after = case.joined("ann-ad");
    assert_eq!(after.user_principal_name.as_deref(), Some("bob@contoso.com"));
    assert_eq!(after.proxy_addresses.len(), 3);
}
