//! Generated cases: sequences of commands, for what nobody wrote down.
//!
//! [`Sequences`] is a proptest [`Strategy`]. Every single decision is drawn from one of proptest's own
//! strategies; what decides which comes next is what is there at each point, since what makes a case
//! tell something is what its parts have in common.
//!
//! # What is generated
//!
//! - A start of up to four cloud objects and three on-premises objects, and then commands, all of
//!   the edition's. A case ends with a sync, and mostly with a second one, since what is never
//!   synchronised shows nothing; the first one mostly comes soon.
//! - Of 100 cases 25 have up to a fifth of the greatest number of commands, 50 up to half of it,
//!   25 more: eight commands in the mean where twenty are the most. One in fifty is a long history,
//!   with up to three times as many, of which mostly ten to thirty are cycles.
//! - Edits mostly change one field, and now and then two to four at once.
//! - Values are mostly those of objects that are there, in any role: a user principal name as an
//!   address, a primary address as a secondary one, an anchor in other letter case; or values that
//!   objects had before. The rest are fresh, from short canonical lists. How often is what: see [`Preset`].
//! - Objects are named by label, as what an on-premises object is joined to, or as the quarantined
//!   object for it; mostly objects that are there, now and then none.
//!
//! Every case is well-formed, by construction.
//!
//! # The same on every machine
//!
//! [`case_of`] draws a case with a `TestRng` that is seeded by the run's seed and the case's number.
//! Neither threads nor their number nor the order of the cases have a part in it.

mod commands;
mod generator;
mod objects;
mod preset;
mod settings;
mod tree;

pub use preset::{
    CommandWeights, CyclePercentages, FieldPercentages, KindWeights, Preset, ReferenceWeights,
    ValuePercentages,
};
pub use settings::Sequences;
pub use tree::SequenceTree;

use super::Case;
use super::draw::runner;
use generator::Generator;
use proptest::strategy::{Just, NewTree, Strategy, Union, ValueTree as _};
use proptest::test_runner::TestRunner;

/// One case of a run: the same for the same seed, number and settings, on every machine.
pub fn case_of(seed: u64, number: u64, settings: &Sequences) -> Case {
    draw(settings, &mut runner(seed, number, 0))
}

fn draw(settings: &Sequences, runner: &mut TestRunner) -> Case {
    let weighted = |preset: &Preset| (u32::from(preset.weight), Just(*preset));
    let preset = Union::new_weighted(settings.presets.iter().map(weighted).collect());
    let preset = preset.new_tree(runner).expect("nothing is filtered").current();
    Generator::new(runner, &preset, settings).case()
}

impl Strategy for Sequences {
    type Tree = SequenceTree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(SequenceTree::new(draw(self, runner)))
    }
}

#[cfg(test)]
mod tests;
