//! Faults that show when two cases are compared.

use super::Mutant;
use super::common::is_error;
use super::consequences::{MISSED, NOT_UPDATED, ON_ADDRESS};
use super::fault::mutant;
use super::recovery::REJOIN;
use crate::directory::{Command, ResultWord, SyncResult};
use crate::reference::{Decision, Eligibility, Reason};

/// Names of a certain form match nothing.
const NOT_BY_NAME: &[&str] = &[
    ON_ADDRESS,
    "match.case-insensitive-names match.soft-on-upn",
    "sync.errors-stay-local sync.failed-is-retried",
];

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("secondary-address-blocks-the-match", "relation.values-that-do-not-match")
            .what("An object with any secondary address is not soft-matched.")
            .also(&["sync.failed-is-retried", ON_ADDRESS, "match.soft-on-upn"])
            .eligibility(|_, pair| {
                let mut addresses = pair.incoming.proxy_addresses.iter();
                pair.features.soft_match &=
                    addresses.all(|address| address.is_primary() || address.mail().is_none());
            }),
        mutant("capitals-match-nothing", "relation.letter-case-of-names")
            .what("A name or address on-premises that has a capital letter matches nothing.")
            .eligibility(|_, pair| {
                let incoming = pair.incoming;
                let has_capitals = |name: &str| name.bytes().any(|it| it.is_ascii_uppercase());
                let name = incoming.user_principal_name.as_deref();
                pair.shared.user_principal_name &= !name.is_some_and(has_capitals);
                pair.shared.primary_address &=
                    !incoming.primary_address().is_some_and(has_capitals);
            }),
        mutant("only-the-first-of-a-cycle-is-matched", "relation.unrelated-objects")
            .what("Objects whose turn comes after another one's are not matched in that cycle.")
            .also(&["protect.safe-target-matches switch.takes-effect-on-retry", 
                ON_ADDRESS,
                "match.hard-on-source-anchor match.soft-on-upn sync.errors-stay-local \
                 sync.failed-is-retried",
            ])
            .decision(|memory, _, decision| match decision {
                Decision::TakeOver(_) if memory.stopped => Decision::Reject(Reason::Ambiguous),
                decision => decision,
            })
            .after_turn(|memory, _, _| memory.stopped = true),
        mutant("the-first-object-does-not-match-on-its-address", "relation.order-of-creation")
            .what("The object that Connect met first is not matched on its address.")
            .also(&[
                ON_ADDRESS,
                "match.case-insensitive-names switch.takes-effect-on-retry sync.failed-is-retried",
            ])
            .before_turn(|memory, turn| {
                if memory.marked.is_empty() {
                    memory.marked.insert(turn.incoming.key.clone());
                }
                None
            })
            .eligibility(|memory, pair| {
                pair.shared.primary_address &= !memory.marked.contains(&pair.incoming.key);
            }),
        mutant("given-up-after-two-failures", "relation.idle-syncs")
            .what("An object that failed twice is never matched.")
            .also(&["match.hard-on-source-anchor protect.clear-identifier protect.recovery-role protect.safe-target-matches protect.soft-match-unchanged scope.return-after-restore switch.block-hard-match-on-retry", "admin.recovery match.every-new-object match.soft-on-upn \
                 sync.failed-is-retried"])
            .decision(|memory, circumstances, decision| match decision {
                Decision::TakeOver(_)
                    if memory.marked.contains(&*twice(&circumstances.incoming.key)) =>
                {
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
        mutant("one-takeover-a-cycle", "relation.one-cycle-or-several")
            .what("A cycle takes over one object at most.")
            .also(&["protect.safe-target-matches switch.takes-effect-on-retry sync.failed-is-retried", 
                ON_ADDRESS,
                "match.hard-on-source-anchor match.soft-on-upn sync.errors-stay-local",
            ])
            .decision(|memory, _, decision| match decision {
                Decision::TakeOver(_) if memory.stopped => Decision::Reject(Reason::Ambiguous),
                decision => {
                    memory.stopped |= matches!(decision, Decision::TakeOver(_));
                    decision
                }
            }),
        mutant("rejoined-objects-start-without-attributes", "relation.reinstallation")
            .what("An object that is rejoined after a reinstallation loses its attributes.")
            .also(&["protect.joined-sync-on", 
                "safe.own-values-only",
                "recovery.nothing-lost recovery.rejoins-by-anchor \
                 safe.only-the-named-change switch.block-hard-match sync.updates-flow",
            ])
            .exported(REJOIN, |_, _, object| object.attributes.clear()),
        mutant("a-page-has-a-hundred-objects", "relation.many-unrelated-objects")
            .what("A cycle looks at the first hundred on-premises objects.")
            .also(&[MISSED, NOT_UPDATED, "recovery.nothing-lost safe.report-agrees"])
            .before_turn(|memory, _| {
                (memory.turns > 100).then(|| SyncResult::plain(ResultWord::Unchanged))
            }),
        mutant("a-page-has-a-thousand-objects", "relation.many-unrelated-objects")
            .what("A cycle looks at the first thousand on-premises objects.")
            .also(&[MISSED, NOT_UPDATED, "recovery.nothing-lost safe.report-agrees"])
            .before_turn(|memory, _| {
                (memory.turns > 1_000).then(|| SyncResult::plain(ResultWord::Unchanged))
            }),
        mutant("long-names-match-nothing", "relation.renaming")
            .what("A name of more than a hundred characters matches nothing.")
            .also(&[ON_ADDRESS, "match.case-insensitive-names match.soft-on-upn"])
            .eligibility(|_, pair| {
                let incoming = pair.incoming;
                let is_long = |name: &str| name.len() > 100;
                let name = incoming.user_principal_name.as_deref();
                pair.shared.user_principal_name &= !name.is_some_and(is_long);
                pair.shared.primary_address &= !incoming.primary_address().is_some_and(is_long);
            }),
        mutant("names-with-marks-match-nothing", "relation.renaming")
            .what("A name that has an apostrophe, a number sign or a tilde matches nothing.")
            .also(&[ON_ADDRESS, "match.case-insensitive-names match.soft-on-upn"])
            .eligibility(|_, pair| {
                let incoming = pair.incoming;
                let has_marks = |name: &str| name.contains(['\'', '#', '~']);
                let name = incoming.user_principal_name.as_deref();
                pair.shared.user_principal_name &= !name.is_some_and(has_marks);
                pair.shared.primary_address &= !incoming.primary_address().is_some_and(has_marks);
            }),
        mutant("a-page-has-a-hundred-cloud-objects", "relation.many-unrelated-objects")
            .what("Of the cloud objects the hundred oldest are found.")
            .also(&[MISSED])
            .decision(|_, circumstances, decision| {
                let mut page = circumstances.tenant.objects().take(100);
                match decision {
                    Decision::TakeOver(ref it) if !page.any(|(known, _)| known == it.target) => {
                        Decision::Reject(Reason::Ambiguous)
                    }
                    decision => decision,
                }
            }),
        mutant("two-takeovers-a-cycle", "relation.one-cycle-or-several")
            .what("A cycle takes over two objects at most.")
            .also(&[MISSED, "relation.many-unrelated-objects relation.unrelated-objects"])
            .decision(|memory, circumstances, decision| {
                if let Decision::TakeOver(_) = decision {
                    if memory.marked.len() >= 2 {
                        return Decision::Reject(Reason::Ambiguous);
                    }
                    memory.marked.insert(circumstances.incoming.key.clone());
                }
                decision
            })
            .afterwards(|memory, command, _, _| {
                if let Command::Sync(_) = command {
                    memory.marked.clear();
                }
            }),
        mutant("short-names-match-nothing", "relation.renaming")
            .what("A name of one character before the @ matches nothing.")
            .also(NOT_BY_NAME)
            .eligibility(|_, pair| match_nothing_where(pair, |name| name.find('@') == Some(1))),
        mutant("names-of-digits-match-nothing", "relation.renaming")
            .what("A name that has digits only before the @ matches nothing.")
            .also(NOT_BY_NAME)
            .eligibility(|_, pair| {
                match_nothing_where(pair, |name| {
                    let mut local = name.bytes().take_while(|it| *it != b'@');
                    local.all(|it| it.is_ascii_digit())
                });
            }),
        mutant("names-in-subdomains-match-nothing", "relation.renaming")
            .what("A name in a domain of more than two labels matches nothing.")
            .also(NOT_BY_NAME)
            .eligibility(|_, pair| {
                match_nothing_where(pair, |name| {
                    name.split('@').next_back().is_some_and(|it| it.matches('.').count() > 1)
                });
            }),
        mutant("anchors-with-signs-match-nothing", "relation.renaming")
            .what("An anchor with a plus sign or a slash matches nothing.")
            .also(&["match.hard-on-source-anchor match.every-new-object \
                 switch.hard-match-still-works sync.failed-is-retried"])
            .eligibility(|_, pair| {
                let anchor = pair.incoming.source_anchor.as_deref();
                pair.shared.anchor &= !anchor.is_some_and(|anchor| anchor.contains(['+', '/']));
            }),
    ]
}

/// The mark of an object that failed twice.
fn twice(key: &str) -> String {
    format!("{key}, twice")
}

/// A new object is not matched on a name that is of a certain sort.
fn match_nothing_where(pair: &mut Eligibility<'_>, is_so: impl Fn(&str) -> bool) {
    let incoming = pair.incoming;
    let name = incoming.user_principal_name.as_deref();
    pair.shared.user_principal_name &= !name.is_some_and(&is_so);
    pair.shared.primary_address &= !incoming.primary_address().is_some_and(&is_so);
}
