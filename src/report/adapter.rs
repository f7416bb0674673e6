//! What is wrong with an adapter, in words.

use super::violation::in_a_line;
use super::words::counted;
use crate::checks::Violation;
use crate::directory::CommandKind;
use crate::runner::AdapterFault;

/// What is wrong with an adapter, and what to do about it.
pub fn adapter_fault(fault: &AdapterFault) -> String {
    match fault {
        AdapterFault::NoKind => {
            "the adapter declares none of users, groups and contacts: nothing can be asked of it"
                .to_owned()
        }
        AdapterFault::ResetShowsOther { violations } => format!(
            "what the adapter shows after `reset` is not what was sent ({})",
            first_of(violations)
        ),
        AdapterFault::Declines { capability, step, command } => format!(
            "the adapter declares {capability} and answers `unsupported` {}: declare it no more, or carry the command out",
            at(*step, *command)
        ),
        AdapterFault::NotFound { step, command, reference } => format!(
            "the adapter answers `notFound` {} although {reference} is there: it has to keep which object a label and a key stand for, from `reset` on",
            at(*step, *command)
        ),
        AdapterFault::OtherId { step, command, id } => format!(
            "the object with the id {id} is gone {}, which deletes nothing: an id stays the same as long as its object exists",
            at(*step, *command)
        ),
        AdapterFault::NoCloudId { step, command, key } => format!(
            "the adapter declares cloudId, and the entry of {key} names no cloud object that is there {}",
            at(*step, *command)
        ),
        AdapterFault::SideBySideDiffers { step, command, violations } => {
            let what = match violations.is_empty() {
                true => "one of them ends there".to_owned(),
                false => first_of(violations),
            };
            format!(
                "in `runBatch` two equal cases do not show the same {} ({what}): each has to be shown its own objects, and all of them",
                at(*step, *command)
            )
        }
        AdapterFault::BatchDiffers { step, command, violations } if violations.is_empty() => {
            format!(
                "`runCase` does not tell the same as `reset` and `apply`: one of them ends {}",
                at(*step, *command)
            )
        }
        AdapterFault::BatchDiffers { step, command, violations } => format!(
            "`runCase` does not tell the same as `reset` and `apply` {} ({}); often a snapshot holds objects that later steps go on changing: copy them",
            at(*step, *command),
            first_of(violations)
        ),
    }
}

fn at(step: usize, command: CommandKind) -> String {
    if step == 0 { "at `reset`".to_owned() } else { format!("in step {step}, `{command}`") }
}

fn first_of(violations: &[Violation]) -> String {
    let first = violations.first().map(in_a_line).unwrap_or_default();
    match violations.len() {
        0 | 1 => first,
        more => format!("{first}; and {}", counted(more as u64 - 1, "further difference")),
    }
}
