//! Which way values flow, and that synchronisation goes on.

use super::Check;
use super::object_name::ObjectName;
use super::occasions::Occasions;
use super::situation::{MeetingClass, Standing};
use super::transition::{Transition, list, optional};
use super::verdict::Verdict;
use crate::directory::{Attributes, Capability, Command, Kind, OnPremisesObject, Snapshot, Text};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check {
        rule: "direction.on-premises-never-written",
        about: Occasions::ALWAYS,
        judge: on_premises_never_written,
    },
    Check { rule: "sync.updates-flow", about: Occasions::SETTLED, judge: updates_flow },
    Check {
        rule: "sync.password-needs-hash-sync",
        about: Occasions::SUBJECT,
        judge: password_needs_hash_sync,
    },
    Check { rule: "sync.errors-stay-local", about: Occasions::ERROR, judge: errors_stay_local },
    Check { rule: "sync.failed-is-retried", about: Occasions::SUBJECT, judge: failed_is_retried },
];

/// Judges that no on-premises object was created, changed or deleted, `but` one apart.
pub(super) fn judge_on_premises_unchanged(
    before: &Snapshot,
    after: &Snapshot,
    but: Option<&str>,
    verdict: &mut Verdict,
) {
    // Most of the time nothing was even moved.
    if !others(before, but).eq(others(after, but)) {
        blame_changed_on_premises(before, after, but, verdict);
    }
}

/// The on-premises objects, `but` one apart.
fn others<'s>(
    snapshot: &'s Snapshot,
    but: Option<&str>,
) -> impl Iterator<Item = &'s Arc<OnPremisesObject>> {
    snapshot.on_premises.iter().filter(move |object| but.is_none_or(|but| *but != *object.key))
}

#[cold]
#[inline(never)]
fn blame_changed_on_premises(
    before: &Snapshot,
    after: &Snapshot,
    but: Option<&str>,
    verdict: &mut Verdict,
) {
    let by_key = |snapshot| -> BTreeMap<Text, Arc<OnPremisesObject>> {
        others(snapshot, but).map(|object| (object.key.clone(), Arc::clone(object))).collect()
    };
    let (before, after) = (by_key(before), by_key(after));
    for (key, object) in &before {
        match after.get(key) {
            None => {
                let name = ObjectName::Key(key.clone());
                verdict.violated(name, "the object itself", "still there", "gone");
            }
            Some(seen) => judge_same_on_premises(object, seen, verdict),
        }
    }
    for key in after.keys().filter(|key| !before.contains_key(*key)) {
        let name = ObjectName::Key(key.clone());
        verdict.violated(name, "the object itself", "no such on-premises object", "created");
    }
}

/// Judges that two states of an on-premises object say the same.
pub(super) fn judge_same_on_premises(
    wanted: &OnPremisesObject,
    seen: &OnPremisesObject,
    verdict: &mut Verdict,
) {
    if wanted != seen {
        blame_other_on_premises(wanted, seen, verdict);
    }
}

#[cold]
#[inline(never)]
fn blame_other_on_premises(
    wanted: &OnPremisesObject,
    seen: &OnPremisesObject,
    verdict: &mut Verdict,
) {
    let name = || ObjectName::OnPremises(wanted.key.clone());
    let mut expect = |field: &str, is_same: bool, expected: String, shown: String| {
        if !is_same {
            verdict.violated(name(), field, expected, shown);
        }
    };
    macro_rules! expect_same {
        ($($field:literal: $name:ident by $words:expr,)*) => {$(
            expect($field, wanted.$name == seen.$name, $words(&wanted.$name), $words(&seen.$name));
        )*};
    }
    expect_same! {
        "kind": kind by Kind::to_string,
        "mailEnabled": mail_enabled by bool::to_string,
        "sourceAnchor": source_anchor by optional,
        "userPrincipalName": user_principal_name by optional,
    }
    let (wanted_list, seen_list) = (list(&wanted.proxy_addresses), list(&seen.proxy_addresses));
    expect("proxyAddresses", wanted_list == seen_list, wanted_list, seen_list);
    let attributes =
        |attributes: &Attributes| format!("{:?}", attributes.iter().collect::<BTreeMap<_, _>>());
    expect_same! { "attributes": attributes by attributes, "password": password by optional, }
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
    transition.judge_every_update(verdict);
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
                .created_for(subject)
                .into_iter()
                .chain(transition.joined_after(subject))
                .collect(),
            Standing::Joined(joint) if !subject.past.is_some_and(|past| past.password_free) => {
                transition.after_of(joint.cloud).into_iter().collect()
            }
            _ => continue,
        };
        for after in targets {
            let before = transition.origin_of(after);
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
    let errors = transition.cycle.as_ref().map_or(0, |cycle| cycle.errors);
    for subject in transition.subjects() {
        if errors == usize::from(subject.reported_error()) {
            continue;
        }
        match transition.is_obligation_met(subject) {
            Some(true) => verdict.holds(),
            Some(false) => verdict.violated(
                ObjectName::Key(subject.object.key.clone()),
                "synchronisation",
                "done, although another object failed",
                format!("not done (reported: {})", subject.reported_words()),
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
        if !subject.past.is_some_and(|past| past.failed) {
            continue;
        }
        let still_fails = match (&subject.standing, subject.settled_joint()) {
            (Standing::New(meeting), _) if !meeting.doubtful => {
                meeting.class == MeetingClass::Collision && subject.ending.copy.is_none()
            }
            (_, Some(joint)) => joint.late_matches().next().is_some(),
            _ => continue,
        };
        match transition.is_obligation_met(subject) {
            Some(true) => verdict.holds(),
            Some(false) => verdict.violated(
                ObjectName::Key(object.key.clone()),
                "synchronisation",
                "done: it failed before, and nothing stands in its way any more",
                format!("not done (reported: {})", subject.reported_words()),
            ),
            None if still_fails => {
                if subject.reported_error() {
                    verdict.holds();
                } else {
                    verdict.violated(
                        ObjectName::Key(object.key.clone()),
                        "reported result",
                        "error: it is tried again and still cannot succeed",
                        subject.reported_words(),
                    );
                }
            }
            None => {}
        }
    }
}
