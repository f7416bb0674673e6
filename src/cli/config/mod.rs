//! The configuration file: found upwards from the working directory, each key a flag.
//!
//! What it says is put among the arguments of the command line before these are parsed, so that clap
//! stays the only place that knows the flags: a new flag has its key at once, with the same bounds.

mod file;

use super::arguments::Arguments;
use super::exit::Mistake;
use super::{github, print};
use crate::cases::scenario::nearest;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory as _, Parser as _};
use file::{Adapter, ConfigFile, REFERENCE, Setting, Value, exclude_each_other, flag};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What a configuration file is called.
const NAME: &str = "entra-conformance.toml";

/// Why there are no arguments to go on with.
pub(super) enum NotRun {
    /// What clap says, which may be the help that was asked for.
    Usage(clap::Error),
    /// Something is wrong with the configuration file, or in which adapter is meant.
    Configuration(Mistake),
}

impl From<clap::Error> for NotRun {
    fn from(error: clap::Error) -> NotRun {
        NotRun::Usage(error)
    }
}

impl From<Mistake> for NotRun {
    fn from(mistake: Mistake) -> NotRun {
        NotRun::Configuration(mistake)
    }
}

/// The arguments of the command line, and from the configuration file what they leave open.
pub(super) fn parse(given: Vec<OsString>) -> Result<Arguments, NotRun> {
    let mut program = Arguments::command();
    program.build();
    let matches = program.clone().try_get_matches_from(&given)?;
    let (mut command, mut matches) = (&program, &matches);
    while let Some((name, inner)) = matches.subcommand() {
        let Some(subcommand) = command.find_subcommand(name) else { break };
        (command, matches) = (subcommand, inner);
    }
    if command.get_arguments().all(|argument| argument.get_id() != "no_config") {
        return Ok(Arguments::try_parse_from(given)?);
    }
    let run = program.find_subcommand("run").expect("the program runs adapters").clone();
    let file = match matches.get_one::<PathBuf>("config") {
        Some(path) => Some(path.clone()),
        None if matches.get_flag("no_config") => None,
        None => find(),
    };
    let file = file.map(|path| ConfigFile::read(&path, run)).transpose()?;
    let asked = Asked::of(matches)?;
    let adapter = asked.choose(file.as_ref())?;
    let Some(file) = file.as_ref() else { return Ok(Arguments::try_parse_from(given)?) };
    let mut added = Added::of(file, adapter, command, matches);
    let mut parsed = Arguments::try_parse_from(added.among(&given, adapter));
    if parsed.as_ref().is_err_and(|error| error.kind() == ErrorKind::MissingRequiredArgument) {
        // A key that needs a flag which is not given means nothing in this run.
        added.settings.retain(|(setting, _)| !setting.needs_another);
        parsed = Arguments::try_parse_from(added.among(&given, adapter));
    }
    if !added.is_quiet {
        print::aside(&github::as_text(&added.note(file, adapter)));
    }
    Ok(parsed?)
}

/// The configuration file of this folder or the nearest one above.
fn find() -> Option<PathBuf> {
    if Path::new(NAME).is_file() {
        return Some(NAME.into());
    }
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(NAME)).find(|path| path.is_file())
}

/// Whom the command line asks for.
enum Asked<'m> {
    /// A command of its own, after `--`.
    Command,
    /// An adapter by name.
    Name(&'m str),
    /// Nobody in particular.
    Nobody,
}

impl<'m> Asked<'m> {
    fn of(matches: &'m ArgMatches) -> Result<Asked<'m>, Mistake> {
        let text = |id| matches.try_get_one::<String>(id).ok().flatten().map(String::as_str);
        let has_command = matches.value_source("adapter") == Some(ValueSource::CommandLine);
        match (text("name"), text("named"), has_command) {
            (None, None, true) => Ok(Asked::Command),
            (None, None, false) => Ok(Asked::Nobody),
            (Some(name), None, false) | (None, Some(name), false) => Ok(Asked::Name(name)),
            _ => Err(Mistake::bad_input(
                "only one adapter at a time: its NAME, or `--adapter NAME`, or its command after `--`",
            )),
        }
    }

    /// The adapter of the file that is meant; nothing where its command stands after `--`, and for the
    /// reference model.
    fn choose<'f>(&self, file: Option<&'f ConfigFile>) -> Result<Option<&'f Adapter>, Mistake> {
        match (self, file) {
            (Asked::Command, _) | (Asked::Name(REFERENCE), _) | (Asked::Nobody, None) => Ok(None),
            (Asked::Name(name), None) => Err(Mistake::bad_input(format!(
                "the adapter `{name}` is nowhere: no configuration file is read (`{NAME}` here or in a \
                 folder above, or `--config FILE`); if it is a command, write it after `--`: `-- {name}`"
            ))),
            (Asked::Name(name), Some(file)) => file.adapter(name).map(Some).ok_or_else(|| {
                Mistake::bad_input(format!(
                    "{} has no adapter `{name}`{}; it has {}; if it is a command, write it after `--`: \
                     `-- {name}`",
                    file.name,
                    nearest(name, file.names()),
                    file.listed()
                ))
            }),
            (Asked::Nobody, Some(file)) => match (&file.default, &*file.adapters) {
                (Some(name), _) => Ok(file.adapter(name)),
                (None, []) => Ok(None),
                (None, [adapter]) => Ok(Some(adapter)),
                (None, [..]) => Err(Mistake::bad_input(format!(
                    "{} has the adapters {}: choose one with `--adapter NAME`, or for good with `adapter = \
                     \"NAME\"` at its top; `--adapter {REFERENCE}` is the built-in reference model",
                    file.name,
                    file.listed()
                ))),
            },
        }
    }
}

/// What a file adds to the command line.
struct Added<'f> {
    /// What is taken, with the arguments that it becomes.
    settings: Vec<(&'f Setting, Vec<OsString>)>,
    /// What goes with the adapter.
    arguments: Vec<OsString>,
    /// Keys that do not go with what takes precedence over them, with that.
    left_out: Vec<String>,
    is_quiet: bool,
}

impl<'f> Added<'f> {
    fn of(
        file: &'f ConfigFile,
        adapter: Option<&'f Adapter>,
        command: &Command,
        matches: &ArgMatches,
    ) -> Added<'f> {
        let is_given = |argument: &&Arg| {
            matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine)
        };
        // Whatever has more precedence.
        let mut decided: Vec<&Arg> = command.get_arguments().filter(is_given).collect();
        let (mut taken, mut arguments, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        let mut is_quiet = matches.try_get_one("quiet").ok().flatten() == Some(&true);
        let levels: [&[Setting]; 2] =
            [adapter.map_or(&[], |adapter| &*adapter.settings), &file.settings];
        for settings in levels {
            let mut here = Vec::new();
            for setting in settings {
                let Some(argument) = argument_of(command, setting) else { continue };
                if decided.contains(&argument) {
                    continue;
                }
                let mut others = decided.iter();
                if let Some(other) =
                    others.find(|other| exclude_each_other(command, argument, other))
                {
                    let other = other.get_long().unwrap_or_default();
                    left_out.push(format!("without {} because of {other}", setting.key));
                    continue;
                }
                here.push(argument);
                is_quiet |= setting.key == "quiet" && setting.value == Value::On;
                let added = if argument.is_positional() {
                    setting.values().to_vec()
                } else {
                    setting.arguments()
                };
                if !added.is_empty() {
                    taken.push((setting, added));
                }
            }
            decided.extend(here);
        }
        if let Some(adapter) = adapter
            && decided.iter().all(|argument| argument.get_id() != "named")
        {
            arguments.push(flag("adapter", OsStr::new(&adapter.name)));
        }
        if adapter.is_some()
            && file.folder != Path::new("")
            && decided.iter().all(|argument| argument.get_id() != "working_directory")
        {
            arguments.push(flag("working-directory", file.folder.as_os_str()));
        }
        Added { settings: taken, arguments, left_out, is_quiet }
    }

    /// All arguments: flags go before the first `--`, behind which the adapter's command stands.
    fn among(&self, given: &[OsString], adapter: Option<&Adapter>) -> Vec<OsString> {
        let mut given = given.to_vec();
        let end = given.iter().position(|argument| argument == "--").unwrap_or(given.len());
        let settings = self.settings.iter().flat_map(|(_, arguments)| arguments);
        given.splice(end..end, settings.chain(&self.arguments).cloned());
        if let Some(adapter) = adapter {
            given.push("--".into());
            given.extend(adapter.command.iter().map(OsString::from));
        }
        given
    }

    /// What is taken from the file, so that nothing of it is silent.
    fn note(&self, file: &ConfigFile, adapter: Option<&Adapter>) -> String {
        let adapter = adapter.map(|adapter| format!("adapter {}", adapter.name));
        let keys: Vec<&str> = self.settings.iter().map(|(setting, _)| &*setting.key).collect();
        let keys = (!keys.is_empty()).then(|| keys.join(", "));
        let taken: Vec<String> =
            adapter.into_iter().chain(keys).chain(self.left_out.iter().cloned()).collect();
        if taken.is_empty() {
            return String::new();
        }
        format!("from {}: {}\n", file.name, taken.join("; "))
    }
}

/// Which argument of a command a key is. Reports and events are what `run` writes: a replay that
/// happens in between does not take their place.
fn argument_of<'c>(command: &'c Command, setting: &Setting) -> Option<&'c Arg> {
    let named = command.get_arguments().find(|argument| {
        let is_its_file = argument.is_positional() && argument.get_id() == "file";
        argument.get_long() == Some(&setting.key) || is_its_file && setting.key == "baseline"
    })?;
    let reports = command.get_groups().filter(|group| group.get_id() == "ReportArguments");
    let mut written = reports.flat_map(|group| group.get_args());
    let is_report = named.get_id() == "events" || written.any(|id| id == named.get_id());
    (command.get_name() == "run" || !is_report).then_some(named)
}
