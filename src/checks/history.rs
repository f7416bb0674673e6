//! What a case has shown so far: who is joined to whom, what has changed since, what failed.
//!
//! All of it is read from states. The only thing believed from reports is that a failure was a
//! failure, which makes the suite more careful and never less.

use super::object_name::ObjectName;
use super::quick::{FEW, Folded, HashIndex, QuickMap, TextMap, hash_of, same_text};
use super::takeover::Treatments;
use crate::directory::{
    CloudObject, CloudRef, Command, Feature, Features, OnPremisesObject, Portrait, ProxyAddress,
    ResultWord, Snapshot, Status, StepObservation, Tenant, Text, same_name,
};
use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

/// The cloud object that an on-premises object was last seen joined to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: Text,
    /// The source anchor at the time.
    pub(crate) anchor: Text,
    /// The cloud object was somebody else's before who had this anchor then. Whether it is joined
    /// to this one is left open for good.
    pub(crate) is_doubtful: bool,
}

/// What is known of one on-premises object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) link: Option<Link>,
    /// Where the linked object probably stands in the state.
    pub(crate) link_near: usize,
    /// The copy that a collision left behind.
    pub(crate) copy: Option<Text>,
    /// Where the copy probably stands in the state.
    pub(crate) copy_near: usize,
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
    /// Identifiers of cloud objects by label.
    pub(crate) labels: TextMap<Text>,
    /// By identifier.
    names: TextMap<Name>,
    /// By on-premises key.
    pub(crate) objects: TextMap<Past>,
    /// Connect was installed anew and has not synchronised since.
    pub(crate) reinstalled: bool,
    /// What takeovers in this case made of cloud values.
    pub(crate) treatments: Treatments,
    /// The names of attributes that cloud objects were given in this case. A service may show
    /// others of its own, and what becomes of those is its own affair.
    pub(crate) given_attributes: TextMap<()>,
    given_addresses: GivenAddresses,
}

/// Every address that the case mentions. A service may give out others by itself, when it likes.
#[derive(Clone, Debug, Default)]
struct GivenAddresses {
    all: Vec<ProxyAddress>,
    /// Where in `all` a mail address stands, by its hash; made when somebody asks and there are
    /// many.
    by_mail: OnceCell<QuickMap<u64, Vec<u32>>>,
}

impl GivenAddresses {
    fn add(&mut self, addresses: &[ProxyAddress]) {
        if !addresses.is_empty() {
            self.by_mail.take();
            self.all.extend_from_slice(addresses);
        }
    }

    fn clear(&mut self) {
        self.all.clear();
        self.by_mail.take();
    }

    fn has(&self, mail: &str) -> bool {
        let is_meant = |given: &ProxyAddress| given.mail().is_some_and(|own| same_name(own, mail));
        if self.all.len() <= FEW {
            return self.all.iter().any(is_meant);
        }
        let by_mail = self.by_mail.get_or_init(|| {
            let mut by_mail: QuickMap<u64, Vec<u32>> = QuickMap::default();
            for (at, address) in (0_u32..).zip(&self.all) {
                if let Some(mail) = address.mail() {
                    by_mail.entry(hash_of(Folded(mail))).or_default().push(at);
                }
            }
            by_mail
        });
        let positions = by_mail.get(&hash_of(Folded(mail))).map_or(&[][..], Vec::as_slice);
        positions.iter().any(|&at| is_meant(&self.all[at as usize]))
    }
}

/// What a step showed that only the analysis of the step can tell.
#[derive(Debug, Default)]
pub(crate) struct Lessons {
    /// On-premises keys and the users with roles that blocked them.
    pub(crate) blocked_by_role: Vec<(Text, Vec<Text>)>,
    /// On-premises keys that the switch blocked.
    pub(crate) blocked_by_switch: Vec<Text>,
    pub(crate) treatments: Treatments,
    /// Of a sync cycle: what each of its subjects came to, in their order, and whether an error
    /// was reported for it.
    pub(crate) endings: Vec<(Ending, bool)>,
    /// The identifier of the object that a command named.
    pub(crate) named: Option<Text>,
    /// The identifiers of cloud objects that the step created, if it created any.
    pub(crate) created: Option<Text>,
}

/// What an on-premises object came to in a sync cycle: where the cloud object stands that it is
/// joined to afterwards, and where its living copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) joined: Option<u32>,
    pub(crate) copy: Option<u32>,
    /// How many active on-premises-mastered objects that are no copies carry its anchor.
    pub(crate) carriers: u32,
}

impl Past {
    fn portray(&self, portrait: &mut Portrait) {
        portrait.optional(self.link.as_ref(), |portrait, link| {
            portrait.id(&link.id);
            portrait.anchor(&link.anchor);
            portrait.flags([link.is_doubtful]);
        });
        portrait.optional(self.copy.as_ref(), Portrait::id);
        portrait.optional(self.exported.as_deref(), Portrait::on_premises_object);
        portrait.flags([
            self.changed,
            self.failed,
            self.unsettled,
            self.value_removed,
            self.password_free,
            self.blocked_by_switch,
        ]);
        portrait.list(self.blocked_by_role.iter(), Portrait::id);
    }
}

impl History {
    /// What is known at the start, where nobody's identifier is.
    #[cfg(test)]
    pub(crate) fn start(tenant: &Tenant) -> History {
        let mut history = History::default();
        history.restart(tenant, |_| None);
        history
    }

    /// Forgets everything and takes in what is known at the start of a case. `id_of` is the
    /// identifier of the tenant's cloud object at this position, as far as it was recognised.
    pub(crate) fn restart(&mut self, tenant: &Tenant, id_of: impl Fn(usize) -> Option<Text>) {
        self.features = tenant.features;
        self.reinstalled = false;
        self.treatments = Treatments::default();
        self.given_attributes.restart(0);
        self.given_addresses.clear();
        self.labels.restart(tenant.cloud.len());
        self.names.restart(tenant.cloud.len());
        self.objects.restart(tenant.on_premises.len());
        for (at, setup) in tenant.cloud.iter().enumerate() {
            if let Some(id) = id_of(at) {
                self.names.add(&id, || Name::Label(setup.label.clone()));
                self.labels.add(&setup.label, || id);
            }
            self.give(&setup.proxy_addresses, setup.attributes.keys());
        }
        for object in &tenant.on_premises {
            self.objects.add(&object.key, || Past { changed: true, ..Past::default() });
            self.given_addresses.add(&object.proxy_addresses);
        }
    }

    /// Takes note of what a cloud object was given.
    fn give<'n>(&mut self, addresses: &[ProxyAddress], attributes: impl Iterator<Item = &'n Text>) {
        self.given_addresses.add(addresses);
        attributes.for_each(|name| self.given_attributes.add(name, || ()));
    }

    /// Whether the case mentions this mail address anywhere; if not, the service gave it out.
    pub(crate) fn is_given(&self, mail: &str) -> bool {
        self.given_addresses.has(mail)
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
    pub(crate) fn name_of(&self, object: &CloudObject) -> ObjectName {
        let kind = object.kind;
        match self.names.get(&object.id) {
            Some(Name::Label(label)) => ObjectName::Labelled { kind, label: label.clone() },
            Some(Name::JoinedTo(key)) => ObjectName::JoinedTo { kind, key: key.clone() },
            Some(Name::CopyFor(key)) => ObjectName::CopyFor(key.clone()),
            None => ObjectName::Unnamed { kind, id: object.id.clone() },
        }
    }

    /// Draws all that later verdicts rest on. What objects are called in reports is not among it,
    /// nor where they probably stand in the state.
    pub(crate) fn portray(&self, portrait: &mut Portrait) {
        let Features { soft_match, password_hash_sync } = self.features;
        portrait.flags([soft_match, password_hash_sync, self.reinstalled]);
        portrait.list(self.labels.iter(), |portrait, (label, id)| {
            portrait.text(label);
            portrait.id(id);
        });
        portrait.list(self.objects.iter(), |portrait, (key, past)| {
            portrait.text(key);
            past.portray(portrait);
        });
        self.treatments.portray(portrait);
        let mut attributes: Vec<&Text> =
            self.given_attributes.iter().map(|(name, ())| name).collect();
        attributes.sort_unstable();
        portrait.list(attributes.into_iter(), |portrait, name| portrait.text(name));
        portrait.set_of_mails(self.given_addresses.all.iter().filter_map(ProxyAddress::mail));
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
            self.learn_sync(before, seen, lessons);
            return;
        }
        if seen.outcome.status != Status::Ok {
            return;
        }
        match command {
            Command::CreateOnPremisesObject(create) => {
                self.given_addresses.add(&create.object.proxy_addresses);
                self.objects.add(&create.object.key, || Past { changed: true, ..Past::default() });
            }
            Command::UpdateOnPremisesObject(update) => {
                self.given_addresses
                    .add(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
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
                self.give(&create.object.proxy_addresses, create.object.attributes.keys());
                if let Some(created) = lessons.created {
                    let label = &create.object.label;
                    self.names.add(&created, || Name::Label(label.clone()));
                    self.labels.add(label, || created);
                }
            }
            Command::UpdateCloudObject(update) => {
                let addresses = update.set.proxy_addresses.value().map_or(&[][..], Vec::as_slice);
                self.give(addresses, update.set.attributes.keys());
                if !update.set.password.is_keep()
                    && let Some(id) = lessons.named
                {
                    self.joined_past(&id, |past| past.password_free = true);
                }
            }
            Command::DeleteCloudObject(_) | Command::SetImmutableId(_) => {
                if let Some(id) = lessons.named {
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

    fn learn_sync(&mut self, before: &Snapshot, seen: &StepObservation, lessons: Lessons) {
        let was_reinstalled = std::mem::take(&mut self.reinstalled);
        self.treatments.extend(lessons.treatments);
        let after = &seen.snapshot;
        let mut carriers: Option<Carriers<'_>> = None;
        let earlier_owned = Owned::of(&before.cloud);
        for (at, object) in after.on_premises.iter().enumerate() {
            let Some(past) = self.objects.get_mut_near(at, &object.key) else {
                continue;
            };
            // Connect has forgotten whom the object was joined to, and its anchor does not tell any
            // more, also where it was changed between the reinstallation and this cycle.
            past.unsettled |= was_reinstalled
                && past
                    .link
                    .as_ref()
                    .is_some_and(|link| object.source_anchor.as_ref() != Some(&link.anchor));
            let (ending, is_error) = match (before.on_premises.get(at), lessons.endings.get(at)) {
                (Some(earlier), Some(known)) if earlier == object => *known,
                // Nobody may change on-premises objects in a cycle, but somebody did.
                _ => {
                    let reported = seen.outcome.result_of(&object.key);
                    let is_error =
                        reported.is_some_and(|result| result.result == ResultWord::Error);
                    let carriers = carriers.get_or_insert_with(|| Carriers::of(&after.cloud));
                    (carriers.ending(object, past.link.as_ref()), is_error)
                }
            };
            if let Some(position) = ending.copy {
                let copy = &after.cloud[position as usize];
                past.copy_near = position as usize;
                if past.copy.as_ref().is_none_or(|earlier| !same_text(earlier, &copy.id)) {
                    past.copy = Some(copy.id.clone());
                    // One that was there before was made for somebody who had this anchor then.
                    // Whose it is now is left open.
                    past.unsettled |= earlier_owned.has(&copy.id);
                    self.names.add(&copy.id, || Name::CopyFor(object.key.clone()));
                }
            }
            if let (Some(position), Some(anchor)) = (ending.joined, &object.source_anchor) {
                let joined = &after.cloud[position as usize];
                past.link_near = position as usize;
                let mut is_open = past.unsettled && is_error;
                match &mut past.link {
                    Some(link) if same_text(&link.id, &joined.id) => {
                        if !same_text(&link.anchor, anchor) {
                            link.anchor = anchor.clone();
                        }
                        is_open |= link.is_doubtful;
                    }
                    link => {
                        let is_doubtful = earlier_owned.has(&joined.id);
                        // Neither is it known where an error is reported.
                        is_open |= is_error || is_doubtful;
                        past.value_removed = false;
                        past.password_free = false;
                        self.names.add(&joined.id, || Name::JoinedTo(object.key.clone()));
                        *link = Some(Link {
                            id: joined.id.clone(),
                            anchor: anchor.clone(),
                            is_doubtful,
                        });
                    }
                }
                past.unsettled = is_open;
                past.blocked_by_role.clear();
                past.blocked_by_switch = false;
            }
            let failed = is_error
                || (ending.joined.is_none() && ending.copy.is_none() && past.link.is_none());
            past.failed = failed;
            past.changed &= failed;
            if !failed
                && past.exported.as_ref().is_none_or(|exported| !Arc::ptr_eq(exported, object))
            {
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

/// The active on-premises-mastered cloud objects of a state, by their identifiers.
struct Owned<'a> {
    cloud: &'a [Arc<CloudObject>],
    /// Made when somebody asks and there are many objects.
    ids: OnceCell<HashSet<&'a str>>,
}

impl<'a> Owned<'a> {
    fn of(cloud: &'a [Arc<CloudObject>]) -> Self {
        Owned { cloud, ids: OnceCell::new() }
    }

    fn all(&self) -> impl Iterator<Item = &'a Text> {
        let cloud = self.cloud.iter();
        cloud.filter(|own| own.is_active() && own.on_premises_sync_enabled).map(|own| &own.id)
    }

    fn has(&self, id: &Text) -> bool {
        if self.cloud.len() <= FEW {
            return self.all().any(|own| same_text(own, id));
        }
        self.ids.get_or_init(|| self.all().map(|own| &**own).collect()).contains(&**id)
    }
}

/// The active on-premises-mastered cloud objects of a state, by the anchor that they carry.
pub(crate) struct Carriers<'a> {
    cloud: &'a [Arc<CloudObject>],
    /// Where anchors stand, by their hash; `None` while there are few objects.
    by_anchor: Option<HashIndex>,
}

impl<'a> Carriers<'a> {
    pub(crate) fn of(cloud: &'a [Arc<CloudObject>]) -> Self {
        let by_anchor = (cloud.len() > FEW).then(|| {
            let mut by_anchor = HashIndex::with_capacity(cloud.len());
            for (at, object) in cloud.iter().enumerate().rev() {
                if let Some(anchor) = carried_anchor(object) {
                    by_anchor.add(hash_of(anchor), at as u32);
                }
            }
            by_anchor
        });
        Carriers { cloud, by_anchor }
    }

    /// Calls `visit` with every carrier of this anchor and its position, in the state's order.
    pub(crate) fn each(&self, anchor: &Text, mut visit: impl FnMut(u32, &'a Arc<CloudObject>)) {
        let is_carried =
            |object: &CloudObject| carried_anchor(object).is_some_and(|own| same_text(own, anchor));
        match &self.by_anchor {
            None => {
                let positions = (0_u32..).zip(self.cloud);
                positions.filter(|(_, own)| is_carried(own)).for_each(|(at, own)| visit(at, own));
            }
            Some(by_anchor) => {
                for at in by_anchor.with(hash_of(anchor)) {
                    let object = &self.cloud[at as usize];
                    if is_carried(object) {
                        visit(at, object);
                    }
                }
            }
        }
    }

    /// What an on-premises object came to: the cloud object that it is joined to by its present
    /// anchor, and the living copy that was made for it.
    pub(crate) fn ending(&self, object: &OnPremisesObject, earlier: Option<&Link>) -> Ending {
        let mut ending = Ending::default();
        let Some(anchor) = &object.source_anchor else { return ending };
        let is_earlier = |id: &Text| earlier.is_some_and(|link| same_text(&link.id, id));
        self.each(anchor, |at, carrier| {
            ending.carriers += u32::from(!carrier.quarantined);
            if carrier.kind != object.kind {
                return;
            }
            if carrier.quarantined {
                ending.copy = ending.copy.or(Some(at));
            } else if ending.joined.is_none() || is_earlier(&carrier.id) {
                // More than one breaks a rule of its own; the earlier one stays the one that is
                // meant.
                ending.joined = Some(at);
            }
        });
        ending
    }
}

/// The anchor of an active on-premises-mastered object.
fn carried_anchor(object: &CloudObject) -> Option<&Text> {
    let is_carrier = object.is_active() && object.on_premises_sync_enabled;
    object.on_premises_immutable_id.as_ref().filter(|_| is_carrier)
}
