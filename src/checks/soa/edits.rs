//! Edits by a cloud administrator: refused of what is mastered on-premises, carried out of what is not.

use crate::checks::index::shares_an_identifier_with_another;
use crate::checks::states::is_same;
use crate::checks::transition::Transition;
use crate::checks::verdict::Verdict;
use crate::checks::violation::Because;
use crate::directory::{CloudObject, Command, Field, Kind, Status};
use std::sync::Arc;

/// An edit, by a cloud administrator, of what an on-premises-mastered object is synchronised with.
pub(super) fn no_split(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::UpdateCloudObject(update) = transition.command else {
        return;
    };
    let Some(target) = target(transition) else { return };
    if target.is_cloud_mastered() || target.quarantined || !update.set.names_synchronised_values() {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    edited.password.clone_from(&target.password);
    let name = || transition.name_of(target);
    let status = transition.outcome.status;
    verdict.judge(|verdict| {
        if status != Status::Refused && !is_same(target, &edited) {
            verdict
                .violated(name(), Field::Outcome, Status::Refused, status)
                .because(Because::MasteredOnPremises);
        }
        match transition.after_of(target) {
            None => _ = verdict.missing(name()),
            Some(after) => {
                // A password in the same command has rules of its own.
                let differences = transition
                    .differences(target, after)
                    .filter(|difference| difference.field != Field::Password);
                verdict.changed(name, differences);
            }
        }
    });
}

/// Edits of cloud-mastered objects that collide with nothing are accepted and take effect.
pub(super) fn cloud_edits_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    // Whether what has left scope can be edited in the cloud is open, and what was moved there is for
    // `soa.converted-is-editable`.
    judge_cloud_edit(transition, verdict, |target| {
        let scope = &transition.history.scope;
        !scope.left.contains_key(&target.id)
            && !scope.may_have_left.contains(&target.id)
            && transition.history.conversions.of(target).is_none()
    });
}

/// Judges that an edit of a cloud-mastered object that `applies` is carried out, where it collides with
/// nothing.
pub(super) fn judge_cloud_edit(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&CloudObject) -> bool,
) {
    let Command::UpdateCloudObject(update) = transition.command else { return };
    let Some(target) = target(transition) else { return };
    if !target.is_cloud_mastered() || !applies(target) {
        return;
    }
    let mut edited = CloudObject::clone(target);
    update.set.apply_to(&mut edited);
    // Only users have names and passwords, and they keep having a name.
    let makes_sense = if target.kind == Kind::User {
        edited.user_principal_name.is_some()
    } else {
        update.set.user_principal_name.is_keep() && update.set.password.is_keep()
    };
    if !makes_sense
        || is_same(target, &edited)
        || shares_an_identifier_with_another(&edited, &transition.before.cloud)
    {
        return;
    }
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        transition.judge_accepted(verdict, name);
        if let Some(after) = transition.after_of(target) {
            verdict.differs(name, transition.differences(&edited, after));
        }
    });
}

/// The active object that an edit names.
fn target<'a>(transition: &Transition<'a>) -> Option<&'a Arc<CloudObject>> {
    transition.named.filter(|target| target.is_active())
}
