//! Which likely mistake an implementation behaves like.
//!
//! The catalogue of mutants is one of likely mistakes, each with a sentence. Where an implementation is
//! wrong in the same cases, in the same steps and in the same way as a mutant is, and right where that is
//! right, the mutant's sentence says what is the matter.

use super::mutants::{Mutant, of_edition};
use crate::reference::Policy;
use crate::runner::{Breaches, Finding, Judge, Judgement, Likeness, PlannedCase, RunHeader};

/// So many of the cases that show a mistake are compared, and as many that do not.
const COMPARED: usize = 12;

/// The mistake of the catalogue that shows the same as an implementation, of which this is known: a
/// finding, and what every case that was written down has come to.
pub fn likeness(
    header: &RunHeader,
    finding: &Finding,
    shown: &[(&PlannedCase, &Breaches)],
) -> Option<Likeness> {
    let shows = |(_, breaches): &&(&PlannedCase, &Breaches)| {
        breaches.iter().any(|(rule, ..)| finding.breaks(rule))
    };
    let failing: Vec<_> = shown.iter().filter(shows).take(COMPARED).copied().collect();
    let of = failing.len();
    if of < 3 {
        // Too little to tell one mistake from another.
        return None;
    }
    let is_about = |(case, breaches): &&(&PlannedCase, &Breaches)| {
        let scenario = case.trial.scenario.as_ref();
        let names = |rule: &String| finding.breaks(rule);
        breaches.is_empty()
            && scenario.is_some_and(|it| it.rules.iter().chain(&it.near_misses).any(names))
    };
    let passing = shown.iter().filter(is_about).take(COMPARED).copied();
    let compared: Vec<_> = failing.into_iter().chain(passing).collect();
    let policy = Policy::of_edition(&header.edition)?.choosing(&header.description.choices);
    let judge = Judge::new(header.rulebook_edition(), &header.description, &header.selection);
    let is_alike = |mutant: &&Mutant| {
        let mut implementation = mutant.with_policy(policy);
        compared.chunks(2).all(|cases| {
            let mut is_alike = true;
            let trials = cases.iter().map(|(case, _)| &case.trial);
            judge.run(trials, &mut *implementation, &mut |at, judgement| {
                is_alike = breaches(&judgement) == *cases[at].1;
                is_alike
            });
            is_alike
        })
    };
    let alike: Vec<&Mutant> = of_edition(&header.edition).filter(is_alike).collect();
    // Where several are alike, that one which breaks the same rule above all.
    let mutant = alike.iter().find(|mutant| mutant.rule == finding.rule).or(alike.first())?;
    Some(Likeness {
        rule: finding.rule.clone(),
        explains: mutant.rule.to_owned(),
        mistake: mutant.name.to_owned(),
        what: mutant.what.to_owned(),
        cases: of,
    })
}

/// How a judgement violated rules.
fn breaches(judgement: &Judgement) -> Breaches {
    let breaches = judgement.breaches.iter();
    breaches.map(|one| (one.rule.to_owned(), one.step, one.violations.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::{Host, Selection, plan};
    use crate::self_test::mutants;
    use rstest::rstest;

    /// Another implementation of the same mistake is stood in for by the mutant itself.
    #[rstest]
    #[case("takeover-merges-addresses")]
    #[case("admin-check-skipped-on-soft-match")]
    #[case("failed-not-retried")]
    fn a_mistake_is_told_by_what_it_shows(#[case] name: &str) {
        let mutant = mutants::find(name).expect("a mutant");
        let mut implementation = mutant.implementation();
        let description = implementation.describe();
        let selection = Selection::scenarios_only();
        let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
        let cases = plan.cases.iter();
        let cases: Vec<&PlannedCase> =
            cases.filter(|case| case.why_not_applicable(&description).is_none()).collect();
        let mut all = Vec::new();
        Judge::new(plan.header.rulebook_edition(), &description, &plan.header.selection).run(
            cases.iter().map(|case| &case.trial),
            &mut *implementation,
            &mut |_, judgement| {
                all.push(breaches(&judgement));
                true
            },
        );
        let shown: Vec<(&PlannedCase, &Breaches)> = cases.into_iter().zip(&all).collect();
        let finding = Finding {
            rule: mutant.rule.to_owned(),
            consequences: mutant.also.iter().map(|rule| (*rule).to_owned()).collect(),
            cases: 1,
            likeness: None,
            known: false,
        };
        let likeness = likeness(&plan.header, &finding, &shown).expect("something alike");
        assert_eq!(likeness.what, mutant.what, "{}", likeness.mistake);
    }
}
