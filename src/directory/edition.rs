//! What an edition of the rules settles, as data.

use super::Text;
use super::words::words;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

words! {
    /// Whether a user with a directory role can be matched on the anchor.
    #[non_exhaustive]
    pub enum RolesAtHardMatch {
        /// Any role keeps it from that, as it keeps it from a soft match.
        Block = "block",
        /// No page says whether it does.
        Open = "open",
        /// A privileged role keeps it from that, held or eligible for. Of another one the pages differ.
        Privileged = "privileged",
    }
}

/// The directory roles that every page of an edition calls privileged.
///
/// An edition is read once and lasts as long as the program, and so do these names: what an edition settles
/// can then be handed on by value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PrivilegedRoles(&'static [&'static str]);

impl PrivilegedRoles {
    /// No role.
    pub const NONE: PrivilegedRoles = PrivilegedRoles(&[]);

    /// Their names.
    pub fn names(self) -> &'static [&'static str] {
        self.0
    }

    /// Whether any of `roles` is one of them.
    pub fn is_among(self, roles: &BTreeSet<Text>) -> bool {
        self.0.iter().any(|role| roles.contains(*role))
    }
}

impl<'de> Deserialize<'de> for PrivilegedRoles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?.into_iter();
        let names: Vec<&'static str> = names.map(|name| &*name.leak()).collect();
        Ok(PrivilegedRoles(names.leak()))
    }
}

words! {
    /// By which names the switches of a tenant are sent, and written in files.
    #[non_exhaustive]
    pub enum SwitchNames {
        /// Those of the edition 2023-01: `softMatch`, on unless it was turned off.
        Plain = "plain",
        /// Those of Microsoft Graph: `blockSoftMatchEnabled`, off unless it was turned on.
        Graph = "graph",
    }
}

#[allow(clippy::derivable_impls, reason = "the macro that declares it marks no variant")]
impl Default for SwitchNames {
    fn default() -> Self {
        SwitchNames::Plain
    }
}

impl SwitchNames {
    /// Whether they are those that an adapter takes for granted where it is told nothing.
    pub(crate) fn is_plain(&self) -> bool {
        *self == SwitchNames::Plain
    }
}

/// What an edition of the rules settles, as data: no code asks for an edition by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct EditionSettings {
    /// Whether a user with a directory role can be matched on the anchor.
    pub roles_at_hard_match: RolesAtHardMatch,
    /// The roles that are privileged beyond doubt.
    #[serde(default, skip_serializing_if = "no_roles")]
    pub privileged_roles: PrivilegedRoles,
    /// A user that is mapped to another on-premises object, by its `onPremisesObjectIdentifier`, is not
    /// matched on the anchor.
    #[serde(default, skip_serializing_if = "is_false")]
    pub protects_mapped_users: bool,
    /// A soft match is tried only where no object carries the anchor.
    pub hard_match_first: bool,
    /// By which names the switches are sent, and written in files.
    pub switch_names: SwitchNames,
}

fn no_roles(roles: &PrivilegedRoles) -> bool {
    roles.0.is_empty()
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl EditionSettings {
    /// The edition 2023-01.
    pub const fn of_2023_01() -> EditionSettings {
        EditionSettings {
            roles_at_hard_match: RolesAtHardMatch::Block,
            privileged_roles: PrivilegedRoles::NONE,
            protects_mapped_users: false,
            hard_match_first: false,
            switch_names: SwitchNames::Plain,
        }
    }
}
