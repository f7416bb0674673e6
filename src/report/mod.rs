//! Reports, made from a run's events and from nothing else.

mod replay;
mod summary;
pub mod terminal;

pub use summary::{
    BrokenOff, Example, Exercise, Place, RuleFailure, RuleLine, RuleState, SourceLine, Status,
    Summary,
};
