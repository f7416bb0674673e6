//! How far a run has come, on standard error: a bar on a terminal, a line now and then elsewhere.

use super::print;
use crate::runner::{Event, Source};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// How far a run has come.
pub(super) struct Progress {
    is_quiet: bool,
    /// Hidden where standard error is no terminal.
    bar: ProgressBar,
    /// When a line was last written where there is no terminal.
    last: Instant,
    count: Count,
}

impl Progress {
    /// Nothing at all is shown where it is to be quiet.
    pub(super) fn new(is_quiet: bool) -> Progress {
        let bar = if is_quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
        let style = "{prefix} {bar:20} {pos}/{len} cases, {per_sec}, {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress { is_quiet, bar, last: Instant::now(), count: Count::default() }
    }

    pub(super) fn take(&mut self, event: &Event) {
        if !self.count.take(event) {
            return;
        }
        let count = &self.count;
        self.bar.set_length(count.of as u64);
        self.bar.set_prefix(count.place.clone());
        self.bar.set_message(count.failures());
        self.bar.set_position(count.ended as u64);
        if !self.is_quiet && self.bar.is_hidden() && self.last.elapsed() >= EVERY {
            self.last = Instant::now();
            print::aside(&format!("{}\n", count.line(self.bar.elapsed())));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// What has ended so far.
#[derive(Default)]
struct Count {
    of: usize,
    ended: usize,
    failed: usize,
    /// The source, and the area where scenarios have one: `scenarios/match`.
    place: String,
}

impl Count {
    /// Says whether the event changed anything.
    fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::RunStarted(header) => {
                self.of = header.sources.iter().map(|planned| planned.cases).sum();
            }
            Event::SourceStarted(planned) => planned.source.word().clone_into(&mut self.place),
            Event::CaseFinished { source, case, .. } => {
                if *source == Source::Scenarios
                    && let Some((area, _)) = case.split_once('/')
                {
                    self.place = format!("{source}/{area}");
                }
                self.ended += 1;
            }
            Event::Progress { newly, .. } => self.ended += newly,
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
        let seconds = after.as_secs_f64();
        let mut line = format!("{place}: {ended} of {of} cases, {}", self.failures());
        if *ended > 0 && seconds > 0.0 {
            let rate = *ended as f64 / seconds;
            let left = Duration::from_secs_f64(of.saturating_sub(*ended) as f64 / rate);
            line += &format!(", {rate:.0} cases/s, {} left", HumanDuration(left));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::PlannedSource;

    #[test]
    fn a_line_tells_where_how_far_how_fast_and_how_long_still() {
        let mut count = Count { of: 1000, ..Count::default() };
        assert_eq!(count.line(Duration::ZERO), ": 0 of 1000 cases, none failed");
        let started = PlannedSource {
            source: Source::Grid,
            cases: 1000,
            in_full: None,
            left_out: Vec::new(),
        };
        assert!(count.take(&Event::SourceStarted(started)));
        assert!(count.take(&Event::Progress { source: Source::Grid, newly: 250, failed: 3 }));
        assert!(!count.take(&Event::RunFinished { milliseconds: 1 }));
        assert_eq!(
            count.line(Duration::from_secs(5)),
            "grid: 250 of 1000 cases, 3 failed, 50 cases/s, 15 seconds left"
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
