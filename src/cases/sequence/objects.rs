//! Makes objects and the values of their fields.

use super::generator::{Generator, Role, Values, is_named};
use super::settings::Side;
use crate::cases::vocabulary::{
    ATTRIBUTES, OBJECT_IDENTIFIERS, PASSWORDS, PEOPLE, ROLES, key_of, primary, secondary,
    with_mixed_prefix, x500,
};
use crate::directory::{
    Attributes, CloudRef, CloudSetup, Kind, OnPremisesObject, ProxyAddress, Text, same_name,
};
use std::collections::BTreeSet;

impl Generator<'_> {
    fn kind(&mut self) -> Option<(Kind, bool)> {
        let kinds = self.preset.kinds;
        self.one_of(&[
            (kinds.users, (Kind::User, false)),
            (kinds.mail_enabled_groups, (Kind::Group, true)),
            (kinds.plain_groups, (Kind::Group, false)),
            (kinds.contacts, (Kind::Contact, false)),
        ])
    }

    /// The object on the other side that a new object is a counterpart of; mostly one of its kind.
    fn counterpart(&mut self, kind: Kind, side: Side) -> Option<Values> {
        let mut counterpart = None;
        for _ in 0..3 {
            counterpart = self.object_of(side.other());
            if counterpart.as_ref().is_none_or(|other| other.kind == kind) {
                break;
            }
        }
        counterpart
    }

    /// The object that one value of a new object is taken from.
    fn source(&mut self, counterpart: &Option<Values>) -> Option<Values> {
        let values = self.preset.values;
        let former = if self.former.is_empty() { 0 } else { values.former_in_new };
        let taken = [values.counterpart, values.alive, former];
        let fresh = taken.iter().fold(100_u8, |fresh, share| fresh.saturating_sub(*share));
        match self.position(&[values.counterpart, values.alive, former, fresh]) {
            Some(0) => counterpart.clone(),
            Some(1) => self.object(),
            Some(2) => self.any(&self.former.clone()),
            _ => None,
        }
    }

    /// The object that a changed value is taken from.
    pub(super) fn source_of_change(&mut self) -> Option<Values> {
        if !self.former.is_empty() && self.percent(self.preset.values.former) {
            return self.any(&self.former.clone());
        }
        if self.percent(self.preset.values.alive_in_changes) { self.object() } else { None }
    }

    /// A cloud object that is not there yet.
    pub(super) fn cloud_object(&mut self) -> Option<CloudSetup> {
        let (kind, mail_enabled) = self.kind()?;
        let counterpart = self.counterpart(kind, Side::Cloud);
        let user_principal_name = self.new_name(kind, Side::Cloud, &counterpart);
        let proxy_addresses = self.new_addresses(kind, mail_enabled, Side::Cloud, &counterpart);
        let on_premises_immutable_id = if self.percent(self.preset.fields.immutable_id) {
            let source = self.source(&counterpart);
            self.anchor(Side::Cloud, source)
        } else {
            None
        };
        let is_administrator = kind == Kind::User && self.percent(self.preset.fields.role);
        let mut roles = BTreeSet::new();
        if is_administrator {
            // Mostly one, now and then several.
            let more = self.position(&[75, 15, 10]).unwrap_or_default();
            roles.extend((0..=more).filter_map(|_| self.any(&ROLES)).map(Text::from));
        }
        let mut eligible_roles = BTreeSet::new();
        if self.settings.has_eligibility && kind == Kind::User && self.percent(10) {
            eligible_roles.extend(self.any(&ROLES).map(Text::from));
        }
        let on_premises_object_identifier = self.mapped_to(kind);
        let own_name = own_name(user_principal_name.as_ref(), &proxy_addresses);
        let label = free_person(own_name, |person| {
            self.cloud.iter().any(|object| *object.label == *person)
        })?;
        let label = Text::from(label);
        let reference = CloudRef::Label(label.clone());
        self.roles.retain(|(of, _)| *of != reference);
        self.roles.extend(roles.iter().map(|role| (reference.clone(), role.clone())));
        self.eligible_roles.retain(|(of, _)| *of != reference);
        let eligible = eligible_roles.iter().map(|role| (reference.clone(), role.clone()));
        self.eligible_roles.extend(eligible);
        Some(CloudSetup {
            label,
            kind,
            mail_enabled,
            on_premises_immutable_id,
            on_premises_object_identifier,
            user_principal_name,
            proxy_addresses,
            attributes: self.attributes(),
            password: self.new_password(kind, PASSWORDS[1]),
            roles,
            eligible_roles,
        })
    }

    /// An on-premises object that is not there yet.
    pub(super) fn on_premises_object(&mut self) -> Option<OnPremisesObject> {
        let (kind, mail_enabled) = self.kind()?;
        let counterpart = self.counterpart(kind, Side::OnPremises);
        let source = self.source(&counterpart);
        let source_anchor = Some(self.anchor(Side::OnPremises, source)?);
        let user_principal_name = self.new_name(kind, Side::OnPremises, &counterpart);
        let proxy_addresses =
            self.new_addresses(kind, mail_enabled, Side::OnPremises, &counterpart);
        let own_name = own_name(user_principal_name.as_ref(), &proxy_addresses);
        let person = free_person(own_name, |person| {
            self.on_premises.iter().any(|object| object.key == key_of(person))
        })?;
        let object_identifier = self.object_identifier(kind);
        Some(OnPremisesObject {
            key: key_of(person),
            kind,
            mail_enabled,
            source_anchor,
            object_identifier,
            user_principal_name,
            proxy_addresses,
            attributes: self.attributes(),
            password: self.new_password(kind, PASSWORDS[0]),
        })
    }

    /// An identifier that nothing on-premises has had; mostly every user has one.
    fn object_identifier(&mut self, kind: Kind) -> Option<Text> {
        if kind != Kind::User || !self.settings.has_identifiers || !self.percent(80) {
            return None;
        }
        let is_fresh = |one: &&&str| !self.used_identifiers.iter().any(|used| **used == ***one);
        let fresh = Text::from(*OBJECT_IDENTIFIERS.iter().find(is_fresh)?);
        self.used_identifiers.push(fresh.clone());
        Some(fresh)
    }

    /// The identifier that a new cloud user is mapped to: mostly none, and mostly of nothing that there is.
    fn mapped_to(&mut self, kind: Kind) -> Option<Text> {
        if kind != Kind::User || !self.settings.has_identifiers || !self.percent(20) {
            return None;
        }
        let known = self.used_identifiers.clone();
        let known = if self.percent(20) { self.any(&known) } else { None };
        known.or_else(|| self.any(&OBJECT_IDENTIFIERS[8..]).map(Text::from))
    }

    fn new_name(&mut self, kind: Kind, side: Side, from: &Option<Values>) -> Option<Text> {
        if kind != Kind::User {
            return None;
        }
        let source = self.source(from);
        Some(self.name(Role::UserPrincipalName, side, source))
    }

    fn new_addresses(
        &mut self,
        kind: Kind,
        mail_enabled: bool,
        side: Side,
        counterpart: &Option<Values>,
    ) -> Vec<ProxyAddress> {
        let often = kind == Kind::Contact || mail_enabled;
        self.addresses(side, often, |generator| generator.source(counterpart))
    }

    /// A list of addresses, each from the object that `source` comes up with.
    pub(super) fn addresses(
        &mut self,
        side: Side,
        often: bool,
        mut source: impl FnMut(&mut Self) -> Option<Values>,
    ) -> Vec<ProxyAddress> {
        let fields = self.preset.fields;
        let often = if often { 2 } else { 1 };
        let mut addresses: Vec<ProxyAddress> = Vec::new();
        if self.percent(fields.primary_address.saturating_mul(often)) {
            let from = source(self);
            addresses.push(primary(&self.name(Role::Primary, side, from)));
        }
        for _ in 0..2 {
            if !self.percent(fields.secondary_address) {
                break;
            }
            let from = source(self);
            let name = self.name(Role::Secondary, side, from);
            let mut mails = addresses.iter().filter_map(ProxyAddress::mail);
            if !mails.any(|mail| same_name(mail, &name)) {
                let is_mixed = self.percent(fields.mixed_prefix);
                addresses.push(if is_mixed { with_mixed_prefix(&name) } else { secondary(&name) });
            }
        }
        if self.percent(fields.other_address) {
            let from = source(self);
            let name = self.name(Role::Primary, side, from);
            let person = PEOPLE.iter().find(|person| is_named(person, &name));
            let person = person.unwrap_or(&PEOPLE[0]);
            let sign_in = ProxyAddress(format!("SIP:{name}").into());
            addresses.push(if self.percent(60) { x500(person) } else { sign_in });
        }
        addresses
    }

    fn attributes(&mut self) -> Attributes {
        let mut attributes = Attributes::new();
        for _ in 0..2 {
            if !self.percent(self.preset.fields.attribute) {
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
        let which = self.position(&[40, 30, 12, 10, 8]).unwrap_or_default();
        let (name, values) = ATTRIBUTES[which];
        let held = if name == "mail" { self.object() } else { None };
        let value = match held.and_then(|object| object.primary.or(object.name)) {
            Some(mail) => mail,
            None => values[self.position(&[5, 3, 1, 1]).unwrap_or_default()].into(),
        };
        (name.into(), value)
    }

    fn new_password(&mut self, kind: Kind, usual: &str) -> Option<Text> {
        let has_one = kind == Kind::User && self.percent(self.preset.fields.password);
        has_one.then(|| self.password(usual))
    }

    /// Mostly the usual one, so that it is seen whose it is; now and then any.
    pub(super) fn password(&mut self, usual: &str) -> Text {
        let other = if self.percent(85) { None } else { self.any(&PASSWORDS) };
        other.unwrap_or(usual).into()
    }
}

fn own_name<'n>(name: Option<&'n Text>, addresses: &'n [ProxyAddress]) -> Option<&'n str> {
    name.map(|name| &**name).or_else(|| addresses.iter().find_map(ProxyAddress::mail))
}

/// A person nothing of this side is called by: the one whose name the object has, if that can be, so
/// that the case is easy to read.
fn free_person(name: Option<&str>, is_used: impl Fn(&str) -> bool) -> Option<&'static str> {
    let own = PEOPLE.iter().filter(|person| name.is_some_and(|name| is_named(person, name)));
    own.chain(&PEOPLE).copied().find(|person| !is_used(person))
}
