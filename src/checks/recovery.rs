//! Connect is installed anew: nothing is lost, and everything is joined again by its anchor.

use super::arrival::is_left_undone;
use super::check::{Check, Trigger};
use super::history::ObjectHistory;
use super::link_state::Joined;
use super::subject::Subject;
use super::transition::{Transition, joined_before};
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{Capability, Difference, Evaluator, Field, ObjectName, ResultWord, Value};

pub(super) const CHECKS: &[Check] = &[
    Check::of("recovery.nothing-lost", &[Trigger::DeterminateLink], nothing_lost),
    Check::of("recovery.rejoins-by-anchor", &[Trigger::DeterminateLink], rejoins_by_anchor),
    Check::of(
        "recovery.soft-match-is-the-services",
        &[Trigger::Report],
        soft_match_is_the_services,
    ),
];

/// Objects that are joined, by an unchanged anchor, in the first cycle after a reinstallation.
fn returning<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (&'t Subject<'a>, &'t Joined<'a>)> {
    let reinstalled = transition.history.reinstalled;
    reinstalled.then(|| transition.settled()).into_iter().flatten()
}

fn nothing_lost(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, link) in returning(transition) {
        let name = || transition.name_of(link.cloud);
        verdict.judge(|verdict| {
            transition.judge_no_second(verdict, subject, link.cloud);
            let Some(after) = transition.after_of(link.cloud) else {
                verdict.missing(name()).because(Because::Unchanged);
                return;
            };
            if transition.is_untouched(link.cloud) {
                return;
            }
            let differences = transition.differences(link.cloud, after);
            let is_lost = |difference: &Difference| {
                !subject.has_work() || !may_change(transition, subject, &difference.field)
            };
            verdict.changed(name, differences.filter(is_lost));
        });
    }
}

/// What may change of an object with pending work: what it has on-premises.
fn may_change(transition: &Transition<'_>, subject: &Subject<'_>, field: &Field) -> bool {
    let object = subject.object;
    let may_be_cleared = subject.own_history.is_some_and(|own_history| {
        let absent = &own_history.absent;
        transition.settings.may_clear_in_next_cycle()
            && match field {
                Field::ProxyAddresses => absent.addresses,
                Field::Attribute(name) => absent.attributes.contains(name),
                _ => false,
            }
    });
    if may_be_cleared {
        return true;
    }
    let has_history = |is_so: fn(&ObjectHistory) -> bool| subject.own_history.is_some_and(is_so);
    match field {
        // Whose it is that is stamped is for `protect.identifier-stamped` and `protect.clear-identifier`.
        Field::UserPrincipalName | Field::OnPremisesObjectIdentifier => true,
        Field::Password => {
            has_history(|own_history| own_history.password_free)
                || (object.password.is_some() && transition.features().password_hash_sync)
        }
        Field::ProxyAddresses => {
            !object.proxy_addresses.is_empty()
                || has_history(|own_history| own_history.value_removed)
        }
        Field::Attribute(name) => {
            object.attributes.contains_key(name)
                || has_history(|own_history| own_history.value_removed)
        }
        _ => false,
    }
}

fn rejoins_by_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, link) in returning(transition) {
        verdict.judge(|verdict| judge_stays_joined(transition, verdict, subject, link));
    }
}

/// Judges that a joined object is joined as before, and that no error is reported for it where nothing is
/// in its way. Whether what was changed has arrived is another question.
pub(super) fn judge_stays_joined<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    link: &Joined<'a>,
) {
    let anchor = &subject.object.source_anchor;
    let name = || transition.name_of(link.cloud);
    transition.judge_still_joined(verdict, subject, link.cloud);
    transition.judge_not_moved(verdict, subject, link.cloud);
    if let Some(after) = transition.after_of(link.cloud)
        && after.on_premises_immutable_id != *anchor
    {
        let seen = &after.on_premises_immutable_id;
        verdict
            .violated(name(), Field::OnPremisesImmutableId, anchor, seen)
            .because(joined_before(subject, name()));
    }
    if !link.meets_others() && subject.reported_error() {
        verdict
            .violated(subject.name(), Field::Result, Value::Other, ResultWord::Error)
            .because(joined_before(subject, name()));
    }
}

/// The same, and its updates are tried.
pub(super) fn judge_syncs_on<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    link: &Joined<'a>,
) {
    judge_stays_joined(transition, verdict, subject, link);
    if is_left_undone(transition, subject) == Some(true) {
        let because = joined_before(subject, transition.name_of(link.cloud));
        verdict
            .violated(subject.name(), Field::Synchronisation, true, false)
            .because(because)
            .reported(subject.reported);
    }
}

fn soft_match_is_the_services(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::EvaluatedBy) {
        return;
    }
    for (key, result) in &transition.outcome.objects {
        if result.result != ResultWord::SoftMatched {
            continue;
        }
        let (expected, seen) = (Evaluator::Service, result.evaluated_by);
        if seen == Some(expected) {
            verdict.holds();
        } else {
            verdict
                .violated(ObjectName::OnPremises(key.clone()), Field::EvaluatedBy, expected, seen)
                .because(Because::Capability(Capability::EvaluatedBy));
        }
    }
}
