//! The command line program. All of it is in the library's `cli` module.

use std::process::ExitCode;

fn main() -> ExitCode {
    entra_conformance::cli::main()
}
