//! How often what is generated: documented settings, by name.

use crate::directory::{Capabilities, Capability};

/// How often a generator of sequences does what. Figures are percentages where they say so, and
/// otherwise weights, to be compared with their neighbours.
///
/// The percentages of values are what decides whether faults are found: what objects have in
/// common is what rules are about, and values drawn evenly from a wide range have nothing in
/// common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// What it looks for, for a person.
    pub purpose: &'static str,
    /// How often it is drawn, compared with the others.
    pub weight: u8,
    /// Whether its cases are long: from the greatest number of commands to three times as many.
    pub is_long: bool,
    /// Drawn only where this can be asked for.
    pub only_with: Option<Capability>,
    /// Weights of a start with no, one, two, three and four cloud objects.
    pub cloud_objects: [u8; 5],
    /// Weights of a start with no, one, two and three on-premises objects.
    pub on_premises_objects: [u8; 4],
    /// Percentage of starts with soft match off.
    pub starts_without_soft_match: u8,
    /// Percentage of starts with hard match blocked; how often it is blocked and allowed later follows from it.
    pub starts_without_hard_match: u8,
    /// Percentage of starts with password hash sync off.
    pub starts_without_password_hash_sync: u8,
    /// What objects are.
    pub kinds: KindWeights,
    /// What is done.
    pub commands: CommandWeights,
    /// What has which values.
    pub fields: FieldPercentages,
    /// Where values come from.
    pub values: ValuePercentages,
    /// How cloud objects are named.
    pub references: ReferenceWeights,
    /// When cycles run.
    pub cycles: CyclePercentages,
}

/// Weights of the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindWeights {
    /// Users.
    pub users: u8,
    /// Groups that are mail-enabled.
    pub mail_enabled_groups: u8,
    /// Groups that are not.
    pub plain_groups: u8,
    /// Contacts.
    pub contacts: u8,
}

/// Weights of the commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandWeights {
    /// `createOnPremisesObject`.
    pub create_on_premises_object: u8,
    /// `updateOnPremisesObject`.
    pub update_on_premises_object: u8,
    /// `removeOnPremisesObject`.
    pub remove_on_premises_object: u8,
    /// `setCloudManaged`; mostly to the other value.
    pub set_cloud_managed: u8,
    /// `createCloudObject`.
    pub create_cloud_object: u8,
    /// `updateCloudObject`.
    pub update_cloud_object: u8,
    /// `setImmutableId`.
    pub set_immutable_id: u8,
    /// `assignRole`.
    pub assign_role: u8,
    /// `removeRole`; mostly of a role that is held.
    pub remove_role: u8,
    /// `deleteCloudObject`.
    pub delete_cloud_object: u8,
    /// `restoreCloudObject`; mostly of an object that was deleted.
    pub restore_cloud_object: u8,
    /// `setFeature`; mostly to the other value.
    pub set_feature: u8,
    /// `reinstallConnect`.
    pub reinstall_connect: u8,
    /// `sync`.
    pub sync: u8,
}

/// Percentages of objects that have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldPercentages {
    /// A primary address; contacts and mail-enabled groups twice as often.
    pub primary_address: u8,
    /// A secondary address, and as often a second one where there is a first.
    pub secondary_address: u8,
    /// Of secondary addresses: with the prefix `Smtp:` instead.
    pub mixed_prefix: u8,
    /// An address that is no mail address.
    pub other_address: u8,
    /// An attribute, and as often a second one where there is a first.
    pub attribute: u8,
    /// A password; users only.
    pub password: u8,
    /// A directory role; cloud users only.
    pub role: u8,
    /// An immutable ID on a cloud object from the start.
    pub immutable_id: u8,
    /// Edits that change two to four fields at once.
    pub several_at_once: u8,
}

/// Percentages that say where a value comes from. What is left to 100 is fresh: the next value
/// that nothing in the case has had yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValuePercentages {
    /// A new object's value is that of one object on the other side, which it is a counterpart of.
    pub counterpart: u8,
    /// A new object's value is that of any object there is.
    pub alive: u8,
    /// A new object's value is one that an object had before it was changed.
    pub former_in_new: u8,
    /// A changed value is that of any object there is.
    pub alive_in_changes: u8,
    /// A changed value is one that an object had before it was changed.
    pub former: u8,
    /// An on-premises change takes back what the last one made of a name or of addresses.
    pub taken_back: u8,
    /// A name that is taken from an object is taken from another role: a user principal name as an
    /// address, a primary address as a secondary one, and so on.
    pub across_roles: u8,
    /// A name or an anchor that is taken over is taken in other letter case.
    pub other_case: u8,
}

/// Weights of the ways to name a cloud object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceWeights {
    /// By its label.
    pub label: u8,
    /// As what an on-premises object is joined to.
    pub joined_to: u8,
    /// As the copy for an on-premises object.
    pub quarantined_for: u8,
}

/// Percentages of when cycles run besides the weight of `sync`. The last command is always a sync:
/// what is never synchronised shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CyclePercentages {
    /// Before the first cycle: it comes next.
    pub first: u8,
    /// A cycle that directly follows another is kept.
    pub idle: u8,
    /// After the last one, a second one.
    pub second_at_the_end: u8,
}

const BALANCED: Preset = Preset {
    name: "balanced",
    purpose: "a little of everything",
    weight: 10,
    is_long: false,
    only_with: None,
    cloud_objects: [8, 34, 34, 16, 8],
    on_premises_objects: [12, 44, 30, 14],
    starts_without_soft_match: 10,
    starts_without_hard_match: 5,
    starts_without_password_hash_sync: 12,
    kinds: KindWeights { users: 68, mail_enabled_groups: 12, plain_groups: 8, contacts: 12 },
    commands: CommandWeights {
        create_on_premises_object: 11,
        update_on_premises_object: 22,
        remove_on_premises_object: 11,
        set_cloud_managed: 11,
        create_cloud_object: 6,
        update_cloud_object: 9,
        set_immutable_id: 6,
        assign_role: 7,
        remove_role: 7,
        delete_cloud_object: 4,
        restore_cloud_object: 2,
        set_feature: 6,
        reinstall_connect: 5,
        sync: 26,
    },
    fields: FieldPercentages {
        primary_address: 45,
        secondary_address: 22,
        mixed_prefix: 6,
        other_address: 8,
        attribute: 45,
        password: 35,
        role: 14,
        immutable_id: 18,
        several_at_once: 20,
    },
    values: ValuePercentages {
        counterpart: 55,
        alive: 20,
        former_in_new: 6,
        alive_in_changes: 85,
        former: 8,
        taken_back: 5,
        across_roles: 15,
        other_case: 10,
    },
    references: ReferenceWeights { label: 50, joined_to: 40, quarantined_for: 10 },
    cycles: CyclePercentages { first: 45, idle: 25, second_at_the_end: 60 },
};

/// Who is matched with whom: many objects, all kinds, short.
const MATCHING: Preset = Preset {
    name: "matching",
    purpose: "who is matched with whom, on what, and what a takeover leaves",
    cloud_objects: [4, 40, 32, 16, 8],
    on_premises_objects: [10, 50, 28, 12],
    kinds: KindWeights { users: 55, mail_enabled_groups: 17, plain_groups: 10, contacts: 18 },
    commands: CommandWeights {
        create_on_premises_object: 26,
        update_on_premises_object: 10,
        remove_on_premises_object: 5,
        set_cloud_managed: 5,
        create_cloud_object: 14,
        update_cloud_object: 8,
        set_immutable_id: 10,
        assign_role: 3,
        remove_role: 3,
        delete_cloud_object: 2,
        restore_cloud_object: 1,
        set_feature: 6,
        reinstall_connect: 1,
        sync: 26,
    },
    ..BALANCED
};

/// What becomes of joined objects that are changed.
const UPDATES: Preset = Preset {
    name: "updates",
    purpose: "changes of joined objects on both sides, into a match and out of it",
    commands: CommandWeights {
        create_on_premises_object: 5,
        update_on_premises_object: 40,
        remove_on_premises_object: 20,
        set_cloud_managed: 20,
        create_cloud_object: 5,
        update_cloud_object: 16,
        set_immutable_id: 4,
        assign_role: 2,
        remove_role: 2,
        delete_cloud_object: 3,
        restore_cloud_object: 2,
        set_feature: 3,
        reinstall_connect: 2,
        sync: 30,
    },
    fields: FieldPercentages { several_at_once: 35, ..BALANCED.fields },
    values: ValuePercentages {
        alive_in_changes: 65,
        former: 20,
        taken_back: 40,
        ..BALANCED.values
    },
    cycles: CyclePercentages { first: 65, ..BALANCED.cycles },
    ..BALANCED
};

/// Objects are renamed, and others come with the names.
const RENAMED: Preset = Preset {
    name: "renamed",
    purpose: "cloud objects with other names, addresses and anchors than at first, and newcomers with what those have now or had before",
    cloud_objects: [0, 55, 35, 10, 0],
    on_premises_objects: [70, 25, 5, 0],
    commands: CommandWeights {
        create_on_premises_object: 26,
        update_on_premises_object: 12,
        remove_on_premises_object: 6,
        set_cloud_managed: 6,
        create_cloud_object: 3,
        update_cloud_object: 26,
        set_immutable_id: 12,
        assign_role: 2,
        remove_role: 2,
        delete_cloud_object: 3,
        restore_cloud_object: 1,
        set_feature: 2,
        reinstall_connect: 2,
        sync: 24,
    },
    fields: FieldPercentages { immutable_id: 45, attribute: 20, role: 5, ..BALANCED.fields },
    values: ValuePercentages {
        counterpart: 45,
        alive: 5,
        former_in_new: 30,
        alive_in_changes: 25,
        ..BALANCED.values
    },
    references: ReferenceWeights { label: 85, joined_to: 10, quarantined_for: 5 },
    cycles: CyclePercentages { first: 15, ..BALANCED.cycles },
    ..BALANCED
};

/// Connect is lost and comes back.
const RECOVERY: Preset = Preset {
    name: "recovery",
    purpose: "Connect is installed anew, with roles, switches and changes in between",
    starts_without_soft_match: 15,
    commands: CommandWeights {
        create_on_premises_object: 6,
        update_on_premises_object: 18,
        remove_on_premises_object: 9,
        set_cloud_managed: 9,
        create_cloud_object: 3,
        update_cloud_object: 4,
        set_immutable_id: 2,
        assign_role: 14,
        remove_role: 3,
        delete_cloud_object: 2,
        restore_cloud_object: 2,
        set_feature: 7,
        reinstall_connect: 18,
        sync: 28,
    },
    references: ReferenceWeights { label: 30, joined_to: 65, quarantined_for: 5 },
    cycles: CyclePercentages { first: 65, ..BALANCED.cycles },
    ..BALANCED
};

/// Users with directory roles and what helps them.
const ADMINISTRATORS: Preset = Preset {
    name: "administrators",
    purpose: "users with directory roles: kept from matching, and matched once the roles are gone",
    kinds: KindWeights { users: 92, mail_enabled_groups: 3, plain_groups: 2, contacts: 3 },
    commands: CommandWeights {
        create_on_premises_object: 8,
        update_on_premises_object: 8,
        remove_on_premises_object: 4,
        set_cloud_managed: 4,
        create_cloud_object: 6,
        update_cloud_object: 5,
        set_immutable_id: 6,
        assign_role: 16,
        remove_role: 22,
        delete_cloud_object: 5,
        restore_cloud_object: 2,
        set_feature: 4,
        reinstall_connect: 3,
        sync: 30,
    },
    fields: FieldPercentages { role: 50, ..BALANCED.fields },
    references: ReferenceWeights { label: 55, joined_to: 30, quarantined_for: 15 },
    ..BALANCED
};

/// Few objects, to which much happens.
const LONG: Preset = Preset {
    name: "long",
    purpose: "long histories: switches turned several times, values that objects had before, failures repeated, and many cycles",
    weight: 1,
    is_long: true,
    cloud_objects: [4, 44, 40, 12, 0],
    on_premises_objects: [8, 52, 40, 0],
    starts_without_soft_match: 20,
    commands: CommandWeights {
        create_on_premises_object: 3,
        update_on_premises_object: 26,
        remove_on_premises_object: 13,
        set_cloud_managed: 13,
        create_cloud_object: 2,
        update_cloud_object: 8,
        set_immutable_id: 4,
        assign_role: 6,
        remove_role: 7,
        delete_cloud_object: 4,
        restore_cloud_object: 4,
        set_feature: 8,
        reinstall_connect: 4,
        sync: 46,
    },
    fields: FieldPercentages { role: 25, several_at_once: 35, ..BALANCED.fields },
    values: ValuePercentages { alive_in_changes: 60, former: 35, ..BALANCED.values },
    cycles: CyclePercentages { idle: 40, ..BALANCED.cycles },
    ..BALANCED
};

/// Few users, who leave scope and come back.
const LEAVERS: Preset = Preset {
    name: "leavers",
    purpose: "users who leave scope and come back, restored or not, with privileged roles and without, and a hard match that is blocked and allowed again",
    weight: 15,
    only_with: Some(Capability::Scope),
    cloud_objects: [25, 60, 15, 0, 0],
    on_premises_objects: [5, 80, 15, 0],
    starts_without_soft_match: 5,
    starts_without_hard_match: 30,
    kinds: KindWeights { users: 97, mail_enabled_groups: 1, plain_groups: 1, contacts: 1 },
    commands: CommandWeights {
        create_on_premises_object: 32,
        update_on_premises_object: 12,
        remove_on_premises_object: 28,
        set_cloud_managed: 6,
        create_cloud_object: 1,
        update_cloud_object: 2,
        set_immutable_id: 2,
        assign_role: 18,
        remove_role: 2,
        delete_cloud_object: 1,
        restore_cloud_object: 22,
        set_feature: 18,
        reinstall_connect: 1,
        sync: 75,
    },
    fields: FieldPercentages { role: 3, immutable_id: 50, ..BALANCED.fields },
    references: ReferenceWeights { label: 8, joined_to: 90, quarantined_for: 2 },
    cycles: CyclePercentages { first: 85, idle: 12, ..BALANCED.cycles },
    ..BALANCED
};

/// Few joined objects of every kind, moved to the cloud and back, more than once.
const MOVED: Preset = Preset {
    name: "moved",
    purpose: "objects of every kind whose source of authority is moved to the cloud and given back again and again, and what their life is like after it",
    weight: 5,
    only_with: Some(Capability::SourceOfAuthority),
    cloud_objects: [70, 25, 5, 0, 0],
    on_premises_objects: [5, 75, 15, 5],
    starts_without_soft_match: 3,
    starts_without_hard_match: 5,
    kinds: KindWeights { users: 40, mail_enabled_groups: 25, plain_groups: 20, contacts: 15 },
    commands: CommandWeights {
        create_on_premises_object: 4,
        update_on_premises_object: 30,
        remove_on_premises_object: 6,
        set_cloud_managed: 40,
        create_cloud_object: 2,
        update_cloud_object: 8,
        set_immutable_id: 1,
        assign_role: 2,
        remove_role: 2,
        delete_cloud_object: 1,
        restore_cloud_object: 3,
        set_feature: 3,
        reinstall_connect: 2,
        sync: 75,
    },
    fields: FieldPercentages { role: 3, ..BALANCED.fields },
    references: ReferenceWeights { label: 5, joined_to: 93, quarantined_for: 2 },
    ..BALANCED
};

impl Preset {
    /// Every preset.
    pub const ALL: &'static [Preset] =
        &[BALANCED, MATCHING, UPDATES, RENAMED, RECOVERY, ADMINISTRATORS, LONG, LEAVERS, MOVED];

    /// A little of everything.
    pub const fn balanced() -> Preset {
        BALANCED
    }

    /// Who is matched with whom, on what, and what a takeover leaves.
    pub const fn matching() -> Preset {
        MATCHING
    }

    /// Changes of joined objects on both sides, into a match and out of it.
    pub const fn updates() -> Preset {
        UPDATES
    }

    /// Objects that were renamed, and newcomers with what they have now or had before.
    pub const fn renamed() -> Preset {
        RENAMED
    }

    /// Connect is installed anew, with roles, switches and changes in between.
    pub const fn recovery() -> Preset {
        RECOVERY
    }

    /// Users with directory roles: kept from matching, and matched once the roles are gone.
    pub const fn administrators() -> Preset {
        ADMINISTRATORS
    }

    /// Long histories of a few objects.
    pub const fn long() -> Preset {
        LONG
    }

    /// Users who leave scope and come back; for later editions.
    pub const fn leavers() -> Preset {
        LEAVERS
    }

    /// Objects that are moved to the cloud and back; for edition 2026-07 on.
    pub const fn moved() -> Preset {
        MOVED
    }

    /// Whether it is of use with these capabilities.
    pub(super) fn is_for(&self, capabilities: &Capabilities) -> bool {
        self.only_with.is_none_or(|capability| capabilities.has(capability))
    }

    /// The same without what takes capabilities that are not there.
    pub(super) fn within(mut self, capabilities: &Capabilities) -> Preset {
        let lacks = |capability| !capabilities.has(capability);
        let keep = |capability, figures: &mut [&mut u8]| {
            if lacks(capability) {
                figures.iter_mut().for_each(|figure| **figure = 0);
            }
        };
        let Preset {
            kinds,
            commands,
            fields,
            references,
            starts_without_soft_match: no_soft_match,
            starts_without_hard_match: no_hard_match,
            starts_without_password_hash_sync: no_hash_sync,
            ..
        } = &mut self;
        keep(Capability::Users, &mut [&mut kinds.users]);
        keep(Capability::Groups, &mut [&mut kinds.mail_enabled_groups, &mut kinds.plain_groups]);
        keep(Capability::Contacts, &mut [&mut kinds.contacts]);
        keep(
            Capability::Roles,
            &mut [&mut commands.assign_role, &mut commands.remove_role, &mut fields.role],
        );
        keep(Capability::Passwords, &mut [&mut fields.password, no_hash_sync]);
        keep(Capability::SoftMatchSwitch, &mut [no_soft_match]);
        keep(Capability::HardMatchSwitch, &mut [no_hard_match]);
        keep(Capability::Reinstall, &mut [&mut commands.reinstall_connect]);
        // By the anchor alone does a new installation find what it was joined to.
        keep(Capability::MatchSourceAnchor, &mut [&mut commands.reinstall_connect]);
        keep(Capability::ImmutableIdWrite, &mut [&mut commands.set_immutable_id]);
        keep(
            Capability::CloudAnchors,
            &mut [&mut commands.set_immutable_id, &mut fields.immutable_id],
        );
        keep(
            Capability::SecondaryAddresses,
            &mut [&mut fields.secondary_address, &mut fields.other_address],
        );
        keep(Capability::QuarantinedObjects, &mut [&mut references.quarantined_for]);
        keep(Capability::CloudEdits, &mut [&mut commands.update_cloud_object]);
        keep(Capability::RecycleBin, &mut [&mut commands.restore_cloud_object]);
        if [Capability::RecycleBin, Capability::HardDelete].into_iter().all(lacks) {
            commands.delete_cloud_object = 0;
        }
        let switches =
            [Capability::SoftMatchSwitch, Capability::HardMatchSwitch, Capability::Passwords];
        if switches.into_iter().all(lacks) {
            commands.set_feature = 0;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_has_a_name_of_its_own_and_percentages_that_are_some() {
        let mut names: Vec<&str> = Preset::ALL.iter().map(|preset| preset.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Preset::ALL.len());
        for preset in Preset::ALL {
            let values = preset.values;
            let in_new = values.counterpart + values.alive + values.former_in_new;
            assert!(in_new <= 100, "{}", preset.name);
            let percentages = [
                preset.starts_without_soft_match,
                preset.starts_without_hard_match,
                preset.starts_without_password_hash_sync,
                values.alive_in_changes,
                values.former,
                values.taken_back,
                preset.fields.several_at_once,
                values.across_roles,
                values.other_case,
                preset.cycles.first,
                preset.cycles.idle,
                preset.cycles.second_at_the_end,
            ];
            assert!(percentages.iter().all(|percentage| *percentage <= 100), "{}", preset.name);
        }
    }
}
