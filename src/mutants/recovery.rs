//! Faults in what happens after Connect was installed anew.

use super::Mutant;
use super::consequences::NOT_UPDATED;
use crate::directory::{CloudObject, Evaluator, Kind, ResultWord};
use crate::reference::{Export, Occasion, Reason};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "rejoined-users-lose-their-roles",
        "recovery.nothing-lost",
        "A user that is rejoined after a reinstallation starts without roles.",
    )
    .also(&[&["admin.roles-may-return", "safe.only-the-named-change"]])
    .exported(|_, export, object| {
        if before_rejoin(export).is_some() {
            object.roles.clear();
        }
    }),
    Mutant::new(
        "reinstall-resets-attributes",
        "recovery.nothing-lost",
        "An object that is rejoined keeps only the attributes that have a value on-premises.",
    )
    .also(&[&["match.collision-creates-nothing-else", "safe.only-the-named-change"]])
    .exported(|_, export, object| {
        if before_rejoin(export).is_some() {
            object.attributes.clone_from(&export.incoming.attributes);
        }
    }),
    Mutant::new(
        "reinstall-drops-pending-changes",
        "recovery.nothing-lost",
        "What was changed on-premises before a reinstallation never reaches the cloud.",
    )
    .also(&[NOT_UPDATED])
    .exported(|_, export, object| {
        if let Some(before) = before_rejoin(export) {
            object.clone_from(before);
        }
    }),
    Mutant::new(
        "reinstall-rejoins-by-upn",
        "recovery.rejoins-by-anchor",
        "After a reinstall objects are rejoined by user principal name instead of by anchor.",
    )
    .also(&[&["law.reinstallation"], NOT_UPDATED, &["safe.report-agrees"]])
    .rejoin(|_, circumstances, is_joined, _| {
        let incoming = circumstances.incoming;
        let name = incoming.user_principal_name.as_deref();
        let holder = name.and_then(|name| circumstances.tenant.holder_of_name(name));
        Ok(holder.filter(|&handle| {
            circumstances.tenant.get(handle).is_some_and(|object| {
                object.on_premises_sync_enabled
                    && !object.quarantined
                    && object.kind == incoming.kind
                    && !is_joined(handle)
            })
        }))
    }),
    Mutant::new(
        "roles-stop-rejoining",
        "recovery.rejoins-by-anchor",
        "A user that was given a role is not rejoined after a reinstallation.",
    )
    .also(&[&["safe.report-agrees"]])
    .rejoin(|_, circumstances, _, found| match found {
        Ok(Some(handle))
            if circumstances.tenant.get(handle).is_some_and(|found| !found.roles.is_empty()) =>
        {
            Err(Reason::HasRole)
        }
        found => found,
    }),
    Mutant::new(
        "switch-stops-rejoining",
        "recovery.rejoins-by-anchor",
        "With soft match disabled nothing is rejoined after a reinstallation.",
    )
    .also(&[&[
        "recovery.nothing-lost",
        "safe.report-agrees",
        "switch.joined-objects-still-sync",
        "sync.updates-flow",
    ]])
    .rejoin(|_, circumstances, _, found| match found {
        Ok(Some(_)) if !circumstances.features.soft_match => Err(Reason::SoftMatchDisabled),
        found => found,
    }),
    Mutant::new(
        "groups-are-not-rejoined",
        "recovery.rejoins-by-anchor",
        "Only users and contacts are rejoined after a reinstallation.",
    )
    .also(&[NOT_UPDATED, &["safe.report-agrees"]])
    .rejoin(|_, circumstances, _, found| match found {
        Ok(Some(_)) if circumstances.incoming.kind == Kind::Group => Err(Reason::AnchorInUse),
        found => found,
    }),
    Mutant::new(
        "soft-match-told-as-clients",
        "recovery.soft-match-is-the-services",
        "A soft match is reported as evaluated by the client.",
    )
    .after_turn(|_, _, result| {
        if result.result == ResultWord::SoftMatched {
            result.evaluated_by = Some(Evaluator::Client);
        }
    }),
    Mutant::new(
        "soft-match-of-contacts-told-as-clients",
        "recovery.soft-match-is-the-services",
        "A soft match of a contact is reported as evaluated by the client.",
    )
    .after_turn(|_, turn, result| {
        if result.result == ResultWord::SoftMatched && turn.incoming.kind == Kind::Contact {
            result.evaluated_by = Some(Evaluator::Client);
        }
    }),
];

/// The cloud object as it was, where the export is the first after a reinstallation.
pub(super) fn before_rejoin<'a>(export: &Export<'a>) -> Option<&'a CloudObject> {
    match export.occasion {
        Occasion::Update { before, exported: None } => Some(before),
        _ => None,
    }
}
