//! Cloud users with directory roles are not matched, until the roles are gone.

use super::check::{Check, Trigger};
use super::definitions::{is_open_hard_match, leads_to};
use super::link_state::LinkState;
use super::r#match::{judge_clear_matches, judge_no_match};
use super::recovery::judge_stays_joined;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{Capability, CloudObject, CloudRef, Command, Field, Kind, ObjectName, Text};

pub(super) const CHECKS: &[Check] = &[
    Check::of("admin.never-soft-matched", &[Trigger::NearMiss], never_soft_matched).without_links(),
    Check::of("admin.never-hard-matched", &[Trigger::Subject], never_hard_matched),
    Check::of("admin.untouched", &[Trigger::Sync], untouched).without_links(),
    Check::of("admin.recovery", &[Trigger::Deletion, Trigger::ClearMatch], recovery),
    Check::of(
        "admin.roles-may-return",
        &[Trigger::RoleEdit, Trigger::DeterminateLink],
        roles_may_return,
    ),
];

fn never_soft_matched(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        let by = leads_to(object, candidate.cloud);
        !candidate.cloud.roles.is_empty() && by.soft() && !by.anchor
    });
}

/// Contended or not: whatever the order in the cycle, nobody may take such a user over. What else may have
/// changed it is for `admin.untouched` to judge.
fn never_hard_matched(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects() {
        let LinkState::New(matching) = &subject.link_state else { continue };
        for candidate in &matching.candidates {
            if !candidate.is_protected_from(subject.object) {
                continue;
            }
            if transition.is_wrongly_hard_matched(candidate.cloud) {
                let name = transition.name_of(candidate.cloud);
                verdict
                    .violated(name, Field::OnPremisesSyncEnabled, false, true)
                    .because(Because::Administrator)
                    .reported(subject.reported);
            } else {
                verdict.holds();
            }
        }
    }
}

/// Whatever else happens in the cycle: a cloud-mastered user with a role is left as it was. One that was
/// joined, and has lost its flag since, nobody attempts to match; what was moved to the cloud has rules of its own.
fn untouched(transition: &Transition<'_>, verdict: &mut Verdict) {
    let was_joined = |cloud: &CloudObject| {
        let mut links =
            transition.subjects().iter().filter_map(|one| one.own_history?.link.as_ref());
        links.any(|link| link.id == cloud.id)
    };
    // Where an edition leaves open whether a role keeps a user from a hard match, it may be one.
    let may_be_hard_matched = |cloud: &CloudObject| {
        let mut subjects = transition.subjects().iter();
        subjects.any(|one| is_open_hard_match(one.object, cloud, &transition.settings))
    };
    for cloud in transition.before.active() {
        if cloud.roles.is_empty() || !cloud.is_cloud_mastered() || may_be_hard_matched(cloud) {
            continue;
        }
        if transition.history.conversions.of(cloud).is_some() {
            continue;
        }
        if transition.is_untouched(cloud) {
            if transition.is_attempted(cloud) {
                verdict.holds();
            }
        } else if !was_joined(cloud) {
            transition.judge_untouched(verdict, cloud);
        }
    }
}

/// The users with roles that keep each uncontended new object from a match in this cycle.
pub(super) fn blocked_by_role(transition: &Transition<'_>) -> Vec<(Text, Vec<Text>)> {
    transition
        .new_objects()
        .filter(|(_, matching)| !matching.unspecified)
        .filter_map(|(subject, matching)| {
            let blockers: Vec<Text> = matching
                .holders()
                .filter(|(candidate, _)| {
                    candidate.cloud.is_cloud_mastered()
                        && !candidate.cloud.roles.is_empty()
                        && leads_to(subject.object, candidate.cloud).any()
                })
                .map(|(candidate, _)| candidate.cloud.id.clone())
                .collect();
            (!blockers.is_empty()).then(|| (subject.object.key.clone(), blockers))
        })
        .collect()
}

/// The way back: roles removed, a quarantined object hard-deleted if there is one, and the next sync matches.
fn recovery(transition: &Transition<'_>, verdict: &mut Verdict) {
    if let Command::DeleteCloudObject(delete) = transition.command
        && delete.permanently
        && let CloudRef::QuarantinedFor(key) = &delete.object
        && let Some(named) = transition.named
        && named.is_active()
        && named.quarantined
    {
        verdict.judge(|verdict| {
            transition.judge_accepted(verdict, || ObjectName::QuarantinedFor(key.clone()));
        });
    }
    judge_clear_matches(transition, verdict, |subject, candidate, _| {
        candidate.cloud.roles.is_empty()
            && subject.own_history.is_some_and(|own_history| {
                own_history.blocked_by_role.contains(&candidate.cloud.id)
            })
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
    if !target.is_active()
        || target.kind != Kind::User
        || target.quarantined
        || target.roles.contains(role) == assigned
    {
        return;
    }
    let name = || transition.name_of(target);
    verdict.judge(|verdict| {
        transition.judge_accepted(verdict, name);
        let seen = transition.after_of(target).map(|after| &after.roles);
        if seen.is_some_and(|seen| seen.contains(role)) != assigned {
            let mut wanted = target.roles.clone();
            if assigned {
                wanted.insert(role.clone());
            } else {
                wanted.remove(role);
            }
            verdict.violated(name(), Field::Roles, wanted, seen);
        }
    });
}

/// A joined user with roles keeps them and stays joined. That its values arrive is for `sync.updates-flow`,
/// of it as of everybody.
fn synced_with_roles(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, link) in transition.settled() {
        if link.cloud.roles.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            if let Some(after) = transition.after_of(link.cloud) {
                let name = || transition.name_of(link.cloud);
                verdict.expect(name, Field::Roles, &link.cloud.roles, &after.roles);
            }
            judge_stays_joined(transition, verdict, subject, link);
        });
    }
}
