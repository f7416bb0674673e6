//! A run's summary from events that were written down.

use super::Summary;
use crate::runner::{Recording, StreamError, read_events};
use std::io::BufRead;

/// Reads events and sums them up, as if the run happened now. Mistakes are reported under `name`.
///
/// A file that was cut off, or that is of a run that was stopped, is summed up as far as it goes;
/// its [status](Summary::status) is never that of a conformant run.
///
/// # Errors
/// As [`read_events`].
pub fn from_events(input: impl BufRead, name: &str) -> Result<Summary, StreamError> {
    let Recording { events, cut_off } = read_events(input, name)?;
    let mut summary = Summary::default();
    summary.cut_off = cut_off;
    events.iter().for_each(|event| summary.take(event));
    Ok(summary)
}
