//! Runs cases that were written down: scenarios, and failures that earlier runs have saved.

use super::event::{CaseVerdict, Event};
use super::judge::Judge;
use super::judgement::Judgement;
use super::selection::Selection;
use super::trial::PlannedCase;
use crate::directory::SwitchNames;
use crate::implementation::{Description, Implementation};
use crate::rulebook::Edition;

/// Runs every case that applies and reports each, in the cases' order.
pub(super) fn run(
    cases: &[&PlannedCase],
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
    report: &mut dyn FnMut(Event),
) {
    let (mut applicable, mut skipped) = (Vec::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        match case.why_not_applicable(judge.description()) {
            None => applicable.push(at),
            Some(reason) => skipped.push((at, CaseVerdict::NotApplicable { reason })),
        }
    }
    // Cases that do not apply are reported in their place, so that the order is always the plan's.
    let mut skipped = skipped.into_iter().peekable();
    let names = judge.settings().switch_names;
    let mut report_skipped = |until: usize, report: &mut dyn FnMut(Event)| {
        while let Some((at, verdict)) = skipped.next_if(|(at, _)| *at < until) {
            report(finished(cases[at], verdict, Judgement::default(), names));
        }
    };
    let mut judged = 0;
    let trials = applicable.iter().map(|at| &cases[*at].trial);
    judge.run(trials, implementation, &mut |at, judgement| {
        if is_stopped() {
            // What was under way when the run was stopped aborted for that reason.
            return false;
        }
        report_skipped(applicable[at], report);
        report(judged_event(cases[applicable[at]], judgement, names));
        judged += 1;
        true
    });
    if judged == applicable.len() {
        report_skipped(cases.len(), report);
    }
}

/// Runs and judges one case, whether or not the implementation declares what it takes.
pub fn judge_case(
    case: &PlannedCase,
    implementation: &mut dyn Implementation,
    edition: &Edition,
    selection: &Selection,
) -> Event {
    let description: Description = implementation.describe();
    let mut judged = None;
    Judge::new(edition, &description, selection).run(
        [&case.trial],
        implementation,
        &mut |_, judgement| {
            judged = Some(judgement);
            true
        },
    );
    judged_event(case, judged.unwrap_or_default(), edition.settings.switch_names)
}

fn judged_event(case: &PlannedCase, mut judgement: Judgement, names: SwitchNames) -> Event {
    let excerpt = |varied: Option<&_>, step| case.trial.excerpt(varied, step, names);
    let stopped = judgement.stopped.take();
    let verdict = stopped.map_or(CaseVerdict::Judged, |stopped| stopped.verdict(excerpt));
    finished(case, verdict, judgement, names)
}

fn finished(
    case: &PlannedCase,
    verdict: CaseVerdict,
    judgement: Judgement,
    names: SwitchNames,
) -> Event {
    Event::CaseFinished {
        source: case.source,
        case: case.id.clone(),
        verdict,
        held: judgement
            .tallies
            .held
            .into_iter()
            .map(|(rule, held)| (rule.to_owned(), held))
            .collect(),
        failures: judgement
            .breaches
            .into_iter()
            .map(|breach| {
                let excerpt = case.trial.excerpt(breach.varied.as_deref(), breach.step, names);
                breach.report(excerpt, &judgement.answers)
            })
            .collect(),
    }
}
