//! Situations that hardly any other case gets into, and how often a rule is judged in them.

use super::{judged, run};
use crate::verdicts::cases::crowd;
use entra_conformance::cases::Case;
use entra_conformance::cases::scenario::from_yaml;
use entra_conformance::directory::{CloudObject, Command, DeclaredChoices};
use entra_conformance::implementation::CaseObservation;
use entra_conformance::reference::ReferenceModel;
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;

#[rstest]
#[case::namesakes_of_which_one_is_mail_enabled(
    "kind.plain-groups-never-match",
    1,
    "
given:
  cloud:
    - {label: sales, kind: group, attributes: {displayName: Sales}}
  onPremises:
    - {key: sales-ad, kind: group, mailEnabled: true, sourceAnchor: QUFB, proxyAddresses: ['SMTP:sales@contoso.com'], attributes: {displayName: Sales}}
steps:
  - do: sync
"
)]
#[case::own_anchor_in_other_letter_case(
    "kind.immutable-id-users-only",
    2,
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com}
steps:
  - {do: setImmutableId, object: {label: ann}, value: QUFB}
  - {do: setImmutableId, object: {label: ann}, value: qufb}
"
)]
#[case::held_back_by_the_switch_and_unspecified(
    "switch.takes-effect-on-retry",
    0,
    "
given:
  features: {softMatch: false}
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com}
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, attributes: {mail: ann@contoso.com}}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
steps:
  - do: sync
  - {do: updateCloudObject, object: {label: bob}, set: {attributes: {mail: null}}}
  - {do: setFeature, feature: softMatch, value: true}
  - do: sync
"
)]
fn how_often_a_rule_is_judged(#[case] rule: &str, #[case] expected: u64, #[case] text: &str) {
    let text = format!("title: A special case\nrules: [{rule}]\n{text}");
    let scenario = from_yaml("special", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let commands = scenario.commands();
    let case = (&scenario.given, commands.as_slice());
    let seen = run(&mut ReferenceModel::default(), case);
    let mut held = 0;
    for finding in judged(case, &seen, &DeclaredChoices::default()).into_iter().flatten() {
        assert!(finding.verdict.violations.is_empty(), "{finding:?}");
        held += if finding.rule == rule { finding.verdict.held } else { 0 };
    }
    assert_eq!(held, expected);
}

/// However many there are: few are compared with each other, many by hashes.
#[rstest]
#[case::few(0)]
#[case::many(5)]
fn two_objects_with_one_identifier_are_noticed(#[case] crowds: usize) {
    let tenant = json!({"cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}]});
    let mut case = Case {
        tenant: serde_json::from_value(tenant).expect("a tenant"),
        commands: vec![Command::sync(), Command::sync()],
    };
    for number in 0..crowds {
        case = crowd(case, 24 * number);
    }
    let input = (&case.tenant, case.commands.as_slice());
    let seen = run(&mut ReferenceModel::default(), input);
    let is_noticed = |seen: &CaseObservation| {
        let findings = judged(input, seen, &DeclaredChoices::default());
        let mut broken = findings.iter().flatten().filter(|it| !it.verdict.violations.is_empty());
        broken.any(|finding| finding.rule == "safe.unique-identifiers")
    };
    assert!(!is_noticed(&seen));
    for step in 0..2 {
        let mut spoilt = seen.clone();
        let cloud = &mut spoilt.steps[step].snapshot.cloud;
        let one = &cloud[cloud.len() / 2];
        let mut second = CloudObject::clone(one);
        second.id = "second".into();
        cloud.push(Arc::new(second));
        assert!(is_noticed(&spoilt), "step {step}");
    }
}
