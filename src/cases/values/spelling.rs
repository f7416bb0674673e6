//! Which forms the values of a case are given.

use super::anchors::AnchorForm;
use super::names::NameForm;
use super::texts::TextForm;
use crate::cases::draw::runner;
use crate::cases::vocabulary::{PEOPLE, X500_PREFIX};
use proptest::sample::select;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::fmt::Debug;

/// Which forms the values of a case are given, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    pub(super) names: NameForm,
    pub(super) anchors: AnchorForm,
    pub(super) attributes: TextForm,
    pub(super) attribute_names: AttributeNames,
    pub(super) passwords: TextForm,
    pub(super) roles: RoleForm,
    pub(super) addresses: AddressForm,
    /// How many addresses every object that has any has besides.
    pub(super) further_addresses: usize,
}

/// What attributes are called. `displayName` and `mail` keep their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AttributeNames {
    Plain,
    /// `extensionAttribute1`, …, which have room for 1,024 characters.
    Extensions,
    /// As fields of objects are called.
    Fields,
}

/// What roles are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RoleForm {
    Plain,
    /// Any of many.
    Many,
    Capitals,
    SmallLetters,
}

/// How addresses are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressForm {
    Plain,
    /// What is no mail address has prefixes of every sort, in any letter case.
    AnyPrefix,
}

impl Spelling {
    /// The vocabulary.
    pub(crate) const PLAIN: Spelling = Spelling {
        names: NameForm::Plain,
        anchors: AnchorForm::Plain,
        attributes: TextForm::Plain,
        attribute_names: AttributeNames::Plain,
        passwords: TextForm::Plain,
        roles: RoleForm::Plain,
        addresses: AddressForm::Plain,
        further_addresses: 0,
    };

    /// What can go wrong with the form of a value, in every value at once.
    pub(crate) const EVERYTHING: Spelling = Spelling {
        names: NameForm::Everything,
        anchors: AnchorForm::AlikeAtFirst,
        attributes: TextForm::Everything,
        attribute_names: AttributeNames::Fields,
        passwords: TextForm::Everything,
        roles: RoleForm::Many,
        addresses: AddressForm::AnyPrefix,
        further_addresses: 0,
    };

    /// The spelling of a case with this seed and number; none for all but one in so many.
    pub(crate) fn drawn(seed: u64, number: u64, one_in: u64) -> Option<Spelling> {
        let mut runner = runner(seed, number, 1);
        let place = (0..one_in).new_tree(&mut runner).ok()?;
        if place.current() > 0 {
            return None;
        }
        Some(Spelling {
            names: any(NameForm::ALL, &mut runner)?,
            anchors: any(AnchorForm::ALL, &mut runner)?,
            attributes: any(TextForm::ALL, &mut runner)?,
            attribute_names: any(AttributeNames::ALL, &mut runner)?,
            passwords: any(TextForm::ALL, &mut runner)?,
            roles: any(RoleForm::ALL, &mut runner)?,
            addresses: any(AddressForm::ALL, &mut runner)?,
            further_addresses: any(&[0, 0, 0, 0, 0, 3, 12, 12, 30], &mut runner)?,
        })
    }
}

/// Any of these.
fn any<T: Copy + Debug + 'static>(all: &'static [T], runner: &mut TestRunner) -> Option<T> {
    Some(select(all).new_tree(runner).ok()?.current())
}

impl AttributeNames {
    const ALL: &'static [AttributeNames] =
        &[AttributeNames::Plain, AttributeNames::Extensions, AttributeNames::Fields];

    /// The name of the attribute with this number, where `name` stands.
    pub(super) fn name(self, number: usize, name: &str) -> String {
        const FIELDS: [&str; 8] =
            ["kind", "key", "roles", "deleted", "id", "label", "quarantined", "mailEnabled"];
        if matches!(name, "displayName" | "mail") {
            return name.to_owned();
        }
        match self {
            AttributeNames::Plain => name.to_owned(),
            AttributeNames::Extensions => format!("extensionAttribute{}", number + 1),
            AttributeNames::Fields => FIELDS
                .get(number)
                .map_or_else(|| format!("extensionAttribute{}", number + 1), |it| (*it).to_owned()),
        }
    }
}

/// How long a value of the attribute of this name may be.
pub(super) fn longest_value(attribute: &str) -> usize {
    match attribute {
        "displayName" => 256,
        name if name.starts_with("extensionAttribute") => 1_024,
        _ => 64,
    }
}

/// How long a password may be.
pub(super) const LONGEST_PASSWORD: usize = 256;

impl RoleForm {
    const ALL: &'static [RoleForm] =
        &[RoleForm::Plain, RoleForm::Many, RoleForm::Capitals, RoleForm::SmallLetters];

    /// The role with this number; two numbers never give the same, whatever the letter case, and
    /// none gives one that an edition calls privileged beyond doubt.
    pub(super) fn role(self, number: usize) -> String {
        const ROLES: [&str; 12] = [
            "Directory Writers",
            "Reports Reader",
            "Directory Readers",
            "License Administrator",
            "Guest Inviter",
            "Message Center Reader",
            "Windows 365 Administrator",
            "Attribute Log Reader",
            "User Experience Success Manager",
            "Microsoft Entra Joined Device Local Administrator",
            "Helpdesk Administrator",
            "Teams Communications Support Specialist",
        ];
        let named = |number: usize| {
            let role = ROLES[number % ROLES.len()];
            if number < ROLES.len() { role.to_owned() } else { format!("{role} {number}") }
        };
        match self {
            RoleForm::Plain => named(number),
            RoleForm::Many => named(number + 3),
            RoleForm::Capitals => named(number).to_uppercase(),
            RoleForm::SmallLetters => named(number).to_lowercase(),
        }
    }
}

impl AddressForm {
    const ALL: &'static [AddressForm] = &[AddressForm::Plain, AddressForm::AnyPrefix];

    /// The address with this number that is no mail address.
    pub(super) fn other(self, number: usize) -> String {
        match self {
            AddressForm::Plain => match PEOPLE.get(number) {
                Some(person) => format!("{X500_PREFIX}{person}"),
                None => format!("{X500_PREFIX}{number}"),
            },
            AddressForm::AnyPrefix => other_address(number, &format!("i{number}")),
        }
    }
}

/// An address that is no mail address, with one of the prefixes that there are.
pub(super) fn other_address(number: usize, who: &str) -> String {
    const EXCHANGE: &str =
        "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=";
    match number % 8 {
        0 => format!("x500:{EXCHANGE}{who}"),
        1 => format!("sip:{who}@contoso.com"),
        2 => format!("EUM:{who};phone-context=Contoso.com"),
        3 => format!("SPO:SPO_{who}@SPO_3c7e5ff0"),
        4 => format!("x400:c=NO;a= ;p=Contoso;s={who};"),
        5 => format!("X500:{EXCHANGE}{who}"),
        6 => format!("Sip:{who}@contoso.com"),
        _ => format!("eum:{who};phone-context=Contoso.com"),
    }
}
