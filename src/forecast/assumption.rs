//! What is taken for granted where the documents or the given files leave something open, and what could
//! be assumed instead.

use super::scene::{Outcome, Run, Scene};
use crate::directory::{
    AmbiguousMatch, Capability, CloudObject, CollisionHandling, DeclaredChoices, EditionSettings,
    HardVersusSoft, RolesAtHardMatch, Text, ValuesAbsentOnPremises,
};
use crate::reference::{EditionRules, Policy, Protections};
use serde::Serialize;

/// What the forecast takes for granted, where the documents or the given files leave it open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Assumption {
    /// A choice of the rulebook is made in this way.
    Choice {
        /// The choice.
        name: &'static str,
        /// The value.
        value: &'static str,
    },
    /// The user principal name is not looked at, where the primary address leads to an object that
    /// cannot be taken over.
    BlockedAddressEndsTheSearch,
    /// A group or contact that carries an equal anchor is not matched by its address.
    EqualAnchorIsNoSoftMatch,
    /// A directory role keeps a user from a hard match too.
    RolesBlockHardMatch,
    /// What the pages leave open of the protections at a hard match is decided in this way.
    Protection(Protection),
    /// These cloud users, whose roles are not known, have a directory role.
    HasRole(Vec<Text>),
    /// These cloud users, of whom that is not known, are eligible for a privileged role.
    IsEligible(Vec<Text>),
    /// These cloud users, of whom that is not known, are mapped to another on-premises object.
    IsMapped(Vec<Text>),
    /// Connect makes the primary address from `mail`, where there is no `proxyAddresses`.
    MailIsPrimaryAddress(Text),
}

/// What the pages leave open of the protections at a hard match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) enum Protection {
    /// Every role protects, not only a privileged one.
    ByEveryRole,
    /// A user that is mapped to this very on-premises object is protected too.
    BySameIdentifier,
    /// The switch that lets an identifier be replaced lifts the protection by roles too.
    LiftedFromRoles,
    /// Eligibility for a role, or an identifier, keeps a user from a soft match too.
    BlocksSoftMatch,
}

impl Protection {
    const ALL: [Protection; 4] = [
        Protection::ByEveryRole,
        Protection::BySameIdentifier,
        Protection::LiftedFromRoles,
        Protection::BlocksSoftMatch,
    ];

    fn added_to(self, usual: Protections) -> Protections {
        match self {
            Protection::ByEveryRole => Protections { by_every_role: true, ..usual },
            Protection::BySameIdentifier => Protections { by_same_identifier: true, ..usual },
            Protection::LiftedFromRoles => Protections { are_lifted_from_roles: true, ..usual },
            Protection::BlocksSoftMatch => Protections { block_soft_match: true, ..usual },
        }
    }
}

/// A role that every edition calls a directory role, and a privileged one.
const ANY_ROLE: &str = "Global Administrator";

/// An on-premises object that no user is.
const ANOTHER_OBJECT: &str = "another on-premises object";

/// What one edition leaves open to assume.
pub(super) struct Assumptions {
    /// How the model decides.
    pub(super) policy: Policy,
    /// The choices that somebody has made; the others are open.
    pub(super) chosen: DeclaredChoices,
    /// What the edition settles.
    pub(super) settings: EditionSettings,
}

impl Assumptions {
    /// What the model does under every other assumption under which it comes to something else than in
    /// `usual`, which is what it does with `scene`.
    pub(super) fn others(&self, scene: &Scene, usual: &Run) -> Vec<(Assumption, Scene, Run)> {
        let mut others = Vec::new();
        for (assumption, policy, scene) in self.of(scene) {
            // What a choice does only in the next cycle is seen in the next cycle.
            let is_late = policy.values_absent_on_premises
                == ValuesAbsentOnPremises::ClearedInNextCycle
                && self.policy.values_absent_on_premises != policy.values_absent_on_premises;
            let cycles = if is_late { 2 } else { 1 };
            let run = scene.run_cycles(policy, cycles, false);
            if !run.comes_to_the_same_as(usual) {
                others.push((assumption, scene, run));
            }
        }
        others
    }

    /// Under which of them a match comes about no more.
    pub(super) fn in_doubt(&self, scene: &Scene, usual: &Run) -> Vec<Assumption> {
        let others = self.others(scene, usual).into_iter();
        let is_lost = |(_, scene, run): &(Assumption, Scene, Run)| {
            run.short(&scene.object).outcome == Outcome::Blocked
        };
        others.filter(is_lost).map(|(assumption, ..)| assumption).collect()
    }

    /// Everything that could be assumed instead, each with the policy and the scene that it makes.
    fn of(&self, scene: &Scene) -> Vec<(Assumption, Policy, Scene)> {
        let base = self.policy;
        let mut policies: Vec<(Assumption, Policy)> = Vec::new();
        let choice = |name, value| Assumption::Choice { name, value };
        if self.chosen.values_absent_on_premises.is_none() {
            for &value in ValuesAbsentOnPremises::ALL {
                let policy = Policy { values_absent_on_premises: value, ..base };
                policies.push((choice("valuesAbsentOnPremises", value.word()), policy));
            }
        }
        if self.chosen.collision_handling.is_none() {
            for &value in CollisionHandling::ALL {
                let policy = Policy { collision_handling: value, ..base };
                policies.push((choice("collisionHandling", value.word()), policy));
            }
        }
        if self.chosen.ambiguous_match.is_none() {
            for &value in AmbiguousMatch::ALL {
                let policy = Policy { ambiguous_match: value, ..base };
                policies.push((choice("ambiguousMatch", value.word()), policy));
            }
        }
        if self.chosen.hard_versus_soft.is_none() && base.declared().hard_versus_soft.is_some() {
            let policy = Policy {
                ambiguous_match: AmbiguousMatch::Withheld,
                hard_versus_soft: HardVersusSoft::SoftFirst,
                ..base
            };
            policies.push((choice("hardVersusSoft", HardVersusSoft::SoftFirst.word()), policy));
        }
        let ends = base.blocked_address_ends_the_search;
        policies.push((
            Assumption::BlockedAddressEndsTheSearch,
            Policy { blocked_address_ends_the_search: !ends, ..base },
        ));
        policies.push((
            Assumption::EqualAnchorIsNoSoftMatch,
            Policy { soft_match_with_equal_anchor: false, ..base },
        ));
        if self.settings.roles_at_hard_match == RolesAtHardMatch::Open {
            let edition = EditionRules { roles_block_hard_match: true, ..base.edition };
            policies.push((Assumption::RolesBlockHardMatch, Policy { edition, ..base }));
        }
        for protection in Protection::ALL {
            let protections = protection.added_to(base.protections);
            let assumption = Assumption::Protection(protection);
            policies.push((assumption, Policy { protections, ..base }));
        }
        policies.retain(|(_, policy)| *policy != base);
        let mut all: Vec<(Assumption, Policy, Scene)> = Vec::new();
        for (assumption, policy) in policies {
            all.push((assumption, policy, scene.clone()));
        }
        let mut supposed = |assumption: fn(Vec<Text>) -> Assumption, changed| {
            if let Some((names, scene)) = changed {
                all.push((assumption(names), base, scene));
            }
        };
        let role = |user: &mut CloudObject| {
            user.roles.insert(ANY_ROLE.into());
        };
        supposed(Assumption::HasRole, scene.with(|unknown| unknown.roles, role));
        if base.edition.adds.contains(&Capability::RoleEligibility) {
            let eligible = |user: &mut CloudObject| {
                user.eligible_roles.insert(ANY_ROLE.into());
            };
            supposed(
                Assumption::IsEligible,
                scene.with(|unknown| unknown.eligible_roles, eligible),
            );
        }
        if base.edition.adds.contains(&Capability::ObjectIdentifier) {
            let mapped = |user: &mut CloudObject| {
                user.on_premises_object_identifier = Some(ANOTHER_OBJECT.into());
            };
            supposed(Assumption::IsMapped, scene.with(|unknown| unknown.mapping, mapped));
        }
        if let Some((mail, with_address)) = scene.with_address_of_mail() {
            all.push((Assumption::MailIsPrimaryAddress(mail), base, with_address));
        }
        all
    }
}
