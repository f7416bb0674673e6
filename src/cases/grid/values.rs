//! The values that the grid's cases are made of. Each is made once and shared by all cases.

use super::dimension::{AddressRelation, AnchorRelation, NameRelation};
use crate::directory::{Attributes, ProxyAddress, Text};
use std::sync::LazyLock;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $value:literal,)*) => {
        /// Every text that stands in a case.
        pub(super) struct Texts {
            $($(#[$doc])* pub(super) $name: Text,)*
        }

        impl Texts {
            fn new() -> Texts {
                Texts { $($name: $value.into(),)* }
            }
        }
    };
}

texts! {
    /// The target's label.
    ann = "ann",
    /// The bystander's label.
    bob = "bob",
    /// The third object's label.
    cat = "cat",
    /// The incoming object's key.
    ann_ad = "ann-ad",
    /// The key of the object that the target is joined to.
    dan_ad = "dan-ad",

    anchor = "QUFB",
    anchor_in_other_case = "qufb",
    other_anchor = "QkJC",
    /// The incoming object's anchor while it meets nobody, where it carries another later.
    start_anchor = "U1RB",

    target_name = "ann@contoso.com",
    target_name_in_other_case = "Ann@Contoso.com",
    target_mail = "ann.lee@contoso.com",
    bystander_name = "bob@contoso.com",
    third_name = "cat@contoso.com",
    unmet_name = "ann.ad@contoso.com",
    start_name = "start@contoso.com",

    incoming_password = "pw-ad",
    start_password = "pw-start",
    target_password = "pw-cloud",

    harmless_role = "Directory Readers",
    mighty_role = "Global Administrator",

    display_name = "displayName",
    telephone_number = "telephoneNumber",
    incoming_display_name = "Ann",
    new_telephone_number = "+1 555 0100",
}

/// Everything that cases are made of.
pub(super) struct Values {
    pub(super) texts: Texts,
    /// The incoming object's. Its `displayName` is the bystander's, its `employeeId` the target's:
    /// both tempt, and neither matches.
    pub(super) incoming_attributes: Attributes,
    /// The incoming object's while it meets nobody.
    pub(super) start_attributes: Attributes,
    /// The target's in the cloud, with one that the incoming object lacks.
    pub(super) target_attributes: Attributes,
    /// Those of the on-premises object that the target is joined to.
    pub(super) owner_attributes: Attributes,
    pub(super) bystander_attributes: Attributes,
    pub(super) third_attributes: Attributes,
    pub(super) bystander_addresses: Vec<ProxyAddress>,
    pub(super) third_addresses: Vec<ProxyAddress>,
    pub(super) start_addresses: Vec<ProxyAddress>,
    /// By [`AddressRelation`], in its order.
    addresses: Vec<Addresses>,
}

/// The addresses of both sides.
pub(super) struct Addresses {
    pub(super) incoming: Vec<ProxyAddress>,
    pub(super) target: Vec<ProxyAddress>,
}

/// Everything that cases are made of.
pub(super) static VALUES: LazyLock<Values> = LazyLock::new(Values::new);

fn attributes(values: &[(&str, &str)]) -> Attributes {
    values.iter().map(|&(name, value)| (name.into(), value.into())).collect()
}

fn addresses(values: &[&str]) -> Vec<ProxyAddress> {
    values.iter().map(|&value| value.into()).collect()
}

const TARGET_PRIMARY: &str = "SMTP:ann.lee@contoso.com";
const TARGET_SECONDARY: &str = "smtp:a.lee@contoso.com";
const BYSTANDER_PRIMARY: &str = "SMTP:bob.ray@contoso.com";
const THIRD_PRIMARY: &str = "SMTP:cat.ray@contoso.com";
/// One that nobody else has.
const INCOMING_PRIMARY: &str = "SMTP:lee@contoso.com";
const INCOMING_SECONDARY: &str = "smtp:lee@contoso.com";
const X500: &str = "X500:/o=Contoso/cn=ann";

impl Addresses {
    fn of(relation: AddressRelation) -> Addresses {
        let in_the_cloud: &[&str] = &[TARGET_PRIMARY, TARGET_SECONDARY];
        let (incoming, target): (&[&str], &[&str]) = match relation {
            AddressRelation::Different => (&[INCOMING_PRIMARY], in_the_cloud),
            AddressRelation::NeitherSide => (&[], &[]),
            AddressRelation::IncomingOnly => (&[INCOMING_PRIMARY], &[]),
            AddressRelation::TargetOnly => (&[], in_the_cloud),
            // With one more on-premises, and without the target's secondary one.
            AddressRelation::Same => (&[TARGET_PRIMARY, INCOMING_SECONDARY], in_the_cloud),
            AddressRelation::SameButForCase => (&["SMTP:Ann.Lee@Contoso.com"], in_the_cloud),
            AddressRelation::PrimaryOnSecondary => (&["SMTP:a.lee@contoso.com"], in_the_cloud),
            AddressRelation::SecondaryOnPrimary => {
                (&[INCOMING_PRIMARY, "smtp:ann.lee@contoso.com"], in_the_cloud)
            }
            AddressRelation::SecondaryOnSecondary => {
                (&[INCOMING_PRIMARY, TARGET_SECONDARY], in_the_cloud)
            }
            AddressRelation::SharedX500 => (&[INCOMING_PRIMARY, X500], &[TARGET_PRIMARY, X500]),
            AddressRelation::TargetName => (&["SMTP:ann@contoso.com"], in_the_cloud),
            AddressRelation::Bystander => (&[BYSTANDER_PRIMARY], in_the_cloud),
            AddressRelation::SameAndBystander => {
                (&[TARGET_PRIMARY, "smtp:bob.ray@contoso.com"], in_the_cloud)
            }
            AddressRelation::Third => (&[THIRD_PRIMARY], in_the_cloud),
        };
        Addresses { incoming: addresses(incoming), target: addresses(target) }
    }
}

impl Values {
    fn new() -> Values {
        let same_employee = ("employeeId", "7");
        let in_the_cloud = ("displayName", "Ann in the cloud");
        Values {
            texts: Texts::new(),
            incoming_attributes: attributes(&[("displayName", "Ann"), same_employee]),
            start_attributes: attributes(&[("displayName", "Ann at first"), same_employee]),
            target_attributes: attributes(&[in_the_cloud, ("department", "Sales"), same_employee]),
            owner_attributes: attributes(&[in_the_cloud, same_employee]),
            bystander_attributes: attributes(&[("displayName", "Ann")]),
            third_attributes: attributes(&[("displayName", "Cat")]),
            bystander_addresses: addresses(&[BYSTANDER_PRIMARY]),
            third_addresses: addresses(&[THIRD_PRIMARY]),
            start_addresses: addresses(&["SMTP:start.lee@contoso.com"]),
            addresses: AddressRelation::ALL
                .iter()
                .map(|&relation| Addresses::of(relation))
                .collect(),
        }
    }

    pub(super) fn addresses(&self, relation: AddressRelation) -> &Addresses {
        &self.addresses[relation as usize]
    }

    /// The incoming user's name.
    pub(super) fn name(&self, relation: NameRelation) -> &Text {
        match relation {
            NameRelation::Unmet => &self.texts.unmet_name,
            NameRelation::Equal => &self.texts.target_name,
            NameRelation::EqualButForCase => &self.texts.target_name_in_other_case,
            NameRelation::Bystander => &self.texts.bystander_name,
            NameRelation::TargetAddress => &self.texts.target_mail,
        }
    }

    /// The anchor that the target carries.
    pub(super) fn target_anchor(&self, relation: AnchorRelation) -> Option<&Text> {
        match relation {
            AnchorRelation::Free | AnchorRelation::Bystander => None,
            AnchorRelation::TargetCarriesOther | AnchorRelation::BystanderAndTargetCarriesOther => {
                Some(&self.texts.other_anchor)
            }
            AnchorRelation::Equal => Some(&self.texts.anchor),
            AnchorRelation::EqualButForCase => Some(&self.texts.anchor_in_other_case),
        }
    }
}
