//! What becomes of an on-premises object that is new: the heart of the matching rules.
//!
//! Pure: an object, a tenant, switches and a policy in; a decision and its story out. Nothing is
//! changed here, and nothing is remembered.

use super::deviation::{Circumstances, Deviation};
use super::holders::{Holder, holders_of, named};
use super::policy::Policy;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use super::trace::{Trace, rule};
use crate::directory::{
    AmbiguousMatch, CollisionHandling, Features, MatchingAttribute, OnPremisesObject, ProxyAddress,
};

/// On-premises values that do not reach the cloud, because another active object holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// Whether the user principal name is withheld.
    pub user_principal_name: bool,
    /// The addresses that are withheld.
    pub addresses: Vec<ProxyAddress>,
}

impl Withheld {
    /// Everything of `incoming` that an active object other than `own` holds.
    pub(super) fn from_others(
        incoming: &OnPremisesObject,
        own: Option<CloudHandle>,
        tenant: &CloudTenant,
    ) -> Withheld {
        let others = |holder: Option<CloudHandle>| holder.is_some() && holder != own;
        Withheld {
            user_principal_name: incoming
                .user_principal_name
                .as_deref()
                .is_some_and(|name| others(tenant.holder_of_name(name))),
            addresses: incoming
                .proxy_addresses
                .iter()
                .filter(|address| {
                    address.mail().is_some_and(|mail| others(tenant.holder_of_mail(mail)))
                })
                .cloned()
                .collect(),
        }
    }

    /// Whether everything reaches the cloud.
    pub fn is_empty(&self) -> bool {
        !self.user_principal_name && self.addresses.is_empty()
    }

    /// The withheld values, for a person.
    pub(super) fn list(&self, incoming: &OnPremisesObject) -> String {
        let name = incoming
            .user_principal_name
            .as_ref()
            .filter(|_| self.user_principal_name)
            .map(|name| format!("userPrincipalName {name}"));
        let addresses = self.addresses.iter().map(ToString::to_string);
        name.into_iter().chain(addresses).collect::<Vec<_>>().join(", ")
    }
}

/// A cloud object is matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeOver {
    /// Which object is taken over.
    pub target: CloudHandle,
    /// By which attribute it was reached.
    pub matched_on: MatchingAttribute,
    /// What it does not get, because other holders have it.
    pub withheld: Withheld,
}

/// What becomes of a new object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It takes over a cloud object.
    TakeOver(TakeOver),
    /// A new cloud object is created for it.
    Provision,
    /// A flagged copy is created, without these values.
    Quarantine(Withheld),
    /// An error, and nothing changes.
    Reject(Reason),
}

/// Decides what becomes of a new on-premises object: one that is joined to nothing, has no living
/// copy, and whose anchor no active on-premises-mastered object carries (see
/// [`rejoin`](super::rejoin)).
///
/// ```
/// use entra_conformance::directory::{CloudSetup, Features, OnPremisesObject};
/// use entra_conformance::reference::{CloudTenant, Decision, Policy, Trace, decide};
/// let cloud: CloudSetup = serde_json::from_str(
///     r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com"}"#).unwrap();
/// let incoming: OnPremisesObject = serde_json::from_str(
///     r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ANN@contoso.com"}"#).unwrap();
/// let mut tenant = CloudTenant::default();
/// let ann = tenant.insert(|id| cloud.to_object(id));
/// let mut trace = Trace::on();
/// let decision = decide(&incoming, &tenant, Features::default(), &Policy::default(), &mut trace);
/// assert!(matches!(decision, Decision::TakeOver(found) if found.target == ann));
/// assert!(trace.into_steps().iter().any(|step| step.rule == "match.soft-on-upn"));
/// ```
pub fn decide(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    features: Features,
    policy: &Policy,
    trace: &mut Trace,
) -> Decision {
    let circumstances = Circumstances { incoming, tenant, features, policy };
    decide_deviating(circumstances, None, trace)
}

/// The same, for an implementation that sees the holders otherwise.
pub(super) fn decide_deviating(
    circumstances: Circumstances<'_>,
    deviation: Option<&mut (dyn Deviation + 'static)>,
    trace: &mut Trace,
) -> Decision {
    let Circumstances { incoming, tenant, features, policy } = circumstances;
    let Some(anchor) = &incoming.source_anchor else {
        trace.note(Reason::NoSourceAnchor.rule(), || {
            format!("{} has no sourceAnchor: an error", incoming.key)
        });
        return Decision::Reject(Reason::NoSourceAnchor);
    };
    trace.note(rule::EVERY_NEW_OBJECT, || {
        format!(
            "{} {} is new: a match is looked for on {}",
            incoming.kind,
            incoming.key,
            identifiers(incoming)
        )
    });
    let mut holders = holders_of(incoming, tenant, features, policy, trace);
    if let Some(deviation) = deviation {
        deviation.holders(&circumstances, &mut holders);
    }
    if holders.is_empty() {
        trace.note(rule::NO_HOLDER, || {
            format!(
                "no active cloud object holds an identifier of {}: a new {} is provisioned",
                incoming.key, incoming.kind
            )
        });
        return Decision::Provision;
    }
    let anchor_holder = tenant.holder_of_anchor(anchor);
    match best_route(&holders, policy) {
        Some((target, matched_on)) => {
            let choice = Choice { target, matched_on, anchor_holder };
            take_over(incoming, tenant, &holders, choice, policy, trace)
        }
        None => collide(incoming, tenant, &holders, anchor_holder, policy, trace),
    }
}

/// The identifiers that decide, for a person.
fn identifiers(incoming: &OnPremisesObject) -> String {
    let name = incoming.user_principal_name.iter();
    let primary = incoming.proxy_addresses.iter().find(|value| value.is_primary());
    let anchor = incoming.source_anchor.iter();
    name.map(|value| format!("userPrincipalName {value}"))
        .chain(primary.map(|value| format!("primary address {value}")))
        .chain(anchor.map(|value| format!("sourceAnchor {value}")))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The eligible holder that comes first in the policy's order of attributes.
fn best_route(holders: &[Holder], policy: &Policy) -> Option<(CloudHandle, MatchingAttribute)> {
    policy.routes().into_iter().find_map(|attribute| {
        holders
            .iter()
            .find(|holder| holder.verdict.is_ok_and(|routes| routes.lead_by(attribute)))
            .map(|holder| (holder.handle, attribute))
    })
}

/// An eligible holder, if there is just one holder or the policy picks among several.
#[derive(Clone, Copy)]
struct Choice {
    target: CloudHandle,
    matched_on: MatchingAttribute,
    anchor_holder: Option<CloudHandle>,
}

fn take_over(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    holders: &[Holder],
    choice: Choice,
    policy: &Policy,
    trace: &mut Trace,
) -> Decision {
    let target = || tenant.get(choice.target).map_or_else(String::new, |object| named(object));
    let matched_on = choice.matched_on;
    if let [_] = holders {
        trace.note(rule::EVERY_NEW_OBJECT, || {
            format!(
                "nothing else holds an identifier of {}: it takes over {}, matched on {matched_on}",
                incoming.key,
                target()
            )
        });
        return Decision::TakeOver(TakeOver {
            target: choice.target,
            matched_on,
            withheld: Withheld::default(),
        });
    }
    if policy.ambiguous_match == AmbiguousMatch::Refused {
        trace.note(Reason::Ambiguous.rule(), || {
            format!(
                "{} objects hold identifiers of {}: an error, and nothing changes (ambiguousMatch is refused)",
                holders.len(),
                incoming.key
            )
        });
        return Decision::Reject(Reason::Ambiguous);
    }
    trace.note(rule::EVERY_NEW_OBJECT, || {
        format!(
            "{} objects hold identifiers of {}: {matched_on} comes first and leads to {} (ambiguousMatch is withheld, softMatchPrecedence is {}, hardVersusSoft is {})",
            holders.len(),
            incoming.key,
            target(),
            policy.soft_match_precedence.word(),
            policy.hard_versus_soft.word()
        )
    });
    // A takeover without its anchor would be lost at the next reinstallation, so the anchor is
    // the one value that cannot be withheld.
    if choice.anchor_holder.is_some_and(|holder| holder != choice.target) {
        trace.note(Reason::AnchorInUse.rule(), || {
            format!(
                "the sourceAnchor of {} is on another active object and cannot be stamped on {}: an error, and nothing changes",
                incoming.key,
                target()
            )
        });
        return Decision::Reject(Reason::AnchorInUse);
    }
    let withheld = Withheld::from_others(incoming, Some(choice.target), tenant);
    trace.note(rule::UNIQUE_IDENTIFIERS, || {
        format!("withheld, because others hold it: {}", withheld.list(incoming))
    });
    Decision::TakeOver(TakeOver { target: choice.target, matched_on, withheld })
}

/// Holders, and none of them eligible.
fn collide(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    holders: &[Holder],
    anchor_holder: Option<CloudHandle>,
    policy: &Policy,
    trace: &mut Trace,
) -> Decision {
    let copies = policy.collision_handling == CollisionHandling::Quarantined;
    if copies && anchor_holder.is_none() {
        let withheld = Withheld::from_others(incoming, None, tenant);
        trace.note(rule::COLLISION, || {
            format!(
                "nothing that holds an identifier of {} is eligible: a copy is created without {} (collisionHandling is quarantined)",
                incoming.key,
                withheld.list(incoming)
            )
        });
        return Decision::Quarantine(withheld);
    }
    let reason =
        holders.iter().find_map(|holder| holder.verdict.err()).unwrap_or(Reason::AnchorInUse);
    trace.note(rule::COLLISION, || {
        format!(
            "nothing that holds an identifier of {} is eligible: an error, and nothing is created ({})",
            incoming.key,
            if copies {
                "a copy would need the sourceAnchor, which is held too"
            } else {
                "collisionHandling is rejected"
            }
        )
    });
    Decision::Reject(reason)
}
