//! What a run reports to GitHub Actions: an annotation for everything that went wrong, as a workflow
//! command on a line of its own.

use super::legible::legible;
use super::{Place, Summary, gate, words};
use crate::rulebook::Rulebook;
use std::fmt::Write as _;

/// The annotations of a run; nothing for one that is conformant, or as its baseline lists it. GitHub
/// shows the first ten.
pub fn annotations(summary: &Summary) -> String {
    let mut text = String::new();
    let mut error_at = |place: &str, title: &str, message: &str| {
        let (title, message) = (of_property(title), of_message(message));
        let _ = writeln!(text, "::error {place}title={title}::{message}");
    };
    let mut error = |title: &str, message: &str| error_at("", title, message);
    let replayed = |case: &str, place: &Place, rule: Option<&str>| match summary.header() {
        Some(header) => format!("\nreplay: {}", words::replay(case, place, rule, header)),
        None => String::new(),
    };
    for (finding, failure) in words::beyond(summary) {
        let again = replayed(&failure.case, &failure.place, Some(&failure.rule));
        let also = words::consequences(&finding).map(|words| format!("\n{words}"));
        let likeness = words::likeness(&finding).map(|words| format!("\n{words}"));
        let also = likeness.into_iter().chain(also).collect::<String>();
        let url = Rulebook::embedded()
            .rule(&finding.rule)
            .map(|rule| format!("\nthe rule: {}", rule.url()));
        let url = url.unwrap_or_default();
        let message = format!("{}{also}{again}{url}", words::in_a_line(&failure));
        error(&format!("{} is violated", finding.rule), &message);
    }
    for aborted in words::aborted_beyond(summary) {
        let again = replayed(&aborted.case, &aborted.place, None);
        error(&words::aborted(aborted), &format!("{}{again}", aborted.failure.message));
    }
    for (case, message) in &summary.defects {
        error(&format!("the suite itself failed to judge {case}"), message);
    }
    if let Some(why) = summary.why_incomplete() {
        error("the run is incomplete", &summary.incomplete(why));
    }
    if let Some(baseline) = &summary.baseline {
        let file = of_property(&baseline.file);
        for (line, message) in gate::beside_failures(summary) {
            let line = line.map(|line| format!(",line={line}")).unwrap_or_default();
            error_at(&format!("file={file}{line},"), "not as in the baseline", &message);
        }
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
