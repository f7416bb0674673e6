//! Runs the cases of a generated source, and makes a small example of each rule that they break.

use super::batches::{BROKEN_OFF, Batch, Batches, Wrong};
use super::event::{
    CaseVerdict, Event, FailureReport, LawTally, Origin, SourceReport, SourceTally,
};
use super::keep::{Keeper, Kept, scenario_of};
use super::minimise::{Minimal, minimise};
use super::plan::Generation;
use super::reason::broke_off;
use super::shard::Shard;
use super::shown::Shown;
use super::source::Source;
use super::trial::{Breach, Ended, Judge, Signature, Stopped, Tallies, Trial};
use super::trials::{Name, Trials};
use crate::cases::laws;
use crate::cases::scenario::case_to_yaml;
use crate::cases::shrink::measure;
use crate::implementation::{FailureKind, Implementation};
use std::collections::BTreeMap;
use std::time::Instant;

/// A trial that went wrong.
struct Found {
    /// Its place among the cases of the source.
    place: usize,
    name: Name,
    trial: Trial,
    ended: Ended,
    signature: Signature,
}

impl Found {
    fn is_larger_than(&self, trial: &Trial) -> bool {
        measure(&self.trial.case) > measure(&trial.case)
    }
}

/// Runs one generated source.
pub(super) struct Search<'a, 'k> {
    pub(super) source: Source,
    pub(super) generation: &'a Generation,
    pub(super) judge: &'a Judge<'a>,
    pub(super) shard: Shard,
    pub(super) is_stopped: &'a (dyn Fn() -> bool + Sync),
    pub(super) keeper: Option<&'a mut Keeper<'k>>,
}

impl Search<'_, '_> {
    /// Runs the source's cases and tells what they come to. Of what was `shown` already no further
    /// example is made; what this source shows is added.
    pub(super) fn run(
        mut self,
        implementation: &mut dyn Implementation,
        helpers: &mut [Box<dyn Implementation + Send>],
        shown: &mut Shown,
        tell: &mut dyn FnMut(Event),
    ) {
        let started = Instant::now();
        let mut count = Count { by_reason: shown.by_reason(), ..Count::default() };
        let capabilities = &self.judge.description.capabilities;
        let trials = Trials::new(self.source, self.generation, capabilities, self.shard);
        let batches = Batches { trials: &trials, judge: self.judge, is_stopped: self.is_stopped };
        batches.run(implementation, helpers, &mut |batch| {
            let newly = batch.newly;
            let has_failed =
                |wrong: &&Wrong| !matches!(wrong.ended.stopped, Some(Stopped::NotApplicable));
            let failed = batch.wrong.iter().filter(has_failed).count();
            count.take_batch(batch);
            if !(self.is_stopped)() {
                tell(Event::Progress { source: self.source, newly, failed });
            }
            count.stopped.is_none()
        });
        let found = std::mem::take(&mut count.found);
        for found in found.into_values() {
            if !shown.has(&found.signature) && !(self.is_stopped)() {
                let event = self.example(found, implementation);
                shown.take(&event);
                tell(event);
            }
        }
        if let Some((name, message)) = count.defect.take() {
            tell(Event::FailureFound {
                source: self.source,
                case: name.to_string(),
                size: Vec::new(),
                verdict: CaseVerdict::Defect { message },
                failure: None,
                file: None,
                not_kept: None,
            });
        }
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tell(Event::SourceFinished(Box::new(count.report(self.source, milliseconds))));
    }

    /// The smallest example of a failure, kept in a file where that is wanted.
    fn example(&mut self, found: Found, implementation: &mut dyn Implementation) -> Event {
        let Found { place, name, trial, ended, signature } = found;
        let mut size = measure(&trial.case).as_numbers();
        // Of two that are alike the first one counts.
        size.push(place as u64);
        let minimal =
            minimise(trial, ended, &signature, self.judge, implementation, self.is_stopped);
        let kept = match &mut self.keeper {
            Some(keeper) => {
                let found_in = format!("{name} (seed {})", self.generation.seed);
                keeper.keep(&minimal, &signature, &found_in, self.judge, implementation)
            }
            None => Kept { file: None, not_kept: None },
        };
        tell_example(self.source, (&name, size), &minimal, &signature, kept)
    }
}

/// The event that tells of a minimal example.
fn tell_example(
    source: Source,
    (name, size): (&Name, Vec<u64>),
    minimal: &Minimal,
    signature: &Signature,
    kept: Kept,
) -> Event {
    let excerpt = case_to_yaml(&scenario_of(minimal, signature), &minimal.free);
    let (verdict, failure) = match (&minimal.ended.stopped, minimal.ended.breach(signature)) {
        (Some(Stopped::BrokenOff { failure, step, .. }), None) => {
            let (failure, step) = (failure.clone(), *step);
            (CaseVerdict::Failed { failure, step, excerpt }, None)
        }
        (_, Some(breach)) => {
            let report = report(breach, excerpt);
            (CaseVerdict::Judged, Some(Box::new(report)))
        }
        _ => (CaseVerdict::Judged, None),
    };
    let Kept { file, not_kept } = kept;
    Event::FailureFound { source, case: name.to_string(), size, verdict, failure, file, not_kept }
}

fn report(breach: &Breach, excerpt: String) -> FailureReport {
    FailureReport {
        rule: breach.rule.to_owned(),
        origin: if breach.law.is_some() { Origin::Law } else { Origin::Check },
        step: breach.step,
        command: breach.command.to_owned(),
        violations: breach.violations.clone(),
        variation: breach.law.map(|law| law.variation().to_owned()),
        excerpt,
    }
}

/// What a source has come to so far.
#[derive(Default)]
struct Count {
    judged: usize,
    not_applicable: usize,
    broken_off: usize,
    stopped: Option<String>,
    tallies: Tallies,
    violated_cases: BTreeMap<&'static str, u64>,
    /// The smallest trial that broke each rule, or each rule for each reason, and that broke off in
    /// each way.
    found: BTreeMap<String, Found>,
    by_reason: bool,
    defect: Option<(Name, String)>,
}

impl Count {
    fn take_batch(&mut self, batch: Batch) {
        self.not_applicable += batch.not_applicable;
        for Wrong { judged_before, place, name, trial, ended, so_far } in batch.wrong {
            self.judged += judged_before;
            self.take((place, name), &trial, ended);
            if self.stopped.is_some() {
                // The implementation may have gone on; in this order it does not count.
                self.tallies.add(so_far.unwrap_or_default());
                return;
            }
        }
        self.judged += batch.judged;
        self.tallies.add(batch.tallies);
    }

    fn take(&mut self, called: (usize, Name), trial: &Trial, ended: Ended) {
        match &ended.stopped {
            None => self.judged += 1,
            Some(Stopped::NotApplicable) => self.not_applicable += 1,
            Some(Stopped::Defect(message)) => {
                self.defect = Some((called.1, message.clone()));
                self.stopped = Some("the suite itself failed to judge a case".to_owned());
            }
            Some(Stopped::BrokenOff { failure, command, .. }) => {
                let kind = failure.kind;
                self.broken_off += 1;
                if self.broken_off == BROKEN_OFF || kind == FailureKind::NotRestarted {
                    self.stopped = Some(format!("after {} broke off", cases(self.broken_off)));
                }
                let what = format!("{kind} {}", broke_off(command));
                self.add(what, Signature::BrokenOff(kind, command), called, trial, &ended);
            }
        }
        let mut rules: Vec<&'static str> = Vec::new();
        for breach in &ended.breaches {
            if !rules.contains(&breach.rule) {
                rules.push(breach.rule);
                *self.violated_cases.entry(breach.rule).or_default() += 1;
                if !self.by_reason {
                    self.add(breach.rule.to_owned(), breach.signature(), called, trial, &ended);
                }
            }
            if self.by_reason {
                for reason in breach.reasons() {
                    let what = format!("{} {reason}", breach.rule);
                    self.add(what, Signature::Reason(breach.rule, reason), called, trial, &ended);
                }
            }
        }
    }

    fn add(
        &mut self,
        what: String,
        signature: Signature,
        (place, name): (usize, Name),
        trial: &Trial,
        ended: &Ended,
    ) {
        if self.found.get(&what).is_none_or(|found| found.is_larger_than(trial)) {
            let found =
                Found { place, name, trial: trial.clone(), ended: ended.clone(), signature };
            self.found.insert(what, found);
        }
    }

    fn report(self, source: Source, milliseconds: u64) -> SourceReport {
        SourceReport {
            source,
            judged: self.judged,
            not_applicable: self.not_applicable,
            broken_off: self.broken_off,
            rules: self
                .tallies
                .exercised()
                .map(|(rule, held, _)| SourceTally {
                    rule: rule.to_owned(),
                    held,
                    violated_cases: self.violated_cases.get(rule).copied().unwrap_or(0),
                })
                .collect(),
            laws: self.laws(),
            stopped: self.stopped,
            milliseconds,
        }
    }

    fn laws(&self) -> Vec<LawTally> {
        let mut tallies: Vec<LawTally> = Vec::new();
        for law in laws::all() {
            let of_law = self.tallies.unmet().filter(|(rule, ..)| *rule == law.rule);
            let unmet: BTreeMap<String, u64> =
                of_law.map(|(_, part, count)| (part.to_owned(), count)).collect();
            if !unmet.is_empty() {
                tallies.push(LawTally { rule: law.rule.to_owned(), unmet });
            }
        }
        tallies
    }
}

fn cases(count: usize) -> String {
    if count == 1 { "1 case".to_owned() } else { format!("{count} cases") }
}
