//! A relation about what values look like.

use super::values::varied;
use super::variation::Variation;
use crate::cases::Case;
use crate::cases::values::{Respelling, Spelling};

/// What names, anchors and other values look like changes no decision, as long as what is equal stays
/// equal.
pub(super) fn with_other_values(base: &Case) -> Option<Variation> {
    let respelling = Respelling::of(base, Spelling::EVERYTHING);
    let variation = varied(base, respelling.case(base))?;
    Some(Variation { respelling: Some(respelling), ..variation })
}
