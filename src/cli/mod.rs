//! The command line program.

mod check_adapter;
mod exit;
mod explain;
mod implementation;
mod list;
mod print;
mod run;
mod select;
mod serve;
mod validate;

use clap::{Args, Parser, Subcommand, ValueEnum};
use exit::Exit;
use std::ffi::OsString;
use std::process::ExitCode;

const EXIT_CODES: &str = "\
Exit codes:
  0  conformant
  1  a nonconformity (a crash or time-out in mid-run is one)
  2  usage or bad input
  3  incomplete: nothing was judged, or something selected and applicable could not be judged
  4  the adapter could not be started or shaken hands with
  5  a defect of the suite itself
Where several hold, the first of 5, 4, 2, 1, 3 is given.";

/// Tests an implementation against the documented rules by which Microsoft Entra Connect matches
/// on-premises objects with objects that already exist in a Microsoft Entra tenant.
#[derive(Parser)]
#[command(name = "entra-conformance", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judge an implementation: the child process after `--`, or the built-in reference model.
    #[command(after_help = EXIT_CODES)]
    Run(RunArguments),
    /// Show what there is.
    List {
        /// What to show.
        #[arg(value_enum)]
        what: Listing,
        /// The edition.
        #[arg(long)]
        edition: Option<String>,
    },
    /// Tell a scenario step by step, with the decisions that the rules lead to; or tell a rule.
    Explain {
        /// A scenario's ID (`matching/…`), a scenario file, or a rule's ID (`match.…`).
        #[arg(value_name = "SCENARIO|RULE")]
        what: String,
        #[command(flatten)]
        choices: ChoiceArguments,
    },
    /// Try an adapter before anything is judged: the handshake, and one small case.
    #[command(after_help = EXIT_CODES)]
    CheckAdapter {
        #[command(flatten)]
        times: TimeArguments,
        #[command(flatten)]
        adapter: RequiredAdapter,
    },
    /// Serve the reference model as an adapter on standard input and output, to try the protocol.
    Serve {
        #[command(flatten)]
        choices: ChoiceArguments,
    },
    /// Check scenario files for mistakes.
    Validate {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<std::path::PathBuf>,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Listing {
    Rules,
    Scenarios,
    Choices,
    Editions,
}

#[derive(Args)]
struct RunArguments {
    /// Judge only rules that match this pattern (`takeover.*`); may be given several times.
    #[arg(long = "rule", value_name = "GLOB")]
    rules: Vec<String>,
    /// Run only scenarios that match this pattern (`matching/*`); may be given several times.
    #[arg(long = "scenario", value_name = "GLOB")]
    scenarios: Vec<String>,
    /// The edition to judge by.
    #[arg(long)]
    edition: Option<String>,
    #[command(flatten)]
    choices: ChoiceArguments,
    #[command(flatten)]
    times: TimeArguments,
    /// The adapter: a command and its arguments, started without a shell.
    #[arg(last = true, value_name = "COMMAND")]
    adapter: Vec<OsString>,
}

#[derive(Args)]
struct ChoiceArguments {
    /// How the reference model decides where the documents leave a choice, as NAME=VALUE (see
    /// `list choices`); may be given several times.
    #[arg(long = "choice", value_name = "NAME=VALUE")]
    choices: Vec<String>,
}

#[derive(Args)]
struct TimeArguments {
    /// How many seconds the adapter has to answer the first request.
    #[arg(long, default_value_t = 10.0, value_name = "SECONDS", value_parser = seconds)]
    handshake_timeout: f64,
    /// How many seconds the adapter has to answer any other request.
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS", value_parser = seconds)]
    reply_timeout: f64,
}

#[derive(Args)]
struct RequiredAdapter {
    /// The adapter: a command and its arguments, started without a shell.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    adapter: Vec<OsString>,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 86400, such as 5 or 0.5".to_owned()),
    }
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
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
        Command::List { what, edition } => list::list(what, edition.as_deref()),
        Command::Explain { what, choices } => explain::explain(&what, &choices.choices),
        Command::CheckAdapter { times, adapter } => check_adapter::check(&times, &adapter.adapter),
        Command::Serve { choices } => serve::serve(&choices.choices),
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
