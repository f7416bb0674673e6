//! The report for programs: one JSON document, with the schema `spec/schema/report.json`.

use super::{
    Aborted, ClassLine, Counts, Example, Incomplete, InconclusiveCase, Place, RuleFailure,
    RuleLine, SourceLine, Status, Summary, gate, words,
};
use crate::implementation::Description;
use crate::rulebook::{Rulebook, area_of};
use crate::runner::{BaselineComparison, Finding, NotApplicable, RunHeader, Selection};
use jiff::Timestamp;
use serde::Serialize;

/// The version of the document's form. It grows when a reader of the earlier one would go wrong;
/// fields that such a reader can pass over are added without.
pub const REPORT_FORMAT: u32 = 1;

/// What a run came to.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(title = "A report of entra-conformance"))]
#[serde(rename_all = "camelCase")]
struct Document<'s> {
    /// The version of this document's form.
    #[cfg_attr(feature = "schema", schemars(extend("const" = REPORT_FORMAT)))]
    format: u32,
    /// The suite's version.
    suite_version: &'s str,
    /// The edition that is judged by.
    edition: &'s str,
    /// Who is judged, and what it declares.
    #[serde(flatten)]
    description: &'s Description,
    /// When the run began, where that is known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    started: Option<Timestamp>,
    /// What was asked for. Empty lists select everything.
    selection: &'s Selection,
    /// How the run ended.
    verdict: Status,
    /// The verdict in words.
    words: String,
    /// Why something that was asked for and applies was not judged; absent where nothing was left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete: Option<WhyIncomplete>,
    /// What it comes to by the baseline that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<ByBaseline<'s>>,
    /// How many rules there are, by what the run came to for them.
    counts: AllCounts,
    /// The conformance classes, the smallest first, and what the run came to for them.
    classes: Vec<ClassLine>,
    /// How long the run took; absent where it was stopped before its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
    /// Where cases came from, in the order in which they were run.
    sources: &'s [SourceLine],
    /// What is wrong with the implementation, mistake by mistake, that of the most cases first.
    findings: Vec<FindingEntry>,
    /// Every selected rule, in the rulebook's order.
    rules: Vec<RuleEntry>,
    /// Cases in which the implementation aborted; of generated ones an example of each kind.
    aborted: Vec<AbortedEntry<'s>>,
    /// Cases that were written down and that the implementation cannot be judged by.
    not_applicable: Vec<NotApplicableEntry<'s>>,
    /// Cases that were written down and of which nobody can tell what the implementation would have done.
    inconclusive: &'s [InconclusiveCase],
    /// Cases that the suite itself failed to judge.
    defects: Vec<Defect<'s>>,
    /// A small case for each rule, where that was asked for.
    examples: &'s [Example],
}

/// Why something that was asked for and applies was not judged.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct WhyIncomplete {
    /// The reason.
    reason: Incomplete,
    /// The same in words.
    words: String,
}

/// What a run comes to by a baseline.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct ByBaseline<'s> {
    #[serde(flatten)]
    comparison: &'s BaselineComparison,
    /// The differences in words.
    words: Vec<String>,
}

/// How many rules there are, by what the run came to for them.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AllCounts {
    /// Selected rules in all.
    all: usize,
    /// Rules on which the run has a verdict: held or violated.
    judged: usize,
    #[serde(flatten)]
    by_state: Counts,
    /// Cases that were judged to their end.
    cases_judged: usize,
}

/// One mistake, as far as a run can tell.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct FindingEntry {
    #[serde(flatten)]
    finding: Finding,
    /// The smallest example of the rule that explains it.
    example: FailureEntry,
}

/// What a run came to for one rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RuleEntry {
    /// Its area.
    area: &'static str,
    /// What it says, in a line; absent where the rulebook of the program that made this report does
    /// not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(flatten)]
    line: RuleLine,
    /// How long the cases took in which its situation occurred, which several rules may share; absent
    /// where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    microseconds: Option<u64>,
    /// Of a violated rule: the smallest example.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureEntry>,
}

/// The smallest example of a violated rule.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct FailureEntry {
    #[serde(flatten)]
    failure: RuleFailure,
    /// Of a relation: what is different in the case that this one is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    variation: Option<&'static str>,
    /// Of a scenario of the suite's own: its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    /// Of a near miss: the mistake that it tempts into.
    #[serde(skip_serializing_if = "Option::is_none")]
    tempting: Option<&'static str>,
    /// Of a generated case: what it was drawn with.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// The commands that explain the rule, and the case.
    explain: Vec<String>,
    #[serde(flatten)]
    again: Again,
}

/// How the same comes about again.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Again {
    /// The command that shows the same again.
    replay: String,
    /// The file in which the case is saved; absent for scenarios of the suite and for what was not
    /// saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Why it was not saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_saved: Option<String>,
}

/// A case in which the implementation aborted.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct AbortedEntry<'s> {
    #[serde(flatten)]
    aborted: &'s Aborted,
    #[serde(flatten)]
    again: Again,
}

/// A case that an implementation cannot be judged by.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct NotApplicableEntry<'s> {
    /// The case.
    case: &'s str,
    /// Why.
    reason: &'s NotApplicable,
}

/// A case that the suite itself failed to judge.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Defect<'s> {
    /// The case.
    case: &'s str,
    /// What happened.
    message: &'s str,
}

/// The report of a run as JSON.
pub fn render(summary: &Summary) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let document = document(summary, header);
    let text = serde_json::to_string_pretty(&document).expect("text, numbers and lists of them");
    format!("{text}\n")
}

/// The JSON Schema of the report.
#[cfg(feature = "schema")]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

fn document<'s>(summary: &'s Summary, header: &'s RunHeader) -> Document<'s> {
    let mut failures = summary.failures();
    let mut failure_of = |rule: &str| {
        let at = failures.iter().position(|failure| failure.rule == rule)?;
        Some(failure_entry(failures.remove(at), header))
    };
    let by_state = summary.counts();
    Document {
        format: REPORT_FORMAT,
        suite_version: &header.suite_version,
        edition: &header.edition,
        description: &header.description,
        started: header.started,
        selection: &header.selection,
        verdict: summary.status(),
        words: summary.verdict(),
        incomplete: summary
            .why_incomplete()
            .map(|reason| WhyIncomplete { words: summary.incomplete(reason.clone()), reason }),
        baseline: summary
            .baseline
            .as_deref()
            .map(|comparison| ByBaseline { comparison, words: gate::differences(summary) }),
        counts: AllCounts {
            all: by_state.all(),
            judged: by_state.judged(),
            by_state,
            cases_judged: summary.judged,
        },
        classes: summary.classes(),
        milliseconds: summary.milliseconds,
        sources: &summary.sources,
        findings: words::findings(summary)
            .into_iter()
            .map(|(finding, failure)| FindingEntry {
                finding,
                example: failure_entry(failure, header),
            })
            .collect(),
        rules: summary
            .rules()
            .into_iter()
            .map(|line| RuleEntry {
                area: area_of(&line.rule),
                title: Rulebook::embedded().rule(&line.rule).map(|rule| &*rule.title),
                failure: failure_of(&line.rule),
                microseconds: summary
                    .duration_of(&line.rule)
                    .and_then(|time| u64::try_from(time.as_micros()).ok()),
                line,
            })
            .collect(),
        aborted: summary.aborted.iter().map(|aborted| aborted_entry(aborted, header)).collect(),
        not_applicable: summary
            .not_applicable
            .iter()
            .map(|(case, reason)| NotApplicableEntry { case, reason })
            .collect(),
        inconclusive: &summary.inconclusive,
        defects: summary.defects.iter().map(|(case, message)| Defect { case, message }).collect(),
        examples: &summary.examples,
    }
}

fn failure_entry(failure: RuleFailure, header: &RunHeader) -> FailureEntry {
    let about = words::about(&failure.case, &failure.place);
    FailureEntry {
        title: about.as_ref().map(|about| about.title),
        tempting: about.and_then(|about| about.tempting),
        seed: words::seed(&failure.case, header),
        explain: words::explain(&failure, header),
        variation: words::variation(&failure.report),
        again: again(&failure.case, &failure.place, Some(&failure.rule), header),
        failure,
    }
}

fn aborted_entry<'s>(aborted: &'s Aborted, header: &RunHeader) -> AbortedEntry<'s> {
    AbortedEntry { aborted, again: again(&aborted.case, &aborted.place, None, header) }
}

fn again(case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) -> Again {
    let (file, not_saved) = match place {
        Place::Suite => (None, None),
        Place::File(file) => (Some(file.clone()), None),
        Place::Generated(_, why) => (None, why.as_ref().map(words::not_saved)),
    };
    Again { replay: words::replay(case, place, rule, header), file, not_saved }
}
