//! The objects of the scope, and the values that they are made of.

use crate::directory::{
    Capabilities, Capability, CloudSetup, Kind, OnPremisesObject, ProxyAddress, Text, words,
};

/// The role that there is.
pub(super) const ROLE: &str = "Reader";

/// The role that there is besides where an edition tells privileged roles from others.
const PRIVILEGED_ROLE: &str = "Global Administrator";

/// The identifier of an on-premises object that is not there.
pub(super) const FOREIGN_IDENTIFIER: &str = "object-of-another";

/// The roles that users are given.
pub(super) fn roles(capabilities: &Capabilities) -> Vec<Text> {
    let privileged = capabilities.has(Capability::RoleEligibility).then_some(PRIVILEGED_ROLE);
    std::iter::once(ROLE).chain(privileged).map(Text::from).collect()
}

/// The roles that users are made eligible for.
pub(super) fn roles_to_be_eligible_for(capabilities: &Capabilities) -> Vec<Text> {
    roles(capabilities).split_off(1)
}

/// This object with an identifier of its own, where an edition knows of those.
pub(super) fn identified(
    object: OnPremisesObject,
    capabilities: &Capabilities,
) -> OnPremisesObject {
    let is_known = capabilities.has(Capability::ObjectIdentifier) && object.kind == Kind::User;
    let object_identifier = is_known.then(|| format!("object-{}", object.key).into());
    OnPremisesObject { object_identifier, ..object }
}

/// The attribute that there is.
pub(super) const ATTRIBUTE: &str = "displayName";

/// What the attribute can be.
pub(super) const ATTRIBUTE_VALUES: [&str; 2] = ["One", "Two"];

/// An on-premises password, and the one that it is changed to.
pub(super) const ON_PREMISES_PASSWORDS: [&str; 2] = ["pw-ad", "pw-ad-new"];

/// A password that was set in the cloud.
pub(super) const CLOUD_PASSWORD: &str = "pw-cloud";

/// One of the objects that each side has: its kind, and whether it is the second of that.
pub(super) type Object = (Kind, bool);

/// The objects of each side. Of users there are two.
pub(super) const OBJECTS: [Object; 4] =
    [(Kind::User, false), (Kind::User, true), (Kind::Group, false), (Kind::Contact, false)];

/// The label of a cloud object.
pub(super) fn label(object: Object) -> Text {
    match object {
        (Kind::User, true) => "bob",
        (Kind::User, false) => "ann",
        (Kind::Group, _) => "team",
        (Kind::Contact, _) => "vendor",
    }
    .into()
}

/// The key of an on-premises object.
pub(super) fn key(object: Object) -> Text {
    format!("{}-ad", label(object)).into()
}

/// Which of the two mail addresses an object has, and as what: `None`, or whether it is primary.
pub(super) type Addresses = [Option<bool>; 2];

/// Every way of having the two addresses, of which one at most is primary.
pub(super) const EVERY_ADDRESSES: [Addresses; 8] = [
    [None, None],
    [Some(true), None],
    [None, Some(true)],
    [Some(false), None],
    [None, Some(false)],
    [Some(true), Some(false)],
    [Some(false), Some(true)],
    [Some(false), Some(false)],
];

/// The ways of having one address at most: those of objects that come into being.
pub(super) const ONE_ADDRESS: &[Addresses] = EVERY_ADDRESSES.split_at(5).0;

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    OnPremises,
    Cloud,
}

words! {
    /// How the values of the scope are related to one another.
    pub enum Values {
        /// No two are the same, and each is always written in the same way.
        Apart = "apart",
        /// The addresses are the same texts as the user principal names, the cloud writes both in
        /// capitals, and the two anchors differ in nothing but letter case.
        Alike = "alike",
    }
}

impl Values {
    fn written(self, side: Side, text: String) -> String {
        if self == Values::Alike && side == Side::Cloud { text.to_uppercase() } else { text }
    }

    /// The two user principal names.
    pub(super) fn names(self, side: Side) -> [Text; 2] {
        ["ann", "bob"].map(|user| self.written(side, format!("{user}@contoso.com")).into())
    }

    /// The anchors that an on-premises object of a kind can have.
    pub(super) fn anchors(self, kind: Kind) -> Vec<Text> {
        let anchors: &[&str] = match (kind, self) {
            (Kind::User, Values::Apart) => &["QUFB", "QkJC"],
            (Kind::User, Values::Alike) => &["QUFB", "qufb"],
            (Kind::Group, _) => &["R0dH"],
            (Kind::Contact, _) => &["Q0ND"],
        };
        anchors.iter().map(|anchor| (*anchor).into()).collect()
    }

    /// The anchors that a cloud object of a kind can carry: none, those of its kind, and those that
    /// users have.
    pub(super) fn carried_anchors(self, kind: Kind) -> Vec<Option<Text>> {
        let foreign = if kind == Kind::User { Vec::new() } else { self.anchors(Kind::User) };
        let anchors = self.anchors(kind).into_iter().chain(foreign).map(Some);
        std::iter::once(None).chain(anchors).collect()
    }

    pub(super) fn addresses(self, side: Side, addresses: Addresses) -> Vec<ProxyAddress> {
        let users = match self {
            Values::Apart => ["info", "sales"],
            Values::Alike => ["ann", "bob"],
        };
        let written = |(user, is_primary): (&str, Option<bool>)| {
            let prefix = if is_primary? { "SMTP" } else { "smtp" };
            let mail = self.written(side, format!("{user}@contoso.com"));
            Some(ProxyAddress(format!("{prefix}:{mail}").into()))
        };
        users.into_iter().zip(addresses).filter_map(written).collect()
    }

    /// A cloud object with nothing but a name, an attribute and a password. The first user's
    /// attribute differs from what there is on-premises, the second one's does not.
    pub(super) fn plain_cloud(self, object: Object) -> CloudSetup {
        let (kind, second) = object;
        let [name, _] = self.names(Side::Cloud);
        let attribute = ATTRIBUTE_VALUES[usize::from(!second)];
        CloudSetup {
            label: label(object),
            kind,
            mail_enabled: false,
            on_premises_immutable_id: None,
            on_premises_object_identifier: None,
            user_principal_name: (kind == Kind::User).then_some(name),
            proxy_addresses: Vec::new(),
            attributes: [(ATTRIBUTE.into(), attribute.into())].into_iter().collect(),
            password: (kind == Kind::User).then(|| CLOUD_PASSWORD.into()),
            roles: Default::default(),
            eligible_roles: Default::default(),
        }
    }

    /// An on-premises object with nothing but an anchor, a name, an attribute and a password.
    pub(super) fn plain_on_premises(self, object: Object) -> OnPremisesObject {
        let kind = object.0;
        let [name, _] = self.names(Side::OnPremises);
        OnPremisesObject {
            key: key(object),
            kind,
            mail_enabled: false,
            source_anchor: self.anchors(kind).into_iter().next(),
            object_identifier: None,
            user_principal_name: (kind == Kind::User).then_some(name),
            proxy_addresses: Vec::new(),
            attributes: [(ATTRIBUTE.into(), ATTRIBUTE_VALUES[0].into())].into_iter().collect(),
            password: (kind == Kind::User).then(|| ON_PREMISES_PASSWORDS[0].into()),
        }
    }

    /// A cloud object in every form that it can have with these addresses.
    pub(super) fn every_cloud(self, object: Object, addresses: &[Addresses]) -> Vec<CloudSetup> {
        let kind = object.0;
        let mut all = Vec::new();
        for name in names_of(kind, self.names(Side::Cloud)) {
            for addresses in addresses {
                for &mail_enabled in mail_enabled(kind) {
                    for on_premises_immutable_id in self.carried_anchors(kind) {
                        let setup = CloudSetup {
                            mail_enabled,
                            on_premises_immutable_id,
                            user_principal_name: name.clone(),
                            proxy_addresses: self.addresses(Side::Cloud, *addresses),
                            ..self.plain_cloud(object)
                        };
                        all.push(setup.clone());
                        if kind == Kind::User {
                            all.push(CloudSetup { roles: [ROLE.into()].into(), ..setup });
                        }
                    }
                }
            }
        }
        all
    }

    /// An on-premises object in every form that it can have with these addresses.
    pub(super) fn every_on_premises(
        self,
        object: Object,
        addresses: &[Addresses],
    ) -> Vec<OnPremisesObject> {
        let kind = object.0;
        let mut all = Vec::new();
        for name in names_of(kind, self.names(Side::OnPremises)) {
            for addresses in addresses {
                for &mail_enabled in mail_enabled(kind) {
                    for anchor in self.anchors(kind) {
                        all.push(OnPremisesObject {
                            mail_enabled,
                            source_anchor: Some(anchor),
                            user_principal_name: name.clone(),
                            proxy_addresses: self.addresses(Side::OnPremises, *addresses),
                            ..self.plain_on_premises(object)
                        });
                    }
                }
            }
        }
        all
    }
}

/// Only users have names.
fn names_of(kind: Kind, names: [Text; 2]) -> Vec<Option<Text>> {
    if kind == Kind::User { names.map(Some).to_vec() } else { vec![None] }
}

/// Whether an object of a kind is mail-enabled: both where it can be.
fn mail_enabled(kind: Kind) -> &'static [bool] {
    if kind == Kind::Group { &[true, false] } else { &[false] }
}
