//! Source of authority: an object is mastered in one place as a whole.

mod conversion;
mod edits;
mod flag;

use super::check::{Check, Trigger};
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{Command, Field, Kind, OnPremisesObject, Value};
use rustc_hash::FxHashMap;
use std::cell::LazyCell;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check::of("soa.one-authority", &[Trigger::Difference], one_authority),
    Check::of("soa.authority-comes-by-sync", &[Trigger::Difference], one_authority),
    Check::of(
        "soa.never-synchronised-is-null",
        &[Trigger::Always],
        flag::never_synchronised_is_null,
    ),
    Check::of("soa.no-split", &[Trigger::CloudEdit], edits::no_split),
    Check::of("soa.cloud-mastered-untouched", &[Trigger::Sync], cloud_mastered_untouched),
    Check::of("soa.cloud-edits-work", &[Trigger::CloudEdit], edits::cloud_edits_work),
    Check::of(
        "soa.convert-stops-sync",
        &[Trigger::AuthorityEdit, Trigger::Sync],
        conversion::convert_stops_sync,
    ),
    Check::of(
        "soa.converted-is-editable",
        &[Trigger::CloudEdit],
        conversion::converted_is_editable,
    ),
    Check::of(
        "soa.converted-not-taken-over",
        &[Trigger::Sync],
        conversion::converted_not_taken_over,
    ),
    Check::of(
        "soa.rollback-next-cycle",
        &[Trigger::AuthorityEdit, Trigger::Sync],
        conversion::rollback_next_cycle,
    ),
    Check::of("soa.rollback-blocked", &[Trigger::Sync], conversion::rollback_blocked),
];

/// Only a sync turns the flag to true, and then the object carries the anchor of exactly one
/// on-premises object of its kind. No command but what deletes it, or moves it to the cloud, turns it off
/// again.
fn one_authority(transition: &Transition<'_>, verdict: &mut Verdict) {
    let carriers = LazyCell::new(|| carriers_by_anchor(&transition.after.on_premises));
    // What did not change was judged when it last did.
    for &after in transition.comparison.different() {
        let before = transition.origin_of(after);
        if transition.cycle.is_none()
            && !matches!(
                transition.command,
                Command::SetImmutableId(_) | Command::SetCloudManaged(_)
            )
            && after.is_active()
            && after.is_cloud_mastered()
            && before.is_some_and(|before| before.is_active() && !before.is_cloud_mastered())
        {
            let name = transition.name_of(after);
            verdict
                .violated(name, Field::OnPremisesSyncEnabled, true, false)
                .because(Because::Unchanged);
        }
        if !after.is_active() || !after.is_on_premises_mastered() {
            continue;
        }
        let was_mastered_on_premises =
            before.is_some_and(|before| before.is_on_premises_mastered());
        let anchor = &after.on_premises_immutable_id;
        if was_mastered_on_premises
            && before.is_some_and(|before| before.on_premises_immutable_id == *anchor)
        {
            // Its on-premises object may have got another anchor meanwhile, of which the pages
            // say nothing.
            continue;
        }
        let name = || transition.name_of(after);
        if transition.cycle.is_none() {
            // What is shown of an object in the recycle bin, its flag included, is left open.
            let was_in_the_bin = before.is_some_and(|before| before.deleted);
            if !was_mastered_on_premises && !was_in_the_bin {
                verdict
                    .violated(name(), Field::OnPremisesSyncEnabled, false, true)
                    .because(Because::OnlyBySync);
            }
            continue;
        }
        if before.is_some_and(|before| transition.is_open(before)) {
            continue;
        }
        let carriers = anchor.as_deref().and_then(|anchor| carriers.get(&(anchor, after.kind)));
        if carriers == Some(&1) {
            verdict.holds();
        } else {
            verdict
                .violated(name(), Field::OnPremisesImmutableId, Value::Other, anchor)
                .because(Because::AnchorOfOne(after.kind));
        }
    }
}

/// How many on-premises objects have an anchor, by the anchor and their kind.
fn carriers_by_anchor(objects: &[Arc<OnPremisesObject>]) -> FxHashMap<(&str, Kind), usize> {
    let mut carriers = FxHashMap::default();
    for object in objects {
        if let Some(anchor) = object.source_anchor.as_deref() {
            *carriers.entry((anchor, object.kind)).or_default() += 1;
        }
    }
    carriers
}

/// A sync changes no cloud-mastered object that it does not take over.
fn cloud_mastered_untouched(transition: &Transition<'_>, verdict: &mut Verdict) {
    for cloud in transition.left_alone() {
        verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
    }
}
