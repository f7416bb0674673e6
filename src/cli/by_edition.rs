//! `run --editions`: judge an implementation by several editions, one after the other.

use super::arguments::{ALL_EDITIONS, RunArguments};
use super::exit::{Exit, Mistake};
use super::github::Job;
use super::implementation::{NotStarted, check_trace};
use super::outputs::{Events, add_to_summary};
use super::run::{judge_by, stop_on_interrupt, suite};
use super::{matrix, print, select};
use crate::cases::scenario::embedded;
use crate::report::Summary;
use crate::report::by_edition::{ByEdition, NotRun, terminal};
use crate::report::matrix::{Matrix, markdown};
use crate::rulebook::Rulebook;
use crate::runner::Selection;
use crate::suite::Suite;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) fn run(arguments: &RunArguments) -> Result<Exit, Mistake> {
    // What is wrong with what is asked for is told before anything is run.
    let suites = suites(arguments)?;
    if let Some(folder) = &arguments.to {
        matrix::make(folder)?;
    }
    let interrupted = stop_on_interrupt()?;
    let mut runs = Runs { arguments, interrupted: &interrupted, offered: None, refused: None };
    let mut editions = Vec::new();
    let mut mistake = None;
    for (edition, suite) in suites {
        match runs.run(edition, suite) {
            Ok(came_of_it) => editions.push(ByEdition { edition: edition.to_owned(), came_of_it }),
            Err(why) => {
                // What was judged before is told all the same.
                mistake = Some(why);
                break;
            }
        }
    }
    let is_run = |one: &ByEdition| one.came_of_it.is_ok();
    if !editions.iter().any(is_run)
        && let Some(why) = mistake.take().or(runs.refused)
    {
        return Err(why);
    }
    deliver(arguments, &editions)?;
    check_trace(&arguments.target)?;
    match mistake {
        Some(why) => Err(why),
        None => Ok(exit(arguments, &editions)),
    }
}

/// The editions that are asked for, the oldest first, each with what is run by it; without, where it has
/// nothing of what is selected.
fn suites(arguments: &RunArguments) -> Result<Vec<(&'static str, Option<Suite>)>, Mistake> {
    let known = Rulebook::embedded().editions.editions.iter();
    let is_asked = |id: &String| wants_all(arguments) || arguments.editions.contains(id);
    let mut suites = Vec::new();
    let mut nothing = None;
    for edition in known.map(|edition| &edition.id).filter(|id| is_asked(id)) {
        let suite = match select::selection(&arguments.rules, &arguments.scenarios, edition) {
            Ok(selection) if has_cases(&selection, edition) => {
                Some(suite(arguments, edition, selection)?)
            }
            Ok(_) => None,
            Err(mistake) => {
                nothing = Some(mistake);
                None
            }
        };
        suites.push((&**edition, suite));
    }
    match nothing {
        Some(mistake) if suites.iter().all(|(_, suite)| suite.is_none()) => Err(mistake),
        _ => Ok(suites),
    }
}

fn wants_all(arguments: &RunArguments) -> bool {
    arguments.editions.iter().any(|asked| asked == ALL_EDITIONS)
}

/// Whether an edition has any of the scenarios that were asked for.
fn has_cases(selection: &Selection, edition: &str) -> bool {
    let mut scenarios = embedded().iter().filter(|one| one.scenario.is_in(edition));
    selection.scenario_patterns.is_empty() || scenarios.any(|one| selection.has_scenario(one.id))
}

/// The runs so far.
struct Runs<'a> {
    arguments: &'a RunArguments,
    interrupted: &'a AtomicBool,
    /// The editions that the adapter offers, once it has said so.
    offered: Option<Vec<String>>,
    /// Why it was not started, where it does not offer an edition.
    refused: Option<Mistake>,
}

impl Runs<'_> {
    fn run(
        &mut self,
        edition: &'static str,
        suite: Option<Suite>,
    ) -> Result<Result<Summary, NotRun>, Mistake> {
        let Some(suite) = suite else { return Ok(Err(NotRun::NothingSelected)) };
        if self.interrupted.load(Ordering::Relaxed) {
            return Ok(Err(NotRun::Stopped));
        }
        if let Some(offered) =
            self.offered.as_ref().filter(|all| !all.iter().any(|one| one == edition))
        {
            return Ok(Err(NotRun::NotOffered(offered.clone())));
        }
        let target = &self.arguments.target;
        if !target.quiet {
            print::aside(&format!("edition {edition}\n"));
        }
        // The file is made once there is a run to write down.
        let mut events: Option<Result<Events, Mistake>> = None;
        let file = self.arguments.to.as_ref().map(|to| to.join(format!("{edition}.jsonl")));
        let ended = judge_by(target, suite, self.interrupted, &mut |event| {
            if let Some(file) = &file
                && let Ok(events) = events.get_or_insert_with(|| Events::open(file))
            {
                events.take(event);
            }
        });
        let report = match ended {
            Ok(report) => report,
            Err(NotStarted::NotOffered { offered, mistake }) => {
                self.refused.get_or_insert(mistake);
                self.offered = Some(offered.clone());
                return Ok(Err(NotRun::NotOffered(offered)));
            }
            Err(NotStarted::Otherwise(mistake)) => return Err(mistake),
        };
        if let Some(events) = events {
            events?.finish().map_err(Mistake::bad_input)?;
        }
        let summary = report.summary().clone();
        if !target.adapter.is_empty() {
            self.offered = summary.header().map(|header| header.description.editions.clone());
        }
        Ok(Ok(summary))
    }
}

/// Writes and prints what came of all editions.
fn deliver(arguments: &RunArguments, editions: &[ByEdition]) -> Result<(), Mistake> {
    let page = |one: &ByEdition| {
        let summary = one.came_of_it.as_ref().ok()?;
        Some((format!("{}.html", one.edition), summary.clone()))
    };
    let runs: Vec<(String, Summary)> = editions.iter().filter_map(page).collect();
    if let Some(job) = Job::of(&|name| std::env::var_os(name)) {
        add_to_summary(&job, &markdown(&Matrix::of(&runs))).map_err(|error| {
            Mistake::bad_input(format!("GitHub's step summary cannot be written: {error}"))
        })?;
    }
    print::report(&terminal(editions, print::width(), true));
    if let Some(folder) = &arguments.to {
        matrix::write_page(folder, &runs)?;
        let place = folder.join("index.html");
        print::aside(&format!("{}: the editions side by side\n", place.display()));
    }
    Ok(())
}

/// How the program ends. An edition that the adapter does not offer has neither passed nor failed: where it
/// was asked for by name, the run is incomplete.
fn exit(arguments: &RunArguments, editions: &[ByEdition]) -> Exit {
    let of_one = |one: &ByEdition| match &one.came_of_it {
        Ok(summary) => Some(summary.status().into()),
        Err(NotRun::Stopped) => Some(Exit::Incomplete),
        Err(_) => (!wants_all(arguments)).then_some(Exit::Incomplete),
    };
    Exit::of_several(editions.iter().filter_map(of_one))
}
