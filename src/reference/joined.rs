//! What becomes of an on-premises object that is joined already, or was before Connect was
//! installed anew. It is never matched again, whatever it is changed to.

use super::decide::Withheld;
use super::holders::named;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use super::trace::{Trace, rule};
use crate::directory::{CloudObject, OnPremisesObject};

/// What becomes of a joined object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinedDecision {
    /// Its on-premises values are exported, all but these. They were withheld when it was joined,
    /// and the objects that held them then hold them still.
    Export(Withheld),
    /// An error, and the cloud object stays as it is.
    Reject(Reason),
}

/// Finds the object that an on-premises object belongs to although Connect does not remember it:
/// after a reinstallation, the active object that is mastered on-premises and carries its anchor.
/// That is no match, so neither roles nor the soft-match switch matter.
///
/// `Ok(None)` means that the object is new and goes to [`decide`](super::decide()).
///
/// # Errors
/// The anchor is on an on-premises-mastered object that this one cannot be joined to: one of
/// another kind, a copy, or one for which `joined_elsewhere` says that it has its on-premises
/// object already.
pub fn rejoin(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    joined_elsewhere: impl FnOnce(CloudHandle) -> bool,
    trace: &mut Trace,
) -> Result<Option<CloudHandle>, Reason> {
    let carrier = incoming
        .source_anchor
        .as_deref()
        .and_then(|anchor| tenant.holder_of_anchor(anchor))
        .and_then(|handle| Some((handle, tenant.get(handle)?)))
        .filter(|(_, object)| object.on_premises_sync_enabled);
    let Some((handle, object)) = carrier else {
        return Ok(None);
    };
    let obstacle = if object.quarantined {
        Some("is a copy that another object left behind")
    } else if object.kind != incoming.kind {
        Some("is of another kind")
    } else if joined_elsewhere(handle) {
        Some("is joined to another object")
    } else {
        None
    };
    if let Some(obstacle) = obstacle {
        trace.note(Reason::AnchorInUse.rule(), || {
            format!(
                "{} carries the sourceAnchor of {} and {obstacle}: an error, and nothing changes",
                named(object),
                incoming.key
            )
        });
        return Err(Reason::AnchorInUse);
    }
    trace.note(rule::REJOINS_BY_ANCHOR, || {
        format!(
            "{} is mastered on-premises and carries the sourceAnchor of {}: Connect joins the two again, which is no match",
            named(object),
            incoming.key
        )
    });
    Ok(Some(handle))
}

/// Decides what becomes of an on-premises object that is joined to the active object `own` and has
/// something to export.
///
/// `exported` is the state that was last exported, as far as Connect remembers it. A value that
/// it contains and another active object holds was withheld at the takeover; any other such value
/// is a change into a collision.
pub fn decide_joined(
    incoming: &OnPremisesObject,
    own: CloudHandle,
    exported: Option<&OnPremisesObject>,
    tenant: &CloudTenant,
    trace: &mut Trace,
) -> JoinedDecision {
    let Some(object) = tenant.get(own) else {
        return JoinedDecision::Reject(Reason::AnchorInUse);
    };
    trace.note(rule::NEW_OBJECTS_ONLY, || {
        format!("{} is joined to {}: no match is looked for", incoming.key, named(object))
    });
    if incoming.source_anchor != object.on_premises_immutable_id {
        return JoinedDecision::Reject(other_anchor(incoming, object, tenant, trace));
    }
    let collisions = Withheld::from_others(incoming, Some(own), tenant);
    if collisions.is_empty() {
        return JoinedDecision::Export(collisions);
    }
    if exported.is_some_and(|exported| was_withheld(&collisions, incoming, exported)) {
        trace.note(Reason::StillWithheld.rule(), || {
            format!(
                "withheld since the takeover, and others hold it still: {}: an error is reported, everything else is exported",
                collisions.list(incoming)
            )
        });
        return JoinedDecision::Export(collisions);
    }
    trace.note(Reason::LateMatch.rule(), || {
        format!(
            "another active object holds {}: an error, and {} stays as it is",
            collisions.list(incoming),
            named(object)
        )
    });
    JoinedDecision::Reject(Reason::LateMatch)
}

/// Whether all of these values stood in the state that was exported last.
fn was_withheld(
    collisions: &Withheld,
    incoming: &OnPremisesObject,
    exported: &OnPremisesObject,
) -> bool {
    let name = !collisions.user_principal_name
        || incoming.user_principal_name == exported.user_principal_name;
    let address = |address| exported.proxy_addresses.contains(address);
    name && collisions.addresses.iter().all(address)
}

/// A joined object whose anchor was changed. An anchor that another object carries is a late
/// match. A free one is not stamped either: nothing would tie the object to its past any more, and
/// Connect exports nothing until the anchor is what it was.
fn other_anchor(
    incoming: &OnPremisesObject,
    object: &CloudObject,
    tenant: &CloudTenant,
    trace: &mut Trace,
) -> Reason {
    let holder = incoming
        .source_anchor
        .as_deref()
        .and_then(|anchor| tenant.holder_of_anchor(anchor))
        .and_then(|handle| tenant.get(handle));
    let reason = if holder.is_some() { Reason::LateMatch } else { Reason::SourceAnchorChanged };
    trace.note(reason.rule(), || {
        format!(
            "its sourceAnchor is now {}{}, and {} carries {}: an error, and nothing changes until it is changed back",
            incoming.source_anchor.as_deref().unwrap_or("without a value"),
            holder.map_or_else(String::new, |holder| format!(", which is on {}", named(holder))),
            named(object),
            object.on_premises_immutable_id.as_deref().unwrap_or_default()
        )
    });
    reason
}
