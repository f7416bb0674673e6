//! Connect is installed anew: nothing is lost, and everything is joined again by its anchor.

use super::Check;
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::situation::{Joint, Subject};
use super::transition::{Transition, optional};
use super::verdict::Verdict;
use crate::directory::{Capability, Evaluator, ResultWord};

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "recovery.nothing-lost", about: Occasions::SETTLED, judge: nothing_lost },
    Check {
        rule: "recovery.rejoins-by-anchor",
        about: Occasions::SETTLED,
        judge: rejoins_by_anchor,
    },
    Check {
        rule: "recovery.soft-match-is-the-services",
        about: Occasions::REPORT,
        judge: soft_match_is_the_services,
    },
];

/// Objects that are joined, by an unchanged anchor, in the first cycle after a reinstallation.
fn returning<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (&'t Subject<'a>, &'t Joint<'a>)> {
    let reinstalled = transition.history.reinstalled;
    reinstalled.then(|| transition.settled()).into_iter().flatten()
}

fn nothing_lost(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, joint) in returning(transition) {
        let name = || transition.name_of(joint.cloud);
        verdict.judge(|verdict| {
            for created in transition.created_for(subject) {
                verdict.violated(
                    transition.name_of(created),
                    "the object itself",
                    format!("nothing new: {} is joined to {}", subject.object.key, name()),
                    "created",
                );
            }
            let Some(after) = transition.after_of(joint.cloud) else {
                verdict.violated(name(), "the object itself", "still there", "gone");
                return;
            };
            if subject.has_work() {
                transition.judge_update(verdict, subject);
            }
            if transition.is_untouched(joint.cloud) {
                return;
            }
            for difference in transition.differences(joint.cloud, after) {
                // What may change of an object with pending work: what it has on-premises.
                let object = subject.object;
                let past = subject.past;
                let may_change = match difference.field.as_str() {
                    "kind"
                    | "mailEnabled"
                    | "onPremisesSyncEnabled"
                    | "onPremisesImmutableId"
                    | "roles"
                    | "deleted"
                    | "quarantined" => false,
                    "password" => {
                        past.is_some_and(|past| past.password_free)
                            || (object.password.is_some()
                                && transition.features().password_hash_sync)
                    }
                    "userPrincipalName" => true,
                    "proxyAddresses" => {
                        !object.proxy_addresses.is_empty()
                            || past.is_some_and(|past| past.value_removed)
                    }
                    attribute => {
                        object.attributes.contains_key(attribute)
                            || past.is_some_and(|past| past.value_removed)
                    }
                };
                if !(subject.has_work() && may_change) {
                    verdict.violated(
                        name(),
                        difference.field,
                        format!("{} (unchanged)", difference.before),
                        difference.after,
                    );
                }
            }
        });
    }
}

fn rejoins_by_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, joint) in returning(transition) {
        let object = subject.object;
        let name = || transition.name_of(joint.cloud);
        verdict.judge(|verdict| {
            let after = transition.after_of(joint.cloud);
            let stays = after.is_some_and(|after| {
                after.is_active()
                    && after.on_premises_sync_enabled
                    && after.on_premises_immutable_id == object.source_anchor
            });
            if !stays {
                verdict.violated(
                    name(),
                    "onPremisesImmutableId",
                    format!("{}: joined to {} again", optional(&object.source_anchor), object.key),
                    after.map_or_else(
                        || "the object is gone".to_owned(),
                        |after| optional(&after.on_premises_immutable_id),
                    ),
                );
            }
            if !joint.meets_others() && subject.reported_error() {
                verdict.violated(
                    ObjectName::Key(object.key.clone()),
                    "reported result",
                    format!("joined to {} again", name()),
                    "error",
                );
            }
            transition.judge_update(verdict, subject);
        });
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
        match result.evaluated_by {
            Some(Evaluator::Service) => verdict.holds(),
            Some(Evaluator::Client) => {
                verdict.violated(
                    ObjectName::Key(key.clone()),
                    "evaluatedBy",
                    "service: a soft match is never the client's",
                    "client",
                );
            }
            None => {
                let expected = "service: evaluatedBy is declared";
                verdict.violated(ObjectName::Key(key.clone()), "evaluatedBy", expected, "no value");
            }
        }
    }
}
