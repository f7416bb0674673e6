//! Users that no hard match takes over: those with privileged roles, and those that are mapped to another
//! on-premises object.

use super::candidates::Candidate;
use super::check::{Check, Trigger};
use super::codes::{Situation, judge_codes, judge_subject};
use super::definitions::{Protection, equal_identifiers, leads_to, protection};
use super::link_state::LinkState;
use super::r#match::judge_clear_matches;
use super::recovery::judge_syncs_on;
use super::scope::{Return, judge_stays_in_the_bin, returns};
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, CloudObject, Command, Field, Kind, MatchingAttribute, ObjectName, ResultWord,
    Status, Text, Value,
};

pub(super) const CHECKS: &[Check] = &[
    Check::of("protect.privileged-role-assigned", &[Trigger::Subject], privileged_role_assigned),
    Check::of("protect.privileged-role-eligible", &[Trigger::Subject], privileged_role_eligible),
    Check::of("protect.already-mapped", &[Trigger::Subject], already_mapped),
    Check::of("protect.no-soft-match-instead", &[Trigger::Subject], no_soft_match_instead),
    Check::of("protect.soft-deleted-privileged", &[Trigger::NewObject], soft_deleted_privileged),
    Check::of("protect.recovery-role", &[Trigger::RoleEdit, Trigger::ClearMatch], recovery_role),
    Check::of(
        "protect.clear-identifier",
        &[Trigger::AnchorEdit, Trigger::ClearMatch, Trigger::DeterminateLink],
        clear_identifier,
    ),
    Check::of("protect.bypass", &[Trigger::ClearMatch], bypass),
    Check::of(
        "protect.identifier-stamped",
        &[Trigger::NewObject, Trigger::DeterminateLink],
        identifier_stamped,
    ),
    Check::of("protect.safe-target-matches", &[Trigger::ClearMatch], safe_target_matches),
    Check::of("protect.joined-sync-on", &[Trigger::DeterminateLink], joined_sync_on),
    Check::of("protect.soft-match-unchanged", &[Trigger::ClearMatch], soft_match_unchanged),
    Check::of("protect.block-switch-too", &[Trigger::NearMiss], block_switch_too),
    Check::of("protect.privileged-role-code", &[Trigger::NewObject], privileged_role_code),
    Check::of("protect.already-mapped-code", &[Trigger::NewObject], already_mapped_code),
];

/// Judges, of every new object that meets a protected user with its anchor, that it does not take that user
/// over and leaves it as it was. Contended or not: whatever the order in the cycle, nobody may.
fn judge_protected(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&Subject<'_>, &Candidate<'_>, Protection) -> bool,
) {
    for subject in transition.subjects() {
        let LinkState::New(matching) = &subject.link_state else { continue };
        for candidate in &matching.candidates {
            let protection = protection(subject.object, candidate.cloud, &transition.settings);
            // What roles and mapping mean where authority is given back is on no page.
            let is_converted = transition.history.conversions.of(candidate.cloud).is_some();
            if !is_converted
                && candidate.is_protected_from(subject.object)
                && applies(subject, candidate, protection)
            {
                judge_not_taken_over(transition, verdict, subject, candidate, protection);
            }
        }
    }
}

fn judge_not_taken_over(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    candidate: &Candidate<'_>,
    protection: Protection,
) {
    if transition.is_wrongly_hard_matched(candidate.cloud) {
        let because = match protection {
            Protection::Mapped => Because::Mapped,
            _ => Because::Privileged,
        };
        verdict
            .violated(
                transition.name_of(candidate.cloud),
                Field::OnPremisesSyncEnabled,
                false,
                true,
            )
            .because(because)
            .reported(subject.reported);
    } else if !subject.contended {
        verdict.judge(|verdict| {
            transition.judge_untouched(verdict, candidate.cloud);
            transition.judge_no_second(verdict, subject, candidate.cloud);
        });
    }
}

/// With hard match blocked for all, that is for `protect.block-switch-too`.
fn is_open_for_hard_match(transition: &Transition<'_>) -> bool {
    !transition.features().block_hard_match
}

/// Whether the cycle says that it took the user over by another attribute than the anchor.
fn is_told_as_soft_match(transition: &Transition<'_>, subject: &Subject<'_>) -> bool {
    let is_soft = |reported: &crate::directory::SyncResult| {
        reported.result == ResultWord::SoftMatched
            || reported.matched_on.is_some_and(|on| on != MatchingAttribute::SourceAnchor)
    };
    transition.has(Capability::MatchKind) && subject.reported.is_some_and(is_soft)
}

fn privileged_role_assigned(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_protected(transition, verdict, |subject, _, protection| {
        is_open_for_hard_match(transition)
            && protection == Protection::RoleHeld
            && !is_told_as_soft_match(transition, subject)
    });
}

fn privileged_role_eligible(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_protected(transition, verdict, |subject, _, protection| {
        is_open_for_hard_match(transition)
            && protection == Protection::EligibleForRole
            && !is_told_as_soft_match(transition, subject)
    });
}

fn already_mapped(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_protected(transition, verdict, |subject, _, protection| {
        is_open_for_hard_match(transition)
            && protection == Protection::Mapped
            && !is_told_as_soft_match(transition, subject)
    });
}

/// The name or the address leads to the protected user as well.
fn no_soft_match_instead(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_protected(transition, verdict, |subject, candidate, protection| {
        let is_taken = transition.is_wrongly_hard_matched(candidate.cloud);
        is_open_for_hard_match(transition)
            && protection.protects()
            && leads_to(subject.object, candidate.cloud).soft()
            // Otherwise it is for the rule about what protects it.
            && (!is_taken || is_told_as_soft_match(transition, subject))
    });
}

/// The users that left scope with a privileged role, and come back while they are in the recycle bin.
fn privileged_returns<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = Return<'t, 'a>> {
    let is_privileged = |one: &Return<'_, '_>| {
        let as_it_left = transition.history.scope.as_it_left(&one.cloud.id);
        as_it_left.is_some_and(|left| transition.settings.is_privileged(left) == Some(true))
    };
    let is_open = is_open_for_hard_match(transition);
    let returns = is_open.then(|| returns(transition)).into_iter().flatten();
    returns.filter(move |one| one.has_its_anchor && is_privileged(one))
}

/// A user with a privileged role comes back while it is in the recycle bin: an error.
fn soft_deleted_privileged(transition: &Transition<'_>, verdict: &mut Verdict) {
    for Return { subject, cloud, .. } in privileged_returns(transition) {
        verdict.judge(|verdict| {
            judge_stays_in_the_bin(transition, verdict, cloud);
            transition.judge_no_second(verdict, subject, cloud);
            if transition.has(Capability::ObjectResults) && !subject.reported_error() {
                let expected = ResultWord::Error;
                verdict
                    .violated(subject.name(), Field::Result, expected, subject.result())
                    .because(Because::Privileged);
            }
        });
    }
}

/// The users that a privileged role keeps from a hard match by each uncontended new object in this cycle.
pub(super) fn blocked_by_privilege(transition: &Transition<'_>) -> Vec<(Text, Vec<Text>)> {
    let is_privileged = |subject: &Subject<'_>, candidate: &Candidate<'_>| {
        let protection = protection(subject.object, candidate.cloud, &transition.settings);
        candidate.is_protected_from(subject.object)
            && matches!(protection, Protection::RoleHeld | Protection::EligibleForRole)
    };
    transition
        .new_objects()
        .filter_map(|(subject, matching)| {
            let all = matching.candidates.iter().filter(|one| is_privileged(subject, one));
            let blockers: Vec<Text> = all.map(|candidate| candidate.cloud.id.clone()).collect();
            (!blockers.is_empty()).then(|| (subject.object.key.clone(), blockers))
        })
        .collect()
}

/// Eligibility can be given and taken; once nothing protects the user any more the next cycle matches it.
fn recovery_role(transition: &Transition<'_>, verdict: &mut Verdict) {
    let (role, is_given) = match transition.command {
        Command::MakeEligible(make) => (&make.role, true),
        Command::RemoveEligibility(remove) => (&remove.role, false),
        _ => {
            judge_clear_matches(transition, verdict, |subject, candidate, by| {
                let own_history = subject.own_history;
                by.anchor
                    && own_history
                        .is_some_and(|own| own.blocked_by_privilege.contains(&candidate.cloud.id))
            });
            return;
        }
    };
    let Some(target) = transition.named else { return };
    let is_plain = target.is_active() && target.kind == Kind::User && !target.quarantined;
    if is_plain && target.eligible_roles.contains(role) != is_given {
        let name = || transition.name_of(target);
        verdict.judge(|verdict| transition.judge_accepted(verdict, name));
    }
}

/// The identifier can be cleared and nothing else; then the hard match goes through, and the next cycle that
/// synchronises the user stamps another one.
fn clear_identifier(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.edition.protects_mapped_users {
        return;
    }
    if let Command::SetOnPremisesObjectIdentifier(set) = transition.command {
        judge_clearing(transition, verdict, set.value.as_ref());
        return;
    }
    let cleared = &transition.history.cleared;
    judge_clear_matches(transition, verdict, |_, candidate, by| {
        by.anchor && cleared.contains_key(&candidate.cloud.id)
    });
    let taken = transition
        .clear_matches()
        .filter(|(_, _, by)| by.anchor)
        .map(|(subject, candidate, _)| (subject, candidate.cloud));
    let joined = transition.settled().filter_map(|(subject, link)| {
        // An update that changes nothing need not be exported.
        let exported = subject.own_history.and_then(|own_history| own_history.exported.as_ref());
        let has_changed = subject.pending && exported.is_none_or(|was| was != subject.object);
        let is_synchronised = has_changed && !link.meets_others() && !subject.reported_error();
        is_synchronised.then_some((subject, link.cloud))
    });
    for (subject, cloud) in taken.chain(joined) {
        let (Some(old), Some(own)) =
            (cleared.get(&cloud.id), subject.object.object_identifier.as_deref())
        else {
            continue;
        };
        let is_synchronised = |after: &&std::sync::Arc<CloudObject>| {
            after.is_active() && after.is_on_premises_mastered()
        };
        let Some(after) = transition.after_of(cloud).filter(is_synchronised) else { continue };
        if cloud.on_premises_object_identifier.is_some() {
            continue;
        }
        let stamped = after.on_premises_object_identifier.as_deref();
        let is_old =
            equal_identifiers(stamped, Some(old)) && !equal_identifiers(Some(own), Some(old));
        if stamped.is_none() || is_old {
            let name = transition.name_of(cloud);
            let own = Value::from(&subject.object.object_identifier);
            let stamped = &after.on_premises_object_identifier;
            verdict.violated(name, Field::OnPremisesObjectIdentifier, own, stamped);
        } else {
            verdict.holds();
        }
    }
}

fn judge_clearing(transition: &Transition<'_>, verdict: &mut Verdict, value: Option<&Text>) {
    let Some(target) = transition.named else { return };
    if !target.is_active() || target.kind != Kind::User || target.quarantined {
        return;
    }
    let name = || transition.name_of(target);
    let held = target.on_premises_object_identifier.as_deref();
    match value {
        None if held.is_some() => {
            verdict.judge(|verdict| transition.judge_accepted(verdict, name));
        }
        Some(value) if !equal_identifiers(held, Some(value)) => verdict.judge(|verdict| {
            if transition.outcome.status == Status::Ok {
                let (refused, status) = (Status::Refused, transition.outcome.status);
                verdict
                    .violated(name(), Field::Outcome, refused, status)
                    .because(Because::ClearedOnly);
            }
        }),
        _ => {}
    }
}

fn bypass(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().identifier_update {
        return;
    }
    judge_clear_matches(transition, verdict, |subject, candidate, by| {
        let mapped_to = candidate.cloud.on_premises_object_identifier.as_deref();
        let own = subject.object.object_identifier.as_deref();
        by.anchor && mapped_to.is_some() && own.is_some() && !equal_identifiers(mapped_to, own)
    });
}

/// What was created or taken over carries the identifier of its on-premises object, and keeps it. What was
/// cleared at some time is for `protect.clear-identifier`.
fn identifier_stamped(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.edition.protects_mapped_users
        || !transition.has(Capability::ObjectIdentifier)
    {
        return;
    }
    let matched = transition.new_objects().filter_map(|(subject, matching)| {
        let joined = subject.effect.joined.filter(|_| !matching.unspecified)?;
        let is_new = transition.origin_of(joined).is_none();
        let is_eligible = |one: &Candidate<'_>| one.cloud.id == joined.id && one.eligible.any();
        let is_right = is_new || matching.candidates.iter().any(is_eligible);
        is_right.then_some((subject, joined))
    });
    let kept = transition.settled().filter_map(|(subject, link)| {
        let own = subject.object.object_identifier.as_deref();
        let had_it = equal_identifiers(own, link.cloud.on_premises_object_identifier.as_deref());
        let after = transition.after_of(link.cloud).filter(|after| after.is_active())?;
        (had_it && subject.has_work()).then_some((subject, after))
    });
    for (subject, after) in matched.chain(kept) {
        let own = &subject.object.object_identifier;
        if own.is_none() || transition.history.cleared.contains_key(&after.id) {
            continue;
        }
        let stamped = &after.on_premises_object_identifier;
        if equal_identifiers(own.as_deref(), stamped.as_deref()) {
            verdict.holds();
        } else {
            let name = transition.name_of(after);
            verdict.violated(name, Field::OnPremisesObjectIdentifier, own, stamped);
        }
    }
}

/// Whether the user has no role, is eligible for none, and is mapped to nothing.
fn is_safe(cloud: &CloudObject) -> bool {
    cloud.roles.is_empty()
        && cloud.eligible_roles.is_empty()
        && cloud.on_premises_object_identifier.is_none()
}

fn safe_target_matches(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.settings.edition.protects_mapped_users {
        judge_clear_matches(transition, verdict, |_, candidate, by| {
            by.anchor && is_safe(candidate.cloud)
        });
    }
}

/// What is joined stays so, and its updates are tried, whatever roles it has by now.
fn joined_sync_on(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.edition.protects_mapped_users {
        return;
    }
    for (subject, link) in transition.settled() {
        if transition.settings.is_privileged(link.cloud) != Some(true) {
            continue;
        }
        verdict.judge(|verdict| judge_syncs_on(transition, verdict, subject, link));
    }
}

fn soft_match_unchanged(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.settings.edition.protects_mapped_users {
        judge_clear_matches(transition, verdict, |_, candidate, by| {
            by.soft() && !by.anchor && is_safe(candidate.cloud)
        });
    }
}

/// Whether the switch that blocks hard match meets more than the switch alone: a protected user, or the
/// feature that lifts a protection.
pub(super) fn is_beyond_the_switch(
    transition: &Transition<'_>,
    subject: &crate::directory::OnPremisesObject,
    cloud: &CloudObject,
) -> bool {
    let protection = protection(subject, cloud, &transition.settings);
    transition.settings.edition.protects_mapped_users
        && (transition.features().identifier_update || protection != Protection::None)
}

/// Neither is the switch lifted by that feature, nor does it lift a protection.
fn block_switch_too(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().block_hard_match {
        return;
    }
    for (subject, candidate) in transition.reached_by_anchor() {
        let cloud = candidate.cloud;
        let is_converted = transition.history.conversions.of(cloud).is_some();
        if is_converted || !is_beyond_the_switch(transition, subject.object, cloud) {
            continue;
        }
        let is_taken = transition.after_of(cloud).is_some_and(|after| {
            after.is_on_premises_mastered()
                && subject.effect.joined.is_some_and(|joined| joined.id == after.id)
        });
        if is_taken {
            let name: ObjectName = transition.name_of(cloud);
            verdict
                .violated(name, Field::OnPremisesSyncEnabled, false, true)
                .because(Because::Unchanged)
                .reported(subject.reported);
        } else {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

/// The code of the error of whoever meets a user with a privileged role, in the recycle bin or not.
fn privileged_role_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::Privileged);
    if transition.has(Capability::ErrorCodes) {
        for Return { subject, .. } in privileged_returns(transition) {
            judge_subject(transition, verdict, subject, Situation::Privileged);
        }
    }
}

/// The code of the error of whoever meets a user that is mapped to another object.
fn already_mapped_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::Mapped);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::settings::Settings;
    use crate::directory::{
        Capabilities, DeclaredChoices, EditionSettings, Features, OnPremisesObject,
    };
    use rstest::rstest;

    const SETTINGS: &str = r#"{"rolesAtHardMatch": "privileged", "privilegedRoles": ["Global Administrator"],
        "protectsMappedUsers": true, "hardMatchFirst": true, "switchNames": "graph"}"#;

    /// What protects a user with these fields from the object whose `objectIdentifier` is `1-A`.
    #[rstest]
    #[case::nothing("", false, Protection::None)]
    #[case::role(r#", "roles": ["Global Administrator"]"#, false, Protection::RoleHeld)]
    #[case::eligible(
        r#", "eligibleRoles": ["Global Administrator"]"#,
        false,
        Protection::EligibleForRole
    )]
    #[case::eligible_beside_another_role(
        r#", "roles": ["Reader"], "eligibleRoles": ["Global Administrator"]"#,
        false,
        Protection::EligibleForRole
    )]
    #[case::another_role(r#", "roles": ["Reader"]"#, false, Protection::Open)]
    #[case::eligible_for_another(r#", "eligibleRoles": ["Reader"]"#, false, Protection::Open)]
    #[case::in_small_letters(r#", "roles": ["global administrator"]"#, false, Protection::Open)]
    #[case::mapped(r#", "onPremisesObjectIdentifier": "2-B""#, false, Protection::Mapped)]
    #[case::mapped_to_it(r#", "onPremisesObjectIdentifier": "1-A""#, false, Protection::Open)]
    #[case::mapped_to_it_in_small_letters(
        r#", "onPremisesObjectIdentifier": "1-a""#,
        false,
        Protection::Open
    )]
    #[case::mapped_with_another_role(
        r#", "roles": ["Reader"], "onPremisesObjectIdentifier": "2-B""#,
        false,
        Protection::Mapped
    )]
    #[case::role_and_feature(r#", "roles": ["Global Administrator"]"#, true, Protection::Open)]
    #[case::mapped_and_feature(r#", "onPremisesObjectIdentifier": "2-B""#, true, Protection::None)]
    fn what_protects_a_user(
        #[case] fields: &str,
        #[case] identifier_update: bool,
        #[case] expected: Protection,
    ) {
        let object: OnPremisesObject = serde_json::from_str(
            r#"{"key": "k", "kind": "user", "sourceAnchor": "Q", "objectIdentifier": "1-A"}"#,
        )
        .expect("an object");
        let cloud =
            format!(r#"{{"id": "1", "kind": "user", "onPremisesImmutableId": "Q"{fields}}}"#);
        let cloud: CloudObject = serde_json::from_str(&cloud).expect("a cloud object");
        let edition: EditionSettings = serde_json::from_str(SETTINGS).expect("settings");
        let settings = Settings {
            edition,
            features: Features { identifier_update, ..Features::default() },
            capabilities: &Capabilities::all_of_2023(),
            choices: &DeclaredChoices::default(),
        };
        assert_eq!(protection(&object, &cloud, &settings), expected);
        let first = Settings { edition: EditionSettings::of_2023_01(), ..settings };
        let by_role = !cloud.roles.is_empty();
        assert_eq!(protection(&object, &cloud, &first).protects(), by_role);
    }
}
