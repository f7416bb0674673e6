//! Faults in what a takeover does to the cloud object.

use super::Mutant;
use super::common::{TAKEOVER, cut, each_attribute, holds, is_error, is_takeover};
use super::consequences::{HALF_TAKEN_OVER, MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use crate::directory::{CloudObject, Kind, ProxyAddress};
use crate::reference::{CloudHandle, Occasion, Turn};
use std::collections::BTreeSet;

const HARD_MATCH: &[Occasion] = &[Occasion::HardMatch];
const SOFT_MATCH: &[Occasion] = &[Occasion::SoftMatch];

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("takeover-leaves-authority", "takeover.authority-flips")
            .what("A takeover writes the values and leaves the object mastered in the cloud.")
            .also(&["soa.never-synchronised-is-null", NOT_ITS_OWN, MISSED, "safe.command-takes-effect"])
            .exported(TAKEOVER, |_, _, object| object.on_premises_sync_enabled = Some(false)),
        mutant("contact-takeover-leaves-authority", "takeover.authority-flips")
            .what("A contact that is taken over stays mastered in the cloud.")
            .also(&["soa.never-synchronised-is-null", NOT_ITS_OWN, MISSED])
            .exported(TAKEOVER, |_, _, object| {
                object.on_premises_sync_enabled = Some(object.kind != Kind::Contact);
            }),
        mutant("anchor-not-stamped-on-soft-match", "takeover.anchor-stamped")
            .what("A soft match leaves onPremisesImmutableId as it was.")
            .also(&["match.held-value-code", 
                MISSED,
                "match.collision-creates-nothing-else safe.command-takes-effect \
                 safe.only-the-named-change safe.report-agrees soa.one-authority",
            ])
            .exported(SOFT_MATCH, |_, export, object| {
                object.on_premises_immutable_id.clone_from(&export.before.on_premises_immutable_id);
            }),
        mutant("anchor-stamped-in-lower-case", "takeover.anchor-stamped")
            .what("A soft match stamps the anchor in lower case.")
            .also(&["safe.command-takes-effect safe.only-the-named-change safe.report-agrees \
                 safe.unique-identifiers soa.one-authority"])
            .exported(SOFT_MATCH, |_, _, object| {
                if let Some(anchor) = &mut object.on_premises_immutable_id {
                    *anchor = anchor.to_ascii_lowercase().into();
                }
            }),
        mutant("cloud-values-win", "takeover.values-overwritten")
            .what("Attributes that already have a value in the cloud keep it at a takeover.")
            .exported(TAKEOVER, |_, export, object| {
                object.attributes.extend(export.before.attributes.clone());
            }),
        mutant("takeover-forgets-one-attribute", "takeover.values-overwritten")
            .what("A takeover leaves the last of several attributes as it was in the cloud.")
            .exported(TAKEOVER, |_, export, object| {
                if export.incoming.attributes.len() > 1
                    && let Some((last, _)) = export.incoming.attributes.last()
                {
                    match export.before.attributes.get(last) {
                        Some(value) => object.attributes.insert(last.clone(), value.clone()),
                        None => object.attributes.remove(last),
                    };
                }
            }),
        mutant("takeover-keeps-the-cloud-upn", "takeover.values-overwritten")
            .what("A user that is taken over keeps the user principal name of the cloud.")
            .exported(TAKEOVER, |_, export, object| {
                object.user_principal_name.clone_from(&export.before.user_principal_name);
            }),
        mutant("takeover-merges-addresses", "takeover.addresses-replaced")
            .what("Addresses that exist only in the cloud survive a takeover.")
            .also(&["match.collision-creates-nothing-else recovery.nothing-lost \
                 safe.only-the-named-change sync.updates-flow"])
            .exported(TAKEOVER, |_, export, object| {
                let written = std::mem::take(&mut object.proxy_addresses);
                let kept = export.before.proxy_addresses.iter().cloned();
                let merged: BTreeSet<ProxyAddress> = written.into_iter().chain(kept).collect();
                object.proxy_addresses = merged.into_iter().collect();
            }),
        mutant("takeover-replaces-the-primary-address-only", "takeover.addresses-replaced")
            .what("A takeover replaces the primary address and leaves the others as they were.")
            .also(&["match.collision-creates-nothing-else recovery.nothing-lost \
                 safe.only-the-named-change"])
            .exported(TAKEOVER, |_, export, object| {
                if object.primary_address().is_some() {
                    object.proxy_addresses.retain(|address| address.is_primary());
                    keep_secondary_addresses(export.before, object);
                }
            }),
        mutant("hard-match-keeps-secondary-addresses", "takeover.addresses-replaced")
            .what("A hard match keeps the cloud's secondary addresses; a soft match replaces them.")
            .also(&["match.collision-creates-nothing-else recovery.nothing-lost \
                 safe.only-the-named-change"])
            .exported(HARD_MATCH, |_, export, object| {
                keep_secondary_addresses(export.before, object);
            }),
        mutant("takeover-recreates-object", "takeover.same-object")
            .what("A takeover deletes the cloud object and creates it again under a new id.")
            .also(&["soa.rollback-next-cycle", "match.every-new-object safe.only-the-named-change safe.report-agrees"])
            .after_turn(|_, turn, result| {
                if is_takeover(result)
                    && let Some(own) = turn.joined
                {
                    recreate(turn, own);
                    turn.tenant.remove(own);
                }
            }),
        mutant("takeover-leaves-the-object-in-the-recycle-bin", "takeover.same-object")
            .what("A takeover moves the object to the recycle bin and goes on with a new one.")
            .also(&[
                "safe.own-values-only",
                HALF_TAKEN_OVER,
                "match.every-new-object safe.only-the-named-change safe.report-agrees",
            ])
            .exported(TAKEOVER, |memory, export, _| memory.taken_over = Some(export.before.clone()))
            .after_turn(|memory, turn, result| {
                if is_takeover(result)
                    && let (Some(own), Some(before)) = (turn.joined, memory.taken_over.take())
                {
                    recreate(turn, own);
                    turn.tenant.replace(own, CloudObject { deleted: true, ..before });
                }
            }),
        mutant("password-not-overwritten", "takeover.password-overwritten")
            .what("A takeover keeps the cloud password although password hash sync is on.")
            .also(&["sync.updates-flow"])
            .exported(TAKEOVER, |_, export, object| {
                object.password.clone_from(&export.before.password);
            }),
        mutant("password-overwritten-on-soft-match-only", "takeover.password-overwritten")
            .what("A hard match keeps the cloud password; a soft match overwrites it.")
            .also(&["sync.updates-flow"])
            .exported(HARD_MATCH, |_, export, object| {
                object.password.clone_from(&export.before.password);
            }),
        mutant("password-written-without-hash-sync", "takeover.password-kept")
            .what("The on-premises password is written although password hash sync is off.")
            .also(&["recovery.nothing-lost sync.password-needs-hash-sync"])
            .exported(Occasion::ALL, |_, export, object| {
                if export.incoming.password.is_some() {
                    object.password.clone_from(&export.incoming.password);
                }
            }),
        mutant("takeover-resets-an-unsynced-password", "takeover.password-kept")
            .what("A takeover without password hash sync leaves the user without a password.")
            .exported(TAKEOVER, |_, export, object| {
                object.password.take_if(|_| !export.features.password_hash_sync);
            }),
        mutant("takeover-cuts-values-at-a-column-s-width", "takeover.values-overwritten")
            .what("A takeover writes the first 200 characters of each value.")
            .exported(TAKEOVER, |_, _, object| each_attribute(object, |value| cut(value, 200))),
        mutant("takeover-trims-values", "takeover.values-overwritten")
            .what("A takeover writes values without the spaces and line breaks at either end.")
            .exported(TAKEOVER, |_, _, object| each_attribute(object, |value| value.trim().into())),
        mutant("takeover-composes-characters", "takeover.values-overwritten")
            .what("A takeover writes a letter and its accent as one character.")
            .exported(TAKEOVER, |_, _, object| {
                each_attribute(object, |value| value.replace("e\u{301}", "\u{e9}").into());
            }),
        mutant("takeover-reads-numbers", "takeover.values-overwritten")
            .what("A takeover writes what looks like a number without its leading zeros.")
            .exported(TAKEOVER, |_, _, object| {
                each_attribute(object, |value| match value.parse::<u64>() {
                    Ok(number) => number.to_string().into(),
                    Err(_) => value.into(),
                });
            }),
        mutant("takeover-loses-characters-beyond-the-bmp", "takeover.values-overwritten")
            .what("A takeover replaces characters beyond the first 65,536.")
            .exported(TAKEOVER, |_, _, object| {
                let within = |letter: char| if letter > '\u{ffff}' { '\u{fffd}' } else { letter };
                each_attribute(object, |value| {
                    value.chars().map(within).collect::<String>().into()
                });
            }),
        mutant("takeover-takes-words-for-nothing", "takeover.values-overwritten")
            .what("A takeover takes the values null, false and 0 for none.")
            .exported(TAKEOVER, |_, export, object| {
                for (name, value) in &export.incoming.attributes {
                    if matches!(&**value, "null" | "false" | "0") {
                        object.attributes.remove(name);
                    }
                }
            }),
        mutant("takeover-skips-attributes-named-as-fields", "takeover.values-overwritten")
            .what("A takeover does not write attributes that are called kind, roles or deleted.")
            .exported(TAKEOVER, |_, export, object| {
                for name in ["kind", "roles", "deleted"] {
                    match export.before.attributes.get(name) {
                        Some(value) => object.attributes.insert(name.into(), value.clone()),
                        None => object.attributes.remove(name),
                    };
                }
            }),
        mutant("takeover-keeps-ten-addresses", "takeover.addresses-replaced")
            .what("A takeover writes ten addresses at most.")
            .also(&["sync.updates-flow"])
            .exported(TAKEOVER, |_, _, object| object.proxy_addresses.truncate(10)),
        mutant("takeover-knows-one-sort-of-other-address", "takeover.addresses-replaced")
            .what("Of addresses that are no mail addresses a takeover writes those with SIP: and X500:.")
            .also(&["sync.updates-flow"])
            .exported(TAKEOVER, |_, _, object| {
                object.proxy_addresses.retain(|address| {
                    let known = ["SIP:", "X500:"];
                    address.mail().is_some()
                        || known.iter().any(|prefix| address.as_str().starts_with(prefix))
                });
            }),
        mutant("takeover-cuts-passwords", "takeover.password-overwritten")
            .what("A takeover writes the first 16 characters of a password.")
            .exported(TAKEOVER, |_, export, object| {
                if export.features.password_hash_sync && export.incoming.password.is_some() {
                    object.password = object.password.take().map(|password| cut(&password, 16));
                }
            }),
        mutant("takeover-skips-what-repeats-the-name", "takeover.values-overwritten")
            .what("A takeover does not write an attribute that equals the UPN or the address.")
            .also(&["relation.letter-case-of-names relation.reinstallation"])
            .exported(TAKEOVER, |_, export, object| {
                let incoming = export.incoming;
                for (name, value) in &incoming.attributes {
                    let is_repeated = Some(value) == incoming.user_principal_name.as_ref()
                        || Some(&**value) == incoming.primary_address();
                    if is_repeated {
                        match export.before.attributes.get(name) {
                            Some(value) => object.attributes.insert(name.clone(), value.clone()),
                            None => object.attributes.remove(name),
                        };
                    }
                }
            }),
        mutant("takeover-skips-values-of-one-character", "takeover.values-overwritten")
            .what("A takeover does not write values of one character.")
            .exported(TAKEOVER, |_, export, object| {
                for (name, value) in &export.incoming.attributes {
                    if value.chars().count() == 1 {
                        match export.before.attributes.get(name) {
                            Some(value) => object.attributes.insert(name.clone(), value.clone()),
                            None => object.attributes.remove(name),
                        };
                    }
                }
            }),
        mutant("takeover-reads-plus-signs-as-spaces", "takeover.anchor-stamped")
            .what("A takeover stamps an anchor with a space for each plus sign.")
            .also(&["relation.renaming safe.command-takes-effect safe.only-the-named-change \
                 safe.report-agrees safe.unique-identifiers soa.one-authority"])
            .exported(TAKEOVER, |_, _, object| {
                let anchor = object.on_premises_immutable_id.take();
                object.on_premises_immutable_id =
                    anchor.map(|anchor| anchor.replace('+', " ").into());
            }),
        mutant("takeover-drops-long-addresses", "takeover.addresses-replaced")
            .what("A takeover leaves out addresses of more than 128 characters.")
            .also(&["sync.updates-flow", "relation.renaming"])
            .exported(TAKEOVER, |_, _, object| {
                object.proxy_addresses.retain(|address| address.as_str().len() <= 128);
            }),
        mutant("takeover-gives-contacts-one-address", "takeover.addresses-replaced")
            .what("A contact that is taken over has its primary address and no other.")
            .also(&["sync.updates-flow"])
            .exported(TAKEOVER, |_, _, object| {
                let is_contact = object.kind == Kind::Contact;
                object.proxy_addresses.retain(|address| !is_contact || address.is_primary());
            }),
        mutant("takeover-after-a-failure-leaves-addresses", "takeover.addresses-replaced")
            .what("A takeover that failed at first leaves the addresses as they were in the cloud.")
            .also(&["admin.recovery", HALF_TAKEN_OVER])
            .after_turn(|memory, turn, result| {
                if is_error(result) {
                    memory.marked.insert(turn.incoming.key.clone());
                }
            })
            .exported(TAKEOVER, |memory, export, object| {
                if memory.marked.contains(&export.incoming.key) {
                    object.proxy_addresses.clone_from(&export.before.proxy_addresses);
                }
            }),
        mutant("takeover-writes-passwords-in-one-code-page", "takeover.password-overwritten")
            .what("A takeover writes question marks for letters of a password beyond ASCII.")
            .also(&["relation.renaming"])
            .exported(TAKEOVER, |_, export, object| {
                if export.features.password_hash_sync && export.incoming.password.is_some() {
                    let known = |letter: char| if letter.is_ascii() { letter } else { '?' };
                    let password = object.password.take();
                    object.password =
                        password.map(|it| it.chars().map(known).collect::<String>().into());
                }
            }),
        mutant("hash-sync-read-at-install-time", "takeover.password-overwritten")
            .what("Connect reads the switch of password hash sync once, in its first cycle.")
            .also(&["match.no-holder-provisions sync.password-needs-hash-sync \
                 takeover.password-kept"])
            .before_turn(|memory, turn| {
                memory.switch.get_or_insert(turn.features.password_hash_sync);
                None
            })
            .exported(
                &[Occasion::HardMatch, Occasion::SoftMatch, Occasion::Provisioning],
                |memory, export, object| {
                    if memory.switch == Some(export.features.password_hash_sync) {
                        return;
                    }
                    object.password = match export.occasion {
                        _ if memory.switch == Some(true) => {
                            export.incoming.password.clone().or(object.password.take())
                        }
                        Occasion::Provisioning => None,
                        _ => export.before.password.clone(),
                    };
                },
            ),
    ]
}

/// Adds the secondary addresses that an object had before and has not yet.
fn keep_secondary_addresses(before: &CloudObject, object: &mut CloudObject) {
    for address in before.proxy_addresses.iter().filter(|address| !address.is_primary()) {
        if address.mail().is_none_or(|mail| !holds(object, mail)) {
            object.proxy_addresses.push(address.clone());
        }
    }
}

/// Goes on with a new object that is like the joined one.
fn recreate(turn: &mut Turn<'_>, own: CloudHandle) {
    if let Some(object) = turn.tenant.get(own).map(|object| CloudObject::clone(object)) {
        turn.joined = Some(turn.tenant.insert(object));
    }
}
