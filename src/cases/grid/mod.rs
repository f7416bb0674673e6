//! The grid: every combination of the classes that a matching decision can depend on, for one
//! incoming on-premises object against a small tenant. Nothing is sampled.
//!
//! The tenant of a case has at most four objects besides the incoming one:
//!
//! - the **target**, `ann`, to which the incoming object `ann-ad` stands in the relations that the
//!   point names. Where it is mastered on-premises it belongs to `dan-ad`;
//! - the **bystander**, `bob`, a cloud object of the incoming object's class and with its
//!   `displayName`, which by no rule leads anywhere. It carries the incoming object's anchor, name or
//!   address where the point says so, and is unrelated otherwise;
//! - a **third** object, `cat`, where three different objects are met.
//!
//! Both sides have values that differ, values that only one side has, and passwords, so that every
//! takeover shows all that it does. Every case goes on for one cycle after the last decision, in
//! which nothing is pending but what failed.
//!
//! | module | what it is |
//! | --- | --- |
//! | `dimension` | the dimensions and their classes |
//! | `left_out` | the rules by which points are left out |
//! | `id` | IDs of points |
//! | `case` | from a point to its case |
//! | `values` | the texts that cases are made of |

mod case;
mod dimension;
mod id;
mod left_out;
mod values;

#[cfg(test)]
mod tests;

pub use dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Moment, NameRelation, ObjectClass,
    Presence, Switch, TargetRoles,
};
pub use left_out::LeftOut;

use std::sync::LazyLock;

/// Defines [`Point`]: its dimensions, the one that varies slowest first, and the word that stands
/// for each in an ID.
macro_rules! point {
    ($($(#[$doc:meta])* $field:ident: $dimension:ident = $word:literal,)*) => {
        /// One combination: a class of every dimension.
        ///
        /// ```
        /// use entra_conformance::cases::grid::{Moment, NameRelation, Point};
        /// let point = Point::from_id("grid/user-to-user/upn=equal,when=reinstalled").unwrap();
        /// assert_eq!(point.name, NameRelation::Equal);
        /// assert_eq!(point.moment, Moment::Reinstalled);
        /// assert_eq!(point.left_out(), None);
        /// assert_eq!(point.case().tenant.on_premises[0].user_principal_name.as_deref(), Some("ann@contoso.com"));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Point {
            $($(#[$doc])* pub $field: $dimension,)*
        }

        impl Point {
            /// How many points the full product has.
            pub const EVERY: usize = 1 $(* $dimension::ALL.len())*;

            /// The point with this number, from 0 to [`Point::EVERY`].
            fn numbered(number: usize) -> Point {
                let mut stride = Point::EVERY;
                $(
                    stride /= $dimension::ALL.len();
                    let $field = $dimension::ALL[number / stride % $dimension::ALL.len()];
                )*
                Point { $($field,)* }
            }

            /// The word of each dimension with the word of the point's class, but for classes that
            /// are left unsaid.
            fn words(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
                [$(
                    (self.$field != $dimension::ALL[0]).then(|| ($word, self.$field.word())),
                )*].into_iter().flatten()
            }

            /// Sets the dimension that `dimension` stands for to the class that `class` stands for.
            fn set(&mut self, dimension: &str, class: &str) -> Option<()> {
                match dimension {
                    $($word => self.$field = $dimension::from_word(class)?,)*
                    _ => return None,
                }
                Some(())
            }
        }
    };
}

point! {
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
    /// Whether password hash synchronisation is on.
    password_hash_sync: Switch = "passwordHashSync",
    /// What has happened to the incoming object, and what happens afterwards.
    moment: Moment = "when",
}

impl Point {
    /// The full product, left out or not, always in the same order.
    pub fn every() -> impl Iterator<Item = Point> {
        (0..Point::EVERY).map(Point::numbered)
    }

    /// Whether the bystander has an identifier of the incoming object.
    fn meets_bystander(&self) -> bool {
        self.anchor.is_with_bystander()
            || self.name == NameRelation::Bystander
            || self.address.is_with_bystander()
    }
}

/// All points that have a case, and how many have none. Made once, when it is first asked for.
#[derive(Debug)]
pub struct Grid {
    points: Vec<Point>,
    left_out: Vec<(LeftOut, usize)>,
}

impl Grid {
    /// The grid.
    pub fn get() -> &'static Grid {
        static GRID: LazyLock<Grid> = LazyLock::new(Grid::new);
        &GRID
    }

    fn new() -> Grid {
        let mut points = Vec::new();
        let mut counts = vec![0; LeftOut::ALL.len()];
        for point in Point::every() {
            match point.left_out() {
                None => points.push(point),
                Some(rule) => counts[rule as usize] += 1,
            }
        }
        Grid { points, left_out: LeftOut::ALL.iter().copied().zip(counts).collect() }
    }

    /// The points that have a case, always in the same order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// How many points each rule leaves out.
    pub fn left_out(&self) -> &[(LeftOut, usize)] {
        &self.left_out
    }
}

/// The points that have a case, always in the same order.
pub fn points() -> impl Iterator<Item = Point> {
    Grid::get().points().iter().copied()
}

/// How many points each rule leaves out of the full product.
pub fn left_out() -> Vec<(LeftOut, usize)> {
    Grid::get().left_out().to_vec()
}
