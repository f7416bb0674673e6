//! `run`: judge an implementation.

use super::arguments::{
    ConfiguredArguments, GenerationArguments, OutputArguments, ReplayArguments, RunArguments,
    TargetArguments,
};
use super::exit::{Exit, Mistake};
use super::failed_last::FailedLast;
use super::implementation::NotStarted;
use super::outputs::Outputs;
use super::paths::refuse_clashes;
use super::progress::Progress;
use super::watch::watch;
use super::{implementation, print, select};
use crate::cases::scenario::nearest;
use crate::implementation::{Description, Implementation, child_process};
use crate::runner::{Event, Generation, Host, Selection, Source, case_called, read_cases};
use crate::suite::{Report, Suite, edition, read_baseline};
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Mistake> {
    let edition = edition(arguments.target.edition.as_deref())?;
    let selection = select::selection(&arguments.rules, &arguments.scenarios, edition)?;
    let mut suite = suite(arguments, edition, selection)?;
    if let Some(file) = &arguments.baseline {
        suite.hold_against(read_baseline(file, edition)?)?;
    }
    let baseline = arguments.baseline.iter().map(|file| ("--baseline", &**file));
    let saved = suite.saved.iter().map(|case| ("a saved failure", Path::new(&*case.id)));
    let inputs: Vec<(&str, &Path)> = baseline.chain(saved).collect();
    if let Some(name) = &arguments.show_case {
        return show_case(name, &arguments.target, &suite);
    }
    if arguments.watch {
        return watch(arguments);
    }
    let is_hasty = arguments.failed_first || suite.max_failures.is_some();
    let failed_last = is_hasty.then(|| FailedLast::read(&arguments.failures_dir));
    if let Some(failed_last) = &failed_last {
        suite.first.clone_from(&failed_last.scenarios);
    }
    let outputs = open(&arguments.outputs, &arguments.target, inputs)?;
    let mut failed = FailedLast::default();
    let ended = judge(&arguments.target, suite, outputs, &mut |event| failed.take(event));
    if failed_last.is_some() {
        failed.write(&arguments.failures_dir)?;
    }
    ended
}

/// What is run by an edition.
pub(super) fn suite(
    arguments: &RunArguments,
    edition: &'static str,
    mut selection: Selection,
) -> Result<Suite, Mistake> {
    selection.sources = arguments.only.iter().copied().collect();
    selection.generation = arguments.generation.settings();
    let mut suite = Suite::of(edition, selection);
    suite.shard = arguments.shard;
    suite.examples = arguments.coverage;
    suite.time = arguments.time;
    suite.cycles = arguments.cycles.map(|cycles| cycles as u64);
    suite.shrink = arguments.shrink;
    suite.max_failures = arguments.max_failures.or(arguments.fail_fast.then_some(1));
    suite.save_failures(&arguments.failures_dir)?;
    Ok(suite)
}

/// Makes the files that are written, none of which is one that is read.
fn open<'a>(
    outputs: &OutputArguments,
    target: &'a TargetArguments,
    mut inputs: Vec<(&'a str, &'a Path)>,
) -> Result<Outputs, Mistake> {
    if let Some(trace) = &target.trace {
        refuse_clashes(&[("--trace", trace)], &inputs)?;
        inputs.push(("--trace", trace));
    }
    Outputs::open(&outputs.reports, outputs.events.as_deref(), &inputs)
}

/// Prints a case instead of running any.
fn show_case(name: &str, target: &TargetArguments, suite: &Suite) -> Result<Exit, Mistake> {
    let implementation = implementation::start(target, suite.edition)?;
    let plan = suite.plan(&implementation.describe());
    let case = case_called(&plan, name).ok_or_else(|| {
        let scenarios = plan.cases.iter().map(|case| &*case.id);
        Mistake::bad_input(format!(
            "this run has no case {name}{}; generated ones depend on --seed, --cases and --max-commands",
            nearest(name, scenarios)
        ))
    })?;
    print::text(&case);
    Ok(Exit::Conformant)
}

pub(super) fn replay(arguments: &ReplayArguments) -> Result<Exit, Mistake> {
    let edition = edition(arguments.target.edition.as_deref())?;
    // Nothing but the files.
    let selection = Selection { sources: [Source::Saved].into(), ..Selection::default() };
    let mut suite = Suite::of(edition, selection);
    suite.saved = read_cases(&arguments.files)?;
    let inputs: Vec<(&str, &Path)> =
        arguments.files.iter().map(|file| ("a scenario", &**file)).collect();
    let outputs = open(&arguments.outputs, &arguments.target, inputs)?;
    judge(&arguments.target, suite, outputs, &mut |_| ())
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
        let profile = Generation::of(self.profile);
        let cases = self.cases.unwrap_or(profile.cases);
        Generation { seed: self.seed, cases, max_commands: self.max_commands, ..profile }
    }
}

fn judge(
    target: &TargetArguments,
    suite: Suite,
    mut outputs: Outputs,
    also: &mut dyn FnMut(&Event),
) -> Result<Exit, Mistake> {
    let interrupted = stop_on_interrupt()?;
    let report = judge_by(target, suite, &interrupted, &mut |event| {
        outputs.take(event);
        also(event);
    })?;
    let exit = outputs.deliver(report.summary())?;
    implementation::check_trace(target)?;
    Ok(exit)
}

/// Starts the implementation and judges it by a suite.
pub(super) fn judge_by(
    target: &TargetArguments,
    mut suite: Suite,
    interrupted: &AtomicBool,
    tell: &mut dyn FnMut(&Event),
) -> Result<Report, NotStarted> {
    let mut implementation = start(target, suite.edition, interrupted)?;
    let description = implementation.describe();
    if description.side_by_side.is_none() {
        refuse_without_side_by_side(&suite)?;
    }
    let mut helpers = start_helpers(target, suite.edition, interrupted, &description)?;
    suite.host = host(&target.adapter, &target.configured);
    suite.keep_going = target.keep_going;
    #[cfg(feature = "self-test")]
    {
        suite.likeness = Some(crate::self_test::likeness);
    }
    let mut progress = Progress::new(target.quiet);
    let report = suite.run_watched(&mut *implementation, &mut helpers, interrupted, &mut |event| {
        progress.take(event);
        tell(event);
    });
    progress.finish();
    Ok(report)
}

/// What is for adapters alone that run cases side by side is refused for others.
fn refuse_without_side_by_side(suite: &Suite) -> Result<(), Mistake> {
    let flag = match (suite.cycles, suite.shrink) {
        (Some(_), _) => "--cycles",
        (None, true) => "--shrink",
        (None, false) => return Ok(()),
    };
    Err(Mistake::bad_input(format!(
        "{flag} is for adapters that run cases side by side; this one does not declare `sideBySide`"
    )))
}

/// Starts what is judged.
pub(super) fn start(
    target: &TargetArguments,
    edition: &str,
    interrupted: &AtomicBool,
) -> Result<Box<dyn Implementation + Send>, NotStarted> {
    implementation::start(target, edition).map_err(|why| {
        if interrupted.load(Ordering::Relaxed) {
            let message = "stopped before anything was judged".to_owned();
            return Mistake { exit: Exit::Incomplete, message }.into();
        }
        why
    })
}

/// Starts as many more of the same as `--jobs` asks for.
pub(super) fn start_helpers(
    target: &TargetArguments,
    edition: &str,
    interrupted: &AtomicBool,
    description: &Description,
) -> Result<Vec<Box<dyn Implementation + Send>>, Mistake> {
    if target.jobs() > 1 && description.side_by_side.is_some() {
        return Err(Mistake::bad_input(
            "--jobs starts several adapters, and this one runs cases side by side in one tenant (`sideBySide`), which \
             several would disturb: leave it out",
        ));
    }
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

/// Where what is asked runs.
pub(super) fn host(adapter: &[OsString], configured: &ConfiguredArguments) -> Host {
    let command: Vec<String> =
        adapter.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if command.is_empty() {
        return Host::InProcess;
    }
    let config = configured.config.as_ref().map(|file| file.display().to_string());
    let name = configured.named.clone();
    Host::ChildProcess { command, config: config.filter(|_| name.is_some()), name }
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
