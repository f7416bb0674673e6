//! `validate`: check scenario files for mistakes.

use super::exit::{Exit, Mistake};
use super::print;
use crate::runner::read_cases;
use std::path::PathBuf;

pub(super) fn validate(files: &[PathBuf]) -> Result<Exit, Mistake> {
    let mut bad = 0;
    for file in files {
        if let Err(errors) = read_cases(std::slice::from_ref(file)) {
            bad += 1;
            for error in errors {
                print::mistake(&error.to_string());
            }
        }
    }
    if bad == 0 {
        let noun = if files.len() == 1 { "file is" } else { "files are" };
        print::text(&format!("{} {noun} in order\n", files.len()));
        return Ok(Exit::Conformant);
    }
    Ok(Exit::BadInput)
}
