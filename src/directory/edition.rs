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
}

impl EditionSettings {
    /// The edition 2023-01.
    pub const fn of_2023_01() -> EditionSettings {
        EditionSettings { roles_at_hard_match: RolesAtHardMatch::Block, hard_match_first: false }
    }
}
