//! The sync cycle: each pending object in turn, and a report on every object.

use super::candidates::{Circumstances, Eligibility, candidates, holders};
use super::connect::{Connect, Joined};
use super::decide::{Decision, TakeOver, Withheld, decide};
use super::deviation::{Deviation, Export, Leaving, Occasion, Return, Turn};
use super::export::{provisioned, quarantined, taken_over, updated};
use super::joined::{JoinedDecision, decide_joined, rejoin};
use super::policy::Policy;
use super::reason::Reason;
use super::story::{Story, Traces};
use super::tenant::{CloudHandle, CloudTenant};
use crate::directory::{
    CloudObject, Evaluator, Features, Kind, MatchingAttribute, OnPremisesObject, ResultWord,
    SyncResult, Text, ValuesAbsentOnPremises,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a sync cycle works with.
pub(super) struct Cycle<'a> {
    pub(super) connect: &'a mut Connect,
    pub(super) tenant: &'a mut CloudTenant,
    pub(super) features: Features,
    pub(super) policy: Policy,
    /// What an implementation does otherwise.
    pub(super) deviation: &'a mut dyn Deviation,
    /// Where the story of each object is put, if anybody wants it.
    pub(super) traces: Option<&'a mut Traces>,
}

impl Cycle<'_> {
    /// Runs one cycle and reports on every object.
    pub(super) fn run(&mut self) -> BTreeMap<Text, SyncResult> {
        let every = 0..self.connect.members().len();
        let (gone, there): (Vec<usize>, Vec<usize>) =
            every.partition(|at| self.connect.members()[*at].has_left);
        let gone: Vec<_> = gone.into_iter().filter_map(|at| self.leave(at)).collect();
        let turns = there.into_iter();
        let turns = turns.map(|at| (self.connect.members()[at].object.key.clone(), self.turn(at)));
        let turns: Vec<_> = turns.collect();
        gone.into_iter().chain(turns).collect()
    }

    /// What was joined to an object that has left scope is deleted: a user goes to the recycle bin with its
    /// anchor, and is mastered on-premises no more. Nothing else belongs to it, whatever carries its anchor.
    fn leave(&mut self, at: usize) -> Option<(Text, SyncResult)> {
        let member = &self.connect.members()[at];
        let key = member.object.key.clone();
        let Some(Joined { handle, .. }) = member.joined else {
            return self.refuse_deletion(at).map(|error| (key, error));
        };
        let Some(object) = self.tenant.active(handle).cloned() else {
            self.connect.forget_joined(at);
            return None;
        };
        if object.kind == Kind::User {
            self.tenant.change(handle, |object| {
                object.deleted = true;
                object.on_premises_sync_enabled = Some(false);
            });
        } else {
            self.tenant.remove(handle);
        }
        let mut leaving = Leaving { handle, before: &object, tenant: self.tenant };
        self.deviation.left(&mut leaving);
        self.connect.leave_behind(at, handle);
        Some((key, SyncResult::plain(ResultWord::Removed)))
    }

    /// Connect tries once to delete what it had joined before, and that has been restored in the cloud since.
    fn refuse_deletion(&mut self, at: usize) -> Option<SyncResult> {
        let member = &self.connect.members()[at];
        if !member.pending {
            return None;
        }
        let anchor = member.object.source_anchor.as_deref()?;
        let holder = self.tenant.holder_of_anchor(anchor)?;
        let is_out_of_reach = self.connect.is_left_behind(holder)
            && self.tenant.get(holder).is_some_and(|object| object.is_cloud_mastered());
        self.connect.member_mut(at).pending = false;
        is_out_of_reach.then(|| Reason::NotToBeDeleted.error())
    }

    /// The turn of one object.
    fn turn(&mut self, at: usize) -> SyncResult {
        let mut story = Story::new(self.traces.is_some());
        let member = &self.connect.members()[at];
        let incoming = Arc::clone(&member.object);
        let mut result = SyncResult::plain(ResultWord::Unchanged);
        let is_to_be_cleared = member.joined.as_ref().is_some_and(|joined| joined.is_to_be_cleared);
        if member.pending || is_to_be_cleared {
            let settled = self.deviate(at, |deviation, turn| deviation.before_turn(turn));
            result = settled.unwrap_or_else(|| self.synchronise(at, &incoming, &mut story));
            // What is managed in the cloud keeps its on-premises object waiting, until it is given back or gone.
            let is_waiting =
                self.connect.members()[at].joined.is_none() && self.converted(&incoming).is_some();
            let failed = result.result == ResultWord::Error;
            self.connect.member_mut(at).pending = failed || is_waiting;
            self.deviate(at, |deviation, turn| deviation.after_turn(turn, &mut result));
            if failed {
                story.retried(&incoming);
            }
        } else {
            story.idle(&incoming, member.waits_for(self.tenant));
        }
        if let Some(traces) = &mut self.traces {
            traces.insert(incoming.key.clone(), story.into_steps());
        }
        result
    }

    /// Hands a turn to the deviation, and goes on with what that has joined the object to.
    fn deviate<T>(
        &mut self,
        at: usize,
        act: impl FnOnce(&mut dyn Deviation, &mut Turn<'_>) -> T,
    ) -> T {
        let member = &self.connect.members()[at];
        let incoming = Arc::clone(&member.object);
        let joined = member.joined.clone();
        let exported = joined.as_ref().and_then(|joined| joined.exported.clone());
        let is_active = |handle: &CloudHandle| self.tenant.active(*handle).is_some();
        let own = joined.map(|joined| joined.handle).filter(is_active);
        let mut turn = Turn {
            incoming: &incoming,
            joined: own,
            exported: exported.as_deref(),
            tenant: self.tenant,
            features: self.features,
        };
        let result = act(self.deviation, &mut turn);
        if turn.joined != own {
            let joined = turn.joined;
            self.connect.forget_joined(at);
            if let Some(handle) = joined {
                self.connect.join(at, handle, exported);
            }
        }
        result
    }

    fn synchronise(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        story: &mut Story,
    ) -> SyncResult {
        let member = &self.connect.members()[at];
        if let Some(joined) = member.joined.clone() {
            if self.tenant.active(joined.handle).is_some() {
                return self.update(at, incoming, &joined, story);
            }
            story.no_longer_joined(incoming);
            self.connect.forget_joined(at);
        }
        if let Some(quarantined) = self.connect.members()[at].waits_for(self.tenant) {
            story.waits(incoming, quarantined);
            return SyncResult::plain(ResultWord::Unchanged);
        }
        let circumstances = Circumstances::of(incoming, self.tenant, self.features, self.policy);
        let is_joined = |handle| self.connect.owner(handle).is_some();
        let found = rejoin(incoming, self.tenant, &is_joined);
        let found = self.deviation.rejoin(&circumstances, &is_joined, found);
        story.rejoin(incoming, self.tenant, found);
        match found {
            Ok(Some(handle)) => self.rejoin(at, incoming, handle, story),
            Ok(None) => match self.converted(incoming) {
                Some(handle) => self.take_back(at, incoming, handle, story),
                None => match self.deleted_before(incoming) {
                    Some(handle) => self.restore(at, incoming, handle, story),
                    None => self.match_new(at, incoming, story),
                },
            },
            Err(reason) => reason.error(),
        }
    }

    /// The on-premises values of a joined object are exported.
    fn update(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        joined: &Joined,
        story: &mut Story,
    ) -> SyncResult {
        let was_pending = self.connect.members()[at].pending;
        let (handle, last) = (joined.handle, joined.exported.as_deref());
        let decision = decide_joined(incoming, handle, last, self.tenant);
        story.joined(incoming, handle, self.tenant, &decision);
        let withheld = match decision {
            JoinedDecision::Export(withheld) => withheld,
            JoinedDecision::Reject(reason) => return reason.error(),
        };
        let occasion = if last.is_some() { Occasion::Update } else { Occasion::Rejoin };
        let features = self.features;
        let changed = self.export(handle, incoming, occasion, |before| {
            let mut after = updated(before, incoming, last, &withheld, features);
            if joined.is_to_be_cleared {
                after.attributes.retain(|name, _| incoming.attributes.contains_key(name));
            }
            after
        });
        if let Some((before, after)) = &changed {
            story.updated(before, after, incoming, features);
        }
        self.connect.join(at, handle, Some(Arc::clone(incoming)));
        if !withheld.is_empty() && was_pending {
            Reason::StillWithheld.error()
        } else if changed.is_some_and(|(before, after)| !Arc::ptr_eq(&before, &after)) {
            SyncResult::plain(ResultWord::Updated)
        } else {
            SyncResult::plain(ResultWord::Unchanged)
        }
    }

    /// Connect finds an object again that it had joined before it was installed anew, and exports
    /// what changed meanwhile.
    fn rejoin(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        handle: CloudHandle,
        story: &mut Story,
    ) -> SyncResult {
        self.connect.join(at, handle, None);
        let joined = Joined { handle, exported: None, is_to_be_cleared: false };
        let result = self.update(at, incoming, &joined, story);
        if result.result == ResultWord::Error {
            return result;
        }
        hard_matched(Evaluator::Client)
    }

    /// The user that was deleted when an on-premises object with this anchor had left scope.
    fn deleted_before(&mut self, incoming: &OnPremisesObject) -> Option<CloudHandle> {
        let anchor = incoming.source_anchor.as_deref();
        let mut all = self.tenant.objects().filter(|(handle, object)| {
            object.deleted
                && object.kind == Kind::User
                && incoming.kind == Kind::User
                && self.connect.is_left_behind(*handle)
                && self.tenant.are_same_anchors(object.on_premises_immutable_id.as_deref(), anchor)
        });
        let found = all.next().map(|(handle, _)| handle);
        drop(all);
        let circumstances = Circumstances::of(incoming, self.tenant, self.features, self.policy);
        self.deviation.deleted_before(&circumstances, found)
    }

    /// The user in the recycle bin that carries the anchor is restored, and belongs to the on-premises
    /// object again: a match on the anchor, which the switch blocks.
    fn restore(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        handle: CloudHandle,
        story: &mut Story,
    ) -> SyncResult {
        let circumstances = Circumstances::of(incoming, self.tenant, self.features, self.policy);
        if let Some(object) = self.tenant.get(handle)
            && let Err(reason) = Eligibility::of(&circumstances, object).verdict()
        {
            story.return_blocked(incoming, reason);
            return reason.error();
        }
        let (features, policy) = (self.features, self.policy);
        let restored = |before: &CloudObject| {
            let nothing = Withheld::default();
            let mut restored = taken_over(before, incoming, &nothing, features, policy);
            restored.deleted = false;
            restored
        };
        // What it has kept may be somebody else's by now as well.
        let conflict = self
            .tenant
            .get(handle)
            .and_then(|before| self.tenant.conflict(&restored(before), handle));
        if conflict.is_some() || !holders(incoming, self.tenant).is_empty() {
            return Reason::Ambiguous.error();
        }
        story.returned(incoming);
        self.export(handle, incoming, Occasion::HardMatch, restored);
        self.connect.join(at, handle, Some(Arc::clone(incoming)));
        hard_matched(Evaluator::Service)
    }

    /// The object with this anchor whose source of authority was moved to the cloud, or given back since.
    fn converted(&self, incoming: &OnPremisesObject) -> Option<CloudHandle> {
        let handle = self.tenant.holder_of_anchor(incoming.source_anchor.as_deref()?)?;
        let object = self.tenant.get(handle)?;
        let is_own = object.kind == incoming.kind && self.connect.is_converted(handle);
        (is_own || object.is_cloud_managed).then_some(handle)
    }

    /// An object whose source of authority is in the cloud gets nothing from on-premises. Once that was
    /// given back it is taken over by the anchor, whatever its kind; of users that is a hard match, which
    /// the switch blocks.
    fn take_back(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        handle: CloudHandle,
        story: &mut Story,
    ) -> SyncResult {
        let is_managed = self.tenant.get(handle).is_some_and(|object| object.is_cloud_managed);
        let is_blocked = self.features.block_hard_match && incoming.kind == Kind::User;
        let decision = if is_managed {
            Return::Managed
        } else if is_blocked {
            Return::Blocked
        } else {
            Return::TakenBack
        };
        let circumstances = Circumstances::of(incoming, self.tenant, self.features, self.policy);
        match self.deviation.converted(&circumstances, handle, decision) {
            Return::Managed => {
                story.managed_in_the_cloud(incoming);
                return SyncResult::plain(ResultWord::Unchanged);
            }
            Return::Blocked => {
                story.rollback_blocked(incoming);
                return Reason::HardMatchBlocked.error();
            }
            #[cfg(feature = "self-test")]
            Return::New => return self.match_new(at, incoming, story),
            Return::TakenBack => {}
        }
        let (features, policy) = (self.features, self.policy);
        let withheld = Withheld::from_others(incoming, Some(handle), self.tenant);
        if !withheld.is_empty() {
            return Reason::Ambiguous.error();
        }
        story.taken_back(incoming);
        self.export(handle, incoming, Occasion::Return, |before| {
            taken_over(before, incoming, &withheld, features, policy)
        });
        self.connect.join(at, handle, Some(Arc::clone(incoming)));
        if policy.values_absent_on_premises == ValuesAbsentOnPremises::ClearedInNextCycle {
            self.connect.clear_in_next_cycle(at);
        }
        hard_matched(Evaluator::Service)
    }

    fn match_new(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        story: &mut Story,
    ) -> SyncResult {
        let circumstances = Circumstances::of(incoming, self.tenant, self.features, self.policy);
        let candidates =
            candidates(&circumstances, |eligibility| self.deviation.eligibility(eligibility));
        let decision = decide(&circumstances, &candidates);
        story.new_object(&circumstances, &candidates, &decision);
        match self.deviation.decision(&circumstances, decision) {
            Decision::TakeOver(take_over) => self.take_over(at, incoming, &take_over, story),
            Decision::Provision => {
                let object = provisioned(self.tenant.next_id(), incoming, self.features);
                let handle = self.create(incoming, Occasion::Provisioning, object, story);
                self.connect.join(at, handle, Some(Arc::clone(incoming)));
                SyncResult::plain(ResultWord::Provisioned)
            }
            Decision::Quarantine(withheld) => {
                let id = self.tenant.next_id();
                let object = quarantined(id, incoming, &withheld, self.features, self.tenant);
                let handle = self.create(incoming, Occasion::Quarantine, object, story);
                self.connect.quarantine(at, handle);
                SyncResult::plain(ResultWord::Quarantined)
            }
            Decision::Reject(reason) => reason.error(),
        }
    }

    fn take_over(
        &mut self,
        at: usize,
        incoming: &Arc<OnPremisesObject>,
        take_over: &TakeOver,
        story: &mut Story,
    ) -> SyncResult {
        let TakeOver { target, matched_on, ref withheld } = *take_over;
        let (occasion, result) = match matched_on {
            MatchingAttribute::SourceAnchor => (Occasion::HardMatch, ResultWord::HardMatched),
            _ => (Occasion::SoftMatch, ResultWord::SoftMatched),
        };
        let (features, policy) = (self.features, self.policy);
        let changed = self.export(target, incoming, occasion, |before| {
            taken_over(before, incoming, withheld, features, policy)
        });
        if let Some((before, after)) = changed {
            story.taken_over(&before, &after, incoming, features, policy);
        }
        self.connect.join(at, target, Some(Arc::clone(incoming)));
        if policy.values_absent_on_premises == ValuesAbsentOnPremises::ClearedInNextCycle {
            self.connect.clear_in_next_cycle(at);
        }
        SyncResult {
            matched_on: Some(matched_on),
            evaluated_by: Some(Evaluator::Service),
            ..SyncResult::plain(result)
        }
    }

    /// Puts the new state of an object in place. Returns the object before and after.
    fn export(
        &mut self,
        handle: CloudHandle,
        incoming: &OnPremisesObject,
        occasion: Occasion,
        make: impl FnOnce(&CloudObject) -> CloudObject,
    ) -> Option<(Arc<CloudObject>, Arc<CloudObject>)> {
        let before = Arc::clone(self.tenant.get(handle)?);
        let mut after = make(&before);
        let is_stamped_anew = before.on_premises_object_identifier.is_none()
            && after.on_premises_object_identifier.is_some()
            && self.connect.was_cleared(handle);
        if self.policy.protections.stamp_new_identifiers && is_stamped_anew {
            let made_up = format!("ffffffff-0000-4000-8000-{:012x}", handle.0);
            after.on_premises_object_identifier = Some(made_up.into());
        }
        let export = Export { incoming, occasion, before: &before, features: self.features };
        self.deviation.exported(&export, &mut after);
        self.tenant.replace(handle, after);
        let after = Arc::clone(self.tenant.get(handle)?);
        Some((before, after))
    }

    fn create(
        &mut self,
        incoming: &OnPremisesObject,
        occasion: Occasion,
        object: CloudObject,
        story: &mut Story,
    ) -> CloudHandle {
        let mut created = object.clone();
        let export = Export { incoming, occasion, before: &object, features: self.features };
        self.deviation.exported(&export, &mut created);
        story.created(&created);
        self.tenant.insert(created)
    }
}

/// A match on the anchor.
fn hard_matched(evaluated_by: Evaluator) -> SyncResult {
    SyncResult {
        matched_on: Some(MatchingAttribute::SourceAnchor),
        evaluated_by: Some(evaluated_by),
        ..SyncResult::plain(ResultWord::HardMatched)
    }
}
