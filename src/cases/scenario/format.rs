//! A scenario as it stands in its file.

use crate::directory::{
    Change, CloudRef, Command, DeclaredChoices, Evaluator, Kind, MatchingAttribute, ProxyAddress,
    Status, Tenant, Text,
};
use crate::rulebook::Rulebook;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A scenario as it stands in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a line.
    pub title: String,
    /// The rules that it shows holding.
    pub rules: Vec<String>,
    /// Rules for which it is a near miss: it differs in one detail from where they show, and a
    /// tempting wrong behaviour would be seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<String>,
    /// The relations that are applied to this case as well: rules of the area `relation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<String>,
    /// The wrong behaviour that a near miss would show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempting: Option<String>,
    /// More about it, where the steps do not speak for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Only for implementations that declare these choices.
    #[serde(default, skip_serializing_if = "is_unconditional")]
    pub when_choice: DeclaredChoices,
    /// The first edition that it is about; absent where that is the first of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The last edition that it is about; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What it starts from.
    pub given: Tenant,
    /// What is done, and what is expected after it.
    pub steps: Vec<Step>,
}

fn is_unconditional(condition: &DeclaredChoices) -> bool {
    *condition == DeclaredChoices::default()
}

impl Scenario {
    /// Whether it is about this edition.
    pub fn is_in(&self, edition: &str) -> bool {
        Rulebook::holds_in(self.since.as_deref().unwrap_or(""), self.until.as_deref(), edition)
    }

    /// The commands of its steps.
    pub fn commands(&self) -> Vec<Command> {
        self.steps.iter().map(|step| step.command.clone()).collect()
    }
}

/// A command, and what is expected after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The command.
    pub command: Command,
    /// What is expected after it; only what is listed is compared.
    pub expect: Vec<Expectation>,
}

/// What is expected after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expectation {
    /// Only of implementations that declare these choices.
    #[serde(skip_serializing_if = "is_unconditional")]
    pub when_choice: DeclaredChoices,
    /// How the command ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Of a sync: what is reported for on-premises objects, by key.
    #[serde(
        deserialize_with = "crate::directory::each_name_once",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub objects: BTreeMap<Text, ExpectedResult>,
    /// Cloud objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cloud: Vec<ExpectedObject>,
    /// How many cloud objects are not in the recycle bin, copies included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_cloud_objects: Option<usize>,
}

/// What can be expected of the report for one on-premises object. Some words stand for any of
/// several reported results, where correct implementations may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum ExpectedWord {
    /// `provisioned`.
    Provisioned,
    /// `hardMatched`; `joined` where the implementation does not declare `matchKind`.
    HardMatched,
    /// `softMatched`; `joined` where the implementation does not declare `matchKind`.
    SoftMatched,
    /// `hardMatched` or `softMatched`; `joined` where the implementation does not declare `matchKind`.
    Matched,
    /// After a reinstallation: `hardMatched`, `joined`, `updated` or `unchanged`.
    Rejoined,
    /// `updated`.
    Updated,
    /// `unchanged`, or `updated` without a visible change.
    Unchanged,
    /// `quarantined`.
    Quarantined,
    /// `error`.
    Error,
    /// A collision: `error` or `quarantined`.
    Conflict,
}

impl fmt::Display for ExpectedWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExpectedWord::Provisioned => "provisioned",
            ExpectedWord::HardMatched => "hardMatched",
            ExpectedWord::SoftMatched => "softMatched",
            ExpectedWord::Matched => "matched (hardMatched or softMatched)",
            ExpectedWord::Rejoined => "rejoined (hardMatched, joined, updated or unchanged)",
            ExpectedWord::Updated => "updated",
            ExpectedWord::Unchanged => "unchanged",
            ExpectedWord::Quarantined => "quarantined",
            ExpectedWord::Error => "error",
            ExpectedWord::Conflict => "conflict (error or quarantined)",
        })
    }
}

/// What is expected of the report for one on-premises object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedResult {
    /// What came of it.
    pub result: ExpectedWord,
    /// What it was matched on; compared only where `matchKind` is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_on: Option<MatchingAttribute>,
    /// Who evaluated the match; compared only where `evaluatedBy` is declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluated_by: Option<Evaluator>,
}

/// What is expected of one cloud object. Only what is listed is compared; `null` means that the
/// field has no value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedObject {
    /// Which object.
    pub object: CloudRef,
    /// Another reference that names the same object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<CloudRef>,
    /// Whether there is such an object at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether a group has a mailbox address of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_enabled: Option<bool>,
    /// The authority flag: whether it is true, or anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_premises_sync_enabled: Option<bool>,
    /// Whether its source of authority was moved to the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_cloud_managed: Option<bool>,
    /// The anchor.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub on_premises_immutable_id: Change<Text>,
    /// The identifier of the on-premises object that it was mapped to.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub on_premises_object_identifier: Change<Text>,
    /// The sign-in name.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub user_principal_name: Change<Text>,
    /// All addresses, as a set.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub proxy_addresses: Change<Vec<ProxyAddress>>,
    /// Attributes, name by name.
    #[serde(
        default,
        deserialize_with = "crate::directory::each_name_once",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub attributes: BTreeMap<Text, Option<Text>>,
    /// The password.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub password: Change<Text>,
    /// All roles, as a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<BTreeSet<Text>>,
    /// All roles that it is eligible for, as a set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligible_roles: Option<BTreeSet<Text>>,
    /// Whether it is in the recycle bin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// Whether it is the flagged copy that a collision left behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<bool>,
}

impl ExpectedObject {
    /// An expectation that compares nothing yet.
    pub fn of(object: CloudRef) -> ExpectedObject {
        ExpectedObject {
            object,
            is: None,
            exists: None,
            kind: None,
            mail_enabled: None,
            on_premises_sync_enabled: None,
            is_cloud_managed: None,
            on_premises_immutable_id: Change::Keep,
            on_premises_object_identifier: Change::Keep,
            user_principal_name: Change::Keep,
            proxy_addresses: Change::Keep,
            attributes: BTreeMap::new(),
            password: Change::Keep,
            roles: None,
            eligible_roles: None,
            deleted: None,
            quarantined: None,
        }
    }
}
