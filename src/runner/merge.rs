//! Puts the parts of a run together again, once it is proved that they are all of it.

use super::event::{CaseVerdict, Event, LawTally, RunHeader, SourceReport, SourceTally};
use super::reason::broke_off_in;
use super::shard::Shard;
use super::source::Source;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What one part of a run told.
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

/// The events of the whole run, as if it had been run in one part; but for progress, and for
/// durations, which are those of the part that took longest.
///
/// Where the implementation breaks off often the parts may have run more cases than the whole
/// would have: each of them gives a source up by itself.
///
/// # Errors
/// What keeps the parts from being a whole, a sentence each: they are not of the same run, one is
/// missing or there twice, or one was stopped before its end.
pub fn merge(parts: &[Part]) -> Result<Vec<Event>, Vec<String>> {
    let problems = problems(parts);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut in_order: Vec<&Part> = parts.iter().collect();
    in_order.sort_by_key(|part| part.shard());
    let headers: Vec<&RunHeader> = in_order.iter().filter_map(|part| part.header()).collect();
    let mut header = headers[0].clone();
    header.shard = None;
    for (at, planned) in header.sources.iter_mut().enumerate() {
        planned.cases = headers.iter().map(|header| header.sources[at].cases).sum();
    }
    let mut merged = vec![Event::RunStarted(Box::new(header.clone()))];
    let mut broken: BTreeSet<String> = BTreeSet::new();
    let mut problems = Vec::new();
    for planned in header.sources {
        let source = planned.source;
        merged.push(Event::SourceStarted(planned));
        match source {
            Source::Saved | Source::Scenarios => {
                written(source, &in_order, &mut merged, &mut broken, &mut problems);
            }
            Source::Grid | Source::Sequences | Source::Laws => {
                examples(source, &in_order, &mut merged, &mut broken);
                finished(source, &in_order, &mut merged, &mut problems);
            }
        }
    }
    let milliseconds = in_order.iter().filter_map(|part| match part.events.last() {
        Some(Event::RunFinished { milliseconds }) => Some(*milliseconds),
        _ => None,
    });
    merged.push(Event::RunFinished { milliseconds: milliseconds.max().unwrap_or(0) });
    if problems.is_empty() { Ok(merged) } else { Err(problems) }
}

/// What keeps these parts from being a whole.
fn problems(parts: &[Part]) -> Vec<String> {
    let mut problems = Vec::new();
    let Some(first) = parts.first() else {
        return vec!["there is nothing to merge".to_owned()];
    };
    for part in parts {
        let name = &part.name;
        let Some(header) = part.header() else {
            problems.push(format!("{name}: it does not begin with the start of a run"));
            continue;
        };
        if header.shard.is_none() {
            problems.push(format!("{name}: it tells of a whole run, not of a shard"));
        }
        if !matches!(part.events.last(), Some(Event::RunFinished { .. })) {
            problems.push(format!("{name}: the run was stopped before its end"));
        }
        if let Some(known) = first.header() {
            let differs = differences(known, header).into_iter();
            problems.extend(differs.map(|what| {
                format!("{name}: another {what} than in {}: not the same run", first.name)
            }));
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    let mut names: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for part in parts {
        let number = part.shard().unwrap_or_default().number();
        names.entry(number).or_default().push(&part.name);
    }
    let of = first.shard().unwrap_or_default().of();
    for number in 1..=of {
        match names.get(&number).map(Vec::as_slice) {
            None | Some([]) => problems.push(format!("shard {number}/{of} is missing")),
            Some([_]) => {}
            Some(several) => problems.push(format!(
                "shard {number}/{of} is there more than once: {}",
                several.join(", ")
            )),
        }
    }
    problems
}

/// In what two parts differ that has to be the same in all parts of a run.
fn differences(one: &RunHeader, other: &RunHeader) -> Vec<&'static str> {
    let sources = |header: &RunHeader| -> Vec<Source> {
        header.sources.iter().map(|planned| planned.source).collect()
    };
    let (mine, yours) = (&one.selection, &other.selection);
    let checked = [
        ("version of the suite", one.suite_version == other.suite_version),
        ("edition", one.edition == other.edition),
        ("implementation", one.description == other.description),
        ("seed", mine.generation.seed == yours.generation.seed),
        ("selection", {
            let mut same_seed = yours.clone();
            same_seed.generation.seed = mine.generation.seed;
            *mine == same_seed && sources(one) == sources(other) && one.rules == other.rules
        }),
        ("number of shards", one.shard.map(Shard::of) == other.shard.map(Shard::of)),
    ];
    checked.into_iter().filter(|(_, is_same)| !is_same).map(|(what, _)| what).collect()
}

/// The cases that were written down, in the order in which they would have been run.
fn written(
    of: Source,
    parts: &[&Part],
    merged: &mut Vec<Event>,
    broken: &mut BTreeSet<String>,
    problems: &mut Vec<String>,
) {
    let mut queues: Vec<VecDeque<&Event>> = parts
        .iter()
        .map(|part| {
            let events = part.events.iter();
            events
                .filter(
                    |event| matches!(event, Event::CaseFinished { source, .. } if *source == of),
                )
                .collect()
        })
        .collect();
    let total: usize = queues.iter().map(VecDeque::len).sum();
    for place in 0..total {
        let at = place % parts.len();
        let Some(event) = queues[at].pop_front() else {
            problems.push(format!("{}: some of its {of} cases are missing", parts[at].name));
            return;
        };
        if let Event::CaseFinished { failures, .. } = event {
            broken.extend(failures.iter().map(|failure| failure.rule.clone()));
        }
        merged.push(event.clone());
    }
}

/// Of each rule that no earlier source has shown broken the example that was made of the smallest
/// case, and one of each way in which the implementation broke off.
fn examples(of: Source, parts: &[&Part], merged: &mut Vec<Event>, broken: &mut BTreeSet<String>) {
    let mut smallest: BTreeMap<String, (&[u64], &Event)> = BTreeMap::new();
    let mut defects = Vec::new();
    for event in parts.iter().flat_map(|part| &part.events) {
        let Event::FailureFound { source, size, verdict, failure, .. } = event else { continue };
        if *source != of {
            continue;
        }
        let what = match (failure, verdict) {
            (Some(failure), _) if broken.contains(&failure.rule) => continue,
            (Some(failure), _) => failure.rule.clone(),
            (None, CaseVerdict::Failed { failure, step, excerpt }) => {
                format!("{} {}", failure.kind, broke_off_in(*step, excerpt))
            }
            (None, _) => {
                defects.push(event);
                continue;
            }
        };
        let best = smallest.entry(what).or_insert((size, event));
        if **size < *best.0 {
            *best = (size, event);
        }
    }
    for (what, (_, event)) in &smallest {
        if matches!(event, Event::FailureFound { failure: Some(_), .. }) {
            broken.insert(what.clone());
        }
    }
    merged.extend(smallest.into_values().map(|(_, event)| event).chain(defects).cloned());
}

/// What a generated source came to in all parts together.
fn finished(of: Source, parts: &[&Part], merged: &mut Vec<Event>, problems: &mut Vec<String>) {
    let mut total = SourceReport {
        source: of,
        judged: 0,
        not_applicable: 0,
        broken_off: 0,
        stopped: None,
        rules: Vec::new(),
        laws: Vec::new(),
        milliseconds: 0,
    };
    for part in parts {
        let report = part.events.iter().find_map(|event| match event {
            Event::SourceFinished(report) if report.source == of => Some(&**report),
            _ => None,
        });
        let Some(report) = report else {
            problems.push(format!("{}: its {of} did not come to an end", part.name));
            continue;
        };
        total.judged += report.judged;
        total.not_applicable += report.not_applicable;
        total.broken_off += report.broken_off;
        total.stopped = total.stopped.or_else(|| report.stopped.clone());
        total.milliseconds = total.milliseconds.max(report.milliseconds);
        report.rules.iter().for_each(|tally| add_rule(&mut total.rules, tally));
        report.laws.iter().for_each(|tally| add_law(&mut total.laws, tally));
    }
    merged.push(Event::SourceFinished(Box::new(total)));
}

fn add_rule(all: &mut Vec<SourceTally>, tally: &SourceTally) {
    match all.iter_mut().find(|known| known.rule == tally.rule) {
        Some(known) => {
            known.held += tally.held;
            known.violated_cases += tally.violated_cases;
        }
        None => all.push(tally.clone()),
    }
}

fn add_law(all: &mut Vec<LawTally>, tally: &LawTally) {
    let Some(known) = all.iter_mut().find(|known| known.rule == tally.rule) else {
        all.push(tally.clone());
        return;
    };
    for (part, count) in &tally.unmet {
        *known.unmet.entry(part.clone()).or_default() += count;
    }
}
