//! What a check says of one transition.

use super::violation::{Because, Violation};
use crate::directory::{Difference, Field, ObjectName, Value};

/// What one check says of one transition: how often the rule's situation occurred and held, and
/// every way in which it was broken. Neither means that the rule was not applicable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many times the rule's situation occurred and the rule held.
    pub held: u64,
    /// How the rule was broken.
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// The rule's situation occurred and it held.
    pub(crate) fn holds(&mut self) {
        self.held += 1;
    }

    /// The rule was broken.
    pub(crate) fn push(&mut self, violation: Violation) -> &mut Violation {
        self.violations.push(violation);
        self.violations.last_mut().expect("it was just pushed")
    }

    /// The rule was broken in a field that has another value than the expected one.
    pub(crate) fn violated(
        &mut self,
        object: ObjectName,
        field: Field,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) -> &mut Violation {
        self.push(Violation::new(object, field, expected, actual))
    }

    /// The rule was broken in that an object is not there.
    pub(crate) fn missing(&mut self, object: ObjectName) -> &mut Violation {
        self.push(Violation::missing(object))
    }

    /// The rule was broken in that an object is there.
    pub(crate) fn unexpected(&mut self, object: ObjectName) -> &mut Violation {
        self.push(Violation::unexpected(object))
    }

    /// The rule was broken in every field in which an object differs from what was expected of it.
    pub(crate) fn differs(
        &mut self,
        object: impl Fn() -> ObjectName,
        differences: impl IntoIterator<Item = Difference>,
    ) {
        let violations = differences.into_iter();
        self.violations.extend(violations.map(|difference| Violation::of(difference, object())));
    }

    /// The rule was broken in every field in which an object is not what it was.
    pub(crate) fn changed(
        &mut self,
        object: impl Fn() -> ObjectName,
        differences: impl IntoIterator<Item = Difference>,
    ) {
        for difference in differences {
            self.push(Violation::of(difference, object())).because(Because::Unchanged);
        }
    }

    /// The rule was broken where a field has another value than the expected one.
    pub(crate) fn expect(
        &mut self,
        object: impl FnOnce() -> ObjectName,
        field: Field,
        expected: impl Into<Value>,
        actual: impl Into<Value>,
    ) {
        let (expected, actual) = (expected.into(), actual.into());
        if expected != actual {
            self.violated(object(), field, expected, actual);
        }
    }

    /// Runs one judgement and counts it as held where it adds no violation.
    pub(crate) fn judge(&mut self, judgement: impl FnOnce(&mut Verdict)) {
        let before = self.violations.len();
        judgement(self);
        if self.violations.len() == before {
            self.holds();
        }
    }

    /// Whether the rule's situation did not occur at all.
    pub fn is_not_applicable(&self) -> bool {
        self.held == 0 && self.violations.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_applies_once_something_held_or_was_broken() {
        assert!(Verdict::default().is_not_applicable());
        let mut held = Verdict::default();
        held.judge(|_| {});
        assert!(!held.is_not_applicable());
        let mut broken = Verdict::default();
        broken.expect(|| ObjectName::Tenant, Field::CloudObjects, 1, 2);
        assert!(!broken.is_not_applicable());
    }
}
