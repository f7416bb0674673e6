//! One observed step, and what the checks may ask of it.

use super::history::{Carriers, History};
use super::situation::{
    Joint, Meeting, MeetingClass, Reach, Standing, Subject, same_optional_name, subjects,
};
use super::ties::{CloudIndex, Identifiers, Tie};
use super::verdict::Verdict;
use crate::directory::{
    AddressKind, Capabilities, Capability, CloudObject, CloudRef, Command, DeclaredChoices,
    Features, OnPremisesObject, Outcome, ProxyAddress, ResultWord, Snapshot, SyncResult, Text,
    same_name,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// One observed step: the state before, the command, what was said of it, the state after, and
/// what the case has shown so far.
pub(crate) struct Transition<'a> {
    pub(crate) before: &'a Snapshot,
    pub(crate) command: &'a Command,
    pub(crate) outcome: &'a Outcome,
    pub(crate) after: &'a Snapshot,
    pub(crate) history: &'a History,
    pub(crate) capabilities: &'a Capabilities,
    pub(crate) choices: &'a DeclaredChoices,
    /// What there is to know of a sync cycle; `None` for every other command.
    pub(crate) cycle: Option<Cycle<'a>>,
    pub(crate) before_by_id: HashMap<&'a str, &'a Arc<CloudObject>>,
    pub(crate) after_by_id: HashMap<&'a str, &'a Arc<CloudObject>>,
}

/// A sync cycle.
pub(crate) struct Cycle<'a> {
    pub(crate) subjects: Vec<Subject<'a>>,
    /// Identifiers of cloud objects of which it is left open what the cycle does to them.
    pub(crate) open: HashSet<&'a str>,
    /// Identifiers of cloud objects that an uncontended new object may take over.
    pub(crate) eligible: HashSet<&'a str>,
    pub(crate) carriers_after: Carriers<'a>,
    /// Cloud objects that the cycle brought into being.
    pub(crate) created: CloudIndex<'a>,
}

impl<'a> Transition<'a> {
    pub(crate) fn new(
        before: &'a Snapshot,
        command: &'a Command,
        outcome: &'a Outcome,
        after: &'a Snapshot,
        history: &'a History,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> Self {
        let by_id = |snapshot: &'a Snapshot| -> HashMap<&'a str, &'a Arc<CloudObject>> {
            snapshot.cloud.iter().map(|object| (&*object.id, object)).collect()
        };
        let before_by_id = by_id(before);
        let after_by_id = by_id(after);
        let cycle = matches!(command, Command::Sync(_)).then(|| {
            let subjects = subjects(before, history);
            Cycle {
                open: left_open(&subjects),
                eligible: eligible_targets(&subjects),
                subjects,
                carriers_after: Carriers::of(after),
                created: CloudIndex::new(
                    after.cloud.iter().filter(|object| !before_by_id.contains_key(&*object.id)),
                ),
            }
        });
        Transition {
            before,
            command,
            outcome,
            after,
            history,
            capabilities,
            choices,
            cycle,
            before_by_id,
            after_by_id,
        }
    }

    pub(crate) fn features(&self) -> Features {
        self.history.features
    }

    pub(crate) fn has(&self, capability: Capability) -> bool {
        self.capabilities.has(capability)
    }

    /// The subjects of a sync cycle; none for every other command.
    pub(crate) fn subjects(&self) -> &[Subject<'a>] {
        self.cycle.as_ref().map_or(&[], |cycle| &cycle.subjects)
    }

    /// New objects that are not contended, with what they meet.
    pub(crate) fn newcomers(&self) -> impl Iterator<Item = (&Subject<'a>, &Meeting<'a>)> {
        self.subjects().iter().filter_map(|subject| Some((subject, subject.new_meeting()?)))
    }

    /// Joined objects that are neither contended nor drifted, with their cloud objects.
    pub(crate) fn settled(&self) -> impl Iterator<Item = (&Subject<'a>, &Joint<'a>)> {
        self.subjects().iter().filter_map(|subject| Some((subject, subject.settled_joint()?)))
    }

    /// New objects with exactly one holder, which is eligible, and nothing doubtful about it.
    pub(crate) fn clear_matches(&self) -> impl Iterator<Item = (&Subject<'a>, &Tie<'a>, Reach)> {
        self.newcomers().filter(|(_, meeting)| !meeting.doubtful).filter_map(
            |(subject, meeting)| meeting.clear().map(|(tie, reach)| (subject, tie, reach)),
        )
    }

    /// The cloud object that a reference names, as it was before the step, in the recycle bin or not.
    pub(crate) fn named(&self, reference: &CloudRef) -> Option<&'a Arc<CloudObject>> {
        let id = self.history.resolve(reference)?;
        self.before_by_id.get(&**id).copied()
    }

    pub(crate) fn after_of(&self, cloud: &CloudObject) -> Option<&'a Arc<CloudObject>> {
        self.after_by_id.get(&*cloud.id).copied()
    }

    /// Whether the step left this cloud object exactly as it was.
    pub(crate) fn is_untouched(&self, cloud: &Arc<CloudObject>) -> bool {
        self.after_of(cloud).is_some_and(|after| {
            Arc::ptr_eq(cloud, after) || cloud == after || self.differences(cloud, after).is_empty()
        })
    }

    /// What the report says of an on-premises object.
    pub(crate) fn reported(&self, object: &OnPremisesObject) -> Option<&'a SyncResult> {
        self.outcome.result_of(&object.key)
    }

    pub(crate) fn reported_error(&self, object: &OnPremisesObject) -> bool {
        self.reported(object).is_some_and(|result| result.result == ResultWord::Error)
    }

    pub(crate) fn reported_words(&self, object: &OnPremisesObject) -> String {
        self.reported(object)
            .map_or_else(|| "no result".to_owned(), |result| result.result.to_string())
    }

    /// The cloud object that an on-premises object is joined to after the cycle.
    pub(crate) fn joined_after(&self, object: &OnPremisesObject) -> Option<&'a Arc<CloudObject>> {
        let earlier = self.history.past(&object.key).and_then(|past| past.link.as_ref());
        self.cycle.as_ref().and_then(|cycle| cycle.carriers_after.joined_to(object, earlier))
    }

    /// The living copy that stands for an on-premises object after the cycle.
    pub(crate) fn copy_after(&self, object: &OnPremisesObject) -> Option<&'a Arc<CloudObject>> {
        self.cycle.as_ref().and_then(|cycle| cycle.carriers_after.copy_for(object))
    }

    /// Objects that the cycle brought into being and that share an identifier with `object`.
    pub(crate) fn created_for(&self, object: &OnPremisesObject) -> Vec<&'a Arc<CloudObject>> {
        let own = Identifiers::of_on_premises(object);
        let ties = self.cycle.as_ref().map_or_else(Vec::new, |cycle| cycle.created.ties(&own));
        ties.into_iter().filter(Tie::is_held).map(|tie| tie.cloud).collect()
    }

    /// Every field in which two states of a cloud object differ. Addresses that the service gave out
    /// by itself may come and go on an on-premises-mastered object.
    pub(crate) fn differences(&self, before: &CloudObject, after: &CloudObject) -> Vec<Difference> {
        let mut found = differences(before, after);
        if before.on_premises_sync_enabled || after.on_premises_sync_enabled {
            found.retain(|difference| {
                difference.field != "proxyAddresses"
                    || !same_addresses(&self.given(before), &self.given(after))
            });
        }
        found
    }

    /// The addresses of a cloud object but for those that the service gave out by itself.
    pub(crate) fn given(&self, cloud: &CloudObject) -> Vec<ProxyAddress> {
        let is_given = |address: &&ProxyAddress| {
            address.mail().is_none_or(|mail| self.history.is_given(mail) && !is_generated(mail))
        };
        cloud.proxy_addresses.iter().filter(is_given).cloned().collect()
    }

    pub(crate) fn name_of(&self, cloud: &CloudObject) -> String {
        self.history.name_of(cloud)
    }

    /// Judges that `cloud` is as it was before, field by field where it is not.
    pub(crate) fn judge_untouched(&self, verdict: &mut Verdict, cloud: &Arc<CloudObject>) {
        if self.is_untouched(cloud) {
            return;
        }
        let name = self.name_of(cloud);
        match self.after_of(cloud) {
            None => verdict.violated(name, "the object itself", "still there, unchanged", "gone"),
            Some(after) => {
                for difference in self.differences(cloud, after) {
                    verdict.violated(
                        &name,
                        difference.field,
                        format!("{} (unchanged)", difference.before),
                        difference.after,
                    );
                }
            }
        }
    }

    /// What the cycle owes an uncontended object in plain terms, and whether it was done:
    /// `None` where the pages fix no such thing.
    pub(crate) fn is_obligation_met(&self, subject: &Subject<'a>) -> Option<bool> {
        if let Some(meeting) = subject.new_meeting() {
            if meeting.doubtful {
                return None;
            }
            return match meeting.class {
                MeetingClass::Clear(_) => {
                    let (tie, _) = meeting.clear()?;
                    Some(!self.is_untouched(tie.cloud))
                }
                MeetingClass::NoHolder => Some(self.joined_after(subject.object).is_some()),
                MeetingClass::Ambiguous | MeetingClass::Collision => None,
            };
        }
        if subject.pending && self.owes_update(subject).is_some() {
            let mut verdict = Verdict::default();
            self.judge_update(&mut verdict, subject);
            return Some(verdict.violations.is_empty());
        }
        None
    }

    /// The joint of a changed object whose values must all arrive in this cycle.
    pub(crate) fn owes_update<'s>(&self, subject: &'s Subject<'a>) -> Option<&'s Joint<'a>> {
        subject.settled_joint().filter(|joint| subject.pending && !joint.meets_others())
    }

    /// Judges that the values of a changed joined object have arrived.
    pub(crate) fn judge_update(&self, verdict: &mut Verdict, subject: &Subject<'a>) {
        let Some(joint) = self.owes_update(subject) else {
            return;
        };
        let object = subject.object;
        let name = self.name_of(joint.cloud);
        let Some(after) = self.after_of(joint.cloud) else {
            verdict.violated(name, "the object itself", "updated", "gone");
            return;
        };
        let past = self.history.past(&object.key);
        let exported = past.and_then(|past| past.exported.as_deref());
        let Some(exported) = exported else { return };
        // A value that was not changed, and that the cloud object did not have before, was withheld
        // from it; whether that still comes is left open.
        let mut owed = OnPremisesObject::clone(object);
        owed.attributes.retain(|name, value| {
            exported.attributes.get(name) != Some(value)
                || joint.cloud.attributes.get(name) == Some(value)
        });
        if same_optional_name(&object.user_principal_name, &exported.user_principal_name)
            && !same_optional_name(&object.user_principal_name, &joint.cloud.user_principal_name)
        {
            owed.user_principal_name = None;
        }
        let same_as_exported = same_addresses(&object.proxy_addresses, &exported.proxy_addresses);
        let were_there = object
            .proxy_addresses
            .iter()
            .all(|wanted| joint.cloud.proxy_addresses.iter().any(|held| held.same(wanted)));
        if same_as_exported && !were_there {
            owed.proxy_addresses.clear();
        }
        judge_values(verdict, &name, &owed, after, &[]);
        judge_addresses(self.history, verdict, &name, &owed, Some(joint.cloud), after, &[]);
        if !past.is_some_and(|past| past.password_free) {
            self.judge_password_arrives(verdict, &name, object, after);
        }
    }

    /// Judges that the on-premises password, if there is one, is on the cloud object, where password
    /// hash sync is on.
    pub(crate) fn judge_password_arrives(
        &self,
        verdict: &mut Verdict,
        name: &str,
        object: &OnPremisesObject,
        after: &CloudObject,
    ) {
        if self.has(Capability::Passwords)
            && self.features().password_hash_sync
            && object.password.is_some()
            && after.password != object.password
        {
            let (wanted, seen) = (optional(&object.password), optional(&after.password));
            verdict.violated(name, "password", wanted, seen);
        }
    }
}

/// Identifiers of the cloud objects of which it is left open what the cycle does to them: they lie
/// in the footprint of an object that is contended, that something unspecified has happened to,
/// whose copy may heal, or that might be led to them by `mail`.
fn left_open<'a>(subjects: &[Subject<'a>]) -> HashSet<&'a str> {
    let mut ids: HashSet<&'a str> = HashSet::new();
    for subject in subjects {
        let standing = &subject.standing;
        let ties: &[Tie<'a>] = match standing {
            Standing::New(meeting) if !subject.contended => {
                let by_mail =
                    meeting.ties.iter().filter(|tie| tie.mail_attribute && !tie.is_held());
                ids.extend(by_mail.map(|tie| &*tie.cloud.id));
                continue;
            }
            Standing::Joined(joint) if !subject.contended && !joint.drifted => continue,
            Standing::Copied(_, meeting) if !subject.contended && collides(meeting) => &[],
            _ => standing.ties(),
        };
        ids.extend(standing.cloud().map(|cloud| &*cloud.id));
        ids.extend(ties.iter().map(|tie| &*tie.cloud.id));
    }
    ids
}

/// Whether what once led to a copy still stands in the way, beyond doubt.
pub(crate) fn collides(meeting: &Meeting<'_>) -> bool {
    meeting.class == MeetingClass::Collision && !meeting.doubtful
}

/// Identifiers of cloud objects that a new object may take over in this cycle.
fn eligible_targets<'a>(subjects: &[Subject<'a>]) -> HashSet<&'a str> {
    subjects
        .iter()
        .filter_map(Subject::new_meeting)
        .flat_map(|meeting| meeting.ties.iter().zip(&meeting.eligible))
        .filter(|(_, reach)| reach.any())
        .map(|(tie, _)| &*tie.cloud.id)
        .collect()
}

/// A field in which two states of an object differ.
pub(crate) struct Difference {
    pub(crate) field: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// Every field in which two states of an object differ: addresses and roles compared as sets, names
/// without regard to letter case, and nothing compared of an object that is in the recycle bin both
/// times.
pub(crate) fn differences(before: &CloudObject, after: &CloudObject) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.deleted && after.deleted {
        return found;
    }
    let mut compare = |field: &str, before: String, after: String| {
        if before != after {
            found.push(Difference { field: field.to_owned(), before, after });
        }
    };
    compare("kind", before.kind.to_string(), after.kind.to_string());
    compare("mailEnabled", before.mail_enabled.to_string(), after.mail_enabled.to_string());
    compare(
        "onPremisesSyncEnabled",
        before.on_premises_sync_enabled.to_string(),
        after.on_premises_sync_enabled.to_string(),
    );
    compare(
        "onPremisesImmutableId",
        optional(&before.on_premises_immutable_id),
        optional(&after.on_premises_immutable_id),
    );
    if !same_optional_name(&before.user_principal_name, &after.user_principal_name) {
        compare(
            "userPrincipalName",
            optional(&before.user_principal_name),
            optional(&after.user_principal_name),
        );
    }
    if !same_addresses(&before.proxy_addresses, &after.proxy_addresses) {
        compare("proxyAddresses", list(&before.proxy_addresses), list(&after.proxy_addresses));
    }
    let names: std::collections::BTreeSet<&Text> =
        before.attributes.keys().chain(after.attributes.keys()).collect();
    for name in names {
        compare(
            name,
            optional(&before.attributes.get(name).cloned()),
            optional(&after.attributes.get(name).cloned()),
        );
    }
    compare("password", optional(&before.password), optional(&after.password));
    compare("roles", roles(before), roles(after));
    compare("deleted", before.deleted.to_string(), after.deleted.to_string());
    compare("quarantined", before.quarantined.to_string(), after.quarantined.to_string());
    found
}

/// Whether two lists hold the same addresses, as sets.
pub(crate) fn same_addresses(left: &[ProxyAddress], right: &[ProxyAddress]) -> bool {
    let within = |one: &[ProxyAddress], other: &[ProxyAddress]| {
        one.iter().all(|address| other.iter().any(|held| held.same(address)))
    };
    within(left, right) && within(right, left)
}

/// A value, or that there is none.
pub(crate) fn optional(value: &Option<Text>) -> String {
    value.as_deref().unwrap_or("no value").to_owned()
}

/// The roles of a user as a list.
pub(crate) fn roles(object: &CloudObject) -> String {
    words(object.roles.iter().map(|role| &**role))
}

/// A list of words in brackets.
fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", words.collect::<Vec<_>>().join(", "))
}

/// Addresses as a set, each once.
pub(crate) fn list(addresses: &[ProxyAddress]) -> String {
    let mut sorted: Vec<&str> = addresses.iter().map(ProxyAddress::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    words(sorted.into_iter())
}

/// Judges that every value of the on-premises object is on its cloud object: the name and the
/// plain attributes. `withheld` are names that others hold, which need not arrive.
pub(crate) fn judge_values(
    verdict: &mut Verdict,
    name: &str,
    object: &OnPremisesObject,
    after: &CloudObject,
    withheld: &[&str],
) {
    if let Some(wanted) = &object.user_principal_name
        && !withheld.iter().any(|held| same_name(held, wanted))
        && !after.user_principal_name.as_deref().is_some_and(|seen| same_name(seen, wanted))
    {
        verdict.violated(
            name,
            "userPrincipalName",
            &**wanted,
            optional(&after.user_principal_name),
        );
    }
    for (attribute, wanted) in &object.attributes {
        let seen = after.attributes.get(attribute);
        if seen != Some(wanted) {
            verdict.violated(name, &**attribute, &**wanted, optional(&seen.cloned()));
        }
    }
}

/// Addresses that a service gives out by itself, in the tenant's initial domain, are not judged.
fn is_generated(mail: &str) -> bool {
    mail.len() >= INITIAL_DOMAIN.len()
        && mail.is_char_boundary(mail.len() - INITIAL_DOMAIN.len())
        && same_name(&mail[mail.len() - INITIAL_DOMAIN.len()..], INITIAL_DOMAIN)
}

const INITIAL_DOMAIN: &str = ".onmicrosoft.com";

/// Judges that the cloud object's addresses are the on-premises ones, as a set, where there are
/// any: all of them there, and none left that only the cloud had. Addresses that were in neither
/// place may have been generated by the service and are not judged.
pub(crate) fn judge_addresses(
    history: &History,
    verdict: &mut Verdict,
    name: &str,
    object: &OnPremisesObject,
    before: Option<&CloudObject>,
    after: &CloudObject,
    withheld: &[&str],
) {
    if object.proxy_addresses.is_empty() {
        return;
    }
    let is_given = |mail: &str| history.is_given(mail);
    let is_withheld = |address: &ProxyAddress| {
        address.mail().is_some_and(|mail| withheld.iter().any(|held| same_name(held, mail)))
    };
    let missing: Vec<&str> = object
        .proxy_addresses
        .iter()
        .filter(|wanted| !is_withheld(wanted))
        .filter(|wanted| !after.proxy_addresses.iter().any(|seen| seen.same(wanted)))
        .map(ProxyAddress::as_str)
        .collect();
    let is_wanted = |seen: &ProxyAddress| match seen.mail() {
        Some(mail) => object.mail_addresses().any(|wanted| same_name(wanted, mail)),
        None => object.proxy_addresses.contains(seen),
    };
    let was_there = |seen: &ProxyAddress| {
        before.is_some_and(|before| match seen.mail() {
            Some(mail) => {
                is_given(mail)
                    && !is_generated(mail)
                    && before.mail_addresses().any(|held| same_name(held, mail))
            }
            None => before.proxy_addresses.contains(seen),
        })
    };
    let left_over = after.proxy_addresses.iter().any(|seen| !is_wanted(seen) && was_there(seen));
    let wrong_primary = object.primary_address().is_some_and(|wanted| {
        after.proxy_addresses.iter().any(|seen| {
            seen.kind() == AddressKind::Primary && !same_name(&seen.as_str()[5..], wanted)
        }) && !withheld.iter().any(|held| same_name(held, wanted))
    });
    // An address that is wanted as one kind must not stay behind as the other kind as well.
    let doubled = after.proxy_addresses.iter().any(|seen| {
        seen.mail().is_some()
            && is_wanted(seen)
            && !object.proxy_addresses.iter().any(|wanted| wanted.same(seen))
    });
    if !missing.is_empty() || left_over || wrong_primary || doubled {
        verdict.violated(
            name,
            "proxyAddresses",
            list(&object.proxy_addresses),
            list(&after.proxy_addresses),
        );
    }
}
