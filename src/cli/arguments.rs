//! The arguments of the command line.

use super::kits::Language;
use super::select;
use crate::implementation::child_process::Trace;
use crate::rulebook::Rulebook;
use crate::runner::{DEFAULT_SEED, Generation, Profile, Shard, Source};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

const EXIT_CODES: &str = "\
Exit codes:
  0  conformant
  1  a nonconformity (a crash or time-out in mid-run is one)
  2  usage or bad input
  3  incomplete: nothing was judged, or something selected and applicable could not be judged
  4  the adapter could not be started or shaken hands with
  5  a defect of the suite itself
Where several hold, the first of 5, 4, 2, 1, 3 is given.";

const EXIT_CODES_OF_RECORD: &str = "\
Exit codes:
  0  everything was recorded
  1  the adapter wrote what is no right reply, or ended without the replies that it owed
  2  usage; a line of the client that is no request or comes before any reset; a file that cannot be written
  3  nothing was recorded, a case has no file, or the session was stopped with Ctrl-C
  4  the adapter could not be started, or ended before it had said who it is
Where several hold, the first of 4, 2, 1, 3 is given.";

const EXIT_CODES_OF_COMPARE: &str = "\
Exit codes:
  0  nothing is worse
  1  something is worse, or was judged before and is not now
  2  usage or bad input";

/// Tests an implementation against the documented rules by which Microsoft Entra Connect matches
/// on-premises objects with objects that already exist in a Microsoft Entra tenant.
#[derive(Parser)]
#[command(name = "entra-conformance", version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Judge an implementation: the child process after `--`, an adapter of the configuration file, or
    /// the built-in reference model.
    #[command(after_help = EXIT_CODES)]
    Run(Box<RunArguments>),
    /// Run scenario files, such as those in which earlier runs saved what they found.
    #[command(after_help = EXIT_CODES)]
    Replay(ReplayArguments),
    /// Merge the shards of a run, once it is certain that they are all of it.
    #[command(after_help = EXIT_CODES)]
    Merge(MergeArguments),
    /// Make reports of a run from the events that it recorded. Ends with that run's exit code.
    #[command(after_help = EXIT_CODES)]
    Report {
        /// The events, as `run --events` wrote them; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        #[command(flatten)]
        reports: ReportArguments,
    },
    /// Show the differences between two runs from the events that they recorded.
    #[command(after_help = EXIT_CODES_OF_COMPARE)]
    Compare {
        /// The events of the earlier run, as `run --events` wrote them; `-` is standard input.
        #[arg(value_name = "BEFORE")]
        before: PathBuf,
        /// The events of the later run.
        #[arg(value_name = "AFTER")]
        after: PathBuf,
        /// Write the comparison as Markdown, for a pull request; `-` is standard output, which takes
        /// the place of the text for people.
        #[arg(long, value_name = "FILE")]
        markdown: Option<PathBuf>,
    },
    /// Show any number of runs side by side, rule by rule, from the events that they recorded: several
    /// implementations, versions of one over time, or editions.
    Matrix {
        /// The folder to write: `index.html`, `matrix.json`, `matrix.md`, and a report of each run that
        /// the cells lead to. It can be published as it is.
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
        /// Leave out the reports of the runs, and what leads to them.
        #[arg(long)]
        without_reports: bool,
        /// The events of each run, as `run --events` wrote them.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Show what there is.
    List {
        /// What to show.
        #[arg(value_enum)]
        what: Listing,
        /// The edition.
        #[arg(long, value_parser = edition)]
        edition: Option<String>,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show what a later edition changes. `list editions` shows which editions there are.
    #[command(subcommand)]
    Editions(EditionsCommand),
    /// Print a script by which a shell completes the program's arguments, for it to read at its start.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual: a page for the program and one for each of its commands.
    Man {
        /// The folder for the pages. Without it the program's own is printed.
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// Write the pages of the project's site that are made from what the program holds, as Markdown: the
    /// rulebook with a page for each rule, the scenarios, editions, choices, the protocol's messages and
    /// the commands.
    Pages {
        /// The folder for the pages.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Explain a scenario step by step, with the decisions that the rules lead to; explain a rule; or
    /// explain what a sync would do with on-premises users in a tenant, and why.
    Explain(ExplainArguments),
    /// Write the skeleton of an adapter: it can be run at once, and one short file of it is filled in.
    Init {
        /// The language that it is written in.
        #[arg(value_enum)]
        language: Language,
        /// The folder to write it to; nothing may be in it.
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
    /// Check an adapter before anything is judged: the handshake, and one small case.
    #[command(after_help = EXIT_CODES)]
    CheckAdapter(CheckAdapterArguments),
    /// Stand between an adapter and whoever drives it over standard input and output, and write each case
    /// down as a scenario file.
    #[command(after_help = EXIT_CODES_OF_RECORD)]
    Record(RecordArguments),
    /// Serve the reference model as an adapter on standard input and output, to try the protocol.
    Serve {
        /// The edition whose model is served.
        #[arg(long, value_parser = edition)]
        edition: Option<String>,
        #[command(flatten)]
        choices: ChoiceArguments,
        #[command(flatten)]
        offers: Offers,
        /// Serve a mutant instead, to see what the report of a mistake looks like; `self-test` lists
        /// them by name.
        #[cfg(feature = "self-test")]
        #[arg(long, value_name = "NAME")]
        mutant: Option<String>,
    },
    /// Show what the suite catches: run its mutants (the reference model with one deliberate fault
    /// each) and its correct variants through all sources.
    #[cfg(feature = "self-test")]
    #[command(after_help = EXIT_CODES)]
    SelfTest(SelfTestArguments),
    /// Maintain a baseline: a file of what an implementation is known not to pass, so that nothing gets
    /// worse unseen. See `run --baseline`.
    #[command(subcommand, after_help = EXIT_CODES)]
    Baseline(BaselineCommand),
    /// Check scenario files for mistakes.
    Validate {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum BaselineCommand {
    /// Run an implementation, and list what it does not pass and what it is not judged by.
    #[command(after_help = EXIT_CODES)]
    Write(BaselineArguments),
    /// Run an implementation and update its baseline: stale entries go, what is not listed is added,
    /// and the rest stays as it is, comments included.
    #[command(after_help = EXIT_CODES)]
    Update(BaselineArguments),
    /// Check a baseline without running anything: its form, what it names, and what has expired.
    Check {
        /// The baseline.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum EditionsCommand {
    /// Show what an edition changes against an earlier one: rules that are added, changed or retired, with
    /// their sources; choices, settings, capabilities and pages.
    Diff {
        /// The earlier edition.
        #[arg(value_name = "EARLIER", value_parser = edition)]
        from: String,
        /// The later edition.
        #[arg(value_name = "LATER", value_parser = edition)]
        to: String,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
        /// Print it as Markdown.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
    },
}

/// What is served offers.
#[derive(Args)]
pub(super) struct Offers {
    /// Offer to be held to these editions, whatever the model follows: an implementation that has not
    /// kept up with the documents. `run --editions all` shows what a newer one changes for it.
    #[arg(long, value_name = "EDITIONS", value_delimiter = ',', value_parser = edition)]
    pub(super) offers: Vec<String>,
    /// Carry out so many cases side by side in one tenant, as the adapter of a live tenant does.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) side_by_side: Option<u32>,
}

#[derive(Args)]
pub(super) struct BaselineArguments {
    /// The baseline; by default that of the configuration file. Examples of what generated cases find
    /// are saved in a folder beside it.
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Take cases only from these sources, separated by commas: scenarios, grid, sequences, relations.
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', value_parser = source)]
    pub(super) only: Vec<Source>,
    #[command(flatten)]
    pub(super) generation: GenerationArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Listing {
    Rules,
    Scenarios,
    Choices,
    Editions,
    Grid,
}

#[derive(Args)]
pub(super) struct RunArguments {
    /// The adapter of the configuration file that is run, or `reference` for the reference model.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Judge only rules that match this pattern (`takeover.*`); may be given several times.
    #[arg(long = "rule", value_name = "GLOB", value_parser = select::rule_pattern)]
    pub(super) rules: Vec<String>,
    /// Run only scenarios that match this pattern (`match/*`); may be given several times.
    #[arg(long = "scenario", value_name = "GLOB", value_parser = select::scenario_pattern)]
    pub(super) scenarios: Vec<String>,
    /// Take cases only from these sources, separated by commas: scenarios, grid (every combination
    /// of what a matching decision can depend on), sequences (generated), relations (generated pairs of
    /// cases that must come to the same).
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', value_parser = source, conflicts_with = "scenarios")]
    pub(super) only: Vec<Source>,
    #[command(flatten)]
    pub(super) generation: GenerationArguments,
    /// Where failures that generated cases find are saved, each as a minimal example. Those that are
    /// there already are run first.
    #[arg(long, value_name = "FOLDER", default_value = "conformance-failures")]
    pub(super) failures_dir: PathBuf,
    /// Compare the run with this file, which lists the known failures: fail on every difference, and
    /// on nothing else. `baseline write` creates it.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Begin no more generated cases after so long, such as 30s, 2m or 8h; of an adapter that runs cases side by
    /// side, no more cases at all. What was left out is told.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) time: Option<Duration>,
    /// Ask for no more sync cycles than so many, of an adapter that runs cases side by side (`sideBySide`). What
    /// was left out is told.
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    pub(super) cycles: Option<usize>,
    /// Make small examples also of what an adapter shows that runs cases side by side: every attempt takes
    /// cycles. Of others they are always made small.
    #[arg(long)]
    pub(super) shrink: bool,
    /// Stop at the first case that goes wrong.
    #[arg(long, conflicts_with = "max_failures")]
    pub(super) fail_fast: bool,
    /// Stop once so many cases have gone wrong.
    #[arg(long, value_name = "NUMBER", value_parser = at_least_one)]
    pub(super) max_failures: Option<usize>,
    /// Run the scenarios first that failed the last time, where that is known: after a run with this
    /// option, --fail-fast, --max-failures or --watch.
    #[arg(long)]
    pub(super) failed_first: bool,
    /// Run again whenever a file changes in the adapter's folder, with the profile `quick` where none is
    /// given. Ctrl-C ends with the last run's exit code.
    #[arg(long, conflicts_with_all = ["shard", "coverage"])]
    pub(super) watch: bool,
    /// Watch this file or folder instead of the adapter's folder; may be given several times.
    #[arg(long, value_name = "PATH", requires = "watch")]
    pub(super) watch_path: Vec<PathBuf>,
    /// Instead of running anything print this case as a scenario file: by the name that reports give it
    /// (`match/…`, `grid/…`, `sequences/17`).
    #[arg(long, value_name = "NAME", conflicts_with_all = ["watch", "shard", "coverage"])]
    pub(super) show_case: Option<String>,
    /// Show, for each rule, a small case that exercises it.
    #[arg(long)]
    pub(super) coverage: bool,
    /// Judge by several editions, one after the other: those named, separated by commas, or `all` that the
    /// adapter offers. The report shows every rule against every edition, and each mistake once.
    #[arg(long, value_name = "EDITIONS", value_delimiter = ',', value_parser = edition_or_all,
        conflicts_with_all = ["edition", "baseline", "failed_first", "watch", "show_case", "shard", "coverage",
        "events", "junit", "json", "markdown", "html", "badge"])]
    pub(super) editions: Vec<String>,
    /// With --editions: the folder to write, as that of `matrix`, with the events of each run beside its
    /// report.
    #[arg(long, value_name = "FOLDER", requires = "editions")]
    pub(super) to: Option<PathBuf>,
    /// Run only this part of all cases, such as 2/3 for the second of three. `merge` combines the
    /// parts.
    #[arg(long, value_name = "NUMBER/OF", conflicts_with_all = ["coverage", "baseline"])]
    pub(super) shard: Option<Shard>,
    #[command(flatten)]
    pub(super) outputs: OutputArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
}

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// A scenario's ID (`match/…`), a scenario file, a rule's ID (`match.…`), or a file of users
    /// (`docs/explain-a-user.md`).
    #[arg(value_name = "SCENARIO|RULE|USER", required_unless_present = "given")]
    pub(super) what: Option<String>,
    /// What there is on-premises and in the tenant: exports of Get-ADUser, Get-MgUser and role assignments as
    /// JSON or CSV, or YAML by hand. May be given several times.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) given: Vec<PathBuf>,
    /// Of many on-premises objects tell this one: its userPrincipalName, objectGUID or sAMAccountName.
    #[arg(long, value_name = "NAME")]
    pub(super) only: Option<String>,
    /// How a switch of the tenant stands, such as BlockSoftMatchEnabled=true. May be given several times.
    #[arg(long = "feature", value_name = "NAME=VALUE", value_parser = switch)]
    pub(super) features: Vec<String>,
    /// Print it as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Of users: print a line each, for a spreadsheet.
    #[arg(long, conflicts_with = "json")]
    pub(super) csv: bool,
    /// The edition; of users several, separated by commas, to see what differs. Without it users are told by
    /// the latest.
    #[arg(long, value_name = "EDITION", value_delimiter = ',', value_parser = edition)]
    pub(super) edition: Vec<String>,
    #[command(flatten)]
    pub(super) choices: ChoiceArguments,
}

#[cfg(feature = "self-test")]
#[derive(Args)]
pub(super) struct SelfTestArguments {
    /// The edition that is tested.
    #[arg(long, value_parser = edition)]
    pub(super) edition: Option<String>,
    /// Take cases only from these sources, separated by commas: scenarios, grid, sequences, relations.
    #[arg(long, value_name = "SOURCES", value_delimiter = ',', value_parser = source)]
    pub(super) only: Vec<Source>,
    #[command(flatten)]
    pub(super) generation: GenerationArguments,
    /// Print the result as JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Instead, search a small scope exhaustively: let the reference model carry out every sequence of
    /// commands, under all choices, and let every check judge every transition.
    #[arg(long, conflicts_with_all = ["only", "json", "seed", "cases", "max_commands"])]
    pub(super) exhaustive: bool,
    /// How many commands these sequences have at most.
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = at_least_one, requires = "exhaustive")]
    pub(super) depth: usize,
}

#[derive(Args)]
pub(super) struct ReplayArguments {
    /// The scenario files.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) outputs: OutputArguments,
    #[command(flatten)]
    pub(super) target: TargetArguments,
}

#[derive(Args)]
pub(super) struct MergeArguments {
    /// The files of events that `run --shard NUMBER/OF --events FILE` has written.
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) outputs: OutputArguments,
}

/// What is written of a run.
#[derive(Args)]
pub(super) struct OutputArguments {
    /// Record every event as it happens, a line of JSON each, for `report` and others; `-` is
    /// standard output.
    #[arg(long, value_name = "FILE")]
    pub(super) events: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reports: ReportArguments,
}

/// Reports besides that in the terminal.
#[derive(Args)]
pub(super) struct ReportArguments {
    /// Write a report as JUnit XML: a test suite is an area, a test case a rule; `-` is standard
    /// output, which takes the terminal report's place.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Write a report as JSON.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<PathBuf>,
    /// Write a report as Markdown, for a pull request.
    #[arg(long, value_name = "FILE")]
    pub(super) markdown: Option<PathBuf>,
    /// Write a report as a page for a browser: one file that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Write a badge for shields.io's endpoint.
    #[arg(long, value_name = "FILE")]
    pub(super) badge: Option<PathBuf>,
}

/// What is judged, and by what.
#[derive(Args)]
pub(super) struct TargetArguments {
    /// The edition to judge by.
    #[arg(long, value_parser = edition)]
    pub(super) edition: Option<String>,
    #[command(flatten)]
    pub(super) choices: ChoiceArguments,
    #[command(flatten)]
    pub(super) times: TimeArguments,
    /// How many of the implementation run at once, each adapter as a process of its own. The result
    /// does not depend on it. [default: 1 with an adapter, else as many as there are cores]
    #[arg(long, value_name = "NUMBER", value_parser = jobs)]
    pub(super) jobs: Option<usize>,
    /// Run all scenarios, however many of them the adapter crashes or times out in. Otherwise the run
    /// gives up after 10 that timed out, or 20 that aborted and are half of all.
    #[arg(long)]
    pub(super) keep_going: bool,
    /// Write down every message to the adapter and from it, with time and case, as it comes.
    #[arg(long, value_name = "FILE")]
    pub(super) trace: Option<PathBuf>,
    #[arg(skip)]
    pub(super) opened_trace: OnceLock<Trace>,
    /// Show no progress on standard error.
    #[arg(long, short)]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) configured: ConfiguredArguments,
    /// The adapter: a command and its arguments, started without a shell.
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) adapter: Vec<OsString>,
}

#[derive(Args)]
pub(super) struct CheckAdapterArguments {
    /// The adapter of the configuration file that is checked.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    #[command(flatten)]
    pub(super) times: TimeArguments,
    #[command(flatten)]
    pub(super) configured: ConfiguredArguments,
    /// The adapter: a command and its arguments, started without a shell.
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) adapter: Vec<OsString>,
}

#[derive(Args)]
pub(super) struct RecordArguments {
    /// The folder for the files, which is made if it is not there; what is in it stays.
    #[arg(long, value_name = "FOLDER")]
    pub(super) to: PathBuf,
    /// Write down what was done and not what was seen of it: only the rules judge a replay then.
    #[arg(long)]
    pub(super) without_expectations: bool,
    #[command(flatten)]
    pub(super) configured: ConfiguredArguments,
    /// The adapter: a command and its arguments, started without a shell.
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) adapter: Vec<OsString>,
}

/// What has to do with the configuration file, which holds the other flags' values.
#[derive(Args)]
pub(super) struct ConfiguredArguments {
    /// The adapter of the configuration file, or `reference` for the reference model.
    #[arg(long = "adapter", value_name = "NAME")]
    pub(super) named: Option<String>,
    /// The folder in which the adapter runs. [default: the configuration file's, if the adapter stands
    /// there, else this one]
    #[arg(long, value_name = "FOLDER")]
    pub(super) working_directory: Option<PathBuf>,
    /// The configuration file. [default: `entra-conformance.toml` here or in the nearest folder above]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file.
    #[arg(long)]
    pub(super) no_config: bool,
}

#[derive(Args)]
pub(super) struct GenerationArguments {
    /// What random choices begin from: a number, or `random`. The same seed gives the same cases on
    /// every machine.
    #[arg(long, value_name = "NUMBER|random", default_value_t = DEFAULT_SEED, value_parser = seed)]
    pub(super) seed: u64,
    /// How much is run: `quick` (at every save), `default`, or `thorough` (all of the grid, many more
    /// sequences).
    #[arg(long, value_name = "PROFILE", default_value_t = Profile::Default, value_parser = profile)]
    pub(super) profile: Profile,
    /// How many sequences are generated, if not as many as the profile says. Relations are applied to a
    /// tenth as many cases of their own.
    #[arg(long, value_name = "NUMBER", value_parser = cases)]
    pub(super) cases: Option<usize>,
    /// How many commands a generated case has at most; a long history has up to three times as many.
    #[arg(long, value_name = "NUMBER", default_value_t = Generation::default().max_commands, value_parser = max_commands)]
    pub(super) max_commands: usize,
}

#[derive(Args)]
pub(super) struct ChoiceArguments {
    /// How the reference model decides where the documents leave a choice, as NAME=VALUE (see
    /// `list choices`). An adapter that is judged has to declare it so. May be given several times.
    #[arg(long = "choice", value_name = "NAME=VALUE", value_parser = choice)]
    pub(super) choices: Vec<String>,
}

#[derive(Args)]
pub(super) struct TimeArguments {
    /// How many seconds the adapter has to start and to answer the first request.
    #[arg(long, default_value_t = 60.0, value_name = "SECONDS", value_parser = seconds)]
    pub(super) handshake_timeout: f64,
    /// How many seconds the adapter has to answer any other request.
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS", value_parser = seconds)]
    pub(super) reply_timeout: f64,
}

/// What to do where a report of one run is asked for and there are several.
pub(super) fn several_runs(error: &clap::Error) -> Option<&'static str> {
    let is_conflict = error.kind() == ErrorKind::ArgumentConflict;
    let is_editions = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => word.starts_with("--editions"),
        Some(ContextValue::Strings(words)) => {
            words.iter().any(|word| word.starts_with("--editions"))
        }
        _ => false,
    };
    let is_meant = is_editions(ContextKind::InvalidArg) || is_editions(ContextKind::PriorArg);
    (is_conflict && is_meant).then_some(
        "with --editions there is a run for each edition: `--to FOLDER` keeps the report and the events of \
         each, and `report --from FOLDER/EDITION.jsonl` makes any other report of them",
    )
}

/// What to do where a word that starts no option stands before `--`: mostly it is an adapter.
pub(super) fn misplaced_adapter(error: &clap::Error) -> Option<&'static str> {
    let is_of = |kind| error.kind() == kind;
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    let is_adapter = is_of(ErrorKind::UnknownArgument) && !word.starts_with('-');
    is_adapter.then_some(
        "an adapter's command stands after `--`, as in `entra-conformance run -- python3 adapter.py`; \
         options of the suite stand before it",
    )
}

/// What is wrong where an adapter was meant and none is named: an unset variable would otherwise have
/// the reference model judged in its place, which is conformant.
pub(super) fn lost_adapter(given: &[OsString]) -> Option<&'static str> {
    let at = given.iter().position(|argument| argument == "--")?;
    given[at + 1..].first().is_none_or(|program| program.is_empty()).then_some(
        "no adapter is named after `--`; write its command there, or leave `--` out to have the built-in \
         reference model judged",
    )
}

/// The word for every edition that an adapter offers.
pub(super) const ALL_EDITIONS: &str = "all";

fn edition_or_all(text: &str) -> Result<String, String> {
    if text == ALL_EDITIONS { Ok(text.to_owned()) } else { edition(text) }
}

fn edition(text: &str) -> Result<String, String> {
    crate::suite::edition(Some(text)).map(str::to_owned).map_err(|error| error.to_string())
}

/// A switch of the tenant, true or false.
fn switch(text: &str) -> Result<String, String> {
    match crate::forecast::input::switch(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("write it as NAME=true or NAME=false, with NAME one of BlockSoftMatchEnabled, BlockCloudObjectTakeoverThroughHardMatchEnabled, SoftMatchOnUpnEnabled, PasswordSyncEnabled, AllowOnPremUpdateOfOnPremisesObjectIdentifierEnabled".to_owned()),
    }
}

/// A choice of the rulebook with one of its values.
fn choice(text: &str) -> Result<String, String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    let known = &Rulebook::embedded().choices;
    let Some(choice) = known.iter().find(|known| known.id == name) else {
        let names: Vec<&str> = known.iter().map(|known| &*known.id).collect();
        return Err(format!("there is no choice {name}; there are {}", names.join(", ")));
    };
    if !choice.values.iter().any(|known| known.value == value) {
        let values: Vec<&str> = choice.values.iter().map(|known| &*known.value).collect();
        return Err(format!("{name} cannot be {value}; it can be {}", values.join(" or ")));
    }
    Ok(text.to_owned())
}

fn source(text: &str) -> Result<Source, String> {
    let known = Source::from_word(text).filter(|source| Source::SELECTABLE.contains(source));
    known.ok_or_else(|| {
        let words: Vec<&str> = Source::SELECTABLE.iter().map(|source| source.word()).collect();
        format!("there are {}", words.join(", "))
    })
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Profile::ALL.iter().map(|profile| profile.word()).collect();
        format!("there are {}", words.join(", "))
    })
}

fn seed(text: &str) -> Result<u64, String> {
    if text == "random" {
        // A hasher of the standard library is seeded by the operating system.
        return Ok(RandomState::new().hash_one(()));
    }
    text.parse().map_err(|_| "a number from 0 to 18446744073709551615, or `random`".to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    number(text, 1, 1_000_000)
}

fn jobs(text: &str) -> Result<usize, String> {
    number(text, 1, 256)
}

fn cases(text: &str) -> Result<usize, String> {
    number(text, 0, Generation::MOST_CASES)
}

fn max_commands(text: &str) -> Result<usize, String> {
    number(text, 1, Generation::MOST_COMMANDS)
}

fn number(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("a number from {least} to {most}"))
}

/// `30s`, `2m`, `8h` or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let units = [('h', 3_600.0), ('m', 60.0), ('s', 1.0)].into_iter();
    let mut with_unit =
        units.filter_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (number, unit) = with_unit.next().unwrap_or((text, 1.0));
    match number.parse::<f64>() {
        Ok(number) if number > 0.0 && number * unit <= 86_400.0 => {
            Ok(Duration::from_secs_f64(number * unit))
        }
        _ => Err("seconds, minutes or hours, at most a day, such as 30s, 2m or 8h".to_owned()),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 86400, such as 5 or 0.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::the_reference_model(&["x", "run"], false)]
    #[case::an_adapter(&["x", "run", "--", "python3", ""], false)]
    #[case::nothing(&["x", "run", "--"], true)]
    #[case::an_unset_variable(&["x", "run", "--quiet", "--", "", "a"], true)]
    fn an_adapter_that_got_lost_is_noticed(#[case] given: &[&str], #[case] is_lost: bool) {
        let given: Vec<OsString> = given.iter().map(OsString::from).collect();
        assert_eq!(lost_adapter(&given).is_some(), is_lost);
    }
}
