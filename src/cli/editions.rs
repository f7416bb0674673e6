//! `editions`: what a later edition changes.

use super::arguments::EditionsCommand;
use super::exit::{Exit, Mistake};
use super::print;
use crate::report::edition_diff::{markdown, terminal};
use crate::rulebook::Rulebook;

pub(super) fn command(command: &EditionsCommand) -> Result<Exit, Mistake> {
    let EditionsCommand::Diff { from, to, json, markdown: as_markdown } = command;
    let diff = Rulebook::embedded().diff(from, to).ok_or_else(|| {
        Mistake::bad_input(if from == to {
            format!("{from} twice: name an edition and a later one, as in `editions diff 2023-01 2025-04`")
        } else {
            format!("{from} is later than {to}: name the earlier edition first, `editions diff {to} {from}`")
        })
    })?;
    print::text(&if *json {
        print::json(&diff)
    } else if *as_markdown {
        markdown(&diff)
    } else {
        terminal(&diff, print::width())
    });
    Ok(Exit::Conformant)
}
