//! Writes events as they happen.

use super::super::event::Event;
use super::frame::{EVENT_FORMAT, Frame};
use serde::Serialize;
use std::io::{self, Write};

/// Writes events, a line each. Every line is handed over in one piece and flushed, so that a run
/// that dies leaves everything behind that it had reported.
///
/// ```
/// use entra_conformance::runner::{Event, EventWriter};
/// let mut written = Vec::new();
/// let mut writer = EventWriter::new(&mut written).unwrap();
/// writer.write(&Event::RunFinished { milliseconds: 7 }).unwrap();
/// writer.finish().unwrap();
/// assert_eq!(
///     String::from_utf8(written).unwrap(),
///     r#"{"event":"streamStarted","format":1}
/// {"event":"runFinished","milliseconds":7}
/// {"event":"streamEnded","events":1}
/// "#
/// );
/// ```
#[derive(Debug)]
pub struct EventWriter<W: Write> {
    out: W,
    events: u64,
}

impl<W: Write> EventWriter<W> {
    /// Begins with the line that names the format.
    ///
    /// # Errors
    /// Where the line cannot be written.
    pub fn new(out: W) -> io::Result<EventWriter<W>> {
        let mut writer = EventWriter { out, events: 0 };
        writer.line(&Frame::StreamStarted { format: EVENT_FORMAT })?;
        Ok(writer)
    }

    /// Writes one event.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&mut self, event: &Event) -> io::Result<()> {
        self.line(event)?;
        self.events += 1;
        Ok(())
    }

    /// Ends with the line by which a reader knows that nothing is missing.
    ///
    /// # Errors
    /// Where the line cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.line(&Frame::StreamEnded { events: self.events })
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.out.write_all(&text)?;
        self.out.flush()
    }
}
