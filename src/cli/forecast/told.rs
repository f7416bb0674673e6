//! What is told: the given objects, and what becomes of each in each edition.

use crate::forecast::input::Given;
use crate::forecast::{GivenOnPremisesObject, Outcome, Prediction, Short};
use crate::rulebook::Edition;

/// Everything that is told.
pub(super) struct Told<'a> {
    pub(super) given: &'a Given,
    pub(super) editions: Vec<&'static Edition>,
    pub(super) objects: Vec<ToldObject<'a>>,
}

/// One on-premises object, and what becomes of it in each edition.
pub(super) struct ToldObject<'a> {
    pub(super) given: &'a GivenOnPremisesObject,
    pub(super) predictions: Vec<Prediction>,
}

impl ToldObject<'_> {
    /// Whether the editions come to different things. A field that only one of them knows makes no
    /// difference, nor does the code of an error.
    pub(super) fn differs(&self) -> bool {
        let told = |one: &Prediction| -> (Outcome, Short) {
            (one.outcome, Short { code: None, ..one.model.clone() })
        };
        self.predictions.windows(2).any(|pair| told(&pair[0]) != told(&pair[1]))
    }
}
