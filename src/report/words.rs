//! What several reports say in the same words.

use super::legible::legible;
use super::{
    Aborted, ClassLine, ClassState, Counts, Place, RuleFailure, RuleLine, RuleState, SourceLine,
    Summary,
};
use crate::cases::grid::Extent;
use crate::cases::relations::relation;
use crate::cases::scenario::{Scenario, embedded};
use crate::directory::{Capability, DeclaredChoices};
use crate::rulebook::{Basis, Rulebook};
use crate::runner::{
    FailureReport, Finding, Host, Inconclusive, Likeness, NotApplicable, NotSaved, Origin, Profile,
    RunHeader, Source, SourceResult, SourceStopped,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The suite and the edition.
pub(super) fn suite(header: &RunHeader) -> String {
    format!("entra-conformance {} · edition {}", header.suite_version, header.edition)
}

/// The name that a rule has today: another version of the suite may know it by an earlier one.
pub(super) fn present_name(rule: &str) -> String {
    Rulebook::embedded().rule(rule).map_or(rule, |known| &known.id).to_owned()
}

/// Who is judged.
pub(super) fn implementation(header: &RunHeader) -> String {
    let name = &header.description.implementation;
    let place = match &header.host {
        Host::InProcess | Host::CargoTest => "in process",
        Host::ChildProcess { name: None, .. } => "child process",
        Host::ChildProcess { name: Some(name), .. } => &format!("adapter {name}"),
    };
    let language = name.language.as_ref().map(|language| format!(", {language}"));
    format!("{} {} ({place}{})", name.name, name.version, language.unwrap_or_default())
}

/// What is declared of the choices that the documents leave.
pub fn choices(declared: &DeclaredChoices) -> String {
    let words = declared.words();
    let choices: Vec<String> =
        words.iter().map(|(choice, value)| format!("{choice}={value}")).collect();
    if choices.is_empty() { "none declared".to_owned() } else { choices.join(", ") }
}

/// What was selected.
pub(super) fn selection(header: &RunHeader) -> String {
    let selection = &header.selection;
    let sources: Vec<&str> = selection.sources.iter().map(|source| source.word()).collect();
    let parts: Vec<String> = [
        ("only", sources.join(",")),
        ("rules", selection.rule_patterns.join(", ")),
        ("scenarios", selection.scenario_patterns.join(", ")),
        ("shard", header.shard.map(|shard| shard.to_string()).unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, words)| !words.is_empty())
    .map(|(what, words)| format!("{what} {words}"))
    .collect();
    if parts.is_empty() { "everything".to_owned() } else { parts.join("; ") }
}

/// What was generated, where anything was asked for.
pub(super) fn generation(header: &RunHeader) -> String {
    let generation = &header.selection.generation;
    format!(
        "seed {}, {} of at most {}",
        generation.seed,
        counted(generation.cases as u64, "sequence"),
        counted(generation.max_commands as u64, "command")
    )
}

/// How many rules there are, and what became of them.
pub(super) fn denominator(counts: Counts) -> String {
    let mut parts = vec![format!("{} {}", counts.held, RuleState::Held.words())];
    for state in RuleState::ALL.into_iter().filter(|state| *state != RuleState::Held) {
        let count = counts.in_state(state);
        if count > 0 {
            parts.push(format!("{count} {}", state.words()));
        }
    }
    format!("{}: {}", counted(counts.all() as u64, "rule"), parts.join(", "))
}

/// What is wrong with the implementation, mistake by mistake, each with the smallest example of the rule
/// that explains it.
pub(super) fn findings(summary: &Summary) -> Vec<(Finding, RuleFailure)> {
    let mut failures = summary.failures();
    let findings = summary.findings().into_iter();
    findings
        .filter_map(|finding| {
            let rules = || std::iter::once(&finding.rule).chain(&finding.consequences);
            let at = rules().find_map(|rule| failures.iter().position(|one| one.rule == *rule))?;
            let failure = failures.swap_remove(at);
            Some((finding, failure))
        })
        .collect()
}

/// The same without what a baseline lists.
pub(super) fn beyond(summary: &Summary) -> Vec<(Finding, RuleFailure)> {
    findings(summary).into_iter().filter(|(finding, _)| !finding.known).collect()
}

/// The cases that aborted, without those that a baseline lists.
pub(super) fn aborted_beyond(summary: &Summary) -> Vec<&Aborted> {
    summary.aborted.iter().filter(|aborted| !summary.is_known_abort(aborted)).collect()
}

/// The likely mistake that shows the same.
pub(super) fn likeness(finding: &Finding) -> Option<String> {
    let Likeness { what, cases, .. } = finding.likeness.as_ref()?;
    let cases = counted(*cases as u64, "case");
    Some(format!("it behaves as if this were so: {what} (the same in {cases} that show it)"))
}

/// What else a mistake breaks.
pub(super) fn consequences(finding: &Finding) -> Option<String> {
    let rules = finding.consequences.join(", ");
    (!rules.is_empty()).then(|| format!("the same mistake also breaks: {rules}"))
}

/// The finding that a violated rule belongs to, where another rule explains it.
pub(super) fn explained_by(rule: &str, findings: &[Finding]) -> Option<String> {
    let finding = findings.iter().find(|one| one.breaks(rule))?;
    (finding.rule != rule).then(|| format!("violated, as a consequence of {}", finding.rule))
}

/// Which conformance classes are met, and what keeps the next one from it; `None` of a run that was not about
/// the whole edition.
pub(super) fn classes(summary: &Summary) -> Option<String> {
    let header = summary.header()?;
    let is_whole = header.selection.scenario_patterns.is_empty()
        && summary.counts().all() == summary.rules_of_edition();
    let classes = summary.classes();
    let is_met = |line: &&ClassLine| line.state == ClassState::Met;
    let met: Vec<&str> = classes.iter().filter(is_met).map(|line| line.class).collect();
    let mut words = if met.is_empty() { "none".to_owned() } else { met.join(", ") };
    if let Some(ClassLine { class, state }) = classes.iter().find(|line| !is_met(line)) {
        let why = match state {
            ClassState::NotDeclared { missing: lacks } => missing(lacks),
            ClassState::NotMet { violated, .. } if !violated.is_empty() => {
                format!("{} violated", counted(violated.len() as u64, "rule"))
            }
            ClassState::NotMet { not_judged, .. } => {
                format!("{} not judged", counted(not_judged.len() as u64, "rule"))
            }
            ClassState::Met => String::new(),
        };
        let _ = write!(words, "; not {class}: {why}");
    }
    is_whole.then_some(words)
}

/// How many cases of a source were planned, what became of them, and how long it took.
pub(super) fn source(line: &SourceLine, header: &RunHeader) -> String {
    let SourceLine { planned, result } = line;
    let (noun, of) = match planned.source {
        Source::Saved => ("saved case", ""),
        Source::Scenarios => ("scenario", ""),
        Source::Grid => ("case", " of the grid"),
        Source::Sequences => ("generated sequence", ""),
        Source::Relations => ("case", " for the relations"),
    };
    let counted = counted(planned.cases as u64, noun);
    let seed = match planned.source {
        Source::Sequences | Source::Relations => {
            format!(", seed {}", header.selection.generation.seed)
        }
        _ => String::new(),
    };
    let time = result.milliseconds.map(|time| format!(", {}", duration(time))).unwrap_or_default();
    let stopped = result.stopped.map(|why| format!("; {}", stopped(why))).unwrap_or_default();
    format!("{counted}{of}: {}{seed}{time}{stopped}", words_of(line))
}

/// Why the rest of a source's cases was not run.
pub(super) fn stopped(why: SourceStopped) -> String {
    match why {
        SourceStopped::Aborts { cases } => {
            format!("stopped after {} aborted", counted(cases as u64, "case"))
        }
        SourceStopped::OutOfTime => "the rest was left out, as the time was over".to_owned(),
        SourceStopped::EnoughFailures => {
            "the rest was left out, as enough had gone wrong".to_owned()
        }
        _ => "stopped, as the suite itself failed to judge a case".to_owned(),
    }
}

/// Why the rest of a run was not run.
pub(super) fn left_out(why: SourceStopped) -> String {
    match why {
        SourceStopped::Aborts { cases } => format!(
            "the rest was left out, as {} had aborted or timed out (--keep-going runs it all the same)",
            counted(cases as u64, "case")
        ),
        why => stopped(why),
    }
}

/// Capabilities; of each list any one would do.
pub fn capabilities(all: &[Vec<Capability>]) -> String {
    let any_of =
        |some: &Vec<Capability>| some.iter().map(|one| one.word()).collect::<Vec<_>>().join(" or ");
    all.iter().map(any_of).collect::<Vec<_>>().join(", ")
}

/// Capabilities that are missing.
pub(super) fn missing(all: &[Vec<Capability>]) -> String {
    format!("needs {}", capabilities(all))
}

/// Why something is not judged.
pub fn not_applicable(reason: &NotApplicable) -> String {
    match reason {
        NotApplicable::MissingCapabilities { capabilities } => missing(capabilities),
        NotApplicable::UndeclaredChoice { choices } => {
            let words: Vec<String> =
                choices.iter().map(|(choice, value)| format!("{choice}: {value}")).collect();
            format!("only where declared: {}", words.join(", "))
        }
        NotApplicable::Unrepresented { fields } => {
            let fields: Vec<String> = fields.iter().map(ToString::to_string).collect();
            format!("the implementation has not, or does not change, {}", fields.join(", "))
        }
        NotApplicable::Declined { capability } => {
            format!("declined by the implementation: unsupported: {capability}")
        }
    }
}

/// The cases that were written down and do not apply, by the reason.
pub(super) fn cases_by_reason(summary: &Summary) -> BTreeMap<&NotApplicable, Vec<&str>> {
    let mut reasons: BTreeMap<&NotApplicable, Vec<&str>> = BTreeMap::new();
    for (case, reason) in &summary.not_applicable {
        reasons.entry(reason).or_default().push(case);
    }
    reasons
}

/// With more combinations of missing capabilities than so many, each capability is told by itself.
const COMBINATIONS: usize = 4;

/// How many of the cases that were written down do not apply, and why: a sentence for each reason.
pub(super) fn not_applicable_cases(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    let mut lacking: BTreeMap<String, usize> = BTreeMap::new();
    let mut cases_that_lack = 0;
    let reasons = cases_by_reason(summary);
    let combinations =
        reasons.keys().filter(|one| matches!(one, NotApplicable::MissingCapabilities { .. }));
    let is_long = combinations.count() > COMBINATIONS;
    for (reason, cases) in &reasons {
        if let NotApplicable::MissingCapabilities { capabilities: missing } = reason
            && is_long
        {
            cases_that_lack += cases.len();
            for one in missing {
                *lacking.entry(capabilities(std::slice::from_ref(one))).or_default() += cases.len();
            }
        } else {
            let count = counted(cases.len() as u64, "case");
            lines.push(format!("{count} not applicable: {}", not_applicable(reason)));
        }
    }
    if is_long {
        let mut lacking: Vec<(String, usize)> = lacking.into_iter().collect();
        lacking.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
        let lacking = lacking.iter().map(|(what, cases)| format!("{what} ({cases})"));
        let lacking: Vec<String> = lacking.collect();
        let count = counted(cases_that_lack as u64, "case");
        lines.insert(0, format!("{count} not applicable: needs {}", lacking.join(", ")));
    }
    lines
}

/// Why a failure is in no file.
pub(super) fn not_saved(why: &NotSaved) -> String {
    match why {
        NotSaved::NotReadBack { message } => {
            format!("what was written could not be read back: {message}")
        }
        NotSaved::NotReproduced => "run again, it did not go wrong in the same way".to_owned(),
        NotSaved::NotWritten { file, message } => {
            format!("{file} could not be written: {message}")
        }
    }
}

/// Of what a relation found: what is different in the case that this one is compared with.
pub(super) fn variation(failure: &FailureReport) -> Option<&'static str> {
    let is_of_relation = failure.origin == Origin::Relation;
    relation(&failure.rule).filter(|_| is_of_relation).map(|relation| relation.variation())
}

/// What else there is to say of a source.
pub(super) fn source_details(line: &SourceLine) -> Vec<String> {
    let mut details = Vec::new();
    let SourceLine { planned, result } = line;
    if let Some(in_full) = planned.in_full {
        let left_out: usize = planned.left_out.iter().map(|rule| rule.combinations).sum();
        details.push(format!(
            "the whole grid has {} cases; {} further combinations are left out by {} \
             (`list grid` lists them)",
            number(in_full as u64),
            number(left_out as u64),
            counted(planned.left_out.len() as u64, "stated rule"),
        ));
    }
    if !result.relations.is_empty() {
        let relations = result.relations.iter();
        let relations: Vec<String> = relations
            .map(|(rule, unmet)| format!("{rule} {}", unmet.values().sum::<u64>()))
            .collect();
        details.push(format!("cases without a relation's precondition: {}", relations.join(", ")));
    }
    details
}

/// A page that a rule stands on.
pub(super) struct Citation {
    /// How the rule rests on it.
    pub(super) label: &'static str,
    /// The page and its section.
    pub(super) page: String,
    /// What it says.
    pub(super) quote: Option<String>,
}

/// What a run came to for a rule.
pub(super) fn state(line: &RuleLine) -> String {
    let words = line.state.words();
    let known = if line.known { "known: " } else { "" };
    let words = match line.state {
        RuleState::Held => format!("{words} {}", times(line.held)),
        RuleState::Violated => format!(
            "{words} in {}, held {}",
            counted(line.violated_cases, "case"),
            times(line.held)
        ),
        RuleState::NotApplicable => format!("{words}: {}", missing(&line.missing)),
        RuleState::NotExercised if !line.blocked_by.is_empty() => {
            let (rules, verb) = (line.blocked_by.join(", "), is_or_are(line.blocked_by.len()));
            format!("{words} because {rules} {verb} violated")
        }
        RuleState::NotExercised => words.to_owned(),
    };
    format!("{known}{words}")
}

fn is_or_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// What a run came to for a rule, and why.
#[cfg(any(feature = "html", feature = "junit"))]
pub(super) fn why(line: &RuleLine) -> String {
    let state = state(line);
    match line.state {
        RuleState::NotExercised if line.owed && line.blocked_by.is_empty() => {
            format!("{state}, although it was asked for: no case brought its situation about")
        }
        RuleState::NotExercised if !line.owed => format!("{state}, and not asked for"),
        _ => state,
    }
}

/// The pages that a rule stands on; nothing for a rule that this rulebook does not know.
pub(super) fn citations(rule: &str, edition: &str) -> Vec<Citation> {
    let book = Rulebook::embedded();
    let Some(rule) = book.rule(rule) else {
        return Vec::new();
    };
    let rule = rule.in_edition(edition);
    let label = match rule.basis {
        Basis::Documented => "documented in: ",
        Basis::Related => "related, in: ",
        Basis::Derived => "derived from: ",
    };
    rule.sources
        .iter()
        .map(|source| Citation {
            label,
            page: book.source_words(source, edition),
            quote: source.quotation(),
        })
        .collect()
}

/// When a violation was noticed.
pub(super) fn when(report: &FailureReport) -> String {
    match report.step {
        0 => "at its start".to_owned(),
        step => format!("after step {step} ({})", report.command),
    }
}

/// What a case of the suite's own shows: its title and, where it is a near miss, the mistake that it
/// tempts into.
pub(super) struct About {
    pub(super) title: &'static str,
    pub(super) tempting: Option<&'static str>,
}

/// What is known of a case; `None` of one that is no scenario of this version's.
pub(super) fn about(case: &str, place: &Place) -> Option<About> {
    let known = embedded().iter().find(|known| known.id == case && *place == Place::Suite)?;
    let Scenario { title, tempting, .. } = &known.scenario;
    Some(About { title, tempting: tempting.as_deref() })
}

/// What a generated case was drawn with.
pub(super) fn seed(case: &str, header: &RunHeader) -> Option<u64> {
    let (source, _) = case.split_once('/')?;
    let is_drawn = matches!(Source::from_word(source)?, Source::Sequences | Source::Relations);
    is_drawn.then_some(header.selection.generation.seed)
}

/// The commands that explain a failure: its rule, and its case where that is one of the suite's or in a
/// file.
pub(super) fn explain(failure: &RuleFailure, header: &RunHeader) -> Vec<String> {
    let case = match &failure.place {
        Place::Suite => Some(&failure.case),
        Place::File(file) => Some(file),
        Place::Generated(..) => None,
    };
    let names = std::iter::once(&failure.rule).chain(case);
    let edition = edition(&header.edition);
    names.map(|name| format!("entra-conformance explain {}{edition}", quoted(name))).collect()
}

/// How a command names the edition, where it is not the default one.
fn edition(edition: &str) -> String {
    let is_default = edition == Rulebook::embedded().default_edition().id;
    if is_default { String::new() } else { format!(" --edition {}", quoted(edition)) }
}

/// How and where a case aborted.
pub(super) fn aborted(aborted: &Aborted) -> String {
    let place = match aborted.step {
        0 => "at its start".to_owned(),
        step => format!("in step {step}"),
    };
    format!("{} in {}, {place}", aborted.failure.kind, aborted.case)
}

/// A failure in one line.
pub(super) fn in_a_line(failure: &RuleFailure) -> String {
    let place = format!("in {} {}", failure.case, when(&failure.report));
    match &failure.report.violations[..] {
        [] => place,
        [only] => format!("{place}: {}", super::violation::in_a_line(only)),
        [first, more @ ..] => {
            format!("{place}: {}, and {} more", super::violation::in_a_line(first), more.len())
        }
    }
}

/// Text without line ends.
pub(super) fn on_one_line(text: &str) -> String {
    legible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// At most this many other cases are named beside a failure.
const OTHER_CASES: usize = 3;

/// The other cases that show a failure; `None` where there are none.
pub(super) fn other_cases(failure: &RuleFailure) -> Option<String> {
    let named = &failure.other_cases[..failure.other_cases.len().min(OTHER_CASES)];
    let more = failure.other_cases.len() - named.len();
    let mut words = named.join(", ");
    if more > 0 {
        let _ = write!(words, " and {more} more");
    }
    (!named.is_empty()).then_some(words)
}

/// What became of a source's cases.
fn words_of(line: &SourceLine) -> String {
    let SourceResult { judged, not_applicable, aborted, ref declined, ref inconclusive, .. } =
        line.result;
    let number = |count: usize| number(count as u64);
    let mut parts = vec![format!("{} judged", number(judged))];
    if not_applicable > 0 {
        parts.push(format!("{} not applicable", number(not_applicable)));
    }
    if !declined.is_empty() {
        let words: Vec<&str> = declined.keys().map(|one| one.word()).collect();
        let count: usize = declined.values().sum();
        parts.push(format!(
            "{} declined while they were run ({})",
            number(count),
            words.join(", ")
        ));
    }
    for (why, count) in inconclusive {
        parts.push(format!("{} inconclusive ({})", number(*count), reason(*why)));
    }
    if aborted > 0 {
        parts.push(format!("{aborted} aborted"));
    }
    let left = line.planned.cases.saturating_sub(line.result.ended());
    if left > 0 {
        parts.push(format!("{} not run", number(left)));
    }
    parts.join(", ")
}

/// Why nobody can tell what an implementation would have done.
fn reason(why: Inconclusive) -> &'static str {
    match why {
        Inconclusive::Throttled => "throttled",
        Inconclusive::NotSettled => "not settled in time",
        Inconclusive::Budget => "left out by the budget",
    }
}

/// How many cases are inconclusive, and some of those that can be run again by their names.
pub(super) fn inconclusive(cases: usize, written: &[String]) -> String {
    let is = if cases == 1 { "is" } else { "are" };
    let mut words = format!("{} {is} inconclusive", counted(cases as u64, "case"));
    let named = &written[..written.len().min(OTHER_CASES)];
    if !named.is_empty() {
        let _ = write!(words, ", among them {}", named.join(", "));
    }
    words
}

/// So many of something.
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", number(count)) }
}

/// A number with a separator after each three digits.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words
}

/// How long something took, always in seconds.
pub(super) fn duration(milliseconds: u64) -> String {
    format!("{}.{:03} s", number(milliseconds / 1_000), milliseconds % 1_000)
}

/// When a run began.
pub(super) fn started(header: &RunHeader) -> Option<String> {
    header.started.map(|started| started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// How often.
pub(super) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{} times", number(count)),
    }
}

/// The command that shows the same again.
pub(super) fn replay(case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) -> String {
    if header.host == Host::CargoTest {
        return format!("cargo test -- --exact {case}");
    }
    let mut command = "entra-conformance ".to_owned();
    let _ = match place {
        Place::Suite => write!(command, "run --scenario {case}"),
        Place::File(file) => write!(command, "replay {}", quoted(file)),
        Place::Generated(source, _) => {
            let generation = &header.selection.generation;
            write!(
                command,
                "run --only {source} --seed {} --cases {} --max-commands {}",
                generation.seed, generation.cases, generation.max_commands
            )
            .and_then(|()| match generation.grid {
                Extent::Whole => write!(command, " --profile {}", Profile::Thorough),
                _ => Ok(()),
            })
        }
    };
    if let Some(rule) = rule.filter(|_| !matches!(place, Place::File(_))) {
        let _ = write!(command, " --rule {rule}");
    }
    command + &edition(&header.edition) + &adapter(&header.host)
}

/// The command that runs all scenario files of a folder.
pub(crate) fn replay_of_folder(folder: &str, edition_id: &str, host: &Host) -> String {
    let folder = quoted(folder);
    format!("entra-conformance replay {folder}/*.yaml{}{}", edition(edition_id), adapter(host))
}

/// How a command names the adapter that was judged.
pub(super) fn adapter(host: &Host) -> String {
    let mut command = String::new();
    if let Host::ChildProcess { name: Some(name), config, .. } = host {
        if let Some(config) = config {
            let _ = write!(command, " --config {}", quoted(config));
        }
        let _ = write!(command, " --adapter {}", quoted(name));
    } else if let Host::ChildProcess { command: adapter, .. } = host {
        command.push_str(" --");
        for argument in adapter {
            command.push(' ');
            command.push_str(&quoted(argument));
        }
    }
    command
}

/// An argument as it can be typed into a shell.
pub(crate) fn quoted(argument: &str) -> String {
    let is_plain = !argument.is_empty()
        && argument
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_./=:@%+,".contains(letter));
    if is_plain { argument.to_owned() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("python3", "python3")]
    #[case("./my adapter", "'./my adapter'")]
    #[case("it's", r"'it'\''s'")]
    #[case("", "''")]
    fn arguments_are_quoted_for_a_shell(#[case] argument: &str, #[case] expected: &str) {
        assert_eq!(quoted(argument), expected);
    }
}
