//! What an on-premises object meets in the cloud.

use super::definitions::{
    self, MatchClass, Protection, a_upn_equals_an_address, anchors_differ_only_in_case,
    carries_an_identifier, equal_anchors, equal_primary_addresses, equal_upns, is_holder,
    is_unspecified_encounter, meet_in_mail_attribute, share_mail_address,
};
use super::match_attributes::MatchAttributes;
use super::settings::Settings;
use crate::directory::{CloudObject, OnPremisesObject};
use std::sync::Arc;

/// A cloud object that shares something with the on-premises object that is looked at, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate<'a> {
    pub(crate) cloud: &'a Arc<CloudObject>,
    /// Its user principal name is the same.
    pub(crate) user_principal_name: bool,
    /// Its primary address is the same as the primary address.
    pub(crate) primary: bool,
    /// It carries one of the mail addresses, whether as primary or secondary.
    pub(crate) mail: bool,
    /// It carries the anchor.
    pub(crate) anchor: bool,
    /// A user principal name on one side is a mail address on the other.
    pub(crate) crossed: bool,
    /// Its anchor differs in letter case only.
    pub(crate) anchor_but_for_case: bool,
    /// The two meet in an attribute `mail`; told of nothing that carries an identifier.
    pub(crate) mail_attribute: bool,
    /// It is a holder.
    pub(crate) is_holder: bool,
    /// The two meet in a way of which the pages say nothing.
    pub(crate) is_unspecified: bool,
    /// What keeps it from a hard match, if it carries the anchor.
    pub(crate) protection: Protection,
    /// It is open whether it is taken over by the anchor.
    pub(crate) is_open_hard_match: bool,
    /// The attributes by which it may be taken over.
    pub(crate) eligible: MatchAttributes,
}

impl<'a> Candidate<'a> {
    pub(crate) fn of(
        object: &OnPremisesObject,
        cloud: &'a Arc<CloudObject>,
        settings: &Settings<'_>,
    ) -> Candidate<'a> {
        let by_address = settings.addresses_identify();
        Candidate {
            cloud,
            user_principal_name: equal_upns(object, cloud),
            primary: by_address && equal_primary_addresses(object, cloud),
            mail: by_address && share_mail_address(object, cloud),
            anchor: equal_anchors(object, cloud),
            crossed: a_upn_equals_an_address(object, cloud),
            anchor_but_for_case: anchors_differ_only_in_case(object, cloud),
            mail_attribute: meet_in_mail_attribute(object, cloud)
                && !carries_an_identifier(object, cloud),
            is_holder: is_holder(object, cloud, settings),
            is_unspecified: is_unspecified_encounter(object, cloud, settings),
            protection: definitions::protection(object, cloud, settings),
            is_open_hard_match: definitions::is_open_hard_match(object, cloud, settings),
            eligible: definitions::eligible(object, cloud, settings),
        }
    }

    /// Whether the two share more than an address that is a value like any other.
    pub(crate) fn shares_anything(&self) -> bool {
        self.is_holder
            || self.is_unspecified
            || self.user_principal_name
            || self.mail
            || self.anchor
            || self.crossed
            || self.anchor_but_for_case
            || self.mail_attribute
    }

    /// Whether it is a cloud-mastered user with the object's anchor that is kept from a hard match, or of
    /// which it is open whether it is.
    pub(crate) fn is_protected_from(&self, object: &OnPremisesObject) -> bool {
        let cloud = self.cloud;
        cloud.is_active()
            && cloud.is_cloud_mastered()
            && self.protection.protects()
            && !self.eligible.any()
            && definitions::leads_to(object, cloud).anchor
    }
}

/// What a new object meets in the cloud.
#[derive(Clone, Debug)]
pub(crate) struct MatchCandidates<'a> {
    /// Everything that shares something with it, objects in the recycle bin included, in the
    /// order of the state.
    pub(crate) candidates: Vec<Candidate<'a>>,
    pub(crate) class: MatchClass,
    /// It meets an object in a way of which the pages say nothing: it is judged only that nothing
    /// is taken over on that account.
    pub(crate) unspecified: bool,
}

impl<'a> MatchCandidates<'a> {
    pub(crate) fn new(candidates: Vec<Candidate<'a>>) -> MatchCandidates<'a> {
        let holders = || candidates.iter().filter(|candidate| candidate.is_holder);
        let eligible = holders().filter(|holder| holder.eligible.any()).count();
        MatchCandidates {
            class: definitions::match_class(holders().count(), eligible),
            unspecified: candidates.iter().any(|candidate| candidate.is_unspecified),
            candidates,
        }
    }

    /// The holder of a clear match, and the attributes by which it is eligible.
    pub(crate) fn clear(&self) -> Option<(&Candidate<'a>, MatchAttributes)> {
        self.holders().next().filter(|_| self.class == MatchClass::Clear)
    }

    /// Active cloud objects that carry one of the object's identifiers.
    pub(crate) fn holders(&self) -> impl Iterator<Item = (&Candidate<'a>, MatchAttributes)> {
        self.candidates
            .iter()
            .filter(|candidate| candidate.is_holder)
            .map(|candidate| (candidate, candidate.eligible))
    }
}
