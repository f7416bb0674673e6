//! Implementations that do always the same, whatever they are asked.

use super::Mutant;
use super::alike::{cloud_mastered, error};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::matching::EVERY_ROUTE;
use crate::directory::{Command, MatchingAttribute, Outcome, ResultWord, Status, SyncResult};
use crate::reference::{Decision, JoinedDecision, Reason, TakeOver};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new("never-matches", "match.every-new-object", "Nothing is ever matched.")
        .also(&[MISSED])
        .verdict(|_, _, verdict| verdict.and(Err(Reason::SecondaryAddress))),
    Mutant::new(
        "always-matches-the-first",
        "match.no-holder-provisions",
        "Every new object takes over the first cloud-mastered object of its kind.",
    )
    .also(&[
        &["law.order-of-creation"],
        NOT_ITS_OWN,
        &[
            "admin.roles-may-return",
            "match.case-insensitive-names",
            "match.hard-on-source-anchor",
            "match.soft-on-upn",
            "safe.unique-identifiers",
            "switch.hard-match-still-works",
            "sync.failed-is-retried",
            "takeover.anchor-stamped",
            "takeover.password-overwritten",
            "takeover.values-overwritten",
        ],
    ])
    .decision(|_, circumstances, decision| {
        let kind = circumstances.incoming.kind;
        let mut objects = cloud_mastered(circumstances.tenant);
        let Some((target, _)) = objects.find(|(_, object)| object.kind == kind) else {
            return decision;
        };
        let withheld = circumstances.withheld(Some(target));
        let matched_on = MatchingAttribute::UserPrincipalName;
        Decision::TakeOver(TakeOver { target, matched_on, withheld })
    }),
    Mutant::new(
        "refuses-everything",
        "soa.cloud-edits-work",
        "Every command on an object is refused, and every object fails in every cycle.",
    )
    .also(&[
        MISSED,
        &[
            "admin.roles-may-return",
            "kind.immutable-id-users-only",
            "match.collision-creates-nothing-else",
            "safe.command-takes-effect",
        ],
    ])
    .instead(|_, command, _| match command {
        Command::Sync(_) | Command::ReinstallConnect(_) | Command::SetFeature(_) => None,
        _ => Some(Outcome::plain(Status::Refused)),
    })
    .before_turn(|_, _| Some(error("Refused"))),
    Mutant::new(
        "does-nothing",
        "safe.command-takes-effect",
        "Every command is reported as done, and nothing ever changes.",
    )
    .also(&[
        MISSED,
        &[
            "admin.roles-may-return",
            "kind.immutable-id-users-only",
            "match.collision-creates-nothing-else",
            "safe.report-agrees",
            "soa.cloud-edits-work",
        ],
    ])
    .instead(|_, command, _| match command {
        Command::Sync(_) => None,
        _ => Some(Outcome::ok()),
    })
    .before_turn(|_, _| Some(SyncResult::plain(ResultWord::Unchanged))),
    Mutant::new(
        "copies-on-premises-over-everything",
        "admin.untouched",
        "Whatever holds an identifier of an on-premises object is taken over and overwritten.",
    )
    .also(&[
        NOT_ITS_OWN,
        &[
            "admin.roles-may-return",
            "kind.immutable-id-users-only",
            "match.late-match-is-an-error",
            "recovery.nothing-lost",
            "recovery.rejoins-by-anchor",
            "safe.command-takes-effect",
            "safe.unique-identifiers",
            "sync.failed-is-retried",
        ],
    ])
    .verdict(|_, _, _| Ok(EVERY_ROUTE))
    .decision(|_, _, decision| match decision {
        Decision::TakeOver(take_over) => {
            Decision::TakeOver(TakeOver { withheld: Default::default(), ..take_over })
        }
        decision => decision,
    })
    .joined_decision(|_, _, _, _, decision| match decision {
        JoinedDecision::Reject(_) => JoinedDecision::Export(Default::default()),
        decision => decision,
    }),
];
