//! Applies a relation to an implementation and a case: two runs, compared.

use entra_conformance::cases::Case;
use entra_conformance::cases::relations::{Relation, RelationVerdict, Run};
use entra_conformance::directory::problems_of_case;
use entra_conformance::implementation::{
    CaseInput, CaseObservation, Description, Implementation, run_one,
};
use entra_conformance::rulebook::Edition;

/// What a relation says of an implementation and a case; `None` where there is nothing to vary.
pub(crate) fn apply(
    relation: &Relation,
    edition: &Edition,
    implementation: &mut dyn Implementation,
    base: &Case,
) -> Option<RelationVerdict> {
    let varied = relation.varied(base)?;
    assert_eq!(problems_of_case(&varied.tenant, &varied.commands), vec![], "{}", relation.rule);
    let seen = [run(implementation, base), run(implementation, &varied)];
    let description = implementation.describe();
    let [base, varied] = [(base, &seen[0]), (&varied, &seen[1])].map(|(case, seen)| Run {
        case,
        start: seen.start.as_ref().expect("a start"),
        steps: &seen.steps,
    });
    let Description { capabilities, choices, .. } = &description;
    Some(relation.judge(base, varied, edition.settings, capabilities, choices))
}

fn run(implementation: &mut dyn Implementation, case: &Case) -> CaseObservation {
    let input = CaseInput::new(&case.tenant, &case.commands);
    let seen = run_one(implementation, input);
    assert!(seen.failure.is_none(), "{:?}", seen.failure);
    seen
}
