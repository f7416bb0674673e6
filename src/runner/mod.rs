//! Runs cases against an implementation and judges what is seen.
//!
//! The flow goes one way: a plan of cases → the implementation → observations → checks and
//! expectations → events. Whoever wants a report reads the events.

mod batches;
mod event;
mod example;
mod excerpt;
mod expectations;
mod generated;
mod judge;
mod keep;
mod merge;
mod minimise;
mod plan;
mod reason;
mod same_run;
mod shard;
mod shown;
mod source;
mod stream;
mod trial;
mod trials;
mod written;

pub use event::{
    CaseVerdict, Event, FailureReport, Host, LawTally, LeftOutCombinations, Origin, PlannedSource,
    RuleTally, RunHeader, SelectedRule, SourceReport, SourceTally,
};
pub use judge::judge_case;
pub use keep::{Keeper, files_in, read_cases};
pub use merge::{Part, merge};
pub(crate) use minimise::minimise;
pub use plan::{DEFAULT_SEED, Generation, Plan, PlannedCase, Selection, plan};
pub use reason::{broke_off_in, is_of_expectation, reason};
pub use same_run::shows_the_same;
pub use shard::Shard;
pub use source::Source;
#[cfg(feature = "schema")]
pub use stream::event_schema;
pub use stream::{EVENT_FORMAT, Ending, EventReader, EventWriter, StreamError};
pub(crate) use trial::{Ended, Judge, Prepared, Signature, Tallies, Trial};
pub(crate) use trials::{Name, Trials};

use crate::implementation::{Description, Implementation};
use generated::Search;
use shown::Shown;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What a run does besides judging.
#[derive(Default)]
pub struct Extras<'e, 'k> {
    /// Keeps minimal examples of what generated cases find.
    pub keeper: Option<&'e mut Keeper<'k>>,
    /// Tells a small example of each rule that was exercised.
    pub examples: bool,
    /// More implementations of the same kind, each with a state of its own, that share the work of
    /// generated cases. What comes out does not depend on how many there are.
    pub helpers: &'e mut [Box<dyn Implementation + Send>],
    /// Tells of generated cases an example of every reason for which a rule is broken, and not only
    /// one of each rule; but none of these, which are known: pairs of a rule, or the word for a way
    /// of breaking off, and a [`reason()`].
    pub by_reason: Option<BTreeSet<(String, String)>>,
}

/// Runs everything that is planned and tells each event as it comes. Returns early, without
/// [`Event::RunFinished`], once `interrupted` is set.
pub fn run(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    mut extras: Extras<'_, '_>,
    interrupted: &AtomicBool,
    tell: &mut dyn FnMut(Event),
) {
    let started = Instant::now();
    let header = &plan.header;
    let is_stopped = || interrupted.load(Ordering::Relaxed);
    let mut shown = Shown::new(extras.by_reason.take());
    tell(Event::RunStarted(Box::new(header.clone())));
    for planned in &header.sources {
        if is_stopped() {
            return;
        }
        let source = planned.source;
        tell(Event::SourceStarted(planned.clone()));
        if matches!(source, Source::Saved | Source::Scenarios) {
            let cases: Vec<&PlannedCase> =
                plan.cases.iter().filter(|case| case.source == source).collect();
            written::run(&cases, header, implementation, &is_stopped, &mut |event| {
                shown.take(&event);
                tell(event);
            });
        } else {
            let search = Search {
                source,
                generation: &header.selection.generation,
                shard: header.shard.unwrap_or_default(),
                judge: &Judge::new(&header.description, &header.selection),
                is_stopped: &is_stopped,
                keeper: extras.keeper.as_deref_mut(),
            };
            search.run(implementation, extras.helpers, &mut shown, tell);
        }
    }
    if extras.examples && !is_stopped() {
        example::tell_each(plan, implementation, &is_stopped, tell);
    }
    if !is_stopped() {
        tell(Event::RunFinished {
            milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }
}

/// Why an implementation cannot be judged by a case; `None` where it can.
pub fn why_not_applicable(case: &PlannedCase, description: &Description) -> Option<String> {
    let missing = description.capabilities.missing(&case.required);
    if !missing.is_empty() {
        let words: Vec<&str> = missing.iter().map(|capability| capability.word()).collect();
        return Some(format!("needs {}", words.join(", ")));
    }
    if !description.choices.agrees_with(&case.when_choice) {
        let words: Vec<String> = case
            .when_choice
            .words()
            .iter()
            .map(|(choice, value)| format!("{choice}: {value}"))
            .collect();
        return Some(format!("only where declared: {}", words.join(", ")));
    }
    None
}
