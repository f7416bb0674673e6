//! The rules by which points are left out of the grid.

use super::Point;
use super::dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Moment, NameRelation, Presence, Switch,
    TargetRoles,
};

/// Defines the rules: each with its name, and with what it leaves out and why.
macro_rules! rules {
    ($($rule:ident = $slug:literal, $words:literal,)*) => {
        /// A rule by which points of the full product are left out. Where several apply, the first
        /// counts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum LeftOut {
            $(#[doc = $words] $rule,)*
        }

        impl LeftOut {
            /// Every rule, in the order in which they are asked.
            pub const ALL: &'static [LeftOut] = &[$(LeftOut::$rule,)*];

            /// Its name.
            pub fn slug(self) -> &'static str {
                match self { $(LeftOut::$rule => $slug,)* }
            }

            /// What is left out, and why.
            pub fn words(self) -> &'static str {
                match self { $(LeftOut::$rule => $words,)* }
            }
        }
    };
}

rules! {
    OnlyUsersHaveNames = "only-users-have-names",
        "impossible: groups and contacts have no userPrincipalName that could meet or be met",
    OnlyUsersHaveRoles = "only-users-have-roles",
        "impossible: groups and contacts have no directory roles",
    OnlyUsersHavePasswords = "only-users-have-passwords",
        "password hash sync concerns users only: for an incoming group or contact it stays on",
    NoAddressToBeEqualTo = "no-address-to-be-equal-to",
        "impossible: a target without addresses has none that a userPrincipalName could equal",
    ThirdObjectNotThird = "third-object-not-third",
        "a third object is met only where the target and the bystander are met too, by the other two attributes; where they are not, it is one of these two",
    BystanderNotMet = "bystander-not-met",
        "a bystander that is not met stands for any unrelated object, whatever its roles",
    CarriesTheAnchorOfItsOwn = "carries-the-anchor-of-its-own",
        "impossible: an on-premises-mastered target carries the anchor of its own on-premises object, and no two objects have the same",
    RolesProtectInTheCloudOnly = "roles-protect-in-the-cloud-only",
        "only cloud-mastered objects are ever matched, so the roles of an on-premises-mastered target decide nothing",
    RecycleBinIsForUsers = "recycle-bin-is-for-users",
        "left open by the pages: soft delete of groups and contacts",
    DeletedWhileJoined = "deleted-while-joined",
        "left open by the pages: an on-premises-mastered object that is deleted in the cloud",
    RolesInTheRecycleBin = "roles-in-the-recycle-bin",
        "left open by the pages of this edition: what the roles of a user in the recycle bin mean",
    NothingToUnblock = "nothing-to-unblock",
        "impossible: nothing that could be removed stands in the way, neither a role nor the switch",
    RoleOnlyBeforeReinstallation = "role-only-before-reinstallation",
        "a role given to a joined user takes part in no decision until Connect is installed anew",
    AnchorLostBeforeReinstallation = "anchor-lost-before-reinstallation",
        "left open by the pages: a joined object whose anchor was changed before Connect was installed anew",
}

impl LeftOut {
    /// Whether the rule leaves this point out.
    fn applies_to(self, point: &Point) -> bool {
        let Point { incoming, target, .. } = *point;
        match self {
            LeftOut::OnlyUsersHaveNames => {
                let name_of_incoming = point.name != NameRelation::Unmet;
                let name_of_target =
                    point.name.is_with_target() || point.address == AddressRelation::TargetName;
                (name_of_incoming && !incoming.is_user()) || (name_of_target && !target.is_user())
            }
            LeftOut::OnlyUsersHaveRoles => {
                let role_of_incoming = point.roles == TargetRoles::OnceJoined;
                let role_of_bystander = point.bystander == Bystander::Administrator;
                ((role_of_incoming || role_of_bystander) && !incoming.is_user())
                    || (point.roles.is_from_the_start() && !target.is_user())
            }
            LeftOut::OnlyUsersHavePasswords => {
                point.password_hash_sync == Switch::Off && !incoming.is_user()
            }
            LeftOut::NoAddressToBeEqualTo => {
                point.name == NameRelation::TargetAddress && !point.address.target_has_any()
            }
            LeftOut::ThirdObjectNotThird => {
                let target_by_name =
                    point.anchor.is_with_bystander() && point.name.is_with_target();
                let target_by_anchor =
                    point.anchor.is_with_target() && point.name == NameRelation::Bystander;
                point.address == AddressRelation::Third && !target_by_name && !target_by_anchor
            }
            LeftOut::BystanderNotMet => {
                point.bystander == Bystander::Administrator && !point.meets_bystander()
            }
            LeftOut::CarriesTheAnchorOfItsOwn => {
                point.authority == Authority::OnPremises
                    && matches!(
                        point.anchor,
                        AnchorRelation::Free | AnchorRelation::Equal | AnchorRelation::Bystander
                    )
            }
            LeftOut::RolesProtectInTheCloudOnly => {
                point.authority == Authority::OnPremises && point.roles.is_from_the_start()
            }
            LeftOut::RecycleBinIsForUsers => {
                point.presence == Presence::RecycleBin && !target.is_user()
            }
            LeftOut::DeletedWhileJoined => {
                point.presence == Presence::RecycleBin && point.authority == Authority::OnPremises
            }
            LeftOut::RolesInTheRecycleBin => {
                point.presence == Presence::RecycleBin && point.roles.is_from_the_start()
            }
            LeftOut::NothingToUnblock => {
                point.moment == Moment::Unblocked
                    && point.soft_match == Switch::On
                    && !point.roles.is_from_the_start()
                    && point.bystander == Bystander::Ordinary
            }
            LeftOut::RoleOnlyBeforeReinstallation => {
                point.roles == TargetRoles::OnceJoined && !point.moment.is_reinstalling()
            }
            LeftOut::AnchorLostBeforeReinstallation => {
                point.moment == Moment::ChangedAndReinstalled && point.anchor.is_met()
            }
        }
    }
}

impl Point {
    /// The rule that leaves this point out of the grid, if one does.
    pub fn left_out(&self) -> Option<LeftOut> {
        LeftOut::ALL.iter().copied().find(|rule| rule.applies_to(self))
    }
}
