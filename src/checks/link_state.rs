//! Where an on-premises object stands when a sync cycle begins.

use super::candidates::{Candidate, MatchCandidates};
use super::definitions::{
    is_joined, is_late_match, is_living_quarantined_object, is_new, same_optional_name,
};
use super::history::ObjectHistory;
use super::index::CloudIndex;
use super::match_attributes::MatchAttributes;
use super::settings::Settings;
use crate::directory::{CloudObject, OnPremisesObject};
use std::sync::Arc;

/// Where an on-premises object stands when a cycle begins.
#[derive(Clone, Debug)]
pub(crate) enum LinkState<'a> {
    /// Not joined, no living quarantined object, and its anchor is on no on-premises-mastered object.
    New(MatchCandidates<'a>),
    /// Kept in sync with an active cloud object.
    Joined(Joined<'a>),
    /// A collision left a living quarantined object behind; it is neither joined nor new. With what
    /// it would meet besides that object, were it new.
    Quarantined(&'a Arc<CloudObject>, MatchCandidates<'a>),
    /// Something unspecified has happened to it: only safety is judged. With the cloud object that
    /// it was last seen joined to, where that still exists, and everything that it touches.
    Indeterminate(Option<&'a Arc<CloudObject>>, Vec<Candidate<'a>>),
}

/// What a joined object meets in the cloud besides its own cloud object.
#[derive(Clone, Debug)]
pub(crate) struct Joined<'a> {
    object: &'a OnPremisesObject,
    /// The cloud object that it is joined to, as it was before the cycle.
    pub(crate) cloud: &'a Arc<CloudObject>,
    /// Everything else that shares something with it. Of an object without pending work this is
    /// looked up only where something rests on it.
    pub(crate) others: Vec<Candidate<'a>>,
    /// Its anchor was changed on-premises since it was joined.
    pub(crate) anchor_changed: bool,
    /// Which of the attributes that can lead to a match were changed on-premises since it was last
    /// exported without an error.
    changed: MatchAttributes,
}

impl<'a> Joined<'a> {
    /// Other objects that it was changed to match.
    pub(crate) fn late_matches(&self) -> impl Iterator<Item = &Candidate<'a>> {
        let others = self.others.iter();
        others.filter(|other| is_late_match(self.object, other.cloud, self.changed))
    }

    /// Whether its anchor was changed on-premises to a value that nothing in the cloud carries, in whatever
    /// letter case.
    pub(crate) fn has_free_new_anchor(&self) -> bool {
        let carries_it = |other: &Candidate<'_>| other.anchor || other.anchor_but_for_case;
        self.anchor_changed && !self.others.iter().any(carries_it)
    }

    /// Whether it meets anything but its own cloud object: its values then need not all arrive.
    pub(crate) fn meets_others(&self) -> bool {
        !self.others.is_empty()
    }
}

impl<'a> LinkState<'a> {
    /// `linked` is the cloud object that `object` was last seen joined to, and `quarantined` the
    /// one that a collision left behind for it, as they stand when the cycle begins.
    pub(crate) fn of(
        object: &'a OnPremisesObject,
        own_history: &ObjectHistory,
        (linked, quarantined): (Option<&'a Arc<CloudObject>>, Option<&'a Arc<CloudObject>>),
        index: &CloudIndex<'a>,
        settings: &Settings<'_>,
        is_reinstalled: bool,
    ) -> LinkState<'a> {
        let candidates_but = |own: Option<&'a Arc<CloudObject>>| {
            let own = own.map(|own| &**own);
            index.candidates(object, own, settings)
        };
        let indeterminate = || LinkState::Indeterminate(linked, candidates_but(None));
        let was_joined = own_history.link.is_some();
        match quarantined {
            // What a quarantined object in the recycle bin means for its object is left open.
            Some(quarantined) if quarantined.deleted => return indeterminate(),
            Some(quarantined)
                if is_living_quarantined_object(quarantined)
                    && !was_joined
                    && !own_history.indeterminate =>
            {
                let others = MatchCandidates::new(candidates_but(Some(quarantined)));
                return LinkState::Quarantined(quarantined, others);
            }
            _ => {}
        }
        if object.source_anchor.is_none() || own_history.indeterminate {
            return indeterminate();
        }
        let Some(link) = &own_history.link else {
            let candidates = candidates_but(None);
            let is_new = is_new(object, false, false, candidates.iter().map(|one| one.cloud));
            return if is_new {
                LinkState::New(MatchCandidates::new(candidates))
            } else {
                LinkState::Indeterminate(linked, candidates)
            };
        };
        let Some(cloud) = linked.filter(|cloud| is_joined(object, cloud, &link.anchor)) else {
            return indeterminate();
        };
        let anchor_changed = object.source_anchor.as_ref() != Some(&link.anchor);
        if anchor_changed && is_reinstalled {
            // Connect has forgotten that it was joined, and its anchor does not tell it.
            return indeterminate();
        }
        let mut changed =
            MatchAttributes { anchor: anchor_changed, ..changed(object, own_history) };
        changed.primary &= settings.addresses_identify();
        LinkState::Joined(Joined { object, cloud, others: Vec::new(), anchor_changed, changed })
    }

    /// The cloud object that belongs to it when the cycle begins: joined to it, quarantined for it,
    /// or the one that it was last seen joined to.
    pub(crate) fn cloud(&self) -> Option<&'a Arc<CloudObject>> {
        match self {
            LinkState::New(_) => None,
            LinkState::Joined(link) => Some(link.cloud),
            LinkState::Quarantined(quarantined, _) => Some(*quarantined),
            LinkState::Indeterminate(linked, _) => *linked,
        }
    }

    /// Everything else that shares something with it.
    pub(crate) fn candidates(&self) -> &[Candidate<'a>] {
        match self {
            LinkState::New(matching) | LinkState::Quarantined(_, matching) => &matching.candidates,
            LinkState::Joined(link) => &link.others,
            LinkState::Indeterminate(_, candidates) => candidates,
        }
    }
}

/// Which of the values that lead to a soft match were changed on-premises since the object was last
/// exported without an error; both where that never was.
fn changed(object: &OnPremisesObject, own_history: &ObjectHistory) -> MatchAttributes {
    let exported = own_history.exported.as_deref();
    let primary = |object: &OnPremisesObject| object.primary_address().map(str::to_ascii_lowercase);
    MatchAttributes {
        anchor: false,
        user_principal_name: exported.is_none_or(|exported| {
            !same_optional_name(&object.user_principal_name, &exported.user_principal_name)
        }),
        primary: exported.is_none_or(|exported| primary(object) != primary(exported)),
    }
}
