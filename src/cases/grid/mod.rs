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
//! | `point` | one class of each dimension |
//! | `left_out` | the rules by which points are left out |
//! | `id` | IDs of points |
//! | `order` | which points come first |
//! | `case` | from a point to its case |
//! | `values` | the texts that cases are made of |

mod case;
mod dimension;
mod id;
mod left_out;
mod order;
mod point;
mod values;

#[cfg(test)]
mod tests;

pub use dimension::{
    AddressRelation, AnchorRelation, Authority, Bystander, Moment, NameRelation, ObjectClass,
    Presence, Switch, TargetRoles,
};
pub use left_out::LeftOut;
pub use point::Point;

use crate::directory::words;
use std::sync::LazyLock;

/// All points that have a case, and how many have none. Made once, when it is first asked for.
#[derive(Debug)]
pub struct Grid {
    points: Vec<Point>,
    /// How many of them have all pairs of classes, and all triples.
    ends: [usize; 2],
    left_out: Vec<(&'static LeftOut, usize)>,
}

words! {
    /// How much of the grid is run.
    pub enum Extent {
        /// Every class of every dimension with every class of every other one, in some case.
        Pairs = "pairs",
        /// The same for three dimensions at a time.
        Triples = "triples",
        /// All of it.
        Whole = "whole",
    }
}

impl Grid {
    /// The grid.
    pub fn get() -> &'static Grid {
        static GRID: LazyLock<Grid> = LazyLock::new(Grid::new);
        &GRID
    }

    fn new() -> Grid {
        let mut points = Vec::new();
        let mut left_out: Vec<_> = left_out::RULES.iter().map(|rule| (rule, 0)).collect();
        for point in Point::every() {
            match left_out.iter_mut().find(|(rule, _)| rule.applies_to(&point)) {
                None => points.push(point),
                Some((_, count)) => *count += 1,
            }
        }
        let (points, ends) = order::by_interaction(points);
        Grid { points, ends, left_out }
    }

    /// The points that have a case, always in the same order: those first that show most.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// How many of them come to this extent.
    pub fn count(&self, extent: Extent) -> usize {
        match extent {
            Extent::Pairs => self.ends[0],
            Extent::Triples => self.ends[1],
            Extent::Whole => self.points.len(),
        }
    }

    /// How many points each rule leaves out.
    pub fn left_out(&self) -> &[(&'static LeftOut, usize)] {
        &self.left_out
    }
}

/// The points that have a case, always in the same order.
pub fn points() -> impl Iterator<Item = Point> {
    Grid::get().points().iter().copied()
}

/// How many points each rule leaves out of the full product.
pub fn left_out() -> Vec<(&'static LeftOut, usize)> {
    Grid::get().left_out().to_vec()
}
