//! Makes the smallest example of a failure.

use super::judge::Judge;
use super::judgement::{Judgement, Signature, Stopped};
use super::trial::Trial;
use crate::cases::scenario::{Remark, Remarks};
use crate::cases::shrink::shrink;
use crate::cases::{Case, vary};
use crate::implementation::{FailureKind, Implementation};
use std::time::{Duration, Instant};

/// How long one failure may be made smaller. An implementation that hangs takes seconds for each
/// candidate; what has been reached by then is what is shown.
const PATIENCE: Duration = Duration::from_secs(20);

/// The smallest trial found that goes wrong in the same way.
pub(crate) struct Minimal {
    pub(crate) trial: Trial,
    pub(crate) judgement: Judgement,
    /// What is known of the values in it: which of them do not matter, and which matter for their form.
    pub(crate) remarks: Remarks,
}

/// Makes `trial`, of which it is known that it goes wrong in the way of `signature`, as small as it
/// goes: first cut after the step that shows it, then shrunk.
pub(crate) fn minimise(
    trial: Trial,
    judgement: Judgement,
    signature: &Signature,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
) -> Minimal {
    let started = Instant::now();
    // Cases that are run side by side have a budget of their own.
    let has_patience =
        || judge.description().side_by_side.is_some() || started.elapsed() <= PATIENCE;
    let is_over = || is_stopped() || !has_patience();
    let mut minimal = cut(trial, judgement, signature);
    // Waiting for a time-out over and over is nothing that a person would want to sit through.
    if matches!(signature, Signature::Aborted(FailureKind::TimedOut, _)) {
        return minimal;
    }
    let known = minimal.trial.clone();
    // The last one found is the one that the shrinker goes on from.
    let mut last = None;
    let mut first_that_fails = |cases: &[Case]| {
        if is_over() {
            return None;
        }
        let trials: Vec<Trial> = cases.iter().map(|case| known.with_case(case.clone())).collect();
        let (found, judgement) = first_showing(&trials, signature, judge, implementation)?;
        last = Some((trials[found].clone(), judgement));
        Some(found)
    };
    // What the cut left has to fail by itself before anything can be built on it.
    if first_that_fails(std::slice::from_ref(&minimal.trial.case)).is_none() {
        return minimal;
    }
    shrink(minimal.trial.case.clone(), &mut first_that_fails);
    if let Some((trial, judgement)) = last {
        minimal = Minimal { trial, judgement, remarks: Remarks::new() };
    }
    for (place, case) in vary::variations(&minimal.trial.case) {
        if is_over() {
            break;
        }
        let trial = known.with_case(case);
        if first_showing(&[trial], signature, judge, implementation).is_some() {
            minimal.remarks.insert(place, Remark::AnyValue);
        }
    }
    // What was tried and could not be made plain matters.
    for (place, traits) in vary::odd_values(&minimal.trial.case) {
        minimal.remarks.entry(place).or_insert(Remark::Form(traits));
    }
    minimal
}

/// The first of these trials that goes wrong in this way.
pub(super) fn first_showing(
    trials: &[Trial],
    signature: &Signature,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
) -> Option<(usize, Judgement)> {
    let mut found = None;
    judge.run(trials, implementation, &mut |at, judgement| {
        if judgement.shows(signature) {
            found = Some((at, judgement));
        }
        found.is_none()
    });
    found
}

/// Leaves out what has no part in it: the steps after the one that shows it, and relations that it does
/// not violate.
pub(super) fn cut(mut trial: Trial, judgement: Judgement, signature: &Signature) -> Minimal {
    let remarks = Remarks::new();
    let (step, varied) = match (judgement.breach(signature), &judgement.stopped) {
        (Some(breach), _) => {
            trial.relations.retain(|relation| relation.rule == breach.rule);
            (breach.step, breach.varied.clone())
        }
        (None, Some(Stopped::Aborted { step, varied, .. })) => {
            trial.relations.clear();
            (*step, varied.clone())
        }
        _ => return Minimal { trial, judgement, remarks },
    };
    if let Some(varied) = varied {
        trial.case = *varied;
    }
    trial.case.commands.truncate(step);
    Minimal { trial, judgement, remarks }
}
