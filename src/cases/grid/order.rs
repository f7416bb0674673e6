//! In which order the grid is run: what shows most comes first.
//!
//! Most faults show where two or three things come together. So the first points are such that every
//! class of every dimension meets every class of every other one in some case; the next ones do the same
//! for three dimensions at a time; the rest follows.

use super::point::{Classes, Point};

/// The points in this order, and how many of them are about pairs, and about pairs and triples: of the
/// dimensions that every edition has, or else of the one with this number among all with the others.
pub(super) fn by_interaction(points: Vec<Point>, later: Option<usize>) -> (Vec<Point>, [usize; 2]) {
    let classes: Vec<Classes> = points.iter().map(Point::classes).collect();
    let [pairs, triples] = [2, 3].map(|size| match later {
        None => subsets(size),
        Some(later) => {
            let others = subsets(size - 1).into_iter();
            others.map(|others| [others, vec![later]].concat()).collect()
        }
    });
    let mut is_taken = vec![false; points.len()];
    let mut order: Vec<usize> = Vec::with_capacity(points.len());
    let ends = [pairs, triples].map(|together| {
        let mut seen = Seen::of(&together);
        order.iter().for_each(|at| {
            seen.add(&classes[*at]);
        });
        // What adds much is taken first, so that fewer are needed in all.
        for least in [together.len() / 4, 1] {
            for at in scattered(points.len()) {
                if !is_taken[at] && seen.new_ones(&classes[at]) >= least {
                    seen.add(&classes[at]);
                    is_taken[at] = true;
                    order.push(at);
                }
            }
        }
        order.len()
    });
    order.extend((0..points.len()).filter(|at| !is_taken[*at]));
    (order.into_iter().map(|at| points[at]).collect(), ends)
}

/// All numbers below this one, neighbours far apart.
fn scattered(count: usize) -> impl Iterator<Item = usize> {
    // Any step that has no divisor in common with the number reaches all.
    let has_common_divisor = |step: usize| {
        let (mut one, mut other) = (step, count);
        while other > 0 {
            (one, other) = (other, one % other);
        }
        one > 1
    };
    let near = (count as f64 * 0.618) as usize;
    let step = (near..).find(|step| !has_common_divisor(*step)).unwrap_or(1);
    (0..count).map(move |at| at * step % count)
}

/// All sets of so many dimensions of those that every edition has.
fn subsets(size: usize) -> Vec<Vec<usize>> {
    (0..1_usize << Point::OF_EVERY_EDITION)
        .filter(|set| set.count_ones() as usize == size)
        .map(|set| (0..Point::OF_EVERY_EDITION).filter(|at| set >> at & 1 == 1).collect())
        .collect()
}

/// Which classes of which dimensions were seen together.
struct Seen<'d> {
    /// The dimensions that are looked at together, and where their combinations begin.
    together: Vec<(&'d [usize], usize)>,
    seen: Vec<bool>,
}

impl<'d> Seen<'d> {
    fn of(together: &'d [Vec<usize>]) -> Seen<'d> {
        let mut count = 0;
        let together = together.iter().map(|dimensions| {
            let start = count;
            count += dimensions.iter().map(|at| Point::SIZES[*at]).product::<usize>();
            (dimensions.as_slice(), start)
        });
        let together = together.collect();
        Seen { together, seen: vec![false; count] }
    }

    fn places(&self, classes: &Classes) -> impl Iterator<Item = usize> {
        self.together.iter().map(|(dimensions, start)| {
            let number =
                |number, at: &usize| number * Point::SIZES[*at] + usize::from(classes[*at]);
            start + dimensions.iter().fold(0, number)
        })
    }

    fn new_ones(&self, classes: &Classes) -> usize {
        self.places(classes).filter(|place| !self.seen[*place]).count()
    }

    fn add(&mut self, classes: &Classes) {
        let places: Vec<usize> = self.places(classes).collect();
        places.into_iter().for_each(|place| self.seen[place] = true);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Grid;
    use super::*;
    use crate::directory::{Capabilities, Capability};
    use std::collections::BTreeSet;

    #[test]
    fn the_first_points_have_all_pairs_and_the_next_all_triples_that_there_are() {
        let grid = Grid::within(&Capabilities::default());
        let [pairs, triples] = grid.ends;
        assert!(pairs < 1_000 && triples < grid.points().len() / 5, "{pairs}, {triples}");
        for (size, end) in [(2, pairs), (3, triples)] {
            for dimensions in subsets(size) {
                let seen = |points: &[Point]| -> BTreeSet<Vec<u8>> {
                    let of_point = |point: &Point| {
                        let classes = point.classes();
                        dimensions.iter().map(|at| classes[*at]).collect()
                    };
                    points.iter().map(of_point).collect()
                };
                assert_eq!(seen(&grid.points()[..end]), seen(grid.points()));
            }
        }
    }

    /// A grid with more dimensions has the points of the smaller one, and of the new dimensions every pair
    /// and triple that there is.
    #[test]
    fn later_dimensions_add_points_and_change_none() {
        let first = Grid::within(&Capabilities::default());
        let grid = Grid::within(&Capability::ALL.iter().copied().collect());
        let is_first = |point: &&Point| !point.is_of_a_later_edition();
        let kept: Vec<Point> = grid.points().iter().filter(is_first).copied().collect();
        assert_eq!(kept, first.points());
        for later in Point::OF_EVERY_EDITION..Point::SIZES.len() {
            for (size, end) in [(1, grid.ends[0]), (2, grid.ends[1])] {
                for others in subsets(size) {
                    let seen = |points: &[Point]| -> BTreeSet<Vec<u8>> {
                        let of_point = |point: &Point| {
                            let classes = point.classes();
                            others.iter().chain([&later]).map(|at| classes[*at]).collect()
                        };
                        let mut classes: BTreeSet<Vec<u8>> = points.iter().map(of_point).collect();
                        classes.retain(|classes| classes.last() != Some(&0));
                        classes
                    };
                    assert_eq!(seen(&grid.points()[..end]), seen(grid.points()));
                }
            }
        }
    }

    #[test]
    fn every_number_is_visited_once() {
        for count in [1, 2, 7, 100, 360] {
            let all: BTreeSet<usize> = scattered(count).collect();
            assert_eq!(all.len(), count);
        }
    }
}
