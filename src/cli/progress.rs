//! How far a run has come, on standard error: a bar on a terminal, a line now and then elsewhere.

use crate::runner::{CaseVerdict, Event, RunHeader, Source};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _, stderr};
use std::time::{Duration, Instant};

/// So often a line is told where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// How far a run has come.
pub(super) struct Progress {
    teller: Teller,
    count: Count,
}

enum Teller {
    Bar(ProgressBar),
    Lines { started: Instant, last: Instant },
    Nobody,
}

impl Progress {
    /// Nothing at all is told where it is to be `quiet`.
    pub(super) fn new(header: &RunHeader, quiet: bool) -> Progress {
        let cases = header.sources.iter().map(|planned| planned.cases).sum();
        let now = Instant::now();
        let teller = if quiet {
            Teller::Nobody
        } else if stderr().is_terminal() {
            let target = ProgressDrawTarget::stderr();
            let bar = ProgressBar::with_draw_target(Some(cases as u64), target);
            let style = "{prefix} {bar:20} {pos}/{len} cases, {per_sec}, {msg}, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            Teller::Bar(bar)
        } else {
            Teller::Lines { started: now, last: now }
        };
        Progress { teller, count: Count { of: cases, ..Count::default() } }
    }

    pub(super) fn take(&mut self, event: &Event) {
        if !self.count.take(event) {
            return;
        }
        let count = &self.count;
        match &mut self.teller {
            Teller::Bar(bar) => {
                bar.set_prefix(count.place.clone());
                bar.set_message(count.failures());
                bar.set_position(count.ended as u64);
            }
            Teller::Lines { started, last } if last.elapsed() >= EVERY => {
                *last = Instant::now();
                let line = count.line(started.elapsed());
                // Whoever closed standard error does not want to know.
                let _ = writeln!(stderr(), "{line}");
            }
            Teller::Lines { .. } | Teller::Nobody => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(self) {
        if let Teller::Bar(bar) = self.teller {
            bar.finish_and_clear();
        }
    }
}

/// What has ended so far.
#[derive(Default)]
struct Count {
    of: usize,
    ended: usize,
    failed: usize,
    /// The source, and the area where scenarios have one: `scenarios/matching`.
    place: String,
}

impl Count {
    /// Says whether the event changed anything.
    fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::SourceStarted(planned) => planned.source.word().clone_into(&mut self.place),
            Event::CaseFinished { source, case, verdict, failures, .. } => {
                if *source == Source::Scenarios
                    && let Some((area, _)) = case.split_once('/')
                {
                    self.place = format!("{source}/{area}");
                }
                let is_broken_off = matches!(verdict, CaseVerdict::Failed { .. });
                self.ended += 1;
                self.failed += usize::from(is_broken_off || !failures.is_empty());
            }
            Event::Progress { newly, failed, .. } => {
                self.ended += newly;
                self.failed += failed;
            }
            _ => return false,
        }
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
        let started = PlannedSource { source: Source::Grid, cases: 1000, left_out: Vec::new() };
        assert!(count.take(&Event::SourceStarted(started)));
        assert!(count.take(&Event::Progress { source: Source::Grid, newly: 250, failed: 3 }));
        assert!(!count.take(&Event::RunFinished { milliseconds: 1 }));
        assert_eq!(
            count.line(Duration::from_secs(5)),
            "grid: 250 of 1000 cases, 3 failed, 50 cases/s, 15 seconds left"
        );
        let ended = Event::CaseFinished {
            source: Source::Scenarios,
            case: "matching/name-matches".to_owned(),
            verdict: CaseVerdict::Judged,
            rules: Vec::new(),
            failures: Vec::new(),
        };
        assert!(count.take(&ended));
        assert!(count.line(Duration::ZERO).starts_with("scenarios/matching: 251 of 1000 cases"));
    }
}
