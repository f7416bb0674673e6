//! Faults in which way values flow, and in what a cycle goes on with.

use super::Mutant;
use super::alike::{error, holds, is_error};
use super::consequences::{MISSED, NOT_UPDATED};
use crate::directory::{
    Change, CloudObject, Command, OnPremisesChange, OnPremisesObject, ResultWord, SyncResult, Text,
    UpdateOnPremisesObject,
};
use crate::reference::Occasion::Update;
use std::sync::Arc;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "password-written-back",
        "direction.on-premises-never-written",
        "A password that is set in the cloud is written to the on-premises user with the same name.",
    )
    .instead(|_, command, model| {
        let Command::UpdateCloudObject(update) = command else {
            return None;
        };
        let target = model.named_by(command).filter(|target| target.is_cloud_mastered())?;
        if update.set.password == Change::Keep {
            return None;
        }
        let mut after = CloudObject::clone(&target);
        update.set.apply_to(&mut after);
        let has_the_name = |source: &OnPremisesObject| {
            source.user_principal_name.is_some()
                && source.user_principal_name == after.user_principal_name
        };
        let keys: Vec<Text> = model
            .on_premises()
            .filter(|(source, _)| has_the_name(source))
            .map(|(source, _)| source.key.clone())
            .collect();
        for key in keys {
            let password = update.set.password.clone();
            let set = OnPremisesChange { password, ..OnPremisesChange::default() };
            model.run(&Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key, set }));
        }
        None
    }),
    Mutant::new(
        "cloud-values-fill-on-premises",
        "direction.on-premises-never-written",
        "What a joined object has in the cloud and not on-premises is written there.",
    )
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
            let key = object.key.clone();
            model.write_on_premises(&key, object);
        }
    }),
    Mutant::new(
        "attributes-synchronised-once",
        "sync.updates-flow",
        "Changes of attributes do not reach a joined object.",
    ).also(&[NOT_UPDATED])
    .exported(|_, export, object| {
        if let Update { before, .. } = export.occasion {
            object.attributes.clone_from(&before.attributes);
        }
    }),
    Mutant::new(
        "renamed-users-keep-their-upn",
        "sync.updates-flow",
        "A changed user principal name does not reach a joined user.",
    ).also(&[NOT_UPDATED])
    .exported(|_, export, object| {
        if let Update { before, .. } = export.occasion {
            object.user_principal_name.clone_from(&before.user_principal_name);
        }
    }),
    Mutant::new(
        "updates-only-add-addresses",
        "sync.updates-flow",
        "Addresses that are taken away on-premises stay on the joined object.",
    ).also(&[NOT_UPDATED])
    .exported(|_, export, object| {
        if let Update { before, .. } = export.occasion {
            for address in &before.proxy_addresses {
                let mail = address.mail().unwrap_or_default();
                if !holds(object, mail) && !object.proxy_addresses.contains(address) {
                    let kept = if address.is_primary() {
                        format!("smtp:{mail}").as_str().into()
                    } else {
                        address.clone()
                    };
                    object.proxy_addresses.push(kept);
                }
            }
        }
    }),
    Mutant::new(
        "new-users-bring-their-password",
        "sync.password-needs-hash-sync",
        "A user that is created has its on-premises password, whatever the switch says.",
    )
    .exported(|_, export, object| {
        if let crate::reference::Occasion::Provisioning = export.occasion {
            object.password.clone_from(&export.incoming.password);
        }
    }),
    Mutant::new(
        "password-changes-ignore-the-switch",
        "sync.password-needs-hash-sync",
        "The password of a joined user is updated, whatever the switch says.",
    )
    .before_turn(|_, turn| {
        turn.features.password_hash_sync |= turn.joined.is_some();
        None
    }),
    Mutant::new(
        "error-stops-the-cycle",
        "sync.errors-stay-local",
        "The first object that fails ends the cycle.",
    ).also(&[MISSED, &["match.collision-creates-nothing-else", "recovery.rejoins-by-anchor", "safe.report-agrees", "sync.updates-flow"]])
    .before_turn(|memory, _| memory.broken_off.then(|| error("Stopped")))
    .after_turn(|memory, _, result| memory.broken_off |= is_error(result)),
    Mutant::new(
        "error-rolls-the-cycle-back",
        "sync.errors-stay-local",
        "If any object fails, nothing of the cycle is kept and every object fails.",
    ).also(&[MISSED, NOT_UPDATED, &["match.collision-creates-nothing-else", "safe.report-agrees"]])
    .instead(|memory, command, model| {
        if let Command::Sync(_) = command {
            let mut trial = model.clone();
            let outcome = trial.run(command);
            let fails = |key: &Text| outcome.result_of(key).is_some_and(is_error);
            memory.broken_off = trial.on_premises().any(|(object, _)| fails(&object.key));
        }
        None
    })
    .before_turn(|memory, _| memory.broken_off.then(|| error("Stopped"))),
    Mutant::new(
        "failed-not-retried",
        "sync.failed-is-retried",
        "An object that failed is not tried again until it is changed on-premises.",
    ).also(&[MISSED, &["sync.updates-flow"]])
    .instead(|memory, command, _| {
        if let Command::ReinstallConnect(_) = command {
            memory.failures.clear();
        }
        None
    })
    .before_turn(|memory, turn| {
        let (object, result, _) = memory.failures.get(&turn.incoming.key)?;
        Arc::ptr_eq(object, turn.incoming).then(|| result.clone())
    })
    .after_turn(|memory, turn, result| {
        if is_error(result) {
            let failure = (Arc::clone(turn.incoming), result.clone(), 1);
            memory.failures.insert(turn.incoming.key.clone(), failure);
        }
    }),
    Mutant::new(
        "retried-once-only",
        "sync.failed-is-retried",
        "An object that has failed twice is not tried again until it is changed on-premises.",
    ).also(&[&["law.idle-syncs"], &["admin.recovery", "match.case-insensitive-names", "match.every-new-object", "match.no-holder-provisions", "match.soft-on-upn", "switch.takes-effect-on-retry"]])
    .before_turn(|memory, turn| {
        let (object, result, count) = memory.failures.get(&turn.incoming.key)?;
        (Arc::ptr_eq(object, turn.incoming) && *count > 1).then(|| result.clone())
    })
    .after_turn(|memory, turn, result| {
        if is_error(result) {
            let known = memory.failures.get(&turn.incoming.key);
            let same = known.filter(|(object, _, _)| Arc::ptr_eq(object, turn.incoming));
            let count = same.map_or(1, |(_, _, count)| count + 1);
            let failure = (Arc::clone(turn.incoming), result.clone(), count);
            memory.failures.insert(turn.incoming.key.clone(), failure);
        }
    }),
    Mutant::new(
        "failure-reported-once",
        "sync.failed-is-retried",
        "A failure is reported in the first cycle, and in later ones as unchanged.",
    ).also(&[&["match.late-match-is-an-error", "safe.report-agrees"]])
    .after_turn(|memory, turn, result| {
        if is_error(result) && !memory.marked.insert(turn.incoming.key.clone()) {
            *result = SyncResult::plain(ResultWord::Unchanged);
        }
    }),
];
