//! The report for programs: one JSON document, with the schema `spec/schema/report.json`.

mod document;

use super::{BrokenOff, Place, RuleFailure, RuleLine, RuleState, Status, Summary, words};
use crate::rulebook::{Rulebook, area_of};
use crate::runner::{Origin, RunHeader};
use document::{
    Again, BrokenOffEntry, CaseNote, Counts, Document, ExampleEntry, FailureEntry, Implementation,
    RuleEntry, Selected, SourceEntry, State, Tally, Verdict, ViolationEntry,
};
use std::collections::BTreeMap;

/// The version of the document's form. It grows when a reader of the earlier one would go wrong;
/// fields that such a reader can pass over are added without.
pub const REPORT_FORMAT: u32 = 1;

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
    let failures = summary.failures();
    let rules = summary.rules();
    Document {
        format: REPORT_FORMAT,
        suite_version: &header.suite_version,
        edition: &header.edition,
        implementation: implementation(header),
        selection: selected(header),
        verdict: match summary.status() {
            Status::Conformant => Verdict::Conformant,
            Status::PartHeld => Verdict::PartHeld,
            Status::Incomplete => Verdict::Incomplete,
            Status::Nonconformant => Verdict::Nonconformant,
            Status::SuiteDefect => Verdict::SuiteDefect,
        },
        told: summary.verdict(),
        incomplete: summary.why_incomplete(),
        counts: counts(summary),
        milliseconds: summary.milliseconds,
        sources: sources(summary),
        rules: rules
            .into_iter()
            .map(|line| {
                let failure = failures.iter().find(|failure| failure.rule == line.rule);
                rule(line, failure.map(|failure| of_failure(failure, header)))
            })
            .collect(),
        broken_off: summary.broken_off.iter().map(|broken| of_broken(broken, header)).collect(),
        not_applicable: notes(&summary.not_applicable),
        defects: notes(&summary.defects),
        examples: summary
            .examples
            .iter()
            .map(|example| ExampleEntry {
                rule: &example.rule,
                case: &example.case,
                excerpt: &example.excerpt,
            })
            .collect(),
    }
}

fn implementation(header: &RunHeader) -> Implementation<'_> {
    let description = &header.description;
    let name = &description.implementation;
    Implementation {
        name: &name.name,
        version: &name.version,
        language: name.language.as_deref(),
        url: name.url.as_deref(),
        capabilities: description.capabilities.0.iter().map(|one| one.word()).collect(),
        choices: description.choices.words().into_iter().collect(),
    }
}

fn selected(header: &RunHeader) -> Selected<'_> {
    let selection = &header.selection;
    Selected {
        sources: selection.sources.iter().map(|source| source.word()).collect(),
        rule_patterns: &selection.rule_patterns,
        scenario_patterns: &selection.scenario_patterns,
        seed: selection.generation.seed,
        cases: selection.generation.cases,
        max_commands: selection.generation.max_commands,
    }
}

fn counts(summary: &Summary) -> Counts {
    let counts = summary.counts();
    Counts {
        all: counts.all(),
        judged: counts.judged(),
        held: counts.held,
        violated: counts.violated,
        not_applicable: counts.not_applicable,
        not_exercised: counts.not_exercised,
        cases_judged: summary.judged,
    }
}

fn sources(summary: &Summary) -> Vec<SourceEntry<'_>> {
    summary
        .sources
        .iter()
        .map(|line| SourceEntry {
            source: line.source.word(),
            cases: line.cases,
            judged: line.judged,
            not_applicable: line.not_applicable,
            broken_off: line.broken_off,
            stopped: line.stopped.as_deref(),
            milliseconds: line.milliseconds,
        })
        .collect()
}

fn rule(line: RuleLine, failure: Option<FailureEntry>) -> RuleEntry {
    let by_source: BTreeMap<&'static str, Tally> = line
        .by_source
        .iter()
        .map(|(source, exercise)| {
            let tally = Tally { held: exercise.held, violated_cases: exercise.violated_cases };
            (source.word(), tally)
        })
        .collect();
    RuleEntry {
        area: area_of(&line.rule),
        title: Rulebook::embedded().rule(&line.rule).map(|rule| &*rule.title),
        rule: line.rule,
        state: match line.state {
            RuleState::Held => State::Held,
            RuleState::Violated => State::Violated,
            RuleState::NotApplicable => State::NotApplicable,
            RuleState::NotExercised => State::NotExercised,
        },
        owed: line.owed,
        held: line.held,
        violated_cases: line.violated_cases,
        by_source,
        missing: line.missing,
        failure,
    }
}

fn of_failure(failure: &RuleFailure, header: &RunHeader) -> FailureEntry {
    let report = &failure.report;
    FailureEntry {
        case: failure.case.clone(),
        origin: match report.origin {
            Origin::Check => "check",
            Origin::Expectation => "expectation",
            Origin::Law => "law",
        },
        step: report.step,
        command: report.command.clone(),
        violations: report
            .violations
            .iter()
            .map(|violation| ViolationEntry {
                object: violation.object.to_string(),
                field: violation.field.clone(),
                expected: violation.expected.clone(),
                seen: violation.seen.clone(),
            })
            .collect(),
        variation: report.variation.clone(),
        excerpt: report.excerpt.clone(),
        again: again(&failure.case, &failure.place, Some(&failure.rule), header),
        other_cases: failure.other_cases.clone(),
    }
}

fn of_broken<'s>(broken: &'s BrokenOff, header: &RunHeader) -> BrokenOffEntry<'s> {
    BrokenOffEntry {
        case: &broken.case,
        kind: broken.failure.kind.word(),
        message: &broken.failure.message,
        stderr_tail: &broken.failure.stderr_tail,
        step: broken.step,
        excerpt: &broken.excerpt,
        again: again(&broken.case, &broken.place, None, header),
    }
}

fn again(case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) -> Again {
    let (file, not_kept) = match place {
        Place::Suite => (None, None),
        Place::File(file) => (Some(file.clone()), None),
        Place::Generated(_, reason) => (None, reason.clone()),
    };
    Again { replay: words::replay(case, place, rule, header), file, not_kept }
}

fn notes(cases: &[(String, String)]) -> Vec<CaseNote<'_>> {
    cases.iter().map(|(case, reason)| CaseNote { case, reason }).collect()
}
