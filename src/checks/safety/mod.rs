//! What holds in every step, contended objects included.

mod effect;
mod report;

pub(super) use effect::setup_differences;

use super::Check;
use super::direction::judge_on_premises_unchanged;
use super::situation::{Joint, Standing, Subject};
use super::ties::Folded;
use super::transition::Transition;
use super::verdict::Verdict;
use crate::directory::{CloudObject, Command, ProxyAddress, Snapshot, Status};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "safe.unique-identifiers", judge: unique_identifiers },
    Check { rule: "safe.only-the-named-change", judge: only_the_named_change },
    Check { rule: "safe.command-takes-effect", judge: effect::command_takes_effect },
    Check { rule: "safe.report-agrees", judge: report::report_agrees },
];

/// An identifier, folded where letter case does not count, with the field that it stands in.
type Owned<'a> = (&'static str, Folded<'a>, &'a str);

/// What no two active objects may share. Anchors are compared exactly, so the exact text is part
/// of their key.
fn unique_keys<'a>(object: &'a CloudObject, mut visit: impl FnMut(Owned<'a>)) {
    if let Some(name) = object.user_principal_name.as_deref() {
        visit(("userPrincipalName", Folded(name), ""));
    }
    for mail in object.proxy_addresses.iter().filter_map(ProxyAddress::mail) {
        visit(("proxyAddresses", Folded(mail), ""));
    }
    if let Some(anchor) = object.on_premises_immutable_id.as_deref() {
        visit(("onPremisesImmutableId", Folded(anchor), anchor));
    }
}

/// Pairs of active objects that share an identifier, by field and value.
fn shared_identifiers(
    snapshot: &Snapshot,
) -> Vec<(&'static str, &str, &CloudObject, &CloudObject)> {
    let mut holder: HashMap<Owned<'_>, &CloudObject> = HashMap::new();
    let mut shared = Vec::new();
    for object in snapshot.active() {
        unique_keys(object, |key| {
            let first = *holder.entry(key).or_insert(object);
            if first.id != object.id {
                shared.push((key.0, key.1.0, first, &**object));
            }
        });
    }
    shared
}

fn unique_identifiers(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.after_by_id.len() != transition.after.cloud.len() {
        verdict.violated("the tenant", "id", "a different one for each object", "one id twice");
        return;
    }
    let after = shared_identifiers(transition.after);
    if after.is_empty() {
        verdict.holds();
        return;
    }
    // What was shared before this step is not this step's fault.
    let earlier: HashSet<(&str, String, &str, &str)> = shared_identifiers(transition.before)
        .into_iter()
        .flat_map(|(field, value, one, other)| {
            let value = value.to_ascii_lowercase();
            [(field, value.clone(), &*one.id, &*other.id), (field, value, &*other.id, &*one.id)]
        })
        .collect();
    for (field, value, one, other) in after {
        if !earlier.contains(&(field, value.to_ascii_lowercase(), &*one.id, &*other.id)) {
            verdict.violated(
                transition.name_of(other),
                field,
                format!("no value that {} has as well", transition.name_of(one)),
                value,
            );
        }
    }
}

/// Judges that no cloud object changed, appeared or went, but those that `allowed` names.
fn judge_cloud_unchanged(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    allowed: impl Fn(&CloudObject) -> bool,
) {
    for before in &transition.before.cloud {
        if allowed(before) || transition.is_untouched(before) {
            continue;
        }
        // What is done with the recycle bin's contents is left open.
        if before.deleted && transition.after_of(before).is_none() {
            continue;
        }
        transition.judge_untouched(verdict, before);
    }
    for after in &transition.after.cloud {
        if !transition.before_by_id.contains_key(&*after.id) && !allowed(after) {
            verdict.violated(
                transition.name_of(after),
                "the object itself",
                "no new object",
                "created",
            );
        }
    }
}

fn only_the_named_change(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_some() {
        verdict.judge(|verdict| sync_changes_only_pending_work(transition, verdict));
        return;
    }
    verdict.judge(|verdict| {
        let named_key = match transition.command {
            Command::CreateOnPremisesObject(create) => Some(&*create.object.key),
            Command::UpdateOnPremisesObject(update) => Some(&*update.key),
            Command::RemoveOnPremisesObject(remove) => Some(&*remove.key),
            _ => None,
        };
        if named_key.is_some() {
            judge_on_premises_unchanged(transition.before, transition.after, named_key, verdict);
        }
        let named = transition.command.cloud_object();
        let named_id = named.and_then(|reference| transition.history.resolve(reference));
        let is_uncertain = named.is_some_and(|reference| !transition.history.is_certain(reference));
        if is_uncertain {
            return;
        }
        let creates = matches!(transition.command, Command::CreateCloudObject(_))
            && transition.outcome.status == Status::Ok;
        let mut created = 0;
        for after in &transition.after.cloud {
            created += usize::from(!transition.before_by_id.contains_key(&*after.id));
        }
        judge_cloud_unchanged(transition, verdict, |object| {
            named_id.is_some_and(|id| *id == object.id)
                || (creates && created == 1 && !transition.before_by_id.contains_key(&*object.id))
        });
    });
}

/// What a sync may do to a cloud object: it belongs to an on-premises object with pending work.
fn sync_changes_only_pending_work(transition: &Transition<'_>, verdict: &mut Verdict) {
    // Cloud objects by the subject that they belonged to when the cycle began.
    let mut owners: HashMap<&str, &Subject<'_>> = HashMap::new();
    let mut by_anchor: HashMap<&str, &Subject<'_>> = HashMap::new();
    for subject in transition.subjects() {
        if let Some(cloud) = subject.standing.cloud() {
            owners.insert(&*cloud.id, subject);
        }
        if subject.has_work()
            && let Some(anchor) = subject.object.source_anchor.as_deref()
        {
            by_anchor.insert(anchor, subject);
        }
    }
    let worker_of = |object: &CloudObject| {
        object
            .on_premises_immutable_id
            .as_deref()
            .and_then(|anchor| by_anchor.get(anchor))
            .filter(|subject| subject.object.kind == object.kind)
    };
    for before in &transition.before.cloud {
        if transition.is_untouched(before) {
            continue;
        }
        let after = transition.after_of(before);
        if before.deleted && after.is_none_or(|after| after.deleted || worker_of(after).is_some()) {
            continue;
        }
        match owners.get(&*before.id) {
            Some(owner) if owner.has_work() => {
                judge_joined_change(
                    transition,
                    verdict,
                    owner,
                    before,
                    after.map(|after| &**after),
                );
            }
            _ => {
                let is_taken_over = before.is_cloud_mastered()
                    && after.is_some_and(|after| {
                        after.on_premises_sync_enabled
                            && worker_of(after).is_some_and(|worker| {
                                !matches!(worker.standing, Standing::Joined(_))
                            })
                    });
                if !is_taken_over {
                    transition.judge_untouched(verdict, before);
                }
            }
        }
    }
    for created in transition.cycle.iter().flat_map(|cycle| cycle.created.objects()) {
        let is_for_pending_work = created.on_premises_sync_enabled && worker_of(created).is_some();
        if !is_for_pending_work {
            verdict.violated(
                transition.name_of(created),
                "the object itself",
                "no new object but for on-premises objects with pending work",
                "created",
            );
        }
    }
}

/// What may change of the cloud object of an object with pending work: its synchronised values.
fn judge_joined_change(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    owner: &Subject<'_>,
    before: &Arc<CloudObject>,
    after: Option<&CloudObject>,
) {
    // Where the anchor was changed to something else, what that comes to is left open.
    let Standing::Joined(Joint { drifted: false, .. }) = &owner.standing else {
        return;
    };
    let name = transition.name_of(before);
    let Some(after) = after else {
        verdict.violated(name, "the object itself", "still there", "gone");
        return;
    };
    for difference in transition.differences(before, after) {
        let is_fixed = match difference.field.as_str() {
            "kind"
            | "mailEnabled"
            | "onPremisesSyncEnabled"
            | "roles"
            | "deleted"
            | "quarantined" => true,
            "onPremisesImmutableId" => true,
            // Where nothing is pending, only what may still be under way for it can change.
            field => !owner.pending && !may_still_come(transition, owner, field, after),
        };
        if is_fixed {
            verdict.violated(
                &name,
                difference.field,
                format!("{} (unchanged)", difference.before),
                difference.after,
            );
        }
    }
}

/// Whether a value of a joined object without pending work may still change: it is open what
/// becomes of it, or it now is what it is on-premises.
fn may_still_come(
    transition: &Transition<'_>,
    owner: &Subject<'_>,
    field: &str,
    after: &CloudObject,
) -> bool {
    let object = owner.object;
    let past = transition.history.past(&object.key);
    let is_removed = past.is_some_and(|past| past.value_removed);
    match field {
        "password" => {
            past.is_some_and(|past| past.password_free) || after.password == object.password
        }
        "userPrincipalName" => super::situation::same_optional_name(
            &after.user_principal_name,
            &object.user_principal_name,
        ),
        // Addresses that were withheld may come one by one.
        "proxyAddresses" => true,
        attribute => match object.attributes.get(attribute) {
            Some(wanted) => after.attributes.get(attribute) == Some(wanted),
            None => is_removed,
        },
    }
}
