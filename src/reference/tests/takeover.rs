//! `takeover.*` and `match.same-target-same-result`.

use super::*;
use crate::directory::Evaluator;
use rstest::rstest;

/// Ways to the same target, one for each matching attribute.
fn ways() -> [(&'static str, Value, Value); 3] {
    [
        ("softMatched on userPrincipalName", json!({}), json!({})),
        (
            "softMatched on proxyAddresses",
            json!({"userPrincipalName": "cloud@contoso.com"}),
            json!({"proxyAddresses": ["SMTP:ann@contoso.com", "smtp:new@contoso.com"]}),
        ),
        (
            "hardMatched on sourceAnchor",
            json!({"onPremisesImmutableId": "QUFB", "userPrincipalName": "cloud@contoso.com"}),
            json!({}),
        ),
    ]
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
fn a_takeover_flips_stamps_and_overwrites(#[case] way: usize) {
    let (word, cloud, incoming) = ways()[way].clone();
    let mut case = Case::new(json!([with(cloud_ann(), cloud)]), json!([with(ann_ad(), incoming)]));
    let before = case.cloud("ann");
    let result = case.sync("ann-ad");
    assert_eq!(result.evaluated_by, Some(Evaluator::Service));
    assert_eq!(format!("{} on {}", result.result, result.matched_on.expect("told")), word);
    let after = case.joined("ann-ad");
    assert_eq!(case.now.cloud.len(), 1, "nothing else appears");
    assert_eq!(after.id, before.id);
    assert!(after.is_on_premises_mastered() && after.is_active() && !after.quarantined);
    assert_eq!(after.on_premises_immutable_id.as_deref(), Some("QUFB"));
    assert_eq!(after.user_principal_name.as_deref(), Some("ann@contoso.com"));
    assert_eq!(&*after.attributes[&"displayName".into()], "Ann from AD");
    assert_eq!(after.password.as_deref(), Some("ad-pw"));
    assert_eq!(case.sync_word("ann-ad"), "unchanged");
}

#[test]
fn the_result_does_not_depend_on_how_the_target_was_reached() {
    let incoming = with(ann_ad(), json!({"proxyAddresses": ["SMTP:ann@contoso.com"]}));
    let results: Vec<_> = ways()
        .into_iter()
        .map(|(_, cloud, _)| {
            let mut case = Case::new(json!([with(cloud_ann(), cloud)]), json!([incoming]));
            case.sync("ann-ad");
            case.joined("ann-ad")
        })
        .collect();
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

#[rstest]
#[case::replaced_as_a_set(json!(["SMTP:x@contoso.com", "X500:/o=x"]), &["SMTP:x@contoso.com", "X500:/o=x"])]
#[case::kept_where_there_are_none(json!([]), &["SMTP:ann@contoso.com"])]
fn addresses(#[case] on_premises: Value, #[case] expected: &[&str]) {
    let incoming = with(ann_ad(), json!({"proxyAddresses": on_premises}));
    let mut case = Case::new(json!([cloud_ann()]), json!([incoming]));
    case.sync("ann-ad");
    let after = case.joined("ann-ad");
    let addresses: Vec<_> = after.proxy_addresses.iter().map(|a| a.as_str()).collect();
    assert_eq!(addresses, expected);
}

#[rstest]
#[case::overwritten(true, json!("ad-pw"), "ad-pw")]
#[case::kept_without_hash_sync(false, json!("ad-pw"), "cloud-pw")]
#[case::kept_without_a_password_on_premises(true, json!(null), "cloud-pw")]
fn the_password(#[case] hash_sync: bool, #[case] password: Value, #[case] expected: &str) {
    let incoming = with(ann_ad(), json!({"password": password}));
    let mut case = Case::new(json!([cloud_ann()]), json!([incoming]));
    case.feature("passwordHashSync", hash_sync);
    case.sync("ann-ad");
    assert_eq!(case.joined("ann-ad").password.as_deref(), Some(expected));
}
