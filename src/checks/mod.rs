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
use quick::bits_of;
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

/// For each kind of situation, the checks that are about it: a bit each, in their order.
static ABOUT: LazyLock<[u64; Occasions::KINDS]> = LazyLock::new(|| {
    let mut about = [0; Occasions::KINDS];
    for (number, check) in (0..).zip(all()) {
        let bit = 1_u64.checked_shl(number).expect("a set of checks has a bit for each of them");
        check.about.kinds().for_each(|kind| about[kind] |= bit);
    }
    about
});

static CHECKS: LazyLock<Vec<&Check>> = LazyLock::new(|| all().collect());

/// The checks that are about anything that occurs in a step, in their order.
fn checks_about(occasions: Occasions) -> impl Iterator<Item = &'static Check> {
    let (checks, about) = (&*CHECKS, &*ABOUT);
    let asked = occasions.kinds().fold(0, |asked, kind| asked | about[kind]);
    bits_of(asked).map(|number| checks[number])
}

/// The IDs of the rules that have a check, in the checks' order.
pub fn checked_rules() -> impl Iterator<Item = &'static str> {
    all().map(|check| check.rule)
}
