//! What a run reports, as it happens. Every report is made from these.

use super::adapter::AdapterFault;
use super::answers::Answer;
use super::by_baseline::BaselineComparison;
use super::cause::Cause;
use super::not_applicable::NotApplicable;
use super::observed::{Observed, Outcome};
use super::reason::{Origin, Reason};
use super::selection::Selection;
use super::shard::Shard;
use super::source::Source;
use crate::cases::relations::UnmetPrecondition;
use crate::checks::Violation;
use crate::directory::{Capability, CommandKind};
use crate::implementation::{Description, Failure, Inconclusive};
use crate::rulebook::{Edition, Rulebook};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

/// What is known before the first case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunHeader {
    /// The suite's version.
    pub suite_version: String,
    /// The edition that is judged by.
    pub edition: String,
    /// Who is judged, and what it declares.
    pub description: Description,
    /// When the run began, where that is known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
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

impl RunHeader {
    /// The edition that is judged by, as the rulebook has it; of a run of another version that this one
    /// does not know, the default one.
    pub(crate) fn rulebook_edition(&self) -> &'static Edition {
        let book = Rulebook::embedded();
        book.edition(&self.edition).unwrap_or_else(|| book.default_edition())
    }
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
    /// Of the grid: how many cases it has in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_full: Option<usize>,
    /// Of the grid: the combinations that have no case, by the rule that leaves them out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutCombinations>,
}

/// Combinations of the grid that have no case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LeftOutCombinations {
    /// The name of the rule that leaves them out; `list grid` says why.
    pub by: String,
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
        /// The name that it has in a configuration file, where the command stands there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The configuration file, where it was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        config: Option<String>,
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
    /// Capabilities that it takes to exercise it and that are not declared; of each list any one
    /// would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Vec<Capability>>,
    /// Whether the selection asks for it: a run in which nothing exercises it is incomplete.
    pub owed: bool,
}

/// How often a rule was exercised by the cases of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Exercise {
    /// How often its situation occurred and it held.
    pub held: u64,
    /// In how many cases it was violated.
    pub violated_cases: u64,
}

impl AddAssign for Exercise {
    fn add_assign(&mut self, more: Exercise) {
        self.held += more.held;
        self.violated_cases += more.violated_cases;
    }
}

/// What became of the cases of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SourceResult {
    /// How many of its cases were judged to their end.
    pub judged: usize,
    /// How many it cannot be judged by, since they take what is not declared.
    pub not_applicable: usize,
    /// How many the implementation declined while they were run, by the capability that it says it
    /// lacks. These are no part of `not_applicable`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub declined: BTreeMap<Capability, usize>,
    /// Of how many nobody can tell what the implementation would have done, by the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inconclusive: BTreeMap<Inconclusive, usize>,
    /// In how many it aborted.
    pub aborted: usize,
    /// Why the rest was not run; `None` where nothing was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<SourceStopped>,
    /// In how many cases the precondition of a relation did not hold, by its rule and the part of it
    /// that failed first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub relations: BTreeMap<String, BTreeMap<UnmetPrecondition, u64>>,
    /// How long it took, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
}

impl SourceResult {
    /// Counts a case that is inconclusive for this reason.
    pub(super) fn leave_open(&mut self, why: Inconclusive) {
        *self.inconclusive.entry(why).or_default() += 1;
    }

    /// Counts a case that was declined for want of this capability.
    pub(super) fn decline(&mut self, capability: Capability) {
        *self.declined.entry(capability).or_default() += 1;
    }

    /// How many cases have ended, in whatever way.
    pub fn ended(&self) -> usize {
        let undecided = self.declined.values().chain(self.inconclusive.values()).sum::<usize>();
        self.judged + self.not_applicable + undecided + self.aborted
    }
}

/// Rules that the same cases violate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BrokenTogether {
    /// The rules that the first step which violates any rule violates.
    pub rules: BTreeSet<String>,
    /// Further rules that later steps violate.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub later: BTreeSet<String>,
    /// In how many cases.
    pub cases: u64,
}

impl BrokenTogether {
    /// What a case violates: rules, and where each is violated. Those violated at `first` belong together,
    /// and the others follow.
    pub(super) fn of<'b, P: PartialEq>(
        first: &P,
        violated: impl Iterator<Item = (P, &'b str)>,
    ) -> BrokenTogether {
        let (mut rules, mut later) = (BTreeSet::new(), BTreeSet::new());
        for (place, rule) in violated {
            if place == *first { &mut rules } else { &mut later }.insert(rule.to_owned());
        }
        later.retain(|rule| !rules.contains(rule));
        BrokenTogether { rules, later, cases: 1 }
    }
}

/// A likely mistake that shows the same as an implementation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Likeness {
    /// The rule that led the finding before this was known.
    pub rule: String,
    /// The rule that the mistake breaks above all, and which leads the finding where it is part of it.
    pub explains: String,
    /// The mistake's name among the mutants.
    pub mistake: String,
    /// What goes wrong by it, in a sentence.
    pub what: String,
    /// How many cases that show the finding were compared; all of them show the same.
    pub cases: usize,
}

/// A small case that exercises a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Example {
    /// The rule's ID.
    pub rule: String,
    /// Where the case comes from.
    pub source: Source,
    /// The ID of the case that was made smaller.
    pub case: String,
    /// The case, in the format of scenario files.
    pub excerpt: String,
}

/// Why the rest of a source's cases was not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum SourceStopped {
    /// The implementation aborted too often, or could not be started again.
    Aborts {
        /// In so many cases it had aborted.
        cases: usize,
    },
    /// The suite itself failed to judge a case.
    Defect,
    /// The time that was given for the run was over.
    OutOfTime,
    /// As many cases had gone wrong as were asked for.
    EnoughFailures,
}

/// Why a failure that generated cases found was not saved in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum NotSaved {
    /// What was written could not be read back.
    NotReadBack {
        /// What is wrong with it.
        message: String,
    },
    /// What was written and read back did not fail in the same way.
    NotReproduced,
    /// The file could not be written.
    NotWritten {
        /// The file.
        file: String,
        /// What the operating system says.
        message: String,
    },
}

/// One way in which a case violated a rule.
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
    pub command: CommandKind,
    /// What was expected and what was there.
    pub violations: Vec<Violation>,
    /// The case as far as it matters, in the format of scenario files.
    pub excerpt: String,
    /// What the implementation answered and showed at each step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

impl FailureReport {
    /// The reasons for which the rule counts as violated.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = Reason> {
        self.violations.iter().map(|violation| Reason::of(self.origin, self.command, violation))
    }
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "kind")]
#[non_exhaustive]
pub enum CaseVerdict {
    /// It was judged to its end.
    Judged,
    /// The implementation cannot be judged by it. Never counted as passed.
    NotApplicable {
        /// Why.
        reason: NotApplicable,
    },
    /// The implementation aborted: it crashed, timed out, and so on.
    Aborted {
        /// How.
        failure: Failure,
        /// The step that it aborted in, counted from 1; 0 is the start.
        step: usize,
        /// The step's command; `reset` for the start.
        command: CommandKind,
        /// The case as far as it went, in the format of scenario files.
        excerpt: String,
    },
    /// Nobody can tell what the implementation would have done. Never counted as passed, or as failed.
    Inconclusive {
        /// Why.
        why: Inconclusive,
        /// The same in the words of whoever says so.
        message: String,
    },
    /// The suite itself failed to judge it.
    Defect {
        /// What happened.
        message: String,
    },
}

impl CaseVerdict {
    /// What was observed in a case that ended so and violated rules in these ways.
    pub(crate) fn observed<'f>(
        &self,
        failures: impl IntoIterator<Item = &'f FailureReport>,
    ) -> BTreeSet<Observed> {
        let mut found = BTreeSet::new();
        for failure in failures {
            found.extend(failure.reasons().map(|reason| Observed {
                outcome: Outcome::Violated,
                rule: Some(failure.rule.clone()),
                reason: Cause::Violation(reason),
            }));
        }
        let ending = match self {
            CaseVerdict::NotApplicable { reason } => {
                Some((Outcome::NotApplicable, Cause::NotApplicable(reason.clone())))
            }
            CaseVerdict::Aborted { failure, command, .. } => {
                Some((Outcome::Aborted(failure.kind), Cause::Step(*command)))
            }
            _ => None,
        };
        found.extend(ending.map(|(outcome, reason)| Observed { outcome, rule: None, reason }));
        found
    }
}

/// What a run reports, as it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// A run begins: the first event.
    RunStarted(Box<RunHeader>),
    /// The adapter does not do its part, and nothing is judged.
    AdapterUnfaithful(Box<AdapterFault>),
    /// The cases of a source begin.
    SourceStarted(PlannedSource),
    /// A scenario, or a saved failure, has ended.
    CaseFinished {
        /// Where it comes from.
        source: Source,
        /// The case's ID.
        case: String,
        /// How it ended.
        verdict: CaseVerdict,
        /// How often each rule's situation occurred and it held.
        held: BTreeMap<String, u64>,
        /// How it violated rules; those that came about together come first.
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
        /// Rules that no earlier case of the source has violated, each with the first that does.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        first: BTreeMap<String, String>,
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
        /// How it violates a rule; nothing where the implementation aborted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Box<FailureReport>>,
        /// The file in which it was saved; `None` where it was not, with the reason in `not_saved`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// Why it was not saved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_saved: Option<NotSaved>,
    },
    /// A generated source has ended.
    SourceFinished {
        /// The source.
        source: Source,
        /// The rules that its cases exercised.
        rules: BTreeMap<String, Exercise>,
        /// The rules that its cases violate together.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        broken: Vec<BrokenTogether>,
        /// What became of the cases.
        #[serde(flatten)]
        result: SourceResult,
    },
    /// How long a source took. The time of a rule is that of the cases in which its situation occurred, so
    /// that several rules share it.
    Durations {
        /// The source.
        source: Source,
        /// How long all of it took.
        microseconds: u64,
        /// How long the cases took that exercised each rule.
        rules: BTreeMap<String, u64>,
    },
    /// A likely mistake shows the same as the implementation.
    Likeness(Likeness),
    /// A small case that exercises a rule.
    Example(Example),
    /// What the run comes to by the baseline that was given.
    BaselineCompared(Box<BaselineComparison>),
    /// The rest of the run is left out: cases that were written down, or whole sources.
    RestLeftOut {
        /// Why.
        why: SourceStopped,
    },
    /// All cases have ended: the last event. A run that was stopped before its end does without.
    RunFinished {
        /// How long it took.
        milliseconds: u64,
    },
}

impl Event {
    /// In how many further cases something went wrong.
    pub(crate) fn failed(&self) -> usize {
        match self {
            Event::CaseFinished { verdict, failures, .. } => {
                let has_aborted = matches!(verdict, CaseVerdict::Aborted { .. });
                usize::from(has_aborted || !failures.is_empty())
            }
            Event::Progress { failed, .. } => *failed,
            _ => 0,
        }
    }
}
