//! Addresses as they stand in `proxyAddresses`, and how names are compared.

use super::Text;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{Hash, Hasher};

/// Whether two user principal names or two mail addresses are the same: ASCII letter case does
/// not count.
///
/// ```
/// use entra_conformance::directory::same_name;
/// assert!(same_name("Ann@Contoso.com", "ann@contoso.com"));
/// assert!(!same_name("ann@contoso.com", "ann@fabrikam.com"));
/// ```
pub fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// Feeds a name to a hasher so that two names that are the [`same_name`] feed the same.
pub(crate) fn hash_name(name: &str, state: &mut impl Hasher) {
    for chunk in name.as_bytes().chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        word.make_ascii_lowercase();
        state.write_u64(u64::from_le_bytes(word));
    }
    state.write_u8(0xff);
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
        match self.0.get(..5) {
            Some("SMTP:") => AddressKind::Primary,
            Some(prefix) if prefix.eq_ignore_ascii_case("smtp:") => AddressKind::Secondary,
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

    /// Whether the prefix is `Smtp:`, or another writing that marks neither a primary nor a secondary
    /// address: it is not primary, and whether it is a mail address at all no page says.
    pub fn has_mixed_prefix(&self) -> bool {
        self.kind() == AddressKind::Secondary && !self.0.starts_with("smtp:")
    }

    /// Whether this is the primary mail address.
    pub fn is_primary(&self) -> bool {
        self.kind() == AddressKind::Primary
    }

    /// Whether two values say the same: mail addresses without regard to letter case but with
    /// regard to primary or secondary, everything else exactly.
    pub fn same(&self, other: &ProxyAddress) -> bool {
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
        assert_eq!(address.has_mixed_prefix(), value.starts_with("Smtp:"));
    }

    #[rstest]
    #[case("ann@contoso.com", "ANN@Contoso.com", true)]
    #[case("ann@contoso.com", "bob@contoso.com", false)]
    #[case("ann@contoso.com", "ann@contoso.co", false)]
    #[case("ren\u{e9}@contoso.com", "REN\u{c9}@contoso.com", false)]
    fn names_are_the_same_but_for_ascii_letter_case(
        #[case] left: &str,
        #[case] right: &str,
        #[case] is_same: bool,
    ) {
        assert_eq!(same_name(left, right), is_same);
        let keys: std::collections::HashSet<NameKey<'_>> = [NameKey(left)].into();
        assert_eq!(keys.contains(&NameKey(right)), is_same);
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
