//! Makes commands.

use super::generator::{Generator, Role, Seen, Side};
use super::pools::Anchor;
use crate::directory::{
    AssignRole, Change, CloudObjectChange, CloudRef, Command, CreateCloudObject,
    CreateOnPremisesObject, DeleteCloudObject, Feature, Kind, OnPremisesChange, ProxyAddress,
    RemoveRole, RestoreCloudObject, SetFeature, SetImmutableId, UpdateCloudObject,
    UpdateOnPremisesObject,
};

/// The object that a command names: its side and its position there. What an on-premises object is
/// joined to, and the copy for it, are known by that object.
#[derive(Clone, Copy)]
struct Target {
    side: Side,
    index: usize,
}

/// What a change changes.
enum Field {
    Name,
    Addresses,
    Anchor,
    Attribute,
    Password,
}

impl Generator<'_> {
    /// The next command.
    pub(super) fn command(&mut self) -> Command {
        let commands = self.preset.commands;
        let weights = [
            commands.create_on_premises_object,
            commands.update_on_premises_object,
            commands.create_cloud_object,
            commands.update_cloud_object,
            commands.set_immutable_id,
            commands.assign_role,
            commands.remove_role,
            commands.delete_cloud_object,
            commands.restore_cloud_object,
            commands.set_feature,
            commands.reinstall_connect,
            commands.sync,
        ];
        // Some commands make no sense at some points; then another is drawn.
        for _ in 0..8 {
            let Some(which) = self.chance.weighted(&weights) else { break };
            let command = match which {
                0 => self.create_on_premises_object(),
                1 => self.update_on_premises_object(),
                2 => self.create_cloud_object(),
                3 => self.update_cloud_object(),
                4 => self.set_immutable_id(),
                5 => self.assign_role(),
                6 => self.remove_role(),
                7 => self.delete_cloud_object(),
                8 => self.restore_cloud_object(),
                9 => self.set_feature(),
                10 => Some(Command::reinstall()),
                _ => break,
            };
            if let Some(command) = command {
                return command;
            }
        }
        Command::sync()
    }

    fn create_on_premises_object(&mut self) -> Option<Command> {
        let object = self.on_premises_object()?;
        Some(Command::CreateOnPremisesObject(CreateOnPremisesObject { object }))
    }

    fn create_cloud_object(&mut self) -> Option<Command> {
        let object = self.cloud_object(false)?;
        Some(Command::CreateCloudObject(CreateCloudObject { object }))
    }

    /// What to change of an object of this kind.
    fn field(&mut self, kind: Kind, anchor: u8) -> Field {
        let is_user = kind == Kind::User;
        let for_users = |weight| if is_user { weight } else { 0 };
        let password = if self.settings.has_passwords { for_users(9) } else { 0 };
        let weights = [for_users(28), 28, anchor, 26, password];
        match self.chance.weighted(&weights) {
            Some(0) => Field::Name,
            Some(1) => Field::Addresses,
            Some(2) => Field::Anchor,
            Some(4) => Field::Password,
            _ => Field::Attribute,
        }
    }

    fn update_on_premises_object(&mut self) -> Option<Command> {
        let count = self.on_premises.count;
        let index = if count == 0 { return None } else { self.chance.below(count) };
        let mut seen = *self.on_premises.get(index)?;
        let mut set = OnPremisesChange::default();
        // Mostly one field, now and then a second one with it.
        let fields = if self.chance.percent(12) { 2 } else { 1 };
        for _ in 0..fields {
            match self.field(seen.kind, 12) {
                Field::Name => {
                    let source = self.source_of_change();
                    let name = self.name(Role::UserPrincipalName, Side::OnPremises, source);
                    seen.name = Some(name);
                    set.user_principal_name = Change::Set(self.pools.name(name));
                }
                Field::Addresses => {
                    set.proxy_addresses = self.changed_addresses(&mut seen, Side::OnPremises)
                }
                Field::Anchor => {
                    let own = seen.anchor.map_or(0, Anchor::bit);
                    let source = self.source_of_change();
                    let anchor = self.anchor(Side::OnPremises, source, self.source_anchors)?;
                    self.source_anchors = self.source_anchors & !own | anchor.bit();
                    seen.anchor = Some(anchor);
                    set.source_anchor = Change::Set(self.pools.anchor(anchor));
                }
                Field::Attribute => {
                    let (name, value) = self.attribute();
                    set.attributes.insert(name, (!self.chance.percent(15)).then_some(value));
                }
                Field::Password => set.password = Change::Set(self.password(2)),
            }
        }
        *self.on_premises.get_mut(index)? = seen;
        let key = self.pools.keys[usize::from(seen.called)].clone();
        Some(Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key, set }))
    }

    fn changed_addresses(&mut self, seen: &mut Seen, side: Side) -> Change<Vec<ProxyAddress>> {
        if self.chance.percent(8) {
            seen.mails = Default::default();
            return if self.chance.percent(50) { Change::Clear } else { Change::Set(Vec::new()) };
        }
        let own = *seen;
        let (addresses, mails) = self.addresses(side, true, 0, |generator| {
            if generator.chance.percent(35) { Some(own) } else { generator.source_of_change() }
        });
        seen.mails = mails;
        Change::Set(addresses)
    }

    fn update_cloud_object(&mut self) -> Option<Command> {
        let (target, object) = self.target(|_| true)?;
        let mut seen = *self.side(target.side).get(target.index)?;
        let mut set = CloudObjectChange::default();
        match self.field(seen.kind, 0) {
            Field::Name => {
                let source = self.source_of_change();
                let name = self.name(Role::UserPrincipalName, Side::Cloud, source);
                seen.name = Some(name);
                set.user_principal_name = Change::Set(self.pools.name(name));
            }
            Field::Addresses => {
                set.proxy_addresses = self.changed_addresses(&mut seen, Side::Cloud)
            }
            Field::Attribute | Field::Anchor => {
                let (name, value) = self.attribute();
                set.attributes.insert(name, (!self.chance.percent(15)).then_some(value));
            }
            Field::Password => set.password = Change::Set(self.password(3)),
        }
        if target.side == Side::Cloud {
            *self.cloud.get_mut(target.index)? = seen;
        }
        Some(Command::UpdateCloudObject(UpdateCloudObject { object, set }))
    }

    fn set_immutable_id(&mut self) -> Option<Command> {
        let (target, object) = self.target(|_| true)?;
        let anchor = if self.chance.percent(15) {
            None
        } else {
            let source = if self.chance.percent(self.preset.values.alive_in_changes) {
                self.any_of(Side::OnPremises).or_else(|| self.any())
            } else {
                None
            };
            self.anchor(Side::Cloud, source, 0)
        };
        if target.side == Side::Cloud
            && let Some(seen) = self.cloud.get_mut(target.index)
        {
            seen.anchor = anchor;
        }
        let value = anchor.map(|anchor| self.pools.anchor(anchor));
        Some(Command::SetImmutableId(SetImmutableId { object, value }))
    }

    fn assign_role(&mut self) -> Option<Command> {
        let (target, object) = self.target(|seen| seen.kind == Kind::User)?;
        let which = self.chance.below(self.pools.roles.len());
        let seen = self.seen_mut(target)?;
        seen.roles |= 1 << which;
        let role = self.pools.roles[which].clone();
        Some(Command::AssignRole(AssignRole { object, role }))
    }

    fn remove_role(&mut self) -> Option<Command> {
        let is_any = self.chance.percent(10);
        let (target, object) =
            self.target(|seen| seen.kind == Kind::User && (is_any || seen.roles != 0))?;
        let roles = self.side(target.side).get(target.index)?.roles;
        let which = if roles == 0 {
            self.chance.below(self.pools.roles.len())
        } else {
            roles.trailing_zeros() as usize
        };
        self.seen_mut(target)?.roles &= !(1 << which);
        let role = self.pools.roles.get(which)?.clone();
        Some(Command::RemoveRole(RemoveRole { object, role }))
    }

    fn delete_cloud_object(&mut self) -> Option<Command> {
        let (target, object) = self.target(|seen| !seen.is_deleted)?;
        let is_copy = matches!(object, CloudRef::QuarantinedFor(_));
        // A copy is deleted for good, or it is not gone.
        let permanently = self.chance.percent(if is_copy { 85 } else { 40 });
        if !is_copy {
            self.seen_mut(target)?.is_deleted = true;
        }
        Some(Command::DeleteCloudObject(DeleteCloudObject { object, permanently }))
    }

    fn restore_cloud_object(&mut self) -> Option<Command> {
        let is_any = self.chance.percent(10);
        let (target, object) = self.target(|seen| is_any || seen.is_deleted)?;
        self.seen_mut(target)?.is_deleted = false;
        Some(Command::RestoreCloudObject(RestoreCloudObject { object }))
    }

    fn set_feature(&mut self) -> Option<Command> {
        let soft_match = if self.settings.has_soft_match_switch { 70 } else { 0 };
        let password_hash_sync = if self.settings.has_passwords { 30 } else { 0 };
        let feature = match self.chance.weighted(&[soft_match, password_hash_sync])? {
            0 => Feature::SoftMatch,
            _ => Feature::PasswordHashSync,
        };
        let value = self.features.get(feature) == self.chance.percent(10);
        self.features.set(feature, value);
        Some(Command::SetFeature(SetFeature { feature, value }))
    }

    fn seen_mut(&mut self, target: Target) -> Option<&mut Seen> {
        match target.side {
            Side::Cloud => self.cloud.get_mut(target.index),
            Side::OnPremises => self.on_premises.get_mut(target.index),
        }
    }

    /// A cloud object that is suitable, and a way to name it.
    fn target(&mut self, is_suitable: impl Fn(&Seen) -> bool) -> Option<(Target, CloudRef)> {
        let references = self.preset.references;
        let weights = [references.label, references.joined_to, references.quarantined_for];
        for _ in 0..3 {
            let way = self.chance.weighted(&weights)?;
            let side = if way == 0 { Side::Cloud } else { Side::OnPremises };
            let objects = self.side(side);
            let count = objects.count;
            if count == 0 {
                continue;
            }
            let first = self.chance.below(count);
            let objects = self.side(side);
            let suitable = (0..count).map(|step| (first + step) % count).find_map(|index| {
                Some((index, objects.get(index).filter(|seen| is_suitable(seen))?))
            });
            let Some((index, seen)) = suitable else { continue };
            let called = usize::from(seen.called);
            let reference = match way {
                0 => CloudRef::Label(self.pools.labels[called].clone()),
                1 => CloudRef::JoinedTo(self.pools.keys[called].clone()),
                _ => CloudRef::QuarantinedFor(self.pools.keys[called].clone()),
            };
            return Some((Target { side, index }, reference));
        }
        None
    }
}
