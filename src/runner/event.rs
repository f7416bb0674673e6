//! What a run tells, as it happens. Every report is made from these.

use super::plan::Selection;
use super::shard::Shard;
use super::source::Source;
use crate::checks::Violation;
use crate::implementation::{Description, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is known before the first case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Which part of the run it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The rules that are selected, in the rulebook's order, each with the capabilities it needs
    /// that are not declared.
    pub rules: Vec<SelectedRule>,
    /// How many cases are planned, by source, in the order in which they are run.
    pub sources: Vec<PlannedSource>,
}

/// How many cases of a source are planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlannedSource {
    /// The source.
    pub source: Source,
    /// How many cases it has.
    pub cases: usize,
    /// Of the grid: the combinations that have no case, by the rule that leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutCombinations>,
}

/// Combinations of the grid that have no case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeftOutCombinations {
    /// The name of the rule that leaves them out.
    pub by: String,
    /// What it leaves out, and why.
    pub why: String,
    /// How many there are.
    pub combinations: usize,
}

/// Where the implementation that is judged runs, and so how a case of it is run again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RuleTally {
    /// The rule's ID.
    pub rule: String,
    /// How often its situation occurred and it held.
    pub held: u64,
    /// How many violations of it were seen.
    pub violated: u64,
}

/// How often the cases of a source exercised a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SourceTally {
    /// The rule's ID.
    pub rule: String,
    /// How often its situation occurred and it held.
    pub held: u64,
    /// In how many cases it was broken.
    pub violated_cases: u64,
}

/// How often a law did not apply to a case of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LawTally {
    /// The law's rule.
    pub rule: String,
    /// In how many cases its precondition did not hold, by the part of it that failed first.
    pub unmet: BTreeMap<String, u64>,
}

/// What a generated source came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SourceReport {
    /// The source.
    pub source: Source,
    /// How many of its cases were judged to their end.
    pub judged: usize,
    /// How many it cannot be judged by.
    pub not_applicable: usize,
    /// In how many it broke off.
    pub broken_off: usize,
    /// Why the rest was not run; `None` where nothing was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The rules that were exercised.
    pub rules: Vec<SourceTally>,
    /// The laws that did not apply to some of the cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub laws: Vec<LawTally>,
    /// How long it took.
    pub milliseconds: u64,
}

/// Where a failure was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// By the rule's check, which judges every step of every case.
    Check,
    /// By what the scenario expects after a step.
    Expectation,
    /// By a law, which compares two cases.
    Law,
}

/// One way in which a case broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// Of a law: what is different in the case that this one is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<String>,
    /// The case as far as it matters, in the format of scenario files.
    pub excerpt: String,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
pub enum Event {
    /// A run begins: the first event.
    RunStarted(Box<RunHeader>),
    /// The cases of a source begin.
    SourceStarted(PlannedSource),
    /// A scenario, or a saved case, has ended.
    CaseFinished {
        /// Where it comes from.
        source: Source,
        /// The case's ID.
        case: String,
        /// How it ended.
        verdict: CaseVerdict,
        /// Which rules it exercised.
        rules: Vec<RuleTally>,
        /// Which rules it broke.
        failures: Vec<FailureReport>,
    },
    /// Some more of a generated source's cases have ended.
    Progress {
        /// The source.
        source: Source,
        /// How many more.
        newly: usize,
        /// In how many of them something went wrong.
        failed: usize,
    },
    /// A generated case went wrong; this is the smallest example of it that was found. What it
    /// exercised is counted with its source.
    FailureFound {
        /// Where it comes from.
        source: Source,
        /// The ID of the case that was made smaller.
        case: String,
        /// How large that case was, to tell which of several is the smallest: the first number
        /// that differs decides.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        size: Vec<u64>,
        /// How it ended.
        verdict: CaseVerdict,
        /// Which rule it breaks; nothing where the implementation broke off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Box<FailureReport>>,
        /// The file in which it was kept; `None` where it was not, with the reason in `not_kept`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// Why it was not kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_kept: Option<String>,
    },
    /// A generated source has ended.
    SourceFinished(Box<SourceReport>),
    /// A small case that exercises a rule.
    Example {
        /// The rule's ID.
        rule: String,
        /// Where the case comes from.
        source: Source,
        /// The ID of the case that was made smaller.
        case: String,
        /// The case, in the format of scenario files.
        excerpt: String,
    },
    /// All cases have ended: the last event. A run that was stopped before its end does without.
    RunFinished {
        /// How long it took.
        milliseconds: u64,
    },
}
