//! Makes one case: what is there at each point, and where values come from.

use super::preset::Preset;
use super::settings::{Sequences, Side};
use crate::cases::Case;
use crate::cases::vocabulary::{ANCHORS, DOMAIN, PEOPLE, in_other_case, name_of};
use crate::directory::{
    CloudRef, CloudSetup, Command, Features, Kind, OnPremisesObject, ProxyAddress, Tenant, Text,
    is_well_formed,
};
use proptest::bool::weighted;
use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;

/// What a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    UserPrincipalName,
    Primary,
    Secondary,
}

/// The values of an object that another one may be given.
#[derive(Clone)]
pub(super) struct Values {
    pub(super) kind: Kind,
    pub(super) name: Option<Text>,
    pub(super) primary: Option<Text>,
    secondary: Option<Text>,
    anchor: Option<Text>,
}

impl Values {
    fn new(
        kind: Kind,
        name: Option<&Text>,
        addresses: &[ProxyAddress],
        anchor: Option<&Text>,
    ) -> Values {
        let mail = |is_primary: bool| {
            let mut found = addresses.iter().filter(|address| address.is_primary() == is_primary);
            found.find_map(ProxyAddress::mail).map(Text::from)
        };
        Values {
            kind,
            name: name.cloned(),
            primary: mail(true),
            secondary: mail(false),
            anchor: anchor.cloned(),
        }
    }

    /// The value in this role, and if it has none, any of its names.
    fn in_role(self, role: Role) -> Option<Text> {
        let wanted = match role {
            Role::UserPrincipalName => self.name.clone(),
            Role::Primary => self.primary.clone(),
            Role::Secondary => self.secondary.clone(),
        };
        wanted.or(self.primary).or(self.secondary).or(self.name)
    }
}

impl From<&CloudSetup> for Values {
    fn from(object: &CloudSetup) -> Values {
        let anchor = object.on_premises_immutable_id.as_ref();
        let name = object.user_principal_name.as_ref();
        Values::new(object.kind, name, &object.proxy_addresses, anchor)
    }
}

impl From<&OnPremisesObject> for Values {
    fn from(object: &OnPremisesObject) -> Values {
        let anchor = object.source_anchor.as_ref();
        let name = object.user_principal_name.as_ref();
        Values::new(object.kind, name, &object.proxy_addresses, anchor)
    }
}

/// Makes one case. It remembers what objects were last told to have; what an implementation makes of
/// it is not known here, nor need it be.
pub(super) struct Generator<'a> {
    runner: &'a mut TestRunner,
    pub(super) preset: &'a Preset,
    pub(super) settings: &'a Sequences,
    pub(super) features: Features,
    pub(super) cloud: Vec<CloudSetup>,
    pub(super) on_premises: Vec<OnPremisesObject>,
    /// On-premises objects that were removed.
    pub(super) gone: Vec<OnPremisesObject>,
    /// Roles that objects were given, by the reference by which they were given.
    pub(super) roles: Vec<(CloudRef, Text)>,
    /// Roles that objects were made eligible for, likewise.
    pub(super) eligible_roles: Vec<(CloudRef, Text)>,
    /// The identifiers that anything on-premises in the case has had.
    pub(super) used_identifiers: Vec<Text>,
    /// What commands moved to the cloud.
    pub(super) managed: Vec<CloudRef>,
    /// What commands deleted.
    pub(super) deleted: Vec<CloudRef>,
    /// What objects had before they were changed.
    pub(super) former: Vec<Values>,
    /// The on-premises object that was changed last, as it was before.
    pub(super) before_change: Option<OnPremisesObject>,
    /// The people whose names anything in the case has had.
    used_people: Vec<&'static str>,
    /// The anchors that anything in the case has had, in their usual writing.
    used_anchors: Vec<&'static str>,
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        runner: &'a mut TestRunner,
        preset: &'a Preset,
        settings: &'a Sequences,
    ) -> Generator<'a> {
        Generator {
            runner,
            preset,
            settings,
            features: Features::default(),
            cloud: Vec::new(),
            on_premises: Vec::new(),
            gone: Vec::new(),
            roles: Vec::new(),
            eligible_roles: Vec::new(),
            used_identifiers: Vec::new(),
            managed: Vec::new(),
            deleted: Vec::new(),
            former: Vec::new(),
            before_change: None,
            used_people: Vec::new(),
            used_anchors: Vec::new(),
        }
    }

    pub(super) fn case(mut self) -> Case {
        let tenant = self.tenant();
        let commands = self.commands();
        Case { tenant, commands }
    }

    fn tenant(&mut self) -> Tenant {
        let preset = self.preset;
        self.features = Features {
            soft_match: !self.percent(preset.starts_without_soft_match),
            password_hash_sync: !self.percent(preset.starts_without_password_hash_sync),
            block_hard_match: self.percent(preset.starts_without_hard_match),
            soft_match_on_upn: !(self.settings.has_upn_switch
                && self.percent(preset.starts_without_soft_match)),
            identifier_update: self.settings.has_identifier_update && self.percent(15),
        };
        let in_the_cloud = self.position(&preset.cloud_objects).unwrap_or_default();
        let on_premises = self.position(&preset.on_premises_objects).unwrap_or_default();
        (0..in_the_cloud).for_each(|_| self.start_with_cloud_object());
        for _ in 0..on_premises {
            let object = self.on_premises_object();
            self.on_premises.extend(object);
        }
        Tenant {
            features: self.features,
            cloud: self.cloud.clone(),
            on_premises: self.on_premises.clone(),
        }
    }

    /// No two objects of a start have anything in common: what would is drawn again.
    fn start_with_cloud_object(&mut self) {
        for _ in 0..5 {
            let Some(object) = self.cloud_object() else { return };
            self.cloud.push(object);
            let tenant = Tenant { cloud: self.cloud.clone(), ..Tenant::default() };
            if is_well_formed(&tenant, &[]) {
                return;
            }
            self.cloud.pop();
        }
    }

    fn commands(&mut self) -> Vec<Command> {
        let cycles = self.preset.cycles;
        let settings = self.settings;
        let length = self.draw(settings.lengths(self.preset));
        let mut commands: Vec<Command> = Vec::new();
        let is_sync = |command: &Command| matches!(command, Command::Sync(_));
        // The last place is the final sync's.
        while commands.len() + 1 < length {
            let has_synced = commands.iter().any(is_sync);
            let is_idle = commands.last().is_some_and(is_sync);
            let command = if !has_synced && self.percent(cycles.first) {
                Command::sync()
            } else {
                let command = self.command();
                let is_dropped = is_sync(&command) && is_idle && !self.percent(cycles.idle);
                if is_dropped { self.command() } else { command }
            };
            commands.push(command);
        }
        let is_idle = commands.last().is_some_and(is_sync);
        if commands.len() > 1 && !is_idle && self.percent(cycles.second_at_the_end) {
            commands.pop();
            commands.push(Command::sync());
        }
        commands.push(Command::sync());
        commands
    }

    /// A value of this strategy, none of which ever rejects anything.
    pub(super) fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(self.runner).expect("nothing is filtered").current()
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: u8) -> bool {
        self.draw(weighted(f64::from(percent.min(100)) / 100.0))
    }

    /// One of these, each as often as the others.
    pub(super) fn any<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let count = u32::try_from(all.len()).ok().filter(|count| *count > 0)?;
        let at = self.draw(0..count);
        all.get(at as usize).cloned()
    }

    /// A position, each as often as its weight says. `None` where every weight is 0.
    pub(super) fn position(&mut self, weights: &[u8]) -> Option<usize> {
        let total: u32 = weights.iter().copied().map(u32::from).sum();
        let mut left = if total == 0 { return None } else { self.draw(0..total) };
        weights.iter().position(|weight| {
            let is_here = left < u32::from(*weight);
            left = left.saturating_sub(u32::from(*weight));
            is_here
        })
    }

    /// One of these, each as often as its weight says. `None` where every weight is 0.
    pub(super) fn one_of<T: Copy>(&mut self, options: &[(u8, T)]) -> Option<T> {
        let weights: Vec<u8> = options.iter().map(|(weight, _)| *weight).collect();
        self.position(&weights).map(|at| options[at].1)
    }

    /// Any object of that side.
    pub(super) fn object_of(&mut self, side: Side) -> Option<Values> {
        let objects = self.objects_of(side);
        self.any(&objects)
    }

    /// Any object.
    pub(super) fn object(&mut self) -> Option<Values> {
        let mut objects = self.objects_of(Side::Cloud);
        objects.extend(self.objects_of(Side::OnPremises));
        self.any(&objects)
    }

    fn objects_of(&self, side: Side) -> Vec<Values> {
        match side {
            Side::Cloud => self.cloud.iter().map(Values::from).collect(),
            Side::OnPremises => self.on_premises.iter().map(Values::from).collect(),
        }
    }

    /// A name for this role, from that object if there is one, and else fresh.
    pub(super) fn name(&mut self, role: Role, side: Side, from: Option<Values>) -> Text {
        let values = self.preset.values;
        let people = match role {
            Role::UserPrincipalName => self.settings.people_who_sign_in(side),
            Role::Primary | Role::Secondary => self.settings.people_with_addresses(side),
        };
        let taken = from.and_then(|object| {
            let roles = [Role::UserPrincipalName, Role::Primary, Role::Secondary];
            let other = if self.percent(values.across_roles) { self.any(&roles) } else { None };
            object.in_role(other.unwrap_or(role))
        });
        let taken = taken.filter(|name| people.iter().any(|person| is_named(person, name)));
        let name = match taken {
            Some(name) if self.percent(values.other_case) => match name.split_once('@') {
                Some((local, _)) => format!("{}@{DOMAIN}", in_other_case(local)).into(),
                None => name,
            },
            Some(name) => name,
            None => {
                let fresh = people.iter().find(|person| !self.used_people.contains(person));
                let person = fresh.copied().or_else(|| self.any(&people));
                name_of(person.unwrap_or(PEOPLE[0]))
            }
        };
        self.used_people.extend(PEOPLE.iter().filter(|person| is_named(person, &name)));
        name
    }

    /// An anchor that no on-premises object has, if it is for one: from that object if there is one
    /// with an anchor, and else fresh.
    pub(super) fn anchor(&mut self, side: Side, from: Option<Values>) -> Option<Text> {
        let anchors = self.settings.anchors(side);
        let wanted = from.and_then(|object| object.anchor).map(|anchor| {
            let both = ANCHORS.iter().find(|both| both.contains(&&*anchor));
            match both {
                Some([usual, other]) if self.percent(self.preset.values.other_case) => {
                    Text::from(if *anchor == **usual { *other } else { *usual })
                }
                _ => anchor,
            }
        });
        let is_free = |anchor: &str| {
            let has = |object: &OnPremisesObject| object.source_anchor.as_deref() == Some(anchor);
            side == Side::Cloud || !self.on_premises.iter().any(has)
        };
        let fresh = anchors.iter().find(|[usual, _]| !self.used_anchors.contains(usual));
        let found = wanted
            .as_deref()
            .into_iter()
            .filter(|wanted| anchors.iter().flatten().any(|known| known == wanted))
            .chain(fresh.map(|[usual, _]| *usual))
            .chain(anchors.iter().flatten().copied())
            .find(|anchor| is_free(anchor))?;
        let found = Text::from(found);
        let used = ANCHORS.iter().find(|both| both.contains(&&*found));
        self.used_anchors.extend(used.map(|[usual, _]| *usual));
        Some(found)
    }
}

/// Whether a name is this person's, in whatever letter case.
pub(super) fn is_named(person: &str, name: &str) -> bool {
    name.split_once('@').is_some_and(|(local, _)| local.eq_ignore_ascii_case(person))
}
