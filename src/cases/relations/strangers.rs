//! A relation about objects that have nothing to do with each other.

use super::footprints::Footprints;
use super::variation::{SpeaksOf, Variation};
use crate::cases::Case;
use crate::cases::vocabulary::primary;
use crate::directory::{Attributes, CloudRef, CloudSetup, Command, Kind, OnPremisesObject, Text};

/// Unrelated objects change no decision.
pub(super) fn with_strangers(base: &Case) -> Option<Variation> {
    if !base.commands.iter().any(|command| matches!(command, Command::Sync(_))) {
        return None;
    }
    let footprints = Footprints::of(&base.tenant, &base.commands);
    // Of a kind that the case has anyway: the implementation need not know any other.
    let created = base.commands.iter().find_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object),
        _ => None,
    });
    let example = base.tenant.on_premises.first().or(created)?;
    let kind = example.kind;
    let is_user = kind == Kind::User;
    let mail_enabled = kind == Kind::Group;
    let fresh = |form: &dyn Fn(usize) -> String| -> Option<Text> {
        (1..).map(form).find(|text| footprints.is_fresh(text)).map(Into::into)
    };
    let in_the_cloud = fresh(&|number| format!("stranger{number}@fabrikam.com"))?;
    let on_premises = fresh(&|number| format!("other.stranger{number}@fabrikam.com"))?;
    let anchor = fresh(&|number| format!("U3RyYW5nZXI{number}"))?;
    let unused = |name: &str, is_used: &dyn Fn(&str) -> bool| -> Option<Text> {
        let names = (1..).map(|number| format!("{name}-{number}"));
        names.into_iter().find(|name| !is_used(name)).map(Into::into)
    };
    let label = unused("stranger", &|name| {
        footprints.objects().any(|(object, _)| object.to_string() == name)
    })?;
    let key = unused("stranger-ad", &|name| {
        footprints.neighbourhood(&CloudRef::JoinedTo(name.into())).is_some()
    })?;
    let stranger = CloudSetup {
        label,
        kind,
        mail_enabled,
        on_premises_immutable_id: None,
        proxy_addresses: vec![primary(&in_the_cloud)],
        user_principal_name: is_user.then_some(in_the_cloud),
        // What does not identify anybody is no relation, although it is the same.
        attributes: without_mail(&example.attributes),
        password: None,
        roles: Default::default(),
    };
    let other = OnPremisesObject {
        key,
        kind,
        mail_enabled,
        source_anchor: Some(anchor),
        proxy_addresses: vec![primary(&on_premises)],
        user_principal_name: is_user.then_some(on_premises),
        attributes: base
            .tenant
            .cloud
            .first()
            .map_or_else(Attributes::new, |cloud| without_mail(&cloud.attributes)),
        password: None,
    };
    let mut case = base.clone();
    case.tenant.cloud.insert(0, stranger.clone());
    case.tenant.on_premises.insert(0, other);
    let variation = Variation::step_by_step(case, SpeaksOf::Work);
    Some(Variation { bystander: Some(stranger), ..variation })
}

/// The attributes but for `mail`, which may lead a service to an object.
fn without_mail(attributes: &Attributes) -> Attributes {
    attributes
        .iter()
        .filter(|(name, _)| &***name != "mail")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
