//! Puts the parts of a run together again, once it is proved that they are all of it.

use super::event::{CaseVerdict, Event, Exercise, RunHeader, SourceResult};
use super::findings::Broken;
use super::judgement::Signature;
use super::shard::Shard;
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// What one part of a run reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How people call it: the file that it comes from.
    pub name: String,
    /// Its events, in order.
    pub events: Vec<Event>,
}

impl Part {
    fn header(&self) -> Option<&RunHeader> {
        match self.events.first() {
            Some(Event::RunStarted(header)) => Some(header),
            _ => None,
        }
    }

    fn shard(&self) -> Option<Shard> {
        self.header()?.shard
    }
}

/// What keeps parts from being a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MergeProblem {
    /// There are no parts.
    NothingToMerge,
    /// This part does not begin with the start of a run.
    NoStart(String),
    /// This part reports a whole run and not a shard.
    WholeRun(String),
    /// The run of this part was stopped before its end.
    StoppedEarly(String),
    /// A part is not of the same run as the first one.
    OtherRun {
        /// The part.
        part: String,
        /// The first one.
        first: String,
        /// In what they differ.
        differs: Difference,
    },
    /// This shard is missing.
    MissingShard(Shard),
    /// This shard is there more than once.
    DoubledShard(Shard, Vec<String>),
    /// Some of a part's cases of this source are missing.
    MissingCases(String, Source),
    /// In a part this source did not come to an end.
    UnfinishedSource(String, Source),
}

/// What has to be the same in all parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The version of the suite.
    SuiteVersion,
    /// The edition.
    Edition,
    /// The implementation, and what it declares.
    Implementation,
    /// The seed.
    Seed,
    /// What was selected.
    Selection,
    /// How many shards there are.
    NumberOfShards,
}

/// The events of the whole run, as if it had been run in one part; but for progress, and for
/// durations, which are those of the part that took longest.
///
/// Where the implementation aborts often the parts may have run more cases than the whole would
/// have: each of them gives a source up by itself.
///
/// # Errors
/// What keeps the parts from being a whole: they are not of the same run, one is missing or there
/// twice, or one was stopped before its end.
pub fn merge(parts: &[Part]) -> Result<Vec<Event>, Vec<MergeProblem>> {
    let problems = problems(parts);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut in_order: Vec<&Part> = parts.iter().collect();
    in_order.sort_by_key(|part| part.shard());
    let headers: Vec<&RunHeader> = in_order.iter().filter_map(|part| part.header()).collect();
    let mut header = headers[0].clone();
    header.shard = None;
    header.started = headers.iter().filter_map(|header| header.started).min();
    for (at, planned) in header.sources.iter_mut().enumerate() {
        planned.cases = headers.iter().map(|header| header.sources[at].cases).sum();
    }
    let mut merged = vec![Event::RunStarted(Box::new(header.clone()))];
    let events = in_order.iter().flat_map(|part| &part.events);
    merged.extend(
        events.filter(|event| matches!(event, Event::AdapterUnfaithful(_))).take(1).cloned(),
    );
    let all = in_order.iter().flat_map(|part| &part.events);
    let left_out = all.filter(|event| matches!(event, Event::RestLeftOut { .. })).take(1);
    let left_out: Vec<Event> = left_out.cloned().collect();
    let mut violated: BTreeSet<String> = BTreeSet::new();
    let mut problems = Vec::new();
    for planned in header.sources {
        let source = planned.source;
        merged.push(Event::SourceStarted(planned));
        match source {
            Source::Saved | Source::Scenarios => {
                written(source, &in_order, &mut merged, &mut violated, &mut problems);
            }
            Source::Grid | Source::Sequences | Source::Relations => {
                examples(source, &in_order, &mut merged, &mut violated);
                finished(source, &in_order, &mut merged, &mut problems);
            }
        }
        merged.extend(durations(source, &in_order));
    }
    if !left_out.is_empty() {
        // What is missing is missing for a reason that is told.
        let is_missing = |problem: &MergeProblem| {
            matches!(problem, MergeProblem::MissingCases(..) | MergeProblem::UnfinishedSource(..))
        };
        problems.retain(|problem| !is_missing(problem));
    }
    merged.extend(left_out);
    let milliseconds = in_order.iter().filter_map(|part| match part.events.last() {
        Some(Event::RunFinished { milliseconds }) => Some(*milliseconds),
        _ => None,
    });
    merged.push(Event::RunFinished { milliseconds: milliseconds.max().unwrap_or(0) });
    if problems.is_empty() { Ok(merged) } else { Err(problems) }
}

/// What keeps these parts from being a whole.
fn problems(parts: &[Part]) -> Vec<MergeProblem> {
    let mut problems = Vec::new();
    let Some(first) = parts.first() else {
        return vec![MergeProblem::NothingToMerge];
    };
    for part in parts {
        let name = || part.name.clone();
        let Some(header) = part.header() else {
            problems.push(MergeProblem::NoStart(name()));
            continue;
        };
        if header.shard.is_none() {
            problems.push(MergeProblem::WholeRun(name()));
        }
        if !matches!(part.events.last(), Some(Event::RunFinished { .. })) {
            problems.push(MergeProblem::StoppedEarly(name()));
        }
        if let Some(known) = first.header() {
            let first = || first.name.clone();
            let differences = differences(known, header).into_iter();
            problems.extend(differences.map(|differs| MergeProblem::OtherRun {
                part: name(),
                first: first(),
                differs,
            }));
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    for shard in first.shard().unwrap_or_default().all() {
        let with_it = parts.iter().filter(|part| part.shard() == Some(shard));
        let names: Vec<String> = with_it.map(|part| part.name.clone()).collect();
        match names.len() {
            0 => problems.push(MergeProblem::MissingShard(shard)),
            1 => {}
            _ => problems.push(MergeProblem::DoubledShard(shard, names)),
        }
    }
    problems
}

/// In what two parts differ that has to be the same in all parts of a run.
fn differences(one: &RunHeader, other: &RunHeader) -> Vec<Difference> {
    let sources = |header: &RunHeader| -> Vec<Source> {
        header.sources.iter().map(|planned| planned.source).collect()
    };
    let (mine, yours) = (&one.selection, &other.selection);
    let checked = [
        (Difference::SuiteVersion, one.suite_version == other.suite_version),
        (Difference::Edition, one.edition == other.edition),
        (Difference::Implementation, one.description == other.description),
        (Difference::Seed, mine.generation.seed == yours.generation.seed),
        (Difference::Selection, {
            let mut same_seed = yours.clone();
            same_seed.generation.seed = mine.generation.seed;
            *mine == same_seed && sources(one) == sources(other) && one.rules == other.rules
        }),
        (Difference::NumberOfShards, one.shard.map(Shard::of) == other.shard.map(Shard::of)),
    ];
    checked.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect()
}

/// The cases that were written down, in the order in which they would have been run.
fn written(
    of: Source,
    parts: &[&Part],
    merged: &mut Vec<Event>,
    violated: &mut BTreeSet<String>,
    problems: &mut Vec<MergeProblem>,
) {
    let is_meant =
        |event: &&Event| matches!(event, Event::CaseFinished { source, .. } if *source == of);
    let cases: Vec<Vec<&Event>> =
        parts.iter().map(|part| part.events.iter().filter(is_meant).collect()).collect();
    for place in 0..cases.iter().map(Vec::len).sum() {
        let at = place % parts.len();
        let Some(&event) = cases[at].get(place / parts.len()) else {
            problems.push(MergeProblem::MissingCases(parts[at].name.clone(), of));
            let in_order = merged.len() - place..;
            let is_new = |event: &&&Event| !merged[in_order.clone()].contains(event);
            let rest: Vec<Event> =
                cases.iter().flatten().filter(is_new).map(|event| Event::clone(event)).collect();
            merged.extend(rest);
            return;
        };
        if let Event::CaseFinished { failures, .. } = event {
            violated.extend(failures.iter().map(|failure| failure.rule.clone()));
        }
        merged.push(event.clone());
    }
}

/// Of each rule that no earlier source has shown violated the example that was made of the smallest
/// case, and one of each way in which the implementation aborted.
fn examples(of: Source, parts: &[&Part], merged: &mut Vec<Event>, violated: &mut BTreeSet<String>) {
    let mut smallest: BTreeMap<Signature, (&[u64], &Event)> = BTreeMap::new();
    let mut defects = Vec::new();
    for event in parts.iter().flat_map(|part| &part.events) {
        let Event::FailureFound { source, size, verdict, failure, .. } = event else { continue };
        if *source != of {
            continue;
        }
        let signature = match (failure, verdict) {
            (Some(failure), _) if violated.contains(&failure.rule) => continue,
            (Some(failure), _) => Signature::Rule(failure.rule.clone()),
            (None, CaseVerdict::Aborted { failure, command, .. }) => {
                Signature::Aborted(failure.kind, *command)
            }
            (None, _) => {
                defects.push(event);
                continue;
            }
        };
        let best = smallest.entry(signature).or_insert((size, event));
        if **size < *best.0 {
            *best = (size, event);
        }
    }
    violated.extend(smallest.keys().filter_map(|signature| match signature {
        Signature::Rule(rule) => Some(rule.clone()),
        _ => None,
    }));
    merged.extend(smallest.into_values().map(|(_, event)| event).chain(defects).cloned());
}

/// How long a source took: the longest of its parts, and all that was spent on each rule.
fn durations(of: Source, parts: &[&Part]) -> Option<Event> {
    let (mut longest, mut all) = (None, BTreeMap::new());
    for event in parts.iter().flat_map(|part| &part.events) {
        if let Event::Durations { source, microseconds, rules } = event
            && *source == of
        {
            longest = longest.max(Some(*microseconds));
            for (rule, time) in rules {
                *all.entry(rule.clone()).or_default() += time;
            }
        }
    }
    longest.map(|microseconds| Event::Durations { source: of, microseconds, rules: all })
}

/// What a generated source came to in all parts together.
fn finished(
    of: Source,
    parts: &[&Part],
    merged: &mut Vec<Event>,
    problems: &mut Vec<MergeProblem>,
) {
    let mut total = SourceResult::default();
    let mut rules: BTreeMap<String, Exercise> = BTreeMap::new();
    let mut broken = Broken::default();
    for part in parts {
        let finished = part.events.iter().find_map(|event| match event {
            Event::SourceFinished { source, rules, broken, result } if *source == of => {
                Some((rules, broken, result))
            }
            _ => None,
        });
        let Some((of_part, together, result)) = finished else {
            problems.push(MergeProblem::UnfinishedSource(part.name.clone(), of));
            continue;
        };
        total.judged += result.judged;
        total.not_applicable += result.not_applicable;
        for (capability, count) in &result.declined {
            *total.declined.entry(*capability).or_default() += count;
        }
        total.aborted += result.aborted;
        total.stopped = total.stopped.or(result.stopped);
        total.milliseconds = total.milliseconds.max(result.milliseconds);
        together.iter().for_each(|group| broken.add(group.clone()));
        for (rule, exercise) in of_part {
            *rules.entry(rule.clone()).or_default() += *exercise;
        }
        for (relation, unmet) in &result.relations {
            let known = total.relations.entry(relation.clone()).or_default();
            for (part, count) in unmet {
                *known.entry(*part).or_default() += count;
            }
        }
    }
    let broken = broken.groups();
    merged.push(Event::SourceFinished { source: of, rules, broken, result: total });
}
