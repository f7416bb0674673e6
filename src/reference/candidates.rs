//! Who holds an identifier of a new object, and which of them it may take over.

use super::policy::Policy;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{CloudObject, Features, Kind, MatchingAttribute, OnPremisesObject, Text};
use std::borrow::Cow;
use std::sync::Arc;

/// What a decision about an on-premises object rests on.
#[derive(Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// The cloud objects.
    pub(crate) tenant: &'a CloudTenant,
    /// The switches.
    pub(crate) features: Features,
    /// The policy.
    pub(crate) policy: Policy,
}

impl<'a> Circumstances<'a> {
    pub(super) fn of(
        incoming: &'a OnPremisesObject,
        tenant: &'a CloudTenant,
        features: Features,
        policy: Policy,
    ) -> Circumstances<'a> {
        Circumstances { incoming, tenant, features, policy }
    }
}

/// Some of the matching attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MatchAttributes {
    /// The anchor.
    pub(crate) anchor: bool,
    /// The user principal name.
    pub(crate) user_principal_name: bool,
    /// The primary address.
    pub(crate) primary_address: bool,
}

impl MatchAttributes {
    /// Whether this attribute is one of them.
    pub(crate) fn has(self, attribute: MatchingAttribute) -> bool {
        match attribute {
            MatchingAttribute::SourceAnchor => self.anchor,
            MatchingAttribute::UserPrincipalName => self.user_principal_name,
            MatchingAttribute::ProxyAddresses => self.primary_address,
        }
    }
}

/// An active cloud object that holds an identifier of a new object.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Which object.
    pub(crate) handle: CloudHandle,
    /// The object.
    pub(crate) object: Arc<CloudObject>,
    /// By which attributes it can be taken over; if by none, why not.
    pub(crate) verdict: Result<MatchAttributes, Reason>,
}

/// Every active object that holds an identifier of this on-premises object: the anchor's holder
/// first, then the user principal name's, then those of addresses.
pub(crate) fn holders(incoming: &OnPremisesObject, tenant: &CloudTenant) -> Vec<CloudHandle> {
    let anchor = incoming.source_anchor.as_deref();
    let name = incoming.user_principal_name.as_deref();
    let by_anchor = anchor.and_then(|anchor| tenant.holder_of_anchor(anchor));
    let by_name = name.and_then(|name| tenant.holder_of_name(name));
    let by_mail = incoming.mail_addresses().filter_map(|mail| tenant.holder_of_mail(mail));
    let mut holders = Vec::new();
    for handle in by_anchor.into_iter().chain(by_name).chain(by_mail) {
        if !holders.contains(&handle) {
            holders.push(handle);
        }
    }
    holders
}

/// The candidates of a new object. What decides whether one is eligible may be adjusted before.
pub(super) fn candidates(
    circumstances: &Circumstances<'_>,
    mut adjust: impl FnMut(&mut Eligibility<'_>),
) -> Vec<Candidate> {
    let tenant = circumstances.tenant;
    let candidate = |handle| {
        let object = tenant.get(handle)?;
        let mut eligibility = Eligibility::of(circumstances, object);
        adjust(&mut eligibility);
        let verdict = eligibility.verdict();
        Some(Candidate { handle, object: Arc::clone(object), verdict })
    };
    holders(circumstances.incoming, tenant).into_iter().filter_map(candidate).collect()
}

/// What it rests on whether a new object may take a cloud object over.
#[derive(Clone, Debug)]
pub(crate) struct Eligibility<'a> {
    /// The on-premises object.
    pub(crate) incoming: &'a OnPremisesObject,
    /// The cloud object.
    pub(crate) object: Cow<'a, CloudObject>,
    /// Which matching attributes are equal.
    pub(crate) shared: MatchAttributes,
    /// The switches.
    pub(crate) features: Features,
    /// The policy.
    pub(crate) policy: Policy,
}

impl<'a> Eligibility<'a> {
    /// The two as they are.
    pub(crate) fn of(circumstances: &Circumstances<'a>, object: &'a CloudObject) -> Self {
        let Circumstances { incoming, features, policy, .. } = *circumstances;
        let shared = shared(incoming, object, &policy);
        Eligibility { incoming, object: Cow::Borrowed(object), shared, features, policy }
    }

    /// By which attributes the cloud object can be taken over.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn verdict(&self) -> Result<MatchAttributes, Reason> {
        let Eligibility { incoming, object, shared, features, .. } = self;
        let edition = &self.policy.edition;
        let kind = incoming.kind;
        if object.quarantined {
            return Err(Reason::HeldByQuarantined);
        }
        if object.is_on_premises_mastered() {
            return Err(Reason::MasteredOnPremises);
        }
        if object.is_cloud_managed {
            return Err(Reason::CloudManaged);
        }
        if object.kind != kind {
            return Err(Reason::OtherKind);
        }
        let administrator = !object.roles.is_empty();
        let protected = self.protection();
        let plain_group = edition.soft_match_needs_mail_enabled_groups
            && kind == Kind::Group
            && !(incoming.mail_enabled && object.mail_enabled);
        let other_anchor = edition.other_anchor_blocks_soft_match
            && object.on_premises_immutable_id.as_deref().is_some_and(|carried| {
                let own = incoming.source_anchor.as_deref();
                !equal(own, Some(carried), edition.letter_case.counts_in_anchors)
            });

        let other_anchor = other_anchor
            || (shared.anchor && kind != Kind::User && !self.policy.soft_match_with_equal_anchor);

        let hard = shared.anchor && edition.hard_match.contains(&kind);
        let soft_on_name =
            shared.user_principal_name && edition.soft_match_on_user_principal_name.contains(&kind);
        let soft_on_address = shared.primary_address
            && edition.soft_match_on_primary_address.contains(&kind)
            && !plain_group;

        // What would be a hard match is no soft match in its place.
        let blocked = hard && (features.block_hard_match || protected.is_some());
        let is_open_at_soft_match =
            !object.eligible_roles.is_empty() || object.on_premises_object_identifier.is_some();
        let marked_blocks_soft = self.policy.protections.block_soft_match && is_open_at_soft_match;
        let role_blocks_hard = administrator && edition.roles_block_hard_match;
        let role_blocks_soft = administrator && edition.roles_block_soft_match;
        let hard_allowed = !blocked && !role_blocks_hard;
        let soft_allowed = features.soft_match
            && !blocked
            && !other_anchor
            && !role_blocks_soft
            && !marked_blocks_soft;
        let matched = MatchAttributes {
            anchor: hard && hard_allowed,
            user_principal_name: soft_on_name && soft_allowed && features.soft_match_on_upn,
            primary_address: soft_on_address && soft_allowed,
        };
        if matched != MatchAttributes::default() {
            return Ok(matched);
        }
        // Several things can be in the way at once; the one that a person has to put right first
        // is told.
        Err(if let Some(reason) = protected.filter(|_| hard) {
            reason
        } else if role_blocks_hard && hard {
            Reason::HasRoleAndAnchor
        } else if blocked {
            Reason::HardMatchBlocked
        } else if administrator {
            Reason::HasRole
        } else if (soft_on_name || soft_on_address) && other_anchor {
            Reason::OtherAnchor
        } else if soft_on_name || soft_on_address {
            Reason::SoftMatchDisabled
        } else if plain_group {
            Reason::PlainGroup
        } else if shared.anchor {
            Reason::AnchorOfNonUser
        } else {
            Reason::SecondaryAddress
        })
    }
}

impl Eligibility<'_> {
    /// Why no hard match takes the user over, whoever it is: a role that protects it, held or eligible for,
    /// or that it is mapped to another on-premises object.
    fn protection(&self) -> Option<Reason> {
        let Eligibility { incoming, object, features, policy, .. } = self;
        let edition = &policy.edition;
        let protections = policy.protections;
        let mut roles = object.roles.iter().chain(&object.eligible_roles);
        let protects = |role: &Text| {
            let is_privileged = edition.privileged_roles.contains(&&**role);
            let is_any = protections.by_every_role && !edition.privileged_roles.is_empty();
            is_privileged || is_any
        };
        let are_lifted = features.identifier_update && protections.are_lifted_from_roles;
        if !are_lifted && roles.any(protects) {
            return Some(Reason::HasPrivilegedRole);
        }
        if !edition.mapping_blocks_hard_match || features.identifier_update {
            return None;
        }
        let mapped_to = object.on_premises_object_identifier.as_deref()?;
        // A GUID is the same in capitals.
        let is_own = equal(incoming.object_identifier.as_deref(), Some(mapped_to), false);
        let is_another = !is_own || protections.by_same_identifier;
        is_another.then_some(Reason::MappedToAnother)
    }
}

/// Which matching attributes are equal.
pub(super) fn shared(
    incoming: &OnPremisesObject,
    object: &CloudObject,
    policy: &Policy,
) -> MatchAttributes {
    let case = policy.edition.letter_case;
    let [anchor, carried] = [&incoming.source_anchor, &object.on_premises_immutable_id];
    let [name, held] = [&incoming.user_principal_name, &object.user_principal_name];
    let [mail, primary] = [incoming.primary_address(), object.primary_address()];
    MatchAttributes {
        anchor: equal(anchor.as_deref(), carried.as_deref(), case.counts_in_anchors),
        user_principal_name: equal(name.as_deref(), held.as_deref(), case.counts_in_names),
        primary_address: equal(mail, primary, case.counts_in_addresses),
    }
}

/// Whether both have a value and the two are equal.
fn equal(left: Option<&str>, right: Option<&str>, case_counts: bool) -> bool {
    left.zip(right).is_some_and(|(left, right)| {
        if case_counts { left == right } else { left.eq_ignore_ascii_case(right) }
    })
}
