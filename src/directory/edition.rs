//! What an edition of the rules settles, as data.

use super::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// Whether a user with a directory role can be matched on the anchor.
    #[non_exhaustive]
    pub enum RolesAtHardMatch {
        /// Any role keeps it from that, as it keeps it from a soft match.
        Block = "block",
        /// No page says whether it does.
        Open = "open",
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
    /// A soft match is tried only where no object carries the anchor.
    pub hard_match_first: bool,
    /// By which names the switches are sent, and written in files.
    pub switch_names: SwitchNames,
}

impl EditionSettings {
    /// The edition 2023-01.
    pub const fn of_2023_01() -> EditionSettings {
        EditionSettings {
            roles_at_hard_match: RolesAtHardMatch::Block,
            hard_match_first: false,
            switch_names: SwitchNames::Plain,
        }
    }
}
