//! What holds in every step, contended objects included.

mod effect;
mod report;
mod unique;

pub(super) use effect::{is_as_set_up, setup_differences};
pub(super) use unique::shares_identifiers;

use super::Check;
use super::direction::judge_on_premises_unchanged;
use super::occasions::Occasions;
use super::quick::{FEW, QuickMap, same_text};
use super::situation::{Joint, Standing, Subject};
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, Status, Text};
use std::cell::OnceCell;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: "safe.unique-identifiers",
        about: Occasions::ALWAYS,
        judge: unique::unique_identifiers,
    },
    Check {
        rule: "safe.only-the-named-change",
        about: Occasions::ALWAYS,
        judge: only_the_named_change,
    },
    Check {
        rule: "safe.command-takes-effect",
        about: Occasions::ALWAYS,
        judge: effect::command_takes_effect,
    },
    Check { rule: "safe.report-agrees", about: Occasions::SYNC, judge: report::report_agrees },
];

/// Judges that no cloud object changed, appeared or went, but those that `allowed` names.
fn judge_cloud_unchanged(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    allowed: impl Fn(&CloudObject) -> bool,
) {
    for &at in transition.comparison.touched() {
        let before = &transition.before.cloud[at as usize];
        // What is done with the recycle bin's contents is left open.
        if allowed(before) || (before.deleted && transition.after_of(before).is_none()) {
            continue;
        }
        transition.judge_untouched(verdict, before);
    }
    for created in transition.created().filter(|created| !allowed(created)) {
        verdict.violated(
            transition.name_of(created),
            "the object itself",
            "no new object",
            "created",
        );
    }
}

fn only_the_named_change(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_some() {
        verdict.judge(|verdict| sync_changes_only_pending_work(transition, verdict));
        return;
    }
    verdict.judge(|verdict| {
        let named_key = match transition.command {
            Command::CreateOnPremisesObject(create) => Some(&*create.object.key),
            Command::UpdateOnPremisesObject(update) => Some(&*update.key),
            Command::RemoveOnPremisesObject(remove) => Some(&*remove.key),
            _ => None,
        };
        if named_key.is_some() {
            judge_on_premises_unchanged(transition.before, transition.after, named_key, verdict);
        }
        let named = transition.command.cloud_object();
        let named_id = transition.named_id;
        let is_uncertain = named.is_some_and(|reference| !transition.history.is_certain(reference));
        if is_uncertain {
            return;
        }
        let creates = matches!(transition.command, Command::CreateCloudObject(_))
            && transition.outcome.status == Status::Ok;
        let may_create = creates && transition.comparison.created().len() == 1;
        judge_cloud_unchanged(transition, verdict, |object| {
            named_id.is_some_and(|id| same_text(id, &object.id))
                || (may_create && transition.created().any(|created| created.id == object.id))
        });
    });
}

/// What a sync may do to a cloud object: it belongs to an on-premises object with pending work.
fn sync_changes_only_pending_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    let owners = Owners { transition, maps: OnceCell::new() };
    for &at in transition.comparison.touched() {
        let before = &transition.before.cloud[at as usize];
        let after = transition.after_of(before);
        if before.deleted
            && after.is_none_or(|after| after.deleted || owners.worker_of(after).is_some())
        {
            continue;
        }
        match owners.of(before) {
            Some(owner) if owner.has_work() => {
                judge_joined_change(
                    transition,
                    verdict,
                    owner,
                    before,
                    after.map(|after| &**after),
                );
            }
            // Nobody is joined to it any more, and somebody with pending work has its anchor now:
            // whether the two are joined is left open.
            None if !before.is_cloud_mastered() && owners.worker_of(before).is_some() => {}
            _ => {
                let is_taken_over = before.is_cloud_mastered()
                    && after.is_some_and(|after| {
                        after.on_premises_sync_enabled
                            && owners.worker_of(after).is_some_and(|worker| {
                                !matches!(worker.standing, Standing::Joined(_))
                            })
                    });
                if !is_taken_over {
                    transition.judge_untouched(verdict, before);
                }
            }
        }
    }
    for created in transition.created() {
        let is_for_pending_work =
            created.on_premises_sync_enabled && owners.worker_of(created).is_some();
        if !is_for_pending_work {
            verdict.violated(
                transition.name_of(created),
                "the object itself",
                "no new object but for on-premises objects with pending work",
                "created",
            );
        }
    }
}

/// Which on-premises object a cloud object belongs to.
struct Owners<'t, 'a> {
    transition: &'t Transition<'a>,
    /// Made when somebody asks and there are many objects.
    maps: OnceCell<OwnerMaps<'t, 'a>>,
}

#[derive(Default)]
struct OwnerMaps<'t, 'a> {
    by_id: QuickMap<&'t str, &'t Subject<'a>>,
    by_anchor: QuickMap<&'t str, &'t Subject<'a>>,
}

impl<'t, 'a> Owners<'t, 'a> {
    fn subjects(&self) -> &'t [Subject<'a>] {
        self.transition.subjects()
    }

    fn maps(&self) -> &OwnerMaps<'t, 'a> {
        self.maps.get_or_init(|| {
            let mut maps = OwnerMaps::default();
            for subject in self.subjects() {
                if let Some(cloud) = subject.standing.cloud() {
                    maps.by_id.insert(&cloud.id, subject);
                }
                if let Some(anchor) = subject.object.source_anchor.as_deref()
                    && subject.has_work()
                {
                    maps.by_anchor.insert(anchor, subject);
                }
            }
            maps
        })
    }

    /// The object that a cloud object belonged to when the cycle began.
    fn of(&self, cloud: &CloudObject) -> Option<&'t Subject<'a>> {
        if self.subjects().len() > FEW {
            return self.maps().by_id.get(&*cloud.id).copied();
        }
        self.subjects().iter().rfind(|subject| {
            subject.standing.cloud().is_some_and(|own| same_text(&own.id, &cloud.id))
        })
    }

    /// The object with pending work, of the same kind, whose anchor a cloud object carries.
    fn worker_of(&self, cloud: &CloudObject) -> Option<&'t Subject<'a>> {
        let anchor = cloud.on_premises_immutable_id.as_ref()?;
        let worker = if self.subjects().len() > FEW {
            self.maps().by_anchor.get(&**anchor).copied()
        } else {
            let is_its = |own: &Text| same_text(own, anchor);
            self.subjects().iter().rfind(|subject| {
                subject.has_work() && subject.object.source_anchor.as_ref().is_some_and(is_its)
            })
        };
        worker.filter(|subject| subject.object.kind == cloud.kind)
    }
}

/// What may change of the cloud object of an object with pending work: its synchronised values.
fn judge_joined_change(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    owner: &Subject<'_>,
    before: &Arc<CloudObject>,
    after: Option<&CloudObject>,
) {
    // Where the anchor was changed to something else, what that comes to is left open.
    let Standing::Joined(Joint { drifted: false, .. }) = &owner.standing else {
        return;
    };
    let name = || transition.name_of(before);
    let Some(after) = after else {
        verdict.violated(name(), "the object itself", "still there", "gone");
        return;
    };
    for difference in transition.differences(before, after) {
        let is_fixed = match difference.field.as_str() {
            "kind"
            | "mailEnabled"
            | "onPremisesSyncEnabled"
            | "roles"
            | "deleted"
            | "quarantined" => true,
            "onPremisesImmutableId" => true,
            // Where nothing is pending, only what may still be under way for it can change.
            field => !owner.pending && !may_still_come(owner, field, after),
        };
        if is_fixed {
            verdict.violated(
                name(),
                difference.field,
                format!("{} (unchanged)", difference.before),
                difference.after,
            );
        }
    }
}

/// Whether a value of a joined object without pending work may still change: it is open what
/// becomes of it, or it now is what it is on-premises.
fn may_still_come(owner: &Subject<'_>, field: &str, after: &CloudObject) -> bool {
    let object = owner.object;
    let past = owner.past;
    let is_removed = past.is_some_and(|past| past.value_removed);
    match field {
        "password" => {
            past.is_some_and(|past| past.password_free) || after.password == object.password
        }
        "userPrincipalName" => super::situation::same_optional_name(
            &after.user_principal_name,
            &object.user_principal_name,
        ),
        // Addresses that were withheld may come one by one.
        "proxyAddresses" => true,
        attribute => match object.attributes.get(attribute) {
            Some(wanted) => after.attributes.get(attribute) == Some(wanted),
            None => is_removed,
        },
    }
}
