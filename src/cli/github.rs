//! Whether this is a job of GitHub Actions, and what it is told then.

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
