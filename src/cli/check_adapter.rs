//! `check-adapter`: try an adapter before anything is judged.

use super::arguments::CheckAdapterArguments;
use super::exit::{Exit, Mistake};
use super::{implementation, print};
use crate::directory::Capability;
use crate::implementation::Implementation;
use crate::report::{adapter_fault, choices, legible};
use crate::rulebook::Rulebook;
use crate::runner::check_adapter;
use crate::suite::edition;
use std::fmt::Write as _;

pub(super) fn check(arguments: &CheckAdapterArguments) -> Result<Exit, Mistake> {
    let edition = edition(None)?;
    let CheckAdapterArguments { adapter, times, configured, .. } = arguments;
    let folder = configured.working_directory.as_deref();
    let mut child = implementation::start_child(adapter, folder, times, edition, None)?;
    let description = child.describe();
    let mut text = String::new();
    let name = &description.implementation;
    let _ = writeln!(text, "handshake    ok: {} {}", name.name, name.version);
    let _ = writeln!(text, "editions     {}", description.editions.join(", "));
    let words = |has: bool| -> Vec<&str> {
        Capability::ALL
            .iter()
            .filter(|capability| description.capabilities.has(**capability) == has)
            .map(|capability| capability.word())
            .collect()
    };
    let _ = writeln!(text, "capabilities {}", words(true).join(", "));
    let _ = writeln!(text, "without      {}", words(false).join(", "));
    let _ = writeln!(text, "choices      {}", choices(&description.choices));
    if let Some(most) = description.side_by_side {
        let _ = writeln!(text, "side by side up to {most} cases in one tenant");
    }
    let unexercised = Rulebook::embedded()
        .rules_in(edition)
        .filter(|rule| !rule.lacking(&description.capabilities).is_empty())
        .count();
    let all = Rulebook::embedded().rules_in(edition).count();
    let _ =
        writeln!(text, "rules        {} of {all} can be exercised with these", all - unexercised);
    print::report(&legible(&text));

    let trial = check_adapter(&mut child).map_err(|fault| Mistake {
        exit: Exit::Incomplete,
        message: legible(&adapter_fault(&fault)),
    })?;
    if let Some(failure) = trial.failure {
        let mut message = format!("the trial case ended early: {failure}");
        for line in failure.stderr_tail {
            let _ = write!(message, "\n  ! {line}");
        }
        return Err(Mistake { exit: Exit::Nonconformant, message: legible(&message) });
    }
    let how = match description.side_by_side {
        None => "step by step and in one message",
        Some(_) => "twice side by side",
    };
    print::text(&format!("trial case   ok: {} commands, {how}\n", trial.commands));
    Ok(Exit::Conformant)
}
