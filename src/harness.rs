//! The scenarios as tests of the implementer's own crate.
//!
//! A test target with `harness = false` and one macro lists every scenario as a test of its own,
//! to `cargo test` and to nextest. See [`harness!`](crate::harness!).

use crate::implementation::Implementation;
use crate::report::{RuleState, Status, not_applicable};
use crate::runner::{Selection, Source};
use crate::suite::{Report, Suite, SuiteBuilder};
use libtest_mimic::{Arguments, Failed, Trial};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The test that says whether every rule that applies was exercised.
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
/// What is run and judged can be set as with [`Suite::builder`](crate::Suite::builder):
/// ```no_run
/// use entra_conformance::{Suite, harness};
/// # use entra_conformance::reference::ReferenceModel as MyImplementation;
///
/// harness!(
///     MyImplementation::default(),
///     suite = Suite::builder().cases(100_000).baseline("conformance-baseline.yaml"),
/// );
/// ```
///
/// Each scenario is a test that gets an implementation of its own, and so is each source of
/// generated cases (`generated/grid`, `generated/sequences`, `generated/relations`). A scenario that
/// needs a capability or a choice which is not declared is listed as ignored, never as passed. Unless
/// particular scenarios are selected, one more test fails as long as a rule that applies is
/// exercised by nothing.
#[macro_export]
macro_rules! harness {
    ($implementation:expr $(,)?) => {
        $crate::harness!($implementation, suite = $crate::Suite::builder());
    };
    ($implementation:expr, suite = $suite:expr $(,)?) => {
        fn main() {
            $crate::harness::main(|| $implementation, $suite)
        }
    };
}

/// Runs the suite as tests, as the command line of `cargo test` asks, and ends the process.
#[doc(hidden)]
pub fn main<I: Implementation + 'static>(
    create: impl Fn() -> I + Send + Sync + 'static,
    suite: SuiteBuilder,
) -> ! {
    let arguments = Arguments::from_args();
    let trials = match suite.build() {
        Ok(suite) => trials(create, &suite),
        Err(error) => vec![Trial::test("suite", move || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit()
}

/// One test for each scenario and each other source, and one for completeness.
fn trials<I: Implementation + 'static>(
    create: impl Fn() -> I + Send + Sync + 'static,
    suite: &Suite,
) -> Vec<Trial> {
    let create = Arc::new(create);
    let description = create().describe();
    let plan = suite.plan(&description);
    let trial = |name: String, part: Suite, expect: Expect| {
        let create = Arc::clone(&create);
        Trial::test(name, move || {
            let never = AtomicBool::new(false);
            expect(&part.run_watched(&mut create(), &mut [], &never, &mut |_| {}))
        })
    };
    let mut trials = Vec::new();
    for case in plan.cases.iter().filter(|case| case.source == Source::Scenarios) {
        let applies = case.why_not_applicable(&description).is_none();
        let part = scenario_of(suite, &case.id);
        trials.push(trial(case.id.clone(), part, nothing_wrong).with_ignored_flag(!applies));
    }
    for source in plan.header.sources.iter().map(|planned| planned.source) {
        let name = match source {
            Source::Scenarios => continue,
            Source::Saved => "saved-failures".to_owned(),
            generated => format!("generated/{generated}"),
        };
        trials.push(trial(name, source_of(suite, source), nothing_wrong));
    }
    let selection = &suite.selection;
    if selection.scenario_patterns.is_empty() && selection.has_source(Source::Scenarios) {
        let mut part = source_of(suite, Source::Scenarios);
        part.baseline = None;
        trials.push(trial(COMPLETENESS.to_owned(), part, all_exercised));
    }
    trials
}

/// The suite with nothing but one scenario.
fn scenario_of(suite: &Suite, id: &str) -> Suite {
    let mut part = suite.clone();
    part.saved.clear();
    part.failures = None;
    part.selection = Selection {
        sources: Default::default(),
        scenario_patterns: vec![id.to_owned()],
        scenarios: [id.to_owned()].into(),
        ..part.selection
    };
    part
}

/// The suite with nothing but one source.
fn source_of(suite: &Suite, source: Source) -> Suite {
    let mut part = suite.clone();
    if source != Source::Saved {
        part.saved.clear();
    }
    part.selection.sources = [source].into();
    part
}

/// What a test asks of what it has seen.
type Expect = fn(&Report) -> Result<(), Failed>;

fn nothing_wrong(report: &Report) -> Result<(), Failed> {
    let summary = report.summary();
    if let Some((_, reason)) = summary.not_applicable.last().filter(|_| summary.judged == 0) {
        return Err(format!("not applicable, so not judged: {}", not_applicable(reason)).into());
    }
    match report.status() {
        Status::Conformant | Status::AsListed | Status::PartHeld | Status::Incomplete => Ok(()),
        Status::Nonconformant | Status::SuiteDefect => Err(report.failures().into()),
    }
}

/// Whether every rule that applies was exercised. What was broken is told by the other tests.
fn all_exercised(report: &Report) -> Result<(), Failed> {
    let summary = report.summary();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::ReferenceModel;

    #[test]
    fn every_scenario_is_a_test_of_its_own() {
        let suite = Suite::builder().build().expect("the whole suite");
        let trials = trials(ReferenceModel::default, &suite);
        let names: Vec<&str> = trials.iter().map(Trial::name).collect();
        let scenarios = crate::cases::scenario::embedded().iter();
        for scenario in scenarios.filter(|one| one.scenario.is_in(suite.edition)) {
            assert!(names.contains(&scenario.id), "{} is no test", scenario.id);
        }
        for other in ["generated/grid", "generated/sequences", "generated/relations", COMPLETENESS]
        {
            assert!(names.contains(&other), "{other} is no test");
        }
    }

    #[test]
    fn only_what_is_selected_is_a_test() {
        let suite = Suite::builder().scenarios(["match/*"]).build().expect("some scenarios");
        let trials = trials(ReferenceModel::default, &suite);
        assert!(trials.iter().all(|trial| trial.name().starts_with("match/")));
    }
}
