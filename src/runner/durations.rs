//! How long the cases of a source take, and of them those that exercise each rule.

use super::event::Event;
use super::source::Source;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Measures one source.
pub(super) struct Durations {
    source: Source,
    started: Instant,
    /// When the last case had ended.
    last: Instant,
    rules: BTreeMap<String, Duration>,
}

impl Durations {
    /// The source begins.
    pub(super) fn of(source: Source) -> Durations {
        let now = Instant::now();
        Durations { source, started: now, last: now, rules: BTreeMap::new() }
    }

    /// A case that took so long exercised these rules.
    pub(super) fn add<'r>(&mut self, took: Duration, rules: impl Iterator<Item = &'r str>) {
        for rule in rules {
            match self.rules.get_mut(rule) {
                Some(known) => *known += took,
                None => drop(self.rules.insert(rule.to_owned(), took)),
            }
        }
    }

    /// A case that was written down has ended.
    pub(super) fn take(&mut self, event: &Event) {
        let Event::CaseFinished { held, failures, .. } = event else { return };
        let took = self.last.elapsed();
        self.last += took;
        let violated = failures.iter().map(|failure| &failure.rule);
        let violated: Vec<&String> = violated.filter(|rule| !held.contains_key(*rule)).collect();
        self.add(took, held.keys().chain(violated).map(String::as_str));
    }

    /// The source has ended.
    pub(super) fn finish(self) -> Event {
        let microseconds = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let rules = self.rules.into_iter();
        Event::Durations {
            source: self.source,
            microseconds: microseconds(self.started.elapsed()),
            rules: rules.map(|(rule, time)| (rule, microseconds(time))).collect(),
        }
    }
}
