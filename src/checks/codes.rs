//! The documented code of an error, where the pages give its situation one.

use super::candidates::Candidate;
use super::definitions::{MatchClass, Protection, carries_other_anchor, leads_to};
use super::link_state::{Joined, LinkState};
use super::settings::Settings;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, CollisionHandling, Field, ObjectName, OnPremisesObject, ResultWord, SyncResult,
    Text, Value,
};
use std::collections::BTreeSet;

/// A situation that ends in an error to which the pages give a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Situation {
    /// The anchor leads to a user, and hard match is blocked.
    HardMatchBlocked,
    /// The anchor leads to a user that a privileged role protects.
    Privileged,
    /// The anchor leads to a user that is mapped to another on-premises object.
    Mapped,
    /// An object that carries another anchor has the name or an address.
    OtherAnchor,
    /// An object of another kind has the name or an address.
    OtherKind,
    /// Another object has the value, and nothing else stands in the way.
    ValueHeld,
    /// A removal reaches an object that is not mastered on-premises.
    DeletionRefused,
}

const NOT_UNIQUE: &str = "AttributeValueMustBeUnique";
const NOT_UNIQUE_AND_QUARANTINED: &str = "QuarantinedAttributeValueMustBeUnique";

/// The codes of each situation; where pages contradict each other, those of all of them.
const CODES: &[(Situation, &[&str])] = &[
    (Situation::HardMatchBlocked, &["InvalidHardMatch"]),
    (Situation::Privileged, &["InvalidHardMatch"]),
    (
        Situation::Mapped,
        &[
            "AttributeUpdateNotAllowed",
            "InvalidHardMatch",
            "DataValidationFailed",
            "IdentityDataValidationFailed",
        ],
    ),
    (Situation::OtherAnchor, &["InvalidSoftMatch", NOT_UNIQUE]),
    (Situation::OtherKind, &["ObjectTypeMismatch", NOT_UNIQUE]),
    (Situation::ValueHeld, &[NOT_UNIQUE]),
    (Situation::DeletionRefused, &["DeletingCloudOnlyObjectNotAllowed"]),
];

impl Situation {
    /// The codes that an error in this situation may have.
    fn codes(self, settings: &Settings<'_>) -> BTreeSet<Text> {
        let documented = CODES.iter().filter(|(situation, _)| *situation == self);
        let mut codes: BTreeSet<Text> =
            documented.flat_map(|(_, codes)| *codes).map(|&code| code.into()).collect();
        // What is set aside has a code of its own.
        let may_quarantine =
            settings.choices.collision_handling != Some(CollisionHandling::Rejected);
        if may_quarantine && codes.contains(NOT_UNIQUE) {
            codes.insert(NOT_UNIQUE_AND_QUARANTINED.into());
        }
        codes
    }

    /// What keeps a new object from its only holder; `None` where no page gives that a code.
    fn of_collision(
        object: &OnPremisesObject,
        holder: &Candidate<'_>,
        settings: &Settings<'_>,
    ) -> Option<Situation> {
        let cloud = holder.cloud;
        let by = leads_to(object, cloud);
        if by.anchor && holder.protection != Protection::None {
            // Where several things stand in the way the error may speak of any.
            let is_mapped = cloud.on_premises_object_identifier.is_some();
            return match holder.protection {
                _ if settings.features.block_hard_match => None,
                Protection::Mapped if cloud.roles.is_empty() => Some(Situation::Mapped),
                Protection::RoleHeld | Protection::EligibleForRole if !is_mapped => {
                    settings.edition.protects_mapped_users.then_some(Situation::Privileged)
                }
                _ => None,
            };
        }
        // The page's heading on administrators is no code.
        let is_protected = !cloud.roles.is_empty() || holder.protection != Protection::None;
        if is_protected || cloud.quarantined || cloud.is_cloud_managed {
            return None;
        }
        if holder.anchor {
            let is_blocked = by.anchor && settings.features.block_hard_match;
            return is_blocked.then_some(Situation::HardMatchBlocked);
        }
        let is_switched_off = by.soft()
            && (!settings.features.soft_match
                || (!by.primary && !settings.features.soft_match_on_upn));
        if is_switched_off {
            None
        } else if cloud.kind != object.kind {
            Some(Situation::OtherKind)
        } else if carries_other_anchor(object, cloud) {
            Some(Situation::OtherAnchor)
        } else {
            Some(Situation::ValueHeld)
        }
    }

    /// What keeps a change of a joined object from the cloud, where a single object does and the anchor is
    /// no part of it.
    fn of_update(object: &OnPremisesObject, link: &Joined<'_>) -> Option<Situation> {
        let [other] = &link.others[..] else { return None };
        let is_plain = other.is_holder && !other.anchor && !other.is_unspecified;
        if link.anchor_changed || !is_plain {
            return None;
        }
        let is_of_its_kind = other.cloud.kind == object.kind;
        Some(if is_of_its_kind { Situation::ValueHeld } else { Situation::OtherKind })
    }
}

/// Judges that the errors of this cycle in a situation have one of its codes.
pub(super) fn judge_codes(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    situation: Situation,
) {
    if !transition.has(Capability::ErrorCodes) {
        return;
    }
    let settings = &transition.settings;
    for (subject, matching) in transition.new_objects_with(MatchClass::Collision) {
        let mut holders = matching.holders();
        let (Some((holder, _)), None) = (holders.next(), holders.next()) else { continue };
        if Situation::of_collision(subject.object, holder, settings) == Some(situation) {
            judge_subject(transition, verdict, subject, situation);
        }
    }
    for subject in transition.uncontended().filter(|subject| subject.pending) {
        let LinkState::Joined(link) = &subject.link_state else { continue };
        if Situation::of_update(subject.object, link) == Some(situation) {
            judge_subject(transition, verdict, subject, situation);
        }
    }
}

/// Judges that the error of an object, where one is reported, has one of a situation's codes. Who reports a
/// quarantined object instead tells no wrong one.
pub(super) fn judge_subject(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    situation: Situation,
) {
    match subject.reported {
        Some(result) if subject.reported_error() => {
            judge_code(transition, verdict, subject.name(), result, situation);
        }
        Some(result) if result.result == ResultWord::Quarantined => verdict.holds(),
        _ => {}
    }
}

/// Judges that an error has one of a situation's codes.
pub(super) fn judge_code(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    object: ObjectName,
    error: &SyncResult,
    situation: Situation,
) {
    let codes = situation.codes(&transition.settings);
    if error.code.as_ref().is_some_and(|code| codes.contains(code)) {
        verdict.holds();
    } else {
        verdict
            .violated(object, Field::Code, Value::OneOf(codes), error.code.as_ref())
            .because(Because::Capability(Capability::ErrorCodes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever writes an adapter reads there which codes are right.
    #[test]
    fn every_code_stands_in_the_protocol() {
        let page = include_str!("../../spec/protocol.md");
        for code in CODES.iter().flat_map(|(_, codes)| *codes) {
            assert!(page.contains(&format!("`{code}`")), "{code}");
        }
    }
}
