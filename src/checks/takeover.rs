//! What becomes of a cloud object that is taken over.

use super::Check;
use super::situation::{Meeting, MeetingClass, Reach, Subject};
use super::ties::Tie;
use super::transition::{Transition, judge_addresses, judge_values, list, optional};
use super::verdict::Verdict;
use crate::directory::{
    AmbiguousMatch, Capability, CloudObject, HardVersusSoft, Kind, OnPremisesObject,
    SoftMatchPrecedence, Text, ValuesAbsentOnPremises,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: "takeover.authority-flips",
        judge: authority_flips,
    },
    Check {
        rule: "takeover.anchor-stamped",
        judge: anchor_stamped,
    },
    Check {
        rule: "takeover.values-overwritten",
        judge: values_overwritten,
    },
    Check {
        rule: "takeover.addresses-replaced",
        judge: addresses_replaced,
    },
    Check {
        rule: "takeover.same-object",
        judge: same_object,
    },
    Check {
        rule: "takeover.password-overwritten",
        judge: password_overwritten,
    },
    Check {
        rule: "takeover.password-kept",
        judge: password_kept,
    },
];

/// A takeover as it was seen: the match was right, and something about the target changed.
struct Takeover<'t, 'a> {
    object: &'a Arc<OnPremisesObject>,
    target: &'a Arc<CloudObject>,
    after: Option<&'a Arc<CloudObject>>,
    reach: Reach,
    meeting: &'t Meeting<'a>,
}

impl Takeover<'_, '_> {
    /// Names and addresses that other holders keep, where the match was ambiguous.
    fn withheld(&self) -> Vec<&str> {
        let others = || {
            self.meeting
                .holders()
                .map(|(tie, _)| tie.cloud)
                .filter(|cloud| cloud.id != self.target.id)
        };
        others()
            .filter_map(|cloud| cloud.user_principal_name.as_deref())
            .chain(others().flat_map(|cloud| cloud.mail_addresses()))
            .collect()
    }
}

/// Every takeover by an uncontended object where nothing about the match is left open.
fn takeovers<'t, 'a>(transition: &'t Transition<'a>) -> impl Iterator<Item = Takeover<'t, 'a>> {
    transition
        .newcomers()
        .filter(|(_, meeting)| {
            !meeting.doubtful
                && matches!(
                    meeting.class,
                    MeetingClass::Clear(_) | MeetingClass::Ambiguous
                )
        })
        .flat_map(move |(subject, meeting)| {
            meeting
                .holders()
                .filter(|(tie, reach)| reach.any() && !transition.is_untouched(tie.cloud))
                .map(move |(tie, reach)| Takeover {
                    object: subject.object,
                    target: tie.cloud,
                    after: transition.after_of(tie.cloud),
                    reach,
                    meeting,
                })
        })
}

/// Judges every takeover whose object is still there.
fn judge_survivors(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    judge: impl Fn(&mut Verdict, &str, &Takeover<'_, '_>, &CloudObject),
) {
    for takeover in takeovers(transition) {
        if let Some(after) = takeover.after {
            let name = transition.name_of(takeover.target);
            verdict.judge(|verdict| judge(verdict, &name, &takeover, after));
        }
    }
}

fn authority_flips(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        if !after.on_premises_sync_enabled {
            verdict.violated(
                name,
                "onPremisesSyncEnabled",
                format!("true: taken over by {}", takeover.object.key),
                "false, though the object changed",
            );
        }
    });
}

fn anchor_stamped(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        if after.on_premises_immutable_id != takeover.object.source_anchor {
            verdict.violated(
                name,
                "onPremisesImmutableId",
                format!(
                    "{} of {}",
                    optional(&takeover.object.source_anchor),
                    takeover.object.key
                ),
                optional(&after.on_premises_immutable_id),
            );
        }
    });
}

fn values_overwritten(transition: &Transition<'_>, verdict: &mut Verdict) {
    let declared = transition.choices.values_absent_on_premises;
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        judge_values(verdict, name, takeover.object, after, &takeover.withheld());
        let Some(declared) = declared else { return };
        for (attribute, value) in &takeover.target.attributes {
            if takeover.object.attributes.contains_key(attribute) {
                continue;
            }
            let expected = match declared {
                ValuesAbsentOnPremises::Kept => Some(value),
                ValuesAbsentOnPremises::Cleared => None,
            };
            let seen = after.attributes.get(attribute);
            if seen != expected {
                verdict.violated(
                    name,
                    &**attribute,
                    format!(
                        "{}: valuesAbsentOnPremises is declared as {}",
                        optional(&expected.cloned()),
                        declared.word()
                    ),
                    optional(&seen.cloned()),
                );
            }
        }
    });
}

fn addresses_replaced(transition: &Transition<'_>, verdict: &mut Verdict) {
    for takeover in takeovers(transition) {
        let Some(after) = takeover.after else {
            continue;
        };
        if takeover.object.proxy_addresses.is_empty() {
            continue;
        }
        let name = transition.name_of(takeover.target);
        verdict.judge(|verdict| {
            judge_addresses(
                verdict,
                &name,
                takeover.object,
                Some(takeover.target),
                after,
                &takeover.withheld(),
            );
        });
    }
}

fn same_object(transition: &Transition<'_>, verdict: &mut Verdict) {
    for takeover in takeovers(transition) {
        let name = transition.name_of(takeover.target);
        verdict.judge(|verdict| {
            match takeover.after {
                None => verdict.violated(
                    &name,
                    "id",
                    format!("{} as before", takeover.target.id),
                    "gone",
                ),
                Some(after) if after.deleted => {
                    verdict.violated(&name, "deleted", "false", "true");
                }
                Some(after) => {
                    let mut expect = |field: &str, expected: String, seen: String| {
                        if expected != seen {
                            verdict.violated(&name, field, expected, seen);
                        }
                    };
                    expect(
                        "kind",
                        takeover.target.kind.to_string(),
                        after.kind.to_string(),
                    );
                    expect("quarantined", "false".into(), after.quarantined.to_string());
                    return;
                }
            }
            for created in transition.created_for(takeover.object) {
                verdict.violated(
                    transition.name_of(created),
                    "the object itself",
                    format!("{name} keeps its identity"),
                    format!("a new object with id {}", created.id),
                );
            }
        });
    }
}

fn password_overwritten(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::Passwords) || !transition.features().password_hash_sync {
        return;
    }
    for takeover in takeovers(transition) {
        let Some(after) = takeover.after else {
            continue;
        };
        let Some(password) = &takeover.object.password else {
            continue;
        };
        if after.password.as_ref() == Some(password) {
            verdict.holds();
        } else {
            verdict.violated(
                transition.name_of(takeover.target),
                "password",
                format!("{password} from on-premises: password hash sync is on"),
                optional(&after.password),
            );
        }
    }
}

fn password_kept(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::Passwords) || transition.features().password_hash_sync {
        return;
    }
    for takeover in takeovers(transition) {
        let Some(after) = takeover.after else {
            continue;
        };
        if takeover.target.kind != Kind::User
            || (takeover.target.password.is_none() && takeover.object.password.is_none())
        {
            continue;
        }
        if after.password == takeover.target.password {
            verdict.holds();
        } else {
            verdict.violated(
                transition.name_of(takeover.target),
                "password",
                format!(
                    "{} as before: password hash sync is off",
                    optional(&takeover.target.password)
                ),
                optional(&after.password),
            );
        }
    }
}

/// Holds an implementation to what it declares about ambiguous matches.
pub(super) fn hold_to_ambiguous_choices(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    meeting: &Meeting<'_>,
    touched: &[(&Tie<'_>, Reach)],
) {
    let Some(declared) = transition.choices.ambiguous_match else {
        return;
    };
    let key = &*subject.object.key;
    let taken = touched.first().map_or_else(
        || "none".to_owned(),
        |(tie, _)| transition.name_of(tie.cloud),
    );
    // An anchor cannot be withheld, so nothing but its holder can be taken over.
    let anchor_holder = meeting.holders().find(|(tie, _)| tie.anchor);
    let soft_first = transition.choices.hard_versus_soft == Some(HardVersusSoft::SoftFirst);
    let candidates: Vec<(&Tie<'_>, Reach)> = match anchor_holder {
        Some((tie, reach)) => {
            let another_is_soft = meeting
                .holders()
                .any(|(other, reach)| other.cloud.id != tie.cloud.id && reach.soft());
            let beaten = soft_first && another_is_soft && !reach.soft();
            if reach.any() && !beaten {
                vec![(tie, reach)]
            } else {
                Vec::new()
            }
        }
        None => {
            let eligible: Vec<_> = meeting.holders().filter(|(_, reach)| reach.any()).collect();
            let preferred = |reach: &Reach| match transition.choices.soft_match_precedence {
                Some(SoftMatchPrecedence::ProxyAddressesFirst) => reach.primary,
                Some(SoftMatchPrecedence::UserPrincipalNameFirst) => reach.user_principal_name,
                None => true,
            };
            let first: Vec<_> = eligible
                .iter()
                .copied()
                .filter(|(_, reach)| preferred(reach))
                .collect();
            if first.is_empty() { eligible } else { first }
        }
    };
    let undecided = anchor_holder.is_some() && transition.choices.hard_versus_soft.is_none();
    match declared {
        AmbiguousMatch::Refused => {
            if !touched.is_empty() || !transition.created_for(subject.object).is_empty() {
                verdict.violated(
                    key,
                    "cloud object taken over",
                    "none: ambiguousMatch is declared as refused",
                    taken,
                );
            }
        }
        AmbiguousMatch::Withheld => {
            let is_candidate = touched.iter().all(|(tie, _)| {
                candidates
                    .iter()
                    .any(|(candidate, _)| candidate.cloud.id == tie.cloud.id)
            });
            let is_owed = !candidates.is_empty() && !undecided;
            if !is_candidate || (is_owed && touched.is_empty()) {
                let expected: Vec<String> = candidates
                    .iter()
                    .map(|(tie, _)| transition.name_of(tie.cloud))
                    .collect();
                verdict.violated(
                    key,
                    "cloud object taken over",
                    format!(
                        "{}, as ambiguousMatch and its precedence are declared",
                        if expected.is_empty() {
                            "none".to_owned()
                        } else {
                            expected.join(" or ")
                        }
                    ),
                    taken,
                );
            }
        }
    }
}

/// How one takeover treated what on-premises had no value for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TakeoverStyle {
    /// Reached by the anchor and not softly; otherwise softly and not by the anchor.
    hard: bool,
    /// The target, as a person would name it.
    target: String,
    /// For each attribute without an on-premises value: whether the cloud value stayed.
    attributes_kept: BTreeMap<Text, bool>,
    /// The same for the addresses as a whole, where on-premises has none.
    addresses_kept: Option<bool>,
}

/// The styles of this cycle's takeovers of users, for comparison with others of the same case.
pub(super) fn styles(transition: &Transition<'_>) -> Vec<TakeoverStyle> {
    takeovers(transition)
        .filter(|takeover| matches!(takeover.meeting.class, MeetingClass::Clear(_)))
        .filter(|takeover| takeover.object.kind == Kind::User)
        .filter(|takeover| takeover.reach.anchor != takeover.reach.soft())
        .filter_map(|takeover| {
            let after = takeover.after?;
            let attributes_kept: BTreeMap<Text, bool> = takeover
                .target
                .attributes
                .iter()
                .filter(|(name, _)| !takeover.object.attributes.contains_key(*name))
                .map(|(name, value)| (name.clone(), after.attributes.get(name) == Some(value)))
                .collect();
            let had_addresses = !takeover.target.proxy_addresses.is_empty();
            let addresses_kept = (had_addresses && takeover.object.proxy_addresses.is_empty())
                .then(|| list(&after.proxy_addresses) == list(&takeover.target.proxy_addresses));
            Some(TakeoverStyle {
                hard: takeover.reach.anchor,
                target: transition.name_of(takeover.target),
                attributes_kept,
                addresses_kept,
            })
        })
        .collect()
}

/// A hard and a soft takeover in one case treat what has no value on-premises alike.
pub(super) fn same_result(transition: &Transition<'_>, verdict: &mut Verdict) {
    let now = styles(transition);
    let kept = |kept: bool| if kept { "kept" } else { "not kept" };
    for (at, style) in now.iter().enumerate() {
        for other in transition.history.takeovers.iter().chain(&now[..at]) {
            if style.hard == other.hard {
                continue;
            }
            let way = |hard: bool| if hard { "hard" } else { "soft" };
            let mut compared = 0;
            let mut compare = |field: &str, seen: bool, before: bool| {
                compared += 1;
                if seen != before {
                    verdict.violated(
                        &style.target,
                        field,
                        format!(
                            "{}, as after the {} match of {}",
                            kept(before),
                            way(other.hard),
                            other.target
                        ),
                        format!("{} after a {} match", kept(seen), way(style.hard)),
                    );
                    compared = 0;
                }
            };
            for (name, &seen) in &style.attributes_kept {
                if let Some(&before) = other.attributes_kept.get(name) {
                    compare(name, seen, before);
                }
            }
            if let (Some(seen), Some(before)) = (style.addresses_kept, other.addresses_kept) {
                compare("proxyAddresses", seen, before);
            }
            if compared > 0 {
                verdict.holds();
            }
        }
    }
}
