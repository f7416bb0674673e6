//! Two states of one object, one from each run, as far as they are settled.

use crate::checks::{Governed, Violation};
use crate::directory::{Capabilities, Capability, CloudObject, ProxyAddress, Text, same_name};
use std::collections::BTreeSet;

/// Every settled field in which an object is another one in the varied run than in the base run.
/// Names are compared without regard to letter case.
pub(super) fn differences(
    name: &str,
    base: &CloudObject,
    varied: &CloudObject,
    governed: &Governed,
    capabilities: &Capabilities,
) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut compare = |field: &str, is_same: bool, expected: String, seen: String| {
        if !is_same {
            found.push(Violation {
                object: name.to_owned().into(),
                field: field.to_owned(),
                expected,
                seen,
            });
        }
    };
    let mut words = |field: &str, expected: String, seen: String| {
        compare(field, expected == seen, expected, seen);
    };
    words("kind", base.kind.to_string(), varied.kind.to_string());
    words("mailEnabled", base.mail_enabled.to_string(), varied.mail_enabled.to_string());
    words(
        "onPremisesSyncEnabled",
        base.on_premises_sync_enabled.to_string(),
        varied.on_premises_sync_enabled.to_string(),
    );
    words(
        "onPremisesImmutableId",
        optional(base.on_premises_immutable_id.as_ref()),
        optional(varied.on_premises_immutable_id.as_ref()),
    );
    words("deleted", base.deleted.to_string(), varied.deleted.to_string());
    words("quarantined", base.quarantined.to_string(), varied.quarantined.to_string());
    for attribute in &governed.attributes {
        words(
            attribute,
            optional(base.attributes.get(attribute)),
            optional(varied.attributes.get(attribute)),
        );
    }
    if capabilities.has(Capability::Roles) {
        words("roles", roles(base), roles(varied));
    }
    if governed.password && capabilities.has(Capability::Passwords) {
        words("password", optional(base.password.as_ref()), optional(varied.password.as_ref()));
    }
    let is_same_name = match (&base.user_principal_name, &varied.user_principal_name) {
        (Some(one), Some(other)) => same_name(one, other),
        (one, other) => one == other,
    };
    compare(
        "userPrincipalName",
        is_same_name,
        optional(base.user_principal_name.as_ref()),
        optional(varied.user_principal_name.as_ref()),
    );
    if governed.addresses_are_settled {
        let (one, other) = (settled(base, governed), settled(varied, governed));
        compare("proxyAddresses", one == other, list(&one), list(&other));
    }
    found
}

/// Those of the object's addresses that the case gave it, in lower case behind their prefixes.
fn settled(object: &CloudObject, governed: &Governed) -> BTreeSet<String> {
    let is_given = |held: &ProxyAddress| {
        governed.addresses.iter().any(|given| match (given.mail(), held.mail()) {
            (Some(given), Some(held)) => same_name(given, held),
            _ => given == held,
        })
    };
    let folded = |address: &ProxyAddress| match address.as_str().split_once(':') {
        Some((prefix, mail)) if address.mail().is_some() => {
            format!("{prefix}:{}", mail.to_ascii_lowercase())
        }
        _ => address.to_string(),
    };
    object.proxy_addresses.iter().filter(|held| is_given(held)).map(folded).collect()
}

fn optional(value: Option<&Text>) -> String {
    value.map_or_else(|| "no value".to_owned(), ToString::to_string)
}

fn roles(object: &CloudObject) -> String {
    let roles: Vec<&str> = object.roles.iter().map(|role| &**role).collect();
    format!("[{}]", roles.join(", "))
}

fn list(addresses: &BTreeSet<String>) -> String {
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    format!("[{}]", addresses.join(", "))
}
