//! Fewer commands and fewer objects.

use super::objects::{
    MANY_OBJECTS, cloud_objects, cloud_objects_mut, on_premises_objects_mut, variant, without,
};
use crate::cases::Case;
use crate::directory::{CloudRef, CloudSetup, Command, OnPremisesObject, Text};

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let count = case.commands.len();
    let mut size = count / 2;
    while size > 1 {
        for start in (0..count).step_by(size) {
            all.push(without(case, |index| (start..start + size).contains(&index)));
        }
        size /= 2;
    }
    everything_before_the_first_cycle(case, all);
    for left_out in 0..count {
        all.push(without(case, |index| index == left_out));
    }
    for index in 0..count {
        fold(case, index, all);
    }
    fewer_objects(case, all);
}

/// Fewer objects at the start: of many whole parts, of few one of either side, and one of each.
fn fewer_objects(case: &Case, all: &mut Vec<Case>) {
    let (cloud, on_premises) = (case.tenant.cloud.len(), case.tenant.on_premises.len());
    for parts in [2, 4, 8, 16] {
        for part in 0..parts {
            let of = |count: usize| count * part / parts..count * (part + 1) / parts;
            if cloud > parts {
                variant(case, all, |case| drop(case.tenant.cloud.drain(of(cloud))));
            }
            if on_premises > parts {
                variant(case, all, |case| drop(case.tenant.on_premises.drain(of(on_premises))));
            }
        }
    }
    if cloud + on_premises > MANY_OBJECTS {
        return;
    }
    for index in 0..cloud {
        variant(case, all, |case| drop(case.tenant.cloud.remove(index)));
    }
    for index in 0..on_premises {
        variant(case, all, |case| drop(case.tenant.on_premises.remove(index)));
    }
    if cloud * on_premises > MANY_OBJECTS {
        return;
    }
    for cloud in 0..cloud {
        for on_premises in 0..on_premises {
            variant(case, all, |case| {
                case.tenant.cloud.remove(cloud);
                case.tenant.on_premises.remove(on_premises);
            });
        }
    }
}

/// Folds all that happens before anything is synchronised into the start, in one go.
fn everything_before_the_first_cycle(case: &Case, all: &mut Vec<Case>) {
    let mut folded = case.clone();
    let mut index = 0;
    while index < folded.commands.len() && !matches!(folded.commands[index], Command::Sync(_)) {
        let mut ways = Vec::new();
        fold(&folded, index, &mut ways);
        match ways.into_iter().next() {
            Some(way) => folded = way,
            None => index += 1,
        }
    }
    all.push(folded);
}

/// Lets the start, or the command that creates the object, have what a command brings about.
fn fold(case: &Case, index: usize, all: &mut Vec<Case>) {
    let gone = without(case, |left_out| left_out == index);
    match &case.commands[index] {
        Command::CreateCloudObject(create) => {
            variant(&gone, all, |case| case.tenant.cloud.push(create.object.clone()));
        }
        Command::CreateOnPremisesObject(create) => {
            variant(&gone, all, |case| case.tenant.on_premises.push(create.object.clone()));
        }
        Command::UpdateOnPremisesObject(update) => {
            let is_meant = |object: &OnPremisesObject| object.key == update.key;
            variant(&gone, all, |case| {
                let object = on_premises_objects_mut(case).find(|object| is_meant(object));
                if let Some(object) = object {
                    update.set.apply_to(object);
                }
            });
        }
        Command::SetFeature(set) => {
            variant(&gone, all, |case| case.tenant.features.set(set.feature, set.value));
        }
        Command::UpdateCloudObject(update) => {
            fold_into_cloud(&gone, &update.object, all, |object| {
                let mut as_shown = object.to_object("");
                update.set.apply_to(&mut as_shown);
                object.user_principal_name = as_shown.user_principal_name;
                object.proxy_addresses = as_shown.proxy_addresses;
                object.attributes = as_shown.attributes;
                object.password = as_shown.password;
            });
        }
        Command::SetImmutableId(set) => {
            fold_into_cloud(&gone, &set.object, all, |object| {
                object.on_premises_immutable_id.clone_from(&set.value);
            });
        }
        Command::AssignRole(assign) => {
            fold_into_cloud(&gone, &assign.object, all, |object| {
                object.roles.insert(assign.role.clone());
            });
        }
        Command::RemoveRole(remove) => {
            fold_into_cloud(&gone, &remove.object, all, |object| {
                object.roles.remove(&remove.role);
            });
        }
        Command::MakeEligible(make) => {
            fold_into_cloud(&gone, &make.object, all, |object| {
                object.eligible_roles.insert(make.role.clone());
            });
        }
        Command::RemoveEligibility(remove) => {
            fold_into_cloud(&gone, &remove.object, all, |object| {
                object.eligible_roles.remove(&remove.role);
            });
        }
        Command::SetOnPremisesObjectIdentifier(set) => {
            fold_into_cloud(&gone, &set.object, all, |object| {
                object.on_premises_object_identifier = None;
            });
        }
        _ => {}
    }
}

/// Changes the object that is meant. What an on-premises object is joined to is not known here:
/// then each object in turn.
fn fold_into_cloud(
    gone: &Case,
    reference: &CloudRef,
    all: &mut Vec<Case>,
    change: impl Fn(&mut CloudSetup),
) {
    let labels: Vec<Text> = match reference {
        CloudRef::Label(label) => vec![label.clone()],
        CloudRef::JoinedTo(_) | CloudRef::QuarantinedFor(_) => {
            cloud_objects(gone).map(|object| object.label.clone()).collect()
        }
    };
    for label in labels {
        variant(gone, all, |case| {
            if let Some(object) = cloud_objects_mut(case).find(|object| object.label == label) {
                change(object);
            }
        });
    }
}
