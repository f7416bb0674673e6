//! What every check says, of the reference model and of every mutant, over the same cases: how
//! often a rule's situation was judged, how often the rule was found broken, and in which words.
//!
//! A check that has become weaker, stricter or wordier shows here, also where some other check
//! still catches the mutant, and where it is asked about another situation than before.

mod cases;
#[path = "../support/snapshots.rs"]
mod snapshots;
mod special;
mod told;
mod wrong;

use cases::{HEAD, Posed, SOURCES, cases, two_policies};
use entra_conformance::checks::{Extent, Finding, Observer, Survey, checked_rules};
use entra_conformance::directory::{Capabilities, Command, DeclaredChoices, Tenant};
use entra_conformance::implementation::{CaseInput, CaseObservation, Implementation, run_one};
use entra_conformance::mutants;
use entra_conformance::reference::{Policy, ReferenceModel};
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

/// How often a rule held and how often it was broken, by source, and the first way in which it was.
#[derive(Default)]
struct Line {
    held: [u64; SOURCES],
    broken: [usize; SOURCES],
    first: Option<String>,
}

/// What the checks say, by rule.
#[derive(Default)]
struct Verdicts(BTreeMap<&'static str, Line>);

impl Verdicts {
    /// Judges what was seen of a case, by these choices where the case declares them.
    fn judge(&mut self, posed: &Posed, seen: &CaseObservation, choices: &DeclaredChoices) {
        for findings in judged(posed.input(), seen, &posed.choices(choices)) {
            self.take(posed.source, findings);
        }
    }

    fn take(&mut self, source: usize, findings: Vec<Finding>) {
        for Finding { rule, verdict } in findings {
            let line = self.0.entry(rule).or_default();
            line.held[source] += verdict.held;
            line.broken[source] += verdict.violations.len();
            if line.first.is_none() {
                line.first = verdict.violations.first().map(ToString::to_string);
            }
        }
    }
}

/// What the checks find in the start and in each step.
fn judged(
    (tenant, commands): (&Tenant, &[Command]),
    seen: &CaseObservation,
    choices: &DeclaredChoices,
) -> Vec<Vec<Finding>> {
    let capabilities = Capabilities::all_of_2023();
    let start = seen.start.as_ref().expect("it starts");
    let (mut observer, findings) = Observer::start(tenant, start, &capabilities, choices);
    let steps = commands.iter().zip(&seen.steps);
    let judged = steps.map(|(command, step)| observer.step(command, step));
    std::iter::once(findings).chain(judged).collect()
}

/// What is seen of a case.
fn run(
    implementation: &mut dyn Implementation,
    (tenant, commands): (&Tenant, &[Command]),
) -> CaseObservation {
    run_one(implementation, CaseInput { tenant, commands })
}

fn numbers(numbers: &[impl Display]) -> String {
    numbers.iter().map(|number| format!("{number:>6}")).collect()
}

fn assert_snapshot(name: &str, text: &str) {
    let settings = snapshots::settings();
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn how_often_each_rule_is_judged() {
    let mut verdicts = Verdicts::default();
    for posed in cases(600, &two_policies()) {
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        verdicts.judge(&posed, &seen, &posed.policy.declared());
    }
    let mut text = String::from(HEAD);
    for rule in checked_rules() {
        let line = verdicts.0.remove(rule).unwrap_or_default();
        assert_eq!(line.broken, [0; SOURCES], "{rule}: {:?}", line.first);
        let _ = writeln!(text, "{} {rule}", numbers(&line.held));
    }
    assert_snapshot("verdicts-on-the-model", &text);
}

/// What is said of a step in which one thing is not as it was seen, and of what was declared
/// otherwise than it is done.
#[test]
fn what_is_said_of_a_wrong_value() {
    let mut told: BTreeMap<(&str, &str), (usize, String)> = BTreeMap::new();
    let mut tell = |what, findings: Vec<Finding>| {
        for finding in findings {
            for violation in &finding.verdict.violations {
                let said = || (0, violation.to_string());
                told.entry((what, finding.rule)).or_insert_with(said).0 += 1;
            }
        }
    };
    let policies = Policy::default().every_choice();
    for (at, posed) in cases(64, &policies).iter().enumerate() {
        if posed.is_crowded() {
            continue;
        }
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        wrong::each(&posed.case, &seen, &posed.choices(&posed.policy.declared()), &mut tell);
        for other in policies.iter().skip(at % 3).step_by(3) {
            for findings in judged(posed.input(), &seen, &other.declared()) {
                tell("declared otherwise", findings);
            }
        }
    }
    let mut text = String::new();
    let mut last = "";
    for ((what, rule), (count, first)) in told {
        if what != last {
            let _ = writeln!(text, "{what}");
            last = what;
        }
        let _ = writeln!(text, "{count:>6} {rule}: {first}");
    }
    assert_snapshot("verdicts-on-a-wrong-value", &text);
}

/// What shows the same as the model is not judged: that is done above.
#[test]
fn what_is_said_of_each_mutant() {
    let policies = Policy::default().every_choice();
    let cases = cases(160, &policies);
    let decided_by = |policy: Policy| cases.iter().filter(move |posed| posed.policy == policy);
    // What the model that decides alike shows, by what it decides and what the cases ask for.
    let mut right: BTreeMap<String, Vec<CaseObservation>> = BTreeMap::new();
    let mut text = String::from(HEAD);
    for mutant in mutants::catalogue() {
        let mut verdicts = Verdicts::default();
        for &policy in &policies {
            let mut implementation = mutant.with_policy(policy);
            let choices = implementation.describe().choices;
            let alike = Policy::agreeing_with(&choices);
            let right = right.entry(format!("{alike:?} for {policy:?}")).or_insert_with(|| {
                let mut model = ReferenceModel::new(alike);
                decided_by(policy).map(|posed| run(&mut model, posed.input())).collect()
            });
            for (posed, right) in decided_by(policy).zip(right) {
                let seen = run(&mut *implementation, posed.input());
                if seen.steps != right.steps {
                    verdicts.judge(posed, &seen, &choices);
                }
            }
        }
        let _ = writeln!(text, "{}", mutant.name);
        let mut held = [0; SOURCES];
        for (rule, line) in &verdicts.0 {
            (0..SOURCES).for_each(|source| held[source] += line.held[source]);
            if let Some(first) = &line.first {
                let _ = writeln!(text, "{} {rule}: {first}", numbers(&line.broken));
            }
        }
        let _ = writeln!(text, "{} held", numbers(&held));
    }
    assert_snapshot("verdicts-on-the-mutants", &text);
}

/// What a survey of the same cases leaves open, and about how many objects; what it takes for
/// settled. Laws rest on it.
#[test]
fn what_a_survey_leaves_open() {
    let mut tally: BTreeMap<String, u64> = BTreeMap::new();
    for posed in cases(250, &two_policies()) {
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        let choices = posed.choices(&posed.policy.declared());
        let start = seen.start.as_ref().expect("the model starts");
        let capabilities = Capabilities::all_of_2023();
        let survey = Survey::of(posed.input(), (start, &seen.steps), &capabilities, &choices);
        assert!(survey.starts_as_asked);
        let mut add = |what: &str, count: usize| {
            *tally.entry(what.to_owned()).or_default() += count as u64;
        };
        for step in &survey.steps {
            for opening in &step.openings {
                let extent = match &opening.extent {
                    Extent::Everything => "everything",
                    Extent::Itself => "itself",
                    Extent::Holding(_) => "what it holds",
                };
                add(&format!("open, {extent}: {}", opening.why), 1);
                if let Extent::Holding(values) = &opening.extent {
                    add("values that may be held", values.len());
                }
            }
            for subject in &step.subjects {
                add(&format!("meets {:?}", subject.encounter), 1);
                add("has work", usize::from(subject.has_work));
                add("is contended", usize::from(subject.is_contended));
            }
            add("unfinished", step.unfinished.len());
            add("labels", step.labels.len());
            add("links", step.links.len());
            add("copies", step.copies.len());
            for governed in step.governed.values() {
                add("settled attributes", governed.attributes.len());
                add("known addresses", governed.addresses.len());
                add("settled addresses", usize::from(governed.addresses_are_settled));
                add("settled passwords", usize::from(governed.password));
            }
        }
    }
    let mut text = String::new();
    for (what, count) in tally {
        let _ = writeln!(text, "{count:>7} {what}");
    }
    assert_snapshot("survey-of-the-model", &text);
}
