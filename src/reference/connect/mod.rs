//! Connect: the on-premises objects, and what Connect remembers of them.

mod cycle;

pub(super) use cycle::{Cycle, Traces};

use super::index::{QuickState, clear_map};
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{
    OnPremisesChange, OnPremisesObject, Portrait, ResultWord, SyncResult, Text,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What Connect remembers of a joined object. A reinstallation loses it.
#[derive(Clone, Debug)]
struct Joined {
    handle: CloudHandle,
    /// The state that was exported last; `None` when that was before a reinstallation.
    exported: Option<Arc<OnPremisesObject>>,
}

/// An on-premises object and what there is to know of it.
#[derive(Clone, Debug)]
struct Member {
    object: Arc<OnPremisesObject>,
    joined: Option<Joined>,
    /// What `joinedTo` refers to. A reinstallation does not touch it.
    last_joined: Option<CloudHandle>,
    /// What `quarantinedFor` refers to. A reinstallation does not touch it.
    copy: Option<CloudHandle>,
    /// New, failed, or changed since its last export.
    pending: bool,
}

/// An on-premises object, what Connect has joined it to, and what was exported to that last.
type Join<'a> = (&'a Arc<OnPremisesObject>, Option<CloudHandle>, Option<&'a OnPremisesObject>);

impl Member {
    fn join(&self) -> Join<'_> {
        let joined = self.joined.as_ref();
        let exported = joined.and_then(|joined| joined.exported.as_deref());
        (&self.object, joined.map(|joined| joined.handle), exported)
    }
}

/// By position in the order of creation.
pub(in crate::reference) type Position = u32;

/// The on-premises directory as Connect sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Connect {
    /// In the order of creation, which is the order in which a cycle works.
    members: Vec<Member>,
    positions: HashMap<Text, Position, QuickState>,
    /// By cloud handle: the on-premises object that is joined to it, or whose copy it is.
    owners: Vec<Option<Position>>,
    /// The pending members, in any order and each once: an idle cycle looks at nobody else.
    queue: Vec<Position>,
    /// The report of an idle cycle. Every report starts as a copy of it.
    idle: BTreeMap<Text, SyncResult>,
    /// Keys that are not in the idle report yet: many at once go in faster than one by one.
    unreported: Vec<Text>,
}

impl Connect {
    /// Adds an on-premises object; `false` where its key is taken.
    pub(super) fn create(&mut self, object: &OnPremisesObject) -> bool {
        if self.positions.contains_key(&object.key) {
            return false;
        }
        let position = Position::try_from(self.members.len())
            .expect("fewer than four thousand million objects");
        self.positions.insert(object.key.clone(), position);
        self.unreported.push(object.key.clone());
        self.members.push(Member {
            object: Arc::new(object.clone()),
            joined: None,
            last_joined: None,
            copy: None,
            pending: true,
        });
        self.queue.push(position);
        true
    }

    /// Changes an on-premises object; `false` where there is none with this key.
    pub(super) fn update(&mut self, key: &str, set: &OnPremisesChange) -> bool {
        let Some(&position) = self.positions.get(key) else {
            return false;
        };
        let member = &mut self.members[position as usize];
        let mut object = OnPremisesObject::clone(&member.object);
        set.apply_to(&mut object);
        if object != *member.object {
            member.object = Arc::new(object);
            self.enqueue(position);
        }
        true
    }

    /// The object that was last joined to, or provisioned for, this key.
    pub(super) fn joined_to(&self, key: &str) -> Option<CloudHandle> {
        self.member(key)?.last_joined
    }

    /// The copy that was made for this key.
    pub(super) fn copy_for(&self, key: &str) -> Option<CloudHandle> {
        self.member(key)?.copy
    }

    fn member(&self, key: &str) -> Option<&Member> {
        let position = *self.positions.get(key)?;
        self.members.get(position as usize)
    }

    /// The on-premises objects, in the order of their creation.
    pub(super) fn objects(&self) -> impl ExactSizeIterator<Item = &Arc<OnPremisesObject>> {
        self.members.iter().map(|member| &member.object)
    }

    /// The on-premises objects, each with what Connect has joined it to.
    pub(super) fn joins(&self) -> impl Iterator<Item = Join<'_>> {
        self.members.iter().map(Member::join)
    }

    /// One of [`Connect::joins`].
    pub(super) fn join_at(&self, position: Position) -> Join<'_> {
        self.members[position as usize].join()
    }

    /// Forgets what an object is joined to.
    pub(super) fn let_go(&mut self, position: Position) {
        if let Some(joined) = self.members[position as usize].joined.take() {
            self.set_owner(joined.handle, None);
        }
    }

    /// Writes to an on-premises object behind everybody's back.
    pub(super) fn write(&mut self, key: &str, object: OnPremisesObject) {
        if let Some(&position) = self.positions.get(key) {
            self.members[position as usize].object = Arc::new(object);
        }
    }

    /// Takes note that a cloud object was deleted: whatever belongs to it may be new now.
    pub(super) fn cloud_object_was_deleted(&mut self, handle: CloudHandle) {
        if let Some(position) = self.owner(handle) {
            self.enqueue(position);
        }
    }

    /// Forgets everything that was joined. All objects are then pending, because Connect cannot
    /// know any more what it exported.
    pub(super) fn reinstall(&mut self) {
        for position in 0..self.members.len() {
            if let Some(joined) = self.members[position].joined.take() {
                self.set_owner(joined.handle, None);
            }
            self.enqueue(position as Position);
        }
    }

    /// Makes room for so many more objects.
    pub(super) fn reserve(&mut self, count: usize) {
        self.members.reserve(count);
        self.positions.reserve(count);
        self.queue.reserve(count);
        self.unreported.reserve(count);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.members.clear();
        clear_map(&mut self.positions);
        self.owners.clear();
        self.queue.clear();
        self.idle.clear();
        self.unreported.clear();
    }

    fn enqueue(&mut self, position: Position) {
        let member = &mut self.members[position as usize];
        if !member.pending {
            member.pending = true;
            self.queue.push(position);
        }
    }

    pub(super) fn owner(&self, handle: CloudHandle) -> Option<Position> {
        self.owners.get(handle.index()).copied().flatten()
    }

    fn set_owner(&mut self, handle: CloudHandle, owner: Option<Position>) {
        if self.owners.len() <= handle.index() {
            self.owners.resize(handle.index() + 1, None);
        }
        self.owners[handle.index()] = owner;
    }

    /// Enters the objects that were created since the last cycle.
    fn complete_the_idle_report(&mut self) {
        let unchanged = |key| (key, SyncResult::plain(ResultWord::Unchanged));
        let added = self.unreported.drain(..).map(unchanged);
        if self.idle.is_empty() {
            self.idle = added.collect();
        } else {
            self.idle.extend(added);
        }
    }

    /// Remembers that an on-premises object and a cloud object belong together.
    fn join(
        &mut self,
        position: Position,
        handle: CloudHandle,
        exported: Option<Arc<OnPremisesObject>>,
    ) {
        self.set_owner(handle, Some(position));
        let member = &mut self.members[position as usize];
        member.last_joined = Some(handle);
        member.joined = Some(Joined { handle, exported });
    }

    /// Draws all that later cycles rest on; the tenant tells what handles stand for.
    pub(super) fn portray(&self, tenant: &CloudTenant, portrait: &mut Portrait) {
        let handle = |portrait: &mut Portrait, handle| portrait.id(tenant.id_given_to(handle));
        portrait.list(self.members.iter(), |portrait, member| {
            portrait.on_premises_object(&member.object);
            portrait.flags([member.pending]);
            portrait.optional(member.joined.as_ref(), |portrait, joined| {
                handle(portrait, joined.handle);
                portrait.optional(joined.exported.as_deref(), Portrait::on_premises_object);
            });
            portrait.optional(member.last_joined, handle);
            portrait.optional(member.copy, handle);
        });
    }

    /// Whether the queue is what is pending, and every joined object has one owner, who says the
    /// same (`match.one-to-one`).
    #[cfg(test)]
    pub(super) fn is_consistent(&self) -> bool {
        let mut queue = self.queue.clone();
        queue.sort_unstable();
        let positions = || (0..).zip(&self.members);
        queue
            .into_iter()
            .eq(positions().filter(|(_, member)| member.pending).map(|(position, _)| position))
            && positions().all(|(position, member)| {
                let joined = member.joined.as_ref();
                joined.is_none_or(|joined| self.owner(joined.handle) == Some(position))
            })
    }
}
