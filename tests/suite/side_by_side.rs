//! Cases that are run side by side in one tenant come to what they come to one by one.

#[path = "../../examples/slow-tenant/tenant.rs"]
mod tenant;

use entra_conformance::directory::{Command, Snapshot, StepObservation, Tenant};
use entra_conformance::implementation::side_by_side::{self, AtOnce};
use entra_conformance::implementation::{
    CaseInput, CaseObservation, Description, Failure, FailureKind, Implementation,
};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::report::{Incomplete, RuleState, Status};
use entra_conformance::runner::{Profile, Source};
use entra_conformance::self_test::mutants;
use entra_conformance::{Report, Suite};
use rstest::rstest;
use std::time::Duration;
use tenant::{Costs, SlowTenant};

/// The reference model, or a mutant of it.
fn implementation(mutant: Option<&str>) -> Box<dyn Implementation> {
    match mutant {
        None => Box::new(ReferenceModel::default()),
        Some(name) => {
            let mutant = mutants::find(name).expect("a mutant of the catalogue");
            mutant.with_policy(Policy::default())
        }
    }
}

fn run(source: Source, implementation: &mut dyn Implementation) -> Report {
    let suite = Suite::builder().sources([source]).profile(Profile::Quick).cases(100);
    suite.run(implementation).expect("a suite")
}

/// What a run came to for each rule.
fn verdicts(report: &Report) -> Vec<(String, RuleState, u64, u64)> {
    let lines = report.rules().into_iter();
    lines.map(|line| (line.rule, line.state, line.held, line.violated_cases)).collect()
}

#[rstest]
#[case::right(None, Source::Scenarios)]
#[case::right_in_sequences(None, Source::Sequences)]
#[case::wrong_match(Some("secondary-address-matches"), Source::Scenarios)]
#[case::wrong_attribute(Some("display-name-matches"), Source::Scenarios)]
#[case::wrong_attribute_in_the_grid(Some("display-name-matches"), Source::Grid)]
#[case::wrong_takeover(Some("takeover-merges-addresses"), Source::Scenarios)]
#[case::wrong_takeover_in_sequences(Some("takeover-merges-addresses"), Source::Sequences)]
fn a_slow_tenant_gets_the_verdicts_of_one_case_after_the_other(
    #[case] mutant: Option<&str>,
    #[case] source: Source,
) {
    let expected = run(source, &mut *implementation(mutant));
    let mut tenant = SlowTenant::new(implementation(mutant), 40, Costs::default());
    let actual = run(source, &mut tenant);
    assert_eq!(verdicts(&actual), verdicts(&expected));
    assert_eq!(actual.summary().judged, expected.summary().judged);
    assert!(tenant.clock > Duration::from_secs(3_600), "it is slow");
}

#[test]
fn what_is_throttled_is_neither_passed_nor_failed() {
    let costs = Costs { refused: 700, ..Costs::default() };
    let mut tenant = SlowTenant::new(implementation(None), 40, costs);
    let report = run(Source::Scenarios, &mut tenant);
    let summary = report.summary();
    assert_eq!(report.status(), Status::Incomplete);
    assert!(!summary.inconclusive.is_empty());
    let Some(Incomplete::Inconclusive { cases, written }) = summary.why_incomplete() else {
        panic!("{:?}", summary.why_incomplete())
    };
    assert_eq!((cases, written.len()), (summary.inconclusive.len(), cases));
    let text = report.to_string();
    assert!(text.contains("inconclusive (throttled)"), "{text}");
    assert!(report.verdict().starts_with("incomplete: "), "{}", report.verdict());
}

#[test]
fn when_the_night_is_over_the_rest_is_left_out_and_told() {
    let night = Duration::from_secs(4 * 3_600);
    let tenant = SlowTenant::new(implementation(None), 40, Costs::default());
    let report = run(Source::Scenarios, &mut tenant.for_a_night(night));
    assert_eq!(report.status(), Status::Incomplete);
    assert!(report.to_string().contains("inconclusive (left out by the budget)"));
    assert!(report.summary().judged > 40, "a night is worth something");
}

/// An implementation that panics when it meets one of the scenarios' objects.
struct Panics(ReferenceModel);

impl Implementation for Panics {
    fn describe(&self) -> Description {
        self.0.describe().with_cases_side_by_side(40)
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.0.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        assert!(!matches!(command, Command::DeleteCloudObject(delete) if delete.permanently));
        self.0.apply(command)
    }

    fn run_batch(&mut self, cases: &[CaseInput<'_>]) -> Result<Vec<CaseObservation>, Failure> {
        side_by_side::run(&mut AtOnce::new(self), cases)
    }
}

#[test]
fn what_breaks_a_batch_is_charged_to_its_own_cases() {
    let suite = Suite::builder().sources([Source::Scenarios]).scenarios(["admin*", "safe*"]);
    let report = suite.run(&mut Panics(ReferenceModel::default())).expect("a suite");
    let aborted = &report.summary().aborted;
    assert!(aborted.iter().all(|case| case.failure.kind == FailureKind::Panicked), "{aborted:?}");
    assert!(report.summary().judged > aborted.len());
    let counts = report.summary().counts();
    assert_eq!(counts.violated, 0, "{report}");
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-conformance");

#[rstest]
#[case::right(&[], &["--side-by-side", "40"], 0, "\nconformant with edition 2023-01\n")]
#[case::wrong(&[], &["--side-by-side", "40", "--mutant", "takeover-merges-addresses"], 1, "✗ takeover.addresses-replaced")]
#[case::few_cycles(&["--cycles", "2"], &["--side-by-side", "40"], 3, "inconclusive (left out by")]
#[case::a_second_process(&["--jobs", "2"], &["--side-by-side", "40"], 2, "several would disturb")]
#[case::cycles_of_others(&["--cycles", "3"], &[], 2, "--cycles is for adapters that run cases side by side")]
#[case::shrinking_of_others(&["--shrink"], &[], 2, "--shrink is for adapters")]
fn an_adapter_is_asked_side_by_side(
    #[case] run: &[&str],
    #[case] served: &[&str],
    #[case] exit: i32,
    #[case] told: &str,
) {
    let run: [&[&str]; 4] =
        [&["run", "--quiet", "--scenario", "takeover/*"], run, &["--", PROGRAM, "serve"], served];
    let output = std::process::Command::new(PROGRAM).args(run.concat()).output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert_eq!(output.status.code(), Some(exit), "{text}");
    assert!(text.contains(told), "{text}");
}

/// What is wrong with the answer to a batch is told with its place, and charged to a case alone.
#[cfg(unix)]
#[rstest]
#[case::too_few(r#"{"cases":[]}"#, "runBatch (1 case): result.cases: 0 cases for 1")]
#[case::nothing(
    r#"{"cases":[{}]}"#,
    "result.cases[0]: snapshot: missing; a case has either a snapshot or an error"
)]
#[case::too_few_steps(r#"{"cases":[{"snapshot":{}}]}"#, "result.cases[0].steps: 0 steps for")]
fn an_adapter_that_answers_nonsense_is_told_so(#[case] result: &str, #[case] told: &str) {
    let about = r#"{"protocol":1,"implementation":{"name":"x","version":"1"},"editions":["2023-01"],"capabilities":["users"],"sideBySide":9}"#;
    let answer = |id, result| {
        format!(r#"read line; echo '{{"jsonrpc":"2.0","id":{id},"result":{result}}}'"#)
    };
    let script = format!("{}; {}; read line", answer(1, about), answer(2, result));
    let arguments = ["check-adapter", "--", "sh", "-c", &script];
    let output = std::process::Command::new(PROGRAM).args(arguments).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(told), "{text}");
}
