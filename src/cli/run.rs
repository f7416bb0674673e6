//! `run`: judge an implementation.

use super::exit::{Exit, Mistake};
use super::outputs::Outputs;
use super::progress::Progress;
use super::{GenerationArguments, ReplayArguments, RunArguments, TargetArguments};
use super::{implementation, select};
use crate::cases::scenario::FileError;
use crate::implementation::child_process;
use crate::reference::{Policy, ReferenceModel};
use crate::report::Summary;
use crate::runner::{
    Extras, Generation, Host, Keeper, PlannedCase, Selection, Shard, files_in, plan, read_cases,
    run as run_plan,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Mistake> {
    let edition = implementation::edition(arguments.target.edition.as_deref())?;
    let mut selection = select::selection(&arguments.rules, &arguments.scenarios, edition)?;
    if !arguments.only.is_empty() && !arguments.scenarios.is_empty() {
        return Err(Mistake::bad_input(
            "--scenario names scenarios, and --only where cases are taken from: give one of them",
        ));
    }
    selection.sources = arguments.only.iter().copied().collect();
    selection.generation = arguments.generation.settings();
    let folder = &arguments.failures_dir;
    // Whoever asks for particular scenarios wants nothing else.
    let saved = if arguments.scenarios.is_empty() { saved_cases(folder)? } else { Vec::new() };
    if arguments.coverage && arguments.shard.is_some() {
        return Err(Mistake::bad_input(
            "--coverage looks at the whole run, and --shard at a part of it",
        ));
    }
    let outputs = Outputs::open(&arguments.outputs.reports, arguments.outputs.events.as_deref())?;
    let (shard, examples) = (arguments.shard, arguments.coverage);
    let work = Work { saved, selection, shard, failures: Some(folder), examples, outputs };
    judge(&arguments.target, edition, work)
}

pub(super) fn replay(arguments: &ReplayArguments) -> Result<Exit, Mistake> {
    let edition = implementation::edition(arguments.target.edition.as_deref())?;
    let saved = read_cases(&arguments.files).map_err(|errors| broken_files(&errors))?;
    // Nothing but the files.
    let selection =
        Selection { sources: [crate::runner::Source::Saved].into(), ..Selection::default() };
    let outputs = Outputs::open(&arguments.outputs.reports, arguments.outputs.events.as_deref())?;
    let work = Work { saved, selection, shard: None, failures: None, examples: false, outputs };
    judge(&arguments.target, edition, work)
}

impl TargetArguments {
    /// How many of the implementation run at once. An adapter may not stand a second of its kind
    /// beside it; the reference model does.
    fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or_else(|| if self.adapter.is_empty() { cores() } else { 1 })
    }
}

impl GenerationArguments {
    pub(super) fn settings(&self) -> Generation {
        Generation { seed: self.seed, cases: self.cases, max_commands: self.max_commands }
    }
}

/// What earlier runs have kept in this folder.
fn saved_cases(folder: &Path) -> Result<Vec<PlannedCase>, Mistake> {
    let files = files_in(folder).map_err(|error| {
        Mistake::bad_input(format!("{} cannot be read: {error}", folder.display()))
    })?;
    read_cases(&files).map_err(|errors| broken_files(&errors))
}

fn broken_files(errors: &[FileError]) -> Mistake {
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Mistake::bad_input(told.join("\n\n"))
}

/// What a run is about, beside what it is asked of.
struct Work<'a> {
    saved: Vec<PlannedCase>,
    selection: Selection,
    shard: Option<Shard>,
    /// Where minimal examples are kept.
    failures: Option<&'a Path>,
    /// A small example of each rule is wanted.
    examples: bool,
    /// What is written of the run.
    outputs: Outputs,
}

fn judge(
    target: &TargetArguments,
    edition: &'static str,
    mut work: Work<'_>,
) -> Result<Exit, Mistake> {
    let interrupted = stop_on_interrupt()?;
    let start = || {
        let choices = &target.choices.choices;
        implementation::start(&target.adapter, &target.times, choices, edition).map_err(|mistake| {
            if interrupted.load(Ordering::Relaxed) {
                let message = "stopped before anything was judged".to_owned();
                return Mistake { exit: Exit::Incomplete, message };
            }
            mistake
        })
    };
    let mut implementation = start()?;
    let description = implementation.describe();
    let mut helpers = Vec::new();
    for _ in 1..target.jobs() {
        let helper = start()?;
        if helper.describe() != description {
            return Err(Mistake::no_adapter(
                "the adapter describes itself otherwise when it is started a second time; with --jobs all have to be alike",
            ));
        }
        helpers.push(helper);
    }
    let command: Vec<String> =
        target.adapter.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let host = if command.is_empty() { Host::InProcess } else { Host::ChildProcess { command } };
    let mut plan = plan(edition, &description, host, work.selection, work.saved);
    if let Some(shard) = work.shard {
        plan = plan.part(shard);
    }
    let mut progress = Progress::new(&plan.header, target.quiet);
    let mut summary = Summary::default();
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut keeper = work.failures.map(|folder| Keeper::new(folder, &mut oracle));
    let extras = Extras { keeper: keeper.as_mut(), examples: work.examples, helpers: &mut helpers };
    run_plan(&plan, &mut *implementation, extras, &interrupted, &mut |event| {
        progress.take(&event);
        work.outputs.take(&event);
        summary.take(&event);
    });
    progress.finish();
    drop(implementation);
    drop(helpers);
    work.outputs.deliver(&summary)
}

/// On Ctrl-C no child process is left behind, what was judged so far is reported, and the run
/// counts as incomplete. A second Ctrl-C ends the program at once.
pub(super) fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Mistake> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&interrupted);
    ctrlc::set_handler(move || {
        let again = seen.swap(true, Ordering::Relaxed);
        child_process::kill_all();
        if again {
            std::process::exit(3);
        }
    })
    .map_err(|error| Mistake {
        exit: Exit::SuiteDefect,
        message: format!("Ctrl-C cannot be handled: {error}"),
    })?;
    Ok(interrupted)
}
