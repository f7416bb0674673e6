//! What becomes of an on-premises object that is joined already, or was before Connect was
//! installed anew. It is never matched again, whatever it is changed to.

use super::decide::Withheld;
use super::reason::Reason;
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::OnPremisesObject;

/// What becomes of a joined object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JoinedDecision {
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
/// `Ok(None)` means that the object is new and goes to [`decide`](super::decide::decide).
///
/// # Errors
/// The anchor is on an on-premises-mastered object that this one cannot be joined to: one of
/// another kind, a quarantined one, or one for which `is_joined` says that it has its on-premises
/// object already.
pub(super) fn rejoin(
    incoming: &OnPremisesObject,
    tenant: &CloudTenant,
    is_joined: &dyn Fn(CloudHandle) -> bool,
) -> Result<Option<CloudHandle>, Reason> {
    let anchor = incoming.source_anchor.as_deref();
    let Some(handle) = anchor.and_then(|anchor| tenant.holder_of_anchor(anchor)) else {
        return Ok(None);
    };
    match tenant.get(handle) {
        Some(object) if object.is_on_premises_mastered() => {
            if object.quarantined || object.kind != incoming.kind || is_joined(handle) {
                Err(Reason::AnchorInUse)
            } else {
                Ok(Some(handle))
            }
        }
        _ => Ok(None),
    }
}

/// Decides what becomes of an on-premises object that is joined to the active object `own` and has
/// something to export.
///
/// `exported` is the state that was last exported, as far as Connect remembers it. A value that
/// it contains and another active object holds was withheld at the takeover; any other such value
/// is a change into a collision.
pub(crate) fn decide_joined(
    incoming: &OnPremisesObject,
    own: CloudHandle,
    exported: Option<&OnPremisesObject>,
    tenant: &CloudTenant,
) -> JoinedDecision {
    let anchor = incoming.source_anchor.as_deref();
    let carried = tenant.get(own).and_then(|own| own.on_premises_immutable_id.as_deref());
    if !tenant.are_same_anchors(anchor, carried) {
        // An anchor that another object carries is a late match. A free one is not stamped either:
        // nothing would tie the object to its past any more, and Connect exports nothing until the
        // anchor is what it was.
        let is_held = anchor.is_some_and(|anchor| tenant.holder_of_anchor(anchor).is_some());
        let reason = if is_held { Reason::LateMatch } else { Reason::SourceAnchorChanged };
        return JoinedDecision::Reject(reason);
    }
    let collisions = Withheld::from_others(incoming, Some(own), tenant);
    let was_withheld = |exported: &OnPremisesObject| were_exported(&collisions, incoming, exported);
    if collisions.is_empty() || exported.is_some_and(was_withheld) {
        JoinedDecision::Export(collisions)
    } else {
        JoinedDecision::Reject(Reason::LateMatch)
    }
}

/// Whether all of these values stood in the state that was exported last.
fn were_exported(
    values: &Withheld,
    incoming: &OnPremisesObject,
    exported: &OnPremisesObject,
) -> bool {
    let name =
        !values.user_principal_name || incoming.user_principal_name == exported.user_principal_name;
    name && values.addresses.iter().all(|address| exported.proxy_addresses.contains(address))
}
