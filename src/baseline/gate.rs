//! Compares what a run shows with what a baseline lists.

use super::date::Date;
use super::entry::{Declared, Entry, Outcome};
use super::finding::{Finding, FindingKind, Nonconformity, Subject};
use super::read::{BaselineFile, present_name};
use super::seen::{Observed, Seen, SeenCase};
use crate::directory::Capability;
use crate::report::{RuleState, Summary};
use crate::runner::{Selection, is_of_expectation};
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
    /// Everything that is not as listed.
    pub findings: Vec<Finding>,
    /// What became of each entry.
    pub entries: Vec<EntryState>,
    /// What was seen and is not listed.
    pub unlisted: Vec<Nonconformity>,
    /// Rules that were asked for, that nothing exercised, and that are not listed as such.
    pub not_exercised: Vec<String>,
    /// How many of the nonconformities that are listed were seen.
    pub known: usize,
    /// What is wrong beyond what is listed, as a run that shows nothing else.
    pub beyond: Summary,
}

/// Compares what a run shows with what a baseline lists. `today` is the day by which entries
/// expire.
pub fn gate(file: &BaselineFile, seen: &Seen, today: Date) -> Gate {
    let entries = &file.baseline.entries;
    let mut comparison = Comparison {
        file,
        seen,
        today,
        states: vec![EntryState::LeftAlone; entries.len()],
        findings: Vec::new(),
        unlisted: Vec::new(),
        loose: Vec::new(),
        not_exercised: Vec::new(),
    };
    comparison.declared();
    comparison.faults();
    comparison.cases();
    comparison.generated();
    comparison.rules();
    comparison.finish()
}

struct Comparison<'a> {
    file: &'a BaselineFile,
    seen: &'a Seen,
    today: Date,
    states: Vec<EntryState>,
    findings: Vec<Finding>,
    unlisted: Vec<Nonconformity>,
    /// What was seen in generated cases, and is excused by any entry for the same reason.
    loose: Vec<Nonconformity>,
    not_exercised: Vec<String>,
}

fn words(outcome: Outcome, reason: &str) -> String {
    format!("{outcome} ({reason})")
}

fn words_of(observed: &Observed) -> String {
    words(observed.outcome, &observed.reason)
}

/// Whether an entry is about what was seen, wherever it was seen.
fn lists(entry: &Entry, observed: &Observed) -> bool {
    let rule = entry.rule.as_deref().map(present_name);
    entry.outcome == observed.outcome
        && entry.reason == observed.reason
        && (is_of_expectation(&entry.reason) || rule == observed.rule.as_deref())
}

impl<'a> Comparison<'a> {
    fn entry(&self, at: usize) -> &'a Entry {
        &self.file.baseline.entries[at]
    }

    fn find(&mut self, kind: FindingKind, at: usize, listed: Vec<String>, seen: Vec<String>) {
        let line = self.file.lines.get(at).copied().unwrap_or_default();
        let place = Some(format!("{}:{line}", self.file.file));
        let about = self.entry(at).about();
        self.findings.push(Finding { kind, place, about, listed, seen });
    }

    /// An entry that is not as listed any more.
    fn stale(&mut self, kind: FindingKind, at: usize, seen: Vec<String>) {
        self.states[at] = EntryState::Stale;
        let entry = self.entry(at);
        self.find(kind, at, vec![words(entry.outcome, &entry.reason)], seen);
    }

    /// An entry that is as listed.
    fn as_listed(&mut self, at: usize) {
        let entry = self.entry(at);
        self.states[at] = EntryState::AsListed;
        if let Some(expires) = entry.expires.filter(|expires| *expires < self.today) {
            self.states[at] = EntryState::Expired;
            let seen = vec![words(entry.outcome, &entry.reason)];
            self.find(FindingKind::Expired, at, vec![expires.to_string()], seen);
        }
    }

    fn not_listed(&mut self, kind: FindingKind, found: Nonconformity) {
        self.findings.push(Finding {
            kind,
            place: None,
            about: found.about(),
            listed: Vec::new(),
            seen: vec![words_of(&found.observed)],
        });
        self.unlisted.push(found);
    }

    fn declared(&mut self) {
        let Some(header) = self.seen.summary().header() else { return };
        let listed = &self.file.baseline.declares;
        let now = Declared::of(&header.description);
        let words = |set: &BTreeSet<Capability>, other: &BTreeSet<Capability>| {
            let words: Vec<&str> = set.difference(other).map(|one| one.word()).collect();
            words.join(", ")
        };
        let lost = words(&listed.capabilities, &now.capabilities);
        let new = words(&now.capabilities, &listed.capabilities);
        let choices = |declared: &Declared| -> Vec<String> {
            let words = declared.choices.words().into_iter();
            words.map(|(choice, value)| format!("{choice}: {value}")).collect()
        };
        let (before, after) = (choices(listed), choices(&now));
        let mut find = |about: &str, seen: String| {
            if !seen.is_empty() {
                self.findings.push(Finding {
                    kind: FindingKind::Declares,
                    place: None,
                    about: about.to_owned(),
                    listed: Vec::new(),
                    seen: vec![seen],
                });
            }
        };
        find("no longer declared, so that less is judged than when the baseline was written", lost);
        find("declared, and not so in the baseline, which would not notice its loss", new);
        if before != after {
            let told = |words: Vec<String>| {
                if words.is_empty() { "none".to_owned() } else { words.join(", ") }
            };
            let seen = format!("{} before, {} now", told(before), told(after));
            find("other choices are declared than when the baseline was written", seen);
        }
    }

    fn faults(&mut self) {
        for (at, error) in self.file.faults() {
            self.states[at] = EntryState::Stale;
            let is_ambiguous = error.message.starts_with("ambiguous");
            let kind =
                if is_ambiguous { FindingKind::Ambiguous } else { FindingKind::MatchesNothing };
            self.find(kind, at, Vec::new(), vec![error.message]);
        }
    }

    fn selection(&self) -> Selection {
        self.seen.summary().header().map(|header| header.selection.clone()).unwrap_or_default()
    }

    /// The entries about this case that the selection has, by where they stand.
    fn entries_of(&self, case: &SeenCase, selection: &Selection) -> Vec<usize> {
        let entries = self.file.baseline.entries.iter().enumerate();
        entries
            .filter(|(at, entry)| {
                let name = match (&entry.scenario, &entry.example) {
                    (Some(scenario), _) if case.is_scenario => scenario.clone(),
                    (_, Some(example)) if !case.is_scenario => self.file.place_of(example),
                    _ => return false,
                };
                let is_selected = entry.rule.as_deref().is_none_or(|rule| {
                    is_of_expectation(&entry.reason) || selection.has_rule(present_name(rule))
                });
                name == case.name && is_selected && self.states[*at] != EntryState::Stale
            })
            .map(|(at, _)| at)
            .collect()
    }

    fn cases(&mut self) {
        let selection = self.selection();
        let seen = self.seen;
        for case in &seen.cases {
            let listed = self.entries_of(case, &selection);
            let mut rest: Vec<&Observed> = case.observed.iter().collect();
            let mut open: Vec<usize> = Vec::new();
            for at in listed {
                let entry = self.entry(at);
                let before = rest.len();
                rest.retain(|observed| !lists(entry, observed));
                if rest.len() < before { self.as_listed(at) } else { open.push(at) }
            }
            self.case(case, open, rest);
        }
    }

    /// One case: the entries of which nothing was seen, and what was seen and has no entry.
    fn case(&mut self, case: &SeenCase, mut open: Vec<usize>, mut rest: Vec<&Observed>) {
        let subject = if case.is_scenario {
            Subject::Scenario(case.name.clone())
        } else {
            Subject::Example { name: case.name.clone(), file: Some(case.name.clone()) }
        };
        let ending = case.observed.iter().find(|observed| observed.outcome != Outcome::Violated);
        // How a case ended comes before anything that it would have shown later.
        if let Some(ending) = ending {
            let kind = if ending.outcome == Outcome::NotApplicable {
                FindingKind::NotJudged
            } else {
                FindingKind::AnotherReason
            };
            let is_told = !open.is_empty();
            for at in std::mem::take(&mut open) {
                self.stale(kind, at, vec![words_of(ending)]);
            }
            if let Some(at) = rest.iter().position(|observed| *observed == ending) {
                rest.remove(at);
                let found = Nonconformity { subject: subject.clone(), observed: ending.clone() };
                let is_judged = ending.outcome != Outcome::NotApplicable;
                match (case.is_scenario, is_judged) {
                    // What a file cannot be judged by concerns its own entries alone.
                    (false, false) => {}
                    (_, _) if is_told => self.unlisted.push(found),
                    (false, true) => self.loose.push(found),
                    (true, false) => self.not_listed(FindingKind::NotJudged, found),
                    (true, true) => self.not_listed(FindingKind::NotListed, found),
                }
            }
        }
        let mut by_rule: BTreeMap<Option<&str>, Vec<&Observed>> = BTreeMap::new();
        for observed in rest {
            by_rule.entry(observed.rule.as_deref()).or_default().push(observed);
        }
        for at in open {
            let entry = self.entry(at);
            // What was listed as breaking off and now shows a violation has another reason.
            let seen: Vec<&Observed> = match (entry.outcome, entry.rule.as_deref()) {
                (Outcome::Violated, Some(rule)) => {
                    by_rule.get(&Some(present_name(rule))).cloned().unwrap_or_default()
                }
                _ => by_rule.values().flatten().copied().collect(),
            };
            if seen.is_empty() {
                self.stale(FindingKind::NowPasses, at, Vec::new());
                continue;
            }
            self.stale(
                FindingKind::AnotherReason,
                at,
                seen.iter().map(|observed| words_of(observed)).collect(),
            );
            for observed in seen {
                let observed = observed.clone();
                let found = Nonconformity { subject: subject.clone(), observed };
                if !self.unlisted.contains(&found) {
                    self.unlisted.push(found);
                }
            }
        }
        for observed in by_rule.into_values().flatten() {
            let found = Nonconformity { subject: subject.clone(), observed: observed.clone() };
            if self.unlisted.contains(&found) {
                continue;
            }
            if case.is_scenario {
                self.not_listed(FindingKind::NotListed, found);
            } else {
                self.loose.push(found);
            }
        }
    }

    /// What generated cases show is excused by any entry for the same reason: where a scenario shows
    /// it no example is kept.
    fn generated(&mut self) {
        for example in &self.seen.generated {
            for observed in &example.observed {
                let (name, file) = (example.name.clone(), example.file.clone());
                let subject = Subject::Example { name, file };
                self.loose.push(Nonconformity { subject, observed: observed.clone() });
            }
        }
        let mut told: BTreeSet<Observed> =
            self.unlisted.iter().map(|found| found.observed.clone()).collect();
        for found in std::mem::take(&mut self.loose) {
            if told.contains(&found.observed) {
                continue;
            }
            let listed: Vec<usize> = (0..self.states.len())
                .filter(|at| self.states[*at] != EntryState::Stale)
                .filter(|at| lists(self.entry(*at), &found.observed))
                .collect();
            let is_over =
                |at: &usize| self.entry(*at).expires.is_some_and(|expires| expires < self.today);
            match listed.first() {
                None => {
                    told.insert(found.observed.clone());
                    self.not_listed(FindingKind::NotListed, found);
                }
                Some(first) if listed.iter().all(is_over) => {
                    let first = *first;
                    if self.states[first] == EntryState::LeftAlone {
                        self.as_listed(first);
                    }
                }
                Some(_) => {}
            }
        }
    }

    fn rules(&mut self) {
        for line in self.seen.summary().rules() {
            let (outcome, reason) = match line.state {
                RuleState::NotApplicable => {
                    (Some(Outcome::NotApplicable), format!("needs {}", line.missing.join(", ")))
                }
                RuleState::NotExercised if line.owed => {
                    (Some(Outcome::NotExercised), NOT_EXERCISED.to_owned())
                }
                RuleState::NotExercised => continue,
                RuleState::Held | RuleState::Violated => (None, String::new()),
            };
            let observed =
                outcome.map(|outcome| Observed { outcome, rule: Some(line.rule.clone()), reason });
            let mut is_listed = false;
            for at in 0..self.states.len() {
                let entry = self.entry(at);
                let is_alone = entry.scenario.is_none() && entry.example.is_none();
                let is_meant =
                    is_alone && entry.rule.as_deref().map(present_name) == Some(&*line.rule);
                if !is_meant || self.states[at] == EntryState::Stale {
                    continue;
                }
                match &observed {
                    None => self.stale(FindingKind::NowPasses, at, Vec::new()),
                    Some(observed) if lists(entry, observed) => {
                        is_listed = true;
                        self.as_listed(at);
                    }
                    Some(observed) => {
                        self.stale(FindingKind::NotJudged, at, vec![words_of(observed)]);
                    }
                }
            }
            let Some(observed) = observed.filter(|_| !is_listed) else { continue };
            let found = Nonconformity { subject: Subject::Rule, observed };
            if found.observed.outcome == Outcome::NotExercised {
                // The run is incomplete, which is told as ever.
                self.not_exercised.push(line.rule);
                self.unlisted.push(found);
            } else {
                self.not_listed(FindingKind::NotJudged, found);
            }
        }
    }

    fn finish(self) -> Gate {
        let Comparison { file, seen, states, findings, unlisted, not_exercised, .. } = self;
        let known = states
            .iter()
            .zip(&file.baseline.entries)
            .filter(|(state, entry)| {
                **state == EntryState::AsListed && entry.outcome.is_nonconformity()
            })
            .count();
        let beyond = seen.unlisted(&|case, observed| {
            !unlisted.iter().any(|found| {
                let name = match &found.subject {
                    Subject::Scenario(name) | Subject::Example { name, .. } => name,
                    Subject::Rule => return false,
                };
                name == case && found.observed == *observed
            })
        });
        Gate { findings, entries: states, unlisted, not_exercised, known, beyond }
    }
}

/// Why a rule was not exercised, as an entry says it.
const NOT_EXERCISED: &str = "no case brings its situation about";
