//! What the README says in figures is true.

use entra_conformance::cases::scenario::embedded;
use entra_conformance::rulebook::Rulebook;

#[test]
fn the_readme_counts_right() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
        .expect("the README");
    let words = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        format!("{} rules, each with its source", Rulebook::embedded().rules.len()),
        format!("exercised by {} scenarios", embedded().len()),
        format!("{} scenarios: ", embedded().len()),
    ] {
        assert!(words.contains(&said), "the README does not say {said:?}");
    }
}
