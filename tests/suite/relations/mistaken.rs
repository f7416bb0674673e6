//! Implementations that get one thing wrong without any single step looking odd.

use entra_conformance::directory::{
    AssignRole, CloudObject, CloudRef, Command, Kind, OnPremisesObject, RemoveRole, Snapshot,
    StepObservation, Tenant, Text, same_name,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use std::sync::Arc;

/// What somebody could get wrong without any single step looking odd.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mistake {
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
pub(crate) struct Mistaken {
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
    pub(crate) fn new(mistake: Mistake) -> Mistaken {
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
            self.really(&Command::AssignRole(AssignRole::new(object, role)));
        }
        let mut step = self.really(&Command::sync());
        for object in hidden {
            let role = role.clone();
            step.snapshot =
                self.really(&Command::RemoveRole(RemoveRole::new(object, role))).snapshot;
        }
        step
    }

    /// Joined pairs after a cycle.
    fn joined(state: &Snapshot) -> Vec<(Arc<OnPremisesObject>, Arc<CloudObject>)> {
        let pairs = state.on_premises.iter().filter_map(|object| {
            let mut carriers = state.active().filter(|cloud| cloud.is_on_premises_mastered());
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
                    for name in cloud.attributes.keys() {
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
                    Retouch::OnPremisesMastered => object.on_premises_sync_enabled = Some(true),
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
