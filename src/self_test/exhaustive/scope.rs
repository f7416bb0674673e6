//! Where a search starts.

use super::vocabulary::{
    EVERY_ADDRESSES, FOREIGN_IDENTIFIER, OBJECTS, ONE_ADDRESS, Object, ROLE, Values, identified,
    key,
};
use crate::directory::{
    Capabilities, Capability, CloudSetup, Command, Features, Kind, OnPremisesObject,
    RemoveOnPremisesObject, Tenant, words,
};

/// What a search starts from, and of which values everything is made.
///
/// All have the same commands, but for creations: what is there already is not created again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The tenants that it starts from.
    pub starts: Starts,
    /// How its values are related.
    pub values: Values,
}

words! {
    /// The tenants that a search starts from.
    pub enum Starts {
        /// The empty tenant: every object is created by a command.
        Nothing = "nothing",
        /// Every tenant of one cloud object and one on-premises object, of whatever kinds, where
        /// they are of one kind also with soft match off, and on names alone; no other object is created by a command.
        Pairs = "pairs",
        /// A tenant with most of the scope's objects: two cloud users, a group pair, an on-premises
        /// user and an on-premises contact. The others are created by commands.
        Whole = "whole",
        /// The same after the on-premises user of the whole tenant was matched, has left scope, and is in
        /// the recycle bin: an edition without `removeOnPremisesObject` has no such start.
        Departed = "departed",
    }
}

impl Scope {
    /// The starting tenants, some of them alike but for what values are called.
    pub(super) fn tenants(self, capabilities: &Capabilities) -> Vec<Tenant> {
        let mut tenants = match self.starts {
            Starts::Nothing => vec![Tenant::default()],
            Starts::Pairs => self.pairs(capabilities),
            Starts::Whole | Starts::Departed => vec![self.whole()],
        };
        for object in tenants.iter_mut().flat_map(|tenant| &mut tenant.on_premises) {
            *object = identified(object.clone(), capabilities);
        }
        tenants
    }

    /// The commands that lead from a starting tenant to where the search begins.
    pub(super) fn lead(self) -> Vec<Command> {
        match self.starts {
            Starts::Nothing | Starts::Pairs | Starts::Whole => Vec::new(),
            Starts::Departed => vec![Command::sync(), removal(OBJECTS[0]), Command::sync()],
        }
    }

    /// Whether objects can be created.
    pub(super) fn creates(self) -> bool {
        self.starts != Starts::Pairs
    }

    fn pairs(self, capabilities: &Capabilities) -> Vec<Tenant> {
        let on = Features::default();
        let switches = [on, Features { soft_match: false, ..on }];
        let mut switches_of_users = switches.to_vec();
        if capabilities.has(Capability::SoftMatchOnUpnSwitch) {
            switches_of_users.push(Features { soft_match_on_upn: false, ..on });
        }
        let firsts = OBJECTS.into_iter().filter(|(_, second)| !second);
        let pairs = firsts.clone().flat_map(|one| firsts.clone().map(move |other| (one, other)));
        let mut tenants = Vec::new();
        for (cloud, on_premises) in pairs {
            // Between objects of different kinds it matters that they share an address, and hardly
            // which others they have. And the switches are about soft matches, which only one kind can
            // have, and names, which only users have.
            let (addresses, switches) = match cloud == on_premises {
                true if cloud.0 == Kind::User => (&EVERY_ADDRESSES[..], &switches_of_users[..]),
                true => (&EVERY_ADDRESSES[..], &switches[..]),
                false => (ONE_ADDRESS, &switches[..1]),
            };
            let mut clouds = self.values.every_cloud(cloud, addresses);
            if capabilities.has(Capability::ObjectIdentifier) {
                // Who carries an anchor may have been synchronised before.
                let once = clouds
                    .iter()
                    .filter(|one| one.kind == Kind::User && one.on_premises_immutable_id.is_some());
                let mapped = once.map(|one| CloudSetup {
                    on_premises_object_identifier: Some(FOREIGN_IDENTIFIER.into()),
                    ..one.clone()
                });
                clouds.extend(mapped.collect::<Vec<_>>());
            }
            for cloud in clouds {
                for on_premises in self.values.every_on_premises(on_premises, addresses) {
                    for &features in switches {
                        tenants.push(Tenant {
                            cloud: vec![cloud.clone()],
                            on_premises: vec![on_premises.clone()],
                            features,
                        });
                    }
                }
            }
        }
        tenants
    }

    fn whole(self) -> Tenant {
        use super::vocabulary::Side::{Cloud, OnPremises};
        let values = self.values;
        let [ann, bob, team, vendor] = OBJECTS;
        let [_, first, second, _, second_as_other, ..] = EVERY_ADDRESSES;
        let [_, name] = values.names(Cloud);
        Tenant {
            cloud: vec![
                CloudSetup {
                    proxy_addresses: values.addresses(Cloud, first),
                    ..values.plain_cloud(ann)
                },
                CloudSetup {
                    user_principal_name: Some(name),
                    on_premises_immutable_id: values.anchors(Kind::User).pop(),
                    roles: [ROLE.into()].into(),
                    ..values.plain_cloud(bob)
                },
                CloudSetup {
                    proxy_addresses: values.addresses(Cloud, second),
                    mail_enabled: true,
                    ..values.plain_cloud(team)
                },
            ],
            on_premises: vec![
                OnPremisesObject {
                    proxy_addresses: values.addresses(OnPremises, first),
                    ..values.plain_on_premises(ann)
                },
                OnPremisesObject {
                    proxy_addresses: values.addresses(OnPremises, second),
                    mail_enabled: true,
                    ..values.plain_on_premises(team)
                },
                OnPremisesObject {
                    proxy_addresses: values.addresses(OnPremises, second_as_other),
                    ..values.plain_on_premises(vendor)
                },
            ],
            ..Tenant::default()
        }
    }
}

/// An on-premises object leaves scope.
pub(super) fn removal(object: Object) -> Command {
    Command::RemoveOnPremisesObject(RemoveOnPremisesObject { key: key(object) })
}
