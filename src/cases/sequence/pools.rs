//! The texts that generated cases are made of: few, canonical, and made once.
//!
//! A generated case holds references to these texts and formats nothing. Each thread has pools of
//! its own, so that threads do not compete for the reference counts.

use crate::directory::{ProxyAddress, Text};

/// The people whose names everything is made of.
pub(crate) const PEOPLE: [&str; 12] =
    ["ann", "bob", "cat", "dan", "eve", "fay", "gil", "hal", "ida", "jan", "kim", "leo"];

/// Anchors, each as an encoded identifier and in other letter case: another anchor, since letter
/// case counts.
pub(crate) const ANCHORS: [[&str; 2]; 12] = [
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

/// Directory roles.
pub(crate) const ROLES: [&str; 2] = ["Global Administrator", "Reports Reader"];

/// Passwords: on-premises ones, cloud ones, and what they are changed to.
pub(crate) const PASSWORDS: [&str; 4] = ["pw-ad", "pw-cloud", "pw-new", "pw-old"];

/// Attributes, with the values that they are given. `mail` is given addresses besides.
pub(crate) const ATTRIBUTES: [(&str, [&str; 4]); 5] = [
    ("displayName", ["Ann Berg", "Bob Lie", "Cat Moe", "Dan Aas"]),
    ("department", ["Accounting", "Sales", "IT", "Audit"]),
    ("mail", ["ann@contoso.com", "bob@contoso.com", "cat@contoso.com", "dan@contoso.com"]),
    ("employeeId", ["1001", "1002", "1003", "1004"]),
    ("telephoneNumber", ["555-0100", "555-0101", "555-0102", "555-0103"]),
];

/// The position of `mail` in [`ATTRIBUTES`].
pub(super) const MAIL: usize = 2;

/// A name, by its position in the pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Whose.
    pub(super) person: u8,
    /// Written in capitals: the same name to the rules, another text.
    pub(super) capitals: bool,
}

/// An anchor, by its position in the pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    /// Which.
    pub(super) letters: u8,
    /// In other letter case: another anchor.
    pub(super) other_case: bool,
}

impl Anchor {
    /// Its bit in a set of anchors.
    pub(super) fn bit(self) -> u32 {
        1 << (u32::from(self.letters) * 2 + u32::from(self.other_case))
    }
}

/// One thread's texts.
pub(super) struct Pools {
    names: Vec<[Text; 2]>,
    primaries: Vec<[Text; 2]>,
    secondaries: Vec<[Text; 2]>,
    sign_in_addresses: Vec<Text>,
    exchange_addresses: Vec<Text>,
    anchors: Vec<[Text; 2]>,
    pub(super) labels: Vec<Text>,
    pub(super) keys: Vec<Text>,
    pub(super) roles: [Text; ROLES.len()],
    pub(super) passwords: [Text; PASSWORDS.len()],
    pub(super) attributes: [(Text, [Text; 4]); ATTRIBUTES.len()],
}

impl Pools {
    pub(super) fn new() -> Pools {
        let of_each = |make: &dyn Fn(&str) -> String| -> Vec<Text> {
            PEOPLE.iter().map(|person| make(person).into()).collect()
        };
        let in_both_cases = |prefix: &str| -> Vec<[Text; 2]> {
            let both = |person: &&str| {
                let capitals = person.to_ascii_uppercase();
                [person, &*capitals].map(|name| format!("{prefix}{name}@contoso.com").into())
            };
            PEOPLE.iter().map(both).collect()
        };
        Pools {
            names: in_both_cases(""),
            primaries: in_both_cases("SMTP:"),
            secondaries: in_both_cases("smtp:"),
            sign_in_addresses: of_each(&|person| format!("SIP:{person}@contoso.com")),
            exchange_addresses: of_each(&|person| format!("X500:/o=Contoso/cn={person}")),
            anchors: ANCHORS.iter().map(|both| both.map(Text::from)).collect(),
            labels: of_each(&str::to_owned),
            keys: of_each(&|person| format!("{person}-ad")),
            roles: ROLES.map(Text::from),
            passwords: PASSWORDS.map(Text::from),
            attributes: ATTRIBUTES.map(|(name, values)| (name.into(), values.map(Text::from))),
        }
    }

    pub(super) fn name(&self, name: Name) -> Text {
        self.names[usize::from(name.person)][usize::from(name.capitals)].clone()
    }

    pub(super) fn mail(&self, name: Name, is_primary: bool) -> ProxyAddress {
        let pool = if is_primary { &self.primaries } else { &self.secondaries };
        ProxyAddress(pool[usize::from(name.person)][usize::from(name.capitals)].clone())
    }

    /// An address that is no mail address.
    pub(super) fn other_address(&self, person: u8, is_exchange: bool) -> ProxyAddress {
        let pool = if is_exchange { &self.exchange_addresses } else { &self.sign_in_addresses };
        ProxyAddress(pool[usize::from(person)].clone())
    }

    pub(super) fn anchor(&self, anchor: Anchor) -> Text {
        self.anchors[usize::from(anchor.letters)][usize::from(anchor.other_case)].clone()
    }
}
