//! What a run comes to by a baseline, in words.

use super::verdict::{SUITE_DEFECT, incomplete};
use super::words;
use crate::baseline::{
    BaselineFile, Conclusion, Entry, Fault, Finding, Gate, Nonconformity, Observed, Outcome,
    Subject,
};
use crate::cases::scenario::{embedded, nearest, unknown_rule};
use crate::directory::Capability;
use crate::runner::Incomplete;
use std::collections::BTreeSet;

/// What is not as the baseline lists it.
pub fn finding(finding: &Finding, file: &BaselineFile) -> String {
    let entry = |at: usize| &file.baseline.entries[at];
    let place = |at: usize| {
        let line = file.lines.get(at).copied().unwrap_or_default();
        format!("{}:{line}: ", file.file)
    };
    match finding {
        Finding::NotListed(found) => {
            let what = match found.observed.outcome {
                Outcome::NotApplicable => "not judged, and not listed as such",
                _ => "not listed",
            };
            format!("{what}: {}: {}", about(found), of_observed(&found.observed))
        }
        Finding::Stale { entry: at, actual } => {
            let (about, listed) = (about_entry(entry(*at)), listed(entry(*at)));
            let now: Vec<String> = actual.iter().map(of_observed).collect();
            let what = match actual.first().map(|observed| observed.outcome) {
                None => {
                    let now = match entry(*at).outcome {
                        Outcome::NotApplicable | Outcome::NotExercised => "is judged now",
                        Outcome::Violated | Outcome::Aborted(_) => "passes now",
                    };
                    return format!(
                        "{}{now}: {about} (listed as {listed}); delete the entry",
                        place(*at)
                    );
                }
                Some(Outcome::NotApplicable | Outcome::NotExercised) => "not judged",
                Some(_) => "fails for another reason",
            };
            format!("{}{what}: {about}: listed as {listed}, and now {}", place(*at), now.join("; "))
        }
        Finding::Expired { entry: at } => {
            let expires = entry(*at).expires.map(|day| day.to_string()).unwrap_or_default();
            let (about, listed) = (about_entry(entry(*at)), listed(entry(*at)));
            format!("{}expired on {expires}: {about}: {listed}", place(*at))
        }
        Finding::Faulty { entry: at, fault } => {
            let what = match fault {
                Fault::Ambiguous { .. } => "",
                _ => "matches nothing: ",
            };
            format!("{}{what}{}", place(*at), self::fault(*fault, *at, file))
        }
        Finding::CapabilitiesLost(lost) => format!(
            "no longer declared, so that less is judged than when the baseline was written: {}",
            capabilities(lost)
        ),
        Finding::CapabilitiesGained(gained) => format!(
            "declared, and not so in the baseline, which would not notice its loss: {}",
            capabilities(gained)
        ),
        Finding::OtherChoices { listed, actual } => format!(
            "other choices are declared than when the baseline was written: {} before, {} now",
            words::choices(listed),
            words::choices(actual)
        ),
    }
}

/// What is wrong with an entry, whatever a run shows.
pub fn fault(fault: Fault, entry: usize, file: &BaselineFile) -> String {
    let Entry { rule, scenario, .. } = &file.baseline.entries[entry];
    let (rule, scenario) =
        (rule.as_deref().unwrap_or_default(), scenario.as_deref().unwrap_or_default());
    match fault {
        Fault::UnknownRule => unknown_rule(rule),
        Fault::RuleOfAnotherEdition => {
            format!("edition {} has no rule {rule}", file.baseline.edition)
        }
        Fault::UnknownScenario => {
            let hint = nearest(scenario, embedded().iter().map(|known| known.id));
            format!(
                "there is no scenario {scenario}{hint} (`entra-conformance list scenarios` shows them all)"
            )
        }
        Fault::Ambiguous { first } => format!(
            "ambiguous: line {} has an entry for the same; delete one",
            file.lines.get(first).copied().unwrap_or_default()
        ),
    }
}

/// How a run ends.
pub fn conclusion(gate: &Gate, file: &BaselineFile) -> String {
    let name = &file.file;
    match &gate.conclusion {
        Conclusion::Differs { differences } => {
            let count = words::counted(*differences as u64, "difference");
            format!("not as in the baseline {name}: {count}")
        }
        Conclusion::Incomplete(Incomplete::NotExercised) => format!(
            "incomplete: no case exercised {}, which the baseline {name} does not list",
            gate.not_exercised.join(", ")
        ),
        Conclusion::Incomplete(why) => format!("incomplete: {}", incomplete(why.clone())),
        Conclusion::AsListed { known: 0, listed: 0, .. } => format!(
            "conformant with edition {}; the baseline {name} lists no nonconformity",
            file.baseline.edition
        ),
        Conclusion::AsListed { known: 0, is_violated: true, .. } => {
            format!("conformant but for what the baseline {name} lists")
        }
        Conclusion::AsListed { known: 0, listed, .. } => format!(
            "nothing that was selected is violated; the baseline {name} lists {} elsewhere",
            nonconformities(*listed, "")
        ),
        Conclusion::AsListed { known, .. } => {
            format!("conformant but for {} (baseline {name})", nonconformities(*known, "known "))
        }
        _ => SUITE_DEFECT.to_owned(),
    }
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

fn about(found: &Nonconformity) -> String {
    let case = match &found.subject {
        Subject::Example { file: Some(file), .. } => Some(&**file),
        subject => subject.case(),
    };
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

fn capabilities(set: &BTreeSet<Capability>) -> String {
    set.iter().map(|capability| capability.word()).collect::<Vec<_>>().join(", ")
}

fn nonconformities(count: usize, which: &str) -> String {
    let noun = if count == 1 { "nonconformity" } else { "nonconformities" };
    format!("{count} {which}{noun}")
}
