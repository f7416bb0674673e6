//! What becomes of a cloud object that is taken over.

use super::arrival::{judge_addresses, judge_values};
use super::candidates::MatchCandidates;
use super::check::{Check, Trigger};
use super::definitions::MatchClass;
use super::history::Absent;
use super::match_attributes::MatchAttributes;
use super::states::given;
use super::subject::Subject;
use super::transition::Transition;
use super::treatments::{Example, Treatments};
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, CloudObject, DeclaredChoices, Field, Kind, ObjectName, OnPremisesObject, Text,
    Treatment, Value, ValuesAbsentOnPremises, same_addresses,
};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check::of("takeover.authority-flips", &[Trigger::Takeover], authority_flips),
    Check::of("takeover.anchor-stamped", &[Trigger::Takeover], anchor_stamped),
    Check::of(
        "takeover.values-overwritten",
        &[Trigger::Takeover, Trigger::DeterminateLink],
        values_overwritten,
    ),
    Check::of("takeover.addresses-replaced", &[Trigger::Takeover], addresses_replaced),
    Check::of("takeover.same-object", &[Trigger::Takeover], same_object),
    Check::of("takeover.password-overwritten", &[Trigger::Takeover], password_overwritten),
    Check::of("takeover.password-kept", &[Trigger::Takeover], password_kept),
];

/// A takeover as it was seen: the match was right, and something about the target changed.
struct Takeover<'t, 'a> {
    subject: &'t Subject<'a>,
    object: &'a Arc<OnPremisesObject>,
    target: &'a Arc<CloudObject>,
    after: Option<&'a Arc<CloudObject>>,
    by: MatchAttributes,
    matching: &'t MatchCandidates<'a>,
}

impl Takeover<'_, '_> {
    /// Names and addresses that other holders keep, where the match was ambiguous.
    fn withheld(&self) -> Vec<&str> {
        if matches!(self.matching.class, MatchClass::Clear) {
            return Vec::new();
        }
        let others = || {
            self.matching
                .holders()
                .map(|(candidate, _)| candidate.cloud)
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
    transition.cycle.iter().flat_map(move |cycle| {
        cycle.takeovers.iter().filter_map(move |&(subject, candidate)| {
            let subject = &cycle.subjects[subject];
            let matching = subject.new_matching()?;
            let candidate = &matching.candidates[candidate];
            Some(Takeover {
                subject,
                object: subject.object,
                target: candidate.cloud,
                after: transition.after_of(candidate.cloud),
                by: candidate.eligible,
                matching,
            })
        })
    })
}

/// Judges every takeover whose object is still there.
fn judge_survivors(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    judge: impl Fn(&mut Verdict, &dyn Fn() -> ObjectName, &Takeover<'_, '_>, &CloudObject),
) {
    for takeover in takeovers(transition) {
        if let Some(after) = takeover.after {
            let name = || transition.name_of(takeover.target);
            verdict.judge(|verdict| judge(verdict, &name, &takeover, after));
        }
    }
}

fn authority_flips(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        if after.is_cloud_mastered() {
            verdict
                .violated(name(), Field::OnPremisesSyncEnabled, true, false)
                .because(taken_over(takeover));
        }
    });
}

fn anchor_stamped(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        let (anchor, seen) = (&takeover.object.source_anchor, &after.on_premises_immutable_id);
        if anchor != seen {
            verdict
                .violated(name(), Field::OnPremisesImmutableId, anchor, seen)
                .because(taken_over(takeover));
        }
    });
}

fn taken_over(takeover: &Takeover<'_, '_>) -> Because {
    Because::TakenOver { by: takeover.object.key.clone(), on: takeover.by.attributes() }
}

fn values_overwritten(transition: &Transition<'_>, verdict: &mut Verdict) {
    cleared_in_next_cycle(transition, verdict);
    let values_absent_on_premises = transition.settings.choices.values_absent_on_premises;
    judge_survivors(transition, verdict, |verdict, name, takeover, after| {
        judge_values(verdict, name, takeover.object, after, &takeover.withheld());
        let Some(declared) = values_absent_on_premises else { return };
        for (attribute, value) in &takeover.target.attributes {
            if takeover.object.attributes.contains_key(attribute)
                || !transition.history.given_attributes.contains(attribute)
            {
                continue;
            }
            let expected = (declared != ValuesAbsentOnPremises::Cleared).then_some(value);
            let seen = after.attributes.get(attribute);
            if seen != expected {
                verdict
                    .violated(name(), Field::Attribute(attribute.clone()), expected, seen)
                    .because(Because::Declared(DeclaredChoices {
                        values_absent_on_premises,
                        ..DeclaredChoices::default()
                    }));
            }
        }
    });
}

/// What is declared to be cleared in the cycle after the takeover has no value after that cycle.
fn cleared_in_next_cycle(transition: &Transition<'_>, verdict: &mut Verdict) {
    let values_absent_on_premises = transition.settings.choices.values_absent_on_premises;
    if values_absent_on_premises != Some(ValuesAbsentOnPremises::ClearedInNextCycle)
        || transition.history.reinstalled
    {
        return;
    }
    for (subject, link) in transition.settled() {
        let (Some(own_history), Some(after)) =
            (subject.own_history, transition.after_of(link.cloud))
        else {
            continue;
        };
        if link.meets_others() || subject.reported_error() || own_history.failed {
            continue;
        }
        let absent = Some(&own_history.absent).filter(|absent| !absent.was_restored);
        for name in absent.iter().flat_map(|absent| &absent.attributes) {
            if subject.object.attributes.contains_key(name) {
                continue;
            }
            verdict.judge(|verdict| {
                if let Some(seen) = after.attributes.get(name) {
                    let field = Field::Attribute(name.clone());
                    verdict
                        .violated(transition.name_of(link.cloud), field, Value::Nothing, seen)
                        .because(Because::Declared(DeclaredChoices {
                            values_absent_on_premises,
                            ..DeclaredChoices::default()
                        }));
                }
            });
        }
    }
}

/// What the objects that took one over in this cycle have no value for on-premises.
pub(super) fn absent(transition: &Transition<'_>) -> Vec<(Text, Absent)> {
    let taken_over = transition.subjects().iter().filter_map(|subject| {
        let shown = transition.origin_of(subject.effect.joined?)?;
        let before = transition.history.as_it_was(shown).unwrap_or(shown);
        let object = subject.object;
        let attributes = before.attributes.keys();
        let attributes = attributes.filter(|name| {
            !object.attributes.contains_key(*name)
                && transition.history.given_attributes.contains(*name)
        });
        let absent = Absent {
            attributes: attributes.cloned().collect(),
            addresses: object.proxy_addresses.is_empty() && !before.proxy_addresses.is_empty(),
            was_restored: shown.deleted,
        };
        shown.is_cloud_mastered().then(|| (object.key.clone(), absent))
    });
    taken_over.filter(|(_, absent)| !absent.is_empty()).collect()
}

fn addresses_replaced(transition: &Transition<'_>, verdict: &mut Verdict) {
    for takeover in takeovers(transition) {
        let Some(after) = takeover.after else {
            continue;
        };
        if takeover.object.proxy_addresses.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            judge_addresses(
                transition.history,
                verdict,
                || transition.name_of(takeover.target),
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
        let target = takeover.target;
        let name = || transition.name_of(target);
        verdict.judge(|verdict| {
            match takeover.after {
                None => _ = verdict.missing(name()).because(Because::Unchanged),
                Some(after) if after.deleted => {
                    verdict.violated(name(), Field::Deleted, false, true);
                }
                Some(after) => {
                    verdict.expect(name, Field::Kind, target.kind, after.kind);
                    verdict.expect(name, Field::Quarantined, false, after.quarantined);
                    let (mail_enabled, roles) = (target.mail_enabled, &target.roles);
                    verdict.expect(name, Field::MailEnabled, mail_enabled, after.mail_enabled);
                    verdict.expect(name, Field::Roles, roles, &after.roles);
                    let (eligible, seen) = (&target.eligible_roles, &after.eligible_roles);
                    verdict.expect(name, Field::EligibleRoles, eligible, seen);
                    return;
                }
            }
            transition.judge_no_second(verdict, takeover.subject, target);
        });
    }
}

fn password_overwritten(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_passwords(transition, verdict, true, |takeover| {
        takeover.object.password.is_some().then_some(&takeover.object.password)
    });
}

fn password_kept(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_passwords(transition, verdict, false, |takeover| {
        let has_any = takeover.target.password.is_some() || takeover.object.password.is_some();
        (takeover.target.kind == Kind::User && has_any).then_some(&takeover.target.password)
    });
}

/// Judges, while password hash sync is on or off, that an object that is taken over has the
/// password that it is expected to have, if any is.
fn judge_passwords(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    hash_sync: bool,
    expected: impl for<'s> Fn(&'s Takeover<'_, '_>) -> Option<&'s Option<Text>>,
) {
    if !transition.has(Capability::Passwords)
        || transition.features().password_hash_sync != hash_sync
    {
        return;
    }
    for takeover in takeovers(transition) {
        let (Some(after), Some(expected)) = (takeover.after, expected(&takeover)) else {
            continue;
        };
        if after.password == *expected {
            verdict.holds();
        } else {
            let name = transition.name_of(takeover.target);
            verdict
                .violated(name, Field::Password, expected, &after.password)
                .because(Because::PasswordHashSync(hash_sync));
        }
    }
}

/// What the takeovers of users by a clear match made of each value that the cloud objects had:
/// these can be compared.
fn examples(transition: &Transition<'_>) -> Vec<Example> {
    let mut examples = Vec::new();
    for takeover in takeovers(transition) {
        let Some(after) = takeover.after else { continue };
        let (object, target) = (takeover.object, takeover.target);
        if !matches!(takeover.matching.class, MatchClass::Clear) || object.kind != Kind::User {
            continue;
        }
        let mut add = |field: Field, is_on_premises: bool, treatment: Treatment| {
            let (on, object) = (takeover.by.attributes(), transition.name_of(target));
            examples.push(Example { field, is_on_premises, on, treatment, object });
        };
        for (name, value) in &target.attributes {
            let wanted = object.attributes.get(name);
            if wanted == Some(value) || !transition.history.given_attributes.contains(name) {
                continue;
            }
            let treatment = match after.attributes.get(name) {
                Some(seen) if seen == value => Treatment::Kept,
                Some(seen) if Some(seen) == wanted => Treatment::Overwritten,
                _ => Treatment::Lost,
            };
            add(Field::Attribute(name.clone()), wanted.is_some(), treatment);
        }
        if !target.proxy_addresses.is_empty() && object.proxy_addresses.is_empty() {
            let [before, after] = [target, after].map(|cloud| given(transition.history, cloud));
            let is_kept = same_addresses(&before, &after);
            let treatment = if is_kept { Treatment::Kept } else { Treatment::Lost };
            add(Field::ProxyAddresses, false, treatment);
        }
    }
    examples
}

/// What later takeovers of the case are compared with.
pub(super) fn treatments(transition: &Transition<'_>) -> Treatments {
    let mut treatments = Treatments::default();
    examples(transition).into_iter().for_each(|example| treatments.add(example));
    treatments
}

/// Takeovers in one case that were reached in different ways treat the same value alike.
pub(super) fn same_result(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut earlier = Treatments::default();
    for example in examples(transition) {
        let others = transition.history.treatments.like(&example).chain(earlier.like(&example));
        for other in others.filter(|other| other.on != example.on) {
            if other.treatment == example.treatment {
                verdict.holds();
            } else {
                let (object, field) = (example.object.clone(), example.field.clone());
                verdict.violated(object, field, other.treatment, example.treatment).because(
                    Because::AsAnother {
                        object: other.object.clone(),
                        on: other.on.clone(),
                        here: example.on.clone(),
                    },
                );
            }
        }
        earlier.add(example);
    }
}
