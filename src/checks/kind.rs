//! What differs between users, groups and contacts.

use super::check::{Check, Trigger};
use super::codes::{Situation, judge_codes};
use super::definitions::carries_other_anchor;
use super::definitions::leads_to;
use super::identifiers::Identifier;
use super::r#match::{judge_clear_matches, judge_no_match, judge_not_matched};
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{Command, Field, Kind, NameKey, Status};
use rustc_hash::FxHashMap;

pub(super) const CHECKS: &[Check] = &[
    Check::of("kind.mail-enabled-soft-match", &[Trigger::ClearMatch], mail_enabled_soft_match),
    Check::of("kind.no-hard-match-for-groups-and-contacts", &[Trigger::NearMiss], no_hard_match)
        .without_links(),
    Check::of("kind.plain-groups-never-match", &[Trigger::NewObject], plain_groups_never_match),
    Check::of("kind.immutable-id-users-only", &[Trigger::AnchorEdit], immutable_id_users_only),
    Check::of("kind.same-kind", &[Trigger::NearMiss], same_kind).without_links(),
    Check::of(
        "kind.type-mismatch-code",
        &[Trigger::NewObject, Trigger::KnownObject],
        type_mismatch_code,
    ),
];

fn mail_enabled_soft_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, _, by| {
        subject.object.kind != Kind::User && by.primary
    });
}

/// A cloud-mastered group or contact that carries the anchor, and to which nothing else leads.
fn no_hard_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        candidate.cloud.kind != Kind::User
            && candidate.cloud.kind == object.kind
            && candidate.anchor
    });
}

/// A group that is not mail-enabled, on either side, against one that looks like it.
fn plain_groups_never_match(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        object.kind == Kind::Group
            && candidate.cloud.kind == Kind::Group
            && !(object.mail_enabled && candidate.cloud.mail_enabled)
    });
    let mut by_name: FxHashMap<&str, Vec<_>> = FxHashMap::default();
    for (subject, matching) in transition.new_objects() {
        if subject.object.kind == Kind::Group
            && let Some(name) = subject.object.attributes.get("displayName")
        {
            by_name.entry(name).or_default().push((subject, matching));
        }
    }
    if by_name.is_empty() {
        return;
    }
    for cloud in transition.left_alone().filter(|cloud| cloud.kind == Kind::Group) {
        let namesakes = cloud.attributes.get("displayName").and_then(|name| by_name.get(&**name));
        let tempted = namesakes.into_iter().flatten().filter(|(subject, matching)| {
            let can_match = subject.object.mail_enabled && cloud.mail_enabled;
            !can_match && !matching.candidates.iter().any(|other| other.cloud.id == cloud.id)
        });
        judge_not_matched(transition, verdict, cloud, tempted.map(|(subject, _)| *subject));
    }
}

fn immutable_id_users_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Command::SetImmutableId(set) = transition.command else {
        return;
    };
    let Some(target) = transition.named else { return };
    let Some(anchor) = &set.value else { return };
    if !target.is_active()
        || !target.is_cloud_mastered()
        || target.on_premises_immutable_id.as_ref() == Some(anchor)
    {
        return;
    }
    let name = || transition.name_of(target);
    let status = transition.outcome.status;
    if target.kind != Kind::User {
        verdict.judge(|verdict| {
            if status != Status::Refused {
                verdict
                    .violated(name(), Field::Outcome, Status::Refused, status)
                    .because(Because::UsersOnly);
            }
            transition.judge_untouched(verdict, target);
        });
        return;
    }
    let own = [Identifier::Anchor(NameKey(anchor))];
    if transition.meets_another(&own, target) {
        return;
    }
    verdict.judge(|verdict| {
        transition.judge_accepted(verdict, name);
        let after = transition.after_of(target);
        let seen = after.and_then(|after| after.on_premises_immutable_id.as_ref());
        verdict.expect(name, Field::OnPremisesImmutableId, anchor, seen);
    });
}

/// An object of another kind that would match, had it been of the same.
fn same_kind(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        candidate.cloud.kind != object.kind
            && (candidate.user_principal_name || candidate.primary || candidate.anchor)
            && !carries_other_anchor(object, candidate.cloud)
            && !leads_to(object, candidate.cloud).any()
    });
}

/// The code of an error that an object of another kind causes.
fn type_mismatch_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::OtherKind);
}
