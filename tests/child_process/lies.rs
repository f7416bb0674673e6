//! A lie about the state or about what was done ends as a violation of the rule that it breaks,
//! told from what was shown alone. The cases around it are judged as if nothing had been.

use crate::liar::lies;
use crate::{Tests, options, start};
use entra_conformance::cases::scenario::from_yaml;
use entra_conformance::implementation::{FailureKind, Implementation};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::runner::{
    CaseVerdict, Event, Extras, Host, Plan, PlannedCase, Selection, Source, plan, run,
};
use libtest_mimic::Trial;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

/// A little of everything: a takeover, a new object, an administrator that is not matched, edits
/// that are refused, carried out and aimed at nothing, an update, an idle cycle.
const STORY: &str = "
title: A little of everything
rules: [match.every-new-object]
given:
  cloud:
    - label: ann
      kind: user
      userPrincipalName: ann@contoso.com
      proxyAddresses: ['smtp:a.n@contoso.com']
      attributes: {displayName: Ann, department: Sales}
      password: cloud-1
    - {label: eve, kind: user, userPrincipalName: eve@contoso.com, proxyAddresses: ['smtp:e@contoso.com']}
    - {label: carl, kind: user, userPrincipalName: carl@contoso.com, roles: [Global Reader]}
    - {label: staff, kind: group, attributes: {displayName: Staff}}
    - {label: team, kind: group, mailEnabled: true, proxyAddresses: ['SMTP:team@contoso.com']}
    - {label: frank, kind: contact, attributes: {displayName: Frank}}
  onPremises:
    - key: ann-ad
      kind: user
      sourceAnchor: QUFB
      userPrincipalName: ann@contoso.com
      proxyAddresses: ['SMTP:ann@contoso.com']
      attributes: {displayName: Ann of AD}
      password: ad-1
    - {key: carl-ad, kind: user, sourceAnchor: Q0ND, userPrincipalName: carl@contoso.com}
    - {key: dora-ad, kind: user, sourceAnchor: RERE, userPrincipalName: dora@contoso.com}
steps:
  - do: sync
  - {do: assignRole, object: {label: eve}, role: Reports Reader}
  - {do: updateCloudObject, object: {label: ann}, set: {attributes: {department: Legal}}}
  - {do: updateCloudObject, object: {label: eve}, set: {attributes: {department: Legal}}}
  - {do: assignRole, object: {joinedTo: carl-ad}, role: Reports Reader}
  - {do: updateOnPremisesObject, key: ann-ad, set: {attributes: {displayName: Ann N.}}}
  - do: sync
  - do: sync
";

/// Each lie, the first step of the story at which it shows (0 is the start), and exactly the rules
/// that are broken there: first the one that the lie is about, then what follows from it.
const BROKEN: &[(&str, usize, &[&str])] = &[
    (
        "stale",
        1,
        &[
            "safe.report-agrees",
            "match.every-new-object",
            "match.no-holder-provisions",
            "match.soft-on-upn",
            "sync.errors-stay-local",
        ],
    ),
    (
        "stale-after-syncs",
        1,
        &[
            "safe.report-agrees",
            "match.every-new-object",
            "match.no-holder-provisions",
            "match.soft-on-upn",
            "sync.errors-stay-local",
        ],
    ),
    ("left-over", 0, &["safe.command-takes-effect"]),
    (
        "id-of-each-step",
        1,
        &[
            "safe.only-the-named-change",
            "admin.never-soft-matched",
            "admin.untouched",
            "match.collision-creates-nothing-else",
            "safe.report-agrees",
            "soa.cloud-mastered-untouched",
            "takeover.same-object",
        ],
    ),
    (
        "id-at-takeover",
        1,
        &["takeover.same-object", "safe.only-the-named-change", "safe.report-agrees"],
    ),
    (
        "ids-swapped",
        1,
        &[
            "safe.only-the-named-change",
            "safe.own-values-only",
            "safe.report-agrees",
            "soa.cloud-mastered-untouched",
            "takeover.addresses-replaced",
            "takeover.anchor-stamped",
            "takeover.authority-flips",
            "takeover.password-overwritten",
            "takeover.values-overwritten",
        ],
    ),
    (
        "twice-under-another-id",
        1,
        &["safe.unique-identifiers", "match.every-new-object", "match.one-to-one"],
    ),
    ("group-twice-under-another-id", 1, &["safe.only-the-named-change"]),
    ("twice-at-the-start", 0, &["safe.command-takes-effect"]),
    ("object-hidden", 1, &["soa.cloud-mastered-untouched", "safe.only-the-named-change"]),
    ("object-hidden-at-the-start", 0, &["safe.command-takes-effect"]),
    ("object-hidden-once", 2, &["safe.only-the-named-change"]),
    (
        "new-objects-late",
        1,
        &["match.no-holder-provisions", "safe.report-agrees", "sync.errors-stay-local"],
    ),
    ("on-premises-hidden", 1, &["sync.on-premises-never-written", "soa.one-authority"]),
    ("on-premises-password-changed", 1, &["sync.on-premises-never-written"]),
    ("password-hidden", 1, &["takeover.password-overwritten"]),
    ("password-of-the-cloud-kept", 1, &["takeover.password-overwritten"]),
    (
        "roles-hidden",
        1,
        &[
            "admin.untouched",
            "admin.never-soft-matched",
            "match.collision-creates-nothing-else",
            "safe.only-the-named-change",
            "soa.cloud-mastered-untouched",
        ],
    ),
    ("roles-late", 2, &["safe.command-takes-effect", "admin.roles-may-return"]),
    (
        "secondary-addresses-hidden",
        1,
        &["soa.cloud-mastered-untouched", "safe.only-the-named-change"],
    ),
    ("secondary-addresses-kept", 1, &["takeover.addresses-replaced"]),
    (
        "attribute-hidden",
        1,
        &[
            "takeover.values-overwritten",
            "safe.only-the-named-change",
            "soa.cloud-mastered-untouched",
        ],
    ),
    (
        "anchor-hidden",
        1,
        &[
            "takeover.anchor-stamped",
            "match.no-holder-provisions",
            "safe.only-the-named-change",
            "safe.report-agrees",
            "soa.one-authority",
            "sync.errors-stay-local",
        ],
    ),
    (
        "flag-hidden",
        1,
        &[
            "takeover.authority-flips",
            "match.no-holder-provisions",
            "safe.only-the-named-change",
            "safe.report-agrees",
            "sync.errors-stay-local",
        ],
    ),
    (
        "edits-shown-where-refused",
        3,
        &["safe.command-takes-effect", "safe.only-the-named-change", "soa.no-split"],
    ),
    ("copy-flag-for-nothing", 1, &["takeover.same-object", "safe.report-agrees"]),
    (
        "flag-for-nothing",
        1,
        &["soa.one-authority", "safe.only-the-named-change", "soa.cloud-mastered-untouched"],
    ),
    ("bin-for-nothing", 1, &["soa.cloud-mastered-untouched", "safe.only-the-named-change"]),
    ("twice-in-the-bin", 1, &["match.every-new-object"]),
    ("other-kind", 1, &["soa.cloud-mastered-untouched", "safe.only-the-named-change"]),
    ("mail-enabled-hidden", 1, &["soa.cloud-mastered-untouched", "safe.only-the-named-change"]),
    (
        "primary-as-secondary",
        1,
        &[
            "takeover.addresses-replaced",
            "safe.only-the-named-change",
            "soa.cloud-mastered-untouched",
        ],
    ),
    ("refused-for-ok", 2, &["safe.command-takes-effect", "admin.roles-may-return"]),
    ("not-found-for-ok", 2, &["safe.command-takes-effect", "admin.roles-may-return"]),
    ("ok-for-refused", 3, &["safe.command-takes-effect", "soa.no-split"]),
    ("ok-for-not-found", 5, &["safe.command-takes-effect"]),
    ("refused-cycle", 1, &["safe.command-takes-effect"]),
    ("error-for-match", 1, &["safe.report-agrees"]),
    ("error-for-new", 1, &["safe.report-agrees"]),
    ("error-for-idle", 7, &["safe.report-agrees"]),
    ("match-for-error", 1, &["safe.report-agrees"]),
    ("unchanged-for-error", 1, &["safe.report-agrees"]),
    ("unchanged-for-update", 7, &["safe.report-agrees"]),
    ("update-for-match", 1, &["safe.report-agrees"]),
    ("new-for-match", 1, &["safe.report-agrees"]),
    ("match-for-new", 1, &["safe.report-agrees"]),
    ("hard-for-soft", 1, &["safe.report-agrees"]),
    ("other-attribute", 1, &["safe.report-agrees"]),
    ("no-attribute", 1, &["safe.report-agrees"]),
    ("no-entry", 1, &["safe.report-agrees"]),
    ("entry-for-nobody", 1, &["safe.report-agrees"]),
    ("removed", 7, &["safe.report-agrees"]),
    ("copy-for-error", 1, &["safe.report-agrees"]),
    ("by-the-client", 1, &["recovery.soft-match-is-the-services"]),
];

/// What is said of the same object twice has no meaning at all.
const NO_STATE: &str = "twice";

/// So many times the story is told; the adapter lies in one of them.
const CASES: usize = 5;
const LYING: usize = 2;

/// The ways to talk: with whole cases, with what changed in them, or step by step.
const WAYS: &[&[&str]] = &[&[], &["changes"], &["no-batch"]];

pub(crate) fn tests() -> Tests {
    let mut tests = crate::tests![
        every_lie_is_in_the_table,
        what_is_listed_twice_is_no_state,
        the_honest_are_told_alike_however_they_talk,
        the_program_tells_of_lies_and_of_none_that_is_not,
    ];
    for &(lie, step, rules) in BROKEN {
        let name = |what: &str| format!("{}::{what}::{lie}", module_path!());
        tests.push(Trial::test(name("the_story_tells_of_a_lie"), move || {
            the_story_tells_of_a_lie(lie, step, rules);
            Ok(())
        }));
        tests.push(Trial::test(name("scenarios_tell_of_a_lie_now_and_then"), move || {
            scenarios_tell_of_a_lie_now_and_then(lie, rules[0]);
            Ok(())
        }));
    }
    tests
}

/// What a run says of a case: how it ended, how often rules held, and those that were
/// broken, each with the step.
#[derive(Debug, PartialEq)]
struct Told {
    case: String,
    verdict: CaseVerdict,
    held: BTreeMap<String, u64>,
    broken: BTreeSet<(usize, String)>,
}

impl Told {
    fn is_without_fault(&self) -> bool {
        self.verdict == CaseVerdict::Judged && self.broken.is_empty()
    }
}

fn story() -> Plan {
    let scenario = from_yaml("story", STORY).unwrap_or_else(|errors| panic!("{}", errors[0]));
    let cases = (0..CASES)
        .map(|number| PlannedCase::of_file(&format!("story {number}"), &scenario))
        .collect();
    let selection = Selection { sources: [Source::Saved].into(), ..Selection::default() };
    planned(selection, cases)
}

/// The suite's scenarios, and what is told of whoever does right and says so.
static SCENARIOS: LazyLock<(Plan, Vec<Told>)> = LazyLock::new(|| {
    let plan = planned(Selection::scenarios_only(), Vec::new());
    let right = judged(&plan, &mut ReferenceModel::default());
    (plan, right)
});

fn planned(selection: Selection, saved: Vec<PlannedCase>) -> Plan {
    let description = ReferenceModel::default().describe();
    plan("2023-01", &description, Host::InProcess, selection, saved)
}

fn judged(plan: &Plan, implementation: &mut dyn Implementation) -> Vec<Told> {
    let mut told = Vec::new();
    run(plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        if let Event::CaseFinished { case, verdict, held, failures, .. } = event {
            let broken = failures.into_iter().map(|failure| (failure.step, failure.rule)).collect();
            told.push(Told { case, verdict, held, broken });
        }
    });
    assert_eq!(told.len(), plan.cases.len());
    told
}

/// What is told of an adapter with these arguments.
fn judged_behind_a_pipe(plan: &Plan, arguments: &[&str]) -> Vec<Told> {
    let mut options = options(arguments);
    options.maximum_line_bytes = 10_000_000;
    judged(plan, &mut start(options))
}

fn the_story_tells_of_a_lie(lie: &str, step: usize, rules: &[&str]) {
    let plan = story();
    let right = judged(&plan, &mut ReferenceModel::default());
    for way in WAYS {
        let (in_case, lie) = (format!("in-case={LYING}"), format!("lie={lie}"));
        let told = judged_behind_a_pipe(&plan, &[&[&*in_case, &*lie], *way].concat());
        for (number, (told, right)) in told.iter().zip(&right).enumerate() {
            if number != LYING {
                assert!(right.is_without_fault());
                assert_eq!(told, right, "{lie} {way:?}");
                continue;
            }
            assert_eq!(told.verdict, CaseVerdict::Judged, "{lie}");
            let first = told.broken.first().map(|(step, _)| *step);
            assert_eq!(first, Some(step), "{lie}: {:?}", told.broken);
            let broken = told.broken.iter().filter(|(at, _)| *at == step);
            let broken: BTreeSet<&str> = broken.map(|(_, rule)| &**rule).collect();
            assert_eq!(broken, rules.iter().copied().collect(), "{lie} {way:?}");
        }
    }
}

/// A lie in every second run: whoever is not lied about is judged as if nothing had been, and the
/// rule that the lie is about is told in some scenario.
fn scenarios_tell_of_a_lie_now_and_then(lie: &str, rule: &str) {
    const EVERY: usize = 2;
    let (plan, right) = &*SCENARIOS;
    let (in_every, lie) = (format!("in-every={EVERY}"), format!("lie={lie}"));
    let told = judged_behind_a_pipe(plan, &[&in_every, &lie]);
    let mut runs = 0;
    let (mut lied, mut broken) = (0, BTreeSet::new());
    for (case, (told, right)) in plan.cases.iter().zip(told.into_iter().zip(right)) {
        assert!(right.broken.is_empty(), "{right:?}");
        if matches!(right.verdict, CaseVerdict::NotApplicable { .. }) {
            assert_eq!(told, *right, "{lie}");
            continue;
        }
        let trial = &case.trial;
        let varied = trial.relations.iter().filter_map(|relation| relation.varied(&trial.case));
        let own = runs..runs + 1 + varied.count();
        runs = own.end;
        if own.clone().any(|run| (run + 1).is_multiple_of(EVERY)) {
            lied += 1;
            broken.extend(told.broken.into_iter().map(|(_, rule)| rule));
        } else {
            assert_eq!(told, *right, "{lie}");
        }
    }
    assert!(lied > 0 && broken.contains(rule), "{lie} breaks {rule}: {broken:?}");
}

fn every_lie_is_in_the_table() {
    let table: BTreeSet<&str> = BROKEN.iter().map(|(lie, ..)| *lie).chain([NO_STATE]).collect();
    assert_eq!(table, lies().collect());
    assert_eq!(table.len(), BROKEN.len() + 1);
}

fn what_is_listed_twice_is_no_state() {
    let plan = story();
    let right = judged(&plan, &mut ReferenceModel::default());
    let (in_case, lie) = (format!("in-case={LYING}"), format!("lie={NO_STATE}"));
    for way in WAYS {
        let told = judged_behind_a_pipe(&plan, &[&[&*in_case, &*lie], *way].concat());
        for (number, (told, right)) in told.iter().zip(&right).enumerate() {
            if number != LYING {
                assert_eq!(told, right, "{way:?}");
                continue;
            }
            let CaseVerdict::Aborted { failure, .. } = &told.verdict else {
                panic!("{way:?}: {told:?}");
            };
            assert_eq!(failure.kind, FailureKind::SchemaViolation);
            assert!(failure.message.contains("stands twice in one snapshot"), "{failure}");
            assert!(told.broken.is_empty());
        }
    }
}

fn the_honest_are_told_alike_however_they_talk() {
    let (plan, right) = &*SCENARIOS;
    assert!(right.iter().all(|told| told.broken.is_empty()));
    assert!(right.iter().filter(|told| told.is_without_fault()).count() > 150);
    let ways: &[&[&str]] = &[
        &[],
        &["lazy"],
        &["changes", "always=in-pieces"],
        &["always=slow=2"],
        &["no-batch", "always=windows-line-end"],
        &["no-batch", "lazy"],
    ];
    for way in ways {
        assert_eq!(&judged_behind_a_pipe(plan, &[&["honest"], *way].concat()), right, "{way:?}");
    }
}

/// The program from end to end.
#[cfg(feature = "cli")]
fn the_program_tells_of_lies_and_of_none_that_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = |sources: &[&str], adapter: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_entra-conformance"))
            .current_dir(folder.path())
            .args(["run", "--quiet", "--only"])
            .args(sources)
            .arg("--")
            .arg(std::env::current_exe().expect("this program"))
            .arg("adapter")
            .args(adapter)
            .output()
            .expect("the program runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), told)
    };
    let (code, told) = report(&["scenarios"], &["honest", "always=slow=1"]);
    assert_eq!(code, Some(0), "{told}");
    let (code, told) = report(&["sequences", "--cases", "2000"], &["honest", "lazy"]);
    assert_eq!(code, Some(0), "{told}");
    for (sources, lie, rule) in [
        (&["scenarios"][..], "stale", "safe.command-takes-effect"),
        (&["scenarios"], "id-at-takeover", "takeover.same-object"),
        (&["scenarios"], "unchanged-for-error", "safe.report-agrees"),
        (&["sequences", "--cases", "300"], "roles-late", "safe.command-takes-effect"),
    ] {
        let (code, told) = report(sources, &["in-every=5", &format!("lie={lie}")]);
        assert_eq!(code, Some(1), "{lie}: {told}");
        assert!(told.contains(rule), "{lie}: {told}");
    }
}

#[cfg(not(feature = "cli"))]
fn the_program_tells_of_lies_and_of_none_that_is_not() {}
