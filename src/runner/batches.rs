//! Runs the cases of a generated source in batches, on as many implementations as there are, and
//! hands over what came of them in the cases' order: the result does not depend on how many
//! there are.

use super::event::SourceStopped;
use super::judge::Judge;
use super::judgement::{Judgement, Stopped};
use super::trial::Trial;
use super::trials::{Name, Trials};
use crate::implementation::{FailureKind, Implementation};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// So many cases are handed to an implementation at once: enough to keep a pipe busy, and few
/// enough to see progress and to stop soon.
const AT_ONCE: usize = 256;

/// Of cases that are run side by side so many times as many as fit: the more there are to choose from, the
/// more of them share their cycles.
const BATCHES_AT_ONCE: usize = 20;

/// After so many cases in which the implementation aborted the rest of a source is left out:
/// starting it again takes time, and one more crash shows nothing new.
const MOST_ABORTS: usize = 5;

/// What came of a batch of cases.
#[derive(Default)]
pub(super) struct Batch {
    /// How many cases it had.
    pub(super) newly: usize,
    /// How many of them take what the implementation does not declare.
    pub(super) not_applicable: usize,
    /// What came of the others.
    pub(super) judged: Vec<Judged>,
}

/// What came of a generated case.
#[derive(Clone)]
pub(super) struct Judged {
    /// Its place among the cases of the source.
    pub(super) place: usize,
    pub(super) name: Name,
    pub(super) trial: Trial,
    pub(super) judgement: Judgement,
    /// How long it took.
    pub(super) took: Duration,
}

/// The cases of a generated source, in batches.
pub(super) struct Batches<'a> {
    pub(super) trials: &'a Trials,
    pub(super) judge: &'a Judge<'a>,
    pub(super) is_stopped: &'a (dyn Fn() -> bool + Sync),
}

impl Batches<'_> {
    fn at_once(&self) -> usize {
        let side_by_side = self.judge.description().side_by_side.unwrap_or_default() as usize;
        AT_ONCE.max(side_by_side * BATCHES_AT_ONCE)
    }

    fn count(&self) -> usize {
        self.trials.count().div_ceil(self.at_once())
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
        let own = at * self.at_once()..((at + 1) * self.at_once()).min(self.trials.count());
        let mut batch = Batch { newly: own.len(), ..Batch::default() };
        let mut cases: Vec<(usize, Name, Trial)> = own
            .map(|own| {
                let (name, trial) = self.trials.at(own);
                (self.trials.place(own), name, trial)
            })
            .collect();
        cases.retain(|(_, _, trial)| trial.applies(self.judge.description()));
        batch.not_applicable = batch.newly - cases.len();
        let mut judgements = Vec::with_capacity(cases.len());
        let mut aborts = Aborts::default();
        let trials = cases.iter().map(|(_, _, trial)| trial);
        let mut last = Instant::now();
        self.judge.run(trials, implementation, &mut |_, judgement| {
            if (self.is_stopped)() {
                // What was under way when the run was stopped aborted for that reason.
                return false;
            }
            let is_over = aborts.end_the_source(judgement.stopped.as_ref()).is_some();
            let took = last.elapsed();
            last += took;
            judgements.push((judgement, took));
            !is_over
        });
        let judged = cases.into_iter().zip(judgements);
        batch.judged = judged
            .map(|((place, name, trial), (judgement, took))| Judged {
                place,
                name,
                trial,
                judgement,
                took,
            })
            .collect();
        batch
    }
}

/// How often the implementation has aborted in a source.
#[derive(Default)]
pub(super) struct Aborts {
    pub(super) count: usize,
}

impl Aborts {
    /// Counts what stopped one more case; whether, and why, the rest of the source is left out.
    pub(super) fn end_the_source(&mut self, stopped: Option<&Stopped>) -> Option<SourceStopped> {
        match stopped? {
            Stopped::Declined(_) | Stopped::Inconclusive(..) => None,
            Stopped::Defect(_) => Some(SourceStopped::Defect),
            Stopped::Aborted { failure, .. } => {
                self.count += 1;
                let is_last =
                    self.count == MOST_ABORTS || failure.kind == FailureKind::NotRestarted;
                is_last.then_some(SourceStopped::Aborts { cases: self.count })
            }
        }
    }
}
