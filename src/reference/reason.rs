//! Why an object is not synchronised, why a cloud object is not eligible, and why an
//! administrator's command is refused.

use crate::directory::{Outcome, ResultWord, Status, SyncResult};

/// Why a cloud object cannot be taken over, or an on-premises object not be synchronised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The on-premises object has no source anchor: the input is malformed.
    NoSourceAnchor,
    /// Its anchor is on an active object that it can neither match nor be joined to again.
    AnchorInUse,
    /// Several objects hold its identifiers and the policy does not pick one.
    Ambiguous,
    /// The holder is mastered on-premises already.
    MasteredOnPremises,
    /// The holder's source of authority was moved to the cloud.
    CloudManaged,
    /// The holder is a quarantined object that a collision left behind.
    HeldByQuarantined,
    /// The holder is of another kind.
    OtherKind,
    /// The holder has a directory role.
    HasRole,
    /// The same, and it carries the anchor.
    HasRoleAndAnchor,
    /// The holder carries the anchor and holds a privileged role, or is eligible for one.
    HasPrivilegedRole,
    /// The holder carries the anchor and is mapped to another on-premises object.
    MappedToAnother,
    /// What the two share is no matching attribute: a secondary address on either side.
    SecondaryAddress,
    /// The two share the anchor only, and are no users.
    AnchorOfNonUser,
    /// One of the two groups is not mail-enabled.
    PlainGroup,
    /// Soft match is switched off.
    SoftMatchDisabled,
    /// Hard match is blocked.
    HardMatchBlocked,
    /// The holder carries another anchor.
    OtherAnchor,
    /// A joined object was changed so that it shares an identifier with another active object.
    LateMatch,
    /// A joined object was given another anchor.
    SourceAnchorChanged,
    /// It left scope, and the cloud object that carries its anchor is not mastered on-premises.
    NotToBeDeleted,
    /// Values that were withheld when it was joined still belong to other objects.
    StillWithheld,
}

impl Reason {
    /// The error code and the message in a sync report. From the edition 2025-04 on the code is the
    /// documented one, where there is one; edition 2023-01 claims none.
    fn words(self) -> (&'static str, &'static str) {
        const NOT_UNIQUE: &str = "AttributeValueMustBeUnique";
        match self {
            Reason::NoSourceAnchor => ("MissingSourceAnchor", "the object has no sourceAnchor"),
            Reason::AnchorInUse => (NOT_UNIQUE, "another active object carries its sourceAnchor"),
            Reason::Ambiguous => (
                NOT_UNIQUE,
                "several objects hold its identifiers, and it is not clear which to take over",
            ),
            Reason::MasteredOnPremises => (
                NOT_UNIQUE,
                "an identifier is held by an object that is mastered on-premises already",
            ),
            Reason::CloudManaged => {
                (NOT_UNIQUE, "an identifier is held by an object that is managed in the cloud")
            }
            Reason::HeldByQuarantined => {
                (NOT_UNIQUE, "an identifier is held by a quarantined object")
            }
            Reason::OtherKind => {
                ("ObjectTypeMismatch", "an identifier is held by an object of another kind")
            }
            Reason::HasRole | Reason::HasRoleAndAnchor => {
                (NOT_UNIQUE, "an identifier is held by a user with a directory role")
            }
            Reason::HasPrivilegedRole => (
                "InvalidHardMatch",
                "its sourceAnchor is on a user with a privileged role, which cannot be taken over",
            ),
            Reason::MappedToAnother => (
                "AttributeUpdateNotAllowed",
                "its sourceAnchor is on a user that is mapped to another on-premises object; clear its \
                 onPremisesObjectIdentifier first",
            ),
            Reason::SecondaryAddress => (
                NOT_UNIQUE,
                "an address is held by another object, and a secondary address matches nothing",
            ),
            Reason::AnchorOfNonUser => (
                "InvalidHardMatch",
                "its sourceAnchor is on an object of a kind that is not matched by anchor",
            ),
            Reason::PlainGroup => {
                (NOT_UNIQUE, "an address is held by a group, and the two are not both mail-enabled")
            }
            Reason::SoftMatchDisabled => {
                (NOT_UNIQUE, "an identifier is held by another object, and soft match is disabled")
            }
            Reason::HardMatchBlocked => (
                "InvalidHardMatch",
                "its sourceAnchor is on another object, and hard match is blocked",
            ),
            Reason::OtherAnchor => (
                "InvalidSoftMatch",
                "an identifier is held by an object that carries another onPremisesImmutableId",
            ),
            Reason::LateMatch => {
                (NOT_UNIQUE, "an identifier that it was given belongs to another active object")
            }
            Reason::SourceAnchorChanged => (
                "SourceAnchorChanged",
                "its sourceAnchor was changed after it was joined; change it back",
            ),
            Reason::NotToBeDeleted => (
                "DeletingCloudOnlyObjectNotAllowed",
                "it left scope, and the cloud object with its anchor is mastered in the cloud",
            ),
            Reason::StillWithheld => (
                NOT_UNIQUE,
                "a value that was withheld when it was joined still belongs to another active object",
            ),
        }
    }

    /// The message in a sync report.
    pub(crate) fn message(self) -> &'static str {
        self.words().1
    }

    /// An error for this reason, as a sync report has it.
    pub(crate) fn error(self) -> SyncResult {
        let (code, message) = self.words();
        SyncResult {
            code: Some(code.into()),
            message: Some(message.into()),
            ..SyncResult::plain(ResultWord::Error)
        }
    }
}

/// Why an administrator's command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// An on-premises key for a second object.
    KeyInUse,
    /// A label for a second object.
    LabelInUse,
    /// Two active objects would share an identifier.
    IdentifierInUse,
    /// The object's values come from on-premises.
    MasteredOnPremises,
    /// Only users have what the command is about.
    UsersOnly,
    /// A user has to have a name to sign in with.
    NeedsName,
    /// There is one primary address.
    SecondPrimary,
    /// The identifier of an on-premises object can be cleared and not set.
    ClearedOnly,
    /// Only what is synchronised can be moved to the cloud.
    NotSynchronised,
    /// Objects in the recycle bin can be restored and deleted, nothing else.
    InRecycleBin,
}

impl Refusal {
    /// The outcome of a command that is refused for this reason.
    pub(super) fn outcome(self) -> Outcome {
        let message = match self {
            Refusal::KeyInUse => "an on-premises object with this key exists",
            Refusal::LabelInUse => "a cloud object was created under this label",
            Refusal::IdentifierInUse => "another active object holds one of these identifiers",
            Refusal::MasteredOnPremises => "the object is mastered on-premises",
            Refusal::UsersOnly => "only users have this property",
            Refusal::NeedsName => "a user needs a userPrincipalName",
            Refusal::SecondPrimary => "at most one address is primary",
            Refusal::ClearedOnly => "onPremisesObjectIdentifier can only be cleared",
            Refusal::NotSynchronised => "the object is not synchronised",
            Refusal::InRecycleBin => "the object is in the recycle bin",
        };
        Outcome { message: Some(message.into()), ..Outcome::plain(Status::Refused) }
    }
}
