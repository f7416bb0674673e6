//! The rules by which points are left out of the grid.

use super::dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Conversion, Departure, Eligibility,
    Mapping, Moment, NameRelation, Presence, Switch, TargetRoles,
};
use super::point::Point;

/// A rule by which points of the full product are left out. Where several apply, the first counts.
#[derive(Debug)]
pub struct LeftOut {
    /// Its name.
    pub slug: &'static str,
    /// What is left out, and why.
    pub words: &'static str,
    applies_to: fn(&Point) -> bool,
}

impl LeftOut {
    pub(super) fn applies_to(&self, point: &Point) -> bool {
        (self.applies_to)(point)
    }
}

/// Every rule about the dimensions that every edition has, in the order in which they are asked.
pub(super) static RULES: &[LeftOut] = &[
    LeftOut {
        slug: "only-users-have-names",
        words: "impossible: groups and contacts have no userPrincipalName that could meet or be met",
        applies_to: |point| {
            let name_of_incoming = point.name != NameRelation::Unmet;
            let name_of_target =
                point.name.is_with_target() || point.address == AddressRelation::TargetName;
            (name_of_incoming && !point.incoming.is_user())
                || (name_of_target && !point.target.is_user())
        },
    },
    LeftOut {
        slug: "only-users-have-roles",
        words: "impossible: groups and contacts have no directory roles",
        applies_to: |point| {
            let role_of_incoming = point.roles == TargetRoles::OnceJoined;
            let role_of_bystander = point.bystander == Bystander::Administrator;
            ((role_of_incoming || role_of_bystander) && !point.incoming.is_user())
                || (point.roles.is_from_the_start() && !point.target.is_user())
        },
    },
    LeftOut {
        slug: "only-users-have-passwords",
        words: "password hash sync concerns users only: for an incoming group or contact it stays on",
        applies_to: |point| point.password_hash_sync == Switch::Off && !point.incoming.is_user(),
    },
    LeftOut {
        slug: "no-hard-match-to-block",
        words: "the switch that blocks hard match concerns users whose anchor is somebody's; the switches are not turned together",
        applies_to: |point| {
            point.hard_match == Switch::Off
                && (!point.incoming.is_user()
                    || !point.anchor.is_met()
                    || point.soft_match == Switch::Off
                    || point.password_hash_sync == Switch::Off)
        },
    },
    LeftOut {
        slug: "no-address-to-be-equal-to",
        words: "impossible: a target without addresses has none that a userPrincipalName could equal",
        applies_to: |point| {
            point.name == NameRelation::TargetAddress && !point.address.target_has_any()
        },
    },
    LeftOut {
        slug: "third-object-not-third",
        words: "a third object is met only where the target and the bystander are met too, by the other two attributes; where they are not, it is one of these two",
        applies_to: |point| {
            let target_by_name = point.anchor.is_with_bystander() && point.name.is_with_target();
            let target_by_anchor =
                point.anchor.is_with_target() && point.name == NameRelation::Bystander;
            point.address == AddressRelation::Third && !target_by_name && !target_by_anchor
        },
    },
    LeftOut {
        slug: "bystander-not-met",
        words: "a bystander that is not met stands for any unrelated object, whatever its roles",
        applies_to: |point| point.bystander == Bystander::Administrator && !point.meets_bystander(),
    },
    LeftOut {
        slug: "carries-the-anchor-of-its-own",
        words: "impossible: an on-premises-mastered target carries the anchor of its own on-premises object, and no two objects have the same",
        applies_to: |point| {
            point.authority == Authority::OnPremises
                && matches!(
                    point.anchor,
                    AnchorRelation::Free | AnchorRelation::Equal | AnchorRelation::Bystander
                )
        },
    },
    LeftOut {
        slug: "roles-protect-in-the-cloud-only",
        words: "only cloud-mastered objects are ever matched, so the roles of an on-premises-mastered target decide nothing",
        applies_to: |point| {
            point.authority == Authority::OnPremises && point.roles.is_from_the_start()
        },
    },
    LeftOut {
        slug: "recycle-bin-is-for-users",
        words: "left open by the pages: soft delete of groups and contacts",
        applies_to: |point| point.presence == Presence::RecycleBin && !point.target.is_user(),
    },
    LeftOut {
        slug: "deleted-while-joined",
        words: "left open by the pages: an on-premises-mastered object that is deleted in the cloud",
        applies_to: |point| {
            point.presence == Presence::RecycleBin && point.authority == Authority::OnPremises
        },
    },
    LeftOut {
        slug: "roles-in-the-recycle-bin",
        words: "left open by the pages of this edition: what the roles of a user in the recycle bin mean",
        applies_to: |point| {
            point.presence == Presence::RecycleBin && point.roles.is_from_the_start()
        },
    },
    LeftOut {
        slug: "nothing-to-unblock",
        words: "impossible: nothing that could be removed stands in the way, neither a role nor a switch",
        applies_to: |point| point.moment == Moment::Unblocked && !point.can_be_unblocked(),
    },
    LeftOut {
        slug: "role-only-before-reinstallation",
        words: "a role given to a joined user takes part in no decision until Connect is installed anew",
        applies_to: |point| {
            point.roles == TargetRoles::OnceJoined && !point.moment.is_reinstalling()
        },
    },
    LeftOut {
        slug: "anchor-lost-before-reinstallation",
        words: "left open by the pages: a joined object whose anchor was changed before Connect was installed anew",
        applies_to: |point| point.moment == Moment::ChangedAndReinstalled && point.anchor.is_met(),
    },
];

/// The rules about what later editions add, asked after the others. One thing of theirs is varied at a
/// time.
pub(super) static LATER_RULES: &[LeftOut] = &[
    LeftOut {
        slug: "no-name-to-match-on",
        words: "the switch for soft match on the UPN concerns users whose UPN is somebody's; the switches are not turned together, and roles stop a match either way",
        applies_to: |point| {
            let is_somebody_s =
                point.name.is_with_target() || point.name == NameRelation::Bystander;
            let is_blocked_anyway = point.soft_match == Switch::Off
                || point.roles.is_from_the_start()
                || point.bystander == Bystander::Administrator;
            point.match_on_name == Switch::Off
                && (!is_somebody_s
                    || is_blocked_anyway
                    || point.hard_match == Switch::Off
                    || point.password_hash_sync == Switch::Off)
        },
    },
    LeftOut {
        slug: "users-leave-scope",
        words: "left open by the pages: groups and contacts that leave scope, and what comes in the place of a user and is none",
        applies_to: |point| {
            point.departure != Departure::Never
                && !(point.target.is_user() && point.incoming.is_user())
        },
    },
    LeftOut {
        slug: "left-with-an-anchor",
        words: "impossible: a user that has left scope was joined, in the cloud until then, and carries an anchor",
        applies_to: |point| {
            point.departure != Departure::Never
                && (point.authority == Authority::OnPremises
                    || point.presence == Presence::RecycleBin
                    || matches!(point.anchor, AnchorRelation::Free | AnchorRelation::Bystander))
        },
    },
    LeftOut {
        slug: "left-in-other-circumstances",
        words: "of the switches only the one for hard match concerns who comes back; and what the roles of a user in the recycle bin mean is left open by the pages",
        applies_to: |point| {
            point.departure != Departure::Never
                && (point.soft_match == Switch::Off
                    || point.password_hash_sync == Switch::Off
                    || point.roles.is_from_the_start()
                    || point.bystander == Bystander::Administrator)
        },
    },
    LeftOut {
        slug: "protected-from-hard-matches",
        words: "eligibility and mapping protect users in the cloud from a match on the anchor, and from nothing else; roles and switches are not varied together with them",
        applies_to: |point| {
            let is_varied =
                point.eligibility != Eligibility::Never || point.mapping != Mapping::Unmapped;
            let is_plain = point.target.is_user()
                && point.incoming.is_user()
                && point.anchor == AnchorRelation::Equal
                && point.authority == Authority::Cloud
                && point.presence == Presence::Active
                && point.soft_match == Switch::On
                && point.hard_match == Switch::On
                && point.password_hash_sync == Switch::On
                && !point.roles.is_from_the_start()
                && point.bystander == Bystander::Ordinary;
            is_varied && !is_plain
        },
    },
    LeftOut {
        slug: "converted-while-joined",
        words: "only an on-premises-mastered object can be given to the cloud; the switches are not varied together with that",
        applies_to: |point| {
            point.conversion != Conversion::Never
                && (point.authority != Authority::OnPremises
                    || point.soft_match == Switch::Off
                    || point.hard_match == Switch::Off
                    || point.password_hash_sync == Switch::Off)
        },
    },
];

impl Point {
    /// The rule that leaves this point out of the grid, if one does.
    pub fn left_out(&self) -> Option<&'static LeftOut> {
        RULES.iter().chain(LATER_RULES).find(|rule| rule.applies_to(self))
    }
}
