//! Whether this is a job of GitHub Actions, and what it is told then.

use std::borrow::Cow;
use std::ffi::OsString;
use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;

/// A job of GitHub Actions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Job {
    /// The file to which what its page shows is added.
    pub(super) summary: Option<PathBuf>,
}

impl Job {
    /// The job that these environment variables tell of.
    pub(super) fn of(environment: &dyn Fn(&str) -> Option<OsString>) -> Option<Job> {
        let is_job = environment("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        let file = environment("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty());
        is_job.then(|| Job { summary: file.map(PathBuf::from) })
    }
}

/// Text for a person, in which a job of GitHub Actions reads no commands: an implementation may name
/// its objects as it likes.
pub(super) fn as_text(text: &str) -> String {
    match Job::of(&|name| std::env::var_os(name)) {
        Some(_) => without_commands(text, &token()),
        None => text.to_owned(),
    }
}

/// What a program reads on standard output, which in a job of GitHub Actions may go to its log: no line
/// of it is a command there. JSON and XML have other ways to write the same; in Markdown nothing of an
/// implementation's own begins a line like that.
pub(super) fn inert(report: &[u8]) -> Cow<'_, [u8]> {
    match Job::of(&|name| std::env::var_os(name)) {
        Some(_) => without_old_commands(report),
        None => Cow::Borrowed(report),
    }
}

/// An old form of commands is one anywhere in a line.
fn without_old_commands(report: &[u8]) -> Cow<'_, [u8]> {
    let Ok(text) = std::str::from_utf8(report) else { return Cow::Borrowed(report) };
    let first = text.trim_start().chars().next();
    let hash = match first {
        Some('{' | '"') => r"\u0023",
        Some('<') => "&#35;",
        _ => return Cow::Borrowed(report),
    };
    let mut text = text.replace("##[", &format!("#{hash}["));
    if first == Some('<') {
        let lines = text.split_inclusive('\n').map(|line| {
            let begun = line.trim_start();
            match begun.strip_prefix("::") {
                Some(rest) => format!("{}&#58;:{rest}", &line[..line.len() - begun.len()]),
                None => line.to_owned(),
            }
        });
        text = lines.collect();
    }
    Cow::Owned(text.into_bytes())
}

/// The text between the commands that stop commands and take them up again.
fn without_commands(text: &str, token: &str) -> String {
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// A word that nobody can have known before: the numbers come from the operating system.
fn token() -> String {
    let part = || RandomState::new().hash_one("token");
    format!("entra-conformance-{:016x}{:016x}", part(), part())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::lines("a\n::error::b\n", "::stop-commands::t\na\n::error::b\n::t::\n")]
    #[case::no_line_end("::set-env::", "::stop-commands::t\n::set-env::\n::t::\n")]
    #[case::nothing("", "::stop-commands::t\n\n::t::\n")]
    fn commands_stop_before_a_text_and_go_on_after_it(#[case] text: &str, #[case] told: &str) {
        assert_eq!(without_commands(text, "t"), told);
    }

    #[rstest]
    #[case::json(r###"{"a": "##[error]b"}"###, r###"{"a": "#\u0023[error]b"}"###)]
    #[case::xml("<a>\n ::error::b ##[c]\n::d</a>", "<a>\n &#58;:error::b #&#35;[c]\n&#58;:d</a>")]
    #[case::markdown("### a", "### a")]
    fn reports_in_a_log_have_no_commands(#[case] report: &str, #[case] told: &str) {
        assert_eq!(without_old_commands(report.as_bytes()), told.as_bytes());
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let tokens: std::collections::BTreeSet<String> = (0..100).map(|_| token()).collect();
        assert_eq!(tokens.len(), 100);
        let is_plain = |token: &String| {
            token.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
        };
        assert!(tokens.iter().all(is_plain), "GitHub takes a token of these characters only");
    }

    #[rstest]
    #[case::elsewhere(&[], None)]
    #[case::not_there(&[("GITHUB_ACTIONS", "false"), ("GITHUB_STEP_SUMMARY", "s.md")], None)]
    #[case::there(&[("GITHUB_ACTIONS", "true")], Some(None))]
    #[case::no_summary(&[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "")], Some(None))]
    #[case::with_summary(
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "s.md")],
        Some(Some("s.md"))
    )]
    fn the_environment_tells_of_a_job(
        #[case] variables: &[(&str, &str)],
        #[case] expected: Option<Option<&str>>,
    ) {
        let environment = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let expected = expected.map(|summary| Job { summary: summary.map(PathBuf::from) });
        assert_eq!(Job::of(&environment), expected);
    }
}
