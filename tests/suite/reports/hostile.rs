//! A run of an implementation that means harm.

use super::runs::{conformant, summary};
use entra_conformance::directory::{Capability, CommandKind};
use entra_conformance::implementation::{Failure, FailureKind};
use entra_conformance::report::Summary;
use entra_conformance::runner::{
    Answer, CaseVerdict, Event, FailureReport, Host, Inconclusive, NotApplicable, Origin,
    SelectedRule, Source,
};

/// What would do harm if it were taken for anything but text.
const HOSTILE: &str = "</script></style></textarea></title>--><img src=x onerror=alert(1)>\
    <a href=\"javascript:alert(1)\">'\"&amp;\u{1b}[2J\u{202e}\u{0}";

/// A run in which every text that an implementation has a hand in is hostile.
pub(crate) fn hostile() -> Summary {
    let mut events = conformant();
    let Event::RunStarted(header) = &mut events[0] else { unreachable!("it is the first") };
    let name = &mut header.description.implementation;
    name.name = HOSTILE.to_owned();
    name.version = HOSTILE.to_owned();
    name.language = Some(HOSTILE.to_owned());
    name.url = Some("javascript:alert(1)".to_owned());
    header.host =
        Host::ChildProcess { command: vec![HOSTILE.to_owned()], name: None, config: None };
    header.suite_version = HOSTILE.to_owned();
    header.edition = HOSTILE.to_owned();
    header.selection.rule_patterns = vec![HOSTILE.to_owned()];
    header.rules.push(SelectedRule {
        rule: format!("takeover.{HOSTILE}"),
        missing: vec![vec![Capability::Roles]],
        owed: true,
    });
    let excerpt = format!("given: {{cloud: [{{kind: user, label: a, {}: b}}]}}", quoted(HOSTILE));
    let violation = serde_json::json!({
        "object": {"onPremises": HOSTILE},
        "field": format!("attributes.{HOSTILE}"),
        "expected": {"text": HOSTILE},
        "actual": {"text": format!("x {HOSTILE}")},
    });
    let violation = serde_json::from_value(violation).expect("a violation");
    let answer = serde_json::json!({
        "command": "sync",
        "outcome": {"status": "ok", "objects": {HOSTILE: {"result": "error", "code": HOSTILE}}},
        "changes": [{
            "object": {"onPremises": HOSTILE},
            "wasThere": true,
            "isThere": true,
            "fields": [{"field": format!("attributes.{HOSTILE}"), "before": "nothing", "after": {"text": HOSTILE}}],
        }],
    });
    let answer: Answer = serde_json::from_value(answer).expect("an answer");
    let report = FailureReport {
        rule: format!("takeover.{HOSTILE}"),
        origin: Origin::Relation,
        step: 1,
        command: CommandKind::Sync,
        violations: vec![violation],
        excerpt: format!("{excerpt}\nsteps: [{{do: {}}}]", quoted(HOSTILE)),
        answers: vec![answer],
    };
    let failure = Failure {
        stderr_tail: vec![HOSTILE.to_owned()],
        ..Failure::new(FailureKind::ALL[0], HOSTILE)
    };
    let verdicts = [
        CaseVerdict::Aborted { failure, step: 0, command: CommandKind::Reset, excerpt },
        CaseVerdict::Defect { message: HOSTILE.to_owned() },
        CaseVerdict::Inconclusive { why: Inconclusive::Budget, message: HOSTILE.to_owned() },
        CaseVerdict::NotApplicable {
            reason: NotApplicable::UndeclaredChoice {
                choices: [(HOSTILE.to_owned(), HOSTILE.to_owned())].into(),
            },
        },
    ];
    let end = events.pop().expect("an end");
    for verdict in verdicts {
        events.push(Event::CaseFinished {
            source: Source::Scenarios,
            case: HOSTILE.to_owned(),
            verdict,
            held: Default::default(),
            failures: vec![report.clone()],
        });
    }
    events.push(end);
    summary(&events)
}

/// A text as YAML has it in quotes.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text")
}
