//! Steps in which one thing is not as it was seen.

use entra_conformance::cases::Case;
use entra_conformance::checks::{EditionSettings, Finding, Observer};
use entra_conformance::directory::{
    Capabilities, CloudObject, DeclaredChoices, MatchingAttribute, ResultWord, Status,
    StepObservation, SyncResult,
};
use entra_conformance::implementation::CaseObservation;
use serde_json::{Value, json};
use std::sync::Arc;

/// A change of one cloud object as it is written down.
type Spoil = fn(&mut Value);

/// What can be wrong about one cloud object.
const SPOILS: &[(&str, Spoil)] = &[
    ("another kind", |object| {
        let is_contact = object["kind"] == "contact";
        object["kind"] = json!(if is_contact { "group" } else { "contact" });
    }),
    ("mail-enabled or not", |object| turn(object, "mailEnabled")),
    ("mastered elsewhere", |object| turn(object, "onPremisesSyncEnabled")),
    ("in the recycle bin or not", |object| turn(object, "deleted")),
    ("flagged as a copy or not", |object| turn(object, "quarantined")),
    ("without an anchor", |object| object["onPremisesImmutableId"] = Value::Null),
    ("another anchor", |object| object["onPremisesImmutableId"] = json!("WFhY")),
    ("without a name", |object| object["userPrincipalName"] = Value::Null),
    ("another name", |object| object["userPrincipalName"] = json!("other@contoso.com")),
    ("without addresses", |object| object["proxyAddresses"] = json!([])),
    ("an address too few", |object| {
        if let Some(addresses) = object["proxyAddresses"].as_array_mut() {
            addresses.pop();
        }
    }),
    ("an address too many", |object| add(object, "proxyAddresses", "smtp:other@contoso.com")),
    ("a generated address", |object| {
        add(object, "proxyAddresses", "smtp:other@contoso.onmicrosoft.com");
    }),
    ("another primary address", |object| {
        add(object, "proxyAddresses", "SMTP:other@contoso.com");
    }),
    ("an attribute too few", |object| {
        if let Some(attributes) = object["attributes"].as_object_mut()
            && let Some(name) = attributes.keys().next().cloned()
        {
            attributes.remove(&name);
        }
    }),
    ("an attribute too many", |object| object["attributes"]["pager"] = json!("555-0199")),
    ("another display name", |object| object["attributes"]["displayName"] = json!("Other")),
    ("without a password", |object| object["password"] = Value::Null),
    ("another password", |object| object["password"] = json!("pw-other")),
    ("without roles", |object| object["roles"] = json!([])),
    ("a role too many", |object| add(object, "roles", "Guest Inviter")),
    ("another identifier", |object| object["id"] = json!("another-identifier")),
];

fn turn(object: &mut Value, field: &str) {
    let is_so = object[field].as_bool().unwrap_or_default();
    object[field] = json!(!is_so);
}

fn add(object: &mut Value, field: &str, value: &str) {
    match object[field].as_array_mut() {
        Some(values) => values.push(json!(value)),
        None => object[field] = json!([value]),
    }
}

/// Tells `tell` what the checks find in each step of a case, and in its start, when one thing in
/// it is wrong.
pub(crate) fn each(
    case: &Case,
    seen: &CaseObservation,
    choices: &DeclaredChoices,
    tell: &mut impl FnMut(&'static str, Vec<Finding>),
) {
    let capabilities = Capabilities::all_of_2023();
    let start = seen.start.as_ref().expect("the model starts");
    for (at, object) in start.cloud.iter().enumerate().take(2) {
        for (what, wrong) in wrong_objects(object) {
            let mut spoilt = start.clone();
            spoilt.cloud[at] = wrong;
            tell(
                what,
                Observer::start(
                    &case.tenant,
                    &spoilt,
                    EditionSettings::of_2023_01(),
                    &capabilities,
                    choices,
                )
                .1,
            );
        }
    }
    let (mut observer, _) =
        Observer::start(&case.tenant, start, EditionSettings::of_2023_01(), &capabilities, choices);
    for (command, step) in case.commands.iter().zip(&seen.steps) {
        let before = &observer.state().cloud;
        let is_changed = |at: &usize| !before.contains(&step.snapshot.cloud[*at]);
        let (changed, same): (Vec<usize>, Vec<usize>) =
            (0..step.snapshot.cloud.len()).partition(is_changed);
        let mut judge = |what, change: &dyn Fn(&mut StepObservation)| {
            let mut spoilt = step.clone();
            change(&mut spoilt);
            tell(what, observer.clone().step(command, &spoilt));
        };
        for at in changed.into_iter().take(2).chain(same.into_iter().take(1)) {
            let object = &step.snapshot.cloud[at];
            for (what, wrong) in wrong_objects(object) {
                judge(what, &|step| step.snapshot.cloud[at] = Arc::clone(&wrong));
            }
            judge("a cloud object gone", &|step| drop(step.snapshot.cloud.remove(at)));
            judge("a cloud object twice", &|step| step.snapshot.cloud.push(Arc::clone(object)));
            judge("a second one alike", &|step| {
                let mut second = CloudObject::clone(object);
                second.id = "second".into();
                step.snapshot.cloud.push(Arc::new(second));
            });
        }
        judge("an on-premises object gone", &|step| drop(step.snapshot.on_premises.pop()));
        judge("an on-premises object changed", &|step| {
            if let Some(object) = step.snapshot.on_premises.first_mut() {
                Arc::make_mut(object).password = Some("pw-of-nobody".into());
            }
        });
        for status in [Status::Ok, Status::Refused, Status::NotFound] {
            judge("another outcome", &|step| step.outcome.status = status);
        }
        for key in step.outcome.objects.keys().take(2) {
            judge("no result", &|step| drop(step.outcome.objects.remove(key)));
            for word in ResultWord::ALL {
                judge("another result", &|step| {
                    step.outcome.objects.insert(key.clone(), SyncResult::plain(*word));
                });
            }
            for attribute in [MatchingAttribute::SourceAnchor, MatchingAttribute::ProxyAddresses] {
                judge("matched on another attribute", &|step| {
                    if let Some(result) = step.outcome.objects.get_mut(key) {
                        result.matched_on = Some(attribute);
                    }
                });
            }
        }
        judge("a result of nobody", &|step| {
            let result = SyncResult::plain(ResultWord::Unchanged);
            step.outcome.objects.insert("nobody".into(), result);
        });
        observer.step(command, step);
    }
}

/// The object with one thing wrong about it, in every way.
fn wrong_objects(object: &CloudObject) -> Vec<(&'static str, Arc<CloudObject>)> {
    let written = serde_json::to_value(object).expect("an object can be written");
    let spoilt = SPOILS.iter().map(|(what, spoil)| {
        let mut wrong = written.clone();
        spoil(&mut wrong);
        (*what, serde_json::from_value(wrong).expect("it can be read"))
    });
    spoilt.collect()
}
