//! Makes one case: what is there at each point, and where values come from.

use super::Sequences;
use super::chance::Chance;
use super::pools::{ANCHORS, Anchor, Name, PEOPLE, Pools};
use super::preset::Preset;
use crate::cases::Case;
use crate::directory::{Command, Features, Kind, Tenant};

/// The most objects that one side of a case has, counting those that are gone.
pub(super) const MOST_OBJECTS: usize = PEOPLE.len();

/// The most mail addresses that a generated object has.
const MOST_MAILS: usize = 3;

/// A side of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Cloud,
    OnPremises,
}

impl Side {
    pub(super) fn other(self) -> Side {
        match self {
            Side::Cloud => Side::OnPremises,
            Side::OnPremises => Side::Cloud,
        }
    }
}

/// What a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    UserPrincipalName,
    Primary,
    Secondary,
}

/// What the generator remembers of an object: what it was last told to have. What an
/// implementation makes of it is not known here, nor need it be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) kind: Kind,
    /// The position of its label or key in the pool.
    pub(super) called: u8,
    pub(super) name: Option<Name>,
    pub(super) mails: Mails,
    pub(super) anchor: Option<Anchor>,
    /// The roles that it was given: one bit for each in the pool. For an on-premises object those
    /// of the object that it is joined to.
    pub(super) roles: u8,
    /// A command deleted it; for an on-premises object: the object that it is joined to.
    pub(super) is_deleted: bool,
}

/// The mail addresses of an object.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mails {
    list: [Option<Name>; MOST_MAILS],
    count: u8,
    /// The first of them is the primary address.
    pub(super) has_primary: bool,
}

impl Mails {
    pub(super) fn push(&mut self, name: Name) {
        if let Some(place) = self.list.get_mut(usize::from(self.count)) {
            *place = Some(name);
            self.count += 1;
        }
    }

    pub(super) fn first(&self) -> Option<Name> {
        self.list[0]
    }

    fn primary(&self) -> Option<Name> {
        self.list[0].filter(|_| self.has_primary)
    }

    fn secondary(&self) -> Option<Name> {
        self.list[usize::from(self.has_primary)]
    }

    pub(super) fn persons(&self) -> u16 {
        self.list.iter().flatten().fold(0, |set, name| set | 1 << name.person)
    }
}

impl Seen {
    /// Its value in this role, and if it has none, any of its names.
    fn value(&self, role: Role) -> Option<Name> {
        let wanted = match role {
            Role::UserPrincipalName => self.name,
            Role::Primary => self.mails.primary(),
            Role::Secondary => self.mails.secondary(),
        };
        wanted.or(self.mails.list[0]).or(self.name)
    }
}

/// The objects of one side, in a fixed place: there are few.
pub(super) struct Objects {
    list: [Option<Seen>; MOST_OBJECTS],
    pub(super) count: usize,
    /// The labels or keys that are in use, one bit for each in the pool.
    called: u16,
}

impl Objects {
    fn new() -> Objects {
        Objects { list: [None; MOST_OBJECTS], count: 0, called: 0 }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Seen> {
        self.list.get(index)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Seen> {
        self.list.get_mut(index)?.as_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.list.iter().flatten()
    }

    pub(super) fn is_full(&self) -> bool {
        self.count == MOST_OBJECTS
    }

    pub(super) fn push(&mut self, seen: Seen) {
        if let Some(place) = self.list.get_mut(self.count) {
            *place = Some(seen);
            self.count += 1;
        }
    }

    /// A label or key that is not in use: that of the person whose name the object has, if it can
    /// be, so that the case is easy to read.
    pub(super) fn call(&mut self, name: Option<Name>) -> u8 {
        let own = name.map(|name| name.person).filter(|person| self.called & (1 << person) == 0);
        let called = own.unwrap_or_else(|| first_free(self.called));
        self.called |= 1 << called;
        called
    }
}

/// The first person that is not in the set.
fn first_free(persons: u16) -> u8 {
    u8::try_from((!persons).trailing_zeros()).unwrap_or_default().min(PEOPLE.len() as u8 - 1)
}

/// Makes one case.
pub(super) struct Generator<'a> {
    pub(super) chance: Chance,
    pub(super) preset: &'a Preset,
    pub(super) settings: &'a Sequences,
    pub(super) pools: &'a Pools,
    pub(super) cloud: Objects,
    pub(super) on_premises: Objects,
    pub(super) features: Features,
    /// The persons whose names anything in the case has had.
    persons: u16,
    /// The letters of anchors that anything in the case has had.
    letters: u16,
    /// The anchors that on-premises objects have now.
    pub(super) source_anchors: u32,
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        chance: Chance,
        preset: &'a Preset,
        settings: &'a Sequences,
        pools: &'a Pools,
    ) -> Generator<'a> {
        Generator {
            chance,
            preset,
            settings,
            pools,
            cloud: Objects::new(),
            on_premises: Objects::new(),
            features: Features::default(),
            persons: 0,
            letters: 0,
            source_anchors: 0,
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
            soft_match: !self.chance.percent(preset.starts_without_soft_match),
            password_hash_sync: !self.chance.percent(preset.starts_without_password_hash_sync),
        };
        let cloud = self.chance.weighted(&preset.cloud_objects).unwrap_or_default();
        let on_premises = self.chance.weighted(&preset.on_premises_objects).unwrap_or_default();
        let features = self.features;
        let cloud = (0..cloud).filter_map(|_| self.cloud_object(true)).collect();
        let on_premises = (0..on_premises).filter_map(|_| self.on_premises_object()).collect();
        Tenant { features, cloud, on_premises }
    }

    fn commands(&mut self) -> Vec<Command> {
        let cycles = self.preset.cycles;
        let length = self.length();
        let mut commands = Vec::with_capacity(length);
        let mut has_synced = false;
        let is_idle = |commands: &[Command]| matches!(commands.last(), Some(Command::Sync(_)));
        // The last place is the final sync's.
        while commands.len() + 1 < length {
            let command = if !has_synced && self.chance.percent(cycles.first) {
                Command::sync()
            } else {
                let command = self.command();
                let is_sync = matches!(command, Command::Sync(_));
                if is_sync && is_idle(&commands) && !self.chance.percent(cycles.idle) {
                    self.command()
                } else {
                    command
                }
            };
            has_synced |= matches!(command, Command::Sync(_));
            commands.push(command);
        }
        if commands.len() > 1
            && !is_idle(&commands)
            && self.chance.percent(cycles.second_at_the_end)
        {
            commands.pop();
            commands.push(Command::sync());
        }
        commands.push(Command::sync());
        commands
    }

    /// How many commands the case has.
    fn length(&mut self) -> usize {
        let most = self.settings.max_commands;
        let (from, to) = match self.chance.below(4) {
            0 => (1, most / 5),
            1 | 2 => (most / 5 + 1, most / 2),
            _ => (most / 2 + 1, most),
        };
        let to = to.max(from).min(most);
        let from = from.min(to);
        from + self.chance.below(to - from + 1)
    }

    pub(super) fn side(&self, side: Side) -> &Objects {
        match side {
            Side::Cloud => &self.cloud,
            Side::OnPremises => &self.on_premises,
        }
    }

    /// Any object of that side.
    pub(super) fn any_of(&mut self, side: Side) -> Option<Seen> {
        let count = self.side(side).count;
        let index = if count == 0 { return None } else { self.chance.below(count) };
        self.side(side).get(index).copied()
    }

    /// Any object.
    pub(super) fn any(&mut self) -> Option<Seen> {
        let (cloud, on_premises) = (self.cloud.count, self.on_premises.count);
        if cloud + on_premises == 0 {
            return None;
        }
        let index = self.chance.below(cloud + on_premises);
        let found =
            if index < cloud { self.cloud.get(index) } else { self.on_premises.get(index - cloud) };
        found.copied()
    }

    /// A name for this role, from that object if there is one, and else fresh.
    pub(super) fn name(&mut self, role: Role, side: Side, from: Option<Seen>) -> Name {
        let values = self.preset.values;
        let taken = from.and_then(|object| {
            let wanted = if self.chance.percent(values.across_roles) {
                [Role::UserPrincipalName, Role::Primary, Role::Secondary][self.chance.below(3)]
            } else {
                role
            };
            object.value(wanted)
        });
        let mut name = match taken {
            Some(name) if self.chance.percent(values.other_case) => {
                Name { capitals: !name.capitals, ..name }
            }
            Some(name) => name,
            None => Name { person: self.fresh_person(), capitals: false },
        };
        name.person = self.kept_apart(role, side, name.person);
        self.persons |= 1 << name.person;
        name
    }

    /// A person who is in no set of these: first those who nothing in the case was named after.
    pub(super) fn person_beside(&mut self, role: Role, side: Side, taken: u16) -> Option<u8> {
        let person = self.fresh_person();
        let person = self.kept_apart(role, side, person);
        let mut others = (0..PEOPLE.len() as u8).map(|other| self.kept_apart(role, side, other));
        let found = Some(person)
            .filter(|person| taken & (1 << person) == 0)
            .or_else(|| others.find(|other| taken & (1 << other) == 0))?;
        self.persons |= 1 << found;
        Some(found)
    }

    fn fresh_person(&mut self) -> u8 {
        let all = (1_u16 << PEOPLE.len()) - 1;
        if self.persons == all {
            self.chance.below(PEOPLE.len()) as u8
        } else {
            first_free(self.persons)
        }
    }

    /// Where the two sides must have nothing in common, each has every other person.
    fn kept_apart(&self, role: Role, side: Side, person: u8) -> u8 {
        let apart = self.settings.apart;
        let is_apart = match role {
            Role::UserPrincipalName => apart.names,
            Role::Primary | Role::Secondary => apart.mails,
        };
        if is_apart { person & !1 | u8::from(side == Side::OnPremises) } else { person }
    }

    /// An anchor that is not taken, from that object if there is one with an anchor, and else
    /// fresh.
    pub(super) fn anchor(&mut self, side: Side, from: Option<Seen>, taken: u32) -> Option<Anchor> {
        let mut wanted = from.and_then(|object| object.anchor);
        if let Some(anchor) = &mut wanted
            && self.chance.percent(self.preset.values.other_case)
        {
            anchor.other_case = !anchor.other_case;
        }
        let fresh = u8::try_from((!self.letters).trailing_zeros()).unwrap_or_default();
        let fresh = Anchor { letters: fresh.min(ANCHORS.len() as u8 - 1), other_case: false };
        let all = (0..ANCHORS.len() as u8)
            .flat_map(|letters| [false, true].map(|other_case| Anchor { letters, other_case }));
        let is_apart = self.settings.apart.anchors;
        let found = wanted
            .into_iter()
            .chain([fresh])
            .chain(all)
            .map(|anchor| match is_apart {
                true => Anchor {
                    letters: anchor.letters & !1 | u8::from(side == Side::OnPremises),
                    ..anchor
                },
                false => anchor,
            })
            .find(|anchor| taken & anchor.bit() == 0)?;
        self.letters |= 1 << found.letters;
        Some(found)
    }
}
