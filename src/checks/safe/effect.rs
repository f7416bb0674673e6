//! "ok" means that the state shows it; "refused" and "notFound" mean that nothing changed.

use super::unchanged::judge_cloud_unchanged;
use crate::checks::index::shares_an_identifier_with_another;
use crate::checks::states::setup_differences;
use crate::checks::sync::{judge_on_premises_unchanged, judge_same_on_premises};
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{
    Capability, CloudObject, CloudSetup, Command, CreateCloudObject, Field, Kind, ObjectName,
    OnPremisesObject, Status, UpdateOnPremisesObject, Value,
};
use std::sync::Arc;

pub(super) fn command_takes_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    let status = transition.outcome.status;
    if let Some(reference) = transition.command.cloud_object()
        && transition.history.is_certain(reference)
    {
        let exists = transition.named.is_some();
        // Commands on what is in the recycle bin are left open.
        let is_in_the_bin = transition.named.is_some_and(|target| target.deleted);
        if !is_in_the_bin && exists == (status == Status::NotFound) {
            let expected = if exists { Value::Other } else { Status::NotFound.into() };
            verdict
                .violated(ObjectName::Named(reference.clone()), Field::Outcome, expected, status)
                .because(Because::Exists(exists));
        }
    }
    verdict.judge(|verdict| match status {
        Status::Ok => judge_effect(transition, verdict),
        Status::Refused | Status::NotFound => {
            judge_cloud_unchanged(transition, verdict, |object| {
                is_open_password_edit(transition, object)
            });
            judge_on_premises_unchanged(transition.before, transition.after, None, verdict);
            judge_may_be_refused(transition, verdict);
        }
    });
}

/// What becomes of a cloud password edit on a joined user is left open, whatever is said of it.
fn is_open_password_edit(transition: &Transition<'_>, object: &CloudObject) -> bool {
    match transition.command {
        Command::UpdateCloudObject(update) => {
            !update.set.password.is_keep()
                && object.is_on_premises_mastered()
                && transition.named_id == Some(&object.id)
        }
        _ => false,
    }
}

/// Commands that are the suite's own to give are carried out: what happens on-premises, the
/// tenant's switches, Connect's installation, and the cycle itself, and in the cloud the creation of an object
/// that has nothing in common with another one. What asks for what is already so may be refused.
fn judge_may_be_refused(transition: &Transition<'_>, verdict: &mut Verdict) {
    let exists = |key| transition.before.on_premises_object(key).is_some();
    let object = match transition.command {
        Command::CreateOnPremisesObject(create) if !exists(&create.object.key) => {
            ObjectName::OnPremises(create.object.key.clone())
        }
        Command::UpdateOnPremisesObject(update) if changes_anything(transition, update) => {
            ObjectName::OnPremises(update.key.clone())
        }
        Command::RemoveOnPremisesObject(remove) if exists(&remove.key) => {
            ObjectName::OnPremises(remove.key.clone())
        }
        Command::CreateCloudObject(create) if is_free(transition, create) => {
            let CloudSetup { kind, label, .. } = &create.object;
            ObjectName::Labelled { kind: *kind, label: label.clone() }
        }
        Command::SetFeature(set) if transition.features().get(set.feature) != set.value => {
            ObjectName::Feature(set.feature)
        }
        Command::ReinstallConnect(_) if !transition.history.reinstalled => ObjectName::Connect,
        Command::Sync(_) => ObjectName::Cycle,
        _ => return,
    };
    transition.judge_accepted(verdict, || object);
}

/// Whether nothing stands in the way of a cloud object that is to be created. Only users have an
/// `onPremisesImmutableId` that an administrator can set.
fn is_free(transition: &Transition<'_>, create: &CreateCloudObject) -> bool {
    let setup = &create.object;
    !transition.history.used_labels.contains(&setup.label)
        && (setup.kind == Kind::User || setup.on_premises_immutable_id.is_none())
        && !shares_an_identifier_with_another(&setup.to_object(""), &transition.before.cloud)
}

fn changes_anything(transition: &Transition<'_>, update: &UpdateOnPremisesObject) -> bool {
    transition.before.on_premises_object(&update.key).is_some_and(|before| {
        let mut after = OnPremisesObject::clone(before);
        update.set.apply_to(&mut after);
        after != **before
    })
}

/// "ok" means that the state shows it.
fn judge_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    match transition.command {
        Command::CreateOnPremisesObject(create) => {
            if transition.before.on_premises_object(&create.object.key).is_none() {
                judge_on_premises_effect(transition, verdict, create.object.clone());
            }
        }
        Command::UpdateOnPremisesObject(update) => {
            if let Some(before) = transition.before.on_premises_object(&update.key) {
                let mut wanted = OnPremisesObject::clone(before);
                update.set.apply_to(&mut wanted);
                judge_on_premises_effect(transition, verdict, wanted);
            }
        }
        Command::RemoveOnPremisesObject(remove) => {
            if transition.after.on_premises_object(&remove.key).is_some() {
                verdict.unexpected(ObjectName::OnPremises(remove.key.clone()));
            }
        }
        Command::CreateCloudObject(create) => {
            if transition.history.labels.contains_key(&create.object.label) {
                return;
            }
            let setup = &create.object;
            let name = || ObjectName::Labelled { kind: setup.kind, label: setup.label.clone() };
            let created: Vec<_> = transition.created().collect();
            if let [created] = created[..] {
                let capabilities = transition.settings.capabilities;
                verdict.differs(name, setup_differences(setup, created, capabilities));
            } else {
                verdict.violated(name(), Field::CreatedObjects, 1, created.len());
            }
        }
        _ => judge_effect_on_named(transition, verdict),
    }
}

fn judge_on_premises_effect(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    mut wanted: OnPremisesObject,
) {
    if !transition.has(Capability::Passwords) {
        wanted.password = None;
    }
    match transition.after.on_premises_object(&wanted.key) {
        None => _ = verdict.missing(ObjectName::OnPremises(wanted.key)),
        Some(seen) => judge_same_on_premises(&wanted, seen, verdict),
    }
}

fn judge_effect_on_named(transition: &Transition<'_>, verdict: &mut Verdict) {
    // What a command of uncertain meaning names is not known.
    let Some(target) = transition.named else { return };
    let after = transition.after_of(target);
    let name = || transition.name_of(target);
    let mut wanted = CloudObject::clone(target);
    match transition.command {
        Command::DeleteCloudObject(delete) => {
            judge_deletion(transition, verdict, target, delete.permanently);
            return;
        }
        Command::RestoreCloudObject(_) => {
            if !target.deleted {
                transition.judge_untouched(verdict, target);
            } else if after.is_none_or(|after| after.deleted) {
                verdict.violated(name(), Field::Deleted, false, after.map(|after| after.deleted));
            }
            return;
        }
        Command::SetCloudManaged(set) => {
            // What else becomes of it is for the rules on the source of authority.
            if let Some(after) = after.filter(|_| target.is_active()) {
                verdict.expect(name, Field::IsCloudManaged, set.value, after.is_cloud_managed);
            }
            return;
        }
        Command::UpdateCloudObject(update) => update.set.apply_to(&mut wanted),
        Command::SetImmutableId(set) => wanted.on_premises_immutable_id.clone_from(&set.value),
        Command::AssignRole(assign) => _ = wanted.roles.insert(assign.role.clone()),
        Command::RemoveRole(remove) => _ = wanted.roles.remove(&remove.role),
        Command::MakeEligible(make) => _ = wanted.eligible_roles.insert(make.role.clone()),
        Command::RemoveEligibility(remove) => _ = wanted.eligible_roles.remove(&remove.role),
        Command::SetOnPremisesObjectIdentifier(set) => {
            wanted.on_premises_object_identifier.clone_from(&set.value);
        }
        _ => return,
    }
    if target.deleted {
        return;
    }
    let Some(after) = after else {
        verdict.missing(name());
        return;
    };
    if is_open_password_edit(transition, target) || !transition.has(Capability::Passwords) {
        wanted.password.clone_from(&after.password);
    }
    verdict.differs(name, transition.differences(&wanted, after));
}

fn judge_deletion<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    target: &'a Arc<CloudObject>,
    permanently: bool,
) {
    if target.deleted {
        return;
    }
    let name = transition.name_of(target);
    match transition.after_of(target) {
        Some(_) if permanently => _ = verdict.unexpected(name),
        // Moving groups and contacts to the recycle bin is left open.
        _ if permanently || target.kind != Kind::User => {}
        Some(after) if after.deleted => {}
        after => {
            let seen = after.map(|after| after.deleted);
            verdict.violated(name, Field::Deleted, true, seen);
        }
    }
}
