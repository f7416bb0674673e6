//! `compare`: what is different between two runs that were written down.

use super::exit::{Exit, Mistake};
use super::outputs::Target;
use super::paths::{is_standard, refuse_clashes};
use super::{print, report};
use crate::report::compare::{Comparison, markdown, terminal};
use std::path::Path;

pub(super) fn compare(before: &Path, after: &Path, page: Option<&Path>) -> Result<Exit, Mistake> {
    if is_standard(before) && is_standard(after) {
        return Err(Mistake::bad_input("two runs cannot both come from standard input"));
    }
    if let Some(page) = page {
        let inputs = [("BEFORE", before), ("AFTER", after)];
        refuse_clashes(&[("--markdown", page)], &inputs)?;
    }
    let (before, after) = (report::read(before)?, report::read(after)?);
    let comparison = Comparison::of(&before, &after);
    if let Some(path) = page {
        let page = markdown(&comparison, &before, &after);
        Target::open(path)?.write(page.as_bytes()).map_err(Mistake::bad_input)?;
    }
    if !page.is_some_and(is_standard) {
        print::report(&terminal(&comparison, &before, &after, true));
    }
    Ok(if comparison.is_worse() { Exit::Nonconformant } else { Exit::Conformant })
}
