//! How a run ends by a baseline.

use super::finding::Finding;
use super::read::BaselineFile;
use super::results::RunResults;
use crate::runner::{Incomplete, Status};

/// How a run ends by a baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conclusion {
    /// The suite itself failed.
    SuiteDefect,
    /// Something is not as listed.
    Differs {
        /// So many differences there are.
        differences: usize,
    },
    /// Something that was asked for was not judged.
    Incomplete(Incomplete),
    /// Everything is as listed.
    AsListed {
        /// How many of the nonconformities that are listed were observed.
        known: usize,
        /// How many are listed.
        listed: usize,
        /// Whether a rule was violated.
        is_violated: bool,
    },
}

impl Conclusion {
    /// How this run ends by this baseline.
    pub(super) fn of(
        file: &BaselineFile,
        results: &RunResults,
        findings: &[Finding],
        not_exercised: &[String],
        known: usize,
    ) -> Conclusion {
        let summary = results.summary();
        let status = summary.status();
        let is_left_out = |rule: &str| not_exercised.iter().any(|known| known == rule);
        let listed = file.baseline.entries.iter().filter(|entry| entry.outcome.is_nonconformity());
        if status == Status::SuiteDefect {
            Conclusion::SuiteDefect
        } else if !findings.is_empty() {
            Conclusion::Differs { differences: findings.len() }
        } else if let Some(why) = summary.why_incomplete_among(is_left_out) {
            Conclusion::Incomplete(why)
        } else {
            Conclusion::AsListed {
                known,
                listed: listed.count(),
                is_violated: status == Status::Nonconformant,
            }
        }
    }

    /// What it means for the exit code.
    pub fn status(&self) -> Status {
        match self {
            Conclusion::SuiteDefect => Status::SuiteDefect,
            Conclusion::Differs { .. } => Status::Nonconformant,
            Conclusion::Incomplete(_) => Status::Incomplete,
            Conclusion::AsListed { .. } => Status::Conformant,
        }
    }
}
