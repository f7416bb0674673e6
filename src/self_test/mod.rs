//! The suite's proof of its own strength: which faults it catches and by what, and that it blames
//! no correct implementation.
//!
//! ```
//! use entra_conformance::runner::Source;
//! use entra_conformance::self_test::{Settings, self_test};
//! let settings = Settings {
//!     sources: vec![Source::Scenarios],
//!     mutants: vec!["takeover-merges-addresses".to_owned()],
//!     variants: vec!["lists-in-any-order".to_owned()],
//!     ..Settings::default()
//! };
//! let proof = self_test(&settings, &|| false, &|_| {});
//! assert_eq!(proof.defects(), Vec::<String>::new());
//! let killed = proof.mutants[0].kill(Source::Scenarios).unwrap();
//! assert_eq!(killed.rule, "takeover.addresses-replaced");
//! ```
//!
//! ```text
//! kills    runs the mutants through every source until each is caught
//! blame    runs the correct variants through every source
//! table    how it is told
//!
//! exhaustive   every sequence of commands in a small scope
//! ```

mod blame;
pub mod exhaustive;
mod kills;
mod table;

pub use blame::VariantLine;
pub use kills::{Attempt, Kill, MutantLine};
pub use table::render;

use crate::mutants::{self, Mutant};
use crate::runner::{Generation, Source};
use crate::variants::{self, Variant};
use serde::Serialize;
use std::thread;

/// What is tested.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where cases are taken from.
    pub sources: Vec<Source>,
    /// What is generated.
    pub generation: Generation,
    /// Of the grid's cases every so-many-th is run: 1 is all of it.
    pub grid_stride: usize,
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
            grid_stride: 1,
            mutants: Vec::new(),
            variants: Vec::new(),
            one_in: 10,
            threads: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl Settings {
    fn mutants(&self) -> Vec<&'static Mutant> {
        let is_chosen =
            |name: &str| self.mutants.is_empty() || self.mutants.iter().any(|it| it == name);
        mutants::catalogue().iter().filter(|mutant| is_chosen(mutant.name)).collect()
    }

    fn variants(&self) -> Vec<&'static Variant> {
        let is_chosen = |name: &String| self.variants.is_empty() || self.variants.contains(name);
        variants::catalogue().iter().filter(|variant| is_chosen(&variant.name)).collect()
    }

    /// What is generated for the so-many-th variant.
    fn of_variant(&self, number: usize) -> Generation {
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

/// What came out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// The version of the suite.
    pub suite_version: String,
    /// The edition.
    pub edition: String,
    /// The sources that cases were taken from.
    pub sources: Vec<Source>,
    /// What was generated.
    pub generation: Generation,
    /// What became of each mutant, in the catalogue's order.
    pub mutants: Vec<MutantLine>,
    /// What became of each correct variant, in the catalogue's order.
    pub variants: Vec<VariantLine>,
    /// It was stopped before it was through.
    pub is_interrupted: bool,
}

impl Proof {
    /// What the suite fails at, a sentence each: a mutant that survives or is caught only on rules
    /// that it does not break, a correct variant that is blamed. Empty where all is well.
    pub fn defects(&self) -> Vec<String> {
        let mutants = self.mutants.iter().filter_map(MutantLine::defect);
        mutants.chain(self.variants.iter().filter_map(VariantLine::defect)).collect()
    }

    /// How many mutants this source catches by itself.
    pub fn score(&self, source: Source) -> usize {
        self.mutants.iter().filter(|line| line.kill(source).is_some()).count()
    }

    /// The mutants that no scenario catches and a generated case does.
    pub fn only_generated_cases_find(&self) -> impl Iterator<Item = &MutantLine> {
        self.mutants.iter().filter(|line| {
            line.kill(Source::Scenarios).is_none()
                && line.attempts.iter().any(|attempt| attempt.kill.is_some())
        })
    }

    /// How many milliseconds it takes to catch every mutant by scenarios or else by the grid; no
    /// figure where they do not catch all, or were not both run.
    pub fn deterministic_milliseconds(&self) -> Option<f64> {
        self.mutants.iter().map(MutantLine::deterministic_milliseconds).sum()
    }

    /// How many cases the correct variants were judged by.
    pub fn cases_of_variants(&self) -> u64 {
        self.variants.iter().map(|line| line.cases).sum()
    }
}

/// Runs both catalogues through the sources. `is_stopped` is asked now and then whether to break
/// off.
pub fn self_test(
    settings: &Settings,
    is_stopped: &(dyn Fn() -> bool + Sync),
    tell: &(dyn Fn(Progress) + Sync),
) -> Proof {
    let (mutants, variants) = (settings.mutants(), settings.variants());
    tell(Progress::Planned((mutants.len() + variants.len()) * settings.sources.len()));
    let mutants = shared_out(&mutants, settings.threads, |share| {
        kills::run(share, settings, is_stopped, tell)
    });
    let numbered: Vec<(usize, &Variant)> = variants.into_iter().enumerate().collect();
    let variants = shared_out(&numbered, settings.threads, |share| {
        share.iter().map(|variant| blame::run(**variant, settings, is_stopped, tell)).collect()
    });
    Proof {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        edition: EDITION.to_owned(),
        sources: settings.sources.clone(),
        generation: settings.generation,
        mutants,
        variants,
        is_interrupted: is_stopped(),
    }
}

/// So many cases are generated at once and run one after the other.
const AT_ONCE: usize = 256;

/// The edition that the mutants break and the variants keep.
const EDITION: &str = "2023-01";

/// Shares work out to threads, one in so many each, and puts what comes back in order.
fn shared_out<T: Sync, R: Send>(
    all: &[T],
    threads: usize,
    work: impl Fn(&[&T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let threads = threads.clamp(1, all.len().max(1));
    let mut shares: Vec<std::vec::IntoIter<R>> = thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..threads)
            .map(|first| {
                let share: Vec<&T> = all.iter().skip(first).step_by(threads).collect();
                scope.spawn(move || work(&share))
            })
            .collect();
        running
            .into_iter()
            .map(|share| match share.join() {
                Ok(done) => done.into_iter(),
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    (0..all.len()).filter_map(|at| shares[at % threads].next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn work_comes_back_in_order(#[values(1, 2, 3, 8, 100)] threads: usize) {
        let all: Vec<usize> = (0..10).collect();
        let doubled =
            shared_out(&all, threads, |share| share.iter().map(|number| **number * 2).collect());
        assert_eq!(doubled, (0..10).map(|number| number * 2).collect::<Vec<usize>>());
        assert_eq!(shared_out(&[] as &[u8], threads, |_| vec![1]), Vec::<i32>::new());
    }
}
