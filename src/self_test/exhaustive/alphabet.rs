//! Every command over the values of the scope, and which of them can come next.

use super::forms;
use super::scope::Scope;
use super::values::{
    ATTRIBUTE, ATTRIBUTE_VALUES, Anchor, CLOUD_PASSWORD, CloudForm, EVERY_ADDRESSES, OBJECTS,
    ON_PREMISES_PASSWORDS, ONE_ADDRESS, OnPremisesForm, ROLE, Side, Values, key, label,
};
use crate::checks::Observer;
use crate::directory::{
    AssignRole, Change, CloudObjectChange, CloudRef, Command, CreateCloudObject,
    CreateOnPremisesObject, DeleteCloudObject, Feature, Kind, OnPremisesChange, RemoveRole,
    RestoreCloudObject, SetFeature, SetImmutableId, Text, UpdateCloudObject,
    UpdateOnPremisesObject,
};
use crate::reference::ReferenceModel;

/// The labels that a case has used so far, whether the object came into being or not: a label is
/// used once. One bit for each of [`OBJECTS`].
pub(super) type Labels = u8;

/// Every command of a scope, in an order that never changes.
pub(super) struct Alphabet {
    commands: Vec<Command>,
    /// Where the commands about each cloud object begin and end, by what names it.
    by_reference: Vec<(CloudRef, std::ops::Range<usize>)>,
    /// The commands that name no cloud object that there is already.
    others: std::ops::Range<usize>,
}

impl Alphabet {
    pub(super) fn of(scope: Scope) -> Alphabet {
        let values = scope.values;
        let mut commands = vec![Command::sync(), Command::reinstall()];
        for feature in [Feature::SoftMatch, Feature::PasswordHashSync] {
            for value in [false, true] {
                commands.push(Command::SetFeature(SetFeature { feature, value }));
            }
        }
        for (kind, second) in OBJECTS {
            commands.extend(on_premises_updates(values, kind, second));
            if scope.creates() {
                commands.extend(creations(values, kind, second));
            }
        }
        let others = 0..commands.len();
        let mut by_reference = Vec::new();
        let forms: [fn(Kind, bool) -> CloudRef; 3] = [
            |kind, second| CloudRef::Label(label(kind, second)),
            |kind, second| CloudRef::JoinedTo(key(kind, second)),
            |kind, second| CloudRef::QuarantinedFor(key(kind, second)),
        ];
        for form in forms {
            for (kind, second) in OBJECTS {
                let (first, reference) = (commands.len(), form(kind, second));
                commands.extend(cloud_commands(values, kind, &reference));
                by_reference.push((reference, first..commands.len()));
            }
        }
        Alphabet { commands, by_reference, others }
    }

    pub(super) fn command(&self, letter: u16) -> &Command {
        &self.commands[usize::from(letter)]
    }

    /// All commands.
    #[cfg(test)]
    pub(super) fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The commands with which a case is still well-formed.
    ///
    /// Where two references name the same object in the same way, to the model and to the observer
    /// alike, only the first is used: the commands would be the same transitions under another
    /// name. Where a reference names nothing, one command of each sort is used: there is nothing
    /// that its fields could be about.
    pub(super) fn next(
        &self,
        model: &ReferenceModel,
        observer: &Observer<'_>,
        labels: Labels,
    ) -> Vec<u16> {
        let letters = |range: std::ops::Range<usize>| range.map(|at| at as u16);
        let mut next: Vec<u16> = letters(self.others.clone())
            .filter(|letter| is_well_formed(self.command(*letter), observer, labels))
            .collect();
        let mut named = Vec::new();
        for (reference, range) in &self.by_reference {
            if !is_known(reference, observer, labels) {
                continue;
            }
            let (id, is_certain) = observer.names(reference);
            let handle = model.resolve(reference);
            // What leaves a copy behind is told by how the copy is named.
            let is_copy = matches!(reference, CloudRef::QuarantinedFor(_));
            let name = (id, is_certain, handle, is_copy);
            if named.contains(&name) {
                continue;
            }
            named.push(name);
            let names_nothing = id.is_none() && handle.is_none();
            let word = |letter: u16| self.command(letter).word();
            next.extend(letters(range.clone()).filter(|&letter| {
                let is_first = usize::from(letter) == range.start;
                !names_nothing || is_first || word(letter) != word(letter - 1)
            }));
        }
        next
    }
}

/// The labels of a starting tenant.
pub(super) fn labels_of(tenant: &crate::directory::Tenant) -> Labels {
    tenant.cloud.iter().fold(0, |labels, object| labels | bit_of(&object.label))
}

/// The labels that are used after a command.
pub(super) fn labels_after(labels: Labels, command: &Command) -> Labels {
    match command {
        Command::CreateCloudObject(create) => labels | bit_of(&create.object.label),
        _ => labels,
    }
}

fn bit_of(name: &Text) -> Labels {
    let at = OBJECTS.iter().position(|&(kind, second)| label(kind, second) == *name);
    at.map_or(0, |at| 1 << at)
}

fn is_known(reference: &CloudRef, observer: &Observer<'_>, labels: Labels) -> bool {
    match reference {
        CloudRef::Label(label) => labels & bit_of(label) != 0,
        CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
            observer.state().on_premises_object(key).is_some()
        }
    }
}

fn is_well_formed(command: &Command, observer: &Observer<'_>, labels: Labels) -> bool {
    let on_premises = &observer.state().on_premises;
    let is_free = |anchor: Option<&Text>, own: &Text| {
        anchor.is_none_or(|anchor| {
            on_premises
                .iter()
                .all(|object| object.key == *own || object.source_anchor.as_ref() != Some(anchor))
        })
    };
    let is_there = |key: &Text| on_premises.iter().any(|object| object.key == *key);
    match command {
        Command::CreateOnPremisesObject(create) => {
            let object = &create.object;
            // The second of a kind comes after the first: which is which makes no difference.
            let second = key(Kind::User, true);
            !is_there(&object.key)
                && is_free(object.source_anchor.as_ref(), &object.key)
                && (object.key != second || is_there(&key(Kind::User, false)))
        }
        Command::UpdateOnPremisesObject(update) => {
            is_there(&update.key) && is_free(update.set.source_anchor.value(), &update.key)
        }
        Command::CreateCloudObject(create) => {
            let own = bit_of(&create.object.label);
            let (first, second) = (label(Kind::User, false), label(Kind::User, true));
            labels & own == 0 && (own != bit_of(&second) || labels & bit_of(&first) != 0)
        }
        _ => true,
    }
}

fn creations(values: Values, kind: Kind, second: bool) -> Vec<Command> {
    let on_premises = forms::on_premises(kind, ONE_ADDRESS).into_iter().map(|form| {
        let object = values.on_premises(OnPremisesForm { second, ..form });
        Command::CreateOnPremisesObject(CreateOnPremisesObject { object })
    });
    // A user's anchor and roles have commands of their own.
    let cloud = forms::cloud(kind, ONE_ADDRESS)
        .into_iter()
        .filter(|form| kind != Kind::User || (form.anchor.is_none() && !form.has_role))
        .map(|form| {
            let object = values.cloud(CloudForm { second, ..form });
            Command::CreateCloudObject(CreateCloudObject { object })
        });
    on_premises.chain(cloud).collect()
}

fn on_premises_updates(values: Values, kind: Kind, second: bool) -> Vec<Command> {
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
    if kind == Kind::User {
        for name in 0..2 {
            let user_principal_name = Change::Set(values.name(Side::OnPremises, name));
            sets.push(OnPremisesChange { user_principal_name, ..nothing() });
        }
        for &anchor in forms::anchors(kind) {
            let source_anchor = Change::Set(values.anchor(anchor));
            sets.push(OnPremisesChange { source_anchor, ..nothing() });
        }
        for password in [Change::Set(ON_PREMISES_PASSWORDS[1].into()), Change::Clear] {
            sets.push(OnPremisesChange { password, ..nothing() });
        }
    }
    let key = key(kind, second);
    let update =
        |set| Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key: key.clone(), set });
    sets.into_iter().map(update).collect()
}

/// Every command about a cloud object. What is refused for a kind is among them, but for what no
/// well-formed case says.
fn cloud_commands(values: Values, kind: Kind, reference: &CloudRef) -> Vec<Command> {
    let object = || reference.clone();
    let role = || Text::from(ROLE);
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
    let mut anchors = vec![None, Some(Anchor::Shared(0)), Some(Anchor::Shared(1))];
    if kind == Kind::User {
        for name in 0..2 {
            let user_principal_name = Change::Set(values.name(Side::Cloud, name));
            sets.push(CloudObjectChange { user_principal_name, ..nothing() });
        }
        sets.push(CloudObjectChange { password: Change::Set(CLOUD_PASSWORD.into()), ..nothing() });
    } else {
        anchors.push(Some(Anchor::Own(kind)));
    }
    let update = |set| Command::UpdateCloudObject(UpdateCloudObject { object: object(), set });
    let set_anchor = |anchor: Option<Anchor>| {
        let value = anchor.map(|anchor| values.anchor(anchor));
        Command::SetImmutableId(SetImmutableId { object: object(), value })
    };
    let delete = |permanently| {
        Command::DeleteCloudObject(DeleteCloudObject { object: object(), permanently })
    };
    let mut commands: Vec<Command> = sets.into_iter().map(update).collect();
    commands.extend(anchors.into_iter().map(set_anchor));
    commands.push(Command::AssignRole(AssignRole { object: object(), role: role() }));
    commands.push(Command::RemoveRole(RemoveRole { object: object(), role: role() }));
    commands.extend([false, true].map(delete));
    commands.push(Command::RestoreCloudObject(RestoreCloudObject { object: object() }));
    commands
}
