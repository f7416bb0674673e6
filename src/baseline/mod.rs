//! Baselines: what an implementation is known to fail, so that from then on nothing gets worse
//! unseen.
//!
//! ```text
//! entry       the file's form
//! read        reads a file and says what is wrong with it, and where
//! observe     runs all that a file is to speak of
//! results     what a run shows, from its events
//! gate        a file and what was observed → what is not as listed
//! write       a new file
//! edit        a file put right, with its comments, order and remarks kept
//! ```
//!
//! What went wrong is distinguished by the case, the rule and the [`Cause`](crate::runner::Cause), never by a seed, a case's
//! number or anybody's words.

mod edit;
mod entry;
mod gate;
mod observe;
mod read;
mod results;
mod write;

pub use edit::{NotEditable, edit};
pub use entry::{Baseline, Declared, Entry, FORMAT};
pub use gate::{EntryState, Gate, gate};
pub use jiff::civil::Date;
pub use observe::observe;
pub use read::{BaselineFile, from_yaml};
pub use results::{Nonconformity, RunResults, Subject};
pub use write::write;
