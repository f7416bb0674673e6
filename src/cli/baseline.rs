//! `baseline`, and `run --baseline`: what an implementation is known not to pass.

use super::arguments::{BaselineArguments, BaselineCommand};
use super::exit::{Exit, Mistake};
use super::print;
use super::progress::Progress;
use super::run::{host, start, start_helpers, stop_on_interrupt};
use crate::baseline::{
    BaselineFile, Declared, Entry, EntryState, NotEditable, RunResults, edit, from_yaml, gate,
    observe, write,
};
use crate::cases::scenario::read_file;
use crate::implementation::Description;
use crate::reference::{Policy, ReferenceModel};
use crate::report::gate as words;
use crate::runner::{BaselineDifference, SavedFailures, Selection, files_in, plan, read_cases};
use crate::suite::{edition, read_baseline, today};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

pub(super) fn command(command: &BaselineCommand) -> Result<Exit, Mistake> {
    match command {
        BaselineCommand::Write(arguments) => write_new(arguments),
        BaselineCommand::Update(arguments) => update(arguments),
        BaselineCommand::Check { file } => check(file),
    }
}

/// Reads a baseline, without its examples.
fn read(file: &Path) -> Result<BaselineFile, Mistake> {
    let name = file.display().to_string();
    let text = read_file(file).map_err(|error| vec![error])?;
    Ok(from_yaml(&name, &text)?)
}

/// Runs everything that is selected, the file's own examples first, and then what was newly
/// kept, to see what else it shows.
fn run_all(
    arguments: &BaselineArguments,
    file: &BaselineFile,
    edition: &str,
) -> Result<(RunResults, Description), Mistake> {
    let target = &arguments.target;
    let interrupted = stop_on_interrupt()?;
    let mut implementation = start(target, edition, &interrupted)?;
    let description = implementation.describe();
    let mut helpers = start_helpers(target, edition, &interrupted, &description)?;
    let selection = Selection {
        sources: arguments.only.iter().copied().collect(),
        generation: arguments.generation.settings(),
        ..Selection::default()
    };
    let examples = read_cases(&file.examples())?;
    let plan =
        plan(edition, &description, host(&target.adapter, &target.configured), selection, examples);
    let mut progress = Progress::new(target.quiet);
    let mut oracle = ReferenceModel::new(Policy::agreeing_with(&description.choices));
    let mut saved = SavedFailures::new(file.examples_folder(), &mut oracle);
    let results = observe(
        &plan,
        &mut *implementation,
        &mut helpers,
        &mut saved,
        &interrupted,
        &mut |event| {
            progress.take(event);
        },
    );
    progress.finish();
    let results = results?;
    if interrupted.load(Ordering::Relaxed) || results.summary().milliseconds.is_none() {
        let message = "the run was stopped before its end; nothing was written".to_owned();
        discard(&results, &file.examples(), file);
        return Err(Mistake { exit: Exit::Incomplete, message });
    }
    if let Some((case, message)) = results.summary().defects.first() {
        discard(&results, &file.examples(), file);
        let message = format!(
            "the suite itself failed to judge {case}, so that nothing was written: {message}"
        );
        return Err(Mistake { exit: Exit::SuiteDefect, message });
    }
    Ok((results, description))
}

impl BaselineArguments {
    fn file(&self) -> Result<&Path, Mistake> {
        self.file.as_deref().ok_or_else(|| {
            Mistake::bad_input("name the FILE, or set `baseline` in the configuration file")
        })
    }
}

fn write_new(arguments: &BaselineArguments) -> Result<Exit, Mistake> {
    let file = arguments.file()?;
    if file.exists() {
        return Err(Mistake::bad_input(format!(
            "{} is there already; `baseline update` puts it right",
            file.display()
        )));
    }
    let edition = edition(arguments.target.edition.as_deref())?;
    let file = BaselineFile::empty(&file.display().to_string(), edition);
    put_right(arguments, file, edition, String::new())
}

fn update(arguments: &BaselineArguments) -> Result<Exit, Mistake> {
    let edition = edition(arguments.target.edition.as_deref())?;
    let file = read_baseline(arguments.file()?, edition)?;
    // An example that is gone or broken shows nothing: its entry goes, and is added anew if what it
    // showed is found again.
    let is_read = |entry: &Entry| {
        let file = entry.example.as_ref().map(|name| PathBuf::from(file.place_of(name)));
        file.is_none_or(|file| read_cases(&[file]).is_ok())
    };
    let keep: Vec<bool> = file.baseline.entries.iter().map(is_read).collect();
    if !keep.contains(&false) {
        return put_right(arguments, file, edition, String::new());
    }
    let text = edit(&file, &keep, &[], &file.baseline.declares)
        .map_err(|NotEditable| not_editable(&file))?;
    let rest = from_yaml(&file.file, &text)?;
    put_right(arguments, rest, edition, lines('-', &file, &keep))
}

fn put_right(
    arguments: &BaselineArguments,
    file: BaselineFile,
    edition: &'static str,
    mut changes: String,
) -> Result<Exit, Mistake> {
    let (results, description) = run_all(arguments, &file, edition)?;
    let gate = gate(&file, &results, today());
    let keep: Vec<bool> = gate.entries.iter().map(|state| *state != EntryState::Stale).collect();
    let (add, unlistable) = gate.new_entries(&file);
    let declares = Declared::of(&description);
    let text = if file.text.is_empty() {
        let mut baseline = file.baseline.clone();
        baseline.declares = declares;
        baseline.entries.clone_from(&add);
        Ok(write(&baseline, &description))
    } else {
        edit(&file, &keep, &add, &declares)
    };
    let text = text.map_err(|NotEditable| {
        discard(&results, &file.examples(), &file);
        not_editable(&file)
    })?;
    let is_changed = text != file.text || !changes.is_empty();
    // What is written is read first: a file that nobody could read again takes no other's place.
    let now = from_yaml(&file.file, &text)?;
    if is_changed {
        replace(Path::new(&file.file), &text).map_err(|error| {
            Mistake::bad_input(format!("{} cannot be written: {error}", file.file))
        })?;
    }
    discard(&results, &now.examples(), &file);
    changes.push_str(&lines('-', &file, &keep));
    changes.extend(add.iter().map(|entry| line('+', entry)));
    let _ = if is_changed {
        let removed = changes.lines().filter(|line| line.starts_with('-')).count();
        let kept = now.baseline.entries.len() - add.len();
        writeln!(changes, "{}: {} added, {removed} removed, {kept} kept", file.file, add.len())
    } else {
        writeln!(changes, "{} is as it should be", file.file)
    };
    for found in &unlistable {
        let observed = &found.observed;
        let rule = observed.rule.as_deref().unwrap_or(observed.outcome.word());
        let _ = writeln!(
            changes,
            "not listed, since no file shows it again: {rule}: {}",
            observed.reason
        );
    }
    for difference in &gate.comparison.differences {
        if matches!(difference, BaselineDifference::Expired { .. }) {
            let difference = words::difference(difference, &file.file, edition);
            let _ = writeln!(
                changes,
                "left as it is, and failing until its date is changed: {difference}"
            );
        }
    }
    print::report(&changes);
    let is_as_listed = unlistable.is_empty() && !gate.entries.contains(&EntryState::Expired);
    Ok(if is_as_listed { Exit::Conformant } else { Exit::Nonconformant })
}

/// Puts a text in a file's place: whatever happens meanwhile, the file is the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = path.with_file_name(name);
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn line(sign: char, entry: &Entry) -> String {
    format!("{sign} {}: {}\n", words::about_entry(entry), words::listed(entry))
}

/// The entries that are not kept, a line each.
fn lines(sign: char, file: &BaselineFile, keep: &[bool]) -> String {
    let entries = file.baseline.entries.iter().zip(keep);
    entries.filter(|(_, keep)| !**keep).map(|(entry, _)| line(sign, entry)).collect()
}

fn not_editable(file: &BaselineFile) -> Mistake {
    Mistake::bad_input(format!(
        "{} is left as it was: it is not laid out as `baseline write` does: each field of the file \
         at the beginning of a line, and each entry on lines of its own behind a dash; bring it into \
         that form first",
        file.file
    ))
}

/// Deletes the examples that no entry names any more: those that this run made, and those that the
/// file named.
fn discard(results: &RunResults, named: &[PathBuf], file: &BaselineFile) {
    let folder = file.examples_folder();
    for path in results.saved().map(PathBuf::from).chain(file.examples()) {
        if !named.contains(&path) && path.starts_with(&folder) {
            let _ = fs::remove_file(path);
        }
    }
    // Only an empty folder can be removed.
    let _ = fs::remove_dir(folder);
}

fn check(path: &Path) -> Result<Exit, Mistake> {
    let file = read(path)?;
    let mut errors: Vec<String> = file
        .faults()
        .into_iter()
        .map(|(at, fault)| {
            file.error(
                at,
                fault.field(),
                words::fault(fault, &file.listed(at), &file.baseline.edition),
            )
            .to_string()
        })
        .collect();
    let today = today();
    for (at, entry) in file.baseline.entries.iter().enumerate() {
        if let Some(expires) = entry.expires.filter(|expires| *expires < today) {
            let message = format!("expired on {expires}; put it right or change the date");
            errors.push(file.error(at, "expires", message).to_string());
        }
    }
    for (at, entry) in file.baseline.entries.iter().enumerate() {
        let Some(example) = &entry.example else { continue };
        if let Err(found) = read_cases(&[PathBuf::from(file.place_of(example))]) {
            let told: Vec<String> = found.iter().map(ToString::to_string).collect();
            let message = format!("its example is not in order: {}", told.join("\n"));
            errors.push(file.error(at, "example", message).to_string());
        }
    }
    let named = file.examples();
    for found in files_in(&file.examples_folder()).unwrap_or_default() {
        if !named.contains(&found) {
            errors.push(format!("{}: no entry names this file; delete it", found.display()));
        }
    }
    if errors.is_empty() {
        let entries = file.baseline.entries.len();
        let noun = if entries == 1 { "entry" } else { "entries" };
        print::text(&format!("{} is in order: {entries} {noun}\n", file.file));
        return Ok(Exit::Conformant);
    }
    for error in errors {
        print::mistake(&error);
    }
    Ok(Exit::BadInput)
}
