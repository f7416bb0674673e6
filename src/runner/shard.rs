//! A part of a run, so that several machines can share it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The so-many-th of so many parts of a run.
///
/// Every source is cut in the same way: its cases are dealt out in turn, so that the parts take
/// about the same time, and every case is in exactly one of them.
///
/// ```
/// use entra_conformance::runner::Shard;
/// let shard: Shard = "2/3".parse()?;
/// assert_eq!((shard.number(), shard.of()), (2, 3));
/// assert_eq!((0..7).filter(|place| shard.has(*place)).collect::<Vec<_>>(), [1, 4]);
/// assert!("4/3".parse::<Shard>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, try_from = "Parts")]
pub struct Shard {
    number: usize,
    of: usize,
}

/// A shard as it is written, before it is known to make sense.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parts {
    number: usize,
    of: usize,
}

impl Shard {
    /// The run in one part.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };

    /// The part with this number, counted from 1, of so many.
    pub(crate) fn new(number: usize, of: usize) -> Shard {
        let of = of.max(1);
        Shard { number: number.clamp(1, of), of }
    }

    /// Which part it is, counted from 1.
    pub fn number(self) -> usize {
        self.number
    }

    /// How many parts there are.
    pub fn of(self) -> usize {
        self.of
    }

    /// All parts of the same run, in order.
    pub(super) fn all(self) -> impl Iterator<Item = Shard> {
        (1..=self.of).map(move |number| Shard { number, of: self.of })
    }

    /// Whether the case in this place of a source, counted from 0, is in it.
    pub fn has(self, place: usize) -> bool {
        place % self.of == self.number - 1
    }

    /// How many of so many cases are in it.
    pub fn share_of(self, cases: usize) -> usize {
        (cases + self.of - self.number) / self.of
    }

    /// The place, in its source, of its own so-many-th case.
    pub(super) fn place(self, own: usize) -> usize {
        own * self.of + self.number - 1
    }
}

impl Default for Shard {
    fn default() -> Self {
        Shard::WHOLE
    }
}

impl TryFrom<Parts> for Shard {
    type Error = String;

    fn try_from(Parts { number, of }: Parts) -> Result<Shard, String> {
        if (1..=of).contains(&number) {
            Ok(Shard { number, of })
        } else {
            Err(format!("there is no shard {number} of {of}: they are counted from 1"))
        }
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            Some(Parts { number: number.parse().ok()?, of: of.parse().ok()? })
        });
        numbers.ok_or_else(|| "write it as NUMBER/OF, such as 2/3".to_owned())?.try_into()
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    proptest! {
        #[test]
        fn every_case_is_in_exactly_one_shard(cases in 0_usize..200, of in 1_usize..12) {
            let shards: Vec<Shard> = (1..=of).map(|number| Shard { number, of }).collect();
            for place in 0..cases {
                prop_assert_eq!(shards.iter().filter(|shard| shard.has(place)).count(), 1);
            }
            for shard in shards {
                let own: Vec<usize> = (0..cases).filter(|place| shard.has(*place)).collect();
                prop_assert_eq!(shard.share_of(cases), own.len());
                let places: Vec<usize> = (0..own.len()).map(|at| shard.place(at)).collect();
                prop_assert_eq!(places, own);
                prop_assert_eq!(shard.to_string().parse::<Shard>(), Ok(shard));
            }
        }
    }

    #[rstest]
    fn what_is_no_shard_is_refused(
        #[values("", "1", "0/3", "4/3", "1/0", "a/2", "1/2/3")] text: &str,
    ) {
        assert!(text.parse::<Shard>().is_err());
    }
}
