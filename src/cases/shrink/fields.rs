//! Fewer fields with values, and the simplest kinds, addresses and references.

use super::objects::{
    cloud_objects, cloud_objects_mut, on_premises_objects, on_premises_objects_mut, variant,
};
use crate::cases::Case;
use crate::cases::form::{case_of_form, form_of, without_every, without_one_part};
use crate::cases::vocabulary::{PEOPLE, name_of, primary};
use crate::directory::{AddressKind, CloudRef, Kind, ProxyAddress, Text};
use serde_json::json;

/// What mostly does not matter.
const SELDOM_NEEDED: [&str; 9] = [
    "attributes",
    "password",
    "roles",
    "eligibleRoles",
    "objectIdentifier",
    "onPremisesObjectIdentifier",
    "proxyAddresses",
    "mailEnabled",
    "features",
];

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let form = form_of(case);
    all.extend(SELDOM_NEEDED.iter().filter_map(|name| case_of_form(&without_every(&form, name))));
    all.extend(without_one_part(&form).iter().filter_map(case_of_form));
    addresses(case, all);
    references(case, all);
    kinds(case, all);
}

/// Primary addresses for others.
fn addresses(case: &Case, all: &mut Vec<Case>) {
    let as_primary = |addresses: &mut Vec<ProxyAddress>, at: usize| {
        let mail = addresses[at].mail().map(str::to_owned);
        addresses.retain(|address| !address.is_primary());
        if let Some(mail) = mail {
            addresses.retain(|address| address.mail() != Some(&mail));
            addresses.insert(0, primary(&mail));
        }
    };
    for (index, object) in cloud_objects(case).enumerate() {
        for at in secondary_addresses(&object.proxy_addresses) {
            variant(case, all, |case| {
                let object = cloud_objects_mut(case).nth(index);
                object.into_iter().for_each(|one| as_primary(&mut one.proxy_addresses, at));
            });
        }
    }
    for (index, object) in on_premises_objects(case).enumerate() {
        for at in secondary_addresses(&object.proxy_addresses) {
            variant(case, all, |case| {
                let object = on_premises_objects_mut(case).nth(index);
                object.into_iter().for_each(|one| as_primary(&mut one.proxy_addresses, at));
            });
        }
    }
}

fn secondary_addresses(addresses: &[ProxyAddress]) -> impl Iterator<Item = usize> {
    let is_secondary = |at: &usize| addresses[*at].kind() == AddressKind::Secondary;
    (0..addresses.len()).filter(is_secondary)
}

/// A label instead of what an on-premises object is joined to.
fn references(case: &Case, all: &mut Vec<Case>) {
    for (at, command) in case.commands.iter().enumerate() {
        if !matches!(command.cloud_object(), None | Some(CloudRef::Label(_))) {
            for object in cloud_objects(case) {
                let mut form = form_of(case);
                form["steps"][at]["object"] = json!({ "label": object.label });
                all.extend(case_of_form(&form));
            }
        }
    }
}

/// Users instead of groups and contacts: all of them, each, and each with each of the other side,
/// since what matches must be of one kind.
fn kinds(case: &Case, all: &mut Vec<Case>) {
    with_users(case, all, &|_| true, &|_| true);
    let others = |kinds: Vec<Kind>| -> Vec<Option<usize>> {
        let others = (0..kinds.len()).filter(|at| kinds[*at] != Kind::User);
        std::iter::once(None).chain(others.map(Some)).collect()
    };
    let cloud = others(cloud_objects(case).map(|object| object.kind).collect());
    let on_premises = others(on_premises_objects(case).map(|object| object.kind).collect());
    for one in &cloud {
        for other in &on_premises {
            with_users(case, all, &|at| *one == Some(at), &|at| *other == Some(at));
        }
    }
}

fn with_users(
    case: &Case,
    all: &mut Vec<Case>,
    in_the_cloud: &dyn Fn(usize) -> bool,
    on_premises: &dyn Fn(usize) -> bool,
) {
    variant(case, all, |case| {
        let mut people = PEOPLE.iter().rev();
        // What has a primary address is named as it is, on both sides.
        let mut name = |addresses: &[ProxyAddress]| -> Text {
            let mail = addresses.iter().find(|one| one.is_primary()).and_then(ProxyAddress::mail);
            match mail {
                Some(mail) => mail.into(),
                None => people.next().map(|person| name_of(person)).unwrap_or_else(|| "".into()),
            }
        };
        for (at, object) in cloud_objects_mut(case).enumerate() {
            if object.kind != Kind::User && in_the_cloud(at) {
                object.kind = Kind::User;
                object.mail_enabled = false;
                object.user_principal_name = Some(name(&object.proxy_addresses));
            }
        }
        for (at, object) in on_premises_objects_mut(case).enumerate() {
            if object.kind != Kind::User && on_premises(at) {
                object.kind = Kind::User;
                object.mail_enabled = false;
                object.user_principal_name = Some(name(&object.proxy_addresses));
            }
        }
    });
}
