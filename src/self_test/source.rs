//! The cases of a source, and one implementation under all of them.

use crate::cases::scenario::embedded;
use crate::implementation::{Description, Implementation};
use crate::rulebook::Edition;
use crate::runner::{Generation, Judge, Judgement, Selection, Shard, Source, Trial, Trials};

/// So many cases are made and run at once: few, since most mutants are caught by one of the first.
const AT_ONCE: usize = 16;

/// The cases of a source by name that this implementation can be asked to run, of generated ones
/// those in a shard. What scenarios expect is no evidence that a check works, so their expectations
/// are left out.
pub(super) fn cases_of(
    source: Source,
    generation: &Generation,
    shard: Shard,
    edition: &str,
    description: Description,
) -> Box<dyn Iterator<Item = (String, Trial)>> {
    match source {
        Source::Saved => Box::new(std::iter::empty()),
        Source::Scenarios => {
            let in_edition = embedded().iter().filter(|one| one.scenario.is_in(edition));
            let trials: Vec<_> = in_edition
                .map(|embedded| {
                    let trial = Trial::of_scenario(&embedded.scenario).without_expectations();
                    (embedded.id.to_owned(), trial)
                })
                .filter(|(_, trial)| trial.applies(&description))
                .collect();
            Box::new(trials.into_iter())
        }
        generated => {
            let trials = Trials::new(generated, generation, &description, shard).all();
            let named = trials.map(|(name, trial)| (name.to_string(), trial));
            Box::new(named.filter(move |(_, trial)| trial.applies(&description)))
        }
    }
}

/// Runs cases and judges them until there are no more, or `judged` returns `false`. It is told the
/// name of each, the case, and what became of it.
pub(super) fn judge_all(
    mut cases: impl Iterator<Item = (String, Trial)>,
    implementation: &mut dyn Implementation,
    edition: &Edition,
    judged: &mut dyn FnMut(&str, &Trial, Judgement) -> bool,
) {
    let (description, selection) = (implementation.describe(), Selection::default());
    let judge = Judge::new(edition, &description, &selection);
    let mut goes_on = true;
    while goes_on {
        let (names, trials): (Vec<String>, Vec<Trial>) = cases.by_ref().take(AT_ONCE).unzip();
        if trials.is_empty() {
            return;
        }
        judge.run(&trials, implementation, &mut |at, judgement| {
            goes_on = judged(&names[at], &trials[at], judgement);
            goes_on
        });
    }
}
