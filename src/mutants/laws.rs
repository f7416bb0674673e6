//! Faults that show when two cases are compared.

use super::Mutant;
use super::alike::{is_error, sharing};
use super::consequences::ON_ADDRESS;
use super::recovery::before_rejoin;
use crate::reference::{Decision, Reason, Shared};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "secondary-address-blocks-the-match",
        "law.values-that-do-not-match",
        "An object with any secondary address is not soft-matched.",
    )
    .also(&[ON_ADDRESS, &["match.soft-on-upn"]])
    .verdict(|_, meeting, verdict| {
        let addresses = &meeting.incoming.proxy_addresses;
        if addresses.iter().all(|address| address.is_primary() || address.mail().is_none()) {
            return verdict;
        }
        let anchor_only = Shared { anchor: meeting.shared.anchor, ..Shared::default() };
        sharing(meeting, anchor_only).verdict()
    }),
    Mutant::new(
        "capitals-match-nothing",
        "law.letter-case-of-names",
        "A name or address on-premises that has a capital letter matches nothing.",
    )
    .verdict(|_, meeting, _| {
        let incoming = meeting.incoming;
        let is_plain = |name: Option<&str>| {
            !name.is_some_and(|name| name.chars().any(|letter| letter.is_ascii_uppercase()))
        };
        let user_principal_name =
            meeting.shared.user_principal_name && is_plain(incoming.user_principal_name.as_deref());
        let primary_address =
            meeting.shared.primary_address && is_plain(incoming.primary_address());
        sharing(meeting, Shared { user_principal_name, primary_address, ..meeting.shared })
            .verdict()
    }),
    Mutant::new(
        "only-the-first-of-a-cycle-is-matched",
        "law.unrelated-objects",
        "Objects whose turn comes after another one's are not matched in that cycle.",
    )
    .also(&[
        ON_ADDRESS,
        &[
            "match.hard-on-source-anchor",
            "match.soft-on-upn",
            "sync.errors-stay-local",
            "sync.failed-is-retried",
        ],
    ])
    .decision(|memory, _, decision| match decision {
        Decision::TakeOver(_) if memory.broken_off => Decision::Reject(Reason::Ambiguous),
        decision => decision,
    })
    .after_turn(|memory, _, _| memory.broken_off = true),
    Mutant::new(
        "the-first-object-does-not-match-on-its-address",
        "law.order-of-creation",
        "The object that Connect met first is not matched on its address.",
    )
    .also(&[
        ON_ADDRESS,
        &["match.case-insensitive-names", "switch.takes-effect-on-retry", "sync.failed-is-retried"],
    ])
    .before_turn(|memory, turn| {
        if memory.marked.is_empty() {
            memory.marked.insert(turn.incoming.key.clone());
        }
        None
    })
    .verdict(|memory, meeting, verdict| {
        if !memory.marked.contains(&meeting.incoming.key) {
            return verdict;
        }
        sharing(meeting, Shared { primary_address: false, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "given-up-after-two-failures",
        "law.idle-syncs",
        "An object that failed twice is never matched.",
    )
    .also(&[&[
        "admin.recovery",
        "match.every-new-object",
        "match.soft-on-upn",
        "sync.failed-is-retried",
    ]])
    .decision(|memory, circumstances, decision| match decision {
        Decision::TakeOver(_) if memory.marked.contains(&*twice(&circumstances.incoming.key)) => {
            Decision::Reject(Reason::Ambiguous)
        }
        decision => decision,
    })
    .after_turn(|memory, turn, result| {
        let key = &turn.incoming.key;
        if is_error(result) && !memory.marked.insert(key.clone()) {
            memory.marked.insert(twice(key).into());
        }
    }),
    Mutant::new(
        "one-takeover-a-cycle",
        "law.one-cycle-or-several",
        "A cycle takes over one object at most.",
    )
    .also(&[
        ON_ADDRESS,
        &["match.hard-on-source-anchor", "match.soft-on-upn", "sync.errors-stay-local"],
    ])
    .decision(|memory, _, decision| match decision {
        Decision::TakeOver(_) if memory.broken_off => Decision::Reject(Reason::Ambiguous),
        Decision::TakeOver(take_over) => {
            memory.broken_off = true;
            Decision::TakeOver(take_over)
        }
        decision => decision,
    }),
    Mutant::new(
        "rejoined-objects-start-without-attributes",
        "law.reinstallation",
        "An object that is rejoined after a reinstallation loses its attributes.",
    )
    .also(&[&[
        "recovery.nothing-lost",
        "recovery.rejoins-by-anchor",
        "safe.only-the-named-change",
        "sync.updates-flow",
    ]])
    .exported(|_, export, object| {
        if before_rejoin(export).is_some() {
            object.attributes.clear();
        }
    }),
];

/// The mark of an object that failed twice.
fn twice(key: &str) -> String {
    format!("{key}, twice")
}
