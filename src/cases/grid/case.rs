//! From a point of the grid to its case.

use super::dimension::{
    AddressRelation, Authority, Bystander, Conversion, Departure, Eligibility, Mapping, Moment,
    ObjectClass, Presence, Switch, TargetRoles,
};
use super::point::Point;
use super::values::{
    ANCHOR, ANN, ANN_AD, BOB, BYSTANDER_ATTRIBUTES, BYSTANDER_NAME, BYSTANDER_PRIMARY, CAT,
    CHANGED_ATTRIBUTE, DAN_AD, FORMER_IDENTIFIER, HARMLESS_ROLE, INCOMING_ATTRIBUTES,
    INCOMING_IDENTIFIER, INCOMING_PASSWORD, LATE_ATTRIBUTE, MIGHTY_ROLE, OWNER_ATTRIBUTES,
    START_ANCHOR, START_ATTRIBUTES, START_NAME, START_PASSWORD, START_PRIMARY, TARGET_ATTRIBUTES,
    TARGET_NAME, TARGET_PASSWORD, THIRD_ATTRIBUTES, THIRD_NAME, THIRD_PRIMARY, Values, attributes,
    incoming_addresses, incoming_name, target_addresses, target_anchor,
};
use crate::cases::Case;
use crate::directory::{
    AssignRole, Capabilities, Capability, Change, CloudRef, CloudSetup, Command,
    CreateOnPremisesObject, DeleteCloudObject, Feature, Features, Kind, OnPremisesChange,
    OnPremisesObject, ProxyAddress, RemoveEligibility, RemoveOnPremisesObject, RemoveRole,
    RestoreCloudObject, SetCloudManaged, SetFeature, SetOnPremisesObjectIdentifier, Tenant, Text,
    UpdateOnPremisesObject,
};
use std::collections::BTreeSet;

impl Point {
    /// The case that this point stands for. Meaningful for points that are not left out.
    pub fn case(&self) -> Case {
        Builder { point: self, passwords: true, deletions: true }.case()
    }

    /// The same without what an implementation cannot be asked for and the point can do without:
    /// passwords where hash synchronisation is on, and the deletion of a quarantined object that may
    /// have been left behind.
    pub fn case_within(&self, capabilities: &Capabilities) -> Case {
        let passwords = capabilities.has(Capability::Passwords);
        let deletions = capabilities.has(Capability::HardDelete)
            && capabilities.has(Capability::QuarantinedObjects);
        Builder { point: self, passwords, deletions }.case()
    }
}

struct Builder<'a> {
    point: &'a Point,
    /// Objects have passwords.
    passwords: bool,
    /// A quarantined object that stands in the way is deleted.
    deletions: bool,
}

impl Builder<'_> {
    fn case(&self) -> Case {
        let point = self.point;
        let is_owned = self.is_owned();
        let mut cloud = Vec::new();
        if !is_owned {
            cloud.push(self.target());
        }
        cloud.push(self.bystander());
        if point.address == AddressRelation::Third {
            cloud.push(self.third());
        }
        let mut on_premises = Vec::new();
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
            block_hard_match: point.hard_match == Switch::Off,
            soft_match_on_upn: point.match_on_name == Switch::On,
            identifier_update: point.mapping == Mapping::ToAnotherAndLet,
        };
        Case { tenant: Tenant { features, cloud, on_premises }, commands: self.commands() }
    }

    fn commands(&self) -> Vec<Command> {
        let point = self.point;
        let mut commands = Vec::new();
        if point.presence == Presence::RecycleBin {
            commands.push(delete(label(ANN), false));
        }
        if point.moment.is_joined_before() || self.is_owned() {
            // The target is joined to its own object before the incoming one is there.
            commands.push(Command::sync());
        }
        if point.departure != Departure::Never {
            let key = Text::from(DAN_AD);
            commands
                .push(Command::RemoveOnPremisesObject(RemoveOnPremisesObject { key: key.clone() }));
            commands.push(Command::sync());
            if point.departure == Departure::Restored {
                let object = CloudRef::JoinedTo(key);
                commands.push(Command::RestoreCloudObject(RestoreCloudObject { object }));
            }
        }
        if point.conversion != Conversion::Never {
            commands.push(manage_in_the_cloud(true));
            if point.conversion == Conversion::RolledBack {
                commands.push(manage_in_the_cloud(false));
            }
        }
        if point.moment.is_joined_before() {
            commands.push(self.change());
        } else if self.is_owned() {
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
                // The roles that were removed return.
                commands
                    .extend(self.roles().into_iter().map(|(object, role)| assign(object, role)));
            }
            Moment::Reinstalled => {
                commands.push(update(change_of(LATE_ATTRIBUTE)));
                self.reinstall(&mut commands);
                commands.push(Command::sync());
            }
        }
        // Nothing is pending now, but for what failed.
        commands.push(Command::sync());
        commands
    }

    /// Whether the target is made from an on-premises object of its own.
    fn is_owned(&self) -> bool {
        self.point.authority == Authority::OnPremises || self.point.departure != Departure::Never
    }

    /// Removes what stands in the incoming object's way.
    fn unblock(&self, commands: &mut Vec<Command>) {
        for (object, role) in self.roles() {
            commands.push(Command::RemoveRole(RemoveRole { object, role }));
        }
        if self.point.soft_match == Switch::Off {
            let feature = Feature::SoftMatch;
            commands.push(Command::SetFeature(SetFeature { feature, value: true }));
        }
        if self.point.hard_match == Switch::Off {
            let feature = Feature::BlockHardMatch;
            commands.push(Command::SetFeature(SetFeature { feature, value: false }));
        }
        if self.point.match_on_name == Switch::Off {
            let feature = Feature::SoftMatchOnUpn;
            commands.push(Command::SetFeature(SetFeature { feature, value: true }));
        }
        if self.point.eligibility == Eligibility::Privileged {
            let (object, role) = (label(ANN), MIGHTY_ROLE.into());
            commands.push(Command::RemoveEligibility(RemoveEligibility { object, role }));
        }
        if self.point.mapping == Mapping::ToAnother {
            let clear = SetOnPremisesObjectIdentifier { object: label(ANN), value: None };
            commands.push(Command::SetOnPremisesObjectIdentifier(clear));
        }
        if self.deletions {
            commands.push(delete(CloudRef::QuarantinedFor(ANN_AD.into()), true));
        }
    }

    fn reinstall(&self, commands: &mut Vec<Command>) {
        if self.point.roles == TargetRoles::OnceJoined {
            commands.push(assign(CloudRef::JoinedTo(ANN_AD.into()), HARMLESS_ROLE.into()));
        }
        commands.push(Command::reinstall());
    }

    /// The roles of the target and the bystander at the start.
    fn roles(&self) -> Vec<(CloudRef, Text)> {
        let of_target = self.target_roles().into_iter().map(|role| (label(ANN), role));
        let of_bystander = self.bystander_roles().into_iter().map(|role| (label(BOB), role));
        of_target.chain(of_bystander).collect()
    }

    fn target_roles(&self) -> BTreeSet<Text> {
        match self.point.roles {
            TargetRoles::NoRole | TargetRoles::OnceJoined => BTreeSet::new(),
            TargetRoles::One => BTreeSet::from([HARMLESS_ROLE.into()]),
            TargetRoles::Two => BTreeSet::from([HARMLESS_ROLE.into(), MIGHTY_ROLE.into()]),
        }
    }

    fn bystander_roles(&self) -> BTreeSet<Text> {
        match self.point.bystander {
            Bystander::Ordinary => BTreeSet::new(),
            Bystander::Administrator => BTreeSet::from([HARMLESS_ROLE.into()]),
        }
    }

    /// The incoming object in the relations that the point names.
    fn incoming(&self) -> OnPremisesObject {
        let point = self.point;
        OnPremisesObject {
            source_anchor: Some(ANCHOR.into()),
            object_identifier: self.identifier(),
            proxy_addresses: incoming_addresses(point.address),
            password: self.password(point.incoming, INCOMING_PASSWORD),
            ..on_premises(ANN_AD, point.incoming, incoming_name(point.name), INCOMING_ATTRIBUTES)
        }
    }

    /// The incoming object as it meets nobody. What it has no address for later it has none for
    /// now: what becomes of a value that is taken away is left open.
    fn incoming_at_first(&self) -> OnPremisesObject {
        let point = self.point;
        let anchor = if point.anchor.is_met() { START_ANCHOR } else { ANCHOR };
        let has_addresses = !incoming_addresses(point.address).is_empty();
        OnPremisesObject {
            source_anchor: Some(anchor.into()),
            object_identifier: self.identifier(),
            proxy_addresses: has_addresses.then(|| START_PRIMARY.into()).into_iter().collect(),
            password: self.password(point.incoming, START_PASSWORD),
            ..on_premises(ANN_AD, point.incoming, START_NAME, START_ATTRIBUTES)
        }
    }

    /// From the object that meets nobody to the one in the point's relations.
    fn change(&self) -> Command {
        let incoming = self.incoming();
        let anchor = incoming.source_anchor.filter(|_| self.point.anchor.is_met());
        let addresses = Some(incoming.proxy_addresses).filter(|addresses| !addresses.is_empty());
        update(OnPremisesChange {
            source_anchor: set_if(anchor),
            user_principal_name: set_if(incoming.user_principal_name),
            proxy_addresses: set_if(addresses),
            password: set_if(incoming.password),
            ..change_of(CHANGED_ATTRIBUTE)
        })
    }

    /// The incoming object's own identifier, where it makes a difference.
    fn identifier(&self) -> Option<Text> {
        (self.point.mapping != Mapping::Unmapped).then(|| INCOMING_IDENTIFIER.into())
    }

    fn password(&self, class: ObjectClass, password: &str) -> Option<Text> {
        (class.is_user() && self.passwords).then(|| password.into())
    }

    fn target(&self) -> CloudSetup {
        let point = self.point;
        CloudSetup {
            on_premises_immutable_id: target_anchor(point.anchor),
            on_premises_object_identifier: (point.mapping != Mapping::Unmapped)
                .then(|| FORMER_IDENTIFIER.into()),
            proxy_addresses: target_addresses(point.address),
            password: self.password(point.target, TARGET_PASSWORD),
            roles: self.target_roles(),
            eligible_roles: (point.eligibility == Eligibility::Privileged)
                .then(|| MIGHTY_ROLE.into())
                .into_iter()
                .collect(),
            ..in_the_cloud(ANN, point.target, TARGET_NAME, TARGET_ATTRIBUTES)
        }
    }

    /// The on-premises object that an on-premises-mastered target is joined to: the first cycle
    /// creates the target from it.
    fn owner(&self) -> OnPremisesObject {
        let point = self.point;
        OnPremisesObject {
            source_anchor: target_anchor(point.anchor),
            proxy_addresses: target_addresses(point.address),
            password: self.password(point.target, TARGET_PASSWORD),
            ..on_premises(DAN_AD, point.target, TARGET_NAME, OWNER_ATTRIBUTES)
        }
    }

    fn bystander(&self) -> CloudSetup {
        let point = self.point;
        let carries_it = point.anchor.is_with_bystander();
        CloudSetup {
            on_premises_immutable_id: carries_it.then(|| ANCHOR.into()),
            proxy_addresses: vec![ProxyAddress::from(BYSTANDER_PRIMARY)],
            roles: self.bystander_roles(),
            ..in_the_cloud(BOB, point.incoming, BYSTANDER_NAME, BYSTANDER_ATTRIBUTES)
        }
    }

    fn third(&self) -> CloudSetup {
        CloudSetup {
            proxy_addresses: vec![ProxyAddress::from(THIRD_PRIMARY)],
            ..in_the_cloud(CAT, self.point.incoming, THIRD_NAME, THIRD_ATTRIBUTES)
        }
    }
}

/// A cloud object with a name, if it is a user, and attributes.
fn in_the_cloud(label: &str, class: ObjectClass, name: &str, values: Values) -> CloudSetup {
    CloudSetup {
        label: label.into(),
        kind: class.kind(),
        mail_enabled: class == ObjectClass::MailEnabledGroup,
        on_premises_immutable_id: None,
        on_premises_object_identifier: None,
        user_principal_name: class.is_user().then(|| name.into()),
        proxy_addresses: Vec::new(),
        attributes: attributes(values),
        password: None,
        roles: BTreeSet::new(),
        eligible_roles: BTreeSet::new(),
    }
}

/// An on-premises object with a name, if it is a user, and attributes.
fn on_premises(key: &str, class: ObjectClass, name: &str, values: Values) -> OnPremisesObject {
    OnPremisesObject {
        key: key.into(),
        kind: class.kind(),
        mail_enabled: class == ObjectClass::MailEnabledGroup,
        source_anchor: None,
        object_identifier: None,
        user_principal_name: class.is_user().then(|| name.into()),
        proxy_addresses: Vec::new(),
        attributes: attributes(values),
        password: None,
    }
}

impl ObjectClass {
    fn kind(self) -> Kind {
        match self {
            ObjectClass::User => Kind::User,
            ObjectClass::PlainGroup | ObjectClass::MailEnabledGroup => Kind::Group,
            ObjectClass::Contact => Kind::Contact,
        }
    }
}

fn label(label: &str) -> CloudRef {
    CloudRef::Label(label.into())
}

fn assign(object: CloudRef, role: Text) -> Command {
    Command::AssignRole(AssignRole { object, role })
}

fn delete(object: CloudRef, permanently: bool) -> Command {
    Command::DeleteCloudObject(DeleteCloudObject { object, permanently })
}

/// The target is given to the cloud, or back.
fn manage_in_the_cloud(value: bool) -> Command {
    let object = CloudRef::JoinedTo(DAN_AD.into());
    Command::SetCloudManaged(SetCloudManaged { object, value })
}

/// A change of the incoming object.
fn update(set: OnPremisesChange) -> Command {
    Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key: ANN_AD.into(), set })
}

fn change_of((name, value): (&str, &str)) -> OnPremisesChange {
    let attributes = [(name.into(), Some(value.into()))].into();
    OnPremisesChange { attributes, ..OnPremisesChange::default() }
}

fn set_if<T>(value: Option<T>) -> Change<T> {
    value.map_or(Change::Keep, Change::Set)
}
