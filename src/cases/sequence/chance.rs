//! Where the generator's decisions come from.

/// A stream of decisions that is the same on every machine and with every version of any library.
///
/// SplitMix64: eight bytes of state, and fast enough that drawing numbers costs nothing beside
/// making the objects that they decide on.
pub(super) struct Chance(u64);

/// Spreads every bit of a number over all bits of the result.
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Chance {
    /// The stream of one case of a run.
    pub(super) fn of_case(seed: u64, index: u64) -> Chance {
        Chance(mix(mix(seed).wrapping_add(index)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from 0 to `end`, without `end` itself, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The upper half of a product of 32-bit numbers: no division, and even enough for odds.
        let end = u64::try_from(end.min(u32::MAX as usize)).unwrap_or(1);
        (((self.next() >> 32) * end) >> 32) as usize
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: u8) -> bool {
        self.below(100) < usize::from(percent)
    }

    /// An index, each as often as its weight says. `None` where every weight is 0.
    pub(super) fn weighted(&mut self, weights: &[u8]) -> Option<usize> {
        let total: usize = weights.iter().map(|weight| usize::from(*weight)).sum();
        if total == 0 {
            return None;
        }
        let mut drawn = self.below(total);
        weights.iter().position(|weight| {
            let weight = usize::from(*weight);
            let is_here = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            is_here
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_fixed_by_seed_and_index() {
        let first = |seed, index| {
            let mut chance = Chance::of_case(seed, index);
            [chance.next(), chance.next()]
        };
        // Written down so that a change of the stream, which would make every seed that anybody
        // noted worthless, does not go unnoticed.
        assert_eq!(first(1, 0), FIRST_OF_SEED_1);
        assert_ne!(first(1, 1), first(1, 0));
        assert_ne!(first(2, 0), first(1, 0));
    }

    const FIRST_OF_SEED_1: [u64; 2] = [4_720_248_854_425_330_031, 1_629_287_585_893_752_162];

    #[test]
    fn weights_are_kept() {
        let mut chance = Chance::of_case(7, 7);
        let mut seen = [0_usize; 4];
        for _ in 0..10_000 {
            seen[chance.weighted(&[10, 0, 70, 20]).expect("there are weights")] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((900..1_100).contains(&seen[0]) && (6_800..7_200).contains(&seen[2]), "{seen:?}");
        assert_eq!(chance.weighted(&[0, 0]), None);
    }
}
