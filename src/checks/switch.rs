//! The switch that turns soft match off.

use super::Check;
use super::matching::{judge_clear_matches, judge_no_match};
use super::occasions::Occasions;
use super::situation::{MeetingClass, carries_other_anchor, leads_to};
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::Text;

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: "switch.no-soft-match-when-disabled",
        about: Occasions::NEAR_MISS,
        judge: no_soft_match_when_disabled,
    },
    Check {
        rule: "switch.hard-match-still-works",
        about: Occasions::CLEAR_MATCH,
        judge: hard_match_still_works,
    },
    Check {
        rule: "switch.joined-objects-still-sync",
        about: Occasions::SETTLED,
        judge: joined_objects_still_sync,
    },
    Check {
        rule: "switch.takes-effect-on-retry",
        about: Occasions::CLEAR_MATCH,
        judge: takes_effect_on_retry,
    },
];

fn no_soft_match_when_disabled(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    judge_no_match(transition, verdict, |object, tie| leads_to(object, tie).soft());
}

fn hard_match_still_works(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    judge_clear_matches(transition, verdict, |_, _, reach| reach.anchor);
}

fn joined_objects_still_sync(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.features().soft_match {
        return;
    }
    transition.judge_every_update(verdict);
}

/// The uncontended new objects that would have a clear match in this cycle, had soft match not
/// been off.
pub(super) fn blocked_by_switch(transition: &Transition<'_>) -> Vec<Text> {
    if transition.features().soft_match {
        return Vec::new();
    }
    transition
        .newcomers()
        .filter(|(_, meeting)| !meeting.doubtful && meeting.class == MeetingClass::Collision)
        .filter(|(subject, meeting)| {
            meeting.holders().any(|(tie, _)| {
                leads_to(subject.object, tie).soft()
                    && tie.cloud.is_cloud_mastered()
                    && tie.cloud.roles.is_empty()
                    && !carries_other_anchor(subject.object, tie.cloud)
            })
        })
        .map(|(subject, _)| subject.object.key.clone())
        .collect()
}

fn takes_effect_on_retry(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().soft_match {
        return;
    }
    judge_clear_matches(transition, verdict, |subject, _, reach| {
        reach.soft() && subject.past.is_some_and(|past| past.blocked_by_switch)
    });
}
