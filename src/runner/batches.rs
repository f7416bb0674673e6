//! Runs the cases of a generated source in batches, on as many implementations as there are, and
//! hands over what became of them in the cases' order: the result does not depend on how many
//! there are.

use super::trial::{Ended, Judge, Stopped, Tallies, Trial};
use super::trials::{Name, Trials};
use crate::cases::required_capabilities;
use crate::implementation::{FailureKind, Implementation};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// So many cases are handed to an implementation at once: enough to keep a pipe busy, and few
/// enough to see progress and to stop soon.
const AT_ONCE: usize = 256;

/// After so many cases in which the implementation broke off the rest of a source is left out:
/// starting it again takes time, and one more crash tells nothing new.
pub(super) const BROKEN_OFF: usize = 5;

/// What became of a batch of cases.
#[derive(Default)]
pub(super) struct Batch {
    /// How many cases it had.
    pub(super) newly: usize,
    /// How many of them take what the implementation does not declare.
    pub(super) not_applicable: usize,
    /// The cases in which something went wrong.
    pub(super) wrong: Vec<Wrong>,
    /// How many cases came to a good end after the last of those.
    pub(super) judged: usize,
    /// How often rules were exercised.
    pub(super) tallies: Tallies,
}

/// A case in which something went wrong.
pub(super) struct Wrong {
    /// How many cases came to a good end between the one before and this.
    pub(super) judged_before: usize,
    /// Its place among the cases of the source.
    pub(super) place: usize,
    pub(super) name: Name,
    pub(super) trial: Trial,
    pub(super) ended: Ended,
    /// How often rules were exercised in this batch so far, where the source may end here.
    pub(super) so_far: Option<Tallies>,
}

/// The cases of a generated source, in batches.
pub(super) struct Batches<'a> {
    pub(super) trials: &'a Trials,
    pub(super) judge: &'a Judge<'a>,
    pub(super) is_stopped: &'a (dyn Fn() -> bool + Sync),
}

impl Batches<'_> {
    fn count(&self) -> usize {
        self.trials.count().div_ceil(AT_ONCE)
    }

    /// Runs batch after batch and hands them over in order, until there are no more, `take` returns
    /// `false`, or the run is stopped.
    pub(super) fn run(
        &self,
        implementation: &mut dyn Implementation,
        helpers: &mut [Box<dyn Implementation + Send>],
        take: &mut dyn FnMut(Batch) -> bool,
    ) {
        let next = AtomicUsize::new(0);
        let is_over = AtomicBool::new(false);
        let draw = || {
            if is_over.load(Ordering::Relaxed) || (self.is_stopped)() {
                return None;
            }
            let at = next.fetch_add(1, Ordering::Relaxed);
            (at < self.count()).then_some(at)
        };
        thread::scope(|scope| {
            let (done, finished) = mpsc::channel();
            for helper in helpers {
                let (done, draw) = (done.clone(), &draw);
                scope.spawn(move || {
                    while let Some(at) = draw() {
                        let _ = done.send((at, self.batch(at, &mut **helper)));
                    }
                });
            }
            drop(done);
            let mut waiting: BTreeMap<usize, Batch> = BTreeMap::new();
            let mut expected = 0;
            while expected < self.count() {
                if let Some(at) = draw() {
                    waiting.insert(at, self.batch(at, implementation));
                    waiting.extend(finished.try_iter());
                } else {
                    // Nothing is left to begin; what the others are at is still to come.
                    let Ok((at, batch)) = finished.recv() else { break };
                    waiting.insert(at, batch);
                }
                while let Some(batch) = waiting.remove(&expected) {
                    expected += 1;
                    if !take(batch) {
                        is_over.store(true, Ordering::Relaxed);
                        return;
                    }
                }
            }
        });
    }

    fn batch(&self, at: usize, implementation: &mut dyn Implementation) -> Batch {
        let first = at * AT_ONCE;
        let end = (first + AT_ONCE).min(self.trials.count());
        let mut batch = Batch { newly: end - first, ..Batch::default() };
        let capabilities = &self.judge.description.capabilities;
        let mut called: Vec<(usize, Name)> = Vec::with_capacity(end - first);
        let mut trials = Vec::with_capacity(end - first);
        for own in first..end {
            let (name, trial) = self.trials.at(own);
            let needed = required_capabilities(&trial.case.tenant, &trial.case.commands);
            if capabilities.missing(&needed).is_empty() {
                called.push((self.trials.place(own), name));
                trials.push(trial);
            } else {
                batch.not_applicable += 1;
            }
        }
        let mut tallies = Tallies::default();
        let mut broken_off = 0;
        let (wrong, judged) = (&mut batch.wrong, &mut batch.judged);
        self.judge.run(&trials, implementation, &mut tallies, &mut |at, ended, so_far| {
            if (self.is_stopped)() {
                // What was under way when the run was stopped broke off for that reason.
                return false;
            }
            if ended.breaches.is_empty() && ended.stopped.is_none() {
                *judged += 1;
                return true;
            }
            let is_last = match &ended.stopped {
                None | Some(Stopped::NotApplicable) => false,
                Some(Stopped::Defect(_)) => true,
                Some(Stopped::BrokenOff { failure, .. }) => {
                    broken_off += 1;
                    broken_off == BROKEN_OFF || failure.kind == FailureKind::NotRestarted
                }
            };
            let (place, name) = called[at];
            wrong.push(Wrong {
                judged_before: std::mem::take(judged),
                place,
                name,
                trial: trials[at].clone(),
                so_far: ended.stopped.is_some().then(|| so_far.clone()),
                ended,
            });
            !is_last
        });
        batch.tallies = tallies;
        batch
    }
}
