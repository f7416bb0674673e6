//! How far a run has come, on standard error: a bar on a terminal, a line now and then elsewhere.

use super::print;
use crate::report::legible;
use crate::runner::{CaseVerdict, Event, Source};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// So many failures are named while a run goes on.
const MOST_SHOWN: usize = 20;

/// How far a run has come.
pub(super) struct Progress {
    is_quiet: bool,
    /// Hidden where standard error is no terminal.
    bar: ProgressBar,
    /// When a line was last written where there is no terminal.
    last: Instant,
    /// How many failures have been named.
    shown: usize,
    count: Count,
}

impl Progress {
    /// Nothing at all is shown where it is to be quiet.
    pub(super) fn new(is_quiet: bool) -> Progress {
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = "{prefix} {bar:20} {pos}/{len} cases, {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress { is_quiet, bar, last: Instant::now(), shown: 0, count: Count::default() }
    }

    pub(super) fn take(&mut self, event: &Event) {
        if !self.count.take(event) {
            return;
        }
        let count = &self.count;
        self.bar.set_length(count.of as u64);
        self.bar.set_prefix(count.place.clone());
        self.bar.set_message(format!("{}{}", count.failures(), count.left(self.bar.elapsed())));
        self.bar.set_position(count.ended as u64);
        for failure in failures_of(event) {
            self.shown += 1;
            match self.shown {
                ..=MOST_SHOWN => self.say(&failure),
                n if n == MOST_SHOWN + 1 => self.say("  … more are in the report"),
                _ => {}
            }
        }
        if !self.is_quiet && self.bar.is_hidden() && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            print::aside(&format!("{}\n", count.line(self.bar.elapsed())));
        }
    }

    /// Writes a line, above the bar if there is one.
    fn say(&self, line: &str) {
        if self.is_quiet {
        } else if self.bar.is_hidden() {
            print::aside(&format!("{line}\n"));
        } else {
            self.bar.println(line);
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// What went wrong in what has just ended, a line each.
fn failures_of(event: &Event) -> Vec<String> {
    let line = |case: &str, what: &str| legible(&format!("  ✗ {case}: {what}"));
    match event {
        Event::CaseFinished { case, verdict: CaseVerdict::Aborted { failure, .. }, .. } => {
            vec![line(case, failure.kind.word())]
        }
        Event::CaseFinished { case, failures, .. } => {
            // What came about first comes first; the rest follows from it.
            failures.first().map(|failure| line(case, &failure.rule)).into_iter().collect()
        }
        Event::Progress { first, .. } => {
            first.iter().map(|(rule, case)| line(case, rule)).collect()
        }
        _ => Vec::new(),
    }
}

/// How long a case of a source takes, compared with one of the grid. Scenarios and sequences have
/// several commands, and one for the relations is run again for each of them.
fn weight(source: Source) -> f64 {
    match source {
        Source::Grid => 1.0,
        Source::Saved | Source::Scenarios | Source::Sequences => 4.0,
        Source::Relations => 40.0,
    }
}

/// What has ended so far.
#[derive(Default)]
struct Count {
    of: usize,
    ended: usize,
    failed: usize,
    /// The work of all cases, and of those that have ended: each counts as much as it takes.
    work: f64,
    done: f64,
    /// The source, and the area where scenarios have one: `scenarios/match`.
    place: String,
}

impl Count {
    /// Says whether the event changed anything.
    fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::RunStarted(header) => {
                self.of = header.sources.iter().map(|planned| planned.cases).sum();
                let work = header.sources.iter();
                self.work = work.map(|one| one.cases as f64 * weight(one.source)).sum();
            }
            Event::SourceStarted(planned) => planned.source.word().clone_into(&mut self.place),
            Event::CaseFinished { source, case, .. } => {
                if *source == Source::Scenarios
                    && let Some((area, _)) = case.split_once('/')
                {
                    self.place = format!("{source}/{area}");
                }
                self.ended += 1;
                self.done += weight(*source);
            }
            Event::Progress { source, newly, .. } => {
                self.ended += newly;
                self.done += *newly as f64 * weight(*source);
            }
            _ => return false,
        }
        self.failed += event.failed();
        true
    }

    fn failures(&self) -> String {
        match self.failed {
            0 => "none failed".to_owned(),
            failed => format!("{failed} failed"),
        }
    }

    /// All of it in a line, so long after the start.
    fn line(&self, after: Duration) -> String {
        let Count { of, ended, place, .. } = self;
        format!("{place}: {ended} of {of} cases, {}{}", self.failures(), self.left(after))
    }

    /// How long the rest takes, if it goes on as so far; nothing where nothing is known of that.
    fn left(&self, after: Duration) -> String {
        if self.done == 0.0 || after.is_zero() {
            return String::new();
        }
        let left = (self.work - self.done).max(0.0) / self.done;
        format!(", {} left", HumanDuration(after.mul_f64(left.min(1e6))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::PlannedSource;

    #[test]
    fn a_line_tells_where_how_far_how_fast_and_how_long_still() {
        let mut count = Count { of: 1000, work: 1250.0, ..Count::default() };
        assert_eq!(count.line(Duration::ZERO), ": 0 of 1000 cases, none failed");
        let started = PlannedSource {
            source: Source::Grid,
            cases: 1000,
            in_full: None,
            left_out: Vec::new(),
        };
        assert!(count.take(&Event::SourceStarted(started)));
        assert!(count.take(&Event::Progress {
            source: Source::Grid,
            newly: 250,
            failed: 3,
            first: Default::default()
        }));
        assert!(!count.take(&Event::RunFinished { milliseconds: 1 }));
        assert_eq!(
            count.line(Duration::from_secs(5)),
            "grid: 250 of 1000 cases, 3 failed, 20 seconds left"
        );
        let ended = Event::CaseFinished {
            source: Source::Scenarios,
            case: "match/name-matches".to_owned(),
            verdict: crate::runner::CaseVerdict::Judged,
            held: Default::default(),
            failures: Vec::new(),
        };
        assert!(count.take(&ended));
        assert!(count.line(Duration::ZERO).starts_with("scenarios/match: 251 of 1000 cases"));
    }
}
