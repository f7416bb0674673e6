//! The state that a case starts from: which object is which, and whether all is as it was asked for.

use super::identifiers::cloud_identifiers;
use super::index::CloudIndex;
use super::safe::judge_ids;
use super::states::{is_as_set_up, setup_differences};
use super::sync::judge_on_premises_unchanged;
use super::verdict::Verdict;
use crate::directory::{
    Capabilities, Capability, CloudObject, CloudSetup, Field, ObjectName, OnPremisesObject,
    Snapshot, Tenant, Text,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Judges that the starting state shows exactly the tenant that was asked for. Returns which object of
/// it is which of the tenant's: by position in the tenant the object's identifier, as far as it was
/// recognised.
pub(super) fn judge(
    tenant: &Tenant,
    snapshot: &Snapshot,
    capabilities: &Capabilities,
    verdict: &mut Verdict,
) -> Vec<Option<Text>> {
    let mut in_order = tenant.cloud.iter().zip(&snapshot.cloud);
    let is_in_place = snapshot.cloud.len() == tenant.cloud.len()
        && in_order.all(|(setup, seen)| is_as_set_up(setup, seen, capabilities));
    let ids = if is_in_place {
        snapshot.cloud.iter().map(|object| Some(object.id.clone())).collect()
    } else {
        let ids = recognise(&tenant.cloud, snapshot);
        judge_cloud(tenant, snapshot, &ids, capabilities, verdict);
        ids
    };
    judge_ids(&snapshot.cloud, verdict);
    let is_on_premises_as_sent =
        tenant.on_premises.iter().eq(snapshot.on_premises.iter().map(|object| &**object));
    if !is_on_premises_as_sent {
        let shows_passwords = capabilities.has(Capability::Passwords);
        let as_shown = |object: &OnPremisesObject| {
            let mut object = object.clone();
            object.password.take_if(|_| !shows_passwords);
            Arc::new(object)
        };
        let on_premises = tenant.on_premises.iter().map(as_shown).collect();
        let wanted = Snapshot { cloud: Vec::new(), on_premises };
        judge_on_premises_unchanged(&wanted, snapshot, None, verdict);
    }
    ids
}

fn judge_cloud(
    tenant: &Tenant,
    snapshot: &Snapshot,
    ids: &[Option<Text>],
    capabilities: &Capabilities,
    verdict: &mut Verdict,
) {
    let by_id: HashMap<&str, &Arc<CloudObject>> =
        snapshot.cloud.iter().map(|object| (&*object.id, object)).collect();
    for (setup, id) in tenant.cloud.iter().zip(ids) {
        let name = || ObjectName::Labelled { kind: setup.kind, label: setup.label.clone() };
        match id.as_ref().and_then(|id| by_id.get(&**id)) {
            None => _ = verdict.missing(name()),
            Some(seen) => verdict.differs(name, setup_differences(setup, seen, capabilities)),
        }
    }
    let (expected, actual) = (tenant.cloud.len(), snapshot.cloud.len());
    verdict.expect(|| ObjectName::Tenant, Field::CloudObjects, expected, actual);
}

/// Which object is which, where not each is shown just as it was sent and in its place: those that
/// show everything first, and among what is left those that have an identifier in common. One field
/// that is wrong then does not make another object of it. Those with the most to recognise them by go
/// first.
fn recognise(cloud: &[CloudSetup], snapshot: &Snapshot) -> Vec<Option<Text>> {
    let mut order: Vec<usize> = (0..cloud.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(number_of_values(&cloud[at])));
    let index = CloudIndex::of(&snapshot.cloud);
    // What has neither name nor address nor anchor is found by its display name.
    let mut by_display_name: HashMap<Option<&Text>, Vec<&Arc<CloudObject>>> = HashMap::new();
    for object in &snapshot.cloud {
        by_display_name.entry(object.attributes.get("displayName")).or_default().push(object);
    }
    let everything = Capabilities::default();
    let mut taken: HashSet<&Text> = HashSet::new();
    let mut ids: Vec<Option<Text>> = vec![None; cloud.len()];
    for is_exact in [true, false] {
        for &at in &order {
            if ids[at].is_some() {
                continue;
            }
            let wanted = cloud[at].to_object("");
            let namesakes = by_display_name.get(&wanted.attributes.get("displayName"));
            let found = index
                .with_any_of(cloud_identifiers(&wanted))
                .into_iter()
                .chain(namesakes.into_iter().flatten().copied())
                .filter(|seen| seen.kind == wanted.kind && !taken.contains(&seen.id))
                .find(|seen| {
                    !is_exact || setup_differences(&cloud[at], seen, &everything).is_empty()
                });
            if let Some(found) = found {
                taken.insert(&found.id);
                ids[at] = Some(found.id.clone());
            }
        }
    }
    ids
}

/// By how many values an object can be recognised.
fn number_of_values(setup: &CloudSetup) -> usize {
    setup.proxy_addresses.len()
        + setup.attributes.len()
        + usize::from(setup.user_principal_name.is_some())
        + usize::from(setup.on_premises_immutable_id.is_some())
}
