//! Many cases in one tenant: what an adapter of a live tenant does with a batch.
//!
//! Every case stands under a prefix of its own and sees its own part of each state. All of them go in rounds: what
//! administrators do in each case, then one look at the tenant for all; and where every case is at a command that
//! concerns the whole tenant, such as a cycle, that command once for all.

use super::{CaseInput, CaseObservation, Failure, FailureKind, Implementation};
use crate::directory::{CloudObject, Command, Outcome, Snapshot, StepObservation, Tenant, Text};
use std::collections::{BTreeMap, BTreeSet};

/// A tenant that many cases share.
pub trait SharedTenant {
    /// Removes what is left of earlier cases, sets the switches, and creates the objects. Nothing is joined yet.
    ///
    /// # Errors
    /// A [`Failure`] ends every case of the batch.
    fn begin(&mut self, tenant: &Tenant) -> Result<(), Failure>;

    /// Carries a command out. It need not show yet.
    ///
    /// # Errors
    /// A [`Failure`] ends the cases that have this command.
    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Failure>;

    /// The state, once everything that was carried out shows in it.
    ///
    /// # Errors
    /// A [`Failure`] ends the cases that have carried out anything since the last look.
    fn look(&mut self) -> Result<Snapshot, Failure>;
}

/// An implementation whose states show at once what was done.
pub struct AtOnce<'i, I: ?Sized> {
    implementation: &'i mut I,
    latest: Snapshot,
}

impl<'i, I: Implementation + ?Sized> AtOnce<'i, I> {
    /// That of an implementation.
    pub fn new(implementation: &'i mut I) -> Self {
        AtOnce { implementation, latest: Snapshot::default() }
    }
}

impl<I: Implementation + ?Sized> SharedTenant for AtOnce<'_, I> {
    fn begin(&mut self, tenant: &Tenant) -> Result<(), Failure> {
        self.latest = self.implementation.reset(tenant)?;
        Ok(())
    }

    fn carry_out(&mut self, command: &Command) -> Result<Outcome, Failure> {
        let step = self.implementation.apply(command)?;
        self.latest = step.snapshot;
        Ok(step.outcome)
    }

    fn look(&mut self) -> Result<Snapshot, Failure> {
        Ok(self.latest.clone())
    }
}

/// Carries out cases side by side, and tells what was seen of each.
///
/// # Errors
/// The tenant could not be prepared, or the cases do not go together.
pub fn run(
    tenant: &mut (impl SharedTenant + ?Sized),
    cases: &[CaseInput<'_>],
) -> Result<Vec<CaseObservation>, Failure> {
    let mut all = Tenant {
        features: cases.first().map(|case| case.tenant.features).unwrap_or_default(),
        ..Tenant::default()
    };
    for case in cases {
        all.cloud.extend(case.tenant.cloud.iter().cloned());
        all.on_premises.extend(case.tenant.on_premises.iter().cloned());
    }
    tenant.begin(&all)?;
    let mut parts: Vec<Part<'_>> = cases.iter().map(|case| Part::of(*case)).collect();
    let start = tenant.look()?;
    let every: Vec<usize> = (0..parts.len()).collect();
    let mut owners = Owners::default();
    owners.learn(&start, &parts, &every);
    for (at, part) in parts.iter_mut().enumerate() {
        part.seen.start = Some(owners.part(at, &part.case, &start));
    }
    loop {
        let outcomes = if parts.iter().any(|part| part.next_of_its_own().is_some()) {
            administer(tenant, &mut parts)
        } else if let Some(command) = parts.iter().find_map(Part::next) {
            together(tenant, &mut parts, command)?
        } else {
            break;
        };
        let state = match tenant.look() {
            Ok(state) => state,
            Err(failure) => {
                outcomes.iter().for_each(|(at, _)| parts[*at].end(&failure));
                continue;
            }
        };
        let acting: Vec<usize> = outcomes.iter().map(|(at, _)| *at).collect();
        owners.learn(&state, &parts, &acting);
        for (at, mut outcome) in outcomes {
            let part = &mut parts[at];
            outcome.objects.retain(|key, _| key.starts_with(part.case.prefix));
            let snapshot = owners.part(at, &part.case, &state);
            part.seen.steps.push(StepObservation { outcome, snapshot });
        }
    }
    Ok(parts.into_iter().map(|part| part.seen).collect())
}

/// What came of a command, and the case that it is of.
type Outcomes = Vec<(usize, Outcome)>;

/// The next command of each case that is not at one for the whole tenant.
fn administer(tenant: &mut (impl SharedTenant + ?Sized), parts: &mut [Part<'_>]) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for (at, part) in parts.iter_mut().enumerate() {
        match part.next_of_its_own().map(|command| tenant.carry_out(command)) {
            None => {}
            Some(Ok(outcome)) => outcomes.push((at, outcome)),
            Some(Err(failure)) => part.end(&failure),
        }
    }
    outcomes
}

/// A command for the whole tenant, once for all cases that have come to it.
fn together(
    tenant: &mut (impl SharedTenant + ?Sized),
    parts: &mut [Part<'_>],
    command: &Command,
) -> Result<Outcomes, Failure> {
    if parts.iter().filter_map(Part::next).any(|next| next != command) {
        let message = "the cases of a batch differ in their tenant-wide commands";
        return Err(Failure::new(FailureKind::ErrorAnswer, message));
    }
    let outcome = tenant.carry_out(command);
    let mut outcomes = Outcomes::new();
    for (at, part) in parts.iter_mut().enumerate().filter(|(_, part)| part.next().is_some()) {
        match &outcome {
            Ok(outcome) => outcomes.push((at, outcome.clone())),
            Err(failure) => part.end(failure),
        }
    }
    Ok(outcomes)
}

/// One case of a batch.
struct Part<'c> {
    case: CaseInput<'c>,
    /// Its anchors, in small letters.
    anchors: BTreeSet<String>,
    seen: CaseObservation,
}

impl<'c> Part<'c> {
    fn of(case: CaseInput<'c>) -> Part<'c> {
        let cloud =
            case.tenant.cloud.iter().filter_map(|one| one.on_premises_immutable_id.as_ref());
        let on_premises =
            case.tenant.on_premises.iter().filter_map(|one| one.source_anchor.as_ref());
        let given = case.commands.iter().filter_map(|command| match command {
            Command::CreateOnPremisesObject(create) => create.object.source_anchor.as_ref(),
            Command::UpdateOnPremisesObject(update) => update.set.source_anchor.value(),
            Command::CreateCloudObject(create) => create.object.on_premises_immutable_id.as_ref(),
            Command::SetImmutableId(set) => set.value.as_ref(),
            _ => None,
        });
        let anchors = cloud.chain(on_premises).chain(given);
        let anchors = anchors.map(|anchor| anchor.to_ascii_lowercase()).collect();
        Part { case, anchors, seen: CaseObservation::default() }
    }

    /// The command that it comes to next.
    fn next(&self) -> Option<&'c Command> {
        let commands = self.case.commands;
        commands.get(self.seen.steps.len()).filter(|_| self.seen.failure.is_none())
    }

    /// The same, where it does not concern the whole tenant.
    fn next_of_its_own(&self) -> Option<&'c Command> {
        self.next().filter(|command| !command.is_tenant_wide())
    }

    fn end(&mut self, failure: &Failure) {
        self.seen.failure = Some(failure.clone());
    }

    /// Whether a cloud object has a value by which it is this case's.
    fn has(&self, object: &CloudObject) -> bool {
        let prefix = self.case.prefix.to_ascii_lowercase();
        let is_own = |text: &str| text.to_ascii_lowercase().contains(&prefix);
        let anchor = object.on_premises_immutable_id.as_ref();
        anchor.is_some_and(|anchor| self.anchors.contains(&anchor.to_ascii_lowercase()))
            || object.user_principal_name.as_deref().is_some_and(is_own)
            || object.proxy_addresses.iter().any(|address| is_own(address.as_str()))
            || object.attributes.values().any(|value| is_own(value))
    }
}

/// Whose the cloud objects are: once known, for good.
#[derive(Default)]
struct Owners(BTreeMap<Text, Vec<usize>>);

impl Owners {
    /// Takes in the objects that were not there before. What has no value that tells whose it is belongs to all
    /// that have done something since: nobody knows better, and no case may be kept from seeing it.
    fn learn(&mut self, state: &Snapshot, parts: &[Part<'_>], acting: &[usize]) {
        for object in &state.cloud {
            if !self.0.contains_key(&object.id) {
                let owner = parts.iter().position(|part| part.has(object));
                let owners = owner.map_or_else(|| acting.to_vec(), |owner| vec![owner]);
                self.0.insert(object.id.clone(), owners);
            }
        }
    }

    /// A case's own part of the state.
    fn part(&self, at: usize, case: &CaseInput<'_>, state: &Snapshot) -> Snapshot {
        let is_own = |id: &Text| self.0.get(id).is_some_and(|owners| owners.contains(&at));
        let cloud = state.cloud.iter().filter(|object| is_own(&object.id)).cloned().collect();
        let keyed = |key: &Text| key.starts_with(case.prefix);
        let on_premises = state.on_premises.iter().filter(|object| keyed(&object.key));
        Snapshot::new(cloud, on_premises.cloned().collect())
    }
}
