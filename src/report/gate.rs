//! What a run comes to by a baseline, in words.

use super::words;
use super::{Status, Summary};
use crate::baseline::Entry;
use crate::cases::scenario::{embedded, nearest, unknown_rule};
use crate::directory::Capability;
use crate::rulebook::Rulebook;
use crate::runner::{
    BaselineComparison, BaselineDifference, EntryFault, Host, ListedEntry, Observed, Outcome,
    RunHeader, Unlisted,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What is not as the baseline lists it. `file` is the baseline, and `edition` the one that was judged by.
pub fn difference(difference: &BaselineDifference, file: &str, edition: &str) -> String {
    let place = |entry: &ListedEntry| format!("{file}:{}: ", entry.line);
    match difference {
        BaselineDifference::NotListed(found) => {
            let what = match found.observed.outcome {
                Outcome::NotApplicable => "not judged, and not listed as such",
                _ => "not listed",
            };
            format!("{what}: {}: {}", about(found), of_observed(&found.observed))
        }
        BaselineDifference::Stale { entry, actual } => {
            let (about, listed) = (about_listed(entry), as_listed(entry));
            let now: Vec<String> = actual.iter().map(of_observed).collect();
            let what = match actual.first().map(|observed| observed.outcome) {
                None => {
                    let now = match entry.outcome {
                        Outcome::NotApplicable | Outcome::NotExercised => "is judged now",
                        Outcome::Violated | Outcome::Aborted(_) => "passes now",
                    };
                    return format!("{}{now}: {about} (listed as {listed})", place(entry));
                }
                Some(Outcome::NotApplicable | Outcome::NotExercised) => "not judged",
                Some(_) => "fails for another reason",
            };
            let now = now.join("; ");
            format!("{}{what}: {about}: listed as {listed}, and now {now}", place(entry))
        }
        BaselineDifference::Expired { entry } => {
            let expires = entry.expires.map(|day| day.to_string()).unwrap_or_default();
            let (about, listed) = (about_listed(entry), as_listed(entry));
            format!("{}expired on {expires}: {about}: {listed}", place(entry))
        }
        BaselineDifference::Faulty { entry, fault } => {
            let what = match fault {
                EntryFault::Ambiguous { .. } => "",
                _ => "matches nothing: ",
            };
            format!("{}{what}{}", place(entry), self::fault(*fault, entry, edition))
        }
        BaselineDifference::CapabilitiesLost { capabilities } => format!(
            "no longer declared, so that less is judged than when the baseline was written: {}",
            in_words(capabilities)
        ),
        BaselineDifference::CapabilitiesGained { capabilities } => format!(
            "declared, and not so in the baseline, which would not notice its loss: {}",
            in_words(capabilities)
        ),
        BaselineDifference::OtherChoices { listed, actual } => format!(
            "other choices are declared than when the baseline was written: {} before, {} now",
            words::choices(listed),
            words::choices(actual)
        ),
    }
}

/// What is wrong with an entry, whatever a run shows.
pub fn fault(fault: EntryFault, entry: &ListedEntry, edition: &str) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let (rule, scenario) = (name(&entry.rule), name(&entry.case));
    match fault {
        EntryFault::UnknownRule => unknown_rule(&rule),
        EntryFault::RuleOfAnotherEdition => format!("edition {edition} has no rule {rule}"),
        EntryFault::UnknownScenario => {
            let hint = nearest(&scenario, embedded().iter().map(|known| known.id));
            format!(
                "there is no scenario {scenario}{hint} (`entra-conformance list scenarios` shows them all)"
            )
        }
        EntryFault::Ambiguous { line } => {
            format!("ambiguous: line {line} has an entry for the same; delete one")
        }
    }
}

/// Whether the next update of the baseline removes an entry for this.
fn is_stale(difference: &BaselineDifference) -> bool {
    matches!(difference, BaselineDifference::Stale { .. } | BaselineDifference::Faulty { .. })
}

/// What is not as the baseline lists it; nothing where there is none.
pub(super) fn differences(summary: &Summary) -> Vec<String> {
    let (Some(baseline), Some(header)) = (&summary.baseline, summary.header()) else {
        return Vec::new();
    };
    let differences = baseline.differences.iter();
    differences.map(|one| difference(one, &baseline.file, &header.edition)).collect()
}

/// The differences that no violated rule and no case that aborted shows: each with its line in the
/// baseline, if it has one, and what to do about it.
pub(super) fn beside_failures(summary: &Summary) -> Vec<(Option<usize>, String)> {
    let (Some(baseline), Some(header)) = (&summary.baseline, summary.header()) else {
        return Vec::new();
    };
    let is_shown = |one: &BaselineDifference| match one {
        BaselineDifference::NotListed(found) => found.observed.outcome.is_nonconformity(),
        _ => false,
    };
    let differences = baseline.differences.iter().filter(|one| !is_shown(one));
    differences
        .map(|one| {
            let line = match one {
                BaselineDifference::Stale { entry, .. }
                | BaselineDifference::Expired { entry }
                | BaselineDifference::Faulty { entry, .. } => Some(entry.line),
                _ => None,
            };
            let mut words = difference(one, &baseline.file, &header.edition);
            if is_stale(one) {
                let _ = write!(words, "; to remove it: {}", update_command(baseline, header));
            }
            (line, words)
        })
        .collect()
}

/// How stale entries are removed, where there are any.
pub(super) fn removal(summary: &Summary) -> Option<String> {
    let (baseline, header) = (summary.baseline.as_ref()?, summary.header()?);
    let stale = baseline.differences.iter().filter(|one| is_stale(one)).count();
    let entries = if stale == 1 { "the stale entry" } else { "the stale entries" };
    (stale > 0).then(|| format!("to remove {entries}: {}", update_command(baseline, header)))
}

/// The command that puts a baseline right.
fn update_command(baseline: &BaselineComparison, header: &RunHeader) -> String {
    let mut command =
        format!("entra-conformance baseline update {}", words::quoted(&baseline.file));
    if header.edition != Rulebook::embedded().default_edition().id {
        let _ = write!(command, " --edition {}", words::quoted(&header.edition));
    }
    if !header.selection.sources.is_empty() {
        let sources: Vec<&str> = header.selection.sources.iter().map(|one| one.word()).collect();
        let _ = write!(command, " --only {}", sources.join(","));
    }
    if header.host == Host::CargoTest {
        return "delete it from the baseline".to_owned();
    }
    command + &words::adapter(&header.host)
}

/// What a baseline lists and the run has come upon: each rule, or case that aborted, with the reason.
pub(super) fn known(summary: &Summary) -> Vec<String> {
    let Some(baseline) = &summary.baseline else { return Vec::new() };
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &baseline.known {
        let name = entry.rule.as_ref().or(entry.case.as_ref());
        let name = name.map(String::as_str).unwrap_or_default();
        *groups.entry(format!("{name}: {}", with_issue(entry))).or_default() += 1;
    }
    let groups = groups.into_iter();
    groups.map(|(what, entries)| format!("{what}, in {}", entries_in_words(entries))).collect()
}

/// Why a baseline lists this rule, or this case: each reason once.
#[cfg(feature = "junit")]
pub(super) fn reasons(
    summary: &Summary,
    is_meant: impl Fn(&ListedEntry) -> bool,
) -> Option<String> {
    let baseline = summary.baseline.as_ref()?;
    let entries = baseline.known.iter().filter(|entry| is_meant(entry));
    let reasons: BTreeSet<String> = entries.map(with_issue).collect();
    let reasons: Vec<String> = reasons.into_iter().collect();
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    Some(format!("as {} lists it{why}", baseline.file))
}

fn with_issue(entry: &ListedEntry) -> String {
    let issue = entry.issue.as_ref().map(|issue| format!(", {issue}")).unwrap_or_default();
    let expires = entry.expires.map(|day| format!(", until {day}")).unwrap_or_default();
    format!("{}{issue}{expires}", as_listed(entry))
}

fn entries_in_words(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

/// How a run ends by its baseline.
pub(super) fn conclusion(
    summary: &Summary,
    baseline: &BaselineComparison,
    whose: &str,
) -> Option<String> {
    let BaselineComparison { file, known, listed, .. } = baseline;
    Some(match summary.status() {
        Status::Nonconformant => {
            let count = words::counted(baseline.differences.len() as u64, "difference");
            format!("not as in the baseline {file}: {count}")
        }
        Status::AsListed if known.is_empty() => {
            format!("{whose}conformant but for what the baseline {file} lists")
        }
        Status::AsListed => {
            let known = nonconformities(known.len(), "known ");
            format!("{whose}conformant but for {known} (baseline {file})")
        }
        Status::Conformant if *listed == 0 => {
            let edition = summary.header().map_or("", |header| &header.edition);
            format!(
                "{whose}conformant with edition {edition}; the baseline {file} lists no nonconformity"
            )
        }
        Status::Conformant => format!(
            "nothing that was selected is violated; the baseline {file} lists {} elsewhere",
            nonconformities(*listed, "")
        ),
        Status::PartHeld | Status::Incomplete | Status::SuiteDefect => return None,
    })
}

/// What an entry lists: `violated (proxyAddresses/valuesAdded/sync)`.
pub fn listed(entry: &Entry) -> String {
    format!("{} ({})", entry.outcome, entry.reason)
}

/// What an entry is about, in a few words.
pub fn about_entry(entry: &Entry) -> String {
    let Entry { scenario, example, rule, .. } = entry;
    about_case(scenario.as_deref().or(example.as_deref()), rule.as_deref())
}

fn about_listed(entry: &ListedEntry) -> String {
    about_case(entry.case.as_deref(), entry.rule.as_deref())
}

fn as_listed(entry: &ListedEntry) -> String {
    format!("{} ({})", entry.outcome, entry.reason)
}

fn about(found: &Unlisted) -> String {
    let case = found.file.as_deref().or(found.case.as_deref());
    about_case(case, found.observed.rule.as_deref())
}

fn about_case(case: Option<&str>, rule: Option<&str>) -> String {
    match (case, rule) {
        (Some(case), Some(rule)) => format!("{rule} in {case}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}

fn of_observed(observed: &Observed) -> String {
    format!("{} ({})", observed.outcome, observed.reason)
}

fn in_words(set: &BTreeSet<Capability>) -> String {
    set.iter().map(|capability| capability.word()).collect::<Vec<_>>().join(", ")
}

fn nonconformities(count: usize, which: &str) -> String {
    let noun = if count == 1 { "nonconformity" } else { "nonconformities" };
    format!("{count} {which}{noun}")
}
