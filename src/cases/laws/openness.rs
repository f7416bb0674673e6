//! Where a run is settled, so that a second run must agree with it.

use super::footprints::Footprints;
use super::{Block, SpeaksOf};
use crate::checks::{Extent, Survey};
use crate::directory::{CloudRef, Command, Text};
use std::collections::{BTreeMap, BTreeSet};

/// What a run leaves open, by neighbourhood and step.
pub(super) struct Openness {
    /// For each neighbourhood in which anything is left open: the first step after which nothing is
    /// compared any more, and why.
    closed: BTreeMap<usize, (usize, &'static str)>,
    /// For each step the keys of objects of which nothing is compared.
    excluded: Vec<BTreeSet<Text>>,
}

impl Openness {
    pub(super) fn of(
        footprints: &Footprints,
        survey: &Survey,
        commands: &[Command],
        speaks_of: &SpeaksOf,
    ) -> Openness {
        let mut openness = Openness {
            closed: BTreeMap::new(),
            excluded: vec![BTreeSet::new(); survey.steps.len()],
        };
        for neighbourhood in footprints.reached_by_the_service() {
            openness.close(neighbourhood, 0, "no identifier is in the tenant's initial domain");
        }
        for (at, step) in survey.steps.iter().enumerate() {
            for opening in &step.openings {
                let Some(neighbourhood) = footprints.neighbourhood(&opening.about) else {
                    continue;
                };
                match &opening.extent {
                    Extent::Everything => openness.close(neighbourhood, at, opening.why),
                    Extent::Itself => {
                        if let CloudRef::JoinedTo(key) = &opening.about {
                            openness.excluded[at].insert(key.clone());
                        }
                        openness.close(neighbourhood, at + 1, opening.why);
                    }
                    Extent::Holding(names) => {
                        let mut own = vec![opening.about.clone()];
                        if let CloudRef::JoinedTo(key) = &opening.about {
                            let id = step.links.get(key);
                            let labels = step.labels.iter().filter(|(_, label)| Some(*label) == id);
                            own.extend(labels.map(|(label, _)| CloudRef::Label(label.clone())));
                        }
                        if footprints.is_shared(names, &own) {
                            openness.close(neighbourhood, at + 1, opening.why);
                        }
                    }
                }
            }
        }
        if let SpeaksOf::Blocks(blocks) = speaks_of {
            for block in blocks {
                openness.close_what_was_pending(block, footprints, survey, commands);
            }
        }
        openness
    }

    fn close(&mut self, neighbourhood: usize, from: usize, why: &'static str) {
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
        survey: &Survey,
        commands: &[Command],
    ) {
        let earlier = commands[..block.start].iter();
        let last_cycle = earlier.clone().rposition(|command| matches!(command, Command::Sync(_)));
        let mut pending: BTreeSet<Text> = match last_cycle {
            Some(cycle) => survey.steps[cycle].unfinished.clone(),
            None => BTreeSet::new(),
        };
        let since = last_cycle.map_or(0, |cycle| cycle + 1);
        for command in &commands[since..block.start] {
            match command {
                Command::CreateOnPremisesObject(create) => {
                    pending.insert(create.object.key.clone());
                }
                Command::UpdateOnPremisesObject(update) => {
                    pending.insert(update.key.clone());
                }
                _ => {}
            }
        }
        if last_cycle.is_none() && block.start > 0 {
            // The on-premises objects that the case starts with were not synchronised yet.
            let created: BTreeSet<&Text> = commands
                .iter()
                .filter_map(|command| match command {
                    Command::CreateOnPremisesObject(create) => Some(&create.object.key),
                    _ => None,
                })
                .collect();
            pending.extend(
                footprints
                    .objects()
                    .filter_map(|(object, _)| match object {
                        CloudRef::JoinedTo(key) if !created.contains(key) => Some(key.clone()),
                        _ => None,
                    })
                    .collect::<Vec<_>>(),
            );
        }
        for key in pending {
            if let Some(neighbourhood) = footprints.neighbourhood(&CloudRef::JoinedTo(key)) {
                self.close(
                    neighbourhood,
                    block.start,
                    "nothing was pending before the changes that are synchronised one by one",
                );
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
    pub(super) fn first_reason(&self) -> Option<&'static str> {
        self.closed.values().min_by_key(|(from, _)| *from).map(|(_, why)| *why)
    }
}
