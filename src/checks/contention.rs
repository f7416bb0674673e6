//! Which pending objects get into each other's way.
//!
//! The pages say nothing of the order in which a cycle treats its objects. Where the footprints of
//! two pending objects meet, directly or through others, the order can decide what happens, and
//! only safety is judged.

use super::situation::{Standing, Subject};
use super::ties::{CloudIndex, Identifier, Identifiers};
use std::collections::HashMap;

/// Marks every subject with work whose footprint meets that of another one.
pub(crate) fn mark(subjects: &mut [Subject<'_>], index: &CloudIndex<'_>) {
    let pending: Vec<usize> = (0..subjects.len()).filter(|&at| subjects[at].has_work()).collect();
    if pending.len() < 2 {
        return;
    }
    let mut groups = Groups::new(pending.len());
    {
        let mut owner: HashMap<Identifier<'_>, usize> = HashMap::new();
        for (member, &at) in pending.iter().enumerate() {
            footprint(&subjects[at], index, |identifier| {
                let first = *owner.entry(identifier).or_insert(member);
                groups.unite(first, member);
            });
        }
    }
    let mut sizes = vec![0_usize; pending.len()];
    for member in 0..pending.len() {
        sizes[groups.root(member)] += 1;
    }
    for (member, at) in pending.into_iter().enumerate() {
        subjects[at].contended = sizes[groups.root(member)] > 1;
    }
}

/// Calls `visit` with every identifier of the object itself, of the cloud object that it is joined
/// to or that is its copy, and of every cloud object that shares any of them. Objects in the
/// recycle bin count too: an implementation may bring one back.
fn footprint<'a>(
    subject: &Subject<'a>,
    index: &CloudIndex<'a>,
    mut visit: impl FnMut(Identifier<'a>),
) {
    let own = Identifiers::of_on_premises(subject.object);
    own.each(&mut visit);
    let cloud = match &subject.standing {
        Standing::Joined(joint) => Some(joint.cloud),
        Standing::Copied(copy, _) => Some(*copy),
        Standing::Unsettled(linked, _) => *linked,
        Standing::New(_) => None,
    };
    if let Some(cloud) = cloud {
        let identifiers = Identifiers::of_cloud(cloud);
        identifiers.each(&mut visit);
        for tie in index.ties(&identifiers) {
            Identifiers::of_cloud(tie.cloud).each(&mut visit);
        }
    }
    let mut visit_ties = |ties: &[super::ties::Tie<'a>]| {
        for tie in ties {
            Identifiers::of_cloud(tie.cloud).each(&mut visit);
        }
    };
    match &subject.standing {
        Standing::New(meeting) => visit_ties(&meeting.ties),
        Standing::Joined(joint) => visit_ties(&joint.others),
        Standing::Copied(_, meeting) => visit_ties(&meeting.ties),
        Standing::Unsettled(_, ties) => visit_ties(ties),
    }
}

/// Disjoint sets of members.
struct Groups(Vec<usize>);

impl Groups {
    fn new(members: usize) -> Self {
        Groups((0..members).collect())
    }

    fn root(&mut self, mut member: usize) -> usize {
        while self.0[member] != member {
            self.0[member] = self.0[self.0[member]];
            member = self.0[member];
        }
        member
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        // The smaller root wins, so that the result does not depend on the order of meetings.
        self.0[one.max(other)] = one.min(other);
    }
}
