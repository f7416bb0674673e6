//! Makes objects and the values of their fields.

use super::generator::{Generator, Mails, Role, Seen, Side};
use super::pools::{Anchor, MAIL, Name};
use crate::directory::{Attributes, CloudSetup, Kind, OnPremisesObject, ProxyAddress, Text};
use std::collections::BTreeSet;

/// What the values of a new object are taken from.
#[derive(Clone, Copy)]
struct Sources {
    counterpart: Option<Seen>,
}

impl Generator<'_> {
    fn kind(&mut self) -> Option<(Kind, bool)> {
        let kinds = self.preset.kinds;
        let weights = [kinds.users, kinds.mail_enabled_groups, kinds.plain_groups, kinds.contacts];
        Some(match self.chance.weighted(&weights)? {
            0 => (Kind::User, false),
            1 => (Kind::Group, true),
            2 => (Kind::Group, false),
            _ => (Kind::Contact, false),
        })
    }

    /// The object on the other side that a new object is a counterpart of; mostly one of its kind.
    fn sources(&mut self, kind: Kind, side: Side) -> Sources {
        let mut counterpart = None;
        for _ in 0..3 {
            counterpart = self.any_of(side.other());
            if counterpart.is_none_or(|other| other.kind == kind) {
                break;
            }
        }
        Sources { counterpart }
    }

    /// The object that one value of a new object is taken from.
    fn source(&mut self, sources: Sources) -> Option<Seen> {
        let values = self.preset.values;
        let drawn = self.chance.below(100) as u8;
        if drawn < values.counterpart {
            sources.counterpart
        } else if drawn < values.counterpart + values.alive {
            self.any()
        } else {
            None
        }
    }

    /// The object that a changed value is taken from.
    pub(super) fn source_of_change(&mut self) -> Option<Seen> {
        if self.chance.percent(self.preset.values.alive_in_changes) { self.any() } else { None }
    }

    /// A cloud object: for the start, where no two have anything in common, or for a command.
    pub(super) fn cloud_object(&mut self, is_start: bool) -> Option<CloudSetup> {
        if self.cloud.is_full() {
            return None;
        }
        let (kind, mail_enabled) = self.kind()?;
        let is_user = kind == Kind::User;
        let sources = self.sources(kind, Side::Cloud);
        let fields = self.preset.fields;
        let (mut names, mut mails, mut anchors) = (0, 0, 0);
        if is_start {
            for other in self.cloud.iter() {
                names |= other.name.map_or(0, |name| 1 << name.person);
                mails |= other.mails.persons();
                anchors |= other.anchor.map_or(0, Anchor::bit);
            }
        }
        let name = if is_user { Some(self.new_name(sources, Side::Cloud, names)?) } else { None };
        let (proxy_addresses, own_mails) =
            self.new_addresses(sources, Side::Cloud, kind, mail_enabled, mails);
        let anchor = if self.chance.percent(fields.immutable_id) {
            let source = self.source(sources);
            self.anchor(Side::Cloud, source, anchors)
        } else {
            None
        };
        let mut attributes = self.attributes();
        let seen = Seen {
            kind,
            called: self.cloud.call(name.or(own_mails.first())),
            name,
            mails: own_mails,
            anchor,
            roles: if is_user && self.chance.percent(fields.role) {
                1 << self.chance.below(self.pools.roles.len())
            } else {
                0
            },
            is_deleted: false,
        };
        let label = self.pools.labels[usize::from(seen.called)].clone();
        if is_start && !is_user && own_mails.first().is_none() {
            // Nothing else might tell it from another one.
            attributes.insert(self.pools.attributes[0].0.clone(), label.clone());
        }
        self.cloud.push(seen);
        Some(CloudSetup {
            label,
            kind,
            mail_enabled,
            on_premises_immutable_id: anchor.map(|anchor| self.pools.anchor(anchor)),
            user_principal_name: name.map(|name| self.pools.name(name)),
            proxy_addresses,
            attributes,
            password: self.new_password(is_user, Side::Cloud),
            roles: self.roles_of(seen.roles),
        })
    }

    /// An on-premises object.
    pub(super) fn on_premises_object(&mut self) -> Option<OnPremisesObject> {
        if self.on_premises.is_full() {
            return None;
        }
        let (kind, mail_enabled) = self.kind()?;
        let is_user = kind == Kind::User;
        let sources = self.sources(kind, Side::OnPremises);
        let source = self.source(sources);
        let anchor = self.anchor(Side::OnPremises, source, self.source_anchors)?;
        let name = if is_user { Some(self.new_name(sources, Side::OnPremises, 0)?) } else { None };
        let (proxy_addresses, mails) =
            self.new_addresses(sources, Side::OnPremises, kind, mail_enabled, 0);
        let seen = Seen {
            kind,
            called: self.on_premises.call(name.or(mails.first())),
            name,
            mails,
            anchor: Some(anchor),
            roles: 0,
            is_deleted: false,
        };
        self.source_anchors |= anchor.bit();
        self.on_premises.push(seen);
        Some(OnPremisesObject {
            key: self.pools.keys[usize::from(seen.called)].clone(),
            kind,
            mail_enabled,
            source_anchor: Some(self.pools.anchor(anchor)),
            user_principal_name: name.map(|name| self.pools.name(name)),
            proxy_addresses,
            attributes: self.attributes(),
            password: self.new_password(is_user, Side::OnPremises),
        })
    }

    fn new_name(&mut self, sources: Sources, side: Side, taken: u16) -> Option<Name> {
        let source = self.source(sources);
        let name = self.name(Role::UserPrincipalName, side, source);
        if taken & (1 << name.person) == 0 {
            return Some(name);
        }
        let person = self.person_beside(Role::UserPrincipalName, side, taken)?;
        Some(Name { person, capitals: false })
    }

    fn new_addresses(
        &mut self,
        sources: Sources,
        side: Side,
        kind: Kind,
        mail_enabled: bool,
        taken: u16,
    ) -> (Vec<ProxyAddress>, Mails) {
        let often = kind == Kind::Contact || mail_enabled;
        self.addresses(side, often, taken, |generator| generator.source(sources))
    }

    /// A list of addresses, each from the object that `source` comes up with, none of a person who
    /// is taken.
    pub(super) fn addresses(
        &mut self,
        side: Side,
        often: bool,
        mut taken: u16,
        mut source: impl FnMut(&mut Self) -> Option<Seen>,
    ) -> (Vec<ProxyAddress>, Mails) {
        let fields = self.preset.fields;
        let primary =
            if often { fields.primary_address.saturating_mul(2) } else { fields.primary_address };
        let has_primary = self.chance.percent(primary);
        let mut count = usize::from(has_primary);
        for _ in 0..2 {
            if !self.chance.percent(fields.secondary_address) {
                break;
            }
            count += 1;
        }
        let other = self.chance.percent(fields.other_address);
        let mut addresses = Vec::new();
        if count + usize::from(other) > 0 {
            addresses.reserve_exact(count + usize::from(other));
        }
        let mut mails = Mails::default();
        mails.has_primary = has_primary;
        for index in 0..count {
            let is_primary = has_primary && index == 0;
            let role = if is_primary { Role::Primary } else { Role::Secondary };
            let from = source(self);
            let mut name = self.name(role, side, from);
            if taken & (1 << name.person) != 0 {
                match self.person_beside(role, side, taken) {
                    Some(person) => name = Name { person, capitals: false },
                    None if is_primary => {
                        mails.has_primary = false;
                        continue;
                    }
                    None => continue,
                }
            }
            taken |= 1 << name.person;
            addresses.push(self.pools.mail(name, is_primary));
            mails.push(name);
        }
        if other {
            let from = source(self);
            let person = self.name(Role::Primary, side, from).person;
            let is_exchange = self.chance.percent(60);
            addresses.push(self.pools.other_address(person, is_exchange));
        }
        (addresses, mails)
    }

    fn attributes(&mut self) -> Attributes {
        let mut attributes = Attributes::new();
        for _ in 0..2 {
            if !self.chance.percent(self.preset.fields.attribute) {
                break;
            }
            let (name, value) = self.attribute();
            attributes.insert(name, value);
        }
        attributes
    }

    /// An attribute and its value. The first of few values is the most frequent, so that objects
    /// often have values in common.
    pub(super) fn attribute(&mut self) -> (Text, Text) {
        let which = self.chance.weighted(&[40, 30, 12, 10, 8]).unwrap_or_default();
        let (name, values) = &self.pools.attributes[which];
        let value = if which == MAIL
            && let Some(object) = self.any()
            && let Some(mail) = object.mails.first().or(object.name)
        {
            self.pools.name(mail)
        } else {
            values[self.chance.weighted(&[5, 3, 1, 1]).unwrap_or_default()].clone()
        };
        (name.clone(), value)
    }

    fn new_password(&mut self, is_user: bool, side: Side) -> Option<Text> {
        let has = is_user && self.chance.percent(self.preset.fields.password);
        has.then(|| self.password(usize::from(side == Side::Cloud)))
    }

    /// Mostly the usual one, so that it is seen whose it is; now and then any.
    pub(super) fn password(&mut self, usual: usize) -> Text {
        let passwords = &self.pools.passwords;
        let which =
            if self.chance.percent(85) { usual } else { self.chance.below(passwords.len()) };
        passwords[which].clone()
    }

    fn roles_of(&self, roles: u8) -> BTreeSet<Text> {
        let held = |(index, _): &(usize, &Text)| roles & (1 << index) != 0;
        self.pools.roles.iter().enumerate().filter(held).map(|(_, role)| role.clone()).collect()
    }
}
