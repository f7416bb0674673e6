//! Finds quickly what the definitions find by comparing everything with everything: a tenant may
//! have a million objects.

use super::candidates::Candidate;
use super::definitions::footprint;
use super::identifiers::{
    Identifier, cloud_identifiers, has_any_of, on_premises_identifiers, own_identifiers,
};
use super::settings::Settings;
use crate::directory::{CloudObject, OnPremisesObject, Text};
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::cell::OnceCell;
use std::collections::hash_map::Entry;
use std::hash::BuildHasher;
use std::sync::Arc;

/// Cloud objects by their identifiers.
pub(crate) struct CloudIndex<'a> {
    objects: Vec<&'a Arc<CloudObject>>,
    /// Every identifier, with its hash and where the object stands that has it; in the order of the
    /// hashes. A map of lists would take an allocation for each identifier. It is made when somebody
    /// asks: in most cycles nothing rests on it.
    entries: OnceCell<Vec<(u64, Identifier<'a>, usize)>>,
}

impl<'a> CloudIndex<'a> {
    pub(crate) fn of(objects: impl IntoIterator<Item = &'a Arc<CloudObject>>) -> CloudIndex<'a> {
        CloudIndex { objects: objects.into_iter().collect(), entries: OnceCell::new() }
    }

    fn entries(&self) -> &[(u64, Identifier<'a>, usize)] {
        self.entries.get_or_init(|| {
            let mut entries = Vec::with_capacity(4 * self.objects.len());
            for (at, object) in self.objects.iter().enumerate() {
                cloud_identifiers(object).for_each(|one| entries.push((hash_of(one), one, at)));
            }
            entries.sort_unstable_by_key(|(hash, _, _)| *hash);
            entries
        })
    }

    /// The objects that have any of these identifiers, in their order.
    pub(crate) fn with_any_of<'i>(
        &self,
        identifiers: impl IntoIterator<Item = Identifier<'i>>,
    ) -> Vec<&'a Arc<CloudObject>> {
        let entries = self.entries();
        let mut places: Vec<usize> = Vec::new();
        identifiers.into_iter().for_each(|wanted| {
            let hash = hash_of(wanted);
            let first = entries.partition_point(|(earlier, _, _)| *earlier < hash);
            let same_hash = entries[first..].iter().take_while(|(found, _, _)| *found == hash);
            let found = same_hash.filter(|(_, identifier, _)| *identifier == wanted);
            places.extend(found.map(|(_, _, at)| *at));
        });
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|at| self.objects[at]).collect()
    }

    /// Everything that shares something with an on-premises object, in the objects' order, but for
    /// the object's own cloud object.
    pub(crate) fn candidates(
        &self,
        object: &OnPremisesObject,
        own_cloud_object: Option<&CloudObject>,
        settings: &Settings<'_>,
    ) -> Vec<Candidate<'a>> {
        let mut found = self.with_any_of(on_premises_identifiers(object));
        found.retain(|cloud| own_cloud_object.is_none_or(|own| own.id != cloud.id));
        let candidates = found.into_iter().map(|cloud| Candidate::of(object, cloud, settings));
        candidates.filter(Candidate::shares_anything).collect()
    }

    /// See [`definitions::footprint`](footprint).
    pub(crate) fn footprint(
        &self,
        object: &'a OnPremisesObject,
        own_cloud_object: Option<&'a Arc<CloudObject>>,
    ) -> Vec<Identifier<'a>> {
        let sharing = self.with_any_of(own_identifiers(object, own_cloud_object));
        footprint(object, own_cloud_object, sharing)
    }
}

fn hash_of(identifier: Identifier<'_>) -> u64 {
    FxBuildHasher.hash_one(identifier)
}

/// Whether a cloud object has any identifier in common with another one, in the recycle bin or not.
pub(crate) fn shares_an_identifier_with_another(
    object: &CloudObject,
    cloud: &[Arc<CloudObject>],
) -> bool {
    let own: Vec<_> = cloud_identifiers(object).collect();
    let mut others = cloud.iter().filter(|other| other.id != object.id);
    others.any(|other| has_any_of(other, &own))
}

/// Which of these footprints meet another one: see [`definitions::contended`].
///
/// [`definitions::contended`]: super::definitions::contended
pub(crate) fn contended(footprints: &[Vec<Identifier<'_>>]) -> Vec<bool> {
    let mut first_with: FxHashMap<Identifier<'_>, usize> = FxHashMap::default();
    let mut contended = vec![false; footprints.len()];
    for (at, footprint) in footprints.iter().enumerate() {
        for identifier in footprint {
            match first_with.entry(*identifier) {
                Entry::Vacant(entry) => {
                    entry.insert(at);
                }
                Entry::Occupied(first) if *first.get() != at => {
                    contended[*first.get()] = true;
                    contended[at] = true;
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    contended
}

/// The active on-premises-mastered cloud objects of a state, in the order of the anchors that they
/// carry, and those with the same anchor in the state's order.
pub(crate) struct AnchorIndex<'a>(Vec<(&'a Text, &'a Arc<CloudObject>)>);

impl<'a> AnchorIndex<'a> {
    pub(crate) fn of(cloud: &'a [Arc<CloudObject>]) -> AnchorIndex<'a> {
        let mastered_on_premises =
            cloud.iter().filter(|object| object.is_active() && object.is_on_premises_mastered());
        let mut by_anchor: Vec<_> = mastered_on_premises
            .filter_map(|object| Some((object.on_premises_immutable_id.as_ref()?, object)))
            .collect();
        by_anchor.sort_by_key(|(anchor, _)| *anchor);
        AnchorIndex(by_anchor)
    }

    /// Those that carry this anchor.
    pub(crate) fn with(&self, anchor: &Text) -> impl Iterator<Item = &'a Arc<CloudObject>> + Clone {
        let first = self.0.partition_point(|(earlier, _)| *earlier < anchor);
        let found = self.0[first..].iter().take_while(move |(found, _)| *found == anchor);
        found.map(|(_, object)| *object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::comparison::Comparison;
    use crate::checks::definitions;
    use crate::checks::history::{History, Link, ObjectHistory};
    use crate::checks::link_state::LinkState;
    use crate::checks::subject::subjects;
    use crate::directory::EditionSettings;
    use crate::directory::{
        Capabilities, DeclaredChoices, Features, Kind, Outcome, ProxyAddress, Snapshot,
    };
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![2 => Just(Kind::User), 1 => Just(Kind::Group), 1 => Just(Kind::Contact)]
    }

    fn names() -> impl Strategy<Value = Option<Text>> {
        of(select(vec!["a@x", "A@X", "b@x", "c@x", "d@x"]).prop_map(Text::from))
    }

    fn addresses() -> impl Strategy<Value = Vec<ProxyAddress>> {
        let pool =
            vec!["SMTP:a@x", "smtp:a@x", "smtp:B@x", "SMTP:c@x", "smtp:e@x", "X500:a@x", "SIP:b@x"];
        vec(select(pool).prop_map(ProxyAddress::from), 0..3)
    }

    fn anchors() -> impl Strategy<Value = Option<Text>> {
        of(select(vec!["QUFB", "qufb", "QkJC", "Q0ND"]).prop_map(Text::from))
    }

    fn mail_attribute() -> impl Strategy<Value = Option<Text>> {
        proptest::option::weighted(0.2, select(vec!["a@x", "B@x", "f@x"]).prop_map(Text::from))
    }

    /// Cloud objects of all sorts whose values are drawn from so few that they collide all the time.
    fn cloud() -> impl Strategy<Value = Vec<Arc<CloudObject>>> {
        let flags = (any::<bool>(), any::<bool>(), 0..4, 0..4, 0..4);
        let object = (kinds(), names(), addresses(), anchors(), mail_attribute(), flags).prop_map(
            |(kind, name, addresses, anchor, mail, (mail_enabled, synced, roles, bin, copy))| {
                CloudObject {
                    id: "".into(),
                    kind,
                    mail_enabled,
                    on_premises_sync_enabled: Some(synced),
                    is_cloud_managed: false,
                    on_premises_immutable_id: anchor,
                    on_premises_object_identifier: None,
                    user_principal_name: name,
                    proxy_addresses: addresses,
                    attributes: mail.map(|mail| ("mail".into(), mail)).into_iter().collect(),
                    password: None,
                    roles: (roles == 0).then(|| "Reader".into()).into_iter().collect(),
                    eligible_roles: Default::default(),
                    deleted: bin == 0,
                    quarantined: copy == 0,
                }
            },
        );
        vec(object, 0..7).prop_map(|objects| {
            let numbered = |(id, object): (usize, CloudObject)| CloudObject {
                id: id.to_string().into(),
                ..object
            };
            objects.into_iter().enumerate().map(numbered).map(Arc::new).collect()
        })
    }

    fn on_premises() -> impl Strategy<Value = Vec<Arc<OnPremisesObject>>> {
        let object = (kinds(), any::<bool>(), names(), addresses(), anchors(), mail_attribute())
            .prop_map(|(kind, mail_enabled, name, addresses, anchor, mail)| OnPremisesObject {
                key: "".into(),
                kind,
                mail_enabled,
                source_anchor: anchor,
                object_identifier: None,
                user_principal_name: name,
                proxy_addresses: addresses,
                attributes: mail.map(|mail| ("mail".into(), mail)).into_iter().collect(),
                password: None,
            });
        vec(object, 0..5).prop_map(|objects| {
            let numbered = |(key, object): (usize, OnPremisesObject)| OnPremisesObject {
                key: key.to_string().into(),
                ..object
            };
            objects.into_iter().enumerate().map(numbered).map(Arc::new).collect()
        })
    }

    /// What is known of on-premises objects: each may have been seen joined to a cloud object, may
    /// have a quarantined object, may have changed or failed, and may be indeterminate.
    fn histories() -> impl Strategy<Value = Vec<ObjectHistory>> {
        let id = || of((0..7_usize).prop_map(|id| Text::from(id.to_string())));
        let own = (id(), anchors(), id(), any::<bool>(), 0..4, 0..8).prop_map(
            |(linked, anchor, quarantined, changed, failed, indeterminate)| ObjectHistory {
                link: linked.zip(anchor).map(|(id, anchor)| Link {
                    id,
                    anchor,
                    is_unspecified: false,
                }),
                quarantined,
                changed,
                failed: failed == 0,
                indeterminate: indeterminate == 0,
                ..ObjectHistory::default()
            },
        );
        vec(own, 5)
    }

    fn features() -> impl Strategy<Value = Features> {
        any::<bool>().prop_map(|soft_match| Features { soft_match, ..Features::default() })
    }

    /// The match class by the definitions alone: holder by holder, over the whole tenant.
    fn match_class_by_definition(
        object: &OnPremisesObject,
        cloud: &[&Arc<CloudObject>],
        settings: &Settings<'_>,
    ) -> definitions::MatchClass {
        let holders =
            || cloud.iter().filter(|cloud| definitions::is_holder(object, cloud, settings));
        let eligible =
            holders().filter(|cloud| definitions::eligible(object, cloud, settings).any());
        definitions::match_class(holders().count(), eligible.count())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// What the index finds in a tenant, and what follows from it, is what the definitions say
        /// of the whole tenant.
        #[test]
        fn the_index_finds_what_the_definitions_say(
            cloud in cloud(),
            on_premises in on_premises(),
            histories in histories(),
            features in features(),
            reinstalled: bool,
        ) {
            let keys = (0..).map(|key: usize| Text::from(key.to_string()));
            let history = History {
                features,
                objects: keys.zip(histories).collect(),
                reinstalled,
                ..History::default()
            };
            let settings = Settings {
                edition: EditionSettings::of_2023_01(),
                features,
                capabilities: &Capabilities::all_of_2023(),
                choices: &DeclaredChoices::default(),
            };
            let state = Snapshot { cloud, on_premises };
            let comparison = Comparison::of(&state.cloud, &state.cloud, |_, _| true);
            let outcome = Outcome::ok();
            let subjects =
                subjects((&state, &state), &comparison, &outcome, &history, &settings);
            for subject in &subjects {
                let object = subject.object;
                let own = subject.link_state.cloud().filter(|_| {
                    !matches!(subject.link_state, LinkState::Indeterminate(..))
                });
                let others: Vec<&Arc<CloudObject>> = state
                    .cloud
                    .iter()
                    .filter(|other| own.is_none_or(|own| own.id != other.id))
                    .collect();
                // Everything that shares something, and nothing else, in its order.
                let identifiers: Vec<_> = on_premises_identifiers(object).collect();
                let expected: Vec<Candidate<'_>> = others
                    .iter()
                    .filter(|other| has_any_of(other, &identifiers))
                    .map(|other| Candidate::of(object, other, &settings))
                    .collect();
                let is_idle = matches!(subject.link_state, LinkState::Joined(_))
                    && !subject.has_work()
                    && !reinstalled;
                let found = subject.link_state.candidates();
                let expected = if is_idle { Vec::new() } else { expected };
                prop_assert_eq!(found, &*expected);
                if let LinkState::New(matching) | LinkState::Quarantined(_, matching) =
                    &subject.link_state
                {
                    let class = match_class_by_definition(object, &others, &settings);
                    prop_assert_eq!(matching.class, class);
                    let is_unspecified = others
                        .iter()
                        .any(|other| definitions::is_unspecified_encounter(object, other, &settings));
                    prop_assert_eq!(matching.unspecified, is_unspecified);
                    let holders: Vec<_> =
                        matching.holders().map(|(candidate, _)| candidate.cloud).collect();
                    let expected: Vec<_> = others
                        .iter()
                        .copied()
                        .filter(|other| definitions::is_holder(object, other, &settings))
                        .collect();
                    prop_assert_eq!(holders, expected);
                }
                // New, by the definition over the whole tenant, unless something left it open.
                let own_history = &history.objects[&object.key];
                let cloud_object = |id: &Text| state.cloud_object(id);
                let linked = own_history.link.as_ref().and_then(|link| cloud_object(&link.id));
                let is_joined = own_history.link.as_ref().zip(linked).is_some_and(|(link, cloud)| {
                    definitions::is_joined(object, cloud, &link.anchor)
                });
                let quarantined = own_history.quarantined.as_ref().and_then(cloud_object);
                let has_quarantined = quarantined
                    .is_some_and(|cloud| definitions::is_living_quarantined_object(cloud));
                let is_new =
                    definitions::is_new(object, is_joined, has_quarantined, &state.cloud);
                let was_left_open = own_history.link.is_some()
                    || own_history.indeterminate
                    || object.source_anchor.is_none()
                    || quarantined.is_some_and(|cloud| cloud.deleted);
                prop_assert_eq!(
                    matches!(subject.link_state, LinkState::New(_)),
                    is_new && !was_left_open
                );
                prop_assert!(is_joined || !matches!(subject.link_state, LinkState::Joined(_)));
            }
            let with_work: Vec<_> = subjects.iter().filter(|subject| subject.has_work()).collect();
            let footprints: Vec<_> = with_work
                .iter()
                .map(|subject| {
                    footprint(subject.object, subject.link_state.cloud(), &state.cloud)
                })
                .collect();
            let contended: Vec<bool> =
                with_work.iter().map(|subject| subject.contended).collect();
            prop_assert_eq!(contended, definitions::contended(&footprints));
            let others = subjects.iter().filter(|subject| !subject.has_work());
            prop_assert!(others.into_iter().all(|subject| !subject.contended));
        }

        #[test]
        fn objects_are_found_by_the_anchor_that_they_carry(cloud in cloud()) {
            let index = AnchorIndex::of(&cloud);
            for anchor in ["QUFB", "qufb", "QkJC"].map(Text::from) {
                let expected: Vec<_> = cloud
                    .iter()
                    .filter(|object| object.is_active() && object.is_on_premises_mastered())
                    .filter(|object| object.on_premises_immutable_id.as_ref() == Some(&anchor))
                    .collect();
                prop_assert_eq!(index.with(&anchor).collect::<Vec<_>>(), expected);
            }
        }
    }

    /// Each way in which Ann can meet a cloud object, told apart.
    #[test]
    fn each_way_to_meet_is_told_apart() {
        let ann: OnPremisesObject = serde_json::from_str(
            r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x",
                "proxyAddresses": ["SMTP:ann.b@x", "smtp:ab@x", "X500:/o=x"], "attributes": {"mail": "am@x"}}"#,
        )
        .expect("an object");
        let settings = Settings {
            edition: EditionSettings::of_2023_01(),
            features: Features::default(),
            capabilities: &Capabilities::all_of_2023(),
            choices: &DeclaredChoices::default(),
        };
        for (rest, expected) in [
            (r#""userPrincipalName": "bob@x""#, None),
            (r#""userPrincipalName": "ANN@x""#, Some("userPrincipalName, eligible")),
            (r#""proxyAddresses": ["SMTP:ANN.B@x"]"#, Some("primary, mail, eligible")),
            (r#""proxyAddresses": ["smtp:ann.b@x"]"#, Some("mail")),
            (r#""proxyAddresses": ["SMTP:ab@x"]"#, Some("mail")),
            (r#""proxyAddresses": ["smtp:ann@x"]"#, Some("crossed, unspecified")),
            (r#""userPrincipalName": "ab@x""#, Some("crossed, unspecified")),
            (r#""onPremisesImmutableId": "QUFB""#, Some("anchor, eligible")),
            (r#""onPremisesImmutableId": "qufb""#, Some("anchor but for case, unspecified")),
            (r#""proxyAddresses": ["X500:/o=x"]"#, Some("unspecified")),
            (r#""userPrincipalName": "AM@x""#, Some("mail attribute, unspecified")),
            (r#""attributes": {"mail": "ab@x"}"#, Some("mail attribute, unspecified")),
        ] {
            let cloud = format!(r#"{{"id": "X", "kind": "user", {rest}}}"#);
            let cloud: Arc<CloudObject> = serde_json::from_str(&cloud).expect("a cloud object");
            let found = CloudIndex::of([&cloud]).candidates(&ann, None, &settings);
            let words = found.first().map(|one| {
                let words = [
                    (one.user_principal_name, "userPrincipalName"),
                    (one.primary, "primary"),
                    (one.mail, "mail"),
                    (one.anchor, "anchor"),
                    (one.crossed, "crossed"),
                    (one.anchor_but_for_case, "anchor but for case"),
                    (one.mail_attribute, "mail attribute"),
                    (one.eligible.any(), "eligible"),
                    (one.is_unspecified, "unspecified"),
                ];
                let told = words.iter().filter(|(is_so, _)| *is_so).map(|(_, word)| *word);
                told.collect::<Vec<_>>().join(", ")
            });
            assert_eq!(words.as_deref(), expected, "{rest}");
        }
    }
}
