//! Who holds a name: a map that does not care about ASCII letter case.

use super::tenant::CloudHandle;
use crate::directory::{ProxyAddress, Text, each_word, hash_name, same_name};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A user principal name or mail address, however it is kept.
///
/// Hash and equality are defined on the trait object, and keys lend themselves as one. So a
/// lookup needs neither a folded copy of what it looks for nor a folded copy in the map.
trait Name {
    fn name(&self) -> &str;
}

impl Hash for dyn Name + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_name(self.name(), state);
    }
}

impl PartialEq for dyn Name + '_ {
    fn eq(&self, other: &Self) -> bool {
        same_name(self.name(), other.name())
    }
}

impl Eq for dyn Name + '_ {}

/// A name that somebody asks for.
struct Asked<'a>(&'a str);

impl Name for Asked<'_> {
    fn name(&self) -> &str {
        self.0
    }
}

/// A name as it stands in the map: the text of the object itself, shared, and where in it the
/// name begins.
#[derive(Clone, Debug)]
struct Kept {
    text: Text,
    start: usize,
}

impl Name for Kept {
    fn name(&self) -> &str {
        &self.text[self.start..]
    }
}

impl<'a> Borrow<dyn Name + 'a> for Kept {
    fn borrow(&self) -> &(dyn Name + 'a) {
        self
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self as &dyn Name).hash(state);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        (self as &dyn Name) == (other as &dyn Name)
    }
}

impl Eq for Kept {}

/// A quick hasher. Nothing here faces an adversary, and most of the time of a command on a small
/// tenant would otherwise go into hashing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct QuickHasher(u64);

/// Makes [`QuickHasher`]s.
pub(super) type QuickState = BuildHasherDefault<QuickHasher>;

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        each_word(bytes, |word| self.write_u64(word));
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        // Multiplying spreads a difference upwards only; folding the upper half of the product
        // back lets it reach every bit, which a table that takes its place from the low bits and
        // its tag from the high bits needs.
        let product = u128::from(self.0 ^ value) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// For each name the active object that holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct NameIndex(HashMap<Kept, CloudHandle, QuickState>);

impl NameIndex {
    /// Who holds this name, in whatever letter case.
    pub(super) fn holder(&self, name: &str) -> Option<CloudHandle> {
        self.0.get(&Asked(name) as &dyn Name).copied()
    }

    /// Notes a user principal name.
    pub(super) fn insert(&mut self, name: &Text, holder: CloudHandle) {
        self.insert_from(name, 0, holder);
    }

    /// Notes a mail address; whatever else an address is, it is nobody's.
    pub(super) fn insert_mail(&mut self, address: &ProxyAddress, holder: CloudHandle) {
        if let Some(mail) = address.mail() {
            let start = address.as_str().len() - mail.len();
            self.insert_from(&address.0, start, holder);
        }
    }

    fn insert_from(&mut self, text: &Text, start: usize, holder: CloudHandle) {
        let text = text.clone();
        self.0.insert(Kept { text, start }, holder);
    }

    /// Forgets that this object holds this name. Another holder's entry stays.
    pub(super) fn remove(&mut self, name: &str, holder: CloudHandle) {
        if self.holder(name) == Some(holder) {
            self.0.remove(&Asked(name) as &dyn Name);
        }
    }

    /// Makes room for so many more names: growing step by step would hash all of them over and
    /// over.
    pub(super) fn reserve(&mut self, count: usize) {
        self.0.reserve(count);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        clear_map(&mut self.0);
    }
}

/// Empties a map and keeps its memory for the next case, unless it is so much that clearing it
/// would cost the small cases after one huge case more than they cost themselves.
pub(super) fn clear_map<K, V>(map: &mut HashMap<K, V, QuickState>) {
    const SMALL: usize = 1024;
    if map.capacity() > SMALL {
        *map = HashMap::default();
    } else {
        map.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: CloudHandle = CloudHandle(1);
    const TWO: CloudHandle = CloudHandle(2);

    #[test]
    fn letter_case_does_not_count_and_prefixes_are_left_out() {
        let mut index = NameIndex::default();
        index.insert_mail(&"SMTP:Annabelle@Contoso.com".into(), ONE);
        index.insert_mail(&"SIP:sip@contoso.com".into(), TWO);
        assert_eq!(index.holder("annabelle@contoso.COM"), Some(ONE));
        assert_eq!(index.holder("annabelle@contoso.co"), None);
        assert_eq!(index.holder("sip@contoso.com"), None);
    }

    #[test]
    fn only_the_holder_gives_a_name_up() {
        let mut index = NameIndex::default();
        index.insert(&"ann@contoso.com".into(), ONE);
        index.remove("ANN@contoso.com", TWO);
        assert_eq!(index.holder("ann@contoso.com"), Some(ONE));
        index.remove("ANN@contoso.com", ONE);
        assert_eq!(index.holder("ann@contoso.com"), None);
    }
}
