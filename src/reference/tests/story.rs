//! The trace tells the whole story, in order, about the objects at hand.

use super::super::TraceStep;
use super::*;
use crate::directory::CollisionHandling;
use rstest::rstest;

fn told(policy: Policy, cloud: Value, on_premises: Value, commands: &[Value]) -> String {
    let mut case = Case::with_policy(policy, cloud, on_premises);
    case.model = case.model.with_trace(true);
    for command in commands {
        case.run(command.clone());
    }
    let steps: Vec<String> = case.model.last_traces()["ann-ad"]
        .iter()
        .map(|TraceStep { rule, text }| format!("{rule}: {text}"))
        .collect();
    steps.join("\n")
}

fn sync() -> Value {
    json!({"do": "sync"})
}

#[test]
fn a_takeover() {
    let incoming =
        with(ann_ad(), json!({"proxyAddresses": ["SMTP:ann@contoso.com", "smtp:a@contoso.com"]}));
    let story = told(Policy::default(), json!([cloud_ann()]), json!([incoming]), &[sync()]);
    assert_eq!(
        story,
        "\
match.every-new-object: user ann-ad is new: a match is looked for on userPrincipalName ann@contoso.com, primary address SMTP:ann@contoso.com, sourceAnchor QUFB
match.soft-on-upn: userPrincipalName ann@contoso.com equals the userPrincipalName of user cloud-1
match.soft-on-primary-smtp: SMTP:ann@contoso.com equals the primary address of user cloud-1
match.every-new-object: user cloud-1 is eligible: mastered in the cloud and a user without any directory role
match.every-new-object: nothing else holds an identifier of ann-ad: it takes over user cloud-1, matched on proxyAddresses
takeover.authority-flips: user cloud-1 is now mastered on-premises
takeover.anchor-stamped: the sourceAnchor QUFB is stamped on it
takeover.values-overwritten: displayName: Ann in the cloud becomes Ann from AD
takeover.values-overwritten: department has no value on-premises (valuesAbsentOnPremises is kept)
takeover.addresses-replaced: addresses are replaced as a set: gained smtp:a@contoso.com; lost none
takeover.password-overwritten: the password is the on-premises one (password hash sync is on)"
    );
}

#[test]
fn a_collision() {
    let cloud = json!([
        with(cloud_ann(), json!({"roles": ["Global Administrator", "Reader"]})),
        {"label": "all", "kind": "contact", "proxyAddresses": ["SMTP:b@contoso.com"]},
        {"label": "near", "kind": "user", "userPrincipalName": "a@contoso.com"}
    ]);
    let incoming =
        with(ann_ad(), json!({"proxyAddresses": ["SMTP:a@contoso.com", "smtp:b@contoso.com"]}));
    let story = told(Policy::default(), cloud, json!([incoming]), &[sync()]);
    assert_eq!(
        story,
        "\
match.every-new-object: user ann-ad is new: a match is looked for on userPrincipalName ann@contoso.com, primary address SMTP:a@contoso.com, sourceAnchor QUFB
match.soft-on-upn: userPrincipalName ann@contoso.com equals the userPrincipalName of user cloud-1
admin.never-soft-matched: user cloud-1 is not eligible: it has a directory role (Global Administrator, Reader)
match.primary-smtp-only: smtp:b@contoso.com is held by contact cloud-2 as SMTP:b@contoso.com: a secondary address matches nothing
kind.same-kind: contact cloud-2 is not eligible: ann-ad is a user
match.same-attribute: address a@contoso.com equals the userPrincipalName of user cloud-3: that is no match
match.collision-creates-nothing-else: nothing that holds an identifier of ann-ad is eligible: an error, and nothing is created (collisionHandling is rejected)
sync.failed-is-retried: ann-ad is tried again in the next cycle"
    );
}

#[test]
fn a_late_match_and_an_idle_object() {
    let on_premises = json!([ann_ad(), bob_ad()]);
    let change = json!({"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "bob@contoso.com"}});
    let story = told(
        Policy::default(),
        json!([cloud_ann()]),
        on_premises.clone(),
        &[sync(), change, sync()],
    );
    assert_eq!(
        story,
        "\
match.new-objects-only: ann-ad is joined to user cloud-1: no match is looked for
match.late-match-is-an-error: another active object holds userPrincipalName bob@contoso.com: an error, and user cloud-1 stays as it is
sync.failed-is-retried: ann-ad is tried again in the next cycle"
    );
    let idle = told(Policy::default(), json!([cloud_ann()]), on_premises, &[sync(), sync()]);
    assert_eq!(
        idle,
        "safe.only-the-named-change: ann-ad did not change since its last export: nothing to do"
    );
}

#[test]
fn a_return_after_a_new_installation() {
    let change = json!({"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"displayName": "Ann"}}});
    let story = told(
        Policy::default(),
        json!([cloud_ann()]),
        json!([ann_ad()]),
        &[sync(), json!({"do": "reinstallConnect"}), change, sync()],
    );
    assert_eq!(
        story,
        "\
recovery.rejoins-by-anchor: user cloud-1 is mastered on-premises and carries the sourceAnchor of ann-ad: Connect joins the two again, which is no match
match.new-objects-only: ann-ad is joined to user cloud-1: no match is looked for
sync.updates-flow: displayName: Ann from AD becomes Ann"
    );
}

#[test]
fn a_quarantined_object_that_is_waited_for() {
    let policy = Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() };
    let cloud = json!([with(cloud_ann(), json!({"roles": ["Reader"]}))]);
    let story = told(policy, cloud, json!([ann_ad()]), &[sync(), sync()]);
    assert_eq!(
        story,
        "match.collision-creates-nothing-else: ann-ad left the quarantined object cloud-2 behind and is not tried again before that is permanently deleted"
    );
}

#[test]
fn an_object_that_nobody_holds_anything_of() {
    let story = told(Policy::default(), json!([]), json!([ann_ad()]), &[sync()]);
    let last = story.lines().last();
    assert_eq!(
        last,
        Some(
            "match.no-holder-provisions: user cloud-1 is created, mastered on-premises, with the sourceAnchor QUFB and the userPrincipalName ann@contoso.com"
        )
    );
}

#[test]
fn a_quarantined_object_that_is_left_behind() {
    let policy = Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() };
    let cloud = json!([with(cloud_ann(), json!({"roles": ["Reader"]}))]);
    let story = told(policy, cloud, json!([ann_ad()]), &[sync()]);
    let quarantined = story.lines().find(|line| line.contains("cloud-2 is created"));
    assert_eq!(
        quarantined,
        Some(
            "match.collision-creates-nothing-else: user cloud-2 is created, mastered on-premises, with the sourceAnchor QUFB and the userPrincipalName ann+0002@quarantine.invalid"
        )
    );
}

#[rstest]
#[case::mastered_on_premises(
    json!([]),
    json!([bob_ad()]),
    with(ann_ad(), json!({"userPrincipalName": "bob@contoso.com"})),
    "match.one-to-one: user cloud-1 is not eligible: it is mastered on-premises already"
)]
#[case::quarantined(
    json!([with(cloud_ann(), json!({"roles": ["Reader"]}))]),
    json!([with(bob_ad(), json!({"userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:b@contoso.com"]}))]),
    with(ann_ad(), json!({"userPrincipalName": "cat@contoso.com", "proxyAddresses": ["SMTP:b@contoso.com"]})),
    "match.one-to-one: user cloud-2 is not eligible: a collision left it behind, quarantined"
)]
#[case::another_anchor(
    json!([with(cloud_ann(), json!({"onPremisesImmutableId": "Qk"}))]),
    json!([]),
    ann_ad(),
    "match.different-anchor-blocks-soft-match: user cloud-1 is not eligible: it carries another onPremisesImmutableId (Qk instead of QUFB)"
)]
#[case::anchor_in_other_letter_case(
    json!([with(cloud_ann(), json!({"onPremisesImmutableId": "qufb"}))]),
    json!([]),
    ann_ad(),
    "match.different-anchor-blocks-soft-match: user cloud-1 is not eligible: it carries another onPremisesImmutableId (qufb instead of QUFB, which differs in letter case, and in an anchor that counts)"
)]
#[case::plain_group_on_premises(
    json!([{"label": "g", "kind": "group", "mailEnabled": true, "proxyAddresses": ["SMTP:g@contoso.com"]}]),
    json!([]),
    json!({"key": "ann-ad", "kind": "group", "sourceAnchor": "QUFB", "proxyAddresses": ["SMTP:g@contoso.com"]}),
    "kind.plain-groups-never-match: group cloud-1 is not eligible: ann-ad is not mail-enabled"
)]
#[case::plain_group_in_the_cloud(
    json!([{"label": "g", "kind": "group", "proxyAddresses": ["SMTP:g@contoso.com"]}]),
    json!([]),
    json!({"key": "ann-ad", "kind": "group", "mailEnabled": true, "sourceAnchor": "QUFB", "proxyAddresses": ["SMTP:g@contoso.com"]}),
    "kind.plain-groups-never-match: group cloud-1 is not eligible: cloud-1 is not mail-enabled"
)]
#[case::anchor_of_a_contact(
    json!([{"label": "c", "kind": "contact", "onPremisesImmutableId": "QUFB"}]),
    json!([]),
    json!({"key": "ann-ad", "kind": "contact", "sourceAnchor": "QUFB"}),
    "kind.no-hard-match-for-groups-and-contacts: contact cloud-1 is not eligible: a contact is not matched by its anchor"
)]
fn why_a_holder_is_not_eligible(
    #[case] cloud: Value,
    #[case] on_premises: Value,
    #[case] incoming: Value,
    #[case] expected: &str,
) {
    let policy = Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() };
    let create = json!({"do": "createOnPremisesObject", "object": incoming});
    let story = told(policy, cloud, on_premises, &[sync(), create, sync()]);
    assert!(story.lines().any(|line| line == expected), "{story}");
}

#[test]
fn a_match_that_the_switch_prevents() {
    let off = json!({"do": "setFeature", "feature": "softMatch", "value": false});
    let story = told(Policy::default(), json!([cloud_ann()]), json!([ann_ad()]), &[off, sync()]);
    let expected =
        "switch.no-soft-match-when-disabled: user cloud-1 is not eligible: soft match is disabled";
    assert!(story.lines().any(|line| line == expected), "{story}");
}

#[test]
fn without_a_listener_there_is_no_story() {
    let mut case = Case::new(json!([cloud_ann()]), json!([ann_ad()]));
    case.run(sync());
    assert!(case.model.last_traces().is_empty());
}
