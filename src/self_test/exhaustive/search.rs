//! The search itself: breadth first, every transition judged, states told apart by their canonical
//! state.

use super::actions::Actions;
use super::place::Place;
use super::report::{Disagreement, Report};
use super::{Settings, Subject};
use crate::directory::{CanonicalState, Command, DeclaredChoices, Kind};
use crate::implementation::Implementation as _;
use crate::self_test::mutants::Faulty;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::ControlFlow;

/// The states that are known, by hashes of their canonical states.
struct Known {
    canonical: CanonicalState,
    hashes: HashSet<u128>,
}

impl Known {
    /// Adds a state; `false` where it is known.
    fn add(&mut self, place: &Place<'_>) -> bool {
        let canonical = &mut self.canonical;
        place.canonicalise(canonical);
        // Two hashes of 64 bits each: a million million states would meet by chance once in a
        // million million million searches.
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(seed);
            hasher.write(canonical.bytes());
            u128::from(hasher.finish())
        };
        self.hashes.insert(half(0) << 64 | half(1))
    }
}

/// Searches a scope breadth first. `progress` is told what was found so far after every state from
/// which all commands were tried, and may stop the search.
pub fn explore(
    settings: &Settings,
    progress: &mut dyn FnMut(&Report) -> ControlFlow<()>,
) -> Report {
    let implementation = match settings.subject {
        Subject::Model => Faulty::without_fault(settings.policy),
        Subject::Mutant(mutant) => Faulty::new(mutant, settings.policy),
    };
    let capabilities = implementation.describe().capabilities;
    let mut choices = DeclaredChoices::default();
    if settings.declares {
        choices = implementation.describe().choices;
    }
    let actions = Actions::of(settings.scope, &capabilities);
    let tenants = settings.scope.tenants(&capabilities);
    let lead = settings.scope.lead();
    let start = |tenant| {
        let (mut place, mut found) = Place::start(&implementation, tenant, &capabilities, &choices);
        for command in &lead {
            place.step((actions.place_of(command), command), &mut found);
        }
        (place, found)
    };
    let disagreement = |place: &Place<'_>| {
        let commands: Vec<Command> =
            place.path.iter().map(|at| actions.commands()[*at].clone()).collect();
        Disagreement::at(place.tenant, commands)
    };
    let mut known = Known { canonical: canonical_for(settings), hashes: HashSet::new() };
    let mut report = Report::new(settings);
    // States from which the search goes on: a starting tenant, and commands.
    let mut frontier: Vec<(usize, Vec<usize>)> = Vec::new();
    for (at, tenant) in tenants.iter().enumerate() {
        let (place, found) = start(tenant);
        if known.add(&place) && report.take(&found, || disagreement(&place)) {
            frontier.push((at, Vec::new()));
        }
    }
    report.starts = known.hashes.len() as u64;
    report.states = report.starts;
    let mut found = Vec::new();
    for depth in 1..=settings.depth {
        for (tenant, path) in std::mem::take(&mut frontier) {
            let (mut place, _) = start(&tenants[tenant]);
            for at in path.into_iter().skip(lead.len()) {
                place.step((at, &actions.commands()[at]), &mut Vec::new());
            }
            for at in actions.next(&place) {
                let mut next = place.clone();
                found.clear();
                let seen = next.step((at, &actions.commands()[at]), &mut found);
                report.note(&actions.commands()[at], &seen);
                let is_agreed = report.take(&found, || disagreement(&next));
                if known.add(&next) {
                    report.states += 1;
                    // What follows upon a disagreement is no agreement.
                    if is_agreed && depth < settings.depth {
                        frontier.push((tenant, next.path));
                    }
                }
            }
            if progress(&report).is_break() {
                return report;
            }
        }
        report.depth = depth;
        if frontier.is_empty() {
            break;
        }
    }
    report.is_complete = true;
    report
}

/// The canonical state by which states are told apart.
pub(super) fn canonical_for(settings: &Settings) -> CanonicalState {
    let values = settings.scope.values;
    match settings.subject {
        // No command gives the anchors of groups and contacts to users, so that they are not like
        // the two that users have.
        Subject::Model => CanonicalState::keeping(
            [Kind::Group, Kind::Contact]
                .into_iter()
                .flat_map(|kind| values.anchors(kind))
                .collect(),
        ),
        // A mutant may depend on what things are called.
        Subject::Mutant(_) => CanonicalState::literal(),
    }
}
