//! What a run has shown already, so that no second example is made of it.

use super::event::{CaseVerdict, Event};
use super::judgement::Signature;
use std::collections::BTreeSet;

/// What was shown, by rule alone or by rule and reason.
pub(super) struct Shown {
    by_reason: bool,
    known: BTreeSet<Signature>,
}

impl Shown {
    /// Where reasons are distinguished, these are known from the start.
    pub(super) fn new(by_reason: Option<BTreeSet<Signature>>) -> Shown {
        Shown { by_reason: by_reason.is_some(), known: by_reason.unwrap_or_default() }
    }

    pub(super) fn by_reason(&self) -> bool {
        self.by_reason
    }

    /// Whether there is an example of this already.
    pub(super) fn has(&self, signature: &Signature) -> bool {
        self.known.contains(signature)
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
        if !self.by_reason {
            // Without a baseline every source reports how it aborted, whatever was shown before.
            self.known.extend(failures.iter().map(|failure| Signature::Rule(failure.rule.clone())));
            return;
        }
        for failure in failures {
            let rule = || failure.rule.clone();
            self.known.extend(failure.reasons().map(|reason| Signature::Reason(rule(), reason)));
        }
        if let CaseVerdict::Aborted { failure, command, .. } = verdict {
            self.known.insert(Signature::Aborted(failure.kind, *command));
        }
    }
}
