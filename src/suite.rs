//! The suite as a value: what is run and judged, and what came of it.

use crate::baseline::{BaselineFile, Date, RunResults, from_yaml, gate};
use crate::cases::scenario::{FileError, embedded, read_file};
use crate::implementation::{Description, Implementation};
use crate::reference::{Policy, ReferenceModel};
use crate::report::{RuleFailure, RuleLine, Status, Summary, terminal};
use crate::rulebook::Rulebook;
use crate::runner::{
    Event, Extras, FindLikeness, Generation, Host, Plan, PlannedCase, Profile, SavedFailures,
    Selection, Shard, Source, files_in, plan, read_cases, run,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// What is run, and what is judged of it.
///
/// ```no_run
/// use entra_conformance::Suite;
/// # use entra_conformance::reference::ReferenceModel as MyImplementation;
///
/// let report = Suite::builder().run(&mut MyImplementation::default())?;
/// assert!(report.is_conformant(), "{report}");
/// # Ok::<(), entra_conformance::SuiteError>(())
/// ```
///
/// Whatever is not set stands as it does on the command line: all sources, all rules of the default
/// edition, and a fixed seed, so that every run judges by the same cases.
///
/// ```
/// use entra_conformance::Suite;
/// use entra_conformance::reference::ReferenceModel;
/// use entra_conformance::runner::Source;
///
/// let suite = Suite::builder()
///     .sources([Source::Scenarios, Source::Sequences])
///     .rules(["takeover.*", "match.primary-smtp-only"])
///     .seed(7)
///     .cases(50)
///     .build()?;
/// let report = suite.run(&mut ReferenceModel::default());
/// assert!(report.is_conformant(), "{report}");
/// assert!(report.rules().iter().all(|line| line.violated_cases == 0));
/// # Ok::<(), entra_conformance::SuiteError>(())
/// ```
#[derive(Clone)]
pub struct Suite {
    pub(crate) edition: &'static str,
    pub(crate) selection: Selection,
    /// Cases from files, which are run first.
    pub(crate) saved: Vec<PlannedCase>,
    /// Where minimal examples of what generated cases find are saved.
    pub(crate) failures: Option<PathBuf>,
    pub(crate) baseline: Option<BaselineFile>,
    pub(crate) shard: Option<Shard>,
    /// Whether a small example of each rule is wanted.
    pub(crate) examples: bool,
    /// How long cases may be begun.
    pub(crate) time: Option<Duration>,
    /// How many cycles may be asked for.
    pub(crate) cycles: Option<u64>,
    /// Whether small examples are made of cases that are run side by side.
    pub(crate) shrink: bool,
    pub(crate) max_failures: Option<usize>,
    pub(crate) keep_going: bool,
    /// Scenarios that are run before all others.
    pub(crate) first: BTreeSet<String>,
    pub(crate) host: Host,
    /// Tells which likely mistake a finding is like.
    pub(crate) likeness: Option<FindLikeness>,
    helpers: Option<Helpers>,
}

/// How many more implementations share the work, and how one is created.
#[derive(Clone)]
struct Helpers {
    count: usize,
    create: Arc<dyn Fn() -> Box<dyn Implementation + Send> + Send + Sync>,
}

/// Why a suite cannot be put together as it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// The rulebook has no such edition.
    #[error("there is no edition {0}; there are {known}", known = editions().join(", "))]
    UnknownEdition(String),
    /// No rule of the edition has this name.
    #[error("{0} is no rule, and no beginning of one with `*` behind it")]
    UnknownRule(String),
    /// No scenario has this name.
    #[error("{0} is no scenario, and no beginning of one with `*` behind it")]
    UnknownScenario(String),
    /// So many sequences, or commands of each, cannot be generated.
    #[error(
        "up to {} sequences of 1 to {} commands can be generated",
        Generation::MOST_CASES,
        Generation::MOST_COMMANDS
    )]
    OutOfBounds,
    /// The baseline is for another edition than the one that is judged by.
    #[error("{file} is a baseline for edition {found}, and this run judges by {wanted}")]
    OtherEdition {
        /// The baseline.
        file: String,
        /// Its edition.
        found: String,
        /// The edition that is judged by.
        wanted: String,
    },
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
    /// Something is wrong in files.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    BrokenFiles(Vec<FileError>),
}

impl From<Vec<FileError>> for SuiteError {
    fn from(errors: Vec<FileError>) -> SuiteError {
        SuiteError::BrokenFiles(errors)
    }
}

/// The edition that is asked for, or the default one.
pub(crate) fn edition(asked: Option<&str>) -> Result<&'static str, SuiteError> {
    let book = Rulebook::embedded();
    let edition = match asked {
        None => book.default_edition(),
        Some(id) => book.edition(id).ok_or_else(|| SuiteError::UnknownEdition(id.to_owned()))?,
    };
    Ok(&edition.id)
}

fn editions() -> Vec<&'static str> {
    Rulebook::embedded().editions.editions.iter().map(|edition| &*edition.id).collect()
}

/// What a [`Suite`] is to be like.
#[derive(Clone, Default)]
#[must_use]
pub struct SuiteBuilder {
    edition: Option<String>,
    sources: BTreeSet<Source>,
    generation: Generation,
    rules: Vec<String>,
    scenarios: Vec<String>,
    saved_failures: Option<PathBuf>,
    baseline: Option<PathBuf>,
    helpers: Option<Helpers>,
}

impl SuiteBuilder {
    /// The edition of Microsoft's documents to judge by.
    pub fn edition(mut self, edition: impl Into<String>) -> Self {
        self.edition = Some(edition.into());
        self
    }

    /// Where cases are taken from. Default: from everywhere.
    pub fn sources(mut self, sources: impl IntoIterator<Item = Source>) -> Self {
        self.sources = sources.into_iter().collect();
        self
    }

    /// How much is run. Default: [`Profile::Default`]. Sets anew what [`cases`](Self::cases) sets.
    pub fn profile(mut self, profile: Profile) -> Self {
        let Generation { grid, cases, .. } = Generation::of(profile);
        self.generation = Generation { grid, cases, ..self.generation };
        self
    }

    /// What random choices begin from. The same seed gives the same cases on every machine.
    pub fn seed(mut self, seed: u64) -> Self {
        self.generation.seed = seed;
        self
    }

    /// How many sequences are generated. Relations are applied to a tenth as many cases of their own.
    pub fn cases(mut self, cases: usize) -> Self {
        self.generation.cases = cases;
        self
    }

    /// How many commands a generated case has at most; a long history has up to three times as many.
    pub fn max_commands(mut self, commands: usize) -> Self {
        self.generation.max_commands = commands;
        self
    }

    /// Judges only these rules: each a rule's ID, or the beginning of some with `*` behind it.
    pub fn rules<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.rules = rules.into_iter().map(Into::into).collect();
        self
    }

    /// Runs only these scenarios: each a scenario's ID, or the beginning of some with `*` behind it.
    pub fn scenarios<S: Into<String>>(mut self, scenarios: impl IntoIterator<Item = S>) -> Self {
        self.scenarios = scenarios.into_iter().map(Into::into).collect();
        self
    }

    /// Saves a minimal example of what generated cases find in this folder. Those that are there
    /// already are run first. Default: nothing is saved.
    pub fn saved_failures(mut self, folder: impl Into<PathBuf>) -> Self {
        self.saved_failures = Some(folder.into());
        self
    }

    /// Holds this file against the run, which lists what is known to fail: the implementation is
    /// conformant when all is as it says.
    pub fn baseline(mut self, file: impl Into<PathBuf>) -> Self {
        self.baseline = Some(file.into());
        self
    }

    /// Shares the work of generated cases among so many implementations; `create` makes those that
    /// there are beside the one that is run. The result does not depend on how many there are.
    pub fn jobs<I: Implementation + Send + 'static>(
        mut self,
        jobs: usize,
        create: impl Fn() -> I + Send + Sync + 'static,
    ) -> Self {
        let create = Arc::new(move || Box::new(create()) as Box<dyn Implementation + Send>);
        self.helpers = Some(Helpers { count: jobs.saturating_sub(1), create });
        self
    }

    /// The suite.
    ///
    /// # Errors
    /// There is no such edition, rule or scenario, or a file cannot be read.
    pub fn build(self) -> Result<Suite, SuiteError> {
        let edition = edition(self.edition.as_deref())?;
        let Generation { cases, max_commands, .. } = self.generation;
        if cases > Generation::MOST_CASES
            || !(1..=Generation::MOST_COMMANDS).contains(&max_commands)
        {
            return Err(SuiteError::OutOfBounds);
        }
        let rules = Rulebook::embedded().rules_in(edition);
        let rules: Vec<&str> = rules.map(|rule| &*rule.id).collect();
        let scenarios: Vec<&str> = embedded().iter().map(|scenario| scenario.id).collect();
        let selection = Selection {
            sources: self.sources,
            generation: self.generation,
            rules: selected(&self.rules, &rules).map_err(SuiteError::UnknownRule)?,
            rule_patterns: self.rules,
            scenarios: selected(&self.scenarios, &scenarios)
                .map_err(SuiteError::UnknownScenario)?,
            scenario_patterns: self.scenarios,
        };
        let mut suite = Suite::of(edition, selection);
        suite.host = Host::CargoTest;
        suite.helpers = self.helpers;
        if let Some(folder) = &self.saved_failures {
            suite.save_failures(folder)?;
        }
        if let Some(file) = &self.baseline {
            suite.hold_against(read_baseline(file, edition)?)?;
        }
        Ok(suite)
    }

    /// Builds the suite and runs it.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn run(self, implementation: &mut dyn Implementation) -> Result<Report, SuiteError> {
        Ok(self.build()?.run(implementation))
    }
}

/// What of all that is known these patterns select, or the first pattern that selects nothing.
fn selected(patterns: &[String], known: &[&str]) -> Result<BTreeSet<String>, String> {
    let mut selected = BTreeSet::new();
    for pattern in patterns {
        let is_meant = |name: &str| match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == pattern,
        };
        let found: Vec<String> =
            known.iter().filter(|name| is_meant(name)).map(|name| (*name).to_owned()).collect();
        if found.is_empty() {
            return Err(pattern.clone());
        }
        selected.extend(found);
    }
    Ok(selected)
}

/// Reads a baseline for a run that judges by this edition.
pub(crate) fn read_baseline(file: &Path, edition: &str) -> Result<BaselineFile, SuiteError> {
    let name = file.display().to_string();
    let text = read_file(file).map_err(|error| vec![error])?;
    let read = from_yaml(&name, &text)?;
    if read.baseline.edition != edition {
        let (found, wanted) = (read.baseline.edition, edition.to_owned());
        return Err(SuiteError::OtherEdition { file: name, found, wanted });
    }
    Ok(read)
}

/// The day by which entries of a baseline expire.
pub(crate) fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

impl Suite {
    /// What is to be run and judged, from defaults on.
    pub fn builder() -> SuiteBuilder {
        SuiteBuilder::default()
    }

    pub(crate) fn of(edition: &'static str, selection: Selection) -> Suite {
        Suite {
            edition,
            selection,
            saved: Vec::new(),
            failures: None,
            baseline: None,
            shard: None,
            examples: false,
            time: None,
            cycles: None,
            shrink: false,
            max_failures: None,
            keep_going: false,
            first: BTreeSet::new(),
            host: Host::InProcess,
            likeness: None,
            helpers: None,
        }
    }

    /// Saves failures in this folder, and runs first what is there already, unless particular
    /// scenarios were asked for.
    pub(crate) fn save_failures(&mut self, folder: &Path) -> Result<(), SuiteError> {
        if self.selection.scenario_patterns.is_empty() {
            let files = files_in(folder).map_err(|error| SuiteError::Unreadable {
                path: folder.display().to_string(),
                error,
            })?;
            self.saved = read_cases(&files)?;
        }
        self.failures = Some(folder.to_owned());
        Ok(())
    }

    /// Holds a baseline against the run, and runs its examples first.
    pub(crate) fn hold_against(&mut self, baseline: BaselineFile) -> Result<(), SuiteError> {
        if self.selection.scenario_patterns.is_empty() {
            let examples = read_cases(&baseline.examples())?;
            self.saved.retain(|case| examples.iter().all(|example| example.id != case.id));
            self.saved.splice(0..0, examples);
        }
        self.baseline = Some(baseline);
        Ok(())
    }

    /// What is to be run against an implementation that describes itself so.
    pub(crate) fn plan(&self, description: &Description) -> Plan {
        let (selection, saved) = (self.selection.clone(), self.saved.clone());
        let mut plan = plan(self.edition, description, self.host.clone(), selection, saved);
        match self.shard {
            None => {
                // What comes from files stays in front.
                let is_later = |case: &PlannedCase| !self.first.contains(&case.id);
                plan.cases.sort_by_key(|case| (case.source, is_later(case)));
                plan
            }
            Some(shard) => plan.part(shard),
        }
    }

    /// Runs everything against an implementation and judges what it does.
    pub fn run(&self, implementation: &mut dyn Implementation) -> Report {
        let mut helpers: Vec<Box<dyn Implementation + Send>> = match &self.helpers {
            Some(helpers) => (0..helpers.count).map(|_| (helpers.create)()).collect(),
            None => Vec::new(),
        };
        self.run_watched(implementation, &mut helpers, &AtomicBool::new(false), &mut |_| {})
    }

    /// The same with everything that happens told as it does, until `interrupted` is set.
    pub(crate) fn run_watched(
        &self,
        implementation: &mut dyn Implementation,
        helpers: &mut [Box<dyn Implementation + Send>],
        interrupted: &AtomicBool,
        tell: &mut dyn FnMut(&Event),
    ) -> Report {
        let description = implementation.describe();
        let mut plan = self.plan(&description);
        plan.header.started =
            Some(Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default());
        let today = today();
        let policy = Policy::of_edition(self.edition).unwrap_or_default();
        let mut oracle = ReferenceModel::new(policy.choosing(&description.choices));
        let mut saved =
            self.failures.as_ref().map(|folder| SavedFailures::new(folder, &mut oracle));
        let extras = Extras {
            saved: saved.as_mut(),
            examples: self.examples,
            helpers,
            by_reason: self.baseline.as_ref().map(|baseline| baseline.known(today)),
            likeness: self.likeness,
            until: self.time.map(|time| Instant::now() + time),
            cycles: self.cycles,
            shrink: self.shrink,
            max_failures: self.max_failures,
            // Where it is known to abort, it is run to its end to see that nothing else has changed.
            keep_going: self.keep_going
                || self.baseline.as_ref().is_some_and(BaselineFile::lists_aborts),
        };
        let mut results = RunResults::default();
        let compare = |results: &mut RunResults, tell: &mut dyn FnMut(&Event)| {
            let Some(file) = &self.baseline else { return };
            let compared = Event::BaselineCompared(Box::new(gate(file, results, today).comparison));
            tell(&compared);
            results.take(&compared);
        };
        let mut has_ended = false;
        run(&plan, implementation, extras, interrupted, &mut |event| {
            has_ended = matches!(event, Event::RunFinished { .. });
            if has_ended {
                compare(&mut results, tell);
            }
            tell(&event);
            results.take(&event);
        });
        if !has_ended {
            compare(&mut results, tell);
        }
        Report { summary: results.summary().clone() }
    }
}

/// What a run came to. Displayed, it is the report that a terminal shows.
#[derive(Clone, Debug)]
pub struct Report {
    summary: Summary,
}

impl Report {
    /// Whether every rule that was asked for and applies was exercised and none was violated, or
    /// all is as the baseline says.
    pub fn is_conformant(&self) -> bool {
        matches!(self.status(), Status::Conformant | Status::AsListed)
    }

    /// How the run ended.
    pub fn status(&self) -> Status {
        self.summary.status()
    }

    /// How the run ended, in words.
    pub fn verdict(&self) -> String {
        self.summary.verdict()
    }

    /// Every rule that was selected, and what became of it.
    pub fn rules(&self) -> Vec<RuleLine> {
        self.summary.rules()
    }

    /// Every rule that is violated, each with the smallest example, whatever a baseline lists.
    pub fn findings(&self) -> Vec<RuleFailure> {
        self.summary.failures()
    }

    /// Everything that is known of the run.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// What went wrong, for whoever reads one failing test.
    pub(crate) fn failures(&self) -> String {
        terminal::render_failures(&self.summary, 100, false)
    }

    /// The report for a terminal of this width in columns. With `styled`, colours stand in the text
    /// as escape sequences.
    pub fn render(&self, width: usize, styled: bool) -> String {
        terminal::render(&self.summary, width, styled)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(100, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::all_of_an_area(&["takeover.*"], true)]
    #[case::one(&["match.primary-smtp-only"], true)]
    #[case::none(&["match.primary-smtp-only", "takeover"], false)]
    fn patterns_select_names_and_beginnings(#[case] patterns: &[&str], #[case] is_known: bool) {
        let builder = Suite::builder().rules(patterns.iter().copied());
        let selected = builder.build().map(|suite| suite.selection.rules);
        assert_eq!(selected.is_ok(), is_known);
        for rule in selected.unwrap_or_default() {
            assert!(rule.starts_with("takeover.") || rule == "match.primary-smtp-only");
        }
    }

    #[test]
    fn what_is_not_there_is_told() {
        let error = |builder: SuiteBuilder| builder.build().err().map(|error| error.to_string());
        let edition = error(Suite::builder().edition("1999-01")).expect("no such edition");
        assert!(edition.starts_with("there is no edition 1999-01; there are 2023-01"), "{edition}");
        let file = error(Suite::builder().baseline("no/such.yaml")).expect("no such file");
        assert!(file.starts_with("no/such.yaml: cannot be read: "), "{file}");
    }
}
