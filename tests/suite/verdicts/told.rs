//! Runs that are told step by step, with what no generated case gets into: a mistake that is made
//! once, or behaviour that the documents leave open. Each rule that is broken is named, with the step
//! that shows it, and nothing else is blamed.

use crate::editions;
use crate::verdicts::run;
use entra_conformance::cases::scenario::from_yaml;
use entra_conformance::checks::{EditionSettings, Observer};
use entra_conformance::directory::{
    Capabilities, Capability, CloudObject, DeclaredChoices, MatchingAttribute, Outcome, ResultWord,
    Snapshot, Status, StepObservation, SyncResult,
};
use entra_conformance::reference::{Policy, ReferenceModel};
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;

/// Makes a step what the implementation shows: the number of the step, counted from 1, the state
/// before it, and the step as the reference model shows it.
type Tell = fn(usize, &Snapshot, &mut StepObservation);

/// The cloud object with this anchor.
fn carrier<'s>(state: &'s mut Snapshot, anchor: &str) -> &'s mut CloudObject {
    the(state, |object| object.on_premises_immutable_id.as_deref() == Some(anchor))
}

/// The first cloud object of which this holds.
fn the(state: &mut Snapshot, is_meant: impl Fn(&CloudObject) -> bool) -> &mut CloudObject {
    let found = state.cloud.iter_mut().find(|object| is_meant(object));
    Arc::make_mut(found.expect("there is such an object"))
}

/// A second cloud object like the one with this anchor, changed in this way.
fn add_like(state: &mut Snapshot, anchor: &str, change: fn(&mut CloudObject)) {
    let mut second = carrier(state, anchor).clone();
    second.id = "second".into();
    change(&mut second);
    state.cloud.push(Arc::new(second));
}

/// Reports this of an object.
fn report(step: &mut StepObservation, key: &str, word: ResultWord) {
    step.outcome.objects.insert(key.into(), SyncResult::plain(word));
}

#[rstest]
#[case::a_removal_takes_another_object_along(
    "
given:
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
    - {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: bob@contoso.com}
",
    "
  - {do: removeOnPremisesObject, key: ann-ad}
",
    |_: usize, _: &Snapshot, step: &mut StepObservation| step.snapshot.on_premises.clear(),
    &["1 safe.only-the-named-change"]
)]
#[case::an_object_whose_owner_is_gone_goes_to_who_has_its_anchor_and_that_stays_open(
    ANN,
    "
  - do: sync
  - {do: removeOnPremisesObject, key: ann-ad}
  - {do: createOnPremisesObject, object: {key: bob-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: bob@contoso.com}}
  - do: sync
  - {do: updateOnPremisesObject, key: bob-ad, set: {attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        let on_premises = &mut step.snapshot.on_premises;
        match at {
            1 => {}
            2 => on_premises.clear(),
            3 => {
                let bob = json!({"key": "bob-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "bob@contoso.com"});
                on_premises.push(serde_json::from_value(bob).expect("an on-premises object"));
            }
            4 => {
                let taken = carrier(&mut step.snapshot, "QUFB");
                taken.user_principal_name = Some("bob@contoso.com".into());
                report(step, "bob-ad", ResultWord::Updated);
            }
            5 => {
                let bob = Arc::make_mut(&mut on_premises[0]);
                bob.attributes.insert("department".into(), "Sales".into());
            }
            _ => report(step, "bob-ad", ResultWord::Updated),
        }
    },
    &[]
)]
#[case::a_name_that_another_holds_is_written_in_spite_of_the_error(
    ANN_AND_BOB,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            let ann = carrier(&mut step.snapshot, "QUFB");
            ann.user_principal_name = Some("bob@contoso.com".into());
        }
    },
    &["3 match.late-match-is-an-error", "3 safe.unique-identifiers"]
)]
#[case::an_address_that_another_holds_is_written_in_spite_of_the_error(
    "
given:
  cloud:
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, proxyAddresses: ['smtp:b@contoso.com']}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
",
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {proxyAddresses: ['smtp:b@contoso.com']}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            let ann = carrier(&mut step.snapshot, "QUFB");
            ann.proxy_addresses = ["smtp:b@contoso.com".into()].into();
        }
    },
    &["3 match.late-match-is-an-error", "3 safe.unique-identifiers"]
)]
#[case::an_anchor_that_another_holds_is_written_in_spite_of_the_error(
    "
given:
  cloud:
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, onPremisesImmutableId: QkJC}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
",
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: QkJC}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            carrier(&mut step.snapshot, "QUFB").on_premises_immutable_id = Some("QkJC".into());
        }
    },
    &["3 match.late-match-is-an-error", "3 safe.unique-identifiers"]
)]
#[case::an_ambiguous_match_ends_in_a_flagged_copy(
    AMBIGUOUS,
    "  - do: sync",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 1 {
            copy_beside(before, step, true);
        }
    },
    &[]
)]
#[case::an_ambiguous_match_ends_in_a_new_object(
    AMBIGUOUS,
    "  - do: sync",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 1 {
            copy_beside(before, step, false);
        }
    },
    &["1 match.every-new-object", "1 safe.unique-identifiers"]
)]
#[case::a_password_that_is_open_arrives_with_hash_sync_off(
    ANN_WITH_PASSWORD,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {password: new}}
  - {do: setFeature, feature: passwordHashSync, value: false}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 4 {
            carrier(&mut step.snapshot, "QUFB").password = Some("new".into());
            report(step, "ann-ad", ResultWord::Updated);
        }
    },
    &[]
)]
#[case::what_was_edited_in_the_cloud_stays_as_it_was_edited(
    ANN_WITH_PASSWORD,
    "
  - do: sync
  - {do: updateCloudObject, object: {joinedTo: ann-ad}, set: {password: mine}}
  - {do: updateOnPremisesObject, key: ann-ad, set: {password: new}}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 2 {
            step.outcome.status = Status::Ok;
            carrier(&mut step.snapshot, "QUFB").password = Some("mine".into());
        } else if at > 2 {
            step.snapshot.cloud = before.cloud.clone();
        }
    },
    &[]
)]
#[case::an_object_that_was_created_is_known_by_its_label(
    "
given: {}
",
    "
  - {do: createCloudObject, object: {label: ann, kind: user, userPrincipalName: ann@contoso.com}}
  - {do: updateCloudObject, object: {label: ann}, set: {attributes: {department: Sales}}}
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 2 {
            step.snapshot.cloud = before.cloud.clone();
        }
    },
    &["2 soa.cloud-edits-work", "2 safe.command-takes-effect"]
)]
#[case::a_late_match_that_was_passed_over_is_told_once(
    ANN_AND_BOB,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 || at == 5 {
            report(step, "ann-ad", ResultWord::Updated);
        }
    },
    &["3 match.late-match-is-an-error"]
)]
#[case::an_anchor_that_is_stamped_anew_breaks_a_rule_and_is_the_anchor_from_then_on(
    ANN,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: QkJC}}
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at >= 3 {
            step.snapshot.cloud = before.cloud.clone();
        }
        if at == 3 {
            carrier(&mut step.snapshot, "QUFB").on_premises_immutable_id = Some("QkJC".into());
        }
        if at == 3 || at == 5 {
            report(step, "ann-ad", ResultWord::Updated);
        }
    },
    &["3 sync.changed-anchor-stops-updates", "5 sync.updates-flow"]
)]
#[case::who_is_joined_is_told_by_the_anchor_after_the_cycle(
    ANN,
    "
  - do: sync
  - {do: assignRole, object: {joinedTo: ann-ad}, role: Reports Reader}
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        let ann = Arc::make_mut(&mut step.snapshot.on_premises[0]);
        ann.source_anchor = Some("WFhY".into());
        if at == 2 {
            step.outcome.status = Status::NotFound;
            step.snapshot.cloud = before.cloud.clone();
        }
    },
    &["1 soa.one-authority", "1 sync.on-premises-never-written"]
)]
#[case::an_object_that_was_written_on_premises_is_joined_all_the_same(
    ANN,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        let ann = Arc::make_mut(&mut step.snapshot.on_premises[0]);
        ann.attributes.insert("pager".into(), "555-0199".into());
        if at == 3 {
            step.snapshot.cloud = before.cloud.clone();
        }
    },
    &["1 sync.on-premises-never-written", "3 sync.updates-flow"]
)]
#[case::a_cycle_that_is_refused_reports_on_nobody(
    ANN,
    "
  - do: sync
",
    |_: usize, before: &Snapshot, step: &mut StepObservation| {
        step.outcome.status = Status::Refused;
        step.outcome.objects.clear();
        step.snapshot = before.clone();
    },
    &["1 match.no-holder-provisions", "1 safe.command-takes-effect"]
)]
#[case::a_changed_anchor_comes_to_an_error_and_nothing_else(
    ANN,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: QkJC}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            add_like(&mut step.snapshot, "QUFB", |second| {
                second.on_premises_immutable_id = Some("QkJC".into());
                second.user_principal_name = Some("ann2@contoso.com".into());
            });
            carrier(&mut step.snapshot, "QUFB").attributes.insert("department".into(), "Old".into());
            report(step, "ann-ad", ResultWord::Unchanged);
        }
    },
    &["3 sync.changed-anchor-stops-updates"]
)]
#[case::what_becomes_of_a_copy_is_open_in_the_report_too(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reports Reader]}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
",
    "
  - do: sync
  - {do: removeRole, object: {label: ann}, role: Reports Reader}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 1 {
            copy_beside(before, step, true);
        } else {
            step.snapshot.cloud = before.cloud.clone();
        }
        if at == 2 {
            the(&mut step.snapshot, |object| !object.roles.is_empty()).roles.clear();
        }
        if at == 3 {
            let copy = carrier(&mut step.snapshot, "QUFB");
            copy.quarantined = false;
            report(step, "ann-ad", ResultWord::Unchanged);
        }
    },
    &[]
)]
#[case::a_value_is_neither_the_old_one_nor_the_new_one(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, attributes: {department: Old}}
    - {label: bob, kind: user, userPrincipalName: robert@contoso.com, onPremisesImmutableId: QkJC, attributes: {department: Old}}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, attributes: {department: New}}
    - {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: bob@contoso.com, attributes: {department: New}}
",
    "
  - do: sync
",
    |_: usize, _: &Snapshot, step: &mut StepObservation| {
        carrier(&mut step.snapshot, "QkJC").attributes.insert("department".into(), "Other".into());
    },
    &["1 match.same-target-same-result", "1 takeover.values-overwritten"]
)]
#[case::a_copy_is_updated_although_its_object_has_another_anchor_by_now(
    ANN,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: QkJC}}
  - do: reinstallConnect
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: Q0ND, attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at >= 4 {
            step.snapshot.cloud = before.cloud.clone();
            report(step, "ann-ad", ResultWord::Quarantined);
        }
        if at == 4 {
            add_like(&mut step.snapshot, "QUFB", |copy| {
                copy.on_premises_immutable_id = Some("QkJC".into());
                copy.user_principal_name = Some("ann1234@contoso.onmicrosoft.com".into());
                copy.quarantined = true;
            });
        }
        if at == 5 {
            step.outcome.objects.clear();
        }
        if at == 6 {
            let copy = carrier(&mut step.snapshot, "QkJC");
            copy.attributes.insert("department".into(), "Sales".into());
        }
    },
    &[]
)]
#[case::a_copy_whose_anchor_another_object_has_by_now_is_updated(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reports Reader]}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
",
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {sourceAnchor: QkJC, attributes: {department: Sales}}}
  - {do: createOnPremisesObject, object: {key: bob-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}}
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 1 {
            copy_beside(before, step, true);
        } else {
            step.snapshot.cloud = before.cloud.clone();
        }
        if at == 4 {
            let copy = carrier(&mut step.snapshot, "QUFB");
            copy.attributes.insert("department".into(), "Sales".into());
            report(step, "ann-ad", ResultWord::Quarantined);
            report(step, "bob-ad", ResultWord::Error);
        }
    },
    &[]
)]
#[case::a_late_match_that_was_told_stays_told_where_nothing_was_changed(
    ANN_AND_BOB,
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 5 {
            report(step, "ann-ad", ResultWord::Unchanged);
        }
    },
    &[]
)]
#[case::rejoining_takes_a_role_from_whom_a_new_object_collides_with(
    ANN,
    "
  - do: sync
  - {do: assignRole, object: {joinedTo: ann-ad}, role: Reports Reader}
  - {do: createOnPremisesObject, object: {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: ann@contoso.com}}
  - do: reinstallConnect
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 5 {
            carrier(&mut step.snapshot, "QUFB").roles.clear();
        }
    },
    &["5 admin.roles-may-return", "5 recovery.nothing-lost", "5 safe.only-the-named-change"]
)]
#[case::a_collision_takes_the_name_from_a_joined_user(
    ANN,
    "
  - do: sync
  - {do: createOnPremisesObject, object: {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: ann@contoso.com}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            carrier(&mut step.snapshot, "QUFB").user_principal_name = Some("ann2@contoso.com".into());
        }
    },
    &["3 match.collision-creates-nothing-else", "3 safe.only-the-named-change", "3 safe.report-agrees"]
)]
#[case::what_was_changed_before_a_reinstallation_never_arrives(
    ANN,
    "
  - do: sync
  - {do: assignRole, object: {joinedTo: ann-ad}, role: Reports Reader}
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: reinstallConnect
  - do: sync
",
    |at: usize, before: &Snapshot, step: &mut StepObservation| {
        if at == 5 {
            step.snapshot.cloud = before.cloud.clone();
        }
    },
    &["5 sync.updates-flow"]
)]
#[case::a_role_turns_the_flag_off_and_the_user_goes_on_syncing(
    ANN,
    "
  - do: sync
  - {do: assignRole, object: {joinedTo: ann-ad}, role: Reports Reader}
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at >= 2 {
            carrier(&mut step.snapshot, "QUFB").on_premises_sync_enabled = Some(false);
        }
    },
    &["2 soa.one-authority", "2 safe.command-takes-effect"]
)]
#[case::an_administrator_whose_password_is_written_is_matched_on_nothing(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reports Reader], attributes: {displayName: Ann}}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, password: hers}
    - {key: bob-ad, kind: user, sourceAnchor: QkJC, userPrincipalName: bob@contoso.com, attributes: {displayName: Ann}}
",
    "  - do: sync",
    |_: usize, _: &Snapshot, step: &mut StepObservation| {
        the(&mut step.snapshot, |object| !object.roles.is_empty()).password = Some("hers".into());
    },
    &[
        "1 soa.cloud-mastered-untouched",
        "1 match.collision-creates-nothing-else",
        "1 admin.never-soft-matched",
        "1 admin.untouched",
        "1 safe.only-the-named-change",
    ]
)]
#[case::a_copy_lacks_an_address_that_is_free(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, roles: [Reports Reader], proxyAddresses: ['smtp:held@contoso.com']}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:free@contoso.com', 'smtp:held@contoso.com']}
",
    "  - do: sync",
    |_: usize, before: &Snapshot, step: &mut StepObservation| {
        copy_beside(before, step, true);
        carrier(&mut step.snapshot, "QUFB").proxy_addresses = [].into();
    },
    &["1 safe.own-values-only"]
)]
#[case::a_cloud_user_with_a_free_name_cannot_be_created(
    ANN_AND_BOB,
    "
  - {do: createCloudObject, object: {label: cat, kind: user, userPrincipalName: cat@contoso.com}}
  - {do: createCloudObject, object: {label: dan, kind: user, userPrincipalName: BOB@contoso.com}}
",
    |_: usize, before: &Snapshot, step: &mut StepObservation| {
        step.outcome.status = Status::Refused;
        step.snapshot.cloud = before.cloud.clone();
    },
    &["1 safe.command-takes-effect"]
)]
#[case::an_update_empties_what_only_the_cloud_has(
    "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, attributes: {department: Sales}}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
",
    "
  - do: sync
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {displayName: Ann}}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 4 {
            carrier(&mut step.snapshot, "QUFB").attributes.remove("department");
        }
    },
    &["4 safe.own-values-only"]
)]
#[case::a_failed_update_empties_what_it_was_not_about(
    "
given:
  cloud:
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:a@contoso.com']}
",
    "
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {userPrincipalName: bob@contoso.com}}
  - do: sync
",
    |at: usize, _: &Snapshot, step: &mut StepObservation| {
        if at == 3 {
            carrier(&mut step.snapshot, "QUFB").proxy_addresses = [].into();
        }
    },
    &["3 safe.own-values-only"]
)]
fn what_is_told_of_a_run(
    #[case] given: &str,
    #[case] steps: &str,
    #[case] tell: Tell,
    #[case] expected: &[&str],
) {
    let text = format!("{given}\nsteps:\n{steps}\n");
    let everything = Capabilities::all_of_2023();
    assert_eq!(broken(&text, tell, &everything, &DeclaredChoices::default()), expected);
}

/// Ann, who is new on-premises.
const ANN: &str = "
given:
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
";

/// The same, with a password.
const ANN_WITH_PASSWORD: &str = "
given:
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, password: old}
";

/// Ann, and Bob in the cloud, whom she does not meet.
const ANN_AND_BOB: &str = "
given:
  cloud:
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com}
";

/// What may be taken over where the anchor leads to one object and the soft match to others, by
/// declaration.
#[rstest]
#[case::the_name_of_the_anchor_s_holder_comes_after_the_address(OWN_NAME, |step: &mut StepObservation| take_over(step, 0), &["1 match.every-new-object"])]
#[case::or_to_none(OWN_NAME, refuse, &[])]
#[case::but_not_to_the_other(OWN_NAME, |step: &mut StepObservation| take_over(step, 1), &[
        "1 match.every-new-object",
        "1 takeover.authority-flips",
        "1 takeover.anchor-stamped",
        "1 recovery.soft-match-is-the-services",
        "1 safe.only-the-named-change",
    ])]
#[case::soft_match_leads_elsewhere(OTHER_NAME, |step: &mut StepObservation| take_over(step, 0), &["1 match.every-new-object"])]
#[case::and_so_to_none(OTHER_NAME, refuse, &[])]
fn soft_match_first(
    #[case] cloud: &str,
    #[case] tell: fn(&mut StepObservation),
    #[case] expected: &[&str],
) {
    let text = format!(
        "
given:
  cloud:
{cloud}
  onPremises:
    - {{key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:b@contoso.com']}}
steps:
  - do: sync
"
    );
    let choices = json!({"ambiguousMatch": "withheld", "hardVersusSoft": "softFirst"});
    let choices: DeclaredChoices = serde_json::from_value(choices).expect("choices");
    let tell = |_: usize, before: &Snapshot, step: &mut StepObservation| {
        step.snapshot.cloud.clone_from(&before.cloud);
        tell(step);
    };
    assert_eq!(broken(&text, tell, &Capabilities::all_of_2023(), &choices), expected);
}

const OWN_NAME: &str = "    - {label: ann, kind: user, userPrincipalName: ann@contoso.com, onPremisesImmutableId: QUFB}
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, proxyAddresses: ['SMTP:b@contoso.com']}";
const OTHER_NAME: &str = "    - {label: ann, kind: user, userPrincipalName: ann2@contoso.com, onPremisesImmutableId: QUFB}
    - {label: bob, kind: user, userPrincipalName: ann@contoso.com}";

/// `ann-ad` takes this object over, with all that no other object holds.
fn take_over(step: &mut StepObservation, at: usize) {
    let is_held = |name: &str| {
        let mut others = step.snapshot.cloud.iter().enumerate().filter(|(other, _)| *other != at);
        others.any(|(_, other)| {
            other.user_principal_name.as_deref() == Some(name)
                || other.proxy_addresses.iter().any(|held| held.as_str() == name)
        })
    };
    let (name, address) = ("ann@contoso.com", "SMTP:b@contoso.com");
    let (is_name_held, is_address_held) = (is_held(name), is_held(address));
    let target = Arc::make_mut(&mut step.snapshot.cloud[at]);
    let matched_on = match at {
        0 => MatchingAttribute::SourceAnchor,
        _ => MatchingAttribute::ProxyAddresses,
    };
    target.on_premises_sync_enabled = Some(true);
    target.on_premises_immutable_id = Some("QUFB".into());
    if !is_name_held {
        target.user_principal_name = Some(name.into());
    }
    target.proxy_addresses = if is_address_held { [].into() } else { [address.into()].into() };
    let word = if at == 0 { ResultWord::HardMatched } else { ResultWord::SoftMatched };
    report(step, "ann-ad", word);
    if let Some(result) = step.outcome.objects.get_mut("ann-ad") {
        result.matched_on = Some(matched_on);
    }
    // Two objects cannot carry one anchor.
    if at == 1 {
        Arc::make_mut(&mut step.snapshot.cloud[0]).on_premises_immutable_id = None;
    }
}

fn refuse(step: &mut StepObservation) {
    report(step, "ann-ad", ResultWord::Error);
}

/// Whoever shows no passwords is not asked for any.
#[rstest]
#[case::created(
    "  - {do: createOnPremisesObject, object: {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, password: old}}",
    &[]
)]
#[case::changed(
    "  - {do: createOnPremisesObject, object: {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, password: old}}
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {department: Sales}}}
  - do: sync
  - {do: updateOnPremisesObject, key: ann-ad, set: {password: new}}
  - do: sync",
    &[]
)]
fn passwords_that_nobody_shows(#[case] steps: &str, #[case] expected: &[&str]) {
    let text = format!("given: {{}}\nsteps:\n{steps}\n");
    let mut capabilities = Capabilities::all_of_2023();
    capabilities.0.remove(&Capability::Passwords);
    let hide = |_: usize, _: &Snapshot, step: &mut StepObservation| {
        let Snapshot { cloud, on_premises, .. } = &mut step.snapshot;
        cloud.iter_mut().for_each(|object| Arc::make_mut(object).password = None);
        on_premises.iter_mut().for_each(|object| Arc::make_mut(object).password = None);
    };
    assert_eq!(broken(&text, hide, &capabilities, &DeclaredChoices::default()), expected);
}

/// A user who meets one object by its name and another by its address.
const AMBIGUOUS: &str = "
given:
  cloud:
    - {label: ann, kind: user, userPrincipalName: ann@contoso.com}
    - {label: bob, kind: user, userPrincipalName: bob@contoso.com, proxyAddresses: ['SMTP:b@contoso.com']}
  onPremises:
    - {key: ann-ad, kind: user, sourceAnchor: QUFB, userPrincipalName: ann@contoso.com, proxyAddresses: ['SMTP:b@contoso.com']}
";

/// Leaves the cloud as it was but for a new object with the anchor of `ann-ad`: a flagged copy
/// with a name of its own, or one with her name.
fn copy_beside(before: &Snapshot, step: &mut StepObservation, is_flagged: bool) {
    let mut new = CloudObject::clone(&before.cloud[0]);
    new.id = "new".into();
    new.roles.clear();
    new.on_premises_sync_enabled = Some(true);
    new.on_premises_immutable_id = Some("QUFB".into());
    new.quarantined = is_flagged;
    if is_flagged {
        new.user_principal_name = Some("ann1234@contoso.onmicrosoft.com".into());
    }
    step.snapshot.cloud = before.cloud.clone();
    step.snapshot.cloud.push(Arc::new(new));
    let word = if is_flagged { ResultWord::Quarantined } else { ResultWord::Provisioned };
    report(step, "ann-ad", word);
}

/// The rules that are found broken, each after the number of the step.
fn broken(
    text: &str,
    tell: impl Fn(usize, &Snapshot, &mut StepObservation),
    capabilities: &Capabilities,
    choices: &DeclaredChoices,
) -> Vec<String> {
    let text = format!("title: A run that is told\nrules: [safe.report-agrees]\n{text}");
    let scenario = from_yaml("told", &text).unwrap_or_else(|errors| panic!("{errors:?}"));
    let commands = scenario.commands();
    let seen = run(&mut ReferenceModel::default(), (&scenario.given, &commands));
    let start = seen.start.expect("it starts");
    let (mut observer, mut findings) = Observer::start(
        &scenario.given,
        &start,
        EditionSettings::of_2023_01(),
        capabilities,
        choices,
    );
    let edition = editions::of(&Policy::default());
    let mut broken = Vec::new();
    let mut before = start.clone();
    let mut steps = seen.steps.into_iter();
    for (at, command) in commands.iter().enumerate() {
        // What the model cannot do has to be told as a whole.
        let unchanged = || StepObservation { outcome: Outcome::ok(), snapshot: before.clone() };
        let mut step = steps.next().unwrap_or_else(unchanged);
        tell(at + 1, &before, &mut step);
        findings.extend(observer.step(command, &step));
        let violated = findings.drain(..).filter(|finding| !finding.violations().is_empty());
        for finding in violated.filter(|finding| editions::has_rule(edition, finding.rule)) {
            broken.push(format!("{} {}", at + 1, finding.rule));
        }
        before = step.snapshot;
    }
    broken
}
