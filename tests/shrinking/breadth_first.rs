//! The fewest commands with which a fault shows, found by trying everything, the shortest first.

use crate::family::family;
use crate::faults::{Fault, Signature};
use crate::judged::{Judge, run};
use entra_conformance::directory::{Command, Tenant, is_well_formed};
use entra_conformance::implementation::{Description, Implementation};
use entra_conformance::reference::{Policy, ReferenceModel};

/// The fields in which cases of the family show that the fault's rule is broken, each with the
/// fewest commands that show it. Only the fields of the table are looked for, each with no more
/// commands than the table says.
pub(crate) fn fewest_commands(fault: &'static Fault) -> Vec<Signature> {
    let description = fault.mutant().implementation().describe();
    let mut sought = Sought::new(fault, &description);
    let most = fault.ends.iter().map(|(_, commands)| *commands).max();
    let family = family(most.unwrap_or(0));
    for count in 0.. {
        let is_open = |(field, commands): &&(&str, usize)| {
            *commands >= count && !sought.found.iter().any(|(found, _)| found == field)
        };
        sought.open = fault.ends.iter().filter(is_open).map(|(field, _)| *field).collect();
        if sought.open.is_empty() {
            break;
        }
        let mut sequence = Vec::with_capacity(count);
        for tenant in &family.tenants {
            sought.each_sequence(tenant, &family.commands, count, &mut sequence);
        }
    }
    sought.found
}

struct Sought<'d> {
    rule: &'static str,
    /// The fields that are still looked for.
    open: Vec<&'static str>,
    mutant: Box<dyn Implementation + Send>,
    right: ReferenceModel,
    judge: Judge<'d>,
    found: Vec<Signature>,
}

impl<'d> Sought<'d> {
    fn new(fault: &'static Fault, description: &'d Description) -> Sought<'d> {
        Sought {
            rule: fault.mutant().rule,
            open: Vec::new(),
            mutant: fault.mutant().implementation(),
            right: ReferenceModel::new(Policy::agreeing_with(&description.choices)),
            judge: Judge::new(description),
            found: Vec::new(),
        }
    }

    /// Looks at every sequence that goes on with so many of these commands.
    fn each_sequence(
        &mut self,
        tenant: &Tenant,
        alphabet: &[Command],
        left: usize,
        sequence: &mut Vec<Command>,
    ) {
        if self.open.is_empty() || !is_well_formed(tenant, sequence) {
            return;
        }
        if left == 0 {
            return self.look_at(tenant, sequence);
        }
        for command in alphabet {
            sequence.push(command.clone());
            self.each_sequence(tenant, alphabet, left - 1, sequence);
            sequence.pop();
        }
    }

    fn look_at(&mut self, tenant: &Tenant, commands: &[Command]) {
        let seen = run(&mut *self.mutant, tenant, commands);
        // A mutant that does all that the reference model does breaks nothing.
        if seen == run(&mut self.right, tenant, commands) {
            return;
        }
        for field in self.judge.broken_fields(self.rule, tenant, commands, &seen) {
            if let Some(at) = self.open.iter().position(|open| *open == field) {
                self.open.remove(at);
                self.found.push((field, commands.len()));
            }
        }
    }
}
