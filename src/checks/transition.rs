//! One observed step, and what the checks may ask of it.

use super::comparison::{Comparison, is_same_but_for_addresses};
use super::history::{Carriers, History};
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::situation::{
    Joint, Meeting, MeetingClass, Reach, Standing, Subject, same_optional_name, subjects,
};
use super::takeover::Treatments;
use super::ties::{CloudIndex, Identifiers, Tie};
use super::verdict::Verdict;
use crate::directory::{
    AddressKind, Capabilities, Capability, CloudObject, Command, DeclaredChoices, Features, Kind,
    OnPremisesObject, Outcome, ProxyAddress, ResultWord, Snapshot, Text, same_name,
};
use std::cell::OnceCell;
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
    /// The capabilities again, where they are at hand at once.
    declared: Declared,
    pub(crate) choices: &'a DeclaredChoices,
    /// What of the cloud is the same before and after.
    pub(crate) comparison: &'a Comparison,
    /// What there is to know of a sync cycle; `None` for every other command.
    pub(crate) cycle: Option<Cycle<'a>>,
    /// The identifier of the cloud object that the command names, as far as it was ever seen.
    pub(crate) named_id: Option<&'a Text>,
    /// The cloud object that the command names, as it was before, in the recycle bin or not.
    pub(crate) named: Option<&'a Arc<CloudObject>>,
    /// Two active objects share an identifier after the step.
    pub(crate) shares_identifiers: bool,
}

/// A set of capabilities, one bit each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared(u32);

impl Declared {
    pub(crate) fn of(capabilities: &Capabilities) -> Declared {
        Declared(capabilities.0.iter().fold(0, |set, &capability| set | 1 << capability as u32))
    }

    fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u32) != 0
    }
}

/// A sync cycle.
pub(crate) struct Cycle<'a> {
    pub(crate) subjects: Vec<Subject<'a>>,
    /// By position before the cycle: how objects are involved in it.
    pub(crate) involved: Vec<Involvement>,
    /// The takeovers that were seen and that nothing is left open about: the subject's position
    /// and that of the tie in its meeting.
    pub(crate) takeovers: Vec<(u32, u32)>,
    /// How many objects the cycle reports an error for.
    pub(crate) errors: usize,
    /// What the takeovers made of cloud values, once somebody has looked.
    pub(crate) treatments: OnceCell<Treatments>,
    /// Cloud objects that the cycle brought into being.
    pub(crate) created: CloudIndex<'a>,
}

/// How a cloud object is involved in a cycle.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Involvement {
    /// It is left open what the cycle does to it.
    is_open: bool,
    /// An uncontended new object may take it over.
    is_eligible: bool,
    /// It has a directory role, and a new object holds one of its identifiers.
    is_attempted: bool,
}

/// Where `element`, which is an element of `slice`, stands in it.
fn position_in<T>(slice: &[T], element: &T) -> Option<usize> {
    slice.element_offset(element)
}

impl<'a> Transition<'a> {
    #[expect(clippy::too_many_arguments, reason = "each is one thing that was observed")]
    pub(crate) fn new(
        before: &'a Snapshot,
        command: &'a Command,
        outcome: &'a Outcome,
        after: &'a Snapshot,
        comparison: &'a Comparison,
        shares_identifiers: bool,
        history: &'a History,
        (capabilities, declared): (&'a Capabilities, Declared),
        choices: &'a DeclaredChoices,
        involved: Vec<Involvement>,
    ) -> Self {
        let reference = command.cloud_object();
        let named_id = reference.and_then(|reference| history.resolve(reference));
        // Of a command that may mean another object nothing is judged but what it leaves alone.
        let is_certain = reference.is_none_or(|reference| history.is_certain(reference));
        // Where an identifier stands for two objects, the last one is meant.
        let named = named_id.filter(|_| is_certain).and_then(|id| {
            before.cloud.iter().rfind(|object| super::quick::same_text(&object.id, id))
        });
        let mut transition = Transition {
            before,
            command,
            outcome,
            after,
            history,
            capabilities,
            declared,
            choices,
            comparison,
            cycle: None,
            named_id,
            named,
            shares_identifiers,
        };
        if matches!(command, Command::Sync(_)) {
            transition.begin_cycle(involved);
        }
        transition
    }

    fn begin_cycle(&mut self, mut involved: Vec<Involvement>) {
        let (before, after, comparison) = (self.before, self.after, self.comparison);
        let mut subjects = subjects(before, comparison, self.outcome, self.history);
        let carriers_after = Carriers::of(&after.cloud);
        for subject in &mut subjects {
            let earlier = subject.past.and_then(|past| past.link.as_ref());
            subject.ending = carriers_after.ending(subject.object, earlier);
        }
        let created =
            CloudIndex::of_some(&after.cloud, comparison.prints_after(), comparison.created());
        note_involvement(before, &subjects, &mut involved);
        let errors = self.outcome.objects.values();
        let mut cycle = Cycle {
            involved,
            takeovers: Vec::new(),
            treatments: OnceCell::new(),
            subjects,
            errors: errors.filter(|result| result.result == ResultWord::Error).count(),
            created,
        };
        cycle.note_takeovers(self);
        self.cycle = Some(cycle);
    }

    /// What there is to judge in this step.
    pub(crate) fn occasions(&self) -> Occasions {
        Occasions::of(self)
    }

    pub(crate) fn features(&self) -> Features {
        self.history.features
    }

    pub(crate) fn has(&self, capability: Capability) -> bool {
        self.declared.has(capability)
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

    /// The object as it is after the step; `before` is one of the state before it.
    pub(crate) fn after_of(&self, before: &'a Arc<CloudObject>) -> Option<&'a Arc<CloudObject>> {
        let at = position_in(&self.before.cloud, before)?;
        Some(&self.after.cloud[self.comparison.after_of(at)?])
    }

    /// The object as it was before the step; `after` is one of the state after it.
    pub(crate) fn origin_of(&self, after: &'a Arc<CloudObject>) -> Option<&'a Arc<CloudObject>> {
        let at = position_in(&self.after.cloud, after)?;
        Some(&self.before.cloud[self.comparison.origin_of(at)?])
    }

    /// Whether the step left this cloud object, which is one of the state before it, exactly as it
    /// was.
    pub(crate) fn is_untouched(&self, before: &Arc<CloudObject>) -> bool {
        position_in(&self.before.cloud, before).is_some_and(|at| self.comparison.is_untouched(at))
    }

    /// Whether it is left open what the cycle does to this object of the state before it.
    pub(crate) fn is_open(&self, before: &Arc<CloudObject>) -> bool {
        self.involvement(before).is_open
    }

    /// Whether an uncontended new object may take over this object of the state before the cycle.
    pub(crate) fn is_eligible(&self, before: &Arc<CloudObject>) -> bool {
        self.involvement(before).is_eligible
    }

    /// Whether a new object holds an identifier of this object of the state before the cycle,
    /// which has a directory role.
    pub(crate) fn is_attempted(&self, before: &Arc<CloudObject>) -> bool {
        self.involvement(before).is_attempted
    }

    fn involvement(&self, before: &Arc<CloudObject>) -> Involvement {
        let involvement = || {
            let at = position_in(&self.before.cloud, before)?;
            self.cycle.as_ref()?.involved.get(at).copied()
        };
        involvement().unwrap_or_default()
    }

    /// The cloud object that an on-premises object is joined to after the cycle.
    pub(crate) fn joined_after(&self, subject: &Subject<'_>) -> Option<&'a Arc<CloudObject>> {
        Some(&self.after.cloud[subject.ending.joined? as usize])
    }

    /// The cloud objects that the step brought into being.
    pub(crate) fn created(&self) -> impl Iterator<Item = &'a Arc<CloudObject>> {
        self.comparison.created().iter().map(|&at| &self.after.cloud[at as usize])
    }

    /// Objects that the cycle brought into being and that share an identifier with `object`.
    pub(crate) fn created_for(&self, subject: &Subject<'_>) -> Vec<&'a Arc<CloudObject>> {
        let Some(cycle) = self.cycle.as_ref().filter(|_| !self.comparison.created().is_empty())
        else {
            return Vec::new();
        };
        let own = Identifiers::of_on_premises(subject.object);
        let ties = cycle.created.ties(&own, subject.print);
        ties.into_iter().filter(Tie::is_held).map(|tie| tie.cloud).collect()
    }

    /// Every field in which two states of a cloud object differ. Addresses that the service gave out
    /// by itself may come and go on an on-premises-mastered object.
    pub(crate) fn differences(&self, before: &CloudObject, after: &CloudObject) -> Vec<Difference> {
        judged_differences(self.history, before, after)
    }

    pub(crate) fn name_of(&self, cloud: &CloudObject) -> ObjectName {
        self.history.name_of(cloud)
    }

    /// Judges that `cloud` is as it was before, field by field where it is not.
    pub(crate) fn judge_untouched(&self, verdict: &mut Verdict, cloud: &'a Arc<CloudObject>) {
        if !self.is_untouched(cloud) {
            self.blame_touched(verdict, cloud);
        }
    }

    #[cold]
    #[inline(never)]
    fn blame_touched(&self, verdict: &mut Verdict, cloud: &'a Arc<CloudObject>) {
        let name = || self.name_of(cloud);
        match self.after_of(cloud) {
            None => verdict.violated(name(), "the object itself", "still there, unchanged", "gone"),
            Some(after) => {
                for difference in self.differences(cloud, after) {
                    verdict.violated(
                        name(),
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
        *subject.is_obligation_met.get_or_init(|| {
            if let Some(meeting) = subject.new_meeting() {
                if meeting.doubtful {
                    return None;
                }
                return match meeting.class {
                    MeetingClass::Clear(_) => {
                        let (tie, _) = meeting.clear()?;
                        Some(!self.is_untouched(tie.cloud))
                    }
                    MeetingClass::NoHolder => Some(subject.ending.joined.is_some()),
                    MeetingClass::Ambiguous | MeetingClass::Collision => None,
                };
            }
            let joint = self.owes_update(subject)?;
            if self.after_of(joint.cloud).is_some_and(|after| {
                self.has_all_values(subject.object, after)
                    && self.is_password_there(subject.object, after)
            }) {
                return Some(true);
            }
            let mut verdict = Verdict::default();
            self.judge_values_arrive(&mut verdict, subject, joint);
            Some(verdict.violations.is_empty())
        })
    }

    /// Whether the cloud object has every value of the on-premises object, and no other address.
    fn has_all_values(&self, object: &OnPremisesObject, after: &CloudObject) -> bool {
        let is_there = |(name, value)| after.attributes.get(name) == Some(value);
        (object.user_principal_name.is_none()
            || same_optional_name(&object.user_principal_name, &after.user_principal_name))
            && (object.proxy_addresses.is_empty()
                || same_addresses(&object.proxy_addresses, &after.proxy_addresses))
            && object.attributes.iter().all(is_there)
    }

    /// The joint of a changed object whose values must all arrive in this cycle.
    pub(crate) fn owes_update<'s>(&self, subject: &'s Subject<'a>) -> Option<&'s Joint<'a>> {
        subject.settled_joint().filter(|joint| subject.pending && !joint.meets_others())
    }

    /// Judges that the values of a changed joined object have arrived.
    pub(crate) fn judge_update(&self, verdict: &mut Verdict, subject: &Subject<'a>) {
        if let Some(joint) = self.owes_update(subject)
            && self.is_obligation_met(subject) == Some(false)
        {
            self.judge_values_arrive(verdict, subject, joint);
        }
    }

    /// Judges that the values of every changed joined object have arrived.
    pub(crate) fn judge_every_update(&self, verdict: &mut Verdict) {
        for subject in self.subjects() {
            match self.owes_update(subject).and_then(|_| self.is_obligation_met(subject)) {
                Some(true) => verdict.holds(),
                Some(false) => verdict.judge(|verdict| self.judge_update(verdict, subject)),
                None => {}
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn judge_values_arrive(&self, verdict: &mut Verdict, subject: &Subject<'a>, joint: &Joint<'a>) {
        let object = subject.object;
        let name = || self.name_of(joint.cloud);
        let Some(after) = self.after_of(joint.cloud) else {
            verdict.violated(name(), "the object itself", "updated", "gone");
            return;
        };
        let past = subject.past;
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
        judge_values(verdict, name, &owed, after, &[]);
        judge_addresses(self.history, verdict, name, &owed, Some(joint.cloud), after, &[]);
        if !past.is_some_and(|past| past.password_free) {
            self.judge_password_arrives(verdict, name, object, after);
        }
    }

    /// Whether the on-premises password, if there is one, is on the cloud object, where password
    /// hash sync is on.
    fn is_password_there(&self, object: &OnPremisesObject, after: &CloudObject) -> bool {
        !self.features().password_hash_sync
            || object.password.is_none()
            || after.password == object.password
            || !self.has(Capability::Passwords)
    }

    /// Judges that the on-premises password, if there is one, is on the cloud object, where password
    /// hash sync is on.
    pub(crate) fn judge_password_arrives(
        &self,
        verdict: &mut Verdict,
        name: impl FnOnce() -> ObjectName,
        object: &OnPremisesObject,
        after: &CloudObject,
    ) {
        if !self.is_password_there(object, after) {
            let (wanted, seen) = (optional(&object.password), optional(&after.password));
            verdict.violated(name(), "password", wanted, seen);
        }
    }
}

impl<'a> Cycle<'a> {
    /// Notes every takeover by an uncontended object where nothing about the match is left open:
    /// the match was right, and something about the target changed.
    fn note_takeovers(&mut self, transition: &Transition<'a>) {
        if transition.comparison.touched().is_empty() {
            return;
        }
        for (subject, one) in (0_u32..).zip(&self.subjects) {
            let Some(meeting) = one.new_meeting() else { continue };
            if meeting.doubtful
                || !matches!(meeting.class, MeetingClass::Clear(_) | MeetingClass::Ambiguous)
            {
                continue;
            }
            let is_taken_over = |tie: &Tie<'a>| {
                tie.eligible.any()
                    && tie.is_held()
                    && tie.cloud.is_active()
                    && !transition.is_untouched(tie.cloud)
            };
            let ties = (0_u32..).zip(&meeting.ties).filter(|(_, tie)| is_taken_over(tie));
            self.takeovers.extend(ties.map(|(tie, _)| (subject, tie)));
        }
    }
}

/// How the cloud objects are involved in a cycle. It is left open what the cycle does to those
/// that lie in the footprint of an object that is contended, that something unspecified has
/// happened to, whose copy may heal, or that might be led to them by `mail`.
fn note_involvement<'a>(
    before: &'a Snapshot,
    subjects: &[Subject<'a>],
    involved: &mut Vec<Involvement>,
) {
    involved.clear();
    involved.resize(before.cloud.len(), Involvement::default());
    let mut involve = |cloud: &Arc<CloudObject>, how: fn(&mut Involvement)| {
        if let Some(at) = position_in(&before.cloud, cloud) {
            how(&mut involved[at]);
        }
    };
    for subject in subjects {
        let standing = &subject.standing;
        if let Standing::New(meeting) = standing {
            for tie in &meeting.ties {
                if tie.is_held() && tie.cloud.is_active() && !tie.cloud.roles.is_empty() {
                    involve(tie.cloud, |how| how.is_attempted = true);
                }
                if subject.contended || tie.mail_attribute {
                    involve(tie.cloud, |how| how.is_open = true);
                }
                if !subject.contended && tie.eligible.any() {
                    involve(tie.cloud, |how| how.is_eligible = true);
                }
            }
            continue;
        }
        let ties: &[Tie<'a>] = match standing {
            Standing::Joined(joint) if !subject.contended && !joint.drifted => continue,
            Standing::Copied(_, meeting) if !subject.contended && collides(meeting) => &[],
            _ => standing.ties(),
        };
        for cloud in standing.cloud().into_iter().chain(ties.iter().map(|tie| tie.cloud)) {
            involve(cloud, |how| how.is_open = true);
        }
    }
}

/// Whether what once led to a copy still stands in the way, beyond doubt.
pub(crate) fn collides(meeting: &Meeting<'_>) -> bool {
    meeting.class == MeetingClass::Collision && !meeting.doubtful
}

/// The addresses of a cloud object but for those that the service gave out by itself.
pub(crate) fn given(history: &History, cloud: &CloudObject) -> Vec<ProxyAddress> {
    let is_given = |address: &&ProxyAddress| {
        address.mail().is_none_or(|mail| history.is_given(mail) && !is_generated(mail))
    };
    cloud.proxy_addresses.iter().filter(is_given).cloned().collect()
}

/// Whether two states of a cloud object differ in nothing that can be judged; see
/// [`Transition::differences`].
pub(crate) fn is_same_state(history: &History, before: &CloudObject, after: &CloudObject) -> bool {
    is_same_but_for_addresses(before, after, |left, right| {
        same_addresses(left, right) || differ_in_generated_addresses_only(history, before, after)
    })
}

/// Whether all addresses that the service did not give out by itself are the same, of an object that
/// is mastered on-premises before or afterwards.
fn differ_in_generated_addresses_only(
    history: &History,
    before: &CloudObject,
    after: &CloudObject,
) -> bool {
    (before.on_premises_sync_enabled || after.on_premises_sync_enabled)
        && same_addresses(&given(history, before), &given(history, after))
}

/// See [`Transition::differences`].
fn judged_differences(
    history: &History,
    before: &CloudObject,
    after: &CloudObject,
) -> Vec<Difference> {
    let mut found = differences(before, after);
    found.retain(|difference| {
        difference.field != "proxyAddresses"
            || !differ_in_generated_addresses_only(history, before, after)
    });
    found
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
#[inline(never)]
pub(crate) fn differences(before: &CloudObject, after: &CloudObject) -> Vec<Difference> {
    let mut found = Vec::new();
    if before.deleted && after.deleted {
        return found;
    }
    let mut differ = |field: &str, before: String, after: String| {
        found.push(Difference { field: field.to_owned(), before, after });
    };
    macro_rules! compare {
        ($($field:literal: $name:ident by $words:expr,)*) => {$(
            if before.$name != after.$name {
                differ($field, $words(&before.$name), $words(&after.$name));
            }
        )*};
    }
    compare! {
        "kind": kind by Kind::to_string,
        "mailEnabled": mail_enabled by bool::to_string,
        "onPremisesSyncEnabled": on_premises_sync_enabled by bool::to_string,
        "onPremisesImmutableId": on_premises_immutable_id by optional,
    }
    if !same_optional_name(&before.user_principal_name, &after.user_principal_name) {
        differ(
            "userPrincipalName",
            optional(&before.user_principal_name),
            optional(&after.user_principal_name),
        );
    }
    if !same_addresses(&before.proxy_addresses, &after.proxy_addresses) {
        differ("proxyAddresses", list(&before.proxy_addresses), list(&after.proxy_addresses));
    }
    let names: std::collections::BTreeSet<&Text> =
        before.attributes.keys().chain(after.attributes.keys()).collect();
    for name in names {
        let (before, after) = (before.attributes.get(name), after.attributes.get(name));
        if before != after {
            differ(name, optional(&before.cloned()), optional(&after.cloned()));
        }
    }
    compare! { "password": password by optional, }
    if before.roles != after.roles {
        differ("roles", roles(before), roles(after));
    }
    compare! {
        "deleted": deleted by bool::to_string,
        "quarantined": quarantined by bool::to_string,
    }
    found
}

/// Whether two states of an object differ in nothing; see [`differences`].
pub(crate) fn is_same(before: &CloudObject, after: &CloudObject) -> bool {
    is_same_but_for_addresses(before, after, same_addresses)
}

/// Whether two lists hold the same addresses, as sets.
pub(crate) fn same_addresses(left: &[ProxyAddress], right: &[ProxyAddress]) -> bool {
    // Mostly they are the very same, in the same order.
    if left == right {
        return true;
    }
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
    name: impl Fn() -> ObjectName,
    object: &OnPremisesObject,
    after: &CloudObject,
    withheld: &[&str],
) {
    if let Some(wanted) = &object.user_principal_name
        && !withheld.iter().any(|held| same_name(held, wanted))
        && !after.user_principal_name.as_deref().is_some_and(|seen| same_name(seen, wanted))
    {
        verdict.violated(
            name(),
            "userPrincipalName",
            &**wanted,
            optional(&after.user_principal_name),
        );
    }
    for (attribute, wanted) in &object.attributes {
        let seen = after.attributes.get(attribute);
        if seen != Some(wanted) {
            verdict.violated(name(), &**attribute, &**wanted, optional(&seen.cloned()));
        }
    }
}

/// Addresses that a service gives out by itself, in the tenant's initial domain, are not judged.
fn is_generated(mail: &str) -> bool {
    let end = mail.len().checked_sub(INITIAL_DOMAIN.len()).and_then(|at| mail.get(at..));
    end.is_some_and(|end| same_name(end, INITIAL_DOMAIN))
}

const INITIAL_DOMAIN: &str = ".onmicrosoft.com";

/// Judges that the cloud object's addresses are the on-premises ones, as a set, where there are
/// any: all of them there, and none left that only the cloud had. Addresses that were in neither
/// place may have been generated by the service and are not judged.
pub(crate) fn judge_addresses(
    history: &History,
    verdict: &mut Verdict,
    name: impl FnOnce() -> ObjectName,
    object: &OnPremisesObject,
    before: Option<&CloudObject>,
    after: &CloudObject,
    withheld: &[&str],
) {
    // Most of the time they are what is wanted, and there is nothing to find out.
    if !object.proxy_addresses.is_empty()
        && !same_addresses(&object.proxy_addresses, &after.proxy_addresses)
        && !are_replaced(history, object, before, after, withheld)
    {
        verdict.violated(
            name(),
            "proxyAddresses",
            list(&object.proxy_addresses),
            list(&after.proxy_addresses),
        );
    }
}

/// Whether all of the on-premises addresses are there that need to be, and none that must not.
#[cold]
#[inline(never)]
fn are_replaced(
    history: &History,
    object: &OnPremisesObject,
    before: Option<&CloudObject>,
    after: &CloudObject,
    withheld: &[&str],
) -> bool {
    let is_given = |mail: &str| history.is_given(mail);
    let is_withheld = |address: &ProxyAddress| {
        address.mail().is_some_and(|mail| withheld.iter().any(|held| same_name(held, mail)))
    };
    let is_missing = object
        .proxy_addresses
        .iter()
        .filter(|wanted| !is_withheld(wanted))
        .any(|wanted| !after.proxy_addresses.iter().any(|seen| seen.same(wanted)));
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
    !is_missing && !left_over && !wrong_primary && !doubled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Tenant;
    use rstest::rstest;

    #[test]
    fn what_is_declared_is_what_was_declared() {
        for &declared in Capability::ALL {
            let set = Declared::of(&Capabilities([declared].into()));
            for &capability in Capability::ALL {
                assert_eq!(set.has(capability), capability == declared, "{capability}");
            }
        }
    }

    #[rstest]
    #[case::generated("ann@contoso.onmicrosoft.com", true)]
    #[case::in_capitals("Ann@Contoso.OnMicrosoft.COM", true)]
    #[case::nothing_before_it(".onmicrosoft.com", true)]
    #[case::own_domain("ann@contoso.com", false)]
    #[case::elsewhere_in_it("ann@contoso.onmicrosoft.com.example", false)]
    #[case::too_short("microsoft.com", false)]
    #[case::a_letter_across_the_boundary("abc\u{e4}fifteen letters", false)]
    #[case::long_and_not_plain(&"\u{e4}".repeat(20), false)]
    fn addresses_of_the_initial_domain_are_the_service_s(
        #[case] mail: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(is_generated(mail), expected);
    }

    /// What a case in which Ann was given two addresses knows.
    fn history() -> History {
        let tenant: Tenant = serde_json::from_str(
            r#"{"cloud": [{"label": "ann", "kind": "user", "proxyAddresses": ["SMTP:ann@x", "smtp:a@x", "smtp:b@x", "smtp:ann@x.onmicrosoft.com", "X500:ann"]}]}"#,
        )
        .expect("a tenant");
        History::start(&tenant)
    }

    fn cloud(is_mastered_on_premises: bool, addresses: &[&str]) -> CloudObject {
        let text = r#"{"id": "1", "kind": "user"}"#;
        let mut object: CloudObject = serde_json::from_str(text).expect("a cloud object");
        object.on_premises_sync_enabled = is_mastered_on_premises;
        object.proxy_addresses = addresses.iter().map(|&address| address.into()).collect();
        object
    }

    /// Whether the addresses count as different, in the cloud's hands and in on-premises'.
    #[rstest]
    #[case::none(&[], &[], false, false)]
    #[case::same(&["SMTP:ann@x"], &["SMTP:ann@x"], false, false)]
    #[case::given(&["SMTP:ann@x"], &["SMTP:ann@x", "smtp:a@x"], true, true)]
    #[case::given_out_by_the_service(&["SMTP:ann@x"], &["SMTP:ann@x", "smtp:other@x"], true, false)]
    #[case::initial_domain(&["SMTP:ann@x", "smtp:ann@x.onmicrosoft.com"], &["SMTP:ann@x"], true, false)]
    #[case::no_mail_address(&["X500:ann"], &[], true, true)]
    fn addresses_of_the_service_s_own_count_where_the_cloud_is_the_master(
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] in_the_cloud: bool,
        #[case] on_premises: bool,
    ) {
        let history = history();
        for (is_mastered_on_premises, differ) in [(false, in_the_cloud), (true, on_premises)] {
            let states = [before, after].map(|of| cloud(is_mastered_on_premises, of));
            assert_eq!(!is_same_state(&history, &states[0], &states[1]), differ);
            let fields = judged_differences(&history, &states[0], &states[1]);
            assert_eq!(!fields.is_empty(), differ);
        }
        // With a takeover its flag differs, and the addresses by on-premises' measure.
        for is_taken_over in [false, true] {
            let states = [cloud(!is_taken_over, before), cloud(is_taken_over, after)];
            assert!(!is_same_state(&history, &states[0], &states[1]));
            let fields = judged_differences(&history, &states[0], &states[1]);
            let fields: Vec<&str> = fields.iter().map(|it| &*it.field).collect();
            assert!(fields.contains(&"onPremisesSyncEnabled"));
            assert_eq!(fields.contains(&"proxyAddresses"), on_premises);
        }
    }

    /// Ann comes from on-premises with the addresses `own`, her cloud object had `before` and now
    /// has `after`.
    #[rstest]
    #[case::replaced(&["SMTP:n@x"], &["SMTP:ann@x"], &["SMTP:n@x"], true)]
    #[case::one_missing(&["SMTP:n@x", "smtp:m@x"], &["SMTP:ann@x"], &["SMTP:n@x"], false)]
    #[case::one_withheld(&["SMTP:n@x", "smtp:held@x"], &["SMTP:ann@x"], &["SMTP:n@x"], true)]
    #[case::one_left_over(&["SMTP:n@x"], &["SMTP:ann@x", "smtp:a@x"], &["SMTP:n@x", "smtp:a@x"], false)]
    #[case::left_over_of_the_service_s(&["SMTP:n@x"], &["smtp:other@x"], &["SMTP:n@x", "smtp:other@x"], true)]
    #[case::left_over_of_the_initial_domain(&["SMTP:n@x"], &["smtp:ann@x.onmicrosoft.com"], &["SMTP:n@x", "smtp:ann@x.onmicrosoft.com"], true)]
    #[case::given_but_not_there_before(&["SMTP:n@x"], &["smtp:a@x"], &["SMTP:n@x", "smtp:b@x"], true)]
    #[case::no_mail_address_left_over(&["SMTP:n@x"], &["X500:ann"], &["SMTP:n@x", "X500:ann"], false)]
    #[case::another_primary(&["SMTP:n@x"], &[], &["SMTP:ann@x", "smtp:n@x"], false)]
    #[case::as_both_kinds(&["SMTP:n@x", "smtp:m@x"], &[], &["SMTP:n@x", "smtp:m@x", "smtp:n@x"], false)]
    fn addresses_are_replaced_as_a_set(
        #[case] own: &[&str],
        #[case] before: &[&str],
        #[case] after: &[&str],
        #[case] expected: bool,
    ) {
        let text = r#"{"key": "ann-ad", "kind": "user"}"#;
        let mut object: OnPremisesObject = serde_json::from_str(text).expect("an object");
        object.proxy_addresses = own.iter().map(|&address| address.into()).collect();
        let (before, after) = (cloud(false, before), cloud(true, after));
        let are_replaced = are_replaced(&history(), &object, Some(&before), &after, &["held@x"]);
        assert_eq!(are_replaced, expected);
    }
}
