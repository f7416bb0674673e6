//! Faults in where an object is mastered, and who may change it.

mod moved;

use super::Mutant;
use super::common::{in_the_way_of_a_new_object, same};
use super::consequences::{HALF_TAKEN_OVER, MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use crate::directory::{CloudObject, CloudRef, Command, Outcome, Status};
use crate::reference::{CloudHandle, Reason};

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = authority();
    all.extend(moved::mutants());
    all
}

fn authority() -> Vec<Mutant> {
    vec![
        mutant("a-removal-turns-the-flag-at-once", "soa.authority-comes-by-sync")
            .what("A user is mastered in the cloud as soon as its on-premises object is removed.")
            .also(&["admin.untouched safe.only-the-named-change scope.cloud-mastered-not-deleted \
                 scope.left-is-false scope.removal-soft-deletes soa.cloud-mastered-untouched"])
            .afterwards(|_, command, model, outcome| {
                if let Command::RemoveOnPremisesObject(remove) = command
                    && outcome.status == Status::Ok
                    && let Some(handle) = model.resolve(&CloudRef::JoinedTo(remove.key.clone()))
                {
                    model.tenant_mut().change(handle, |object| {
                        object.on_premises_sync_enabled = Some(false);
                    });
                }
            }),
        mutant("new-cloud-objects-show-false", "soa.never-synchronised-is-null")
            .what("The flag of what is created in the cloud is false, and not null.")
            .afterwards(|_, command, model, outcome| {
                if let Command::CreateCloudObject(create) = command
                    && outcome.status == Status::Ok
                {
                    let label = CloudRef::Label(create.object.label.clone());
                    model.edit(&label, |object| object.on_premises_sync_enabled = Some(false));
                }
            }),
        mutant("a-cycle-makes-false-of-null", "soa.never-synchronised-is-null")
            .what("After a cycle the flag of what is in the cloud alone is false, and not null.")
            .also(&[
                NOT_ITS_OWN,
                HALF_TAKEN_OVER,
                "match.late-match-is-an-error match.new-objects-only protect.already-mapped \
                 protect.block-switch-too protect.no-soft-match-instead \
                 protect.privileged-role-assigned protect.privileged-role-eligible \
                 soa.convert-stops-sync soa.rollback-blocked",
            ])
            .afterwards(|_, command, model, _| {
                if let Command::Sync(_) = command {
                    let in_the_cloud: Vec<CloudHandle> =
                        super::common::cloud_mastered(model.tenant()).map(|(at, _)| at).collect();
                    for handle in in_the_cloud {
                        model.tenant_mut().change(handle, |object| {
                            object.on_premises_sync_enabled = Some(false);
                        });
                    }
                }
            }),
        mutant("immutable-id-flips-authority", "soa.one-authority")
            .what("A user that is given an onPremisesImmutableId is mastered on-premises at once.")
            .also(&["soa.never-synchronised-is-null", "safe.command-takes-effect safe.only-the-named-change"])
            .afterwards(|_, command, model, outcome| {
                if let Command::SetImmutableId(set) = command
                    && outcome.status == Status::Ok
                {
                    model.edit(&set.object, |object| {
                        object.on_premises_sync_enabled =
                            Some(object.on_premises_immutable_id.is_some());
                    });
                }
            }),
        mutant("new-cloud-objects-are-mastered-on-premises", "soa.one-authority")
            .what("What is created with an onPremisesImmutableId is mastered on-premises.")
            .also(&["safe.command-takes-effect safe.only-the-named-change"])
            .afterwards(|_, command, model, outcome| {
                if let Command::CreateCloudObject(create) = command
                    && outcome.status == Status::Ok
                    && create.object.on_premises_immutable_id.is_some()
                {
                    let label = CloudRef::Label(create.object.label.clone());
                    model.edit(&label, |object| object.on_premises_sync_enabled = Some(true));
                }
            }),
        mutant("failed-match-flips-authority", "soa.one-authority")
            .what("A new object that fails leaves the object in its way mastered on-premises.")
            .also(&["soa.convert-stops-sync soa.rollback-blocked", 
                NOT_ITS_OWN,
                "safe.command-takes-effect soa.no-split takeover.addresses-replaced \
                 takeover.anchor-stamped takeover.password-overwritten takeover.values-overwritten",
            ])
            .after_turn(|_, turn, result| {
                if let Some(holder) = in_the_way_of_a_new_object(turn, result) {
                    turn.tenant
                        .change(holder, |object| object.on_premises_sync_enabled = Some(true));
                }
            }),
        mutant("cloud-edits-of-synced-objects-accepted", "soa.no-split")
            .what("A cloud administrator can edit objects that are mastered on-premises.")
            .instead(|_, command, model| match command {
                Command::UpdateCloudObject(update)
                    if model.named_by(command)?.1.is_on_premises_mastered() =>
                {
                    Some(model.edit(&update.object, |object| update.set.apply_to(object)))
                }
                _ => None,
            }),
        mutant("attributes-without-on-premises-value-stay-editable", "soa.no-split")
            .what("On a synced object cloud edits of what has no value on-premises pass.")
            .instead(|_, command, model| {
                let Command::UpdateCloudObject(update) = command else {
                    return None;
                };
                let (_, target) = model.named_by(command)?;
                let (source, _) = model
                    .on_premises()
                    .find(|(source, _)| source.source_anchor == target.on_premises_immutable_id)?;
                let has_value = |name| source.attributes.contains_key(name);
                let is_free = target.is_on_premises_mastered()
                    && update.set.user_principal_name.is_keep()
                    && update.set.proxy_addresses.is_keep()
                    && !update.set.attributes.keys().any(has_value);
                is_free.then(|| model.edit(&update.object, |object| update.set.apply_to(object)))
            }),
        mutant("refused-edit-changes-the-addresses", "soa.no-split")
            .what("An edit of a synced object is refused, but its addresses are written.")
            .also(&["safe.command-takes-effect"])
            .afterwards(|_, command, model, outcome| {
                if outcome.status == Status::Refused
                    && let Command::UpdateCloudObject(update) = command
                    && let Some((_, target)) = model.named_by(command)
                    && target.is_on_premises_mastered()
                {
                    let mut set = update.set.clone();
                    set.attributes.clear();
                    set.user_principal_name = Default::default();
                    set.password = Default::default();
                    model.edit(&update.object, |object| set.apply_to(object));
                }
            }),
        mutant("unmatched-cloud-objects-emptied", "soa.cloud-mastered-untouched")
            .what("Every cycle empties the attributes of objects that have nothing on-premises.")
            .also(&["soa.convert-stops-sync soa.rollback-blocked", "relation.unrelated-objects", NOT_ITS_OWN, HALF_TAKEN_OVER])
            .afterwards(|_, command, model, _| {
                if let Command::Sync(_) = command {
                    let unmatched: Vec<CloudHandle> =
                        super::common::cloud_mastered(model.tenant()).map(|(at, _)| at).collect();
                    for handle in unmatched {
                        model.tenant_mut().change(handle, |object| object.attributes.clear());
                    }
                }
            }),
        mutant("collision-writes-values-to-the-holder", "soa.cloud-mastered-untouched")
            .what("A new object that fails leaves its attributes on the object that is in its way.")
            .also(&["soa.convert-stops-sync soa.rollback-blocked", 
                NOT_ITS_OWN,
                "takeover.addresses-replaced takeover.anchor-stamped takeover.authority-flips \
                 takeover.password-overwritten",
            ])
            .after_turn(|_, turn, result| {
                if let Some(holder) = in_the_way_of_a_new_object(turn, result) {
                    let values = turn.incoming.attributes.clone();
                    turn.tenant.change(holder, |object| object.attributes.extend(values));
                }
            }),
        mutant("cloud-objects-locked-once-connect-runs", "soa.cloud-edits-work")
            .what("After the first cycle no object can be edited in the cloud, whoever masters it.")
            .also(&["soa.converted-is-editable"])
            .refuses(|memory, command, _| {
                matches!(command, Command::UpdateCloudObject(_)) && memory.cycles > 0
            }),
        mutant("immutable-id-locks-cloud-edits", "soa.cloud-edits-work")
            .what("A cloud-mastered object that carries an onPremisesImmutableId cannot be edited.")
            .also(&["soa.converted-is-editable"])
            .refuses(|_, command, target| {
                let is_edit = matches!(command, Command::UpdateCloudObject(_));
                is_edit && target.on_premises_immutable_id.is_some()
            }),
        mutant("refuses-everything", "soa.cloud-edits-work")
            .what("Every command on an object is refused, and every object fails in every cycle.")
            .also(&["protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", 
                MISSED,
                "admin.roles-may-return kind.immutable-id-users-only \
                 match.collision-creates-nothing-else safe.command-takes-effect",
            ])
            .instead(|_, command, _| match command {
                Command::Sync(_) | Command::ReinstallConnect(_) | Command::SetFeature(_) => None,
                _ => Some(Outcome::plain(Status::Refused)),
            })
            .before_turn(|_, _| Some(Reason::Ambiguous.error())),
        mutant("recycle-bin-is-searched", "soa.cloud-mastered-untouched")
            .what("A user in the recycle bin that has the name of a new object is restored for it.")
            .also(&[NOT_ITS_OWN])
            .before_turn(|_, turn| {
                let name = turn.incoming.user_principal_name.as_deref();
                let is_found = |handle: CloudHandle, object: &CloudObject| {
                    let held = object.user_principal_name.as_deref();
                    object.deleted
                        && object.is_cloud_mastered()
                        && same(name, held)
                        && turn.tenant.conflict(object, handle).is_none()
                };
                let mut objects = turn.tenant.objects();
                let found = objects.find(|(handle, object)| is_found(*handle, object));
                let found = found.filter(|_| turn.joined.is_none()).map(|(handle, _)| handle);
                drop(objects);
                turn.tenant.change(found?, |object| object.deleted = false);
                None
            }),
        mutant("names-given-up-in-the-cloud-stay-taken", "soa.cloud-edits-work")
            .what("A cloud object cannot be given a name that another one has given up.")
            .refuses(|memory, command, target| match command {
                Command::UpdateCloudObject(update) => {
                    let mut after = target.clone();
                    update.set.apply_to(&mut after);
                    after.user_principal_name != target.user_principal_name
                        && after.user_principal_name.is_some_and(|it| memory.marked.contains(&it))
                }
                _ => false,
            })
            .instead(|memory, command, model| {
                if let Command::UpdateCloudObject(update) = command
                    && !update.set.user_principal_name.is_keep()
                {
                    let (_, target) = model.named_by(command)?;
                    memory.marked.extend(target.user_principal_name.clone());
                }
                None
            }),
        mutant("own-secondary-address-cannot-become-primary", "soa.cloud-edits-work")
            .what("A cloud edit that makes an object's secondary address primary is refused.")
            .refuses(|_, command, target| match command {
                Command::UpdateCloudObject(update) => {
                    let mut after = target.clone();
                    update.set.apply_to(&mut after);
                    let primary = after.primary_address();
                    let mut others = target.proxy_addresses.iter().filter(|it| !it.is_primary());
                    others.any(|held| same(held.mail(), primary))
                }
                _ => false,
            }),
        mutant("passwords-cannot-be-edited-beside-anything-else", "soa.cloud-edits-work")
            .what("A cloud edit of a password and of anything else is refused.")
            .refuses(|_, command, _| match command {
                Command::UpdateCloudObject(update) => {
                    !update.set.password.is_keep() && update.set.names_synchronised_values()
                }
                _ => false,
            }),
    ]
}
