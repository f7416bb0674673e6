//! What faults have in common: where to look for objects, and usual mistakes.

use crate::directory::{
    CloudObject, Evaluator, MatchingAttribute, OnPremisesObject, ResultWord, SyncResult, Text,
    same_name,
};
use crate::reference::{
    Circumstances, CloudHandle, CloudTenant, Decision, JoinedDecision, Occasion, Reason, TakeOver,
    Turn, Withheld, decide_joined, holders, updated,
};

/// A takeover, whatever it was matched on.
pub(super) const TAKEOVER: &[Occasion] = &[Occasion::HardMatch, Occasion::SoftMatch];

/// An update of a joined object, also the first after a reinstallation.
pub(super) const UPDATE: &[Occasion] = &[Occasion::Update, Occasion::Rejoin];

/// The role that weighs most.
pub(super) const GLOBAL_ADMINISTRATOR: &str = "Global Administrator";

/// Whether both have a value and the two are equal without regard to case.
pub(super) fn same(left: Option<&str>, right: Option<&str>) -> bool {
    left.zip(right).is_some_and(|(left, right)| same_name(left, right))
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

/// Whether one of these addresses is this mail address.
pub(super) fn holds(object: &CloudObject, mail: &str) -> bool {
    object.mail_addresses().any(|held| same_name(held, mail))
}

/// What is active and mastered in the cloud, in the order of creation.
pub(super) fn cloud_mastered(
    tenant: &CloudTenant,
) -> impl Iterator<Item = (CloudHandle, &CloudObject)> {
    let objects = tenant.objects().map(|(handle, object)| (handle, &**object));
    objects.filter(|(_, object)| object.is_active() && object.is_cloud_mastered())
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
    let mut twins = cloud_mastered(circumstances.tenant).filter(|(_, object)| is_twin(object));
    match twins.next() {
        Some((target, _)) if decision == Decision::Provision => Decision::TakeOver(TakeOver {
            target,
            matched_on: MatchingAttribute::UserPrincipalName,
            withheld: Withheld::default(),
        }),
        _ => decision,
    }
}

/// The first cloud-mastered object that holds an identifier of the on-premises object, other than
/// the one that it is joined to.
pub(super) fn cloud_mastered_other(turn: &Turn<'_>) -> Option<CloudHandle> {
    let is_cloud_mastered = |handle: &CloudHandle| {
        turn.tenant.get(*handle).is_some_and(|object| object.is_cloud_mastered())
    };
    let mut others = holders(turn.incoming, turn.tenant).into_iter();
    others.find(|handle| Some(*handle) != turn.joined && is_cloud_mastered(handle))
}

/// The same, where the object is new and has failed.
pub(super) fn in_the_way_of_a_new_object(
    turn: &Turn<'_>,
    result: &SyncResult,
) -> Option<CloudHandle> {
    let is_new = is_error(result) && turn.joined.is_none();
    cloud_mastered_other(turn).filter(|_| is_new)
}

/// What would be decided about an object that is joined.
pub(super) fn decision_if_joined(turn: &Turn<'_>) -> Option<JoinedDecision> {
    Some(decide_joined(turn.incoming, turn.joined?, turn.exported, turn.tenant))
}

/// Whether the object is joined and was changed into a collision of names or addresses.
pub(super) fn is_late_match(turn: &Turn<'_>) -> bool {
    let Some(own) = turn.joined.and_then(|own| turn.tenant.get(own)) else {
        return false;
    };
    own.on_premises_immutable_id == turn.incoming.source_anchor
        && decision_if_joined(turn) == Some(JoinedDecision::Reject(Reason::LateMatch))
}

/// Writes all on-premises values to the joined object, whoever holds them.
pub(super) fn overwrite(turn: &mut Turn<'_>) -> Option<SyncResult> {
    let own = turn.joined?;
    let object = turn.tenant.get(own)?;
    let after = updated(object, turn.incoming, turn.exported, &Withheld::default(), turn.features);
    let is_change = turn.tenant.replace(own, after);
    let word = if is_change { ResultWord::Updated } else { ResultWord::Unchanged };
    Some(SyncResult::plain(word))
}

/// Whether the result is an error.
pub(super) fn is_error(result: &SyncResult) -> bool {
    result.result == ResultWord::Error
}

/// Whether the result is a takeover.
pub(super) fn is_takeover(result: &SyncResult) -> bool {
    result.evaluated_by == Some(Evaluator::Service)
}

/// An error.
pub(super) fn error(code: &str) -> SyncResult {
    SyncResult { code: Some(code.into()), ..SyncResult::plain(ResultWord::Error) }
}

/// Gives an error another code, where it has this one.
pub(super) fn recode(result: &mut SyncResult, from: &str, to: &str) {
    if result.code.as_deref() == Some(from) {
        result.code = Some(to.into());
    }
}

/// A user principal name that nobody else has.
pub(super) fn own_name(name: &str, id: &str) -> Text {
    let (user, suffix) = name.split_once('@').unwrap_or((name, "contoso.com"));
    format!("{user}+{id}@{suffix}").into()
}

/// Makes another value of every attribute.
pub(super) fn each_attribute(object: &mut CloudObject, other: impl Fn(&str) -> Text) {
    let attributes = std::mem::take(&mut object.attributes).into_iter();
    object.attributes = attributes.map(|(name, value)| (name, other(&value))).collect();
}

/// At most so many characters of a text.
pub(super) fn cut(text: &str, length: usize) -> Text {
    text.chars().take(length).collect::<String>().into()
}
