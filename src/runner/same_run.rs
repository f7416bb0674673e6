//! Whether two runs of a case show the same.
//!
//! Many implementations are run on the same cases: mutants, versions, workers. Where one shows the
//! same as a run that every check has judged already, up to its own identifiers, every check would
//! say the same again.

use crate::directory::{CloudObject, Outcome, Snapshot, SyncResult, Text};
use crate::implementation::CaseObservation;
use std::collections::HashMap;
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
    let mut pairs = Pairs::default();
    pairs.same_state(None, (one_start, other_start)) && {
        let mut before = (one_start, other_start);
        one.steps.iter().zip(&other.steps).all(|(one, other)| {
            let after = (&one.snapshot, &other.snapshot);
            let is_same =
                same_outcome(&one.outcome, &other.outcome) && pairs.same_state(Some(before), after);
            before = after;
            is_same
        })
    }
}

/// Which object of one run is which of the other, by their identifiers.
#[derive(Default)]
struct Pairs<'s>(HashMap<&'s Text, &'s Text>);

type States<'s> = (&'s Snapshot, &'s Snapshot);

impl<'s> Pairs<'s> {
    fn same_state(&mut self, before: Option<States<'s>>, (one, other): States<'s>) -> bool {
        if one.cloud.len() != other.cloud.len() || one.on_premises.len() != other.on_premises.len()
        {
            return false;
        }
        let same_on_premises = one.on_premises.iter().enumerate().all(|(at, object)| {
            let beside = &other.on_premises[at];
            (object.key == beside.key
                && is_unchanged(before, at, object, beside, |state| &state.on_premises))
                || object == beside
                || other.on_premises_object(&object.key).is_some_and(|found| found == object)
        });
        same_on_premises
            && one.cloud.iter().enumerate().all(|(at, object)| {
                let beside = &other.cloud[at];
                (self.0.get(&object.id) == Some(&&beside.id)
                    && is_unchanged(before, at, object, beside, |state| &state.cloud))
                    || self.has_partner(object, at, other)
            })
    }

    fn has_partner(
        &mut self,
        object: &'s Arc<CloudObject>,
        at: usize,
        other: &'s Snapshot,
    ) -> bool {
        if let Some(partner) = self.0.get(&object.id) {
            let beside = &other.cloud[at];
            let partner =
                if beside.id == **partner { Some(beside) } else { other.cloud_object(partner) };
            return partner.is_some_and(|partner| same_but_for_id(object, partner));
        }
        let mut alike = other.cloud.iter().filter(|candidate| {
            same_but_for_id(object, candidate) && !self.0.values().any(|id| **id == candidate.id)
        });
        match (alike.next(), alike.next()) {
            (Some(partner), None) => {
                self.0.insert(&object.id, &partner.id);
                true
            }
            _ => false,
        }
    }
}

/// Whether both objects are those that stood in this place before, and were found to be the same
/// then.
fn is_unchanged<T>(
    before: Option<States<'_>>,
    at: usize,
    one: &Arc<T>,
    other: &Arc<T>,
    side: impl Fn(&Snapshot) -> &[Arc<T>],
) -> bool {
    before.is_some_and(|(one_before, other_before)| {
        let stood =
            |state, object| side(state).get(at).is_some_and(|held| Arc::ptr_eq(held, object));
        stood(one_before, one) && stood(other_before, other)
    })
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
