//! Runs the correct variants through every source: nobody may be blamed.

use super::source::{cases_of, judge_all};
use super::variants::Variant;
use super::{EDITION, Progress, Settings};
use crate::implementation::Implementation;
use crate::report::Summary;
use crate::runner::{Extras, Host, Selection, Shard, Source, Trial, plan, run as run_plan};
use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of a correct variant.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VariantLine {
    /// Its name.
    pub variant: String,
    /// What it does otherwise.
    pub what: String,
    /// How many cases it was judged by.
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
        if source == Source::Scenarios {
            run_scenarios(&mut line, &mut *implementation, is_stopped);
        } else {
            // Of the grid every so-many-th; what is random is made by the seed.
            let one_in = if source == Source::Grid { settings.one_in.max(1) } else { 1 };
            let description = implementation.describe();
            let share = Shard::new(number % one_in + 1, one_in);
            let cases = cases_of(source, &settings.of_variant(number), share, description);
            run_generated(&mut line, &mut *implementation, cases, is_stopped);
        }
        tell(Progress::Done);
    }
    line
}

fn run_scenarios(
    line: &mut VariantLine,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
) {
    let description = implementation.describe();
    let selection = Selection::scenarios_only();
    let plan = plan(EDITION, &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    let interrupted = AtomicBool::new(false);
    run_plan(&plan, implementation, Extras::default(), &interrupted, &mut |event| {
        interrupted.fetch_or(is_stopped(), Ordering::Relaxed);
        summary.take(&event);
    });
    line.held += summary.rules().iter().map(|rule| rule.held).sum::<u64>();
    let failures = summary.failures().into_iter();
    line.blamed.extend(failures.map(|failure| format!("{} in {}", failure.rule, failure.case)));
    let aborted = summary.aborted.iter();
    line.blamed.extend(aborted.map(|one| format!("{} in {}", one.failure, one.case)));
    line.blamed.extend(summary.defects.iter().map(|defect| format!("{defect:?}")));
}

fn run_generated(
    line: &mut VariantLine,
    implementation: &mut dyn Implementation,
    cases: impl Iterator<Item = (String, Trial)>,
    is_stopped: &dyn Fn() -> bool,
) {
    judge_all(cases, implementation, &mut |name, _, judgement| {
        line.cases += 1;
        line.held += judgement.tallies.held_in_all();
        let violated = judgement.breaches.iter().map(|breach| breach.rule.to_owned());
        let stopped = judgement.stopped.iter().map(|stopped| format!("{stopped:?}"));
        line.blamed.extend(violated.chain(stopped).map(|what| format!("{what} in {name}")));
        line.blamed.is_empty() && !is_stopped()
    });
}
