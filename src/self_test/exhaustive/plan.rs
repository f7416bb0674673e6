//! Which searches there are.

use super::{Scope, Settings, Starts, Values};
use crate::reference::Policy;

/// The searches that make up the whole, up to a depth.
///
/// The default policy goes to this depth from nothing and from a whole tenant, and to one less from
/// every pair of objects: a pair saves the commands that would create it. Every other policy goes
/// to two less, and to three less from every pair. Where a search would be left without a command
/// it is left out.
pub fn plan(depth: usize) -> Vec<Settings> {
    let default = Policy::default();
    let mut searches = Vec::new();
    for values in [Values::Apart, Values::Alike] {
        for (starts, less) in [(Starts::Nothing, 0), (Starts::Whole, 0), (Starts::Pairs, 1)] {
            searches.push(Settings::new(Scope { starts, values }, depth.saturating_sub(less)));
        }
    }
    for policy in default.every_choice() {
        for (starts, less) in [(Starts::Whole, 2), (Starts::Pairs, 3)] {
            for declares in [true, false] {
                if policy == default && declares {
                    continue;
                }
                let scope = Scope { starts, values: Values::Apart };
                let depth = depth.saturating_sub(less);
                searches.push(Settings { policy, declares, ..Settings::new(scope, depth) });
            }
        }
    }
    searches.retain(|search| search.depth > 0);
    searches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_searched() {
        let searches = plan(4);
        for policy in Policy::default().every_choice() {
            for declares in [true, false] {
                let is_meant =
                    |search: &&Settings| search.policy == policy && search.declares == declares;
                assert!(searches.iter().filter(is_meant).count() >= 2);
            }
        }
        let deepest = searches.iter().filter(|search| search.depth == 4);
        assert!(deepest.clone().all(|search| search.policy == Policy::default()));
        assert_eq!(deepest.count(), 4);
        assert!(plan(1).iter().all(|search| search.depth == 1));
    }
}
