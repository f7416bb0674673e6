//! One command fewer, and something else instead.
//!
//! Removing and folding alone can end where every smaller case that is left passes although there
//! is a smaller failing one. What lies between the two is mostly one change that makes nothing
//! simpler by itself: a value that another object has, another object that a command is about,
//! another command in the place of one. Here such a change is made together with leaving one
//! command out, so that the case is simpler after all. Or another start altogether: see `starts`.

use super::objects::{
    cloud_objects, on_premises_objects, variant, with_cloud_object, with_command,
    with_on_premises_object, without,
};
use super::repair::repaired;
use super::starts;
use super::structure::fold;
use crate::cases::Case;
use crate::cases::sequence::{ANCHORS, PEOPLE, ROLES};
use crate::directory::{
    AddressKind, Change, CloudRef, CloudSetup, Command, Feature, Kind, OnPremisesObject,
    ProxyAddress, RemoveRole, SetFeature, Text, UpdateOnPremisesObject, same_name,
};
use std::collections::BTreeSet;

/// The most commands with which detours are tried: each is tried with one or two commands left out.
const FOR_DETOURS: usize = 5;

/// The most commands with which each is tried with every subset of them.
const FOR_SUBSETS: usize = 4;

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let count = case.commands.len();
    if count > FOR_DETOURS {
        // Too long for all of that: from other starts the cycles alone may do.
        let is_cycle = |index: usize| matches!(case.commands[index], Command::Sync(_));
        starts::candidates(&without(case, |index| !is_cycle(index)), all);
        return;
    }
    // The fewest commands first. A bit stands for a command that is kept.
    let least = if count <= FOR_SUBSETS { 0 } else { count - 2 };
    let mut subsets: Vec<u32> = (0..(1 << count) - 1).collect();
    subsets.retain(|subset| subset.count_ones() as usize >= least);
    subsets.sort_by_key(|subset| (subset.count_ones(), *subset));
    let mut shorter: Vec<Case> = subsets
        .into_iter()
        .map(|subset| without(case, |index| subset & (1 << index) == 0))
        .collect();
    for index in 0..count {
        let folds = shorter.len();
        fold(case, index, &mut shorter);
        for folded in folds..shorter.len() {
            for gone in 0..count - 1 {
                let twice = without(&shorter[folded], |left_out| left_out == gone);
                shorter.push(twice);
            }
        }
    }
    for case in shorter {
        // A command whose object is gone can be about another one: it goes only if it is not.
        let whole = repaired(case.clone());
        if whole.commands.len() < case.commands.len() {
            changes(&case, all);
        }
        changes(&whole, all);
    }
}

/// The case with one thing changed, which need not make it simpler.
pub(super) fn changes(case: &Case, all: &mut Vec<Case>) {
    let values = Values::of(case);
    features(case, all);
    other_objects(case, &values, all);
    starts::candidates(case, all);
    for (index, object) in cloud_objects(case).enumerate() {
        change_cloud_object(case, index, object, &values, all);
    }
    for (index, object) in on_premises_objects(case).enumerate() {
        change_on_premises_object(case, index, object, &values, all);
    }
    for index in 0..case.commands.len() {
        change_command(case, index, &values, all);
    }
}

/// What there is in a case, and one fresh value of each sort.
struct Values {
    names: Vec<Text>,
    anchors: Vec<Text>,
    references: Vec<CloudRef>,
    keys: Vec<Text>,
}

impl Values {
    fn of(case: &Case) -> Values {
        let mut names: BTreeSet<Text> = BTreeSet::new();
        let mut anchors: BTreeSet<Text> = BTreeSet::new();
        let mails = |addresses: &[ProxyAddress]| -> Vec<Text> {
            addresses.iter().filter_map(|address| address.mail().map(Text::from)).collect()
        };
        for object in cloud_objects(case) {
            names.extend(object.user_principal_name.clone());
            names.extend(mails(&object.proxy_addresses));
            anchors.extend(object.on_premises_immutable_id.clone());
        }
        for object in on_premises_objects(case) {
            names.extend(object.user_principal_name.clone());
            names.extend(mails(&object.proxy_addresses));
            anchors.extend(object.source_anchor.clone());
        }
        let labels = cloud_objects(case).map(|object| CloudRef::Label(object.label.clone()));
        let keys: Vec<Text> = on_premises_objects(case).map(|object| object.key.clone()).collect();
        let joined = keys.iter().cloned().map(CloudRef::JoinedTo);
        let references = labels.chain(joined).collect();
        let fresh = PEOPLE
            .iter()
            .map(|person| format!("{person}@contoso.com"))
            .find(|fresh| !names.iter().any(|name| same_name(name, fresh)));
        let anchor = ANCHORS.iter().map(|both| both[0]).find(|fresh| !anchors.contains(*fresh));
        Values {
            names: names.into_iter().chain(fresh.map(Text::from)).collect(),
            anchors: anchors.into_iter().chain(anchor.map(Text::from)).collect(),
            references,
            keys,
        }
    }
}

fn features(case: &Case, all: &mut Vec<Case>) {
    for feature in [Feature::SoftMatch, Feature::PasswordHashSync] {
        variant(case, all, |case| {
            let features = &mut case.tenant.features;
            features.set(feature, !features.get(feature));
        });
    }
}

/// An object less at the start, or one more: the counterpart of one that is there.
fn other_objects(case: &Case, values: &Values, all: &mut Vec<Case>) {
    for index in 0..case.tenant.cloud.len() {
        variant(case, all, |case| drop(case.tenant.cloud.remove(index)));
    }
    for index in 0..case.tenant.on_premises.len() {
        variant(case, all, |case| drop(case.tenant.on_premises.remove(index)));
    }
    if let Some(label) = free_label(case) {
        for object in on_premises_objects(case) {
            let counterpart = counterpart(&label, object);
            variant(case, all, |case| case.tenant.cloud.push(counterpart.clone()));
            // A holder that nothing takes over: beside the on-premises object, and in its place.
            let key = &object.key;
            let mut untouchable = counterpart.clone();
            if object.kind == Kind::User {
                untouchable.roles.insert(ROLES[0].into());
            }
            variant(case, all, |case| case.tenant.cloud.push(untouchable.clone()));
            variant(case, all, |case| {
                case.tenant.on_premises.retain(|object| object.key != *key);
                case.tenant.cloud.push(untouchable);
            });
        }
    }
    if let (Some(key), Some(anchor)) = (free_key(case), values.anchors.last()) {
        for object in cloud_objects(case) {
            variant(case, all, |case| {
                case.tenant.on_premises.push(source(&key, anchor, object));
            });
        }
    }
}

pub(super) fn free_label(case: &Case) -> Option<Text> {
    let is_free = |label: &&&str| cloud_objects(case).all(|object| *object.label != ***label);
    PEOPLE.iter().find(is_free).map(|label| Text::from(*label))
}

fn free_key(case: &Case) -> Option<Text> {
    let mut keys = PEOPLE.iter().map(|person| Text::from(format!("{person}-ad")));
    keys.find(|key| on_premises_objects(case).all(|object| object.key != *key))
}

/// The cloud object that this one soft-matches.
pub(super) fn counterpart(label: &Text, object: &OnPremisesObject) -> CloudSetup {
    let primary = object.proxy_addresses.iter().filter(|address| address.is_primary());
    CloudSetup {
        label: label.clone(),
        kind: object.kind,
        mail_enabled: object.mail_enabled,
        on_premises_immutable_id: None,
        user_principal_name: object.user_principal_name.clone(),
        proxy_addresses: primary.cloned().collect(),
        attributes: Default::default(),
        password: None,
        roles: Default::default(),
    }
}

/// The on-premises object that soft-matches this one.
fn source(key: &Text, anchor: &Text, object: &CloudSetup) -> OnPremisesObject {
    let primary = object.proxy_addresses.iter().filter(|address| address.is_primary());
    OnPremisesObject {
        key: key.clone(),
        kind: object.kind,
        mail_enabled: object.mail_enabled,
        source_anchor: Some(anchor.clone()),
        user_principal_name: object.user_principal_name.clone(),
        proxy_addresses: primary.cloned().collect(),
        attributes: Default::default(),
        password: None,
    }
}

/// Address lists like this one but for one address: without each, with each in the other role, and
/// with each name that there is as the primary address.
fn other_addresses(present: &[ProxyAddress], values: &Values) -> Vec<Vec<ProxyAddress>> {
    let mut lists = Vec::new();
    for (index, address) in present.iter().enumerate() {
        let mut list = present.to_vec();
        list.remove(index);
        lists.push(list);
        let Some(mail) = address.mail() else { continue };
        let prefix = if address.kind() == AddressKind::Primary { "smtp" } else { "SMTP" };
        let mut list = present.to_vec();
        list[index] = ProxyAddress(format!("{prefix}:{mail}").into());
        lists.push(list);
    }
    for name in &values.names {
        let mut list: Vec<ProxyAddress> = present
            .iter()
            .filter(|address| {
                !address.is_primary() && !address.mail().is_some_and(|mail| same_name(mail, name))
            })
            .cloned()
            .collect();
        list.insert(0, ProxyAddress(format!("SMTP:{name}").into()));
        lists.push(list);
    }
    lists
}

fn change_cloud_object(
    case: &Case,
    index: usize,
    object: &CloudSetup,
    values: &Values,
    all: &mut Vec<Case>,
) {
    if object.kind == Kind::User {
        for name in &values.names {
            with_cloud_object(case, index, all, |object| {
                object.user_principal_name = Some(name.clone());
            });
        }
        with_cloud_object(case, index, all, |object| {
            if object.roles.is_empty() {
                object.roles.insert(ROLES[0].into());
            } else {
                object.roles.clear();
            }
        });
    }
    for list in other_addresses(&object.proxy_addresses, values) {
        with_cloud_object(case, index, all, |object| object.proxy_addresses = list);
    }
    for anchor in values.anchors.iter().map(Some).chain([None]) {
        with_cloud_object(case, index, all, |object| {
            object.on_premises_immutable_id = anchor.cloned();
        });
    }
}

fn change_on_premises_object(
    case: &Case,
    index: usize,
    object: &OnPremisesObject,
    values: &Values,
    all: &mut Vec<Case>,
) {
    if object.kind == Kind::User {
        for name in &values.names {
            with_on_premises_object(case, index, all, |object| {
                object.user_principal_name = Some(name.clone());
            });
        }
    }
    for list in other_addresses(&object.proxy_addresses, values) {
        with_on_premises_object(case, index, all, |object| object.proxy_addresses = list);
    }
    for anchor in &values.anchors {
        with_on_premises_object(case, index, all, |object| {
            object.source_anchor = Some(anchor.clone());
        });
    }
}

fn change_command(case: &Case, index: usize, values: &Values, all: &mut Vec<Case>) {
    let command = &case.commands[index];
    if command.cloud_object().is_some() {
        for reference in &values.references {
            with_command(case, index, all, |command| refer_to(command, reference));
        }
        refusals(case, index, values, all);
    }
    match command {
        Command::UpdateOnPremisesObject(update) => {
            for key in &values.keys {
                with_command(case, index, all, |command| {
                    if let Command::UpdateOnPremisesObject(update) = command {
                        update.key = key.clone();
                    }
                });
            }
            for set in changed_values(&update.set.user_principal_name, &values.names) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateOnPremisesObject(update) = command {
                        update.set.user_principal_name = set;
                    }
                });
            }
            for set in changed_values(&update.set.source_anchor, &values.anchors) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateOnPremisesObject(update) = command {
                        update.set.source_anchor = set;
                    }
                });
            }
            for set in changed_addresses(&update.set.proxy_addresses, values) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateOnPremisesObject(update) = command {
                        update.set.proxy_addresses = set;
                    }
                });
            }
        }
        Command::UpdateCloudObject(update) => {
            for set in changed_values(&update.set.user_principal_name, &values.names) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateCloudObject(update) = command {
                        update.set.user_principal_name = set;
                    }
                });
            }
            for set in changed_addresses(&update.set.proxy_addresses, values) {
                with_command(case, index, all, |command| {
                    if let Command::UpdateCloudObject(update) = command {
                        update.set.proxy_addresses = set;
                    }
                });
            }
        }
        Command::SetImmutableId(_) => {
            for anchor in values.anchors.iter().map(Some).chain([None]) {
                with_command(case, index, all, |command| {
                    if let Command::SetImmutableId(set) = command {
                        set.value = anchor.cloned();
                    }
                });
            }
        }
        _ => {}
    }
    if !matches!(command, Command::Sync(_)) {
        other_commands(case, index, values, all);
    }
}

/// Ways in which a command on a cloud object is not carried out that need no cycle before it: it
/// names nothing, or what it writes belongs to another object.
fn refusals(case: &Case, index: usize, values: &Values, all: &mut Vec<Case>) {
    let (Some(name), Some(anchor)) = (values.names.last(), values.anchors.last()) else { return };
    let (Some(label), Some(key)) = (free_label(case), free_key(case)) else { return };
    let user = OnPremisesObject {
        key,
        kind: Kind::User,
        mail_enabled: false,
        source_anchor: Some(anchor.clone()),
        user_principal_name: Some(name.clone()),
        proxy_addresses: Vec::new(),
        attributes: Default::default(),
        password: None,
    };
    variant(case, all, |case| {
        refer_to(&mut case.commands[index], &CloudRef::JoinedTo(user.key.clone()));
        case.tenant.on_premises.push(user.clone());
    });
    let address = ProxyAddress(format!("SMTP:{name}").into());
    let mut holder = counterpart(&label, &user);
    holder.proxy_addresses.push(address.clone());
    holder.on_premises_immutable_id = Some(anchor.clone());
    let collide = |command: &mut Command| match command {
        Command::UpdateCloudObject(update) if !update.set.proxy_addresses.is_keep() => {
            update.set.proxy_addresses = Change::Set(vec![address.clone()]);
        }
        Command::UpdateCloudObject(update) => {
            update.set.user_principal_name = Change::Set(name.clone());
        }
        Command::SetImmutableId(set) => set.value = Some(anchor.clone()),
        _ => {}
    };
    // The command's own object, or another one in its place.
    variant(case, all, |case| {
        collide(&mut case.commands[index]);
        case.tenant.cloud.push(holder.clone());
    });
    variant(case, all, |case| {
        collide(&mut case.commands[index]);
        case.tenant.cloud.push(holder.clone());
        if let Some(label) = free_label(case) {
            let mut object = counterpart(&label, &user);
            object.user_principal_name = Some(format!("{label}-{name}").into());
            refer_to(&mut case.commands[index], &CloudRef::Label(label));
            case.tenant.cloud.push(object);
        }
    });
}

/// Another command in the place of this one: the simplest that make something pending again, or
/// new.
fn other_commands(case: &Case, index: usize, values: &Values, all: &mut Vec<Case>) {
    with_command(case, index, all, |command| *command = Command::reinstall());
    for feature in [Feature::SoftMatch, Feature::PasswordHashSync] {
        let value = !case.tenant.features.get(feature);
        with_command(case, index, all, |command| {
            *command = Command::SetFeature(SetFeature { feature, value });
        });
    }
    for key in &values.keys {
        with_command(case, index, all, |command| {
            let set = [(Text::from("displayName"), Some(Text::from("Ann Berg")))];
            let mut update = UpdateOnPremisesObject { key: key.clone(), set: Default::default() };
            update.set.attributes = set.into();
            *command = Command::UpdateOnPremisesObject(update);
        });
    }
    for object in &case.tenant.cloud {
        for role in &object.roles {
            let object = CloudRef::Label(object.label.clone());
            let role = role.clone();
            with_command(case, index, all, |command| {
                *command = Command::RemoveRole(RemoveRole { object, role });
            });
        }
    }
}

fn changed_values(present: &Change<Text>, values: &[Text]) -> Vec<Change<Text>> {
    if present.is_keep() {
        return Vec::new();
    }
    values.iter().cloned().map(Change::Set).collect()
}

fn changed_addresses(
    present: &Change<Vec<ProxyAddress>>,
    values: &Values,
) -> Vec<Change<Vec<ProxyAddress>>> {
    match present {
        Change::Keep => Vec::new(),
        Change::Clear => other_addresses(&[], values).into_iter().map(Change::Set).collect(),
        Change::Set(present) => {
            other_addresses(present, values).into_iter().map(Change::Set).collect()
        }
    }
}

/// Lets a command be about another cloud object.
pub(super) fn refer_to(command: &mut Command, reference: &CloudRef) {
    let object = match command {
        Command::UpdateCloudObject(command) => &mut command.object,
        Command::SetImmutableId(command) => &mut command.object,
        Command::AssignRole(command) => &mut command.object,
        Command::RemoveRole(command) => &mut command.object,
        Command::DeleteCloudObject(command) => &mut command.object,
        Command::RestoreCloudObject(command) => &mut command.object,
        _ => return,
    };
    object.clone_from(reference);
}
