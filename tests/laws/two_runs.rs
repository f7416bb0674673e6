//! Applies a law to an implementation and a case: two runs, compared.

use entra_conformance::cases::Case;
use entra_conformance::cases::laws::{Law, LawVerdict, Run};
use entra_conformance::directory::problems_of_case;
use entra_conformance::implementation::{CaseInput, CaseObservation, Implementation, run_one};

/// What a law says of an implementation and a case; `None` where there is nothing to vary.
pub(crate) fn apply(
    law: &Law,
    implementation: &mut dyn Implementation,
    base: &Case,
) -> Option<LawVerdict> {
    let varied = law.varied(base)?;
    assert_eq!(problems_of_case(&varied.tenant, &varied.commands), vec![], "{}", law.rule);
    let seen = [run(implementation, base), run(implementation, &varied)];
    let description = implementation.describe();
    let [base, varied] = [(base, &seen[0]), (&varied, &seen[1])].map(|(case, seen)| Run {
        case,
        start: seen.start.as_ref().expect("a start"),
        steps: &seen.steps,
    });
    Some(law.judge(base, varied, &description.capabilities, &description.choices))
}

fn run(implementation: &mut dyn Implementation, case: &Case) -> CaseObservation {
    let input = CaseInput { tenant: &case.tenant, commands: &case.commands };
    let seen = run_one(implementation, input);
    assert!(seen.failure.is_none(), "{:?}", seen.failure);
    seen
}
