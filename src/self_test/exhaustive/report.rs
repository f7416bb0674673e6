//! What a search found, and how it is told.

use super::Settings;
use crate::cases::Case;
use crate::checks::{Finding, checked_rules};
use crate::directory::{Command, StepObservation, SwitchNames, Tenant};
use crate::rulebook::{Rulebook, area_of};
use crate::runner::Trial;
use std::collections::BTreeMap;
use std::fmt::Write as _;

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
        let case = Case { tenant: tenant.clone(), commands };
        let case = Trial { case, ..Trial::default() }.excerpt(None, count, SwitchNames::Plain);
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
    /// How many states were reached that differ in more than what values are called.
    pub states: u64,
    /// How many transitions were judged.
    pub transitions: u64,
    /// For each rule that has a check how often it held.
    pub held: BTreeMap<&'static str, u64>,
    /// For each command and how it ended, and for each sync cycle and the result of an on-premises
    /// object, how often that was.
    pub endings: BTreeMap<(&'static str, &'static str), u64>,
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
            states: 0,
            transitions: 0,
            held: checked_rules().map(|rule| (rule, 0)).collect(),
            endings: BTreeMap::new(),
            disagreements: 0,
            examples: Vec::new(),
            is_complete: false,
        }
    }

    /// Takes in what the checks said of a step; whether they agree with it.
    pub(super) fn take(&mut self, found: &[Finding], show: impl Fn() -> Disagreement) -> bool {
        let mut is_agreed = true;
        for finding in found {
            *self.held.entry(finding.rule).or_default() += finding.verdict.held;
            if finding.violations().is_empty() {
                continue;
            }
            is_agreed = false;
            if self.examples.iter().all(|earlier| earlier.rule != finding.rule) {
                let violations = finding.violations().iter();
                self.examples.push(Disagreement {
                    rule: finding.rule.to_owned(),
                    violations: violations.map(crate::report::violation::in_a_line).collect(),
                    ..show()
                });
            }
        }
        self.disagreements += u64::from(!is_agreed);
        is_agreed
    }

    /// Takes note of how a step ended.
    pub(super) fn note(&mut self, command: &Command, seen: &StepObservation) {
        let ending = (command.word(), seen.outcome.status.word());
        let results =
            seen.outcome.objects.values().map(|result| ("sync: result", result.result.word()));
        for ending in results.chain([ending]) {
            *self.endings.entry(ending).or_default() += 1;
        }
        self.transitions += 1;
    }

    /// Whether every transition was judged, up to the depth that was asked for, and no check found
    /// fault with any.
    pub fn is_agreed(&self) -> bool {
        self.is_complete && self.disagreements == 0
    }
}

/// The rules of an edition that no search exercised. Relations compare two runs, which no
/// search does, and are left out.
pub fn never_exercised(edition: &str, reports: &[Report]) -> Vec<&'static str> {
    let rules = Rulebook::embedded().rules.iter().filter(|rule| rule.is_in(edition));
    let rules = rules.map(|rule| &*rule.id);
    let is_exercised = |rule: &str| {
        reports.iter().any(|report| report.held.get(rule).is_some_and(|&held| held > 0))
    };
    rules.filter(|rule| area_of(rule) != "relation" && !is_exercised(rule)).collect()
}

/// The reports in words and figures. The same searches make the same text.
pub fn render(edition: &str, reports: &[Report]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<8} {:<6} {:<42} {:>6} {:>5} {:>9} {:>12}",
        "start", "values", "searched", "starts", "depth", "states", "transitions"
    );
    for report in reports {
        let Settings { scope, .. } = report.settings;
        let _ = writeln!(
            text,
            "{:<8} {:<6} {:<42} {:>6} {:>5} {:>9} {:>12}",
            scope.starts.word(),
            scope.values.word(),
            report.settings.words(),
            report.starts,
            report.depth,
            report.states,
            report.transitions
        );
    }
    let sum = |count: fn(&Report) -> u64| reports.iter().map(count).sum::<u64>();
    let (states, transitions) = (sum(|report| report.states), sum(|report| report.transitions));
    let _ =
        writeln!(text, "{:<71} {states:>16} {transitions:>12}\n\nrule {:>46}", "in all", "held");
    for rule in checked_rules() {
        let held: u64 = reports.iter().filter_map(|report| report.held.get(rule)).sum();
        let _ = writeln!(text, "{rule:<40} {held:>10}");
    }
    let mut endings: BTreeMap<_, u64> = BTreeMap::new();
    for (ending, count) in reports.iter().flat_map(|report| &report.endings) {
        *endings.entry(ending).or_default() += count;
    }
    let _ = writeln!(text, "\n{:<24} {:<12} {:>11}", "command", "ended", "transitions");
    for ((word, ending), count) in endings {
        let _ = writeln!(text, "{word:<24} {ending:<12} {count:>11}");
    }
    let never = never_exercised(edition, reports);
    let never = if never.is_empty() { "none".to_owned() } else { never.join(", ") };
    let _ = writeln!(text, "\nrules that were never exercised: {never}");
    if let Some(report) = reports.iter().find(|report| !report.is_complete) {
        let _ = writeln!(text, "not complete: {} was stopped", report.settings.words());
    }
    let _ = writeln!(text, "disagreements: {}", sum(|report| report.disagreements));
    for report in reports {
        for example in &report.examples {
            let _ = writeln!(text, "\n{}: {}", report.settings.words(), example.rule);
            for violation in &example.violations {
                let _ = writeln!(text, "  {violation}");
            }
            for row in example.case.lines() {
                let _ = writeln!(text, "  │ {row}");
            }
        }
    }
    text
}
