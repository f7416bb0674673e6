//! The source of authority of an object: moved to the cloud, and given back.

use super::edits::judge_cloud_edit;
use crate::checks::arrival::{judge_addresses, judge_values};
use crate::checks::candidates::Candidate;
use crate::checks::conversions::Conversion;
use crate::checks::history::owner;
use crate::checks::identifiers::on_premises_identifiers;
use crate::checks::subject::Subject;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{CloudObject, Command, Difference, Field, Kind, Value};
use std::sync::Arc;

/// A cloud object whose source of authority was moved to the cloud, in a cycle.
struct Converted<'t, 'a> {
    /// As it was before the cycle.
    cloud: &'a Arc<CloudObject>,
    conversion: &'t Conversion,
    /// The on-premises object that it was joined to, while that has its anchor.
    subject: Option<&'t Subject<'a>>,
}

/// Every such object in a cycle about which nothing is open.
fn converted<'t, 'a>(transition: &'t Transition<'a>) -> impl Iterator<Item = Converted<'t, 'a>> {
    let all = transition.cycle.is_some().then(|| transition.history.conversions.all());
    all.into_iter().flatten().filter_map(|(id, conversion)| {
        let cloud = transition.comparison.before(id)?;
        if conversion.is_open || !cloud.is_active() || cloud.is_on_premises_mastered() {
            return None;
        }
        let is_own = |subject: &&Subject<'_>| {
            Some(&subject.object.key) == conversion.key.as_ref()
                && subject.object.source_anchor == conversion.anchor
        };
        let subject = transition.subjects().iter().find(is_own);
        Some(Converted { cloud, conversion, subject })
    })
}

impl<'a> Converted<'_, 'a> {
    /// Judges that it is as it was, and that its on-premises object has got no second one.
    fn judge_stays(&self, transition: &Transition<'a>, verdict: &mut Verdict) {
        transition.judge_untouched(verdict, self.cloud);
        if let Some(subject) = self.subject.filter(|subject| !subject.contended) {
            transition.judge_no_second(verdict, subject, self.cloud);
        }
    }

    /// Another on-premises object than its own that took it over in the cycle.
    fn taker<'t>(&self, transition: &'t Transition<'a>) -> Option<&'t Subject<'a>> {
        let after = transition.after_of(self.cloud)?;
        let mut others = transition
            .subjects()
            .iter()
            .filter(|subject| Some(&subject.object.key) != self.conversion.key.as_ref());
        others.find(|subject| {
            after.is_on_premises_mastered()
                && after.on_premises_immutable_id == subject.object.source_anchor
        })
    }
}

/// A joined object is moved to the cloud: it is mastered there, keeps its values, and no cycle changes it.
pub(super) fn convert_stops_sync(transition: &Transition<'_>, verdict: &mut Verdict) {
    if let Command::SetCloudManaged(set) = transition.command
        && set.value
        && let Some(target) = transition.named
        && owner(&transition.history.objects, transition.before, target).is_some()
    {
        judge_turned(transition, verdict, target);
    }
    let managed = converted(transition).filter(|one| !one.conversion.is_given_back);
    for one in managed.filter(|one| one.taker(transition).is_none()) {
        verdict.judge(|verdict| one.judge_stays(transition, verdict));
    }
}

/// Judges that the source of authority of `target` was turned, so that it is mastered in the cloud, and
/// that nothing else of it has changed.
fn judge_turned<'a>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    target: &'a Arc<CloudObject>,
) {
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        transition.judge_accepted(verdict, name);
        let Some(after) = transition.after_of(target) else {
            verdict.missing(name());
            return;
        };
        let expected = if transition.settings.capabilities.tell_flag_states() {
            Value::Nothing
        } else {
            Value::Flag(false)
        };
        let shown = Value::from(after.on_premises_sync_enabled);
        if transition.is_accepted() && shown != expected {
            verdict.violated(name(), Field::OnPremisesSyncEnabled, expected, shown);
        }
        // Whether it shows as managed is for `safe.command-takes-effect`.
        let is_value = |difference: &Difference| {
            !matches!(difference.field, Field::OnPremisesSyncEnabled | Field::IsCloudManaged)
        };
        verdict.changed(name, transition.differences(target, after).filter(is_value));
    });
}

/// What is managed in the cloud no on-premises object takes over.
pub(super) fn converted_not_taken_over(transition: &Transition<'_>, verdict: &mut Verdict) {
    for one in converted(transition).filter(|one| !one.conversion.is_given_back) {
        let touches = |other: &Candidate<'_>| other.cloud.id == one.cloud.id;
        let is_tempted = |subject: &Subject<'_>| {
            Some(&subject.object.key) != one.conversion.key.as_ref()
                && subject.link_state.candidates().iter().any(touches)
        };
        match one.taker(transition) {
            Some(taker) => {
                verdict
                    .violated(
                        transition.name_of(one.cloud),
                        Field::OnPremisesSyncEnabled,
                        one.cloud.on_premises_sync_enabled,
                        true,
                    )
                    .because(Because::ManagedInTheCloud)
                    .reported(taker.reported);
            }
            None if transition.subjects().iter().any(is_tempted) => verdict.holds(),
            None => {}
        }
    }
}

/// What is managed in the cloud, or waits to be taken back, is edited there.
pub(super) fn converted_is_editable(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_cloud_edit(transition, verdict, |target| {
        transition.history.conversions.of(target).is_some_and(|conversion| !conversion.is_open)
    });
}

/// Given back, it waits for the next cycle, in which its on-premises object has it back.
pub(super) fn rollback_next_cycle(transition: &Transition<'_>, verdict: &mut Verdict) {
    if let Command::SetCloudManaged(set) = transition.command
        && !set.value
        && let Some(target) = transition.named.filter(|target| target.is_active())
        && let Some(conversion) = transition.history.conversions.of(target)
        && !conversion.is_open
        && !conversion.is_given_back
        && !transition.features().block_hard_match
    {
        judge_turned(transition, verdict, target);
    }
    for one in converted(transition).filter(|one| one.conversion.is_given_back) {
        let Some(subject) = one.subject.filter(|it| is_taken_back(transition, it, one.cloud))
        else {
            continue;
        };
        let name = || transition.name_of(one.cloud);
        verdict.judge(|verdict| {
            let Some(after) = transition.after_of(one.cloud) else {
                verdict.missing(name());
                return;
            };
            if after.is_cloud_mastered() {
                verdict
                    .violated(
                        name(),
                        Field::OnPremisesSyncEnabled,
                        true,
                        after.on_premises_sync_enabled,
                    )
                    .reported(subject.reported);
            } else {
                // The password is left open.
                let (history, object) = (transition.history, subject.object);
                judge_values(verdict, name, object, after, &[]);
                judge_addresses(history, verdict, name, object, Some(one.cloud), after, &[]);
            }
            transition.judge_no_second(verdict, subject, one.cloud);
        });
    }
}

/// Whether it is settled that the next cycle gives `subject` back what was its own. What roles and an
/// identifier mean for it is open, what the switch means for groups and contacts, and what becomes of values that others have.
fn is_taken_back<'a>(
    transition: &Transition<'a>,
    subject: &Subject<'a>,
    cloud: &CloudObject,
) -> bool {
    let is_user = cloud.kind == Kind::User;
    let own: Vec<_> = on_premises_identifiers(subject.object).collect();
    !subject.contended
        && !transition.features().block_hard_match
        && (is_user || !transition.history.reinstalled)
        && cloud.roles.is_empty()
        && cloud.eligible_roles.is_empty()
        && cloud.on_premises_object_identifier.is_none()
        && !transition.meets_another(&own, cloud)
}

/// With hard match blocked a user is not taken back.
pub(super) fn rollback_blocked(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.features().block_hard_match {
        return;
    }
    let given_back = converted(transition).filter(|one| one.conversion.is_given_back);
    for one in given_back.filter(|one| one.cloud.kind == Kind::User) {
        verdict.judge(|verdict| one.judge_stays(transition, verdict));
    }
}
