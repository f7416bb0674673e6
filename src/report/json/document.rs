//! The form of the JSON report. It is published, so it is written down apart from what the suite
//! works with.

#[cfg(feature = "schema")]
use super::REPORT_FORMAT;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a run came to.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A report of entra-conformance"))]
#[serde(rename_all = "camelCase")]
pub(super) struct Document<'s> {
    /// The version of this document's form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = REPORT_FORMAT)))]
    pub(super) format: u32,
    /// The suite's version.
    pub(super) suite_version: &'s str,
    /// The edition that is judged by.
    pub(super) edition: &'s str,
    pub(super) implementation: Implementation<'s>,
    pub(super) selection: Selected<'s>,
    /// How the run ended.
    pub(super) verdict: Verdict,
    /// The verdict in words.
    pub(super) told: String,
    /// Why something that was asked for and applies was not judged; absent where nothing was left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) incomplete: Option<String>,
    /// How many rules there are, by what the run came to for them.
    pub(super) counts: Counts,
    /// How long the run took; absent where it was stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) milliseconds: Option<u64>,
    /// Where cases came from, in the order in which they were run.
    pub(super) sources: Vec<SourceEntry<'s>>,
    /// Every selected rule, in the rulebook's order.
    pub(super) rules: Vec<RuleEntry>,
    /// Cases in which the implementation broke off; of generated ones an example of each kind.
    pub(super) broken_off: Vec<BrokenOffEntry<'s>>,
    /// Cases that were written down and that the implementation cannot be judged by.
    pub(super) not_applicable: Vec<CaseNote<'s>>,
    /// Cases that the suite itself failed to judge.
    pub(super) defects: Vec<CaseNote<'s>>,
    /// A small case for each rule, where that was asked for.
    pub(super) examples: Vec<ExampleEntry<'s>>,
}

/// Who is judged.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Implementation<'s> {
    /// Its name.
    pub(super) name: &'s str,
    /// Its version.
    pub(super) version: &'s str,
    /// The language that it is written in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'s str>,
    /// Where it lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'s str>,
    /// What it can be asked to do.
    pub(super) capabilities: Vec<&'static str>,
    /// What it decides where the documents leave a choice.
    pub(super) choices: BTreeMap<&'static str, &'static str>,
}

/// What was asked for. Empty lists select everything.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Selected<'s> {
    /// Where cases are taken from.
    pub(super) sources: Vec<&'static str>,
    /// The patterns by which rules were selected.
    pub(super) rule_patterns: &'s [String],
    /// The patterns by which scenarios were selected.
    pub(super) scenario_patterns: &'s [String],
    /// What random choices begin from.
    pub(super) seed: u64,
    /// How many sequences are generated.
    pub(super) cases: usize,
    /// How many commands a generated case has at most.
    pub(super) max_commands: usize,
}

/// How a run ended.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) enum Verdict {
    /// Every rule that was asked for and applies was exercised, and none was broken.
    Conformant,
    /// It was a part of a run, and broke no rule: the verdict is that of the whole.
    PartHeld,
    /// No rule was broken, but something that was asked for and applies was not judged.
    Incomplete,
    /// A rule was broken, or the implementation broke off.
    Nonconformant,
    /// The suite itself failed.
    SuiteDefect,
}

/// How many rules there are, by what the run came to for them.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    /// Selected rules in all.
    pub(super) all: usize,
    /// Rules on which the run has a verdict: held or violated.
    pub(super) judged: usize,
    /// Rules that held.
    pub(super) held: usize,
    /// Rules that were broken.
    pub(super) violated: usize,
    /// Rules that the implementation lacks the capabilities for.
    pub(super) not_applicable: usize,
    /// Rules that nothing exercised.
    pub(super) not_exercised: usize,
    /// Cases that were judged to their end.
    pub(super) cases_judged: usize,
}

/// What a source came to, in cases.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct SourceEntry<'s> {
    /// The source: `saved`, `scenarios`, `grid`, `sequences` or `laws`.
    pub(super) source: &'static str,
    /// How many cases were planned.
    pub(super) cases: usize,
    /// How many were judged to their end.
    pub(super) judged: usize,
    /// How many the implementation cannot be judged by.
    pub(super) not_applicable: usize,
    /// In how many it broke off.
    pub(super) broken_off: usize,
    /// Why the rest was not run; absent where nothing was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<&'s str>,
    /// How long it took, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) milliseconds: Option<u64>,
}

/// What a run came to for one rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleEntry {
    /// The rule's ID.
    pub(super) rule: String,
    /// Its area.
    pub(super) area: &'static str,
    /// What it says, in a line; absent where the rulebook of the program that made this report does
    /// not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<&'static str>,
    pub(super) state: State,
    /// Whether the selection asks for it: a run in which nothing exercises it is incomplete.
    pub(super) owed: bool,
    /// How often its situation occurred and it held.
    pub(super) held: u64,
    /// In how many cases it was broken.
    pub(super) violated_cases: u64,
    /// The same by source, for those that exercised it.
    pub(super) by_source: BTreeMap<&'static str, Tally>,
    /// Capabilities that it takes to exercise it and that are not declared.
    pub(super) missing: Vec<String>,
    /// Of a broken rule: the smallest example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<FailureEntry>,
}

/// What a run came to for a rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) enum State {
    /// Its situation occurred, and it held every time.
    Held,
    /// It was broken at least once.
    Violated,
    /// The implementation lacks a capability that it takes to exercise it. Never a pass.
    NotApplicable,
    /// Nothing exercised it. Never a pass.
    NotExercised,
}

/// How often a rule was exercised.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Tally {
    /// How often its situation occurred and it held.
    pub(super) held: u64,
    /// In how many cases it was broken.
    pub(super) violated_cases: u64,
}

/// The smallest example of a broken rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct FailureEntry {
    /// The case.
    pub(super) case: String,
    /// What noticed it: `check`, `expectation` or `law`.
    pub(super) origin: &'static str,
    /// The step after which it was noticed, counted from 1; 0 is the start.
    pub(super) step: usize,
    /// The step's command; `reset` for the start.
    pub(super) command: String,
    /// What was expected and what was seen.
    pub(super) violations: Vec<ViolationEntry>,
    /// Of a law: what is different in the case that this one is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) variation: Option<String>,
    /// The case as far as it matters, in the format of scenario files.
    pub(super) excerpt: String,
    #[serde(flatten)]
    pub(super) again: Again,
    /// The other cases that show it.
    pub(super) other_cases: Vec<String>,
}

/// How the same is seen again.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Again {
    /// The command that shows the same again.
    pub(super) replay: String,
    /// The file in which the case is kept; absent for scenarios of the suite and for what was not
    /// kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// Why it was not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_kept: Option<String>,
}

/// One way in which a case broke a rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ViolationEntry {
    /// The object, as a person would name it.
    pub(super) object: String,
    /// The field or aspect of it.
    pub(super) field: String,
    /// What the rule asks for.
    pub(super) expected: String,
    /// What was observed.
    pub(super) seen: String,
}

/// A case in which the implementation broke off.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct BrokenOffEntry<'s> {
    /// The case.
    pub(super) case: &'s str,
    /// How it broke off: `crashed`, `timed-out` and so on, see `spec/protocol.md`.
    pub(super) kind: &'static str,
    /// What happened, for a person.
    pub(super) message: &'s str,
    /// The last lines of its standard error.
    pub(super) stderr_tail: &'s [String],
    /// The step that it broke off in, counted from 1; 0 is the start.
    pub(super) step: usize,
    /// The case as far as it went, in the format of scenario files.
    pub(super) excerpt: &'s str,
    #[serde(flatten)]
    pub(super) again: Again,
}

/// A case with what there is to say of it.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseNote<'s> {
    /// The case.
    pub(super) case: &'s str,
    /// Why, or what happened.
    pub(super) reason: &'s str,
}

/// A small case that exercises a rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct ExampleEntry<'s> {
    /// The rule's ID.
    pub(super) rule: &'s str,
    /// The case that was made smaller.
    pub(super) case: &'s str,
    /// The case, in the format of scenario files.
    pub(super) excerpt: &'s str,
}
