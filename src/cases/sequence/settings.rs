//! What cases to generate.

use super::preset::Preset;
use crate::cases::vocabulary::{ANCHORS, PEOPLE};
use crate::directory::{Capabilities, Capability};
use proptest::strategy::{Strategy, Union};

/// A side of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Cloud,
    OnPremises,
}

impl Side {
    pub(super) fn other(self) -> Side {
        match self {
            Side::Cloud => Side::OnPremises,
            Side::OnPremises => Side::Cloud,
        }
    }
}

/// What cases to generate.
///
/// ```
/// use entra_conformance::cases::sequence::{Preset, Sequences, case_of};
/// use entra_conformance::directory::{Capabilities, is_well_formed};
/// let settings = Sequences::new(Preset::ALL, 20, &Capabilities::all_of_2023());
/// let case = case_of(1, 0, &settings);
/// assert!(is_well_formed(&case.tenant, &case.commands));
/// assert_eq!(case, case_of(1, 0, &settings));
/// ```
#[derive(Clone, Debug)]
pub struct Sequences {
    /// What to draw from, each as often as its weight says, without what takes missing capabilities.
    pub(super) presets: Vec<Preset>,
    max_commands: usize,
    apart: Apart,
    pub(super) has_soft_match_switch: bool,
    pub(super) has_passwords: bool,
    /// Anchors of on-premises objects can be changed.
    pub(super) has_anchor_match: bool,
    pub(super) has_recycle_bin: bool,
    pub(super) has_hard_delete: bool,
    pub(super) has_scope: bool,
    pub(super) has_upn_switch: bool,
    pub(super) has_eligibility: bool,
    pub(super) has_identifiers: bool,
    pub(super) has_identifier_update: bool,
    pub(super) has_source_of_authority: bool,
}

/// Identifiers that the two sides must not have in common, since it would take a capability that
/// is not there to say what happens then.
#[derive(Clone, Copy, Debug, Default)]
struct Apart {
    names: bool,
    mails: bool,
    anchors: bool,
}

impl Sequences {
    /// The greatest number of commands unless somebody asks for another.
    pub const MAX_COMMANDS: usize = 20;

    /// Cases of these presets, or of all where none of them is of use, with at most so many commands (at least one; of the preset `long` three
    /// times as many), for an implementation with these capabilities.
    pub fn new(presets: &[Preset], max_commands: usize, capabilities: &Capabilities) -> Sequences {
        let of_use = |presets: &[Preset]| -> Vec<Preset> {
            let of_use = presets.iter().filter(|preset| preset.is_for(capabilities));
            of_use.map(|preset| preset.within(capabilities)).collect()
        };
        let presets = match of_use(presets) {
            none if none.is_empty() => of_use(Preset::ALL),
            some => some,
        };
        let lacks = |capability| !capabilities.has(capability);
        Sequences {
            presets,
            max_commands: max_commands.max(1),
            apart: Apart {
                names: lacks(Capability::MatchUserPrincipalName),
                mails: lacks(Capability::MatchProxyAddresses),
                anchors: lacks(Capability::MatchSourceAnchor),
            },
            has_soft_match_switch: capabilities.has(Capability::SoftMatchSwitch),
            has_passwords: capabilities.has(Capability::Passwords),
            has_anchor_match: capabilities.has(Capability::MatchSourceAnchor),
            has_recycle_bin: capabilities.has(Capability::RecycleBin),
            has_hard_delete: capabilities.has(Capability::HardDelete),
            has_scope: capabilities.has(Capability::Scope)
                && capabilities.has(Capability::AuthorityFlag)
                && capabilities.has(Capability::RecycleBin),
            has_upn_switch: capabilities.has(Capability::SoftMatchOnUpnSwitch),
            has_eligibility: capabilities.has(Capability::RoleEligibility),
            has_identifiers: capabilities.has(Capability::ObjectIdentifier),
            has_identifier_update: capabilities.has(Capability::IdentifierUpdateSwitch),
            has_source_of_authority: capabilities.has(Capability::SourceOfAuthority)
                && capabilities.has(Capability::AuthorityFlag),
        }
    }

    /// How many commands cases of a preset have.
    pub(super) fn lengths(&self, preset: &Preset) -> impl Strategy<Value = usize> + use<> {
        let most = self.max_commands;
        if preset.is_long {
            return Union::new_weighted(vec![(1, most..=3 * most)]);
        }
        let parts = [(1, 1, most / 5), (2, most / 5 + 1, most / 2), (1, most / 2 + 1, most)];
        let ranges = parts.into_iter().map(|(weight, from, to)| {
            let to = to.max(from).min(most);
            (weight, from.min(to)..=to)
        });
        Union::new_weighted(ranges.collect())
    }

    /// The people whose names objects of this side sign in with.
    pub(super) fn people_who_sign_in(&self, side: Side) -> Vec<&'static str> {
        of_side(&PEOPLE, self.apart.names, side)
    }

    /// The people whose names objects of this side have addresses of.
    pub(super) fn people_with_addresses(&self, side: Side) -> Vec<&'static str> {
        of_side(&PEOPLE, self.apart.mails, side)
    }

    /// The anchors that objects of this side have.
    pub(super) fn anchors(&self, side: Side) -> Vec<[&'static str; 2]> {
        of_side(&ANCHORS, self.apart.anchors, side)
    }
}

/// Where the two sides must have nothing in common, each has every other value of the vocabulary.
fn of_side<T: Copy>(all: &[T], is_apart: bool, side: Side) -> Vec<T> {
    let first = usize::from(is_apart && side == Side::OnPremises);
    all.iter().copied().skip(first).step_by(if is_apart { 2 } else { 1 }).collect()
}

impl Default for Sequences {
    /// All presets, up to [`Sequences::MAX_COMMANDS`] commands, everything that edition 2023-01
    /// knows.
    fn default() -> Self {
        Sequences::new(Preset::ALL, Self::MAX_COMMANDS, &Capabilities::all_of_2023())
    }
}
