//! The sync cycle: each pending object in turn, and a report on every object.

use super::super::decide::{Decision, TakeOver, Withheld, decide_deviating};
use super::super::deviation::{Circumstances, Deviation, Export, Occasion, exported};
use super::super::export::{copied, provisioned, taken_over, updated};
use super::super::joined::{JoinedDecision, decide_joined, rejoin};
use super::super::policy::Policy;
use super::super::reason::{Phrasebook, Reason};
use super::super::story::{tell_creation, tell_takeover, tell_update};
use super::super::tenant::{CloudHandle, CloudTenant};
use super::super::trace::{Trace, TraceStep, rule};
use super::{Connect, Joined, Member, Position};
use crate::directory::{
    CloudObject, Evaluator, Features, MatchingAttribute, OnPremisesObject, ResultWord, SyncResult,
    Text,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a sync cycle works with.
pub(in crate::reference) struct Cycle<'a> {
    pub(in crate::reference) policy: &'a Policy,
    pub(in crate::reference) features: Features,
    pub(in crate::reference) tenant: &'a mut CloudTenant,
    pub(in crate::reference) phrases: &'a Phrasebook,
    /// What an implementation does otherwise; the model itself has none.
    pub(in crate::reference) deviation: Option<&'a mut (dyn Deviation + 'static)>,
}

/// For each on-premises key the story of its last cycle.
pub(in crate::reference) type Traces = BTreeMap<Text, Vec<TraceStep>>;

impl Connect {
    /// Runs one cycle and reports on every object.
    pub(in crate::reference) fn synchronise(
        &mut self,
        cycle: &mut Cycle<'_>,
        mut traces: Option<&mut Traces>,
    ) -> BTreeMap<Text, SyncResult> {
        self.complete_the_idle_report();
        let mut report = self.idle.clone();
        let mut queue = std::mem::take(&mut self.queue);
        queue.sort_unstable();
        queue.retain(|&position| {
            let mut trace = match traces {
                Some(_) => Trace::on(),
                None => Trace::off(),
            };
            let mut result = match cycle.deviation {
                None => self.synchronise_one(position, cycle, &mut trace),
                Some(_) => self.deviating_turn(position, cycle, &mut trace),
            };
            self.members[position as usize].pending = result.result == ResultWord::Error;
            self.after_turn(position, cycle, &mut result);
            let member = &self.members[position as usize];
            if member.pending {
                trace.note(rule::FAILED_IS_RETRIED, || {
                    format!("{} is tried again in the next cycle", member.object.key)
                });
            }
            if let Some(traces) = traces.as_deref_mut() {
                traces.insert(member.object.key.clone(), trace.into_steps());
            }
            if let Some(entry) = report.get_mut(&member.object.key) {
                *entry = result;
            }
            member.pending
        });
        self.queue = queue;
        if let Some(traces) = traces {
            self.tell_idle(cycle.tenant, traces);
        }
        report
    }

    /// The objects at which this cycle did not even look have a story, too.
    fn tell_idle(&self, tenant: &CloudTenant, traces: &mut Traces) {
        for member in &self.members {
            traces.entry(member.object.key.clone()).or_insert_with(|| {
                let mut trace = Trace::on();
                if !waits_for_its_copy(member, tenant, &mut trace) {
                    trace.note(rule::ONLY_THE_NAMED, || {
                        format!(
                            "{} did not change since its last export: nothing to do",
                            member.object.key
                        )
                    });
                }
                trace.into_steps()
            });
        }
    }

    pub(in crate::reference) fn synchronise_one(
        &mut self,
        position: Position,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        self.forget_a_deleted_object(position, cycle.tenant, trace);
        let member = &self.members[position as usize];
        if let Some(joined) = member.joined.clone() {
            return self.update_joined(position, &joined, cycle, trace);
        }
        if waits_for_its_copy(member, cycle.tenant, trace) {
            return SyncResult::plain(ResultWord::Unchanged);
        }
        let elsewhere = |handle| self.owner(handle).is_some();
        let mut found = rejoin(&member.object, cycle.tenant, elsewhere, trace);
        if let Some(deviation) = cycle.deviation.as_deref_mut() {
            let incoming = &member.object;
            let (tenant, features, policy) = (&*cycle.tenant, cycle.features, cycle.policy);
            let circumstances = Circumstances { incoming, tenant, features, policy };
            found = deviation.rejoin(&circumstances, &elsewhere, found);
        }
        match found {
            Ok(Some(handle)) => self.rejoin(position, handle, cycle, trace),
            Ok(None) => self.match_new(position, cycle, trace),
            Err(reason) => failed(reason, cycle),
        }
    }

    /// An object whose cloud object is not active any more is not joined any more.
    fn forget_a_deleted_object(
        &mut self,
        position: Position,
        tenant: &CloudTenant,
        trace: &mut Trace,
    ) {
        let member = &mut self.members[position as usize];
        if let Some(joined) = member.joined.take_if(|joined| tenant.active(joined.handle).is_none())
        {
            trace.note(rule::EVERY_NEW_OBJECT, || {
                format!(
                    "the object that {} was joined to is deleted: the two are not joined any more",
                    member.object.key
                )
            });
            self.set_owner(joined.handle, None);
        }
    }

    fn update_joined(
        &mut self,
        position: Position,
        joined: &Joined,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        let member = &mut self.members[position as usize];
        let incoming = &member.object;
        let last = joined.exported.as_deref();
        let mut decision = decide_joined(incoming, joined.handle, last, cycle.tenant, trace);
        if let Some(deviation) = cycle.deviation.as_deref_mut() {
            let (tenant, features, policy) = (&*cycle.tenant, cycle.features, cycle.policy);
            let circumstances = Circumstances { incoming, tenant, features, policy };
            decision = deviation.joined_decision(&circumstances, joined.handle, last, decision);
        }
        let withheld = match decision {
            JoinedDecision::Export(withheld) => withheld,
            JoinedDecision::Reject(reason) => return failed(reason, cycle),
        };
        let changed = cycle.change(joined.handle, |object, cycle| {
            let after = updated(object, incoming, last, &withheld, cycle.features);
            let occasion = Occasion::Update { before: object, exported: last };
            let after = cycle.exported(incoming, occasion, after);
            tell_update(object, &after, incoming, cycle.features, trace);
            after
        });
        member.joined =
            Some(Joined { handle: joined.handle, exported: Some(Arc::clone(incoming)) });
        if !withheld.is_empty() {
            failed(Reason::StillWithheld, cycle)
        } else if changed {
            SyncResult::plain(ResultWord::Updated)
        } else {
            SyncResult::plain(ResultWord::Unchanged)
        }
    }

    /// Connect finds an object again that it had joined before it was installed anew, and exports
    /// what changed meanwhile.
    fn rejoin(
        &mut self,
        position: Position,
        handle: CloudHandle,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        self.join(position, handle, None);
        let joined = Joined { handle, exported: None };
        let result = self.update_joined(position, &joined, cycle, trace);
        if result.result == ResultWord::Error {
            return result;
        }
        SyncResult {
            matched_on: Some(MatchingAttribute::SourceAnchor),
            evaluated_by: Some(Evaluator::Client),
            ..SyncResult::plain(ResultWord::HardMatched)
        }
    }

    fn match_new(
        &mut self,
        position: Position,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        let incoming = Arc::clone(&self.members[position as usize].object);
        let (features, policy) = (cycle.features, cycle.policy);
        let circumstances =
            Circumstances { incoming: &incoming, tenant: cycle.tenant, features, policy };
        let mut decision = decide_deviating(circumstances, cycle.deviation.as_deref_mut(), trace);
        if let Some(deviation) = cycle.deviation.as_deref_mut() {
            decision = deviation.decision(&circumstances, decision);
        }
        match decision {
            Decision::TakeOver(take_over) => {
                self.take_over(position, &incoming, &take_over, cycle, trace)
            }
            Decision::Provision => {
                let deviation = cycle.deviation.as_deref();
                let handle = cycle.tenant.insert(|id| {
                    let object = provisioned(id, &incoming, features);
                    let occasion = Occasion::Provisioning;
                    exported(deviation, &Export { incoming: &incoming, occasion, features }, object)
                });
                cycle.tell_creation(handle, trace);
                self.join(position, handle, Some(incoming));
                SyncResult::plain(ResultWord::Provisioned)
            }
            Decision::Quarantine(withheld) => {
                let copy = cycle.create_copy(&incoming, &withheld);
                cycle.tell_creation(copy, trace);
                self.set_owner(copy, Some(position));
                self.members[position as usize].copy = Some(copy);
                SyncResult::plain(ResultWord::Quarantined)
            }
            Decision::Reject(reason) => failed(reason, cycle),
        }
    }

    fn take_over(
        &mut self,
        position: Position,
        incoming: &Arc<OnPremisesObject>,
        take_over: &TakeOver,
        cycle: &mut Cycle<'_>,
        trace: &mut Trace,
    ) -> SyncResult {
        let target = match cycle.deviation.as_deref_mut() {
            None => take_over.target,
            Some(deviation) => deviation.target(cycle.tenant, take_over.target),
        };
        let matched_on = take_over.matched_on;
        cycle.change(target, |target, cycle| {
            let withheld = &take_over.withheld;
            let after = taken_over(target, incoming, withheld, cycle.features, cycle.policy);
            let occasion = Occasion::Takeover { before: target, matched_on };
            let after = cycle.exported(incoming, occasion, after);
            tell_takeover(target, &after, incoming, cycle.features, cycle.policy, trace);
            after
        });
        self.join(position, target, Some(Arc::clone(incoming)));
        SyncResult {
            matched_on: Some(matched_on),
            evaluated_by: Some(Evaluator::Service),
            ..SyncResult::plain(match matched_on {
                MatchingAttribute::SourceAnchor => ResultWord::HardMatched,
                MatchingAttribute::UserPrincipalName | MatchingAttribute::ProxyAddresses => {
                    ResultWord::SoftMatched
                }
            })
        }
    }
}

/// Whether a copy keeps an object from being tried again. One in the recycle bin still does: its
/// anchor comes back with it.
fn waits_for_its_copy(member: &Member, tenant: &CloudTenant, trace: &mut Trace) -> bool {
    let Some(copy) = member.copy.and_then(|copy| tenant.get(copy)) else {
        return false;
    };
    trace.note(rule::COLLISION, || {
        format!(
            "{} left the copy {} behind and is not tried again before that is permanently deleted",
            member.object.key, copy.id
        )
    });
    true
}

fn failed(reason: Reason, cycle: &Cycle<'_>) -> SyncResult {
    let (code, message) = cycle.phrases.reason(reason);
    SyncResult { code: Some(code), message: Some(message), ..SyncResult::plain(ResultWord::Error) }
}

impl Cycle<'_> {
    /// Puts the new state of an object in place; says whether it differs.
    fn change(
        &mut self,
        handle: CloudHandle,
        make: impl FnOnce(&CloudObject, &Self) -> CloudObject,
    ) -> bool {
        let Some(object) = self.tenant.get(handle) else {
            return false;
        };
        let after = make(object, self);
        self.tenant.replace(handle, after)
    }

    fn create_copy(&mut self, incoming: &OnPremisesObject, withheld: &Withheld) -> CloudHandle {
        let placeholder = incoming
            .user_principal_name
            .as_deref()
            .filter(|_| withheld.user_principal_name)
            .map(|name| placeholder(name, self.tenant));
        let features = self.features;
        let deviation = self.deviation.as_deref();
        self.tenant.insert(|id| {
            let object = copied(id, incoming, withheld, placeholder, features);
            exported(deviation, &Export { incoming, occasion: Occasion::Copy, features }, object)
        })
    }

    /// What a deviation makes of an export.
    fn exported(
        &self,
        incoming: &OnPremisesObject,
        occasion: Occasion<'_>,
        object: CloudObject,
    ) -> CloudObject {
        let export = Export { incoming, occasion, features: self.features };
        exported(self.deviation.as_deref(), &export, object)
    }

    fn tell_creation(&self, handle: CloudHandle, trace: &mut Trace) {
        if let Some(object) = self.tenant.get(handle) {
            tell_creation(object, trace);
        }
    }
}

/// A user principal name that nobody has, for a copy whose own is taken. The domain is reserved,
/// so that no name on-premises ever runs into it.
fn placeholder(name: &str, tenant: &CloudTenant) -> Text {
    let user = name.split_once('@').map_or(name, |(user, _)| user);
    (tenant.next_handle().0 + 1..)
        .map(|number| format!("{user}+{number:04}@quarantine.invalid"))
        .find(|name| tenant.holder_of_name(name).is_none())
        .map_or_else(|| name.into(), Text::from)
}
