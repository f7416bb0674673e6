//! Finding things by text, quickly: tenants in cases are small and steps are many.
//!
//! Up to [`FEW`] things, looking at each of them is faster than any map; above that a map takes
//! over. Nothing here faces an adversary, so the hasher is a quick one.

use crate::directory::{Text, each_word, hash_name, same_name};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::Arc;

/// Up to this many things, looking at each of them is faster than an index.
pub(crate) const FEW: usize = 16;

/// A quick hasher, eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct QuickHasher(u64);

/// A hash map with the quick hasher.
pub(crate) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        each_word(bytes, |word| self.write_u64(word));
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        // A product spreads a difference upwards only. Its upper half, folded back, lets every bit
        // reach every other: a table takes the place from low bits and the tag from high ones.
        let product = u128::from(self.0 ^ value ^ 0x2545_f491_4f6c_dd1d) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Text that is equal and hashes without regard to ASCII letter case.
#[derive(Clone, Copy, Debug, Eq)]
pub(crate) struct Folded<'a>(pub(crate) &'a str);

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        same_name(self.0, other.0)
    }
}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_name(self.0, state);
    }
}

/// The quick hash of a value.
pub(crate) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = QuickHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The numbers of the bits that are set, ascending.
pub(crate) fn bits_of(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = set.trailing_zeros();
        set &= set.wrapping_sub(1);
        (lowest < u64::BITS).then_some(lowest as usize)
    })
}

/// Whether two shared texts are equal; mostly they are the same allocation.
pub(crate) fn same_text(left: &Text, right: &Text) -> bool {
    Arc::ptr_eq(left, right) || left == right
}

/// Values by text, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct TextMap<V> {
    entries: Vec<(Text, V)>,
    /// Where each text stands, by its hash; `None` while there are few.
    positions: Option<HashIndex>,
}

impl<V> Default for TextMap<V> {
    fn default() -> Self {
        TextMap { entries: Vec::new(), positions: None }
    }
}

impl<V> TextMap<V> {
    /// Empties the map and makes room for so many values.
    pub(crate) fn restart(&mut self, count: usize) {
        self.entries.clear();
        self.entries.reserve(count);
        self.positions = (count > FEW).then(|| HashIndex::with_capacity(count));
    }

    fn position(&self, text: &str) -> Option<usize> {
        let is_meant = |at: &usize| *self.entries[*at].0 == *text;
        match &self.positions {
            None => (0..self.entries.len()).find(is_meant),
            Some(positions) => positions.with(hash_of(text)).map(|at| at as usize).find(is_meant),
        }
    }

    /// Where this text stands; where it probably does is looked at first.
    fn position_near(&self, hint: usize, text: &Text) -> Option<usize> {
        match self.entries.get(hint) {
            Some((known, _)) if same_text(known, text) => Some(hint),
            _ => self.position(text),
        }
    }

    /// The value for this text.
    pub(crate) fn get(&self, text: &str) -> Option<&V> {
        Some(&self.entries[self.position(text)?].1)
    }

    /// The value for this text, which probably came as the `hint`-th.
    pub(crate) fn get_near(&self, hint: usize, text: &Text) -> Option<&V> {
        Some(&self.entries[self.position_near(hint, text)?].1)
    }

    /// The value for this text.
    pub(crate) fn get_mut(&mut self, text: &str) -> Option<&mut V> {
        let position = self.position(text)?;
        Some(&mut self.entries[position].1)
    }

    /// The value for this text, which probably came as the `hint`-th.
    pub(crate) fn get_mut_near(&mut self, hint: usize, text: &Text) -> Option<&mut V> {
        let position = self.position_near(hint, text)?;
        Some(&mut self.entries[position].1)
    }

    /// Whether there is a value for this text.
    pub(crate) fn contains(&self, text: &str) -> bool {
        self.position(text).is_some()
    }

    /// Adds a value, unless there is one for this text already.
    pub(crate) fn add(&mut self, text: &Text, make: impl FnOnce() -> V) {
        if self.contains(text) {
            return;
        }
        let position = self.entries.len();
        self.entries.push((text.clone(), make()));
        match &mut self.positions {
            Some(positions) if positions.has_room() => {
                positions.add(hash_of(&**text), position as u32);
            }
            None if position < FEW => {}
            _ => {
                let mut positions = HashIndex::with_capacity(2 * position);
                for (at, (text, _)) in self.entries.iter().enumerate() {
                    positions.add(hash_of(&**text), at as u32);
                }
                self.positions = Some(positions);
            }
        }
    }

    /// All values with their texts, in the order in which they came.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &V)> {
        self.entries.iter().map(|(text, value)| (text, value))
    }

    /// All values, in the order in which they came.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

/// Positions by the hashes of what stands there, all positions with the same hash in ascending
/// order. What is looked for still has to be compared: two hashes can meet by chance.
#[derive(Clone, Debug)]
pub(crate) struct HashIndex {
    /// By the lowest bits of the hash: the entry to begin with.
    heads: Vec<u32>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    position: u32,
    /// The next entry with the same head.
    next: u32,
}

const END: u32 = u32::MAX;

impl HashIndex {
    /// An index with room for so many entries.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let heads = vec![END; entries.max(1).next_power_of_two()];
        HashIndex { heads, entries: Vec::with_capacity(entries) }
    }

    /// Whether another entry would not make looking things up slow.
    fn has_room(&self) -> bool {
        self.entries.len() < self.heads.len()
    }

    /// Enters a position. Those with the same hash are entered from the last to the first.
    pub(crate) fn add(&mut self, hash: u64, position: u32) {
        let head = hash as usize & (self.heads.len() - 1);
        let next = self.heads[head];
        self.heads[head] = self.entries.len() as u32;
        self.entries.push(Entry { hash, position, next });
    }

    /// The positions that were entered with this hash.
    pub(crate) fn with(&self, hash: u64) -> impl Iterator<Item = u32> {
        let mut at = self.heads[hash as usize & (self.heads.len() - 1)];
        std::iter::from_fn(move || {
            while at != END {
                let entry = &self.entries[at as usize];
                at = entry.next;
                if entry.hash == hash {
                    return Some(entry.position);
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_finds_the_same_whether_it_holds_few_or_many() {
        let mut map = TextMap::default();
        for number in 0..3 * FEW {
            let text: Text = format!("key-{number}").into();
            assert_eq!(map.get(&text), None);
            map.add(&text, || number);
            map.add(&text, || unreachable!("it is there already"));
            for earlier in 0..=number {
                let text: Text = format!("key-{earlier}").into();
                assert_eq!(map.get(&text), Some(&earlier));
                assert_eq!(map.get_near(earlier, &text), Some(&earlier));
                assert_eq!(map.get_near(earlier + 1, &text), Some(&earlier), "a wrong hint");
            }
        }
        *map.get_mut("key-20").expect("it is there") = 0;
        assert_eq!(map.values_mut().filter(|value| **value == 0).count(), 2);
    }

    #[test]
    fn an_index_finds_every_position_in_order() {
        let mut index = HashIndex::with_capacity(100);
        (0..100_u32).rev().for_each(|position| index.add(u64::from(position % 7), position));
        let found: Vec<u32> = index.with(3).collect();
        assert_eq!(found, (0..100).filter(|position| position % 7 == 3).collect::<Vec<_>>());
        assert_eq!(index.with(8).count(), 0);
    }

    #[test]
    fn folded_text_does_not_care_about_letter_case() {
        assert_eq!(hash_of(Folded("ANN@contoso.com")), hash_of(Folded("ann@Contoso.COM")));
        assert_ne!(hash_of(Folded("ann@contoso.com")), hash_of(Folded("bob@contoso.com")));
    }
}
