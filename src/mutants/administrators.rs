//! Faults in what directory roles are for.

use super::Mutant;
use super::alike::{GLOBAL_ADMINISTRATOR, change, error, if_it_were, is_error, others};
use super::consequences::{MISSED, NOT_ITS_OWN};
use crate::directory::{Command, Outcome, Status};
use crate::reference::{CloudHandle, JoinedDecision, Reason, Turn};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "admin-check-skipped-on-hard-match",
        "admin.never-matched",
        "A user with a directory role is taken over when the anchor matches.",
    )
    .also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.roles_block_hard_match = false),
    Mutant::new(
        "admin-check-skipped-on-soft-match",
        "admin.never-matched",
        "A user with a directory role is taken over when the UPN or the address matches.",
    )
    .also(&[NOT_ITS_OWN, &["sync.failed-is-retried"]])
    .policy(|policy| policy.edition.roles_block_soft_match = false),
    Mutant::new(
        "admin-check-skipped-on-address-match",
        "admin.never-matched",
        "A user with a directory role is taken over when only the address matches.",
    )
    .also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, verdict| {
        if meeting.shared.anchor || meeting.shared.user_principal_name {
            return verdict;
        }
        if_it_were(meeting, |object| object.roles.clear())
    }),
    Mutant::new(
        "first-role-only",
        "admin.never-matched",
        "Only the Global Administrator role keeps a user from being matched.",
    )
    .also(&[NOT_ITS_OWN, &["sync.failed-is-retried"]])
    .verdict(|_, meeting, verdict| {
        if meeting.object.roles.contains(GLOBAL_ADMINISTRATOR) {
            return verdict;
        }
        if_it_were(meeting, |object| object.roles.clear())
    }),
    Mutant::new(
        "second-role-not-looked-at",
        "admin.never-matched",
        "Only the first of a user's roles is looked at, and only a Global Administrator's counts.",
    )
    .also(&[NOT_ITS_OWN, &["sync.failed-is-retried"]])
    .verdict(|_, meeting, verdict| match meeting.object.roles.first() {
        Some(first) if &**first != GLOBAL_ADMINISTRATOR => {
            if_it_were(meeting, |object| object.roles.clear())
        }
        _ => verdict,
    }),
    Mutant::new(
        "roles-block-nothing",
        "admin.never-matched",
        "Directory roles keep nobody from being matched.",
    )
    .also(&[NOT_ITS_OWN, &["sync.failed-is-retried"]])
    .policy(|policy| {
        policy.edition.roles_block_hard_match = false;
        policy.edition.roles_block_soft_match = false;
    }),
    Mutant::new(
        "failed-attempt-stamps-the-administrator",
        "admin.untouched",
        "A failed attempt leaves its anchor on the administrator.",
    )
    .also(&[NOT_ITS_OWN, &["safe.unique-identifiers"]])
    .after_turn(|_, turn, result| {
        let anchor = turn.incoming.source_anchor.clone();
        for administrator in blocking_administrators(turn, is_error(result)) {
            change(turn.tenant, administrator, |object| {
                object.on_premises_immutable_id.clone_from(&anchor);
            });
        }
    }),
    Mutant::new(
        "failed-attempt-takes-the-roles-away",
        "admin.untouched",
        "A failed attempt takes the administrator's roles away.",
    )
    .also(&[NOT_ITS_OWN])
    .after_turn(|_, turn, result| {
        for administrator in blocking_administrators(turn, is_error(result)) {
            change(turn.tenant, administrator, |object| object.roles.clear());
        }
    }),
    Mutant::new(
        "failed-attempt-resets-the-administrators-password",
        "admin.untouched",
        "A failed attempt overwrites the administrator's password.",
    )
    .also(&[NOT_ITS_OWN])
    .after_turn(|_, turn, result| {
        let password = turn.incoming.password.clone();
        for administrator in blocking_administrators(turn, is_error(result)) {
            if turn.features.password_hash_sync && password.is_some() {
                change(turn.tenant, administrator, |object| object.password.clone_from(&password));
            }
        }
    }),
    Mutant::new(
        "administrator-once-never-matched",
        "admin.recovery",
        "A user that once stood in the way as an administrator is never matched.",
    )
    .also(&[MISSED])
    .verdict(|memory, meeting, verdict| {
        if meeting.object.roles.is_empty() {
            let was_administrator = memory.marked.contains(&meeting.object.id);
            return if was_administrator { verdict.and(Err(Reason::HasRole)) } else { verdict };
        }
        memory.marked.insert(meeting.object.id.clone());
        verdict
    }),
    Mutant::new(
        "admin-check-cached",
        "admin.recovery",
        "Whether a user is an administrator is asked once and never again.",
    )
    .also(&[MISSED])
    .verdict(|memory, meeting, _| {
        let now = !meeting.object.roles.is_empty();
        let is_administrator = *memory.findings.entry(meeting.object.id.clone()).or_insert(now);
        if_it_were(meeting, |object| {
            object.roles.clear();
            if is_administrator {
                object.roles.insert(GLOBAL_ADMINISTRATOR.into());
            }
        })
    }),
    Mutant::new(
        "role-stops-sync",
        "admin.roles-may-return",
        "A joined user that is given a directory role is no longer updated.",
    )
    .also(&[&["switch.joined-objects-still-sync", "sync.failed-is-retried", "sync.updates-flow"]])
    .joined_decision(|_, circumstances, own, exported, decision| {
        match circumstances.tenant.get(own) {
            Some(own) if !own.roles.is_empty() && circumstances.updated(own, exported) != **own => {
                JoinedDecision::Reject(Reason::HasRole)
            }
            _ => decision,
        }
    }),
    Mutant::new(
        "roles-refused-on-synced-users",
        "admin.roles-may-return",
        "A user that is mastered on-premises cannot be given a role.",
    )
    .instead(|_, command, model| {
        let is_asked = matches!(command, Command::AssignRole(_))
            && model.named_by(command)?.on_premises_sync_enabled;
        is_asked.then(|| Outcome::plain(Status::Refused))
    }),
    Mutant::new(
        "updates-take-roles-away",
        "admin.roles-may-return",
        "A joined user loses its roles with the next update.",
    )
    .also(&[&["safe.only-the-named-change"]])
    .exported(|_, export, object| {
        if let crate::reference::Occasion::Update { before, exported: Some(_) } = export.occasion
            && *before != *object
        {
            object.roles.clear();
        }
    }),
    Mutant::new(
        "blocked-by-an-administrator-never-retried",
        "admin.recovery",
        "An object that an administrator once stood in the way of is not tried again.",
    )
    .also(&[MISSED])
    .before_turn(|memory, turn| {
        let is_new = turn.joined.is_none();
        let stopped = is_new && memory.marked.contains(&turn.incoming.key);
        stopped.then(|| error("ExistingAdminRoleConflict"))
    })
    .after_turn(|memory, turn, result| {
        if !blocking_administrators(turn, is_error(result)).is_empty() {
            memory.marked.insert(turn.incoming.key.clone());
        }
    }),
];

/// The cloud-mastered users with a role that hold an identifier of a new object that failed.
fn blocking_administrators(turn: &Turn<'_>, has_failed: bool) -> Vec<CloudHandle> {
    if !has_failed || turn.joined.is_some() {
        return Vec::new();
    }
    let is_administrator = |handle: &CloudHandle| {
        turn.tenant
            .get(*handle)
            .is_some_and(|object| object.is_cloud_mastered() && !object.roles.is_empty())
    };
    others(turn).into_iter().filter(is_administrator).collect()
}
