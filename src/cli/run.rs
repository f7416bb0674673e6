//! `run`: judge an implementation.

use super::baseline::{self, read_baseline, today};
use super::exit::{Exit, Mistake};
use super::outputs::Outputs;
use super::progress::Progress;
use super::{GenerationArguments, ReplayArguments, RunArguments, TargetArguments};
use super::{implementation, select};
use crate::baseline::{BaselineFile, Seen, gate};
use crate::cases::scenario::FileError;
use crate::implementation::{Description, Implementation, child_process};
use crate::reference::{Policy, ReferenceModel};
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
    let mut saved = if arguments.scenarios.is_empty() { saved_cases(folder)? } else { Vec::new() };
    if arguments.shard.is_some() && (arguments.coverage || arguments.baseline.is_some()) {
        return Err(Mistake::bad_input(
            "--coverage and --baseline are about the whole run, and --shard is a part of it",
        ));
    }
    let baseline =
        arguments.baseline.as_deref().map(|file| read_baseline(file, edition)).transpose()?;
    if let Some(baseline) = baseline.as_ref().filter(|_| arguments.scenarios.is_empty()) {
        let examples = read_cases(&baseline.examples()).map_err(|errors| broken_files(&errors))?;
        saved.retain(|case| examples.iter().all(|example| example.id != case.id));
        saved.splice(0..0, examples);
    }
    let outputs = Outputs::open(&arguments.outputs.reports, arguments.outputs.events.as_deref())?;
    let (shard, examples) = (arguments.shard, arguments.coverage);
    let work =
        Work { saved, selection, shard, failures: Some(folder), examples, outputs, baseline };
    judge(&arguments.target, edition, work)
}

pub(super) fn replay(arguments: &ReplayArguments) -> Result<Exit, Mistake> {
    let edition = implementation::edition(arguments.target.edition.as_deref())?;
    let saved = read_cases(&arguments.files).map_err(|errors| broken_files(&errors))?;
    // Nothing but the files.
    let selection =
        Selection { sources: [crate::runner::Source::Saved].into(), ..Selection::default() };
    let outputs = Outputs::open(&arguments.outputs.reports, arguments.outputs.events.as_deref())?;
    let work = Work {
        saved,
        selection,
        shard: None,
        failures: None,
        examples: false,
        outputs,
        baseline: None,
    };
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

pub(super) fn broken_files(errors: &[FileError]) -> Mistake {
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
    /// What is known to fail.
    baseline: Option<BaselineFile>,
}

fn judge(
    target: &TargetArguments,
    edition: &'static str,
    mut work: Work<'_>,
) -> Result<Exit, Mistake> {
    let interrupted = stop_on_interrupt()?;
    let mut implementation = start(target, edition, &interrupted)?;
    let description = implementation.describe();
    let mut helpers = start_helpers(target, edition, &interrupted, &description)?;
    let mut plan = plan(edition, &description, host(target), work.selection, work.saved);
    if let Some(shard) = work.shard {
        plan = plan.part(shard);
    }
    let mut progress = Progress::new(&plan.header, target.quiet);
    let mut seen = Seen::default();
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut keeper = work.failures.map(|folder| Keeper::new(folder, &mut oracle));
    let today = today();
    let extras = Extras {
        keeper: keeper.as_mut(),
        examples: work.examples,
        helpers: &mut helpers,
        by_reason: work.baseline.as_ref().map(|baseline| baseline.known(today)),
    };
    run_plan(&plan, &mut *implementation, extras, &interrupted, &mut |event| {
        progress.take(&event);
        work.outputs.take(&event);
        seen.take(&event);
    });
    progress.finish();
    drop(implementation);
    drop(helpers);
    match &work.baseline {
        None => work.outputs.deliver(seen.summary()),
        Some(file) => {
            let gate = gate(file, &seen, today);
            let (exit, text) = baseline::report(file, &seen, &gate);
            work.outputs.deliver_gated(seen.summary(), &gate.beyond, &text, exit)
        }
    }
}

/// Starts what is judged.
pub(super) fn start(
    target: &TargetArguments,
    edition: &str,
    interrupted: &AtomicBool,
) -> Result<Box<dyn Implementation + Send>, Mistake> {
    implementation::start(&target.adapter, &target.times, &target.choices.choices, edition).map_err(
        |mistake| {
            if interrupted.load(Ordering::Relaxed) {
                let message = "stopped before anything was judged".to_owned();
                return Mistake { exit: Exit::Incomplete, message };
            }
            mistake
        },
    )
}

/// Starts as many more of the same as `--jobs` asks for.
pub(super) fn start_helpers(
    target: &TargetArguments,
    edition: &str,
    interrupted: &AtomicBool,
    description: &Description,
) -> Result<Vec<Box<dyn Implementation + Send>>, Mistake> {
    (1..target.jobs())
        .map(|_| {
            let helper = start(target, edition, interrupted)?;
            if helper.describe() == *description {
                return Ok(helper);
            }
            Err(Mistake::no_adapter(
                "the adapter describes itself otherwise when it is started a second time; with --jobs all have to be alike",
            ))
        })
        .collect()
}

/// Where what is judged runs.
pub(super) fn host(target: &TargetArguments) -> Host {
    let command: Vec<String> =
        target.adapter.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if command.is_empty() { Host::InProcess } else { Host::ChildProcess { command } }
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
