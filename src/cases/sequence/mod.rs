//! Generated cases: sequences of commands, for what nobody wrote down.
//!
//! [`Sequences`] is a [`Strategy`] for whole cases and not a composition of strategies for their
//! parts: what makes a case tell something is what its parts have in common, and that takes one
//! generator that knows what is there at each point. It is also several times as fast.
//!
//! # What is generated
//!
//! - A start of up to four cloud objects and three on-premises objects, and then commands, all of
//!   the edition's. A case ends with a sync, and mostly with a second one, since what is never
//!   synchronised shows nothing; the first one mostly comes soon.
//! - Of 100 cases 25 have up to a fifth of the greatest number of commands, 50 up to half of it,
//!   25 more: eight commands in the mean where twenty are the most.
//! - Values are mostly those of objects that are there, in any role: a user principal name as an
//!   address, a primary address as a secondary one, an anchor in other letter case. The rest are
//!   fresh, from short canonical lists. How often is what: see [`Preset`].
//! - Objects are named by label, as what an on-premises object is joined to, or as the copy for
//!   it; mostly objects that are there, now and then none.
//!
//! Every case is well-formed, by construction.
//!
//! # The same on every machine
//!
//! [`case_of`] makes a case from a seed and the case's number, with a number generator of its own.
//! Neither threads nor their number nor the order of the cases have a part in it.

mod chance;
mod commands;
mod generator;
mod objects;
mod pools;
mod preset;
mod tree;

pub(crate) use pools::{ANCHORS, ATTRIBUTES, PASSWORDS, PEOPLE, ROLES};
pub use preset::{
    CommandWeights, CyclePercentages, FieldPercentages, KindWeights, Preset, ReferenceWeights,
    ValuePercentages,
};
pub use tree::SequenceTree;

use super::Case;
use crate::directory::{Capabilities, Capability};
use chance::Chance;
use generator::Generator;
use pools::Pools;
use proptest::prelude::Rng as _;
use proptest::strategy::{NewTree, Strategy};
use proptest::test_runner::TestRunner;

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
    /// What to draw from, each as often as the others, without what takes missing capabilities.
    presets: Vec<Preset>,
    max_commands: usize,
    apart: Apart,
    has_soft_match_switch: bool,
    has_passwords: bool,
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

    /// Cases of these presets, each as often as the others, with at most so many commands (at
    /// least one), for an implementation with these capabilities.
    pub fn new(presets: &[Preset], max_commands: usize, capabilities: &Capabilities) -> Sequences {
        let presets = if presets.is_empty() { Preset::ALL } else { presets };
        let lacks = |capability| !capabilities.has(capability);
        Sequences {
            presets: presets.iter().map(|preset| preset.within(capabilities)).collect(),
            max_commands: max_commands.max(1),
            apart: Apart {
                names: lacks(Capability::MatchUserPrincipalName),
                mails: lacks(Capability::MatchProxyAddresses),
                anchors: lacks(Capability::MatchSourceAnchor),
            },
            has_soft_match_switch: capabilities.has(Capability::SoftMatchSwitch),
            has_passwords: capabilities.has(Capability::Passwords),
        }
    }
}

impl Default for Sequences {
    /// All presets, up to [`Sequences::MAX_COMMANDS`] commands, everything that edition 2023-01
    /// knows.
    fn default() -> Self {
        Sequences::new(Preset::ALL, Self::MAX_COMMANDS, &Capabilities::all_of_2023())
    }
}

/// One case of a run: the same for the same seed, number and settings, on every machine.
pub fn case_of(seed: u64, index: u64, settings: &Sequences) -> Case {
    thread_local! {
        static POOLS: Pools = Pools::new();
    }
    POOLS.with(|pools| {
        let mut chance = Chance::of_case(seed, index);
        let preset = &settings.presets[chance.below(settings.presets.len())];
        Generator::new(chance, preset, settings, pools).case()
    })
}

impl Strategy for Sequences {
    type Tree = SequenceTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = runner.rng().next_u64();
        Ok(SequenceTree::new(case_of(seed, 0, self)))
    }
}

#[cfg(test)]
mod tests;
