//! What the README says in figures is true.

use entra_conformance::cases::scenario::embedded;
use entra_conformance::rulebook::Rulebook;

#[test]
fn the_readme_counts_right() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
        .expect("the README");
    let words = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    // Of the edition that is used where none is asked for.
    let book = Rulebook::embedded();
    let edition = &book.default_edition().id;
    let scenarios = embedded().iter().filter(|one| one.scenario.is_in(edition)).count();
    for said in [
        format!("{} rules, each with its source", book.rules_in(edition).count()),
        format!("exercised by {scenarios} scenarios"),
        format!("{scenarios} scenarios: "),
    ] {
        assert!(words.contains(&said), "the README does not say {said:?}");
    }
}
