//! The objects of a case wherever they stand: at the start or in the command that creates them.

use crate::cases::Case;
use crate::directory::{CloudSetup, Command, OnPremisesObject};

/// Of a case with more objects only whole parts are left out: to look at each of them takes too long, and
/// nobody reads them.
pub(super) const MANY_OBJECTS: usize = 60;

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

/// Adds the case with something changed.
pub(super) fn variant(case: &Case, candidates: &mut Vec<Case>, change: impl FnOnce(&mut Case)) {
    let mut candidate = case.clone();
    change(&mut candidate);
    candidates.push(candidate);
}

/// The case without the commands in these places.
pub(super) fn without(case: &Case, is_left_out: impl Fn(usize) -> bool) -> Case {
    let kept = case.commands.iter().enumerate().filter(|(index, _)| !is_left_out(*index));
    Case {
        tenant: case.tenant.clone(),
        commands: kept.map(|(_, command)| command.clone()).collect(),
    }
}
