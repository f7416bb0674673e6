//! The implementation that is judged: a child process or the reference model.

use super::arguments::{ChoiceArguments, TargetArguments, TimeArguments};
use super::exit::Mistake;
use crate::directory::DeclaredChoices;
use crate::implementation::Implementation;
use crate::implementation::child_process::{ChildProcess, ChildProcessOptions};
use crate::reference::{Policy, ReferenceModel};
use crate::rulebook::Rulebook;
use std::ffi::OsString;
use std::time::Duration;

/// Starts the adapter, or takes the reference model where there is none.
pub(super) fn start(
    target: &TargetArguments,
    edition: &str,
) -> Result<Box<dyn Implementation + Send>, Mistake> {
    let TargetArguments { adapter, times, choices: ChoiceArguments { choices }, .. } = target;
    if adapter.is_empty() {
        return Ok(Box::new(ReferenceModel::new(policy(choices)?)));
    }
    if !choices.is_empty() {
        return Err(Mistake::bad_input(
            "--choice is for the reference model; an adapter declares its own choices",
        ));
    }
    Ok(Box::new(start_child(adapter, times, edition)?))
}

/// Starts an adapter and shakes hands with it.
pub(super) fn start_child(
    adapter: &[OsString],
    times: &TimeArguments,
    edition: &str,
) -> Result<ChildProcess, Mistake> {
    let Some((program, arguments)) = adapter.split_first() else {
        return Err(Mistake::bad_input("name the adapter's command after `--`"));
    };
    let mut options = ChildProcessOptions::new(program.clone(), arguments.to_vec());
    options.handshake_timeout = Duration::from_secs_f64(times.handshake_timeout);
    options.reply_timeout = Duration::from_secs_f64(times.reply_timeout);
    options.edition = edition.to_owned();
    ChildProcess::start(options).map_err(|error| {
        Mistake::no_adapter(format!(
            "{error}\n(`entra-conformance check-adapter -- …` tries an adapter step by step)"
        ))
    })
}

/// The reference model's policy: its defaults, but for what is chosen.
pub(super) fn policy(choices: &[String]) -> Result<Policy, Mistake> {
    let mut declared = serde_json::Map::new();
    for choice in choices {
        let Some((name, value)) = choice.split_once('=') else {
            return Err(Mistake::bad_input(format!("--choice {choice}: write it as NAME=VALUE")));
        };
        let book = Rulebook::embedded();
        let Some(known) = book.choices.iter().find(|known| known.id == name) else {
            let names: Vec<&str> = book.choices.iter().map(|known| &*known.id).collect();
            return Err(Mistake::bad_input(format!(
                "there is no choice {name}; there are {}",
                names.join(", ")
            )));
        };
        if !known.values.iter().any(|known| known.value == value) {
            let values: Vec<&str> = known.values.iter().map(|known| &*known.value).collect();
            return Err(Mistake::bad_input(format!(
                "{name} cannot be {value}; it can be {}",
                values.join(" or ")
            )));
        }
        declared.insert(name.to_owned(), value.into());
    }
    let chosen: DeclaredChoices = serde_json::from_value(declared.into())
        .map_err(|error| Mistake::bad_input(error.to_string()))?;
    Ok(Policy::agreeing_with(&chosen))
}
