//! How many cases it takes until a check finds fault with a mutant: of the grid, in its order, and
//! of generated sequences, the median over twenty seeds.
//!
//! `cargo bench --bench first_failure`

mod common;

use entra_conformance::cases::Case;
use entra_conformance::cases::grid;
use entra_conformance::cases::sequence::{Preset, Sequences, case_of};
use entra_conformance::checks::Observer;
use entra_conformance::directory::Capabilities;
use entra_conformance::implementation::Implementation;
use entra_conformance::mutants::catalogue;

/// No more cases of one seed than this are looked at.
const SEQUENCES: u64 = 20_000;

fn main() {
    // `cargo test` runs it as well, to see that it works.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let (seeds, mutants) = if is_measured { (20, catalogue()) } else { (1, &catalogue()[..3]) };
    let settings = Sequences::new(Preset::ALL, 20, &Capabilities::all_of_2023());
    println!("{:<56} | {:>9} | {:>9}", "mutant", "grid", "sequences");
    for mutant in mutants {
        let mut implementation = mutant.implementation();
        let by_grid = grid::points().position(|point| fails(&mut *implementation, &point.case()));
        let mut by_sequences: Vec<Option<u64>> = (1..=seeds)
            .map(|seed| {
                (0..SEQUENCES)
                    .find(|&number| fails(&mut *implementation, &case_of(seed, number, &settings)))
            })
            .collect();
        // Never is more than any number.
        by_sequences.sort_by_key(|number| number.unwrap_or(u64::MAX));
        let median = by_sequences[by_sequences.len() / 2];
        let told = |number: Option<u64>| {
            number.map_or_else(|| "never".to_owned(), |number| (number + 1).to_string())
        };
        let by_grid = told(by_grid.map(|number| number as u64));
        println!("{:<56} | {by_grid:>9} | {:>9}", mutant.name, told(median));
    }
}

/// Whether any check finds fault with the case.
fn fails(implementation: &mut dyn Implementation, case: &Case) -> bool {
    let description = implementation.describe();
    let start = implementation.reset(&case.tenant).expect("it starts");
    let (capabilities, choices) = (&description.capabilities, &description.choices);
    let (mut observer, findings) = Observer::start(&case.tenant, &start, capabilities, choices);
    let is_broken = |found: &[entra_conformance::checks::Finding]| {
        found.iter().any(|finding| !finding.violations().is_empty())
    };
    is_broken(&findings)
        || case.commands.iter().any(|command| {
            let seen = implementation.apply(command).expect("it goes on");
            is_broken(&observer.step(command, &seen))
        })
}
