//! The switches that turn soft match off and block hard match.

use super::candidates::Candidate;
use super::check::{Check, Trigger};
use super::codes::{Situation, judge_codes, judge_subject};
use super::definitions::MatchClass;
use super::definitions::carries_other_anchor;
use super::definitions::leads_to;
use super::history::ObjectHistory;
use super::r#match::{judge_clear_matches, judge_no_match};
use super::protect::is_beyond_the_switch;
use super::recovery::{judge_stays_joined, judge_syncs_on};
use super::scope::blocked_returns;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::{Capability, Kind, ResultWord, Text};

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
    Check::of("switch.hard-match-blocked", &[Trigger::NearMiss], hard_match_blocked),
    Check::of(
        "switch.block-hard-match-blocks-soft-too",
        &[Trigger::NearMiss],
        block_hard_match_blocks_soft_too,
    ),
    Check::of(
        "switch.block-hard-match-spares-joined",
        &[Trigger::DeterminateLink],
        block_hard_match_spares_joined,
    ),
    Check::of(
        "switch.block-hard-match-on-retry",
        &[Trigger::ClearMatch],
        block_hard_match_on_retry,
    ),
    Check::of("switch.block-hard-match-code", &[Trigger::NewObject], block_hard_match_code),
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
        verdict.judge(|verdict| judge_syncs_on(transition, verdict, subject, link));
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

/// Whether hard match is blocked, in an edition that tells apart what follows from it: where the hard match
/// goes first, it takes another mistake to match softly what it must not match.
fn is_hard_match_blocked(transition: &Transition<'_>) -> bool {
    transition.features().block_hard_match && transition.settings.edition.hard_match_first
}

/// The users that the switch alone keeps from a new object with their anchor, with that object and whether they are
/// equal in name or address as well.
fn kept_by_the_switch<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (&'t Subject<'a>, &'t Candidate<'a>, bool)> {
    let reached = transition.reached_by_anchor();
    let kept = reached.filter(|(subject, candidate)| {
        !is_beyond_the_switch(transition, subject.object, candidate.cloud)
    });
    kept.map(|(subject, candidate)| {
        (subject, candidate, leads_to(subject.object, candidate.cloud).soft())
    })
}

/// A user that carries the anchor of a new one is not taken over by it. One that has its name or address besides
/// may be soft-matched in its place, which is another mistake, unless the report says otherwise.
fn hard_match_blocked(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !is_hard_match_blocked(transition) {
        return;
    }
    for (subject, candidate, is_equal_otherwise) in kept_by_the_switch(transition) {
        if !is_equal_otherwise || subject.result() == Some(ResultWord::HardMatched) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, candidate.cloud));
        }
    }
}

/// Nor is it taken over softly in its place.
fn block_hard_match_blocks_soft_too(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !is_hard_match_blocked(transition) {
        return;
    }
    for (subject, candidate, is_equal_otherwise) in kept_by_the_switch(transition) {
        if is_equal_otherwise && subject.result() != Some(ResultWord::HardMatched) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, candidate.cloud));
        }
    }
}

/// What is joined stays so, also where Connect has to find it again.
fn block_hard_match_spares_joined(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !is_hard_match_blocked(transition) {
        return;
    }
    for (subject, link) in transition.settled() {
        verdict.judge(|verdict| judge_stays_joined(transition, verdict, subject, link));
    }
}

/// The uncontended new objects that would have a clear match on the anchor in this cycle, had hard match not
/// been blocked.
pub(super) fn blocked_by_hard_match_switch(transition: &Transition<'_>) -> Vec<Text> {
    if !is_hard_match_blocked(transition) {
        return Vec::new();
    }
    let kept = kept_by_the_switch(transition);
    kept.map(|(subject, ..)| subject.object.key.clone()).collect()
}

/// With hard match allowed again, what it had kept from a match is matched.
fn block_hard_match_on_retry(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().block_hard_match {
        return;
    }
    judge_clear_matches(transition, verdict, |subject, _, by| {
        let was_blocked = |own: &ObjectHistory| own.blocked_by_hard_match_switch;
        by.anchor && subject.own_history.is_some_and(was_blocked)
    });
}

/// The code of the error of whoever may not be matched on the anchor, or not come back by it.
fn block_hard_match_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::HardMatchBlocked);
    if transition.has(Capability::ErrorCodes) {
        for subject in blocked_returns(transition) {
            judge_subject(transition, verdict, subject, Situation::HardMatchBlocked);
        }
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
