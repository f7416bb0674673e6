//! What holds in every step, contended objects included.

mod effect;
mod own_values;
mod report;
mod unchanged;
mod unique;

use super::definitions::same_optional_name;
use super::link_state::Joined;
use super::link_state::LinkState;
use super::subject::Subject;
use unchanged::judge_cloud_unchanged;
pub(super) use unique::judge_ids;

use super::check::{Check, Trigger};
use super::sync::judge_on_premises_unchanged;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{CloudObject, Command, Difference, Field, Status};
use rustc_hash::FxHashMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check::of("safe.unique-identifiers", &[Trigger::Always], unique::unique_identifiers),
    Check::of("safe.only-the-named-change", &[Trigger::Always], only_the_named_change),
    Check::of("safe.command-takes-effect", &[Trigger::Always], effect::command_takes_effect),
    Check::of("safe.own-values-only", &[Trigger::Difference], own_values::own_values_only),
    Check::of("safe.report-agrees", &[Trigger::Sync], report::report_agrees),
];

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
            named_id == Some(&object.id)
                || (may_create && transition.created().any(|created| created.id == object.id))
        });
    });
}

/// What a sync may do to a cloud object: it belongs to an on-premises object with pending work.
fn sync_changes_only_pending_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.comparison.touched().is_empty() && transition.comparison.created().is_empty() {
        return;
    }
    let owners = Owners::of(transition);
    let subjects = transition.subjects().iter();
    let wrongly_linked: Vec<_> = subjects
        .filter(|subject| subject.effect.is_second || subject.moved_to().is_some())
        .collect();
    for &before in transition.comparison.touched() {
        let after = transition.after_of(before);
        if wrongly_linked.iter().any(|subject| subject.is_wrongly_linked_to(before)) {
            // See `match.new-objects-only` and `match.one-to-one`.
            continue;
        }
        if transition.history.conversions.of(before).is_some() {
            // See `soa.convert-stops-sync` and the rules after it, or it is open.
            continue;
        }
        if transition.history.scope.leaving.contains_key(&before.id) {
            // See `scope.removal-soft-deletes`, or it is open.
            continue;
        }
        if before.deleted
            && after.is_none_or(|after| after.deleted || owners.pending_owner_of(after).is_some())
        {
            continue;
        }
        match owners.owner_of(before) {
            Some(owner) if owner.has_work() => {
                judge_joined_change(transition, verdict, owner, before);
            }
            // Nobody is joined to it any more, and somebody with pending work has its anchor now:
            // whether the two are joined is left open.
            None if !before.is_cloud_mastered() && owners.pending_owner_of(before).is_some() => {}
            _ => {
                let is_taken_over = before.is_cloud_mastered()
                    && after.is_some_and(|after| {
                        after.is_on_premises_mastered()
                            && owners.pending_owner_of(after).is_some_and(|owner| {
                                !matches!(owner.link_state, LinkState::Joined(_))
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
            created.is_on_premises_mastered() && owners.pending_owner_of(created).is_some();
        if !is_for_pending_work {
            verdict.unexpected(transition.name_of(created)).because(Because::NoPendingWork);
        }
    }
}

/// Which on-premises object a cloud object belongs to.
#[derive(Default)]
struct Owners<'t, 'a> {
    by_id: FxHashMap<&'t str, &'t Subject<'a>>,
    /// Those with pending work.
    by_anchor: FxHashMap<&'t str, &'t Subject<'a>>,
}

impl<'t, 'a> Owners<'t, 'a> {
    fn of(transition: &'t Transition<'a>) -> Self {
        let mut owners = Owners::default();
        for subject in transition.subjects() {
            if let Some(cloud) = subject.link_state.cloud() {
                owners.by_id.insert(&cloud.id, subject);
            }
            // A quarantined object stays its object's, whatever has become of that one's anchor.
            if let Some(id) = subject.own_history.and_then(|own| own.quarantined.as_ref()) {
                owners.by_id.entry(id).or_insert(subject);
            }
            if let Some(anchor) = subject.object.source_anchor.as_deref()
                && subject.has_work()
            {
                owners.by_anchor.insert(anchor, subject);
            }
        }
        owners
    }

    /// The object that a cloud object belonged to when the cycle began.
    fn owner_of(&self, cloud: &CloudObject) -> Option<&'t Subject<'a>> {
        self.by_id.get(&*cloud.id).copied()
    }

    /// The object with pending work, of the same kind, whose anchor a cloud object carries.
    fn pending_owner_of(&self, cloud: &CloudObject) -> Option<&'t Subject<'a>> {
        let owner = self.by_anchor.get(cloud.on_premises_immutable_id.as_deref()?).copied();
        owner.filter(|subject| subject.object.kind == cloud.kind)
    }
}

/// What may change of the cloud object of an object with pending work: its synchronised values.
fn judge_joined_change<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    owner: &Subject<'_>,
    before: &'a Arc<CloudObject>,
) {
    // Where the anchor was changed to something else, what that comes to is left open.
    let LinkState::Joined(Joined { anchor_changed: false, cloud, .. }) = &owner.link_state else {
        return;
    };
    if cloud.id != before.id {
        return;
    }
    let name = || transition.name_of(before);
    let Some(after) = transition.after_of(before) else {
        verdict.missing(name()).because(Because::Unchanged);
        return;
    };
    let may_be_cleared = |field: &Field| {
        let absent = owner.own_history.map(|own_history| &own_history.absent);
        transition.settings.may_clear_in_next_cycle()
            && matches!(field, Field::Attribute(name) if !after.attributes.contains_key(name)
                && absent.is_some_and(|absent| absent.attributes.contains(name)))
    };
    let is_fixed = |difference: &Difference| {
        !may_change(owner, &difference.field, (before, after)) && !may_be_cleared(&difference.field)
    };
    verdict.changed(name, transition.differences(before, after).filter(is_fixed));
}

/// Whether a value of a joined object with work may change: any that is synchronised while it is
/// pending. Otherwise only what may still be under way for it: it is open what becomes of it, or it
/// now is what it is on-premises.
fn may_change(
    owner: &Subject<'_>,
    field: &Field,
    (before, after): (&CloudObject, &CloudObject),
) -> bool {
    let object = owner.object;
    let own_history = owner.own_history;
    match field {
        Field::UserPrincipalName => {
            owner.pending
                || same_optional_name(&after.user_principal_name, &object.user_principal_name)
        }
        // Whose identifier it is, is for `protect.identifier-stamped`.
        Field::OnPremisesObjectIdentifier => {
            object.object_identifier.is_some() || before.on_premises_object_identifier.is_none()
        }
        // Addresses that were withheld may come one by one.
        Field::ProxyAddresses => true,
        Field::Password => {
            owner.pending
                || own_history.is_some_and(|own_history| own_history.password_free)
                || after.password == object.password
        }
        Field::Attribute(name) => {
            owner.pending
                || match object.attributes.get(name) {
                    Some(wanted) => after.attributes.get(name) == Some(wanted),
                    None => own_history.is_some_and(|own_history| own_history.value_removed),
                }
        }
        _ => false,
    }
}
