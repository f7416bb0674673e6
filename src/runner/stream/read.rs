//! Reads events back, and notices what is missing.

use super::super::event::Event;
use super::frame::{EVENT_FORMAT, Frame};
use serde::Deserialize;
use std::io::BufRead;
use thiserror::Error;

/// Why a file of events was refused.
#[derive(Debug, Error)]
#[error("{name}:{line}: {what}")]
pub struct StreamError {
    /// The file.
    pub name: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What was expected, and what stands there.
    pub what: String,
}

/// How a file of events ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With its last line: all that was reported is there. Whether the run came to its end, the events
    /// say.
    Whole,
    /// In or after this line, without the last one.
    CutOff {
        /// The line, counted from 1.
        line: usize,
    },
}

/// Hands over events one after the other, as [`EventWriter`](super::EventWriter) wrote them.
///
/// Whole lines must be right, and in an order in which a run can report them. A file that was cut off
/// is read as far as it goes; [`EventReader::ending`] says so afterwards.
#[derive(Debug)]
pub struct EventReader<R> {
    input: R,
    name: String,
    line: usize,
    events: u64,
    place: Place,
}

/// How far the reader has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the line that names the format.
    Start,
    /// Before the run's first event.
    BeforeRun,
    InRun,
    AfterRun,
    /// After the last line.
    End,
    CutOff,
    /// After a mistake.
    Refused,
}

const STREAM_STARTED: &str = "the first line must be `streamStarted` with the format's version";
const ONE_RUN: &str = "one file is of one run";

/// What every line has.
#[derive(Deserialize)]
struct Tag {
    event: String,
}

impl<R: BufRead> EventReader<R> {
    /// Reads events from here; mistakes are reported under this name.
    pub fn new(input: R, name: impl Into<String>) -> EventReader<R> {
        EventReader { input, name: name.into(), line: 0, events: 0, place: Place::Start }
    }

    /// How many lines were begun.
    pub fn line(&self) -> usize {
        self.line
    }

    /// How the file ends; `None` before its end was reached.
    pub fn ending(&self) -> Option<Ending> {
        match self.place {
            Place::End => Some(Ending::Whole),
            Place::CutOff => Some(Ending::CutOff { line: self.line }),
            _ => None,
        }
    }

    /// The next event; `None` at the end.
    fn read(&mut self) -> Result<Option<Event>, String> {
        loop {
            let mut bytes = Vec::new();
            let read = self.input.read_until(b'\n', &mut bytes);
            let length = read.map_err(|error| {
                self.line += 1;
                format!("cannot be read: {error}")
            })?;
            if self.place == Place::End {
                if length == 0 {
                    return Ok(None);
                }
                self.line += 1;
                return Err("nothing may follow `streamEnded`".to_owned());
            }
            if length == 0 {
                if self.place == Place::Start {
                    self.line = 1;
                    return Err(format!("{STREAM_STARTED}, and nothing is there"));
                }
                self.place = Place::CutOff;
                return Ok(None);
            }
            self.line += 1;
            let is_whole =
                bytes.last() == Some(&b'\n') || serde_json::from_slice::<Frame>(&bytes).is_ok();
            if !is_whole && self.place != Place::Start {
                // Each line was written in one piece with its end, so this one was cut.
                self.place = Place::CutOff;
                return Ok(None);
            }
            if let Some(event) = self.take(&bytes)? {
                self.events += 1;
                return Ok(Some(event));
            }
        }
    }

    /// Takes in one line; the event where it is one.
    fn take(&mut self, bytes: &[u8]) -> Result<Option<Event>, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        if text.starts_with('\u{FEFF}') {
            return Err("a byte order mark stands before the line".to_owned());
        }
        let text = text.trim_end();
        if text.is_empty() {
            return Err("an empty line".to_owned());
        }
        let Tag { event: name } = serde_json::from_str(text)
            .map_err(|error| self.expected(&format!("is no event: {error}")))?;
        let wrong = |error: serde_json::Error| format!("`{name}`: {error}");
        if matches!(&*name, "streamStarted" | "streamEnded") {
            return self.frame(serde_json::from_str(text).map_err(wrong)?).map(|()| None);
        }
        match (&*name, self.place) {
            (_, Place::Start) => return Err(self.expected(&format!("is `{name}`"))),
            ("runStarted", Place::BeforeRun) => self.place = Place::InRun,
            ("runStarted", _) => return Err(format!("a second `{name}`: {ONE_RUN}")),
            (_, Place::BeforeRun) => {
                return Err(format!("the first event must be `runStarted`, and this is `{name}`"));
            }
            (_, Place::AfterRun) => {
                return Err(format!("no event may follow `runFinished`, and this is `{name}`"));
            }
            ("runFinished", _) => self.place = Place::AfterRun,
            _ => {}
        }
        serde_json::from_str(text).map(Some).map_err(wrong)
    }

    fn frame(&mut self, frame: Frame) -> Result<(), String> {
        match (frame, self.place) {
            (Frame::StreamStarted { format: EVENT_FORMAT }, Place::Start) => {
                self.place = Place::BeforeRun;
                Ok(())
            }
            (Frame::StreamStarted { format }, Place::Start) => Err(format!(
                "these events have format {format}, and this program reads format {EVENT_FORMAT}"
            )),
            (Frame::StreamStarted { .. }, _) => Err(format!("a second `streamStarted`: {ONE_RUN}")),
            (Frame::StreamEnded { .. }, Place::Start) => Err(self.expected("is `streamEnded`")),
            (Frame::StreamEnded { events }, _) if events != self.events => Err(format!(
                "{events} events were written, and {} are there: lines were lost or added",
                self.events
            )),
            (Frame::StreamEnded { .. }, _) => {
                self.place = Place::End;
                Ok(())
            }
        }
    }

    /// What is wrong with a line that is no event, or with one that stands first.
    fn expected(&self, what: &str) -> String {
        match self.place {
            Place::Start => format!("{STREAM_STARTED}, and this line {what}"),
            _ => what.to_owned(),
        }
    }
}

impl<R: BufRead> Iterator for EventReader<R> {
    type Item = Result<Event, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.place, Place::CutOff | Place::Refused) {
            return None;
        }
        self.read().transpose().map(|read| {
            read.map_err(|what| {
                self.place = Place::Refused;
                StreamError { name: self.name.clone(), line: self.line, what }
            })
        })
    }
}
