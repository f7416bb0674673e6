//! Which pending objects get into each other's way.
//!
//! The pages say nothing of the order in which a cycle treats its objects. Where the footprints of
//! two pending objects meet, directly or through others, the order can decide what happens, and
//! only safety is judged.

use super::quick::FEW;
use super::situation::Subject;
use super::ties::{CloudIndex, Print};

/// Marks every subject with work whose footprint meets that of another one.
pub(crate) fn mark(subjects: &mut [Subject<'_>], index: &CloudIndex<'_>) {
    let members = subjects.iter().filter(|subject| subject.has_work()).count();
    if members < 2 {
        return;
    }
    // Where two hashes met by chance the two would be taken for contended, and less be judged.
    let mut owned: Vec<(u64, u32)> = Vec::with_capacity(members.min(1 << 20) * 8);
    for (member, subject) in (0..).zip(subjects.iter().filter(|subject| subject.has_work())) {
        footprint(subject, index, |hash| owned.push((hash, member)));
    }
    owned.sort_unstable();
    let mut groups = Groups::new(members);
    for pair in owned.windows(2) {
        if pair[0].0 == pair[1].0 {
            groups.unite(pair[0].1 as usize, pair[1].1 as usize);
        }
    }
    let mut sizes = Groups { few: [0; FEW], many: vec![0; groups.many.len()] };
    for member in 0..members {
        sizes.members()[groups.root(member)] += 1;
    }
    let with_work = subjects.iter_mut().filter(|subject| subject.has_work());
    for (member, subject) in with_work.enumerate() {
        subject.contended = sizes.members()[groups.root(member)] > 1;
    }
}

/// Calls `visit` with the hash of every identifier of the object itself, of the cloud object that
/// it is joined to or that is its copy, and of every cloud object that shares any of them. Objects
/// in the recycle bin count too: an implementation may bring one back.
fn footprint(subject: &Subject<'_>, index: &CloudIndex<'_>, mut visit: impl FnMut(u64)) {
    let mut visit_all = |print: Option<&Print>| {
        print.into_iter().flat_map(Print::hashes).for_each(&mut visit);
    };
    visit_all(Some(subject.print));
    if let Some(print) = subject.standing.cloud().and_then(|cloud| index.print_of(cloud)) {
        visit_all(Some(print));
        index.each_candidate(print, |cloud| visit_all(index.print_of(cloud)));
    }
    for tie in subject.standing.ties() {
        visit_all(index.print_of(tie.cloud));
    }
}

/// Disjoint sets of members.
struct Groups {
    /// For each member another one of its set, or itself where it is the root.
    few: [u32; FEW],
    /// The same, where there are more.
    many: Vec<u32>,
}

impl Groups {
    fn new(members: usize) -> Self {
        let many = if members > FEW { (0..members as u32).collect() } else { Vec::new() };
        Groups { few: std::array::from_fn(|member| member as u32), many }
    }

    fn members(&mut self) -> &mut [u32] {
        if self.many.is_empty() { &mut self.few } else { &mut self.many }
    }

    fn root(&mut self, member: usize) -> usize {
        let members = self.members();
        let mut member = member;
        while members[member] as usize != member {
            members[member] = members[members[member] as usize];
            member = members[member] as usize;
        }
        member
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        // The smaller root wins, so that the result does not depend on the order of meetings.
        self.members()[one.max(other)] = one.min(other) as u32;
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::comparison::Comparison;
    use crate::checks::history::History;
    use crate::checks::situation::subjects;
    use crate::directory::{Outcome, Snapshot, Tenant};
    use rstest::rstest;

    fn contended(cloud: &str, on_premises: &[(&str, &str, &str)]) -> Vec<bool> {
        let objects: Vec<String> = on_premises
            .iter()
            .map(|(key, name, address)| {
                format!(r#"{{"key": "{key}", "kind": "user", "sourceAnchor": "{key}", "userPrincipalName": "{name}", "proxyAddresses": ["SMTP:{address}"]}}"#)
            })
            .collect();
        let text = format!(r#"{{"cloud": [{cloud}], "onPremises": [{}]}}"#, objects.join(", "));
        let snapshot: Snapshot = serde_json::from_str(&text).expect("a snapshot");
        let tenant = Tenant {
            on_premises: snapshot.on_premises.iter().map(|object| (**object).clone()).collect(),
            ..Tenant::default()
        };
        let history = History::start(&tenant);
        let mut comparison = Comparison::default();
        comparison.restart(&snapshot);
        comparison.take_in(&snapshot.cloud, &snapshot.cloud, |_, _| true);
        let outcome = Outcome::ok();
        let subjects = subjects(&snapshot, &comparison, &outcome, &history);
        subjects.iter().map(|subject| subject.contended).collect()
    }

    const NAME_AND_ADDRESS: &str = r#"{"id": "X", "kind": "user", "userPrincipalName": "a@x", "proxyAddresses": ["SMTP:c@x"]}"#;

    #[rstest]
    #[case::apart("", &[("1", "a@x", "b@x"), ("2", "c@x", "d@x")], &[false, false])]
    #[case::same_name("", &[("1", "a@x", "b@x"), ("2", "A@x", "d@x")], &[true, true])]
    #[case::name_on_address("", &[("1", "a@x", "b@x"), ("2", "c@x", "a@x")], &[true, true])]
    #[case::one_holder_for_two(NAME_AND_ADDRESS, &[("1", "a@x", "b@x"), ("2", "d@x", "c@x")], &[true, true])]
    #[case::through_a_third("", &[("1", "a@x", "b@x"), ("2", "c@x", "b@x"), ("3", "c@x", "e@x"), ("4", "f@x", "g@x")], &[true, true, true, false])]
    #[case::alone(NAME_AND_ADDRESS, &[("1", "a@x", "b@x")], &[false])]
    fn footprints_that_meet_are_contended(
        #[case] cloud: &str,
        #[case] on_premises: &[(&str, &str, &str)],
        #[case] expected: &[bool],
    ) {
        assert_eq!(contended(cloud, on_premises), expected);
    }
}
