//! What a self-test is about, and how far it has come.

use super::mutants::{self, Mutant};
use super::variants::{self, Variant};
use crate::reference::Policy;
use crate::rulebook::{Edition, Rulebook};
use crate::runner::{Generation, Source};
use std::thread;

/// What is tested.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The edition that the mutants break and the variants keep.
    pub edition: String,
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
            edition: Rulebook::embedded().default_edition().id.clone(),
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
        mutants::of_edition(&self.edition).filter(|mutant| is_chosen(mutant.name)).collect()
    }

    pub(super) fn variants(&self) -> Vec<Variant> {
        let is_chosen = |name: &String| self.variants.is_empty() || self.variants.contains(name);
        let mut all = variants::catalogue_of(self.policy());
        all.retain(|variant| is_chosen(&variant.name));
        all
    }

    /// The edition, as the rulebook has it.
    ///
    /// # Panics
    /// Where there is no such edition: whoever asks for one has it from the rulebook.
    pub(super) fn rulebook_edition(&self) -> &'static Edition {
        Rulebook::embedded().edition(&self.edition).expect("an edition of the rulebook")
    }

    /// The edition's default policy.
    pub(super) fn policy(&self) -> Policy {
        Policy::of_edition(&self.edition).expect("an edition that the model knows")
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
