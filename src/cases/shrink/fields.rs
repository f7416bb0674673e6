//! Fewer fields with values, and the simplest kinds and references.

use super::detours::changes;
use super::measure::measure;
use super::objects::{
    cloud_objects, cloud_objects_mut, make_cloud_user, make_on_premises_user, on_premises_objects,
    on_premises_objects_mut, variant, with_cloud_object, with_command, with_on_premises_object,
};
use crate::cases::Case;
use crate::cases::sequence::PEOPLE;
use crate::directory::{
    Change, CloudObjectChange, Command, Features, Kind, OnPremisesChange, ProxyAddress, Text,
};
use std::collections::BTreeMap;

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    variant(case, all, |case| case.tenant.features = Features::default());
    everywhere(case, all);
    for index in 0..cloud_objects(case).count() {
        of_cloud_object(case, index, all);
    }
    for index in 0..on_premises_objects(case).count() {
        of_on_premises_object(case, index, all);
    }
    for index in 0..case.commands.len() {
        of_command(case, index, all);
    }
    kinds(case, all);
    // Whatever else can be changed, where that happens to leave fewer fields. Where it only happens
    // to make values plainer it would make things equal that have nothing to do with each other.
    let present = measure(case);
    let mut others = Vec::new();
    changes(case, &mut others);
    all.extend(others.into_iter().filter(|other| {
        let other = measure(other);
        (other.objects, other.fields) < (present.objects, present.fields)
    }));
}

/// What mostly does not matter, all of it at once.
fn everywhere(case: &Case, all: &mut Vec<Case>) {
    variant(case, all, |case| {
        cloud_objects_mut(case).for_each(|object| object.attributes.clear());
        on_premises_objects_mut(case).for_each(|object| object.attributes.clear());
    });
    variant(case, all, |case| {
        cloud_objects_mut(case).for_each(|object| object.password = None);
        on_premises_objects_mut(case).for_each(|object| object.password = None);
    });
    variant(case, all, |case| {
        let is_kept = |address: &ProxyAddress| address.is_primary();
        cloud_objects_mut(case).for_each(|object| object.proxy_addresses.retain(is_kept));
        on_premises_objects_mut(case).for_each(|object| object.proxy_addresses.retain(is_kept));
    });
    variant(case, all, |case| {
        cloud_objects_mut(case).for_each(|object| object.proxy_addresses.clear());
        on_premises_objects_mut(case).for_each(|object| object.proxy_addresses.clear());
    });
    variant(case, all, |case| cloud_objects_mut(case).for_each(|object| object.roles.clear()));
}

fn of_cloud_object(case: &Case, index: usize, all: &mut Vec<Case>) {
    let Some(object) = cloud_objects(case).nth(index) else { return };
    with_cloud_object(case, index, all, |object| object.on_premises_immutable_id = None);
    with_cloud_object(case, index, all, |object| object.proxy_addresses.clear());
    with_cloud_object(case, index, all, |object| object.attributes.clear());
    with_cloud_object(case, index, all, |object| object.password = None);
    with_cloud_object(case, index, all, |object| object.roles.clear());
    with_cloud_object(case, index, all, |object| object.mail_enabled = false);
    for at in 0..object.proxy_addresses.len() {
        with_cloud_object(case, index, all, |object| drop(object.proxy_addresses.remove(at)));
    }
    for name in object.attributes.keys() {
        with_cloud_object(case, index, all, |object| drop(object.attributes.remove(name)));
    }
    for role in &object.roles {
        with_cloud_object(case, index, all, |object| {
            object.roles.remove(role);
        });
    }
}

fn of_on_premises_object(case: &Case, index: usize, all: &mut Vec<Case>) {
    let Some(object) = on_premises_objects(case).nth(index) else { return };
    with_on_premises_object(case, index, all, |object| object.proxy_addresses.clear());
    with_on_premises_object(case, index, all, |object| object.attributes.clear());
    with_on_premises_object(case, index, all, |object| object.password = None);
    with_on_premises_object(case, index, all, |object| object.mail_enabled = false);
    for at in 0..object.proxy_addresses.len() {
        with_on_premises_object(case, index, all, |object| {
            object.proxy_addresses.remove(at);
        });
    }
    for name in object.attributes.keys() {
        with_on_premises_object(case, index, all, |object| {
            object.attributes.remove(name);
        });
    }
}

fn of_command(case: &Case, index: usize, all: &mut Vec<Case>) {
    match &case.commands[index] {
        Command::UpdateOnPremisesObject(update) => {
            for set in simpler_on_premises_changes(&update.set) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateOnPremisesObject(update) = command {
                        update.set = set;
                    }
                });
            }
        }
        Command::UpdateCloudObject(update) => {
            for set in simpler_cloud_changes(&update.set) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateCloudObject(update) = command {
                        update.set = set;
                    }
                });
            }
        }
        Command::SetImmutableId(_) => with_command(case, index, all, |command| {
            if let Command::SetImmutableId(set) = command {
                set.value = None;
            }
        }),
        Command::DeleteCloudObject(_) => with_command(case, index, all, |command| {
            if let Command::DeleteCloudObject(delete) = command {
                delete.permanently = false;
            }
        }),
        _ => {}
    }
}

fn simpler_on_premises_changes(set: &OnPremisesChange) -> Vec<OnPremisesChange> {
    let mut simpler = vec![
        OnPremisesChange { source_anchor: Change::Keep, ..set.clone() },
        OnPremisesChange { user_principal_name: Change::Keep, ..set.clone() },
        OnPremisesChange { proxy_addresses: Change::Keep, ..set.clone() },
        OnPremisesChange { attributes: Default::default(), ..set.clone() },
        OnPremisesChange { password: Change::Keep, ..set.clone() },
    ];
    simpler.extend(
        fewer_attributes(&set.attributes)
            .map(|attributes| OnPremisesChange { attributes, ..set.clone() }),
    );
    simpler.extend(
        fewer_addresses(&set.proxy_addresses)
            .map(|proxy_addresses| OnPremisesChange { proxy_addresses, ..set.clone() }),
    );
    simpler
}

fn simpler_cloud_changes(set: &CloudObjectChange) -> Vec<CloudObjectChange> {
    let mut simpler = vec![
        CloudObjectChange { user_principal_name: Change::Keep, ..set.clone() },
        CloudObjectChange { proxy_addresses: Change::Keep, ..set.clone() },
        CloudObjectChange { attributes: Default::default(), ..set.clone() },
        CloudObjectChange { password: Change::Keep, ..set.clone() },
    ];
    simpler.extend(
        fewer_attributes(&set.attributes)
            .map(|attributes| CloudObjectChange { attributes, ..set.clone() }),
    );
    simpler.extend(
        fewer_addresses(&set.proxy_addresses)
            .map(|proxy_addresses| CloudObjectChange { proxy_addresses, ..set.clone() }),
    );
    simpler
}

type ChangedAttributes = BTreeMap<Text, Option<Text>>;

fn fewer_attributes(present: &ChangedAttributes) -> impl Iterator<Item = ChangedAttributes> {
    present.keys().map(|name| {
        let mut fewer = present.clone();
        fewer.remove(name);
        fewer
    })
}

fn fewer_addresses(
    change: &Change<Vec<ProxyAddress>>,
) -> impl Iterator<Item = Change<Vec<ProxyAddress>>> {
    let present = if let Change::Set(present) = change { &present[..] } else { &[] };
    (0..present.len()).map(|index| {
        let mut fewer = present.to_vec();
        fewer.remove(index);
        Change::Set(fewer)
    })
}

/// Users instead of groups and contacts: all of them, all of one kind, each, and each two of one
/// kind, since what matches must be of one kind.
fn kinds(case: &Case, all: &mut Vec<Case>) {
    let cloud: Vec<Kind> = cloud_objects(case).map(|object| object.kind).collect();
    let on_premises: Vec<Kind> = on_premises_objects(case).map(|object| object.kind).collect();
    let mut make_users = |is_cloud: &dyn Fn(usize) -> bool,
                          is_on_premises: &dyn Fn(usize) -> bool| {
        variant(case, all, |case| {
            let mut people = PEOPLE.iter().rev();
            let mut name = |addresses: &[ProxyAddress]| {
                let primary = addresses.iter().find(|address| address.is_primary());
                let mail = primary.and_then(ProxyAddress::mail).map(str::to_owned);
                let fresh = || people.next().map(|person| format!("{person}@contoso.com"));
                Text::from(mail.or_else(fresh).unwrap_or_default())
            };
            for (index, object) in cloud_objects_mut(case).enumerate() {
                if object.kind != Kind::User && is_cloud(index) {
                    let name = name(&object.proxy_addresses);
                    make_cloud_user(object, &name);
                }
            }
            for (index, object) in on_premises_objects_mut(case).enumerate() {
                if object.kind != Kind::User && is_on_premises(index) {
                    let name = name(&object.proxy_addresses);
                    make_on_premises_user(object, &name);
                }
            }
        });
    };
    make_users(&|_| true, &|_| true);
    for kind in [Kind::Group, Kind::Contact] {
        make_users(&|index| cloud[index] == kind, &|index| on_premises[index] == kind);
    }
    for one in (0..cloud.len()).filter(|index| cloud[*index] != Kind::User) {
        make_users(&|index| index == one, &|_| false);
        for other in (0..on_premises.len()).filter(|index| on_premises[*index] != Kind::User) {
            make_users(&|index| index == one, &|index| index == other);
        }
    }
    for one in (0..on_premises.len()).filter(|index| on_premises[*index] != Kind::User) {
        make_users(&|_| false, &|index| index == one);
    }
    // A plain group for a mail-enabled one, on both sides.
    variant(case, all, |case| {
        cloud_objects_mut(case).for_each(|object| object.mail_enabled = false);
        on_premises_objects_mut(case).for_each(|object| object.mail_enabled = false);
    });
}
