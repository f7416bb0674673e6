//! `record`: stand between an adapter and whoever drives it, and write each case down.

use super::arguments::RecordArguments;
use super::exit::{Exit, Mistake};
use super::run::{host, stop_on_interrupt};
use super::{implementation, print};
use crate::directory::{Problem, Segment};
use crate::implementation::child_process::relay::{RelayEnd, lock, relay};
use crate::report::{legible, replay_of_folder};
use crate::runner::recording::{NotRecorded, Recorder, Trouble};
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

pub(super) fn record(arguments: &RecordArguments) -> Result<Exit, Mistake> {
    let RecordArguments { to, without_expectations, configured, adapter } = arguments;
    let folder = configured.working_directory.as_deref();
    let (program, rest) = implementation::command(adapter, folder)?;
    let cannot_be_made =
        |error| Mistake::bad_input(format!("{} cannot be made: {error}", to.display()));
    fs::create_dir_all(to).map_err(cannot_be_made)?;

    let exits = Arc::new(Mutex::new(vec![Exit::Conformant]));
    let met = Arc::clone(&exits);
    let recorder = Recorder::new(to, !without_expectations, move |trouble| {
        print::mistake(&legible(&told(&trouble)));
        lock(&met).push(exit_of(&trouble));
    });
    let recorder = Arc::new(Mutex::new(recorder));
    let interrupted = stop_on_interrupt()?;
    let end = relay(program, rest, folder, &recorder)
        .map_err(|error| implementation::not_started(&error))?;
    let is_interrupted = interrupted.load(Ordering::Relaxed);

    let mut recorder = lock(&recorder);
    let trouble = if is_interrupted { None } else { trouble_of_end(&recorder, &end) };
    recorder.end(trouble.is_some());
    let mut exits = std::mem::take(&mut *lock(&exits));
    if let Some((exit, message)) = trouble {
        print::mistake(&legible(&message));
        exits.push(exit);
    }
    let host = host(adapter, configured);
    let replay = replay_of_folder(&to.to_string_lossy(), &recorder.edition().id, &host);
    print::aside(&legible(&summary(&recorder, is_interrupted, &replay)));
    if is_interrupted || recorder.files().is_empty() {
        exits.push(Exit::Incomplete);
    }
    Ok(Exit::of_several(exits))
}

/// What is wrong with the end of a session, if anything is.
fn trouble_of_end(recorder: &Recorder, end: &RelayEnd) -> Option<(Exit, String)> {
    use crate::implementation::child_process::relay::Listener as _;
    let status = &end.status;
    if end.is_unread || recorder.is_over() {
        None
    } else if !recorder.is_awaiting() {
        let message = format!("the adapter ended ({status}) although nobody had asked it to");
        (!end.by_client).then_some((Exit::Nonconformant, message))
    } else if recorder.is_introduced() {
        let message = format!("the adapter ended ({status}) without the replies that it owed");
        Some((Exit::Nonconformant, message))
    } else {
        let message = format!("the adapter ended ({status}) before it had said who it is");
        Some((Exit::NoAdapter, message))
    }
}

/// How many files there are, and the command that runs them.
fn summary(recorder: &Recorder, is_interrupted: bool, replay: &str) -> String {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let (files, cases) = (recorder.files().len(), recorder.cases());
    let mut text = String::new();
    if is_interrupted {
        text += "stopped; what was recorded is kept\n";
    }
    let without = recorder.without_commands();
    if without > 0 {
        let _ = writeln!(
            text,
            "{} without a command, of which there is no file",
            count(without, "case")
        );
    }
    let _ = match files {
        0 => writeln!(text, "nothing was recorded: {}", count(cases, "case")),
        _ => {
            writeln!(text, "{} of {}; run by: {replay}", count(files, "file"), count(cases, "case"))
        }
    };
    text
}

fn exit_of(trouble: &Trouble) -> Exit {
    match trouble {
        Trouble::NoRequest { .. } | Trouble::BeforeReset | Trouble::NotWritten { .. } => {
            Exit::BadInput
        }
        Trouble::NoReply(..) => Exit::Nonconformant,
        Trouble::NotRecorded { .. } => Exit::Incomplete,
    }
}

fn told(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoRequest { line, message, excerpt } => format!(
            "line {line} of the client is no request, and was passed on: {message}, in: {excerpt}"
        ),
        Trouble::BeforeReset => "a command came before any `reset`, and is not recorded".to_owned(),
        Trouble::NoReply(kind, message) => {
            format!(
                "the adapter wrote what is no right reply, and it was passed on ({kind}): {message}"
            )
        }
        Trouble::NotRecorded { case, why } => format!("case {case} has no file: {}", why_not(why)),
        Trouble::NotWritten { file, message } => format!("{file} cannot be written: {message}"),
    }
}

fn why_not(why: &NotRecorded) -> String {
    match why {
        NotRecorded::NoDescription => {
            "`initialize`, by which the adapter says who it is, has to come first".to_owned()
        }
        NotRecorded::NotBegun(answer) => format!("it was answered with {answer}"),
        NotRecorded::IllFormed(problem) => {
            format!("no scenario can say it: {}: {}", place_of(problem), problem.message)
        }
        NotRecorded::NotReadBack(errors) => {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            format!("no scenario file can hold it: {}", errors.join("\n"))
        }
    }
}

/// `tenant.cloud[1].userPrincipalName`
fn place_of(problem: &Problem) -> String {
    let mut place = String::new();
    for segment in &problem.path {
        let _ = match segment {
            Segment::Field(name) if place.is_empty() => write!(place, "{name}"),
            Segment::Field(name) => write!(place, ".{name}"),
            Segment::Index(at) => write!(place, "[{at}]"),
        };
    }
    place
}
