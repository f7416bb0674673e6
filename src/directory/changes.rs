//! A state as its differences from another.

use super::object::OnPremisesReply;
use super::{CloudObject, OnPremisesObject, Snapshot, Text};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What is different in one state from the one before. Absent and empty mean that nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct SnapshotChanges {
    /// Cloud objects that are new or differ, each whole, with all of its fields.
    #[serde(
        deserialize_with = "super::object::null_is_absent",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub cloud: Vec<Arc<CloudObject>>,
    /// Identifiers of cloud objects that are gone for good.
    #[serde(
        deserialize_with = "super::object::null_is_absent",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub cloud_gone: Vec<Text>,
    /// On-premises objects that are new or differ, each whole.
    #[serde(deserialize_with = "OnPremisesReply::read_all", skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<OnPremisesReply>"))]
    pub on_premises: Vec<Arc<OnPremisesObject>>,
    /// Keys of on-premises objects that are gone.
    #[serde(
        deserialize_with = "super::object::null_is_absent",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub on_premises_gone: Vec<Text>,
}

impl SnapshotChanges {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        *self == SnapshotChanges::default()
    }
}

/// What the two sides of a state have in common, for comparing.
trait Named: Eq {
    fn name(&self) -> &Text;
}

impl Named for CloudObject {
    fn name(&self) -> &Text {
        &self.id
    }
}

impl Named for OnPremisesObject {
    fn name(&self) -> &Text {
        &self.key
    }
}

impl Snapshot {
    /// What is different in `after`.
    ///
    /// ```
    /// use entra_conformance::directory::Snapshot;
    /// let of = |text| serde_json::from_str::<Snapshot>(text).unwrap();
    /// let before = of(r#"{"cloud": [{"id": "1", "kind": "group"}, {"id": "2", "kind": "group"}]}"#);
    /// let after = of(r#"{"cloud": [{"id": "3", "kind": "contact"}, {"id": "1", "kind": "group"}]}"#);
    /// let changes = before.changes_to(&after);
    /// assert_eq!((changes.cloud.len(), changes.cloud_gone.len()), (1, 1));
    /// assert_eq!(before.with_changes(&changes).unwrap().changes_to(&after).is_empty(), true);
    /// ```
    pub fn changes_to(&self, after: &Snapshot) -> SnapshotChanges {
        let (cloud, cloud_gone) = changes(&self.cloud, &after.cloud);
        let (on_premises, on_premises_gone) = changes(&self.on_premises, &after.on_premises);
        SnapshotChanges { cloud, cloud_gone, on_premises, on_premises_gone }
    }

    /// The state that differs from this one as `changes` say. What does not differ is shared.
    ///
    /// # Errors
    /// Something is said to be gone that was not there; named with its place in `changes`.
    pub fn with_changes(&self, changes: &SnapshotChanges) -> Result<Snapshot, String> {
        Ok(Snapshot {
            cloud: changed(&self.cloud, &changes.cloud, &changes.cloud_gone, "cloudGone")?,
            on_premises: changed(
                &self.on_premises,
                &changes.on_premises,
                &changes.on_premises_gone,
                "onPremisesGone",
            )?,
        })
    }
}

type Objects<T> = Vec<Arc<T>>;

fn changes<T: Named>(before: &[Arc<T>], after: &[Arc<T>]) -> (Objects<T>, Vec<Text>) {
    let mut left: HashMap<&Text, &Arc<T>> =
        before.iter().map(|object| (object.name(), object)).collect();
    let mut is_new = |object: &Arc<T>| {
        let earlier = left.remove(object.name());
        earlier != Some(object)
    };
    let new = after.iter().filter(|object| is_new(object)).cloned().collect();
    let gone = before.iter().map(|object| object.name());
    (new, gone.filter(|name| left.contains_key(name)).cloned().collect())
}

fn changed<T: Named>(
    before: &[Arc<T>],
    new: &[Arc<T>],
    gone: &[Text],
    field: &str,
) -> Result<Objects<T>, String> {
    let mut after = before.to_vec();
    if new.is_empty() && gone.is_empty() {
        return Ok(after);
    }
    let places: HashMap<&Text, usize> =
        before.iter().enumerate().map(|(at, object)| (object.name(), at)).collect();
    for object in new {
        match places.get(object.name()) {
            Some(&at) => after[at] = Arc::clone(object),
            None => after.push(Arc::clone(object)),
        }
    }
    if let Some(at) = gone.iter().position(|name| !places.contains_key(name)) {
        return Err(format!("{field}[{at}]: {:?} was not there", gone[at]));
    }
    if !gone.is_empty() {
        let gone: HashSet<&Text> = gone.iter().collect();
        after.retain(|object| !gone.contains(object.name()));
    }
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn snapshot() -> impl Strategy<Value = Snapshot> {
        let ids = || proptest::sample::subsequence((0..24).collect::<Vec<u32>>(), 0..24);
        (ids(), ids(), any::<[u8; 24]>(), any::<bool>()).prop_map(
            |(cloud, on_premises, values, backwards)| {
                let mut snapshot = Snapshot {
                    cloud: cloud
                        .iter()
                        .map(|&id| {
                            let label = format!("c{}", values[id as usize] % 3);
                            let text = format!(r#"{{"id": "{id}", "kind": "group", "attributes": {{"displayName": "{label}"}}}}"#);
                            Arc::new(serde_json::from_str(&text).expect("an object"))
                        })
                        .collect(),
                    on_premises: on_premises
                        .iter()
                        .map(|&key| {
                            let anchor = values[key as usize] % 3;
                            let text = format!(r#"{{"key": "{key}", "kind": "group", "sourceAnchor": "{anchor}"}}"#);
                            Arc::new(serde_json::from_str(&text).expect("an object"))
                        })
                        .collect(),
                };
                if backwards {
                    snapshot.cloud.reverse();
                }
                snapshot
            },
        )
    }

    fn sorted(mut snapshot: Snapshot) -> Snapshot {
        snapshot.cloud.sort_by(|one, other| one.id.cmp(&other.id));
        snapshot.on_premises.sort_by(|one, other| one.key.cmp(&other.key));
        snapshot
    }

    proptest! {
        #[test]
        fn changes_lead_from_one_state_to_the_other(before in snapshot(), after in snapshot()) {
            let changes = before.changes_to(&after);
            let reached = before.with_changes(&changes).expect("nothing is gone that was not there");
            prop_assert_eq!(sorted(reached.clone()), sorted(after.clone()));
            prop_assert!(reached.changes_to(&after).is_empty());
            prop_assert_eq!(changes.is_empty(), sorted(before) == sorted(after));
        }
    }

    #[test]
    fn nothing_goes_that_was_not_there() {
        let changes = SnapshotChanges { cloud_gone: vec!["7".into()], ..Default::default() };
        let error = Snapshot::default().with_changes(&changes).expect_err("it was not there");
        assert_eq!(error, "cloudGone[0]: \"7\" was not there");
    }
}
