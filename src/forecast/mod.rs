//! What a sync cycle would do with given on-premises objects in a given tenant, and why.
//!
//! ```text
//! input       what people have (Get-ADUser, Get-MgUser, Graph, a file by hand), as it comes
//! situation   the two sides, and which cloud objects an on-premises object could meet
//! scene       one on-premises object among the cloud objects that it could meet, and what the model does
//! assumption  what the documents or the files leave open, and what could be assumed instead
//! predict     what becomes of each, and what the documents leave open of it
//! remedy      what could be changed so that a blocked object is matched, tried with the model
//! contention  on-premises objects that get into each other's way
//! ```
//!
//! Each on-premises object is looked at by itself, with the cloud objects that share an identifier with
//! it, so that what is said of it does not hang on the order of a cycle, and a whole directory takes time
//! in proportion to its size. What is unspecified is read from the checks' definitions, and what the model
//! would do under another choice is tried: nothing is guessed silently. Findings are data; sentences are
//! made of them in `cli`.

mod assumption;
mod contention;
pub(crate) mod input;
mod predict;
mod remedy;
mod scene;
mod situation;

pub(crate) use assumption::{Assumption, Protection};
pub(crate) use predict::{Alternative, Forecaster, Open, Prediction};
pub(crate) use remedy::{Remedy, RemedyFound};
pub(crate) use scene::{Change, Outcome, Short};
pub(crate) use situation::GivenOnPremisesObject;

#[cfg(test)]
mod tests;
