//! However a run is shared out, among shards or among several of the implementation at once, it
//! comes to the same.

use entra_conformance::implementation::Implementation;
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::{Status, Summary, terminal};
use entra_conformance::runner::{
    Difference, Event, Extras, Generation, Host, MergeProblem, Part, Profile, Selection, Shard,
    Source, merge, plan, run,
};
use entra_conformance::self_test::mutants;
use rstest::rstest;
use std::sync::atomic::AtomicBool;

type Boxed = Box<dyn Implementation + Send>;

/// The reference model, or a mutant.
fn implementation(name: &str) -> Boxed {
    match mutants::find(name) {
        Some(mutant) => mutant.implementation(),
        None => Box::new(ReferenceModel::default()),
    }
}

fn selection() -> Selection {
    Selection {
        generation: Generation { cases: 700, ..Generation::default() },
        rule_patterns: vec!["takeover.*".to_owned(), "relation.idle-syncs".to_owned()],
        rules: [
            "takeover.addresses-replaced",
            "takeover.same-object",
            "takeover.values-overwritten",
            "relation.idle-syncs",
        ]
        .map(str::to_owned)
        .into(),
        sources: [Source::Scenarios, Source::Sequences, Source::Relations].into(),
        ..Selection::default()
    }
}

/// Everything that a run tells, without its durations.
fn events(name: &str, shard: Option<Shard>, selection: Selection, helpers: usize) -> Vec<Event> {
    let mut implementation = implementation(name);
    let mut plan =
        plan("2023-01", &implementation.describe(), Host::InProcess, selection, Vec::new());
    if let Some(shard) = shard {
        plan = plan.part(shard);
    }
    let mut helpers: Vec<Boxed> = (0..helpers).map(|_| self::implementation(name)).collect();
    let extras = Extras { helpers: &mut helpers, ..Extras::default() };
    let mut events = Vec::new();
    run(&plan, &mut *implementation, extras, &AtomicBool::new(false), &mut |event| {
        events.push(untimed(event));
    });
    events
}

fn untimed(event: Event) -> Event {
    match event {
        Event::RunFinished { .. } => Event::RunFinished { milliseconds: 0 },
        Event::SourceFinished { source, rules, broken, mut result } => {
            result.milliseconds = Some(0);
            Event::SourceFinished { source, rules, broken, result }
        }
        Event::Durations { source, .. } => {
            Event::Durations { source, microseconds: 0, rules: Default::default() }
        }
        event => event,
    }
}

fn parts(name: &str, of: usize, selection: &Selection) -> Vec<Part> {
    (1..=of)
        .map(|number| {
            let shard: Shard = format!("{number}/{of}").parse().expect("a shard");
            let events = events(name, Some(shard), selection.clone(), 0);
            Part { name: format!("{number}.jsonl"), events }
        })
        .collect()
}

fn report(events: &[Event]) -> (Status, String) {
    let mut summary = Summary::default();
    events.iter().for_each(|event| summary.take(event));
    (summary.status(), terminal::render(&summary, 100, false))
}

#[rstest]
fn merged_shards_give_the_report_of_the_whole(
    #[values("reference model", "takeover-merges-addresses", "takeover-forgets-one-attribute")]
    name: &str,
    #[values(1, 2, 3, 7)] of: usize,
) {
    let whole = report(&events(name, None, selection(), 0));
    let mut parts = parts(name, of, &selection());
    // In whatever order they are given.
    parts.reverse();
    let merged = merge(&parts).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(report(&merged), whole);
}

/// The grid is large: a part of it, once, is enough.
#[test]
fn merged_shards_of_the_grid_give_the_report_of_the_whole() {
    let generation = Generation::of(Profile::Quick);
    let grid = || Selection { sources: [Source::Grid].into(), generation, ..selection() };
    let whole = events("takeover-merges-addresses", None, grid(), 1);
    let merged = merge(&parts("takeover-merges-addresses", 3, &grid()));
    assert_eq!(report(&merged.expect("a whole")), report(&whole));
}

/// A part has no verdict of its own but that it found nothing.
#[test]
fn a_part_is_told_as_a_part() {
    let parts = parts("reference model", 3, &selection());
    let (status, text) = report(&parts[1].events);
    assert_eq!(status, Status::PartHeld);
    assert!(text.contains("shard 2/3: no rule was violated; `merge` gives the verdict"), "{text}");
}

#[rstest]
#[case::missing(|parts: &mut Vec<Part>| { parts.remove(1); }, &[MergeProblem::MissingShard(shard("2/3"))])]
#[case::doubled(
    |parts: &mut Vec<Part>| { let mut twice = parts[0].clone(); twice.name = "copy.jsonl".to_owned(); parts.push(twice); },
    &[MergeProblem::DoubledShard(shard("1/3"), vec!["1.jsonl".to_owned(), "copy.jsonl".to_owned()])]
)]
#[case::none(|parts: &mut Vec<Part>| parts.clear(), &[MergeProblem::NothingToMerge])]
#[case::stopped(|parts: &mut Vec<Part>| { parts[2].events.pop(); }, &[MergeProblem::StoppedEarly("3.jsonl".to_owned())])]
#[case::empty(|parts: &mut Vec<Part>| parts[2].events.clear(), &[MergeProblem::NoStart("3.jsonl".to_owned())])]
#[case::seed(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.selection.generation.seed += 1),
    &[another(Difference::Seed)]
)]
#[case::selection(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.selection.generation.cases += 1),
    &[another(Difference::Selection)]
)]
#[case::edition(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.edition = "2027-01".to_owned()),
    &[another(Difference::Edition)]
)]
#[case::suite(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.suite_version = "9".to_owned()),
    &[another(Difference::SuiteVersion)]
)]
#[case::implementation(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.description.implementation.version = "9".to_owned()),
    &[another(Difference::Implementation)]
)]
#[case::number(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.shard = "2/4".parse().ok()),
    &[another(Difference::NumberOfShards)]
)]
#[case::whole(
    |parts: &mut Vec<Part>| change(&mut parts[1], |header| header.shard = None),
    &[MergeProblem::WholeRun("2.jsonl".to_owned()), another(Difference::NumberOfShards)]
)]
fn what_is_not_the_whole_is_refused_by_name(
    #[case] spoil: fn(&mut Vec<Part>),
    #[case] problems: &[MergeProblem],
) {
    let only_few = Selection {
        generation: Generation { cases: 3, ..Generation::default() },
        sources: [Source::Sequences].into(),
        ..Selection::default()
    };
    let mut parts = parts("reference model", 3, &only_few);
    assert!(merge(&parts).is_ok());
    spoil(&mut parts);
    assert_eq!(merge(&parts), Err(problems.to_vec()));
}

fn shard(text: &str) -> Shard {
    text.parse().expect("a shard")
}

fn another(differs: Difference) -> MergeProblem {
    MergeProblem::OtherRun { part: "2.jsonl".to_owned(), first: "1.jsonl".to_owned(), differs }
}

fn change(part: &mut Part, change: impl Fn(&mut entra_conformance::runner::RunHeader)) {
    let Some(Event::RunStarted(header)) = part.events.first_mut() else {
        panic!("a run that began");
    };
    change(header);
}

/// The very same events, in the same order.
#[rstest]
fn more_at_once_come_to_the_same(
    #[values("reference model", "takeover-merges-addresses")] name: &str,
    #[values(1, 2, 5)] helpers: usize,
) {
    let whole = events(name, None, selection(), 0);
    assert_eq!(events(name, None, selection(), helpers), whole);
}
