//! `match.*`, `kind.*` and `admin.*` for one new object and what it meets.

use super::*;
use crate::directory::Kind;
use rstest::rstest;

/// What is decided for `incoming` in a tenant with these objects.
fn decided(soft_match: bool, cloud: Value, incoming: Value) -> String {
    let mut case = Case::new(cloud, json!([incoming]));
    case.feature("softMatch", soft_match);
    let incoming = case.now.on_premises[0].clone();
    let decision = case.decision(&incoming, Policy::default());
    match decision {
        Decision::TakeOver(found) => {
            assert!(found.withheld.is_empty());
            format!("take over on {}", found.matched_on)
        }
        Decision::Provision => "provision".to_owned(),
        Decision::Quarantine(_) => "quarantine".to_owned(),
        Decision::Reject(reason) => format!("{reason:?}"),
    }
}

#[rstest]
// match.soft-on-upn, match.case-insensitive-names
#[case::name(json!({}), json!({}), "take over on userPrincipalName")]
#[case::name_in_capitals(json!({}), json!({"userPrincipalName": "ANN@Contoso.com"}), "take over on userPrincipalName")]
// match.soft-on-primary-smtp, match.either-attribute-suffices
#[case::address(json!({}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:Ann@contoso.com"]}), "take over on proxyAddresses")]
#[case::name_and_other_address(json!({}), json!({"proxyAddresses": ["SMTP:x@contoso.com"]}), "take over on userPrincipalName")]
#[case::both(json!({}), json!({"proxyAddresses": ["SMTP:ann@contoso.com"]}), "take over on proxyAddresses")]
// match.hard-on-source-anchor, match.case-sensitive-anchor
#[case::anchor(json!({"onPremisesImmutableId": "QUFB"}), json!({"userPrincipalName": "x@contoso.com"}), "take over on sourceAnchor")]
#[case::anchor_and_name(json!({"onPremisesImmutableId": "QUFB"}), json!({}), "take over on sourceAnchor")]
#[case::anchor_in_other_case(json!({"onPremisesImmutableId": "qufb"}), json!({"userPrincipalName": "x@contoso.com"}), "provision")]
// match.different-anchor-blocks-soft-match
#[case::other_anchor(json!({"onPremisesImmutableId": "WFhY"}), json!({}), "OtherAnchor")]
#[case::other_anchor_by_case(json!({"onPremisesImmutableId": "qufb"}), json!({}), "OtherAnchor")]
// match.primary-smtp-only
#[case::secondary_here(json!({}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["smtp:ann@contoso.com"]}), "SecondaryAddress")]
#[case::secondary_there(json!({"proxyAddresses": ["smtp:ann@contoso.com"]}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}), "SecondaryAddress")]
#[case::secondary_on_both(json!({"proxyAddresses": ["smtp:ann@contoso.com"]}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["smtp:ann@contoso.com"]}), "SecondaryAddress")]
// match.same-attribute
#[case::name_there_is_address_here(json!({"proxyAddresses": []}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}), "provision")]
#[case::address_there_is_name_here(json!({"userPrincipalName": "x@contoso.com"}), json!({}), "provision")]
// match.only-three-attributes
#[case::display_name(json!({"attributes": {"displayName": "Ann from AD", "mail": "ann@contoso.com", "employeeId": "1"}}), json!({"userPrincipalName": "x@contoso.com", "attributes": {"displayName": "Ann from AD", "mail": "ann@contoso.com", "employeeId": "1"}}), "provision")]
#[case::x500(json!({"proxyAddresses": ["X500:/o=ann"]}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["X500:/o=ann"]}), "provision")]
// match.no-holder-provisions
#[case::nothing(json!({}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:x@contoso.com"]}), "provision")]
// admin.never-soft-matched, admin.never-hard-matched
#[case::role_and_name(json!({"roles": ["Guest Inviter"]}), json!({}), "HasRole")]
#[case::role_and_address(json!({"roles": ["Global Administrator"]}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}), "HasRole")]
#[case::role_and_anchor(json!({"roles": ["Reports Reader"], "onPremisesImmutableId": "QUFB"}), json!({"userPrincipalName": "x@contoso.com"}), "HasRoleAndAnchor")]
// kind.same-kind
#[case::other_kind(json!({}), json!({"kind": "contact", "userPrincipalName": null, "password": null, "proxyAddresses": ["SMTP:ann@contoso.com"]}), "OtherKind")]
fn one_user(#[case] cloud: Value, #[case] incoming: Value, #[case] expected: &str) {
    let cloud = json!([with(cloud_ann(), cloud)]);
    assert_eq!(decided(true, cloud, with(ann_ad(), incoming)), expected);
}

#[rstest]
// kind.mail-enabled-soft-match
#[case::contacts("contact", false, false, json!({}), "take over on proxyAddresses")]
#[case::groups("group", true, true, json!({}), "take over on proxyAddresses")]
#[case::groups_with_the_same_anchor("group", true, true, json!({"onPremisesImmutableId": "QUFB"}), "take over on proxyAddresses")]
#[case::contact_with_other_anchor("contact", false, false, json!({"onPremisesImmutableId": "WFhY"}), "OtherAnchor")]
#[case::secondary("contact", false, false, json!({"proxyAddresses": ["smtp:all@contoso.com"]}), "SecondaryAddress")]
// kind.plain-groups-never-match
#[case::plain_here("group", false, true, json!({}), "PlainGroup")]
#[case::plain_there("group", true, false, json!({}), "PlainGroup")]
#[case::plain_on_both("group", false, false, json!({}), "PlainGroup")]
// kind.no-hard-match-for-groups-and-contacts
#[case::group_by_anchor("group", true, true, json!({"onPremisesImmutableId": "QUFB", "proxyAddresses": []}), "AnchorOfNonUser")]
#[case::contact_by_anchor("contact", false, false, json!({"onPremisesImmutableId": "QUFB", "proxyAddresses": []}), "AnchorOfNonUser")]
fn one_group_or_contact(
    #[case] kind: &str,
    #[case] enabled_here: bool,
    #[case] enabled_there: bool,
    #[case] cloud: Value,
    #[case] expected: &str,
) {
    let addresses = json!(["SMTP:all@contoso.com"]);
    let there = json!({"label": "all", "kind": kind, "mailEnabled": enabled_there, "proxyAddresses": addresses});
    let here = json!({"key": "all-ad", "kind": kind, "mailEnabled": enabled_here, "sourceAnchor": "QUFB", "proxyAddresses": addresses});
    assert_eq!(decided(true, json!([with(there, cloud)]), here), expected);
}

#[rstest]
// switch.no-soft-match-when-disabled
#[case::name(json!({}), json!({}), "SoftMatchDisabled")]
#[case::address(json!({}), json!({"userPrincipalName": "x@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"]}), "SoftMatchDisabled")]
// switch.hard-match-still-works
#[case::anchor(json!({"onPremisesImmutableId": "QUFB"}), json!({}), "take over on sourceAnchor")]
fn with_soft_match_disabled(#[case] cloud: Value, #[case] incoming: Value, #[case] expected: &str) {
    let cloud = json!([with(cloud_ann(), cloud)]);
    assert_eq!(decided(false, cloud, with(ann_ad(), incoming)), expected);
}

#[test]
fn contacts_are_not_soft_matched_either_when_it_is_disabled() {
    let addresses = json!(["SMTP:all@contoso.com"]);
    let there = json!([{"label": "all", "kind": "contact", "proxyAddresses": addresses}]);
    let here = json!({"key": "all-ad", "kind": "contact", "sourceAnchor": "QUFB", "proxyAddresses": addresses});
    assert_eq!(decided(false, there, here), "SoftMatchDisabled");
}

#[test]
fn an_object_without_an_anchor_fails() {
    let incoming = with(ann_ad(), json!({"sourceAnchor": null}));
    assert_eq!(decided(true, json!([]), incoming), "NoSourceAnchor");
}

#[test]
fn what_is_in_the_recycle_bin_holds_nothing() {
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad()]));
    case.ok(json!({"do": "deleteCloudObject", "object": {"label": "ann"}}));
    let deleted = case.cloud("ann");
    assert_eq!(case.sync_word("ann-ad"), "provisioned");
    assert_eq!(case.cloud("ann"), deleted);
}

/// `match.no-holder-provisions`
#[rstest]
#[case(true, Some("ad-pw"))]
#[case(false, None)]
fn a_provisioned_object_has_the_on_premises_values(
    #[case] hash_sync: bool,
    #[case] password: Option<&str>,
) {
    let addresses = json!(["SMTP:ann@contoso.com", "smtp:a@contoso.com", "X500:/o=ann"]);
    let incoming = with(ann_ad(), json!({"proxyAddresses": addresses}));
    let mut case = Case::new(json!([]), json!([incoming]));
    case.feature("passwordHashSync", hash_sync);
    assert_eq!(case.sync_word("ann-ad"), "provisioned");
    let [object] = &case.now.cloud[..] else {
        panic!("exactly one new object");
    };
    let on_premises = &case.now.on_premises[0];
    assert_eq!(object, &case.joined("ann-ad"));
    assert_eq!((object.kind, object.mail_enabled), (Kind::User, false));
    assert!(object.is_on_premises_mastered() && object.is_active() && !object.quarantined);
    assert_eq!(object.on_premises_immutable_id, on_premises.source_anchor);
    assert_eq!(object.user_principal_name, on_premises.user_principal_name);
    assert_eq!(object.proxy_addresses, on_premises.proxy_addresses);
    assert_eq!(object.attributes, on_premises.attributes);
    assert_eq!(object.password.as_deref(), password);
    assert!(object.roles.is_empty());
}

/// `match.collision-creates-nothing-else`, `sync.failed-is-retried`, `sync.errors-stay-local`
#[test]
fn a_collision_is_an_error_in_every_cycle_and_nobody_elses() {
    let cloud = with(cloud_ann(), json!({"roles": ["Reader"]}));
    let mut case = Case::new(json!([cloud]), json!([ann_ad(), bob_ad()]));
    let before = case.cloud("ann");
    let outcome = case.run(json!({"do": "sync"}));
    assert_eq!(outcome.objects["ann-ad"].result, ResultWord::Error);
    assert_eq!(outcome.objects["ann-ad"].code.as_deref(), Some("AttributeValueMustBeUnique"));
    assert_eq!(outcome.objects["bob-ad"].result, ResultWord::Provisioned);
    assert_eq!(case.now.cloud.len(), 2);
    case.sync_fails("ann-ad");
    assert_eq!(case.cloud("ann"), before);
}

/// `match.one-to-one`
#[test]
fn two_objects_with_the_same_name_do_not_share_a_target() {
    let twin = with(ann_ad(), json!({"key": "twin-ad", "sourceAnchor": "VFRU"}));
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad(), twin]));
    let outcome = case.run(json!({"do": "sync"}));
    assert_eq!(outcome.objects["ann-ad"].result, ResultWord::SoftMatched);
    assert_eq!(outcome.objects["twin-ad"].result, ResultWord::Error);
    assert_eq!(case.now.cloud.len(), 1);
}
