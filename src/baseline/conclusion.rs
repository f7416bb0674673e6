//! How a run ends by a baseline.

use super::gate::Gate;
use super::read::BaselineFile;
use super::seen::Seen;
use crate::report::Status;

/// How a run ends by a baseline, and the sentence that says so.
pub fn conclusion(file: &BaselineFile, seen: &Seen, gate: &Gate) -> (Status, String) {
    let (summary, name) = (seen.summary(), &file.file);
    let status = summary.status();
    if status == Status::SuiteDefect {
        return (Status::SuiteDefect, "a defect of the suite itself; please report it".to_owned());
    }
    if !gate.findings.is_empty() {
        let count = counted(gate.findings.len(), "difference");
        return (Status::Nonconformant, format!("not as in the baseline {name}: {count}"));
    }
    if summary.is_incomplete(|rule| gate.not_exercised.iter().any(|known| known == rule)) {
        let why = if summary.milliseconds.is_none() {
            "the run was stopped before its end".to_owned()
        } else if summary.judged == 0 {
            "nothing was judged".to_owned()
        } else {
            let rules = gate.not_exercised.join(", ");
            format!("no case exercised {rules}, which the baseline {name} does not list")
        };
        return (Status::Incomplete, format!("incomplete: {why}"));
    }
    let listed = file.baseline.entries.iter().filter(|entry| entry.outcome.is_nonconformity());
    let words = match (gate.known, listed.count()) {
        (0, 0) => {
            let edition = &file.baseline.edition;
            format!("conformant with edition {edition}; the baseline {name} lists no nonconformity")
        }
        (0, _) if status == Status::Nonconformant => {
            format!("conformant but for what the baseline {name} lists")
        }
        (0, listed) => format!(
            "nothing that was selected is violated; the baseline {name} lists {} elsewhere",
            counted_nonconformities("", listed)
        ),
        (known, _) => format!(
            "conformant but for {} (baseline {name})",
            counted_nonconformities("known ", known)
        ),
    };
    (Status::Conformant, words)
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn counted_nonconformities(which: &str, count: usize) -> String {
    let noun = if count == 1 { "nonconformity" } else { "nonconformities" };
    format!("{count} {which}{noun}")
}
