//! The whole observable state.

use super::object::OnPremisesReply;
use super::{CloudObject, OnPremisesObject};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Everything that can be observed after a command. The order of objects means nothing.
///
/// Objects are shared between snapshots: most of them are the same before and after a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Snapshot {
    /// Objects in the cloud, those in the recycle bin included.
    #[serde(deserialize_with = "super::object::null_is_absent")]
    pub cloud: Vec<Arc<CloudObject>>,
    /// Objects on-premises.
    #[serde(deserialize_with = "OnPremisesReply::read_all")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<OnPremisesReply>"))]
    pub on_premises: Vec<Arc<OnPremisesObject>>,
}

impl Snapshot {
    /// A state with these objects.
    pub fn new(cloud: Vec<Arc<CloudObject>>, on_premises: Vec<Arc<OnPremisesObject>>) -> Snapshot {
        Snapshot { cloud, on_premises }
    }

    /// The cloud object with this identifier, in the recycle bin or not.
    pub fn cloud_object(&self, id: &str) -> Option<&Arc<CloudObject>> {
        self.cloud.iter().find(|object| &*object.id == id)
    }

    /// The on-premises object with this key.
    pub fn on_premises_object(&self, key: &str) -> Option<&Arc<OnPremisesObject>> {
        self.on_premises.iter().find(|object| &*object.key == key)
    }

    /// Cloud objects that are not in the recycle bin.
    pub fn active(&self) -> impl Iterator<Item = &Arc<CloudObject>> {
        self.cloud.iter().filter(|object| object.is_active())
    }
}
