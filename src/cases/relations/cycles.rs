//! Relations about when Connect synchronises: how often, how much at once, and whether it was installed
//! anew.

use super::variation::{Block, SpeaksOf, Variation};
use crate::cases::Case;
use crate::directory::{Command, CreateOnPremisesObject, Text};
use std::collections::BTreeSet;

fn is_sync(command: &Command) -> bool {
    matches!(command, Command::Sync(_))
}

/// Extra idle syncs change nothing.
pub(super) fn idle_cycles(base: &Case) -> Option<Variation> {
    let mut case = Case { tenant: base.tenant.clone(), commands: Vec::new() };
    let mut corresponding = Vec::new();
    for command in &base.commands {
        case.commands.push(command.clone());
        if is_sync(command) {
            case.commands.push(Command::sync());
        }
        corresponding.push(Some(case.commands.len() - 1));
    }
    let has_cycle = base.commands.iter().any(is_sync);
    has_cycle.then_some(Variation {
        case,
        corresponding,
        speaks_of: SpeaksOf::Anything,
        bystander: None,
        respelling: None,
    })
}

/// Reinstalling Connect between two cycles changes nothing.
pub(super) fn reinstallations(base: &Case) -> Option<Variation> {
    let mut case = Case { tenant: base.tenant.clone(), commands: Vec::new() };
    let mut corresponding = Vec::new();
    let mut cycles = BTreeSet::new();
    let mut has_synchronised = false;
    for (at, command) in base.commands.iter().enumerate() {
        let is_new = !matches!(case.commands.last(), Some(Command::ReinstallConnect(_)));
        if is_sync(command) && has_synchronised && is_new {
            case.commands.push(Command::reinstall());
            cycles.insert(at);
        }
        has_synchronised |= is_sync(command);
        case.commands.push(command.clone());
        corresponding.push(Some(case.commands.len() - 1));
    }
    (!cycles.is_empty()).then_some(Variation {
        case,
        corresponding,
        speaks_of: SpeaksOf::Joined(cycles),
        bystander: None,
        respelling: None,
    })
}

/// The on-premises object that a command creates or changes.
fn changed_key(command: &Command) -> Option<&Text> {
    match command {
        Command::CreateOnPremisesObject(create) => Some(&create.object.key),
        Command::UpdateOnPremisesObject(update) => Some(&update.key),
        _ => None,
    }
}

/// One cycle or several come to the same.
pub(super) fn several_cycles(base: &Case) -> Option<Variation> {
    let mut case = Case { tenant: base.tenant.clone(), commands: Vec::new() };
    let mut corresponding = Vec::new();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < base.commands.len() {
        let changes = base.commands[at..].iter().take_while(|one| changed_key(one).is_some());
        let cycle = at + changes.count();
        if base.commands.get(cycle).is_some_and(is_sync) {
            // What the case starts with on-premises is as good as created just before the first.
            let mut changes = Vec::new();
            if at == 0 {
                let created = case.tenant.on_premises.drain(..);
                changes.extend(created.map(|object| {
                    Command::CreateOnPremisesObject(CreateOnPremisesObject { object })
                }));
            }
            changes.extend(base.commands[at..cycle].iter().cloned());
            if split(&changes, &mut case.commands) {
                let keys = changes.iter().filter_map(changed_key).cloned().collect();
                blocks.push(Block { start: at, cycle, keys });
            }
            corresponding.extend((at..cycle).map(|_| None));
            case.commands.push(Command::sync());
            corresponding.push(Some(case.commands.len() - 1));
            at = cycle + 1;
        } else {
            // Up to the next command that could begin another block.
            let end = cycle.max(at + 1);
            for command in &base.commands[at..end] {
                case.commands.push(command.clone());
                corresponding.push(Some(case.commands.len() - 1));
            }
            at = end;
        }
    }
    (!blocks.is_empty()).then_some(Variation {
        case,
        corresponding,
        speaks_of: SpeaksOf::Blocks(blocks),
        bystander: None,
        respelling: None,
    })
}

/// Gives the changes with a sync between any two, but where an object that was changed is changed
/// again later; says whether there was any such place.
fn split(changes: &[Command], commands: &mut Vec<Command>) -> bool {
    let mut is_split = false;
    for (at, change) in changes.iter().enumerate() {
        commands.push(change.clone());
        let (earlier, later) = changes.split_at(at + 1);
        let is_changed_again = later
            .iter()
            .any(|one| earlier.iter().any(|other| changed_key(one) == changed_key(other)));
        if !later.is_empty() && !is_changed_again {
            commands.push(Command::sync());
            is_split = true;
        }
    }
    is_split
}
