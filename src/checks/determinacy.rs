//! What an observed run leaves open, step by step.
//!
//! The checks judge a step where the documents settle it, and are silent elsewhere. Whoever
//! compares two runs has to know the same: in which steps, and for which objects, both runs must
//! come to the same. That is read from one run, with the definitions that the checks rest on, and
//! judges nothing.

use super::history::{History, ObjectHistory};
use super::link_state::LinkState;
use super::observer::Observer;
use super::settings::Settings;
use super::specified::Specified;
use super::subject::Subject;
use super::unspecified_part::UnspecifiedPart;
use crate::directory::EditionSettings;
use crate::directory::{
    Capabilities, Command, DeclaredChoices, Snapshot, StepObservation, Tenant, Text,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one observed run leaves open, and which cloud object is whose in it.
#[derive(Clone, Debug)]
pub struct Determinacy {
    /// Whether the starting state showed the tenant that was asked for.
    pub starts_as_asked: bool,
    /// Whether it is known to the end who is linked to whom.
    pub links_are_known: bool,
    /// The steps, in order.
    pub steps: Vec<StepDeterminacy>,
}

/// One step: what it leaves open, and how things stand after it.
#[derive(Clone, Debug, Default)]
pub struct StepDeterminacy {
    /// What it leaves open; empty where the documents settle all of it.
    pub unspecified: Vec<UnspecifiedPart>,
    /// Of a sync cycle: every on-premises object as it stood when the cycle began.
    pub subjects: Vec<SubjectDeterminacy>,
    /// On-premises keys that are not done with after a sync cycle: they failed in it.
    pub unfinished: BTreeSet<Text>,
    /// Identifiers of cloud objects by label, deleted objects included.
    pub labels: Arc<BTreeMap<Text, Text>>,
    /// Labels of objects that a cycle has shown no more. Whether an object that has their identifier later
    /// is the one that they named is open: identifiers may be given out again.
    pub lost: Arc<BTreeSet<Text>>,
    /// Identifiers of the cloud objects that on-premises objects were last seen joined to, by key.
    pub links: Arc<BTreeMap<Text, Text>>,
    /// Identifiers of the quarantined objects that collisions left behind, by key.
    pub quarantined: Arc<BTreeMap<Text, Text>>,
    /// What the case and the documents specify of each cloud object, by identifier.
    pub specified: Arc<BTreeMap<Text, Specified>>,
}

/// Where an on-premises object stands when a sync cycle begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectDeterminacy {
    /// Its key.
    pub key: Text,
    /// Whether it is joined to an active cloud object.
    pub is_joined: bool,
    /// Whether the cycle has anything to do for it.
    pub has_work: bool,
    /// Whether the footprint of another object with work meets its own.
    pub is_contended: bool,
}

impl Determinacy {
    /// Reads a run that went to its end: one observation for each command.
    pub fn of(
        (tenant, commands): (&Tenant, &[Command]),
        (start, observations): (&Snapshot, &[StepObservation]),
        edition: EditionSettings,
        capabilities: &Capabilities,
        choices: &DeclaredChoices,
    ) -> Determinacy {
        let (mut observer, findings) =
            Observer::start(tenant, start, edition, capabilities, choices);
        let starts_as_asked = findings.iter().all(|finding| finding.violations().is_empty());
        let labels = &observer.history().labels;
        let specified = tenant.cloud.iter().filter_map(|setup| {
            Some((labels.get(&setup.label)?.clone(), Specified::by_setup(setup)))
        });
        let start = StepDeterminacy {
            labels: Arc::new(labels.clone()),
            specified: Arc::new(specified.collect()),
            ..StepDeterminacy::default()
        };
        let mut steps: Vec<StepDeterminacy> = Vec::with_capacity(commands.len());
        for (command, seen) in commands.iter().zip(observations) {
            let earlier = steps.last().unwrap_or(&start);
            steps.push(earlier.followed_by(&mut observer, command, seen, choices));
        }
        Determinacy { starts_as_asked, links_are_known: !observer.is_lost(), steps }
    }
}

impl StepDeterminacy {
    /// The step that follows this one.
    fn followed_by(
        &self,
        observer: &mut Observer<'_>,
        command: &Command,
        seen: &StepObservation,
        choices: &DeclaredChoices,
    ) -> StepDeterminacy {
        let mut step = StepDeterminacy {
            labels: Arc::clone(&self.labels),
            lost: Arc::clone(&self.lost),
            links: Arc::clone(&self.links),
            quarantined: Arc::clone(&self.quarantined),
            specified: Arc::clone(&self.specified),
            ..StepDeterminacy::default()
        };
        if matches!(command, Command::Sync(_)) {
            step.take_in_cycle(observer, command, seen, choices);
        } else {
            let (before, history) = (observer.state(), observer.history());
            let status = seen.outcome.status;
            step.unspecified.extend(UnspecifiedPart::of_command(command, status, before, history));
            observer.follow(command, seen, |_| ());
            step.take_in_command(command, observer.history());
        }
        step
    }

    fn take_in_cycle(
        &mut self,
        observer: &mut Observer<'_>,
        command: &Command,
        seen: &StepObservation,
        choices: &DeclaredChoices,
    ) {
        let specified = Arc::make_mut(&mut self.specified);
        observer.follow(command, seen, |transition| {
            for subject in transition.subjects() {
                self.unspecified.extend(UnspecifiedPart::of_cycle(subject, choices));
                self.subjects.push(SubjectDeterminacy {
                    key: subject.object.key.clone(),
                    is_joined: matches!(subject.link_state, LinkState::Joined(_)),
                    has_work: subject.has_work(),
                    is_contended: subject.contended,
                });
                specify(subject, &transition.settings, specified);
            }
        });
        let lost = observer.history().lost_labels();
        self.lost = Arc::new(lost.cloned().collect());
        let histories = &observer.history().objects;
        let of_each = |value: fn(&ObjectHistory) -> Option<&Text>| {
            let values = histories.iter().filter_map(|(key, own)| Some((key, value(own)?)));
            Arc::new(values.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        self.links = of_each(|own| own.link.as_ref().map(|link| &link.id));
        self.quarantined = of_each(|own| own.quarantined.as_ref());
        let failed = |subject: &&SubjectDeterminacy| {
            histories.get(&subject.key).is_some_and(|own_history| own_history.failed)
        };
        let unfinished = self.subjects.iter().filter(failed);
        self.unfinished = unfinished.map(|subject| subject.key.clone()).collect();
    }

    fn take_in_command(&mut self, command: &Command, history: &History) {
        match command {
            Command::DeleteCloudObject(_) => self.labels = Arc::new(history.labels.clone()),
            Command::CreateCloudObject(create) => {
                self.labels = Arc::new(history.labels.clone());
                if let Some(id) = self.labels.get(&create.object.label) {
                    Arc::make_mut(&mut self.specified)
                        .entry(id.clone())
                        .or_insert_with(|| Specified::by_setup(&create.object));
                }
            }
            Command::UpdateCloudObject(update) => {
                let Some(id) = history.resolve(&update.object) else { return };
                let is_joined = self.links.values().any(|link| link == id);
                if let Some(specified) = Arc::make_mut(&mut self.specified).get_mut(id) {
                    specified.edited(&update.set, is_joined);
                }
            }
            _ => {}
        }
    }
}

/// Takes note of what a cycle specifies of the cloud object that `subject` is joined to after it.
fn specify(
    subject: &Subject<'_>,
    settings: &Settings<'_>,
    specified: &mut BTreeMap<Text, Specified>,
) {
    let link = subject.own_history.and_then(|own_history| own_history.link.as_ref());
    let joined = subject.effect.joined.map(|joined| &joined.id);
    let Some(id) = joined.or(link.map(|link| &link.id)) else { return };
    let (object, features) = (subject.object, settings.features);
    match &subject.link_state {
        _ if subject.contended => {}
        LinkState::New(matching) if !matching.unspecified => {
            if matching.clear().is_some_and(|(candidate, _)| candidate.cloud.id == *id) {
                let is_declared = !settings.may_clear_in_next_cycle();
                let specified = specified.entry(id.clone()).or_default();
                specified.taken_over(object, features, is_declared);
            } else {
                specified.insert(id.clone(), Specified::provisioned(object, features));
            }
        }
        LinkState::Joined(link) if !link.anchor_changed => {
            let is_password_free = subject.own_history.is_some_and(|own| own.password_free);
            let specified = specified.entry(id.clone()).or_default();
            if subject.pending && !link.meets_others() {
                specified.exported(object, features, is_password_free);
            }
            specified.password &= !is_password_free;
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::unspecified_part::Extent;
    use crate::directory::Outcome;
    use crate::implementation::Implementation as _;
    use crate::reference::{Policy, ReferenceModel};
    use rstest::rstest;

    /// What the reference model's run of a case leaves open, undeclared.
    fn determinacy(cloud: &str, on_premises: &str, commands: &str) -> Determinacy {
        let tenant = format!(r#"{{"cloud": [{cloud}], "onPremises": [{on_premises}]}}"#);
        let tenant: Tenant = serde_json::from_str(&tenant).expect("a tenant");
        let commands: Vec<Command> = serde_json::from_str(commands).expect("commands");
        let mut model = ReferenceModel::new(Policy::default());
        let start = model.reset(&tenant).expect("the model starts");
        let steps: Vec<StepObservation> = commands
            .iter()
            .map(|command| model.apply(command).expect("the model can do it"))
            .collect();
        Determinacy::of(
            (&tenant, &commands),
            (&start, &steps),
            EditionSettings::of_2023_01(),
            &Capabilities::all_of_2023(),
            &DeclaredChoices::default(),
        )
    }

    const ANN: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@x",
        "proxyAddresses": ["SMTP:a.b@x"], "attributes": {"office": "1", "department": "Old"}, "password": "old"}"#;
    const ADMIN: &str =
        r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@x", "roles": ["Reader"]}"#;
    const BOB: &str = r#"{"label": "bob", "kind": "user", "userPrincipalName": "bob@x", "proxyAddresses": ["smtp:b.d@x"]}"#;
    const ANN_AD: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x",
        "proxyAddresses": ["SMTP:a.b@x"], "attributes": {"department": "Sales"}, "password": "new"}"#;
    const BARE: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@x"}"#;
    const SYNC: &str = r#"[{"do": "sync"}]"#;

    /// The extent of what the last step leaves open: `-` for nothing.
    fn last_extent(determinacy: &Determinacy) -> &'static str {
        match determinacy.steps.last().and_then(|step| step.unspecified.first()) {
            None => "-",
            Some(UnspecifiedPart { extent: Extent::Everything, .. }) => "everything",
            Some(UnspecifiedPart { extent: Extent::Itself, .. }) => "itself",
            Some(UnspecifiedPart { extent: Extent::Holding(_), .. }) => "holding",
        }
    }

    #[rstest]
    #[case::clear_match(ANN, ANN_AD, "", "-")]
    #[case::no_holder(BOB, ANN_AD, "", "-")]
    #[case::addresses_may_stay(ANN, BARE, "", "holding")]
    #[case::collision(ADMIN, ANN_AD, "", "itself")]
    #[case::collision_on_the_anchor(
        r#"{"label": "g", "kind": "group", "onPremisesImmutableId": "QUFB"}"#,
        ANN_AD,
        "",
        "-"
    )]
    #[case::ambiguous(&format!("{ANN}, {BOB}"), &ANN_AD.replace("SMTP:a.b@x", "SMTP:b.d@x"), "", "everything")]
    #[case::name_is_an_address(BOB, &ANN_AD.replace("ann@x", "b.d@x"), "", "everything")]
    #[case::idle(ANN, ANN_AD, r#"{"do": "sync"}, "#, "-")]
    #[case::changed(ANN, ANN_AD, r#"{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "cat@x"}}, "#, "-")]
    #[case::changed_into_a_match(&format!("{ANN}, {BOB}"), ANN_AD, r#"{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "bob@x"}}, "#, "itself")]
    #[case::anchor_changed(ANN, ANN_AD, r#"{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"sourceAnchor": "Qk"}}, "#, "everything")]
    #[case::addresses_emptied(ANN, ANN_AD, r#"{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"proxyAddresses": null}}, "#, "holding")]
    #[case::deleted_in_the_cloud(ANN, ANN_AD, r#"{"do": "sync"}, {"do": "deleteCloudObject", "object": {"label": "ann"}, "permanently": true}, "#, "everything")]
    #[case::reinstalled(ANN, ANN_AD, r#"{"do": "sync"}, {"do": "reinstallConnect"}, "#, "-")]
    fn what_a_cycle_leaves_open(
        #[case] cloud: &str,
        #[case] on_premises: &str,
        #[case] before: &str,
        #[case] extent: &str,
    ) {
        let determinacy =
            determinacy(cloud, on_premises, &format!(r#"[{before}{{"do": "sync"}}]"#));
        assert!(determinacy.starts_as_asked);
        assert_eq!(last_extent(&determinacy), extent, "{:?}", determinacy.steps.last());
    }

    #[test]
    fn it_is_told_which_addresses_may_stay() {
        let determinacy = determinacy(ANN, BARE, SYNC);
        let Extent::Holding(names) = &determinacy.steps[0].unspecified[0].extent else {
            panic!("{determinacy:?}")
        };
        assert_eq!(*names, ["a.b@x".into()]);
    }

    /// Ann's name leads to a match, but an object is created for her.
    #[test]
    fn what_was_created_instead_of_taken_over_is_specified_as_new() {
        let tenant = format!(r#"{{"cloud": [{ANN}], "onPremises": [{BARE}]}}"#);
        let tenant: Tenant = serde_json::from_str(&tenant).expect("a tenant");
        let start = ReferenceModel::default().reset(&tenant).expect("the model starts");
        let mut new = tenant.cloud[0].to_object("new");
        new.user_principal_name = None;
        new.proxy_addresses = [].into();
        new.on_premises_sync_enabled = Some(true);
        new.on_premises_immutable_id = Some("QUFB".into());
        let mut step = StepObservation { outcome: Outcome::ok(), snapshot: start.clone() };
        step.snapshot.cloud.push(Arc::new(new));
        let determinacy = Determinacy::of(
            (&tenant, &[Command::sync()]),
            (&start, &[step]),
            EditionSettings::of_2023_01(),
            &Capabilities::all_of_2023(),
            &DeclaredChoices::default(),
        );
        assert!(determinacy.steps[0].specified["new"].addresses_are_specified);
    }

    /// Her identifier may be given to somebody else then.
    #[test]
    fn what_a_cycle_shows_no_more_has_lost_its_label() {
        let tenant: Tenant =
            serde_json::from_str(&format!(r#"{{"cloud": [{ANN}]}}"#)).expect("a tenant");
        let start = ReferenceModel::default().reset(&tenant).expect("the model starts");
        let kept = StepObservation { outcome: Outcome::ok(), snapshot: start.clone() };
        let mut gone = kept.clone();
        gone.snapshot.cloud.clear();
        let determinacy = Determinacy::of(
            (&tenant, &[Command::sync(), Command::sync()]),
            (&start, &[kept, gone]),
            EditionSettings::of_2023_01(),
            &Capabilities::all_of_2023(),
            &DeclaredChoices::default(),
        );
        assert!(determinacy.steps[0].lost.is_empty());
        assert!(determinacy.steps[1].lost.contains("ann"));
    }

    #[test]
    fn what_gets_into_each_other_s_way_is_left_open() {
        let other = ANN_AD.replace("ann-ad", "bob-ad").replace("QUFB", "Qk");
        let determinacy = determinacy(ANN, &format!("{ANN_AD}, {other}"), SYNC);
        assert!(determinacy.steps[0].subjects.iter().all(|subject| subject.is_contended));
        assert_eq!(determinacy.steps[0].unspecified.len(), 2);
    }

    #[rstest]
    #[case::edit(r#"{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"userPrincipalName": "cat@x"}}"#, "-")]
    #[case::colliding_edit(r#"{"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"userPrincipalName": "bob@x"}}"#, "everything")]
    #[case::colliding_object(r#"{"do": "createCloudObject", "object": {"label": "cat", "kind": "user", "userPrincipalName": "bob@x"}}"#, "everything")]
    #[case::further_object(r#"{"do": "createCloudObject", "object": {"label": "cat", "kind": "user", "userPrincipalName": "cat@x"}}"#, "-")]
    #[case::anchor(r#"{"do": "setImmutableId", "object": {"label": "ann"}, "value": "Qk"}"#, "-")]
    #[case::role(r#"{"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}"#, "-")]
    #[case::hard_delete(
        r#"{"do": "deleteCloudObject", "object": {"label": "ann"}, "permanently": true}"#,
        "-"
    )]
    #[case::role_of_a_group(
        r#"{"do": "assignRole", "object": {"label": "staff"}, "role": "Reader"}"#,
        "everything"
    )]
    #[case::password_of_a_group(
        r#"{"do": "updateCloudObject", "object": {"label": "staff"}, "set": {"password": "pw"}}"#,
        "everything"
    )]
    #[case::name_of_a_group(
        r#"{"do": "updateCloudObject", "object": {"label": "staff"}, "set": {"userPrincipalName": "staff@x"}}"#,
        "everything"
    )]
    #[case::attribute_of_a_group(
        r#"{"do": "updateCloudObject", "object": {"label": "staff"}, "set": {"attributes": {"department": "Sales"}}}"#,
        "-"
    )]
    #[case::recycle_bin(r#"{"do": "deleteCloudObject", "object": {"label": "ann"}}"#, "everything")]
    #[case::nobody(
        r#"{"do": "assignRole", "object": {"joinedTo": "ann-ad"}, "role": "Reader"}"#,
        "-"
    )]
    fn what_a_command_leaves_open(#[case] command: &str, #[case] extent: &str) {
        let staff = r#"{"label": "staff", "kind": "group"}"#;
        let determinacy =
            determinacy(&format!("{ANN}, {BOB}, {staff}"), ANN_AD, &format!("[{command}]"));
        assert_eq!(last_extent(&determinacy), extent);
    }

    /// What is specified of Ann's cloud object after the last step: attributes, whether addresses and
    /// password are.
    fn specified(determinacy: &Determinacy) -> (Vec<String>, bool, bool) {
        let step = determinacy.steps.last().expect("a step");
        let specified = &step.specified[&step.labels["ann"]];
        let attributes = specified.attributes.iter().map(ToString::to_string).collect();
        (attributes, specified.addresses_are_specified, specified.password)
    }

    #[rstest]
    #[case::before_any_cycle(
        ANN_AD,
        r#"{"do": "reinstallConnect"}"#,
        &["department", "office"],
        true,
        true
    )]
    #[case::taken_over(ANN_AD, r#"{"do": "sync"}"#, &["department"], true, true)]
    #[case::without_values_on_premises(BARE, r#"{"do": "sync"}"#, &[], false, false)]
    #[case::emptied(ANN_AD, r#"{"do": "sync"}, {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"department": null}}}, {"do": "sync"}"#, &[], true, true)]
    #[case::password_edited(ANN_AD, r#"{"do": "sync"}, {"do": "updateCloudObject", "object": {"label": "ann"}, "set": {"password": "mine"}}, {"do": "sync"}"#, &["department"], true, false)]
    #[case::hash_sync_toggled(ANN_AD, r#"{"do": "sync"}, {"do": "setFeature", "feature": "passwordHashSync", "value": false}, {"do": "sync"}"#, &["department"], true, false)]
    fn what_is_specified_of_an_object(
        #[case] on_premises: &str,
        #[case] commands: &str,
        #[case] attributes: &[&str],
        #[case] addresses: bool,
        #[case] password: bool,
    ) {
        let determinacy = determinacy(ANN, on_premises, &format!("[{commands}]"));
        let attributes = attributes.iter().map(ToString::to_string).collect();
        assert_eq!(specified(&determinacy), (attributes, addresses, password));
    }
}
