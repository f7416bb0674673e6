//! One implementation, and what the checks say of the cases that it runs.

use entra_conformance::checks::{EditionSettings, Observer};
use entra_conformance::directory::{Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::{Description, Implementation};

/// What an implementation showed of a case.
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
    description: &'d Description,
}

impl<'d> Judge<'d> {
    /// Judges by what the implementation declares.
    pub(crate) fn new(description: &'d Description) -> Judge<'d> {
        Judge { description }
    }

    /// Whether a rule is broken.
    pub(crate) fn is_broken(
        &mut self,
        rule: &str,
        tenant: &Tenant,
        commands: &[Command],
        seen: &Seen,
    ) -> bool {
        let Description { capabilities, choices, .. } = self.description;
        let edition = EditionSettings::of_2023_01();
        let (mut observer, mut findings) =
            Observer::start(tenant, &seen.start, edition, capabilities, choices);
        for (command, step) in commands.iter().zip(&seen.steps) {
            findings.extend(observer.step(command, step));
        }
        let mut of_rule = findings.iter().filter(|finding| finding.rule == rule);
        of_rule.any(|finding| !finding.violations().is_empty())
    }
}
