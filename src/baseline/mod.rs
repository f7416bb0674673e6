//! Baselines: what an implementation is known to fail, so that from then on nothing gets worse
//! unseen.
//!
//! ```text
//! entry       the file's form
//! date        a day, for entries that expire
//! read        reads a file and says what is wrong with it, and where
//! observe     runs all that a file is to speak of
//! seen        what a run shows, from its events
//! gate        a file and what was seen → what is not as listed
//! finding     what is not as listed, and the sentence that says so
//! conclusion  how the run ends
//! write       a new file
//! edit        a file put right, with its comments, order and remarks kept
//! ```
//!
//! What went wrong is told apart by the case, the rule and the [`reason`](crate::runner::reason()),
//! never by a seed or a case's number.

mod conclusion;
mod date;
mod edit;
mod entry;
mod finding;
mod gate;
mod observe;
mod read;
mod seen;
mod write;

pub use conclusion::conclusion;
pub use date::Date;
pub use edit::edit;
pub use entry::{Baseline, Declared, Entry, FORMAT, Outcome};
pub use finding::{Finding, FindingKind, Nonconformity, Subject};
pub use gate::{EntryState, Gate, gate};
pub use observe::observe;
pub use read::{BaselineFile, from_yaml};
pub use seen::{Observed, Seen};
pub use write::write;
