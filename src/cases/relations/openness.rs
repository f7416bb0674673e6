//! Where a run is settled, so that a second run must agree with it.

use super::footprints::Footprints;
use super::unmet::UnmetPrecondition;
use super::variation::{Block, SpeaksOf};
use crate::cases::Case;
use crate::checks::{Determinacy, Extent};
use crate::directory::{CloudRef, Command, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What a run leaves open, by neighbourhood and step.
pub(super) struct Openness {
    /// For each neighbourhood in which anything is left open: the first step after which nothing is
    /// compared any more, and why.
    closed: BTreeMap<usize, (usize, UnmetPrecondition)>,
    /// For each step the keys of objects of which nothing is compared.
    excluded: Vec<BTreeSet<Text>>,
}

impl Openness {
    pub(super) fn of(
        footprints: &Footprints,
        survey: &Determinacy,
        case: &Case,
        speaks_of: &SpeaksOf,
    ) -> Openness {
        let mut openness = Openness {
            closed: BTreeMap::new(),
            excluded: vec![BTreeSet::new(); survey.steps.len()],
        };
        for neighbourhood in footprints.reached_by_the_service() {
            openness.close(neighbourhood, 0, UnmetPrecondition::InitialDomain);
        }
        for (at, step) in survey.steps.iter().enumerate() {
            for opening in &step.unspecified {
                let Some(neighbourhood) = footprints.neighbourhood(&opening.about) else {
                    continue;
                };
                match &opening.extent {
                    Extent::Everything => openness.close(neighbourhood, at, opening.why.into()),
                    Extent::Itself => {
                        if let CloudRef::JoinedTo(key) = &opening.about {
                            openness.excluded[at].insert(key.clone());
                        }
                        openness.close(neighbourhood, at + 1, opening.why.into());
                    }
                    Extent::Holding(names) => {
                        let mut own = vec![opening.about.clone()];
                        if let CloudRef::JoinedTo(key) = &opening.about {
                            let id = step.links.get(key);
                            let labels = step.labels.iter().filter(|(_, label)| Some(*label) == id);
                            own.extend(labels.map(|(label, _)| CloudRef::Label(label.clone())));
                        }
                        if footprints.is_shared(names, &own) {
                            openness.close(neighbourhood, at + 1, opening.why.into());
                        }
                    }
                }
            }
        }
        if let SpeaksOf::Blocks(blocks) = speaks_of {
            for block in blocks {
                openness.close_what_was_pending(block, footprints, survey, case);
            }
        }
        openness
    }

    fn close(&mut self, neighbourhood: usize, from: usize, why: UnmetPrecondition) {
        let entry = self.closed.entry(neighbourhood).or_insert((from, why));
        if from < entry.0 {
            *entry = (from, why);
        }
    }

    /// What already was pending before a block would be synchronised before the block's later
    /// changes, and not with them.
    fn close_what_was_pending(
        &mut self,
        block: &Block,
        footprints: &Footprints,
        survey: &Determinacy,
        case: &Case,
    ) {
        let earlier = &case.commands[..block.start];
        let last_cycle = earlier.iter().rposition(|command| matches!(command, Command::Sync(_)));
        let mut pending: BTreeSet<Text> = match last_cycle {
            Some(cycle) => survey.steps[cycle].unfinished.clone(),
            // What the case starts with belongs to a block at its start.
            None if block.start == 0 => BTreeSet::new(),
            None => case.tenant.on_premises.iter().map(|object| object.key.clone()).collect(),
        };
        let since = last_cycle.map_or(0, |cycle| cycle + 1);
        pending.extend(earlier[since..].iter().filter_map(|command| match command {
            Command::CreateOnPremisesObject(create) => Some(create.object.key.clone()),
            Command::UpdateOnPremisesObject(update) => Some(update.key.clone()),
            _ => None,
        }));
        for key in pending {
            if let Some(neighbourhood) = footprints.neighbourhood(&CloudRef::JoinedTo(key)) {
                self.close(neighbourhood, block.start, UnmetPrecondition::PendingBefore);
            }
        }
    }

    /// Whether both runs must agree on a neighbourhood after a step.
    pub(super) fn is_settled(&self, neighbourhood: usize, step: usize) -> bool {
        self.closed.get(&neighbourhood).is_none_or(|(from, _)| step < *from)
    }

    /// The keys of objects of which nothing is compared after a step, although their neighbourhood
    /// is settled.
    pub(super) fn excluded(&self, step: usize) -> &BTreeSet<Text> {
        &self.excluded[step]
    }

    /// What was left open first.
    pub(super) fn first_reason(&self) -> Option<UnmetPrecondition> {
        self.closed.values().min_by_key(|(from, _)| *from).map(|(_, why)| *why)
    }
}
