//! What checks and definitions are told beside the states, as data.

use crate::directory::{
    Capabilities, Capability, CollisionHandling, DeclaredChoices, Features, ValuesAbsentOnPremises,
};

/// What an edition of the rules settles, as data: no code asks for an edition by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditionSettings {
    /// A directory role keeps a user from being matched on the anchor too, and not only on the
    /// user principal name and the primary address.
    pub roles_block_hard_match: bool,
}

impl EditionSettings {
    /// The edition 2023-01.
    pub const fn of_2023_01() -> EditionSettings {
        EditionSettings { roles_block_hard_match: true }
    }
}

impl Settings<'_> {
    /// Whether a mail address tells objects apart, and is not a value like any other.
    pub(crate) fn addresses_identify(&self) -> bool {
        self.capabilities.has(Capability::MatchProxyAddresses)
    }

    /// Whether the anchors of a state are what the implementation shows, and not filled in.
    pub(crate) fn shows_anchors(&self) -> bool {
        self.capabilities.has(Capability::AuthorityFlag)
            || self.capabilities.has(Capability::MatchSourceAnchor)
    }

    /// Whether a late match may be told once, and not tried again until the object changes: duplicate
    /// attribute resiliency does so, which has conflicts quarantined.
    pub(crate) fn may_tell_late_matches_once(&self) -> bool {
        self.choices.collision_handling != Some(CollisionHandling::Rejected)
    }

    /// Whether what has no value on-premises may be cleared in the cycle after the takeover.
    pub(crate) fn may_clear_in_next_cycle(&self) -> bool {
        matches!(
            self.choices.values_absent_on_premises,
            None | Some(ValuesAbsentOnPremises::ClearedInNextCycle)
        )
    }
}

/// All that is known beside the objects themselves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) edition: EditionSettings,
    /// The tenant's switches.
    pub(crate) features: Features,
    /// What the implementation declares that it can do.
    pub(crate) capabilities: &'a Capabilities,
    /// What it declares where the documents leave a choice.
    pub(crate) choices: &'a DeclaredChoices,
}
