//! Which way values flow, and that synchronisation goes on.

use super::Check;
use super::situation::{MeetingClass, Standing};
use super::transition::{Transition, optional};
use super::verdict::Verdict;
use crate::directory::{Capability, Command, Kind, OnPremisesObject, Snapshot};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check { rule: "direction.on-premises-never-written", judge: on_premises_never_written },
    Check { rule: "sync.updates-flow", judge: updates_flow },
    Check { rule: "sync.password-needs-hash-sync", judge: password_needs_hash_sync },
    Check { rule: "sync.errors-stay-local", judge: errors_stay_local },
    Check { rule: "sync.failed-is-retried", judge: failed_is_retried },
];

/// Judges that no on-premises object was created, changed or deleted, `but` one apart.
pub(super) fn judge_on_premises_unchanged(
    before: &Snapshot,
    after: &Snapshot,
    but: Option<&str>,
    verdict: &mut Verdict,
) {
    if before.on_premises == after.on_premises {
        return;
    }
    let by_key = |snapshot: &Snapshot| -> BTreeMap<String, Arc<OnPremisesObject>> {
        snapshot
            .on_premises
            .iter()
            .filter(|object| but != Some(&*object.key))
            .map(|object| (object.key.to_string(), Arc::clone(object)))
            .collect()
    };
    let (before, after) = (by_key(before), by_key(after));
    for (key, object) in &before {
        match after.get(key) {
            None => verdict.violated(key, "the object itself", "still there", "gone"),
            Some(seen) => judge_same_on_premises(object, seen, verdict),
        }
    }
    for key in after.keys().filter(|key| !before.contains_key(*key)) {
        verdict.violated(key, "the object itself", "no such on-premises object", "created");
    }
}

/// Judges that two states of an on-premises object say the same.
pub(super) fn judge_same_on_premises(
    wanted: &OnPremisesObject,
    seen: &OnPremisesObject,
    verdict: &mut Verdict,
) {
    let object = format!("on-premises {}", wanted.key);
    let mut expect = |field: &str, expected: String, shown: String| {
        if expected != shown {
            verdict.violated(&object, field, expected, shown);
        }
    };
    expect("kind", wanted.kind.to_string(), seen.kind.to_string());
    expect("mailEnabled", wanted.mail_enabled.to_string(), seen.mail_enabled.to_string());
    expect("sourceAnchor", optional(&wanted.source_anchor), optional(&seen.source_anchor));
    expect(
        "userPrincipalName",
        optional(&wanted.user_principal_name),
        optional(&seen.user_principal_name),
    );
    expect(
        "proxyAddresses",
        super::transition::list(&wanted.proxy_addresses),
        super::transition::list(&seen.proxy_addresses),
    );
    expect("attributes", format!("{:?}", wanted.attributes), format!("{:?}", seen.attributes));
    expect("password", optional(&wanted.password), optional(&seen.password));
}

fn on_premises_never_written(transition: &Transition<'_>, verdict: &mut Verdict) {
    let is_on_premises_command = matches!(
        transition.command,
        Command::CreateOnPremisesObject(_)
            | Command::UpdateOnPremisesObject(_)
            | Command::RemoveOnPremisesObject(_)
    );
    if is_on_premises_command {
        return;
    }
    verdict.judge(|verdict| {
        judge_on_premises_unchanged(transition.before, transition.after, None, verdict);
    });
}

fn updates_flow(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects() {
        if transition.owes_update(subject).is_some() {
            verdict.judge(|verdict| transition.judge_update(verdict, subject));
        }
    }
}

/// With password hash sync off no password comes from on-premises.
fn password_needs_hash_sync(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::Passwords)
        || transition.features().password_hash_sync
        || transition.cycle.is_none()
    {
        return;
    }
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let object = subject.object;
        let (Some(password), Kind::User) = (&object.password, object.kind) else {
            continue;
        };
        let targets: Vec<_> = match &subject.standing {
            Standing::New(_) => transition
                .created_for(object)
                .into_iter()
                .chain(transition.joined_after(object))
                .collect(),
            Standing::Joined(joint)
                if !transition.history.past(&object.key).is_some_and(|past| past.password_free) =>
            {
                transition.after_of(joint.cloud).into_iter().collect()
            }
            _ => continue,
        };
        for after in targets {
            let before = transition.before_by_id.get(&*after.id);
            if before.is_some_and(|before| before.password.as_ref() == Some(password)) {
                continue;
            }
            if after.password.as_ref() == Some(password) {
                verdict.violated(
                    transition.name_of(after),
                    "password",
                    "not the on-premises one: password hash sync is off",
                    &**password,
                );
            } else {
                verdict.holds();
            }
        }
    }
}

/// What fails keeps nothing else of that cycle from being synchronised.
fn errors_stay_local(transition: &Transition<'_>, verdict: &mut Verdict) {
    let failed: Vec<&str> = transition
        .outcome
        .objects
        .iter()
        .filter(|(_, result)| result.result == crate::directory::ResultWord::Error)
        .map(|(key, _)| &**key)
        .collect();
    if failed.is_empty() {
        return;
    }
    for subject in transition.subjects() {
        let others_failed = failed.iter().any(|key| **key != *subject.object.key);
        if !others_failed {
            continue;
        }
        match transition.is_obligation_met(subject) {
            Some(true) => verdict.holds(),
            Some(false) => verdict.violated(
                &*subject.object.key,
                "synchronisation",
                "done, although another object failed",
                format!("not done (reported: {})", transition.reported_words(subject.object)),
            ),
            None => {}
        }
    }
}

/// What failed without leaving a copy is tried again: it succeeds where it now can, and fails
/// again where it still cannot.
fn failed_is_retried(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.subjects().iter().filter(|subject| !subject.contended) {
        let object = subject.object;
        if !transition.history.past(&object.key).is_some_and(|past| past.failed) {
            continue;
        }
        let still_fails = match (&subject.standing, subject.settled_joint()) {
            (Standing::New(meeting), _) if !meeting.doubtful => {
                meeting.class == MeetingClass::Collision && transition.copy_after(object).is_none()
            }
            (_, Some(joint)) => joint.late_matches().next().is_some(),
            _ => continue,
        };
        match transition.is_obligation_met(subject) {
            Some(true) => verdict.holds(),
            Some(false) => verdict.violated(
                &*object.key,
                "synchronisation",
                "done: it failed before, and nothing stands in its way any more",
                format!("not done (reported: {})", transition.reported_words(object)),
            ),
            None if still_fails => {
                if transition.reported_error(object) {
                    verdict.holds();
                } else {
                    verdict.violated(
                        &*object.key,
                        "reported result",
                        "error: it is tried again and still cannot succeed",
                        transition.reported_words(object),
                    );
                }
            }
            None => {}
        }
    }
}
