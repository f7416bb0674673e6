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
//! What a later edition adds is a dimension of its own. One of those is varied at a time, in every
//! point of the others in which it can make a difference.
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
    AddressRelation, AnchorRelation, Authority, Bystander, Conversion, Departure, Eligibility,
    Mapping, Moment, NameRelation, ObjectClass, Presence, Switch, TargetRoles,
};
pub use left_out::LeftOut;
pub use point::Point;

use crate::directory::{Capabilities, words};
use std::sync::OnceLock;

/// All points that have a case, and how many have none.
#[derive(Clone, Debug)]
pub struct Grid {
    points: Vec<Point>,
    /// How many of them have all pairs of classes, and all triples.
    ends: [usize; 2],
    left_out: Vec<(&'static LeftOut, usize)>,
    combinations: usize,
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
    /// The grid of what an implementation with these capabilities can be asked for. Each is made once, when
    /// it is first asked for.
    ///
    /// What editions have in common is the same in all: what a later one adds only adds points.
    pub fn within(capabilities: &Capabilities) -> &'static Grid {
        const GRIDS: usize = 1 << Point::LATER.len();
        static ALL: [OnceLock<Grid>; GRIDS] = [const { OnceLock::new() }; GRIDS];
        let later = Point::LATER.iter().enumerate();
        let known = later.filter(|(_, (_, capability))| capabilities.has(*capability));
        let known: Vec<usize> = known.map(|(at, _)| at).collect();
        let number = known.iter().fold(0, |number, at| number | 1 << at);
        ALL[number].get_or_init(|| match known[..] {
            [] => Grid::of_every_edition(),
            _ => {
                let first = Grid::within(&Capabilities::default());
                known.iter().fold(first.clone(), |grid, at| grid.with(first, *at))
            }
        })
    }

    /// The points of the dimensions that every edition has.
    fn of_every_edition() -> Grid {
        let mut points = Vec::new();
        let mut left_out: Vec<_> = left_out::RULES.iter().map(|rule| (rule, 0)).collect();
        for point in Point::every() {
            match left_out.iter_mut().find(|(rule, _)| rule.applies_to(&point)) {
                None => points.push(point),
                Some((_, count)) => *count += 1,
            }
        }
        let (points, ends) = order::by_interaction(points, None);
        Grid { points, ends, left_out, combinations: Point::EVERY }
    }

    /// This grid and what a later dimension makes of the points of the first.
    fn with(mut self, first: &Grid, later: usize) -> Grid {
        let (word, _) = Point::LATER[later];
        let mut points = Vec::new();
        for varied in first.points.iter().flat_map(|point| with_its_way_out(point.varied(word))) {
            self.combinations += 1;
            match varied.left_out() {
                None => points.push(varied),
                Some(rule) => self.leave_out(rule),
            }
        }
        let later = Some(Point::OF_EVERY_EDITION + later);
        let (points, [pairs, triples]) = order::by_interaction(points, later);
        // The first ones still have all pairs, and all triples.
        let [former_pairs, former_triples] = self.ends;
        let after = self.points.split_off(former_triples);
        let between = self.points.split_off(former_pairs);
        for more in
            [&points[..pairs], &between, &points[pairs..triples], &after, &points[triples..]]
        {
            self.points.extend(more);
        }
        self.ends = [former_pairs + pairs, former_triples + triples];
        self
    }

    fn leave_out(&mut self, rule: &'static LeftOut) {
        match self.left_out.iter_mut().find(|(known, _)| known.slug == rule.slug) {
            Some((_, count)) => *count += 1,
            None => self.left_out.push((rule, 1)),
        }
    }

    /// How many combinations there are, with and without a case.
    pub fn combinations(&self) -> usize {
        self.combinations
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

/// These points, each also with what stands in the way removed, where a later dimension has put it there.
fn with_its_way_out(points: Vec<Point>) -> impl Iterator<Item = Point> {
    points.into_iter().flat_map(|point| {
        let nothing_else = Point {
            match_on_name: Switch::On,
            eligibility: Eligibility::Never,
            mapping: Mapping::Unmapped,
            ..point
        };
        let is_first = point.moment == Moment::New && !nothing_else.can_be_unblocked();
        let unblocked = Point { moment: Moment::Unblocked, ..point };
        std::iter::once(point).chain(is_first.then_some(unblocked))
    })
}
