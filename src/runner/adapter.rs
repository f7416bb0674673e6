//! Tries the adapter before the implementation behind it is judged: whether what it shows can be
//! believed.

use super::addresses::remove_addresses;
use super::sent::{Sent, as_told};
use super::side_by_side::{Budget, SideBySide};
use super::trial::{input, lacks};
use crate::cases::Case;
use crate::checks::{Observer, Violation};
use crate::directory::{
    AssignRole, Capabilities, Capability, CloudObject, CloudObjectChange, CloudRef, CloudSetup,
    Command, CommandKind, CreateOnPremisesObject, DeleteCloudObject, Difference, Feature, Field,
    Fields, Kind, ObjectName, OnPremisesChange, OnPremisesObject, ProxyAddress, RemoveRole,
    RestoreCloudObject, ResultWord, SetFeature, SetImmutableId, Snapshot, Status, StepObservation,
    Tenant, Text, UpdateCloudObject, UpdateOnPremisesObject,
};
use crate::implementation::{
    CaseObservation, Failure, FailureKind, Implementation, run_alone, run_one,
};
use crate::rulebook::Rulebook;
use serde::{Deserialize, Serialize};

/// How an adapter does not do its part: whatever rule its implementation then seems to break, nobody
/// knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum AdapterFault {
    /// It declares none of `users`, `groups` and `contacts`, so that nothing can be asked of it.
    NoKind,
    /// What `reset` shows is not what was sent.
    ResetShowsOther {
        /// Where the two differ.
        violations: Vec<Violation>,
    },
    /// It declares a capability, and says `unsupported` when it is asked for it.
    Declines {
        /// The capability.
        capability: Capability,
        /// The step, counted from 1; 0 is the start.
        step: usize,
        /// Its command.
        command: CommandKind,
    },
    /// A reference to an object that is there names nothing.
    NotFound {
        /// The step, counted from 1.
        step: usize,
        /// Its command.
        command: CommandKind,
        /// The reference.
        reference: CloudRef,
    },
    /// The `id` of an object that nobody touched is another one.
    OtherId {
        /// The step, counted from 1.
        step: usize,
        /// Its command.
        command: CommandKind,
        /// The identifier that is gone.
        id: Text,
    },
    /// It declares `cloudId`, and the entry of an object that the cycle linked has none, or one that no
    /// cloud object has.
    NoCloudId {
        /// The step, counted from 1.
        step: usize,
        /// Its command.
        command: CommandKind,
        /// The on-premises object's key.
        key: Text,
    },
    /// Two equal cases side by side do not show the same.
    SideBySideDiffers {
        /// The step, counted from 1; 0 is the start.
        step: usize,
        /// Its command.
        command: CommandKind,
        /// Where the two differ. Empty where one of them went further.
        violations: Vec<Violation>,
    },
    /// The same case tells something else in one message (`runCase`) than step by step.
    BatchDiffers {
        /// The step, counted from 1; 0 is the start.
        step: usize,
        /// Its command.
        command: CommandKind,
        /// Where the two differ: step by step is expected. Empty where one of them went further.
        violations: Vec<Violation>,
    },
}

/// What an adapter was tried with, where it does its part.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AdapterTrial {
    /// How many commands the case had.
    pub commands: usize,
    /// What kept the implementation from the case's end.
    pub failure: Option<Failure>,
}

/// Tries an adapter with one case: step by step, and then in one message; or twice side by side, where it does
/// that. What an implementation does wrong is not told here: that is for the cases to show.
///
/// # Errors
/// The adapter does not do its part.
pub fn check_adapter(
    implementation: &mut dyn Implementation,
) -> Result<AdapterTrial, AdapterFault> {
    check(&mut SideBySide::new(implementation, Budget::default()))
}

/// See [`check_adapter`].
pub(super) fn check(implementation: &mut SideBySide<'_>) -> Result<AdapterTrial, AdapterFault> {
    let description = implementation.describe();
    let capabilities = &description.capabilities;
    let mut case = trial_case(capabilities).ok_or(AdapterFault::NoKind)?;
    if !description.has_addresses() {
        remove_addresses(&mut case);
    }
    if lacks(&case, &description).is_some() {
        // It has too few attributes, or does not change them.
        without_attributes(&mut case);
    }
    let is_side_by_side = description.side_by_side.is_some();
    if is_side_by_side {
        // A cycle may take half an hour: one shows enough.
        let first = case.commands.iter().position(|command| *command == Command::sync());
        case.commands.truncate(first.map_or(0, |first| first + 1));
    }
    let sent = Sent::of([&case], &description).ok();
    let as_sent = sent.as_ref().map_or_else(|| case.clone(), |sent| sent.case(&case));
    let read_back = |seen| {
        let seen = match &sent {
            Some(sent) => sent.read_back(seen),
            None => seen,
        };
        as_told(seen, capabilities)
    };
    let (stepwise, beside) = if is_side_by_side {
        let mut seen = Vec::new();
        implementation.run_cases(&[input(&as_sent); 2], &mut |_, observation| {
            seen.push(read_back(observation));
            true
        });
        let second = seen.pop().unwrap_or_default();
        (seen.pop().unwrap_or_default(), Some(second))
    } else {
        (read_back(run_one(implementation, input(&as_sent))), None)
    };
    if let Some(start) = &stepwise.start {
        // How a state is shown is the same in every edition.
        let edition = Rulebook::embedded().default_edition().settings;
        let choices = &description.choices;
        let (_, findings) = Observer::start(&case.tenant, start, edition, capabilities, choices);
        let violations: Vec<Violation> =
            findings.iter().flat_map(|finding| finding.violations().to_vec()).collect();
        if !violations.is_empty() {
            return Err(AdapterFault::ResetShowsOther { violations });
        }
        judge_steps(&case, start, &stepwise.steps)?;
        if capabilities.has(Capability::CloudId) {
            judge_links(&case, &stepwise.steps)?;
        }
    }
    judge_declined(&case, &stepwise, capabilities)?;
    let batch = beside.unwrap_or_else(|| read_back(run_alone(implementation, input(&as_sent))));
    judge_declined(&case, &batch, capabilities)?;
    // Where one of them broke off, how is what a person has to know.
    let failure = stepwise.failure.clone().or_else(|| batch.failure.clone());
    if failure.is_none() {
        judge_same(&case, &stepwise, &batch).map_err(|fault| match fault {
            AdapterFault::BatchDiffers { step, command, violations } if is_side_by_side => {
                AdapterFault::SideBySideDiffers { step, command, violations }
            }
            fault => fault,
        })?;
    }
    Ok(AdapterTrial { commands: case.commands.len(), failure })
}

/// A tenant and commands in which every declared capability is used once, and that no rule but the
/// plainest is about.
fn trial_case(capabilities: &Capabilities) -> Option<Case> {
    let has = |capability| capabilities.has(capability);
    let kinds = [Kind::User, Kind::Group, Kind::Contact].into_iter();
    let kinds: Vec<Kind> = kinds.filter(|kind| has(Capability::of_kind(*kind))).collect();
    let first = *kinds.first()?;
    let tenant = Tenant {
        cloud: kinds.iter().map(|kind| cloud_object(*kind, capabilities)).collect(),
        on_premises: kinds.iter().map(|kind| on_premises_object(*kind, capabilities)).collect(),
        ..Tenant::default()
    };
    let own = || CloudRef::Label(label(first));
    let joined = || CloudRef::JoinedTo(key(first));
    let mut late = on_premises_object(first, capabilities);
    late.key = "late-ad".into();
    late.source_anchor = Some("bGF0ZWx5IGNyZWF0ZWQhIQ==".into());
    late.user_principal_name = late.user_principal_name.map(|_| "late@contoso.com".into());
    late.proxy_addresses = Vec::new();
    let mut commands: Vec<Command> = vec![CreateOnPremisesObject::new(late).into()];
    let department = || [("department".into(), Some("Sales".into()))].into();
    let set = OnPremisesChange { attributes: department(), ..OnPremisesChange::default() };
    commands.push(UpdateOnPremisesObject::new(key(first), set).into());
    commands.push(Command::sync());
    if has(Capability::CloudEdits) {
        let set = CloudObjectChange { attributes: department(), ..CloudObjectChange::default() };
        commands.push(UpdateCloudObject::new(own(), set).into());
    }
    let writes_anchors = has(Capability::ImmutableIdWrite) && has(Capability::CloudAnchors);
    if first == Kind::User && writes_anchors {
        commands.push(SetImmutableId::new(own(), Some("d3JpdHRlbiBsYXRlciEhIQ==".into())).into());
    }
    if first == Kind::User && has(Capability::Roles) {
        for of in [own(), joined()] {
            commands.push(AssignRole::new(of.clone(), "Reports Reader".into()).into());
            commands.push(RemoveRole::new(of, "Reports Reader".into()).into());
        }
    }
    let switches = [
        (Capability::SoftMatchSwitch, Feature::SoftMatch),
        (Capability::Passwords, Feature::PasswordHashSync),
        (Capability::HardMatchSwitch, Feature::BlockHardMatch),
    ];
    for (_, feature) in switches.into_iter().filter(|(capability, _)| has(*capability)) {
        let usual = tenant.features.get(feature);
        commands.push(SetFeature::new(feature, !usual).into());
        commands.push(SetFeature::new(feature, usual).into());
    }
    if has(Capability::Reinstall) && has(Capability::MatchSourceAnchor) {
        commands.push(Command::reinstall());
        commands.push(Command::sync());
    }
    if first == Kind::User && has(Capability::RecycleBin) {
        commands.push(DeleteCloudObject::new(own(), false).into());
        commands.push(RestoreCloudObject::new(own()).into());
    }
    if first == Kind::User && has(Capability::HardDelete) {
        commands.push(DeleteCloudObject::new(own(), true).into());
    }
    Some(Case { tenant, commands })
}

fn without_attributes(case: &mut Case) {
    case.tenant.cloud.iter_mut().for_each(|object| object.attributes.clear());
    case.tenant.on_premises.iter_mut().for_each(|object| object.attributes.clear());
    case.commands.retain(|command| {
        !matches!(command, Command::UpdateCloudObject(_) | Command::UpdateOnPremisesObject(_))
    });
    for command in &mut case.commands {
        if let Command::CreateOnPremisesObject(create) = command {
            create.object.attributes.clear();
        }
    }
}

fn label(kind: Kind) -> Text {
    format!("{kind}-in-the-cloud").into()
}

fn key(kind: Kind) -> Text {
    format!("{kind}-ad").into()
}

/// Every value that an object of this kind can have.
fn cloud_object(kind: Kind, capabilities: &Capabilities) -> CloudSetup {
    let is_user = kind == Kind::User;
    let when = |condition: bool, value: &str| condition.then(|| Text::from(value));
    CloudSetup {
        label: label(kind),
        kind,
        mail_enabled: kind == Kind::Group,
        on_premises_immutable_id: when(
            is_user && capabilities.has(Capability::CloudAnchors),
            "b2YgdGhlIGNsb3VkIHVzZXI=",
        ),
        user_principal_name: when(is_user, "cloud.user@contoso.com"),
        proxy_addresses: addresses(&format!("cloud.{kind}"), capabilities),
        attributes: [("displayName".into(), format!("Cloud {kind}").into())].into_iter().collect(),
        password: when(is_user && capabilities.has(Capability::Passwords), "cloud password"),
        on_premises_object_identifier: when(
            is_user && capabilities.has(Capability::ObjectIdentifier),
            "0b110000-0000-4000-8000-000000000011",
        ),
        roles: when(is_user && capabilities.has(Capability::Roles), "Global Reader")
            .into_iter()
            .collect(),
        eligible_roles: when(
            is_user && capabilities.has(Capability::RoleEligibility),
            "Reports Reader",
        )
        .into_iter()
        .collect(),
    }
}

fn on_premises_object(kind: Kind, capabilities: &Capabilities) -> OnPremisesObject {
    let is_user = kind == Kind::User;
    let when = |condition: bool, value: &str| condition.then(|| Text::from(value));
    OnPremisesObject {
        key: key(kind),
        kind,
        mail_enabled: kind == Kind::Group,
        source_anchor: Some(format!("on-premises {kind}").into()),
        object_identifier: when(
            is_user && capabilities.has(Capability::ObjectIdentifier),
            "0b120000-0000-4000-8000-000000000012",
        ),
        user_principal_name: when(is_user, "local.user@contoso.com"),
        proxy_addresses: addresses(&format!("local.{kind}"), capabilities),
        attributes: [("displayName".into(), format!("Local {kind}").into())].into_iter().collect(),
        password: when(is_user && capabilities.has(Capability::Passwords), "local password"),
    }
}

fn addresses(name: &str, capabilities: &Capabilities) -> Vec<ProxyAddress> {
    let secondary = || format!("smtp:{name}@sales.contoso.com");
    let has_secondary = capabilities.has(Capability::SecondaryAddresses);
    let addresses = [Some(format!("SMTP:{name}@contoso.com")), has_secondary.then(secondary)];
    addresses.into_iter().flatten().map(|address| address.as_str().into()).collect()
}

/// Judges, step by step, what an adapter owes and no rule is about.
fn judge_steps(
    case: &Case,
    start: &Snapshot,
    steps: &[StepObservation],
) -> Result<(), AdapterFault> {
    let mut before = start;
    for (at, (command, seen)) in case.commands.iter().zip(steps).enumerate() {
        let (step, kind) = (at + 1, command.kind());
        if let Some(reference) = command.cloud_object()
            && seen.outcome.status == Status::NotFound
            && is_there(reference, &steps[..at])
        {
            let reference = reference.clone();
            return Err(AdapterFault::NotFound { step, command: kind, reference });
        }
        // What a cycle does to an object, and what deletes it, is the implementation's own affair.
        let may_end = matches!(command, Command::Sync(_) | Command::DeleteCloudObject(_));
        let gone = before.cloud.iter().find(|one| seen.snapshot.cloud_object(&one.id).is_none());
        if let Some(gone) = gone.filter(|_| !may_end) {
            return Err(AdapterFault::OtherId { step, command: kind, id: gone.id.clone() });
        }
        before = &seen.snapshot;
    }
    Ok(())
}

/// Judges that a cycle tells whom it linked each object to.
fn judge_links(case: &Case, steps: &[StepObservation]) -> Result<(), AdapterFault> {
    for (at, (command, seen)) in case.commands.iter().zip(steps).enumerate() {
        let without = seen.outcome.objects.iter().find(|(_, result)| {
            let is_linked = matches!(
                result.result,
                ResultWord::Provisioned
                    | ResultWord::HardMatched
                    | ResultWord::SoftMatched
                    | ResultWord::Joined
                    | ResultWord::Updated
            );
            let exists = |id: &Text| seen.snapshot.cloud_object(id).is_some();
            is_linked && !result.cloud_id.as_ref().is_some_and(exists)
        });
        if let Some((key, _)) = without {
            let (command, key) = (command.kind(), key.clone());
            return Err(AdapterFault::NoCloudId { step: at + 1, command, key });
        }
    }
    Ok(())
}

/// Whether the object that a reference of the trial case names is there, as far as these steps show.
fn is_there(reference: &CloudRef, steps: &[StepObservation]) -> bool {
    match reference {
        CloudRef::Label(_) => true,
        CloudRef::JoinedTo(key) => steps.iter().any(|step| {
            let result = step.outcome.result_of(key).map(|result| result.result);
            matches!(result, Some(ResultWord::Provisioned | ResultWord::Joined))
        }),
        CloudRef::QuarantinedFor(_) => false,
    }
}

/// Whether an adapter declines what it declares.
fn judge_declined(
    case: &Case,
    seen: &CaseObservation,
    capabilities: &Capabilities,
) -> Result<(), AdapterFault> {
    let Some(failure) = seen.failure.as_ref().filter(|one| one.kind == FailureKind::Unsupported)
    else {
        return Ok(());
    };
    let step = seen.step_of_failure();
    match failure.capability.filter(|capability| capabilities.has(*capability)) {
        Some(capability) => {
            Err(AdapterFault::Declines { capability, step, command: case.kind_of_step(step) })
        }
        None => Ok(()),
    }
}

/// Whether two observations of one case tell the same, whatever the identifiers.
fn judge_same(
    case: &Case,
    stepwise: &CaseObservation,
    batch: &CaseObservation,
) -> Result<(), AdapterFault> {
    fn states(seen: &CaseObservation) -> impl Iterator<Item = (Status, &Snapshot)> {
        let start = seen.start.iter().map(|start| (Status::Ok, start));
        start.chain(seen.steps.iter().map(|step| (step.outcome.status, &step.snapshot)))
    }
    let differ = |step, violations| {
        let command = case.kind_of_step(step);
        Err(AdapterFault::BatchDiffers { step, command, violations })
    };
    let pairs = states(stepwise).zip(states(batch));
    for (step, ((status, expected), (other, actual))) in pairs.enumerate() {
        let mut violations = cloud_differences(expected, actual);
        if status != other {
            let object = ObjectName::Tenant;
            violations.push(Violation::new(object, Field::Outcome, status, other));
        }
        if !violations.is_empty() {
            return differ(step, violations);
        }
    }
    let (stepwise, batch) = (states(stepwise).count(), states(batch).count());
    if stepwise == batch { Ok(()) } else { differ(stepwise.min(batch), Vec::new()) }
}

/// What is different in the cloud, whatever the identifiers. What is equal belongs together, and of
/// the rest what is of one kind, in the order in which it is shown.
fn cloud_differences(expected: &Snapshot, actual: &Snapshot) -> Vec<Violation> {
    let mut others: Vec<&CloudObject> = actual.cloud.iter().map(|one| &**one).collect();
    let mut take = |is_other: &dyn Fn(&CloudObject) -> bool| {
        let at = others.iter().position(|other| is_other(other))?;
        Some(others.remove(at))
    };
    // Attributes that the case does not name are an implementation's own, and may change at any time.
    let is_given = |field: &Field| match field {
        Field::Attribute(name) => matches!(&**name, "displayName" | "department"),
        _ => true,
    };
    let differences = |one: &CloudObject, other: &CloudObject| -> Vec<Difference> {
        one.differences(other).filter(|difference| is_given(&difference.field)).collect()
    };
    let is_equal = |one: &CloudObject, other: &CloudObject| differences(one, other).is_empty();
    let unequal: Vec<_> =
        expected.cloud.iter().filter(|one| take(&|other| is_equal(one, other)).is_none()).collect();
    let name = |one: &CloudObject| ObjectName::Unnamed { kind: one.kind, id: one.id.clone() };
    let mut violations = Vec::new();
    for one in unequal {
        match take(&|other| other.kind == one.kind) {
            Some(other) => {
                let differences = differences(one, other).into_iter();
                violations.extend(differences.map(|field| Violation::of(field, name(one))));
            }
            None => violations.push(Violation::missing(name(one))),
        }
    }
    violations.extend(others.into_iter().map(|other| Violation::unexpected(name(other))));
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Outcome;
    use crate::implementation::{CaseInput, Description};
    use crate::reference::ReferenceModel;
    use rstest::rstest;
    use std::sync::Arc;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Mistake {
        None,
        DropsARole,
        DeclinesRoles,
        ForgetsLabels,
        NumbersAnew,
        HoldsLiveObjects,
        EndsABatchEarly,
        TellsNoLinks,
    }

    /// The reference model behind an adapter that makes a mistake.
    struct Adapter(ReferenceModel, Mistake, usize);

    impl Adapter {
        fn makes(&self, mistake: Mistake) -> bool {
            self.1 == mistake
        }
    }

    impl Implementation for Adapter {
        fn describe(&self) -> Description {
            let mut description = self.0.describe();
            if self.makes(Mistake::TellsNoLinks) {
                description.capabilities.0.insert(Capability::CloudId);
            }
            description
        }

        fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
            let mut tenant = tenant.clone();
            if self.makes(Mistake::DropsARole) {
                tenant.cloud.iter_mut().for_each(|object| object.roles.clear());
            }
            self.0.reset(&tenant)
        }

        fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
            let names_a_label = matches!(command.cloud_object(), Some(CloudRef::Label(_)));
            if self.makes(Mistake::DeclinesRoles) && matches!(command, Command::AssignRole(_)) {
                return Err(Failure::unsupported(Capability::Roles));
            }
            let mut seen = self.0.apply(command)?;
            if self.makes(Mistake::ForgetsLabels) && names_a_label {
                seen.outcome = Outcome::plain(Status::NotFound);
            }
            if self.makes(Mistake::NumbersAnew) {
                self.2 += 1;
                for object in &mut seen.snapshot.cloud {
                    let object = Arc::make_mut(object);
                    object.id = format!("{}-{}", object.id, self.2).into();
                }
            }
            Ok(seen)
        }

        fn run_cases(
            &mut self,
            cases: &[CaseInput<'_>],
            observed: &mut dyn FnMut(usize, CaseObservation) -> bool,
        ) {
            for (index, case) in cases.iter().enumerate() {
                let mut seen = run_one(self, *case);
                if self.makes(Mistake::HoldsLiveObjects)
                    && let Some(last) = seen.steps.last().cloned()
                {
                    seen.start = Some(last.snapshot.clone());
                    seen.steps.iter_mut().for_each(|step| step.snapshot = last.snapshot.clone());
                }
                if self.makes(Mistake::EndsABatchEarly) {
                    seen.steps.pop();
                }
                if !observed(index, seen) {
                    return;
                }
            }
        }
    }

    #[rstest]
    #[case::faithful(Mistake::None, None)]
    #[case::another_start(Mistake::DropsARole, Some("resetShowsOther"))]
    #[case::declines(Mistake::DeclinesRoles, Some("declines"))]
    #[case::forgets_labels(Mistake::ForgetsLabels, Some("notFound"))]
    #[case::other_ids(Mistake::NumbersAnew, Some("otherId"))]
    #[case::live_objects(Mistake::HoldsLiveObjects, Some("batchDiffers"))]
    #[case::shorter(Mistake::EndsABatchEarly, Some("batchDiffers"))]
    #[case::no_links(Mistake::TellsNoLinks, Some("noCloudId"))]
    fn each_mistake_of_an_adapter_is_told_as_what_it_is(
        #[case] mistake: Mistake,
        #[case] expected: Option<&str>,
    ) {
        let found = check_adapter(&mut Adapter(ReferenceModel::default(), mistake, 0)).err();
        let kind = found.map(|fault| {
            let words = crate::report::adapter_fault(&fault);
            assert!(!words.is_empty());
            serde_json::to_value(&fault).expect("JSON")["kind"].clone()
        });
        assert_eq!(kind, expected.map(Into::into));
    }

    /// With one kind of object alone, and nothing else declared, there still is something to try.
    #[rstest]
    #[case::users(Capability::Users)]
    #[case::groups(Capability::Groups)]
    #[case::contacts(Capability::Contacts)]
    fn one_kind_is_enough(#[case] kind: Capability) {
        let capabilities: Capabilities = [kind].into_iter().collect();
        let case = trial_case(&capabilities).expect("a case");
        let needed = crate::cases::required_capabilities(&case.tenant, &case.commands);
        assert_eq!(capabilities.missing(&needed), []);
        assert_eq!(trial_case(&Capabilities::default()), None);
    }

    #[test]
    fn the_trial_case_is_well_formed() {
        let case = trial_case(&Capabilities::all_of_2023()).expect("a case");
        assert!(crate::directory::is_well_formed(&case.tenant, &case.commands));
    }
}
