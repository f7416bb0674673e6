//! Every cell: what a case does today × what the baseline says of it.

use super::{read, seen, selection};
use entra_conformance::baseline::{
    Baseline, BaselineFile, Date, Declared, Entry, RunResults, gate, write,
};
use entra_conformance::directory::{
    Capabilities, Capability, Command, Snapshot, StepObservation, Tenant,
};
use entra_conformance::implementation::{Description, Failure, FailureKind, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::Status;
use entra_conformance::runner::{Extras, Outcome, Selection};
use entra_conformance::self_test::mutants;
use rstest::rstest;

const SCENARIO: &str = "takeover/primary-and-secondary-change-places";
const RULE: &str = "takeover.addresses-replaced";
const REASON: &str = "proxyAddresses/valuesAdded/sync";

/// What the implementation does today.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Today {
    Passes,
    SameReason,
    OtherReason,
    Crashes,
    NotApplicable,
    NotSelected,
}

/// What the baseline says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Nothing,
    Listed(Outcome),
    Expired(Outcome),
}

const VIOLATED: Says = Says::Listed(Outcome::Violated);
const PANICKED: Outcome = Outcome::Aborted(FailureKind::Panicked);

/// An implementation that aborts in every cycle.
struct Fragile(ReferenceModel);

impl Implementation for Fragile {
    fn describe(&self) -> Description {
        self.0.describe()
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.0.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        assert!(!matches!(command, Command::Sync(_)), "not written yet");
        self.0.apply(command)
    }
}

/// An implementation that cannot match by address.
struct Small(ReferenceModel);

impl Implementation for Small {
    fn describe(&self) -> Description {
        let mut description = self.0.describe();
        let all = Capabilities::all_of_2023();
        description.capabilities = all
            .0
            .into_iter()
            .filter(|capability| *capability != Capability::MatchProxyAddresses)
            .collect();
        description
    }

    fn reset(&mut self, tenant: &Tenant) -> Result<Snapshot, Failure> {
        self.0.reset(tenant)
    }

    fn apply(&mut self, command: &Command) -> Result<StepObservation, Failure> {
        self.0.apply(command)
    }
}

fn run(today: Today) -> RunResults {
    let mutant = |name: &str| -> Box<dyn Implementation> {
        mutants::find(name).expect("a mutant").implementation()
    };
    let mut implementation: Box<dyn Implementation> = match today {
        Today::Passes | Today::NotSelected => Box::new(ReferenceModel::default()),
        Today::SameReason => mutant("takeover-merges-addresses"),
        Today::OtherReason => mutant("takeover-replaces-the-primary-address-only"),
        Today::Crashes => Box::new(Fragile(ReferenceModel::default())),
        Today::NotApplicable => Box::new(Small(ReferenceModel::default())),
    };
    let scenario = if today == Today::NotSelected { "admin/workaround" } else { SCENARIO };
    let selection = Selection {
        scenario_patterns: vec![scenario.to_owned()],
        scenarios: [scenario.to_owned()].into(),
        ..selection(&[], 0)
    };
    let extras = Extras { by_reason: Some(Default::default()), ..Extras::default() };
    seen(&mut *implementation, selection, Vec::new(), extras)
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A baseline that says this of the scenario, and of everything else what is so.
fn baseline(says: Says, seen: &RunResults) -> BaselineFile {
    let empty = BaselineFile::empty("baseline.yaml", "2023-01");
    let (all, _) = gate(&empty, seen, day("2026-06-30")).new_entries(&empty);
    let mut entries: Vec<Entry> =
        all.into_iter().filter(|entry| entry.scenario.as_deref() != Some(SCENARIO)).collect();
    let (outcome, expires) = match says {
        Says::Nothing => (None, None),
        Says::Listed(outcome) => (Some(outcome), Some(day("2026-06-30"))),
        Says::Expired(outcome) => (Some(outcome), Some(day("2026-06-29"))),
    };
    if let Some(outcome) = outcome {
        entries.push(Entry {
            scenario: Some(SCENARIO.to_owned()),
            example: None,
            rule: (outcome == Outcome::Violated).then(|| RULE.to_owned()),
            outcome,
            reason: match outcome {
                Outcome::Violated => REASON,
                Outcome::NotApplicable => "missing/match:proxyAddresses",
                _ => "sync",
            }
            .parse()
            .expect("a reason"),
            issue: Some("SYNC-17".to_owned()),
            expires,
            note: None,
        });
    }
    let description = &seen.summary().header().expect("a run").description;
    let baseline = Baseline { declares: Declared::of(description), entries, ..empty.baseline };
    read("baseline.yaml", &write(&baseline, description))
}

/// The exit code's meaning, and what the user reads.
fn told(today: Today, says: Says) -> (Status, String) {
    let seen = run(today);
    let file = baseline(says, &seen);
    let gate = gate(&file, &seen, day("2026-06-30"));
    super::told(&seen, gate)
}

const EXPIRED: Says = Says::Expired(Outcome::Violated);

#[rstest]
#[case(
    Today::Passes,
    Says::Nothing,
    Status::Conformant,
    "conformant with edition 2023-01; the baseline baseline.yaml lists no nonconformity"
)]
#[case(Today::Passes, VIOLATED, Status::Nonconformant, "passes now")]
#[case(Today::Passes, EXPIRED, Status::Nonconformant, "passes now")]
#[case(Today::SameReason, Says::Nothing, Status::Nonconformant, "not listed")]
#[case(
    Today::SameReason,
    VIOLATED,
    Status::AsListed,
    "conformant but for 1 known nonconformity (baseline baseline.yaml)"
)]
#[case(Today::SameReason, EXPIRED, Status::Nonconformant, "expired on 2026-06-29")]
#[case(Today::OtherReason, Says::Nothing, Status::Nonconformant, "not listed")]
#[case(Today::OtherReason, VIOLATED, Status::Nonconformant, "fails for another reason")]
#[case(Today::OtherReason, EXPIRED, Status::Nonconformant, "fails for another reason")]
#[case(Today::Crashes, Says::Nothing, Status::Nonconformant, "not listed")]
#[case(Today::Crashes, VIOLATED, Status::Nonconformant, "fails for another reason")]
#[case(Today::Crashes, EXPIRED, Status::Nonconformant, "fails for another reason")]
#[case(
    Today::NotApplicable,
    Says::Nothing,
    Status::Nonconformant,
    "not judged, and not listed as such"
)]
#[case(Today::NotApplicable, VIOLATED, Status::Nonconformant, "not judged")]
#[case(Today::NotApplicable, EXPIRED, Status::Nonconformant, "not judged")]
#[case(
    Today::NotSelected,
    Says::Nothing,
    Status::Conformant,
    "conformant with edition 2023-01; the baseline"
)]
#[case(
    Today::NotSelected,
    VIOLATED,
    Status::Conformant,
    "nothing that was selected is violated; the baseline baseline.yaml lists 1 nonconformity elsewhere"
)]
#[case(Today::NotSelected, EXPIRED, Status::Conformant, "nothing that was selected is violated")]
fn every_cell_has_its_exit_code_and_its_sentence(
    #[case] today: Today,
    #[case] says: Says,
    #[case] status: Status,
    #[case] sentence: &str,
) {
    let (ended, told) = told(today, says);
    assert_eq!(ended, status, "{told}");
    assert!(told.contains(sentence), "{told}");
}

/// All sentences, also for entries that list something else than a violation.
#[test]
fn the_sentences_of_every_cell() {
    let mut page = String::new();
    let entries = [
        Says::Nothing,
        VIOLATED,
        EXPIRED,
        Says::Listed(PANICKED),
        Says::Expired(PANICKED),
        Says::Listed(Outcome::Aborted(FailureKind::TimedOut)),
        Says::Listed(Outcome::NotApplicable),
        Says::Expired(Outcome::NotApplicable),
    ];
    let days = [
        Today::Passes,
        Today::SameReason,
        Today::OtherReason,
        Today::Crashes,
        Today::NotApplicable,
        Today::NotSelected,
    ];
    for today in days {
        for says in entries {
            let (status, told) = told(today, says);
            let excused = matches!(
                (today, says),
                (Today::Passes, Says::Nothing)
                    | (Today::SameReason, VIOLATED)
                    | (Today::Crashes, Says::Listed(PANICKED))
                    | (Today::NotApplicable, Says::Listed(Outcome::NotApplicable))
                    | (Today::NotSelected, _)
            );
            // Of a run in which nothing could be judged, no baseline says that it is well.
            let nothing_judged = matches!(today, Today::Crashes | Today::NotApplicable);
            let is_known = today == Today::SameReason;
            let expected = match (excused, nothing_judged) {
                (true, false) if is_known => Status::AsListed,
                (true, false) => Status::Conformant,
                (true, true) => Status::Incomplete,
                (false, _) => Status::Nonconformant,
            };
            assert_eq!(status, expected, "{today:?}, {says:?}: {told}");
            page.push_str(&format!("{today:?}, {says:?}: {status:?}\n"));
            for line in told.lines() {
                page.push_str(&format!("    {line}\n"));
            }
        }
    }
    super::people::assert_snapshot("baseline-cells", &page);
}
