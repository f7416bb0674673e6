//! No two active objects share a user principal name, a mail address or an anchor.

use crate::checks::comparison::Comparison;
use crate::checks::quick::{Folded, QuickMap, hash_of};
use crate::checks::ties::Print;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::directory::{CloudObject, ProxyAddress, Snapshot};
use std::collections::HashSet;
use std::sync::Arc;

/// An identifier, folded where letter case does not count, with the field that it stands in.
type Owned<'a> = (&'static str, Folded<'a>, &'a str);

/// What no two active objects may share. Anchors are compared exactly, so the exact text is part
/// of their key.
fn unique_keys<'a>(object: &'a CloudObject, mut visit: impl FnMut(Owned<'a>)) {
    if let Some(name) = object.user_principal_name.as_deref() {
        visit(("userPrincipalName", Folded(name), ""));
    }
    for mail in object.proxy_addresses.iter().filter_map(ProxyAddress::mail) {
        visit(("proxyAddresses", Folded(mail), ""));
    }
    if let Some(anchor) = object.on_premises_immutable_id.as_deref() {
        visit(("onPremisesImmutableId", Folded(anchor), anchor));
    }
}

/// Up to this many comparisons of two objects, comparing them is faster than looking at all of
/// their identifiers.
const FEW_COMPARISONS: usize = 4096;

/// Whether any two active objects share an identifier after a step. `before` says whether any did
/// before it; if none did, only what is different can.
pub(in crate::checks) fn shares_identifiers(
    comparison: &Comparison,
    after: &[Arc<CloudObject>],
    before: bool,
) -> bool {
    let comparisons =
        if before { after.len() * after.len() } else { comparison.different().len() * after.len() };
    if comparisons > FEW_COMPARISONS {
        return may_share_any(comparison.prints_after()) && shares_any(after);
    }
    let prints = comparison.prints_after();
    let is_shared = |at: usize| {
        let object = &after[at];
        object.is_active()
            && after.iter().zip(prints).enumerate().any(|(other_at, (other, print))| {
                other_at != at
                    && print.may_meet(&prints[at])
                    && other.is_active()
                    && share(object, other)
            })
    };
    if before {
        (0..after.len()).any(is_shared)
    } else {
        comparison.different().iter().any(|&at| is_shared(at as usize))
    }
}

/// Whether these two share an identifier.
fn share(one: &CloudObject, other: &CloudObject) -> bool {
    let mut is_shared = false;
    unique_keys(one, |own| unique_keys(other, |held| is_shared |= own == held));
    is_shared
}

/// Whether two objects may share anything at all. If not, no text has to be looked at.
#[inline(never)]
fn may_share_any(prints: &[Print]) -> bool {
    let mut hashes: Vec<u64> = Vec::with_capacity(prints.len() * 4);
    for print in prints {
        let first = hashes.len();
        for hash in print.hashes() {
            if !hashes[first..].contains(&hash) {
                hashes.push(hash);
            }
        }
    }
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether any two active objects share an identifier, as far as hashes tell.
#[inline(never)]
fn shares_any(cloud: &[Arc<CloudObject>]) -> bool {
    let mut hashes: Vec<u64> = Vec::with_capacity(cloud.len() * 3);
    for object in cloud.iter().filter(|object| object.is_active()) {
        let first = hashes.len();
        unique_keys(object, |key| {
            let hash = hash_of(key);
            // An object may have one address twice.
            if !hashes[first..].contains(&hash) {
                hashes.push(hash);
            }
        });
    }
    hashes.sort_unstable();
    hashes.windows(2).any(|pair| pair[0] == pair[1])
}

/// Pairs of active objects that share an identifier, by field and value.
fn shared_identifiers(
    snapshot: &Snapshot,
) -> Vec<(&'static str, &str, &CloudObject, &CloudObject)> {
    let mut holder: QuickMap<Owned<'_>, &CloudObject> = QuickMap::default();
    let mut shared = Vec::new();
    for object in snapshot.active() {
        unique_keys(object, |key| {
            let first = *holder.entry(key).or_insert(object);
            if first.id != object.id {
                shared.push((key.0, key.1.0, first, &**object));
            }
        });
    }
    shared
}

pub(super) fn unique_identifiers(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.comparison.repeats_an_id() {
        verdict.violated("the tenant", "id", "a different one for each object", "one id twice");
        return;
    }
    if !transition.shares_identifiers {
        verdict.holds();
        return;
    }
    blame_shared(transition, verdict);
}

#[cold]
#[inline(never)]
fn blame_shared(transition: &Transition<'_>, verdict: &mut Verdict) {
    let after = shared_identifiers(transition.after);
    if after.is_empty() {
        // Two hashes met by chance.
        verdict.holds();
        return;
    }
    // What was shared before this step is not this step's fault.
    let earlier: HashSet<(&str, String, &str, &str)> = shared_identifiers(transition.before)
        .into_iter()
        .flat_map(|(field, value, one, other)| {
            let value = value.to_ascii_lowercase();
            [(field, value.clone(), &*one.id, &*other.id), (field, value, &*other.id, &*one.id)]
        })
        .collect();
    for (field, value, one, other) in after {
        if !earlier.contains(&(field, value.to_ascii_lowercase(), &*one.id, &*other.id)) {
            verdict.violated(
                transition.name_of(other),
                field,
                format!("no value that {} has as well", transition.name_of(one)),
                value,
            );
        }
    }
}
