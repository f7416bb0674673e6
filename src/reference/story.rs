//! The end of the story: what an export did to the cloud object, value by value. For the trace
//! alone.

use super::holders::named;
use super::policy::Policy;
use super::trace::{Trace, rule};
use crate::directory::{CloudObject, Features, OnPremisesObject, ProxyAddress, Text};

/// What a takeover did.
pub(super) fn tell_takeover(
    before: &CloudObject,
    after: &CloudObject,
    incoming: &OnPremisesObject,
    features: Features,
    policy: &Policy,
    trace: &mut Trace,
) {
    if !trace.is_on() {
        return;
    }
    trace.note(rule::AUTHORITY_FLIPS, || format!("{} is now mastered on-premises", named(after)));
    trace.note(rule::ANCHOR_STAMPED, || {
        let anchor = value(after.on_premises_immutable_id.as_ref());
        if before.on_premises_immutable_id == after.on_premises_immutable_id {
            format!("it carries the sourceAnchor {anchor} already")
        } else {
            format!("the sourceAnchor {anchor} is stamped on it")
        }
    });
    tell_values(before, after, rule::VALUES_OVERWRITTEN, trace);
    for name in before.attributes.keys() {
        if !incoming.attributes.contains_key(name) {
            trace.note(rule::VALUES_OVERWRITTEN, || {
                format!(
                    "{name} has no value on-premises (valuesAbsentOnPremises is {})",
                    policy.values_absent_on_premises.word()
                )
            });
        }
    }
    tell_addresses(before, after, rule::ADDRESSES_REPLACED, trace);
    tell_password(incoming, features, [rule::PASSWORD_OVERWRITTEN, rule::PASSWORD_KEPT], trace);
}

/// What an update did.
pub(super) fn tell_update(
    before: &CloudObject,
    after: &CloudObject,
    incoming: &OnPremisesObject,
    features: Features,
    trace: &mut Trace,
) {
    if !trace.is_on() {
        return;
    }
    if before == after {
        trace.note(rule::UPDATES_FLOW, || format!("{} has every value already", named(after)));
        return;
    }
    tell_values(before, after, rule::UPDATES_FLOW, trace);
    tell_addresses(before, after, rule::UPDATES_FLOW, trace);
    if incoming.password != before.password {
        tell_password(incoming, features, [rule::UPDATES_FLOW, rule::NEEDS_HASH_SYNC], trace);
    }
}

/// What was created.
pub(super) fn tell_creation(after: &CloudObject, trace: &mut Trace) {
    trace.note(if after.quarantined { rule::COLLISION } else { rule::NO_HOLDER }, || {
        format!(
            "{} is created, mastered on-premises, with the sourceAnchor {}{}",
            named(after),
            value(after.on_premises_immutable_id.as_ref()),
            match &after.user_principal_name {
                Some(name) => format!(" and the userPrincipalName {name}"),
                None => String::new(),
            }
        )
    });
}

fn tell_values(before: &CloudObject, after: &CloudObject, rule: &'static str, trace: &mut Trace) {
    let (old, new) = (&before.user_principal_name, &after.user_principal_name);
    if old != new {
        trace.note(rule, || change("userPrincipalName", old.as_ref(), new.as_ref()));
    }
    for (name, new) in &after.attributes {
        let old = before.attributes.get(name);
        if old != Some(new) {
            trace.note(rule, || change(name, old, Some(new)));
        }
    }
    for (name, old) in &before.attributes {
        if !after.attributes.contains_key(name) {
            trace.note(rule, || change(name, Some(old), None));
        }
    }
}

fn tell_addresses(
    before: &CloudObject,
    after: &CloudObject,
    rule: &'static str,
    trace: &mut Trace,
) {
    let (old, new) = (&before.proxy_addresses, &after.proxy_addresses);
    let lost: Vec<_> = old.iter().filter(|value| !new.contains(value)).collect();
    let gained: Vec<_> = new.iter().filter(|value| !old.contains(value)).collect();
    if !lost.is_empty() || !gained.is_empty() {
        trace.note(rule, || {
            format!(
                "addresses are replaced as a set: gained {}; lost {}",
                list(&gained),
                list(&lost)
            )
        });
    }
}

fn tell_password(
    incoming: &OnPremisesObject,
    features: Features,
    [overwritten, kept]: [&'static str; 2],
    trace: &mut Trace,
) {
    if incoming.password.is_none() {
        return;
    }
    if features.password_hash_sync {
        trace.note(overwritten, || {
            "the password is the on-premises one (password hash sync is on)".to_owned()
        });
    } else {
        trace.note(kept, || "the cloud password stays (password hash sync is off)".to_owned());
    }
}

fn list(addresses: &[&ProxyAddress]) -> String {
    if addresses.is_empty() {
        return "none".to_owned();
    }
    let addresses: Vec<&str> = addresses.iter().map(|value| value.as_str()).collect();
    addresses.join(", ")
}

fn change(name: &str, old: Option<&Text>, new: Option<&Text>) -> String {
    format!("{name}: {} becomes {}", value(old), value(new))
}

fn value(text: Option<&Text>) -> &str {
    text.map_or("no value", |text| text)
}
