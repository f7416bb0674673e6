//! Makes commands.

use super::generator::{Generator, Role, Values};
use super::settings::Side;
use crate::cases::vocabulary::{OBJECT_IDENTIFIERS, PASSWORDS, ROLES};
use crate::directory::{
    AssignRole, Change, CloudObjectChange, CloudRef, Command, CreateCloudObject,
    CreateOnPremisesObject, DeleteCloudObject, Feature, Kind, MakeEligible, OnPremisesChange,
    OnPremisesObject, ProxyAddress, RemoveEligibility, RemoveOnPremisesObject, RemoveRole,
    RestoreCloudObject, SetCloudManaged, SetFeature, SetImmutableId, SetOnPremisesObjectIdentifier,
    Text, UpdateCloudObject, UpdateOnPremisesObject,
};

/// What a change changes.
#[derive(Clone, Copy)]
enum Field {
    Name,
    Addresses,
    Anchor,
    Attribute,
    Password,
}

impl<'a> Generator<'a> {
    /// The next command.
    pub(super) fn command(&mut self) -> Command {
        let weights = self.preset.commands;
        type Make<'a> = fn(&mut Generator<'a>) -> Option<Command>;
        let only_if = |is_known: bool, weight: u8| if is_known { weight } else { 0 };
        let removal = only_if(self.settings.has_scope, weights.remove_on_premises_object);
        let eligible = only_if(self.settings.has_eligibility, weights.assign_role);
        let ineligible = only_if(self.settings.has_eligibility, weights.remove_role);
        let identifier = only_if(self.settings.has_identifiers, weights.remove_role);
        let conversion = only_if(self.settings.has_source_of_authority, weights.set_cloud_managed);
        let makes: [(u8, Make<'a>); 17] = [
            (weights.create_on_premises_object, Self::create_on_premises_object),
            (weights.update_on_premises_object, Self::update_on_premises_object),
            (weights.create_cloud_object, Self::create_cloud_object),
            (weights.update_cloud_object, Self::update_cloud_object),
            (weights.set_immutable_id, Self::set_immutable_id),
            (weights.assign_role, Self::assign_role),
            (weights.remove_role, Self::remove_role),
            (weights.delete_cloud_object, Self::delete_cloud_object),
            (weights.restore_cloud_object, Self::restore_cloud_object),
            (weights.set_feature, Self::set_feature),
            (weights.reinstall_connect, |_| Some(Command::reinstall())),
            (weights.sync, |_| Some(Command::sync())),
            (removal, Self::remove_on_premises_object),
            (eligible, Self::make_eligible),
            (ineligible, Self::remove_eligibility),
            (identifier, Self::set_object_identifier),
            (conversion, Self::set_cloud_managed),
        ];
        // Some commands make no sense at some points; then another is drawn.
        for _ in 0..8 {
            let Some(make) = self.one_of(&makes) else { break };
            if let Some(command) = make(self) {
                return command;
            }
        }
        Command::sync()
    }

    fn remove_on_premises_object(&mut self) -> Option<Command> {
        let key = self.any(&self.on_premises.clone())?.key;
        let at = self.on_premises.iter().position(|object| object.key == key)?;
        let object = self.on_premises.remove(at);
        self.former.push(Values::from(&object));
        self.deleted.push(CloudRef::JoinedTo(key.clone()));
        self.gone.push(object);
        Some(Command::RemoveOnPremisesObject(RemoveOnPremisesObject { key }))
    }

    /// An object that was removed comes back, as far as nobody has its key or its anchor by now.
    fn returning(&mut self) -> Option<OnPremisesObject> {
        let object = self.any(&self.gone.clone())?;
        let is_taken = |other: &OnPremisesObject| {
            other.key == object.key || other.source_anchor == object.source_anchor
        };
        let is_free = !self.on_premises.iter().any(is_taken);
        self.gone.retain(|gone| gone.key != object.key);
        is_free.then_some(object)
    }

    fn create_on_premises_object(&mut self) -> Option<Command> {
        let returns = !self.gone.is_empty() && self.percent(75);
        let returning = if returns { self.returning() } else { None };
        let object = match returning {
            Some(object) => object,
            None => self.on_premises_object()?,
        };
        self.on_premises.push(object.clone());
        Some(Command::CreateOnPremisesObject(CreateOnPremisesObject { object }))
    }

    fn create_cloud_object(&mut self) -> Option<Command> {
        let object = self.cloud_object()?;
        self.cloud.push(object.clone());
        Some(Command::CreateCloudObject(CreateCloudObject { object }))
    }

    /// How many fields an edit changes: mostly one.
    fn fields_at_once(&mut self) -> usize {
        let several = self.percent(self.preset.fields.several_at_once);
        if several { 2 + self.position(&[4, 2, 1]).unwrap_or_default() } else { 1 }
    }

    /// What to change of an object of this kind.
    fn field(&mut self, kind: Kind, anchor: u8) -> Field {
        let for_users = |weight| if kind == Kind::User { weight } else { 0 };
        let password = if self.settings.has_passwords { for_users(9) } else { 0 };
        let fields = [
            (for_users(28), Field::Name),
            (28, Field::Addresses),
            (anchor, Field::Anchor),
            (26, Field::Attribute),
            (password, Field::Password),
        ];
        self.one_of(&fields).unwrap_or(Field::Attribute)
    }

    fn update_on_premises_object(&mut self) -> Option<Command> {
        if self.percent(self.preset.values.taken_back)
            && let Some(before) = self.before_change.take()
        {
            return self.take_back(before);
        }
        let object = self.any(&self.on_premises.clone())?;
        let mut set = OnPremisesChange::default();
        for _ in 0..self.fields_at_once() {
            match self.field(object.kind, if self.settings.has_anchor_match { 12 } else { 0 }) {
                Field::Name => set.user_principal_name = self.changed_name(Side::OnPremises),
                Field::Addresses => {
                    let own = Some(Values::from(&object));
                    set.proxy_addresses = self.changed_addresses(&own, Side::OnPremises);
                }
                Field::Anchor => {
                    let source = self.source_of_change();
                    set.source_anchor = Change::Set(self.anchor(Side::OnPremises, source)?);
                }
                Field::Attribute => {
                    let (name, value) = self.changed_attribute();
                    set.attributes.insert(name, value);
                }
                Field::Password => set.password = Change::Set(self.password(PASSWORDS[2])),
            }
        }
        let key = object.key;
        let changed = self.on_premises.iter_mut().find(|object| object.key == key)?;
        self.former.push(Values::from(&*changed));
        self.before_change = Some(changed.clone());
        set.apply_to(changed);
        Some(Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key, set }))
    }

    /// Gives an object the name and the addresses back that it had; what else was changed stays changed.
    fn take_back(&mut self, before: OnPremisesObject) -> Option<Command> {
        let key = before.key;
        let changed = self.on_premises.iter_mut().find(|object| object.key == key)?;
        let mut set = OnPremisesChange::default();
        if changed.user_principal_name != before.user_principal_name {
            set.user_principal_name = before.user_principal_name.map_or(Change::Keep, Change::Set);
        }
        if changed.proxy_addresses != before.proxy_addresses {
            set.proxy_addresses = Change::Set(before.proxy_addresses);
        }
        if set == OnPremisesChange::default() {
            return None;
        }
        set.apply_to(changed);
        Some(Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key, set }))
    }

    fn changed_name(&mut self, side: Side) -> Change<Text> {
        let source = self.source_of_change();
        Change::Set(self.name(Role::UserPrincipalName, side, source))
    }

    /// Now and then none, and otherwise others, among them values that the object has.
    fn changed_addresses(&mut self, own: &Option<Values>, side: Side) -> Change<Vec<ProxyAddress>> {
        if self.percent(8) {
            return if self.percent(50) { Change::Clear } else { Change::Set(Vec::new()) };
        }
        Change::Set(self.addresses(side, true, |generator| {
            let keeps_its_own = generator.percent(35);
            if keeps_its_own { own.clone() } else { generator.source_of_change() }
        }))
    }

    fn changed_attribute(&mut self) -> (Text, Option<Text>) {
        let (name, value) = self.attribute();
        (name, (!self.percent(15)).then_some(value))
    }

    fn update_cloud_object(&mut self) -> Option<Command> {
        let object = self.target(|_, _| true)?;
        let kind = self.kind_of(&object)?;
        let mut set = CloudObjectChange::default();
        for _ in 0..self.fields_at_once() {
            match self.field(kind, 0) {
                Field::Name => set.user_principal_name = self.changed_name(Side::Cloud),
                Field::Addresses => {
                    set.proxy_addresses = self.changed_addresses(&None, Side::Cloud);
                }
                Field::Attribute | Field::Anchor => {
                    let (name, value) = self.changed_attribute();
                    set.attributes.insert(name, value);
                }
                Field::Password => set.password = Change::Set(self.password(PASSWORDS[3])),
            }
        }
        if let CloudRef::Label(label) = &object
            && let Some(changed) = self.cloud.iter_mut().find(|object| object.label == *label)
        {
            self.former.push(Values::from(&*changed));
            set.user_principal_name.apply_to(&mut changed.user_principal_name);
            if let Change::Set(addresses) = &set.proxy_addresses {
                changed.proxy_addresses.clone_from(addresses);
            }
        }
        Some(Command::UpdateCloudObject(UpdateCloudObject { object, set }))
    }

    fn set_immutable_id(&mut self) -> Option<Command> {
        let object = self.target(|_, _| true)?;
        let is_cleared = self.percent(15);
        let source = if self.percent(self.preset.values.alive_in_changes) {
            self.object_of(Side::OnPremises).or_else(|| self.object())
        } else {
            None
        };
        let value = if is_cleared { None } else { self.anchor(Side::Cloud, source) };
        if let CloudRef::Label(label) = &object
            && let Some(changed) = self.cloud.iter_mut().find(|object| object.label == *label)
        {
            self.former.push(Values::from(&*changed));
            changed.on_premises_immutable_id.clone_from(&value);
        }
        Some(Command::SetImmutableId(SetImmutableId { object, value }))
    }

    fn assign_role(&mut self) -> Option<Command> {
        let object = self.target(|this, object| this.kind_of(object) == Some(Kind::User))?;
        let role = Text::from(self.any(&ROLES)?);
        self.roles.push((object.clone(), role.clone()));
        Some(Command::AssignRole(AssignRole { object, role }))
    }

    fn remove_role(&mut self) -> Option<Command> {
        let is_any = self.percent(10);
        let object = self.target(|this, object| {
            let has_one = this.roles.iter().any(|(of, _)| of == object);
            this.kind_of(object) == Some(Kind::User) && (is_any || has_one)
        })?;
        let held = self.roles.iter().position(|(of, _)| *of == object);
        let role = match held {
            Some(at) => self.roles.remove(at).1,
            None => self.any(&ROLES)?.into(),
        };
        Some(Command::RemoveRole(RemoveRole { object, role }))
    }

    fn make_eligible(&mut self) -> Option<Command> {
        let object = self.target(|this, object| this.kind_of(object) == Some(Kind::User))?;
        let role = Text::from(self.any(&ROLES)?);
        self.eligible_roles.push((object.clone(), role.clone()));
        Some(Command::MakeEligible(MakeEligible { object, role }))
    }

    fn remove_eligibility(&mut self) -> Option<Command> {
        let object =
            self.target(|this, object| this.eligible_roles.iter().any(|(of, _)| of == object))?;
        let eligible = self.eligible_roles.iter().position(|(of, _)| *of == object)?;
        let role = self.eligible_roles.remove(eligible).1;
        Some(Command::RemoveEligibility(RemoveEligibility { object, role }))
    }

    /// Mostly it is cleared, and nothing else can be done.
    fn set_object_identifier(&mut self) -> Option<Command> {
        let object = self.target(|this, object| this.kind_of(object) == Some(Kind::User))?;
        let other = if self.percent(15) { self.any(&OBJECT_IDENTIFIERS) } else { None };
        let value = other.map(Text::from);
        Some(Command::SetOnPremisesObjectIdentifier(SetOnPremisesObjectIdentifier {
            object,
            value,
        }))
    }

    fn delete_cloud_object(&mut self) -> Option<Command> {
        let object = self.target(|this, object| !this.deleted.contains(object))?;
        let is_quarantined = matches!(object, CloudRef::QuarantinedFor(_));
        // A quarantined object is deleted for good, or it is not gone.
        let permanently = self.percent(if is_quarantined { 85 } else { 40 });
        let permanently =
            self.settings.has_hard_delete && (permanently || !self.settings.has_recycle_bin);
        if !is_quarantined {
            self.deleted.push(object.clone());
        }
        Some(Command::DeleteCloudObject(DeleteCloudObject { object, permanently }))
    }

    fn restore_cloud_object(&mut self) -> Option<Command> {
        let is_any = self.percent(10);
        let object = self.target(|this, object| is_any || this.deleted.contains(object))?;
        self.deleted.retain(|deleted| *deleted != object);
        Some(Command::RestoreCloudObject(RestoreCloudObject { object }))
    }

    /// Mostly of what may be joined, and mostly a turn.
    fn set_cloud_managed(&mut self) -> Option<Command> {
        let is_any = self.percent(20);
        let object = self.target(|_, object| is_any || matches!(object, CloudRef::JoinedTo(_)))?;
        let is_managed = self.managed.contains(&object);
        let value = is_managed == self.percent(10);
        self.managed.retain(|managed| *managed != object);
        if value {
            self.managed.push(object.clone());
        }
        Some(Command::SetCloudManaged(SetCloudManaged { object, value }))
    }

    fn set_feature(&mut self) -> Option<Command> {
        let soft_match = if self.settings.has_soft_match_switch { 70 } else { 0 };
        let password_hash_sync = if self.settings.has_passwords { 30 } else { 0 };
        // Nothing where it cannot be blocked at all.
        let block_hard_match = self.preset.starts_without_hard_match.saturating_mul(6);
        let feature = self.one_of(&[
            (soft_match, Feature::SoftMatch),
            (block_hard_match, Feature::BlockHardMatch),
            (password_hash_sync, Feature::PasswordHashSync),
            // Once it is on it stays on.
            (if self.features.soft_match_on_upn { 0 } else { 60 }, Feature::SoftMatchOnUpn),
            (if self.settings.has_identifier_update { 30 } else { 0 }, Feature::IdentifierUpdate),
        ])?;
        if feature == Feature::SoftMatchOnUpn {
            self.features.set(feature, true);
            return Some(Command::SetFeature(SetFeature { feature, value: true }));
        }
        let value = self.features.get(feature) == self.percent(10);
        self.features.set(feature, value);
        Some(Command::SetFeature(SetFeature { feature, value }))
    }

    fn kind_of(&self, object: &CloudRef) -> Option<Kind> {
        match object {
            CloudRef::Label(label) => {
                self.cloud.iter().find(|object| object.label == *label).map(|object| object.kind)
            }
            CloudRef::JoinedTo(key) | CloudRef::QuarantinedFor(key) => {
                let mut all = self.on_premises.iter().chain(&self.gone);
                all.find(|object| object.key == *key).map(|object| object.kind)
            }
        }
    }

    /// A reference to a cloud object that is suitable.
    fn target(&mut self, is_suitable: impl Fn(&Self, &CloudRef) -> bool) -> Option<CloudRef> {
        let references = self.preset.references;
        for _ in 0..3 {
            let way = [references.label, references.joined_to, references.quarantined_for];
            let way = self.position(&way)?;
            let labels = self.cloud.iter().map(|object| object.label.clone());
            let all = self.on_premises.iter().chain(&self.gone);
            let keys = all.map(|object| object.key.clone());
            let mut all: Vec<CloudRef> = match way {
                0 => labels.map(CloudRef::Label).collect(),
                1 => keys.map(CloudRef::JoinedTo).collect(),
                _ => keys.map(CloudRef::QuarantinedFor).collect(),
            };
            all.retain(|object| is_suitable(self, object));
            if let Some(object) = self.any(&all) {
                return Some(object);
            }
        }
        None
    }
}
