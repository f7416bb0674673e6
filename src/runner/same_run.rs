//! Whether two runs of a case show the same.
//!
//! Many implementations are run on the same cases: mutants, versions, workers. Where one shows the
//! same as a run that every check has judged already, up to its own identifiers, every check would
//! say the same again.

use crate::directory::{CloudObject, OnPremisesObject, Outcome, Snapshot, SyncResult, Text};
use crate::implementation::CaseObservation;
use std::sync::Arc;

/// Whether two runs of one case show the same in every step, up to the identifiers that each
/// implementation gives out by itself and to free text. Runs that broke off are like no other.
///
/// Where two objects that look exactly alike appear in one step it cannot be told which is which,
/// and the answer is no: whoever asks then judges in full.
///
/// ```
/// use entra_conformance::directory::{Command, Tenant};
/// use entra_conformance::implementation::{CaseInput, run_one};
/// use entra_conformance::reference::ReferenceModel;
/// use entra_conformance::runner::shows_the_same;
/// let tenant: Tenant = serde_json::from_str(
///     r#"{"onPremises": [{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com"}]}"#,
/// ).unwrap();
/// let commands = [Command::sync()];
/// let case = CaseInput { tenant: &tenant, commands: &commands };
/// let one = run_one(&mut ReferenceModel::default(), case);
/// let other = run_one(&mut ReferenceModel::default(), case);
/// assert!(shows_the_same(&one, &other));
/// ```
pub fn shows_the_same(one: &CaseObservation, other: &CaseObservation) -> bool {
    let (Some(one_start), Some(other_start)) = (&one.start, &other.start) else {
        return false;
    };
    if one.failure.is_some() || other.failure.is_some() || one.steps.len() != other.steps.len() {
        return false;
    }
    let mut alignment = Alignment::default();
    alignment.same_state(None, (one_start, other_start)) && {
        let mut before = (one_start, other_start);
        one.steps.iter().zip(&other.steps).all(|(one, other)| {
            let after = (&one.snapshot, &other.snapshot);
            let is_same = same_outcome(&one.outcome, &other.outcome)
                && alignment.same_state(Some(before), after);
            before = after;
            is_same
        })
    }
}

type States<'s> = (&'s Snapshot, &'s Snapshot);

/// Objects of one kind in both runs.
type Objects<'o, T> = (&'o [Arc<T>], &'o [Arc<T>]);

/// Which object of one run is which of the other.
#[derive(Default)]
struct Alignment<'s> {
    /// Identifiers in the one run and in the other.
    ids: Vec<(&'s Text, &'s Text)>,
    cloud: Places,
    on_premises: Places,
}

impl<'s> Alignment<'s> {
    fn same_state(&mut self, before: Option<States<'s>>, (one, other): States<'s>) -> bool {
        let Alignment { ids, cloud, on_premises } = self;
        let earlier = before.map(|(one, other)| (&*one.on_premises, &*other.on_premises));
        on_premises.follow(earlier, (&one.on_premises, &other.on_premises), |object, at| {
            let is_it = |candidate: &Arc<OnPremisesObject>| candidate.key == object.key;
            let place = place_near(&other.on_premises, at, is_it)?;
            (other.on_premises[place] == *object).then_some(place)
        }) && {
            let earlier = before.map(|(one, other)| (&*one.cloud, &*other.cloud));
            cloud.follow(earlier, (&one.cloud, &other.cloud), |object, at| {
                find_partner(ids, object, at, &other.cloud)
            })
        }
    }
}

/// Where the cloud object stands in the other run that this one is, by its identifier or else
/// because it is the only one there that looks like it.
fn find_partner<'s>(
    ids: &mut Vec<(&'s Text, &'s Text)>,
    object: &'s CloudObject,
    at: usize,
    other: &'s [Arc<CloudObject>],
) -> Option<usize> {
    if let Some((_, partner)) = ids.iter().find(|(id, _)| **id == object.id) {
        let place = place_near(other, at, |candidate| candidate.id == **partner)?;
        return same_but_for_id(object, &other[place]).then_some(place);
    }
    let mut alike = other.iter().enumerate().filter(|(_, candidate)| {
        same_but_for_id(object, candidate) && ids.iter().all(|(_, id)| **id != candidate.id)
    });
    match (alike.next(), alike.next()) {
        (Some((place, partner)), None) => {
            ids.push((&object.id, &partner.id));
            Some(place)
        }
        _ => None,
    }
}

/// The place of the first object that `is_it`; mostly it is this one.
fn place_near<T>(
    objects: &[Arc<T>],
    near: usize,
    is_it: impl Fn(&Arc<T>) -> bool,
) -> Option<usize> {
    match objects.get(near) {
        Some(object) if is_it(object) => Some(near),
        _ => objects.iter().position(is_it),
    }
}

/// Where the objects of the last state of the one run stand in that of the other.
#[derive(Default)]
struct Places {
    places: Vec<usize>,
    earlier: Vec<usize>,
    is_taken: Vec<bool>,
}

impl Places {
    /// Whether each object of one state is an object of the other's, and no two are the same one.
    /// `find` is asked for those that are not just where, and what, they were `before`.
    fn follow<'s, T>(
        &mut self,
        before: Option<Objects<'_, T>>,
        (one, other): (&'s [Arc<T>], &[Arc<T>]),
        mut find: impl FnMut(&'s Arc<T>, usize) -> Option<usize>,
    ) -> bool {
        let Places { places, earlier, is_taken } = self;
        std::mem::swap(places, earlier);
        places.clear();
        is_taken.clear();
        is_taken.resize(other.len(), false);
        one.len() == other.len()
            && one.iter().enumerate().all(|(at, object)| {
                let stays = |(one, others): Objects<'_, T>| {
                    let place = *earlier.get(at)?;
                    let is_there = Arc::ptr_eq(&one[at], object)
                        && other.get(place).is_some_and(|held| Arc::ptr_eq(&others[place], held));
                    is_there.then_some(place)
                };
                let Some(place) = before.and_then(stays).or_else(|| find(object, at)) else {
                    return false;
                };
                places.push(place);
                !std::mem::replace(&mut is_taken[place], true)
            })
    }
}

fn same_but_for_id(one: &CloudObject, other: &CloudObject) -> bool {
    // Named one by one, so that a new field is not forgotten.
    let CloudObject {
        id: _,
        kind,
        mail_enabled,
        on_premises_sync_enabled,
        on_premises_immutable_id,
        user_principal_name,
        proxy_addresses,
        attributes,
        password,
        roles,
        deleted,
        quarantined,
    } = one;
    *kind == other.kind
        && *mail_enabled == other.mail_enabled
        && *on_premises_sync_enabled == other.on_premises_sync_enabled
        && *on_premises_immutable_id == other.on_premises_immutable_id
        && *user_principal_name == other.user_principal_name
        && *proxy_addresses == other.proxy_addresses
        && *attributes == other.attributes
        && *password == other.password
        && *roles == other.roles
        && *deleted == other.deleted
        && *quarantined == other.quarantined
}

/// Whether two outcomes say the same, but for texts that people read.
fn same_outcome(one: &Outcome, other: &Outcome) -> bool {
    let same_result = |one: &SyncResult, other: &SyncResult| {
        one.result == other.result
            && one.matched_on == other.matched_on
            && one.evaluated_by == other.evaluated_by
            && one.code == other.code
    };
    one.status == other.status
        && one.code == other.code
        && one.objects.len() == other.objects.len()
        && one.objects.iter().zip(&other.objects).all(|((one_key, one), (other_key, other))| {
            one_key == other_key && same_result(one, other)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Command, ProxyAddress, Status, Tenant};
    use crate::implementation::{CaseInput, run_one};
    use crate::reference::ReferenceModel;
    use rstest::rstest;

    const TENANT: &str = r#"{
        "cloud": [{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com", "roles": ["Reader"]}],
        "onPremises": [{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com"}]
    }"#;

    fn seen() -> CaseObservation {
        let tenant: Tenant = serde_json::from_str(TENANT).expect("a tenant");
        let commands = [Command::sync(), Command::sync()];
        let case = CaseInput { tenant: &tenant, commands: &commands };
        run_one(&mut ReferenceModel::default(), case)
    }

    /// Changes the last state, or the last but one and what shares its objects.
    fn changed(change: impl Fn(&mut CloudObject)) -> CaseObservation {
        let mut seen = seen();
        let step = seen.steps.last_mut().expect("a step");
        change(Arc::make_mut(&mut step.snapshot.cloud[1]));
        seen
    }

    #[test]
    fn other_identifiers_and_another_order_are_the_same() {
        let mut other = seen();
        let states =
            other.start.iter_mut().chain(other.steps.iter_mut().map(|step| &mut step.snapshot));
        for state in states {
            state.cloud.reverse();
            for object in &mut state.cloud {
                let object = Arc::make_mut(object);
                object.id = format!("other-{}", object.id).into();
            }
        }
        assert!(shows_the_same(&seen(), &other));
        assert!(shows_the_same(&other, &seen()));
    }

    #[rstest]
    #[case::flag(changed(|object| object.on_premises_sync_enabled = false))]
    #[case::address(changed(|object| object.proxy_addresses.push(ProxyAddress::from("smtp:b@contoso.com"))))]
    #[case::role(changed(|object| { object.roles.insert("Reader".into()); }))]
    #[case::bin(changed(|object| object.deleted = true))]
    #[case::id_that_changes(changed(|object| object.id = "another".into()))]
    fn any_other_value_is_not_the_same(#[case] other: CaseObservation) {
        assert!(!shows_the_same(&seen(), &other));
        assert!(!shows_the_same(&other, &seen()));
    }

    #[test]
    fn another_outcome_is_not_the_same() {
        let mut other = seen();
        other.steps[1].outcome.status = Status::Refused;
        assert!(!shows_the_same(&seen(), &other));
        let mut other = seen();
        other.steps[1].outcome.objects.clear();
        assert!(!shows_the_same(&seen(), &other));
        let mut other = seen();
        other.steps.pop();
        assert!(!shows_the_same(&seen(), &other));
    }

    /// One that is shown twice, and another not at all.
    #[test]
    fn an_object_shown_twice_is_not_two_objects() {
        let mut other = seen();
        let state = &mut other.steps[1].snapshot.cloud;
        state[1] = Arc::clone(&state[0]);
        assert!(!shows_the_same(&seen(), &other));
        assert!(!shows_the_same(&other, &seen()));
        let mut other = seen();
        let state = &mut other.start.as_mut().expect("a start").on_premises;
        let mut second = OnPremisesObject::clone(&state[0]);
        second.key = "cat-ad".into();
        let mut twice = seen();
        let doubled = &mut twice.start.as_mut().expect("a start").on_premises;
        doubled.push(Arc::clone(&state[0]));
        state.push(Arc::new(second));
        assert!(!shows_the_same(&twice, &other));
        assert!(!shows_the_same(&other, &twice));
    }

    #[test]
    fn two_objects_that_swap_their_values_are_not_the_same() {
        let mut other = seen();
        let state = &mut other.steps[1].snapshot.cloud;
        let ids = (state[0].id.clone(), state[1].id.clone());
        Arc::make_mut(&mut state[0]).id = ids.1;
        Arc::make_mut(&mut state[1]).id = ids.0;
        assert!(!shows_the_same(&seen(), &other));
    }
}
