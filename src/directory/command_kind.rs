//! Kinds of commands.

use super::Command;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Which command a step carries out, without what it says; or that it is the start of a case.
///
/// ```
/// use entra_conformance::directory::{Command, CommandKind};
/// assert_eq!(Command::sync().kind(), CommandKind::Sync);
/// assert_eq!("reinstallConnect".parse(), Ok(CommandKind::ReinstallConnect));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CommandKind {
    /// No command yet: the start of a case.
    Reset,
    /// See [`Command::CreateOnPremisesObject`].
    CreateOnPremisesObject,
    /// See [`Command::UpdateOnPremisesObject`].
    UpdateOnPremisesObject,
    /// See [`Command::RemoveOnPremisesObject`].
    RemoveOnPremisesObject,
    /// See [`Command::CreateCloudObject`].
    CreateCloudObject,
    /// See [`Command::UpdateCloudObject`].
    UpdateCloudObject,
    /// See [`Command::SetImmutableId`].
    SetImmutableId,
    /// See [`Command::AssignRole`].
    AssignRole,
    /// See [`Command::RemoveRole`].
    RemoveRole,
    /// See [`Command::MakeEligible`].
    MakeEligible,
    /// See [`Command::RemoveEligibility`].
    RemoveEligibility,
    /// See [`Command::SetOnPremisesObjectIdentifier`].
    SetOnPremisesObjectIdentifier,
    /// See [`Command::DeleteCloudObject`].
    DeleteCloudObject,
    /// See [`Command::SetCloudManaged`].
    SetCloudManaged,
    /// See [`Command::RestoreCloudObject`].
    RestoreCloudObject,
    /// See [`Command::SetFeature`].
    SetFeature,
    /// See [`Command::ReinstallConnect`].
    ReinstallConnect,
    /// See [`Command::Sync`].
    Sync,
}

impl CommandKind {
    /// Every kind, in the protocol's order.
    pub const ALL: &'static [CommandKind] = &[
        CommandKind::Reset,
        CommandKind::CreateOnPremisesObject,
        CommandKind::UpdateOnPremisesObject,
        CommandKind::RemoveOnPremisesObject,
        CommandKind::CreateCloudObject,
        CommandKind::UpdateCloudObject,
        CommandKind::SetImmutableId,
        CommandKind::AssignRole,
        CommandKind::RemoveRole,
        CommandKind::MakeEligible,
        CommandKind::RemoveEligibility,
        CommandKind::SetOnPremisesObjectIdentifier,
        CommandKind::DeleteCloudObject,
        CommandKind::SetCloudManaged,
        CommandKind::RestoreCloudObject,
        CommandKind::SetFeature,
        CommandKind::ReinstallConnect,
        CommandKind::Sync,
    ];

    /// The word that stands for it: `reset`, or the command's own in YAML and JSON.
    pub fn word(self) -> &'static str {
        match self {
            CommandKind::Reset => "reset",
            CommandKind::CreateOnPremisesObject => "createOnPremisesObject",
            CommandKind::UpdateOnPremisesObject => "updateOnPremisesObject",
            CommandKind::RemoveOnPremisesObject => "removeOnPremisesObject",
            CommandKind::CreateCloudObject => "createCloudObject",
            CommandKind::UpdateCloudObject => "updateCloudObject",
            CommandKind::SetImmutableId => "setImmutableId",
            CommandKind::AssignRole => "assignRole",
            CommandKind::RemoveRole => "removeRole",
            CommandKind::MakeEligible => "makeEligible",
            CommandKind::RemoveEligibility => "removeEligibility",
            CommandKind::SetOnPremisesObjectIdentifier => "setOnPremisesObjectIdentifier",
            CommandKind::DeleteCloudObject => "deleteCloudObject",
            CommandKind::SetCloudManaged => "setCloudManaged",
            CommandKind::RestoreCloudObject => "restoreCloudObject",
            CommandKind::SetFeature => "setFeature",
            CommandKind::ReinstallConnect => "reinstallConnect",
            CommandKind::Sync => "sync",
        }
    }
}

impl fmt::Display for CommandKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for CommandKind {
    type Err = String;

    fn from_str(text: &str) -> Result<CommandKind, String> {
        let known = CommandKind::ALL.iter().find(|kind| kind.word() == text);
        known.copied().ok_or_else(|| format!("unknown command `{text}`"))
    }
}

impl Command {
    /// Which command it is, without what it says.
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::CreateOnPremisesObject(_) => CommandKind::CreateOnPremisesObject,
            Command::UpdateOnPremisesObject(_) => CommandKind::UpdateOnPremisesObject,
            Command::RemoveOnPremisesObject(_) => CommandKind::RemoveOnPremisesObject,
            Command::CreateCloudObject(_) => CommandKind::CreateCloudObject,
            Command::UpdateCloudObject(_) => CommandKind::UpdateCloudObject,
            Command::SetImmutableId(_) => CommandKind::SetImmutableId,
            Command::AssignRole(_) => CommandKind::AssignRole,
            Command::RemoveRole(_) => CommandKind::RemoveRole,
            Command::MakeEligible(_) => CommandKind::MakeEligible,
            Command::RemoveEligibility(_) => CommandKind::RemoveEligibility,
            Command::SetOnPremisesObjectIdentifier(_) => CommandKind::SetOnPremisesObjectIdentifier,
            Command::DeleteCloudObject(_) => CommandKind::DeleteCloudObject,
            Command::SetCloudManaged(_) => CommandKind::SetCloudManaged,
            Command::RestoreCloudObject(_) => CommandKind::RestoreCloudObject,
            Command::SetFeature(_) => CommandKind::SetFeature,
            Command::ReinstallConnect(_) => CommandKind::ReinstallConnect,
            Command::Sync(_) => CommandKind::Sync,
        }
    }
}
