//! Faults in what directory roles are for.

use super::Mutant;
use super::common::{
    GLOBAL_ADMINISTRATOR, decision_if_joined, error, is_error, is_late_match, overwrite,
};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::mutant;
use crate::directory::{
    CloudObject, CollisionHandling, Command, Features, Kind, OnPremisesObject, ResultWord, Status,
    SyncResult,
};
use crate::reference::{
    Circumstances, CloudHandle, Decision, JoinedDecision, MatchAttributes, Occasion, Reason,
    TakeOver, Turn, Withheld, holders, updated,
};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("admin-check-skipped-on-hard-match", "admin.never-hard-matched")
            .what("A user with a directory role is taken over when the anchor matches.")
            .also(&["admin.untouched"])
            .policy(|policy| policy.edition.roles_block_hard_match = false),
        mutant("admin-check-skipped-on-soft-match", "admin.never-soft-matched")
            .what("A user with a directory role is taken over when the UPN or the address matches.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .policy(|policy| policy.edition.roles_block_soft_match = false),
        mutant("admin-check-skipped-on-address-match", "admin.never-soft-matched")
            .what("A user with a directory role is taken over when only the address matches.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                if !pair.shared.anchor && !pair.shared.user_principal_name {
                    pair.object.to_mut().roles.clear();
                }
            }),
        mutant("first-role-only", "admin.never-soft-matched")
            .what("Only the Global Administrator role keeps a user from being matched.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .eligibility(|_, pair| {
                if !pair.object.roles.contains(GLOBAL_ADMINISTRATOR) {
                    pair.object.to_mut().roles.clear();
                }
            }),
        mutant("second-role-not-looked-at", "admin.never-soft-matched")
            .what(
                "Only the first of a user's roles is looked at, and only a Global Administrator's.",
            )
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .eligibility(|_, pair| {
                let first = pair.object.roles.first();
                if first.is_some_and(|first| &**first != GLOBAL_ADMINISTRATOR) {
                    pair.object.to_mut().roles.clear();
                }
            }),
        mutant("roles-block-nothing", "admin.never-soft-matched")
            .what("Directory roles keep nobody from being matched.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .policy(|policy| {
                policy.edition.roles_block_hard_match = false;
                policy.edition.roles_block_soft_match = false;
            }),
        mutant("hard-match-of-lesser-roles", "admin.never-hard-matched")
            .what("Only a Global Administrator is never taken over by its anchor.")
            .also(&["admin.untouched"])
            .eligibility(|_, pair| {
                pair.policy.edition.roles_block_hard_match &=
                    pair.object.roles.contains(GLOBAL_ADMINISTRATOR);
            }),
        mutant("failed-attempt-stamps-the-administrator", "admin.untouched")
            .what("A failed attempt leaves its anchor on the administrator.")
            .also(&[NOT_ITS_OWN, "safe.unique-identifiers"])
            .after_turn(|_, turn, result| {
                for administrator in blocking_administrators(turn, result) {
                    turn.tenant.change(administrator, |object| {
                        object.on_premises_immutable_id.clone_from(&turn.incoming.source_anchor);
                    });
                }
            }),
        mutant("failed-attempt-takes-the-roles-away", "admin.untouched")
            .what("A failed attempt takes the administrator's roles away.")
            .also(&[NOT_ITS_OWN])
            .after_turn(|_, turn, result| {
                for administrator in blocking_administrators(turn, result) {
                    turn.tenant.change(administrator, |object| object.roles.clear());
                }
            }),
        mutant("failed-attempt-resets-the-administrators-password", "admin.untouched")
            .what("A failed attempt overwrites the administrator's password.")
            .also(&[NOT_ITS_OWN])
            .after_turn(|_, turn, result| {
                let password = &turn.incoming.password;
                for administrator in blocking_administrators(turn, result) {
                    if turn.features.password_hash_sync && password.is_some() {
                        turn.tenant.change(administrator, |object| {
                            object.password.clone_from(password);
                        });
                    }
                }
            }),
        mutant("administrator-once-never-matched", "admin.recovery")
            .what("A user that once stood in the way as an administrator is never matched.")
            .also(&["protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", MISSED])
            .eligibility(|memory, pair| {
                if !pair.object.roles.is_empty() {
                    memory.marked.insert(pair.object.id.clone());
                } else if memory.marked.contains(&pair.object.id) {
                    pair.shared = MatchAttributes::default();
                }
            }),
        mutant("admin-check-cached", "admin.recovery")
            .what("Whether a user is an administrator is asked once and never again.")
            .also(&["protect.privileged-role-assigned", MISSED])
            .eligibility(|memory, pair| {
                let object = pair.object.to_mut();
                let now = !object.roles.is_empty();
                let known = *memory.administrators.entry(object.id.clone()).or_insert(now);
                let role = known.then(|| GLOBAL_ADMINISTRATOR.into());
                object.roles = role.into_iter().collect();
            }),
        mutant("role-stops-sync", "admin.roles-may-return")
            .what("A joined user that is given a directory role is no longer updated.")
            .also(&["protect.joined-sync-on recovery.rejoins-by-anchor", "switch.joined-objects-still-sync sync.failed-is-retried sync.updates-flow"])
            .before_turn(|_, turn| {
                let own = turn.tenant.get(turn.joined?)?;
                is_stopped_by_a_role(own, turn.incoming, turn.exported, turn.features)
                    .then(|| Reason::HasRole.error())
            })
            .rejoin(|circumstances, _, found| {
                let own = found?.and_then(|handle| circumstances.tenant.get(handle));
                let Circumstances { incoming, features, .. } = *circumstances;
                match own {
                    Some(own) if is_stopped_by_a_role(own, incoming, None, features) => {
                        Err(Reason::HasRole)
                    }
                    _ => found,
                }
            }),
        mutant("roles-refused-on-synced-users", "admin.roles-may-return")
            .what("A user that is mastered on-premises cannot be given a role.")
            .refuses(|_, command, target| {
                matches!(command, Command::AssignRole(_)) && target.is_on_premises_mastered()
            }),
        mutant("updates-take-roles-away", "admin.roles-may-return")
            .what("A joined user loses its roles with the next update.")
            .also(&["safe.only-the-named-change"])
            .exported(&[Occasion::Update], |_, export, object| {
                if *export.before != *object {
                    object.roles.clear();
                }
            }),
        mutant("blocked-by-an-administrator-never-retried", "admin.recovery")
            .what("An object that an administrator once stood in the way of is not tried again.")
            .also(&["protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", MISSED])
            .before_turn(|memory, turn| {
                let is_new = turn.joined.is_none();
                let is_stopped = is_new && memory.marked.contains(&turn.incoming.key);
                is_stopped.then(|| error("AttributeValueMustBeUnique"))
            })
            .after_turn(|memory, turn, result| {
                if !blocking_administrators(turn, result).is_empty() {
                    memory.marked.insert(turn.incoming.key.clone());
                }
            }),
        mutant("copies-on-premises-over-everything", "admin.untouched")
            .what("Whatever holds an identifier of an on-premises object is overwritten.")
            .also(&["protect.soft-match-unchanged", 
                NOT_ITS_OWN,
                "admin.roles-may-return kind.immutable-id-users-only \
                 match.late-match-is-an-error recovery.nothing-lost recovery.rejoins-by-anchor \
                 safe.command-takes-effect safe.unique-identifiers sync.failed-is-retried \
                 match.soft-on-upn sync.changed-anchor-stops-updates",
            ])
            .policy(|policy| policy.edition.hard_match = Kind::ALL)
            .eligibility(|_, pair| {
                let object = pair.object.to_mut();
                object.quarantined = false;
                object.on_premises_sync_enabled = Some(false);
                object.kind = pair.incoming.kind;
                object.roles.clear();
                pair.shared.anchor = true;
            })
            .decision(|_, _, decision| match decision {
                Decision::TakeOver(TakeOver { target, matched_on, .. }) => {
                    Decision::TakeOver(TakeOver {
                        target,
                        matched_on,
                        withheld: Withheld::default(),
                    })
                }
                decision => decision,
            })
            .before_turn(|_, turn| match decision_if_joined(turn)? {
                JoinedDecision::Reject(_) => overwrite(turn),
                JoinedDecision::Export(_) => None,
            }),
        mutant("roles-are-known-by-their-writing", "admin.never-soft-matched")
            .what("A role that is written in capitals only keeps nobody from being matched.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .eligibility(|_, pair| {
                let is_known = |role: &str| role.chars().any(|it| it.is_ascii_lowercase());
                pair.object.to_mut().roles.retain(|role| is_known(role));
            }),
        mutant("roles-are-known-from-a-list", "admin.never-soft-matched")
            .what("Only roles of administrators and readers keep a user from being matched.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .eligibility(|_, pair| {
                pair.object.to_mut().roles.retain(|role| {
                    ["Administrator", "Reader", "Readers"].iter().any(|end| role.ends_with(end))
                });
            }),
        mutant("administrator-matched-at-the-second-attempt", "admin.never-soft-matched")
            .what("A user with a directory role is taken over when the first attempt has failed.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried", "relation.idle-syncs"])
            .eligibility(|memory, pair| {
                let object = pair.object.to_mut();
                if !object.roles.is_empty() && !memory.marked.insert(object.id.clone()) {
                    object.roles.clear();
                }
            }),
        mutant("administrator-matched-at-the-fourth-attempt", "admin.never-soft-matched")
            .what("A user with a directory role is taken over when three attempts have failed.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried relation.idle-syncs"])
            .eligibility(|memory, pair| {
                let object = pair.object.to_mut();
                if !object.roles.is_empty() {
                    let attempt = |number: u8| format!("{}, {number}", object.id).into();
                    if !(1..=3).any(|number| memory.marked.insert(attempt(number))) {
                        object.roles.clear();
                    }
                }
            }),
        mutant("administrators-matched-after-a-reinstallation", "admin.never-soft-matched")
            .what("A reinstalled Connect knows of no directory role.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried relation.reinstallation"])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.marked.insert("reinstalled".into());
                }
            })
            .eligibility(|memory, pair| {
                if memory.marked.contains("reinstalled") {
                    pair.object.to_mut().roles.clear();
                }
            }),
        mutant("one-removed-role-unblocks-every-administrator", "admin.never-soft-matched")
            .what("Once a role was taken from anybody, roles keep nobody from being matched.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .afterwards(|memory, command, _, outcome| {
                if matches!(command, Command::RemoveRole(_)) && outcome.status == Status::Ok {
                    memory.marked.insert("removed".into());
                }
            })
            .eligibility(|memory, pair| {
                if memory.marked.contains("removed") {
                    pair.object.to_mut().roles.clear();
                }
            }),
        mutant("late-match-takes-the-roles-away", "admin.roles-may-return")
            .what("A joined user that is changed into a match loses its roles.")
            .also(&[
                "match.late-match-is-an-error safe.only-the-named-change",
                "recovery.nothing-lost",
            ])
            .after_turn(|_, turn, result| {
                if is_error(result)
                    && is_late_match(turn)
                    && let Some(own) = turn.joined
                {
                    turn.tenant.change(own, |object| object.roles.clear());
                }
            }),
        mutant("deleted-copy-is-not-retried", "admin.recovery")
            .what("An object whose quarantined object was deleted is not tried again.")
            .also(&[MISSED, "match.collision-creates-nothing-else"])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .before_turn(|memory, turn| {
                let anchor = turn.incoming.source_anchor.as_deref()?;
                let is_gone = turn.tenant.holder_of_anchor(anchor).is_none();
                let is_known = memory.marked.contains(&turn.incoming.key);
                (is_gone && is_known).then(|| Reason::HasRole.error())
            })
            .after_turn(|memory, turn, result| {
                if result.result == ResultWord::Quarantined {
                    memory.marked.insert(turn.incoming.key.clone());
                }
            }),
    ]
}

/// The cloud-mastered users with a role that hold an identifier of a new object that failed.
fn blocking_administrators(turn: &Turn<'_>, result: &SyncResult) -> Vec<CloudHandle> {
    let mut holders = holders(turn.incoming, turn.tenant);
    let is_new = is_error(result) && turn.joined.is_none();
    holders.retain(|holder| {
        let object = turn.tenant.get(*holder);
        is_new && object.is_some_and(|it| it.is_cloud_mastered() && !it.roles.is_empty())
    });
    holders
}

/// Whether an update would change a joined object that has a role.
fn is_stopped_by_a_role(
    own: &CloudObject,
    incoming: &OnPremisesObject,
    exported: Option<&OnPremisesObject>,
    features: Features,
) -> bool {
    let after = updated(own, incoming, exported, &Withheld::default(), features);
    !own.roles.is_empty() && after != *own
}
