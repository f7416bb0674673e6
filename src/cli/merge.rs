//! `merge`: put the shards of a run together.

use super::MergeArguments;
use super::exit::{Exit, Mistake};
use super::outputs::Outputs;
use crate::report::Summary;
use crate::runner::{EventReader, Part, merge as merge_parts};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

pub(super) fn merge(arguments: &MergeArguments) -> Result<Exit, Mistake> {
    let parts = arguments.files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let events = merge_parts(&parts).map_err(|problems| Mistake {
        exit: Exit::Incomplete,
        message: format!("these are not all the parts of one run:\n{}", problems.join("\n")),
    })?;
    let mut outputs =
        Outputs::open(&arguments.outputs.reports, arguments.outputs.events.as_deref())?;
    let mut summary = Summary::default();
    for event in &events {
        outputs.take(event);
        summary.take(event);
    }
    outputs.deliver(&summary)
}

/// The events of one shard. A file that was cut off shows by its missing end.
fn read(file: &Path) -> Result<Part, Mistake> {
    let name = file.display().to_string();
    let opened = File::open(file)
        .map_err(|error| Mistake::bad_input(format!("{name} cannot be read: {error}")))?;
    let events = EventReader::new(BufReader::new(opened), &name)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Mistake::bad_input(error.to_string()))?;
    Ok(Part { name, events })
}
