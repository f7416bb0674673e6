//! The words of the rulebook, as code: each function stands under its sentence of the glossary at the
//! head of `spec/rules.yaml`. It looks at objects as they stand in one state and at [`Settings`]; what
//! a case has shown before (whom an object was joined to, whether it failed) it is told.
//!
//! This is the plainest code that says it. In a large tenant `index` finds the objects that matter
//! without comparing everything with everything, and its tests prove that it finds the same.

use super::identifiers::{
    Identifier, cloud_identifiers, has_any_of, on_premises_identifiers, own_identifiers,
};
use super::match_attributes::MatchAttributes;
use super::settings::Settings;
use crate::directory::{
    CloudObject, Kind, NameKey, OnPremisesObject, ProxyAddress, RolesAtHardMatch, Text, same_name,
};
use std::sync::Arc;

// *equal*: of UPNs and mail addresses, without regard to ASCII case; of anchors, exactly.

fn equal_names(one: Option<&str>, other: Option<&str>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if same_name(one, other))
}

/// Both are there and equal, or neither is there.
pub(crate) fn same_optional_name(one: &Option<Text>, other: &Option<Text>) -> bool {
    one == other || equal_names(one.as_deref(), other.as_deref())
}

pub(crate) fn equal_upns(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    equal_names(object.user_principal_name.as_deref(), cloud.user_principal_name.as_deref())
}

pub(crate) fn equal_primary_addresses(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    equal_names(object.primary_address(), cloud.primary_address())
}

/// One mail address at least is on both, as primary or as secondary.
pub(crate) fn share_mail_address(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    object.mail_addresses().any(|own| has_mail_address(&cloud.proxy_addresses, own))
}

/// They share a mail address whose prefix, on either side, marks neither a primary nor a secondary one.
fn share_address_of_mixed_prefix(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    let is_same = |own: &ProxyAddress, held: &ProxyAddress| {
        (own.has_mixed_prefix() || held.has_mixed_prefix()) && equal_names(own.mail(), held.mail())
    };
    let mut own = object.proxy_addresses.iter();
    own.any(|own| cloud.proxy_addresses.iter().any(|held| is_same(own, held)))
}

fn has_mail_address(addresses: &[ProxyAddress], mail: &str) -> bool {
    addresses.iter().filter_map(ProxyAddress::mail).any(|held| same_name(held, mail))
}

pub(crate) fn equal_anchors(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    object.source_anchor.is_some() && object.source_anchor == cloud.on_premises_immutable_id
}

/// The cloud object carries an anchor, and not the object's own.
pub(crate) fn carries_other_anchor(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    cloud.on_premises_immutable_id.is_some() && !equal_anchors(object, cloud)
}

/// *joined*: an on-premises object and an active cloud object that Connect keeps in sync: of the
/// same kind, on-premises-mastered, no quarantined object, and with an `onPremisesImmutableId` equal
/// to the `sourceAnchor` that the on-premises object had when they were joined.
pub(crate) fn is_joined(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    anchor_when_joined: &Text,
) -> bool {
    cloud.is_active()
        && cloud.kind == object.kind
        && cloud.is_on_premises_mastered()
        && !cloud.quarantined
        && cloud.on_premises_immutable_id.as_ref() == Some(anchor_when_joined)
}

/// *quarantined object*: a cloud object with `quarantined` true that stands for an on-premises
/// object whose identifiers collide; it lives while it is active.
pub(crate) fn is_living_quarantined_object(cloud: &CloudObject) -> bool {
    cloud.quarantined && cloud.is_active()
}

/// *new*: an on-premises object that is not joined, has no living quarantined object, and whose
/// anchor no active on-premises-mastered cloud object carries.
pub(crate) fn is_new<'c>(
    object: &OnPremisesObject,
    is_joined: bool,
    has_living_quarantined_object: bool,
    cloud: impl IntoIterator<Item = &'c Arc<CloudObject>>,
) -> bool {
    let has_its_anchor = |cloud: &Arc<CloudObject>| {
        cloud.is_active() && cloud.is_on_premises_mastered() && equal_anchors(object, cloud)
    };
    !is_joined && !has_living_quarantined_object && !cloud.into_iter().any(has_its_anchor)
}

/// *holders* of a new object: all active cloud objects, of any kind, that carry its UPN, one of its
/// mail addresses (as primary or as secondary), or its anchor.
/// Without the capability to match by addresses these are no identifiers.
pub(crate) fn is_holder(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> bool {
    let carries_one = if settings.addresses_identify() {
        carries_an_identifier(object, cloud)
    } else {
        equal_upns(object, cloud) || equal_anchors(object, cloud)
    };
    cloud.is_active() && carries_one
}

/// As a holder does, in the recycle bin or not.
pub(crate) fn carries_an_identifier(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    equal_upns(object, cloud) || share_mail_address(object, cloud) || equal_anchors(object, cloud)
}

/// The attributes that lead from an object to a cloud object of the same kind: the anchor (users),
/// the UPN (users), or primary address against primary address (users, contacts, and groups that are
/// mail-enabled on both sides). Whether that one may be taken over is another question.
pub(crate) fn leads_to(object: &OnPremisesObject, cloud: &CloudObject) -> MatchAttributes {
    if object.kind != cloud.kind {
        return MatchAttributes::default();
    }
    let is_user = object.kind == Kind::User;
    let is_plain_group = object.kind == Kind::Group && !(object.mail_enabled && cloud.mail_enabled);
    MatchAttributes {
        anchor: is_user && equal_anchors(object, cloud),
        user_principal_name: is_user && equal_upns(object, cloud),
        primary: !is_plain_group && equal_primary_addresses(object, cloud),
    }
}

/// What keeps a user from being taken over by the on-premises object whose anchor it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protection {
    None,
    /// A directory role that it holds.
    RoleHeld,
    /// A privileged role that it is eligible for.
    EligibleForRole,
    /// It is mapped to another on-premises object.
    Mapped,
    /// The pages leave open whether anything does.
    Open,
}

impl Protection {
    /// Whether anything keeps it from that, beyond doubt.
    pub(crate) fn protects(self) -> bool {
        !matches!(self, Protection::None | Protection::Open)
    }
}

/// *protected*: of a user that carries the object's anchor: no hard match takes it over, and no soft match in
/// its place, because of a role, or because its `onPremisesObjectIdentifier` is another object's.
pub(crate) fn protection(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> Protection {
    let by_role = settings.role_blocks_hard_match(cloud);
    let by_mapping = is_mapped_to_another(object, cloud, settings);
    match (by_role, by_mapping) {
        (Some(true), _) if is_protected_by_held_role(cloud, settings) => Protection::RoleHeld,
        (Some(true), _) => Protection::EligibleForRole,
        (_, Some(true)) => Protection::Mapped,
        (Some(false), Some(false)) => Protection::None,
        _ => Protection::Open,
    }
}

fn is_protected_by_held_role(cloud: &CloudObject, settings: &Settings<'_>) -> bool {
    match settings.edition.roles_at_hard_match {
        RolesAtHardMatch::Privileged => settings.edition.privileged_roles.is_among(&cloud.roles),
        _ => !cloud.roles.is_empty(),
    }
}

/// Whether a user is mapped to another on-premises object; `None` where the pages leave open whether that
/// counts: they differ about the object that it is mapped to, and one without an identifier may be that one.
fn is_mapped_to_another(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> Option<bool> {
    let Some(mapped_to) = cloud.on_premises_object_identifier.as_deref() else {
        return Some(false);
    };
    if !settings.edition.protects_mapped_users || settings.features.identifier_update {
        return Some(false);
    }
    let own = object.object_identifier.as_deref()?;
    (!equal_identifiers(Some(own), Some(mapped_to))).then_some(true)
}

/// A GUID is the same in capitals and in small letters.
pub(crate) fn equal_identifiers(one: Option<&str>, other: Option<&str>) -> bool {
    equal_names(one, other)
}

/// *eligible*: a holder that may be taken over: active, cloud-mastered, of the same kind, and reached
/// by an attribute that matches, as far as the tenant's switches allow. A user must hold no directory
/// role, and what was moved to the cloud is not eligible. For a soft match its `onPremisesImmutableId` must be empty or equal to the anchor.
/// What is returned are the attributes by which it is eligible: none where it is not.
pub(crate) fn eligible(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> MatchAttributes {
    if cloud.deleted || cloud.is_on_premises_mastered() || cloud.is_cloud_managed {
        return MatchAttributes::default();
    }
    let has_role = !cloud.roles.is_empty();
    let by = leads_to(object, cloud);
    let protection = protection(object, cloud, settings);
    if by.anchor && (settings.features.block_hard_match || protection.protects()) {
        // Nor softly in its place.
        return MatchAttributes::default();
    }
    let may_hard_match = protection == Protection::None;
    let may_soft_match =
        settings.features.soft_match && !has_role && !carries_other_anchor(object, cloud);
    MatchAttributes {
        anchor: by.anchor && may_hard_match,
        user_principal_name: by.user_principal_name
            && may_soft_match
            && settings.features.soft_match_on_upn,
        primary: by.primary && may_soft_match && settings.addresses_identify(),
    }
}

/// How many holders there are, and whether they may be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchClass {
    NoHolder,
    /// *clear match*: exactly one holder, and it is eligible.
    Clear,
    /// *ambiguous*: two or more holders, at least one of them eligible.
    Ambiguous,
    /// *collision*: one or more holders, none of them eligible.
    Collision,
}

/// The class of a new object with so many holders, of which so many are eligible.
pub(crate) fn match_class(holders: usize, eligible: usize) -> MatchClass {
    match (holders, eligible) {
        (0, _) => MatchClass::NoHolder,
        (_, 0) => MatchClass::Collision,
        (1, _) => MatchClass::Clear,
        (_, _) => MatchClass::Ambiguous,
    }
}

/// In these situations it is judged only that nothing is taken over on their account: the UPN of one
/// object equals an address of another; two anchors differ only in case; objects share `X500:` or
/// `SIP:` values, or an address whose prefix is neither `SMTP:` nor `smtp:` but `Smtp:`; or the other object
/// is in the recycle bin, or its source of authority was moved to the cloud. So it is with the attribute `mail`: no
/// page says that it decides, but services are known to look at it. Where the other object carries an
/// identifier anyway, what else they share adds nothing. Where addresses are not matched by, it is open
/// whether two objects may have the same one. And a group or contact that carries an anchor
/// equal to the incoming one *and* has its address is taken over or collides. And where an edition does
/// not say whether a user is protected from a hard match, either may come of it; nor is it said whether
/// eligibility for a role, or an `onPremisesObjectIdentifier`, keeps one from a soft match.
pub(crate) fn is_unspecified_encounter(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> bool {
    let is_carrier = || carries_an_identifier(object, cloud);
    let carries_anchor_too = object.kind != Kind::User && equal_anchors(object, cloud);
    let meet_elsewhere = a_upn_equals_an_address(object, cloud)
        || share_other_address(object, cloud)
        || meet_in_mail_attribute(object, cloud);
    anchors_differ_only_in_case(object, cloud)
        || is_open_hard_match(object, cloud, settings)
        || is_open_soft_match(object, cloud, settings)
        || share_address_of_mixed_prefix(object, cloud)
        || (carries_anchor_too && eligible(object, cloud, settings).any())
        || ((cloud.deleted || cloud.is_cloud_managed) && is_carrier())
        || (!settings.addresses_identify()
            && share_mail_address(object, cloud)
            && !is_holder(object, cloud, settings))
        || (meet_elsewhere && !is_carrier())
}

/// The pages leave open whether a user is taken over by its anchor.
pub(crate) fn is_open_hard_match(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> bool {
    leads_to(object, cloud).anchor
        && !settings.features.block_hard_match
        && protection(object, cloud, settings) == Protection::Open
}

/// A soft match leads to a user of which an edition with protections does not say whether they bear on it.
fn is_open_soft_match(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    settings: &Settings<'_>,
) -> bool {
    let is_marked =
        !cloud.eligible_roles.is_empty() || cloud.on_premises_object_identifier.is_some();
    settings.edition.protects_mapped_users
        && is_marked
        && !leads_to(object, cloud).anchor
        && eligible(object, cloud, settings).soft()
}

pub(crate) fn a_upn_equals_an_address(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    let is_address = |name: &Option<Text>, addresses: &[ProxyAddress]| {
        name.as_ref().is_some_and(|name| has_mail_address(addresses, name))
    };
    is_address(&object.user_principal_name, &cloud.proxy_addresses)
        || is_address(&cloud.user_principal_name, &object.proxy_addresses)
}

pub(crate) fn anchors_differ_only_in_case(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    !equal_anchors(object, cloud)
        && equal_names(object.source_anchor.as_deref(), cloud.on_premises_immutable_id.as_deref())
}

fn share_other_address(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    let mut own = object.proxy_addresses.iter().filter(|address| address.mail().is_none());
    own.any(|address| cloud.proxy_addresses.contains(address))
}

/// The attribute `mail` of one is the name, an address or the attribute `mail` of the other.
pub(crate) fn meet_in_mail_attribute(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    let (own, held) = (object.attributes.get("mail"), cloud.attributes.get("mail"));
    let name = |mail| Identifier::Name(NameKey(mail));
    own.is_some_and(|mail| cloud_identifiers(cloud).any(|one| one == name(mail)))
        || held.is_some_and(|mail| on_premises_identifiers(object).any(|one| one == name(mail)))
}

/// A late match: a joined object was *changed to* the UPN, the primary address or the anchor of
/// another active object. What the two had in common before (a value that was withheld when it was
/// joined) is none.
pub(crate) fn is_late_match(
    object: &OnPremisesObject,
    other: &CloudObject,
    changed: MatchAttributes,
) -> bool {
    other.is_active()
        && ((changed.user_principal_name && equal_upns(object, other))
            || (changed.primary && equal_primary_addresses(object, other))
            || (changed.anchor && equal_anchors(object, other)))
}

/// *pending*: new; or failed with an error when last tried; or changed since it was last exported
/// without an error.
pub(crate) fn is_pending(is_new: bool, has_failed: bool, has_changed: bool) -> bool {
    is_new || has_failed || has_changed
}

/// *footprint*: of an on-premises object: its own identifiers, those of the cloud object that it is
/// joined to, and those of every active cloud object that shares any of them. The recycle bin counts
/// too: an implementation may bring an object back.
pub(crate) fn footprint<'a>(
    object: &'a OnPremisesObject,
    own_cloud_object: Option<&'a Arc<CloudObject>>,
    cloud: impl IntoIterator<Item = &'a Arc<CloudObject>>,
) -> Vec<Identifier<'a>> {
    let mut footprint: Vec<_> = own_identifiers(object, own_cloud_object).collect();
    let own = footprint.clone();
    for other in cloud.into_iter().filter(|other| has_any_of(other, &own)) {
        footprint.extend(cloud_identifiers(other));
    }
    footprint
}

/// *contended*: pending, and its footprint meets that of another pending object, directly or through
/// others: whoever meets another through others meets the first of those directly.
#[cfg(test)]
pub(crate) fn contended(footprints_of_pending: &[Vec<Identifier<'_>>]) -> Vec<bool> {
    let meets_another = |at: usize| {
        let mut others = footprints_of_pending.iter().enumerate().filter(|(other, _)| *other != at);
        let own = &footprints_of_pending[at];
        others.any(|(_, other)| other.iter().any(|identifier| own.contains(identifier)))
    };
    (0..footprints_of_pending.len()).map(meets_another).collect()
}
