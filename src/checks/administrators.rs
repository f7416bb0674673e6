//! Cloud users with directory roles are not matched, until the roles are gone.

use super::Check;
use super::matching::judge_no_match;
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::situation::leads_to;
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::{Capability, CloudRef, Command, Kind, Status, Text};

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "admin.never-matched", about: Occasions::NEAR_MISS, judge: never_matched },
    Check { rule: "admin.untouched", about: Occasions::SYNC, judge: untouched },
    Check {
        rule: "admin.recovery",
        about: Occasions::DELETION.or(Occasions::CLEAR_MATCH),
        judge: recovery,
    },
    Check {
        rule: "admin.roles-may-return",
        about: Occasions::ROLE_EDIT.or(Occasions::SETTLED),
        judge: roles_may_return,
    },
];

fn never_matched(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        !tie.cloud.roles.is_empty() && leads_to(object, tie).any()
    });
}

/// Whatever else happens in the cycle: a cloud-mastered user with a role is left as it was.
fn untouched(transition: &Transition<'_>, verdict: &mut Verdict) {
    for cloud in transition.before.active() {
        if cloud.roles.is_empty() || !cloud.is_cloud_mastered() {
            continue;
        }
        if transition.is_untouched(cloud) {
            if transition.is_attempted(cloud) {
                verdict.holds();
            }
        } else {
            transition.judge_untouched(verdict, cloud);
        }
    }
}

/// The users with roles that keep each uncontended new object from a match in this cycle.
pub(super) fn blocked_by_role(transition: &Transition<'_>) -> Vec<(Text, Vec<Text>)> {
    transition
        .newcomers()
        .filter(|(_, meeting)| !meeting.doubtful)
        .filter_map(|(subject, meeting)| {
            let blockers: Vec<Text> = meeting
                .holders()
                .filter(|(tie, _)| {
                    tie.cloud.is_cloud_mastered()
                        && !tie.cloud.roles.is_empty()
                        && leads_to(subject.object, tie).any()
                })
                .map(|(tie, _)| tie.cloud.id.clone())
                .collect();
            (!blockers.is_empty()).then(|| (subject.object.key.clone(), blockers))
        })
        .collect()
}

/// The way back: roles removed, a copy hard-deleted if there is one, and the next sync matches.
fn recovery(transition: &Transition<'_>, verdict: &mut Verdict) {
    if let Command::DeleteCloudObject(delete) = transition.command
        && delete.permanently
        && let CloudRef::QuarantinedFor(key) = &delete.object
        && let Some(copy) = transition.named
        && copy.is_active()
        && copy.quarantined
    {
        verdict.judge(|verdict| {
            if transition.outcome.status != Status::Ok {
                verdict.violated(
                    ObjectName::CopyFor(key.clone()),
                    "outcome",
                    "ok: a copy can always be hard-deleted",
                    transition.outcome.status.to_string(),
                );
            }
        });
    }
    super::matching::judge_clear_matches(transition, verdict, |subject, tie, _| {
        tie.cloud.roles.is_empty()
            && subject.past.is_some_and(|past| past.blocked_by_role.contains(&tie.cloud.id))
    });
}

fn roles_may_return(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::Roles) {
        return;
    }
    let (role, assigned) = match transition.command {
        Command::AssignRole(assign) => (&assign.role, true),
        Command::RemoveRole(remove) => (&remove.role, false),
        _ => {
            synced_with_roles(transition, verdict);
            return;
        }
    };
    let Some(target) = transition.named else { return };
    if !target.is_active() || target.kind != Kind::User || target.quarantined {
        return;
    }
    if target.roles.contains(role) == assigned {
        return;
    }
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        if transition.outcome.status != Status::Ok {
            verdict.violated(
                name(),
                "outcome",
                "ok: roles of an active user can change",
                transition.outcome.status.to_string(),
            );
        }
        let seen = transition.after_of(target).is_some_and(|after| after.roles.contains(role));
        if seen != assigned {
            verdict.violated(
                name(),
                "roles",
                format!("{} {role}", if assigned { "with" } else { "without" }),
                format!("{} it", if seen { "with" } else { "without" }),
            );
        }
    });
}

/// A joined user with roles keeps them and goes on syncing.
fn synced_with_roles(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, joint) in transition.settled() {
        if joint.cloud.roles.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            let after = transition.after_of(joint.cloud);
            if let Some(after) = after
                && after.roles != joint.cloud.roles
            {
                verdict.violated(
                    transition.name_of(joint.cloud),
                    "roles",
                    super::transition::roles(joint.cloud),
                    super::transition::roles(after),
                );
            }
            transition.judge_update(verdict, subject);
        });
    }
}
