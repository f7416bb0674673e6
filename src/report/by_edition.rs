//! One implementation by several editions, for a terminal: every rule against every edition, each mistake
//! once, and a verdict for each edition.

use super::edition_diff::edition;
use super::newer_edition::{self, NewerEdition};
use super::terminal::{BAD, BOLD, CAUTION, FAINT, GOOD, Page, style_of};
use super::{RuleFailure, RuleLine, RuleState, Summary, words};
use crate::rulebook::{EditionName, Rulebook, area_of};
use crate::runner::{Aborted, Finding, RunHeader};
use anstyle::Style;
use std::collections::BTreeSet;

/// An edition that was asked for, and what came of it.
#[derive(Clone, Debug)]
pub struct ByEdition {
    /// The edition.
    pub edition: String,
    /// The run, or why there is none.
    pub came_of_it: Result<Summary, NotRun>,
}

/// Why an implementation was not run by an edition: it has neither passed nor failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRun {
    /// The implementation does not offer it, but these.
    NotOffered(Vec<String>),
    /// It has none of the rules or scenarios that were selected.
    NothingSelected,
    /// The program was stopped before.
    Stopped,
}

/// Every edition's run in one report, for a terminal of this width in columns.
pub fn terminal(editions: &[ByEdition], width: usize, styled: bool) -> String {
    let runs: Vec<Run<'_>> = editions.iter().filter_map(Run::of).collect();
    let mut page = Page::new(width, styled);
    if let Some(first) = runs.first() {
        let suite = format!("entra-conformance {}", first.header.suite_version);
        page.line(page.painted(BOLD, suite));
        page.line(words::implementation(first.header));
        let seed = first.header.selection.generation.seed;
        let selection = words::selection(first.header);
        page.wrapped("", "selection: ", &format!("{selection}; seed {seed}"));
    }
    table(&mut page, &runs);
    findings(&mut page, &runs);
    aborted(&mut page, &runs);
    for newer in newer_editions(&runs) {
        page.line("");
        for (indent, line) in newer_edition::in_brief(&newer) {
            page.wrapped(indent, "", &line);
        }
    }
    page.line("");
    for one in editions {
        verdict(&mut page, one);
    }
    page.text
}

/// A run by one edition.
struct Run<'r> {
    edition: &'r str,
    summary: &'r Summary,
    header: &'r RunHeader,
    rules: Vec<RuleLine>,
}

impl Run<'_> {
    fn of(one: &ByEdition) -> Option<Run<'_>> {
        let summary = one.came_of_it.as_ref().ok()?;
        let header = summary.header()?;
        // Where the adapter does not do its part, nothing was judged.
        let rules = if summary.adapter_fault.is_none() { summary.rules() } else { Vec::new() };
        Some(Run { edition: &one.edition, summary, header, rules })
    }
}

/// How wide the names of rules are, and an edition's column.
const NAMES: usize = 46;
const COLUMN: usize = 10;

/// Every rule that one of the runs was about, with the mark of what each run came to.
fn table(page: &mut Page, runs: &[Run<'_>]) {
    let selected: BTreeSet<&str> =
        runs.iter().flat_map(|run| &run.rules).map(|line| &*line.rule).collect();
    let rules = Rulebook::embedded().rules.iter().filter(|rule| selected.contains(&*rule.id));
    let mut area = "";
    for rule in rules {
        if area_of(&rule.id) != area {
            area = area_of(&rule.id);
            page.line("");
            let heads: String =
                runs.iter().map(|run| format!("{:<COLUMN$}", run.edition)).collect();
            let gap = NAMES - area.len();
            page.line(format!(
                "{}{:gap$}{}",
                page.painted(BOLD, area),
                "",
                page.painted(FAINT, heads.trim_end())
            ));
        }
        let mut line = format!("  {:<width$}", rule.id, width = NAMES - 2);
        for run in runs {
            let state = run.rules.iter().find(|line| line.rule == rule.id).map(|line| line.state);
            let (mark, style) = mark(state, rule.is_in(run.edition));
            line += &page.painted(style, mark);
            line += &" ".repeat(COLUMN - 1);
        }
        page.line(line.trim_end());
    }
    if !selected.is_empty() {
        let states = RuleState::ALL.map(|state| format!("{} {}", state.mark(), state.words()));
        page.line("");
        page.line(format!("{}  · not in this edition", states.join("  ")));
    }
}

fn mark(state: Option<RuleState>, is_in_edition: bool) -> (&'static str, Style) {
    match state {
        Some(RuleState::Held) => (RuleState::Held.mark(), GOOD),
        Some(RuleState::Violated) => (RuleState::Violated.mark(), BAD),
        Some(state @ RuleState::NotApplicable) => (state.mark(), FAINT),
        Some(state @ RuleState::NotExercised) => (state.mark(), CAUTION),
        None if is_in_edition => (" ", FAINT),
        None => ("·", FAINT),
    }
}

/// A mistake, and the runs that show it; it is told as the first of them shows it.
struct Told<'r> {
    finding: Finding,
    failure: RuleFailure,
    header: &'r RunHeader,
    editions: Vec<&'r str>,
}

/// Every mistake once: findings of several editions are one where each breaks what leads the other.
fn told<'r>(runs: &'r [Run<'r>]) -> Vec<Told<'r>> {
    let mut all: Vec<Told<'_>> = Vec::new();
    for run in runs {
        for (finding, failure) in words::beyond(run.summary) {
            let is_same = |told: &&mut Told<'_>| {
                told.finding.breaks(&finding.rule) && finding.breaks(&told.finding.rule)
            };
            match all.iter_mut().find(is_same) {
                Some(told) => told.editions.push(run.edition),
                None => all.push(Told {
                    finding,
                    failure,
                    header: run.header,
                    editions: vec![run.edition],
                }),
            }
        }
    }
    all
}

fn findings(page: &mut Page, runs: &[Run<'_>]) {
    for (number, told) in told(runs).iter().enumerate() {
        let Told { finding, failure, header, editions } = told;
        page.line("");
        let rule = &finding.rule;
        let heading = format!("{}. {rule} is violated in {}", number + 1, editions.join(" and "));
        page.line(page.painted(BAD, heading));
        page.finding(finding, failure, header);
    }
}

/// Cases in which the implementation aborted, each once.
fn aborted(page: &mut Page, runs: &[Run<'_>]) {
    let mut told: Vec<&Aborted> = Vec::new();
    for run in runs {
        let is_told = |one: &&Aborted, told: &[&Aborted]| {
            told.iter()
                .any(|other| (&other.case, other.failure.kind) == (&one.case, one.failure.kind))
        };
        let new: Vec<&Aborted> =
            run.summary.aborted.iter().filter(|one| !is_told(one, &told)).collect();
        page.aborted(&new, run.header);
        page.defects(&run.summary.defects);
        told.extend(new);
    }
}

/// What each edition changes against the next earlier one.
fn newer_editions(runs: &[Run<'_>]) -> Vec<NewerEdition> {
    let pairs = runs.windows(2);
    let changes = pairs.filter_map(|pair| NewerEdition::of(pair[0].summary, pair[1].summary));
    changes.filter(|newer| !newer.is_empty()).collect()
}

/// What came of an edition, in a line or two.
fn verdict(page: &mut Page, one: &ByEdition) {
    let name = Rulebook::embedded().edition(&one.edition).map(EditionName::of);
    let name = name.map_or_else(|| one.edition.clone(), |name| edition(&name));
    let (style, words) = match &one.came_of_it {
        Ok(summary) => (style_of(summary.status()), summary.verdict()),
        Err(why) => (CAUTION, not_run(why)),
    };
    page.line(format!("{name}: {}", page.painted(style, words)));
    if let Ok(summary) = &one.came_of_it
        && summary.adapter_fault.is_none()
    {
        page.wrapped("  ", "", &words::denominator(summary.counts()));
        if let Some(classes) = words::classes(summary) {
            page.wrapped("  ", "classes met: ", &classes);
        }
    }
}

/// Why there is no run.
fn not_run(why: &NotRun) -> String {
    match why {
        NotRun::NotOffered(offered) => format!(
            "not judged: the adapter does not offer it (it offers {})",
            if offered.is_empty() { "none".to_owned() } else { offered.join(", ") }
        ),
        NotRun::NothingSelected => "not judged: it has nothing of what was selected".to_owned(),
        NotRun::Stopped => "not judged: stopped before it".to_owned(),
    }
}
