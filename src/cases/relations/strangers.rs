//! Relations about objects that have nothing to do with each other.

use super::footprints::Footprints;
use super::variation::{SpeaksOf, Variation};
use crate::cases::vocabulary::primary;
use crate::cases::{Case, required_capabilities};
use crate::directory::{
    Attributes, Capabilities, Capability, CloudRef, CloudSetup, Command, Kind, OnPremisesObject,
    Text,
};

/// Unrelated objects change no decision.
pub(super) fn with_strangers(base: &Case) -> Option<Variation> {
    if !base.has_cycle() {
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
        on_premises_object_identifier: None,
        proxy_addresses: vec![primary(&in_the_cloud)],
        user_principal_name: is_user.then_some(in_the_cloud),
        // What does not identify anybody is no relation, although it is the same.
        attributes: without_mail(&example.attributes),
        password: None,
        roles: Default::default(),
        eligible_roles: Default::default(),
    };
    let other = OnPremisesObject {
        key,
        kind,
        mail_enabled,
        source_anchor: Some(anchor),
        object_identifier: None,
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

/// A crowd of so many unrelated objects changes no decision.
fn with_a_crowd(base: &Case, size: usize) -> Option<Variation> {
    if !base.has_cycle() {
        return None;
    }
    let footprints = Footprints::of(&base.tenant, &base.commands);
    let kinds = kinds(base);
    // Nothing that takes more than the case takes anyway.
    let needed = required_capabilities(&base.tenant, &base.commands);
    let mut case = base.clone();
    let (mut cloud, mut on_premises) = (Vec::new(), Vec::new());
    for number in 0.. {
        if cloud.len() + on_premises.len() >= size {
            break;
        }
        let (kind, mail_enabled) = *kinds.get(number % kinds.len().max(1))?;
        let member = Member { number, kind, mail_enabled };
        if !member.names().iter().all(|name| footprints.is_fresh(name)) {
            return None;
        }
        member.join(&needed, &mut cloud, &mut on_premises);
    }
    // Most of it before the objects of the case, and some after them.
    case.tenant.cloud.splice(0..0, cloud.split_off(cloud.len() / 20));
    case.tenant.cloud.extend(cloud);
    case.tenant.on_premises.splice(0..0, on_premises.split_off(on_premises.len() / 20));
    case.tenant.on_premises.extend(on_premises);
    Some(Variation::step_by_step(case, SpeaksOf::Work))
}

/// The same with 30 objects.
pub(super) fn with_thirty(base: &Case) -> Option<Variation> {
    with_a_crowd(base, 30)
}

/// The same with 120 objects: more than fit on a page of 100.
pub(super) fn with_a_hundred_and_twenty(base: &Case) -> Option<Variation> {
    with_a_crowd(base, 120)
}

/// The same with 2,400 objects, of which more than 1,000 are in the cloud and more than 1,000
/// on-premises: more than fit on a page of 1,000.
pub(super) fn with_thousands(base: &Case) -> Option<Variation> {
    with_a_crowd(base, 2_400)
}

/// The kinds of on-premises objects in a case: the implementation need not know any other.
fn kinds(base: &Case) -> Vec<(Kind, bool)> {
    let created = base.commands.iter().filter_map(|command| match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object),
        _ => None,
    });
    let objects = base.tenant.on_premises.iter().chain(created);
    let mut kinds: Vec<(Kind, bool)> =
        objects.map(|object| (object.kind, object.mail_enabled)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Somebody in the crowd.
struct Member {
    number: usize,
    kind: Kind,
    mail_enabled: bool,
}

impl Member {
    fn name(&self) -> String {
        format!("crowd{}@fabrikam.com", self.number)
    }

    fn address(&self) -> String {
        format!("crowd{}.mail@fabrikam.com", self.number)
    }

    fn anchor(&self) -> String {
        format!("Q3Jvd2Q{}", self.number)
    }

    fn names(&self) -> [String; 3] {
        [self.name(), self.address(), self.anchor()]
    }

    /// A cloud object that nothing leads to, an on-premises object that is new, or one on each side:
    /// to be matched by name or by address, or kept apart by a role.
    fn join(
        &self,
        needed: &Capabilities,
        cloud: &mut Vec<CloudSetup>,
        on_premises: &mut Vec<OnPremisesObject>,
    ) {
        let is_user = self.kind == Kind::User;
        let can_match_on = |capability| needed.has(capability);
        let by_name = is_user && can_match_on(Capability::MatchUserPrincipalName);
        let by_address = can_match_on(Capability::MatchProxyAddresses)
            && (is_user || self.mail_enabled || self.kind == Kind::Contact);
        let has_role = by_name && can_match_on(Capability::Roles);
        match self.number % 6 {
            0 => cloud.push(self.in_the_cloud()),
            1 => on_premises.push(self.on_premises()),
            2 if by_name => {
                // What it is called tells who it is; nobody knows it by its address.
                cloud.push(CloudSetup { proxy_addresses: Vec::new(), ..self.in_the_cloud() });
                on_premises.push(self.on_premises());
            }
            3 if by_address => {
                let name =
                    is_user.then(|| format!("crowd{}.cloud@fabrikam.com", self.number).into());
                cloud.push(CloudSetup { user_principal_name: name, ..self.in_the_cloud() });
                on_premises.push(self.on_premises());
            }
            4 if has_role => {
                let roles = [Text::from("Global Administrator")].into();
                cloud.push(CloudSetup { roles, ..self.in_the_cloud() });
                on_premises.push(self.on_premises());
            }
            5 if can_match_on(Capability::Passwords) && is_user => {
                on_premises.push(OnPremisesObject {
                    password: Some("pw-crowd".into()),
                    ..self.on_premises()
                });
            }
            _ => on_premises.push(self.on_premises()),
        }
    }

    fn in_the_cloud(&self) -> CloudSetup {
        CloudSetup {
            label: format!("crowd-{}", self.number).into(),
            kind: self.kind,
            mail_enabled: self.mail_enabled,
            on_premises_immutable_id: None,
            on_premises_object_identifier: None,
            user_principal_name: (self.kind == Kind::User).then(|| self.name().into()),
            proxy_addresses: vec![primary(&self.address())],
            attributes: self.attributes("in the cloud"),
            password: None,
            roles: Default::default(),
            eligible_roles: Default::default(),
        }
    }

    fn on_premises(&self) -> OnPremisesObject {
        OnPremisesObject {
            key: format!("crowd-{}-ad", self.number).into(),
            kind: self.kind,
            mail_enabled: self.mail_enabled,
            source_anchor: Some(self.anchor().into()),
            object_identifier: None,
            user_principal_name: (self.kind == Kind::User).then(|| self.name().into()),
            proxy_addresses: vec![primary(&self.address())],
            attributes: self.attributes("on-premises"),
            password: None,
        }
    }

    fn attributes(&self, side: &str) -> Attributes {
        let name = format!("Crowd {} {side}", self.number);
        [("displayName".into(), name.into())].into_iter().collect()
    }
}

/// The attributes but for `mail`, which may lead a service to an object.
fn without_mail(attributes: &Attributes) -> Attributes {
    attributes
        .iter()
        .filter(|(name, _)| &***name != "mail")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
