//! On-premises objects that get into each other's way: what becomes of them hangs on the order inside a
//! cycle, of which the documents say nothing.

use super::situation::{Neighbours, Situation};
use crate::directory::{OnPremisesObject, Text};
use std::collections::{BTreeSet, HashMap};

/// For each on-premises object the others with work that could touch the same identifiers. `has_work` says
/// which have something to do that bears on identifiers.
pub(super) fn rivals(
    situation: &Situation,
    neighbours: &Neighbours,
    has_work: &[bool],
) -> Vec<BTreeSet<Text>> {
    #[derive(PartialEq, Eq, Hash)]
    enum Claim {
        Name(String),
        Anchor(String),
        CloudObject(usize),
    }
    let claims_of = |object: &OnPremisesObject| -> Vec<Claim> {
        let upn = object.user_principal_name.iter().map(|name| &**name);
        let names = upn.chain(object.mail_addresses()).map(str::to_ascii_lowercase);
        let anchor = object.source_anchor.iter().map(|anchor| Claim::Anchor(anchor.to_string()));
        let met = neighbours.meeting(object).into_iter();
        let active = met.filter(|at| situation.cloud[*at].object.is_active());
        names.map(Claim::Name).chain(anchor).chain(active.map(Claim::CloudObject)).collect()
    };
    let working = || (0..situation.on_premises.len()).filter(|at| has_work[*at]);
    let mut claimants: HashMap<Claim, BTreeSet<usize>> = HashMap::new();
    for at in working() {
        for claim in claims_of(&situation.on_premises[at].object) {
            claimants.entry(claim).or_default().insert(at);
        }
    }
    let mut rivals = vec![BTreeSet::new(); situation.on_premises.len()];
    for claimants in claimants.into_values().filter(|claimants| claimants.len() > 1) {
        for &at in &claimants {
            // Of a crowd that claims one thing a few are enough to name.
            let others = claimants.iter().filter(|other| **other != at).take(MOST_NAMED);
            rivals[at].extend(others.map(|&at| situation.on_premises[at].object.key.clone()));
        }
    }
    rivals
}

/// So many rivals over one thing are named.
const MOST_NAMED: usize = 5;
