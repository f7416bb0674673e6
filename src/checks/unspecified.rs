//! Why a step leaves something open.

use serde::{Deserialize, Serialize};

/// Why the documents do not settle what becomes of an object in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WhyUnspecified {
    /// It is contended: another object with pending work could touch the same identifiers.
    Contended,
    /// It is new and touches another object in a way of which the documents say nothing.
    UndocumentedTouch,
    /// It is new, and several objects hold its identifiers.
    AmbiguousMatch,
    /// It collides, and whether that leaves a quarantined object behind is not declared.
    Collision,
    /// It is joined, and its anchor was changed.
    AnchorChanged,
    /// It is joined, and was changed to touch another object.
    JoinedTouchesAnother,
    /// A collision left a quarantined object behind.
    Quarantined,
    /// Something unspecified has happened to what it was joined to.
    Indeterminate,
    /// The recycle bin is involved.
    RecycleBin,
    /// An administrator's command asked for something that the documents do not settle.
    Command,
    /// It may or may not have kept a value that somebody else has too.
    KeptValue,
}
