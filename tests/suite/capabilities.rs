//! Software as it is: what an implementation does not show is not held against it, and what it does
//! wrong is found all the same.

use entra_conformance::directory::{
    AnchorForm, Attributes, Capabilities, Capability, Command, Snapshot, StepObservation, Tenant,
    Text,
};
use entra_conformance::implementation::{Description, Failure, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::{RuleState, Status, Summary, terminal};
use entra_conformance::runner::{Extras, Generation, Host, Selection, Source, plan, run};
use entra_conformance::self_test::variants::{self, Showing};
use entra_conformance::self_test::{Settings, mutants, self_test};
use rstest::rstest;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn summary_of(implementation: &mut dyn Implementation, rules: &[&str]) -> Summary {
    let selection = Selection {
        rule_patterns: rules.iter().map(ToString::to_string).collect(),
        rules: rules.iter().map(ToString::to_string).collect(),
        ..Selection::scenarios_only()
    };
    let description = implementation.describe();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    summary
}

fn violated(summary: &Summary) -> Vec<String> {
    let rules = summary.rules().into_iter();
    rules.filter(|line| line.state == RuleState::Violated).map(|line| line.rule).collect()
}

#[test]
fn honest_software_without_a_flag_is_judged_by_thirty_rules() {
    let mut variant = variants::find("users-without-a-flag").expect("a variant").implementation();
    let summary = summary_of(&mut *variant, &[]);
    assert_eq!(summary.status(), Status::Conformant, "{}", terminal::render(&summary, 100, false));
    assert!(summary.counts().held >= 30, "{}", terminal::render(&summary, 100, false));
}

/// Generated cases of every source blame nobody for what is not shown.
#[rstest]
#[case::flag("links-by-cloud-id")]
#[case::flag_and_links("without-authority-flag")]
#[case::results("without-object-results")]
#[case::most_things("users-without-a-flag")]
#[case::all_but_names("users-by-name-only")]
#[case::addresses("without-secondary-addresses")]
#[case::anchors_in_the_cloud("without-cloud-anchors")]
fn nobody_is_blamed_for_what_is_not_shown(#[case] variant: &str) {
    let settings = Settings {
        generation: Generation { cases: 30_000, ..Generation::default() },
        one_in: 150,
        mutants: vec!["none".to_owned()],
        variants: vec![variant.to_owned()],
        ..Settings::default()
    };
    let proof = self_test(&settings, &|| false, &|_| {});
    assert_eq!(proof.defects(), Vec::<String>::new());
}

/// What breaks a rule about anything but the flag is seen without it too.
#[test]
fn mutants_are_seen_without_the_flag() {
    let mut capabilities = Capabilities::all_of_2023();
    capabilities.0.remove(&Capability::AuthorityFlag);
    capabilities.0.insert(Capability::CloudId);
    let about_the_flag = [
        "soa.one-authority",
        "soa.no-split",
        "takeover.authority-flips",
        "reinstall-hands-objects-to-the-cloud",
    ];
    let about_others = |mutant: &&mutants::Mutant| {
        !about_the_flag.contains(&mutant.rule) && !about_the_flag.contains(&mutant.name)
    };
    let mut unseen = Vec::new();
    for mutant in mutants::of_edition("2023-01").filter(about_others) {
        let rules: Vec<&str> = mutant.also.iter().copied().chain([mutant.rule]).collect();
        let is_seen = |mut implementation: Box<dyn Implementation + Send>| {
            !violated(&summary_of(&mut *implementation, &rules)).is_empty()
        };
        let behind = Showing::new(mutant.implementation(), capabilities.clone());
        if !is_seen(Box::new(behind)) && is_seen(mutant.implementation()) {
            unseen.push(mutant.name);
        }
    }
    assert_eq!(unseen, Vec::<&str>::new());
}

/// Two objects that are linked to one account are found by what is reported, flag or not.
#[test]
fn two_links_to_one_account_are_seen_in_the_report() {
    struct Double(ReferenceModel, Option<Text>);
    impl Implementation for Double {
        fn describe(&self) -> Description {
            let description = self.0.describe();
            let more = [Capability::CloudId];
            let capabilities = description.capabilities.0.clone().into_iter().chain(more);
            description.with_capabilities(capabilities)
        }
        fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
            self.1 = None;
            self.0.reset(tenant)
        }
        fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
            let mut step = self.0.apply(command)?;
            for result in step.outcome.objects.values_mut() {
                self.1 = self
                    .1
                    .take()
                    .or_else(|| step.snapshot.cloud.first().map(|object| object.id.clone()));
                result.cloud_id.clone_from(&self.1);
            }
            Ok(step)
        }
    }
    let summary = summary_of(&mut Double(ReferenceModel::default(), None), &["match.one-to-one"]);
    assert_eq!(violated(&summary), ["match.one-to-one"]);
}

/// What an implementation declines while it is run is counted apart from what it never declared, and a
/// rule whose scenarios all violate another one is told to be blocked by it.
#[test]
fn what_is_declined_and_what_is_blocked_is_told_apart() {
    struct Declining(ReferenceModel);
    impl Implementation for Declining {
        fn describe(&self) -> Description {
            let capabilities = [
                Capability::Users,
                Capability::MatchUserPrincipalName,
                Capability::AuthorityFlag,
                Capability::ObjectResults,
            ];
            self.0.describe().with_capabilities(capabilities)
        }
        fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
            let has_several = tenant.cloud.len() > 1;
            if has_several {
                Err(Failure::unsupported(Capability::Roles))
            } else {
                self.0.reset(tenant)
            }
        }
        fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
            self.0.apply(command)
        }
    }
    let summary = summary_of(&mut Declining(ReferenceModel::default()), &[]);
    let result = &summary.sources[0].result;
    assert!(result.declined[&Capability::Roles] > 0 && result.not_applicable > 0);
    assert_eq!(result.ended(), summary.sources[0].planned.cases);
    let report = terminal::render(&summary, 100, false);
    assert!(report.contains("declined while they were run (roles)"), "{report}");

    let mutant = mutants::find("takeover-recreates-object").expect("a mutant");
    let summary = summary_of(&mut *mutant.implementation(), &[]);
    let blocked = summary.rules().into_iter().find(|line| !line.blocked_by.is_empty());
    let blocked = blocked.expect("a rule that cannot be exercised");
    let report = terminal::render(&summary, 100, false);
    assert!(report.contains("not exercised because"), "{report}");
    assert!(!blocked.rule.is_empty());
}

/// The reference model under other names and with anchors of another form.
struct Elsewhere {
    model: ReferenceModel,
    attributes: &'static [&'static str],
    never_updated: &'static [&'static str],
    form: AnchorForm,
}

impl Elsewhere {
    /// What it is sent is in the form and by the names that it declares.
    fn check(&self, anchor: Option<&Text>, attributes: &Attributes) {
        let length = match self.form {
            AnchorForm::Base64 => 24,
            _ => 36,
        };
        assert!(anchor.is_none_or(|anchor| anchor.len() == length), "{anchor:?}");
        assert!(attributes.keys().all(|name| self.attributes.contains(&&**name)), "{attributes:?}");
    }
}

impl Implementation for Elsewhere {
    fn describe(&self) -> Description {
        let mut description = self.model.describe();
        description.attributes = Some(self.attributes.iter().map(|&name| name.into()).collect());
        let fields = self.never_updated.iter().map(|field| field.parse().expect("a field"));
        description.never_updated = fields.collect();
        description.read_only = description.never_updated.clone();
        description.anchor_form = self.form;
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        for object in &tenant.cloud {
            self.check(object.on_premises_immutable_id.as_ref(), &object.attributes);
        }
        for object in &tenant.on_premises {
            self.check(object.source_anchor.as_ref(), &object.attributes);
        }
        self.model.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        if let Command::UpdateOnPremisesObject(update) = command {
            let names = self.never_updated.iter().filter_map(|one| one.strip_prefix("attributes."));
            let is_changed = |name: &str| update.set.attributes.contains_key(name);
            assert!(!names.into_iter().any(is_changed), "what is never updated is changed");
        }
        let mut step = self.model.apply(command)?;
        if self.form == AnchorForm::Uuid {
            for object in &mut step.snapshot.cloud {
                let object = Arc::make_mut(object);
                if let Some(anchor) = &mut object.on_premises_immutable_id {
                    *anchor = anchor.to_ascii_uppercase().into();
                }
            }
        }
        Ok(step)
    }
}

#[rstest]
#[case::many_names(&["mail", "one", "two", "three", "four", "five", "six", "seven"], &[], AnchorForm::Base64)]
#[case::few_names(&["one", "two"], &["attributes.one"], AnchorForm::Uuid)]
#[case::none(&[], &["userPrincipalName"], AnchorForm::Uuid)]
fn cases_are_sent_as_an_implementation_has_them(
    #[case] attributes: &'static [&'static str],
    #[case] never_updated: &'static [&'static str],
    #[case] form: AnchorForm,
) {
    let model = ReferenceModel::default();
    let mut elsewhere = Elsewhere { model, attributes, never_updated, form };
    assert_conformant(&mut elsewhere, 200);
}

/// The scenarios, so many sequences and a tenth as many cases for relations find nothing wrong.
pub(crate) fn assert_conformant(implementation: &mut dyn Implementation, cases: usize) {
    let description = implementation.describe();
    let generation = Generation { cases, ..Generation::default() };
    let sources = [Source::Scenarios, Source::Sequences, Source::Relations].into();
    let selection = Selection { sources, generation, ..Selection::default() };
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    assert_eq!(summary.status(), Status::Conformant, "{}", terminal::render(&summary, 100, false));
}
