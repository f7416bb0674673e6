//! What a run has shown already, so that no second example is made of it.

use super::event::{CaseVerdict, Event};
use super::reason::{broke_off, broke_off_in, reason};
use super::trial::Signature;
use std::collections::BTreeSet;

/// What was shown, by rule alone or by rule and reason.
pub(super) struct Shown {
    by_reason: bool,
    /// Rules, or words for ways of breaking off, each with a reason; with none where rules alone
    /// are told apart.
    what: BTreeSet<(String, String)>,
}

impl Shown {
    /// Where reasons are told apart, these are known from the start.
    pub(super) fn new(by_reason: Option<BTreeSet<(String, String)>>) -> Shown {
        Shown { by_reason: by_reason.is_some(), what: by_reason.unwrap_or_default() }
    }

    pub(super) fn by_reason(&self) -> bool {
        self.by_reason
    }

    /// Whether there is an example of this already.
    pub(super) fn has(&self, signature: &Signature) -> bool {
        let (what, reason) = match signature {
            Signature::Breach(rule, _) => ((*rule).to_owned(), String::new()),
            Signature::Reason(rule, reason) => ((*rule).to_owned(), reason.clone()),
            Signature::BrokenOff(kind, command) => (kind.word().to_owned(), broke_off(command)),
        };
        self.what.contains(&(what, reason))
    }

    /// Takes in what an event shows.
    pub(super) fn take(&mut self, event: &Event) {
        let (verdict, failures) = match event {
            Event::CaseFinished { verdict, failures, .. } => (verdict, &failures[..]),
            Event::FailureFound { verdict, failure, .. } => {
                (verdict, failure.as_deref().map_or(&[][..], std::slice::from_ref))
            }
            _ => return,
        };
        for failure in failures {
            if !self.by_reason {
                self.what.insert((failure.rule.clone(), String::new()));
                continue;
            }
            for violation in &failure.violations {
                let reason = reason(failure.origin, &failure.command, violation);
                self.what.insert((failure.rule.clone(), reason));
            }
        }
        // Without a baseline every source tells how it broke off, whatever was shown before.
        if let CaseVerdict::Failed { failure, step, excerpt } = verdict
            && self.by_reason
        {
            let place = broke_off_in(*step, excerpt);
            self.what.insert((failure.kind.word().to_owned(), place));
        }
    }
}
