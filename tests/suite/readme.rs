//! What the README says in figures is true.

use entra_conformance::cases::scenario::embedded;
use entra_conformance::rulebook::Rulebook;

/// A page on one line.
fn words(page: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(path).expect("a page");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_readme_counts_right() {
    let words = words("README.md");
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

/// The README says in a line what a page of `docs` shows.
#[test]
fn the_readme_has_the_figures_of_the_self_test() {
    let (readme, proof) = (words("README.md"), words("docs/proof.md"));
    for what in [" mutants (the reference model", " correct variants"] {
        let figure = |text: &str| {
            let before = text.split(what).next().unwrap_or_default();
            before.rsplit(' ').next().unwrap_or_default().to_owned()
        };
        assert_eq!(figure(&readme), figure(&proof), "{what}");
    }
}
