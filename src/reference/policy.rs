//! What an edition says and what it leaves open, as data.
//!
//! Nothing outside this file asks which edition it is in: the code asks the policy. A later
//! edition is another [`EditionRules`], and another way of using the freedom that the documents
//! leave is another [`Policy`].

use crate::directory::{
    AmbiguousMatch, Capability, CloudObject, CollisionHandling, DeclaredChoices, HardVersusSoft,
    Kind, MatchingAttribute, ValuesAbsentOnPremises,
};

/// What one edition of the documents says about matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionRules {
    /// The edition's name: the date of its page.
    pub name: &'static str,
    /// The kinds that match on the source anchor.
    pub hard_match: &'static [Kind],
    /// The kinds that match on the user principal name.
    pub soft_match_on_user_principal_name: &'static [Kind],
    /// The kinds that match on the primary address.
    pub soft_match_on_primary_address: &'static [Kind],
    /// Whether groups take part in soft match only where both sides are mail-enabled.
    pub soft_match_needs_mail_enabled_groups: bool,
    /// Whether a directory role keeps a user from being hard-matched.
    pub roles_block_hard_match: bool,
    /// Whether a directory role keeps a user from being soft-matched.
    pub roles_block_soft_match: bool,
    /// The roles that keep a user from being hard-matched, held or eligible for; a name is written as it
    /// stands here.
    pub privileged_roles: &'static [&'static str],
    /// Whether a user that is mapped to another on-premises object cannot be hard-matched.
    pub mapping_blocks_hard_match: bool,
    /// Whether an object that carries another anchor cannot be soft-matched.
    pub other_anchor_blocks_soft_match: bool,
    /// Whether a soft match is tried only where no object carries the anchor.
    pub hard_match_first: bool,
    /// What an implementation can be asked for that the first edition does not know.
    pub adds: &'static [Capability],
    /// In which identifiers letter case counts.
    pub letter_case: LetterCase,
}

/// In which identifiers upper and lower case make a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterCase {
    /// In user principal names.
    pub counts_in_names: bool,
    /// In mail addresses.
    pub counts_in_addresses: bool,
    /// In source anchors.
    pub counts_in_anchors: bool,
}

impl EditionRules {
    /// The edition whose page is dated 2023-01-26.
    pub const E2023_01: EditionRules = EditionRules {
        name: "2023-01",
        hard_match: &[Kind::User],
        soft_match_on_user_principal_name: &[Kind::User],
        soft_match_on_primary_address: Kind::ALL,
        soft_match_needs_mail_enabled_groups: true,
        roles_block_hard_match: true,
        roles_block_soft_match: true,
        privileged_roles: &[],
        mapping_blocks_hard_match: false,
        other_anchor_blocks_soft_match: true,
        hard_match_first: false,
        adds: &[],
        letter_case: LetterCase {
            counts_in_names: false,
            counts_in_addresses: false,
            counts_in_anchors: true,
        },
    };

    /// The edition whose pages are dated 2025-04-09. It does not say whether a directory role stands in
    /// the way of a hard match; until 2026 it did not.
    pub const E2025_04: EditionRules = EditionRules {
        name: "2025-04",
        roles_block_hard_match: false,
        hard_match_first: true,
        adds: &[
            Capability::Scope,
            Capability::SoftMatchOnUpnSwitch,
            Capability::ErrorCodes,
            Capability::AuthorityFlagStates,
        ],
        ..EditionRules::E2023_01
    };

    /// The edition whose pages are dated July 2026. The roles are those that are privileged beyond doubt.
    pub const E2026_07: EditionRules = EditionRules {
        name: "2026-07",
        privileged_roles: &[
            "Global Administrator",
            "Privileged Role Administrator",
            "Privileged Authentication Administrator",
            "User Administrator",
            "Security Administrator",
        ],
        mapping_blocks_hard_match: true,
        adds: &[
            Capability::Scope,
            Capability::SoftMatchOnUpnSwitch,
            Capability::ErrorCodes,
            Capability::AuthorityFlagStates,
            Capability::RoleEligibility,
            Capability::ObjectIdentifier,
            Capability::IdentifierUpdateSwitch,
            Capability::SourceOfAuthority,
        ],
        ..EditionRules::E2025_04
    };

    /// The authority flag of what was never synchronised.
    pub(crate) fn flag_of_the_cloud(&self) -> Option<bool> {
        (!self.adds.contains(&Capability::AuthorityFlagStates)).then_some(false)
    }

    /// Takes from an object what this edition has no word for.
    pub(crate) fn forget_what_it_does_not_know(&self, object: &mut CloudObject) {
        if !self.adds.contains(&Capability::AuthorityFlagStates) {
            object.on_premises_sync_enabled = Some(object.is_on_premises_mastered());
        }
        if !self.adds.contains(&Capability::SourceOfAuthority) {
            object.is_cloud_managed = false;
        }
        if !self.adds.contains(&Capability::ObjectIdentifier) {
            object.on_premises_object_identifier = None;
        }
        if !self.adds.contains(&Capability::RoleEligibility) {
            object.eligible_roles.clear();
        }
    }

    /// Every edition, the oldest first.
    pub const ALL: &'static [EditionRules] =
        &[EditionRules::E2023_01, EditionRules::E2025_04, EditionRules::E2026_07];
}

/// Everything that the reference model can be told to do differently.
///
/// ```
/// use entra_conformance::directory::CollisionHandling;
/// use entra_conformance::reference::Policy;
/// let policy = Policy { collision_handling: CollisionHandling::Quarantined, ..Policy::default() };
/// assert_eq!(policy.edition.name, "2023-01");
/// assert_eq!(policy.declared().collision_handling, Some(CollisionHandling::Quarantined));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the documents say.
    pub edition: EditionRules,
    /// See [`ValuesAbsentOnPremises`].
    pub values_absent_on_premises: ValuesAbsentOnPremises,
    /// See [`CollisionHandling`].
    pub collision_handling: CollisionHandling,
    /// See [`AmbiguousMatch`].
    pub ambiguous_match: AmbiguousMatch,
    /// See [`HardVersusSoft`].
    pub hard_versus_soft: HardVersusSoft,
    /// Whether the search ends where the primary address leads to an object that cannot be taken over,
    /// so that the user principal name is not looked at any more. The documents leave it open, and
    /// nobody declares it.
    pub blocked_address_ends_the_search: bool,
    /// Whether a group or contact is soft-matched that carries an anchor equal to the incoming one. The
    /// documents leave it open, and nobody declares it.
    pub soft_match_with_equal_anchor: bool,
    /// What of the protections at a hard match no page settles.
    pub protections: Protections,
}

/// What the documents leave open of the users that no hard match takes over. Nobody declares it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Protections {
    /// Every role protects, not only a privileged one.
    pub by_every_role: bool,
    /// A user protects itself that is mapped to the incoming object and no other.
    pub by_same_identifier: bool,
    /// The feature that lets an identifier be replaced lifts the protection by roles too.
    pub are_lifted_from_roles: bool,
    /// What was cleared is stamped with an identifier that the service makes up.
    pub stamp_new_identifiers: bool,
    /// Eligibility for a role, or an identifier, keeps a user from a soft match.
    pub block_soft_match: bool,
}

impl Default for Policy {
    /// Edition 2023-01 with the most cautious choices: an error rather than a quarantined object or a guess.
    fn default() -> Self {
        Policy {
            edition: EditionRules::E2023_01,
            values_absent_on_premises: ValuesAbsentOnPremises::Kept,
            collision_handling: CollisionHandling::Rejected,
            ambiguous_match: AmbiguousMatch::Refused,
            hard_versus_soft: HardVersusSoft::HardFirst,
            blocked_address_ends_the_search: false,
            soft_match_with_equal_anchor: true,
            protections: Protections::default(),
        }
    }
}

impl Policy {
    /// The default policy of an edition; `None` where the model does not know it.
    pub fn of_edition(name: &str) -> Option<Policy> {
        let edition = *EditionRules::ALL.iter().find(|edition| edition.name == name)?;
        Some(Policy { edition, ..Policy::default() })
    }

    /// The choices as they are declared to the suite.
    pub fn declared(&self) -> DeclaredChoices {
        DeclaredChoices {
            values_absent_on_premises: Some(self.values_absent_on_premises),
            collision_handling: Some(self.collision_handling),
            ambiguous_match: Some(self.ambiguous_match),
            hard_versus_soft: (!self.edition.hard_match_first).then_some(self.hard_versus_soft),
        }
    }

    /// The default policy, but for these choices.
    ///
    /// ```
    /// use entra_conformance::directory::{CollisionHandling, DeclaredChoices};
    /// use entra_conformance::reference::Policy;
    /// let mut choices = DeclaredChoices::default();
    /// choices.collision_handling = Some(CollisionHandling::Quarantined);
    /// let policy = Policy::agreeing_with(&choices);
    /// assert!(policy.declared().agrees_with(&choices));
    /// ```
    pub fn agreeing_with(choices: &DeclaredChoices) -> Policy {
        Policy::default().choosing(choices)
    }

    /// This policy, but for these choices.
    #[must_use]
    pub fn choosing(self, choices: &DeclaredChoices) -> Policy {
        let default = self;
        Policy {
            values_absent_on_premises: choices
                .values_absent_on_premises
                .unwrap_or(default.values_absent_on_premises),
            collision_handling: choices.collision_handling.unwrap_or(default.collision_handling),
            ambiguous_match: choices.ambiguous_match.unwrap_or(default.ambiguous_match),
            hard_versus_soft: choices.hard_versus_soft.unwrap_or(default.hard_versus_soft),
            ..default
        }
    }

    /// Every combination of choices, for this policy's edition.
    pub fn every_choice(self) -> Vec<Policy> {
        let mut policies = Vec::new();
        // An edition that settles the order leaves no choice.
        let orders: &[HardVersusSoft] = if self.edition.hard_match_first {
            &[HardVersusSoft::HardFirst]
        } else {
            HardVersusSoft::ALL
        };
        for &values_absent_on_premises in ValuesAbsentOnPremises::ALL {
            for &collision_handling in CollisionHandling::ALL {
                for &ambiguous_match in AmbiguousMatch::ALL {
                    for &hard_versus_soft in orders {
                        policies.push(Policy {
                            values_absent_on_premises,
                            collision_handling,
                            ambiguous_match,
                            hard_versus_soft,
                            ..self
                        });
                    }
                }
            }
        }
        policies
    }

    /// The matching attributes in the order in which they are tried. Of a soft match the primary
    /// address always comes first (`match.address-before-upn`).
    pub(crate) fn precedence(&self) -> [MatchingAttribute; 3] {
        use MatchingAttribute::{ProxyAddresses, SourceAnchor, UserPrincipalName};
        match self.hard_versus_soft {
            _ if self.edition.hard_match_first => [SourceAnchor, ProxyAddresses, UserPrincipalName],
            HardVersusSoft::HardFirst => [SourceAnchor, ProxyAddresses, UserPrincipalName],
            HardVersusSoft::SoftFirst => [ProxyAddresses, UserPrincipalName, SourceAnchor],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MatchingAttribute::{ProxyAddresses, SourceAnchor, UserPrincipalName};
    use rstest::rstest;

    #[test]
    fn the_default_declares_the_cautious_choices() {
        let words: Vec<&str> =
            Policy::default().declared().words().into_iter().map(|(_, value)| value).collect();
        assert_eq!(words, ["kept", "rejected", "refused", "hardFirst"]);
    }

    #[test]
    fn every_combination_is_there_once() {
        let every = Policy::default().every_choice();
        assert_eq!(every.len(), 36);
        for (index, policy) in every.iter().enumerate() {
            assert!(!every[..index].contains(policy));
        }
    }

    #[test]
    fn an_edition_that_settles_the_order_declares_none() {
        let policy = Policy::of_edition("2025-04").expect("an edition");
        assert_eq!(policy.declared().hard_versus_soft, None);
        assert!(policy.every_choice().iter().all(|policy| policy.precedence()[0] == SourceAnchor));
        assert_eq!(Policy::of_edition("1999-01"), None);
    }

    #[rstest]
    #[case(HardVersusSoft::HardFirst, [SourceAnchor, ProxyAddresses, UserPrincipalName])]
    #[case(HardVersusSoft::SoftFirst, [ProxyAddresses, UserPrincipalName, SourceAnchor])]
    fn the_choices_order_the_attributes(
        #[case] hard_versus_soft: HardVersusSoft,
        #[case] routes: [MatchingAttribute; 3],
    ) {
        let policy = Policy { hard_versus_soft, ..Policy::default() };
        assert_eq!(policy.precedence(), routes);
    }
}
