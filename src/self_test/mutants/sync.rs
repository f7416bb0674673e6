//! Faults in which way values flow, and in what a cycle goes on with.

use super::Mutant;
use super::common::{UPDATE, cut, each_attribute, error, holds, is_error, overwrite};
use super::consequences::{MISSED, NOT_UPDATED};
use super::fault::mutant;
use super::recovery::REJOIN;
use crate::directory::{
    Change, CloudObject, Command, Kind, OnPremisesChange, OnPremisesObject, ResultWord, SyncResult,
    Text, UpdateOnPremisesObject, same_name,
};
use crate::implementation::Implementation as _;
use crate::reference::{Decision, Occasion, Reason, Turn};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("password-written-back", "sync.on-premises-never-written")
            .what("A password that is set in the cloud is written to the on-premises user.")
            .instead(|_, command, model| {
                let Command::UpdateCloudObject(update) = command else {
                    return None;
                };
                let (_, target) = model.named_by(command)?;
                if update.set.password == Change::Keep || !target.is_cloud_mastered() {
                    return None;
                }
                let mut after = CloudObject::clone(target);
                update.set.apply_to(&mut after);
                let name = &after.user_principal_name;
                let written: Vec<Text> = model
                    .on_premises()
                    .filter(|(source, _)| name.is_some() && source.user_principal_name == *name)
                    .map(|(source, _)| source.key.clone())
                    .collect();
                for key in written {
                    let password = update.set.password.clone();
                    let set = OnPremisesChange { password, ..OnPremisesChange::default() };
                    let write = UpdateOnPremisesObject { key, set };
                    model.apply(&Command::UpdateOnPremisesObject(write)).ok()?;
                }
                None
            }),
        mutant("cloud-values-fill-on-premises", "sync.on-premises-never-written")
            .what("What a joined object has in the cloud and not on-premises is written there.")
            .afterwards(|_, command, model, _| {
                if !matches!(command, Command::Sync(_)) {
                    return;
                }
                let mut written = Vec::new();
                for (source, joined) in model.on_premises() {
                    if let Some(cloud) = joined.and_then(|handle| model.tenant().get(handle)) {
                        let mut object = OnPremisesObject::clone(source);
                        for (name, value) in &cloud.attributes {
                            object.attributes.entry(name.clone()).or_insert_with(|| value.clone());
                        }
                        if object != **source {
                            written.push(object);
                        }
                    }
                }
                for object in written {
                    model.write_on_premises(object);
                }
            }),
        mutant("attributes-synchronised-once", "sync.updates-flow")
            .what("Changes of attributes do not reach a joined object.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                object.attributes.clone_from(&export.before.attributes);
            }),
        mutant("renamed-users-keep-their-upn", "sync.updates-flow")
            .what("A changed user principal name does not reach a joined user.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                object.user_principal_name.clone_from(&export.before.user_principal_name);
            }),
        mutant("updates-only-add-addresses", "sync.updates-flow")
            .what("Addresses that are taken away on-premises stay on the joined object.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                for address in &export.before.proxy_addresses {
                    let mail = address.mail().unwrap_or_default();
                    if holds(object, mail) || object.proxy_addresses.contains(address) {
                        continue;
                    }
                    object.proxy_addresses.push(match address.is_primary() {
                        true => format!("smtp:{mail}").as_str().into(),
                        false => address.clone(),
                    });
                }
            }),
        mutant("reinstall-drops-pending-changes", "sync.updates-flow")
            .what("What was changed on-premises before a reinstallation never reaches the cloud.")
            .also(&[NOT_UPDATED])
            .exported(REJOIN, |_, export, object| object.clone_from(export.before)),
        mutant("new-users-bring-their-password", "sync.password-needs-hash-sync")
            .what("A user that is created has its on-premises password, whatever the switch says.")
            .exported(&[Occasion::Provisioning], |_, export, object| {
                object.password.clone_from(&export.incoming.password);
            }),
        mutant("password-changes-ignore-the-switch", "sync.password-needs-hash-sync")
            .what("The password of a joined user is updated, whatever the switch says.")
            .exported(&[Occasion::Update], |_, export, object| {
                if export.incoming.password.is_some() {
                    object.password.clone_from(&export.incoming.password);
                }
            }),
        mutant("error-stops-the-cycle", "sync.errors-stay-local")
            .what("The first object that fails ends the cycle.")
            .also(&["protect.already-mapped-code", 
                MISSED,
                "match.collision-creates-nothing-else recovery.rejoins-by-anchor \
                 safe.report-agrees sync.updates-flow",
            ])
            .before_turn(|memory, _| memory.stopped.then(|| error("Stopped")))
            .after_turn(|memory, _, result| memory.stopped |= is_error(result)),
        mutant("error-rolls-the-cycle-back", "sync.errors-stay-local")
            .what("If any object fails, nothing of the cycle is kept and every object fails.")
            .also(&["kind.type-mismatch-code match.held-value-code match.other-anchor-code protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", MISSED, NOT_UPDATED, "match.collision-creates-nothing-else safe.report-agrees"])
            .instead(|memory, command, model| {
                if let Command::Sync(_) = command {
                    let trial = model.clone().apply(command).ok()?;
                    memory.stopped = trial.outcome.objects.values().any(is_error);
                }
                None
            })
            .before_turn(|memory, _| memory.stopped.then(|| error("Stopped"))),
        mutant("failed-not-retried", "sync.failed-is-retried")
            .what("An object that failed is not tried again until it is changed on-premises.")
            .also(&["soa.rollback-next-cycle", MISSED, "sync.updates-flow"])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.failures.clear();
                }
            })
            .before_turn(|memory, turn| Some(memory.failure(turn)?.0))
            .after_turn(|memory, turn, result| {
                if is_error(result) {
                    memory.note_failure(turn, result);
                }
            }),
        mutant("retried-once-only", "sync.failed-is-retried")
            .what("An object that failed twice is not tried again until it is changed on-premises.")
            .also(&["match.hard-on-source-anchor protect.clear-identifier protect.recovery-role protect.safe-target-matches protect.soft-match-unchanged scope.return-after-restore switch.block-hard-match-on-retry", "relation.idle-syncs admin.recovery match.case-insensitive-names \
                 match.every-new-object match.no-holder-provisions match.soft-on-upn \
                 switch.takes-effect-on-retry"])
            .before_turn(|memory, turn| {
                let (result, count) = memory.failure(turn)?;
                (count > 1).then_some(result)
            })
            .after_turn(|memory, turn, result| {
                if is_error(result) {
                    memory.note_failure(turn, result);
                }
            }),
        mutant("changed-anchor-is-stamped", "sync.changed-anchor-stops-updates")
            .what("A joined object that is given another anchor is synchronised with that one.")
            .also(&["match.new-objects-only safe.report-agrees soa.one-authority"])
            .before_turn(|_, turn| {
                if has_free_new_anchor(turn)
                    && let Some(own) = turn.joined
                {
                    let anchor = &turn.incoming.source_anchor;
                    turn.tenant.change(own, |object| {
                        object.on_premises_immutable_id.clone_from(anchor);
                    });
                }
                None
            }),
        mutant("changed-anchor-lets-values-pass", "sync.changed-anchor-stops-updates")
            .what("A joined object that is given another anchor is told as an error and updated.")
            .after_turn(|_, turn, result| {
                if is_error(result) && has_free_new_anchor(turn) {
                    overwrite(turn);
                }
            }),
        mutant("changed-anchor-fails-silently", "sync.changed-anchor-stops-updates")
            .what("A joined object that is given another anchor waits without a word.")
            .after_turn(|_, turn, result| {
                if is_error(result) && has_free_new_anchor(turn) {
                    *result = SyncResult::plain(ResultWord::Unchanged);
                }
            }),
        mutant("stopped-for-good-by-a-changed-anchor", "sync.changed-anchor-stops-updates")
            .what(
                "A joined object whose anchor was changed is not updated when the old one is back.",
            )
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .before_turn(|memory, turn| {
                if has_free_new_anchor(turn) {
                    memory.marked.insert(turn.incoming.key.clone());
                }
                let is_stopped = memory.marked.contains(&turn.incoming.key);
                is_stopped.then(|| Reason::SourceAnchorChanged.error())
            }),
        mutant("failure-reported-once", "sync.failed-is-retried")
            .what("A failure is reported in the first cycle, and in later ones as unchanged.")
            .also(&["match.late-match-is-an-error safe.report-agrees"])
            .after_turn(|memory, turn, result| {
                if is_error(result) && !memory.marked.insert(turn.incoming.key.clone()) {
                    *result = SyncResult::plain(ResultWord::Unchanged);
                }
            }),
        mutant("given-up-after-three-failures", "sync.failed-is-retried")
            .what("An object that failed three times is not tried again until it is changed.")
            .also(&[MISSED, "relation.idle-syncs sync.updates-flow"])
            .before_turn(|memory, turn| {
                let (result, count) = memory.failure(turn)?;
                (count > 2).then_some(result)
            })
            .after_turn(|memory, turn, result| {
                if is_error(result) {
                    memory.note_failure(turn, result);
                }
            }),
        mutant("five-errors-end-the-cycle", "sync.errors-stay-local")
            .what("After five objects that failed a cycle goes on with none.")
            .also(&[MISSED, NOT_UPDATED, "relation.many-unrelated-objects safe.report-agrees"])
            .before_turn(|memory, _| (memory.errors >= 5).then(|| error("Stopped"))),
        mutant("second-password-change-is-lost", "sync.updates-flow")
            .what("A password that has been changed once is not changed again.")
            .also(&[NOT_UPDATED, "takeover.password-overwritten"])
            .exported(UPDATE, |memory, export, object| {
                if object.password != export.before.password
                    && !memory.marked.insert(export.before.id.clone())
                {
                    object.password.clone_from(&export.before.password);
                }
            }),
        mutant("late-match-loses-what-came-with-it", "sync.updates-flow")
            .what("What was changed together with a late match is taken for exported.")
            .also(&[NOT_UPDATED])
            .after_turn(|memory, turn, result| {
                if is_error(result) && turn.joined.is_some() {
                    memory.note_failure(turn, result);
                }
            })
            .exported(UPDATE, |memory, export, object| {
                let failed = memory.failures.remove(&export.incoming.key);
                for (name, value) in failed.iter().flat_map(|(failed, ..)| &failed.attributes) {
                    if export.incoming.attributes.get(name) == Some(value) {
                        match export.before.attributes.get(name) {
                            Some(former) => {
                                object.attributes.insert(name.clone(), former.clone());
                            }
                            None => drop(object.attributes.remove(name)),
                        }
                    }
                }
            }),
        mutant("attributes-wait-where-names-change", "sync.updates-flow")
            .what("An update of the name and of addresses leaves attributes as they were.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                if object.user_principal_name != export.before.user_principal_name
                    && object.proxy_addresses != export.before.proxy_addresses
                {
                    object.attributes.clone_from(&export.before.attributes);
                }
            }),
        mutant("updates-cut-values-at-a-column-s-width", "sync.updates-flow")
            .what("An update writes the first 255 characters of each value.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, _, object| each_attribute(object, |value| cut(value, 255))),
        mutant("updates-join-lines", "sync.updates-flow")
            .what("An update writes values in one line.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, _, object| {
                each_attribute(object, |value| value.replace(['\r', '\n'], " ").into());
            }),
        mutant("a-value-that-was-there-before-is-no-change", "sync.updates-flow")
            .what("An attribute that is changed back to a value that it had does not change.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |memory, export, object| {
                for (name, value) in &export.before.attributes {
                    let was = |value: &str| -> Text {
                        format!("{}, {name}: {value}", export.before.id).into()
                    };
                    let now = object.attributes.get(name).cloned();
                    if now.as_ref() != Some(value) {
                        memory.marked.insert(was(value));
                        if now.is_some_and(|now| memory.marked.contains(&was(&now))) {
                            object.attributes.insert(name.clone(), value.clone());
                        }
                    }
                }
            }),
        mutant("updates-write-ten-addresses", "sync.updates-flow")
            .what("An update writes ten addresses at most.")
            .also(&[NOT_UPDATED, "safe.only-the-named-change"])
            .exported(UPDATE, |_, _, object| object.proxy_addresses.truncate(10)),
        mutant("updates-of-groups-leave-addresses", "sync.updates-flow")
            .what("Changes of a group's addresses do not reach the cloud.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                if object.kind == Kind::Group {
                    object.proxy_addresses.clone_from(&export.before.proxy_addresses);
                }
            }),
        mutant("own-address-collides-with-itself", "sync.updates-flow")
            .what("A secondary address of a joined object cannot become its primary one.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .before_turn(|_, turn| {
                let own = turn.tenant.get(turn.joined?)?;
                let primary = turn.incoming.primary_address()?;
                let is_secondary = holds(own, primary)
                    && !own.primary_address().is_some_and(|held| same_name(held, primary));
                is_secondary.then(|| Reason::LateMatch.error())
            }),
        mutant("passwords-wait-where-anything-else-changes", "sync.updates-flow")
            .what("An update that changes anything else leaves the password as it was.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |_, export, object| {
                let password = object.password.take();
                object.password.clone_from(&export.before.password);
                if *object == *export.before {
                    object.password = password;
                }
            }),
        mutant("a-password-that-was-there-before-is-no-change", "sync.updates-flow")
            .what("A password that is changed back to one that the user had does not change.")
            .also(&[NOT_UPDATED])
            .exported(UPDATE, |memory, export, object| {
                if object.password != export.before.password {
                    let was = |password: Option<&Text>| -> Text {
                        format!("{}: {password:?}", export.before.id).into()
                    };
                    memory.marked.insert(was(export.before.password.as_ref()));
                    if memory.marked.contains(&was(object.password.as_ref())) {
                        object.password.clone_from(&export.before.password);
                    }
                }
            }),
        mutant("updates-end-after-ten-cycles", "sync.updates-flow")
            .what("From the eleventh cycle on changes of joined objects are not looked at.")
            .also(&[NOT_UPDATED, "match.late-match-is-an-error"])
            .before_turn(|memory, turn| {
                let is_late = memory.cycles >= 10 && turn.joined.is_some();
                is_late.then(|| SyncResult::plain(ResultWord::Unchanged))
            }),
        mutant("renamed-users-are-created-anew", "sync.updates-flow")
            .what("A joined user that is renamed is deleted and created again under a new id.")
            .also(&[
                NOT_UPDATED,
                "match.new-objects-only match.one-to-one safe.only-the-named-change \
                 safe.report-agrees",
            ])
            .exported(UPDATE, |memory, export, object| {
                if object.user_principal_name != export.before.user_principal_name {
                    memory.marked.insert(export.incoming.key.clone());
                }
            })
            .after_turn(|memory, turn, _| {
                if memory.marked.remove(&turn.incoming.key)
                    && let Some(own) = turn.joined
                    && let Some(object) = turn.tenant.get(own).cloned()
                {
                    turn.tenant.remove(own);
                    turn.joined = Some(turn.tenant.insert(CloudObject::clone(&object)));
                }
            }),
        mutant("stopped-by-the-block-once-never-matched", "sync.failed-is-retried")
            .what("What the block of hard match has stopped once is never matched.")
            .also(&[MISSED, "switch.block-hard-match"])
            .decision(|memory, circumstances, decision| {
                let key = &circumstances.incoming.key;
                match decision {
                    Decision::Reject(Reason::HardMatchBlocked) => {
                        memory.marked.insert(key.clone());
                        decision
                    }
                    Decision::TakeOver(_) if memory.marked.contains(key) => {
                        Decision::Reject(Reason::HardMatchBlocked)
                    }
                    decision => decision,
                }
            }),
        mutant("failures-survive-a-reinstallation", "sync.failed-is-retried")
            .what("An object that failed before a reinstallation is not tried again after it.")
            .also(&[MISSED, "relation.reinstallation"])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.marked.extend(memory.failures.keys().cloned());
                }
            })
            .before_turn(|memory, turn| {
                let is_given_up = memory.marked.contains(&turn.incoming.key);
                is_given_up.then(|| Reason::Ambiguous.error())
            })
            .after_turn(|memory, turn, result| {
                if is_error(result) && turn.joined.is_none() {
                    memory.note_failure(turn, result);
                } else {
                    memory.failures.remove(&turn.incoming.key);
                }
            }),
        mutant("an-error-of-a-user-ends-the-cycle-for-other-kinds", "sync.errors-stay-local")
            .what("After an object that failed a cycle goes on with users only.")
            .also(&[
                MISSED,
                NOT_UPDATED,
                "match.collision-creates-nothing-else relation.unrelated-objects \
                 safe.report-agrees",
            ])
            .before_turn(|memory, turn| {
                let is_stopped = memory.errors > 0 && turn.incoming.kind != Kind::User;
                is_stopped.then(|| error("Stopped"))
            }),
    ]
}

/// Whether the object is joined and has another anchor now, which nothing carries.
fn has_free_new_anchor(turn: &Turn<'_>) -> bool {
    let anchor = &turn.incoming.source_anchor;
    let is_free = |anchor: &Text| turn.tenant.holder_of_anchor(anchor).is_none();
    let own = turn.joined.and_then(|own| turn.tenant.get(own));
    own.is_some_and(|own| own.on_premises_immutable_id != *anchor)
        && anchor.as_ref().is_some_and(is_free)
}
