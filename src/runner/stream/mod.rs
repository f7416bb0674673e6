//! Events as lines of JSON, so that reports can be made later and elsewhere.
//!
//! The first line names the format, the last one says how many events stand between. A file
//! without that last line was cut off. `spec/events.md` describes the format for readers.

mod frame;
mod read;
mod write;

pub use frame::EVENT_FORMAT;
pub use read::{Ending, EventReader, StreamError};
pub use write::EventWriter;

/// The JSON Schema of one line.
#[cfg(feature = "schema")]
pub fn event_schema() -> serde_json::Value {
    #[derive(schemars::JsonSchema)]
    #[schemars(untagged)]
    #[expect(dead_code, reason = "only its schema is wanted")]
    enum Line {
        Frame(frame::Frame),
        Event(Box<super::event::Event>),
    }
    let mut schema = schemars::schema_for!(Line);
    schema.insert("title".to_owned(), "A line of a file of events".into());
    schema.to_value()
}
