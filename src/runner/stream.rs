//! Events as lines of JSON, so that reports can be made later and elsewhere.
//!
//! The first line names the format, the last one says how many events stand between. A file
//! without that last line was cut off. `spec/events.md` describes the format for readers.

use super::event::Event;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read as _, Write};
use thiserror::Error;

/// The version of the format. It grows when a reader of the earlier one would go wrong; fields that
/// such a reader can pass over are added without.
pub const EVENT_FORMAT: u32 = 1;

/// The lines around the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "event")]
enum Frame {
    /// The first line.
    StreamStarted {
        /// The version of the format.
        #[cfg_attr(feature = "schema", schemars(extend("const" = EVENT_FORMAT)))]
        format: u32,
    },
    /// The last line: whoever wrote the events has come to an end with them. Where it is missing,
    /// something is missing.
    StreamEnded {
        /// How many events stand between the first line and this one.
        events: u64,
    },
}

/// The JSON Schema of one line.
#[cfg(feature = "schema")]
pub fn event_schema() -> serde_json::Value {
    #[derive(schemars::JsonSchema)]
    #[schemars(untagged)]
    #[expect(dead_code, reason = "only its schema is wanted")]
    enum Line {
        Frame(Frame),
        Event(Box<Event>),
    }
    let mut schema = schemars::schema_for!(Line);
    schema.insert("title".to_owned(), "A line of a file of events".into());
    schema.to_value()
}

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

/// What a file of events says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// The events, in their order.
    pub events: Vec<Event>,
    /// In or after this line, counted from 1, the file was cut off: it lacks its last line, and is
    /// read as far as it goes.
    pub cut_off: Option<usize>,
}

/// So many bytes a line may have, and all of them together.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
const LONGEST_FILE: u64 = 1024 * 1024 * 1024;

/// Reads events as [`EventWriter`] wrote them. Mistakes are reported under `name`.
///
/// # Errors
/// A whole line is wrong, or stands where no run can have reported it; or the file ends before the
/// run begins.
pub fn read_events(mut input: impl BufRead, name: &str) -> Result<Recording, StreamError> {
    let refused = |line, what| StreamError { name: name.to_owned(), line, what };
    let mut recording = Recording::default();
    let mut is_ended = false;
    let mut line = 0;
    let mut all_bytes = 0;
    loop {
        let mut bytes = Vec::new();
        let read = input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        if bytes.len() as u64 == LONGEST_LINE {
            return Err(refused(line + 1, format!("longer than {LONGEST_LINE} bytes")));
        }
        all_bytes += bytes.len() as u64;
        if all_bytes > LONGEST_FILE {
            return Err(refused(line + 1, format!("the file is longer than {LONGEST_FILE} bytes")));
        }
        let is_over = line > 0 && matches!(read, Ok(0));
        if !is_over {
            line += 1;
        }
        read.map_err(|error| refused(line, format!("cannot be read: {error}")))?;
        // Each line was written in one piece with its end, so one without was cut.
        let is_whole = bytes.ends_with(b"\n") || serde_json::from_slice::<Frame>(&bytes).is_ok();
        if line > 1 && !is_ended && !is_whole || is_over {
            recording.cut_off = (!is_ended).then_some(line);
            break;
        }
        if is_ended {
            return Err(refused(line, "nothing may follow `streamEnded`".to_owned()));
        }
        is_ended =
            take(&bytes, line == 1, &mut recording.events).map_err(|what| refused(line, what))?;
    }
    if recording.events.is_empty() {
        return Err(refused(line, "the events end before the run begins".to_owned()));
    }
    Ok(recording)
}

/// Takes in one line; whether it is the last.
fn take(bytes: &[u8], is_first: bool, events: &mut Vec<Event>) -> Result<bool, String> {
    const FIRST: &str = "the first line must be `streamStarted` with the format's version";
    const ONE_RUN: &str = "one file is of one run";
    /// What every line has.
    #[derive(Deserialize)]
    struct Tag {
        event: String,
    }
    let unexpected = |what: String| {
        if is_first { format!("{FIRST}, and this line {what}") } else { what }
    };
    if bytes.is_empty() {
        return Err(format!("{FIRST}, and nothing is there"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    if text.starts_with('\u{FEFF}') {
        return Err("a byte order mark stands before the line".to_owned());
    }
    let text = text.trim_end();
    if text.is_empty() {
        return Err("an empty line".to_owned());
    }
    let Tag { event: name } =
        serde_json::from_str(text).map_err(|error| unexpected(format!("is no event: {error}")))?;
    let wrong = |error: serde_json::Error| format!("`{name}`: {error}");
    if matches!(&*name, "streamStarted" | "streamEnded") {
        return match serde_json::from_str(text).map_err(wrong)? {
            Frame::StreamStarted { .. } if !is_first => {
                Err(format!("a second `{name}`: {ONE_RUN}"))
            }
            Frame::StreamStarted { format: EVENT_FORMAT } => Ok(false),
            Frame::StreamStarted { format } => Err(format!(
                "these events have format {format}, and this program reads format {EVENT_FORMAT}"
            )),
            Frame::StreamEnded { .. } if is_first => Err(unexpected(format!("is `{name}`"))),
            Frame::StreamEnded { events: written } if written != events.len() as u64 => {
                Err(format!(
                    "{written} events were written, and {} are there: lines were lost or added",
                    events.len()
                ))
            }
            Frame::StreamEnded { .. } => Ok(true),
        };
    }
    match (&*name, events.last()) {
        _ if is_first => Err(unexpected(format!("is `{name}`"))),
        ("runStarted", Some(_)) => Err(format!("a second `{name}`: {ONE_RUN}")),
        (_, Some(Event::RunFinished { .. })) => {
            Err(format!("no event may follow `runFinished`, and this is `{name}`"))
        }
        (_, None) if name != "runStarted" => {
            Err(format!("the first event must be `runStarted`, and this is `{name}`"))
        }
        _ => {
            events.push(serde_json::from_str(text).map_err(wrong)?);
            Ok(false)
        }
    }
}
