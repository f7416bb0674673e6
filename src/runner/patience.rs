//! When a run gives up on an implementation that keeps aborting.

use super::event::{CaseVerdict, Event};
use crate::implementation::FailureKind;

/// After so many cases that timed out nobody waits for more: each takes seconds.
const MOST_TIMED_OUT: usize = 10;

/// After so many cases in which it aborted in any way, and which are half of all or more, it is plain
/// that it cannot be judged like this.
const MOST_ABORTED: usize = 20;

/// What became of the cases that were written down. Generated sources count for themselves.
#[derive(Debug, Default)]
pub(super) struct Patience {
    ended: usize,
    pub(super) aborted: usize,
    timed_out: usize,
    /// Its process cannot be started any more.
    is_gone: bool,
}

impl Patience {
    pub(super) fn take(&mut self, event: &Event) {
        let Event::CaseFinished { verdict, .. } = event else { return };
        match verdict {
            CaseVerdict::NotApplicable { .. } | CaseVerdict::Inconclusive { .. } => {}
            CaseVerdict::Aborted { failure, .. } => {
                self.ended += 1;
                self.aborted += 1;
                self.timed_out += usize::from(failure.kind == FailureKind::TimedOut);
                self.is_gone |= failure.kind == FailureKind::NotRestarted;
            }
            _ => self.ended += 1,
        }
    }

    /// Whether the rest is left out.
    pub(super) fn is_lost(&self) -> bool {
        self.is_gone
            || self.timed_out >= MOST_TIMED_OUT
            || self.aborted >= MOST_ABORTED && 2 * self.aborted >= self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::all_is_well(Patience { ended: 300, ..Patience::default() }, false)]
    #[case::some_time_out(Patience { ended: 9, aborted: 9, timed_out: 9, is_gone: false }, false)]
    #[case::many_time_out(Patience { ended: 300, aborted: 10, timed_out: 10, is_gone: false }, true)]
    #[case::most_crash(Patience { ended: 40, aborted: 20, timed_out: 0, is_gone: false }, true)]
    #[case::some_crash(Patience { ended: 300, aborted: 100, timed_out: 0, is_gone: false }, false)]
    #[case::gone(Patience { ended: 1, aborted: 1, timed_out: 0, is_gone: true }, true)]
    fn patience_ends_where_more_shows_nothing_more(
        #[case] patience: Patience,
        #[case] is_lost: bool,
    ) {
        assert_eq!(patience.is_lost(), is_lost);
    }
}
