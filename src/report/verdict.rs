//! How a run ended, in words.

use super::adapter::adapter_fault;
use super::{gate, words};
use crate::rulebook::Rulebook;
use crate::runner::{Host, Incomplete, RuleState, Status, Summary};

impl Summary {
    /// How the run ended, in words.
    pub fn verdict(&self) -> String {
        let edition = self.header().map_or_else(String::new, |header| in_words(&header.edition));
        let left_out = match self.left_out_for_time() {
            0 => String::new(),
            left_out => {
                let cases = words::counted(left_out as u64, "case");
                let were = if left_out == 1 { "was" } else { "were" };
                format!(" as far as the time went: {cases} {were} left out")
            }
        };
        let whose = match self.header().map(|header| &header.host) {
            Some(Host::InProcess) => "the built-in reference model is ",
            Some(Host::ChildProcess { name: Some(name), .. }) => &format!("the adapter {name} is "),
            _ => "",
        };
        if let Some(baseline) = &self.baseline
            && let Some(words) = gate::conclusion(self, baseline, whose)
        {
            return format!("{words}{left_out}");
        }
        let why = self.why_incomplete().map(|why| self.incomplete(why));
        match (self.status(), why) {
            (Status::SuiteDefect, _) => SUITE_DEFECT.to_owned(),
            (Status::Nonconformant, None) => {
                format!("{whose}not conformant with edition {edition}")
            }
            (Status::Nonconformant, Some(why)) => {
                format!("{whose}not conformant with edition {edition}, and incomplete: {why}")
            }
            (Status::Incomplete, why) => format!("incomplete: {}", why.unwrap_or_default()),
            (Status::Conformant | Status::AsListed, _) => {
                format!("{whose}conformant with edition {edition}{left_out}")
            }
            (Status::PartHeld, _) => {
                let shard = self.header().and_then(|header| header.shard).unwrap_or_default();
                format!("shard {shard}: no rule was violated; `merge` gives the verdict")
            }
        }
    }

    /// Why something that was asked for and applies was not judged, in words.
    pub(super) fn incomplete(&self, why: Incomplete) -> String {
        match (&self.baseline, why) {
            (Some(baseline), Incomplete::NotExercised) => format!(
                "no case exercised {}, which the baseline {} does not list",
                baseline.not_exercised.join(", "),
                baseline.file
            ),
            (_, why) => incomplete(why),
        }
    }
}

/// An edition by its name, and whether it is a draft.
fn in_words(edition: &str) -> String {
    let known = Rulebook::embedded().edition(edition);
    let draft = if known.is_some_and(|known| known.draft.is_some()) { " (a draft)" } else { "" };
    format!("{edition}{draft}")
}

/// The verdict where the suite itself failed.
const SUITE_DEFECT: &str = "a defect of the suite itself; please report it";

/// Why something that was asked for and applies was not judged.
fn incomplete(why: Incomplete) -> String {
    match why {
        Incomplete::AdapterUnfaithful(fault) => adapter_fault(&fault),
        Incomplete::CutOff(line) => format!("the file of events is cut off at line {line}"),
        Incomplete::StoppedEarly => "the run was stopped before its end".to_owned(),
        Incomplete::CasesMissing(source) => {
            format!("not as many cases of {source} are reported as were planned")
        }
        Incomplete::LeftOut(why) => words::left_out(why),
        Incomplete::Inconclusive { cases, written } => words::inconclusive(cases, &written),
        Incomplete::NothingJudged => "nothing was judged".to_owned(),
        Incomplete::NotExercised => {
            "no case exercised some of the rules that were asked for".to_owned()
        }
    }
}

impl RuleState {
    /// What reports call it.
    pub fn words(self) -> &'static str {
        match self {
            RuleState::Held => "held",
            RuleState::Violated => "violated",
            RuleState::NotApplicable => "not applicable",
            RuleState::NotExercised => "not exercised",
        }
    }

    /// The mark that stands before its words, for whoever sees no colours.
    pub fn mark(self) -> &'static str {
        match self {
            RuleState::Held => "✓",
            RuleState::Violated => "✗",
            RuleState::NotApplicable => "–",
            RuleState::NotExercised => "?",
        }
    }
}
