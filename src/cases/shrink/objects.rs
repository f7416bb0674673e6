//! The objects of a case wherever they stand: at the start or in the command that creates them.

use crate::cases::Case;
use crate::directory::{CloudSetup, Command, Kind, OnPremisesObject, Text};

/// Every cloud object, those of the start first.
pub(super) fn cloud_objects(case: &Case) -> impl Iterator<Item = &CloudSetup> {
    let created = case.commands.iter().filter_map(|command| match command {
        Command::CreateCloudObject(create) => Some(&create.object),
        _ => None,
    });
    case.tenant.cloud.iter().chain(created)
}

/// As [`cloud_objects`], to change them.
pub(super) fn cloud_objects_mut(case: &mut Case) -> impl Iterator<Item = &mut CloudSetup> {
    let created = case.commands.iter_mut().filter_map(|command| match command {
        Command::CreateCloudObject(create) => Some(&mut create.object),
        _ => None,
    });
    case.tenant.cloud.iter_mut().chain(created)
}

/// Every on-premises object, those of the start first.
pub(super) fn on_premises_objects(case: &Case) -> impl Iterator<Item = &OnPremisesObject> {
    let created = case.commands.iter().filter_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object),
        _ => None,
    });
    case.tenant.on_premises.iter().chain(created)
}

/// As [`on_premises_objects`], to change them.
pub(super) fn on_premises_objects_mut(
    case: &mut Case,
) -> impl Iterator<Item = &mut OnPremisesObject> {
    let created = case.commands.iter_mut().filter_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&mut create.object),
        _ => None,
    });
    case.tenant.on_premises.iter_mut().chain(created)
}

/// Adds the case with one thing changed.
pub(super) fn variant(case: &Case, candidates: &mut Vec<Case>, change: impl FnOnce(&mut Case)) {
    let mut candidate = case.clone();
    change(&mut candidate);
    candidates.push(candidate);
}

/// Adds the case with one cloud object changed.
pub(super) fn with_cloud_object(
    case: &Case,
    index: usize,
    candidates: &mut Vec<Case>,
    change: impl FnOnce(&mut CloudSetup),
) {
    variant(case, candidates, |case| {
        if let Some(object) = cloud_objects_mut(case).nth(index) {
            change(object);
        }
    });
}

/// Adds the case with one on-premises object changed.
pub(super) fn with_on_premises_object(
    case: &Case,
    index: usize,
    candidates: &mut Vec<Case>,
    change: impl FnOnce(&mut OnPremisesObject),
) {
    variant(case, candidates, |case| {
        if let Some(object) = on_premises_objects_mut(case).nth(index) {
            change(object);
        }
    });
}

/// Adds the case with one command changed.
pub(super) fn with_command(
    case: &Case,
    index: usize,
    candidates: &mut Vec<Case>,
    change: impl FnOnce(&mut Command),
) {
    variant(case, candidates, |case| change(&mut case.commands[index]));
}

/// The case without the commands in these places.
pub(super) fn without(case: &Case, is_left_out: impl Fn(usize) -> bool) -> Case {
    Case {
        tenant: case.tenant.clone(),
        commands: case
            .commands
            .iter()
            .enumerate()
            .filter(|(index, _)| !is_left_out(*index))
            .map(|(_, command)| command.clone())
            .collect(),
    }
}

/// Makes a user of a cloud object, with this name if it has none.
pub(super) fn make_cloud_user(object: &mut CloudSetup, name: &Text) {
    object.kind = Kind::User;
    object.mail_enabled = false;
    object.user_principal_name.get_or_insert_with(|| name.clone());
}

/// Makes a user of an on-premises object, with this name if it has none.
pub(super) fn make_on_premises_user(object: &mut OnPremisesObject, name: &Text) {
    object.kind = Kind::User;
    object.mail_enabled = false;
    object.user_principal_name.get_or_insert_with(|| name.clone());
}
