//! `validate`: check scenario files for mistakes.

use super::exit::{Exit, Mistake};
use super::print;
use crate::cases::scenario::from_yaml;
use std::path::PathBuf;

pub(super) fn validate(files: &[PathBuf]) -> Result<Exit, Mistake> {
    let mut bad = 0;
    for file in files {
        let name = file.display().to_string();
        let text = std::fs::read(file)
            .map_err(|error| Mistake::bad_input(format!("{name} cannot be read: {error}")))
            .and_then(|bytes| {
                String::from_utf8(bytes).map_err(|error| {
                    Mistake::bad_input(format!(
                        "{name} is not UTF-8 text (byte {} onwards)",
                        error.utf8_error().valid_up_to()
                    ))
                })
            });
        let errors = match text {
            Ok(text) => match from_yaml(&name, &text) {
                Ok(_) => continue,
                Err(errors) => errors.iter().map(ToString::to_string).collect(),
            },
            Err(mistake) => vec![mistake.message],
        };
        bad += 1;
        for error in errors {
            print::mistake(&error);
        }
    }
    if bad == 0 {
        let noun = if files.len() == 1 { "file is" } else { "files are" };
        print::text(&format!("{} {noun} in order\n", files.len()));
        return Ok(Exit::Conformant);
    }
    Ok(Exit::BadInput)
}
