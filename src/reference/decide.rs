//! What becomes of an on-premises object that is new: the heart of the matching rules.
//!
//! Pure: circumstances and candidates in, a decision out. Nothing is changed here, and nothing is
//! remembered.

use super::candidates::{Candidate, Circumstances};
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{
    AmbiguousMatch, CloudObject, CollisionHandling, MatchingAttribute, OnPremisesObject,
    ProxyAddress, same_name,
};

/// On-premises values that do not reach the cloud, because another active object holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Withheld {
    /// Whether the user principal name is withheld.
    pub(crate) user_principal_name: bool,
    /// The addresses that are withheld.
    pub(crate) addresses: Vec<ProxyAddress>,
}

impl Withheld {
    /// Everything of `incoming` that an active object other than `own` holds.
    pub(crate) fn from_others(
        incoming: &OnPremisesObject,
        own: Option<CloudHandle>,
        tenant: &CloudTenant,
    ) -> Withheld {
        let is_other = |holder: Option<CloudHandle>| holder.is_some() && holder != own;
        let name = incoming.user_principal_name.as_deref();
        let is_held = |address: &&ProxyAddress| {
            address.mail().is_some_and(|mail| is_other(tenant.holder_of_mail(mail)))
        };
        Withheld {
            user_principal_name: name.is_some_and(|name| is_other(tenant.holder_of_name(name))),
            addresses: incoming.proxy_addresses.iter().filter(is_held).cloned().collect(),
        }
    }

    /// Whether everything reaches the cloud.
    pub(crate) fn is_empty(&self) -> bool {
        !self.user_principal_name && self.addresses.is_empty()
    }
}

/// A cloud object is matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TakeOver {
    /// Which object is taken over.
    pub(crate) target: CloudHandle,
    /// By which attribute it was found.
    pub(crate) matched_on: MatchingAttribute,
    /// What it does not get, because other holders have it.
    pub(crate) withheld: Withheld,
}

/// What becomes of a new object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It takes over a cloud object.
    TakeOver(TakeOver),
    /// A new cloud object is created for it.
    Provision,
    /// A quarantined object is created, without these values.
    Quarantine(Withheld),
    /// An error, and nothing changes.
    Reject(Reason),
}

/// Decides what becomes of a new on-premises object: one that is joined to nothing, has no
/// quarantined object, and whose anchor no active on-premises-mastered object carries (see
/// [`rejoin`](super::joined::rejoin)). The candidates are all who hold an identifier of it.
pub(super) fn decide(circumstances: &Circumstances<'_>, candidates: &[Candidate]) -> Decision {
    let Circumstances { incoming, tenant, policy, .. } = *circumstances;
    let Some(anchor) = &incoming.source_anchor else {
        return Decision::Reject(Reason::NoSourceAnchor);
    };
    if candidates.is_empty() {
        return Decision::Provision;
    }
    let anchor_holder = tenant.holder_of_anchor(anchor);
    if candidates.iter().all(|candidate| candidate.verdict.is_err()) {
        return collide(circumstances, candidates, anchor_holder);
    }
    if candidates.len() > 1 {
        match policy.ambiguous_match {
            AmbiguousMatch::Refused => return Decision::Reject(Reason::Ambiguous),
            AmbiguousMatch::Quarantined if anchor_holder.is_none() => {
                return Decision::Quarantine(Withheld::from_others(incoming, None, tenant));
            }
            // A quarantined object would need the anchor.
            AmbiguousMatch::Quarantined => return Decision::Reject(Reason::AnchorInUse),
            AmbiguousMatch::Withheld => {}
        }
    }
    let ends_at_address = policy.blocked_address_ends_the_search
        && candidates.iter().any(|candidate| {
            let is_blocked = !candidate.verdict.is_ok_and(|by| by.primary_address);
            is_blocked && equal_primary_addresses(incoming, &candidate.object)
        });
    // The eligible candidate that comes first in the policy's order of attributes.
    let mut attributes = policy.precedence().into_iter();
    let first = attributes.find_map(|attribute| {
        let is_tried = !(ends_at_address && attribute == MatchingAttribute::UserPrincipalName);
        let leads = |candidate: &&Candidate| candidate.verdict.is_ok_and(|by| by.has(attribute));
        let found = candidates.iter().filter(|_| is_tried).find(leads);
        found.map(|candidate| (candidate.handle, attribute))
    });
    let Some((target, matched_on)) = first else {
        return collide(circumstances, candidates, anchor_holder);
    };
    // A takeover without its anchor would be lost at the next reinstallation, so the anchor is the
    // one value that cannot be withheld.
    if anchor_holder.is_some_and(|holder| holder != target) {
        return Decision::Reject(Reason::AnchorInUse);
    }
    let withheld = Withheld::from_others(incoming, Some(target), tenant);
    Decision::TakeOver(TakeOver { target, matched_on, withheld })
}

fn equal_primary_addresses(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    let [own, held] = [incoming.primary_address(), object.primary_address()];
    own.zip(held).is_some_and(|(own, held)| same_name(own, held))
}

/// Candidates, and none of them eligible, or none that is looked at.
fn collide(
    circumstances: &Circumstances<'_>,
    candidates: &[Candidate],
    anchor_holder: Option<CloudHandle>,
) -> Decision {
    let Circumstances { incoming, tenant, policy, .. } = *circumstances;
    // A quarantined object would need the anchor.
    if policy.collision_handling == CollisionHandling::Quarantined && anchor_holder.is_none() {
        return Decision::Quarantine(Withheld::from_others(incoming, None, tenant));
    }
    let reason = candidates.iter().find_map(|candidate| candidate.verdict.err());
    Decision::Reject(reason.unwrap_or(Reason::AnchorInUse))
}
