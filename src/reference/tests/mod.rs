//! The rules and choices, told as small cases; and long random walks over which the safety rules
//! have to hold.

mod administrators;
mod choices;
mod joined_objects;
mod new_objects;
mod recovery;
mod sharing;
mod story;
mod takeover;
mod walk;

use super::candidates::{Circumstances, candidates};
use super::decide::{Decision, decide};
use super::{Policy, ReferenceModel};
use crate::directory::{
    CloudObject, CloudRef, Command, OnPremisesObject, Outcome, ResultWord, Snapshot, Status,
    SyncResult, Tenant,
};
use crate::implementation::Implementation;
use serde_json::{Value, json};
use std::sync::Arc;

/// A case under way.
struct Case {
    model: ReferenceModel,
    now: Snapshot,
}

impl Case {
    /// A tenant with these cloud and on-premises objects, under the default policy.
    fn new(cloud: Value, on_premises: Value) -> Case {
        Case::with_policy(Policy::default(), cloud, on_premises)
    }

    fn with_policy(policy: Policy, cloud: Value, on_premises: Value) -> Case {
        let tenant = json!({"cloud": cloud, "onPremises": on_premises});
        let tenant: Tenant = serde_json::from_value(tenant).expect("a tenant");
        let mut model = ReferenceModel::new(policy);
        let now = model.reset(&tenant).expect("a start");
        Case { model, now }
    }

    fn run(&mut self, command: Value) -> Outcome {
        let command: Command = serde_json::from_value(command).expect("a command");
        let step = self.model.apply(&command).expect("a step");
        self.now = step.snapshot;
        step.outcome
    }

    /// Runs a command that has to be carried out.
    fn ok(&mut self, command: Value) {
        let outcome = self.run(command.clone());
        assert_eq!(outcome.status, Status::Ok, "{command}: {outcome:?}");
    }

    /// Runs a command that has to be refused and to change nothing.
    fn refused(&mut self, command: Value) {
        let before = self.now.clone();
        let outcome = self.run(command.clone());
        assert_eq!(outcome.status, Status::Refused, "{command}");
        assert!(outcome.message.is_some(), "{command} is refused without a word");
        assert_eq!(before, self.now, "{command}");
    }

    fn update(&mut self, key: &str, set: Value) {
        self.ok(json!({"do": "updateOnPremisesObject", "key": key, "set": set}));
    }

    fn feature(&mut self, feature: &str, value: bool) {
        self.ok(json!({"do": "setFeature", "feature": feature, "value": value}));
    }

    fn reinstall(&mut self) {
        self.ok(json!({"do": "reinstallConnect"}));
    }

    /// Runs a sync cycle and returns what it reports of one object.
    fn sync(&mut self, key: &str) -> SyncResult {
        let outcome = self.run(json!({"do": "sync"}));
        outcome.result_of(key).expect("an entry for each").clone()
    }

    /// The result in a word, with what was matched on.
    fn sync_word(&mut self, key: &str) -> String {
        let result = self.sync(key);
        match result.matched_on {
            Some(attribute) => format!("{} on {attribute}", result.result),
            None => result.result.to_string(),
        }
    }

    fn sync_fails(&mut self, key: &str) {
        let before = self.now.cloud.clone();
        let result = self.sync(key);
        assert_eq!(result.result, ResultWord::Error);
        assert!(result.code.is_some() && result.message.is_some());
        assert_eq!(before, self.now.cloud, "a failure changes nothing");
    }

    /// What would be decided by this policy about an object if it were new.
    fn decision(&self, incoming: &OnPremisesObject, policy: Policy) -> Decision {
        let ReferenceModel { tenant, features, .. } = &self.model;
        let circumstances = Circumstances { incoming, tenant, features: *features, policy };
        decide(&circumstances, &candidates(&circumstances, |_| {}))
    }

    fn find(&self, reference: &CloudRef) -> Option<Arc<CloudObject>> {
        let handle = self.model.resolve(reference)?;
        self.model.tenant.get(handle).cloned()
    }

    /// The cloud object with this label.
    fn cloud(&self, label: &str) -> Arc<CloudObject> {
        self.find(&CloudRef::Label(label.into())).expect("the labelled object")
    }

    /// The cloud object that was last joined to, or provisioned for, this key.
    fn joined(&self, key: &str) -> Arc<CloudObject> {
        self.find(&CloudRef::JoinedTo(key.into())).expect("a joined object")
    }

    /// The quarantined object for this key.
    fn quarantined(&self, key: &str) -> Arc<CloudObject> {
        self.find(&CloudRef::QuarantinedFor(key.into())).expect("a quarantined object")
    }
}

/// The same object with other fields.
fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else {
        panic!("fields");
    };
    for (name, value) in fields {
        object[name] = value;
    }
    object
}

/// A cloud user `ann` with a name and a primary address.
fn cloud_ann() -> Value {
    json!({"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "proxyAddresses": ["SMTP:ann@contoso.com"],
        "attributes": {"displayName": "Ann in the cloud", "department": "Sales"}, "password": "cloud-pw"})
}

/// An on-premises user `ann-ad` that has the name, and nothing else, in common with [`cloud_ann`].
fn ann_ad() -> Value {
    json!({"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com",
        "attributes": {"displayName": "Ann from AD"}, "password": "ad-pw"})
}

/// An on-premises user `bob-ad` that has nothing in common with anybody.
fn bob_ad() -> Value {
    json!({"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"})
}

#[test]
fn the_model_tells_its_policy() {
    for policy in Policy::default().every_choice() {
        assert_eq!(*ReferenceModel::new(policy).policy(), policy);
    }
}

/// Two tenants that look the same, in which the labels are the other way round.
#[test]
fn what_a_label_stands_for_is_drawn() {
    let [one, other] = [["ann", "bob"], ["bob", "ann"]].map(|labels| {
        let cloud = labels.map(|label| json!({"label": label, "kind": "group"}));
        let case = Case::new(json!(cloud), json!([]));
        let mut canonical = crate::directory::CanonicalState::literal();
        canonical.draw(|canonical| case.model.canonicalise(canonical));
        canonical.bytes().to_vec()
    });
    assert_ne!(one, other);
}

#[test]
fn the_model_describes_itself() {
    let description = ReferenceModel::default().describe();
    assert_eq!(description.implementation.name, "reference model");
    assert_eq!(description.editions, ["2023-01"]);
    assert_eq!(description.choices, Policy::default().declared());
    assert!(!description.capabilities.has(crate::directory::Capability::Scope));
}
