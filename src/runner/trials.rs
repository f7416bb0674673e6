//! The cases of a generated source, each by its place.

use super::selection::Generation;
use super::sent::fitted;
use super::shard::Shard;
use super::source::Source;
use super::trial::Trial;
use crate::cases::Case;
use crate::cases::grid::{Grid, Point};
use crate::cases::relations;
use crate::cases::sequence::{Preset, Sequences, case_of};
use crate::cases::values::Spelling;
use crate::implementation::Description;
use std::fmt;

/// One in so many cases of a source has its values in other forms than the usual ones, see [`Spelling`]:
/// few of the grid, which has many, and few of those for relations, each of which is run many times.
fn cases_to_one_respelled(source: Source) -> u64 {
    match source {
        Source::Grid => 24,
        Source::Relations => 8,
        Source::Saved | Source::Scenarios | Source::Sequences => 5,
    }
}

/// What a generated case is called: `grid/…` by its classes, others by their number.
#[derive(Clone, Copy)]
pub(crate) enum Name {
    Grid(Point),
    Numbered(Source, u64),
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Name::Grid(point) => f.write_str(&point.id()),
            Name::Numbered(source, number) => write!(f, "{source}/{number}"),
        }
    }
}

/// The cases of a generated source that are in a shard.
pub(crate) struct Trials {
    source: Source,
    shard: Shard,
    /// How many there are.
    count: usize,
    seed: u64,
    settings: Sequences,
    description: Description,
}

impl Trials {
    pub(crate) fn new(
        source: Source,
        generation: &Generation,
        description: &Description,
        shard: Shard,
    ) -> Trials {
        let seed = generation.seed;
        let (count, seed) = match source {
            Source::Saved | Source::Scenarios => (0, seed),
            Source::Grid => (Grid::within(&description.capabilities).count(generation.grid), seed),
            Source::Sequences => (generation.cases, seed),
            // Relations have cases of their own, so that they add to what the sequences show.
            Source::Relations => (generation.relation_cases(), seed.rotate_left(32) ^ 1),
        };
        // Long histories are for sequences: a relation runs a case again and again.
        let is_drawn = |preset: &&Preset| source == Source::Sequences || !preset.is_long;
        let presets: Vec<Preset> = Preset::ALL.iter().filter(is_drawn).copied().collect();
        Trials {
            source,
            shard,
            count: shard.share_of(count),
            seed,
            settings: Sequences::new(&presets, generation.max_commands, &description.capabilities),
            description: description.clone(),
        }
    }

    fn grid(&self) -> &'static Grid {
        Grid::within(&self.description.capabilities)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The place among all cases of the source, counted from 0, of the so-many-th of them.
    pub(crate) fn place(&self, own: usize) -> usize {
        self.shard.place(own)
    }

    /// The so-many-th of them, counted from 0.
    pub(crate) fn at(&self, own: usize) -> (Name, Trial) {
        let place = self.place(own);
        if self.source == Source::Grid {
            let point = self.grid().points()[place];
            let case = point.case_within(&self.description.capabilities);
            let case = fitted(self.respelled(case, place), &self.description);
            let name = Name::Grid(point);
            return (name, Trial { case, ..Trial::default() }.called(name.to_string()));
        }
        let number = place as u64;
        let case = self.respelled(case_of(self.seed, number, &self.settings), place);
        let case = fitted(case, &self.description);
        let is_for_relations = self.source == Source::Relations;
        let relations = if is_for_relations { relations::applied_to(number) } else { Vec::new() };
        let name = Name::Numbered(self.source, number);
        let trial = Trial { case, relations, ..Trial::default() };
        (name, trial.called(name.to_string()))
    }

    /// The case with this name.
    pub(crate) fn called(&self, name: &str) -> Option<Trial> {
        let at = match self.source {
            Source::Grid => self.grid().points().iter().position(|point| point.id() == name),
            source => name.strip_prefix(source.word())?.strip_prefix('/')?.parse().ok(),
        };
        at.filter(|at| *at < self.count).map(|at| self.at(at).1)
    }

    /// The case in this place, or the same in another spelling.
    fn respelled(&self, case: Case, place: usize) -> Case {
        let one_in = cases_to_one_respelled(self.source);
        match Spelling::drawn(self.seed, place as u64, one_in) {
            Some(spelling) => spelling.of(&case),
            None => case,
        }
    }

    /// All of them, in order.
    pub(crate) fn all(self) -> impl Iterator<Item = (Name, Trial)> {
        (0..self.count).map(move |own| self.at(own))
    }
}
