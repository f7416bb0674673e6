//! What is different between two runs: two versions of an implementation, two implementations, or
//! two editions.

mod render;

pub use render::{markdown, terminal};

use super::newer_edition::NewerEdition;
use super::{Aborted, RuleLine, RuleState, Status, Summary, words};
use crate::baseline::Declared;
use crate::cases::scenario::embedded;
use crate::directory::Capability;
use crate::rulebook::Rulebook;
use crate::runner::{RunHeader, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Something that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// A rule, a case, or the run.
    pub what: String,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

impl Change {
    fn new(what: impl Into<String>, before: impl Into<String>, after: impl Into<String>) -> Change {
        Change { what: what.into(), before: before.into(), after: after.into() }
    }
}

/// What is different between two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Violated now and not before.
    pub worse: Vec<Change>,
    /// Judged before and not now, whatever the verdict was: nobody knows any more.
    pub no_longer_judged: Vec<Change>,
    /// Violated before and right now.
    pub better: Vec<Change>,
    /// Right now and not judged before.
    pub newly_judged: Vec<Change>,
    /// Violated before and now.
    pub still_failing: Vec<Change>,
    /// Rules of the earlier run's edition that the later run's does not have: nothing is lost by them.
    pub retired: Vec<Change>,
    /// What the later run's edition changes, where it is a newer one.
    pub newer_edition: Option<NewerEdition>,
    /// How many rules hold as they did.
    pub still_held: usize,
    /// How many rules have no verdict before or now.
    pub still_not_judged: usize,
    /// What is different between the two runs themselves, so that a difference may not be the
    /// implementation's.
    pub conditions: Vec<Change>,
}

impl Comparison {
    /// Compares two runs.
    pub fn of(before: &Summary, after: &Summary) -> Comparison {
        let mut comparison = Comparison {
            conditions: conditions(before, after),
            newer_edition: NewerEdition::of(before, after),
            ..Comparison::default()
        };
        comparison.rules(before, after);
        comparison.capabilities(before, after);
        comparison.aborted(before, after);
        comparison.run(before, after);
        comparison
    }

    /// Whether something is violated that was not, or has no verdict any more.
    pub fn is_worse(&self) -> bool {
        !self.worse.is_empty() || !self.no_longer_judged.is_empty()
    }

    fn rules(&mut self, before: &Summary, after: &Summary) {
        let earlier = by_name(before);
        let later = by_name(after);
        // The rules of the later run in their order, and then those that only the earlier one has.
        let mut names: Vec<String> =
            after.rules().iter().map(|line| words::present_name(&line.rule)).collect();
        names.extend(before.rules().iter().map(|line| words::present_name(&line.rule)));
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        for name in names {
            let (was, is) = (earlier.get(&name), later.get(&name));
            let words = |line, run| in_words(line, &name, run);
            let change = Change::new(&name, words(was, before), words(is, after));
            match (verdict(was), verdict(is)) {
                _ if is.is_none() && !has_rule(after, &name) => self.retired.push(change),
                (Some(false), Some(false)) => {
                    self.scenarios(&name, before, after);
                    self.still_failing.push(change);
                }
                (_, Some(false)) => self.worse.push(change),
                (Some(false), Some(true)) => self.better.push(change),
                (None, Some(true)) => self.newly_judged.push(change),
                (Some(_), None) => self.no_longer_judged.push(change),
                (Some(true), Some(true)) => self.still_held += 1,
                (None, None) => self.still_not_judged += 1,
            }
        }
    }

    /// A rule that is violated in both runs may be so in other scenarios; one that only the edition of one of
    /// them has tells nothing of the implementation.
    fn scenarios(&mut self, rule: &str, before: &Summary, after: &Summary) {
        let of_both = |run: &Summary| {
            let mut cases = run.scenarios_that_violate(rule);
            cases.retain(|case| has_scenario(before, case) && has_scenario(after, case));
            cases.into_iter().map(str::to_owned).collect::<BTreeSet<String>>()
        };
        let (was, is) = (of_both(before), of_both(after));
        let change = |case: &str, before: &str, after: &str| {
            Change::new(format!("{rule} in {case}"), before, after)
        };
        for case in is.difference(&was) {
            let earlier = if before.has_judged(case) { "not violated" } else { "not judged" };
            self.worse.push(change(case, earlier, "violated"));
        }
        for case in was.difference(&is) {
            if after.has_judged(case) {
                self.better.push(change(case, "violated", "not violated"));
            } else {
                self.no_longer_judged.push(change(case, "violated", "not judged"));
            }
        }
    }

    /// A capability that is given up takes cases with it, even where others still exercise each rule.
    fn capabilities(&mut self, before: &Summary, after: &Summary) {
        let (Some(was), Some(is)) = (before.header(), after.header()) else {
            return;
        };
        let declared = |header: &RunHeader| Declared::of(&header.description).capabilities;
        let (was, is) = (declared(was), declared(is));
        let change = |word: &str, before: &str, after: &str| {
            Change::new(format!("capability {word}"), before, after)
        };
        // What only one of the two editions knows was neither gained nor lost.
        let book = Rulebook::embedded();
        let in_both = |one: &&Capability| {
            let editions = [before, after].map(|run| run.header().map(RunHeader::rulebook_edition));
            editions.into_iter().flatten().all(|edition| book.knows(edition, **one))
        };
        for lost in was.difference(&is).filter(in_both) {
            self.no_longer_judged.push(change(lost.word(), "declared", "not declared"));
        }
        for gained in is.difference(&was).filter(in_both) {
            self.newly_judged.push(change(gained.word(), "not declared", "declared"));
        }
    }

    fn aborted(&mut self, before: &Summary, after: &Summary) {
        let (was, is) = (aborted(before), aborted(after));
        for (what, aborted) in &is {
            let now = aborted.failure.kind.word();
            match was.get(what) {
                Some(earlier) => {
                    let before = earlier.failure.kind.word();
                    self.still_failing.push(Change::new(what, before, now));
                }
                None => self.worse.push(Change::new(what, "did not abort", now)),
            }
        }
        for (what, aborted) in was.iter().filter(|(what, _)| !is.contains_key(*what)) {
            let before = aborted.failure.kind.word();
            if was_judged(aborted, after) {
                self.better.push(Change::new(what, before, "judged to its end"));
            } else {
                self.no_longer_judged.push(Change::new(what, before, "not judged"));
            }
        }
    }

    /// What concerns the run as a whole.
    fn run(&mut self, before: &Summary, after: &Summary) {
        let change = || Change::new("the run", before.verdict(), after.verdict());
        let is_defect = |summary: &Summary| summary.status() == Status::SuiteDefect;
        if is_defect(after) && !is_defect(before) {
            self.worse.push(change());
        } else if after.is_cut_short() && !before.is_cut_short() {
            self.no_longer_judged.push(change());
        }
    }
}

fn by_name(summary: &Summary) -> BTreeMap<String, RuleLine> {
    summary.rules().into_iter().map(|line| (words::present_name(&line.rule), line)).collect()
}

/// Whether a rule held; `None` where there is no verdict.
fn verdict(line: Option<&RuleLine>) -> Option<bool> {
    match line?.state {
        RuleState::Held => Some(true),
        RuleState::Violated => Some(false),
        RuleState::NotApplicable | RuleState::NotExercised => None,
    }
}

fn in_words(line: Option<&RuleLine>, rule: &str, run: &Summary) -> String {
    let absent = || match run.header() {
        Some(header) if !has_rule(run, rule) => format!("not in edition {}", header.edition),
        _ => "not in this run".to_owned(),
    };
    line.map_or_else(absent, words::state)
}

/// Whether the edition of a run has a rule; of what this version of the suite does not know, nothing else is
/// said.
fn has_rule(run: &Summary, rule: &str) -> bool {
    let book = Rulebook::embedded();
    let edition = run.header().and_then(|header| book.edition(&header.edition));
    match (book.rule(rule), edition) {
        (Some(rule), Some(edition)) => rule.is_in(&edition.id),
        _ => true,
    }
}

/// Whether the edition of a run has a scenario.
fn has_scenario(run: &Summary, id: &str) -> bool {
    let known = embedded().iter().find(|known| known.id == id);
    let edition = run.header().map(|header| &header.edition);
    known.zip(edition).is_none_or(|(known, edition)| known.scenario.is_in(edition))
}

/// Cases that aborted, by what they are called in both runs. Of generated cases only an example
/// of each kind is known, so they go by source and kind.
fn aborted(summary: &Summary) -> BTreeMap<String, &Aborted> {
    let name = |aborted: &Aborted| match aborted.source {
        Source::Saved | Source::Scenarios => aborted.case.clone(),
        source => format!("{} in {source}", aborted.failure.kind),
    };
    summary.aborted.iter().map(|aborted| (name(aborted), aborted)).collect()
}

/// Whether what aborted in an earlier run was judged in this one.
fn was_judged(aborted: &Aborted, summary: &Summary) -> bool {
    match aborted.source {
        Source::Saved | Source::Scenarios => summary.has_judged(&aborted.case),
        source => summary.sources.iter().any(|line| {
            let result = &line.result;
            line.planned.source == source
                && result.judged > 0
                && result.ended() == line.planned.cases
        }),
    }
}

/// What is different between the two runs themselves.
fn conditions(before: &Summary, after: &Summary) -> Vec<Change> {
    let (Some(was), Some(is)) = (before.header(), after.header()) else {
        return Vec::new();
    };
    let choices = |header: &RunHeader| words::choices(&header.description.choices);
    [
        ("suite", was.suite_version.clone(), is.suite_version.clone()),
        ("edition", was.edition.clone(), is.edition.clone()),
        ("selection", words::selection(was), words::selection(is)),
        ("generated cases", words::generation(was), words::generation(is)),
        ("choices", choices(was), choices(is)),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| Change::new(what, before, after))
    .collect()
}
