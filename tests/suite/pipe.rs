//! The reference model behind the pipe is judged as it is in process, rule by rule.

use entra_conformance::implementation::Implementation;
use entra_conformance::implementation::child_process::{ChildProcess, ChildProcessOptions};
use entra_conformance::reference::ReferenceModel;
use entra_conformance::report::{RuleLine, Status, Summary};
use entra_conformance::runner::{Extras, Host, Selection, plan, run};
use std::sync::atomic::AtomicBool;

fn judge(implementation: &mut dyn Implementation) -> (Status, Vec<RuleLine>) {
    let description = implementation.describe();
    let selection = Selection::scenarios_only();
    let plan = plan("2023-01", &description, Host::InProcess, selection, Vec::new());
    let mut summary = Summary::default();
    run(&plan, implementation, Extras::default(), &AtomicBool::new(false), &mut |event| {
        summary.take(&event);
    });
    (summary.status(), summary.rules())
}

#[test]
fn the_pipe_changes_no_verdict() {
    let program = env!("CARGO_BIN_EXE_entra-conformance");
    for choice in ["collisionHandling=rejected", "collisionHandling=quarantined"] {
        let quarantined = choice.ends_with("quarantined");
        let policy = entra_conformance::reference::Policy::default()
            .every_choice()
            .into_iter()
            .find(|policy| {
                let words = policy.declared().words();
                words.contains(&(
                    "collisionHandling",
                    if quarantined { "quarantined" } else { "rejected" },
                )) && words.contains(&("valuesAbsentOnPremises", "kept"))
                    && words.contains(&("ambiguousMatch", "refused"))
            })
            .expect("a policy");
        let here = judge(&mut ReferenceModel::new(policy));
        let options = ChildProcessOptions::new(program, ["serve", "--choice", choice]);
        let there = judge(&mut ChildProcess::start(options).expect("it starts"));
        assert_eq!(here.0, Status::Conformant);
        assert_eq!(here, there);
    }
}
