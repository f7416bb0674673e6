//! No correct implementation fails: the reference model under every choice, with its choices kept
//! to itself, telling less than it could, and showing its state in another order.

use entra_conformance::directory::{
    Capabilities, Capability, Command, DeclaredChoices, ResultWord, Snapshot, StepObservation,
    Tenant,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::report::{RuleState, Status, Summary, terminal};
use entra_conformance::runner::{Extras, Host, Selection, plan, run};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn summary_of(implementation: &mut dyn Implementation) -> Summary {
    let description = implementation.describe();
    let selection = Selection::scenarios_only();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    summary
}

fn assert_breaks_nothing(implementation: &mut dyn Implementation) -> Summary {
    let summary = summary_of(implementation);
    assert!(
        summary.count(RuleState::Violated) == 0 && summary.broken_off.is_empty(),
        "{}",
        terminal::render(&summary, 100, false)
    );
    assert!(summary.judged > 0);
    summary
}

/// The reference model, seen through something that changes how it presents itself and not what
/// it does.
struct Veiled {
    model: ReferenceModel,
    veil: Veil,
}

#[derive(Clone, Copy, PartialEq)]
enum Veil {
    /// Declares no choice.
    Undeclared,
    /// Tells `joined` for every match and nothing about who evaluated it.
    Coarse,
    /// Lists objects backwards.
    Backwards,
    /// Has identifiers of another form.
    OtherIds,
    /// Adds an address in the tenant's initial domain to every on-premises-mastered user.
    InitialDomain,
    /// Adds an attribute of its own to every cloud object.
    OwnAttribute,
    /// Tells a rejoin or an idle object as `updated`.
    AlwaysUpdated,
}

impl Veiled {
    fn snapshot(&self, mut snapshot: Snapshot) -> Snapshot {
        if self.veil == Veil::Backwards {
            snapshot.cloud.reverse();
            snapshot.on_premises.reverse();
        }
        for object in &mut snapshot.cloud {
            let object = Arc::make_mut(object);
            match self.veil {
                Veil::OtherIds => object.id = format!("{{{}}}", object.id).into(),
                Veil::InitialDomain if object.on_premises_sync_enabled => {
                    let address = format!("smtp:{}@contoso.onmicrosoft.com", object.id);
                    object.proxy_addresses.push((&*address).into());
                }
                Veil::OwnAttribute => {
                    object.attributes.insert("createdDateTime".into(), "2023-01-26".into());
                }
                _ => {}
            }
        }
        snapshot
    }
}

impl Implementation for Veiled {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        match self.veil {
            Veil::Undeclared => description.choices = DeclaredChoices::default(),
            Veil::Coarse => {
                description.capabilities.0.remove(&Capability::MatchKind);
                description.capabilities.0.remove(&Capability::EvaluatedBy);
            }
            _ => {}
        }
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.model.reset(tenant).map(|snapshot| self.snapshot(snapshot))
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        let mut step = self.model.apply(command)?;
        step.snapshot = self.snapshot(step.snapshot);
        for result in step.outcome.objects.values_mut() {
            match self.veil {
                Veil::Coarse => {
                    result.matched_on = None;
                    result.evaluated_by = None;
                    if matches!(result.result, ResultWord::HardMatched | ResultWord::SoftMatched) {
                        result.result = ResultWord::Joined;
                    }
                }
                Veil::AlwaysUpdated if result.result == ResultWord::Unchanged => {
                    result.result = ResultWord::Updated;
                }
                _ => {}
            }
        }
        Ok(step)
    }
}

#[test]
fn the_reference_model_is_conformant_under_every_choice() {
    for policy in Policy::default().every_choice() {
        let summary = assert_breaks_nothing(&mut ReferenceModel::new(policy));
        assert_eq!(
            summary.status(),
            Status::Conformant,
            "{}",
            terminal::render(&summary, 100, false)
        );
    }
}

#[rstest]
#[case::undeclared(Veil::Undeclared)]
#[case::coarse(Veil::Coarse)]
#[case::backwards(Veil::Backwards)]
#[case::other_ids(Veil::OtherIds)]
#[case::initial_domain(Veil::InitialDomain)]
#[case::own_attribute(Veil::OwnAttribute)]
#[case::always_updated(Veil::AlwaysUpdated)]
fn what_is_left_open_fails_nobody(#[case] veil: Veil) {
    // Precedence among ambiguous matches has nothing to do with how a state is shown.
    let precedence = |policy: &Policy| (policy.soft_match_precedence, policy.hard_versus_soft);
    let default = precedence(&Policy::default());
    let policies = Policy::default().every_choice().into_iter();
    for policy in policies.filter(|policy| precedence(policy) == default) {
        assert_breaks_nothing(&mut Veiled { model: ReferenceModel::new(policy), veil });
    }
}

/// An implementation that can do less is judged by less, and never by what it cannot do.
#[rstest]
fn each_capability_can_be_missing(
    #[values(
        Capability::Users,
        Capability::Groups,
        Capability::Contacts,
        Capability::MatchUserPrincipalName,
        Capability::MatchProxyAddresses,
        Capability::MatchSourceAnchor,
        Capability::Roles,
        Capability::Passwords,
        Capability::SoftMatchSwitch,
        Capability::Reinstall,
        Capability::ImmutableIdWrite,
        Capability::CloudEdits,
        Capability::RecycleBin
    )]
    missing: Capability,
) {
    let mut capabilities = Capabilities::all_of_2023();
    capabilities.0.remove(&missing);
    let summary = assert_breaks_nothing(&mut Declaring(ReferenceModel::default(), capabilities));
    assert!(!summary.not_applicable.is_empty(), "{missing} is needed by no scenario");
    assert_leaves_nothing_out(&summary);
}

/// A rule that the implementation could exercise is exercised.
fn assert_leaves_nothing_out(summary: &Summary) {
    let left_out: Vec<String> = summary
        .rules()
        .into_iter()
        .filter(|line| line.state == RuleState::NotExercised)
        .map(|line| line.rule)
        .collect();
    assert_eq!(left_out, Vec::<String>::new());
}

/// A few capabilities are enough to be judged by every rule that they allow.
#[rstest]
#[case::names_only(&[Capability::Users, Capability::MatchUserPrincipalName])]
#[case::addresses_only(&[Capability::Users, Capability::MatchProxyAddresses])]
#[case::anchors_only(&[Capability::Users, Capability::MatchSourceAnchor])]
#[case::names_and_anchors(&[Capability::Users, Capability::MatchUserPrincipalName, Capability::MatchSourceAnchor, Capability::Reinstall])]
#[case::contacts(&[Capability::Contacts, Capability::MatchProxyAddresses])]
#[case::groups(&[Capability::Groups, Capability::MatchProxyAddresses])]
fn a_small_implementation_is_judged_completely(#[case] capabilities: &[Capability]) {
    let capabilities = capabilities.iter().copied().collect();
    let summary = assert_breaks_nothing(&mut Declaring(ReferenceModel::default(), capabilities));
    assert_leaves_nothing_out(&summary);
}

/// The reference model, declaring something else than all that it can do.
struct Declaring(ReferenceModel, Capabilities);

impl Implementation for Declaring {
    fn describe(&self) -> Description {
        Description { capabilities: self.1.clone(), ..self.0.describe() }
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.0.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        self.0.apply(command)
    }
}

#[test]
fn an_implementation_that_can_do_nothing_is_not_conformant() {
    let nothing = Capabilities::default();
    let summary = summary_of(&mut Declaring(ReferenceModel::default(), nothing));
    assert_eq!(summary.judged, 0);
    assert_eq!(summary.status(), Status::Incomplete);
}
