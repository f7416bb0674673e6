//! Every check, in the rulebook's order.

use super::check::Check;
use super::{admin, kind, r#match, protect, recovery, safe, scope, soa, switch, sync, takeover};

/// Every area's checks, in the rulebook's order.
const AREAS: &[&[Check]] = &[
    soa::CHECKS,
    r#match::CHECKS,
    takeover::CHECKS,
    kind::CHECKS,
    admin::CHECKS,
    switch::CHECKS,
    recovery::CHECKS,
    sync::CHECKS,
    scope::CHECKS,
    protect::CHECKS,
    safe::CHECKS,
];

/// Every check.
pub(crate) fn all() -> impl Iterator<Item = &'static Check> {
    AREAS.iter().copied().flatten()
}

/// The IDs of the rules that have a check, in the checks' order.
pub fn checked_rules() -> impl Iterator<Item = &'static str> {
    all().map(|check| check.rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::check::Trigger;

    #[test]
    fn every_trigger_that_a_check_is_about_is_looked_for() {
        for check in all() {
            assert!(!check.about.is_empty(), "{} is never asked", check.rule);
            let is_known = |trigger: &Trigger| Trigger::ALL.contains(trigger);
            assert!(check.about.iter().all(is_known), "{}", check.rule);
        }
    }
}
