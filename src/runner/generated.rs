//! Runs the cases of a generated source, and makes a small example of each rule that they violate.

use super::batches::{Aborts, Batch, Batches, Judged};
use super::durations::Durations;
use super::event::{
    CaseVerdict, Event, Exercise, FailureReport, NotSaved, SourceResult, SourceStopped,
};
use super::findings::Broken;
use super::judge::Judge;
use super::judgement::{Signature, Stopped};
use super::minimise::{Minimal, cut, minimise};
use super::save::{SavedFailures, scenario_of};
use super::selection::Generation;
use super::shard::Shard;
use super::source::Source;
use super::trial::shortened;
use super::trials::{Name, Trials};
use crate::cases::scenario::case_to_yaml;
use crate::cases::shrink::measure;
use crate::implementation::Implementation;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Runs generated sources, and makes examples of what they find.
pub(super) struct Search<'a> {
    pub(super) generation: &'a Generation,
    pub(super) judge: &'a Judge<'a>,
    pub(super) shard: Shard,
    pub(super) is_stopped: &'a (dyn Fn() -> bool + Sync),
    /// No case is begun after this time.
    pub(super) until: Option<Instant>,
    /// Whether failures for different reasons are told apart.
    pub(super) by_reason: bool,
    /// Whether examples are made small, which takes many runs.
    pub(super) shrink: bool,
}

impl Search<'_> {
    /// Runs a source's cases, reports what they come to, and hands back the smallest that went wrong in
    /// each way.
    pub(super) fn run(
        &self,
        source: Source,
        implementation: &mut dyn Implementation,
        helpers: &mut [Box<dyn Implementation + Send>],
        is_enough: &dyn Fn() -> bool,
        report: &mut dyn FnMut(Event),
    ) -> Vec<Found> {
        let started = Instant::now();
        let mut durations = Durations::of(source);
        let mut count = Count { by_reason: self.by_reason, ..Count::default() };
        let description = self.judge.description();
        let trials = Trials::new(source, self.generation, description, self.shard);
        let is_late = || self.until.is_some_and(|end| Instant::now() >= end);
        let is_stopped = || (self.is_stopped)() || is_late();
        let batches = Batches { trials: &trials, judge: self.judge, is_stopped: &is_stopped };
        batches.run(implementation, helpers, &mut |batch| {
            let newly = batch.newly;
            let failed = count.take_batch(batch, &mut durations);
            let first = std::mem::take(&mut count.first);
            if !(self.is_stopped)() {
                report(Event::Progress { source, newly, failed, first });
            }
            if is_enough() {
                count.result.stopped.get_or_insert(SourceStopped::EnoughFailures);
            }
            count.result.stopped.is_none()
        });
        let ended = count.result.ended() + count.aborts.count;
        if ended < trials.count() && is_late() {
            count.result.stopped.get_or_insert(SourceStopped::OutOfTime);
        }
        if let Some((name, message)) = count.defect.take() {
            let verdict = CaseVerdict::Defect { message };
            report(failure_found(source, &name, Vec::new(), verdict, None, Ok(None)));
        }
        let rules = count.rules.into_iter().map(|(rule, exercise)| (rule.to_owned(), exercise));
        let rules = rules.collect();
        let result = SourceResult {
            aborted: count.aborts.count,
            milliseconds: u64::try_from(started.elapsed().as_millis()).ok(),
            ..count.result
        };
        let broken = count.broken.groups();
        report(Event::SourceFinished { source, rules, broken, result });
        report(durations.finish());
        let found = count.found.into_values();
        found.map(|(case, signature)| Found { source, case, signature }).collect()
    }

    /// The smallest example of a failure, saved in a file where that is wanted.
    pub(super) fn example(
        &self,
        found: Found,
        saved: Option<&mut SavedFailures<'_>>,
        implementation: &mut dyn Implementation,
    ) -> Event {
        let Found { source, case, signature } = found;
        let Judged { place, name, trial, judgement, .. } = case;
        let mut size = measure(&trial.case).as_numbers();
        // Of two that are alike the first one counts.
        size.push(place as u64);
        let minimal = match self.shrink {
            true => {
                minimise(trial, judgement, &signature, self.judge, implementation, self.is_stopped)
            }
            false => cut(trial, judgement, &signature),
        };
        let saved = saved.map(|saved| {
            let found_in = format!("{name} (seed {})", self.generation.seed);
            saved.save(&minimal, &signature, &found_in, self.judge, implementation)
        });
        let scenario = scenario_of(&minimal, &signature);
        let excerpt = shortened(&case_to_yaml(
            &scenario,
            &minimal.remarks,
            self.judge.settings().switch_names,
        ));
        let Minimal { judgement, .. } = minimal;
        let failure = judgement.breach(&signature).cloned();
        let (verdict, failure) = match (judgement.stopped, failure) {
            (Some(stopped), None) => (stopped.verdict(|_, _| excerpt), None),
            (_, failure) => (
                CaseVerdict::Judged,
                failure.map(|breach| breach.report(excerpt, &judgement.answers)),
            ),
        };
        failure_found(source, &name, size, verdict, failure.map(Box::new), saved.transpose())
    }
}

fn failure_found(
    source: Source,
    name: &Name,
    size: Vec<u64>,
    verdict: CaseVerdict,
    failure: Option<Box<FailureReport>>,
    saved: Result<Option<String>, NotSaved>,
) -> Event {
    let (file, not_saved) = match saved {
        Ok(file) => (file, None),
        Err(why) => (None, Some(why)),
    };
    let case = name.to_string();
    Event::FailureFound { source, case, size, verdict, failure, file, not_saved }
}

/// A case that went wrong, and in which way.
pub(super) struct Found {
    source: Source,
    case: Judged,
    signature: Signature,
}

impl Found {
    /// What it would be an example of.
    pub(super) fn signature(&self) -> Signature {
        self.signature.clone().of_example()
    }
}

/// What a source has come to so far.
#[derive(Default)]
struct Count {
    result: SourceResult,
    rules: BTreeMap<&'static str, Exercise>,
    aborts: Aborts,
    /// The smallest case that violated each rule, or each rule for each reason, and that aborted in
    /// each way.
    found: BTreeMap<Signature, (Judged, Signature)>,
    broken: Broken,
    by_reason: bool,
    defect: Option<(Name, String)>,
    /// The rules that the batch at hand is the first to violate, each with its first case.
    first: BTreeMap<String, String>,
}

impl Count {
    /// Takes in a batch, as far as the source goes on; in how many of its cases something went wrong.
    fn take_batch(&mut self, batch: Batch, durations: &mut Durations) -> usize {
        self.result.not_applicable += batch.not_applicable;
        let mut failed = 0;
        for case in batch.judged {
            let judgement = &case.judgement;
            let is_undecided = matches!(
                judgement.stopped,
                None | Some(Stopped::Declined(_) | Stopped::Inconclusive(..))
            );
            failed += usize::from(!is_undecided || !judgement.breaches.is_empty());
            // The implementation may have gone on after that; in this order it does not count.
            if self.result.stopped.is_none() {
                let held = &judgement.tallies.held;
                let violated: BTreeSet<&str> = judgement
                    .breaches
                    .iter()
                    .map(|breach| breach.rule)
                    .filter(|rule| !held.contains_key(rule))
                    .collect();
                durations.add(case.took, held.keys().copied().chain(violated));
                self.take(case);
            }
        }
        failed
    }

    fn take(&mut self, case: Judged) {
        let tallies = &case.judgement.tallies;
        for (rule, held) in &tallies.held {
            self.rules.entry(rule).or_default().held += held;
        }
        for ((rule, part), count) in &tallies.unmet {
            let of_relation = self.result.relations.entry((*rule).to_owned()).or_default();
            *of_relation.entry(*part).or_default() += count;
        }
        let stopped = case.judgement.stopped.as_ref();
        self.result.stopped = self.aborts.end_the_source(stopped);
        let mut found: Vec<Signature> = Vec::new();
        match stopped {
            None => self.result.judged += 1,
            Some(Stopped::Declined(capability)) => self.result.decline(*capability),
            Some(Stopped::Inconclusive(why, _)) => self.result.leave_open(*why),
            Some(Stopped::Defect(message)) => self.defect = Some((case.name, message.clone())),
            Some(Stopped::Aborted { failure, command, .. }) => {
                found.push(Signature::Aborted(failure.kind, *command));
            }
        }
        if let Some(broken) = case.judgement.broken() {
            self.broken.add(broken);
        }
        let mut rules: Vec<&'static str> = Vec::new();
        for breach in &case.judgement.breaches {
            let is_first = !rules.contains(&breach.rule);
            if is_first {
                rules.push(breach.rule);
                let exercise = self.rules.entry(breach.rule).or_default();
                exercise.violated_cases += 1;
                if exercise.violated_cases == 1 {
                    self.first.insert(breach.rule.to_owned(), case.name.to_string());
                }
            }
            if self.by_reason {
                let rule = || breach.rule.to_owned();
                let reasons = breach.reasons().into_iter();
                found.extend(reasons.map(|reason| Signature::Reason(rule(), reason)));
            } else if is_first {
                found.push(breach.signature());
            }
        }
        for signature in found {
            let known = self.found.get(&signature.clone().of_example());
            let size = |case: &Judged| measure(&case.trial.case);
            if known.is_none_or(|(known, _)| size(known) > size(&case)) {
                self.found.insert(signature.clone().of_example(), (case.clone(), signature));
            }
        }
    }
}
