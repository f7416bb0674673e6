//! Liberties that are taken in the middle of a sync cycle.

use super::liberty::Liberty;
use crate::directory::{
    Capability, CloudObject, CollisionHandling, Evaluator, MatchingAttribute, OnPremisesObject,
    ProxyAddress, ResultWord, SyncResult, Text, same_name,
};
use crate::reference::{
    Circumstances, CloudHandle, Decision, Deviation, Eligibility, Export, JoinedDecision,
    MatchAttributes, Occasion, Policy, Reason, ReferenceModel, Turn, Withheld, decide_joined,
    updated,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// By on-premises key: joined objects as they were when their late match was told.
pub(super) type GivenUp = HashMap<Text, Arc<OnPremisesObject>>;

/// A cycle of an implementation that takes liberties.
pub(super) struct LiberalCycle<'a> {
    pub(super) liberties: &'a BTreeSet<Liberty>,
    /// Whether it is declared that collisions are rejected.
    pub(super) is_rejecting: bool,
    /// Whether nothing is soft-matched that carries the anchor.
    pub(super) is_hard_match_first: bool,
    pub(super) given_up: &'a mut GivenUp,
    /// The keys of new objects that share a name or an address with another one.
    pub(super) contended: HashSet<Text>,
    /// By which attributes the object whose turn it is can take over each of its holders.
    pub(super) by: Vec<MatchAttributes>,
}

impl LiberalCycle<'_> {
    fn takes(&self, liberty: Liberty) -> bool {
        self.liberties.contains(&liberty)
    }

    /// The quarantined object of a new one may be updated, or become its own when nothing is in its
    /// way any more.
    fn go_on_with_a_copy(&self, turn: &mut Turn<'_>) -> Option<SyncResult> {
        let anchor = turn.incoming.source_anchor.as_deref()?;
        let copy = turn.tenant.holder_of_anchor(anchor)?;
        let object = turn.tenant.get(copy).filter(|copy| copy.quarantined)?;
        let withheld = Withheld::from_others(turn.incoming, Some(copy), turn.tenant);
        if self.takes(Liberty::CopiesHeal) && withheld.is_empty() {
            turn.tenant.change(copy, |copy| copy.quarantined = false);
            turn.joined = Some(copy);
            return None;
        }
        if self.takes(Liberty::UpdatesReachCopies) {
            let mut after = CloudObject::clone(object);
            after.attributes.extend(turn.incoming.attributes.clone());
            turn.tenant.replace(copy, after);
            return Some(SyncResult::plain(ResultWord::Quarantined));
        }
        None
    }

    /// A late match in which one side at least is a secondary address: that is withheld.
    fn withhold_secondary_addresses(turn: &mut Turn<'_>) -> Option<SyncResult> {
        let own = turn.joined.filter(|_| is_late_match(turn))?;
        let withheld = Withheld::from_others(turn.incoming, Some(own), turn.tenant);
        let is_primary_on_both_sides = |address: &ProxyAddress| {
            let holder = address.mail().and_then(|mail| turn.tenant.holder_of_mail(mail));
            let held = holder.and_then(|holder| turn.tenant.get(holder)?.primary_address());
            let mail = address.mail();
            address.is_primary() && held.zip(mail).is_some_and(|(held, mail)| same_name(held, mail))
        };
        let is_excused = !withheld.user_principal_name
            && !withheld.addresses.iter().any(is_primary_on_both_sides);
        is_excused.then(|| {
            let word = match export_without(turn, own, &withheld) {
                true => ResultWord::Updated,
                false => ResultWord::Unchanged,
            };
            SyncResult::plain(word)
        })
    }
}

impl Deviation for LiberalCycle<'_> {
    fn before_turn(&mut self, turn: &mut Turn<'_>) -> Option<SyncResult> {
        let key = &turn.incoming.key;
        if turn.joined.is_none() {
            if self.takes(Liberty::ContendedObjectsFail) && self.contended.contains(key) {
                return Some(Reason::Ambiguous.error());
            }
            return self.go_on_with_a_copy(turn);
        }
        let is_given_up = self.given_up.get(key).is_some_and(|it| Arc::ptr_eq(it, turn.incoming));
        if is_given_up {
            return Some(SyncResult::plain(ResultWord::Unchanged));
        }
        if self.takes(Liberty::WithholdsSecondaryAddresses) {
            return Self::withhold_secondary_addresses(turn);
        }
        None
    }

    fn after_turn(&mut self, turn: &mut Turn<'_>, result: &mut SyncResult) {
        let by = std::mem::take(&mut self.by);
        if self.takes(Liberty::TellsAnotherTrueAttribute)
            && result.evaluated_by == Some(Evaluator::Service)
        {
            let soft = [MatchingAttribute::UserPrincipalName, MatchingAttribute::ProxyAddresses];
            let is_hard_match = |by: &MatchAttributes| {
                self.is_hard_match_first && by.has(MatchingAttribute::SourceAnchor)
            };
            // Of what came back from the recycle bin none was looked at.
            let is_true = |attribute: &MatchingAttribute| {
                !by.is_empty() && by.iter().all(|by| by.has(*attribute) && !is_hard_match(by))
            };
            if let Some(attribute) = soft.into_iter().find(is_true) {
                result.result = ResultWord::SoftMatched;
                result.matched_on = Some(attribute);
            }
        }
        if result.result != ResultWord::Error || !is_late_match(turn) {
            return;
        }
        if self.takes(Liberty::LateMatchesLetTheRestPass)
            && let Some(own) = turn.joined
        {
            let withheld = Withheld::from_others(turn.incoming, Some(own), turn.tenant);
            export_without(turn, own, &withheld);
        }
        if self.takes(Liberty::LateMatchesAreNotRetried) && !self.is_rejecting {
            self.given_up.insert(turn.incoming.key.clone(), Arc::clone(turn.incoming));
        }
    }

    fn eligibility(&mut self, eligibility: &mut Eligibility<'_>) {
        self.by.push(eligibility.verdict().unwrap_or_default());
    }

    fn decision(&mut self, circumstances: &Circumstances<'_>, decision: Decision) -> Decision {
        let incoming = circumstances.incoming;
        let all = || circumstances.tenant.objects().map(|(_, object)| object);
        let mut active = all().filter(|object| object.is_active());
        // What has left scope gives its name and addresses free (`scope.other-anchor-creates-new`).
        let knows_scope = circumstances.policy.edition.adds.contains(&Capability::Scope);
        let is_blocked = (self.takes(Liberty::BinKeepsNames)
            && !knows_scope
            && all().any(|object| object.deleted && share_an_identifier(incoming, object)))
            || active.any(|object| {
                (self.takes(Liberty::OtherAddressesCollide)
                    && share_another_address(incoming, object))
                    || (self.takes(Liberty::NamesCollideWithAddresses)
                        && share_a_name_and_an_address(incoming, object))
                    || (self.takes(Liberty::AnchorsOfOtherCaseCollide)
                        && same(
                            incoming.source_anchor.as_deref(),
                            object.on_premises_immutable_id.as_deref(),
                        ))
            });
        match decision {
            Decision::Provision if is_blocked => Decision::Reject(Reason::MasteredOnPremises),
            decision => decision,
        }
    }

    fn exported(&mut self, export: &Export<'_>, object: &mut CloudObject) {
        let Export { incoming, occasion, before, features } = *export;
        let is_takeover = matches!(occasion, Occasion::HardMatch | Occasion::SoftMatch);
        let is_new = matches!(occasion, Occasion::Provisioning | Occasion::Quarantine);
        if self.takes(Liberty::CopiesHaveNoPassword) && occasion == Occasion::Quarantine {
            object.password = None;
        }
        if self.takes(Liberty::KeepsLetterCase) && !is_new {
            keep_letter_case(before, object);
        }
        if self.takes(Liberty::ClearsAbsentPasswords)
            && is_takeover
            && features.password_hash_sync
            && incoming.password.is_none()
        {
            object.password = None;
        }
        if self.takes(Liberty::KeepsEmptiedAddresses)
            && occasion == Occasion::Update
            && incoming.proxy_addresses.is_empty()
        {
            object.proxy_addresses.clone_from(&before.proxy_addresses);
        }
    }
}

/// The keys of objects that are new and share a name or an address with another one that is new.
pub(super) fn contended(model: &ReferenceModel) -> HashSet<Text> {
    let is_new = |source: &OnPremisesObject| {
        let anchor = source.source_anchor.as_deref();
        let holder = anchor.and_then(|anchor| model.tenant().holder_of_anchor(anchor));
        let holder = holder.and_then(|holder| model.tenant().get(holder));
        holder.is_none_or(|holder| holder.is_cloud_mastered())
    };
    let new: Vec<&Arc<OnPremisesObject>> = model
        .on_premises()
        .filter(|(source, joined)| joined.is_none() && is_new(source))
        .map(|(source, _)| source)
        .collect();
    // By name or address: the first object that has it.
    let mut first: HashMap<String, &Text> = HashMap::new();
    let mut contended = HashSet::new();
    for source in new {
        let name = source.user_principal_name.as_deref();
        let mails: BTreeSet<String> = source
            .mail_addresses()
            .map(|mail| format!("mail {mail}").to_ascii_lowercase())
            .collect();
        for identifier in name.map(str::to_ascii_lowercase).into_iter().chain(mails) {
            if let Some(other) = first.insert(identifier, &source.key) {
                contended.extend([other.clone(), source.key.clone()]);
            }
        }
    }
    contended
}

/// Whether collisions of a policy are rejected, as far as anybody is told.
pub(super) fn is_rejecting(policy: &Policy, declares: bool) -> bool {
    declares && policy.collision_handling == CollisionHandling::Rejected
}

/// Whether the object is joined and was changed into a collision of names or addresses.
fn is_late_match(turn: &Turn<'_>) -> bool {
    let anchor = turn.incoming.source_anchor.as_deref();
    turn.joined.is_some_and(|own| {
        let carried = turn.tenant.get(own).and_then(|own| own.on_premises_immutable_id.as_deref());
        let decision = decide_joined(turn.incoming, own, turn.exported, turn.tenant);
        carried == anchor && decision == JoinedDecision::Reject(Reason::LateMatch)
    })
}

/// Exports a joined object without what others hold. Says whether that is a change.
fn export_without(turn: &mut Turn<'_>, own: CloudHandle, withheld: &Withheld) -> bool {
    let Some(object) = turn.tenant.get(own) else {
        return false;
    };
    let after = updated(object, turn.incoming, turn.exported, withheld, turn.features);
    turn.tenant.replace(own, after)
}

/// Values that differ in nothing but letter case, which does not count, stay as they were written.
fn keep_letter_case(before: &CloudObject, object: &mut CloudObject) {
    let held = &before.user_principal_name;
    if same(held.as_deref(), object.user_principal_name.as_deref()) {
        object.user_principal_name.clone_from(held);
    }
    for address in &mut object.proxy_addresses {
        if let Some(held) = before.proxy_addresses.iter().find(|held| held.same(address)) {
            address.clone_from(held);
        }
    }
}

fn same(left: Option<&str>, right: Option<&str>) -> bool {
    left.zip(right).is_some_and(|(left, right)| same_name(left, right))
}

fn share_a_mail_address(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    incoming.mail_addresses().any(|mail| object.mail_addresses().any(|held| same_name(mail, held)))
}

fn share_an_identifier(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    same(incoming.user_principal_name.as_deref(), object.user_principal_name.as_deref())
        || share_a_mail_address(incoming, object)
        || incoming.source_anchor == object.on_premises_immutable_id
}

/// Whether an address that is no mail address is the same.
fn share_another_address(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    let mut others = incoming.proxy_addresses.iter().filter(|address| address.mail().is_none());
    others.any(|address| object.proxy_addresses.contains(address))
}

/// Whether the name of one is an address of the other.
fn share_a_name_and_an_address(incoming: &OnPremisesObject, object: &CloudObject) -> bool {
    let [own, held] =
        [&incoming.user_principal_name, &object.user_principal_name].map(|name| name.as_deref());
    incoming.mail_addresses().any(|mail| same(Some(mail), held))
        || object.mail_addresses().any(|mail| same(own, Some(mail)))
}
