//! What an on-premises object and a cloud object have in common, and where to look for it.

use crate::directory::MatchingAttribute;
use crate::directory::{
    CloudObject, OnPremisesObject, ProxyAddress, ResultWord, SyncResult, Text, same_name,
};
use crate::reference::{
    Circumstances, CloudHandle, CloudTenant, Decision, JoinedDecision, Meeting, Reason, Shared,
    TakeOver, Trace, Turn, Withheld, decide_joined,
};

/// Whether both have a value and the two are equal without regard to case.
pub(super) fn same(left: Option<&str>, right: Option<&str>) -> bool {
    left.zip(right).is_some_and(|(left, right)| same_name(left, right))
}

/// Whether one of these addresses is this mail address.
pub(super) fn holds(object: &CloudObject, mail: &str) -> bool {
    object.mail_addresses().any(|held| same_name(held, mail))
}

/// Whether the two have any mail address in common.
pub(super) fn share_an_address(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    incoming.mail_addresses().any(|mail| holds(object, mail))
}

/// The same meeting, with other things in common.
pub(super) fn sharing<'a>(meeting: &Meeting<'a>, shared: Shared) -> Meeting<'a> {
    Meeting { shared, ..*meeting }
}

/// What would be the verdict on the cloud object if it were another one.
pub(super) fn if_it_were(
    meeting: &Meeting<'_>,
    change: impl FnOnce(&mut CloudObject),
) -> super::fault::Verdict {
    let mut object = meeting.object.clone();
    change(&mut object);
    Meeting { object: &object, ..*meeting }.verdict()
}

/// What is active and mastered in the cloud, in the order of creation.
pub(super) fn cloud_mastered(
    tenant: &CloudTenant,
) -> impl Iterator<Item = (CloudHandle, &CloudObject)> {
    tenant
        .handles()
        .filter_map(|handle| Some((handle, &**tenant.active(handle)?)))
        .filter(|(_, object)| object.is_cloud_mastered())
}

/// A provisioning becomes a takeover of the first cloud-mastered object of the same kind, and
/// without a role, that is alike in some way that is no match.
pub(super) fn take_a_twin(
    circumstances: &Circumstances<'_>,
    decision: Decision,
    alike: impl Fn(&OnPremisesObject, &CloudObject) -> bool,
) -> Decision {
    let incoming = circumstances.incoming;
    let is_twin = |object: &CloudObject| {
        object.kind == incoming.kind && object.roles.is_empty() && alike(incoming, object)
    };
    if decision != Decision::Provision {
        return decision;
    }
    cloud_mastered(circumstances.tenant).find(|(_, object)| is_twin(object)).map_or(
        decision,
        |(target, _)| {
            Decision::TakeOver(TakeOver {
                target,
                matched_on: MatchingAttribute::UserPrincipalName,
                withheld: Withheld::default(),
            })
        },
    )
}

/// Whether both have a value of this attribute, and the same.
pub(super) fn same_attribute(
    incoming: &OnPremisesObject,
    object: &CloudObject,
    name: &str,
) -> bool {
    let wanted = incoming.attributes.get(name);
    wanted.is_some() && wanted == object.attributes.get(name)
}

/// The active objects that hold an identifier of the on-premises object, other than the one that
/// it is joined to: the anchor's holder first, then the user principal name's.
pub(super) fn others(turn: &Turn<'_>) -> Vec<CloudHandle> {
    let incoming = turn.incoming;
    let anchor = incoming.source_anchor.as_deref();
    let name = incoming.user_principal_name.as_deref();
    let by_anchor = anchor.and_then(|anchor| turn.tenant.holder_of_anchor(anchor));
    let by_name = name.and_then(|name| turn.tenant.holder_of_name(name));
    let by_mail = incoming.mail_addresses().filter_map(|mail| turn.tenant.holder_of_mail(mail));
    let mut found: Vec<CloudHandle> = Vec::new();
    for handle in by_anchor.into_iter().chain(by_name).chain(by_mail) {
        if Some(handle) != turn.joined && !found.contains(&handle) {
            found.push(handle);
        }
    }
    found
}

/// The first of [`others`] that is mastered in the cloud.
pub(super) fn cloud_mastered_other(turn: &Turn<'_>) -> Option<CloudHandle> {
    let is_cloud_mastered = |handle: &CloudHandle| {
        turn.tenant.get(*handle).is_some_and(|object| object.is_cloud_mastered())
    };
    others(turn).into_iter().find(is_cloud_mastered)
}

/// Whether the object is joined and was changed into a collision of names or addresses.
pub(super) fn is_late_match(turn: &Turn<'_>) -> bool {
    let Some(own) = turn.joined else {
        return false;
    };
    let anchor = turn.incoming.source_anchor.as_ref();
    let is_its_own =
        turn.tenant.get(own).is_some_and(|own| own.on_premises_immutable_id.as_ref() == anchor);
    let mut trace = Trace::off();
    let decision = decide_joined(turn.incoming, own, turn.exported, turn.tenant, &mut trace);
    is_its_own && decision == JoinedDecision::Reject(Reason::LateMatch)
}

/// Changes an object of the tenant, whatever the rules say.
pub(super) fn change(
    tenant: &mut CloudTenant,
    handle: CloudHandle,
    change: impl FnOnce(&mut CloudObject),
) {
    if let Some(object) = tenant.get(handle) {
        let mut object = CloudObject::clone(object);
        change(&mut object);
        tenant.replace(handle, object);
    }
}

/// The addresses as they are, but for the primary one.
pub(super) fn without_primary(addresses: &[ProxyAddress]) -> impl Iterator<Item = &ProxyAddress> {
    addresses.iter().filter(|address| !address.is_primary())
}

/// Whether the result is an error.
pub(super) fn is_error(result: &SyncResult) -> bool {
    result.result == ResultWord::Error
}

/// An error.
pub(super) fn error(code: &str) -> SyncResult {
    SyncResult { code: Some(code.into()), ..SyncResult::plain(ResultWord::Error) }
}

/// The role that weighs most.
pub(super) const GLOBAL_ADMINISTRATOR: &str = "Global Administrator";

/// A user principal name that nobody else has.
pub(super) fn own_name(name: &str, id: &str) -> Text {
    let (user, suffix) = name.split_once('@').unwrap_or((name, "contoso.com"));
    format!("{user}+{id}@{suffix}").into()
}
