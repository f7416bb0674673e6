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
//! mutants      implementations with one deliberate fault
//! variants     correct implementations that do otherwise than the reference model
//! kills        runs the mutants through every source until each is caught
//! blame        runs the correct variants through every source
//!   source     the cases of a source, and one implementation under all of them
//! likeness     which mutant an implementation behaves like
//! table        the kill matrix as text
//! exhaustive   every sequence of commands in a small scope
//! ```

mod blame;
pub mod exhaustive;
mod kills;
mod likeness;
pub mod mutants;
mod settings;
mod source;
mod table;
pub mod variants;

pub use blame::VariantLine;
pub use kills::{Attempt, Kill, MutantLine};
pub use likeness::likeness;
pub use settings::{Progress, Settings};
pub use table::render;

use crate::runner::{Generation, Source};
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

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
    let mutants = shared_out(&mutants, settings.threads, |_, mutant| {
        kills::run(mutant, settings, is_stopped, tell)
    });
    let variants = shared_out(&variants, settings.threads, |number, variant| {
        blame::run(number, variant, settings, is_stopped, tell)
    });
    Proof {
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        edition: settings.edition.clone(),
        sources: settings.sources.clone(),
        generation: settings.generation,
        mutants,
        variants,
        is_interrupted: is_stopped(),
    }
}

/// Lets threads take one piece of work after the other, and puts what comes back in order.
fn shared_out<T: Sync, R: Send>(
    all: &[T],
    threads: usize,
    work: impl Fn(usize, &T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = all.get(at) else {
                return done;
            };
            done.push((at, work(at, piece)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(worker)).collect();
        let done = workers.into_iter().flat_map(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    fn work_comes_back_in_order(#[values(1, 2, 3, 8, 100)] threads: usize) {
        let all: Vec<usize> = (0..10).collect();
        let doubled = shared_out(&all, threads, |at, number| (at, *number * 2));
        assert_eq!(doubled, (0..10).map(|number| (number, number * 2)).collect::<Vec<_>>());
        assert_eq!(shared_out(&[] as &[u8], threads, |_, _| 1), Vec::<i32>::new());
    }
}
