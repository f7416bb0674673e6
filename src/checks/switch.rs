//! The switches that turn soft match off and block hard match.

use super::arrival::is_left_undone;
use super::check::{Check, Trigger};
use super::definitions::MatchClass;
use super::definitions::carries_other_anchor;
use super::definitions::leads_to;
use super::r#match::{judge_clear_matches, judge_no_match};
use super::protect::is_beyond_the_switch;
use super::recovery::judge_stays_joined;
use super::transition::{Transition, joined_before};
use super::verdict::Verdict;
use crate::directory::{Field, Kind, Text};

pub(super) const CHECKS: &[Check] = &[
    Check::of(
        "switch.no-soft-match-when-disabled",
        &[Trigger::NearMiss],
        no_soft_match_when_disabled,
    ),
    Check::of("switch.hard-match-still-works", &[Trigger::ClearMatch], hard_match_still_works),
    Check::of(
        "switch.joined-objects-still-sync",
        &[Trigger::DeterminateLink],
        joined_objects_still_sync,
    ),
    Check::of(
        "switch.block-hard-match",
        &[Trigger::NearMiss, Trigger::DeterminateLink],
        block_hard_match,
    ),
    Check::of(
        "switch.soft-match-on-upn",
        &[Trigger::NearMiss, Trigger::ClearMatch],
        soft_match_on_upn,
    ),
    Check::of("switch.takes-effect-on-retry", &[Trigger::ClearMatch], takes_effect_on_retry),
];

fn no_soft_match_when_disabled(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    judge_no_match(transition, verdict, |object, candidate| {
        let by = leads_to(object, candidate.cloud);
        by.soft() && !by.anchor
    });
}

fn hard_match_still_works(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    judge_clear_matches(transition, verdict, |_, _, by| by.anchor);
}

/// What is joined stays so, and its updates are tried.
fn joined_objects_still_sync(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    for (subject, link) in transition.settled() {
        verdict.judge(|verdict| {
            judge_stays_joined(transition, verdict, subject, link);
            if is_left_undone(transition, subject) == Some(true) {
                let because = joined_before(subject, transition.name_of(link.cloud));
                verdict
                    .violated(subject.name(), Field::Synchronisation, true, false)
                    .because(because)
                    .reported(subject.reported);
            }
        });
    }
}

/// A user that carries the anchor of a new one is not taken over, by whatever match; what is joined stays
/// so. Users with a directory role are for `admin.never-hard-matched`, and what else is protected for
/// `protect.block-switch-too`.
fn block_hard_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().block_hard_match {
        return;
    }
    judge_no_match(transition, verdict, |object, candidate| {
        leads_to(object, candidate.cloud).anchor
            && candidate.cloud.roles.is_empty()
            && !is_beyond_the_switch(transition, object, candidate.cloud)
    });
    for (subject, link) in transition.settled() {
        verdict.judge(|verdict| judge_stays_joined(transition, verdict, subject, link));
    }
}

/// An equal UPN alone takes nobody over; the primary address goes on matching.
fn soft_match_on_upn(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match_on_upn {
        return;
    }
    judge_no_match(transition, verdict, |object, candidate| {
        let by = leads_to(object, candidate.cloud);
        by.user_principal_name && !by.primary && !by.anchor
    });
    judge_clear_matches(transition, verdict, |subject, _, by| {
        subject.object.kind == Kind::User && by.primary && !by.anchor
    });
}

/// The uncontended new objects that would have a clear match in this cycle, had soft match not
/// been off.
pub(super) fn blocked_by_switch(transition: &Transition<'_>) -> Vec<Text> {
    if transition.features().soft_match {
        return Vec::new();
    }
    transition
        .new_objects_with(MatchClass::Collision)
        .filter(|(subject, matching)| {
            matching.holders().any(|(candidate, _)| {
                leads_to(subject.object, candidate.cloud).soft()
                    && candidate.cloud.is_cloud_mastered()
                    && candidate.cloud.roles.is_empty()
                    && !carries_other_anchor(subject.object, candidate.cloud)
            })
        })
        .map(|(subject, _)| subject.object.key.clone())
        .collect()
}

fn takes_effect_on_retry(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().soft_match {
        return;
    }
    judge_clear_matches(transition, verdict, |subject, _, by| {
        by.soft() && subject.own_history.is_some_and(|own_history| own_history.blocked_by_switch)
    });
}
