//! What a case has shown so far: who is joined to whom, what has changed since, what failed.

use super::conversions::Conversions;
use super::definitions::is_joined;
use super::treatments::Treatments;
use crate::directory::{
    CanonicalState, CloudObject, CloudRef, Features, Kind, ObjectName, OnPremisesObject,
    ProxyAddress, Snapshot, Tenant, Text,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The cloud object that an on-premises object was last seen joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: Text,
    /// The source anchor at the time.
    pub(crate) anchor: Text,
    /// The cloud object was somebody else's before who had this anchor then. Whether it is joined
    /// to this one is left open for good.
    pub(crate) is_unspecified: bool,
}

/// What is known of one on-premises object.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectHistory {
    pub(crate) link: Option<Link>,
    /// The quarantined object that a collision left behind.
    pub(crate) quarantined: Option<Text>,
    /// Changed since it was last exported without an error.
    pub(crate) changed: bool,
    /// As it was in the last cycle that ended for it without an error.
    pub(crate) exported: Option<Arc<OnPremisesObject>>,
    /// Its last attempt failed.
    pub(crate) failed: bool,
    /// Something has happened to it of which the pages say nothing (its cloud object was deleted,
    /// or it lost its anchor and then Connect its memory), until it is seen joined again.
    pub(crate) indeterminate: bool,
    /// A value was taken away on-premises while it was joined; what the cloud makes of that is
    /// unspecified.
    pub(crate) value_removed: bool,
    /// Password hash sync was toggled, or the cloud password edited, while it was joined; what
    /// becomes of its password is unspecified.
    pub(crate) password_free: bool,
    /// Cloud users that it was not matched with because they had a role, in a failed attempt.
    pub(crate) blocked_by_role: Vec<Text>,
    /// Cloud users that it was not hard-matched with because a privileged role protected them.
    pub(crate) blocked_by_privilege: Vec<Text>,
    /// Its last failed attempt would have been a soft match, had soft match not been off.
    pub(crate) blocked_by_switch: bool,
    /// Its last failed attempt would have been a hard match, had hard match not been blocked.
    pub(crate) blocked_by_hard_match_switch: bool,
    /// It is joined, and an error was reported for it because it touches another object; it has not been
    /// changed on-premises since.
    pub(crate) late_match_told: bool,
    /// A cycle found it joined and with another anchor than it was joined by.
    pub(crate) stopped_by_anchor: bool,
    /// What was without a value on-premises when it took its cloud object over, in the last cycle.
    pub(crate) absent: Absent,
}

/// What has no value on-premises at a takeover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Absent {
    /// The attributes that have one in the cloud.
    pub(crate) attributes: BTreeSet<Text>,
    /// The addresses, where there are any in the cloud.
    pub(crate) addresses: bool,
    /// It came back from the recycle bin: whether that clears what a takeover clears is open.
    pub(crate) was_restored: bool,
}

impl Absent {
    pub(crate) fn is_empty(&self) -> bool {
        self.attributes.is_empty() && !self.addresses
    }
}

impl ObjectHistory {
    /// Of an object that was just created on-premises.
    fn created() -> ObjectHistory {
        ObjectHistory { changed: true, ..ObjectHistory::default() }
    }

    /// Whether it has another anchor now than when it was last seen joined.
    pub(crate) fn has_other_anchor(&self, object: &OnPremisesObject) -> bool {
        self.link.as_ref().is_some_and(|link| object.source_anchor.as_ref() != Some(&link.anchor))
    }

    fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.optional(self.link.as_ref(), |canonical, link| {
            canonical.id(&link.id);
            canonical.anchor(&link.anchor);
            canonical.flags([link.is_unspecified]);
        });
        canonical.optional(self.quarantined.as_ref(), CanonicalState::id);
        canonical.optional(self.exported.as_deref(), CanonicalState::on_premises_object);
        canonical.flags([
            self.changed,
            self.failed,
            self.indeterminate,
            self.value_removed,
            self.password_free,
            self.blocked_by_switch,
            self.blocked_by_hard_match_switch,
        ]);
        let Absent { addresses, was_restored, .. } = self.absent;
        canonical.flags([self.late_match_told, self.stopped_by_anchor, addresses, was_restored]);
        canonical.list(self.absent.attributes.iter(), |canonical, name| canonical.text(name));
        canonical.list(self.blocked_by_role.iter(), CanonicalState::id);
        canonical.list(self.blocked_by_privilege.iter(), CanonicalState::id);
    }
}

/// What a cloud object is called in reports.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Label(Text),
    JoinedTo(Text),
    QuarantinedFor(Text),
}

/// What a case has shown so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) features: Features,
    /// Identifiers of cloud objects by label.
    pub(crate) labels: BTreeMap<Text, Text>,
    /// Labels that objects have had, also those of objects that are gone for good.
    pub(crate) used_labels: BTreeSet<Text>,
    /// By identifier.
    pub(super) names: BTreeMap<Text, Name>,
    /// By on-premises key.
    pub(crate) objects: BTreeMap<Text, ObjectHistory>,
    /// By key: the cloud object that an on-premises object was last joined to which has been removed since.
    pub(super) former_links: BTreeMap<Text, Text>,
    /// References of which it is open what they name, if anything: what a cycle has shown no more (recycle
    /// bins expire, or list no longer what is in them, and identifiers may be given out again), and what
    /// an object may or may not have been joined to that is no longer there.
    pub(super) lost: BTreeSet<CloudRef>,
    pub(crate) scope: ScopeHistory,
    /// By identifier of the cloud object: the `onPremisesObjectIdentifier` that was cleared last.
    pub(crate) cleared: BTreeMap<Text, Text>,
    pub(crate) conversions: Conversions,
    /// Identifiers of cloud objects that were on-premises-mastered once; where nobody tells whether the
    /// authority flag is false or has no value, of none.
    pub(crate) synchronised: BTreeSet<Text>,
    /// The cloud objects that were put into the recycle bin, as they were before. Little of that need be
    /// shown, nor they themselves.
    pub(crate) in_the_bin: Vec<Arc<CloudObject>>,
    /// Connect was installed anew and has not synchronised since.
    pub(crate) reinstalled: bool,
    /// What takeovers in this case made of cloud values.
    pub(crate) treatments: Treatments,
    /// The names of attributes that the case has given to anything. A service may show others of its
    /// own, and what becomes of those is its own affair.
    pub(crate) given_attributes: BTreeSet<Text>,
    /// Every mail address that the case mentions, in lower case. A service may give out others by
    /// itself, when it likes.
    pub(super) given_mails: BTreeSet<String>,
}

/// An on-premises object that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) key: Text,
    pub(crate) anchor: Text,
    pub(crate) kind: Kind,
}

/// What a case has shown of objects that have left the scope of synchronisation.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScopeHistory {
    /// The on-premises objects that were removed since the last cycle.
    pub(crate) removed: Vec<Removed>,
    /// The keys of all that were ever removed: whoever cannot delete what is in the cloud may say so in
    /// every cycle.
    pub(crate) gone: BTreeSet<Text>,
    /// By identifier: cloud objects whose on-premises object has been removed and that no cycle has dealt
    /// with yet, and whether it is certain what the next one owes them. Where it is not, anything may
    /// become of them.
    pub(crate) leaving: BTreeMap<Text, bool>,
    /// The users that a cycle put into the recycle bin for that reason, in it still or restored: mastered
    /// neither in the cloud nor on-premises.
    /// By identifier, as each was before: little need be shown of what is in the bin.
    pub(crate) left: BTreeMap<Text, Arc<CloudObject>>,
    /// The same of whatever else stopped being mastered on-premises when its on-premises object was removed,
    /// groups and contacts above all, by identifier: nearly everything about it is open.
    pub(crate) may_have_left: BTreeSet<Text>,
    /// What a command named while it was in the recycle bin: what that made of it is left open.
    pub(crate) commanded_in_the_bin: BTreeSet<Text>,
}

impl ScopeHistory {
    /// A user in the recycle bin as it was when it left scope; `None` where a command may have changed it since.
    pub(super) fn as_it_left(&self, id: &Text) -> Option<&CloudObject> {
        let is_known = !self.commanded_in_the_bin.contains(id);
        self.left.get(id).filter(|_| is_known).map(|left| &**left)
    }

    /// Takes in a cycle.
    pub(super) fn learn_sync(&mut self, before: &Snapshot, after: &Snapshot) {
        self.removed.clear();
        let (left, may_have_left) = (&mut self.left, &mut self.may_have_left);
        self.leaving.retain(|id, is_certain| {
            let cloud = after.cloud_object(id);
            let is_gone = cloud.is_none_or(|cloud| cloud.deleted && cloud.is_cloud_mastered());
            if cloud.is_some_and(|cloud| cloud.is_cloud_mastered()) {
                match before.cloud_object(id).filter(|_| is_gone && *is_certain) {
                    Some(earlier) => _ = left.insert(id.clone(), Arc::clone(earlier)),
                    None => _ = may_have_left.insert(id.clone()),
                }
            }
            // What stays although it should not is open from then on.
            *is_certain = false;
            !is_gone
        });
        left.retain(|id, _| after.cloud_object(id).is_some_and(|cloud| cloud.is_cloud_mastered()));
    }

    /// Takes note that Connect has forgotten what it was to remove.
    pub(super) fn learn_reinstallation(&mut self) {
        self.leaving.values_mut().for_each(|is_certain| *is_certain = false);
    }

    fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.list(self.removed.iter(), |canonical, removed| {
            canonical.text(&removed.key);
            canonical.anchor(&removed.anchor);
        });
        canonical.list(self.leaving.iter(), |canonical, (id, is_certain)| {
            canonical.id(id);
            canonical.flags([*is_certain]);
        });
        canonical.list(self.left.values(), |canonical, object| canonical.cloud_object(object));
        canonical.list(self.may_have_left.iter(), CanonicalState::id);
        canonical.list(self.commanded_in_the_bin.iter(), CanonicalState::id);
        canonical.list(self.gone.iter(), |canonical, key| canonical.text(key));
    }
}

impl History {
    /// What is known at the start of a case. `id_of` is the identifier of the tenant's cloud object
    /// at this position, as far as it was recognised.
    pub(crate) fn start(tenant: &Tenant, id_of: impl Fn(usize) -> Option<Text>) -> History {
        let mut history = History { features: tenant.features, ..History::default() };
        for (at, setup) in tenant.cloud.iter().enumerate() {
            if let Some(id) = id_of(at) {
                history.label(&setup.label, id);
            }
            history.give_addresses(&setup.proxy_addresses);
            history.give_attributes(setup.attributes.keys());
        }
        for object in &tenant.on_premises {
            history.create_on_premises(object);
        }
        history
    }

    /// Takes note of a cloud object's label.
    pub(super) fn label(&mut self, label: &Text, id: Text) {
        self.names.entry(id.clone()).or_insert_with(|| Name::Label(label.clone()));
        self.labels.entry(label.clone()).or_insert(id);
        self.used_labels.insert(label.clone());
    }

    /// Takes note of an object that was created on-premises.
    pub(super) fn create_on_premises(&mut self, object: &OnPremisesObject) {
        self.give_addresses(&object.proxy_addresses);
        self.give_attributes(object.attributes.keys());
        self.objects.entry(object.key.clone()).or_insert_with(ObjectHistory::created);
    }

    /// Takes note that an on-premises object was removed; `before` is the state in which it was there.
    pub(super) fn remove_on_premises(&mut self, key: &Text, before: &Snapshot) {
        let own_history = self.objects.remove(key);
        self.scope.gone.insert(key.clone());
        self.conversions.remove_on_premises(key);
        let Some(object) = before.on_premises_object(key) else { return };
        if let Some(anchor) = &object.source_anchor {
            let removed = Removed { key: key.clone(), anchor: anchor.clone(), kind: object.kind };
            self.scope.removed.push(removed);
        }
        let Some(own_history) = own_history else { return };
        let is_open = own_history.link.as_ref().is_some_and(|link| link.is_unspecified);
        if own_history.indeterminate || is_open {
            self.lost.insert(CloudRef::JoinedTo(key.clone()));
        }
        if let Some(quarantined) = own_history.quarantined.clone() {
            self.scope.leaving.insert(quarantined, false);
        }
        let Some(link) = &own_history.link else { return };
        let cloud = before.cloud_object(&link.id);
        let is_certain = !own_history.indeterminate
            && !link.is_unspecified
            && own_history.quarantined.is_none()
            && !self.reinstalled
            && object.source_anchor.as_ref() == Some(&link.anchor)
            && cloud.is_some_and(|cloud| is_joined(object, cloud, &link.anchor));
        self.former_links.insert(key.clone(), link.id.clone());
        self.scope.leaving.insert(link.id.clone(), is_certain && object.kind == Kind::User);
    }

    /// Takes note of addresses that an object was given.
    pub(super) fn give_addresses(&mut self, addresses: &[ProxyAddress]) {
        let mails = addresses.iter().filter_map(ProxyAddress::mail);
        self.given_mails.extend(mails.map(str::to_ascii_lowercase));
    }

    /// Takes note of the names of attributes that an object was given.
    pub(super) fn give_attributes<'n>(&mut self, names: impl Iterator<Item = &'n Text>) {
        self.given_attributes.extend(names.cloned());
    }

    /// Whether the case mentions this mail address anywhere; if not, the service gave it out.
    pub(crate) fn is_given(&self, mail: &str) -> bool {
        self.given_mails.contains(&mail.to_ascii_lowercase())
    }

    pub(crate) fn own_history(&self, key: &str) -> Option<&ObjectHistory> {
        self.objects.get(key)
    }

    /// The identifier of the object that a command names, as far as it was ever seen.
    pub(crate) fn resolve(&self, reference: &CloudRef) -> Option<&Text> {
        match reference {
            CloudRef::Label(label) => self.labels.get(label),
            CloudRef::JoinedTo(key) => {
                let link = self.own_history(key).and_then(|own_history| own_history.link.as_ref());
                link.map(|link| &link.id).or_else(|| self.former_links.get(key))
            }
            CloudRef::QuarantinedFor(key) => {
                self.own_history(key).and_then(|own_history| own_history.quarantined.as_ref())
            }
        }
    }

    /// A cloud object as it was before it was put into the recycle bin, if it is there: little need be shown
    /// of it. `None` where nobody knows.
    pub(crate) fn as_it_was<'a>(&'a self, object: &'a Arc<CloudObject>) -> Option<&'a CloudObject> {
        if object.is_active() {
            return Some(object);
        }
        let deleted = self.in_the_bin.iter().find(|deleted| deleted.id == object.id);
        deleted.or_else(|| self.scope.left.get(&object.id)).map(|object| &**object)
    }

    /// Takes note that a cycle shows an object no more.
    pub(super) fn lose(&mut self, id: &Text) {
        self.names.remove(id);
        let labels = self.labels.iter().filter(|(_, named)| *named == id);
        self.lost.extend(labels.map(|(label, _)| CloudRef::Label(label.clone())));
        let links = self.former_links.iter().filter(|(_, link)| *link == id);
        self.lost.extend(links.map(|(key, _)| CloudRef::JoinedTo(key.clone())));
    }

    /// The labels of which it is open what they name, if anything.
    pub(super) fn lost_labels(&self) -> impl Iterator<Item = &Text> {
        self.lost.iter().filter_map(|reference| match reference {
            CloudRef::Label(label) => Some(label),
            _ => None,
        })
    }

    /// Whether it is certain what `reference` names. After events that the pages leave open, the
    /// adapter's own idea of what is joined may differ from what states show.
    pub(crate) fn is_certain(&self, reference: &CloudRef) -> bool {
        let is_lost = self.lost.contains(reference);
        match reference {
            CloudRef::Label(_) => !is_lost,
            CloudRef::JoinedTo(key)
                if is_lost && self.own_history(key).is_none_or(|own| own.link.is_none()) =>
            {
                false
            }
            // What becomes of it when its on-premises object is removed is open.
            CloudRef::QuarantinedFor(key) if self.scope.gone.contains(key) => false,
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                self.own_history(key).is_none_or(|own_history| !own_history.indeterminate)
            }
        }
    }

    /// How a person would name a cloud object: by its label, or by whom it was made for.
    pub(crate) fn name_of(&self, object: &CloudObject) -> ObjectName {
        let kind = object.kind;
        match self.names.get(&object.id) {
            Some(Name::Label(label)) => ObjectName::Labelled { kind, label: label.clone() },
            Some(Name::JoinedTo(key)) => ObjectName::JoinedTo { kind, key: key.clone() },
            Some(Name::QuarantinedFor(key)) => ObjectName::QuarantinedFor(key.clone()),
            None => ObjectName::Unnamed { kind, id: object.id.clone() },
        }
    }

    /// Draws all that later verdicts rest on. What objects are called in reports is not among it.
    pub(crate) fn canonicalise(&self, canonical: &mut CanonicalState) {
        canonical.features(&self.features);
        canonical.flags([self.reinstalled]);
        canonical.list(self.labels.iter(), |canonical, (label, id)| {
            canonical.text(label);
            canonical.id(id);
        });
        canonical.list(self.objects.iter(), |canonical, (key, own_history)| {
            canonical.text(key);
            own_history.canonicalise(canonical);
        });
        canonical.list(self.used_labels.iter(), |canonical, label| canonical.text(label));
        canonical.list(self.former_links.iter(), |canonical, (key, id)| {
            canonical.text(key);
            canonical.id(id);
        });
        canonical.list(self.lost.iter(), |canonical, reference| {
            canonical.flags([matches!(reference, CloudRef::Label(_))]);
            match reference {
                CloudRef::Label(name)
                | CloudRef::JoinedTo(name)
                | CloudRef::QuarantinedFor(name) => {
                    canonical.text(name);
                }
            }
        });
        self.scope.canonicalise(canonical);
        canonical.list(self.cleared.iter(), |canonical, (id, identifier)| {
            canonical.id(id);
            canonical.object_identifier(identifier);
        });
        self.conversions.canonicalise(canonical);
        canonical.list(self.synchronised.iter(), CanonicalState::id);
        self.treatments.canonicalise(canonical);
        canonical.list(self.in_the_bin.iter(), |canonical, object| canonical.cloud_object(object));
        canonical.list(self.given_attributes.iter(), |canonical, name| canonical.text(name));
        canonical.set_of_mails(self.given_mails.iter().map(String::as_str));
    }
}

/// The key of the on-premises object that a cloud object is joined to, beyond doubt.
pub(crate) fn owner(
    objects: &BTreeMap<Text, ObjectHistory>,
    state: &Snapshot,
    cloud: &CloudObject,
) -> Option<Text> {
    let is_owner = |(key, own): &(&Text, &ObjectHistory)| {
        let Some(link) = own.link.as_ref().filter(|link| link.id == cloud.id) else {
            return false;
        };
        let is_joined_to = state.on_premises_object(key).is_some_and(|object| {
            object.source_anchor.as_ref() == Some(&link.anchor)
                && is_joined(object, cloud, &link.anchor)
        });
        is_joined_to && !own.indeterminate && !link.is_unspecified && own.quarantined.is_none()
    };
    objects.iter().find(is_owner).map(|(key, _)| key.clone())
}
