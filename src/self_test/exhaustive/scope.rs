//! Where a search starts.

use super::forms;
use super::values::{Anchor, CloudForm, EVERY_ADDRESSES, ONE_ADDRESS, OnPremisesForm, Values};
use crate::directory::{Features, Kind, Tenant};

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

/// The tenants that a search starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// The empty tenant: every object is created by a command.
    Nothing,
    /// Every tenant of one cloud object and one on-premises object, of whatever kinds, where they
    /// are of one kind also with soft match off; no other object is created by a command.
    Pairs,
    /// A tenant with most of the scope's objects: two cloud users, a group pair, an on-premises
    /// user and an on-premises contact. The others are created by commands.
    Whole,
}

impl Starts {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Starts::Nothing => "nothing",
            Starts::Pairs => "pairs",
            Starts::Whole => "whole",
        }
    }
}

impl Scope {
    /// The starting tenants, some of them alike but for what values are called.
    pub(super) fn tenants(self) -> Vec<Tenant> {
        match self.starts {
            Starts::Nothing => vec![Tenant::default()],
            Starts::Pairs => self.pairs(),
            Starts::Whole => vec![self.whole()],
        }
    }

    /// Whether objects can be created.
    pub(super) fn creates(self) -> bool {
        self.starts != Starts::Pairs
    }

    fn pairs(self) -> Vec<Tenant> {
        let mut tenants = Vec::new();
        for &cloud_kind in Kind::ALL {
            for &on_premises_kind in Kind::ALL {
                // Between objects of different kinds it matters that they share an address, and
                // hardly which others they have.
                let is_same = cloud_kind == on_premises_kind;
                let addresses = if is_same { &EVERY_ADDRESSES[..] } else { ONE_ADDRESS };
                for cloud in forms::cloud(cloud_kind, addresses) {
                    for on_premises in forms::on_premises(on_premises_kind, addresses) {
                        // The switch is about soft matches, which only one kind can have.
                        let switches = if is_same { &[true, false][..] } else { &[true] };
                        tenants.extend(switches.iter().map(|&soft_match| Tenant {
                            cloud: vec![self.values.cloud(cloud)],
                            on_premises: vec![self.values.on_premises(on_premises)],
                            features: Features { soft_match, ..Features::default() },
                        }));
                    }
                }
            }
        }
        tenants
    }

    fn whole(self) -> Tenant {
        let values = self.values;
        let cloud = |kind| CloudForm::plain(kind);
        let on_premises = |kind| OnPremisesForm::plain(kind);
        let [_, first, second, _, second_as_other, ..] = EVERY_ADDRESSES;
        Tenant {
            cloud: vec![
                values.cloud(CloudForm { addresses: first, ..cloud(Kind::User) }),
                values.cloud(CloudForm {
                    second: true,
                    name: 1,
                    anchor: Some(Anchor::Shared(1)),
                    has_role: true,
                    ..cloud(Kind::User)
                }),
                values.cloud(CloudForm {
                    addresses: second,
                    mail_enabled: true,
                    ..cloud(Kind::Group)
                }),
            ],
            on_premises: vec![
                values.on_premises(OnPremisesForm { addresses: first, ..on_premises(Kind::User) }),
                values.on_premises(OnPremisesForm {
                    addresses: second,
                    mail_enabled: true,
                    ..on_premises(Kind::Group)
                }),
                values.on_premises(OnPremisesForm {
                    addresses: second_as_other,
                    ..on_premises(Kind::Contact)
                }),
            ],
            ..Tenant::default()
        }
    }
}
