//! Compares what a run shows with what a baseline lists.

use super::entry::{Declared, Entry};
use super::read::{BaselineFile, lists, present_name};
use super::results::{CaseResult, Nonconformity, RunResults, Subject};
use crate::runner::{
    BaselineComparison, BaselineDifference, Cause, NotApplicable, Observed, Outcome, RuleState,
    Selection,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What became of an entry in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// This run's selection has nothing of it.
    LeftAlone,
    /// It is as listed.
    AsListed,
    /// It is as listed, and its last day is over.
    Expired,
    /// It is not as listed, or the entry says nothing that could be.
    Stale,
}

/// What a run comes to by a baseline.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What reports tell of it.
    pub comparison: BaselineComparison,
    /// What became of each entry.
    pub entries: Vec<EntryState>,
    /// What was observed and is not listed.
    pub unlisted: Vec<Nonconformity>,
}

/// Compares what a run shows with what a baseline lists. `today` is the day by which entries
/// expire.
pub fn gate(file: &BaselineFile, results: &RunResults, today: Date) -> Gate {
    let entries = &file.baseline.entries;
    let mut comparison = Comparison {
        file,
        results,
        today,
        states: vec![EntryState::LeftAlone; entries.len()],
        differences: Vec::new(),
        unlisted: Vec::new(),
        loose: Vec::new(),
        not_exercised: Vec::new(),
    };
    comparison.declared();
    for (entry, fault) in file.faults() {
        comparison.states[entry] = EntryState::Stale;
        let entry = file.listed(entry);
        comparison.differences.push(BaselineDifference::Faulty { entry, fault });
    }
    comparison.cases();
    comparison.generated();
    comparison.rules();
    comparison.finish()
}

struct Comparison<'a> {
    file: &'a BaselineFile,
    results: &'a RunResults,
    today: Date,
    states: Vec<EntryState>,
    differences: Vec<BaselineDifference>,
    unlisted: Vec<Nonconformity>,
    /// What was observed in generated cases, and is excused by any entry for the same reason.
    loose: Vec<Nonconformity>,
    not_exercised: Vec<String>,
}

impl<'a> Comparison<'a> {
    fn entry(&self, at: usize) -> &'a Entry {
        &self.file.baseline.entries[at]
    }

    fn is_expired(&self, at: usize) -> bool {
        self.entry(at).expires.is_some_and(|expires| expires < self.today)
    }

    /// An entry that is not as listed any more, but this was observed.
    fn stale(&mut self, entry: usize, actual: Vec<Observed>) {
        self.states[entry] = EntryState::Stale;
        let entry = self.file.listed(entry);
        self.differences.push(BaselineDifference::Stale { entry, actual });
    }

    /// An entry that is as listed.
    fn as_listed(&mut self, entry: usize) {
        self.states[entry] = EntryState::AsListed;
        if self.is_expired(entry) {
            self.states[entry] = EntryState::Expired;
            let entry = self.file.listed(entry);
            self.differences.push(BaselineDifference::Expired { entry });
        }
    }

    fn not_listed(&mut self, found: Nonconformity) {
        self.differences.push(BaselineDifference::NotListed(found.unlisted()));
        self.unlisted.push(found);
    }

    fn declared(&mut self) {
        let Some(header) = self.results.summary().header() else { return };
        let listed = &self.file.baseline.declares;
        let actual = Declared::of(&header.description);
        let lost = &listed.capabilities - &actual.capabilities;
        let gained = &actual.capabilities - &listed.capabilities;
        if !lost.is_empty() {
            self.differences.push(BaselineDifference::CapabilitiesLost { capabilities: lost });
        }
        if !gained.is_empty() {
            self.differences.push(BaselineDifference::CapabilitiesGained { capabilities: gained });
        }
        let (listed, actual) = (listed.choices, actual.choices);
        if listed != actual {
            self.differences.push(BaselineDifference::OtherChoices { listed, actual });
        }
    }

    /// The entries about this case that the selection has, by where they stand.
    fn entries_of(&self, subject: &Subject, selection: &Selection) -> Vec<usize> {
        let is_about = |entry: &Entry| match subject {
            Subject::Scenario(name) => entry.scenario.as_ref() == Some(name),
            Subject::Example { name, .. } => {
                let place = entry.example.as_ref().map(|example| self.file.place_of(example));
                place.as_ref() == Some(name)
            }
            Subject::Rule => false,
        };
        let is_selected = |entry: &Entry| {
            entry.rule.as_deref().is_none_or(|rule| {
                entry.is_of_expectation() || selection.has_rule(present_name(rule))
            })
        };
        (0..self.states.len())
            .filter(|at| self.states[*at] != EntryState::Stale)
            .filter(|at| is_about(self.entry(*at)) && is_selected(self.entry(*at)))
            .collect()
    }

    fn cases(&mut self) {
        let header = self.results.summary().header();
        let selection = header.map(|header| header.selection.clone()).unwrap_or_default();
        let results = self.results;
        for case in &results.written {
            let mut rest: Vec<&Observed> = case.observed.iter().collect();
            let mut open: Vec<usize> = Vec::new();
            for at in self.entries_of(&case.subject, &selection) {
                let entry = self.entry(at);
                let before = rest.len();
                rest.retain(|observed| !lists(entry, observed));
                if rest.len() < before { self.as_listed(at) } else { open.push(at) }
            }
            self.case(case, open, rest);
        }
    }

    /// One case: the entries of which nothing was observed, and what was observed and has no entry.
    fn case(&mut self, case: &CaseResult, mut open: Vec<usize>, mut rest: Vec<&Observed>) {
        let is_scenario = matches!(case.subject, Subject::Scenario(_));
        let found = |observed: &Observed| Nonconformity {
            subject: case.subject.clone(),
            observed: observed.clone(),
        };
        let ending = case.observed.iter().find(|observed| observed.outcome != Outcome::Violated);
        // How a case ended comes before anything that it would have shown later.
        if let Some(ending) = ending {
            let has_entries = !open.is_empty();
            for at in std::mem::take(&mut open) {
                self.stale(at, vec![ending.clone()]);
            }
            if let Some(at) = rest.iter().position(|observed| *observed == ending) {
                rest.remove(at);
                let is_judged = ending.outcome != Outcome::NotApplicable;
                match (is_scenario, is_judged) {
                    // What a file cannot be judged by concerns its own entries alone.
                    (false, false) => {}
                    _ if has_entries => self.unlisted.push(found(ending)),
                    (false, true) => self.loose.push(found(ending)),
                    (true, _) => self.not_listed(found(ending)),
                }
            }
        }
        let mut by_rule: BTreeMap<Option<&str>, Vec<&Observed>> = BTreeMap::new();
        for observed in rest {
            by_rule.entry(observed.rule.as_deref()).or_default().push(observed);
        }
        for at in open {
            let entry = self.entry(at);
            // What was listed as aborting and now shows a violation has another reason.
            let actual: Vec<Observed> = match (entry.outcome, entry.rule.as_deref()) {
                (Outcome::Violated, Some(rule)) => {
                    let of_rule = by_rule.get(&Some(present_name(rule))).into_iter().flatten();
                    of_rule.copied().cloned().collect()
                }
                _ => by_rule.values().flatten().copied().cloned().collect(),
            };
            for observed in &actual {
                let found = found(observed);
                if !self.unlisted.contains(&found) {
                    self.unlisted.push(found);
                }
            }
            self.stale(at, actual);
        }
        for observed in by_rule.into_values().flatten() {
            let found = found(observed);
            if self.unlisted.contains(&found) {
                continue;
            }
            if is_scenario { self.not_listed(found) } else { self.loose.push(found) }
        }
    }

    /// What generated cases show is excused by any entry for the same reason: where a scenario shows
    /// it no example is saved.
    fn generated(&mut self) {
        for CaseResult { subject, observed } in &self.results.generated {
            self.loose.extend(
                observed
                    .iter()
                    .cloned()
                    .map(|observed| Nonconformity { subject: subject.clone(), observed }),
            );
        }
        let unlisted = self.unlisted.iter().map(|found| found.observed.clone());
        let mut reported: BTreeSet<Observed> = unlisted.collect();
        for found in std::mem::take(&mut self.loose) {
            if reported.contains(&found.observed) {
                continue;
            }
            let listed: Vec<usize> = (0..self.states.len())
                .filter(|at| self.states[*at] != EntryState::Stale)
                .filter(|at| lists(self.entry(*at), &found.observed))
                .collect();
            match listed.first().copied() {
                None => {
                    reported.insert(found.observed.clone());
                    self.not_listed(found);
                }
                Some(first) => {
                    let all_expired = listed.iter().all(|at| self.is_expired(*at));
                    if all_expired && self.states[first] == EntryState::LeftAlone {
                        self.as_listed(first);
                    }
                }
            }
        }
    }

    fn rules(&mut self) {
        for line in self.results.summary().rules() {
            let not_judged = match line.state {
                RuleState::NotApplicable => {
                    let reason = NotApplicable::MissingCapabilities { capabilities: line.missing };
                    Some((Outcome::NotApplicable, Cause::NotApplicable(reason)))
                }
                RuleState::NotExercised if line.owed => {
                    Some((Outcome::NotExercised, Cause::NotTriggered))
                }
                RuleState::NotExercised => continue,
                RuleState::Held | RuleState::Violated => None,
            };
            let observed = not_judged.map(|(outcome, reason)| {
                let rule = Some(line.rule.clone());
                Observed { outcome, rule, reason }
            });
            let mut is_listed = false;
            for at in 0..self.states.len() {
                let entry = self.entry(at);
                let is_alone = entry.scenario.is_none() && entry.example.is_none();
                let is_meant =
                    is_alone && entry.rule.as_deref().map(present_name) == Some(&*line.rule);
                if !is_meant || self.states[at] == EntryState::Stale {
                    continue;
                }
                if observed.as_ref().is_some_and(|observed| lists(entry, observed)) {
                    is_listed = true;
                    self.as_listed(at);
                } else {
                    self.stale(at, observed.clone().into_iter().collect());
                }
            }
            let Some(observed) = observed.filter(|_| !is_listed) else { continue };
            let found = Nonconformity { subject: Subject::Rule, observed };
            if found.observed.outcome == Outcome::NotExercised {
                // The run is incomplete, which is reported as ever.
                self.not_exercised.push(line.rule);
                self.unlisted.push(found);
            } else {
                self.not_listed(found);
            }
        }
    }

    fn finish(self) -> Gate {
        let Comparison { file, states, differences, unlisted, not_exercised, .. } = self;
        let is_nonconformity = |at: &usize| {
            let entry = &file.baseline.entries[*at];
            entry.outcome.is_nonconformity()
        };
        let nonconformities = (0..states.len()).filter(is_nonconformity);
        let comparison = BaselineComparison {
            file: file.file.clone(),
            listed: nonconformities.clone().count(),
            known: nonconformities
                .filter(|at| states[*at] == EntryState::AsListed)
                .map(|at| file.listed(at))
                .collect(),
            differences,
            unlisted: unlisted.iter().map(Nonconformity::unlisted).collect(),
            not_exercised,
        };
        Gate { comparison, entries: states, unlisted }
    }
}
