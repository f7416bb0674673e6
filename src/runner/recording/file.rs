//! The file of a recorded case.

use super::case::{Ended, NotRecorded, Recorded, Unwritten};
use super::expect::expect;
use crate::cases::scenario::{Scenario, Step, from_yaml, to_yaml};
use crate::directory::{Command, Problem, Segment, problems_of_case};
use crate::implementation::Description;
use crate::rulebook::Edition;
use crate::runner::save::{SCHEMA, hash_of, write_whole};
use std::path::{Path, PathBuf};

/// What a file is put down to where the checks have nothing to say of it and what is seen is not as recorded.
const RULE: &str = "safe.command-takes-effect";

/// So many commands are named in a title.
const NAMED: usize = 6;

/// Writes a case, or as much of it as a scenario can say; what it cannot stands in comments at its beginning.
pub(super) fn write(
    folder: &Path,
    mut case: Recorded,
    edition: &Edition,
    description: &Description,
    has_expectations: bool,
) -> Result<PathBuf, Unwritten> {
    let mut notes = Vec::new();
    if let Some(problem) = cut_to_what_is_well_formed(&mut case) {
        let Some(at) = step_of(&problem).filter(|at| *at > 0) else {
            return Err(Unwritten::NotRecorded(NotRecorded::IllFormed(problem)));
        };
        notes.push(format!(
            "Step {} and what followed it are left out: {}.",
            at + 1,
            problem.message
        ));
    }
    notes.extend(case.ended.as_ref().map(|ended| told(ended, case.commands.len())));
    if case.left_out > 0 {
        notes.push(format!("{} further commands of this case are left out.", case.left_out));
    }
    let step = |command: &Command| Step { command: command.clone(), expect: Vec::new() };
    let mut scenario = Scenario {
        title: title(&case.commands),
        rules: vec![RULE.to_owned()],
        given: case.tenant,
        steps: case.commands.iter().map(step).collect(),
        ..Scenario::default()
    };
    if has_expectations {
        notes.extend(expect(&mut scenario, case.observed, edition.settings, description));
    }
    let name = &description.implementation;
    let mut head = vec![
        format!(
            "Recorded by entra-conformance {} from {} {}, edition {}.",
            env!("CARGO_PKG_VERSION"),
            name.name,
            name.version,
            edition.id
        ),
        "What is expected is what was seen; nobody has judged it.".to_owned(),
        format!("Its form: spec/schema/scenario.json, {SCHEMA}"),
    ];
    head.extend(notes);
    // A name or a message may have line breaks, and a comment ends with its line.
    head.iter_mut().for_each(|line| *line = line.replace(char::is_control, " "));
    let text = to_yaml(&scenario, &head, &Default::default());
    let path = folder.join(format!("session-{}.yaml", hash_of(&text)));
    let file = path.to_string_lossy().into_owned();
    from_yaml(&file, &text)
        .map_err(|errors| Unwritten::NotRecorded(NotRecorded::NotReadBack(errors)))?;
    match write_whole(&path, &text) {
        Ok(()) => Ok(path),
        Err(error) => Err(Unwritten::NotWritten { file, message: error.to_string() }),
    }
}

/// Leaves out the first command that makes the case ill-formed and all after it. The problem.
fn cut_to_what_is_well_formed(case: &mut Recorded) -> Option<Problem> {
    let problem = problems_of_case(&case.tenant, &case.commands).into_iter().min_by_key(step_of)?;
    if let Some(at) = step_of(&problem) {
        case.commands.truncate(at);
        case.observed.steps.truncate(at);
        case.ended = None;
    }
    Some(problem)
}

/// The command that a problem is about, counted from 0; `None` where it is the start.
fn step_of(problem: &Problem) -> Option<usize> {
    match problem.path[..] {
        [Segment::Field("commands"), Segment::Index(at), ..] => Some(at),
        _ => None,
    }
}

/// Why nothing more is recorded after so many steps.
fn told(ended: &Ended, steps: usize) -> String {
    match ended {
        Ended::Declined(told) => {
            format!("Step {} is left out, since it was answered with {told}.", steps + 1)
        }
        Ended::Answered(told) => {
            format!("Nothing is expected of step {steps}, since it was answered with {told}.")
        }
        Ended::AnsweredAtOnce(told) => format!(
            "Nothing is expected, since the case, asked for in one message, was answered with {told}."
        ),
        Ended::Unanswered => {
            format!("Nothing is expected of step {steps}: the adapter ended without a reply to it.")
        }
        Ended::Unreadable(message) => format!(
            "What came after step {steps} is left out: a request could not be read ({message})."
        ),
    }
}

fn title(commands: &[Command]) -> String {
    let named: Vec<&str> = commands.iter().take(NAMED).map(Command::word).collect();
    let more = commands.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("A recorded session: {}{more}", named.join(", "))
}
