//! The values that cases are made of, wherever they are made: few, canonical, the plainest first.

use crate::directory::{ProxyAddress, Text};

/// The people whose names everything is made of.
pub(super) const PEOPLE: [&str; 12] =
    ["ann", "bob", "cat", "dan", "eve", "fay", "gil", "hal", "ida", "jan", "kim", "leo"];

/// The domain of their names and addresses.
pub(super) const DOMAIN: &str = "contoso.com";

/// Anchors, each as an encoded identifier and in other letter case: another anchor, since letter
/// case counts.
pub(super) const ANCHORS: [[&str; 2]; 12] = [
    ["QUFB", "qufb"],
    ["QkJC", "qkjc"],
    ["Q0ND", "q0nd"],
    ["RERE", "rere"],
    ["RUVF", "ruvf"],
    ["RkZG", "rkzg"],
    ["R0dH", "r0dh"],
    ["SEhI", "sehi"],
    ["SUlJ", "sulj"],
    ["SkpK", "skpk"],
    ["S0tL", "s0tl"],
    ["TExM", "texm"],
];

/// Values of Active Directory's `objectGUID`.
pub(super) const OBJECT_IDENTIFIERS: [&str; 12] = [
    "0b010000-0000-4000-8000-000000000001",
    "0b020000-0000-4000-8000-000000000002",
    "0b030000-0000-4000-8000-000000000003",
    "0b040000-0000-4000-8000-000000000004",
    "0b050000-0000-4000-8000-000000000005",
    "0b060000-0000-4000-8000-000000000006",
    "0b070000-0000-4000-8000-000000000007",
    "0b080000-0000-4000-8000-000000000008",
    "0b090000-0000-4000-8000-000000000009",
    "0b100000-0000-4000-8000-000000000010",
    "0b110000-0000-4000-8000-000000000011",
    "0b120000-0000-4000-8000-000000000012",
];

/// Directory roles.
pub(super) const ROLES: [&str; 4] =
    ["Global Administrator", "Reports Reader", "Helpdesk Administrator", "Guest Inviter"];

/// Passwords: on-premises ones, cloud ones, and what they are changed to.
pub(super) const PASSWORDS: [&str; 4] = ["pw-ad", "pw-cloud", "pw-new", "pw-old"];

/// Attributes, with the values that they are given. `mail` is given addresses besides.
pub(super) const ATTRIBUTES: [(&str, [&str; 4]); 5] = [
    ("displayName", ["Ann Berg", "Bob Lie", "Cat Moe", "Dan Aas"]),
    ("department", ["Accounting", "Sales", "IT", "Audit"]),
    ("mail", ["ann@contoso.com", "bob@contoso.com", "cat@contoso.com", "dan@contoso.com"]),
    ("employeeId", ["1001", "1002", "1003", "1004"]),
    ("telephoneNumber", ["555-0100", "555-0101", "555-0102", "555-0103"]),
];

/// What stands in front of a person in an address of another system.
pub(super) const X500_PREFIX: &str = "X500:/o=Contoso/cn=";

/// The name of a person, to sign in with or to write to.
pub(super) fn name_of(person: &str) -> Text {
    format!("{person}@{DOMAIN}").into()
}

/// The key of the on-premises object named after a person.
pub(super) fn key_of(person: &str) -> Text {
    format!("{person}-ad").into()
}

/// The primary mail address of this name.
pub(super) fn primary(name: &str) -> ProxyAddress {
    ProxyAddress(format!("SMTP:{name}").into())
}

/// A secondary mail address of this name.
pub(super) fn secondary(name: &str) -> ProxyAddress {
    ProxyAddress(format!("smtp:{name}").into())
}

/// A mail address of this name that is neither a primary nor a secondary one by its prefix.
pub(super) fn with_mixed_prefix(name: &str) -> ProxyAddress {
    ProxyAddress(format!("Smtp:{name}").into())
}

/// An address of another system that holds no mail address.
pub(super) fn x500(person: &str) -> ProxyAddress {
    ProxyAddress(format!("{X500_PREFIX}{person}").into())
}

/// The name in the other letter case: the same name to the rules, another text.
pub(super) fn in_other_case(name: &str) -> Text {
    let swapped = |letter: char| {
        if letter.is_ascii_lowercase() {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        }
    };
    name.chars().map(swapped).collect::<String>().into()
}
