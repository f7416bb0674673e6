//! Who holds an identifier of a new object, and which of them it may take over.

use super::policy::Policy;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use super::trace::{Trace, rule};
use crate::directory::{
    CloudObject, Features, Kind, MatchingAttribute, OnPremisesObject, ProxyAddress, same_name,
};

/// Which identifiers an on-premises object and a cloud object have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shared {
    /// The anchor.
    pub(crate) anchor: bool,
    /// The user principal name.
    pub(crate) user_principal_name: bool,
    /// The primary address of both.
    pub(crate) primary_address: bool,
}

/// The matching attributes by which an eligible cloud object can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routes(pub(crate) Shared);

impl Routes {
    /// Whether this attribute leads there.
    pub(crate) fn lead_by(self, attribute: MatchingAttribute) -> bool {
        match attribute {
            MatchingAttribute::SourceAnchor => self.0.anchor,
            MatchingAttribute::UserPrincipalName => self.0.user_principal_name,
            MatchingAttribute::ProxyAddresses => self.0.primary_address,
        }
    }
}

/// An active cloud object that holds an identifier of a new object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    /// Which object.
    pub(crate) handle: CloudHandle,
    /// How it can be reached, or why it cannot be taken over.
    pub(crate) verdict: Result<Routes, Reason>,
}

/// Every active object that holds an identifier of this new object, the anchor's holder first.
pub(super) fn holders_of(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    features: Features,
    policy: &Policy,
    trace: &mut Trace,
) -> Vec<Holder> {
    let by_anchor =
        incoming.source_anchor.as_deref().and_then(|anchor| tenant.holder_of_anchor(anchor));
    let by_name =
        incoming.user_principal_name.as_deref().and_then(|name| tenant.holder_of_name(name));
    let by_mail = incoming.mail_addresses().filter_map(|mail| tenant.holder_of_mail(mail));

    let mut holders: Vec<Holder> = Vec::new();
    for handle in by_anchor.into_iter().chain(by_name).chain(by_mail) {
        if holders.iter().any(|holder| holder.handle == handle) {
            continue;
        }
        let Some(object) = tenant.get(handle) else {
            continue;
        };
        let shared = shared(incoming, object, trace);
        let verdict = eligibility(incoming, object, shared, features, policy);
        tell_verdict(object, incoming, verdict, trace);
        holders.push(Holder { handle, verdict });
    }
    tell_near_misses(incoming, tenant, &holders, trace);
    holders
}

/// What the two have in common, of what can match. The trace also names what cannot.
pub(super) fn shared(
    incoming: &OnPremisesObject,
    object: &CloudObject,
    trace: &mut Trace,
) -> Shared {
    let anchor = incoming.source_anchor.is_some()
        && incoming.source_anchor == object.on_premises_immutable_id;
    let user_principal_name =
        both(incoming.user_principal_name.as_deref(), object.user_principal_name.as_deref());
    let primary_address = both(incoming.primary_address(), object.primary_address());

    if trace.is_on() {
        let who = named(object);
        if let (true, Some(value)) = (anchor, &incoming.source_anchor) {
            trace.note(rule::HARD_ON_ANCHOR, || {
                format!("sourceAnchor {value} equals the onPremisesImmutableId of {who}")
            });
        }
        if let (true, Some(value)) = (user_principal_name, &incoming.user_principal_name) {
            trace.note(rule::SOFT_ON_UPN, || {
                format!("userPrincipalName {value} equals the userPrincipalName of {who}")
            });
        }
        for (own, held) in common_addresses(incoming, object) {
            if own.is_primary() && held.is_primary() {
                trace.note(rule::SOFT_ON_PRIMARY, || {
                    format!("{own} equals the primary address of {who}")
                });
            } else {
                trace.note(rule::PRIMARY_ONLY, || {
                    format!("{own} is held by {who} as {held}: a secondary address matches nothing")
                });
            }
        }
    }
    Shared { anchor, user_principal_name, primary_address }
}

fn both(left: Option<&str>, right: Option<&str>) -> bool {
    matches!((left, right), (Some(left), Some(right)) if same_name(left, right))
}

fn common_addresses<'a>(
    incoming: &'a OnPremisesObject,
    object: &'a CloudObject,
) -> impl Iterator<Item = (&'a ProxyAddress, &'a ProxyAddress)> {
    incoming.proxy_addresses.iter().flat_map(|own| {
        object
            .proxy_addresses
            .iter()
            .filter(|held| both(own.mail(), held.mail()))
            .map(move |held| (own, held))
    })
}

/// By which attributes a holder can be taken over; if by none, why not.
pub(super) fn eligibility(
    incoming: &OnPremisesObject,
    object: &CloudObject,
    shared: Shared,
    features: Features,
    policy: &Policy,
) -> Result<Routes, Reason> {
    let edition = &policy.edition;
    let kind = incoming.kind;
    if object.quarantined {
        return Err(Reason::HeldByCopy);
    }
    if object.on_premises_sync_enabled {
        return Err(Reason::MasteredOnPremises);
    }
    if object.kind != kind {
        return Err(Reason::OtherKind);
    }
    let administrator = !object.roles.is_empty();
    let plain_group = edition.soft_match_needs_mail_enabled_groups
        && kind == Kind::Group
        && !(incoming.mail_enabled && object.mail_enabled);
    let other_anchor = edition.other_anchor_blocks_soft_match
        && object.on_premises_immutable_id.is_some()
        && object.on_premises_immutable_id != incoming.source_anchor;

    let hard = shared.anchor && edition.hard_match.contains(&kind);
    let soft_on_name =
        shared.user_principal_name && edition.soft_match_on_user_principal_name.contains(&kind);
    let soft_on_address = shared.primary_address
        && edition.soft_match_on_primary_address.contains(&kind)
        && !plain_group;

    let hard_allowed = !(administrator && edition.roles_block_hard_match);
    let soft_allowed =
        features.soft_match && !other_anchor && !(administrator && edition.roles_block_soft_match);
    let routes = Shared {
        anchor: hard && hard_allowed,
        user_principal_name: soft_on_name && soft_allowed,
        primary_address: soft_on_address && soft_allowed,
    };
    if routes != Shared::default() {
        return Ok(Routes(routes));
    }
    // Several things can be in the way at once; the one that a person has to put right first is
    // told.
    Err(if administrator {
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

fn tell_verdict(
    object: &CloudObject,
    incoming: &OnPremisesObject,
    verdict: Result<Routes, Reason>,
    trace: &mut Trace,
) {
    match verdict {
        Ok(_) => trace.note(rule::EVERY_NEW_OBJECT, || {
            format!(
                "{} is eligible: mastered in the cloud and {}",
                named(object),
                match object.kind {
                    Kind::User => "a user without any directory role",
                    Kind::Group => "a group, mail-enabled on both sides",
                    Kind::Contact => "a contact",
                }
            )
        }),
        Err(reason) => trace.note(reason.rule(), || {
            format!("{} is not eligible: {}", named(object), why_not(object, incoming, reason))
        }),
    }
}

/// The reason in the words of the object at hand.
fn why_not(object: &CloudObject, incoming: &OnPremisesObject, reason: Reason) -> String {
    match reason {
        Reason::HeldByCopy => "it is a copy that a collision left behind".to_owned(),
        Reason::MasteredOnPremises => "it is mastered on-premises already".to_owned(),
        Reason::OtherKind => format!("{} is a {}", incoming.key, incoming.kind),
        Reason::HasRole => {
            let roles: Vec<&str> = object.roles.iter().map(|role| &**role).collect();
            format!("it has a directory role ({})", roles.join(", "))
        }
        Reason::OtherAnchor => {
            let carried = object.on_premises_immutable_id.as_deref().unwrap_or_default();
            let own = incoming.source_anchor.as_deref().unwrap_or_default();
            let hint = if same_name(carried, own) {
                ", which differs in letter case, and in an anchor that counts"
            } else {
                ""
            };
            format!("it carries another onPremisesImmutableId ({carried} instead of {own}{hint})")
        }
        Reason::SoftMatchDisabled => "soft match is disabled".to_owned(),
        Reason::PlainGroup => {
            let plain =
                if incoming.mail_enabled { object.id.as_ref() } else { incoming.key.as_ref() };
            format!("{plain} is not mail-enabled")
        }
        Reason::AnchorOfNonUser => format!("a {} is not matched by its anchor", object.kind),
        _ => "what the two share is no matching attribute".to_owned(),
    }
}

/// For the trace alone: objects that a person might expect to match, where a name here is an
/// address there.
fn tell_near_misses(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    holders: &[Holder],
    trace: &mut Trace,
) {
    if !trace.is_on() {
        return;
    }
    let unheld = |handle: &CloudHandle| holders.iter().all(|holder| holder.handle != *handle);
    if let Some(name) = &incoming.user_principal_name
        && let Some(handle) = tenant.holder_of_mail(name).filter(unheld)
        && let Some(object) = tenant.get(handle)
    {
        trace.note(rule::SAME_ATTRIBUTE, || {
            format!(
                "userPrincipalName {name} equals an address of {}: that is no match",
                named(object)
            )
        });
    }
    for mail in incoming.mail_addresses() {
        if let Some(handle) = tenant.holder_of_name(mail).filter(unheld)
            && let Some(object) = tenant.get(handle)
        {
            trace.note(rule::SAME_ATTRIBUTE, || {
                format!(
                    "address {mail} equals the userPrincipalName of {}: that is no match",
                    named(object)
                )
            });
        }
    }
}

/// How a cloud object is called in a trace.
pub(super) fn named(object: &CloudObject) -> String {
    format!("{} {}", object.kind, object.id)
}
