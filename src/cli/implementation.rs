//! The implementation that is judged: a child process or the reference model.

use super::arguments::{ChoiceArguments, TargetArguments, TimeArguments};
use super::exit::Mistake;
use crate::directory::DeclaredChoices;
use crate::implementation::Implementation;
use crate::implementation::child_process::{ChildProcess, ChildProcessOptions, StartError, Trace};
use crate::reference::{Policy, ReferenceModel};
use crate::report::legible;
use crate::rulebook::Rulebook;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Why nothing was started.
pub(super) enum NotStarted {
    /// The adapter does not offer the edition, but these.
    NotOffered { offered: Vec<String>, mistake: Mistake },
    /// Something else.
    Otherwise(Mistake),
}

impl From<Mistake> for NotStarted {
    fn from(mistake: Mistake) -> NotStarted {
        NotStarted::Otherwise(mistake)
    }
}

impl From<NotStarted> for Mistake {
    fn from(why: NotStarted) -> Mistake {
        match why {
            NotStarted::NotOffered { mistake, .. } | NotStarted::Otherwise(mistake) => mistake,
        }
    }
}

/// Starts the adapter, or takes the reference model where there is none.
pub(super) fn start(
    target: &TargetArguments,
    edition: &str,
) -> Result<Box<dyn Implementation + Send>, NotStarted> {
    let TargetArguments { adapter, times, choices: ChoiceArguments { choices }, .. } = target;
    if adapter.is_empty() {
        if target.trace.is_some() {
            return Err(Mistake::bad_input(
                "--trace writes down what goes to an adapter and back: name one after `--`",
            )
            .into());
        }
        return Ok(Box::new(ReferenceModel::new(policy(edition, choices)?)));
    }
    let folder = target.configured.working_directory.as_deref();
    let child = start_child(adapter, folder, times, edition, trace(target)?)?;
    expect(choices, &child.describe().choices)?;
    Ok(Box::new(child))
}

/// Whether an adapter declares what is expected of it: a declaration that has changed, or is missing,
/// has other cases judged than before.
fn expect(choices: &[String], declared: &DeclaredChoices) -> Result<(), Mistake> {
    let declared: Vec<String> =
        declared.words().iter().map(|(name, value)| format!("{name}={value}")).collect();
    match choices.iter().find(|expected| !declared.contains(expected)) {
        None => Ok(()),
        Some(expected) => Err(Mistake::no_adapter(format!(
            "--choice expects that the adapter declares {expected}; it declares {}",
            if declared.is_empty() { "no choice".to_owned() } else { declared.join(", ") }
        ))),
    }
}

/// Opens the file that messages are written to, once.
fn trace(target: &TargetArguments) -> Result<Option<Trace>, Mistake> {
    let Some(path) = &target.trace else { return Ok(None) };
    if target.opened_trace.get().is_none() {
        let file = File::create(path).map_err(|error| {
            Mistake::bad_input(format!("{} cannot be written: {error}", path.display()))
        })?;
        let _ = target.opened_trace.set(Trace::new(file));
    }
    Ok(target.opened_trace.get().cloned())
}

/// Whether all that was to be traced has been written.
pub(super) fn check_trace(target: &TargetArguments) -> Result<(), Mistake> {
    let error = target.opened_trace.get().and_then(Trace::error);
    match (error, &target.trace) {
        (Some(error), Some(path)) => {
            Err(Mistake::bad_input(format!("{} cannot be written: {error}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Starts an adapter and shakes hands with it.
pub(super) fn start_child(
    adapter: &[OsString],
    folder: Option<&Path>,
    times: &TimeArguments,
    edition: &str,
    trace: Option<Trace>,
) -> Result<ChildProcess, NotStarted> {
    let (program, arguments) = command(adapter, folder)?;
    let mut options = ChildProcessOptions::new(program.clone(), arguments.to_vec());
    options.handshake_timeout = Duration::from_secs_f64(times.handshake_timeout);
    options.reply_timeout = Duration::from_secs_f64(times.reply_timeout);
    options.edition = edition.to_owned();
    if let Some(edition) = Rulebook::embedded().edition(edition) {
        options.switch_names = edition.settings.switch_names;
    }
    options.trace = trace;
    options.working_directory = folder.map(Path::to_owned);
    ChildProcess::start(options).map_err(|error| {
        let mistake = not_started(&error);
        match error {
            StartError::Edition { offered, .. } => NotStarted::NotOffered { offered, mistake },
            _ => NotStarted::Otherwise(mistake),
        }
    })
}

/// The program of an adapter with its arguments; in a folder, if one is named.
pub(super) fn command<'a>(
    adapter: &'a [OsString],
    folder: Option<&Path>,
) -> Result<(&'a OsString, &'a [OsString]), Mistake> {
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let folder = folder.display();
        return Err(Mistake::bad_input(format!("the working directory {folder} is no folder")));
    }
    adapter.split_first().ok_or_else(|| {
        Mistake::bad_input(
            "name the adapter: its COMMAND after `--`, or the NAME of one in a configuration file",
        )
    })
}

/// Why an adapter was not started, and what to do.
pub(super) fn not_started(error: &StartError) -> Mistake {
    let mut message = legible(&error.to_string());
    for line in what_to_do(error) {
        message += &format!("\n{line}");
    }
    Mistake::no_adapter(message)
}

/// What a person can do where an adapter could not be started, and what it said itself.
fn what_to_do(error: &StartError) -> Vec<String> {
    match error {
        StartError::Spawn { program, error } => {
            vec![hint(program, error).to_owned()]
        }
        StartError::Handshake { failure, output } => {
            let mut lines = Vec::new();
            let mut show = |what: &str, mark: char, shown: &[String]| {
                if shown.is_empty() {
                    lines.push(format!("it wrote nothing on its standard {what}"));
                    return;
                }
                let which = if mark == '!' { "end" } else { "beginning" };
                lines.push(format!("the {which} of its standard {what}:"));
                lines.extend(shown.iter().map(|line| format!("  {mark} {}", legible(line))));
            };
            show("output", '>', output);
            show("error", '!', &failure.stderr_tail);
            lines.push(
                "(`entra-conformance serve` answers as an adapter has to; `spec/protocol.md` says how)"
                    .to_owned(),
            );
            lines
        }
        _ => Vec::new(),
    }
}

/// Why a program cannot be started, as far as that can be seen.
fn hint(program: &OsStr, error: &io::Error) -> &'static str {
    let is_there = Path::new(program).exists();
    let has_words = program.to_string_lossy().trim().contains(' ');
    match error.kind() {
        io::ErrorKind::NotFound if has_words && !is_there => {
            "(the command and its arguments are words of their own: write `-- node a.mjs`, not `-- \"node a.mjs\"`)"
        }
        io::ErrorKind::NotFound if is_there => {
            "(the file is there, but the interpreter that its first line names is not; name one before it: `-- python3 FILE`)"
        }
        io::ErrorKind::NotFound => {
            "(there is no such file here, and no such program in any folder of PATH)"
        }
        io::ErrorKind::PermissionDenied => {
            "(the file must be executable: `chmod +x FILE`, or name its interpreter before it: `-- python3 FILE`)"
        }
        _ => {
            "(is it a program for this machine, or a script whose first line, `#!…`, names its interpreter?)"
        }
    }
}

/// The reference model's policy: its defaults, but for what is chosen.
pub(super) fn policy(edition: &str, choices: &[String]) -> Result<Policy, Mistake> {
    let policy = Policy::of_edition(edition).ok_or_else(|| {
        Mistake::bad_input(format!("the reference model does not know the edition {edition}"))
    })?;
    Ok(policy.choosing(&chosen(edition, choices)?))
}

/// What is chosen.
pub(super) fn chosen(edition: &str, choices: &[String]) -> Result<DeclaredChoices, Mistake> {
    let mut declared = serde_json::Map::new();
    for choice in choices {
        let (name, value) = choice.split_once('=').unwrap_or((choice, ""));
        let book = Rulebook::embedded();
        if !book.choices_in(edition).any(|known| known.id == name) {
            let names: Vec<&str> = book.choices_in(edition).map(|known| &*known.id).collect();
            return Err(Mistake::bad_input(format!(
                "there is no choice {name} in edition {edition}; there are {}",
                names.join(", ")
            )));
        }
        declared.insert(name.to_owned(), value.into());
    }
    serde_json::from_value(declared.into()).map_err(|error| Mistake::bad_input(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::words("node a.mjs", io::ErrorKind::NotFound, "words of their own")]
    #[case::nowhere("no-such-program", io::ErrorKind::NotFound, "PATH")]
    #[case::no_interpreter("Cargo.toml", io::ErrorKind::NotFound, "interpreter")]
    #[case::not_executable("Cargo.toml", io::ErrorKind::PermissionDenied, "chmod +x")]
    fn a_start_that_fails_says_what_to_do(
        #[case] program: &str,
        #[case] kind: io::ErrorKind,
        #[case] told: &str,
    ) {
        let hint = hint(OsStr::new(program), &kind.into());
        assert!(hint.contains(told), "{hint}");
    }
}
