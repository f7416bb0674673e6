//! Runs the cases of a generated source, and makes a small example of each rule that they break.

use super::event::{
    CaseVerdict, Event, FailureReport, LawTally, Origin, SourceReport, SourceTally,
};
use super::keep::{Keeper, Kept, scenario_of};
use super::minimise::{Minimal, minimise};
use super::plan::Generation;
use super::source::Source;
use super::trial::{Breach, Ended, Judge, Signature, Stopped, Tallies, Trial};
use crate::cases::grid::{self, Point};
use crate::cases::laws;
use crate::cases::scenario::case_to_yaml;
use crate::cases::sequence::{Preset, Sequences, case_of};
use crate::cases::{required_capabilities, shrink};
use crate::directory::{Capabilities, Command};
use crate::implementation::{FailureKind, Implementation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Instant;

/// So many cases are handed to the implementation at once: enough to keep a pipe busy, and few
/// enough to see progress and to stop soon.
const AT_ONCE: usize = 256;

/// After so many cases in which the implementation broke off the rest of a source is left out:
/// starting it again takes time, and one more crash tells nothing new.
const BROKEN_OFF: usize = 5;

/// What a generated case is called: `grid/…` by its classes, others by their number.
#[derive(Clone)]
pub(crate) enum Name {
    Grid(Point),
    Numbered(Source, u64),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Grid(point) => f.write_str(&point.id()),
            Name::Numbered(source, number) => write!(f, "{source}/{number}"),
        }
    }
}

/// The cases of a generated source, in order.
pub(crate) fn trials(
    source: Source,
    generation: &Generation,
    capabilities: &Capabilities,
) -> Box<dyn Iterator<Item = (Name, Trial)>> {
    let settings = Sequences::new(Preset::ALL, generation.max_commands, capabilities);
    let seed = generation.seed;
    let numbered = |source: Source, cases: usize, laws: Vec<&'static laws::Law>| {
        // Laws have cases of their own, so that they add to what the sequences show.
        let own = if laws.is_empty() { seed } else { seed.rotate_left(32) ^ 1 };
        (0..cases as u64).map(move |number| {
            let case = case_of(own, number, &settings);
            (Name::Numbered(source, number), Trial { case, laws: laws.clone() })
        })
    };
    match source {
        Source::Saved | Source::Scenarios => Box::new(std::iter::empty()),
        Source::Grid => {
            let capabilities = capabilities.clone();
            Box::new(
                grid::points().map(move |point| {
                    (Name::Grid(point), Trial::of(point.case_within(&capabilities)))
                }),
            )
        }
        Source::Sequences => Box::new(numbered(source, generation.cases, Vec::new())),
        Source::Laws => {
            Box::new(numbered(source, generation.law_cases(), laws::all().iter().collect()))
        }
    }
}

/// A trial that went wrong.
struct Found {
    name: Name,
    trial: Trial,
    ended: Ended,
    signature: Signature,
}

impl Found {
    fn is_larger_than(&self, trial: &Trial) -> bool {
        shrink::measure(&self.trial.case) > shrink::measure(&trial.case)
    }
}

/// Runs one generated source.
pub(super) struct Search<'a, 'k> {
    pub(super) source: Source,
    pub(super) generation: &'a Generation,
    pub(super) judge: &'a Judge<'a>,
    pub(super) is_stopped: &'a dyn Fn() -> bool,
    pub(super) keeper: Option<&'a mut Keeper<'k>>,
}

impl Search<'_, '_> {
    /// Runs the source's cases and tells what they come to. Of rules that are `known` to be broken
    /// no further example is made; those that this source shows are added.
    pub(super) fn run(
        mut self,
        implementation: &mut dyn Implementation,
        known: &mut BTreeSet<String>,
        tell: &mut dyn FnMut(Event),
    ) {
        let started = Instant::now();
        let mut count = Count::default();
        let capabilities = &self.judge.description.capabilities;
        let mut trials = trials(self.source, self.generation, capabilities);
        while !(self.is_stopped)() && count.stopped.is_none() {
            let mut chunk: Vec<(Name, Trial)> = Vec::with_capacity(AT_ONCE);
            let mut is_over = true;
            let mut newly = 0;
            for (name, trial) in trials.by_ref() {
                let needed = required_capabilities(&trial.case.tenant, &trial.case.commands);
                if capabilities.missing(&needed).is_empty() {
                    chunk.push((name, trial));
                } else {
                    count.not_applicable += 1;
                }
                newly += 1;
                if chunk.len() == AT_ONCE {
                    is_over = false;
                    break;
                }
            }
            self.chunk(&chunk, implementation, &mut count);
            if (self.is_stopped)() {
                break;
            }
            tell(Event::Progress { source: self.source, newly });
            if is_over {
                break;
            }
        }
        let found = std::mem::take(&mut count.found);
        for found in found.into_values() {
            let Signature::Breach(rule, _) = &found.signature else {
                tell(self.example(found, implementation));
                continue;
            };
            if !known.contains(*rule) && !(self.is_stopped)() {
                known.insert((*rule).to_owned());
                tell(self.example(found, implementation));
            }
        }
        if let Some((name, message)) = count.defect.take() {
            tell(Event::FailureFound {
                source: self.source,
                case: name.to_string(),
                verdict: CaseVerdict::Defect { message },
                failure: None,
                file: None,
                not_kept: None,
            });
        }
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tell(Event::SourceFinished(Box::new(count.report(self.source, milliseconds))));
    }

    fn chunk(
        &self,
        chunk: &[(Name, Trial)],
        implementation: &mut dyn Implementation,
        count: &mut Count,
    ) {
        let mut tallies = std::mem::take(&mut count.tallies);
        let trials: Vec<Trial> = chunk.iter().map(|(_, trial)| trial.clone()).collect();
        self.judge.run(&trials, implementation, &mut tallies, &mut |at, ended, _| {
            if (self.is_stopped)() {
                // What was under way when the run was stopped broke off for that reason.
                return false;
            }
            let (name, trial) = &chunk[at];
            count.take(name, trial, ended);
            count.stopped.is_none()
        });
        count.tallies = tallies;
    }

    /// The smallest example of a failure, kept in a file where that is wanted.
    fn example(&mut self, found: Found, implementation: &mut dyn Implementation) -> Event {
        let Found { name, trial, ended, signature } = found;
        let minimal =
            minimise(trial, ended, &signature, self.judge, implementation, self.is_stopped);
        let kept = match &mut self.keeper {
            Some(keeper) => {
                let found_in = format!("{name} (seed {})", self.generation.seed);
                keeper.keep(&minimal, &signature, &found_in, self.judge, implementation)
            }
            None => Kept { file: None, not_kept: None },
        };
        tell_example(self.source, &name, &minimal, &signature, kept)
    }
}

/// The event that tells of a minimal example.
fn tell_example(
    source: Source,
    name: &Name,
    minimal: &Minimal,
    signature: &Signature,
    kept: Kept,
) -> Event {
    let excerpt = case_to_yaml(&scenario_of(minimal, signature), &minimal.free);
    let commands = &minimal.trial.case.commands;
    let (verdict, failure) = match (&minimal.ended.stopped, minimal.ended.breach(signature)) {
        (Some(Stopped::BrokenOff { failure, step, .. }), None) => {
            let (failure, step) = (failure.clone(), *step);
            (CaseVerdict::Failed { failure, step, excerpt }, None)
        }
        (_, Some(breach)) => {
            let report = report(breach, commands, excerpt);
            (CaseVerdict::Judged, Some(Box::new(report)))
        }
        _ => (CaseVerdict::Judged, None),
    };
    let Kept { file, not_kept } = kept;
    Event::FailureFound { source, case: name.to_string(), verdict, failure, file, not_kept }
}

fn report(breach: &Breach, commands: &[Command], excerpt: String) -> FailureReport {
    FailureReport {
        rule: breach.rule.to_owned(),
        origin: if breach.law.is_some() { Origin::Law } else { Origin::Check },
        step: breach.step,
        command: breach
            .step
            .checked_sub(1)
            .and_then(|at| commands.get(at))
            .map_or("reset", Command::word)
            .to_owned(),
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
    /// The smallest trial that broke each rule, and the first that broke off in each way.
    found: BTreeMap<String, Found>,
    defect: Option<(Name, String)>,
}

impl Count {
    fn take(&mut self, name: &Name, trial: &Trial, ended: Ended) {
        match &ended.stopped {
            None => self.judged += 1,
            Some(Stopped::NotApplicable) => self.not_applicable += 1,
            Some(Stopped::Defect(message)) => {
                self.defect = Some((name.clone(), message.clone()));
                self.stopped = Some("the suite itself failed to judge a case".to_owned());
            }
            Some(Stopped::BrokenOff { failure, .. }) => {
                let kind = failure.kind;
                self.broken_off += 1;
                if self.broken_off == BROKEN_OFF || kind == FailureKind::NotRestarted {
                    self.stopped = Some(format!("after {} broke off", cases(self.broken_off)));
                }
                self.add(kind.word(), Signature::BrokenOff(kind), name, trial, &ended);
            }
        }
        let mut rules: Vec<&'static str> = Vec::new();
        for breach in &ended.breaches {
            if !rules.contains(&breach.rule) {
                rules.push(breach.rule);
                *self.violated_cases.entry(breach.rule).or_default() += 1;
                self.add(breach.rule, breach.signature(), name, trial, &ended);
            }
        }
    }

    fn add(&mut self, what: &str, signature: Signature, name: &Name, trial: &Trial, ended: &Ended) {
        if self.found.get(what).is_none_or(|found| found.is_larger_than(trial)) {
            let found =
                Found { name: name.clone(), trial: trial.clone(), ended: ended.clone(), signature };
            self.found.insert(what.to_owned(), found);
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
