//! Which pending objects get into each other's way.
//!
//! The pages say nothing of the order in which a cycle treats its objects. Where the footprints of
//! two pending objects meet, directly or through others, the order can decide what happens, and
//! only safety is judged.

use super::quick::{FEW, QuickMap};
use super::situation::Subject;
use super::ties::{CloudIndex, Print};

/// Marks every subject with work whose footprint meets that of another one.
pub(crate) fn mark(subjects: &mut [Subject<'_>], index: &CloudIndex<'_>) {
    let members = subjects.iter().filter(|subject| subject.has_work()).count();
    if members < 2 {
        return;
    }
    // Where two hashes met by chance the two would be taken for contended, and less be judged.
    let mut groups = Groups::new(members);
    let with_work = (0..).zip(subjects.iter().filter(|subject| subject.has_work()));
    if members <= FEW {
        let mut first_seen = FirstSeen::default();
        for (member, subject) in with_work {
            footprint(subject, index, |hash| {
                groups.unite(first_seen.member_with(hash, member), member);
            });
        }
    } else {
        let mut owned: Vec<(u64, u32)> = Vec::with_capacity(members.min(1 << 20) * 8);
        for (member, subject) in with_work {
            footprint(subject, index, |hash| owned.push((hash, member)));
        }
        owned.sort_unstable();
        for pair in owned.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            groups.unite(pair[0].1, pair[1].1);
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

/// Which of a few members came first with a hash.
struct FirstSeen {
    /// As far as there is room: each in the place that its lowest bits name, or in the next free one.
    few: [(u64, u32); PLACES],
    /// Which places are taken: a bit each.
    taken: u64,
    /// The rest.
    many: QuickMap<u64, u32>,
}

/// Places for the hashes of a few members.
const PLACES: usize = u64::BITS as usize;

/// So many of them are taken at most: looking stays quick as long as a quarter is free.
const ROOM: u32 = 48;

impl Default for FirstSeen {
    fn default() -> Self {
        FirstSeen { few: [(0, 0); PLACES], taken: 0, many: QuickMap::default() }
    }
}

impl FirstSeen {
    /// The first member that came with this hash, which is `member` if there was none before.
    fn member_with(&mut self, hash: u64, member: u32) -> u32 {
        let mut at = hash as usize % PLACES;
        loop {
            let place = &mut self.few[at];
            if self.taken & (1 << at) == 0 {
                if self.taken.count_ones() == ROOM {
                    return *self.many.entry(hash).or_insert(member);
                }
                self.taken |= 1 << at;
                *place = (hash, member);
                return member;
            }
            if place.0 == hash {
                return place.1;
            }
            at = (at + 1) % PLACES;
        }
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

    fn unite(&mut self, one: u32, other: u32) {
        if one == other {
            return;
        }
        let (one, other) = (self.root(one as usize), self.root(other as usize));
        // The smaller root wins, so that the result does not depend on the order of meetings.
        self.members()[one.max(other)] = one.min(other) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::{FirstSeen, PLACES, ROOM};
    use crate::checks::comparison::Comparison;
    use crate::checks::history::History;
    use crate::checks::situation::subjects;
    use crate::directory::{Outcome, Snapshot, Tenant};
    use rstest::rstest;

    fn contended(cloud: &str, on_premises: &[(&str, &str, &str)]) -> Vec<bool> {
        let objects: Vec<_> = on_premises
            .iter()
            .map(|&(key, name, address)| (key.into(), name.into(), vec![address.into()]))
            .collect();
        contended_of(cloud, &objects)
    }

    /// Which of these on-premises objects are contended: each with key, name and mail addresses.
    fn contended_of(cloud: &str, on_premises: &[(String, String, Vec<String>)]) -> Vec<bool> {
        let objects: Vec<String> = on_premises
            .iter()
            .map(|(key, name, mails)| {
                let addresses: Vec<String> =
                    mails.iter().map(|mail| format!(r#""smtp:{mail}""#)).collect();
                let addresses = addresses.join(", ");
                format!(r#"{{"key": "{key}", "kind": "user", "sourceAnchor": "{key}", "userPrincipalName": "{name}", "proxyAddresses": [{addresses}]}}"#)
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

    /// Hashes that name the same place, and more of them than there are places.
    #[rstest]
    #[case::one_place(1 << 32, 3)]
    #[case::every_place(0x9e37_79b9, 3)]
    #[case::more_than_places(0x9e37_79b9_7f4a_7c15, 4 * PLACES as u64)]
    fn whoever_comes_first_with_a_hash_is_found(#[case] step: u64, #[case] hashes: u64) {
        let mut first_seen = FirstSeen::default();
        for round in 0..3 {
            for number in 0..hashes {
                let hash = (number + 63).wrapping_mul(step);
                let member = (round * hashes + number) as u32;
                assert_eq!(first_seen.member_with(hash, member), number as u32);
            }
        }
        let taken = u64::from(first_seen.taken.count_ones());
        assert_eq!(taken, hashes.min(ROOM.into()));
        assert_eq!(first_seen.many.len() as u64, hashes - taken);
    }

    /// However many objects and addresses there are: pairs that share their last address are contended,
    /// and those in between are not.
    #[rstest]
    #[case::few(2, 1)]
    #[case::few_with_many_addresses(5, 12)]
    #[case::many(20, 3)]
    fn pairs_are_told_from_the_others(#[case] pairs: usize, #[case] addresses: usize) {
        let objects: Vec<(String, String, Vec<String>)> = (0..3 * pairs)
            .map(|number| {
                let own = |at| format!("{number}-{at}@x");
                let last = if number % 3 == 1 { own(0) } else { format!("{}@x", number / 3) };
                let mails = (1..addresses).map(own).chain([last]).collect();
                (format!("key-{number}"), format!("name-{number}@x"), mails)
            })
            .collect();
        let expected: Vec<bool> = (0..3 * pairs).map(|number| number % 3 != 1).collect();
        assert_eq!(contended_of("", &objects), expected);
    }
}
