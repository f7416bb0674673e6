//! What becomes of a new object that several cloud objects match or hold identifiers of, as far as it
//! is declared.

use super::candidates::{Candidate, MatchCandidates};
use super::match_attributes::MatchAttributes;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{AmbiguousMatch, DeclaredChoices, Field, HardVersusSoft, ObjectName, Value};

/// A holder, and the attributes by which it is eligible.
type Holder<'m, 'a> = (&'m Candidate<'a>, MatchAttributes);

/// Holds an implementation to what it declares about ambiguous matches. `touched` are the holders that
/// changed in the cycle.
pub(super) fn hold_to_choices(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    matching: &MatchCandidates<'_>,
    touched: &[Holder<'_, '_>],
) {
    let choices = transition.settings.choices;
    let Some(declared) = choices.ambiguous_match else { return };
    let names = |of: &[Holder<'_, '_>]| -> Vec<ObjectName> {
        of.iter().map(|(candidate, _)| transition.name_of(candidate.cloud)).collect()
    };
    let because = Because::Declared(DeclaredChoices {
        ambiguous_match: Some(declared),
        ..Default::default()
    });
    let created = transition.created_for(subject).len();
    match declared {
        AmbiguousMatch::Refused | AmbiguousMatch::Quarantined if !touched.is_empty() => {
            verdict
                .violated(subject.name(), Field::TakenOver, Value::Nothing, names(touched))
                .because(because)
                .reported(subject.reported);
        }
        AmbiguousMatch::Refused => {
            if created > 0 {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 0, created)
                    .because(because)
                    .reported(subject.reported);
            }
        }
        AmbiguousMatch::Quarantined => {
            let anchor_holder = matching.holders().find(|(candidate, _)| candidate.anchor);
            if let Some((holder, _)) = anchor_holder {
                if created > 0 {
                    let holder = transition.name_of(holder.cloud);
                    verdict
                        .violated(subject.name(), Field::CreatedObjects, 0, created)
                        .because(Because::HeldBy(holder))
                        .reported(subject.reported);
                }
            } else if created != 1 && (created > 1 || !is_address_blocked(matching)) {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 1, created)
                    .because(because)
                    .reported(subject.reported);
            }
        }
        AmbiguousMatch::Withheld => {
            let order = if transition.settings.edition.hard_match_first {
                Some(HardVersusSoft::HardFirst)
            } else {
                choices.hard_versus_soft
            };
            let (allowed, is_owed) = allowed_by_precedence(order, matching);
            let is_allowed = |taken: &Candidate<'_>| {
                allowed.iter().any(|(candidate, _)| candidate.cloud.id == taken.cloud.id)
            };
            let is_as_declared = touched.iter().all(|(taken, _)| is_allowed(taken));
            if !is_as_declared || (is_owed && touched.is_empty()) {
                verdict
                    .violated(subject.name(), Field::TakenOver, names(&allowed), names(touched))
                    .because(Because::Declared(DeclaredChoices {
                        ambiguous_match: Some(declared),
                        hard_versus_soft: choices.hard_versus_soft,
                        ..Default::default()
                    }))
                    .reported(subject.reported);
            }
        }
    }
}

/// The primary address leads to an active object that is not eligible by it: it is open whether the
/// UPN is then tried at all.
fn is_address_blocked(matching: &MatchCandidates<'_>) -> bool {
    matching.holders().any(|(candidate, by)| candidate.primary && !by.primary)
}

/// Which holders may be taken over, and whether one of them must be.
fn allowed_by_precedence<'m, 'a>(
    order: Option<HardVersusSoft>,
    matching: &'m MatchCandidates<'a>,
) -> (Vec<Holder<'m, 'a>>, bool) {
    // Of soft matches the primary address goes first.
    let soft: Vec<_> = matching.holders().filter(|(_, by)| by.soft()).collect();
    let on_address: Vec<_> = soft.iter().copied().filter(|(_, by)| by.primary).collect();
    let first = if on_address.is_empty() { soft } else { on_address };
    // An anchor cannot be withheld, so nothing but its holder can be taken over.
    let Some((holder, by)) = matching.holders().find(|(candidate, _)| candidate.anchor) else {
        let is_owed = !first.is_empty() && !is_address_blocked(matching);
        return (first, is_owed);
    };
    if !by.any() {
        return (Vec::new(), false);
    }
    // Whoever is tried first is either the anchor's holder or cannot be stamped with it.
    let is_holder = |(other, _): &Holder<'_, '_>| other.cloud.id == holder.cloud.id;
    match order {
        Some(HardVersusSoft::HardFirst) => (vec![(holder, by)], true),
        None => (vec![(holder, by)], false),
        Some(HardVersusSoft::SoftFirst) if first.is_empty() || first.iter().any(is_holder) => {
            let is_owed = first.iter().all(is_holder) && !is_address_blocked(matching);
            (vec![(holder, by)], is_owed)
        }
        Some(HardVersusSoft::SoftFirst) => (Vec::new(), false),
    }
}
