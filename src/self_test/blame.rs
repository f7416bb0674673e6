//! Runs the correct variants through every source: nobody may be blamed.

use super::{AT_ONCE, EDITION, Progress, Settings};
use crate::cases::required_capabilities;
use crate::implementation::Implementation;
use crate::report::Summary;
use crate::runner::{
    Extras, Host, Judge, Name, Selection, Shard, Source, Tallies, Trial, Trials, plan,
    run as run_plan,
};
use crate::variants::Variant;
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
    (number, variant): (usize, &Variant),
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
        match source {
            Source::Saved => {}
            Source::Scenarios => run_scenarios(&mut line, &mut *implementation, is_stopped),
            generated => {
                let one_in = settings.one_in.max(1);
                let capabilities = &implementation.describe().capabilities;
                let share = Trials::new(
                    generated,
                    &settings.of_variant(number),
                    capabilities,
                    Shard::WHOLE,
                )
                .all();
                // Of the grid every so-many-th; what is random is made by the seed.
                let (first, step) =
                    if generated == Source::Grid { (number % one_in, one_in) } else { (0, 1) };
                let mut share = share.skip(first).step_by(step);
                run_generated(&mut line, &mut *implementation, &mut share, is_stopped);
            }
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
    let broken_off = summary.broken_off.iter();
    line.blamed.extend(broken_off.map(|broken| format!("{} in {}", broken.failure, broken.case)));
    line.blamed.extend(summary.defects.iter().map(|defect| format!("{defect:?}")));
}

fn run_generated(
    line: &mut VariantLine,
    implementation: &mut dyn Implementation,
    cases: &mut dyn Iterator<Item = (Name, Trial)>,
    is_stopped: &dyn Fn() -> bool,
) {
    let description = implementation.describe();
    let selection = Selection::default();
    let judge = Judge::new(&description, &selection);
    let mut tallies = Tallies::default();
    while !is_stopped() && line.blamed.is_empty() {
        let (names, trials): (Vec<Name>, Vec<Trial>) = (&mut *cases)
            .filter(|(_, trial)| {
                let needed = required_capabilities(&trial.case.tenant, &trial.case.commands);
                description.capabilities.missing(&needed).is_empty()
            })
            .take(AT_ONCE)
            .unzip();
        if trials.is_empty() {
            break;
        }
        judge.run(&trials, implementation, &mut tallies, &mut |at, ended, _| {
            line.cases += 1;
            let broken = ended.breaches.iter().map(|breach| breach.rule.to_owned());
            let stopped = ended.stopped.iter().map(|stopped| format!("{stopped:?}"));
            line.blamed
                .extend(broken.chain(stopped).map(|what| format!("{what} in {}", names[at])));
            line.blamed.is_empty()
        });
    }
    line.held += tallies.exercised().map(|(_, held, _)| held).sum::<u64>();
}
