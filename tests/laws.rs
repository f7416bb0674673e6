//! The laws blame no correct implementation, apply often enough to be of use, and each notices the
//! mistakes that it is there for.
//!
//! `LAWS_CASES=20000 cargo test --release --test laws -- --nocapture` looks longer and tells how
//! often each law had something to say.

mod two_runs;

use entra_conformance::cases::Case;
use entra_conformance::cases::laws::{LawVerdict, all, law};
use entra_conformance::directory::{
    AssignRole, Change, CloudObject, CloudObjectChange, CloudRef, CloudSetup, Command,
    CreateCloudObject, CreateOnPremisesObject, DeclaredChoices, DeleteCloudObject, Feature,
    Features, Kind, OnPremisesChange, OnPremisesObject, ProxyAddress, RemoveRole,
    RestoreCloudObject, SetFeature, SetImmutableId, Snapshot, StepObservation, Tenant, Text,
    UpdateCloudObject, UpdateOnPremisesObject, problems_of_case, same_name,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::{Policy, ReferenceModel};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rstest::rstest;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use two_runs::apply;

// ---- cases -------------------------------------------------------------------------------------

/// Somebody, and what identifies them on both sides as long as nothing is mixed up.
#[derive(Clone, Copy, Debug)]
struct Person {
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
struct World {
    people: &'static [Person],
    own: u32,
}

/// Where most is as it should be, and the laws speak of most objects.
const ORDERLY: World = World { people: PEOPLE, own: 14 };

/// Where everybody is in everybody's way, and most is left open sooner or later.
const CROWDED: World = World { people: &[PEOPLE[0], PEOPLE[1], PEOPLE[6]], own: 2 };

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

fn attributes() -> impl Strategy<Value = BTreeMap<Text, Text>> {
    let names = select(&["displayName", "department", "department", "jobTitle", "mail"][..]);
    let values = select(&["Sales", "Audit", "ann@contoso.com"][..]);
    prop::collection::btree_map(names.prop_map(Text::from), values.prop_map(Text::from), 0..3)
        .prop_map(|mut attributes| {
            // `mail` leads to nothing that is settled, so it is rare.
            if attributes.len() > 1 {
                attributes.remove("mail");
            }
            attributes
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
                OnPremisesObject {
                    key: format!("{}-ad", person.name).into(),
                    kind: person.kind,
                    mail_enabled: person.kind == Kind::Group,
                    source_anchor: Some(anchored.anchor.into()),
                    user_principal_name: is_user.then(|| user_principal_name(named)),
                    proxy_addresses,
                    attributes,
                    password: (is_user && password).then(|| format!("pw-{}", person.name).into()),
                }
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
                CloudSetup {
                    label: person.name.into(),
                    kind: person.kind,
                    mail_enabled: person.kind == Kind::Group && extra != 5,
                    on_premises_immutable_id: anchored.map(|person| person.anchor.into()),
                    user_principal_name: is_user.then(|| match extra {
                        0..8 => user_principal_name(named),
                        _ => format!("{}.old@contoso.com", person.name).into(),
                    }),
                    proxy_addresses,
                    attributes,
                    password: (is_user && extra < 3).then(|| "pw-cloud".into()),
                    roles: (is_user && extra == 0).then(|| "Reader".into()).into_iter().collect(),
                }
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
                Command::UpdateOnPremisesObject(UpdateOnPremisesObject { key, set })
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
                Command::UpdateCloudObject(UpdateCloudObject { object, set })
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
            Command::CreateOnPremisesObject(CreateOnPremisesObject { object })
        }),
        9 => on_premises_change(world),
        3 => cloud(world).prop_map(|object| Command::CreateCloudObject(CreateCloudObject { object })),
        3 => cloud_change(world),
        1 => (reference(world), prop::option::of(world.person())).prop_map(|(object, person)| {
            let value = person.map(|person| person.anchor.into());
            Command::SetImmutableId(SetImmutableId { object, value })
        }),
        2 => (reference(world), role())
            .prop_map(|(object, role)| Command::AssignRole(AssignRole { object, role })),
        2 => (reference(world), role())
            .prop_map(|(object, role)| Command::RemoveRole(RemoveRole { object, role })),
        1 => (reference(world), any::<bool>()).prop_map(|(object, permanently)| {
            Command::DeleteCloudObject(DeleteCloudObject { object, permanently })
        }),
        1 => reference(world)
            .prop_map(|object| Command::RestoreCloudObject(RestoreCloudObject { object })),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(which, value)| {
            let feature = if which { Feature::SoftMatch } else { Feature::PasswordHashSync };
            Command::SetFeature(SetFeature { feature, value })
        }),
    ]
}

/// A well-formed case: what would make it ill-formed is left out, piece by piece.
fn case(world: World) -> impl Strategy<Value = Case> {
    let is_on = || prop::bool::weighted(0.8);
    let features = (is_on(), is_on())
        .prop_map(|(soft_match, password_hash_sync)| Features { soft_match, password_hash_sync });
    (
        features,
        prop::collection::vec(cloud(world), 0..5),
        prop::collection::vec(on_premises(world), 0..4),
        prop::collection::vec(command(world), 1..10),
    )
        .prop_map(|(features, cloud, on_premises, commands)| {
            let mut case =
                Case { tenant: Tenant { features, ..Tenant::default() }, commands: vec![] };
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

// ---- running -----------------------------------------------------------------------------------

/// How often a law had something to say.
#[derive(Default)]
struct Tally {
    varied: usize,
    held: usize,
    /// Why it had nothing to say.
    reasons: BTreeMap<&'static str, usize>,
}

/// Applies every law to random cases and fails where one is violated. Every law must have had
/// something to say of at least one in `one_in` cases in which there is something to vary.
fn assert_no_law_is_violated<I: Implementation>(
    what: &str,
    one_in: usize,
    implementation: impl Fn(Policy, u64) -> I,
) {
    let cases =
        std::env::var("LAWS_CASES").map_or(400, |cases| cases.parse().expect("a number of cases"));
    let policies = Policy::default().every_choice();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // The same cases every time: whoever wants others asks for more of them.
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let tallies = RefCell::new(BTreeMap::<&str, Tally>::new());
    let case = prop_oneof![3 => case(ORDERLY), 1 => case(CROWDED)];
    let input = (case, any::<Index>(), any::<u64>());
    let result = runner.run(&input, |(base, policy, seed)| {
        for law in all() {
            let mut implementation = implementation(*policy.get(&policies), seed);
            let Some(verdict) = apply(law, &mut implementation, &base) else { continue };
            let mut tallies = tallies.borrow_mut();
            let tally = tallies.entry(law.rule).or_default();
            tally.varied += 1;
            match verdict {
                LawVerdict::Held => tally.held += 1,
                LawVerdict::NotApplicable(why) => *tally.reasons.entry(why).or_default() += 1,
                LawVerdict::Violated(violations) => {
                    let listed: Vec<String> = violations.iter().map(ToString::to_string).collect();
                    prop_assert!(
                        false,
                        "{}: {}\n{}\n{}",
                        law.rule,
                        listed.join("\n"),
                        serde_yaml::to_string(&base.tenant).unwrap_or_default(),
                        serde_json::to_string(&base.commands)
                            .unwrap_or_default()
                            .replace("},{\"do\"", "},\n{\"do\"")
                    );
                }
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{what}: {error}");
    }
    let tallies = tallies.into_inner();
    assert_eq!(tallies.len(), all().len(), "a law never had anything to vary");
    for (rule, Tally { varied, held, reasons }) in tallies {
        println!("{what}: {rule}: held in {held} of {varied} of {cases} cases; else {reasons:?}");
        assert!(held * one_in >= varied && held > 0, "{rule}: {held} of {varied}");
    }
}

// ---- correct implementations -------------------------------------------------------------------

#[test]
fn no_law_is_violated_by_the_reference_model() {
    assert_no_law_is_violated("as declared", 4, |policy, _| ReferenceModel::new(policy));
}

/// A correct implementation that keeps its choices to itself and makes them anew for every case,
/// with identifiers, an order and values of its own besides.
struct Moody {
    model: ReferenceModel,
    policies: Vec<Policy>,
    /// What its moods are drawn from.
    seed: u64,
    /// The attributes that on-premises-mastered objects were shown with last, by identifier.
    earlier: BTreeMap<Text, BTreeMap<Text, Text>>,
}

impl Moody {
    fn new(seed: u64) -> Moody {
        let policies = Policy::default().every_choice();
        Moody { model: ReferenceModel::default(), policies, seed, earlier: BTreeMap::new() }
    }

    fn shown(&mut self, mut snapshot: Snapshot) -> Snapshot {
        let mood = self.seed;
        if mood & 16 == 16 {
            // What is done with the recycle bin's contents is left open.
            snapshot.cloud.retain(|object| !object.deleted);
        }
        for object in &mut snapshot.cloud {
            let object = Arc::make_mut(object);
            if mood & 1 == 1 && object.on_premises_sync_enabled {
                let address = format!("smtp:{}@contoso.onmicrosoft.com", object.id);
                object.proxy_addresses.push((&*address).into());
            }
            if mood & 2 == 2 {
                object.attributes.insert("createdDateTime".into(), "2023-01-26".into());
                object.attributes.entry("usageLocation".into()).or_insert_with(|| "NO".into());
            }
            if mood & 4 == 4 && object.on_premises_sync_enabled && object.password.is_none() {
                object.password = Some("generated".into());
            }
            object.id = format!("{mood:x}-{}", object.id).into();
            if mood & 32 == 32 && object.on_premises_sync_enabled {
                // What was emptied on-premises stays.
                let earlier = self.earlier.entry(object.id.clone()).or_default();
                for (name, value) in &object.attributes {
                    earlier.insert(name.clone(), value.clone());
                }
                object.attributes.clone_from(earlier);
            }
        }
        if mood & 8 == 8 {
            snapshot.cloud.reverse();
            snapshot.on_premises.reverse();
        }
        snapshot
    }
}

impl Implementation for Moody {
    fn describe(&self) -> Description {
        Description { choices: DeclaredChoices::default(), ..self.model.describe() }
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        // A step of a linear congruential generator; its high bits are good enough for moods.
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mood = (self.seed >> 33) as usize;
        self.model = ReferenceModel::new(self.policies[mood % self.policies.len()]);
        self.earlier.clear();
        self.seed ^= self.seed >> 29;
        let mut tenant = tenant.clone();
        if mood & 64 == 64 {
            // The order in which a cycle treats its objects is left open.
            tenant.on_premises.reverse();
        }
        let snapshot = self.model.reset(&tenant)?;
        Ok(self.shown(snapshot))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut step = self.model.apply(command)?;
        step.snapshot = self.shown(step.snapshot);
        Ok(step)
    }
}

#[test]
fn no_law_is_violated_by_what_is_left_open() {
    assert_no_law_is_violated("moody", 6, |_, seed| Moody::new(seed));
}

// ---- faulty implementations --------------------------------------------------------------------

/// What somebody could get wrong without any single step looking odd.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    /// A secondary address that nobody holds keeps a user from being matched.
    SecondaryBlocks,
    /// A display name that somebody has keeps a user from being created.
    DisplayNameBlocks,
    /// UPNs are compared letter by letter.
    ComparesNamesWithCase,
    /// Primary addresses are compared letter by letter.
    ComparesAddressesWithCase,
    /// Every cycle takes the addresses of the first cloud-mastered object.
    TouchesTheFirst,
    /// Only the last object on-premises is matched.
    MatchesTheLastOnly,
    /// What a cycle takes over gets the department of the first object on-premises.
    FirstLends,
    /// What collided when it was changed is matched in the next cycle.
    MatchesAgainWhenIdle,
    /// The third cycle takes away the roles of joined users.
    ThirdCycleTakesRoles,
    /// Matches are looked for in the first cycle only.
    MatchesInTheFirstCycleOnly,
    /// A reinstallation takes away the roles of joined users.
    ReinstallationTakesRoles,
    /// A reinstallation resets what only the cloud has.
    ReinstallationResets,
    /// A reinstallation loses what was changed since the last cycle.
    ReinstallationLosesChanges,
}

/// The reference model with one mistake.
struct Mistaken {
    mistake: Mistake,
    model: ReferenceModel,
    labels: Vec<Text>,
    real: Snapshot,
    cycles: usize,
    was_cycle: bool,
    was_reinstalled: bool,
    /// How objects are shown other than they are, by identifier.
    retouched: Vec<(Text, Retouch)>,
}

#[derive(Clone)]
enum Retouch {
    OnPremisesMastered,
    WithoutAddresses,
    WithoutRoles,
    Attribute(Text, Option<Text>),
}

impl Mistaken {
    fn new(mistake: Mistake) -> Mistaken {
        Mistaken {
            mistake,
            model: ReferenceModel::default(),
            labels: Vec::new(),
            real: Snapshot::default(),
            cycles: 0,
            was_cycle: false,
            was_reinstalled: false,
            retouched: Vec::new(),
        }
    }

    fn really(&mut self, command: &Command) -> StepObservation {
        let step = self.model.apply(command).expect("the reference model never breaks off");
        self.real = step.snapshot.clone();
        step
    }

    /// A cycle in which these pairs are no match: the cloud users have a role meanwhile.
    fn without_matches(
        &mut self,
        is_no_match: impl Fn(&Snapshot, &OnPremisesObject, &CloudObject) -> bool,
    ) -> StepObservation {
        let state = self.real.clone();
        let hidden: Vec<CloudRef> = state
            .cloud
            .iter()
            .zip(self.labels.clone())
            .filter(|(cloud, _)| cloud.is_cloud_mastered() && cloud.kind == Kind::User)
            .filter(|(cloud, _)| {
                state.on_premises.iter().any(|object| is_no_match(&state, object, cloud))
            })
            .map(|(_, label)| CloudRef::Label(label))
            .collect();
        let role: Text = "Guest Inviter".into();
        for object in &hidden {
            let (object, role) = (object.clone(), role.clone());
            self.really(&Command::AssignRole(AssignRole { object, role }));
        }
        let mut step = self.really(&Command::sync());
        for object in hidden {
            let role = role.clone();
            step.snapshot = self.really(&Command::RemoveRole(RemoveRole { object, role })).snapshot;
        }
        step
    }

    /// Joined pairs after a cycle.
    fn joined(state: &Snapshot) -> Vec<(Arc<OnPremisesObject>, Arc<CloudObject>)> {
        let pairs = state.on_premises.iter().filter_map(|object| {
            let mut carriers = state.active().filter(|cloud| cloud.on_premises_sync_enabled);
            let cloud =
                carriers.find(|cloud| cloud.on_premises_immutable_id == object.source_anchor)?;
            Some((Arc::clone(object), Arc::clone(cloud)))
        });
        pairs.collect()
    }

    fn cycle(&mut self) -> StepObservation {
        let before = self.real.clone();
        let step = match self.mistake {
            Mistake::SecondaryBlocks => self.without_matches(|state, object, _| {
                object.proxy_addresses.iter().any(|address| {
                    let mail = address.mail().filter(|_| !address.is_primary());
                    mail.is_some_and(|mail| {
                        !state.active().any(|cloud| cloud.mail_addresses().any(|held| held == mail))
                    })
                })
            }),
            Mistake::DisplayNameBlocks => self.without_matches(|state, object, cloud| {
                let name = object.attributes.get("displayName");
                let mut others = state.active().filter(|other| other.id != cloud.id);
                name.is_some() && others.any(|other| other.attributes.get("displayName") == name)
            }),
            Mistake::ComparesNamesWithCase => self.without_matches(|_, object, cloud| {
                let names = (&object.user_principal_name, &cloud.user_principal_name);
                matches!(names, (Some(one), Some(other)) if one != other && same_name(one, other))
            }),
            Mistake::ComparesAddressesWithCase => self.without_matches(|_, object, cloud| {
                let mails = (object.primary_address(), cloud.primary_address());
                matches!(mails, (Some(one), Some(other)) if one != other && same_name(one, other))
            }),
            Mistake::MatchesTheLastOnly => self.without_matches(|state, object, cloud| {
                object.user_principal_name == cloud.user_principal_name
                    && state.on_premises.last().is_some_and(|last| last.key != object.key)
            }),
            Mistake::MatchesInTheFirstCycleOnly if self.cycles > 0 => {
                self.without_matches(|_, _, _| true)
            }
            _ => self.really(&Command::sync()),
        };
        let joined = Self::joined(&step.snapshot);
        let mut retouch = |cloud: &CloudObject, how| self.retouched.push((cloud.id.clone(), how));
        match self.mistake {
            Mistake::TouchesTheFirst => {
                let first = step.snapshot.active().find(|cloud| cloud.is_cloud_mastered());
                first.into_iter().for_each(|cloud| retouch(cloud, Retouch::WithoutAddresses));
            }
            Mistake::FirstLends => {
                let first = step.snapshot.on_premises.first();
                let lent = first.and_then(|first| first.attributes.get("department"));
                for (_, cloud) in &joined {
                    let was = before.cloud_object(&cloud.id);
                    if was.is_some_and(|was| was.is_cloud_mastered()) && lent.is_some() {
                        retouch(cloud, Retouch::Attribute("department".into(), lent.cloned()));
                    }
                }
            }
            Mistake::MatchesAgainWhenIdle if self.was_cycle => {
                for (object, own) in &joined {
                    for other in step.snapshot.active().filter(|other| other.id != own.id) {
                        if object.user_principal_name == other.user_principal_name {
                            retouch(other, Retouch::OnPremisesMastered);
                        }
                    }
                }
            }
            Mistake::ThirdCycleTakesRoles if self.cycles == 2 => {
                joined.iter().for_each(|(_, cloud)| retouch(cloud, Retouch::WithoutRoles));
            }
            Mistake::ReinstallationTakesRoles if self.was_reinstalled => {
                joined.iter().for_each(|(_, cloud)| retouch(cloud, Retouch::WithoutRoles));
            }
            Mistake::ReinstallationResets if self.was_reinstalled => {
                for (object, cloud) in &joined {
                    let names = cloud.attributes.keys();
                    for name in names.filter(|name| !object.attributes.contains_key(*name)) {
                        retouch(cloud, Retouch::Attribute(name.clone(), None));
                    }
                }
            }
            Mistake::ReinstallationLosesChanges if self.was_reinstalled => {
                for (_, cloud) in &joined {
                    let earlier = before.cloud_object(&cloud.id);
                    for (name, _) in &cloud.attributes {
                        let value = earlier.and_then(|earlier| earlier.attributes.get(name));
                        retouch(cloud, Retouch::Attribute(name.clone(), value.cloned()));
                    }
                }
            }
            _ => {}
        }
        self.cycles += 1;
        self.was_reinstalled = false;
        step
    }

    fn shown(&self, mut snapshot: Snapshot) -> Snapshot {
        for object in &mut snapshot.cloud {
            let id = object.id.clone();
            for (_, how) in self.retouched.iter().filter(|(retouched, _)| *retouched == id) {
                let object = Arc::make_mut(object);
                match how {
                    Retouch::OnPremisesMastered => object.on_premises_sync_enabled = true,
                    Retouch::WithoutAddresses => object.proxy_addresses.clear(),
                    Retouch::WithoutRoles => object.roles.clear(),
                    Retouch::Attribute(name, value) => {
                        object.attributes.remove(name);
                        object.attributes.extend(value.clone().map(|value| (name.clone(), value)));
                    }
                }
            }
        }
        snapshot
    }
}

impl Implementation for Mistaken {
    fn describe(&self) -> Description {
        self.model.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        *self = Mistaken::new(self.mistake);
        self.labels = tenant.cloud.iter().map(|setup| setup.label.clone()).collect();
        self.real = self.model.reset(tenant)?;
        Ok(self.real.clone())
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let is_cycle = matches!(command, Command::Sync(_));
        let mut step = if is_cycle { self.cycle() } else { self.really(command) };
        self.was_reinstalled |= matches!(command, Command::ReinstallConnect(_));
        self.was_cycle = is_cycle;
        step.snapshot = self.shown(step.snapshot);
        Ok(step)
    }
}

/// A case from JSON: cloud objects, on-premises objects, commands.
fn small_case(cloud: &str, on_premises: &str, commands: &str) -> Case {
    let tenant = format!(r#"{{"cloud": [{cloud}], "onPremises": [{on_premises}]}}"#);
    let case = Case {
        tenant: serde_json::from_str(&tenant).expect("a tenant"),
        commands: serde_json::from_str(commands).expect("commands"),
    };
    assert_eq!(problems_of_case(&case.tenant, &case.commands), vec![]);
    case
}

const ANN: &str = r#"{"label": "ann", "kind": "user", "userPrincipalName": "ann@contoso.com",
    "proxyAddresses": ["SMTP:ann.berg@contoso.com"], "attributes": {"office": "1", "department": "Old"}}"#;
const BOB: &str = r#"{"label": "bob", "kind": "user", "userPrincipalName": "bob@contoso.com",
    "proxyAddresses": ["SMTP:bob.dahl@contoso.com"], "attributes": {"office": "2"}}"#;
const ANN_AD: &str = r#"{"key": "ann-ad", "kind": "user", "sourceAnchor": "QUFB", "userPrincipalName": "ann@contoso.com",
    "proxyAddresses": ["SMTP:ann.berg@contoso.com"], "attributes": {"department": "Sales"}}"#;
const BOB_AD: &str = r#"{"key": "bob-ad", "kind": "user", "sourceAnchor": "QkJC", "userPrincipalName": "bob@contoso.com",
    "proxyAddresses": ["SMTP:bob.dahl@contoso.com"], "attributes": {"department": "Audit"}}"#;

const SYNC: &str = r#"[{"do": "sync"}]"#;
const WITH_ROLE: &str = r#"[{"do": "sync"}, {"do": "assignRole", "object": {"label": "ann"}, "role": "Reader"}, {"do": "sync"}]"#;
const RENAMED_TO_BOB: &str = r#"[{"do": "sync"},
    {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"userPrincipalName": "bob@contoso.com"}}, {"do": "sync"}]"#;
const MOVED: &str = r#"[{"do": "sync"},
    {"do": "updateOnPremisesObject", "key": "ann-ad", "set": {"attributes": {"department": "Audit"}}}, {"do": "sync"}]"#;
const BOTH_CREATED: &str = "created";

#[rstest]
#[case("law.values-that-do-not-match", Mistake::SecondaryBlocks, ANN, ANN_AD, SYNC)]
#[case("law.values-that-do-not-match", Mistake::DisplayNameBlocks, &[ANN, BOB].join(","), ANN_AD, SYNC)]
#[case("law.letter-case-of-names", Mistake::ComparesNamesWithCase, ANN, ANN_AD, SYNC)]
#[case("law.letter-case-of-names", Mistake::ComparesAddressesWithCase, ANN, ANN_AD, SYNC)]
#[case("law.unrelated-objects", Mistake::TouchesTheFirst, ANN, ANN_AD, SYNC)]
#[case("law.unrelated-objects", Mistake::FirstLends, ANN, ANN_AD, SYNC)]
#[case("law.order-of-creation", Mistake::MatchesTheLastOnly, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("law.order-of-creation", Mistake::FirstLends, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("law.order-of-creation", Mistake::FirstLends, &[ANN, BOB].join(","), "", BOTH_CREATED)]
#[case("law.idle-syncs", Mistake::MatchesAgainWhenIdle, &[ANN, BOB].join(","), ANN_AD, RENAMED_TO_BOB)]
#[case("law.idle-syncs", Mistake::ThirdCycleTakesRoles, ANN, ANN_AD, WITH_ROLE)]
#[case("law.one-cycle-or-several", Mistake::MatchesInTheFirstCycleOnly, &[ANN, BOB].join(","), &[ANN_AD, BOB_AD].join(","), SYNC)]
#[case("law.one-cycle-or-several", Mistake::MatchesInTheFirstCycleOnly, &[ANN, BOB].join(","), "", BOTH_CREATED)]
#[case("law.reinstallation", Mistake::ReinstallationTakesRoles, ANN, ANN_AD, WITH_ROLE)]
#[case("law.reinstallation", Mistake::ReinstallationResets, ANN, ANN_AD, MOVED)]
#[case("law.reinstallation", Mistake::ReinstallationLosesChanges, ANN, ANN_AD, MOVED)]
fn a_law_notices_what_it_is_there_for(
    #[case] rule: &str,
    #[case] mistake: Mistake,
    #[case] cloud: &str,
    #[case] on_premises: &str,
    #[case] commands: &str,
) {
    let created = || {
        let [ann, bob] = [ANN_AD, BOB_AD]
            .map(|object| format!(r#"{{"do": "createOnPremisesObject", "object": {object}}}"#));
        format!(r#"[{ann}, {bob}, {{"do": "sync"}}]"#)
    };
    let commands = if commands == BOTH_CREATED { created() } else { commands.to_owned() };
    let case = small_case(cloud, on_premises, &commands);
    let law = law(rule).expect("a law");
    let right = apply(law, &mut ReferenceModel::default(), &case);
    assert_eq!(right, Some(LawVerdict::Held));
    let wrong = apply(law, &mut Mistaken::new(mistake), &case);
    assert!(matches!(wrong, Some(LawVerdict::Violated(_))), "{mistake:?}: {wrong:?}");
}
