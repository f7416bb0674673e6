//! Which scenarios failed the last time: whoever waits for a fix wants to know of these first.

use super::exit::Mistake;
use crate::cases::scenario::{embedded, read_file};
use crate::runner::{Event, Source};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The scenarios that failed, by their IDs.
#[derive(Default)]
pub(super) struct FailedLast {
    pub(super) scenarios: BTreeSet<String>,
}

impl FailedLast {
    /// What an earlier run has written; nothing where none has.
    pub(super) fn read(folder: &Path) -> FailedLast {
        let text = read_file(&file_in(folder)).unwrap_or_default();
        let is_known = |line: &&str| embedded().iter().any(|scenario| scenario.id == *line);
        FailedLast { scenarios: text.lines().filter(is_known).map(str::to_owned).collect() }
    }

    pub(super) fn take(&mut self, event: &Event) {
        if let Event::CaseFinished { source: Source::Scenarios, case, .. } = event
            && event.failed() > 0
        {
            self.scenarios.insert(case.clone());
        }
    }

    /// Writes them down for the next run.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Mistake> {
        let file = file_in(folder);
        if self.scenarios.is_empty() {
            // Mostly there is no such file.
            let _ = fs::remove_file(file);
            return Ok(());
        }
        let mut text = String::new();
        for scenario in &self.scenarios {
            text += scenario;
            text.push('\n');
        }
        fs::create_dir_all(folder).and_then(|()| fs::write(&file, text)).map_err(|error| {
            Mistake::bad_input(format!("{} cannot be written: {error}", file.display()))
        })
    }
}

fn file_in(folder: &Path) -> PathBuf {
    folder.join(".failed-last")
}
