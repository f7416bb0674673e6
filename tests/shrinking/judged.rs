//! One implementation, and what the checks say of the cases that it runs.

use entra_conformance::checks::{Finding, Observer};
use entra_conformance::directory::{Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::{Description, Implementation};

/// What an implementation showed of a case.
#[derive(PartialEq)]
pub(crate) struct Seen {
    start: Snapshot,
    steps: Vec<StepObservation>,
}

/// Runs a case to its end.
pub(crate) fn run(
    implementation: &mut dyn Implementation,
    tenant: &Tenant,
    commands: &[Command],
) -> Seen {
    let start = implementation.reset(tenant).expect("it starts");
    let step = |command| implementation.apply(command).expect("it goes on");
    Seen { start, steps: commands.iter().map(step).collect() }
}

/// Finds fault with what was seen.
pub(crate) struct Judge<'d> {
    observer: Observer<'d>,
    findings: Vec<Finding>,
}

impl<'d> Judge<'d> {
    /// Judges by what the implementation declares.
    pub(crate) fn new(description: &'d Description) -> Judge<'d> {
        let (capabilities, choices) = (&description.capabilities, &description.choices);
        let (observer, findings) =
            Observer::start(&Tenant::default(), &Snapshot::default(), capabilities, choices);
        Judge { observer, findings }
    }

    /// The fields in which a rule is broken, each as the shrinker tells it apart.
    pub(crate) fn broken_fields(
        &mut self,
        rule: &str,
        tenant: &Tenant,
        commands: &[Command],
        seen: &Seen,
    ) -> Vec<String> {
        self.findings.clear();
        self.findings.push(self.observer.restart(tenant, &seen.start));
        for (command, step) in commands.iter().zip(&seen.steps) {
            self.observer.judge(command, step, &mut self.findings);
        }
        let broken = self.findings.iter().filter(|finding| finding.rule == rule);
        let first = broken.filter_map(|finding| finding.violations().first());
        first.map(|violation| told_apart(&violation.field)).collect()
    }
}

/// The attributes that generated cases and the family have.
const ATTRIBUTES: &[&str] =
    &["displayName", "department", "employeeId", "jobTitle", "mail", "telephoneNumber"];

/// The field of a violation as the shrinker tells it apart: one attribute is like any other.
pub(crate) fn told_apart(field: &str) -> String {
    if ATTRIBUTES.contains(&field) { "an attribute".to_owned() } else { field.to_owned() }
}
