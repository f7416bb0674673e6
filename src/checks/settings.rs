//! What checks and definitions are told beside the states, as data.

use crate::directory::{
    Capabilities, Capability, CloudObject, CollisionHandling, DeclaredChoices, EditionSettings,
    Features, RolesAtHardMatch, ValuesAbsentOnPremises,
};

impl Settings<'_> {
    /// Whether a directory role keeps this user from being matched on the anchor; `None` where the
    /// pages leave it open.
    pub(crate) fn role_blocks_hard_match(&self, cloud: &CloudObject) -> Option<bool> {
        match self.edition.roles_at_hard_match {
            _ if cloud.roles.is_empty() && cloud.eligible_roles.is_empty() => Some(false),
            RolesAtHardMatch::Block => Some(!cloud.roles.is_empty()),
            RolesAtHardMatch::Open => None,
            RolesAtHardMatch::Privileged => self.is_privileged(cloud),
        }
    }

    /// Whether a privileged role protects this user, held or eligible for; `None` where the pages leave it
    /// open. So they do of a role that is not privileged beyond doubt, and of every role where the feature
    /// lifts the protection of what is mapped: whether it lifts this one too is on no page.
    pub(crate) fn is_privileged(&self, cloud: &CloudObject) -> Option<bool> {
        let privileged = self.edition.privileged_roles;
        if cloud.roles.is_empty() && cloud.eligible_roles.is_empty() {
            return Some(false);
        }
        let is_beyond_doubt = !self.features.identifier_update
            && (privileged.is_among(&cloud.roles) || privileged.is_among(&cloud.eligible_roles));
        is_beyond_doubt.then_some(true)
    }

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
