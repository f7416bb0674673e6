//! Rules as checks over observed transitions.
//!
//! A check is told the state before a command, the command, what was reported of it, the state
//! after, and what the case has shown so far. It says how often its rule's situation occurred, and
//! every way in which the rule was broken. It rests on what can be observed and trusts no report.
//! Where the documents leave something open no check speaks.
//!
//! One file an area; the definitions that rules rest on are in `ties`, `situation`, `contention` and
//! `history`. A step is compared with the one before it once (`comparison`), and only those checks
//! are asked in whose situation anything occurs (`occasions`).

mod administrators;
mod authority;
mod comparison;
mod contention;
mod direction;
mod history;
mod kinds;
mod matching;
mod object_name;
mod observer;
mod occasions;
mod quick;
mod recovery;
mod safety;
mod situation;
mod survey;
mod switch;
mod takeover;
mod ties;
mod transition;
mod verdict;

pub use object_name::ObjectName;
pub use observer::{Finding, Observer};
pub use survey::{Encounter, Extent, Governed, Opening, Survey, SurveyedStep, SurveyedSubject};
pub use verdict::{Verdict, Violation};

use occasions::Occasions;
use std::sync::LazyLock;
use transition::Transition;

/// The check of one rule.
pub(crate) struct Check {
    /// The rule's ID.
    pub(crate) rule: &'static str,
    /// What it is about: where nothing of this occurs in a step, it has nothing to say.
    about: Occasions,
    judge: fn(&Transition<'_>, &mut Verdict),
}

/// Every area's checks, in the rulebook's order.
const AREAS: &[&[Check]] = &[
    authority::CHECKS,
    matching::CHECKS,
    takeover::CHECKS,
    kinds::CHECKS,
    administrators::CHECKS,
    switch::CHECKS,
    recovery::CHECKS,
    direction::CHECKS,
    safety::CHECKS,
];

/// Every check.
pub(crate) fn all() -> impl Iterator<Item = &'static Check> {
    AREAS.iter().copied().flatten()
}

/// The checks that have anything to say of a step that is no sync cycle.
static OF_EVERY_STEP: LazyLock<Vec<&Check>> = LazyLock::new(|| {
    all().filter(|check| !check.about.is_within(Occasions::ONLY_IN_CYCLES)).collect()
});

/// The checks that have anything to say of a sync cycle.
static OF_CYCLES: LazyLock<Vec<&Check>> = LazyLock::new(|| all().collect());

/// The checks that may have something to say of a step.
fn checks_of(is_cycle: bool) -> &'static [&'static Check] {
    if is_cycle { &OF_CYCLES } else { &OF_EVERY_STEP }
}

/// The IDs of the rules that have a check, in the checks' order.
pub fn checked_rules() -> impl Iterator<Item = &'static str> {
    all().map(|check| check.rule)
}
