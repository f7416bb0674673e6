//! `completions` and `man`: what shells and `man` need to know of the arguments.

use super::arguments::Arguments;
use super::exit::{Exit, Mistake};
use super::print;
use clap::CommandFactory as _;
use clap_complete::Shell;
use std::io;
use std::path::Path;

pub(super) fn completions(shell: Shell) -> Result<Exit, Mistake> {
    let mut program = Arguments::command();
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, name, &mut script);
    printed(print::raw(&script))
}

pub(super) fn man(folder: Option<&Path>) -> Result<Exit, Mistake> {
    let program = Arguments::command().disable_help_subcommand(true);
    let Some(folder) = folder else {
        let mut page = Vec::new();
        return printed(
            clap_mangen::Man::new(program).render(&mut page).and_then(|()| print::raw(&page)),
        );
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(program, folder))
        .map_err(|error| {
            Mistake::bad_input(format!(
                "the manual cannot be written to {}: {error}",
                folder.display()
            ))
        })?;
    Ok(Exit::Conformant)
}

/// A reader that has gone away (`| head`) is no mistake.
fn printed(result: io::Result<()>) -> Result<Exit, Mistake> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Mistake::bad_input(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(Exit::Conformant),
    }
}
