//! Faults in what the switches for soft match and hard match stop.

use super::Mutant;
use super::common::{error, is_error, recode};
use super::consequences::{MISSED, NOT_ITS_OWN, NOT_UPDATED};
use super::fault::mutant;
use crate::directory::{Command, Feature, Kind, Outcome, ResultWord, SyncResult};
use crate::reference::{Decision, MatchAttributes, Reason};

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant("switch-ignored-for-contacts", "switch.no-soft-match-when-disabled")
            .what("Contacts are soft-matched although soft match is disabled.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| pair.features.soft_match |= pair.incoming.kind == Kind::Contact),
        mutant("switch-ignored-for-groups", "switch.no-soft-match-when-disabled")
            .what("Groups are soft-matched although soft match is disabled.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| pair.features.soft_match |= pair.incoming.kind == Kind::Group),
        mutant("switch-stops-upn-matches-only", "switch.no-soft-match-when-disabled")
            .what("With soft match disabled the primary address matches still.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.shared.user_principal_name &= pair.features.soft_match;
                pair.features.soft_match = true;
            }),
        mutant("switch-stops-address-matches-only", "switch.no-soft-match-when-disabled")
            .what("With soft match disabled the user principal name matches still.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried"])
            .eligibility(|_, pair| {
                pair.shared.primary_address &= pair.features.soft_match;
                pair.features.soft_match = true;
            }),
        mutant("switch-stops-hard-match", "switch.hard-match-still-works")
            .what("With soft match disabled nothing is taken over.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                if !pair.features.soft_match {
                    pair.shared = MatchAttributes::default();
                }
            }),
        mutant(
            "switch-lets-hard-match-pass-with-an-equal-upn-only",
            "switch.hard-match-still-works",
        )
        .what("With soft match disabled a hard match needs an equal user principal name.")
        .also(&[MISSED])
        .eligibility(|_, pair| {
            pair.shared.anchor &= pair.features.soft_match || pair.shared.user_principal_name;
        }),
        mutant("switch-stops-updates", "switch.joined-objects-still-sync")
            .what("With soft match disabled changes of joined objects wait, without a word.")
            .also(&[NOT_UPDATED, "match.late-match-is-an-error"])
            .before_turn(|_, turn| {
                let waits = turn.joined.is_some() && !turn.features.soft_match;
                waits.then(|| error(WAITS))
            })
            .after_turn(|_, _, result| {
                if result.code.as_deref() == Some(WAITS) {
                    *result = SyncResult::plain(ResultWord::Unchanged);
                }
            }),
        mutant("switch-makes-updates-fail", "switch.joined-objects-still-sync")
            .what("With soft match disabled changes of joined objects are reported as errors.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .before_turn(|_, turn| {
                let fails = turn.joined.is_some() && !turn.features.soft_match;
                fails.then(|| Reason::SoftMatchDisabled.error())
            }),
        mutant("block-of-hard-match-ignored", "switch.block-hard-match")
            .what("A user is taken over by its anchor although hard match is blocked.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| pair.features.block_hard_match = false),
        mutant("blocked-hard-match-becomes-a-soft-match", "switch.block-hard-match")
            .what("With hard match blocked a user that carries the anchor is soft-matched instead.")
            .also(&["switch.block-hard-match-code", NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.shared.anchor &= !pair.features.block_hard_match;
            }),
        mutant("block-of-hard-match-stops-rejoining", "switch.block-hard-match")
            .what("With hard match blocked a reinstalled Connect finds nothing again.")
            .also(&[NOT_UPDATED, "relation.reinstallation safe.report-agrees"])
            .rejoin(|circumstances, _, found| match found {
                Ok(Some(_)) if circumstances.features.block_hard_match => {
                    Err(Reason::HardMatchBlocked)
                }
                found => found,
            }),
        mutant("block-of-hard-match-stops-updates", "switch.block-hard-match")
            .what("With hard match blocked changes of joined objects are errors.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .before_turn(|_, turn| {
                let fails = turn.joined.is_some() && turn.features.block_hard_match;
                fails.then(|| Reason::HardMatchBlocked.error())
            }),
        mutant("blocked-anchor-matches-all-the-same", "switch.hard-match-blocked")
            .what("Hard match cannot be blocked.")
            .also(&[NOT_ITS_OWN, "scope.blocked-return-is-an-error", "scope.restored-is-left-alone"])
            .eligibility(|_, pair| pair.features.block_hard_match = false),
        mutant("blocked-anchor-matches-users-of-another-name", "switch.hard-match-blocked")
            .what("With hard match blocked the anchor leads still to users of another name.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.features.block_hard_match &= pair.shared.user_principal_name;
            }),
        mutant("block-of-hard-match-forgets-administrators", "switch.hard-match-blocked")
            .what("With hard match blocked users with a directory role are hard-matched all the same.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                pair.features.block_hard_match &= pair.object.roles.is_empty();
            }),
        mutant("blocked-anchor-is-matched-softly", "switch.block-hard-match-blocks-soft-too")
            .what("With hard match blocked a user that carries the anchor is matched by its name or address.")
            .also(&["switch.block-hard-match-code", NOT_ITS_OWN, "scope.restored-is-left-alone switch.block-hard-match-code"])
            .eligibility(|_, pair| pair.shared.anchor &= !pair.features.block_hard_match),
        mutant("blocked-anchor-is-matched-by-its-address", "switch.block-hard-match-blocks-soft-too")
            .what("With hard match blocked a user that carries the anchor is matched by its address.")
            .also(&[NOT_ITS_OWN, "scope.restored-is-left-alone"])
            .eligibility(|_, pair| {
                pair.shared.anchor &=
                    !pair.features.block_hard_match || !pair.shared.primary_address;
            }),
        mutant("block-of-hard-match-ends-rejoining", "switch.block-hard-match-spares-joined")
            .what("With hard match blocked a reinstalled Connect joins nothing again.")
            .also(&[NOT_UPDATED, "relation.reinstallation safe.report-agrees"])
            .rejoin(|circumstances, _, found| match found {
                Ok(Some(_)) if circumstances.features.block_hard_match => {
                    Err(Reason::HardMatchBlocked)
                }
                found => found,
            }),
        mutant("block-of-hard-match-ends-updates", "switch.block-hard-match-spares-joined")
            .what("With hard match blocked no change of a joined object arrives, and each is an error.")
            .also(&[NOT_UPDATED, "safe.report-agrees"])
            .before_turn(|_, turn| {
                let fails = turn.joined.is_some() && turn.features.block_hard_match;
                fails.then(|| Reason::HardMatchBlocked.error())
            }),
        mutant("blocked-once-never-hard-matched", "switch.block-hard-match-on-retry")
            .what("What the block of hard match has stopped once is never matched on its anchor.")
            .also(&[MISSED, "scope.return-after-restore"])
            .decision(|memory, circumstances, decision| {
                let key = &circumstances.incoming.key;
                match decision {
                    Decision::TakeOver(_) if memory.marked.contains(key) => {
                        return Decision::Reject(Reason::HardMatchBlocked);
                    }
                    Decision::Reject(Reason::HardMatchBlocked) => {
                        memory.marked.insert(key.clone());
                    }
                    _ => {}
                }
                decision
            }),
        mutant("blocked-until-it-is-changed", "switch.block-hard-match-on-retry")
            .what("What the block of hard match has stopped is tried again only after a change on-premises.")
            .also(&["soa.rollback-next-cycle", MISSED, "scope.blocked-return-is-an-error scope.return-restores", "scope.return-after-restore"])
            .before_turn(|memory, turn| Some(memory.failure(turn)?.0))
            .after_turn(|memory, turn, result| {
                if is_error(result) && turn.features.block_hard_match && turn.joined.is_none() {
                    memory.note_failure(turn, result);
                }
            }),
        mutant("blocked-hard-match-is-an-invalid-soft-match", "switch.block-hard-match-code")
            .what("A blocked hard match is reported as InvalidSoftMatch.")
            .also(&["protect.privileged-role-code"])
            .after_turn(|_, _, result| recode(result, "InvalidHardMatch", "InvalidSoftMatch")),
        mutant("blocked-hard-match-is-not-unique", "switch.block-hard-match-code")
            .what("A blocked hard match is reported as AttributeValueMustBeUnique.")
            .also(&["protect.privileged-role-code"])
            .after_turn(|_, _, result| {
                recode(result, "InvalidHardMatch", "AttributeValueMustBeUnique");
            }),
        mutant("upn-switch-ignored", "switch.soft-match-on-upn")
            .what("Users are matched on the UPN although soft match on it is not enabled.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| pair.features.soft_match_on_upn = true),
        mutant("upn-switch-stops-addresses-too", "switch.soft-match-on-upn")
            .what("Where soft match on the UPN is not enabled the primary address matches nothing either.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                pair.features.soft_match &= pair.features.soft_match_on_upn;
            }),
        mutant("stopped-by-the-switch-once-never-matched", "switch.takes-effect-on-retry")
            .what("What the switch has stopped once is never matched.")
            .also(&[MISSED])
            .decision(|memory, circumstances, decision| {
                let key = &circumstances.incoming.key;
                match decision {
                    Decision::TakeOver(_) if memory.marked.contains(key) => {
                        return Decision::Reject(Reason::SoftMatchDisabled);
                    }
                    Decision::Reject(_) | Decision::Quarantine(_)
                        if !circumstances.features.soft_match =>
                    {
                        memory.marked.insert(key.clone());
                    }
                    _ => {}
                }
                decision
            }),
        mutant("switch-read-at-install-time", "switch.takes-effect-on-retry")
            .what(
                "Connect reads the soft-match switch once, at its first object after installation.",
            )
            .also(&[NOT_ITS_OWN, MISSED])
            .afterwards(|memory, command, _, _| {
                if let Command::ReinstallConnect(_) = command {
                    memory.switch = None;
                }
            })
            .before_turn(|memory, turn| {
                memory.switch.get_or_insert(turn.features.soft_match);
                None
            })
            .eligibility(|memory, pair| pair.features.soft_match = memory.switch == Some(true)),
        mutant("switch-turned-on-helps-changed-objects-only", "switch.takes-effect-on-retry")
            .what("What the switch has stopped is tried again only after a change on-premises.")
            .also(&[MISSED])
            .before_turn(|memory, turn| Some(memory.failure(turn)?.0))
            .after_turn(|memory, turn, result| {
                if is_error(result) && !turn.features.soft_match && turn.joined.is_none() {
                    memory.note_failure(turn, result);
                }
            }),
        mutant("switch-turns-twice-only", "switch.no-soft-match-when-disabled")
            .what("From the third time on turning the soft-match switch has no effect.")
            .also(&[MISSED, NOT_ITS_OWN])
            .instead(|memory, command, _| {
                let Command::SetFeature(set) = command else {
                    return None;
                };
                if set.feature != Feature::SoftMatch {
                    return None;
                }
                let turned = memory.marked.len();
                memory.marked.insert(turned.to_string().into());
                (turned >= 2).then(Outcome::ok)
            }),
        mutant("reinstall-turns-soft-match-on", "switch.no-soft-match-when-disabled")
            .what("A reinstalled Connect takes soft match for enabled until the switch is turned.")
            .also(&[NOT_ITS_OWN, "relation.reinstallation sync.failed-is-retried"])
            .afterwards(|memory, command, _, _| match command {
                Command::ReinstallConnect(_) => memory.switch = Some(true),
                Command::SetFeature(_) => memory.switch = None,
                _ => {}
            })
            .eligibility(|memory, pair| pair.features.soft_match |= memory.switch == Some(true)),
        mutant("reinstall-lifts-the-block-of-hard-match", "switch.block-hard-match")
            .what("A reinstalled Connect takes hard match for allowed until the switch is turned.")
            .also(&[NOT_ITS_OWN, "relation.reinstallation sync.failed-is-retried"])
            .afterwards(|memory, command, _, _| match command {
                Command::ReinstallConnect(_) => memory.switch = Some(false),
                Command::SetFeature(_) => memory.switch = None,
                _ => {}
            })
            .eligibility(|memory, pair| {
                pair.features.block_hard_match &= memory.switch != Some(false);
            }),
        mutant("block-of-hard-match-read-at-install-time", "switch.block-hard-match")
            .what("Connect reads the switch that blocks hard match once, in its first cycle.")
            .also(&[NOT_ITS_OWN, MISSED])
            .before_turn(|memory, turn| {
                memory.switch.get_or_insert(turn.features.block_hard_match);
                None
            })
            .eligibility(|memory, pair| {
                pair.features.block_hard_match = memory.switch == Some(true)
            }),
        mutant("switch-stops-first-attempts-only", "switch.no-soft-match-when-disabled")
            .what("With soft match disabled the second attempt of an object matches all the same.")
            .also(&[NOT_ITS_OWN, "sync.failed-is-retried", "relation.idle-syncs"])
            .eligibility(|memory, pair| {
                pair.features.soft_match |= memory.marked.contains(&pair.incoming.key);
            })
            .after_turn(|memory, turn, result| {
                if is_error(result) {
                    memory.marked.insert(turn.incoming.key.clone());
                }
            }),
    ]
}

/// What a change of a joined object is told as while it waits.
const WAITS: &str = "Waits";
