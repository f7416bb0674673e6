//! Runs cases against an implementation and judges what is seen.
//!
//! The flow goes one way: a plan of cases → the implementation → observations → checks and
//! expectations → events. Whoever wants a report reads the events.

mod event;
mod excerpt;
mod expectations;
mod judge;
mod plan;

pub use event::{
    CaseVerdict, Event, FailureReport, Host, Origin, RuleTally, RunHeader, SelectedRule,
};
pub use judge::judge_case;
pub use plan::{PlannedCase, Selection, plan};

use crate::implementation::{CaseInput, CaseObservation, Description, Implementation};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Runs every planned case that applies and tells each event as it comes. Returns early, without
/// [`Event::RunFinished`], once `interrupted` is set.
pub fn run(
    cases: &[PlannedCase],
    header: &RunHeader,
    implementation: &mut dyn Implementation,
    interrupted: &AtomicBool,
    tell: &mut dyn FnMut(Event),
) {
    let started = Instant::now();
    let description = header.description.clone();
    tell(Event::RunStarted(Box::new(header.clone())));
    let reasons: Vec<Option<String>> =
        cases.iter().map(|case| why_not_applicable(case, &description)).collect();
    let applicable: Vec<usize> = (0..cases.len()).filter(|&at| reasons[at].is_none()).collect();
    let inputs: Vec<CaseInput<'_>> = applicable
        .iter()
        .map(|&at| CaseInput { tenant: &cases[at].tenant, commands: &cases[at].commands })
        .collect();
    // Cases that do not apply are told in their place, so that the order is always the plan's.
    let mut next = 0;
    let mut skip_until = |end: usize, tell: &mut dyn FnMut(Event)| {
        while next < end {
            if let Some(reason) = &reasons[next] {
                tell(Event::CaseFinished {
                    case: cases[next].id.clone(),
                    verdict: CaseVerdict::NotApplicable { reason: reason.clone() },
                    rules: Vec::new(),
                    failures: Vec::new(),
                });
            }
            next += 1;
        }
    };
    let mut observed = 0;
    if !inputs.is_empty() {
        implementation.run_cases(&inputs, &mut |index: usize, seen: CaseObservation| {
            if interrupted.load(Ordering::Relaxed) {
                // What was under way when the run was stopped broke off for that reason.
                return false;
            }
            let at = applicable[index];
            skip_until(at, tell);
            observed += 1;
            tell(judge_case(&cases[at], &description, &seen, &header.selection));
            true
        });
    }
    if observed == inputs.len() {
        skip_until(cases.len(), tell);
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
