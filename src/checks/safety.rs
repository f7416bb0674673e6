//! What holds in every step, contended objects included.

use super::Check;
use super::direction::{judge_on_premises_unchanged, judge_same_on_premises};
use super::situation::{Joint, Standing, Subject};
use super::transition::{Transition, differences};
use super::verdict::Verdict;
use crate::directory::{
    Capability, CloudObject, Command, Kind, MatchingAttribute, OnPremisesObject, ProxyAddress,
    ResultWord, Snapshot, Status, SyncResult, same_name,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "safe.unique-identifiers", judge: unique_identifiers },
    Check { rule: "safe.only-the-named-change", judge: only_the_named_change },
    Check { rule: "safe.command-takes-effect", judge: command_takes_effect },
    Check { rule: "safe.report-agrees", judge: report_agrees },
];

/// An identifier, folded where letter case does not count, with the field that it stands in.
type Owned<'a> = (&'static str, super::ties::Folded<'a>, &'a str);

/// What no two active objects may share. Anchors are compared exactly, so the exact text is part
/// of their key.
fn unique_keys<'a>(object: &'a CloudObject, mut visit: impl FnMut(Owned<'a>)) {
    use super::ties::Folded;
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
        let cloud = match &subject.standing {
            Standing::Joined(joint) => Some(joint.cloud),
            Standing::Copied(copy, _) => Some(*copy),
            Standing::Unsettled(linked, _) => *linked,
            Standing::New(_) => None,
        };
        if let Some(cloud) = cloud {
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
    for created in transition.cycle.iter().flat_map(|cycle| &cycle.created.objects) {
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

fn command_takes_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    let status = transition.outcome.status;
    if let Some(reference) = transition.command.cloud_object()
        && transition.history.is_certain(reference)
    {
        let target = transition
            .history
            .resolve(reference)
            .and_then(|id| transition.before_by_id.get(&**id).copied());
        let exists = target.is_some();
        // Commands on what is in the recycle bin are left open.
        let is_in_the_bin = target.is_some_and(|target| target.deleted);
        if !is_in_the_bin && exists == (status == Status::NotFound) {
            verdict.violated(
                reference.to_string(),
                "outcome",
                if exists {
                    "not notFound: the object exists"
                } else {
                    "notFound: there is no such object"
                },
                status.to_string(),
            );
        }
    }
    verdict.judge(|verdict| match status {
        Status::Ok => judge_effect(transition, verdict),
        Status::Refused | Status::NotFound => {
            judge_cloud_unchanged(transition, verdict, |object| {
                is_open_password_edit(transition, object)
            });
            judge_on_premises_unchanged(transition.before, transition.after, None, verdict);
            judge_may_be_refused(transition, verdict);
        }
    });
}

/// What becomes of a cloud password edit on a joined user is left open, whatever is said of it.
fn is_open_password_edit(transition: &Transition<'_>, object: &CloudObject) -> bool {
    match transition.command {
        Command::UpdateCloudObject(update) => {
            !update.set.password.is_keep()
                && object.on_premises_sync_enabled
                && transition.history.resolve(&update.object) == Some(&object.id)
        }
        _ => false,
    }
}

/// Commands that are the suite's own to give are carried out: what happens on-premises, the
/// tenant's switches, Connect's installation, and the cycle itself.
fn judge_may_be_refused(transition: &Transition<'_>, verdict: &mut Verdict) {
    let what = match transition.command {
        Command::CreateOnPremisesObject(create) => {
            if transition.before.on_premises_object(&create.object.key).is_some() {
                return;
            }
            format!("on-premises {}", create.object.key)
        }
        Command::UpdateOnPremisesObject(update) => {
            if transition.before.on_premises_object(&update.key).is_none() {
                return;
            }
            format!("on-premises {}", update.key)
        }
        Command::SetFeature(set) => set.feature.to_string(),
        Command::ReinstallConnect(_) => "Connect".to_owned(),
        Command::Sync(_) => "the sync cycle".to_owned(),
        _ => return,
    };
    verdict.violated(
        what,
        "outcome",
        "ok: nothing stands in its way",
        transition.outcome.status.to_string(),
    );
}

/// "ok" means that the state shows it.
fn judge_effect(transition: &Transition<'_>, verdict: &mut Verdict) {
    match transition.command {
        Command::CreateOnPremisesObject(create) => {
            if transition.before.on_premises_object(&create.object.key).is_none() {
                judge_on_premises_effect(transition, verdict, &create.object);
            }
        }
        Command::UpdateOnPremisesObject(update) => {
            if let Some(before) = transition.before.on_premises_object(&update.key) {
                let mut wanted = OnPremisesObject::clone(before);
                update.set.apply_to(&mut wanted);
                judge_on_premises_effect(transition, verdict, &wanted);
            }
        }
        Command::CreateCloudObject(create) => {
            if transition.history.labels.contains_key(&create.object.label) {
                return;
            }
            let created: Vec<_> = transition
                .after
                .cloud
                .iter()
                .filter(|object| !transition.before_by_id.contains_key(&*object.id))
                .collect();
            let name = format!("cloud {} {}", create.object.kind, create.object.label);
            match created[..] {
                [created] => {
                    judge_as_set_up(
                        verdict,
                        &name,
                        &create.object.to_object(""),
                        created,
                        transition,
                    );
                }
                _ => verdict.violated(
                    name,
                    "new cloud objects",
                    "exactly one",
                    created.len().to_string(),
                ),
            }
        }
        _ => judge_effect_on_named(transition, verdict),
    }
}

fn judge_on_premises_effect(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    wanted: &OnPremisesObject,
) {
    let mut wanted = wanted.clone();
    if !transition.has(Capability::Passwords) {
        wanted.password = None;
    }
    match transition.after.on_premises_object(&wanted.key) {
        None => verdict.violated(
            format!("on-premises {}", wanted.key),
            "the object itself",
            "there",
            "not there",
        ),
        Some(seen) => judge_same_on_premises(&wanted, seen, verdict),
    }
}

/// Judges that a new cloud object is what was asked for. Values beyond it are not judged: a
/// service may add its own.
fn judge_as_set_up(
    verdict: &mut Verdict,
    name: &str,
    wanted: &CloudObject,
    seen: &CloudObject,
    transition: &Transition<'_>,
) {
    for difference in setup_differences(wanted, seen, transition.capabilities) {
        verdict.violated(name, difference.0, difference.1, difference.2);
    }
}

/// Where a fresh cloud object does not show what was asked for: field, wanted, seen.
pub(super) fn setup_differences(
    wanted: &CloudObject,
    seen: &CloudObject,
    capabilities: &crate::directory::Capabilities,
) -> Vec<(String, String, String)> {
    let mut reduced = seen.clone();
    reduced.attributes.retain(|name, _| wanted.attributes.contains_key(name));
    reduced
        .proxy_addresses
        .retain(|address| wanted.proxy_addresses.iter().any(|wanted| wanted.same(address)));
    let mut wanted = wanted.clone();
    if !capabilities.has(Capability::Passwords) {
        wanted.password = None;
        reduced.password = None;
    }
    if !capabilities.has(Capability::Roles) {
        wanted.roles.clear();
        reduced.roles.clear();
    }
    differences(&wanted, &reduced)
        .into_iter()
        .map(|difference| (difference.field, difference.before, difference.after))
        .collect()
}

fn judge_effect_on_named(transition: &Transition<'_>, verdict: &mut Verdict) {
    let Some(reference) = transition.command.cloud_object() else {
        return;
    };
    if !transition.history.is_certain(reference) {
        return;
    }
    let target = transition
        .history
        .resolve(reference)
        .and_then(|id| transition.before_by_id.get(&**id).copied());
    let Some(target) = target else { return };
    let after = transition.after_of(target).map(|after| &**after);
    let name = transition.name_of(target);
    if let Command::DeleteCloudObject(delete) = transition.command {
        let is_done = match after {
            None => true,
            Some(after) => !delete.permanently && after.deleted,
        };
        let is_lost = after.is_none() && !delete.permanently && target.kind == Kind::User;
        if is_lost && target.is_active() {
            verdict.violated(&name, "deleted", "true: in the recycle bin", "the object is gone");
        }
        // Moving groups and contacts to the recycle bin is left open.
        let is_open = !delete.permanently && target.kind != Kind::User;
        if !is_done && !is_open && target.is_active() {
            verdict.violated(
                name,
                "deleted",
                if delete.permanently {
                    "the object is gone"
                } else {
                    "true, or the object is gone"
                },
                "still there",
            );
        }
        return;
    }
    if let Command::RestoreCloudObject(_) = transition.command {
        if !target.deleted {
            transition.judge_untouched(verdict, target);
        } else if target.deleted && after.is_none_or(|after| after.deleted) {
            verdict.violated(
                name,
                "deleted",
                "false",
                if after.is_some() { "true" } else { "the object is gone" },
            );
        }
        return;
    }
    if target.deleted {
        return;
    }
    let Some(after) = after else {
        verdict.violated(name, "the object itself", "still there", "gone");
        return;
    };
    let mut wanted = CloudObject::clone(target);
    match transition.command {
        Command::UpdateCloudObject(update) => update.set.apply_to(&mut wanted),
        Command::SetImmutableId(set) => wanted.on_premises_immutable_id.clone_from(&set.value),
        Command::AssignRole(assign) => {
            wanted.roles.insert(assign.role.clone());
        }
        Command::RemoveRole(remove) => {
            wanted.roles.remove(&remove.role);
        }
        _ => return,
    }
    let mut seen = after.clone();
    if is_open_password_edit(transition, target) || !transition.has(Capability::Passwords) {
        seen.password.clone_from(&wanted.password);
    }
    for difference in transition.differences(&wanted, &seen) {
        verdict.violated(&name, difference.field, difference.before, difference.after);
    }
}

fn report_agrees(transition: &Transition<'_>, verdict: &mut Verdict) {
    if transition.cycle.is_none() || transition.outcome.status != Status::Ok {
        return;
    }
    let known: HashSet<&str> =
        transition.before.on_premises.iter().map(|object| &*object.key).collect();
    for key in transition.outcome.objects.keys() {
        if !known.contains(&**key) {
            verdict.violated(
                &**key,
                "reported result",
                "none: there is no such on-premises object",
                "one",
            );
        }
    }
    for subject in transition.subjects() {
        let Some(result) = transition.reported(subject.object) else {
            verdict.violated(
                &*subject.object.key,
                "reported result",
                "one entry for each on-premises object",
                "no entry",
            );
            continue;
        };
        verdict.judge(|verdict| judge_result(transition, verdict, subject, result));
    }
}

fn judge_result(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    result: &SyncResult,
) {
    let object = subject.object;
    let joined = transition.joined_after(object);
    let before = joined.and_then(|joined| transition.before_by_id.get(&*joined.id).copied());
    let is_takeover = before.is_some_and(|before| before.is_cloud_mastered() && before.is_active());
    // A copy in the recycle bin may still count as one: that is left open.
    let has_copy = transition.copy_after(object).is_some()
        || transition.history.past(&object.key).and_then(|past| past.copy.as_ref()).is_some_and(
            |id| transition.after_by_id.get(&**id).is_some_and(|copy| copy.quarantined),
        );
    let mut lie = |expected: String| {
        let mut seen = result.result.to_string();
        if let Some(matched_on) = result.matched_on {
            seen = format!("{seen} on {matched_on}");
        }
        verdict.violated(&*object.key, "reported result", expected, seen);
    };
    let is_match = matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched);
    if is_match && transition.has(Capability::MatchKind) && result.matched_on.is_none() {
        lie("with matchedOn: matchKind is declared".into());
    }
    let is_copied = matches!(subject.standing, Standing::Copied(..));
    let is_unsettled = match &subject.standing {
        Standing::Unsettled(..) => true,
        Standing::Joined(joint) => joint.drifted,
        _ => false,
    };
    match result.result {
        ResultWord::HardMatched => {
            let is_true = joined.is_some_and(|_| match before {
                None => false,
                Some(before) if is_takeover => {
                    before.on_premises_immutable_id == object.source_anchor
                }
                // Without a reinstallation there is nothing to rejoin.
                Some(_) => {
                    transition.history.reinstalled
                        || !matches!(&subject.standing, Standing::Joined(joint) if !joint.drifted)
                }
            });
            if !is_true {
                lie("not hardMatched: no object that carried its anchor was joined to it".into());
            } else if !matches!(result.matched_on, None | Some(MatchingAttribute::SourceAnchor)) {
                lie("a hard match, which is on sourceAnchor".into());
            }
        }
        ResultWord::SoftMatched => match before.filter(|_| is_takeover) {
            None => lie("not softMatched: it took over no cloud-mastered object".into()),
            Some(before) => {
                let by_name = object.kind == Kind::User
                    && super::situation::same_optional_name(
                        &object.user_principal_name,
                        &before.user_principal_name,
                    );
                let by_address = matches!(
                    (object.primary_address(), before.primary_address()),
                    (Some(own), Some(held)) if same_name(own, held)
                );
                let is_true = match result.matched_on {
                    None => by_name || by_address,
                    Some(MatchingAttribute::UserPrincipalName) => by_name,
                    Some(MatchingAttribute::ProxyAddresses) => by_address,
                    Some(MatchingAttribute::SourceAnchor) => false,
                };
                if !is_true {
                    lie(format!("what {} was really matched on", transition.name_of(before)));
                }
            }
        },
        ResultWord::Provisioned => {
            let is_true = joined.is_some() && before.is_none();
            if !is_true {
                lie("not provisioned: no new cloud object is joined to it".into());
            }
        }
        ResultWord::Joined | ResultWord::Updated => {
            if joined.is_none() && !has_copy && !is_unsettled {
                lie("error: it is joined to nothing".into());
            } else if is_takeover && transition.has(Capability::MatchKind) {
                lie("hardMatched or softMatched: matchKind is declared".into());
            }
        }
        ResultWord::Unchanged => {
            let was_joined = match &subject.standing {
                Standing::Joined(joint) => Some(joint.cloud),
                _ => None,
            };
            match (joined, was_joined) {
                (Some(joined), Some(cloud)) if joined.id == cloud.id => {
                    let is_untouched = transition.is_untouched(cloud);
                    if !is_untouched {
                        lie(format!("updated: {} changed", transition.name_of(cloud)));
                    }
                }
                (Some(_), _) if !is_copied && !is_unsettled => {
                    lie("not unchanged: it was joined in this cycle".into());
                }
                (None, _) if !has_copy && !is_unsettled && !is_copied => {
                    lie("error: it is joined to nothing".into());
                }
                _ => {}
            }
        }
        ResultWord::Removed => lie("not removed: it is still on-premises".into()),
        ResultWord::Quarantined => {
            if !has_copy {
                lie("not quarantined: there is no flagged copy for it".into());
            }
        }
        ResultWord::Error => {
            if !subject.contended && has_visibly_succeeded(transition, subject) {
                lie("not an error: it was synchronised in full".into());
            }
        }
    }
}

/// Whether an uncontended object got all that the cycle owed it.
fn has_visibly_succeeded(transition: &Transition<'_>, subject: &Subject<'_>) -> bool {
    if let Some(joint) = subject.settled_joint() {
        let is_idle = !subject.has_work() && !joint.meets_others();
        return is_idle || transition.is_obligation_met(subject) == Some(true);
    }
    transition.is_obligation_met(subject) == Some(true)
        && transition.joined_after(subject.object).is_some()
}
