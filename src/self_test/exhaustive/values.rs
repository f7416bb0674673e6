//! The values of the scope, and the objects that can be made of them.

use crate::directory::{CloudSetup, Kind, OnPremisesObject, ProxyAddress, Text};

/// The role that there is.
pub(super) const ROLE: &str = "Reader";

/// The attribute that there is.
pub(super) const ATTRIBUTE: &str = "displayName";

/// What the attribute can be.
pub(super) const ATTRIBUTE_VALUES: [&str; 2] = ["One", "Two"];

/// An on-premises password, and the one that it is changed to.
pub(super) const ON_PREMISES_PASSWORDS: [&str; 2] = ["pw-ad", "pw-ad-new"];

/// A password that was set in the cloud.
pub(super) const CLOUD_PASSWORD: &str = "pw-cloud";

/// How the values of the scope are related to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// No two are the same, and each is always written in the same way.
    Apart,
    /// The addresses are the same texts as the user principal names, the cloud writes both in
    /// capitals, and the two anchors differ in nothing but letter case.
    Alike,
}

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    OnPremises,
    Cloud,
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

/// Which anchor: one of the two that users share, or the one that belongs to a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Shared(usize),
    Own(Kind),
}

impl Values {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Values::Apart => "apart",
            Values::Alike => "alike",
        }
    }

    fn written(self, side: Side, text: String) -> String {
        if self == Values::Alike && side == Side::Cloud { text.to_uppercase() } else { text }
    }

    pub(super) fn name(self, side: Side, which: usize) -> Text {
        let user = ["ann", "bob"][which];
        self.written(side, format!("{user}@contoso.com")).into()
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Text {
        let shared = match self {
            Values::Apart => ["QUFB", "QkJC"],
            Values::Alike => ["QUFB", "qufb"],
        };
        match anchor {
            Anchor::Shared(which) => shared[which],
            Anchor::Own(Kind::User) => "VVVV",
            Anchor::Own(Kind::Group) => "R0dH",
            Anchor::Own(Kind::Contact) => "Q0ND",
        }
        .into()
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

    /// A cloud object.
    pub(super) fn cloud(self, form: CloudForm) -> CloudSetup {
        let CloudForm { kind, second, name, addresses, anchor, has_role, mail_enabled } = form;
        let is_user = kind == Kind::User;
        let attribute = ATTRIBUTE_VALUES[usize::from(!second)];
        CloudSetup {
            label: label(kind, second),
            kind,
            mail_enabled,
            on_premises_immutable_id: anchor.map(|anchor| self.anchor(anchor)),
            user_principal_name: is_user.then(|| self.name(Side::Cloud, name)),
            proxy_addresses: self.addresses(Side::Cloud, addresses),
            attributes: [(ATTRIBUTE.into(), attribute.into())].into_iter().collect(),
            password: is_user.then(|| CLOUD_PASSWORD.into()),
            roles: has_role.then(|| ROLE.into()).into_iter().collect(),
        }
    }

    /// An on-premises object.
    pub(super) fn on_premises(self, form: OnPremisesForm) -> OnPremisesObject {
        let OnPremisesForm { kind, second, name, addresses, anchor, mail_enabled } = form;
        let is_user = kind == Kind::User;
        OnPremisesObject {
            key: key(kind, second),
            kind,
            mail_enabled,
            source_anchor: Some(self.anchor(anchor)),
            user_principal_name: is_user.then(|| self.name(Side::OnPremises, name)),
            proxy_addresses: self.addresses(Side::OnPremises, addresses),
            attributes: [(ATTRIBUTE.into(), ATTRIBUTE_VALUES[0].into())].into_iter().collect(),
            password: is_user.then(|| ON_PREMISES_PASSWORDS[0].into()),
        }
    }
}

/// What a cloud object is like. The first user's attribute differs from what there is on-premises,
/// the second one's does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct CloudForm {
    pub(super) kind: Kind,
    pub(super) second: bool,
    pub(super) name: usize,
    pub(super) addresses: Addresses,
    pub(super) anchor: Option<Anchor>,
    pub(super) has_role: bool,
    pub(super) mail_enabled: bool,
}

impl CloudForm {
    /// The plainest object of a kind.
    pub(super) fn plain(kind: Kind) -> CloudForm {
        let addresses = EVERY_ADDRESSES[0];
        let (second, has_role, mail_enabled) = (false, false, false);
        CloudForm { kind, second, name: 0, addresses, anchor: None, has_role, mail_enabled }
    }
}

/// What an on-premises object is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnPremisesForm {
    pub(super) kind: Kind,
    pub(super) second: bool,
    pub(super) name: usize,
    pub(super) addresses: Addresses,
    pub(super) anchor: Anchor,
    pub(super) mail_enabled: bool,
}

impl OnPremisesForm {
    /// The plainest object of a kind.
    pub(super) fn plain(kind: Kind) -> OnPremisesForm {
        let anchor = if kind == Kind::User { Anchor::Shared(0) } else { Anchor::Own(kind) };
        let (second, mail_enabled) = (false, false);
        OnPremisesForm {
            kind,
            second,
            name: 0,
            addresses: EVERY_ADDRESSES[0],
            anchor,
            mail_enabled,
        }
    }
}

/// The label of a cloud object of the scope. Of users there are two.
pub(super) fn label(kind: Kind, second: bool) -> Text {
    match kind {
        Kind::User if second => "bob",
        Kind::User => "ann",
        Kind::Group => "team",
        Kind::Contact => "vendor",
    }
    .into()
}

/// The key of an on-premises object of the scope.
pub(super) fn key(kind: Kind, second: bool) -> Text {
    format!("{}-ad", label(kind, second)).into()
}

/// The kinds of the scope's objects, and whether each is the second of its kind.
pub(super) const OBJECTS: [(Kind, bool); 4] =
    [(Kind::User, false), (Kind::User, true), (Kind::Group, false), (Kind::Contact, false)];
