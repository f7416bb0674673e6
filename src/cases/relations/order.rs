//! A relation about the order in which objects come into being.

use super::variation::{SpeaksOf, Variation};
use crate::cases::Case;
use crate::directory::Command;

fn is_creation(command: &Command) -> bool {
    matches!(command, Command::CreateOnPremisesObject(_) | Command::CreateCloudObject(_))
}

/// The order of creation changes nothing for objects that are not contended.
pub(super) fn opposite_order(base: &Case) -> Option<Variation> {
    let mut case = base.clone();
    case.tenant.cloud.reverse();
    case.tenant.on_premises.reverse();
    let mut is_varied = case.tenant.cloud.len() > 1 || case.tenant.on_premises.len() > 1;
    let mut corresponding: Vec<Option<usize>> = (0..case.commands.len()).map(Some).collect();
    let mut at = 0;
    while at < case.commands.len() {
        let creations = case.commands[at..].iter().take_while(|command| is_creation(command));
        let end = at + creations.count();
        if end > at + 1 {
            case.commands[at..end].reverse();
            // In between the two runs have created different objects.
            corresponding[at..end - 1].fill(None);
            is_varied = true;
        }
        at = end.max(at + 1);
    }
    is_varied.then_some(Variation {
        case,
        corresponding,
        speaks_of: SpeaksOf::Work,
        bystander: None,
        respelling: None,
    })
}
