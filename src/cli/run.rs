//! `run`: judge an implementation.

use super::exit::{Exit, Mistake};
use super::{RunArguments, implementation, print, select};
use crate::cases::scenario::embedded;
use crate::implementation::child_process;
use crate::report::{Summary, terminal};
use crate::runner::{Event, Host, plan, run as run_cases};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Mistake> {
    let edition = implementation::edition(arguments.edition.as_deref())?;
    let selection = select::selection(&arguments.rules, &arguments.scenarios, edition)?;
    let interrupted = stop_on_interrupt()?;
    let mut implementation = implementation::start(
        &arguments.adapter,
        &arguments.times,
        &arguments.choices.choices,
        edition,
    )
    .map_err(|mistake| {
        if interrupted.load(Ordering::Relaxed) {
            let message = "stopped before anything was judged".to_owned();
            return Mistake { exit: Exit::Incomplete, message };
        }
        mistake
    })?;
    let command: Vec<String> =
        arguments.adapter.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let host = if command.is_empty() { Host::InProcess } else { Host::ChildProcess { command } };
    let (cases, header) = plan(embedded(), edition, &implementation.describe(), host, selection);
    let progress = progress_bar(cases.len());
    let mut summary = Summary::default();
    run_cases(&cases, &header, &mut *implementation, &interrupted, &mut |event| {
        if let Event::CaseFinished { .. } = event {
            progress.inc(1);
        }
        summary.take(&event);
    });
    progress.finish_and_clear();
    drop(implementation);
    print::text(&terminal::render(&summary, print::width(), true));
    Ok(summary.status().into())
}

/// On Ctrl-C no child process is left behind, what was judged so far is reported, and the run
/// counts as incomplete. A second Ctrl-C ends the program at once.
fn stop_on_interrupt() -> Result<Arc<AtomicBool>, Mistake> {
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
fn progress_bar(cases: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(cases as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} cases, {eta} left") {
        bar.set_style(style);
    }
    bar
}
