//! Which way values flow, and that synchronisation goes on.

use super::arrival::{is_left_undone, is_obligation_met, judge_every_update, judge_update};
use super::check::{Check, Trigger};
use super::definitions::MatchClass;
use super::link_state::LinkState;
use super::subject::Subject;
use super::transition::Transition;
use super::verdict::Verdict;
use super::violation::Because;
use crate::directory::{
    Capability, Command, Field, Fields, Kind, ObjectName, OnPremisesObject, ResultWord, Snapshot,
    Text, Value,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const CHECKS: &[Check] = &[
    Check::of("sync.on-premises-never-written", &[Trigger::Always], on_premises_never_written),
    Check::of("sync.updates-flow", &[Trigger::DeterminateLink], updates_flow),
    Check::of("sync.password-needs-hash-sync", &[Trigger::Subject], password_needs_hash_sync),
    Check::of("sync.errors-stay-local", &[Trigger::Error], errors_stay_local),
    Check::of("sync.failed-is-retried", &[Trigger::Subject], failed_is_retried),
    Check::of(
        "sync.changed-anchor-stops-updates",
        &[Trigger::KnownObject],
        changed_anchor_stops_updates,
    ),
];

/// Judges that no on-premises object was created, changed or deleted, `but` one apart.
pub(super) fn judge_on_premises_unchanged(
    before: &Snapshot,
    after: &Snapshot,
    but: Option<&str>,
    verdict: &mut Verdict,
) {
    let others = |snapshot| others(snapshot, but);
    // Most of the time nothing was even moved.
    if others(before).eq(others(after)) {
        return;
    }
    let before: BTreeMap<&Text, _> = others(before).map(|object| (&object.key, object)).collect();
    let after: BTreeMap<&Text, _> = others(after).map(|object| (&object.key, object)).collect();
    for (key, object) in &before {
        match after.get(key) {
            None => _ = verdict.missing(object_name(key)).because(Because::Unchanged),
            Some(seen) => judge_same_on_premises(object, seen, verdict),
        }
    }
    for key in after.keys().filter(|key| !before.contains_key(*key)) {
        verdict.unexpected(object_name(key));
    }
}

fn object_name(key: &Text) -> ObjectName {
    ObjectName::OnPremises(key.clone())
}

/// The on-premises objects, `but` one apart.
fn others<'s>(
    snapshot: &'s Snapshot,
    but: Option<&str>,
) -> impl Iterator<Item = &'s Arc<OnPremisesObject>> {
    snapshot.on_premises.iter().filter(move |object| but.is_none_or(|but| *but != *object.key))
}

/// Judges that two states of an on-premises object say the same, letter case included.
pub(super) fn judge_same_on_premises(
    wanted: &OnPremisesObject,
    seen: &OnPremisesObject,
    verdict: &mut Verdict,
) {
    if wanted == seen {
        return;
    }
    let is_same = |_: &Field, wanted: &Value, seen: &Value| wanted == seen;
    verdict.differs(|| object_name(&wanted.key), wanted.differences_by(seen, is_same));
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
    judge_every_update(transition, verdict);
}

/// With password hash sync off no password comes from on-premises.
fn password_needs_hash_sync(transition: &Transition<'_>, verdict: &mut Verdict) {
    if !transition.has(Capability::Passwords) || transition.features().password_hash_sync {
        return;
    }
    for subject in transition.uncontended() {
        let (Some(password), Kind::User) = (&subject.object.password, subject.object.kind) else {
            continue;
        };
        let mut targets = Vec::new();
        match &subject.link_state {
            LinkState::New(_) => {
                targets.extend(transition.created_for(subject));
                targets.extend(transition.joined_after(subject));
            }
            LinkState::Joined(link)
                if !subject.own_history.is_some_and(|own_history| own_history.password_free) =>
            {
                targets.extend(transition.after_of(link.cloud));
            }
            _ => {}
        }
        for after in targets {
            let before = transition.origin_of(after);
            if before.is_some_and(|before| before.password.as_ref() == Some(password)) {
                continue;
            }
            if after.password.as_ref() == Some(password) {
                verdict
                    .violated(transition.name_of(after), Field::Password, Value::Other, password)
                    .because(Because::PasswordHashSync(false));
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
        if errors > usize::from(subject.reported_error()) {
            judge_obligation(transition, verdict, subject, Because::AnotherFailed);
        }
    }
}

/// Judges that the cycle did what it owes an object; says whether it owes it anything.
fn judge_obligation(
    transition: &Transition<'_>,
    verdict: &mut Verdict,
    subject: &Subject<'_>,
    because: Because,
) -> bool {
    let is_met = if subject.determinate_link().is_some() {
        is_left_undone(transition, subject).map(|is_undone| !is_undone)
    } else {
        is_obligation_met(transition, subject)
    };
    match is_met {
        Some(true) => verdict.holds(),
        Some(false) => {
            verdict
                .violated(subject.name(), Field::Synchronisation, true, false)
                .because(because)
                .reported(subject.reported);
        }
        None => {}
    }
    is_met.is_some()
}

/// A new object that failed without leaving a quarantined object is tried again: it succeeds where it now can,
/// and fails again where it still cannot.
fn failed_is_retried(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.uncontended() {
        if !subject.own_history.is_some_and(|own_history| own_history.failed) {
            continue;
        }
        // Of a late match see match.late-match-is-an-error.
        let LinkState::New(matching) = &subject.link_state else { continue };
        if matching.unspecified {
            continue;
        }
        let came_to_something =
            subject.effect.joined.is_some() || subject.effect.quarantined.is_some();
        let still_fails = matching.class == MatchClass::Collision && !came_to_something;
        let is_owed = judge_obligation(transition, verdict, subject, Because::TriedAgain);
        if !is_owed && still_fails && transition.has(Capability::ObjectResults) {
            if subject.reported_error() {
                verdict.holds();
            } else {
                verdict
                    .violated(subject.name(), Field::Result, ResultWord::Error, subject.result())
                    .because(Because::TriedAgain);
            }
        }
    }
}

/// A joined object whose anchor was changed to one that nothing carries: an error, and nothing reaches
/// its cloud object until the old anchor is back. Then it goes on as before.
fn changed_anchor_stops_updates(transition: &Transition<'_>, verdict: &mut Verdict) {
    for subject in transition.uncontended() {
        let (LinkState::Joined(link), Some(own_history)) =
            (&subject.link_state, subject.own_history)
        else {
            continue;
        };
        if link.has_free_new_anchor() {
            verdict.judge(|verdict| {
                let tells = transition.has(Capability::ObjectResults);
                if tells && !own_history.failed && !subject.reported_error() {
                    verdict
                        .violated(
                            subject.name(),
                            Field::Result,
                            ResultWord::Error,
                            subject.result(),
                        )
                        .because(Because::AnchorChanged);
                }
                transition.judge_not_moved(verdict, subject, link.cloud);
                // Of these it is open what becomes of them, and when.
                if own_history.absent.is_empty() && !own_history.password_free {
                    transition.judge_untouched(verdict, link.cloud);
                }
            });
        } else if own_history.stopped_by_anchor && !link.anchor_changed {
            verdict.judge(|verdict| {
                transition.judge_still_joined(verdict, subject, link.cloud);
                judge_update(transition, verdict, subject);
            });
        }
    }
}
