//! Faults in what a takeover does to the cloud object.

use super::Mutant;
use super::alike::{holds, without_primary};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::matching::is_takeover_by;
use crate::directory::{CloudObject, Kind};
use crate::reference::Occasion::Takeover;
use std::collections::BTreeSet;

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "takeover-leaves-authority",
        "takeover.authority-flips",
        "A takeover writes the values and leaves the object mastered in the cloud.",
    )
    .also(&[NOT_ITS_OWN, MISSED, &["safe.command-takes-effect"]])
    .exported(|_, export, object| {
        if let Takeover { .. } = export.occasion {
            object.on_premises_sync_enabled = false;
        }
    }),
    Mutant::new(
        "contact-takeover-leaves-authority",
        "takeover.authority-flips",
        "A contact that is taken over stays mastered in the cloud.",
    )
    .also(&[NOT_ITS_OWN, MISSED])
    .exported(|_, export, object| {
        if let Takeover { .. } = export.occasion
            && object.kind == Kind::Contact
        {
            object.on_premises_sync_enabled = false;
        }
    }),
    Mutant::new(
        "anchor-not-stamped-on-soft-match",
        "takeover.anchor-stamped",
        "A soft match leaves onPremisesImmutableId as it was.",
    )
    .also(&[
        MISSED,
        &[
            "match.collision-creates-nothing-else",
            "safe.command-takes-effect",
            "safe.only-the-named-change",
            "safe.report-agrees",
            "soa.one-authority",
        ],
    ])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion
            && is_takeover_by(export, |by_anchor| !by_anchor)
        {
            object.on_premises_immutable_id.clone_from(&before.on_premises_immutable_id);
        }
    }),
    Mutant::new(
        "anchor-stamped-in-lower-case",
        "takeover.anchor-stamped",
        "A soft match stamps the anchor in lower case.",
    )
    .also(&[&[
        "safe.command-takes-effect",
        "safe.only-the-named-change",
        "safe.report-agrees",
        "safe.unique-identifiers",
        "soa.one-authority",
    ]])
    .exported(|_, export, object| {
        if is_takeover_by(export, |by_anchor| !by_anchor)
            && let Some(anchor) = &object.on_premises_immutable_id
        {
            object.on_premises_immutable_id = Some(anchor.to_ascii_lowercase().into());
        }
    }),
    Mutant::new(
        "cloud-values-win",
        "takeover.values-overwritten",
        "Attributes that already have a value in the cloud keep it at a takeover.",
    )
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion {
            object.attributes.extend(before.attributes.clone());
        }
    }),
    Mutant::new(
        "takeover-forgets-one-attribute",
        "takeover.values-overwritten",
        "A takeover leaves the last of several attributes as it was in the cloud.",
    )
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion
            && export.incoming.attributes.len() > 1
            && let Some((last, _)) = export.incoming.attributes.last()
        {
            match before.attributes.get(last) {
                Some(value) => object.attributes.insert(last.clone(), value.clone()),
                None => object.attributes.remove(last),
            };
        }
    }),
    Mutant::new(
        "takeover-keeps-the-cloud-upn",
        "takeover.values-overwritten",
        "A user that is taken over keeps the user principal name that it had in the cloud.",
    )
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion {
            object.user_principal_name.clone_from(&before.user_principal_name);
        }
    }),
    Mutant::new(
        "takeover-merges-addresses",
        "takeover.addresses-replaced",
        "Addresses that exist only in the cloud survive a takeover.",
    )
    .also(&[&[
        "match.collision-creates-nothing-else",
        "recovery.nothing-lost",
        "safe.only-the-named-change",
        "sync.updates-flow",
    ]])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion {
            let written = std::mem::take(&mut object.proxy_addresses);
            let merged: BTreeSet<_> =
                written.into_iter().chain(before.proxy_addresses.iter().cloned()).collect();
            object.proxy_addresses = merged.into_iter().collect();
        }
    }),
    Mutant::new(
        "takeover-replaces-the-primary-address-only",
        "takeover.addresses-replaced",
        "A takeover replaces the primary address and leaves the others as they were.",
    )
    .also(&[&[
        "match.collision-creates-nothing-else",
        "recovery.nothing-lost",
        "safe.only-the-named-change",
    ]])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion
            && object.primary_address().is_some()
        {
            object.proxy_addresses.retain(|address| address.is_primary());
            let kept: Vec<_> = without_primary(&before.proxy_addresses)
                .filter(|kept| kept.mail().is_none_or(|mail| !holds(object, mail)))
                .cloned()
                .collect();
            object.proxy_addresses.extend(kept);
        }
    }),
    Mutant::new(
        "hard-match-keeps-secondary-addresses",
        "takeover.addresses-replaced",
        "A hard match keeps the cloud's secondary addresses; a soft match replaces them.",
    )
    .also(&[&[
        "match.collision-creates-nothing-else",
        "recovery.nothing-lost",
        "safe.only-the-named-change",
    ]])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion
            && is_takeover_by(export, |by_anchor| by_anchor)
        {
            let kept: Vec<_> = without_primary(&before.proxy_addresses)
                .filter(|kept| kept.mail().is_none_or(|mail| !holds(object, mail)))
                .cloned()
                .collect();
            object.proxy_addresses.extend(kept);
        }
    }),
    Mutant::new(
        "takeover-recreates-object",
        "takeover.same-object",
        "A takeover deletes the cloud object and creates it again under a new id.",
    )
    .also(&[&["match.every-new-object", "safe.only-the-named-change", "safe.report-agrees"]])
    .target(|_, tenant, target| {
        let Some(object) = tenant.get(target).map(|object| CloudObject::clone(object)) else {
            return target;
        };
        tenant.remove(target);
        tenant.insert(|id| CloudObject { id, ..object })
    }),
    Mutant::new(
        "takeover-leaves-the-object-in-the-recycle-bin",
        "takeover.same-object",
        "A takeover moves the object to the recycle bin and goes on with a new one like it.",
    )
    .also(&[&[
        "match.every-new-object",
        "safe.only-the-named-change",
        "safe.report-agrees",
        "takeover.addresses-replaced",
        "takeover.anchor-stamped",
        "takeover.authority-flips",
        "takeover.password-overwritten",
        "takeover.values-overwritten",
    ]])
    .target(|_, tenant, target| {
        let Some(object) = tenant.get(target).map(|object| CloudObject::clone(object)) else {
            return target;
        };
        tenant.replace(target, CloudObject { deleted: true, ..object.clone() });
        tenant.insert(|id| CloudObject { id, ..object })
    }),
    Mutant::new(
        "password-not-overwritten",
        "takeover.password-overwritten",
        "A takeover keeps the cloud password although password hash synchronisation is on.",
    )
    .also(&[&["sync.updates-flow"]])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion {
            object.password.clone_from(&before.password);
        }
    }),
    Mutant::new(
        "password-overwritten-on-soft-match-only",
        "takeover.password-overwritten",
        "A hard match keeps the cloud password; a soft match overwrites it.",
    )
    .also(&[&["sync.updates-flow"]])
    .exported(|_, export, object| {
        if let Takeover { before, .. } = export.occasion
            && is_takeover_by(export, |by_anchor| by_anchor)
        {
            object.password.clone_from(&before.password);
        }
    }),
    Mutant::new(
        "password-written-without-hash-sync",
        "takeover.password-kept",
        "The on-premises password is written although password hash synchronisation is off.",
    )
    .also(&[&["recovery.nothing-lost", "sync.password-needs-hash-sync"]])
    .before_turn(|_, turn| {
        turn.features.password_hash_sync = true;
        None
    }),
    Mutant::new(
        "takeover-resets-an-unsynced-password",
        "takeover.password-kept",
        "A takeover without password hash synchronisation leaves the user without a password.",
    )
    .exported(|_, export, object| {
        if let Takeover { .. } = export.occasion
            && !export.features.password_hash_sync
        {
            object.password = None;
        }
    }),
];
