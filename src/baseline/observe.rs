//! Runs what a baseline is to say everything about.

use super::seen::Seen;
use crate::cases::scenario::FileError;
use crate::implementation::Implementation;
use crate::runner::{
    Event, Extras, Keeper, Plan, RunHeader, Selection, Source, plan as plan_of, read_cases, run,
};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// Runs everything that is planned with an example of every reason for which a rule is broken,
/// and then the files in which these were kept, to see what else they show.
///
/// # Errors
/// What was kept cannot be read.
pub fn observe(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    helpers: &mut [Box<dyn Implementation + Send>],
    keeper: &mut Keeper<'_>,
    interrupted: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> Result<Seen, Vec<FileError>> {
    let mut seen = Seen::default();
    let extras = Extras {
        keeper: Some(keeper),
        by_reason: Some(BTreeSet::new()),
        helpers,
        ..Extras::default()
    };
    run(plan, implementation, extras, interrupted, &mut |event| {
        tell(&event);
        seen.take(&event);
    });
    let kept: BTreeSet<PathBuf> = seen.kept().map(PathBuf::from).collect();
    let kept: Vec<PathBuf> = kept.into_iter().collect();
    let cases = read_cases(&kept)?;
    if !cases.is_empty() {
        let selection = Selection { sources: [Source::Saved].into(), ..Selection::default() };
        let RunHeader { edition, description, host, .. } = &plan.header;
        let replay = plan_of(edition, description, host.clone(), selection, cases);
        run(&replay, implementation, Extras::default(), interrupted, &mut |event| {
            seen.take_replay(&event);
        });
    }
    Ok(seen)
}
