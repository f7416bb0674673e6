//! What shrinking costs and comes to: the first generated case in which each mutant breaks its own
//! rule is shrunk, and the commands that are left and the candidates that were run are counted.
//!
//! `cargo bench --bench shrinking`

use entra_conformance::cases::Case;
use entra_conformance::cases::sequence::{Sequences, case_of};
use entra_conformance::cases::shrink::shrink;
use entra_conformance::checks::{EditionSettings, Observer};
use entra_conformance::directory::Field;
use entra_conformance::implementation::Implementation;
use entra_conformance::runner::DEFAULT_SEED;
use entra_conformance::self_test::mutants::catalogue;

/// No more cases than this are looked at.
const SEQUENCES: u64 = 20_000;

fn main() {
    // `cargo test` runs it as well, to see that it works.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let mutants = if is_measured { catalogue() } else { &catalogue()[..3] };
    let settings = Sequences::default();
    let (mut examples, mut commands, mut candidates) = (0, 0, 0);
    println!("{:<56} | {:>8} | {:>10}", "mutant", "commands", "candidates");
    for mutant in mutants {
        let mut implementation = mutant.implementation();
        let first = (0..SEQUENCES).find_map(|number| {
            let case = case_of(DEFAULT_SEED, number, &settings);
            let (step, field) = broken(&mut *implementation, mutant.rule, &case)?;
            Some((case, step, field))
        });
        let Some((mut case, step, field)) = first else { continue };
        case.commands.truncate(step);
        let mut tried = 0;
        let smallest = shrink(case, &mut |round| {
            let found = round.iter().position(|case| {
                broken(&mut *implementation, mutant.rule, case)
                    .is_some_and(|(_, other)| other == field)
            });
            tried += found.map_or(round.len(), |found| found + 1);
            found
        });
        let left = smallest.commands.len();
        println!("{:<56} | {left:>8} | {tried:>10}", mutant.name);
        examples += 1;
        commands += left;
        candidates += tried;
    }
    println!("{examples} examples with {commands} commands, {candidates} candidates run");
}

/// The step after which the rule is broken first, and the field in which it is; one attribute is
/// like any other.
fn broken(
    implementation: &mut dyn Implementation,
    rule: &str,
    case: &Case,
) -> Option<(usize, Field)> {
    let description = implementation.describe();
    let start = implementation.reset(&case.tenant).expect("it starts");
    let (capabilities, choices) = (&description.capabilities, &description.choices);
    let (mut observer, findings) =
        Observer::start(&case.tenant, &start, EditionSettings::of_2023_01(), capabilities, choices);
    let field_of = |found: &[entra_conformance::checks::Finding]| {
        let violations = found.iter().filter(|finding| finding.rule == rule);
        let first = violations.flat_map(|finding| finding.violations()).next()?;
        Some(match &first.field {
            Field::Attribute(_) => Field::Attribute("any".into()),
            other => other.clone(),
        })
    };
    if let Some(field) = field_of(&findings) {
        return Some((0, field));
    }
    case.commands.iter().enumerate().find_map(|(at, command)| {
        let seen = implementation.apply(command).expect("it goes on");
        Some((at + 1, field_of(&observer.step(command, &seen))?))
    })
}
