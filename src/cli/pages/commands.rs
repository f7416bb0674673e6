//! The commands, each with its help.

use super::page::Page;
use crate::cli::arguments::Arguments;
use clap::{Command, CommandFactory as _};
use std::fmt::Write as _;

pub(super) fn page() -> Page {
    let mut program = Arguments::command().term_width(80).disable_help_subcommand(true);
    program.build();
    let mut text = "# Commands\n\nWhat `entra-conformance COMMAND --help` prints.\n".to_owned();
    for command in program.get_subcommands_mut() {
        tell(&mut text, "entra-conformance", command);
    }
    Page::new("commands.md", text)
}

fn tell(text: &mut String, before: &str, command: &mut Command) {
    let name = format!("{before} {}", command.get_name());
    let _ = write!(
        text,
        "\n## {name}\n\n```text\n{}\n```\n",
        command.render_long_help().to_string().trim_end()
    );
    for inner in command.get_subcommands_mut() {
        tell(text, &name, inner);
    }
}
