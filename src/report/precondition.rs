//! The parts of relations' preconditions in words.

use crate::cases::relations::UnmetPrecondition;
use crate::checks::WhyUnspecified;

/// What would have to hold for a relation to say something.
pub(super) fn precondition(unmet: UnmetPrecondition) -> &'static str {
    match unmet {
        UnmetPrecondition::NothingToVary => "the case has something to vary",
        UnmetPrecondition::UndeclaredCapability => "what the varied case takes is declared",
        UnmetPrecondition::Aborted => "both runs went to their end",
        UnmetPrecondition::OtherStart => "both runs start with the tenant that was asked for",
        UnmetPrecondition::NoWork => "a cycle has work to which the variation matters",
        UnmetPrecondition::InitialDomain => "no identifier is in the tenant's initial domain",
        UnmetPrecondition::PendingBefore => {
            "nothing was pending before the changes that are synchronised one by one"
        }
        UnmetPrecondition::Unspecified(why) => specified(why),
    }
}

fn specified(why: WhyUnspecified) -> &'static str {
    match why {
        WhyUnspecified::Contended => "no object is contended",
        WhyUnspecified::UndocumentedTouch => {
            "no new object touches another in a way of which the documents say nothing"
        }
        WhyUnspecified::AmbiguousMatch => "no match is ambiguous",
        WhyUnspecified::Collision => {
            "no collision leaves open whether there is a quarantined object, or what it looks like"
        }
        WhyUnspecified::AnchorChanged => "no joined object's anchor was changed",
        WhyUnspecified::JoinedTouchesAnother => {
            "no joined object was changed to touch another object"
        }
        WhyUnspecified::Quarantined => "no object is quarantined",
        WhyUnspecified::Indeterminate => {
            "nothing unspecified has happened to what an object was joined to"
        }
        WhyUnspecified::RecycleBin => "the recycle bin is not involved",
        WhyUnspecified::Command => "every administrator's command is one that the documents settle",
        WhyUnspecified::KeptValue => {
            "nobody else has a value of which it is open whether it was kept"
        }
    }
}
