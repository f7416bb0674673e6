//! What an implementation says came of a command. It is diagnostic: the state afterwards is the
//! evidence.

use super::{Snapshot, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// It was carried out.
    Ok,
    /// It was refused; nothing changed.
    Refused,
    /// The object that it names does not exist; nothing changed.
    NotFound,
}

impl Status {
    /// Every one.
    pub const ALL: &'static [Status] = &[Status::Ok, Status::Refused, Status::NotFound];

    /// The word that stands for it in the protocol.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Refused => "refused",
            Status::NotFound => "notFound",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a sync cycle reports for one on-premises object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ResultWord {
    /// A new cloud object was created for it.
    Provisioned,
    /// It was joined to the cloud object that carries its source anchor.
    HardMatched,
    /// It took over a cloud object that it was matched with by name or address.
    SoftMatched,
    /// It was joined to a cloud object; what it was matched on is not told.
    Joined,
    /// Its cloud object received its changes.
    Updated,
    /// There was nothing to do.
    Unchanged,
    /// It left the scope of synchronisation; later editions only.
    Removed,
    /// A collision left a flagged copy behind.
    Quarantined,
    /// It could not be synchronised.
    Error,
}

impl ResultWord {
    /// Every one.
    pub const ALL: &'static [ResultWord] = &[
        ResultWord::Provisioned,
        ResultWord::HardMatched,
        ResultWord::SoftMatched,
        ResultWord::Joined,
        ResultWord::Updated,
        ResultWord::Unchanged,
        ResultWord::Removed,
        ResultWord::Quarantined,
        ResultWord::Error,
    ];

    /// The word that stands for it in YAML and JSON.
    pub fn word(self) -> &'static str {
        match self {
            ResultWord::Provisioned => "provisioned",
            ResultWord::HardMatched => "hardMatched",
            ResultWord::SoftMatched => "softMatched",
            ResultWord::Joined => "joined",
            ResultWord::Updated => "updated",
            ResultWord::Unchanged => "unchanged",
            ResultWord::Removed => "removed",
            ResultWord::Quarantined => "quarantined",
            ResultWord::Error => "error",
        }
    }
}

impl fmt::Display for ResultWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What an object was matched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum MatchingAttribute {
    /// The user principal name.
    UserPrincipalName,
    /// The primary address.
    ProxyAddresses,
    /// The source anchor.
    SourceAnchor,
}

impl fmt::Display for MatchingAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MatchingAttribute::UserPrincipalName => "userPrincipalName",
            MatchingAttribute::ProxyAddresses => "proxyAddresses",
            MatchingAttribute::SourceAnchor => "sourceAnchor",
        })
    }
}

/// Who evaluated a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Evaluator {
    /// Connect itself.
    Client,
    /// The sync service in Microsoft Entra ID.
    Service,
}

impl fmt::Display for Evaluator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Evaluator::Client => "client",
            Evaluator::Service => "service",
        })
    }
}

/// One object's entry in the report of a sync cycle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SyncResult {
    /// What came of it.
    pub result: ResultWord,
    /// What it was matched on, where the implementation declares `matchKind`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_on: Option<MatchingAttribute>,
    /// Who evaluated the match, where the implementation declares `evaluatedBy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated_by: Option<Evaluator>,
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
        SyncResult { result, matched_on: None, evaluated_by: None, code: None, message: None }
    }
}

/// What an implementation says came of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
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
