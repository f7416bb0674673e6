//! Leaving the scope of synchronisation, and coming back.

use super::candidates::Candidate;
use super::check::{Check, Trigger};
use super::codes::{Situation, judge_code};
use super::definitions::equal_anchors;
use super::history::Removed;
use super::identifiers::cloud_identifiers;
use super::r#match::judge_clear_matches;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, CloudObject, Field, Kind, ObjectName, OnPremisesObject, ResultWord,
};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check::of("scope.removal-soft-deletes", &[Trigger::Sync], removal_soft_deletes),
    Check::of("scope.return-restores", &[Trigger::NewObject], return_restores),
    Check::of(
        "scope.blocked-return-is-an-error",
        &[Trigger::NewObject],
        blocked_return_is_an_error,
    ),
    Check::of("scope.return-after-restore", &[Trigger::ClearMatch], return_after_restore),
    Check::of("scope.other-anchor-creates-new", &[Trigger::NewObject], other_anchor_creates_new),
    Check::of("scope.restored-is-left-alone", &[Trigger::Sync], restored_is_left_alone),
    Check::of("scope.left-is-false", &[Trigger::Always], left_is_false),
    Check::of("scope.cloud-mastered-not-deleted", &[Trigger::Sync], cloud_mastered_not_deleted),
    Check::of("scope.refused-deletion-code", &[Trigger::Sync], refused_deletion_code),
];

/// A joined user whose on-premises object was removed is in the recycle bin after the next cycle, and
/// mastered on-premises no more.
fn removal_soft_deletes(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::RecycleBin) || transition.cycle.is_none() {
        return;
    }
    for (id, is_certain) in &transition.history.scope.leaving {
        let Some(before) = transition.comparison.before(id) else { continue };
        if !is_certain || !before.is_active() || is_claimed(transition, before) {
            continue;
        }
        let name = || transition.name_of(before);
        verdict.judge(|verdict| {
            let Some(after) = transition.after_of(before) else {
                verdict.missing(name());
                return;
            };
            if !after.deleted {
                verdict.violated(name(), Field::Deleted, true, false);
                return;
            }
            // That it has its anchor shows when it comes back; what else is shown of it is open.
            if after.is_on_premises_mastered() {
                verdict.violated(name(), Field::OnPremisesSyncEnabled, false, true);
            }
        });
    }
}

/// Whether an on-premises object that is there has the anchor of a cloud object, or anything else of it.
fn is_claimed(transition: &Transition<'_>, cloud: &CloudObject) -> bool {
    transition.subjects().iter().any(|subject| {
        let has_its_anchor = subject.object.source_anchor == cloud.on_premises_immutable_id;
        let touches = |other: &Candidate<'_>| other.cloud.id == cloud.id;
        has_its_anchor || subject.link_state.candidates().iter().any(touches)
    })
}

/// A user that meets nothing but one in the recycle bin that has left scope.
pub(super) struct Return<'t, 'a> {
    pub(super) subject: &'t Subject<'a>,
    /// That one.
    pub(super) cloud: &'a Arc<CloudObject>,
    /// It had the same anchor; otherwise the two share a name or an address.
    pub(super) has_its_anchor: bool,
}

/// Every such user in a cycle. Where the one in the recycle bin is gone after it, the bin was emptied, which
/// may be at any time.
pub(super) fn returns<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = Return<'t, 'a>> {
    let users = transition.new_objects().filter(|(subject, _)| subject.object.kind == Kind::User);
    users.filter_map(|(subject, matching)| {
        let in_the_bin = |id: &str| {
            let cloud = transition.comparison.before(id).filter(|cloud| cloud.deleted)?;
            transition.after_of(cloud).map(|_| cloud)
        };
        let is_plain = |candidate: &Candidate<'_>| {
            !candidate.crossed && !candidate.mail_attribute && !candidate.anchor_but_for_case
        };
        if !matching.candidates.iter().all(is_plain) {
            return None;
        }
        let left = &transition.history.scope.left;
        if let Some(by_anchor) = left.values().find(|left| equal_anchors(subject.object, left)) {
            let cloud = in_the_bin(&by_anchor.id)?;
            let meets_no_other = matching.candidates.iter().all(|other| other.cloud.id == cloud.id);
            return meets_no_other.then_some(Return { subject, cloud, has_its_anchor: true });
        }
        let [candidate] = &matching.candidates[..] else { return None };
        let shares = candidate.user_principal_name || candidate.mail;
        let is_meant = left.contains_key(&candidate.cloud.id) && shares && !candidate.anchor;
        let cloud = in_the_bin(&candidate.cloud.id).filter(|_| is_meant)?;
        Some(Return { subject, cloud, has_its_anchor: false })
    })
}

/// The anchor comes back while the user is in the recycle bin: that user is active and joined again.
fn return_restores(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().block_hard_match {
        return;
    }
    for Return { subject, cloud, has_its_anchor } in returns(transition) {
        // Whether a directory role stands in the way is open, and so is what becomes of a value that
        // somebody else has by now.
        let Some(was) = transition.history.as_it_was(cloud) else { continue };
        let own: Vec<_> = cloud_identifiers(was).chain(cloud_identifiers(cloud)).collect();
        let has_role = !was.roles.is_empty() || !cloud.roles.is_empty();
        if !has_its_anchor || has_role || transition.meets_another(&own, cloud) {
            continue;
        }
        if transition.settings.edition.protects_mapped_users && !left_safely(transition, cloud) {
            continue;
        }
        let name = || transition.name_of(cloud);
        verdict.judge(|verdict| {
            match transition.after_of(cloud) {
                Some(after) if after.deleted => {
                    verdict
                        .violated(name(), Field::Deleted, false, true)
                        .reported(subject.reported);
                }
                Some(after) if after.is_cloud_mastered() => {
                    verdict
                        .violated(name(), Field::OnPremisesSyncEnabled, true, false)
                        .reported(subject.reported);
                }
                _ => {}
            }
            transition.judge_no_second(verdict, subject, cloud);
        });
    }
}

/// Whether nothing protected a user from a hard match when it left scope, beyond doubt.
fn left_safely(transition: &Transition<'_>, cloud: &CloudObject) -> bool {
    transition.has(Capability::ObjectIdentifier)
        && transition.history.scope.as_it_left(&cloud.id).is_some_and(|left| {
            left.roles.is_empty()
                && left.eligible_roles.is_empty()
                && left.on_premises_object_identifier.is_none()
        })
}

/// The same with hard match blocked: an error, and the user stays where it is.
fn blocked_return_is_an_error(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().block_hard_match {
        return;
    }
    for Return { subject, cloud, .. } in returns(transition).filter(|one| one.has_its_anchor) {
        verdict.judge(|verdict| {
            judge_stays_in_the_bin(transition, verdict, cloud);
            transition.judge_no_second(verdict, subject, cloud);
            if transition.has(Capability::ObjectResults) && !subject.reported_error() {
                let expected = ResultWord::Error;
                verdict.violated(subject.name(), Field::Result, expected, subject.result());
            }
        });
    }
}

pub(super) fn judge_stays_in_the_bin<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    cloud: &'a Arc<CloudObject>,
) {
    if transition.after_of(cloud).is_some_and(|after| after.is_active()) {
        verdict.violated(transition.name_of(cloud), Field::Deleted, true, false);
    }
}

/// An administrator restored it before its anchor came back: a hard match like any other.
fn return_after_restore(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, candidate, by| {
        by.anchor && transition.history.scope.left.contains_key(&candidate.cloud.id)
    });
}

/// Another anchor with the name or the addresses: a new user, and the one in the recycle bin stays there.
fn other_anchor_creates_new(transition: &Transition<'_>, verdict: &mut Verdict) {
    for Return { subject, cloud, .. } in returns(transition).filter(|one| !one.has_its_anchor) {
        verdict.judge(|verdict| {
            judge_stays_in_the_bin(transition, verdict, cloud);
            let created = transition.created_for(subject).len();
            if created != 1 {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 1, created)
                    .because(Because::NothingInTheWay)
                    .reported(subject.reported);
            }
        });
    }
    // Nothing but its own anchor brings one back, letter case included.
    let scope = &transition.history.scope;
    if !transition.new_objects().any(|(new, _)| new.object.kind == Kind::User) {
        return;
    }
    for (id, left) in &scope.left {
        let cloud = transition.comparison.before(id).filter(|cloud| cloud.deleted);
        let Some(cloud) = cloud.filter(|_| !scope.commanded_in_the_bin.contains(id)) else {
            continue;
        };
        let has_its_anchor = |object: &OnPremisesObject| equal_anchors(object, left);
        let is_meant = transition.before.on_premises.iter().any(|object| has_its_anchor(object));
        if !is_meant {
            verdict.judge(|verdict| judge_stays_in_the_bin(transition, verdict, cloud));
        }
    }
}

/// Restored and still without an on-premises object: no cycle changes or deletes it.
fn restored_is_left_alone(transition: &Transition<'_>, verdict: &mut Verdict) {
    for cloud in transition.left_alone() {
        if transition.history.scope.left.contains_key(&cloud.id) && !is_claimed(transition, cloud) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

/// The flag of a user that left scope and is active again tells that it was synchronised.
fn left_is_false(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.capabilities.tell_flag_states() {
        return;
    }
    for id in transition.history.scope.left.keys() {
        let after = transition.comparison.after(id).filter(|after| after.is_active());
        let Some(after) = after.filter(|after| after.is_cloud_mastered()) else { continue };
        let name = || transition.name_of(after);
        let flag = after.on_premises_sync_enabled;
        verdict.judge(|verdict| {
            verdict.expect(name, Field::OnPremisesSyncEnabled, false, flag);
        });
    }
}

/// What is active and mastered in the cloud and carries the anchor of what was removed before this cycle.
fn reached_by_removals<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (&'t Removed, &'a Arc<CloudObject>)> {
    let removed = transition.cycle.iter().flat_map(|_| &transition.history.scope.removed);
    removed.flat_map(|gone| {
        let is_reached = move |cloud: &&'a Arc<CloudObject>| {
            gone.kind == cloud.kind && cloud.on_premises_immutable_id.as_ref() == Some(&gone.anchor)
        };
        transition.left_alone().filter(is_reached).map(move |cloud| (gone, cloud))
    })
}

/// A removal deletes nothing that is not mastered on-premises, though it carries the anchor.
fn cloud_mastered_not_deleted(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (_, cloud) in reached_by_removals(transition) {
        let name = || transition.name_of(cloud);
        verdict.judge(|verdict| match transition.after_of(cloud) {
            None => _ = verdict.missing(name()),
            Some(after) if after.deleted => {
                verdict.violated(name(), Field::Deleted, false, true);
            }
            Some(_) => {}
        });
    }
}

/// Where the deletion is tried, and refused, the error has its code.
fn refused_deletion_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::ErrorCodes) {
        return;
    }
    // Of what was moved to the cloud it is open what becomes, and what is told.
    let reached = reached_by_removals(transition).filter(|(_, cloud)| !cloud.is_cloud_managed);
    for (gone, _) in reached {
        // One with this key may be there again.
        let is_gone = transition.before.on_premises_object(&gone.key).is_none();
        let result = transition.outcome.result_of(&gone.key).filter(|_| is_gone);
        match result.filter(|result| result.result == ResultWord::Error) {
            Some(error) => {
                let object = ObjectName::OnPremises(gone.key.clone());
                judge_code(transition, verdict, object, error, Situation::DeletionRefused);
            }
            // Who does not try it tells no wrong code.
            None => verdict.holds(),
        }
    }
}

/// The users that come back while hard match is blocked, and that nothing else keeps from a match.
pub(super) fn blocked_returns<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = &'t Subject<'a>> {
    let is_blocked = transition.features().block_hard_match;
    let returns = is_blocked.then(|| returns(transition)).into_iter().flatten();
    let is_plain = |cloud: &Arc<CloudObject>| {
        let was = transition.history.as_it_was(cloud);
        let has_protections = transition.settings.edition.protects_mapped_users;
        cloud.roles.is_empty()
            && was.is_some_and(|was| was.roles.is_empty())
            && (!has_protections || left_safely(transition, cloud))
    };
    returns.filter(move |one| one.has_its_anchor && is_plain(one.cloud)).map(|one| one.subject)
}
