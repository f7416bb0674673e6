//! What an implementation says came of a command. It is diagnostic: the state afterwards is the
//! evidence.

use super::words::words;
use super::{Snapshot, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words! {
    /// How a command ended.
    pub enum Status {
        /// It was carried out.
        Ok = "ok",
        /// It was refused; nothing changed.
        Refused = "refused",
        /// The object that it names does not exist; nothing changed.
        NotFound = "notFound",
    }
}

words! {
    /// What a sync cycle reports for one on-premises object.
    #[non_exhaustive]
    pub enum ResultWord {
        /// A new cloud object was created for it.
        Provisioned = "provisioned",
        /// It was joined to the cloud object that carries its source anchor.
        HardMatched = "hardMatched",
        /// It took over a cloud object that it was matched with by name or address.
        SoftMatched = "softMatched",
        /// It was joined to a cloud object; what it was matched on is not told.
        Joined = "joined",
        /// Its cloud object received its changes.
        Updated = "updated",
        /// There was nothing to do.
        Unchanged = "unchanged",
        /// It left the scope of synchronisation; later editions only.
        Removed = "removed",
        /// A collision left a quarantined object behind.
        Quarantined = "quarantined",
        /// It could not be synchronised.
        Error = "error",
    }
}

words! {
    /// What an object was matched on.
    #[non_exhaustive]
    pub enum MatchingAttribute {
        /// The user principal name.
        UserPrincipalName = "userPrincipalName",
        /// The primary address.
        ProxyAddresses = "proxyAddresses",
        /// The source anchor.
        SourceAnchor = "sourceAnchor",
    }
}

words! {
    /// Who evaluated a match.
    pub enum Evaluator {
        /// Connect itself.
        Client = "client",
        /// The sync service in Microsoft Entra ID.
        Service = "service",
    }
}

/// One object's entry in the report of a sync cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SyncResult {
    /// What came of it.
    pub result: ResultWord,
    /// What it was matched on, where the implementation declares `matchKind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_on: Option<MatchingAttribute>,
    /// Who evaluated the match, where the implementation declares `evaluatedBy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated_by: Option<Evaluator>,
    /// The cloud object that it is linked to after the cycle, where the implementation declares
    /// `cloudId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_id: Option<Text>,
    /// An error's code. Free text unless the implementation declares `errorCodes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// An error's message. Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

impl SyncResult {
    /// An entry that says nothing but the result.
    pub fn plain(result: ResultWord) -> SyncResult {
        SyncResult {
            result,
            matched_on: None,
            evaluated_by: None,
            cloud_id: None,
            code: None,
            message: None,
        }
    }
}

/// What an implementation says came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Why it was refused. Free text unless the implementation declares `errorCodes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// Why it was refused, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
    /// Of a sync cycle: one entry for each on-premises object, by its key.
    #[serde(
        default,
        deserialize_with = "super::object::each_name_once",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub objects: BTreeMap<Text, SyncResult>,
}

impl Outcome {
    /// An outcome that says nothing but its status.
    pub fn plain(status: Status) -> Outcome {
        Outcome { status, code: None, message: None, objects: BTreeMap::new() }
    }

    /// Carried out.
    pub fn ok() -> Outcome {
        Outcome::plain(Status::Ok)
    }

    /// What was reported for one on-premises object.
    pub fn result_of(&self, key: &str) -> Option<&SyncResult> {
        self.objects.get(key)
    }
}

/// What is seen of one step: what was said of it, and the state afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepObservation {
    /// What the implementation says came of the command.
    pub outcome: Outcome,
    /// The whole observable state afterwards.
    pub snapshot: Snapshot,
}
