//! Reports, made from a run's events and from nothing else.

mod adapter;
mod answers;
pub mod badge;
pub mod by_edition;
pub mod command;
pub mod compare;
pub mod edition_diff;
mod from_events;
pub mod gate;
pub mod github;
#[cfg(feature = "html")]
pub mod html;
pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
mod legible;
pub mod markdown;
#[cfg(feature = "html")]
pub mod matrix;
pub mod newer_edition;
mod precondition;
pub mod terminal;
mod verdict;
pub mod violation;
mod words;

pub use crate::runner::{
    Aborted, ClassLine, ClassState, Counts, Example, Exercise, Incomplete, InconclusiveCase, Place,
    RuleFailure, RuleLine, RuleState, SourceLine, Status, Summary,
};
pub use adapter::adapter_fault;
pub use from_events::from_events;
pub use legible::legible;
pub use words::{capabilities, choices, not_applicable};
pub(crate) use words::{quoted, replay_of_folder};
