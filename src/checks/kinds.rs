//! What differs between users, groups and contacts.

use super::Check;
use super::matching::{judge_clear_matches, judge_no_match};
use super::occasions::Occasions;
use super::quick::QuickMap;
use super::situation::{carries_other_anchor, leads_to};
use super::ties::{Identifiers, Tie};
use super::transition::{Transition, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, Kind, Status};

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: "kind.mail-enabled-soft-match",
        about: Occasions::CLEAR_MATCH,
        judge: mail_enabled_soft_match,
    },
    Check {
        rule: "kind.no-hard-match-for-groups-and-contacts",
        about: Occasions::NEAR_MISS,
        judge: no_hard_match,
    },
    Check {
        rule: "kind.plain-groups-never-match",
        about: Occasions::NEWCOMER,
        judge: plain_groups_never_match,
    },
    Check {
        rule: "kind.immutable-id-users-only",
        about: Occasions::ANCHOR_EDIT,
        judge: immutable_id_users_only,
    },
    Check { rule: "kind.same-kind", about: Occasions::NEAR_MISS, judge: same_kind },
];

fn mail_enabled_soft_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, _, reach| {
        subject.object.kind != Kind::User && reach.primary
    });
}

/// A cloud-mastered group or contact that carries the anchor, and to which nothing else leads.
fn no_hard_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        tie.cloud.kind != Kind::User && tie.cloud.kind == object.kind && tie.anchor
    });
}

/// A group that is not mail-enabled, on either side, against one that looks like it.
fn plain_groups_never_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        object.kind == Kind::Group
            && tie.cloud.kind == Kind::Group
            && !(object.mail_enabled && tie.cloud.mail_enabled)
    });
    let mut by_name: QuickMap<&str, Vec<_>> = QuickMap::default();
    for (subject, meeting) in transition.newcomers() {
        if subject.object.kind == Kind::Group
            && let Some(name) = subject.object.attributes.get("displayName")
        {
            by_name.entry(name).or_default().push((subject, meeting));
        }
    }
    if by_name.is_empty() {
        return;
    }
    let groups = transition.before.active().filter(|cloud| {
        cloud.kind == Kind::Group
            && cloud.is_cloud_mastered()
            && !transition.is_open(cloud)
            && !transition.is_eligible(cloud)
    });
    for cloud in groups {
        let Some(name) = cloud.attributes.get("displayName") else {
            continue;
        };
        let namesakes = by_name.get(&**name).map_or(&[][..], Vec::as_slice);
        let is_tempting = namesakes.iter().any(|(subject, meeting)| {
            let can_match = subject.object.mail_enabled && cloud.mail_enabled;
            let is_tied = meeting.ties.iter().any(|tie| tie.cloud.id == cloud.id);
            !can_match && !is_tied
        });
        if is_tempting {
            verdict.judge(|verdict| transition.judge_untouched(verdict, cloud));
        }
    }
}

fn immutable_id_users_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::SetImmutableId(set) = transition.command else {
        return;
    };
    let Some(target) = transition.named else { return };
    let Some(anchor) = &set.value else { return };
    if !target.is_active() || !target.is_cloud_mastered() {
        return;
    }
    if target.on_premises_immutable_id.as_ref() == Some(anchor) {
        return;
    }
    let name = || transition.name_of(target);
    let status = transition.outcome.status;
    if target.kind != Kind::User {
        verdict.judge(|verdict| {
            if status != Status::Refused {
                verdict.violated(
                    name(),
                    "outcome",
                    format!(
                        "refused: a {} has no onPremisesImmutableId that an administrator can set",
                        target.kind
                    ),
                    status.to_string(),
                );
            }
            transition.judge_untouched(verdict, target);
        });
        return;
    }
    let own = Identifiers { anchor: Some(anchor), ..Identifiers::default() };
    let print = own.print();
    let others = transition.before.cloud.iter().zip(transition.comparison.prints_before());
    let is_free = others
        .filter(|(other, theirs)| print.may_meet(theirs) && other.id != target.id)
        .all(|(other, _)| Tie::between(&own, other).is_none());
    if !is_free {
        return;
    }
    verdict.judge(|verdict| {
        if status != Status::Ok {
            verdict.violated(
                name(),
                "outcome",
                format!("ok: {anchor} is on no other object"),
                status.to_string(),
            );
        }
        let after: Option<&CloudObject> = transition.after_of(target).map(|after| &**after);
        let seen = after.and_then(|after| after.on_premises_immutable_id.clone());
        if seen.as_ref() != Some(anchor) {
            verdict.violated(name(), "onPremisesImmutableId", &**anchor, optional(&seen));
        }
    });
}

/// An object of another kind that would match, had it been of the same.
fn same_kind(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, tie| {
        tie.cloud.kind != object.kind
            && (tie.user_principal_name || tie.primary || tie.anchor)
            && !carries_other_anchor(object, tie.cloud)
            && !leads_to(object, tie).any()
    });
}
