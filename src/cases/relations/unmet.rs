//! Why a relation says nothing of a case.

use crate::checks::WhyUnspecified;
use serde::{Deserialize, Serialize};

/// The part of a relation's precondition that does not hold, by a code that stays the same however
/// it is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum UnmetPrecondition {
    /// The case has nothing to vary.
    NothingToVary,
    /// The varied case takes a capability that is not declared.
    UndeclaredCapability,
    /// One of the two runs did not go to its end.
    Aborted,
    /// One of the two runs did not start with the tenant that was asked for.
    OtherStart,
    /// No cycle has work to which the variation matters.
    NoWork,
    /// An identifier is in the tenant's initial domain, which is the service's to give out.
    InitialDomain,
    /// Something was pending already before the changes that are synchronised one by one.
    PendingBefore,
    /// The documents leave open what happens.
    #[serde(untagged)]
    Unspecified(WhyUnspecified),
}

impl From<WhyUnspecified> for UnmetPrecondition {
    fn from(why: WhyUnspecified) -> UnmetPrecondition {
        UnmetPrecondition::Unspecified(why)
    }
}
