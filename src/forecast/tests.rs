//! What becomes of given objects, on tenants of a few lines.

use super::input::{self, Given};
use super::{Assumption, Forecaster, Open, Outcome, Prediction, Remedy};
use crate::directory::{DeclaredChoices, Value};
use crate::reference::Policy;
use crate::rulebook::Rulebook;
use rstest::rstest;
use std::fs;

/// Reads files by hand.
fn given(yaml: &str) -> Given {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("user.yaml");
    fs::write(&file, yaml).expect("a file");
    match input::read(&[file]) {
        Ok(given) => given,
        Err(errors) => panic!("{}", errors[0]),
    }
}

fn forecast(edition: &str, yaml: &str) -> Vec<Prediction> {
    let policy = Policy::of_edition(edition).expect("an edition");
    let settings = Rulebook::embedded().edition(edition).expect("an edition").settings;
    let forecaster = Forecaster::new(policy, DeclaredChoices::default(), settings);
    let given = given(yaml);
    forecaster.forecast(&given.situation, |_| true).into_iter().flatten().collect()
}

const ANN: &str = "
onPremises:
  - userPrincipalName: ann@contoso.com
    objectGUID: 00112233-4455-6677-8899-aabbccddeeff
    proxyAddresses: ['SMTP:a.berg@contoso.com']
    department: Sales
";
const ANCHOR: &str = "MyIRAFVEd2aImaq7zN3u/w==";

fn ann_and(cloud: &str) -> String {
    format!("{ANN}cloud:\n  - {{{}}}\n", cloud.replace("ANCHOR", ANCHOR).replace(" | ", "}\n  - {"))
}

#[rstest]
#[case::nobody("userPrincipalName: bob@contoso.com, roles: []", Outcome::Provisioned)]
#[case::by_name("userPrincipalName: Ann@contoso.com, roles: []", Outcome::SoftMatched)]
#[case::by_address(
    "userPrincipalName: x@contoso.com, proxyAddresses: ['SMTP:a.berg@contoso.com'], roles: []",
    Outcome::SoftMatched
)]
#[case::by_anchor(
    "userPrincipalName: x@contoso.com, onPremisesImmutableId: ANCHOR, roles: []",
    Outcome::HardMatched
)]
#[case::synchronised(
    "userPrincipalName: x@contoso.com, onPremisesImmutableId: ANCHOR, onPremisesSyncEnabled: true, roles: [Reader]",
    Outcome::AlreadySynced
)]
#[case::administrator(
    "userPrincipalName: ann@contoso.com, roles: [Global Administrator]",
    Outcome::Blocked
)]
#[case::somebody_elses(
    "userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB, onPremisesSyncEnabled: true, roles: []",
    Outcome::Blocked
)]
#[case::other_anchor(
    "userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB, roles: []",
    Outcome::Blocked
)]
#[case::secondary_address(
    "userPrincipalName: x@contoso.com, proxyAddresses: ['smtp:a.berg@contoso.com'], roles: []",
    Outcome::Blocked
)]
#[case::group(
    "displayName: Staff, kind: group, mailEnabled: true, proxyAddresses: ['SMTP:a.berg@contoso.com']",
    Outcome::Blocked
)]
#[case::name_is_an_address(
    "userPrincipalName: x@contoso.com, proxyAddresses: ['SMTP:ann@contoso.com'], roles: []",
    Outcome::Unspecified
)]
#[case::two_holders(
    "userPrincipalName: ann@contoso.com, roles: [] | userPrincipalName: x@contoso.com, proxyAddresses: ['SMTP:a.berg@contoso.com'], roles: []",
    Outcome::Unspecified
)]
fn every_sort_of_object_comes_to_what_the_documents_say(
    #[case] cloud: &str,
    #[case] outcome: Outcome,
    #[values("2023-01", "2025-04")] edition: &str,
) {
    let predictions = forecast(edition, &ann_and(cloud));
    assert_eq!(predictions[0].outcome, outcome, "{:#?}", predictions[0]);
}

#[test]
fn a_takeover_says_what_changes() {
    let cloud = "userPrincipalName: ann@contoso.com, department: Stores, city: Kiel, roles: []";
    let prediction = &forecast("2023-01", &ann_and(cloud))[0];
    let changes: Vec<String> =
        prediction.changes.iter().map(|change| change.field.to_string()).collect();
    assert_eq!(
        changes,
        [
            "onPremisesSyncEnabled",
            "onPremisesImmutableId",
            "proxyAddresses",
            "password",
            "attributes.department"
        ]
    );
    // What is there in the cloud only: nobody says whether it stays.
    let is_about_city = |assumed: &&super::Alternative| {
        assumed.changes.iter().any(|change| {
            change.field.to_string() == "attributes.city" && change.after == Value::Nothing
        })
    };
    assert_eq!(prediction.alternatives.iter().filter(is_about_city).count(), 2);
}

#[test]
fn roles_that_nobody_gave_are_a_condition() {
    let known = "userPrincipalName: ann@contoso.com, roles: []";
    let unknown = "userPrincipalName: ann@contoso.com";
    let hangs_on_roles = |cloud: &str| {
        let prediction = &forecast("2023-01", &ann_and(cloud))[0];
        assert_eq!(prediction.outcome, Outcome::SoftMatched);
        let mut others = prediction.alternatives.iter();
        others.any(|other| matches!(other.assumption, Assumption::HasRole(_)))
    };
    assert!(hangs_on_roles(unknown));
    assert!(!hangs_on_roles(known));
}

#[rstest]
#[case::administrator(
    "2023-01",
    "userPrincipalName: ann@contoso.com, roles: [Global Administrator]",
    "RemoveRoles"
)]
#[case::other_anchor(
    "2023-01",
    "userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB, roles: []",
    "SetImmutableId"
)]
#[case::two_obstacles(
    "2023-01",
    "userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB, roles: [Reader]",
    "RemoveRoles SetImmutableId"
)]
#[case::secondary_address(
    "2025-04",
    "userPrincipalName: x@contoso.com, proxyAddresses: ['smtp:a.berg@contoso.com'], roles: []",
    "SetImmutableId|MakePrimary"
)]
fn what_to_do_is_tried(#[case] edition: &str, #[case] cloud: &str, #[case] expected: &str) {
    let prediction = &forecast(edition, &ann_and(cloud))[0];
    let name = |remedy: &Remedy| {
        let words = format!("{remedy:?}");
        words.split(' ').next().unwrap_or_default().to_owned()
    };
    let found: Vec<String> = prediction
        .remedies
        .iter()
        .map(|found| {
            assert!(found.then.outcome.is_match());
            found.remedies.iter().map(name).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(found.join("|"), expected);
}

/// An edition that does not say whether roles block a hard match leaves open what setting the anchor does.
#[test]
fn a_remedy_that_the_documents_leave_open_says_so() {
    let cloud = "userPrincipalName: ann@contoso.com, roles: [Global Administrator]";
    let prediction = &forecast("2025-04", &ann_and(cloud))[0];
    let doubtful: Vec<bool> =
        prediction.remedies.iter().map(|found| !found.in_doubt.is_empty()).collect();
    assert_eq!(doubtful, [false, true], "{:#?}", prediction.remedies);
}

#[test]
fn two_who_claim_one_are_told_of_each_other() {
    let yaml = "
onPremises:
  - {userPrincipalName: ann@contoso.com, sourceAnchor: QQ==}
  - {userPrincipalName: ann2@contoso.com, sourceAnchor: Qg==, proxyAddresses: ['SMTP:ann@contoso.com']}
  - {userPrincipalName: bob@contoso.com, sourceAnchor: Qw==}
cloud:
  - {userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:ann@contoso.com'], roles: []}
  - {userPrincipalName: bob@contoso.com, roles: []}
";
    let predictions = forecast("2023-01", yaml);
    let outcomes: Vec<Outcome> = predictions.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::Unspecified, Outcome::Unspecified, Outcome::SoftMatched]);
    assert_eq!(predictions[0].open[0], Open::Contended(vec!["ann2@contoso.com".into()]));
}

/// Whoever is synchronised already, and stays as it is, is in nobody's way.
#[test]
fn who_is_synchronised_already_contends_nothing() {
    let yaml = "
onPremises:
  - {userPrincipalName: ann@contoso.com, sourceAnchor: QQ==, department: Sales}
  - {userPrincipalName: ann2@contoso.com, sourceAnchor: Qg==, proxyAddresses: ['SMTP:ann@contoso.com']}
cloud:
  - {userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:ann@contoso.com'], onPremisesImmutableId: QQ==, onPremisesSyncEnabled: true, roles: []}
";
    let predictions = forecast("2023-01", yaml);
    let outcomes: Vec<Outcome> = predictions.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [Outcome::AlreadySynced, Outcome::Blocked]);
}

#[rstest]
#[case::before_scope_was_known("2023-01", Outcome::Unspecified)]
#[case::since("2025-04", Outcome::Restored)]
fn a_user_in_the_recycle_bin_comes_back(#[case] edition: &str, #[case] outcome: Outcome) {
    let cloud = "userPrincipalName: gone@contoso.com, onPremisesImmutableId: ANCHOR, deletedDateTime: '2026-01-01', roles: []";
    let prediction = &forecast(edition, &ann_and(cloud))[0];
    assert_eq!(prediction.outcome, outcome, "{prediction:#?}");
    assert_eq!(prediction.open[0], Open::RecycleBin("gone@contoso.com".into()));
}

#[test]
fn a_mail_address_without_proxy_addresses_is_a_condition() {
    let yaml = "
onPremises: {userPrincipalName: ann@contoso.com, sourceAnchor: QQ==, mail: a.berg@contoso.com}
cloud: {userPrincipalName: x@contoso.com, proxyAddresses: ['SMTP:a.berg@contoso.com'], roles: []}
";
    let prediction = &forecast("2023-01", yaml)[0];
    let assumed = Assumption::MailIsPrimaryAddress("a.berg@contoso.com".into());
    let other = prediction.alternatives.iter().find(|other| other.assumption == assumed);
    assert_eq!(other.map(|other| other.then.outcome), Some(Outcome::SoftMatched));
}

/// Sees the protections of the edition that has them.
#[rstest]
#[case::role("roles: [Global Administrator]", Outcome::Blocked, "RemoveRoles")]
#[case::eligibility(
    "roles: [], eligibleRoles: [User Administrator]",
    Outcome::Blocked,
    "RemoveRoles"
)]
#[case::some_other_role("roles: [Reports Reader], eligibleRoles: []", Outcome::Unspecified, "")]
#[case::mapped_to_another(
    "roles: [], onPremisesObjectIdentifier: 99999999-4455-6677-8899-aabbccddeeff",
    Outcome::Blocked,
    "ClearIdentifier AllowIdentifierUpdate"
)]
#[case::mapped_to_itself(
    "roles: [], onPremisesObjectIdentifier: 00112233-4455-6677-8899-AABBCCDDEEFF",
    Outcome::Unspecified,
    ""
)]
#[case::managed_in_the_cloud("roles: [], isCloudManaged: true", Outcome::CloudManaged, "GiveBack")]
#[case::nothing_of_that(
    "roles: [], eligibleRoles: [], onPremisesObjectIdentifier: null",
    Outcome::HardMatched,
    ""
)]
fn protected_users_are_told(#[case] fields: &str, #[case] outcome: Outcome, #[case] to_do: &str) {
    let cloud =
        format!("userPrincipalName: x@contoso.com, onPremisesImmutableId: ANCHOR, {fields}");
    let prediction = &forecast("2026-07", &ann_and(&cloud))[0];
    assert_eq!(prediction.outcome, outcome, "{prediction:#?}");
    let remedies = prediction.remedies.iter().flat_map(|found| &found.remedies);
    let names: Vec<String> = remedies
        .map(|remedy| format!("{remedy:?}").split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(names.join(" "), to_do);
    // Earlier editions know nothing of eligibility, identifiers and who manages an object.
    let earlier = forecast("2025-04", &ann_and(&cloud));
    assert_ne!(earlier[0].outcome, Outcome::Blocked, "{earlier:#?}");
}

#[test]
fn a_privileged_user_in_the_recycle_bin_is_restored_by_hand_first() {
    let cloud = "userPrincipalName: x@contoso.com, onPremisesImmutableId: ANCHOR, deletedDateTime: '2026-01-01', roles: [Global Administrator]";
    let prediction = &forecast("2026-07", &ann_and(cloud))[0];
    assert_eq!(prediction.outcome, Outcome::Blocked, "{prediction:#?}");
    let first = &prediction.remedies[0].remedies[0];
    assert!(matches!(first, Remedy::RestoreWithoutRoles { .. }), "{first:?}");
}

/// What may protect a user, and nobody gave, is a condition.
#[test]
fn what_was_not_given_is_a_condition() {
    let cloud = "userPrincipalName: x@contoso.com, onPremisesImmutableId: ANCHOR";
    let prediction = &forecast("2026-07", &ann_and(cloud))[0];
    let conditions: Vec<&Assumption> =
        prediction.alternatives.iter().map(|other| &other.assumption).collect();
    let names = vec!["x@contoso.com".into()];
    for expected in [
        Assumption::HasRole(names.clone()),
        Assumption::IsEligible(names.clone()),
        Assumption::IsMapped(names),
    ] {
        assert!(conditions.contains(&&expected), "{conditions:?}");
    }
}
