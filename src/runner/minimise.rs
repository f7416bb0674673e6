//! Makes the smallest example of a failure.

use super::trial::{Ended, Judge, Signature, Stopped, Tallies, Trial};
use crate::cases::shrink::shrink;
use crate::cases::{Case, vary};
use crate::implementation::{FailureKind, Implementation};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How long one failure may be made smaller. An implementation that hangs takes seconds for each
/// candidate; what has been reached by then is what is shown.
const PATIENCE: Duration = Duration::from_secs(20);

/// The smallest trial found that goes wrong in the same way.
pub(crate) struct Minimal {
    pub(crate) trial: Trial,
    pub(crate) ended: Ended,
    /// Where in the case a value stands that does not matter: any other does as well.
    pub(crate) free: BTreeSet<String>,
}

/// Makes `trial`, of which it is known that it goes wrong in the way of `signature`, as small as it
/// goes: first cut after the step that shows it, then shrunk.
pub(crate) fn minimise(
    trial: Trial,
    ended: Ended,
    signature: &Signature,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
    is_stopped: &dyn Fn() -> bool,
) -> Minimal {
    let started = Instant::now();
    let is_over = || is_stopped() || started.elapsed() > PATIENCE;
    let mut minimal = cut(Minimal { trial, ended, free: BTreeSet::new() }, signature);
    // Waiting for a time-out over and over is nothing that a person would want to sit through.
    if matches!(signature, Signature::BrokenOff(FailureKind::TimedOut, _)) {
        return minimal;
    }
    let laws = minimal.trial.laws.clone();
    // The last one found is the one that the shrinker goes on from.
    let mut last = None;
    let mut first_that_fails = |cases: &[Case]| {
        if is_over() {
            return None;
        }
        let trials: Vec<Trial> =
            cases.iter().map(|case| Trial { case: case.clone(), laws: laws.clone() }).collect();
        let (found, ended) = first_showing(&trials, signature, judge, implementation)?;
        last = Some((trials[found].clone(), ended));
        Some(found)
    };
    // What the cut left has to fail by itself before anything can be built on it.
    if first_that_fails(std::slice::from_ref(&minimal.trial.case)).is_none() {
        return minimal;
    }
    shrink(minimal.trial.case.clone(), &mut first_that_fails);
    if let Some((trial, ended)) = last {
        minimal = Minimal { trial, ended, free: BTreeSet::new() };
    }
    for (place, case) in vary::variations(&minimal.trial.case) {
        if is_over() {
            break;
        }
        let trial = Trial { case, laws: laws.clone() };
        if first_showing(&[trial], signature, judge, implementation).is_some() {
            minimal.free.insert(place);
        }
    }
    minimal
}

/// The first of these trials that goes wrong in this way.
pub(super) fn first_showing(
    trials: &[Trial],
    signature: &Signature,
    judge: &Judge<'_>,
    implementation: &mut dyn Implementation,
) -> Option<(usize, Ended)> {
    let mut found = None;
    judge.run(trials, implementation, &mut Tallies::default(), &mut |at, ended, _| {
        if ended.shows(signature) {
            found = Some((at, ended));
        }
        found.is_none()
    });
    found
}

/// Leaves out what has no part in it: the steps after the one that shows it, and laws that it does
/// not break.
fn cut(minimal: Minimal, signature: &Signature) -> Minimal {
    let Minimal { mut trial, ended, free } = minimal;
    let (step, law, varied) = match (ended.breach(signature), &ended.stopped) {
        (Some(breach), _) => (breach.step, breach.law, breach.varied.clone()),
        (None, Some(Stopped::BrokenOff { step, varied, .. })) => (*step, None, varied.clone()),
        _ => return Minimal { trial, ended, free },
    };
    if let Some(varied) = varied {
        trial.case = *varied;
    }
    trial.laws = law.into_iter().collect();
    trial.case.commands.truncate(step);
    Minimal { trial, ended, free }
}
