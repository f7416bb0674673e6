//! `validate`: check scenario files for mistakes.

use super::exit::{Exit, Mistake};
use super::print;
use crate::cases::scenario::{from_yaml, read_file};
use std::path::PathBuf;

pub(super) fn validate(files: &[PathBuf]) -> Result<Exit, Mistake> {
    let mut bad = 0;
    for file in files {
        let name = file.display().to_string();
        let errors = match read_file(file).map_err(|error| vec![error]) {
            Ok(text) => match from_yaml(&name, &text) {
                Ok(_) => continue,
                Err(errors) => errors,
            },
            Err(errors) => errors,
        };
        bad += 1;
        for error in errors {
            print::mistake(&error.to_string());
        }
    }
    if bad == 0 {
        let noun = if files.len() == 1 { "file is" } else { "files are" };
        print::text(&format!("{} {noun} in order\n", files.len()));
        return Ok(Exit::Conformant);
    }
    Ok(Exit::BadInput)
}
