//! `recovery.*`, `admin.recovery`, `switch.takes-effect-on-retry`.

use super::*;
use crate::directory::Evaluator;
use rstest::rstest;

#[rstest]
#[case::user(with(ann_ad(), json!({})))]
#[case::group(json!({"key": "ann-ad", "kind": "group", "sourceAnchor": "QUFB"}))]
#[case::contact(json!({"key": "ann-ad", "kind": "contact", "sourceAnchor": "QUFB", "proxyAddresses": ["SMTP:c@contoso.com"]}))]
fn a_new_installation_finds_every_kind_again(#[case] incoming: Value) {
    let mut case = Case::new(json!([]), json!([incoming]));
    case.sync("ann-ad");
    let before = case.now.cloud.clone();
    case.reinstall();
    let result = case.sync("ann-ad");
    assert_eq!(result.evaluated_by, Some(Evaluator::Client));
    assert_eq!(result.result, ResultWord::HardMatched);
    assert_eq!(case.now.cloud, before);
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
}

#[test]
fn neither_roles_nor_the_switch_nor_other_values_keep_it_from_finding_its_own() {
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad()]));
    case.sync("ann-ad");
    let before = case.joined("ann-ad");
    case.ok(json!({"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Reader"}));
    case.feature("softMatch", false);
    case.update(
        "ann-ad",
        json!({"userPrincipalName": "new@contoso.com", "proxyAddresses": ["SMTP:new@contoso.com"]}),
    );
    case.reinstall();
    assert_eq!(case.sync_word("ann-ad"), "hardMatched on sourceAnchor");
    let after = case.joined("ann-ad");
    assert_eq!(after.id, before.id);
    assert_eq!(after.user_principal_name.as_deref(), Some("new@contoso.com"));
    assert!(after.roles.contains("Reader"));
    assert_eq!(&*after.attributes[&"department".into()], "Sales", "nothing is reset");
}

#[test]
fn references_survive_a_new_installation() {
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad()]));
    let role = json!({"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Reader"});
    assert_eq!(case.run(role.clone()).status, Status::NotFound);
    case.sync("ann-ad");
    case.reinstall();
    case.ok(role);
}

#[test]
fn what_failed_before_is_matched_when_its_obstacle_is_gone() {
    let cloud = with(cloud_ann(), json!({"roles": ["Reader"]}));
    let mut case = Case::new(json!([cloud]), json!([ann_ad()]));
    case.sync_fails("ann-ad");
    case.ok(json!({"do": "removeRole", "object": {"label": "ann"}, "role": "Reader"}));
    case.feature("softMatch", false);
    case.sync_fails("ann-ad");
    case.feature("softMatch", true);
    assert_eq!(case.sync_word("ann-ad"), "softMatched on userPrincipalName");
}

#[test]
fn a_written_anchor_makes_a_hard_match() {
    let mut case = Case::new(
        json!([cloud_ann()]),
        json!([with(ann_ad(), json!({"userPrincipalName": "x@contoso.com"}))]),
    );
    case.ok(json!({"do": "setImmutableId", "object": {"label": "ann"}, "value": "QUFB"}));
    assert_eq!(case.sync_word("ann-ad"), "hardMatched on sourceAnchor");
}
