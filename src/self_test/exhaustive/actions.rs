//! Every command over the values of the scope, and which of them can come next.

use super::place::Place;
use super::scope::{Scope, removal};
use super::vocabulary::{
    ATTRIBUTE, ATTRIBUTE_VALUES, CLOUD_PASSWORD, EVERY_ADDRESSES, OBJECTS, ON_PREMISES_PASSWORDS,
    ONE_ADDRESS, Object, Side, Values, identified, key, label, roles, roles_to_be_eligible_for,
};
use crate::directory::{
    AssignRole, Capabilities, Capability, Change, CloudObjectChange, CloudRef, Command,
    CreateCloudObject, CreateOnPremisesObject, DeleteCloudObject, Feature, Kind, MakeEligible,
    OnPremisesChange, RemoveEligibility, RemoveRole, RestoreCloudObject, SetCloudManaged,
    SetFeature, SetImmutableId, SetOnPremisesObjectIdentifier, Text, UpdateCloudObject,
    UpdateOnPremisesObject, is_well_formed,
};
use std::ops::Range;

/// Every command of a scope, in an order that never changes.
pub(super) struct Actions {
    commands: Vec<Command>,
    /// Where the commands about each cloud object begin and end, by what names it.
    by_reference: Vec<(CloudRef, Range<usize>)>,
    /// The commands that name no cloud object that there is already.
    others: Range<usize>,
}

impl Actions {
    /// Those that can be asked of an implementation with these capabilities.
    pub(super) fn of(scope: Scope, capabilities: &Capabilities) -> Actions {
        let values = scope.values;
        let mut commands = vec![Command::sync(), Command::reinstall()];
        for feature in [Feature::SoftMatch, Feature::PasswordHashSync, Feature::BlockHardMatch] {
            for value in [false, true] {
                commands.push(Command::SetFeature(SetFeature { feature, value }));
            }
        }
        if capabilities.has(Capability::SoftMatchOnUpnSwitch) {
            // It cannot be turned off.
            let (feature, value) = (Feature::SoftMatchOnUpn, true);
            commands.push(Command::SetFeature(SetFeature { feature, value }));
        }
        if capabilities.has(Capability::IdentifierUpdateSwitch) {
            for value in [false, true] {
                let feature = Feature::IdentifierUpdate;
                commands.push(Command::SetFeature(SetFeature { feature, value }));
            }
        }
        for object in OBJECTS {
            commands.extend(on_premises_updates(values, object));
            if scope.creates() {
                commands.extend(creations(values, object, capabilities));
            }
            if capabilities.has(Capability::Scope) {
                commands.push(removal(object));
            }
        }
        let others = 0..commands.len();
        let mut by_reference = Vec::new();
        let forms: [fn(Object) -> CloudRef; 3] = [
            |object| CloudRef::Label(label(object)),
            |object| CloudRef::JoinedTo(key(object)),
            |object| CloudRef::QuarantinedFor(key(object)),
        ];
        for form in forms {
            for object in OBJECTS {
                let (first, reference) = (commands.len(), form(object));
                commands.extend(cloud_commands(values, object.0, &reference, capabilities));
                by_reference.push((reference, first..commands.len()));
            }
        }
        Actions { commands, by_reference, others }
    }

    /// The place of a command among them.
    pub(super) fn place_of(&self, command: &Command) -> usize {
        self.commands.iter().position(|one| one == command).expect("a command of the scope")
    }

    /// All commands.
    pub(super) fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The commands with which a case is still well-formed.
    ///
    /// Where two references name the same object in the same way, to the model and to the observer
    /// alike, only the first is used: the commands would be the same transitions under another
    /// name. Where a reference names nothing, one command of each sort is used: there is nothing
    /// that its fields could be about.
    pub(super) fn next(&self, place: &Place<'_>) -> Vec<usize> {
        let mut commands: Vec<Command> =
            place.path.iter().map(|at| self.commands[*at].clone()).collect();
        let mut can_follow = |at: usize| {
            commands.push(self.commands[at].clone());
            let is_case = is_well_formed(place.tenant, &commands);
            commands.pop();
            is_case && !is_second_before_first(place, &self.commands[at])
        };
        let mut next: Vec<usize> = self.others.clone().filter(|at| can_follow(*at)).collect();
        let mut named = Vec::new();
        for (reference, range) in &self.by_reference {
            let (id, is_certain) = place.observer.names(reference);
            let handle = place.implementation.model().resolve(reference);
            // What is quarantined is told by how it is named.
            let is_quarantined = matches!(reference, CloudRef::QuarantinedFor(_));
            let name = (id, is_certain, handle, is_quarantined);
            if named.contains(&name) || !can_follow(range.start) {
                continue;
            }
            named.push(name);
            let names_nothing = id.is_none() && handle.is_none();
            let word = |at: usize| self.commands[at].word();
            next.extend(
                range
                    .clone()
                    .filter(|&at| !names_nothing || at == range.start || word(at) != word(at - 1)),
            );
        }
        next
    }
}

/// Whether a command creates the second user of a side that has no first yet: which is which
/// makes no difference, so that one order is enough.
fn is_second_before_first(place: &Place<'_>, command: &Command) -> bool {
    let [first, second, ..] = OBJECTS;
    match command {
        Command::CreateOnPremisesObject(create) if create.object.key == key(second) => {
            let is_there = place.observer.state().on_premises_object(&key(first)).is_some();
            // One that was removed has left its traces.
            !is_there && !place.observer.history().scope.gone.contains(&key(first))
        }
        Command::CreateCloudObject(create) if create.object.label == label(second) => {
            !place.labels.contains(&label(first))
        }
        _ => false,
    }
}

fn creations(values: Values, object: Object, capabilities: &Capabilities) -> Vec<Command> {
    let on_premises = values.every_on_premises(object, ONE_ADDRESS).into_iter();
    // A user's anchor and roles have commands of their own.
    let is_bare = object.0 == Kind::User;
    let cloud = values.every_cloud(object, ONE_ADDRESS).into_iter().filter(|setup| {
        !is_bare || (setup.on_premises_immutable_id.is_none() && setup.roles.is_empty())
    });
    on_premises
        .map(|object| identified(object, capabilities))
        .map(|object| Command::CreateOnPremisesObject(CreateOnPremisesObject { object }))
        .chain(cloud.map(|object| Command::CreateCloudObject(CreateCloudObject { object })))
        .collect()
}

fn on_premises_updates(values: Values, object: Object) -> Vec<Command> {
    let mut sets = Vec::new();
    let nothing = OnPremisesChange::default;
    for addresses in EVERY_ADDRESSES {
        let proxy_addresses = Change::Set(values.addresses(Side::OnPremises, addresses));
        sets.push(OnPremisesChange { proxy_addresses, ..nothing() });
    }
    for value in [Some(ATTRIBUTE_VALUES[0]), None] {
        let attributes = [(ATTRIBUTE.into(), value.map(Text::from))].into();
        sets.push(OnPremisesChange { attributes, ..nothing() });
    }
    if object.0 == Kind::User {
        for name in values.names(Side::OnPremises) {
            sets.push(OnPremisesChange { user_principal_name: Change::Set(name), ..nothing() });
        }
        for anchor in values.anchors(Kind::User) {
            sets.push(OnPremisesChange { source_anchor: Change::Set(anchor), ..nothing() });
        }
        for password in [Change::Set(ON_PREMISES_PASSWORDS[1].into()), Change::Clear] {
            sets.push(OnPremisesChange { password, ..nothing() });
        }
    }
    let key = key(object);
    let update =
        |set| Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key: key.clone(), set });
    sets.into_iter().map(update).collect()
}

/// Every command about a cloud object. What is refused for a kind is among them, but for what no
/// well-formed case says.
fn cloud_commands(
    values: Values,
    kind: Kind,
    reference: &CloudRef,
    capabilities: &Capabilities,
) -> Vec<Command> {
    let object = || reference.clone();
    let roles = || roles(capabilities).into_iter();
    let mut sets = Vec::new();
    let nothing = CloudObjectChange::default;
    for addresses in EVERY_ADDRESSES {
        let proxy_addresses = Change::Set(values.addresses(Side::Cloud, addresses));
        sets.push(CloudObjectChange { proxy_addresses, ..nothing() });
    }
    for value in ATTRIBUTE_VALUES {
        let attributes = [(ATTRIBUTE.into(), Some(value.into()))].into();
        sets.push(CloudObjectChange { attributes, ..nothing() });
    }
    if kind == Kind::User {
        for name in values.names(Side::Cloud) {
            sets.push(CloudObjectChange { user_principal_name: Change::Set(name), ..nothing() });
        }
        sets.push(CloudObjectChange { password: Change::Set(CLOUD_PASSWORD.into()), ..nothing() });
    }
    let update = |set| Command::UpdateCloudObject(UpdateCloudObject { object: object(), set });
    let set_anchor = |value| Command::SetImmutableId(SetImmutableId { object: object(), value });
    let delete = |permanently| {
        Command::DeleteCloudObject(DeleteCloudObject { object: object(), permanently })
    };
    let mut commands: Vec<Command> = sets.into_iter().map(update).collect();
    commands.extend(values.carried_anchors(kind).into_iter().map(set_anchor));
    commands.extend(roles().map(|role| Command::AssignRole(AssignRole { object: object(), role })));
    commands.extend(roles().map(|role| Command::RemoveRole(RemoveRole { object: object(), role })));
    if kind == Kind::User {
        for role in roles_to_be_eligible_for(capabilities) {
            let make = MakeEligible { object: object(), role: role.clone() };
            commands.push(Command::MakeEligible(make));
            commands.push(Command::RemoveEligibility(RemoveEligibility { object: object(), role }));
        }
        if capabilities.has(Capability::ObjectIdentifier) {
            let clear = SetOnPremisesObjectIdentifier { object: object(), value: None };
            commands.push(Command::SetOnPremisesObjectIdentifier(clear));
        }
    }
    if capabilities.has(Capability::SourceOfAuthority) {
        commands
            .extend([false, true].map(|value| {
                Command::SetCloudManaged(SetCloudManaged { object: object(), value })
            }));
    }
    commands.extend([false, true].map(delete));
    commands.push(Command::RestoreCloudObject(RestoreCloudObject { object: object() }));
    commands
}
