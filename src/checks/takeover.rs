//! What becomes of a cloud object that is taken over.

use super::Check;
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::situation::{Meeting, MeetingClass, Reach, Subject};
use super::ties::Tie;
use super::transition::{
    Transition, given, judge_addresses, judge_values, optional, roles, same_addresses,
};
use super::verdict::Verdict;
use crate::directory::{
    AmbiguousMatch, Capability, CloudObject, HardVersusSoft, Kind, OnPremisesObject, Portrait,
    SoftMatchPrecedence, Text, ValuesAbsentOnPremises,
};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "takeover.authority-flips", about: Occasions::TAKEOVER, judge: authority_flips },
    Check { rule: "takeover.anchor-stamped", about: Occasions::TAKEOVER, judge: anchor_stamped },
    Check {
        rule: "takeover.values-overwritten",
        about: Occasions::TAKEOVER,
        judge: values_overwritten,
    },
    Check {
        rule: "takeover.addresses-replaced",
        about: Occasions::TAKEOVER,
        judge: addresses_replaced,
    },
    Check { rule: "takeover.same-object", about: Occasions::TAKEOVER, judge: same_object },
    Check {
        rule: "takeover.password-overwritten",
        about: Occasions::TAKEOVER,
        judge: password_overwritten,
    },
    Check { rule: "takeover.password-kept", about: Occasions::TAKEOVER, judge: password_kept },
];

/// A takeover as it was seen: the match was right, and something about the target changed.
struct Takeover<'t, 'a> {
    subject: &'t Subject<'a>,
    object: &'a Arc<OnPremisesObject>,
    target: &'a Arc<CloudObject>,
    after: Option<&'a Arc<CloudObject>>,
    reach: Reach,
    meeting: &'t Meeting<'a>,
}

impl Takeover<'_, '_> {
    /// Names and addresses that other holders keep, where the match was ambiguous.
    fn withheld(&self) -> Vec<&str> {
        if matches!(self.meeting.class, MeetingClass::Clear(_)) {
            return Vec::new();
        }
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
    transition.cycle.iter().flat_map(move |cycle| {
        cycle.takeovers.iter().filter_map(move |&(subject, tie)| {
            let subject = &cycle.subjects[subject as usize];
            let meeting = subject.new_meeting()?;
            let tie = &meeting.ties[tie as usize];
            Some(Takeover {
                subject,
                object: subject.object,
                target: tie.cloud,
                after: transition.after_of(tie.cloud),
                reach: tie.eligible,
                meeting,
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
        if !after.on_premises_sync_enabled {
            verdict.violated(
                name(),
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
                name(),
                "onPremisesImmutableId",
                format!("{} of {}", optional(&takeover.object.source_anchor), takeover.object.key),
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
            if takeover.object.attributes.contains_key(attribute)
                || !transition.history.given_attributes.contains(attribute)
            {
                continue;
            }
            let expected = match declared {
                ValuesAbsentOnPremises::Kept => Some(value),
                ValuesAbsentOnPremises::Cleared => None,
            };
            let seen = after.attributes.get(attribute);
            if seen != expected {
                verdict.violated(
                    name(),
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
        let name = || transition.name_of(takeover.target);
        verdict.judge(|verdict| {
            judge_addresses(
                transition.history,
                verdict,
                name,
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
                None => {
                    verdict.violated(name(), "id", format!("{} as before", target.id), "gone");
                }
                Some(after) if after.deleted => {
                    verdict.violated(name(), "deleted", "false", "true");
                }
                Some(after) => {
                    verdict.expect(name, "kind", target.kind, after.kind);
                    verdict.expect(name, "quarantined", false, after.quarantined);
                    verdict.expect(name, "mailEnabled", target.mail_enabled, after.mail_enabled);
                    if target.roles != after.roles {
                        verdict.violated(name(), "roles", roles(target), roles(after));
                    }
                    return;
                }
            }
            for created in transition.created_for(takeover.subject) {
                verdict.violated(
                    transition.name_of(created),
                    "the object itself",
                    format!("{} keeps its identity", name()),
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
    let key = || ObjectName::Key(subject.object.key.clone());
    let taken = || {
        let taken = touched.first().map(|(tie, _)| transition.name_of(tie.cloud).to_string());
        taken.unwrap_or_else(|| "none".to_owned())
    };
    // An anchor cannot be withheld, so nothing but its holder can be taken over.
    let anchor_holder = meeting.holders().find(|(tie, _)| tie.anchor);
    let preferred = |reach: &Reach| match transition.choices.soft_match_precedence {
        Some(SoftMatchPrecedence::ProxyAddressesFirst) => reach.primary,
        Some(SoftMatchPrecedence::UserPrincipalNameFirst) => reach.user_principal_name,
        None => true,
    };
    // The soft matches that go first, as far as precedence is declared.
    let soft: Vec<_> = meeting.holders().filter(|(_, reach)| reach.soft()).collect();
    let first: Vec<_> = soft.iter().copied().filter(|(_, reach)| preferred(reach)).collect();
    let first = if first.is_empty() { soft } else { first };
    // Which holders may be taken over, and whether one of them must be.
    let (candidates, is_owed): (Vec<(&Tie<'_>, Reach)>, bool) = match anchor_holder {
        None => {
            let is_owed = !first.is_empty();
            (first, is_owed)
        }
        Some((_, reach)) if !reach.any() => (Vec::new(), false),
        Some((tie, reach)) => {
            let is_tied = |(other, _): &(&Tie<'_>, Reach)| other.cloud.id == tie.cloud.id;
            match transition.choices.hard_versus_soft {
                Some(HardVersusSoft::HardFirst) => (vec![(tie, reach)], true),
                None => (vec![(tie, reach)], false),
                // Whoever is tried first is either the anchor's holder or cannot be stamped with it.
                Some(HardVersusSoft::SoftFirst) if first.iter().all(is_tied) => {
                    (vec![(tie, reach)], true)
                }
                Some(HardVersusSoft::SoftFirst) if first.iter().any(is_tied) => {
                    (vec![(tie, reach)], false)
                }
                Some(HardVersusSoft::SoftFirst) => (Vec::new(), false),
            }
        }
    };
    match declared {
        AmbiguousMatch::Refused => {
            if !touched.is_empty() || !transition.created_for(subject).is_empty() {
                verdict.violated(
                    key(),
                    "cloud object taken over",
                    "none: ambiguousMatch is declared as refused",
                    taken(),
                );
            }
        }
        AmbiguousMatch::Withheld => {
            let is_candidate = touched.iter().all(|(tie, _)| {
                candidates.iter().any(|(candidate, _)| candidate.cloud.id == tie.cloud.id)
            });
            if !is_candidate || (is_owed && touched.is_empty()) {
                let expected: Vec<String> = candidates
                    .iter()
                    .map(|(tie, _)| transition.name_of(tie.cloud).to_string())
                    .collect();
                verdict.violated(
                    key(),
                    "cloud object taken over",
                    format!(
                        "{}, as ambiguousMatch and its precedence are declared",
                        if expected.is_empty() { "none".to_owned() } else { expected.join(" or ") }
                    ),
                    taken(),
                );
            }
        }
    }
}

/// What a takeover made of one cloud value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Treatment {
    /// It is as it was.
    Kept,
    /// It has the on-premises value.
    Overwritten,
    /// It is neither.
    Lost,
}

impl Treatment {
    fn words(self) -> &'static str {
        match self {
            Treatment::Kept => "kept",
            Treatment::Overwritten => "overwritten",
            Treatment::Lost => "lost",
        }
    }
}

/// What a takeover made of one value, and how its object was reached.
#[derive(Clone, Debug)]
struct Example {
    reach: Reach,
    treatment: Treatment,
    /// The target, as a person would name it.
    target: ObjectName,
}

/// For each cloud value, by its name and by whether on-premises has one too: what takeovers made
/// of it, with one example for each way in which they were reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Treatments(Vec<(Text, bool, Example)>);

impl Treatments {
    /// Adds an example, unless there is one for the same way already.
    fn add(
        &mut self,
        name: &str,
        is_on_premises: bool,
        reach: Reach,
        make: impl FnOnce() -> Example,
    ) {
        if self.of(name, is_on_premises).all(|earlier| earlier.reach != reach) {
            self.0.push((name.into(), is_on_premises, make()));
        }
    }

    /// Adds all examples of another collection.
    pub(crate) fn extend(&mut self, other: Treatments) {
        for (name, is_on_premises, example) in other.0 {
            self.add(&name, is_on_premises, example.reach, || example);
        }
    }

    /// Draws what is compared with later takeovers: what an example is called is not.
    pub(crate) fn portray(&self, portrait: &mut Portrait) {
        let mut examples: Vec<_> = self
            .0
            .iter()
            .map(|(name, is_on_premises, Example { reach, treatment, .. })| {
                let Reach { anchor, user_principal_name, primary } = *reach;
                (name, [*is_on_premises, anchor, user_principal_name, primary], *treatment as usize)
            })
            .collect();
        examples.sort_unstable();
        portrait.list(examples.into_iter(), |portrait, (name, flags, treatment)| {
            portrait.text(name);
            portrait.flags(flags);
            portrait.number(treatment);
        });
    }

    fn of(&self, name: &str, is_on_premises: bool) -> impl Iterator<Item = &Example> {
        let examples = self.0.iter();
        examples
            .filter(move |(own, is_too, _)| *is_too == is_on_premises && **own == *name)
            .map(|(_, _, example)| example)
    }
}

/// Calls `visit` with what this takeover made of each value that the cloud object had: the value's
/// name, and whether on-premises has one too.
fn each_value(
    transition: &Transition<'_>,
    takeover: &Takeover<'_, '_>,
    after: &CloudObject,
    mut visit: impl FnMut(&str, bool, Treatment),
) {
    let (object, target) = (takeover.object, takeover.target);
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
        visit(name, wanted.is_some(), treatment);
    }
    if !target.proxy_addresses.is_empty() && object.proxy_addresses.is_empty() {
        let is_kept =
            same_addresses(&given(transition.history, after), &given(transition.history, target));
        let treatment = if is_kept { Treatment::Kept } else { Treatment::Lost };
        visit("proxyAddresses", false, treatment);
    }
}

/// Takeovers of users by a clear match, whose results can be compared.
fn comparable<'t, 'a>(
    transition: &'t Transition<'a>,
) -> impl Iterator<Item = (Takeover<'t, 'a>, &'a Arc<CloudObject>)> {
    takeovers(transition)
        .filter(|takeover| matches!(takeover.meeting.class, MeetingClass::Clear(_)))
        .filter(|takeover| takeover.object.kind == Kind::User)
        .filter_map(|takeover| takeover.after.map(|after| (takeover, after)))
}

/// Takeovers in one case that were reached in different ways treat the same value alike.
pub(super) fn same_result(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut earlier = Treatments::default();
    for (takeover, after) in comparable(transition) {
        let reach = takeover.reach;
        each_value(transition, &takeover, after, |name, is_on_premises, treatment| {
            let others = transition.history.treatments.of(name, is_on_premises);
            let others = others.chain(earlier.of(name, is_on_premises));
            for other in others.filter(|other| other.reach != reach) {
                if other.treatment == treatment {
                    verdict.holds();
                } else {
                    verdict.violated(
                        transition.name_of(takeover.target),
                        name,
                        format!(
                            "{}, as when {} was matched on {}",
                            other.treatment.words(),
                            other.target,
                            other.reach.words()
                        ),
                        format!("{} when matched on {}", treatment.words(), reach.words()),
                    );
                }
            }
            earlier.add(name, is_on_premises, reach, || Example {
                reach,
                treatment,
                target: transition.name_of(takeover.target),
            });
        });
    }
    // Later cycles are compared with this one.
    if let Some(cycle) = &transition.cycle {
        cycle.treatments.get_or_init(|| earlier);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service may keep one value and not another, or treat those that on-premises has otherwise.
    #[test]
    fn only_treatments_of_the_same_value_are_compared() {
        let mut treatments = Treatments::default();
        let reach = Reach { anchor: true, ..Reach::default() };
        let target = || ObjectName::Key("ann-ad".into());
        let make = || Example { reach, treatment: Treatment::Kept, target: target() };
        treatments.add("department", false, reach, make);
        treatments.add("department", false, reach, make);
        assert_eq!(treatments.of("department", false).count(), 1);
        assert_eq!(treatments.of("department", true).count(), 0);
        assert_eq!(treatments.of("telephoneNumber", false).count(), 0);
    }
}
