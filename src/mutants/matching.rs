//! Faults in what a match is.

use super::Mutant;
use super::alike::{
    change, cloud_mastered, cloud_mastered_other, holds, if_it_were, is_error, is_late_match, same,
    same_attribute, share_an_address, sharing, take_a_twin,
};
use super::consequences::{MISSED, NOT_ITS_OWN};
use super::fault::Verdict;
use crate::directory::AmbiguousMatch;
use crate::directory::{Kind, ResultWord, SyncResult, same_name};
use crate::reference::{
    Comparison, Decision, JoinedDecision, Meeting, Reason, Routes, Shared, TakeOver, Trace, Turn,
    decide_joined,
};

pub(super) static MUTANTS: &[Mutant] = &[
    Mutant::new(
        "only-first-cycle-soft-matches",
        "match.every-new-object",
        "Objects that appear after the first cycle are not soft-matched.",
    ).also(&[&["law.one-cycle-or-several"], MISSED])
    .before_turn(|memory, turn| {
        turn.features.soft_match &= memory.cycles == 0;
        None
    }),
    Mutant::new(
        "ambiguous-match-provisions",
        "match.every-new-object",
        "A new object with several holders is created without the values that they hold.",
    ).also(&[&["safe.unique-identifiers"]])
    .decision(|memory, circumstances, decision| match decision {
        Decision::Reject(Reason::Ambiguous) => {
            memory.withheld = circumstances.withheld(None);
            Decision::Provision
        }
        decision => decision,
    })
    .exported(super::collisions::without_withheld_values),
    Mutant::new(
        "ambiguous-match-takes-the-oldest-holder",
        "match.every-new-object",
        "Of several eligible holders the oldest is taken, whatever order is declared.",
    )
    .policy(|policy| policy.ambiguous_match = AmbiguousMatch::Withheld)
    .decision(|_, circumstances, decision| {
        let Decision::TakeOver(take_over) = &decision else {
            return decision;
        };
        if take_over.withheld.is_empty() {
            return decision;
        }
        let anchor = circumstances.incoming.source_anchor.as_deref();
        let anchor_holder = anchor.and_then(|anchor| circumstances.tenant.holder_of_anchor(anchor));
        let oldest = cloud_mastered(circumstances.tenant).find_map(|(target, object)| {
            let routes = circumstances.meeting(object).verdict().ok()?;
            let order = circumstances.policy.routes();
            let matched_on = order.into_iter().find(|&attribute| routes.lead_by(attribute))?;
            let withheld = circumstances.withheld(Some(target));
            Some(TakeOver { target, matched_on, withheld })
        });
        // Two objects with one anchor would be another fault.
        oldest
            .filter(|oldest| anchor_holder.is_none_or(|holder| holder == oldest.target))
            .map_or(decision, Decision::TakeOver)
    }),
    Mutant::new(
        "other-attribute-matches",
        "match.only-three-attributes",
        "A cloud user with the same employeeId is taken over when nothing else matches.",
    ).also(&[&["law.values-that-do-not-match"], NOT_ITS_OWN])
    .decision(|_, circumstances, decision| {
        take_a_twin(circumstances, decision, |incoming, object| {
            incoming.kind == Kind::User && same_attribute(incoming, object, "employeeId")
        })
    }),
    Mutant::new(
        "display-name-matches",
        "match.only-three-attributes",
        "A cloud user with the same displayName is taken over when nothing else matches.",
    ).also(&[NOT_ITS_OWN])
    .decision(|_, circumstances, decision| {
        take_a_twin(circumstances, decision, |incoming, object| {
            incoming.kind == Kind::User && same_attribute(incoming, object, "displayName")
        })
    }),
    Mutant::new(
        "different-display-name-blocks-the-match",
        "match.soft-on-upn",
        "A user whose displayName differs is not soft-matched.",
    ).also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        let name =
            |attributes: &crate::directory::Attributes| attributes.get("displayName").cloned();
        let (own, held) = (name(&meeting.incoming.attributes), name(&meeting.object.attributes));
        let differs = own.zip(held).is_some_and(|(own, held)| own != held);
        if differs && !meeting.shared.anchor {
            verdict.and(Err(Reason::OtherAnchor))
        } else {
            verdict
        }
    }),
    Mutant::new(
        "upn-matches-nothing",
        "match.soft-on-upn",
        "The user principal name matches nothing.",
    ).also(&[MISSED])
    .policy(|policy| policy.edition.soft_match_on_user_principal_name = &[]),
    Mutant::new(
        "upn-ignored-where-there-is-an-address",
        "match.soft-on-upn",
        "An object with a primary address is matched on that only, and never on its UPN.",
    ).also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        if meeting.incoming.primary_address().is_none() {
            return verdict;
        }
        sharing(meeting, Shared { user_principal_name: false, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "users-do-not-match-on-their-address",
        "match.soft-on-primary-smtp",
        "Only groups and contacts match on the primary address.",
    ).also(&[MISSED])
    .policy(|policy| {
        policy.edition.soft_match_on_primary_address = &[Kind::Group, Kind::Contact];
    }),
    Mutant::new(
        "address-matches-only-where-it-repeats-the-upn",
        "match.soft-on-primary-smtp",
        "A user whose primary address differs from its UPN is not matched on the address.",
    ).also(&[MISSED])
    .verdict(|_, meeting, _| {
        let incoming = meeting.incoming;
        let repeats = same(incoming.primary_address(), incoming.user_principal_name.as_deref());
        let primary_address =
            meeting.shared.primary_address && (repeats || incoming.kind != Kind::User);
        sharing(meeting, Shared { primary_address, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "anchor-matches-nothing",
        "match.hard-on-source-anchor",
        "The anchor matches nothing.",
    ).also(&[MISSED])
    .policy(|policy| policy.edition.hard_match = &[]),
    Mutant::new(
        "hard-match-needs-an-equal-upn",
        "match.hard-on-source-anchor",
        "A user is matched on its anchor only where the user principal names are equal too.",
    ).also(&[MISSED])
    .verdict(|_, meeting, _| {
        let anchor = meeting.shared.anchor && meeting.shared.user_principal_name;
        sharing(meeting, Shared { anchor, ..meeting.shared }).verdict()
    }),
    // what is no match
    Mutant::new(
        "secondary-address-matches",
        "match.primary-smtp-only",
        "Any address that both objects have is a match, secondary ones too.",
    ).also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, _| {
        let primary_address = share_an_address(meeting.incoming, meeting.object);
        sharing(meeting, Shared { primary_address, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "cloud-secondary-address-matches",
        "match.primary-smtp-only",
        "A primary address matches a secondary address in the cloud.",
    ).also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, _| {
        let primary = meeting.incoming.primary_address();
        let primary_address = primary.is_some_and(|mail| holds(meeting.object, mail));
        sharing(meeting, Shared { primary_address, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "on-premises-secondary-address-matches",
        "match.primary-smtp-only",
        "A secondary address on-premises matches the primary address in the cloud.",
    ).also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, _| {
        let primary = meeting.object.primary_address();
        let primary_address = primary.is_some_and(|held| {
            meeting.incoming.mail_addresses().any(|mail| same_name(mail, held))
        });
        sharing(meeting, Shared { primary_address, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "upn-matches-address",
        "match.same-attribute",
        "A user principal name that equals a cloud user's primary address is a match.",
    ).also(&[NOT_ITS_OWN])
    .decision(|_, circumstances, decision| {
        take_a_twin(circumstances, decision, |incoming, object| {
            let name = incoming.user_principal_name.as_deref();
            incoming.kind == Kind::User && same(name, object.primary_address())
        })
    }),
    Mutant::new(
        "address-matches-upn",
        "match.same-attribute",
        "A primary address that equals a cloud user's user principal name is a match.",
    ).also(&[NOT_ITS_OWN])
    .decision(|_, circumstances, decision| {
        take_a_twin(circumstances, decision, |incoming, object| {
            same(incoming.primary_address(), object.user_principal_name.as_deref())
        })
    }),
    Mutant::new(
        "both-names-required",
        "match.either-attribute-suffices",
        "Where both sides have a user principal name and a primary address, both must match.",
    ).also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        let (incoming, object) = (meeting.incoming, meeting.object);
        let both = incoming.primary_address().is_some() && object.primary_address().is_some();
        if incoming.kind == Kind::User && both { only_together(meeting) } else { verdict }
    }),
    Mutant::new(
        "upn-and-address-must-agree",
        "match.either-attribute-suffices",
        "Users are soft-matched only where UPN and primary address are both equal.",
    ).also(&[MISSED])
    .verdict(|_, meeting, verdict| {
        if meeting.incoming.kind == Kind::User { only_together(meeting) } else { verdict }
    }),
    Mutant::new(
        "different-anchor-ignored",
        "match.different-anchor-blocks-soft-match",
        "An object that carries another anchor is soft-matched all the same.",
    ).also(&[NOT_ITS_OWN])
    .policy(|policy| policy.edition.other_anchor_blocks_soft_match = false),
    Mutant::new(
        "different-anchor-ignored-on-address-match",
        "match.different-anchor-blocks-soft-match",
        "An object that carries another anchor is matched on its address, though not on its UPN.",
    ).also(&[NOT_ITS_OWN])
    .verdict(|_, meeting, verdict| {
        if meeting.shared.user_principal_name {
            return verdict;
        }
        if_it_were(meeting, |object| {
            object.on_premises_immutable_id = meeting.incoming.source_anchor.clone();
        })
    }),
    // joined objects
    Mutant::new(
        "match-again-after-update",
        "match.new-objects-only",
        "A joined object that is changed to collide with another one is matched as if it were new.",
    ).also(&[NOT_ITS_OWN, &["match.late-match-is-an-error", "sync.failed-is-retried"]])
    .before_turn(|_, turn| {
        if is_late_match(turn)
            && let Some(own) = turn.joined
        {
            turn.tenant.remove(own);
        }
        None
    }),
    Mutant::new(
        "renamed-object-leaves-for-another",
        "match.new-objects-only",
        "A joined object that is changed to match another one leaves its own for that one.",
    ).also(&[NOT_ITS_OWN, &["match.late-match-is-an-error", "sync.failed-is-retried"]])
    .before_turn(|_, turn| {
        if is_late_match(turn) {
            leave(turn);
        }
        None
    }),
    Mutant::new(
        "matched-again-if-the-first-attempt-failed",
        "match.new-objects-only",
        "A joined object is matched again after a change if its first attempt had failed.",
    )
    .also(&[&[
        "match.late-match-is-an-error",
        "safe.only-the-named-change",
        "soa.cloud-mastered-untouched",
    ]])
    .before_turn(|memory, turn| {
        if memory.marked.contains(&turn.incoming.key) && is_late_match(turn) {
            leave(turn);
        }
        None
    })
    .after_turn(|memory, turn, result| {
        if is_error(result) && turn.joined.is_none() {
            memory.marked.insert(turn.incoming.key.clone());
        }
    }),
    Mutant::new(
        "late-match-fails-silently",
        "match.late-match-is-an-error",
        "A joined object that is changed into a match fails, and is reported as updated.",
    )
    .after_turn(|_, turn, result| {
        if is_error(result) && turn.joined.is_some() {
            *result = SyncResult::plain(ResultWord::Updated);
        }
    }),
    Mutant::new(
        "late-match-takes-the-colliding-values",
        "match.late-match-is-an-error",
        "A joined object that is changed into a match is given the values that another has.",
    ).also(&[&["admin.roles-may-return", "safe.unique-identifiers"]])
    .joined_decision(|_, _, _, _, decision| match decision {
        JoinedDecision::Reject(Reason::LateMatch) => JoinedDecision::Export(Default::default()),
        decision => decision,
    }),
    Mutant::new(
        "renamed-object-takes-a-second-one",
        "match.one-to-one",
        "A joined object that is changed to match another one takes that over as well.",
    ).also(&[NOT_ITS_OWN, &["match.late-match-is-an-error", "match.new-objects-only", "safe.unique-identifiers", "sync.failed-is-retried"]])
    .after_turn(|_, turn, result| {
        if is_error(result)
            && turn.joined.is_some()
            && let Some(other) = cloud_mastered_other(turn)
        {
            let anchor = turn.incoming.source_anchor.clone();
            change(turn.tenant, other, |object| {
                object.on_premises_sync_enabled = true;
                object.on_premises_immutable_id = anchor;
            });
        }
    }),
    Mutant::new(
        "synced-objects-are-taken-over-again",
        "match.one-to-one",
        "An object that is mastered on-premises can be matched by a second on-premises object.",
    ).also(&[NOT_ITS_OWN, &["recovery.nothing-lost", "recovery.rejoins-by-anchor", "safe.command-takes-effect", "sync.failed-is-retried"]])
    .verdict(|_, meeting, verdict| match verdict {
        Err(Reason::MasteredOnPremises) => if_it_were(meeting, |object| {
            object.on_premises_sync_enabled = false;
            object.on_premises_immutable_id = None;
        }),
        verdict => verdict,
    }),
    // letter case
    Mutant::new(
        "upn-compared-with-case",
        "match.case-insensitive-names",
        "User principal names that differ only in upper and lower case count as different.",
    ).also(&[&["law.letter-case-of-names"], MISSED, &["match.collision-creates-nothing-else", "match.late-match-is-an-error", "recovery.nothing-lost", "safe.unique-identifiers"]])
    .comparison(Comparison {
        case_of_names_counts: true,
        case_of_addresses_counts: false,
        case_of_anchors_is_ignored: false,
    })
    .verdict(|_, meeting, _| {
        let name = &meeting.incoming.user_principal_name;
        let is_exact = *name == meeting.object.user_principal_name;
        let user_principal_name = meeting.shared.user_principal_name && is_exact;
        sharing(meeting, Shared { user_principal_name, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "address-compared-with-case",
        "match.case-insensitive-names",
        "Mail addresses that differ only in upper and lower case count as different.",
    ).also(&[MISSED, &["match.collision-creates-nothing-else", "match.late-match-is-an-error", "safe.unique-identifiers"]])
    .comparison(Comparison {
        case_of_names_counts: false,
        case_of_addresses_counts: true,
        case_of_anchors_is_ignored: false,
    })
    .verdict(|_, meeting, _| {
        let is_exact = meeting.incoming.primary_address() == meeting.object.primary_address();
        let primary_address = meeting.shared.primary_address && is_exact;
        sharing(meeting, Shared { primary_address, ..meeting.shared }).verdict()
    }),
    Mutant::new(
        "anchor-compared-without-case",
        "match.case-sensitive-anchor",
        "Source anchors that differ only in upper and lower case count as equal.",
    ).also(&[NOT_ITS_OWN, &["match.hard-on-source-anchor", "safe.unique-identifiers"]])
    .comparison(Comparison {
        case_of_names_counts: false,
        case_of_addresses_counts: false,
        case_of_anchors_is_ignored: true,
    })
    .verdict(|_, meeting, verdict| anchors_in_any_case(meeting, verdict))
    .joined_decision(|_, circumstances, own, exported, decision| {
        let Some(object) = circumstances.tenant.get(own) else {
            return decision;
        };
        let anchor = &object.on_premises_immutable_id;
        let mut incoming = circumstances.incoming.clone();
        if incoming.source_anchor == *anchor
            || !same(incoming.source_anchor.as_deref(), anchor.as_deref())
        {
            return decision;
        }
        incoming.source_anchor.clone_from(anchor);
        decide_joined(&incoming, own, exported, circumstances.tenant, &mut Trace::off())
    }),
    Mutant::new(
        "hard-match-in-any-letter-case",
        "match.case-sensitive-anchor",
        "A new object is matched with a user whose anchor differs in upper and lower case only.",
    ).also(&[NOT_ITS_OWN])
    .more_holders(|circumstances| {
        let anchor = circumstances.incoming.source_anchor.as_deref();
        cloud_mastered(circumstances.tenant)
            .filter(|(_, object)| same(anchor, object.on_premises_immutable_id.as_deref()))
            .map(|(handle, _)| handle)
            .collect()
    })
    .verdict(|_, meeting, verdict| anchors_in_any_case(meeting, verdict)),
    // which way an object was reached
    Mutant::new(
        "hard-match-empties-what-has-no-on-premises-value",
        "match.same-target-same-result",
        "A hard match empties attributes without an on-premises value; a soft match keeps them.",
    ).also(&[&["takeover.values-overwritten"]])
    .exported(|_, export, object| {
        if is_takeover_by(export, |by_anchor| by_anchor) {
            object.attributes.retain(|name, _| export.incoming.attributes.contains_key(name));
        }
    }),
    Mutant::new(
        "hard-match-empties-addresses-without-on-premises-value",
        "match.same-target-same-result",
        "Where on-premises has no address a hard match empties the cloud's; a soft match keeps them.",
    )
    .exported(|_, export, object| {
        let has_none = export.incoming.proxy_addresses.is_empty();
        if has_none && is_takeover_by(export, |by_anchor| by_anchor) {
            object.proxy_addresses.clear();
        }
    }),
];

/// Soft matches count only where the user principal name and the primary address both match.
fn only_together(meeting: &Meeting<'_>) -> Verdict {
    let both = meeting.shared.user_principal_name && meeting.shared.primary_address;
    let shared = Shared { user_principal_name: both, primary_address: both, ..meeting.shared };
    sharing(meeting, shared).verdict()
}

/// Judges as if an anchor that differs in letter case only were the same.
fn anchors_in_any_case(meeting: &Meeting<'_>, verdict: Verdict) -> Verdict {
    let own = &meeting.incoming.source_anchor;
    if !same(own.as_deref(), meeting.object.on_premises_immutable_id.as_deref()) {
        return verdict;
    }
    let shared = Shared { anchor: true, ..meeting.shared };
    if_it_were(&sharing(meeting, shared), |object| {
        object.on_premises_immutable_id.clone_from(own);
    })
}

/// Whether the export is a takeover that was reached in this way.
pub(super) fn is_takeover_by(
    export: &crate::reference::Export<'_>,
    way: impl Fn(bool) -> bool,
) -> bool {
    use crate::directory::MatchingAttribute::SourceAnchor;
    use crate::reference::Occasion::Takeover;
    matches!(export.occasion, Takeover { matched_on, .. } if way(matched_on == SourceAnchor))
}

/// Hands the object that is joined back to the cloud, so that a match is looked for.
fn leave(turn: &mut Turn<'_>) {
    if let Some(own) = turn.joined {
        change(turn.tenant, own, |object| {
            object.on_premises_sync_enabled = false;
            object.on_premises_immutable_id = None;
        });
        turn.lets_go = true;
    }
}

/// Every way at once.
pub(super) const EVERY_ROUTE: Routes =
    Routes(Shared { anchor: true, user_principal_name: true, primary_address: true });
