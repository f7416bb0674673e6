//! What one step adds to what a case has shown.
//!
//! All of it is read from states. The only thing believed from reports is that a failure was a
//! failure, which makes the suite more careful and never less.

use super::history::{Absent, History, Link, Name, ObjectHistory, owner};
use super::index::AnchorIndex;
use super::sync_effect::SyncEffect;
use super::treatments::Treatments;
use crate::directory::{
    Change, CloudObject, CloudRef, Command, Feature, OnPremisesChange, OnPremisesObject, Snapshot,
    Status, StepObservation, Text,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::LazyCell;
use std::sync::Arc;

/// What a step showed that only the analysis of the step can tell.
#[derive(Debug, Default)]
pub(crate) struct StepFacts {
    /// On-premises keys and the users with roles that blocked them.
    pub(crate) blocked_by_role: Vec<(Text, Vec<Text>)>,
    /// On-premises keys and the users that a privileged role protected from a hard match by them.
    pub(crate) blocked_by_privilege: Vec<(Text, Vec<Text>)>,
    /// On-premises keys that the switch blocked.
    pub(crate) blocked_by_switch: Vec<Text>,
    /// On-premises keys that the block of hard match kept from a match.
    pub(crate) blocked_by_hard_match_switch: Vec<Text>,
    pub(crate) treatments: Treatments,
    /// On-premises keys of the objects for which the cycle reports an error.
    pub(crate) errors: FxHashSet<Text>,
    /// By on-premises key, what the cycle reports an object to be linked to.
    pub(crate) linked: FxHashMap<Text, Text>,
    /// On-premises keys of joined objects for which an error was reported while they touch others.
    pub(crate) late_matches_told: Vec<Text>,
    /// On-premises keys of the objects that took one over, and what they had no value for.
    pub(crate) absent: Vec<(Text, Absent)>,
    /// Identifiers of the objects that were there before the step and are no longer.
    pub(crate) gone: Vec<Text>,
    /// The identifier of the object that a command named.
    pub(crate) named: Option<Text>,
    /// Whether it is known which object the command named.
    pub(crate) is_certain: bool,
    /// Identifiers of the cloud objects that are on-premises-mastered for the first time.
    pub(crate) synchronised: Vec<Text>,
    /// The identifier of the first cloud object that the step created.
    pub(crate) created: Option<Text>,
}

impl History {
    /// Takes in one step.
    pub(crate) fn learn(
        &mut self,
        before: &Snapshot,
        command: &Command,
        seen: &StepObservation,
        mut facts: StepFacts,
    ) {
        self.synchronised.extend(std::mem::take(&mut facts.synchronised));
        if let Command::Sync(_) = command {
            self.learn_sync(before, seen, facts);
        } else if seen.outcome.status == Status::Ok {
            self.learn_command(before, command, &seen.snapshot, facts);
        }
    }

    /// Takes note of the attributes that a command names, so that they are judged in its own step.
    pub(super) fn give_names_in(&mut self, command: &Command) {
        match command {
            Command::CreateOnPremisesObject(create) => {
                self.give_attributes(create.object.attributes.keys());
            }
            Command::UpdateOnPremisesObject(update) => {
                self.give_attributes(update.set.attributes.keys());
            }
            Command::CreateCloudObject(create) => {
                self.give_attributes(create.object.attributes.keys())
            }
            Command::UpdateCloudObject(update) => {
                self.give_attributes(update.set.attributes.keys())
            }
            _ => {}
        }
    }

    fn learn_command(
        &mut self,
        before: &Snapshot,
        command: &Command,
        after: &Snapshot,
        facts: StepFacts,
    ) {
        let named = facts.named.as_ref().and_then(|id| before.cloud_object(id));
        if let Some(named) = named.filter(|named| named.deleted) {
            // What a command makes of what is in the recycle bin is left open.
            self.scope.commanded_in_the_bin.insert(named.id.clone());
        }
        match command {
            Command::SetOnPremisesObjectIdentifier(set) if set.value.is_none() => {
                if let Some(named) = named
                    && let Some(cleared) = &named.on_premises_object_identifier
                {
                    self.cleared.insert(named.id.clone(), cleared.clone());
                }
            }
            Command::CreateOnPremisesObject(create) => self.create_on_premises(&create.object),
            Command::UpdateOnPremisesObject(update) => {
                self.give_addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                let [was, is] = [before, after].map(|state| state.on_premises_object(&update.key));
                let has_other_anchor =
                    was.map(|was| &was.source_anchor) != is.map(|is| &is.source_anchor);
                if has_other_anchor {
                    self.conversions.change_anchor(&update.key);
                }
                if let Some(own_history) = self.objects.get_mut(&update.key) {
                    own_history.changed = true;
                    // What becomes of it, and of what a collision left behind for its old anchor, is open.
                    own_history.indeterminate |= has_other_anchor
                        && (own_history.quarantined.is_some()
                            || self.conversions.is_open_of(&update.key));
                    // What was told stays told where nothing has changed.
                    own_history.late_match_told &= was == is;
                    own_history.value_removed |=
                        own_history.link.is_some() && removes_a_value(&update.set);
                }
            }
            Command::CreateCloudObject(create) => {
                self.give_addresses(&create.object.proxy_addresses);
                if let Some(created) = facts.created {
                    self.label(&create.object.label, created);
                }
            }
            Command::UpdateCloudObject(update) => {
                self.give_addresses(update.set.proxy_addresses.value().map_or(&[], Vec::as_slice));
                if !update.set.password.is_keep() {
                    self.of_joined_to(facts.named).for_each(|own| own.password_free = true);
                }
            }
            Command::DeleteCloudObject(_) | Command::SetImmutableId(_) => {
                if let (Command::DeleteCloudObject(delete), Some(id)) = (command, &facts.named) {
                    let shown = before.cloud_object(id);
                    if delete.permanently || shown.is_some_and(|shown| shown.is_active()) {
                        self.in_the_bin.retain(|object| object.id != *id);
                        let deleted = shown.filter(|_| !delete.permanently);
                        self.in_the_bin.extend(deleted.map(Arc::clone));
                    }
                }
                let is_gone =
                    facts.named.as_ref().is_some_and(|id| after.cloud_object(id).is_none());
                if is_gone && let Some(id) = &facts.named {
                    self.forget_id(id);
                }
                facts.named.iter().for_each(|id| self.conversions.leave_open(id));
                self.of_joined_to(facts.named).for_each(|own| own.indeterminate = true);
            }
            Command::RestoreCloudObject(_) => {
                facts.named.iter().for_each(|id| self.conversions.leave_open(id));
            }
            Command::SetCloudManaged(_) => {
                let owner = |cloud: &CloudObject| owner(&self.objects, before, cloud);
                self.conversions.turn((before, after), facts.is_certain, owner);
                for (key, own_history) in &mut self.objects {
                    own_history.indeterminate |= self.conversions.is_given_back_to_another(key);
                }
                // What the cycle owes an object that leaves scope and was moved before is open.
                let leaving = facts.named.as_ref().and_then(|id| self.scope.leaving.get_mut(id));
                leaving.into_iter().for_each(|is_certain| *is_certain = false);
                self.of_joined_to(facts.named).for_each(|own| own.password_free = true);
            }
            Command::SetFeature(set) => {
                let is_toggled = self.features.get(set.feature) != set.value;
                self.features.set(set.feature, set.value);
                if is_toggled && set.feature == Feature::PasswordHashSync {
                    let joined = self.objects.values_mut().filter(|own| own.link.is_some());
                    joined.for_each(|own| own.password_free = true);
                }
            }
            Command::RemoveOnPremisesObject(remove) => {
                self.remove_on_premises(&remove.key, before);
            }
            Command::ReinstallConnect(_) => {
                self.reinstalled = true;
                self.scope.learn_reinstallation();
                self.forget_changed_anchors(after);
            }
            _ => {}
        }
    }

    /// What is known of the on-premises objects that were last seen joined to this cloud object.
    fn of_joined_to(&mut self, id: Option<Text>) -> impl Iterator<Item = &mut ObjectHistory> {
        self.objects
            .values_mut()
            .filter(move |own| own.link.as_ref().is_some_and(|link| Some(&link.id) == id.as_ref()))
    }

    /// An object is gone for good, and whether its identifier is given out again is left open.
    fn forget_id(&mut self, id: &Text) {
        self.labels.retain(|_, named| named != id);
        self.names.remove(id);
        let links = self.former_links.iter().filter(|(_, link)| *link == id);
        self.lost.extend(links.map(|(key, _)| CloudRef::JoinedTo(key.clone())));
        self.cleared.remove(id);
        for own_history in self.objects.values_mut() {
            own_history.quarantined.take_if(|quarantined| quarantined == id);
            own_history.blocked_by_role.retain(|blocker| blocker != id);
            own_history.blocked_by_privilege.retain(|blocker| blocker != id);
        }
    }

    /// Connect has forgotten what each object was joined to, and where an anchor was changed it does
    /// not tell any more.
    fn forget_changed_anchors(&mut self, state: &Snapshot) {
        for object in &state.on_premises {
            if let Some(own_history) = self.objects.get_mut(&object.key) {
                own_history.indeterminate |= own_history.has_other_anchor(object);
            }
        }
    }

    fn learn_sync(&mut self, before: &Snapshot, seen: &StepObservation, facts: StepFacts) {
        let after = &seen.snapshot;
        if std::mem::take(&mut self.reinstalled) {
            // Also where it was changed between the reinstallation and this cycle.
            self.forget_changed_anchors(after);
        }
        self.scope.learn_sync(before, after);
        // What is active was restored.
        self.in_the_bin
            .retain(|object| before.cloud_object(&object.id).is_none_or(|shown| shown.deleted));
        facts.gone.iter().for_each(|id| self.lose(id));
        self.conversions.learn_sync(after);
        self.treatments.extend(facts.treatments);
        let by_anchor = AnchorIndex::of(&after.cloud);
        let by_id = LazyCell::new(|| -> FxHashMap<&Text, &Arc<CloudObject>> {
            after.cloud.iter().map(|object| (&object.id, object)).collect()
        });
        let mastered_before = LazyCell::new(|| -> FxHashSet<&Text> {
            let active = before.active().filter(|object| object.is_on_premises_mastered());
            active.map(|object| &object.id).collect()
        });
        for (at, object) in after.on_premises.iter().enumerate() {
            let Some(own_history) = self.objects.get_mut(&object.key) else { continue };
            let linked = facts.linked.get(&object.key).and_then(|id| by_id.get(id).copied());
            let effect = SyncEffect::of(object, own_history.link.as_ref(), linked, &by_anchor);
            let is_error = facts.errors.contains(&object.key);
            own_history.take_in(object, effect, is_error, |id| mastered_before.contains(id));
            let key = &object.key;
            // What the cycle itself wrote on-premises is still to be exported.
            if let Some(was) = before.on_premises.get(at).filter(|was| was.key == *key)
                && was != object
                && !own_history.failed
            {
                own_history.changed = true;
                own_history.exported = Some(Arc::clone(was));
            }
            if let Some(quarantined) = effect.quarantined {
                let name = || Name::QuarantinedFor(key.clone());
                self.names.entry(quarantined.id.clone()).or_insert_with(name);
            }
            if let Some(joined) = effect.joined {
                let name = || Name::JoinedTo(key.clone());
                self.names.entry(joined.id.clone()).or_insert_with(name);
            }
        }
        // What failed is to be tried again, and so is the clearing of what has no value on-premises.
        for own_history in self.objects.values_mut().filter(|own_history| !own_history.failed) {
            own_history.absent = Absent::default();
        }
        for (key, absent) in facts.absent {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.absent = absent;
            }
        }
        for key in facts.late_matches_told {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.late_match_told = true;
            }
        }
        for (key, blockers) in facts.blocked_by_role {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.blocked_by_role = blockers;
            }
        }
        for (key, blockers) in facts.blocked_by_privilege {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.blocked_by_privilege = blockers;
            }
        }
        for key in facts.blocked_by_switch {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.blocked_by_switch = true;
            }
        }
        for key in facts.blocked_by_hard_match_switch {
            if let Some(own_history) = self.objects.get_mut(&key) {
                own_history.blocked_by_hard_match_switch = true;
            }
        }
    }
}

impl ObjectHistory {
    /// Takes in what a cycle made of its object. `was_mastered` says whether a cloud object was active
    /// and on-premises-mastered before it.
    fn take_in(
        &mut self,
        object: &Arc<OnPremisesObject>,
        effect: SyncEffect<'_>,
        is_error: bool,
        was_mastered: impl Fn(&Text) -> bool,
    ) {
        if let Some(quarantined) = effect.quarantined
            && self.quarantined.as_ref() != Some(&quarantined.id)
        {
            self.quarantined = Some(quarantined.id.clone());
            // One that was there before was made for somebody who had this anchor then. Whose it is
            // now is left open.
            self.indeterminate |= was_mastered(&quarantined.id);
        }
        if let (Some(joined), Some(anchor)) = (effect.joined, &object.source_anchor) {
            let is_same = self.link.as_ref().is_some_and(|link| link.id == joined.id);
            let is_unspecified = match &self.link {
                Some(link) if is_same => link.is_unspecified,
                _ => effect.is_second || was_mastered(&joined.id),
            };
            // Nor is it known what a new object is joined to where an error is reported, nor what one is that
            // has come back to its cloud object and has another one in quarantine.
            let has_copy = self.quarantined.as_ref().is_some_and(|copy| *copy != joined.id);
            self.indeterminate = is_unspecified
                || (is_error && !is_same)
                || ((is_error || has_copy) && self.indeterminate);
            if !is_same {
                self.value_removed = false;
                self.password_free = false;
            }
            self.link =
                Some(Link { id: joined.id.clone(), anchor: anchor.clone(), is_unspecified });
            self.blocked_by_role.clear();
            self.blocked_by_privilege.clear();
            self.blocked_by_switch = false;
            self.blocked_by_hard_match_switch = false;
        }
        // With another anchor nothing reaches its cloud object, whatever is reported.
        let is_stopped = effect.joined.is_none() && self.has_other_anchor(object);
        self.stopped_by_anchor = is_stopped;
        self.failed = is_error
            || is_stopped
            || (effect.joined.is_none() && effect.quarantined.is_none() && self.link.is_none());
        self.changed &= self.failed;
        if !self.failed {
            self.exported = Some(Arc::clone(object));
        }
    }
}

/// Whether an update takes a value away.
fn removes_a_value(set: &OnPremisesChange) -> bool {
    set.attributes.values().any(Option::is_none)
        || matches!(set.proxy_addresses, Change::Clear)
        || set.proxy_addresses.value().is_some_and(Vec::is_empty)
        || matches!(set.password, Change::Clear)
}
