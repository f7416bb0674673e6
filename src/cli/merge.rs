//! `merge`: put the shards of a run together.

use super::arguments::{MergeArguments, OutputArguments};
use super::exit::{Exit, Mistake};
use super::outputs::Outputs;
use crate::report::Summary;
use crate::runner::{Difference, MergeProblem, Part, merge as merge_parts, read_events};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

pub(super) fn merge(arguments: &MergeArguments) -> Result<Exit, Mistake> {
    let parts = arguments.files.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let events = merge_parts(&parts).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(problem).collect();
        let problems = problems.join("\n");
        let message = format!("these are not all the parts of one run:\n{problems}");
        Mistake { exit: Exit::Incomplete, message }
    })?;
    let inputs: Vec<(&str, &Path)> =
        arguments.files.iter().map(|file| ("a shard", &**file)).collect();
    let OutputArguments { events: record, reports } = &arguments.outputs;
    let mut outputs = Outputs::open(reports, record.as_deref(), &inputs)?;
    let mut summary = Summary::default();
    for event in &events {
        outputs.take(event);
        summary.take(event);
    }
    outputs.deliver(&summary)
}

fn problem(problem: &MergeProblem) -> String {
    match problem {
        MergeProblem::NothingToMerge => "there is nothing to merge".to_owned(),
        MergeProblem::NoStart(part) => format!("{part}: it does not begin with the start of a run"),
        MergeProblem::WholeRun(part) => format!("{part}: it is of a whole run and not of a shard"),
        MergeProblem::StoppedEarly(part) => format!("{part}: the run was stopped before its end"),
        MergeProblem::OtherRun { part, first, differs } => {
            let what = match differs {
                Difference::SuiteVersion => "version of the suite",
                Difference::Edition => "edition",
                Difference::Implementation => "implementation",
                Difference::Seed => "seed",
                Difference::Selection => "selection",
                Difference::NumberOfShards => "number of shards",
            };
            format!("{part}: another {what} than in {first}: not the same run")
        }
        MergeProblem::MissingShard(shard) => format!("shard {shard} is missing"),
        MergeProblem::DoubledShard(shard, parts) => {
            format!("shard {shard} is there more than once: {}", parts.join(", "))
        }
        MergeProblem::MissingCases(part, source) => {
            format!("{part}: some of its {source} cases are missing")
        }
        MergeProblem::UnfinishedSource(part, source) => {
            format!("{part}: its {source} did not come to an end")
        }
    }
}

/// The events of one shard. A file that was cut off shows by its missing end.
fn read(file: &Path) -> Result<Part, Mistake> {
    let name = file.display().to_string();
    let opened = File::open(file)
        .map_err(|error| Mistake::bad_input(format!("{name} cannot be read: {error}")))?;
    let recording = read_events(BufReader::new(opened), &name)
        .map_err(|error| Mistake::bad_input(error.to_string()))?;
    Ok(Part { name, events: recording.events })
}
