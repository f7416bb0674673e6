//! Addresses as they stand in `proxyAddresses`, and how names are compared.

use super::Text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Whether two user principal names or two mail addresses are the same: ASCII letter case does
/// not count.
///
/// ```
/// use entra_conformance::directory::same_name;
/// assert!(same_name("Ann@Contoso.com", "ann@contoso.com"));
/// assert!(!same_name("ann@contoso.com", "ann@fabrikam.com"));
/// ```
pub fn same_name(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let length = left.len();
    if length != right.len() || length < 8 {
        return left.eq_ignore_ascii_case(right);
    }
    let word = |bytes: &[u8], at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        lowercase(u64::from_le_bytes(word))
    };
    // Eight bytes at a time; the last eight may overlap those before them.
    let last = length - 8;
    let mut at = 0;
    while at < last {
        if word(left, at) != word(right, at) {
            return false;
        }
        at += 8;
    }
    word(left, last) == word(right, last)
}

/// Feeds a name to a hasher so that two names that are the [`same_name`] feed the same.
pub(crate) fn hash_name(name: &str, state: &mut impl Hasher) {
    each_word(name.as_bytes(), |word| state.write_u64(lowercase(word)));
}

/// Calls `visit` with all bytes, eight at a time and the first one lowest. The last eight may
/// overlap those before them; what is shorter than eight is filled up with its length.
pub(crate) fn each_word(bytes: &[u8], mut visit: impl FnMut(u64)) {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        visit(u64::from_le_bytes(*word));
    }
    match bytes.last_chunk::<8>() {
        Some(last) if !rest.is_empty() => visit(u64::from_le_bytes(*last)),
        Some(_) => {}
        None => {
            let length = bytes.len() as u64;
            visit(bytes.iter().rev().fold(length, |word, &byte| word << 8 | u64::from(byte)));
        }
    }
}

/// Eight bytes with all ASCII letters in lower case.
fn lowercase(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let low_bits = word & (0x7f * EACH);
    // The highest bit of each byte says whether it is at least `A`, and whether it is beyond `Z`.
    let from_a = low_bits + (0x80 - b'A' as u64) * EACH;
    let beyond_z = low_bits + (0x7f - b'Z' as u64) * EACH;
    let is_capital = (from_a ^ beyond_z) & !word & (0x80 * EACH);
    word | is_capital >> 2
}

/// A user principal name or mail address as a key of hash maps: equal as [`same_name`] has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameKey<'a>(pub(crate) &'a str);

impl PartialEq for NameKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        same_name(self.0, other.0)
    }
}

impl Eq for NameKey<'_> {}

impl Hash for NameKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_name(self.0, state);
        state.write_u8(0xff);
    }
}

/// What the prefix of a `proxyAddresses` value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressKind {
    /// `SMTP:`, in capitals: the primary mail address, the only one that takes part in matching.
    Primary,
    /// `smtp:`: a further mail address.
    Secondary,
    /// Anything else (`SIP:`, `X500:`, …): no mail address.
    Other,
}

/// Whether these letters are `smtp`, in capitals or not. Every address is asked, and often.
fn is_smtp(letters: [u8; 4]) -> bool {
    // One bit tells a capital from a small letter.
    u32::from_ne_bytes(letters) | u32::from_ne_bytes([0x20; 4]) == u32::from_ne_bytes(*b"smtp")
}

/// One value of `proxyAddresses`, prefix included, such as `SMTP:ann@contoso.com`.
///
/// ```
/// use entra_conformance::directory::{AddressKind, ProxyAddress};
/// let primary = ProxyAddress::from("SMTP:ann@contoso.com");
/// assert_eq!(primary.kind(), AddressKind::Primary);
/// assert_eq!(primary.mail(), Some("ann@contoso.com"));
/// assert_eq!(ProxyAddress::from("X500:/o=Contoso").mail(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ProxyAddress(pub Text);

impl ProxyAddress {
    /// The whole value, prefix included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the prefix says.
    #[inline]
    pub fn kind(&self) -> AddressKind {
        match self.0.as_bytes() {
            [b'S', b'M', b'T', b'P', b':', ..] => AddressKind::Primary,
            [s, m, t, p, b':', ..] if is_smtp([*s, *m, *t, *p]) => AddressKind::Secondary,
            _ => AddressKind::Other,
        }
    }

    /// The mail address behind an `SMTP:` or `smtp:` prefix.
    #[inline]
    pub fn mail(&self) -> Option<&str> {
        match self.kind() {
            AddressKind::Other => None,
            AddressKind::Primary | AddressKind::Secondary => self.0.get(5..),
        }
    }

    /// Whether this is the primary mail address.
    pub fn is_primary(&self) -> bool {
        self.kind() == AddressKind::Primary
    }

    /// Whether two values say the same: mail addresses without regard to letter case but with
    /// regard to primary or secondary, everything else exactly.
    pub fn same(&self, other: &ProxyAddress) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        match (self.mail(), other.mail()) {
            (Some(left), Some(right)) => self.kind() == other.kind() && same_name(left, right),
            (None, None) => self.0 == other.0,
            _ => false,
        }
    }
}

impl From<&str> for ProxyAddress {
    fn from(value: &str) -> Self {
        ProxyAddress(value.into())
    }
}

impl fmt::Display for ProxyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("SMTP:ann@contoso.com", AddressKind::Primary, Some("ann@contoso.com"))]
    #[case("smtp:ann@contoso.com", AddressKind::Secondary, Some("ann@contoso.com"))]
    #[case("Smtp:ann@contoso.com", AddressKind::Secondary, Some("ann@contoso.com"))]
    #[case("SIP:ann@contoso.com", AddressKind::Other, None)]
    #[case("X500:/o=Contoso/cn=ann", AddressKind::Other, None)]
    #[case("ann@contoso.com", AddressKind::Other, None)]
    #[case("smtp:", AddressKind::Secondary, Some(""))]
    #[case("smtp", AddressKind::Other, None)]
    #[case("xsmtp:ann@contoso.com", AddressKind::Other, None)]
    fn the_prefix_decides(
        #[case] value: &str,
        #[case] kind: AddressKind,
        #[case] mail: Option<&str>,
    ) {
        let address = ProxyAddress::from(value);
        assert_eq!(address.kind(), kind);
        assert_eq!(address.mail(), mail);
    }

    #[test]
    fn every_byte_but_a_capital_letter_stays_as_it_is() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut bytes = [b'Q'; 8];
                bytes[place] = byte;
                let folded = lowercase(u64::from_le_bytes(bytes));
                assert_eq!(folded.to_le_bytes(), bytes.map(|byte| byte.to_ascii_lowercase()));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn names_are_the_same_but_for_ascii_letter_case(
            left in "[a-bA-Bé@]{0,20}",
            right in "[a-bA-Bé@]{0,20}",
            flipped in proptest::collection::vec(proptest::bool::ANY, 20),
        ) {
            let folded = |text: &str| text.to_ascii_lowercase();
            proptest::prop_assert_eq!(same_name(&left, &right), folded(&left) == folded(&right));
            let flip = |(letter, flip): (char, &bool)| {
                if *flip { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() }
            };
            let other: String = left.chars().zip(flipped.iter().cycle()).map(flip).collect();
            proptest::prop_assert!(same_name(&left, &other));
        }
    }

    #[rstest]
    #[case("SMTP:ann@contoso.com", "SMTP:ANN@contoso.com", true)]
    #[case("SMTP:ann@contoso.com", "smtp:ann@contoso.com", false)]
    #[case("X500:/o=A", "X500:/o=a", false)]
    #[case("X500:/o=A", "X500:/o=A", true)]
    #[case("SMTP:ann@contoso.com", "SIP:ann@contoso.com", false)]
    fn sameness(#[case] left: &str, #[case] right: &str, #[case] same: bool) {
        assert_eq!(ProxyAddress::from(left).same(&right.into()), same);
    }
}
