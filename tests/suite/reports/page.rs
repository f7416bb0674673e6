//! The page for a browser: what it says, and that nothing in it is taken for anything but text.

use super::hostile::hostile;
use super::{RUNS, faulty, summary};
use entra_conformance::report::{RuleState, html};
use entra_conformance::rulebook::Rulebook;
use entra_conformance::runner::{CaseVerdict, Event, SelectedRule, Source};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeSet;

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &["meta", "input"];

/// The page in XML's syntax, so that a parser that forgives nothing can read it: elements without an
/// end tag get one, attributes without a value get one, and style and script, which HTML reads
/// otherwise, are left out.
fn as_xml(page: &str) -> String {
    let mut text = page.to_owned();
    for name in ["style", "script"] {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let (from, to) = (text.find(&start).expect("it begins"), text.find(&end).expect("it ends"));
        text.replace_range(from + start.len()..to, "");
    }
    for name in VOID {
        let mut at = 0;
        while let Some(found) = text[at..].find(&format!("<{name} ")) {
            let end = at + found + text[at + found..].find('>').expect("a tag ends");
            text.insert(end, '/');
            at = end;
        }
    }
    text.replace(" hidden>", " hidden=\"\">").replace(" open>", " open=\"\">")
}

/// Does something with the page as a tree.
fn with_tree<T>(page: &str, look: impl FnOnce(&Document<'_>) -> T) -> T {
    let xml = as_xml(page);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(&xml, options).unwrap_or_else(|error| panic!("{error}"));
    look(&document)
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|inner| inner.is_text().then(|| inner.text())?).collect()
}

/// What a page must not be without, whatever it says.
fn assert_sound(page: &str) {
    with_tree(page, |document| {
        let elements = || document.descendants().filter(Node::is_element);
        let count = |name: &str| elements().filter(|node| node.has_tag_name(name)).count();
        for name in ["h1", "header", "nav", "main", "footer", "title", "style", "script"] {
            let found = elements().filter(|node| node.tag_name().name() == name);
            assert_eq!(found.count(), 1, "{name}");
        }
        assert_eq!(count("img") + count("link") + count("iframe") + count("object"), 0);
        let mut ids = BTreeSet::new();
        for id in elements().filter_map(|node| node.attribute("id")) {
            assert!(ids.insert(id), "{id} stands twice");
        }
        let mut level = 0;
        for node in elements() {
            let name = node.tag_name().name();
            if let Some(deeper) = name.strip_prefix('h').and_then(|rest| rest.parse::<u32>().ok()) {
                assert!(deeper <= level + 1, "{name} follows h{level}: {}", text_of(node));
                level = deeper;
            }
            for attribute in node.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}");
                if name == "href" {
                    let inside =
                        value.strip_prefix('#').map(|id| ids.contains(id) || id == "results");
                    let is_web = value.starts_with("https://") || value.starts_with("http://");
                    assert!(inside.unwrap_or(is_web), "{value} leads nowhere");
                }
                if ["aria-labelledby", "for", "data-copy"].contains(&name) {
                    assert!(
                        document.descendants().any(|node| node.attribute("id") == Some(value)),
                        "{value}"
                    );
                }
            }
        }
    });
}

#[test]
fn every_page_is_sound() {
    for (run, events) in RUNS {
        let summary = summary(&events());
        let page = html::render(&summary);
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{run}");
        assert_sound(&page);
    }
}

#[test]
fn every_rule_stands_where_it_belongs() {
    for (run, events) in RUNS {
        let summary = summary(&events());
        with_tree(&html::render(&summary), |document| {
            let of_rule = |rule: &str, name: &str| {
                let mut all = document.descendants();
                all.find(|node| {
                    node.has_tag_name(name)
                        && node.attribute("data-item") == Some(&format!("rule-{rule}"))
                })
            };
            for line in summary.rules() {
                let state = match line.state {
                    RuleState::Held => "held",
                    RuleState::Violated => "violated",
                    RuleState::NotApplicable => "not applicable",
                    RuleState::NotExercised => "not exercised",
                };
                let cell = of_rule(&line.rule, "li").expect("a cell");
                assert!(text_of(cell).contains(state), "{run}: {}", line.rule);
                let entry = of_rule(&line.rule, "details").expect("an entry");
                assert!(text_of(entry).contains(state), "{run}: {}", line.rule);
                let failure = of_rule(&line.rule, "article");
                assert_eq!(failure.is_some(), line.state == RuleState::Violated, "{}", line.rule);
                let statement = &Rulebook::embedded().rule(&line.rule).expect("a rule").statement;
                assert!(text_of(entry).contains(&statement.replace('`', "")), "{}", line.rule);
            }
        });
    }
}

#[test]
fn the_difference_is_told_in_words_and_marks() {
    with_tree(&html::render(&summary(&faulty())), |document| {
        let article = document
            .descendants()
            .find(|node| node.attribute("id") == Some("failure-takeover.addresses-replaced"))
            .expect("the failure");
        let marked: Vec<String> = article
            .descendants()
            .filter(|node| node.has_tag_name("ins") || node.has_tag_name("del"))
            .map(text_of)
            .collect();
        let [marked] = &marked[..] else { panic!("{marked:?}") };
        assert!(marked.starts_with("[not expected: SMTP:"), "{marked}");
        let lanes: Vec<String> = article
            .descendants()
            .filter(|node| node.attribute("class") == Some("lane"))
            .map(text_of)
            .collect();
        assert_eq!(lanes, ["On-premises", "Cloud", "Connect"]);
        let text = text_of(article);
        for words in [
            "Not as expected after this",
            "entra-conformance run --only sequences --seed 20230126",
            "Sync with existing users in Microsoft Entra ID",
        ] {
            assert!(text.contains(words), "{words}");
        }
    });
}

#[test]
fn hostile_text_stays_text() {
    let page = html::render(&hostile());
    assert_sound(&page);
    assert_eq!(page.matches("</script>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    for wrong in ["<img", "href=\"javascript", "\u{1b}", "\u{202e}", "\u{0}"] {
        assert!(!page.contains(wrong), "{wrong:?}");
    }
    // All of it is there: name, version, language, command, patterns, rule, objects, and so on.
    assert!(page.matches("&lt;img src=x onerror=alert(1)&gt;").count() > 25);
    assert!(page.matches("\\u{202e}").count() > 25);
}

#[test]
fn a_page_with_every_rule_violated_stays_small() {
    let mut events = faulty();
    let mut failures: Vec<Event> = Vec::new();
    let known = events.iter().find_map(|event| match event {
        Event::FailureFound { failure: Some(failure), .. } => Some(failure.clone()),
        _ => None,
    });
    let known = known.expect("a failure");
    let Event::RunStarted(header) = &mut events[0] else { unreachable!("it is the first") };
    header.rules.clear();
    let edition = header.edition.clone();
    for rule in Rulebook::embedded().rules_in(&edition) {
        header.rules.push(SelectedRule { rule: rule.id.clone(), missing: Vec::new(), owed: true });
        let mut failure = known.clone();
        failure.rule = rule.id.clone();
        // As long as the longest scenarios.
        failure
            .excerpt
            .push_str(&"\n  - {do: assignRole, object: {label: ann}, role: Reader}".repeat(15));
        failures.push(Event::FailureFound {
            size: Vec::new(),
            source: Source::Sequences,
            case: format!("sequence {}", rule.id),
            verdict: CaseVerdict::Judged,
            failure: Some(failure),
            file: None,
            not_saved: None,
        });
    }
    events.extend(failures);
    let page = html::render(&summary(&events));
    assert_sound(&page);
    assert!(page.len() < 1_000_000, "{}", page.len());
}
