//! The search itself: breadth first, every transition judged, states told apart by their portrait.

use super::alphabet::{Alphabet, Labels, labels_after, labels_of};
use super::report::{Disagreement, Layer, Progress, Report};
use super::values::{Anchor, OBJECTS};
use super::{Scope, Settings, Subject};
use crate::checks::{Finding, Observer};
use crate::directory::{Capabilities, Command, DeclaredChoices, Portrait, StepObservation, Tenant};
use crate::implementation::Implementation as _;
use crate::reference::ReferenceModel;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher as _;
use std::ops::ControlFlow;

/// A state that was reached: from which one, and by which command. The rest is found again by
/// going the same way.
#[derive(Clone, Copy)]
struct Node {
    from: Origin,
    labels: Labels,
}

#[derive(Clone, Copy)]
enum Origin {
    /// A starting tenant, by its position.
    Start(u32),
    /// A command from an earlier node.
    Step { parent: u32, letter: u16 },
}

/// A state with all that the future rests on.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) model: ReferenceModel,
    pub(super) observer: Observer<'a>,
    pub(super) labels: Labels,
}

impl Place<'_> {
    /// Draws all that the future rests on.
    pub(super) fn portray(&self, portrait: &mut Portrait) {
        portrait.draw(|portrait| {
            portrait.number(usize::from(self.labels));
            self.model.portray(portrait);
            self.observer.portray(portrait);
        });
    }
}

/// What every place of a search is made of.
pub(super) struct Ground<'a> {
    pub(super) alphabet: Alphabet,
    pub(super) tenants: Vec<Tenant>,
    /// The implementation before it was told of any tenant.
    model: ReferenceModel,
    capabilities: &'a Capabilities,
    choices: &'a DeclaredChoices,
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        scope: Scope,
        model: ReferenceModel,
        capabilities: &'a Capabilities,
        choices: &'a DeclaredChoices,
    ) -> Ground<'a> {
        let (alphabet, tenants) = (Alphabet::of(scope), scope.tenants());
        Ground { alphabet, tenants, model, capabilities, choices }
    }

    /// The beginning of a case, and what its start was found to be.
    pub(super) fn start(&self, at: u32) -> (Place<'a>, Vec<Finding>) {
        let tenant = &self.tenants[at as usize];
        let mut model = self.model.clone();
        let state = model.reset(tenant).expect("it can start from any tenant");
        let (observer, found) = Observer::start(tenant, &state, self.capabilities, self.choices);
        (Place { model, observer, labels: labels_of(tenant) }, found)
    }

    /// Carries one command out and lets every check judge it.
    pub(super) fn step(
        &self,
        place: &mut Place<'a>,
        command: &Command,
        found: &mut Vec<Finding>,
    ) -> StepObservation {
        let seen = place.model.apply(command).expect("it can carry out every command");
        place.observer.judge(command, &seen, found);
        place.labels = labels_after(place.labels, command);
        seen
    }

    /// The way to a node: where it starts, and the commands.
    fn way_to(&self, nodes: &[Node], mut at: u32) -> (u32, Vec<u16>) {
        let mut letters = Vec::new();
        loop {
            match nodes[at as usize].from {
                Origin::Start(start) => {
                    letters.reverse();
                    return (start, letters);
                }
                Origin::Step { parent, letter } => {
                    letters.push(letter);
                    at = parent;
                }
            }
        }
    }

    /// Goes to a node.
    fn place(&self, start: u32, letters: &[u16]) -> Place<'a> {
        let (mut place, _) = self.start(start);
        let mut found = Vec::new();
        for letter in letters {
            self.step(&mut place, self.alphabet.command(*letter), &mut found);
            found.clear();
        }
        place
    }
}

/// The states that are known, by their portraits.
struct Known {
    portrait: Portrait,
    portraits: HashSet<u128>,
}

impl Known {
    /// Adds a state; `false` where it is known.
    fn add(&mut self, place: &Place<'_>) -> bool {
        let portrait = &mut self.portrait;
        place.portray(portrait);
        // Two hashes of 64 bits each: a million million states would meet by chance once in a
        // million million million searches.
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write_u8(seed);
            hasher.write(portrait.bytes());
            u128::from(hasher.finish())
        };
        self.portraits.insert(half(0) << 64 | half(1))
    }
}

/// Searches the scope; see [`explore`](super::explore).
pub(super) fn search(
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Report {
    let model = match settings.subject {
        Subject::Model => ReferenceModel::new(settings.policy),
        Subject::Mutant(mutant) => mutant.model(settings.policy),
    };
    let capabilities = Capabilities::all_of_2023();
    let choices =
        if settings.declares { model.policy().declared() } else { DeclaredChoices::default() };
    let ground = Ground::new(settings.scope, model, &capabilities, &choices);
    let mut known = Known { portrait: portrait_for(settings), portraits: HashSet::new() };
    let mut report = Report::new(settings);
    let mut nodes: Vec<Node> = Vec::new();
    let mut found = Vec::new();
    for at in (0_u32..).take(ground.tenants.len()) {
        let (place, findings) = ground.start(at);
        if known.add(&place) {
            let is_agreed = report
                .take(&findings, || Disagreement::at(&ground.tenants[at as usize], Vec::new()));
            if is_agreed {
                nodes.push(Node { from: Origin::Start(at), labels: place.labels });
            }
        }
    }
    report.starts = known.portraits.len() as u64;
    let mut frontier = 0..nodes.len();
    for depth in 1..=settings.depth {
        let is_last = depth == settings.depth;
        report.layers.push(Layer { depth, ..Layer::default() });
        for at in frontier.clone() {
            let (start, mut letters) = ground.way_to(&nodes, at as u32);
            let place = ground.place(start, &letters);
            debug_assert_eq!(place.labels, nodes[at].labels);
            for letter in ground.alphabet.next(&place.model, &place.observer, place.labels) {
                let mut next = place.clone();
                let command = ground.alphabet.command(letter);
                found.clear();
                let seen = ground.step(&mut next, command, &mut found);
                report.note(command, &seen);
                let is_agreed = report.take(&found, || {
                    letters.push(letter);
                    let commands =
                        letters.iter().map(|letter| ground.alphabet.command(*letter).clone());
                    let shown =
                        Disagreement::at(&ground.tenants[start as usize], commands.collect());
                    letters.pop();
                    shown
                });
                if known.add(&next) {
                    report.add_state();
                    // What follows upon a disagreement is no agreement.
                    if is_agreed && !is_last {
                        let from = Origin::Step { parent: at as u32, letter };
                        nodes.push(Node { from, labels: next.labels });
                    }
                }
            }
            if progress(&report.progress(depth)).is_break() {
                return report;
            }
        }
        frontier = frontier.end..nodes.len();
        report.depth = depth;
        if frontier.is_empty() {
            break;
        }
    }
    report.is_complete = true;
    report
}

/// The portrait by which states are told apart.
pub(super) fn portrait_for(settings: &Settings) -> Portrait {
    match settings.subject {
        // No command gives the anchors of groups and contacts to users, so that they are not like
        // the two that users have.
        Subject::Model => {
            let own = |(kind, _)| settings.scope.values.anchor(Anchor::Own(kind));
            Portrait::keeping(OBJECTS.map(own).to_vec())
        }
        // A mutant may depend on what things are called.
        Subject::Mutant(_) => Portrait::literal(),
    }
}
