//! Every check can fail. A check that never fails looks exactly like an implementation that is
//! always right, so each rule is broken on purpose, by mistakes that a real implementation could
//! make, and its check has to notice each of them in the scenarios.

use crate::editions;
use entra_conformance::rulebook::{Rulebook, area_of};
use entra_conformance::runner::Source;
use entra_conformance::self_test::mutants::{self, Mutant};
use entra_conformance::self_test::{Settings, self_test};

#[test]
fn the_scenarios_notice_most_mutants_on_their_rule_and_none_on_another() {
    for edition in editions::every() {
        notice_most_mutants(&edition.id);
    }
}

fn notice_most_mutants(edition: &str) {
    let known = Rulebook::embedded().edition(edition).expect("an edition");
    // Of a later edition those of what is new in it.
    let are_meant = |mutant: &&Mutant| known.default || editions::has_new_rule(known, mutant.rule);
    // `self-test` does so with all.
    let meant = mutants::of_edition(edition).filter(are_meant).step_by(2);
    let settings = Settings {
        edition: edition.to_owned(),
        mutants: meant.map(|mutant| mutant.name.to_owned()).collect(),
        sources: vec![Source::Scenarios],
        variants: vec!["none of them".to_owned()],
        ..Settings::default()
    };
    let proof = self_test(&settings, &|| false, &|_| {});
    let (mut overlooked, mut unexpected) = (Vec::new(), Vec::new());
    for line in &proof.mutants {
        let noticed = &line.attempts[0].noticed;
        let mutant = mutants::find(line.mutant).expect("a mutant of the catalogue");
        if !noticed.iter().any(|rule| mutant.breaks_above_all(rule)) {
            overlooked.push(format!(
                "{} on {}: {} (noticed: {noticed:?})",
                line.mutant, line.rule, line.what
            ));
        }
        // A relation notices whatever differs between two runs, and that is no mistake of its own.
        let others = noticed.iter();
        let others = others.filter(|rule| !mutant.breaks(rule) && area_of(rule) != "relation");
        unexpected.extend(others.map(|rule| format!("{} does not break {rule}", line.mutant)));
    }
    // Those that take a form of a value, or a long history, are for generated cases to catch, which
    // `self_test` sees to.
    assert!(overlooked.len() * 8 <= proof.mutants.len(), "{}", overlooked.join("\n"));
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}
