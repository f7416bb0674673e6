//! What differs between users, groups and contacts.

use super::Check;
use super::matching::{judge_clear_matches, judge_no_match};
use super::situation::{carries_other_anchor, leads_to};
use super::ties::Identifiers;
use super::transition::{Transition, optional};
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, Kind, Status};
use std::collections::HashMap;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "kind.mail-enabled-soft-match", judge: mail_enabled_soft_match },
    Check { rule: "kind.no-hard-match-for-groups-and-contacts", judge: no_hard_match },
    Check { rule: "kind.plain-groups-never-match", judge: plain_groups_never_match },
    Check { rule: "kind.immutable-id-users-only", judge: immutable_id_users_only },
    Check { rule: "kind.same-kind", judge: same_kind },
];

fn mail_enabled_soft_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |object, _, reach| {
        object.kind != Kind::User && reach.primary
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
    let Some(cycle) = &transition.cycle else {
        return;
    };
    let mut by_name: HashMap<&str, Vec<_>> = HashMap::new();
    for (subject, meeting) in transition.newcomers() {
        if subject.object.kind == Kind::Group
            && let Some(name) = subject.object.attributes.get("displayName")
        {
            by_name.entry(name).or_default().push((subject, meeting));
        }
    }
    let groups = transition.before.active().filter(|cloud| {
        cloud.kind == Kind::Group
            && cloud.is_cloud_mastered()
            && !cycle.open.contains(&*cloud.id)
            && !cycle.eligible.contains(&*cloud.id)
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
    let Some(target) = transition.named(&set.object) else { return };
    let Some(anchor) = &set.value else { return };
    if !target.is_active() || !target.is_cloud_mastered() {
        return;
    }
    if target.on_premises_immutable_id.as_ref() == Some(anchor) {
        return;
    }
    let name = transition.name_of(target);
    let status = transition.outcome.status;
    if target.kind != Kind::User {
        verdict.judge(|verdict| {
            if status != Status::Refused {
                verdict.violated(
                    &name,
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
    let is_free = transition
        .before
        .cloud
        .iter()
        .filter(|other| other.id != target.id)
        .all(|other| super::ties::Tie::between(&own, other).is_none());
    if !is_free {
        return;
    }
    verdict.judge(|verdict| {
        if status != Status::Ok {
            verdict.violated(
                &name,
                "outcome",
                format!("ok: {anchor} is on no other object"),
                status.to_string(),
            );
        }
        let after: Option<&CloudObject> = transition.after_of(target).map(|after| &**after);
        let seen = after.and_then(|after| after.on_premises_immutable_id.clone());
        if seen.as_ref() != Some(anchor) {
            verdict.violated(&name, "onPremisesImmutableId", &**anchor, optional(&seen));
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
