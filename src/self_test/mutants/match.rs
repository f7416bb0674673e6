//! Faults in what a match is, and in what becomes of an object that matches nothing.

use super::Mutant;
use super::common::{
    UPDATE, cloud_mastered, cloud_mastered_other, each_attribute, holds, is_error, is_late_match,
    is_takeover, overwrite, own_name, recode, same, same_attribute, take_a_twin,
};
use super::consequences::{HALF_TAKEN_OVER, MISSED, NOT_ITS_OWN, WRONG_CODE};
use super::fault::{Memory, mutant};
use crate::directory::{
    AddressKind, AmbiguousMatch, CloudObject, CollisionHandling, Command, Evaluator, Kind,
    MatchingAttribute, ProxyAddress, ResultWord, SyncResult, Text, same_name,
};
use crate::reference::{
    Circumstances, Decision, Eligibility, Export, MatchAttributes, Occasion, Reason, TakeOver,
    Turn, Withheld, holders,
};

const PROVISIONING: &[Occasion] = &[Occasion::Provisioning];

pub(super) fn mutants() -> Vec<Mutant> {
    let mut all = missed();
    all.extend(of_other_values());
    all.extend(of_joined_objects());
    all.extend(of_letter_case());
    all.extend(of_several_holders());
    all.extend(without_a_match());
    all.extend(of_forms());
    all.extend(of_codes());
    all
}

/// Errors have other codes than the documented ones.
fn of_codes() -> Vec<Mutant> {
    const NOT_UNIQUE: &str = "AttributeValueMustBeUnique";
    vec![
        mutant("another-anchor-is-an-invalid-hard-match", "match.other-anchor-code")
            .what("A user with another anchor is reported as InvalidHardMatch.")
            .after_turn(|_, _, result| recode(result, "InvalidSoftMatch", "InvalidHardMatch")),
        mutant("another-anchor-is-an-admin-conflict", "match.other-anchor-code")
            .what("An object with another anchor is reported as ExistingAdminRoleConflict, which is no code.")
            .after_turn(|_, _, result| {
                recode(result, "InvalidSoftMatch", "ExistingAdminRoleConflict");
            }),
        mutant("held-values-are-invalid-soft-matches", "match.held-value-code")
            .what("Every value that another object has is reported as InvalidSoftMatch.")
            .also(&["kind.type-mismatch-code"])
            .after_turn(|_, _, result| recode(result, NOT_UNIQUE, "InvalidSoftMatch")),
        mutant("late-matches-are-type-mismatches", "match.held-value-code")
            .what("A change to a value that another object has is reported as ObjectTypeMismatch.")
            .after_turn(|_, turn, result| {
                if turn.joined.is_some() {
                    recode(result, NOT_UNIQUE, "ObjectTypeMismatch");
                }
            }),
        mutant("errors-have-no-codes", "match.held-value-code")
            .what("Errors have messages and no codes.")
            .also(&[WRONG_CODE])
            .after_turn(|_, _, result| result.code = None),
    ]
}

/// Values are told apart by a part of them only.
fn of_forms() -> Vec<Mutant> {
    fn name(object: Option<&Text>, part: impl Fn(&str) -> String) -> Option<String> {
        object.map(|name| part(&name.to_ascii_lowercase()))
    }
    fn alike(left: Option<String>, right: Option<String>) -> bool {
        left.is_some() && left == right
    }
    vec![
        mutant("upn-compared-by-its-start", "match.no-holder-provisions")
            .what("Two user principal names with the same first 20 characters are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let start = |name: &str| name.chars().take(20).collect();
                    let one = name(incoming.user_principal_name.as_ref(), start);
                    alike(one, name(object.user_principal_name.as_ref(), start))
                })
            }),
        mutant("upn-compared-without-its-domain", "match.no-holder-provisions")
            .what("Two user principal names with the same part before the @ are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let local = |name: &str| name.split('@').next().unwrap_or_default().to_owned();
                    let one = name(incoming.user_principal_name.as_ref(), local);
                    alike(one, name(object.user_principal_name.as_ref(), local))
                })
            }),
        mutant("upn-compared-without-marks", "match.no-holder-provisions")
            .what("Two user principal names with the same letters and digits are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let letters = |name: &str| name.replace(|it: char| !it.is_alphanumeric(), "");
                    let one = name(incoming.user_principal_name.as_ref(), letters);
                    alike(one, name(object.user_principal_name.as_ref(), letters))
                })
            }),
        mutant("upn-lowered-as-in-turkish", "match.case-insensitive-names")
            .what("The capital of i is another letter than I.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                let in_turkish = |name: &Text| name.replace('I', "\u{131}").to_ascii_lowercase();
                let [own, held] =
                    [&pair.incoming.user_principal_name, &pair.object.user_principal_name];
                pair.shared.user_principal_name &=
                    own.as_ref().map(in_turkish) == held.as_ref().map(in_turkish);
            }),
        mutant("anchor-compared-by-its-start", "match.no-holder-provisions")
            .what("Two anchors with the same first 16 characters are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let start = |anchor: &Text| anchor.chars().take(16).collect::<String>();
                    let [own, held] = [&incoming.source_anchor, &object.on_premises_immutable_id]
                        .map(|it| it.as_ref().filter(|it| it.len() > 16).map(start));
                    incoming.kind == Kind::User && alike(own, held)
                })
            }),
        mutant("anchor-compared-without-case-at-its-end", "match.case-sensitive-anchor")
            .what("Letter case counts in the first 16 characters of an anchor only.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let [own, held] = [&incoming.source_anchor, &object.on_premises_immutable_id];
                    let (Some(own), Some(held)) = (own, held) else { return false };
                    incoming.kind == Kind::User
                        && own.eq_ignore_ascii_case(held)
                        && own.get(..16) == held.get(..16)
                })
            }),
        mutant("anchor-compared-as-a-number", "match.no-holder-provisions")
            .what("Two anchors that are the same number are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let number = |anchor: &Text| {
                        let digits = anchor.trim_start_matches('0');
                        let is_number = digits.bytes().all(|it| it.is_ascii_digit());
                        is_number.then(|| digits.to_owned())
                    };
                    let [own, held] = [&incoming.source_anchor, &object.on_premises_immutable_id]
                        .map(|it| it.as_ref().and_then(number));
                    incoming.kind == Kind::User && alike(own, held)
                })
            }),
        mutant("first-address-taken-for-the-primary-one", "match.soft-on-primary-smtp")
            .what("The first of the addresses is taken for the primary one, whatever its prefix.")
            .also(&[MISSED, NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let first = |addresses: &[ProxyAddress]| {
                    addresses.first().and_then(|it| it.mail()).map(str::to_owned)
                };
                let [own, held] = [&pair.incoming.proxy_addresses, &pair.object.proxy_addresses]
                    .map(|it| first(it));
                pair.shared.primary_address = same(own.as_deref(), held.as_deref());
            }),
        mutant("former-name-still-matches", "match.no-holder-provisions")
            .what("A cloud user that was renamed is still found by its former name.")
            .also(&[NOT_ITS_OWN])
            .instead(|memory, command, model| {
                if let (Command::UpdateCloudObject(_), Some((_, target))) =
                    (command, model.named_by(command))
                    && let Some(name) = &target.user_principal_name
                {
                    memory.marked.insert(format!("{}: {name}", target.id).into());
                }
                None
            })
            .decision(|memory, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    incoming.user_principal_name.as_ref().is_some_and(|name| {
                        memory.marked.contains(&*format!("{}: {name}", object.id))
                    })
                })
            }),
        mutant("upn-looked-up-by-pattern", "match.no-holder-provisions")
            .what("An underscore in a user principal name on-premises stands for any character.")
            .also(&[NOT_ITS_OWN, "relation.renaming"])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let [own, held] = [&incoming.user_principal_name, &object.user_principal_name];
                    let (Some(own), Some(held)) = (own, held) else { return false };
                    let mut pairs = own.chars().zip(held.chars());
                    own.chars().count() == held.chars().count()
                        && pairs.all(|(own, held)| own == '_' || own.eq_ignore_ascii_case(&held))
                })
            }),
        mutant("upn-compared-without-subdomains", "match.no-holder-provisions")
            .what("User principal names in a domain and in its subdomains are the same.")
            .also(&[NOT_ITS_OWN, "relation.renaming"])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let registered = |name: &str| {
                        let (local, domain) = name.split_once('@').unwrap_or((name, ""));
                        let labels: Vec<&str> = domain.rsplit('.').take(2).collect();
                        format!("{local}@{}", labels.join("."))
                    };
                    let one = name(incoming.user_principal_name.as_ref(), registered);
                    alike(one, name(object.user_principal_name.as_ref(), registered))
                })
            }),
        mutant("upn-compared-by-a-hundred-characters", "match.no-holder-provisions")
            .what("Two user principal names with the same first hundred characters are the same.")
            .also(&[NOT_ITS_OWN, "relation.renaming"])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let start = |name: &str| name.chars().take(100).collect();
                    let one = name(incoming.user_principal_name.as_ref(), start);
                    alike(one, name(object.user_principal_name.as_ref(), start))
                })
            }),
        mutant("address-compared-without-its-domain", "match.no-holder-provisions")
            .what("Two primary addresses with the same part before the @ are the same.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let local = |mail: &str| {
                        mail.split('@').next().unwrap_or_default().to_ascii_lowercase()
                    };
                    let own = incoming.primary_address().map(local);
                    alike(own, object.primary_address().map(local))
                })
            }),
        mutant("sip-address-taken-for-mail", "match.primary-smtp-only")
            .what("A SIP: address on-premises matches the primary address of a cloud object.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let mut sip = incoming.proxy_addresses.iter().filter_map(|address| {
                        let (prefix, rest) = address.as_str().split_once(':')?;
                        prefix.eq_ignore_ascii_case("sip").then_some(rest)
                    });
                    sip.any(|sip| same(Some(sip), object.primary_address()))
                })
            }),
        mutant("primary-address-looked-for-among-the-first-five", "match.soft-on-primary-smtp")
            .what("A primary address that comes after five others is not found.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                for addresses in [&pair.incoming.proxy_addresses, &pair.object.proxy_addresses] {
                    pair.shared.primary_address &=
                        addresses.iter().take(5).any(ProxyAddress::is_primary);
                }
            }),
    ]
}

/// A match is missed.
fn missed() -> Vec<Mutant> {
    vec![
        mutant("never-matches", "match.every-new-object")
            .what("Nothing is ever matched.")
            .also(&["protect.already-mapped-code protect.privileged-role-code switch.block-hard-match-code", MISSED])
            .eligibility(|_, pair| pair.shared = MatchAttributes::default()),
        mutant("only-first-cycle-soft-matches", "match.every-new-object")
            .what("Objects that appear after the first cycle are not soft-matched.")
            .also(&["relation.one-cycle-or-several", MISSED])
            .eligibility(|memory, pair| pair.features.soft_match &= memory.cycles == 0),
        mutant("different-display-name-blocks-the-match", "match.soft-on-upn")
            .what("A user whose displayName differs is not soft-matched.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                let own = pair.incoming.attributes.get("displayName");
                let held = pair.object.attributes.get("displayName");
                pair.features.soft_match &= own.is_none() || held.is_none() || own == held;
            }),
        mutant("upn-matches-nothing", "match.soft-on-upn")
            .what("The user principal name matches nothing.")
            .also(&[MISSED])
            .policy(|policy| policy.edition.soft_match_on_user_principal_name = &[]),
        mutant("upn-ignored-where-there-is-an-address", "match.soft-on-upn")
            .what("An object with a primary address is matched on that, and never on its UPN.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                pair.shared.user_principal_name &= pair.incoming.primary_address().is_none();
            }),
        mutant("users-do-not-match-on-their-address", "match.soft-on-primary-smtp")
            .what("Only groups and contacts match on the primary address.")
            .also(&[MISSED])
            .policy(|policy| {
                policy.edition.soft_match_on_primary_address = &[Kind::Group, Kind::Contact];
            }),
        mutant("address-matches-only-where-it-repeats-the-upn", "match.soft-on-primary-smtp")
            .what(
                "A user whose primary address differs from its UPN is not matched on the address.",
            )
            .also(&[MISSED])
            .eligibility(|_, pair| {
                let incoming = pair.incoming;
                let name = incoming.user_principal_name.as_deref();
                pair.shared.primary_address &=
                    incoming.kind != Kind::User || same(incoming.primary_address(), name);
            }),
        mutant("anchor-matches-nothing", "match.hard-on-source-anchor")
            .what("The anchor matches nothing.")
            .also(&["protect.privileged-role-code", MISSED, NOT_ITS_OWN])
            .policy(|policy| policy.edition.hard_match = &[]),
        mutant("hard-match-needs-an-equal-upn", "match.hard-on-source-anchor")
            .what("A user is matched on its anchor only where the UPNs are equal too.")
            .also(&["match.collision-creates-nothing-else protect.already-mapped-code protect.no-soft-match-instead protect.privileged-role-code soa.cloud-mastered-untouched switch.block-hard-match-blocks-soft-too switch.block-hard-match-code", MISSED])
            .eligibility(|_, pair| pair.shared.anchor &= pair.shared.user_principal_name),
        mutant("both-names-required", "match.either-attribute-suffices")
            .what("Where both sides have a UPN and a primary address, both must match.")
            .also(&[MISSED])
            .eligibility(|_, pair| {
                let own = pair.incoming.primary_address();
                if own.is_some() && pair.object.primary_address().is_some() {
                    both_or_none(pair);
                }
            }),
        mutant("upn-and-address-must-agree", "match.either-attribute-suffices")
            .what("Users are soft-matched only where UPN and primary address are both equal.")
            .also(&[MISSED])
            .eligibility(|_, pair| both_or_none(pair)),
        mutant("block-of-hard-match-stops-soft-matches", "match.every-new-object")
            .what("With hard match blocked nothing is taken over, by whatever attribute.")
            .also(&[MISSED, "switch.block-hard-match"])
            .eligibility(|_, pair| pair.features.soft_match &= !pair.features.block_hard_match),
        mutant("matching-ends-after-ten-cycles", "match.every-new-object")
            .what("From the eleventh cycle on nothing is soft-matched any more.")
            .also(&[MISSED, "relation.idle-syncs"])
            .eligibility(|memory, pair| pair.features.soft_match &= memory.cycles < 10),
    ]
}

/// What is no match counts as one.
fn of_other_values() -> Vec<Mutant> {
    vec![
        mutant("other-attribute-matches", "match.only-three-attributes")
            .what("A cloud user with the same employeeId is taken over when nothing else matches.")
            .also(&["relation.values-that-do-not-match", NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    incoming.kind == Kind::User && same_attribute(incoming, object, "employeeId")
                })
            }),
        mutant("display-name-matches", "match.only-three-attributes")
            .what("A cloud user with the same displayName is taken over when nothing else matches.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    incoming.kind == Kind::User && same_attribute(incoming, object, "displayName")
                })
            }),
        mutant("users-are-known-by-their-first-name", "match.soft-on-upn")
            .what("A cloud user that was renamed is not found by its new name.")
            .also(&[MISSED])
            .instead(|memory, _, model| {
                for (_, object) in model.tenant().objects() {
                    if let Some(name) = &object.user_principal_name {
                        let first = memory.first_names.entry(object.id.clone());
                        first.or_insert_with(|| name.clone());
                    }
                }
                None
            })
            .eligibility(|memory, pair| {
                let first = memory.first_names.get(&pair.object.id).map(|name| &**name);
                let name = pair.incoming.user_principal_name.as_deref();
                pair.shared.user_principal_name &= first.is_none() || same(first, name);
            }),
        mutant("former-anchors-lead-on", "match.no-holder-provisions")
            .what("An anchor that an administrator took from a user leads to that user still.")
            .also(&[NOT_ITS_OWN])
            .instead(|memory, command, model| {
                if let Command::SetImmutableId(_) = command
                    && let Some((_, object)) = model.named_by(command)
                    && let Some(anchor) = &object.on_premises_immutable_id
                {
                    memory.former_anchors.insert(anchor.clone(), object.id.clone());
                }
                None
            })
            .decision(|memory, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let anchor = incoming.source_anchor.as_ref();
                    let former = anchor.and_then(|anchor| memory.former_anchors.get(anchor));
                    incoming.kind == Kind::User && former == Some(&object.id)
                })
            }),
        mutant("prefix-in-mixed-letters-is-primary", "match.primary-smtp-only")
            .what("Where there is no `SMTP:` the prefix `Smtp:` marks the primary address.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let mixed = |addresses: &[ProxyAddress]| -> Option<Text> {
                    let found = addresses.iter().find(|one| one.has_mixed_prefix());
                    found.and_then(ProxyAddress::mail).map(Text::from)
                };
                let own = pair.incoming.primary_address().map(Text::from);
                let own = own.or_else(|| mixed(&pair.incoming.proxy_addresses));
                let held = pair.object.primary_address().map(Text::from);
                let held = held.or_else(|| mixed(&pair.object.proxy_addresses));
                pair.shared.primary_address = same(own.as_deref(), held.as_deref());
            }),
        mutant("secondary-address-matches", "match.primary-smtp-only")
            .what("Any address that both objects have is a match, secondary ones too.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let mut mails = pair.incoming.mail_addresses();
                pair.shared.primary_address = mails.any(|mail| holds(&pair.object, mail));
            }),
        mutant("cloud-secondary-address-matches", "match.primary-smtp-only")
            .what("A primary address matches a secondary address in the cloud.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let primary = pair.incoming.primary_address();
                pair.shared.primary_address = primary.is_some_and(|mail| holds(&pair.object, mail));
            }),
        mutant("on-premises-secondary-address-matches", "match.primary-smtp-only")
            .what("A secondary address on-premises matches the primary address in the cloud.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let primary = pair.object.primary_address();
                let mut mails = pair.incoming.mail_addresses();
                pair.shared.primary_address =
                    primary.is_some_and(|held| mails.any(|mail| same_name(mail, held)));
            }),
        mutant("upn-matches-address", "match.same-attribute")
            .what("A user principal name that equals a cloud user's primary address is a match.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let name = incoming.user_principal_name.as_deref();
                    incoming.kind == Kind::User && same(name, object.primary_address())
                })
            }),
        mutant("address-matches-upn", "match.same-attribute")
            .what("A primary address that equals a cloud user's user principal name is a match.")
            .also(&[NOT_ITS_OWN])
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    same(incoming.primary_address(), object.user_principal_name.as_deref())
                })
            }),
        mutant("name-before-the-anchor", "match.hard-before-soft")
            .what("The user with the same name is taken over although another one carries the anchor.")
            .also(&[NOT_ITS_OWN, HALF_TAKEN_OVER, "safe.own-values-only sync.failed-is-retried"])
            .decision(|memory, circumstances, decision| {
                let on = MatchingAttribute::UserPrincipalName;
                let Some(wrong) = despite_the_anchor(circumstances, on) else { return decision };
                memory.marked.insert(circumstances.incoming.key.clone());
                wrong
            })
            .exported(&[Occasion::SoftMatch], without_a_second_anchor),
        mutant("address-before-the-anchor", "match.hard-before-soft")
            .what("The user with the same address is taken over although another one carries the anchor.")
            .also(&[NOT_ITS_OWN, HALF_TAKEN_OVER, "safe.own-values-only sync.failed-is-retried"])
            .decision(|memory, circumstances, decision| {
                let on = MatchingAttribute::ProxyAddresses;
                let Some(wrong) = despite_the_anchor(circumstances, on) else { return decision };
                memory.marked.insert(circumstances.incoming.key.clone());
                wrong
            })
            .exported(&[Occasion::SoftMatch], without_a_second_anchor),
        mutant("different-anchor-ignored", "match.different-anchor-blocks-soft-match")
            .what("An object that carries another anchor is soft-matched all the same.")
            .also(&[NOT_ITS_OWN])
            .policy(|policy| policy.edition.other_anchor_blocks_soft_match = false),
        mutant(
            "different-anchor-ignored-on-address-match",
            "match.different-anchor-blocks-soft-match",
        )
        .what("An object that carries another anchor is matched on its address, not on its UPN.")
        .also(&[NOT_ITS_OWN])
        .eligibility(|_, pair| {
            pair.policy.edition.other_anchor_blocks_soft_match = pair.shared.user_principal_name;
        }),
    ]
}

/// Joined objects are matched again, or what they cannot have is taken for a match.
fn of_joined_objects() -> Vec<Mutant> {
    const LATE: &str = "match.late-match-is-an-error sync.failed-is-retried";
    vec![
        mutant("match-again-after-update", "match.new-objects-only")
            .what("A joined object that is changed to collide is matched as if it were new.")
            .also(&[NOT_ITS_OWN, LATE])
            .before_turn(|_, turn| {
                if is_late_match(turn)
                    && let Some(own) = turn.joined
                {
                    turn.tenant.remove(own);
                }
                None
            }),
        mutant("renamed-object-leaves-for-another", "match.new-objects-only")
            .what(
                "A joined object that is changed to match another one leaves its own for that one.",
            )
            .also(&[NOT_ITS_OWN, LATE])
            .before_turn(|_, turn| {
                if is_late_match(turn) {
                    leave(turn);
                }
                None
            }),
        mutant("matched-again-if-the-first-attempt-failed", "match.new-objects-only")
            .what(
                "A joined object is matched again after a change if its first attempt had failed.",
            )
            .also(&["match.late-match-is-an-error safe.only-the-named-change \
                 soa.cloud-mastered-untouched"])
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
        mutant("late-match-fails-silently", "match.late-match-is-an-error")
            .what("A joined object that is changed into a match fails, and is reported as updated.")
            .also(&["sync.changed-anchor-stops-updates"])
            .after_turn(|_, turn, result| {
                if is_error(result) && turn.joined.is_some() {
                    *result = SyncResult::plain(ResultWord::Updated);
                }
            }),
        mutant("late-match-takes-the-colliding-values", "match.late-match-is-an-error")
            .what("A joined object that is changed into a match gets the values that another has.")
            .also(&["admin.roles-may-return match.collision-creates-nothing-else safe.unique-identifiers"])
            .before_turn(|_, turn| if is_late_match(turn) { overwrite(turn) } else { None })
            .after_turn(|_, turn, result| {
                // After a reinstallation it is found again first.
                if is_error(result) && is_late_match(turn) && overwrite(turn).is_some() {
                    *result = SyncResult {
                        matched_on: Some(MatchingAttribute::SourceAnchor),
                        evaluated_by: Some(Evaluator::Client),
                        ..SyncResult::plain(ResultWord::HardMatched)
                    };
                }
            }),
        mutant("renamed-object-takes-a-second-one", "match.one-to-one")
            .what("A joined object that is changed to match another one takes that over as well.")
            .also(&[NOT_ITS_OWN, LATE, "match.new-objects-only safe.unique-identifiers"])
            .after_turn(|_, turn, result| {
                if is_error(result)
                    && turn.joined.is_some()
                    && let Some(other) = cloud_mastered_other(turn)
                {
                    turn.tenant.change(other, |object| {
                        object.on_premises_sync_enabled = Some(true);
                        object.on_premises_immutable_id.clone_from(&turn.incoming.source_anchor);
                    });
                }
            }),
        mutant("synced-objects-are-taken-over-again", "match.one-to-one")
            .what("What is mastered on-premises can be matched by a second on-premises object.")
            .also(&[
                NOT_ITS_OWN,
                "recovery.nothing-lost recovery.rejoins-by-anchor safe.command-takes-effect \
                 sync.failed-is-retried",
            ])
            .eligibility(|_, pair| {
                if pair.object.is_on_premises_mastered() && !pair.object.quarantined {
                    let object = pair.object.to_mut();
                    object.on_premises_sync_enabled = Some(false);
                    object.on_premises_immutable_id = None;
                }
            }),
        mutant("late-match-known-by-exact-letters-only", "match.late-match-is-an-error")
            .what("A joined object gets what another one has where the two differ in letter case.")
            .also(&["safe.unique-identifiers match.case-insensitive-names admin.roles-may-return"])
            .before_turn(|_, turn| {
                let incoming = turn.incoming;
                let has_exactly = |object: &CloudObject| {
                    let mut mails = object.mail_addresses();
                    object.user_principal_name == incoming.user_principal_name
                        || mails.any(|held| incoming.mail_addresses().any(|mail| mail == held))
                };
                let mut others = holders(incoming, turn.tenant);
                others.retain(|holder| Some(*holder) != turn.joined);
                let is_exact = others.iter().any(|holder| {
                    turn.tenant.get(*holder).is_some_and(|object| has_exactly(object))
                });
                if is_late_match(turn) && !is_exact { overwrite(turn) } else { None }
            }),
        mutant("late-match-with-another-kind-passes", "match.late-match-is-an-error")
            .what("A joined object gets the address that an object of another kind has.")
            .also(&["safe.unique-identifiers admin.roles-may-return kind.same-kind"])
            .before_turn(|_, turn| {
                let mut others = holders(turn.incoming, turn.tenant);
                others.retain(|holder| Some(*holder) != turn.joined);
                let is_other_kind = others.iter().all(|holder| {
                    let object = turn.tenant.get(*holder);
                    object.is_some_and(|object| object.kind != turn.incoming.kind)
                });
                if is_late_match(turn) && is_other_kind { overwrite(turn) } else { None }
            }),
    ]
}

fn of_letter_case() -> Vec<Mutant> {
    const COLLIDES: &str = "match.collision-creates-nothing-else match.late-match-is-an-error \
        safe.unique-identifiers";
    vec![
        mutant("upn-compared-with-case", "match.case-insensitive-names")
            .what("UPNs that differ only in upper and lower case count as different.")
            .also(&["relation.letter-case-of-names recovery.nothing-lost", MISSED, COLLIDES])
            .policy(|policy| policy.edition.letter_case.counts_in_names = true),
        mutant("address-compared-with-case", "match.case-insensitive-names")
            .what("Mail addresses that differ only in upper and lower case count as different.")
            .also(&[MISSED, COLLIDES, "match.address-before-upn"])
            .policy(|policy| policy.edition.letter_case.counts_in_addresses = true),
        mutant("anchor-compared-without-case", "match.case-sensitive-anchor")
            .what("Source anchors that differ only in upper and lower case count as equal.")
            .also(&[NOT_ITS_OWN, "match.hard-on-source-anchor safe.unique-identifiers"])
            .policy(|policy| policy.edition.letter_case.counts_in_anchors = false),
        mutant("hard-match-in-any-letter-case", "match.case-sensitive-anchor")
            .what("A new object is matched with a user whose anchor differs in letter case only.")
            .also(&[NOT_ITS_OWN])
            .eligibility(|_, pair| {
                let own = &pair.incoming.source_anchor;
                let carried = pair.object.on_premises_immutable_id.as_deref();
                if same(own.as_deref(), carried) {
                    pair.object.to_mut().on_premises_immutable_id.clone_from(own);
                    pair.shared.anchor = true;
                }
            })
            .decision(|_, circumstances, decision| {
                take_a_twin(circumstances, decision, |incoming, object| {
                    let carried = object.on_premises_immutable_id.as_deref();
                    incoming.kind == Kind::User && same(incoming.source_anchor.as_deref(), carried)
                })
            }),
    ]
}

/// Several objects hold identifiers, or it makes a difference by which of them one is found.
fn of_several_holders() -> Vec<Mutant> {
    vec![
        mutant("ambiguous-match-provisions", "match.every-new-object")
            .what("A new object with several holders is created without the values that they hold.")
            .also(&["safe.own-values-only", "safe.unique-identifiers"])
            .decision(|memory, circumstances, decision| match decision {
                Decision::Reject(Reason::Ambiguous) => provision(memory, circumstances),
                decision => decision,
            })
            .exported(PROVISIONING, without_withheld_values),
        mutant("upn-before-address", "match.address-before-upn")
            .what("Where the address leads to one user and the UPN to another, the UPN's is taken over.")
            .also(&["match.every-new-object"])
            .policy(|policy| policy.ambiguous_match = AmbiguousMatch::Withheld)
            .decision(|_, circumstances, decision| match decision {
                Decision::TakeOver(_) => of_upn_alone(circumstances, |_| true).unwrap_or(decision),
                decision => decision,
            }),
        mutant("upn-before-address-of-users-with-further-addresses", "match.address-before-upn")
            .what("The UPN goes before the address where its user has an address of its own.")
            .also(&["match.every-new-object"])
            .policy(|policy| policy.ambiguous_match = AmbiguousMatch::Withheld)
            .decision(|_, circumstances, decision| match decision {
                Decision::TakeOver(_) => {
                    of_upn_alone(circumstances, |object| !object.proxy_addresses.is_empty())
                        .unwrap_or(decision)
                }
                decision => decision,
            }),
        mutant("ambiguous-match-takes-the-oldest-holder", "match.every-new-object")
            .what("Of several eligible holders the oldest is taken, whatever comes first.")
            .also(&["match.address-before-upn"])
            .policy(|policy| policy.ambiguous_match = AmbiguousMatch::Withheld)
            .decision(|_, circumstances, decision| match decision {
                Decision::TakeOver(take_over) if !take_over.withheld.is_empty() => {
                    Decision::TakeOver(oldest_holder(circumstances).unwrap_or(take_over))
                }
                decision => decision,
            }),
        mutant("ambiguous-match-leaves-half-an-update-behind", "match.every-new-object")
            .what("An ambiguous match ends in an error after the addresses have been written.")
            .also(&[
                HALF_TAKEN_OVER,
                "admin.untouched kind.same-kind match.primary-smtp-only match.same-attribute \
                 safe.only-the-named-change soa.cloud-mastered-untouched",
            ])
            .after_turn(|_, turn, result| {
                if result.message.as_deref() == Some(Reason::Ambiguous.message())
                    && let Some(holder) = cloud_mastered_other(turn)
                {
                    let mut addresses = turn.incoming.proxy_addresses.clone();
                    addresses.retain(|address| {
                        let mail = address.mail();
                        mail.is_none_or(|mail| turn.tenant.holder_of_mail(mail).is_none())
                    });
                    turn.tenant.change(holder, |object| {
                        addresses.append(&mut object.proxy_addresses);
                        object.proxy_addresses = addresses;
                        object.attributes.extend(turn.incoming.attributes.clone());
                    });
                }
            }),
        mutant("hard-match-empties-what-has-no-on-premises-value", "match.same-target-same-result")
            .what(
                "A hard match empties attributes without an on-premises value; a soft match none.",
            )
            .also(&["takeover.values-overwritten"])
            .exported(&[Occasion::HardMatch], |_, export, object| {
                object.attributes.retain(|name, _| export.incoming.attributes.contains_key(name));
            }),
        mutant(
            "hard-match-empties-addresses-without-on-premises-value",
            "match.same-target-same-result",
        )
        .what("Without an on-premises address a hard match empties the cloud's; a soft match not.")
        .exported(&[Occasion::HardMatch], |_, export, object| {
            if export.incoming.proxy_addresses.is_empty() {
                object.proxy_addresses.clear();
            }
        }),
        mutant("ambiguous-match-takes-the-values-of-the-others", "match.every-new-object")
            .what("Where several objects hold addresses, the one taken over gets all of them.")
            .also(&[NOT_ITS_OWN, HALF_TAKEN_OVER])
            .policy(|policy| policy.ambiguous_match = AmbiguousMatch::Withheld)
            .decision(|memory, _, decision| {
                memory.withheld = match &decision {
                    Decision::TakeOver(take_over) => take_over.withheld.clone(),
                    _ => Withheld::default(),
                };
                decision
            })
            .after_turn(|memory, turn, result| {
                let withheld = std::mem::take(&mut memory.withheld).addresses;
                let Some(own) = turn.joined.filter(|_| is_takeover(result)) else { return };
                for address in withheld {
                    let mail = address.mail().unwrap_or_default();
                    if let Some(holder) = turn.tenant.holder_of_mail(mail) {
                        turn.tenant.change(holder, |object| {
                            object.proxy_addresses.retain(|held| {
                                !held.mail().is_some_and(|held| same_name(held, mail))
                            });
                        });
                    }
                    turn.tenant.change(own, |object| object.proxy_addresses.push(address.clone()));
                }
            }),
    ]
}

/// An object matches nothing: it is new, or it collides.
fn without_a_match() -> Vec<Mutant> {
    vec![
        mutant("always-matches-the-first", "match.no-holder-provisions")
            .what("Every new object takes over the first cloud-mastered object of its kind.")
            .also(&[
                "protect.soft-match-unchanged soa.converted-not-taken-over",
                NOT_ITS_OWN,
                "relation.order-of-creation admin.roles-may-return match.case-insensitive-names \
                 match.hard-on-source-anchor match.soft-on-upn safe.unique-identifiers \
                 switch.hard-match-still-works sync.failed-is-retried takeover.anchor-stamped \
                 takeover.password-overwritten takeover.values-overwritten",
            ])
            .decision(|_, circumstances, decision| {
                let Circumstances { incoming, tenant, .. } = *circumstances;
                let mut objects = cloud_mastered(tenant);
                match objects.find(|(_, object)| object.kind == incoming.kind) {
                    Some((target, _)) => Decision::TakeOver(TakeOver {
                        target,
                        matched_on: MatchingAttribute::UserPrincipalName,
                        withheld: Withheld::from_others(incoming, Some(target), tenant),
                    }),
                    None => decision,
                }
            }),
        mutant("provisioned-groups-are-not-mail-enabled", "match.no-holder-provisions")
            .what("A mail-enabled group is created as a plain one.")
            .exported(PROVISIONING, |_, _, object| object.mail_enabled = false),
        mutant("provisioned-objects-lack-secondary-addresses", "match.no-holder-provisions")
            .what("A new cloud object is given its primary address only.")
            .exported(PROVISIONING, |_, _, object| {
                object.proxy_addresses.retain(|address| address.kind() != AddressKind::Secondary);
            }),
        mutant("collision-provisions-anyway", "match.collision-creates-nothing-else")
            .what("A collision creates an ordinary object without the values that others hold.")
            .also(&["safe.own-values-only", "match.no-holder-provisions"])
            .decision(|memory, circumstances, decision| match decision {
                decision if is_collision(circumstances, &decision) => {
                    provision(memory, circumstances)
                }
                decision => decision,
            })
            .exported(PROVISIONING, without_withheld_values),
        mutant("copies-are-not-flagged", "match.collision-creates-nothing-else")
            .what("The quarantined object that a collision leaves behind looks like any other.")
            .also(&[
                "safe.own-values-only",
                NOT_ITS_OWN,
                "admin.roles-may-return match.late-match-is-an-error recovery.nothing-lost \
                 recovery.rejoins-by-anchor safe.command-takes-effect soa.no-split \
                 switch.joined-objects-still-sync sync.updates-flow",
            ])
            .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
            .exported(&[Occasion::Quarantine], |_, _, object| object.quarantined = false),
        mutant("secondary-addresses-collide-with-nothing", "match.collision-creates-nothing-else")
            .what("An object is created although another one holds its secondary addresses.")
            .decision(|memory, circumstances, decision| match decision {
                decision if collides_on_secondary_addresses(circumstances, &decision) => {
                    provision(memory, circumstances)
                }
                decision => decision,
            })
            .exported(PROVISIONING, without_withheld_values),
        mutant("provisioned-objects-lack-other-addresses", "match.no-holder-provisions")
            .what("A new cloud object is given its mail addresses only.")
            .also(&["relation.reinstallation"])
            .exported(PROVISIONING, |_, _, object| {
                object.proxy_addresses.retain(|address| address.mail().is_some());
            }),
        mutant("provisioning-writes-one-code-page", "match.no-holder-provisions")
            .what(
                "A new cloud object has question marks for letters that are not Western European.",
            )
            .exported(PROVISIONING, |_, _, object| {
                each_attribute(object, |value| {
                    let known = |letter: char| if letter > '\u{ff}' { '?' } else { letter };
                    value.chars().map(known).collect::<String>().into()
                });
            }),
        mutant("provisioning-writes-the-first-line", "match.no-holder-provisions")
            .what("A new cloud object has the first line of each value.")
            .exported(PROVISIONING, |_, _, object| {
                each_attribute(object, |value| value.lines().next().unwrap_or_default().into());
            }),
        mutant("names-given-up-stay-taken", "match.no-holder-provisions")
            .what("A user principal name that a joined user gave up is never free again.")
            .also(&["sync.failed-is-retried"])
            .exported(UPDATE, |memory, export, object| {
                if object.user_principal_name != export.before.user_principal_name {
                    memory.marked.extend(export.before.user_principal_name.clone());
                }
            })
            .decision(|memory, circumstances, decision| {
                reject_if_marked(memory, circumstances, decision)
            }),
        mutant("names-of-deleted-users-stay-taken", "match.no-holder-provisions")
            .what(
                "The user principal name of a user that was deleted for good is never free again.",
            )
            .also(&["sync.failed-is-retried", "sync.errors-stay-local"])
            .instead(|memory, command, model| {
                if let (Command::DeleteCloudObject(delete), Some((_, target))) =
                    (command, model.named_by(command))
                    && delete.permanently
                {
                    memory.marked.extend(target.user_principal_name.clone());
                }
                None
            })
            .decision(|memory, circumstances, decision| {
                reject_if_marked(memory, circumstances, decision)
            }),
    ]
}

/// Soft matches count only where the user principal name and the primary address both match.
fn both_or_none(pair: &mut Eligibility<'_>) {
    let MatchAttributes { user_principal_name, primary_address, .. } = pair.shared;
    if pair.incoming.kind == Kind::User {
        pair.shared.user_principal_name = user_principal_name && primary_address;
        pair.shared.primary_address = user_principal_name && primary_address;
    }
}

/// Hands the object that is joined back to the cloud, so that a match is looked for.
fn leave(turn: &mut Turn<'_>) {
    if let Some(own) = turn.joined.take() {
        turn.tenant.change(own, |object| {
            object.on_premises_sync_enabled = Some(false);
            object.on_premises_immutable_id = None;
        });
    }
}

/// A takeover of the oldest eligible object. Two objects with one anchor would be another fault.
fn oldest_holder(circumstances: &Circumstances<'_>) -> Option<TakeOver> {
    let Circumstances { incoming, tenant, policy, .. } = *circumstances;
    let (target, matched_on) = cloud_mastered(tenant).find_map(|(target, object)| {
        let by = Eligibility::of(circumstances, object).verdict().ok()?;
        let matched_on = policy.precedence().into_iter().find(|&attribute| by.has(attribute))?;
        Some((target, matched_on))
    })?;
    let anchor_holder = tenant.holder_of_anchor(incoming.source_anchor.as_deref()?);
    let withheld = Withheld::from_others(incoming, Some(target), tenant);
    let is_free = anchor_holder.is_none_or(|holder| holder == target);
    is_free.then_some(TakeOver { target, matched_on, withheld })
}

/// A takeover of the user to whom nothing but the user principal name leads, where the address leads
/// to another one.
fn of_upn_alone(
    circumstances: &Circumstances<'_>,
    suits: fn(&CloudObject) -> bool,
) -> Option<Decision> {
    let Circumstances { incoming, tenant, .. } = *circumstances;
    let eligible = || {
        let all = cloud_mastered(tenant).map(|(target, object)| {
            (target, object, Eligibility::of(circumstances, object).verdict())
        });
        all.filter_map(|(target, object, verdict)| Some((target, object, verdict.ok()?)))
    };
    let is_address_used = eligible().any(|(_, _, by)| by.primary_address);
    let is_anchor_held = eligible().any(|(_, _, by)| by.anchor);
    let (target, ..) = eligible().find(|(_, object, by)| {
        by.user_principal_name && !by.primary_address && !by.anchor && suits(object)
    })?;
    let withheld = Withheld::from_others(incoming, Some(target), tenant);
    let matched_on = MatchingAttribute::UserPrincipalName;
    let take_over = TakeOver { target, matched_on, withheld };
    (is_address_used && !is_anchor_held).then_some(Decision::TakeOver(take_over))
}

/// A takeover of the user to whom this attribute leads, where another one carries the anchor: the anchor
/// stays there.
fn despite_the_anchor(
    circumstances: &Circumstances<'_>,
    matched_on: MatchingAttribute,
) -> Option<Decision> {
    let Circumstances { incoming, tenant, .. } = *circumstances;
    let eligible = |target, object| {
        let by = Eligibility::of(circumstances, object).verdict().ok()?;
        Some((target, by))
    };
    let all: Vec<_> =
        cloud_mastered(tenant).filter_map(|(target, object)| eligible(target, object)).collect();
    let is_anchor_held = all.iter().any(|(_, by)| by.anchor);
    let (target, _) = *all.iter().find(|(_, by)| by.has(matched_on) && !by.anchor)?;
    let withheld = Withheld::from_others(incoming, Some(target), tenant);
    is_anchor_held.then_some(Decision::TakeOver(TakeOver { target, matched_on, withheld }))
}

/// An anchor that another object carries is not stamped.
fn without_a_second_anchor(memory: &mut Memory, export: &Export<'_>, object: &mut CloudObject) {
    if memory.marked.contains(&export.incoming.key) {
        object.on_premises_immutable_id.clone_from(&export.before.on_premises_immutable_id);
    }
}

/// Whether this is how a collision ends where nothing holds the anchor.
fn is_collision(circumstances: &Circumstances<'_>, decision: &Decision) -> bool {
    let anchor = circumstances.incoming.source_anchor.as_deref();
    let is_free =
        anchor.is_some_and(|anchor| circumstances.tenant.holder_of_anchor(anchor).is_none());
    is_free
        && match decision {
            Decision::Quarantine(_) => true,
            Decision::Reject(reason) => *reason != Reason::Ambiguous,
            Decision::TakeOver(_) | Decision::Provision => false,
        }
}

/// Whether it is a collision, and others hold nothing but secondary addresses.
pub(super) fn collides_on_secondary_addresses(
    circumstances: &Circumstances<'_>,
    decision: &Decision,
) -> bool {
    let withheld = Withheld::from_others(circumstances.incoming, None, circumstances.tenant);
    is_collision(circumstances, decision)
        && !withheld.user_principal_name
        && withheld.addresses.iter().all(|address| !address.is_primary())
}

/// Provisions, and remembers what the new object does not get.
fn provision(memory: &mut Memory, circumstances: &Circumstances<'_>) -> Decision {
    memory.withheld = Withheld::from_others(circumstances.incoming, None, circumstances.tenant);
    Decision::Provision
}

/// Creates an object without what was withheld when it was decided on.
fn without_withheld_values(memory: &mut Memory, _: &Export<'_>, object: &mut CloudObject) {
    let withheld = &memory.withheld;
    object.proxy_addresses.retain(|address| !withheld.addresses.contains(address));
    if withheld.user_principal_name {
        object.user_principal_name =
            object.user_principal_name.take().map(|name| own_name(&name, &object.id));
    }
}

/// What would be created fails where its user principal name is marked.
fn reject_if_marked(
    memory: &Memory,
    circumstances: &Circumstances<'_>,
    decision: Decision,
) -> Decision {
    let name = circumstances.incoming.user_principal_name.as_ref();
    let is_marked = name.is_some_and(|name| memory.marked.contains(name));
    match decision {
        Decision::Provision if is_marked => Decision::Reject(Reason::MasteredOnPremises),
        decision => decision,
    }
}
