//! How a failure is seen again.

use super::Place;
use crate::runner::{Host, RunHeader};
use std::fmt::Write as _;

/// The command that shows the same again.
pub(super) fn replay(case: &str, place: &Place, rule: Option<&str>, header: &RunHeader) -> String {
    if header.host == Host::CargoTest {
        return format!("cargo test -- --exact {case}");
    }
    let mut command = "entra-conformance ".to_owned();
    let _ = match place {
        Place::Suite => write!(command, "run --scenario {case}"),
        Place::File(file) => write!(command, "replay {}", quoted(file)),
        Place::Generated(source, _) => {
            let generation = &header.selection.generation;
            write!(
                command,
                "run --only {source} --seed {} --cases {} --max-commands {}",
                generation.seed, generation.cases, generation.max_commands
            )
        }
    };
    if let Some(rule) = rule.filter(|_| !matches!(place, Place::File(_))) {
        let _ = write!(command, " --rule {rule}");
    }
    if let Host::ChildProcess { command: adapter } = &header.host {
        command.push_str(" --");
        for argument in adapter {
            command.push(' ');
            command.push_str(&quoted(argument));
        }
    }
    command
}

/// An argument as it can be typed into a shell.
fn quoted(argument: &str) -> String {
    let is_plain = !argument.is_empty()
        && argument
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-_./=:@%+,".contains(letter));
    if is_plain { argument.to_owned() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("python3", "python3")]
    #[case("./my adapter", "'./my adapter'")]
    #[case("it's", r"'it'\''s'")]
    #[case("", "''")]
    fn arguments_are_quoted_for_a_shell(#[case] argument: &str, #[case] expected: &str) {
        assert_eq!(quoted(argument), expected);
    }
}
