//! Faults in what the soft-match switch stops.

use super::Mutant;
use super::alike::{error, is_error, sharing};
use super::consequences::{MISSED, NOT_ITS_OWN, NOT_UPDATED};
use crate::directory::{Command, Kind, ResultWord, SyncResult};
use crate::reference::{Circumstances, Decision, Meeting, Reason, Shared};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "switch-ignored-for-contacts",
        "switch.no-soft-match-when-disabled",
        "Contacts are soft-matched although soft match is disabled.",
    )
    .also(&[NOT_ITS_OWN])
    .before_turn(|_, turn| {
        turn.features.soft_match |= turn.incoming.kind == Kind::Contact;
        None
    }),
    Mutant::new(
        "switch-ignored-for-groups",
        "switch.no-soft-match-when-disabled",
        "Groups are soft-matched although soft match is disabled.",
    )
    .also(&[NOT_ITS_OWN])
    .before_turn(|_, turn| {
        turn.features.soft_match |= turn.incoming.kind == Kind::Group;
        None
    }),
    Mutant::new(
        "switch-stops-upn-matches-only",
        "switch.no-soft-match-when-disabled",
        "With soft match disabled the primary address matches still.",
    )
    .also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, verdict| {
        let features = crate::directory::Features { soft_match: true, ..meeting.features };
        let shared = Shared { user_principal_name: false, ..meeting.shared };
        verdict.or_else(|_| Meeting { features, ..sharing(meeting, shared) }.verdict())
    }),
    Mutant::new(
        "switch-stops-address-matches-only",
        "switch.no-soft-match-when-disabled",
        "With soft match disabled the user principal name matches still.",
    )
    .also(&[NOT_ITS_OWN, &["sync.failed-is-retried"]])
    .verdict(|_, meeting, verdict| {
        let features = crate::directory::Features { soft_match: true, ..meeting.features };
        let shared = Shared { primary_address: false, ..meeting.shared };
        verdict.or_else(|_| Meeting { features, ..sharing(meeting, shared) }.verdict())
    }),
    Mutant::new(
        "switch-stops-hard-match",
        "switch.hard-match-still-works",
        "With soft match disabled nothing is taken over.",
    )
    .also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        if meeting.features.soft_match {
            verdict
        } else {
            verdict.and(Err(Reason::SoftMatchDisabled))
        }
    }),
    Mutant::new(
        "switch-lets-hard-match-pass-with-an-equal-upn-only",
        "switch.hard-match-still-works",
        "With soft match disabled a hard match needs an equal user principal name.",
    )
    .also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        let passes = meeting.features.soft_match || meeting.shared.user_principal_name;
        if passes { verdict } else { verdict.and(Err(Reason::SoftMatchDisabled)) }
    }),
    Mutant::new(
        "switch-stops-updates",
        "switch.joined-objects-still-sync",
        "With soft match disabled changes of joined objects wait, without a word.",
    )
    .also(&[NOT_UPDATED, &["match.late-match-is-an-error"]])
    .before_turn(|_, turn| {
        let waits = turn.joined.is_some() && !turn.features.soft_match;
        waits.then(|| error(WAITS))
    })
    .after_turn(|_, _, result| {
        if result.code.as_deref() == Some(WAITS) {
            *result = SyncResult::plain(ResultWord::Unchanged);
        }
    }),
    Mutant::new(
        "switch-makes-updates-fail",
        "switch.joined-objects-still-sync",
        "With soft match disabled changes of joined objects are reported as errors.",
    )
    .also(&[NOT_UPDATED, &["safe.report-agrees"]])
    .before_turn(|_, turn| {
        let fails = turn.joined.is_some() && !turn.features.soft_match;
        fails.then(|| error("SoftMatchDisabled"))
    }),
    Mutant::new(
        "stopped-by-the-switch-once-never-matched",
        "switch.takes-effect-on-retry",
        "What the switch has stopped once is never matched.",
    )
    .also(&[MISSED])
    .decision(|memory, circumstances, decision| match decision {
        Decision::TakeOver(_) if memory.marked.contains(&circumstances.incoming.key) => {
            Decision::Reject(Reason::SoftMatchDisabled)
        }
        decision => {
            if stopped(circumstances, &decision) {
                memory.marked.insert(circumstances.incoming.key.clone());
            }
            decision
        }
    }),
    Mutant::new(
        "switch-read-at-install-time",
        "switch.takes-effect-on-retry",
        "Connect reads the soft-match switch once, at the first object that it meets after it was installed.",
    )
    .also(&[NOT_ITS_OWN, MISSED])
    .instead(|memory, command, _| {
        if let Command::ReinstallConnect(_) = command {
            memory.switch = None;
        }
        None
    })
    .before_turn(|memory, turn| {
        turn.features.soft_match = *memory.switch.get_or_insert(turn.features.soft_match);
        None
    }),
    Mutant::new(
        "switch-turned-on-helps-changed-objects-only",
        "switch.takes-effect-on-retry",
        "What the switch has stopped is tried again only after it was changed on-premises.",
    )
    .also(&[MISSED])
    .before_turn(|memory, turn| {
        let (object, result, _) = memory.failures.get(&turn.incoming.key)?;
        std::sync::Arc::ptr_eq(object, turn.incoming).then(|| result.clone())
    })
    .after_turn(|memory, turn, result| {
        if is_error(result) && !turn.features.soft_match && turn.joined.is_none() {
            let failure = (turn.incoming.clone(), result.clone(), 1);
            memory.failures.insert(turn.incoming.key.clone(), failure);
        }
    }),
];

/// What a change of a joined object is told as while it waits.
const WAITS: &str = "Waits";

/// Whether the switch is what has stopped it.
fn stopped(circumstances: &Circumstances<'_>, decision: &Decision) -> bool {
    !circumstances.features.soft_match
        && matches!(decision, Decision::Reject(_) | Decision::Quarantine(_))
}
