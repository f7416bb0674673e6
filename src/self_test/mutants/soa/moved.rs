//! Faults in what becomes of an object whose source of authority is moved to the cloud, and given back.

use super::super::Mutant;
use super::super::common::same;
use super::super::consequences::NOT_ITS_OWN;
use super::super::fault::mutant;
use crate::directory::{CloudObject, Command, Kind, Outcome, Status};
use crate::reference::{Decision, Occasion, ReferenceModel, Return, Turn};

/// What can follow where a moved object is not what it should be.
const MOVED: &str = "soa.convert-stops-sync soa.converted-is-editable soa.converted-not-taken-over \
    soa.rollback-blocked soa.rollback-next-cycle";

/// What can follow where an object is taken for one that is joined still.
const STILL_JOINED: &str = "recovery.nothing-lost recovery.rejoins-by-anchor safe.own-values-only \
    safe.report-agrees soa.no-split sync.changed-anchor-stops-updates sync.failed-is-retried \
    sync.updates-flow takeover.values-overwritten";

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = moving();
    all.extend(editing_and_matching());
    all.extend(giving_back());
    all
}

fn moving() -> Vec<Mutant> {
    vec![
        mutant("moved-objects-go-on-syncing", "soa.convert-stops-sync")
            .what("An object that was moved to the cloud gets on-premises values as before.")
            .also(&[MOVED, STILL_JOINED])
            .converted(|_, _, _, _| Return::TakenBack),
        mutant("moved-objects-keep-the-flag", "soa.convert-stops-sync")
            .what("An object that was moved to the cloud is mastered on-premises still.")
            .also(&[MOVED, STILL_JOINED, NOT_ITS_OWN])
            .afterwards(|_, command, model, outcome| {
                after_turn_of_authority(command, model, outcome, true, |object| {
                    object.on_premises_sync_enabled = Some(true);
                });
            }),
        mutant("moved-objects-show-false", "soa.convert-stops-sync")
            .what("The flag of an object that was moved to the cloud is false, as if it had left scope.")
            .also(&[MOVED])
            .afterwards(|_, command, model, outcome| {
                after_turn_of_authority(command, model, outcome, true, |object| {
                    object.on_premises_sync_enabled = Some(false);
                });
            }),
        mutant("moved-objects-lose-their-anchor", "soa.convert-stops-sync")
            .what("An object that is moved to the cloud loses its anchor.")
            .also(&[MOVED])
            .afterwards(|_, command, model, outcome| {
                after_turn_of_authority(command, model, outcome, true, |object| {
                    object.on_premises_immutable_id = None;
                });
            }),
        mutant("moved-objects-are-emptied", "soa.convert-stops-sync")
            .what("An object that is moved to the cloud loses its attributes.")
            .also(&[MOVED])
            .afterwards(|_, command, model, outcome| {
                after_turn_of_authority(command, model, outcome, true, |object| {
                    object.attributes.clear();
                });
            }),
        mutant("moved-objects-get-a-second-one", "soa.convert-stops-sync")
            .what("For the on-premises object of one that was moved to the cloud a new one is created.")
            .also(&[MOVED, NOT_ITS_OWN, "safe.unique-identifiers"])
            .converted(|memory, _, _, decision| {
                memory.stopped = decision == Return::Managed;
                if memory.stopped { Return::New } else { decision }
            })
            .decision(|memory, _, decision| {
                if std::mem::take(&mut memory.stopped) { Decision::Provision } else { decision }
            }),
        mutant("nothing-can-be-moved", "soa.convert-stops-sync")
            .what("A command that moves an object to the cloud is refused.")
            .refuses(|_, command, _| moves(command)),
        mutant("only-users-can-be-moved", "soa.convert-stops-sync")
            .what("Only users can be moved to the cloud.")
            .refuses(|_, command, target| moves(command) && target.kind != Kind::User),
        mutant("only-what-has-mail-can-be-moved", "soa.convert-stops-sync")
            .what("A group that is not mail-enabled cannot be moved to the cloud.")
            .refuses(|_, command, target| {
                moves(command) && target.kind == Kind::Group && !target.mail_enabled
            }),
        mutant("passwords-go-on-to-moved-users", "soa.convert-stops-sync")
            .what("A user that was moved to the cloud gets on-premises passwords still.")
            .also(&[MOVED])
            .after_turn(|_, turn, _| {
                let password = turn.incoming.password.clone();
                if turn.features.password_hash_sync && password.is_some() {
                    of_moved(turn, |object| object.password.clone_from(&password));
                }
            }),
        mutant("new-installation-takes-moved-objects-back", "soa.convert-stops-sync")
            .what("A new installation of Connect finds what was moved to the cloud again.")
            .also(&[MOVED, STILL_JOINED])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.marked.insert("reinstalled".into());
                }
            })
            .converted(|memory, _, _, decision| match decision {
                Return::Managed if memory.marked.contains("reinstalled") => Return::TakenBack,
                decision => decision,
            }),
        mutant("moved-objects-are-deleted", "soa.convert-stops-sync")
            .what("The next cycle deletes what was moved to the cloud.")
            .also(&[MOVED, NOT_ITS_OWN])
            .after_turn(|_, turn, _| of_moved(turn, |object| object.deleted = true)),
    ]
}

fn editing_and_matching() -> Vec<Mutant> {
    vec![
        mutant("moved-objects-stay-locked", "soa.converted-is-editable")
            .what("An object that was moved to the cloud cannot be edited there.")
            .refuses(|_, command, target| is_edit(command) && target.is_cloud_managed),
        mutant("moved-groups-and-contacts-stay-locked", "soa.converted-is-editable")
            .what("A group or contact that was moved to the cloud cannot be edited there.")
            .refuses(|_, command, target| {
                is_edit(command) && target.is_cloud_managed && target.kind != Kind::User
            }),
        mutant("given-back-is-locked-at-once", "soa.converted-is-editable")
            .what("An object that was given back cannot be edited even before the next cycle.")
            .refuses(|memory, command, target| {
                let is_waiting = memory.marked.contains(&target.id) && target.is_cloud_mastered();
                is_edit(command) && is_waiting && !target.is_cloud_managed
            })
            .afterwards(|memory, command, model, _| {
                if let Command::SetCloudManaged(set) = command
                    && !set.value
                    && let Some((_, target)) = model.named_by(command)
                {
                    memory.marked.insert(target.id.clone());
                }
            }),
        mutant("moved-objects-are-soft-matched", "soa.converted-not-taken-over")
            .what("An object that was moved to the cloud is taken over by who has its name or address.")
            .also(&[MOVED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if pair.object.is_cloud_managed && !pair.shared.anchor {
                    let object = pair.object.to_mut();
                    object.is_cloud_managed = false;
                    object.on_premises_immutable_id = None;
                }
            }),
        mutant("moved-objects-are-hard-matched", "soa.converted-not-taken-over")
            .what("An object that was moved to the cloud is taken over by who has its anchor and another name.")
            .also(&[MOVED, STILL_JOINED])
            .converted(|_, circumstances, handle, decision| {
                let object = circumstances.tenant.get(handle);
                let name = object.and_then(|object| object.user_principal_name.as_deref());
                let is_same = same(circumstances.incoming.user_principal_name.as_deref(), name);
                match decision {
                    Return::Managed if !is_same && name.is_some() => Return::TakenBack,
                    decision => decision,
                }
            }),
    ]
}

fn giving_back() -> Vec<Mutant> {
    vec![
        mutant("given-back-is-mastered-on-premises-at-once", "soa.rollback-next-cycle")
            .what("What is given back is mastered on-premises before any cycle.")
            .also(&[MOVED, STILL_JOINED, NOT_ITS_OWN])
            .afterwards(|_, command, model, outcome| {
                after_turn_of_authority(command, model, outcome, false, |object| {
                    object.on_premises_sync_enabled = Some(true);
                });
            }),
        mutant("given-back-is-never-taken-over", "soa.rollback-next-cycle")
            .what("What is given back stays in the cloud.")
            .converted(|_, _, _, decision| match decision {
                Return::TakenBack => Return::Managed,
                decision => decision,
            }),
        mutant("giving-back-is-refused", "soa.rollback-next-cycle")
            .what("What was moved to the cloud cannot be given back.")
            .refuses(|_, command, target| {
                matches!(command, Command::SetCloudManaged(set) if !set.value)
                    && target.is_cloud_managed
            }),
        mutant("cloud-values-win-on-the-way-back", "soa.rollback-next-cycle")
            .what("What was edited in the cloud stays when the object is taken back.")
            .also(&[STILL_JOINED, MOVED])
            .exported(&[Occasion::Return], |_, export, object| {
                let before = export.before.clone();
                object.attributes.extend(before.attributes);
                object.user_principal_name = before.user_principal_name;
            }),
        mutant("addresses-are-merged-on-the-way-back", "soa.rollback-next-cycle")
            .what("Addresses that the cloud has given stay when the object is taken back.")
            .also(&[STILL_JOINED, MOVED])
            .exported(&[Occasion::Return], |_, export, object| {
                for address in &export.before.proxy_addresses {
                    let has_it = object.proxy_addresses.iter().any(|held| held.same(address));
                    if !has_it && !address.is_primary() {
                        object.proxy_addresses.push(address.clone());
                    }
                }
            }),
        mutant("plain-groups-are-not-taken-back", "soa.rollback-next-cycle")
            .what("A group that is not mail-enabled is not taken back.")
            .converted(|_, circumstances, _, decision| {
                let incoming = circumstances.incoming;
                let is_plain = incoming.kind == Kind::Group && !incoming.mail_enabled;
                if decision == Return::TakenBack && is_plain { Return::Managed } else { decision }
            }),
        mutant("contacts-are-not-taken-back", "soa.rollback-next-cycle")
            .what("A contact is not taken back: it is not matched by its anchor.")
            .converted(|_, circumstances, _, decision| {
                let is_contact = circumstances.incoming.kind == Kind::Contact;
                if decision == Return::TakenBack && is_contact { Return::Managed } else { decision }
            }),
        mutant("only-the-name-leads-back", "soa.rollback-next-cycle")
            .what("A user is taken back only where it has its on-premises name.")
            .converted(|_, circumstances, handle, decision| {
                let object = circumstances.tenant.get(handle);
                let name = object.and_then(|object| object.user_principal_name.as_deref());
                let is_same = same(circumstances.incoming.user_principal_name.as_deref(), name);
                match decision {
                    Return::TakenBack if name.is_some() && !is_same => Return::Managed,
                    decision => decision,
                }
            }),
        mutant("once-blocked-blocked-for-good", "soa.rollback-next-cycle")
            .what("A user that was not taken back while hard match was blocked is not tried again.")
            .converted(|memory, circumstances, _, decision| {
                let key = &circumstances.incoming.key;
                if decision == Return::Blocked {
                    memory.marked.insert(key.clone());
                }
                let is_marked = decision == Return::TakenBack && memory.marked.contains(key);
                if is_marked { Return::Managed } else { decision }
            }),
        mutant("only-once-given-back", "soa.rollback-next-cycle")
            .what("An object that was taken back once is not taken back again.")
            .converted(|memory, circumstances, _, decision| {
                let is_first = decision != Return::TakenBack
                    || memory.marked.insert(circumstances.incoming.key.clone());
                if is_first { decision } else { Return::Managed }
            }),
        mutant("the-way-back-ignores-the-block", "soa.rollback-blocked")
            .what("A user is taken back although hard match is blocked.")
            .converted(|_, _, _, decision| match decision {
                Return::Blocked => Return::TakenBack,
                decision => decision,
            }),
        mutant("the-blocked-way-back-makes-a-second-user", "soa.rollback-blocked")
            .what("For a user that is not taken back while hard match is blocked a new one is created.")
            .also(&[NOT_ITS_OWN, MOVED, "safe.unique-identifiers"])
            .converted(|memory, _, _, decision| {
                memory.stopped = decision == Return::Blocked;
                if memory.stopped { Return::New } else { decision }
            })
            .decision(|memory, _, decision| {
                if std::mem::take(&mut memory.stopped) { Decision::Provision } else { decision }
            }),
        mutant("the-blocked-way-back-brings-attributes", "soa.rollback-blocked")
            .what("A user that is not taken back while hard match is blocked gets on-premises attributes.")
            .also(&[MOVED])
            .after_turn(|_, turn, _| {
                if turn.features.block_hard_match && turn.joined.is_none() {
                    let attributes = turn.incoming.attributes.clone();
                    of_anchor(turn, |object| {
                        if !object.is_cloud_managed && object.on_premises_sync_enabled.is_none() {
                            object.attributes.extend(attributes);
                        }
                    });
                }
            }),
    ]
}

fn moves(command: &Command) -> bool {
    matches!(command, Command::SetCloudManaged(set) if set.value)
}

fn is_edit(command: &Command) -> bool {
    matches!(command, Command::UpdateCloudObject(_))
}

/// Changes an object after a command that moved it to the cloud, or gave it back.
fn after_turn_of_authority(
    command: &Command,
    model: &mut ReferenceModel,
    outcome: &Outcome,
    value: bool,
    change: fn(&mut CloudObject),
) {
    if let Command::SetCloudManaged(set) = command
        && set.value == value
        && outcome.status == Status::Ok
        && let Some((handle, _)) = model.named_by(command)
    {
        model.tenant_mut().change(handle, change);
    }
}

/// Changes the active object that has the anchor.
fn of_anchor(turn: &mut Turn<'_>, change: impl FnOnce(&mut CloudObject)) {
    let anchor = turn.incoming.source_anchor.as_deref();
    if let Some(handle) = anchor.and_then(|anchor| turn.tenant.holder_of_anchor(anchor)) {
        turn.tenant.change(handle, change);
    }
}

/// The same, where it was moved to the cloud.
fn of_moved(turn: &mut Turn<'_>, change: impl FnOnce(&mut CloudObject)) {
    of_anchor(turn, |object| {
        if object.is_cloud_managed {
            change(object);
        }
    });
}
