//! `run --watch`: run again at every change.
//!
//! Each run is a process of its own, this program with the same arguments: what a run leaves behind or
//! hangs in cannot get into the next one. Files are looked at now and then: that works on every system
//! and file system, and needs no library.

use super::arguments::RunArguments;
use super::exit::{Exit, Mistake};
use super::paths::is_same;
use super::print;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// So many files are looked at; a folder that has more is not an adapter's own.
const MOST_FILES: usize = 20_000;

/// Folders with what is made of sources, or with what others wrote.
const PASSED_OVER: [&str; 4] = ["target", "node_modules", "__pycache__", "conformance-failures"];

/// Files, with what changes when they do.
type Files = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

pub(super) fn watch(arguments: &RunArguments) -> Result<Exit, Mistake> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&interrupted);
    // The run that is under way gets the signal as well, and ends what it has started.
    ctrlc::set_handler(move || seen.store(true, Ordering::Relaxed)).map_err(|error| {
        let message = format!("Ctrl-C cannot be handled: {error}");
        Mistake { exit: Exit::SuiteDefect, message }
    })?;
    let program = std::env::current_exe().map_err(|error| {
        Mistake::bad_input(format!("this program cannot be started again: {error}"))
    })?;
    let given = once(std::env::args_os().skip(1));
    let paths = paths(arguments);
    let written = written(arguments);
    let look = || -> Result<Files, Mistake> {
        let mut files = Files::new();
        for path in &paths {
            look_at(path, &mut files).map_err(|error| {
                Mistake::bad_input(format!("{} cannot be watched: {error}", path.display()))
            })?;
        }
        files.retain(|path, _| written.iter().all(|written| !is_same(path, written)));
        if let Ok(folder) = fs::canonicalize(&arguments.failures_dir) {
            let is_in_it =
                |path: &Path| fs::canonicalize(path).is_ok_and(|at| at.starts_with(&folder));
            files.retain(|path, _| !is_in_it(path));
        }
        Ok(files)
    };
    let mut last = Exit::Incomplete;
    loop {
        let before = look()?;
        if io::stdout().is_terminal() {
            // All of it, and what was scrolled away.
            print::text("\x1b[2J\x1b[3J\x1b[H");
        }
        let status = Command::new(&program).args(&given).status();
        let status = status.map_err(|error| {
            Mistake::bad_input(format!("this program cannot be started again: {error}"))
        })?;
        if interrupted.load(Ordering::Relaxed) {
            return Ok(last);
        }
        last = status.code().and_then(Exit::of_code).unwrap_or(Exit::SuiteDefect);
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let code = last.code();
        print::aside(&format!(
            "watching {} ({} files); Ctrl-C ends with exit code {code}\n",
            names.join(", "),
            before.len()
        ));
        while look()? == before {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(last);
            }
            thread::sleep(LOOK);
        }
    }
}

/// The arguments of one run: those that were given, but for what is about watching.
fn once(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut given = given.peekable();
    let mut own: Vec<OsString> = Vec::new();
    let mut has_profile = false;
    while let Some(argument) = given.next_if(|argument| argument != "--") {
        match argument.to_str() {
            Some("--watch") => {}
            Some("--watch-path") => {
                given.next();
            }
            Some(text) if text.starts_with("--watch-path=") => {}
            Some(text) => {
                has_profile |= text == "--profile" || text.starts_with("--profile=");
                own.push(argument);
            }
            None => own.push(argument),
        }
    }
    own.push("--failed-first".into());
    if !has_profile {
        own.extend(["--profile".into(), "quick".into()]);
    }
    own.extend(given);
    own
}

/// What is watched: what was named, or the folder of the first file that the adapter's command names.
fn paths(arguments: &RunArguments) -> Vec<PathBuf> {
    if !arguments.watch_path.is_empty() {
        return arguments.watch_path.clone();
    }
    let target = &arguments.target;
    let started_in = target.configured.working_directory.clone().unwrap_or_else(|| ".".into());
    let files = target.adapter.iter().map(|part| started_in.join(part));
    let mut folders =
        files.filter(|path| path.is_file()).filter_map(|path| Some(path.parent()?.to_owned()));
    vec![folders.next().unwrap_or(started_in)]
}

/// The files that a run writes itself.
fn written(arguments: &RunArguments) -> Vec<PathBuf> {
    let outputs = &arguments.outputs;
    let reports = outputs.reports.paths().map(|(_, path)| path);
    let others = [&outputs.events, &arguments.target.trace].into_iter().flatten();
    reports.chain(others.map(PathBuf::as_path)).map(Path::to_owned).collect()
}

fn look_at(path: &Path, files: &mut Files) -> io::Result<()> {
    let there = fs::metadata(path)?;
    if !there.is_dir() {
        files.insert(path.to_owned(), (there.modified().ok(), there.len()));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_passed_over = name.starts_with('.') || PASSED_OVER.contains(&&*name);
        // What vanishes meanwhile has changed too; links to folders could lead around in circles.
        let is_link_to_folder =
            entry.file_type().is_ok_and(|kind| kind.is_symlink()) && entry.path().is_dir();
        if !is_passed_over && !is_link_to_folder && files.len() < MOST_FILES {
            let _ = look_at(&entry.path(), files);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain(
        &["run", "--watch", "--", "a", "--watch"],
        &["run", "--failed-first", "--profile", "quick", "--", "a", "--watch"]
    )]
    #[case::with_paths(
        &["run", "--watch", "--watch-path", "src", "--watch-path=b", "--profile=default"],
        &["run", "--profile=default", "--failed-first"]
    )]
    fn a_run_does_not_watch_itself(#[case] given: &[&str], #[case] expected: &[&str]) {
        assert_eq!(once(given.iter().map(OsString::from)), expected);
    }

    #[test]
    fn every_file_that_somebody_edits_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("written");
        };
        let look = || {
            let mut files = Files::new();
            look_at(folder.path(), &mut files).expect("a folder");
            files
        };
        write("adapter.py", "1");
        write("target/adapter", "1");
        write(".git/index", "1");
        let before = look();
        assert_eq!(before.len(), 1);
        write("target/adapter", "22");
        write(".git/index", "22");
        assert_eq!(look(), before);
        write("adapter.py", "22");
        assert_ne!(look(), before);
        write("adapter.py", "1");
        write("inside/module.py", "1");
        assert_eq!(look().len(), 2);
    }
}
