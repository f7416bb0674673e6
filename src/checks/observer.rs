//! Follows one case step by step and lets every check judge every step.

use super::comparison::Comparison;
use super::history::{History, Lessons};
use super::object_name::ObjectName;
use super::safety::{is_as_set_up, setup_differences, shares_identifiers};
use super::takeover::Treatments;
use super::ties::{CloudIndex, Identifiers, Print};
use super::transition::{Declared, Involvement, Transition, is_same_state};
use super::verdict::{Verdict, Violation};
use super::{administrators, checks_about, switch};
use crate::directory::{
    Capabilities, Capability, CloudObject, CloudRef, CloudSetup, Command, DeclaredChoices,
    Portrait, Snapshot, StepObservation, Tenant, Text,
};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a check said of a step, where its rule's situation occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's ID.
    pub rule: &'static str,
    /// What was found.
    pub verdict: Verdict,
}

/// Follows one case: feed it the starting state and then every step, in order.
///
/// After a violation it goes on from the state that was observed, so that one fault is not told
/// again with every further step.
#[derive(Clone)]
pub struct Observer<'a> {
    capabilities: &'a Capabilities,
    declared: Declared,
    choices: &'a DeclaredChoices,
    state: Snapshot,
    history: History,
    /// How the last two states compare.
    comparison: Comparison,
    /// Two active objects share an identifier, or may do so.
    shares_identifiers: bool,
    /// How cloud objects were involved in the last cycle; kept for its memory.
    involved: Vec<Involvement>,
}

impl<'a> Observer<'a> {
    /// Begins a case and judges the starting state: it shows exactly the tenant that was asked for.
    pub fn start(
        tenant: &Tenant,
        snapshot: &Snapshot,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> (Self, Vec<Finding>) {
        let mut observer = Observer {
            capabilities,
            declared: Declared::of(capabilities),
            choices,
            state: Snapshot::default(),
            history: History::default(),
            comparison: Comparison::default(),
            shares_identifiers: true,
            involved: Vec::new(),
        };
        let finding = observer.restart(tenant, snapshot);
        (observer, vec![finding])
    }

    /// Begins another case, and judges its starting state as [`Observer::start`] does. Nothing of
    /// the earlier case counts any more, but its memory is used again.
    pub fn restart(&mut self, tenant: &Tenant, snapshot: &Snapshot) -> Finding {
        let capabilities = self.capabilities;
        self.comparison.restart(snapshot);
        self.state.clone_from(snapshot);
        self.shares_identifiers = true;
        let recognised = recognise(&tenant.cloud, snapshot, capabilities, &self.comparison);
        let mut verdict = Verdict::default();
        verdict.judge(|verdict| {
            judge_start(tenant, snapshot, &recognised, &self.comparison, capabilities, verdict);
        });
        self.history.restart(tenant, |at| recognised.id_of(at, snapshot));
        Finding { rule: "safe.command-takes-effect", verdict }
    }

    /// Lets every check judge one step, and takes it in.
    pub fn step(&mut self, command: &Command, seen: &StepObservation) -> Vec<Finding> {
        let is_cycle = matches!(command, Command::Sync(_));
        let mut findings = Vec::with_capacity(if is_cycle { 16 } else { 6 });
        self.judge(command, seen, &mut findings);
        findings
    }

    /// Lets every check judge one step, as [`Observer::step`] does, and adds what is found.
    pub fn judge(&mut self, command: &Command, seen: &StepObservation, found: &mut Vec<Finding>) {
        self.follow(command, seen, |transition| {
            let mut verdict = Verdict::default();
            for check in checks_about(transition.occasions()) {
                (check.judge)(transition, &mut verdict);
                if !verdict.is_not_applicable() {
                    found.push(Finding { rule: check.rule, verdict: std::mem::take(&mut verdict) });
                }
            }
        });
    }

    /// Hands one step to `look`, and takes it in.
    pub(crate) fn follow<R>(
        &mut self,
        command: &Command,
        seen: &StepObservation,
        look: impl FnOnce(&Transition<'_>) -> R,
    ) -> R {
        let (before, after) = (&self.state, &seen.snapshot);
        self.comparison.take_in(&before.cloud, &after.cloud, |before, after| {
            is_same_state(&self.history, before, after)
        });
        self.shares_identifiers =
            shares_identifiers(&self.comparison, &after.cloud, self.shares_identifiers);
        let transition = Transition::new(
            before,
            command,
            &seen.outcome,
            after,
            &self.comparison,
            self.shares_identifiers,
            &self.history,
            (self.capabilities, self.declared),
            self.choices,
            std::mem::take(&mut self.involved),
        );
        let looked = look(&transition);
        let mut lessons = lessons(&transition);
        if let Some(mut cycle) = transition.cycle {
            self.involved = cycle.involved;
            lessons.treatments = cycle.treatments.take().unwrap_or_default();
        }
        self.history.learn(&self.state, command, seen, lessons);
        self.comparison.update(&mut self.state, &seen.snapshot);
        looked
    }

    /// Draws all that later verdicts rest on, but for the state itself, which the implementation
    /// draws.
    pub(crate) fn portray(&self, portrait: &mut Portrait) {
        portrait.flags([self.shares_identifiers, self.comparison.repeats_an_id()]);
        self.history.portray(portrait);
    }

    /// The identifier of the object that a reference names, as far as it was ever seen, and
    /// whether that is certain.
    pub(crate) fn names(&self, reference: &CloudRef) -> (Option<&Text>, bool) {
        (self.history.resolve(reference), self.history.is_certain(reference))
    }

    /// What the case has shown so far.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The state after the last step.
    pub fn state(&self) -> &Snapshot {
        &self.state
    }

    /// The cloud object that a reference names by now, in the recycle bin or not.
    pub fn resolve(&self, reference: &CloudRef) -> Option<&Arc<CloudObject>> {
        let id = self.history.resolve(reference)?;
        self.state.cloud_object(id)
    }
}

/// What a step showed that later steps rest on.
fn lessons(transition: &Transition<'_>) -> Lessons {
    match transition.command {
        Command::Sync(_) => {}
        Command::UpdateCloudObject(_)
        | Command::DeleteCloudObject(_)
        | Command::SetImmutableId(_) => {
            return Lessons { named: transition.named_id.cloned(), ..Lessons::default() };
        }
        Command::CreateCloudObject(_) => {
            let created = transition.created().next().map(|created| created.id.clone());
            return Lessons { created, ..Lessons::default() };
        }
        _ => return Lessons::default(),
    }
    Lessons {
        blocked_by_role: administrators::blocked_by_role(transition),
        blocked_by_switch: switch::blocked_by_switch(transition),
        endings: transition
            .subjects()
            .iter()
            .map(|subject| (subject.ending, subject.reported_error()))
            .collect(),
        // Whoever has compared takeovers hands over what they came to.
        treatments: Treatments::default(),
        named: None,
        created: None,
    }
}

/// Which object of the starting state is which of the tenant's.
enum Recognised {
    /// Each is shown just as it was sent, and in its place.
    InPlace,
    /// By position in the tenant: the object's identifier, as far as it was recognised.
    ById(Vec<Option<Text>>),
}

impl Recognised {
    /// The identifier of the tenant's `at`-th object.
    fn id_of(&self, at: usize, snapshot: &Snapshot) -> Option<Text> {
        match self {
            Recognised::InPlace => Some(snapshot.cloud[at].id.clone()),
            Recognised::ById(ids) => ids[at].clone(),
        }
    }
}

fn recognise(
    cloud: &[CloudSetup],
    snapshot: &Snapshot,
    capabilities: &Capabilities,
    comparison: &Comparison,
) -> Recognised {
    let is_in_place = snapshot.cloud.len() == cloud.len()
        && !comparison.repeats_an_id()
        && cloud
            .iter()
            .zip(&snapshot.cloud)
            .all(|(setup, seen)| is_as_set_up(setup, seen, capabilities));
    if is_in_place {
        return Recognised::InPlace;
    }
    Recognised::ById(recognise_by_values(cloud, snapshot, comparison.prints_after()))
}

/// Which object of the starting state is which of the tenant's: those that show everything first,
/// and among what is left those that have a name or an address in common. One field that is wrong
/// then does not make a stranger of an object. Those with the most to recognise them by go first.
#[cold]
#[inline(never)]
fn recognise_by_values(
    cloud: &[CloudSetup],
    snapshot: &Snapshot,
    prints: &[Print],
) -> Vec<Option<Text>> {
    let mut order: Vec<usize> = (0..cloud.len()).collect();
    order.sort_by_key(|&at| {
        let setup = &cloud[at];
        let fields = setup.proxy_addresses.len()
            + setup.attributes.len()
            + usize::from(setup.user_principal_name.is_some())
            + usize::from(setup.on_premises_immutable_id.is_some());
        std::cmp::Reverse(fields)
    });
    let index = CloudIndex::of_all(&snapshot.cloud, prints);
    // What has neither name nor address nor anchor is found by its display name.
    let mut by_display_name: HashMap<Option<&Text>, Vec<&Arc<CloudObject>>> = HashMap::new();
    for object in &snapshot.cloud {
        let name = object.attributes.get("displayName");
        by_display_name.entry(name).or_default().push(object);
    }
    let everything = Capabilities::default();
    let mut taken: HashSet<&Text> = HashSet::new();
    let mut ids: Vec<Option<Text>> = vec![None; cloud.len()];
    for is_exact in [true, false] {
        for &at in &order {
            if ids[at].is_some() {
                continue;
            }
            let wanted = cloud[at].to_object("");
            let own = Identifiers::of_cloud(&wanted);
            let namesakes = by_display_name.get(&wanted.attributes.get("displayName"));
            let found = index
                .ties(&own, &own.print())
                .into_iter()
                .map(|tie| tie.cloud)
                .chain(namesakes.into_iter().flatten().copied())
                .filter(|seen| seen.kind == wanted.kind && !taken.contains(&seen.id))
                .find(|seen| !is_exact || setup_differences(&wanted, seen, &everything).is_empty());
            if let Some(found) = found {
                taken.insert(&found.id);
                ids[at] = Some(found.id.clone());
            }
        }
    }
    ids
}

fn judge_start(
    tenant: &Tenant,
    snapshot: &Snapshot,
    recognised: &Recognised,
    comparison: &Comparison,
    capabilities: &Capabilities,
    verdict: &mut Verdict,
) {
    if let Recognised::ById(ids) = recognised {
        judge_start_of_each(tenant, snapshot, ids, capabilities, verdict);
    }
    if comparison.repeats_an_id() {
        verdict.violated("the tenant", "id", "different identifiers", "an identifier twice");
    }
    if snapshot.cloud.len() != tenant.cloud.len() {
        verdict.violated(
            "the tenant",
            "cloud objects after the reset",
            tenant.cloud.len().to_string(),
            snapshot.cloud.len().to_string(),
        );
    }
    let shows_passwords = capabilities.has(Capability::Passwords);
    let is_on_premises_as_sent =
        tenant.on_premises.len() == snapshot.on_premises.len()
            && tenant.on_premises.iter().zip(&snapshot.on_premises).all(|(sent, seen)| {
                (shows_passwords || sent.password.is_none()) && *sent == **seen
            });
    if is_on_premises_as_sent {
        return;
    }
    let wanted = Snapshot {
        cloud: Vec::new(),
        on_premises: tenant
            .on_premises
            .iter()
            .map(|object| {
                let mut object = object.clone();
                if !shows_passwords {
                    object.password = None;
                }
                Arc::new(object)
            })
            .collect(),
    };
    super::direction::judge_on_premises_unchanged(&wanted, snapshot, None, verdict);
}

#[cold]
#[inline(never)]
fn judge_start_of_each(
    tenant: &Tenant,
    snapshot: &Snapshot,
    ids: &[Option<Text>],
    capabilities: &Capabilities,
    verdict: &mut Verdict,
) {
    let by_id: HashMap<&str, &Arc<CloudObject>> =
        snapshot.cloud.iter().map(|object| (&*object.id, object)).collect();
    for (setup, id) in tenant.cloud.iter().zip(ids) {
        let name = || ObjectName::Labelled { kind: setup.kind, label: setup.label.clone() };
        match id.as_ref().and_then(|id| by_id.get(&**id)) {
            None => verdict.violated(
                name(),
                "the object itself",
                "there after the reset, as it was sent",
                "not there",
            ),
            Some(seen) => {
                for (field, wanted, seen) in
                    setup_differences(&setup.to_object(""), seen, capabilities)
                {
                    verdict.violated(name(), field, wanted, seen);
                }
            }
        }
    }
}

impl Finding {
    /// The violations, if any.
    pub fn violations(&self) -> &[Violation] {
        &self.verdict.violations
    }
}

#[cfg(test)]
mod tests;
