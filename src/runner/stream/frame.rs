//! The lines around the events.

use serde::{Deserialize, Serialize};

/// The version of the format. It grows when a reader of the earlier one would go wrong; fields that
/// such a reader can pass over are added without.
pub const EVENT_FORMAT: u32 = 1;

/// The lines around the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "event")]
pub(super) enum Frame {
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
