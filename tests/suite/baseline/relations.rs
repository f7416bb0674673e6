//! What holds of every baseline.

use super::{observed, planned, read, seen, selection};
use entra_conformance::baseline::{
    Baseline, BaselineFile, Date, Declared, Entry, EntryState, NotEditable, RunResults, edit, gate,
    write,
};
use entra_conformance::implementation::Implementation;
use entra_conformance::report::Status;
use entra_conformance::runner::{BaselineDifference, Extras, Source, read_cases, run};
use entra_conformance::self_test::mutants::{self, Mutant};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;

fn today() -> Date {
    "2026-06-30".parse().expect("a day")
}

/// Few cases, and always the same.
fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_230_126),
        ..ProptestConfig::default()
    }
}

/// So many generated cases of each source.
const CASES: usize = 25;

const SOURCES: &[Source] = &[Source::Scenarios, Source::Sequences, Source::Relations];

fn some_mutant() -> impl Strategy<Value = &'static Mutant> {
    prop::sample::select(mutants::of_edition("2023-01").collect::<Vec<_>>())
}

/// A new baseline of an implementation, in this folder, with the run that it was written after.
fn written(implementation: &mut dyn Implementation, folder: &Path) -> (BaselineFile, RunResults) {
    let file = folder.join("baseline.yaml").to_string_lossy().into_owned();
    let empty = BaselineFile::empty(&file, "2023-01");
    let sources = selection(SOURCES, CASES);
    let seen = observed(implementation, sources, Vec::new(), &empty.examples_folder());
    let gate = gate(&empty, &seen, today());
    let (entries, unlistable) = gate.new_entries(&empty);
    assert_eq!(unlistable, Vec::<&_>::new());
    let description = implementation.describe();
    let declares = Declared::of(&description);
    let baseline = Baseline { declares, entries, ..empty.baseline };
    let text = write(&baseline, &description);
    let written = read(&file, &text);
    assert_eq!(written.baseline, baseline, "read back as it was meant");
    (written, seen)
}

/// How a run of the same cases ends by a baseline, with what it tells.
fn gated(implementation: &mut dyn Implementation, file: &BaselineFile) -> (Status, String) {
    let examples = read_cases(&file.examples()).expect("the examples are in order");
    let extras = Extras { by_reason: Some(file.known(today())), ..Extras::default() };
    let seen = seen(implementation, selection(SOURCES, CASES), examples, extras);
    let gate = gate(file, &seen, today());
    super::told(&seen, gate)
}

/// What an update makes of a baseline.
fn updated(implementation: &mut dyn Implementation, file: &BaselineFile) -> BaselineFile {
    let examples = read_cases(&file.examples()).expect("the examples are in order");
    let sources = selection(SOURCES, CASES);
    let seen = observed(implementation, sources, examples, &file.examples_folder());
    let gate = gate(file, &seen, today());
    let keep: Vec<bool> = gate.entries.iter().map(|state| *state != EntryState::Stale).collect();
    let (add, _) = gate.new_entries(file);
    let declares = Declared::of(&implementation.describe());
    read(&file.file, &edit(file, &keep, &add, &declares).expect("it can be put right"))
}

proptest! {
    #![proptest_config(settings(3))]

    #[test]
    fn what_was_written_passes_and_nothing_else_does(mutant in some_mutant()) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut faulty = mutant.implementation();
        let (file, _) = written(&mut *faulty, folder.path());
        let known = file.baseline.entries.iter().filter(|entry| entry.outcome.is_nonconformity());
        let known = known.count();
        prop_assert!(known > 0, "{} is caught", mutant.name);
        let (status, told) = gated(&mut *faulty, &file);
        prop_assert_eq!(status, Status::AsListed, "{}: {}", mutant.name, told);
        prop_assert!(told.contains("conformant but for "), "{}", told);
        // Put right, every nonconformity is told to be deleted.
        let (status, told) = gated(&mut entra_conformance::reference::ReferenceModel::default(), &file);
        prop_assert_eq!(status, Status::Nonconformant);
        prop_assert_eq!(told.matches("passes now: ").count(), known, "{}: {}", mutant.name, told);
    }

}

proptest! {
    // Each case is four runs with an example of every reason.
    #![proptest_config(settings(1))]

    #[test]
    fn an_update_puts_right_and_a_second_one_changes_nothing(
        before in some_mutant(),
        after in some_mutant(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, _) = written(&mut *before.implementation(), folder.path());
        let mut now = after.implementation();
        let once = updated(&mut *now, &file);
        let (status, told) = gated(&mut *now, &once);
        prop_assert_eq!(status, Status::AsListed, "{} to {}: {}", before.name, after.name, told);
        let twice = updated(&mut *now, &once);
        prop_assert_eq!(once.text, twice.text, "{} to {}", before.name, after.name);
    }
}

/// Reasons do not hang on the seed. Another one can show that a mistake breaks a further rule, but no
/// rule that is listed is broken in other words.
#[test]
fn another_seed_is_excused_by_the_same_baseline() {
    let name = "takeover-merges-addresses";
    let folder = tempfile::tempdir().expect("a folder");
    let mut faulty = mutants::find(name).expect("a mutant").implementation();
    let (file, _) = written(&mut *faulty, folder.path());
    let mut other = selection(&[Source::Scenarios, Source::Sequences], CASES);
    other.generation.seed = 7;
    let examples = read_cases(&file.examples()).expect("the examples are in order");
    let extras = Extras { by_reason: Some(file.known(today())), ..Extras::default() };
    let plan = planned(&*faulty, other.clone(), Vec::new());
    assert_eq!(plan.header.selection.generation.seed, 7);
    let seen = seen(&mut *faulty, other, examples, extras);
    let gate = gate(&file, &seen, today());
    let listed: BTreeSet<&String> =
        file.baseline.entries.iter().filter_map(|entry| entry.rule.as_ref()).collect();
    assert!(!gate.comparison.known.is_empty(), "{name}");
    for difference in &gate.comparison.differences {
        let is_not_listed = matches!(difference, BaselineDifference::NotListed(_));
        assert!(is_not_listed, "{name}: {difference:?}");
    }
    for found in &gate.unlisted {
        let rule = found.observed.rule.as_ref().expect("a rule");
        assert!(!listed.contains(rule), "{name}: {found:?}");
    }
}

/// Everything that people read may be worded anew: a baseline rests on codes alone.
#[test]
fn other_words_change_no_baseline() {
    let mut faulty = mutants::find("takeover-merges-addresses").expect("a mutant").implementation();
    let plan = planned(&*faulty, selection(SOURCES, 150), Vec::new());
    let extras = Extras { by_reason: Some(BTreeSet::new()), ..Extras::default() };
    let (mut results, mut reworded) = (RunResults::default(), RunResults::default());
    run(&plan, &mut *faulty, extras, &AtomicBool::new(false), &mut |event| {
        results.take(&event);
        let mut event = serde_json::to_value(&event).expect("an event is written");
        reword(&mut event);
        reworded.take(&serde_json::from_value(event).expect("and read"));
    });
    let empty = BaselineFile::empty("baseline.yaml", "2023-01");
    let (entries, _) = gate(&empty, &results, today()).new_entries(&empty);
    assert!(entries.iter().any(|entry| entry.outcome.is_nonconformity()));
    assert_eq!(gate(&empty, &reworded, today()).new_entries(&empty).0, entries);
    for entry in entries {
        let code = entry.reason.to_string();
        assert_eq!(code.parse(), Ok(entry.reason), "{code}");
        assert!(!code.contains(' '), "{code} is no sentence");
    }
}

/// Replaces all prose of an event: names of objects, messages, excerpts.
fn reword(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                if value.is_string() && ["object", "message", "excerpt"].contains(&name.as_str()) {
                    *value = "in other words".into();
                } else {
                    reword(value);
                }
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(reword),
        _ => {}
    }
}

fn entry(scenario: usize, remarks: bool) -> Entry {
    let scenarios = entra_conformance::cases::scenario::embedded();
    Entry {
        scenario: Some(scenarios[scenario].id.to_owned()),
        example: None,
        rule: Some("takeover.addresses-replaced".to_owned()),
        outcome: entra_conformance::runner::Outcome::Violated,
        reason: "proxyAddresses/valuesAdded/sync".parse().expect("a reason"),
        issue: remarks.then(|| "SYNC-17: merge".to_owned()),
        expires: remarks.then(|| "2027-03-31".parse().expect("a day")),
        note: remarks.then(|| "- # not: a comment".to_owned()),
    }
}

proptest! {
    #![proptest_config(settings(200))]

    /// Whatever goes and comes, what stays keeps its lines: its own, its comment's, and every
    /// heading.
    #[test]
    fn what_stays_keeps_its_lines(
        entries in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()), 0..8),
        added in 0..3_usize,
        more_below in any::<bool>(),
        windows in any::<bool>(),
    ) {
        let mut text = "# Ours.\nformat: 1\nedition: \"2023-01\"\n# What it can.\ndeclares:\n  capabilities: [users]\n\n".to_owned();
        text.push_str(if entries.is_empty() { "entries: [] # none\n" } else { "entries: # all\n" });
        let mut kept = Vec::new();
        for (at, (keep, comment, heading, remarks)) in entries.iter().enumerate() {
            if *heading {
                text.push_str(&format!("\n  # Heading {at}\n\n"));
                kept.push(format!("# Heading {at}"));
            }
            let mut lines = Vec::new();
            if *comment {
                text.push_str(&format!("  # Comment {at}\n"));
                lines.push(format!("# Comment {at}"));
            }
            let one = entry(at, *remarks);
            lines.push(format!("scenario: {}", one.scenario.as_deref().unwrap_or_default()));
            let first = lines.last().map(String::as_str).unwrap_or_default();
            text.push_str(&format!("  - {first}  # here\n"));
            text.push_str("    rule: takeover.addresses-replaced\n    outcome: violated\n    # why\n");
            text.push_str("    reason: 'proxyAddresses/valuesAdded/sync'\n");
            if *remarks {
                text.push_str("    issue: 'SYNC-17: merge'\n    expires: 2027-03-31\n");
                text.push_str("    note: |-\n      - # not: a comment\n    # the last\n");
                lines.push("    # the last".to_owned());
            }
            if *keep {
                kept.extend(lines);
            }
        }
        if more_below {
            text.push_str("\n# The end.\n");
            kept.push("# The end.".to_owned());
        }
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let file = read("baseline.yaml", &text);
        let keep: Vec<bool> = entries.iter().map(|(keep, ..)| *keep).collect();
        let add: Vec<Entry> = (0..added).map(|at| entry(20 + at, false)).collect();
        let now = edit(&file, &keep, &add, &file.baseline.declares).expect("it can be edited");
        let mut rest = &now[..];
        for line in &kept {
            prop_assert!(rest.contains(&**line), "{} is lost or out of order:\n{}", line, now);
            // Headings and comments stand before their entries, and entries keep their order.
            rest = &rest[rest.find(&**line).unwrap_or_default()..];
        }
        for (at, (keep, comment, ..)) in entries.iter().enumerate() {
            prop_assert_eq!(now.contains(&format!("# Comment {at}")), *keep && *comment);
        }
        prop_assert!(now.contains("# Ours.") && now.contains("# What it can."));
        prop_assert_eq!(now.lines().count() > now.matches("\r\n").count(), !windows);
        let again = read("baseline.yaml", &now);
        prop_assert_eq!(again.baseline.entries.len(), keep.iter().filter(|keep| **keep).count() + added);
        let all = vec![true; again.baseline.entries.len()];
        prop_assert_eq!(edit(&again, &all, &[], &again.baseline.declares).expect("nothing to do"), now);
    }
}

#[test]
fn a_file_that_cannot_be_edited_line_by_line_is_left_alone() {
    let text = "format: 1\nedition: '2023-01'\ndeclares: {capabilities: [users]}\nentries: [{rule: admin.never-soft-matched, outcome: not-applicable, reason: missing/roles}, {rule: soa.no-split, outcome: not-applicable, reason: missing/roles}]\n";
    let file = read("baseline.yaml", text);
    let edited = edit(&file, &[true, false], &[], &file.baseline.declares);
    assert_eq!(edited, Err(NotEditable));
}
