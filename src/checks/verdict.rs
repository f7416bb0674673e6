//! What a check says of one transition.

use super::object_name::ObjectName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One way in which a transition breaks a rule: which object, which field, what was expected and
/// what was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// The object, as a person would name it: `cloud user ann`, `ann-ad`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub object: ObjectName,
    /// The field or aspect of it: `userPrincipalName`, `reported result`, `the object itself`.
    pub field: String,
    /// What the rule asks for.
    pub expected: String,
    /// What was observed.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: expected {}, seen {}", self.object, self.field, self.expected, self.seen)
    }
}

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
    ///
    /// Cold, and so is what composes its arguments: most steps break no rule, and the code that
    /// does run stays close together.
    #[cold]
    #[inline(never)]
    pub(crate) fn violated(
        &mut self,
        object: impl Into<ObjectName>,
        field: impl Into<String>,
        expected: impl Into<String>,
        seen: impl Into<String>,
    ) {
        self.violations.push(Violation {
            object: object.into(),
            field: field.into(),
            expected: expected.into(),
            seen: seen.into(),
        });
    }

    /// The rule was broken where a value is not the one that was expected.
    pub(crate) fn expect<T: PartialEq + fmt::Display>(
        &mut self,
        object: impl FnOnce() -> ObjectName,
        field: &str,
        expected: T,
        seen: T,
    ) {
        if expected != seen {
            self.violated(object(), field, expected.to_string(), seen.to_string());
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
        broken.expect(|| "it".into(), "field", 1, 2);
        assert!(!broken.is_not_applicable());
    }
}
