//! The command line program.

mod arguments;
mod baseline;
mod check_adapter;
mod compare;
mod exit;
mod explain;
mod github;
mod implementation;
mod list;
mod merge;
mod outputs;
mod print;
mod progress;
mod report;
mod run;
mod select;
#[cfg(feature = "self-test")]
mod self_test;
mod serve;
mod validate;

use arguments::{Arguments, Command};
use clap::Parser as _;
use exit::Exit;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let given: Vec<OsString> = std::env::args_os().collect();
    if let Some(message) = arguments::lost_adapter(&given) {
        print::mistake(message);
        return Exit::BadInput.into();
    }
    let arguments = match Arguments::try_parse_from(given) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistakes.
            let exit = if error.use_stderr() { Exit::BadInput } else { Exit::Conformant };
            let _ = error.print();
            return exit.into();
        }
    };
    let ended = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Replay(arguments) => run::replay(&arguments),
        Command::Merge(arguments) => merge::merge(&arguments),
        Command::Report { from, reports } => report::report(&from, &reports),
        Command::Compare { before, after, markdown } => {
            compare::compare(&before, &after, markdown.as_deref())
        }
        Command::List { what, edition } => list::list(what, edition.as_deref()),
        Command::Explain { what, edition, choices } => {
            explain::explain(&what, edition.as_deref(), &choices.choices)
        }
        Command::CheckAdapter { times, adapter } => check_adapter::check(&times, &adapter),
        #[cfg(feature = "self-test")]
        Command::Serve { edition, choices, mutant: Some(name) } => {
            serve::serve_mutant(&name, edition.as_deref(), &choices.choices)
        }
        Command::Serve { edition, choices, .. } => {
            serve::serve(edition.as_deref(), &choices.choices)
        }
        #[cfg(feature = "self-test")]
        Command::SelfTest(arguments) => self_test::test(&arguments),
        Command::Baseline(command) => baseline::command(&command),
        Command::Validate { files } => validate::validate(&files),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(mistake) => {
            print::mistake(&mistake.message);
            mistake.exit.into()
        }
    }
}
