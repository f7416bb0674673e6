//! A relation about what values look like.

use super::variation::{SpeaksOf, Variation};
use crate::cases::Case;
use crate::cases::values::{Respelling, Spelling};
use crate::directory::Command;

/// What names, anchors and other values look like changes no decision, as long as what is equal stays
/// equal.
pub(super) fn with_other_values(base: &Case) -> Option<Variation> {
    let has_cycle = base.commands.iter().any(|command| matches!(command, Command::Sync(_)));
    let respelling = Respelling::of(base, Spelling::EVERYTHING);
    let case = respelling.case(base);
    let is_varied = has_cycle && case != *base;
    is_varied.then(|| Variation {
        respelling: Some(respelling),
        ..Variation::step_by_step(case, SpeaksOf::VariedWork)
    })
}
