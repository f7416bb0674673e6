//! Events as lines of JSON, so that reports can be made later and elsewhere.
//!
//! The first line names the format, the last one says how many events stand between. A file
//! without that last line was cut off. `spec/events.md` describes the format for readers.

mod read;
mod write;

pub use read::{Ending, EventReader, StreamError};
pub use write::EventWriter;

use serde::{Deserialize, Serialize};

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
        Event(super::Event),
    }
    let mut schema = schemars::schema_for!(Line);
    schema.insert("title".to_owned(), "A line of a file of events".into());
    schema.to_value()
}
