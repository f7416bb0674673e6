//! From a point of the grid to its case.

use super::Point;
use super::dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Moment, ObjectClass, Presence, Switch,
    TargetRoles,
};
use super::values::{VALUES, Values};
use crate::cases::Case;
use crate::directory::{
    AssignRole, Capabilities, Capability, Change, CloudRef, CloudSetup, Command,
    CreateOnPremisesObject, DeleteCloudObject, Feature, Features, Kind, OnPremisesChange,
    OnPremisesObject, RemoveRole, SetFeature, Tenant, Text, UpdateOnPremisesObject,
};
use std::collections::{BTreeMap, BTreeSet};

impl ObjectClass {
    fn kind(self) -> Kind {
        match self {
            ObjectClass::User => Kind::User,
            ObjectClass::PlainGroup | ObjectClass::MailEnabledGroup => Kind::Group,
            ObjectClass::Contact => Kind::Contact,
        }
    }

    fn is_mail_enabled(self) -> bool {
        self == ObjectClass::MailEnabledGroup
    }
}

impl Point {
    /// The case that this point stands for. Meaningful for points that are not left out.
    pub fn case(&self) -> Case {
        Builder { point: self, values: &VALUES, passwords: true, deletions: true }.case()
    }

    /// The same without what an implementation cannot be asked for and the point can do without:
    /// passwords where hash synchronisation is on, and the deletion of a copy that may have been
    /// left behind.
    pub fn case_within(&self, capabilities: &Capabilities) -> Case {
        let passwords = capabilities.has(Capability::Passwords);
        let deletions = capabilities.has(Capability::RecycleBin);
        Builder { point: self, values: &VALUES, passwords, deletions }.case()
    }
}

struct Builder<'a> {
    point: &'a Point,
    values: &'a Values,
    /// Objects have passwords.
    passwords: bool,
    /// A copy that stands in the way is deleted.
    deletions: bool,
}

impl Builder<'_> {
    fn case(&self) -> Case {
        let point = self.point;
        let is_owned = point.authority == Authority::OnPremises;
        let mut cloud = Vec::with_capacity(3);
        if !is_owned {
            cloud.push(self.target());
        }
        cloud.push(self.bystander());
        if point.address == AddressRelation::Third {
            cloud.push(self.third());
        }
        let mut on_premises = Vec::with_capacity(2);
        if is_owned {
            on_premises.push(self.owner());
        }
        if point.moment.is_joined_before() {
            on_premises.push(self.incoming_at_first());
        } else if !is_owned {
            on_premises.push(self.incoming());
        }
        let features = Features {
            soft_match: point.soft_match == Switch::On,
            password_hash_sync: point.password_hash_sync == Switch::On,
        };
        Case { tenant: Tenant { features, cloud, on_premises }, commands: self.commands() }
    }

    fn commands(&self) -> Vec<Command> {
        let point = self.point;
        let mut commands = Vec::with_capacity(9);
        if point.presence == Presence::RecycleBin {
            commands.push(Command::DeleteCloudObject(DeleteCloudObject {
                object: self.target_reference(),
                permanently: false,
            }));
        }
        if point.moment.is_joined_before() {
            commands.push(Command::sync());
            commands.push(self.change());
        } else if point.authority == Authority::OnPremises {
            // The target is joined to its own object before the incoming one is there.
            commands.push(Command::sync());
            let object = self.incoming();
            commands.push(Command::CreateOnPremisesObject(CreateOnPremisesObject { object }));
        }
        if point.moment == Moment::ChangedAndReinstalled {
            self.reinstall(&mut commands);
        }
        commands.push(Command::sync());
        match point.moment {
            Moment::New | Moment::Changed | Moment::ChangedAndReinstalled => {}
            Moment::Unblocked => {
                self.unblock(&mut commands);
                commands.push(Command::sync());
                self.return_roles(&mut commands);
            }
            Moment::Reinstalled => {
                commands.push(self.late_change());
                self.reinstall(&mut commands);
                commands.push(Command::sync());
            }
        }
        // Nothing is pending now, but for what failed.
        commands.push(Command::sync());
        commands
    }

    /// Removes what stands in the incoming object's way.
    fn unblock(&self, commands: &mut Vec<Command>) {
        let roles_of = |object: CloudRef, roles: BTreeSet<Text>| {
            roles
                .into_iter()
                .map(move |role| Command::RemoveRole(RemoveRole { object: object.clone(), role }))
        };
        commands.extend(roles_of(self.target_reference(), self.target_roles()));
        commands.extend(roles_of(self.bystander_reference(), self.bystander_roles()));
        if self.point.soft_match == Switch::Off {
            let feature = Feature::SoftMatch;
            commands.push(Command::SetFeature(SetFeature { feature, value: true }));
        }
        if self.deletions {
            let object = CloudRef::QuarantinedFor(self.values.texts.ann_ad.clone());
            commands
                .push(Command::DeleteCloudObject(DeleteCloudObject { object, permanently: true }));
        }
    }

    /// Gives the roles back that were removed.
    fn return_roles(&self, commands: &mut Vec<Command>) {
        let returned = [
            (self.target_reference(), self.target_roles()),
            (self.bystander_reference(), self.bystander_roles()),
        ];
        for (object, roles) in returned {
            for role in roles {
                let object = object.clone();
                commands.push(Command::AssignRole(AssignRole { object, role }));
            }
        }
    }

    fn reinstall(&self, commands: &mut Vec<Command>) {
        if self.point.roles == TargetRoles::OnceJoined {
            let object = CloudRef::JoinedTo(self.values.texts.ann_ad.clone());
            let role = self.values.texts.harmless_role.clone();
            commands.push(Command::AssignRole(AssignRole { object, role }));
        }
        commands.push(Command::reinstall());
    }

    fn target_reference(&self) -> CloudRef {
        CloudRef::Label(self.values.texts.ann.clone())
    }

    fn bystander_reference(&self) -> CloudRef {
        CloudRef::Label(self.values.texts.bob.clone())
    }

    fn target_roles(&self) -> BTreeSet<Text> {
        let texts = &self.values.texts;
        match self.point.roles {
            TargetRoles::NoRole | TargetRoles::OnceJoined => BTreeSet::new(),
            TargetRoles::One => BTreeSet::from([texts.harmless_role.clone()]),
            TargetRoles::Two => {
                BTreeSet::from([texts.harmless_role.clone(), texts.mighty_role.clone()])
            }
        }
    }

    fn bystander_roles(&self) -> BTreeSet<Text> {
        match self.point.bystander {
            Bystander::Ordinary => BTreeSet::new(),
            Bystander::Administrator => BTreeSet::from([self.values.texts.harmless_role.clone()]),
        }
    }

    /// The incoming object in the relations that the point names.
    fn incoming(&self) -> OnPremisesObject {
        let Builder { point, values, .. } = self;
        let class = point.incoming;
        OnPremisesObject {
            key: values.texts.ann_ad.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            source_anchor: Some(values.texts.anchor.clone()),
            user_principal_name: class.is_user().then(|| values.name(point.name).clone()),
            proxy_addresses: values.addresses(point.address).incoming.clone(),
            attributes: values.incoming_attributes.clone(),
            password: self.password(class, &values.texts.incoming_password),
        }
    }

    /// The incoming object as it meets nobody. What it has no address for later it has none for
    /// now: what becomes of a value that is taken away is left open.
    fn incoming_at_first(&self) -> OnPremisesObject {
        let Builder { point, values, .. } = self;
        let texts = &values.texts;
        let class = point.incoming;
        let changes_anchor = point.anchor.is_met();
        let has_addresses = !values.addresses(point.address).incoming.is_empty();
        OnPremisesObject {
            key: texts.ann_ad.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            source_anchor: Some(
                if changes_anchor { &texts.start_anchor } else { &texts.anchor }.clone(),
            ),
            user_principal_name: class.is_user().then(|| texts.start_name.clone()),
            proxy_addresses: if has_addresses {
                values.start_addresses.clone()
            } else {
                Vec::new()
            },
            attributes: values.start_attributes.clone(),
            password: self.password(class, &texts.start_password),
        }
    }

    /// From the object that meets nobody to the one in the point's relations.
    fn change(&self) -> Command {
        let texts = &self.values.texts;
        let incoming = self.incoming();
        let set = OnPremisesChange {
            source_anchor: if self.point.anchor.is_met() {
                Change::Set(texts.anchor.clone())
            } else {
                Change::Keep
            },
            user_principal_name: incoming.user_principal_name.map_or(Change::Keep, Change::Set),
            proxy_addresses: if incoming.proxy_addresses.is_empty() {
                Change::Keep
            } else {
                Change::Set(incoming.proxy_addresses)
            },
            attributes: attribute(&texts.display_name, &texts.incoming_display_name),
            password: incoming.password.map_or(Change::Keep, Change::Set),
        };
        Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key: texts.ann_ad.clone(), set })
    }

    /// A change that is pending when Connect is installed anew.
    fn late_change(&self) -> Command {
        let texts = &self.values.texts;
        let set = OnPremisesChange {
            attributes: attribute(&texts.telephone_number, &texts.new_telephone_number),
            ..OnPremisesChange::default()
        };
        Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key: texts.ann_ad.clone(), set })
    }

    fn password(&self, class: ObjectClass, password: &Text) -> Option<Text> {
        (class.is_user() && self.passwords).then(|| password.clone())
    }

    fn target(&self) -> CloudSetup {
        let Builder { point, values, .. } = self;
        let texts = &values.texts;
        let class = point.target;
        CloudSetup {
            label: texts.ann.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            on_premises_immutable_id: values.target_anchor(point.anchor).cloned(),
            user_principal_name: class.is_user().then(|| texts.target_name.clone()),
            proxy_addresses: values.addresses(point.address).target.clone(),
            attributes: values.target_attributes.clone(),
            password: self.password(class, &texts.target_password),
            roles: self.target_roles(),
        }
    }

    /// The on-premises object that an on-premises-mastered target is joined to: the first cycle
    /// creates the target from it.
    fn owner(&self) -> OnPremisesObject {
        let Builder { point, values, .. } = self;
        let texts = &values.texts;
        let class = point.target;
        OnPremisesObject {
            key: texts.dan_ad.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            source_anchor: values.target_anchor(point.anchor).cloned(),
            user_principal_name: class.is_user().then(|| texts.target_name.clone()),
            proxy_addresses: values.addresses(point.address).target.clone(),
            attributes: values.owner_attributes.clone(),
            password: self.password(class, &texts.target_password),
        }
    }

    fn bystander(&self) -> CloudSetup {
        let Builder { point, values, .. } = self;
        let texts = &values.texts;
        let class = point.incoming;
        CloudSetup {
            label: texts.bob.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            on_premises_immutable_id: match point.anchor {
                AnchorRelation::Bystander | AnchorRelation::BystanderAndTargetCarriesOther => {
                    Some(texts.anchor.clone())
                }
                _ => None,
            },
            user_principal_name: class.is_user().then(|| texts.bystander_name.clone()),
            proxy_addresses: values.bystander_addresses.clone(),
            attributes: values.bystander_attributes.clone(),
            password: None,
            roles: self.bystander_roles(),
        }
    }

    fn third(&self) -> CloudSetup {
        let Builder { point, values, .. } = self;
        let texts = &values.texts;
        let class = point.incoming;
        CloudSetup {
            label: texts.cat.clone(),
            kind: class.kind(),
            mail_enabled: class.is_mail_enabled(),
            on_premises_immutable_id: None,
            user_principal_name: class.is_user().then(|| texts.third_name.clone()),
            proxy_addresses: values.third_addresses.clone(),
            attributes: values.third_attributes.clone(),
            password: None,
            roles: BTreeSet::new(),
        }
    }
}

fn attribute(name: &Text, value: &Text) -> BTreeMap<Text, Option<Text>> {
    BTreeMap::from([(name.clone(), Some(value.clone()))])
}
