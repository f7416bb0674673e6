//! `run`: judge an implementation.

use super::exit::{Exit, Mistake};
use super::{GenerationArguments, ReplayArguments, RunArguments, TargetArguments};
use super::{implementation, print, select};
use crate::cases::scenario::FileError;
use crate::implementation::child_process;
use crate::reference::{Policy, ReferenceModel};
use crate::report::{Summary, terminal};
use crate::runner::{
    Event, Extras, Generation, Host, Keeper, PlannedCase, RunHeader, Selection, files_in, plan,
    read_cases, run as run_plan,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
    judge(&arguments.target, edition, saved, selection, Some(folder), arguments.coverage)
}

pub(super) fn replay(arguments: &ReplayArguments) -> Result<Exit, Mistake> {
    let edition = implementation::edition(arguments.target.edition.as_deref())?;
    let saved = read_cases(&arguments.files).map_err(|errors| broken_files(&errors))?;
    // Nothing but the files.
    let selection =
        Selection { sources: [crate::runner::Source::Saved].into(), ..Selection::default() };
    judge(&arguments.target, edition, saved, selection, None, false)
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

fn judge(
    target: &TargetArguments,
    edition: &'static str,
    saved: Vec<PlannedCase>,
    selection: Selection,
    failures: Option<&Path>,
    examples: bool,
) -> Result<Exit, Mistake> {
    let interrupted = stop_on_interrupt()?;
    let mut implementation =
        implementation::start(&target.adapter, &target.times, &target.choices.choices, edition)
            .map_err(|mistake| {
                if interrupted.load(Ordering::Relaxed) {
                    let message = "stopped before anything was judged".to_owned();
                    return Mistake { exit: Exit::Incomplete, message };
                }
                mistake
            })?;
    let command: Vec<String> =
        target.adapter.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let host = if command.is_empty() { Host::InProcess } else { Host::ChildProcess { command } };
    let description = implementation.describe();
    let plan = plan(edition, &description, host, selection, saved);
    let progress = Progress::new(&plan.header);
    let mut summary = Summary::default();
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut keeper = failures.map(|folder| Keeper::new(folder, &mut oracle));
    let extras = Extras { keeper: keeper.as_mut(), examples };
    run_plan(&plan, &mut *implementation, extras, &interrupted, &mut |event| {
        progress.take(&event);
        summary.take(&event);
    });
    progress.0.finish_and_clear();
    drop(implementation);
    print::text(&terminal::render(&summary, print::width(), true));
    Ok(summary.status().into())
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

/// A bar on standard error where that is a terminal; nothing elsewhere.
struct Progress(ProgressBar);

impl Progress {
    fn new(header: &RunHeader) -> Progress {
        let cases: usize = header.sources.iter().map(|planned| planned.cases).sum();
        let bar = ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr());
        let style = "{msg:9} {bar:30} {pos}/{len} cases, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress(bar)
    }

    fn take(&self, event: &Event) {
        match event {
            Event::SourceStarted(planned) => self.0.set_message(planned.source.word()),
            Event::CaseFinished { .. } => self.0.inc(1),
            Event::Progress { newly, .. } => self.0.inc(*newly as u64),
            _ => {}
        }
    }
}
