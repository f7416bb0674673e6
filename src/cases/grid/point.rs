//! One combination of classes.

use super::dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Conversion, Departure, Eligibility,
    Mapping, Moment, NameRelation, ObjectClass, Presence, Switch, TargetRoles,
};
use crate::directory::Capability;

/// Defines [`Point`]: its dimensions, the one that varies slowest first, and the word that stands
/// for each in an ID; then those that later editions add, each with the capability that it takes.
macro_rules! point {
    (
        {$($(#[$doc:meta])* $field:ident: $dimension:ident = $word:literal,)*}
        {$(
            $(#[$later_doc:meta])* $later:ident: $later_dimension:ident = $later_word:literal
            if $capability:ident,
        )*}
    ) => {
        /// One combination: a class of every dimension.
        ///
        /// ```
        /// use entra_conformance::cases::grid::{Moment, NameRelation, Point};
        /// let point = Point::from_id("grid/user-to-user/upn=equal,when=reinstalled").unwrap();
        /// assert_eq!(point.name, NameRelation::Equal);
        /// assert_eq!(point.moment, Moment::Reinstalled);
        /// assert!(point.left_out().is_none());
        /// assert_eq!(point.case().tenant.on_premises[0].user_principal_name.as_deref(), Some("ann@contoso.com"));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Point {
            $($(#[$doc])* pub $field: $dimension,)*
            $($(#[$later_doc])* pub $later: $later_dimension,)*
        }

        /// The number of a point's class in each dimension.
        pub(super) type Classes = [u8; [$($word,)* $($later_word),*].len()];

        impl Point {
            /// How many dimensions every edition has.
            pub(super) const OF_EVERY_EDITION: usize = [$($word),*].len();

            /// The dimensions that later editions add, each with the capability that it takes.
            pub(super) const LATER: &'static [(&'static str, Capability)] =
                &[$(($later_word, Capability::$capability)),*];

            /// How many classes each dimension has.
            pub(super) const SIZES: [usize; [$($word,)* $($later_word),*].len()] =
                [$($dimension::ALL.len(),)* $($later_dimension::ALL.len()),*];

            pub(super) fn classes(&self) -> Classes {
                [$(self.$field as u8,)* $(self.$later as u8),*]
            }

            /// How many points the full product has of the dimensions that every edition has.
            pub(super) const EVERY: usize = 1 $(* $dimension::ALL.len())*;

            /// The points that differ from this one in this later dimension.
            pub(super) fn varied(&self, dimension: &str) -> Vec<Point> {
                match dimension {
                    $($later_word => $later_dimension::ALL[1..]
                        .iter()
                        .map(|class| Point { $later: *class, ..*self })
                        .collect(),)*
                    _ => Vec::new(),
                }
            }

            /// The point with this number, from 0 to [`Point::EVERY`].
            pub(super) fn numbered(number: usize) -> Point {
                let mut stride = Point::EVERY;
                $(
                    stride /= $dimension::ALL.len();
                    let $field = $dimension::ALL[number / stride % $dimension::ALL.len()];
                )*
                Point { $($field,)* $($later: $later_dimension::ALL[0],)* }
            }

            /// The word of each dimension with the word of the point's class, but for classes that
            /// are left unsaid.
            pub(super) fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
                [
                    $((self.$field != $dimension::ALL[0]).then(|| ($word, self.$field.word())),)*
                    $(
                        (self.$later != $later_dimension::ALL[0])
                            .then(|| ($later_word, self.$later.word())),
                    )*
                ]
                .into_iter()
                .flatten()
            }

            /// Sets the dimension that `dimension` stands for to the class that `class` stands for.
            pub(super) fn set(&mut self, dimension: &str, class: &str) -> Option<()> {
                match dimension {
                    $($word => self.$field = $dimension::from_word(class)?,)*
                    $($later_word => self.$later = $later_dimension::from_word(class)?,)*
                    _ => return None,
                }
                Some(())
            }
        }
    };
}

point! {{
    /// What the incoming object is.
    incoming: ObjectClass = "incoming",
    /// What the target is.
    target: ObjectClass = "target",
    /// Who carries the incoming anchor.
    anchor: AnchorRelation = "anchor",
    /// Whose the incoming `userPrincipalName` is.
    name: NameRelation = "upn",
    /// What the addresses have in common.
    address: AddressRelation = "address",
    /// Where the target is mastered.
    authority: Authority = "authority",
    /// The target's directory roles.
    roles: TargetRoles = "roles",
    /// Whether the target is active.
    presence: Presence = "target-is",
    /// Who the bystander is.
    bystander: Bystander = "bystander",
    /// Whether soft match is on.
    soft_match: Switch = "softMatch",
    /// Whether hard match is on, and not blocked.
    hard_match: Switch = "hardMatch",
    /// Whether password hash synchronisation is on.
    password_hash_sync: Switch = "passwordHashSync",
    /// What has happened to the incoming object, and what happens afterwards.
    moment: Moment = "when",
} {
    /// Whether a user is matched on the name alone.
    match_on_name: Switch = "softMatchOnUpn" if SoftMatchOnUpnSwitch,
    /// Whether the target has left the scope of synchronisation, and what has become of it.
    departure: Departure = "left-scope" if Scope,
    /// Whether the target is eligible for a directory role.
    eligibility: Eligibility = "eligible" if RoleEligibility,
    /// Which on-premises object the target is known to have belonged to.
    mapping: Mapping = "mapped" if ObjectIdentifier,
    /// Whether the target has been given to the cloud.
    conversion: Conversion = "cloud-managed" if SourceOfAuthority,
}}

impl Point {
    /// The full product of the dimensions that every edition has, left out or not, always in the same
    /// order.
    pub(super) fn every() -> impl Iterator<Item = Point> {
        (0..Point::EVERY).map(Point::numbered)
    }

    /// Whether it has a class that the first edition does not know.
    pub fn is_of_a_later_edition(&self) -> bool {
        self.classes()[Point::OF_EVERY_EDITION..].iter().any(|class| *class > 0)
    }

    /// Whether anything stands in the way that could be removed: a role or a switch.
    pub(super) fn can_be_unblocked(&self) -> bool {
        let switches = [self.soft_match, self.hard_match, self.match_on_name];
        switches.contains(&Switch::Off)
            || self.eligibility == Eligibility::Privileged
            || self.mapping == Mapping::ToAnother
            || self.roles.is_from_the_start()
            || self.bystander == Bystander::Administrator
    }

    /// Whether the bystander has an identifier of the incoming object.
    pub(super) fn meets_bystander(&self) -> bool {
        self.anchor.is_with_bystander()
            || self.name == NameRelation::Bystander
            || self.address.is_with_bystander()
    }
}
