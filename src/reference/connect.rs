//! Connect: the on-premises objects, and what Connect remembers of them.

use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{CanonicalState, CloudObject, OnPremisesChange, OnPremisesObject, Text};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What Connect remembers of a joined object. A reinstallation loses it.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) handle: CloudHandle,
    /// The state that was exported last; `None` when that was before a reinstallation.
    pub(super) exported: Option<Arc<OnPremisesObject>>,
    /// It was just taken over, and the next cycle clears what has no value on-premises.
    pub(super) is_to_be_cleared: bool,
}

/// An on-premises object and what there is to know of it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) object: Arc<OnPremisesObject>,
    pub(super) joined: Option<Joined>,
    /// What `joinedTo` refers to. A reinstallation does not touch it.
    last_joined: Option<CloudHandle>,
    /// What `quarantinedFor` refers to. A reinstallation does not touch it.
    quarantined: Option<CloudHandle>,
    /// New, failed, or changed since its last export.
    pub(super) pending: bool,
    /// Removed on-premises: it is no more than what references and the next cycle know of it.
    pub(super) has_left: bool,
}

impl Member {
    /// The quarantined object that keeps this one from being tried again. One in the recycle bin
    /// still does: its anchor comes back with it.
    pub(super) fn waits_for<'a>(&self, tenant: &'a CloudTenant) -> Option<&'a CloudObject> {
        if self.joined.is_some() {
            return None;
        }
        tenant.get(self.quarantined?).map(|object| &**object)
    }
}

/// The on-premises directory as Connect sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Connect {
    /// In the order of creation, which is the order in which a cycle works.
    members: Vec<Member>,
    by_key: HashMap<Text, usize>,
    /// The on-premises object that is joined to a cloud object, or that it was quarantined for.
    owners: HashMap<CloudHandle, usize>,
    /// The cloud objects whose source of authority was moved to the cloud while they were joined, until an
    /// on-premises object has them back.
    converted: HashSet<CloudHandle>,
    /// The users in the cloud that were deleted there because their on-premises objects had left scope.
    left_behind: HashSet<CloudHandle>,
    /// The users whose identifier of an on-premises object was cleared at some time.
    cleared: HashSet<CloudHandle>,
}

impl Connect {
    /// The on-premises object with this key that there is now.
    fn at(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied().filter(|at| !self.members[*at].has_left)
    }

    /// Adds an on-premises object; `false` where its key is taken.
    pub(super) fn create(&mut self, object: &OnPremisesObject) -> bool {
        if self.at(&object.key).is_some() {
            return false;
        }
        // References by the key mean what they meant before, until it is joined anew.
        let former = self.by_key.get(&object.key);
        let last_joined = former.and_then(|former| self.members[*former].last_joined);
        self.by_key.insert(object.key.clone(), self.members.len());
        self.members.push(Member {
            object: Arc::new(object.clone()),
            joined: None,
            last_joined,
            quarantined: None,
            pending: true,
            has_left: false,
        });
        true
    }

    /// Removes an on-premises object from the scope of synchronisation; `false` where there is none with
    /// this key.
    pub(super) fn remove(&mut self, key: &str) -> bool {
        let Some(at) = self.at(key) else {
            return false;
        };
        self.members[at].has_left = true;
        true
    }

    /// Takes note that a user was deleted because its on-premises object has left scope.
    pub(super) fn leave_behind(&mut self, at: usize, handle: CloudHandle) {
        self.forget_joined(at);
        self.was_left_behind(handle);
    }

    /// The same of a user whose on-premises object nobody knows any more.
    pub(super) fn was_left_behind(&mut self, handle: CloudHandle) {
        self.left_behind.insert(handle);
    }

    /// Whether a user was deleted because its on-premises object had left scope.
    pub(super) fn is_left_behind(&self, handle: CloudHandle) -> bool {
        self.left_behind.contains(&handle)
    }

    /// Takes note that the source of authority of a cloud object was moved to the cloud, or given back: its
    /// on-premises object has its turn in the next cycle.
    pub(super) fn turn_authority(&mut self, handle: CloudHandle, object: &CloudObject) {
        if object.is_on_premises_mastered() {
            self.converted.insert(handle);
        }
        if let Some(at) = self.owner(handle) {
            self.forget_joined(at);
        }
        for member in self.members.iter_mut().filter(|member| member.last_joined == Some(handle)) {
            member.pending = true;
        }
    }

    /// Whether the source of authority of a cloud object was moved to the cloud, and no on-premises object
    /// has it back yet.
    pub(super) fn is_converted(&self, handle: CloudHandle) -> bool {
        self.converted.contains(&handle)
    }

    /// Changes an on-premises object; `false` where there is none with this key.
    pub(super) fn update(&mut self, key: &str, set: &OnPremisesChange) -> bool {
        let Some(at) = self.at(key) else {
            return false;
        };
        let member = &mut self.members[at];
        let mut object = OnPremisesObject::clone(&member.object);
        set.apply_to(&mut object);
        if object != *member.object {
            member.object = Arc::new(object);
            member.pending = true;
        }
        true
    }

    /// The object that was last joined to, or provisioned for, this key.
    pub(super) fn joined_to(&self, key: &str) -> Option<CloudHandle> {
        self.members[*self.by_key.get(key)?].last_joined
    }

    /// The quarantined object that was made for this key.
    pub(super) fn quarantined_for(&self, key: &str) -> Option<CloudHandle> {
        self.members[*self.by_key.get(key)?].quarantined
    }

    /// The on-premises objects and what is known of them, in the order of their creation.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn member_mut(&mut self, at: usize) -> &mut Member {
        &mut self.members[at]
    }

    /// Writes to an on-premises object behind everybody's back.
    pub(super) fn write(&mut self, key: &str, object: OnPremisesObject) {
        if let Some(&at) = self.by_key.get(key) {
            self.members[at].object = Arc::new(object);
        }
    }

    /// Takes note that a cloud object was deleted: whatever belongs to it may be new now.
    pub(super) fn cloud_object_was_deleted(&mut self, handle: CloudHandle) {
        if let Some(&owner) = self.owners.get(&handle) {
            self.members[owner].pending = true;
        }
    }

    /// Takes note that a user has lost the identifier of its on-premises object, which is stamped anew.
    pub(super) fn identifier_was_cleared(&mut self, handle: CloudHandle) {
        self.cleared.insert(handle);
        if let Some(&owner) = self.owners.get(&handle) {
            self.members[owner].pending = true;
        }
    }

    /// Whether that was so at some time.
    pub(super) fn was_cleared(&self, handle: CloudHandle) -> bool {
        self.cleared.contains(&handle)
    }

    /// Forgets everything that was joined. All objects are then pending, because Connect cannot
    /// know any more what it exported.
    pub(super) fn reinstall(&mut self) {
        for at in 0..self.members.len() {
            self.forget_joined(at);
            self.members[at].pending = true;
        }
    }

    /// The on-premises object that is joined to a cloud object, or that it was quarantined for.
    pub(super) fn owner(&self, handle: CloudHandle) -> Option<usize> {
        self.owners.get(&handle).copied()
    }

    /// Remembers that an on-premises object and a cloud object belong together.
    pub(super) fn join(
        &mut self,
        at: usize,
        handle: CloudHandle,
        exported: Option<Arc<OnPremisesObject>>,
    ) {
        self.owners.insert(handle, at);
        self.left_behind.remove(&handle);
        self.converted.remove(&handle);
        let member = &mut self.members[at];
        member.last_joined = Some(handle);
        member.joined = Some(Joined { handle, exported, is_to_be_cleared: false });
    }

    /// Remembers that the next cycle clears what an object has no value for, of what it is joined to.
    pub(super) fn clear_in_next_cycle(&mut self, at: usize) {
        if let Some(joined) = &mut self.members[at].joined {
            joined.is_to_be_cleared = true;
        }
    }

    /// Forgets what an object is joined to.
    pub(super) fn forget_joined(&mut self, at: usize) {
        if let Some(joined) = self.members[at].joined.take() {
            self.owners.remove(&joined.handle);
        }
    }

    /// Remembers the quarantined object that was made for an on-premises object.
    pub(super) fn quarantine(&mut self, at: usize, handle: CloudHandle) {
        self.owners.insert(handle, at);
        self.members[at].quarantined = Some(handle);
    }

    /// Draws all that later cycles rest on; the tenant tells what handles stand for.
    pub(super) fn canonicalise(&self, tenant: &CloudTenant, canonical: &mut CanonicalState) {
        let named = |handle: Option<CloudHandle>| {
            handle.and_then(|handle| tenant.get(handle)).map(|object| &object.id)
        };
        canonical.list(self.members.iter(), |canonical, member| {
            canonical.on_premises_object(&member.object);
            canonical.flags([member.pending, member.has_left]);
            let joined = member.joined.as_ref();
            canonical.optional(joined, |canonical, joined| {
                canonical.optional(named(Some(joined.handle)), CanonicalState::id);
                canonical.optional(joined.exported.as_deref(), CanonicalState::on_premises_object);
                canonical.flags([joined.is_to_be_cleared]);
            });
            canonical.optional(named(member.last_joined), CanonicalState::id);
            canonical.optional(named(member.quarantined), CanonicalState::id);
        });
    }

    /// Whether every joined object has one owner, who says the same (`match.one-to-one`).
    #[cfg(test)]
    pub(super) fn is_consistent(&self) -> bool {
        self.members.iter().enumerate().all(|(at, member)| {
            member.joined.as_ref().is_none_or(|joined| self.owner(joined.handle) == Some(at))
        })
    }
}
