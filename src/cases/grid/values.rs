//! The values that the grid's cases are made of.

use super::dimension::{AddressRelation, AnchorRelation, NameRelation};
use crate::cases::vocabulary::{ANCHORS, PEOPLE, X500_PREFIX};
use crate::directory::{Attributes, ProxyAddress, Text};

/// The target's label.
pub(super) const ANN: &str = PEOPLE[0];
/// The bystander's label.
pub(super) const BOB: &str = PEOPLE[1];
/// The third object's label.
pub(super) const CAT: &str = PEOPLE[2];
/// The incoming object's key.
pub(super) const ANN_AD: &str = "ann-ad";
/// The key of the object that the target is joined to.
pub(super) const DAN_AD: &str = "dan-ad";

/// The incoming object's anchor.
pub(super) const ANCHOR: &str = ANCHORS[0][0];
/// The incoming object's anchor while it meets nobody, where it carries another later.
pub(super) const START_ANCHOR: &str = "U1RB";

/// The incoming object's own identifier.
pub(super) const INCOMING_IDENTIFIER: &str = "object-of-ann-ad";
/// The identifier of an on-premises object that is gone.
pub(super) const FORMER_IDENTIFIER: &str = "object-of-another";

pub(super) const TARGET_NAME: &str = "ann@contoso.com";
pub(super) const BYSTANDER_NAME: &str = "bob@contoso.com";
pub(super) const THIRD_NAME: &str = "cat@contoso.com";
/// The incoming object's name while it meets nobody.
pub(super) const START_NAME: &str = "start@contoso.com";

pub(super) const INCOMING_PASSWORD: &str = "pw-ad";
pub(super) const START_PASSWORD: &str = "pw-start";
pub(super) const TARGET_PASSWORD: &str = "pw-cloud";

pub(super) const HARMLESS_ROLE: &str = "Directory Readers";
pub(super) const MIGHTY_ROLE: &str = "Global Administrator";

const TARGET_PRIMARY: &str = "SMTP:ann.lee@contoso.com";
const TARGET_SECONDARY: &str = "smtp:a.lee@contoso.com";
pub(super) const BYSTANDER_PRIMARY: &str = "SMTP:bob.ray@contoso.com";
pub(super) const THIRD_PRIMARY: &str = "SMTP:cat.ray@contoso.com";
pub(super) const START_PRIMARY: &str = "SMTP:start.lee@contoso.com";
/// One that nobody else has.
const INCOMING_PRIMARY: &str = "SMTP:lee@contoso.com";
const INCOMING_SECONDARY: &str = "smtp:lee@contoso.com";

/// The attributes of an object, by name and value.
pub(super) type Values = &'static [(&'static str, &'static str)];

/// The incoming object's. Its `displayName` is the bystander's, its `employeeId` the target's:
/// both tempt, and neither matches.
pub(super) const INCOMING_ATTRIBUTES: Values = &[("displayName", "Ann"), ("employeeId", "7")];
/// The incoming object's while it meets nobody.
pub(super) const START_ATTRIBUTES: Values = &[("displayName", "Ann at first"), ("employeeId", "7")];
/// The target's in the cloud, with one that the incoming object lacks.
pub(super) const TARGET_ATTRIBUTES: Values =
    &[("displayName", "Ann in the cloud"), ("department", "Sales"), ("employeeId", "7")];
/// Those of the on-premises object that the target is joined to.
pub(super) const OWNER_ATTRIBUTES: Values =
    &[("displayName", "Ann in the cloud"), ("employeeId", "7")];
pub(super) const BYSTANDER_ATTRIBUTES: Values = &[("displayName", "Ann")];
pub(super) const THIRD_ATTRIBUTES: Values = &[("displayName", "Cat")];
/// What the incoming object's are changed to.
pub(super) const CHANGED_ATTRIBUTE: (&str, &str) = ("displayName", "Ann");
pub(super) const LATE_ATTRIBUTE: (&str, &str) = ("telephoneNumber", "+1 555 0100");

pub(super) fn attributes(values: Values) -> Attributes {
    values.iter().map(|&(name, value)| (name.into(), value.into())).collect()
}

fn addresses(values: &[&str]) -> Vec<ProxyAddress> {
    values.iter().map(|&value| value.into()).collect()
}

/// The addresses of the incoming object.
pub(super) fn incoming_addresses(relation: AddressRelation) -> Vec<ProxyAddress> {
    let shared = format!("{X500_PREFIX}{ANN}");
    addresses(match relation {
        AddressRelation::NeitherSide | AddressRelation::TargetOnly => &[],
        AddressRelation::Different | AddressRelation::IncomingOnly => &[INCOMING_PRIMARY],
        // With one more on-premises, and without the target's secondary one.
        AddressRelation::Same => &[TARGET_PRIMARY, INCOMING_SECONDARY],
        AddressRelation::SameButForCase => &["SMTP:Ann.Lee@Contoso.com"],
        AddressRelation::PrimaryOnSecondary => &["SMTP:a.lee@contoso.com"],
        AddressRelation::SecondaryOnPrimary => &[INCOMING_PRIMARY, "smtp:ann.lee@contoso.com"],
        AddressRelation::SecondaryOnSecondary => &[INCOMING_PRIMARY, TARGET_SECONDARY],
        AddressRelation::SharedX500 => return addresses(&[INCOMING_PRIMARY, &shared]),
        AddressRelation::TargetName => &["SMTP:ann@contoso.com"],
        AddressRelation::Bystander => &[BYSTANDER_PRIMARY],
        AddressRelation::SameAndBystander => &[TARGET_PRIMARY, "smtp:bob.ray@contoso.com"],
        AddressRelation::Third => &[THIRD_PRIMARY],
    })
}

/// The addresses of the target.
pub(super) fn target_addresses(relation: AddressRelation) -> Vec<ProxyAddress> {
    let shared = format!("{X500_PREFIX}{ANN}");
    match relation {
        AddressRelation::NeitherSide | AddressRelation::IncomingOnly => Vec::new(),
        AddressRelation::SharedX500 => addresses(&[TARGET_PRIMARY, &shared]),
        _ => addresses(&[TARGET_PRIMARY, TARGET_SECONDARY]),
    }
}

/// The incoming user's name.
pub(super) fn incoming_name(relation: NameRelation) -> &'static str {
    match relation {
        NameRelation::Unmet => "ann.ad@contoso.com",
        NameRelation::Equal => TARGET_NAME,
        NameRelation::EqualButForCase => "Ann@Contoso.com",
        NameRelation::Bystander => BYSTANDER_NAME,
        NameRelation::TargetAddress => "ann.lee@contoso.com",
    }
}

/// The anchor that the target carries.
pub(super) fn target_anchor(relation: AnchorRelation) -> Option<Text> {
    let [anchor, in_other_case] = ANCHORS[0];
    match relation {
        AnchorRelation::Free | AnchorRelation::Bystander => None,
        AnchorRelation::TargetCarriesOther | AnchorRelation::BystanderAndTargetCarriesOther => {
            Some(ANCHORS[1][0].into())
        }
        AnchorRelation::Equal => Some(anchor.into()),
        AnchorRelation::EqualButForCase => Some(in_other_case.into()),
    }
}
