//! Runs the correct variants through every source: nobody may be blamed.

use super::source::{cases_of, judge_all};
use super::variants::Variant;
use super::{Progress, Settings};
use crate::cases::scenario::embedded;
use crate::runner::{PlannedCase, Shard, Source};
use serde::Serialize;

/// What became of a correct variant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariantLine {
    /// Its name.
    pub variant: String,
    /// What it does otherwise.
    pub what: String,
    /// How many generated cases it was judged by.
    pub cases: u64,
    /// How often a rule was found to hold.
    pub held: u64,
    /// What it was blamed for: a rule and the case that shows it.
    pub blamed: Vec<String>,
}

impl VariantLine {
    pub(super) fn defect(&self) -> Option<String> {
        let VariantLine { variant, blamed, .. } = self;
        if !blamed.is_empty() {
            return Some(format!("the correct variant {variant} is blamed: {}", blamed.join("; ")));
        }
        (self.held == 0).then(|| format!("the correct variant {variant} was not judged at all"))
    }
}

/// Runs a variant through every source: the scenarios with what they expect, and its share of the
/// generated cases, which begins at another place for each variant and has another seed.
pub(super) fn run(
    number: usize,
    variant: &Variant,
    settings: &Settings,
    is_stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(Progress),
) -> VariantLine {
    let mut line = VariantLine {
        variant: variant.name.clone(),
        what: variant.what.clone(),
        cases: 0,
        held: 0,
        blamed: Vec::new(),
    };
    let mut implementation = variant.implementation();
    for &source in &settings.sources {
        let cases: Box<dyn Iterator<Item = _>> = if source == Source::Scenarios {
            let description = implementation.describe();
            let cases = embedded()
                .iter()
                .filter(|one| one.scenario.is_in(&settings.edition))
                .map(PlannedCase::of_embedded);
            let applies = move |case: &PlannedCase| case.why_not_applicable(&description).is_none();
            Box::new(cases.filter(applies).map(|case| (case.id, case.trial)))
        } else {
            // Of the grid every so-many-th; what is random is made by the seed.
            let one_in = if source == Source::Grid { settings.one_in.max(1) } else { 1 };
            let share = Shard::new(number % one_in + 1, one_in);
            cases_of(
                source,
                &settings.of_variant(number),
                share,
                &settings.edition,
                implementation.describe(),
            )
        };
        judge_all(
            cases,
            &mut *implementation,
            settings.rulebook_edition(),
            &mut |name, _, judgement| {
                line.cases += u64::from(source != Source::Scenarios);
                line.held += judgement.tallies.held.values().sum::<u64>();
                let violated = judgement.breaches.iter().map(|breach| breach.rule.to_owned());
                let stopped = judgement.stopped.iter().map(|stopped| format!("{stopped:?}"));
                line.blamed.extend(violated.chain(stopped).map(|what| format!("{what} in {name}")));
                line.blamed.is_empty() && !is_stopped()
            },
        );
        tell(Progress::Done);
    }
    line
}
