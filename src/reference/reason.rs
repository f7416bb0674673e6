//! Why an object is not synchronised, and why a cloud object is not eligible.

use super::trace::rule;
use crate::directory::Text;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $rule:ident, $code:literal, $message:literal;)*) => {
        /// Why a cloud object cannot be taken over, or an on-premises object not be synchronised.
        ///
        /// The code is the nearest that the documents of the time name; edition 2023-01 claims none.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)*];

            /// The slug of the rule that it follows from.
            pub fn rule(self) -> &'static str {
                match self { $(Reason::$variant => rule::$rule,)* }
            }

            /// The error code in a sync report.
            pub fn code(self) -> &'static str {
                match self { $(Reason::$variant => $code,)* }
            }

            /// The error message in a sync report.
            pub fn message(self) -> &'static str {
                match self { $(Reason::$variant => $message,)* }
            }
        }
    };
}

reasons! {
    /// The on-premises object has no source anchor: the input is malformed.
    NoSourceAnchor = ONE_AUTHORITY, "MissingSourceAnchor",
        "the object has no sourceAnchor";
    /// Its anchor is on an active object that it can neither match nor be joined to again.
    AnchorInUse = ONE_TO_ONE, "AttributeValueMustBeUnique",
        "another active object carries its sourceAnchor";
    /// Several objects hold its identifiers and the policy does not pick one.
    Ambiguous = EVERY_NEW_OBJECT, "AttributeValueMustBeUnique",
        "several objects hold its identifiers, and it is not clear which to take over";
    /// The holder is mastered on-premises already.
    MasteredOnPremises = ONE_TO_ONE, "AttributeValueMustBeUnique",
        "an identifier is held by an object that is mastered on-premises already";
    /// The holder is a copy that a collision left behind.
    HeldByCopy = ONE_TO_ONE, "AttributeValueMustBeUnique",
        "an identifier is held by a quarantined copy";
    /// The holder is of another kind.
    OtherKind = SAME_KIND, "ObjectTypeMismatch",
        "an identifier is held by an object of another kind";
    /// The holder has a directory role.
    HasRole = NEVER_MATCHED, "ExistingAdminRoleConflict",
        "an identifier is held by a user with a directory role";
    /// What the two share is no matching attribute: a secondary address on either side.
    SecondaryAddress = PRIMARY_ONLY, "AttributeValueMustBeUnique",
        "an address is held by another object, and a secondary address matches nothing";
    /// The two share the anchor only, and are no users.
    AnchorOfNonUser = NO_HARD_MATCH, "InvalidHardMatch",
        "its sourceAnchor is on an object of a kind that is not matched by anchor";
    /// One of the two groups is not mail-enabled.
    PlainGroup = PLAIN_GROUPS, "AttributeValueMustBeUnique",
        "an address is held by a group, and the two are not both mail-enabled";
    /// Soft match is switched off.
    SoftMatchDisabled = SOFT_MATCH_OFF, "AttributeValueMustBeUnique",
        "an identifier is held by another object, and soft match is disabled";
    /// The holder carries another anchor.
    OtherAnchor = OTHER_ANCHOR, "InvalidSoftMatch",
        "an identifier is held by an object that carries another onPremisesImmutableId";
    /// A joined object was changed so that it shares an identifier with another active object.
    LateMatch = LATE_MATCH, "AttributeValueMustBeUnique",
        "an identifier that it was given belongs to another active object";
    /// A joined object was given another anchor.
    SourceAnchorChanged = ONE_AUTHORITY, "SourceAnchorChanged",
        "its sourceAnchor was changed after it was joined; change it back";
    /// Values that were withheld when it was joined still belong to other objects.
    StillWithheld = UNIQUE_IDENTIFIERS, "AttributeValueMustBeUnique",
        "a value that was withheld when it was joined still belongs to another active object";
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $message:literal;)*) => {
        /// Why an administrator's command is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Refusal { $($(#[$doc])* $variant,)* }

        impl Refusal {
            const ALL: &'static [Refusal] = &[$(Refusal::$variant,)*];

            fn message(self) -> &'static str {
                match self { $(Refusal::$variant => $message,)* }
            }
        }
    };
}

refusals! {
    /// An on-premises key for a second object.
    KeyInUse = "an on-premises object with this key exists";
    /// A label for a second object.
    LabelInUse = "a cloud object was created under this label";
    /// Two active objects would share an identifier.
    IdentifierInUse = "another active object holds one of these identifiers";
    /// The object's values come from on-premises.
    MasteredOnPremises = "the object is mastered on-premises";
    /// Only users have what the command is about.
    UsersOnly = "only users have this property";
    /// A user has to have a name to sign in with.
    NeedsName = "a user needs a userPrincipalName";
    /// There is one primary address.
    SecondPrimary = "at most one address is primary";
    /// Objects in the recycle bin can be restored and deleted, nothing else.
    InRecycleBin = "the object is in the recycle bin";
}

/// Codes and messages as shared text. Each is made once, because most cases fail in some step
/// and a report names the same few reasons over and over.
#[derive(Clone, Debug)]
pub(super) struct Phrasebook {
    reasons: Vec<(Text, Text)>,
    refusals: Vec<Text>,
}

impl Phrasebook {
    pub(super) fn reason(&self, reason: Reason) -> (Text, Text) {
        self.reasons[reason as usize].clone()
    }

    pub(super) fn refusal(&self, refusal: Refusal) -> Text {
        self.refusals[refusal as usize].clone()
    }
}

impl Default for Phrasebook {
    fn default() -> Self {
        Phrasebook {
            reasons: Reason::ALL
                .iter()
                .map(|reason| (reason.code().into(), reason.message().into()))
                .collect(),
            refusals: Refusal::ALL.iter().map(|refusal| refusal.message().into()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrasebook_has_every_phrase_in_its_place() {
        let phrases = Phrasebook::default();
        for &reason in Reason::ALL {
            let (code, message) = phrases.reason(reason);
            assert_eq!((&*code, &*message), (reason.code(), reason.message()));
        }
        for &refusal in Refusal::ALL {
            assert_eq!(&*phrases.refusal(refusal), refusal.message());
        }
    }
}
