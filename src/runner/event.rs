//! What a run tells, as it happens. Every report is made from these.

use super::plan::Selection;
use crate::checks::Violation;
use crate::implementation::{Description, Failure};
use serde::{Deserialize, Serialize};

/// What is known before the first case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunHeader {
    /// The suite's version.
    pub suite_version: String,
    /// The edition that is judged by.
    pub edition: String,
    /// Who is judged, and what it declares.
    pub description: Description,
    /// Where the implementation runs.
    pub host: Host,
    /// What was selected.
    pub selection: Selection,
    /// The rules that are selected, in the rulebook's order, each with the capabilities it needs
    /// that are not declared.
    pub rules: Vec<SelectedRule>,
    /// How many cases are planned.
    pub cases: usize,
}

/// Where the implementation that is judged runs, and so how a case of it is run again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Host {
    /// In the program's own process: the reference model.
    InProcess,
    /// In a child process.
    ChildProcess {
        /// The command and its arguments.
        command: Vec<String>,
    },
    /// In the tests of the crate that implements it.
    CargoTest,
}

/// A rule of this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SelectedRule {
    /// The rule's ID.
    pub rule: String,
    /// Capabilities that it takes to exercise it and that are not declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Whether the selection asks for it: a run in which nothing exercises it is incomplete.
    pub owed: bool,
}

/// How often a rule was exercised in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTally {
    /// The rule's ID.
    pub rule: String,
    /// How often its situation occurred and it held.
    pub held: u64,
    /// How many violations of it were seen.
    pub violated: u64,
}

/// Where a failure was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// By the rule's check, which judges every step of every case.
    Check,
    /// By what the scenario expects after a step.
    Expectation,
}

/// One way in which a case broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureReport {
    /// The rule's ID.
    pub rule: String,
    /// Where it was noticed.
    pub origin: Origin,
    /// The step after which it was noticed, counted from 1; 0 is the start.
    pub step: usize,
    /// The step's command; `reset` for the start.
    pub command: String,
    /// What was expected and what was seen.
    pub violations: Vec<Violation>,
    /// The case as far as it matters, in the format of scenario files.
    pub excerpt: String,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum CaseVerdict {
    /// It was judged to its end.
    Judged,
    /// The implementation cannot be judged by it. Never counted as passed.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// The implementation broke off.
    Failed {
        /// How.
        failure: Failure,
        /// The step that it broke off in, counted from 1; 0 is the start.
        step: usize,
        /// The case as far as it went, in the format of scenario files.
        excerpt: String,
    },
    /// The suite itself failed to judge it.
    Defect {
        /// What happened.
        message: String,
    },
}

/// What a run tells, as it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "event")]
pub enum Event {
    /// A run begins.
    RunStarted(Box<RunHeader>),
    /// A case has ended.
    CaseFinished {
        /// The case's ID.
        case: String,
        /// How it ended.
        verdict: CaseVerdict,
        /// Which rules it exercised.
        rules: Vec<RuleTally>,
        /// Which rules it broke.
        failures: Vec<FailureReport>,
    },
    /// All cases have ended.
    RunFinished {
        /// How long it took.
        milliseconds: u64,
    },
}
