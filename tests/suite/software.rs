//! Software with accounts and links, and none of what Entra has besides: the faults that such software has
//! are told, each by the rule that it breaks and in words that fit.

use crate::capabilities::assert_conformant;
use entra_conformance::cases::scenario::embedded;
use entra_conformance::checks::Observer;
use entra_conformance::directory::{
    Capabilities, Capability, CloudObject, CloudRef, CloudSetup, Command, DeclaredChoices,
    EditionSettings, Field, OnPremisesObject, Outcome, ResultWord, Snapshot, StepObservation,
    SyncResult, Tenant, Text,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::runner::{Event, Extras, Host, Selection, Trial, plan, run};
use entra_conformance::self_test::variants::Showing;
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How the software finds the account of somebody who comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finds {
    /// By the name, whoever had it before.
    ByName,
    /// By a link that stays, and only at first by the name, whoever is linked to that account already.
    ByLink,
}

#[derive(Clone, Debug)]
struct Accounts {
    finds: Finds,
    capabilities: BTreeSet<Capability>,
    /// A name that two would have takes the whole cycle back.
    takes_back: bool,
    cloud: Vec<CloudObject>,
    on_premises: Vec<OnPremisesObject>,
    labels: BTreeMap<Text, Text>,
    links: BTreeMap<Text, Text>,
}

impl Accounts {
    fn new(finds: Finds, more: &[Capability]) -> Accounts {
        let least = [Capability::Users, Capability::MatchUserPrincipalName];
        Accounts {
            finds,
            capabilities: least.iter().chain(more).copied().collect(),
            takes_back: false,
            cloud: Vec::new(),
            on_premises: Vec::new(),
            labels: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    fn create(&mut self, setup: &CloudSetup) {
        let id = Text::from(format!("account-{}", self.cloud.len()));
        self.cloud.push(setup.to_object(id.clone()));
        self.labels.insert(setup.label.clone(), id);
    }

    fn account(&mut self, reference: &CloudRef) -> Option<&mut CloudObject> {
        let id = match reference {
            CloudRef::Label(label) => self.labels.get(label),
            CloudRef::JoinedTo(key) => self.links.get(key),
            _ => None,
        }?;
        self.cloud.iter_mut().find(|account| account.id == *id)
    }

    /// Where the name of one is another's already, nobody is served.
    fn sync(&mut self) -> Result<(), ()> {
        for object in self.on_premises.clone() {
            let linked = self.links.get(&object.key).filter(|_| self.finds == Finds::ByLink);
            let by_link = |account: &CloudObject| linked == Some(&account.id);
            let by_name =
                |account: &CloudObject| account.user_principal_name == object.user_principal_name;
            let found = self.cloud.iter().position(by_link);
            let found = found.or_else(|| self.cloud.iter().position(by_name));
            let at = found.unwrap_or_else(|| {
                let setup = format!(r#"{{"label": "for {}", "kind": "user"}}"#, object.key);
                self.create(&serde_json::from_str(&setup).expect("a setup"));
                self.cloud.len() - 1
            });
            if self.takes_back
                && self.cloud.iter().position(by_name).is_some_and(|other| other != at)
            {
                return Err(());
            }
            let account = &mut self.cloud[at];
            account.user_principal_name.clone_from(&object.user_principal_name);
            let values = object.attributes.iter();
            account.attributes.extend(values.map(|(name, value)| (name.clone(), value.clone())));
            self.links.insert(object.key.clone(), account.id.clone());
        }
        Ok(())
    }

    fn shown(&self) -> Snapshot {
        let mut shown = Snapshot::default();
        shown.cloud = self.cloud.iter().cloned().map(Arc::new).collect();
        shown.on_premises = self.on_premises.iter().cloned().map(Arc::new).collect();
        shown
    }
}

impl Implementation for Accounts {
    fn describe(&self) -> Description {
        Description::new("accounts", "1", ["2023-01"])
            .with_capabilities(self.capabilities.iter().copied())
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.cloud.clear();
        self.labels.clear();
        self.links.clear();
        tenant.cloud.iter().for_each(|setup| self.create(setup));
        self.on_premises.clone_from(&tenant.on_premises);
        Ok(self.shown())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut outcome = Outcome::ok();
        match command {
            Command::CreateOnPremisesObject(create) => self.on_premises.push(create.object.clone()),
            Command::UpdateOnPremisesObject(update) => {
                let object = self.on_premises.iter_mut().find(|object| object.key == update.key);
                update.set.apply_to(object.expect("it is there"));
            }
            Command::CreateCloudObject(create) => self.create(&create.object),
            Command::UpdateCloudObject(update) => {
                let account = self.account(&update.object);
                update.set.apply_to(account.expect("it is there"));
            }
            Command::AssignRole(assign) => {
                let account = self.account(&assign.object);
                account.expect("it is there").roles.insert(assign.role.clone());
            }
            Command::RemoveRole(remove) => {
                let account = self.account(&remove.object);
                account.expect("it is there").roles.remove(&remove.role);
            }
            Command::Sync(_) => {
                let before = (self.cloud.clone(), self.labels.clone(), self.links.clone());
                if self.sync().is_err() {
                    (self.cloud, self.labels, self.links) = before;
                }
                if self.capabilities.contains(&Capability::CloudId) {
                    for object in &self.on_premises {
                        let mut entry = SyncResult::plain(ResultWord::Joined);
                        entry.cloud_id = self.links.get(&object.key).cloned();
                        outcome.objects.insert(object.key.clone(), entry);
                    }
                }
            }
            _ => panic!("none of this is declared: {command:?}"),
        }
        Ok(StepObservation { outcome, snapshot: self.shown() })
    }
}

/// The rules that are violated in these scenarios, or in all where none is named, and the fields that are
/// told: as wrong, and as shown.
fn told(implementation: &mut dyn Implementation, scenarios: &[&str]) -> BTreeSet<(String, Field)> {
    let selection = Selection {
        scenario_patterns: scenarios.iter().map(ToString::to_string).collect(),
        scenarios: scenarios.iter().map(ToString::to_string).collect(),
        ..Selection::scenarios_only()
    };
    let description = implementation.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut told = BTreeSet::new();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        let Event::CaseFinished { failures, .. } = event else { return };
        for failure in failures {
            let changes = failure.answers.iter().flat_map(|answer| &answer.changes);
            let changed = changes.flat_map(|change| &change.fields).map(|change| &change.field);
            let fields = failure.violations.iter().map(|violation| &violation.field);
            let fields = fields.chain(changed).cloned();
            told.extend(fields.map(|field| (failure.rule.clone(), field)));
        }
    });
    told
}

fn violated(told: &BTreeSet<(String, Field)>) -> Vec<&str> {
    let mut rules: Vec<&str> = told.iter().map(|(rule, _)| &**rule).collect();
    rules.dedup();
    rules
}

#[rstest]
#[case::second_link(
    Finds::ByLink,
    &[Capability::CloudId],
    "match/second-object-for-a-user-who-is-taken",
    &["match.one-to-one"]
)]
#[case::former_name(
    Finds::ByName,
    &[Capability::CloudId],
    "match/name-that-was-given-up-serves-a-new-user",
    &["match.new-objects-only", "match.one-to-one"]
)]
#[case::administrator_and_no_links_told(
    Finds::ByName,
    &[Capability::Roles],
    "admin/global-administrator-is-not-matched-by-name",
    &["admin.never-soft-matched", "admin.untouched", "match.collision-creates-nothing-else"]
)]
fn a_fault_of_plain_software_is_told_by_the_rule_that_it_breaks(
    #[case] finds: Finds,
    #[case] capabilities: &[Capability],
    #[case] scenario: &str,
    #[case] expected: &[&str],
) {
    let told = told(&mut Accounts::new(finds, capabilities), &[scenario]);
    assert_eq!(violated(&told), expected, "{told:?}");
}

/// The cycle is told to have failed by nothing but the states.
#[test]
fn an_error_that_takes_all_others_back_is_seen_without_results() {
    let mut accounts = Accounts::new(Finds::ByLink, &[Capability::CloudId]);
    accounts.takes_back = true;
    let told = told(&mut accounts, &["sync/late-match-does-not-stop-others"]);
    assert!(violated(&told).contains(&"sync.errors-stay-local"), "{told:?}");
}

/// An edit splits nothing where there is no authority.
#[test]
fn an_edit_of_a_linked_account_is_no_fault_without_authority() {
    let capabilities = [Capability::CloudId, Capability::CloudEdits];
    let told = told(
        &mut Accounts::new(Finds::ByLink, &capabilities),
        &["soa/attribute-without-on-premises-value-is-locked-too"],
    );
    assert_eq!(violated(&told), Vec::<&str>::new(), "{told:?}");
}

#[rstest]
#[case(Finds::ByLink)]
#[case(Finds::ByName)]
fn what_is_not_shown_is_not_told(#[case] finds: Finds) {
    let capabilities = [Capability::CloudId, Capability::Roles];
    let told = told(&mut Accounts::new(finds, &capabilities), &[]);
    assert!(!told.is_empty());
    let hidden = [Field::OnPremisesSyncEnabled, Field::OnPremisesImmutableId, Field::Result];
    assert!(!told.iter().any(|(_, field)| hidden.contains(field)), "{told:?}");
}

/// A correct implementation, of which no more is believed or asked than it declares.
struct Limited(Showing);

impl Limited {
    fn without(missing: &[Capability]) -> Limited {
        let model = ReferenceModel::default();
        let mut capabilities = model.describe().capabilities;
        capabilities.0.insert(Capability::CloudId);
        capabilities.0.retain(|capability| !missing.contains(capability));
        Limited(Showing::new(Box::new(model), capabilities))
    }
}

impl Implementation for Limited {
    fn describe(&self) -> Description {
        self.0.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        if !self.describe().capabilities.has(Capability::MatchProxyAddresses) {
            assert!(tenant.cloud.iter().all(|object| object.proxy_addresses.is_empty()));
            assert!(tenant.on_premises.iter().all(|object| object.proxy_addresses.is_empty()));
        }
        self.0.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut step = self.0.apply(command)?;
        if !self.describe().capabilities.has(Capability::ObjectResults) {
            for result in step.outcome.objects.values_mut() {
                result.result = ResultWord::Error;
            }
        }
        Ok(step)
    }
}

#[rstest]
#[case::results_that_are_made_up(&[Capability::AuthorityFlag, Capability::ObjectResults])]
#[case::no_addresses(&[Capability::MatchProxyAddresses, Capability::SecondaryAddresses])]
#[case::neither(&[
    Capability::AuthorityFlag,
    Capability::ObjectResults,
    Capability::MatchProxyAddresses,
    Capability::SecondaryAddresses,
])]
fn what_is_not_declared_is_neither_read_nor_sent(#[case] missing: &[Capability]) {
    let mut limited = Limited::without(missing);
    assert_conformant(&mut limited, 100);
}

/// An address that plays no part takes no scenario away.
#[test]
fn scenarios_are_sent_without_addresses_that_play_no_part() {
    let limited =
        Limited::without(&[Capability::MatchProxyAddresses, Capability::SecondaryAddresses]);
    let description = limited.describe();
    let selection = Selection::scenarios_only();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let had_addresses = |id: &str| {
        let scenario = embedded().iter().find(|scenario| scenario.id == id).expect("a scenario");
        let case = Trial::of_scenario(&scenario.scenario).case;
        case.tenant.cloud.iter().any(|object| !object.proxy_addresses.is_empty())
    };
    let mut applicable =
        plan.cases.iter().filter(|case| case.why_not_applicable(&description).is_none());
    assert!(applicable.any(|case| had_addresses(&case.id)));
}

/// Where two may have the same address it is no value that collides, whatever else does.
#[test]
fn an_address_like_any_other_collides_with_nothing() {
    let tenant: Tenant = serde_json::from_str(
        r#"{"cloud": [{"label": "cat", "kind": "user", "userPrincipalName": "cat@contoso.com", "proxyAddresses": ["SMTP:office@contoso.com"]}],
            "onPremises": [{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com", "proxyAddresses": ["SMTP:office@contoso.com"]}]}"#,
    )
    .expect("a tenant");
    let cat = r#"{"id": "1", "kind": "user", "onPremisesSyncEnabled": false, "userPrincipalName": "cat@contoso.com", "proxyAddresses": ["SMTP:office@contoso.com"]}"#;
    let bob = r#"{"id": "2", "kind": "user", "onPremisesSyncEnabled": true, "onPremisesImmutableId": "QkJC", "userPrincipalName": "bob@contoso.com", "proxyAddresses": ["SMTP:office@contoso.com"]}"#;
    let on_premises = |name: &str| {
        format!(
            r#""onPremises": [{{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "{name}", "proxyAddresses": ["SMTP:office@contoso.com"]}}]"#
        )
    };
    let start = format!(r#"{{"cloud": [{cat}], {}}}"#, on_premises("bob@contoso.com"));
    let start: Snapshot = serde_json::from_str(&start).expect("a state");
    let step = |outcome: &str, name: &str| -> StepObservation {
        let on_premises = on_premises(name);
        let text = format!(
            r#"{{"outcome": {outcome}, "snapshot": {{"cloud": [{cat}, {bob}], {on_premises}}}}}"#
        );
        serde_json::from_str(&text).expect("a step")
    };
    let rename = r#"{"do": "updateOnPremisesObject", "key": "bob-ad", "set": {"userPrincipalName": "cat@contoso.com"}}"#;
    let told = |result: &str| {
        format!(r#"{{"status": "ok", "objects": {{"bob-ad": {{"result": "{result}"}}}}}}"#)
    };
    let steps = [
        (r#"{"do": "sync"}"#, step(&told("provisioned"), "bob@contoso.com")),
        (rename, step(r#"{"status": "ok"}"#, "cat@contoso.com")),
        (r#"{"do": "sync"}"#, step(&told("error"), "cat@contoso.com")),
    ];
    let missing = [Capability::MatchProxyAddresses, Capability::SecondaryAddresses];
    let mut capabilities = Capabilities::all_of_2023();
    capabilities.0.retain(|capability| !missing.contains(capability));
    let (edition, choices) = (EditionSettings::of_2023_01(), DeclaredChoices::default());
    let (mut observer, _) = Observer::start(&tenant, &start, edition, &capabilities, &choices);
    for (command, seen) in &steps {
        let command: Command = serde_json::from_str(command).expect("a command");
        for finding in observer.step(&command, seen) {
            assert_eq!(finding.violations(), [], "{}", finding.rule);
        }
    }
}
