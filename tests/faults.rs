//! Every check can fail. A check that never fails looks exactly like an implementation that is
//! always right, so each rule is broken here on purpose, by a mistake that a real implementation
//! could make, and its check has to notice.
//!
//! Each fault is the reference model behind something that gets one thing wrong: it decides by
//! other rules, is told other commands, or is shown other than it is, and then in every later step
//! as well. That other checks notice a fault too is fine: rules overlap.

mod two_runs;

use entra_conformance::cases::Case;
use entra_conformance::cases::laws::{LawVerdict, law};
use entra_conformance::cases::scenario::embedded;
use entra_conformance::directory::{
    AssignRole, CloudObject, CloudRef, CollisionHandling, Command, Evaluator, Feature, Features,
    Kind, OnPremisesObject, Outcome, ProxyAddress, RemoveRole, ResultWord, SetFeature,
    SetImmutableId, Snapshot, Status, StepObservation, SyncResult, Tenant, Text, same_name,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::Rulebook;
use entra_conformance::runner::{CaseVerdict, Event, Host, Origin, Selection, plan, run};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use two_runs::apply;

/// One deliberate mistake.
struct Fault {
    /// The rule that it breaks.
    rule: &'static str,
    /// What is done wrong.
    mistake: &'static str,
    /// Decides by other rules.
    policy: fn(&mut Policy),
    /// Does something else than what was asked for, or something before it (`None`: and then what
    /// was asked for).
    instead: fn(&mut Faulty, &Command) -> Option<StepObservation>,
    /// Remembers what a step did, and changes what is reported of it.
    notice: fn(&mut Memory, &Command, &mut StepObservation),
    /// Shows a state other than it is. The same for every step, so that it looks like a state.
    show: fn(&Memory, &mut Snapshot),
}

impl Fault {
    const fn new(rule: &'static str, mistake: &'static str) -> Fault {
        Fault {
            rule,
            mistake,
            policy: |_| {},
            instead: |_, _| None,
            notice: |_, _, _| {},
            show: |_, _| {},
        }
    }

    const fn policy(self, policy: fn(&mut Policy)) -> Fault {
        Fault { policy, ..self }
    }

    const fn instead(self, instead: fn(&mut Faulty, &Command) -> Option<StepObservation>) -> Fault {
        Fault { instead, ..self }
    }

    const fn notice(self, notice: fn(&mut Memory, &Command, &mut StepObservation)) -> Fault {
        Fault { notice, ..self }
    }

    const fn show(self, show: fn(&Memory, &mut Snapshot)) -> Fault {
        Fault { show, ..self }
    }
}

/// How an object is shown from some step on.
type Retouch = Box<dyn Fn(&mut CloudObject)>;

/// What a faulty implementation remembers of a case.
#[derive(Default)]
struct Memory {
    features: Features,
    /// Labels by identifier.
    labels: BTreeMap<Text, Text>,
    /// The model's state before the step.
    real: Snapshot,
    /// The state as it was shown last.
    shown: Snapshot,
    /// How objects are shown other than they are, by identifier.
    retouched: Vec<(Text, Retouch)>,
    /// Objects that are shown as they once were, by identifier.
    frozen: BTreeMap<Text, Arc<CloudObject>>,
    /// Whatever the mistake marks: keys or identifiers.
    marked: BTreeSet<Text>,
    /// Cycles so far.
    cycles: usize,
    /// Connect was installed anew and has not synchronised since.
    reinstalled: bool,
}

impl Memory {
    fn retouch(&mut self, id: &Text, retouch: impl Fn(&mut CloudObject) + 'static) {
        self.retouched.push((id.clone(), Box::new(retouch)));
    }

    /// The identifier of the object that a command names.
    fn resolve(&self, reference: &CloudRef) -> Option<Text> {
        match reference {
            CloudRef::Label(label) => {
                self.labels.iter().find(|(_, known)| *known == label).map(|(id, _)| id.clone())
            }
            CloudRef::JoinedTo(key) => {
                let object = self.real.on_premises_object(key)?;
                partner(&self.real, object).map(|cloud| cloud.id.clone())
            }
            CloudRef::QuarantinedFor(_) => None,
        }
    }

    /// The object that a command names, as it was before it.
    fn target(&self, command: &Command) -> Option<Arc<CloudObject>> {
        let id = self.resolve(command.cloud_object()?)?;
        self.real.cloud_object(&id).cloned()
    }

    /// What this cycle took over, each as it was before, and by which object.
    fn taken_over(&self, command: &Command, step: &StepObservation) -> Vec<Takeover> {
        if !is_sync(command) {
            return Vec::new();
        }
        let takers = step.snapshot.on_premises.iter();
        takers
            .filter_map(|taker| {
                let after = partner(&step.snapshot, taker)?;
                let before = self.real.cloud_object(&after.id)?;
                before.is_cloud_mastered().then(|| Takeover {
                    before: Arc::clone(before),
                    taker: Arc::clone(taker),
                    result: step.outcome.result_of(&taker.key).map(|result| result.result),
                })
            })
            .collect()
    }

    /// What this cycle created, and for which object.
    fn created(
        &self,
        command: &Command,
        step: &StepObservation,
    ) -> Vec<(Text, Arc<OnPremisesObject>)> {
        if !is_sync(command) {
            return Vec::new();
        }
        let objects = step.snapshot.on_premises.iter();
        objects
            .filter_map(|object| {
                let cloud = partner(&step.snapshot, object)?;
                let is_new = self.real.cloud_object(&cloud.id).is_none();
                is_new.then(|| (cloud.id.clone(), Arc::clone(object)))
            })
            .collect()
    }

    /// The objects that failed in this cycle.
    fn failed(&self, command: &Command, step: &StepObservation) -> Vec<Arc<OnPremisesObject>> {
        if !is_sync(command) {
            return Vec::new();
        }
        let objects = self.real.on_premises.iter();
        objects.filter(|object| has_failed(&step.outcome, &object.key)).cloned().collect()
    }

    /// Objects that were changed into a match with a cloud user, each with that user and with the
    /// object that it was joined to.
    fn late_matches(&self, command: &Command, step: &StepObservation) -> Vec<LateMatch> {
        let mut matches = Vec::new();
        for object in self.failed(command, step) {
            let Some(own) = partner(&self.real, &object) else { continue };
            for other in self.real.active().filter(|other| other.is_cloud_mastered()) {
                if same_upn(&object, other) {
                    matches.push(LateMatch {
                        own: own.id.clone(),
                        other: other.id.clone(),
                        anchor: object.source_anchor.clone(),
                    });
                }
            }
        }
        matches
    }
}

struct Takeover {
    before: Arc<CloudObject>,
    taker: Arc<OnPremisesObject>,
    result: Option<ResultWord>,
}

struct LateMatch {
    own: Text,
    other: Text,
    anchor: Option<Text>,
}

fn is_sync(command: &Command) -> bool {
    matches!(command, Command::Sync(_))
}

fn has_failed(outcome: &Outcome, key: &str) -> bool {
    outcome.result_of(key).is_some_and(|result| result.result == ResultWord::Error)
}

/// The object that `object` is joined to.
fn partner<'a>(snapshot: &'a Snapshot, object: &OnPremisesObject) -> Option<&'a Arc<CloudObject>> {
    snapshot.active().find(|cloud| {
        cloud.on_premises_sync_enabled
            && !cloud.quarantined
            && cloud.kind == object.kind
            && cloud.on_premises_immutable_id == object.source_anchor
    })
}

fn same_optional(left: Option<&str>, right: Option<&str>) -> bool {
    left.zip(right).is_some_and(|(left, right)| same_name(left, right))
}

fn same_upn(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    same_optional(object.user_principal_name.as_deref(), cloud.user_principal_name.as_deref())
}

fn same_primary(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    same_optional(object.primary_address(), cloud.primary_address())
}

fn same_anchor(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    object.source_anchor == cloud.on_premises_immutable_id
}

fn same_mail(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    object.mail_addresses().any(|mail| cloud.mail_addresses().any(|held| same_name(mail, held)))
}

/// Whether the one's name is the other's address.
fn crossed(object: &OnPremisesObject, cloud: &CloudObject) -> bool {
    let name = object.user_principal_name.as_deref();
    let held = cloud.user_principal_name.as_deref();
    cloud.mail_addresses().any(|mail| same_optional(name, Some(mail)))
        || object.mail_addresses().any(|mail| same_optional(held, Some(mail)))
}

/// The reference model with one fault.
struct Faulty {
    fault: &'static Fault,
    model: ReferenceModel,
    memory: Memory,
}

impl Faulty {
    fn new(fault: &'static Fault) -> Faulty {
        let mut policy = Policy::default();
        (fault.policy)(&mut policy);
        Faulty { fault, model: ReferenceModel::new(policy), memory: Memory::default() }
    }

    fn really(&mut self, command: &Command) -> StepObservation {
        self.model.apply(command).expect("the reference model never breaks off")
    }

    /// Does nothing.
    fn refuse(&self) -> Option<StepObservation> {
        let outcome = Outcome::plain(Status::Refused);
        Some(StepObservation { outcome, snapshot: self.memory.real.clone() })
    }

    /// Pairs of an on-premises user that is not joined and a cloud user that it might take over,
    /// the latter by its label.
    fn pairs(
        &self,
        command: &Command,
        alike: impl Fn(&OnPremisesObject, &CloudObject) -> bool,
    ) -> Vec<(Arc<OnPremisesObject>, CloudRef)> {
        if !is_sync(command) {
            return Vec::new();
        }
        let state = &self.memory.real;
        let is_new = |object: &&Arc<OnPremisesObject>| {
            object.kind == Kind::User && partner(state, object).is_none()
        };
        let can_be_taken = |cloud: &&Arc<CloudObject>| {
            cloud.kind == Kind::User && cloud.is_cloud_mastered() && cloud.roles.is_empty()
        };
        let mut pairs = Vec::new();
        for object in state.on_premises.iter().filter(is_new) {
            for cloud in state.active().filter(can_be_taken) {
                if alike(object, cloud)
                    && let Some(label) = self.memory.labels.get(&cloud.id)
                {
                    pairs.push((Arc::clone(object), CloudRef::Label(label.clone())));
                }
            }
        }
        pairs
    }

    /// Takes users that are `alike` for a match too. They are given the anchor just before the
    /// cycle, so that it finds them by that.
    fn matching(
        &mut self,
        command: &Command,
        alike: impl Fn(&OnPremisesObject, &CloudObject) -> bool,
    ) -> Option<StepObservation> {
        for (object, reference) in self.pairs(command, alike) {
            let value = object.source_anchor.clone();
            self.really(&Command::SetImmutableId(SetImmutableId { object: reference, value }));
        }
        None
    }

    /// Takes users that are `alike` for no match. They have a role while the cycle runs.
    fn not_matching(
        &mut self,
        command: &Command,
        alike: impl Fn(&OnPremisesObject, &CloudObject) -> bool,
    ) -> Option<StepObservation> {
        let pairs = self.pairs(command, alike);
        let role: Text = "Guest Inviter".into();
        for (_, reference) in &pairs {
            let object = reference.clone();
            self.really(&Command::AssignRole(AssignRole { object, role: role.clone() }));
        }
        let mut step = self.really(command);
        for (_, object) in pairs {
            let role = role.clone();
            step.snapshot = self.really(&Command::RemoveRole(RemoveRole { object, role })).snapshot;
        }
        Some(step)
    }

    /// A cycle in which soft match is off, whatever the switch says.
    fn without_soft_match(&mut self, command: &Command) -> Option<StepObservation> {
        let switch = |value| Command::SetFeature(SetFeature { feature: Feature::SoftMatch, value });
        self.really(&switch(false));
        let step = self.really(command);
        self.really(&switch(self.memory.features.soft_match));
        Some(step)
    }

    /// What is shown of a state.
    fn present(&mut self, mut snapshot: Snapshot) -> Snapshot {
        for object in &mut snapshot.cloud {
            if let Some(frozen) = self.memory.frozen.get(&object.id) {
                *object = Arc::clone(frozen);
            }
            for (id, retouch) in &self.memory.retouched {
                if *id == object.id {
                    retouch(Arc::make_mut(object));
                }
            }
        }
        (self.fault.show)(&self.memory, &mut snapshot);
        self.memory.shown = snapshot.clone();
        snapshot
    }
}

impl Implementation for Faulty {
    fn describe(&self) -> Description {
        self.model.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        let real = self.model.reset(tenant)?;
        let ids = real.cloud.iter().map(|object| object.id.clone());
        let labels = ids.zip(tenant.cloud.iter().map(|setup| setup.label.clone())).collect();
        let features = tenant.features;
        self.memory = Memory { features, labels, real: real.clone(), ..Memory::default() };
        Ok(self.present(real))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut step = match (self.fault.instead)(self, command) {
            Some(step) => step,
            None => self.model.apply(command)?,
        };
        let real = step.snapshot.clone();
        match command {
            Command::SetFeature(set) => self.memory.features.set(set.feature, set.value),
            Command::ReinstallConnect(_) => self.memory.reinstalled = true,
            Command::CreateCloudObject(create) => {
                let known = &self.memory.real;
                let new = real.cloud.iter().find(|new| known.cloud_object(&new.id).is_none());
                if let Some(new) = new {
                    self.memory.labels.insert(new.id.clone(), create.object.label.clone());
                }
            }
            _ => {}
        }
        (self.fault.notice)(&mut self.memory, command, &mut step);
        if is_sync(command) {
            self.memory.cycles += 1;
            self.memory.reinstalled = false;
        }
        self.memory.real = real;
        step.snapshot = self.present(step.snapshot);
        Ok(step)
    }
}

/// Changes every cloud object that is shown.
fn each_cloud(snapshot: &mut Snapshot, change: impl Fn(&mut CloudObject)) {
    snapshot.cloud.iter_mut().for_each(|object| change(Arc::make_mut(object)));
}

/// Changes every result that is reported.
fn each_result(step: &mut StepObservation, change: impl Fn(&mut SyncResult)) {
    step.outcome.objects.values_mut().for_each(change);
}

/// The faults, in the rulebook's order.
static FAULTS: &[Fault] = &[
    // authority
    Fault::new("soa.one-authority", "an anchor alone makes a user on-premises-mastered").show(
        |_, shown| {
            each_cloud(shown, |object| {
                object.on_premises_sync_enabled |= object.on_premises_immutable_id.is_some();
            });
        },
    ),
    Fault::new("soa.no-split", "attributes without on-premises value stay editable").notice(
        |memory, command, step| {
            if let Command::UpdateCloudObject(update) = command
                && step.outcome.status == Status::Refused
                && let Some(target) = memory.target(command)
                && target.on_premises_sync_enabled
                && update.set.user_principal_name.is_keep()
                && update.set.proxy_addresses.is_keep()
                && let Some(source) =
                    memory.real.on_premises.iter().find(|source| same_anchor(source, &target))
                && !update.set.attributes.keys().any(|name| source.attributes.contains_key(name))
            {
                step.outcome = Outcome::ok();
                let set = update.set.clone();
                memory.retouch(&target.id, move |object| set.apply_to(object));
            }
        },
    ),
    Fault::new(
        "soa.cloud-mastered-untouched",
        "what has no on-premises object is emptied in every cycle",
    )
    .notice(|memory, command, step| {
        if is_sync(command) {
            for object in step.snapshot.active().filter(|object| object.is_cloud_mastered()) {
                memory.retouch(&object.id, |object| object.attributes.clear());
            }
        }
    }),
    Fault::new("soa.cloud-edits-work", "once Connect runs, all objects are locked").instead(
        |faulty, command| match command {
            Command::UpdateCloudObject(_) if faulty.memory.cycles > 0 => faulty.refuse(),
            _ => None,
        },
    ),
    // matching
    Fault::new("match.every-new-object", "only the first cycle matches anything").instead(
        |faulty, command| match command {
            Command::Sync(_) if faulty.memory.cycles > 0 => faulty.without_soft_match(command),
            _ => None,
        },
    ),
    Fault::new("match.only-three-attributes", "an equal displayName matches too").instead(
        |faulty, command| {
            faulty.matching(command, |object, cloud| {
                let name =
                    |attributes: &BTreeMap<Text, Text>| attributes.get("displayName").cloned();
                name(&object.attributes)
                    .is_some_and(|wanted| name(&cloud.attributes) == Some(wanted))
            })
        },
    ),
    Fault::new("match.soft-on-upn", "the UPN matches nothing")
        .policy(|policy| policy.edition.soft_match_on_user_principal_name = &[]),
    Fault::new("match.soft-on-primary-smtp", "users do not match on their address").policy(
        |policy| policy.edition.soft_match_on_primary_address = &[Kind::Group, Kind::Contact],
    ),
    Fault::new("match.hard-on-source-anchor", "the anchor matches nothing")
        .policy(|policy| policy.edition.hard_match = &[]),
    Fault::new("match.primary-smtp-only", "secondary addresses match too")
        .instead(|faulty, command| faulty.matching(command, same_mail)),
    Fault::new("match.same-attribute", "a UPN matches an address")
        .instead(|faulty, command| faulty.matching(command, crossed)),
    Fault::new("match.either-attribute-suffices", "the UPN and the address must both agree")
        .instead(|faulty, command| {
            faulty.not_matching(command, |object, cloud| {
                !same_anchor(object, cloud)
                    && same_upn(object, cloud) != same_primary(object, cloud)
            })
        }),
    Fault::new(
        "match.different-anchor-blocks-soft-match",
        "a soft match replaces the anchor of another",
    )
    .policy(|policy| policy.edition.other_anchor_blocks_soft_match = false),
    Fault::new("match.new-objects-only", "a renamed user leaves its object for another").notice(
        |memory, command, step| {
            for LateMatch { own, other, anchor } in memory.late_matches(command, step) {
                memory.retouch(&own, |object| {
                    object.on_premises_sync_enabled = false;
                    object.on_premises_immutable_id = None;
                });
                memory.retouch(&other, move |object| {
                    object.on_premises_sync_enabled = true;
                    object.on_premises_immutable_id.clone_from(&anchor);
                });
            }
        },
    ),
    Fault::new("match.late-match-is-an-error", "a change into a match fails silently").notice(
        |memory, command, step| {
            for object in memory.failed(command, step) {
                if partner(&memory.real, &object).is_some() {
                    let result = SyncResult::plain(ResultWord::Updated);
                    step.outcome.objects.insert(object.key.clone(), result);
                }
            }
        },
    ),
    Fault::new("match.no-holder-provisions", "new groups are never mail-enabled").notice(
        |memory, command, step| {
            for (id, _) in memory.created(command, step) {
                memory.retouch(&id, |object| object.mail_enabled = false);
            }
        },
    ),
    Fault::new("match.collision-creates-nothing-else", "copies are not flagged")
        .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
        .show(|_, shown| each_cloud(shown, |object| object.quarantined = false)),
    Fault::new("match.one-to-one", "a renamed user takes a second object over").notice(
        |memory, command, step| {
            for LateMatch { other, anchor, .. } in memory.late_matches(command, step) {
                memory.retouch(&other, move |object| {
                    object.on_premises_sync_enabled = true;
                    object.on_premises_immutable_id.clone_from(&anchor);
                });
            }
        },
    ),
    Fault::new("match.case-insensitive-names", "names and addresses are compared exactly").instead(
        |faulty, command| {
            faulty.not_matching(command, |object, cloud| {
                let is_exact = object.user_principal_name == cloud.user_principal_name
                    || (object.primary_address().is_some()
                        && object.primary_address() == cloud.primary_address());
                let is_equal = same_upn(object, cloud) || same_primary(object, cloud);
                !same_anchor(object, cloud) && is_equal && !is_exact
            })
        },
    ),
    Fault::new("match.case-sensitive-anchor", "anchors match in any letter case").instead(
        |faulty, command| {
            faulty.matching(command, |object, cloud| {
                let held = cloud.on_premises_immutable_id.as_deref();
                same_optional(object.source_anchor.as_deref(), held)
            })
        },
    ),
    Fault::new(
        "match.same-target-same-result",
        "a hard match empties what has no on-premises value, a soft match does not",
    )
    .notice(|memory, command, step| {
        for Takeover { before, taker, result } in memory.taken_over(command, step) {
            if result == Some(ResultWord::HardMatched) {
                memory.retouch(&before.id, move |object| {
                    object.attributes.retain(|name, _| taker.attributes.contains_key(name));
                });
            }
        }
    }),
    // takeover
    Fault::new("takeover.authority-flips", "the values change and the flag does not").notice(
        |memory, command, step| {
            for Takeover { before, .. } in memory.taken_over(command, step) {
                memory.retouch(&before.id, |object| object.on_premises_sync_enabled = false);
            }
        },
    ),
    Fault::new("takeover.anchor-stamped", "a soft match stamps no anchor").notice(
        |memory, command, step| {
            for Takeover { before, result, .. } in memory.taken_over(command, step) {
                if result == Some(ResultWord::SoftMatched) {
                    memory.retouch(&before.id.clone(), move |object| {
                        object
                            .on_premises_immutable_id
                            .clone_from(&before.on_premises_immutable_id);
                    });
                }
            }
        },
    ),
    Fault::new("takeover.values-overwritten", "a takeover only fills what is empty").notice(
        |memory, command, step| {
            for Takeover { before, .. } in memory.taken_over(command, step) {
                memory.retouch(&before.id.clone(), move |object| {
                    object.attributes.extend(before.attributes.clone());
                });
            }
        },
    ),
    Fault::new("takeover.addresses-replaced", "addresses are merged").notice(
        |memory, command, step| {
            for Takeover { before, .. } in memory.taken_over(command, step) {
                memory.retouch(&before.id.clone(), move |object| {
                    for mail in before.mail_addresses() {
                        if !object.mail_addresses().any(|held| same_name(held, mail)) {
                            let address = ProxyAddress::from(&*format!("smtp:{mail}"));
                            object.proxy_addresses.push(address);
                        }
                    }
                });
            }
        },
    ),
    Fault::new("takeover.same-object", "a takeover deletes the object and creates another").notice(
        |memory, command, step| {
            for Takeover { before, .. } in memory.taken_over(command, step) {
                let id: Text = format!("{}-again", before.id).into();
                memory.retouch(&before.id, move |object| object.id.clone_from(&id));
            }
        },
    ),
    Fault::new("takeover.password-overwritten", "the cloud password outlives every takeover")
        .notice(|memory, command, step| {
            for Takeover { before, .. } in memory.taken_over(command, step) {
                memory.retouch(&before.id.clone(), move |object| {
                    object.password.clone_from(&before.password);
                });
            }
        }),
    Fault::new("takeover.password-kept", "a takeover resets a password that it does not sync")
        .notice(|memory, command, step| {
            if !memory.features.password_hash_sync {
                for Takeover { before, .. } in memory.taken_over(command, step) {
                    memory.retouch(&before.id, |object| object.password = None);
                }
            }
        }),
    // kinds
    Fault::new("kind.mail-enabled-soft-match", "only users match on their address")
        .policy(|policy| policy.edition.soft_match_on_primary_address = &[Kind::User]),
    Fault::new("kind.no-hard-match-for-groups-and-contacts", "every kind is hard-matched")
        .policy(|policy| policy.edition.hard_match = &[Kind::User, Kind::Group, Kind::Contact]),
    Fault::new("kind.plain-groups-never-match", "an address is enough for a group to match")
        .policy(|policy| policy.edition.soft_match_needs_mail_enabled_groups = false),
    Fault::new("kind.immutable-id-users-only", "any object can be given an immutable ID").notice(
        |memory, command, step| {
            if let Command::SetImmutableId(set) = command
                && let Some(target) = memory.target(command)
                && target.is_cloud_mastered()
                && target.kind != Kind::User
            {
                step.outcome = Outcome::ok();
                let value = set.value.clone();
                memory.retouch(&target.id, move |object| {
                    object.on_premises_immutable_id.clone_from(&value);
                });
            }
        },
    ),
    Fault::new("kind.same-kind", "an address matches whatever carries it").notice(
        |memory, command, step| {
            for object in memory.failed(command, step) {
                let state = memory.real.clone();
                for cloud in state.active().filter(|cloud| cloud.is_cloud_mastered()) {
                    if cloud.kind != object.kind && same_primary(&object, cloud) {
                        let anchor = object.source_anchor.clone();
                        memory.retouch(&cloud.id, move |cloud| {
                            cloud.on_premises_sync_enabled = true;
                            cloud.on_premises_immutable_id.clone_from(&anchor);
                        });
                    }
                }
            }
        },
    ),
    // administrators
    Fault::new("admin.never-matched", "directory roles stand in the way of nothing").policy(
        |policy| {
            policy.edition.roles_block_hard_match = false;
            policy.edition.roles_block_soft_match = false;
        },
    ),
    Fault::new("admin.untouched", "a failed attempt leaves its anchor on the administrator")
        .notice(|memory, command, step| {
            for (object, administrator) in blocked(memory, command, step) {
                memory.retouch(&administrator, move |cloud| {
                    cloud.on_premises_immutable_id.clone_from(&object.source_anchor);
                });
            }
        }),
    Fault::new("admin.recovery", "who was once an administrator is never matched")
        .instead(|faulty, command| {
            let marked = faulty.memory.marked.clone();
            faulty.not_matching(command, |_, cloud| marked.contains(&cloud.id))
        })
        .notice(|memory, command, step| {
            for (_, administrator) in blocked(memory, command, step) {
                memory.marked.insert(administrator);
            }
        }),
    Fault::new("admin.roles-may-return", "users from on-premises are given no roles").instead(
        |faulty, command| {
            let target = faulty.memory.target(command);
            let is_synced = target.is_some_and(|target| target.on_premises_sync_enabled);
            let is_asked = matches!(command, Command::AssignRole(_)) && is_synced;
            if is_asked { faulty.refuse() } else { None }
        },
    ),
    // switch
    Fault::new("switch.no-soft-match-when-disabled", "the switch stops matches on the UPN only")
        .instead(|faulty, command| {
            if faulty.memory.features.soft_match {
                return None;
            }
            faulty.matching(command, |object, cloud| {
                cloud.on_premises_immutable_id.is_none() && same_primary(object, cloud)
            })
        }),
    Fault::new("switch.hard-match-still-works", "with soft match off nothing is taken over")
        .instead(|faulty, command| {
            if faulty.memory.features.soft_match {
                return None;
            }
            faulty.not_matching(command, |_, _| true)
        }),
    Fault::new("switch.joined-objects-still-sync", "with soft match off nothing flows").notice(
        |memory, command, _| {
            if !is_sync(command) {
                return;
            }
            // What was shown last stays, until a cycle with the switch on.
            memory.frozen.clear();
            if !memory.features.soft_match {
                let state = memory.shown.clone();
                for object in state.active().filter(|object| object.on_premises_sync_enabled) {
                    memory.frozen.insert(object.id.clone(), Arc::clone(object));
                }
            }
        },
    ),
    Fault::new("switch.takes-effect-on-retry", "what the switch once stopped is never matched")
        .instead(|faulty, command| {
            let marked = faulty.memory.marked.clone();
            faulty.not_matching(command, |object, _| marked.contains(&object.key))
        })
        .notice(|memory, command, step| {
            if !memory.features.soft_match {
                for object in memory.failed(command, step) {
                    memory.marked.insert(object.key.clone());
                }
            }
        }),
    // recovery
    Fault::new("recovery.nothing-lost", "rejoined users start without roles").notice(
        |memory, command, step| {
            if !is_sync(command) || !memory.reinstalled {
                return;
            }
            for source in &step.snapshot.on_premises {
                if let Some(cloud) = partner(&step.snapshot, source) {
                    let lost = cloud.roles.clone();
                    memory.retouch(&cloud.id, move |object| {
                        object.roles.retain(|role| !lost.contains(role));
                    });
                }
            }
        },
    ),
    Fault::new("recovery.rejoins-by-anchor", "users with roles are not joined again").notice(
        |memory, command, step| {
            if !is_sync(command) || !memory.reinstalled {
                return;
            }
            for object in &memory.real.on_premises {
                if partner(&memory.real, object).is_some_and(|cloud| !cloud.roles.is_empty()) {
                    let result = SyncResult::plain(ResultWord::Error);
                    step.outcome.objects.insert(object.key.clone(), result);
                }
            }
        },
    ),
    Fault::new("recovery.soft-match-is-the-services", "the client evaluates soft matches").notice(
        |_, _, step| {
            each_result(step, |result| {
                if result.result == ResultWord::SoftMatched {
                    result.evaluated_by = Some(Evaluator::Client);
                }
            });
        },
    ),
    // direction
    Fault::new(
        "direction.on-premises-never-written",
        "cloud values fill what is empty on-premises",
    )
    .show(|_, shown| {
        let state = shown.clone();
        for object in &mut shown.on_premises {
            if let Some(cloud) = partner(&state, object) {
                let object = Arc::make_mut(object);
                for (name, value) in &cloud.attributes {
                    object.attributes.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }),
    Fault::new("sync.updates-flow", "attributes are synchronised only once").show(
        |memory, shown| {
            each_cloud(shown, |object| {
                if let Some(earlier) = memory.shown.cloud_object(&object.id)
                    && earlier.on_premises_sync_enabled
                {
                    object.attributes.clone_from(&earlier.attributes);
                }
            });
        },
    ),
    Fault::new("sync.password-needs-hash-sync", "new users always bring their password").notice(
        |memory, command, step| {
            for (id, source) in memory.created(command, step) {
                memory.retouch(&id, move |object| object.password.clone_from(&source.password));
            }
        },
    ),
    Fault::new("sync.errors-stay-local", "an error rolls the whole cycle back").instead(
        |faulty, command| {
            if !is_sync(command) {
                return None;
            }
            let earlier = faulty.model.clone();
            let mut step = faulty.really(command);
            let mut results = step.outcome.objects.values();
            if results.any(|result| result.result == ResultWord::Error) {
                faulty.model = earlier;
                step.snapshot = faulty.memory.real.clone();
                each_result(&mut step, |result| *result = SyncResult::plain(ResultWord::Error));
            }
            Some(step)
        },
    ),
    Fault::new("sync.failed-is-retried", "a failure is reported once and then as unchanged")
        .notice(|memory, command, step| {
            for object in memory.failed(command, step) {
                if !memory.marked.insert(object.key.clone()) {
                    let result = SyncResult::plain(ResultWord::Unchanged);
                    step.outcome.objects.insert(object.key.clone(), result);
                }
            }
        }),
    // safety
    Fault::new("safe.unique-identifiers", "a copy has the addresses that collided")
        .policy(|policy| policy.collision_handling = CollisionHandling::Quarantined)
        .show(|_, shown| {
            let sources = shown.on_premises.clone();
            each_cloud(shown, |object| {
                if let Some(source) = sources.iter().find(|source| same_anchor(source, object))
                    && object.quarantined
                {
                    object.proxy_addresses.clone_from(&source.proxy_addresses);
                }
            });
        }),
    Fault::new("safe.only-the-named-change", "a reinstallation hands all objects to the cloud")
        .show(|memory, shown| {
            if memory.reinstalled {
                each_cloud(shown, |object| object.on_premises_sync_enabled = false);
            }
        }),
    Fault::new("safe.command-takes-effect", "edits that are dropped are reported as done").notice(
        |_, command, step| {
            if matches!(command, Command::UpdateCloudObject(_)) {
                step.outcome.status = Status::Ok;
            }
        },
    ),
    Fault::new("safe.report-agrees", "a takeover is reported as a new object").notice(
        |_, _, step| {
            each_result(step, |result| {
                if result.result == ResultWord::SoftMatched {
                    *result = SyncResult::plain(ResultWord::Provisioned);
                }
            });
        },
    ),
    // law
    Fault::new("law.values-that-do-not-match", "users with the same employee number match")
        .instead(|faulty, command| {
            faulty.matching(command, |object, cloud| {
                let number = object.attributes.get("employeeId");
                number.is_some() && number == cloud.attributes.get("employeeId")
            })
        }),
    Fault::new("law.letter-case-of-names", "UPNs are compared letter by letter").instead(
        |faulty, command| {
            faulty.not_matching(command, |object, cloud| {
                same_upn(object, cloud) && object.user_principal_name != cloud.user_principal_name
            })
        },
    ),
    Fault::new("law.unrelated-objects", "only the first object on-premises is matched").instead(
        |faulty, command| {
            let first = faulty.memory.real.on_premises.first().cloned();
            faulty.not_matching(command, |object, _| {
                first.as_ref().is_some_and(|first| first.key != object.key)
            })
        },
    ),
    Fault::new("law.order-of-creation", "the first object does not match on its address").instead(
        |faulty, command| {
            let first = faulty.memory.real.on_premises.first().cloned();
            faulty.not_matching(command, |object, cloud| {
                same_primary(object, cloud)
                    && first.as_ref().is_some_and(|first| first.key == object.key)
            })
        },
    ),
    Fault::new("law.idle-syncs", "what failed twice is never matched")
        .instead(|faulty, command| {
            let marked = faulty.memory.marked.clone();
            faulty.not_matching(command, |object, _| marked.contains(&*twice(&object.key)))
        })
        .notice(|memory, command, step| {
            for object in memory.failed(command, step) {
                if !memory.marked.insert(object.key.clone()) {
                    memory.marked.insert(twice(&object.key).into());
                }
            }
        }),
    Fault::new("law.one-cycle-or-several", "a cycle takes over one user at most").instead(
        |faulty, command| {
            let pairs = faulty.pairs(command, same_upn);
            let first = pairs.first().map(|(object, _)| object.key.clone());
            faulty.not_matching(command, |object, _| {
                first.as_ref().is_some_and(|first| *first != object.key)
            })
        },
    ),
    Fault::new("law.reinstallation", "rejoined users start without attributes").notice(
        |memory, command, step| {
            if !is_sync(command) || !memory.reinstalled {
                return;
            }
            for source in &step.snapshot.on_premises {
                if let Some(cloud) = partner(&step.snapshot, source) {
                    memory.retouch(&cloud.id, |object| object.attributes.clear());
                }
            }
        },
    ),
];

/// The mark of an object that failed twice.
fn twice(key: &str) -> String {
    format!("{key}, twice")
}

/// New objects that failed, each with an administrator that they point to.
fn blocked(
    memory: &Memory,
    command: &Command,
    step: &StepObservation,
) -> Vec<(Arc<OnPremisesObject>, Text)> {
    let mut blocked = Vec::new();
    for object in memory.failed(command, step) {
        for cloud in memory.real.active().filter(|cloud| !cloud.roles.is_empty()) {
            let is_meant = same_upn(&object, cloud)
                || same_primary(&object, cloud)
                || same_anchor(&object, cloud);
            if is_meant && cloud.is_cloud_mastered() {
                blocked.push((Arc::clone(&object), cloud.id.clone()));
            }
        }
    }
    blocked
}

/// The rules whose checks notice something in any embedded scenario, and the laws that do.
fn noticed(fault: &'static Fault) -> BTreeSet<String> {
    let mut faulty = Faulty::new(fault);
    let description = faulty.describe();
    let (cases, header) =
        plan(embedded(), "2023-01", &description, Host::InProcess, Selection::default());
    let mut rules = BTreeSet::new();
    run(&cases, &header, &mut faulty, &AtomicBool::new(false), &mut |event| {
        if let Event::CaseFinished { case, verdict, failures, .. } = event {
            // A fault is a wrong answer; breaking off would be another story.
            assert!(
                matches!(verdict, CaseVerdict::Judged | CaseVerdict::NotApplicable { .. }),
                "{}: {case}: {verdict:?}",
                fault.rule
            );
            // What a scenario expects is no evidence that the check works.
            let by_check = failures.into_iter().filter(|failure| failure.origin == Origin::Check);
            rules.extend(by_check.map(|failure| failure.rule));
        }
    });
    for scenario in embedded() {
        let scenario = &scenario.scenario;
        let case = Case { tenant: scenario.given.clone(), commands: scenario.commands() };
        for rule in &scenario.laws {
            let verdict = apply(law(rule).expect("a law"), &mut faulty, &case);
            if matches!(verdict, Some(LawVerdict::Violated(_))) {
                rules.insert(rule.clone());
            }
        }
    }
    rules
}

#[test]
fn every_rule_is_broken_by_a_fault() {
    let rules: Vec<&str> = Rulebook::embedded().rules.iter().map(|rule| &*rule.id).collect();
    let broken: Vec<&str> = FAULTS.iter().map(|fault| fault.rule).collect();
    assert_eq!(broken, rules);
}

#[test]
fn every_fault_is_noticed_by_the_check_of_its_rule() {
    let mut overlooked = Vec::new();
    for fault in FAULTS {
        let rules = noticed(fault);
        if !rules.contains(fault.rule) {
            overlooked.push(format!("{}: {} (noticed: {rules:?})", fault.rule, fault.mistake));
        }
    }
    assert!(overlooked.is_empty(), "{}", overlooked.join("\n"));
}

/// The harness of the faults is no fault itself: what is noticed is noticed of the mistake.
#[test]
fn without_a_mistake_nothing_is_noticed() {
    static NONE: Fault = Fault::new("none", "no mistake at all");
    assert_eq!(noticed(&NONE), BTreeSet::new());
}
