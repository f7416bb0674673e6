//! Events that are written are read back, and nothing is missing unseen.

use super::{RUNS, conformant, written};
use crate::published::{assert_current, validator};
use entra_conformance::checks::Violation;
use entra_conformance::directory::{Capability, CommandKind};
use entra_conformance::implementation::{Failure, FailureKind};
use entra_conformance::report::{Status, from_events};
use entra_conformance::runner::{
    BrokenTogether, CaseVerdict, Event, Example, Exercise, FailureReport, Host, Inconclusive,
    NotApplicable, NotSaved, Origin, PlannedSource, Recording, Source, SourceResult, SourceStopped,
    event_schema, read_events,
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

#[test]
fn events_agree_with_their_published_schema() {
    let schema = event_schema();
    assert_current("events.json", &schema);
    let validator = validator(&schema);
    let mut seen = 0;
    for (run, events) in RUNS {
        let bytes = written(&events());
        for line in String::from_utf8(bytes).expect("UTF-8").lines() {
            let value: Value = serde_json::from_str(line).expect("JSON");
            assert!(validator.is_valid(&value), "{run}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
    for wrong in [
        r#"{"event":"streamStarted","format":2}"#,
        r#"{"event":"runFinished"}"#,
        r#"{"event":"runFinished","milliseconds":-1}"#,
        r#"{"event":"runWon","milliseconds":1}"#,
        r#"{"event":"sourceStarted","source":"dice","cases":1}"#,
        r#"{"milliseconds":1}"#,
    ] {
        let value: Value = serde_json::from_str(wrong).expect("JSON");
        assert!(!validator.is_valid(&value), "{wrong}");
    }
}

#[test]
fn the_page_names_every_event() {
    let page = include_str!("../../../spec/events.md");
    let schema = event_schema().to_string();
    let mut names: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    names.retain(|name| !name.starts_with('{'));
    assert!(!names.is_empty());
    for name in names.iter().chain(&["streamStarted", "streamEnded"]) {
        assert!(schema.contains(&format!(r#""const":"{name}""#)), "{name} is no event");
    }
    // Whatever the schema knows by name is on the page.
    for part in schema.split(r#""event":{"const":""#).skip(1) {
        let name = part.split('"').next().expect("a name");
        assert!(
            page.contains(&format!("`{name}`")) || page.contains(&format!("\"{name}\"")),
            "{name}"
        );
    }
}

/// A short file in order.
static GOOD: LazyLock<String> = LazyLock::new(|| {
    let mut events = conformant();
    let last = events.pop().expect("an end");
    events.truncate(4);
    events.push(last);
    String::from_utf8(written(&events)).expect("UTF-8")
});

type Lines<'a> = &'a [&'static str];

fn lines() -> Vec<&'static str> {
    GOOD.lines().collect()
}

fn text(lines: &[&str]) -> Vec<u8> {
    format!("{}\n", lines.join("\n")).into_bytes()
}

/// A file that is broken by a hand.
#[rstest]
#[case::empty(|_: Lines<'_>| Vec::new(), "e:1: the first line must be `streamStarted` with the format's version, and nothing is there")]
#[case::other_format(|l: Lines<'_>| text(&[r#"{"event":"streamStarted","format":2}"#, l[1]]), "e:1: these events have format 2, and this program reads format 1")]
#[case::no_format(|l: Lines<'_>| text(&[r#"{"event":"streamStarted"}"#, l[1]]), "e:1: `streamStarted`: missing field `format`")]
#[case::no_first_line(|l: Lines<'_>| text(&l[1..]), "e:1: the first line must be `streamStarted` with the format's version, and this line is `runStarted`")]
#[case::something_else(|_: Lines<'_>| b"<html>\n".to_vec(), "e:1: the first line must be `streamStarted` with the format's version, and this line is no event: expected value at line 1 column 1")]
#[case::byte_order_mark(|_: Lines<'_>| format!("\u{FEFF}{}", &*GOOD).into_bytes(), "e:1: a byte order mark stands before the line")]
#[case::no_utf8(|_: Lines<'_>| vec![0xFF, 0xFE, b'\n'], "e:1: is not UTF-8")]
#[case::no_run(|l: Lines<'_>| text(&[l[0], l[2]]), "e:2: the first event must be `runStarted`, and this is `sourceStarted`")]
#[case::nothing_but_a_frame(|l: Lines<'_>| text(&[l[0], r#"{"event":"streamEnded","events":0}"#]), "e:2: the events end before the run begins")]
#[case::cut_before_the_run(|l: Lines<'_>| text(&l[..1]), "e:1: the events end before the run begins")]
#[case::no_json(|l: Lines<'_>| text(&[l[0], l[1], "{oops}"]), "e:3: is no event: key must be a string at line 1 column 2")]
#[case::empty_line(|l: Lines<'_>| text(&[l[0], l[1], ""]), "e:3: an empty line")]
#[case::no_name(|l: Lines<'_>| text(&[l[0], l[1], r#"{"newly":3}"#]), "e:3: is no event: missing field `event` at line 1 column 11")]
#[case::unknown_event(|l: Lines<'_>| text(&[l[0], l[1], r#"{"event":"runWon"}"#]), "e:3: `runWon`: unknown variant `runWon`, expected one of `runStarted`")]
#[case::missing_field(|l: Lines<'_>| text(&[l[0], l[1], r#"{"event":"sourceStarted","source":"grid"}"#]), "e:3: `sourceStarted`: missing field `cases`")]
#[case::wrong_type(|l: Lines<'_>| text(&[l[0], l[1], r#"{"event":"runFinished","milliseconds":"7"}"#]), "e:3: `runFinished`: invalid type: string \"7\", expected u64")]
#[case::unknown_word(|l: Lines<'_>| text(&[l[0], l[1], r#"{"event":"sourceStarted","source":"dice","cases":1}"#]), "e:3: `sourceStarted`: unknown variant `dice`, expected one of `saved`")]
#[case::second_run(|l: Lines<'_>| text(&[l[0], l[1], l[1]]), "e:3: a second `runStarted`: one file is of one run")]
#[case::second_stream(|_: Lines<'_>| format!("{0}{0}", &*GOOD).into_bytes(), "nothing may follow `streamEnded`")]
#[case::second_first_line(|l: Lines<'_>| text(&[l[0], l[0]]), "e:2: a second `streamStarted`: one file is of one run")]
#[case::after_the_end(|l: Lines<'_>| text(&[l[0], l[1], l[5], l[3]]), "e:4: no event may follow `runFinished`, and this is `caseFinished`")]
#[case::lost_line(|l: Lines<'_>| text(&[&l[..3], &l[4..]].concat()), "e:6: 5 events were written, and 4 are there: lines were lost or added")]
#[case::doubled_line(|l: Lines<'_>| text(&[&l[..4], &l[3..]].concat()), "e:8: 5 events were written, and 6 are there: lines were lost or added")]
#[case::no_first_but_last(|l: Lines<'_>| text(&l[6..]), "e:1: the first line must be `streamStarted` with the format's version, and this line is `streamEnded`")]
fn a_broken_file_is_refused_with_its_line(
    #[case] broken: fn(Lines<'_>) -> Vec<u8>,
    #[case] told: &str,
) {
    assert!(from_events(GOOD.as_bytes(), "e").is_ok(), "what is broken was good");
    assert_eq!(lines().len(), 7);
    let error = from_events(&broken(&lines())[..], "e").expect_err("refused").to_string();
    assert!(error.contains(told), "{error}");
}

/// All that is wrong with the short file itself.
const IDLE: &str = "incomplete: not as many cases of scenarios are reported as were planned";

#[rstest]
#[case::no_last_line(|l: Lines<'_>| text(&l[..6]), "incomplete: the file of events is cut off at line 6")]
#[case::half_a_line(|l: Lines<'_>| format!("{}\n{}", l[..4].join("\n"), &l[4][..20]).into_bytes(), "incomplete: the file of events is cut off at line 5")]
#[case::whole_without_line_feed(|l: Lines<'_>| l.join("\n").into_bytes(), IDLE)]
#[case::windows_line_ends(|l: Lines<'_>| format!("{}\r\n", l.join("\r\n")).into_bytes(), IDLE)]
#[case::stopped(|l: Lines<'_>| text(&[&l[..5], &[r#"{"event":"streamEnded","events":4}"#]].concat()), "incomplete: the run was stopped before its end")]
fn a_file_that_ends_early_is_read_as_far_as_it_goes(
    #[case] cut: fn(Lines<'_>) -> Vec<u8>,
    #[case] told: &str,
) {
    let summary = from_events(&cut(&lines())[..], "e").expect("it can be read");
    assert!(summary.verdict().contains(told), "{}", summary.verdict());
    assert_eq!(summary.status(), Status::Incomplete);
}

fn some_failure() -> impl Strategy<Value = Failure> {
    let kind = prop::sample::select(FailureKind::ALL);
    (kind, any::<String>(), prop::collection::vec(any::<String>(), 0..3)).prop_map(
        |(kind, message, stderr_tail)| Failure { stderr_tail, ..Failure::new(kind, message) },
    )
}

fn some_verdict() -> impl Strategy<Value = CaseVerdict> {
    prop_oneof![
        Just(CaseVerdict::Judged),
        prop::sample::select(Capability::ALL).prop_map(|capability| CaseVerdict::NotApplicable {
            reason: NotApplicable::Declined { capability },
        }),
        any::<String>().prop_map(|message| CaseVerdict::Defect { message }),
        (prop::sample::select(Inconclusive::ALL), any::<String>())
            .prop_map(|(why, message)| CaseVerdict::Inconclusive { why, message }),
        (some_failure(), any::<usize>(), some_command(), any::<String>()).prop_map(
            |(failure, step, command, excerpt)| CaseVerdict::Aborted {
                failure,
                step,
                command,
                excerpt
            }
        ),
    ]
}

fn some_violation() -> impl Strategy<Value = Violation> {
    any::<[String; 4]>().prop_map(|[object, attribute, expected, actual]| {
        let violation = serde_json::json!({
            "object": {"onPremises": object},
            "field": format!("attributes.{attribute}"),
            "expected": {"text": expected},
            "actual": {"text": actual},
        });
        serde_json::from_value(violation).expect("a violation")
    })
}

fn some_command() -> impl Strategy<Value = CommandKind> {
    prop::sample::select(CommandKind::ALL)
}

fn some_reason_not_to_save() -> impl Strategy<Value = NotSaved> {
    any::<[String; 2]>().prop_map(|[file, message]| NotSaved::NotWritten { file, message })
}

fn some_report() -> impl Strategy<Value = FailureReport> {
    let origin = prop::sample::select(vec![Origin::Check, Origin::Expectation, Origin::Relation]);
    let violations = prop::collection::vec(some_violation(), 0..3);
    (any::<[String; 2]>(), origin, any::<usize>(), some_command(), violations).prop_map(
        |([rule, excerpt], origin, step, command, violations)| FailureReport {
            answers: Vec::new(),
            rule,
            origin,
            step,
            command,
            violations,
            excerpt,
        },
    )
}

fn some_source() -> impl Strategy<Value = Source> {
    prop::sample::select(vec![
        Source::Saved,
        Source::Scenarios,
        Source::Grid,
        Source::Sequences,
        Source::Relations,
    ])
}

/// Any event of a run that is under way.
fn some_event() -> impl Strategy<Value = Event> {
    let held = prop::collection::btree_map(any::<String>(), any::<u64>(), 0..3);
    let exercise = (any::<u64>(), any::<u64>())
        .prop_map(|(held, violated_cases)| Exercise { held, violated_cases });
    let of_source = prop::collection::btree_map(any::<String>(), exercise, 0..3);
    let reports = prop::collection::vec(some_report(), 0..2);
    prop_oneof![
        (some_source(), any::<usize>()).prop_map(|(source, cases)| Event::SourceStarted(
            PlannedSource { source, cases, in_full: None, left_out: Vec::new() }
        )),
        (some_source(), any::<usize>()).prop_map(|(source, newly)| Event::Progress {
            source,
            newly,
            failed: newly / 2,
            first: Default::default()
        }),
        (some_source(), any::<String>(), some_verdict(), held, reports).prop_map(
            |(source, case, verdict, held, failures)| Event::CaseFinished {
                source,
                case,
                verdict,
                held,
                failures
            }
        ),
        (
            some_source(),
            (any::<Option<String>>(), prop::option::of(some_reason_not_to_save())),
            some_verdict(),
            any::<String>(),
            prop::option::of(some_report())
        )
            .prop_map(|(source, (file, not_saved), verdict, case, failure)| {
                Event::FailureFound {
                    size: vec![1, 2],
                    source,
                    case,
                    verdict,
                    failure: failure.map(Box::new),
                    file,
                    not_saved,
                }
            }),
        (
            some_source(),
            any::<[usize; 3]>(),
            any::<Option<usize>>(),
            of_source,
            any::<Option<u64>>()
        )
            .prop_map(
                |(source, [judged, not_applicable, aborted], stopped, rules, milliseconds)| {
                    let result = SourceResult {
                        relations: Default::default(),
                        judged,
                        not_applicable,
                        declined: Default::default(),
                        inconclusive: Default::default(),
                        aborted,
                        stopped: stopped.map(|cases| SourceStopped::Aborts { cases }),
                        milliseconds,
                    };
                    let violated: BTreeSet<String> = rules.keys().cloned().collect();
                    let together =
                        BrokenTogether { rules: violated, later: BTreeSet::new(), cases: 1 };
                    Event::SourceFinished { source, rules, broken: vec![together], result }
                }
            ),
        (some_source(), any::<[String; 3]>()).prop_map(|(source, [rule, case, excerpt])| {
            Event::Example(Example { rule, source, case, excerpt })
        }),
    ]
}

/// Any run: its start, what it tells, and perhaps its end.
fn some_run() -> impl Strategy<Value = Vec<Event>> {
    let start = conformant().swap_remove(0);
    (
        any::<[String; 3]>(),
        any::<u64>(),
        prop::collection::vec(some_event(), 0..6),
        any::<Option<u64>>(),
    )
        .prop_map(move |([name, pattern, word], seed, told, end)| {
            let mut start = start.clone();
            let Event::RunStarted(header) = &mut start else { unreachable!("it is the first") };
            header.description.implementation.name = name;
            header.selection.rule_patterns = vec![pattern];
            header.selection.generation.seed = seed;
            header.host = Host::ChildProcess { command: vec![word], name: None, config: None };
            let end = end.map(|milliseconds| Event::RunFinished { milliseconds });
            [start].into_iter().chain(told).chain(end).collect()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(events in some_run()) {
        let read = read_events(&written(&events)[..], "e").expect("in order");
        prop_assert_eq!(read, Recording { events, cut_off: None });
    }

    /// Wherever a file is cut, the beginning of what was told is read, and it is noticed.
    #[test]
    fn a_cut_is_always_noticed(events in some_run(), place in any::<prop::sample::Index>()) {
        let bytes = written(&events);
        let first = bytes.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
        // All but the last line feed, without which nothing is missing.
        let end = first + place.index(bytes.len() - 1 - first);
        match read_events(&bytes[..end], "e") {
            Ok(read) => {
                prop_assert!(events.starts_with(&read.events));
                prop_assert!(read.cut_off.is_some());
            }
            Err(error) => prop_assert!(error.what.contains("before the run begins"), "{}", error),
        }
    }

    /// A line that is lost in the middle is noticed as well.
    #[test]
    fn a_lost_line_is_always_noticed(events in some_run(), place in any::<prop::sample::Index>()) {
        let whole = String::from_utf8(written(&events)).expect("UTF-8");
        let mut lines: Vec<&str> = whole.lines().collect();
        lines.remove(place.index(lines.len()));
        let read = read_events(&text(&lines)[..], "e");
        let is_whole = read.is_ok_and(|read| read.cut_off.is_none());
        prop_assert!(!is_whole);
    }
}
