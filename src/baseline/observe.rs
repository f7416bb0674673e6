//! Runs what a baseline is to say everything about.

use super::results::RunResults;
use crate::cases::scenario::FileError;
use crate::implementation::Implementation;
use crate::runner::{
    Event, Extras, Plan, RunHeader, SavedFailures, Selection, Source, plan as plan_of, read_cases,
    run,
};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Runs everything that is planned with an example of every reason for which a rule is violated,
/// and then the files in which these were saved, to see what else they show.
///
/// # Errors
/// What was saved cannot be read.
pub fn observe(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    helpers: &mut [Box<dyn Implementation + Send>],
    saved: &mut SavedFailures<'_>,
    interrupted: &AtomicBool,
    report: &mut dyn FnMut(&Event),
) -> Result<RunResults, Vec<FileError>> {
    let mut results = RunResults::default();
    let extras = Extras {
        saved: Some(saved),
        by_reason: Some(BTreeSet::new()),
        helpers,
        keep_going: true,
        ..Extras::default()
    };
    run(plan, implementation, extras, interrupted, &mut |event| {
        report(&event);
        results.take(&event);
    });
    let saved: BTreeSet<PathBuf> = results.saved().map(PathBuf::from).collect();
    let saved: Vec<PathBuf> = saved.into_iter().collect();
    let cases = read_cases(&saved)?;
    if !cases.is_empty() {
        let selection = Selection { sources: [Source::Saved].into(), ..Selection::default() };
        let RunHeader { edition, description, host, .. } = &plan.header;
        let replay = plan_of(edition, description, host.clone(), selection, cases);
        let extras = Extras { keep_going: true, ..Extras::default() };
        run(&replay, implementation, extras, interrupted, &mut |event| {
            results.take_replay(&event);
        });
    }
    Ok(results)
}
