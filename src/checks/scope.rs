//! Leaving the scope of synchronisation, and coming back.

use super::candidates::Candidate;
use super::check::{Check, Trigger};
use super::r#match::judge_clear_matches;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{Capability, CloudObject, Field, Kind, ResultWord};
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
    Check::of("scope.cloud-mastered-not-deleted", &[Trigger::Sync], cloud_mastered_not_deleted),
];

/// A joined user whose on-premises object was removed is in the recycle bin after the next cycle,
/// mastered on-premises no more, and carries its anchor.
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
            if after.on_premises_sync_enabled {
                verdict.violated(name(), Field::OnPremisesSyncEnabled, false, true);
            }
            let anchors = [before, after].map(|state| &state.on_premises_immutable_id);
            if anchors[0] != anchors[1] {
                verdict.violated(name(), Field::OnPremisesImmutableId, anchors[0], anchors[1]);
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

/// A new user that meets nothing but this user in the recycle bin, which has left scope.
fn returns<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (&'t Subject<'a>, &'t Candidate<'a>)> {
    transition.new_objects().filter_map(|(subject, matching)| {
        let [candidate] = &matching.candidates[..] else { return None };
        let has_left = transition.history.scope.left.contains(&candidate.cloud.id);
        let is_meant = subject.object.kind == Kind::User
            && candidate.cloud.deleted
            && has_left
            && !candidate.crossed
            && !candidate.mail_attribute
            && !candidate.anchor_but_for_case;
        is_meant.then_some((subject, candidate))
    })
}

/// The anchor comes back while the user is in the recycle bin: that user is active and joined again.
fn return_restores(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().block_hard_match {
        return;
    }
    for (subject, candidate) in returns(transition) {
        // Whether a directory role stands in the way is open.
        if !candidate.anchor || !candidate.cloud.roles.is_empty() {
            continue;
        }
        let name = || transition.name_of(candidate.cloud);
        verdict.judge(|verdict| {
            match transition.after_of(candidate.cloud) {
                None => _ = verdict.missing(name()),
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
                Some(_) => {}
            }
            transition.judge_no_second(verdict, subject, candidate.cloud);
        });
    }
}

/// The same with hard match blocked: an error, and the user stays where it is.
fn blocked_return_is_an_error(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().block_hard_match {
        return;
    }
    for (subject, candidate) in returns(transition).filter(|(_, candidate)| candidate.anchor) {
        verdict.judge(|verdict| {
            judge_stays_in_the_bin(transition, verdict, candidate.cloud);
            transition.judge_no_second(verdict, subject, candidate.cloud);
            if transition.has(Capability::ObjectResults) && !subject.reported_error() {
                let expected = ResultWord::Error;
                verdict.violated(subject.name(), Field::Result, expected, subject.result());
            }
        });
    }
}

fn judge_stays_in_the_bin<'a>(
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
        by.anchor && transition.history.scope.left.contains(&candidate.cloud.id)
    });
}

/// Another anchor with the name or the addresses: a new user, and the one in the recycle bin stays there.
fn other_anchor_creates_new(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, candidate) in returns(transition) {
        if candidate.anchor || !(candidate.user_principal_name || candidate.mail) {
            continue;
        }
        verdict.judge(|verdict| {
            judge_stays_in_the_bin(transition, verdict, candidate.cloud);
            let created = transition.created_for(subject).len();
            if created != 1 {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 1, created)
                    .because(Because::NothingInTheWay)
                    .reported(subject.reported);
            }
        });
    }
}

/// Restored and still without an on-premises object: no cycle changes or deletes it.
fn restored_is_left_alone(transition: &Transition<'_>, verdict: &mut Verdict) {
    for cloud in transition.left_alone() {
        if transition.history.scope.left.contains(&cloud.id) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

/// A removal deletes nothing that is not mastered on-premises, though it carries the anchor.
fn cloud_mastered_not_deleted(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_none() {
        return;
    }
    for cloud in transition.left_alone() {
        let mut removed = transition.history.scope.removed.iter();
        let has_its_anchor = removed.any(|gone| {
            gone.kind == cloud.kind && cloud.on_premises_immutable_id.as_ref() == Some(&gone.anchor)
        });
        if !has_its_anchor {
            continue;
        }
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
