//! Source of authority: an object is mastered in one place as a whole.

use super::Check;
use super::occasions::Occasions;
use super::quick::{FEW, HashIndex, hash_of, same_text};
use super::ties::{Identifiers, Tie};
use super::transition::{Transition, differences, is_same, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, Kind, OnPremisesObject, Status, Text};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "soa.one-authority", about: Occasions::DIFFERENCE, judge: one_authority },
    Check { rule: "soa.no-split", about: Occasions::CLOUD_EDIT, judge: no_split },
    Check {
        rule: "soa.cloud-mastered-untouched",
        about: Occasions::SYNC,
        judge: cloud_mastered_untouched,
    },
    Check { rule: "soa.cloud-edits-work", about: Occasions::CLOUD_EDIT, judge: cloud_edits_work },
];

/// Only a sync turns the flag to true, and then the object carries the anchor of exactly one
/// on-premises object of its kind.
fn one_authority(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut anchors = Anchors::of(&transition.after.on_premises);
    // What did not change was judged when it last did.
    for &at in transition.comparison.different() {
        let after = &transition.after.cloud[at as usize];
        if !after.is_active() || !after.on_premises_sync_enabled {
            continue;
        }
        let before = transition.origin_of(after);
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
        if transition.cycle.is_none() {
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
        }
        if before.is_some_and(|before| transition.is_open(before)) {
            continue;
        }
        let anchor = after.on_premises_immutable_id.as_ref();
        if anchor.is_some_and(|anchor| anchors.count(anchor, after.kind) == 1) {
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

/// The anchors of on-premises objects.
struct Anchors<'a> {
    objects: &'a [Arc<OnPremisesObject>],
    /// Made when somebody asks and there are many.
    by_anchor: Option<HashIndex>,
}

impl<'a> Anchors<'a> {
    fn of(objects: &'a [Arc<OnPremisesObject>]) -> Self {
        Anchors { objects, by_anchor: None }
    }

    /// How many objects of this kind have this anchor.
    fn count(&mut self, anchor: &Text, kind: Kind) -> usize {
        let is_meant = |object: &&Arc<OnPremisesObject>| {
            object.kind == kind
                && object.source_anchor.as_ref().is_some_and(|own| same_text(own, anchor))
        };
        if self.objects.len() <= FEW {
            return self.objects.iter().filter(is_meant).count();
        }
        let by_anchor = self.by_anchor.get_or_insert_with(|| {
            let mut by_anchor = HashIndex::with_capacity(self.objects.len());
            for (at, object) in (0_u32..).zip(self.objects) {
                if let Some(anchor) = &object.source_anchor {
                    by_anchor.add(hash_of(anchor), at);
                }
            }
            by_anchor
        });
        let found = by_anchor.with(hash_of(anchor)).map(|at| &self.objects[at as usize]);
        found.filter(is_meant).count()
    }
}

/// An edit, by a cloud administrator, of what an on-premises-mastered object is synchronised with.
fn no_split(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::UpdateCloudObject(update) = transition.command else {
        return;
    };
    let Some(target) = target(transition) else { return };
    if target.is_cloud_mastered() || target.quarantined || !update.set.names_synchronised_values() {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    edited.password.clone_from(&target.password);
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        if transition.outcome.status != Status::Refused && !is_same(target, &edited) {
            verdict.violated(
                name(),
                "outcome",
                "refused: the object is mastered on-premises",
                transition.outcome.status.to_string(),
            );
        }
        // A password in the same command has rules of its own.
        match transition.after_of(target) {
            None => verdict.violated(name(), "the object itself", "unchanged", "gone"),
            Some(after) => {
                let mut after = CloudObject::clone(after);
                after.password.clone_from(&target.password);
                for difference in differences(target, &after) {
                    verdict.violated(
                        name(),
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
fn target<'a>(transition: &Transition<'a>) -> Option<&'a Arc<CloudObject>> {
    transition.named.filter(|target| target.is_active())
}

/// A sync changes no cloud-mastered object that it does not take over.
fn cloud_mastered_untouched(transition: &Transition<'_>, verdict: &mut Verdict) {
    for cloud in transition.before.active().filter(|cloud| cloud.is_cloud_mastered()) {
        if transition.is_open(cloud) || transition.is_eligible(cloud) {
            continue;
        }
        if transition.is_untouched(cloud) {
            verdict.holds();
        } else {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

/// Whether an object with these identifiers would touch any other object, in the recycle bin or
/// not, in any way.
fn touches_another(transition: &Transition<'_>, edited: &CloudObject) -> bool {
    let own = Identifiers::of_cloud(edited);
    let print = own.print();
    let others = transition.before.cloud.iter().zip(transition.comparison.prints_before());
    others
        .filter(|(other, theirs)| print.may_meet(theirs) && other.id != edited.id)
        .any(|(other, _)| Tie::between(&own, other).is_some())
}

/// Edits of cloud-mastered objects that collide with nothing are accepted and take effect.
fn cloud_edits_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::UpdateCloudObject(update) = transition.command else { return };
    let Some(target) = target(transition) else { return };
    if !target.is_cloud_mastered() {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    // Only users have names and passwords, and they keep having a name.
    let makes_sense = if target.kind == Kind::User {
        edited.user_principal_name.is_some()
    } else {
        update.set.user_principal_name.is_keep() && update.set.password.is_keep()
    };
    if !makes_sense || is_same(target, &edited) || touches_another(transition, &edited) {
        return;
    }
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        if transition.outcome.status != Status::Ok {
            verdict.violated(
                name(),
                "outcome",
                "ok: the edit collides with nothing",
                transition.outcome.status.to_string(),
            );
        }
        if let Some(after) = transition.after_of(target)
            && !is_same(&edited, after)
        {
            for difference in differences(&edited, after) {
                verdict.violated(name(), difference.field, difference.before, difference.after);
            }
        }
    });
}
