//! The scenarios as tests of the implementer's own crate.
//!
//! A test target with `harness = false` and one macro lists every scenario as a test of its own,
//! to `cargo test` and to nextest. See [`harness!`](crate::harness!).

use crate::cases::scenario::{EmbeddedScenario, embedded};
use crate::implementation::{Description, Implementation};
use crate::report::{RuleState, Status, Summary, terminal};
use crate::rulebook::Rulebook;
use crate::runner::{CaseVerdict, Event, Extras, Host, Selection, Source, plan, run};
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The test under which it is told whether every rule that applies was exercised.
const COMPLETENESS: &str = "rules/every-applicable-rule-is-exercised";

/// Makes a test target of an expression that creates an [`Implementation`](crate::implementation::Implementation).
///
/// In `Cargo.toml`:
/// ```toml
/// [dev-dependencies]
/// entra-conformance = { version = "0.1", default-features = false, features = ["harness"] }
///
/// [[test]]
/// name = "conformance"
/// harness = false
/// ```
///
/// In `tests/conformance.rs`, with an implementation of your own in place of the reference model:
/// ```no_run
/// entra_conformance::harness!(entra_conformance::reference::ReferenceModel::default());
/// ```
///
/// Each scenario is a test that gets an implementation of its own, and so is each source of
/// generated cases (`generated/grid`, `generated/sequences`, `generated/laws`). A scenario that needs a
/// capability or a choice which is not declared is listed as ignored, never as passed. One more
/// test fails as long as a rule that applies is exercised by nothing.
#[macro_export]
macro_rules! harness {
    ($implementation:expr) => {
        fn main() {
            $crate::harness::main(|| $implementation)
        }
    };
}

/// Runs the scenarios as tests, as the command line asks, and ends the process.
pub fn main<I: Implementation + 'static>(create: impl Fn() -> I + Send + Sync + 'static) -> ! {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials(create)).exit()
}

/// One test for each scenario, and one for completeness.
fn trials<I: Implementation + 'static>(
    create: impl Fn() -> I + Send + Sync + 'static,
) -> Vec<Trial> {
    let create = Arc::new(create);
    let description = create().describe();
    let mut trials: Vec<Trial> = embedded()
        .iter()
        .map(|scenario| {
            let applies = applies(scenario, &description);
            let create = Arc::clone(&create);
            Trial::test(scenario.id, move || judge(&mut create(), What::Scenario(scenario)))
                .with_ignored_flag(!applies)
        })
        .collect();
    for &source in Source::SELECTABLE.iter().filter(|source| **source != Source::Scenarios) {
        let create = Arc::clone(&create);
        let name = format!("generated/{source}");
        trials.push(Trial::test(name, move || judge(&mut create(), What::Source(source))));
    }
    trials.push(Trial::test(COMPLETENESS, move || judge(&mut create(), What::Completeness)));
    trials
}

/// What one test is about.
enum What<'s> {
    Scenario(&'s EmbeddedScenario),
    /// A source of generated cases.
    Source(Source),
    /// What only all scenarios together can tell.
    Completeness,
}

fn judge(implementation: &mut dyn Implementation, what: What<'_>) -> Result<(), Failed> {
    let selection = match what {
        What::Completeness => Selection::scenarios_only(),
        What::Source(source) => Selection { sources: [source].into(), ..Selection::default() },
        What::Scenario(scenario) => Selection {
            scenario_patterns: vec![scenario.id.to_owned()],
            scenarios: [scenario.id.to_owned()].into(),
            ..Selection::default()
        },
    };
    let edition = &Rulebook::embedded().default_edition().id;
    let description = implementation.describe();
    let plan = plan(edition, &description, Host::CargoTest, selection, Vec::new());
    let mut summary = Summary::default();
    let mut why_not = None;
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        if let Event::CaseFinished { verdict: CaseVerdict::NotApplicable { reason }, .. } = &event {
            why_not = Some(reason.clone());
        }
        summary.take(&event);
    });
    if matches!(what, What::Completeness) {
        return completeness(&summary);
    }
    if let Some(reason) = why_not {
        return Err(format!("not applicable, so not judged: {reason}").into());
    }
    match summary.status() {
        Status::Nonconformant | Status::SuiteDefect => {
            Err(terminal::render_failures(&summary, 100, false).into())
        }
        Status::Conformant | Status::PartHeld | Status::Incomplete => Ok(()),
    }
}

/// Whether every rule that applies was exercised. What was broken is told by the other tests.
fn completeness(summary: &Summary) -> Result<(), Failed> {
    let idle: Vec<String> = summary
        .rules()
        .into_iter()
        .filter(|line| line.state == RuleState::NotExercised)
        .map(|line| line.rule)
        .collect();
    if summary.judged == 0 {
        return Err("no scenario was judged".into());
    }
    if idle.is_empty() {
        Ok(())
    } else {
        Err(format!("exercised by nothing: {}", idle.join(", ")).into())
    }
}

/// Whether an implementation that describes itself so can be judged by a scenario.
fn applies(scenario: &EmbeddedScenario, description: &Description) -> bool {
    let case = crate::runner::PlannedCase::of_embedded(scenario);
    crate::runner::why_not_applicable(&case, description).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::ReferenceModel;

    #[test]
    fn every_scenario_is_a_test_of_its_own() {
        let trials = trials(ReferenceModel::default);
        assert_eq!(trials.len(), embedded().len() + 4);
        assert!(trials.iter().any(|trial| trial.name() == COMPLETENESS));
    }
}
