//! Random cases about a few people, each with identifiers of their own that are mixed up now and
//! then: most of what happens is settled, and whatever is left open occurs as well.

use entra_conformance::cases::Case;
use entra_conformance::directory::{
    AssignRole, Attributes, Change, CloudObjectChange, CloudRef, CloudSetup, Command,
    CreateCloudObject, CreateOnPremisesObject, DeleteCloudObject, Feature, Features, Kind,
    OnPremisesChange, OnPremisesObject, ProxyAddress, RemoveRole, RestoreCloudObject, SetFeature,
    SetImmutableId, Text, UpdateCloudObject, UpdateOnPremisesObject, problems_of_case,
};
use proptest::prelude::*;
use proptest::sample::select;

/// Somebody, and what identifies them on both sides as long as nothing is mixed up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    name: &'static str,
    kind: Kind,
    anchor: &'static str,
}

const PEOPLE: &[Person] = &[
    Person { name: "ann", kind: Kind::User, anchor: "QUFB" },
    Person { name: "bob", kind: Kind::User, anchor: "QkJC" },
    Person { name: "cat", kind: Kind::User, anchor: "Q0ND" },
    Person { name: "dan", kind: Kind::User, anchor: "RERE" },
    Person { name: "eve", kind: Kind::User, anchor: "RUVF" },
    Person { name: "fay", kind: Kind::User, anchor: "RkZG" },
    Person { name: "orders", kind: Kind::Contact, anchor: "R0dH" },
    Person { name: "staff", kind: Kind::Group, anchor: "SEhI" },
];

fn user_principal_name(person: Person) -> Text {
    format!("{}@contoso.com", person.name).into()
}

fn primary(person: Person) -> ProxyAddress {
    (&*format!("SMTP:{}.mail@contoso.com", person.name)).into()
}

fn secondary(person: Person) -> ProxyAddress {
    (&*format!("smtp:{}.also@contoso.com", person.name)).into()
}

/// Who there is, and how often values are their own for once that they are anybody's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct World {
    people: &'static [Person],
    own: u32,
}

/// Where most is as it should be, and the relations speak of most objects.
pub(crate) const ORDERLY: World = World { people: PEOPLE, own: 14 };

/// Where everybody is in everybody's way, and most is left open sooner or later.
pub(crate) const CROWDED: World = World { people: &[PEOPLE[0], PEOPLE[1], PEOPLE[6]], own: 2 };

impl World {
    fn person(self) -> impl Strategy<Value = Person> {
        select(self.people)
    }

    /// Mostly this person, and sometimes another one: values get mixed up.
    fn mostly(self, person: Person) -> impl Strategy<Value = Person> {
        prop_oneof![self.own => Just(person), 1 => select(self.people)]
    }
}

fn addresses(world: World, person: Person) -> impl Strategy<Value = Vec<ProxyAddress>> {
    let first = prop::option::weighted(0.6, world.mostly(person).prop_map(primary));
    let second = prop::option::weighted(0.3, world.mostly(person).prop_map(secondary));
    let odd = prop::option::weighted(
        0.03,
        select(&["X500:/o=Contoso", "smtp:ann@contoso.com", "smtp:bob.mail@contoso.com"][..])
            .prop_map(ProxyAddress::from),
    );
    (first, second, odd)
        .prop_map(|(first, second, odd)| [first, second, odd].into_iter().flatten().collect())
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let names = select(&["displayName", "department", "department", "jobTitle", "mail"][..]);
    let values = select(&["Sales", "Audit", "ann@contoso.com"][..]);
    prop::collection::btree_map(names.prop_map(Text::from), values.prop_map(Text::from), 0..3)
        .prop_map(|mut attributes| {
            // `mail` leads to nothing that is settled, so it is rare.
            if attributes.len() > 1 {
                attributes.remove("mail");
            }
            attributes.into_iter().collect()
        })
}

fn on_premises(world: World) -> impl Strategy<Value = OnPremisesObject> {
    world.person().prop_flat_map(move |person| {
        (
            world.mostly(person),
            world.mostly(person),
            addresses(world, person),
            attributes(),
            any::<bool>(),
        )
            .prop_map(move |(named, anchored, proxy_addresses, attributes, password)| {
                let is_user = person.kind == Kind::User;
                let key = format!("{}-ad", person.name);
                let mut object = OnPremisesObject::new(key, person.kind, anchored.anchor);
                object.mail_enabled = person.kind == Kind::Group;
                object.user_principal_name = is_user.then(|| user_principal_name(named));
                object.proxy_addresses = proxy_addresses;
                object.attributes = attributes;
                let password = (is_user && password).then(|| format!("pw-{}", person.name));
                object.password = password.map(Text::from);
                object
            })
    })
}

fn cloud(world: World) -> impl Strategy<Value = CloudSetup> {
    world.person().prop_flat_map(move |person| {
        let anchor = prop::option::weighted(0.2, world.mostly(person));
        let extra = 0..10_u8;
        (world.mostly(person), anchor, addresses(world, person), attributes(), extra).prop_map(
            move |(named, anchored, proxy_addresses, mut attributes, extra)| {
                let is_user = person.kind == Kind::User;
                attributes.entry("office".into()).or_insert_with(|| person.name.into());
                let mut object = CloudSetup::new(person.name, person.kind);
                object.mail_enabled = person.kind == Kind::Group && extra != 5;
                object.on_premises_immutable_id = anchored.map(|person| person.anchor.into());
                object.user_principal_name = is_user.then(|| match extra {
                    0..8 => user_principal_name(named),
                    _ => format!("{}.old@contoso.com", person.name).into(),
                });
                object.proxy_addresses = proxy_addresses;
                object.attributes = attributes;
                object.password = (is_user && extra < 3).then(|| "pw-cloud".into());
                let is_administrator = is_user && extra == 0;
                object.roles = is_administrator.then(|| "Reader".into()).into_iter().collect();
                object
            },
        )
    })
}

fn reference(world: World) -> impl Strategy<Value = CloudRef> {
    world.person().prop_flat_map(move |person| {
        let key = || Text::from(format!("{}-ad", person.name));
        prop_oneof![
            5 => Just(CloudRef::Label(person.name.into())),
            5 => Just(CloudRef::JoinedTo(key())),
            1 => Just(CloudRef::QuarantinedFor(key())),
        ]
    })
}

fn on_premises_change(world: World) -> impl Strategy<Value = Command> {
    let which = 0..12_u8;
    (world.person(), which).prop_flat_map(move |(person, which)| {
        (world.mostly(person), addresses(world, person), attributes()).prop_map(
            move |(other, addresses, attributes)| {
                let mut set = OnPremisesChange::default();
                match which {
                    0 if person.kind == Kind::User => {
                        set.user_principal_name = Change::Set(user_principal_name(other));
                    }
                    1 if person.kind == Kind::User => {
                        let name = format!("{}.new@contoso.com", person.name);
                        set.user_principal_name = Change::Set(name.into());
                    }
                    2..4 => set.proxy_addresses = Change::Set(addresses),
                    4 => set.source_anchor = Change::Set(other.anchor.into()),
                    5 if person.kind == Kind::User => set.password = Change::Set("pw-new".into()),
                    6 => set.attributes = [("department".into(), None)].into(),
                    _ => {
                        let values = attributes.into_iter();
                        set.attributes = values.map(|(name, value)| (name, Some(value))).collect();
                        set.attributes.insert("displayName".into(), Some("New".into()));
                    }
                }
                let key = format!("{}-ad", person.name).into();
                Command::UpdateOnPremisesObject(UpdateOnPremisesObject::new(key, set))
            },
        )
    })
}

fn cloud_change(world: World) -> impl Strategy<Value = Command> {
    (reference(world), 0..8_u8, world.person(), attributes()).prop_flat_map(
        move |(object, which, other, attributes)| {
            addresses(world, other).prop_map(move |addresses| {
                let mut set = CloudObjectChange::default();
                match which {
                    0 => set.user_principal_name = Change::Set(user_principal_name(other)),
                    1 => {
                        let name = format!("{}.old@contoso.com", other.name);
                        set.user_principal_name = Change::Set(name.into());
                    }
                    2 | 3 => set.proxy_addresses = Change::Set(addresses),
                    4 => set.password = Change::Set("pw-edited".into()),
                    _ => {
                        let values = attributes.clone().into_iter();
                        set.attributes = values.map(|(name, value)| (name, Some(value))).collect();
                    }
                }
                let object = object.clone();
                Command::UpdateCloudObject(UpdateCloudObject::new(object, set))
            })
        },
    )
}

fn command(world: World) -> impl Strategy<Value = Command> {
    let role = || select(&["Reader", "Global Administrator"][..]).prop_map(Text::from);
    prop_oneof![
        16 => Just(Command::sync()),
        2 => Just(Command::reinstall()),
        8 => on_premises(world).prop_map(|object| {
            Command::CreateOnPremisesObject(CreateOnPremisesObject::new(object))
        }),
        9 => on_premises_change(world),
        3 => cloud(world).prop_map(|object| Command::CreateCloudObject(CreateCloudObject::new(object))),
        3 => cloud_change(world),
        1 => (reference(world), prop::option::of(world.person())).prop_map(|(object, person)| {
            let value = person.map(|person| person.anchor.into());
            Command::SetImmutableId(SetImmutableId::new(object, value))
        }),
        2 => (reference(world), role())
            .prop_map(|(object, role)| Command::AssignRole(AssignRole::new(object, role))),
        2 => (reference(world), role())
            .prop_map(|(object, role)| Command::RemoveRole(RemoveRole::new(object, role))),
        1 => (reference(world), any::<bool>()).prop_map(|(object, permanently)| {
            Command::DeleteCloudObject(DeleteCloudObject::new(object, permanently))
        }),
        1 => reference(world)
            .prop_map(|object| Command::RestoreCloudObject(RestoreCloudObject::new(object))),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(which, value)| {
            let feature = if which { Feature::SoftMatch } else { Feature::PasswordHashSync };
            Command::SetFeature(SetFeature::new(feature, value))
        }),
    ]
}

/// A well-formed case: what would make it ill-formed is left out, piece by piece.
pub(crate) fn case(world: World) -> impl Strategy<Value = Case> {
    let is_on = || prop::bool::weighted(0.8);
    let features = (is_on(), is_on()).prop_map(|(soft_match, password_hash_sync)| {
        let mut features = Features::default();
        features.set(Feature::SoftMatch, soft_match);
        features.set(Feature::PasswordHashSync, password_hash_sync);
        features
    });
    (
        features,
        prop::collection::vec(cloud(world), 0..5),
        prop::collection::vec(on_premises(world), 0..4),
        prop::collection::vec(command(world), 1..10),
    )
        .prop_map(|(features, cloud, on_premises, commands)| {
            let mut case = Case::default();
            case.tenant.features = features;
            let is_good = |case: &Case| problems_of_case(&case.tenant, &case.commands).is_empty();
            for object in cloud {
                case.tenant.cloud.push(object);
                if !is_good(&case) {
                    case.tenant.cloud.pop();
                }
            }
            for object in on_premises {
                case.tenant.on_premises.push(object);
                if !is_good(&case) {
                    case.tenant.on_premises.pop();
                }
            }
            for command in commands {
                case.commands.push(command);
                if !is_good(&case) {
                    case.commands.pop();
                }
            }
            case
        })
}
