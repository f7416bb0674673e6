//! Other starts for the same commands.
//!
//! What takes several commands can often be had from the start, but by quite another tenant than
//! the one that the search came upon, with many changes at once between the two.

use super::detours::{counterpart, free_label, refer_to};
use super::objects::{on_premises_objects, variant, with_on_premises_object};
use crate::cases::Case;
use crate::cases::sequence::{ANCHORS, PEOPLE};
use crate::directory::{
    CloudRef, CloudSetup, Command, Kind, OnPremisesObject, ProxyAddress, Tenant, Text,
};

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    for (index, object) in on_premises_objects(case).enumerate() {
        freed_in_the_same_cycle(case, object, all);
        // Nothing that only users have: no name to be found by.
        with_on_premises_object(case, index, all, |object| {
            object.kind = Kind::Contact;
            object.mail_enabled = false;
            object.user_principal_name = None;
            object.password = None;
        });
    }
    for (index, command) in case.commands.iter().enumerate() {
        if let Command::RemoveRole(remove) = command {
            role_to_take_away(case, index, &remove.role, all);
        }
    }
}

/// A start in which the object fails in the first cycle: its address is a secondary one of another
/// user. Where an object that comes after it takes that user over and so sets the address free, the
/// second cycle finds the object's way clear, without a command in between.
fn freed_in_the_same_cycle(case: &Case, object: &OnPremisesObject, all: &mut Vec<Case>) {
    let own_name = object.user_principal_name.as_deref();
    let mut people = PEOPLE
        .iter()
        .map(|person| (*person, Text::from(format!("{person}@contoso.com"))))
        .filter(|(person, name)| {
            let key = format!("{person}-ad");
            own_name.is_none_or(|own| !own.eq_ignore_ascii_case(name)) && *object.key != *key
        });
    let (Some((holder, name)), Some((_, mail)), Some((label, _))) =
        (people.next(), people.next(), people.next())
    else {
        return;
    };
    let own_anchor = object.source_anchor.as_deref();
    let mut anchors = ANCHORS.iter().map(|both| both[0]);
    let Some(anchor) = anchors.find(|anchor| own_anchor != Some(*anchor)) else { return };

    let address = ProxyAddress(format!("SMTP:{mail}").into());
    let own_address = ProxyAddress(format!("SMTP:{name}").into());
    let mut blocked = object.clone();
    blocked.proxy_addresses = vec![address.clone()];
    let taking_over = OnPremisesObject {
        key: format!("{holder}-ad").into(),
        kind: Kind::User,
        mail_enabled: false,
        source_anchor: Some(anchor.into()),
        user_principal_name: Some(name),
        proxy_addresses: Vec::new(),
        attributes: Default::default(),
        password: None,
    };
    let mut in_the_way = counterpart(&holder.into(), &taking_over);
    in_the_way.proxy_addresses = vec![ProxyAddress(format!("smtp:{mail}").into())];
    // Whom the object is matched with once nothing stops it.
    let mut own = counterpart(&label.into(), &blocked);
    own.proxy_addresses.clear();

    for has_own in [false, true] {
        // The address stays where it is, goes away, or becomes the user's primary one. Addresses
        // only go where others come: what has no value on-premises may stay.
        for left_with in [None, Some(&own_address), Some(&address)] {
            variant(case, all, |case| {
                let mut cloud = vec![in_the_way.clone()];
                cloud.extend(has_own.then(|| own.clone()));
                let mut on_premises = vec![blocked.clone()];
                on_premises.extend(left_with.map(|address| OnPremisesObject {
                    proxy_addresses: vec![address.clone()],
                    ..taking_over.clone()
                }));
                case.tenant = Tenant { cloud, on_premises, ..case.tenant };
            });
        }
    }
}

/// A start with a user who has the role that the command takes away.
fn role_to_take_away(case: &Case, index: usize, role: &Text, all: &mut Vec<Case>) {
    let Some(label) = free_label(case) else { return };
    let user = CloudSetup {
        label: label.clone(),
        kind: Kind::User,
        mail_enabled: false,
        on_premises_immutable_id: None,
        user_principal_name: Some(format!("{label}-{label}@contoso.com").into()),
        proxy_addresses: Vec::new(),
        attributes: Default::default(),
        password: None,
        roles: [role.clone()].into(),
    };
    variant(case, all, |case| {
        case.tenant.cloud.push(user);
        refer_to(&mut case.commands[index], &CloudRef::Label(label));
    });
}
