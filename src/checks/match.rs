//! Which objects match, and which never do.

use super::ambiguous;
use super::arrival::{judge_addresses, judge_password, judge_values};
use super::candidates::Candidate;
use super::candidates::MatchCandidates;
use super::check::{Check, Trigger};
use super::codes::{Situation, judge_codes};
use super::definitions::MatchClass;
use super::definitions::carries_other_anchor;
use super::definitions::leads_to;
use super::definitions::same_optional_name;
use super::link_state::LinkState;
use super::match_attributes::MatchAttributes;
use super::subject::Subject;
use super::transition::{Transition, collides, joined_before};
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, CloudObject, CollisionHandling, DeclaredChoices, Field, Kind, ObjectName,
    OnPremisesObject, ProxyAddress, ResultWord, Text, Value, same_name,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

pub(super) const CHECKS: &[Check] = &[
    Check::of("match.every-new-object", &[Trigger::NewObject], every_new_object),
    Check::of("match.only-three-attributes", &[Trigger::NewObject], only_three_attributes),
    Check::of("match.soft-on-upn", &[Trigger::ClearMatch], soft_on_upn),
    Check::of("match.soft-on-primary-smtp", &[Trigger::ClearMatch], soft_on_primary_smtp),
    Check::of("match.hard-on-source-anchor", &[Trigger::ClearMatch], hard_on_source_anchor),
    Check::of("match.primary-smtp-only", &[Trigger::NearMiss], primary_smtp_only).without_links(),
    Check::of("match.same-attribute", &[Trigger::NearMiss], same_attribute).without_links(),
    Check::of("match.either-attribute-suffices", &[Trigger::ClearMatch], either_attribute_suffices),
    Check::of("match.address-before-upn", &[Trigger::NewObject], address_before_upn),
    Check::of("match.hard-before-soft", &[Trigger::NewObject], hard_before_soft),
    Check::of("match.different-anchor-blocks-soft-match", &[Trigger::NearMiss], different_anchor)
        .without_links(),
    Check::of("match.other-anchor-code", &[Trigger::NewObject], other_anchor_code),
    Check::of(
        "match.held-value-code",
        &[Trigger::NewObject, Trigger::KnownObject],
        held_value_code,
    ),
    Check::of("match.new-objects-only", &[Trigger::KnownObject], new_objects_only),
    Check::of("match.late-match-is-an-error", &[Trigger::KnownObject], late_match_is_an_error),
    Check::of("match.no-holder-provisions", &[Trigger::NewObject], no_holder_provisions),
    Check::of(
        "match.collision-creates-nothing-else",
        &[Trigger::NewObject, Trigger::KnownObject],
        collision_creates_nothing_else,
    )
    .without_links(),
    Check::of("match.one-to-one", &[Trigger::Subject], one_to_one),
    Check::of("match.case-insensitive-names", &[Trigger::ClearMatch], case_insensitive_names),
    Check::of("match.case-sensitive-anchor", &[Trigger::NearMiss], case_sensitive_anchor)
        .without_links(),
    Check::of("match.same-target-same-result", &[Trigger::Takeover], super::takeover::same_result),
];

/// Judges the clear matches that `applies` selects: the cloud object was taken over at all. How
/// well that was done is for the takeover rules.
pub(super) fn judge_clear_matches(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&Subject<'_>, &Candidate<'_>, MatchAttributes) -> bool,
) {
    for (subject, candidate, by) in transition.clear_matches() {
        if !applies(subject, candidate, by) {
            continue;
        }
        if transition.is_untouched(candidate.cloud) {
            verdict
                .violated(
                    transition.name_of(candidate.cloud),
                    Field::OnPremisesSyncEnabled,
                    true,
                    false,
                )
                .because(taken_over(subject, by))
                .reported(subject.reported);
        } else {
            verdict.holds();
        }
    }
}

/// Why a cloud object that an on-premises object matches is expected to become its own.
pub(super) fn taken_over(subject: &Subject<'_>, by: MatchAttributes) -> Because {
    Because::TakenOver { by: subject.object.key.clone(), on: by.attributes() }
}

/// Judges that the candidates that `applies` selects led to no takeover: the cloud-mastered object that
/// a new object touches there, and which is not eligible for it, is left alone.
pub(super) fn judge_no_match(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    applies: impl Fn(&OnPremisesObject, &Candidate<'_>) -> bool,
) {
    for (subject, matching) in transition.new_objects() {
        for candidate in &matching.candidates {
            if !candidate.eligible.any()
                && candidate.cloud.is_active()
                && candidate.cloud.is_cloud_mastered()
                && transition.history.conversions.of(candidate.cloud).is_none()
                && applies(subject.object, candidate)
            {
                verdict.judge(|verdict| transition.judge_untouched(verdict, candidate.cloud));
            }
        }
    }
}

fn every_new_object(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, _| true);
    for (subject, candidate, _) in transition.clear_matches() {
        // Where the object itself was replaced by another, that is for `takeover.same-object`.
        if transition.after_of(candidate.cloud).is_some_and(|after| after.is_active()) {
            transition.judge_no_second(verdict, subject, candidate.cloud);
        }
    }
    for (subject, matching) in transition.new_objects_with(MatchClass::Ambiguous) {
        verdict.judge(|verdict| {
            let touched: Vec<_> = matching
                .holders()
                .filter(|(candidate, _)| candidate.cloud.is_cloud_mastered())
                .filter(|(candidate, _)| !transition.is_untouched(candidate.cloud))
                .filter(|(candidate, _)| !transition.is_wrongly_hard_matched(candidate.cloud))
                .collect();
            for (candidate, by) in matching.holders() {
                if !by.any() {
                    judge_not_robbed(transition, verdict, subject.object, candidate);
                }
            }
            if touched.len() > 1 {
                let taken = touched.iter().map(|(taken, _)| transition.name_of(taken.cloud));
                let taken: Vec<ObjectName> = taken.collect();
                verdict.violated(subject.name(), Field::TakenOver, Value::AtMost(1), taken);
            }
            let created = transition.created_for(subject);
            let because = || Because::Ambiguous(subject.object.key.clone());
            if created.len() > 1 {
                let (field, most) = (Field::CreatedObjects, Value::AtMost(1));
                verdict.violated(subject.name(), field, most, created.len()).because(because());
            }
            for created in created {
                let name = || transition.name_of(created);
                if !created.quarantined || !touched.is_empty() {
                    verdict.unexpected(name()).because(because());
                } else {
                    judge_new(verdict, name, subject.object, created);
                }
            }
            ambiguous::hold_to_choices(transition, verdict, subject, matching, &touched);
        });
    }
}

/// A cloud object that has a value of a new object which decides nothing, and shares nothing else
/// with it.
fn only_three_attributes(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.left_alone().next().is_none() {
        return;
    }
    let mut by_value: FxHashMap<(&str, &str), Vec<_>> = FxHashMap::default();
    for (subject, matching) in transition.new_objects() {
        for (name, value) in &subject.object.attributes {
            // Whether a service looks at `mail` in practice is left open.
            if &**name != "mail" {
                by_value.entry((name, value)).or_default().push((subject, matching));
            }
        }
    }
    for cloud in transition.left_alone() {
        let alike = cloud.attributes.iter().flat_map(|(name, value)| {
            let owners = by_value.get(&(&**name, &**value));
            owners.into_iter().flatten().filter(|(subject, matching)| {
                subject.object.kind == cloud.kind
                    && !matching.candidates.iter().any(|other| other.cloud.id == cloud.id)
            })
        });
        judge_not_matched(transition, verdict, cloud, alike.map(|(subject, _)| *subject));
    }
}

/// Judges that none of the new objects that look like this cloud object, and share no identifier with it,
/// took it over. Whatever else changed it is for other rules to judge.
pub(super) fn judge_not_matched<'s, 'a: 's>(
    transition: &Transition<'a>,
    verdict: &mut Verdict,
    cloud: &CloudObject,
    alike: impl Iterator<Item = &'s Subject<'a>>,
) {
    let is_taken =
        |subject: &Subject<'_>| subject.effect.joined.is_some_and(|joined| joined.id == cloud.id);
    let alike: Vec<&Subject<'_>> = alike.collect();
    if alike.iter().any(|subject| is_taken(subject)) {
        transition.judge_untouched(verdict, cloud);
    } else if !alike.is_empty() {
        verdict.holds();
    }
}

fn soft_on_upn(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, by| by.user_principal_name && !by.anchor);
}

fn soft_on_primary_smtp(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, _, by| {
        let object = subject.object;
        object.kind == Kind::User && by.primary && !by.anchor
    });
}

fn hard_on_source_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |_, _, by| by.anchor);
}

fn primary_smtp_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        candidate.cloud.kind == object.kind
            && candidate.mail
            && !leads_to(object, candidate.cloud).any()
            && !candidate.primary
    });
}

fn same_attribute(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        candidate.cloud.kind == object.kind
            && candidate.crossed
            && !leads_to(object, candidate.cloud).any()
    });
}

/// One of the two attributes is the same, the other is there on both sides and is not.
fn either_attribute_suffices(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, candidate, by| {
        let object = subject.object;
        let names_differ = object.user_principal_name.is_some()
            && candidate.cloud.user_principal_name.is_some()
            && !candidate.user_principal_name;
        let addresses_differ = object.primary_address().is_some()
            && candidate.cloud.primary_address().is_some()
            && !candidate.primary;
        !by.anchor && ((by.user_principal_name && addresses_differ) || (by.primary && names_differ))
    });
}

/// A user to whom nothing but the UPN leads, where the primary address leads to another one.
fn address_before_upn(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (_, matching) in transition.new_objects_with(MatchClass::Ambiguous) {
        if !matching.holders().any(|(_, by)| by.primary) {
            continue;
        }
        let of_upn_alone = matching
            .holders()
            .filter(|(_, by)| by.user_principal_name && !by.primary && !by.anchor);
        for (candidate, _) in of_upn_alone {
            verdict.judge(|verdict| transition.judge_untouched(verdict, candidate.cloud));
        }
    }
}

/// A user to whom a soft match alone leads, where another one carries the anchor.
fn hard_before_soft(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.settings.edition.hard_match_first {
        return;
    }
    for (_, matching) in transition.new_objects_with(MatchClass::Ambiguous) {
        if !matching.holders().any(|(_, by)| by.anchor) {
            continue;
        }
        for (candidate, _) in matching.holders().filter(|(_, by)| by.soft() && !by.anchor) {
            verdict.judge(|verdict| transition.judge_untouched(verdict, candidate.cloud));
        }
    }
}

fn different_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        leads_to(object, candidate.cloud).soft() && carries_other_anchor(object, candidate.cloud)
    });
}

/// The code of an error that an object with another anchor causes.
fn other_anchor_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::OtherAnchor);
}

/// The code of an error that nothing causes but a value which another object has.
fn held_value_code(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_codes(transition, verdict, Situation::ValueHeld);
}

/// A joined object is never matched again, whatever it was changed to.
fn new_objects_only(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, link) in transition.settled() {
        // After a reinstallation that is for `recovery.rejoins-by-anchor`.
        if !transition.history.reinstalled {
            transition.judge_not_moved(verdict, subject, link.cloud);
        }
    }
    for subject in transition.uncontended().filter(|subject| subject.pending) {
        let LinkState::Joined(link) = &subject.link_state else {
            continue;
        };
        let tempting: Vec<_> = link
            .late_matches()
            .filter(|candidate| {
                candidate.cloud.is_cloud_mastered()
                    && leads_to(subject.object, candidate.cloud).any()
            })
            .collect();
        if tempting.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            for candidate in tempting {
                if !subject.is_wrongly_linked_to(candidate.cloud) {
                    transition.judge_untouched(verdict, candidate.cloud);
                }
            }
            transition.judge_still_joined(verdict, subject, link.cloud);
        });
    }
}

fn late_match_is_an_error(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.uncontended().filter(|subject| subject.pending) {
        let LinkState::Joined(link) = &subject.link_state else {
            continue;
        };
        // Of an object whose anchor was changed only the collision of that anchor is judged.
        let late: Vec<_> = link
            .late_matches()
            .filter(|candidate| candidate.anchor || !link.anchor_changed)
            .collect();
        let is_secondary_only = |candidate: &&Candidate<'_>| {
            candidate.cloud.is_active()
                && candidate.mail
                && !candidate.is_unspecified
                && !late.iter().any(|late| late.cloud.id == candidate.cloud.id)
                && !link.anchor_changed
        };
        let secondary: Vec<_> = link.others.iter().filter(is_secondary_only).collect();
        if late.is_empty() && secondary.is_empty() {
            continue;
        }
        verdict.judge(|verdict| {
            let tells = transition.has(Capability::ObjectResults);
            if tells
                && !late.is_empty()
                && !transition.may_rest(subject)
                && !subject.reported_error()
            {
                let other = transition.name_of(late[0].cloud);
                verdict
                    .violated(subject.name(), Field::Result, ResultWord::Error, subject.result())
                    .because(Because::LateMatch(other));
            }
            for candidate in late.iter().chain(&secondary) {
                // See `match.new-objects-only` and `match.one-to-one`.
                if !subject.is_wrongly_linked_to(candidate.cloud) {
                    judge_not_robbed(transition, verdict, subject.object, candidate);
                }
            }
            if let Some(after) = transition.after_of(link.cloud) {
                let object = subject.object;
                judge_no_colliding_value(transition, verdict, object, after, &late, &secondary);
            }
        });
    }
}

/// The joined objects whose late match, or collision of a secondary address, this cycle tells.
pub(super) fn late_matches_told(transition: &Transition<'_>) -> Vec<Text> {
    let touches_others = |subject: &&Subject<'_>| matches!(&subject.link_state, LinkState::Joined(link) if link.meets_others());
    // Also in a cycle in which something else kept it from being judged.
    let told = transition.subjects().iter().filter(|subject| subject.reported_error());
    told.filter(touches_others).map(|subject| subject.object.key.clone()).collect()
}

/// The joined object did not get a value that another object holds.
fn judge_no_colliding_value(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    object: &OnPremisesObject,
    after: &CloudObject,
    late: &[&Candidate<'_>],
    secondary: &[&Candidate<'_>],
) {
    let name = || transition.name_of(after);
    let held_by = |candidate: &Candidate<'_>| Because::HeldBy(transition.name_of(candidate.cloud));
    for candidate in late {
        let (own, held) = (&after.user_principal_name, &candidate.cloud.user_principal_name);
        if candidate.user_principal_name && same_optional_name(own, held) {
            verdict
                .violated(name(), Field::UserPrincipalName, Value::Other, own)
                .because(held_by(candidate));
        }
        let own = &after.on_premises_immutable_id;
        if candidate.anchor && *own == candidate.cloud.on_premises_immutable_id {
            verdict
                .violated(name(), Field::OnPremisesImmutableId, Value::Other, own)
                .because(held_by(candidate));
        }
    }
    for candidate in late.iter().chain(secondary).filter(|candidate| candidate.mail) {
        let is_held = |mail: &str| {
            object.mail_addresses().any(|own| same_name(own, mail))
                && candidate.cloud.mail_addresses().any(|held| same_name(held, mail))
        };
        if after.mail_addresses().any(is_held) {
            let allowed = after.proxy_addresses.iter();
            let allowed = allowed.filter(|own| !own.mail().is_some_and(is_held));
            let allowed: Vec<ProxyAddress> = allowed.cloned().collect();
            let (allowed, seen) = (allowed.as_slice(), after.proxy_addresses.as_slice());
            verdict
                .violated(name(), Field::ProxyAddresses, allowed, seen)
                .because(held_by(candidate));
        }
    }
}

fn no_holder_provisions(transition: &Transition<'_>, verdict: &mut Verdict) {
    for (subject, _) in transition.new_objects_with(MatchClass::NoHolder) {
        let object = subject.object;
        verdict.judge(|verdict| {
            let created = transition.created_for(subject);
            let [new] = created[..] else {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 1, created.len())
                    .reported(subject.reported);
                return;
            };
            let name = || ObjectName::CreatedFor(object.key.clone());
            judge_new(verdict, name, object, new);
            verdict.expect(name, Field::MailEnabled, object.mail_enabled, new.mail_enabled);
            verdict.expect(name, Field::Quarantined, false, new.quarantined);
            judge_values(verdict, name, object, new, &[]);
            judge_addresses(transition.history, verdict, name, object, None, new, &[]);
            judge_password(transition, verdict, name, object, new);
        });
    }
}

/// Judges what is the same of every cloud object that a cycle creates.
fn judge_new(
    verdict: &mut Verdict,
    name: impl Fn() -> ObjectName,
    object: &OnPremisesObject,
    new: &CloudObject,
) {
    let (anchor, immutable_id) = (&object.source_anchor, &new.on_premises_immutable_id);
    verdict.expect(&name, Field::Kind, object.kind, new.kind);
    verdict.expect(&name, Field::OnPremisesSyncEnabled, true, new.is_on_premises_mastered());
    verdict.expect(&name, Field::OnPremisesImmutableId, anchor, immutable_id);
    verdict.expect(&name, Field::Deleted, false, new.deleted);
    verdict.expect(&name, Field::Roles, Value::Texts(BTreeSet::new()), &new.roles);
    let nothing = Value::Texts(BTreeSet::new());
    verdict.expect(&name, Field::EligibleRoles, nothing, &new.eligible_roles);
}

/// Judges that a cloud object which stands in the way of `object` lost nothing by it. One that is mastered
/// in the cloud stays as it was. One that is joined may have been changed for its own object's sake, and that
/// is for other rules to judge: it is still there, and keeps what it shares with `object`.
fn judge_not_robbed(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    object: &OnPremisesObject,
    candidate: &Candidate<'_>,
) {
    let cloud = candidate.cloud;
    if cloud.is_cloud_mastered() {
        transition.judge_untouched(verdict, cloud);
        return;
    }
    let name = || transition.name_of(cloud);
    let Some(after) = transition.after_of(cloud) else {
        verdict.missing(name()).because(Because::Unchanged);
        return;
    };
    let is_shared = |mail: &str| object.mail_addresses().any(|own| same_name(own, mail));
    let mut shared = cloud.mail_addresses().filter(|mail| is_shared(mail));
    let keeps_mails = shared.all(|mail| after.mail_addresses().any(|held| same_name(held, mail)));
    let is_lost = |field: &Field| match field {
        Field::Deleted => true,
        Field::UserPrincipalName => candidate.user_principal_name,
        Field::OnPremisesImmutableId => candidate.anchor,
        Field::ProxyAddresses => !keeps_mails,
        _ => false,
    };
    let differences = transition.differences(cloud, after);
    verdict.changed(name, differences.filter(|difference| is_lost(&difference.field)));
}

fn collision_creates_nothing_else(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_quarantined(transition, verdict);
    for (subject, matching) in transition.new_objects_with(MatchClass::Collision) {
        verdict.judge(|verdict| {
            for (candidate, _) in matching.holders() {
                // See `match.one-to-one`.
                if !subject.is_wrongly_linked_to(candidate.cloud) {
                    judge_not_robbed(transition, verdict, subject.object, candidate);
                }
            }
            judge_created_in_collision(transition, verdict, subject, matching);
        });
    }
}

/// A collision creates nothing, or one quarantined object unless another holds the anchor.
fn judge_created_in_collision(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    matching: &MatchCandidates<'_>,
) {
    let object = subject.object;
    let created = transition.created_for(subject);
    let anchor_holder = matching.holders().find(|(candidate, _)| candidate.anchor);
    let collision_handling = transition.settings.choices.collision_handling;
    let declared =
        || Because::Declared(DeclaredChoices { collision_handling, ..DeclaredChoices::default() });
    let unmarked = created.iter().filter(|new| !new.quarantined).count();
    match created[..] {
        _ if unmarked > 0 => {
            verdict
                .violated(subject.name(), Field::CreatedObjects, 0, unmarked)
                .because(Because::Collision);
        }
        [] => {
            if collision_handling == Some(CollisionHandling::Quarantined) && anchor_holder.is_none()
            {
                verdict
                    .violated(subject.name(), Field::CreatedObjects, 1, 0)
                    .because(declared())
                    .reported(subject.reported);
            }
        }
        [new] => {
            let name = || ObjectName::QuarantinedFor(object.key.clone());
            if let Some((holder, _)) = anchor_holder {
                let holder = transition.name_of(holder.cloud);
                verdict.unexpected(name()).because(Because::HeldBy(holder));
            } else if collision_handling == Some(CollisionHandling::Rejected) {
                verdict.unexpected(name()).because(declared()).reported(subject.reported);
            }
            judge_new(verdict, name, object, new);
        }
        _ => {
            let count = created.len();
            verdict
                .violated(subject.name(), Field::CreatedObjects, Value::AtMost(1), count)
                .because(Because::Collision);
        }
    }
}

/// While the collision lasts its object is not tried again: the quarantined object stays what it
/// is.
fn judge_quarantined(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.uncontended() {
        let LinkState::Quarantined(quarantined, matching) = &subject.link_state else { continue };
        if !collides(matching)
            || quarantined.on_premises_immutable_id != subject.object.source_anchor
        {
            continue;
        }
        verdict.judge(|verdict| {
            let name = || transition.name_of(quarantined);
            match transition.after_of(quarantined) {
                None => _ = verdict.missing(name()).because(Because::Unchanged),
                Some(after) => {
                    let is_flagged = after.is_on_premises_mastered();
                    verdict.expect(name, Field::Quarantined, true, after.quarantined);
                    verdict.expect(name, Field::Deleted, false, after.deleted);
                    verdict.expect(name, Field::OnPremisesSyncEnabled, true, is_flagged);
                }
            }
            for (candidate, _) in matching.holders() {
                judge_not_robbed(transition, verdict, subject.object, candidate);
            }
        });
    }
}

fn one_to_one(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_reported_links(transition, verdict);
    for subject in transition.uncontended() {
        match subject.effect.objects_with_anchor {
            0 => {}
            1 => verdict.holds(),
            // See `match.new-objects-only`.
            _ if !transition.settings.shows_anchors() => {}
            carriers => {
                let most = Value::AtMost(1);
                verdict.violated(subject.name(), Field::AnchorCarriers, most, carriers);
            }
        }
    }
    for (subject, link) in transition.settled() {
        let Some(after) = transition.after_of(link.cloud) else {
            continue;
        };
        let (own, anchor) = (&subject.object.source_anchor, &after.on_premises_immutable_id);
        let is_another_s = anchor != own
            && transition
                .after
                .on_premises
                .iter()
                .any(|other| other.key != subject.object.key && other.source_anchor == *anchor);
        if is_another_s {
            let name = transition.name_of(link.cloud);
            verdict
                .violated(name.clone(), Field::OnPremisesImmutableId, own, anchor)
                .because(joined_before(subject, name));
        }
    }
}

/// The report itself links two on-premises objects to one cloud object, or one object to what was another's.
fn judge_reported_links(transition: &Transition<'_>, verdict: &mut Verdict) {
    let mut linked: FxHashMap<&Text, Vec<&Subject<'_>>> = FxHashMap::default();
    for subject in transition.subjects() {
        if let Some(cloud) = subject.linked {
            linked.entry(&cloud.id).or_default().push(subject);
        }
    }
    for subject in transition.subjects() {
        let Some(cloud) = subject.linked else { continue };
        let owner = match linked[&cloud.id][..] {
            [first, _, ..] => Some(first).filter(|first| first.object.key != subject.object.key),
            _ if subject.is_second_of(cloud) => transition
                .subjects()
                .iter()
                .find(|other| other.object.source_anchor == cloud.on_premises_immutable_id),
            _ => None,
        };
        if let Some(owner) = owner {
            verdict
                .violated(subject.name(), Field::JoinedTo, Value::Other, transition.name_of(cloud))
                .because(Because::HeldBy(owner.name()));
        }
    }
}

/// A match that rests on values which are equal but for their letter case.
fn case_insensitive_names(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_clear_matches(transition, verdict, |subject, candidate, by| {
        let object = subject.object;
        let by_exact_name = by.user_principal_name
            && object.user_principal_name == candidate.cloud.user_principal_name;
        let by_exact_address =
            by.primary && object.primary_address() == candidate.cloud.primary_address();
        let by_exact_value = by.anchor || by_exact_name || by_exact_address;
        !by_exact_value
    });
}

fn case_sensitive_anchor(transition: &Transition<'_>, verdict: &mut Verdict) {
    judge_no_match(transition, verdict, |object, candidate| {
        object.kind == Kind::User
            && candidate.cloud.kind == Kind::User
            && candidate.anchor_but_for_case
    });
}
