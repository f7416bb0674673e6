//! Relations about values that decide nothing: other attributes, further addresses, letter case.

use super::footprints::Footprints;
use super::variation::{SpeaksOf, Variation};
use crate::cases::Case;
use crate::cases::form::form_of;
use crate::cases::vocabulary::{in_other_case, secondary};
use crate::directory::{
    Attributes, Change, CloudRef, CloudSetup, Command, OnPremisesObject, ProxyAddress, Text,
};
use std::collections::BTreeMap;

/// What people take for identifying, and what no page says to match.
const OTHER_ATTRIBUTES: &[(&str, &str)] =
    &[("displayName", "Ann Berg"), ("employeeId", "4711"), ("telephoneNumber", "+1 555 0100")];

/// Gives values to the objects of a case.
struct Giver {
    /// Attributes that the case never mentions.
    attributes: Vec<(Text, Text)>,
    /// An address of its own for each object.
    addresses: BTreeMap<CloudRef, ProxyAddress>,
}

impl Giver {
    fn to_all(&self, attributes: &mut Attributes) {
        attributes.extend(self.attributes.iter().cloned());
    }

    fn to_addresses(&self, object: &CloudRef, addresses: &mut Vec<ProxyAddress>) {
        // Where there is none, cloud addresses may stay; a first one would replace them.
        if !addresses.is_empty() {
            addresses.extend(self.addresses.get(object).cloned());
        }
    }

    fn to_cloud(&self, object: &mut CloudSetup) {
        self.to_all(&mut object.attributes);
        self.to_addresses(&CloudRef::Label(object.label.clone()), &mut object.proxy_addresses);
    }

    fn to_on_premises(&self, object: &mut OnPremisesObject) {
        self.to_all(&mut object.attributes);
        self.to_addresses(&CloudRef::JoinedTo(object.key.clone()), &mut object.proxy_addresses);
    }
}

/// Secondary addresses that nobody holds and attributes that do not match change no decision.
pub(super) fn with_other_values(base: &Case) -> Option<Variation> {
    let footprints = Footprints::of(&base.tenant, &base.commands);
    let mut numbers = 1..;
    let mut fresh = || {
        let mut names = (&mut numbers).map(|number: usize| format!("further{number}@contoso.com"));
        let name = names.find(|name| footprints.is_fresh(name)).unwrap_or_default();
        secondary(&name)
    };
    let mentioned = form_of(base).to_string();
    let giver = Giver {
        attributes: OTHER_ATTRIBUTES
            .iter()
            .filter(|(name, _)| !mentioned.contains(name))
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        addresses: footprints.objects().map(|(object, _)| (object.clone(), fresh())).collect(),
    };
    let mut case = base.clone();
    case.tenant.cloud.iter_mut().for_each(|object| giver.to_cloud(object));
    case.tenant.on_premises.iter_mut().for_each(|object| giver.to_on_premises(object));
    for command in &mut case.commands {
        match command {
            Command::CreateCloudObject(create) => giver.to_cloud(&mut create.object),
            Command::CreateOnPremisesObject(create) => giver.to_on_premises(&mut create.object),
            Command::UpdateOnPremisesObject(update) => {
                if let Change::Set(addresses) = &mut update.set.proxy_addresses {
                    giver.to_addresses(&CloudRef::JoinedTo(update.key.clone()), addresses);
                }
            }
            // An edit that names the object by its label replaces the address along with the rest,
            // which nobody holds either way.
            _ => {}
        }
    }
    varied(base, case)
}

/// Letter case of names and addresses changes no decision.
pub(super) fn with_swapped_letters(base: &Case) -> Option<Variation> {
    let mut case = base.clone();
    case.tenant.on_premises.iter_mut().for_each(swap_in_object);
    for command in &mut case.commands {
        match command {
            Command::CreateOnPremisesObject(create) => swap_in_object(&mut create.object),
            Command::UpdateOnPremisesObject(update) => {
                if let Change::Set(name) = &mut update.set.user_principal_name {
                    *name = in_other_case(name);
                }
                if let Change::Set(addresses) = &mut update.set.proxy_addresses {
                    addresses.iter_mut().for_each(swap_in_address);
                }
            }
            _ => {}
        }
    }
    varied(base, case)
}

fn swap_in_object(object: &mut OnPremisesObject) {
    if let Some(name) = &mut object.user_principal_name {
        *name = in_other_case(name);
    }
    object.proxy_addresses.iter_mut().for_each(swap_in_address);
}

/// The mail address in the other case; the prefix tells a primary from a secondary one.
fn swap_in_address(address: &mut ProxyAddress) {
    if address.mail().is_some()
        && let Some((prefix, mail)) = address.as_str().split_once(':')
    {
        *address = ProxyAddress(format!("{prefix}:{}", in_other_case(mail)).into());
    }
}

/// A case of the same commands with other values in them.
pub(super) fn varied(base: &Case, case: Case) -> Option<Variation> {
    let is_varied = base.has_cycle() && case != *base;
    is_varied.then(|| Variation::step_by_step(case, SpeaksOf::VariedWork))
}
