//! Which rules speak of the reference model, of every mutant, and of steps in which one thing is
//! wrong: over the same cases every time.
//!
//! A check that has become weaker or stricter shows here, also where some other check still
//! catches the mutant. The snapshots hold which rules speak, not how often or in which words. What
//! the scenarios show stands in none of them, so that a new scenario changes none.

mod cases;
mod special;
mod told;
mod wrong;

use crate::editions;
use cases::{Posed, SCENARIOS, cases, scenario, two_policies};
use entra_conformance::checks::{Determinacy, EditionSettings, Extent, Finding};
use entra_conformance::directory::{Capabilities, Command, DeclaredChoices, Tenant};
use entra_conformance::implementation::{CaseInput, CaseObservation, Implementation, run_one};
use entra_conformance::reference::{Policy, ReferenceModel};
use entra_conformance::rulebook::{Edition, Rulebook, area_of};
use entra_conformance::self_test::mutants::{self, Mutant};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Rules, and the sources in whose cases they speak.
type Speaking = BTreeMap<&'static str, BTreeSet<&'static str>>;

/// A line a rule, with its sources.
fn lines(speaking: &Speaking) -> String {
    let mut text = String::new();
    for (rule, sources) in speaking {
        let sources: Vec<&str> = sources.iter().copied().collect();
        let _ = writeln!(text, "    {rule}: {}", sources.join(", "));
    }
    text
}

/// What the checks of the first edition find in the start and in each step.
fn judged(
    case: (&Tenant, &[Command]),
    seen: &CaseObservation,
    choices: &DeclaredChoices,
) -> Vec<Vec<Finding>> {
    editions::judged(Rulebook::embedded().default_edition(), case, seen, choices)
}

/// What is seen of a case.
fn run(
    implementation: &mut dyn Implementation,
    (tenant, commands): (&Tenant, &[Command]),
) -> CaseObservation {
    run_one(implementation, CaseInput::new(tenant, commands))
}

fn assert_snapshot(name: &str, text: &str) {
    let settings = crate::snapshots::settings();
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_model_breaks_no_rule_and_these_are_judged() {
    let edition = Rulebook::embedded().default_edition();
    assert_snapshot("verdicts-on-the-model", &lines(&judged_of_the_model(edition, 600)));
}

#[test]
fn the_model_breaks_no_rule_of_a_later_edition_and_these_are_judged() {
    for edition in editions::later() {
        let name = format!("verdicts-on-the-model-{}", edition.id);
        assert_snapshot(&name, &lines(&judged_of_the_model(edition, 200)));
    }
}

/// What is judged of the model in so many cases of each source: nothing is broken, and every rule has its
/// scenario.
fn judged_of_the_model(edition: &Edition, count: usize) -> Speaking {
    let mut judged_rules = Speaking::new();
    for posed in cases(count, &two_policies(editions::default_policy(edition))) {
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        let choices = posed.choices(&posed.policy.declared());
        let judged = editions::judged(edition, posed.input(), &seen, &choices);
        for Finding { rule, verdict } in judged.into_iter().flatten() {
            assert!(verdict.violations.is_empty(), "{rule}: {:?}", verdict.violations);
            if verdict.held > 0 {
                judged_rules.entry(rule).or_default().insert(posed.source);
            }
        }
    }
    for rule in Rulebook::embedded().rules_in(&edition.id).map(|rule| &*rule.id) {
        if area_of(rule) == "relation" {
            continue;
        }
        let sources = judged_rules.get_mut(rule);
        assert!(sources.is_some_and(|sources| sources.remove(SCENARIOS)), "no scenario for {rule}");
    }
    judged_rules
}

/// Scenarios of situations that generated cases hardly get into.
const RARE: &[&str] = &[
    "admin/returned-role-does-not-stop-the-sync",
    "match/anchor-or-name-leads-to-the-same-values",
    "switch/enabled-again-the-user-is-matched",
    "switch/hard-match-works-when-disabled",
    "sync/failing-contact-does-not-stop-other-contacts",
    "takeover/mail-enabled-group-is-taken-over-whole",
];

/// What is said of a step in which one thing is not as it was seen, and of what was declared
/// otherwise than it is done: by which rules, and of which fields.
#[test]
fn what_is_said_of_a_wrong_value() {
    let mut told: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut tell = |what, findings: Vec<Finding>| {
        for finding in &findings {
            for violation in finding.violations() {
                let fields = told.entry(what).or_default().entry(finding.rule).or_default();
                fields.insert(violation.field.code());
            }
        }
    };
    let policies = Policy::default().every_choice();
    let mut all = cases(200, &policies);
    all.retain(|posed| !posed.is_crowded() && posed.source != SCENARIOS);
    all.extend(RARE.iter().map(|id| scenario(id)));
    for (at, posed) in all.iter().enumerate() {
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        wrong::each(&posed.case, &seen, &posed.choices(&posed.policy.declared()), &mut tell);
        for other in policies.iter().skip(at % 3).step_by(3) {
            for findings in judged(posed.input(), &seen, &other.declared()) {
                tell("declared otherwise", findings);
            }
        }
    }
    let mut text = String::new();
    for (what, rules) in told {
        let _ = writeln!(text, "{what}");
        for (rule, fields) in rules {
            let fields: Vec<&str> = fields.into_iter().collect();
            let _ = writeln!(text, "    {rule}: {}", fields.join(", "));
        }
    }
    assert_snapshot("verdicts-on-a-wrong-value", &text);
}

/// The rules that each mutant breaks; which ones the scenarios show, `faults` asserts. What shows the
/// same as the model is not judged: that is done above.
#[test]
fn what_is_said_of_each_mutant() {
    let all = mutants::of_edition("2023-01");
    assert_snapshot("verdicts-on-the-mutants", &said_of_mutants(Policy::default(), 160, all));
}

/// In later editions of those that break what is new or changed there.
#[test]
fn what_is_said_of_mutants_of_later_editions() {
    for edition in editions::later() {
        let all = mutants::of_edition(&edition.id);
        let all = all.filter(|mutant| editions::has_new_rule(edition, mutant.rule));
        let said = said_of_mutants(editions::default_policy(edition), 90, all);
        assert_snapshot(&format!("verdicts-on-the-mutants-{}", edition.id), &said);
    }
}

/// The rules that these mutants break in so many cases of each source.
fn said_of_mutants(
    default: Policy,
    count: usize,
    mutants: impl Iterator<Item = &'static Mutant>,
) -> String {
    let policies = default.every_choice();
    let cases = cases(count, &policies);
    let decided_by = |policy: Policy| cases.iter().filter(move |posed| posed.policy == policy);
    // What the model that decides alike shows, by what it decides and what the cases ask for.
    let mut right: BTreeMap<String, Vec<CaseObservation>> = BTreeMap::new();
    let mut text = String::new();
    for mutant in mutants {
        let mut broken = Speaking::new();
        for &policy in &policies {
            let mut implementation = mutant.with_policy(policy);
            let choices = implementation.describe().choices;
            let alike = default.choosing(&choices);
            let right = right.entry(format!("{alike:?} for {policy:?}")).or_insert_with(|| {
                let mut model = ReferenceModel::new(alike);
                decided_by(policy).map(|posed| run(&mut model, posed.input())).collect()
            });
            for (posed, right) in decided_by(policy).zip(right) {
                if posed.source == SCENARIOS {
                    continue;
                }
                let seen = run(&mut *implementation, posed.input());
                if seen.steps != right.steps {
                    broken_rules(posed, &seen, &choices, &mut broken);
                }
            }
        }
        let _ = write!(text, "{}\n{}", mutant.name, lines(&broken));
    }
    text
}

/// Adds the rules that are broken in what was seen of a case, by these choices where the case
/// declares them.
fn broken_rules(
    posed: &Posed,
    seen: &CaseObservation,
    choices: &DeclaredChoices,
    broken: &mut Speaking,
) {
    let edition = editions::of(&posed.policy);
    let findings = editions::judged(edition, posed.input(), seen, &posed.choices(choices));
    for finding in findings.iter().flatten().filter(|finding| !finding.violations().is_empty()) {
        broken.entry(finding.rule).or_default().insert(posed.source);
    }
}

/// What of the same cases is left open, and about which sort of objects; what is taken for
/// settled. Relations rest on it.
#[test]
fn what_is_left_open() {
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    for posed in cases(250, &two_policies(Policy::default())) {
        let seen = run(&mut ReferenceModel::new(posed.policy), posed.input());
        let choices = posed.choices(&posed.policy.declared());
        let start = seen.start.as_ref().expect("the model starts");
        let capabilities = Capabilities::all_of_2023();
        let edition = EditionSettings::of_2023_01();
        let determinacy =
            Determinacy::of(posed.input(), (start, &seen.steps), edition, &capabilities, &choices);
        assert!(determinacy.starts_as_asked);
        if posed.source == SCENARIOS {
            continue;
        }
        let mut add = |what: &str, is_so: bool| {
            if is_so {
                kinds.insert(what.to_owned());
            }
        };
        for step in &determinacy.steps {
            for opening in &step.unspecified {
                let extent = match &opening.extent {
                    Extent::Everything => "everything",
                    Extent::Itself => "itself",
                    Extent::Holding(_) => "what it holds",
                };
                add(&format!("open, {extent}: {:?}", opening.why), true);
            }
            for subject in &step.subjects {
                add("is joined", subject.is_joined);
                add("has work", subject.has_work);
                add("is contended", subject.is_contended);
            }
            add("unfinished", !step.unfinished.is_empty());
            add("labels", !step.labels.is_empty());
            add("links", !step.links.is_empty());
            add("quarantined objects", !step.quarantined.is_empty());
            for specified in step.specified.values() {
                add("specified attributes", !specified.attributes.is_empty());
                add("known addresses", !specified.addresses.is_empty());
                add("specified addresses", specified.addresses_are_specified);
                add("specified passwords", specified.password);
            }
        }
    }
    let kinds: Vec<String> = kinds.into_iter().collect();
    assert_snapshot("determinacy-of-the-model", &kinds.join("\n"));
}
