//! What a run reports to GitHub Actions: an annotation for everything that went wrong, as a workflow
//! command on a line of its own.

use super::legible::legible;
use super::verdict::incomplete;
use super::{Place, Status, Summary, words};
use std::fmt::Write as _;

/// The annotations of a run; nothing for one that is conformant. GitHub shows the first ten.
pub fn annotations(summary: &Summary) -> String {
    let mut text = String::new();
    let mut error = |title: &str, message: &str| {
        let _ = writeln!(text, "::error title={}::{}", of_property(title), of_message(message));
    };
    let replayed = |case: &str, place: &Place, rule: Option<&str>| match summary.header() {
        Some(header) => format!("\nreplay: {}", words::replay(case, place, rule, header)),
        None => String::new(),
    };
    for (finding, failure) in words::findings(summary) {
        let again = replayed(&failure.case, &failure.place, Some(&failure.rule));
        let also = words::consequences(&finding).map(|words| format!("\n{words}"));
        let likeness = words::likeness(&finding).map(|words| format!("\n{words}"));
        let also = likeness.into_iter().chain(also).collect::<String>();
        let message = format!("{}{also}{again}", words::in_a_line(&failure));
        error(&format!("{} is violated", finding.rule), &message);
    }
    for aborted in &summary.aborted {
        let again = replayed(&aborted.case, &aborted.place, None);
        error(&words::aborted(aborted), &format!("{}{again}", aborted.failure.message));
    }
    for (case, message) in &summary.defects {
        error(&format!("the suite itself failed to judge {case}"), message);
    }
    if let Some(why) = summary.why_incomplete().filter(|_| summary.status() != Status::Conformant) {
        error("the run is incomplete", &incomplete(why));
    }
    text
}

/// A command's message, as GitHub's toolkit writes it.
fn of_message(text: &str) -> String {
    let lines = text.replace("\r\n", "\n");
    legible(&lines).replace('%', "%25").replace('\n', "%0A")
}

/// A command's property, as GitHub's toolkit writes it.
fn of_property(text: &str) -> String {
    of_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::percent("100%", "100%25", "100%25")]
    #[case::lines("a\r\nb\rc", "a%0Ab\\u{d}c", "a%0Ab\\u{d}c")]
    #[case::unseen("a\u{202e}\u{1b}]b", "a\\u{202e}\\u{1b}]b", "a\\u{202e}\\u{1b}]b")]
    #[case::no_escape_twice("%0A", "%250A", "%250A")]
    #[case::ends_of_a_property("a: b, c::d", "a: b, c::d", "a%3A b%2C c%3A%3Ad")]
    fn nothing_breaks_out_of_a_command(
        #[case] text: &str,
        #[case] message: &str,
        #[case] property: &str,
    ) {
        assert_eq!(of_message(text), message);
        assert_eq!(of_property(text), property);
    }
}
