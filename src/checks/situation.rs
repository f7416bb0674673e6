//! Where each on-premises object stands when a sync cycle begins: the definitions on which the
//! rules rest (new, joined, holders, eligible, clear match, pending, contended, copy), as code.

use super::comparison::Comparison;
use super::contention;
use super::history::{Ending, History, Past};
use super::quick::{FEW, QuickMap, same_text};
use super::ties::{CloudIndex, Identifiers, Print, Tie};
use crate::directory::{
    CloudObject, Features, Kind, OnPremisesObject, Outcome, ProxyAddress, ResultWord, Snapshot,
    SyncResult, Text, same_name,
};
use std::cell::OnceCell;
use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;
use std::sync::Arc;

/// The ways in which a holder can rightly be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) anchor: bool,
    pub(crate) user_principal_name: bool,
    pub(crate) primary: bool,
}

impl Reach {
    pub(crate) fn any(self) -> bool {
        self.anchor || self.soft()
    }

    pub(crate) fn soft(self) -> bool {
        self.user_principal_name || self.primary
    }

    /// The ways in words.
    pub(crate) fn words(self) -> String {
        let mut words = Vec::new();
        if self.anchor {
            words.push("sourceAnchor");
        }
        if self.user_principal_name {
            words.push("userPrincipalName");
        }
        if self.primary {
            words.push("primary address");
        }
        words.join(" and ")
    }
}

/// The ways by which kinds and values alone lead from `object` to the cloud object of `tie`:
/// the anchor and the name for users, the primary address for users, contacts and groups that are
/// mail-enabled on both sides. Whether the cloud object may be matched is another question.
pub(crate) fn leads_to(object: &OnPremisesObject, tie: &Tie<'_>) -> Reach {
    let cloud = tie.cloud;
    if object.kind != cloud.kind {
        return Reach::default();
    }
    let addressable = object.kind != Kind::Group || (object.mail_enabled && cloud.mail_enabled);
    Reach {
        anchor: tie.anchor && object.kind == Kind::User,
        user_principal_name: tie.user_principal_name && object.kind == Kind::User,
        primary: tie.primary && addressable,
    }
}

/// Whether the cloud object carries an anchor other than the object's own.
pub(crate) fn carries_other_anchor(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    cloud.on_premises_immutable_id.is_some()
        && cloud.on_premises_immutable_id != object.source_anchor
}

/// The ways in which the cloud object of `tie` may be taken over by the new `object`; none where
/// it is not *eligible*.
pub(crate) fn eligibility(object: &OnPremisesObject, tie: &Tie<'_>, features: Features) -> Reach {
    let cloud = tie.cloud;
    if cloud.deleted || cloud.on_premises_sync_enabled || !cloud.roles.is_empty() {
        return Reach::default();
    }
    let mut reach = leads_to(object, tie);
    if !features.soft_match || carries_other_anchor(object, cloud) {
        reach.user_principal_name = false;
        reach.primary = false;
    }
    reach
}

/// What a new object meets in the cloud.
#[derive(Clone, Debug)]
pub(crate) struct Meeting<'a> {
    /// Everything that shares something with it, objects in the recycle bin included, each with
    /// the ways in which it is eligible.
    pub(crate) ties: Vec<Tie<'a>>,
    pub(crate) class: MeetingClass,
    /// It touches an object in a way of which the pages say nothing: it is judged only that
    /// nothing is taken over on that account.
    pub(crate) doubtful: bool,
}

/// How many holders there are, and whether they may be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeetingClass {
    NoHolder,
    /// Exactly one holder, and it is eligible: the index of its tie.
    Clear(usize),
    /// Several holders, at least one eligible.
    Ambiguous,
    /// Holders, none eligible.
    Collision,
}

impl<'a> Meeting<'a> {
    fn with(object: &OnPremisesObject, mut ties: Vec<Tie<'a>>, features: Features) -> Meeting<'a> {
        let (mut holders, mut first_holder, mut any_eligible) = (0, 0, false);
        for (at, tie) in ties.iter_mut().enumerate() {
            tie.eligible = eligibility(object, tie, features);
            if tie.is_held() && tie.cloud.is_active() {
                if holders == 0 {
                    first_holder = at;
                }
                holders += 1;
                any_eligible |= tie.eligible.any();
            }
        }
        let class = match (holders, any_eligible) {
            (0, _) => MeetingClass::NoHolder,
            (1, true) => MeetingClass::Clear(first_holder),
            (_, true) => MeetingClass::Ambiguous,
            (_, false) => MeetingClass::Collision,
        };
        let doubtful = ties.iter().any(|tie| tie.cloud.deleted || tie.is_doubtful());
        Meeting { ties, class, doubtful }
    }

    /// The tie and the ways of a clear match.
    pub(crate) fn clear(&self) -> Option<(&Tie<'a>, Reach)> {
        match self.class {
            MeetingClass::Clear(at) => Some((&self.ties[at], self.ties[at].eligible)),
            _ => None,
        }
    }

    /// Active cloud objects that carry one of the object's identifiers.
    pub(crate) fn holders(&self) -> impl Iterator<Item = (&Tie<'a>, Reach)> {
        self.ties
            .iter()
            .filter(|tie| tie.is_held() && tie.cloud.is_active())
            .map(|tie| (tie, tie.eligible))
    }
}

/// What a joined object meets in the cloud besides its own cloud object.
#[derive(Clone, Debug)]
pub(crate) struct Joint<'a> {
    /// The cloud object that it is joined to, as it was before the cycle.
    pub(crate) cloud: &'a Arc<CloudObject>,
    /// Everything else that shares something with it. Of an object without pending work this is
    /// looked up only where something rests on it.
    pub(crate) others: Vec<Tie<'a>>,
    /// Its anchor was changed on-premises since it was joined.
    pub(crate) drifted: bool,
    /// What was changed on-premises since it was last exported without an error.
    pub(crate) changed: Changed,
}

/// Which of the values that lead to a soft match were changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changed {
    user_principal_name: bool,
    primary: bool,
}

impl<'a> Joint<'a> {
    /// Active objects whose user principal name, primary address or anchor it was *changed to*
    /// since it was last exported. What it had in common with them before (a value that was
    /// withheld when it was joined) is no late match.
    pub(crate) fn late_matches(&self) -> impl Iterator<Item = &Tie<'a>> {
        self.others.iter().filter(|tie| tie.cloud.is_active()).filter(|tie| {
            (tie.user_principal_name && self.changed.user_principal_name)
                || (tie.primary && self.changed.primary)
                || (tie.anchor && self.drifted)
        })
    }

    /// Whether it meets anything but its own cloud object: its values then need not all arrive.
    pub(crate) fn meets_others(&self) -> bool {
        !self.others.is_empty()
    }
}

/// Where an on-premises object stands when a cycle begins.
#[derive(Clone, Debug)]
pub(crate) enum Standing<'a> {
    /// Not joined, no living copy, and its anchor is on no on-premises-mastered object.
    New(Meeting<'a>),
    /// Kept in sync with an active cloud object.
    Joined(Joint<'a>),
    /// A collision left a living copy behind; it is neither joined nor new. With what it would
    /// meet besides its copy, were it new.
    Copied(&'a Arc<CloudObject>, Meeting<'a>),
    /// Something unspecified has happened to it: only safety is judged. With the cloud object that
    /// it was last seen joined to, where that still exists, and everything that it touches.
    Unsettled(Option<&'a Arc<CloudObject>>, Vec<Tie<'a>>),
}

impl<'a> Standing<'a> {
    /// The cloud object that belongs to it when the cycle begins: joined to it, its copy, or the
    /// one that it was last seen joined to.
    pub(crate) fn cloud(&self) -> Option<&'a Arc<CloudObject>> {
        match self {
            Standing::New(_) => None,
            Standing::Joined(joint) => Some(joint.cloud),
            Standing::Copied(copy, _) => Some(*copy),
            Standing::Unsettled(linked, _) => *linked,
        }
    }

    /// Everything else that shares something with it.
    pub(crate) fn ties(&self) -> &[Tie<'a>] {
        match self {
            Standing::New(meeting) | Standing::Copied(_, meeting) => &meeting.ties,
            Standing::Joined(joint) => &joint.others,
            Standing::Unsettled(_, ties) => ties,
        }
    }
}

/// One on-premises object in one sync cycle.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) object: &'a Arc<OnPremisesObject>,
    pub(crate) print: &'a Print,
    /// What the case has shown of it; `None` for an object that no step brought about.
    pub(crate) past: Option<&'a Past>,
    /// What the cycle reports of it.
    pub(crate) reported: Option<&'a SyncResult>,
    pub(crate) standing: Standing<'a>,
    /// New, or failed at the last attempt, or changed since its last export without an error.
    pub(crate) pending: bool,
    /// Not pending by that definition, but something unspecified may still be under way for it.
    pub(crate) maybe_pending: bool,
    /// Another pending object's footprint meets its own: only safety is judged.
    pub(crate) contended: bool,
    /// What it came to in the cycle.
    pub(crate) ending: Ending,
    /// Whether the cycle did what it owes this object in plain terms; `None` where the pages fix
    /// no such thing, or where nobody asked yet.
    pub(crate) is_obligation_met: OnceCell<Option<bool>>,
}

impl<'a> Subject<'a> {
    /// What it meets, if it is new and not contended.
    pub(crate) fn new_meeting(&self) -> Option<&Meeting<'a>> {
        match &self.standing {
            Standing::New(meeting) if !self.contended => Some(meeting),
            _ => None,
        }
    }

    /// Whom it is joined to, if it is joined, its anchor has not drifted and it is not contended.
    pub(crate) fn settled_joint(&self) -> Option<&Joint<'a>> {
        match &self.standing {
            Standing::Joined(joint) if !self.contended && !joint.drifted => Some(joint),
            _ => None,
        }
    }

    pub(crate) fn has_work(&self) -> bool {
        self.pending || self.maybe_pending
    }

    /// Whether the cycle reports an error for it.
    pub(crate) fn reported_error(&self) -> bool {
        self.reported.is_some_and(|result| result.result == ResultWord::Error)
    }

    /// What the cycle reports of it, in words.
    pub(crate) fn reported_words(&self) -> &'static str {
        self.reported.map_or("no result", |result| result.result.word())
    }
}

/// Finds what is reported of objects; each probably comes after the one that was asked for last.
struct Reports<'a> {
    all: &'a BTreeMap<Text, SyncResult>,
    next: Peekable<btree_map::Iter<'a, Text, SyncResult>>,
}

impl<'a> Reports<'a> {
    fn of_cycle(outcome: &'a Outcome) -> Self {
        Reports { all: &outcome.objects, next: outcome.objects.iter().peekable() }
    }

    fn of(&mut self, key: &Text) -> Option<&'a SyncResult> {
        match self.next.next_if(|(next, _)| same_text(next, key)) {
            Some((_, result)) => Some(result),
            None => self.all.get(key),
        }
    }
}

/// Finds cloud objects by their identifiers; each probably stands where it stood before.
struct Places<'a> {
    cloud: &'a [Arc<CloudObject>],
    /// Made when an object of a large tenant is not where it was.
    by_id: OnceCell<QuickMap<&'a str, u32>>,
}

impl<'a> Places<'a> {
    fn find(&self, near: usize, id: &Text) -> Option<&'a Arc<CloudObject>> {
        if let Some(object) = self.cloud.get(near)
            && same_text(&object.id, id)
        {
            return Some(object);
        }
        if self.cloud.len() <= FEW {
            return self.cloud.iter().rfind(|object| same_text(&object.id, id));
        }
        let by_id = self.by_id.get_or_init(|| {
            (0_u32..).zip(self.cloud).map(|(at, object)| (&*object.id, at)).collect()
        });
        by_id.get(&**id).map(|&at| &self.cloud[at as usize])
    }
}

/// Every on-premises object as it stands when a sync cycle begins.
pub(crate) fn subjects<'a>(
    before: &'a Snapshot,
    comparison: &'a Comparison,
    outcome: &'a Outcome,
    history: &'a History,
) -> Vec<Subject<'a>> {
    let index = CloudIndex::of_all(&before.cloud, comparison.prints_before());
    let places = Places { cloud: &before.cloud, by_id: OnceCell::new() };
    let mut reports = Reports::of_cycle(outcome);
    let unknown = Past { unsettled: true, ..Past::default() };
    let mut subjects: Vec<Subject<'a>> = before
        .on_premises
        .iter()
        .zip(comparison.on_premises_prints())
        .enumerate()
        .map(|(at, (object, print))| {
            let known = history.objects.get_near(at, &object.key);
            let past = known.unwrap_or(&unknown);
            let reported = reports.of(&object.key);
            let linked = past.link.as_ref().and_then(|link| places.find(past.link_near, &link.id));
            let copied = past.copy.as_ref().and_then(|copy| places.find(past.copy_near, copy));
            let ties = || index.ties(&Identifiers::of_on_premises(object), print);
            let is_new_to_us = past.link.is_none();
            let standing = match copied {
                // What a copy in the recycle bin means for its object is left open.
                Some(copy) if copy.deleted => Standing::Unsettled(linked, ties()),
                Some(copy) if copy.quarantined && is_new_to_us => {
                    let mut ties = ties();
                    ties.retain(|tie| tie.cloud.id != copy.id);
                    Standing::Copied(copy, Meeting::with(object, ties, history.features))
                }
                _ => standing(object, past, linked, ties, history),
            };
            let is_new = matches!(standing, Standing::New(_));
            let maybe_pending = match &standing {
                Standing::New(_) => false,
                Standing::Joined(joint) => {
                    joint.drifted || may_still_change(object, joint.cloud, past, history.features)
                }
                Standing::Copied(..) | Standing::Unsettled(..) => true,
            };
            let mut subject = Subject {
                object,
                print,
                past: known,
                reported,
                standing,
                pending: is_new || past.failed || past.changed,
                maybe_pending,
                contended: false,
                ending: Ending::default(),
                is_obligation_met: OnceCell::new(),
            };
            let needs_others =
                subject.has_work() || history.reinstalled || subject.reported_error();
            if let Standing::Joined(joint) = &mut subject.standing
                && needs_others
            {
                joint.others = ties();
                joint.others.retain(|tie| !same_text(&tie.cloud.id, &joint.cloud.id));
            }
            subject
        })
        .collect();
    contention::mark(&mut subjects, &index);
    subjects
}

fn standing<'a>(
    object: &OnPremisesObject,
    past: &Past,
    linked: Option<&'a Arc<CloudObject>>,
    ties: impl FnOnce() -> Vec<Tie<'a>>,
    history: &History,
) -> Standing<'a> {
    let Some(anchor) = object.source_anchor.as_ref() else {
        return Standing::Unsettled(linked, ties());
    };
    if past.unsettled {
        return Standing::Unsettled(linked, ties());
    }
    if let Some(link) = &past.link {
        return match linked {
            Some(cloud)
                if cloud.is_active()
                    && cloud.on_premises_sync_enabled
                    && !cloud.quarantined
                    && cloud.kind == object.kind
                    && cloud
                        .on_premises_immutable_id
                        .as_ref()
                        .is_some_and(|carried| same_text(carried, &link.anchor)) =>
            {
                let drifted = !same_text(&link.anchor, anchor);
                if drifted && history.reinstalled {
                    // Connect has forgotten that it was joined, and its anchor does not tell it.
                    return Standing::Unsettled(linked, ties());
                }
                let changed = changed(object, past);
                Standing::Joined(Joint { cloud, others: Vec::new(), drifted, changed })
            }
            _ => Standing::Unsettled(linked, ties()),
        };
    }
    let ties = ties();
    let is_carried =
        |tie: &Tie<'_>| tie.anchor && tie.cloud.is_active() && tie.cloud.on_premises_sync_enabled;
    if ties.iter().any(is_carried) {
        return Standing::Unsettled(linked, ties);
    }
    Standing::New(Meeting::with(object, ties, history.features))
}

/// What was changed on-premises since the object was last exported without an error; all of it
/// where that never was.
fn changed(object: &OnPremisesObject, past: &Past) -> Changed {
    let Some(exported) = &past.exported else {
        return Changed { user_principal_name: true, primary: true };
    };
    if std::ptr::eq(object, &**exported) {
        return Changed::default();
    }
    let same_primary = match (object.primary_address(), exported.primary_address()) {
        (Some(now), Some(then)) => same_name(now, then),
        (now, then) => now == then,
    };
    Changed {
        user_principal_name: !same_optional_name(
            &object.user_principal_name,
            &exported.user_principal_name,
        ),
        primary: !same_primary,
    }
}

/// Whether the cloud object of a joined object that is not pending may still change in ways of
/// which the pages say nothing: values were withheld or taken away, or its password is open.
fn may_still_change(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    past: &Past,
    features: Features,
) -> bool {
    past.value_removed || past.password_free || !carries_values_of(cloud, object, features)
}

/// Whether the cloud object has every value that the on-premises object has.
fn carries_values_of(cloud: &CloudObject, object: &OnPremisesObject, features: Features) -> bool {
    same_optional_name(&cloud.user_principal_name, &object.user_principal_name)
        && has_addresses_of(&cloud.proxy_addresses, &object.proxy_addresses)
        && object.attributes.iter().all(|(name, value)| cloud.attributes.get(name) == Some(value))
        && (!features.password_hash_sync
            || object.password.is_none()
            || cloud.password == object.password)
}

fn has_addresses_of(held: &[ProxyAddress], wanted: &[ProxyAddress]) -> bool {
    wanted.iter().all(|wanted| held.iter().any(|held| held.same(wanted)))
}

pub(crate) fn same_optional_name(left: &Option<Text>, right: &Option<Text>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => Arc::ptr_eq(left, right) || same_name(left, right),
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::history::Link;
    use crate::directory::Tenant;
    use rstest::rstest;

    /// A snapshot from JSON in which cloud objects are named by their identifiers.
    fn snapshot(cloud: &str, on_premises: &str) -> Snapshot {
        serde_json::from_str(&format!(r#"{{"cloud": [{cloud}], "onPremises": [{on_premises}]}}"#))
            .expect("a snapshot")
    }

    /// What is known when nothing but these objects was ever seen.
    fn fresh_history(snapshot: &Snapshot) -> History {
        let tenant = Tenant {
            on_premises: snapshot.on_premises.iter().map(|object| (**object).clone()).collect(),
            ..Tenant::default()
        };
        History::start(&tenant)
    }

    /// The subjects of a cycle with an empty report, each looked at by `look`.
    fn look<T>(
        snapshot: &Snapshot,
        history: &History,
        look: impl FnOnce(&[Subject<'_>]) -> T,
    ) -> T {
        let mut comparison = Comparison::default();
        comparison.restart(snapshot);
        comparison.take_in(&snapshot.cloud, &snapshot.cloud, |_, _| true);
        look(&subjects(snapshot, &comparison, &Outcome::ok(), history))
    }

    const ANN: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x",
        "proxyAddresses": ["SMTP:ann.b@x", "smtp:ab@x"]}"#;

    fn user(rest: &str) -> String {
        format!(r#"{{"id": "X", "kind": "user"{rest}}}"#)
    }

    /// The class of what Ann meets, and whether it is doubtful.
    fn meeting(cloud: &str, soft_match: bool) -> (MeetingClass, bool) {
        let snapshot = snapshot(cloud, ANN);
        let mut history = fresh_history(&snapshot);
        history.features.soft_match = soft_match;
        look(&snapshot, &history, |subjects| match &subjects[0].standing {
            Standing::New(meeting) => (meeting.class, meeting.doubtful),
            other => panic!("Ann is new, and not {other:?}"),
        })
    }

    #[rstest]
    #[case::nobody(r#", "userPrincipalName": "bob@x""#, MeetingClass::NoHolder, false)]
    #[case::name(r#", "userPrincipalName": "ANN@x""#, MeetingClass::Clear(0), false)]
    #[case::primary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["SMTP:ann.b@x"]"#,
        MeetingClass::Clear(0),
        false
    )]
    #[case::anchor(
        r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "QUFB""#,
        MeetingClass::Clear(0),
        false
    )]
    #[case::name_and_own_anchor(
        r#", "userPrincipalName": "ann@x", "onPremisesImmutableId": "QUFB""#,
        MeetingClass::Clear(0),
        false
    )]
    #[case::name_and_other_anchor(
        r#", "userPrincipalName": "ann@x", "onPremisesImmutableId": "Qk""#,
        MeetingClass::Collision,
        false
    )]
    #[case::secondary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["smtp:ab@x"]"#,
        MeetingClass::Collision,
        false
    )]
    #[case::primary_on_secondary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["SMTP:ab@x"]"#,
        MeetingClass::Collision,
        false
    )]
    #[case::role(
        r#", "userPrincipalName": "ann@x", "roles": ["Reader"]"#,
        MeetingClass::Collision,
        false
    )]
    #[case::mastered_on_premises(
        r#", "userPrincipalName": "ann@x", "onPremisesSyncEnabled": true"#,
        MeetingClass::Collision,
        false
    )]
    #[case::name_is_its_address(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["smtp:ann@x"]"#,
        MeetingClass::NoHolder,
        true
    )]
    #[case::anchor_but_for_case(
        r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "qufb""#,
        MeetingClass::NoHolder,
        true
    )]
    #[case::in_the_bin(
        r#", "userPrincipalName": "ann@x", "deleted": true"#,
        MeetingClass::NoHolder,
        true
    )]
    #[case::mail_attribute(
        r#", "userPrincipalName": "b@x", "attributes": {"mail": "ann@x"}"#,
        MeetingClass::NoHolder,
        true
    )]
    fn what_a_new_object_meets(
        #[case] cloud: &str,
        #[case] class: MeetingClass,
        #[case] doubtful: bool,
    ) {
        assert_eq!(meeting(&user(cloud), true), (class, doubtful));
    }

    #[test]
    fn with_the_switch_off_only_the_anchor_leads_to_a_match() {
        let by_name = user(r#", "userPrincipalName": "ann@x""#);
        assert_eq!(meeting(&by_name, false), (MeetingClass::Collision, false));
        let by_anchor = user(r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "QUFB""#);
        assert_eq!(meeting(&by_anchor, false), (MeetingClass::Clear(0), false));
    }

    #[test]
    fn two_holders_are_ambiguous_if_one_is_eligible_and_a_collision_if_none_is() {
        let by_name = user(r#", "userPrincipalName": "ann@x""#);
        let contact = r#"{"id": "Y", "kind": "contact", "proxyAddresses": ["SMTP:ann.b@x"]}"#;
        let both = format!("{by_name}, {contact}");
        assert_eq!(meeting(&both, true), (MeetingClass::Ambiguous, false));
        assert_eq!(meeting(contact, true), (MeetingClass::Collision, false));
    }

    /// A group or contact against one of the same kind with the same primary address and anchor.
    #[rstest]
    #[case::contacts("contact", false, false, true)]
    #[case::mail_enabled_groups("group", true, true, true)]
    #[case::plain_group_on_premises("group", false, true, false)]
    #[case::plain_group_in_the_cloud("group", true, false, false)]
    fn groups_and_contacts_match_on_their_address_alone(
        #[case] kind: &str,
        #[case] on_premises_enabled: bool,
        #[case] cloud_enabled: bool,
        #[case] matches: bool,
    ) {
        let object = |name: &str, anchor: &str, enabled: bool| {
            format!(
                r#"{{"{name}": "g", "kind": "{kind}", "mailEnabled": {enabled}, "{anchor}": "QUFB", "proxyAddresses": ["SMTP:g@x"]}}"#
            )
        };
        let snapshot = snapshot(
            &object("id", "onPremisesImmutableId", cloud_enabled),
            &object("key", "sourceAnchor", on_premises_enabled),
        );
        look(&snapshot, &fresh_history(&snapshot), |subjects| {
            let Standing::New(meeting) = &subjects[0].standing else { panic!("it is new") };
            let expected = if matches { MeetingClass::Clear(0) } else { MeetingClass::Collision };
            assert_eq!(meeting.class, expected);
            let reach = meeting.ties[0].eligible;
            assert!(!reach.anchor, "no group or contact is reached by its anchor");
        });
    }

    /// Ann, last seen joined to X under her anchor.
    fn joined(cloud: &str) -> (Snapshot, History) {
        let snapshot = snapshot(cloud, ANN);
        let mut history = fresh_history(&snapshot);
        let key: Text = "ann-ad".into();
        let past = history.objects.get_mut(&key).expect("Ann");
        past.link = Some(Link { id: "X".into(), anchor: "QUFB".into(), is_doubtful: false });
        past.changed = false;
        (snapshot, history)
    }

    const JOINED: &str = r#"{"id": "X", "kind": "user", "userPrincipalName": "ann@x", "onPremisesSyncEnabled": true,
        "onPremisesImmutableId": "QUFB", "proxyAddresses": ["SMTP:ann.b@x", "smtp:ab@x"]}"#;

    #[test]
    fn a_joined_object_is_told_by_its_state_and_is_not_pending() {
        let (snapshot, history) = joined(JOINED);
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            assert!(matches!(&subject.standing, Standing::Joined(joint) if !joint.drifted));
            assert!(!subject.pending && !subject.maybe_pending);
        });
    }

    #[rstest]
    #[case::changed(|past: &mut Past| past.changed = true)]
    #[case::failed(|past: &mut Past| past.failed = true)]
    fn what_is_changed_or_failed_is_pending(#[case] event: fn(&mut Past)) {
        let (snapshot, mut history) = joined(JOINED);
        history.objects.values_mut().for_each(event);
        assert!(look(&snapshot, &history, |subjects| subjects[0].pending));
    }

    #[rstest]
    #[case::in_the_bin(
        r#""onPremisesSyncEnabled": true"#,
        r#""deleted": true, "onPremisesSyncEnabled": true"#
    )]
    #[case::flag_lost(r#""onPremisesSyncEnabled": true"#, r#""onPremisesSyncEnabled": false"#)]
    #[case::anchor_changed_in_the_cloud("QUFB", "Qk")]
    fn what_is_left_open_is_unsettled(#[case] from: &str, #[case] to: &str) {
        let (snapshot, history) = joined(&JOINED.replace(from, to));
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            assert!(matches!(subject.standing, Standing::Unsettled(..)), "{:?}", subject.standing);
            assert!(subject.has_work());
        });
    }

    #[test]
    fn an_anchor_changed_on_premises_drifts_until_connect_forgets() {
        let (mut snapshot, mut history) = joined(JOINED);
        Arc::make_mut(&mut snapshot.on_premises[0]).source_anchor = Some("Qk".into());
        let drifted = |history: &History| {
            look(
                &snapshot,
                history,
                |subjects| matches!(&subjects[0].standing, Standing::Joined(joint) if joint.drifted),
            )
        };
        assert!(drifted(&history));
        history.reinstalled = true;
        assert!(!drifted(&history));
    }

    /// It is on-premises, but nobody ever put it there.
    #[test]
    fn an_object_that_nobody_knows_is_unsettled() {
        let snapshot = snapshot("", ANN);
        let standing_is_open = look(&snapshot, &History::default(), |subjects| {
            matches!(subjects[0].standing, Standing::Unsettled(None, _))
        });
        assert!(standing_is_open);
    }

    #[rstest]
    #[case::by_its_past(true)]
    #[case::by_its_flag(false)]
    fn a_copy_in_the_recycle_bin_leaves_its_object_unsettled(#[case] is_linked: bool) {
        let copy = r#"{"id": "C", "kind": "user", "userPrincipalName": "copy@x", "onPremisesSyncEnabled": true,
            "onPremisesImmutableId": "QUFB", "quarantined": true, "deleted": true}"#;
        let (snapshot, mut history) = joined(&format!("{JOINED}, {copy}"));
        history.objects.values_mut().for_each(|past| {
            past.copy = Some("C".into());
            if !is_linked {
                past.link = None;
            }
        });
        look(&snapshot, &history, |subjects| {
            let standing = &subjects[0].standing;
            assert!(matches!(standing, Standing::Unsettled(..)), "{standing:?}");
        });
    }

    #[test]
    fn a_living_copy_makes_its_object_neither_new_nor_joined() {
        let copy = r#"{"id": "C", "kind": "user", "userPrincipalName": "copy@x", "onPremisesSyncEnabled": true,
            "onPremisesImmutableId": "QUFB", "quarantined": true}"#;
        let admin =
            r#"{"id": "A", "kind": "user", "userPrincipalName": "ann@x", "roles": ["Reader"]}"#;
        let snapshot = snapshot(&format!("{copy}, {admin}"), ANN);
        let mut history = fresh_history(&snapshot);
        history.objects.values_mut().for_each(|past| past.copy = Some("C".into()));
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            let Standing::Copied(seen, meeting) = &subject.standing else { panic!("{subject:?}") };
            assert_eq!(&*seen.id, "C");
            assert_eq!(meeting.class, MeetingClass::Collision, "the administrator is still there");
        });
    }
}
