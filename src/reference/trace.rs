//! The story of a decision, told in the rulebook's terms.

use serde::Serialize;

/// One sentence of the story, and the rule that it follows from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TraceStep {
    /// The rule's slug in the rulebook.
    pub rule: &'static str,
    /// What was found or decided, about the objects at hand.
    pub text: String,
}

/// Takes down the story, or does not: sentences are composed only where somebody listens.
#[derive(Clone, Debug)]
pub struct Trace(Option<Vec<TraceStep>>);

impl Trace {
    /// Takes nothing down.
    pub fn off() -> Trace {
        Trace(None)
    }

    /// Takes everything down.
    pub fn on() -> Trace {
        Trace(Some(Vec::new()))
    }

    /// Whether somebody listens.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What was taken down, in order.
    pub fn into_steps(self) -> Vec<TraceStep> {
        self.0.unwrap_or_default()
    }

    pub(super) fn note(&mut self, rule: &'static str, text: impl FnOnce() -> String) {
        if let Some(steps) = &mut self.0 {
            let text = text();
            steps.push(TraceStep { rule, text });
        }
    }
}

macro_rules! rules {
    ($($name:ident = $slug:literal,)*) => {
        /// The rules that a trace refers to, by the slugs of the rulebook.
        pub(super) mod rule {
            $(pub(in crate::reference) const $name: &str = $slug;)*
        }

        /// Every slug that a [`TraceStep`] can carry: each has to be a rule of the rulebook.
        pub const CITED_RULES: &[&str] = &[$($slug,)*];
    };
}

rules! {
    ONE_AUTHORITY = "soa.one-authority",
    EVERY_NEW_OBJECT = "match.every-new-object",
    SOFT_ON_UPN = "match.soft-on-upn",
    SOFT_ON_PRIMARY = "match.soft-on-primary-smtp",
    HARD_ON_ANCHOR = "match.hard-on-source-anchor",
    PRIMARY_ONLY = "match.primary-smtp-only",
    SAME_ATTRIBUTE = "match.same-attribute",
    OTHER_ANCHOR = "match.different-anchor-blocks-soft-match",
    NEW_OBJECTS_ONLY = "match.new-objects-only",
    LATE_MATCH = "match.late-match-is-an-error",
    NO_HOLDER = "match.no-holder-provisions",
    COLLISION = "match.collision-creates-nothing-else",
    ONE_TO_ONE = "match.one-to-one",
    AUTHORITY_FLIPS = "takeover.authority-flips",
    ANCHOR_STAMPED = "takeover.anchor-stamped",
    VALUES_OVERWRITTEN = "takeover.values-overwritten",
    ADDRESSES_REPLACED = "takeover.addresses-replaced",
    PASSWORD_OVERWRITTEN = "takeover.password-overwritten",
    PASSWORD_KEPT = "takeover.password-kept",
    NO_HARD_MATCH = "kind.no-hard-match-for-groups-and-contacts",
    PLAIN_GROUPS = "kind.plain-groups-never-match",
    SAME_KIND = "kind.same-kind",
    NEVER_MATCHED = "admin.never-matched",
    SOFT_MATCH_OFF = "switch.no-soft-match-when-disabled",
    REJOINS_BY_ANCHOR = "recovery.rejoins-by-anchor",
    UPDATES_FLOW = "sync.updates-flow",
    NEEDS_HASH_SYNC = "sync.password-needs-hash-sync",
    FAILED_IS_RETRIED = "sync.failed-is-retried",
    ONLY_THE_NAMED = "safe.only-the-named-change",
    UNIQUE_IDENTIFIERS = "safe.unique-identifiers",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_composed_where_nobody_listens() {
        let mut trace = Trace::off();
        trace.note(rule::ONE_TO_ONE, || unreachable!("nobody listens"));
        assert_eq!(trace.into_steps(), []);
    }

    #[test]
    fn sentences_keep_their_order() {
        let mut trace = Trace::on();
        trace.note(rule::NO_HOLDER, || "first".to_owned());
        trace.note(rule::ONE_TO_ONE, || "second".to_owned());
        let steps: Vec<_> =
            trace.into_steps().into_iter().map(|step| (step.rule, step.text)).collect();
        assert_eq!(
            steps,
            [
                ("match.no-holder-provisions", "first".to_owned()),
                ("match.one-to-one", "second".to_owned())
            ]
        );
    }
}
