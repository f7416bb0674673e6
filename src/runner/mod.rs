//! Runs cases against an implementation and judges what is observed.
//!
//! The flow goes one way: a plan of cases → the implementation → observations → checks and
//! expectations → events. Whoever wants a report reads the events.

mod adapter;
mod addresses;
mod answers;
mod batches;
mod bounds;
mod by_baseline;
mod called;
mod cause;
mod classes;
mod durations;
mod event;
mod example;
mod expectations;
mod findings;
mod generated;
mod judge;
mod judgement;
mod merge;
mod minimise;
mod not_applicable;
mod observed;
mod patience;
mod plan;
mod reason;
#[cfg(feature = "cli")]
pub(crate) mod recording;
mod save;
mod selection;
mod sent;
mod shard;
mod shown;
mod side_by_side;
mod source;
mod stream;
mod summary;
mod trial;
mod trials;
mod written;

pub use adapter::{AdapterFault, AdapterTrial, check_adapter};
pub use answers::{Answer, FieldChange, ObjectChange};
pub use by_baseline::{BaselineComparison, BaselineDifference, EntryFault, ListedEntry, Unlisted};
pub(crate) use called::case_called;
pub use cause::Cause;
pub use classes::{ClassLine, ClassState};
pub use event::{
    BrokenTogether, CaseVerdict, Event, Example, Exercise, FailureReport, Host,
    LeftOutCombinations, Likeness, NotSaved, PlannedSource, RunHeader, SelectedRule, SourceResult,
    SourceStopped,
};
pub use findings::{Breaches, FindLikeness, Finding};
pub(crate) use judge::Judge;
pub(crate) use judgement::Judgement;
pub use judgement::Signature;
pub use merge::{Difference, MergeProblem, Part, merge};
pub(crate) use minimise::minimise;
pub use not_applicable::NotApplicable;
pub use observed::{Observed, Outcome};
pub use plan::{Plan, plan};
pub use reason::{Origin, Reason};
pub use save::{SavedFailures, files_in, read_cases};
pub use selection::{DEFAULT_SEED, Generation, Profile, Selection};
pub use shard::Shard;
pub use source::Source;
#[cfg(feature = "schema")]
pub use stream::event_schema;
pub use stream::{EVENT_FORMAT, EventWriter, Recording, StreamError, read_events};
pub use summary::{
    Aborted, Counts, Incomplete, InconclusiveCase, Place, RuleFailure, RuleLine, RuleState,
    SourceLine, Status, Summary,
};
pub use trial::{PlannedCase, Trial};
pub(crate) use trials::Trials;
pub use written::judge_case;

use crate::implementation::Implementation;
pub use crate::implementation::Inconclusive;
use bounds::bounded;
use durations::Durations;
use generated::Search;
use patience::Patience;
use shown::Shown;
use side_by_side::{Budget, SideBySide};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What a run does besides judging.
#[derive(Default)]
pub struct Extras<'e, 'k> {
    /// Where minimal examples of what generated cases find are saved.
    pub saved: Option<&'e mut SavedFailures<'k>>,
    /// Report a small example of each rule that was exercised.
    pub examples: bool,
    /// More implementations of the same kind, each with a state of its own, that share the work of
    /// generated cases. What comes out does not depend on how many there are. They have nothing to do where
    /// cases are run side by side: all of these are in one tenant.
    pub helpers: &'e mut [Box<dyn Implementation + Send>],
    /// Report an example of every reason for which generated cases violate a rule, and not only one
    /// of each rule; but none of these, which are known.
    pub by_reason: Option<BTreeSet<Signature>>,
    /// Tells which likely mistake a finding is like.
    pub likeness: Option<FindLikeness>,
    /// Begin no more cases after this time. Cases that were written down are run all the same, but for those that
    /// are run side by side.
    pub until: Option<Instant>,
    /// Of cases that are run side by side: ask for no more cycles than so many, whatever the cases.
    pub cycles: Option<u64>,
    /// Make small examples also of what cases show that are run side by side. Every attempt takes cycles.
    pub shrink: bool,
    /// Stop once so many cases have gone wrong.
    pub max_failures: Option<usize>,
    /// Run all cases that were written down, however many of them the implementation aborts in.
    pub keep_going: bool,
}

/// Runs everything that is planned and reports each event as it comes. Returns early, without
/// [`Event::RunFinished`], once `interrupted` is set. An adapter that cannot be believed is reported
/// first, and alone: what its implementation does, nobody knows.
pub fn run(
    plan: &Plan,
    implementation: &mut dyn Implementation,
    mut extras: Extras<'_, '_>,
    interrupted: &AtomicBool,
    report: &mut dyn FnMut(Event),
) {
    let started = Instant::now();
    let header = &plan.header;
    let is_stopped = || interrupted.load(Ordering::Relaxed);
    let budget = Budget { cycles: extras.cycles, until: extras.until };
    let mut side_by_side = SideBySide::new(implementation, budget);
    let is_side_by_side = header.description.side_by_side.is_some();
    if is_side_by_side {
        extras.helpers = &mut [];
    }
    let judge = Judge::new(header.rulebook_edition(), &header.description, &header.selection);
    let mut shown = Shown::new(extras.by_reason.take());
    let search = Search {
        until: extras.until,
        generation: &header.selection.generation,
        judge: &judge,
        shard: header.shard.unwrap_or_default(),
        is_stopped: &is_stopped,
        by_reason: shown.by_reason(),
        shrink: extras.shrink || !is_side_by_side,
    };
    let so_far = RefCell::new(Summary::default());
    let failed = Cell::new(0);
    let patience = RefCell::new(Patience::default());
    let written = RefCell::new(BTreeMap::new());
    let report = &mut |event: Event| {
        so_far.borrow_mut().take(&event);
        failed.set(failed.get() + event.failed());
        patience.borrow_mut().take(&event);
        if let Event::CaseFinished { case, verdict: CaseVerdict::Judged, failures, .. } = &event {
            let breach = |one: &FailureReport| (one.rule.clone(), one.step, one.violations.clone());
            let breaches: Breaches = failures.iter().map(breach).collect();
            written.borrow_mut().insert(case.clone(), breaches);
        }
        report(event);
    };
    let has_enough = || extras.max_failures.is_some_and(|most| failed.get() >= most);
    let has_lost_patience = || !extras.keep_going && patience.borrow().is_lost();
    let is_enough = || has_enough() || has_lost_patience();
    report(Event::RunStarted(Box::new(header.clone())));
    let milliseconds = || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if let Err(fault) = adapter::check(&mut side_by_side) {
        report(Event::AdapterUnfaithful(Box::new(bounded(fault))));
        report(Event::RunFinished { milliseconds: milliseconds() });
        return;
    }
    let implementation: &mut dyn Implementation = &mut side_by_side;
    let mut found = Vec::new();
    for planned in &header.sources {
        if is_stopped() || is_enough() {
            break;
        }
        let source = planned.source;
        report(Event::SourceStarted(planned.clone()));
        if matches!(source, Source::Saved | Source::Scenarios) {
            let cases: Vec<&PlannedCase> =
                plan.cases.iter().filter(|case| case.source == source).collect();
            let is_over = || is_stopped() || is_enough();
            let mut durations = Durations::of(source);
            written::run(&cases, &judge, implementation, &is_over, &mut |event| {
                durations.take(&event);
                shown.take(&event);
                report(event);
            });
            report(durations.finish());
        } else {
            found.extend(search.run(source, implementation, extras.helpers, &is_enough, report));
        }
    }
    if is_enough() && !is_stopped() {
        let aborted = SourceStopped::Aborts { cases: patience.borrow().aborted };
        let why = if has_enough() { SourceStopped::EnoughFailures } else { aborted };
        report(Event::RestLeftOut { why });
    }
    let findings = || so_far.borrow().findings();
    if let Some(find) = extras.likeness.filter(|_| !is_stopped()) {
        let written = written.borrow();
        let cases = plan.cases.iter();
        let shown: Vec<(&PlannedCase, &Breaches)> =
            cases.filter_map(|case| Some((case, written.get(&case.id)?))).collect();
        for likeness in findings().iter().filter_map(|finding| find(header, finding, &shown)) {
            report(Event::Likeness(likeness));
        }
    }
    // Of a mistake one example is enough, of the rule that explains it.
    let leading: BTreeSet<String> = findings().into_iter().map(|finding| finding.rule).collect();
    for found in found {
        let signature = found.signature();
        let is_wanted = match &signature {
            Signature::Rule(rule) => leading.contains(rule),
            _ => true,
        };
        if is_wanted && !shown.has(&signature) {
            // What a stopped run has found is shown as it was found.
            // What was not made small has not been run again either, and is not saved.
            let saved = extras.saved.as_deref_mut().filter(|_| !is_stopped() && search.shrink);
            let event = search.example(found, saved, implementation);
            shown.take(&event);
            report(event);
        }
    }
    if extras.examples && !is_stopped() {
        example::report_each(plan, implementation, &is_stopped, report);
    }
    if !is_stopped() {
        report(Event::RunFinished { milliseconds: milliseconds() });
    }
}
