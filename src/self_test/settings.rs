//! What a self-test is about, and how far it has come.

use super::mutants::{self, Mutant};
use super::variants::{self, Variant};
use crate::runner::{Generation, Source};
use std::thread;

/// The edition that the mutants break and the variants keep.
pub(super) const EDITION: &str = "2023-01";

/// What is tested.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where cases are taken from.
    pub sources: Vec<Source>,
    /// What is generated.
    pub generation: Generation,
    /// The names of the mutants; empty for all.
    pub mutants: Vec<String>,
    /// The names of the correct variants; empty for all.
    pub variants: Vec<String>,
    /// A variant is judged by one in so many of the generated cases: 1 is all of them. No two
    /// variants begin at the same, or have the same seed.
    pub one_in: usize,
    /// How many threads share the work. What comes out does not depend on it.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            sources: Source::SELECTABLE.to_vec(),
            generation: Generation::default(),
            mutants: Vec::new(),
            variants: Vec::new(),
            one_in: 10,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Settings {
    pub(super) fn mutants(&self) -> Vec<&'static Mutant> {
        let is_chosen =
            |name: &str| self.mutants.is_empty() || self.mutants.iter().any(|it| it == name);
        mutants::catalogue().iter().filter(|mutant| is_chosen(mutant.name)).collect()
    }

    pub(super) fn variants(&self) -> Vec<&'static Variant> {
        let is_chosen = |name: &String| self.variants.is_empty() || self.variants.contains(name);
        variants::catalogue().iter().filter(|variant| is_chosen(&variant.name)).collect()
    }

    /// What is generated for the so-many-th variant.
    pub(super) fn of_variant(&self, number: usize) -> Generation {
        Generation {
            seed: self.generation.seed.wrapping_add(number as u64),
            cases: self.generation.cases.div_ceil(self.one_in.max(1)),
            ..self.generation
        }
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Of so many pieces of work in all.
    Planned(usize),
    /// One more piece is done: a mutant or a variant in one source.
    Done,
}
