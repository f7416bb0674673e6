//! `self-test`: show what the suite catches, and that it blames nobody for nothing.

use super::arguments::SelfTestArguments;
use super::exit::{Exit, Mistake};
use super::{print, run};
use crate::runner::Source;
use crate::self_test::exhaustive::{self, Report, explore, never_exercised, plan};
use crate::self_test::{Progress, Settings, render, self_test};
use crate::suite::edition;
use indicatif::{ProgressBar, ProgressStyle};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn test(arguments: &SelfTestArguments) -> Result<Exit, Mistake> {
    let edition = edition(arguments.edition.as_deref())?;
    let interrupted = run::stop_on_interrupt()?;
    if arguments.exhaustive {
        return Ok(search(edition, arguments.depth, &interrupted));
    }
    let settings = Settings {
        edition: edition.to_owned(),
        sources: Source::SELECTABLE
            .iter()
            .copied()
            .filter(|source| arguments.only.is_empty() || arguments.only.contains(source))
            .collect(),
        generation: arguments.generation.settings(),
        ..Settings::default()
    };
    let bar = bar(0, "self-test {bar:30} {pos}/{len}, {eta} left");
    let proof =
        self_test(&settings, &|| interrupted.load(Ordering::Relaxed), &|progress| match progress {
            Progress::Planned(pieces) => bar.set_length(pieces as u64),
            Progress::Done => bar.inc(1),
        });
    bar.finish_and_clear();
    let exit = if !proof.defects().is_empty() {
        Exit::SuiteDefect
    } else if proof.is_interrupted {
        Exit::Incomplete
    } else {
        Exit::Conformant
    };
    if arguments.json {
        let json = serde_json::to_string_pretty(&proof).map_err(|error| Mistake {
            exit: Exit::SuiteDefect,
            message: format!("the result cannot be told as JSON: {error}"),
        })?;
        print::text(&format!("{json}\n"));
    } else {
        print::text(&render(&proof, true));
    }
    Ok(exit)
}

/// A bar on standard error, where that is a terminal.
fn bar(length: usize, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("a template in order");
    ProgressBar::new(length as u64).with_style(style)
}

/// Exhaustive agreement of model and checks.
fn search(edition: &str, depth: usize, interrupted: &AtomicBool) -> Exit {
    let searches = plan(edition, depth);
    let bar = bar(searches.len(), "{pos} of {len} searches, {msg} transitions");
    let mut reports: Vec<Report> = Vec::new();
    let mut transitions = 0;
    for search in &searches {
        let report = explore(search, &mut |progress| {
            bar.set_message((transitions + progress.transitions).to_string());
            if interrupted.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        transitions += report.transitions;
        reports.push(report);
        bar.inc(1);
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
    }
    bar.finish_and_clear();
    print::text(&exhaustive::render(edition, &reports));
    let is_whole = reports.len() == searches.len() && !interrupted.load(Ordering::Relaxed);
    if !reports.iter().all(Report::is_agreed) {
        Exit::SuiteDefect
    } else if !is_whole {
        print::text("INCOMPLETE: stopped before it was through.\n");
        Exit::Incomplete
    } else if never_exercised(edition, &reports).is_empty() {
        Exit::Conformant
    } else {
        // What no transition exercised was not agreed upon.
        print::text("INCOMPLETE: some rules take more commands than that.\n");
        Exit::Incomplete
    }
}
