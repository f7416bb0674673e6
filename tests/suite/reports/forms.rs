//! What each report looks like, and that those who read it can.

use super::hostile::hostile;
use super::{RUNS, events, selection, summary, written};
use crate::published::{assert_current, faults, validator};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::{
    Counts, RuleState, Status, Summary, badge, from_events, github, html, json, junit, markdown,
    terminal,
};
use entra_conformance::rulebook::Rulebook;
use entra_conformance::runner::{CaseVerdict, Event, SelectedRule, Source};
use roxmltree::{Document, Node};
use rstest::rstest;
use serde_json::Value;

fn in_terminal(summary: &Summary) -> String {
    terminal::render(summary, 80, false)
}

/// The page as a person can compare it: tag by tag, and without its style and script, which have
/// files of their own.
fn in_lines(summary: &Summary) -> String {
    let mut page = html::render(summary);
    for name in ["style", "script"] {
        let start = page.find(&format!("<{name}>")).expect("it begins") + name.len() + 2;
        let end = page.find(&format!("</{name}>")).expect("it ends");
        page.replace_range(start..end, "");
        let start = page.find(&format!("{name}-src 'sha256-")).expect("a digest") + name.len() + 6;
        let end = start + page[start..].find('\'').expect("it ends");
        page.replace_range(start..end, "[digest]");
    }
    page.replace("><", ">\n<")
}

type Render = fn(&Summary) -> String;

/// Every report: its name, and how it is made.
const REPORTS: &[(&str, Render)] = &[
    ("terminal", in_terminal),
    ("junit", junit::render),
    ("json", json::render),
    ("markdown", markdown::render),
    ("html", in_lines),
    ("badge", badge::render),
    ("github", github::annotations),
];

#[test]
fn each_report_of_each_run() {
    let settings = crate::snapshots::settings();
    for (run, events) in RUNS {
        let summary = summary(&events());
        for (name, render) in REPORTS {
            let text = render(&summary);
            settings.bind(|| insta::assert_snapshot!(format!("report-{run}-{name}"), text));
        }
    }
}

#[test]
fn reports_made_later_are_the_same_to_the_byte() {
    for (run, events) in RUNS {
        let events = events();
        let direct = summary(&events);
        let later = from_events(&written(&events)[..], "events.jsonl").expect("they are in order");
        assert_eq!(later.status(), direct.status(), "{run}");
        for (name, render) in REPORTS {
            assert_eq!(render(&later), render(&direct), "{run}: {name}");
        }
        assert_eq!(html::render(&later), html::render(&direct), "{run}");
    }
}

/// Runs that end in each way, with those that only happen when something is wrong with the suite.
fn every_ending() -> Vec<Summary> {
    let mut all: Vec<Summary> = RUNS.iter().map(|(_, events)| summary(&events())).collect();
    let defect = Event::CaseFinished {
        source: Source::Scenarios,
        case: "takeover/anything".to_owned(),
        verdict: CaseVerdict::Defect { message: "a check panicked".to_owned() },
        held: Default::default(),
        failures: Vec::new(),
    };
    let mut with_defect = all[0].clone();
    with_defect.take(&defect);
    all.push(with_defect);
    let mut cut_off = all[0].clone();
    cut_off.cut_off = Some(7);
    all.push(cut_off);
    // Nothing of the selection applies.
    let selection = selection(&["relation."], Source::Scenarios);
    let mut events = events(&mut ReferenceModel::default(), selection, None);
    events.retain(|event| !matches!(event, Event::CaseFinished { .. }));
    all.push(summary(&events));
    all
}

#[test]
fn only_a_conformant_run_looks_like_success_anywhere() {
    let mut seen = Vec::new();
    for summary in every_ending() {
        let status = summary.status();
        let is_good = matches!(status, Status::Conformant | Status::AsListed);
        let xml = junit::render(&summary);
        let document = Document::parse(&xml).expect("XML");
        let bad = document
            .descendants()
            .any(|node| node.has_tag_name("failure") || node.has_tag_name("error"));
        assert_eq!(!bad, is_good, "{status:?}: {xml}");
        assert_eq!(github::annotations(&summary).is_empty(), is_good, "{status:?}");
        assert_eq!(badge::render(&summary).contains("green"), is_good, "{status:?}");
        assert_eq!(markdown::render(&summary).contains('✅'), is_good, "{status:?}");
        let json: Value = serde_json::from_str(&json::render(&summary)).expect("JSON");
        let is_well = json["verdict"] == "conformant" || json["verdict"] == "asListed";
        assert_eq!(is_well, is_good, "{status:?}");
        seen.push(status);
    }
    for status in
        [Status::Conformant, Status::Incomplete, Status::Nonconformant, Status::SuiteDefect]
    {
        assert!(seen.contains(&status), "{status:?} does not occur");
    }
}

/// Elements with the attributes and children that the JUnit schema of Jenkins' xUnit plugin allows.
const JUNIT: &[(&str, &[&str], &[&str])] = &[
    ("testsuites", &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors", "time", "timestamp", "skipped"],
        &["properties", "testcase"],
    ),
    ("properties", &[], &["property"]),
    ("property", &["name", "value"], &[]),
    ("testcase", &["name", "classname", "time"], &["skipped", "error", "failure"]),
    ("skipped", &["type", "message"], &[]),
    ("error", &["type", "message"], &[]),
    ("failure", &["type", "message"], &[]),
];

fn number(node: Node<'_, '_>, attribute: &str) -> usize {
    let text = node.attribute(attribute).unwrap_or_else(|| panic!("no {attribute}"));
    text.parse().expect("a number")
}

fn count(node: Node<'_, '_>, tag: &str) -> usize {
    node.descendants().filter(|inner| inner.has_tag_name(tag)).count()
}

#[test]
fn junit_is_what_its_readers_take() {
    for summary in every_ending() {
        let xml = junit::render(&summary);
        let document = Document::parse(&xml).expect("XML");
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        for node in document.descendants().filter(Node::is_element) {
            let name = node.tag_name().name();
            let (_, attributes, children) = JUNIT
                .iter()
                .find(|(known, ..)| *known == name)
                .unwrap_or_else(|| panic!("{name} is no element of JUnit"));
            for attribute in node.attributes() {
                assert!(attributes.contains(&attribute.name()), "{name}: {attribute:?}");
            }
            for child in node.children().filter(Node::is_element) {
                assert!(children.contains(&child.tag_name().name()), "{name}: {child:?}");
            }
            if matches!(name, "testsuites" | "testsuite") {
                assert_eq!(number(node, "tests"), count(node, "testcase"));
                assert_eq!(number(node, "failures"), count(node, "failure"));
                assert_eq!(number(node, "errors"), count(node, "error"));
            }
            if name == "testsuite" {
                assert_eq!(number(node, "skipped"), count(node, "skipped"));
                assert!(count(node, "testcase") > 0, "an empty suite");
            }
            if name == "testcase" {
                let results = node.children().filter(Node::is_element).count();
                assert!(results <= 1, "one result a case");
                assert!(node.attribute("classname").is_some(), "Jenkins needs it");
            }
        }
        // Each rule is one test case, and looks like what it is.
        for line in summary.rules() {
            let case = document
                .descendants()
                .find(|node| node.attribute("name") == Some(&line.rule))
                .expect("a test case");
            let expected = match line.state {
                _ if line.known => Some("skipped"),
                RuleState::Held => None,
                RuleState::Violated => Some("failure"),
                RuleState::NotExercised if line.owed => Some("error"),
                RuleState::NotApplicable | RuleState::NotExercised => Some("skipped"),
            };
            let found = case.children().find(Node::is_element);
            assert_eq!(found.map(|node| node.tag_name().name()), expected, "{}", line.rule);
        }
    }
}

#[test]
fn json_agrees_with_its_published_schema() {
    let schema = json::schema();
    assert_current("report.json", &schema);
    let validator = validator(&schema);
    for summary in every_ending() {
        let document: Value = serde_json::from_str(&json::render(&summary)).expect("JSON");
        assert_eq!(faults(&validator, &document), Vec::<String>::new());
        let Counts { held, violated, not_applicable, not_exercised } = summary.counts();
        let counts = &document["counts"];
        assert_eq!(counts["all"], held + violated + not_applicable + not_exercised);
        assert_eq!(counts["judged"], held + violated);
        assert_eq!(document["rules"].as_array().map(Vec::len), Some(summary.rules().len()));
    }
    let mut wrong: Value = serde_json::from_str(&json::render(&every_ending()[0])).expect("JSON");
    wrong["verdict"] = "splendid".into();
    assert!(!validator.is_valid(&wrong));
}

/// What every report has to say of a run: the suite, the edition, the seed, who was judged, what was
/// selected, the denominator, and how long it took.
#[rstest]
#[case::terminal(in_terminal, &["0.1.0", "2023-01", "seed 20230126", "takeover-merges-addresses", "only sequences; rules takeover.*, match.same*", "9 rules", "1.234 s", "2026-01-26 09:30:00 UTC"])]
#[case::junit(junit::render, &["suiteVersion", "2023-01", "20230126", "takeover-merges-addresses", "only sequences; rules takeover.*, match.same*", "9 rules", "time=\"1.234\"", "timestamp=\"2026-01-26T09:30:00\""])]
#[case::json(json::render, &["suiteVersion", "\"2023-01\"", "\"seed\": 20230126", "takeover-merges-addresses", "\"rulePatterns\": [\n      \"takeover.*", "\"all\": 9", "\"milliseconds\": 1234", "\"started\": \"2026-01-26T09:30:00Z\""])]
#[case::markdown(markdown::render, &["0.1.0", "2023-01", "seed 20230126", "takeover-merges-addresses", "only sequences; rules takeover.\\*, match.same\\*", "9 rules", "1.234 s", "2026-01-26 09:30:00 UTC"])]
#[case::html(html::render, &["0.1.0", "2023-01", "<dd>20230126</dd>", "takeover-merges-addresses", "only sequences; rules takeover.*, match.same*", "8 of 9 judged", "1.234 s", "2026-01-26 09:30:00 UTC"])]
fn every_report_says_what_it_is_about(#[case] render: Render, #[case] said: &[&str]) {
    let text = render(&summary(&super::faulty()));
    for words in said {
        assert!(text.contains(words), "{words:?} is missing in\n{text}");
    }
}

#[test]
fn markdown_never_outgrows_a_comment() {
    let mut events = super::faulty();
    let failure = events
        .iter()
        .find(|event| matches!(event, Event::FailureFound { failure: Some(_), .. }))
        .cloned()
        .expect("a failure");
    let Event::FailureFound { failure: Some(failure), .. } = failure else {
        unreachable!("it was looked for");
    };
    // Every rule is broken, each with a long example.
    for rule in &Rulebook::embedded().rules {
        let mut failure = (*failure).clone();
        failure.rule = rule.id.clone();
        failure.excerpt = "x: y\n".repeat(400);
        events.push(Event::FailureFound {
            size: Vec::new(),
            source: Source::Sequences,
            case: format!("sequence {}", rule.id),
            verdict: CaseVerdict::Judged,
            failure: Some(Box::new(failure)),
            file: None,
            not_saved: None,
        });
        if let Event::RunStarted(header) = &mut events[0] {
            header.rules.retain(|known| known.rule != rule.id);
            header.rules.push(SelectedRule {
                rule: rule.id.clone(),
                missing: Vec::new(),
                owed: true,
            });
        }
    }
    let text = markdown::render(&summary(&events));
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("There is no room here"));
    for rule in &Rulebook::embedded().rules {
        assert!(text.contains(&rule.id), "{} is not named", rule.id);
    }
}

/// What an implementation says cannot steer a terminal, with colours or without.
#[test]
fn no_text_steers_a_terminal() {
    let plain = terminal::render(&hostile(), 80, false);
    assert!(plain.contains("\\u{1b}[2J"), "{plain}");
    let is_harmless = |letter: char| letter == '\n' || !letter.is_control();
    assert!(plain.chars().all(is_harmless) && !plain.contains('\u{202e}'), "{plain:?}");
    let styled = terminal::render(&hostile(), 80, true);
    let codes = styled.split('\u{1b}').skip(1);
    assert!(codes.into_iter().all(|code| code.starts_with('[') && !code.starts_with("[2J")));
}
