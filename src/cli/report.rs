//! `report`: reports of a run that was written down.

use super::arguments::ReportArguments;
use super::exit::{Exit, Mistake};
use super::outputs::Outputs;
use super::paths::is_standard;
use crate::report::{Summary, from_events};
use std::fs::File;
use std::io::{BufReader, stdin};
use std::path::Path;

pub(super) fn report(from: &Path, reports: &ReportArguments) -> Result<Exit, Mistake> {
    let summary = read(from)?;
    Outputs::open(reports, None, &[("--from", from)])?.deliver(&summary)
}

/// What a file of events tells.
pub(super) fn read(from: &Path) -> Result<Summary, Mistake> {
    let name = from.display().to_string();
    let summary = if is_standard(from) {
        from_events(stdin().lock(), "standard input")
    } else {
        let file = File::open(from)
            .map_err(|error| Mistake::bad_input(format!("{name} cannot be read: {error}")))?;
        from_events(BufReader::new(file), &name)
    };
    summary.map_err(|error| Mistake::bad_input(error.to_string()))
}
