//! The badge, in the format of shields.io's endpoint: a JSON file to be put where it can be fetched.

use super::{Status, Summary, words};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge {
    schema_version: u32,
    label: &'static str,
    message: String,
    color: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_error: bool,
}

/// The badge of a run.
///
/// It counts the rules that held against all rules of the edition, whatever was selected: who judges
/// five rules gets no badge that says "5 of 5".
pub fn render(summary: &Summary) -> String {
    let Some(header) = summary.header() else {
        return String::new();
    };
    let counts = summary.counts();
    let of_edition = summary.rules_of_edition();
    let edition = &header.edition;
    let status = summary.status();
    let aborts = summary.aborts();
    let message = match (status, summary.why_incomplete()) {
        (Status::AsListed, _) => {
            let known = summary.baseline.as_ref().map_or(0, |baseline| baseline.known.len());
            format!("conformant but for {known} known · {edition}")
        }
        (Status::SuiteDefect, _) => "not judged: a defect of the suite".to_owned(),
        (_, Some(_)) if counts.violated > 0 => {
            format!("incomplete, {} violated · {edition}", counts.violated)
        }
        (_, Some(_)) | (Status::PartHeld, _) => format!("incomplete · {edition}"),
        (_, None) if counts.violated == 0 && aborts > 0 => {
            let aborts = words::counted(aborts as u64, "case");
            format!("{} of {of_edition} rules, aborted in {aborts} · {edition}", counts.held)
        }
        (_, None) => {
            let class = summary.class_met().map(|class| format!("{class}: ")).unwrap_or_default();
            format!("{class}{} of {of_edition} rules · {edition}", counts.held)
        }
    };
    // The format has no field of its own for it, and refuses fields that it does not know.
    let day = header.started.map(|started| started.strftime(" · %Y-%m-%d").to_string());
    let message = format!("{message}{}", day.unwrap_or_default());
    let badge = Badge {
        schema_version: 1,
        label: "Entra Connect conformance",
        message,
        color: match status {
            Status::Conformant if counts.held == of_edition => "brightgreen",
            Status::Conformant => "green",
            Status::AsListed => "yellowgreen",
            Status::Incomplete | Status::PartHeld => "lightgrey",
            Status::Nonconformant | Status::SuiteDefect => "red",
        },
        is_error: status == Status::SuiteDefect,
    };
    let text = serde_json::to_string(&badge).expect("text and numbers");
    format!("{text}\n")
}
