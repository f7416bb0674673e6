//! What a case has shown so far: who is joined to whom, what has changed since, what failed.
//!
//! All of it is read from states. The only thing believed from reports is that a failure was a
//! failure, which makes the suite more careful and never less.

use super::takeover::Treatments;
use crate::directory::{
    CloudObject, CloudRef, Command, Feature, Features, OnPremisesObject, ProxyAddress, ResultWord,
    Snapshot, Status, StepObservation, Tenant, Text,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The cloud object that an on-premises object was last seen joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: Text,
    /// The source anchor at the time.
    pub(crate) anchor: Text,
}

/// What is known of one on-premises object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) link: Option<Link>,
    /// The copy that a collision left behind.
    pub(crate) copy: Option<Text>,
    /// Changed since it was last exported without an error.
    pub(crate) changed: bool,
    /// As it was in the last cycle that ended for it without an error.
    pub(crate) exported: Option<Arc<OnPremisesObject>>,
    /// Its last attempt failed.
    pub(crate) failed: bool,
    /// Something has happened to it of which the pages say nothing (its cloud object was deleted,
    /// or it lost its anchor and then Connect its memory), until it is seen joined again.
    pub(crate) unsettled: bool,
    /// A value was taken away on-premises while it was joined; what the cloud makes of that is
    /// unspecified.
    pub(crate) value_removed: bool,
    /// Password hash sync was toggled, or the cloud password edited, while it was joined; what
    /// becomes of its password is unspecified.
    pub(crate) password_free: bool,
    /// Cloud users that it was not matched with because they had a role, in a failed attempt.
    pub(crate) blocked_by_role: Vec<Text>,
    /// Its last failed attempt would have been a soft match, had soft match not been off.
    pub(crate) blocked_by_switch: bool,
}

/// What a cloud object is called in reports, by its identifier.
#[derive(Clone, Debug)]
enum Name {
    Label(Text),
    JoinedTo(Text),
    CopyFor(Text),
}

/// What a case has shown so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) features: Features,
    pub(crate) labels: HashMap<Text, Text>,
    names: HashMap<Text, Name>,
    pub(crate) objects: HashMap<Text, Past>,
    /// Connect was installed anew and has not synchronised since.
    pub(crate) reinstalled: bool,
    /// What takeovers in this case made of cloud values.
    pub(crate) treatments: Treatments,
    /// The names of attributes that cloud objects were given in this case. A service may show
    /// others of its own, and what becomes of those is its own affair.
    pub(crate) given_attributes: HashSet<Text>,
    /// Every mail address that the case mentions, in lower case. A service may give out others by
    /// itself, when it likes.
    given_addresses: HashSet<String>,
}

/// What a step showed that only the analysis of the step can tell.
#[derive(Debug, Default)]
pub(crate) struct Lessons {
    /// On-premises keys and the users with roles that blocked them.
    pub(crate) blocked_by_role: Vec<(Text, Vec<Text>)>,
    /// On-premises keys that the switch blocked.
    pub(crate) blocked_by_switch: Vec<Text>,
    pub(crate) treatments: Treatments,
}

impl History {
    pub(crate) fn start(tenant: &Tenant, labels: HashMap<Text, Text>) -> History {
        let mut history = History {
            features: tenant.features,
            names: labels
                .iter()
                .map(|(label, id)| (id.clone(), Name::Label(label.clone())))
                .collect(),
            labels,
            objects: tenant
                .on_premises
                .iter()
                .map(|object| (object.key.clone(), Past { changed: true, ..Past::default() }))
                .collect(),
            reinstalled: false,
            treatments: Treatments::default(),
            given_attributes: tenant
                .cloud
                .iter()
                .flat_map(|object| object.attributes.keys().cloned())
                .collect(),
            given_addresses: HashSet::new(),
        };
        tenant.cloud.iter().for_each(|object| history.give_addresses(&object.proxy_addresses));
        tenant
            .on_premises
            .iter()
            .for_each(|object| history.give_addresses(&object.proxy_addresses));
        history
    }

    fn give_addresses(&mut self, addresses: &[ProxyAddress]) {
        let mails = addresses.iter().filter_map(ProxyAddress::mail);
        self.given_addresses.extend(mails.map(str::to_ascii_lowercase));
    }

    /// Whether the case mentions this mail address anywhere; if not, the service gave it out.
    pub(crate) fn is_given(&self, mail: &str) -> bool {
        self.given_addresses.contains(&mail.to_ascii_lowercase())
    }

    pub(crate) fn past(&self, key: &str) -> Option<&Past> {
        self.objects.get(key)
    }

    /// The identifier of the object that a command names, as far as it was ever seen.
    pub(crate) fn resolve(&self, reference: &CloudRef) -> Option<&Text> {
        match reference {
            CloudRef::Label(label) => self.labels.get(label),
            CloudRef::JoinedTo(key) => {
                self.past(key).and_then(|past| past.link.as_ref()).map(|link| &link.id)
            }
            CloudRef::QuarantinedFor(key) => self.past(key).and_then(|past| past.copy.as_ref()),
        }
    }

    /// Whether it is certain what `reference` names. After events that the pages leave open, the
    /// adapter's own idea of what is joined may differ from what states show.
    pub(crate) fn is_certain(&self, reference: &CloudRef) -> bool {
        match reference {
            CloudRef::Label(_) => true,
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                self.past(key).is_none_or(|past| !past.unsettled)
            }
        }
    }

    /// How a person would name a cloud object: by its label, or by whom it was made for.
    pub(crate) fn name_of(&self, object: &CloudObject) -> String {
        let kind = object.kind;
        match self.names.get(&object.id) {
            Some(Name::Label(label)) => format!("cloud {kind} {label}"),
            Some(Name::JoinedTo(key)) => format!("the cloud {kind} joined to {key}"),
            Some(Name::CopyFor(key)) => format!("the copy for {key}"),
            None => format!("cloud {kind} with id {}", object.id),
        }
    }

    /// Takes in one step.
    pub(crate) fn learn(
        &mut self,
        before: &Snapshot,
        command: &Command,
        seen: &StepObservation,
        lessons: Lessons,
    ) {
        let after = &seen.snapshot;
        if let Command::Sync(_) = command {
            self.learn_sync(seen, lessons);
            return;
        }
        if seen.outcome.status != Status::Ok {
            return;
        }
        match command {
            Command::CreateOnPremisesObject(create) => {
                self.give_addresses(&create.object.proxy_addresses);
                self.objects
                    .entry(create.object.key.clone())
                    .or_insert_with(|| Past { changed: true, ..Past::default() });
            }
            Command::UpdateOnPremisesObject(update) => {
                self.give_addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                let removes = update.set.attributes.values().any(Option::is_none)
                    || matches!(update.set.proxy_addresses, crate::directory::Change::Clear)
                    || update.set.proxy_addresses.value().is_some_and(Vec::is_empty)
                    || matches!(update.set.password, crate::directory::Change::Clear);
                if let Some(past) = self.objects.get_mut(&update.key) {
                    past.changed = true;
                    past.value_removed |= removes && past.link.is_some();
                }
            }
            Command::CreateCloudObject(create) => {
                self.given_attributes.extend(create.object.attributes.keys().cloned());
                self.give_addresses(&create.object.proxy_addresses);
                if let Some(created) = created_ids(before, after).next() {
                    let label = &create.object.label;
                    self.names.entry(created.clone()).or_insert_with(|| Name::Label(label.clone()));
                    self.labels.entry(label.clone()).or_insert(created);
                }
            }
            Command::UpdateCloudObject(update) => {
                self.given_attributes.extend(update.set.attributes.keys().cloned());
                self.give_addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                if !update.set.password.is_keep()
                    && let Some(id) = self.resolve(&update.object).cloned()
                {
                    self.joined_past(&id, |past| past.password_free = true);
                }
            }
            Command::DeleteCloudObject(delete) => {
                if let Some(id) = self.resolve(&delete.object).cloned() {
                    self.joined_past(&id, |past| past.unsettled = true);
                }
            }
            Command::SetImmutableId(set) => {
                if let Some(id) = self.resolve(&set.object).cloned() {
                    self.joined_past(&id, |past| past.unsettled = true);
                }
            }
            Command::SetFeature(set) => {
                let toggled = self.features.get(set.feature) != set.value;
                self.features.set(set.feature, set.value);
                if toggled && set.feature == Feature::PasswordHashSync {
                    for past in self.objects.values_mut().filter(|past| past.link.is_some()) {
                        past.password_free = true;
                    }
                }
            }
            Command::ReinstallConnect(_) => {
                self.reinstalled = true;
                for object in &after.on_premises {
                    let Some(past) = self.objects.get_mut(&object.key) else {
                        continue;
                    };
                    let drifted = past
                        .link
                        .as_ref()
                        .is_some_and(|link| object.source_anchor.as_ref() != Some(&link.anchor));
                    past.unsettled |= drifted;
                }
            }
            _ => {}
        }
    }

    fn joined_past(&mut self, id: &Text, change: impl Fn(&mut Past)) {
        self.objects
            .values_mut()
            .filter(|past| past.link.as_ref().is_some_and(|link| link.id == *id))
            .for_each(change);
    }

    fn learn_sync(&mut self, seen: &StepObservation, lessons: Lessons) {
        self.reinstalled = false;
        self.treatments.extend(lessons.treatments);
        let carriers = Carriers::of(&seen.snapshot);
        for object in &seen.snapshot.on_premises {
            let Some(past) = self.objects.get_mut(&object.key) else {
                continue;
            };
            let reported = seen.outcome.result_of(&object.key).map(|result| result.result);
            let joined = carriers.joined_to(object, past.link.as_ref());
            let copy = carriers.copy_for(object);
            if let Some(copy) = copy {
                past.copy = Some(copy.id.clone());
                self.names
                    .entry(copy.id.clone())
                    .or_insert_with(|| Name::CopyFor(object.key.clone()));
            }
            if let (Some(joined), Some(anchor)) = (joined, &object.source_anchor) {
                let is_new = past.link.as_ref().is_none_or(|link| link.id != joined.id);
                if is_new {
                    past.value_removed = false;
                    past.password_free = false;
                }
                self.names
                    .entry(joined.id.clone())
                    .or_insert_with(|| Name::JoinedTo(object.key.clone()));
                past.link = Some(Link { id: joined.id.clone(), anchor: anchor.clone() });
                past.unsettled = false;
                past.blocked_by_role.clear();
                past.blocked_by_switch = false;
            }
            let failed = reported == Some(ResultWord::Error)
                || (joined.is_none() && copy.is_none() && past.link.is_none());
            past.failed = failed;
            past.changed &= failed;
            if !failed {
                past.exported = Some(Arc::clone(object));
            }
        }
        for (key, blockers) in lessons.blocked_by_role {
            if let Some(past) = self.objects.get_mut(&key) {
                past.blocked_by_role = blockers;
            }
        }
        for key in lessons.blocked_by_switch {
            if let Some(past) = self.objects.get_mut(&key) {
                past.blocked_by_switch = true;
            }
        }
    }
}

/// Identifiers that are there afterwards and were not before.
pub(crate) fn created_ids<'a>(
    before: &'a Snapshot,
    after: &'a Snapshot,
) -> impl Iterator<Item = Text> + 'a {
    let known: HashSet<&Text> = before.cloud.iter().map(|object| &object.id).collect();
    after
        .cloud
        .iter()
        .filter(move |object| !known.contains(&object.id))
        .map(|object| object.id.clone())
}

/// The active on-premises-mastered cloud objects of a snapshot, by the anchor that they carry.
pub(crate) struct Carriers<'a>(HashMap<&'a str, Vec<&'a Arc<CloudObject>>>);

impl<'a> Carriers<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        let mut carriers: HashMap<&str, Vec<&Arc<CloudObject>>> = HashMap::new();
        for object in snapshot.active().filter(|object| object.on_premises_sync_enabled) {
            if let Some(anchor) = &object.on_premises_immutable_id {
                carriers.entry(anchor).or_default().push(object);
            }
        }
        Carriers(carriers)
    }

    pub(crate) fn carrying(&self, anchor: &str) -> &[&'a Arc<CloudObject>] {
        self.0.get(anchor).map_or(&[], Vec::as_slice)
    }

    fn of_kind<'s>(
        &'s self,
        object: &'s OnPremisesObject,
    ) -> impl Iterator<Item = &'a Arc<CloudObject>> + 's {
        object
            .source_anchor
            .as_deref()
            .map_or(&[][..], |anchor| self.carrying(anchor))
            .iter()
            .copied()
            .filter(|carrier| carrier.kind == object.kind)
    }

    /// The cloud object that `object` is joined to by its present anchor.
    pub(crate) fn joined_to(
        &self,
        object: &OnPremisesObject,
        earlier: Option<&Link>,
    ) -> Option<&'a Arc<CloudObject>> {
        let mut candidates = self.of_kind(object).filter(|carrier| !carrier.quarantined);
        let first = candidates.next()?;
        // More than one breaks a rule of its own; the earlier one stays the one that is meant.
        let same = |carrier: &&Arc<CloudObject>| earlier.is_some_and(|link| link.id == carrier.id);
        Some(if same(&first) { first } else { candidates.find(same).unwrap_or(first) })
    }

    /// The living copy that was made for `object`.
    pub(crate) fn copy_for(&self, object: &OnPremisesObject) -> Option<&'a Arc<CloudObject>> {
        self.of_kind(object).find(|carrier| carrier.quarantined)
    }
}
