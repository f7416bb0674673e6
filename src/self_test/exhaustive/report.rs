//! What a search found, and how it is told.

use super::Settings;
use crate::cases::scenario::{Scenario, Step, case_to_yaml};
use crate::checks::{Finding, checked_rules};
use crate::directory::{Command, StepObservation, Tenant};
use crate::rulebook::{Rulebook, area_of};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// After how many commands.
    pub depth: usize,
    /// States so far.
    pub states: u64,
    /// Transitions so far.
    pub transitions: u64,
    /// How often a check found fault so far.
    pub disagreements: u64,
}

/// The transitions after so many commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// How many commands lead to where these transitions end.
    pub depth: usize,
    /// How many transitions there are.
    pub transitions: u64,
    /// How many of them lead to a state that was not reached before.
    pub states: u64,
}

/// What a check found fault with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The rule.
    pub rule: String,
    /// What was found.
    pub violations: Vec<String>,
    /// The case that leads there, as `given` and `steps` of a scenario file.
    pub case: String,
    /// How many commands it has.
    pub commands: usize,
}

impl Disagreement {
    /// The end of this case, of which nothing has been said yet.
    pub(super) fn at(tenant: &Tenant, commands: Vec<Command>) -> Disagreement {
        let count = commands.len();
        let step = |command| Step { command, expect: Vec::new() };
        let scenario = Scenario {
            title: String::new(),
            rules: Vec::new(),
            near_misses: Vec::new(),
            laws: Vec::new(),
            tempting: None,
            description: None,
            when_choice: Default::default(),
            given: tenant.clone(),
            steps: commands.into_iter().map(step).collect(),
        };
        let case = case_to_yaml(&scenario, &BTreeSet::new());
        Disagreement { rule: String::new(), violations: Vec::new(), case, commands: count }
    }
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was searched.
    pub settings: Settings,
    /// Starting tenants that differ in more than what their values are called.
    pub starts: u64,
    /// The depth up to which every transition was judged.
    pub depth: usize,
    /// By the number of commands, from one on.
    pub layers: Vec<Layer>,
    /// For each rule that has a check how often it held.
    pub held: BTreeMap<&'static str, u64>,
    /// For each command and how it ended how often that was.
    pub endings: BTreeMap<(&'static str, &'static str), u64>,
    /// For each result of an on-premises object in a sync cycle how often that was.
    pub results: BTreeMap<&'static str, u64>,
    /// How often a check found fault.
    pub disagreements: u64,
    /// One of them for each rule: the first, so that none has fewer commands.
    pub examples: Vec<Disagreement>,
    /// Whether the search came to its end, and was not stopped.
    pub is_complete: bool,
}

impl Report {
    pub(super) fn new(settings: &Settings) -> Report {
        Report {
            settings: settings.clone(),
            starts: 0,
            depth: 0,
            layers: Vec::new(),
            held: checked_rules().map(|rule| (rule, 0)).collect(),
            endings: BTreeMap::new(),
            results: BTreeMap::new(),
            disagreements: 0,
            examples: Vec::new(),
            is_complete: false,
        }
    }

    /// Takes in what the checks said of a step; whether they agree with it.
    pub(super) fn take(&mut self, found: &[Finding], show: impl FnOnce() -> Disagreement) -> bool {
        let mut faults = Vec::new();
        for finding in found {
            if let Some(held) = self.held.get_mut(finding.rule) {
                *held += finding.verdict.held;
            }
            if !finding.violations().is_empty() {
                faults.push(finding);
            }
        }
        if faults.is_empty() {
            return true;
        }
        self.disagreements += 1;
        let is_told = |rule: &str| self.examples.iter().any(|earlier| earlier.rule == rule);
        faults.retain(|finding| !is_told(finding.rule));
        if !faults.is_empty() {
            let shown = show();
            self.examples.extend(faults.into_iter().map(|finding| Disagreement {
                rule: finding.rule.to_owned(),
                violations: finding.violations().iter().map(ToString::to_string).collect(),
                ..shown.clone()
            }));
        }
        false
    }

    /// Takes note of how a step ended.
    pub(super) fn note(&mut self, command: &Command, seen: &StepObservation) {
        let ending = (command.word(), seen.outcome.status.word());
        *self.endings.entry(ending).or_default() += 1;
        for result in seen.outcome.objects.values() {
            *self.results.entry(result.result.word()).or_default() += 1;
        }
        if let Some(layer) = self.layers.last_mut() {
            layer.transitions += 1;
        }
    }

    pub(super) fn add_state(&mut self) {
        if let Some(layer) = self.layers.last_mut() {
            layer.states += 1;
        }
    }

    pub(super) fn progress(&self, depth: usize) -> Progress {
        Progress {
            depth,
            states: self.states(),
            transitions: self.transitions(),
            disagreements: self.disagreements,
        }
    }

    /// How many states were reached that differ in more than what values are called.
    pub fn states(&self) -> u64 {
        self.starts + self.layers.iter().map(|layer| layer.states).sum::<u64>()
    }

    /// How many transitions were judged.
    pub fn transitions(&self) -> u64 {
        self.layers.iter().map(|layer| layer.transitions).sum()
    }

    /// Whether every transition was judged, up to the depth that was asked for, and no check found
    /// fault with any.
    pub fn is_agreed(&self) -> bool {
        self.is_complete && self.disagreements == 0
    }
}

/// The rules of the default edition that no search exercised. Laws compare two runs, which no
/// search does, and are left out.
pub fn never_exercised(reports: &[Report]) -> Vec<&'static str> {
    let rulebook = Rulebook::embedded();
    let rules = rulebook.rules_in(&rulebook.default_edition().id).map(|rule| &*rule.id);
    rules
        .filter(|rule| area_of(rule) != "law")
        .filter(|rule| {
            reports.iter().all(|report| report.held.get(rule).is_none_or(|&held| held == 0))
        })
        .collect()
}

/// The reports in words and figures. The same searches make the same text.
pub fn render(reports: &[Report]) -> String {
    let mut text = String::new();
    let mut line = |words: String| {
        let _ = writeln!(text, "{}", words.trim_end());
    };
    line(format!(
        "{:<8} {:<6} {:<42} {:>6} {:>5} {:>9} {:>12}",
        "start", "values", "searched", "starts", "depth", "states", "transitions"
    ));
    for report in reports {
        let Settings { scope, .. } = report.settings;
        line(format!(
            "{:<8} {:<6} {:<42} {:>6} {:>5} {:>9} {:>12}",
            scope.starts.word(),
            scope.values.word(),
            report.settings.words(),
            report.starts,
            report.depth,
            report.states(),
            report.transitions()
        ));
        for layer in report.layers.iter().filter(|_| report.depth > 2) {
            let Layer { depth, transitions, states } = layer;
            line(format!("{:64} {:>13} {:>9} {:>12}", "", depth, states, transitions));
        }
    }
    let sum = |count: fn(&Report) -> u64| reports.iter().map(count).sum::<u64>();
    line(format!("{:<71} {:>16} {:>12}", "in all", sum(Report::states), sum(Report::transitions)));
    line(String::new());
    line("rule                                           held".to_owned());
    for rule in checked_rules() {
        let held: u64 = reports.iter().filter_map(|report| report.held.get(rule)).sum();
        line(format!("{rule:<40} {held:>10}"));
    }
    line(String::new());
    line("command                  ended        transitions".to_owned());
    for ((word, status), count) in added(reports.iter().map(|report| &report.endings)) {
        line(format!("{word:<24} {status:<10} {count:>13}"));
    }
    line(String::new());
    line("result of an on-premises object            cycles".to_owned());
    for (word, count) in added(reports.iter().map(|report| &report.results)) {
        line(format!("{word:<35} {count:>13}"));
    }
    line(String::new());
    let never = never_exercised(reports);
    let never = if never.is_empty() { "none".to_owned() } else { never.join(", ") };
    line(format!("rules that were never exercised: {never}"));
    if let Some(report) = reports.iter().find(|report| !report.is_complete) {
        line(format!("not complete: {} was stopped", report.settings.words()));
    }
    line(format!("disagreements: {}", sum(|report| report.disagreements)));
    for report in reports {
        for example in &report.examples {
            line(String::new());
            line(format!("{}: {}", report.settings.words(), example.rule));
            example.violations.iter().for_each(|violation| line(format!("  {violation}")));
            example.case.lines().for_each(|row| line(format!("  │ {row}")));
        }
    }
    text
}

/// The counts of several tables in one.
fn added<'a, K: Ord + Clone + 'a>(
    tables: impl Iterator<Item = &'a BTreeMap<K, u64>>,
) -> BTreeMap<K, u64> {
    let mut all = BTreeMap::new();
    for (key, count) in tables.flatten() {
        *all.entry(key.clone()).or_default() += count;
    }
    all
}
