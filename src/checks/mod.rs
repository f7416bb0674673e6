//! Rules as checks over observed transitions.
//!
//! A check is told the state before a command, the command, what was reported of it, the state
//! after, and what the case has shown so far. It says how often its rule's situation occurred, and
//! every way in which the rule was broken. It rests on what can be observed and trusts no report.
//! Where the documents leave something open no check speaks.
//!
//! One file an area, named as its rules' prefix; `registry` lists them. What the rulebook's words
//! mean stands in `definitions`, and how the objects that they speak of are found in a large tenant
//! in `index`. An [`Observer`] follows a case: it compares each state with the one before
//! (`comparison`), finds out where each on-premises object stands when a cycle begins (`subject`,
//! `link_state`), hands that to the checks in whose situation anything occurs (`check`), and takes in
//! what the step showed (`learn`, `history`).

mod admin;
mod ambiguous;
mod arrival;
mod candidates;
mod check;
mod codes;
mod comparison;
mod conversions;
mod definitions;
mod determinacy;
mod history;
mod identifiers;
mod index;
mod kind;
mod learn;
mod link_state;
mod links;
mod r#match;
mod match_attributes;
mod observer;
mod protect;
mod recovery;
mod registry;
mod safe;
mod scope;
mod settings;
mod soa;
mod specified;
mod start;
mod states;
mod subject;
mod switch;
mod sync;
mod sync_effect;
mod takeover;
mod transition;
mod treatments;
mod unspecified;
mod unspecified_part;
mod verdict;
mod violation;

pub use crate::directory::{EditionSettings, ObjectName};
pub use determinacy::{Determinacy, StepDeterminacy, SubjectDeterminacy};
pub use observer::{Finding, Observer};
pub use registry::checked_rules;
pub use specified::Specified;
pub use unspecified::WhyUnspecified;
pub use unspecified_part::{Extent, UnspecifiedPart};
pub use verdict::Verdict;
pub use violation::{Because, Joining, Shape, Violation};
