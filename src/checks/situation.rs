//! Where each on-premises object stands when a sync cycle begins: the definitions on which the
//! rules rest (new, joined, holders, eligible, clear match, pending, contended, copy), as code.

use super::contention;
use super::history::{Carriers, History, Past};
use super::ties::{CloudIndex, Identifiers, Tie};
use crate::directory::{
    CloudObject, Features, Kind, OnPremisesObject, ProxyAddress, Snapshot, same_name,
};
use std::sync::Arc;

/// The ways in which a holder can rightly be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) anchor: bool,
    pub(crate) user_principal_name: bool,
    pub(crate) primary: bool,
}

impl Reach {
    pub(crate) fn any(self) -> bool {
        self.anchor || self.soft()
    }

    pub(crate) fn soft(self) -> bool {
        self.user_principal_name || self.primary
    }

    /// The ways in words.
    pub(crate) fn words(self) -> String {
        let mut words = Vec::new();
        if self.anchor {
            words.push("sourceAnchor");
        }
        if self.user_principal_name {
            words.push("userPrincipalName");
        }
        if self.primary {
            words.push("primary address");
        }
        words.join(" and ")
    }
}

/// The ways by which kinds and values alone lead from `object` to the cloud object of `tie`:
/// the anchor and the name for users, the primary address for users, contacts and groups that are
/// mail-enabled on both sides. Whether the cloud object may be matched is another question.
pub(crate) fn leads_to(object: &OnPremisesObject, tie: &Tie<'_>) -> Reach {
    let cloud = tie.cloud;
    if object.kind != cloud.kind {
        return Reach::default();
    }
    let addressable = object.kind != Kind::Group || (object.mail_enabled && cloud.mail_enabled);
    Reach {
        anchor: tie.anchor && object.kind == Kind::User,
        user_principal_name: tie.user_principal_name && object.kind == Kind::User,
        primary: tie.primary && addressable,
    }
}

/// Whether the cloud object carries an anchor other than the object's own.
pub(crate) fn carries_other_anchor(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    cloud.on_premises_immutable_id.is_some()
        && cloud.on_premises_immutable_id != object.source_anchor
}

/// The ways in which the cloud object of `tie` may be taken over by the new `object`; none where
/// it is not *eligible*.
pub(crate) fn eligibility(object: &OnPremisesObject, tie: &Tie<'_>, features: Features) -> Reach {
    let cloud = tie.cloud;
    if cloud.deleted || cloud.on_premises_sync_enabled || !cloud.roles.is_empty() {
        return Reach::default();
    }
    let mut reach = leads_to(object, tie);
    if !features.soft_match || carries_other_anchor(object, cloud) {
        reach.user_principal_name = false;
        reach.primary = false;
    }
    reach
}

/// What a new object meets in the cloud.
#[derive(Clone, Debug)]
pub(crate) struct Meeting<'a> {
    /// Everything that shares something with it, objects in the recycle bin included.
    pub(crate) ties: Vec<Tie<'a>>,
    /// For each tie, the ways in which it is eligible.
    pub(crate) eligible: Vec<Reach>,
    pub(crate) class: MeetingClass,
    /// It touches an object in a way of which the pages say nothing: it is judged only that
    /// nothing is taken over on that account.
    pub(crate) doubtful: bool,
}

/// How many holders there are, and whether they may be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeetingClass {
    NoHolder,
    /// Exactly one holder, and it is eligible: the index of its tie.
    Clear(usize),
    /// Several holders, at least one eligible.
    Ambiguous,
    /// Holders, none eligible.
    Collision,
}

impl<'a> Meeting<'a> {
    fn of(object: &OnPremisesObject, index: &CloudIndex<'a>, features: Features) -> Meeting<'a> {
        Meeting::with(object, index.ties(&Identifiers::of_on_premises(object)), features)
    }

    fn with(object: &OnPremisesObject, ties: Vec<Tie<'a>>, features: Features) -> Meeting<'a> {
        let eligible: Vec<Reach> =
            ties.iter().map(|tie| eligibility(object, tie, features)).collect();
        let is_holder = |tie: &Tie<'_>| tie.is_held() && tie.cloud.is_active();
        let holders: Vec<usize> = (0..ties.len()).filter(|&at| is_holder(&ties[at])).collect();
        let class = match holders[..] {
            [] => MeetingClass::NoHolder,
            [only] if eligible[only].any() => MeetingClass::Clear(only),
            _ if holders.iter().any(|&at| eligible[at].any()) && holders.len() > 1 => {
                MeetingClass::Ambiguous
            }
            _ => MeetingClass::Collision,
        };
        // What touches the one holder in a second, unspecified way does not make it less clear.
        let own_holder = match class {
            MeetingClass::Clear(only) => Some(only),
            _ => None,
        };
        let doubtful = ties
            .iter()
            .enumerate()
            .any(|(at, tie)| tie.cloud.deleted || (tie.is_doubtful() && Some(at) != own_holder));
        Meeting { ties, eligible, class, doubtful }
    }

    /// The tie and the ways of a clear match.
    pub(crate) fn clear(&self) -> Option<(&Tie<'a>, Reach)> {
        match self.class {
            MeetingClass::Clear(at) => Some((&self.ties[at], self.eligible[at])),
            _ => None,
        }
    }

    /// Active cloud objects that carry one of the object's identifiers.
    pub(crate) fn holders(&self) -> impl Iterator<Item = (&Tie<'a>, Reach)> {
        self.ties
            .iter()
            .zip(self.eligible.iter().copied())
            .filter(|(tie, _)| tie.is_held() && tie.cloud.is_active())
    }
}

/// What a joined object meets in the cloud besides its own cloud object.
#[derive(Clone, Debug)]
pub(crate) struct Joint<'a> {
    /// The cloud object that it is joined to, as it was before the cycle.
    pub(crate) cloud: &'a Arc<CloudObject>,
    /// Everything else that shares something with it.
    pub(crate) others: Vec<Tie<'a>>,
    /// Its anchor was changed on-premises since it was joined.
    pub(crate) drifted: bool,
    /// What was changed on-premises since it was last exported without an error.
    pub(crate) changed: Reach,
}

impl<'a> Joint<'a> {
    /// Active objects whose user principal name, primary address or anchor it was *changed to*
    /// since it was last exported. What it had in common with them before (a value that was
    /// withheld when it was joined) is no late match.
    pub(crate) fn late_matches(&self) -> impl Iterator<Item = &Tie<'a>> {
        self.others.iter().filter(|tie| tie.cloud.is_active()).filter(|tie| {
            (tie.user_principal_name && self.changed.user_principal_name)
                || (tie.primary && self.changed.primary)
                || (tie.anchor && self.drifted)
        })
    }

    /// Whether it meets anything but its own cloud object: its values then need not all arrive.
    pub(crate) fn meets_others(&self) -> bool {
        !self.others.is_empty()
    }
}

/// Where an on-premises object stands when a cycle begins.
#[derive(Clone, Debug)]
pub(crate) enum Standing<'a> {
    /// Not joined, no living copy, and its anchor is on no on-premises-mastered object.
    New(Meeting<'a>),
    /// Kept in sync with an active cloud object.
    Joined(Joint<'a>),
    /// A collision left a living copy behind; it is neither joined nor new. With what it would
    /// meet besides its copy, were it new.
    Copied(&'a Arc<CloudObject>, Meeting<'a>),
    /// Something unspecified has happened to it: only safety is judged. With the cloud object that
    /// it was last seen joined to, where that still exists, and everything that it touches.
    Unsettled(Option<&'a Arc<CloudObject>>, Vec<Tie<'a>>),
}

/// One on-premises object in one sync cycle.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) object: &'a Arc<OnPremisesObject>,
    pub(crate) standing: Standing<'a>,
    /// New, or failed at the last attempt, or changed since its last export without an error.
    pub(crate) pending: bool,
    /// Not pending by that definition, but something unspecified may still be under way for it.
    pub(crate) maybe_pending: bool,
    /// Another pending object's footprint meets its own: only safety is judged.
    pub(crate) contended: bool,
}

impl<'a> Subject<'a> {
    /// What it meets, if it is new and not contended.
    pub(crate) fn new_meeting(&self) -> Option<&Meeting<'a>> {
        match &self.standing {
            Standing::New(meeting) if !self.contended => Some(meeting),
            _ => None,
        }
    }

    /// Whom it is joined to, if it is joined, its anchor has not drifted and it is not contended.
    pub(crate) fn settled_joint(&self) -> Option<&Joint<'a>> {
        match &self.standing {
            Standing::Joined(joint) if !self.contended && !joint.drifted => Some(joint),
            _ => None,
        }
    }

    pub(crate) fn has_work(&self) -> bool {
        self.pending || self.maybe_pending
    }
}

/// Every on-premises object as it stands when a sync cycle begins.
pub(crate) fn subjects<'a>(before: &'a Snapshot, history: &History) -> Vec<Subject<'a>> {
    let index = CloudIndex::new(before);
    let carriers = Carriers::of(before);
    let by_id: std::collections::HashMap<&str, &'a Arc<CloudObject>> =
        before.cloud.iter().map(|cloud| (&*cloud.id, cloud)).collect();
    let unknown = Past { unsettled: true, ..Past::default() };
    let mut subjects: Vec<Subject<'a>> = before
        .on_premises
        .iter()
        .map(|object| {
            let past = history.past(&object.key).unwrap_or(&unknown);
            let linked = past.link.as_ref().and_then(|link| by_id.get(&*link.id).copied());
            let copied = past.copy.as_ref().and_then(|copy| by_id.get(&**copy).copied());
            let standing = match copied {
                // What a copy in the recycle bin means for its object is left open.
                Some(copy) if copy.deleted => {
                    Standing::Unsettled(linked, index.ties(&Identifiers::of_on_premises(object)))
                }
                Some(copy) if copy.quarantined && past.link.is_none() => {
                    let mut ties = index.ties(&Identifiers::of_on_premises(object));
                    ties.retain(|tie| tie.cloud.id != copy.id);
                    Standing::Copied(copy, Meeting::with(object, ties, history.features))
                }
                _ => standing(object, past, linked, &index, &carriers, history),
            };
            let is_new = matches!(standing, Standing::New(_));
            let maybe_pending = match &standing {
                Standing::New(_) => false,
                Standing::Joined(joint) => {
                    joint.drifted || may_still_change(object, joint.cloud, past, history.features)
                }
                Standing::Copied(..) | Standing::Unsettled(..) => true,
            };
            Subject {
                object,
                standing,
                pending: is_new || past.failed || past.changed,
                maybe_pending,
                contended: false,
            }
        })
        .collect();
    contention::mark(&mut subjects, &index);
    subjects
}

fn standing<'a>(
    object: &OnPremisesObject,
    past: &Past,
    linked: Option<&'a Arc<CloudObject>>,
    index: &CloudIndex<'a>,
    carriers: &Carriers<'a>,
    history: &History,
) -> Standing<'a> {
    let reinstalled = history.reinstalled;
    let unsettled =
        || Standing::Unsettled(linked, index.ties(&Identifiers::of_on_premises(object)));
    let Some(anchor) = object.source_anchor.as_deref() else {
        return unsettled();
    };
    if past.unsettled {
        return unsettled();
    }
    if let Some(link) = &past.link {
        return match linked {
            Some(cloud)
                if cloud.is_active()
                    && cloud.on_premises_sync_enabled
                    && !cloud.quarantined
                    && cloud.kind == object.kind
                    && cloud.on_premises_immutable_id.as_deref() == Some(&*link.anchor) =>
            {
                let mut others = index.ties(&Identifiers::of_on_premises(object));
                others.retain(|tie| tie.cloud.id != cloud.id);
                let drifted = *link.anchor != *anchor;
                if drifted && reinstalled {
                    // Connect has forgotten that it was joined, and its anchor does not tell it.
                    return unsettled();
                }
                Standing::Joined(Joint { cloud, others, drifted, changed: changed(object, past) })
            }
            _ => unsettled(),
        };
    }
    if !carriers.carrying(anchor).is_empty() {
        return unsettled();
    }
    Standing::New(Meeting::of(object, index, history.features))
}

/// What was changed on-premises since the object was last exported without an error; all of it
/// where that never was.
fn changed(object: &OnPremisesObject, past: &Past) -> Reach {
    let Some(exported) = &past.exported else {
        return Reach { anchor: true, user_principal_name: true, primary: true };
    };
    let same_primary = match (object.primary_address(), exported.primary_address()) {
        (Some(now), Some(then)) => same_name(now, then),
        (now, then) => now == then,
    };
    Reach {
        anchor: object.source_anchor != exported.source_anchor,
        user_principal_name: !same_optional_name(
            &object.user_principal_name,
            &exported.user_principal_name,
        ),
        primary: !same_primary,
    }
}

/// Whether the cloud object of a joined object that is not pending may still change in ways of
/// which the pages say nothing: values were withheld or taken away, or its password is open.
fn may_still_change(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    past: &Past,
    features: Features,
) -> bool {
    past.value_removed || past.password_free || !carries_values_of(cloud, object, features)
}

/// Whether the cloud object has every value that the on-premises object has.
fn carries_values_of(cloud: &CloudObject, object: &OnPremisesObject, features: Features) -> bool {
    same_optional_name(&cloud.user_principal_name, &object.user_principal_name)
        && has_addresses_of(&cloud.proxy_addresses, &object.proxy_addresses)
        && object.attributes.iter().all(|(name, value)| cloud.attributes.get(name) == Some(value))
        && (!features.password_hash_sync
            || object.password.is_none()
            || cloud.password == object.password)
}

fn has_addresses_of(held: &[ProxyAddress], wanted: &[ProxyAddress]) -> bool {
    wanted.iter().all(|wanted| held.iter().any(|held| held.same(wanted)))
}

pub(crate) fn same_optional_name(
    left: &Option<crate::directory::Text>,
    right: &Option<crate::directory::Text>,
) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => same_name(left, right),
        (None, None) => true,
        _ => false,
    }
}
