//! A run's summary from events that were written down.

use super::Summary;
use crate::runner::{Ending, EventReader, StreamError};
use std::io::BufRead;

/// Reads events and sums them up, as if the run happened now. Mistakes are reported under `name`.
///
/// A file that was cut off, or that is of a run that was stopped, is summed up as far as it goes;
/// its [status](Summary::status) is never that of a conformant run.
///
/// # Errors
/// Where a line is wrong, the format is another one, or the file ends before the run begins.
pub fn from_events(input: impl BufRead, name: &str) -> Result<Summary, StreamError> {
    let mut reader = EventReader::new(input, name);
    let mut summary = Summary::default();
    for event in &mut reader {
        summary.take(&event?);
    }
    let line = reader.line();
    if let Some(Ending::CutOff { line }) = reader.ending() {
        summary.cut_off = Some(line);
    }
    if summary.header().is_none() {
        let what = "the events end before the run begins".to_owned();
        return Err(StreamError { name: name.to_owned(), line, what });
    }
    Ok(summary)
}
