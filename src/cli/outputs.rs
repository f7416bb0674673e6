//! Where reports and events go.

use super::arguments::ReportArguments;
use super::exit::{Exit, Mistake};
use super::github::{Job, inert};
use super::paths::{is_standard, refuse_clashes};
use super::print;
use crate::report::{Summary, badge, github, html, json, junit, markdown, terminal};
use crate::runner::{Event, EventWriter};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How a report is made.
type Render = fn(&Summary) -> String;

impl ReportArguments {
    /// The reports that are wanted, and where they go.
    fn wanted(&self) -> impl Iterator<Item = (Render, &Path)> {
        let reports: [(Render, &Option<PathBuf>); 5] = [
            (junit::render, &self.junit),
            (json::render, &self.json),
            (markdown::render, &self.markdown),
            (html::render, &self.html),
            (badge::render, &self.badge),
        ];
        reports.into_iter().filter_map(|(render, path)| Some((render, path.as_deref()?)))
    }

    /// Where the reports go, each with the option that says so.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let paths = [
            ("--junit", &self.junit),
            ("--json", &self.json),
            ("--markdown", &self.markdown),
            ("--html", &self.html),
            ("--badge", &self.badge),
        ];
        paths.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)))
    }
}

/// Everything that is written of a run.
///
/// Files are made before the run. A path that is wrong is told at once, and an earlier run's report
/// is never taken for one of a run that came to nothing.
pub(super) struct Outputs {
    events: Option<Events>,
    reports: Vec<(Render, Target)>,
    is_output_taken: bool,
    job: Option<Job>,
}

impl Outputs {
    /// Makes the files. `inputs` are read, and not written over.
    pub(super) fn open(
        arguments: &ReportArguments,
        events: Option<&Path>,
        inputs: &[(&str, &Path)],
    ) -> Result<Outputs, Mistake> {
        let paths: Vec<(&str, &Path)> =
            arguments.paths().chain(events.map(|path| ("--events", path))).collect();
        refuse_clashes(&paths, inputs)?;
        let reports = arguments
            .wanted()
            .map(|(render, path)| Ok((render, Target::open(path)?)))
            .collect::<Result<Vec<_>, Mistake>>()?;
        Ok(Outputs {
            events: events.map(Events::open).transpose()?,
            reports,
            is_output_taken: paths.iter().any(|(_, path)| is_standard(path)),
            job: Job::of(&|name| std::env::var_os(name)),
        })
    }

    /// Writes an event down. What goes wrong with it is told at the end.
    pub(super) fn take(&mut self, event: &Event) {
        if let Some(events) = &mut self.events {
            events.take(event);
        }
    }

    /// Writes the reports, and says how the program ends.
    pub(super) fn deliver(self, summary: &Summary) -> Result<Exit, Mistake> {
        let exit = summary.status().into();
        let mut mistakes = Vec::new();
        if let Some(Err(mistake)) = self.events.map(Events::finish) {
            mistakes.push(mistake);
        }
        for (render, target) in self.reports {
            if let Err(mistake) = target.write(render(summary).as_bytes()) {
                mistakes.push(mistake);
            }
        }
        if let Some(Err(error)) = self.job.map(|job| tell(&job, summary, self.is_output_taken)) {
            mistakes.push(format!("GitHub's step summary cannot be written: {error}"));
        }
        if !self.is_output_taken {
            print::report(&terminal::render(summary, print::width(), true));
        }
        if mistakes.is_empty() {
            return Ok(exit);
        }
        let exit = if exit == Exit::SuiteDefect { exit } else { Exit::BadInput };
        Err(Mistake { exit, message: mistakes.join("\n") })
    }
}

/// Gives a job of GitHub Actions its annotations, on standard error where standard output is another
/// report's (GitHub reads both), and the step's summary.
fn tell(job: &Job, summary: &Summary, is_output_taken: bool) -> io::Result<()> {
    let annotations = github::annotations(summary);
    if is_output_taken {
        print::aside(&annotations);
    } else {
        print::text(&annotations);
    }
    add_to_summary(job, &markdown::render(summary))
}

/// Adds to what the page of a job of GitHub Actions shows.
pub(super) fn add_to_summary(job: &Job, page: &str) -> io::Result<()> {
    let Some(file) = &job.summary else {
        return Ok(());
    };
    let mut file = OpenOptions::new().append(true).create(true).open(file)?;
    file.write_all(page.as_bytes())
}

/// A file, or standard output.
pub(super) struct Target {
    name: String,
    file: Option<File>,
}

impl Target {
    pub(super) fn open(path: &Path) -> Result<Target, Mistake> {
        let name = path.display().to_string();
        if is_standard(path) {
            return Ok(Target { name, file: None });
        }
        match File::create(path) {
            Ok(file) => Ok(Target { name, file: Some(file) }),
            Err(error) => Err(Mistake::bad_input(cannot_write(&name, &error))),
        }
    }

    pub(super) fn write(mut self, bytes: &[u8]) -> Result<(), String> {
        self.write_all(bytes).map_err(|error| cannot_write(&self.name, &error))
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => print::raw(&inert(bytes)).map(|()| bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn cannot_write(name: &str, error: &io::Error) -> String {
    format!("{name} cannot be written: {error}")
}

/// Events on their way into a file.
pub(super) struct Events {
    name: String,
    /// The first thing that went wrong ends the writing, but not the run.
    writer: Result<EventWriter<Target>, io::Error>,
}

impl Events {
    pub(super) fn open(path: &Path) -> Result<Events, Mistake> {
        let target = Target::open(path)?;
        Ok(Events { name: target.name.clone(), writer: EventWriter::new(target) })
    }

    pub(super) fn take(&mut self, event: &Event) {
        if let Ok(writer) = &mut self.writer
            && let Err(error) = writer.write(event)
        {
            self.writer = Err(error);
        }
    }

    pub(super) fn finish(self) -> Result<(), String> {
        self.writer.and_then(EventWriter::finish).map_err(|error| cannot_write(&self.name, &error))
    }
}
