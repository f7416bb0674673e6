//! One on-premises object in one sync cycle.

use super::candidates::MatchCandidates;
use super::comparison::Comparison;
use super::definitions::{carries_an_identifier, equal_anchors, is_pending, same_optional_name};
use super::history::{History, ObjectHistory};
use super::identifiers::cloud_identifiers;
use super::index::{AnchorIndex, CloudIndex, contended};
use super::link_state::{Joined, LinkState};
use super::settings::Settings;
use super::sync_effect::SyncEffect;
use crate::directory::{
    Capability, CloudObject, Features, ObjectName, OnPremisesObject, Outcome, ResultWord, Snapshot,
    SyncResult,
};
use std::sync::Arc;

/// One on-premises object in one sync cycle.
#[derive(Clone, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) object: &'a Arc<OnPremisesObject>,
    /// What the case has shown of it; `None` for an object that no step brought about.
    pub(crate) own_history: Option<&'a ObjectHistory>,
    /// What the cycle reports of it.
    pub(crate) reported: Option<&'a SyncResult>,
    /// The cloud object that the cycle reports it to be linked to, where there is one.
    pub(crate) linked: Option<&'a Arc<CloudObject>>,
    pub(crate) link_state: LinkState<'a>,
    /// New, or failed at the last attempt, or changed since its last export without an error.
    pub(crate) pending: bool,
    /// Not pending by that definition, but something unspecified may still be under way for it.
    pub(crate) maybe_pending: bool,
    /// Another pending object's footprint meets its own: only safety is judged.
    pub(crate) contended: bool,
    /// What it came to in the cycle.
    pub(crate) effect: SyncEffect<'a>,
}

impl<'a> Subject<'a> {
    fn new(
        object: &'a Arc<OnPremisesObject>,
        (comparison, index): (&Comparison<'a>, &CloudIndex<'a>),
        by_anchor_after: &AnchorIndex<'a>,
        outcome: &'a Outcome,
        history: &'a History,
        settings: &Settings<'_>,
    ) -> Subject<'a> {
        let unknown = ObjectHistory { indeterminate: true, ..ObjectHistory::default() };
        let own_history = history.own_history(&object.key);
        let known = own_history.unwrap_or(&unknown);
        let linked = known.link.as_ref().and_then(|link| comparison.before(&link.id));
        let quarantined = known.quarantined.as_ref().and_then(|id| comparison.before(id));
        let link_state = LinkState::of(
            object,
            known,
            (linked, quarantined),
            index,
            settings,
            history.reinstalled,
        );
        let is_new = matches!(link_state, LinkState::New(_));
        let entry = outcome.result_of(&object.key);
        let tells = |capability| settings.capabilities.has(capability);
        let linked = entry
            .filter(|_| tells(Capability::CloudId))
            .and_then(|entry| comparison.after(entry.cloud_id.as_ref()?));
        let maybe_pending = match &link_state {
            LinkState::New(_) => false,
            LinkState::Joined(link) => {
                link.anchor_changed
                    || (!known.absent.is_empty() && settings.may_clear_in_next_cycle())
                    || may_still_change(object, link.cloud, known, settings.features)
                    || may_be_stamped(object, link.cloud, history, settings)
            }
            LinkState::Quarantined(..) | LinkState::Indeterminate(..) => true,
        };
        let mut subject = Subject {
            object,
            own_history,
            reported: entry.filter(|_| tells(Capability::ObjectResults)),
            linked,
            link_state,
            pending: is_pending(is_new, known.failed, known.changed),
            maybe_pending,
            contended: false,
            effect: SyncEffect::of(object, known.link.as_ref(), linked, by_anchor_after),
        };
        let needs_others = subject.has_work() || history.reinstalled || subject.reported_error();
        if let LinkState::Joined(link) = &mut subject.link_state
            && needs_others
        {
            link.others = index.candidates(object, Some(link.cloud), settings);
        }
        subject
    }

    /// What it meets, if it is new and not contended.
    pub(crate) fn new_matching(&self) -> Option<&MatchCandidates<'a>> {
        match &self.link_state {
            LinkState::New(matching) if !self.contended => Some(matching),
            _ => None,
        }
    }

    /// What it is joined to, if it is joined, its anchor has not changed and it is not contended.
    pub(crate) fn determinate_link(&self) -> Option<&Joined<'a>> {
        match &self.link_state {
            LinkState::Joined(link) if !self.contended && !link.anchor_changed => Some(link),
            _ => None,
        }
    }

    /// The cloud object that it is reported to be linked to now, having been joined to another one.
    pub(crate) fn moved_to(&self) -> Option<&'a Arc<CloudObject>> {
        let LinkState::Joined(link) = &self.link_state else { return None };
        let joined = self.effect.joined.filter(|joined| joined.id != link.cloud.id);
        joined.filter(|joined| self.linked.is_some_and(|linked| linked.id == joined.id))
    }

    /// Whether it came to be linked to this cloud object in the cycle, which is another's already.
    pub(crate) fn is_second_of(&self, cloud: &CloudObject) -> bool {
        self.effect.is_second
            && self.effect.joined.is_some_and(|joined| joined.id == cloud.id)
            && !matches!(self.link_state, LinkState::Indeterminate(..))
    }

    /// Whether it came to be linked to this cloud object besides another: the link is what is wrong.
    pub(crate) fn is_wrongly_linked_to(&self, cloud: &CloudObject) -> bool {
        self.is_second_of(cloud) || self.moved_to().is_some_and(|other| other.id == cloud.id)
    }

    pub(crate) fn has_work(&self) -> bool {
        self.pending || self.maybe_pending
    }

    /// What it is called.
    pub(crate) fn name(&self) -> ObjectName {
        ObjectName::OnPremises(self.object.key.clone())
    }

    /// What the cycle reports of it.
    pub(crate) fn result(&self) -> Option<ResultWord> {
        self.reported.map(|result| result.result)
    }

    /// Whether the cycle reports an error for it.
    pub(crate) fn reported_error(&self) -> bool {
        self.reported.is_some_and(|result| result.result == ResultWord::Error)
    }
}

/// Every on-premises object as it stands when a sync cycle begins, with what the cycle made of it.
pub(crate) fn subjects<'a>(
    (before, after): (&'a Snapshot, &'a Snapshot),
    comparison: &Comparison<'a>,
    outcome: &'a Outcome,
    history: &'a History,
    settings: &Settings<'_>,
) -> Vec<Subject<'a>> {
    let index = CloudIndex::of(&before.cloud);
    let by_anchor_after = AnchorIndex::of(&after.cloud);
    let subject = |object| {
        Subject::new(object, (comparison, &index), &by_anchor_after, outcome, history, settings)
    };
    let mut subjects: Vec<Subject<'a>> = before.on_premises.iter().map(subject).collect();
    // Nor do the pages say whether what leaves scope goes before others come.
    let leaving = history.scope.leaving.keys().filter_map(|id| comparison.before(id));
    for cloud in leaving {
        let identifiers: Vec<_> = cloud_identifiers(cloud).collect();
        for subject in subjects.iter_mut().filter(|subject| subject.has_work()) {
            let footprint = index.footprint(subject.object, subject.link_state.cloud());
            subject.contended |= footprint.iter().any(|own| identifiers.contains(own));
        }
    }
    // Who comes back may be restored, and whoever claims what something in the recycle bin had may have to
    // wait for it, although nothing of that is shown there.
    let left: Vec<&Arc<CloudObject>> = history
        .scope
        .left
        .values()
        .filter(|cloud| comparison.before(&cloud.id).is_some_and(|shown| shown.deleted))
        .collect();
    let in_the_bin: Vec<&Arc<CloudObject>> = history
        .in_the_bin
        .iter()
        .filter(|cloud| comparison.before(&cloud.id).is_none_or(|shown| shown.deleted))
        .collect();
    // Whether another one gets what waits to be taken back is open too.
    let converted = history.conversions.all();
    let converted: Vec<&Arc<CloudObject>> =
        converted.filter_map(|(id, _)| comparison.before(id)).collect();
    for subject in &mut subjects {
        let object = subject.object;
        let is_converted = |cloud: &&Arc<CloudObject>| carries_an_identifier(object, cloud);
        let is_open = converted.iter().any(is_converted)
            || left.iter().any(|cloud| equal_anchors(object, cloud))
            || in_the_bin.iter().any(|cloud| carries_an_identifier(object, cloud));
        if let LinkState::New(matching) = &mut subject.link_state {
            // Whoever was synchronised may be mapped to an on-premises object, where that is not shown.
            let may_be_mapped = settings.edition.protects_mapped_users
                && !settings.capabilities.has(Capability::ObjectIdentifier)
                && matching
                    .candidates
                    .iter()
                    .any(|one| history.scope.left.contains_key(&one.cloud.id) && one.anchor);
            matching.unspecified |= is_open || may_be_mapped;
        }
    }
    let with_work = subjects.iter().filter(|subject| subject.has_work());
    if with_work.clone().count() < 2 {
        return subjects;
    }
    let footprints: Vec<_> = with_work
        .map(|subject| index.footprint(subject.object, subject.link_state.cloud()))
        .collect();
    let contended = contended(&footprints);
    let with_work = subjects.iter_mut().filter(|subject| subject.has_work());
    for (subject, is_contended) in with_work.zip(contended) {
        subject.contended |= is_contended;
    }
    subjects
}

/// Whether a joined user has no identifier of an on-premises object and may be given one in any cycle.
fn may_be_stamped(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    history: &History,
    settings: &Settings<'_>,
) -> bool {
    settings.edition.protects_mapped_users
        && cloud.on_premises_object_identifier.is_none()
        && (object.object_identifier.is_some() || history.cleared.contains_key(&cloud.id))
}

/// Whether the cloud object of a joined object that is not pending may still change in ways of
/// which the pages say nothing: values were withheld or taken away, or its password is open.
fn may_still_change(
    object: &OnPremisesObject,
    cloud: &CloudObject,
    own_history: &ObjectHistory,
    features: Features,
) -> bool {
    own_history.value_removed
        || own_history.password_free
        || !carries_values_of(cloud, object, features)
}

/// Whether the cloud object has every value that the on-premises object has.
fn carries_values_of(cloud: &CloudObject, object: &OnPremisesObject, features: Features) -> bool {
    let mut addresses = object.proxy_addresses.iter();
    same_optional_name(&cloud.user_principal_name, &object.user_principal_name)
        && addresses.all(|wanted| cloud.proxy_addresses.iter().any(|held| held.same(wanted)))
        && object.attributes.iter().all(|(name, value)| cloud.attributes.get(name) == Some(value))
        && (!features.password_hash_sync
            || object.password.is_none()
            || cloud.password == object.password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::definitions::MatchClass;
    use crate::checks::history::Link;
    use crate::directory::EditionSettings;
    use crate::directory::{Capabilities, DeclaredChoices, Tenant};
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
        History::start(&tenant, |_| None)
    }

    /// The subjects of a cycle with an empty report, each looked at by `look`.
    fn look<T>(
        snapshot: &Snapshot,
        history: &History,
        look: impl FnOnce(&[Subject<'_>]) -> T,
    ) -> T {
        let comparison = Comparison::of(&snapshot.cloud, &snapshot.cloud, |_, _| true);
        let settings = Settings {
            edition: EditionSettings::of_2023_01(),
            features: history.features,
            capabilities: &Capabilities::all_of_2023(),
            choices: &DeclaredChoices::default(),
        };
        let outcome = Outcome::ok();
        look(&subjects((snapshot, snapshot), &comparison, &outcome, history, &settings))
    }

    const ANN: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x",
        "proxyAddresses": ["SMTP:ann.b@x", "smtp:ab@x"]}"#;

    fn user(rest: &str) -> String {
        format!(r#"{{"id": "X", "kind": "user"{rest}}}"#)
    }

    /// The class of what Ann meets, and whether it is unspecified.
    fn matching(cloud: &str, soft_match: bool) -> (MatchClass, bool) {
        let snapshot = snapshot(cloud, ANN);
        let mut history = fresh_history(&snapshot);
        history.features.soft_match = soft_match;
        look(&snapshot, &history, |subjects| match &subjects[0].link_state {
            LinkState::New(matching) => (matching.class, matching.unspecified),
            other => panic!("Ann is new, and not {other:?}"),
        })
    }

    #[rstest]
    #[case::nobody(r#", "userPrincipalName": "bob@x""#, MatchClass::NoHolder, false)]
    #[case::name(r#", "userPrincipalName": "ANN@x""#, MatchClass::Clear, false)]
    #[case::primary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["SMTP:ann.b@x"]"#,
        MatchClass::Clear,
        false
    )]
    #[case::anchor(
        r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "QUFB""#,
        MatchClass::Clear,
        false
    )]
    #[case::name_and_own_anchor(
        r#", "userPrincipalName": "ann@x", "onPremisesImmutableId": "QUFB""#,
        MatchClass::Clear,
        false
    )]
    #[case::name_and_other_anchor(
        r#", "userPrincipalName": "ann@x", "onPremisesImmutableId": "Qk""#,
        MatchClass::Collision,
        false
    )]
    #[case::secondary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["smtp:ab@x"]"#,
        MatchClass::Collision,
        false
    )]
    #[case::primary_on_secondary(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["SMTP:ab@x"]"#,
        MatchClass::Collision,
        false
    )]
    #[case::role(
        r#", "userPrincipalName": "ann@x", "roles": ["Reader"]"#,
        MatchClass::Collision,
        false
    )]
    #[case::mastered_on_premises(
        r#", "userPrincipalName": "ann@x", "onPremisesSyncEnabled": true"#,
        MatchClass::Collision,
        false
    )]
    #[case::name_is_its_address(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["smtp:ann@x"]"#,
        MatchClass::NoHolder,
        true
    )]
    #[case::anchor_but_for_case(
        r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "qufb""#,
        MatchClass::NoHolder,
        true
    )]
    #[case::in_the_bin(
        r#", "userPrincipalName": "ann@x", "deleted": true"#,
        MatchClass::NoHolder,
        true
    )]
    #[case::prefix_in_mixed_letters(
        r#", "userPrincipalName": "b@x", "proxyAddresses": ["Smtp:ann.b@x"]"#,
        MatchClass::Collision,
        true
    )]
    #[case::mail_attribute(
        r#", "userPrincipalName": "b@x", "attributes": {"mail": "ann@x"}"#,
        MatchClass::NoHolder,
        true
    )]
    fn what_a_new_object_meets(
        #[case] cloud: &str,
        #[case] class: MatchClass,
        #[case] unspecified: bool,
    ) {
        assert_eq!(matching(&user(cloud), true), (class, unspecified));
    }

    #[test]
    fn with_the_switch_off_only_the_anchor_leads_to_a_match() {
        let by_name = user(r#", "userPrincipalName": "ann@x""#);
        assert_eq!(matching(&by_name, false), (MatchClass::Collision, false));
        let by_anchor = user(r#", "userPrincipalName": "b@x", "onPremisesImmutableId": "QUFB""#);
        assert_eq!(matching(&by_anchor, false), (MatchClass::Clear, false));
    }

    #[test]
    fn two_holders_are_ambiguous_if_one_is_eligible_and_a_collision_if_none_is() {
        let by_name = user(r#", "userPrincipalName": "ann@x""#);
        let contact = r#"{"id": "Y", "kind": "contact", "proxyAddresses": ["SMTP:ann.b@x"]}"#;
        let both = format!("{by_name}, {contact}");
        assert_eq!(matching(&both, true), (MatchClass::Ambiguous, false));
        assert_eq!(matching(contact, true), (MatchClass::Collision, false));
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
            let LinkState::New(matching) = &subjects[0].link_state else { panic!("it is new") };
            let expected = if matches { MatchClass::Clear } else { MatchClass::Collision };
            assert_eq!(matching.class, expected);
            assert_eq!(matching.unspecified, matches, "with an equal anchor it is left open");
            let by = matching.candidates[0].eligible;
            assert!(!by.anchor, "no group or contact is reached by its anchor");
        });
    }

    /// Ann, last seen joined to X under her anchor.
    fn joined(cloud: &str) -> (Snapshot, History) {
        let snapshot = snapshot(cloud, ANN);
        let mut history = fresh_history(&snapshot);
        let own_history = history.objects.get_mut("ann-ad").expect("Ann");
        own_history.link =
            Some(Link { id: "X".into(), anchor: "QUFB".into(), is_unspecified: false });
        own_history.changed = false;
        (snapshot, history)
    }

    const JOINED: &str = r#"{"id": "X", "kind": "user", "userPrincipalName": "ann@x", "onPremisesSyncEnabled": true,
        "onPremisesImmutableId": "QUFB", "proxyAddresses": ["SMTP:ann.b@x", "smtp:ab@x"]}"#;

    #[test]
    fn a_joined_object_is_told_by_its_state_and_is_not_pending() {
        let (snapshot, history) = joined(JOINED);
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            assert!(matches!(&subject.link_state, LinkState::Joined(link) if !link.anchor_changed));
            assert!(!subject.pending && !subject.maybe_pending);
        });
    }

    #[rstest]
    #[case::changed(|own_history: &mut ObjectHistory| own_history.changed = true)]
    #[case::failed(|own_history: &mut ObjectHistory| own_history.failed = true)]
    fn what_is_changed_or_failed_is_pending(#[case] event: fn(&mut ObjectHistory)) {
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
    fn what_is_left_open_is_indeterminate(#[case] from: &str, #[case] to: &str) {
        let (snapshot, history) = joined(&JOINED.replace(from, to));
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            assert!(
                matches!(subject.link_state, LinkState::Indeterminate(..)),
                "{:?}",
                subject.link_state
            );
            assert!(subject.has_work());
        });
    }

    #[test]
    fn an_anchor_changed_on_premises_is_determinate_until_connect_forgets() {
        let (mut snapshot, mut history) = joined(JOINED);
        Arc::make_mut(&mut snapshot.on_premises[0]).source_anchor = Some("Qk".into());
        let anchor_changed = |history: &History| {
            look(
                &snapshot,
                history,
                |subjects| matches!(&subjects[0].link_state, LinkState::Joined(link) if link.anchor_changed),
            )
        };
        assert!(anchor_changed(&history));
        history.reinstalled = true;
        assert!(!anchor_changed(&history));
    }

    /// It is on-premises, but nobody ever put it there.
    #[test]
    fn an_object_that_no_step_brought_about_is_indeterminate() {
        let snapshot = snapshot("", ANN);
        let is_indeterminate = look(&snapshot, &History::default(), |subjects| {
            matches!(subjects[0].link_state, LinkState::Indeterminate(None, _))
        });
        assert!(is_indeterminate);
    }

    #[rstest]
    #[case::by_its_past(true)]
    #[case::by_its_flag(false)]
    fn a_quarantined_object_in_the_recycle_bin_leaves_its_object_indeterminate(
        #[case] is_linked: bool,
    ) {
        let copy = r#"{"id": "C", "kind": "user", "userPrincipalName": "copy@x", "onPremisesSyncEnabled": true,
            "onPremisesImmutableId": "QUFB", "quarantined": true, "deleted": true}"#;
        let (snapshot, mut history) = joined(&format!("{JOINED}, {copy}"));
        history.objects.values_mut().for_each(|own_history| {
            own_history.quarantined = Some("C".into());
            if !is_linked {
                own_history.link = None;
            }
        });
        look(&snapshot, &history, |subjects| {
            let link_state = &subjects[0].link_state;
            assert!(matches!(link_state, LinkState::Indeterminate(..)), "{link_state:?}");
        });
    }

    #[test]
    fn a_living_quarantined_object_makes_its_object_neither_new_nor_joined() {
        let copy = r#"{"id": "C", "kind": "user", "userPrincipalName": "copy@x", "onPremisesSyncEnabled": true,
            "onPremisesImmutableId": "QUFB", "quarantined": true}"#;
        let admin =
            r#"{"id": "A", "kind": "user", "userPrincipalName": "ann@x", "roles": ["Reader"]}"#;
        let snapshot = snapshot(&format!("{copy}, {admin}"), ANN);
        let mut history = fresh_history(&snapshot);
        history
            .objects
            .values_mut()
            .for_each(|own_history| own_history.quarantined = Some("C".into()));
        look(&snapshot, &history, |subjects| {
            let subject = &subjects[0];
            let LinkState::Quarantined(seen, matching) = &subject.link_state else {
                panic!("{subject:?}")
            };
            assert_eq!(&*seen.id, "C");
            assert_eq!(matching.class, MatchClass::Collision, "the administrator is still there");
        });
    }
}
