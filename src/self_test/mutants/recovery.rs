//! Faults in what happens after Connect was installed anew.

use super::Mutant;
use super::consequences::NOT_UPDATED;
use super::fault::mutant;
use crate::directory::{Command, Evaluator, Kind, ResultWord};
use crate::reference::{Occasion, Reason};

/// The first export after a reinstallation.
pub(super) const REJOIN: &[Occasion] = &[Occasion::Rejoin];

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("rejoined-users-lose-their-roles", "recovery.nothing-lost")
            .what("A user that is rejoined after a reinstallation starts without roles.")
            .also(&["admin.roles-may-return safe.only-the-named-change"])
            .exported(REJOIN, |_, _, object| object.roles.clear()),
        mutant("reinstall-resets-attributes", "recovery.nothing-lost")
            .what("An object that is rejoined keeps only attributes with a value on-premises.")
            .also(&["match.collision-creates-nothing-else safe.only-the-named-change"])
            .exported(REJOIN, |_, export, object| {
                object.attributes.clone_from(&export.incoming.attributes);
            }),
        mutant("reinstall-rejoins-by-upn", "recovery.rejoins-by-anchor")
            .what("After a reinstallation objects are rejoined by UPN instead of by anchor.")
            .also(&["relation.reinstallation safe.report-agrees", NOT_UPDATED])
            .rejoin(|circumstances, is_joined, _| {
                let incoming = circumstances.incoming;
                let name = incoming.user_principal_name.as_deref();
                let holder = name.and_then(|name| circumstances.tenant.holder_of_name(name));
                Ok(holder.filter(|&handle| {
                    circumstances.tenant.get(handle).is_some_and(|object| {
                        object.is_on_premises_mastered()
                            && !object.quarantined
                            && object.kind == incoming.kind
                            && !is_joined(handle)
                    })
                }))
            }),
        mutant("roles-stop-rejoining", "recovery.rejoins-by-anchor")
            .what("A user that was given a role is not rejoined after a reinstallation.")
            .also(&[
                "protect.joined-sync-on",
                "admin.roles-may-return safe.report-agrees sync.updates-flow",
            ])
            .rejoin(|circumstances, _, found| {
                let object = found?.and_then(|handle| circumstances.tenant.get(handle));
                let has_role = object.is_some_and(|object| !object.roles.is_empty());
                if has_role { Err(Reason::HasRole) } else { found }
            }),
        mutant("switch-stops-rejoining", "recovery.rejoins-by-anchor")
            .what("With soft match disabled nothing is rejoined after a reinstallation.")
            .also(&["recovery.nothing-lost safe.report-agrees switch.joined-objects-still-sync \
                 sync.updates-flow"])
            .rejoin(|circumstances, _, found| match found {
                Ok(Some(_)) if !circumstances.features.soft_match => Err(Reason::SoftMatchDisabled),
                found => found,
            }),
        mutant("groups-are-not-rejoined", "recovery.rejoins-by-anchor")
            .what("Only users and contacts are rejoined after a reinstallation.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .rejoin(|circumstances, _, found| match found {
                Ok(Some(_)) if circumstances.incoming.kind == Kind::Group => {
                    Err(Reason::AnchorInUse)
                }
                found => found,
            }),
        mutant("soft-match-told-as-clients", "recovery.soft-match-is-the-services")
            .what("A soft match is reported as evaluated by the client.")
            .after_turn(|_, _, result| {
                if result.result == ResultWord::SoftMatched {
                    result.evaluated_by = Some(Evaluator::Client);
                }
            }),
        mutant("soft-match-of-contacts-told-as-clients", "recovery.soft-match-is-the-services")
            .what("A soft match of a contact is reported as evaluated by the client.")
            .after_turn(|_, turn, result| {
                if result.result == ResultWord::SoftMatched && turn.incoming.kind == Kind::Contact {
                    result.evaluated_by = Some(Evaluator::Client);
                }
            }),
        mutant("second-reinstallation-finds-nothing", "recovery.rejoins-by-anchor")
            .what("After a second reinstallation nothing is found again.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.marked.insert(memory.marked.len().to_string().into());
                }
            })
            .before_turn(|memory, turn| {
                let anchor = turn.incoming.source_anchor.as_deref()?;
                let found = turn.tenant.get(turn.tenant.holder_of_anchor(anchor)?)?;
                let is_lost = turn.joined.is_none() && found.is_on_premises_mastered();
                (is_lost && memory.marked.len() > 1).then(|| Reason::AnchorInUse.error())
            }),
        mutant("plain-groups-are-not-rejoined", "recovery.rejoins-by-anchor")
            .what("Groups that are not mail-enabled are not rejoined after a reinstallation.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .rejoin(|circumstances, _, found| {
                let incoming = circumstances.incoming;
                match found {
                    Ok(Some(_)) if incoming.kind == Kind::Group && !incoming.mail_enabled => {
                        Err(Reason::AnchorInUse)
                    }
                    found => found,
                }
            }),
        mutant("reinstall-writes-names-and-addresses-only", "recovery.nothing-lost")
            .what("Attributes that were changed before a reinstallation never reach the cloud.")
            .also(&[NOT_UPDATED, "relation.reinstallation"])
            .exported(REJOIN, |_, export, object| {
                object.attributes.clone_from(&export.before.attributes);
            }),
    ]
}
