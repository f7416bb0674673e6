//! The report as JUnit XML: a test suite is an area, a test case a rule.
//!
//! Rules are the test cases, and not the scenarios: there are as many in every run, with the same
//! names, so that a CI server can follow each over time, and one fault is one failed test instead of
//! dozens. GitLab shows a case by name and class name, Jenkins puts cases together by the class
//! name's parts, Azure Pipelines by suite, and all show the failure's message in the list and its
//! text on demand.
//!
//! The time of a rule is that of the cases in which its situation occurred: several rules share it, and
//! together they may take longer than the run.
//!
//! What was asked for and not judged is an `error`, since no server counts `skipped` against a
//! build. Cases in which the implementation aborted, and what concerns the run as a whole, are in
//! a suite of their own, which is there only when something is in it.

use super::legible::legible;
use super::{RuleFailure, RuleLine, RuleState, Status, Summary, gate, terminal, words};
use crate::rulebook::{Rule, Rulebook};
use crate::runner::{Finding, ListedEntry, RunHeader};
use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// What stands before every class name.
const SUITE: &str = "entra-conformance";

/// The report of a run as JUnit XML.
pub fn render(summary: &Summary) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let (failures, findings) = (summary.failures(), summary.findings());
    let mut report = Report::new(SUITE);
    if let Some(milliseconds) = summary.milliseconds {
        report.set_time(Duration::from_millis(milliseconds));
    }
    for (area, lines) in summary.areas() {
        let mut suite = test_suite(area, header);
        let mut time = Duration::ZERO;
        suite.add_properties(properties(summary, header));
        for line in &lines {
            let failure = failures.iter().find(|failure| failure.rule == line.rule);
            let name = words::on_one_line(&line.rule);
            let status = status(summary, line, failure, &findings, header);
            let mut case = TestCase::new(name, status);
            case.set_classname(format!("{SUITE}.{area}"));
            if let Some(took) = summary.duration_of(&line.rule) {
                case.set_time(took);
                time += took;
            }
            suite.add_test_case(case);
        }
        suite.set_time(time);
        report.add_test_suite(suite);
    }
    let mut cases = run_cases(summary, header);
    let is_good = matches!(summary.status(), Status::Conformant | Status::AsListed);
    if report.failures + report.errors + cases.len() == 0 && !is_good {
        cases.push(error("verdict", "not-conformant", &summary.verdict(), ""));
    }
    if !cases.is_empty() {
        let mut run = test_suite("run", header);
        run.add_properties(properties(summary, header));
        run.add_test_cases(cases);
        report.add_test_suite(run);
    }
    let text = report.to_string().expect("XML in memory can be written");
    // The schema that Jenkins' xUnit plugin checks files by has no such attribute at the root.
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

/// An empty test suite. Its beginning is that of the run: all rules are judged by the same cases.
fn test_suite(name: &str, header: &RunHeader) -> TestSuite {
    let mut suite = TestSuite::new(name);
    if let Some(started) = header.started {
        // As the schema of Jenkins and most readers have it, in UTC.
        let started = started.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        suite.extra.insert("timestamp".into(), started.into());
    }
    suite
}

fn status(
    summary: &Summary,
    line: &RuleLine,
    failure: Option<&RuleFailure>,
    findings: &[Finding],
    header: &RunHeader,
) -> TestCaseStatus {
    if line.known {
        let of_rule = |entry: &ListedEntry| entry.rule.as_deref() == Some(&*line.rule);
        let reasons = gate::reasons(summary, of_rule).unwrap_or_default();
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("{}; {reasons}", words::state(line)));
        return status;
    }
    match line.state {
        RuleState::Held => TestCaseStatus::success(),
        RuleState::Violated => {
            let message = words::explained_by(&line.rule, findings)
                .or_else(|| failure.map(words::in_a_line))
                .unwrap_or_else(|| "violated".to_owned());
            let mut status = non_success(NonSuccessKind::Failure, "violated", &message);
            if let Some(failure) = failure {
                let url = Rulebook::embedded().rule(&line.rule).map(Rule::url);
                let url = url.map(|url| format!("\n   the rule: {url}\n")).unwrap_or_default();
                status.set_description(terminal::render_failure(failure, header) + &url);
            }
            status
        }
        RuleState::NotExercised if line.owed => {
            non_success(NonSuccessKind::Error, "not-exercised", &words::why(line))
        }
        RuleState::NotApplicable | RuleState::NotExercised => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(words::on_one_line(&words::why(line)));
            status
        }
    }
}

fn non_success(kind: NonSuccessKind, word: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(words::on_one_line(message));
    status
}

/// What is no rule's affair: cases that aborted, what the suite failed to judge, and why a run
/// is incomplete.
fn run_cases(summary: &Summary, header: &RunHeader) -> Vec<TestCase> {
    let aborted = summary.aborted.iter().map(|aborted| {
        let message = format!("{}: {}", words::aborted(aborted), aborted.failure.message);
        if summary.is_known_abort(aborted) {
            let of_case = |entry: &ListedEntry| entry.case.as_deref() == Some(&*aborted.case);
            let reasons = gate::reasons(summary, of_case).unwrap_or_default();
            let mut status = TestCaseStatus::skipped();
            status.set_message(words::on_one_line(&format!("known, {reasons}; {message}")));
            return case(&aborted.case, status);
        }
        let text = terminal::render_aborted(aborted, header);
        error(&aborted.case, aborted.failure.kind.word(), &message, &text)
    });
    let defects =
        summary.defects.iter().map(|(case, message)| error(case, "suite-defect", message, ""));
    let incomplete = summary
        .why_incomplete()
        .map(|why| error("completeness", "incomplete", &summary.incomplete(why), ""));
    let differences = gate::beside_failures(summary).into_iter();
    let differences =
        differences.map(|(_, message)| error("baseline", "not-as-in-the-baseline", &message, ""));
    aborted.chain(defects).chain(incomplete).chain(differences).collect()
}

fn case(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(words::on_one_line(name), status);
    case.set_classname(format!("{SUITE}.run"));
    case
}

fn error(name: &str, word: &str, message: &str, text: &str) -> TestCase {
    let mut status = non_success(NonSuccessKind::Error, word, message);
    if !text.is_empty() {
        status.set_description(legible(text));
    }
    case(name, status)
}

/// What every report says of the run.
fn properties(summary: &Summary, header: &RunHeader) -> Vec<Property> {
    let name = &header.description.implementation;
    [
        ("suiteVersion", header.suite_version.clone()),
        ("edition", header.edition.clone()),
        ("implementation", name.name.clone()),
        ("implementationVersion", name.version.clone()),
        ("choices", words::choices(&header.description.choices)),
        ("selection", words::selection(header)),
        ("seed", header.selection.generation.seed.to_string()),
        ("rules", words::denominator(summary.counts())),
        ("verdict", summary.verdict()),
    ]
    .into_iter()
    .map(|(name, value)| Property::new(name, words::on_one_line(&value)))
    .collect()
}
