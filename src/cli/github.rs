//! Whether this is a job of GitHub Actions, and what it is told then.

use super::print;
use crate::report::{Summary, github, markdown};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
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

    /// Annotations, on standard error where standard output is another report's (GitHub reads
    /// both), and the step's summary.
    pub(super) fn tell(&self, summary: &Summary, is_output_taken: bool) -> io::Result<()> {
        let annotations = github::annotations(summary);
        if is_output_taken {
            print::aside(&annotations);
        } else {
            print::text(&annotations);
        }
        let Some(file) = &self.summary else {
            return Ok(());
        };
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        file.write_all(markdown::render(summary).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

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
