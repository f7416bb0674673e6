//! Several commands fewer at once, which only together are not missed.

use super::objects::without;
use super::structure::fold;
use crate::cases::Case;

/// The most commands of which every pair is left out.
const FOR_PAIRS: usize = 24;

/// The most commands of which every subset is tried.
const FOR_SUBSETS: usize = 7;

pub(super) fn candidates(case: &Case, all: &mut Vec<Case>) {
    let count = case.commands.len();
    if count <= FOR_SUBSETS {
        // The fewest commands first.
        let mut subsets: Vec<u32> = (0..1 << count).collect();
        subsets.sort_by_key(|subset: &u32| (subset.count_ones(), *subset));
        all.extend(
            subsets.into_iter().map(|subset| without(case, |index| subset & (1 << index) == 0)),
        );
    } else if count <= FOR_PAIRS {
        for first in 0..count {
            for second in first + 1..count {
                all.push(without(case, |index| index == first || index == second));
            }
        }
    }
    // Folding one command may make another one superfluous, and only then.
    if count <= FOR_PAIRS {
        for index in 0..count {
            let mut folded = Vec::new();
            fold(case, index, &mut folded);
            for folded in folded {
                all.extend((0..count - 1).map(|gone| without(&folded, |index| index == gone)));
            }
        }
    }
}
