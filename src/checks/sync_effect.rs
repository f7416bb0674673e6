//! What an on-premises object came to in a sync cycle.

use super::history::Link;
use super::index::AnchorIndex;
use crate::directory::{CloudObject, OnPremisesObject};
use std::sync::Arc;

/// What an on-premises object came to in a sync cycle, as the state afterwards shows it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SyncEffect<'a> {
    /// The cloud object that it is joined to: by its present anchor, or as the cycle reports.
    pub(crate) joined: Option<&'a Arc<CloudObject>>,
    /// What it is joined to carries another's anchor: the link is reported, and not the only one.
    pub(crate) is_second: bool,
    /// The living quarantined object that was made for it.
    pub(crate) quarantined: Option<&'a Arc<CloudObject>>,
    /// How many active on-premises-mastered objects that are not quarantined carry its anchor.
    pub(crate) objects_with_anchor: usize,
}

impl<'a> SyncEffect<'a> {
    /// `earlier` says what the object was joined to when the cycle began, `linked` what the cycle
    /// reports it to be linked to, and `by_anchor_after` is of the state after it.
    pub(crate) fn of(
        object: &OnPremisesObject,
        earlier: Option<&Link>,
        linked: Option<&'a Arc<CloudObject>>,
        by_anchor_after: &AnchorIndex<'a>,
    ) -> SyncEffect<'a> {
        let Some(anchor) = &object.source_anchor else { return SyncEffect::default() };
        let all = by_anchor_after.with(anchor);
        let of_its_kind = all.clone().filter(|cloud| cloud.kind == object.kind);
        let mut joinable = of_its_kind.clone().filter(|cloud| !cloud.quarantined);
        // More than one breaks a rule of its own; the earlier one stays the one that is meant.
        let is_earlier =
            |cloud: &&Arc<CloudObject>| earlier.is_some_and(|link| link.id == cloud.id);
        let by_anchor = joinable.clone().find(is_earlier).or_else(|| joinable.next());
        // With another anchor than it was joined by it is open whether that is still a link.
        let is_open = |cloud: &Arc<CloudObject>| {
            earlier.is_some_and(|link| link.id == cloud.id && link.anchor != *anchor)
        };
        let linked = linked.filter(|cloud| {
            cloud.is_active() && cloud.kind == object.kind && !cloud.quarantined && !is_open(cloud)
        });
        let elsewhere = linked.filter(|cloud| earlier.is_some_and(|link| link.id != cloud.id));
        let joined = elsewhere.or(by_anchor).or(linked);
        let is_another_s =
            |cloud: &Arc<CloudObject>| cloud.on_premises_immutable_id.as_ref() != Some(anchor);
        SyncEffect {
            joined,
            is_second: joined.is_some_and(is_another_s),
            quarantined: of_its_kind.clone().find(|cloud| cloud.quarantined),
            objects_with_anchor: all.filter(|cloud| !cloud.quarantined).count(),
        }
    }
}
