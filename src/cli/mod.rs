//! The command line program.

mod arguments;
mod baseline;
mod by_edition;
mod catalogue;
mod check_adapter;
mod compare;
mod config;
mod editions;
mod exit;
mod explain;
mod failed_last;
mod forecast;
mod github;
mod implementation;
mod init;
mod kits;
mod list;
mod manual;
mod matrix;
mod merge;
mod outputs;
mod pages;
mod paths;
mod print;
mod progress;
mod prose;
mod record;
mod report;
mod run;
mod select;
#[cfg(feature = "self-test")]
mod self_test;
mod serve;
mod story;
mod validate;
mod watch;

use crate::rulebook::EditionDiff;
use arguments::Command;
use clap::Parser as _;
use exit::{Exit, Mistake};
use schemars::generate::SchemaSettings;
use std::ffi::OsString;
use std::process::ExitCode;

/// The JSON Schemas of what `list`, `explain` and `editions diff` print with `--json`, each with the name
/// of its file.
pub fn schemas() -> Vec<(&'static str, serde_json::Value)> {
    let generator = || SchemaSettings::draft2020_12().for_serialize().into_generator();
    vec![
        ("list.json", generator().into_root_schema_for::<catalogue::Catalogue>().to_value()),
        ("explain.json", generator().into_root_schema_for::<story::Explanation<'_>>().to_value()),
        ("edition-diff.json", generator().into_root_schema_for::<EditionDiff>().to_value()),
    ]
}

/// What is wrong with a command line, the program's name first, if anything is.
pub fn usage_error(given: &[OsString]) -> Option<String> {
    if let Some(message) = arguments::lost_adapter(given) {
        return Some(message.to_owned());
    }
    let error = arguments::Arguments::try_parse_from(given).err()?;
    error.use_stderr().then(|| error.to_string())
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    if let Some(message) = arguments::lost_adapter(&given) {
        print::mistake(message);
        return Exit::BadInput.into();
    }
    let arguments = match config::parse(given) {
        Ok(arguments) => arguments,
        Err(config::NotRun::Usage(error)) => {
            // Help and version are no mistakes.
            let exit = if error.use_stderr() { Exit::BadInput } else { Exit::Conformant };
            let _ = error.print();
            let hint = arguments::misplaced_adapter(&error);
            if let Some(hint) = hint.or_else(|| arguments::several_runs(&error)) {
                print::aside(&format!("\n{hint}\n"));
            }
            return exit.into();
        }
        Err(config::NotRun::Configuration(mistake)) => {
            print::mistake(&mistake.message);
            return mistake.exit.into();
        }
    };
    let ended = match arguments.command {
        Command::Run(arguments) if !arguments.editions.is_empty() => by_edition::run(&arguments),
        Command::Run(arguments) => run::run(&arguments),
        Command::Replay(arguments) => run::replay(&arguments),
        Command::Merge(arguments) => merge::merge(&arguments),
        Command::Report { from, reports } => report::report(&from, &reports),
        Command::Compare { before, after, markdown } => {
            compare::compare(&before, &after, markdown.as_deref())
        }
        Command::Matrix { to, without_reports, files } => {
            matrix::matrix(&to, without_reports, &files)
        }
        Command::Editions(command) => editions::command(&command),
        Command::List { what, edition, json } => list::list(what, edition.as_deref(), json),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { folder } => manual::man(folder.as_deref()),
        Command::Pages { folder } => pages::pages(&folder),
        Command::Init { language, folder } => init::init(language, &folder),
        Command::CheckAdapter(arguments) => check_adapter::check(&arguments),
        Command::Record(arguments) => record::record(&arguments),
        #[cfg(feature = "self-test")]
        Command::Serve { edition, choices, offers, mutant: Some(name) } => {
            serve::serve_mutant(&name, edition.as_deref(), &choices.choices, &offers)
        }
        Command::Serve { edition, choices, offers, .. } => {
            serve::serve(edition.as_deref(), &choices.choices, &offers)
        }
        #[cfg(feature = "self-test")]
        Command::SelfTest(arguments) => self_test::test(&arguments),
        Command::Baseline(command) => baseline::command(&command),
        Command::Validate { files } => validate::validate(&files),
    };
    let ended = match (ended, print::lost()) {
        (Ok(exit), Some(error)) if exit != Exit::SuiteDefect => {
            Err(Mistake::bad_input(format!("standard output cannot be written: {error}")))
        }
        (ended, _) => ended,
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(mistake) => {
            print::mistake(&mistake.message);
            mistake.exit.into()
        }
    }
}
