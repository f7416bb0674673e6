//! Source of authority: an object is mastered in one place as a whole.

use super::Check;
use super::ties::{Identifiers, Tie};
use super::transition::{Transition, differences, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, Kind, Snapshot, Status, UpdateCloudObject};
use std::collections::HashMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "soa.one-authority", judge: one_authority },
    Check { rule: "soa.no-split", judge: no_split },
    Check { rule: "soa.cloud-mastered-untouched", judge: cloud_mastered_untouched },
    Check { rule: "soa.cloud-edits-work", judge: cloud_edits_work },
];

/// Only a sync turns the flag to true, and then the object carries the anchor of exactly one
/// on-premises object of its kind.
fn one_authority(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut by_anchor: HashMap<(&str, Kind), usize> = HashMap::new();
    for object in &transition.after.on_premises {
        if let Some(anchor) = &object.source_anchor {
            *by_anchor.entry((anchor, object.kind)).or_default() += 1;
        }
    }
    for after in transition.after.active().filter(|after| after.on_premises_sync_enabled) {
        let before = transition.before_by_id.get(&*after.id).copied();
        let was_mastered_on_premises = before.is_some_and(|before| before.on_premises_sync_enabled);
        let name = || transition.name_of(after);
        if was_mastered_on_premises
            && before.is_some_and(|before| {
                before.on_premises_immutable_id == after.on_premises_immutable_id
            })
        {
            // Its on-premises object may have got another anchor meanwhile, of which the pages
            // say nothing.
            continue;
        }
        let Some(cycle) = &transition.cycle else {
            // What is shown of an object in the recycle bin, its flag included, is left open.
            let was_in_the_bin = before.is_some_and(|before| before.deleted);
            if !was_mastered_on_premises && !was_in_the_bin {
                verdict.violated(
                    name(),
                    "onPremisesSyncEnabled",
                    "false: only a sync turns it to true",
                    "true",
                );
            }
            continue;
        };
        if cycle.open.contains(&*after.id) {
            continue;
        }
        let carried = after
            .on_premises_immutable_id
            .as_deref()
            .map_or(0, |anchor| by_anchor.get(&(anchor, after.kind)).copied().unwrap_or(0));
        if carried == 1 {
            verdict.holds();
        } else {
            verdict.violated(
                name(),
                "onPremisesImmutableId",
                format!("the anchor of exactly one on-premises {}", after.kind),
                optional(&after.on_premises_immutable_id),
            );
        }
    }
}

/// An edit, by a cloud administrator, of what an on-premises-mastered object is synchronised with.
fn no_split(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::UpdateCloudObject(update) = transition.command else {
        return;
    };
    let Some(target) = target(transition, update) else {
        return;
    };
    if target.is_cloud_mastered() || target.quarantined || !update.set.names_synchronised_values() {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    edited.password.clone_from(&target.password);
    let name = transition.name_of(target);
    verdict.judge(|verdict| {
        let changes_something = !differences(target, &edited).is_empty();
        if changes_something && transition.outcome.status != Status::Refused {
            verdict.violated(
                &name,
                "outcome",
                "refused: the object is mastered on-premises",
                transition.outcome.status.to_string(),
            );
        }
        // A password in the same command has rules of its own.
        match transition.after_of(target) {
            None => verdict.violated(&name, "the object itself", "unchanged", "gone"),
            Some(after) => {
                let mut after = CloudObject::clone(after);
                after.password.clone_from(&target.password);
                for difference in differences(target, &after) {
                    verdict.violated(
                        &name,
                        difference.field,
                        format!("{} (unchanged)", difference.before),
                        difference.after,
                    );
                }
            }
        }
    });
}

/// The active object that an edit names.
fn target<'a>(
    transition: &Transition<'a>,
    update: &UpdateCloudObject,
) -> Option<&'a Arc<CloudObject>> {
    transition.named(&update.object).filter(|target| target.is_active())
}

/// A sync changes no cloud-mastered object that it does not take over.
fn cloud_mastered_untouched(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Some(cycle) = &transition.cycle else {
        return;
    };
    for cloud in transition.before.active().filter(|cloud| cloud.is_cloud_mastered()) {
        if cycle.open.contains(&*cloud.id) || cycle.eligible.contains(&*cloud.id) {
            continue;
        }
        verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
    }
}

/// Whether an object with these identifiers would touch any other object, in the recycle bin or
/// not, in any way.
fn touches_another(snapshot: &Snapshot, edited: &CloudObject) -> bool {
    let own = Identifiers::of_cloud(edited);
    snapshot
        .cloud
        .iter()
        .filter(|other| other.id != edited.id)
        .any(|other| Tie::between(&own, other).is_some())
}

/// Edits of cloud-mastered objects that collide with nothing are accepted and take effect.
fn cloud_edits_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::UpdateCloudObject(update) = transition.command else { return };
    let Some(target) = target(transition, update) else { return };
    if !target.is_cloud_mastered() {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    let changes_something = !differences(target, &edited).is_empty();
    // Only users have names and passwords, and they keep having a name.
    let makes_sense = if target.kind == Kind::User {
        edited.user_principal_name.is_some()
    } else {
        update.set.user_principal_name.is_keep() && update.set.password.is_keep()
    };
    if !changes_something || !makes_sense || touches_another(transition.before, &edited) {
        return;
    }
    let name = transition.name_of(target);
    verdict.judge(|verdict| {
        if transition.outcome.status != Status::Ok {
            verdict.violated(
                &name,
                "outcome",
                "ok: the edit collides with nothing",
                transition.outcome.status.to_string(),
            );
        }
        if let Some(after) = transition.after_of(target) {
            for difference in differences(&edited, after) {
                verdict.violated(&name, difference.field, difference.before, difference.after);
            }
        }
    });
}
