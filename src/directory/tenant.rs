//! What a case starts from.

use super::words::words;
use super::{CloudSetup, OnPremisesObject};
use serde::{Deserialize, Serialize};

words! {
    /// A switch of the tenant.
    #[non_exhaustive]
    pub enum Feature {
        /// Soft match; off means that no new object is matched on its name or address.
        SoftMatch = "softMatch",
        /// Password hash synchronisation.
        PasswordHashSync = "passwordHashSync",
        /// On means that no cloud-mastered object is taken over by its anchor.
        BlockHardMatch = "blockCloudObjectTakeoverThroughHardMatch",
        /// Off means that no new user is matched on its user principal name alone. Once it is on it cannot
        /// be turned off.
        SoftMatchOnUpn = "softMatchOnUpnEnabled",
        /// On means that a hard match may replace the `onPremisesObjectIdentifier` of a user that was
        /// mapped to another on-premises object.
        IdentifierUpdate = "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
    }
}

/// The switches of a tenant. Unless a case says otherwise soft match and password hash synchronisation
/// are on, as express settings have it, and nothing blocks a hard match.
///
/// They are read by either of their names, see [`SwitchName`](super::SwitchName).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Features {
    /// See [`Feature::SoftMatch`].
    pub soft_match: bool,
    /// See [`Feature::PasswordHashSync`].
    pub password_hash_sync: bool,
    /// See [`Feature::BlockHardMatch`]. Sent where it is on, so that an adapter that does not declare
    /// the capability never sees it.
    #[serde(rename = "blockCloudObjectTakeoverThroughHardMatch", skip_serializing_if = "is_off")]
    pub block_hard_match: bool,
    /// See [`Feature::SoftMatchOnUpn`]. Sent where it is off, for the same reason.
    #[serde(rename = "softMatchOnUpnEnabled", skip_serializing_if = "is_on")]
    pub soft_match_on_upn: bool,
    /// See [`Feature::IdentifierUpdate`]. Sent where it is on, for the same reason.
    #[serde(
        rename = "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled",
        skip_serializing_if = "is_off"
    )]
    pub identifier_update: bool,
}

fn is_off(value: &bool) -> bool {
    !value
}

fn is_on(value: &bool) -> bool {
    *value
}

impl Default for Features {
    fn default() -> Self {
        Features {
            soft_match: true,
            password_hash_sync: true,
            block_hard_match: false,
            soft_match_on_upn: true,
            identifier_update: false,
        }
    }
}

impl Features {
    /// The value of one switch.
    pub fn get(&self, feature: Feature) -> bool {
        match feature {
            Feature::SoftMatch => self.soft_match,
            Feature::PasswordHashSync => self.password_hash_sync,
            Feature::BlockHardMatch => self.block_hard_match,
            Feature::SoftMatchOnUpn => self.soft_match_on_upn,
            Feature::IdentifierUpdate => self.identifier_update,
        }
    }

    /// Sets one switch.
    pub fn set(&mut self, feature: Feature, value: bool) {
        match feature {
            Feature::SoftMatch => self.soft_match = value,
            Feature::PasswordHashSync => self.password_hash_sync = value,
            Feature::BlockHardMatch => self.block_hard_match = value,
            Feature::SoftMatchOnUpn => self.soft_match_on_upn = value,
            Feature::IdentifierUpdate => self.identifier_update = value,
        }
    }
}

/// The tenant and the on-premises directory that a case starts from. Nothing is joined yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Tenant {
    /// The switches.
    pub features: Features,
    /// Objects in the cloud: cloud-mastered and active.
    #[serde(deserialize_with = "super::object::null_is_absent")]
    pub cloud: Vec<CloudSetup>,
    /// Objects on-premises.
    #[serde(deserialize_with = "super::object::null_is_absent")]
    pub on_premises: Vec<OnPremisesObject>,
}
