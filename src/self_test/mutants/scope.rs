//! Faults in what becomes of objects that leave the scope of synchronisation, and come back.

use super::Mutant;
use super::common::{recode, same};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::{Memory, mutant};
use crate::directory::{CloudObject, Command, Status, Text};
use crate::reference::{
    CloudHandle, CloudTenant, Decision, MatchAttributes, Reason, ReferenceModel,
};

/// What goes wrong of whoever comes back where it went wrong of whoever left.
const NOBODY_RETURNS: &str = "scope.return-restores scope.return-after-restore \
    scope.blocked-return-is-an-error scope.other-anchor-creates-new";

/// The code of a deletion that the cloud does not allow.
const DELETION: &str = "DeletingCloudOnlyObjectNotAllowed";

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("removed-users-stay-active", "scope.removal-soft-deletes")
            .what("A user whose on-premises object is removed stays as it is.")
            .also(&[NOBODY_RETURNS])
            .left(|_, leaving| {
                leaving.tenant.replace(leaving.handle, leaving.before.clone());
            }),
        mutant("removed-users-keep-the-flag", "scope.removal-soft-deletes")
            .what("A user that has left scope is mastered on-premises still.")
            .also(&[NOBODY_RETURNS, "soa.one-authority"])
            .left(|_, leaving| {
                leaving.tenant.change(leaving.handle, |object| object.on_premises_sync_enabled = Some(true));
            }),
        mutant("removed-users-lose-their-anchor", "scope.return-restores")
            .what("A user that leaves scope loses its anchor, and is not found again.")
            .also(&["protect.soft-deleted-privileged", NOBODY_RETURNS])
            .left(|_, leaving| {
                leaving.tenant.change(leaving.handle, |object| object.on_premises_immutable_id = None);
            }),
        mutant("returning-users-are-created-anew", "scope.return-restores")
            .what("A user that comes back gets a new cloud user.")
            .also(&["protect.soft-deleted-privileged", "scope.blocked-return-is-an-error"])
            .deleted_before(|_, _, _| None),
        mutant("returning-users-are-known-by-name-too", "scope.return-restores")
            .what("A user that comes back is restored only where it has its old name.")
            .also(&["scope.blocked-return-is-an-error"])
            .deleted_before(|_, circumstances, found| {
                let object = circumstances.tenant.get(found?)?;
                let names = [&circumstances.incoming.user_principal_name, &object.user_principal_name];
                found.filter(|_| same(names[0].as_deref(), names[1].as_deref()))
            }),
        mutant("block-of-hard-match-ignored-in-the-bin", "scope.blocked-return-is-an-error")
            .what("A user that comes back is restored although hard match is blocked.")
            .also(&[NOT_ITS_OWN])
            .before_turn(|_, turn| {
                let anchor = turn.incoming.source_anchor.as_deref();
                let carries_it = |object: &CloudObject| {
                    object.on_premises_immutable_id.as_deref() == anchor
                };
                if turn.features.block_hard_match
                    && turn.joined.is_none()
                    && let Some(handle) = in_the_bin(turn.tenant, carries_it)
                {
                    turn.tenant.change(handle, |object| {
                        object.deleted = false;
                        object.on_premises_sync_enabled = Some(true);
                    });
                    turn.joined = Some(handle);
                }
                None
            }),
        mutant("blocked-return-creates-a-second-user", "scope.blocked-return-is-an-error")
            .what("With hard match blocked a user that comes back gets a new cloud user.")
            .deleted_before(|_, circumstances, found| {
                found.filter(|_| !circumstances.features.block_hard_match)
            }),
        mutant("restored-users-are-not-matched-again", "scope.return-after-restore")
            .what("A user that left scope and was restored is not matched on its anchor.")
            .also(&["protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", MISSED])
            .left(mark)
            .eligibility(|memory, pair| {
                if memory.marked.contains(&pair.object.id) {
                    pair.shared = MatchAttributes::default();
                }
            }),
        mutant("restored-users-are-matched-by-name-too", "scope.return-after-restore")
            .what("A user that left scope and was restored is matched only where it has its old name.")
            .also(&[MISSED])
            .left(mark)
            .eligibility(|memory, pair| {
                pair.shared.anchor &=
                    pair.shared.user_principal_name || !memory.marked.contains(&pair.object.id);
            }),
        mutant("names-lead-into-the-recycle-bin", "scope.other-anchor-creates-new")
            .what("A new user with the name of one in the recycle bin is given that one.")
            .also(&["match.no-holder-provisions safe.only-the-named-change"])
            .deleted_before(|_, circumstances, found| {
                let name = circumstances.incoming.user_principal_name.as_deref();
                let has_it =
                    |object: &CloudObject| same(name, object.user_principal_name.as_deref());
                found.or_else(|| in_the_bin(circumstances.tenant, has_it))
            }),
        mutant("the-recycle-bin-holds-names-and-addresses", "scope.other-anchor-creates-new")
            .what("A name or an address of an object in the recycle bin is not free.")
            .also(&[MISSED])
            .decision(|_, circumstances, decision| {
                let incoming = circumstances.incoming;
                let name = incoming.user_principal_name.as_deref();
                let holds_any = |object: &CloudObject| {
                    let mut mails = incoming.mail_addresses();
                    same(name, object.user_principal_name.as_deref())
                        || mails.any(|mail| super::common::holds(object, mail))
                };
                match decision {
                    Decision::Provision if in_the_bin(circumstances.tenant, holds_any).is_some() => {
                        Decision::Reject(Reason::SecondaryAddress)
                    }
                    decision => decision,
                }
            }),
        mutant("removed-users-show-null", "scope.left-is-false")
            .what("The flag of a user that has left scope has no value, as if it had never been synchronised.")
            .left(|_, leaving| {
                leaving.tenant.change(leaving.handle, |object| object.on_premises_sync_enabled = None);
            }),
        mutant("restored-users-show-null", "scope.left-is-false")
            .what("The flag of a user that is restored has no value, as if it had never been synchronised.")
            .afterwards(|_, command, model, outcome| {
                if let Command::RestoreCloudObject(restore) = command
                    && outcome.status == Status::Ok
                {
                    model.edit(&restore.object, |object| {
                        if object.is_cloud_mastered() {
                            object.on_premises_sync_enabled = None;
                        }
                    });
                }
            }),
        mutant("restored-users-are-deleted-again", "scope.restored-is-left-alone")
            .what("A user that was restored out of scope is deleted by the next cycle.")
            .also(&[NOT_ITS_OWN])
            .left(mark)
            .afterwards(|memory, command, model, _| {
                of_restored(memory, command, model, |object| object.deleted = true);
            }),
        mutant("restored-users-are-cut-loose", "scope.restored-is-left-alone")
            .what("A user that was restored out of scope loses its anchor in the next cycle.")
            .also(&[NOT_ITS_OWN])
            .left(mark)
            .afterwards(|memory, command, model, _| {
                of_restored(memory, command, model, |object| object.on_premises_immutable_id = None);
            }),
        mutant("removal-deletes-by-anchor", "scope.cloud-mastered-not-deleted")
            .what("A removal deletes whatever carries the anchor, mastered on-premises or not.")
            .also(&[NOT_ITS_OWN, "scope.restored-is-left-alone"])
            .instead(|memory, command, model| {
                note_anchor(memory, command, model);
                None
            })
            .afterwards(|memory, command, model, _| {
                for handle in carriers(memory, command, model) {
                    model.tenant_mut().change(handle, |object| object.deleted = true);
                }
            }),
        mutant("removal-deletes-by-anchor-for-good", "scope.cloud-mastered-not-deleted")
            .what("A removal deletes for good whatever carries the anchor.")
            .also(&[NOT_ITS_OWN, "scope.restored-is-left-alone"])
            .instead(|memory, command, model| {
                note_anchor(memory, command, model);
                None
            })
            .afterwards(|memory, command, model, _| {
                for handle in carriers(memory, command, model) {
                    model.tenant_mut().remove(handle);
                }
            }),
        mutant("refused-deletions-are-invalid-hard-matches", "scope.refused-deletion-code")
            .what("The deletion of a user that is mastered in the cloud is reported as InvalidHardMatch.")
            .afterwards(|_, _, _, outcome| {
                let results = outcome.objects.values_mut();
                results.for_each(|result| recode(result, DELETION, "InvalidHardMatch"));
            }),
        mutant("refused-deletions-have-no-code", "scope.refused-deletion-code")
            .what("The deletion of a user that is mastered in the cloud is an error without a code.")
            .afterwards(|_, _, _, outcome| {
                let results = outcome.objects.values_mut();
                results.for_each(|result| result.code = result.code.take().filter(|code| **code != *DELETION));
            }),
    ]
}

/// The first object in the recycle bin that is like this.
fn in_the_bin(
    tenant: &CloudTenant,
    is_meant: impl Fn(&CloudObject) -> bool,
) -> Option<CloudHandle> {
    let mut all = tenant.objects().filter(|(_, object)| object.deleted && is_meant(object));
    all.next().map(|(handle, _)| handle)
}

/// Remembers who has left scope.
fn mark(memory: &mut Memory, leaving: &mut crate::reference::Leaving<'_>) {
    memory.marked.insert(leaving.before.id.clone());
}

/// Changes after a cycle what has left scope and is active and mastered in the cloud.
fn of_restored(
    memory: &Memory,
    command: &Command,
    model: &mut ReferenceModel,
    change: fn(&mut CloudObject),
) {
    if !matches!(command, Command::Sync(_)) {
        return;
    }
    let is_meant = |object: &CloudObject| {
        object.is_active() && object.is_cloud_mastered() && memory.marked.contains(&object.id)
    };
    let all: Vec<CloudHandle> = model
        .tenant()
        .objects()
        .filter(|(_, object)| is_meant(object))
        .map(|(handle, _)| handle)
        .collect();
    for handle in all {
        model.tenant_mut().change(handle, change);
    }
}

/// Remembers the anchor of an on-premises object that is removed.
fn note_anchor(memory: &mut Memory, command: &Command, model: &ReferenceModel) {
    let Command::RemoveOnPremisesObject(remove) = command else { return };
    let mut all = model.on_premises().map(|(object, _)| object);
    let removed = all.find(|object| object.key == remove.key);
    memory.marked.extend(removed.and_then(|object| object.source_anchor.clone()));
}

/// After a cycle: what is mastered in the cloud and carries the anchor of what was removed before it.
fn carriers(memory: &mut Memory, command: &Command, model: &ReferenceModel) -> Vec<CloudHandle> {
    if !matches!(command, Command::Sync(_)) {
        return Vec::new();
    }
    let anchors: std::collections::BTreeSet<Text> = std::mem::take(&mut memory.marked);
    let is_meant = |object: &CloudObject| {
        let anchor = object.on_premises_immutable_id.as_ref();
        object.is_active()
            && object.is_cloud_mastered()
            && anchor.is_some_and(|anchor| anchors.contains(anchor))
    };
    let all = model.tenant().objects().filter(|(_, object)| is_meant(object));
    all.map(|(handle, _)| handle).collect()
}
