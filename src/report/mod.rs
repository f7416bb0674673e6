//! Reports, made from a run's events and from nothing else.

pub mod badge;
pub mod compare;
mod from_events;
pub mod github;
#[cfg(feature = "html")]
pub mod html;
pub mod json;
#[cfg(feature = "junit")]
pub mod junit;
pub mod markdown;
mod summary;
pub mod terminal;
mod words;

pub use from_events::from_events;
pub use summary::{
    BrokenOff, Counts, Example, Exercise, Place, RuleFailure, RuleLine, RuleState, SourceLine,
    Status, Summary,
};
