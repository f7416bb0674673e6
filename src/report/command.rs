//! Commands in words.

use crate::directory::Command;

/// A command as a sentence. What an update sets is left out.
pub fn in_words(command: &Command) -> String {
    match command {
        Command::CreateOnPremisesObject(create) => {
            format!("the {} {} is created on-premises", create.object.kind, create.object.key)
        }
        Command::UpdateOnPremisesObject(update) => format!("{} is changed on-premises", update.key),
        Command::RemoveOnPremisesObject(remove) => format!("{} leaves the scope", remove.key),
        Command::CreateCloudObject(create) => {
            format!("the {} {} is created in the cloud", create.object.kind, create.object.label)
        }
        Command::UpdateCloudObject(update) => {
            format!("an administrator changes {} in the cloud", update.object)
        }
        Command::SetImmutableId(set) => format!(
            "an administrator sets onPremisesImmutableId of {} to {}",
            set.object,
            set.value.as_deref().unwrap_or("no value")
        ),
        Command::AssignRole(assign) => {
            format!("an administrator gives {} the role {}", assign.object, assign.role)
        }
        Command::RemoveRole(remove) => {
            format!("an administrator takes the role {} from {}", remove.role, remove.object)
        }
        Command::MakeEligible(make) => {
            format!("an administrator makes {} eligible for the role {}", make.object, make.role)
        }
        Command::RemoveEligibility(remove) => format!(
            "an administrator takes the eligibility for the role {} from {}",
            remove.role, remove.object
        ),
        Command::SetOnPremisesObjectIdentifier(set) => match &set.value {
            None => {
                format!("an administrator clears onPremisesObjectIdentifier of {}", set.object)
            }
            Some(value) => format!(
                "an administrator sets onPremisesObjectIdentifier of {} to {value}",
                set.object
            ),
        },
        Command::DeleteCloudObject(delete) if delete.permanently => {
            format!("an administrator hard-deletes {}", delete.object)
        }
        Command::DeleteCloudObject(delete) => {
            format!("an administrator moves {} to the recycle bin", delete.object)
        }
        Command::SetCloudManaged(set) if set.value => {
            format!("an administrator moves the source of authority of {} to the cloud", set.object)
        }
        Command::SetCloudManaged(set) => {
            format!("an administrator gives the source of authority of {} back", set.object)
        }
        Command::RestoreCloudObject(restore) => {
            format!("an administrator restores {} from the recycle bin", restore.object)
        }
        Command::SetFeature(set) => turned(set.feature.word(), set.value),
        Command::ReinstallConnect(_) => "Connect is installed anew".to_owned(),
        Command::Sync(_) => "Connect runs a sync cycle".to_owned(),
    }
}

/// A switch that is turned.
pub(super) fn turned(name: &str, value: bool) -> String {
    format!("{name} is turned {}", if value { "on" } else { "off" })
}
