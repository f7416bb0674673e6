//! Runs cases that were written down: scenarios, and cases that earlier runs have kept.

use super::event::{CaseVerdict, Event, RunHeader};
use super::judge::judge_case;
use super::plan::PlannedCase;
use super::why_not_applicable;
use crate::implementation::{CaseInput, CaseObservation, Implementation};

/// Runs every case that applies and tells of each, in the cases' order.
pub(super) fn run(
    cases: &[&PlannedCase],
    header: &RunHeader,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
    tell: &mut dyn FnMut(Event),
) {
    let description = &header.description;
    let reasons: Vec<Option<String>> =
        cases.iter().map(|case| why_not_applicable(case, description)).collect();
    let applicable: Vec<usize> = (0..cases.len()).filter(|&at| reasons[at].is_none()).collect();
    let inputs: Vec<CaseInput<'_>> = applicable.iter().flat_map(|&at| cases[at].inputs()).collect();
    // Cases that do not apply are told in their place, so that the order is always the plan's.
    let mut next = 0;
    let mut skip_until = |end: usize, tell: &mut dyn FnMut(Event)| {
        while next < end {
            if let Some(reason) = &reasons[next] {
                tell(Event::CaseFinished {
                    source: cases[next].source,
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
    let mut seen: Vec<CaseObservation> = Vec::new();
    if !inputs.is_empty() {
        implementation.run_cases(&inputs, &mut |_, observation| {
            if is_stopped() {
                // What was under way when the run was stopped broke off for that reason.
                return false;
            }
            let at = applicable[observed];
            seen.push(observation);
            if seen.len() == cases[at].inputs().count() {
                skip_until(at, tell);
                observed += 1;
                tell(judge_case(cases[at], description, &seen, &header.selection));
                seen.clear();
            }
            true
        });
    }
    if observed == applicable.len() {
        skip_until(cases.len(), tell);
    }
}
